/* parse_fuzz.c: any bytes as a packet; what parse accepts goes through every rewrite, answer, split and translation, and must stay a good
 * packet; and every condition of a filter is asked about it. The first byte says how: bit 0 without Ethernet header, bit 1 with the IPv4 header checksum put right first; the
 * next three choose MTU, VLAN and addresses. `parse_fuzz --seeds=DIR` writes the seed corpus instead.
 * SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/filter.h"
#include "packet/icmp.h"
#include "packet/sample.h"
#include "packet/split.h"
#include "packet/translate.h"

enum { CHOICES = 4, BYTES_MAX = 4096 };

enum { CHOICE_L3 = 1, CHOICE_CHECKSUM = 2 };

/* frame: a packet as a driver provides it, in memory that ends where the packet ends. */
struct frame {
	struct packet p;
	uint8_t *buffer;
};

static enum drop_reason
frame_parse(struct frame *f, const uint8_t *bytes, uint32_t length, bool l3)
{
	f->buffer = malloc(PACKET_HEADROOM + length);
	assert(f->buffer);
	memset(f->buffer, 0, PACKET_HEADROOM);
	memcpy(f->buffer + PACKET_HEADROOM, bytes, length);
	memset(&f->p, 0x5a, sizeof f->p);
	f->p.data = f->buffer + PACKET_HEADROOM;
	f->p.length = (uint16_t)length;
	return l3 ? packet_parse_l3(&f->p) : packet_parse(&f->p);
}

static void
frame_free(struct frame *f)
{
	free(f->buffer);
}

static bool
checksum_holds(const struct packet *p)
{
	uint32_t at = p->key.protocol == PROTOCOL_TCP   ? TCP_CHECKSUM_AT
		      : p->key.protocol == PROTOCOL_UDP ? UDP_CHECKSUM_AT
							: ICMP_CHECKSUM_AT;
	uint16_t full = checksum_transport(p);
	return full == 0 || memcmp(p->data + p->l4 + at, &full, 2) == 0 ||
	       (p->flags & PACKET_L4_PARTIAL && load16(p->data + p->l4 + at) == 0);
}

static void
check_offsets(const struct packet *p)
{
	assert(p->l3 < p->l4 && p->l4 <= p->payload && p->payload <= p->l3 + p->l3_length);
	assert(p->l3 + p->l3_length <= p->length);
	assert(p->inner_l3 == 0 || (p->flags & PACKET_ICMP_ERROR && p->inner_l3 + IPV4_HEADER <= p->l3 + p->l3_length));
	assert(p->key.family == ADDRESS_FAMILY_INET || p->key.family == ADDRESS_FAMILY_INET6);
	assert(p->key.instance == 0);
	assert(!(p->flags & PACKET_FRAGMENT_FIRST) || p->flags & PACKET_FRAGMENT);
}

static void
check_answer(uint8_t *out, uint16_t length, const struct packet *about, bool error)
{
	struct packet p = { .data = out, .length = length };
	assert(packet_parse_l3(&p) == DROP_REASON_NONE);
	assert(p.l3_length == length);
	assert(memcmp(&p.key.destination, &about->key.source, sizeof p.key.source) == 0);
	assert(checksum_holds(&p));
	assert(!error || !icmp_error_allowed(&p, &(struct icmp_error){ .type = 1 }));
	assert(error || !rst_allowed(&p));
}

static void
try_answers(const struct packet *p)
{
	static const struct icmp_error inet[] = { { 3, 13, 0 }, { 3, 4, 1400 }, { 11, 0, 0 }, { 12, 0, 1 } };
	static const struct icmp_error inet6[] = { { 1, 1, 0 }, { 2, 0, 1400 }, { 3, 0, 0 }, { 4, 2, 40 } };
	static const struct address from = { .byte = { 192, 0, 2, 9 } };
	static const struct address from6 = { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 9 } };
	bool is6 = p->key.family == ADDRESS_FAMILY_INET6;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t *out = malloc(ICMP_ERROR_MAX);
		const struct icmp_error *e = is6 ? &inet6[i] : &inet[i];
		if (icmp_error_allowed(p, e)) {
			uint16_t length = icmp_error_build(out, p, e, is6 ? &from6 : &from);
			assert(length <= (is6 ? 1280 : 576));
			check_answer(out, length, p, true);
		}
		free(out);
	}
	if (rst_allowed(p)) {
		uint8_t *out = malloc(RST_MAX);
		check_answer(out, rst_build(out, p), p, false);
		free(out);
	}
}

static void
try_split(const struct packet *p, uint16_t mtu)
{
	const uint8_t *header = p->data + p->l3;
	uint32_t done = 0, count;
	struct split s;
	uint16_t length;
	uint8_t *out;
	if (p->key.family != ADDRESS_FAMILY_INET || !split_begin(&s, header, mtu))
		return;
	out = malloc(mtu);
	count = split_count(&s);
	while (split_next(&s, out, &length)) {
		uint32_t own = (out[0] & 15) * 4u;
		struct packet f = { .data = out, .length = length };
		enum drop_reason reason;
		assert(length <= mtu);
		assert(memcmp(out + own, header + (header[0] & 15) * 4 + done, length - own) == 0);
		reason = packet_parse_l3(&f);
		/* An MTU below 68 leaves first fragments without their transport header, or seconds inside it. */
		assert(reason == DROP_REASON_NONE || mtu < 128);
		done += length - own;
		count--;
	}
	assert(count == 0 && done == p->l3_length - (header[0] & 15) * 4u);
	free(out);
}

static struct flow_key
key_of(const struct flow_key *k, uint8_t choice)
{
	struct flow_key to = *k;
	uint32_t last = k->family == ADDRESS_FAMILY_INET ? 3 : 15;
	to.source.byte[last] ^= choice;
	to.destination.byte[last - 1] ^= (uint8_t)(choice * 3);
	if (k->source_port != 0)
		to.source_port ^= (uint16_t)(choice * 257);
	if (k->destination_port != 0)
		to.destination_port ^= (uint16_t)(choice * 257);
	return to;
}

static void
try_rewrites(struct packet *p, uint16_t vlan, uint8_t choice)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct flow_key to = key_of(&p->key, choice), inner = p->key;
	bool whole = rewrite_checksum_complete(p);
	struct packet again;
	enum drop_reason reason;

	/* Ports in a fragment of SCTP are not translated. */
	if (p->key.protocol == PROTOCOL_SCTP && p->flags & PACKET_FRAGMENT) {
		to.source_port = p->key.source_port;
		to.destination_port = p->key.destination_port;
	}
	assert(!rewrite_checksum_unfinished(p) || checksum_holds(p));
	if (p->inner_l3 != 0) {
		inner = key_of(&p->inner, choice);
		icmp_inner_rewrite(p, &inner);
		assert(!whole || checksum_holds(p));
	}
	rewrite_addresses(p, &to);
	if (p->ttl > 1)
		rewrite_ttl(p);
	rewrite_tos(p, choice);
	rewrite_mss(p, (uint16_t)(choice * 8));
	assert(!whole || checksum_holds(p));
	rewrite_link(p, mac, mac, vlan);
	assert(p->l3 == (vlan ? 18 : 14));

	again = (struct packet){ .data = p->data, .length = p->length };
	reason = packet_parse(&again);
	/* The new addresses may be such that no packet may have. */
	if (reason == DROP_REASON_IP_SOURCE || reason == DROP_REASON_IP_DESTINATION)
		return;
	assert(reason == DROP_REASON_NONE);
	assert(flow_key_equal(&again.key, &to));
	assert(again.l4 == p->l4 && again.payload == p->payload && again.l3_length == p->l3_length);
	assert(again.vlan[0] == vlan && again.tos == choice && again.ttl == p->ttl);
	assert(again.inner_l3 == p->inner_l3);
	assert(again.inner_l3 == 0 || flow_key_equal(&again.inner, &inner));
}

static struct flow_key
key_across(const struct flow_key *k)
{
	static const struct address inet[2] = { { .byte = { 192, 0, 2, 1 } }, { .byte = { 198, 51, 100, 2 } } };
	static const struct address inet6[2] = { { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
						 { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 2 } } };
	bool to_inet = k->family == ADDRESS_FAMILY_INET6;
	struct flow_key to = *k;
	to.family = to_inet ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6;
	to.source = to_inet ? inet[0] : inet6[0];
	to.destination = to_inet ? inet[1] : inet6[1];
	if (k->protocol == (to_inet ? PROTOCOL_ICMP6 : PROTOCOL_ICMP))
		to.protocol = to_inet ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
	return to;
}

/* What can be translated to the other family is a well-formed packet there, with a right checksum if it had one. */
static void
try_translation(const struct packet *from, uint16_t room)
{
	struct packet p = *from;
	struct flow_key quoted = key_across(&p.inner);
	uint8_t *bytes = malloc(PACKET_HEADROOM + p.length);
	assert(bytes);
	p.data = bytes + PACKET_HEADROOM;
	memcpy(p.data, from->data, p.length);
	bool whole = rewrite_checksum_complete(&p);
	p.out = key_across(&p.key);
	p.flags |= PACKET_TRANSLATED;
	if (translate_measure(&p, room) == DROP_REASON_NONE) {
		translate_bytes(&p, &quoted, 7);
		struct packet again = { .data = p.data + p.l3, .length = packet_out_length(&p) };
		assert(again.data >= bytes && again.data + again.length <= bytes + PACKET_HEADROOM + from->length);
		enum drop_reason reason = packet_parse_l3(&again);
		/* Parts of what is too long for the other family, or cut inside a header, are malformed there as well. */
		assert(reason == DROP_REASON_NONE || p.flags & PACKET_FRAGMENT);
		assert(reason != DROP_REASON_NONE ||
		       (again.l4 == p.l4 - p.l3 && again.ttl == p.ttl && again.tos == p.tos));
		if (reason == DROP_REASON_NONE && whole)
			assert(checksum_holds(&again));
	}
	free(bytes);
}

/* Conditions read the packet's bytes: none may look beyond them, wherever bits are asked for. */
static void
try_conditions(const struct packet *p, uint8_t offset, uint8_t bits)
{
	static const struct number_range all = { 0, UINT32_MAX };
	static const struct octet_set none, odd = { .bits = { 0xaaaaaaaaaaaaaaaa, 0, 0xaaaaaaaaaaaaaaaa, 0 } };
	struct filter_term t = { .fragment_flags = 0xff, .esp_spis = { 1, &all }, .fragment_offsets = { 1, &all } };
	bool transport = !(p->flags & PACKET_FRAGMENT) || p->fragment_offset == 0;
	for (enum filter_condition c = 1; c <= FILTER_FLEXIBLE; c <<= 1) {
		t.conditions = c;
		t.ip_options = t.ip_options_except = odd;
		(void)filter_term_packet(&t, p);
	}
	t.conditions = FILTER_IP_OPTIONS | FILTER_IP_OPTIONS_EXCEPT;
	assert(!filter_term_packet(&t, p)); /* one option cannot be there and not be there */
	t.ip_options_except = none;
	t.conditions = FILTER_IP_OPTIONS_EXCEPT;
	assert(filter_term_packet(&t, p));
	t.conditions = FILTER_FRAGMENT_FLAGS;
	assert(filter_term_packet(&t, p) == (p->key.family == ADDRESS_FAMILY_INET));
	t.conditions = FILTER_ESP_SPI;
	assert(filter_term_packet(&t, p) == (transport && p->key.protocol == PROTOCOL_ESP));
	for (uint8_t start = FILTER_START_LAYER_3; start <= FILTER_START_PAYLOAD; start++) {
		uint32_t end = (uint32_t)p->l3 + p->l3_length -
			       (start == FILTER_START_LAYER_3   ? p->l3
				: start == FILTER_START_LAYER_4 ? p->l4
								: p->payload);
		t.conditions = FILTER_FLEXIBLE;
		t.flexible = (struct filter_flexible){
			.start = start, .byte_offset = offset, .bit_offset = bits & 7, .bit_length = 1 + (bits >> 3)
		};
		assert(filter_term_packet(&t, p) == ((start == FILTER_START_LAYER_3 || transport) &&
						     offset * 8u + (bits & 7) + 1 + (bits >> 3) <= end * 8));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;
	struct frame f;
	bool l3;

	if (size < CHOICES || size > BYTES_MAX)
		return 0;
	l3 = data[0] & CHOICE_L3;
	size -= CHOICES;
	bytes = malloc(size ? size : 1);
	assert(bytes);
	memcpy(bytes, data + CHOICES, size);
	if (data[0] & CHOICE_CHECKSUM) {
		uint32_t at = l3 ? 0 : ETHERNET_HEADER;
		if (size >= at + IPV4_HEADER && bytes[at] >> 4 == 4 && (bytes[at] & 15) >= 5 &&
		    size >= at + (bytes[at] & 15) * 4u)
			sample_ipv4_checksum(bytes + at);
	}
	if (frame_parse(&f, bytes, (uint32_t)size, l3) == DROP_REASON_NONE) {
		assert(memcmp(f.p.data, bytes, size) == 0);
		check_offsets(&f.p);
		try_conditions(&f.p, data[1], data[2]);
		try_answers(&f.p);
		try_split(&f.p, (uint16_t)(28 + data[1] * 4));
		try_translation(&f.p, (uint16_t)(1280 + data[1]));
		try_rewrites(&f.p, data[2] % 4 ? data[2] : 0, data[3]);
	}
	frame_free(&f);
	free(bytes);
	return 0;
}

static void
seed_write(const char *folder, const char *prefix, unsigned kind, const uint8_t *choice, const uint8_t *bytes,
	   uint32_t length)
{
	char path[512];
	FILE *file;
	snprintf(path, sizeof path, "%s/%s-%02u", folder, prefix, kind);
	file = fopen(path, "wb");
	if (!file || fwrite(choice, 1, CHOICES, file) != CHOICES || fwrite(bytes, 1, length, file) != length ||
	    fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t ethernet[CHOICES] = { CHOICE_CHECKSUM, 100, 7, 1 };
	static const uint8_t ip[CHOICES] = { CHOICE_CHECKSUM | CHOICE_L3, 3, 0, 200 };
	const char *folder;
	struct sample s;
	if (*argc < 2 || strncmp((*argv)[1], "--seeds=", 8) != 0)
		return 0;
	folder = (*argv)[1] + 8;
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		sample_make(&s, kind);
		seed_write(folder, "ethernet", kind, ethernet, s.bytes, s.length);
		if (kind % 4 == 0)
			seed_write(folder, "ip", kind, ip, s.bytes + s.l3, s.length - s.l3);
	}
	exit(0);
}
