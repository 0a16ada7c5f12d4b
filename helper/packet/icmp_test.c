/* icmp_test.c: errors and resets as they go on the wire, and when none may. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet/icmp.h"
#include "packet/sample.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct icmp_error unreachable = { .type = ICMP_UNREACHABLE, .code = 13 };
static const struct icmp_error unreachable6 = { .type = ICMP6_UNREACHABLE, .code = 1 };

static const struct address router = { .byte = { 203, 0, 113, 9 } };
static const struct address router6 = { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 9 } };

static void
parse(struct packet *p, struct sample *s)
{
	*p = (struct packet){ .data = s->bytes, .length = (uint16_t)s->length };
	assert_int_equal(packet_parse(p), DROP_REASON_NONE);
}

/* What was built is a good packet with right checksums, from `source` to `about`'s source. */
static void
check_built(struct packet *built, uint8_t *out, uint16_t length, const struct packet *about,
	    const struct address *source)
{
	uint16_t checksum;
	*built = (struct packet){ .data = out, .length = length };
	assert_int_equal(packet_parse_l3(built), DROP_REASON_NONE);
	assert_int_equal(built->l3_length, length);
	assert_int_equal(built->ttl, 64);
	assert_memory_equal(&built->key.source, source, sizeof *source);
	assert_memory_equal(&built->key.destination, &about->key.source, sizeof *source);
	memcpy(&checksum, out + built->l4 + (built->key.protocol == PROTOCOL_TCP ? TCP_CHECKSUM_AT : ICMP_CHECKSUM_AT),
	       2);
	assert_int_equal(checksum, checksum_transport(built));
}

static void
an_error_quotes_the_packet_it_is_about(void **state)
{
	static const enum sample_kind kind[] = { SAMPLE_UDP,     SAMPLE_TCP_SYN, SAMPLE_ICMP_ECHO,
						 SAMPLE_OPTIONS, SAMPLE_GRE,     SAMPLE_FIRST_FRAGMENT,
						 SAMPLE_VLAN,    SAMPLE_UDP6,    SAMPLE_EXTENSIONS6,
						 SAMPLE_NO_NEXT6 };
	for (size_t i = 0; i < COUNT(kind); i++) {
		bool inet6 = kind[i] >= SAMPLE_UDP6;
		uint8_t out[ICMP_ERROR_MAX];
		struct sample s;
		struct packet about, built;
		uint16_t length;
		sample_make(&s, kind[i]);
		parse(&about, &s);
		assert_true(icmp_error_allowed(&about, inet6 ? &unreachable6 : &unreachable));
		length =
		    icmp_error_build(out, &about, inet6 ? &unreachable6 : &unreachable, inet6 ? &router6 : &router);
		assert_int_equal(length, (inet6 ? 48 : 28) + about.l3_length);
		check_built(&built, out, length, &about, inet6 ? &router6 : &router);
		assert_int_equal(built.icmp_type, inet6 ? 1 : 3);
		assert_int_equal(built.icmp_code, inet6 ? 1 : 13);
		assert_memory_equal(out + built.payload, s.bytes + s.l3, about.l3_length);
		if (kind[i] != SAMPLE_FIRST_FRAGMENT) {
			assert_int_not_equal(built.inner_l3, 0);
			assert_memory_equal(&built.inner, &about.key, sizeof about.key);
		}
	}
}

static void
a_long_packet_is_quoted_up_to_576_bytes_in_ipv4_and_1280_in_ipv6(void **state)
{
	static const struct {
		bool inet6;
		uint32_t payload;
		uint16_t length;
	} table[] = { { false, 519, 575 },  { false, 520, 576 },  { false, 521, 576 },  { false, 3000, 576 },
		      { true, 1183, 1279 }, { true, 1184, 1280 }, { true, 1185, 1280 }, { true, 3000, 1280 } };
	for (size_t i = 0; i < COUNT(table); i++) {
		uint8_t out[ICMP_ERROR_MAX];
		struct sample s;
		struct packet about, built;
		uint16_t length;
		sample_start(&s);
		sample_type(&s, table[i].inet6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
		if (table[i].inet6)
			sample_ipv6(&s, PROTOCOL_UDP);
		else
			sample_ipv4(&s, PROTOCOL_UDP, 0, NULL, 0);
		sample_udp(&s, table[i].payload);
		sample_finish(&s);
		parse(&about, &s);
		length = icmp_error_build(out, &about, table[i].inet6 ? &unreachable6 : &unreachable,
					  table[i].inet6 ? &router6 : &router);
		assert_int_equal(length, table[i].length);
		check_built(&built, out, length, &about, table[i].inet6 ? &router6 : &router);
		assert_memory_equal(out + built.payload, s.bytes + s.l3, length - built.payload);
	}
}

static void
the_mtu_and_the_pointer_stand_where_they_belong(void **state)
{
	static const struct {
		enum sample_kind about;
		struct icmp_error error;
		uint8_t rest[4];
	} table[] = {
		{ SAMPLE_UDP, { 3, 4, 1400 }, { 0, 0, 0x05, 0x78 } },
		{ SAMPLE_UDP, { 3, 4, 70000 }, { 0, 0, 0xff, 0xff } },
		{ SAMPLE_UDP, { 3, 1, 1400 }, { 0, 0, 0, 0 } },
		{ SAMPLE_UDP, { 11, 0, 0 }, { 0, 0, 0, 0 } },
		{ SAMPLE_UDP, { 12, 0, 20 }, { 20, 0, 0, 0 } },
		{ SAMPLE_UDP6, { 2, 0, 1400 }, { 0, 0, 0x05, 0x78 } },
		{ SAMPLE_UDP6, { 4, 1, 0x10203 }, { 0, 1, 2, 3 } },
		{ SAMPLE_UDP6, { 3, 0, 0 }, { 0, 0, 0, 0 } },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		bool inet6 = table[i].about == SAMPLE_UDP6;
		uint8_t out[ICMP_ERROR_MAX];
		struct sample s;
		struct packet about, built;
		sample_make(&s, table[i].about);
		parse(&about, &s);
		check_built(&built, out, icmp_error_build(out, &about, &table[i].error, inet6 ? &router6 : &router),
			    &about, inet6 ? &router6 : &router);
		assert_int_equal(built.icmp_type, table[i].error.type);
		assert_memory_equal(out + built.l4 + 4, table[i].rest, 4);
	}
}

/* RFC 1812 4.3.2.5. */
static void
an_ipv4_error_has_internetwork_control_precedence_and_no_ecn(void **state)
{
	uint8_t out[ICMP_ERROR_MAX];
	struct sample s;
	struct packet about;
	sample_make(&s, SAMPLE_UDP);
	s.bytes[s.l3 + 1] = 0x3f;
	sample_ipv4_checksum(s.bytes + s.l3);
	parse(&about, &s);
	icmp_error_build(out, &about, &unreachable, &router);
	assert_int_equal(out[1], 0xdc);
}

static void
no_error_is_sent_about_an_error_or_redirect_or_an_unknown_type(void **state)
{
	static const struct {
		uint8_t type;
		bool allowed, allowed6;
	} table[] = {
		{ 0, true, false },    { 3, false, false },   { 4, false, false },  { 5, false, false },
		{ 8, true, false },    { 11, false, false },  { 12, false, false }, { 13, true, false },
		{ 19, false, false },  { 127, false, false }, { 128, false, true }, { 129, false, true },
		{ 137, false, false }, { 200, false, true },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		struct packet about;
		sample_make(&s, SAMPLE_ICMP_ECHO);
		s.bytes[s.l4] = table[i].type;
		parse(&about, &s);
		assert_int_equal(icmp_error_allowed(&about, &unreachable), table[i].allowed);
		sample_make(&s, SAMPLE_ICMP6_ECHO);
		s.bytes[s.l4] = table[i].type;
		parse(&about, &s);
		assert_int_equal(icmp_error_allowed(&about, &unreachable6), table[i].allowed6);
	}
}

static void
no_error_is_sent_about_a_later_fragment(void **state)
{
	struct sample s;
	struct packet about;
	sample_make(&s, SAMPLE_LATER_FRAGMENT);
	parse(&about, &s);
	assert_false(icmp_error_allowed(&about, &unreachable));
	sample_make(&s, SAMPLE_LATER_FRAGMENT6);
	parse(&about, &s);
	assert_false(icmp_error_allowed(&about, &unreachable6));
}

static void
no_error_is_sent_about_a_packet_to_many_but_the_two_exceptions_of_icmpv6(void **state)
{
	static const struct icmp_error too_big = { .type = ICMP6_PACKET_TOO_BIG };
	static const struct icmp_error option = { .type = ICMP6_PARAMETER_PROBLEM, .code = 2 };
	static const struct icmp_error header = { .type = ICMP6_PARAMETER_PROBLEM, .code = 1 };
	struct sample s;
	struct packet about;

	sample_make(&s, SAMPLE_UDP);
	s.bytes[0] = 0xff;
	parse(&about, &s);
	assert_false(icmp_error_allowed(&about, &unreachable));
	for (unsigned first = 224; first < 256; first += 31) {
		sample_make(&s, SAMPLE_UDP);
		memset(s.bytes + s.l3 + 16, (int)first, 4);
		sample_ipv4_checksum(s.bytes + s.l3);
		parse(&about, &s);
		assert_false(icmp_error_allowed(&about, &unreachable));
		/* The numbers of the ICMPv6 exceptions mean other things here. */
		assert_false(icmp_error_allowed(&about, &too_big));
		assert_false(icmp_error_allowed(&about, &option));
	}
	for (unsigned i = 0; i < 2; i++) {
		sample_make(&s, SAMPLE_UDP6);
		if (i == 0)
			s.bytes[0] = 0x33;
		else
			memcpy(s.bytes + s.l3 + 24, (uint8_t[]){ 0xff, 0x0e }, 2);
		parse(&about, &s);
		assert_false(icmp_error_allowed(&about, &unreachable6));
		assert_false(icmp_error_allowed(&about, &header));
		assert_true(icmp_error_allowed(&about, &too_big));
		assert_true(icmp_error_allowed(&about, &option));
	}
}

static void
no_error_and_no_reset_is_sent_to_a_source_that_is_not_one_host(void **state)
{
	static const uint8_t source[][4] = {
		{ 0, 0, 0, 0 }, { 127, 0, 0, 1 }, { 224, 0, 0, 1 }, { 240, 0, 0, 1 }, { 255, 255, 255, 255 }
	};
	static const uint8_t source6[][16] = { { 0 }, { [15] = 1 }, { 0xff, 2, [15] = 1 } };
	struct sample s;
	struct packet about;
	for (size_t i = 0; i < COUNT(source); i++) {
		sample_make(&s, SAMPLE_TCP_SYN);
		parse(&about, &s);
		assert_true(icmp_error_allowed(&about, &unreachable));
		assert_true(rst_allowed(&about));
		memcpy(&about.key.source, source[i], 4);
		assert_false(icmp_error_allowed(&about, &unreachable));
		assert_false(rst_allowed(&about));
	}
	for (size_t i = 0; i < COUNT(source6); i++) {
		sample_make(&s, SAMPLE_TCP6);
		parse(&about, &s);
		assert_true(icmp_error_allowed(&about, &unreachable6));
		assert_true(rst_allowed(&about));
		memcpy(&about.key.source, source6[i], 16);
		assert_false(icmp_error_allowed(&about, &unreachable6));
		assert_false(rst_allowed(&about));
	}
}

/* RFC 9293 3.10.7.1. */
static void
a_reset_has_the_numbers_that_its_receiver_takes(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t payload, sequence, acknowledgment;
		uint8_t expected;
	} table[] = {
		{ TCP_SYN, 0, 0, 0x01020305, TCP_RST | TCP_ACK },
		{ TCP_SYN, 10, 0, 0x0102030f, TCP_RST | TCP_ACK },
		{ TCP_SYN | TCP_FIN, 0, 0, 0x01020306, TCP_RST | TCP_ACK },
		{ TCP_FIN, 5, 0, 0x0102030a, TCP_RST | TCP_ACK },
		{ 0, 7, 0, 0x0102030b, TCP_RST | TCP_ACK },
		{ TCP_ACK, 7, 0x05060708, 0, TCP_RST },
		{ TCP_SYN | TCP_ACK, 0, 0x05060708, 0, TCP_RST },
		{ TCP_FIN | TCP_ACK, 3, 0x05060708, 0, TCP_RST },
	};
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		for (size_t i = 0; i < COUNT(table); i++) {
			uint8_t out[RST_MAX];
			struct sample s;
			struct packet about, built;
			uint16_t length;
			sample_start(&s);
			sample_type(&s, inet6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
			if (inet6)
				sample_ipv6(&s, PROTOCOL_TCP);
			else
				sample_ipv4(&s, PROTOCOL_TCP, 0, NULL, 0);
			sample_tcp(&s, table[i].flags, NULL, 0);
			sample_append(&s, NULL, table[i].payload);
			sample_finish(&s);
			parse(&about, &s);
			assert_true(rst_allowed(&about));
			length = rst_build(out, &about);
			assert_int_equal(length, inet6 ? 60 : 40);
			check_built(&built, out, length, &about, &about.key.destination);
			assert_int_equal(built.key.source_port, about.key.destination_port);
			assert_int_equal(built.key.destination_port, about.key.source_port);
			assert_int_equal(built.tcp_sequence, table[i].sequence);
			assert_int_equal(built.tcp_acknowledgment, table[i].acknowledgment);
			assert_int_equal(built.tcp_flags, table[i].expected);
			assert_int_equal(built.tcp_window, 0);
			assert_int_equal(built.tcp_length, 0);
		}
	}
}

static void
a_reset_is_never_answered_nor_sent_about_what_is_not_one_tcp_conversation(void **state)
{
	struct sample s;
	struct packet about;
	sample_make(&s, SAMPLE_TCP_DATA);
	parse(&about, &s);
	for (unsigned flags = 0; flags < 256; flags++) {
		about.tcp_flags = (uint8_t)flags;
		assert_int_equal(rst_allowed(&about), !(flags & TCP_RST));
	}
	sample_make(&s, SAMPLE_UDP);
	parse(&about, &s);
	assert_false(rst_allowed(&about));
	sample_make(&s, SAMPLE_TCP_DATA);
	s.bytes[0] = 0xff;
	parse(&about, &s);
	assert_false(rst_allowed(&about));
	sample_make(&s, SAMPLE_TCP_DATA);
	memcpy(s.bytes + s.l3 + 16, (uint8_t[]){ 239, 1, 1, 1 }, 4);
	sample_ipv4_checksum(s.bytes + s.l3);
	parse(&about, &s);
	assert_false(rst_allowed(&about));
	sample_make(&s, SAMPLE_LATER_FRAGMENT);
	s.bytes[s.l3 + 9] = PROTOCOL_TCP;
	sample_ipv4_checksum(s.bytes + s.l3);
	parse(&about, &s);
	assert_false(rst_allowed(&about));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_quotes_the_packet_it_is_about),
		cmocka_unit_test(a_long_packet_is_quoted_up_to_576_bytes_in_ipv4_and_1280_in_ipv6),
		cmocka_unit_test(the_mtu_and_the_pointer_stand_where_they_belong),
		cmocka_unit_test(an_ipv4_error_has_internetwork_control_precedence_and_no_ecn),
		cmocka_unit_test(no_error_is_sent_about_an_error_or_redirect_or_an_unknown_type),
		cmocka_unit_test(no_error_is_sent_about_a_later_fragment),
		cmocka_unit_test(no_error_is_sent_about_a_packet_to_many_but_the_two_exceptions_of_icmpv6),
		cmocka_unit_test(no_error_and_no_reset_is_sent_to_a_source_that_is_not_one_host),
		cmocka_unit_test(a_reset_has_the_numbers_that_its_receiver_takes),
		cmocka_unit_test(a_reset_is_never_answered_nor_sent_about_what_is_not_one_tcp_conversation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
