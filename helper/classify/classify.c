/* classify.c: the plain walk over rules, and the choice between it and the index. SPDX-License-Identifier: Apache-2.0 */
#include "classify/classify.h"

#include <stdlib.h>

#include "classify/index.h"
#include "packet/protocol.h"

/* Where the walk would have to search long sets, an index pays for short lists too. */
enum { LINEAR_RANGES_MAX = 512 };

struct classifier {
	const struct classify_rule *rules;
	uint32_t count;
	struct classify_index *index; /* NULL: walked */
};

static bool
inet_contains(const struct address_range *range, uint32_t count, uint32_t a)
{
	while (count > 0) {
		const struct address_range *middle = &range[count / 2];
		if (a > __builtin_bswap32(middle->high.word[0])) {
			range = middle + 1;
			count -= count / 2 + 1;
		} else if (a < __builtin_bswap32(middle->low.word[0])) {
			count /= 2;
		} else {
			return true;
		}
	}
	return false;
}

static bool
inet6_contains(const struct address_range *range, uint32_t count, const struct address *a)
{
	while (count > 0) {
		const struct address_range *middle = &range[count / 2];
		if (memcmp(a, &middle->high, sizeof *a) > 0) {
			range = middle + 1;
			count -= count / 2 + 1;
		} else if (memcmp(a, &middle->low, sizeof *a) < 0) {
			count /= 2;
		} else {
			return true;
		}
	}
	return false;
}

bool
address_set_has(const struct address_set *s, uint8_t family, const struct address *a)
{
	return family == ADDRESS_FAMILY_INET ? inet_contains(s->inet, s->inet_count, __builtin_bswap32(a->word[0]))
					     : inet6_contains(s->inet6, s->inet6_count, a);
}

static bool
address_matches(const struct address_set *const *set, uint32_t count, bool excluded, uint8_t family,
		const struct address *a)
{
	if (count == 0)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		if (address_set_has(set[i], family, a))
			return !excluded;
	}
	return excluded;
}

static bool
port_matches(const struct number_ranges *ranges, uint16_t low, uint16_t high, uint16_t port)
{
	return ranges ? number_ranges_have(ranges, port) : port >= low && port <= high;
}

static inline bool
rule_matches(const struct classify_rule *r, const struct classify_query *q)
{
	const struct flow_key *k = q->key;
	if (!classify_takes(r, k->protocol) || (r->family != 0 && r->family != k->family))
		return false;
	if (classify_ports_asked(r)) {
		if (!q->transport || !classify_has_ports(k->protocol) ||
		    !port_matches(r->source_ports, r->source_port_low, r->source_port_high,
				  __builtin_bswap16(k->source_port)) ||
		    !port_matches(r->destination_ports, r->destination_port_low, r->destination_port_high,
				  __builtin_bswap16(k->destination_port)))
			return false;
	}
	if (classify_icmp_asked(r)) {
		if (!q->transport || !classify_has_icmp(k->family, k->protocol))
			return false;
		if ((r->icmp_type >= 0 && r->icmp_type != q->icmp_type) ||
		    (r->icmp_code >= 0 && r->icmp_code != q->icmp_code))
			return false;
	}
	if (r->interfaces && !unit_list_has(r->interfaces, q->unit))
		return false;
	return address_matches(r->source_set, r->source_set_count, r->source_excluded, classify_source_family(k),
			       &k->source) &&
	       address_matches(r->destination_set, r->destination_set_count, r->destination_excluded,
			       classify_destination_family(k), &k->destination);
}

static int32_t
walk(const struct classify_rule *rules, uint32_t from, uint32_t count, const struct classify_query *q)
{
	for (uint32_t i = from; i < count; i++) {
		if (rule_matches(&rules[i], q))
			return (int32_t)i;
	}
	return CLASSIFY_NONE;
}

int32_t
classify_match_linear(const struct classify_rule *rules, uint32_t count, const struct flow_key *k, int16_t icmp_type,
		      int16_t icmp_code)
{
	struct classify_query q = { k, icmp_type, icmp_code, 0, true };
	return walk(rules, 0, count, &q);
}

bool
classify_index_pays(const struct classify_rule *rules, uint32_t count)
{
	uint64_t ranges = 0;
	if (count > CLASSIFY_LINEAR_MAX)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t s = 0; s < rules[i].source_set_count; s++)
			ranges += rules[i].source_set[s]->inet_count + rules[i].source_set[s]->inet6_count;
		for (uint32_t s = 0; s < rules[i].destination_set_count; s++)
			ranges += rules[i].destination_set[s]->inet_count + rules[i].destination_set[s]->inet6_count;
	}
	return ranges > LINEAR_RANGES_MAX;
}

struct classifier *
classify_build(const struct classify_rule *rules, uint32_t count)
{
	struct classifier *c = malloc(sizeof *c);
	if (!c)
		return NULL;
	*c = (struct classifier){ .rules = rules, .count = count };
	if (classify_index_pays(rules, count)) {
		c->index = classify_index_build(rules, count);
		if (!c->index) {
			free(c);
			return NULL;
		}
	}
	return c;
}

void
classify_free(struct classifier *c)
{
	if (!c)
		return;
	classify_index_free(c->index);
	free(c);
}

int32_t
classify_find(const struct classifier *c, const struct classify_query *q, int32_t after)
{
	uint32_t from = (uint32_t)(after + 1);
	struct classify_search s;
	if (!c->index)
		return walk(c->rules, from, c->count, q);
	return classify_index_start(c->index, q, from, &s) ? classify_index_next(&s, from) : CLASSIFY_NONE;
}

int32_t
classify_next(const struct classifier *c, const struct flow_key *k, int16_t icmp_type, int16_t icmp_code, int32_t after)
{
	struct classify_query q = { k, icmp_type, icmp_code, 0, true };
	return classify_find(c, &q, after);
}

int32_t
classify_match(const struct classifier *c, const struct flow_key *k, int16_t icmp_type, int16_t icmp_code)
{
	return classify_next(c, k, icmp_type, icmp_code, CLASSIFY_NONE);
}

uint64_t
classify_memory(const struct classifier *c)
{
	return sizeof *c + (c->index ? classify_index_memory(c->index) : 0);
}
