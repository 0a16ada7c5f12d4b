/* policy_test.c: which rule decides, who is told, and what the log says about it. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"

static const struct shape web4 = { .source = "10.0.1.2",
				   .destination = "10.0.2.2",
				   .source_port = 40000,
				   .destination_port = 80,
				   .protocol = PROTOCOL_TCP,
				   .tcp_flags = TCP_SYN,
				   .sequence = 1000 };
static const struct shape web6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 80,
				   .protocol = PROTOCOL_TCP,
				   .tcp_flags = TCP_SYN,
				   .sequence = 1000 };
static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 12
};
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 12 };

static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(1024);
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 1, "2001:db8:1::2");
	return f;
}

static struct classify_rule
port_rule(uint8_t protocol, uint16_t port)
{
	struct classify_rule r = fixture_any();
	r.any_protocol = false;
	r.protocol = protocol;
	r.destination_port_low = r.destination_port_high = port;
	return r;
}

static void
assert_deny(struct fixture *f, const struct policy_rule *rule, enum deny_reason reason, enum action action)
{
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(e->record.policy_id, rule->policy_id);
	assert_int_equal(e->record.deny_reason, reason);
	assert_int_equal(e->record.action, action);
	assert_int_equal(e->header.generation, f->snapshot.generation);
	assert_null(fixture_event(f));
}

static void
without_a_rule_the_default_policy_denies(void **state)
{
	struct fixture *f = open_firewall();
	struct shape shapes[] = { web4, web6, dns4, dns6 };
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(fixture_send(f, shapes[i]), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
		assert_int_equal(f->out_count, 0);
		assert_deny(f, &f->snapshot.default_rule, DENY_REASON_DEFAULT_POLICY, ACTION_DENY);
	}
	assert_int_equal(f->worker->policies[0].hits, 4);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	fixture_free(f);
}

static void
every_field_of_a_deny_event_is_the_packets(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = web6;
	f->applications[80] = 17;
	fixture_send(f, s);
	const struct event_frame *e = fixture_event(f);
	uint8_t family;
	struct address source = fixture_address(s.source, &family),
		       destination = fixture_address(s.destination, &family);
	assert_int_equal(e->record.timestamp_ns, f->worker->wall_ns);
	assert_memory_equal(e->record.source_address, source.byte, 16);
	assert_memory_equal(e->record.destination_address, destination.byte, 16);
	assert_int_equal(ntohs(e->record.source_port), 40000);
	assert_int_equal(ntohs(e->record.destination_port), 80);
	assert_int_equal(e->record.ingress_zone, TRUST);
	assert_int_equal(e->record.egress_zone, UNTRUST);
	assert_int_equal(e->record.protocol, PROTOCOL_TCP);
	assert_int_equal(e->record.address_family, ADDRESS_FAMILY_INET6);
	assert_int_equal(e->record.ingress_interface, 1);
	assert_int_equal(e->record.application_id, 17);
	assert_int_equal(e->record.session_created_s, 0);
	assert_int_equal(e->record.client_packets, 0);
	assert_int_equal(e->extension.session_id, 0);
	assert_int_equal(e->extension.egress_interface, 2);
	assert_int_equal(e->extension.packet_length, 60);
	assert_int_equal(e->extension.tcp_flags, TCP_SYN);
	fixture_free(f);
}

static void
the_first_matching_rule_of_the_zone_pair_decides(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *deny = fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, port_rule(PROTOCOL_TCP, 80));
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	assert_int_equal(fixture_send(f, web4), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_POLICY_DENY);
	assert_deny(f, deny, DENY_REASON_POLICY, ACTION_DENY);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_int_equal(f->worker->policies[deny->counter].hits, 1);
	assert_int_equal(f->worker->policies[deny->counter].packets, 0);
	fixture_free(f);
}

static void
global_rules_come_after_the_zone_pairs_and_ask_for_their_zones(void **state)
{
	struct fixture *f = open_firewall();
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, port_rule(PROTOCOL_TCP, 80));
	struct policy_rule *other = fixture_rule(f, 0, 0, ACTION_PERMIT, fixture_any());
	struct policy_rule *deny = fixture_rule(f, 0, 0, ACTION_DENY, fixture_any());
	struct policy_rule *last = fixture_rule(f, 0, 0, ACTION_PERMIT, fixture_any());
	fixture_global_zones(f, 0, DMZ, UNTRUST);
	fixture_global_zones(f, 1, TRUST, UNTRUST);
	fixture_commit(f);
	assert_int_equal(fixture_send(f, web4), VERDICT_FORWARD);
	fixture_event(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_deny(f, deny, DENY_REASON_POLICY, ACTION_DENY);
	struct shape back = {
		.source = "10.0.2.2", .destination = "10.0.1.2", .source_port = 9, .destination_port = 9, .unit = 2
	};
	assert_int_equal(fixture_send(f, back), VERDICT_FORWARD);
	assert_int_equal(fixture_event(f)->record.policy_id, last->policy_id);
	assert_int_equal(f->worker->policies[other->counter].hits, 0);
	fixture_free(f);
}

static void
traffic_inside_a_zone_needs_a_policy_too(void **state)
{
	struct fixture *f = open_firewall();
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.1.2");
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "192.0.2.1";
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	fixture_rule(f, TRUST, TRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	assert_int_equal(f->out[0].port, 0);
	fixture_free(f);
}

static void
a_verdict_does_not_depend_on_its_log(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, port_rule(PROTOCOL_UDP, 53));
	r->log_init = false;
	f->snapshot.default_rule.log_init = false;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_int_equal(fixture_send(f, web4), VERDICT_DROP);
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->policies[r->counter].hits, 1);
	fixture_free(f);
}

static void
a_denied_packet_resolves_no_neighbour(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	uint8_t family;
	s.destination = "10.0.2.99";
	struct address a = fixture_address(s.destination, &family);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->worker->resolve_count, 0);
	assert_int_equal(neighbour_find(f->worker->neighbours, 2, family, &a), NEIGHBOUR_NONE);
	assert_deny(f, &f->snapshot.default_rule, DENY_REASON_DEFAULT_POLICY, ACTION_DENY);
	fixture_free(f);
}

static void
counted_rules_count_bytes(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *deny = fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, port_rule(PROTOCOL_TCP, 80));
	struct policy_rule *permit = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	deny->count = permit->count = true;
	fixture_commit(f);
	fixture_send(f, web4);
	for (unsigned i = 0; i < 3; i++)
		fixture_send(f, dns4);
	const struct policy_counters *c = &f->worker->policies[deny->counter];
	assert_int_equal(c->hits, 1);
	assert_int_equal(c->packets, 1);
	assert_int_equal(c->bytes, 40);
	assert_int_equal(c->sessions, 0);
	c = &f->worker->policies[permit->counter];
	assert_int_equal(c->hits, 1);
	assert_int_equal(c->packets, 3);
	assert_int_equal(c->bytes, 120);
	assert_int_equal(c->sessions, 1);
	fixture_free(f);
}

static void
a_rejected_connection_is_reset(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_commit(f);
	struct shape shapes[] = { web4, web6 };
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, shapes[i]), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_POLICY_REJECT);
		assert_int_equal(f->out_count, 1);
		assert_int_equal(f->out[0].port, 0);
		assert_memory_equal(f->out[0].data, ((uint8_t[]){ 6, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1 }), 12);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.tcp_flags, TCP_RST | TCP_ACK);
		assert_int_equal(out.tcp_sequence, 0);
		assert_int_equal(out.tcp_acknowledgment, 1001);
		assert_int_equal(ntohs(out.key.source_port), 80);
		assert_int_equal(ntohs(out.key.destination_port), 40000);
		assert_memory_equal(out.key.source.byte, f->packet.key.destination.byte, 16);
		assert_deny(f, r, DENY_REASON_REJECT, ACTION_REJECT);
	}
	assert_int_equal(f->worker->counters.resets_sent, 2);
	fixture_free(f);
}

static void
other_rejected_packets_are_told_port_unreachable(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_commit(f);
	struct shape shapes[] = { dns4, dns6 };
	const uint8_t type[] = { 3, 1 }, code[] = { 3, 4 };
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, shapes[i]), VERDICT_DROP);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, type[i]);
		assert_int_equal(out.icmp_code, code[i]);
		uint8_t family;
		struct address own = fixture_address(i ? "2001:db8:1::1" : "10.0.1.1", &family);
		assert_memory_equal(out.key.source.byte, own.byte, 16);
		assert_int_equal(ntohs(out.inner.source_port), 40000);
		assert_deny(f, r, DENY_REASON_REJECT, ACTION_REJECT);
	}
	fixture_free(f);
}

static void
a_tagged_sender_is_told_with_its_tag(void **state)
{
	struct fixture *f = open_firewall();
	fixture_rule(f, DMZ, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_commit(f);
	struct shape s = dns4;
	s.source = "10.0.3.2";
	s.unit = 3;
	fixture_send(f, s);
	struct packet out = fixture_parse(&f->out[0]);
	assert_int_equal(f->out[0].port, 2);
	assert_int_equal(out.vlan[0], 30);
	assert_int_equal(out.vlan_count, 1);
	fixture_free(f);
}

static void
what_may_not_be_answered_is_logged_as_not_told(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_commit(f);
	struct shape s = web4;
	s.tcp_flags = TCP_RST;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->out_count, 0);
	assert_deny(f, r, DENY_REASON_REJECT_SILENT, ACTION_DENY);
	f->unit[1].address_count = 0;
	fixture_send(f, dns4);
	assert_int_equal(f->out_count, 0);
	assert_deny(f, r, DENY_REASON_REJECT_SILENT, ACTION_DENY);
	fixture_free(f);
}

static void
answers_over_the_limit_are_logged_as_limited(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	f->snapshot.settings.icmp_error_rate = 10;
	f->snapshot.settings.icmp_error_burst = 2;
	fixture_commit(f);
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, i ? dns4 : web4);
		assert_deny(f, r, DENY_REASON_REJECT, ACTION_REJECT);
	}
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, i ? dns4 : web4);
		assert_int_equal(f->out_count, 0);
		assert_deny(f, r, DENY_REASON_REJECT_LIMITED, ACTION_DENY);
	}
	assert_int_equal(f->worker->counters.icmp_errors_limited, 1);
	assert_int_equal(f->worker->counters.resets_limited, 1);
	f->worker->now_ns += 100000000;
	fixture_send(f, dns4);
	assert_deny(f, r, DENY_REASON_REJECT, ACTION_REJECT);
	fixture_free(f);
}

static void
a_default_policy_can_reject(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.default_rule.action = ACTION_REJECT;
	fixture_commit(f);
	fixture_send(f, dns4);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	assert_int_equal(f->out_count, 1);
	assert_deny(f, &f->snapshot.default_rule, DENY_REASON_REJECT, ACTION_REJECT);
	f->snapshot.default_rule.action = ACTION_PERMIT;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	fixture_free(f);
}

static void
the_verdict_stands_when_the_ring_is_full(void **state)
{
	struct fixture *f = open_firewall();
	uint64_t lost = 0;
	for (unsigned i = 0; i < 6000; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	}
	lost = event_ring_counter(f->worker->ring, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_LOST_BUDGET);
	uint64_t written = event_ring_counter(f->worker->ring, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_WRITTEN);
	assert_true(lost > 0);
	assert_int_equal(lost + written, 6000);
	fixture_free(f);
}

static void
each_icmp_message_that_is_no_echo_is_judged_for_itself(void **state)
{
	enum { TIMESTAMP = 13, ADDRESS_MASK = 17 };
	struct fixture *f = open_firewall();
	struct classify_rule match = fixture_any();
	match.any_protocol = false;
	match.protocol = PROTOCOL_ICMP;
	match.icmp_type = TIMESTAMP;
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, match);
	fixture_commit(f);
	struct shape s = { .source = "10.0.1.2",
			   .destination = "10.0.2.2",
			   .protocol = PROTOCOL_ICMP,
			   .icmp_type = TIMESTAMP,
			   .payload = 12 };
	for (unsigned i = 0; i < 2; i++) {
		s.icmp_type = TIMESTAMP;
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		s.icmp_type = ADDRESS_MASK;
		assert_int_equal(fixture_send(f, s), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	}
	struct shape reply = { .source = "10.0.2.2",
			       .destination = "10.0.1.2",
			       .protocol = PROTOCOL_ICMP,
			       .icmp_type = 14,
			       .payload = 12,
			       .unit = 2 };
	assert_int_equal(fixture_send(f, reply), VERDICT_FORWARD);
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	fixture_free(f);
}

static void
a_packet_its_session_cannot_answer_for_counts_in_the_row_of_its_own_rule(void **state)
{
	static const struct shape there = { .source = "10.0.1.2",
					    .destination = "10.0.2.2",
					    .source_port = 40000,
					    .destination_port = 53,
					    .payload = 20 };
	struct shape back = { .source = "10.0.2.2",
			      .destination = "10.0.1.2",
			      .source_port = 53,
			      .destination_port = 40000,
			      .payload = 20,
			      .unit = 4 };
	struct fixture *f = fixture_new(64);
	f->unit[4].zone = UNTRUST;
	struct policy_rule *rule = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	struct policy_rule *other = fixture_rule(f, UNTRUST, DMZ, ACTION_PERMIT, fixture_any());
	rule->count = other->count = true;
	fixture_commit(f);
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 2, "10.0.2.2");
	assert_int_equal(fixture_send(f, there), VERDICT_FORWARD);
	uint32_t was = rule->counter, is = other->counter;
	assert_int_equal(f->worker->policies[was].packets, 1);
	rule->counter = is;
	other->counter = was;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, back), VERDICT_FORWARD);
	assert_int_equal(f->worker->policies[was].packets, 1);
	assert_int_equal(f->worker->policies[is].packets, 1);
	fixture_free(f);
}

static void
counters_follow_their_names_over_a_commit(void **state)
{
	struct fixture *f = open_firewall();
	struct policy_rule *r = fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, fixture_any());
	fixture_commit(f);
	fixture_send(f, dns4);
	fixture_send(f, dns4);
	assert_int_equal(f->worker->policies[r->counter].hits, 2);

	struct snapshot before = f->snapshot;
	const char *old_names[] = { "default", f->counter_name[1] },
		   *new_names[] = { "new", "default", f->counter_name[1] };
	struct unit units[FIXTURE_UNITS];
	memcpy(units, f->unit, sizeof units);
	before.counter_name = old_names;
	before.unit = units;
	f->worker->snapshot = &before;
	f->counter_name[0] = new_names[0];
	f->snapshot.counter_name = new_names;
	f->snapshot.counter_count = 3;
	memcpy(f->unit[1].name, units[2].name, NAME_MAX_BYTES);
	memcpy(f->unit[2].name, units[1].name, NAME_MAX_BYTES);
	worker_snapshot(f->worker, &f->snapshot);
	assert_int_equal(f->worker->policies[0].hits, 0);
	assert_int_equal(f->worker->policies[2].hits, 2);
	assert_int_equal(f->worker->units[1].in_packets, 0);
	assert_int_equal(f->worker->units[2].in_packets, 2);
	f->snapshot.counter_name = f->counter_name;
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_rule_the_default_policy_denies),
		cmocka_unit_test(every_field_of_a_deny_event_is_the_packets),
		cmocka_unit_test(the_first_matching_rule_of_the_zone_pair_decides),
		cmocka_unit_test(global_rules_come_after_the_zone_pairs_and_ask_for_their_zones),
		cmocka_unit_test(traffic_inside_a_zone_needs_a_policy_too),
		cmocka_unit_test(a_verdict_does_not_depend_on_its_log),
		cmocka_unit_test(a_denied_packet_resolves_no_neighbour),
		cmocka_unit_test(counted_rules_count_bytes),
		cmocka_unit_test(a_rejected_connection_is_reset),
		cmocka_unit_test(other_rejected_packets_are_told_port_unreachable),
		cmocka_unit_test(a_tagged_sender_is_told_with_its_tag),
		cmocka_unit_test(what_may_not_be_answered_is_logged_as_not_told),
		cmocka_unit_test(answers_over_the_limit_are_logged_as_limited),
		cmocka_unit_test(a_default_policy_can_reject),
		cmocka_unit_test(the_verdict_stands_when_the_ring_is_full),
		cmocka_unit_test(each_icmp_message_that_is_no_echo_is_judged_for_itself),
		cmocka_unit_test(a_packet_its_session_cannot_answer_for_counts_in_the_row_of_its_own_rule),
		cmocka_unit_test(counters_follow_their_names_over_a_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
