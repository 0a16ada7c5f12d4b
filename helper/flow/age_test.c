/* age_test.c: sessions expire never early, less than one tick late, and only within the budget.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/age.h"

#define SECOND 1000000000ull

static uint64_t state = 7;

static uint32_t
pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static struct session *
install(struct flow_table *t, uint32_t n, uint64_t now_ns, uint32_t timeout_s)
{
	struct flow_key k = { .source.word[0] = n, .destination.word[0] = UINT32_MAX, .family = 2 },
			r = flow_key_reverse(&k);
	bool exists;
	struct session *s = flow_table_install(t, &k, &r, &exists);
	s->last_ns = now_ns;
	s->timeout_s = timeout_s;
	return s;
}

struct clock {
	struct flow_table *table;
	struct age_wheel *wheel;
};

static int
set_up(void **c)
{
	struct clock *clock = calloc(1, sizeof *clock);
	clock->table = flow_table_create(1000, 1);
	clock->wheel = age_wheel_create(clock->table);
	*c = clock;
	return 0;
}

static int
tear_down(void **c)
{
	struct clock *clock = *c;
	age_wheel_destroy(clock->wheel);
	flow_table_destroy(clock->table);
	free(clock);
	return 0;
}

static struct session *
expired(struct clock *c, uint64_t now_ns)
{
	unsigned budget = 10000;
	return age_expired(c->wheel, now_ns, &budget);
}

static void
each_timeout_expires_on_time(void **c)
{
	struct clock *k = *c;
	static const uint32_t timeouts[] = { 1, 2, 20, 60, 150, 1800, 86400, 140000 };
	uint64_t start = 123456789;
	for (unsigned i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
		struct session *s = install(k->table, i, start, timeouts[i]);
		age_add(k->wheel, s, start);
		uint64_t deadline = start + timeouts[i] * SECOND;
		assert_null(expired(k, start));
		assert_null(expired(k, deadline - 1));
		assert_ptr_equal(expired(k, deadline + AGE_TICK_NS), s);
		assert_int_equal(s->timer_slot, 0);
		assert_null(expired(k, deadline + AGE_TICK_NS));
		flow_table_remove(k->table, s);
		start = deadline + AGE_TICK_NS + 987654321;
	}
}

static void
a_deadline_on_a_tick_boundary_is_met_to_the_nanosecond(void **c)
{
	struct clock *k = *c;
	uint64_t deadline = 100 * AGE_TICK_NS;
	struct session *s = install(k->table, 1, deadline - SECOND, 1);
	age_add(k->wheel, s, s->last_ns);
	assert_null(expired(k, deadline - 1));
	assert_ptr_equal(expired(k, deadline), s);
}

static void
use_puts_the_end_off_without_touching_the_timer(void **c)
{
	struct clock *k = *c;
	struct session *s = install(k->table, 1, 0, 10);
	age_add(k->wheel, s, 0);
	for (uint64_t now = 0; now <= 1000 * SECOND; now += 9 * SECOND) {
		s->last_ns = now;
		assert_null(expired(k, now + 9 * SECOND));
	}
	assert_null(expired(k, s->last_ns + 10 * SECOND - 1));
	assert_ptr_equal(expired(k, s->last_ns + 10 * SECOND + AGE_TICK_NS), s);
}

static void
never_means_never(void **c)
{
	struct clock *k = *c;
	struct session *s = install(k->table, 1, 0, AGE_NEVER);
	age_add(k->wheel, s, 0);
	assert_int_equal(s->timer_slot, 0);
	struct session *later = install(k->table, 2, 0, 5);
	age_add(k->wheel, later, 0);
	later->timeout_s = AGE_NEVER;
	assert_null(expired(k, 1000000 * SECOND));
	later->timeout_s = 5;
	age_add(k->wheel, later, 1000000 * SECOND);
	assert_ptr_equal(expired(k, 1000000 * SECOND), later);
}

static void
timeouts_beyond_the_wheel_are_kept(void **c)
{
	struct clock *k = *c;
	uint32_t timeout = 4000000; /* 46 days */
	struct session *s = install(k->table, 1, 0, timeout);
	age_add(k->wheel, s, 0);
	for (uint64_t day = 1; day <= 46; day++)
		assert_null(expired(k, day * 86400 * SECOND));
	assert_null(expired(k, timeout * SECOND - 1));
	assert_ptr_equal(expired(k, timeout * SECOND + AGE_TICK_NS), s);
}

static void
a_shorter_timeout_counts_after_arming_again(void **c)
{
	struct clock *k = *c;
	struct session *s = install(k->table, 1, 0, 1800);
	age_add(k->wheel, s, 0);
	s->last_ns = 5 * SECOND;
	s->timeout_s = 2;
	age_add(k->wheel, s, 5 * SECOND);
	assert_null(expired(k, 7 * SECOND - 1));
	assert_ptr_equal(expired(k, 7 * SECOND + AGE_TICK_NS), s);
	assert_null(expired(k, 3600 * SECOND));
}

static void
a_disarmed_session_does_not_expire_and_leaves_the_others_in_place(void **c)
{
	struct clock *k = *c;
	struct session *s[3];
	for (unsigned skip = 0; skip < 3; skip++) {
		uint64_t now = skip * 100 * SECOND;
		unsigned seen = 0;
		for (unsigned i = 0; i < 3; i++) {
			s[i] = install(k->table, i, now, 3);
			age_add(k->wheel, s[i], now);
		}
		age_remove(k->wheel, s[skip]);
		age_remove(k->wheel, s[skip]);
		for (struct session *e; (e = expired(k, now + 4 * SECOND)) != NULL; seen++) {
			assert_ptr_not_equal(e, s[skip]);
			flow_table_remove(k->table, e);
		}
		assert_int_equal(seen, 2);
		flow_table_remove(k->table, s[skip]);
	}
}

static void
the_budget_bounds_what_is_looked_at_and_nothing_is_forgotten(void **c)
{
	struct clock *k = *c;
	for (unsigned i = 0; i < 100; i++)
		age_add(k->wheel, install(k->table, i, 0, 1), 0);
	unsigned calls = 0, seen = 0;
	while (seen < 100) {
		unsigned budget = 7;
		while (age_expired(k->wheel, 10 * SECOND, &budget))
			seen++;
		calls++;
	}
	assert_int_equal(calls, 15);
}

/* 1000 sessions, random timeouts, random use, random steps of the clock: the expected instant of each is known. */
static void
random_use_expires_every_session_on_time(void **c)
{
	struct clock *k = *c;
	enum { SESSIONS = 1000 };
	static struct session *s[SESSIONS];
	uint64_t now = 5 * SECOND;
	for (unsigned i = 0; i < SESSIONS; i++) {
		s[i] = install(k->table, i, now, 1 + pick(300));
		age_add(k->wheel, s[i], now);
	}
	unsigned left = SESSIONS;
	while (left) {
		now += 1 + pick(SECOND / 4);
		for (unsigned i = 0; i < 20; i++) {
			struct session *used = s[pick(SESSIONS)];
			if (!used)
				continue;
			if (pick(10) == 0) {
				used->timeout_s = 1 + pick(300);
				used->last_ns = now;
				age_add(k->wheel, used, now);
			} else if (now < 400 * SECOND) {
				used->last_ns = now;
			}
		}
		for (struct session *e; (e = expired(k, now)) != NULL; left--) {
			uint32_t index = flow_table_index(k->table, e);
			assert_true(now >= e->last_ns + e->timeout_s * SECOND);
			assert_ptr_equal(s[index], e);
			s[index] = NULL;
			flow_table_remove(k->table, e);
		}
		for (unsigned i = 0; i < SESSIONS; i++)
			if (s[i])
				assert_true(now < s[i]->last_ns + s[i]->timeout_s * SECOND + AGE_TICK_NS);
	}
}

static void
a_clock_that_steps_back_expires_nothing_early(void **c)
{
	struct clock *k = *c;
	age_add(k->wheel, install(k->table, 1, 1000 * SECOND, 60), 1000 * SECOND);
	assert_null(expired(k, 1050 * SECOND));
	struct session *s = install(k->table, 2, 500 * SECOND, 2);
	age_add(k->wheel, s, 500 * SECOND);
	assert_null(expired(k, 501 * SECOND));
	assert_ptr_equal(expired(k, 1051 * SECOND), s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_timeout_expires_on_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deadline_on_a_tick_boundary_is_met_to_the_nanosecond, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(use_puts_the_end_off_without_touching_the_timer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(never_means_never, set_up, tear_down),
		cmocka_unit_test_setup_teardown(timeouts_beyond_the_wheel_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_shorter_timeout_counts_after_arming_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_disarmed_session_does_not_expire_and_leaves_the_others_in_place,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_budget_bounds_what_is_looked_at_and_nothing_is_forgotten, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(random_use_expires_every_session_on_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_steps_back_expires_nothing_early, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
