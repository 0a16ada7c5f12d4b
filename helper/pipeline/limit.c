/* limit.c: how many sessions an address may have, as one who opens them and as one who is asked. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"
#include "screen/tracker.h"

enum { SOURCE, DESTINATION, SIDES };

static const enum screen_id limit_id[SIDES] = { SCREEN_ID_SESSION_LIMIT_SOURCE, SCREEN_ID_SESSION_LIMIT_DESTINATION };

/* Sessions of one address in two routing instances are sessions of two. */
static uint64_t
key_of(const struct worker *w, const struct flow_key *k, unsigned side)
{
	uint64_t words[3] = { k->family | (uint64_t)k->instance << 8 | (uint64_t)side << 32 };
	memcpy(&words[1], side == SOURCE ? &k->source : &k->destination, sizeof k->source);
	return tracker_hash(w->owner_seed, words, 3);
}

enum verdict
limit_check(struct worker *w, struct packet *p)
{
	const struct zone *z = &w->snapshot->zone[p->zone];
	if (z->screen->alarm_only || p->flags & PACKET_RESTART)
		return VERDICT_NONE;
	for (unsigned side = 0; side < SIDES; side++) {
		enum screen_id id = limit_id[side];
		if (!(z->screen->rates >> id & 1) ||
		    !tracker_full(z->tracker[id], key_of(w, &p->key, side), z->screen->threshold[id]))
			continue;
		p->screens = 1ull << id;
		p->screen_action = ACTION_DENY;
		return packet_drop(p, DROP_REASON_SCREEN);
	}
	return VERDICT_NONE;
}

/* Where screens only alarm, a session beyond the limit is counted too: it is there. */
static bool
take(struct worker *w, struct packet *p, unsigned side, uint16_t taken[SIDES])
{
	const struct zone *z = &w->snapshot->zone[p->zone];
	enum screen_id id = limit_id[side];
	if (!(z->screen->rates >> id & 1))
		return true;
	uint64_t key = key_of(w, &p->key, side);
	taken[side] = tracker_take(z->tracker[id], key, z->screen->threshold[id]);
	if (taken[side])
		return true;
	p->screens |= 1ull << id;
	p->screen_action = z->screen->alarm_only ? ACTION_PERMIT : ACTION_DENY;
	if (z->screen->alarm_only)
		taken[side] = tracker_take(z->tracker[id], key, UINT32_MAX);
	return z->screen->alarm_only;
}

bool
limit_take(struct worker *w, struct packet *p, uint16_t taken[SIDES])
{
	taken[SOURCE] = taken[DESTINATION] = 0;
	for (unsigned side = 0; side < SIDES; side++)
		if (!take(w, p, side, taken)) {
			limit_give(w, &p->key, taken);
			p->drop_reason = DROP_REASON_SCREEN;
			return false;
		}
	if (p->screens)
		screen_report(w, p);
	return true;
}

void
limit_give(struct worker *w, const struct flow_key *client, uint16_t taken[SIDES])
{
	for (unsigned side = 0; side < SIDES; side++) {
		if (taken[side])
			tracker_give(taken[side], key_of(w, client, side));
		taken[side] = 0;
	}
}
