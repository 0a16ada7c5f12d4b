/* bindings.c: see bindings.h. An array of bindings, and two tables of chains into it. SPDX-License-Identifier: Apache-2.0 */
#include "nat/bindings.h"

#include <stdlib.h>

#include "nat/nat.h"

enum { INNER, OUTER, SIDES };

struct nat_bindings {
	uint32_t capacity, mask, free;
	uint64_t seed;
	uint32_t *chain[SIDES]; /* [mask + 1] index + 1 */
	struct nat_binding binding[];
};

struct nat_bindings *
nat_bindings_create(uint32_t capacity, uint64_t seed)
{
	struct nat_bindings *t = calloc(1, sizeof *t + capacity * sizeof t->binding[0]);
	uint32_t chains = 64;
	while (chains < 2 * capacity)
		chains *= 2;
	if (!t)
		return NULL;
	for (unsigned side = 0; side < SIDES; side++)
		t->chain[side] = calloc(chains, sizeof *t->chain[side]);
	if (!t->chain[INNER] || !t->chain[OUTER]) {
		nat_bindings_destroy(t);
		return NULL;
	}
	t->capacity = capacity;
	t->mask = chains - 1;
	t->seed = seed;
	for (uint32_t i = capacity; i > 0; i--) {
		t->binding[i - 1].next[0] = t->free;
		t->free = i;
	}
	return t;
}

void
nat_bindings_destroy(struct nat_bindings *t)
{
	if (!t)
		return;
	for (unsigned side = 0; side < SIDES; side++)
		free(t->chain[side]);
	free(t);
}

/* Clients choose their ports, and whoever is outside chooses whom to ask: keyed. */
static uint32_t
place_of(const struct nat_bindings *t, const struct address *a, uint16_t port, uint8_t protocol)
{
	enum { FIRST = 60 }; /* of the secrets that are used here */
	uint64_t h = key_mix(a->half[0] ^ key_secret(t->seed, FIRST), a->half[1] ^ key_secret(t->seed, FIRST + 1));
	h = key_mix(h ^ ((uint64_t)port << 8 | protocol), key_secret(t->seed, FIRST + 2));
	return (uint32_t)(h ^ h >> 32) & t->mask;
}

uint32_t
nat_bindings_inner(const struct nat_bindings *t, const struct flow_key *k, uint32_t rule, uint64_t now_ns)
{
	uint32_t at = t->chain[INNER][place_of(t, &k->source, k->source_port, k->protocol)];
	for (; at; at = t->binding[at - 1].next[INNER]) {
		const struct nat_binding *b = &t->binding[at - 1];
		if (b->rule == rule && b->inner_port == k->source_port && b->protocol == k->protocol &&
		    b->family == k->family && b->inner_instance == k->instance &&
		    nat_address_equal(&b->inner, &k->source) && !nat_binding_expired(b, now_ns))
			return at;
	}
	return 0;
}

uint32_t
nat_bindings_outer(const struct nat_bindings *t, const struct flow_key *k, uint64_t now_ns)
{
	uint32_t at = t->chain[OUTER][place_of(t, &k->destination, k->destination_port, k->protocol)];
	for (; at; at = t->binding[at - 1].next[OUTER]) {
		const struct nat_binding *b = &t->binding[at - 1];
		if (b->rule != 0 && b->outer_port == k->destination_port && b->protocol == k->protocol &&
		    b->family == k->family && b->outer_instance == k->instance &&
		    nat_address_equal(&b->outer, &k->destination) && !nat_binding_expired(b, now_ns))
			return at;
	}
	return 0;
}

struct nat_binding *
nat_bindings_at(struct nat_bindings *t, uint32_t index)
{
	return &t->binding[index - 1];
}

uint32_t
nat_bindings_capacity(const struct nat_bindings *t)
{
	return t->capacity;
}

static uint32_t *
chain_of(struct nat_bindings *t, const struct nat_binding *b, unsigned side)
{
	return &t->chain[side][side == INNER ? place_of(t, &b->inner, b->inner_port, b->protocol)
					     : place_of(t, &b->outer, b->outer_port, b->protocol)];
}

uint32_t
nat_bindings_add(struct nat_bindings *t, const struct flow_key *in, const struct flow_key *out, uint32_t rule)
{
	uint32_t index = t->free;
	if (index == 0)
		return 0;
	struct nat_binding *b = &t->binding[index - 1];
	t->free = b->next[0];
	*b = (struct nat_binding){
		.inner = in->source,
		.outer = out->source,
		.inner_port = in->source_port,
		.outer_port = out->source_port,
		.inner_instance = in->instance,
		.outer_instance = out->instance,
		.family = in->family,
		.protocol = in->protocol,
		.rule = rule,
		.used = true,
	};
	for (unsigned side = 0; side < SIDES; side++) {
		uint32_t *chain = chain_of(t, b, side);
		b->next[side] = *chain;
		*chain = index;
	}
	return index;
}

void
nat_bindings_remove(struct nat_bindings *t, uint32_t index)
{
	struct nat_binding *b = &t->binding[index - 1];
	for (unsigned side = 0; side < SIDES; side++) {
		uint32_t *at = chain_of(t, b, side);
		while (*at != index)
			at = &t->binding[*at - 1].next[side];
		*at = b->next[side];
	}
	b->used = false;
	b->next[0] = t->free;
	t->free = index;
}

bool
nat_binding_sent(const struct nat_binding *b, const struct address *address, uint16_t port, bool any_port)
{
	for (unsigned i = 0; i < b->target_count; i++)
		if (nat_address_equal(&b->target[i].address, address) && (any_port || b->target[i].port == port))
			return true;
	return false;
}

void
nat_binding_note(struct nat_binding *b, const struct address *address, uint16_t port)
{
	if (nat_binding_sent(b, address, port, false))
		return;
	b->target[b->target_next] = (struct nat_target){ .address = *address, .port = port };
	b->target_next = (uint8_t)((b->target_next + 1) % NAT_TARGETS);
	b->target_count += b->target_count < NAT_TARGETS;
}
