/* screen_test.c: for each screen a packet that meets it and the nearest one that does not, on new and on known flows; what is
 * said and counted. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"
#include "pipeline/trace.h"
#include "screen/tracker.h"

static const struct shape udp = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 20
};
static const struct shape tcp = { .source = "10.0.1.2",
				  .destination = "10.0.2.2",
				  .source_port = 40000,
				  .destination_port = 139,
				  .protocol = PROTOCOL_TCP,
				  .tcp_flags = TCP_SYN };
static const struct shape echo = { .source = "10.0.1.2",
				   .destination = "10.0.2.2",
				   .protocol = PROTOCOL_ICMP,
				   .icmp_type = ICMP_ECHO_REQUEST,
				   .icmp_id = 7 };
static const struct shape echo6 = { .source = "2001:db8:1::2",
				    .destination = "2001:db8:2::2",
				    .protocol = PROTOCOL_ICMP6,
				    .icmp_type = ICMP6_ECHO_REQUEST,
				    .icmp_id = 7 };

static struct screen screen; /* of the zone trust, after `screened` */

/* Any TCP segment may begin a session, so that flags alone decide. */
static struct fixture *
screened(uint64_t checks)
{
	struct fixture *f = fixture_new(64);
	screen = (struct screen){ .name = "outside", .extension_limit = SCREEN_LIMIT_OFF, .checks = checks };
	f->zone[TRUST].screen = &screen;
	f->snapshot.settings.tcp.no_syn_check = true;
	f->snapshot.settings.tcp.no_sequence_check = true;
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any())->log_init = false;
	fixture_rule(f, UNTRUST, TRUST, ACTION_PERMIT, fixture_any())->log_init = false;
	fixture_commit(f);
	fixture_neighbour(f, 1, "10.0.1.2");
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	return f;
}

/* send_bytes sends an IP packet of `length` bytes from trust; IPv4 checksums are made right. */
static enum verdict
send_bytes(struct fixture *f, const uint8_t *ip, uint16_t length)
{
	uint64_t frame;
	uint8_t *data;
	assert_true(fixture_take(f, &frame, &data));
	memcpy(data, f->ports[0].mac, 6);
	memset(data + 6, 6, 6);
	store16(data + 12, ip[0] >> 4 == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	memcpy(data + ETHERNET_HEADER, ip, length);
	if (ip[0] >> 4 == 4) {
		uint8_t *header = data + ETHERNET_HEADER;
		memset(header + IPV4_CHECKSUM_AT, 0, 2);
		uint16_t sum = checksum_finish(checksum_add(0, header, (ip[0] & 15u) * 4));
		memcpy(header + IPV4_CHECKSUM_AT, &sum, 2);
	}
	f->packet =
	    (struct packet){ .data = data, .frame = frame, .length = (uint16_t)(ETHERNET_HEADER + length), .port = 0 };
	f->packet.drop_reason = (uint8_t)packet_parse(&f->packet);
	f->out_count = 0;
	pipeline_burst(f->worker, &f->packet, 1);
	fixture_take_outputs(f);
	return f->packet.verdict;
}

/* send_option sends a UDP datagram with one IPv4 option, padded to a multiple of four bytes. */
static enum verdict
send_option(struct fixture *f, const uint8_t *option, uint8_t length)
{
	uint8_t padded = (uint8_t)((length + 3) & ~3), ip[128] = { 0 };
	uint8_t header = (uint8_t)(IPV4_HEADER + padded);
	ip[0] = (uint8_t)(0x40 | header / 4);
	store16(ip + 2, (uint16_t)(header + UDP_HEADER));
	ip[8] = 64;
	ip[9] = PROTOCOL_UDP;
	memcpy(ip + 12, (const uint8_t[]){ 10, 0, 1, 2, 10, 0, 2, 2 }, 8);
	memcpy(ip + IPV4_HEADER, option, length);
	store16(ip + header, 40000);
	store16(ip + header + 2, 53);
	store16(ip + header + 4, UDP_HEADER);
	return send_bytes(f, ip, (uint16_t)(header + UDP_HEADER));
}

/* send_chain sends an IPv6 packet whose next header is `next` and whose content is `chain`, which ends in a protocol without
 * ports (253) unless the test wants something else. */
static enum verdict
send_chain(struct fixture *f, uint8_t next, const uint8_t *chain, uint16_t length)
{
	static const uint8_t addresses[32] = {
		0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 2, [16] = 0x20, 1, 0x0d, 0xb8, 0, 2, [31] = 2
	};
	uint8_t ip[512] = { 0x60 };
	store16(ip + 4, length);
	ip[6] = next;
	ip[7] = 64;
	memcpy(ip + 8, addresses, sizeof addresses);
	memcpy(ip + IPV6_HEADER, chain, length);
	return send_bytes(f, ip, (uint16_t)(IPV6_HEADER + length));
}

static void
assert_screened(struct fixture *f, enum screen_id id)
{
	assert_int_equal(f->packet.verdict, VERDICT_DROP);
	assert_string_equal(drop_reason_text(f->packet.drop_reason), "screen");
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->header.event_type, EVENT_TYPE_SCREEN_DROP);
	assert_string_equal(screen_id_text(e->record.screen_id), screen_id_text(id));
	assert_int_equal(e->record.action, ACTION_DENY);
	assert_int_equal(e->record.ingress_zone, TRUST);
	assert_int_equal(e->record.egress_zone, ZONE_NONE);
	assert_int_equal(e->record.ingress_interface, 1);
	assert_null(fixture_event(f));
	assert_int_equal(f->out_count, 0);
	assert_int_equal(f->free_count, FIXTURE_FRAMES);
}

static void
assert_passed(struct fixture *f)
{
	assert_string_equal(drop_reason_text(f->packet.drop_reason), "none");
	assert_int_equal(f->packet.verdict, VERDICT_FORWARD);
	assert_null(fixture_event(f));
}

/* It may have ended elsewhere, but no screen said anything. */
static void
assert_unmet(struct fixture *f, enum screen_id id)
{
	assert_string_not_equal(drop_reason_text(f->packet.drop_reason), "screen");
	assert_int_equal(f->worker->screens[TRUST].met[id], 0);
	assert_null(fixture_event(f));
}

/* meets: the shape meets the screen, and `near` does not, nor do other screens name it so. */
static void
meets(enum screen_id id, struct shape shape, struct shape near)
{
	struct fixture *f = screened(1ull << id);
	fixture_send(f, near);
	assert_unmet(f, id);
	fixture_send(f, shape);
	assert_screened(f, id);
	assert_int_equal(f->worker->screens[TRUST].met[id], 1);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_SCREEN], 1);
	fixture_free(f);

	f = screened(SCREEN_PACKET_CHECKS & ~(1ull << id));
	fixture_send(f, shape);
	assert_int_equal(f->worker->screens[TRUST].met[id], 0);
	fixture_free(f);
}

#define SHAPE(of, ...)                                                                                                 \
	({                                                                                                             \
		struct shape s = (of);                                                                                 \
		struct shape *p = &s;                                                                                  \
		__VA_ARGS__;                                                                                           \
		s;                                                                                                     \
	})

static void
flags_of_tcp(void **state)
{
	meets(SCREEN_ID_SYN_FIN, SHAPE(tcp, p->tcp_flags = TCP_SYN | TCP_FIN | TCP_ACK), tcp);
	meets(SCREEN_ID_TCP_NO_FLAG, SHAPE(tcp, p->tcp_flags = 0xc0), SHAPE(tcp, p->tcp_flags = TCP_PSH));
	meets(SCREEN_ID_FIN_NO_ACK, SHAPE(tcp, p->tcp_flags = TCP_FIN | TCP_PSH),
	      SHAPE(tcp, p->tcp_flags = TCP_FIN | TCP_ACK));
	meets(SCREEN_ID_WINNUKE, SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG),
	      SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG; p->destination_port = 138));
	meets(SCREEN_ID_WINNUKE, SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG), SHAPE(tcp, p->tcp_flags = TCP_ACK));
	meets(SCREEN_ID_LAND, SHAPE(tcp, p->source = "10.0.2.2"), tcp);
	meets(SCREEN_ID_SYN_FRAGMENT, SHAPE(tcp, p->more_fragments = true; p->payload = 4),
	      SHAPE(tcp, p->more_fragments = true; p->payload = 4; p->tcp_flags = TCP_ACK));
}

static void
icmp_messages(void **state)
{
	meets(SCREEN_ID_ICMP_FRAGMENT, SHAPE(echo, p->more_fragments = true; p->payload = 8), echo);
	meets(SCREEN_ID_ICMP_FRAGMENT, SHAPE(echo6, p->more_fragments = true; p->payload = 8), echo6);
	meets(SCREEN_ID_ICMP_FRAGMENT, SHAPE(echo, p->fragment_offset = 1480; p->payload = 8),
	      SHAPE(udp, p->more_fragments = true; p->payload = 8));
	/* 1024 bytes are IP header, ICMP header and 996 bytes. */
	meets(SCREEN_ID_ICMP_LARGE, SHAPE(echo, p->payload = 997), SHAPE(echo, p->payload = 996));
	meets(SCREEN_ID_ICMP_LARGE, SHAPE(echo6, p->payload = 977), SHAPE(echo6, p->payload = 976));
	meets(SCREEN_ID_ICMP_LARGE, SHAPE(echo, p->payload = 997), SHAPE(udp, p->payload = 997));
}

static void
a_fragment_that_leads_beyond_the_largest_datagram_is_a_ping_of_death(void **state)
{
	/* 20 + 65512 + 8 bytes are 65540. */
	struct fixture *f = screened(SCREEN_BIT(PING_OF_DEATH));
	struct shape last = SHAPE(echo, p->fragment_offset = 65512; p->payload = 8);
	fixture_send(f, last);
	assert_screened(f, SCREEN_ID_PING_OF_DEATH);
	last.payload = 3; /* 65535 */
	fixture_send(f, last);
	assert_int_equal(f->packet.verdict, VERDICT_WAIT);
	assert_null(fixture_event(f));
	last.payload = 8;
	last.protocol = PROTOCOL_UDP;
	fixture_send(f, last);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FRAGMENT_INVALID);
	assert_null(fixture_event(f));
	fixture_housekeep(f, FRAGMENT_WAIT_NS);
	fixture_free(f);
}

static void
options_of_ipv4(void **state)
{
	static const struct {
		uint64_t checks;
		enum screen_id named; /* of those */
		uint8_t length, option[12];
	} row[] = {
		{ SCREEN_BIT(RECORD_ROUTE), SCREEN_ID_RECORD_ROUTE, 7, { 7, 7, 4 } },
		{ SCREEN_BIT(TIMESTAMP), SCREEN_ID_TIMESTAMP, 8, { 68, 8, 5 } },
		{ SCREEN_BIT(SECURITY), SCREEN_ID_SECURITY, 11, { 130, 11 } },
		{ SCREEN_BIT(STREAM), SCREEN_ID_STREAM, 4, { 136, 4 } },
		{ SCREEN_BIT(LOOSE_SOURCE_ROUTE), SCREEN_ID_LOOSE_SOURCE_ROUTE, 7, { 131, 7, 4 } },
		{ SCREEN_BIT(STRICT_SOURCE_ROUTE), SCREEN_ID_STRICT_SOURCE_ROUTE, 7, { 137, 7, 4 } },
		{ SCREEN_BIT(SOURCE_ROUTE), SCREEN_ID_SOURCE_ROUTE, 7, { 131, 7, 4 } },
		{ SCREEN_BIT(SOURCE_ROUTE), SCREEN_ID_SOURCE_ROUTE, 8, { 1, 137, 7, 4 } },
		{ SCREEN_BIT(SOURCE_ROUTE) | SCREEN_BIT(LOOSE_SOURCE_ROUTE), SCREEN_ID_SOURCE_ROUTE, 7, { 131, 7, 4 } },
	};
	static const uint8_t router_alert[] = { 148, 4, 0, 0 };
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct fixture *f = screened(row[i].checks);
		send_option(f, row[i].option, row[i].length);
		assert_screened(f, row[i].named);
		send_option(f, router_alert, sizeof router_alert);
		assert_passed(f);
		/* An option behind the end of the list is none. */
		uint8_t ended[12] = { 0 };
		memcpy(ended + 1, row[i].option, sizeof ended - 1);
		send_option(f, ended, 12);
		assert_passed(f);
		fixture_free(f);

		f = screened(SCREEN_PACKET_CHECKS & ~row[i].checks & ~SCREEN_BIT(SOURCE_ROUTE) &
			     ~SCREEN_BIT(LOOSE_SOURCE_ROUTE) & ~SCREEN_BIT(STRICT_SOURCE_ROUTE));
		send_option(f, row[i].option, row[i].length);
		assert_passed(f);
		fixture_free(f);
	}
}

static void
a_malformed_option_is_a_bad_one(void **state)
{
	static const uint8_t bad[] = { 7, 2, 4, 0 }, good[] = { 7, 7, 4, 0, 0, 0, 0, 0 };
	struct fixture *f = screened(SCREEN_BIT(BAD_OPTION));
	send_option(f, bad, sizeof bad);
	assert_screened(f, SCREEN_ID_BAD_OPTION);
	send_option(f, good, sizeof good);
	assert_passed(f);
	f->zone[TRUST].screen = NULL;
	fixture_commit(f);
	send_option(f, bad, sizeof bad);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_IP_OPTION);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
protocols_and_fragments(void **state)
{
	meets(SCREEN_ID_UNKNOWN_PROTOCOL, SHAPE(udp, p->protocol = 137), SHAPE(udp, p->protocol = 136));
	meets(SCREEN_ID_UNKNOWN_PROTOCOL,
	      SHAPE(udp, p->protocol = 141; p->source = "2001:db8:1::2"; p->destination = "2001:db8:2::2"),
	      SHAPE(udp, p->protocol = 140; p->source = "2001:db8:1::2"; p->destination = "2001:db8:2::2"));
	meets(SCREEN_ID_BLOCK_FRAGMENT, SHAPE(udp, p->more_fragments = true; p->payload = 8), udp);
	meets(SCREEN_ID_BLOCK_FRAGMENT, SHAPE(udp, p->fragment_offset = 8), SHAPE(udp, p->dont_fragment = true));
}

static void
a_source_that_is_not_reached_by_the_zone_is_spoofed(void **state)
{
	meets(SCREEN_ID_SPOOFING, SHAPE(udp, p->source = "10.0.3.9"), udp);
	meets(SCREEN_ID_SPOOFING, SHAPE(udp, p->source = "10.0.1.1"), udp);  /* ours */
	meets(SCREEN_ID_SPOOFING, SHAPE(udp, p->source = "192.0.2.9"), udp); /* no route */
	meets(SCREEN_ID_SPOOFING, SHAPE(udp, p->source = "2001:db8:2::9"; p->destination = "2001:db8:2::2"),
	      SHAPE(udp, p->source = "2001:db8:1::9"; p->destination = "2001:db8:2::2"));
}

static void
another_interface_of_the_zone_may_lead_to_the_source(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(SPOOFING));
	struct shape s = SHAPE(udp, p->source = "10.0.3.9");
	fixture_send(f, s);
	assert_screened(f, SCREEN_ID_SPOOFING);
	f->unit[3].zone = TRUST;
	fixture_commit(f);
	fixture_send(f, s);
	assert_passed(f);
	fixture_free(f);
}

static void
fragments_that_overlap_are_a_tear_drop(void **state)
{
	struct shape first = SHAPE(udp, p->more_fragments = true; p->payload = 24; p->fragment_id = 9);
	struct shape later = SHAPE(udp, p->more_fragments = true; p->payload = 16; p->fragment_id = 9);
	struct fixture *f = screened(SCREEN_BIT(TEAR_DROP));
	fixture_send(f, first); /* 0 to 32 */
	assert_passed(f);
	later.fragment_offset = 24;
	fixture_send(f, later);
	assert_screened(f, SCREEN_ID_TEAR_DROP);
	later.fragment_offset = 32;
	fixture_send(f, later); /* 32 to 48 */
	assert_passed(f);
	fixture_send(f, later);
	assert_screened(f, SCREEN_ID_TEAR_DROP);
	later.fragment_offset = 40;
	fixture_send(f, later);
	assert_screened(f, SCREEN_ID_TEAR_DROP);
	later.fragment_offset = 48;
	fixture_send(f, later);
	assert_passed(f);
	later.fragment_id = 10;
	later.fragment_offset = 40;
	fixture_send(f, later); /* another datagram, which waits for its first */
	assert_int_equal(f->packet.verdict, VERDICT_WAIT);
	later.fragment_offset = 48;
	fixture_send(f, later);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_SCREEN);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_TEAR_DROP], 4);
	fixture_housekeep(f, FRAGMENT_WAIT_NS);
	fixture_free(f);

	f = screened(SCREEN_PACKET_CHECKS & ~SCREEN_BIT(TEAR_DROP) & ~SCREEN_BIT(BLOCK_FRAGMENT));
	later.fragment_id = 9;
	fixture_send(f, first);
	fixture_send(f, SHAPE(later, p->fragment_offset = 32));
	assert_passed(f);
	fixture_send(f, SHAPE(later, p->fragment_offset = 40)); /* without the screen too, but the log has no attack */
	assert_int_equal(f->packet.drop_reason, DROP_REASON_FRAGMENT_OVERLAP);
	assert_int_equal(f->worker->counters.drop[DROP_REASON_FRAGMENT_OVERLAP], 1);
	fixture_free(f);
}

static void
set_octet(uint32_t set[8], uint8_t octet)
{
	set[octet >> 5] |= 1u << (octet & 31);
}

static void
headers_of_ipv6(void **state)
{
	static const struct {
		uint8_t type, length, chain[24];
	} row[] = {
		{ 0, 8, { 253, 0, 5, 2, 0, 0, 1, 0 } }, /* hop-by-hop with router alert */
		{ 43, 8, { 253, 0, 2, 0 } },            /* routing of type 2, no segments left */
		{ 44, 16, { 253, 0, 0, 0 } },           /* a whole packet with a fragment header */
		{ 50, 8, { 0 } },                       /* ESP */
		{ 51, 16, { 253, 2 } },                 /* AH */
		{ 59, 0, { 0 } },                       /* no next header */
		{ 60, 8, { 253, 0, 1, 4 } },            /* destination options, padded */
		{ 135, 8, { 59 } },                     /* mobility */
		{ 139, 8, { 59 } },                     /* HIP */
		{ 140, 8, { 59 } },                     /* Shim6 */
		{ 253, 8, { 59 } },                     /* any, named by its number */
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct fixture *f = screened(SCREEN_BIT(IPV6_EXTENSION_HEADER));
		set_octet(screen.ipv6_header, row[i].type);
		send_chain(f, row[i].type, row[i].chain, row[i].length);
		assert_screened(f, SCREEN_ID_IPV6_EXTENSION_HEADER);
		fixture_free(f);

		f = screened(SCREEN_BIT(IPV6_EXTENSION_HEADER));
		for (size_t other = 0; other < sizeof row / sizeof *row; other++)
			if (other != i && row[other].type != row[i].chain[0])
				set_octet(screen.ipv6_header, row[other].type);
		send_chain(f, row[i].type, row[i].chain, row[i].length);
		assert_passed(f);
		fixture_free(f);
	}
}

static void
a_header_counts_wherever_it_stands_in_the_chain(void **state)
{
	static const uint8_t chain[] = { 60,  0, 1, 4, 0, 0, 0, 0, 51, 0, 1, 4, 0, 0, 0, 0,
					 253, 2, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0 };
	struct fixture *f = screened(SCREEN_BIT(IPV6_EXTENSION_HEADER));
	set_octet(screen.ipv6_header, PROTOCOL_AH);
	send_chain(f, PROTOCOL_HOP_BY_HOP, chain, sizeof chain);
	assert_screened(f, SCREEN_ID_IPV6_EXTENSION_HEADER);
	fixture_free(f);
}

static void
options_of_ipv6(void **state)
{
	static const uint8_t alert[] = { 253, 0, 1, 0, 5, 2, 0, 0 };
	static const struct {
		uint8_t type;
		bool hop, destination;
		bool in_hop, in_destination; /* the screen asks for the option there */
	} row[] = {
		{ 5, true, false, true, false },
		{ 5, false, true, false, true },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		uint8_t type = row[i].hop ? PROTOCOL_HOP_BY_HOP : PROTOCOL_DESTINATION_OPTIONS;
		uint8_t other = row[i].hop ? PROTOCOL_DESTINATION_OPTIONS : PROTOCOL_HOP_BY_HOP;
		struct fixture *f = screened(SCREEN_BIT(IPV6_EXTENSION_HEADER));
		set_octet(row[i].in_hop ? screen.hop_option : screen.destination_option, 5);
		send_chain(f, type, alert, sizeof alert);
		assert_screened(f, SCREEN_ID_IPV6_EXTENSION_HEADER);
		send_chain(f, other, alert, sizeof alert);
		assert_passed(f);
		send_chain(f, type, (const uint8_t[]){ 253, 0, 1, 0, 6, 2, 0, 0 }, 8);
		assert_passed(f);
		fixture_free(f);
	}
}

/* chain_of writes `count` empty destination headers. */
static uint16_t
chain_of(uint8_t *chain, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		memcpy(chain + 8 * i,
		       (const uint8_t[]){ i + 1 < count ? PROTOCOL_DESTINATION_OPTIONS : 253, 0, 1, 4, 0, 0, 0, 0 }, 8);
	return (uint16_t)(8 * count);
}

static void
the_limit_counts_extension_headers(void **state)
{
	/* Eight headers are the most that are well formed here; beyond, the screen still names them. */
	static const struct {
		int8_t limit;
		unsigned headers;
		enum drop_reason reason;
	} row[] = {
		{ 0, 0, DROP_REASON_NONE },
		{ 0, 1, DROP_REASON_SCREEN },
		{ 1, 1, DROP_REASON_NONE },
		{ 7, 8, DROP_REASON_SCREEN },
		{ 8, 8, DROP_REASON_NONE },
		{ 8, 9, DROP_REASON_SCREEN },
		{ 32, 9, DROP_REASON_IPV6_EXTENSION },
		{ 32, 33, DROP_REASON_SCREEN },
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		uint8_t chain[8 * 33] = { 0 };
		uint16_t length = chain_of(chain, row[i].headers);
		struct fixture *f = screened(SCREEN_BIT(IPV6_EXTENSION_LIMIT));
		screen.extension_limit = row[i].limit;
		send_chain(f, row[i].headers ? PROTOCOL_DESTINATION_OPTIONS : 253, chain, length);
		assert_string_equal(drop_reason_text(f->packet.drop_reason), drop_reason_text(row[i].reason));
		if (row[i].reason == DROP_REASON_SCREEN)
			assert_screened(f, SCREEN_ID_IPV6_EXTENSION_LIMIT);
		assert_null(fixture_event(f));
		fixture_free(f);
	}
}

static void
malformed_ipv6_has_its_names(void **state)
{
	static const uint8_t jumbo[] = { 253, 0, 0xc2, 4, 0, 1, 0, 0 };
	static const uint8_t broken[] = { 253, 0, 5, 9, 0, 0, 0, 0 };
	static const uint8_t source_route[24] = { 253, 2, 0, 1 };
	static const uint8_t short_icmp[] = { 128, 0, 0, 0 };
	static const uint8_t no_quote[] = { 1, 0, 0, 0, 0, 0, 0, 0 };
	struct fixture *f = screened(SCREEN_BIT(IPV6_MALFORMED));
	send_chain(f, PROTOCOL_HOP_BY_HOP, broken, sizeof broken);
	assert_screened(f, SCREEN_ID_IPV6_MALFORMED);
	fixture_free(f);

	f = screened(SCREEN_BIT(BAD_OPTION));
	send_chain(f, PROTOCOL_HOP_BY_HOP, broken, sizeof broken);
	assert_screened(f, SCREEN_ID_BAD_OPTION);
	fixture_free(f);

	f = screened(SCREEN_BIT(IPV6_EXTENSION_HEADER));
	set_octet(screen.hop_option, 0xc2);
	send_chain(f, PROTOCOL_HOP_BY_HOP, jumbo, sizeof jumbo);
	assert_screened(f, SCREEN_ID_IPV6_EXTENSION_HEADER);
	fixture_free(f);

	f = screened(SCREEN_BIT(LOOSE_SOURCE_ROUTE));
	send_chain(f, PROTOCOL_ROUTING, source_route, sizeof source_route);
	assert_screened(f, SCREEN_ID_LOOSE_SOURCE_ROUTE);
	fixture_free(f);

	f = screened(SCREEN_BIT(ICMPV6_MALFORMED));
	send_chain(f, PROTOCOL_ICMP6, short_icmp, sizeof short_icmp);
	assert_screened(f, SCREEN_ID_ICMPV6_MALFORMED);
	send_chain(f, PROTOCOL_ICMP6, no_quote, sizeof no_quote);
	assert_screened(f, SCREEN_ID_ICMPV6_MALFORMED);
	fixture_send(f, echo6);
	assert_passed(f);
	fixture_free(f);
}

static void
packets_of_known_flows_are_looked_at_too(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(WINNUKE));
	fixture_send(f, tcp);
	assert_passed(f);
	uint64_t forwarded = f->worker->counters.forwarded_packets;
	fixture_send(f, SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG; p->sequence = 1));
	assert_screened(f, SCREEN_ID_WINNUKE);
	fixture_send(f, SHAPE(tcp, p->tcp_flags = TCP_ACK; p->sequence = 1));
	assert_passed(f);
	assert_int_equal(f->worker->counters.forwarded_packets, forwarded + 1);
	/* What comes back comes from a zone without screens. */
	fixture_send(f, SHAPE(tcp, p->source = "10.0.2.2"; p->destination = "10.0.1.2"; p->source_port = 139;
			      p->destination_port = 40000; p->tcp_flags = TCP_ACK | TCP_URG; p->unit = 2));
	assert_passed(f);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_WINNUKE], 1);
	fixture_free(f);
}

static void
a_commit_brings_screens_to_known_flows(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(WINNUKE));
	f->zone[TRUST].screen = NULL;
	fixture_commit(f);
	struct shape urgent = SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG);
	fixture_send(f, tcp);
	fixture_send(f, urgent);
	assert_passed(f);
	f->zone[TRUST].screen = &screen;
	fixture_commit(f);
	fixture_send(f, urgent);
	assert_screened(f, SCREEN_ID_WINNUKE);
	fixture_free(f);
}

static void
an_alarm_names_all_and_drops_nothing(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(SYN_FRAGMENT) | SCREEN_BIT(WINNUKE));
	screen.alarm_only = true;
	struct shape both = SHAPE(tcp, p->tcp_flags = TCP_SYN | TCP_URG; p->more_fragments = true; p->payload = 4);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, both), VERDICT_FORWARD);
		const struct event_frame *e = fixture_event(f);
		assert_int_equal(e->record.screen_id, SCREEN_ID_WINNUKE);
		assert_int_equal(e->record.action, ACTION_PERMIT);
		e = fixture_event(f);
		assert_int_equal(e->record.screen_id, SCREEN_ID_SYN_FRAGMENT);
		assert_int_equal(e->record.action, ACTION_PERMIT);
		assert_null(fixture_event(f));
	}
	assert_int_equal(f->worker->counters.drop[DROP_REASON_SCREEN], 0);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_SYN_FRAGMENT], 2);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_WINNUKE], 2);
	fixture_free(f);
}

static void
an_alarm_about_a_packet_that_waits_is_given_once(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(WINNUKE));
	screen.alarm_only = true;
	struct shape s = SHAPE(tcp, p->tcp_flags = TCP_SYN | TCP_URG; p->destination = "10.0.2.77");
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	assert_non_null(fixture_event(f));
	fixture_neighbour(f, 2, "10.0.2.77");
	fixture_housekeep(f, 1000000);
	assert_int_equal(f->out_count, 1);
	assert_null(fixture_event(f));
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_WINNUKE], 1);
	fixture_free(f);
}

static void
a_malformed_packet_ends_even_where_screens_only_alarm(void **state)
{
	static const uint8_t bad[] = { 7, 2, 4, 0 };
	struct fixture *f = screened(SCREEN_BIT(BAD_OPTION));
	screen.alarm_only = true;
	send_option(f, bad, sizeof bad);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_IP_OPTION);
	const struct event_frame *e = fixture_event(f);
	assert_int_equal(e->record.screen_id, SCREEN_ID_BAD_OPTION);
	assert_int_equal(e->record.action, ACTION_DENY);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
what_the_input_filter_ends_meets_no_screen(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(WINNUKE));
	uint16_t filter = fixture_filter(f, ADDRESS_FAMILY_INET);
	struct filter_term *urgent = fixture_term(f, filter, FILTER_DISCARD);
	urgent->conditions = FILTER_TCP_FLAGS;
	for (unsigned flags = 0; flags < 256; flags++)
		if (flags & TCP_URG)
			octet_set_add(&urgent->tcp_flags, (uint8_t)flags);
	fixture_term(f, filter, FILTER_ACCEPT);
	f->unit[1].filter_input = filter;
	fixture_commit(f);
	fixture_send(f, tcp);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, SHAPE(tcp, p->tcp_flags = TCP_ACK | TCP_URG)), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_FILTER_DISCARD);
	}
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_WINNUKE], 0);
	assert_null(fixture_event(f));
	fixture_free(f);
}

static void
counters_go_with_their_zone_over_a_commit(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(TCP_NO_FLAG));
	fixture_send(f, SHAPE(tcp, p->tcp_flags = 0));
	struct snapshot next = f->snapshot;
	struct zone zones[FIXTURE_ZONES];
	memcpy(zones, f->zone, sizeof zones);
	struct zone swapped = zones[TRUST];
	zones[TRUST] = zones[DMZ];
	zones[DMZ] = swapped;
	next.zone = zones;
	worker_snapshot(f->worker, &next);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_TCP_NO_FLAG], 0);
	assert_int_equal(f->worker->screens[DMZ].met[SCREEN_ID_TCP_NO_FLAG], 1);
	worker_snapshot(f->worker, &f->snapshot);
	fixture_free(f);
}

static void
explain_names_the_screen_and_counts_nothing(void **state)
{
	struct fixture *f = screened(SCREEN_BIT(SPOOFING));
	struct trace t;
	uint8_t bytes[EXPLAIN_BYTES];
	struct packet p;
	struct flow_key k = { .family = ADDRESS_FAMILY_INET, .protocol = PROTOCOL_UDP };
	k.source = fixture_address("10.0.3.9", &k.family);
	k.destination = fixture_address("10.0.2.2", &k.family);
	assert_true(explain_packet(&p, bytes, &f->snapshot, 1, &k));
	pipeline_explain(f->worker, &p, &t);
	assert_int_equal(p.drop_reason, DROP_REASON_SCREEN);
	assert_string_equal(t.step[t.count - 1].stage, "screen");
	assert_string_equal(t.step[t.count - 1].text, "screen outside: IP spoofing!");
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_SPOOFING], 0);
	assert_null(fixture_event(f));
	fixture_free(f);
}

/* ---- what counts ---- */

static struct fixture *
counting(enum screen_id id, uint32_t threshold)
{
	struct fixture *f = screened(0);
	screen.rates = 1ull << id;
	screen.threshold[id] = threshold;
	f->zone[TRUST].tracker[id] = tracker_create(SCREEN_SPREADS >> id & 1  ? TRACKER_SPREAD
						    : SCREEN_LIMITS >> id & 1 ? TRACKER_LIMIT
									      : TRACKER_RATE);
	fixture_neighbour(f, 2, "10.0.2.3");
	return f;
}

static void
counting_free(struct fixture *f)
{
	for (unsigned id = 0; id < SCREENS; id++)
		tracker_release(f->zone[TRUST].tracker[id]);
	fixture_free(f);
}

/* floods: three of `shape` a second are let through, and no more; `other` does not count with them. */
static void
floods(enum screen_id id, struct shape shape, struct shape other)
{
	struct fixture *f = counting(id, 3);
	for (unsigned second = 0; second < 2; second++) {
		for (unsigned i = 0; i < 3; i++) {
			shape.source_port++;
			fixture_send(f, shape);
			assert_passed(f);
			fixture_send(f, other);
			other.source_port++;
			if (i == 2)
				assert_passed(f);
		}
		shape.source_port++;
		fixture_send(f, shape);
		assert_screened(f, id);
		fixture_housekeep(f, 1000000000);
	}
	assert_int_equal(f->worker->screens[TRUST].met[id], 2);
	counting_free(f);
}

static void
floods_end_with_their_second(void **state)
{
	struct shape syn = SHAPE(tcp, p->destination_port = 80);
	floods(SCREEN_ID_ICMP_FLOOD, echo, SHAPE(echo, p->destination = "10.0.2.3"));
	floods(SCREEN_ID_ICMP_FLOOD, echo6, echo);
	floods(SCREEN_ID_UDP_FLOOD, udp, SHAPE(udp, p->destination = "10.0.2.3"));
	floods(SCREEN_ID_UDP_FLOOD, udp, syn);
	floods(SCREEN_ID_SYN_FLOOD, syn, SHAPE(syn, p->destination_port = 81));
	floods(SCREEN_ID_SYN_FLOOD_SOURCE, syn, SHAPE(syn, p->source = "10.0.1.9"));
	floods(SCREEN_ID_SYN_FLOOD_DESTINATION, syn, SHAPE(syn, p->destination = "10.0.2.3"));
}

static void
syn_floods_are_of_what(void **state)
{
	struct shape syn = SHAPE(tcp, p->destination_port = 80);
	struct fixture *f = counting(SCREEN_ID_SYN_FLOOD_SOURCE, 1);
	fixture_send(f, syn);
	assert_passed(f);
	/* Segments with ACK begin nothing. */
	fixture_send(f, SHAPE(syn, p->tcp_flags = TCP_ACK; p->sequence = 1));
	assert_passed(f);
	fixture_send(f, SHAPE(syn, p->destination = "10.0.2.3"));
	assert_screened(f, SCREEN_ID_SYN_FLOOD_SOURCE);
	counting_free(f);

	f = counting(SCREEN_ID_SYN_FLOOD_DESTINATION, 1);
	fixture_send(f, syn);
	fixture_send(f, SHAPE(syn, p->source = "10.0.1.9"; p->destination_port = 81));
	assert_screened(f, SCREEN_ID_SYN_FLOOD_DESTINATION);
	counting_free(f);
}

static void
packets_of_known_flows_count(void **state)
{
	struct fixture *f = counting(SCREEN_ID_UDP_FLOOD, 5);
	for (unsigned i = 0; i < 5; i++) {
		fixture_send(f, udp);
		assert_passed(f);
	}
	fixture_send(f, udp);
	assert_screened(f, SCREEN_ID_UDP_FLOOD);
	counting_free(f);
}

static void
what_a_check_drops_or_what_waits_counts_not_twice(void **state)
{
	struct fixture *f = counting(SCREEN_ID_UDP_FLOOD, 2);
	screen.checks = SCREEN_BIT(BLOCK_FRAGMENT);
	fixture_send(f, SHAPE(udp, p->more_fragments = true; p->payload = 8; p->destination = "10.0.2.77"));
	assert_screened(f, SCREEN_ID_BLOCK_FRAGMENT);
	struct shape s = SHAPE(udp, p->destination = "10.0.2.77");
	assert_int_equal(fixture_send(f, s), VERDICT_WAIT);
	fixture_neighbour(f, 2, "10.0.2.77");
	fixture_housekeep(f, 1000);
	assert_int_equal(f->out_count, 1);
	fixture_send(f, s);
	assert_passed(f);
	fixture_send(f, s);
	assert_screened(f, SCREEN_ID_UDP_FLOOD);
	counting_free(f);
}

static const char *const host[] = { "10.0.2.2",  "10.0.2.3",  "10.0.2.20", "10.0.2.21", "10.0.2.22",
				    "10.0.2.23", "10.0.2.24", "10.0.2.25", "10.0.2.26", "10.0.2.27" };

/* searches: nine of what `next` makes of a shape are let through within 5 ms, and the tenth is not. */
static void
searches(enum screen_id id, struct shape shape, void next(struct shape *s, unsigned i))
{
	struct fixture *f = counting(id, 5000);
	for (unsigned i = 0; i < sizeof host / sizeof *host; i++)
		fixture_neighbour(f, 2, host[i]);
	for (unsigned i = 0; i < 9; i++) {
		next(&shape, i);
		fixture_send(f, shape);
		assert_passed(f);
		f->worker->now_ns += 500000;
	}
	struct shape ninth = shape;
	next(&shape, 9);
	fixture_send(f, shape);
	assert_screened(f, id);
	fixture_send(f, ninth);
	assert_passed(f);
	f->worker->now_ns += 500000;
	fixture_send(f, shape);
	assert_passed(f);
	assert_int_equal(f->worker->screens[TRUST].met[id], 1);
	counting_free(f);
}

static void
next_port(struct shape *s, unsigned i)
{
	s->destination_port = (uint16_t)(1000 + i);
}

static void
next_host(struct shape *s, unsigned i)
{
	s->destination = host[i];
}

static void
scans_and_sweeps_end_with_the_tenth_target(void **state)
{
	searches(SCREEN_ID_PORT_SCAN, tcp, next_port);
	searches(SCREEN_ID_UDP_PORT_SCAN, udp, next_port);
	searches(SCREEN_ID_TCP_SWEEP, tcp, next_host);
	searches(SCREEN_ID_UDP_SWEEP, udp, next_host);
	searches(SCREEN_ID_IP_SWEEP, echo, next_host);
}

static void
what_belongs_to_sessions_is_no_scan(void **state)
{
	struct fixture *f = counting(SCREEN_ID_UDP_PORT_SCAN, 1000000);
	/* A server in the zone answers many ports of one client. */
	for (unsigned i = 0; i < 12; i++) {
		fixture_send(f, SHAPE(udp, p->source = "10.0.2.2"; p->destination = "10.0.1.2";
				      p->source_port = (uint16_t)(2000 + i); p->destination_port = 53; p->unit = 2));
		assert_passed(f);
	}
	for (unsigned i = 0; i < 12; i++) {
		fixture_send(f, SHAPE(udp, p->source_port = 53; p->destination_port = (uint16_t)(2000 + i)));
		assert_passed(f);
	}
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_UDP_PORT_SCAN], 0);
	counting_free(f);
}

static bool
is_any(const struct session *s, void *ctx)
{
	return true;
}

static void
sessions_of_one_address_are_limited(void **state)
{
	struct fixture *f = counting(SCREEN_ID_SESSION_LIMIT_SOURCE, 2);
	fixture_send(f, udp);
	fixture_send(f, SHAPE(udp, p->source_port = 40001));
	assert_passed(f);
	fixture_send(f, SHAPE(udp, p->source_port = 40002; p->destination = "10.0.2.3"));
	assert_screened(f, SCREEN_ID_SESSION_LIMIT_SOURCE);
	assert_int_equal(flow_table_used(f->worker->flows), 2);
	/* What is open goes on, others may open, and one that ends makes room. */
	fixture_send(f, udp);
	assert_passed(f);
	fixture_send(f, SHAPE(udp, p->source = "10.0.1.9"));
	assert_passed(f);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, is_any, NULL);
	while (fixture_event(f))
		;
	for (unsigned i = 0; i < 2; i++) {
		fixture_send(f, SHAPE(udp, p->source_port = (uint16_t)(40002 + i)));
		assert_passed(f);
	}
	fixture_send(f, SHAPE(udp, p->source_port = 40004));
	assert_screened(f, SCREEN_ID_SESSION_LIMIT_SOURCE);
	assert_int_equal(f->worker->screens[TRUST].met[SCREEN_ID_SESSION_LIMIT_SOURCE], 2);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, is_any, NULL);
	counting_free(f);

	f = counting(SCREEN_ID_SESSION_LIMIT_DESTINATION, 1);
	fixture_send(f, udp);
	fixture_send(f, SHAPE(udp, p->source = "10.0.1.9"));
	assert_screened(f, SCREEN_ID_SESSION_LIMIT_DESTINATION);
	fixture_send(f, SHAPE(udp, p->destination = "10.0.2.3"));
	assert_passed(f);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, is_any, NULL);
	counting_free(f);
}

static void
a_denied_packet_counts_as_no_session_and_a_timeout_ends_one(void **state)
{
	struct fixture *f = counting(SCREEN_ID_SESSION_LIMIT_SOURCE, 1);
	/* No policy leads to the zone dmz. */
	fixture_send(f, SHAPE(udp, p->destination = "10.0.3.2"));
	assert_int_equal(f->packet.drop_reason, DROP_REASON_DEFAULT_POLICY);
	assert_non_null(fixture_event(f));
	fixture_send(f, udp);
	assert_passed(f);
	for (unsigned i = 0; i < 70; i++)
		fixture_housekeep(f, 1000000000);
	while (fixture_event(f))
		;
	fixture_send(f, SHAPE(udp, p->source_port = 1));
	assert_passed(f);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, is_any, NULL);
	counting_free(f);
}

static void
limits_that_only_alarm_count_on(void **state)
{
	struct fixture *f = counting(SCREEN_ID_SESSION_LIMIT_SOURCE, 1);
	screen.alarm_only = true;
	fixture_send(f, udp);
	assert_passed(f);
	assert_int_equal(fixture_send(f, SHAPE(udp, p->source_port = 1)), VERDICT_FORWARD);
	const struct event_frame *e = fixture_event(f);
	assert_int_equal(e->record.screen_id, SCREEN_ID_SESSION_LIMIT_SOURCE);
	assert_int_equal(e->record.action, ACTION_PERMIT);
	assert_null(fixture_event(f));
	screen.alarm_only = false;
	fixture_send(f, SHAPE(udp, p->source_port = 2));
	assert_screened(f, SCREEN_ID_SESSION_LIMIT_SOURCE);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, is_any, NULL);
	counting_free(f);
}

static void
a_flood_that_only_alarms_goes_on(void **state)
{
	struct fixture *f = counting(SCREEN_ID_UDP_FLOOD, 1);
	screen.alarm_only = true;
	fixture_send(f, udp);
	assert_passed(f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fixture_send(f, udp), VERDICT_FORWARD);
		const struct event_frame *e = fixture_event(f);
		assert_int_equal(e->record.screen_id, SCREEN_ID_UDP_FLOOD);
		assert_int_equal(e->record.action, ACTION_PERMIT);
		assert_null(fixture_event(f));
	}
	counting_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_of_tcp),
		cmocka_unit_test(icmp_messages),
		cmocka_unit_test(a_fragment_that_leads_beyond_the_largest_datagram_is_a_ping_of_death),
		cmocka_unit_test(options_of_ipv4),
		cmocka_unit_test(a_malformed_option_is_a_bad_one),
		cmocka_unit_test(protocols_and_fragments),
		cmocka_unit_test(a_source_that_is_not_reached_by_the_zone_is_spoofed),
		cmocka_unit_test(another_interface_of_the_zone_may_lead_to_the_source),
		cmocka_unit_test(fragments_that_overlap_are_a_tear_drop),
		cmocka_unit_test(headers_of_ipv6),
		cmocka_unit_test(a_header_counts_wherever_it_stands_in_the_chain),
		cmocka_unit_test(options_of_ipv6),
		cmocka_unit_test(the_limit_counts_extension_headers),
		cmocka_unit_test(malformed_ipv6_has_its_names),
		cmocka_unit_test(packets_of_known_flows_are_looked_at_too),
		cmocka_unit_test(a_commit_brings_screens_to_known_flows),
		cmocka_unit_test(an_alarm_names_all_and_drops_nothing),
		cmocka_unit_test(an_alarm_about_a_packet_that_waits_is_given_once),
		cmocka_unit_test(a_malformed_packet_ends_even_where_screens_only_alarm),
		cmocka_unit_test(what_the_input_filter_ends_meets_no_screen),
		cmocka_unit_test(counters_go_with_their_zone_over_a_commit),
		cmocka_unit_test(explain_names_the_screen_and_counts_nothing),
		cmocka_unit_test(floods_end_with_their_second),
		cmocka_unit_test(syn_floods_are_of_what),
		cmocka_unit_test(packets_of_known_flows_count),
		cmocka_unit_test(what_a_check_drops_or_what_waits_counts_not_twice),
		cmocka_unit_test(scans_and_sweeps_end_with_the_tenth_target),
		cmocka_unit_test(what_belongs_to_sessions_is_no_scan),
		cmocka_unit_test(sessions_of_one_address_are_limited),
		cmocka_unit_test(a_denied_packet_counts_as_no_session_and_a_timeout_ends_one),
		cmocka_unit_test(limits_that_only_alarm_count_on),
		cmocka_unit_test(a_flood_that_only_alarms_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
