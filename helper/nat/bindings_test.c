/* bindings_test.c: what was bound is found by both of its addresses, and by nothing else. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nat/bindings.h"
#include "wire_gen.h"

enum { CAPACITY = 100, RULE = 3 };

/* Both keys of client i: as it sends, and as that leaves. */
static struct flow_key
inner(uint32_t i)
{
	struct flow_key k = { .family = ADDRESS_FAMILY_INET, .protocol = 17, .source_port = 5060, .instance = 1 };
	k.source.word[0] = 0x0a000000 + i / 2;
	k.source_port = (uint16_t)(5060 + i % 2);
	return k;
}

static struct flow_key
outer(uint32_t i)
{
	struct flow_key k = { .family = ADDRESS_FAMILY_INET, .protocol = 17, .instance = 2 };
	k.source.word[0] = 0xc0000201;
	k.source_port = (uint16_t)(2000 + i);
	return k;
}

static uint32_t
find_outer(struct nat_bindings *t, uint32_t i, uint64_t now_ns)
{
	struct flow_key out = outer(i), in = flow_key_reverse(&out);
	in.instance = out.instance;
	return nat_bindings_outer(t, &in, now_ns);
}

static void
add(struct nat_bindings *t, uint32_t i, uint32_t expected)
{
	struct flow_key in = inner(i), out = outer(i);
	uint32_t index = nat_bindings_add(t, &in, &out, RULE);
	assert_int_equal(index != 0, expected != 0);
	if (index)
		nat_bindings_at(t, index)->sessions = 1;
}

static void
what_is_bound_is_found_by_both_addresses_until_it_is_removed(void **state)
{
	struct nat_bindings *t = nat_bindings_create(CAPACITY, 7);
	bool bound[2 * CAPACITY] = { false };
	uint32_t count = 0;
	srand(1);
	for (unsigned step = 0; step < 20000; step++) {
		uint32_t i = (uint32_t)rand() % (2 * CAPACITY);
		struct flow_key in = inner(i);
		uint32_t index = nat_bindings_inner(t, &in, RULE, 0);
		assert_int_equal(index != 0, bound[i]);
		assert_int_equal(find_outer(t, i, 0), index);
		if (bound[i]) {
			assert_int_equal(nat_bindings_at(t, index)->outer_port, outer(i).source_port);
			nat_bindings_remove(t, index);
			count--;
			bound[i] = false;
		} else {
			add(t, i, count < CAPACITY);
			bound[i] = count < CAPACITY;
			count += bound[i];
		}
	}
	nat_bindings_destroy(t);
}

static void
what_differs_in_anything_is_another(void **state)
{
	struct nat_bindings *t = nat_bindings_create(CAPACITY, 7);
	add(t, 0, 1);
	struct flow_key in = inner(0), out = outer(0), back = flow_key_reverse(&out);
	back.instance = out.instance;
	assert_int_equal(nat_bindings_inner(t, &in, RULE + 1, 0), 0);
	for (unsigned i = 0; i < 4; i++) {
		struct flow_key a = in, b = back;
		a.protocol = b.protocol = i == 0 ? 6 : 17;
		a.family = b.family = i == 1 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
		a.instance = i == 2 ? 2 : in.instance;
		b.instance = i == 2 ? 1 : out.instance;
		a.source_port = i == 3 ? 1 : in.source_port;
		b.destination_port = i == 3 ? 1 : back.destination_port;
		assert_int_equal(nat_bindings_inner(t, &a, RULE, 0), 0);
		assert_int_equal(nat_bindings_outer(t, &b, 0), 0);
	}
	/* Nor one without a session whose time is up, or without a rule. */
	uint32_t index = nat_bindings_inner(t, &in, RULE, 0);
	struct nat_binding *b = nat_bindings_at(t, index);
	b->sessions = 0;
	b->expires_ns = 100;
	assert_int_equal(nat_bindings_outer(t, &back, 99), index);
	assert_int_equal(nat_bindings_outer(t, &back, 100), 0);
	assert_int_equal(nat_bindings_inner(t, &in, RULE, 100), 0);
	b->sessions = 1;
	b->rule = 0;
	assert_int_equal(nat_bindings_outer(t, &back, 0), 0);
	nat_bindings_destroy(t);
}

static void
the_last_sixteen_targets_are_remembered(void **state)
{
	struct nat_binding b = { 0 };
	struct address a = { 0 };
	for (uint32_t i = 0; i < NAT_TARGETS + 4; i++) {
		a.word[0] = i + 1;
		for (unsigned again = 0; again < 2; again++)
			nat_binding_note(&b, &a, (uint16_t)(100 + i));
		assert_true(nat_binding_sent(&b, &a, (uint16_t)(100 + i), false));
		assert_false(nat_binding_sent(&b, &a, 99, false));
		assert_true(nat_binding_sent(&b, &a, 99, true));
	}
	for (uint32_t i = 0; i < NAT_TARGETS + 4; i++) {
		a.word[0] = i + 1;
		assert_int_equal(nat_binding_sent(&b, &a, 0, true), i >= 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_bound_is_found_by_both_addresses_until_it_is_removed),
		cmocka_unit_test(what_differs_in_anything_is_another),
		cmocka_unit_test(the_last_sixteen_targets_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
