/* owners.c: see owners.h. A claim is one word: 56 bits of a keyed hash and the worker + 1. Each flow has two buckets of a cache
 * line in which its claim may be: what is compared is the hash alone, which nobody outside can aim at.
 * SPDX-License-Identifier: Apache-2.0 */
#include "nat/owners.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "flow/pages.h"

enum { SLOTS = 8, WORKER_BITS = 8, BUCKETS_MIN = 64 };

struct bucket {
	_Alignas(64) _Atomic uint64_t slot[SLOTS]; /* 0: free */
};

struct nat_owners {
	_Alignas(64) _Atomic uint64_t claims; /* how many there are: none cost nothing */
	_Alignas(64) struct bucket *bucket;
	uint32_t mask;
	uint64_t seed;
};

struct place {
	uint64_t tag;
	uint32_t bucket[2];
};

struct nat_owners *
nat_owners_create(uint32_t flows, uint64_t seed)
{
	struct nat_owners *t = aligned_alloc(64, sizeof *t);
	uint32_t buckets = BUCKETS_MIN;
	while (buckets < flows / 2) /* a quarter full at most: both buckets of a flow are hardly ever */
		buckets *= 2;
	if (!t)
		return NULL;
	atomic_init(&t->claims, 0);
	t->mask = buckets - 1;
	t->seed = seed;
	t->bucket = pages_map((size_t)buckets * sizeof *t->bucket);
	if (!t->bucket) {
		free(t);
		return NULL;
	}
	return t;
}

void
nat_owners_destroy(struct nat_owners *t)
{
	if (!t)
		return;
	pages_unmap(t->bucket, ((size_t)t->mask + 1) * sizeof *t->bucket);
	free(t);
}

static struct place
place_of(const struct nat_owners *t, const struct flow_key *k)
{
	enum { FIRST = 43 }; /* of the secrets that are used here */
	uint64_t s =
	    key_mix(key_word(k, 0) ^ key_secret(t->seed, FIRST), key_word(k, 1) ^ key_secret(t->seed, FIRST + 1));
	uint64_t d =
	    key_mix(key_word(k, 2) ^ key_secret(t->seed, FIRST + 2), key_word(k, 3) ^ key_secret(t->seed, FIRST + 3));
	struct flow_key last = { .source_port = k->source_port,
				 .destination_port = k->destination_port,
				 .protocol = k->protocol,
				 .family = k->family };
	uint64_t h =
	    key_mix(s ^ key_word(&last, 4) ^ key_secret(t->seed, FIRST + 4), d ^ key_secret(t->seed, FIRST + 5));
	uint64_t other = key_mix(h ^ key_secret(t->seed, FIRST + 6), s + key_secret(t->seed, FIRST + 7));
	return (struct place){
		.tag = h << WORKER_BITS,
		.bucket = { (uint32_t)other & t->mask, (uint32_t)(other >> 32) & t->mask },
	};
}

bool
nat_owners_any(const struct nat_owners *t)
{
	return atomic_load_explicit(&t->claims, memory_order_relaxed) > 0;
}

/* A claim that is looked for while it moves nowhere is found: claims never move. */
uint32_t
nat_owners_find(const struct nat_owners *t, const struct flow_key *k)
{
	if (!nat_owners_any(t))
		return NAT_OWNER_NONE;
	struct place p = place_of(t, k);
	for (unsigned b = 0; b < 2; b++) {
		const struct bucket *at = &t->bucket[p.bucket[b]];
		for (unsigned i = 0; i < SLOTS; i++) {
			uint64_t claim = atomic_load_explicit(&at->slot[i], memory_order_relaxed);
			uint32_t worker = claim & ((1u << WORKER_BITS) - 1);
			if (worker && claim - worker == p.tag)
				return worker - 1;
		}
	}
	return NAT_OWNER_NONE;
}

bool
nat_owners_claim(struct nat_owners *t, const struct flow_key *k, uint32_t worker)
{
	uint32_t owner = nat_owners_find(t, k);
	if (owner != NAT_OWNER_NONE && owner != worker)
		return false;
	struct place p = place_of(t, k);
	for (unsigned b = 0; b < 2; b++) {
		struct bucket *at = &t->bucket[p.bucket[b]];
		for (unsigned i = 0; i < SLOTS; i++) {
			uint64_t free = 0;
			if (!atomic_compare_exchange_strong_explicit(&at->slot[i], &free, p.tag | (worker + 1),
								     memory_order_relaxed, memory_order_relaxed))
				continue;
			atomic_fetch_add_explicit(&t->claims, 1, memory_order_relaxed);
			return true;
		}
	}
	return false;
}

void
nat_owners_release(struct nat_owners *t, const struct flow_key *k, uint32_t worker)
{
	struct place p = place_of(t, k);
	for (unsigned b = 0; b < 2; b++) {
		struct bucket *at = &t->bucket[p.bucket[b]];
		for (unsigned i = 0; i < SLOTS; i++) {
			uint64_t claim = p.tag | (worker + 1);
			if (!atomic_compare_exchange_strong_explicit(&at->slot[i], &claim, 0, memory_order_relaxed,
								     memory_order_relaxed))
				continue;
			atomic_fetch_sub_explicit(&t->claims, 1, memory_order_relaxed);
			return;
		}
	}
}
