/* pipeline.c: the order of the stages (design section 7), and the short cut for flows that were judged before.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include "packet/rewrite.h"
#include "pipeline/stage.h"
#include "pipeline/trace.h"

/* What happens to a packet, from top to bottom. Those with MEMO are left out where the flow's memo answers them. */
enum { ALWAYS = 0, MEMO = PACKET_MEMO };
static const struct stage stages[] = {
	{ "ingress", ingress_identify, trace_ingress, ALWAYS },
	{ "input-filter", filter_input, trace_passed, ALWAYS },
	{ "screen", screen_check, trace_passed, ALWAYS },
	{ "fragment", fragment_follow, trace_passed, ALWAYS },
	{ "flow", session_find, trace_flow, ALWAYS },
	{ "destination-nat", nat_destination, trace_passed, MEMO },
	{ "route", route_select, trace_route, MEMO },
	{ "host", host_admit, trace_host, MEMO },
	{ "policy", policy_decide, trace_policy, MEMO },
	{ "source-nat", nat_source, trace_passed, MEMO },
	{ "egress", egress_check, trace_egress, ALWAYS },
	{ "session", session_check, trace_session, ALWAYS },
	{ "neighbour", neighbour_resolve, trace_neighbour, ALWAYS },
	{ "output-filter", filter_output, trace_passed, ALWAYS },
};
enum { DECIDED = PACKET_REJUDGED | PACKET_MEMO | PACKET_OPENS | PACKET_RESTART }; /* flags that stages set */
enum { LOOK_AHEAD = 8 };                                                          /* packets */
enum { STAGES = sizeof stages / sizeof stages[0], AFTER_INGRESS = 1 };

static enum verdict
decide(struct worker *w, struct packet *p, unsigned first)
{
	for (unsigned i = first; i < STAGES; i++) {
		const struct stage *s = &stages[i];
		if (p->flags & s->skip)
			continue;
		enum verdict v = s->run(w, p);
		if (w->trace)
			trace_add(w, p, s, v);
		if (v != VERDICT_NONE)
			return v;
	}
	return VERDICT_FORWARD;
}

/* fast_path forwards a packet whose flow's memo is what a full evaluation would say now. What the memo depends on is
 * compared here; whatever does not fit is left to the slow path, which finds out why. */
static inline bool
fast_path(struct worker *w, struct packet *p)
{
	unsigned direction;
	struct session *s = flow_table_find(w->flows, &p->key, p->hash, &direction);
	if (!s)
		return false;
	p->session = s;
	p->direction = (uint8_t)direction;
	const struct flow *f = &s->flow[direction];
	if (f->epoch != w->epoch || f->ingress_unit != p->unit)
		return false;
	if (p->ttl <= 1 || p->l3_length > f->mtu || !w->ports[f->egress_port].up || output_room(w) == 0)
		return false;
	if (w->tx_room[f->egress_port] == 0 || !session_fits(w, s, p, direction))
		return false;
	if (neighbour_read(w->neighbours, f->neighbour, p->next_mac) != NEIGHBOUR_VALID)
		return false;

	/* Point of no return: nothing was changed above, nothing is refused below. */
	p->verdict = VERDICT_FORWARD;
	p->egress_unit = f->egress_unit;
	p->egress_zone = f->egress_zone;
	rewrite_ttl(p);
	rewrite_link(p, p->next_mac, f->source_mac, f->egress_vlan);
	output_send(w, p->frame, p->data, p->length, f->egress_port);
	finish_forward(w, p);
	return true;
}

static void
process(struct worker *w, struct packet *p)
{
	bool plain = !(p->flags & (PACKET_FRAGMENT | PACKET_ICMP_ERROR | PACKET_L2_MULTICAST));
	if (p->verdict == VERDICT_NONE && plain && !w->memo_off && fast_path(w, p))
		return;
	if (p->verdict == VERDICT_NONE)
		p->verdict = (uint8_t)decide(w, p, AFTER_INGRESS);
	finish(w, p);
}

/* begin forgets what the stages decided about an earlier packet in the same place, or in an earlier attempt. */
static inline void
begin(struct worker *w, struct packet *p)
{
	p->flags &= (uint16_t)~DECIDED;
	memset(&p->hash, 0, sizeof *p - offsetof(struct packet, hash));
	p->unit = UNIT_NONE;
	p->zone = ZONE_NONE;
	p->verdict = (uint8_t)ingress_identify(w, p);
	if (p->verdict == VERDICT_NONE)
		p->hash = flow_table_hash(w->flows, &p->key);
}

static inline void
receive(struct worker *w, struct packet *p)
{
	enum drop_reason malformed = p->drop_reason;
	counter_add(&w->counters.received_packets, 1);
	counter_add(&w->counters.received_bytes, p->length);
	begin(w, p);
	if (p->unit != UNIT_NONE) {
		counter_add(&w->units[p->unit].in_packets, 1);
		counter_add(&w->units[p->unit].in_bytes, p->l3_length);
	}
	if (malformed != DROP_REASON_NONE)
		p->verdict = (uint8_t)packet_drop(p, malformed);
	else if (w->ports[p->port].unfinished && rewrite_checksum_unfinished(p))
		rewrite_checksum_complete(p);
}

/* again handles a packet that waited as if it came now: what was in force when it came may have changed. */
static void
again(struct worker *w, struct packet *p)
{
	p->flags |= PACKET_FROM_WAIT;
	begin(w, p);
	process(w, p);
}

/* give_up drops a packet that waited too long; its session, if it opened one, is looked up to end with it. */
static void
give_up(struct worker *w, struct packet *p, enum drop_reason reason)
{
	unsigned direction = 0;
	p->flags |= PACKET_FROM_WAIT;
	begin(w, p);
	if (p->verdict == VERDICT_NONE) {
		if (!(p->flags & PACKET_ICMP_ERROR))
			p->session = flow_table_find(w->flows, &p->key, p->hash, &direction);
		p->direction = (uint8_t)direction;
		p->verdict = (uint8_t)packet_drop(p, reason);
	}
	finish(w, p);
}

static void
release_fragments(struct worker *w)
{
	struct packet p;
	while (output_room(w) >= PACKET_BURST && fragment_release(w->fragments, &p))
		again(w, &p);
}

static void
release_waiting(struct worker *w)
{
	struct packet p;
	bool found;
	while (output_room(w) >= PACKET_BURST && wait_next(w, &p, &found)) {
		if (found)
			again(w, &p);
		else
			give_up(w, &p, DROP_REASON_NEIGHBOUR_UNRESOLVED);
	}
}

static inline void
look_ahead(const struct worker *w, const struct packet *p)
{
	if (p->verdict == VERDICT_NONE)
		flow_table_prefetch_flow(w->flows, p->hash);
}

/* Memory is fetched while earlier packets are worked on: the buckets of the burst while it is read in, then each flow a
 * few packets ahead. */
void
pipeline_burst(struct worker *w, struct packet *p, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		receive(w, &p[i]);
		if (p[i].verdict == VERDICT_NONE)
			flow_table_prefetch_bucket(w->flows, p[i].hash);
	}
	for (uint32_t i = 0; i < LOOK_AHEAD && i < count; i++)
		look_ahead(w, &p[i]);
	for (uint32_t i = 0; i < count; i++) {
		if (i + LOOK_AHEAD < count)
			look_ahead(w, &p[i + LOOK_AHEAD]);
		w->output_reserved = count - i - 1;
		process(w, &p[i]);
	}
	release_fragments(w);
}

void
pipeline_housekeep(struct worker *w)
{
	struct packet p;
	w->output_reserved = 0;
	session_age(w);
	release_waiting(w);
	release_fragments(w);
	while (fragment_expired(w->fragments, w->now_ns, &p))
		give_up(w, &p, DROP_REASON_FRAGMENT_UNKNOWN);
}

uint32_t
pipeline_owner(const struct worker *w, const struct packet *p)
{
	if (w->workers <= 1 || p->drop_reason != DROP_REASON_NONE)
		return w->index;
	const struct flow_key *k = p->flags & PACKET_ICMP_ERROR && p->inner_l3 ? &p->inner : &p->key;
	return flow_key_owner_hash(k, w->owner_seed) % w->workers;
}

void
pipeline_explain(struct worker *w, struct packet *p, struct trace *t)
{
	t->count = 0;
	w->trace = t;
	begin(w, p);
	p->drop_reason = DROP_REASON_NONE;
	p->verdict = (uint8_t)decide(w, p, 0);
	w->trace = NULL;
}
