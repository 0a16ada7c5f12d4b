/* policer.c: token buckets in whole numbers, shared without locks. SPDX-License-Identifier: Apache-2.0 */
#include "meter/policer.h"

#include <stdlib.h>
#include <string.h>

/* A token is 10^9 units of credit, so that a nanosecond at 1 token/s earns one unit and nothing is ever rounded. The largest
 * burst, 10^9 bytes = 8 * 10^9 bits, is 8 * 10^18 units and fits 63 bits. */
#define TOKEN 1000000000ull
enum { BITS_PER_BYTE = 8, SLOT_BITS = 8 };

/* level: how full the buckets were at a time. [A] */
struct level {
	uint64_t time_ns;
	uint64_t credit[2];
	uint64_t reserved;
};

/* policer: the level in force is level[head's slot]. A worker writes the next one into whichever of its own two is not in
 * force and swings the head to it; the count in the head makes every head a new one. */
struct policer {
	_Alignas(64) uint64_t head;                               /* [A] changes << SLOT_BITS | slot */
	_Alignas(64) uint32_t references;                         /* [C] */
	_Alignas(64) struct level level[2 * POLICER_WORKERS_MAX]; /* two for each worker, a cache line together */
};

static uint64_t
burst_credit(const struct policer_rule *r, uint64_t burst)
{
	return burst * TOKEN * (r->packets ? 1 : BITS_PER_BYTE);
}

static uint64_t
packet_credit(const struct policer_rule *r, uint32_t bytes)
{
	return TOKEN * (r->packets ? 1 : (uint64_t)bytes * BITS_PER_BYTE);
}

/* What a rate earns in a time, at most UINT64_MAX: more than two buckets hold. */
static uint64_t
earned(uint64_t rate, uint64_t elapsed_ns)
{
	uint64_t credit;
	return __builtin_mul_overflow(rate, elapsed_ns, &credit) ? UINT64_MAX : credit;
}

/* Fills a bucket and returns what it has no room for. */
static uint64_t
fill(uint64_t *credit, uint64_t full, uint64_t more)
{
	uint64_t room = full - *credit, taken = more < room ? more : room;
	*credit += taken;
	return more - taken;
}

static void
advance(const struct policer_rule *r, struct level *l, uint64_t now_ns)
{
	if (now_ns <= l->time_ns)
		return;
	uint64_t elapsed_ns = now_ns - l->time_ns;
	uint64_t rest = fill(&l->credit[0], burst_credit(r, r->burst), earned(r->rate, elapsed_ns));
	l->time_ns = now_ns;
	if (r->kind == POLICER_SINGLE_RATE)
		fill(&l->credit[1], burst_credit(r, r->burst2), rest);
	else if (r->kind == POLICER_TWO_RATE)
		fill(&l->credit[1], burst_credit(r, r->burst2), earned(r->rate2, elapsed_ns));
}

/* The metering of RFC 2697 section 3 and RFC 2698 section 3; color-blind is color-aware for green packets. */
static enum color
take(const struct policer_rule *r, struct level *l, enum color in, uint64_t credit)
{
	if (!r->color_aware)
		in = COLOR_GREEN;
	bool first = l->credit[0] >= credit && in == COLOR_GREEN;
	bool second = l->credit[1] >= credit && in != COLOR_RED;
	switch (r->kind) {
	case POLICER_TWO_COLOR:
		if (l->credit[0] < credit)
			return COLOR_RED;
		l->credit[0] -= credit;
		return COLOR_GREEN;
	case POLICER_SINGLE_RATE:
		if (first)
			l->credit[0] -= credit;
		else if (second)
			l->credit[1] -= credit;
		return first ? COLOR_GREEN : second ? COLOR_YELLOW : COLOR_RED;
	default:
		if (!second)
			return COLOR_RED;
		l->credit[1] -= credit;
		if (!first)
			return COLOR_YELLOW;
		l->credit[0] -= credit;
		return COLOR_GREEN;
	}
}

/* B1: acquire, pairs with B2: whoever reads a level that was written after the head had moved on sees that it has. */
static struct level
level_read(const struct level *l)
{
	return (struct level){ .time_ns = __atomic_load_n(&l->time_ns, __ATOMIC_ACQUIRE),
			       .credit = { __atomic_load_n(&l->credit[0], __ATOMIC_ACQUIRE),
					   __atomic_load_n(&l->credit[1], __ATOMIC_ACQUIRE) } };
}

/* B2: release, pairs with B1. */
static void
level_write(struct level *to, const struct level *l)
{
	__atomic_store_n(&to->time_ns, l->time_ns, __ATOMIC_RELEASE);
	__atomic_store_n(&to->credit[0], l->credit[0], __ATOMIC_RELEASE);
	__atomic_store_n(&to->credit[1], l->credit[1], __ATOMIC_RELEASE);
}

/* A1: acquire, pairs with A2: the level that the head names is there in full. */
static uint64_t
head_read(const struct policer *p)
{
	return __atomic_load_n(&p->head, __ATOMIC_ACQUIRE);
}

static uint32_t
slot_of(uint64_t head)
{
	return (uint32_t)(head & ((1u << SLOT_BITS) - 1));
}

enum color
policer_meter(const struct policer_rule *r, uint32_t worker, enum color in, uint32_t bytes, uint64_t now_ns)
{
	struct policer *p = r->state;
	uint64_t credit = packet_credit(r, bytes), head = head_read(p);
	for (;;) {
		struct level l = level_read(&p->level[slot_of(head)]);
		advance(r, &l, now_ns);
		enum color color = take(r, &l, in, credit);
		if (color == COLOR_RED) {
			/* Nothing was taken, so nothing need be written: filling in two steps is filling in one. */
			uint64_t again = head_read(p);
			if (again == head)
				return color;
			head = again;
			continue;
		}
		uint32_t mine = 2 * worker + (slot_of(head) == 2 * worker);
		uint64_t next = ((head >> SLOT_BITS) + 1) << SLOT_BITS | mine;
		level_write(&p->level[mine], &l);
		/* A2: release, pairs with A1. It fails only if another worker's metering took effect meanwhile. */
		if (__atomic_compare_exchange_n(&p->head, &head, next, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return color;
	}
}

enum color
policer_peek(const struct policer_rule *r, enum color in, uint32_t bytes, uint64_t now_ns)
{
	const struct policer *p = r->state;
	uint64_t head = head_read(p), before;
	struct level l;
	do {
		before = head;
		l = level_read(&p->level[slot_of(before)]);
		head = head_read(p);
	} while (head != before);
	advance(r, &l, now_ns);
	return take(r, &l, in, packet_credit(r, bytes));
}

bool
policer_mark(const struct policer_rule *r, enum color color, uint8_t *loss_priority, uint8_t *forwarding_class)
{
	static const uint8_t loss[] = {
		[COLOR_GREEN] = LOSS_LOW, [COLOR_YELLOW] = LOSS_MEDIUM_HIGH, [COLOR_RED] = LOSS_HIGH
	};
	if (color == COLOR_RED && r->exceed_discard)
		return false;
	if (r->kind != POLICER_TWO_COLOR) {
		*loss_priority = loss[color];
		return true;
	}
	if (color == COLOR_RED && r->exceed_loss_priority >= 0)
		*loss_priority = (uint8_t)r->exceed_loss_priority;
	if (color == COLOR_RED && r->exceed_forwarding_class >= 0)
		*forwarding_class = (uint8_t)r->exceed_forwarding_class;
	return true;
}

bool
policer_create(struct policer_rule *r)
{
	/* Only the level in force is written: the others' memory need not be there before it is used. */
	struct policer *p = aligned_alloc(_Alignof(struct policer), sizeof *p);
	if (!p)
		return false;
	p->head = 0;
	p->references = 1;
	p->level[0] = (struct level){ .credit = { burst_credit(r, r->burst), burst_credit(r, r->burst2) } };
	r->state = p;
	return true;
}

static void
release(struct policer *p)
{
	if (p && --p->references == 0)
		free(p);
}

void
policer_release(struct policer_rule *rules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		release(rules[i].state);
		rules[i].state = NULL;
	}
}

static bool
same(const struct policer_rule *a, const struct policer_rule *b)
{
	return a->kind == b->kind && a->packets == b->packets && a->rate == b->rate && a->burst == b->burst &&
	       a->rate2 == b->rate2 && a->burst2 == b->burst2 && a->color_aware == b->color_aware &&
	       a->exceed_discard == b->exceed_discard && a->exceed_loss_priority == b->exceed_loss_priority &&
	       a->exceed_forwarding_class == b->exceed_forwarding_class;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct policer_rule *const *)a)->name, (*(const struct policer_rule *const *)b)->name);
}

bool
policer_adopt(struct policer_rule *rules, uint32_t count, const struct policer_rule *old, uint32_t old_count)
{
	if (count == 0 || old_count == 0)
		return true;
	const struct policer_rule **sorted = malloc(old_count * sizeof *sorted);
	if (!sorted)
		return false;
	for (uint32_t i = 0; i < old_count; i++)
		sorted[i] = &old[i];
	qsort(sorted, old_count, sizeof *sorted, by_name);
	for (uint32_t i = 0; i < count; i++) {
		const struct policer_rule *key = &rules[i];
		const struct policer_rule **found = bsearch(&key, sorted, old_count, sizeof *sorted, by_name);
		if (!found || !same(&rules[i], *found))
			continue;
		(*found)->state->references++;
		release(rules[i].state);
		rules[i].state = (*found)->state;
	}
	free(sorted);
	return true;
}
