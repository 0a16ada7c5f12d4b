/* owners_test.c: claims are found by all, and by nobody once they are given up. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nat/owners.h"

enum { FLOWS = 4096 };

static struct flow_key
key_of(uint32_t i)
{
	struct flow_key k = { .protocol = 6, .family = 2, .destination_port = 80 };
	k.source.word[0] = i;
	k.destination.word[0] = i * 2654435761u;
	k.source_port = (uint16_t)i;
	return k;
}

static void
each_claim_is_found_until_it_is_given_up(void **state)
{
	struct nat_owners *t = nat_owners_create(FLOWS, 3);
	struct flow_key k;
	for (uint32_t i = 0; i < FLOWS; i++) {
		k = key_of(i);
		assert_int_equal(nat_owners_find(t, &k), NAT_OWNER_NONE);
		assert_true(nat_owners_claim(t, &k, i % 3));
	}
	for (uint32_t i = 0; i < FLOWS; i++) {
		k = key_of(i);
		assert_int_equal(nat_owners_find(t, &k), i % 3);
		nat_owners_release(t, &k, i % 3);
		assert_int_equal(nat_owners_find(t, &k), NAT_OWNER_NONE);
	}
	nat_owners_destroy(t);
}

static void
what_one_worker_claimed_no_other_gets_and_the_instance_does_not_matter(void **state)
{
	struct nat_owners *t = nat_owners_create(1, 3);
	struct flow_key k = key_of(1), elsewhere = k;
	elsewhere.instance = 5;
	assert_true(nat_owners_claim(t, &k, 1));
	assert_false(nat_owners_claim(t, &elsewhere, 0));
	assert_true(nat_owners_claim(t, &elsewhere, 1));
	nat_owners_release(t, &k, 1);
	assert_int_equal(nat_owners_find(t, &k), 1);
	nat_owners_release(t, &k, 1);
	assert_int_equal(nat_owners_find(t, &k), NAT_OWNER_NONE);
	nat_owners_destroy(t);
}

static void
a_full_table_refuses(void **state)
{
	struct nat_owners *t = nat_owners_create(1, 3);
	struct flow_key k = key_of(9);
	for (unsigned i = 0; i < 16; i++)
		assert_true(nat_owners_claim(t, &k, 0));
	assert_false(nat_owners_claim(t, &k, 0));
	nat_owners_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_claim_is_found_until_it_is_given_up),
		cmocka_unit_test(what_one_worker_claimed_no_other_gets_and_the_instance_does_not_matter),
		cmocka_unit_test(a_full_table_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
