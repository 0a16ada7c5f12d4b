/* fragments.c: see fragments.h. Each packet has one place, which it takes from whatever was there: a keyed hash of what its
 * fragments have in common. SPDX-License-Identifier: Apache-2.0 */
#include "nat/fragments.h"

#include <stdlib.h>

#include "flow/fragment.h"

enum { PLACES = 4096 };
/* As long as a packet may take to come whole. */
#define KEPT_NS FRAGMENT_LIFETIME_NS

struct place {
	uint64_t tag;
	uint64_t until_ns;
	uint32_t owner;
};

struct nat_fragments {
	uint64_t seed;
	struct place place[PLACES];
};

struct nat_fragments *
nat_fragments_create(uint64_t seed)
{
	struct nat_fragments *t = calloc(1, sizeof *t);
	if (t)
		t->seed = seed;
	return t;
}

void
nat_fragments_destroy(struct nat_fragments *t)
{
	free(t);
}

static uint64_t
tag_of(const struct nat_fragments *t, const struct packet *p)
{
	enum { FIRST = 70 }; /* of the secrets that are used here */
	const struct flow_key *k = &p->key;
	uint64_t s =
	    key_mix(key_word(k, 0) ^ key_secret(t->seed, FIRST), key_word(k, 1) ^ key_secret(t->seed, FIRST + 1));
	uint64_t d =
	    key_mix(key_word(k, 2) ^ key_secret(t->seed, FIRST + 2), key_word(k, 3) ^ key_secret(t->seed, FIRST + 3));
	uint64_t rest = (uint64_t)p->fragment_id << 16 | (uint64_t)p->fragment_protocol << 8 | k->family;
	return key_mix(s ^ rest ^ key_secret(t->seed, FIRST + 4), d ^ key_secret(t->seed, FIRST + 5));
}

void
nat_fragments_note(struct nat_fragments *t, const struct packet *p, uint32_t owner, uint64_t now_ns)
{
	uint64_t tag = tag_of(t, p);
	t->place[tag % PLACES] = (struct place){ .tag = tag, .until_ns = now_ns + KEPT_NS, .owner = owner };
}

uint32_t
nat_fragments_find(const struct nat_fragments *t, const struct packet *p, uint64_t now_ns)
{
	uint64_t tag = tag_of(t, p);
	const struct place *at = &t->place[tag % PLACES];
	return at->tag == tag && now_ns < at->until_ns ? at->owner : NAT_FRAGMENTS_NONE;
}
