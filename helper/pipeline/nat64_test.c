/* nat64_test.c: sessions between IPv6 and IPv4: what leaves is compared with a frame made from scratch.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/nat_lab.h"

#define CLIENT "2001:db8:1::2"
#define SERVER "10.0.2.2"
#define BEHIND "2001:db8:64::a00:202" /* the server, as its clients see it */
#define OUTER  "10.0.2.50"

enum { DESTINATION_RULE = 1, SOURCE_RULE = 2 };

static const struct shape udp64 = {
	.source = CLIENT, .destination = BEHIND, .source_port = 40000, .destination_port = 53, .payload = 21
};
static const struct shape tcp64 = { .source = CLIENT,
				    .destination = BEHIND,
				    .source_port = 40000,
				    .destination_port = 80,
				    .protocol = PROTOCOL_TCP,
				    .tcp_flags = TCP_SYN,
				    .sequence = 1000 };
static const struct shape ping64 = { .source = CLIENT,
				     .destination = BEHIND,
				     .protocol = PROTOCOL_ICMP6,
				     .icmp_type = ICMP6_ECHO_REQUEST,
				     .icmp_id = 7,
				     .icmp_sequence = 3,
				     .payload = 56 };

/* nat64_lab: IPv4 hosts are behind 2001:db8:64::/96 for who comes by unit 1. */
static struct lab *
nat64_lab(void)
{
	struct lab *l = lab_new();
	struct nat_rule *to = lab_rule(l, NAT_STATIC_DESTINATION, 1, 0, NAT_64);
	lab_prefixes(l, to, "2001:db8:64::", "::", 96, false);
	lab_pool(l, lab_rule(l, NAT_SOURCE, 1, 2, NAT_POOL), OUTER, 1, FIRST_PORT, LAST_PORT);
	lab_commit(l);
	return l;
}

/* in_inet: how a packet of the client looks behind the firewall. */
static struct shape
in_inet(struct shape s, uint16_t port)
{
	s.destination = SERVER;
	if (s.protocol == PROTOCOL_ICMP6) {
		s.protocol = PROTOCOL_ICMP;
		s.icmp_type = ICMP_ECHO_REQUEST;
	}
	return as_sent(s, OUTER, port);
}

/* The identification of what may be cut cannot be foreseen. */
static struct shape
as_identified(struct lab *l, struct shape s)
{
	const uint8_t *ip = l->f->out[0].data + ETHERNET_HEADER;
	bool whole = load16(ip + 2) > 1260;
	s.dont_fragment = whole;
	s.fragment_id = whole ? 0 : load16(ip + 4);
	return s;
}

/* Sends a packet, which must leave to the server; returns its translated port. */
static uint16_t
assert_crosses(struct lab *l, struct shape s)
{
	assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
	uint16_t port = sent_port(l);
	assert_leaves(l, as_identified(l, in_inet(s, port)), 2);
	assert_in_range(port, FIRST_PORT, LAST_PORT);
	return port;
}

static void
assert_comes_back(struct lab *l, struct shape s, uint16_t port)
{
	assert_int_equal(fixture_send(l->f, answer(in_inet(s, port), 2)), VERDICT_FORWARD);
	assert_leaves(l, answer(s, 1), 1);
}

static void
first_and_later_packets_cross_in_both_directions(void **state)
{
	const struct shape all[] = { udp64, ping64 };
	for (unsigned off = 0; off < 2; off++) {
		struct lab *l = nat64_lab();
		l->f->worker->memo_off = off;
		for (unsigned i = 0; i < 2; i++) {
			uint16_t port = assert_crosses(l, all[i]);
			for (unsigned n = 0; n < 3; n++) {
				assert_comes_back(l, all[i], port);
				assert_int_equal(assert_crosses(l, all[i]), port);
			}
		}
		assert_int_equal(flow_table_used(l->f->worker->flows), 2);
		lab_free(l);
	}
}

static void
a_tcp_connection_crosses_and_its_events_bear_both_tuples_and_families(void **state)
{
	struct lab *l = nat64_lab();
	uint16_t port = assert_crosses(l, tcp64);
	assert_comes_back(l, tcp64, port);
	struct shape ack = tcp64;
	ack.tcp_flags = TCP_ACK;
	ack.sequence = 1001;
	ack.acknowledgment = 5001;
	ack.payload = 1400;
	assert_crosses(l, ack);
	ack.payload = 0;
	ack.sequence = 2401;
	ack.tcp_flags = TCP_RST | TCP_ACK;
	assert_crosses(l, ack);
	fixture_housekeep(l->f, 10 * SECOND);
	static const enum event_type types[] = { EVENT_TYPE_SESSION_OPEN, EVENT_TYPE_SESSION_CLOSE };
	uint8_t family;
	struct address client = fixture_address(CLIENT, &family), behind = fixture_address(BEHIND, &family);
	struct address outer = fixture_address(OUTER, &family), server = fixture_address(SERVER, &family);
	for (unsigned i = 0; i < 2; i++) {
		struct event_frame e = next_event(l, types[i]);
		assert_int_equal(e.record.address_family, ADDRESS_FAMILY_INET6);
		assert_int_equal(e.record.nat_address_family, ADDRESS_FAMILY_INET);
		assert_memory_equal(e.record.source_address, &client, 16);
		assert_memory_equal(e.record.destination_address, &behind, 16);
		assert_memory_equal(e.record.nat_source_address, &outer, 16);
		assert_memory_equal(e.record.nat_destination_address, &server, 16);
		assert_int_equal(ntohs(e.record.nat_source_port), port);
		assert_int_equal(ntohs(e.record.nat_destination_port), 80);
		assert_int_equal(e.extension.source_nat_rule_id, SOURCE_RULE);
		assert_int_equal(e.extension.destination_nat_rule_id, DESTINATION_RULE);
		/* Bytes as received: 60 + 1460 + 60 from the client, 40 from the server. */
		if (i == 1) {
			assert_int_equal(e.record.client_packets, 3);
			assert_int_equal(e.record.client_bytes, 60 + 1460 + 60);
			assert_int_equal(e.record.server_bytes, 40);
		}
	}
	lab_free(l);
}

static void
policies_are_asked_about_the_ipv6_source_and_the_ipv4_destination(void **state)
{
	for (unsigned other = 0; other < 2; other++) {
		struct lab *l = nat64_lab();
		struct fixture *f = l->f;
		static struct address_range source, destination;
		static struct address_set from, to;
		static const struct address_set *from_sets[1] = { &from }, *to_sets[1] = { &to };
		uint8_t family;
		source.low = source.high = fixture_address(CLIENT, &family);
		destination.low = destination.high = fixture_address(other ? "10.0.2.9" : SERVER, &family);
		from = (struct address_set){ .inet6_count = 1, .inet6 = &source };
		to = (struct address_set){ .inet_count = 1, .inet = &destination };
		f->match[0][0].source_set = from_sets;
		f->match[0][0].destination_set = to_sets;
		f->match[0][0].source_set_count = f->match[0][0].destination_set_count = 1;
		lab_commit(l);
		assert_int_equal(fixture_send(f, udp64), other ? VERDICT_DROP : VERDICT_FORWARD);
		if (other)
			assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
		lab_free(l);
	}
}

/* The answer to a packet that goes nowhere: an ICMPv6 error to the client about what it sent. */
static void
assert_told(struct lab *l, struct shape s, enum drop_reason reason, uint8_t type, uint8_t code, uint32_t info)
{
	assert_int_equal(fixture_send(l->f, s), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, reason);
	assert_int_equal(l->f->out_count, 1);
	const uint8_t *ip = l->f->out[0].data + ETHERNET_HEADER, *icmp = ip + IPV6_HEADER;
	assert_int_equal(ip[6], PROTOCOL_ICMP6);
	assert_int_equal(icmp[0], type);
	assert_int_equal(icmp[1], code);
	assert_int_equal(load32(icmp + 4), info);
}

static void
without_a_rule_that_gives_an_ipv4_source_nothing_crosses(void **state)
{
	for (unsigned how = 0; how < 4; how++) {
		struct lab *l = nat64_lab();
		lab_release(l);
		if (how == 0)
			l->nat.set_count = 1;
		if (how == 1)
			l->rule[1].action = NAT_OFF;
		if (how == 2)
			lab_pool(l, &l->rule[1], "2001:db8:2::50", 1, FIRST_PORT, LAST_PORT);
		if (how == 3)
			l->rule[1].persistent = NAT_ANY_REMOTE_HOST;
		lab_commit(l);
		assert_told(l, udp64, DROP_REASON_NAT64_NO_SOURCE, ICMP6_UNREACHABLE, 3, 0);
		assert_int_equal(flow_table_used(l->f->worker->flows), 0);
		assert_int_equal(l->f->worker->nat_rules[how < 2 ? 0 : 1].failures, 1);
		lab_free(l);
	}
}

static void
what_has_no_host_behind_it_or_our_own_pool_goes_nowhere(void **state)
{
	static const char *const nobody[] = { "2001:db8:64::e000:5", "2001:db8:64::7f00:1", "2001:db8:64::a00:232" };
	struct lab *l = nat64_lab();
	for (unsigned i = 0; i < 3; i++) {
		struct shape s = udp64;
		s.destination = nobody[i];
		assert_told(l, s, DROP_REASON_NAT_UNMAPPABLE, ICMP6_UNREACHABLE, 3, 0);
	}
	assert_int_equal(l->f->worker->nat_rules[0].failures, 3);
	lab_free(l);
}

static void
other_protocols_are_refused_and_open_no_session(void **state)
{
	struct lab *l = nat64_lab();
	struct shape s = udp64;
	s.protocol = PROTOCOL_ESP;
	assert_told(l, s, DROP_REASON_NAT64_PROTOCOL, ICMP6_UNREACHABLE, 4, 0);
	assert_int_equal(flow_table_used(l->f->worker->flows), 0);
	lab_free(l);
}

static void
a_hop_limit_that_runs_out_is_told_in_ipv6(void **state)
{
	struct lab *l = nat64_lab();
	struct shape s = udp64;
	for (unsigned known = 0; known < 2; known++) {
		s.ttl = 1;
		assert_told(l, s, DROP_REASON_TTL_EXPIRED, ICMP6_TIME_EXCEEDED, 0, 0);
		s.ttl = 0;
		assert_crosses(l, s);
	}
	lab_free(l);
}

static void
senders_are_told_the_mtu_of_the_other_family(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		struct lab *l = nat64_lab();
		l->f->worker->memo_off = off;
		l->f->unit[2].mtu_inet = 1300;
		lab_commit(l);
		struct shape s = udp64;
		uint16_t port = 0;
		for (unsigned known = 0; known < 2; known++) {
			s.payload = 1321 - IPV6_HEADER - UDP_HEADER;
			assert_told(l, s, DROP_REASON_MTU_EXCEEDED, ICMP6_PACKET_TOO_BIG, 0, 1320);
			s.payload--;
			port = assert_crosses(l, s);
		}
		/* And back: 1500 bytes of IPv4 are 1520 of IPv6. */
		struct shape back = answer(in_inet(udp64, port), 2);
		back.dont_fragment = true;
		back.payload = 1480 - IPV4_HEADER - UDP_HEADER;
		assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
		struct shape whole = answer(udp64, 1);
		whole.payload = back.payload;
		assert_leaves(l, whole, 1);
		back.payload++;
		assert_int_equal(fixture_send(l->f, back), VERDICT_DROP);
		assert_int_equal(l->f->packet.drop_reason, DROP_REASON_MTU_EXCEEDED);
		const uint8_t *icmp = l->f->out[0].data + ETHERNET_HEADER + IPV4_HEADER;
		assert_int_equal(icmp[0], ICMP_UNREACHABLE);
		assert_int_equal(icmp[1], ICMP_FRAGMENTATION_NEEDED);
		assert_int_equal(load16(icmp + 6), 1480);
		lab_free(l);
	}
}

static void
what_may_be_cut_leaves_in_parts_of_1280_bytes(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		struct lab *l = nat64_lab();
		l->f->worker->memo_off = off;
		struct shape back = answer(in_inet(udp64, assert_crosses(l, udp64)), 2);
		assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
		back.payload = 1260 - IPV4_HEADER - UDP_HEADER;
		assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
		assert_int_equal(l->f->out_count, 1);
		assert_int_equal(l->f->out[0].length, ETHERNET_HEADER + 1280);
		back.payload++;
		back.fragment_id = 0x4321;
		assert_int_equal(fixture_send(l->f, back), VERDICT_FORWARD);
		assert_int_equal(l->f->out_count, 2);
		uint32_t end = 0;
		for (unsigned i = 0; i < 2; i++) {
			struct packet p = fixture_parse(&l->f->out[i]);
			assert_true(p.l3_length <= 1280);
			assert_int_equal(p.fragment_id, 0x4321);
			assert_int_equal(p.fragment_offset, end);
			assert_int_equal(p.ttl, 63);
			end += p.l3_length - IPV6_HEADER - 8u;
		}
		assert_int_equal(end, 1261 - IPV4_HEADER);
		lab_free(l);
	}
}

static void
fragments_of_both_families_cross(void **state)
{
	struct lab *l = nat64_lab();
	struct shape first = udp64, rest = udp64;
	first.more_fragments = true;
	first.payload = 32 - UDP_HEADER;
	first.fragment_id = rest.fragment_id = 77;
	rest.fragment_offset = 32;
	rest.payload = 19;
	assert_int_equal(fixture_send(l->f, first), VERDICT_FORWARD);
	uint16_t port = sent_port(l);
	struct packet p = fixture_parse(&l->f->out[0]);
	assert_int_equal(p.key.family, ADDRESS_FAMILY_INET);
	assert_int_equal(p.fragment_id, 77);
	assert_int_equal(p.flags & (PACKET_FRAGMENT_MORE | PACKET_DONT_FRAGMENT), PACKET_FRAGMENT_MORE);
	assert_int_equal(fixture_send(l->f, rest), VERDICT_FORWARD);
	assert_leaves(
	    l,
	    as_sent(
		(struct shape){
		    .source = CLIENT, .destination = SERVER, .fragment_offset = 32, .fragment_id = 77, .payload = 19 },
		OUTER, 0),
	    2);
	/* Without a checksum there is nothing to mend, and of an echo nothing that a fragment knows. */
	struct shape back = answer(in_inet(first, port), 2), back_rest = answer(in_inet(rest, port), 2);
	assert_int_equal(fixture_send(l->f, back), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT64_FRAGMENT);
	assert_int_equal(fixture_send(l->f, back_rest), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT64_FRAGMENT);
	struct shape echo = ping64;
	echo.more_fragments = true;
	echo.fragment_id = 78;
	assert_int_equal(fixture_send(l->f, echo), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT64_FRAGMENT);
	/* What has a checksum comes back in parts. */
	port = assert_crosses(l, tcp64);
	struct shape segment = answer(in_inet(tcp64, port), 2), segment_rest = segment, seen = answer(tcp64, 1);
	segment.more_fragments = true;
	segment.payload = 12;
	segment.fragment_id = segment_rest.fragment_id = seen.fragment_id = 79;
	segment_rest.fragment_offset = seen.fragment_offset = 32;
	segment_rest.payload = seen.payload = 19;
	assert_int_equal(fixture_send(l->f, segment), VERDICT_FORWARD);
	assert_int_equal(fixture_send(l->f, segment_rest), VERDICT_FORWARD);
	assert_leaves(l, seen, 1);
	lab_free(l);
}

/* An ICMP error of a host on `unit` about the last output. */
static struct shape
error_about(struct lab *l, struct output *copy, uint8_t bytes[2048], const char *from, const char *to, uint16_t unit)
{
	*copy = l->f->out[0];
	memcpy(bytes, copy->data, copy->length);
	copy->data = bytes;
	bool inet6 = strchr(from, ':');
	return (struct shape){ .source = from,
			       .destination = to,
			       .protocol = inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP,
			       .icmp_type = inet6 ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED,
			       .unit = unit,
			       .quote = copy };
}

static void
errors_from_the_ipv4_side_come_from_behind_the_prefix(void **state)
{
	const struct shape all[] = { udp64, tcp64, ping64 };
	for (unsigned i = 0; i < 3; i++) {
		struct lab *l = nat64_lab();
		uint8_t quoted[2048], wanted[2048];
		struct output copy, quote = { .data = wanted };
		assert_crosses(l, all[i]);
		struct shape error = error_about(l, &copy, quoted, "10.0.2.9", OUTER, 2);
		assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
		struct shape left = all[i];
		left.ttl = 63;
		quote.length = fixture_write(l->f, wanted, &left);
		struct shape told = { .source = "2001:db8:64::a00:209",
				      .destination = CLIENT,
				      .protocol = PROTOCOL_ICMP6,
				      .icmp_type = ICMP6_TIME_EXCEEDED,
				      .quote = &quote };
		assert_leaves(l, told, 1);
		lab_free(l);
	}
}

static void
errors_from_the_ipv6_side_come_from_the_pool(void **state)
{
	struct lab *l = nat64_lab();
	uint8_t quoted[2048], wanted[2048];
	struct output copy, quote = { .data = wanted };
	uint16_t port = assert_crosses(l, udp64);
	assert_comes_back(l, udp64, port);
	struct shape error = error_about(l, &copy, quoted, "2001:db8:1::9", BEHIND, 1);
	assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
	struct shape left = answer(in_inet(udp64, port), 2);
	left.ttl = 63;
	quote.length = fixture_write(l->f, wanted, &left);
	struct shape told = { .source = OUTER,
			      .destination = SERVER,
			      .protocol = PROTOCOL_ICMP,
			      .icmp_type = ICMP_TIME_EXCEEDED,
			      .quote = &quote };
	assert_leaves(l, as_identified(l, told), 2);
	lab_free(l);
}

static void
an_error_without_a_counterpart_ends_here(void **state)
{
	struct lab *l = nat64_lab();
	uint8_t quoted[2048];
	struct output copy;
	assert_crosses(l, udp64);
	struct shape error = error_about(l, &copy, quoted, "10.0.2.9", OUTER, 2);
	error.icmp_type = ICMP_REDIRECT;
	assert_int_equal(fixture_send(l->f, error), VERDICT_DROP);
	assert_int_equal(l->f->packet.drop_reason, DROP_REASON_NAT64_PROTOCOL);
	assert_int_equal(l->f->out_count, 0);
	lab_free(l);
}

static void
output_filters_see_what_leaves_by_memo_and_without(void **state)
{
	for (unsigned off = 0; off < 2; off++) {
		for (unsigned live = 0; live < 2; live++) {
			struct lab *l = nat64_lab();
			struct fixture *f = l->f;
			f->worker->memo_off = off;
			uint16_t id = fixture_filter(f, ADDRESS_FAMILY_INET);
			struct filter_term *t = fixture_term(f, id, FILTER_ACCEPT);
			uint8_t family;
			static struct address_range range;
			static struct address_set server;
			range.low = range.high = fixture_address(SERVER, &family);
			server = (struct address_set){ .inet_count = 1, .inet = &range };
			t->destination = &server;
			t->log = true;
			t->counter = 0;
			f->snapshot.filter_counter_count = 1;
			if (live) {
				t->conditions = FILTER_ICMP_TYPE;
				octet_set_add(&t->icmp_types, ICMP_ECHO_REQUEST);
			}
			f->unit[2].filter_output = id;
			lab_commit(l);
			for (unsigned n = 0; n < 3; n++)
				assert_crosses(l, ping64);
			assert_int_equal(f->worker->filter_counters[0].packets, 3);
			assert_int_equal(f->worker->filter_counters[0].bytes, 3 * 84);
			uint8_t first = true;
			for (const struct event_frame *e; (e = fixture_event(f)) != NULL;) {
				if (e->record.event_type != EVENT_TYPE_FILTER_LOG)
					continue;
				struct address outer = fixture_address(OUTER, &family);
				assert_int_equal(e->record.address_family, ADDRESS_FAMILY_INET);
				assert_memory_equal(e->record.source_address, &outer, 16);
				assert_int_equal(e->record.protocol, PROTOCOL_ICMP);
				assert_int_equal(e->extension.icmp_type, ICMP_ECHO_REQUEST);
				assert_int_equal(e->extension.packet_length, 84);
				bool cached = !first && !off && !live;
				assert_int_equal(e->record.filter_log_source,
						 cached ? FILTER_LOG_SOURCE_CACHED_OUTPUT : FILTER_LOG_SOURCE_OUTPUT);
				first = false;
			}
			assert_false(first);
			/* What it discards is dropped, and the packet is as it came. */
			t->action = FILTER_DISCARD;
			lab_commit(l);
			assert_int_equal(fixture_send(f, ping64), VERDICT_DROP);
			assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_DISCARD);
			/* What it rejects is told in the sender's family: host unreachable is no route there. */
			t->action = FILTER_REJECT;
			t->reject_code = 1;
			lab_commit(l);
			assert_told(l, ping64, DROP_REASON_FILTER_REJECT, ICMP6_UNREACHABLE, 0, 0);
			lab_free(l);
		}
	}
}

static void
a_commit_keeps_a_session_whose_rules_still_hold_and_ends_others(void **state)
{
	for (unsigned how = 0; how < 6; how++) {
		struct lab *l = nat64_lab();
		uint16_t port = assert_crosses(l, udp64);
		lab_release(l);
		if (how == 1)
			lab_pool(l, &l->rule[1], "10.0.2.60", 1, FIRST_PORT, LAST_PORT);
		if (how == 2)
			l->nat.set_count = 1;
		if (how == 3)
			lab_prefixes(l, &l->rule[0], "2001:db8:65::", "::", 96, false);
		if (how == 4)
			l->rule[1].persistent = NAT_ANY_REMOTE_HOST;
		/* Its server's address is one of ours now. */
		if (how == 5)
			lab_pool(l, lab_rule(l, NAT_SOURCE, 1, 3, NAT_POOL), SERVER, 1, FIRST_PORT, LAST_PORT);
		lab_commit(l);
		if (how == 0) {
			assert_comes_back(l, udp64, port);
			assert_int_equal(assert_crosses(l, udp64), port);
		} else {
			assert_int_equal(fixture_send(l->f, udp64), VERDICT_DROP);
		}
		lab_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_later_packets_cross_in_both_directions),
		cmocka_unit_test(a_tcp_connection_crosses_and_its_events_bear_both_tuples_and_families),
		cmocka_unit_test(policies_are_asked_about_the_ipv6_source_and_the_ipv4_destination),
		cmocka_unit_test(without_a_rule_that_gives_an_ipv4_source_nothing_crosses),
		cmocka_unit_test(what_has_no_host_behind_it_or_our_own_pool_goes_nowhere),
		cmocka_unit_test(other_protocols_are_refused_and_open_no_session),
		cmocka_unit_test(a_hop_limit_that_runs_out_is_told_in_ipv6),
		cmocka_unit_test(senders_are_told_the_mtu_of_the_other_family),
		cmocka_unit_test(what_may_be_cut_leaves_in_parts_of_1280_bytes),
		cmocka_unit_test(fragments_of_both_families_cross),
		cmocka_unit_test(errors_from_the_ipv4_side_come_from_behind_the_prefix),
		cmocka_unit_test(errors_from_the_ipv6_side_come_from_the_pool),
		cmocka_unit_test(an_error_without_a_counterpart_ends_here),
		cmocka_unit_test(output_filters_see_what_leaves_by_memo_and_without),
		cmocka_unit_test(a_commit_keeps_a_session_whose_rules_still_hold_and_ends_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
