/* umem.h: the packet memory that all devices and workers share, and the pool of its free frames. One UMEM, so that
 * forwarding moves a descriptor, not bytes. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_UMEM_H
#define RINGWALL_PORT_UMEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_BATCH = 64,        /* frames that move between a cache and the pool at once */
	FRAME_OWNER_NONE = 0,    /* owner of a frame that no socket holds */
	FRAME_ROOM_KERNEL = 256, /* XDP_PACKET_HEADROOM: the kernel leaves it free before each received packet */
};

struct frame_batch {
	_Atomic uint32_t next;
	uint32_t count;
	uint64_t frame[FRAME_BATCH];
};

/* umem: frames are named by the offset of their first byte. */
struct umem {
	uint8_t *area;        /* [I] */
	uint64_t size;        /* [I] bytes */
	uint32_t frame_size;  /* [I] 2048 or 4096 */
	uint32_t frame_count; /* [I] */
	bool huge;            /* [I] backed by huge pages */

	/* owner[frame index]: the socket that holds the frame in a fill or transmit ring (its index + 1). [W] by the
	 * worker that moves the frame; read by control once the socket is closed, to take back what the kernel held. */
	uint16_t *owner;

	struct frame_batch *batch;
	uint32_t batch_count;
	/* Two stacks of batches: those with frames and the empty ones. Each head is an index + 1 below and a tag above,
	 * which makes the pop safe against a head that left and came back. [A] */
	_Alignas(64) _Atomic uint64_t full;
	_Alignas(64) _Atomic uint64_t empty;
};

/* frame_cache: free frames at one worker's hand. [W] */
struct frame_cache {
	struct umem *umem;
	uint32_t count;
	uint64_t frame[2 * FRAME_BATCH];
};

/* umem_create makes a UMEM of frame_count frames (rounded up to batches), on huge pages if the system has them free, all
 * frames in the pool. frame_size is 2048 or 4096. 0 or -errno. Control thread. */
int umem_create(struct umem *u, uint32_t frame_size, uint32_t frame_count);
void umem_destroy(struct umem *u);

/* umem_frame_size returns the frame size that holds packets of an MTU behind all headrooms, or 0 if none does. */
uint32_t umem_frame_size(uint32_t mtu);

/* umem_free counts the frames in the pool, without those in caches. Exact only while nobody moves frames. */
uint32_t umem_free(const struct umem *u);

/* frame_take returns a free frame, or false if there is none; frame_give returns it. Owner of the cache only. */
bool frame_take(struct frame_cache *c, uint64_t *frame);
void frame_give(struct frame_cache *c, uint64_t frame);
/* frame_cache_flush gives everything back to the pool. */
void frame_cache_flush(struct frame_cache *c);

/* frame_base returns the frame that an address in it belongs to. */
static inline uint64_t
frame_base(const struct umem *u, uint64_t address)
{
	return address & ~(uint64_t)(u->frame_size - 1);
}

/* Each entry has one writer at a time, but control reads all of them when a socket closes. */
static inline void
frame_own(const struct umem *u, uint64_t frame, uint32_t owner)
{
	__atomic_store_n(&u->owner[frame / u->frame_size], (uint16_t)owner, __ATOMIC_RELAXED);
}

#endif
