/* mutation.c: see mutation.h. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/mutation.h"

#include <string.h>

#include "packet/bytes.h"
#include "packet/packet.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

uint64_t
number_next(struct numbers *n)
{
	uint64_t z = n->state += 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint32_t
number_below(struct numbers *n, uint32_t limit)
{
	return (uint32_t)(number_next(n) >> 32) % limit;
}

bool
number_one_in(struct numbers *n, uint32_t times)
{
	return number_below(n, times) == 0;
}

/* Where the network header begins, behind VLAN tags, if there is one. */
static uint32_t
network_at(const struct mutant *m)
{
	uint32_t at = 12;
	while (at + 4 <= m->length &&
	       (load16(m->bytes + at) == ETHERTYPE_VLAN || load16(m->bytes + at) == ETHERTYPE_SERVICE_VLAN))
		at += 4;
	return at + 2;
}

static bool
is_inet(const struct mutant *m, uint32_t at)
{
	return at + IPV4_HEADER <= m->length && m->bytes[at] >> 4 == 4;
}

/* Where the transport header begins, as far as that is plain to see. */
static uint32_t
transport_at(const struct mutant *m)
{
	uint32_t at = network_at(m);
	return is_inet(m, at) ? at + (m->bytes[at] & 15) * 4u : at + IPV6_HEADER;
}

static void
insert(struct mutant *m, uint32_t at, const uint8_t *bytes, uint32_t count)
{
	if (at > m->length || m->length + count > MUTATION_MAX)
		return;
	memmove(m->bytes + at + count, m->bytes + at, m->length - at);
	memcpy(m->bytes + at, bytes, count);
	m->length += count;
}

static void
cut(struct mutant *m, uint32_t at, uint32_t count)
{
	if (at >= m->length)
		return;
	count = count < m->length - at ? count : m->length - at;
	memmove(m->bytes + at, m->bytes + at + count, m->length - at - count);
	m->length -= count;
}

static void
random_bytes(uint8_t *bytes, uint32_t count, struct numbers *n)
{
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)number_next(n);
}

/* The length in the IP header follows what was put in or left out; now and then it does not. */
static void
follow_length(struct mutant *m, struct numbers *n)
{
	uint32_t at = network_at(m);
	if (number_one_in(n, 8) || at + IPV4_HEADER > m->length)
		return;
	if (is_inet(m, at))
		store16(m->bytes + at + 2, (uint16_t)(m->length - at));
	else if (at + IPV6_HEADER <= m->length)
		store16(m->bytes + at + 4, (uint16_t)(m->length - at - IPV6_HEADER));
}

/* ---- ways ---- */

static void
flip_bits(struct mutant *m, struct numbers *n)
{
	for (uint32_t i = 1 + number_below(n, 4); i > 0 && m->length > 0; i--)
		m->bytes[number_below(n, m->length)] ^= (uint8_t)(1u << number_below(n, 8));
}

static void
set_bytes(struct mutant *m, struct numbers *n)
{
	static const uint8_t edge[] = { 0, 1, 2, 4, 5, 6, 8, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff };
	for (uint32_t i = 1 + number_below(n, 3); i > 0 && m->length > 0; i--)
		m->bytes[number_below(n, m->length)] = edge[number_below(n, sizeof edge)];
}

/* Two bytes, anywhere, that may be a length or an offset. */
static void
set_word(struct mutant *m, struct numbers *n)
{
	static const uint16_t edge[] = { 0,    1,      7,      8,      20,     40,     576,   1280,
					 1500, 0x1fff, 0x2000, 0x2001, 0x7fff, 0x8000, 0xffff };
	if (m->length < 16)
		return;
	uint32_t at = 12 + 2 * number_below(n, (m->length - 12) / 2);
	uint16_t value = number_one_in(n, 2) ? edge[number_below(n, sizeof edge / sizeof edge[0])]
					     : (uint16_t)(m->length - at + number_below(n, 9) - 4);
	store16(m->bytes + at, value);
}

/* A field of the IP or of the transport header. */
static void
change_field(struct mutant *m, struct numbers *n)
{
	static const uint8_t inet[] = { 0, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20, 21, 22 };
	static const uint8_t inet6[] = { 0, 4, 5, 6, 7, 8, 24, 40, 41, 42, 43 };
	static const uint8_t transport[] = { 0, 1, 2, 3, 4, 5, 12, 13, 14, 20, 21, 22 };
	static const uint8_t next[] = { 0, 1, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135, 139, 140, 253 };
	uint32_t l3 = network_at(m), at;
	if (number_one_in(n, 2))
		at = transport_at(m) + transport[number_below(n, sizeof transport)];
	else if (is_inet(m, l3))
		at = l3 + inet[number_below(n, sizeof inet)];
	else
		at = l3 + inet6[number_below(n, sizeof inet6)];
	if (at >= m->length)
		return;
	bool is_next = at == l3 + (is_inet(m, l3) ? 9 : 6);
	m->bytes[at] = is_next && !number_one_in(n, 4) ? next[number_below(n, sizeof next)] : (uint8_t)number_next(n);
}

static void
change_length(struct mutant *m, struct numbers *n)
{
	if (number_one_in(n, 2)) {
		m->length = number_below(n, m->length + 1);
	} else {
		uint8_t more[64];
		uint32_t count = 1 + number_below(n, sizeof more);
		random_bytes(more, count, n);
		insert(m, m->length, more, count);
	}
	if (number_one_in(n, 2))
		follow_length(m, n);
}

static void
change_middle(struct mutant *m, struct numbers *n)
{
	uint8_t more[40];
	uint32_t at = number_below(n, m->length + 1), count = 1 + number_below(n, sizeof more);
	random_bytes(more, count, n);
	if (number_one_in(n, 2))
		insert(m, at, more, count);
	else
		cut(m, at, count);
	follow_length(m, n);
}

static void
cross(struct mutant *m, const uint8_t *other, uint32_t other_length, struct numbers *n)
{
	uint32_t at = number_below(n, m->length + 1), from = number_below(n, other_length + 1);
	uint32_t count = other_length - from;
	if (at + count > MUTATION_MAX)
		return;
	memcpy(m->bytes + at, other + from, count);
	m->length = at + count;
	follow_length(m, n);
}

/* Options of IPv4: types that mean something, lengths around what they should be. */
static void
add_options(struct mutant *m, uint32_t at, struct numbers *n)
{
	static const uint8_t type[] = { 0, 1, 7, 68, 130, 131, 134, 136, 137, 148 };
	uint8_t options[40];
	uint32_t header = (m->bytes[at] & 15) * 4u, count = 4 * (1 + number_below(n, 10));
	random_bytes(options, count, n);
	for (uint32_t i = 0; i + 2 < count; i += 1 + options[i + 1] % 12) {
		options[i] = type[number_below(n, sizeof type)];
		options[i + 1] = (uint8_t)number_below(n, 14);
		options[i + 2] = (uint8_t)(4 * number_below(n, 4));
	}
	if (header < IPV4_HEADER || header + count > 60)
		return;
	insert(m, at + header, options, count);
	m->bytes[at] = (uint8_t)(0x40 | (header + count) / 4);
	follow_length(m, n);
}

/* An extension header of IPv6 behind the fixed header: hop-by-hop, destination, routing, fragment, AH and others. */
static void
add_extension(struct mutant *m, uint32_t at, struct numbers *n)
{
	static const uint8_t type[] = { 0, 43, 44, 51, 60, 60, 135, 139, 140 };
	uint8_t header[64];
	uint32_t units = number_below(n, 4), count = 8 * (units + 1);
	if (at + IPV6_HEADER > m->length)
		return;
	random_bytes(header, count, n);
	header[0] = m->bytes[at + 6];
	m->bytes[at + 6] = type[number_below(n, sizeof type)];
	header[1] = (uint8_t)(number_one_in(n, 8) ? number_next(n) : m->bytes[at + 6] == 51 ? 2 * units : units);
	header[2] = (uint8_t)number_below(n, 6);
	header[3] = (uint8_t)number_below(n, 8);
	insert(m, at + IPV6_HEADER, header, m->bytes[at + 6] == 44 ? 8 : count);
	follow_length(m, n);
}

/* A fragment of what it was: any part of it. */
static void
make_fragment(struct mutant *m, uint32_t at, struct numbers *n)
{
	uint16_t offset = (uint16_t)(number_one_in(n, 8) ? number_next(n) & 0x1fff : number_below(n, 8));
	bool more = !number_one_in(n, 3);
	if (!is_inet(m, at)) {
		add_extension(m, at, n);
		if (at + IPV6_HEADER + 8 <= m->length && m->bytes[at + 6] == 44) {
			store16(m->bytes + at + IPV6_HEADER + 2, (uint16_t)(offset << 3 | more));
			store32(m->bytes + at + IPV6_HEADER + 4, number_below(n, 4));
		}
		return;
	}
	store16(m->bytes + at + 4, (uint16_t)number_below(n, 4));
	store16(m->bytes + at + 6, (uint16_t)((more ? IPV4_MORE_FRAGMENTS : 0) | offset));
}

static void
change_tags(struct mutant *m, struct numbers *n)
{
	static const uint16_t id[] = { 0, 30, 40, 77, 4095 };
	uint8_t tag[4];
	if (m->length < 14)
		return;
	store16(tag, number_one_in(n, 2) ? ETHERTYPE_VLAN : ETHERTYPE_SERVICE_VLAN);
	store16(tag + 2, (uint16_t)(id[number_below(n, sizeof id / sizeof id[0])] | number_below(n, 8) << 13));
	if (number_one_in(n, 3))
		cut(m, 12, 4);
	else
		insert(m, 12, tag, sizeof tag);
}

static void
add_headers(struct mutant *m, struct numbers *n)
{
	uint32_t at = network_at(m);
	if (number_one_in(n, 3))
		make_fragment(m, at, n);
	else if (is_inet(m, at))
		add_options(m, at, n);
	else
		add_extension(m, at, n);
}

/* ---- checksums ---- */

static void
mend_network(struct mutant *m)
{
	uint32_t at = network_at(m), header = is_inet(m, at) ? (m->bytes[at] & 15) * 4u : 0;
	if (header < IPV4_HEADER || at + header > m->length)
		return;
	memset(m->bytes + at + IPV4_CHECKSUM_AT, 0, 2);
	uint16_t sum = checksum_finish(checksum_add(0, m->bytes + at, header));
	memcpy(m->bytes + at + IPV4_CHECKSUM_AT, &sum, 2);
}

static void
mend_transport(struct mutant *m)
{
	struct packet p = { .data = m->bytes, .length = (uint16_t)m->length };
	if (packet_parse(&p) == DROP_REASON_NONE)
		rewrite_checksum_complete(&p);
}

void
mutate(struct mutant *m, const uint8_t *other, uint32_t other_length, struct numbers *n)
{
	for (uint32_t i = 1 + number_below(n, 3); i > 0; i--)
		switch (number_below(n, 10)) {
		case 0:
			flip_bits(m, n);
			break;
		case 1:
			set_bytes(m, n);
			break;
		case 2:
			set_word(m, n);
			break;
		case 3:
			change_length(m, n);
			break;
		case 4:
			change_middle(m, n);
			break;
		case 5:
			cross(m, other, other_length, n);
			break;
		case 6:
		case 7:
			add_headers(m, n);
			break;
		case 8:
			if (number_one_in(n, 4))
				change_tags(m, n);
			break;
		default:
			change_field(m, n);
			break;
		}
	if (number_one_in(n, 8))
		return;
	mend_network(m);
	if (!number_one_in(n, 4))
		mend_transport(m);
}
