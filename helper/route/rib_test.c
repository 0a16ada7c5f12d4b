/* rib_test.c: the best route of each prefix is in force, whoever brought it. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "pipeline/fixture.h"

static const struct next_hop_group *
look_up(const struct fixture *f, const char *text)
{
	uint8_t family;
	struct address a = fixture_address(text, &family);
	return fib_lookup(f->snapshot.fib[0], family, &a);
}

static struct rib_route
kernel_route(const char *prefix, uint8_t length, uint32_t preference, const char *gateway)
{
	struct rib_route r = { .length = length, .preference = preference, .origin = RIB_KERNEL, .group.count = 1 };
	r.prefix = fixture_address(prefix, &r.family);
	r.group.hop[0] = (struct next_hop){ .kind = NEXT_HOP_FORWARD };
	r.group.hop[0].gateway = fixture_address(gateway, &r.group.hop[0].family);
	return r;
}

static void
addresses_make_local_connected_and_broadcast_routes(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_commit(f);
	assert_int_equal(look_up(f, "10.0.1.1")->hop[0].kind, NEXT_HOP_LOCAL);
	assert_int_equal(look_up(f, "2001:db8:3::1")->hop[0].kind, NEXT_HOP_LOCAL);
	assert_int_equal(look_up(f, "10.0.1.255")->hop[0].kind, NEXT_HOP_BROADCAST);
	const struct next_hop *h = &look_up(f, "10.0.3.77")->hop[0];
	assert_int_equal(h->kind, NEXT_HOP_FORWARD);
	assert_int_equal(h->unit, 3);
	assert_true(h->on_link);
	assert_null(look_up(f, "10.0.9.1"));
	assert_null(look_up(f, "2001:db9::1"));
	fixture_free(f);
}

static void
a_route_to_another_table_needs_no_unit(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_TABLE, NULL);
	f->snapshot.route[f->snapshot.route_count - 1].group.hop[0].unit = 63; /* an instance, not a unit */
	fixture_commit(f);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].kind, NEXT_HOP_TABLE);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 63);
	fixture_free(f);
}

static void
a_static_route_finds_the_unit_of_its_gateway(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "0.0.0.0", 0, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "203.0.113.1");
	fixture_commit(f);
	const struct next_hop *h = &look_up(f, "198.51.100.1")->hop[0];
	assert_int_equal(h->unit, 2);
	assert_false(h->on_link);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 2);
	fixture_free(f);
}

static void
the_lowest_preference_wins_and_the_next_takes_over(void **state)
{
	struct fixture *f = fixture_new(64);
	bool changed;
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_commit(f);
	struct rib_route worse = kernel_route("192.0.2.0", 24, RIB_PREFERENCE_KERNEL, "10.0.3.2");
	struct rib_route better = kernel_route("192.0.2.0", 24, 1, "10.0.1.2");
	assert_int_equal(rib_add(f->rib, &worse, &changed), 0);
	assert_false(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 2);
	assert_int_equal(rib_add(f->rib, &better, &changed), 0);
	assert_true(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 1);
	assert_int_equal(rib_add(f->rib, &better, &changed), 0);
	assert_false(changed);
	assert_int_equal(rib_remove(f->rib, &better, &changed), 0);
	assert_true(changed);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 2);
	assert_int_equal(rib_remove(f->rib, &better, &changed), -ENOENT);
	assert_int_equal(rib_remove(f->rib, &worse, &changed), 0);
	assert_false(changed);
	fixture_free(f);
}

static void
a_replaced_route_takes_its_new_next_hop(void **state)
{
	struct fixture *f = fixture_new(64);
	bool changed;
	fixture_commit(f);
	struct rib_route r = kernel_route("2001:db8:77::", 48, RIB_PREFERENCE_KERNEL, "2001:db8:2::2");
	assert_int_equal(rib_add(f->rib, &r, &changed), 0);
	assert_int_equal(look_up(f, "2001:db8:77::1")->hop[0].unit, 2);
	r = kernel_route("2001:db8:77::", 48, RIB_PREFERENCE_KERNEL, "2001:db8:3::2");
	assert_int_equal(rib_add(f->rib, &r, &changed), 0);
	assert_true(changed);
	assert_int_equal(look_up(f, "2001:db8:77::1")->hop[0].unit, 3);
	r = kernel_route("2001:db8:77::", 48, RIB_PREFERENCE_KERNEL, "2001:db9::1");
	assert_int_equal(rib_add(f->rib, &r, &changed), 0);
	assert_true(changed);
	assert_null(look_up(f, "2001:db8:77::1"));
	assert_int_equal(rib_remove(f->rib, &r, &changed), 0);
	assert_false(changed);
	fixture_free(f);
}

static void
impossible_routes_are_refused(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_commit(f);
	struct rib_route good = kernel_route("192.0.2.0", 24, 10, "10.0.2.2"), r = good;
	r.prefix.byte[3] = 1;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	r = good;
	r.length = 33;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	r = good;
	r.instance = 1;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	r = good;
	r.group.count = 0;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	r = good;
	r.group.count = NEXT_HOP_GROUP_MAX + 1;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	r = good;
	r.group.hop[0].kind = 77;
	assert_int_equal(rib_add(f->rib, &r, NULL), -EINVAL);
	fixture_free(f);
}

/* in_force gives the units of the route to an address, as digits, or "". */
static const char *
in_force(const struct fixture *f, const char *to)
{
	static char text[NEXT_HOP_GROUP_MAX + 1];
	const struct next_hop_group *g = look_up(f, to);
	unsigned count = g ? g->count : 0;
	for (unsigned i = 0; i < count; i++)
		text[i] = (char)('0' + g->hop[i].unit);
	text[count] = 0;
	return text;
}

static void
also(struct fixture *f, const char *gateway)
{
	struct next_hop_group *g = &f->route[f->snapshot.route_count - 1].group;
	struct next_hop *h = &g->hop[g->count++];
	*h = (struct next_hop){ .kind = NEXT_HOP_FORWARD };
	h->gateway = fixture_address(gateway, &h->family);
}

static void
prefer(struct fixture *f, uint32_t preference)
{
	f->route[f->snapshot.route_count - 1].preference = preference;
}

static bool
port(struct fixture *f, uint16_t port, bool up)
{
	bool changed;
	assert_int_equal(rib_port(f->rib, port, up, &changed), 0);
	return changed;
}

static bool
answers(struct fixture *f, uint16_t unit, const char *gateway, bool does)
{
	uint8_t family;
	struct address a = fixture_address(gateway, &family);
	bool changed;
	assert_int_equal(rib_answers(f->rib, unit, family, &a, does, &changed), 0);
	return changed;
}

struct family_row {
	const char *prefix, *first, *second, *third, *to;
	uint8_t length;
};
static const struct family_row families[] = {
	{ "192.0.2.0", "10.0.1.2", "10.0.2.2", "10.0.3.2", "192.0.2.7", 24 },
	{ "2001:db8:77::", "2001:db8:1::2", "2001:db8:2::2", "2001:db8:3::2", "2001:db8:77::7", 48 },
};

static void
a_next_hop_whose_device_is_down_gives_way_and_comes_back(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct family_row *v = &families[i];
		struct fixture *f = fixture_new(64);
		fixture_route(f, v->prefix, v->length, NEXT_HOP_FORWARD, v->first);
		also(f, v->second);
		fixture_route(f, v->prefix, v->length, NEXT_HOP_FORWARD, v->third);
		prefer(f, 7);
		fixture_commit(f);
		assert_string_equal(in_force(f, v->to), "12");
		assert_true(port(f, 0, false));
		assert_string_equal(in_force(f, v->to), "2");
		assert_false(port(f, 0, false));
		assert_true(port(f, 1, false));
		assert_string_equal(in_force(f, v->to), "3");
		/* The network of the second device has no other route. */
		assert_true(port(f, 1, true));
		assert_string_equal(in_force(f, v->to), "2");
		assert_true(port(f, 0, true));
		assert_string_equal(in_force(f, v->to), "12");
		fixture_free(f);
	}
}

static void
a_gateway_that_does_not_answer_gives_way_and_comes_back(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct family_row *v = &families[i];
		struct fixture *f = fixture_new(64);
		fixture_route(f, v->prefix, v->length, NEXT_HOP_FORWARD, v->first);
		also(f, v->second);
		fixture_route(f, v->prefix, v->length, NEXT_HOP_FORWARD, v->third);
		prefer(f, 7);
		fixture_commit(f);
		assert_true(answers(f, 2, v->second, false));
		assert_string_equal(in_force(f, v->to), "1");
		assert_false(answers(f, 2, v->second, false));
		assert_true(answers(f, 1, v->first, false));
		assert_string_equal(in_force(f, v->to), "3");
		assert_true(answers(f, 2, v->second, true));
		assert_string_equal(in_force(f, v->to), "2");
		/* Where nothing answers, all that may yet are asked again, the best first. */
		assert_true(answers(f, 2, v->second, false));
		assert_true(answers(f, 3, v->third, false));
		assert_string_equal(in_force(f, v->to), "12");
		assert_true(port(f, 0, false));
		assert_string_equal(in_force(f, v->to), "2");
		fixture_free(f);
	}
}

static void
whether_others_than_gateways_answer_is_nothing_to_the_routes(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_commit(f);
	assert_false(answers(f, 2, "10.0.2.3", false));
	assert_false(answers(f, 1, "10.0.2.2", false));
	assert_string_equal(in_force(f, "192.0.2.7"), "2");
	/* It has no other: packets go on asking. */
	assert_false(answers(f, 2, "10.0.2.2", false));
	assert_string_equal(in_force(f, "192.0.2.7"), "2");
	fixture_free(f);
}

static void
without_a_device_a_shorter_prefix_holds_but_a_network_of_our_own_stays(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "0.0.0.0", 0, NEXT_HOP_FORWARD, "10.0.1.2");
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	fixture_commit(f);
	assert_true(port(f, 1, false));
	assert_string_equal(in_force(f, "192.0.2.7"), "1");
	assert_string_equal(in_force(f, "10.0.2.7"), "2");
	/* Unless there is another way to just that network. */
	struct rib_route other = kernel_route("10.0.2.0", 24, 20, "10.0.3.2");
	bool changed;
	assert_int_equal(rib_add(f->rib, &other, &changed), 0);
	assert_true(changed);
	assert_string_equal(in_force(f, "10.0.2.7"), "3");
	assert_true(port(f, 1, true));
	assert_string_equal(in_force(f, "10.0.2.7"), "2");
	assert_string_equal(in_force(f, "192.0.2.7"), "2");
	fixture_free(f);
}

static void
a_route_of_the_kernel_stands_in_for_a_static_one(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.1.2");
	fixture_commit(f);
	struct rib_route kernel = kernel_route("192.0.2.0", 24, RIB_PREFERENCE_KERNEL, "10.0.2.2");
	assert_int_equal(rib_add(f->rib, &kernel, NULL), 0);
	assert_true(answers(f, 1, "10.0.1.2", false));
	assert_string_equal(in_force(f, "192.0.2.7"), "2");
	assert_int_equal(rib_remove(f->rib, &kernel, NULL), 0);
	assert_string_equal(in_force(f, "192.0.2.7"), "1");
	fixture_free(f);
}

static const struct gateway *
gateway(const struct fixture *f, uint16_t unit, const char *text)
{
	uint8_t family;
	struct address a = fixture_address(text, &family);
	return gateway_find(rib_gateways(f->rib), unit, family, &a);
}

static void
gateways_are_known_as_long_as_routes_lead_there_and_whether_others_could_stand_in(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.1.2");
	fixture_route(f, "198.51.100.0", 24, NEXT_HOP_FORWARD, "10.0.3.2");
	fixture_commit(f);
	assert_false(gateway(f, 1, "10.0.1.2")->replaceable);
	struct rib_route other = kernel_route("192.0.2.0", 24, 20, "10.0.2.2");
	assert_int_equal(rib_add(f->rib, &other, NULL), 0);
	assert_true(gateway(f, 1, "10.0.1.2")->replaceable);
	assert_true(gateway(f, 2, "10.0.2.2")->replaceable);
	assert_false(gateway(f, 3, "10.0.3.2")->replaceable);
	assert_int_equal(gateway_count(rib_gateways(f->rib)), 3);
	assert_int_equal(rib_remove(f->rib, &other, NULL), 0);
	assert_null(gateway(f, 2, "10.0.2.2"));
	assert_int_equal(gateway_count(rib_gateways(f->rib)), 2);
	fixture_free(f);
}

static void
a_commit_keeps_what_is_known_of_gateways(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.1.2");
	also(f, "10.0.2.2");
	fixture_commit(f);
	assert_true(answers(f, 1, "10.0.1.2", false));
	struct rib *old = f->rib;
	f->rib = rib_build(&f->snapshot, NULL, 0);
	assert_non_null(f->rib);
	assert_string_equal(in_force(f, "192.0.2.7"), "12");
	assert_int_equal(rib_adopt(f->rib, old), 0);
	assert_string_equal(in_force(f, "192.0.2.7"), "2");
	rib_destroy(old);
	assert_true(answers(f, 1, "10.0.1.2", true));
	assert_string_equal(in_force(f, "192.0.2.7"), "12");
	fixture_free(f);
}

struct seen {
	enum rib_hop_state state[2];
	bool active[2];
	unsigned count;
};

static void
see(void *ctx, const struct rib_route *route, const enum rib_hop_state *state, bool active)
{
	struct seen *s = ctx;
	if (route->origin != RIB_STATIC)
		return;
	unsigned i = route->preference == RIB_PREFERENCE_STATIC ? 0 : 1;
	s->state[i] = state[0];
	s->active[i] = active;
	s->count++;
}

static void
a_listing_tells_which_routes_are_in_force_and_why_others_are_not(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.1.2");
	fixture_route(f, "192.0.2.0", 24, NEXT_HOP_FORWARD, "10.0.2.2");
	prefer(f, 7);
	fixture_commit(f);
	static const struct seen expected[] = {
		{ { RIB_HOP_ALIVE, RIB_HOP_ALIVE }, { true, false }, 2 },
		{ { RIB_HOP_SILENT, RIB_HOP_ALIVE }, { false, true }, 2 },
		{ { RIB_HOP_SILENT, RIB_HOP_DOWN }, { true, false }, 2 },
		{ { RIB_HOP_DOWN, RIB_HOP_DOWN }, { false, false }, 2 },
	};
	for (unsigned step = 0; step < 4; step++) {
		if (step == 1)
			answers(f, 1, "10.0.1.2", false);
		if (step > 1)
			port(f, step == 2 ? 1 : 0, false);
		struct seen s = { .count = 0 };
		rib_walk(f->rib, see, &s);
		assert_memory_equal(&s, &expected[step], sizeof s);
	}
	fixture_free(f);
}

struct census {
	unsigned total, active, by_origin[RIB_ORIGINS];
};

static void
count(void *ctx, const struct rib_route *route, const enum rib_hop_state *state, bool active)
{
	struct census *c = ctx;
	c->total++;
	c->active += active;
	c->by_origin[route->origin]++;
}

static void
many_routes_are_all_known_and_all_go(void **state)
{
	enum { ROUTES = 3000 };
	struct fixture *f = fixture_new(64);
	fixture_commit(f);
	struct census before = { 0 }, full = { 0 }, after = { 0 };
	rib_walk(f->rib, count, &before);
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < ROUTES; i++) {
			struct rib_route r = kernel_route("172.16.0.0", 28, 10, "10.0.2.2");
			r.prefix.byte[2] = (uint8_t)(i >> 4);
			r.prefix.byte[3] = (uint8_t)(i << 4);
			assert_int_equal(pass ? rib_remove(f->rib, &r, NULL) : rib_add(f->rib, &r, NULL), 0);
		}
		rib_walk(f->rib, count, pass ? &after : &full);
	}
	assert_int_equal(full.by_origin[RIB_KERNEL], ROUTES);
	assert_int_equal(full.active, before.active + ROUTES);
	assert_int_equal(full.by_origin[RIB_LOCAL], 7 + 4);
	assert_int_equal(full.by_origin[RIB_CONNECTED], 7);
	assert_int_equal(after.total, before.total);
	fixture_free(f);
}

static void
learned_routes_come_with_the_build(void **state)
{
	struct fixture *f = fixture_new(64);
	fixture_commit(f);
	rib_destroy(f->rib);
	struct rib_route learned[] = { kernel_route("192.0.2.0", 24, 10, "10.0.3.2"),
				       kernel_route("192.0.2.0", 25, 10, "10.0.2.2") };
	struct rib_route elsewhere = learned[0];
	elsewhere.instance = 9;
	struct rib_route all[] = { elsewhere, learned[0], learned[1] };
	f->rib = rib_build(&f->snapshot, all, 3);
	assert_non_null(f->rib);
	assert_int_equal(look_up(f, "192.0.2.1")->hop[0].unit, 2);
	assert_int_equal(look_up(f, "192.0.2.200")->hop[0].unit, 3);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_make_local_connected_and_broadcast_routes),
		cmocka_unit_test(a_route_to_another_table_needs_no_unit),
		cmocka_unit_test(a_static_route_finds_the_unit_of_its_gateway),
		cmocka_unit_test(the_lowest_preference_wins_and_the_next_takes_over),
		cmocka_unit_test(a_replaced_route_takes_its_new_next_hop),
		cmocka_unit_test(impossible_routes_are_refused),
		cmocka_unit_test(many_routes_are_all_known_and_all_go),
		cmocka_unit_test(learned_routes_come_with_the_build),
		cmocka_unit_test(a_next_hop_whose_device_is_down_gives_way_and_comes_back),
		cmocka_unit_test(a_gateway_that_does_not_answer_gives_way_and_comes_back),
		cmocka_unit_test(whether_others_than_gateways_answer_is_nothing_to_the_routes),
		cmocka_unit_test(without_a_device_a_shorter_prefix_holds_but_a_network_of_our_own_stays),
		cmocka_unit_test(a_route_of_the_kernel_stands_in_for_a_static_one),
		cmocka_unit_test(gateways_are_known_as_long_as_routes_lead_there_and_whether_others_could_stand_in),
		cmocka_unit_test(a_commit_keeps_what_is_known_of_gateways),
		cmocka_unit_test(a_listing_tells_which_routes_are_in_force_and_why_others_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
