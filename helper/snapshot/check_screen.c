/* check_screen.c: see check_screen.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/check_screen.h"

#include "screen/screen.h"
#include "snapshot/check_private.h"

static bool
checks_check(struct check *c, uint32_t index)
{
	const struct given_screen *g = &c->g->screens[index];
	for (uint32_t i = 0; i < g->checks_count; i++) {
		uint32_t id = g->checks[i];
		if (!(SCREEN_PACKET_CHECKS >> id & 1))
			return refusal_set(c->why, "reference", check_at(c, "screens[%u].checks[%u]", index, i),
					   "no screen that looks at single packets has the id %u", id);
		if (i > 0 && id <= g->checks[i - 1])
			return refusal_set(c->why, "order", check_at(c, "screens[%u].checks[%u]", index, i),
					   "expected more than %u before it, found %u", g->checks[i - 1], id);
	}
	return true;
}

static bool
thresholds_check(struct check *c, uint32_t index)
{
	const struct given_screen *g = &c->g->screens[index];
	for (uint32_t i = 0; i < g->thresholds_count; i++) {
		const struct given_screen_threshold *t = &g->thresholds[i];
		if (!((SCREEN_RATES | SCREEN_SPREADS | SCREEN_LIMITS) >> t->screen & 1))
			return refusal_set(c->why, "reference",
					   check_at(c, "screens[%u].thresholds[%u].screen", index, i),
					   "no screen that counts has the id %u", t->screen);
		if (i > 0 && t->screen <= g->thresholds[i - 1].screen)
			return refusal_set(c->why, "order", check_at(c, "screens[%u].thresholds[%u].screen", index, i),
					   "expected more than %u before it, found %u", g->thresholds[i - 1].screen,
					   t->screen);
		if (SCREEN_SPREADS >> t->screen & 1 && t->threshold < SPREAD_THRESHOLD_LEAST)
			return refusal_set(
			    c->why, "bound", check_at(c, "screens[%u].thresholds[%u].threshold", index, i),
			    "expected at least %u microseconds, found %u", SPREAD_THRESHOLD_LEAST, t->threshold);
	}
	return true;
}

static bool
octets_check(struct check *c, uint32_t index, const char *field, const struct given_octet_range *range, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (range[i].low > range[i].high)
			return refusal_set(c->why, "order", check_at(c, "screens[%u].%s[%u].low", index, field, i),
					   "expected at most high %u, found %u", range[i].high, range[i].low);
		if (i > 0 && range[i].low <= range[i - 1].high)
			return refusal_set(c->why, "order", check_at(c, "screens[%u].%s[%u].low", index, field, i),
					   "expected more than %u of the range before, found %u", range[i - 1].high,
					   range[i].low);
	}
	return true;
}

bool
screens_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	for (uint32_t i = 0; i < g->screens_count; i++) {
		const struct given_screen *s = &g->screens[i];
		if (!checks_check(c, i) || !thresholds_check(c, i) ||
		    !octets_check(c, i, "ipv6_headers", s->ipv6_headers, s->ipv6_headers_count) ||
		    !octets_check(c, i, "hop_options", s->hop_options, s->hop_options_count) ||
		    !octets_check(c, i, "destination_options", s->destination_options, s->destination_options_count))
			return false;
	}
	for (uint32_t i = 0; i < g->zones_count; i++)
		if (g->zones[i].screen && !refers(g->zones[i].screen, g->screens_count, 1))
			return REFUSE_REFERENCE(c, g->zones[i].screen, "screens", "zones[%u].screen", i);
	return UNIQUE_TEXT(c, screens, name);
}
