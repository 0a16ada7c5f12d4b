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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
