/* check.c: see check.h. Each check names the first offender in the order of the message.
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/check_cos.h"
#include "snapshot/check_filter.h"
#include "snapshot/check_nat.h"
#include "snapshot/check_private.h"
#include "snapshot/check_screen.h"
#include "snapshot/refusal.h"

const char *
check_at(struct check *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(c->path, sizeof c->path, format, args);
	va_end(args);
	return c->path;
}

struct address
address_of(const struct schema_bytes *bytes)
{
	struct address a = { .half = { 0, 0 } };
	memcpy(a.byte, bytes->bytes, bytes->length);
	return a;
}

uint8_t
family_of(const struct schema_bytes *bytes)
{
	return bytes->length == 4 ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6;
}

static const char *
address_text(const struct schema_bytes *b, char text[INET6_ADDRSTRLEN])
{
	return inet_ntop(b->length == 4 ? AF_INET : AF_INET6, b->bytes, text, INET6_ADDRSTRLEN);
}

/* host_bits: do all bits behind the prefix have this value? */
static bool
host_bits(const struct schema_bytes *b, uint32_t length, bool value)
{
	for (uint32_t i = length; i < b->length * 8; i++)
		if ((b->bytes[i / 8] >> (7 - i % 8) & 1) != value)
			return false;
	return true;
}

static bool
link_local(const struct schema_bytes *b)
{
	return b->length == 16 && b->bytes[0] == 0xfe && (b->bytes[1] & 0xc0) == 0x80;
}

/* one_host: not unspecified, loopback, multicast, reserved or mapped (RFC 1122 3.2.1.3, RFC 4291 2.5). */
static bool
one_host(const struct schema_bytes *b)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	if (b->length == 4)
		return b->bytes[0] != 0 && b->bytes[0] != 127 && b->bytes[0] < 224;
	struct in6_addr a; /* the message need not be aligned */
	memcpy(&a, b->bytes, sizeof a);
	return b->bytes[0] != 0xff && !IN6_IS_ADDR_UNSPECIFIED(&a) && !IN6_IS_ADDR_LOOPBACK(&a) &&
	       memcmp(b->bytes, mapped, sizeof mapped) != 0;
}

/* ---- uniqueness: sorted by key, so that no choice of names makes it slow ---- */

static int
key_compare(const void *left, const void *right)
{
	const struct check_key *a = left, *b = right;
	uint32_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->bytes, b->bytes, shorter);
	if (order)
		return order;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

bool
check_unique(struct check *c, struct check_key *keys, uint32_t count, const char *list, const char *field)
{
	uint32_t first = UINT32_MAX, before = 0;
	qsort(keys, count, sizeof *keys, key_compare);
	for (uint32_t i = 1; i < count; i++) {
		const struct check_key *a = &keys[i - 1], *b = &keys[i];
		if (a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0 && b->index < first) {
			first = b->index;
			before = a->index;
		}
	}
	if (first == UINT32_MAX)
		return true;
	return refusal_set(c->why, "duplicate", check_at(c, "%s[%u]%s", list, first, field), "the same as %s[%u]%s",
			   list, before, field);
}

struct check_key *
check_keys_take(struct check *c, uint32_t count, const char *list)
{
	struct check_key *keys = arena_take(c->arena, count, sizeof *keys);
	if (!keys)
		refusal_set(c->why, "memory", list, "not enough memory to check %u entries", count);
	return keys;
}

bool
check_id_dense(struct check *c, const char *list, uint32_t index, uint32_t id, uint32_t first)
{
	if (id == index + first)
		return true;
	return refusal_set(c->why, "order", check_at(c, "%s[%u].id", list, index), "expected %u, found %u",
			   index + first, id);
}

/* ---- what hosts may reach here ---- */

static bool
services_check(struct check *c, const char *list, uint32_t index, const struct given_host_service *services,
	       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct given_host_service *s = &services[i];
		if (s->port_low > s->port_high)
			return refusal_set(c->why, "order",
					   check_at(c, "%s[%u].host_inbound[%u].port_low", list, index, i),
					   "expected at most port_high %u, found %u", s->port_high, s->port_low);
		if (s->icmp_type >= 0 && s->protocol != IPPROTO_ICMP && s->protocol != IPPROTO_ICMPV6)
			return refusal_set(c->why, "conflict",
					   check_at(c, "%s[%u].host_inbound[%u].icmp_type", list, index, i),
					   "expected -1 for protocol %d, found %d", s->protocol, s->icmp_type);
	}
	return true;
}

static bool
zones_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	for (uint32_t i = 0; i < g->zones_count; i++) {
		const struct given_zone *z = &g->zones[i];
		if (!check_id_dense(c, "zones", i, z->id, 1) ||
		    !services_check(c, "zones", i, z->host_inbound, z->host_inbound_count))
			return false;
	}
	return UNIQUE_TEXT(c, zones, name);
}

static bool
instances_check(struct check *c)
{
	for (uint32_t i = 0; i < c->g->instances_count; i++)
		if (!check_id_dense(c, "instances", i, c->g->instances[i].id, 0))
			return false;
	return UNIQUE_TEXT(c, instances, name);
}

static bool
ports_check(struct check *c)
{
	for (uint32_t i = 0; i < c->g->ports_count; i++)
		if (!check_id_dense(c, "ports", i, c->g->ports[i].id, 0))
			return false;
	return UNIQUE_TEXT(c, ports, name) && UNIQUE_TEXT(c, ports, device);
}

/* ---- units ---- */

static bool
unit_address_check(struct check *c, uint32_t unit, uint32_t index)
{
	const struct given_unit_address *a = &c->g->units[unit].addresses[index];
	uint32_t bits = a->address.length * 8;
	char text[INET6_ADDRSTRLEN];
	if (a->length > bits)
		return refusal_set(c->why, "bound", check_at(c, "units[%u].addresses[%u].length", unit, index),
				   "expected 0..%u, found %u", bits, a->length);
	bool edge = bits == 32 && a->length < 31 &&
		    (host_bits(&a->address, a->length, false) || host_bits(&a->address, a->length, true));
	if (!one_host(&a->address) || edge)
		return refusal_set(c->why, "address", check_at(c, "units[%u].addresses[%u].address", unit, index),
				   "expected the address of one host, found %s/%u", address_text(&a->address, text),
				   a->length);
	return true;
}

/* connected: a connected prefix, for the search for overlaps. */
struct connected {
	const struct given_unit_address *given;
	uint32_t unit, index, instance;
};

static bool
prefix_holds(const struct given_unit_address *prefix, const struct given_unit_address *other)
{
	uint32_t whole = prefix->length / 8, rest = prefix->length % 8;
	if (prefix->address.length != other->address.length || prefix->length > other->length ||
	    memcmp(prefix->address.bytes, other->address.bytes, whole) != 0)
		return false;
	return rest == 0 || ((prefix->address.bytes[whole] ^ other->address.bytes[whole]) >> (8 - rest)) == 0;
}

/* By instance, family, network, then shorter prefixes first: a prefix then follows at once, or after others inside it,
 * on the prefix that holds it. */
static int
connected_compare(const void *left, const void *right)
{
	const struct connected *a = left, *b = right;
	if (a->instance != b->instance)
		return a->instance < b->instance ? -1 : 1;
	if (a->given->address.length != b->given->address.length)
		return a->given->address.length < b->given->address.length ? -1 : 1;
	for (uint32_t i = 0; i < a->given->address.length; i++) {
		uint32_t al = a->given->length, bl = b->given->length;
		uint32_t am = al >= i * 8 + 8 ? 0xff : al <= i * 8 ? 0 : 0xff00u >> (al - i * 8) & 0xff;
		uint32_t bm = bl >= i * 8 + 8 ? 0xff : bl <= i * 8 ? 0 : 0xff00u >> (bl - i * 8) & 0xff;
		int order = (int)(a->given->address.bytes[i] & am) - (int)(b->given->address.bytes[i] & bm);
		if (order)
			return order;
	}
	if (a->given->length != b->given->length)
		return a->given->length < b->given->length ? -1 : 1;
	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* All prefixes that hold the present one lie on `outer`; they are of one unit, or it would have ended before. */
static bool
overlaps_check(struct check *c, struct connected *list, uint32_t count)
{
	enum { DEPTH = 130 };
	const struct connected *outer[DEPTH];
	uint32_t depth = 0;
	qsort(list, count, sizeof *list, connected_compare);
	for (uint32_t i = 0; i < count; i++) {
		while (depth && (outer[depth - 1]->instance != list[i].instance ||
				 !prefix_holds(outer[depth - 1]->given, list[i].given)))
			depth--;
		if (depth && outer[depth - 1]->unit != list[i].unit) {
			const struct connected *early = outer[depth - 1], *late = &list[i];
			if (late->unit < early->unit) {
				late = early;
				early = &list[i];
			}
			char text[INET6_ADDRSTRLEN];
			return refusal_set(
			    c->why, "overlap", check_at(c, "units[%u].addresses[%u].address", late->unit, late->index),
			    "the prefix overlaps units[%u].addresses[%u], %s/%u", early->unit, early->index,
			    address_text(&early->given->address, text), early->given->length);
		}
		/* equal prefixes of one unit hold each other: one stands for all, so that the stack stays as deep as
		 * there are lengths */
		if (depth && outer[depth - 1]->given->length == list[i].given->length)
			continue;
		outer[depth++] = &list[i];
	}
	return true;
}

static bool
addresses_unique(struct check *c, uint32_t unit)
{
	const struct given_unit *u = &c->g->units[unit];
	char list[64];
	snprintf(list, sizeof list, "units[%u].addresses", unit);
	struct check_key *keys = check_keys_take(c, u->addresses_count, list);
	if (!keys)
		return false;
	for (uint32_t i = 0; i < u->addresses_count; i++)
		keys[i] = (struct check_key){ u->addresses[i].address.bytes, u->addresses[i].address.length, i };
	return check_unique(c, keys, u->addresses_count, list, ".address");
}

static bool
units_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	uint32_t addresses = 0;
	struct check_key *keys = check_keys_take(c, g->units_count, "units");
	uint32_t *places = arena_take(c->arena, g->units_count, sizeof *places);
	if (!keys || !places)
		return refusal_set(c->why, "memory", "units", "not enough memory");
	for (uint32_t i = 0; i < g->units_count; i++) {
		const struct given_unit *u = &g->units[i];
		if (!check_id_dense(c, "units", i, u->id, 1))
			return false;
		if (!refers(u->port, g->ports_count, 0))
			return REFUSE_REFERENCE(c, u->port, "ports", "units[%u].port", i);
		if (u->zone && !refers(u->zone, g->zones_count, 1))
			return REFUSE_REFERENCE(c, u->zone, "zones", "units[%u].zone", i);
		if (!refers(u->instance, g->instances_count, 0))
			return REFUSE_REFERENCE(c, u->instance, "instances", "units[%u].instance", i);
		if (u->has_host_inbound && !services_check(c, "units", i, u->host_inbound, u->host_inbound_count))
			return false;
		for (uint32_t n = 0; n < u->addresses_count; n++)
			if (!unit_address_check(c, i, n))
				return false;
		if (!addresses_unique(c, i))
			return false;
		addresses += u->addresses_count;
		places[i] = u->port << 16 | u->vlan;
		keys[i] = (struct check_key){ &places[i], sizeof places[i], i };
	}
	if (!check_unique(c, keys, g->units_count, "units", ".vlan") || !UNIQUE_TEXT(c, units, name))
		return false;
	struct connected *list = arena_take(c->arena, addresses, sizeof *list);
	if (!list)
		return refusal_set(c->why, "memory", "units", "not enough memory");
	uint32_t count = 0;
	for (uint32_t i = 0; i < g->units_count; i++)
		for (uint32_t n = 0; n < g->units[i].addresses_count; n++)
			if (!link_local(&g->units[i].addresses[n].address)) /* every link has the same prefix */
				list[count++] =
				    (struct connected){ &g->units[i].addresses[n], i, n, g->units[i].instance };
	return overlaps_check(c, list, count);
}

/* ---- address sets, applications ---- */

static bool
range_check(struct check *c, uint32_t set, const char *family, uint32_t index, const struct schema_bytes *low,
	    const struct schema_bytes *high, const struct schema_bytes *before)
{
	char lower[INET6_ADDRSTRLEN], upper[INET6_ADDRSTRLEN];
	if (memcmp(low->bytes, high->bytes, low->length) > 0)
		return refusal_set(c->why, "order", check_at(c, "address_sets[%u].%s[%u].low", set, family, index),
				   "expected at most high %s, found %s", address_text(high, upper),
				   address_text(low, lower));
	if (before && memcmp(low->bytes, before->bytes, low->length) <= 0)
		return refusal_set(c->why, "order", check_at(c, "address_sets[%u].%s[%u].low", set, family, index),
				   "expected more than %s of the range before, found %s", address_text(before, upper),
				   address_text(low, lower));
	return true;
}

static bool
address_sets_check(struct check *c)
{
	for (uint32_t s = 0; s < c->g->address_sets_count; s++) {
		const struct given_address_set *set = &c->g->address_sets[s];
		for (uint32_t i = 0; i < set->inet_count; i++)
			if (!range_check(c, s, "inet", i, &set->inet[i].low, &set->inet[i].high,
					 i ? &set->inet[i - 1].high : NULL))
				return false;
		for (uint32_t i = 0; i < set->inet6_count; i++)
			if (!range_check(c, s, "inet6", i, &set->inet6[i].low, &set->inet6[i].high,
					 i ? &set->inet6[i - 1].high : NULL))
				return false;
	}
	return true;
}

static bool
applications_check(struct check *c)
{
	for (uint32_t i = 0; i < c->g->applications_count; i++) {
		const struct given_application *a = &c->g->applications[i];
		if (!check_id_dense(c, "applications", i, a->id, 1))
			return false;
		if (a->port_low > a->port_high)
			return refusal_set(c->why, "order", check_at(c, "applications[%u].port_low", i),
					   "expected at most port_high %u, found %u", a->port_high, a->port_low);
	}
	return true;
}

/* ---- policies ---- */

static bool
rule_zones_check(struct check *c, uint32_t set, uint32_t rule, const char *field, const uint32_t *zones, uint32_t count)
{
	if (count && c->g->policy_sets[set].id != POLICY_SET_GLOBAL)
		return refusal_set(c->why, "conflict", check_at(c, "policy_sets[%u].rules[%u].%s", set, rule, field),
				   "expected none outside the global set, found %u", count);
	for (uint32_t i = 0; i < count; i++)
		if (!refers(zones[i], c->g->zones_count, 1))
			return REFUSE_REFERENCE(c, zones[i], "zones", "policy_sets[%u].rules[%u].%s[%u]", set, rule,
						field, i);
	return true;
}

static bool
rule_sets_check(struct check *c, uint32_t set, uint32_t rule, const char *field, const uint32_t *sets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!refers(sets[i], c->g->address_sets_count, 0))
			return REFUSE_REFERENCE(c, sets[i], "address_sets", "policy_sets[%u].rules[%u].%s[%u]", set,
						rule, field, i);
	return true;
}

/* excluded nothing would be everything: whoever wrote it meant something else. */
static bool
rule_excluded_check(struct check *c, uint32_t set, uint32_t rule, const char *field, bool excluded, uint32_t count)
{
	if (!excluded || count)
		return true;
	return refusal_set(c->why, "conflict", check_at(c, "policy_sets[%u].rules[%u].%s", set, rule, field),
			   "expected false where no address set is named, found true");
}

static bool
rule_ports_check(struct check *c, uint32_t set, uint32_t rule, const char *field, uint32_t low, uint32_t high,
		 int32_t protocol)
{
	if (low > high)
		return refusal_set(c->why, "order", check_at(c, "policy_sets[%u].rules[%u].%s_low", set, rule, field),
				   "expected at most %s_high %u, found %u", field, high, low);
	bool ports = protocol < 0 || protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
	if (!ports && (low != 0 || high != 65535))
		return refusal_set(c->why, "conflict",
				   check_at(c, "policy_sets[%u].rules[%u].%s_low", set, rule, field),
				   "expected 0..65535 for protocol %d, found %u..%u", protocol, low, high);
	return true;
}

static bool
rule_icmp_check(struct check *c, uint32_t set, uint32_t rule, const char *field, int32_t value, int32_t protocol)
{
	if (value < 0 || protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return true;
	return refusal_set(c->why, "conflict", check_at(c, "policy_sets[%u].rules[%u].%s", set, rule, field),
			   "expected -1 for protocol %d, found %d", protocol, value);
}

static bool
rule_check(struct check *c, uint32_t set, uint32_t index)
{
	const struct given_snapshot *g = c->g;
	const struct given_rule *r = &g->policy_sets[set].rules[index];
	uint32_t policy_id = g->policy_sets[set].id * MAX_RULES_PER_POLICY_SET + index;
	if (r->policy_id != policy_id)
		return refusal_set(c->why, "order", check_at(c, "policy_sets[%u].rules[%u].policy_id", set, index),
				   "expected %u, found %u", policy_id, r->policy_id);
	if (!refers(r->counter, g->counters_count, 0))
		return REFUSE_REFERENCE(c, r->counter, "counters", "policy_sets[%u].rules[%u].counter", set, index);
	if (r->application && !refers(r->application, g->applications_count, 1))
		return REFUSE_REFERENCE(c, r->application, "applications", "policy_sets[%u].rules[%u].application", set,
					index);
	return rule_zones_check(c, set, index, "from_zones", r->from_zones, r->from_zones_count) &&
	       rule_zones_check(c, set, index, "to_zones", r->to_zones, r->to_zones_count) &&
	       rule_sets_check(c, set, index, "source", r->source, r->source_count) &&
	       rule_sets_check(c, set, index, "destination", r->destination, r->destination_count) &&
	       rule_excluded_check(c, set, index, "source_excluded", r->source_excluded, r->source_count) &&
	       rule_excluded_check(c, set, index, "destination_excluded", r->destination_excluded,
				   r->destination_count) &&
	       rule_ports_check(c, set, index, "source_port", r->source_port_low, r->source_port_high, r->protocol) &&
	       rule_ports_check(c, set, index, "destination_port", r->destination_port_low, r->destination_port_high,
				r->protocol) &&
	       rule_icmp_check(c, set, index, "icmp_type", r->icmp_type, r->protocol) &&
	       rule_icmp_check(c, set, index, "icmp_code", r->icmp_code, r->protocol);
}

static bool
policy_sets_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	uint16_t pair[128][128]; /* position + 1 of the set of (from, to) */
	memset(pair, 0, sizeof pair);
	for (uint32_t s = 0; s < g->policy_sets_count; s++) {
		const struct given_policy_set *set = &g->policy_sets[s];
		bool global = s + 1 == g->policy_sets_count && set->id == POLICY_SET_GLOBAL;
		if (!global && !check_id_dense(c, "policy_sets", s, set->id, 1))
			return false;
		if (global ? set->from_zone != 0 : !refers(set->from_zone, g->zones_count, 1))
			return REFUSE_REFERENCE(c, set->from_zone, global ? "the global set" : "zones",
						"policy_sets[%u].from_zone", s);
		if (global ? set->to_zone != 0 : !refers(set->to_zone, g->zones_count, 1))
			return REFUSE_REFERENCE(c, set->to_zone, global ? "the global set" : "zones",
						"policy_sets[%u].to_zone", s);
		uint16_t *seen = &pair[set->from_zone][set->to_zone];
		if (*seen)
			return refusal_set(c->why, "duplicate", check_at(c, "policy_sets[%u].to_zone", s),
					   "the pair of zones stands in policy_sets[%u] too", *seen - 1u);
		*seen = (uint16_t)(s + 1);
		for (uint32_t r = 0; r < set->rules_count; r++)
			if (!rule_check(c, s, r))
				return false;
	}
	if (!refers(g->default_policy.counter, g->counters_count, 0))
		return REFUSE_REFERENCE(c, g->default_policy.counter, "counters", "default_policy.counter");
	return true;
}

static bool
counters_check(struct check *c)
{
	struct check_key *keys = check_keys_take(c, c->g->counters_count, "counters");
	if (!keys)
		return false;
	for (uint32_t i = 0; i < c->g->counters_count; i++)
		keys[i] = (struct check_key){ c->g->counters[i].bytes, c->g->counters[i].length, i };
	return check_unique(c, keys, c->g->counters_count, "counters", "");
}

/* ---- routes ---- */

static bool
hop_check(struct check *c, uint32_t route, uint32_t index)
{
	const struct given_snapshot *g = c->g;
	const struct given_route *r = &g->routes[route];
	const struct given_route_hop *h = &r->next_hops[index];
	char text[INET6_ADDRSTRLEN];
	if (h->gateway.length != r->prefix.length)
		return refusal_set(c->why, "conflict", check_at(c, "routes[%u].next_hops[%u].gateway", route, index),
				   "expected %u bytes as in the prefix, found %u", r->prefix.length, h->gateway.length);
	if (!one_host(&h->gateway))
		return refusal_set(c->why, "address", check_at(c, "routes[%u].next_hops[%u].gateway", route, index),
				   "expected the address of one host, found %s", address_text(&h->gateway, text));
	if (h->unit == 0 && link_local(&h->gateway))
		return refusal_set(c->why, "reference", check_at(c, "routes[%u].next_hops[%u].unit", route, index),
				   "expected a unit for the link-local gateway %s, found none",
				   address_text(&h->gateway, text));
	if (h->unit && !refers(h->unit, g->units_count, 1))
		return REFUSE_REFERENCE(c, h->unit, "units", "routes[%u].next_hops[%u].unit", route, index);
	return true;
}

static bool
table_check(struct check *c, uint32_t route)
{
	const struct given_route *r = &c->g->routes[route];
	if (r->kind != GIVEN_ROUTE_KIND_NEXT_TABLE)
		return r->table == 0 || refusal_set(c->why, "conflict", check_at(c, "routes[%u].table", route),
						    "expected 0 where the kind is not next-table, found %u", r->table);
	if (!refers(r->table, c->g->instances_count, 0))
		return REFUSE_REFERENCE(c, r->table, "instances", "routes[%u].table", route);
	return r->table != r->instance ||
	       refusal_set(c->why, "conflict", check_at(c, "routes[%u].table", route),
			   "expected another instance than the route's own, found %u", r->table);
}

struct route_key {
	uint32_t instance, length, preference;
	uint8_t family;
	uint8_t prefix[16];
	uint8_t reserved[3];
};
_Static_assert(sizeof(struct route_key) == 32, "compared as bytes, so without padding");

static bool
routes_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	struct check_key *keys = check_keys_take(c, g->routes_count, "routes");
	struct route_key *prefixes = arena_take(c->arena, g->routes_count, sizeof *prefixes);
	if (!keys || !prefixes)
		return refusal_set(c->why, "memory", "routes", "not enough memory");
	for (uint32_t i = 0; i < g->routes_count; i++) {
		const struct given_route *r = &g->routes[i];
		if (!refers(r->instance, g->instances_count, 0))
			return REFUSE_REFERENCE(c, r->instance, "instances", "routes[%u].instance", i);
		if (r->length > r->prefix.length * 8)
			return refusal_set(c->why, "bound", check_at(c, "routes[%u].length", i),
					   "expected 0..%u, found %u", r->prefix.length * 8, r->length);
		if (!host_bits(&r->prefix, r->length, false)) {
			char text[INET6_ADDRSTRLEN];
			return refusal_set(c->why, "address", check_at(c, "routes[%u].prefix", i),
					   "expected no bits behind length %u, found %s", r->length,
					   address_text(&r->prefix, text));
		}
		bool hops = r->kind == GIVEN_ROUTE_KIND_NEXT_HOP;
		if (!table_check(c, i))
			return false;
		if (hops != (r->next_hops_count > 0))
			return refusal_set(
			    c->why, "conflict", check_at(c, "routes[%u].next_hops", i), "expected %s, found %u",
			    hops ? "at least one next hop" : "none for a route without a gateway", r->next_hops_count);
		for (uint32_t h = 0; h < r->next_hops_count; h++)
			if (!hop_check(c, i, h))
				return false;
		prefixes[i] = (struct route_key){ .instance = r->instance,
						  .length = r->length,
						  .preference = r->preference,
						  .family = family_of(&r->prefix) };
		memcpy(prefixes[i].prefix, r->prefix.bytes, r->prefix.length);
		keys[i] = (struct check_key){ &prefixes[i], sizeof prefixes[i], i };
	}
	return check_unique(c, keys, g->routes_count, "routes", ".prefix");
}

bool
snapshot_check(const struct given_snapshot *g, struct arena *arena, struct refusal *why)
{
	struct check c = { .g = g, .arena = arena, .why = why };
	return zones_check(&c) && instances_check(&c) && ports_check(&c) && units_check(&c) && address_sets_check(&c) &&
	       applications_check(&c) && counters_check(&c) && policy_sets_check(&c) && routes_check(&c) &&
	       filters_check(&c) && cos_check(&c) && nat_check(&c) && screens_check(&c);
}
