/* quote.c: reading the packet quoted by an ICMP error. SPDX-License-Identifier: Apache-2.0 */
#include "packet/quote.h"

#include "packet/bytes.h"
#include "packet/chain.h"
#include "packet/protocol.h"

enum { QUOTED_MINIMUM = 8 };

bool
quote_parse(const uint8_t *data, uint32_t at, uint32_t end, uint8_t family, struct quote *q)
{
	const uint8_t *ip = data + at, *l4;
	bool later;

	*q = (struct quote){ .key.family = family };
	if (family == ADDRESS_FAMILY_INET) {
		uint32_t header;
		if (end - at < IPV4_HEADER || ip[0] >> 4 != 4)
			return false;
		header = (ip[0] & 15u) * 4;
		if (header < IPV4_HEADER || end - at < header)
			return false;
		q->key.source.word[0] = load32_raw(ip + 12);
		q->key.destination.word[0] = load32_raw(ip + 16);
		q->key.protocol = ip[9];
		later = (load16(ip + 6) & IPV4_OFFSET_MASK) != 0;
		q->l4 = at + header;
	} else {
		struct extension_chain c;
		if (end - at < IPV6_HEADER || ip[0] >> 4 != 6)
			return false;
		if (extension_chain_walk(data, at + IPV6_HEADER, end, ip[6], &c) != CHAIN_COMPLETE)
			return false;
		memcpy(&q->key.source, ip + 8, 16);
		memcpy(&q->key.destination, ip + 24, 16);
		q->key.protocol = c.protocol;
		later = c.fragment && c.fragment_offset > 0;
		q->l4 = c.end;
	}
	if (later) {
		q->l4 = 0;
		return true;
	}
	l4 = data + q->l4;
	switch (q->key.protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
	case PROTOCOL_SCTP:
		if (end - q->l4 < QUOTED_MINIMUM)
			return false;
		q->key.source_port = load16_raw(l4);
		q->key.destination_port = load16_raw(l4 + 2);
		return true;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		if ((q->key.protocol == PROTOCOL_ICMP) != (family == ADDRESS_FAMILY_INET))
			return true;
		if (end - q->l4 < QUOTED_MINIMUM || icmp_is_error(family, l4[0]))
			return false;
		if (icmp_is_echo(family, l4[0]))
			q->key.source_port = q->key.destination_port = load16_raw(l4 + 4);
		return true;
	}
	return true;
}
