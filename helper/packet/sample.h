/* sample.h: packets made by hand for tests, fuzzing and benchmarks: headers are appended one by one, then sample_finish
 * fills in lengths and checksums. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_SAMPLE_H
#define RINGWALL_PACKET_SAMPLE_H

#include "packet/bytes.h"
#include "packet/packet.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

struct sample {
	uint8_t bytes[4096];
	uint32_t length;
	uint32_t l3, l4; /* of the outermost IP packet */
	uint8_t protocol;
};

static inline uint8_t *
sample_append(struct sample *s, const void *bytes, uint32_t length)
{
	uint8_t *at = s->bytes + s->length;
	if (bytes)
		memcpy(at, bytes, length);
	else
		memset(at, 0, length);
	s->length += length;
	return at;
}

/* Ethernet from 02:00:00:00:00:01 to 02:00:00:00:00:02, its type to be followed by sample_type. */
static inline void
sample_start(struct sample *s)
{
	memset(s, 0, sizeof *s);
	sample_append(s, (uint8_t[]){ 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 }, 12);
}

static inline void
sample_type(struct sample *s, uint16_t type)
{
	store16(sample_append(s, NULL, 2), type);
}

static inline void
sample_vlan(struct sample *s, uint16_t type, uint16_t tag)
{
	sample_type(s, type);
	store16(sample_append(s, NULL, 2), tag);
}

/* An IPv4 header 192.0.2.1 -> 198.51.100.2, TTL 64, with `options` (a multiple of four bytes). */
static inline uint8_t *
sample_ipv4(struct sample *s, uint8_t protocol, uint16_t fragment, const void *options, uint32_t length)
{
	uint8_t *ip = sample_append(s, NULL, IPV4_HEADER);
	ip[0] = (uint8_t)(0x40 | (IPV4_HEADER + length) / 4);
	store16(ip + 4, 0x1234);
	store16(ip + 6, fragment);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, (uint8_t[]){ 192, 0, 2, 1, 198, 51, 100, 2 }, 8);
	if (s->l3 == 0)
		s->l3 = (uint32_t)(ip - s->bytes);
	s->protocol = protocol;
	if (length > 0)
		sample_append(s, options, length);
	s->l4 = s->length;
	return ip;
}

/* An IPv6 header 2001:db8::1 -> 2001:db8:1::2, hop limit 64. */
static inline uint8_t *
sample_ipv6(struct sample *s, uint8_t next)
{
	uint8_t *ip = sample_append(s, NULL, IPV6_HEADER);
	ip[0] = 0x60;
	ip[6] = next;
	ip[7] = 64;
	memcpy(ip + 8, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 16);
	memcpy(ip + 24, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 }, 16);
	if (s->l3 == 0)
		s->l3 = (uint32_t)(ip - s->bytes);
	s->protocol = next;
	s->l4 = s->length;
	return ip;
}

/* An extension header of `length` bytes (a multiple of eight): options are one PadN, an AH its ICV. */
static inline uint8_t *
sample_extension(struct sample *s, uint8_t next, uint32_t length)
{
	uint8_t *at = sample_append(s, NULL, length);
	at[0] = next;
	at[1] = (uint8_t)(s->protocol == PROTOCOL_AH ? length / 4 - 2 : length / 8 - 1);
	if (s->protocol == PROTOCOL_HOP_BY_HOP || s->protocol == PROTOCOL_DESTINATION_OPTIONS) {
		at[2] = 1;
		at[3] = (uint8_t)(length - 4);
	}
	s->protocol = next;
	s->l4 = s->length;
	return at;
}

static inline uint8_t *
sample_ipv6_fragment(struct sample *s, uint8_t next, uint16_t offset_and_more, uint32_t id)
{
	uint8_t *at = sample_append(s, NULL, 8);
	at[0] = next;
	store16(at + 2, offset_and_more);
	store32(at + 4, id);
	s->protocol = next;
	s->l4 = s->length;
	return at;
}

/* TCP 40000 -> 443, sequence 0x01020304, acknowledgment 0x05060708, window 0x2000. */
static inline uint8_t *
sample_tcp(struct sample *s, uint8_t flags, const void *options, uint32_t length)
{
	uint8_t *tcp = sample_append(s, NULL, TCP_HEADER);
	store16(tcp, 40000);
	store16(tcp + 2, 443);
	store32(tcp + 4, 0x01020304);
	store32(tcp + 8, 0x05060708);
	tcp[12] = (uint8_t)((TCP_HEADER + length) / 4 << 4);
	tcp[13] = flags;
	store16(tcp + 14, 0x2000);
	if (length > 0)
		sample_append(s, options, length);
	return tcp;
}

/* UDP 40000 -> 53. */
static inline uint8_t *
sample_udp(struct sample *s, uint32_t payload)
{
	uint8_t *udp = sample_append(s, NULL, UDP_HEADER);
	store16(udp, 40000);
	store16(udp + 2, 53);
	store16(udp + 4, (uint16_t)(UDP_HEADER + payload));
	for (uint32_t i = 0; i < payload; i++)
		sample_append(s, &(uint8_t){ (uint8_t)(i * 7 + 1) }, 1);
	return udp;
}

/* ICMP or ICMPv6; `rest` is the second word of the header. */
static inline uint8_t *
sample_icmp(struct sample *s, uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t *icmp = sample_append(s, NULL, ICMP_HEADER);
	icmp[0] = type;
	icmp[1] = code;
	store32(icmp + 4, rest);
	return icmp;
}

static inline void
sample_checksum(uint8_t *at, uint16_t checksum)
{
	memcpy(at, &checksum, 2);
}

/* The checksum of an IPv4 header, written anew. */
static inline void
sample_ipv4_checksum(uint8_t *ip)
{
	sample_checksum(ip + IPV4_CHECKSUM_AT, 0);
	sample_checksum(ip + IPV4_CHECKSUM_AT, checksum_finish(checksum_add(0, ip, (ip[0] & 15u) * 4)));
}

/* Sets the IP length to what has been appended, and all checksums by a computation of its own. */
static inline void
sample_finish(struct sample *s)
{
	uint8_t *ip = s->bytes + s->l3, *l4 = s->bytes + s->l4;
	uint32_t length = s->length - s->l4, at = 0, addresses;
	bool inet = ip[0] >> 4 == 4, whole = true;
	uint64_t sum = 0;
	uint16_t checksum;

	if (inet) {
		store16(ip + 2, (uint16_t)(s->length - s->l3));
		sample_ipv4_checksum(ip);
		whole = (load16(ip + 6) & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) == 0;
	} else {
		store16(ip + 4, (uint16_t)(s->length - s->l3 - IPV6_HEADER));
	}
	addresses = inet ? 8 : 32;
	at = s->protocol == PROTOCOL_TCP                                     ? TCP_CHECKSUM_AT
	     : s->protocol == PROTOCOL_UDP                                   ? UDP_CHECKSUM_AT
	     : s->protocol == PROTOCOL_ICMP || s->protocol == PROTOCOL_ICMP6 ? ICMP_CHECKSUM_AT
									     : 0;
	if (at == 0 || !whole || length < 8)
		return;
	sample_checksum(l4 + at, 0);
	/* 16-bit words in the order of the wire, unlike the code under test. */
	for (uint32_t i = 0; i < length; i++)
		sum += (uint32_t)l4[i] << (i % 2 ? 0 : 8);
	if (s->protocol != PROTOCOL_ICMP) {
		for (uint32_t i = 0; i < addresses; i++)
			sum += (uint32_t)ip[(inet ? 12 : 8) + i] << (i % 2 ? 0 : 8);
		sum += s->protocol + length;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	checksum = (uint16_t)~sum;
	store16(l4 + at, checksum == 0 && s->protocol == PROTOCOL_UDP ? 0xffff : checksum);
}

/* ---- packets of every kind ------------------------------------------------------------------------------------------- */

enum sample_kind {
	SAMPLE_UDP,
	SAMPLE_UDP_NO_CHECKSUM,
	SAMPLE_TCP_SYN,
	SAMPLE_TCP_DATA,
	SAMPLE_ICMP_ECHO,
	SAMPLE_ICMP_UNREACHABLE,
	SAMPLE_ICMP_ABOUT_TCP,
	SAMPLE_ICMP_ABOUT_ECHO,
	SAMPLE_OPTIONS,
	SAMPLE_SCTP,
	SAMPLE_GRE,
	SAMPLE_ESP,
	SAMPLE_AH,
	SAMPLE_IPIP,
	SAMPLE_FIRST_FRAGMENT,
	SAMPLE_LATER_FRAGMENT,
	SAMPLE_VLAN,
	SAMPLE_QINQ,
	SAMPLE_UDP6,
	SAMPLE_TCP6,
	SAMPLE_ICMP6_ECHO,
	SAMPLE_ICMP6_TOO_BIG,
	SAMPLE_EXTENSIONS6,
	SAMPLE_FIRST_FRAGMENT6,
	SAMPLE_LATER_FRAGMENT6,
	SAMPLE_ATOMIC_FRAGMENT6,
	SAMPLE_NO_NEXT6,
	SAMPLE_SCTP6,
	SAMPLE_KINDS
};

static inline void
sample_sctp(struct sample *s)
{
	uint8_t *sctp = sample_append(s, NULL, SCTP_HEADER + 20);
	uint32_t crc;
	store16(sctp, 2905);
	store16(sctp + 2, 2906);
	store32(sctp + 4, 0xdeadbeef);
	sctp[12] = 1;
	store16(sctp + 14, 20);
	crc = ~checksum_crc32c(0xffffffff, sctp, SCTP_HEADER + 20);
	memcpy(sctp + SCTP_CHECKSUM_AT, &crc, 4);
}

/* The packet that an ICMP error is about, from the receiver of the error. */
static inline void
sample_quote_udp(struct sample *s, bool inet6)
{
	struct sample q = { .length = 0 };
	sample_start(&q);
	sample_type(&q, inet6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (inet6)
		sample_ipv6(&q, PROTOCOL_UDP);
	else
		sample_ipv4(&q, PROTOCOL_UDP, 0, NULL, 0);
	sample_udp(&q, 12);
	sample_finish(&q);
	sample_append(s, q.bytes + q.l3, q.length - q.l3);
}

static inline void
sample_make_inet(struct sample *s, enum sample_kind kind)
{
	static const uint8_t syn_options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 0 };
	static const uint8_t ip_options[] = { 148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0 };
	struct sample q = { .length = 0 };
	switch (kind) {
	case SAMPLE_UDP_NO_CHECKSUM:
	case SAMPLE_UDP:
		sample_ipv4(s, PROTOCOL_UDP, 0, NULL, 0);
		sample_udp(s, 18);
		break;
	case SAMPLE_TCP_SYN:
		sample_ipv4(s, PROTOCOL_TCP, IPV4_DONT_FRAGMENT, NULL, 0);
		sample_tcp(s, TCP_SYN, syn_options, sizeof syn_options);
		break;
	case SAMPLE_TCP_DATA:
		sample_ipv4(s, PROTOCOL_TCP, IPV4_DONT_FRAGMENT, NULL, 0);
		sample_tcp(s, TCP_ACK | TCP_PSH, NULL, 0);
		sample_append(s, "GET / HTTP/1.0\r\n\r", 17);
		break;
	case SAMPLE_ICMP_ECHO:
		sample_ipv4(s, PROTOCOL_ICMP, 0, NULL, 0);
		sample_icmp(s, ICMP_ECHO_REQUEST, 0, 0xbeef0007);
		sample_append(s, "abcdefgh", 8);
		break;
	case SAMPLE_ICMP_UNREACHABLE:
		sample_ipv4(s, PROTOCOL_ICMP, 0, NULL, 0);
		sample_icmp(s, ICMP_UNREACHABLE, 3, 0);
		sample_quote_udp(s, false);
		break;
	case SAMPLE_ICMP_ABOUT_TCP:
	case SAMPLE_ICMP_ABOUT_ECHO:
		sample_start(&q);
		sample_type(&q, ETHERTYPE_IPV4);
		sample_make_inet(&q, kind == SAMPLE_ICMP_ABOUT_TCP ? SAMPLE_TCP_DATA : SAMPLE_ICMP_ECHO);
		sample_finish(&q);
		sample_ipv4(s, PROTOCOL_ICMP, 0, NULL, 0);
		sample_icmp(s, ICMP_UNREACHABLE, 4, 1400);
		/* Of TCP no more than RFC 792 promises: the checksum is not there. */
		sample_append(s, q.bytes + q.l3, kind == SAMPLE_ICMP_ABOUT_TCP ? IPV4_HEADER + 8 : q.length - q.l3);
		break;
	case SAMPLE_OPTIONS:
		sample_ipv4(s, PROTOCOL_UDP, 0, ip_options, sizeof ip_options);
		sample_udp(s, 5);
		break;
	case SAMPLE_SCTP:
		sample_ipv4(s, PROTOCOL_SCTP, 0, NULL, 0);
		sample_sctp(s);
		break;
	case SAMPLE_GRE:
		sample_ipv4(s, PROTOCOL_GRE, 0, NULL, 0);
		sample_append(s, (uint8_t[]){ 0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2 }, 16);
		break;
	case SAMPLE_ESP:
		sample_ipv4(s, PROTOCOL_ESP, 0, NULL, 0);
		sample_append(s, "\0\0\1\1\0\0\0\1encrypted", 17);
		break;
	case SAMPLE_AH:
		sample_ipv4(s, PROTOCOL_AH, 0, NULL, 0);
		sample_append(s, (uint8_t[]){ PROTOCOL_TCP, 4, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1 }, 12);
		sample_append(s, NULL, 12 + 20);
		break;
	case SAMPLE_IPIP:
		sample_ipv4(s, 4, 0, NULL, 0);
		sample_append(s, NULL, 20);
		break;
	case SAMPLE_FIRST_FRAGMENT:
		sample_ipv4(s, PROTOCOL_UDP, IPV4_MORE_FRAGMENTS, NULL, 0);
		store16(sample_udp(s, 24) + 4, 48);
		break;
	case SAMPLE_LATER_FRAGMENT:
		sample_ipv4(s, PROTOCOL_UDP, 4, NULL, 0);
		sample_append(s, "sixteen bytes...", 16);
		break;
	default:
		break;
	}
}

static inline void
sample_make_inet6(struct sample *s, enum sample_kind kind)
{
	switch (kind) {
	case SAMPLE_UDP6:
		sample_ipv6(s, PROTOCOL_UDP);
		sample_udp(s, 9);
		break;
	case SAMPLE_TCP6:
		sample_ipv6(s, PROTOCOL_TCP);
		sample_tcp(s, TCP_ACK, NULL, 0);
		break;
	case SAMPLE_ICMP6_ECHO:
		sample_ipv6(s, PROTOCOL_ICMP6);
		sample_icmp(s, ICMP6_ECHO_REPLY, 0, 0xbeef0007);
		break;
	case SAMPLE_ICMP6_TOO_BIG:
		sample_ipv6(s, PROTOCOL_ICMP6);
		sample_icmp(s, ICMP6_PACKET_TOO_BIG, 0, 1400);
		sample_quote_udp(s, true);
		break;
	case SAMPLE_EXTENSIONS6:
		sample_ipv6(s, PROTOCOL_HOP_BY_HOP);
		sample_extension(s, PROTOCOL_DESTINATION_OPTIONS, 8);
		sample_extension(s, PROTOCOL_ROUTING, 16);
		sample_extension(s, PROTOCOL_AH, 24)[2] = 2;
		sample_extension(s, PROTOCOL_DESTINATION_OPTIONS, 16);
		sample_extension(s, PROTOCOL_UDP, 8);
		sample_udp(s, 3);
		break;
	case SAMPLE_FIRST_FRAGMENT6:
		sample_ipv6(s, PROTOCOL_FRAGMENT);
		sample_ipv6_fragment(s, PROTOCOL_UDP, 1, 0xcafe1234);
		store16(sample_udp(s, 24) + 4, 48);
		break;
	case SAMPLE_LATER_FRAGMENT6:
		sample_ipv6(s, PROTOCOL_FRAGMENT);
		sample_ipv6_fragment(s, PROTOCOL_UDP, 32, 0xcafe1234);
		sample_append(s, "sixteen bytes...", 16);
		break;
	case SAMPLE_ATOMIC_FRAGMENT6:
		sample_ipv6(s, PROTOCOL_FRAGMENT);
		sample_ipv6_fragment(s, PROTOCOL_TCP, 0, 7);
		sample_tcp(s, TCP_SYN, NULL, 0);
		break;
	case SAMPLE_NO_NEXT6:
		sample_ipv6(s, PROTOCOL_NO_NEXT_HEADER);
		sample_append(s, NULL, 4);
		break;
	case SAMPLE_SCTP6:
		sample_ipv6(s, PROTOCOL_SCTP);
		sample_sctp(s);
		break;
	default:
		break;
	}
}

static inline void
sample_make(struct sample *s, enum sample_kind kind)
{
	sample_start(s);
	if (kind == SAMPLE_VLAN)
		sample_vlan(s, ETHERTYPE_VLAN, 0x6064);
	if (kind == SAMPLE_QINQ) {
		sample_vlan(s, ETHERTYPE_SERVICE_VLAN, 200);
		sample_vlan(s, ETHERTYPE_VLAN, 100);
	}
	sample_type(s, kind >= SAMPLE_UDP6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (kind >= SAMPLE_UDP6)
		sample_make_inet6(s, kind);
	else
		sample_make_inet(s, kind == SAMPLE_VLAN || kind == SAMPLE_QINQ ? SAMPLE_UDP : kind);
	/* A fragment has no checksum of its own. */
	if (kind != SAMPLE_FIRST_FRAGMENT6 && kind != SAMPLE_LATER_FRAGMENT6) {
		sample_finish(s);
	} else {
		s->protocol = PROTOCOL_FRAGMENT;
		sample_finish(s);
		s->protocol = PROTOCOL_UDP;
	}
	if (kind == SAMPLE_FIRST_FRAGMENT || kind == SAMPLE_FIRST_FRAGMENT6)
		store16(s->bytes + s->l4 + UDP_CHECKSUM_AT, 0xabcd);
	if (kind == SAMPLE_UDP_NO_CHECKSUM)
		store16(s->bytes + s->l4 + UDP_CHECKSUM_AT, 0);
}

#endif
