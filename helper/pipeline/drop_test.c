/* drop_test.c: what ends before policy, what the host accepts, and that each is counted under its name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"

static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 20
};
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 20 };

static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(64);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(f, TRUST, TRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	return f;
}

static void
assert_drop(struct fixture *f, struct shape s, enum drop_reason reason)
{
	uint64_t before = f->worker->counters.drop[reason];
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_string_equal(drop_reason_text(f->packet.drop_reason), drop_reason_text(reason));
	assert_int_equal(f->worker->counters.drop[reason], before + 1);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
}

static void
malformed_packets_keep_the_parsers_reason(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	fixture_receive(f, &f->packet, &s);
	f->packet.data[f->packet.l3 + 10] ^= 1;
	f->packet.drop_reason = packet_parse(&f->packet);
	pipeline_burst(f->worker, &f->packet, 1);
	assert_int_equal(f->packet.verdict, VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_IP_CHECKSUM);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_IP_CHECKSUM], 1);
	assert_int_equal(f->worker->counters.received_packets, 1);
	assert_null(fixture_event(f));
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

static void
without_a_configuration_nothing_passes(void **state)
{
	struct fixture *f = open_firewall();
	f->worker->snapshot = NULL;
	assert_drop(f, dns4, DROP_REASON_NO_SNAPSHOT);
	assert_drop(f, dns6, DROP_REASON_NO_SNAPSHOT);
	fixture_free(f);
}

static void
a_packet_without_room_to_send_is_dropped_before_anything_is_said(void **state)
{
	struct fixture *f = open_firewall();
	struct worker *w = f->worker;
	struct shape big = dns4;
	big.payload = 2000;
	w->tx_room[1] = 0;
	assert_drop(f, dns4, DROP_REASON_TX_FULL);
	w->tx_room[1] = 1;
	assert_drop(f, big, DROP_REASON_TX_FULL);
	assert_null(fixture_event(f));
	assert_int_equal(w->counters.sessions_opened, 0);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	assert_int_equal(w->tx_room[1], 0);
	assert_int_equal(fixture_event(f)->record.event_type, EVENT_TYPE_SESSION_OPEN);
	/* The fast path has nothing else to say. */
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_TX_FULL);
	assert_int_equal(w->counters.forwarded_packets, 1);
	assert_int_equal(f->packet.session->passed[0].packets, 1);
	fixture_free(f);
}

static void
a_sender_who_cannot_be_told_is_logged_as_such(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_rule(f, TRUST, UNTRUST, ACTION_REJECT, fixture_any());
	fixture_commit(f);
	f->worker->tx_room[0] = 0;
	assert_drop(f, dns4, DROP_REASON_POLICY_REJECT);
	assert_int_equal(fixture_event(f)->record.deny_reason, DENY_REASON_REJECT_LIMITED);
	assert_int_equal(f->worker->counters.icmp_errors_sent, 0);
	f->worker->tx_room[0] = 1;
	assert_drop(f, dns4, DROP_REASON_POLICY_REJECT);
	assert_int_equal(fixture_event(f)->record.deny_reason, DENY_REASON_REJECT);
	assert_int_equal(f->worker->tx_room[0], 0);
	fixture_free(f);
}

static void
only_configured_interfaces_in_a_zone_take_packets(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.raw = true;
	s.port = 2;
	assert_drop(f, s, DROP_REASON_UNKNOWN_INTERFACE);
	s.vlan = 31;
	assert_drop(f, s, DROP_REASON_UNKNOWN_INTERFACE);
	s.port = 0;
	s.vlan = 30;
	assert_drop(f, s, DROP_REASON_UNKNOWN_INTERFACE);
	s = dns4;
	s.unit = 4;
	assert_drop(f, s, DROP_REASON_NO_ZONE);
	s = dns4;
	s.destination = "10.0.4.9";
	assert_drop(f, s, DROP_REASON_NO_ZONE);
	fixture_free(f);
}

static void
a_family_neither_comes_nor_leaves_by_a_unit_that_does_not_carry_it(void **state)
{
	struct fixture *f = open_firewall();
	f->unit[1].inet6 = false;
	assert_drop(f, dns6, DROP_REASON_FAMILY_OFF);
	f->unit[1].inet6 = true;
	f->unit[2].inet6 = false;
	assert_drop(f, dns6, DROP_REASON_FAMILY_OFF);
	assert_int_equal(f->packet.egress_unit, 2);
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	fixture_free(f);

	f = open_firewall();
	f->unit[1].inet = false;
	assert_drop(f, dns4, DROP_REASON_FAMILY_OFF);
	f->unit[1].inet = true;
	f->unit[2].inet = false;
	assert_drop(f, dns4, DROP_REASON_FAMILY_OFF);
	assert_int_equal(fixture_send(f, dns6), VERDICT_FORWARD);
	fixture_free(f);
}

static void
frames_for_other_stations_are_left_alone(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.other_mac = true;
	assert_drop(f, s, DROP_REASON_OTHER_STATION);
	f->ports[0].any_station = 1;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	fixture_free(f);
}

static void
destinations_without_a_way_are_dropped(void **state)
{
	struct fixture *f = open_firewall();
	fixture_route(f, "192.0.2.0", 25, NEXT_HOP_DISCARD, NULL);
	fixture_route(f, "192.0.2.128", 25, NEXT_HOP_REJECT, NULL);
	fixture_route(f, "2001:db8:dead::", 48, NEXT_HOP_REJECT, NULL);
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "198.51.100.1";
	assert_drop(f, s, DROP_REASON_NO_ROUTE);
	assert_int_equal(f->out_count, 0);
	s.destination = "192.0.2.1";
	assert_drop(f, s, DROP_REASON_ROUTE_DISCARD);
	assert_int_equal(f->out_count, 0);
	s.destination = "192.0.2.129";
	assert_drop(f, s, DROP_REASON_ROUTE_REJECT);
	struct packet out = fixture_parse(&f->out[0]);
	assert_int_equal(out.icmp_type, 3);
	assert_int_equal(out.icmp_code, 1);
	s = dns6;
	s.destination = "2001:db8:dead::1";
	assert_drop(f, s, DROP_REASON_ROUTE_REJECT);
	out = fixture_parse(&f->out[0]);
	assert_int_equal(out.icmp_type, 1);
	assert_int_equal(out.icmp_code, 0);
	s = dns6;
	s.destination = "2001:db9::1";
	assert_drop(f, s, DROP_REASON_NO_ROUTE);
	fixture_free(f);
}

static void
broadcast_and_multicast_are_never_forwarded(void **state)
{
	struct fixture *f = open_firewall();
	fixture_route(f, "0.0.0.0", 0, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_route(f, "::", 0, NEXT_HOP_FORWARD, "2001:db8:2::2");
	fixture_commit(f);
	struct shape s = dns4;
	s.destination = "10.0.2.255";
	assert_drop(f, s, DROP_REASON_BROADCAST);
	s.destination = "255.255.255.255";
	assert_drop(f, s, DROP_REASON_BROADCAST);
	s.destination = "239.1.2.3";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	s = dns4;
	s.multicast_mac = true;
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	s = dns6;
	s.destination = "ff0e::1";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	fixture_free(f);
}

static void
link_local_addresses_are_never_forwarded(void **state)
{
	struct fixture *f = open_firewall();
	fixture_route(f, "0.0.0.0", 0, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_route(f, "::", 0, NEXT_HOP_FORWARD, "2001:db8:2::2");
	fixture_commit(f);
	struct shape s = dns4;
	s.source = "169.254.1.1";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	s = dns4;
	s.destination = "169.254.1.1";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	s = dns6;
	s.source = "fe80::1";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	s = dns6;
	s.destination = "fe80::1";
	assert_drop(f, s, DROP_REASON_LINK_SCOPE);
	fixture_free(f);
}

static void
a_dead_egress_takes_no_packet(void **state)
{
	struct fixture *f = open_firewall();
	f->ports[1].up = 0;
	assert_drop(f, dns4, DROP_REASON_EGRESS_DOWN);
	f->ports[1].up = 1;
	assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
	f->ports[1].up = 0;
	assert_int_equal(fixture_send(f, dns4), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_EGRESS_DOWN);
	fixture_free(f);
}

static void
a_packet_to_itself_opens_no_session(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.source = s.destination = "10.0.1.9";
	s.source_port = s.destination_port;
	fixture_neighbour(f, 1, "10.0.1.9");
	assert_drop(f, s, DROP_REASON_IP_SOURCE);
	fixture_free(f);
}

static void
no_buffer_for_fragments_drops_the_packet_whole(void **state)
{
	struct fixture *f = open_firewall();
	f->unit[2].mtu_inet = 576;
	fixture_commit(f);
	struct shape s = dns4;
	s.payload = 1200;
	uint32_t all = f->free_count;
	f->free_count = 3;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_NO_BUFFER);
	assert_int_equal(f->out_count, 0);
	assert_int_equal(f->free_count, 3);
	assert_int_equal(flow_table_used(f->worker->flows), 0);
	f->free_count = all;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	fixture_free(f);
}

static void
a_second_first_fragment_of_another_flow_is_refused(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.more_fragments = true;
	s.payload = 792;
	s.fragment_id = 5;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	s.destination_port = 54;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FRAGMENT_OVERLAP);
	fixture_free(f);
}

static void
a_later_fragment_opens_no_session(void **state)
{
	struct fixture *f = open_firewall();
	struct shape first = dns4, later = dns4;
	first.more_fragments = true;
	first.payload = 792;
	first.ttl = 1;
	first.fragment_id = later.fragment_id = 5;
	later.fragment_offset = 800;
	later.payload = 100;
	assert_drop(f, first, DROP_REASON_TTL_EXPIRED);
	assert_drop(f, later, DROP_REASON_FRAGMENT_UNKNOWN);
	fixture_free(f);
}

static struct shape
to_host(const char *source, const char *destination, uint16_t port)
{
	return (struct shape){ .source = source,
			       .destination = destination,
			       .source_port = 40000,
			       .destination_port = port,
			       .protocol = PROTOCOL_TCP,
			       .tcp_flags = TCP_SYN };
}

static void
assert_refused_by_host(struct fixture *f, struct shape s)
{
	assert_drop(f, s, DROP_REASON_HOST_INBOUND);
	assert_int_equal(f->out_count, 0);
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(e->record.deny_reason, DENY_REASON_HOST_INBOUND);
	assert_int_equal(e->record.action, ACTION_DENY);
	assert_int_equal(e->record.policy_id, f->snapshot.default_rule.policy_id);
	assert_int_equal(e->record.ingress_zone, TRUST);
	assert_int_equal(e->record.egress_zone, ZONE_NONE);
}

static void
the_host_gets_what_its_zone_accepts(void **state)
{
	struct fixture *f = open_firewall();
	f->zone[TRUST].host_service_count = 1;
	f->service[TRUST][0] =
	    (struct host_service){ .protocol = PROTOCOL_TCP, .port_low = 22, .port_high = 22, .icmp_type = -1 };
	const char *own[] = { "10.0.1.1", "10.0.2.1", "2001:db8:1::1" };
	const char *from[] = { "10.0.1.2", "10.0.1.2", "2001:db8:1::2" };
	for (unsigned i = 0; i < 3; i++) {
		struct shape s = to_host(from[i], own[i], 22);
		uint8_t sent[256];
		uint16_t length = fixture_write(f, sent, &s);
		assert_int_equal(fixture_send(f, s), VERDICT_HOST);
		assert_int_equal(f->out_count, 1);
		assert_int_equal(f->out[0].port, PORT_HOST);
		assert_int_equal(f->out[0].length, length - ETHERNET_HEADER);
		assert_memory_equal(f->out[0].data, sent + ETHERNET_HEADER, length - ETHERNET_HEADER);
		assert_refused_by_host(f, to_host(from[i], own[i], 23));
		struct shape udp = to_host(from[i], own[i], 22);
		udp.protocol = PROTOCOL_UDP;
		assert_refused_by_host(f, udp);
	}
	assert_int_equal(f->worker->counters.host_packets, 3);
	assert_int_equal(f->worker->counters.host_bytes, 40 + 40 + 60);
	fixture_free(f);
}

static void
an_interfaces_host_services_replace_its_zones(void **state)
{
	struct fixture *f = open_firewall();
	f->zone[TRUST].host_service_count = 1;
	f->service[TRUST][0] = (struct host_service){ .any_protocol = true, .port_high = 0xffff, .icmp_type = -1 };
	assert_int_equal(fixture_send(f, to_host("10.0.1.2", "10.0.1.1", 22)), VERDICT_HOST);
	f->unit[1].has_host_services = true;
	assert_refused_by_host(f, to_host("10.0.1.2", "10.0.1.1", 22));
	f->unit[1].host_service = f->unit_service;
	f->unit[1].host_service_count = 1;
	f->unit_service[0] = (struct host_service){ .protocol = PROTOCOL_TCP,
						    .family = ADDRESS_FAMILY_INET6,
						    .port_low = 22,
						    .port_high = 23,
						    .icmp_type = -1 };
	assert_refused_by_host(f, to_host("10.0.1.2", "10.0.1.1", 22));
	assert_int_equal(fixture_send(f, to_host("2001:db8:1::2", "2001:db8:1::1", 23)), VERDICT_HOST);
	fixture_free(f);
}

static void
ping_to_the_host_passes_whole_and_in_fragments(void **state)
{
	struct fixture *f = open_firewall();
	f->zone[TRUST].host_service_count = 1;
	f->service[TRUST][0] =
	    (struct host_service){ .protocol = PROTOCOL_ICMP, .port_high = 0xffff, .icmp_type = ICMP_ECHO_REQUEST };
	struct shape s = { .source = "10.0.1.2",
			   .destination = "10.0.1.1",
			   .protocol = PROTOCOL_ICMP,
			   .icmp_type = ICMP_ECHO_REQUEST,
			   .payload = 56 };
	assert_int_equal(fixture_send(f, s), VERDICT_HOST);
	s.icmp_type = ICMP_ECHO_REPLY;
	assert_refused_by_host(f, s);
	s.icmp_type = ICMP_ECHO_REQUEST;
	struct shape later = s;
	s.payload = 792;
	s.more_fragments = true;
	later.fragment_offset = 800;
	later.payload = 200;
	assert_int_equal(fixture_send(f, s), VERDICT_HOST);
	assert_int_equal(fixture_send(f, later), VERDICT_HOST);
	fixture_free(f);
}

static void
a_full_way_to_the_host_drops_and_counts(void **state)
{
	struct fixture *f = open_firewall();
	f->zone[TRUST].host_service_count = 1;
	f->service[TRUST][0] = (struct host_service){ .any_protocol = true, .port_high = 0xffff, .icmp_type = -1 };
	struct shape s = to_host("10.0.1.2", "10.0.1.1", 22);
	fixture_receive(f, &f->packet, &s);
	f->worker->output_count = OUTPUT_MAX;
	pipeline_burst(f->worker, &f->packet, 1);
	f->worker->output_count = 0;
	assert_int_equal(f->packet.verdict, VERDICT_DROP);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_HOST_QUEUE_FULL);
	assert_int_equal(f->worker->counters.host_packets, 0);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_packets_keep_the_parsers_reason),
		cmocka_unit_test(without_a_configuration_nothing_passes),
		cmocka_unit_test(a_packet_without_room_to_send_is_dropped_before_anything_is_said),
		cmocka_unit_test(a_sender_who_cannot_be_told_is_logged_as_such),
		cmocka_unit_test(only_configured_interfaces_in_a_zone_take_packets),
		cmocka_unit_test(a_family_neither_comes_nor_leaves_by_a_unit_that_does_not_carry_it),
		cmocka_unit_test(frames_for_other_stations_are_left_alone),
		cmocka_unit_test(destinations_without_a_way_are_dropped),
		cmocka_unit_test(broadcast_and_multicast_are_never_forwarded),
		cmocka_unit_test(link_local_addresses_are_never_forwarded),
		cmocka_unit_test(a_dead_egress_takes_no_packet),
		cmocka_unit_test(a_packet_to_itself_opens_no_session),
		cmocka_unit_test(no_buffer_for_fragments_drops_the_packet_whole),
		cmocka_unit_test(a_second_first_fragment_of_another_flow_is_refused),
		cmocka_unit_test(a_later_fragment_opens_no_session),
		cmocka_unit_test(the_host_gets_what_its_zone_accepts),
		cmocka_unit_test(an_interfaces_host_services_replace_its_zones),
		cmocka_unit_test(ping_to_the_host_passes_whole_and_in_fragments),
		cmocka_unit_test(a_full_way_to_the_host_drops_and_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
