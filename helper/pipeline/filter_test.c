/* filter_test.c: what filters do to packets, and what is said about it: on the first packet of a flow and on later ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "filter/filter.h"
#include "pipeline/fixture.h"

enum { ICMP_ADMINISTRATIVE = 13, ICMP6_ADMINISTRATIVE = 1 };

static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 12
};
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 12 };
static const struct shape syn4 = { .source = "10.0.1.2",
				   .destination = "10.0.2.2",
				   .source_port = 40000,
				   .destination_port = 80,
				   .protocol = PROTOCOL_TCP,
				   .tcp_flags = TCP_SYN,
				   .sequence = 1000 };

/* A firewall that permits everything from trust, with neighbours on all sides. */
static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(1024);
	fixture_rule(f, 0, 0, ACTION_PERMIT, fixture_any())->log_init = false;
	f->rule[0][0].log_close = false;
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 1, "2001:db8:1::2");
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	fixture_neighbour(f, 3, "10.0.3.2");
	return f;
}

static void
assert_log(struct fixture *f, const struct filter_term *term, enum filter_log_source source, enum action action,
	   enum filter_answer answer)
{
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, EVENT_TYPE_FILTER_LOG);
	assert_int_equal(e->record.filter_id, term->filter_id);
	assert_int_equal(e->record.term_id, term->term_id);
	assert_int_equal(e->extension.term_id, term->term_id);
	assert_int_equal(e->record.filter_log_source, source);
	assert_int_equal(e->record.action, action);
	assert_int_equal(e->extension.filter_answer, answer);
	assert_int_equal(e->header.generation, f->snapshot.generation);
	assert_int_equal(e->record.timestamp_ns, f->worker->wall_ns);
}

static void
assert_counter(struct fixture *f, uint32_t counter, uint64_t packets, uint64_t bytes)
{
	assert_int_equal(f->worker->filter_counters[counter].packets, packets);
	assert_int_equal(f->worker->filter_counters[counter].bytes, bytes);
}

static struct filter_term *
logging(struct filter_term *t)
{
	t->log = true;
	return t;
}

static struct filter_term *
counting(struct filter_term *t, uint32_t counter)
{
	t->counter = counter;
	return t;
}

static struct filter_term *
only_ttl(struct filter_term *t, uint8_t ttl)
{
	t->conditions |= FILTER_TTL;
	octet_set_add(&t->ttls, ttl);
	return t;
}

static void
an_accepted_packet_is_logged_as_permit_first_and_cached(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = counting(logging(fixture_term(f, in, FILTER_ACCEPT)), 0);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
		assert_int_equal(f->out_count, 1);
		assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
		assert_null(fixture_event(f));
		assert_counter(f, 0, i + 1, (i + 1) * 40);
	}
	fixture_free(f);
}

static void
every_field_of_a_filter_log_is_the_packets(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET6);
	logging(fixture_term(f, in, FILTER_ACCEPT));
	f->unit[1].filter_input6 = in;
	fixture_commit(f);
	uint8_t family;
	struct address source = fixture_address(dns6.source, &family),
		       destination = fixture_address(dns6.destination, &family);
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, dns6);
		const struct event_frame *e = fixture_event(f);
		assert_memory_equal(e->record.source_address, source.byte, 16);
		assert_memory_equal(e->record.destination_address, destination.byte, 16);
		assert_int_equal(ntohs(e->record.source_port), 40000);
		assert_int_equal(ntohs(e->record.destination_port), 53);
		assert_int_equal(e->record.protocol, PROTOCOL_UDP);
		assert_int_equal(e->record.address_family, ADDRESS_FAMILY_INET6);
		assert_int_equal(e->record.ingress_zone, TRUST);
		assert_int_equal(e->record.egress_zone, UNTRUST);
		assert_int_equal(e->record.ingress_interface, 1);
		assert_int_equal(e->extension.egress_interface, 2);
		assert_int_equal(e->extension.packet_length, 60);
		assert_int_equal(e->extension.session_id, f->packet.session->id);
		assert_int_equal(e->record.session_created_s, FIXTURE_START_S);
	}
	fixture_free(f);
}

static void
discard_ends_a_packet_before_anything_else_sees_it(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = counting(logging(fixture_term(f, in, FILTER_DISCARD)), 0);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_DISCARD);
		assert_int_equal(f->out_count, 0);
		assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_NONE);
		assert_null(fixture_event(f));
	}
	assert_counter(f, 0, 2, 80);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	assert_int_equal(f->worker->policies[1].hits, 0);
	fixture_free(f);
}

static void
what_no_term_matches_is_discarded_without_a_line(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	only_ttl(logging(fixture_term(f, in, FILTER_ACCEPT)), 7);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_DISCARD);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
a_filter_of_one_family_leaves_the_other_alone(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, in, FILTER_DISCARD);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns6), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	fixture_free(f);
}

static void
reject_tells_the_sender_and_the_line_says_so(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET), in6 = fixture_filter(f, ADDRESS_FAMILY_INET6);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_REJECT));
	struct filter_term *t6 = logging(fixture_term(f, in6, FILTER_REJECT));
	t->reject_code = ICMP_ADMINISTRATIVE;
	t6->reject_code = ICMP6_ADMINISTRATIVE;
	f->unit[1].filter_input = in;
	f->unit[1].filter_input6 = in6;
	fixture_commit(f);

	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_REJECT);
	assert_int_equal(f->out_count, 1);
	struct packet error = fixture_parse(&f->out[0]);
	assert_int_equal(f->out[0].port, 0);
	assert_int_equal(error.icmp_type, ICMP_UNREACHABLE);
	assert_int_equal(error.icmp_code, ICMP_ADMINISTRATIVE);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_REJECT, FILTER_ANSWER_SENT);

	fixture_send(f, dns6);
	error = fixture_parse(&f->out[0]);
	assert_int_equal(error.icmp_type, ICMP6_UNREACHABLE);
	assert_int_equal(error.icmp_code, ICMP6_ADMINISTRATIVE);
	assert_log(f, t6, FILTER_LOG_SOURCE_INPUT, ACTION_REJECT, FILTER_ANSWER_SENT);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
a_reject_that_could_not_answer_is_a_deny(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_REJECT));
	struct shape error = { .source = "10.0.1.2",
			       .destination = "10.0.2.2",
			       .protocol = PROTOCOL_ICMP,
			       .icmp_type = ICMP_UNREACHABLE,
			       .payload = 28 };
	t->reject_code = ICMP_ADMINISTRATIVE;
	f->unit[1].filter_input = in;
	f->snapshot.settings.icmp_error_rate = 1;
	f->snapshot.settings.icmp_error_burst = 1;
	fixture_commit(f);
	fixture_send(f, dns4);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_REJECT, FILTER_ANSWER_SENT);
	fixture_send(f, dns4);
	assert_int_equal(f->out_count, 0);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_LIMITED);
	fixture_send(f, error); /* RFC 1122 3.2.2: no error about an error */
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_SILENT);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
tcp_reset_resets_tcp_and_tells_nobody_else(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_REJECT));
	t->reject_code = FILTER_TCP_RESET;
	f->unit[1].filter_input = in;
	fixture_commit(f);
	fixture_send(f, syn4);
	assert_int_equal(f->out_count, 1);
	struct packet reset = fixture_parse(&f->out[0]);
	assert_int_equal(reset.tcp_flags, TCP_RST | TCP_ACK);
	assert_int_equal(reset.tcp_acknowledgment, 1001);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_REJECT, FILTER_ANSWER_SENT);
	fixture_send(f, dns4);
	assert_int_equal(f->out_count, 0);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_NONE);
	fixture_free(f);
}

static void
what_a_filter_accepts_and_policy_denies_is_no_permit(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	logging(fixture_term(f, in, FILTER_ACCEPT));
	f->unit[1].filter_input = in;
	f->rule[0][0].action = ACTION_DENY;
	f->rule[0][0].log_init = true;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	const struct event_frame *e = fixture_event(f);
	assert_int_equal(e->record.event_type, EVENT_TYPE_POLICY_DENY);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
an_output_filter_logs_live_then_cached_behind_the_input_filter(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET), out = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *a = logging(fixture_term(f, in, FILTER_ACCEPT));
	struct filter_term *b = counting(logging(fixture_term(f, out, FILTER_ACCEPT)), 1);
	f->unit[1].filter_input = in;
	f->unit[2].filter_output = out;
	fixture_commit(f);
	fixture_send(f, dns4);
	assert_log(f, a, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	assert_log(f, b, FILTER_LOG_SOURCE_OUTPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, dns4);
		assert_log(f, a, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
		assert_log(f, b, FILTER_LOG_SOURCE_CACHED_OUTPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	}
	assert_null(fixture_event(f));
	assert_counter(f, 1, 3, 120);
	fixture_free(f);
}

static void
an_output_filter_ends_first_packets_and_later_ones(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t out = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *low = only_ttl(logging(fixture_term(f, out, FILTER_DISCARD)), 9);
	fixture_term(f, out, FILTER_ACCEPT);
	f->unit[2].filter_output = out;
	fixture_commit(f);
	struct shape bad = dns4;
	bad.ttl = 9;
	assert_int_equal(fixture_send(f, bad), VERDICT_DROP);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	assert_log(f, low, FILTER_LOG_SOURCE_OUTPUT, ACTION_DENY, FILTER_ANSWER_NONE);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, bad), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_DISCARD);
	assert_int_equal(f->out_count, 0);
	assert_log(f, low, FILTER_LOG_SOURCE_OUTPUT, ACTION_DENY, FILTER_ANSWER_NONE);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
per_packet_conditions_are_asked_of_every_packet_and_others_of_none(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET), out = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *nine = counting(only_ttl(fixture_term(f, in, FILTER_DISCARD), 9), 0);
	struct filter_term *rest = counting(fixture_term(f, in, FILTER_ACCEPT), 1);
	counting(fixture_term(f, out, FILTER_ACCEPT), 2);
	f->unit[1].filter_input = in;
	f->unit[2].filter_output = out;
	fixture_commit(f);
	struct shape bad = dns4;
	bad.ttl = 9;
	fixture_send(f, dns4);
	assert_int_equal(f->packet.session->marks[0].input_memo, FILTER_MEMO_LIVE);
	assert_int_not_equal(f->packet.session->marks[0].output_memo, FILTER_MEMO_LIVE);
	assert_int_not_equal(f->packet.session->marks[0].output_memo, FILTER_MEMO_NONE);
	assert_int_equal(fixture_send(f, bad), VERDICT_DROP);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_counter(f, nine->counter, 1, 40);
	assert_counter(f, rest->counter, 2, 80);
	assert_counter(f, 2, 2, 80);
	fixture_free(f);
}

static void
all_matching_terms_of_a_chain_count_and_log_cached_or_not(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		struct fixture *f = open_firewall();
		uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
		struct filter_term *a = counting(logging(fixture_term(f, in, FILTER_NEXT)), 0);
		counting(fixture_term(f, in, FILTER_NEXT), 1);
		struct filter_term *c = counting(logging(fixture_term(f, in, FILTER_ACCEPT)), 0);
		f->unit[1].filter_input = in;
		f->worker->memo_off = off;
		fixture_commit(f);
		for (unsigned i = 0; i < 3; i++) {
			fixture_send(f, dns4);
			assert_log(f, a, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
			assert_log(f, c, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
			assert_null(fixture_event(f));
		}
		assert_counter(f, 0, 6, 240);
		assert_counter(f, 1, 3, 120);
		fixture_free(f);
	}
}

static void
a_discard_behind_a_logging_term_makes_its_line_a_deny(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *a = logging(fixture_term(f, in, FILTER_NEXT));
	fixture_term(f, in, FILTER_DISCARD);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	fixture_send(f, dns4);
	assert_log(f, a, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_NONE);
	assert_null(fixture_event(f));
	fixture_free(f);
}

/* The dmz as a second instance, with a way to untrust's network of its own. */
static void
second_instance(struct fixture *f)
{
	f->unit[3].instance = 1;
	f->snapshot.instance_count = 2;
	fixture_route(f, "10.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.3.2");
	f->route[0].instance = 1;
	f->route[0].group.hop[0].unit = 3;
}

static void
a_routing_instance_term_sends_the_packet_there_and_logs_once_as_pbr(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_ACCEPT));
	t->routing_instance = 1;
	f->unit[1].filter_input = in;
	second_instance(f);
	fixture_commit(f);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, 2);
		assert_int_equal(f->packet.egress_unit, 3);
		assert_log(f, t, FILTER_LOG_SOURCE_PBR, ACTION_PERMIT, FILTER_ANSWER_NONE);
		assert_null(fixture_event(f));
	}
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	fixture_free(f);
}

static void
one_flow_goes_two_ways_where_a_term_looks_at_each_packet(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		struct fixture *f = open_firewall();
		uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
		struct filter_term *t = counting(logging(only_ttl(fixture_term(f, in, FILTER_ACCEPT), 9)), 0);
		counting(fixture_term(f, in, FILTER_ACCEPT), 1);
		t->routing_instance = 1;
		f->unit[1].filter_input = in;
		f->worker->memo_off = off;
		second_instance(f);
		fixture_commit(f);
		struct shape other = dns4;
		other.ttl = 9;
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
			assert_int_equal(f->out[0].port, 1);
			assert_null(fixture_event(f));
			assert_int_equal(fixture_send(f, other), VERDICT_FORWARD);
			assert_int_equal(f->out[0].port, 2);
			assert_log(f, t, FILTER_LOG_SOURCE_PBR, ACTION_PERMIT, FILTER_ANSWER_NONE);
			assert_null(fixture_event(f));
		}
		assert_counter(f, 0, 3, 120);
		assert_counter(f, 1, 3, 120);
		fixture_free(f);
	}
}

static void
next_table_leads_to_the_routes_of_another_instance(void **state)
{
	struct fixture *f = open_firewall();
	second_instance(f);
	f->route[0].prefix = fixture_address("192.0.2.0", &f->route[0].family);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_TABLE, NULL);
	f->route[1].group.hop[0].unit = 1;
	fixture_route(f, "198.51.100.0", 24, NEXT_HOP_TABLE, NULL);
	f->route[2].group.hop[0].unit = 0; /* leads to itself */
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "192.0.2.9";
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out[0].port, 2);
	s.destination = "198.51.100.9";
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_NO_ROUTE);
	fixture_free(f);
}

static void
the_lo0_filter_decides_what_reaches_this_host(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t lo = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *deny = only_ttl(logging(fixture_term(f, lo, FILTER_DISCARD)), 9);
	struct filter_term *reject = only_ttl(logging(fixture_term(f, lo, FILTER_REJECT)), 10);
	struct filter_term *accept = counting(logging(fixture_term(f, lo, FILTER_ACCEPT)), 0);
	reject->reject_code = ICMP_ADMINISTRATIVE;
	f->instance[0].filter_host = lo;
	f->service[TRUST][0] =
	    (struct host_service){ .protocol = PROTOCOL_UDP, .port_low = 53, .port_high = 53, .icmp_type = -1 };
	f->zone[TRUST].host_service_count = 1;
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "10.0.1.1";
	assert_int_equal(fixture_send(f, s), VERDICT_HOST);
	assert_log(f, accept, FILTER_LOG_SOURCE_LO0, ACTION_PERMIT, FILTER_ANSWER_NONE);
	s.ttl = 9;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->out_count, 0);
	assert_log(f, deny, FILTER_LOG_SOURCE_LO0, ACTION_DENY, FILTER_ANSWER_NONE);
	s.ttl = 10;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	struct packet error = fixture_parse(&f->out[0]);
	assert_int_equal(error.icmp_code, ICMP_ADMINISTRATIVE);
	assert_log(f, reject, FILTER_LOG_SOURCE_LO0, ACTION_REJECT, FILTER_ANSWER_SENT);
	/* what host-inbound-traffic refuses never meets it, what passes through neither */
	s.ttl = 64;
	s.destination_port = 54;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(fixture_event(f)->record.event_type, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_null(fixture_event(f));
	assert_counter(f, 0, 1, 40);
	fixture_free(f);
}

static void
a_packet_that_waits_is_counted_once_and_logged_when_it_goes(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET), out = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *a = counting(logging(fixture_term(f, in, FILTER_ACCEPT)), 0);
	struct filter_term *b = counting(logging(fixture_term(f, out, FILTER_ACCEPT)), 1);
	f->unit[1].filter_input = in;
	f->unit[2].filter_output = out;
	fixture_commit(f);
	struct shape cold = dns4;
	cold.destination = "10.0.2.77";
	assert_int_equal(fixture_send(f, cold), VERDICT_WAIT);
	assert_null(fixture_event(f));
	assert_counter(f, 0, 1, 40);
	assert_counter(f, 1, 0, 0);
	fixture_neighbour(f, 2, "10.0.2.77");
	fixture_housekeep(f, 1000000);
	assert_int_equal(f->out_count, 1);
	assert_log(f, a, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	assert_log(f, b, FILTER_LOG_SOURCE_OUTPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	assert_null(fixture_event(f));
	assert_counter(f, 0, 1, 40);
	assert_counter(f, 1, 1, 40);
	fixture_free(f);
}

static void
a_session_ends_with_the_waiting_packet_that_a_new_filter_discards(void **state)
{
	for (unsigned fragment = 0; fragment < 2; fragment++) {
		struct fixture *f = open_firewall();
		uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
		struct filter_term *t = logging(fixture_term(f, in, FILTER_ACCEPT));
		f->unit[1].filter_input = in;
		fixture_commit(f);
		struct shape cold = dns4;
		cold.destination = "10.0.2.77";
		cold.payload = 16;
		cold.more_fragments = fragment;
		assert_int_equal(fixture_send(f, cold), VERDICT_WAIT);
		assert_int_equal(flow_table_used(f->worker->flows), 1);
		t->action = FILTER_DISCARD;
		fixture_commit(f);
		fixture_neighbour(f, 2, "10.0.2.77");
		fixture_housekeep(f, 1000000);
		assert_int_equal(f->out_count, 0);
		assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_NONE);
		assert_null(fixture_event(f));
		assert_int_equal(flow_table_used(f->worker->flows), 0);
		assert_int_equal(f->worker->counters.sessions_abandoned, 1);
		fixture_free(f);
	}
}

static void
a_packet_whose_neighbour_never_answers_is_no_permit(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	logging(fixture_term(f, in, FILTER_ACCEPT));
	f->unit[1].filter_input = in;
	fixture_commit(f);
	struct shape cold = dns4;
	cold.destination = "10.0.2.77";
	fixture_send(f, cold);
	fixture_housekeep(f, 4000000000ull);
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->counters.drop[DROP_REASON_NEIGHBOUR_UNRESOLVED], 1);
	fixture_free(f);
}

static void
a_commit_has_every_flow_judged_by_the_new_filter(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_ACCEPT));
	f->unit[1].filter_input = in;
	fixture_commit(f);
	fixture_send(f, dns4);
	fixture_event(f);
	t->action = FILTER_DISCARD;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_DENY, FILTER_ANSWER_NONE);
	t->action = FILTER_ACCEPT;
	t->term_id = 77;
	fixture_commit(f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
		assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	}
	fixture_free(f);
}

/* Eight terms that log and go on, and one that decides and logs: the most a snapshot may have, in memory of their own. */
static struct filter_term *
nine_terms(struct fixture *f, uint16_t filter, enum filter_action action)
{
	enum { TERMS = 9 };
	struct filter_term *t = calloc(TERMS, sizeof *t);
	for (uint32_t i = 0; i < TERMS; i++) {
		f->filter[filter].term_count = 0;
		t[i] = *logging(fixture_term(f, filter, i < TERMS - 1 ? FILTER_NEXT : action));
		t[i].term_id = i + 1;
	}
	f->filter[filter].term = t;
	f->filter[filter].term_count = TERMS;
	return t;
}

static void
assert_nine_logs(struct fixture *f, const struct filter_term *t, enum action action)
{
	for (unsigned i = 0; i < 9; i++)
		assert_log(f, &t[i], FILTER_LOG_SOURCE_INPUT, action, FILTER_ANSWER_NONE);
	assert_null(fixture_event(f));
}

static void
as_many_terms_log_as_a_snapshot_may_have(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = nine_terms(f, in, FILTER_ACCEPT);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
		assert_nine_logs(f, t, ACTION_PERMIT);
	}
	t[8].action = FILTER_DISCARD;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_nine_logs(f, t, ACTION_DENY);
	fixture_free(f);
	free(t);
}

/* The terms of a former snapshot are gone: neither flows nor packets that wait may know them. */
static void
nothing_remembers_the_terms_of_a_former_snapshot(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *former = calloc(1, sizeof *former), *term = logging(fixture_term(f, in, FILTER_ACCEPT));
	struct shape cold = dns4;
	cold.destination = "10.0.2.77";
	*former = *term;
	f->filter[in].term = former;
	f->unit[1].filter_input = in;
	fixture_commit(f);
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, dns4);
		assert_log(f, former, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	}
	assert_int_equal(fixture_send(f, cold), VERDICT_WAIT);
	f->filter[in].term = term;
	term->term_id = 77;
	fixture_commit(f);
	free(former);

	fixture_neighbour(f, 2, "10.0.2.77");
	fixture_housekeep(f, 1000000);
	assert_int_equal(f->out_count, 1);
	assert_log(f, term, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_log(f, term, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
replies_meet_the_filters_of_their_own_direction(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *t = logging(fixture_term(f, in, FILTER_ACCEPT));
	f->unit[2].filter_input = in;
	fixture_commit(f);
	fixture_send(f, dns4);
	assert_null(fixture_event(f));
	struct shape reply = { .source = dns4.destination,
			       .destination = dns4.source,
			       .source_port = dns4.destination_port,
			       .destination_port = dns4.source_port,
			       .payload = 12,
			       .unit = 2 };
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, reply), VERDICT_FORWARD);
		assert_int_equal(f->packet.direction, 1);
		assert_log(f, t, FILTER_LOG_SOURCE_INPUT, ACTION_PERMIT, FILTER_ANSWER_NONE);
	}
	fixture_free(f);
}

static void
a_later_fragment_has_no_ports_and_teaches_its_flow_nothing(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	static const struct number_range dns = { 53, 53 };
	struct filter_term *port = counting(fixture_term(f, in, FILTER_ACCEPT), 0);
	port->destination_ports = (struct number_ranges){ .count = 1, .range = &dns };
	counting(fixture_term(f, in, FILTER_ACCEPT), 1);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	struct shape first = dns4, later = dns4;
	first.more_fragments = true;
	first.payload = 16;
	later.fragment_offset = 24;
	later.payload = 8;
	fixture_send(f, first);
	fixture_send(f, later);
	fixture_send(f, dns4);
	fixture_send(f, dns4);
	assert_int_equal(f->worker->filter_counters[0].packets, 3);
	assert_int_equal(f->worker->filter_counters[1].packets, 1);
	fixture_free(f);
}

static void
counters_keep_their_values_over_a_commit_by_their_names(void **state)
{
	struct fixture *f = open_firewall();
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	counting(fixture_term(f, in, FILTER_ACCEPT), 1);
	f->unit[1].filter_input = in;
	fixture_commit(f);
	fixture_send(f, dns4);
	fixture_send(f, dns4);
	assert_counter(f, 1, 2, 80);
	/* The worker compares the names of two snapshots: the new one is another object. */
	struct snapshot next = f->snapshot;
	const char *moved[] = { f->filter_counter_name[1], "another" };
	next.filter_counter_name = moved;
	next.filter_counter_count = 2;
	worker_snapshot(f->worker, &next);
	assert_counter(f, 0, 2, 80);
	assert_counter(f, 1, 0, 0);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_packet_is_logged_as_permit_first_and_cached),
		cmocka_unit_test(every_field_of_a_filter_log_is_the_packets),
		cmocka_unit_test(discard_ends_a_packet_before_anything_else_sees_it),
		cmocka_unit_test(what_no_term_matches_is_discarded_without_a_line),
		cmocka_unit_test(a_filter_of_one_family_leaves_the_other_alone),
		cmocka_unit_test(reject_tells_the_sender_and_the_line_says_so),
		cmocka_unit_test(a_reject_that_could_not_answer_is_a_deny),
		cmocka_unit_test(tcp_reset_resets_tcp_and_tells_nobody_else),
		cmocka_unit_test(what_a_filter_accepts_and_policy_denies_is_no_permit),
		cmocka_unit_test(an_output_filter_logs_live_then_cached_behind_the_input_filter),
		cmocka_unit_test(an_output_filter_ends_first_packets_and_later_ones),
		cmocka_unit_test(per_packet_conditions_are_asked_of_every_packet_and_others_of_none),
		cmocka_unit_test(all_matching_terms_of_a_chain_count_and_log_cached_or_not),
		cmocka_unit_test(a_discard_behind_a_logging_term_makes_its_line_a_deny),
		cmocka_unit_test(a_routing_instance_term_sends_the_packet_there_and_logs_once_as_pbr),
		cmocka_unit_test(one_flow_goes_two_ways_where_a_term_looks_at_each_packet),
		cmocka_unit_test(next_table_leads_to_the_routes_of_another_instance),
		cmocka_unit_test(the_lo0_filter_decides_what_reaches_this_host),
		cmocka_unit_test(a_packet_that_waits_is_counted_once_and_logged_when_it_goes),
		cmocka_unit_test(a_session_ends_with_the_waiting_packet_that_a_new_filter_discards),
		cmocka_unit_test(a_packet_whose_neighbour_never_answers_is_no_permit),
		cmocka_unit_test(a_commit_has_every_flow_judged_by_the_new_filter),
		cmocka_unit_test(as_many_terms_log_as_a_snapshot_may_have),
		cmocka_unit_test(nothing_remembers_the_terms_of_a_former_snapshot),
		cmocka_unit_test(replies_meet_the_filters_of_their_own_direction),
		cmocka_unit_test(a_later_fragment_has_no_ports_and_teaches_its_flow_nothing),
		cmocka_unit_test(counters_keep_their_values_over_a_commit_by_their_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
