/* ruleset.h: made-up rule sets and keys for tests and benchmarks, in the shapes that ClassBench distinguishes: acl (exact
 * destinations, single ports), fw (many wildcards, port ranges), ipc (prefixes of all lengths on both sides; ipc6: in IPv6), and `any`:
 * everything a rule can say, for property tests. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_RULESET_H
#define RINGWALL_CLASSIFY_RULESET_H

#include <stdlib.h>

#include "classify/classify.h"
#include "packet/protocol.h"

enum ruleset_shape { RULESET_ACL, RULESET_FW, RULESET_IPC, RULESET_IPC6, RULESET_ANY, RULESET_SHAPES };

static const char *const ruleset_shape_text[RULESET_SHAPES] = { "acl", "fw", "ipc", "ipc6", "any" };

struct ruleset {
	uint64_t random;
	uint32_t count, set_count;
	struct classify_rule *rule;
	struct address_set *set;
	struct address_range **ranges; /* of the sets, to be freed */
	const struct address_set **list;
};

struct ruleset_key {
	struct flow_key key;
	int16_t icmp_type, icmp_code;
};

static inline uint32_t
ruleset_random(struct ruleset *s, uint32_t below)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (uint32_t)((s->random >> 32) * below >> 32);
}

/* 256 networks of /16 (IPv6: a few of /64) hold most addresses, as in real rule sets, so that prefixes nest and overlap. */
static inline struct address
ruleset_address(struct ruleset *s, uint8_t family)
{
	struct address a = { .half = { 0, 0 } };
	uint32_t bytes = family == ADDRESS_FAMILY_INET ? 4 : 16;
	for (uint32_t i = 0; i < bytes; i++)
		a.byte[i] = (uint8_t)ruleset_random(s, 256);
	if (ruleset_random(s, 8) != 0) {
		a.byte[0] = (uint8_t)(family == ADDRESS_FAMILY_INET ? 10 + ruleset_random(s, 16) : 0x20);
		a.byte[1] = (uint8_t)ruleset_random(s, 16);
		if (family == ADDRESS_FAMILY_INET6) {
			memset(a.byte + 2, 0, 4);
			a.byte[7] = (uint8_t)ruleset_random(s, 4);
		}
	}
	return a;
}

static inline void
ruleset_prefix(struct address_range *r, const struct address *a, uint32_t length, uint32_t bits)
{
	memset(r, 0, sizeof *r);
	for (uint32_t i = 0; i < bits / 8; i++) {
		uint32_t kept = length >= 8 * (i + 1) ? 8 : length > 8 * i ? length - 8 * i : 0;
		uint8_t mask = (uint8_t)(0xff00 >> kept);
		r->low.byte[i] = a->byte[i] & mask;
		r->high.byte[i] = (uint8_t)(r->low.byte[i] | ~mask);
	}
}

static inline uint32_t
ruleset_length(struct ruleset *s, enum ruleset_shape shape, uint32_t bits)
{
	uint32_t unit = bits / 32, roll = ruleset_random(s, 100);
	switch (shape) {
	case RULESET_ACL:
		return unit * (roll < 50 ? 32 : roll < 80 ? 24 + ruleset_random(s, 8) : 16 + ruleset_random(s, 8));
	case RULESET_FW:
		return unit * (roll < 40 ? 32 : roll < 70 ? 16 + ruleset_random(s, 16) : 8 + ruleset_random(s, 8));
	default:
		return ruleset_random(s, 4) == 0 ? bits : 8 + ruleset_random(s, bits - 7);
	}
}

static inline int
ruleset_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address));
}

static inline struct address_range *
ruleset_ranges(struct ruleset *s, enum ruleset_shape shape, uint8_t family, uint32_t wanted, uint32_t *count)
{
	uint32_t bits = family == ADDRESS_FAMILY_INET ? 32 : 128, kept = 0;
	struct address_range *r = calloc(wanted + 1, sizeof *r);
	for (uint32_t i = 0; i < wanted; i++) {
		struct address a = ruleset_address(s, family), b = ruleset_address(s, family);
		ruleset_prefix(&r[i], &a, ruleset_length(s, shape, bits), bits);
		if (shape == RULESET_ANY && ruleset_random(s, 4) == 0)
			r[i] = memcmp(&a, &b, sizeof a) < 0 ? (struct address_range){ a, b }
							    : (struct address_range){ b, a };
		if (shape == RULESET_ANY && ruleset_random(s, 64) == 0)
			ruleset_prefix(&r[i], &a, 0, bits);
	}
	qsort(r, wanted, sizeof *r, ruleset_compare);
	for (uint32_t i = 1; i < wanted; i++) {
		if (memcmp(&r[i].low, &r[kept].high, sizeof r->low) > 0)
			r[++kept] = r[i];
	}
	*count = wanted == 0 ? 0 : kept + 1;
	return r;
}

static inline void
ruleset_ports(struct ruleset *s, enum ruleset_shape shape, uint16_t *low, uint16_t *high)
{
	static const uint16_t known[] = { 20,  21,  22,  23,  25,  53,   80,   110,  123,
					  143, 161, 443, 514, 993, 1433, 3306, 5432, 8080 };
	uint32_t roll = ruleset_random(s, 100);
	*low = 0;
	*high = 65535;
	if (roll < 15)
		return;
	if (roll < (shape == RULESET_FW ? 55 : 85)) {
		*low = *high = known[ruleset_random(s, sizeof known / sizeof *known)];
	} else if (roll < 95) {
		*low = (uint16_t)ruleset_random(s, 65536);
		*high = (uint16_t)(*low + ruleset_random(s, 65536u - *low));
	} else {
		*low = 1024;
	}
}

static inline void
ruleset_side(struct ruleset *s, const struct address_set ***list, uint32_t *count, bool *excluded, uint32_t any,
	     enum ruleset_shape shape)
{
	*excluded = shape == RULESET_ANY && ruleset_random(s, 8) == 0;
	*count = ruleset_random(s, 100) < any ? 0 : shape == RULESET_ANY ? 1 + ruleset_random(s, 3) : 1;
	for (uint32_t i = 0; i < *count; i++)
		(*list)[i] = &s->set[ruleset_random(s, s->set_count)];
	*list += *count;
}

static inline void
ruleset_rule(struct ruleset *s, struct classify_rule *r, enum ruleset_shape shape, const struct address_set ***list)
{
	static const uint32_t any_source[] = { 30, 50, 5, 5, 20 }, any_destination[] = { 5, 35, 5, 5, 20 };
	static const uint8_t others[] = { PROTOCOL_GRE, PROTOCOL_ESP, 89, 0, 255, PROTOCOL_SCTP };
	uint32_t roll = ruleset_random(s, 100);

	memset(r, 0, sizeof *r);
	r->source_set = *list;
	ruleset_side(s, list, &r->source_set_count, &r->source_excluded, any_source[shape], shape);
	r->destination_set = *list;
	ruleset_side(s, list, &r->destination_set_count, &r->destination_excluded, any_destination[shape], shape);
	/* Rules behind one that takes everything would only be decoration. */
	if (shape != RULESET_ANY && r->source_set_count + r->destination_set_count == 0)
		ruleset_side(s, list, &r->destination_set_count, &r->destination_excluded, 0, shape);
	r->source_port_high = r->destination_port_high = 65535;
	r->icmp_type = r->icmp_code = -1;
	if (roll < 60) {
		r->protocol = PROTOCOL_TCP;
	} else if (roll < 80) {
		r->protocol = PROTOCOL_UDP;
	} else if (roll < 88) {
		r->protocol = ruleset_random(s, 2) ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
		r->icmp_type = (int16_t)(ruleset_random(s, 3) ? -1 : (int)ruleset_random(s, 16));
		r->icmp_code = (int16_t)(ruleset_random(s, 3) ? -1 : (int)ruleset_random(s, 4));
	} else if (roll < 92) {
		r->protocol = others[ruleset_random(s, sizeof others)];
	} else {
		r->any_protocol = true;
	}
	if (roll < 80 || (shape == RULESET_ANY && ruleset_random(s, 4) == 0)) {
		ruleset_ports(s, shape, &r->destination_port_low, &r->destination_port_high);
		if (shape == RULESET_ANY ? ruleset_random(s, 4) == 0
					 : shape == RULESET_FW && ruleset_random(s, 10) == 0)
			ruleset_ports(s, shape, &r->source_port_low, &r->source_port_high);
	}
	if (shape == RULESET_ANY) {
		r->family = (uint8_t[]){ 0, 0, ADDRESS_FAMILY_INET, ADDRESS_FAMILY_INET6 }[ruleset_random(s, 4)];
		if (r->any_protocol && ruleset_random(s, 4) == 0)
			r->icmp_type = (int16_t)ruleset_random(s, 256);
	}
}

static inline void
ruleset_make(struct ruleset *s, enum ruleset_shape shape, uint32_t count, uint64_t seed)
{
	const struct address_set **list;
	*s = (struct ruleset){ .random = seed * 2 + 1, .count = count };
	s->set_count = shape == RULESET_ANY ? 1 + count / 4 : count;
	s->rule = calloc(count + 1, sizeof *s->rule);
	s->set = calloc(s->set_count, sizeof *s->set);
	s->ranges = calloc(2ul * s->set_count, sizeof *s->ranges);
	s->list = list = calloc(6ul * count + 1, sizeof *s->list);
	for (uint32_t i = 0; i < s->set_count; i++) {
		struct address_set *set = &s->set[i];
		uint32_t inet = shape == RULESET_ANY ? ruleset_random(s, 5) : shape != RULESET_IPC6,
			 inet6 = shape == RULESET_ANY ? ruleset_random(s, 3) : shape == RULESET_IPC6;
		set->inet = s->ranges[2 * i] = ruleset_ranges(s, shape, ADDRESS_FAMILY_INET, inet, &set->inet_count);
		set->inet6 = s->ranges[2 * i + 1] =
		    ruleset_ranges(s, shape, ADDRESS_FAMILY_INET6, inet6, &set->inet6_count);
	}
	for (uint32_t i = 0; i < count; i++)
		ruleset_rule(s, &s->rule[i], shape, &list);
}

static inline void
ruleset_free(struct ruleset *s)
{
	for (uint32_t i = 0; i < 2 * s->set_count; i++)
		free(s->ranges[i]);
	free(s->ranges);
	free(s->set);
	free(s->rule);
	free(s->list);
}

static inline void
ruleset_step(struct address *a, uint32_t bytes, int by)
{
	for (uint32_t i = bytes; i-- > 0;) {
		a->byte[i] = (uint8_t)(a->byte[i] + by);
		if (a->byte[i] != (by > 0 ? 0 : 0xff))
			break;
	}
}

/* An address in or at the border of one of the sets: low, high, one beside them, or between. */
static inline struct address
ruleset_near(struct ruleset *s, const struct address_set *const *list, uint32_t count, uint8_t family)
{
	const struct address_set *set = count == 0 ? NULL : list[ruleset_random(s, count)];
	uint32_t ranges = !set ? 0 : family == ADDRESS_FAMILY_INET ? set->inet_count : set->inet6_count;
	uint32_t bytes = family == ADDRESS_FAMILY_INET ? 4 : 16;
	const struct address_range *r;
	struct address a;
	if (ranges == 0 || ruleset_random(s, 16) == 0)
		return ruleset_address(s, family);
	r = &(family == ADDRESS_FAMILY_INET ? set->inet : set->inet6)[ruleset_random(s, ranges)];
	switch (ruleset_random(s, 5)) {
	case 0:
		return r->low;
	case 1:
		return r->high;
	case 2:
		a = r->low;
		ruleset_step(&a, bytes, -1);
		return a;
	case 3:
		a = r->high;
		ruleset_step(&a, bytes, 1);
		return a;
	}
	a = ruleset_address(s, family);
	for (uint32_t i = 0; i < bytes; i++)
		a.byte[i] = (uint8_t)(r->low.byte[i] | (a.byte[i] & (r->low.byte[i] ^ r->high.byte[i])));
	return a;
}

/* A key that meets, or just misses, the conditions of a rule picked at random. */
static inline struct ruleset_key
ruleset_key(struct ruleset *s, bool inet6)
{
	const struct classify_rule *r = &s->rule[ruleset_random(s, s->count)];
	uint8_t family = inet6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
	struct ruleset_key k = { .icmp_type = -1, .icmp_code = -1 };
	uint16_t port[4] = { r->destination_port_low, r->destination_port_high, (uint16_t)(r->destination_port_low - 1),
			     (uint16_t)(r->destination_port_high + 1) };
	uint16_t source[4] = { r->source_port_low, r->source_port_high, (uint16_t)(r->source_port_low - 1),
			       (uint16_t)ruleset_random(s, 65536) };
	k.key.family = family;
	k.key.source = ruleset_near(s, r->source_set, r->source_set_count, family);
	k.key.destination = ruleset_near(s, r->destination_set, r->destination_set_count, family);
	k.key.protocol = r->any_protocol || ruleset_random(s, 16) == 0 ? (uint8_t)ruleset_random(s, 256) : r->protocol;
	k.key.destination_port = __builtin_bswap16(port[ruleset_random(s, 4)]);
	k.key.source_port = __builtin_bswap16(source[ruleset_random(s, 4)]);
	if (k.key.protocol == PROTOCOL_ICMP || k.key.protocol == PROTOCOL_ICMP6 || ruleset_random(s, 64) == 0) {
		k.icmp_type = (int16_t)(ruleset_random(s, 2) ? r->icmp_type : (int)ruleset_random(s, 257) - 1);
		k.icmp_code = (int16_t)(ruleset_random(s, 2) ? r->icmp_code : (int)ruleset_random(s, 6) - 1);
	}
	return k;
}

#endif
