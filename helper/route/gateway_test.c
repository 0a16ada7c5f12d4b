/* gateway_test.c: gateways are counted by the routes that lead there. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet/packet.h"
#include "route/gateway.h"

static struct address
inet(uint32_t number)
{
	struct address a = { .byte = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number } };
	return a;
}

static void
a_gateway_is_one_for_all_its_routes_and_goes_with_the_last(void **state)
{
	struct gateways *g = gateways_create();
	struct address a = inet(1);
	struct gateway *one = gateway_take(g, 3, ADDRESS_FAMILY_INET, &a);
	assert_non_null(one);
	assert_false(one->silent);
	assert_ptr_equal(gateway_take(g, 3, ADDRESS_FAMILY_INET, &a), one);
	assert_int_equal(gateway_count(g), 1);
	assert_null(gateway_find(g, 4, ADDRESS_FAMILY_INET, &a));
	assert_null(gateway_find(g, 3, ADDRESS_FAMILY_INET6, &a));
	gateway_give(g, one);
	assert_ptr_equal(gateway_find(g, 3, ADDRESS_FAMILY_INET, &a), one);
	gateway_give(g, one);
	assert_null(gateway_find(g, 3, ADDRESS_FAMILY_INET, &a));
	assert_int_equal(gateway_count(g), 0);
	gateways_destroy(g);
}

static void
many_gateways_are_all_found_and_listed_while_others_go(void **state)
{
	enum { MANY = 5000 };
	struct gateways *g = gateways_create();
	for (uint32_t i = 0; i < MANY; i++) {
		struct address a = inet(i);
		assert_non_null(gateway_take(g, (uint16_t)(1 + i % 7), ADDRESS_FAMILY_INET, &a));
	}
	for (uint32_t i = 0; i < MANY; i += 2) {
		struct address a = inet(i);
		gateway_give(g, gateway_find(g, (uint16_t)(1 + i % 7), ADDRESS_FAMILY_INET, &a));
	}
	assert_int_equal(gateway_count(g), MANY / 2);
	for (uint32_t place = 0; place < MANY / 2; place++) {
		struct gateway *at = gateway_at(g, place);
		assert_int_equal(at->address.byte[3] % 2, 1);
		assert_ptr_equal(gateway_find(g, at->unit, at->family, &at->address), at);
	}
	gateways_destroy(g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_is_one_for_all_its_routes_and_goes_with_the_last),
		cmocka_unit_test(many_gateways_are_all_found_and_listed_while_others_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
