/* cos_test.c: the class that a packet comes with, and the code point that it leaves with, on the first packet of a flow and
 * on later ones. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "filter/filter.h"
#include "pipeline/fixture.h"

enum { BEST_EFFORT, EXPEDITED, ASSURED, CONTROL };
enum { AF11 = 10, AF12 = 12, EF = 46, CS6 = 48, ECN = 3, PACKETS = 3 };

static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 12
};
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 12 };

static struct shape
with_dscp(struct shape s, unsigned dscp)
{
	s.tos = (uint8_t)(dscp << 2 | ECN);
	return s;
}

static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(1024);
	fixture_rule(f, 0, 0, ACTION_PERMIT, fixture_any());
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 1, "2001:db8:1::2");
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	return f;
}

/* keep: a rewrite rule that changes nothing yet. */
static struct dscp_rewrite
keep(void)
{
	struct dscp_rewrite r;
	memset(&r, -1, sizeof r);
	return r;
}

/* Sends a packet a few times, so on the fast path too, and looks at the code point and the checksums it leaves with. */
static void
assert_leaves_with(struct fixture *f, struct shape s, unsigned dscp)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		assert_int_equal(f->out_count, 1);
		struct packet p = fixture_parse(&f->out[0]);
		assert_int_equal(p.tos, dscp << 2 | (s.tos & ECN));
		assert_int_equal(p.ttl, 63);
		if (p.key.family == ADDRESS_FAMILY_INET)
			assert_int_equal(checksum_finish(checksum_add(0, p.data + p.l3, IPV4_HEADER)), 0);
		assert_int_equal(f->packet.tos, s.tos);
	}
}

static void
assert_class(struct fixture *f, struct shape s, unsigned forwarding_class, unsigned loss_priority)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		assert_int_equal(f->packet.forwarding_class, forwarding_class);
		assert_int_equal(f->packet.loss_priority, loss_priority);
	}
}

static void
without_a_classifier_every_packet_is_best_effort_and_low(void **state)
{
	struct fixture *f = open_firewall();
	fixture_commit(f);
	assert_class(f, with_dscp(dns4, EF), BEST_EFFORT, LOSS_LOW);
	assert_class(f, with_dscp(dns6, CS6), BEST_EFFORT, LOSS_LOW);
	assert_leaves_with(f, with_dscp(dns4, EF), EF);
	assert_leaves_with(f, with_dscp(dns6, CS6), CS6);
	fixture_free(f);
}

static void
a_classifier_gives_the_class_and_loss_priority_of_the_code_point(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_class inet[DSCPS] = { [EF] = { EXPEDITED, LOSS_LOW }, [AF12] = { ASSURED, LOSS_HIGH } };
	struct dscp_class inet6[DSCPS] = { [EF] = { CONTROL, LOSS_MEDIUM_LOW } };
	f->unit[1].classifier = inet;
	f->unit[1].classifier6 = inet6;
	fixture_commit(f);
	assert_class(f, with_dscp(dns4, EF), EXPEDITED, LOSS_LOW);
	assert_class(f, with_dscp(dns4, AF12), ASSURED, LOSS_HIGH);
	assert_class(f, with_dscp(dns4, AF11), BEST_EFFORT, LOSS_LOW);
	assert_class(f, with_dscp(dns6, EF), CONTROL, LOSS_MEDIUM_LOW);
	assert_class(f, with_dscp(dns6, AF12), BEST_EFFORT, LOSS_LOW);
	/* The answer comes by another unit. */
	struct shape answer = with_dscp(dns4, EF);
	answer.unit = 2;
	answer.source = dns4.destination;
	answer.destination = dns4.source;
	answer.source_port = dns4.destination_port;
	answer.destination_port = dns4.source_port;
	assert_class(f, answer, BEST_EFFORT, LOSS_LOW);
	fixture_free(f);
}

static void
a_rewrite_rule_writes_the_code_point_of_class_and_loss_priority(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_class classifier[DSCPS] = {
		[EF] = { EXPEDITED, LOSS_LOW }, [AF11] = { ASSURED, LOSS_LOW }, [AF12] = { ASSURED, LOSS_HIGH }
	};
	struct dscp_rewrite inet = keep(), inet6 = keep();
	inet.dscp[EXPEDITED][LOSS_LOW] = CS6;
	inet.dscp[ASSURED][LOSS_HIGH] = 0;
	inet6.dscp[EXPEDITED][LOSS_LOW] = 63;
	f->unit[1].classifier = f->unit[1].classifier6 = classifier;
	f->unit[2].rewrite = &inet;
	f->unit[2].rewrite6 = &inet6;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), CS6);
	assert_leaves_with(f, with_dscp(dns4, AF12), 0);
	assert_leaves_with(f, with_dscp(dns4, AF11), AF11);
	assert_leaves_with(f, with_dscp(dns4, 1), 1);
	assert_leaves_with(f, with_dscp(dns6, EF), 63);
	assert_leaves_with(f, with_dscp(dns6, AF12), AF12);
	fixture_free(f);
}

static void
a_rewrite_rule_holds_for_the_unit_by_which_packets_leave(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[BEST_EFFORT][LOSS_LOW] = CS6;
	f->unit[1].rewrite = f->unit[1].rewrite6 = &r;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), EF);
	struct shape answer = with_dscp(dns4, EF);
	answer.unit = 2;
	answer.source = dns4.destination;
	answer.destination = dns4.source;
	answer.source_port = dns4.destination_port;
	answer.destination_port = dns4.source_port;
	assert_leaves_with(f, answer, CS6);
	fixture_free(f);
}

static void
a_code_point_of_a_filter_term_comes_before_the_rewrite_rule(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[BEST_EFFORT][LOSS_LOW] = CS6;
	f->unit[2].rewrite = &r;
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, in, FILTER_ACCEPT)->set_dscp = AF11;
	f->unit[1].filter_input = in;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), AF11);
	/* also where there is no rewrite rule */
	f->unit[2].rewrite = NULL;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), AF11);
	f->unit[1].filter_input = 0;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), EF);
	fixture_free(f);
}

static void
marks_of_an_output_filter_choose_the_code_point(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[CONTROL][LOSS_MEDIUM_HIGH] = CS6;
	f->unit[2].rewrite6 = &r;
	uint16_t out = fixture_filter(f, ADDRESS_FAMILY_INET6);
	struct filter_term *t = fixture_term(f, out, FILTER_ACCEPT);
	t->set_forwarding_class = CONTROL;
	t->set_loss_priority = LOSS_MEDIUM_HIGH;
	f->unit[2].filter_output6 = out;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns6, EF), CS6);
	fixture_free(f);
}

static void
every_piece_of_a_packet_has_the_code_point(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[BEST_EFFORT][LOSS_LOW] = CS6;
	f->unit[2].rewrite = &r;
	f->unit[2].mtu_inet = 576;
	fixture_commit(f);
	struct shape s = with_dscp(dns4, EF);
	s.payload = 1200;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 3);
	for (unsigned i = 0; i < f->out_count; i++) {
		struct packet p = fixture_parse(&f->out[i]);
		assert_int_equal(p.tos, CS6 << 2 | ECN);
		assert_int_equal(checksum_finish(checksum_add(0, p.data + p.l3, IPV4_HEADER)), 0);
	}
	fixture_free(f);
}

static void
a_commit_changes_the_code_points_of_known_flows(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[BEST_EFFORT][LOSS_LOW] = CS6;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), EF);
	f->unit[2].rewrite = &r;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), CS6);
	r.dscp[BEST_EFFORT][LOSS_LOW] = AF11;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), AF11);
	f->unit[2].rewrite = NULL;
	fixture_commit(f);
	assert_leaves_with(f, with_dscp(dns4, EF), EF);
	fixture_free(f);
}

/* A packet that waited for its neighbour keeps the class it came with. */
static void
a_packet_that_waited_is_marked_as_if_it_had_not(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_class classifier[DSCPS] = { [EF] = { EXPEDITED, LOSS_HIGH } };
	struct dscp_rewrite r = keep();
	r.dscp[EXPEDITED][LOSS_HIGH] = AF12;
	f->unit[1].classifier = classifier;
	f->unit[2].rewrite = &r;
	fixture_commit(f);
	struct shape s = with_dscp(dns4, EF);
	s.destination = "10.0.2.77";
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	fixture_neighbour(f, 2, "10.0.2.77");
	fixture_housekeep(f, 10000000);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(fixture_parse(&f->out[0]).tos, AF12 << 2 | ECN);
	fixture_free(f);
}

static void
logs_tell_the_code_point_that_a_packet_came_with(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_rewrite r = keep();
	r.dscp[BEST_EFFORT][LOSS_LOW] = CS6;
	f->unit[2].rewrite = &r;
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, in, FILTER_ACCEPT)->log = true;
	f->unit[1].filter_input = in;
	f->rule[0][0].log_init = f->rule[0][0].log_close = false;
	fixture_commit(f);
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_int_equal(fixture_send(f, with_dscp(dns4, EF)), VERDICT_FORWARD);
		const struct event_frame *e = fixture_event(f);
		assert_non_null(e);
		assert_int_equal(e->record.event_type, EVENT_TYPE_FILTER_LOG);
		assert_int_equal(e->extension.dscp, EF);
		assert_null(fixture_event(f));
	}
	fixture_free(f);
}

/* ---- queues ---- */

/* Port 1 gets queues: class n leaves by queue n, and each takes `room` frames in each burst. */
static void
with_queues(struct fixture *f, struct port_queues *q)
{
	static const char *name[QUEUES] = { "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7" };
	*q = (struct port_queues){ .counter = 0 };
	f->port[1].queues = q;
	f->snapshot.queue_counter_name = name;
	f->snapshot.queue_counter_count = QUEUES;
	for (unsigned i = 0; i < QUEUES; i++)
		f->snapshot.queue_of_class[i] = (uint8_t)i;
	f->worker->queued_ports = 1 << 1;
}

static void
set_room(struct fixture *f, uint32_t room)
{
	for (unsigned i = 0; i < QUEUES; i++)
		f->worker->queue_room[1][i] = room;
}

static void
assert_queue(struct fixture *f, unsigned queue, uint64_t packets, uint64_t bytes, uint64_t dropped,
	     uint64_t dropped_bytes)
{
	const struct queue_counters *c = &f->worker->queues[queue];
	assert_int_equal(c->packets, packets);
	assert_int_equal(c->bytes, bytes);
	assert_int_equal(c->dropped_packets, dropped);
	assert_int_equal(c->dropped_bytes, dropped_bytes);
}

static void
a_packet_leaves_by_the_queue_of_its_class(void **state)
{
	struct fixture *f = open_firewall();
	struct dscp_class classifier[DSCPS] = { [EF] = { EXPEDITED, LOSS_LOW }, [AF12] = { ASSURED, LOSS_HIGH } };
	struct port_queues q;
	f->unit[1].classifier = classifier;
	with_queues(f, &q);
	fixture_commit(f);
	static const struct {
		unsigned dscp, queue;
	} table[] = { { EF, 1 }, { AF12, 2 }, { 0, 0 } };
	for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
		for (unsigned n = 0; n < PACKETS; n++) {
			set_room(f, 1);
			assert_int_equal(fixture_send(f, with_dscp(dns4, table[i].dscp)), VERDICT_FORWARD);
			assert_int_equal(f->out_count, 1);
			assert_int_equal(f->out[0].queue, table[i].queue);
			assert_int_equal(f->worker->queue_room[1][table[i].queue], 0);
		}
		assert_queue(f, table[i].queue, PACKETS, PACKETS * 40, 0, 0);
	}
	fixture_free(f);
}

/* On the first packet of a flow: nothing opens, nothing is logged as sent. */
static void
a_packet_that_finds_its_queue_full_is_dropped_before_anything_is_said(void **state)
{
	struct fixture *f = open_firewall();
	struct port_queues q;
	with_queues(f, &q);
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, in, FILTER_ACCEPT)->log = true;
	f->unit[1].filter_input = in;
	fixture_commit(f);
	set_room(f, 0);
	f->worker->queue_room[1][1] = 9; /* another queue's room is none */
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_QUEUE_FULL);
		assert_int_equal(f->out_count, 0);
	}
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->counters.drop[DROP_REASON_QUEUE_FULL], PACKETS);
	assert_int_equal(f->worker->counters.sessions_opened, 0);
	assert_int_equal(f->worker->counters.forwarded_packets, 0);
	assert_queue(f, 0, 0, 0, PACKETS, PACKETS * 40);
	/* And on later ones of a session. */
	set_room(f, 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_int_equal(fixture_event(f)->record.event_type, EVENT_TYPE_FILTER_LOG);
	assert_int_equal(fixture_event(f)->record.event_type, EVENT_TYPE_SESSION_OPEN);
	for (unsigned i = 0; i < PACKETS; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_QUEUE_FULL);
	}
	assert_null(fixture_event(f));
	assert_queue(f, 0, 1, 40, 2 * PACKETS, 2 * PACKETS * 40);
	assert_int_equal(f->worker->counters.forwarded_packets, 1);
	set_room(f, 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	fixture_free(f);
}

static void
all_pieces_of_a_packet_find_room_or_none_leaves(void **state)
{
	struct fixture *f = open_firewall();
	struct port_queues q;
	with_queues(f, &q);
	f->unit[2].mtu_inet = 576;
	fixture_commit(f);
	uint32_t frames = f->free_count;
	struct shape s = dns4;
	s.payload = 1200;
	set_room(f, 2);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_QUEUE_FULL);
	assert_int_equal(f->out_count, 0);
	assert_int_equal(f->free_count, frames);
	assert_int_equal(f->worker->queue_room[1][0], 2);
	set_room(f, 3);
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 3);
	assert_int_equal(f->worker->queue_room[1][0], 0);
	assert_queue(f, 0, 1, 1228, 1, 1228);
	fixture_free(f);
}

static void
an_answer_goes_by_the_best_effort_queue_or_counts_as_limited(void **state)
{
	struct fixture *f = open_firewall();
	struct port_queues q;
	with_queues(f, &q);
	fixture_commit(f);
	struct shape s = with_dscp(dns4, EF);
	s.unit = 2;
	s.source = "10.0.2.2";
	s.destination = "10.0.1.2";
	s.ttl = 1;
	set_room(f, 1);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(f->out[0].port, 1);
	assert_int_equal(f->out[0].queue, 0);
	assert_queue(f, 0, 1, fixture_parse(&f->out[0]).l3_length, 0, 0);
	assert_int_equal(f->worker->counters.icmp_errors_sent, 1);
	uint32_t frames = f->free_count;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->out_count, 0);
	assert_int_equal(f->free_count, frames);
	assert_int_equal(f->worker->counters.icmp_errors_sent, 1);
	assert_int_equal(f->worker->counters.icmp_errors_limited, 1);
	assert_int_equal(f->worker->queues[0].dropped_packets, 1);
	fixture_free(f);
}

static void
a_port_without_queues_asks_none(void **state)
{
	struct fixture *f = open_firewall();
	struct port_queues q;
	with_queues(f, &q);
	f->worker->queued_ports = 0; /* as in a driver without queues */
	fixture_commit(f);
	set_room(f, 0);
	for (unsigned i = 0; i < PACKETS; i++)
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_queue(f, 0, 0, 0, 0, 0);
	fixture_free(f);
}

static void
queue_counters_keep_their_values_over_a_commit_by_their_names(void **state)
{
	static const char *swapped[QUEUES] = { "q1", "q0", "q2", "q3", "q4", "q5", "q6", "new" };
	struct fixture *f = open_firewall();
	struct port_queues q;
	struct snapshot next;
	with_queues(f, &q);
	fixture_commit(f);
	set_room(f, 1);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	f->worker->queues[7].packets = 5;
	next = f->snapshot;
	next.queue_counter_name = swapped;
	next.generation++;
	worker_snapshot(f->worker, &next);
	assert_queue(f, 1, 1, 40, 0, 0);
	assert_queue(f, 0, 0, 0, 0, 0);
	assert_queue(f, 7, 0, 0, 0, 0);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_classifier_every_packet_is_best_effort_and_low),
		cmocka_unit_test(a_classifier_gives_the_class_and_loss_priority_of_the_code_point),
		cmocka_unit_test(a_rewrite_rule_writes_the_code_point_of_class_and_loss_priority),
		cmocka_unit_test(a_rewrite_rule_holds_for_the_unit_by_which_packets_leave),
		cmocka_unit_test(a_code_point_of_a_filter_term_comes_before_the_rewrite_rule),
		cmocka_unit_test(marks_of_an_output_filter_choose_the_code_point),
		cmocka_unit_test(every_piece_of_a_packet_has_the_code_point),
		cmocka_unit_test(a_commit_changes_the_code_points_of_known_flows),
		cmocka_unit_test(a_packet_that_waited_is_marked_as_if_it_had_not),
		cmocka_unit_test(logs_tell_the_code_point_that_a_packet_came_with),
		cmocka_unit_test(a_packet_leaves_by_the_queue_of_its_class),
		cmocka_unit_test(a_packet_that_finds_its_queue_full_is_dropped_before_anything_is_said),
		cmocka_unit_test(all_pieces_of_a_packet_find_room_or_none_leaves),
		cmocka_unit_test(an_answer_goes_by_the_best_effort_queue_or_counts_as_limited),
		cmocka_unit_test(a_port_without_queues_asks_none),
		cmocka_unit_test(queue_counters_keep_their_values_over_a_commit_by_their_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
