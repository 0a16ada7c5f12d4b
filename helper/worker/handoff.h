/* handoff.h: a ring of small messages from one worker to another thread: one producer, one consumer, never waits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_WORKER_HANDOFF_H
#define RINGWALL_WORKER_HANDOFF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { HANDOFF_SLOTS = 2048 };

enum handoff_kind {
	HANDOFF_PROCESS,  /* a received packet of a flow that the other worker owns */
	HANDOFF_FRAGMENT, /* the same: a fragment whose first one has told its ports */
	HANDOFF_TRANSMIT, /* a finished packet for a device on which only the other worker has a socket */
};

/* handoff: `device` is the driver's number of a device, which outlives snapshots. */
struct handoff {
	uint64_t address; /* first byte of the packet, in the UMEM */
	uint32_t length;
	uint16_t device;
	uint16_t kind;
};

struct handoff_ring {
	_Alignas(64) _Atomic uint32_t head; /* [producer] */
	uint32_t tail_seen;                 /* [producer] */
	_Alignas(64) _Atomic uint32_t tail; /* [consumer] */
	_Alignas(64) struct handoff slot[HANDOFF_SLOTS];
};

/* handoff_push returns false if the ring is full. Producer only. */
static inline bool
handoff_push(struct handoff_ring *r, const struct handoff *m)
{
	uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	if (head - r->tail_seen == HANDOFF_SLOTS) {
		/* H2: the slot was read; pairs with H1 */
		r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
		if (head - r->tail_seen == HANDOFF_SLOTS)
			return false;
	}
	r->slot[head % HANDOFF_SLOTS] = *m;
	/* H3: publishes the slot; pairs with H4 */
	atomic_store_explicit(&r->head, head + 1, memory_order_release);
	return true;
}

/* handoff_room: how many messages fit. Producer only. */
static inline uint32_t
handoff_room(struct handoff_ring *r)
{
	uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	/* H5: what is pushed on the strength of this finds its slot read; pairs with H1 */
	r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
	return HANDOFF_SLOTS - (head - r->tail_seen);
}

/* handoff_pop returns up to `max` messages. Consumer only. */
static inline uint32_t
handoff_pop(struct handoff_ring *r, struct handoff *out, uint32_t max)
{
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	uint32_t count = atomic_load_explicit(&r->head, memory_order_acquire) - tail; /* H4: pairs with H3 */

	if (count > max)
		count = max;
	for (uint32_t i = 0; i < count; i++)
		out[i] = r->slot[(tail + i) % HANDOFF_SLOTS];
	/* H1: gives the slots back; pairs with H2 and H5 */
	if (count)
		atomic_store_explicit(&r->tail, tail + count, memory_order_release);
	return count;
}

static inline bool
handoff_empty(struct handoff_ring *r)
{
	return atomic_load_explicit(&r->head, memory_order_acquire) ==
	       atomic_load_explicit(&r->tail, memory_order_relaxed);
}

#endif
