/* build_nat.c: see build_nat.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build_nat.h"

#include <string.h>

#include "snapshot/check.h"

#define TAKE(arena, count, type) ((type *)arena_take((arena), (count), sizeof(type)))

/* ---- pools and rules ---- */

static uint32_t
range_fill(const struct schema_bytes *low, const struct schema_bytes *high, struct address *out)
{
	struct address a = address_of(low), last = address_of(high);
	uint32_t count = 0;
	for (;;) {
		out[count++] = a;
		if (nat_address_equal(&a, &last))
			return count;
		for (uint32_t i = low->length; i-- > 0 && ++a.byte[i] == 0;)
			;
	}
}

static uint32_t
range_size(const struct schema_bytes *low, const struct schema_bytes *high)
{
	uint32_t size = 0; /* checked: they are few */
	for (uint32_t i = 0; i < low->length; i++)
		size = size * 256 + high->bytes[i] - low->bytes[i];
	return size + 1;
}

static bool
pool_build(const struct given_nat_pool *g, struct nat *n, uint32_t index, struct arena *arena)
{
	static const uint8_t overflow[] = { [GIVEN_NAT_POOL_OVERFLOW_NONE] = NAT_OVERFLOW_NONE,
					    [GIVEN_NAT_POOL_OVERFLOW_INTERFACE] = NAT_OVERFLOW_INTERFACE,
					    [GIVEN_NAT_POOL_OVERFLOW_POOL] = NAT_OVERFLOW_POOL };
	uint32_t count = 0, at = 0;
	for (uint32_t i = 0; i < g->addresses_count; i++)
		count += range_size(&g->addresses[i].low, &g->addresses[i].high);
	struct address *address = TAKE(arena, count, struct address);
	for (uint32_t i = 0; address && i < g->addresses_count; i++)
		at += range_fill(&g->addresses[i].low, &g->addresses[i].high, address + at);
	n->pool[index] = (struct nat_pool){
		.name = arena_text(arena, g->name.bytes, g->name.length),
		.id = index + 1,
		.family = (uint8_t)g->family,
		.overflow = overflow[g->overflow],
		.persistent = g->persistent,
		.port_low = (uint16_t)g->port_low,
		.port_high = (uint16_t)g->port_high,
		.overflow_pool = g->overflow_pool ? &n->pool[g->overflow_pool - 1] : NULL,
		.address_count = count,
		.address = address,
	};
	return address && n->pool[index].name;
}

static bool
rule_build(const struct given_nat_rule *g, struct nat *n, uint32_t index, struct arena *arena)
{
	static const uint8_t action[] = {
		[GIVEN_NAT_RULE_ACTION_OFF] = NAT_OFF,     [GIVEN_NAT_RULE_ACTION_INTERFACE] = NAT_INTERFACE,
		[GIVEN_NAT_RULE_ACTION_POOL] = NAT_POOL,   [GIVEN_NAT_RULE_ACTION_PREFIX] = NAT_PREFIX,
		[GIVEN_NAT_RULE_ACTION_NPTV6] = NAT_NPTV6, [GIVEN_NAT_RULE_ACTION_NAT64] = NAT_64
	};
	static const uint8_t persistent[] = {
		[GIVEN_NAT_RULE_PERSISTENT_ANY_REMOTE_HOST] = NAT_ANY_REMOTE_HOST,
		[GIVEN_NAT_RULE_PERSISTENT_TARGET_HOST] = NAT_TARGET_HOST,
		[GIVEN_NAT_RULE_PERSISTENT_TARGET_HOST_PORT] = NAT_TARGET_HOST_PORT,
	};
	struct nat_rule *r = &n->rule[index];
	*r = (struct nat_rule){
		.name = arena_text(arena, g->name.bytes, g->name.length),
		.id = index + 1,
		.action = action[g->action],
		.length = (uint8_t)g->length,
		.pool = g->pool ? &n->pool[g->pool - 1] : NULL,
		.outer_port = (uint16_t)g->outer_port,
		.inner_port = (uint16_t)g->inner_port,
	};
	if (g->has_persistent) {
		r->persistent = persistent[g->persistent];
		r->persistent_timeout_s = (uint16_t)g->persistent_timeout;
		r->persistent_sessions = g->persistent_sessions;
	}
	if (g->has_outer) {
		r->family = family_of(&g->outer);
		r->outer = address_of(&g->outer);
	}
	if (g->has_inner)
		r->inner = address_of(&g->inner);
	n->rule_name[index] = r->name;
	return r->name;
}

/* ---- sets ---- */

static const struct address_set *const *
sets_of(const uint32_t *index, uint32_t count, const struct address_set *sets, struct arena *arena)
{
	const struct address_set **list = TAKE(arena, count, const struct address_set *);
	for (uint32_t i = 0; list && i < count; i++)
		list[i] = &sets[index[i]];
	return list;
}

static bool
match_build(const struct given_nat_match *g, struct classify_rule *m, const struct address_set *sets,
	    struct arena *arena)
{
	*m = (struct classify_rule){
		.source_set_count = g->source_count,
		.destination_set_count = g->destination_count,
		.source_set = sets_of(g->source, g->source_count, sets, arena),
		.destination_set = sets_of(g->destination, g->destination_count, sets, arena),
		.any_protocol = g->protocol < 0,
		.protocol = (uint8_t)(g->protocol < 0 ? 0 : g->protocol),
		.source_port_low = (uint16_t)g->source_port_low,
		.source_port_high = (uint16_t)g->source_port_high,
		.destination_port_low = (uint16_t)g->destination_port_low,
		.destination_port_high = (uint16_t)g->destination_port_high,
		.icmp_type = -1,
		.icmp_code = -1,
	};
	return m->source_set && m->destination_set;
}

static void
units_mark(uint8_t units[NAT_UNIT_BYTES], const uint32_t *unit, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		units[unit[i] >> 3] |= (uint8_t)(1u << (unit[i] & 7));
}

static bool
set_build(const struct given_nat_set *g, struct nat *n, struct nat_set *set, const struct address_set *sets,
	  struct arena *arena)
{
	static const uint8_t stage[] = { [GIVEN_NAT_SET_STAGE_STATIC_DESTINATION] = NAT_STATIC_DESTINATION,
					 [GIVEN_NAT_SET_STAGE_DESTINATION] = NAT_DESTINATION,
					 [GIVEN_NAT_SET_STAGE_STATIC_SOURCE] = NAT_STATIC_SOURCE,
					 [GIVEN_NAT_SET_STAGE_SOURCE] = NAT_SOURCE };
	set->stage = stage[g->stage];
	units_mark(set->from, g->from, g->from_count);
	units_mark(set->to, g->to, g->to_count);
	set->match_count = g->matches_count;
	set->match = TAKE(arena, g->matches_count, struct classify_rule);
	set->rule = TAKE(arena, g->matches_count, const struct nat_rule *);
	if (!set->match || !set->rule)
		return false;
	for (uint32_t i = 0; i < g->matches_count; i++) {
		set->rule[i] = &n->rule[g->matches[i].rule - 1];
		if (!match_build(&g->matches[i], &set->match[i], sets, arena))
			return false;
	}
	return true;
}

/* ---- what follows ---- */

static bool
is_link_local(const struct unit_address *a)
{
	return a->family == ADDRESS_FAMILY_INET6 && a->address.byte[0] == 0xfe && (a->address.byte[1] & 0xc0) == 0x80;
}

/* As in Junos, the first address of an interface stands for it. */
static bool
interfaces_build(struct nat *n, const struct unit *unit, uint32_t unit_count, struct arena *arena)
{
	struct address(*own)[2] = arena_take(arena, unit_count, sizeof *own);
	for (uint32_t u = 0; own && u < unit_count; u++)
		for (uint32_t i = unit[u].address_count; i-- > 0;)
			if (!is_link_local(&unit[u].address[i]))
				own[u][unit[u].address[i].family == ADDRESS_FAMILY_INET6] = unit[u].address[i].address;
	n->interface = (const struct address(*)[2])own;
	return own;
}

static bool
shared_add(struct nat *n, struct address *table, struct address *list, const struct address *a)
{
	if (a->half[0] == 0 && a->half[1] == 0)
		return false;
	uint32_t i = nat_address_hash(a) & n->shared_mask;
	while (table[i].half[0] != 0 || table[i].half[1] != 0) {
		if (nat_address_equal(&table[i], a))
			return false;
		i = (i + 1) & n->shared_mask;
	}
	table[i] = *a;
	list[n->shared_count++] = *a;
	return true;
}

static bool
uses_interface(const struct nat_set *set)
{
	for (uint32_t i = 0; i < set->match_count; i++) {
		const struct nat_rule *r = set->rule[i];
		if (r->action == NAT_INTERFACE ||
		    (r->action == NAT_POOL && r->pool->overflow == NAT_OVERFLOW_INTERFACE))
			return true;
	}
	return false;
}

static void
shared_pool(struct nat *n, struct address *table, struct address *list, const struct nat_pool *pool)
{
	for (uint32_t a = 0; pool->port_low && a < pool->address_count; a++)
		shared_add(n, table, list, &pool->address[a]);
}

/* Ports are given out of pools that source rules name, and of interfaces by which their packets leave. */
static bool
shared_build(struct nat *n, uint32_t unit_count, struct arena *arena)
{
	uint32_t most = 2 * unit_count + NAT_POOL_ADDRESSES, places = 4;
	while (places < 2 * most)
		places *= 2;
	struct address *table = TAKE(arena, places, struct address);
	struct address *list = TAKE(arena, most, struct address);
	if (!table || !list)
		return false;
	n->shared_mask = places - 1;
	for (uint32_t s = n->first[NAT_SOURCE]; s < n->first[NAT_SOURCE + 1]; s++) {
		const struct nat_set *set = &n->set[s];
		bool interface = uses_interface(set);
		for (uint32_t u = 0; interface && u < unit_count; u++)
			for (unsigned f = 0; nat_has_unit(set->to, (uint16_t)u) && f < 2; f++)
				shared_add(n, table, list, &n->interface[u][f]);
		for (uint32_t m = 0; m < set->match_count; m++) {
			const struct nat_pool *pool = set->rule[m]->action == NAT_POOL ? set->rule[m]->pool : NULL;
			for (; pool; pool = pool->overflow_pool)
				shared_pool(n, table, list, pool);
		}
	}
	n->shared = table;
	n->shared_list = list;
	return true;
}

/* Packets of the clients of persistent rules come to the worker that has their binding, wherever they go. */
static void
persistent_build(struct nat *n)
{
	for (uint32_t s = n->first[NAT_SOURCE]; s < n->first[NAT_SOURCE + 1]; s++) {
		const struct nat_set *set = &n->set[s];
		bool any = false;
		for (uint32_t m = 0; m < set->match_count; m++)
			any |= set->rule[m]->persistent != NAT_PERSISTENT_OFF;
		for (uint32_t i = 0; any && i < NAT_UNIT_BYTES; i++)
			n->persistent_from[i] |= set->from[i];
		n->persistent |= any;
	}
}

bool
nat_complete(struct nat *n, const struct unit *unit, uint32_t unit_count, struct arena *arena)
{
	for (unsigned stage = 0, s = 0; stage < NAT_STAGES; stage++) {
		n->first[stage] = s;
		while (s < n->set_count && n->set[s].stage == stage)
			s++;
		n->first[stage + 1] = s;
	}
	for (uint32_t s = 0; s < n->set_count; s++) {
		n->set[s].classifier = classify_build(n->set[s].match, n->set[s].match_count);
		if (!n->set[s].classifier)
			return false;
	}
	n->persistent = false;
	memset(n->persistent_from, 0, sizeof n->persistent_from);
	persistent_build(n);
	return interfaces_build(n, unit, unit_count, arena) && shared_build(n, unit_count, arena);
}

bool
proxies_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < g->proxies_count; i++)
		count += range_size(&g->proxies[i].low, &g->proxies[i].high);
	s->proxy = TAKE(arena, count, struct proxy);
	struct address *address = TAKE(arena, count, struct address);
	if (!s->proxy || !address)
		return false;
	for (uint32_t i = 0; i < g->proxies_count; i++) {
		const struct given_proxy *p = &g->proxies[i];
		uint32_t size = range_fill(&p->low, &p->high, address);
		for (uint32_t a = 0; a < size; a++)
			s->proxy[s->proxy_count++] = (struct proxy){ .address = address[a],
								     .unit = (uint16_t)p->unit,
								     .family = family_of(&p->low) };
	}
	return true;
}

bool
nat_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena, const struct address_set *sets)
{
	if (g->nat_rules_count == 0)
		return true;
	struct nat *n = TAKE(arena, 1, struct nat);
	if (!n)
		return false;
	s->nat = n;
	n->pool = TAKE(arena, g->nat_pools_count, struct nat_pool);
	n->rule = TAKE(arena, g->nat_rules_count, struct nat_rule);
	n->rule_name = TAKE(arena, g->nat_rules_count, const char *);
	n->set = TAKE(arena, g->nat_sets_count, struct nat_set);
	if (!n->pool || !n->rule || !n->rule_name || !n->set)
		return false;
	n->pool_count = g->nat_pools_count;
	n->rule_count = g->nat_rules_count;
	n->set_count = g->nat_sets_count;
	for (uint32_t i = 0; i < g->nat_pools_count; i++)
		if (!pool_build(&g->nat_pools[i], n, i, arena))
			return false;
	for (uint32_t i = 0; i < g->nat_rules_count; i++)
		if (!rule_build(&g->nat_rules[i], n, i, arena))
			return false;
	for (uint32_t i = 0; i < g->nat_sets_count; i++)
		if (!set_build(&g->nat_sets[i], n, &n->set[i], sets, arena))
			return false;
	return nat_complete(n, s->unit, s->unit_count, arena);
}

void
nat_free(struct snapshot *s)
{
	for (uint32_t i = 0; s->nat && i < s->nat->set_count; i++)
		if (s->nat->set[i].classifier)
			classify_free(s->nat->set[i].classifier);
}
