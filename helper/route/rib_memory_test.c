/* rib_memory_test.c: routes while there is no memory, and after. The forwarding table is compiled in here, so that the memory that
 * it asks for can be refused. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "flow/pages.h"

static bool refused;

static void *
calloc_or_not(size_t count, size_t size)
{
	return refused ? NULL : calloc(count, size);
}

static void *
realloc_or_not(void *p, size_t size)
{
	return refused ? NULL : realloc(p, size);
}

static void *
pages_map_or_not(size_t size)
{
	return refused ? NULL : pages_map(size);
}

#define calloc(count, size) calloc_or_not(count, size)
#define realloc(p, size)    realloc_or_not(p, size)
#define pages_map(size)     pages_map_or_not(size)
#include "route/fib.c"
#undef calloc
#undef realloc
#undef pages_map

#include "pipeline/fixture.h"

static const struct next_hop_group *
look_up(const struct fixture *f, const char *text)
{
	uint8_t family;
	struct address a = fixture_address(text, &family);
	return fib_lookup(f->snapshot.fib[0], family, &a);
}

static struct rib_route
kernel_route(const char *prefix, uint32_t preference, const char *gateway, const char *other)
{
	struct rib_route r = { .length = 24, .preference = preference, .origin = RIB_KERNEL };
	r.prefix = fixture_address(prefix, &r.family);
	for (; r.group.count < (other ? 2 : 1); r.group.count++) {
		struct next_hop *h = &r.group.hop[r.group.count];
		*h = (struct next_hop){ .kind = NEXT_HOP_FORWARD };
		h->gateway = fixture_address(r.group.count ? other : gateway, &h->family);
	}
	return r;
}

/* Refuses memory from here on, and uses up what the table still has. */
static void
use_up(struct fixture *f)
{
	char prefix[32], gateway[32];
	refused = true;
	for (unsigned i = 0; i < 250; i++) {
		snprintf(prefix, sizeof prefix, "172.16.%u.0", i);
		snprintf(gateway, sizeof gateway, "10.0.1.%u", 3 + i);
		struct rib_route r = kernel_route(prefix, RIB_PREFERENCE_KERNEL, gateway, NULL);
		if (rib_add(f->rib, &r, NULL) == -ENOMEM)
			return;
	}
	fail();
}

static void
a_device_that_went_down_without_memory_for_it_is_left_once_there_is_some(void **state)
{
	struct fixture *f = fixture_new(64);
	bool changed;
	fixture_commit(f);
	struct rib_route r = kernel_route("192.0.2.0", RIB_PREFERENCE_KERNEL, "10.0.2.2", "10.0.3.2");
	assert_int_equal(rib_add(f->rib, &r, NULL), 0);
	use_up(f);
	assert_int_equal(rib_port(f->rib, f->unit[2].port, false, &changed), -ENOMEM);
	assert_int_equal(look_up(f, "192.0.2.1")->count, 2);
	assert_int_equal(rib_settle(f->rib, &changed), -ENOMEM);
	refused = false;
	assert_int_equal(rib_settle(f->rib, &changed), 0);
	assert_true(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->count, 1);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 3);
	assert_int_equal(rib_settle(f->rib, &changed), 0);
	assert_false(changed);
	fixture_free(f);
}

static void
a_route_that_was_withdrawn_is_in_force_no_more_whatever_follows_it(void **state)
{
	struct fixture *f = fixture_new(64);
	bool changed;
	fixture_commit(f);
	struct rib_route r = kernel_route("192.0.2.0", 1, "10.0.2.2", NULL);
	struct rib_route next = kernel_route("192.0.2.0", RIB_PREFERENCE_KERNEL, "10.0.3.2", NULL);
	assert_int_equal(rib_add(f->rib, &r, NULL), 0);
	assert_int_equal(rib_add(f->rib, &next, NULL), 0);
	use_up(f);
	assert_int_equal(rib_remove(f->rib, &r, &changed), 0);
	assert_true(changed);
	assert_null(look_up(f, "192.0.2.1"));
	assert_int_equal(rib_remove(f->rib, &r, &changed), -ENOENT);
	refused = false;
	assert_int_equal(rib_settle(f->rib, &changed), 0);
	assert_true(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 3);
	fixture_free(f);
}

static void
a_route_that_finds_no_memory_changes_nothing_and_can_be_added_later(void **state)
{
	struct fixture *f = fixture_new(64);
	bool changed;
	fixture_commit(f);
	struct rib_route r = kernel_route("192.0.2.0", RIB_PREFERENCE_KERNEL, "10.0.2.2", NULL);
	struct rib_route better = kernel_route("192.0.2.0", 1, "10.0.3.2", NULL);
	assert_int_equal(rib_add(f->rib, &r, NULL), 0);
	use_up(f);
	assert_int_equal(rib_add(f->rib, &better, &changed), -ENOMEM);
	assert_false(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 2);
	refused = false;
	assert_int_equal(rib_add(f->rib, &better, &changed), 0);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 3);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_went_down_without_memory_for_it_is_left_once_there_is_some),
		cmocka_unit_test(a_route_that_was_withdrawn_is_in_force_no_more_whatever_follows_it),
		cmocka_unit_test(a_route_that_finds_no_memory_changes_nothing_and_can_be_added_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
