/* split.c: see split.h. SPDX-License-Identifier: Apache-2.0 */
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
split_begin(struct split *s, const uint8_t *ip, uint16_t mtu)
{
	uint32_t length;
	*s = (struct split){ .header = ip, .mtu = mtu, .inet6 = ip[0] >> 4 == 6 };
	if (s->inet6) {
		if (ip[6] != PROTOCOL_FRAGMENT)
			return false;
		length = IPV6_HEADER + load16(ip + 4);
		s->fragment = load16(ip + IPV6_HEADER + 2);
		s->header_length = s->later_length = IPV6_HEADER + IPV6_FRAGMENT_HEADER;
	} else {
		length = load16(ip + 2);
		s->fragment = load16(ip + 6);
		if (s->fragment & IPV4_DONT_FRAGMENT)
			return false;
		s->header_length = (ip[0] & 15u) * 4;
		s->later_length = IPV4_HEADER + copied_options(ip + IPV4_HEADER, ip + s->header_length, NULL);
	}
	s->total = length - s->header_length;
	return length > mtu && mtu >= s->header_length + 8;
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

static void
write_inet(const struct split *s, uint8_t *out, uint32_t header, uint32_t bytes, bool more)
{
	uint16_t checksum;
	memcpy(out, s->header, s->done == 0 ? s->header_length : IPV4_HEADER);
	if (s->done > 0)
		copied_options(s->header + IPV4_HEADER, s->header + s->header_length, out + IPV4_HEADER);
	out[0] = (uint8_t)(0x40 | header / 4);
	store16(out + 2, (uint16_t)(header + bytes));
	store16(out + 6, (uint16_t)((s->fragment + s->done / 8) | (more ? IPV4_MORE_FRAGMENTS : 0)));
	store16(out + IPV4_CHECKSUM_AT, 0);
	checksum = checksum_finish(checksum_add(0, out, header));
	memcpy(out + IPV4_CHECKSUM_AT, &checksum, 2);
}

static void
write_inet6(const struct split *s, uint8_t *out, uint32_t header, uint32_t bytes, bool more)
{
	memcpy(out, s->header, header);
	store16(out + 4, (uint16_t)(header - IPV6_HEADER + bytes));
	store16(out + IPV6_HEADER + 2, (uint16_t)((s->fragment + s->done) | more));
}

bool
split_next(struct split *s, uint8_t *out, uint16_t *length)
{
	uint32_t header = s->done == 0 ? s->header_length : s->later_length, left = s->total - s->done, bytes;
	if (left == 0)
		return false;
	bytes = left <= s->mtu - header ? left : room(s, header);
	if (s->inet6)
		write_inet6(s, out, header, bytes, bytes < left);
	else
		write_inet(s, out, header, bytes, bytes < left);
	memcpy(out + header, s->header + s->header_length + s->done, bytes);
	s->done += bytes;
	*length = (uint16_t)(header + bytes);
	return true;
}
