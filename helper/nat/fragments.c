/* fragments.c: see fragments.h. Each packet has one place, which it takes from whatever was there: a keyed hash of what its
 * fragments have in common. What is held lies still; short lists say in which order. SPDX-License-Identifier: Apache-2.0 */
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

struct waiting {
	uint64_t tag;
	uint64_t deadline_ns;
	uint16_t held;
};

struct ready {
	uint32_t owner;
	uint16_t held;
};

struct nat_fragments {
	uint64_t seed;
	struct place place[PLACES];
	struct packet held[FRAGMENT_HELD_MAX];
	uint16_t free[FRAGMENT_HELD_MAX], free_count;
	uint32_t waiting_count, ready_count, ready_next;
	struct waiting waiting[FRAGMENT_HELD_MAX]; /* oldest first */
	struct ready ready[FRAGMENT_HELD_MAX];     /* [ready_next..ready_count) */
};

struct nat_fragments *
nat_fragments_create(uint64_t seed)
{
	struct nat_fragments *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->seed = seed;
	while (t->free_count < FRAGMENT_HELD_MAX) {
		t->free[t->free_count] = t->free_count;
		t->free_count++;
	}
	return t;
}

void
nat_fragments_destroy(struct nat_fragments *t)
{
	free(t);
}

/* The protocol is in the name of an IPv4 packet only: see flow/fragment.c. */
static uint64_t
tag_of(const struct nat_fragments *t, const struct packet *p)
{
	enum { FIRST = 70 }; /* of the secrets that are used here */
	const struct flow_key *k = &p->key;
	uint64_t s =
	    key_mix(key_word(k, 0) ^ key_secret(t->seed, FIRST), key_word(k, 1) ^ key_secret(t->seed, FIRST + 1));
	uint64_t d =
	    key_mix(key_word(k, 2) ^ key_secret(t->seed, FIRST + 2), key_word(k, 3) ^ key_secret(t->seed, FIRST + 3));
	uint64_t protocol = k->family == ADDRESS_FAMILY_INET ? p->fragment_protocol : 0;
	uint64_t rest = (uint64_t)p->fragment_id << 16 | protocol << 8 | k->family;
	return key_mix(s ^ rest ^ key_secret(t->seed, FIRST + 4), d ^ key_secret(t->seed, FIRST + 5));
}

static void
make_ready(struct nat_fragments *t, uint64_t tag, uint32_t owner)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < t->waiting_count; i++) {
		const struct waiting *w = &t->waiting[i];
		if (w->tag == tag)
			t->ready[t->ready_count++] = (struct ready){ .owner = owner, .held = w->held };
		else
			t->waiting[kept++] = *w;
	}
	t->waiting_count = kept;
}

void
nat_fragments_note(struct nat_fragments *t, const struct packet *p, uint32_t owner, uint64_t now_ns)
{
	uint64_t tag = tag_of(t, p);
	t->place[tag % PLACES] = (struct place){ .tag = tag, .until_ns = now_ns + KEPT_NS, .owner = owner };
	make_ready(t, tag, owner);
}

uint32_t
nat_fragments_find(const struct nat_fragments *t, const struct packet *p, uint64_t now_ns)
{
	uint64_t tag = tag_of(t, p);
	const struct place *at = &t->place[tag % PLACES];
	return at->tag == tag && now_ns < at->until_ns ? at->owner : NAT_FRAGMENTS_NONE;
}

static uint32_t
held_of(const struct nat_fragments *t, uint64_t tag)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < t->waiting_count; i++)
		count += t->waiting[i].tag == tag;
	return count;
}

bool
nat_fragments_hold(struct nat_fragments *t, const struct packet *p, uint64_t now_ns)
{
	uint64_t tag = tag_of(t, p);
	if (t->free_count == 0 || held_of(t, tag) == FRAGMENT_HELD_EACH)
		return false;
	uint16_t held = t->free[--t->free_count];
	t->held[held] = *p;
	t->waiting[t->waiting_count++] =
	    (struct waiting){ .tag = tag, .deadline_ns = now_ns + FRAGMENT_WAIT_NS, .held = held };
	return true;
}

/* The oldest of those that wait, if its time is up. */
static void
expire(struct nat_fragments *t, uint64_t now_ns)
{
	if (t->waiting_count == 0 || now_ns < t->waiting[0].deadline_ns)
		return;
	t->ready[t->ready_count++] = (struct ready){ .owner = NAT_FRAGMENTS_NONE, .held = t->waiting[0].held };
	memmove(t->waiting, t->waiting + 1, --t->waiting_count * sizeof t->waiting[0]);
}

bool
nat_fragments_release(struct nat_fragments *t, uint64_t now_ns, struct packet *out, uint32_t *owner)
{
	if (t->ready_next == t->ready_count) {
		t->ready_next = t->ready_count = 0;
		expire(t, now_ns);
	}
	if (t->ready_next == t->ready_count)
		return false;
	const struct ready *r = &t->ready[t->ready_next++];
	*out = t->held[r->held];
	*owner = r->owner;
	t->free[t->free_count++] = r->held;
	return true;
}
