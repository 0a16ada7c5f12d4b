/* nat_test.c: addresses and ports that are translated, in every direction and on every path: what leaves is compared with a
 * frame made from scratch, so each checksum must be right. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nat/owners.h"
#include "pipeline/nat_lab.h"
#include "pipeline/trace.h"

static void
first_and_later_packets_of_both_directions_are_translated(void **state)
{
	const struct shape all[] = { dns, ping };
	for (unsigned off = 0; off < 2; off++) {
		struct lab *l = interface_lab();
		l->f->worker->memo_off = off;
		for (unsigned i = 0; i < 2; i++) {
			uint16_t port = assert_goes(l, all[i], "10.0.2.1");
			for (unsigned n = 0; n < 3; n++) {
				assert_returns(l, all[i], "10.0.2.1", port);
				assert_int_equal(assert_goes(l, all[i], "10.0.2.1"), port);
			}
		}
		uint16_t port6 = assert_goes(l, dns6, "2001:db8:2::1");
		assert_returns(l, dns6, "2001:db8:2::1", port6);
		assert_int_equal(flow_table_used(l->f->worker->flows), 3);
		lab_free(l);
	}
}

static void
a_tcp_connection_is_translated_and_both_events_name_the_rule_and_both_tuples(void **state)
{
	struct lab *l = interface_lab();
	struct fixture *f = l->f;
	uint16_t port = assert_goes(l, syn, "10.0.2.1");
	assert_returns(l, syn, "10.0.2.1", port);
	struct shape ack = syn;
	ack.tcp_flags = TCP_ACK;
	ack.sequence = 1001;
	ack.acknowledgment = 5001;
	ack.payload = 99;
	assert_int_equal(assert_goes(l, ack, "10.0.2.1"), port);
	struct event_frame e = next_event(l, EVENT_TYPE_SESSION_OPEN);
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t client[4] = { 10, 0, 1, 2 }, outer[4] = { 10, 0, 2, 1 }, none[16] = { 0 };
		assert_memory_equal(e.record.source_address, client, 4);
		assert_int_equal(ntohs(e.record.source_port), 40000);
		assert_memory_equal(e.record.nat_source_address, outer, 4);
		assert_int_equal(ntohs(e.record.nat_source_port), port);
		assert_memory_equal(e.record.nat_destination_address, none, 16);
		assert_int_equal(e.record.nat_destination_port, 0);
		assert_int_equal(e.extension.source_nat_rule_id, 1);
		assert_int_equal(e.extension.destination_nat_rule_id, 0);
		if (i == 0) {
			assert_int_equal(session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL), 1);
			e = next_event(l, EVENT_TYPE_SESSION_CLOSE);
			assert_int_equal(e.record.client_packets, 2);
			assert_int_equal(e.record.server_packets, 1);
		}
	}
	assert_int_equal(f->worker->nat_rules[0].hits, 1);
	lab_free(l);
}

static void
two_clients_with_one_source_port_have_ports_of_their_own(void **state)
{
	struct lab *l = interface_lab();
	struct shape other = dns;
	other.source = "10.0.1.3";
	uint16_t first = assert_goes(l, dns, "10.0.2.1"), second = assert_goes(l, other, "10.0.2.1");
	assert_int_not_equal(first, second);
	assert_returns(l, dns, "10.0.2.1", first);
	assert_returns(l, other, "10.0.2.1", second);
	lab_free(l);
}

static void
protocols_have_ports_of_their_own_and_what_has_none_keeps_none(void **state)
{
	struct lab *l = interface_lab();
	struct shape gre = dns;
	gre.protocol = PROTOCOL_GRE;
	gre.source_port = gre.destination_port = 0;
	assert_int_equal(fixture_send(l->f, gre), VERDICT_FORWARD);
	struct shape sent = gre;
	sent.source = "10.0.2.1";
	assert_leaves(l, sent, 2);
	assert_int_equal(fixture_send(l->f, answer(sent, 2)), VERDICT_FORWARD);
	assert_leaves(l, answer(gre, 1), 1);
	/* Another client's could not be told apart on its way back. */
	gre.source = "10.0.1.3";
	assert_int_equal(fixture_send(l->f, gre), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_EXHAUSTED);
	lab_free(l);
}

/* An ICMP error about the last output, from a host on `unit`. */
static struct shape
error_about(struct lab *l, struct output *copy, uint8_t bytes[2048], const char *from, const char *to, uint16_t unit)
{
	*copy = l->f->out[0];
	memcpy(bytes, copy->data, copy->length);
	copy->data = bytes;
	return (struct shape){ .source = from,
			       .destination = to,
			       .protocol = PROTOCOL_ICMP,
			       .icmp_type = ICMP_TIME_EXCEEDED,
			       .unit = unit,
			       .quote = copy };
}

/* The frame that an error must quote when it leaves. */
static struct output
quote_of(struct lab *l, uint8_t bytes[2048], struct shape s)
{
	s.ttl = 63;
	return (struct output){ .data = bytes, .length = fixture_write(l->f, bytes, &s) };
}

static void
icmp_errors_from_outside_reach_the_client_about_what_it_sent(void **state)
{
	const struct shape all[] = { dns, syn, ping };
	for (unsigned i = 0; i < 3; i++) {
		struct lab *l = interface_lab();
		uint8_t quoted[2048], wanted[2048];
		struct output copy;
		assert_goes(l, all[i], "10.0.2.1");
		struct shape error = error_about(l, &copy, quoted, "10.0.2.9", "10.0.2.1", 2);
		assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
		struct output quote = quote_of(l, wanted, all[i]);
		error.destination = "10.0.1.2";
		error.quote = &quote;
		assert_leaves(l, error, 1);
		lab_free(l);
	}
}

static void
icmp_errors_from_inside_hide_who_sent_them(void **state)
{
	static const char *const from[] = { "10.0.1.2", "10.0.1.3" };
	for (unsigned i = 0; i < 2; i++) {
		struct lab *l = interface_lab();
		uint8_t quoted[2048], wanted[2048];
		struct output copy;
		uint16_t port = assert_goes(l, dns, "10.0.2.1");
		assert_returns(l, dns, "10.0.2.1", port);
		struct shape error = error_about(l, &copy, quoted, from[i], "10.0.2.2", 1);
		assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
		struct output quote = quote_of(l, wanted, answer(as_sent(dns, "10.0.2.1", port), 2));
		error.source = "10.0.2.1";
		error.quote = &quote;
		assert_leaves(l, error, 2);
		lab_free(l);
	}
}

static void
the_sender_of_a_packet_that_ends_here_is_told_about_what_it_sent(void **state)
{
	struct lab *l = interface_lab();
	struct shape last = dns;
	assert_goes(l, dns, "10.0.2.1");
	last.ttl = 1;
	assert_int_equal(fixture_send(l->f, last), VERDICT_DROP);
	assert_int_equal(l->f->out_count, 1);
	struct packet p = fixture_parse(&l->f->out[0]);
	const uint8_t client[4] = { 10, 0, 1, 2 };
	assert_memory_equal(p.key.destination.byte, client, 4);
	assert_memory_equal(p.inner.source.byte, client, 4);
	assert_int_equal(ntohs(p.inner.source_port), 40000);
	lab_free(l);
}

static void
fragments_follow_the_translation_of_the_first(void **state)
{
	struct lab *l = interface_lab();
	struct shape first = dns, later = dns;
	first.payload = 24;
	first.more_fragments = true;
	first.fragment_id = later.fragment_id = 77;
	later.fragment_offset = 32;
	assert_int_equal(fixture_send(l->f, first), VERDICT_FORWARD);
	uint16_t port = sent_port(l);
	assert_int_equal(fixture_send(l->f, later), VERDICT_FORWARD);
	struct shape sent = later;
	sent.source = "10.0.2.1";
	assert_leaves(l, sent, 2);
	struct shape back = answer(as_sent(first, "10.0.2.1", port), 2),
		     rest = answer(as_sent(later, "10.0.2.1", port), 2);
	assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
	assert_int_equal(fixture_send(l->f, rest), VERDICT_FORWARD);
	rest.destination = "10.0.1.2";
	assert_leaves(l, rest, 1);
	lab_free(l);
}

static void
a_pool_that_is_used_up_lets_nothing_pass_until_a_port_comes_back(void **state)
{
	struct lab *l = lab_new();
	lab_pool(l, lab_rule(l, NAT_SOURCE, 1, 2, NAT_POOL), "10.0.2.50", 2, 2000, 2001);
	lab_commit(l);
	uint32_t seen[2][2] = { 0 };
	struct shape s = dns;
	for (uint16_t i = 0; i < 4; i++) {
		s.source_port = (uint16_t)(100 + i);
		assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
		struct packet p = fixture_parse(&l->f->out[0]);
		unsigned address = p.key.source.byte[3] - 50u, port = ntohs(p.key.source_port) - 2000u;
		assert_true(address < 2 && port < 2);
		assert_int_equal(seen[address][port]++, 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		s.source_port = 200;
		assert_int_equal(fixture_send(l->f, s), VERDICT_DROP);
		assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_EXHAUSTED);
		assert_int_equal(l->f->out_count, 0);
	}
	assert_int_equal(l->f->worker->counters.drop[DROP_REASON_NAT_EXHAUSTED], 2);
	assert_int_equal(l->f->worker->nat_rules[0].failures, 2);
	assert_int_equal(l->f->worker->nat_rules[0].hits, 4);
	/* TCP has ports of its own. */
	assert_int_equal(fixture_send(l->f, syn), VERDICT_FORWARD);
	fixture_housekeep(l->f, 100 * SECOND);
	assert_int_equal(flow_table_used(l->f->worker->flows), 0);
	assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
	lab_free(l);
}

static void
an_overflow_takes_over_when_a_pool_is_used_up(void **state)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 2, NAT_POOL);
	lab_pool(l, r, "10.0.2.50", 1, 2000, 2000)->overflow = NAT_OVERFLOW_INTERFACE;
	lab_commit(l);
	assert_int_equal(fixture_send(l->f, dns), VERDICT_FORWARD);
	assert_leaves(l, as_sent(dns, "10.0.2.50", 2000), 2);
	struct shape other = dns;
	other.source_port = 1;
	assert_goes(l, other, "10.0.2.1");
	lab_free(l);
}

static void
a_persistent_client_keeps_its_address_and_a_port_that_stays_is_kept(void **state)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 2, NAT_POOL);
	struct nat_pool *pool = lab_pool(l, r, "10.0.2.50", 4, 0, 0);
	pool->persistent = true;
	lab_commit(l);
	uint8_t address = 0;
	struct shape s = dns;
	for (uint16_t i = 0; i < 8; i++) {
		s.source_port = (uint16_t)(100 + i);
		assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
		struct packet p = fixture_parse(&l->f->out[0]);
		assert_int_equal(ntohs(p.key.source_port), 100 + i);
		assert_true(i == 0 || p.key.source.byte[3] == address);
		address = p.key.source.byte[3];
	}
	lab_free(l);
}

/* Neighbours in one network differ in few bits, wherever those stand. */
static void
clients_of_one_network_are_spread_over_a_persistent_pool(void **state)
{
	for (unsigned byte = 0; byte < 16; byte++) {
		unsigned odd = 0;
		for (unsigned i = 0; i < 256; i++) {
			struct address a = { .byte = { 0x20, 1, 0xd, 0xb8 } };
			a.byte[byte] = (uint8_t)i;
			odd += nat_address_hash(&a) & 1;
		}
		assert_in_range(odd, 96, 160);
	}
}

static struct lab *
web_lab(void)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_DESTINATION, 2, 0, NAT_POOL);
	lab_destination(l, r, "10.0.2.1", 80);
	lab_pool(l, r, "10.0.1.2", 1, 8080, 8080);
	struct classify_rule only = fixture_any();
	struct address_set *server = &l->address_set[RULES - 1];
	l->range[RULES - 1].low = l->range[RULES - 1].high = l->address[0][0];
	*server = (struct address_set){ .inet_count = 1, .inet = &l->range[RULES - 1] };
	only.destination_set_count = 1;
	only.destination_set = &l->address_sets[RULES - 1];
	only.destination_port_low = only.destination_port_high = 8080;
	fixture_rule(l->f, UNTRUST, TRUST, ACTION_PERMIT, only);
	lab_commit(l);
	return l;
}

static const struct shape web = { .source = "10.0.2.2",
				  .destination = "10.0.2.1",
				  .source_port = 5555,
				  .destination_port = 80,
				  .protocol = PROTOCOL_TCP,
				  .tcp_flags = TCP_SYN,
				  .sequence = 1000,
				  .unit = 2 };

static void
policy_sees_the_server_that_a_destination_pool_leads_to_and_the_client_does_not(void **state)
{
	struct lab *l = web_lab();
	struct shape inside = web, back;
	inside.destination = "10.0.1.2";
	inside.destination_port = 8080;
	assert_int_equal(fixture_send(l->f, web), VERDICT_FORWARD);
	assert_leaves(l, inside, 1);
	assert_int_equal(fixture_send(l->f, answer(inside, 1)), VERDICT_FORWARD);
	back = answer(web, 2);
	assert_leaves(l, back, 2);
	/* on the fast path too */
	back.tcp_flags = TCP_ACK;
	back.sequence = 5001;
	struct shape ack = web;
	ack.tcp_flags = TCP_ACK;
	ack.sequence = 1001;
	ack.acknowledgment = 5001;
	assert_int_equal(fixture_send(l->f, ack), VERDICT_FORWARD);
	ack.destination = "10.0.1.2";
	ack.destination_port = 8080;
	assert_leaves(l, ack, 1);
	struct event_frame e = next_event(l, EVENT_TYPE_SESSION_OPEN);
	const uint8_t server[4] = { 10, 0, 1, 2 }, outer[4] = { 10, 0, 2, 1 }, none[16] = { 0 };
	assert_memory_equal(e.record.destination_address, outer, 4);
	assert_int_equal(ntohs(e.record.destination_port), 80);
	assert_memory_equal(e.record.nat_destination_address, server, 4);
	assert_int_equal(ntohs(e.record.nat_destination_port), 8080);
	assert_memory_equal(e.record.nat_source_address, none, 16);
	assert_int_equal(e.extension.destination_nat_rule_id, 1);
	assert_int_equal(e.extension.source_nat_rule_id, 0);
	/* Other ports are this host's own. */
	struct shape other = web;
	other.destination_port = 81;
	assert_int_equal(fixture_send(l->f, other), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_HOST_INBOUND);
	lab_free(l);
}

static void
icmp_errors_about_a_translated_destination_are_translated_back(void **state)
{
	struct lab *l = web_lab();
	uint8_t quoted[2048], wanted[2048];
	struct output copy;
	assert_int_equal(fixture_send(l->f, web), VERDICT_FORWARD);
	struct shape error = error_about(l, &copy, quoted, "10.0.1.2", "10.0.2.2", 1);
	assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
	struct output quote = quote_of(l, wanted, web);
	error.source = "10.0.2.1";
	error.quote = &quote;
	assert_leaves(l, error, 2);
	lab_free(l);
}

static struct lab *
static_lab(void)
{
	struct lab *l = lab_new();
	struct nat_rule *in = lab_rule(l, NAT_STATIC_DESTINATION, 2, 0, NAT_PREFIX);
	lab_prefixes(l, in, "10.0.2.192", "10.0.1.0", 26, false);
	struct nat_rule *destination = lab_rule(l, NAT_DESTINATION, 2, 0, NAT_POOL);
	lab_pool(l, destination, "10.0.1.3", 1, 0, 0);
	lab_destination(l, destination, "10.0.2.194", 0);
	struct nat_rule *out = lab_rule(l, NAT_STATIC_SOURCE, 0, 2, NAT_PREFIX);
	lab_prefixes(l, out, "10.0.2.192", "10.0.1.0", 26, true);
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	fixture_rule(l->f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	return l;
}

static void
a_static_prefix_holds_in_both_directions_and_before_other_rules(void **state)
{
	struct lab *l = static_lab();
	struct shape sent = dns;
	sent.source = "10.0.2.194";
	assert_int_equal(fixture_send(l->f, dns), VERDICT_FORWARD);
	assert_leaves(l, sent, 2);
	assert_int_equal(fixture_send(l->f, answer(sent, 2)), VERDICT_FORWARD);
	assert_leaves(l, answer(dns, 1), 1);
	struct shape in = web, inside = web;
	in.destination = "10.0.2.194";
	inside.destination = "10.0.1.2";
	assert_int_equal(fixture_send(l->f, in), VERDICT_FORWARD);
	assert_leaves(l, inside, 1);
	assert_int_equal(fixture_send(l->f, answer(inside, 1)), VERDICT_FORWARD);
	assert_leaves(l, answer(in, 2), 2);
	lab_free(l);
}

/* nptv6_lab: the network of unit 1 seems to be 2001:db8:a::/64 from unit 2. */
static struct lab *
nptv6_lab(void)
{
	struct lab *l = lab_new();
	struct nat_rule *in = lab_rule(l, NAT_STATIC_DESTINATION, 2, 0, NAT_NPTV6);
	lab_prefixes(l, in, "2001:db8:a::", "2001:db8:1::", 64, false);
	struct nat_rule *out = lab_rule(l, NAT_STATIC_SOURCE, 0, 2, NAT_NPTV6);
	lab_prefixes(l, out, "2001:db8:a::", "2001:db8:1::", 64, true);
	fixture_rule(l->f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	return l;
}

static void
an_nptv6_prefix_holds_in_both_directions_and_leaves_checksums_alone(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		struct lab *l = nptv6_lab();
		l->f->worker->memo_off = off;
		struct shape ping6 = dns6;
		ping6.protocol = PROTOCOL_ICMP6;
		ping6.icmp_type = ICMP6_ECHO_REQUEST;
		ping6.icmp_id = 7;
		const struct shape from_inside[] = { dns6, ping6 };
		for (unsigned i = 0; i < 2; i++) {
			struct shape sent = from_inside[i];
			sent.source = "2001:db8:a:0:fff6::2";
			for (unsigned n = 0; n < 2; n++) {
				assert_int_equal(fixture_send(l->f, from_inside[i]), VERDICT_FORWARD);
				assert_leaves(l, sent, 2);
				assert_int_equal(fixture_send(l->f, answer(sent, 2)), VERDICT_FORWARD);
				assert_leaves(l, answer(from_inside[i], 1), 1);
			}
		}
		struct shape in = answer(dns6, 2), inside = answer(dns6, 2);
		in.source_port = inside.source_port = 41000;
		in.destination = "2001:db8:a:0:fff6::2";
		assert_int_equal(fixture_send(l->f, in), VERDICT_FORWARD);
		inside.destination = "2001:db8:1::2";
		assert_leaves(l, inside, 1);
		assert_int_equal(fixture_send(l->f, answer(inside, 1)), VERDICT_FORWARD);
		assert_leaves(l, answer(in, 2), 2);
		lab_free(l);
	}
}

static void
the_events_of_an_nptv6_session_name_its_rule_and_both_addresses(void **state)
{
	struct lab *l = nptv6_lab();
	struct address inner = { .half = { 0, 0 } }, outer = inner;
	uint8_t family;
	inner = fixture_address("2001:db8:1::2", &family);
	outer = fixture_address("2001:db8:a:0:fff6::2", &family);
	assert_int_equal(fixture_send(l->f, dns6), VERDICT_FORWARD);
	struct event_frame e = next_event(l, EVENT_TYPE_SESSION_OPEN);
	assert_memory_equal(e.record.source_address, &inner, 16);
	assert_memory_equal(e.record.nat_source_address, &outer, 16);
	assert_int_equal(ntohs(e.record.source_port), 40000);
	assert_int_equal(e.extension.source_nat_rule_id, 2);
	assert_int_equal(e.extension.destination_nat_rule_id, 0);
	assert_int_equal(l->f->worker->nat_rules[1].hits, 1);
	lab_free(l);
}

static void
icmp_errors_about_an_nptv6_session_reach_its_client_about_what_it_sent(void **state)
{
	struct lab *l = nptv6_lab();
	uint8_t quoted[2048], wanted[2048];
	struct output copy;
	struct shape sent = dns6;
	sent.source = "2001:db8:a:0:fff6::2";
	assert_int_equal(fixture_send(l->f, dns6), VERDICT_FORWARD);
	struct shape error = error_about(l, &copy, quoted, "2001:db8:2::2", sent.source, 2);
	error.protocol = PROTOCOL_ICMP6;
	error.icmp_type = ICMP6_TIME_EXCEEDED;
	assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
	struct shape left = dns6;
	left.ttl = 63;
	struct output quote = quote_of(l, wanted, left);
	error.destination = "2001:db8:1::2";
	error.quote = &quote;
	assert_leaves(l, error, 1);
	lab_free(l);
}

static void
an_address_that_nptv6_has_no_counterpart_for_goes_nowhere_and_its_sender_is_told(void **state)
{
	struct lab *l = nptv6_lab();
	struct shape in = answer(dns6, 2), out = dns6;
	in.destination = "2001:db8:a:0:ffff:ffff:ffff:ffff";
	out.source = "2001:db8:1:0:9::";
	const struct shape all[] = { in, out };
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(l->f, all[i]), VERDICT_DROP);
		assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_UNMAPPABLE);
		assert_int_equal(l->f->out_count, 1);
		const uint8_t *icmp = l->f->out[0].data + 14 + 40;
		assert_int_equal(icmp[0], ICMP6_UNREACHABLE);
		assert_int_equal(icmp[1], 3); /* address unreachable */
		assert_int_equal(l->f->worker->nat_rules[i].failures, 1);
		assert_int_equal(l->f->worker->nat_rules[i].hits, 0);
	}
	assert_int_equal(flow_table_used(l->f->worker->flows), 0);
	lab_free(l);
}

static void
a_commit_ends_an_nptv6_session_whose_prefix_is_another_now(void **state)
{
	for (unsigned other = 0; other < 2; other++) {
		struct lab *l = nptv6_lab();
		assert_int_equal(fixture_send(l->f, dns6), VERDICT_FORWARD);
		if (other)
			l->rule[1].outer.byte[5] = 0xb;
		lab_commit(l);
		assert_int_equal(fixture_send(l->f, dns6), other ? VERDICT_DROP : VERDICT_FORWARD);
		if (other)
			assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_CHANGED);
		lab_free(l);
	}
}

static void
a_rule_that_says_off_keeps_the_packet_as_it_is(void **state)
{
	struct lab *l = lab_new();
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_OFF);
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	lab_commit(l);
	assert_int_equal(fixture_send(l->f, dns), VERDICT_FORWARD);
	assert_leaves(l, dns, 2);
	assert_int_equal(next_event(l, EVENT_TYPE_SESSION_OPEN).extension.source_nat_rule_id, 0);
	lab_free(l);
}

static void
a_commit_keeps_a_translation_that_still_holds(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct lab *l = interface_lab();
		uint16_t port = assert_goes(l, dns, "10.0.2.1"), id = assert_goes(l, ping, "10.0.2.1");
		/* The rule has another number now. */
		lab_release(l);
		l->nat.set_count = l->nat.rule_count = 0;
		lab_rule(l, NAT_SOURCE, 3, 2, NAT_OFF);
		lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
		lab_commit(l);
		if (i == 0)
			assert_int_equal(assert_goes(l, dns, "10.0.2.1"), port);
		assert_returns(l, dns, "10.0.2.1", port);
		assert_int_equal(assert_goes(l, ping, "10.0.2.1"), id);
		assert_int_equal(session_close_matching(l->f->worker, CLOSE_REASON_CLEARED, NULL, NULL), 2);
		next_event(l, EVENT_TYPE_SESSION_OPEN);
		next_event(l, EVENT_TYPE_SESSION_OPEN);
		assert_int_equal(next_event(l, EVENT_TYPE_SESSION_CLOSE).extension.source_nat_rule_id, 2);
		lab_free(l);
	}
}

static void
a_commit_ends_a_session_whose_translation_is_another_now(void **state)
{
	enum { REMOVED, OFF, POOL, CHANGES };
	for (unsigned change = 0; change < CHANGES; change++) {
		struct lab *l = interface_lab();
		uint16_t port = assert_goes(l, dns, "10.0.2.1");
		next_event(l, EVENT_TYPE_SESSION_OPEN);
		l->rule[0].action = change == OFF ? NAT_OFF : NAT_POOL;
		lab_pool(l, &l->rule[0], "10.0.2.50", 1, FIRST_PORT, LAST_PORT);
		lab_commit(l);
		if (change == REMOVED) {
			l->f->snapshot.nat = NULL;
			fixture_commit(l->f);
		}
		bool reply = change == POOL;
		struct shape s = reply ? answer(as_sent(dns, "10.0.2.1", port), 2) : dns;
		assert_int_equal(fixture_send(l->f, s), VERDICT_DROP);
		assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_CHANGED);
		assert_int_equal(l->f->out_count, 0);
		struct event_frame e = next_event(l, EVENT_TYPE_SESSION_CLOSE);
		assert_int_equal(e.record.close_reason, CLOSE_REASON_POLICY_DELETE);
		assert_int_equal(ntohs(e.record.nat_source_port), port);
		assert_int_equal(flow_table_used(l->f->worker->flows), 0);
		/* What comes next begins anew. */
		assert_int_equal(fixture_send(l->f, dns), VERDICT_FORWARD);
		lab_free(l);
	}
}

static void
a_commit_ends_a_session_that_would_be_translated_now(void **state)
{
	struct lab *l = lab_new();
	lab_commit(l);
	assert_int_equal(fixture_send(l->f, dns), VERDICT_FORWARD);
	assert_leaves(l, dns, 2);
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	lab_commit(l);
	assert_int_equal(fixture_send(l->f, dns), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_CHANGED);
	assert_goes(l, dns, "10.0.2.1");
	lab_free(l);
}

static void
the_addresses_of_a_translated_session_pass_only_from_where_it_lies(void **state)
{
	struct lab *l = interface_lab();
	fixture_rule(l->f, DMZ, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(l->f, DMZ, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	struct shape forged = dns;
	forged.unit = 3;
	assert_int_equal(fixture_send(l->f, forged), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_NO_SESSION);
	forged = answer(as_sent(dns, "10.0.2.1", port), 3);
	assert_int_equal(fixture_send(l->f, forged), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_NO_SESSION);
	assert_returns(l, dns, "10.0.2.1", port);
	lab_free(l);
}

static void
a_packet_that_waits_for_its_neighbour_leaves_translated(void **state)
{
	struct lab *l = interface_lab();
	struct shape s = dns;
	s.destination = "10.0.2.7";
	assert_int_equal(fixture_send(l->f, s), VERDICT_WAIT);
	fixture_neighbour(l->f, 2, "10.0.2.7");
	fixture_housekeep(l->f, 10000000);
	uint16_t port = sent_port(l);
	assert_leaves(l, as_sent(s, "10.0.2.1", port), 2);
	/* One that waits in vain gives its port back. */
	s.destination = "10.0.2.8";
	struct address outer = l->f->address[2][0].address;
	assert_int_equal(fixture_send(l->f, s), VERDICT_WAIT);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &outer), 2);
	fixture_housekeep(l->f, 4 * SECOND);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &outer), 1);
	lab_free(l);
}

static void
output_filters_see_packets_as_they_leave(void **state)
{
	struct lab *l = lab_new();
	struct fixture *f = l->f;
	uint16_t filter = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *inside = fixture_term(f, filter, FILTER_DISCARD),
			   *rest = fixture_term(f, filter, FILTER_ACCEPT);
	static struct address_range range;
	static struct address_set set;
	uint8_t family;
	range.low = range.high = fixture_address("10.0.1.2", &family);
	set = (struct address_set){ .inet_count = 1, .inet = &range };
	inside->source = &set;
	rest->log = true;
	assert_true(filter_compile(&f->filter[filter]));
	f->unit[2].filter_output = filter;
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	lab_commit(l);
	const uint8_t outer[4] = { 10, 0, 2, 1 };
	uint16_t port = 0;
	for (unsigned i = 0; i < 2; i++) {
		port = assert_goes(l, dns, "10.0.2.1");
		struct event_frame e = next_event(l, EVENT_TYPE_FILTER_LOG);
		assert_int_equal(e.record.filter_log_source,
				 i == 0 ? FILTER_LOG_SOURCE_OUTPUT : FILTER_LOG_SOURCE_CACHED_OUTPUT);
		assert_memory_equal(e.record.source_address, outer, 4);
		assert_int_equal(ntohs(e.record.source_port), port);
		if (i == 0)
			next_event(l, EVENT_TYPE_SESSION_OPEN);
	}
	filter_release(&f->filter[filter]);
	lab_free(l);
}

static void
explain_tells_the_translation_and_takes_no_port(void **state)
{
	struct lab *l = interface_lab();
	uint8_t bytes[EXPLAIN_BYTES];
	struct packet p;
	struct trace t;
	struct flow_key k = { .protocol = PROTOCOL_UDP, .family = ADDRESS_FAMILY_INET, .source_port = htons(1) };
	uint8_t family;
	k.source = fixture_address("10.0.1.2", &family);
	k.destination = fixture_address("10.0.2.2", &family);
	assert_true(explain_packet(&p, bytes, &l->f->snapshot, 1, &k));
	pipeline_explain(l->f->worker, &p, &t);
	assert_int_equal(p.verdict, VERDICT_FORWARD);
	bool found = false;
	for (uint32_t i = 0; i < t.count; i++)
		found |= strcmp(t.step[i].stage, "source-nat") == 0 &&
			 strncmp(t.step[i].text, "by rule rule/1 to 10.0.2.1 port ", 32) == 0;
	assert_true(found);
	struct address outer = l->f->address[2][0].address;
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &outer), 0);
	lab_free(l);
}

/* ---- two workers ---- */

enum { WORKERS = 2 };

/* cluster: two labs configured alike, each the share of one worker. */
struct cluster {
	struct lab *lab[WORKERS];
	struct nat_owners *owners;
};

static struct cluster
cluster_of(struct lab *(*make)(void))
{
	struct cluster c = { .owners = nat_owners_create(1024, 5) };
	for (uint32_t i = 0; i < WORKERS; i++) {
		c.lab[i] = make();
		struct worker *w = c.lab[i]->f->worker;
		nat_ports_destroy(w->nat_ports);
		w->nat_ports = NULL;
		w->index = i;
		w->workers = WORKERS;
		w->owners = c.owners;
		lab_commit(c.lab[i]);
	}
	return c;
}

static void
cluster_free(struct cluster *c)
{
	for (uint32_t i = 0; i < WORKERS; i++) {
		session_close_matching(c->lab[i]->f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
		lab_free(c->lab[i]);
	}
	nat_owners_destroy(c->owners);
}

static uint32_t
owner_of(struct cluster *c, struct shape s)
{
	uint8_t bytes[2048];
	struct fixture *f = c->lab[0]->f;
	struct packet p = { .data = bytes, .port = f->unit[s.unit ? s.unit : 1].port };
	p.length = fixture_write(f, bytes, &s);
	p.drop_reason = (uint8_t)packet_parse(&p);
	return pipeline_owner(f->worker, &p);
}

/* Whose a fragment is, as the worker says to which it has come. */
static uint32_t
part_owner_of(struct cluster *c, uint32_t at, struct shape s)
{
	uint8_t bytes[2048];
	struct fixture *f = c->lab[at]->f;
	struct packet p = { .data = bytes, .port = f->unit[s.unit ? s.unit : 1].port };
	p.length = fixture_write(f, bytes, &s);
	p.drop_reason = (uint8_t)packet_parse(&p);
	return pipeline_part_owner(f->worker, &p);
}

/* Sends a packet to the worker that owns it, which must pass it on; returns which. */
static uint32_t
assert_passes(struct cluster *c, struct shape s)
{
	uint32_t owner = owner_of(c, s);
	assert_int_equal(fixture_send(c->lab[owner]->f, s), VERDICT_FORWARD);
	return owner;
}

static void
replies_come_to_the_worker_that_has_their_session(void **state)
{
	const struct shape all[] = { dns, syn, ping };
	char source[16];
	uint32_t count[WORKERS] = { 0 };
	struct cluster c = cluster_of(interface_lab);
	for (unsigned i = 0; i < 3 * 20; i++) {
		struct shape s = all[i % 3];
		snprintf(source, sizeof source, "10.0.1.%u", 2 + i / 3);
		s.source = source;
		for (uint32_t w = 0; w < WORKERS; w++)
			fixture_neighbour(c.lab[w]->f, 1, source);
		uint32_t owner = assert_passes(&c, s);
		struct lab *l = c.lab[owner];
		uint16_t port = sent_port(l);
		count[owner]++;
		struct shape back = answer(as_sent(s, "10.0.2.1", port), 2);
		assert_int_equal(assert_passes(&c, back), owner);
		assert_leaves(l, answer(s, 1), 1);
		/* an error that comes back, too */
		uint8_t quoted[2048];
		struct output copy;
		assert_passes(&c, s);
		struct shape error = error_about(l, &copy, quoted, "10.0.2.9", "10.0.2.1", 2);
		assert_int_equal(assert_passes(&c, error), owner);
	}
	assert_true(count[0] > 0 && count[1] > 0);
	cluster_free(&c);
}

static void
fragments_of_replies_come_to_the_worker_that_has_their_session(void **state)
{
	char source[16];
	unsigned elsewhere = 0;
	struct cluster c = cluster_of(interface_lab);
	for (unsigned i = 0; i < 20; i++) {
		struct shape s = dns;
		snprintf(source, sizeof source, "10.0.1.%u", 2 + i);
		s.source = source;
		for (uint32_t w = 0; w < WORKERS; w++)
			fixture_neighbour(c.lab[w]->f, 1, source);
		uint32_t owner = assert_passes(&c, s);
		struct shape back = answer(as_sent(s, "10.0.2.1", sent_port(c.lab[owner])), 2), rest = back;
		back.payload = 24;
		back.more_fragments = true;
		back.fragment_id = rest.fragment_id = (uint16_t)(100 + i / 2);
		rest.fragment_offset = 32;
		/* All fragments meet at one worker, which knows better when it has seen the first one. */
		uint32_t meet = owner_of(&c, back);
		assert_int_equal(owner_of(&c, rest), meet);
		assert_int_equal(part_owner_of(&c, meet, back), owner);
		assert_int_equal(part_owner_of(&c, meet, rest), owner);
		assert_int_equal(fixture_send(c.lab[owner]->f, back), VERDICT_FORWARD);
		assert_int_equal(fixture_send(c.lab[owner]->f, rest), VERDICT_FORWARD);
		rest.destination = source;
		assert_leaves(c.lab[owner], rest, 1);
		elsewhere += meet != owner;
	}
	assert_in_range(elsewhere, 1, 19);
	cluster_free(&c);
}

/* A fragment is known by its place in its packet. */
static void
assert_released(struct cluster *c, uint32_t at, uint16_t offset, uint32_t to)
{
	struct packet p;
	uint32_t owner;
	assert_true(pipeline_part_release(c->lab[at]->f->worker, &p, &owner));
	assert_int_equal(p.fragment_offset, offset);
	assert_int_equal(owner, to);
}

static void
assert_none_released(struct cluster *c, uint32_t at)
{
	struct packet p;
	uint32_t owner;
	assert_false(pipeline_part_release(c->lab[at]->f->worker, &p, &owner));
}

static void
fragments_of_replies_wait_for_their_first_one_and_follow_it(void **state)
{
	char source[16];
	uint32_t count[WORKERS] = { 0 };
	struct cluster c = cluster_of(interface_lab);
	for (unsigned i = 0; i < 20; i++) {
		struct shape s = dns;
		snprintf(source, sizeof source, "10.0.1.%u", 2 + i);
		s.source = source;
		uint32_t owner = assert_passes(&c, s);
		struct shape first = answer(as_sent(s, "10.0.2.1", sent_port(c.lab[owner])), 2), middle, last, other;
		first.payload = 24;
		first.more_fragments = true;
		first.fragment_id = (uint16_t)(100 + i);
		middle = last = first;
		middle.fragment_offset = 32;
		last.fragment_offset = 64;
		last.more_fragments = false;
		other = last;
		other.fragment_id = 99;
		uint32_t meet = owner_of(&c, first);
		assert_int_equal(part_owner_of(&c, meet, last), PIPELINE_HELD);
		assert_int_equal(part_owner_of(&c, meet, other), PIPELINE_HELD);
		assert_int_equal(part_owner_of(&c, meet, middle), PIPELINE_HELD);
		assert_none_released(&c, meet);
		assert_int_equal(part_owner_of(&c, meet, first), owner);
		assert_int_equal(part_owner_of(&c, meet, middle), owner);
		assert_released(&c, meet, 64, owner);
		assert_released(&c, meet, 32, owner);
		assert_none_released(&c, meet);
		count[owner]++;
		/* Whose first one does not come is the worker's where it is, which drops it in its time. */
		c.lab[meet]->f->worker->now_ns += FRAGMENT_WAIT_NS - 1;
		assert_none_released(&c, meet);
		c.lab[meet]->f->worker->now_ns++;
		assert_released(&c, meet, 64, meet);
		assert_none_released(&c, meet);
	}
	assert_true(count[0] > 0 && count[1] > 0);
	cluster_free(&c);
}

static void
fragments_that_no_port_leads_elsewhere_do_not_wait(void **state)
{
	struct cluster c = cluster_of(interface_lab);
	struct shape later = dns;
	later.payload = 24;
	later.fragment_offset = 32;
	later.fragment_id = 7;
	uint32_t meet = owner_of(&c, later);
	assert_int_equal(part_owner_of(&c, meet, later), meet);
	/* A claim is about one flow, and a later fragment does not say of which it is. */
	struct flow_key claimed = { .source_port = htons(1), .protocol = PROTOCOL_TCP, .family = ADDRESS_FAMILY_INET };
	assert_true(nat_owners_claim(c.owners, &claimed, 0));
	assert_int_equal(part_owner_of(&c, meet, later), PIPELINE_HELD);
	later.fragment_offset = 0;
	later.more_fragments = true;
	assert_int_equal(part_owner_of(&c, meet, later), meet);
	assert_released(&c, meet, 32, meet);
	assert_none_released(&c, meet);
	nat_owners_release(c.owners, &claimed, 0);
	cluster_free(&c);
}

static void
the_bounds_of_fragments_that_wait_for_their_first_one_hold(void **state)
{
	struct cluster c = cluster_of(interface_lab);
	struct shape later = answer(as_sent(dns, "10.0.2.1", 2000), 2);
	uint32_t held = 0, meet = owner_of(&c, later);
	for (uint16_t id = 1; id <= FRAGMENT_HELD_MAX / FRAGMENT_HELD_EACH + 1; id++) {
		later.fragment_id = id;
		for (uint16_t i = 1; i <= FRAGMENT_HELD_EACH + 1; i++) {
			bool room = i <= FRAGMENT_HELD_EACH && held < FRAGMENT_HELD_MAX;
			later.fragment_offset = (uint16_t)(i * 8);
			assert_int_equal(part_owner_of(&c, meet, later), room ? PIPELINE_HELD : meet);
			held += room;
		}
	}
	assert_int_equal(held, FRAGMENT_HELD_MAX);
	c.lab[meet]->f->worker->now_ns += FRAGMENT_WAIT_NS;
	for (uint32_t i = 0; i < held; i++)
		assert_released(&c, meet, (uint16_t)(8 * (i % FRAGMENT_HELD_EACH + 1)), meet);
	assert_none_released(&c, meet);
	assert_int_equal(part_owner_of(&c, meet, later), PIPELINE_HELD);
	c.lab[meet]->f->worker->now_ns += FRAGMENT_WAIT_NS;
	assert_released(&c, meet, later.fragment_offset, meet);
	cluster_free(&c);
}

static void
replies_without_ports_come_to_the_worker_that_claimed_them(void **state)
{
	char source[16];
	uint32_t count[WORKERS] = { 0 };
	for (unsigned i = 0; i < 16; i++) {
		struct cluster c = cluster_of(interface_lab);
		struct shape gre = {
			.source = source, .destination = "10.0.2.2", .protocol = PROTOCOL_GRE, .payload = 8
		};
		snprintf(source, sizeof source, "10.0.1.%u", 2 + i);
		for (uint32_t w = 0; w < WORKERS; w++)
			fixture_neighbour(c.lab[w]->f, 1, source);
		uint32_t owner = assert_passes(&c, gre);
		struct shape sent = gre;
		sent.source = "10.0.2.1";
		assert_int_equal(assert_passes(&c, answer(sent, 2)), owner);
		assert_leaves(c.lab[owner], answer(gre, 1), 1);
		count[owner]++;
		cluster_free(&c);
	}
	assert_true(count[0] > 0 && count[1] > 0);
}

static void
answers_of_translated_destinations_come_to_the_worker_that_has_their_session(void **state)
{
	char source[16];
	uint32_t count[WORKERS] = { 0 };
	struct cluster c = cluster_of(web_lab);
	for (unsigned i = 0; i < 20; i++) {
		struct shape in = web, inside = web;
		snprintf(source, sizeof source, "10.0.2.%u", 20 + i);
		for (uint32_t w = 0; w < WORKERS; w++)
			fixture_neighbour(c.lab[w]->f, 2, source);
		in.source = inside.source = source;
		inside.destination = "10.0.1.2";
		inside.destination_port = 8080;
		uint32_t owner = assert_passes(&c, in);
		assert_leaves(c.lab[owner], inside, 1);
		assert_int_equal(assert_passes(&c, answer(inside, 1)), owner);
		assert_leaves(c.lab[owner], answer(in, 2), 2);
		count[owner]++;
	}
	assert_true(count[0] > 0 && count[1] > 0);
	cluster_free(&c);
}

static void
claims_end_with_their_sessions(void **state)
{
	struct cluster c = cluster_of(web_lab);
	char source[16];
	struct flow_key reply = { .protocol = PROTOCOL_TCP, .family = ADDRESS_FAMILY_INET };
	uint8_t family;
	unsigned claimed = 0;
	reply.source = fixture_address("10.0.1.2", &family);
	reply.source_port = htons(8080);
	reply.destination_port = htons(5555);
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < 20; i++) {
			struct shape in = web;
			snprintf(source, sizeof source, "10.0.2.%u", 20 + i);
			for (uint32_t w = 0; w < WORKERS; w++)
				fixture_neighbour(c.lab[w]->f, 2, source);
			in.source = source;
			reply.destination = fixture_address(source, &family);
			if (pass == 0)
				assert_passes(&c, in);
			bool found = nat_owners_find(c.owners, &reply) != NAT_OWNER_NONE;
			claimed += pass == 0 && found;
			assert_true(pass == 0 || !found);
		}
		for (uint32_t w = 0; w < WORKERS; w++)
			session_close_matching(c.lab[w]->f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	}
	assert_true(claimed > 0);
	cluster_free(&c);
}

/* ---- persistent ---- */

static struct lab *
binding_lab_of(enum nat_persistent persistent)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	r->persistent = (uint8_t)persistent;
	r->persistent_timeout_s = 60;
	r->persistent_sessions = 8;
	fixture_rule(l->f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	return l;
}

static struct lab *
binding_lab(void)
{
	return binding_lab_of(NAT_ANY_REMOTE_HOST);
}

static struct shape
from_outside(const char *source, uint16_t source_port, uint16_t port)
{
	return (struct shape){ .source = source,
			       .destination = "10.0.2.1",
			       .source_port = source_port,
			       .destination_port = port,
			       .payload = 9,
			       .unit = 2 };
}

static struct shape
to_client(struct shape s)
{
	s.destination = dns.source;
	s.destination_port = dns.source_port;
	return s;
}

static void
assert_comes_in(struct lab *l, struct shape s)
{
	assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
	assert_leaves(l, to_client(s), 1);
}

static void
assert_stays_out(struct lab *l, struct shape s)
{
	assert_int_equal(fixture_send(l->f, s), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_HOST_INBOUND);
}

static void
close_all(struct lab *l)
{
	session_close_matching(l->f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
}

static void
a_bound_client_has_one_port_for_all_servers_and_each_port_of_its_own_another(void **state)
{
	struct lab *l = binding_lab();
	struct shape other = dns, second = dns, tcp = syn;
	other.destination = "10.0.2.9";
	second.source_port = 40001;
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	assert_int_equal(assert_goes(l, other, "10.0.2.1"), port);
	assert_int_not_equal(assert_goes(l, second, "10.0.2.1"), port);
	assert_returns(l, dns, "10.0.2.1", port);
	assert_returns(l, other, "10.0.2.1", port);
	uint16_t tcp_port = assert_goes(l, tcp, "10.0.2.1");
	tcp.destination = "10.0.2.9";
	assert_int_equal(assert_goes(l, tcp, "10.0.2.1"), tcp_port);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &l->f->unit[2].address[0].address), 3);
	/* Pings have identifiers of their own each time. */
	assert_goes(l, ping, "10.0.2.1");
	lab_free(l);
}

static void
anyone_reaches_a_client_by_its_binding_until_its_time_is_up(void **state)
{
	struct lab *l = binding_lab();
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	struct shape in = from_outside("10.0.2.9", 7000, port);
	assert_comes_in(l, in);
	next_event(l, EVENT_TYPE_SESSION_OPEN);
	struct event_frame e = next_event(l, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(e.extension.destination_nat_rule_id, 1);
	assert_int_equal(e.extension.source_nat_rule_id, 0);
	/* The client's answer leaves as from where it was asked, and needs no port. */
	assert_int_equal(fixture_send(l->f, answer(to_client(in), 1)), VERDICT_FORWARD);
	assert_leaves(l, answer(in, 2), 2);
	close_all(l);
	fixture_housekeep(l->f, 59 * SECOND);
	in.source_port = 7001;
	assert_comes_in(l, in);
	close_all(l);
	fixture_housekeep(l->f, 59 * SECOND);
	assert_int_equal(assert_goes(l, dns, "10.0.2.1"), port);
	close_all(l);
	/* Sixty seconds after its last session: also before it has been given back. */
	l->f->worker->now_ns += 60 * SECOND;
	assert_stays_out(l, in);
	for (unsigned i = 0; i < 64; i++)
		fixture_housekeep(l->f, 1);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &l->f->unit[2].address[0].address), 0);
	lab_free(l);
}

static void
only_those_the_client_has_sent_to_reach_it_where_the_rule_says_so(void **state)
{
	for (unsigned port_too = 0; port_too < 2; port_too++) {
		struct lab *l = binding_lab_of(port_too ? NAT_TARGET_HOST_PORT : NAT_TARGET_HOST);
		struct shape other = dns;
		other.destination = "10.0.2.9";
		uint16_t port = assert_goes(l, dns, "10.0.2.1");
		assert_stays_out(l, from_outside("10.0.2.9", 53, port));
		assert_goes(l, other, "10.0.2.1");
		close_all(l);
		assert_comes_in(l, from_outside("10.0.2.9", 53, port));
		if (port_too)
			assert_stays_out(l, from_outside("10.0.2.9", 54, port));
		else
			assert_comes_in(l, from_outside("10.0.2.9", 54, port));
		/* Another port than the bound one leads to nobody. */
		assert_stays_out(l, from_outside("10.0.2.9", 53, port == LAST_PORT ? FIRST_PORT : port + 1));
		lab_free(l);
	}
}

static void
policy_is_asked_about_what_comes_in_by_a_binding(void **state)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	r->persistent = NAT_ANY_REMOTE_HOST;
	r->persistent_timeout_s = 60;
	r->persistent_sessions = 8;
	lab_commit(l);
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	assert_int_equal(fixture_send(l->f, from_outside("10.0.2.9", 53, port)), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	lab_free(l);
}

static void
a_binding_has_so_many_sessions_and_no_more(void **state)
{
	struct lab *l = binding_lab();
	struct shape s = dns;
	uint16_t port = assert_goes(l, s, "10.0.2.1");
	for (uint16_t i = 1; i < 8; i++) {
		if (i % 2) {
			s.destination_port = (uint16_t)(53 + i);
			assert_int_equal(assert_goes(l, s, "10.0.2.1"), port);
		} else {
			assert_comes_in(l, from_outside("10.0.2.9", i, port));
		}
	}
	s.destination_port = 99;
	const struct shape more[] = { s, from_outside("10.0.2.9", 99, port) };
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(l->f, more[i]), VERDICT_DROP);
		assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_BINDING_SESSIONS);
	}
	assert_returns(l, dns, "10.0.2.1", port); /* those that are there go on */
	close_all(l);
	assert_int_equal(assert_goes(l, s, "10.0.2.1"), port);
	lab_free(l);
}

static void
without_room_for_a_binding_nothing_is_sent_and_no_port_taken(void **state)
{
	struct lab *l = binding_lab();
	struct nat_bindings *t = l->f->worker->nat_bindings;
	struct flow_key key = { .family = ADDRESS_FAMILY_INET, .protocol = PROTOCOL_UDP };
	uint32_t last = 0, index;
	while ((index = nat_bindings_add(t, &key, &key, 9)) != 0) {
		nat_bindings_at(t, index)->sessions = 1;
		key.source.word[0]++;
		last = index;
	}
	assert_int_equal(fixture_send(l->f, dns), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_BINDING_FULL);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &l->f->unit[2].address[0].address), 0);
	assert_int_equal(flow_table_used(l->f->worker->flows), 0);
	nat_bindings_remove(t, last);
	assert_goes(l, dns, "10.0.2.1");
	lab_free(l);
}

static void
a_commit_keeps_a_binding_that_its_rule_still_makes(void **state)
{
	struct lab *l = binding_lab();
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	struct shape in = from_outside("10.0.2.9", 7000, port);
	assert_comes_in(l, in);
	lab_commit(l);
	assert_comes_in(l, in);
	assert_int_equal(assert_goes(l, dns, "10.0.2.1"), port);
	/* Only whom it has sent to: the session that came from elsewhere ends. */
	l->rule[0].persistent = NAT_TARGET_HOST;
	lab_commit(l);
	assert_int_equal(fixture_send(l->f, in), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT_CHANGED);
	assert_comes_in(l, from_outside("10.0.2.2", 7000, port));
	/* Not persistent any more: what the client has opened goes on, nobody else reaches it, and its port comes back. */
	l->rule[0].persistent = NAT_PERSISTENT_OFF;
	lab_commit(l);
	assert_int_equal(assert_goes(l, dns, "10.0.2.1"), port);
	assert_stays_out(l, from_outside("10.0.2.2", 7001, port));
	assert_int_equal(fixture_send(l->f, from_outside("10.0.2.2", 7000, port)), VERDICT_DROP);
	close_all(l);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &l->f->unit[2].address[0].address), 0);
	lab_free(l);
}

static void
a_commit_ends_bindings_whose_addresses_are_gone(void **state)
{
	struct lab *l = lab_new();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 2, NAT_POOL);
	struct nat_pool *pool = lab_pool(l, r, "10.0.2.50", 1, 5000, 5999);
	r->persistent = NAT_ANY_REMOTE_HOST;
	r->persistent_timeout_s = 60;
	r->persistent_sessions = 8;
	fixture_rule(l->f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	uint16_t port = assert_goes(l, dns, "10.0.2.50");
	assert_in_range(port, 5000, 5999);
	close_all(l);
	pool->port_low = 6000;
	pool->port_high = 6999;
	lab_commit(l);
	assert_in_range(assert_goes(l, dns, "10.0.2.50"), 6000, 6999);
	struct shape in = from_outside("10.0.2.9", 7000, port);
	in.destination = "10.0.2.50";
	fixture_send(l->f, in);
	assert_int_not_equal(l->f->packet.verdict, VERDICT_FORWARD);
	lab_free(l);
}

static void
explain_tells_of_bindings_and_makes_none(void **state)
{
	struct lab *l = binding_lab();
	struct trace trace;
	struct packet p;
	for (unsigned i = 0; i < 2; i++) {
		struct shape s = dns;
		fixture_receive(l->f, &p, &s);
		pipeline_explain(l->f->worker, &p, &trace);
	}
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &l->f->unit[2].address[0].address), 0);
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	struct shape in = from_outside("10.0.2.9", 7000, port);
	fixture_receive(l->f, &p, &in);
	pipeline_explain(l->f->worker, &p, &trace);
	assert_int_equal(p.verdict, VERDICT_FORWARD);
	assert_ptr_equal(p.destination_nat, &l->rule[0]);
	assert_int_equal(nat_bindings_at(l->f->worker->nat_bindings, 1)->sessions, 1);
	lab_free(l);
}

static void
tcp_and_ipv6_are_bound_as_well(void **state)
{
	struct lab *l = binding_lab();
	struct shape in = syn;
	uint16_t port = assert_goes(l, syn, "10.0.2.1");
	in.source = "10.0.2.9";
	in.destination = "10.0.2.1";
	in.destination_port = port;
	in.unit = 2;
	assert_int_equal(fixture_send(l->f, in), VERDICT_FORWARD);
	struct shape inside = in;
	inside.destination = syn.source;
	inside.destination_port = syn.source_port;
	assert_leaves(l, inside, 1);
	assert_int_equal(fixture_send(l->f, answer(inside, 1)), VERDICT_FORWARD);
	assert_leaves(l, answer(in, 2), 2);

	fixture_neighbour(l->f, 2, "2001:db8:2::9");
	port = assert_goes(l, dns6, "2001:db8:2::1");
	struct shape six = { .source = "2001:db8:2::9",
			     .destination = "2001:db8:2::1",
			     .source_port = 9,
			     .destination_port = port,
			     .payload = 5,
			     .unit = 2 };
	assert_int_equal(fixture_send(l->f, six), VERDICT_FORWARD);
	six.destination = dns6.source;
	six.destination_port = dns6.source_port;
	assert_leaves(l, six, 1);
	lab_free(l);
}

static void
a_client_that_reaches_another_by_its_binding_has_a_port_for_that_alone(void **state)
{
	struct lab *l = binding_lab();
	struct nat_rule *r = lab_rule(l, NAT_SOURCE, 1, 1, NAT_INTERFACE);
	*r = (struct nat_rule){ .name = r->name,
				.id = r->id,
				.action = NAT_INTERFACE,
				.persistent = NAT_ANY_REMOTE_HOST,
				.persistent_timeout_s = 60,
				.persistent_sessions = 8 };
	fixture_rule(l->f, TRUST, TRUST, ACTION_PERMIT, fixture_any());
	lab_commit(l);
	uint16_t port = assert_goes(l, dns, "10.0.2.1");
	struct shape hairpin = from_outside("10.0.1.3", 5061, port);
	hairpin.unit = 1;
	assert_int_equal(fixture_send(l->f, hairpin), VERDICT_FORWARD);
	uint16_t own = sent_port(l);
	assert_leaves(l, as_sent(to_client(hairpin), "10.0.1.1", own), 1);
	struct shape back = answer(as_sent(to_client(hairpin), "10.0.1.1", own), 1);
	assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
	assert_leaves(l, answer(hairpin, 1), 1);
	struct address inside = l->f->unit[1].address[0].address, outside = l->f->unit[2].address[0].address;
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &inside), 1);
	close_all(l);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &inside), 0);
	assert_int_equal(nat_ports_used(l->f->worker->nat_ports, &outside), 1);
	lab_free(l);
}

static void
bound_clients_have_one_worker_and_one_port_and_are_reached_there(void **state)
{
	char source[16];
	uint32_t count[WORKERS] = { 0 }, claimed = 0;
	struct cluster c = cluster_of(binding_lab);
	static const char *const servers[] = { "10.0.2.2", "10.0.2.9" };
	for (unsigned i = 0; i < 20; i++) {
		uint16_t port = 0;
		uint32_t owner = 0;
		struct shape s = dns;
		snprintf(source, sizeof source, "10.0.1.%u", 2 + i);
		s.source = source;
		for (uint32_t w = 0; w < WORKERS; w++)
			fixture_neighbour(c.lab[w]->f, 1, source);
		for (unsigned d = 0; d < 2; d++) {
			s.destination = servers[d];
			uint32_t at = assert_passes(&c, s);
			assert_true(d == 0 || at == owner);
			owner = at;
			uint16_t sent = sent_port(c.lab[owner]);
			assert_true(d == 0 || sent == port);
			port = sent;
			assert_int_equal(assert_passes(&c, answer(as_sent(s, "10.0.2.1", port), 2)), owner);
		}
		count[owner]++;
		struct shape in = from_outside("10.0.2.9", 7000, port);
		assert_int_equal(assert_passes(&c, in), owner);
		in.destination = source;
		in.destination_port = s.source_port;
		assert_leaves(c.lab[owner], in, 1);
		assert_int_equal(assert_passes(&c, answer(in, 1)), owner);
		/* What comes in untranslated is answered to the worker that it came to. */
		struct shape plain = from_outside("10.0.2.9", 7001, 7002);
		plain.destination = source;
		uint32_t at = assert_passes(&c, plain);
		assert_int_equal(assert_passes(&c, answer(plain, 1)), at);
		claimed += at != owner;
	}
	assert_true(count[0] > 0 && count[1] > 0 && claimed > 0);
	cluster_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_later_packets_of_both_directions_are_translated),
		cmocka_unit_test(a_tcp_connection_is_translated_and_both_events_name_the_rule_and_both_tuples),
		cmocka_unit_test(two_clients_with_one_source_port_have_ports_of_their_own),
		cmocka_unit_test(protocols_have_ports_of_their_own_and_what_has_none_keeps_none),
		cmocka_unit_test(icmp_errors_from_outside_reach_the_client_about_what_it_sent),
		cmocka_unit_test(icmp_errors_from_inside_hide_who_sent_them),
		cmocka_unit_test(the_sender_of_a_packet_that_ends_here_is_told_about_what_it_sent),
		cmocka_unit_test(fragments_follow_the_translation_of_the_first),
		cmocka_unit_test(a_pool_that_is_used_up_lets_nothing_pass_until_a_port_comes_back),
		cmocka_unit_test(an_overflow_takes_over_when_a_pool_is_used_up),
		cmocka_unit_test(a_persistent_client_keeps_its_address_and_a_port_that_stays_is_kept),
		cmocka_unit_test(clients_of_one_network_are_spread_over_a_persistent_pool),
		cmocka_unit_test(policy_sees_the_server_that_a_destination_pool_leads_to_and_the_client_does_not),
		cmocka_unit_test(icmp_errors_about_a_translated_destination_are_translated_back),
		cmocka_unit_test(a_static_prefix_holds_in_both_directions_and_before_other_rules),
		cmocka_unit_test(an_nptv6_prefix_holds_in_both_directions_and_leaves_checksums_alone),
		cmocka_unit_test(the_events_of_an_nptv6_session_name_its_rule_and_both_addresses),
		cmocka_unit_test(icmp_errors_about_an_nptv6_session_reach_its_client_about_what_it_sent),
		cmocka_unit_test(an_address_that_nptv6_has_no_counterpart_for_goes_nowhere_and_its_sender_is_told),
		cmocka_unit_test(a_commit_ends_an_nptv6_session_whose_prefix_is_another_now),
		cmocka_unit_test(a_rule_that_says_off_keeps_the_packet_as_it_is),
		cmocka_unit_test(a_commit_keeps_a_translation_that_still_holds),
		cmocka_unit_test(a_commit_ends_a_session_whose_translation_is_another_now),
		cmocka_unit_test(a_commit_ends_a_session_that_would_be_translated_now),
		cmocka_unit_test(the_addresses_of_a_translated_session_pass_only_from_where_it_lies),
		cmocka_unit_test(a_packet_that_waits_for_its_neighbour_leaves_translated),
		cmocka_unit_test(output_filters_see_packets_as_they_leave),
		cmocka_unit_test(explain_tells_the_translation_and_takes_no_port),
		cmocka_unit_test(replies_come_to_the_worker_that_has_their_session),
		cmocka_unit_test(fragments_of_replies_come_to_the_worker_that_has_their_session),
		cmocka_unit_test(fragments_of_replies_wait_for_their_first_one_and_follow_it),
		cmocka_unit_test(fragments_that_no_port_leads_elsewhere_do_not_wait),
		cmocka_unit_test(the_bounds_of_fragments_that_wait_for_their_first_one_hold),
		cmocka_unit_test(replies_without_ports_come_to_the_worker_that_claimed_them),
		cmocka_unit_test(answers_of_translated_destinations_come_to_the_worker_that_has_their_session),
		cmocka_unit_test(claims_end_with_their_sessions),
		cmocka_unit_test(a_bound_client_has_one_port_for_all_servers_and_each_port_of_its_own_another),
		cmocka_unit_test(anyone_reaches_a_client_by_its_binding_until_its_time_is_up),
		cmocka_unit_test(only_those_the_client_has_sent_to_reach_it_where_the_rule_says_so),
		cmocka_unit_test(policy_is_asked_about_what_comes_in_by_a_binding),
		cmocka_unit_test(a_binding_has_so_many_sessions_and_no_more),
		cmocka_unit_test(without_room_for_a_binding_nothing_is_sent_and_no_port_taken),
		cmocka_unit_test(a_commit_keeps_a_binding_that_its_rule_still_makes),
		cmocka_unit_test(a_commit_ends_bindings_whose_addresses_are_gone),
		cmocka_unit_test(explain_tells_of_bindings_and_makes_none),
		cmocka_unit_test(tcp_and_ipv6_are_bound_as_well),
		cmocka_unit_test(a_client_that_reaches_another_by_its_binding_has_a_port_for_that_alone),
		cmocka_unit_test(bound_clients_have_one_worker_and_one_port_and_are_reached_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
