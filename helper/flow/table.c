/* table.c: see table.h. A bucket is one cache line of eight slots; what does not fit hangs on it as a chain of further
 * buckets. Only the last bucket of a chain may have room, so that a chain of k extra buckets holds more than 8k
 * entries and `capacity / 4` extra buckets are enough for any distribution of hashes. The home buckets are at most half
 * full on average, so about one look-up in a hundred of a full table goes to a second line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "flow/pages.h"

enum { SLOTS = 8, SESSIONS_MAX = 1 << 28 };
#define FREE_END UINT32_MAX

struct bucket {
	_Alignas(64) uint16_t tag[SLOTS]; /* 0 = free slot */
	uint32_t entry[SLOTS];            /* session index * 2 + direction */
	uint32_t next;                    /* extra bucket + 1; 0 = end of chain. In the free list: the next free one */
	uint32_t reserved[3];
};
_Static_assert(sizeof(struct bucket) == 64, "one cache line");

struct flow_table {
	struct bucket *home;
	struct bucket *extra;
	struct session *session;
	uint64_t seed;
	uint32_t mask;
	bool both; /* flows are fetched with the other direction's */
	uint32_t capacity;
	uint32_t used;
	uint32_t fresh;      /* sessions from here on were never used: their memory is untouched */
	uint32_t free;       /* session index + 1 of the free list's head, FREE_END if empty */
	uint32_t extra_room; /* number of extra buckets */
	uint32_t extra_fresh;
	uint32_t extra_free; /* extra bucket + 1, 0 = empty */
};

static inline uint16_t
tag_of(uint32_t hash)
{
	uint16_t tag = (uint16_t)(hash >> 16);
	return tag ? tag : 1;
}

/* One bit for each slot whose tag is `tag`. */
static inline uint32_t
matches(const struct bucket *b, uint16_t tag)
{
#ifdef __SSE2__
	__m128i tags = _mm_load_si128((const __m128i *)b->tag);
	__m128i equal = _mm_cmpeq_epi16(tags, _mm_set1_epi16((short)tag));
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
#else
	uint32_t mask = 0;
	for (unsigned i = 0; i < SLOTS; i++)
		mask |= (uint32_t)(b->tag[i] == tag) << i;
	return mask;
#endif
}

static inline struct bucket *
next_of(const struct flow_table *t, const struct bucket *b)
{
	return b->next ? &t->extra[b->next - 1] : NULL;
}

struct flow_table *
flow_table_create(uint32_t sessions, uint64_t seed)
{
	if (sessions == 0 || sessions > SESSIONS_MAX) {
		errno = EINVAL;
		return NULL;
	}
	uint32_t buckets = 1;
	while (buckets < sessions / 2)
		buckets *= 2;

	struct flow_table *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->seed = seed;
	t->mask = buckets - 1;
	t->capacity = sessions;
	t->free = FREE_END;
	t->extra_room = sessions / 4 + 1;
	t->home = pages_map((size_t)buckets * sizeof *t->home);
	t->extra = pages_map((size_t)t->extra_room * sizeof *t->extra);
	t->session = pages_map((size_t)t->capacity * sizeof *t->session);
	if (!t->home || !t->extra || !t->session) {
		int error = errno;
		flow_table_destroy(t);
		errno = error;
		return NULL;
	}
	return t;
}

void
flow_table_destroy(struct flow_table *t)
{
	if (!t)
		return;
	pages_unmap(t->home, ((size_t)t->mask + 1) * sizeof *t->home);
	pages_unmap(t->extra, (size_t)t->extra_room * sizeof *t->extra);
	pages_unmap(t->session, (size_t)t->capacity * sizeof *t->session);
	free(t);
}

uint32_t
flow_table_hash(const struct flow_table *t, const struct flow_key *k)
{
	return flow_key_hash(k, t->seed);
}

void
flow_table_prefetch_bucket(const struct flow_table *t, uint32_t hash)
{
	__builtin_prefetch(&t->home[hash & t->mask]);
}

void
flow_table_prefetch_flow(const struct flow_table *t, uint32_t hash, bool tcp)
{
	const struct bucket *b = &t->home[hash & t->mask];
	uint32_t found = matches(b, tag_of(hash));
	if (!found)
		return;
	uint32_t entry = b->entry[__builtin_ctz(found)];
	const struct session *s = &t->session[entry >> 1];
	__builtin_prefetch(&s->flow[entry & 1]);
	__builtin_prefetch(s);
	if (t->both)
		__builtin_prefetch(&s->flow[~entry & 1]);
	if (tcp)
		__builtin_prefetch(&s->tcp);
}

void
flow_table_fetch_both(struct flow_table *t, bool both)
{
	t->both = both;
}

struct session *
flow_table_find(struct flow_table *t, const struct flow_key *k, uint32_t hash, unsigned *direction)
{
	uint16_t tag = tag_of(hash);
	for (const struct bucket *b = &t->home[hash & t->mask]; b; b = next_of(t, b)) {
		for (uint32_t found = matches(b, tag); found; found &= found - 1) {
			uint32_t entry = b->entry[__builtin_ctz(found)];
			struct session *s = &t->session[entry >> 1];
			if (flow_key_equal(&s->flow[entry & 1].key, k)) {
				*direction = entry & 1;
				return s;
			}
		}
	}
	return NULL;
}

static uint32_t
extra_take(struct flow_table *t)
{
	uint32_t link = t->extra_free;
	if (link) {
		t->extra_free = t->extra[link - 1].next;
		t->extra[link - 1].next = 0;
		return link;
	}
	assert(t->extra_fresh < t->extra_room);
	return ++t->extra_fresh;
}

static void
link_entry(struct flow_table *t, uint32_t hash, uint32_t entry)
{
	struct bucket *b = &t->home[hash & t->mask];
	while (b->next)
		b = next_of(t, b);
	uint32_t room = matches(b, 0);
	if (!room) {
		b->next = extra_take(t);
		b = next_of(t, b);
		room = matches(b, 0);
	}
	unsigned slot = (unsigned)__builtin_ctz(room);
	b->tag[slot] = tag_of(hash);
	b->entry[slot] = entry;
}

static void
unlink_entry(struct flow_table *t, uint32_t hash, uint32_t entry)
{
	struct bucket *hole = &t->home[hash & t->mask];
	unsigned slot;
	for (;; hole = next_of(t, hole)) {
		assert(hole);
		uint32_t found = matches(hole, tag_of(hash));
		while (found && hole->entry[__builtin_ctz(found)] != entry)
			found &= found - 1;
		if (found) {
			slot = (unsigned)__builtin_ctz(found);
			break;
		}
	}

	struct bucket *before = NULL, *last = hole;
	for (; last->next; last = next_of(t, last))
		before = last;
	uint32_t taken = ~matches(last, 0) & ((1u << SLOTS) - 1);
	unsigned donor = last == hole ? slot : (unsigned)__builtin_ctz(taken);
	hole->tag[slot] = last->tag[donor];
	hole->entry[slot] = last->entry[donor];
	last->tag[donor] = 0;

	if (matches(last, 0) != (1u << SLOTS) - 1)
		return;
	if (!before) {
		struct bucket *home = &t->home[hash & t->mask];
		if (last == home)
			return;
		for (before = home; next_of(t, before) != last;)
			before = next_of(t, before);
	}
	uint32_t link = before->next;
	before->next = 0;
	last->next = t->extra_free;
	t->extra_free = link;
}

static struct session *
session_take(struct flow_table *t)
{
	if (t->free != FREE_END) {
		struct session *s = &t->session[t->free - 1];
		t->free = s->table_link;
		memset(s, 0, sizeof *s);
		return s;
	}
	return t->fresh < t->capacity ? &t->session[t->fresh++] : NULL;
}

struct session *
flow_table_install(struct flow_table *t, const struct flow_key *forward, const struct flow_key *reverse, bool *exists)
{
	uint32_t forward_hash = flow_table_hash(t, forward), reverse_hash = flow_table_hash(t, reverse);
	unsigned direction;
	*exists = flow_key_equal(forward, reverse) || flow_table_find(t, forward, forward_hash, &direction) ||
		  flow_table_find(t, reverse, reverse_hash, &direction);
	if (*exists)
		return NULL;
	struct session *s = session_take(t);
	if (!s)
		return NULL;

	s->flow[0].key = *forward;
	s->flow[1].key = *reverse;
	uint32_t entry = flow_table_index(t, s) * 2;
	link_entry(t, forward_hash, entry);
	link_entry(t, reverse_hash, entry + 1);
	t->used++;
	return s;
}

void
flow_table_remove(struct flow_table *t, struct session *s)
{
	assert(s->table_link == 0 && s->timer_slot == 0);
	uint32_t entry = flow_table_index(t, s) * 2;
	unlink_entry(t, flow_table_hash(t, &s->flow[0].key), entry);
	unlink_entry(t, flow_table_hash(t, &s->flow[1].key), entry + 1);
	s->table_link = t->free;
	t->free = flow_table_index(t, s) + 1;
	t->used--;
}

uint32_t
flow_table_used(const struct flow_table *t)
{
	return t->used;
}

uint32_t
flow_table_capacity(const struct flow_table *t)
{
	return t->capacity;
}

struct session *
flow_table_at(struct flow_table *t, uint32_t index)
{
	if (index >= t->fresh)
		return NULL;
	struct session *s = &t->session[index];
	return s->table_link == 0 ? s : NULL;
}

uint32_t
flow_table_index(const struct flow_table *t, const struct session *s)
{
	return (uint32_t)(s - t->session);
}
