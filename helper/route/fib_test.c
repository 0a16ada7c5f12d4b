/* fib_test.c: longest-prefix match against a walk of a plain list, through random changes in both families.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "route/fib.h"

enum { V4 = 2, V6 = 10 };

static uint64_t state = 4711;

static uint32_t
pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static struct next_hop_group
group_number(uint32_t n)
{
	struct next_hop_group g = { .count = (uint16_t)(1 + n % 3) };
	for (unsigned i = 0; i < g.count; i++)
		g.hop[i] = (struct next_hop){ .gateway.word[0] = n, .unit = (uint16_t)i, .family = V4 };
	return g;
}

static struct address
v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address){ .byte = { a, b, c, d } };
}

static void
cut(struct address *a, unsigned length)
{
	for (unsigned i = length; i < 128; i++)
		a->byte[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static bool
covers(const struct address *prefix, unsigned length, const struct address *a)
{
	struct address b = *a;
	cut(&b, length);
	return memcmp(&b, prefix, sizeof b) == 0;
}

static void
add(struct fib *f, uint8_t family, struct address prefix, uint8_t length, uint32_t group)
{
	struct next_hop_group g = group_number(group);
	assert_int_equal(fib_insert(f, family, &prefix, length, &g), 0);
}

static int
found(const struct fib *f, uint8_t family, struct address a)
{
	const struct next_hop_group *g = fib_lookup(f, family, &a);
	return g ? (int)g->hop[0].gateway.word[0] : -1;
}

static void
at_once(void *ctx, fib_release *release, void *object)
{
	if (ctx)
		++*(unsigned *)ctx;
	release(object);
}

static void
an_empty_table_knows_no_route(void **unused)
{
	struct fib *f = fib_create();
	assert_int_equal(found(f, V4, v4(10, 0, 0, 1)), -1);
	assert_int_equal(found(f, V6, v4(0x20, 1, 0xd, 0xb8)), -1);
	assert_int_equal(fib_count(f), 0);
	fib_destroy(f);
}

static void
the_longest_prefix_wins_and_removal_uncovers_the_next(void **unused)
{
	struct fib *f = fib_create();
	static const uint8_t lengths[] = { 24, 0, 32, 8, 16, 17, 31, 9, 25, 1 };
	struct address a = v4(203, 0, 113, 77);
	for (unsigned i = 0; i < sizeof lengths; i++) {
		struct address prefix = a;
		cut(&prefix, lengths[i]);
		add(f, V4, prefix, lengths[i], lengths[i]);
	}
	assert_int_equal(fib_count(f), 10);
	assert_int_equal(found(f, V4, a), 32);
	assert_int_equal(found(f, V4, v4(203, 0, 113, 76)), 31);
	assert_int_equal(found(f, V4, v4(203, 0, 113, 1)), 25);
	assert_int_equal(found(f, V4, v4(203, 0, 113, 200)), 24);
	assert_int_equal(found(f, V4, v4(203, 0, 112, 1)), 17);
	assert_int_equal(found(f, V4, v4(203, 0, 200, 1)), 16);
	assert_int_equal(found(f, V4, v4(203, 1, 0, 1)), 9);
	assert_int_equal(found(f, V4, v4(203, 200, 0, 1)), 8);
	assert_int_equal(found(f, V4, v4(200, 0, 0, 1)), 1);
	assert_int_equal(found(f, V4, v4(1, 0, 0, 1)), 0);
	static const uint8_t falling[] = { 32, 31, 25, 24, 17, 16, 9, 8, 1, 0 };
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(found(f, V4, a), falling[i]);
		struct address prefix = a;
		cut(&prefix, falling[i]);
		assert_int_equal(fib_remove(f, V4, &prefix, falling[i]), 0);
	}
	assert_int_equal(found(f, V4, a), -1);
	assert_int_equal(fib_count(f), 0);
	fib_destroy(f);
}

static void
families_do_not_mix(void **unused)
{
	struct fib *f = fib_create();
	add(f, V4, v4(0, 0, 0, 0), 0, 4);
	assert_int_equal(found(f, V6, v4(0, 0, 0, 0)), -1);
	add(f, V6, v4(0x20, 1, 0, 0), 16, 6);
	assert_int_equal(found(f, V4, v4(0x20, 1, 0, 0)), 4);
	assert_int_equal(found(f, V6, v4(0x20, 1, 9, 9)), 6);
	fib_destroy(f);
}

static void
replacing_a_route_changes_its_group_only(void **unused)
{
	struct fib *f = fib_create();
	add(f, V4, v4(10, 0, 0, 0), 8, 1);
	add(f, V4, v4(10, 1, 2, 0), 24, 2);
	add(f, V4, v4(10, 0, 0, 0), 8, 3);
	assert_int_equal(fib_count(f), 2);
	assert_int_equal(found(f, V4, v4(10, 1, 3, 1)), 3);
	assert_int_equal(found(f, V4, v4(10, 1, 2, 1)), 2);
	add(f, V4, v4(10, 0, 0, 0), 8, 3);
	assert_int_equal(found(f, V4, v4(10, 9, 9, 9)), 3);
	fib_destroy(f);
}

static void
what_is_no_prefix_or_no_group_is_refused(void **unused)
{
	struct fib *f = fib_create();
	struct next_hop_group g = group_number(1), none = { .count = 0 }, many = { .count = NEXT_HOP_GROUP_MAX + 1 };
	struct address host = v4(10, 0, 0, 1), net = v4(10, 0, 0, 0);
	assert_int_equal(fib_insert(f, V4, &host, 24, &g), -EINVAL);
	assert_int_equal(fib_insert(f, V4, &net, 33, &g), -EINVAL);
	assert_int_equal(fib_insert(f, V6, &net, 129, &g), -EINVAL);
	assert_int_equal(fib_insert(f, 7, &net, 24, &g), -EINVAL);
	assert_int_equal(fib_insert(f, V4, &net, 24, &none), -EINVAL);
	assert_int_equal(fib_insert(f, V4, &net, 24, &many), -EINVAL);
	assert_int_equal(fib_remove(f, V4, &net, 24), -ENOENT);
	assert_int_equal(fib_count(f), 0);
	fib_destroy(f);
}

static void
equal_groups_are_one_and_live_as_long_as_a_route_uses_them(void **unused)
{
	struct fib *f = fib_create();
	unsigned deferred = 0;
	fib_set_defer(f, at_once, &deferred);
	add(f, V4, v4(10, 1, 0, 0), 16, 1);
	add(f, V4, v4(10, 2, 0, 0), 16, 1);
	struct address a = v4(10, 1, 0, 1), b = v4(10, 2, 0, 1), one = v4(10, 1, 0, 0), two = v4(10, 2, 0, 0);
	const struct next_hop_group *g = fib_lookup(f, V4, &a);
	struct next_hop_group expected = group_number(1);
	assert_ptr_equal(fib_lookup(f, V4, &b), g);
	assert_memory_equal(g, &expected, sizeof expected);
	fib_remove(f, V4, &one, 16);
	assert_int_equal(deferred, 0);
	fib_remove(f, V4, &two, 16);
	assert_int_equal(deferred, 1);
	fib_destroy(f);
}

struct kept {
	unsigned count;
	fib_release *release[64];
	void *object[64];
};

static void
keep(void *ctx, fib_release *release, void *object)
{
	struct kept *k = ctx;
	k->release[k->count] = release;
	k->object[k->count++] = object;
}

static void
what_a_reader_holds_stays_until_it_is_released(void **unused)
{
	struct fib *f = fib_create();
	struct kept kept = { .count = 0 };
	fib_set_defer(f, keep, &kept);
	struct address prefix = v4(10, 1, 1, 0), a = v4(10, 1, 1, 9);
	add(f, V4, prefix, 25, 1);
	const struct next_hop_group *g = fib_lookup(f, V4, &a);
	struct next_hop_group copy = *g;
	fib_remove(f, V4, &prefix, 25);
	assert_int_equal(kept.count, 3); /* two nodes and the group */
	for (uint32_t n = 2; n < 50; n++) {
		struct address other = v4(10, 2, (uint8_t)n, 0);
		add(f, V4, other, 25, n);
	}
	assert_memory_equal(g, &copy, sizeof copy);
	uint64_t before = fib_memory(f);
	for (unsigned i = 0; i < kept.count; i++)
		kept.release[i](kept.object[i]);
	add(f, V4, v4(10, 3, 0, 0), 25, 99);
	assert_int_equal(fib_memory(f), before);
	fib_destroy(f);
}

/* ---- against a plain list ------------------------------------------------------------------------------------- */

enum { ROUTES = 400 };

struct plain {
	struct address prefix;
	uint8_t length, family;
	bool used;
	uint32_t group;
};

static int
walk(const struct plain *list, uint8_t family, const struct address *a)
{
	int best = -1, length = -1;
	for (unsigned i = 0; i < ROUTES; i++) {
		const struct plain *r = &list[i];
		if (r->used && r->family == family && r->length > length && covers(&r->prefix, r->length, a)) {
			best = (int)r->group;
			length = r->length;
		}
	}
	return best;
}

/* Few different bytes, so that prefixes nest and nodes are shared. */
static struct address
some_address(uint8_t family)
{
	static const uint8_t bytes[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct address a = { .half = { 0, 0 } };
	for (unsigned i = 0; i < (family == V4 ? 4u : 16u); i++)
		a.byte[i] = pick(8) ? bytes[pick(i < 2 ? 2 : 5)] : (uint8_t)pick(256);
	return a;
}

static uint8_t
some_length(uint8_t family)
{
	static const uint8_t usual[2][8] = { { 0, 8, 16, 17, 24, 25, 31, 32 }, { 0, 16, 32, 48, 64, 65, 127, 128 } };
	return pick(2) ? usual[family == V6][pick(8)] : (uint8_t)pick(family == V4 ? 33 : 129);
}

struct listing {
	const struct plain *list;
	unsigned seen;
	int family, length;
};

static void
list_one(void *ctx, uint8_t family, const struct address *prefix, uint8_t length, const struct next_hop_group *g)
{
	struct listing *l = ctx;
	assert_true(family > l->family || (family == l->family && length >= l->length));
	l->family = family;
	l->length = length;
	l->seen++;
	for (unsigned i = 0; i < ROUTES; i++) {
		const struct plain *r = &l->list[i];
		if (r->used && r->family == family && r->length == length &&
		    memcmp(&r->prefix, prefix, sizeof *prefix) == 0) {
			struct next_hop_group expected = group_number(r->group);
			assert_memory_equal(g, &expected, sizeof expected);
			return;
		}
	}
	fail();
}

static void
random_changes_agree_with_a_plain_list(void **unused)
{
	struct fib *f = fib_create();
	fib_set_defer(f, at_once, NULL);
	static struct plain list[ROUTES];
	memset(list, 0, sizeof list);
	unsigned count = 0;
	for (unsigned step = 0; step < 6000; step++) {
		/* The number of routes swings, so that nodes come and go. */
		bool grow = step / 1000 % 2 == 0 ? pick(4) != 0 : pick(4) == 0;
		struct plain *r = &list[pick(ROUTES)];
		if (r->used && (!grow || pick(4) == 0)) {
			if (pick(3) == 0) {
				r->group = pick(40);
				add(f, r->family, r->prefix, r->length, r->group);
			} else {
				assert_int_equal(fib_remove(f, r->family, &r->prefix, r->length), 0);
				assert_int_equal(fib_remove(f, r->family, &r->prefix, r->length), -ENOENT);
				r->used = false;
				count--;
			}
		} else if (!r->used && grow) {
			struct plain fresh = { .family = pick(2) ? V4 : V6, .used = true, .group = pick(40) };
			fresh.length = some_length(fresh.family);
			fresh.prefix = some_address(fresh.family);
			cut(&fresh.prefix, fresh.length);
			bool there = false;
			for (unsigned i = 0; i < ROUTES; i++)
				there |= list[i].used && list[i].family == fresh.family &&
					 list[i].length == fresh.length &&
					 memcmp(&list[i].prefix, &fresh.prefix, sizeof fresh.prefix) == 0;
			if (!there) {
				*r = fresh;
				add(f, r->family, r->prefix, r->length, r->group);
				count++;
			}
		}
		assert_int_equal(fib_count(f), count);
		for (unsigned i = 0; i < 8; i++) {
			uint8_t family = i & 1 ? V4 : V6;
			struct address a = some_address(family);
			/* Half of them at and around the edges of prefixes that exist. */
			const struct plain *near = &list[pick(ROUTES)];
			if (i & 2 && near->used) {
				family = near->family;
				a = near->prefix;
				unsigned last = family == V4 ? 3 : 15;
				if (pick(2))
					for (unsigned bit = near->length; bit < 8 * (last + 1); bit++)
						a.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
				if (pick(3) == 0)
					a.byte[pick(last + 1)] ^= (uint8_t)(1 << pick(8));
			}
			if (found(f, family, a) != walk(list, family, &a))
				fail_msg("step %u: trie %d, list %d", step, found(f, family, a),
					 walk(list, family, &a));
		}
		if (step % 500 == 0) {
			struct listing l = { .list = list };
			fib_walk(f, list_one, &l);
			assert_int_equal(l.seen, count);
		}
	}
	for (unsigned i = 0; i < ROUTES; i++)
		if (list[i].used)
			assert_int_equal(fib_remove(f, list[i].family, &list[i].prefix, list[i].length), 0);
	assert_int_equal(fib_count(f), 0);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(found(f, i & 1 ? V4 : V6, some_address(i & 1 ? V4 : V6)), -1);
	fib_destroy(f);
}

static void
a_table_that_was_emptied_fills_again_in_the_same_memory(void **unused)
{
	struct fib *f = fib_create();
	fib_set_defer(f, at_once, NULL);
	uint64_t memory = 0;
	for (unsigned round = 0; round < 3; round++) {
		state = 99;
		struct address prefix[300];
		for (unsigned i = 0; i < 300; i++) {
			prefix[i] = v4(10, (uint8_t)pick(256), (uint8_t)pick(256), (uint8_t)i);
			add(f, V4, prefix[i], 32, i);
		}
		if (round == 0)
			memory = fib_memory(f);
		assert_int_equal(fib_memory(f), memory);
		for (unsigned i = 0; i < 300; i++)
			assert_int_equal(fib_remove(f, V4, &prefix[i], 32), 0);
	}
	fib_destroy(f);
}

static void
selection_follows_the_hash_over_all_hops(void **unused)
{
	struct next_hop_group g = { .count = 3 };
	for (uint32_t hash = 0; hash < 9; hash++)
		assert_ptr_equal(fib_select(&g, hash), &g.hop[hash % 3]);
	g.count = 1;
	assert_ptr_equal(fib_select(&g, 12345), &g.hop[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_knows_no_route),
		cmocka_unit_test(the_longest_prefix_wins_and_removal_uncovers_the_next),
		cmocka_unit_test(families_do_not_mix),
		cmocka_unit_test(replacing_a_route_changes_its_group_only),
		cmocka_unit_test(what_is_no_prefix_or_no_group_is_refused),
		cmocka_unit_test(equal_groups_are_one_and_live_as_long_as_a_route_uses_them),
		cmocka_unit_test(what_a_reader_holds_stays_until_it_is_released),
		cmocka_unit_test(random_changes_agree_with_a_plain_list),
		cmocka_unit_test(a_table_that_was_emptied_fills_again_in_the_same_memory),
		cmocka_unit_test(selection_follows_the_hash_over_all_hops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
