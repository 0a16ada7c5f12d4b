/* build_screen.c: see build_screen.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build_screen.h"

#include <string.h>

#include "screen/tracker.h"

static void
octets_build(uint32_t set[8], const struct given_octet_range *range, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t octet = range[i].low; octet <= range[i].high; octet++)
			set[octet >> 5] |= 1u << (octet & 31);
}

static bool
prefixes_build(const struct given_prefix *g, uint32_t count, const struct screen_prefix **out, struct arena *arena)
{
	struct screen_prefix *p = arena_take(arena, count, sizeof *p);
	for (uint32_t i = 0; p && i < count; i++) {
		uint32_t bits = g[i].address.length * 8;
		p[i].family = bits == 32 ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6;
		memcpy(p[i].address.byte, g[i].address.bytes, g[i].address.length);
		for (uint32_t bit = 0; bit < g[i].length; bit++)
			p[i].mask.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	*out = p;
	return p;
}

static bool
white_lists_build(const struct given_screen *g, struct screen *s, struct arena *arena)
{
	struct white_list *l = arena_take(arena, g->white_lists_count, sizeof *l);
	if (!l)
		return false;
	for (uint32_t i = 0; i < g->white_lists_count; i++) {
		const struct given_white_list *given = &g->white_lists[i];
		l[i].source_count = given->sources_count;
		l[i].destination_count = given->destinations_count;
		if (!prefixes_build(given->sources, given->sources_count, &l[i].source, arena) ||
		    !prefixes_build(given->destinations, given->destinations_count, &l[i].destination, arena))
			return false;
	}
	s->white_list = l;
	s->white_list_count = g->white_lists_count;
	return true;
}

static bool
screen_build(const struct given_screen *g, struct screen *s, struct arena *arena)
{
	s->name = arena_text(arena, g->name.bytes, g->name.length);
	s->alarm_only = g->alarm_without_drop;
	s->extension_limit = (int8_t)g->extension_limit;
	s->syn_timeout_s = (uint8_t)g->syn_timeout;
	for (uint32_t i = 0; i < g->checks_count; i++)
		s->checks |= 1ull << g->checks[i];
	octets_build(s->ipv6_header, g->ipv6_headers, g->ipv6_headers_count);
	octets_build(s->hop_option, g->hop_options, g->hop_options_count);
	octets_build(s->destination_option, g->destination_options, g->destination_options_count);
	for (uint32_t i = 0; i < g->thresholds_count; i++) {
		s->rates |= 1ull << g->thresholds[i].screen;
		s->threshold[g->thresholds[i].screen] = g->thresholds[i].threshold;
	}
	return s->name && white_lists_build(g, s, arena);
}

static bool
trackers_build(struct zone *z)
{
	for (uint64_t left = z->screen->rates; left; left &= left - 1) {
		unsigned id = (unsigned)__builtin_ctzll(left);
		z->tracker[id] = tracker_create(SCREEN_SPREADS >> id & 1                    ? TRACKER_SPREAD
						: (SCREEN_LIMITS | SCREEN_QUEUES) >> id & 1 ? TRACKER_LIMIT
											    : TRACKER_RATE);
		if (!z->tracker[id])
			return false;
	}
	return true;
}

static bool
screen_limits_build(struct zone *z, const struct given_screen *g, struct arena *arena)
{
	z->screen_limit = arena_take(arena, SCREENS, sizeof *z->screen_limit);
	for (unsigned id = 0; z->screen_limit && id < SCREENS; id++)
		gcra_init(&z->screen_limit[id].rate, g->log_rate, g->log_burst);
	return z->screen_limit;
}

bool
screens_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena)
{
	struct screen *all = arena_take(arena, g->screens_count, sizeof *all);
	for (uint32_t i = 0; all && i < g->screens_count; i++)
		if (!screen_build(&g->screens[i], &all[i], arena))
			return false;
	for (uint32_t i = 0; all && i < g->zones_count; i++) {
		struct zone *z = &s->zone[g->zones[i].id];
		if (!g->zones[i].screen)
			continue;
		z->screen = &all[g->zones[i].screen - 1];
		if (!trackers_build(z) || !screen_limits_build(z, &g->screens[g->zones[i].screen - 1], arena))
			return false;
	}
	return all;
}

void
screens_free(struct snapshot *s)
{
	for (uint32_t i = 0; s->zone && i < s->zone_count; i++)
		for (unsigned id = 0; id < SCREENS; id++)
			tracker_release(s->zone[i].tracker[id]);
}

void
screens_adopt(struct snapshot *s, const struct snapshot *old)
{
	for (uint32_t i = 1; i < s->zone_count; i++) {
		struct zone *z = &s->zone[i];
		const struct zone *before = NULL;
		for (uint32_t n = 1; z->screen && !before && n < old->zone_count; n++)
			before = strcmp(old->zone[n].name, z->name) == 0 ? &old->zone[n] : NULL;
		for (unsigned id = 0; before && id < SCREENS; id++) {
			if (!z->tracker[id] || !before->tracker[id])
				continue;
			tracker_release(z->tracker[id]);
			z->tracker[id] = tracker_share(before->tracker[id]);
		}
	}
}
