/* report.c: packets and events as JSON lines. SPDX-License-Identifier: Apache-2.0 */
#include "replay/report.h"

#include <arpa/inet.h>

#include "packet/protocol.h"

static const char *
unit_name(const struct snapshot *s, uint32_t unit)
{
	return unit != UNIT_NONE && unit < s->unit_count ? s->unit[unit].name : NULL;
}

static const char *
zone_name(const struct snapshot *s, uint32_t zone)
{
	return zone != ZONE_NONE && zone < s->zone_count ? s->zone[zone].name : NULL;
}

static const char *
policy_name(const struct snapshot *s, uint32_t policy_id)
{
	for (uint32_t i = 0; i < s->policy_set_count; i++) {
		const struct policy_set *set = &s->policy_set[i];
		if (set->rule_count > 0 && policy_id >= set->rule[0].policy_id &&
		    policy_id - set->rule[0].policy_id < set->rule_count)
			return set->rule[policy_id - set->rule[0].policy_id].name;
	}
	return policy_id == s->default_rule.policy_id ? s->default_rule.name : NULL;
}

static void
text_if(struct json *j, const char *key, const char *text)
{
	if (text)
		json_text(j, key, text);
}

static bool
has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP;
}

static bool
is_icmp(uint8_t protocol)
{
	return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

static void
header_fields(struct json *j, const struct packet *p)
{
	bool later = (p->flags & (PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST)) == PACKET_FRAGMENT;
	json_address(j, "source", p->key.family, p->key.source.byte);
	json_address(j, "destination", p->key.family, p->key.destination.byte);
	json_number(j, "protocol", p->key.protocol);
	if (has_ports(p->key.protocol) && !later) {
		json_number(j, "source_port", ntohs(p->key.source_port));
		json_number(j, "destination_port", ntohs(p->key.destination_port));
	}
	if (is_icmp(p->key.protocol) && !later) {
		json_number(j, "icmp_type", p->icmp_type);
		json_number(j, "icmp_code", p->icmp_code);
	}
	if (p->flags & PACKET_ICMP_ECHO)
		json_number(j, "icmp_id", ntohs(p->key.source_port));
	if (p->key.protocol == PROTOCOL_TCP && !later) {
		json_number(j, "tcp_flags", p->tcp_flags);
		json_number(j, "tcp_sequence", p->tcp_sequence);
		json_number(j, "tcp_acknowledgment", p->tcp_acknowledgment);
	}
	if (p->flags & PACKET_FRAGMENT) {
		json_number(j, "fragment_offset", p->fragment_offset);
		json_bool(j, "more_fragments", p->flags & PACKET_FRAGMENT_MORE);
	}
	json_number(j, "ttl", p->ttl);
	json_number(j, "dscp", p->tos >> 2);
	json_number(j, "length", p->l3_length);
}

/* translated_object: what a packet leaves as, or would have. */
static void
translated_object(struct json *j, const struct packet *p)
{
	if (!(p->flags & PACKET_TRANSLATED))
		return;
	json_open(j, "translated", '{');
	json_address(j, "source", p->out.family, p->out.source.byte);
	json_address(j, "destination", p->out.family, p->out.destination.byte);
	json_number(j, "source_port", ntohs(p->out.source_port));
	json_number(j, "destination_port", ntohs(p->out.destination_port));
	json_close(j, '}');
}

/* The bytes that left, read again as a receiver would. */
static void
frame_object(struct report *r, struct json *j, const struct output *o)
{
	struct packet p = { .data = o->data, .length = o->length };
	bool host = o->port == PORT_HOST;
	json_open(j, NULL, '{');
	json_text(j, "out", host ? "host" : r->snapshot->port[o->port].name);
	if ((host ? packet_parse_l3(&p) : packet_parse(&p)) == DROP_REASON_NONE) {
		if (!host) {
			json_mac(j, "destination_mac", p.data);
			json_mac(j, "source_mac", p.data + 6);
		}
		if (p.vlan_count > 0)
			json_number(j, "vlan", p.vlan[0]);
		header_fields(j, &p);
	}
	if (r->bytes)
		json_hex(j, "bytes", o->data, o->length);
	json_close(j, '}');
}

void
report_packet(struct report *r, uint64_t number, uint64_t time_ns, const struct packet *p, const struct output *out,
	      uint32_t count)
{
	const struct snapshot *s = r->snapshot;
	struct json *j = &r->packets;
	json_open(j, NULL, '{');
	json_number(j, "packet", number);
	json_number(j, "time_ns", time_ns);
	text_if(j, "in", unit_name(s, p->unit));
	text_if(j, "zone", zone_name(s, p->zone));
	json_text(j, "verdict", verdict_text(p->verdict));
	if (p->verdict == VERDICT_DROP)
		json_text(j, "reason", drop_reason_text(p->drop_reason));
	if (p->deny_reason != DENY_REASON_NONE)
		json_text(j, "deny_reason", deny_reason_text(p->deny_reason));
	text_if(j, "egress", p->verdict == VERDICT_HOST ? "host" : unit_name(s, p->egress_unit));
	text_if(j, "egress_zone", zone_name(s, p->egress_zone));
	if (p->rule) {
		json_number(j, "policy_id", p->rule->policy_id);
		text_if(j, "policy", policy_name(s, p->rule->policy_id));
	}
	if (p->session && p->verdict == VERDICT_FORWARD) {
		json_number(j, "session", p->session->id);
		json_number(j, "direction", p->direction);
	}
	translated_object(j, p);
	json_open(j, "frames", '[');
	for (uint32_t i = 0; i < count; i++)
		frame_object(r, j, &out[i]);
	json_close(j, ']');
	json_close(j, '}');
	json_line(j);
}

static void
event_reason(struct json *j, const struct event_record *e)
{
	switch (e->event_type) {
	case EVENT_TYPE_SESSION_CLOSE:
		json_text(j, "reason", close_reason_text(e->close_reason));
		json_number(j, "client_packets", e->client_packets);
		json_number(j, "client_bytes", e->client_bytes);
		json_number(j, "server_packets", e->server_packets);
		json_number(j, "server_bytes", e->server_bytes);
		break;
	case EVENT_TYPE_POLICY_DENY:
		json_text(j, "reason", deny_reason_text(e->deny_reason));
		break;
	}
}

/* The names of a term, from wherever it is attached. */
static const struct filter_term *
term_of(const struct snapshot *s, uint32_t filter_id, uint32_t term_id)
{
	for (uint32_t i = 1; i < s->filter_count; i++)
		for (uint32_t t = 0; t < s->filter[i].term_count; t++)
			if (s->filter[i].term[t].filter_id == filter_id && s->filter[i].term[t].term_id == term_id)
				return &s->filter[i].term[t];
	return NULL;
}

static void
filter_fields(struct json *j, const struct snapshot *s, const struct event_frame *f)
{
	const struct filter_term *term = term_of(s, f->record.filter_id, f->record.term_id);
	json_number(j, "filter_id", f->record.filter_id);
	json_number(j, "term_id", f->record.term_id);
	text_if(j, "filter", term ? term->filter_name : NULL);
	text_if(j, "term", term ? term->term_name : NULL);
	json_text(j, "filter_source", filter_log_source_text(f->record.filter_log_source));
	json_text(j, "answer", filter_answer_text(f->extension.filter_answer));
}

/* nat_fields: only what a rule translates. */
static void
nat_fields(struct json *j, const struct event_frame *f)
{
	const struct event_record *e = &f->record;
	const struct event_extension *x = &f->extension;
	uint8_t family = e->nat_address_family ? e->nat_address_family : e->address_family;
	if (x->source_nat_rule_id != 0) {
		json_address(j, "nat_source", family, e->nat_source_address);
		json_number(j, "nat_source_port", ntohs(e->nat_source_port));
		json_number(j, "source_nat_rule_id", x->source_nat_rule_id);
	}
	if (x->destination_nat_rule_id != 0) {
		json_address(j, "nat_destination", family, e->nat_destination_address);
		json_number(j, "nat_destination_port", ntohs(e->nat_destination_port));
		json_number(j, "destination_nat_rule_id", x->destination_nat_rule_id);
	}
}

void
report_event(struct report *r, const struct event_frame *f)
{
	const struct snapshot *s = r->snapshot;
	const struct event_record *e = &f->record;
	const struct event_extension *x = &f->extension;
	struct json *j = &r->events;
	json_open(j, NULL, '{');
	json_text(j, "event", event_type_text(e->event_type));
	json_number(j, "time_ns", e->timestamp_ns);
	json_number(j, "generation", f->header.generation);
	json_text(j, "action", action_text(e->action));
	json_address(j, "source", e->address_family, e->source_address);
	json_address(j, "destination", e->address_family, e->destination_address);
	json_number(j, "protocol", e->protocol);
	json_number(j, "source_port", ntohs(e->source_port));
	json_number(j, "destination_port", ntohs(e->destination_port));
	if (e->event_type == EVENT_TYPE_FILTER_LOG) {
		filter_fields(j, s, f);
	} else if (e->event_type == EVENT_TYPE_SCREEN_DROP) {
		json_number(j, "screen_id", e->screen_id);
		json_text(j, "screen", screen_id_text(e->screen_id));
	} else if (e->event_type == EVENT_TYPE_LOG_SUPPRESSED) {
		json_text(j, "suppressed_kind", event_type_text(e->suppressed_kind));
		json_text(j, "suppressed_outcome", event_outcome_text((uint8_t)e->suppressed_outcome));
		json_number(j, "suppressed_rule", e->suppressed_rule);
		json_number(j, "term_id", x->term_id);
		json_number(j, "suppressed_count", x->suppressed_count);
	} else {
		json_number(j, "policy_id", e->policy_id);
		text_if(j, "policy", policy_name(s, e->policy_id));
	}
	text_if(j, "ingress_zone", zone_name(s, e->ingress_zone));
	text_if(j, "egress_zone", zone_name(s, e->egress_zone));
	text_if(j, "ingress_interface", unit_name(s, e->ingress_interface));
	text_if(j, "egress_interface", unit_name(s, x->egress_interface));
	json_number(j, "application_id", e->application_id);
	event_reason(j, e);
	if (x->session_id != 0) {
		json_number(j, "session", x->session_id);
		json_number(j, "session_created_s", e->session_created_s);
	}
	if (x->packet_length != 0) {
		json_number(j, "length", x->packet_length);
		json_number(j, "dscp", x->dscp);
		json_number(j, "tcp_flags", x->tcp_flags);
	}
	if (is_icmp(e->protocol)) {
		json_number(j, "icmp_type", x->icmp_type);
		json_number(j, "icmp_code", x->icmp_code);
	}
	nat_fields(j, f);
	json_number(j, "worker", x->worker);
	json_close(j, '}');
	json_line(j);
}

/* sum adds up one counter of all workers; `at` is its offset from the base that `row` gives for a worker. */
typedef const void *counter_base(const struct worker *w);

static const void *
worker_counters(const struct worker *w)
{
	return &w->counters;
}

static const void *
unit_rows(const struct worker *w)
{
	return w->units;
}

static const void *
filter_rows(const struct worker *w)
{
	return w->filter_counters;
}

/* What each policer dropped. */
static const void *
policer_rows(const struct worker *w)
{
	return w->policer_drops;
}

static const void *
policy_rows(const struct worker *w)
{
	return w->policies;
}

static const void *
nat_rows(const struct worker *w)
{
	return w->nat_rules;
}

static const void *
screen_rows(const struct worker *w)
{
	return w->screens;
}

struct counted {
	const struct worker *const *worker;
	uint32_t count;
	struct json json;
};

static void
sum(struct counted *c, const char *key, counter_base *base, size_t at)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t one;
		memcpy(&one, (const uint8_t *)base(c->worker[i]) + at, sizeof one);
		n += one;
	}
	if (n > 0)
		json_number(&c->json, key, n);
}

#define SUM(c, field) sum((c), #field, worker_counters, offsetof(struct counters, field))
#define ROW(c, base, type, index, field)                                                                               \
	sum((c), #field, (base), (index) * sizeof(struct type) + offsetof(struct type, field))

void
report_counters(const struct snapshot *s, const struct worker *const *workers, uint32_t count, FILE *out)
{
	struct counted c = { .worker = workers, .count = count, .json = { .out = out } };
	struct json *j = &c.json;
	json_open(j, NULL, '{');
	SUM(&c, received_packets);
	SUM(&c, received_bytes);
	SUM(&c, forwarded_packets);
	SUM(&c, forwarded_bytes);
	SUM(&c, host_packets);
	SUM(&c, host_bytes);
	SUM(&c, sessions_opened);
	SUM(&c, sessions_closed);
	SUM(&c, sessions_aged_early);
	SUM(&c, sessions_abandoned);
	SUM(&c, icmp_errors_sent);
	SUM(&c, icmp_errors_limited);
	SUM(&c, resets_sent);
	SUM(&c, resets_limited);
	json_open(j, "drops", '{');
	for (unsigned i = 0; i < DROP_REASONS; i++)
		sum(&c, drop_reason_text(i), worker_counters, offsetof(struct counters, drop) + i * sizeof(uint64_t));
	json_close(j, '}');
	json_open(j, "units", '{');
	for (uint32_t i = 1; i < s->unit_count; i++) {
		json_open(j, s->unit[i].name, '{');
		ROW(&c, unit_rows, unit_counters, i, in_packets);
		ROW(&c, unit_rows, unit_counters, i, in_bytes);
		ROW(&c, unit_rows, unit_counters, i, out_packets);
		ROW(&c, unit_rows, unit_counters, i, out_bytes);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_open(j, "policies", '{');
	for (uint32_t i = 0; i < s->counter_count; i++) {
		json_open(j, s->counter_name[i], '{');
		ROW(&c, policy_rows, policy_counters, i, hits);
		ROW(&c, policy_rows, policy_counters, i, packets);
		ROW(&c, policy_rows, policy_counters, i, bytes);
		ROW(&c, policy_rows, policy_counters, i, sessions);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_open(j, "screens", '{');
	for (uint32_t i = 1; i < s->zone_count; i++) {
		json_open(j, s->zone[i].name, '{');
		for (unsigned id = 0; id < SCREENS; id++) {
			char name[8];
			snprintf(name, sizeof name, "%u", id);
			sum(&c, name, screen_rows, i * sizeof(struct screen_counters) + id * sizeof(uint64_t));
		}
		json_close(j, '}');
	}
	json_close(j, '}');
	json_open(j, "filters", '{');
	for (uint32_t i = 0; i < s->filter_counter_count; i++) {
		json_open(j, s->filter_counter_name[i], '{');
		ROW(&c, filter_rows, filter_counter, i, packets);
		ROW(&c, filter_rows, filter_counter, i, bytes);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_open(j, "policers", '{');
	for (uint32_t i = 0; i < s->policer_count; i++) {
		json_open(j, s->policer[i].name, '{');
		ROW(&c, policer_rows, filter_counter, i, packets);
		ROW(&c, policer_rows, filter_counter, i, bytes);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_open(j, "nat", '{');
	for (uint32_t i = 0; s->nat && i < s->nat->rule_count; i++) {
		json_open(j, s->nat->rule[i].name, '{');
		ROW(&c, nat_rows, nat_counters, i, hits);
		ROW(&c, nat_rows, nat_counters, i, failures);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_close(j, '}');
	json_line(j);
}
