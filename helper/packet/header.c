/* header.c: the IP header of packets that this host makes. SPDX-License-Identifier: Apache-2.0 */
#include "packet/header.h"

#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

enum { HOP_LIMIT = 64 }; /* RFC 1700: the default TTL */

uint32_t
header_write(uint8_t *out, const struct flow_key *k, uint32_t length, uint8_t tos)
{
	uint16_t checksum;
	if (k->family == ADDRESS_FAMILY_INET6) {
		store32(out, 0x60000000u | (uint32_t)tos << 20);
		store16(out + 4, (uint16_t)length);
		out[6] = k->protocol;
		out[7] = HOP_LIMIT;
		memcpy(out + 8, &k->source, 16);
		memcpy(out + 24, &k->destination, 16);
		return IPV6_HEADER;
	}
	out[0] = 0x45;
	out[1] = tos;
	store16(out + 2, (uint16_t)(IPV4_HEADER + length));
	/* RFC 6864 4.1: a datagram that is not and may not be fragmented needs no identification. */
	store16(out + 4, 0);
	store16(out + 6, IPV4_DONT_FRAGMENT);
	out[8] = HOP_LIMIT;
	out[9] = k->protocol;
	store16(out + IPV4_CHECKSUM_AT, 0);
	memcpy(out + 12, &k->source, 4);
	memcpy(out + 16, &k->destination, 4);
	checksum = checksum_finish(checksum_add(0, out, IPV4_HEADER));
	memcpy(out + IPV4_CHECKSUM_AT, &checksum, 2);
	return IPV4_HEADER;
}

bool
address_is_one_host(uint8_t family, const struct address *a)
{
	if (family == ADDRESS_FAMILY_INET)
		return a->byte[0] != 0 && a->byte[0] != 127 && a->byte[0] < 224;
	if (a->byte[0] == 0xff)
		return false;
	return a->half[0] != 0 || a->word[2] != 0 || __builtin_bswap32(a->word[3]) > 1;
}
