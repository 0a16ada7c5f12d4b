/* neighbour_test.c: slots, states and second chances of neighbours. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "route/neighbour.h"

static const uint8_t mac[6] = { 2, 0, 0xff, 1, 2, 0xfe };

static int
set_up(void **t)
{
	*t = neighbour_table_create(8, 1);
	return *t == NULL;
}

static int
tear_down(void **t)
{
	neighbour_table_destroy(*t);
	return 0;
}

static uint32_t
slot(struct neighbour_table *t, uint16_t unit, uint8_t last)
{
	struct address a = { .byte = { 10, 0, 0, last } };
	return neighbour_slot(t, unit, 2, &a);
}

static enum neighbour_state
state(struct neighbour_table *t, uint32_t slot)
{
	uint8_t got[6];
	return neighbour_read(t, slot, got);
}

static void
a_neighbour_has_one_slot(void **t)
{
	uint32_t one = slot(*t, 1, 1);
	assert_int_not_equal(one, NEIGHBOUR_NONE);
	assert_int_equal(slot(*t, 1, 1), one);
	assert_int_not_equal(slot(*t, 1, 2), one);
	assert_int_not_equal(slot(*t, 2, 1), one);
	struct address a = { .byte = { 10, 0, 0, 1 } }, got;
	assert_int_not_equal(neighbour_slot(*t, 1, 10, &a), one);
	uint16_t unit;
	uint8_t family;
	assert_true(neighbour_at(*t, one, &unit, &family, &got));
	assert_int_equal(unit, 1);
	assert_int_equal(family, 2);
	assert_memory_equal(&got, &a, sizeof a);
	assert_int_equal(neighbour_find(*t, 1, 2, &a), one);
	assert_int_equal(neighbour_find(*t, 3, 2, &a), NEIGHBOUR_NONE);
}

static void
a_full_table_says_so_and_keeps_what_it_has(void **t)
{
	assert_int_equal(neighbour_capacity(*t), 8);
	uint32_t slots[8];
	for (uint8_t i = 0; i < 8; i++) {
		slots[i] = slot(*t, 1, i);
		assert_in_range(slots[i], 1, 8);
	}
	assert_int_equal(slot(*t, 1, 8), NEIGHBOUR_NONE);
	for (uint8_t i = 0; i < 8; i++)
		assert_int_equal(slot(*t, 1, i), slots[i]);
}

static void
only_slots_in_use_are_listed(void **t)
{
	uint16_t unit;
	uint8_t family;
	struct address a;
	uint32_t used = slot(*t, 1, 1);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(neighbour_at(*t, i, &unit, &family, &a), i == used);
}

static void
a_new_neighbour_is_unknown_and_asked_for_once(void **t)
{
	uint32_t s = slot(*t, 1, 1);
	assert_int_equal(state(*t, s), NEIGHBOUR_UNKNOWN);
	assert_true(neighbour_want(*t, s));
	assert_int_equal(state(*t, s), NEIGHBOUR_PENDING);
	assert_false(neighbour_want(*t, s));
}

static void
a_valid_neighbour_gives_its_address_and_is_not_asked_for(void **t)
{
	uint32_t s = slot(*t, 1, 1);
	uint8_t got[6] = { 0 };
	neighbour_write(*t, s, NEIGHBOUR_VALID, mac);
	assert_int_equal(neighbour_read(*t, s, got), NEIGHBOUR_VALID);
	assert_memory_equal(got, mac, 6);
	assert_false(neighbour_want(*t, s));
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(neighbour_tick(*t), 0);
	memset(got, 0, 6);
	assert_int_equal(neighbour_read(*t, s, got), NEIGHBOUR_VALID);
	assert_memory_equal(got, mac, 6);
}

static void
a_neighbour_that_the_kernel_forgot_is_asked_for_again(void **t)
{
	uint32_t s = slot(*t, 1, 1);
	neighbour_write(*t, s, NEIGHBOUR_VALID, mac);
	neighbour_write(*t, s, NEIGHBOUR_UNKNOWN, NULL);
	assert_int_equal(state(*t, s), NEIGHBOUR_UNKNOWN);
	assert_true(neighbour_want(*t, s));
}

static void
a_failed_neighbour_gets_another_chance_after_three_ticks(void **t)
{
	uint32_t s = slot(*t, 1, 1);
	for (unsigned round = 0; round < 3; round++) {
		assert_true(neighbour_want(*t, s));
		neighbour_write(*t, s, NEIGHBOUR_FAILED, NULL);
		for (unsigned i = 1; i < NEIGHBOUR_RETRY; i++) {
			assert_int_equal(neighbour_tick(*t), 0);
			assert_int_equal(state(*t, s), NEIGHBOUR_FAILED);
			assert_false(neighbour_want(*t, s));
		}
		assert_int_equal(neighbour_tick(*t), 1);
		assert_int_equal(state(*t, s), NEIGHBOUR_UNKNOWN);
	}
}

static void
a_question_without_an_answer_is_asked_again(void **t)
{
	uint32_t s = slot(*t, 1, 1);
	assert_true(neighbour_want(*t, s));
	for (unsigned i = 1; i < NEIGHBOUR_RETRY; i++)
		assert_int_equal(neighbour_tick(*t), 0);
	assert_int_equal(neighbour_tick(*t), 1);
	assert_true(neighbour_want(*t, s));
}

static void
an_unlinked_slot_is_found_no_more_and_a_forgotten_one_is_free(void **t)
{
	uint32_t slots[8];
	for (uint8_t i = 0; i < 8; i++)
		slots[i] = slot(*t, 1, i);
	neighbour_write(*t, slots[3], NEIGHBOUR_VALID, mac);
	neighbour_unlink(*t, slots[3]);
	uint8_t got[6];
	assert_int_equal(neighbour_read(*t, slots[3], got), NEIGHBOUR_VALID); /* for memos still in use */
	assert_int_equal(slot(*t, 1, 3), NEIGHBOUR_NONE);
	neighbour_forget(*t, slots[3]);
	assert_int_equal(slot(*t, 2, 77), slots[3]);
	assert_int_equal(state(*t, slots[3]), NEIGHBOUR_UNKNOWN);
	for (uint8_t i = 0; i < 8; i++)
		if (i != 3)
			assert_int_equal(slot(*t, 1, i), slots[i]);
}

static void
slots_may_come_and_go_in_any_order(void **unused)
{
	struct neighbour_table *t = neighbour_table_create(64, 9);
	uint32_t there[100] = { 0 }, used = 0;
	uint64_t seed = 5;
	for (unsigned step = 0; step < 50000; step++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		uint8_t n = (uint8_t)((seed >> 33) % 100);
		if (there[n] && seed >> 63) {
			neighbour_unlink(t, there[n]);
			neighbour_forget(t, there[n]);
			there[n] = 0;
			used--;
		} else if (there[n]) {
			assert_int_equal(slot(t, 1, n), there[n]);
		} else {
			there[n] = slot(t, 1, n);
			assert_int_equal(there[n] != NEIGHBOUR_NONE, used < 64);
			used += there[n] != NEIGHBOUR_NONE;
		}
	}
	neighbour_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_neighbour_has_one_slot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_table_says_so_and_keeps_what_it_has, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_slots_in_use_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_neighbour_is_unknown_and_asked_for_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_valid_neighbour_gives_its_address_and_is_not_asked_for, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_neighbour_that_the_kernel_forgot_is_asked_for_again, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_failed_neighbour_gets_another_chance_after_three_ticks, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_question_without_an_answer_is_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unlinked_slot_is_found_no_more_and_a_forgotten_one_is_free, set_up,
						tear_down),
		cmocka_unit_test(slots_may_come_and_go_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
