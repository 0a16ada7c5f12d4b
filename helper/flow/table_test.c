/* table_test.c: the flow table against a plain list, at its limits, and under aimed collisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/table.h"

static uint64_t state = 42;

static uint32_t
pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static struct flow_key
key_number(uint32_t n)
{
	struct flow_key k = { .protocol = 17, .family = n & 1 ? 2 : 10, .instance = 0 };
	k.source.word[0] = n;
	k.destination.word[0] = 0x0a000001;
	k.source.word[3] = n & 1 ? 0 : ~n;
	k.source_port = (uint16_t)n;
	k.destination_port = 53;
	return k;
}

static struct session *
install(struct flow_table *t, uint32_t n)
{
	struct flow_key k = key_number(n), r = flow_key_reverse(&k);
	bool exists = true;
	struct session *s = flow_table_install(t, &k, &r, &exists);
	assert_false(exists);
	return s;
}

static struct session *
find(struct flow_table *t, uint32_t n, bool reverse, unsigned *direction)
{
	struct flow_key k = key_number(n), r = flow_key_reverse(&k);
	const struct flow_key *wanted = reverse ? &r : &k;
	uint32_t hash = flow_table_hash(t, wanted);
	flow_table_prefetch_bucket(t, hash);
	flow_table_prefetch_flow(t, hash, true);
	return flow_table_find(t, wanted, hash, direction);
}

static void
a_session_is_found_by_both_keys_with_its_direction(void **unused)
{
	struct flow_table *t = flow_table_create(16, 1);
	struct session *s = install(t, 7);
	unsigned direction = 9;
	assert_ptr_equal(find(t, 7, false, &direction), s);
	assert_int_equal(direction, 0);
	assert_ptr_equal(find(t, 7, true, &direction), s);
	assert_int_equal(direction, 1);
	assert_null(find(t, 8, false, &direction));
	assert_int_equal(flow_table_used(t), 1);
	flow_table_remove(t, s);
	assert_null(find(t, 7, false, &direction));
	assert_null(find(t, 7, true, &direction));
	assert_int_equal(flow_table_used(t), 0);
	flow_table_destroy(t);
}

static void
a_new_session_is_zero_but_for_its_keys_even_after_reuse(void **unused)
{
	struct flow_table *t = flow_table_create(1, 1);
	struct session *s = install(t, 1);
	memset(s, 0xff, offsetof(struct session, flow));
	memset(&s->tcp, 0xff, offsetof(struct session, timer_next) - offsetof(struct session, tcp));
	s->flow[1].neighbour = 9;
	flow_table_remove(t, s);
	assert_null(flow_table_at(t, 0));
	struct session *again = install(t, 2);
	assert_ptr_equal(again, s);
	struct session zero = { .flow = { { .key = again->flow[0].key }, { .key = again->flow[1].key } } };
	assert_memory_equal(again, &zero, sizeof zero);
	assert_ptr_equal(flow_table_at(t, 0), again);
	flow_table_destroy(t);
}

static void
either_key_already_there_refuses_and_says_so(void **unused)
{
	struct flow_table *t = flow_table_create(16, 1);
	install(t, 1);
	struct flow_key one = key_number(1), two = key_number(2), one_back = flow_key_reverse(&one);
	bool exists = false;
	assert_null(flow_table_install(t, &one, &two, &exists));
	assert_true(exists);
	exists = false;
	assert_null(flow_table_install(t, &two, &one_back, &exists));
	assert_true(exists);
	exists = false;
	assert_null(flow_table_install(t, &two, &two, &exists));
	assert_true(exists);
	assert_int_equal(flow_table_used(t), 1);
	unsigned direction;
	assert_null(find(t, 2, false, &direction));
	flow_table_destroy(t);
}

static void
impossible_sizes_are_refused(void **unused)
{
	assert_null(flow_table_create(0, 1));
	assert_null(flow_table_create(1u << 29, 1));
}

/* For a range of sizes around the powers of two: every session fits, one more does not, all are found. */
static void
exactly_the_capacity_fits(void **unused)
{
	static const uint32_t sizes[] = { 1, 2, 3, 7, 8, 9, 31, 33, 1000, 4096, 5000, 20000 };
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint32_t n = sizes[i];
		struct flow_table *t = flow_table_create(n, i);
		assert_int_equal(flow_table_capacity(t), n);
		for (uint32_t k = 0; k < n; k++)
			assert_int_equal(flow_table_index(t, install(t, k)), k);
		assert_null(install(t, n));
		unsigned direction;
		for (uint32_t k = 0; k < n; k++)
			for (unsigned d = 0; d < 2; d++)
				assert_int_equal(flow_table_index(t, find(t, k, d, &direction)), k);
		flow_table_destroy(t);
	}
}

/* Who knew the seed could aim all sessions at one bucket: slow then, but nothing is refused or lost. */
static void
all_sessions_in_one_bucket_still_fit_and_come_and_go(void **unused)
{
	enum { SESSIONS = 200, BUCKETS = 128 };
	struct flow_table *t = flow_table_create(SESSIONS, 5);
	struct flow_key keys[2 * SESSIONS];
	uint32_t n = 0;
	for (unsigned found = 0; found < 2 * SESSIONS; n++) {
		struct flow_key k = key_number(n);
		if (flow_table_hash(t, &k) % BUCKETS == 3)
			keys[found++] = k;
	}
	struct session *s[SESSIONS];
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < SESSIONS; i++) {
			bool exists;
			s[i] = flow_table_install(t, &keys[2 * i], &keys[2 * i + 1], &exists);
			assert_non_null(s[i]);
		}
		for (unsigned i = 0; i < SESSIONS; i++) {
			unsigned victim = (i * 77 + round) % SESSIONS, direction;
			flow_table_remove(t, s[victim]);
			s[victim] = NULL;
			for (unsigned j = 0; j < 2 * SESSIONS; j++)
				assert_ptr_equal(flow_table_find(t, &keys[j], flow_table_hash(t, &keys[j]), &direction),
						 s[j / 2]);
		}
	}
	flow_table_destroy(t);
}

/* 200,000 random installs, removes and look-ups agree with an array of what is there. */
static void
random_use_agrees_with_a_plain_list(void **unused)
{
	enum { CAPACITY = 300, KEYS = 500 };
	struct flow_table *t = flow_table_create(CAPACITY, 99);
	struct session *there[KEYS] = { NULL };
	uint32_t used = 0;
	for (unsigned step = 0; step < 200000; step++) {
		uint32_t n = pick(KEYS);
		unsigned direction = 9, way = pick(2);
		assert_ptr_equal(find(t, n, way, &direction), there[n]);
		if (there[n])
			assert_int_equal(direction, way);
		if (there[n] && pick(2)) {
			flow_table_remove(t, there[n]);
			there[n] = NULL;
			used--;
		} else if (!there[n]) {
			there[n] = install(t, n);
			assert_int_equal(there[n] != NULL, used < CAPACITY);
			used += there[n] != NULL;
		}
		assert_int_equal(flow_table_used(t), used);
	}
	uint32_t listed = 0;
	for (uint32_t i = 0; i < flow_table_capacity(t) + 10; i++) {
		struct session *s = flow_table_at(t, i);
		listed += s != NULL;
		assert_true(!s || flow_table_index(t, s) == i);
	}
	assert_int_equal(listed, used);
	flow_table_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_found_by_both_keys_with_its_direction),
		cmocka_unit_test(a_new_session_is_zero_but_for_its_keys_even_after_reuse),
		cmocka_unit_test(either_key_already_there_refuses_and_says_so),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(exactly_the_capacity_fits),
		cmocka_unit_test(all_sessions_in_one_bucket_still_fit_and_come_and_go),
		cmocka_unit_test(random_use_agrees_with_a_plain_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
