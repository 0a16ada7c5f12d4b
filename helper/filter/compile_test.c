/* compile_test.c: an indexed filter answers as the walk over its terms does. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "filter/termset.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What terms that were found ask for: so that a test can tell that nothing was left out. */
enum {
	FOUND_ADDRESS = 1 << 16,         /* `address` alone */
	FOUND_ADDRESS_AND_OWN = 1 << 17, /* with a condition on a side as well */
	FOUND_PORTS = 1 << 18,
	FOUND_PORTS_AND_OWN = 1 << 19,
	FOUND_INTERFACE = 1 << 20,
	FOUND_FRAGMENT = 1 << 21, /* for a later fragment */
	FOUND_NOTHING = 1 << 22,
	FOUND_INVARIANT = 1 << 23,
	FOUND_VARIANT = 1 << 24,
	FOUND_ALL = 0x1ff << 16,
};

static uint32_t
traits(const struct filter_term *t, const struct packet *p, bool invariant)
{
	uint32_t found = invariant ? FOUND_INVARIANT : FOUND_VARIANT;
	if (!t)
		return found | FOUND_NOTHING;
	if (t->address)
		found |= t->source || t->destination ? FOUND_ADDRESS_AND_OWN : FOUND_ADDRESS;
	if (t->ports.count)
		found |= t->source_ports.count || t->destination_ports.count ? FOUND_PORTS_AND_OWN : FOUND_PORTS;
	return found | (t->interfaces.count ? FOUND_INTERFACE : 0) |
	       (p->flags & PACKET_FRAGMENT && p->fragment_offset > 0 ? FOUND_FRAGMENT : 0) | t->conditions;
}

/* Asks both ways from term `from` on, and returns the answer. */
static const struct filter_term *
both_ways(const struct filter *f, const struct packet *p, uint32_t from, uint32_t *found)
{
	bool invariant = true, walked_invariant = true;
	const struct filter_term *walked = filter_next_walked(f, p, from, &walked_invariant);
	assert_ptr_equal(filter_next(f, p, from, &invariant), walked);
	assert_int_equal(invariant, walked_invariant);
	*found |= traits(walked, p, invariant);
	return walked;
}

static uint32_t
compare(struct termset *ts, uint32_t packets)
{
	const struct filter *f = &ts->filter;
	uint32_t found = 0;
	for (uint32_t n = 0; n < packets; n++) {
		struct packet p = termset_packet(ts);
		const struct filter_term *t = both_ways(f, &p, 0, &found);
		for (uint32_t step = 0; step < 3 && t; step++)
			t = both_ways(f, &p, (uint32_t)(t - f->term) + 1, &found);
		both_ways(f, &p, ruleset_random(&ts->rules, f->term_count + 1), &found);
	}
	return found;
}

static void
the_index_answers_as_the_walk_for_every_shape_and_size(void **state)
{
	static const uint32_t size[] = { 1, 16, 17, 64, 100, 511, 513, 1000, 2047, 2048, 4097, 10000 };
	uint32_t found = 0;
	for (enum ruleset_shape shape = 0; shape < RULESET_SHAPES; shape++) {
		for (size_t i = 0; i < COUNT(size); i++) {
			struct termset ts;
			termset_make(&ts, shape, i % 2, size[i], 11 + i * 31 + shape);
			assert_true(filter_compile(&ts.filter));
			found |= compare(&ts, 200 + 1000000 / (size[i] * 4));
			termset_free(&ts);
		}
	}
	assert_int_equal(found & FOUND_ALL, FOUND_ALL);
	assert_int_equal(found & (FILTER_TCP_FLAGS | FILTER_ICMP_TYPE | FILTER_DSCP | FILTER_IS_FRAGMENT),
			 FILTER_TCP_FLAGS | FILTER_ICMP_TYPE | FILTER_DSCP | FILTER_IS_FRAGMENT);
}

/* One term among many that never match, so that the index is asked: does it match? */
static bool
indexed(struct filter_term *term, const struct packet *p)
{
	enum { BEFORE = 100 };
	static const struct address_set nothing;
	static struct filter_term terms[BEFORE + 1];
	struct filter f = { .id = 1, .family = p->key.family, .term_count = BEFORE + 1, .term = terms };
	uint32_t found = 0;
	for (uint32_t i = 0; i < BEFORE; i++)
		terms[i] = (struct filter_term){ .any_protocol = true, .source = &nothing };
	terms[BEFORE] = *term;
	assert_true(filter_compile(&f));
	assert_true(filter_memory(&f) > 0);
	const struct filter_term *t = both_ways(&f, p, 0, &found);
	filter_release(&f);
	assert_true(!t || t == &terms[BEFORE]);
	return t;
}

#define INET(a, b, c, d)                                                                                               \
	{                                                                                                              \
		.byte = { a, b, c, d }                                                                                 \
	}

static struct packet
packet(uint8_t source, uint16_t source_port, uint8_t destination, uint16_t destination_port)
{
	struct packet p = { .unit = 3 };
	p.key = (struct flow_key){ .source = INET(10, 0, 0, source),
				   .destination = INET(10, 0, 0, destination),
				   .source_port = __builtin_bswap16(source_port),
				   .destination_port = __builtin_bswap16(destination_port),
				   .protocol = PROTOCOL_TCP,
				   .family = ADDRESS_FAMILY_INET };
	return p;
}

static void
an_address_holds_on_either_side_together_with_what_the_side_must_be(void **state)
{
	static const struct address_range even[] = { { INET(10, 0, 0, 2), INET(10, 0, 0, 2) },
						     { INET(10, 0, 0, 4), INET(10, 0, 0, 9) } };
	static const struct address_range low[] = { { INET(10, 0, 0, 0), INET(10, 0, 0, 4) } };
	static const struct address_set own = { .inet_count = 1, .inet = low },
					either = { .inet_count = 2, .inet = even };
	static const struct {
		uint8_t source, destination;
		bool either, with_source, with_destination;
	} table[] = {
		{ 2, 1, true, true, true },     { 3, 1, false, false, false }, { 1, 9, true, true, false },
		{ 9, 1, true, false, true },    { 9, 9, true, false, false },  { 4, 4, true, true, true },
		{ 1, 10, false, false, false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct packet p = packet(table[i].source, 1, table[i].destination, 2);
		struct filter_term t = { .any_protocol = true, .address = &either };
		assert_int_equal(indexed(&t, &p), table[i].either);
		t.source = &own;
		assert_int_equal(indexed(&t, &p), table[i].with_source);
		t.source = NULL;
		t.destination = &own;
		assert_int_equal(indexed(&t, &p), table[i].with_destination);
	}
}

static void
a_port_holds_on_either_side_together_with_what_the_side_must_be(void **state)
{
	static const struct number_range mail[] = { { 25, 25 }, { 465, 587 } }, high[] = { { 500, 65535 } };
	static const struct number_ranges either = { 2, mail }, own = { 1, high };
	static const struct {
		uint16_t source, destination;
		bool either, with_source, with_destination;
	} table[] = {
		{ 25, 80, true, false, false },    { 80, 25, true, false, false },  { 1024, 25, true, true, false },
		{ 25, 1024, true, false, true },   { 500, 80, true, true, false },  { 80, 500, true, false, true },
		{ 588, 464, false, false, false }, { 1024, 587, true, true, true }, { 499, 26, true, false, false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct packet p = packet(1, table[i].source, 2, table[i].destination);
		struct filter_term t = { .any_protocol = true, .ports = either };
		assert_int_equal(indexed(&t, &p), table[i].either);
		t.source_ports = own;
		assert_int_equal(indexed(&t, &p), table[i].with_source);
		t.source_ports.count = 0;
		t.destination_ports = own;
		assert_int_equal(indexed(&t, &p), table[i].with_destination);
	}
}

static void
ports_are_those_of_packets_that_have_them(void **state)
{
	static const struct number_range all[] = { { 0, 65535 } };
	struct filter_term asks = { .any_protocol = true, .destination_ports = { 1, all } };
	struct filter_term any = { .any_protocol = true };
	struct filter_term tcp = { .protocols = { .bits = { 1 << PROTOCOL_TCP } } };
	struct packet p = packet(1, 25, 2, 80);
	assert_true(indexed(&asks, &p));
	assert_true(indexed(&tcp, &p));
	p.flags = PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE;
	assert_true(indexed(&asks, &p));
	p.flags = PACKET_FRAGMENT;
	p.fragment_offset = 8;
	assert_false(indexed(&asks, &p));
	assert_true(indexed(&any, &p));
	assert_true(indexed(&tcp, &p));
	p = packet(1, 25, 2, 80);
	p.key.protocol = PROTOCOL_GRE;
	assert_false(indexed(&asks, &p));
	assert_true(indexed(&any, &p));
	assert_false(indexed(&tcp, &p));
}

static void
an_interface_is_where_the_packet_came_in(void **state)
{
	static const uint16_t units[] = { 2, 3, 4095 };
	struct filter_term t = { .any_protocol = true, .interfaces = { 3, units } };
	struct packet p = packet(1, 25, 2, 80);
	for (uint32_t unit = 1; unit <= 4095; unit += unit == 4 ? 4089 : 1) {
		p.unit = (uint16_t)unit;
		assert_int_equal(indexed(&t, &p), unit == 2 || unit == 3 || unit == 4095);
	}
}

static void
short_filters_are_walked_unless_their_sets_are_long(void **state)
{
	enum { RANGES = 1000 };
	static struct filter_term terms[FILTER_WALKED_MAX + 1];
	struct filter f = { .id = 1, .family = ADDRESS_FAMILY_INET, .term = terms };
	struct address_range *range = calloc(RANGES, sizeof *range);
	struct address_set set = { .inet_count = RANGES, .inet = range };
	for (uint32_t i = 0; i < COUNT(terms); i++)
		terms[i] = (struct filter_term){ .any_protocol = true };
	for (uint32_t i = 0; i < RANGES; i++)
		range[i].low = range[i].high = (struct address)INET(10, 1, (uint8_t)(i >> 8), (uint8_t)i);
	f.term_count = FILTER_WALKED_MAX;
	assert_true(filter_compile(&f));
	assert_int_equal(filter_memory(&f), 0);
	f.term_count = FILTER_WALKED_MAX + 1;
	assert_true(filter_compile(&f));
	assert_true(filter_memory(&f) > 0);
	filter_release(&f);
	f.term_count = 1;
	terms[0].destination = &set;
	assert_true(filter_compile(&f));
	assert_true(filter_memory(&f) > 0);
	filter_release(&f);
	f.term_count = 0;
	assert_true(filter_compile(&f));
	assert_null(filter_next(&f, &(struct packet){ .key.family = ADDRESS_FAMILY_INET }, 0, &(bool){ true }));
	free(range);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_answers_as_the_walk_for_every_shape_and_size),
		cmocka_unit_test(an_address_holds_on_either_side_together_with_what_the_side_must_be),
		cmocka_unit_test(a_port_holds_on_either_side_together_with_what_the_side_must_be),
		cmocka_unit_test(ports_are_those_of_packets_that_have_them),
		cmocka_unit_test(an_interface_is_where_the_packet_came_in),
		cmocka_unit_test(short_filters_are_walked_unless_their_sets_are_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
