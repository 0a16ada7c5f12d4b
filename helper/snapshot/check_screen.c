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
		if (!((SCREEN_RATES | SCREEN_SPREADS | SCREEN_LIMITS | SCREEN_QUEUES) >> t->screen & 1))
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

/* SYN cookies are beyond a threshold, for a time, and in a bounded number. */
static bool
cookies_check(struct check *c, uint32_t index)
{
	const struct given_screen *g = &c->g->screens[index];
	uint64_t needs = SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(SYN_COOKIE) | SCREEN_BIT(SYN_QUEUE), has = 0;
	for (uint32_t i = 0; i < g->thresholds_count; i++)
		has |= 1ull << g->thresholds[i].screen & needs;
	bool cookies = has & ~SCREEN_BIT(SYN_FLOOD);
	if (cookies && has != needs)
		return refusal_set(c->why, "reference", check_at(c, "screens[%u].thresholds", index),
				   "expected %u, %u and %u for SYN cookies, or neither of the last two",
				   SCREEN_ID_SYN_FLOOD, SCREEN_ID_SYN_COOKIE, SCREEN_ID_SYN_QUEUE);
	if (cookies != (g->syn_timeout > 0))
		return refusal_set(c->why, "bound", check_at(c, "screens[%u].syn_timeout", index),
				   "expected %s, found %u", cookies ? "at least 1" : "0 without SYN cookies",
				   g->syn_timeout);
	return true;
}

static bool
prefixes_check(struct check *c, uint32_t index, uint32_t list, const char *field, const struct given_prefix *prefix,
	       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t bits = prefix[i].address.length * 8, length = prefix[i].length;
		if (length > bits)
			return refusal_set(
			    c->why, "bound",
			    check_at(c, "screens[%u].white_lists[%u].%s[%u].length", index, list, field, i),
			    "expected 0..%u, found %u", bits, length);
		for (uint32_t bit = length; bit < bits; bit++)
			if (prefix[i].address.bytes[bit / 8] >> (7 - bit % 8) & 1)
				return refusal_set(
				    c->why, "address",
				    check_at(c, "screens[%u].white_lists[%u].%s[%u].address", index, list, field, i),
				    "expected host bits that are zero behind a prefix of %u", length);
	}
	return true;
}

static bool
white_lists_check(struct check *c, uint32_t index)
{
	const struct given_screen *g = &c->g->screens[index];
	for (uint32_t i = 0; i < g->white_lists_count; i++) {
		const struct given_white_list *l = &g->white_lists[i];
		if (!prefixes_check(c, index, i, "sources", l->sources, l->sources_count) ||
		    !prefixes_check(c, index, i, "destinations", l->destinations, l->destinations_count))
			return false;
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
		if (!checks_check(c, i) || !thresholds_check(c, i) || !cookies_check(c, i) ||
		    !white_lists_check(c, i) ||
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
