/* tracker.c: see tracker.h. SPDX-License-Identifier: Apache-2.0 */
#include "screen/tracker.h"

#include <stdlib.h>
#include <string.h>

enum { RATE_BITS = 13, SPREAD_BITS = 12, LIMIT_BITS = 14, SLOTS = SPREAD_TARGETS - 1 };
_Static_assert(1 << RATE_BITS == RATE_CELLS && 1 << SPREAD_BITS == SPREAD_CELLS && 1 << LIMIT_BITS == LIMIT_CELLS,
	       "cells are numbered by bits of a hash");

/* A slot of a spread: when a target was met, in microseconds, and which. Zero is empty. */
enum { TARGET_BITS = 24, TIME_BITS = 40 };
#define TARGET_MASK ((1ull << TARGET_BITS) - 1)
#define TIME_MASK   ((1ull << TIME_BITS) - 1)

enum { ATTEMPTS = 64 }; /* of workers that want the same slot */

struct tracker {
	uint32_t references; /* [C] */
	uint16_t number;     /* [I] of a limit */
	uint64_t taken;      /* [A] of a limit: sessions that it counts */
	/* A rate's cell: when it will be empty, in ticks (GCRA's theoretical arrival time); in the past if it is. */
	_Alignas(64) uint64_t cell[];
};

/* Sessions outlive the snapshot that counted them, and have no room for a pointer: they name their trackers by number. */
static struct tracker *numbered[LIMITS_MAX]; /* [C] writes, workers read those they have taken from; 0 is unused */

static void
limit_free(struct tracker *t)
{
	if (t->references > 0 || __atomic_load_n(&t->taken, __ATOMIC_ACQUIRE) > 0)
		return;
	__atomic_store_n(&numbered[t->number], NULL, __ATOMIC_RELEASE);
	free(t);
}

/* limit_number finds a free number, where trackers that only waited for their last session make room. */
static bool
limit_number(struct tracker *t)
{
	for (uint16_t i = 1; i < LIMITS_MAX; i++) {
		if (numbered[i])
			limit_free(numbered[i]);
		if (numbered[i])
			continue;
		t->number = i;
		__atomic_store_n(&numbered[i], t, __ATOMIC_RELEASE);
		return true;
	}
	return false;
}

static size_t
cells_of(enum tracker_kind kind)
{
	static const size_t cells[] = { [TRACKER_RATE] = RATE_ROWS * RATE_CELLS,
					[TRACKER_SPREAD] = SPREAD_ROWS * SPREAD_CELLS * SLOTS,
					[TRACKER_LIMIT] = LIMIT_ROWS * LIMIT_CELLS };
	return cells[kind];
}

struct tracker *
tracker_create(enum tracker_kind kind)
{
	size_t cells = cells_of(kind), bytes = sizeof(struct tracker) + cells * sizeof(uint64_t);
	struct tracker *t = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
	if (!t)
		return NULL;
	memset(t, 0, bytes);
	t->references = 1;
	if (kind == TRACKER_LIMIT && !limit_number(t)) {
		free(t);
		return NULL;
	}
	return t;
}

struct tracker *
tracker_share(struct tracker *t)
{
	if (t)
		t->references++;
	return t;
}

void
tracker_release(struct tracker *t)
{
	if (!t || --t->references > 0)
		return;
	if (t->number)
		limit_free(t);
	else
		free(t);
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
tracker_hash(uint64_t seed, const uint64_t *words, unsigned count)
{
	uint64_t h = mix(seed ^ 0x9e3779b97f4a7c15ull, 0xd6e8feb86659fd93ull);
	for (unsigned i = 0; i < count; i++)
		h = mix(h ^ words[i] ^ seed, 0xa0761d6478bd642full + 2 * i) + h;
	return mix(h ^ seed, 0xe7037ed1a0b428dbull) ^ h;
}

/* Time in a rate's cells: fine enough for a million a second to be told from one more in eight thousand. */
enum { TICKS = 8 }; /* a nanosecond */

/* fill counts one packet in a cell: it is empty a step later than before. */
static inline void
fill(uint64_t *cell, uint64_t now, uint64_t step, bool shared)
{
	uint64_t old = __atomic_load_n(cell, __ATOMIC_RELAXED), next;
	if (!shared) {
		__atomic_store_n(cell, (old > now ? old : now) + step, __ATOMIC_RELAXED);
		return;
	}
	do
		next = (old > now ? old : now) + step;
	while (!__atomic_compare_exchange_n(cell, &old, next, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

/* Cells are looked at after the packet was counted in all of them: else two workers could each be the earlier one in another
 * row. So the last of those that pass has seen all others, and there are never too many. What does not pass is taken back. */
static inline bool
rate(struct tracker *t, uint64_t key, uint32_t threshold, uint64_t now_ns, bool shared)
{
	uint64_t now = now_ns * TICKS, step = 1000000000ull * TICKS / threshold;
	uint64_t *cell[RATE_ROWS];
	bool beyond = true;
	for (unsigned row = 0; row < RATE_ROWS; row++, key >>= RATE_BITS) {
		cell[row] = &t->cell[row * RATE_CELLS + (key & (RATE_CELLS - 1))];
		fill(cell[row], now, step, shared);
	}
	for (unsigned row = 0; row < RATE_ROWS; row++)
		beyond &= __atomic_load_n(cell[row], __ATOMIC_SEQ_CST) > now + step * threshold;
	for (unsigned row = 0; beyond && row < RATE_ROWS; row++)
		__atomic_fetch_sub(cell[row], step, __ATOMIC_SEQ_CST);
	return beyond;
}

bool
tracker_rate(struct tracker *t, uint64_t key, uint32_t threshold, uint64_t now_ns)
{
	return rate(t, key, threshold, now_ns, true);
}

bool
tracker_rate_alone(struct tracker *t, uint64_t key, uint32_t threshold, uint64_t now_ns)
{
	return rate(t, key, threshold, now_ns, false);
}

/* live: met within the threshold. Workers' clocks differ by a burst, so a time may lie ahead. */
static bool
live(uint64_t slot, uint64_t now_us, uint32_t threshold_us)
{
	uint64_t age = (now_us - (slot >> TARGET_BITS)) & TIME_MASK;
	return slot != 0 && (age < threshold_us || age > TIME_MASK / 2);
}

/* note_in returns whether the cell has no place for one more target. Who loses its slot to another worker looks again. */
static bool
note_in(uint64_t *slot, uint64_t target, uint64_t now_us, uint32_t threshold_us)
{
	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		uint64_t old = 0;
		int place = -1;
		for (int i = 0; i < SLOTS; i++) {
			uint64_t s = __atomic_load_n(&slot[i], __ATOMIC_RELAXED);
			if (!live(s, now_us, threshold_us)) {
				place = place < 0 ? i : place;
				old = place == i ? s : old;
			} else if ((s & TARGET_MASK) == target) {
				return false;
			}
		}
		if (place < 0)
			return true;
		if (__atomic_compare_exchange_n(&slot[place], &old, now_us << TARGET_BITS | target, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return false;
	}
	return true;
}

bool
tracker_spread(struct tracker *t, uint64_t key, uint64_t target, uint32_t threshold_us, uint64_t now_ns)
{
	uint64_t now_us = now_ns / 1000 & TIME_MASK;
	bool beyond = true;
	target = target & TARGET_MASK ? target & TARGET_MASK : 1;
	for (unsigned row = 0; row < SPREAD_ROWS; row++, key >>= SPREAD_BITS) {
		uint64_t *slot = &t->cell[(row * SPREAD_CELLS + (key & (SPREAD_CELLS - 1))) * SLOTS];
		beyond &= note_in(slot, target, now_us, threshold_us);
	}
	return beyond;
}

static uint64_t *
limit_cell(struct tracker *t, unsigned row, uint64_t key)
{
	return &t->cell[row * LIMIT_CELLS + (key >> row * LIMIT_BITS & (LIMIT_CELLS - 1))];
}

/* Whether all of the key's cells are above the limit. */
static bool
limit_above(const struct tracker *t, uint64_t key, uint32_t limit)
{
	bool above = true;
	for (unsigned row = 0; row < LIMIT_ROWS; row++)
		above &= __atomic_load_n(limit_cell((struct tracker *)t, row, key), __ATOMIC_SEQ_CST) > limit;
	return above;
}

static void
limit_drop(struct tracker *t, uint64_t key)
{
	for (unsigned row = 0; row < LIMIT_ROWS; row++)
		__atomic_fetch_sub(limit_cell(t, row, key), 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&t->taken, 1, __ATOMIC_RELEASE);
}

/* Counted first and looked at then, as in tracker_rate. */
uint16_t
tracker_take(struct tracker *t, uint64_t key, uint32_t limit)
{
	__atomic_fetch_add(&t->taken, 1, __ATOMIC_RELAXED);
	for (unsigned row = 0; row < LIMIT_ROWS; row++)
		__atomic_fetch_add(limit_cell(t, row, key), 1, __ATOMIC_SEQ_CST);
	if (!limit_above(t, key, limit))
		return t->number;
	limit_drop(t, key);
	return 0;
}

bool
tracker_full(const struct tracker *t, uint64_t key, uint32_t limit)
{
	return limit_above(t, key, limit - 1);
}

void
tracker_give(uint16_t number, uint64_t key)
{
	limit_drop(__atomic_load_n(&numbered[number], __ATOMIC_ACQUIRE), key);
}
