/* nptv6_test.c: prefixes that stand for each other, as RFC 6296 has it. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>

#include "nat/nptv6.h"
#include "packet/rewrite.h"

static struct address
address_of(const char *text)
{
	struct address a;
	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static void
assert_maps(const char *inside, const char *outside, const char *inner, const char *outer, unsigned length)
{
	struct address in = address_of(inside), out = address_of(outside), i = address_of(inner), o = address_of(outer);
	struct address mapped = { .half = { 0, 0 } };
	assert_true(nptv6_map(&in, &i, &o, length, &mapped));
	assert_memory_equal(&mapped, &out, sizeof out);
	assert_true(nptv6_map(&out, &o, &i, length, &mapped));
	assert_memory_equal(&mapped, &in, sizeof in);
}

static void
the_example_of_the_rfc_comes_out(void **state)
{
	assert_maps("fd01:203:405:1::1234", "2001:db8:1:d550::1234", "fd01:203:405::", "2001:db8:1::", 48);
}

static void
up_to_48_bits_the_subnet_carries_the_difference_and_hosts_keep_their_identifier(void **state)
{
	assert_maps("fd00:1:2:3:4:5:6:7", "2001:db8:2:cf4b:4:5:6:7", "fd00:1::", "2001:db8::", 32);
	assert_maps("fd00:1200:34:0:ffff:ffff:ffff:ffff", "2001:1200:34:dcff:ffff:ffff:ffff:ffff",
		    "fd00::", "2001::", 16);
	assert_maps("fd01:203:405:9::", "2001:db8:1:d558::", "fd01:203:405::", "2001:db8:1::", 48);
}

static void
beyond_the_first_word_of_the_identifier_that_is_not_all_ones_does(void **state)
{
	static const char *const in = "2001:db8:1::", *const out = "2001:db8:a::";
	assert_maps("2001:db8:1::10", "2001:db8:a:0:fff6::10", in, out, 64);
	assert_maps("2001:db8:1::ffff:5:6:7", "2001:db8:a::ffff:fffb:6:7", in, out, 64);
	assert_maps("2001:db8:1::ffff:ffff:ffff:9", "2001:db8:a::ffff:ffff:ffff:0", in, out, 64);
	assert_maps("2001:db8:1:1234:a:b:c:d", "2001:db8:a:1234:1:b:c:d", in, out, 56);
}

static void
what_has_no_counterpart_is_refused_in_both_directions(void **state)
{
	static const struct {
		const char *address;
		unsigned length;
	} none[] = {
		{ "2001:db8:1:ffff::1", 48 },
		{ "2001:db8:1:0:ffff:ffff:ffff:ffff", 64 },
		{ "2001:db8:1::", 64 },     /* no host has it */
		{ "2001:db8:1:0:9::", 64 }, /* what it would become no host has */
	};
	struct address in = address_of("2001:db8:1::"), out = address_of("2001:db8:a::"), mapped = in;
	for (unsigned i = 0; i < sizeof none / sizeof *none; i++) {
		struct address a = address_of(none[i].address);
		assert_false(nptv6_map(&a, &in, &out, none[i].length, &mapped));
		assert_memory_equal(&mapped, &in, sizeof in);
	}
	struct address back = address_of("2001:db8:a:ffff::1");
	assert_false(nptv6_map(&back, &out, &in, 48, &mapped));
}

static void
any_address_comes_back_and_no_checksum_changes(void **state)
{
	srandom(6296);
	for (unsigned n = 0; n < 20000; n++) {
		struct address a, from, to, mapped, back;
		unsigned length = 1 + (unsigned)random() % NPTV6_LENGTH_MAX;
		for (unsigned i = 0; i < 16; i++) {
			uint8_t mask = i * 8 + 8 <= length ? 0xff
				       : i * 8 >= length   ? 0
							   : (uint8_t)(0xff00 >> length % 8);
			from.byte[i] = (uint8_t)random() & mask;
			to.byte[i] = (uint8_t)random() & mask;
			/* Ones are what is special. */
			a.byte[i] = (uint8_t)((random() & 4 ? 0xff : random()) & ~mask) | from.byte[i];
		}
		if (!nptv6_map(&a, &from, &to, length, &mapped))
			continue;
		for (unsigned i = 0; i * 8 + 8 <= length; i++)
			assert_int_equal(mapped.byte[i], to.byte[i]);
		uint16_t before = checksum_finish(checksum_add(0, &a, 16)),
			 after = checksum_finish(checksum_add(0, &mapped, 16));
		assert_int_equal(before % 0xffff, after % 0xffff);
		assert_true(nptv6_map(&mapped, &to, &from, length, &back));
		assert_memory_equal(&back, &a, sizeof a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_comes_out),
		cmocka_unit_test(up_to_48_bits_the_subnet_carries_the_difference_and_hosts_keep_their_identifier),
		cmocka_unit_test(beyond_the_first_word_of_the_identifier_that_is_not_all_ones_does),
		cmocka_unit_test(what_has_no_counterpart_is_refused_in_both_directions),
		cmocka_unit_test(any_address_comes_back_and_no_checksum_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
