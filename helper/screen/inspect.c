/* inspect.c: see inspect.h. SPDX-License-Identifier: Apache-2.0 */
#include "screen/inspect.h"

#include <string.h>

#include "packet/bytes.h"
#include "packet/protocol.h"

enum { TCP_ANY = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG };
enum { NETBIOS_SESSION = 139, LARGE_ICMP = 1024, DATAGRAM_MAX = 65535 };
enum { PROTOCOL_MOBILITY = 135, PROTOCOL_HIP = 139, PROTOCOL_SHIM6 = 140 };

/* The first number that is unknown: those from 137 on were not assigned when the screen was defined. */
enum { PROTOCOL_UNKNOWN = 137 };

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_RECORD_ROUTE = 7,
	OPTION_TIMESTAMP = 68,
	OPTION_SECURITY = 130,
	OPTION_LOOSE_ROUTE = 131,
	OPTION_STREAM = 136,
	OPTION_STRICT_ROUTE = 137,
};
enum { OPTION6_PAD1 = 0 };

static bool
later_fragment(const struct packet *p)
{
	return (p->flags & (PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST)) == PACKET_FRAGMENT;
}

static bool
is_icmp(const struct packet *p)
{
	return p->key.protocol == (p->key.family == ADDRESS_FAMILY_INET ? PROTOCOL_ICMP : PROTOCOL_ICMP6);
}

static uint64_t
tcp_inspect(const struct packet *p)
{
	uint8_t flags = p->tcp_flags;
	uint64_t found = 0;
	if ((flags & TCP_ANY) == 0)
		found |= SCREEN_BIT(TCP_NO_FLAG);
	if ((flags & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN))
		found |= SCREEN_BIT(SYN_FIN);
	if ((flags & (TCP_FIN | TCP_ACK)) == TCP_FIN)
		found |= SCREEN_BIT(FIN_NO_ACK);
	if (flags & TCP_URG && p->key.destination_port == __builtin_bswap16(NETBIOS_SESSION))
		found |= SCREEN_BIT(WINNUKE);
	if (flags & TCP_SYN && p->flags & PACKET_FRAGMENT)
		found |= SCREEN_BIT(SYN_FRAGMENT);
	if (flags & TCP_SYN && memcmp(&p->key.source, &p->key.destination, sizeof p->key.source) == 0)
		found |= SCREEN_BIT(LAND);
	return found;
}

/* A fragment tells how large its datagram is at least. */
static uint64_t
icmp_inspect(const struct packet *p)
{
	uint64_t found = 0;
	if (p->flags & PACKET_FRAGMENT)
		found |= SCREEN_BIT(ICMP_FRAGMENT);
	if (p->fragment_offset + p->l3_length > LARGE_ICMP)
		found |= SCREEN_BIT(ICMP_LARGE);
	if (p->key.family == ADDRESS_FAMILY_INET6 && p->flags & PACKET_ICMP_ERROR && p->inner_l3 == 0)
		found |= SCREEN_BIT(ICMPV6_MALFORMED);
	return found;
}

/* Options that packet_parse has found well formed. */
static uint64_t
inet_options_inspect(const uint8_t *option, const uint8_t *end)
{
	uint64_t found = 0;
	while (option < end && *option != OPTION_END) {
		if (*option == OPTION_NOP) {
			option++;
			continue;
		}
		switch (option[0]) {
		case OPTION_RECORD_ROUTE:
			found |= SCREEN_BIT(RECORD_ROUTE);
			break;
		case OPTION_TIMESTAMP:
			found |= SCREEN_BIT(TIMESTAMP);
			break;
		case OPTION_SECURITY:
			found |= SCREEN_BIT(SECURITY);
			break;
		case OPTION_STREAM:
			found |= SCREEN_BIT(STREAM);
			break;
		case OPTION_LOOSE_ROUTE:
			found |= SCREEN_BIT(LOOSE_SOURCE_ROUTE) | SCREEN_BIT(SOURCE_ROUTE);
			break;
		case OPTION_STRICT_ROUTE:
			found |= SCREEN_BIT(STRICT_SOURCE_ROUTE) | SCREEN_BIT(SOURCE_ROUTE);
			break;
		}
		option += option[1];
	}
	return found;
}

/* ---- IPv6 extension headers; the packet may be malformed ---- */

static uint64_t
inet6_options_inspect(const uint32_t set[8], const uint8_t *data, uint32_t at, uint32_t end)
{
	uint64_t found = 0;
	while (at < end) {
		if (data[at] == OPTION6_PAD1) {
			at++;
			continue;
		}
		if (octet_in(set, data[at]))
			found |= SCREEN_BIT(IPV6_EXTENSION_HEADER);
		if (end - at < 2 || data[at + 1] > end - at - 2)
			return found | SCREEN_BIT(BAD_OPTION);
		at += 2u + data[at + 1];
	}
	return found;
}

/* Headers that can be walked over; others end the chain. */
static bool
has_next(uint8_t header)
{
	return header == PROTOCOL_HOP_BY_HOP || header == PROTOCOL_ROUTING || header == PROTOCOL_FRAGMENT ||
	       header == PROTOCOL_AH || header == PROTOCOL_DESTINATION_OPTIONS;
}

static bool
is_extension(uint8_t header)
{
	return has_next(header) || header == PROTOCOL_ESP || header == PROTOCOL_MOBILITY || header == PROTOCOL_HIP ||
	       header == PROTOCOL_SHIM6;
}

static uint32_t
header_length(const uint8_t *header, uint8_t type)
{
	if (type == PROTOCOL_FRAGMENT)
		return 8;
	return type == PROTOCOL_AH ? (header[1] + 2u) * 4 : (header[1] + 1u) * 8;
}

static uint64_t
header_inspect(const struct screen *s, const uint8_t *data, uint32_t at, uint32_t length, uint8_t type)
{
	switch (type) {
	case PROTOCOL_HOP_BY_HOP:
		return inet6_options_inspect(s->hop_option, data, at + 2, at + length);
	case PROTOCOL_DESTINATION_OPTIONS:
		return inet6_options_inspect(s->destination_option, data, at + 2, at + length);
	case PROTOCOL_ROUTING:
		/* Type 0 is what source routing is in IPv6. */
		if (data[at + 2] == 0 && data[at + 3] != 0)
			return SCREEN_BIT(LOOSE_SOURCE_ROUTE) | SCREEN_BIT(SOURCE_ROUTE);
		break;
	}
	return 0;
}

static uint64_t
inet6_inspect(const struct screen *s, const struct packet *p)
{
	const uint8_t *data = p->data;
	uint32_t at = p->l3 + (uint32_t)IPV6_HEADER, end = p->l3 + (uint32_t)p->l3_length;
	uint8_t type = data[p->l3 + 6];
	uint64_t found = 0;
	int count = 0;
	for (;;) {
		if (octet_in(s->ipv6_header, type))
			found |= SCREEN_BIT(IPV6_EXTENSION_HEADER);
		count += is_extension(type);
		if (!has_next(type) || end - at < 8)
			break;
		uint32_t length = header_length(data + at, type);
		if (length < 8 || end - at < length)
			break;
		found |= header_inspect(s, data, at, length, type);
		bool later = type == PROTOCOL_FRAGMENT && load16(data + at + 2) & 0xfff8;
		type = data[at];
		at += length;
		if (later)
			break;
	}
	if (s->extension_limit != SCREEN_LIMIT_OFF && count > s->extension_limit)
		found |= SCREEN_BIT(IPV6_EXTENSION_LIMIT);
	return found;
}

/* HIP and Shim6 are extension headers of IPv6, which have screens of their own. */
static bool
protocol_unknown(const struct packet *p)
{
	uint8_t protocol = p->key.protocol;
	if (protocol < PROTOCOL_UNKNOWN)
		return false;
	return p->key.family == ADDRESS_FAMILY_INET || (protocol != PROTOCOL_HIP && protocol != PROTOCOL_SHIM6);
}

uint64_t
screen_inspect(const struct screen *s, const struct packet *p)
{
	uint64_t found = 0;
	if (p->key.protocol == PROTOCOL_TCP && !later_fragment(p))
		found |= tcp_inspect(p);
	else if (is_icmp(p))
		found |= icmp_inspect(p);
	else if (protocol_unknown(p))
		found |= SCREEN_BIT(UNKNOWN_PROTOCOL);
	if (p->flags & PACKET_FRAGMENT)
		found |= SCREEN_BIT(BLOCK_FRAGMENT);
	if (p->key.family == ADDRESS_FAMILY_INET6)
		found |= inet6_inspect(s, p);
	else if (p->flags & PACKET_IP_OPTIONS)
		found |= inet_options_inspect(p->data + p->l3 + IPV4_HEADER, p->data + p->l4);
	return found & s->checks;
}

/* death: a fragment that leads beyond the largest datagram. What a datagram's length counts beside its fragments' bytes are, of
 * IPv6, the headers between the IPv6 header and the fragment header. */
static bool
death(const struct packet *p)
{
	uint32_t bytes = (uint32_t)(p->l3 + p->l3_length - p->l4), headers = (uint32_t)(p->l4 - p->l3);
	uint32_t before = p->key.family == ADDRESS_FAMILY_INET ? headers : headers - IPV6_HEADER - 8;
	return later_fragment(p) && is_icmp(p) && before + p->fragment_offset + bytes > DATAGRAM_MAX;
}

uint64_t
screen_inspect_malformed(const struct screen *s, const struct packet *p, enum drop_reason reason)
{
	bool inet6 = p->key.family == ADDRESS_FAMILY_INET6;
	uint64_t found = 0;
	switch (reason) {
	case DROP_REASON_IP_OPTION:
		found = SCREEN_BIT(BAD_OPTION);
		break;
	case DROP_REASON_IPV6_EXTENSION:
		found = inet6_inspect(s, p) | SCREEN_BIT(IPV6_MALFORMED);
		break;
	case DROP_REASON_FRAGMENT_INVALID:
		found = death(p) ? SCREEN_BIT(PING_OF_DEATH) : 0;
		break;
	case DROP_REASON_FRAGMENT_TINY:
	case DROP_REASON_ICMP_HEADER:
		found = inet6 && is_icmp(p) ? SCREEN_BIT(ICMPV6_MALFORMED) : 0;
		break;
	default:
		break;
	}
	return found & s->checks;
}
