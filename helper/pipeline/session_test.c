/* session_test.c: how sessions begin, live through commits, and end; and what the log says of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"

#define SECOND 1000000000ull

static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 20
};
static const struct shape dns4_reply = { .source = "10.0.2.2",
					 .destination = "10.0.1.2",
					 .source_port = 53,
					 .destination_port = 40000,
					 .payload = 30,
					 .unit = 2 };

static struct shape
client(uint8_t flags, uint32_t sequence, uint32_t acknowledgment, uint16_t payload)
{
	return (struct shape){ .source = "10.0.1.2",
			       .destination = "10.0.2.2",
			       .source_port = 40000,
			       .destination_port = 80,
			       .protocol = PROTOCOL_TCP,
			       .tcp_flags = flags,
			       .sequence = sequence,
			       .acknowledgment = acknowledgment,
			       .payload = payload };
}

static struct shape
server(uint8_t flags, uint32_t sequence, uint32_t acknowledgment, uint16_t payload)
{
	return (struct shape){ .source = "10.0.2.2",
			       .destination = "10.0.1.2",
			       .source_port = 80,
			       .destination_port = 40000,
			       .protocol = PROTOCOL_TCP,
			       .tcp_flags = flags,
			       .sequence = sequence,
			       .acknowledgment = acknowledgment,
			       .payload = payload,
			       .unit = 2 };
}

static struct shape
echo(bool inet6, bool request, uint16_t id)
{
	struct shape s = { .source = inet6 ? "2001:db8:1::2" : "10.0.1.2",
			   .destination = inet6 ? "2001:db8:2::2" : "10.0.2.2",
			   .protocol = inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP,
			   .icmp_type = inet6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO_REQUEST,
			   .icmp_id = id,
			   .icmp_sequence = 3,
			   .payload = 56 };
	if (request)
		return s;
	const char *source = s.source;
	s.source = s.destination;
	s.destination = source;
	s.icmp_type = inet6 ? ICMP6_ECHO_REPLY : ICMP_ECHO_REPLY;
	s.unit = 2;
	return s;
}

static struct policy_rule *permit;

static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(64);
	permit = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 1, "2001:db8:1::2");
	return f;
}

static void
handshake(struct fixture *f)
{
	assert_int_equal(fixture_send(f, client(TCP_SYN, 1000, 0, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, server(TCP_SYN | TCP_ACK, 5000, 1001, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 0)), VERDICT_FORWARD);
}

static struct event_frame
next_event(struct fixture *f, enum event_type type)
{
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, type);
	return *e;
}

static void
a_tcp_connection_is_logged_with_exact_counts(void **state)
{
	struct fixture *f = open_firewall();
	f->applications[80] = 17;
	handshake(f);
	fixture_send(f, client(TCP_ACK | TCP_PSH, 1001, 5001, 100));
	fixture_send(f, server(TCP_ACK, 5001, 1101, 700));
	f->worker->wall_ns += 7 * SECOND;
	fixture_send(f, client(TCP_FIN | TCP_ACK, 1101, 5701, 0));
	fixture_send(f, server(TCP_FIN | TCP_ACK, 5701, 1102, 0));
	fixture_send(f, client(TCP_ACK, 1102, 5702, 0));
	assert_int_equal(f->packet.verdict, VERDICT_FORWARD);

	struct event_frame open = next_event(f, EVENT_TYPE_SESSION_OPEN);
	assert_null(fixture_event(f));
	fixture_housekeep(f, 10 * SECOND);
	struct event_frame close = next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_null(fixture_event(f));
	assert_int_equal(flow_table_used(f->worker->flows), 0);

	assert_int_equal(open.record.action, ACTION_PERMIT);
	assert_int_equal(open.record.policy_id, permit->policy_id);
	assert_int_equal(open.record.ingress_zone, TRUST);
	assert_int_equal(open.record.egress_zone, UNTRUST);
	assert_int_equal(open.record.ingress_interface, 1);
	assert_int_equal(open.extension.egress_interface, 2);
	assert_int_equal(open.record.application_id, 17);
	assert_int_equal(open.record.session_created_s, FIXTURE_START_S);
	assert_int_equal(open.record.timestamp_ns, FIXTURE_START_S * SECOND);
	assert_true(open.extension.session_id > 0);
	assert_int_equal(close.extension.session_id, open.extension.session_id);
	assert_int_equal(close.record.policy_id, permit->policy_id);
	assert_int_equal(close.record.close_reason, CLOSE_REASON_TCP_FIN);
	assert_int_equal(close.record.session_created_s, FIXTURE_START_S);
	assert_int_equal(close.record.timestamp_ns, (FIXTURE_START_S + 17) * SECOND);
	assert_int_equal(close.record.client_packets, 5);
	assert_int_equal(close.record.client_bytes, 5 * 40 + 100);
	assert_int_equal(close.record.server_packets, 3);
	assert_int_equal(close.record.server_bytes, 3 * 40 + 700);
	assert_int_equal(ntohs(close.record.source_port), 40000);
	assert_int_equal(ntohs(close.record.destination_port), 80);
	assert_int_equal(f->worker->counters.sessions_opened, 1);
	assert_int_equal(f->worker->counters.sessions_closed, 1);
	fixture_free(f);
}

static void
open_and_close_are_logged_only_where_asked(void **state)
{
	struct fixture *f = open_firewall();
	permit->log_init = false;
	fixture_send(f, dns4);
	assert_null(fixture_event(f));
	fixture_housekeep(f, 62 * SECOND);
	next_event(f, EVENT_TYPE_SESSION_CLOSE);
	permit->log_init = true;
	permit->log_close = false;
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 62 * SECOND);
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->counters.sessions_closed, 2);
	fixture_free(f);
}

static void
session_ids_never_repeat(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	f->worker->index = 5;
	fixture_send(f, s);
	uint64_t first = next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id;
	s.source_port++;
	fixture_send(f, s);
	uint64_t second = next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id;
	assert_int_equal(first, ((FIXTURE_START_S - 1735689600ull) << 19) << 5 | 5);
	assert_int_equal(second, first + 32);
	assert_true(second < 1ull << 53);
	fixture_free(f);
}

static void
sessions_end_after_their_protocols_timeout(void **state)
{
	struct fixture *f = open_firewall();
	struct shape ask = dns4, reply = dns4_reply;
	ask.destination_port = reply.source_port = 500;
	fixture_send(f, ask);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 59 * SECOND);
	assert_null(fixture_event(f));
	fixture_send(f, reply);
	fixture_housekeep(f, 59 * SECOND);
	assert_null(fixture_event(f));
	fixture_housekeep(f, 3 * SECOND);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_IDLE_TIMEOUT);

	handshake(f);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 1799 * SECOND);
	assert_null(fixture_event(f));
	fixture_housekeep(f, 3 * SECOND);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_IDLE_TIMEOUT);

	fixture_send(f, client(TCP_SYN, 1000, 0, 0));
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 23 * SECOND);
	next_event(f, EVENT_TYPE_SESSION_CLOSE);
	fixture_free(f);
}

static void
a_rules_timeout_replaces_the_protocols(void **state)
{
	struct fixture *f = open_firewall();
	permit->timeout_s = 5;
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 4 * SECOND);
	assert_null(fixture_event(f));
	fixture_housekeep(f, 3 * SECOND);
	next_event(f, EVENT_TYPE_SESSION_CLOSE);
	permit->timeout_s = 0xffffffff;
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_housekeep(f, 1000000 * SECOND);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
a_reset_closes_with_the_side_it_came_from(void **state)
{
	struct fixture *f = open_firewall();
	for (unsigned i = 0; i < 2; i++) {
		handshake(f);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		fixture_send(f, i ? server(TCP_RST, 5001, 0, 0) : client(TCP_RST, 1001, 0, 0));
		assert_int_equal(f->packet.verdict, VERDICT_FORWARD);
		assert_null(fixture_event(f));
		fixture_housekeep(f, 4 * SECOND);
		assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason,
				 i ? CLOSE_REASON_TCP_SERVER_RST : CLOSE_REASON_TCP_CLIENT_RST);
	}
	f->snapshot.settings.tcp.rst_invalidate = true;
	handshake(f);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, client(TCP_RST, 1001, 0, 0));
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.client_packets, 3);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	fixture_free(f);
}

static void
a_fin_ends_its_session_at_once_where_it_is_configured_so(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.settings.tcp.fin_invalidate = true;
	handshake(f);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(fixture_send(f, server(TCP_FIN | TCP_ACK, 5001, 1001, 0)), VERDICT_FORWARD);
	struct event_frame close = next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_int_equal(close.record.close_reason, CLOSE_REASON_TCP_FIN);
	assert_int_equal(close.record.server_packets, 2);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5002, 0)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_NO_SESSION);
	fixture_free(f);
}

static void
a_fin_before_it_was_configured_so_ends_its_session_with_the_next(void **state)
{
	struct fixture *f = open_firewall();
	handshake(f);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, client(TCP_FIN | TCP_ACK, 1001, 5001, 0));
	f->snapshot.settings.tcp.fin_invalidate = true;
	fixture_send(f, server(TCP_ACK, 5001, 1002, 0));
	assert_null(fixture_event(f));
	fixture_send(f, server(TCP_FIN | TCP_ACK, 5001, 1002, 0));
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_TCP_FIN);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	fixture_free(f);
}

static void
a_finished_session_stays_as_long_as_time_wait_state_says(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.settings.tcp_time_wait_s = 30;
	handshake(f);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, client(TCP_FIN | TCP_ACK, 1001, 5001, 0));
	fixture_send(f, server(TCP_FIN | TCP_ACK, 5001, 1002, 0));
	fixture_send(f, client(TCP_ACK, 1002, 5002, 0));
	fixture_housekeep(f, 29 * SECOND);
	assert_null(fixture_event(f));
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	fixture_housekeep(f, 3 * SECOND);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_TCP_FIN);
	fixture_free(f);
}

static void
a_new_connection_on_old_ports_ends_the_old_session(void **state)
{
	struct fixture *f = open_firewall();
	handshake(f);
	fixture_send(f, client(TCP_FIN | TCP_ACK, 1001, 5001, 0));
	fixture_send(f, server(TCP_FIN | TCP_ACK, 5001, 1002, 0));
	fixture_send(f, client(TCP_ACK, 1002, 5002, 0));
	uint64_t first = next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id;
	assert_int_equal(fixture_send(f, client(TCP_SYN, 900000, 0, 0)), VERDICT_FORWARD);
	struct event_frame close = next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_int_equal(close.extension.session_id, first);
	assert_int_equal(close.record.close_reason, CLOSE_REASON_TCP_FIN);
	assert_int_equal(close.record.client_packets, 4);
	assert_true(next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id > first);
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	fixture_free(f);
}

static void
segments_that_do_not_fit_are_dropped_under_their_reason(void **state)
{
	struct fixture *f = open_firewall();
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1, 1, 0)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_NO_SESSION);
	assert_int_equal(f->out_count, 0);
	handshake(f);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001 + 1000000, 5001, 10)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_WINDOW);
	assert_int_equal(fixture_send(f, server(TCP_SYN, 77, 0, 0)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_STATE);
	struct session *s = f->packet.session;
	assert_int_equal(s->passed[0].packets + s->passed[1].packets, 3);
	f->snapshot.settings.tcp.no_sequence_check = true;
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001 + 1000000, 5001, 10)), VERDICT_FORWARD);
	f->snapshot.settings.tcp.no_syn_check = true;
	struct shape middle = client(TCP_ACK, 1, 1, 0);
	middle.source_port = 1;
	assert_int_equal(fixture_send(f, middle), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_denied_segment_without_session_is_a_policy_matter(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = server(TCP_ACK, 1, 1, 0);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	next_event(f, EVENT_TYPE_POLICY_DENY);
	fixture_free(f);
}

static void
a_zone_with_tcp_rst_answers_segments_without_session(void **state)
{
	struct fixture *f = open_firewall();
	f->zone[TRUST].tcp_rst = true;
	assert_int_equal(fixture_send(f, client(TCP_ACK, 4242, 777, 0)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_NO_SESSION);
	assert_int_equal(f->out_count, 1);
	struct packet out = fixture_parse(&f->out[0]);
	assert_int_equal(out.tcp_flags, TCP_RST);
	assert_int_equal(out.tcp_sequence, 777);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
echo_has_a_session_for_each_identifier(void **state)
{
	struct fixture *f = open_firewall();
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		assert_int_equal(fixture_send(f, echo(inet6, true, 11)), VERDICT_FORWARD);
		struct event_frame e = next_event(f, EVENT_TYPE_SESSION_OPEN);
		assert_int_equal(ntohs(e.record.source_port), 11);
		assert_int_equal(ntohs(e.record.destination_port), 3);
		assert_int_equal(e.extension.icmp_type, inet6 ? 128 : 8);
		assert_int_equal(fixture_send(f, echo(inet6, false, 11)), VERDICT_FORWARD);
		assert_int_equal(fixture_send(f, echo(inet6, true, 12)), VERDICT_FORWARD);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		assert_int_equal(flow_table_used(f->worker->flows), 2 + 2 * inet6);
	}
	fixture_housekeep(f, 70 * SECOND);
	struct event_frame e = next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_int_equal(ntohs(e.record.destination_port), 3);
	fixture_free(f);
}

/* The identifier alone must not let the server ping the client that pinged it. */
static void
echo_replies_and_requests_do_not_pass_for_each_other(void **state)
{
	struct fixture *f = open_firewall();
	struct shape unasked = echo(false, true, 9);
	unasked.icmp_type = ICMP_ECHO_REPLY;
	assert_int_equal(fixture_send(f, unasked), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_ICMP_NO_SESSION);
	assert_int_equal(fixture_send(f, echo(false, true, 9)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, echo(false, false, 9)), VERDICT_FORWARD);
	struct shape back = echo(false, false, 9);
	back.icmp_type = ICMP_ECHO_REQUEST;
	assert_int_equal(fixture_send(f, back), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	assert_int_equal(fixture_send(f, unasked), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_ICMP_NO_SESSION);
	fixture_rule(f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	assert_int_equal(fixture_send(f, back), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_ICMP_NO_SESSION);
	fixture_free(f);
}

static struct shape
error_about(const struct fixture *f, const char *source, const char *destination, uint16_t unit)
{
	bool inet6 = strchr(source, ':') != NULL;
	return (struct shape){ .source = source,
			       .destination = destination,
			       .protocol = inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP,
			       .icmp_type = inet6 ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE,
			       .icmp_code = inet6 ? 4 : 3,
			       .unit = unit,
			       .quote = &f->out[0] };
}

static void
icmp_errors_go_with_their_session(void **state)
{
	struct fixture *f = open_firewall();
	struct shape six = dns4;
	six.source = "2001:db8:1::2";
	six.destination = "2001:db8:2::2";
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		const char *client_text = inet6 ? "2001:db8:1::2" : "10.0.1.2";
		const char *router = inet6 ? "2001:db8:2::77" : "10.0.2.77";
		fixture_send(f, inet6 ? six : dns4);
		uint64_t expires = f->worker->now_ns;
		f->worker->now_ns += SECOND;
		assert_int_equal(fixture_send(f, error_about(f, router, client_text, 2)), VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, 0);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.ttl, 63);
		assert_int_equal(ntohs(out.inner.destination_port), 53);
		const struct session *s = f->packet.session;
		assert_int_equal(f->packet.direction, 1);
		assert_int_equal(s->passed[1].packets, 0);
		assert_int_equal(s->last_ns, expires);
	}
	assert_int_equal(flow_table_used(f->worker->flows), 2);
	fixture_free(f);
}

/* What closes within three seconds of silence, and why; CLOSE_REASON_NONE: nothing does. */
static enum close_reason
closes_soon(struct fixture *f)
{
	fixture_housekeep(f, 3 * SECOND);
	const struct event_frame *e = fixture_event(f);
	if (!e)
		return CLOSE_REASON_NONE;
	assert_int_equal(e->record.event_type, EVENT_TYPE_SESSION_CLOSE);
	return (enum close_reason)e->record.close_reason;
}

static void
questions_with_all_their_answers_close_as_response_received(void **state)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct fixture *f = open_firewall();
		struct shape ask = kind == 2 ? dns4 : echo(kind, true, 7);
		struct shape reply = kind == 2 ? dns4_reply : echo(kind, false, 7);
		fixture_send(f, ask);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		fixture_send(f, ask);
		fixture_send(f, reply);
		assert_int_equal(closes_soon(f), CLOSE_REASON_NONE); /* one is still to come */
		fixture_send(f, reply);
		fixture_housekeep(f, SECOND);
		fixture_send(f, ask);
		assert_int_equal(closes_soon(f), CLOSE_REASON_NONE); /* and another one */
		fixture_send(f, reply);
		assert_int_equal(closes_soon(f), CLOSE_REASON_RESPONSE_RECEIVED);
		fixture_send(f, ask);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		fixture_housekeep(f, 62 * SECOND);
		assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason,
				 CLOSE_REASON_IDLE_TIMEOUT);
		permit->timeout_s = 30;
		fixture_send(f, ask);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		fixture_send(f, reply);
		assert_int_equal(closes_soon(f), CLOSE_REASON_NONE); /* the configuration says how long */
		fixture_housekeep(f, 30 * SECOND);
		assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason,
				 CLOSE_REASON_IDLE_TIMEOUT);
		fixture_free(f);
	}
}

static void
an_answer_that_came_twice_answers_no_question_that_comes_later(void **state)
{
	struct fixture *f = open_firewall();
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, dns4_reply);
	fixture_send(f, dns4_reply);
	fixture_send(f, dns4);
	assert_int_equal(closes_soon(f), CLOSE_REASON_NONE);
	fixture_send(f, dns4);
	fixture_send(f, dns4_reply);
	assert_int_equal(closes_soon(f), CLOSE_REASON_NONE);
	fixture_send(f, dns4_reply);
	assert_int_equal(closes_soon(f), CLOSE_REASON_RESPONSE_RECEIVED);
	fixture_free(f);
}

static void
more_open_questions_than_are_counted_leave_the_end_to_time(void **state)
{
	for (unsigned many = UNANSWERED_MANY - 1; many <= UNANSWERED_MANY; many++) {
		struct fixture *f = open_firewall();
		for (unsigned i = 0; i < many; i++)
			fixture_send(f, dns4);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		for (unsigned i = 0; i < many; i++)
			fixture_send(f, dns4_reply);
		assert_int_equal(closes_soon(f),
				 many < UNANSWERED_MANY ? CLOSE_REASON_RESPONSE_RECEIVED : CLOSE_REASON_NONE);
		fixture_free(f);
	}
}

static void
questions_and_answers_in_fragments_count_once(void **state)
{
	struct fixture *f = open_firewall();
	struct shape first = dns4_reply, later = dns4_reply, asked = dns4;
	first.payload = 24;
	first.more_fragments = true;
	later.fragment_offset = 32;
	first.fragment_id = later.fragment_id = 5;
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, dns4);
	assert_int_equal(fixture_send(f, first), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, later), VERDICT_FORWARD);
	assert_int_equal(f->packet.session->passed[1].packets, 2);
	assert_int_equal(closes_soon(f), CLOSE_REASON_NONE); /* one is still to come */
	asked.payload = 24;
	asked.more_fragments = true;
	asked.fragment_id = 6;
	assert_int_equal(fixture_send(f, asked), VERDICT_FORWARD);
	asked.more_fragments = false;
	asked.fragment_offset = 32;
	assert_int_equal(fixture_send(f, asked), VERDICT_FORWARD);
	fixture_send(f, dns4_reply);
	assert_int_equal(closes_soon(f), CLOSE_REASON_NONE);
	fixture_send(f, dns4_reply);
	assert_int_equal(closes_soon(f), CLOSE_REASON_RESPONSE_RECEIVED);
	fixture_free(f);
}

static void
other_traffic_is_not_over_with_an_answer(void **state)
{
	struct fixture *f = open_firewall();
	struct shape ask = dns4, reply = dns4_reply;
	ask.destination_port = reply.source_port = 500;
	fixture_send(f, ask);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	fixture_send(f, reply);
	assert_int_equal(closes_soon(f), CLOSE_REASON_NONE);
	fixture_free(f);
}

static void
an_unreachable_server_closes_its_session_as_icmp_error(void **state)
{
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		struct fixture *f = open_firewall();
		struct shape ask = dns4;
		if (inet6) {
			ask.source = "2001:db8:1::2";
			ask.destination = "2001:db8:2::2";
		}
		fixture_send(f, ask);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		struct shape error = error_about(f, ask.destination, ask.source, 2);
		assert_int_equal(fixture_send(f, error), VERDICT_FORWARD);
		fixture_housekeep(f, SECOND);
		assert_int_equal(fixture_send(f, ask), VERDICT_FORWARD);
		assert_int_equal(closes_soon(f), CLOSE_REASON_NONE); /* it asked again */
		for (unsigned i = 0; i < 2; i++) {                   /* there is an error for each packet */
			fixture_send(f, ask);
			error = error_about(f, ask.destination, ask.source, 2);
			assert_int_equal(fixture_send(f, error), VERDICT_FORWARD);
		}
		assert_int_equal(closes_soon(f), CLOSE_REASON_ICMP_ERROR);
		fixture_free(f);
	}
}

static void
an_icmp_error_closes_nothing_that_it_should_not(void **state)
{
	static const struct {
		uint8_t type, code;
		bool tcp, answered, to_server;
	} table[] = {
		{ ICMP_TIME_EXCEEDED, 0, false, false, false },
		{ ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, false, false, false },
		{ ICMP_UNREACHABLE, 3, true, false, false },
		{ ICMP_UNREACHABLE, 3, false, true, false },
		{ ICMP_UNREACHABLE, 3, false, true, true },
	};
	for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct fixture *f = open_firewall();
		struct shape ask = dns4, reply = dns4_reply;
		ask.destination_port = reply.source_port = 500;
		fixture_send(f, table[i].tcp ? client(TCP_SYN, 1000, 0, 0) : ask);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		if (table[i].answered)
			fixture_send(f, reply);
		if (table[i].answered && !table[i].to_server)
			fixture_send(f, ask);
		struct shape error = table[i].to_server ? error_about(f, "10.0.1.2", "10.0.2.2", 1)
							: error_about(f, "10.0.2.2", "10.0.1.2", 2);
		error.icmp_type = table[i].type;
		error.icmp_code = table[i].code;
		assert_int_equal(fixture_send(f, error), VERDICT_FORWARD);
		assert_int_equal(closes_soon(f), CLOSE_REASON_NONE);
		fixture_free(f);
	}
}

static void
icmp_errors_without_a_session_are_dropped(void **state)
{
	struct fixture *f = open_firewall();
	fixture_rule(f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	struct shape stranger = error_about(f, "10.0.2.2", "10.0.1.3", 2);
	assert_int_equal(fixture_send(f, stranger), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_ICMP_NO_SESSION);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	next_event(f, EVENT_TYPE_SESSION_CLOSE);
	struct shape s = dns4;
	fixture_receive(f, &f->packet, &s);
	struct output quoted = { .data = f->packet.data, .length = f->packet.length };
	struct shape late = error_about(f, "10.0.2.2", "10.0.1.2", 2);
	late.quote = &quoted;
	assert_int_equal(fixture_send(f, late), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_ICMP_NO_SESSION);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
a_commit_that_keeps_the_permission_keeps_the_session(void **state)
{
	struct fixture *f = open_firewall();
	handshake(f);
	uint64_t id = next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id;
	struct policy_rule *second = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	f->match[0][0].any_protocol = false;
	f->match[0][0].protocol = PROTOCOL_UDP;
	second->log_init = second->log_close = true;
	fixture_commit(f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 10)), VERDICT_FORWARD);
		assert_int_equal((f->packet.flags & PACKET_REJUDGED) != 0, i == 0);
		assert_int_equal(fixture_send(f, server(TCP_ACK, 5001, 1011, 0)), VERDICT_FORWARD);
	}
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->policies[second->counter].hits, 0);
	session_close_matching(f->worker, CLOSE_REASON_SHUTDOWN, NULL, NULL);
	struct event_frame close = next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_int_equal(close.extension.session_id, id);
	assert_int_equal(close.record.policy_id, second->policy_id);
	assert_int_equal(close.header.generation, f->snapshot.generation);
	assert_int_equal(close.record.close_reason, CLOSE_REASON_SHUTDOWN);
	fixture_free(f);
}

static void
a_commit_that_takes_the_permission_closes_the_session_with_its_next_packet(void **state)
{
	for (unsigned from_server = 0; from_server < 2; from_server++) {
		struct fixture *f = open_firewall();
		handshake(f);
		uint64_t id = next_event(f, EVENT_TYPE_SESSION_OPEN).extension.session_id;
		uint32_t opened_by = f->snapshot.generation;
		permit->action = ACTION_DENY;
		fixture_commit(f);
		assert_null(fixture_event(f));
		assert_int_equal(
		    fixture_send(f, from_server ? server(TCP_ACK, 5001, 1001, 10) : client(TCP_ACK, 1001, 5001, 10)),
		    VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_POLICY_DENY);
		struct event_frame deny = next_event(f, EVENT_TYPE_POLICY_DENY);
		assert_int_equal(deny.record.policy_id, permit->policy_id);
		struct event_frame close = next_event(f, EVENT_TYPE_SESSION_CLOSE);
		assert_int_equal(close.record.close_reason, CLOSE_REASON_POLICY_DELETE);
		assert_int_equal(close.extension.session_id, id);
		assert_int_equal(close.header.generation, opened_by);
		assert_int_equal(close.record.client_packets, 2);
		assert_int_equal(flow_table_used(f->worker->flows), 0);
		fixture_free(f);
	}
}

static void
a_rejecting_commit_resets_the_connection(void **state)
{
	struct fixture *f = open_firewall();
	handshake(f);
	permit->action = ACTION_REJECT;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 10)), VERDICT_DROP);
	struct packet out = fixture_parse(&f->out[0]);
	assert_int_equal(out.tcp_flags, TCP_RST);
	assert_int_equal(out.tcp_sequence, 5001);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	fixture_free(f);
}

/* Somebody who sends a session's addresses from elsewhere is judged for himself; the session is not his to end. */
static void
a_packet_from_the_wrong_side_neither_passes_nor_harms(void **state)
{
	struct fixture *f = open_firewall();
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	struct shape forged = dns4;
	forged.unit = 3;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, forged), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
		next_event(f, EVENT_TYPE_POLICY_DENY);
		assert_null(fixture_event(f));
		f->worker->epoch++;
	}
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, dns4_reply), VERDICT_FORWARD);
	assert_int_equal(flow_table_used(f->worker->flows), 1);

	fixture_rule(f, DMZ, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	assert_int_equal(fixture_send(f, forged), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.ingress_zone, TRUST);
	fixture_free(f);
}

/* That trust may open connections to the dmz lets nobody in the dmz speak for a server of untrust. */
static void
a_reply_from_another_zone_needs_a_permission_of_its_own(void **state)
{
	struct fixture *f = open_firewall();
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_send(f, dns4);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	struct shape forged = dns4_reply, error = error_about(f, "10.0.3.9", "10.0.1.2", 3);
	forged.unit = 3;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, i ? error : forged), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
		struct event_frame e = next_event(f, EVENT_TYPE_POLICY_DENY);
		assert_int_equal(e.record.ingress_zone, DMZ);
		assert_int_equal(e.record.egress_zone, TRUST);
	}
	assert_int_equal(fixture_send(f, dns4_reply), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_reset_from_another_zone_ends_nothing_even_where_it_may_pass(void **state)
{
	struct fixture *f = open_firewall();
	fixture_rule(f, DMZ, TRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	handshake(f);
	struct shape forged = server(TCP_RST, 5001, 0, 0);
	forged.unit = 3;
	assert_int_equal(fixture_send(f, forged), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 0)), VERDICT_FORWARD);
	assert_int_equal(f->packet.session->tcp.state, TCP_ESTABLISHED);
	assert_int_equal(f->packet.session->passed[1].packets, 1);
	fixture_free(f);
}

static void
a_link_layer_multicast_passes_with_no_session(void **state)
{
	struct fixture *f = open_firewall();
	fixture_send(f, dns4);
	fixture_send(f, dns4_reply);
	struct shape flooded = dns4_reply;
	flooded.multicast_mac = true;
	assert_int_equal(fixture_send(f, flooded), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_LINK_SCOPE);
	assert_int_equal(fixture_send(f, dns4_reply), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_route_change_moves_a_session_or_ends_it(void **state)
{
	struct fixture *f = open_firewall();
	fixture_neighbour(f, 3, "10.0.3.2");
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "192.0.2.1";
	fixture_send(f, s);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	struct rib_route better = {
		.preference = 1, .family = ADDRESS_FAMILY_INET, .length = 25, .origin = RIB_KERNEL
	};
	uint8_t family;
	bool changed;
	better.prefix = fixture_address("192.0.2.0", &family);
	better.group.count = 1;
	better.group.hop[0] = (struct next_hop){ .gateway = fixture_address("10.0.3.2", &family),
						 .kind = NEXT_HOP_FORWARD,
						 .family = ADDRESS_FAMILY_INET };
	assert_int_equal(rib_add(f->rib, &better, &changed), 0);
	assert_true(changed);
	f->worker->epoch++;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	next_event(f, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_POLICY_DELETE);

	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_send(f, s);
	next_event(f, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(rib_add(f->rib, &better, &changed), 0);
	f->worker->epoch++;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out[0].port, 2);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.egress_zone, DMZ);
	fixture_free(f);
}

static void
a_worker_opens_its_share_of_session_maximum_and_no_more(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	f->snapshot.settings.session_maximum = 9;
	f->worker->workers = 2;
	for (unsigned i = 0; i < 5; i++, s.source_port++)
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_SESSION_TABLE_FULL);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	fixture_free(f);
}

/* Opens sessions from so many ports, each a second after the one before, and reads their lines. */
static void
open_sessions(struct fixture *f, uint16_t first_port, unsigned count)
{
	struct shape s = dns4;
	s.source_port = first_port;
	for (unsigned i = 0; i < count; i++, s.source_port++) {
		fixture_housekeep(f, SECOND);
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
	}
}

static void
beyond_the_high_watermark_idle_sessions_end_until_the_low_one(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.settings.early_ageout_s = 5;
	f->snapshot.settings.high_watermark = 50;
	f->snapshot.settings.low_watermark = 25;
	open_sessions(f, dns4.source_port, 32);
	fixture_housekeep(f, 10 * SECOND);
	assert_null(fixture_event(f)); /* 32 of 64: not beyond it */
	assert_false(f->worker->ageing_early);
	open_sessions(f, dns4.source_port + 32, 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD); /* the same again: the first session is not idle */
	fixture_housekeep(f, SECOND);
	for (unsigned i = 0; i < 17; i++)
		assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.close_reason, CLOSE_REASON_AGED_OUT);
	assert_null(fixture_event(f));
	assert_int_equal(flow_table_used(f->worker->flows), 16);
	assert_int_equal(f->worker->counters.sessions_aged_early, 17);
	assert_false(f->worker->ageing_early);
	unsigned direction;
	struct packet first;
	struct shape s = dns4;
	fixture_receive(f, &first, &s);
	assert_non_null(
	    flow_table_find(f->worker->flows, &first.key, flow_table_hash(f->worker->flows, &first.key), &direction));
	fixture_housekeep(f, SECOND);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
sessions_that_are_in_use_do_not_end_early(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.settings.high_watermark = f->snapshot.settings.low_watermark = 0;
	open_sessions(f, dns4.source_port, 18);
	fixture_housekeep(f, SECOND);
	assert_null(fixture_event(f)); /* 20 seconds are the default */
	assert_true(f->worker->ageing_early);
	fixture_housekeep(f, 2 * SECOND);
	next_event(f, EVENT_TYPE_SESSION_CLOSE);
	assert_null(fixture_event(f));
	f->snapshot.settings.high_watermark = 100;
	f->snapshot.settings.low_watermark = 100;
	fixture_housekeep(f, 15 * SECOND);
	assert_null(fixture_event(f)); /* a commit took that back */
	assert_false(f->worker->ageing_early);
	fixture_free(f);
}

static void
what_is_for_this_host_needs_no_room_in_the_table(void **state)
{
	struct fixture *f = open_firewall();
	f->service[TRUST][0] = (struct host_service){ .any_protocol = true, .port_high = 0xffff, .icmp_type = -1 };
	f->zone[TRUST].host_service_count = 1;
	f->snapshot.settings.session_maximum = 1;
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	struct shape ssh = client(TCP_SYN, 1000, 0, 0);
	assert_int_equal(fixture_send(f, ssh), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_SESSION_TABLE_FULL);
	ssh.destination = "10.0.1.1";
	ssh.destination_port = 22;
	assert_int_equal(fixture_send(f, ssh), VERDICT_HOST);
	fixture_free(f);
}

static void
a_segment_with_data_before_its_handshake_is_dropped_where_that_is_strict(void **state)
{
	struct fixture *f = open_firewall();
	assert_int_equal(fixture_send(f, client(TCP_SYN, 1000, 0, 10)), VERDICT_FORWARD);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	f->snapshot.settings.tcp.strict_syn_check = true;
	assert_int_equal(fixture_send(f, client(TCP_SYN, 1000, 0, 10)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_EARLY_DATA);
	assert_int_equal(fixture_send(f, client(TCP_SYN, 1000, 0, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, server(TCP_SYN | TCP_ACK, 5000, 1001, 10)), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TCP_EARLY_DATA);
	assert_int_equal(fixture_send(f, server(TCP_SYN | TCP_ACK, 5000, 1001, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 10)), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_log_that_must_be_delivered_and_is_not_lets_no_new_session_through(void **state)
{
	struct fixture *f = open_firewall();
	struct shape other = dns4;
	other.source_port++;
	f->snapshot.settings.require_delivery = true;
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD); /* a ring without a daemon delivers */
	event_ring_delivery(f->worker->ring, f->worker->now_ns - 1);
	assert_int_equal(fixture_send(f, other), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_LOG_DELIVERY);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_LOG_DELIVERY], 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD); /* sessions that are open go on */
	f->snapshot.settings.require_delivery = false;
	assert_int_equal(fixture_send(f, other), VERDICT_FORWARD);
	other.source_port++;
	f->snapshot.settings.require_delivery = true;
	assert_int_equal(fixture_send(f, other), VERDICT_DROP);
	event_ring_delivery(f->worker->ring, f->worker->now_ns + 1000000000);
	assert_int_equal(fixture_send(f, other), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_full_table_drops_and_counts(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	for (unsigned i = 0; i < 64; i++, s.source_port++)
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_SESSION_TABLE_FULL);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_SESSION_TABLE_FULL], 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_packet_waits_for_its_neighbour_and_then_opens_its_session(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.destination = "10.0.2.50";
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	assert_int_equal(f->worker->resolve_count, 1);
	assert_null(fixture_event(f));
	fixture_housekeep(f, SECOND);
	assert_int_equal(f->out_count, 0);
	fixture_neighbour(f, 2, "10.0.2.50");
	fixture_housekeep(f, SECOND);
	assert_int_equal(f->out_count, 2);
	struct event_frame open = next_event(f, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(open.record.timestamp_ns, f->worker->wall_ns);
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->counters.received_packets, 2);
	assert_int_equal(f->worker->counters.sessions_opened, 1);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_CLOSE).record.client_packets, 2);
	fixture_free(f);
}

static void
a_tcp_connection_opens_through_a_wait(void **state)
{
	struct fixture *f = open_firewall();
	uint8_t family;
	struct address a = fixture_address("10.0.2.2", &family);
	neighbour_write(f->worker->neighbours, neighbour_find(f->worker->neighbours, 2, family, &a), NEIGHBOUR_UNKNOWN,
			NULL);
	assert_int_equal(fixture_send(f, client(TCP_SYN, 1000, 0, 0)), VERDICT_WAIT);
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_housekeep(f, SECOND);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(fixture_send(f, server(TCP_SYN | TCP_ACK, 5000, 1001, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, client(TCP_ACK, 1001, 5001, 0)), VERDICT_FORWARD);
	assert_int_equal(f->packet.session->tcp.state, TCP_ESTABLISHED);
	assert_int_equal(f->packet.session->passed[0].packets, 2);
	fixture_free(f);
}

static void
an_unresolved_neighbour_leaves_no_session_and_no_event(void **state)
{
	const char *server_text[] = { "10.0.2.50", "2001:db8:2::50" };
	const uint8_t type[] = { 3, 1 }, code[] = { 1, 3 };
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		struct fixture *f = open_firewall();
		struct shape s = dns4;
		s.source = inet6 ? "2001:db8:1::2" : s.source;
		s.destination = server_text[inet6];
		assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
		uint32_t slot = f->worker->resolve[0];
		fixture_housekeep(f, WAIT_NS);
		assert_int_equal(f->worker->counters.drop[DROP_REASON_NEIGHBOUR_UNRESOLVED], 1);
		assert_int_equal(f->out_count, 1);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, type[inet6]);
		assert_int_equal(out.icmp_code, code[inet6]);
		assert_int_equal(flow_table_used(f->worker->flows), 0);
		assert_int_equal(f->worker->counters.sessions_abandoned, 1);
		assert_int_equal(f->worker->counters.sessions_closed, 0);

		neighbour_write(f->worker->neighbours, slot, NEIGHBOUR_FAILED, NULL);
		assert_int_equal(fixture_send(f, s), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_NEIGHBOUR_UNRESOLVED);
		assert_int_equal(f->out_count, 1);
		assert_null(fixture_event(f));
		assert_int_equal(f->free_count, FIXTURE_FRAMES);
		fixture_free(f);
	}
}

static void
waiting_packets_are_judged_by_what_is_in_force_when_they_go(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.destination = "10.0.2.50";
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	permit->action = ACTION_DENY;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.50");
	fixture_housekeep(f, SECOND);
	assert_int_equal(f->out_count, 0);
	next_event(f, EVENT_TYPE_POLICY_DENY);
	assert_null(fixture_event(f));
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	fixture_free(f);
}

static void
a_packet_that_waits_for_a_gateway_that_does_not_answer_goes_another_way_and_its_session_comes_back(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.50");
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.3.50");
	f->route[1].preference = 7;
	fixture_commit(f);
	fixture_neighbour(f, 3, "10.0.3.50");
	struct shape s = dns4;
	s.destination = "192.0.2.9";
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	uint8_t family;
	struct address gateway = fixture_address("10.0.2.50", &family);
	bool changed;
	assert_int_equal(rib_answers(f->rib, 2, family, &gateway, false, &changed), 0);
	assert_true(changed);
	f->worker->epoch++;
	neighbour_write(f->worker->neighbours, f->worker->resolve[0], NEIGHBOUR_FAILED, NULL);
	fixture_housekeep(f, 1);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(f->out[0].port, 2);
	assert_int_equal(next_event(f, EVENT_TYPE_SESSION_OPEN).record.egress_zone, DMZ);
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out[0].port, 2);

	fixture_neighbour(f, 2, "10.0.2.50");
	assert_int_equal(rib_answers(f->rib, 2, family, &gateway, true, &changed), 0);
	f->worker->epoch++;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out[0].port, 1);
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
the_wait_queue_is_bounded_for_each_neighbour(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.destination = "10.0.2.50";
	for (unsigned i = 0; i < WAIT_PER_NEIGHBOUR; i++, s.source_port++)
		assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_NEIGHBOUR_QUEUE_FULL);
	assert_int_equal(flow_table_used(f->worker->flows), WAIT_PER_NEIGHBOUR);
	s.destination = "10.0.2.51";
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	assert_int_equal(f->worker->resolve_count, 2);
	fixture_free(f);
}

/* The addresses to which the first of a flow and the second wait: a route changes between them. */
static void
wait_for_two_neighbours(struct fixture *f)
{
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.254");
	fixture_commit(f);
	struct shape s = { .source = "10.0.1.2",
			   .destination = "192.0.2.9",
			   .protocol = PROTOCOL_TCP,
			   .source_port = 40000,
			   .destination_port = 80,
			   .tcp_flags = TCP_SYN,
			   .sequence = 1000 };
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	fixture_route(f, "192.0.2.0", 25, NEXT_HOP_FORWARD, "10.0.2.253");
	fixture_commit(f);
	s.tcp_flags = TCP_RST;
	s.sequence = 1001;
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
}

static void
leaves(struct fixture *f, unsigned i, uint8_t flags, uint8_t neighbour)
{
	assert_true(i < f->out_count);
	assert_int_equal(fixture_parse(&f->out[i]).tcp_flags, flags);
	assert_int_equal(f->out[i].data[5], neighbour);
}

static void
packets_of_a_flow_leave_in_the_order_they_came_whichever_neighbour_answers_first(void **state)
{
	for (unsigned other_first = 0; other_first < 2; other_first++) {
		struct fixture *f = open_firewall();
		wait_for_two_neighbours(f);
		fixture_neighbour(f, 2, other_first ? "10.0.2.253" : "10.0.2.254");
		fixture_housekeep(f, 1000);
		assert_int_equal(f->out_count, 0);
		assert_int_equal(f->worker->held, 2);
		fixture_neighbour(f, 2, other_first ? "10.0.2.254" : "10.0.2.253");
		fixture_housekeep(f, 1000);
		assert_int_equal(f->out_count, 2);
		leaves(f, 0, TCP_SYN, 253);
		leaves(f, 1, TCP_RST, 253);
		assert_int_equal(f->worker->held, 0);
		next_event(f, EVENT_TYPE_SESSION_OPEN);
		assert_null(fixture_event(f));
		fixture_free(f);
	}
}

static void
a_packet_does_not_overtake_those_of_its_flow_that_still_wait(void **state)
{
	struct fixture *f = open_firewall();
	wait_for_two_neighbours(f);
	fixture_neighbour(f, 2, "10.0.2.253");
	struct shape s = { .source = "10.0.1.2",
			   .destination = "192.0.2.9",
			   .protocol = PROTOCOL_TCP,
			   .source_port = 40000,
			   .destination_port = 80,
			   .tcp_flags = TCP_RST,
			   .sequence = 1002 };
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	s.source_port++;
	s.tcp_flags = TCP_SYN;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 1);

	/* As soon as nothing is in their way, those that wait leave with the next packet of their flow, before it. */
	fixture_neighbour(f, 2, "10.0.2.254");
	s.source_port--;
	s.tcp_flags = TCP_RST;
	s.sequence = 1003;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fixture_parse(&f->out[i]).tcp_sequence, 1000 + i);
	assert_int_equal(f->worker->held, 0);
	fixture_free(f);
}

static void
a_flow_that_was_known_waits_in_order_when_its_neighbour_is_lost_and_found(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.destination = "10.0.2.50";
	uint32_t slot = fixture_neighbour(f, 2, s.destination);
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	neighbour_write(f->worker->neighbours, slot, NEIGHBOUR_UNKNOWN, NULL);
	s.payload = 1;
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	fixture_neighbour(f, 2, s.destination);
	s.payload = 2;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 2);
	assert_int_equal(fixture_parse(&f->out[0]).l3_length, IPV4_HEADER + UDP_HEADER + 1);
	assert_int_equal(fixture_parse(&f->out[1]).l3_length, IPV4_HEADER + UDP_HEADER + 2);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tcp_connection_is_logged_with_exact_counts),
		cmocka_unit_test(open_and_close_are_logged_only_where_asked),
		cmocka_unit_test(session_ids_never_repeat),
		cmocka_unit_test(sessions_end_after_their_protocols_timeout),
		cmocka_unit_test(a_rules_timeout_replaces_the_protocols),
		cmocka_unit_test(a_reset_closes_with_the_side_it_came_from),
		cmocka_unit_test(a_fin_ends_its_session_at_once_where_it_is_configured_so),
		cmocka_unit_test(a_fin_before_it_was_configured_so_ends_its_session_with_the_next),
		cmocka_unit_test(a_finished_session_stays_as_long_as_time_wait_state_says),
		cmocka_unit_test(a_new_connection_on_old_ports_ends_the_old_session),
		cmocka_unit_test(segments_that_do_not_fit_are_dropped_under_their_reason),
		cmocka_unit_test(a_denied_segment_without_session_is_a_policy_matter),
		cmocka_unit_test(a_zone_with_tcp_rst_answers_segments_without_session),
		cmocka_unit_test(echo_has_a_session_for_each_identifier),
		cmocka_unit_test(echo_replies_and_requests_do_not_pass_for_each_other),
		cmocka_unit_test(icmp_errors_go_with_their_session),
		cmocka_unit_test(questions_with_all_their_answers_close_as_response_received),
		cmocka_unit_test(an_answer_that_came_twice_answers_no_question_that_comes_later),
		cmocka_unit_test(more_open_questions_than_are_counted_leave_the_end_to_time),
		cmocka_unit_test(questions_and_answers_in_fragments_count_once),
		cmocka_unit_test(other_traffic_is_not_over_with_an_answer),
		cmocka_unit_test(an_unreachable_server_closes_its_session_as_icmp_error),
		cmocka_unit_test(an_icmp_error_closes_nothing_that_it_should_not),
		cmocka_unit_test(icmp_errors_without_a_session_are_dropped),
		cmocka_unit_test(a_commit_that_keeps_the_permission_keeps_the_session),
		cmocka_unit_test(a_commit_that_takes_the_permission_closes_the_session_with_its_next_packet),
		cmocka_unit_test(a_rejecting_commit_resets_the_connection),
		cmocka_unit_test(a_packet_from_the_wrong_side_neither_passes_nor_harms),
		cmocka_unit_test(a_reply_from_another_zone_needs_a_permission_of_its_own),
		cmocka_unit_test(a_reset_from_another_zone_ends_nothing_even_where_it_may_pass),
		cmocka_unit_test(a_link_layer_multicast_passes_with_no_session),
		cmocka_unit_test(a_route_change_moves_a_session_or_ends_it),
		cmocka_unit_test(a_worker_opens_its_share_of_session_maximum_and_no_more),
		cmocka_unit_test(beyond_the_high_watermark_idle_sessions_end_until_the_low_one),
		cmocka_unit_test(sessions_that_are_in_use_do_not_end_early),
		cmocka_unit_test(what_is_for_this_host_needs_no_room_in_the_table),
		cmocka_unit_test(a_segment_with_data_before_its_handshake_is_dropped_where_that_is_strict),
		cmocka_unit_test(a_log_that_must_be_delivered_and_is_not_lets_no_new_session_through),
		cmocka_unit_test(a_full_table_drops_and_counts),
		cmocka_unit_test(a_packet_waits_for_its_neighbour_and_then_opens_its_session),
		cmocka_unit_test(a_tcp_connection_opens_through_a_wait),
		cmocka_unit_test(an_unresolved_neighbour_leaves_no_session_and_no_event),
		cmocka_unit_test(waiting_packets_are_judged_by_what_is_in_force_when_they_go),
		cmocka_unit_test(
		    a_packet_that_waits_for_a_gateway_that_does_not_answer_goes_another_way_and_its_session_comes_back),
		cmocka_unit_test(the_wait_queue_is_bounded_for_each_neighbour),
		cmocka_unit_test(packets_of_a_flow_leave_in_the_order_they_came_whichever_neighbour_answers_first),
		cmocka_unit_test(a_packet_does_not_overtake_those_of_its_flow_that_still_wait),
		cmocka_unit_test(a_flow_that_was_known_waits_in_order_when_its_neighbour_is_lost_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
