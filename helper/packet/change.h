/* change.h: bytes replaced, and the checksums over them mended (RFC 1624). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_CHANGE_H
#define RINGWALL_PACKET_CHANGE_H

#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

/* change_bytes replaces `length` bytes (2, or a multiple of 4) that begin at an even offset of what a checksum covers,
 * and returns the change for checksum_mend. Changes add up. */
static inline uint64_t
change_bytes(uint8_t *at, const void *to, uint32_t length)
{
	const uint8_t *from = to;
	uint64_t change = 0;
	if (length == 2) {
		change = (uint64_t)(uint16_t)~load16_raw(at) + load16_raw(from);
		memcpy(at, from, 2);
		return change;
	}
	for (uint32_t i = 0; i < length; i += 4) {
		change += (uint64_t)(uint32_t)~load32_raw(at + i) + load32_raw(from + i);
		memcpy(at + i, from + i, 4);
	}
	return change;
}

/* checksum_mend: HC' = ~(~HC + ~m + m'), RFC 1624 equation 3. A change of nothing leaves also a checksum of minus zero,
 * which the equation would turn into zero. */
static inline void
checksum_mend(uint8_t *checksum_at, uint64_t change)
{
	uint16_t before = load16_raw(checksum_at);
	uint16_t mended = checksum_finish((uint64_t)(uint16_t)~before + change);
	if (__builtin_expect(before == 0xffff && mended == 0, 0) && checksum_finish(change) == 0)
		return;
	memcpy(checksum_at, &mended, 2);
}

/* checksum_mend_udp: a UDP sender that made no checksum has none to mend. */
static inline void
checksum_mend_udp(uint8_t *checksum_at, uint64_t change)
{
	if (load16_raw(checksum_at) == 0)
		return;
	checksum_mend(checksum_at, change);
	if (load16_raw(checksum_at) == 0)
		store16(checksum_at, 0xffff);
}

/* checksum_mend_icmp: ICMP has no pseudo header: of a message from l4 to end that is all zeros, an echo reply can be one, the checksum is
 * minus zero, and equation 3 of RFC 1624 cannot tell. */
static inline void
checksum_mend_icmp(uint8_t *l4, const uint8_t *end, uint64_t change)
{
	checksum_mend(l4 + ICMP_CHECKSUM_AT, change);
	if (load16_raw(l4 + ICMP_CHECKSUM_AT) != 0)
		return;
	for (const uint8_t *at = l4; at < end; at++) {
		if (*at != 0)
			return;
	}
	store16(l4 + ICMP_CHECKSUM_AT, 0xffff);
}

#endif
