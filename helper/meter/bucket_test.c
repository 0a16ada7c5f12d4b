/* bucket_test.c: a bucket gives exactly the tokens it has. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter/bucket.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define SECOND   1000000000ull
#define START    (86400 * SECOND)

static uint32_t
drain(struct bucket *b, uint64_t now_ns)
{
	uint32_t taken = 0;
	while (taken < 10000000 && bucket_take(b, now_ns))
		taken++;
	return taken;
}

static void
a_full_bucket_gives_its_burst_at_once_and_no_more(void **state)
{
	static const struct {
		uint32_t rate, burst;
	} table[] = { { 1, 1 },         { 1, 100 },         { 1000, 1024 },     { 3, 7 },
		      { 999999937, 5 }, { 4294967295u, 1 }, { 4294967295u, 77 } };
	for (size_t i = 0; i < COUNT(table); i++) {
		struct bucket b;
		bucket_init(&b, table[i].rate, table[i].burst);
		assert_int_equal(drain(&b, START), table[i].burst);
	}
}

static void
a_burst_of_zero_is_one_token(void **state)
{
	struct bucket b;
	bucket_init(&b, 10, 0);
	assert_int_equal(drain(&b, START), 1);
}

static void
tokens_come_back_at_the_rate_to_the_nanosecond(void **state)
{
	struct bucket b;
	bucket_init(&b, 1000, 1);
	assert_true(bucket_take(&b, START));
	assert_false(bucket_take(&b, START + 999999));
	assert_true(bucket_take(&b, START + 1000000));
	assert_false(bucket_take(&b, START + 1999999));
	assert_true(bucket_take(&b, START + 2000000));
}

/* burst + floor(rate * t), also for rates that do not divide a second. */
static void
over_any_time_exactly_burst_and_rate_times_time_are_given(void **state)
{
	static const struct {
		uint32_t rate, burst;
		uint64_t step_ns;
	} table[] = { { 1000, 1024, 1000 }, { 3, 4, 777777777 },  { 7, 2, 50000000 },  { 700001, 11, 14285 },
		      { 999983, 100, 1 },   { 3000000, 64, 100 }, { 1500000000, 8, 1 } };
	for (size_t i = 0; i < COUNT(table); i++) {
		uint64_t given = 0;
		struct bucket b;
		bucket_init(&b, table[i].rate, table[i].burst);
		for (uint64_t step = 0; step < 20000; step++) {
			/* Emptied at each step, and with a step shorter than its burst less one token, it never overflows. */
			uint64_t t = step * table[i].step_ns, earned;
			given += drain(&b, START + t);
			earned = t / SECOND * table[i].rate + t % SECOND * table[i].rate / SECOND;
			assert_int_equal(given, table[i].burst + earned);
		}
	}
}

static void
a_bucket_that_rests_fills_up_to_its_burst_and_no_further(void **state)
{
	struct bucket b;
	bucket_init(&b, 1000, 5);
	assert_int_equal(drain(&b, START), 5);
	assert_int_equal(drain(&b, START + 3000000), 3);
	assert_int_equal(drain(&b, START + 3600 * SECOND), 5);
}

static void
a_clock_that_steps_back_gives_nothing_and_loses_nothing(void **state)
{
	struct bucket b;
	bucket_init(&b, 1000, 2);
	assert_int_equal(drain(&b, START), 2);
	assert_int_equal(drain(&b, START - SECOND), 0);
	assert_int_equal(drain(&b, START + 1000000), 1);
}

static void
a_rate_of_zero_is_unlimited(void **state)
{
	struct bucket b;
	bucket_init(&b, 0, 1);
	assert_int_equal(drain(&b, START), 10000000);
}

static void
a_bucket_is_full_from_the_first_nanosecond_on(void **state)
{
	struct bucket b;
	bucket_init(&b, 1, 3);
	assert_int_equal(drain(&b, 0), 3);
	assert_int_equal(drain(&b, SECOND - 1), 0);
	assert_int_equal(drain(&b, SECOND), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_bucket_gives_its_burst_at_once_and_no_more),
		cmocka_unit_test(a_burst_of_zero_is_one_token),
		cmocka_unit_test(tokens_come_back_at_the_rate_to_the_nanosecond),
		cmocka_unit_test(over_any_time_exactly_burst_and_rate_times_time_are_given),
		cmocka_unit_test(a_bucket_that_rests_fills_up_to_its_burst_and_no_further),
		cmocka_unit_test(a_clock_that_steps_back_gives_nothing_and_loses_nothing),
		cmocka_unit_test(a_rate_of_zero_is_unlimited),
		cmocka_unit_test(a_bucket_is_full_from_the_first_nanosecond_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
