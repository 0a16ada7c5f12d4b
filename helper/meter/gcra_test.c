/* gcra_test.c: how many tokens come out, from one thread and from several. SPDX-License-Identifier: Apache-2.0 */
#include "meter/gcra.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND 1000000000ull

static unsigned
take_all(struct gcra *g, uint64_t now_ns)
{
	unsigned taken = 0;
	while (gcra_take(g, now_ns))
		taken++;
	return taken;
}

static void
a_full_bucket_gives_its_burst_and_then_its_rate(void **state)
{
	struct gcra g;
	gcra_init(&g, 1000, 1024);
	assert_int_equal(take_all(&g, 5 * SECOND), 1024);
	assert_false(gcra_take(&g, 5 * SECOND + 999999));
	assert_true(gcra_take(&g, 5 * SECOND + 1000000));
	assert_int_equal(take_all(&g, 6 * SECOND), 999);
	assert_int_equal(take_all(&g, 100 * SECOND), 1024);
}

static void
a_rate_that_divides_no_second_is_kept_from_above(void **state)
{
	struct gcra g;
	gcra_init(&g, 999983, 100);
	unsigned taken = 0;
	for (uint64_t now = SECOND; now < 2 * SECOND; now += 500)
		taken += gcra_take(&g, now);
	/* 999983 of them, the burst, and less than 1 in 16,000 short. */
	assert_in_range(taken, 999983 + 99 - 62, 999983 + 100);
}

static void
rate_0_is_unlimited(void **state)
{
	struct gcra g;
	gcra_init(&g, 0, 1);
	for (unsigned i = 0; i < 100000; i++)
		assert_true(gcra_take(&g, SECOND));
}

static void
time_that_steps_back_earns_nothing_and_loses_nothing(void **state)
{
	struct gcra g;
	gcra_init(&g, 10, 5);
	assert_int_equal(take_all(&g, 10 * SECOND), 5);
	assert_int_equal(take_all(&g, 9 * SECOND), 0);
	assert_int_equal(take_all(&g, 10 * SECOND + SECOND / 10), 1);
}

static void
a_successor_is_as_used_up_as_its_former_self(void **state)
{
	struct gcra old, same, smaller, larger, unlimited;
	gcra_init(&old, 1000, 100);
	assert_int_equal(take_all(&old, 7 * SECOND), 100);
	gcra_init(&same, 1000, 100);
	gcra_adopt(&same, &old);
	assert_int_equal(take_all(&same, 7 * SECOND), 0);
	assert_int_equal(take_all(&same, 7 * SECOND + 3000000), 3);
	gcra_init(&smaller, 1000, 10);
	gcra_adopt(&smaller, &old);
	assert_int_equal(take_all(&smaller, 7 * SECOND), 0);
	assert_int_equal(take_all(&smaller, 7 * SECOND + 1000000), 1);
	gcra_init(&larger, 1000, 200);
	gcra_adopt(&larger, &old);
	assert_int_equal(take_all(&larger, 7 * SECOND), 100);
	gcra_init(&unlimited, 0, 1);
	gcra_adopt(&unlimited, &old);
	assert_true(gcra_take(&unlimited, 7 * SECOND));
}

enum { THREADS = 4, TRIES = 200000 };

static struct gcra shared;

static void *
take_many(void *taken)
{
	for (unsigned i = 0; i < TRIES; i++)
		*(unsigned *)taken += gcra_take(&shared, 3 * SECOND + i);
	return NULL;
}

static void
several_workers_take_together_what_one_would(void **state)
{
	pthread_t thread[THREADS];
	unsigned taken[THREADS] = { 0 }, sum = 0;
	gcra_init(&shared, 1000000, 5000);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, take_many, &taken[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		sum += taken[i];
	}
	/* The burst, and one token for each of the 199 whole microseconds that went by. */
	assert_int_equal(sum, 5000 + 199);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_bucket_gives_its_burst_and_then_its_rate),
		cmocka_unit_test(a_rate_that_divides_no_second_is_kept_from_above),
		cmocka_unit_test(rate_0_is_unlimited),
		cmocka_unit_test(time_that_steps_back_earns_nothing_and_loses_nothing),
		cmocka_unit_test(a_successor_is_as_used_up_as_its_former_self),
		cmocka_unit_test(several_workers_take_together_what_one_would),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
