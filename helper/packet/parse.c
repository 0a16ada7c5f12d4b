/* parse.c: from bytes to struct packet; the only code that trusts nothing. SPDX-License-Identifier: Apache-2.0 */
#include "packet/packet.h"

#include <stddef.h>

#include "packet/bytes.h"
#include "packet/chain.h"
#include "packet/protocol.h"
#include "packet/quote.h"
#include "packet/rewrite.h"

enum { REASSEMBLED_MAX = 65535, SCALE_ABSENT = 255, SCALE_MAX = 14 };

enum { IPV4_OPTION_END = 0, IPV4_OPTION_NOP = 1, IPV4_RECORD_ROUTE = 7, IPV4_TIMESTAMP = 68 };
enum { IPV4_LOOSE_ROUTE = 131, IPV4_STRICT_ROUTE = 137, IPV4_ROUTER_ALERT = 148 };

enum { TCP_OPTION_END = 0, TCP_OPTION_NOP = 1, TCP_OPTION_SCALE = 3 };

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_ACK = 0x0080 };

/* Where a header that does not fit ends the packet: a first fragment is cut by design of its sender. */
static inline enum drop_reason
too_short(const struct packet *p, enum drop_reason reason)
{
	return p->flags & PACKET_FRAGMENT ? DROP_REASON_FRAGMENT_TINY : reason;
}

/* RFC 7323 2.2: the option counts in SYN segments only; above 14 it means 14. Broken options end the search, as they do
 * in hosts. */
static uint8_t
window_scale(const uint8_t *option, const uint8_t *end)
{
	uint8_t scale = SCALE_ABSENT;
	while (option < end && *option != TCP_OPTION_END) {
		if (*option == TCP_OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			break;
		if (option[0] == TCP_OPTION_SCALE && option[1] == 3)
			scale = option[2] > SCALE_MAX ? SCALE_MAX : option[2];
		option += option[1];
	}
	return scale;
}

static inline enum drop_reason
parse_tcp(struct packet *p, const uint8_t *l4, uint32_t left)
{
	uint32_t header;
	if (left < TCP_HEADER)
		return too_short(p, DROP_REASON_TCP_HEADER);
	header = (l4[12] >> 4) * 4u;
	if (header < TCP_HEADER)
		return DROP_REASON_TCP_HEADER;
	if (header > left)
		return too_short(p, DROP_REASON_TCP_HEADER);
	p->key.source_port = load16_raw(l4);
	p->key.destination_port = load16_raw(l4 + 2);
	p->tcp_sequence = load32(l4 + 4);
	p->tcp_acknowledgment = load32(l4 + 8);
	p->tcp_flags = l4[13];
	p->tcp_window = load16(l4 + 14);
	p->tcp_length = (uint16_t)(left - header);
	p->payload = (uint16_t)(p->l4 + header);
	if (p->tcp_flags & TCP_SYN)
		p->tcp_scale = window_scale(l4 + TCP_HEADER, l4 + header);
	return DROP_REASON_NONE;
}

static inline enum drop_reason
parse_udp(struct packet *p, const uint8_t *l4, uint32_t left)
{
	uint32_t length;
	if (left < UDP_HEADER)
		return too_short(p, DROP_REASON_UDP_LENGTH);
	length = load16(l4 + 4);
	if (length < UDP_HEADER || (length > left && !(p->flags & PACKET_FRAGMENT)))
		return DROP_REASON_UDP_LENGTH;
	p->key.source_port = load16_raw(l4);
	p->key.destination_port = load16_raw(l4 + 2);
	p->payload = (uint16_t)(p->l4 + UDP_HEADER);
	if (load16_raw(l4 + UDP_CHECKSUM_AT) == 0 && p->key.family == ADDRESS_FAMILY_INET)
		p->flags |= PACKET_L4_PARTIAL;
	return DROP_REASON_NONE;
}

static enum drop_reason
parse_icmp(struct packet *p, const uint8_t *l4, uint32_t left)
{
	struct quote q;
	if (left < ICMP_HEADER)
		return too_short(p, DROP_REASON_ICMP_HEADER);
	p->icmp_type = l4[0];
	p->icmp_code = l4[1];
	p->payload = (uint16_t)(p->l4 + ICMP_HEADER);
	if (icmp_is_echo(p->key.family, l4[0])) {
		p->flags |= PACKET_ICMP_ECHO;
		p->key.source_port = p->key.destination_port = load16_raw(l4 + 4);
		p->echo_sequence = load16_raw(l4 + 6);
	} else if (icmp_is_error(p->key.family, l4[0])) {
		p->flags |= PACKET_ICMP_ERROR;
		if (quote_parse(p->data, p->payload, p->l4 + left, p->key.family, &q)) {
			p->inner_l3 = p->payload;
			p->inner = q.key;
		}
	}
	return DROP_REASON_NONE;
}

/* RFC 2784, RFC 2890 and RFC 2637: the optional fields that the flags announce must be there. */
static enum drop_reason
parse_gre(struct packet *p, const uint8_t *l4, uint32_t left)
{
	uint32_t header = GRE_HEADER;
	uint16_t flags;
	if (left < GRE_HEADER)
		return too_short(p, DROP_REASON_TRANSPORT_HEADER);
	flags = load16(l4);
	header += flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4 : 0;
	header += flags & GRE_KEY ? 4 : 0;
	header += flags & GRE_SEQUENCE ? 4 : 0;
	header += (flags & 7) == 1 && flags & GRE_ACK ? 4 : 0;
	if (left < header)
		return too_short(p, DROP_REASON_TRANSPORT_HEADER);
	p->payload = (uint16_t)(p->l4 + header);
	return DROP_REASON_NONE;
}

static enum drop_reason
parse_other(struct packet *p, const uint8_t *l4, uint32_t left)
{
	uint32_t header = 0;
	switch (p->key.protocol) {
	case PROTOCOL_SCTP:
		header = SCTP_HEADER;
		break;
	case PROTOCOL_ESP:
		header = ESP_HEADER;
		break;
	case PROTOCOL_AH:
		header = AH_HEADER;
		if (left >= AH_HEADER && (l4[1] + 2u) * 4 > header)
			header = (l4[1] + 2u) * 4;
		else if (left >= AH_HEADER && (l4[1] + 2u) * 4 < AH_HEADER)
			return DROP_REASON_TRANSPORT_HEADER;
		break;
	}
	if (left < header)
		return too_short(p, DROP_REASON_TRANSPORT_HEADER);
	if (p->key.protocol == PROTOCOL_SCTP) {
		p->key.source_port = load16_raw(l4);
		p->key.destination_port = load16_raw(l4 + 2);
	}
	p->payload = (uint16_t)(p->l4 + header);
	return DROP_REASON_NONE;
}

static inline enum drop_reason
parse_transport(struct packet *p, uint32_t end)
{
	const uint8_t *l4 = p->data + p->l4;
	uint32_t left = end - p->l4;
	bool inet = p->key.family == ADDRESS_FAMILY_INET;

	p->payload = p->l4;
	switch (p->key.protocol) {
	case PROTOCOL_TCP:
		return parse_tcp(p, l4, left);
	case PROTOCOL_UDP:
		return parse_udp(p, l4, left);
	case PROTOCOL_ICMP:
		return inet ? parse_icmp(p, l4, left) : DROP_REASON_NONE;
	case PROTOCOL_ICMP6:
		return inet ? DROP_REASON_NONE : parse_icmp(p, l4, left);
	case PROTOCOL_GRE:
		return parse_gre(p, l4, left);
	}
	return parse_other(p, l4, left);
}

/* How far a later fragment must stay away from offset 0, so that it cannot write over the header that was judged in the
 * first one (RFC 1858, RFC 3128). */
static uint32_t
transport_minimum(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP ? TCP_HEADER : protocol == PROTOCOL_SCTP ? SCTP_HEADER : 8;
}

/* `before`: what the reassembled packet has in front of the data, as far as it counts for the limit of 65535. */
static enum drop_reason
parse_fragment(struct packet *p, uint32_t bytes, uint32_t offset, bool more, uint32_t before)
{
	p->flags |= PACKET_FRAGMENT;
	p->flags |= offset == 0 ? PACKET_FRAGMENT_FIRST : 0;
	p->flags |= more ? PACKET_FRAGMENT_MORE : 0;
	p->fragment_offset = (uint16_t)offset;
	if (bytes == 0 || (more && bytes % 8 != 0) || before + offset + bytes > REASSEMBLED_MAX)
		return DROP_REASON_FRAGMENT_INVALID;
	/* It would write into the first one's header, or the first one is too short (RFC 1858 3.2.2, RFC 3128). */
	if (offset > 0 && offset < transport_minimum(p->fragment_protocol))
		return DROP_REASON_FRAGMENT_TINY;
	return DROP_REASON_NONE;
}

static bool
ipv4_options_valid(const uint8_t *option, const uint8_t *end)
{
	bool routed = false;
	while (option < end && *option != IPV4_OPTION_END) {
		if (*option == IPV4_OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			return false;
		switch (option[0]) {
		case IPV4_LOOSE_ROUTE:
		case IPV4_STRICT_ROUTE:
			if (routed)
				return false;
			routed = true;
			/* fall through */
		case IPV4_RECORD_ROUTE:
			if (option[1] < 3 || option[2] < 4)
				return false;
			break;
		case IPV4_TIMESTAMP:
			if (option[1] < 4 || option[2] < 5)
				return false;
			break;
		case IPV4_ROUTER_ALERT:
			if (option[1] != 4)
				return false;
			break;
		}
		option += option[1];
	}
	return true;
}

static inline bool
ipv4_checksum_right(const uint8_t *ip, uint32_t header)
{
	uint64_t sum = load32_raw(ip) + (uint64_t)load32_raw(ip + 4) + load32_raw(ip + 8) + load32_raw(ip + 12) +
		       load32_raw(ip + 16);
	for (uint32_t i = IPV4_HEADER; i < header; i += 4)
		sum += load32_raw(ip + i);
	return checksum_finish(sum) == 0;
}

/* RFC 6890: blocks that are no source, no destination. Multicast and broadcast destinations are well formed; where they
 * may go is the pipeline's question. */
static inline enum drop_reason
ipv4_addresses(const uint8_t *ip)
{
	uint8_t source = ip[12], destination = ip[16];
	if (source == 0 || source == 127 || source >= 224)
		return DROP_REASON_IP_SOURCE;
	if (destination == 0 || destination == 127)
		return DROP_REASON_IP_DESTINATION;
	if (destination >= 240 && load32_raw(ip + 16) != 0xffffffff)
		return DROP_REASON_IP_DESTINATION;
	return DROP_REASON_NONE;
}

/* Unspecified, loopback and IPv4-mapped: none of them may be seen on a wire. */
static inline bool
ipv6_is_internal(const struct address *a)
{
	uint32_t last = __builtin_bswap32(a->word[3]);
	if (a->half[0] != 0)
		return false;
	return (a->word[2] == 0 && last <= 1) || __builtin_bswap32(a->word[2]) == 0xffff;
}

static inline enum drop_reason
ipv6_addresses(const struct flow_key *k)
{
	if (k->source.byte[0] == 0xff || ipv6_is_internal(&k->source))
		return DROP_REASON_IP_SOURCE;
	if (ipv6_is_internal(&k->destination))
		return DROP_REASON_IP_DESTINATION;
	/* RFC 4291 2.7: multicast of scope 0 is never used, of scope 1 never leaves an interface. */
	if (k->destination.byte[0] == 0xff && (k->destination.byte[1] & 15) <= 1)
		return DROP_REASON_IP_DESTINATION;
	return DROP_REASON_NONE;
}

static inline enum drop_reason
parse_ipv4(struct packet *p, uint32_t at)
{
	const uint8_t *ip = p->data + at;
	uint32_t available = p->length - at, header, total;
	enum drop_reason reason;
	uint16_t fragment;

	p->l3 = (uint16_t)at;
	p->key.family = ADDRESS_FAMILY_INET;
	if (available < IPV4_HEADER)
		return DROP_REASON_TRUNCATED;
	if (ip[0] >> 4 != 4)
		return DROP_REASON_IP_VERSION;
	header = (ip[0] & 15u) * 4;
	total = load16(ip + 2);
	if (header < IPV4_HEADER || header > available)
		return DROP_REASON_IP_HEADER_LENGTH;
	if (total < header || total > available)
		return DROP_REASON_IP_TOTAL_LENGTH;
	if (!ipv4_checksum_right(ip, header))
		return DROP_REASON_IP_CHECKSUM;
	p->l3_length = (uint16_t)total;
	p->l4 = p->payload = (uint16_t)(at + header);
	p->tos = ip[1];
	p->ttl = ip[8];
	p->key.protocol = p->fragment_protocol = ip[9];
	p->key.source.word[0] = load32_raw(ip + 12);
	p->key.destination.word[0] = load32_raw(ip + 16);
	reason = ipv4_addresses(ip);
	if (reason != DROP_REASON_NONE)
		return reason;
	if (header > IPV4_HEADER) {
		p->flags |= PACKET_IP_OPTIONS;
		if (!ipv4_options_valid(ip + IPV4_HEADER, ip + header))
			return DROP_REASON_IP_OPTION;
	}
	fragment = load16(ip + 6);
	p->fragment_id = load16(ip + 4);
	p->flags |= fragment & IPV4_DONT_FRAGMENT ? PACKET_DONT_FRAGMENT : 0;
	if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) {
		uint32_t offset = (fragment & IPV4_OFFSET_MASK) * 8u;
		reason = parse_fragment(p, total - header, offset, fragment & IPV4_MORE_FRAGMENTS, header);
		if (reason != DROP_REASON_NONE || offset > 0)
			return reason;
	}
	return parse_transport(p, at + total);
}

static enum drop_reason
parse_ipv6_extensions(struct packet *p, uint32_t end)
{
	struct extension_chain c;
	enum chain_result result = extension_chain_walk(p->data, p->l3 + IPV6_HEADER, end, p->data[p->l3 + 6], &c);
	enum drop_reason reason;

	p->key.protocol = c.protocol;
	p->l4 = p->payload = (uint16_t)c.end;
	p->flags |= c.options ? PACKET_IP_OPTIONS : 0;
	if (result == CHAIN_MALFORMED)
		return DROP_REASON_IPV6_EXTENSION;
	if (c.fragment) {
		p->fragment_id = c.fragment_id;
		p->fragment_protocol = c.fragment_protocol;
		/* RFC 6946: offset 0 and no more to come is a whole packet, whatever else bears its identification. */
		if (c.fragment_more || c.fragment_offset > 0) {
			uint32_t data_at = c.fragment_at + 8;
			reason = parse_fragment(p, end - data_at, c.fragment_offset, c.fragment_more,
						c.fragment_at - (p->l3 + IPV6_HEADER));
			if (reason != DROP_REASON_NONE || c.fragment_offset > 0)
				return reason;
		}
	}
	/* RFC 7112: the first fragment must hold the whole chain. */
	return result == CHAIN_CUT ? too_short(p, DROP_REASON_IPV6_EXTENSION) : DROP_REASON_NONE;
}

static inline enum drop_reason
parse_ipv6(struct packet *p, uint32_t at)
{
	const uint8_t *ip = p->data + at;
	uint32_t available = p->length - at, payload;
	enum drop_reason reason;

	p->l3 = (uint16_t)at;
	p->key.family = ADDRESS_FAMILY_INET6;
	p->flags |= PACKET_DONT_FRAGMENT;
	if (available < IPV6_HEADER)
		return DROP_REASON_TRUNCATED;
	if (ip[0] >> 4 != 6)
		return DROP_REASON_IP_VERSION;
	payload = load16(ip + 4);
	if (payload > available - IPV6_HEADER)
		return DROP_REASON_IP_TOTAL_LENGTH;
	p->l3_length = (uint16_t)(IPV6_HEADER + payload);
	p->l4 = p->payload = (uint16_t)(at + IPV6_HEADER);
	p->tos = (uint8_t)(load16(ip) >> 4);
	p->ttl = ip[7];
	p->key.protocol = p->fragment_protocol = ip[6];
	memcpy(&p->key.source, ip + 8, 16);
	memcpy(&p->key.destination, ip + 24, 16);
	reason = ipv6_addresses(&p->key);
	if (reason != DROP_REASON_NONE)
		return reason;
	if (ip[6] != PROTOCOL_TCP && ip[6] != PROTOCOL_UDP && ip[6] != PROTOCOL_ICMP6) {
		reason = parse_ipv6_extensions(p, at + IPV6_HEADER + payload);
		if (reason != DROP_REASON_NONE || (p->flags & PACKET_FRAGMENT && p->fragment_offset > 0))
			return reason;
	}
	return parse_transport(p, at + IPV6_HEADER + payload);
}

/* The context of an earlier packet in the same slot must not shine through. */
static inline void
forget(struct packet *p)
{
	memset(&p->l3, 0, offsetof(struct packet, hash) - offsetof(struct packet, l3));
	p->tcp_scale = SCALE_ABSENT;
}

enum drop_reason
packet_parse(struct packet *p)
{
	uint32_t at = ETHERNET_HEADER;
	unsigned ids = 0;
	uint16_t type;

	forget(p);
	if (p->length < ETHERNET_HEADER)
		return DROP_REASON_TRUNCATED;
	if (p->data[0] & 1)
		p->flags |= PACKET_L2_MULTICAST;
	type = load16(p->data + 12);
	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN) {
		uint16_t id;
		if (p->vlan_count == PACKET_MAX_VLAN)
			return DROP_REASON_ETHERTYPE;
		if (p->length - at < VLAN_TAG)
			return DROP_REASON_TRUNCATED;
		id = load16(p->data + at) & 0xfff;
		/* IEEE 802.1Q: id 0 carries a priority and names no VLAN. */
		if (id != 0)
			p->vlan[ids++] = id;
		type = load16(p->data + at + 2);
		p->vlan_count++;
		at += VLAN_TAG;
	}
	if (type == ETHERTYPE_IPV4)
		return parse_ipv4(p, at);
	if (type == ETHERTYPE_IPV6)
		return parse_ipv6(p, at);
	return DROP_REASON_ETHERTYPE;
}

enum drop_reason
packet_parse_l3(struct packet *p)
{
	forget(p);
	if (p->length == 0)
		return DROP_REASON_TRUNCATED;
	switch (p->data[0] >> 4) {
	case 4:
		return parse_ipv4(p, 0);
	case 6:
		return parse_ipv6(p, 0);
	}
	return DROP_REASON_IP_VERSION;
}
