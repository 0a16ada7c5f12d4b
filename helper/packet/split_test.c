/* split_test.c: fragments that put together give the packet again. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "packet/sample.h"
#include "packet/split.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const uint8_t options[] = {
	148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 1, 130, 4, 9, 9
}; /* copied, not, no-op, copied */

static void
make(struct sample *s, struct packet *p, uint16_t fragment, uint32_t options_length, uint32_t payload)
{
	sample_start(s);
	sample_type(s, ETHERTYPE_IPV4);
	sample_ipv4(s, PROTOCOL_UDP, fragment, options, options_length);
	store16(sample_udp(s, payload - UDP_HEADER) + 4, (uint16_t)payload);
	sample_finish(s);
	*p = (struct packet){ .data = s->bytes, .length = (uint16_t)s->length };
	assert_int_equal(packet_parse(p), DROP_REASON_NONE);
}

/* Cuts p for `mtu` and checks every fragment; returns how many there were. */
static uint32_t
cut(const struct packet *p, uint16_t mtu, uint16_t fragment)
{
	const uint8_t *payload = p->data + p->l3 + (p->data[p->l3] & 15) * 4;
	uint32_t total = p->l3_length - (p->data[p->l3] & 15) * 4u, done = 0, count = 0, expected;
	uint8_t *out = malloc(mtu);
	struct split s;
	uint16_t length;

	assert_true(split_begin(&s, p->data + p->l3, mtu));
	expected = split_count(&s);
	while (split_next(&s, out, &length)) {
		struct packet f = { .data = out, .length = length };
		uint32_t header = (out[0] & 15) * 4, bytes = length - header;
		bool more = done + bytes < total || fragment & IPV4_MORE_FRAGMENTS;
		assert_true(length <= mtu);
		assert_int_equal(checksum_finish(checksum_add(0, out, header)), 0);
		assert_int_equal(load16(out + 2), length);
		assert_int_equal(load16(out + 4), load16(p->data + p->l3 + 4));
		assert_int_equal(load16(out + 6) & IPV4_OFFSET_MASK, (fragment & IPV4_OFFSET_MASK) + done / 8);
		assert_int_equal((load16(out + 6) & IPV4_MORE_FRAGMENTS) != 0, more);
		assert_int_equal(load16(out + 6) & IPV4_DONT_FRAGMENT, 0);
		assert_int_equal(out[8], 64);
		assert_int_equal(out[9], PROTOCOL_UDP);
		assert_memory_equal(out + header, payload + done, bytes);
		/* As full as possible: another eight bytes would not have fitted. */
		if (done + bytes < total)
			assert_true(length + 8 > mtu);
		assert_int_equal(packet_parse_l3(&f), DROP_REASON_NONE);
		assert_int_equal(f.flags & PACKET_FRAGMENT, PACKET_FRAGMENT);
		done += bytes;
		assert_int_equal(split_count(&s), expected - ++count);
	}
	assert_int_equal(done, total);
	assert_int_equal(count, expected);
	free(out);
	return count;
}

static void
fragments_of_every_mtu_put_together_give_the_packet_again(void **state)
{
	static const uint32_t option_length[] = { 0, 4, 12, 16 };
	for (size_t i = 0; i < COUNT(option_length); i++) {
		struct sample s;
		struct packet p;
		make(&s, &p, 0, option_length[i], 700);
		for (uint16_t mtu = 68; mtu < p.l3_length; mtu++)
			cut(&p, mtu, 0);
	}
}

static void
the_number_of_fragments_is_the_least_possible(void **state)
{
	static const struct {
		uint32_t payload;
		uint16_t mtu;
		uint32_t fragments;
	} table[] = {
		{ 1480, 1499, 2 }, { 1481, 1500, 2 }, { 2960, 1500, 2 },
		{ 2961, 1500, 3 }, { 2961, 1501, 2 }, /* the last may use the odd byte */
		{ 96, 68, 2 },     { 97, 68, 3 },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sample s;
		struct packet p;
		make(&s, &p, 0, 0, table[i].payload);
		assert_int_equal(cut(&p, table[i].mtu, 0), table[i].fragments);
	}
}

static void
a_fragment_is_cut_further_and_keeps_its_place(void **state)
{
	static const uint16_t fragment[] = { IPV4_MORE_FRAGMENTS, IPV4_MORE_FRAGMENTS | 100, 100, 8000 };
	for (size_t i = 0; i < COUNT(fragment); i++) {
		struct sample s;
		struct packet p;
		make(&s, &p, fragment[i], 16, 800);
		for (uint16_t mtu = 68; mtu < p.l3_length; mtu += 7)
			cut(&p, mtu, fragment[i]);
	}
}

/* RFC 791 3.1: the copied flag. */
static void
later_fragments_carry_only_the_options_to_be_copied(void **state)
{
	static const uint8_t copied[] = { 148, 4, 0, 0, 130, 4, 9, 9 };
	uint8_t out[576];
	struct sample s;
	struct packet p;
	struct split split;
	uint16_t length;
	make(&s, &p, 0, sizeof options, 900);
	assert_true(split_begin(&split, p.data + p.l3, 576));
	assert_true(split_next(&split, out, &length));
	assert_int_equal(out[0], 0x49);
	assert_memory_equal(out + IPV4_HEADER, options, sizeof options);
	assert_true(split_next(&split, out, &length));
	assert_int_equal(out[0], 0x47);
	assert_memory_equal(out + IPV4_HEADER, copied, sizeof copied);
	assert_false(split_next(&split, out, &length));
}

static void
what_fits_must_not_be_cut_or_belongs_to_ipv6_is_not_cut(void **state)
{
	struct sample s;
	struct packet p;
	struct split split;
	make(&s, &p, 0, 0, 500);
	assert_false(split_begin(&split, p.data + p.l3, 520));
	assert_true(split_begin(&split, p.data + p.l3, 519));
	assert_true(split_begin(&split, p.data + p.l3, 28));
	assert_false(split_begin(&split, p.data + p.l3, 27));
	assert_false(split_begin(&split, p.data + p.l3, 0));
	make(&s, &p, IPV4_DONT_FRAGMENT, 0, 500);
	assert_false(split_begin(&split, p.data + p.l3, 100));
	sample_make(&s, SAMPLE_UDP6);
	p = (struct packet){ .data = s.bytes, .length = (uint16_t)s.length };
	assert_int_equal(packet_parse(&p), DROP_REASON_NONE);
	assert_false(split_begin(&split, p.data + p.l3, 50));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments_of_every_mtu_put_together_give_the_packet_again),
		cmocka_unit_test(the_number_of_fragments_is_the_least_possible),
		cmocka_unit_test(a_fragment_is_cut_further_and_keeps_its_place),
		cmocka_unit_test(later_fragments_carry_only_the_options_to_be_copied),
		cmocka_unit_test(what_fits_must_not_be_cut_or_belongs_to_ipv6_is_not_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
