/* forward_test.c: what leaves when a packet is forwarded, and which path it takes. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"

static const struct shape dns4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 20
};
static const struct shape dns4_reply = { .source = "10.0.2.2",
					 .destination = "10.0.1.2",
					 .source_port = 53,
					 .destination_port = 40000,
					 .payload = 30,
					 .unit = 2 };
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 20 };
static const struct shape dns6_reply = { .source = "2001:db8:2::2",
					 .destination = "2001:db8:1::2",
					 .source_port = 53,
					 .destination_port = 40000,
					 .payload = 30,
					 .unit = 2 };

static struct fixture *
open_firewall(void)
{
	struct fixture *f = fixture_new(1024);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_rule(f, TRUST, DMZ, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	const char *known[] = { "10.0.2.2", "2001:db8:2::2" };
	for (unsigned i = 0; i < 2; i++)
		fixture_neighbour(f, 2, known[i]);
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 1, "2001:db8:1::2");
	fixture_neighbour(f, 3, "10.0.3.2");
	return f;
}

/* The frame as it must look: what came, with new link-layer addresses, one hop less, checksum right. */
static void
assert_forwarded(struct fixture *f, struct shape s, uint8_t ttl, uint16_t port, const uint8_t destination[6])
{
	uint8_t expected[2048];
	s.ttl = (uint8_t)(ttl - 1);
	uint16_t length = fixture_write(f, expected, &s);
	memcpy(expected, destination, 6);
	memcpy(expected + 6, f->ports[port].mac, 6);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(f->out[0].port, port);
	assert_int_equal(f->out[0].length, length);
	assert_memory_equal(f->out[0].data, expected, length);
}

static void
first_and_later_packets_leave_alike(void **state)
{
	struct fixture *f = open_firewall();
	const uint8_t server4[6] = { 4, 0, 10, 0, 2, 2 }, client4[6] = { 4, 0, 10, 0, 1, 2 };
	const uint8_t server6[6] = { 4, 0, 0, 0, 0, 2 };
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fixture_send(f, dns4), VERDICT_FORWARD);
		assert_forwarded(f, dns4, 64, 1, server4);
		assert_int_equal(fixture_send(f, dns4_reply), VERDICT_FORWARD);
		assert_forwarded(f, dns4_reply, 64, 0, client4);
		assert_int_equal(fixture_send(f, dns6), VERDICT_FORWARD);
		assert_forwarded(f, dns6, 64, 1, server6);
		assert_int_equal(fixture_send(f, dns6_reply), VERDICT_FORWARD);
	}
	assert_int_equal(flow_table_used(f->worker->flows), 2);
	assert_int_equal(f->worker->counters.forwarded_packets, 12);
	assert_int_equal(f->worker->counters.received_packets, 12);
	assert_int_equal(f->worker->units[1].in_packets, 6);
	assert_int_equal(f->worker->units[1].in_bytes, 3 * 48 + 3 * 68);
	assert_int_equal(f->worker->units[1].out_packets, 6);
	assert_int_equal(f->worker->units[1].out_bytes, 3 * 58 + 3 * 78);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

/* The same packet as a stack on this host sends it over veth. */
static void
send_unfinished(struct fixture *f)
{
	enum { UDP_CHECKSUM_AT = 6 };
	struct packet *p = &f->packet;
	f->out_count = 0;
	fixture_receive(f, p, &dns4);
	uint32_t length = (uint32_t)p->l3 + p->l3_length - p->l4;
	uint16_t pseudo = (uint16_t)~checksum_finish(checksum_pseudo(0, &p->key, length));
	memcpy(p->data + p->l4 + UDP_CHECKSUM_AT, &pseudo, sizeof pseudo);
	pipeline_burst(f->worker, p, 1);
	assert_int_equal(p->verdict, VERDICT_FORWARD);
	fixture_take_outputs(f);
}

static void
checksums_left_to_hardware_are_finished_where_senders_do_that(void **state)
{
	const uint8_t server[6] = { 4, 0, 10, 0, 2, 2 };
	struct fixture *f = open_firewall();
	f->ports[0].unfinished = 1;
	for (unsigned i = 0; i < 2; i++) { /* by judgement, and by the memo */
		send_unfinished(f);
		assert_forwarded(f, dns4, 64, 1, server);
	}
	f->ports[0].unfinished = 0;
	send_unfinished(f);
	uint8_t finished[256];
	uint16_t length = f->out[0].length;
	memcpy(finished, f->out[0].data, length);
	f->ports[0].unfinished = 1;
	send_unfinished(f);
	assert_int_equal(f->out[0].length, length);
	assert_memory_not_equal(f->out[0].data, finished, length);
	fixture_free(f);
}

static void
the_memo_is_used_and_gives_the_same_as_full_judgement(void **state)
{
	struct fixture *f = open_firewall();
	struct shape hop = dns4;
	fixture_send(f, dns4);
	assert_false(f->packet.flags & PACKET_MEMO);
	uint8_t bytes[256];
	for (unsigned i = 0; i < 2; i++) {
		f->worker->memo_off = i == 1;
		hop.ttl = 9;
		assert_int_equal(fixture_send(f, hop), VERDICT_FORWARD);
		if (i == 0)
			memcpy(bytes, f->out[0].data, f->out[0].length);
		else
			assert_memory_equal(bytes, f->out[0].data, f->out[0].length);
		assert_int_equal(f->packet.rule != NULL, i == 1);
	}
	fixture_free(f);
}

static void
vlan_tags_are_put_on_and_taken_off(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.destination = "10.0.3.2";
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, 2);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.vlan_count, 1);
		assert_int_equal(out.vlan[0], 30);
		assert_int_equal(out.ttl, 63);
		struct shape reply = { .source = "10.0.3.2",
				       .destination = "10.0.1.2",
				       .source_port = 53,
				       .destination_port = 40000,
				       .payload = 20,
				       .unit = 3 };
		assert_int_equal(fixture_send(f, reply), VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, 0);
		out = fixture_parse(&f->out[0]);
		assert_int_equal(out.vlan_count, 0);
	}
	fixture_free(f);
}

static void
an_expired_hop_count_is_told_to_the_sender(void **state)
{
	struct fixture *f = open_firewall();
	struct shape four = dns4, six = dns6;
	four.ttl = six.ttl = 1;
	for (unsigned known = 0; known < 2; known++) {
		assert_int_equal(fixture_send(f, four), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_TTL_EXPIRED);
		assert_int_equal(f->out_count, 1);
		assert_int_equal(f->out[0].port, 0);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, 11);
		assert_int_equal(out.icmp_code, 0);
		assert_memory_equal(out.key.source.byte, ((uint8_t[]){ 10, 0, 1, 1 }), 4);
		assert_memory_equal(out.key.destination.byte, ((uint8_t[]){ 10, 0, 1, 2 }), 4);
		assert_memory_equal(f->out[0].data, ((uint8_t[]){ 6, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1 }), 12);
		assert_int_equal(ntohs(out.inner.destination_port), 53);

		assert_int_equal(fixture_send(f, six), VERDICT_DROP);
		out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, 3);
		assert_int_equal(out.icmp_code, 0);
		assert_int_equal(out.key.source.byte[15], 1);
		assert_int_equal(flow_table_used(f->worker->flows), 2 * known);
		fixture_send(f, dns4);
		fixture_send(f, dns6);
	}
	assert_int_equal(f->worker->counters.icmp_errors_sent, 4);
	fixture_free(f);
}

static void
too_large_a_packet_is_told_the_mtu(void **state)
{
	struct fixture *f = open_firewall();
	struct shape four = dns4, six = dns6;
	f->unit[2].mtu_inet = 1000;
	f->unit[2].mtu_inet6 = 1300;
	fixture_commit(f);
	four.dont_fragment = true;
	four.payload = 1000 - 28;
	six.payload = 1300 - 48;
	for (unsigned known = 0; known < 2; known++) {
		four.payload++;
		assert_int_equal(fixture_send(f, four), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_MTU_EXCEEDED);
		struct packet out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, 3);
		assert_int_equal(out.icmp_code, 4);
		assert_int_equal(load16(out.data + out.l4 + 6), 1000);
		four.payload--;
		assert_int_equal(fixture_send(f, four), VERDICT_FORWARD);

		six.payload++;
		assert_int_equal(fixture_send(f, six), VERDICT_DROP);
		out = fixture_parse(&f->out[0]);
		assert_int_equal(out.icmp_type, 2);
		assert_int_equal(load32(out.data + out.l4 + 4), 1300);
		six.payload--;
		assert_int_equal(fixture_send(f, six), VERDICT_FORWARD);
	}
	fixture_free(f);
}

static void
the_smallest_of_device_port_and_unit_mtu_counts(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	s.dont_fragment = true;
	s.payload = 1400 - 28;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	f->port[1].mtu = 1399;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	f->port[1].mtu = 9000;
	fixture_commit(f);
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	f->ports[1].mtu = 1200;
	f->worker->epoch++;
	assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	fixture_free(f);
}

static void
ipv4_without_df_is_cut(void **state)
{
	struct fixture *f = open_firewall();
	struct shape s = dns4;
	f->unit[2].mtu_inet = 576;
	fixture_commit(f);
	s.payload = 1200;
	s.fragment_id = 77;
	for (unsigned known = 0; known < 2; known++) {
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		assert_int_equal(f->out_count, 3);
		uint8_t whole[1300];
		uint32_t length = 0;
		for (unsigned i = 0; i < 3; i++) {
			struct packet out = fixture_parse(&f->out[i]);
			uint16_t header = out.l3 + IPV4_HEADER, bytes = (uint16_t)(out.l3_length - IPV4_HEADER);
			assert_int_equal(out.ttl, 63);
			assert_true(out.l3_length <= 576);
			assert_int_equal(out.fragment_offset, length);
			assert_int_equal(out.fragment_id, 77);
			assert_int_equal((out.flags & PACKET_FRAGMENT_MORE) != 0, i < 2);
			assert_memory_equal(out.data, ((uint8_t[]){ 4, 0, 10, 0, 2, 2, 2, 0, 0, 0, 0, 2, 8, 0 }), 14);
			memcpy(whole + length, out.data + header, bytes);
			length += bytes;
		}
		uint8_t sent[2048];
		fixture_write(f, sent, &s);
		assert_int_equal(length, 1208);
		assert_memory_equal(whole, sent + 34, 1208);
	}
	struct session *session = f->packet.session;
	assert_int_equal(session->passed[0].packets, 2);
	assert_int_equal(session->passed[0].bytes, 2 * 1228);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

static void
fragments_follow_their_first_one(void **state)
{
	struct fixture *f = open_firewall();
	struct shape first = dns4, later = dns4;
	first.more_fragments = true;
	first.payload = 792;
	first.fragment_id = later.fragment_id = 5;
	later.fragment_offset = 800;
	later.payload = 100;
	assert_int_equal(fixture_send(f, later), VERDICT_WAIT);
	assert_int_equal(f->out_count, 0);
	assert_int_equal(fixture_send(f, first), VERDICT_FORWARD);
	assert_int_equal(f->out_count, 2);
	assert_int_equal(fixture_parse(&f->out[1]).fragment_offset, 800);
	assert_int_equal(f->worker->counters.received_packets, 2);
	struct session *s = f->packet.session;
	assert_int_equal(s->passed[0].packets, 2);
	assert_int_equal(s->passed[0].bytes, 820 + 120);

	first.fragment_id = later.fragment_id = 6;
	assert_int_equal(fixture_send(f, first), VERDICT_FORWARD);
	assert_int_equal(fixture_send(f, later), VERDICT_FORWARD);
	assert_int_equal(flow_table_used(f->worker->flows), 1);
	fixture_free(f);
}

static void
fragments_of_a_denied_packet_are_denied(void **state)
{
	struct fixture *f = open_firewall();
	struct shape first = { .source = "10.0.2.2",
			       .destination = "10.0.1.2",
			       .source_port = 1,
			       .destination_port = 2,
			       .unit = 2,
			       .payload = 792,
			       .more_fragments = true,
			       .fragment_id = 5 };
	struct shape later = first;
	later.more_fragments = false;
	later.fragment_offset = 800;
	later.payload = 8;
	assert_int_equal(fixture_send(f, later), VERDICT_WAIT);
	assert_int_equal(fixture_send(f, first), VERDICT_DROP);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_DEFAULT_POLICY], 2);
	assert_int_equal(f->out_count, 0);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

static void
fragments_whose_first_never_comes_are_dropped(void **state)
{
	struct fixture *f = open_firewall();
	struct shape later = dns6;
	later.fragment_offset = 800;
	later.payload = 8;
	later.fragment_id = 9;
	assert_int_equal(fixture_send(f, later), VERDICT_WAIT);
	fixture_housekeep(f, FRAGMENT_WAIT_NS / 2);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_FRAGMENT_UNKNOWN], 0);
	fixture_housekeep(f, FRAGMENT_WAIT_NS);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_FRAGMENT_UNKNOWN], 1);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

static void
equal_cost_paths_keep_a_flow_together_and_avoid_a_dead_one(void **state)
{
	struct fixture *f = open_firewall();
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	struct next_hop_group *g = &f->route[0].group;
	g->hop[1] = g->hop[0];
	g->hop[1].gateway.byte[2] = 3;
	g->count = 2;
	fixture_commit(f);
	unsigned by_port[FIXTURE_PORTS] = { 0 };
	for (uint16_t port = 1000; port < 1064; port++) {
		struct shape s = dns4;
		s.destination = "192.0.2.9";
		s.source_port = port;
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		uint16_t first = f->out[0].port;
		by_port[first]++;
		assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, first);
	}
	assert_true(by_port[1] > 10 && by_port[2] > 10);
	f->ports[2].up = 0;
	for (uint16_t port = 1000; port < 1064; port++) {
		struct shape s = dns4;
		s.destination = "192.0.2.9";
		s.source_port = port;
		fixture_send(f, s);
		assert_int_equal(f->packet.verdict, VERDICT_FORWARD);
		assert_int_equal(f->out[0].port, 1);
	}
	fixture_free(f);
}

static void
a_burst_of_any_size_gives_every_packet_its_own_verdict(void **state)
{
	struct fixture *f = open_firewall();
	struct packet p[PACKET_BURST];
	for (uint16_t count = 1; count <= PACKET_BURST; count++) {
		for (uint16_t i = 0; i < count; i++) {
			struct shape s = i % 2 ? dns4_reply : dns4;
			s.destination_port = i % 2 ? 7 : 53;
			fixture_receive(f, &p[i], &s);
		}
		uint64_t received = f->worker->counters.received_packets;
		f->out_count = 0;
		pipeline_burst(f->worker, p, count);
		fixture_take_outputs(f);
		for (uint16_t i = 0; i < count; i++)
			assert_int_equal(p[i].verdict, i % 2 ? VERDICT_DROP : VERDICT_FORWARD);
		assert_int_equal(f->out_count, (count + 1) / 2);
		assert_int_equal(f->worker->counters.received_packets - received, count);
		assert_int_equal(f->free_count, FIXTURE_FRAMES);
	}
	fixture_free(f);
}

/* Pieces of one packet never take the place of the packets behind it in the burst. */
static void
pieces_leave_room_for_the_rest_of_the_burst(void **state)
{
	struct fixture *f = open_firewall();
	f->unit[2].mtu_inet = 68;
	fixture_commit(f);
	struct packet p[PACKET_BURST];
	for (uint16_t i = 0; i < PACKET_BURST; i++) {
		struct shape s = dns4;
		s.payload = i < 16 ? 1400 : 20;
		fixture_receive(f, &p[i], &s);
	}
	pipeline_burst(f->worker, p, PACKET_BURST);
	assert_true(f->worker->output_count <= OUTPUT_MAX);
	for (uint16_t i = 16; i < PACKET_BURST; i++)
		assert_int_equal(p[i].verdict, VERDICT_FORWARD);
	assert_int_equal(p[0].verdict, VERDICT_FORWARD);
	assert_int_equal(p[15].verdict, VERDICT_DROP);
	assert_int_equal(p[15].drop_reason, DROP_REASON_NO_BUFFER);
	fixture_take_outputs(f);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
	fixture_free(f);
}

static void
each_flow_has_one_owner_whatever_its_direction_or_errors(void **state)
{
	struct fixture *f = open_firewall();
	f->worker->workers = 4;
	bool seen[4] = { false };
	for (uint8_t i = 2; i < 60; i++) {
		char client[16];
		snprintf(client, sizeof client, "10.0.1.%u", i);
		struct shape there = dns4, back = dns4_reply;
		there.source = back.destination = client;
		fixture_receive(f, &f->packet, &there);
		uint32_t owner = pipeline_owner(f->worker, &f->packet);
		assert_true(owner < 4);
		seen[owner] = true;
		struct output quoted = { .data = f->packet.data, .length = f->packet.length };
		struct packet p;
		fixture_receive(f, &p, &back);
		assert_int_equal(pipeline_owner(f->worker, &p), owner);
		struct shape error = { .source = "10.0.2.77",
				       .destination = client,
				       .protocol = PROTOCOL_ICMP,
				       .icmp_type = 3,
				       .icmp_code = 3,
				       .unit = 2,
				       .quote = &quoted };
		fixture_receive(f, &p, &error);
		assert_int_equal(pipeline_owner(f->worker, &p), owner);
		p.drop_reason = DROP_REASON_IP_CHECKSUM;
		assert_int_equal(pipeline_owner(f->worker, &p), 0);
	}
	assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
	fixture_free(f);
}

/* mss_leaving is the maximum segment size that the packet just forwarded offers, whose checksum must be right. */
static uint16_t
mss_leaving(struct fixture *f)
{
	assert_int_equal(f->packet.verdict, VERDICT_FORWARD);
	assert_int_equal(f->out_count, 1);
	struct packet p = { .data = f->out[0].data, .length = f->out[0].length };
	assert_int_equal(packet_parse(&p), DROP_REASON_NONE);
	uint16_t checksum;
	memcpy(&checksum, p.data + p.l4 + 16, 2);
	assert_int_equal(checksum, checksum_transport(&p));
	return load16(p.data + p.l4 + TCP_HEADER + 2);
}

static void
what_syns_offer_is_lowered_in_both_directions_and_families(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct fixture *f = open_firewall();
		struct shape syn = { .source = i ? "2001:db8:1::2" : "10.0.1.2",
				     .destination = i ? "2001:db8:2::2" : "10.0.2.2",
				     .source_port = 40000,
				     .destination_port = 80,
				     .protocol = PROTOCOL_TCP,
				     .tcp_flags = TCP_SYN,
				     .sequence = 1000,
				     .mss = 1460 };
		struct shape answer = { .source = syn.destination,
					.destination = syn.source,
					.source_port = 80,
					.destination_port = 40000,
					.protocol = PROTOCOL_TCP,
					.tcp_flags = TCP_SYN | TCP_ACK,
					.sequence = 5000,
					.acknowledgment = 1001,
					.mss = 1440,
					.unit = 2 };
		fixture_send(f, syn);
		assert_int_equal(mss_leaving(f), 1460);
		f->snapshot.settings.tcp_mss = 1300;
		fixture_send(f, syn); /* by the memo */
		assert_int_equal(mss_leaving(f), 1300);
		fixture_send(f, answer); /* the first of its direction */
		assert_int_equal(mss_leaving(f), 1300);
		fixture_send(f, answer);
		assert_int_equal(mss_leaving(f), 1300);
		answer.mss = 536;
		fixture_send(f, answer);
		assert_int_equal(mss_leaving(f), 536);
		fixture_free(f);
	}
}

static void
what_is_no_syn_keeps_its_options(void **state)
{
	struct fixture *f = open_firewall();
	f->snapshot.settings.tcp_mss = 1300;
	f->snapshot.settings.tcp.no_syn_check = true;
	struct shape ack = { .source = "10.0.1.2",
			     .destination = "10.0.2.2",
			     .source_port = 40000,
			     .destination_port = 80,
			     .protocol = PROTOCOL_TCP,
			     .tcp_flags = TCP_ACK,
			     .sequence = 1000,
			     .acknowledgment = 1,
			     .mss = 1460 };
	fixture_send(f, ack);
	assert_int_equal(mss_leaving(f), 1460);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_later_packets_leave_alike),
		cmocka_unit_test(checksums_left_to_hardware_are_finished_where_senders_do_that),
		cmocka_unit_test(the_memo_is_used_and_gives_the_same_as_full_judgement),
		cmocka_unit_test(what_syns_offer_is_lowered_in_both_directions_and_families),
		cmocka_unit_test(what_is_no_syn_keeps_its_options),
		cmocka_unit_test(vlan_tags_are_put_on_and_taken_off),
		cmocka_unit_test(an_expired_hop_count_is_told_to_the_sender),
		cmocka_unit_test(too_large_a_packet_is_told_the_mtu),
		cmocka_unit_test(the_smallest_of_device_port_and_unit_mtu_counts),
		cmocka_unit_test(ipv4_without_df_is_cut),
		cmocka_unit_test(fragments_follow_their_first_one),
		cmocka_unit_test(fragments_of_a_denied_packet_are_denied),
		cmocka_unit_test(fragments_whose_first_never_comes_are_dropped),
		cmocka_unit_test(equal_cost_paths_keep_a_flow_together_and_avoid_a_dead_one),
		cmocka_unit_test(a_burst_of_any_size_gives_every_packet_its_own_verdict),
		cmocka_unit_test(pieces_leave_room_for_the_rest_of_the_burst),
		cmocka_unit_test(each_flow_has_one_owner_whatever_its_direction_or_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
