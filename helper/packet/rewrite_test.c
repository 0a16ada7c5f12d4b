/* rewrite_test.c: after every change the checksums are what a full computation gives. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "packet/change.h"
#include "packet/icmp.h"
#include "packet/sample.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint64_t state = 0x2545f4914f6cdd1d;

static uint32_t
random32(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

/* A packet in a buffer as drivers provide it, parsed. */
struct frame {
	struct packet p;
	uint8_t *buffer;
	struct sample sample;
};

static void
frame_parse(struct frame *f)
{
	f->buffer = malloc(PACKET_HEADROOM + f->sample.length);
	memset(f->buffer, 0xa5, PACKET_HEADROOM);
	memcpy(f->buffer + PACKET_HEADROOM, f->sample.bytes, f->sample.length);
	f->p = (struct packet){ .data = f->buffer + PACKET_HEADROOM, .length = (uint16_t)f->sample.length };
	assert_int_equal(packet_parse(&f->p), DROP_REASON_NONE);
}

static void
frame_make(struct frame *f, enum sample_kind kind)
{
	sample_make(&f->sample, kind);
	frame_parse(f);
}

/* Random payload and header fields, right checksums. */
static void
frame_make_random(struct frame *f, enum sample_kind kind)
{
	struct sample *s = &f->sample;
	sample_make(s, kind);
	for (uint32_t i = s->l4 + 8; i < s->length && kind != SAMPLE_ICMP_UNREACHABLE && kind != SAMPLE_ICMP6_TOO_BIG;
	     i++) {
		if (s->protocol != PROTOCOL_TCP || i >= s->l4 + TCP_HEADER + 12)
			s->bytes[i] = (uint8_t)random32();
	}
	if (kind < SAMPLE_UDP6)
		store16(s->bytes + s->l3 + 4, (uint16_t)random32());
	sample_finish(s);
	frame_parse(f);
}

/* All checksums that the packet has are right, by the sample's own computation. */
static void
frame_check(const struct frame *f)
{
	struct sample s = f->sample;
	s.length = (uint32_t)f->p.l3 + f->p.l3_length;
	s.l3 = f->p.l3;
	s.l4 = f->p.l4;
	memcpy(s.bytes, f->p.data, s.length);
	sample_finish(&s);
	assert_memory_equal(s.bytes + s.l3, f->p.data + f->p.l3, f->p.l3_length);
}

static void
frame_free(struct frame *f)
{
	free(f->buffer);
}

static struct flow_key
other_key(const struct flow_key *k)
{
	struct flow_key to = *k;
	bool ports = k->protocol != PROTOCOL_ICMP && k->protocol != PROTOCOL_ICMP6;
	for (unsigned i = 0; i < (k->family == ADDRESS_FAMILY_INET ? 4u : 16u); i++) {
		if (random32() % 4)
			to.source.byte[i] = (uint8_t)random32();
		if (random32() % 4)
			to.destination.byte[i] = (uint8_t)random32();
	}
	to.source_port = (uint16_t)random32();
	to.destination_port = ports ? (uint16_t)random32() : to.source_port;
	if (k->source_port == 0)
		to.source_port = to.destination_port = 0;
	return to;
}

static const enum sample_kind with_checksum[] = {
	SAMPLE_UDP,  SAMPLE_TCP_SYN, SAMPLE_TCP_DATA,   SAMPLE_ICMP_ECHO,        SAMPLE_OPTIONS,      SAMPLE_VLAN,
	SAMPLE_UDP6, SAMPLE_TCP6,    SAMPLE_ICMP6_ECHO, SAMPLE_ICMP_UNREACHABLE, SAMPLE_ICMP6_TOO_BIG
};

static void
addresses_ports_ttl_and_tos_change_with_all_checksums(void **unused)
{
	for (unsigned round = 0; round < 20000; round++) {
		struct frame f;
		struct flow_key to, again;
		struct packet p;
		uint8_t tos = (uint8_t)random32();
		frame_make_random(&f, with_checksum[round % COUNT(with_checksum)]);
		to = other_key(&f.p.key);
		rewrite_addresses(&f.p, &to);
		assert_memory_equal(&f.p.key, &to, sizeof to);
		frame_check(&f);
		rewrite_ttl(&f.p);
		rewrite_tos(&f.p, tos);
		frame_check(&f);

		p = (struct packet){ .data = f.p.data, .length = f.p.length };
		if (packet_parse(&p) == DROP_REASON_NONE) {
			again = p.key;
			assert_memory_equal(&again, &to, sizeof to);
			assert_int_equal(p.ttl, 63);
			assert_int_equal(p.tos, tos);
		}
		frame_free(&f);
	}
}

static void
a_checksum_that_was_wrong_stays_wrong(void **unused)
{
	struct frame f;
	struct flow_key to;
	uint16_t checksum, complete;
	frame_make(&f, SAMPLE_TCP_DATA);
	f.p.data[f.p.payload] ^= 1;
	to = other_key(&f.p.key);
	rewrite_addresses(&f.p, &to);
	memcpy(&checksum, f.p.data + f.p.l4 + TCP_CHECKSUM_AT, 2);
	complete = checksum_transport(&f.p);
	assert_int_not_equal(checksum, complete);
	frame_free(&f);
}

static void
a_udp_checksum_of_zero_stays_zero_and_none_becomes_zero(void **unused)
{
	struct frame f;
	struct flow_key to;
	frame_make(&f, SAMPLE_UDP_NO_CHECKSUM);
	to = other_key(&f.p.key);
	rewrite_addresses(&f.p, &to);
	assert_int_equal(load16(f.p.data + f.p.l4 + UDP_CHECKSUM_AT), 0);
	assert_memory_equal(f.p.data + f.p.l4, &to.source_port, 2);
	frame_free(&f);
	/* Every source port once, so that also the one is met that makes the sum come out as zero. */
	frame_make(&f, SAMPLE_UDP);
	to = f.p.key;
	for (uint32_t port = 0, met = 0; port < 65536; port++) {
		to.source_port = (uint16_t)port;
		rewrite_addresses(&f.p, &to);
		assert_int_not_equal(load16(f.p.data + f.p.l4 + UDP_CHECKSUM_AT), 0);
		met += load16(f.p.data + f.p.l4 + UDP_CHECKSUM_AT) == 0xffff;
		assert_true(port < 65535 || met >= 1);
	}
	frame_check(&f);
	frame_free(&f);
}

static void
later_fragments_change_their_addresses_only(void **unused)
{
	static const enum sample_kind kind[] = { SAMPLE_LATER_FRAGMENT, SAMPLE_LATER_FRAGMENT6 };
	for (size_t i = 0; i < COUNT(kind); i++) {
		struct frame f;
		struct flow_key to;
		struct packet p;
		frame_make(&f, kind[i]);
		f.p.key.source_port = 1; /* as flow/fragment fills them in */
		to = other_key(&f.p.key);
		to.source = f.p.key.source;
		to.source.byte[3] ^= 1;
		to.destination = f.p.key.destination;
		to.destination.byte[2] ^= 1;
		rewrite_addresses(&f.p, &to);
		assert_memory_equal(f.p.data + f.p.l4, "sixteen bytes...", 16);
		p = (struct packet){ .data = f.p.data, .length = f.p.length };
		assert_int_equal(packet_parse(&p), DROP_REASON_NONE);
		assert_memory_equal(&p.key.source, &to.source, 16);
		assert_memory_equal(&p.key.destination, &to.destination, 16);
		frame_free(&f);
	}
}

static void
a_first_fragment_keeps_the_checksum_of_the_whole_datagram_right(void **unused)
{
	struct frame whole, first;
	struct flow_key to;
	frame_make(&whole, SAMPLE_UDP);
	frame_make(&first, SAMPLE_FIRST_FRAGMENT);
	/* The first fragment carries the header of `whole`. */
	memcpy(first.p.data + first.p.l4, whole.p.data + whole.p.l4, UDP_HEADER);
	to = other_key(&whole.p.key);
	rewrite_addresses(&whole.p, &to);
	rewrite_addresses(&first.p, &to);
	assert_memory_equal(first.p.data + first.p.l4, whole.p.data + whole.p.l4, UDP_HEADER);
	frame_free(&whole);
	frame_free(&first);
}

static void
sctp_ports_change_with_the_crc_which_covers_no_addresses(void **unused)
{
	static const enum sample_kind kind[] = { SAMPLE_SCTP, SAMPLE_SCTP6 };
	assert_int_equal((uint32_t)~checksum_crc32c(0xffffffff, "123456789", 9), 0xe3069283);
	for (unsigned round = 0; round < 200; round++) {
		struct frame f;
		struct flow_key to;
		uint32_t crc;
		frame_make(&f, kind[round % 2]);
		to = other_key(&f.p.key);
		rewrite_addresses(&f.p, &to);
		memcpy(&crc, f.p.data + f.p.l4 + SCTP_CHECKSUM_AT, 4);
		assert_true(rewrite_checksum_complete(&f.p));
		assert_memory_equal(&crc, f.p.data + f.p.l4 + SCTP_CHECKSUM_AT, 4);
		assert_memory_equal(f.p.data + f.p.l4, &to.source_port, 2);
		assert_memory_equal(f.p.data + f.p.l4 + 2, &to.destination_port, 2);
		frame_free(&f);
	}
}

static void
an_unfinished_checksum_is_seen_and_completed(void **unused)
{
	for (size_t i = 0; i < COUNT(with_checksum); i++) {
		struct frame f;
		uint32_t at, length;
		uint16_t pseudo;
		frame_make(&f, with_checksum[i]);
		if (f.p.key.protocol != PROTOCOL_TCP && f.p.key.protocol != PROTOCOL_UDP) {
			assert_false(rewrite_checksum_unfinished(&f.p));
			frame_free(&f);
			continue;
		}
		assert_false(rewrite_checksum_unfinished(&f.p));
		at = f.p.l4 + (f.p.key.protocol == PROTOCOL_TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT);
		length = (uint32_t)f.p.l3 + f.p.l3_length - f.p.l4;
		pseudo = (uint16_t)~checksum_finish(checksum_pseudo(0, &f.p.key, length));
		memcpy(f.p.data + at, &pseudo, 2);
		assert_true(rewrite_checksum_unfinished(&f.p));
		assert_true(rewrite_checksum_complete(&f.p));
		frame_check(&f);
		frame_free(&f);
	}
}

static void
checksums_that_cannot_be_known_are_not_completed(void **unused)
{
	static const enum sample_kind kind[] = {
		SAMPLE_FIRST_FRAGMENT, SAMPLE_LATER_FRAGMENT, SAMPLE_FIRST_FRAGMENT6, SAMPLE_GRE, SAMPLE_ESP,
		SAMPLE_NO_NEXT6
	};
	struct frame f;
	uint8_t *routing;
	for (size_t i = 0; i < COUNT(kind); i++) {
		frame_make(&f, kind[i]);
		assert_false(rewrite_checksum_complete(&f.p));
		assert_memory_equal(f.p.data, f.sample.bytes, f.sample.length);
		frame_free(&f);
	}
	/* RFC 8200 8.1: with segments left the checksum covers the last address of the routing header. */
	sample_start(&f.sample);
	sample_type(&f.sample, ETHERTYPE_IPV6);
	sample_ipv6(&f.sample, PROTOCOL_ROUTING);
	routing = sample_extension(&f.sample, PROTOCOL_UDP, 24);
	routing[2] = 4;
	routing[3] = 1;
	sample_udp(&f.sample, 4);
	sample_finish(&f.sample);
	frame_parse(&f);
	assert_false(rewrite_checksum_complete(&f.p));
	frame_free(&f);
	f.sample.bytes[f.sample.l3 + IPV6_HEADER + 3] = 0;
	frame_parse(&f);
	assert_true(rewrite_checksum_complete(&f.p));
	frame_check(&f);
	frame_free(&f);
}

static void
the_link_header_changes_size_and_everything_moves_along(void **unused)
{
	static const enum sample_kind kind[] = { SAMPLE_UDP, SAMPLE_VLAN, SAMPLE_QINQ, SAMPLE_UDP6,
						 SAMPLE_ICMP_UNREACHABLE };
	static const uint16_t vlan[] = { 0, 1, 4094 };
	static const uint8_t to[6] = { 2, 1, 1, 1, 1, 1 }, from[6] = { 2, 2, 2, 2, 2, 2 };
	for (size_t i = 0; i < COUNT(kind) * COUNT(vlan); i++) {
		uint16_t id = vlan[i % COUNT(vlan)];
		struct frame f;
		struct packet before, after;
		frame_make(&f, kind[i / COUNT(vlan)]);
		before = f.p;
		rewrite_link(&f.p, to, from, id);
		assert_memory_equal(f.p.data, to, 6);
		assert_memory_equal(f.p.data + 6, from, 6);
		assert_int_equal(f.p.l3, id ? 18 : 14);
		assert_int_equal(f.p.length, f.p.l3 + f.p.l3_length);
		assert_ptr_equal(f.p.data + f.p.l3, before.data + before.l3);
		assert_memory_equal(f.p.data + f.p.l3, f.sample.bytes + before.l3, before.l3_length);
		assert_int_equal(f.p.vlan[0], before.vlan[0]);
		after = (struct packet){ .data = f.p.data, .length = f.p.length };
		assert_int_equal(packet_parse(&after), DROP_REASON_NONE);
		assert_int_equal(after.vlan[0], id);
		assert_int_equal(after.vlan_count, id ? 1 : 0);
		assert_int_equal(after.l4, f.p.l4);
		assert_int_equal(after.payload, f.p.payload);
		assert_int_equal(after.inner_l3, f.p.inner_l3);
		assert_memory_equal(&after.key, &before.key, sizeof before.key);
		frame_free(&f);
	}
}

static void
a_packet_without_link_header_gets_one(void **unused)
{
	static const uint8_t to[6] = { 2, 1, 1, 1, 1, 1 }, from[6] = { 2, 2, 2, 2, 2, 2 };
	struct frame f;
	frame_make(&f, SAMPLE_TCP6);
	f.p.data += f.p.l3;
	f.p.length = (uint16_t)(f.p.length - f.p.l3);
	assert_int_equal(packet_parse_l3(&f.p), DROP_REASON_NONE);
	rewrite_link(&f.p, to, from, 0);
	assert_int_equal(f.p.length, 14 + 60);
	assert_int_equal(load16(f.p.data + 12), ETHERTYPE_IPV6);
	frame_check(&f);
	frame_free(&f);
}

static void
what_follows_the_ip_packet_is_cut_off_and_padding_is_zeroed(void **unused)
{
	static const struct {
		uint32_t payload, padding, length;
	} table[] = {
		{ 1, 17, 60 }, /* 14 + 29 + 17: an ordinary padded frame */
		{ 1, 400, 60 }, { 1, 5, 48 }, { 100, 300, 142 }, { 18, 0, 60 }, { 17, 0, 59 },
	};
	static const uint8_t mac[6] = { 2 };
	for (size_t i = 0; i < COUNT(table); i++) {
		struct frame f;
		sample_start(&f.sample);
		sample_type(&f.sample, ETHERTYPE_IPV4);
		sample_ipv4(&f.sample, PROTOCOL_UDP, 0, NULL, 0);
		sample_udp(&f.sample, table[i].payload);
		sample_finish(&f.sample);
		memset(sample_append(&f.sample, NULL, table[i].padding), 0x5a, table[i].padding);
		frame_parse(&f);
		rewrite_link(&f.p, mac, mac, 0);
		assert_int_equal(f.p.length, table[i].length);
		for (uint32_t at = (uint32_t)f.p.l3 + f.p.l3_length; at < f.p.length; at++)
			assert_int_equal(f.p.data[at], 0);
		frame_free(&f);
	}
}

static void
the_maximum_segment_size_is_lowered_at_any_alignment_and_never_raised(void **unused)
{
	for (unsigned before = 0; before < 9; before++) {
		uint8_t option[12];
		struct frame f;
		memset(option, 1, sizeof option);
		memcpy(option + before, (uint8_t[]){ 2, 4, 0x05, 0xb4 }, before <= 8 ? 4 : 3);
		sample_start(&f.sample);
		sample_type(&f.sample, ETHERTYPE_IPV4);
		sample_ipv4(&f.sample, PROTOCOL_TCP, 0, NULL, 0);
		sample_tcp(&f.sample, TCP_SYN, option, sizeof option);
		sample_finish(&f.sample);
		frame_parse(&f);
		assert_false(rewrite_mss(&f.p, 1460));
		assert_memory_equal(f.p.data, f.sample.bytes, f.sample.length);
		assert_true(rewrite_mss(&f.p, 1280));
		assert_int_equal(load16(f.p.data + f.p.l4 + TCP_HEADER + before + 2), 1280);
		frame_check(&f);
		frame_free(&f);
	}
}

/* Hosts take the last of several, so one that is small must not hide one that is large. */
static void
of_several_maximum_segment_sizes_none_stays_larger(void **unused)
{
	static const struct {
		uint16_t before[2], after[2];
	} row[] = {
		{ { 536, 1460 }, { 536, 1280 } },
		{ { 1460, 536 }, { 1280, 536 } },
		{ { 1460, 9000 }, { 1280, 1280 } },
		{ { 1280, 1281 }, { 1280, 1280 } },
	};
	for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
		uint8_t option[8] = { 2, 4, 0, 0, 2, 4, 0, 0 };
		struct frame f;
		store16(option + 2, row[i].before[0]);
		store16(option + 6, row[i].before[1]);
		sample_start(&f.sample);
		sample_type(&f.sample, ETHERTYPE_IPV4);
		sample_ipv4(&f.sample, PROTOCOL_TCP, 0, NULL, 0);
		sample_tcp(&f.sample, TCP_SYN, option, sizeof option);
		sample_finish(&f.sample);
		frame_parse(&f);
		assert_true(rewrite_mss(&f.p, 1280));
		assert_int_equal(load16(f.p.data + f.p.l4 + TCP_HEADER + 2), row[i].after[0]);
		assert_int_equal(load16(f.p.data + f.p.l4 + TCP_HEADER + 6), row[i].after[1]);
		frame_check(&f);
		frame_free(&f);
	}
}

static void
only_syn_segments_have_a_maximum_segment_size(void **unused)
{
	struct frame f;
	frame_make(&f, SAMPLE_TCP_SYN);
	f.p.tcp_flags = TCP_ACK;
	assert_false(rewrite_mss(&f.p, 100));
	f.p.tcp_flags = TCP_SYN | TCP_ACK;
	assert_true(rewrite_mss(&f.p, 100));
	frame_check(&f);
	frame_free(&f);
	frame_make(&f, SAMPLE_UDP);
	assert_false(rewrite_mss(&f.p, 100));
	frame_free(&f);
}

static void
a_quoted_packet_is_translated_with_all_its_checksums(void **unused)
{
	static const enum sample_kind kind[] = { SAMPLE_ICMP_UNREACHABLE, SAMPLE_ICMP_ABOUT_TCP, SAMPLE_ICMP_ABOUT_ECHO,
						 SAMPLE_ICMP6_TOO_BIG };
	for (unsigned round = 0; round < 4000; round++) {
		struct frame f;
		struct flow_key to;
		struct packet inner;
		frame_make(&f, kind[round % COUNT(kind)]);
		to = other_key(&f.p.inner);
		if (to.protocol == PROTOCOL_ICMP)
			to.destination_port = to.source_port;
		icmp_inner_rewrite(&f.p, &to);
		assert_memory_equal(&f.p.inner, &to, sizeof to);
		frame_check(&f);
		inner = (struct packet){ .data = f.p.data, .length = f.p.length };
		assert_int_equal(packet_parse(&inner), DROP_REASON_NONE);
		assert_memory_equal(&inner.inner, &to, sizeof to);
		/* The quote was whole, so that it can be checked as a packet of its own. */
		if (kind[round % COUNT(kind)] != SAMPLE_ICMP_ABOUT_TCP) {
			uint16_t checksum;
			inner = (struct packet){ .data = f.p.data + f.p.inner_l3,
						 .length = (uint16_t)(f.p.l3 + f.p.l3_length - f.p.inner_l3) };
			if (packet_parse_l3(&inner) == DROP_REASON_NONE) {
				memcpy(&checksum,
				       inner.data + inner.l4 +
					   (to.protocol == PROTOCOL_UDP ? UDP_CHECKSUM_AT : ICMP_CHECKSUM_AT),
				       2);
				assert_int_equal(checksum, checksum_transport(&inner));
			}
		}
		frame_free(&f);
	}
}

static void
a_quoted_udp_checksum_of_zero_stays_zero(void **unused)
{
	struct frame f;
	struct flow_key to;
	sample_make(&f.sample, SAMPLE_ICMP_UNREACHABLE);
	store16(f.sample.bytes + f.sample.l4 + ICMP_HEADER + IPV4_HEADER + UDP_CHECKSUM_AT, 0);
	sample_finish(&f.sample);
	frame_parse(&f);
	to = other_key(&f.p.inner);
	icmp_inner_rewrite(&f.p, &to);
	assert_int_equal(load16(f.p.data + f.p.inner_l3 + IPV4_HEADER + UDP_CHECKSUM_AT), 0);
	frame_check(&f);
	frame_free(&f);
}

static void
an_echo_reply_of_zeros_keeps_a_checksum_that_its_receiver_accepts(void **unused)
{
	for (uint16_t before = 0; before < 3; before++) {
		for (uint16_t after = 0; after < 3; after++) {
			struct frame f;
			struct flow_key to;
			sample_start(&f.sample);
			sample_type(&f.sample, ETHERTYPE_IPV4);
			sample_ipv4(&f.sample, PROTOCOL_ICMP, 0, NULL, 0);
			sample_icmp(&f.sample, ICMP_ECHO_REPLY, 0, (uint32_t)before << 16);
			sample_append(&f.sample, NULL, 32);
			sample_finish(&f.sample);
			frame_parse(&f);
			to = f.p.key;
			to.source_port = to.destination_port = __builtin_bswap16(after);
			rewrite_addresses(&f.p, &to);
			frame_check(&f);
			frame_free(&f);
		}
	}
}

static void
the_ttl_falls_with_the_right_checksum_whatever_that_was(void **unused)
{
	for (uint32_t id = 0; id < 65536; id++) {
		struct packet p = { 0 };
		struct sample s;
		sample_make(&s, SAMPLE_UDP);
		store16(s.bytes + s.l3 + 4, (uint16_t)id);
		sample_ipv4_checksum(s.bytes + s.l3);
		p.data = s.bytes;
		p.length = (uint16_t)s.length;
		assert_int_equal(packet_parse(&p), DROP_REASON_NONE);
		rewrite_ttl(&p);
		assert_int_equal(s.bytes[s.l3 + 8], 63);
		sample_ipv4_checksum(memcpy(s.bytes + 2048, s.bytes + s.l3, IPV4_HEADER));
		assert_memory_equal(s.bytes + 2048, s.bytes + s.l3, IPV4_HEADER);
	}
}

/* RFC 1624 4: HC = 0xdd2f, m = 0x5555, m' = 0x3285; the older equation gives 0xffff here. */
static void
the_example_of_rfc_1624_comes_out_as_zero(void **unused)
{
	uint8_t checksum[2] = { 0xdd, 0x2f }, word[2] = { 0x55, 0x55 };
	checksum_mend(checksum, change_bytes(word, (uint8_t[]){ 0x32, 0x85 }, 2));
	assert_memory_equal(word, ((uint8_t[]){ 0x32, 0x85 }), 2);
	assert_memory_equal(checksum, ((uint8_t[]){ 0, 0 }), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_ports_ttl_and_tos_change_with_all_checksums),
		cmocka_unit_test(a_checksum_that_was_wrong_stays_wrong),
		cmocka_unit_test(a_udp_checksum_of_zero_stays_zero_and_none_becomes_zero),
		cmocka_unit_test(later_fragments_change_their_addresses_only),
		cmocka_unit_test(a_first_fragment_keeps_the_checksum_of_the_whole_datagram_right),
		cmocka_unit_test(sctp_ports_change_with_the_crc_which_covers_no_addresses),
		cmocka_unit_test(an_unfinished_checksum_is_seen_and_completed),
		cmocka_unit_test(checksums_that_cannot_be_known_are_not_completed),
		cmocka_unit_test(the_link_header_changes_size_and_everything_moves_along),
		cmocka_unit_test(a_packet_without_link_header_gets_one),
		cmocka_unit_test(what_follows_the_ip_packet_is_cut_off_and_padding_is_zeroed),
		cmocka_unit_test(the_maximum_segment_size_is_lowered_at_any_alignment_and_never_raised),
		cmocka_unit_test(of_several_maximum_segment_sizes_none_stays_larger),
		cmocka_unit_test(only_syn_segments_have_a_maximum_segment_size),
		cmocka_unit_test(a_quoted_packet_is_translated_with_all_its_checksums),
		cmocka_unit_test(a_quoted_udp_checksum_of_zero_stays_zero),
		cmocka_unit_test(an_echo_reply_of_zeros_keeps_a_checksum_that_its_receiver_accepts),
		cmocka_unit_test(the_ttl_falls_with_the_right_checksum_whatever_that_was),
		cmocka_unit_test(the_example_of_rfc_1624_comes_out_as_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
