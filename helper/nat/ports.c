/* ports.c: see ports.h. For each address and protocol a map of busy ports, a bit each, and above it one of words that are full:
 * so a free port is found in at most a few steps however many are taken. Ports that were given back stay busy until no free one
 * is left. SPDX-License-Identifier: Apache-2.0 */
#include "nat/ports.h"

#include <stdlib.h>

#include "nat/nat.h"
#include "packet/protocol.h"

enum { BITS = 64, PORTS = 65536, FULL_WORDS = PORTS / BITS / BITS };
enum { TCP, UDP, SCTP, ECHO, KINDS = NAT_PORT_KINDS }; /* protocols share no ports; echo identifiers are ports here */
#define NONE UINT32_MAX

/* map: the ports of one address and protocol that are this worker's, by position. A full word of `busy` has its bit in `full`; a
 * word of `resting` that is not zero has its bit in `rested`. Resting ports are busy too. */
struct map {
	uint64_t full[FULL_WORDS];
	uint64_t rested[FULL_WORDS];
	uint32_t used;
	uint64_t *busy;
	uint64_t *resting;
};

struct block {
	struct address address;
	bool kept;
	struct map map[KINDS];
	uint64_t words[];
};

struct nat_ports {
	uint32_t worker, workers;
	uint32_t words; /* of one bit map */
	uint64_t random;
	uint64_t given;
	uint32_t count, mask;
	struct block **block; /* hashed by address, mask + 1 places */
};

struct nat_ports *
nat_ports_create(uint32_t worker, uint32_t workers, uint64_t seed)
{
	struct nat_ports *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->worker = worker;
	t->workers = workers;
	t->words = (PORTS / workers + BITS) / BITS;
	t->random = key_secret(seed, 10 + worker) | 1;
	return t;
}

void
nat_ports_destroy(struct nat_ports *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; t->block && i <= t->mask; i++)
		free(t->block[i]);
	free(t->block);
	free(t);
}

static struct block *
find(const struct nat_ports *t, const struct address *address)
{
	if (!t->block)
		return NULL;
	for (uint32_t i = nat_address_hash(address) & t->mask;; i = (i + 1) & t->mask) {
		struct block *b = t->block[i];
		if (!b || nat_address_equal(&b->address, address))
			return b;
	}
}

static uint32_t
block_used(const struct block *b)
{
	uint32_t used = 0;
	for (unsigned k = 0; k < KINDS; k++)
		used += b->map[k].used;
	return used;
}

static struct block *
block_create(const struct nat_ports *t, const struct address *address)
{
	struct block *b = calloc(1, sizeof *b + (size_t)2 * KINDS * t->words * sizeof b->words[0]);
	if (!b)
		return NULL;
	b->address = *address;
	b->kept = true;
	for (unsigned k = 0; k < KINDS; k++) {
		b->map[k].busy = b->words + (size_t)(2 * k) * t->words;
		b->map[k].resting = b->words + (size_t)(2 * k + 1) * t->words;
	}
	return b;
}

static void
place(struct nat_ports *t, struct block *b)
{
	uint32_t i = nat_address_hash(&b->address) & t->mask;
	while (t->block[i])
		i = (i + 1) & t->mask;
	t->block[i] = b;
	t->count++;
}

/* Places for `count` more blocks, and for those that stay. */
static bool
rebuild(struct nat_ports *t, uint32_t count)
{
	struct block **old = t->block;
	uint32_t old_places = old ? t->mask + 1 : 0, places = 4;
	while (places < 2 * (t->count + count))
		places *= 2;
	struct block **block = calloc(places, sizeof *block);
	if (!block)
		return false;
	t->block = block;
	t->mask = places - 1;
	t->count = 0;
	for (uint32_t i = 0; i < old_places; i++) {
		if (old[i] && !old[i]->kept && block_used(old[i]) == 0)
			free(old[i]);
		else if (old[i])
			place(t, old[i]);
	}
	free(old);
	return true;
}

bool
nat_ports_keep(struct nat_ports *t, const struct address *address, uint32_t count)
{
	uint32_t fresh = 0;
	for (uint32_t i = 0; t->block && i <= t->mask; i++)
		if (t->block[i])
			t->block[i]->kept = false;
	for (uint32_t i = 0; i < count; i++) {
		struct block *b = find(t, &address[i]);
		if (b)
			b->kept = true;
		else
			fresh++;
	}
	if (!rebuild(t, fresh))
		return false;
	for (uint32_t i = 0; fresh > 0 && i < count; i++) {
		if (find(t, &address[i]))
			continue;
		struct block *b = block_create(t, &address[i]);
		if (!b)
			return false;
		place(t, b);
	}
	return true;
}

static struct map *
map_of(const struct nat_ports *t, const struct address *address, uint8_t protocol)
{
	struct block *b = find(t, address);
	if (!b)
		return NULL;
	switch (protocol) {
	case PROTOCOL_TCP:
		return &b->map[TCP];
	case PROTOCOL_UDP:
		return &b->map[UDP];
	case PROTOCOL_SCTP:
		return &b->map[SCTP];
	}
	return &b->map[ECHO];
}

static inline void
set(uint64_t *map, uint32_t i)
{
	map[i / BITS] |= 1ull << i % BITS;
}

static inline void
clear(uint64_t *map, uint32_t i)
{
	map[i / BITS] &= ~(1ull << i % BITS);
}

/* The first free position from `from` to `to`, both included. */
static uint32_t
free_between(const struct map *m, uint32_t from, uint32_t to)
{
	if (from > to)
		return NONE;
	uint32_t word = from / BITS, last = to / BITS;
	uint64_t open = ~m->busy[word] & (~0ull << from % BITS);
	while (!open) {
		if (++word > last)
			return NONE;
		/* on to the next word that is not full */
		uint64_t some = ~m->full[word / BITS] & (~0ull << word % BITS);
		while (!some) {
			word = (word / BITS + 1) * BITS;
			if (word > last)
				return NONE;
			some = ~m->full[word / BITS];
		}
		word = word / BITS * BITS + (uint32_t)__builtin_ctzll(some);
		if (word > last)
			return NONE;
		open = ~m->busy[word];
	}
	uint32_t found = word * BITS + (uint32_t)__builtin_ctzll(open);
	return found <= to ? found : NONE;
}

/* All that rest are free again. */
static bool
wake(struct map *m)
{
	bool any = false;
	for (uint32_t i = 0; i < FULL_WORDS; i++) {
		while (m->rested[i]) {
			uint32_t word = i * BITS + (uint32_t)__builtin_ctzll(m->rested[i]);
			m->rested[i] &= m->rested[i] - 1;
			m->busy[word] &= ~m->resting[word];
			m->resting[word] = 0;
			clear(m->full, word);
			any = true;
		}
	}
	return any;
}

static uint32_t
random_below(struct nat_ports *t, uint32_t bound)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (uint32_t)((t->random >> 32) * bound >> 32);
}

uint16_t
nat_ports_find(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t low, uint16_t high)
{
	struct map *m = map_of(t, address, protocol);
	/* Positions whose ports lie in the range: those of this worker are workers apart. */
	uint32_t from = low <= t->worker ? 0 : (low - t->worker + t->workers - 1) / t->workers;
	if (!m || high < t->worker || low > high)
		return 0;
	uint32_t to = (high - t->worker) / t->workers;
	if (from > to)
		return 0;
	uint32_t begin = from + random_below(t, to - from + 1);
	do {
		uint32_t found = free_between(m, begin, to);
		if (found == NONE && begin > from)
			found = free_between(m, from, begin - 1);
		if (found != NONE)
			return (uint16_t)(found * t->workers + t->worker);
	} while (wake(m));
	return 0;
}

void
nat_ports_take(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t port)
{
	struct map *m = map_of(t, address, protocol);
	uint32_t i = port / t->workers;
	set(m->busy, i);
	if (m->busy[i / BITS] == ~0ull)
		set(m->full, i / BITS);
	m->used++;
}

void
nat_ports_give(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t port)
{
	struct map *m = map_of(t, address, protocol);
	uint32_t i = port / t->workers;
	set(m->resting, i);
	set(m->rested, i / BITS);
	m->used--;
	t->given++;
}

uint32_t
nat_ports_used(const struct nat_ports *t, const struct address *address)
{
	const struct block *b = find(t, address);
	return b ? block_used(b) : 0;
}

void
nat_ports_count(const struct nat_ports *t, const struct address *address, uint32_t used[NAT_PORT_KINDS])
{
	const struct block *b = find(t, address);
	for (unsigned k = 0; b && k < KINDS; k++)
		used[k] += b->map[k].used;
}

uint64_t
nat_ports_given(const struct nat_ports *t)
{
	return t->given;
}
