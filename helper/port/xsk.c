/* xsk.c: SPDX-License-Identifier: Apache-2.0 */
#include "port/xsk.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9 /* Linux 6.17; the installed headers may be older */
#endif

enum {
	/* A frame that the kernel has taken from the fill ring leaves room for the next one before the packet reaches the
	 * RX ring: twice the RX ring keeps the kernel supplied. */
	FILL_SLOTS = 2 * XSK_RX_SLOTS,
	COMPLETION_SLOTS = XSK_TX_SLOTS,
	SEND_BUFFER = 4 << 20,
	KICKS_WITHOUT_PROGRESS = 8,
};

enum { FILL, COMPLETION, RX, TX };

static int
set(int fd, int option, uint32_t value)
{
	return setsockopt(fd, SOL_XDP, option, &value, sizeof value) ? -errno : 0;
}

static void *
map_ring(struct xsk *x, unsigned which, uint64_t size, uint64_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, x->fd, (off_t)offset);
	if (at == MAP_FAILED)
		return NULL;
	x->ring_map[which] = at;
	x->ring_size[which] = size;
	return at;
}

static int
map_producer(struct xsk *x, unsigned which, struct xsk_ring_prod *r, uint32_t slots, size_t slot_size, uint64_t at,
	     const struct xdp_ring_offset *offset)
{
	uint8_t *map = map_ring(x, which, offset->desc + slots * slot_size, at);
	if (!map)
		return -errno;
	*r = (struct xsk_ring_prod){
		.cached_cons = slots,
		.mask = slots - 1,
		.size = slots,
		.producer = (void *)(map + offset->producer),
		.consumer = (void *)(map + offset->consumer),
		.flags = (void *)(map + offset->flags),
		.ring = map + offset->desc,
	};
	return 0;
}

static int
map_consumer(struct xsk *x, unsigned which, struct xsk_ring_cons *r, uint32_t slots, size_t slot_size, uint64_t at,
	     const struct xdp_ring_offset *offset)
{
	struct xsk_ring_prod p;
	int rc = map_producer(x, which, &p, slots, slot_size, at, offset);
	*r = rc ? (struct xsk_ring_cons){ 0 }
		: (struct xsk_ring_cons){
			  .mask = p.mask,
			  .size = p.size,
			  .producer = p.producer,
			  .consumer = p.consumer,
			  .flags = p.flags,
			  .ring = p.ring,
		  };
	return rc;
}

static int
map_rings(struct xsk *x)
{
	struct xdp_mmap_offsets offset;
	socklen_t size = sizeof offset;
	int rc;

	if (getsockopt(x->fd, SOL_XDP, XDP_MMAP_OFFSETS, &offset, &size))
		return -errno;
	if ((rc = map_producer(x, FILL, &x->fill, FILL_SLOTS, sizeof(uint64_t), XDP_UMEM_PGOFF_FILL_RING, &offset.fr)))
		return rc;
	if ((rc = map_consumer(x, COMPLETION, &x->completion, COMPLETION_SLOTS, sizeof(uint64_t),
			       XDP_UMEM_PGOFF_COMPLETION_RING, &offset.cr)))
		return rc;
	if ((rc = map_consumer(x, RX, &x->rx, XSK_RX_SLOTS, sizeof(struct xdp_desc), XDP_PGOFF_RX_RING, &offset.rx)))
		return rc;
	return map_producer(x, TX, &x->tx, XSK_TX_SLOTS, sizeof(struct xdp_desc), XDP_PGOFF_TX_RING, &offset.tx);
}

static void
unmap_and_close(struct xsk *x)
{
	for (unsigned i = 0; i < 4; i++) {
		if (x->ring_map[i])
			munmap(x->ring_map[i], x->ring_size[i]);
		x->ring_map[i] = NULL;
	}
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
}

int
xsk_open(struct xsk *x, struct umem *u, uint16_t index, unsigned ifindex, uint32_t queue, uint16_t bind_flags,
	 int share)
{
	int rc;

	*x = (struct xsk){ .fd = -1, .index = index, .queue = queue, .umem = u };
	x->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (x->fd < 0)
		return -errno;

	if (share < 0) {
		struct xdp_umem_reg reg = { .addr = (uintptr_t)u->area,
					    .len = (uint64_t)u->frame_count * u->frame_size,
					    .chunk_size = u->frame_size };
		if (setsockopt(x->fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof reg)) {
			rc = -errno;
			goto fail;
		}
	}
	if ((rc = set(x->fd, XDP_UMEM_FILL_RING, FILL_SLOTS)) ||
	    (rc = set(x->fd, XDP_UMEM_COMPLETION_RING, COMPLETION_SLOTS)) ||
	    (rc = set(x->fd, XDP_RX_RING, XSK_RX_SLOTS)) || (rc = set(x->fd, XDP_TX_RING, XSK_TX_SLOTS)))
		goto fail;
	if ((rc = map_rings(x)))
		goto fail;

	/* Both only make kicks cheaper; kernels without them send 32 descriptors at a time. */
	set(x->fd, XDP_MAX_TX_SKB_BUDGET, XSK_TX_SLOTS);
	int send_buffer = SEND_BUFFER;
	if (setsockopt(x->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer, sizeof send_buffer))
		setsockopt(x->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);

	struct sockaddr_xdp address = { .sxdp_family = AF_XDP, .sxdp_ifindex = ifindex, .sxdp_queue_id = queue };
	/* A sharer's mode is the first socket's: the kernel accepts no flags there (net/xdp/xsk.c, xsk_bind). */
	if (share < 0) {
		address.sxdp_flags = bind_flags | XDP_USE_NEED_WAKEUP;
	} else {
		address.sxdp_flags = XDP_SHARED_UMEM;
		address.sxdp_shared_umem_fd = (uint32_t)share;
	}
	if (bind(x->fd, (struct sockaddr *)&address, sizeof address)) {
		rc = -errno;
		goto fail;
	}
	struct xdp_options options = { 0 };
	socklen_t size = sizeof options;
	if (getsockopt(x->fd, SOL_XDP, XDP_OPTIONS, &options, &size) == 0)
		x->zero_copy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
fail:
	unmap_and_close(x);
	return rc;
}

uint32_t
xsk_close(struct xsk *x, struct frame_cache *c)
{
	struct umem *u = x->umem;
	uint32_t taken = 0;

	unmap_and_close(x);
	for (uint32_t i = 0; i < u->frame_count; i++) {
		if (__atomic_load_n(&u->owner[i], __ATOMIC_RELAXED) != x->index + 1)
			continue;
		frame_own(u, (uint64_t)i * u->frame_size, FRAME_OWNER_NONE);
		frame_give(c, (uint64_t)i * u->frame_size);
		taken++;
	}
	return taken;
}

void
xsk_refill(struct xsk *x, struct frame_cache *c)
{
	uint32_t room = xsk_prod_nb_free(&x->fill, FRAME_BATCH), at, put = 0;
	uint64_t frame;

	if (room < FRAME_BATCH)
		return;
	room = xsk_ring_prod__reserve(&x->fill, room, &at);
	while (put < room && frame_take(c, &frame)) {
		frame_own(x->umem, frame, x->index + 1u);
		*xsk_ring_prod__fill_addr(&x->fill, at + put++) = frame;
	}
	x->fill.cached_prod -= room - put;
	if (put)
		xsk_ring_prod__submit(&x->fill, put);
}

uint32_t
xsk_receive(struct xsk *x, struct xsk_frame *out, uint32_t max)
{
	uint32_t at, count = xsk_ring_cons__peek(&x->rx, max, &at);

	if (count == 0)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&x->rx, at + i);
		out[i] = (struct xsk_frame){ d->addr, d->len };
		frame_own(x->umem, d->addr, FRAME_OWNER_NONE);
	}
	xsk_ring_cons__release(&x->rx, count);
	x->rx_packets += count;
	return count;
}

uint32_t
xsk_room(struct xsk *x)
{
	uint32_t completions = x->in_flight < COMPLETION_SLOTS ? COMPLETION_SLOTS - x->in_flight : 0;
	uint32_t slots = xsk_prod_nb_free(&x->tx, XSK_TX_SLOTS);
	return slots < completions ? slots : completions;
}

bool
xsk_send(struct xsk *x, uint64_t address, uint32_t length)
{
	uint32_t at;

	/* One completion slot for each frame in flight, or the kernel stops in the middle. */
	if (x->in_flight >= COMPLETION_SLOTS || !xsk_ring_prod__reserve(&x->tx, 1, &at))
		return false;
	*xsk_ring_prod__tx_desc(&x->tx, at) = (struct xdp_desc){ .addr = address, .len = length };
	frame_own(x->umem, address, x->index + 1u);
	xsk_ring_prod__submit(&x->tx, 1);
	x->in_flight++;
	x->tx_packets++;
	x->kick = true;
	return true;
}

void
xsk_complete(struct xsk *x, struct frame_cache *c)
{
	uint32_t at, count = xsk_ring_cons__peek(&x->completion, COMPLETION_SLOTS, &at);

	if (count == 0)
		return;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t frame = frame_base(x->umem, *xsk_ring_cons__comp_addr(&x->completion, at + i));
		frame_own(x->umem, frame, FRAME_OWNER_NONE);
		frame_give(c, frame);
	}
	xsk_ring_cons__release(&x->completion, count);
	x->in_flight -= count;
}

static uint32_t
untaken(const struct xsk *x)
{
	return *x->tx.producer - __atomic_load_n(x->tx.consumer, __ATOMIC_ACQUIRE);
}

void
xsk_kick(struct xsk *x, struct frame_cache *c)
{
	uint32_t before = untaken(x);

	xsk_complete(x, c);
	for (unsigned idle = 0; before && idle < KICKS_WITHOUT_PROGRESS;) {
		if (!xsk_ring_prod__needs_wakeup(&x->tx))
			break;
		x->kicks++;
		/* EAGAIN, EBUSY, ENOBUFS: the budget, the send buffer or the device's queue is used up. ENETDOWN, ENXIO: the
		 * device is down or gone; the frames come back when it is up again or the socket closes. */
		bool dead = sendto(x->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && (errno == ENETDOWN || errno == ENXIO);
		xsk_complete(x, c);
		uint32_t after = untaken(x);
		bool stuck = after == before;
		idle = stuck ? idle + 1 : 0;
		x->retries = stuck ? x->retries + 1 : 0;
		before = after;
		if (dead)
			break;
	}
	x->kick = before != 0;
}

void
xsk_statistics(const struct xsk *x, struct xsk_statistics *out)
{
	struct xdp_statistics s = { 0 };
	socklen_t size = sizeof s;

	*out = (struct xsk_statistics){ 0 };
	if (x->fd >= 0 && getsockopt(x->fd, SOL_XDP, XDP_STATISTICS, &s, &size) == 0)
		*out = (struct xsk_statistics){ s.rx_dropped, s.rx_invalid_descs, s.tx_invalid_descs, s.rx_ring_full,
						s.rx_fill_ring_empty_descs };
}

int
xsk_zero_copy_probe(unsigned ifindex, uint32_t queue)
{
	struct umem small;
	struct xsk x;
	int rc = umem_create(&small, 2048, 1024);

	if (rc)
		return rc;
	rc = xsk_open(&x, &small, 0, ifindex, queue, XDP_ZEROCOPY, -1);
	if (rc == 0)
		unmap_and_close(&x);
	umem_destroy(&small);
	return rc;
}
