/* checksum.c: the Internet checksum (RFC 1071) and SCTP's CRC32c. SPDX-License-Identifier: Apache-2.0 */
#include "packet/rewrite.h"

#include "packet/bytes.h"
#include "packet/protocol.h"

/* One's complement sums do not depend on byte order as long as one order is kept (RFC 1071 2 B), so words are added as
 * they lie in memory, and in halves of 32 bits, which fold to the same. */
uint64_t
checksum_add(uint64_t sum, const void *bytes, uint32_t length)
{
	const uint8_t *at = bytes;
	for (; length >= 4; at += 4, length -= 4)
		sum += load32_raw(at);
	if (length > 0) {
		uint32_t tail = 0;
		memcpy(&tail, at, length);
		sum += tail;
	}
	return sum;
}

uint64_t
checksum_pseudo(uint64_t sum, const struct flow_key *k, uint32_t length)
{
	uint32_t bytes = k->family == ADDRESS_FAMILY_INET ? 4 : 16;
	sum = checksum_add(sum, &k->source, bytes);
	sum = checksum_add(sum, &k->destination, bytes);
	return sum + __builtin_bswap32(length) + __builtin_bswap16(k->protocol);
}

uint16_t
checksum_transport(const struct packet *p)
{
	const uint8_t *l4 = p->data + p->l4;
	uint32_t length = p->l3 + p->l3_length - p->l4, at;
	uint64_t sum = 0;
	uint16_t checksum;

	switch (p->key.protocol) {
	case PROTOCOL_TCP:
		at = TCP_CHECKSUM_AT;
		break;
	case PROTOCOL_UDP:
		at = UDP_CHECKSUM_AT;
		length = load16(l4 + 4);
		break;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		if ((p->key.protocol == PROTOCOL_ICMP) != (p->key.family == ADDRESS_FAMILY_INET))
			return 0;
		at = ICMP_CHECKSUM_AT;
		break;
	default:
		return 0;
	}
	if (p->key.protocol != PROTOCOL_ICMP)
		sum = checksum_pseudo(sum, &p->key, length);
	sum = checksum_add(sum, l4, at);
	sum = checksum_add(sum, l4 + at + 2, length - at - 2);
	checksum = checksum_finish(sum);
	return checksum == 0 && p->key.protocol == PROTOCOL_UDP ? 0xffff : checksum;
}

uint32_t
checksum_crc32c(uint32_t crc, const void *bytes, uint32_t length)
{
	/* CRC32c of each half byte: small enough to stay in the cache between two SCTP packets. */
	static const uint32_t half[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const uint8_t *at = bytes;
	for (uint32_t i = 0; i < length; i++) {
		crc ^= at[i];
		crc = crc >> 4 ^ half[crc & 15];
		crc = crc >> 4 ^ half[crc & 15];
	}
	return crc;
}
