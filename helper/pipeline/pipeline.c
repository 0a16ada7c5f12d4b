/* pipeline.c: the order of the stages (design section 7), and the short cut for flows that were judged before.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include "event/summary.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/stage.h"
#include "pipeline/trace.h"

/* What happens to a packet, from top to bottom. Those with MEMO are left out where the flow's memo answers them. */
enum { ALWAYS = 0, MEMO = PACKET_MEMO };
static const struct stage stages[] = {
	{ "ingress", ingress_identify, trace_ingress, ALWAYS },
	{ "input-filter", filter_input, trace_input, ALWAYS },
	{ "screen", screen_check, trace_screen, ALWAYS },
	{ "fragment", fragment_follow, trace_passed, ALWAYS },
	{ "flow", session_find, trace_flow, ALWAYS },
	{ "destination-nat", nat_destination, trace_destination_nat, MEMO },
	{ "route", route_select, trace_route, MEMO },
	{ "host", host_admit, trace_host, MEMO },
	{ "syn-cookie", splice_challenge, trace_passed, MEMO },
	{ "policy", policy_decide, trace_policy, MEMO },
	{ "source-nat", nat_source, trace_source_nat, MEMO },
	{ "egress", egress_check, trace_egress, ALWAYS },
	{ "session", session_check, trace_session, ALWAYS },
	{ "neighbour", neighbour_resolve, trace_neighbour, ALWAYS },
	{ "output-filter", filter_output, trace_output, ALWAYS },
};
enum {
	DECIDED = PACKET_REJUDGED | PACKET_MEMO | PACKET_OPENS | PACKET_RESTART | PACKET_TRANSLATED
};                  /* flags that stages set */
enum { GROUP = 8 }; /* packets whose memory is fetched together */
enum { STAGES = sizeof stages / sizeof stages[0], AFTER_INGRESS = 1, AFTER_INPUT_FILTER = 2 };

static enum verdict
decide(struct worker *w, struct packet *p, unsigned first)
{
	enum verdict last = VERDICT_FORWARD;
	for (unsigned i = first; i < STAGES; i++) {
		const struct stage *s = &stages[i];
		if (p->flags & s->skip)
			continue;
		enum verdict v = s->run(w, p);
		if (w->trace)
			trace_add(w, p, s, v);
		/* Explain tells what would become of a packet that has to wait. */
		if (v == VERDICT_WAIT && w->trace)
			last = v;
		else if (v != VERDICT_NONE)
			return v;
	}
	return last;
}

/* fast: what became of a packet on the fast path. */
enum fast {
	FAST_DONE, /* it has its verdict and is finished */
	FAST_NOT,  /* nothing happened: the slow path has it from the first stage */
	FAST_FILTERED, /* the input filter judged it, and sends it where the memo does not lead: the slow path goes on behind */
};

/* fast_filters is for flows with filters or screens. They come first and last on the slow path, and may count and meter: so
 * all else that could be in the way has been looked at before. FAST_NOT stands for: go on. */
static enum fast
fast_filters(struct worker *w, struct packet *p, struct session *s)
{
	const struct marks *m = &s->marks[p->direction];
	p->session = NULL; /* what ends in the input filter has met no session */
	if (filter_input_again(w, p, m->input_memo) != VERDICT_NONE) {
		finish(w, p);
		return FAST_DONE;
	}
	if (p->route_instance != s->route_instance[p->direction]) {
		p->session = s;
		return FAST_FILTERED;
	}
	if (screen_check(w, p) != VERDICT_NONE) {
		finish(w, p);
		return FAST_DONE;
	}
	p->session = s;
	if (p->screens)
		screen_report(w, p);
	p->egress_unit = s->flow[p->direction].egress_unit;
	p->egress_zone = s->zones[p->direction].egress;
	if (filter_output_again(w, p, m->output_memo) == VERDICT_NONE)
		return FAST_NOT;
	finish(w, p);
	return FAST_DONE;
}

/* fast_path forwards a packet whose flow's memo is what a full evaluation would say now. What the memo depends on is
 * compared here; whatever does not fit is left to the slow path, which finds out why. */
/* fast_screens is for flows with screens and no filters. */
static inline enum fast
fast_screens(struct worker *w, struct packet *p, struct session *s)
{
	const struct screen *screen = screen_of(w, p->zone);
	if (!screen || screen_passes_over(screen, p))
		return FAST_NOT;
	p->session = NULL; /* what ends in a screen has met no session */
	if (screen_check(w, p) != VERDICT_NONE) {
		finish(w, p);
		return FAST_DONE;
	}
	p->session = s;
	if (p->screens)
		screen_report(w, p);
	return FAST_NOT;
}

static inline enum fast
fast_path(struct worker *w, struct packet *p)
{
	unsigned direction;
	struct session *s = flow_table_find(w->flows, &p->key, p->hash, &direction);
	if (!s)
		return FAST_NOT;
	p->session = s;
	p->direction = (uint8_t)direction;
	const struct flow *f = &s->flow[direction];
	if (f->epoch != w->epoch || f->ingress_unit != p->unit)
		return FAST_NOT;
	if (p->ttl <= 1 || p->l3_length > f->mtu || !w->ports[f->egress_port].up || output_room(w) == 0)
		return FAST_NOT;
	if (w->tx_room[f->egress_port] == 0 || !session_fits(w, s, p, direction))
		return FAST_NOT;
	if (neighbour_read(w->neighbours, f->neighbour, p->next_mac) != NEIGHBOUR_VALID)
		return FAST_NOT;

	if (!nat_known(p, s))
		return FAST_NOT;
	if (s->flags & SESSION_MARKED) {
		enum fast fast = s->flags & SESSION_FILTERED ? fast_filters(w, p, s) : fast_screens(w, p, s);
		if (fast != FAST_NOT)
			return fast;
	}

	uint8_t queue = 0;
	if (has_queues(w, f->egress_port) &&
	    !cos_queue(w, f->egress_port, p->forwarding_class, packet_out_length(p), 1, &queue)) {
		p->egress_unit = f->egress_unit;
		p->egress_zone = s->zones[direction].egress;
		p->verdict = (uint8_t)packet_drop(p, DROP_REASON_QUEUE_FULL);
		finish(w, p);
		return FAST_DONE;
	}

	/* Point of no return: neither packet nor session was changed above, nothing is refused below. */
	p->verdict = VERDICT_FORWARD;
	p->egress_unit = f->egress_unit;
	p->egress_zone = s->zones[direction].egress;
	if (s->flags & SESSION_MARKED) {
		if (s->flags & SESSION_FILTERED && (s->rewrites[direction] || p->set_dscp >= 0))
			cos_mark(w, p);
		if (s->flags & SESSION_SPLICED)
			splice_rewrite(w, p);
	}
	if (p->flags & PACKET_TRANSLATED)
		nat_rewrite(w, p);
	egress_clamp(w, p);
	rewrite_ttl(p);
	rewrite_link(p, p->next_mac, f->source_mac, f->egress_vlan);
	output_send(w, p->frame, p->data, p->length, f->egress_port, queue);
	finish_forward(w, p);
	return FAST_DONE;
}

static void
process(struct worker *w, struct packet *p)
{
	bool plain = !(p->flags & (PACKET_FRAGMENT | PACKET_ICMP_ERROR | PACKET_L2_MULTICAST));
	enum fast fast = FAST_NOT;
	bool behind = w->held && wait_before(w, p);
	if (p->verdict == VERDICT_NONE && plain && !behind && !w->memo_off)
		fast = fast_path(w, p);
	if (fast == FAST_DONE)
		return;
	if (p->verdict == VERDICT_NONE)
		p->verdict = (uint8_t)decide(w, p, fast == FAST_FILTERED ? AFTER_INPUT_FILTER : AFTER_INGRESS);
	finish(w, p);
}

/* begin forgets what the stages decided about an earlier packet in the same place, or in an earlier attempt. */
static inline void
begin(struct worker *w, struct packet *p)
{
	p->flags &= (uint16_t)~DECIDED;
	memset(&p->hash, 0, offsetof(struct packet, judged_by) - offsetof(struct packet, hash));
	trail_clear(&p->last);
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
	p->judged_by = 0;
	p->splice = PACKET_NOT_SPLICED;
	p->tcp_shift = 0;
	begin(w, p);
	if (p->unit != UNIT_NONE) {
		counter_add(&w->units[p->unit].in_packets, 1);
		counter_add(&w->units[p->unit].in_bytes, p->l3_length);
	}
	if (malformed != DROP_REASON_NONE) {
		if (p->verdict == VERDICT_NONE)
			malformed = screen_malformed(w, p, malformed);
		p->verdict = (uint8_t)packet_drop(p, malformed);
	} else if (w->ports[p->port].unfinished && rewrite_checksum_unfinished(p))
		rewrite_checksum_complete(p);
}

/* begin_again is begin for a packet that waited. Its session, if it opened one, is looked up to end with it, wherever that
 * may be. */
static void
begin_again(struct worker *w, struct packet *p)
{
	unsigned direction = 0;
	p->tcp_sequence -= p->tcp_shift;
	p->tcp_shift = 0;
	p->flags |= p->flags & PACKET_OPENS ? PACKET_FROM_WAIT | PACKET_OPENED : PACKET_FROM_WAIT;
	begin(w, p);
	if (p->verdict != VERDICT_NONE && p->flags & PACKET_OPENED)
		p->hash = flow_table_hash(w->flows, &p->key);
	if ((p->verdict == VERDICT_NONE || p->flags & PACKET_OPENED) && !(p->flags & PACKET_ICMP_ERROR))
		p->session = flow_table_find(w->flows, &p->key, p->hash, &direction);
	p->direction = (uint8_t)direction;
}

/* again handles a packet that waited as if it came now: what was in force when it came may have changed. */
static void
again(struct worker *w, struct packet *p)
{
	begin_again(w, p);
	process(w, p);
}

/* give_up drops a packet that waited too long. */
static void
give_up(struct worker *w, struct packet *p, enum drop_reason reason)
{
	begin_again(w, p);
	if (p->verdict == VERDICT_NONE)
		p->verdict = (uint8_t)packet_drop(p, reason);
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
		wait_leave(w);
	}
}

static inline uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* fetch prefetches for the packets that are worked on next: the sessions of one group, then the buckets of the group behind.
 * By groups, and not packet by packet, because a prefetch that misses the TLB waits for its page walk, and walks overlap only
 * when they are close together. */
static inline void
fetch(const struct worker *w, const struct packet *p, uint32_t from, uint32_t count)
{
	uint32_t middle = least(from + GROUP, count), end = least(from + 2 * GROUP, count);
	for (uint32_t i = from; i < middle; i++)
		if (p[i].verdict == VERDICT_NONE)
			flow_table_prefetch_flow(w->flows, p[i].hash, p[i].key.protocol == PROTOCOL_TCP);
	for (uint32_t i = middle; i < end; i++)
		if (p[i].verdict == VERDICT_NONE)
			flow_table_prefetch_bucket(w->flows, p[i].hash);
}

void
pipeline_burst(struct worker *w, struct packet *p, uint32_t count)
{
	uint32_t received = least(3 * GROUP, count); /* what fetch looks at has been received */
	for (uint32_t i = 0; i < received; i++) {
		receive(w, &p[i]);
		if (i < GROUP && p[i].verdict == VERDICT_NONE)
			flow_table_prefetch_bucket(w->flows, p[i].hash);
	}
	fetch(w, p, 0, count);
	for (uint32_t i = 0; i < count; i++) {
		if (i % GROUP == 0)
			fetch(w, p, i + GROUP, count);
		if (received < count)
			receive(w, &p[received++]);
		if (w->held && p[i].verdict == VERDICT_NONE && wait_ends(w, &p[i])) {
			w->output_reserved = count - i;
			release_waiting(w);
		}
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
	nat_housekeep(w);
	release_waiting(w);
	release_fragments(w);
	while (fragment_expired(w->fragments, w->now_ns, &p))
		give_up(w, &p, DROP_REASON_FRAGMENT_UNKNOWN);
	if (summaries_due(w->summaries, w->now_ns))
		summaries_tell(w->summaries, w->ring, w->now_ns, w->wall_ns, (uint8_t)w->index);
}

void
pipeline_end(struct worker *w)
{
	summaries_tell(w->summaries, w->ring, w->now_ns, w->wall_ns, (uint8_t)w->index);
}

uint32_t
pipeline_owner(const struct worker *w, const struct packet *p)
{
	if (w->workers <= 1 || p->drop_reason != DROP_REASON_NONE)
		return w->index;
	uint16_t unit = w->snapshot ? snapshot_unit(w->snapshot, p->port, p->vlan[0]) : UNIT_NONE;
	if (p->flags & PACKET_ICMP_ERROR && p->inner_l3) {
		struct flow_key k = flow_key_reverse(&p->inner);
		return nat_owner(w, &k, true, unit);
	}
	return nat_owner(w, &p->key, !(p->flags & PACKET_FRAGMENT), unit);
}

uint32_t
pipeline_part_owner(struct worker *w, const struct packet *p)
{
	bool part = p->flags & PACKET_FRAGMENT && !(p->flags & PACKET_ICMP_ERROR);
	if (!part || !w->nat_fragments || p->drop_reason != DROP_REASON_NONE)
		return w->index;
	uint16_t unit = snapshot_unit(w->snapshot, p->port, p->vlan[0]);
	uint32_t owner = nat_part_owner(w, p, unit);
	if (owner != NAT_FRAGMENTS_NONE)
		return owner;
	bool held = unit != UNIT_NONE && nat_fragments_hold(w->nat_fragments, p, w->now_ns);
	return held ? PIPELINE_HELD : w->index;
}

bool
pipeline_part_release(struct worker *w, struct packet *p, uint32_t *owner)
{
	if (!w->nat_fragments || !nat_fragments_release(w->nat_fragments, w->now_ns, p, owner))
		return false;
	if (*owner == NAT_FRAGMENTS_NONE)
		*owner = w->index;
	return true;
}

void
pipeline_explain(struct worker *w, struct packet *p, struct trace *t)
{
	t->count = 0;
	w->trace = t;
	p->judged_by = 0;
	p->splice = PACKET_NOT_SPLICED;
	p->tcp_shift = 0;
	begin(w, p);
	p->drop_reason = DROP_REASON_NONE;
	p->verdict = (uint8_t)decide(w, p, 0);
	w->trace = NULL;
}
