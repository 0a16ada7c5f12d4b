/* rib.c: routes of every origin, hashed by prefix; the best of each goes to the forwarding table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "route/rib.h"

#include "packet/packet.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_BUCKETS = 256, INSTANCES = 64 };

/* way: a next hop, and the router there, if there is one. Compared as bytes. */
struct way {
	struct next_hop hop;
	struct gateway *gateway;
};
_Static_assert(sizeof(struct way) == sizeof(struct next_hop) + sizeof(struct gateway *), "no padding");

/* candidate: one route of a prefix. An entry's list is sorted by preference, then origin. */
struct candidate {
	struct candidate *next;
	uint32_t preference;
	uint8_t origin;
	uint16_t count;
	struct way way[];
};

struct entry {
	struct entry *next;
	struct address prefix;
	uint16_t instance;
	uint8_t family;
	uint8_t length;
	uint32_t active_ways; /* a bit for each of the active candidate's ways that is in force */
	struct candidate *first;
	const struct candidate *active;
};

struct rib {
	struct snapshot *snapshot;
	struct fib *fib[INSTANCES];
	struct entry **bucket;
	uint32_t bucket_count; /* a power of two */
	uint32_t entry_count;
	struct gateways *gateways;
	uint64_t down; /* a bit for each port */
	bool stale;    /* there was no memory to put in force what should be */
};
_Static_assert(NEXT_HOP_GROUP_MAX <= 32, "bits of active_ways");

static uint32_t
hash_of(const struct rib_route *r)
{
	uint64_t h = r->prefix.half[0] ^ (r->prefix.half[1] * 0x9e3779b97f4a7c15ull);
	h ^= (uint64_t)r->instance << 16 | (uint64_t)r->family << 8 | r->length;
	h *= 0xff51afd7ed558ccdull;
	return (uint32_t)(h >> 32);
}

static bool
same_prefix(const struct entry *e, const struct rib_route *r)
{
	return e->instance == r->instance && e->family == r->family && e->length == r->length &&
	       memcmp(&e->prefix, &r->prefix, sizeof e->prefix) == 0;
}

static unsigned
family_bits(uint8_t family)
{
	return family == ADDRESS_FAMILY_INET ? 32 : 128;
}

static struct address
prefix_of(const struct address *a, unsigned length)
{
	struct address p = { .byte = { 0 } };
	memcpy(p.byte, a->byte, length / 8);
	if (length % 8)
		p.byte[length / 8] = a->byte[length / 8] & (uint8_t)(0xff00 >> length % 8);
	return p;
}

static bool
prefix_holds(const struct address *prefix, unsigned length, const struct address *a)
{
	struct address cut = prefix_of(a, length);
	struct address base = prefix_of(prefix, length);
	return memcmp(&cut, &base, sizeof cut) == 0;
}

static bool
link_local(uint8_t family, const struct address *a)
{
	if (family == ADDRESS_FAMILY_INET)
		return a->byte[0] == 169 && a->byte[1] == 254;
	return a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

uint16_t
rib_gateway_unit(const struct snapshot *s, uint16_t instance, uint8_t family, const struct address *gateway)
{
	uint16_t best = UNIT_NONE;
	int best_length = -1;
	for (uint32_t id = 1; id < s->unit_count; id++) {
		const struct unit *u = &s->unit[id];
		if (u->instance != instance)
			continue;
		for (uint32_t i = 0; i < u->address_count; i++) {
			const struct unit_address *a = &u->address[i];
			if (a->family == family && a->length > best_length &&
			    prefix_holds(&a->address, a->length, gateway)) {
				best = (uint16_t)id;
				best_length = a->length;
			}
		}
	}
	return best;
}

static bool
well_formed(const struct rib *r, const struct rib_route *route)
{
	if (route->instance >= INSTANCES || !r->fib[route->instance] || route->origin >= RIB_ORIGINS)
		return false;
	if (route->family != ADDRESS_FAMILY_INET && route->family != ADDRESS_FAMILY_INET6)
		return false;
	if (route->length > family_bits(route->family))
		return false;
	struct address base = prefix_of(&route->prefix, route->length);
	return memcmp(&base, &route->prefix, sizeof base) == 0;
}

static bool
well_formed_group(const struct next_hop_group *g)
{
	if (g->count == 0 || g->count > NEXT_HOP_GROUP_MAX)
		return false;
	for (unsigned i = 0; i < g->count; i++)
		if (g->hop[i].kind > NEXT_HOP_TABLE ||
		    (g->hop[i].kind == NEXT_HOP_TABLE && g->hop[i].unit >= INSTANCES))
			return false;
	return true;
}

static void
candidate_free(struct rib *r, struct candidate *c)
{
	for (unsigned i = 0; c && i < c->count; i++)
		if (c->way[i].gateway)
			gateway_give(r->gateways, c->way[i].gateway);
	free(c);
}

static struct candidate *
candidate_make(struct rib *r, const struct rib_route *route)
{
	struct candidate *c = malloc(sizeof *c + route->group.count * sizeof c->way[0]);
	if (!c)
		return NULL;
	*c = (struct candidate){ .preference = route->preference, .origin = route->origin };
	for (; c->count < route->group.count; c->count++) {
		struct next_hop h = route->group.hop[c->count];
		if (h.kind == NEXT_HOP_FORWARD && h.unit == UNIT_NONE && !h.on_link)
			h.unit = rib_gateway_unit(r->snapshot, route->instance, h.family, &h.gateway);
		if (h.kind != NEXT_HOP_TABLE && h.unit >= r->snapshot->unit_count)
			h.unit = UNIT_NONE;
		struct way *way = &c->way[c->count];
		*way = (struct way){ .hop = h };
		if (h.kind != NEXT_HOP_FORWARD || h.unit == UNIT_NONE || h.on_link)
			continue;
		way->gateway = gateway_take(r->gateways, h.unit, h.family, &h.gateway);
		if (!way->gateway) {
			candidate_free(r, c);
			return NULL;
		}
	}
	return c;
}

static enum rib_hop_state
state_of(const struct rib *r, const struct way *way)
{
	if (way->hop.kind != NEXT_HOP_FORWARD)
		return RIB_HOP_ALIVE;
	if (way->hop.unit == UNIT_NONE)
		return RIB_HOP_NOWHERE;
	if (r->down >> r->snapshot->unit[way->hop.unit].port & 1)
		return RIB_HOP_DOWN;
	return way->gateway && way->gateway->silent ? RIB_HOP_SILENT : RIB_HOP_ALIVE;
}

/* ways_in gives the ways of a candidate that are in a state, as a set. */
static uint32_t
ways_in(const struct rib *r, const struct candidate *c, enum rib_hop_state state)
{
	uint32_t ways = 0;
	for (unsigned i = 0; i < c->count; i++)
		ways |= (uint32_t)(state_of(r, &c->way[i]) == state) << i;
	return ways;
}

static const struct candidate *
choose(const struct rib *r, const struct entry *e, uint32_t *ways)
{
	for (enum rib_hop_state state = RIB_HOP_ALIVE; state <= RIB_HOP_SILENT; state++)
		for (const struct candidate *c = e->first; c; c = c->next)
			if ((*ways = ways_in(r, c, state)))
				return c;
	for (const struct candidate *c = e->first; c; c = c->next)
		if (c->origin == RIB_CONNECTED && (*ways = ways_in(r, c, RIB_HOP_DOWN)))
			return c;
	*ways = 0;
	return NULL;
}

static struct next_hop_group
group_of(const struct candidate *c, uint32_t ways)
{
	struct next_hop_group g = { .count = 0 };
	for (unsigned i = 0; i < c->count; i++)
		if (ways >> i & 1)
			g.hop[g.count++] = c->way[i].hop;
	return g;
}

static int
grow(struct rib *r)
{
	uint32_t count = r->bucket_count ? r->bucket_count * 2 : FIRST_BUCKETS;
	struct entry **bucket = calloc(count, sizeof(struct entry *));
	if (!bucket)
		return -ENOMEM;
	for (uint32_t b = 0; b < r->bucket_count; b++) {
		for (struct entry *e = r->bucket[b], *next; e; e = next) {
			next = e->next;
			struct rib_route key = {
				.prefix = e->prefix, .instance = e->instance, .family = e->family, .length = e->length
			};
			uint32_t to = hash_of(&key) & (count - 1);
			e->next = bucket[to];
			bucket[to] = e;
		}
	}
	free(r->bucket);
	r->bucket = bucket;
	r->bucket_count = count;
	return 0;
}

static struct entry **
entry_find(struct rib *r, const struct rib_route *route)
{
	struct entry **at = &r->bucket[hash_of(route) & (r->bucket_count - 1)];
	while (*at && !same_prefix(*at, route))
		at = &(*at)->next;
	return at;
}

static struct candidate **
candidate_find(struct entry *e, const struct rib_route *route)
{
	struct candidate **at = &e->first;
	while (*at && ((*at)->preference < route->preference ||
		       ((*at)->preference == route->preference && (*at)->origin < route->origin)))
		at = &(*at)->next;
	return at;
}

static bool
candidate_is(const struct candidate *c, const struct rib_route *route)
{
	return c && c->preference == route->preference && c->origin == route->origin;
}

static void
entry_drop_if_empty(struct rib *r, const struct rib_route *route)
{
	struct entry **at = entry_find(r, route);
	struct entry *e = *at;
	if (!e || e->first)
		return;
	*at = e->next;
	free(e);
	r->entry_count--;
}

/* Gateways that can be replaced are worth asking after. */
static void
mark_replaceable(struct entry *e)
{
	if (!e->first || (!e->first->next && e->first->count < 2))
		return;
	for (struct candidate *c = e->first; c; c = c->next)
		for (unsigned i = 0; i < c->count; i++)
			if (c->way[i].gateway)
				c->way[i].gateway->replaceable = true;
}

/* activate puts the best candidate in force, with what is alive of it. */
static int
activate(struct rib *r, struct entry *e, bool *changed)
{
	uint32_t ways;
	const struct candidate *best = choose(r, e, &ways);
	if (best == e->active && ways == e->active_ways)
		return 0;
	struct fib *f = r->fib[e->instance];
	struct next_hop_group g = { .count = 0 };
	if (best)
		g = group_of(best, ways);
	int rc = best ? fib_insert(f, e->family, &e->prefix, e->length, &g)
		      : fib_remove(f, e->family, &e->prefix, e->length);
	if (rc)
		return rc;
	e->active = best;
	e->active_ways = ways;
	*changed = true;
	return 0;
}

/* reconsider: something has changed that any route may depend on. */
static int
reconsider(struct rib *r, bool *changed)
{
	int rc = 0;
	r->stale = false;
	for (uint32_t b = 0; b < r->bucket_count; b++) {
		for (struct entry *e = r->bucket[b]; e; e = e->next) {
			int failed = activate(r, e, changed);
			rc = rc ? rc : failed;
			r->stale |= failed != 0;
		}
	}
	return rc;
}

/* withdraw takes what is in force out, which needs no memory. */
static void
withdraw(struct rib *r, struct entry *e)
{
	fib_remove(r->fib[e->instance], e->family, &e->prefix, e->length);
	e->active = NULL;
	e->active_ways = 0;
	r->stale = true;
}

static struct entry *
entry_make(struct rib *r, const struct rib_route *route)
{
	if (r->entry_count >= r->bucket_count && grow(r))
		return NULL;
	struct entry **at = entry_find(r, route);
	if (*at)
		return *at;
	struct entry *e = calloc(1, sizeof *e);
	if (!e)
		return NULL;
	*e = (struct entry){
		.prefix = route->prefix, .instance = route->instance, .family = route->family, .length = route->length
	};
	*at = e;
	r->entry_count++;
	return e;
}

int
rib_add(struct rib *r, const struct rib_route *route, bool *changed)
{
	bool ignored;
	changed = changed ? changed : &ignored;
	*changed = false;
	if (!well_formed(r, route) || !well_formed_group(&route->group))
		return -EINVAL;
	struct candidate *c = candidate_make(r, route);
	struct entry *e = c ? entry_make(r, route) : NULL;
	if (!e) {
		candidate_free(r, c);
		return -ENOMEM;
	}
	struct candidate **place = candidate_find(e, route);
	struct candidate *replaced = candidate_is(*place, route) ? *place : NULL;
	if (replaced && replaced->count == c->count &&
	    memcmp(replaced->way, c->way, c->count * sizeof c->way[0]) == 0) {
		candidate_free(r, c);
		return 0;
	}
	c->next = replaced ? replaced->next : *place;
	*place = c;
	int rc = activate(r, e, changed);
	if (rc) {
		*place = replaced ? replaced : c->next;
		candidate_free(r, c);
		entry_drop_if_empty(r, route);
		return rc;
	}
	candidate_free(r, replaced);
	mark_replaceable(e);
	return 0;
}

int
rib_remove(struct rib *r, const struct rib_route *route, bool *changed)
{
	bool ignored;
	changed = changed ? changed : &ignored;
	*changed = false;
	if (!well_formed(r, route))
		return -EINVAL;
	struct entry *e = *entry_find(r, route);
	struct candidate **place = e ? candidate_find(e, route) : NULL;
	if (!place || !candidate_is(*place, route))
		return -ENOENT;
	struct candidate *c = *place;
	*place = c->next;
	if (activate(r, e, changed) && e->active == c) {
		withdraw(r, e);
		*changed = true;
	}
	candidate_free(r, c);
	entry_drop_if_empty(r, route);
	return 0;
}

int
rib_port(struct rib *r, uint16_t port, bool up, bool *changed)
{
	uint64_t bit = 1ull << port, before = r->down;
	bool ignored;
	changed = changed ? changed : &ignored;
	*changed = false;
	r->down = up ? before & ~bit : before | bit;
	return r->down == before ? 0 : reconsider(r, changed);
}

int
rib_answers(struct rib *r, uint16_t unit, uint8_t family, const struct address *gateway, bool answers, bool *changed)
{
	struct gateway *g = gateway_find(r->gateways, unit, family, gateway);
	bool ignored;
	changed = changed ? changed : &ignored;
	*changed = false;
	if (!g || g->silent != answers)
		return 0;
	g->silent = !answers;
	return reconsider(r, changed);
}

int
rib_settle(struct rib *r, bool *changed)
{
	bool ignored;
	changed = changed ? changed : &ignored;
	*changed = false;
	return r->stale ? reconsider(r, changed) : 0;
}

const struct gateways *
rib_gateways(const struct rib *r)
{
	return r->gateways;
}

int
rib_adopt(struct rib *r, const struct rib *old)
{
	bool any = false, ignored;
	for (uint32_t i = 0; i < gateway_count(r->gateways); i++) {
		struct gateway *g = gateway_at(r->gateways, i);
		const struct gateway *former = gateway_find(old->gateways, g->unit, g->family, &g->address);
		g->silent = former && former->silent;
		any |= g->silent;
	}
	return any ? reconsider(r, &ignored) : 0;
}

/* tolerate: routes that say the same twice or name what is not there do not stop the others. */
static int
add_one(struct rib *r, const struct rib_route *route)
{
	int rc = rib_add(r, route, NULL);
	return rc == -ENOMEM ? rc : 0;
}

static int
add_local(struct rib *r, uint16_t unit, uint8_t family, const struct address *a, enum next_hop_kind kind)
{
	struct rib_route route = { .prefix = *a,
				   .preference = RIB_PREFERENCE_DIRECT,
				   .family = family,
				   .instance = r->snapshot->unit[unit].instance,
				   .origin = RIB_LOCAL };
	route.length = (uint8_t)family_bits(family);
	route.group.count = 1;
	route.group.hop[0] = (struct next_hop){ .unit = unit, .kind = kind, .family = family };
	return add_one(r, &route);
}

/* add_connected leaves link-local prefixes out: they mean another link on every unit, and nothing is forwarded there. */
static int
add_connected(struct rib *r, uint16_t unit, const struct unit_address *a)
{
	if (link_local(a->family, &a->address) || a->length == family_bits(a->family))
		return 0;
	struct rib_route route = { .preference = RIB_PREFERENCE_DIRECT,
				   .family = a->family,
				   .length = a->length,
				   .instance = r->snapshot->unit[unit].instance,
				   .origin = RIB_CONNECTED };
	route.prefix = prefix_of(&a->address, a->length);
	route.group.count = 1;
	route.group.hop[0] =
	    (struct next_hop){ .unit = unit, .kind = NEXT_HOP_FORWARD, .on_link = true, .family = a->family };
	int rc = add_one(r, &route);
	if (rc || a->family != ADDRESS_FAMILY_INET || a->length > 30)
		return rc;
	struct address broadcast = route.prefix;
	for (unsigned bit = a->length; bit < 32; bit++)
		broadcast.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return add_local(r, unit, a->family, &broadcast, NEXT_HOP_BROADCAST);
}

static int
add_unit(struct rib *r, uint16_t id)
{
	const struct unit *u = &r->snapshot->unit[id];
	for (uint32_t i = 0; i < u->address_count; i++) {
		const struct unit_address *a = &u->address[i];
		int rc = add_local(r, id, a->family, &a->address, NEXT_HOP_LOCAL);
		if (!rc)
			rc = add_connected(r, id, a);
		if (rc)
			return rc;
	}
	return 0;
}

static int
add_static(struct rib *r, const struct static_route *s)
{
	struct rib_route route = { .prefix = s->prefix,
				   .preference = s->preference,
				   .instance = s->instance,
				   .family = s->family,
				   .length = s->length,
				   .origin = RIB_STATIC,
				   .group = s->group };
	return add_one(r, &route);
}

static int
fill(struct rib *r, const struct rib_route *learned, uint32_t count)
{
	int rc = grow(r);
	for (uint32_t i = 0; !rc && i < r->snapshot->instance_count && i < INSTANCES; i++) {
		r->fib[i] = fib_create();
		rc = r->fib[i] ? 0 : -ENOMEM;
	}
	for (uint32_t id = 1; !rc && id < r->snapshot->unit_count; id++)
		rc = add_unit(r, (uint16_t)id);
	for (uint32_t i = 0; !rc && i < r->snapshot->route_count; i++)
		rc = add_static(r, &r->snapshot->route[i]);
	for (uint32_t i = 0; !rc && i < count; i++)
		rc = add_one(r, &learned[i]);
	return rc;
}

struct rib *
rib_build(struct snapshot *s, const struct rib_route *learned, uint32_t count)
{
	struct rib *r = calloc(1, sizeof *r);
	if (!r) {
		errno = ENOMEM;
		return NULL;
	}
	r->snapshot = s;
	r->gateways = gateways_create();
	int rc = r->gateways ? fill(r, learned, count) : -ENOMEM;
	if (rc) {
		rib_destroy(r);
		errno = -rc;
		return NULL;
	}
	memcpy(s->fib, r->fib, sizeof r->fib);
	return r;
}

void
rib_set_defer(struct rib *r, fib_defer *defer, void *ctx)
{
	for (unsigned i = 0; i < INSTANCES; i++)
		if (r->fib[i])
			fib_set_defer(r->fib[i], defer, ctx);
}

void
rib_destroy(struct rib *r)
{
	if (!r)
		return;
	for (uint32_t b = 0; b < r->bucket_count; b++) {
		for (struct entry *e = r->bucket[b], *next; e; e = next) {
			next = e->next;
			for (struct candidate *c = e->first, *after; c; c = after) {
				after = c->next;
				candidate_free(r, c);
			}
			free(e);
		}
	}
	for (unsigned i = 0; i < INSTANCES; i++)
		if (r->fib[i])
			fib_destroy(r->fib[i]);
	gateways_destroy(r->gateways);
	free(r->bucket);
	free(r);
}

void
rib_walk(const struct rib *r, rib_each *each, void *ctx)
{
	for (uint32_t b = 0; b < r->bucket_count; b++) {
		for (const struct entry *e = r->bucket[b]; e; e = e->next) {
			for (const struct candidate *c = e->first; c; c = c->next) {
				struct rib_route route = { .prefix = e->prefix,
							   .preference = c->preference,
							   .instance = e->instance,
							   .family = e->family,
							   .length = e->length,
							   .origin = c->origin };
				enum rib_hop_state state[NEXT_HOP_GROUP_MAX];
				route.group.count = c->count;
				for (unsigned i = 0; i < c->count; i++) {
					route.group.hop[i] = c->way[i].hop;
					state[i] = state_of(r, &c->way[i]);
				}
				each(ctx, &route, state, c == e->active);
			}
		}
	}
}
