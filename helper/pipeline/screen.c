/* screen.c: where the screens of the zone look at a packet. SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"
#include "pipeline/stage.h"
#include "screen/inspect.h"

enum { TABLES_MAX = 4 }; /* as for routes: instances that next-table routes may lead through */

static bool
is_link_local(uint8_t family, const struct address *a)
{
	if (family == ADDRESS_FAMILY_INET)
		return a->byte[0] == 169 && a->byte[1] == 254;
	return a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

/* The routes to the source, as the interface's instance has them. */
static const struct next_hop_group *
way_back(const struct worker *w, const struct packet *p)
{
	uint16_t table = w->snapshot->unit[p->unit].instance;
	for (unsigned i = 0; i < TABLES_MAX; i++) {
		const struct fib *fib = w->snapshot->fib[table];
		const struct next_hop_group *g = fib ? fib_lookup(fib, p->key.family, &p->key.source) : NULL;
		if (!g || g->hop[0].kind != NEXT_HOP_TABLE)
			return g;
		table = g->hop[0].unit;
	}
	return NULL;
}

/* spoofed: no route to the source leads into the zone that the packet came from. Link-local addresses have no route. */
static bool
spoofed(const struct worker *w, const struct packet *p)
{
	if (is_link_local(p->key.family, &p->key.source))
		return false;
	const struct next_hop_group *g = way_back(w, p);
	for (uint32_t i = 0; g && i < g->count; i++)
		if (g->hop[i].kind == NEXT_HOP_FORWARD && w->snapshot->unit[g->hop[i].unit].zone == p->zone)
			return false;
	return true;
}

/* The first of several names the packet that it ends. */
static enum verdict
end(struct packet *p, uint64_t met)
{
	p->screens = met & -met;
	p->screen_action = ACTION_DENY;
	return packet_drop(p, DROP_REASON_SCREEN);
}

/* A packet that waited was looked at when it came; what only alarms has been said. */
static enum verdict
decide(struct packet *p, const struct screen *s, uint64_t met)
{
	if (!met)
		return VERDICT_NONE;
	if (!s->alarm_only)
		return end(p, met);
	p->screens |= p->flags & PACKET_FROM_WAIT ? 0 : met;
	p->screen_action = ACTION_PERMIT;
	return VERDICT_NONE;
}

/* Beyond the attack threshold alone, clients that mean it have another way in. */
static uint64_t
challenge(const struct worker *w, struct packet *p, uint64_t met)
{
	if (met != SCREEN_BIT(SYN_FLOOD))
		return met & ~SCREEN_BIT(SYN_FLOOD);
	if (!splice_may_challenge(w, p))
		return met;
	p->splice = PACKET_CHALLENGED;
	return 0;
}

static enum verdict
examine(struct worker *w, struct packet *p, const struct screen *s)
{
	uint64_t met = screen_inspect(s, p);
	if (s->checks & SCREEN_BIT(SPOOFING) && spoofed(w, p))
		met |= SCREEN_BIT(SPOOFING);
	/* What is dropped for itself is no part of a flood; what waited was counted when it came. */
	if (s->rates && (!met || s->alarm_only) && !(p->flags & PACKET_FROM_WAIT) && !w->trace)
		met |= flood_find(w, p, s);
	if (met & SCREEN_BIT(SYN_FLOOD) && s->rates & SCREEN_BIT(SYN_COOKIE) && !s->alarm_only)
		met = challenge(w, p, met);
	return decide(p, s, met);
}

enum verdict
screen_check(struct worker *w, struct packet *p)
{
	const struct screen *s = screen_of(w, p->zone);
	return s && !screen_passes_over(s, p) ? examine(w, p, s) : VERDICT_NONE;
}

enum verdict
screen_overlap(struct worker *w, struct packet *p)
{
	const struct screen *s = screen_of(w, p->zone);
	if (!s || !(s->checks & SCREEN_BIT(TEAR_DROP)) || !fragment_overlaps(w->fragments, p, w->now_ns))
		return VERDICT_NONE;
	return decide(p, s, SCREEN_BIT(TEAR_DROP));
}

/* What is malformed ends here in any case, so it is no mere alarm. */
enum drop_reason
screen_malformed(struct worker *w, struct packet *p, enum drop_reason reason)
{
	const struct screen *s = screen_of(w, p->zone);
	uint64_t met = s ? screen_inspect_malformed(s, p, reason) : 0;
	if (!met)
		return reason;
	end(p, met);
	return s->alarm_only ? reason : DROP_REASON_SCREEN;
}

void
screen_report(struct worker *w, struct packet *p)
{
	for (uint64_t left = p->screens; left; left &= left - 1) {
		enum screen_id id = (enum screen_id)__builtin_ctzll(left);
		counter_add(&w->screens[p->zone].met[id], 1);
		event_screen_drop(w, p, id);
	}
	p->screens = 0;
}
