/* icmp.c: ICMP and ICMPv6 errors about a packet. SPDX-License-Identifier: Apache-2.0 */
#include "packet/icmp.h"

#include "packet/bytes.h"
#include "packet/header.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

enum { INET_ERROR_MAX = 576, INET6_ERROR_MAX = 1280 };

/* RFC 1812 4.3.2.5: precedence 6, internetwork control, and otherwise the TOS of the packet; never its ECN bits. */
enum { ERROR_PRECEDENCE = 0xc0, TOS_KEPT = 0x1c };

enum { ICMP_TYPE_MAX_KNOWN = 18 };

/* Types that nobody has given a meaning to may be errors: better no answer than two hosts answering each other. */
static bool
may_be_error(uint8_t family, uint8_t type)
{
	if (family == ADDRESS_FAMILY_INET6)
		return icmp_is_error(family, type) || type == ICMP6_REDIRECT;
	return icmp_is_error(family, type) || type > ICMP_TYPE_MAX_KNOWN;
}

bool
icmp_error_allowed(const struct packet *about, const struct icmp_error *e)
{
	const struct flow_key *k = &about->key;
	bool inet6 = k->family == ADDRESS_FAMILY_INET6;

	if (about->flags & PACKET_FRAGMENT && !(about->flags & PACKET_FRAGMENT_FIRST))
		return false;
	if (!address_is_one_host(k->family, &k->source))
		return false;
	if (k->protocol == (inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP) && may_be_error(k->family, about->icmp_type))
		return false;
	if (address_is_one_host(k->family, &k->destination) && !(about->flags & PACKET_L2_MULTICAST))
		return true;
	/* RFC 4443 2.4 (e.3): path MTU discovery for multicast, and unknown options that ask to be told about. */
	return inet6 && (e->type == ICMP6_PACKET_TOO_BIG || (e->type == ICMP6_PARAMETER_PROBLEM && e->code == 2));
}

uint16_t
icmp_error_build(uint8_t *out, const struct packet *about, const struct icmp_error *e, const struct address *source)
{
	bool inet6 = about->key.family == ADDRESS_FAMILY_INET6;
	uint32_t header = inet6 ? IPV6_HEADER : IPV4_HEADER;
	uint32_t room = (inet6 ? INET6_ERROR_MAX : INET_ERROR_MAX) - header - ICMP_HEADER;
	uint32_t quoted = about->l3_length < room ? about->l3_length : room, length = ICMP_HEADER + quoted;
	struct flow_key k = { .source = *source,
			      .destination = about->key.source,
			      .protocol = inet6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP,
			      .family = about->key.family };
	uint8_t *icmp = out + header;
	uint64_t sum = 0;
	uint16_t checksum;

	icmp[0] = e->type;
	icmp[1] = e->code;
	store16(icmp + ICMP_CHECKSUM_AT, 0);
	store32(icmp + 4, 0);
	if (inet6)
		store32(icmp + 4, e->info);
	else if (e->type == ICMP_UNREACHABLE && e->code == ICMP_FRAGMENTATION_NEEDED)
		store16(icmp + 6, e->info > 0xffff ? 0xffff : (uint16_t)e->info);
	else if (e->type == ICMP_PARAMETER_PROBLEM)
		icmp[4] = (uint8_t)e->info;
	memcpy(icmp + ICMP_HEADER, about->data + about->l3, quoted);

	if (inet6)
		sum = checksum_pseudo(sum, &k, length);
	checksum = checksum_finish(checksum_add(sum, icmp, length));
	memcpy(icmp + ICMP_CHECKSUM_AT, &checksum, 2);
	header_write(out, &k, length, inet6 ? 0 : ERROR_PRECEDENCE | (about->tos & TOS_KEPT));
	return (uint16_t)(header + length);
}
