/* termset.h: made-up filters and packets for tests and benchmarks, in the shapes of classify/ruleset.h: acl, fw and ipc with
 * the TCP flags and ICMP types that such lists have, and `any`: everything a term can ask for, for property tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FILTER_TERMSET_H
#define RINGWALL_FILTER_TERMSET_H

#include "classify/ruleset.h"
#include "filter/filter.h"

enum { TERMSET_RANGES = 6, TERMSET_LISTS = 8, TERMSET_UNITS = 12 };

/* termset_room: what a term's lists point to. */
struct termset_room {
	struct number_range range[TERMSET_LISTS][TERMSET_RANGES];
	uint16_t unit[TERMSET_UNITS];
};

struct termset {
	struct ruleset rules;
	struct filter filter;
	struct termset_room *room; /* [terms] */
};

static inline bool
termset_chance(struct ruleset *s, uint32_t one_in)
{
	return ruleset_random(s, one_in) == 0;
}

/* Some ranges of a few values each, with some values between them. */
static inline struct number_ranges
termset_ranges(struct ruleset *s, struct number_range *range, uint32_t high)
{
	uint32_t wanted = 1 + ruleset_random(s, TERMSET_RANGES), count = 0;
	uint32_t step = high / (2 * TERMSET_RANGES), at = ruleset_random(s, step);
	for (; count < wanted; count++) {
		range[count].low = at;
		range[count].high = at + (termset_chance(s, 2) ? 0 : ruleset_random(s, step));
		at = range[count].high + 1 + (termset_chance(s, 4) ? 0 : 1 + ruleset_random(s, step - 2));
	}
	return (struct number_ranges){ count, range };
}

static inline struct number_ranges
termset_bounds(struct number_range *range, uint16_t low, uint16_t high)
{
	*range = (struct number_range){ low, high };
	return (struct number_ranges){ low > 0 || high < 65535, range };
}

/* The protocols of a rule; in `any` some lists have more, or are complements. */
static inline void
termset_protocols(struct ruleset *s, struct filter_term *t, const struct classify_rule *r, enum ruleset_shape shape,
		  uint8_t family)
{
	bool icmp = r->protocol == PROTOCOL_ICMP || r->protocol == PROTOCOL_ICMP6;
	uint8_t own = family == ADDRESS_FAMILY_INET ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
	t->any_protocol = r->any_protocol;
	if (t->any_protocol)
		return;
	octet_set_add(&t->protocols, icmp && shape != RULESET_ANY ? own : r->protocol);
	if (shape != RULESET_ANY)
		return;
	for (uint32_t more = ruleset_random(s, 3); more > 0; more--)
		octet_set_add(&t->protocols, (uint8_t[]){ 1, 6, 17, 47, 58, 132, 200 }[ruleset_random(s, 7)]);
	for (uint32_t i = 0; i < 4 && s->random % 5 == 0; i++)
		t->protocols.bits[i] = ~t->protocols.bits[i];
}

static inline void
termset_list_conditions(struct ruleset *s, struct filter_term *t, const struct classify_rule *r)
{
	if (octet_set_has(&t->protocols, PROTOCOL_TCP) && termset_chance(s, 6)) {
		t->conditions |= FILTER_TCP_FLAGS;
		for (uint32_t v = 0; v < 256; v++)
			if (v & (TCP_RST | TCP_ACK))
				octet_set_add(&t->tcp_flags, (uint8_t)v);
	}
	if (r->icmp_type >= 0 && !t->any_protocol) {
		t->conditions |= FILTER_ICMP_TYPE;
		octet_set_add(&t->icmp_types, (uint8_t)r->icmp_type);
	}
}

static inline void
termset_any_conditions(struct ruleset *s, struct filter_term *t, struct termset_room *room)
{
	enum filter_condition choice[] = { FILTER_ICMP_TYPE,
					   FILTER_ICMP_CODE,
					   FILTER_TCP_FLAGS,
					   FILTER_DSCP,
					   FILTER_TTL,
					   FILTER_LENGTH,
					   FILTER_IS_FRAGMENT,
					   FILTER_FIRST_FRAGMENT,
					   FILTER_FRAGMENT_OFFSET,
					   FILTER_FORWARDING_CLASS,
					   FILTER_LOSS_PRIORITY };
	struct octet_set *octets[] = { &t->icmp_types, &t->icmp_codes, &t->tcp_flags, &t->ttls };
	for (uint32_t n = ruleset_random(s, 3); n > 0; n--)
		t->conditions |= choice[ruleset_random(s, sizeof choice / sizeof *choice)];
	for (uint32_t i = 0; i < sizeof octets / sizeof *octets; i++)
		for (uint32_t n = 0; n < 4; n++)
			octets[i]->bits[n] = i == 2 || n == 0 ? s->random >> (n + 7) | 1 : 0;
	t->dscps = s->random >> 3;
	t->forwarding_classes = (uint16_t)(s->random >> 9);
	t->loss_priorities = s->random >> 11 & 15;
	t->packet_lengths = termset_ranges(s, room->range[3], 2000);
	t->fragment_offsets = termset_ranges(s, room->range[4], 200);
}

static inline void
termset_any(struct ruleset *s, struct filter_term *t, struct termset_room *room)
{
	if (termset_chance(s, 4))
		t->source_ports = termset_ranges(s, room->range[0], 65535);
	if (termset_chance(s, 4))
		t->destination_ports = termset_ranges(s, room->range[1], 65535);
	if (termset_chance(s, 6))
		t->ports = termset_ranges(s, room->range[2], 65535);
	if (termset_chance(s, 4))
		t->address = &s->set[ruleset_random(s, s->set_count)];
	if (termset_chance(s, 5)) {
		uint32_t count = 1 + ruleset_random(s, TERMSET_UNITS), unit = 1 + ruleset_random(s, 3);
		for (uint32_t i = 0; i < count; i++, unit += 1 + ruleset_random(s, 3))
			room->unit[i] = (uint16_t)unit;
		t->interfaces = (struct unit_list){ count, room->unit };
	}
	if (termset_chance(s, 3))
		termset_any_conditions(s, t, room);
}

static inline void
termset_term(struct termset *ts, uint32_t i, enum ruleset_shape shape)
{
	struct ruleset *s = &ts->rules;
	const struct classify_rule *r = &s->rule[i];
	struct filter_term *t = &ts->filter.term[i];
	struct termset_room *room = &ts->room[i];
	*t = (struct filter_term){ .source = r->source_set_count ? r->source_set[0] : NULL,
				   .destination = r->destination_set_count ? r->destination_set[0] : NULL,
				   .reject_code = -1,
				   .set_forwarding_class = FILTER_KEEP,
				   .set_loss_priority = FILTER_KEEP,
				   .set_dscp = FILTER_KEEP,
				   .routing_instance = FILTER_KEEP,
				   .counter = FILTER_COUNTER_NONE,
				   .policer = FILTER_POLICER_NONE,
				   .filter_id = 1,
				   .term_id = i + 1,
				   .filter_name = "made-up",
				   .term_name = "term" };
	termset_protocols(s, t, r, shape, ts->filter.family);
	t->source_ports = termset_bounds(room->range[0], r->source_port_low, r->source_port_high);
	t->destination_ports = termset_bounds(room->range[1], r->destination_port_low, r->destination_port_high);
	if (shape == RULESET_ANY)
		termset_any(s, t, room);
	else
		termset_list_conditions(s, t, r);
}

/* termset_make: IPC6 and `inet6` make filters for IPv6; the other shapes have addresses of IPv4 only. */
static inline void
termset_make(struct termset *ts, enum ruleset_shape shape, bool inet6, uint32_t count, uint64_t seed)
{
	ruleset_make(&ts->rules, shape, count, seed);
	ts->room = calloc(count + 1, sizeof *ts->room);
	ts->filter = (struct filter){ .id = 1, .name = "made-up", .term_count = count };
	ts->filter.family = inet6 || shape == RULESET_IPC6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
	ts->filter.term = calloc(count + 1, sizeof *ts->filter.term);
	for (uint32_t i = 0; i < count; i++)
		termset_term(ts, i, shape);
}

static inline void
termset_free(struct termset *ts)
{
	filter_release(&ts->filter);
	free(ts->filter.term);
	free(ts->room);
	ruleset_free(&ts->rules);
}

static inline uint16_t
termset_port(struct ruleset *s, const struct number_ranges *own, const struct number_ranges *either)
{
	const struct number_ranges *r = either->count > 0 && (own->count == 0 || termset_chance(s, 2)) ? either : own;
	const struct number_range *range = r->count > 0 ? &r->range[ruleset_random(s, r->count)] : NULL;
	uint32_t port = ruleset_random(s, 65536);
	if (range && !termset_chance(s, 16))
		port = (uint32_t[]){ range->low, range->high, range->low - 1, range->high + 1 }[ruleset_random(s, 4)];
	return __builtin_bswap16((uint16_t)port);
}

static inline struct address
termset_address(struct ruleset *s, const struct address_set *own, const struct address_set *either, uint8_t family)
{
	const struct address_set *set = either && (!own || termset_chance(s, 2)) ? either : own;
	return ruleset_near(s, &set, set != NULL, family);
}

static inline uint8_t
termset_protocol(struct ruleset *s, const struct filter_term *t)
{
	uint32_t protocol = ruleset_random(s, 256);
	if (termset_chance(s, 16))
		return (uint8_t)protocol;
	if (t->any_protocol)
		return (uint8_t[]){ PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP, PROTOCOL_GRE }[protocol % 4];
	for (uint32_t i = 0; i < 256 && !octet_set_has(&t->protocols, (uint8_t)protocol); i++)
		protocol++;
	return (uint8_t)protocol;
}

/* A packet that meets, or just misses, the conditions of a term picked at random. It has no bytes: only conditions on what
 * parse has found may be asked. */
static inline struct packet
termset_packet(struct termset *ts)
{
	struct ruleset *s = &ts->rules;
	const struct filter_term *t = &ts->filter.term[ruleset_random(s, s->count)];
	struct packet p = { .unit = (uint16_t)(1 + ruleset_random(s, 30)) };
	p.key.family = ts->filter.family;
	p.key.source = termset_address(s, t->source, t->address, p.key.family);
	p.key.destination = termset_address(s, t->destination, t->address, p.key.family);
	p.key.protocol = termset_protocol(s, t);
	p.key.source_port = termset_port(s, &t->source_ports, &t->ports);
	p.key.destination_port = termset_port(s, &t->destination_ports, &t->ports);
	if (t->interfaces.count > 0 && !termset_chance(s, 8))
		p.unit = t->interfaces.unit[ruleset_random(s, t->interfaces.count)];
	p.tos = (uint8_t)ruleset_random(s, 256);
	p.ttl = (uint8_t)ruleset_random(s, 64);
	p.l3_length = (uint16_t)(20 + ruleset_random(s, 1481));
	p.tcp_flags = (uint8_t)(termset_chance(s, 2) ? TCP_SYN : TCP_ACK | TCP_PSH);
	p.icmp_type = (uint8_t)ruleset_random(s, 16);
	p.icmp_code = (uint8_t)ruleset_random(s, 4);
	p.forwarding_class = (uint8_t)ruleset_random(s, 16);
	p.loss_priority = (uint8_t)ruleset_random(s, 4);
	if (termset_chance(s, 8)) {
		p.fragment_offset = (uint16_t)(8 * ruleset_random(s, 100));
		p.flags = PACKET_FRAGMENT | (p.fragment_offset == 0 ? PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE : 0);
	}
	return p;
}

#endif
