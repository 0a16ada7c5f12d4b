/* build.c: see build.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build.h"

#include <netinet/in.h>
#include <string.h>

#include "snapshot/arena.h"
#include "snapshot/build_cos.h"
#include "snapshot/build_filter.h"
#include "snapshot/build_nat.h"
#include "snapshot/build_screen.h"
#include "snapshot/check.h"
#include "snapshot/refusal.h"

enum { PORTS = 65536, VLANS = 4096, PROTOCOLS = 256, ZONE_BYTES = 128 };

/* build: every step takes from the arena and returns false when there is no more. */
struct build {
	const struct given_snapshot *g;
	struct snapshot *s;
	struct arena *arena;
	struct address_set *sets;
};

#define TAKE(b, count, type) ((type *)arena_take((b)->arena, (count), sizeof(type)))

/* The schema keeps names below the room that they have here. */
static void
text_copy(char *to, const struct schema_text *text)
{
	memcpy(to, text->bytes, text->length);
	to[text->length] = 0;
}

static void
settings_build(struct build *b)
{
	const struct given_settings *g = &b->g->settings;
	b->s->settings = (struct settings){
		.fail_open = g->fail_mode == GIVEN_SETTINGS_FAIL_MODE_OPEN,
		.tcp = { .no_syn_check = g->tcp_no_syn_check,
			 .strict_syn_check = g->tcp_strict_syn_check,
			 .no_sequence_check = g->tcp_no_sequence_check,
			 .rst_invalidate = g->tcp_rst_invalidate,
			 .fin_invalidate = g->tcp_fin_invalidate },
		.tcp_initial_timeout_s = g->tcp_initial_timeout,
		.tcp_time_wait_s = g->tcp_time_wait,
		.tcp_mss = (uint16_t)g->tcp_mss,
		.session_maximum = g->session_maximum,
		.early_ageout_s = g->early_ageout,
		.high_watermark = (uint8_t)g->high_watermark,
		.low_watermark = (uint8_t)g->low_watermark,
		.icmp_error_rate = g->icmp_error_rate,
		.icmp_error_burst = g->icmp_error_burst,
		.require_delivery = g->require_delivery,
	};
}

static struct host_service *
services_build(struct build *b, const struct given_host_service *given, uint32_t count)
{
	struct host_service *services = TAKE(b, count, struct host_service);
	for (uint32_t i = 0; services && i < count; i++)
		services[i] = (struct host_service){
			.any_protocol = given[i].protocol < 0,
			.protocol = (uint8_t)(given[i].protocol < 0 ? 0 : given[i].protocol),
			.family = (uint8_t)given[i].family,
			.port_low = (uint16_t)given[i].port_low,
			.port_high = (uint16_t)given[i].port_high,
			.icmp_type = (int16_t)given[i].icmp_type,
		};
	return services;
}

/* Events of sessions are not limited: who opens a session closes it, and the log has both. */
static bool
limits_build(struct build *b, struct zone *z)
{
	static const uint8_t limited[] = { EVENT_TYPE_POLICY_DENY, EVENT_TYPE_SCREEN_DROP, EVENT_TYPE_FILTER_LOG };
	z->limit = TAKE(b, EVENT_TYPE_COUNT, struct event_limit);
	for (unsigned i = 0; z->limit && i < sizeof limited; i++)
		gcra_init(&z->limit[limited[i]].rate, b->g->settings.log_zone_rate, b->g->settings.log_zone_burst);
	return z->limit;
}

static bool
zones_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->zone_count = b->g->zones_count + 1;
	s->zone = TAKE(b, s->zone_count, struct zone);
	for (uint32_t i = 0; s->zone && i < b->g->zones_count; i++) {
		const struct given_zone *g = &b->g->zones[i];
		struct zone *z = &s->zone[g->id];
		text_copy(z->name, &g->name);
		z->tcp_rst = g->tcp_rst;
		z->host_service_count = g->host_inbound_count;
		z->host_service = services_build(b, g->host_inbound, g->host_inbound_count);
		if (!z->host_service || !limits_build(b, z))
			return false;
	}
	return s->zone;
}

static bool
instances_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->instance_count = b->g->instances_count;
	s->instance = TAKE(b, s->instance_count, struct instance);
	for (uint32_t i = 0; s->instance && i < s->instance_count; i++) {
		text_copy(s->instance[i].name, &b->g->instances[i].name);
		s->instance[i].kernel_table = b->g->instances[i].kernel_table;
		s->instance[i].filter_host = (uint16_t)b->g->instances[i].filter_host;
		s->instance[i].filter_host6 = (uint16_t)b->g->instances[i].filter_host6;
	}
	return s->instance;
}

static bool
ports_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->port_count = b->g->ports_count;
	s->port = TAKE(b, s->port_count, struct port_config);
	for (uint32_t i = 0; s->port && i < s->port_count; i++) {
		const struct given_port *g = &b->g->ports[i];
		text_copy(s->port[i].name, &g->name);
		text_copy(s->port[i].device, &g->device);
		s->port[i].xdp_mode = (uint8_t)g->xdp_mode;
		s->port[i].mtu = (uint16_t)g->mtu;
	}
	return s->port;
}

static bool
unit_build(struct build *b, const struct given_unit *g, struct unit *u)
{
	text_copy(u->name, &g->name);
	u->port = (uint16_t)g->port;
	u->vlan = (uint16_t)g->vlan;
	u->zone = (uint16_t)g->zone;
	u->instance = (uint16_t)g->instance;
	u->inet = g->inet;
	u->inet6 = g->inet6;
	u->mtu_inet = (uint16_t)g->mtu_inet;
	u->mtu_inet6 = (uint16_t)g->mtu_inet6;
	u->filter_input = (uint16_t)g->filter_input;
	u->filter_output = (uint16_t)g->filter_output;
	u->filter_input6 = (uint16_t)g->filter_input6;
	u->filter_output6 = (uint16_t)g->filter_output6;
	u->has_host_services = g->has_host_inbound;
	u->host_service_count = g->host_inbound_count;
	u->host_service = services_build(b, g->host_inbound, g->host_inbound_count);
	u->address_count = g->addresses_count;
	u->address = TAKE(b, g->addresses_count, struct unit_address);
	for (uint32_t i = 0; u->address && i < g->addresses_count; i++)
		u->address[i] = (struct unit_address){ .address = address_of(&g->addresses[i].address),
						       .family = family_of(&g->addresses[i].address),
						       .length = (uint8_t)g->addresses[i].length };
	return u->host_service && u->address;
}

static bool
units_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->unit_count = b->g->units_count + 1;
	s->unit = TAKE(b, s->unit_count, struct unit);
	for (uint32_t i = 0; s->unit && i < b->g->units_count; i++) {
		const struct given_unit *g = &b->g->units[i];
		if (!unit_build(b, g, &s->unit[g->id]))
			return false;
		uint16_t *by_vlan = (uint16_t *)s->unit_by_vlan[g->port];
		if (!by_vlan)
			s->unit_by_vlan[g->port] = by_vlan = TAKE(b, VLANS, uint16_t);
		if (!by_vlan)
			return false;
		by_vlan[g->vlan] = (uint16_t)g->id;
	}
	return s->unit;
}

/* ---- applications: the first that names a port keeps it ---- */

/* table: by port or protocol; free[i] leads to the first unnamed place from i on, so that each place is named once
 * however many ranges cover it. */
struct table {
	uint16_t *name;
	uint32_t *free;
	uint32_t count;
};

static bool
table_take(struct build *b, struct arena *scratch, uint32_t count, struct table *t)
{
	t->name = TAKE(b, count, uint16_t);
	t->free = arena_take(scratch, count + 1, sizeof *t->free);
	t->count = count;
	for (uint32_t i = 0; t->free && i <= count; i++)
		t->free[i] = i;
	return t->name && t->free;
}

static uint32_t
table_free(struct table *t, uint32_t i)
{
	while (t->free[i] != i) {
		t->free[i] = t->free[t->free[i]];
		i = t->free[i];
	}
	return i;
}

static void
table_name(struct table *t, uint32_t low, uint32_t high, uint16_t application)
{
	for (uint32_t i = table_free(t, low); i <= high && i < t->count; i = table_free(t, i)) {
		t->name[i] = application;
		t->free[i] = i + 1;
	}
}

static bool
applications_build(struct build *b)
{
	enum { TCP, UDP, SCTP, PROTOCOL, TABLES };
	static const int protocols[] = { [TCP] = IPPROTO_TCP, [UDP] = IPPROTO_UDP, [SCTP] = IPPROTO_SCTP };
	struct table table[TABLES];
	struct snapshot *s = b->s;
	struct arena *scratch = arena_create();
	bool done = scratch != NULL;
	for (unsigned t = 0; done && t < TABLES; t++)
		done = table_take(b, scratch, t == PROTOCOL ? PROTOCOLS : PORTS, &table[t]);
	for (uint32_t i = 0; done && i < b->g->applications_count; i++) {
		const struct given_application *g = &b->g->applications[i];
		uint16_t id = (uint16_t)g->id;
		/* A row for port 0 alone stands for applications that no port tells apart: it names nothing. */
		for (unsigned t = TCP; t <= SCTP && g->port_high > 0; t++)
			if (g->protocol < 0 || g->protocol == protocols[t])
				table_name(&table[t], g->port_low, g->port_high, id);
		uint32_t low = g->protocol < 0 ? 0 : (uint32_t)g->protocol;
		table_name(&table[PROTOCOL], low, g->protocol < 0 ? PROTOCOLS - 1 : low, id);
	}
	arena_destroy(scratch);
	if (!done)
		return false;
	s->tcp_application = table[TCP].name;
	s->udp_application = table[UDP].name;
	s->sctp_application = table[SCTP].name;
	s->protocol_application = table[PROTOCOL].name;
	s->icmp_application = table[PROTOCOL].name[IPPROTO_ICMP];
	s->icmp6_application = table[PROTOCOL].name[IPPROTO_ICMPV6];
	return true;
}

/* ---- policies ---- */

static bool
address_sets_build(struct build *b)
{
	b->sets = TAKE(b, b->g->address_sets_count, struct address_set);
	for (uint32_t i = 0; b->sets && i < b->g->address_sets_count; i++) {
		const struct given_address_set *g = &b->g->address_sets[i];
		struct address_range *inet = TAKE(b, g->inet_count, struct address_range);
		struct address_range *inet6 = TAKE(b, g->inet6_count, struct address_range);
		if (!inet || !inet6)
			return false;
		for (uint32_t n = 0; n < g->inet_count; n++)
			inet[n] = (struct address_range){ address_of(&g->inet[n].low), address_of(&g->inet[n].high) };
		for (uint32_t n = 0; n < g->inet6_count; n++)
			inet6[n] =
			    (struct address_range){ address_of(&g->inet6[n].low), address_of(&g->inet6[n].high) };
		b->sets[i] = (struct address_set){
			.inet_count = g->inet_count, .inet6_count = g->inet6_count, .inet = inet, .inet6 = inet6
		};
	}
	return b->sets;
}

static const struct address_set *const *
sets_of(struct build *b, const uint32_t *index, uint32_t count)
{
	const struct address_set **list = TAKE(b, count, const struct address_set *);
	for (uint32_t i = 0; list && i < count; i++)
		list[i] = &b->sets[index[i]];
	return list;
}

static bool
rule_build(struct build *b, const struct given_rule *g, struct policy_rule *rule, struct classify_rule *match)
{
	*rule = (struct policy_rule){
		.policy_id = g->policy_id,
		.counter = g->counter,
		.timeout_s = g->timeout,
		.application = (uint16_t)g->application,
		.action = (uint8_t)g->action,
		.log_init = g->log_init,
		.log_close = g->log_close,
		.count = g->count,
		.name = arena_text(b->arena, g->name.bytes, g->name.length),
	};
	*match = (struct classify_rule){
		.source_set_count = g->source_count,
		.destination_set_count = g->destination_count,
		.source_set = sets_of(b, g->source, g->source_count),
		.destination_set = sets_of(b, g->destination, g->destination_count),
		.source_excluded = g->source_excluded,
		.destination_excluded = g->destination_excluded,
		.any_protocol = g->protocol < 0,
		.protocol = (uint8_t)(g->protocol < 0 ? 0 : g->protocol),
		.source_port_low = (uint16_t)g->source_port_low,
		.source_port_high = (uint16_t)g->source_port_high,
		.destination_port_low = (uint16_t)g->destination_port_low,
		.destination_port_high = (uint16_t)g->destination_port_high,
		.icmp_type = (int16_t)g->icmp_type,
		.icmp_code = (int16_t)g->icmp_code,
	};
	return rule->name && match->source_set && match->destination_set;
}

static bool
policy_set_build(struct build *b, const struct given_policy_set *g, struct policy_set *set)
{
	set->id = g->id;
	set->from_zone = (uint16_t)g->from_zone;
	set->to_zone = (uint16_t)g->to_zone;
	set->rule_count = g->rules_count;
	set->rule = TAKE(b, g->rules_count, struct policy_rule);
	set->match = TAKE(b, g->rules_count, struct classify_rule);
	if (!set->rule || !set->match)
		return false;
	for (uint32_t i = 0; i < g->rules_count; i++)
		if (!rule_build(b, &g->rules[i], &set->rule[i], &set->match[i]))
			return false;
	for (uint32_t i = 0; i < g->rules_count; i++)
		gcra_init(&b->s->policy_limit[g->rules[i].counter].rate, g->rules[i].log_rate, g->rules[i].log_burst);
	set->classifier = classify_build(set->match, set->rule_count);
	return set->classifier;
}

static void
zone_match_build(uint8_t match[ZONE_BYTES], const uint32_t *zones, uint32_t count)
{
	memset(match, count == 0 ? 0xff : 0, ZONE_BYTES);
	for (uint32_t i = 0; i < count; i++)
		match[zones[i] >> 3] |= (uint8_t)(1u << (zones[i] & 7));
}

static bool
policy_sets_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->policy_limit = TAKE(b, b->g->counters_count, struct event_limit);
	s->host_inbound_limit = TAKE(b, 1, struct event_limit);
	if (!s->policy_limit || !s->host_inbound_limit)
		return false;
	gcra_init(&s->host_inbound_limit->rate, b->g->settings.log_rule_rate, b->g->settings.log_rule_burst);
	gcra_init(&s->policy_limit[b->g->default_policy.counter].rate, b->g->default_policy.log_rate,
		  b->g->default_policy.log_burst);
	s->policy_by_zones = TAKE(b, s->zone_count * s->zone_count, struct policy_set *);
	s->policy_set = TAKE(b, b->g->policy_sets_count, struct policy_set);
	if (!s->policy_by_zones || !s->policy_set)
		return false;
	for (uint32_t i = 0; i < b->g->policy_sets_count; i++) {
		const struct given_policy_set *g = &b->g->policy_sets[i];
		if (g->rules_count == 0)
			continue; /* decides nothing, as if it were not there */
		struct policy_set *set = &s->policy_set[s->policy_set_count++];
		if (!policy_set_build(b, g, set))
			return false;
		if (g->id != POLICY_SET_GLOBAL) {
			s->policy_by_zones[g->from_zone * s->zone_count + g->to_zone] = set;
			continue;
		}
		s->policy_global = set;
		uint8_t(*match)[2][ZONE_BYTES] = arena_take(b->arena, g->rules_count, sizeof *match);
		if (!match)
			return false;
		for (uint32_t r = 0; r < g->rules_count; r++) {
			zone_match_build(match[r][0], g->rules[r].from_zones, g->rules[r].from_zones_count);
			zone_match_build(match[r][1], g->rules[r].to_zones, g->rules[r].to_zones_count);
		}
		s->global_zone_match = (const uint8_t(*)[2][ZONE_BYTES])match;
	}
	s->default_rule = (struct policy_rule){
		.policy_id = b->g->default_policy.policy_id,
		.counter = b->g->default_policy.counter,
		.action = (uint8_t)b->g->default_policy.action,
		.log_init = b->g->default_policy.log_init,
		.log_close = b->g->default_policy.log_close,
		.name = "default-policy",
	};
	return true;
}

static const char **
names_build(struct build *b, const struct schema_text *given, uint32_t count)
{
	const char **name = TAKE(b, count, const char *);
	for (uint32_t i = 0; name && i < count; i++) {
		name[i] = arena_text(b->arena, given[i].bytes, given[i].length);
		if (!name[i])
			return NULL;
	}
	return name;
}

static bool
counters_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->counter_count = b->g->counters_count;
	s->counter_name = names_build(b, b->g->counters, s->counter_count);
	s->filter_counter_count = b->g->filter_counters_count;
	s->filter_counter_name = names_build(b, b->g->filter_counters, s->filter_counter_count);
	return s->counter_name && s->filter_counter_name;
}

/* ---- routes ---- */

static struct next_hop_group
hops_of(const struct given_route *g)
{
	static const uint8_t kind[] = { [GIVEN_ROUTE_KIND_DISCARD] = NEXT_HOP_DISCARD,
					[GIVEN_ROUTE_KIND_REJECT] = NEXT_HOP_REJECT,
					[GIVEN_ROUTE_KIND_NEXT_TABLE] = NEXT_HOP_TABLE };
	struct next_hop_group group = { .count = 0 };
	if (g->kind != GIVEN_ROUTE_KIND_NEXT_HOP) {
		group.hop[group.count++] = (struct next_hop){
			.kind = kind[g->kind],
			.family = family_of(&g->prefix),
			.unit = (uint16_t)g->table,
		};
	}
	for (uint32_t i = 0; i < g->next_hops_count; i++)
		group.hop[group.count++] = (struct next_hop){
			.kind = NEXT_HOP_FORWARD,
			.gateway = address_of(&g->next_hops[i].gateway),
			.family = family_of(&g->next_hops[i].gateway),
			.unit = (uint16_t)g->next_hops[i].unit,
		};
	return group;
}

static bool
routes_build(struct build *b)
{
	struct snapshot *s = b->s;
	s->route_count = b->g->routes_count;
	s->route = TAKE(b, s->route_count, struct static_route);
	for (uint32_t i = 0; s->route && i < s->route_count; i++) {
		const struct given_route *g = &b->g->routes[i];
		s->route[i] = (struct static_route){
			.instance = (uint16_t)g->instance,
			.family = family_of(&g->prefix),
			.length = (uint8_t)g->length,
			.preference = g->preference,
			.prefix = address_of(&g->prefix),
			.group = hops_of(g),
		};
	}
	return s->route;
}

struct snapshot *
snapshot_build(const struct given_snapshot *g, struct refusal *why)
{
	struct arena *arena = arena_create();
	struct snapshot *s = arena ? arena_take(arena, 1, sizeof *s) : NULL;
	if (!s) {
		arena_destroy(arena);
		refusal_set(why, "memory", "", "not enough memory");
		return NULL;
	}
	struct build b = { .g = g, .s = s, .arena = arena };
	s->arena = arena;
	s->generation = g->generation;
	text_copy(s->hash, &g->hash);
	settings_build(&b);
	if (zones_build(&b) && instances_build(&b) && ports_build(&b) && units_build(&b) && applications_build(&b) &&
	    address_sets_build(&b) && policy_sets_build(&b) && counters_build(&b) && routes_build(&b) &&
	    filters_build(g, s, arena, b.sets) && cos_build(g, s, arena) && nat_build(g, s, arena, b.sets) &&
	    proxies_build(g, s, arena) && screens_build(g, s, arena))
		return s;
	snapshot_free(s);
	refusal_set(why, "memory", "", "not enough memory to build the snapshot");
	return NULL;
}

void
snapshot_free(struct snapshot *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->policy_set_count; i++)
		if (s->policy_set[i].classifier)
			classify_free(s->policy_set[i].classifier);
	filters_free(s);
	cos_free(s);
	nat_free(s);
	screens_free(s);
	arena_destroy(s->arena);
}
