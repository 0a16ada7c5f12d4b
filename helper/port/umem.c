/* umem.c: SPDX-License-Identifier: Apache-2.0 */
#include "port/umem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, BATCH_SLACK = 1024, LINK_ROOM = 26 };

static void
push(struct umem *u, _Atomic uint64_t *stack, uint32_t index)
{
	uint64_t head = atomic_load_explicit(stack, memory_order_relaxed), next;
	do {
		atomic_store_explicit(&u->batch[index].next, (uint32_t)head, memory_order_relaxed);
		next = (head >> 32) << 32 | (index + 1);
		/* B1: the batch's content is visible to whoever pops it; pairs with B2 */
	} while (
	    !atomic_compare_exchange_weak_explicit(stack, &head, next, memory_order_release, memory_order_relaxed));
}

static bool
pop(struct umem *u, _Atomic uint64_t *stack, uint32_t *index)
{
	uint64_t head = atomic_load_explicit(stack, memory_order_acquire), next; /* B2: pairs with B1 */
	do {
		if ((uint32_t)head == 0)
			return false;
		*index = (uint32_t)head - 1;
		next = atomic_load_explicit(&u->batch[*index].next, memory_order_relaxed);
		next |= ((head >> 32) + 1) << 32;
	} while (!atomic_compare_exchange_weak_explicit(stack, &head, next, memory_order_acquire, /* B2 */
							memory_order_acquire));
	return true;
}

static uint8_t *
map(uint64_t size, bool *huge)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	void *area = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_HUGETLB, -1, 0);
	*huge = area != MAP_FAILED;
	if (!*huge) {
		area = mmap(NULL, size, PROT_READ | PROT_WRITE, flags & ~MAP_POPULATE, -1, 0);
		if (area == MAP_FAILED)
			return NULL;
		madvise(area, size, MADV_HUGEPAGE);
		memset(area, 0, size);
	}
	return area;
}

int
umem_create(struct umem *u, uint32_t frame_size, uint32_t frame_count)
{
	*u = (struct umem){ .frame_size = frame_size };
	u->frame_count = (frame_count + FRAME_BATCH - 1) / FRAME_BATCH * FRAME_BATCH;
	u->size = ((uint64_t)u->frame_count * frame_size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	/* Slack: batches that are partly filled when a cache is flushed. */
	u->batch_count = u->frame_count / FRAME_BATCH + BATCH_SLACK;

	u->area = map(u->size, &u->huge);
	u->owner = calloc(u->frame_count, sizeof *u->owner);
	u->batch = calloc(u->batch_count, sizeof *u->batch);
	if (!u->area || !u->owner || !u->batch) {
		umem_destroy(u);
		return -ENOMEM;
	}
	uint32_t index = 0;
	for (uint64_t frame = 0; index < u->frame_count / FRAME_BATCH; index++) {
		struct frame_batch *b = &u->batch[index];
		for (b->count = 0; b->count < FRAME_BATCH; b->count++, frame++)
			b->frame[b->count] = frame * frame_size;
		push(u, &u->full, index);
	}
	for (; index < u->batch_count; index++)
		push(u, &u->empty, index);
	return 0;
}

void
umem_destroy(struct umem *u)
{
	if (u->area)
		munmap(u->area, u->size);
	free(u->owner);
	free(u->batch);
	*u = (struct umem){ 0 };
}

uint32_t
umem_frame_size(uint32_t mtu)
{
	uint32_t need = mtu + FRAME_ROOM_KERNEL + LINK_ROOM;
	return need <= 2048 ? 2048 : need <= 4096 ? 4096 : 0;
}

uint32_t
umem_free(const struct umem *u)
{
	uint32_t count = 0;
	for (uint32_t at = (uint32_t)atomic_load(&u->full); at; at = atomic_load(&u->batch[at - 1].next))
		count += u->batch[at - 1].count;
	return count;
}

bool
frame_take(struct frame_cache *c, uint64_t *frame)
{
	if (c->count == 0) {
		struct umem *u = c->umem;
		uint32_t index;
		if (!pop(u, &u->full, &index))
			return false;
		struct frame_batch *b = &u->batch[index];
		memcpy(c->frame, b->frame, b->count * sizeof b->frame[0]);
		c->count = b->count;
		push(u, &u->empty, index);
	}
	*frame = c->frame[--c->count];
	return true;
}

static void
give_back(struct frame_cache *c, uint32_t count)
{
	struct umem *u = c->umem;
	uint32_t index;
	bool found = pop(u, &u->empty, &index);
	/* Only workers' caches flush partial batches, at most one each per change of ports: the slack cannot run out. */
	if (!found)
		abort();
	struct frame_batch *b = &u->batch[index];
	c->count -= count;
	b->count = count;
	memcpy(b->frame, &c->frame[c->count], count * sizeof b->frame[0]);
	push(u, &u->full, index);
}

void
frame_give(struct frame_cache *c, uint64_t frame)
{
	if (c->count == 2 * FRAME_BATCH)
		give_back(c, FRAME_BATCH);
	c->frame[c->count++] = frame;
}

void
frame_cache_flush(struct frame_cache *c)
{
	while (c->count)
		give_back(c, c->count < FRAME_BATCH ? c->count : FRAME_BATCH);
}
