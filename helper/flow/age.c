/* age.c: see age.h. One wheel without levels: 2^18 slots of 2^29 ns reach 39 hours, beyond the longest timeout of a
 * day, so nothing ever cascades and arming is a list insertion. Longer timeouts are looked at again at the horizon.
 * Links are session index + 1, so that a zeroed session is not armed. SPDX-License-Identifier: Apache-2.0 */
#include "flow/age.h"

#include <stdlib.h>

#include "flow/pages.h"

enum { TICK_SHIFT = 29, SLOTS = 1 << 18 };
_Static_assert(1ull << TICK_SHIFT == AGE_TICK_NS, "age.h states the tick");
_Static_assert(SLOTS *AGE_TICK_NS > 86400ull * 1000000000, "the wheel reaches the longest timeout");

struct age_wheel {
	struct flow_table *table;
	uint32_t *slot; /* head of each list */
	uint64_t tick;  /* the slot in turn: all before it are done */
	uint32_t armed;
};

static inline uint64_t
deadline_of(const struct session *s)
{
	return s->last_ns + s->timeout_s * 1000000000ull;
}

/* The first tick that begins at or after `ns`: a slot in turn holds only sessions that are due, or were used since. */
static inline uint64_t
tick_after(uint64_t ns)
{
	return (ns + AGE_TICK_NS - 1) >> TICK_SHIFT;
}

static void
insert(struct age_wheel *w, struct session *s, uint64_t tick)
{
	if (tick >= w->tick + SLOTS)
		tick = w->tick + SLOTS - 1;
	uint32_t slot = tick & (SLOTS - 1);
	uint32_t link = flow_table_index(w->table, s) + 1;
	s->timer_slot = slot + 1;
	s->timer_prev = 0;
	s->timer_next = w->slot[slot];
	if (s->timer_next)
		flow_table_at(w->table, s->timer_next - 1)->timer_prev = link;
	w->slot[slot] = link;
	w->armed++;
}

struct age_wheel *
age_wheel_create(struct flow_table *t)
{
	struct age_wheel *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->table = t;
	w->slot = pages_map(SLOTS * sizeof *w->slot);
	if (!w->slot) {
		free(w);
		return NULL;
	}
	return w;
}

void
age_wheel_destroy(struct age_wheel *w)
{
	if (!w)
		return;
	pages_unmap(w->slot, SLOTS * sizeof *w->slot);
	free(w);
}

void
age_add(struct age_wheel *w, struct session *s, uint64_t now_ns)
{
	age_remove(w, s);
	if (s->timeout_s == AGE_NEVER)
		return;
	/* An empty wheel has nothing to miss, so it starts at the clock it is first given. */
	if (w->armed == 0)
		w->tick = now_ns >> TICK_SHIFT;
	uint64_t tick = tick_after(deadline_of(s));
	insert(w, s, tick < w->tick ? w->tick : tick);
}

void
age_remove(struct age_wheel *w, struct session *s)
{
	if (!s->timer_slot)
		return;
	if (s->timer_prev)
		flow_table_at(w->table, s->timer_prev - 1)->timer_next = s->timer_next;
	else
		w->slot[s->timer_slot - 1] = s->timer_next;
	if (s->timer_next)
		flow_table_at(w->table, s->timer_next - 1)->timer_prev = s->timer_prev;
	s->timer_slot = s->timer_next = s->timer_prev = 0;
	w->armed--;
}

struct session *
age_expired(struct age_wheel *w, uint64_t now_ns, unsigned *budget)
{
	uint64_t now = now_ns >> TICK_SHIFT;
	while (w->armed && w->tick <= now) {
		uint32_t link = w->slot[w->tick & (SLOTS - 1)];
		if (!link) {
			if (w->tick == now)
				break;
			w->tick++;
			continue;
		}
		if (*budget == 0)
			break;
		--*budget;
		struct session *s = flow_table_at(w->table, link - 1);
		if (s->timer_next)
			__builtin_prefetch(&flow_table_at(w->table, s->timer_next - 1)->last_ns);
		age_remove(w, s);
		if (s->timeout_s == AGE_NEVER)
			continue;
		uint64_t deadline = deadline_of(s);
		if (deadline <= now_ns)
			return s;
		insert(w, s, tick_after(deadline));
	}
	return NULL;
}
