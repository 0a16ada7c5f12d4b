/* check_filter.c: see check_filter.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/check_filter.h"

#include <stdio.h>

#include "filter/filter.h"
#include "snapshot/check_private.h"

enum {
	DSCP_MAX = 63,
	FRAGMENT_OFFSET_MAX = 8191,
	FRAGMENT_FLAGS_MAX = 7,
	FORWARDING_CLASS_MAX = 15,
	LOSS_PRIORITY_MAX = 3,
	REJECT_CODE_MAX_INET6 = 6,
	LOG_NEXT_MAX = TRAIL_LOGS_MAX - 1,
};

/* term: the one that is looked at, and what of its filter matters to it. */
struct term {
	struct check *c;
	const struct given_filter_term *g;
	uint32_t filter, index;
	bool inet6;
	bool routes; /* the filter is used as input only */
};

static const char *
term_path(const struct term *t, const char *field)
{
	return check_at(t->c, "filters[%u].terms[%u].%s", t->filter, t->index, field);
}

static const char *
item_path(const struct term *t, const char *field, uint32_t item, const char *part)
{
	return check_at(t->c, "filters[%u].terms[%u].%s[%u]%s", t->filter, t->index, field, item, part);
}

/* ---- conditions ---- */

static bool
range_check(const struct term *t, const char *field, uint32_t item, uint32_t low, uint32_t high, const uint32_t *before,
	    uint32_t maximum)
{
	if (low > high)
		return refusal_set(t->c->why, "order", item_path(t, field, item, ".low"),
				   "expected at most high %u, found %u", high, low);
	if (before && low <= *before)
		return refusal_set(t->c->why, "order", item_path(t, field, item, ".low"),
				   "expected more than %u of the range before, found %u", *before, low);
	if (high > maximum)
		return refusal_set(t->c->why, "bound", item_path(t, field, item, ".high"),
				   "expected at most %u, found %u", maximum, high);
	return true;
}

/* RANGES checks one list of ranges, of whatever width. */
#define RANGES(t, list, maximum)                                                                                       \
	({                                                                                                             \
		bool good_ = true;                                                                                     \
		for (uint32_t i_ = 0; good_ && i_ < (t)->g->list##_count; i_++)                                        \
			good_ = range_check(t, #list, i_, (t)->g->list[i_].low, (t)->g->list[i_].high,                 \
					    i_ ? &(t)->g->list[i_ - 1].high : NULL, maximum);                          \
		good_;                                                                                                 \
	})

static bool
ranges_check(const struct term *t)
{
	return RANGES(t, protocols, UINT8_MAX) && RANGES(t, source_ports, UINT16_MAX) &&
	       RANGES(t, destination_ports, UINT16_MAX) && RANGES(t, ports, UINT16_MAX) &&
	       RANGES(t, icmp_types, UINT8_MAX) && RANGES(t, icmp_codes, UINT8_MAX) && RANGES(t, dscps, DSCP_MAX) &&
	       RANGES(t, ttls, UINT8_MAX) && RANGES(t, packet_lengths, UINT16_MAX) &&
	       RANGES(t, fragment_offsets, FRAGMENT_OFFSET_MAX) && RANGES(t, ip_options, UINT8_MAX) &&
	       RANGES(t, ip_options_except, UINT8_MAX) && RANGES(t, esp_spis, UINT32_MAX) &&
	       RANGES(t, forwarding_classes, FORWARDING_CLASS_MAX) && RANGES(t, loss_priorities, LOSS_PRIORITY_MAX);
}

static bool
address_check(const struct term *t, const char *field, const uint32_t *set, uint32_t count)
{
	if (count == 0 || refers(*set, t->c->g->address_sets_count, 0))
		return true;
	return refusal_set(t->c->why, "reference", item_path(t, field, 0, ""), "there is no %u in address_sets", *set);
}

static bool
interfaces_check(const struct term *t)
{
	for (uint32_t i = 0; i < t->g->interfaces_count; i++)
		if (!refers(t->g->interfaces[i], t->c->g->units_count, 1))
			return refusal_set(t->c->why, "reference", item_path(t, "interfaces", i, ""),
					   "there is no %u in units", t->g->interfaces[i]);
	return true;
}

/* A value with a bit that the mask leaves out is never met. */
static bool
flags_check(const struct term *t, const char *field, const struct given_flag_match *flags, uint32_t count,
	    uint32_t maximum)
{
	for (uint32_t i = 0; i < count; i++) {
		if (flags[i].mask > maximum)
			return refusal_set(t->c->why, "bound", item_path(t, field, i, ".mask"),
					   "expected at most %u, found %u", maximum, flags[i].mask);
		if (flags[i].value & ~flags[i].mask)
			return refusal_set(t->c->why, "conflict", item_path(t, field, i, ".value"),
					   "expected no bits outside the mask %u, found %u", flags[i].mask,
					   flags[i].value);
	}
	return true;
}

static bool
inet_only(const struct term *t, const char *field, uint32_t count)
{
	if (!t->inet6 || count == 0)
		return true;
	return refusal_set(t->c->why, "conflict", term_path(t, field), "expected none in a filter for IPv6, found %u",
			   count);
}

static bool
header_check(const struct term *t)
{
	return inet_only(t, "fragment_offsets", t->g->fragment_offsets_count) &&
	       inet_only(t, "fragment_flags", t->g->fragment_flags_count) &&
	       inet_only(t, "ip_options", t->g->ip_options_count) &&
	       inet_only(t, "ip_options_except", t->g->ip_options_except_count);
}

static bool
flexible_check(const struct term *t)
{
	const struct given_flexible_match *f = t->g->flexible;
	if (t->g->flexible_count == 0 || f->bit_length == 32 || f->mask >> f->bit_length == 0)
		return true;
	return refusal_set(t->c->why, "bound", item_path(t, "flexible", 0, ".mask"), "expected at most %u, found %u",
			   (1u << f->bit_length) - 1, f->mask);
}

/* ---- actions ---- */

static bool
reject_check(const struct term *t)
{
	const struct given_filter_term *g = t->g;
	if (g->action != GIVEN_FILTER_TERM_ACTION_REJECT)
		return g->reject_code == -1 ||
		       refusal_set(t->c->why, "conflict", term_path(t, "reject_code"),
				   "expected -1 where the action is not reject, found %d", g->reject_code);
	if (t->inet6 && g->reject_code > REJECT_CODE_MAX_INET6)
		return refusal_set(t->c->why, "bound", term_path(t, "reject_code"), "expected -1..%u, found %d",
				   REJECT_CODE_MAX_INET6, g->reject_code);
	return true;
}

static bool
routing_check(const struct term *t)
{
	const struct given_filter_term *g = t->g;
	if (g->routing_instance < 0)
		return true;
	if (!refers((uint32_t)g->routing_instance, t->c->g->instances_count, 0))
		return refusal_set(t->c->why, "reference", term_path(t, "routing_instance"),
				   "there is no %d in instances", g->routing_instance);
	if (!t->routes)
		return refusal_set(t->c->why, "conflict", term_path(t, "routing_instance"),
				   "expected -1 in a filter that is used as output or for lo0, found %d",
				   g->routing_instance);
	if (g->action == GIVEN_FILTER_TERM_ACTION_DISCARD || g->action == GIVEN_FILTER_TERM_ACTION_REJECT)
		return refusal_set(t->c->why, "conflict", term_path(t, "routing_instance"),
				   "expected -1 where the packet ends, found %d", g->routing_instance);
	return true;
}

static bool
index_check(const struct term *t, const char *field, int32_t index, uint32_t count, const char *list)
{
	if (index < 0 || refers((uint32_t)index, count, 0))
		return true;
	return refusal_set(t->c->why, "reference", term_path(t, field), "there is no %d in %s", index, list);
}

static bool
term_check(const struct term *t)
{
	const struct given_filter_term *g = t->g;
	return address_check(t, "source", g->source, g->source_count) &&
	       address_check(t, "destination", g->destination, g->destination_count) &&
	       address_check(t, "address", g->address, g->address_count) && ranges_check(t) && interfaces_check(t) &&
	       flags_check(t, "tcp_flags", g->tcp_flags, g->tcp_flags_count, UINT8_MAX) &&
	       flags_check(t, "fragment_flags", g->fragment_flags, g->fragment_flags_count, FRAGMENT_FLAGS_MAX) &&
	       header_check(t) && flexible_check(t) && reject_check(t) && routing_check(t) &&
	       index_check(t, "counter", g->counter, t->c->g->filter_counters_count, "filter_counters") &&
	       index_check(t, "policer", g->policer, t->c->g->policers_count, "policers");
}

/* ---- filters ---- */

static bool
filter_check(struct check *c, uint32_t filter, bool routes)
{
	const struct given_filter *g = &c->g->filters[filter];
	uint32_t log_next = 0;
	for (uint32_t i = 0; i < g->terms_count; i++) {
		struct term t = { .c = c, .g = &g->terms[i], .filter = filter, .index = i, .routes = routes };
		t.inet6 = g->family == ADDRESS_FAMILY_INET6;
		if (!term_check(&t))
			return false;
		log_next += t.g->log && t.g->action == GIVEN_FILTER_TERM_ACTION_NEXT;
		if (log_next > LOG_NEXT_MAX)
			return refusal_set(c->why, "bound", term_path(&t, "log"),
					   "expected at most %u terms that log and go on, found %u", LOG_NEXT_MAX,
					   log_next);
	}
	return true;
}

/* use_check looks at a place that names a filter, and notes in `used` that it does if `used` is given. */
static bool
use_check(struct check *c, const char *list, uint32_t index, const char *field, uint32_t id, uint32_t family,
	  bool *used)
{
	if (id == 0)
		return true;
	if (!refers(id, c->g->filters_count, 1))
		return REFUSE_REFERENCE(c, id, "filters", "%s[%u].%s", list, index, field);
	if (c->g->filters[id - 1].family != family)
		return refusal_set(c->why, "reference", check_at(c, "%s[%u].%s", list, index, field),
				   "expected a filter for %s, filter %u is for %s",
				   family == ADDRESS_FAMILY_INET ? "IPv4" : "IPv6", id,
				   family == ADDRESS_FAMILY_INET ? "IPv6" : "IPv4");
	if (used)
		used[id - 1] = true;
	return true;
}

/* Only an input filter stands before the route look-up: `late` says which filters are used elsewhere. */
static bool
uses_check(struct check *c, bool *late)
{
	const struct given_snapshot *g = c->g;
	for (uint32_t i = 0; i < g->instances_count; i++) {
		const struct given_instance *n = &g->instances[i];
		if (!use_check(c, "instances", i, "filter_host", n->filter_host, ADDRESS_FAMILY_INET, late) ||
		    !use_check(c, "instances", i, "filter_host6", n->filter_host6, ADDRESS_FAMILY_INET6, late))
			return false;
	}
	for (uint32_t i = 0; i < g->units_count; i++) {
		const struct given_unit *u = &g->units[i];
		if (!use_check(c, "units", i, "filter_input", u->filter_input, ADDRESS_FAMILY_INET, NULL) ||
		    !use_check(c, "units", i, "filter_output", u->filter_output, ADDRESS_FAMILY_INET, late) ||
		    !use_check(c, "units", i, "filter_input6", u->filter_input6, ADDRESS_FAMILY_INET6, NULL) ||
		    !use_check(c, "units", i, "filter_output6", u->filter_output6, ADDRESS_FAMILY_INET6, late))
			return false;
	}
	return true;
}

static bool
names_check(struct check *c, uint32_t family)
{
	struct check_key *keys = check_keys_take(c, c->g->filters_count, "filters");
	uint32_t count = 0;
	if (!keys)
		return false;
	for (uint32_t i = 0; i < c->g->filters_count; i++) {
		const struct given_filter *f = &c->g->filters[i];
		if (f->family == family)
			keys[count++] = (struct check_key){ f->name.bytes, f->name.length, i };
	}
	return check_unique(c, keys, count, "filters", ".name");
}

static bool
filter_counters_check(struct check *c)
{
	struct check_key *keys = check_keys_take(c, c->g->filter_counters_count, "filter_counters");
	for (uint32_t i = 0; keys && i < c->g->filter_counters_count; i++)
		keys[i] = (struct check_key){ c->g->filter_counters[i].bytes, c->g->filter_counters[i].length, i };
	return keys && check_unique(c, keys, c->g->filter_counters_count, "filter_counters", "");
}

/* ---- policers ---- */

static bool
policer_conflict(struct check *c, uint32_t index, const char *field, const char *expected, long long found)
{
	return refusal_set(c->why, "conflict", check_at(c, "policers[%u].%s", index, field), "expected %s, found %lld",
			   expected, found);
}

static bool
policer_check(struct check *c, uint32_t i)
{
	const struct given_policer *p = &c->g->policers[i];
	bool two_color = p->kind == GIVEN_POLICER_KIND_TWO_COLOR;
	bool two_rate = p->kind == GIVEN_POLICER_KIND_TWO_RATE;
	if (!two_rate && p->rate2 != 0)
		return policer_conflict(c, i, "rate2", "0 where the kind is not two-rate", (long long)p->rate2);
	if (two_rate && p->rate2 < p->rate)
		return policer_conflict(c, i, "rate2", "at least the committed rate", (long long)p->rate2);
	if (two_color && p->burst2 != 0)
		return policer_conflict(c, i, "burst2", "0 for two colors", p->burst2);
	if (two_rate && p->burst2 == 0)
		return policer_conflict(c, i, "burst2", "a peak burst above 0", p->burst2);
	if (two_color && p->color_aware)
		return policer_conflict(c, i, "color_aware", "0 for two colors", p->color_aware);
	if ((!two_color || p->exceed_discard) && p->exceed_loss_priority >= 0)
		return policer_conflict(c, i, "exceed_loss_priority", "-1 where packets are discarded or get a color",
					p->exceed_loss_priority);
	if ((!two_color || p->exceed_discard) && p->exceed_forwarding_class >= 0)
		return policer_conflict(c, i, "exceed_forwarding_class",
					"-1 where packets are discarded or get a color", p->exceed_forwarding_class);
	return true;
}

static bool
policers_check(struct check *c)
{
	for (uint32_t i = 0; i < c->g->policers_count; i++)
		if (!policer_check(c, i))
			return false;
	return UNIQUE_TEXT(c, policers, name);
}

bool
filters_check(struct check *c)
{
	bool *late = arena_take(c->arena, c->g->filters_count, sizeof *late);
	if (!late)
		return refusal_set(c->why, "memory", "filters", "not enough memory");
	for (uint32_t i = 0; i < c->g->filters_count; i++)
		if (!check_id_dense(c, "filters", i, c->g->filters[i].id, 1))
			return false;
	if (!names_check(c, ADDRESS_FAMILY_INET) || !names_check(c, ADDRESS_FAMILY_INET6) ||
	    !filter_counters_check(c) || !policers_check(c) || !uses_check(c, late))
		return false;
	for (uint32_t i = 0; i < c->g->filters_count; i++)
		if (!filter_check(c, i, !late[i]))
			return false;
	return true;
}
