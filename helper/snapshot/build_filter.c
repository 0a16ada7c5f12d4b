/* build_filter.c: see build_filter.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build_filter.h"

#include <stdlib.h>

#include "event/limit.h"

struct building {
	struct arena *arena;
	const struct address_set *sets;
};

/* ---- lists of conditions ---- */

/* OCTETS makes a set of a list of ranges. */
#define OCTETS(list, count)                                                                                            \
	({                                                                                                             \
		struct octet_set set_ = { .bits = { 0 } };                                                             \
		for (uint32_t i_ = 0; i_ < (count); i_++)                                                              \
			for (uint32_t v_ = (list)[i_].low; v_ <= (list)[i_].high; v_++)                                \
				octet_set_add(&set_, (uint8_t)v_);                                                     \
		set_;                                                                                                  \
	})

/* RANGES copies a list of ranges of whatever width; false on lack of memory. */
#define RANGES(b, list, count_, to)                                                                                    \
	({                                                                                                             \
		uint32_t n_ = (count_);                                                                                \
		struct number_range *range_ = n_ ? arena_take((b)->arena, n_, sizeof *range_) : NULL;                  \
		for (uint32_t i_ = 0; range_ && i_ < n_; i_++)                                                         \
			range_[i_] = (struct number_range){ (list)[i_].low, (list)[i_].high };                         \
		*(to) = (struct number_ranges){ n_, range_ };                                                          \
		n_ == 0 || range_;                                                                                     \
	})

/* The values of a byte that meet any of the flag matches. */
static struct octet_set
flags_of(const struct given_flag_match *flags, uint32_t count)
{
	struct octet_set set = { .bits = { 0 } };
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t v = 0; v < 256; v++)
			if ((v & flags[i].mask) == flags[i].value)
				octet_set_add(&set, (uint8_t)v);
	return set;
}

static int
unit_compare(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static bool
interfaces_build(struct building *b, const struct given_filter_term *g, struct filter_term *t)
{
	uint16_t *unit = g->interfaces_count ? arena_take(b->arena, g->interfaces_count, sizeof *unit) : NULL;
	t->interfaces = (struct unit_list){ g->interfaces_count, unit };
	if (g->interfaces_count == 0)
		return true;
	for (uint32_t i = 0; unit && i < g->interfaces_count; i++)
		unit[i] = (uint16_t)g->interfaces[i];
	if (unit)
		qsort(unit, g->interfaces_count, sizeof *unit, unit_compare);
	return unit;
}

static const struct address_set *
set_of(const struct building *b, const uint32_t *index, uint32_t count)
{
	return count ? &b->sets[*index] : NULL;
}

/* ---- terms ---- */

static uint32_t
conditions_of(const struct given_filter_term *g)
{
	return (g->icmp_types_count ? FILTER_ICMP_TYPE : 0) | (g->icmp_codes_count ? FILTER_ICMP_CODE : 0) |
	       (g->tcp_flags_count ? FILTER_TCP_FLAGS : 0) | (g->dscps_count ? FILTER_DSCP : 0) |
	       (g->ttls_count ? FILTER_TTL : 0) | (g->packet_lengths_count ? FILTER_LENGTH : 0) |
	       (g->is_fragment ? FILTER_IS_FRAGMENT : 0) | (g->first_fragment ? FILTER_FIRST_FRAGMENT : 0) |
	       (g->fragment_offsets_count ? FILTER_FRAGMENT_OFFSET : 0) |
	       (g->fragment_flags_count ? FILTER_FRAGMENT_FLAGS : 0) | (g->ip_options_count ? FILTER_IP_OPTIONS : 0) |
	       (g->ip_options_except_count ? FILTER_IP_OPTIONS_EXCEPT : 0) | (g->esp_spis_count ? FILTER_ESP_SPI : 0) |
	       (g->forwarding_classes_count ? FILTER_FORWARDING_CLASS : 0) |
	       (g->loss_priorities_count ? FILTER_LOSS_PRIORITY : 0) | (g->flexible_count ? FILTER_FLEXIBLE : 0);
}

static struct filter_flexible
flexible_of(const struct given_flexible_match *g)
{
	static const uint8_t start[] = { [GIVEN_FLEXIBLE_MATCH_START_LAYER_3] = FILTER_START_LAYER_3,
					 [GIVEN_FLEXIBLE_MATCH_START_LAYER_4] = FILTER_START_LAYER_4,
					 [GIVEN_FLEXIBLE_MATCH_START_PAYLOAD] = FILTER_START_PAYLOAD };
	return (struct filter_flexible){
		.start = start[g->start],
		.byte_offset = (uint8_t)g->byte_offset,
		.bit_offset = (uint8_t)g->bit_offset,
		.bit_length = (uint8_t)g->bit_length,
		.mask = g->mask,
		.value = g->value & g->mask,
	};
}

static void
packet_build(const struct given_filter_term *g, struct filter_term *t)
{
	t->conditions = conditions_of(g);
	t->icmp_types = OCTETS(g->icmp_types, g->icmp_types_count);
	t->icmp_codes = OCTETS(g->icmp_codes, g->icmp_codes_count);
	t->tcp_flags = flags_of(g->tcp_flags, g->tcp_flags_count);
	t->ttls = OCTETS(g->ttls, g->ttls_count);
	t->ip_options = OCTETS(g->ip_options, g->ip_options_count);
	t->ip_options_except = OCTETS(g->ip_options_except, g->ip_options_except_count);
	t->dscps = OCTETS(g->dscps, g->dscps_count).bits[0];
	t->forwarding_classes = (uint16_t)OCTETS(g->forwarding_classes, g->forwarding_classes_count).bits[0];
	t->loss_priorities = (uint8_t)OCTETS(g->loss_priorities, g->loss_priorities_count).bits[0];
	t->fragment_flags = (uint8_t)flags_of(g->fragment_flags, g->fragment_flags_count).bits[0];
	if (g->flexible_count)
		t->flexible = flexible_of(g->flexible);
}

static void
action_build(const struct given_filter_term *g, struct filter_term *t)
{
	static const uint8_t action[] = { [GIVEN_FILTER_TERM_ACTION_ACCEPT] = FILTER_ACCEPT,
					  [GIVEN_FILTER_TERM_ACTION_DISCARD] = FILTER_DISCARD,
					  [GIVEN_FILTER_TERM_ACTION_REJECT] = FILTER_REJECT,
					  [GIVEN_FILTER_TERM_ACTION_NEXT] = FILTER_NEXT };
	t->action = action[g->action];
	t->log = g->log;
	t->reject_code = (int8_t)g->reject_code;
	t->set_forwarding_class = (int8_t)g->set_forwarding_class;
	t->set_loss_priority = (int8_t)g->set_loss_priority;
	t->set_dscp = (int8_t)g->set_dscp;
	t->routing_instance = (int8_t)g->routing_instance;
	t->counter = g->counter < 0 ? FILTER_COUNTER_NONE : (uint32_t)g->counter;
	t->policer = g->policer < 0 ? FILTER_POLICER_NONE : (uint32_t)g->policer;
}

static bool
term_build(struct building *b, const struct given_filter_term *g, struct filter_term *t)
{
	t->source = set_of(b, g->source, g->source_count);
	t->destination = set_of(b, g->destination, g->destination_count);
	t->address = set_of(b, g->address, g->address_count);
	t->any_protocol = g->protocols_count == 0;
	t->protocols = OCTETS(g->protocols, g->protocols_count);
	packet_build(g, t);
	action_build(g, t);
	t->filter_id = g->filter_id;
	t->term_id = g->term_id;
	if (g->log) {
		t->limit = arena_take(b->arena, 1, sizeof *t->limit);
		if (!t->limit)
			return false;
		gcra_init(&t->limit->rate, g->log_rate, g->log_burst);
	}
	t->filter_name = arena_text(b->arena, g->filter.bytes, g->filter.length);
	t->term_name = arena_text(b->arena, g->term.bytes, g->term.length);
	return t->filter_name && t->term_name && interfaces_build(b, g, t) &&
	       RANGES(b, g->source_ports, g->source_ports_count, &t->source_ports) &&
	       RANGES(b, g->destination_ports, g->destination_ports_count, &t->destination_ports) &&
	       RANGES(b, g->ports, g->ports_count, &t->ports) &&
	       RANGES(b, g->packet_lengths, g->packet_lengths_count, &t->packet_lengths) &&
	       RANGES(b, g->fragment_offsets, g->fragment_offsets_count, &t->fragment_offsets) &&
	       RANGES(b, g->esp_spis, g->esp_spis_count, &t->esp_spis);
}

static bool
filter_build(struct building *b, const struct given_filter *g, struct filter *f)
{
	f->id = g->id;
	f->family = (uint8_t)g->family;
	f->name = arena_text(b->arena, g->name.bytes, g->name.length);
	f->term_count = g->terms_count;
	f->term = arena_take(b->arena, g->terms_count, sizeof *f->term);
	for (uint32_t i = 0; f->term && i < g->terms_count; i++)
		if (!term_build(b, &g->terms[i], &f->term[i]))
			return false;
	return f->name && f->term && filter_compile(f);
}

static bool
policers_build(struct building *b, const struct given_snapshot *g, struct snapshot *s)
{
	static const uint8_t kind[] = { [GIVEN_POLICER_KIND_TWO_COLOR] = POLICER_TWO_COLOR,
					[GIVEN_POLICER_KIND_SINGLE_RATE] = POLICER_SINGLE_RATE,
					[GIVEN_POLICER_KIND_TWO_RATE] = POLICER_TWO_RATE };
	s->policer = arena_take(b->arena, g->policers_count, sizeof *s->policer);
	s->policer_count = s->policer ? g->policers_count : 0;
	for (uint32_t i = 0; s->policer && i < s->policer_count; i++) {
		const struct given_policer *p = &g->policers[i];
		s->policer[i] = (struct policer_rule){
			.name = arena_text(b->arena, p->name.bytes, p->name.length),
			.kind = kind[p->kind],
			.packets = p->unit == GIVEN_POLICER_UNIT_PACKETS,
			.color_aware = p->color_aware,
			.exceed_discard = p->exceed_discard,
			.exceed_loss_priority = (int8_t)p->exceed_loss_priority,
			.exceed_forwarding_class = (int8_t)p->exceed_forwarding_class,
			.rate = p->rate,
			.rate2 = p->rate2,
			.burst = p->burst,
			.burst2 = p->burst2,
		};
		if (!s->policer[i].name || !policer_create(&s->policer[i]))
			return false;
	}
	return s->policer;
}

bool
filters_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena, const struct address_set *sets)
{
	struct building b = { .arena = arena, .sets = sets };
	s->filter = arena_take(arena, g->filters_count + 1, sizeof *s->filter);
	if (!s->filter)
		return false;
	s->filter_count = g->filters_count + 1;
	for (uint32_t i = 0; i < g->filters_count; i++)
		if (!filter_build(&b, &g->filters[i], &s->filter[g->filters[i].id]))
			return false;
	return policers_build(&b, g, s);
}

void
filters_free(struct snapshot *s)
{
	for (uint32_t i = 0; i < s->filter_count; i++)
		filter_release(&s->filter[i]);
	policer_release(s->policer, s->policer_count);
}
