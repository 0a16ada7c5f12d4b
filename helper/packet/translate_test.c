/* translate_test.c: packets of one family become those of the other to the byte: what comes out is compared with a packet made
 * from scratch, so each length and checksum must be right. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet/sample.h"
#include "packet/split.h"
#include "packet/translate.h"

enum { ROOM = 1500, HEADROOM = 128, ID = 0x1234 };

/* work: a packet in the middle of a buffer, so that it can grow at its front. */
struct work {
	uint8_t bytes[8192];
	struct packet p;
};

static struct packet
parse(uint8_t *bytes, uint32_t length)
{
	struct packet p = { .data = bytes, .length = (uint16_t)length };
	assert_int_equal(packet_parse(&p), DROP_REASON_NONE);
	return p;
}

static void
work_begin(struct work *w, const struct sample *s, const struct flow_key *to)
{
	memset(w->bytes, 0xee, sizeof w->bytes);
	memcpy(w->bytes + HEADROOM, s->bytes, s->length);
	w->p = parse(w->bytes + HEADROOM, s->length);
	w->p.out = *to;
	w->p.flags |= PACKET_TRANSLATED;
}

static struct flow_key
key_of(const struct sample *s)
{
	struct sample copy = *s;
	return parse(copy.bytes, copy.length).key;
}

static void
assert_is(const struct packet *p, const struct sample *expected)
{
	assert_int_equal(packet_out_length(p), expected->length - expected->l3);
	assert_memory_equal(p->data + p->l3, expected->bytes + expected->l3, expected->length - expected->l3);
}

/* Translates one sample and expects the other. */
static void
assert_becomes(const struct sample *from, const struct sample *to)
{
	struct flow_key key = key_of(to);
	struct work w;
	work_begin(&w, from, &key);
	assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
	translate_bytes(&w.p, NULL, ID);
	assert_is(&w.p, to);
	struct packet again = { .data = w.p.data + w.p.l3, .length = packet_out_length(&w.p) };
	assert_int_equal(packet_parse_l3(&again), DROP_REASON_NONE);
	assert_int_equal(w.p.l4 - w.p.l3, again.l4);
	assert_int_equal(w.p.payload - w.p.l3, again.payload);
}

enum content { TCP, TCP_OPTIONS, UDP, ECHO_REQUEST, ECHO_REPLY, CONTENTS };

static void
begin(struct sample *s, bool inet6, uint8_t protocol, uint16_t fragment)
{
	sample_start(s);
	sample_type(s, inet6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (inet6)
		sample_ipv6(s, protocol);
	else
		sample_ipv4(s, protocol, fragment, NULL, 0);
}

static void
fill(struct sample *s, bool inet6, enum content content, uint32_t payload)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 0 };
	switch (content) {
	case TCP:
	case TCP_OPTIONS:
		sample_tcp(s, TCP_SYN, options, content == TCP_OPTIONS ? sizeof options : 0);
		sample_append(s, NULL, payload);
		break;
	case UDP:
		sample_udp(s, payload);
		break;
	case ECHO_REQUEST:
	case ECHO_REPLY:
		sample_icmp(s,
			    (uint8_t)(content == ECHO_REQUEST ? (inet6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO_REQUEST)
							      : (inet6 ? ICMP6_ECHO_REPLY : ICMP_ECHO_REPLY)),
			    0, 0xbeef0007);
		for (uint32_t i = 0; i < payload; i++)
			sample_append(s, &(uint8_t){ (uint8_t)(i * 5 + 3) }, 1);
		break;
	case CONTENTS:
		break;
	}
}

static void
make(struct sample *s, bool inet6, enum content content, uint16_t fragment, uint32_t payload)
{
	static const uint8_t protocol[] = { PROTOCOL_TCP, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP, PROTOCOL_ICMP };
	uint8_t number = protocol[content];
	begin(s, inet6, inet6 && number == PROTOCOL_ICMP ? PROTOCOL_ICMP6 : number, fragment);
	fill(s, inet6, content, payload);
	sample_finish(s);
}

static void
tcp_udp_and_echo_become_the_same_in_the_other_family_with_right_checksums(void **state)
{
	for (enum content c = TCP; c < CONTENTS; c++) {
		for (uint32_t payload = 0; payload < 20; payload++) {
			struct sample inet, inet6;
			make(&inet, false, c, 0, payload);
			make(&inet6, true, c, 0, payload);
			assert_becomes(&inet6, &inet);
			assert_becomes(&inet, &inet6);
		}
	}
}

static void
an_echo_reply_of_zeros_has_a_checksum_of_minus_zero_in_ipv4(void **state)
{
	struct sample inet, inet6;
	begin(&inet, false, PROTOCOL_ICMP, 0);
	sample_icmp(&inet, ICMP_ECHO_REPLY, 0, 0);
	sample_finish(&inet);
	begin(&inet6, true, PROTOCOL_ICMP6, 0);
	sample_icmp(&inet6, ICMP6_ECHO_REPLY, 0, 0);
	sample_finish(&inet6);
	assert_int_equal(load16(inet.bytes + inet.l4 + ICMP_CHECKSUM_AT), 0xffff);
	assert_becomes(&inet6, &inet);
	assert_becomes(&inet, &inet6);
}

static void
hop_limit_and_traffic_class_stay_and_the_flow_label_goes(void **state)
{
	struct sample inet, inet6, labelled;
	make(&inet, false, UDP, 0, 5);
	make(&inet6, true, UDP, 0, 5);
	inet.bytes[inet.l3 + 1] = 0xb9;
	inet.bytes[inet.l3 + 8] = 17;
	sample_ipv4_checksum(inet.bytes + inet.l3);
	inet6.bytes[inet6.l3] = 0x6b;
	inet6.bytes[inet6.l3 + 1] = 0x90;
	inet6.bytes[inet6.l3 + 7] = 17;
	labelled = inet6;
	memcpy(labelled.bytes + labelled.l3 + 1, (uint8_t[]){ 0x9a, 0xbc, 0xde }, 3);
	assert_becomes(&inet, &inet6);
	assert_becomes(&labelled, &inet);
}

static void
large_packets_from_ipv6_may_not_be_cut_and_small_ones_may(void **state)
{
	struct sample inet, inet6;
	/* 1260 bytes of IPv4 and 1261. */
	for (unsigned large = 0; large < 2; large++) {
		uint32_t payload = 1260 - IPV4_HEADER - UDP_HEADER + large;
		make(&inet, false, UDP, large ? IPV4_DONT_FRAGMENT : 0, payload);
		make(&inet6, true, UDP, 0, payload);
		if (large) {
			store16(inet.bytes + inet.l3 + 4, 0);
			sample_ipv4_checksum(inet.bytes + inet.l3);
		}
		assert_becomes(&inet6, &inet);
		struct flow_key key = key_of(&inet);
		struct work w;
		work_begin(&w, &inet6, &key);
		assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
		assert_int_equal(translate_may_cut(&w.p), !large);
		/* With a fragment header its sender lets it be cut, also with an identification of zero. */
		begin(&inet6, true, PROTOCOL_FRAGMENT, 0);
		sample_ipv6_fragment(&inet6, PROTOCOL_UDP, 0, 0);
		fill(&inet6, true, UDP, payload);
		sample_finish(&inet6);
		work_begin(&w, &inet6, &key);
		assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
		assert_true(translate_may_cut(&w.p));
	}
}

static void
udp_without_a_checksum_gets_one(void **state)
{
	struct sample inet, inet6;
	make(&inet, false, UDP, 0, 7);
	make(&inet6, true, UDP, 0, 7);
	store16(inet.bytes + inet.l4 + UDP_CHECKSUM_AT, 0);
	assert_becomes(&inet, &inet6);
}

static void
a_wrong_checksum_stays_as_wrong_as_it_was(void **state)
{
	struct sample inet, inet6;
	make(&inet, false, TCP, 0, 6);
	make(&inet6, true, TCP, 0, 6);
	inet.bytes[inet.l4 + TCP_CHECKSUM_AT] ^= 0x11;
	inet6.bytes[inet6.l4 + TCP_CHECKSUM_AT] ^= 0x11;
	struct flow_key key = key_of(&inet6);
	struct work w;
	work_begin(&w, &inet, &key);
	assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
	translate_bytes(&w.p, NULL, ID);
	struct packet again = { .data = w.p.data + w.p.l3, .length = packet_out_length(&w.p) };
	assert_int_equal(packet_parse_l3(&again), DROP_REASON_NONE);
	uint16_t right = checksum_transport(&again), found = load16_raw(again.data + again.l4 + TCP_CHECKSUM_AT);
	assert_int_not_equal(right, found);
	/* As far from the right one as before. */
	struct sample good;
	make(&good, false, TCP, 0, 6);
	uint32_t before =
	    load16(inet.bytes + inet.l4 + TCP_CHECKSUM_AT) + 0xffffu - load16(good.bytes + good.l4 + TCP_CHECKSUM_AT);
	uint32_t after = load16((uint8_t *)&found) + 0xffffu - load16((uint8_t *)&right);
	assert_int_equal(before % 0xffff, after % 0xffff);
}

/* ---- headers that go ---- */

static void
options_and_extension_headers_are_left_out(void **state)
{
	static const uint8_t options[] = { 148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0 };
	struct sample inet, inet6, with;
	make(&inet, false, UDP, 0, 9);
	make(&inet6, true, UDP, 0, 9);
	begin(&with, true, PROTOCOL_HOP_BY_HOP, 0);
	sample_extension(&with, PROTOCOL_DESTINATION_OPTIONS, 16);
	sample_extension(&with, PROTOCOL_UDP, 8);
	sample_udp(&with, 9);
	sample_finish(&with);
	assert_becomes(&with, &inet);
	sample_start(&with);
	sample_type(&with, ETHERTYPE_IPV4);
	sample_ipv4(&with, PROTOCOL_UDP, 0, options, sizeof options);
	sample_udp(&with, 9);
	sample_finish(&with);
	assert_becomes(&with, &inet6);
}

static enum drop_reason
measured(const struct sample *s, bool to_inet6)
{
	struct sample other;
	make(&other, to_inet6, UDP, 0, 9);
	struct flow_key key = key_of(&other);
	struct work w;
	work_begin(&w, s, &key);
	return translate_measure(&w.p, ROOM);
}

static void
source_routes_that_are_not_used_up_and_authentication_are_refused(void **state)
{
	struct sample s;
	for (unsigned left = 0; left < 2; left++) {
		begin(&s, true, PROTOCOL_ROUTING, 0);
		uint8_t *routing = sample_extension(&s, PROTOCOL_UDP, 24);
		routing[2] = 4; /* segment routing */
		routing[3] = (uint8_t)left;
		sample_udp(&s, 9);
		sample_finish(&s);
		assert_int_equal(measured(&s, false), left ? DROP_REASON_NAT64_HEADER : DROP_REASON_NONE);
	}
	begin(&s, true, PROTOCOL_AH, 0);
	sample_extension(&s, PROTOCOL_UDP, 24);
	sample_udp(&s, 9);
	sample_finish(&s);
	assert_int_equal(measured(&s, false), DROP_REASON_NAT64_HEADER);
	for (unsigned type = 131; type <= 137; type += 6) {
		for (unsigned used = 0; used < 2; used++) {
			const uint8_t route[] = { (uint8_t)type, 7, (uint8_t)(used ? 8 : 4), 1, 2, 3, 4, 1 };
			sample_start(&s);
			sample_type(&s, ETHERTYPE_IPV4);
			sample_ipv4(&s, PROTOCOL_UDP, 0, route, sizeof route);
			sample_udp(&s, 9);
			sample_finish(&s);
			assert_int_equal(measured(&s, true), used ? DROP_REASON_NONE : DROP_REASON_NAT64_HEADER);
		}
	}
}

static void
other_protocols_and_messages_are_refused(void **state)
{
	static const enum sample_kind inet[] = { SAMPLE_SCTP, SAMPLE_GRE, SAMPLE_ESP, SAMPLE_AH, SAMPLE_IPIP };
	static const enum sample_kind inet6[] = { SAMPLE_SCTP6, SAMPLE_NO_NEXT6 };
	struct sample s;
	for (unsigned i = 0; i < 5; i++) {
		sample_make(&s, inet[i]);
		assert_int_equal(measured(&s, true), DROP_REASON_NAT64_PROTOCOL);
	}
	for (unsigned i = 0; i < 2; i++) {
		sample_make(&s, inet6[i]);
		assert_int_equal(measured(&s, false), DROP_REASON_NAT64_PROTOCOL);
	}
	begin(&s, false, PROTOCOL_ICMP, 0);
	sample_icmp(&s, 13, 0, 0); /* timestamp */
	sample_append(&s, NULL, 12);
	sample_finish(&s);
	assert_int_equal(measured(&s, true), DROP_REASON_NAT64_PROTOCOL);
	begin(&s, true, PROTOCOL_ICMP6, 0);
	sample_icmp(&s, 135, 0, 0); /* neighbour solicitation */
	sample_append(&s, NULL, 16);
	sample_finish(&s);
	assert_int_equal(measured(&s, false), DROP_REASON_NAT64_PROTOCOL);
}

/* ---- fragments ---- */

/* A fragment of a UDP datagram; a first one with a checksum that holds for the datagram as a whole: `sum` of the rest. */
static void
make_fragment(struct sample *s, bool inet6, bool first, uint16_t checksum)
{
	uint16_t offset = first ? 0 : 32;
	if (inet6) {
		begin(s, true, PROTOCOL_FRAGMENT, 0);
		sample_ipv6_fragment(s, PROTOCOL_UDP, (uint16_t)(offset | first), ID);
	} else {
		begin(s, false, PROTOCOL_UDP, (uint16_t)(offset / 8 | (first ? IPV4_MORE_FRAGMENTS : 0)));
	}
	if (first) {
		uint8_t *udp = sample_udp(s, 24);
		store16(udp + 4, 60);
		memcpy(udp + UDP_CHECKSUM_AT, &checksum, 2);
	} else {
		sample_append(s, "the rest of it, 28 bytes ...", 28);
	}
	s->protocol = PROTOCOL_NO_NEXT_HEADER;
	sample_finish(s);
}

/* The checksum of the datagram of which make_fragment makes parts. */
static uint16_t
datagram_checksum(bool inet6)
{
	struct sample first, rest, addresses;
	make(&addresses, inet6, UDP, 0, 1);
	struct flow_key k = key_of(&addresses);
	make_fragment(&first, inet6, true, 0);
	make_fragment(&rest, inet6, false, 0);
	uint64_t sum = checksum_pseudo(0, &k, 60);
	sum = checksum_add(sum, first.bytes + first.l4, first.length - first.l4);
	return checksum_finish(checksum_add(sum, rest.bytes + rest.l4, rest.length - rest.l4));
}

static void
fragments_become_fragments_and_the_datagram_keeps_a_right_checksum(void **state)
{
	for (unsigned first = 0; first < 2; first++) {
		struct sample inet, inet6;
		make_fragment(&inet, false, first, datagram_checksum(false));
		make_fragment(&inet6, true, first, datagram_checksum(true));
		for (unsigned to6 = 0; to6 < 2; to6++) {
			struct sample whole;
			make(&whole, to6, UDP, 0, 1);
			struct flow_key key = key_of(&whole);
			struct work w;
			work_begin(&w, to6 ? &inet : &inet6, &key);
			make(&whole, !to6, UDP, 0, 1);
			w.p.key = key_of(&whole); /* as its first fragment said */
			assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
			assert_true(translate_may_cut(&w.p));
			translate_bytes(&w.p, NULL, 0);
			assert_is(&w.p, to6 ? &inet6 : &inet);
		}
	}
}

static void
fragments_that_cannot_be_mended_are_refused(void **state)
{
	struct sample s, whole;
	struct work w;
	make_fragment(&s, false, true, 0); /* UDP without a checksum */
	make(&whole, true, UDP, 0, 1);
	struct flow_key key = key_of(&whole);
	work_begin(&w, &s, &key);
	assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NAT64_FRAGMENT);
	/* The checksum of ICMPv6 covers a length that a fragment does not know. */
	begin(&s, false, PROTOCOL_ICMP, IPV4_MORE_FRAGMENTS);
	fill(&s, false, ECHO_REQUEST, 24);
	s.protocol = PROTOCOL_NO_NEXT_HEADER;
	sample_finish(&s);
	work_begin(&w, &s, &key);
	assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NAT64_FRAGMENT);
	/* Headers inside of what was cut cannot be left out of its parts. */
	begin(&s, true, PROTOCOL_FRAGMENT, 0);
	sample_ipv6_fragment(&s, PROTOCOL_DESTINATION_OPTIONS, 1, ID);
	sample_extension(&s, PROTOCOL_UDP, 8);
	store16(sample_udp(&s, 24) + 4, 60);
	s.protocol = PROTOCOL_NO_NEXT_HEADER;
	sample_finish(&s);
	make(&whole, false, UDP, 0, 1);
	key = key_of(&whole);
	work_begin(&w, &s, &key);
	assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NAT64_HEADER);
}

static void
an_ipv4_packet_that_may_be_cut_gets_a_fragment_header_and_parts_that_fit_any_link(void **state)
{
	struct sample inet, inet6;
	struct work w;
	uint8_t out[TRANSLATE_INET6_MINIMUM], joined[4096];
	make(&inet, false, UDP, 0, 3000);
	make(&inet6, true, UDP, 0, 3000);
	struct flow_key key = key_of(&inet6);
	work_begin(&w, &inet, &key);
	assert_int_equal(translate_measure(&w.p, TRANSLATE_INET6_MINIMUM), DROP_REASON_NONE);
	assert_int_equal(w.p.resized, 28);
	translate_bytes(&w.p, NULL, 0);
	struct split s;
	uint16_t length;
	uint32_t done = 0, count = 0;
	assert_true(split_begin(&s, w.p.data + w.p.l3, TRANSLATE_INET6_MINIMUM));
	uint32_t wanted = split_count(&s);
	while (split_next(&s, out, &length)) {
		struct packet p = { .data = out, .length = length };
		assert_int_equal(packet_parse_l3(&p), DROP_REASON_NONE);
		assert_true(length <= TRANSLATE_INET6_MINIMUM);
		assert_int_equal(p.l3_length, length);
		assert_int_equal(p.fragment_id, ID);
		assert_int_equal(p.fragment_offset, done);
		assert_int_equal(p.fragment_protocol, PROTOCOL_UDP);
		memcpy(joined + done, out + IPV6_HEADER + 8, length - IPV6_HEADER - 8u);
		done += length - IPV6_HEADER - 8u;
		assert_int_equal((p.flags & PACKET_FRAGMENT_MORE) != 0, done < 3008);
		count++;
	}
	assert_int_equal(count, 3);
	assert_int_equal(wanted, 3);
	assert_int_equal(done, 3008);
	assert_memory_equal(joined, inet6.bytes + inet6.l4, 3008);
	/* Without room for all of it, DF forbids that. */
	make(&inet, false, UDP, IPV4_DONT_FRAGMENT, 3000);
	work_begin(&w, &inet, &key);
	assert_int_equal(translate_measure(&w.p, 1500), DROP_REASON_NONE);
	assert_int_equal(w.p.resized, 20);
	assert_false(translate_may_cut(&w.p));
}

/* ---- ICMP errors ---- */

struct message {
	uint8_t type, code;
	uint32_t rest;
};

/* An error about a UDP packet of 12 bytes. */
static void
make_error(struct sample *s, bool inet6, struct message m, uint16_t quoted_id)
{
	struct sample q;
	begin(s, inet6, inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP, 0);
	sample_icmp(s, m.type, m.code, m.rest);
	make(&q, inet6, UDP, 0, 12);
	if (!inet6) {
		store16(q.bytes + q.l3 + 4, quoted_id);
		sample_ipv4_checksum(q.bytes + q.l3);
	}
	sample_append(s, q.bytes + q.l3, q.length - q.l3);
	sample_finish(s);
}

static enum drop_reason
error_translated(struct work *w, const struct sample *from, bool to_inet6)
{
	struct sample about, outer;
	make(&about, to_inet6, UDP, 0, 12);
	make(&outer, to_inet6, ECHO_REQUEST, 0, 0);
	struct flow_key quoted = key_of(&about), key = key_of(&outer);
	work_begin(w, from, &key);
	enum drop_reason reason = translate_measure(&w->p, ROOM);
	if (reason == DROP_REASON_NONE)
		translate_bytes(&w->p, &quoted, ID);
	return reason;
}

static void
assert_error(bool to_inet6, struct message from, struct message to)
{
	struct sample before, after;
	struct work w;
	make_error(&before, !to_inet6, from, ID);
	make_error(&after, to_inet6, to, 0);
	assert_int_equal(error_translated(&w, &before, to_inet6), DROP_REASON_NONE);
	assert_is(&w.p, &after);
	uint8_t type, code;
	translate_message(&w.p, &type, &code);
	assert_int_equal(type, to.type);
	assert_int_equal(code, to.code);
}

static void
assert_no_error(bool to_inet6, struct message from)
{
	struct sample before;
	struct work w;
	make_error(&before, !to_inet6, from, ID);
	assert_int_equal(error_translated(&w, &before, to_inet6), DROP_REASON_NAT64_PROTOCOL);
}

static void
each_icmp_error_becomes_its_counterpart_with_the_quoted_packet(void **state)
{
	/* RFC 7915 4.2 */
	static const struct {
		struct message from, to;
	} to6[] = {
		{ { 3, 0, 0 }, { 1, 0, 0 } },          { { 3, 1, 0 }, { 1, 0, 0 } },
		{ { 3, 2, 0 }, { 4, 1, 6 } },          { { 3, 3, 0 }, { 1, 4, 0 } },
		{ { 3, 4, 1400 }, { 2, 0, 1420 } },    { { 3, 4, 1000 }, { 2, 0, 1280 } },
		{ { 3, 5, 0 }, { 1, 0, 0 } },          { { 3, 6, 0 }, { 1, 0, 0 } },
		{ { 3, 7, 0 }, { 1, 0, 0 } },          { { 3, 8, 0 }, { 1, 0, 0 } },
		{ { 3, 9, 0 }, { 1, 1, 0 } },          { { 3, 10, 0 }, { 1, 1, 0 } },
		{ { 3, 11, 0 }, { 1, 0, 0 } },         { { 3, 12, 0 }, { 1, 0, 0 } },
		{ { 3, 13, 0 }, { 1, 1, 0 } },         { { 3, 15, 0 }, { 1, 1, 0 } },
		{ { 11, 0, 0 }, { 3, 0, 0 } },         { { 11, 1, 0 }, { 3, 1, 0 } },
		{ { 12, 0, 0u << 24 }, { 4, 0, 0 } },  { { 12, 0, 1u << 24 }, { 4, 0, 1 } },
		{ { 12, 0, 2u << 24 }, { 4, 0, 4 } },  { { 12, 2, 3u << 24 }, { 4, 0, 4 } },
		{ { 12, 0, 8u << 24 }, { 4, 0, 7 } },  { { 12, 0, 9u << 24 }, { 4, 0, 6 } },
		{ { 12, 0, 12u << 24 }, { 4, 0, 8 } }, { { 12, 0, 19u << 24 }, { 4, 0, 24 } },
	};
	/* RFC 7915 5.2 */
	static const struct {
		struct message from, to;
	} to4[] = {
		{ { 1, 0, 0 }, { 3, 1, 0 } },           { { 1, 1, 0 }, { 3, 10, 0 } },
		{ { 1, 2, 0 }, { 3, 1, 0 } },           { { 1, 3, 0 }, { 3, 1, 0 } },
		{ { 1, 4, 0 }, { 3, 3, 0 } },           { { 2, 0, 1500 }, { 3, 4, 1480 } },
		{ { 2, 7, 1500 }, { 3, 4, 1480 } },     { { 3, 0, 0 }, { 11, 0, 0 } },
		{ { 3, 1, 0 }, { 11, 1, 0 } },          { { 4, 1, 6 }, { 3, 2, 0 } },
		{ { 4, 0, 0 }, { 12, 0, 0 } },          { { 4, 0, 1 }, { 12, 0, 1u << 24 } },
		{ { 4, 0, 4 }, { 12, 0, 2u << 24 } },   { { 4, 0, 6 }, { 12, 0, 9u << 24 } },
		{ { 4, 0, 7 }, { 12, 0, 8u << 24 } },   { { 4, 0, 8 }, { 12, 0, 12u << 24 } },
		{ { 4, 0, 39 }, { 12, 0, 16u << 24 } },
	};
	for (unsigned i = 0; i < sizeof to6 / sizeof to6[0]; i++)
		assert_error(true, to6[i].from, to6[i].to);
	for (unsigned i = 0; i < sizeof to4 / sizeof to4[0]; i++)
		assert_error(false, to4[i].from, to4[i].to);
}

/* An error about a later fragment that carries `payload` bytes of the quoted packet. */
static void
make_error_about_part(struct sample *s, bool inet6, struct message m, uint32_t payload)
{
	struct sample q;
	begin(s, inet6, inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP, 0);
	sample_icmp(s, m.type, m.code, m.rest);
	begin(&q, inet6, inet6 ? PROTOCOL_FRAGMENT : PROTOCOL_ICMP, 185);
	if (inet6)
		sample_ipv6_fragment(&q, PROTOCOL_ICMP6, 1480, 0x1234);
	q.protocol = PROTOCOL_NO_NEXT_HEADER;
	for (uint32_t i = 0; i < payload; i++)
		sample_append(&q, &(uint8_t){ (uint8_t)(i + 8) }, 1);
	sample_finish(&q);
	sample_append(s, q.bytes + q.l3, q.length - q.l3);
	s->l4 = s->l3 + (inet6 ? IPV6_HEADER : IPV4_HEADER);
	s->protocol = inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP;
	sample_finish(s);
}

static void
a_quoted_later_fragment_keeps_its_bytes_and_none_behind_it_change(void **state)
{
	static const struct message unreachable[] = { { 3, 1, 0 }, { 1, 0, 0 } };
	for (unsigned to6 = 0; to6 < 2; to6++) {
		for (uint32_t payload = 0; payload <= 16; payload += 4) {
			struct sample before, after, part, outer;
			struct work w;
			make_error_about_part(&before, !to6, unreachable[to6 ? 0 : 1], payload);
			make_error_about_part(&after, to6, to6 ? unreachable[1] : (struct message){ 3, 1, 0 }, payload);
			begin(&part, to6, to6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP, 0);
			sample_icmp(&part, to6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO_REQUEST, 0, 0);
			sample_finish(&part);
			make(&outer, to6, ECHO_REQUEST, 0, 0);
			struct flow_key quoted = key_of(&part), key = key_of(&outer);
			work_begin(&w, &before, &key);
			uint8_t *behind = w.p.data + before.length;
			assert_int_equal(w.p.inner_l3, before.l4 + ICMP_HEADER);
			assert_int_equal(translate_measure(&w.p, ROOM), DROP_REASON_NONE);
			translate_bytes(&w.p, &quoted, ID);
			assert_is(&w.p, &after);
			for (unsigned i = 0; i < 16; i++)
				assert_int_equal(behind[i], 0xee);
		}
	}
}

static void
an_icmp_error_without_a_counterpart_is_refused(void **state)
{
	static const struct message inet[] = { { 3, 14, 0 }, { 3, 16, 0 }, { 4, 0, 0 },         { 5, 1, 0 },
					       { 11, 2, 0 }, { 12, 1, 0 }, { 12, 0, 4u << 24 }, { 12, 0, 20u << 24 } };
	static const struct message inet6[] = { { 1, 5, 0 }, { 2, 0, 1279 }, { 3, 2, 0 },  { 4, 2, 0 },
						{ 4, 0, 2 }, { 4, 0, 40 },   { 100, 0, 0 } };
	for (unsigned i = 0; i < sizeof inet / sizeof inet[0]; i++)
		assert_no_error(true, inet[i]);
	for (unsigned i = 0; i < sizeof inet6 / sizeof inet6[0]; i++)
		assert_no_error(false, inet6[i]);
}

static void
a_code_of_unreachable_is_told_in_the_family_of_the_sender(void **state)
{
	static const struct {
		uint8_t inet, inet6;
	} to_inet6[] = { { 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 4 }, { 4, 1 }, { 9, 1 }, { 13, 1 }, { 14, 1 }, { 200, 1 } },
	  to_inet[] = { { 1, 0 }, { 10, 1 }, { 1, 3 }, { 3, 4 }, { 13, 5 } };
	for (unsigned i = 0; i < sizeof to_inet6 / sizeof to_inet6[0]; i++)
		assert_int_equal(translate_unreachable(to_inet6[i].inet, ADDRESS_FAMILY_INET6), to_inet6[i].inet6);
	for (unsigned i = 0; i < sizeof to_inet / sizeof to_inet[0]; i++)
		assert_int_equal(translate_unreachable(to_inet[i].inet6, ADDRESS_FAMILY_INET), to_inet[i].inet);
}

static void
a_router_that_says_no_mtu_is_taken_to_have_the_next_lower_usual_one(void **state)
{
	struct sample s;
	struct work w;
	make_error(&s, false, (struct message){ 3, 4, 0 }, ID);
	store16(s.bytes + s.l3 + IPV4_HEADER + ICMP_HEADER + 2, 1500);
	sample_ipv4_checksum(s.bytes + s.l3 + IPV4_HEADER + ICMP_HEADER);
	s.l4 = s.l3 + IPV4_HEADER;
	s.protocol = PROTOCOL_ICMP;
	sample_finish(&s);
	assert_int_equal(error_translated(&w, &s, true), DROP_REASON_NONE);
	assert_int_equal(load32(w.p.data + w.p.l4 + 4), 1492 + 20);
}

static void
extensions_behind_a_quote_are_left_out_and_long_quotes_are_cut(void **state)
{
	struct sample s, expected;
	struct work w;
	/* RFC 4884: a quote of 40 bytes, as the sixth byte says, with extensions behind. */
	make_error(&s, false, (struct message){ 11, 0, 10u << 16 }, ID);
	sample_append(&s, (uint8_t[]){ 0x20, 0, 0xdf, 0xff, 0, 8, 1, 1, 1, 2, 3, 4 }, 12);
	s.l4 = s.l3 + IPV4_HEADER;
	s.protocol = PROTOCOL_ICMP;
	sample_finish(&s);
	make_error(&expected, true, (struct message){ 3, 0, 0 }, 0);
	assert_int_equal(error_translated(&w, &s, true), DROP_REASON_NONE);
	assert_is(&w.p, &expected);
	/* No ICMPv6 error is longer than 1280 bytes. */
	make_error(&s, false, (struct message){ 11, 0, 0 }, ID);
	sample_append(&s, NULL, 1340);
	s.l4 = s.l3 + IPV4_HEADER;
	s.protocol = PROTOCOL_ICMP;
	sample_finish(&s);
	assert_int_equal(error_translated(&w, &s, true), DROP_REASON_NONE);
	assert_int_equal(packet_out_length(&w.p), 1280);
	struct packet again = { .data = w.p.data + w.p.l3, .length = 1280 };
	assert_int_equal(packet_parse_l3(&again), DROP_REASON_NONE);
	assert_int_equal(checksum_transport(&again), load16_raw(again.data + again.l4 + ICMP_CHECKSUM_AT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_udp_and_echo_become_the_same_in_the_other_family_with_right_checksums),
		cmocka_unit_test(an_echo_reply_of_zeros_has_a_checksum_of_minus_zero_in_ipv4),
		cmocka_unit_test(hop_limit_and_traffic_class_stay_and_the_flow_label_goes),
		cmocka_unit_test(large_packets_from_ipv6_may_not_be_cut_and_small_ones_may),
		cmocka_unit_test(udp_without_a_checksum_gets_one),
		cmocka_unit_test(a_wrong_checksum_stays_as_wrong_as_it_was),
		cmocka_unit_test(options_and_extension_headers_are_left_out),
		cmocka_unit_test(source_routes_that_are_not_used_up_and_authentication_are_refused),
		cmocka_unit_test(other_protocols_and_messages_are_refused),
		cmocka_unit_test(fragments_become_fragments_and_the_datagram_keeps_a_right_checksum),
		cmocka_unit_test(fragments_that_cannot_be_mended_are_refused),
		cmocka_unit_test(an_ipv4_packet_that_may_be_cut_gets_a_fragment_header_and_parts_that_fit_any_link),
		cmocka_unit_test(each_icmp_error_becomes_its_counterpart_with_the_quoted_packet),
		cmocka_unit_test(a_quoted_later_fragment_keeps_its_bytes_and_none_behind_it_change),
		cmocka_unit_test(an_icmp_error_without_a_counterpart_is_refused),
		cmocka_unit_test(a_code_of_unreachable_is_told_in_the_family_of_the_sender),
		cmocka_unit_test(a_router_that_says_no_mtu_is_taken_to_have_the_next_lower_usual_one),
		cmocka_unit_test(extensions_behind_a_quote_are_left_out_and_long_quotes_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
