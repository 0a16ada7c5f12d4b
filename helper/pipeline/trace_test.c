/* trace_test.c: explain tells what the same packet would meet, and changes nothing. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"
#include "pipeline/trace.h"

static struct flow_key
key_of(const char *source, const char *destination, uint8_t protocol, uint16_t port)
{
	struct flow_key k = { .protocol = protocol, .source_port = htons(40000), .destination_port = htons(port) };
	k.source = fixture_address(source, &k.family);
	k.destination = fixture_address(destination, &k.family);
	return k;
}

static enum verdict
explain(struct fixture *f, uint16_t unit, struct flow_key k, struct trace *t, struct packet *p)
{
	uint8_t bytes[EXPLAIN_BYTES];
	assert_true(explain_packet(p, bytes, &f->snapshot, unit, &k));
	pipeline_explain(f->worker, p, t);
	return p->verdict;
}

static const struct trace_step *
step_of(const struct trace *t, const char *stage)
{
	for (uint32_t i = 0; i < t->count; i++)
		if (strcmp(t->step[i].stage, stage) == 0)
			return &t->step[i];
	return NULL;
}

static void
stages_are_told_in_their_order(void **state)
{
	struct fixture *f = fixture_new(64);
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	struct trace t;
	struct packet p;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	assert_int_equal(explain(f, 1, key_of("10.0.1.2", "10.0.2.2", PROTOCOL_TCP, 80), &t, &p), VERDICT_FORWARD);
	const char *order[] = { "ingress",         "input-filter", "screen",  "fragment",   "flow",
				"destination-nat", "route",        "host",    "syn-cookie", "policy",
				"source-nat",      "egress",       "session", "neighbour",  "output-filter" };
	assert_int_equal(t.count, sizeof order / sizeof order[0]);
	for (uint32_t i = 0; i < t.count; i++)
		assert_string_equal(t.step[i].stage, order[i]);
	assert_string_equal(step_of(&t, "ingress")->text, "interface ge-0/0/0.0, zone trust, instance inet.0");
	assert_string_equal(step_of(&t, "route")->text,
			    "directly connected by ge-0/0/1.0, zone untrust, instance inet.0");
	assert_string_equal(step_of(&t, "input-filter")->text, "no filter attached");
	assert_string_equal(step_of(&t, "policy")->text, "permit by 1/2/0 (policy id 65536), zones trust to untrust");
	assert_string_equal(step_of(&t, "neighbour")->text, "04:00:0a:00:02:02");
	assert_ptr_equal(p.rule, r);
	assert_int_equal(p.egress_unit, 2);
	fixture_free(f);
}

static void
filters_tell_which_terms_matched_and_count_nothing(void **state)
{
	struct fixture *f = fixture_new(64);
	struct trace t;
	struct packet p;
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	uint16_t in = fixture_filter(f, ADDRESS_FAMILY_INET), out = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, in, FILTER_NEXT)->counter = 0;
	fixture_term(f, in, FILTER_ACCEPT)->term_name = "rest";
	struct filter_term *last = fixture_term(f, out, FILTER_DISCARD);
	last->log = true;
	last->filter_name = "way-out";
	f->unit[1].filter_input = in;
	f->unit[2].filter_output = out;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	assert_int_equal(explain(f, 1, key_of("10.0.1.2", "10.0.2.2", PROTOCOL_TCP, 80), &t, &p), VERDICT_DROP);
	assert_int_equal(p.drop_reason, DROP_REASON_FILTER_DISCARD);
	assert_string_equal(step_of(&t, "input-filter")->text, "term T of filter F, term rest of filter F: accept");
	assert_string_equal(step_of(&t, "output-filter")->text, "term T of filter way-out: discard");
	assert_int_equal(f->worker->filter_counters[0].packets, 0);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
what_would_wait_is_told_about_the_output_filter_too(void **state)
{
	struct fixture *f = fixture_new(64);
	struct trace t;
	struct packet p;
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	uint16_t out = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *term = fixture_term(f, out, FILTER_DISCARD);
	f->unit[2].filter_output = out;
	fixture_commit(f);
	struct flow_key cold = key_of("10.0.1.2", "10.0.2.77", PROTOCOL_TCP, 80);
	assert_int_equal(explain(f, 1, cold, &t, &p), VERDICT_DROP);
	assert_int_equal(p.drop_reason, DROP_REASON_FILTER_DISCARD);
	assert_int_equal(step_of(&t, "neighbour")->verdict, VERDICT_WAIT);
	assert_string_equal(step_of(&t, "output-filter")->text, "term T of filter F: discard");
	term->action = FILTER_ACCEPT;
	fixture_commit(f);
	assert_int_equal(explain(f, 1, cold, &t, &p), VERDICT_WAIT);
	assert_string_equal(step_of(&t, "output-filter")->text, "term T of filter F: accept");
	fixture_free(f);
}

static void
explaining_changes_nothing(void **state)
{
	struct fixture *f = fixture_new(64);
	struct trace t;
	struct packet p;
	fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	struct counters before = f->worker->counters;
	struct bucket answers = f->worker->answers;
	assert_int_equal(explain(f, 1, key_of("10.0.1.2", "10.0.2.2", PROTOCOL_TCP, 80), &t, &p), VERDICT_DROP);
	assert_int_equal(p.drop_reason, DROP_REASON_POLICY_REJECT);
	assert_int_equal(step_of(&t, "policy")->verdict, VERDICT_DROP);
	struct flow_key cold = key_of("10.0.1.2", "10.0.3.77", PROTOCOL_UDP, 53);
	assert_int_equal(explain(f, 1, cold, &t, &p), VERDICT_WAIT);
	assert_int_equal(explain(f, 1, key_of("10.0.1.2", "10.0.1.1", PROTOCOL_TCP, 22), &t, &p), VERDICT_DROP);
	assert_string_equal(step_of(&t, "host")->text, "host-inbound-traffic of the zone does not allow it");
	assert_int_equal(explain(f, 4, key_of("10.0.4.2", "10.0.1.1", PROTOCOL_TCP, 22), &t, &p), VERDICT_DROP);
	assert_int_equal(p.drop_reason, DROP_REASON_NO_ZONE);

	assert_memory_equal(&f->worker->counters, &before, sizeof before);
	assert_memory_equal(&f->worker->answers, &answers, sizeof answers);
	assert_int_equal(f->worker->policies[1].hits, 0);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	assert_int_equal(f->worker->output_count, 0);
	assert_int_equal(f->worker->resolve_count, 0);
	assert_int_equal(neighbour_find(f->worker->neighbours, 3, cold.family, &cold.destination), NEIGHBOUR_NONE);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
a_live_session_is_named(void **state)
{
	struct fixture *f = fixture_new(64);
	struct trace t;
	struct packet p;
	char expected[80];
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_neighbour(f, 3, "10.0.3.2");
	fixture_neighbour(f, 1, "10.0.1.2");
	struct shape s = {
		.source = "10.0.1.2", .destination = "10.0.3.2", .source_port = 40000, .destination_port = 53
	};
	fixture_send(f, s);
	struct session before = *f->packet.session;
	assert_int_equal(explain(f, 1, key_of("10.0.1.2", "10.0.3.2", PROTOCOL_UDP, 53), &t, &p), VERDICT_FORWARD);
	snprintf(expected, sizeof expected, "session %llu, from client, judged already", (unsigned long long)before.id);
	assert_string_equal(step_of(&t, "flow")->text, expected);
	assert_null(step_of(&t, "policy"));
	struct flow_key reply = key_of("10.0.3.2", "10.0.1.2", PROTOCOL_UDP, 40000);
	reply.source_port = htons(53);
	assert_int_equal(explain(f, 3, reply, &t, &p), VERDICT_FORWARD);
	assert_string_equal(step_of(&t, "policy")->text, "decided with its session");
	assert_memory_equal(f->packet.session, &before, sizeof before);
	fixture_free(f);
}

static void
every_protocol_makes_a_well_formed_question(void **state)
{
	const uint8_t protocols[] = {
		PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP, PROTOCOL_GRE, PROTOCOL_ESP, PROTOCOL_AH, 89
	};
	struct fixture *f = fixture_new(64);
	struct trace t;
	struct packet p;
	fixture_commit(f);
	for (unsigned i = 0; i < sizeof protocols; i++) {
		assert_int_equal(explain(f, 3, key_of("10.0.3.2", "10.0.1.2", protocols[i], 5), &t, &p), VERDICT_DROP);
		assert_int_equal(p.drop_reason, DROP_REASON_DEFAULT_POLICY);
		if (protocols[i] == PROTOCOL_AH)
			continue; /* an extension header there, not a protocol */
		assert_int_equal(explain(f, 3, key_of("2001:db8:3::2", "2001:db8:1::2", protocols[i], 5), &t, &p),
				 VERDICT_DROP);
		assert_int_equal(p.drop_reason, DROP_REASON_DEFAULT_POLICY);
		assert_int_equal(p.key.protocol, protocols[i]);
	}
	uint8_t bytes[EXPLAIN_BYTES];
	struct flow_key bad = key_of("127.0.0.1", "10.0.1.2", PROTOCOL_UDP, 5);
	assert_false(explain_packet(&p, bytes, &f->snapshot, 1, &bad));
	assert_int_equal(p.drop_reason, DROP_REASON_IP_SOURCE);
	assert_false(explain_packet(&p, bytes, &f->snapshot, 99, &bad));
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_are_told_in_their_order),
		cmocka_unit_test(filters_tell_which_terms_matched_and_count_nothing),
		cmocka_unit_test(what_would_wait_is_told_about_the_output_filter_too),
		cmocka_unit_test(explaining_changes_nothing),
		cmocka_unit_test(a_live_session_is_named),
		cmocka_unit_test(every_protocol_makes_a_well_formed_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
