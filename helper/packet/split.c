/* split.c: IPv4 fragmentation. SPDX-License-Identifier: Apache-2.0 */
#include "packet/split.h"

#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_COPIED = 0x80 };

/* Copies the options that RFC 791 wants in every fragment, padded with end-of-list; returns their length. `out` may be
 * NULL. */
static uint32_t
copied_options(const uint8_t *option, const uint8_t *end, uint8_t *out)
{
	uint32_t length = 0;
	while (option < end && *option != OPTION_END) {
		uint32_t size = *option == OPTION_NOP ? 1 : option[1];
		if (*option & OPTION_COPIED) {
			if (out)
				memcpy(out + length, option, size);
			length += size;
		}
		option += size;
	}
	while (length % 4 != 0) {
		if (out)
			out[length] = OPTION_END;
		length++;
	}
	return length;
}

static inline uint32_t
room(const struct split *s, uint32_t header)
{
	return (s->mtu - header) & ~7u;
}

bool
fragment_ipv4(struct split *s, const struct packet *p, uint16_t mtu)
{
	const uint8_t *header = p->data + p->l3;
	if (p->key.family != ADDRESS_FAMILY_INET || p->flags & PACKET_DONT_FRAGMENT || p->l3_length <= mtu)
		return false;
	*s = (struct split){ .header = header, .fragment = load16(header + 6), .mtu = mtu };
	s->header_length = (header[0] & 15u) * 4;
	s->later_length = IPV4_HEADER + copied_options(header + IPV4_HEADER, header + s->header_length, NULL);
	s->total = p->l3_length - s->header_length;
	return mtu >= s->header_length + 8;
}

uint32_t
split_count(const struct split *s)
{
	uint32_t left = s->total - s->done, count = 0, full = room(s, s->later_length), last = s->mtu - s->later_length;
	if (s->done == 0) {
		left -= room(s, s->header_length);
		count = 1;
	}
	if (left == 0)
		return count;
	return left <= last ? count + 1 : count + 1 + (left - last + full - 1) / full;
}

bool
split_next(struct split *s, uint8_t *out, uint16_t *length)
{
	uint32_t header = s->done == 0 ? s->header_length : s->later_length, left = s->total - s->done, bytes;
	uint16_t fragment, checksum;

	if (left == 0)
		return false;
	bytes = left <= s->mtu - header ? left : room(s, header);
	memcpy(out, s->header, s->done == 0 ? s->header_length : IPV4_HEADER);
	if (s->done > 0)
		copied_options(s->header + IPV4_HEADER, s->header + s->header_length, out + IPV4_HEADER);
	memcpy(out + header, s->header + s->header_length + s->done, bytes);

	fragment = (uint16_t)(s->fragment + s->done / 8);
	if (bytes < left)
		fragment |= IPV4_MORE_FRAGMENTS;
	out[0] = (uint8_t)(0x40 | header / 4);
	store16(out + 2, (uint16_t)(header + bytes));
	store16(out + 6, fragment);
	store16(out + IPV4_CHECKSUM_AT, 0);
	checksum = checksum_finish(checksum_add(0, out, header));
	memcpy(out + IPV4_CHECKSUM_AT, &checksum, 2);
	s->done += bytes;
	*length = (uint16_t)(header + bytes);
	return true;
}
