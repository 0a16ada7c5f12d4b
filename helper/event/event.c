/* event.c: from a decision to a frame. SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include <netinet/in.h>

#include "event/limit.h"
#include "event/summary.h"
#include "filter/filter.h"
#include "pipeline/nat.h"

enum { SECOND_NS = 1000000000 };

static bool
is_echo(const struct flow_key *k, bool echo)
{
	return echo && (k->protocol == IPPROTO_ICMP || k->protocol == IPPROTO_ICMPV6);
}

/* subject: what an event is about, as far as it is needed to count it where it is not written. */
struct subject {
	enum event_type type;
	struct summary_key key; /* but for kind, outcome and family */
	uint32_t account;       /* of its rule */
	const struct flow_key *seen;
	struct summary_last last;
};

static __attribute__((noinline)) void
miss(struct worker *w, struct subject *s, enum event_outcome outcome)
{
	s->key.kind = (uint8_t)s->type;
	s->key.outcome = (uint8_t)outcome;
	s->key.family = s->seen->family;
	summaries_count(w->summaries, w->ring, &s->key, s->seen, &s->last);
}

/* The rule first: what it holds back takes nothing from its neighbours in the zone. */
static bool
admit(struct worker *w, const struct subject *s, struct event_limit *rule)
{
	struct event_limit *zone = w->snapshot->zone[s->key.zone].limit;
	return (!rule || gcra_take(&rule->rate, w->now_ns)) && (!zone || gcra_take(&zone[s->type].rate, w->now_ns));
}

/* begin reserves a frame and writes what every kind has: when, who, and zero for the rest. */
static struct event_frame *
begin(struct worker *w, struct subject *s)
{
	const struct flow_key *k = s->seen;
	struct event_frame *f = event_ring_reserve(w->ring, s->type, s->account);
	if (!f) {
		miss(w, s, event_ring_refused(w->ring));
		return NULL;
	}
	f->header.generation = s->key.generation;
	f->record = (struct event_record){
		.timestamp_ns = w->wall_ns,
		.source_port = k->source_port,
		.destination_port = k->destination_port,
		.protocol = k->protocol,
		.address_family = k->family,
	};
	memcpy(f->record.source_address, k->source.byte, sizeof f->record.source_address);
	memcpy(f->record.destination_address, k->destination.byte, sizeof f->record.destination_address);
	f->extension = (struct event_extension){ .worker = (uint8_t)w->index };
	return f;
}

/* begin_limited is begin for what the limiter may hold back. */
static struct event_frame *
begin_limited(struct worker *w, struct subject *s, struct event_limit *rule)
{
	s->account = rule ? rule->account : 0;
	if (admit(w, s, rule))
		return begin(w, s);
	event_ring_suppressed(w->ring, s->type, s->account);
	miss(w, s, EVENT_OUTCOME_SUPPRESSED);
	return NULL;
}

static struct subject
subject_of(const struct worker *w, const struct packet *p, enum event_type type, uint32_t rule, enum action action)
{
	return (struct subject){
		.type = type,
		.key = { .generation = w->snapshot->generation, .rule = rule, .zone = p->zone },
		.seen = &p->key,
		.last = { p->unit, p->egress_unit, p->egress_zone, (uint8_t)action },
	};
}

static struct subject
subject_of_session(const struct worker *w, const struct session *s, enum event_type type)
{
	return (struct subject){
		.type = type,
		.account = w->session_accounts[flow_table_index(w->flows, s)],
		.key = { .generation = s->generation, .rule = s->policy_id, .zone = s->zones[0].ingress },
		.seen = &s->flow[0].key,
		.last = { s->flow[0].ingress_unit, s->flow[0].egress_unit, s->zones[0].egress, ACTION_PERMIT },
	};
}

static void
describe_packet(struct event_frame *f, const struct packet *p)
{
	struct event_extension *e = &f->extension;
	if (is_echo(&p->key, p->flags & PACKET_ICMP_ECHO))
		f->record.destination_port = p->echo_sequence;
	e->packet_length = p->l3_length;
	e->dscp = p->tos >> 2;
	e->tcp_flags = p->tcp_flags;
	e->icmp_type = p->icmp_type;
	e->icmp_code = p->icmp_code;
}

static void
describe_session(struct event_frame *f, const struct session *s)
{
	const struct flow *client = &s->flow[0];
	f->record.policy_id = s->policy_id;
	f->record.action = ACTION_PERMIT;
	f->record.ingress_zone = s->zones[0].ingress;
	f->record.egress_zone = s->zones[0].egress;
	f->record.ingress_interface = client->ingress_unit;
	f->record.application_id = s->application;
	f->record.session_created_s = (uint32_t)(s->created_ns / SECOND_NS);
	f->extension.session_id = s->id;
	f->extension.egress_interface = client->egress_unit;
}

/* describe_nat: what a session's packets are translated to; what stays has zeros. */
static void
describe_nat(struct event_frame *f, const struct worker *w, const struct session *s)
{
	const struct flow_key *in = &s->flow[0].key, *reply = &s->flow[1].key;
	struct nat_session rules = nat_rules_of(w, s);
	if (reply->family != in->family)
		f->record.nat_address_family = reply->family;
	f->extension.source_nat_rule_id = rules.source_rule;
	f->extension.destination_nat_rule_id = rules.destination_rule;
	if (rules.source_rule) {
		memcpy(f->record.nat_source_address, reply->destination.byte, sizeof f->record.nat_source_address);
		f->record.nat_source_port = reply->destination_port;
	}
	if (rules.destination_rule) {
		memcpy(f->record.nat_destination_address, reply->source.byte, sizeof f->record.nat_destination_address);
		f->record.nat_destination_port =
		    is_echo(in, s->flags & SESSION_ECHO) ? f->record.destination_port : reply->source_port;
	}
}

void
event_session_open(struct worker *w, const struct packet *p, const struct session *s)
{
	struct subject subject = subject_of_session(w, s, EVENT_TYPE_SESSION_OPEN);
	struct event_frame *f = begin(w, &subject);
	if (!f)
		return;
	describe_packet(f, p);
	describe_session(f, s);
	describe_nat(f, w, s);
	event_ring_commit(w->ring);
}

void
event_session_close(struct worker *w, const struct session *s, enum close_reason reason)
{
	struct subject subject = subject_of_session(w, s, EVENT_TYPE_SESSION_CLOSE);
	struct event_frame *f = begin(w, &subject);
	if (!f)
		return;
	if (is_echo(&s->flow[0].key, s->flags & SESSION_ECHO))
		f->record.destination_port = s->echo_sequence;
	describe_session(f, s);
	describe_nat(f, w, s);
	f->record.close_reason = (uint8_t)reason;
	f->record.client_packets = s->passed[0].packets;
	f->record.client_bytes = s->passed[0].bytes;
	f->record.server_packets = s->passed[1].packets;
	f->record.server_bytes = s->passed[1].bytes;
	f->extension.icmp_type = s->icmp_type;
	f->extension.icmp_code = s->icmp_code;
	event_ring_commit(w->ring);
}

void
event_policy_deny(struct worker *w, const struct packet *p, enum deny_reason reason)
{
	const struct snapshot *s = w->snapshot;
	bool host = reason == DENY_REASON_HOST_INBOUND;
	enum action action = reason == DENY_REASON_REJECT ? ACTION_REJECT : ACTION_DENY;
	struct event_limit *limit = host              ? s->host_inbound_limit
				    : s->policy_limit ? &s->policy_limit[p->rule->counter]
						      : NULL;
	struct subject subject =
	    subject_of(w, p, EVENT_TYPE_POLICY_DENY, host ? SUMMARY_RULE_HOST_INBOUND : p->rule->policy_id, action);
	struct event_frame *f = begin_limited(w, &subject, limit);
	if (!f)
		return;
	describe_packet(f, p);
	f->record.policy_id = p->rule->policy_id;
	f->record.action = (uint8_t)action;
	f->record.ingress_zone = p->zone;
	f->record.egress_zone = p->egress_zone;
	f->record.ingress_interface = p->unit;
	f->record.application_id = p->application;
	f->record.deny_reason = (uint8_t)reason;
	f->extension.egress_interface = p->egress_unit;
	event_ring_commit(w->ring);
}

/* Screens come before the route and the session. */
void
event_screen_drop(struct worker *w, const struct packet *p, enum screen_id screen)
{
	struct event_limit *limit = w->snapshot->zone[p->zone].screen_limit;
	struct subject subject = subject_of(w, p, EVENT_TYPE_SCREEN_DROP, screen, (enum action)p->screen_action);
	subject.last.egress_unit = subject.last.egress_zone = 0;
	struct event_frame *f = begin_limited(w, &subject, limit ? &limit[screen] : NULL);
	if (!f)
		return;
	describe_packet(f, p);
	f->record.screen_id = screen;
	f->record.action = p->screen_action;
	f->record.ingress_zone = p->zone;
	f->record.ingress_interface = p->unit;
	event_ring_commit(w->ring);
}

void
event_filter_log(struct worker *w, const struct packet *p, const struct filter_term *term,
		 enum filter_log_source source, enum filter_answer answer)
{
	/* Filters on the way in see a packet as it came, those on the way out as it leaves. */
	bool out = source == FILTER_LOG_SOURCE_OUTPUT || source == FILTER_LOG_SOURCE_CACHED_OUTPUT;
	bool went_on = p->verdict != VERDICT_DROP;
	enum action action = went_on ? ACTION_PERMIT : answer == FILTER_ANSWER_SENT ? ACTION_REJECT : ACTION_DENY;
	struct subject subject = subject_of(w, p, EVENT_TYPE_FILTER_LOG, term->filter_id, action);
	subject.key.term = term->term_id;
	subject.seen = out ? packet_out(p) : &p->key;
	struct event_frame *f = begin_limited(w, &subject, term->limit);
	if (!f)
		return;
	describe_packet(f, p);
	if (out && packet_crosses(p)) {
		f->extension.packet_length = packet_out_length(p);
		translate_message(p, &f->extension.icmp_type, &f->extension.icmp_code);
	}
	f->record.filter_id = term->filter_id;
	f->record.term_id = term->term_id;
	f->record.action = (uint8_t)action;
	f->record.ingress_zone = p->zone;
	f->record.egress_zone = p->egress_zone;
	f->record.ingress_interface = p->unit;
	f->record.filter_log_source = (uint8_t)source;
	f->extension.term_id = term->term_id;
	f->extension.egress_interface = p->egress_unit;
	f->extension.filter_answer = (uint8_t)answer;
	/* What ends in the input filter does so before its session is looked for, though a memo may know it. A session that
	 * was only kept for a packet that waited is none: it ends with it. */
	bool looked_for = source != FILTER_LOG_SOURCE_PBR && source != FILTER_LOG_SOURCE_INPUT;
	if (p->session && (went_on || (looked_for && p->session->flags & SESSION_OPENED))) {
		f->extension.session_id = p->session->id;
		f->record.session_created_s = (uint32_t)(p->session->created_ns / SECOND_NS);
	}
	event_ring_commit(w->ring);
}
