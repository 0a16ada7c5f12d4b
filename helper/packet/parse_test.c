/* parse_test.c: what parse finds in good packets, and by which name it refuses the others. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "packet/sample.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Parses a copy in memory of exactly its size, so that AddressSanitizer sees every read beyond, and checks that all that was
 * found lies within the packet. */
static enum drop_reason
parse_bytes(struct packet *p, const uint8_t *bytes, uint32_t length, bool l3)
{
	uint8_t *copy = malloc(length ? length : 1), *unchanged = malloc(length ? length : 1);
	enum drop_reason reason;
	memset(p, 0xa5, sizeof *p);
	memcpy(copy, bytes, length);
	memcpy(unchanged, bytes, length);
	p->data = copy;
	p->length = (uint16_t)length;
	reason = l3 ? packet_parse_l3(p) : packet_parse(p);
	assert_memory_equal(copy, unchanged, length);
	assert_true(reason < DROP_REASON_COUNT);
	if (reason == DROP_REASON_NONE) {
		assert_true(p->l3 + p->l3_length <= length);
		assert_true(p->l3 < p->l4 && p->l4 <= p->payload && p->payload <= p->l3 + p->l3_length);
		assert_true(p->inner_l3 == 0 || (p->inner_l3 >= p->payload && p->inner_l3 < p->l3 + p->l3_length));
	}
	assert_int_equal(p->key.instance, 0);
	free(copy);
	free(unchanged);
	p->data = NULL;
	return reason;
}

static enum drop_reason
parse(struct packet *p, const struct sample *s)
{
	return parse_bytes(p, s->bytes, s->length, false);
}

static void
expect(const struct sample *s, enum drop_reason expected)
{
	struct packet p;
	enum drop_reason reason = parse(&p, s);
	if (reason != expected)
		fail_msg("expected %s, got %s", drop_reason_text(expected), drop_reason_text(reason));
}

/* A sample whose header at l3 is IPv4 and was changed by the test. */
static void
expect_ipv4(struct sample *s, enum drop_reason expected)
{
	sample_ipv4_checksum(s->bytes + s->l3);
	expect(s, expected);
}

/* ---- what is found --------------------------------------------------------------------------------------------------- */

static void
every_kind_of_packet_is_found_to_be_what_it_is(void **state)
{
	static const struct {
		enum sample_kind kind;
		uint8_t protocol;
		uint16_t source_port, destination_port;
		uint16_t l3, l4, payload, l3_length, flags;
	} table[] = {
		{ SAMPLE_UDP, 17, 40000, 53, 14, 34, 42, 46, 0 },
		{ SAMPLE_UDP_NO_CHECKSUM, 17, 40000, 53, 14, 34, 42, 46, PACKET_L4_PARTIAL },
		{ SAMPLE_TCP_SYN, 6, 40000, 443, 14, 34, 66, 52, PACKET_DONT_FRAGMENT },
		{ SAMPLE_TCP_DATA, 6, 40000, 443, 14, 34, 54, 57, PACKET_DONT_FRAGMENT },
		{ SAMPLE_ICMP_ECHO, 1, 0xbeef, 0xbeef, 14, 34, 42, 36, PACKET_ICMP_ECHO },
		{ SAMPLE_ICMP_UNREACHABLE, 1, 0, 0, 14, 34, 42, 68, PACKET_ICMP_ERROR },
		{ SAMPLE_OPTIONS, 17, 40000, 53, 14, 46, 54, 45, PACKET_IP_OPTIONS },
		{ SAMPLE_SCTP, 132, 2905, 2906, 14, 34, 46, 52, 0 },
		{ SAMPLE_GRE, 47, 0, 0, 14, 34, 50, 36, 0 },
		{ SAMPLE_ESP, 50, 0, 0, 14, 34, 42, 37, 0 },
		{ SAMPLE_AH, 51, 0, 0, 14, 34, 58, 64, 0 },
		{ SAMPLE_IPIP, 4, 0, 0, 14, 34, 34, 40, 0 },
		{ SAMPLE_FIRST_FRAGMENT, 17, 40000, 53, 14, 34, 42, 52,
		  PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE },
		{ SAMPLE_LATER_FRAGMENT, 17, 0, 0, 14, 34, 34, 36, PACKET_FRAGMENT },
		{ SAMPLE_VLAN, 17, 40000, 53, 18, 38, 46, 46, 0 },
		{ SAMPLE_QINQ, 17, 40000, 53, 22, 42, 50, 46, 0 },
		{ SAMPLE_UDP6, 17, 40000, 53, 14, 54, 62, 57, PACKET_DONT_FRAGMENT },
		{ SAMPLE_TCP6, 6, 40000, 443, 14, 54, 74, 60, PACKET_DONT_FRAGMENT },
		{ SAMPLE_ICMP6_ECHO, 58, 0xbeef, 0xbeef, 14, 54, 62, 48, PACKET_DONT_FRAGMENT | PACKET_ICMP_ECHO },
		{ SAMPLE_ICMP6_TOO_BIG, 58, 0, 0, 14, 54, 62, 108, PACKET_DONT_FRAGMENT | PACKET_ICMP_ERROR },
		{ SAMPLE_EXTENSIONS6, 17, 40000, 53, 14, 126, 134, 123, PACKET_DONT_FRAGMENT | PACKET_IP_OPTIONS },
		{ SAMPLE_FIRST_FRAGMENT6, 17, 40000, 53, 14, 62, 70, 80,
		  PACKET_DONT_FRAGMENT | PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE },
		{ SAMPLE_LATER_FRAGMENT6, 17, 0, 0, 14, 62, 62, 64, PACKET_DONT_FRAGMENT | PACKET_FRAGMENT },
		{ SAMPLE_ATOMIC_FRAGMENT6, 6, 40000, 443, 14, 62, 82, 68, PACKET_DONT_FRAGMENT },
		{ SAMPLE_NO_NEXT6, 59, 0, 0, 14, 54, 54, 44, PACKET_DONT_FRAGMENT },
		{ SAMPLE_SCTP6, 132, 2905, 2906, 14, 54, 66, 72, PACKET_DONT_FRAGMENT },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		bool inet6 = table[i].kind >= SAMPLE_UDP6;
		struct sample s;
		struct packet p, q;
		sample_make(&s, table[i].kind);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.key.protocol, table[i].protocol);
		assert_int_equal(__builtin_bswap16(p.key.source_port), table[i].source_port);
		assert_int_equal(__builtin_bswap16(p.key.destination_port), table[i].destination_port);
		assert_int_equal(p.l3, table[i].l3);
		assert_int_equal(p.l4, table[i].l4);
		assert_int_equal(p.payload, table[i].payload);
		assert_int_equal(p.l3_length, table[i].l3_length);
		assert_int_equal(p.flags, table[i].flags);
		assert_int_equal(p.ttl, 64);
		assert_int_equal(p.key.family, inet6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET);
		assert_memory_equal(&p.key.source, s.bytes + s.l3 + (inet6 ? 8 : 12), inet6 ? 16 : 4);
		assert_memory_equal(&p.key.destination, s.bytes + s.l3 + (inet6 ? 24 : 16), inet6 ? 16 : 4);
		if (!inet6) {
			assert_int_equal(p.key.source.word[1] | p.key.source.word[2] | p.key.source.word[3], 0);
			assert_int_equal(p.key.destination.word[1] | p.key.destination.half[1], 0);
		}

		assert_int_equal(parse_bytes(&q, s.bytes + s.l3, s.length - s.l3, true), DROP_REASON_NONE);
		assert_int_equal(q.l3, 0);
		assert_int_equal(q.l4, table[i].l4 - table[i].l3);
		assert_memory_equal(&q.key, &p.key, sizeof p.key);
	}
}

static void
tcp_fields_are_read(void **state)
{
	struct sample s;
	struct packet p;
	sample_make(&s, SAMPLE_TCP_DATA);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.tcp_sequence, 0x01020304);
	assert_int_equal(p.tcp_acknowledgment, 0x05060708);
	assert_int_equal(p.tcp_flags, TCP_ACK | TCP_PSH);
	assert_int_equal(p.tcp_window, 0x2000);
	assert_int_equal(p.tcp_length, 17);
	assert_int_equal(p.tcp_scale, 255);
	sample_make(&s, SAMPLE_TCP_SYN);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.tcp_scale, 7);
	assert_int_equal(p.tcp_length, 0);
}

static void
padding_behind_the_ip_packet_is_not_payload(void **state)
{
	struct sample s;
	struct packet p;
	sample_make(&s, SAMPLE_TCP6);
	sample_append(&s, NULL, 100);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.tcp_length, 0);
	assert_int_equal(p.l3_length, 60);
}

static void
the_window_scale_option_counts_in_syn_segments_and_is_at_most_14(void **state)
{
	static const struct {
		uint8_t flags, option[8], scale;
	} table[] = {
		{ TCP_SYN, { 3, 3, 0 }, 0 },
		{ TCP_SYN, { 3, 3, 14 }, 14 },
		{ TCP_SYN, { 3, 3, 15 }, 14 },
		{ TCP_SYN | TCP_ACK, { 1, 1, 3, 3, 9 }, 9 },
		{ TCP_ACK, { 3, 3, 7 }, 255 },
		{ TCP_SYN, { 3, 4, 7, 0 }, 255 },
		{ TCP_SYN, { 0, 3, 3, 7 }, 255 },
		{ TCP_SYN, { 2, 0, 3, 3, 7 }, 255 },
		{ TCP_SYN, { 2, 1, 3, 3, 7 }, 255 },
		{ TCP_SYN, { 2, 9, 3, 3, 7 }, 255 },
		{ TCP_SYN, { 1, 1, 1, 1, 1, 1, 3, 3 }, 255 },
		{ TCP_SYN, { 1, 1, 1, 1, 1, 1, 1, 3 }, 255 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		struct packet p;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_ipv4(&s, PROTOCOL_TCP, 0, NULL, 0);
		sample_tcp(&s, table[i].flags, table[i].option, 8);
		sample_finish(&s);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.tcp_scale, table[i].scale);
	}
}

static void
tcp_flags_of_any_combination_are_left_to_later_stages(void **state)
{
	for (unsigned flags = 0; flags < 256; flags++) {
		struct sample s;
		struct packet p;
		sample_make(&s, SAMPLE_TCP_DATA);
		s.bytes[s.l4 + 13] = (uint8_t)flags;
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.tcp_flags, flags);
	}
}

static void
vlan_ids_are_found_and_priority_tags_name_none(void **state)
{
	static const struct {
		uint16_t outer_type, outer, inner_type, inner; /* type 0: no tag */
		uint16_t vlan[2];
		uint8_t count;
	} table[] = {
		{ 0, 0, 0, 0, { 0, 0 }, 0 },
		{ 0x8100, 0x6064, 0, 0, { 100, 0 }, 1 },
		{ 0x88a8, 0x6064, 0, 0, { 100, 0 }, 1 },
		{ 0x88a8, 200, 0x8100, 0xffff, { 200, 4095 }, 2 },
		{ 0x8100, 200, 0x88a8, 100, { 200, 100 }, 2 },
		{ 0x8100, 0xe000, 0, 0, { 0, 0 }, 1 },
		{ 0x8100, 0xe000, 0x8100, 7, { 7, 0 }, 2 },
		{ 0x8100, 7, 0x8100, 0, { 7, 0 }, 2 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		struct packet p;
		sample_start(&s);
		if (table[i].outer_type)
			sample_vlan(&s, table[i].outer_type, table[i].outer);
		if (table[i].inner_type)
			sample_vlan(&s, table[i].inner_type, table[i].inner);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_make_inet(&s, SAMPLE_UDP);
		sample_finish(&s);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.vlan[0], table[i].vlan[0]);
		assert_int_equal(p.vlan[1], table[i].vlan[1]);
		assert_int_equal(p.vlan_count, table[i].count);
		assert_int_equal(p.l3, 14 + 4 * table[i].count);
	}
}

static void
a_third_vlan_tag_and_other_ethertypes_are_refused(void **state)
{
	static const uint16_t other[] = { 0x0806, 0x8847, 0x88cc, 0x9100, 0x0026, 0x05dc, 0 };
	struct sample s;
	sample_start(&s);
	for (unsigned i = 0; i < 3; i++)
		sample_vlan(&s, ETHERTYPE_VLAN, 5);
	sample_type(&s, ETHERTYPE_IPV4);
	sample_make_inet(&s, SAMPLE_UDP);
	sample_finish(&s);
	expect(&s, DROP_REASON_ETHERTYPE);
	for (size_t i = 0; i < COUNT(other); i++) {
		sample_make(&s, SAMPLE_UDP);
		store16(s.bytes + 12, other[i]);
		expect(&s, DROP_REASON_ETHERTYPE);
	}
}

static void
link_layer_multicast_is_noted(void **state)
{
	struct sample s;
	struct packet p;
	sample_make(&s, SAMPLE_UDP);
	memset(s.bytes, 0xff, 6);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.flags, PACKET_L2_MULTICAST);
	s.bytes[0] = 1;
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.flags, PACKET_L2_MULTICAST);
}

/* ---- malformed IP ---------------------------------------------------------------------------------------------------- */

static void
a_packet_cut_at_any_byte_is_refused_or_only_lost_padding(void **state)
{
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		struct sample s;
		struct packet p;
		sample_make(&s, kind);
		for (uint32_t length = 0; length < s.length; length++) {
			enum drop_reason reason = parse_bytes(&p, s.bytes, length, false);
			if (length < s.l3 + (kind >= SAMPLE_UDP6 ? 40u : 20u))
				assert_int_equal(reason, DROP_REASON_TRUNCATED);
			else
				assert_true(reason == DROP_REASON_IP_TOTAL_LENGTH ||
					    reason == DROP_REASON_IP_HEADER_LENGTH);
			reason = length <= s.l3 ? DROP_REASON_TRUNCATED
						: parse_bytes(&p, s.bytes + s.l3, length - s.l3, true);
			assert_int_not_equal(reason, DROP_REASON_NONE);
		}
	}
}

/* As before, but the IP header agrees with what is left: the headers behind it must notice. */
static void
a_packet_cut_by_its_sender_is_refused_by_name_where_its_headers_do_not_fit(void **state)
{
	static const enum drop_reason named[SAMPLE_KINDS] = {
		[SAMPLE_UDP] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_UDP_NO_CHECKSUM] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_VLAN] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_QINQ] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_OPTIONS] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_TCP_SYN] = DROP_REASON_TCP_HEADER,
		[SAMPLE_TCP_DATA] = DROP_REASON_TCP_HEADER,
		[SAMPLE_ICMP_ECHO] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_ICMP_UNREACHABLE] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_ICMP_ABOUT_TCP] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_ICMP_ABOUT_ECHO] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_SCTP] = DROP_REASON_TRANSPORT_HEADER,
		[SAMPLE_GRE] = DROP_REASON_TRANSPORT_HEADER,
		[SAMPLE_ESP] = DROP_REASON_TRANSPORT_HEADER,
		[SAMPLE_AH] = DROP_REASON_TRANSPORT_HEADER,
		[SAMPLE_UDP6] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_TCP6] = DROP_REASON_TCP_HEADER,
		[SAMPLE_ICMP6_ECHO] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_ICMP6_TOO_BIG] = DROP_REASON_ICMP_HEADER,
		[SAMPLE_EXTENSIONS6] = DROP_REASON_UDP_LENGTH,
		[SAMPLE_SCTP6] = DROP_REASON_TRANSPORT_HEADER,
		[SAMPLE_ATOMIC_FRAGMENT6] = DROP_REASON_TCP_HEADER,
	};
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		struct sample whole;
		struct packet p;
		uint32_t header;
		sample_make(&whole, kind);
		assert_int_equal(parse(&p, &whole), DROP_REASON_NONE);
		/* UDP says itself how long it is; of the others, only the header must be there. */
		header = p.key.protocol == PROTOCOL_UDP ? whole.length : p.payload;
		for (uint32_t length = whole.l3 + (kind >= SAMPLE_UDP6 ? IPV6_HEADER : whole.l4 - whole.l3);
		     length < whole.length; length++) {
			struct sample s = whole;
			enum drop_reason reason;
			s.length = length;
			if (kind >= SAMPLE_UDP6)
				store16(s.bytes + s.l3 + 4, (uint16_t)(length - s.l3 - IPV6_HEADER));
			else
				store16(s.bytes + s.l3 + 2, (uint16_t)(length - s.l3));
			if (kind < SAMPLE_UDP6)
				sample_ipv4_checksum(s.bytes + s.l3);
			reason = parse(&p, &s);
			if (kind == SAMPLE_FIRST_FRAGMENT || kind == SAMPLE_FIRST_FRAGMENT6) {
				uint32_t left = length - s.l4;
				bool chain = length < s.l4;
				assert_int_equal(reason, chain                        ? DROP_REASON_IPV6_EXTENSION
							 : left % 8 != 0 || left == 0 ? DROP_REASON_FRAGMENT_INVALID
										      : DROP_REASON_NONE);
			} else if (kind == SAMPLE_LATER_FRAGMENT || kind == SAMPLE_LATER_FRAGMENT6) {
				assert_int_equal(reason, length < s.l4    ? DROP_REASON_IPV6_EXTENSION
							 : length == s.l4 ? DROP_REASON_FRAGMENT_INVALID
									  : DROP_REASON_NONE);
			} else if (kind >= SAMPLE_UDP6 && length < s.l4) {
				assert_int_equal(reason, DROP_REASON_IPV6_EXTENSION);
			} else {
				assert_int_equal(reason, length < header ? named[kind] : DROP_REASON_NONE);
			}
		}
	}
}

static void
every_value_of_version_and_ihl_but_the_right_one_is_refused(void **state)
{
	for (unsigned first = 0; first < 256; first++) {
		enum drop_reason expected = first >> 4 != 4     ? DROP_REASON_IP_VERSION
					    : (first & 15) < 5  ? DROP_REASON_IP_HEADER_LENGTH
					    : (first & 15) == 5 ? DROP_REASON_NONE
								: DROP_REASON_COUNT;
		struct sample s;
		struct packet p;
		sample_make(&s, SAMPLE_UDP);
		s.bytes[s.l3] = (uint8_t)first;
		if (expected != DROP_REASON_COUNT) {
			expect_ipv4(&s, expected);
		} else {
			/* The payload is then read as options, and the header may reach beyond the packet. */
			enum drop_reason reason;
			if ((first & 15) * 4 <= s.length - s.l3)
				sample_ipv4_checksum(s.bytes + s.l3);
			reason = parse(&p, &s);
			assert_int_not_equal(reason, DROP_REASON_NONE);
			if ((first & 15) * 4 > s.length - s.l3)
				assert_int_equal(reason, DROP_REASON_IP_HEADER_LENGTH);
		}
		sample_make(&s, SAMPLE_UDP6);
		s.bytes[s.l3] = (uint8_t)first;
		expect(&s, first >> 4 == 6 ? DROP_REASON_NONE : DROP_REASON_IP_VERSION);
	}
}

static void
ip_lengths_that_contradict_the_frame_are_refused(void **state)
{
	struct sample s;
	for (uint32_t total = 0; total < 65536; total++) {
		struct packet p;
		enum drop_reason reason;
		sample_make(&s, SAMPLE_SCTP);
		store16(s.bytes + s.l3 + 2, (uint16_t)total);
		sample_ipv4_checksum(s.bytes + s.l3);
		p.data = s.bytes;
		p.length = (uint16_t)s.length;
		reason = packet_parse(&p);
		if (total < 20 || total > s.length - s.l3)
			assert_int_equal(reason, DROP_REASON_IP_TOTAL_LENGTH);
		else if (total < 32)
			assert_int_equal(reason, DROP_REASON_TRANSPORT_HEADER);
		else
			assert_int_equal(reason, DROP_REASON_NONE);
	}
	for (uint32_t payload = 0; payload < 65536; payload++) {
		struct packet p = { .data = s.bytes };
		sample_make(&s, SAMPLE_NO_NEXT6);
		store16(s.bytes + s.l3 + 4, (uint16_t)payload);
		p.length = (uint16_t)s.length;
		assert_int_equal(packet_parse(&p), payload <= 4 ? DROP_REASON_NONE : DROP_REASON_IP_TOTAL_LENGTH);
	}
}

static void
one_wrong_bit_in_an_ipv4_header_is_refused(void **state)
{
	for (enum sample_kind kind = SAMPLE_UDP; kind <= SAMPLE_OPTIONS; kind += SAMPLE_OPTIONS) {
		struct sample s;
		sample_make(&s, kind);
		for (uint32_t bit = 0; bit < (s.l4 - s.l3) * 8; bit++) {
			struct packet p;
			s.bytes[s.l3 + bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_not_equal(parse(&p, &s), DROP_REASON_NONE);
			if (bit / 8 > 3)
				assert_int_equal(parse(&p, &s), DROP_REASON_IP_CHECKSUM);
			s.bytes[s.l3 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void
ipv4_options_must_be_well_formed(void **state)
{
	static const struct {
		uint8_t option[8];
		enum drop_reason reason;
	} table[] = {
		{ { 0 }, DROP_REASON_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1 }, DROP_REASON_NONE },
		{ { 0, 77, 0 }, DROP_REASON_NONE },
		{ { 148, 4, 0, 0 }, DROP_REASON_NONE },
		{ { 7, 7, 4 }, DROP_REASON_NONE },
		{ { 7, 8, 4 }, DROP_REASON_NONE },
		{ { 131, 7, 4 }, DROP_REASON_NONE },
		{ { 137, 7, 8 }, DROP_REASON_NONE },
		{ { 68, 8, 5 }, DROP_REASON_NONE },
		{ { 222, 2, 222, 2, 222, 2, 222, 2 }, DROP_REASON_NONE },
		{ { 148, 0 }, DROP_REASON_IP_OPTION },
		{ { 148, 1 }, DROP_REASON_IP_OPTION },
		{ { 148, 3 }, DROP_REASON_IP_OPTION },
		{ { 7, 9, 4 }, DROP_REASON_IP_OPTION },
		{ { 7, 255, 4 }, DROP_REASON_IP_OPTION },
		{ { 7, 2, 4 }, DROP_REASON_IP_OPTION },
		{ { 7, 7, 3 }, DROP_REASON_IP_OPTION },
		{ { 68, 8, 4 }, DROP_REASON_IP_OPTION },
		{ { 68, 3, 5 }, DROP_REASON_IP_OPTION },
		{ { 131, 3, 4, 137, 3, 4 }, DROP_REASON_IP_OPTION },
		{ { 1, 1, 1, 1, 1, 1, 1, 7 }, DROP_REASON_IP_OPTION },
		{ { 1, 1, 1, 1, 1, 1, 222, 3 }, DROP_REASON_IP_OPTION },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_ipv4(&s, PROTOCOL_UDP, 0, table[i].option, 8);
		sample_udp(&s, 1);
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
}

static void
sources_that_are_not_one_host_and_impossible_destinations_are_refused(void **state)
{
	static const struct {
		uint8_t source[4], destination[4];
		enum drop_reason reason;
	} inet[] = {
		{ { 10, 0, 0, 1 }, { 10, 0, 0, 1 }, DROP_REASON_NONE },
		{ { 0, 0, 0, 0 }, { 255, 255, 255, 255 }, DROP_REASON_IP_SOURCE },
		{ { 0, 255, 255, 255 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 1, 0, 0, 0 }, { 1, 0, 0, 0 }, DROP_REASON_NONE },
		{ { 126, 255, 255, 255 }, { 126, 255, 255, 255 }, DROP_REASON_NONE },
		{ { 127, 0, 0, 1 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 128, 0, 0, 0 }, { 128, 0, 0, 0 }, DROP_REASON_NONE },
		{ { 223, 255, 255, 255 }, { 224, 0, 0, 1 }, DROP_REASON_NONE },
		{ { 224, 0, 0, 1 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 239, 255, 255, 255 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 240, 0, 0, 1 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 255, 255, 255, 255 }, { 10, 0, 0, 1 }, DROP_REASON_IP_SOURCE },
		{ { 10, 0, 0, 1 }, { 0, 0, 0, 0 }, DROP_REASON_IP_DESTINATION },
		{ { 10, 0, 0, 1 }, { 0, 1, 2, 3 }, DROP_REASON_IP_DESTINATION },
		{ { 10, 0, 0, 1 }, { 127, 255, 0, 1 }, DROP_REASON_IP_DESTINATION },
		{ { 10, 0, 0, 1 }, { 239, 255, 255, 255 }, DROP_REASON_NONE },
		{ { 10, 0, 0, 1 }, { 240, 0, 0, 0 }, DROP_REASON_IP_DESTINATION },
		{ { 10, 0, 0, 1 }, { 255, 255, 255, 254 }, DROP_REASON_IP_DESTINATION },
		{ { 10, 0, 0, 1 }, { 255, 255, 255, 255 }, DROP_REASON_NONE },
	};
	static const struct {
		uint8_t source[16], destination[16];
		enum drop_reason reason;
	} inet6[] = {
		{ { 0xfe, 0x80, [15] = 1 }, { 0xff, 2, [15] = 1 }, DROP_REASON_NONE },
		{ { 0 }, { 0x20, [15] = 1 }, DROP_REASON_IP_SOURCE },
		{ { [15] = 1 }, { 0x20, [15] = 1 }, DROP_REASON_IP_SOURCE },
		{ { [15] = 2 }, { [15] = 2 }, DROP_REASON_NONE },
		{ { [10] = 0xff, 0xff, 10, 0, 0, 1 }, { 0x20, [15] = 1 }, DROP_REASON_IP_SOURCE },
		{ { 0xff, 2, [15] = 1 }, { 0x20, [15] = 1 }, DROP_REASON_IP_SOURCE },
		{ { 0x20, [15] = 1 }, { 0 }, DROP_REASON_IP_DESTINATION },
		{ { 0x20, [15] = 1 }, { [15] = 1 }, DROP_REASON_IP_DESTINATION },
		{ { 0x20, [15] = 1 }, { [10] = 0xff, 0xff, 10, 0, 0, 1 }, DROP_REASON_IP_DESTINATION },
		{ { 0x20, [15] = 1 }, { 0xff, 0, [15] = 1 }, DROP_REASON_IP_DESTINATION },
		{ { 0x20, [15] = 1 }, { 0xff, 0x31, [15] = 1 }, DROP_REASON_IP_DESTINATION },
		{ { 0x20, [15] = 1 }, { 0xff, 0x3e, [15] = 1 }, DROP_REASON_NONE },
	};
	struct sample s;
	for (size_t i = 0; i < COUNT(inet); i++) {
		sample_make(&s, SAMPLE_UDP);
		memcpy(s.bytes + s.l3 + 12, inet[i].source, 4);
		memcpy(s.bytes + s.l3 + 16, inet[i].destination, 4);
		expect_ipv4(&s, inet[i].reason);
	}
	for (size_t i = 0; i < COUNT(inet6); i++) {
		sample_make(&s, SAMPLE_UDP6);
		memcpy(s.bytes + s.l3 + 8, inet6[i].source, 16);
		memcpy(s.bytes + s.l3 + 24, inet6[i].destination, 16);
		expect(&s, inet6[i].reason);
	}
}

/* ---- fragments ------------------------------------------------------------------------------------------------------- */

static void
fragment_offsets_and_lengths_that_cannot_be_are_refused(void **state)
{
	static const struct {
		uint16_t offset; /* in units of eight bytes */
		bool more;
		uint8_t protocol;
		uint16_t bytes;
		enum drop_reason reason;
	} table[] = {
		{ 0, true, PROTOCOL_UDP, 8, DROP_REASON_NONE },
		{ 0, true, PROTOCOL_UDP, 12, DROP_REASON_FRAGMENT_INVALID },
		{ 0, true, PROTOCOL_UDP, 0, DROP_REASON_FRAGMENT_INVALID },
		{ 0, true, PROTOCOL_TCP, 8, DROP_REASON_FRAGMENT_TINY },
		{ 0, true, PROTOCOL_TCP, 16, DROP_REASON_FRAGMENT_TINY },
		{ 0, true, PROTOCOL_TCP, 24, DROP_REASON_NONE },
		{ 0, true, PROTOCOL_SCTP, 8, DROP_REASON_FRAGMENT_TINY },
		{ 0, true, PROTOCOL_SCTP, 16, DROP_REASON_NONE },
		{ 1, false, PROTOCOL_UDP, 1, DROP_REASON_NONE },
		{ 1, true, PROTOCOL_UDP, 8, DROP_REASON_NONE },
		{ 1, true, PROTOCOL_UDP, 9, DROP_REASON_FRAGMENT_INVALID },
		{ 1, false, PROTOCOL_UDP, 0, DROP_REASON_FRAGMENT_INVALID },
		{ 1, false, PROTOCOL_TCP, 32, DROP_REASON_FRAGMENT_TINY },
		{ 2, false, PROTOCOL_TCP, 32, DROP_REASON_FRAGMENT_TINY },
		{ 3, false, PROTOCOL_TCP, 32, DROP_REASON_NONE },
		{ 1, false, PROTOCOL_SCTP, 32, DROP_REASON_FRAGMENT_TINY },
		{ 2, false, PROTOCOL_SCTP, 32, DROP_REASON_NONE },
		{ 8188, false, PROTOCOL_UDP, 11, DROP_REASON_NONE },             /* 20 + 65504 + 11 = 65535 */
		{ 8188, false, PROTOCOL_UDP, 12, DROP_REASON_FRAGMENT_INVALID }, /* the ping of death */
		{ 8191, false, PROTOCOL_UDP, 1, DROP_REASON_FRAGMENT_INVALID },
	};
	struct sample s;
	for (size_t i = 0; i < COUNT(table); i++) {
		uint8_t *l4;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_ipv4(&s, table[i].protocol,
			    (uint16_t)(table[i].offset | (table[i].more ? IPV4_MORE_FRAGMENTS : 0)), NULL, 0);
		l4 = sample_append(&s, NULL, table[i].bytes);
		if (table[i].offset == 0 && table[i].bytes >= 14) {
			l4[12] = 0x50;
			l4[13] = TCP_ACK;
		}
		store16(l4 + 4, 64);
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
	for (size_t i = 0; i < COUNT(table); i++) {
		/* In IPv6 the IP header does not count for the limit. */
		if (table[i].offset >= 8188)
			continue;
		uint8_t *l4;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, PROTOCOL_FRAGMENT);
		sample_ipv6_fragment(&s, table[i].protocol, (uint16_t)(table[i].offset << 3 | table[i].more), 1);
		l4 = sample_append(&s, NULL, table[i].bytes);
		if (table[i].offset == 0 && table[i].bytes >= 14)
			l4[12] = 0x50;
		store16(l4 + 4, 64);
		s.protocol = PROTOCOL_FRAGMENT;
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
}

static void
ipv6_fragments_may_not_exceed_65535_bytes_together(void **state)
{
	static const struct {
		uint32_t before, bytes;
		enum drop_reason reason;
	} table[] = {
		{ 0, 7, DROP_REASON_NONE }, /* 65528 + 7 */
		{ 0, 8, DROP_REASON_FRAGMENT_INVALID },
		{ 8, 7, DROP_REASON_FRAGMENT_INVALID }, /* the header in front of the fragment header counts */
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, table[i].before ? PROTOCOL_DESTINATION_OPTIONS : PROTOCOL_FRAGMENT);
		if (table[i].before)
			sample_extension(&s, PROTOCOL_FRAGMENT, table[i].before);
		sample_ipv6_fragment(&s, PROTOCOL_UDP, 0xfff8, 1);
		sample_append(&s, NULL, table[i].bytes);
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
}

static void
fragments_carry_what_joins_them(void **state)
{
	struct sample s;
	struct packet p;
	sample_make(&s, SAMPLE_LATER_FRAGMENT);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.fragment_offset, 32);
	assert_int_equal(p.fragment_id, 0x1234);
	assert_int_equal(p.fragment_protocol, PROTOCOL_UDP);
	sample_make(&s, SAMPLE_LATER_FRAGMENT6);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.fragment_offset, 32);
	assert_int_equal(p.fragment_id, 0xcafe1234);
	assert_int_equal(p.fragment_protocol, PROTOCOL_UDP);
}

/* RFC 7112. */
static void
a_first_fragment_must_hold_the_whole_header_chain(void **state)
{
	struct sample s;
	sample_start(&s);
	sample_type(&s, ETHERTYPE_IPV6);
	sample_ipv6(&s, PROTOCOL_FRAGMENT);
	sample_ipv6_fragment(&s, PROTOCOL_DESTINATION_OPTIONS, 1, 1);
	sample_extension(&s, PROTOCOL_UDP, 16);
	store16(sample_udp(&s, 8) + 4, 100);
	s.protocol = PROTOCOL_FRAGMENT;
	sample_finish(&s);
	expect(&s, DROP_REASON_NONE);
	s.length -= 16;
	sample_finish(&s);
	expect(&s, DROP_REASON_FRAGMENT_TINY);
	s.length -= 8;
	sample_finish(&s);
	expect(&s, DROP_REASON_FRAGMENT_TINY);
}

/* ---- IPv6 extension headers ------------------------------------------------------------------------------------------ */

static void
extension_headers_are_taken_in_any_order_but_hop_by_hop_comes_first(void **state)
{
	enum { H = PROTOCOL_HOP_BY_HOP, R = PROTOCOL_ROUTING, D = PROTOCOL_DESTINATION_OPTIONS, A = PROTOCOL_AH };
	static const struct {
		uint8_t chain[12];
		uint8_t count;
		enum drop_reason reason;
	} table[] = {
		{ { H, D, R, A, D }, 5, DROP_REASON_NONE },
		{ { D, D, D }, 3, DROP_REASON_NONE },
		{ { R, R }, 2, DROP_REASON_NONE },
		{ { D, R, D, R, D, R, D, R }, 8, DROP_REASON_NONE },
		{ { D, R, D, R, D, R, D, R, D }, 9, DROP_REASON_IPV6_EXTENSION },
		{ { D, H }, 2, DROP_REASON_IPV6_EXTENSION },
		{ { H, H }, 2, DROP_REASON_IPV6_EXTENSION },
		{ { A, H }, 2, DROP_REASON_IPV6_EXTENSION },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, table[i].chain[0]);
		for (uint8_t n = 1; n <= table[i].count; n++)
			sample_extension(&s, n < table[i].count ? table[i].chain[n] : PROTOCOL_UDP, 16);
		sample_udp(&s, 2);
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
}

static void
long_chains_of_extension_headers_end(void **state)
{
	static const uint8_t type[] = { PROTOCOL_HOP_BY_HOP, PROTOCOL_ROUTING, PROTOCOL_DESTINATION_OPTIONS,
					PROTOCOL_AH, PROTOCOL_FRAGMENT };
	for (size_t t = 0; t < COUNT(type); t++) {
		struct sample s;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, type[t]);
		for (unsigned i = 0; i < 150; i++)
			sample_extension(&s, type[t], 16);
		sample_finish(&s);
		expect(&s, DROP_REASON_IPV6_EXTENSION);
	}
}

static void
malformed_extension_headers_are_refused(void **state)
{
	struct sample s;
	uint8_t *at;
	/* A header that reaches beyond the packet, for every length it may state. */
	for (unsigned length = 0; length < 256; length++) {
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, PROTOCOL_ROUTING);
		at = sample_extension(&s, PROTOCOL_NO_NEXT_HEADER, 24);
		at[1] = (uint8_t)length;
		sample_finish(&s);
		expect(&s, length <= 2 ? DROP_REASON_NONE : DROP_REASON_IPV6_EXTENSION);
	}
	/* Options that do not fill their header exactly. */
	for (unsigned length = 0; length < 256; length++) {
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, PROTOCOL_HOP_BY_HOP);
		at = sample_extension(&s, PROTOCOL_NO_NEXT_HEADER, 8);
		at[2] = 5;
		at[3] = (uint8_t)length;
		sample_finish(&s);
		/* Behind a shorter option stand Pad1 and no others. */
		expect(&s, length <= 4 ? DROP_REASON_NONE : DROP_REASON_IPV6_EXTENSION);
	}
	/* Pad1 up to the last byte, where an option has no room for its length. */
	at[2] = at[3] = at[4] = at[5] = at[6] = 0;
	at[7] = 5;
	expect(&s, DROP_REASON_IPV6_EXTENSION);
	at[7] = 0;
	expect(&s, DROP_REASON_NONE);
	/* RFC 2675: a jumbo payload. */
	at[2] = 0xc2;
	at[3] = 4;
	expect(&s, DROP_REASON_IPV6_EXTENSION);
	/* AH of less than its fixed part, or no multiple of eight bytes. */
	for (unsigned length = 0; length < 8; length++) {
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, PROTOCOL_AH);
		at = sample_extension(&s, PROTOCOL_NO_NEXT_HEADER, 40);
		at[1] = (uint8_t)length;
		sample_finish(&s);
		expect(&s, length % 2 == 0 && length >= 2 ? DROP_REASON_NONE : DROP_REASON_IPV6_EXTENSION);
	}
}

/* RFC 5095. */
static void
source_routing_of_type_0_with_segments_left_is_refused(void **state)
{
	static const struct {
		uint8_t type, left;
		enum drop_reason reason;
	} table[] = { { 0, 0, DROP_REASON_NONE },
		      { 0, 1, DROP_REASON_IPV6_EXTENSION },
		      { 2, 1, DROP_REASON_NONE },
		      { 4, 1, DROP_REASON_NONE } };
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		uint8_t *at;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV6);
		sample_ipv6(&s, PROTOCOL_ROUTING);
		at = sample_extension(&s, PROTOCOL_NO_NEXT_HEADER, 24);
		at[2] = table[i].type;
		at[3] = table[i].left;
		sample_finish(&s);
		expect(&s, table[i].reason);
	}
}

/* ---- transport ------------------------------------------------------------------------------------------------------- */

static void
every_tcp_data_offset_but_those_that_fit_is_refused(void **state)
{
	for (enum sample_kind kind = SAMPLE_TCP_SYN; kind <= SAMPLE_TCP6; kind += SAMPLE_TCP6 - SAMPLE_TCP_SYN) {
		for (unsigned offset = 0; offset < 16; offset++) {
			struct sample s;
			sample_make(&s, kind);
			s.bytes[s.l4 + 12] = (uint8_t)(offset << 4);
			expect(&s,
			       offset < 5 || offset * 4 > s.length - s.l4 ? DROP_REASON_TCP_HEADER : DROP_REASON_NONE);
		}
	}
}

static void
udp_lengths_that_do_not_fit_are_refused(void **state)
{
	for (unsigned length = 0; length < 65536; length++) {
		struct sample s;
		struct packet p;
		sample_make(&s, SAMPLE_UDP);
		store16(s.bytes + s.l4 + 4, (uint16_t)length);
		p.data = s.bytes;
		p.length = (uint16_t)s.length;
		assert_int_equal(packet_parse(&p),
				 length >= 8 && length <= 26 ? DROP_REASON_NONE : DROP_REASON_UDP_LENGTH);
	}
}

static void
gre_headers_must_hold_the_fields_their_flags_announce(void **state)
{
	static const struct {
		uint16_t flags;
		uint8_t header;
	} table[] = { { 0, 4 },       { 0x8000, 8 }, { 0x4000, 8 },  { 0xc000, 8 },  { 0x2000, 8 },  { 0x1000, 8 },
		      { 0xb000, 16 }, { 0x2001, 8 }, { 0x3001, 12 }, { 0x3081, 16 }, { 0x2081, 12 }, { 0x0080, 4 } };
	for (size_t i = 0; i < COUNT(table); i++) {
		for (unsigned missing = 0; missing < 2; missing++) {
			struct sample s;
			sample_start(&s);
			sample_type(&s, ETHERTYPE_IPV4);
			sample_ipv4(&s, PROTOCOL_GRE, 0, NULL, 0);
			store16(sample_append(&s, NULL, table[i].header - missing), table[i].flags);
			sample_finish(&s);
			expect(&s, missing ? DROP_REASON_TRANSPORT_HEADER : DROP_REASON_NONE);
		}
	}
}

static void
unknown_protocols_are_well_formed_and_have_a_key_without_ports(void **state)
{
	for (unsigned protocol = 0; protocol < 256; protocol++) {
		static const uint8_t known[] = { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_GRE,
						 PROTOCOL_ESP,  PROTOCOL_AH,  PROTOCOL_SCTP };
		struct sample s;
		struct packet p;
		if (memchr(known, (int)protocol, sizeof known))
			continue;
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_ipv4(&s, (uint8_t)protocol, 0, NULL, 0);
		s.protocol = 255;
		sample_finish(&s);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.key.protocol, protocol);
		assert_int_equal(p.key.source_port | p.key.destination_port, 0);
		assert_int_equal(p.payload, p.l4);
	}
}

/* ---- ICMP ------------------------------------------------------------------------------------------------------------ */

static void
an_icmp_error_names_the_flow_it_is_about(void **state)
{
	static const struct {
		enum sample_kind kind;
		uint8_t protocol, type, code;
		uint16_t source_port, destination_port;
	} table[] = {
		{ SAMPLE_ICMP_UNREACHABLE, PROTOCOL_UDP, 3, 3, 40000, 53 },
		{ SAMPLE_ICMP_ABOUT_TCP, PROTOCOL_TCP, 3, 4, 40000, 443 },
		{ SAMPLE_ICMP_ABOUT_ECHO, PROTOCOL_ICMP, 3, 4, 0xbeef, 0xbeef },
		{ SAMPLE_ICMP6_TOO_BIG, PROTOCOL_UDP, 2, 0, 40000, 53 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		bool inet6 = table[i].kind >= SAMPLE_UDP6;
		struct sample s;
		struct packet p;
		sample_make(&s, table[i].kind);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.icmp_type, table[i].type);
		assert_int_equal(p.icmp_code, table[i].code);
		assert_int_equal(p.inner_l3, p.payload);
		assert_int_equal(p.inner.protocol, table[i].protocol);
		assert_int_equal(p.inner.family, p.key.family);
		assert_int_equal(__builtin_bswap16(p.inner.source_port), table[i].source_port);
		assert_int_equal(__builtin_bswap16(p.inner.destination_port), table[i].destination_port);
		assert_memory_equal(&p.inner.source, s.bytes + p.inner_l3 + (inet6 ? 8 : 12), inet6 ? 16 : 4);
		assert_memory_equal(&p.inner.destination, s.bytes + p.inner_l3 + (inet6 ? 24 : 16), inet6 ? 16 : 4);
	}
}

static void
an_unusable_quote_leaves_the_error_without_a_flow(void **state)
{
	static const struct {
		uint8_t at, value; /* of the quoted packet */
	} table[] = { { 0, 0x65 }, { 0, 0x44 }, { 0, 0x4f } };
	struct sample s;
	struct packet p;
	for (size_t i = 0; i < COUNT(table); i++) {
		sample_make(&s, SAMPLE_ICMP_ABOUT_TCP);
		s.bytes[s.l4 + 8 + table[i].at] = table[i].value;
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.flags & PACKET_ICMP_ERROR, PACKET_ICMP_ERROR);
		assert_int_equal(p.inner_l3, 0);
	}
	/* Fewer than eight bytes behind the quoted header. */
	sample_make(&s, SAMPLE_ICMP_ABOUT_TCP);
	s.length -= 1;
	sample_finish(&s);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.inner_l3, 0);
	/* An error about an error. */
	sample_make(&s, SAMPLE_ICMP_ABOUT_ECHO);
	s.bytes[s.l4 + 8 + IPV4_HEADER] = ICMP_TIME_EXCEEDED;
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.inner_l3, 0);
}

static void
every_icmp_type_is_an_error_an_echo_or_neither(void **state)
{
	for (unsigned type = 0; type < 256; type++) {
		bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12,
		     echo = type == 0 || type == 8;
		struct sample s;
		struct packet p;
		sample_make(&s, SAMPLE_ICMP_UNREACHABLE);
		s.bytes[s.l4] = (uint8_t)type;
		store16(s.bytes + s.l4 + 4, 0x0102);
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.flags, (error ? PACKET_ICMP_ERROR : 0) | (echo ? PACKET_ICMP_ECHO : 0));
		assert_int_equal(p.key.source_port, echo ? __builtin_bswap16(0x0102) : 0);
		assert_int_equal(p.key.destination_port, p.key.source_port);
		sample_make(&s, SAMPLE_ICMP6_TOO_BIG);
		s.bytes[s.l4] = (uint8_t)type;
		assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
		assert_int_equal(p.flags & (PACKET_ICMP_ERROR | PACKET_ICMP_ECHO),
				 (type < 128 ? PACKET_ICMP_ERROR : 0) |
				     (type == 128 || type == 129 ? PACKET_ICMP_ECHO : 0));
	}
}

static void
icmp_of_the_other_family_is_just_another_protocol(void **state)
{
	struct sample s;
	struct packet p;
	sample_start(&s);
	sample_type(&s, ETHERTYPE_IPV6);
	sample_ipv6(&s, PROTOCOL_ICMP);
	sample_icmp(&s, ICMP_ECHO_REQUEST, 0, 0xbeef0007);
	sample_finish(&s);
	assert_int_equal(parse(&p, &s), DROP_REASON_NONE);
	assert_int_equal(p.flags, PACKET_DONT_FRAGMENT);
	assert_int_equal(p.key.source_port, 0);
	assert_int_equal(p.payload, p.l4);
}

/* ---- everything else ------------------------------------------------------------------------------------------------- */

static void
random_damage_never_reads_beyond_the_packet(void **state)
{
	uint64_t random = 88172645463325252ull;
	for (unsigned round = 0; round < 60000; round++) {
		struct sample s;
		struct packet p;
		sample_make(&s, round % SAMPLE_KINDS);
		for (unsigned change = 0; change < 1 + round % 4; change++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			s.bytes[12 + random % (s.length - 12)] = (uint8_t)(random >> 32);
		}
		if (round % 2 && s.bytes[s.l3] >> 4 == 4 && (s.bytes[s.l3] & 15) >= 5)
			sample_ipv4_checksum(s.bytes + s.l3);
		parse_bytes(&p, s.bytes, random >> 60 ? s.length : s.length - (uint32_t)(random >> 40) % s.length,
			    false);
		parse_bytes(&p, s.bytes + s.l3, s.length - s.l3, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_packet_is_found_to_be_what_it_is),
		cmocka_unit_test(tcp_fields_are_read),
		cmocka_unit_test(padding_behind_the_ip_packet_is_not_payload),
		cmocka_unit_test(the_window_scale_option_counts_in_syn_segments_and_is_at_most_14),
		cmocka_unit_test(tcp_flags_of_any_combination_are_left_to_later_stages),
		cmocka_unit_test(vlan_ids_are_found_and_priority_tags_name_none),
		cmocka_unit_test(a_third_vlan_tag_and_other_ethertypes_are_refused),
		cmocka_unit_test(link_layer_multicast_is_noted),
		cmocka_unit_test(a_packet_cut_at_any_byte_is_refused_or_only_lost_padding),
		cmocka_unit_test(a_packet_cut_by_its_sender_is_refused_by_name_where_its_headers_do_not_fit),
		cmocka_unit_test(every_value_of_version_and_ihl_but_the_right_one_is_refused),
		cmocka_unit_test(ip_lengths_that_contradict_the_frame_are_refused),
		cmocka_unit_test(one_wrong_bit_in_an_ipv4_header_is_refused),
		cmocka_unit_test(ipv4_options_must_be_well_formed),
		cmocka_unit_test(sources_that_are_not_one_host_and_impossible_destinations_are_refused),
		cmocka_unit_test(fragment_offsets_and_lengths_that_cannot_be_are_refused),
		cmocka_unit_test(ipv6_fragments_may_not_exceed_65535_bytes_together),
		cmocka_unit_test(fragments_carry_what_joins_them),
		cmocka_unit_test(a_first_fragment_must_hold_the_whole_header_chain),
		cmocka_unit_test(extension_headers_are_taken_in_any_order_but_hop_by_hop_comes_first),
		cmocka_unit_test(long_chains_of_extension_headers_end),
		cmocka_unit_test(malformed_extension_headers_are_refused),
		cmocka_unit_test(source_routing_of_type_0_with_segments_left_is_refused),
		cmocka_unit_test(every_tcp_data_offset_but_those_that_fit_is_refused),
		cmocka_unit_test(udp_lengths_that_do_not_fit_are_refused),
		cmocka_unit_test(gre_headers_must_hold_the_fields_their_flags_announce),
		cmocka_unit_test(unknown_protocols_are_well_formed_and_have_a_key_without_ports),
		cmocka_unit_test(an_icmp_error_names_the_flow_it_is_about),
		cmocka_unit_test(an_unusable_quote_leaves_the_error_without_a_flow),
		cmocka_unit_test(every_icmp_type_is_an_error_an_echo_or_neither),
		cmocka_unit_test(icmp_of_the_other_family_is_just_another_protocol),
		cmocka_unit_test(random_damage_never_reads_beyond_the_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
