/* neighbour.c: see neighbour.h. Identities hang in hash chains that only grow at their head, by compare and swap: who
 * loses the race looks again at what came in front, so no neighbour ever has two slots. Only the control thread takes a
 * slot out of a chain, and gives it back for reuse after a grace period; that is why a swap cannot be fooled by a head
 * that went and came back. What packets read stands apart, one word per slot.
 * SPDX-License-Identifier: Apache-2.0 */
#include "route/neighbour.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

/* word: MAC in bits 0 to 47, state in 48 and 49, tick of the last change in 50 to 63. */
enum { STATE_SHIFT = 48, TICK_SHIFT = 50, TICK_MASK = (1 << 14) - 1 };
#define MAC_MASK ((1ull << STATE_SHIFT) - 1)

/* The key's destination and ports are unused; `source_port` holds the unit. */
struct identity {
	struct flow_key key;
	_Atomic uint32_t next; /* in its chain, or in the stack of free slots */
	_Atomic uint32_t used;
};

struct neighbour_table {
	uint64_t seed;
	uint32_t capacity, mask;
	_Atomic uint32_t *head;      /* [A] chains, slot numbers */
	struct identity *identity;   /* [A] by the worker that claims it, before it is published */
	_Atomic uint64_t *word;      /* [C], and [A] by neighbour_want */
	_Atomic uint32_t tick;       /* [C] */
	char reserved[64];           /* workers that take slots write the next line */
	_Atomic uint64_t free_slots; /* [A] top of the stack of free slots; a count of changes above it, against ABA */
};

static inline uint64_t
word_of(enum neighbour_state state, uint32_t tick, uint64_t mac)
{
	return mac | (uint64_t)state << STATE_SHIFT | (uint64_t)(tick & TICK_MASK) << TICK_SHIFT;
}

static inline enum neighbour_state
state_of(uint64_t word)
{
	return (enum neighbour_state)(word >> STATE_SHIFT & 3);
}

static void
slot_give(struct neighbour_table *t, uint32_t slot)
{
	uint64_t top = atomic_load_explicit(&t->free_slots, memory_order_relaxed), put;
	do {
		atomic_store_explicit(&t->identity[slot].next, (uint32_t)top, memory_order_relaxed);
		put = ((top >> 32) + 1) << 32 | slot;
		/* N1: hands over a slot; pairs with N2. */
	} while (!atomic_compare_exchange_weak_explicit(&t->free_slots, &top, put, memory_order_release,
							memory_order_relaxed));
}

static uint32_t
slot_take(struct neighbour_table *t)
{
	/* N2: pairs with N1. */
	uint64_t top = atomic_load_explicit(&t->free_slots, memory_order_acquire), put;
	do {
		if ((uint32_t)top == NEIGHBOUR_NONE)
			return NEIGHBOUR_NONE;
		put = ((top >> 32) + 1) << 32 |
		      atomic_load_explicit(&t->identity[(uint32_t)top].next, memory_order_relaxed);
	} while (!atomic_compare_exchange_weak_explicit(&t->free_slots, &top, put, memory_order_acq_rel,
							memory_order_acquire));
	return (uint32_t)top;
}

struct neighbour_table *
neighbour_table_create(uint32_t capacity, uint64_t seed)
{
	if (capacity == 0 || capacity > 1u << 24) {
		errno = EINVAL;
		return NULL;
	}
	struct neighbour_table *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	uint32_t heads = 1;
	while (heads < capacity)
		heads *= 2;
	t->seed = seed;
	t->capacity = capacity;
	t->mask = heads - 1;
	t->head = calloc(heads, sizeof *t->head);
	t->identity = calloc((size_t)capacity + 1, sizeof *t->identity);
	t->word = calloc((size_t)capacity + 1, sizeof *t->word);
	if (!t->head || !t->identity || !t->word) {
		neighbour_table_destroy(t);
		errno = ENOMEM;
		return NULL;
	}
	for (uint32_t slot = capacity; slot > 0; slot--)
		slot_give(t, slot);
	return t;
}

void
neighbour_table_destroy(struct neighbour_table *t)
{
	if (!t)
		return;
	free(t->head);
	free(t->identity);
	free(t->word);
	free(t);
}

static uint32_t
chain_find(const struct neighbour_table *t, uint32_t slot, const struct flow_key *key)
{
	while (slot != NEIGHBOUR_NONE && !flow_key_equal(&t->identity[slot].key, key))
		slot = atomic_load_explicit(&t->identity[slot].next, memory_order_acquire);
	return slot;
}

uint32_t
neighbour_find(const struct neighbour_table *t, uint16_t unit, uint8_t family, const struct address *a)
{
	struct flow_key key = { .source = *a, .source_port = unit, .family = family };
	_Atomic uint32_t *chain = &t->head[flow_key_hash(&key, t->seed) & t->mask];
	/* N4: pairs with N3. */
	return chain_find(t, atomic_load_explicit(chain, memory_order_acquire), &key);
}

uint32_t
neighbour_slot(struct neighbour_table *t, uint16_t unit, uint8_t family, const struct address *a)
{
	struct flow_key key = { .source = *a, .source_port = unit, .family = family };
	_Atomic uint32_t *chain = &t->head[flow_key_hash(&key, t->seed) & t->mask];
	/* N4: pairs with N3. */
	uint32_t head = atomic_load_explicit(chain, memory_order_acquire);
	uint32_t slot = chain_find(t, head, &key);
	if (slot != NEIGHBOUR_NONE)
		return slot;

	uint32_t fresh = slot_take(t);
	if (fresh == NEIGHBOUR_NONE)
		return NEIGHBOUR_NONE;
	t->identity[fresh].key = key;
	atomic_store_explicit(&t->word[fresh], 0, memory_order_relaxed);
	for (;;) {
		atomic_store_explicit(&t->identity[fresh].next, head, memory_order_relaxed);
		/* N3: publishes the identity; pairs with N4. On failure head is the new one, read with acquire. */
		if (atomic_compare_exchange_strong_explicit(chain, &head, fresh, memory_order_acq_rel,
							    memory_order_acquire))
			break;
		slot = chain_find(t, head, &key);
		if (slot != NEIGHBOUR_NONE) {
			slot_give(t, fresh);
			return slot;
		}
	}
	/* N5: shows the slot to listings; pairs with N6. */
	atomic_store_explicit(&t->identity[fresh].used, 1, memory_order_release);
	return fresh;
}

enum neighbour_state
neighbour_read(const struct neighbour_table *t, uint32_t slot, uint8_t mac[6])
{
	uint64_t word = atomic_load_explicit(&t->word[slot], memory_order_relaxed);
	enum neighbour_state state = state_of(word);
	if (state == NEIGHBOUR_VALID)
		memcpy(mac, &word, 6);
	return state;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the MAC is the word's first six bytes");

void
neighbour_write(struct neighbour_table *t, uint32_t slot, enum neighbour_state state, const uint8_t mac[6])
{
	uint64_t bytes = 0;
	if (state == NEIGHBOUR_VALID)
		memcpy(&bytes, mac, 6);
	uint32_t tick = atomic_load_explicit(&t->tick, memory_order_relaxed);
	atomic_store_explicit(&t->word[slot], word_of(state, tick, bytes), memory_order_relaxed);
}

bool
neighbour_want(struct neighbour_table *t, uint32_t slot)
{
	uint64_t word = atomic_load_explicit(&t->word[slot], memory_order_relaxed);
	if (state_of(word) != NEIGHBOUR_UNKNOWN)
		return false;
	uint32_t tick = atomic_load_explicit(&t->tick, memory_order_relaxed);
	return atomic_compare_exchange_strong_explicit(&t->word[slot], &word, word_of(NEIGHBOUR_PENDING, tick, 0),
						       memory_order_relaxed, memory_order_relaxed);
}

uint32_t
neighbour_tick(struct neighbour_table *t)
{
	uint32_t now = atomic_load_explicit(&t->tick, memory_order_relaxed) + 1;
	uint32_t count = 0;
	atomic_store_explicit(&t->tick, now, memory_order_relaxed);
	for (uint32_t slot = 1; slot <= t->capacity; slot++) {
		uint64_t word = atomic_load_explicit(&t->word[slot], memory_order_relaxed);
		enum neighbour_state state = state_of(word);
		if (state != NEIGHBOUR_FAILED && state != NEIGHBOUR_PENDING)
			continue;
		if (((now - (uint32_t)(word >> TICK_SHIFT)) & TICK_MASK) < NEIGHBOUR_RETRY)
			continue;
		if (atomic_compare_exchange_strong_explicit(&t->word[slot], &word, 0, memory_order_relaxed,
							    memory_order_relaxed))
			count++;
	}
	return count;
}

void
neighbour_unlink(struct neighbour_table *t, uint32_t slot)
{
	_Atomic uint32_t *chain = &t->head[flow_key_hash(&t->identity[slot].key, t->seed) & t->mask];
	/* Its worker shows a slot to listings just after it is found by others. */
	while (!atomic_load_explicit(&t->identity[slot].used, memory_order_acquire))
		sched_yield();
	atomic_store_explicit(&t->identity[slot].used, 0, memory_order_relaxed);
	uint32_t next = atomic_load_explicit(&t->identity[slot].next, memory_order_relaxed);
	uint32_t expected = slot;
	if (atomic_compare_exchange_strong_explicit(chain, &expected, next, memory_order_acq_rel, memory_order_acquire))
		return;
	/* It is not the head any more and never will be again: only we take out what stands in front of it. */
	uint32_t before = expected, after;
	while ((after = atomic_load_explicit(&t->identity[before].next, memory_order_acquire)) != slot) {
		assert(after != NEIGHBOUR_NONE);
		before = after;
	}
	atomic_store_explicit(&t->identity[before].next, next, memory_order_release);
}

void
neighbour_forget(struct neighbour_table *t, uint32_t slot)
{
	atomic_store_explicit(&t->word[slot], 0, memory_order_relaxed);
	slot_give(t, slot);
}

bool
neighbour_at(const struct neighbour_table *t, uint32_t slot, uint16_t *unit, uint8_t *family, struct address *a)
{
	if (slot == NEIGHBOUR_NONE || slot > t->capacity)
		return false;
	const struct identity *i = &t->identity[slot];
	/* N6: pairs with N5. */
	if (!atomic_load_explicit(&i->used, memory_order_acquire))
		return false;
	*unit = i->key.source_port;
	*family = i->key.family;
	*a = i->key.source;
	return true;
}

uint32_t
neighbour_capacity(const struct neighbour_table *t)
{
	return t->capacity;
}
