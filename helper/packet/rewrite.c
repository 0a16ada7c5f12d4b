/* rewrite.c: changes to packet bytes; checksums follow by RFC 1624 equation 3. SPDX-License-Identifier: Apache-2.0 */
#include "packet/rewrite.h"

#include "packet/bytes.h"
#include "packet/chain.h"
#include "packet/change.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "packet/quote.h"

enum { FRAME_MINIMUM = 60 }; /* without FCS */

enum { TCP_OPTION_END = 0, TCP_OPTION_NOP = 1, TCP_OPTION_MSS = 2 };

/* The bytes may be of another family than the packet came in. */
static inline bool
is_inet6(const uint8_t *ip)
{
	return ip[0] >> 4 == 6;
}

void
rewrite_ttl(struct packet *p)
{
	uint8_t *ip = p->data + p->l3;
	uint32_t checksum;
	p->ttl--;
	if (is_inet6(ip)) {
		ip[7] = p->ttl;
		return;
	}
	ip[8] = p->ttl;
	/* The TTL is the high byte of its word: the sum falls by 0x0100, and the checksum rises by as much (RFC 1141). */
	checksum = load16(ip + IPV4_CHECKSUM_AT) + 0x0100u;
	store16(ip + IPV4_CHECKSUM_AT, (uint16_t)(checksum + (checksum >= 0xffff)));
}

void
rewrite_link(struct packet *p, const uint8_t destination[6], const uint8_t source[6], uint16_t vlan)
{
	uint16_t header = vlan ? ETHERNET_HEADER + VLAN_TAG : ETHERNET_HEADER;
	int shift = header - p->l3;
	uint32_t old_end, new_end;

	p->data -= shift;
	p->l3 = header;
	p->l4 = (uint16_t)(p->l4 + shift);
	p->payload = (uint16_t)(p->payload + shift);
	if (p->inner_l3 != 0)
		p->inner_l3 = (uint16_t)(p->inner_l3 + shift);
	memcpy(p->data, destination, 6);
	memcpy(p->data + 6, source, 6);
	if (vlan) {
		store16(p->data + 12, ETHERTYPE_VLAN);
		store16(p->data + 14, vlan);
	}
	store16(p->data + header - 2, is_inet6(p->data + header) ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);

	old_end = (uint32_t)(p->length + shift);
	new_end = (uint32_t)header + packet_out_length(p);
	if (new_end < FRAME_MINIMUM && new_end < old_end) {
		uint32_t padded = old_end < FRAME_MINIMUM ? old_end : FRAME_MINIMUM;
		memset(p->data + new_end, 0, padded - new_end);
		new_end = padded;
	}
	p->length = (uint16_t)new_end;
}

static inline bool
has_transport_header(const struct packet *p)
{
	return !(p->flags & PACKET_FRAGMENT) || p->flags & PACKET_FRAGMENT_FIRST;
}

/* The CRC is linear: what the changed bytes contribute alone, followed by as many zeros as there are bytes behind them,
 * turns the old CRC into the new one, and leaves a wrong one wrong. */
static void
change_sctp_ports(const struct packet *p, const struct flow_key *to)
{
	static const uint8_t zeros[64];
	uint8_t *l4 = p->data + p->l4;
	uint32_t difference = load32_raw(l4), crc, left = p->l3 + p->l3_length - p->l4 - 4u;
	memcpy(l4, &to->source_port, 2);
	memcpy(l4 + 2, &to->destination_port, 2);
	difference ^= load32_raw(l4);
	if (difference == 0)
		return;
	crc = checksum_crc32c(0, &difference, 4);
	for (; left > 0; left -= left < sizeof zeros ? left : (uint32_t)sizeof zeros)
		crc = checksum_crc32c(crc, zeros, left < sizeof zeros ? left : (uint32_t)sizeof zeros);
	crc ^= load32_raw(l4 + SCTP_CHECKSUM_AT);
	memcpy(l4 + SCTP_CHECKSUM_AT, &crc, 4);
}

/* Changes the addresses of the IP header at `ip`, its own checksum included; returns the change in the addresses. */
static inline uint64_t
change_addresses(uint8_t *ip, const struct flow_key *to)
{
	uint64_t change;
	if (to->family == ADDRESS_FAMILY_INET6) {
		change = change_bytes(ip + 8, &to->source, 16);
		return change + change_bytes(ip + 24, &to->destination, 16);
	}
	change = change_bytes(ip + 12, &to->source, 4) + change_bytes(ip + 16, &to->destination, 4);
	checksum_mend(ip + IPV4_CHECKSUM_AT, change);
	return change;
}

static inline uint64_t
change_ports(uint8_t *l4, const struct flow_key *to)
{
	return change_bytes(l4, &to->source_port, 2) + change_bytes(l4 + 2, &to->destination_port, 2);
}

void
rewrite_bytes(struct packet *p, const struct flow_key *to)
{
	uint8_t *l4 = p->data + p->l4;
	uint64_t change = change_addresses(p->data + p->l3, to);

	switch (has_transport_header(p) ? to->protocol : PROTOCOL_NO_NEXT_HEADER) {
	case PROTOCOL_TCP:
		checksum_mend(l4 + TCP_CHECKSUM_AT, change + change_ports(l4, to));
		break;
	case PROTOCOL_UDP:
		checksum_mend_udp(l4 + UDP_CHECKSUM_AT, change + change_ports(l4, to));
		break;
	case PROTOCOL_SCTP:
		if (!(p->flags & PACKET_FRAGMENT))
			change_sctp_ports(p, to);
		break;
	case PROTOCOL_ICMP6:
		if (to->family != ADDRESS_FAMILY_INET6)
			break;
		if (p->flags & PACKET_ICMP_ECHO)
			change += change_bytes(l4 + 4, &to->source_port, 2);
		checksum_mend(l4 + ICMP_CHECKSUM_AT, change);
		break;
	case PROTOCOL_ICMP:
		if (p->flags & PACKET_ICMP_ECHO)
			checksum_mend_icmp(l4, p->data + p->l3 + p->l3_length,
					   change_bytes(l4 + 4, &to->source_port, 2));
		break;
	}
}

void
rewrite_addresses(struct packet *p, const struct flow_key *to)
{
	rewrite_bytes(p, to);
	p->key = *to;
}

/* Mends one inner checksum and returns what that changes in the outer one. */
static uint64_t
mend_inner(uint8_t *checksum_at, uint64_t change, bool udp)
{
	uint16_t old = load16_raw(checksum_at);
	if (udp)
		checksum_mend_udp(checksum_at, change);
	else
		checksum_mend(checksum_at, change);
	return (uint64_t)(uint16_t)~old + load16_raw(checksum_at);
}

void
icmp_inner_rewrite(struct packet *p, const struct flow_key *to)
{
	uint32_t end = (uint32_t)p->l3 + p->l3_length;
	uint8_t *ip = p->data + p->inner_l3, *l4;
	uint64_t addresses, ports = 0, outer;
	bool inet6 = to->family == ADDRESS_FAMILY_INET6;
	uint16_t ip_checksum;
	struct quote q;

	if (p->inner_l3 == 0 || !quote_parse(p->data, p->inner_l3, end, p->key.family, &q))
		return;
	if (to->family != q.key.family || to->protocol != q.key.protocol)
		return;
	ip_checksum = inet6 ? 0 : load16_raw(ip + IPV4_CHECKSUM_AT);
	addresses = outer = change_addresses(ip, to);
	if (!inet6)
		outer += (uint64_t)(uint16_t)~ip_checksum + load16_raw(ip + IPV4_CHECKSUM_AT);
	l4 = p->data + q.l4;
	switch (q.l4 == 0 ? PROTOCOL_NO_NEXT_HEADER : to->protocol) {
	case PROTOCOL_TCP:
		outer += ports = change_ports(l4, to);
		/* RFC 792 promises eight bytes; the checksum of TCP stands behind them. */
		if (end - q.l4 >= TCP_CHECKSUM_AT + 2)
			outer += mend_inner(l4 + TCP_CHECKSUM_AT, addresses + ports, false);
		break;
	case PROTOCOL_UDP:
		outer += ports = change_ports(l4, to);
		outer += mend_inner(l4 + UDP_CHECKSUM_AT, addresses + ports, true);
		break;
	case PROTOCOL_SCTP:
		outer += change_ports(l4, to);
		break;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		if ((to->protocol == PROTOCOL_ICMP6) != inet6)
			break;
		if (icmp_is_echo(to->family, l4[0]))
			outer += ports = change_bytes(l4 + 4, &to->source_port, 2);
		outer += mend_inner(l4 + ICMP_CHECKSUM_AT, inet6 ? addresses + ports : ports, false);
		break;
	}
	checksum_mend(p->data + p->l4 + ICMP_CHECKSUM_AT, outer);
	p->inner = *to;
}

void
rewrite_tos(struct packet *p, uint8_t tos)
{
	uint8_t *ip = p->data + p->l3;
	p->tos = tos;
	if (p->key.family == ADDRESS_FAMILY_INET6) {
		ip[0] = (uint8_t)(0x60 | tos >> 4);
		ip[1] = (uint8_t)(tos << 4 | (ip[1] & 15));
	} else {
		uint8_t word[2] = { ip[0], tos };
		checksum_mend(ip + IPV4_CHECKSUM_AT, change_bytes(ip, word, 2));
	}
}

/* An option may begin at an odd offset; the checksum then sees both words that share its value. */
static bool
lower_size(uint8_t *l4, uint8_t *size, uint16_t maximum)
{
	uint32_t odd = (size - l4) % 2;
	uint8_t words[4];
	if (load16(size) <= maximum)
		return false;
	memcpy(words, size - odd, odd ? 4 : 2);
	store16(words + odd, maximum);
	checksum_mend(l4 + TCP_CHECKSUM_AT, change_bytes(size - odd, words, odd ? 4 : 2));
	return true;
}

bool
rewrite_mss(struct packet *p, uint16_t maximum)
{
	uint8_t *l4 = p->data + p->l4, *option = l4 + TCP_HEADER, *end = p->data + p->payload;
	bool lowered = false;

	if (p->key.protocol != PROTOCOL_TCP || !has_transport_header(p) || !(p->tcp_flags & TCP_SYN))
		return false;
	while (option < end && *option != TCP_OPTION_END) {
		if (*option == TCP_OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			break;
		/* Of several, hosts take the last. */
		if (option[0] == TCP_OPTION_MSS && option[1] == 4)
			lowered |= lower_size(l4, option + 2, maximum);
		option += option[1];
	}
	return lowered;
}

static bool
destination_is_last(const struct packet *p)
{
	struct extension_chain c;
	if (p->key.family == ADDRESS_FAMILY_INET || !(p->flags & PACKET_IP_OPTIONS))
		return true;
	extension_chain_walk(p->data, p->l3 + IPV6_HEADER, p->l4, p->data[p->l3 + 6], &c);
	return !c.routed;
}

bool
rewrite_checksum_complete(struct packet *p)
{
	uint8_t *l4 = p->data + p->l4;
	uint32_t crc, length = p->l3 + p->l3_length - p->l4;
	uint16_t checksum;

	if (p->flags & PACKET_FRAGMENT || !destination_is_last(p))
		return false;
	if (p->key.protocol == PROTOCOL_SCTP) {
		memset(l4 + SCTP_CHECKSUM_AT, 0, 4);
		crc = ~checksum_crc32c(0xffffffff, l4, length);
		memcpy(l4 + SCTP_CHECKSUM_AT, &crc, 4);
		return true;
	}
	checksum = checksum_transport(p);
	switch (p->key.protocol) {
	case PROTOCOL_TCP:
		memcpy(l4 + TCP_CHECKSUM_AT, &checksum, 2);
		return true;
	case PROTOCOL_UDP:
		memcpy(l4 + UDP_CHECKSUM_AT, &checksum, 2);
		return true;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		if ((p->key.protocol == PROTOCOL_ICMP) != (p->key.family == ADDRESS_FAMILY_INET))
			return false;
		memcpy(l4 + ICMP_CHECKSUM_AT, &checksum, 2);
		return true;
	}
	return false;
}

bool
rewrite_checksum_unfinished(const struct packet *p)
{
	const uint8_t *l4 = p->data + p->l4;
	uint16_t field;
	if (p->flags & PACKET_FRAGMENT)
		return false;
	if (p->key.protocol == PROTOCOL_TCP)
		field = load16_raw(l4 + TCP_CHECKSUM_AT);
	else if (p->key.protocol == PROTOCOL_UDP)
		field = load16_raw(l4 + UDP_CHECKSUM_AT);
	else
		return false;
	return field == (uint16_t)~checksum_finish(checksum_pseudo(0, &p->key, (uint32_t)p->l3 + p->l3_length - p->l4));
}
