/* key_test.c: what the hashes of a key depend on, and how evenly they fall. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/key.h"

static const struct flow_key example = {
	.source = { .byte = { 10, 0, 0, 1 } },
	.destination = { .byte = { 192, 0, 2, 7 } },
	.source_port = 0x1234,
	.destination_port = 0x5000,
	.protocol = 6,
	.family = 2,
	.instance = 3,
};

static void
the_reverse_of_the_reverse_is_the_key(void **unused)
{
	struct flow_key r = flow_key_reverse(&example), back = flow_key_reverse(&r);
	assert_false(flow_key_equal(&example, &r));
	assert_true(flow_key_equal(&example, &back));
	assert_int_equal(r.source_port, 0x5000);
	assert_memory_equal(&r.destination, &example.source, 16);
}

static void
every_bit_of_the_key_and_the_seed_change_the_hash(void **unused)
{
	uint32_t plain = flow_key_hash(&example, 1);
	for (unsigned bit = 0; bit < 8 * sizeof example; bit++) {
		struct flow_key k = example;
		((uint8_t *)&k)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(flow_key_hash(&k, 1), plain);
	}
	for (unsigned bit = 0; bit < 64; bit++)
		assert_int_not_equal(flow_key_hash(&example, 1 ^ 1ull << bit), plain);
}

static void
the_owner_hash_is_symmetric_and_knows_addresses_only(void **unused)
{
	uint32_t plain = flow_key_owner_hash(&example, 1);
	struct flow_key k = flow_key_reverse(&example);
	assert_int_equal(flow_key_owner_hash(&k, 1), plain);
	k.source_port = k.destination_port = k.instance = 0;
	assert_int_equal(flow_key_owner_hash(&k, 1), plain);
	k.protocol = 17;
	assert_int_equal(flow_key_owner_hash(&k, 1), plain);
	for (unsigned bit = 0; bit < 8 * 2 * sizeof(struct address); bit++) {
		k = example;
		((uint8_t *)&k)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(flow_key_owner_hash(&k, 1), plain);
	}
	assert_int_not_equal(flow_key_owner_hash(&example, 2), plain);
}

/* The sum of squares over 1024 bins of 65536 keys that differ as real ones do is not above what even chance gives by
 * more than five standard deviations: 65536 * (1 + 65535 / 1024), sigma = 65536 * sqrt(2 / 1024). */
static void
falls_evenly(uint32_t (*hash)(unsigned n, unsigned seed), unsigned shift)
{
	for (unsigned seed = 0; seed < 8; seed++) {
		static uint32_t bin[1024];
		memset(bin, 0, sizeof bin);
		for (unsigned n = 0; n < 65536; n++)
			bin[hash(n, seed) >> shift & 1023]++;
		double squares = 0;
		for (unsigned i = 0; i < 1024; i++)
			squares += (double)bin[i] * bin[i];
		assert_true(squares < 65536 * (1 + 65535.0 / 1024) + 5 * 2897);
	}
}

static uint32_t
by_port(unsigned n, unsigned seed)
{
	struct flow_key k = example;
	k.source_port = (uint16_t)n;
	return flow_key_hash(&k, seed);
}

static uint32_t
by_source(unsigned n, unsigned seed)
{
	struct flow_key k = example;
	k.source.word[0] = n << 16 | 10;
	return flow_key_hash(&k, seed);
}

static uint32_t
by_last_half(unsigned n, unsigned seed)
{
	struct flow_key k = example;
	k.destination.half[1] = (uint64_t)n << 48;
	return flow_key_hash(&k, seed);
}

static uint32_t
owner_by_source(unsigned n, unsigned seed)
{
	struct flow_key k = example;
	k.source.word[0] = n << 16 | 10;
	return flow_key_owner_hash(&k, seed);
}

static void
keys_that_differ_little_fall_evenly_into_buckets_and_tags(void **unused)
{
	for (unsigned shift = 0; shift <= 20; shift += 10) {
		falls_evenly(by_port, shift);
		falls_evenly(by_source, shift);
		falls_evenly(by_last_half, shift);
		falls_evenly(owner_by_source, shift);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reverse_of_the_reverse_is_the_key),
		cmocka_unit_test(every_bit_of_the_key_and_the_seed_change_the_hash),
		cmocka_unit_test(the_owner_hash_is_symmetric_and_knows_addresses_only),
		cmocka_unit_test(keys_that_differ_little_fall_evenly_into_buckets_and_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
