/* tracker_test.c: what goes beyond a threshold is found out to the single packet, whoever else is about.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "screen/tracker.h"

enum { SEED = 42 };
#define SECOND      1000000000ull
#define MICROSECOND 1000ull

static uint64_t
key(uint64_t n)
{
	return tracker_hash(SEED, &n, 1);
}

static uint64_t
target(uint64_t of, uint64_t n)
{
	return tracker_hash(SEED, (const uint64_t[]){ of, n }, 2);
}

static void
a_rate_lets_its_threshold_through_at_once_and_in_each_second_after(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	for (unsigned i = 0; i < 5; i++)
		assert_false(tracker_rate(t, key(1), 5, 0));
	for (uint64_t fifth = 1; fifth < 20; fifth++) {
		/* What was too many has not counted: a fifth of a second makes room for one, whatever else came. */
		for (unsigned i = 0; i < 3; i++)
			assert_true(tracker_rate(t, key(1), 5, fifth * SECOND / 5 - 1));
		assert_false(tracker_rate(t, key(1), 5, fifth * SECOND / 5));
		assert_true(tracker_rate(t, key(1), 5, fifth * SECOND / 5));
	}
	/* A second of rest, not two seconds, is what counts. */
	for (unsigned i = 0; i < 5; i++)
		assert_false(tracker_rate(t, key(1), 5, 10 * SECOND));
	assert_true(tracker_rate(t, key(1), 5, 10 * SECOND));
	tracker_release(t);
}

/* Whenever the flood begins: no turn of a second lets more through. */
static void
no_second_is_better_than_another(void **state)
{
	for (uint64_t start = 0; start < SECOND; start += SECOND / 10) {
		struct tracker *t = tracker_create(TRACKER_RATE);
		unsigned through = 0;
		for (unsigned i = 0; i < 10000; i++)
			through += !tracker_rate(t, key(1), 200, start + i * (SECOND / 10000));
		assert_in_range(through, 399, 400); /* 200 at once, and 200 in the second */
		tracker_release(t);
	}
}

static void
the_highest_threshold_is_kept_too(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	unsigned through = 0;
	for (unsigned i = 0; i < 3000000; i++)
		through += !tracker_rate(t, key(1), 999999, i * 1000ull / 3);
	assert_in_range(through, 1999990, 2000000 + 1000000 / 8000);
	tracker_release(t);
}

static void
alone_a_worker_counts_alike(void **state)
{
	struct tracker *shared = tracker_create(TRACKER_RATE), *alone = tracker_create(TRACKER_RATE);
	uint64_t now = 0, x = 88172645463325252ull;
	unsigned beyond = 0;
	for (unsigned i = 0; i < 200000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		now += x % 100 * MICROSECOND;
		bool one = tracker_rate(shared, key(x >> 40 & 15), 1000, now);
		assert_int_equal(tracker_rate_alone(alone, key(x >> 40 & 15), 1000, now), one);
		beyond += one;
	}
	assert_in_range(beyond, 1000, 199000);
	tracker_release(shared);
	tracker_release(alone);
}

static void
a_rate_is_that_of_one_key(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	for (uint64_t n = 0; n < 1000; n++)
		assert_false(tracker_rate(t, key(n), 1, 0));
	for (uint64_t n = 0; n < 1000; n++)
		assert_true(tracker_rate(t, key(n), 1, 0));
	tracker_release(t);
}

static void
a_clock_that_steps_back_makes_no_room(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	assert_false(tracker_rate(t, key(1), 1, 5 * SECOND));
	assert_true(tracker_rate(t, key(1), 1, 5 * SECOND - 1));
	assert_true(tracker_rate(t, key(1), 1, 5 * SECOND + 1));
	tracker_release(t);
}

static void
a_full_rate_lets_nothing_more_through(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	for (uint64_t n = 0; n < 400000; n++)
		tracker_rate(t, key(n), 10, 0);
	/* All cells are as full as they get: a key of the crowd is taken for a flood, never the other way round. */
	unsigned through = 0;
	for (unsigned i = 0; i < 100; i++)
		through += !tracker_rate(t, key(1000000), 10, 0);
	assert_true(through <= 10);
	for (unsigned i = 0; i < 10; i++)
		assert_false(tracker_rate(t, key(1000000), 10, SECOND));
	assert_true(tracker_rate(t, key(1000000), 10, SECOND));
	tracker_release(t);
}

static void
the_tenth_target_is_one_too_many(void **state)
{
	struct tracker *t = tracker_create(TRACKER_SPREAD);
	for (unsigned i = 0; i < 9; i++)
		assert_false(tracker_spread(t, key(1), target(1, i), 5000, i * 100 * MICROSECOND));
	/* Those that are known may be met again; others of another key are no part of it. */
	for (unsigned i = 0; i < 9; i++)
		assert_false(tracker_spread(t, key(1), target(1, i), 5000, 1000 * MICROSECOND));
	assert_false(tracker_spread(t, key(2), target(2, 9), 5000, 1000 * MICROSECOND));
	assert_true(tracker_spread(t, key(1), target(1, 9), 5000, 4999 * MICROSECOND));
	assert_true(tracker_spread(t, key(1), target(1, 10), 5000, 4999 * MICROSECOND));
	/* The first is as old as the threshold: its place is free, once. */
	assert_false(tracker_spread(t, key(1), target(1, 11), 5000, 5000 * MICROSECOND));
	assert_true(tracker_spread(t, key(1), target(1, 12), 5000, 5000 * MICROSECOND));
	tracker_release(t);
}

static void
slow_enough_is_no_search(void **state)
{
	struct tracker *t = tracker_create(TRACKER_SPREAD);
	/* Nine others within any 5000 microseconds: one each 556 is nine in 5004. */
	for (unsigned i = 0; i < 1000; i++)
		assert_false(tracker_spread(t, key(1), target(1, i), 5000, i * 556ull * MICROSECOND));
	tracker_release(t);
}

enum { THREADS = 4, EACH = 20000, THRESHOLD = 30000 };

struct sender {
	struct tracker *tracker;
	unsigned through;
};

static void *
send(void *of)
{
	struct sender *s = of;
	for (unsigned i = 0; i < EACH; i++)
		s->through += !tracker_rate(s->tracker, key(7), THRESHOLD, 3 * SECOND);
	return NULL;
}

static void
workers_share_a_threshold(void **state)
{
	struct tracker *t = tracker_create(TRACKER_RATE);
	struct sender sender[THREADS] = { { t, 0 }, { t, 0 }, { t, 0 }, { t, 0 } };
	pthread_t thread[THREADS];
	unsigned through = 0;
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, send, &sender[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		through += sender[i].through;
	}
	assert_in_range(through, THRESHOLD - THREADS, THRESHOLD);
	tracker_release(t);
}

static void *
search(void *of)
{
	struct sender *s = of;
	static uint64_t next;
	for (unsigned i = 0; i < EACH; i++) {
		uint64_t n = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
		s->through += !tracker_spread(s->tracker, key(7), target(7, n), 5000, 3 * SECOND);
	}
	return NULL;
}

static void
workers_share_the_places_of_a_search(void **state)
{
	struct tracker *t = tracker_create(TRACKER_SPREAD);
	struct sender sender[THREADS] = { { t, 0 }, { t, 0 }, { t, 0 }, { t, 0 } };
	pthread_t thread[THREADS];
	unsigned through = 0;
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, search, &sender[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		through += sender[i].through;
	}
	/* Each of the two rows has nine places, and who finds one in either is through. */
	assert_in_range(through, 9, 18);
	tracker_release(t);
}

static void
a_limit_takes_as_many_as_it_says_until_some_are_given_back(void **state)
{
	struct tracker *t = tracker_create(TRACKER_LIMIT);
	uint16_t number = 0;
	for (unsigned i = 0; i < 3; i++) {
		assert_false(tracker_full(t, key(1), 3));
		number = tracker_take(t, key(1), 3);
		assert_int_not_equal(number, 0);
	}
	assert_true(tracker_full(t, key(1), 3));
	assert_false(tracker_full(t, key(2), 3));
	assert_int_equal(tracker_take(t, key(1), 3), 0);
	assert_int_equal(tracker_take(t, key(1), 3), 0);
	tracker_give(number, key(1));
	assert_int_equal(tracker_take(t, key(1), 3), number);
	assert_int_equal(tracker_take(t, key(1), 3), 0);
	for (unsigned i = 0; i < 3; i++)
		tracker_give(number, key(1));
	tracker_release(t);
}

static void
what_was_taken_may_be_given_back_when_the_tracker_is_gone(void **state)
{
	struct tracker *t = tracker_create(TRACKER_LIMIT);
	uint16_t number = tracker_take(t, key(1), 1);
	tracker_release(t);
	struct tracker *other = tracker_create(TRACKER_LIMIT);
	uint16_t others = tracker_take(other, key(1), 1);
	assert_int_not_equal(others, number);
	tracker_give(number, key(1));
	assert_true(tracker_full(other, key(1), 1));
	/* Now the number is free again. */
	struct tracker *next = tracker_create(TRACKER_LIMIT);
	assert_int_equal(tracker_take(next, key(1), 1), number);
	tracker_give(number, key(1));
	tracker_give(others, key(1));
	tracker_release(next);
	tracker_release(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_lets_its_threshold_through_at_once_and_in_each_second_after),
		cmocka_unit_test(no_second_is_better_than_another),
		cmocka_unit_test(the_highest_threshold_is_kept_too),
		cmocka_unit_test(alone_a_worker_counts_alike),
		cmocka_unit_test(a_rate_is_that_of_one_key),
		cmocka_unit_test(a_clock_that_steps_back_makes_no_room),
		cmocka_unit_test(a_full_rate_lets_nothing_more_through),
		cmocka_unit_test(the_tenth_target_is_one_too_many),
		cmocka_unit_test(slow_enough_is_no_search),
		cmocka_unit_test(workers_share_a_threshold),
		cmocka_unit_test(a_limit_takes_as_many_as_it_says_until_some_are_given_back),
		cmocka_unit_test(what_was_taken_may_be_given_back_when_the_tracker_is_gone),
		cmocka_unit_test(workers_share_the_places_of_a_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
