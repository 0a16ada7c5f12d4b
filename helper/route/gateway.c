/* gateway.c: a hash table and a list of the same gateways. SPDX-License-Identifier: Apache-2.0 */
#include "route/gateway.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_ROOM = 64 };

struct gateways {
	struct gateway **bucket;
	struct gateway **list;
	uint32_t count, room; /* room: of both, a power of two */
};

static uint32_t
hash_of(uint16_t unit, uint8_t family, const struct address *a)
{
	uint64_t h = a->half[0] ^ (a->half[1] * 0x9e3779b97f4a7c15ull);
	h ^= (uint64_t)unit << 8 | family;
	h *= 0xff51afd7ed558ccdull;
	return (uint32_t)(h >> 32);
}

static struct gateway **
chain_of(const struct gateways *g, uint16_t unit, uint8_t family, const struct address *a)
{
	return &g->bucket[hash_of(unit, family, a) & (g->room - 1)];
}

static bool
grow(struct gateways *g)
{
	uint32_t room = g->room ? 2 * g->room : FIRST_ROOM;
	struct gateway **bucket = calloc(room, sizeof(struct gateway *));
	struct gateway **list = realloc(g->list, room * sizeof(struct gateway *));
	g->list = list ? list : g->list;
	if (!bucket || !list) {
		free(bucket);
		return false;
	}
	free(g->bucket);
	g->bucket = bucket;
	g->room = room;
	for (uint32_t i = 0; i < g->count; i++) {
		struct gateway **chain = chain_of(g, list[i]->unit, list[i]->family, &list[i]->address);
		list[i]->next = *chain;
		*chain = list[i];
	}
	return true;
}

struct gateways *
gateways_create(void)
{
	struct gateways *g = calloc(1, sizeof *g);
	if (g && !grow(g)) {
		gateways_destroy(g);
		errno = ENOMEM;
		return NULL;
	}
	return g;
}

void
gateways_destroy(struct gateways *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->count; i++)
		free(g->list[i]);
	free(g->list);
	free(g->bucket);
	free(g);
}

struct gateway *
gateway_find(const struct gateways *g, uint16_t unit, uint8_t family, const struct address *a)
{
	struct gateway *at = *chain_of(g, unit, family, a);
	while (at && (at->unit != unit || at->family != family || memcmp(&at->address, a, sizeof *a) != 0))
		at = at->next;
	return at;
}

struct gateway *
gateway_take(struct gateways *g, uint16_t unit, uint8_t family, const struct address *a)
{
	struct gateway *at = gateway_find(g, unit, family, a);
	if (!at) {
		if (g->count == g->room && !grow(g))
			return NULL;
		if (!(at = calloc(1, sizeof *at)))
			return NULL;
		struct gateway **chain = chain_of(g, unit, family, a);
		*at = (struct gateway){
			.next = *chain, .address = *a, .place = g->count, .unit = unit, .family = family
		};
		*chain = at;
		g->list[g->count++] = at;
	}
	at->uses++;
	return at;
}

void
gateway_give(struct gateways *g, struct gateway *gateway)
{
	if (--gateway->uses > 0)
		return;
	struct gateway **at = chain_of(g, gateway->unit, gateway->family, &gateway->address);
	while (*at != gateway)
		at = &(*at)->next;
	*at = gateway->next;
	struct gateway *last = g->list[--g->count];
	g->list[gateway->place] = last;
	last->place = gateway->place;
	free(gateway);
}

struct gateway *
gateway_at(const struct gateways *g, uint32_t place)
{
	return g->list[place];
}

uint32_t
gateway_count(const struct gateways *g)
{
	return g->count;
}
