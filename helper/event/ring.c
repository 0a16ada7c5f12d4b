/* ring.c: reserve, commit, publish. SPDX-License-Identifier: Apache-2.0 */
#include "event/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/account.h"
#include "event/ring_file.h"

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum {
	PREFETCH_FRAMES = 8,
	DOORBELL_INTERVAL_NS = 500000, /* who asks more often waits: no reader shall keep us busy */
};

static uint64_t
load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void
store(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* One writer, so no locked instruction; relaxed, so that readers see whole numbers. By rule before by kind: whatever instruction
 * the helper is killed at, its successor can make the second of them equal to the first (event_ring_settle). */
static void
count(struct event_ring *r, enum event_type type, uint32_t account, enum event_outcome outcome)
{
	struct account_cell *cell = (struct account_cell *)(r->cells + account * r->row_size);
	uint64_t *rule = &cell->events[account_slot(type)][outcome], *kind = &r->producer->events[type][outcome];
	store(rule, load(rule) + 1);
	__atomic_store_n(kind, load(kind) + 1, __ATOMIC_RELEASE);
}

static struct event_frame *
slot_at(const struct event_ring *r, uint64_t position)
{
	return (struct event_frame *)(r->slots + (position & r->mask) * EVENT_FRAME_SIZE);
}

void
ring_prepare(struct event_ring *r, uint32_t slot_count)
{
	r->mask = slot_count - 1;
	r->cells = (uint8_t *)&r->own;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++)
		r->limit[type] = UINT64_MAX;
	uint64_t third = slot_count / 2 / 3; /* three of them stay within the half */
	r->limit[EVENT_TYPE_POLICY_DENY] = third;
	r->limit[EVENT_TYPE_SCREEN_DROP] = third;
	r->limit[EVENT_TYPE_FILTER_LOG] = third;
}

void
ring_identify(struct ring_identity *i, uint32_t slot_count, uint64_t start_id, uint32_t worker, uint32_t order)
{
	i->layout_hash = WIRE_LAYOUT_HASH;
	i->frame_size = EVENT_FRAME_SIZE;
	i->slot_count = slot_count;
	i->start_id = start_id;
	i->worker = worker;
	i->order = order;
	/* R2: the page is complete; pairs with A2 in daemon/src/ring/reader.ts. */
	__atomic_store_n(&i->magic, RING_MAGIC, __ATOMIC_RELEASE);
}

/* Takes over what the consumer says as far as it can be true. Everything here only grows and never passes what was
 * written, so a lie frees at most frames that the liar has not read. */
static bool
look(struct event_ring *r)
{
	/* A3: the slots below are done with; pairs with R3 in daemon/src/ring/reader.ts. */
	uint64_t cursor = __atomic_load_n(&r->consumer->cursor, __ATOMIC_ACQUIRE);
	if (cursor == r->seen)
		return false;
	r->seen = cursor;
	if (cursor <= r->cursor || cursor > r->head)
		return false;
	r->cursor = cursor;
	for (unsigned table = 0; table < 2; table++) {
		if (load(&r->consumer->consumed_at[table]) != cursor)
			continue;
		for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
			uint64_t consumed = load(&r->consumer->consumed[table][type]);
			if (consumed > r->consumed[type] &&
			    consumed <= load(&r->producer->events[type][EVENT_OUTCOME_WRITTEN]))
				r->consumed[type] = consumed;
		}
		break;
	}
	return true;
}

static bool
is_full(const struct event_ring *r)
{
	return r->head - r->cursor > r->mask;
}

static bool
is_over_budget(const struct event_ring *r, enum event_type type)
{
	return load(&r->producer->events[type][EVENT_OUTCOME_WRITTEN]) - r->consumed[type] >= r->limit[type];
}

/* Slots ahead are in the reader's cache: ask for them to be written, not read (prefetchw), or the store has to ask the
 * other core again; measured with a reader at work, median 25 instead of up to 100 ns. A no-op where the CPU lacks it. */
#ifdef __x86_64__
#define PREFETCH_FOR_WRITING __attribute__((target("prfchw")))
#else
#define PREFETCH_FOR_WRITING
#endif

PREFETCH_FOR_WRITING struct event_frame *
event_ring_reserve(struct event_ring *r, enum event_type type, uint32_t account)
{
	assert(type < EVENT_TYPE_COUNT);
	if (unlikely(is_full(r)) && !(look(r) && !is_full(r))) {
		count(r, type, account, EVENT_OUTCOME_LOST_FULL);
		r->refused = EVENT_OUTCOME_LOST_FULL;
		return NULL;
	}
	if (unlikely(is_over_budget(r, type)) && !(look(r) && !is_over_budget(r, type))) {
		count(r, type, account, EVENT_OUTCOME_LOST_BUDGET);
		r->refused = EVENT_OUTCOME_LOST_BUDGET;
		return NULL;
	}
	const char *ahead = (const char *)slot_at(r, r->head + PREFETCH_FRAMES);
	__builtin_prefetch(ahead, 1);
	__builtin_prefetch(ahead + 64, 1);
	__builtin_prefetch(ahead + 128, 1);
	r->reserved = type;
	r->account = account;
	return slot_at(r, r->head);
}

void
event_ring_commit(struct event_ring *r)
{
	struct event_frame *f = slot_at(r, r->head);
	f->header.length = EVENT_FRAME_SIZE;
	f->header.layout_version = WIRE_LAYOUT_VERSION;
	f->header.event_type = (uint8_t)r->reserved;
	f->record.event_type = (uint8_t)r->reserved;
	f->extension.account = r->account;
	/* Counted before it is visible, and kind and account stored before it is counted: whatever instruction the helper is
	 * killed at, its successor can tell what was counted but never shown (ring_file.c). */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	count(r, r->reserved, r->account, EVENT_OUTCOME_WRITTEN);
	/* R1: publishes the frame; pairs with A1 in daemon/src/ring/reader.ts. */
	__atomic_store_n(&f->header.sequence, ++r->head, __ATOMIC_RELEASE);
}

enum event_outcome
event_ring_refused(const struct event_ring *r)
{
	return r->refused;
}

bool
event_ring_room(struct event_ring *r)
{
	return !is_full(r) || (look(r) && !is_full(r));
}

void
event_ring_suppressed(struct event_ring *r, enum event_type type, uint32_t account)
{
	assert(type < EVENT_TYPE_COUNT);
	count(r, type, account, EVENT_OUTCOME_SUPPRESSED);
}

bool
event_ring_publish(struct event_ring *r, uint64_t now_ns)
{
	store(&r->producer->heartbeat_ns, now_ns);
	if (r->published != r->head) {
		r->published = r->head;
		__atomic_store_n(&r->producer->head, r->head, __ATOMIC_RELEASE);
		/* F4: the frames before the look at `waiting`; pairs with F4 in daemon/src/ring/reader.ts, which stores
		 * `waiting` before its last look at the frames. One of the two sees the other. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
	uint32_t waiting = __atomic_load_n(&r->consumer->waiting, __ATOMIC_RELAXED);
	r->owed = false;
	if (likely(waiting == 0)) {
		r->rung = 0; /* a reader that starts again counts its sleeps anew */
		return false;
	}
	if (likely(waiting == r->rung))
		return false;
	look(r);
	if (r->cursor == r->head)
		return false;
	if (now_ns < r->next_bell_ns) {
		r->owed = true;
		return false;
	}
	r->rung = waiting;
	r->next_bell_ns = now_ns + DOORBELL_INTERVAL_NS;
	return true;
}

bool
event_ring_owes(const struct event_ring *r)
{
	return r->owed;
}

uint64_t
event_ring_counter(const struct event_ring *r, enum event_type type, enum event_outcome outcome)
{
	return load(&r->producer->events[type][outcome]);
}

const struct event_frame *
event_ring_peek(struct event_ring *r)
{
	uint64_t cursor = load(&r->consumer->cursor);
	const struct event_frame *f = slot_at(r, cursor);
	/* A1: pairs with R1. */
	return __atomic_load_n(&f->header.sequence, __ATOMIC_ACQUIRE) == cursor + 1 ? f : NULL;
}

void
event_ring_consume(struct event_ring *r)
{
	const struct event_frame *f = event_ring_peek(r);
	assert(!r->file); /* a ring with files has its daemon; the helper cannot write the cursor page */
	if (!f)
		return;
	struct ring_consumer *c = r->consumer;
	uint64_t cursor = load(&c->cursor);
	unsigned valid = load(&c->consumed_at[1]) == cursor ? 1 : 0, next = 1 - valid;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++)
		store(&c->consumed[next][type], load(&c->consumed[valid][type]) + (type == f->header.event_type));
	store(&c->consumed_at[next], cursor + 1);
	/* R3: pairs with A3. */
	__atomic_store_n(&c->cursor, cursor + 1, __ATOMIC_RELEASE);
}

bool
event_ring_delivers(const struct event_ring *r, uint64_t now_ns)
{
	return __atomic_load_n(&r->consumer->delivers_until_ns, __ATOMIC_RELAXED) >= now_ns;
}

void
event_ring_delivery(struct event_ring *r, uint64_t until_ns)
{
	assert(!r->file);
	store(&r->consumer->delivers_until_ns, until_ns);
}

struct event_ring *
event_ring_memory(uint32_t slot_count)
{
	if (slot_count == 0 || (slot_count & (slot_count - 1)) != 0) {
		errno = EINVAL;
		return NULL;
	}
	size_t size = 2 * RING_PAGE_SIZE + (size_t)RING_SLOTS_AT + (size_t)slot_count * EVENT_FRAME_SIZE;
	size = (size + RING_PAGE_SIZE - 1) / RING_PAGE_SIZE * RING_PAGE_SIZE;
	struct event_ring *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);
	uint8_t *memory = aligned_alloc(RING_PAGE_SIZE, size);
	if (!r || !memory) {
		free(r);
		free(memory);
		errno = ENOMEM;
		return NULL;
	}
	memset(r, 0, sizeof *r);
	memset(memory, 0, size);
	r->identity = (struct ring_identity *)memory;
	r->producer = (struct ring_producer *)(memory + RING_PAGE_SIZE);
	r->slots = memory + RING_SLOTS_AT;
	r->consumer = (struct ring_consumer *)(memory + size - RING_PAGE_SIZE);
	r->consumer->delivers_until_ns = UINT64_MAX;
	r->size = size;
	ring_prepare(r, slot_count);
	ring_identify(r->identity, slot_count, 1, 0, 1);
	return r;
}
