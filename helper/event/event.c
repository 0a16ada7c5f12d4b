/* event.c: from a decision to a frame. SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include <netinet/in.h>

#include "filter/filter.h"
#include "pipeline/nat.h"

enum { SECOND_NS = 1000000000 };

static bool
is_echo(const struct flow_key *k, bool echo)
{
	return echo && (k->protocol == IPPROTO_ICMP || k->protocol == IPPROTO_ICMPV6);
}

/* begin reserves a frame and writes what every kind has: when, who, and zero for the rest. */
static struct event_frame *
begin(struct worker *w, enum event_type type, uint32_t generation, const struct flow_key *k)
{
	struct event_frame *f = event_ring_reserve(w->ring, type);
	if (!f)
		return NULL;
	f->header.generation = generation;
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
	struct event_frame *f = begin(w, EVENT_TYPE_SESSION_OPEN, s->generation, &s->flow[0].key);
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
	struct event_frame *f = begin(w, EVENT_TYPE_SESSION_CLOSE, s->generation, &s->flow[0].key);
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
	struct event_frame *f = begin(w, EVENT_TYPE_POLICY_DENY, w->snapshot->generation, &p->key);
	if (!f)
		return;
	describe_packet(f, p);
	f->record.policy_id = p->rule->policy_id;
	f->record.action = reason == DENY_REASON_REJECT ? ACTION_REJECT : ACTION_DENY;
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
	struct event_frame *f = begin(w, EVENT_TYPE_SCREEN_DROP, w->snapshot->generation, &p->key);
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
	const struct flow_key *seen = out ? packet_out(p) : &p->key;
	struct event_frame *f = begin(w, EVENT_TYPE_FILTER_LOG, w->snapshot->generation, seen);
	if (!f)
		return;
	describe_packet(f, p);
	bool went_on = p->verdict != VERDICT_DROP;
	f->record.filter_id = term->filter_id;
	f->record.term_id = term->term_id;
	f->record.action = went_on ? ACTION_PERMIT : answer == FILTER_ANSWER_SENT ? ACTION_REJECT : ACTION_DENY;
	f->record.ingress_zone = p->zone;
	f->record.egress_zone = p->egress_zone;
	f->record.ingress_interface = p->unit;
	f->record.filter_log_source = (uint8_t)source;
	f->extension.filter_id = term->filter_id;
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
