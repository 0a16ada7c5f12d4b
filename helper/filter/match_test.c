/* match_test.c: for each condition a packet that meets it and one that differs only there. SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "packet/sample.h"

enum { LAYER_NONE, LAYER_3, LAYER_4 };

/* given: a packet of sample.h with some bytes of a header changed. */
struct given {
	enum sample_kind kind;
	struct {
		uint8_t layer, at, value;
	} edit[3];
	uint8_t options, option[12]; /* instead of `kind`: UDP over IPv4 with these options */
	uint8_t padding;             /* bytes behind the IP packet */
	uint16_t unit;
	uint8_t forwarding_class, loss_priority;
};

/* arrival: a packet as a driver provides it, in memory that ends where the packet ends. */
struct arrival {
	struct packet p;
	uint8_t *bytes;
};

static void
arrive(struct arrival *a, const struct given *g)
{
	struct sample s;
	if (g->options > 0) {
		sample_start(&s);
		sample_type(&s, ETHERTYPE_IPV4);
		sample_ipv4(&s, PROTOCOL_UDP, 0, g->option, g->options);
		sample_udp(&s, 4);
		sample_finish(&s);
	} else {
		sample_make(&s, g->kind);
	}
	for (unsigned i = 0; i < 3; i++)
		if (g->edit[i].layer != LAYER_NONE)
			s.bytes[(g->edit[i].layer == LAYER_3 ? s.l3 : s.l4) + g->edit[i].at] = g->edit[i].value;
	if (s.bytes[s.l3] >> 4 == 4)
		sample_ipv4_checksum(s.bytes + s.l3);
	memset(s.bytes + s.length, 0xff, g->padding);
	s.length += g->padding;
	a->bytes = malloc(s.length);
	memcpy(a->bytes, s.bytes, s.length);
	a->p = (struct packet){ .data = a->bytes, .length = (uint16_t)s.length };
	assert_int_equal(packet_parse(&a->p), DROP_REASON_NONE);
	a->p.unit = g->unit;
	a->p.forwarding_class = g->forwarding_class;
	a->p.loss_priority = g->loss_priority;
}

/* matches: does a filter with this one term say so, and is its memo flag right? */
static bool
matches(const struct filter_term *t, const struct given *g)
{
	struct filter f = { .id = 1, .term_count = 1, .term = (struct filter_term *)t };
	bool invariant = true;
	struct arrival a;
	arrive(&a, g);
	bool key = filter_term_key(t, &a.p.key, a.p.unit, !(a.p.flags & PACKET_FRAGMENT && a.p.fragment_offset > 0));
	const struct filter_term *found = filter_next(&f, &a.p, 0, &invariant);
	assert_true(!found || found == t);
	assert_int_equal(found != NULL, key && filter_term_packet(t, &a.p));
	assert_int_equal(invariant, !key || t->conditions == 0);
	free(a.bytes);
	return found;
}

/* ---- what rows are made of ---- */

#define SET(name, ...)                                                                                                 \
	static const struct address_range name##_range[] = { __VA_ARGS__ };                                            \
	static const struct address_set name = { .inet_count = sizeof name##_range / sizeof *name##_range,             \
						 .inet = name##_range }
#define SET6(name, ...)                                                                                                \
	static const struct address_range name##_range[] = { __VA_ARGS__ };                                            \
	static const struct address_set name = { .inet6_count = sizeof name##_range / sizeof *name##_range,            \
						 .inet6 = name##_range }
#define INET(a, b, c, d)                                                                                               \
	{                                                                                                              \
		.byte = { a, b, c, d }                                                                                 \
	}
#define INET6(subnet, host)                                                                                            \
	{                                                                                                              \
		.byte = { 0x20, 1, 0xd, 0xb8, 0, subnet, [15] = host }                                                 \
	}

/* Samples go from 192.0.2.1 to 198.51.100.2, and from 2001:db8::1 to 2001:db8:1::2. */
SET(source, { INET(10, 0, 0, 0), INET(10, 0, 0, 255) }, { INET(192, 0, 2, 1), INET(192, 0, 2, 7) });
SET(destination, { INET(198, 51, 100, 0), INET(198, 51, 100, 2) });
SET6(source6, { INET6(0, 1), INET6(0, 1) });
SET6(destination6, { INET6(1, 2), INET6(1, 9) });
static const struct address_set nothing;

#define RANGES(...)                                                                                                    \
	{                                                                                                              \
		.count = sizeof((struct number_range[]){ __VA_ARGS__ }) / sizeof(struct number_range),                 \
		.range = (struct number_range[])                                                                       \
		{                                                                                                      \
			__VA_ARGS__                                                                                    \
		}                                                                                                      \
	}
#define OCTET(v)                                                                                                       \
	{                                                                                                              \
		.bits = { [(v) / 64] = 1ull << (v) % 64 }                                                              \
	}
#define ANY .any_protocol = true

#define AT3(where, what)                                                                                               \
	{                                                                                                              \
		.layer = LAYER_3, .at = (where), .value = (what)                                                       \
	}
#define AT4(where, what)                                                                                               \
	{                                                                                                              \
		.layer = LAYER_4, .at = (where), .value = (what)                                                       \
	}

struct row {
	const char *name;
	struct filter_term term;
	struct given match, other;
};

static const uint16_t units[] = { 2, 5, 9 };

static const struct row rows[] = {
	/* addresses */
	{ "source",
	  { ANY, .source = &source },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(15, 0) } } },
	{ "source, last",
	  { ANY, .source = &source },
	  { .kind = SAMPLE_UDP, .edit = { AT3(15, 7) } },
	  { .kind = SAMPLE_UDP, .edit = { AT3(15, 8) } } },
	{ "destination",
	  { ANY, .destination = &destination },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT3(19, 3) } } },
	{ "address as source",
	  { ANY, .address = &source },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(14, 3) } } },
	{ "address as destination",
	  { ANY, .address = &destination },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(18, 99) } } },
	{ "source6",
	  { ANY, .source = &source6 },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(23, 2) } } },
	{ "destination6",
	  { ANY, .destination = &destination6 },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(39, 1) } } },
	{ "address6 as source",
	  { ANY, .address = &source6 },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(22, 1) } } },
	{ "address6 as destination",
	  { ANY, .address = &destination6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(39, 9) } },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(39, 10) } } },
	{ "addresses of a later fragment",
	  { ANY, .source = &source, .destination = &destination },
	  { .kind = SAMPLE_LATER_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(19, 3) } } },

	/* protocol */
	{ "protocol",
	  { .protocols = OCTET(17) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(9, 136) } } },
	{ "protocol 0",
	  { .protocols = OCTET(0) },
	  { .kind = SAMPLE_IPIP, .edit = { AT3(9, 0) } },
	  { .kind = SAMPLE_IPIP } },
	{ "protocol 255",
	  { .protocols = OCTET(255) },
	  { .kind = SAMPLE_IPIP, .edit = { AT3(9, 255) } },
	  { .kind = SAMPLE_IPIP, .edit = { AT3(9, 254) } } },
	{ "next header",
	  { .protocols = OCTET(17) },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(6, 136) } } },
	{ "protocol behind extension headers",
	  { .protocols = OCTET(17) },
	  { .kind = SAMPLE_EXTENSIONS6 },
	  { .kind = SAMPLE_EXTENSIONS6, .edit = { AT3(104, 136) } } },
	{ "protocol of a later fragment",
	  { .protocols = OCTET(17) },
	  { .kind = SAMPLE_LATER_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 136) } } },

	/* ports: 40000 to 443 (TCP), 40000 to 53 (UDP), 2905 to 2906 (SCTP) */
	{ "source port",
	  { ANY, .source_ports = RANGES({ 40000, 40000 }) },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(1, 40001 & 255) } } },
	{ "destination port, lowest",
	  { ANY, .destination_ports = RANGES({ 22, 22 }, { 443, 450 }, { 500, 600 }) },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(3, 442 & 255) } } },
	{ "destination port, highest",
	  { ANY, .destination_ports = RANGES({ 22, 22 }, { 440, 443 }, { 500, 600 }) },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(3, 444 & 255) } } },
	{ "either port as source",
	  { ANY, .ports = RANGES({ 40000, 40000 }) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT4(1, 40001 & 255) } } },
	{ "either port as destination",
	  { ANY, .ports = RANGES({ 53, 53 }) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT4(3, 54) } } },
	{ "port of SCTP",
	  { ANY, .destination_ports = RANGES({ 2906, 2906 }) },
	  { .kind = SAMPLE_SCTP },
	  { .kind = SAMPLE_SCTP, .edit = { AT4(3, 2907 & 255) } } },
	{ "any port, of what has none",
	  { ANY, .destination_ports = RANGES({ 0, 65535 }) },
	  { .kind = SAMPLE_SCTP },
	  { .kind = SAMPLE_SCTP, .edit = { AT3(9, 136) } } },
	{ "any port, of an echo request",
	  { ANY, .ports = RANGES({ 0, 65535 }) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_ICMP_ECHO } },
	{ "any port, of a later fragment",
	  { ANY, .source_ports = RANGES({ 0, 65535 }) },
	  { .kind = SAMPLE_FIRST_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT } },
	{ "source port 6",
	  { ANY, .source_ports = RANGES({ 40000, 40000 }) },
	  { .kind = SAMPLE_TCP6 },
	  { .kind = SAMPLE_TCP6, .edit = { AT4(0, 0) } } },
	{ "destination port 6",
	  { ANY, .destination_ports = RANGES({ 53, 53 }) },
	  { .kind = SAMPLE_EXTENSIONS6 },
	  { .kind = SAMPLE_EXTENSIONS6, .edit = { AT4(3, 52) } } },
	{ "either port 6",
	  { ANY, .ports = RANGES({ 2906, 2907 }) },
	  { .kind = SAMPLE_SCTP6 },
	  { .kind = SAMPLE_SCTP6, .edit = { AT4(3, 2908 & 255) } } },
	{ "any port 6, of a later fragment",
	  { ANY, .ports = RANGES({ 0, 65535 }) },
	  { .kind = SAMPLE_FIRST_FRAGMENT6 },
	  { .kind = SAMPLE_LATER_FRAGMENT6 } },

	/* interface */
	{ "interface, first",
	  { ANY, .interfaces = { 3, units } },
	  { .kind = SAMPLE_UDP, .unit = 2 },
	  { .kind = SAMPLE_UDP, .unit = 3 } },
	{ "interface, last",
	  { ANY, .interfaces = { 3, units } },
	  { .kind = SAMPLE_UDP6, .unit = 9 },
	  { .kind = SAMPLE_UDP6, .unit = 10 } },

	/* ICMP */
	{ "type",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(8) },
	  { .kind = SAMPLE_ICMP_ECHO },
	  { .kind = SAMPLE_ICMP_ECHO, .edit = { AT4(0, 0) } } },
	{ "type, of ICMPv6 over IPv4",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(8) },
	  { .kind = SAMPLE_ICMP_ECHO },
	  { .kind = SAMPLE_ICMP_ECHO, .edit = { AT3(9, 58) } } },
	{ "type 0, of UDP",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(0) },
	  { .kind = SAMPLE_ICMP_ECHO, .edit = { AT4(0, 0) } },
	  { .kind = SAMPLE_UDP } },
	{ "type 0, of a later fragment",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(0) },
	  { .kind = SAMPLE_ICMP_ECHO, .edit = { AT4(0, 0) } },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 1) } } },
	{ "code",
	  { ANY, .conditions = FILTER_ICMP_CODE, .icmp_codes = OCTET(3) },
	  { .kind = SAMPLE_ICMP_UNREACHABLE },
	  { .kind = SAMPLE_ICMP_UNREACHABLE, .edit = { AT4(1, 4) } } },
	{ "code 0, of UDP",
	  { ANY, .conditions = FILTER_ICMP_CODE, .icmp_codes = OCTET(0) },
	  { .kind = SAMPLE_ICMP_ECHO },
	  { .kind = SAMPLE_UDP } },
	{ "code 0, of a later fragment",
	  { ANY, .conditions = FILTER_ICMP_CODE, .icmp_codes = OCTET(0) },
	  { .kind = SAMPLE_ICMP_ECHO },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 1) } } },
	{ "type 6",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(129) },
	  { .kind = SAMPLE_ICMP6_ECHO },
	  { .kind = SAMPLE_ICMP6_ECHO, .edit = { AT4(0, 128) } } },
	{ "type 6, of ICMP over IPv6",
	  { ANY, .conditions = FILTER_ICMP_TYPE, .icmp_types = OCTET(129) },
	  { .kind = SAMPLE_ICMP6_ECHO },
	  { .kind = SAMPLE_ICMP6_ECHO, .edit = { AT3(6, 1) } } },
	{ "code 6",
	  { ANY, .conditions = FILTER_ICMP_CODE, .icmp_codes = OCTET(0) },
	  { .kind = SAMPLE_ICMP6_TOO_BIG },
	  { .kind = SAMPLE_ICMP6_TOO_BIG, .edit = { AT4(1, 1) } } },

	/* TCP */
	{ "flags",
	  { ANY, .conditions = FILTER_TCP_FLAGS, .tcp_flags = OCTET(TCP_SYN) },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(13, TCP_SYN | TCP_ACK) } } },
	{ "flags, of UDP",
	  { ANY, .conditions = FILTER_TCP_FLAGS, .tcp_flags = OCTET(0) },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(13, 0) } },
	  { .kind = SAMPLE_UDP } },
	{ "flags, of a later fragment",
	  { ANY, .conditions = FILTER_TCP_FLAGS, .tcp_flags = OCTET(0) },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(13, 0) } },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 6) } } },
	{ "flags 6",
	  { ANY, .conditions = FILTER_TCP_FLAGS, .tcp_flags = OCTET(TCP_ACK) },
	  { .kind = SAMPLE_TCP6 },
	  { .kind = SAMPLE_TCP6, .edit = { AT4(13, TCP_ACK | TCP_URG) } } },

	/* the IP header */
	{ "dscp",
	  { ANY, .conditions = FILTER_DSCP, .dscps = 1ull << 46 },
	  { .kind = SAMPLE_UDP, .edit = { AT3(1, 46 << 2 | 3) } },
	  { .kind = SAMPLE_UDP, .edit = { AT3(1, 47 << 2) } } },
	{ "dscp 63",
	  { ANY, .conditions = FILTER_DSCP, .dscps = 1ull << 63 },
	  { .kind = SAMPLE_UDP, .edit = { AT3(1, 255) } },
	  { .kind = SAMPLE_UDP, .edit = { AT3(1, 62 << 2) } } },
	{ "traffic class",
	  { ANY, .conditions = FILTER_DSCP, .dscps = 1ull << 46 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(0, 0x6b), AT3(1, 0x80) } },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(0, 0x6b) } } },
	{ "ttl",
	  { ANY, .conditions = FILTER_TTL, .ttls = OCTET(64) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 63) } } },
	{ "hop limit",
	  { ANY, .conditions = FILTER_TTL, .ttls = OCTET(64) },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(7, 65) } } },
	{ "length, without padding",
	  { ANY, .conditions = FILTER_LENGTH, .packet_lengths = RANGES({ 40, 46 }) },
	  { .kind = SAMPLE_UDP, .padding = 9 },
	  { .kind = SAMPLE_TCP_SYN } },
	{ "length, one short",
	  { ANY, .conditions = FILTER_LENGTH, .packet_lengths = RANGES({ 0, 45 }, { 48, 48 }) },
	  { .kind = SAMPLE_IPIP },
	  { .kind = SAMPLE_UDP } },
	{ "length 6, header included",
	  { ANY, .conditions = FILTER_LENGTH, .packet_lengths = RANGES({ 57, 57 }) },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_TCP6 } },

	/* fragments */
	{ "is-fragment",
	  { ANY, .conditions = FILTER_IS_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT },
	  { .kind = SAMPLE_FIRST_FRAGMENT } },
	{ "is-fragment, whole",
	  { ANY, .conditions = FILTER_IS_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(6, 0x20) } },
	  { .kind = SAMPLE_UDP } },
	{ "is-fragment 6",
	  { ANY, .conditions = FILTER_IS_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT6 },
	  { .kind = SAMPLE_ATOMIC_FRAGMENT6 } },
	{ "first-fragment",
	  { ANY, .conditions = FILTER_FIRST_FRAGMENT },
	  { .kind = SAMPLE_FIRST_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(6, 0x20) } } },
	{ "first-fragment, whole",
	  { ANY, .conditions = FILTER_FIRST_FRAGMENT },
	  { .kind = SAMPLE_FIRST_FRAGMENT },
	  { .kind = SAMPLE_UDP } },
	{ "first-fragment 6",
	  { ANY, .conditions = FILTER_FIRST_FRAGMENT },
	  { .kind = SAMPLE_FIRST_FRAGMENT6 },
	  { .kind = SAMPLE_ATOMIC_FRAGMENT6 } },
	{ "fragment-offset",
	  { ANY, .conditions = FILTER_FRAGMENT_OFFSET, .fragment_offsets = RANGES({ 4, 4 }) },
	  { .kind = SAMPLE_LATER_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(7, 5) } } },
	{ "fragment-offset, highest",
	  { ANY, .conditions = FILTER_FRAGMENT_OFFSET, .fragment_offsets = RANGES({ 8180, 8191 }) },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(6, 8184 >> 8), AT3(7, 8184 & 255) } },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(6, 8179 >> 8), AT3(7, 8179 & 255) } } },
	{ "fragment-offset 0, whole",
	  { ANY, .conditions = FILTER_FRAGMENT_OFFSET, .fragment_offsets = RANGES({ 0, 0 }) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_LATER_FRAGMENT } },
	{ "fragment-flags: don't fragment",
	  { ANY, .conditions = FILTER_FRAGMENT_FLAGS, .fragment_flags = 1 << 2 },
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT3(6, 0) } } },
	{ "fragment-flags: more fragments",
	  { ANY, .conditions = FILTER_FRAGMENT_FLAGS, .fragment_flags = 1 << 1 },
	  { .kind = SAMPLE_FIRST_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT } },
	{ "fragment-flags: reserved",
	  { ANY, .conditions = FILTER_FRAGMENT_FLAGS, .fragment_flags = 1 << 4 },
	  { .kind = SAMPLE_UDP, .edit = { AT3(6, 0x80) } },
	  { .kind = SAMPLE_UDP } },

	/* options: the sample has router alert (148), then record route (7) */
	{ "option",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(148) },
	  { .kind = SAMPLE_OPTIONS },
	  { .kind = SAMPLE_OPTIONS, .edit = { AT3(20, 149) } } },
	{ "second option",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(7) },
	  { .kind = SAMPLE_OPTIONS },
	  { .kind = SAMPLE_OPTIONS, .edit = { AT3(24, 9) } } },
	{ "option, of what has none",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(7) },
	  { .kind = SAMPLE_OPTIONS },
	  { .kind = SAMPLE_UDP } },
	{ "option behind no-operations",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(7) },
	  { .options = 8, .option = { 1, 1, 1, 7, 3, 4, 0, 0 } },
	  { .options = 8, .option = { 1, 1, 0, 2, 7, 3, 4, 0 } } },
	{ "no-operation",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(1) },
	  { .options = 4, .option = { 7, 3, 4, 1 } },
	  { .options = 4, .option = { 7, 3, 4, 0 } } },
	{ "an option's data is no option",
	  { ANY, .conditions = FILTER_IP_OPTIONS, .ip_options = OCTET(130) },
	  { .options = 4, .option = { 130, 4, 0, 0 } },
	  { .options = 4, .option = { 131, 4, 4, 130 } } },
	{ "options except",
	  { ANY, .conditions = FILTER_IP_OPTIONS_EXCEPT, .ip_options_except = OCTET(148) },
	  { .kind = SAMPLE_OPTIONS, .edit = { AT3(20, 149) } },
	  { .kind = SAMPLE_OPTIONS } },
	{ "options except, of what has none",
	  { ANY, .conditions = FILTER_IP_OPTIONS_EXCEPT, .ip_options_except = OCTET(148) },
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_OPTIONS } },

	/* ESP: the sample's index is 0x0101 */
	{ "spi",
	  { ANY, .conditions = FILTER_ESP_SPI, .esp_spis = RANGES({ 0x101, 0x101 }) },
	  { .kind = SAMPLE_ESP },
	  { .kind = SAMPLE_ESP, .edit = { AT4(3, 2) } } },
	{ "spi, highest",
	  { ANY, .conditions = FILTER_ESP_SPI, .esp_spis = RANGES({ 5, 5 }, { 0xff000101, UINT32_MAX }) },
	  { .kind = SAMPLE_ESP, .edit = { AT4(0, 0xff) } },
	  { .kind = SAMPLE_ESP } },
	{ "spi, of UDP",
	  { ANY, .conditions = FILTER_ESP_SPI, .esp_spis = RANGES({ 0, UINT32_MAX }) },
	  { .kind = SAMPLE_ESP },
	  { .kind = SAMPLE_ESP, .edit = { AT3(9, 136) } } },
	{ "spi, of a later fragment",
	  { ANY, .conditions = FILTER_ESP_SPI, .esp_spis = RANGES({ 0, UINT32_MAX }) },
	  { .kind = SAMPLE_ESP },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 50) } } },
	{ "spi 6",
	  { ANY, .conditions = FILTER_ESP_SPI, .esp_spis = RANGES({ 40000u << 16 | 53, 40000u << 16 | 53 }) },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(6, 50) } },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(6, 50), AT4(3, 54) } } },

	/* what this host knows of the packet */
	{ "forwarding class",
	  { ANY, .conditions = FILTER_FORWARDING_CLASS, .forwarding_classes = 1 << 15 },
	  { .kind = SAMPLE_UDP, .forwarding_class = 15 },
	  { .kind = SAMPLE_UDP, .forwarding_class = 14 } },
	{ "forwarding class 6",
	  { ANY, .conditions = FILTER_FORWARDING_CLASS, .forwarding_classes = 1 },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .forwarding_class = 1 } },
	{ "loss priority",
	  { ANY, .conditions = FILTER_LOSS_PRIORITY, .loss_priorities = 1 << 3 },
	  { .kind = SAMPLE_UDP, .loss_priority = 3 },
	  { .kind = SAMPLE_UDP, .loss_priority = 2 } },
	{ "loss priority 6",
	  { ANY, .conditions = FILTER_LOSS_PRIORITY, .loss_priorities = 1 },
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .loss_priority = 1 } },

/* any bits */
#define FLEXIBLE(from, byte, bit, length, bits, wanted)                                                                \
	{                                                                                                              \
		ANY, .conditions = FILTER_FLEXIBLE, .flexible = {                                                      \
			FILTER_START_##from,                                                                           \
			byte,                                                                                          \
			bit,                                                                                           \
			length,                                                                                        \
			bits,                                                                                          \
			wanted                                                                                         \
		}                                                                                                      \
	}
	{ "bits of the IP header",
	  FLEXIBLE(LAYER_3, 8, 0, 8, 0xff, 64),
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 65) } } },
	{ "bits under a mask",
	  FLEXIBLE(LAYER_3, 8, 0, 8, 0xf0, 0x40),
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 0x4f) } },
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 0x50) } } },
	{ "the last bit of a byte",
	  FLEXIBLE(LAYER_3, 8, 7, 1, 1, 1),
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 65) } },
	  { .kind = SAMPLE_UDP } },
	{ "one bit, whatever is beside it",
	  FLEXIBLE(LAYER_3, 8, 1, 1, 1, 1),
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 0x40) } },
	  { .kind = SAMPLE_UDP, .edit = { AT3(8, 0xbf) } } },
	{ "32 bits across five bytes",
	  FLEXIBLE(LAYER_4, 0, 7, 32, UINT32_MAX, 0x400035 << 7),
	  { .kind = SAMPLE_UDP },
	  { .kind = SAMPLE_UDP, .edit = { AT4(0, 0x9d) } } },
	{ "bits of layer 4",
	  FLEXIBLE(LAYER_4, 2, 0, 16, 0xffff, 443),
	  { .kind = SAMPLE_TCP_SYN },
	  { .kind = SAMPLE_TCP_SYN, .edit = { AT4(3, 444 & 255) } } },
	{ "bits of layer 4 behind options",
	  FLEXIBLE(LAYER_4, 2, 0, 16, 0xffff, 53),
	  { .kind = SAMPLE_OPTIONS },
	  { .kind = SAMPLE_OPTIONS, .edit = { AT4(3, 54) } } },
	{ "bits of layer 4 of a later fragment",
	  FLEXIBLE(LAYER_4, 0, 0, 8, 0, 0),
	  { .kind = SAMPLE_FIRST_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT } },
	{ "bits of the IP header of a later fragment",
	  FLEXIBLE(LAYER_3, 9, 0, 8, 0xff, 17),
	  { .kind = SAMPLE_LATER_FRAGMENT },
	  { .kind = SAMPLE_LATER_FRAGMENT, .edit = { AT3(9, 6) } } },
	{ "bits of the payload",
	  FLEXIBLE(PAYLOAD, 0, 0, 32, UINT32_MAX, 0x47455420),
	  { .kind = SAMPLE_TCP_DATA },
	  { .kind = SAMPLE_TCP_DATA, .edit = { AT4(20, 'P') } } },
	{ "the last byte of the packet",
	  FLEXIBLE(PAYLOAD, 17, 0, 8, 0, 0),
	  { .kind = SAMPLE_UDP, .padding = 7 },
	  { .kind = SAMPLE_TCP_DATA, .padding = 7 } },
	{ "a bit beyond the packet",
	  FLEXIBLE(PAYLOAD, 16, 0, 8, 0, 0),
	  { .kind = SAMPLE_TCP_DATA },
	  { .kind = SAMPLE_EXTENSIONS6, .padding = 40 } },
	{ "bits of layer 4 behind extension headers",
	  FLEXIBLE(LAYER_4, 3, 0, 8, 0xff, 53),
	  { .kind = SAMPLE_EXTENSIONS6 },
	  { .kind = SAMPLE_EXTENSIONS6, .edit = { AT4(3, 54) } } },
	{ "bits of the IPv6 header",
	  FLEXIBLE(LAYER_3, 7, 0, 8, 0xff, 64),
	  { .kind = SAMPLE_UDP6 },
	  { .kind = SAMPLE_UDP6, .edit = { AT3(7, 63) } } },
};

static uint8_t
family_of(const struct given *g)
{
	return g->kind >= SAMPLE_UDP6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
}

static void
each_condition_tells_a_packet_from_one_that_differs_only_there(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!matches(&rows[i].term, &rows[i].match))
			fail_msg("%s: does not match", rows[i].name);
		if (matches(&rows[i].term, &rows[i].other))
			fail_msg("%s: matches the other packet too", rows[i].name);
	}
}

/* What of a term the rows of a family are about. */
static uint32_t
subjects(const struct filter_term *t)
{
	enum { SOURCE = 1 << 16, DESTINATION = 1 << 17, EITHER = 1 << 18, PROTOCOLS = 1 << 19, SOURCE_PORTS = 1 << 20 };
	enum { DESTINATION_PORTS = 1 << 21, PORTS = 1 << 22, UNITS = 1 << 23 };
	return t->conditions | (t->source ? SOURCE : 0) | (t->destination ? DESTINATION : 0) |
	       (t->address ? EITHER : 0) | (t->any_protocol ? 0 : PROTOCOLS) |
	       (t->source_ports.count ? SOURCE_PORTS : 0) | (t->destination_ports.count ? DESTINATION_PORTS : 0) |
	       (t->ports.count ? PORTS : 0) | (t->interfaces.count ? UNITS : 0);
}

static void
no_condition_of_either_family_is_without_a_row(void **state)
{
	uint32_t seen[2] = { 0, 0 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		seen[family_of(&rows[i].match) == ADDRESS_FAMILY_INET6] |= subjects(&rows[i].term);
	assert_int_equal(seen[0], 0xffffff);
	assert_int_equal(seen[1], 0xffffff & ~(FILTER_FRAGMENT_OFFSET | FILTER_FRAGMENT_FLAGS | FILTER_IP_OPTIONS |
					       FILTER_IP_OPTIONS_EXCEPT));
}

static void
a_term_without_conditions_matches_every_packet(void **state)
{
	static const struct filter_term all = { ANY };
	static const struct filter_term none = { .any_protocol = false };
	static const struct filter_term empty = { ANY, .address = &nothing };
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		assert_true(matches(&all, &(struct given){ .kind = kind }));
		assert_false(matches(&none, &(struct given){ .kind = kind }));
		assert_false(matches(&empty, &(struct given){ .kind = kind }));
	}
}

static void
all_conditions_of_a_term_must_hold(void **state)
{
	const struct filter_term term = { .protocols = OCTET(6),
					  .source = &source,
					  .destination_ports = RANGES({ 443, 443 }),
					  .conditions = FILTER_TCP_FLAGS | FILTER_TTL,
					  .tcp_flags = OCTET(TCP_SYN),
					  .ttls = OCTET(64) };
	assert_true(matches(&term, &(struct given){ .kind = SAMPLE_TCP_SYN }));
	assert_false(matches(&term, &(struct given){ .kind = SAMPLE_TCP_SYN, .edit = { AT3(15, 0) } }));
	assert_false(matches(&term, &(struct given){ .kind = SAMPLE_TCP_SYN, .edit = { AT4(3, 0) } }));
	assert_false(matches(&term, &(struct given){ .kind = SAMPLE_TCP_SYN, .edit = { AT4(13, TCP_ACK) } }));
	assert_false(matches(&term, &(struct given){ .kind = SAMPLE_TCP_SYN, .edit = { AT3(8, 1) } }));
}

/* Where in a packet any bits begin and end, every place is either read within the packet or not at all. */
static void
no_bits_are_read_beyond_the_packet(void **state)
{
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		struct arrival a;
		arrive(&a, &(struct given){ .kind = kind });
		uint32_t end = (uint32_t)a.p.l3 + a.p.l3_length;
		uint32_t starts[] = { a.p.l3, a.p.l4, a.p.payload };
		bool later = a.p.flags & PACKET_FRAGMENT && a.p.fragment_offset > 0;
		for (uint32_t n = 0; n < 3 * 256 * 8; n++) {
			struct filter_term t = { ANY, .conditions = FILTER_FLEXIBLE };
			t.flexible = (struct filter_flexible){ .start = (uint8_t)(n % 3),
							       .byte_offset = (uint8_t)(n / 3 % 256),
							       .bit_offset = (uint8_t)(n / 768),
							       .bit_length = (uint8_t)(1 + n % 32) };
			uint32_t bits = (starts[n % 3] + t.flexible.byte_offset) * 8u + t.flexible.bit_offset +
					t.flexible.bit_length;
			bool there = bits <= end * 8 && !(later && t.flexible.start != FILTER_START_LAYER_3);
			assert_int_equal(filter_term_packet(&t, &a.p), there);
		}
		free(a.bytes);
	}
}

static void
the_first_term_that_matches_is_next_and_the_others_follow(void **state)
{
	static struct filter_term term[] = {
		{ .protocols = OCTET(17), .action = FILTER_NEXT },
		{ ANY, .conditions = FILTER_TTL, .ttls = OCTET(1) },
		{ ANY, .source = &source, .action = FILTER_NEXT },
		{ ANY, .conditions = FILTER_TTL, .ttls = OCTET(64) },
		{ ANY },
	};
	struct filter f = { .id = 1, .term_count = 5, .term = term };
	static const struct {
		uint32_t from, found;
		bool invariant;
	} steps[] = { { 0, 0, true }, { 1, 2, false }, { 2, 2, true }, { 3, 3, false }, { 4, 4, true } };
	struct arrival a;
	arrive(&a, &(struct given){ .kind = SAMPLE_UDP });
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		bool invariant = true;
		assert_ptr_equal(filter_next(&f, &a.p, steps[i].from, &invariant), &term[steps[i].found]);
		assert_int_equal(invariant, steps[i].invariant);
	}
	bool invariant = true;
	assert_null(filter_next(&f, &a.p, 5, &invariant));
	assert_true(invariant);
	invariant = false;
	assert_ptr_equal(filter_next(&f, &a.p, 0, &invariant), &term[0]);
	assert_false(invariant); /* what was found out before is kept */
	free(a.bytes);
}

static void
terms_whose_key_does_not_fit_ask_nothing_of_the_packet(void **state)
{
	static struct filter_term term[] = {
		{ .protocols = OCTET(6), .conditions = FILTER_TCP_FLAGS, .tcp_flags = OCTET(TCP_SYN) },
		{ ANY },
	};
	struct filter f = { .id = 1, .term_count = 2, .term = term };
	bool invariant = true;
	struct arrival a;
	arrive(&a, &(struct given){ .kind = SAMPLE_UDP });
	assert_ptr_equal(filter_next(&f, &a.p, 0, &invariant), &term[1]);
	assert_true(invariant);
	free(a.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_tells_a_packet_from_one_that_differs_only_there),
		cmocka_unit_test(no_condition_of_either_family_is_without_a_row),
		cmocka_unit_test(a_term_without_conditions_matches_every_packet),
		cmocka_unit_test(all_conditions_of_a_term_must_hold),
		cmocka_unit_test(no_bits_are_read_beyond_the_packet),
		cmocka_unit_test(the_first_term_that_matches_is_next_and_the_others_follow),
		cmocka_unit_test(terms_whose_key_does_not_fit_ask_nothing_of_the_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
