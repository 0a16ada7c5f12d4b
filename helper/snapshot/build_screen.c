/* build_screen.c: see build_screen.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build_screen.h"

static void
octets_build(uint32_t set[8], const struct given_octet_range *range, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t octet = range[i].low; octet <= range[i].high; octet++)
			set[octet >> 5] |= 1u << (octet & 31);
}

static bool
screen_build(const struct given_screen *g, struct screen *s, struct arena *arena)
{
	s->name = arena_text(arena, g->name.bytes, g->name.length);
	s->alarm_only = g->alarm_without_drop;
	s->extension_limit = (int8_t)g->extension_limit;
	for (uint32_t i = 0; i < g->checks_count; i++)
		s->checks |= 1ull << g->checks[i];
	octets_build(s->ipv6_header, g->ipv6_headers, g->ipv6_headers_count);
	octets_build(s->hop_option, g->hop_options, g->hop_options_count);
	octets_build(s->destination_option, g->destination_options, g->destination_options_count);
	return s->name;
}

bool
screens_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena)
{
	struct screen *all = arena_take(arena, g->screens_count, sizeof *all);
	for (uint32_t i = 0; all && i < g->screens_count; i++)
		if (!screen_build(&g->screens[i], &all[i], arena))
			return false;
	for (uint32_t i = 0; all && i < g->zones_count; i++)
		if (g->zones[i].screen)
			s->zone[g->zones[i].id].screen = &all[g->zones[i].screen - 1];
	return all;
}
