/* classify_test.c: the index answers as the walk does, and the walk as one reads a rule. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "classify/classify.h"
#include "classify/index.h"
#include "classify/ruleset.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct address
inet(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address){ .byte = { a, b, c, d } };
}

static struct classify_rule
any_rule(void)
{
	return (struct classify_rule){ .any_protocol = true,
				       .source_port_high = 65535,
				       .destination_port_high = 65535,
				       .icmp_type = -1,
				       .icmp_code = -1 };
}

static struct flow_key
key(uint8_t protocol, uint16_t source_port, uint16_t destination_port)
{
	return (struct flow_key){ .source = inet(10, 0, 0, 1),
				  .destination = inet(10, 0, 0, 2),
				  .source_port = __builtin_bswap16(source_port),
				  .destination_port = __builtin_bswap16(destination_port),
				  .protocol = protocol,
				  .family = ADDRESS_FAMILY_INET };
}

/* Asks the walk, and the index made of many copies of rules that never match in front of the one in question. */
static bool
answers(const struct classify_rule *r, const struct classify_query *q)
{
	enum { BEFORE = 600 };
	static const struct address_set nothing;
	static const struct address_set *const nowhere[] = { &nothing };
	static struct classify_rule rules[BEFORE + 1];
	struct classifier *c = classify_build(r, 1);
	assert_non_null(c);
	bool walked = classify_find(c, q, CLASSIFY_NONE) == 0;
	classify_free(c);
	for (uint32_t i = 0; i < BEFORE; i++) {
		rules[i] = any_rule();
		rules[i].source_set = nowhere;
		rules[i].source_set_count = 1;
	}
	rules[BEFORE] = *r;
	c = classify_build(rules, BEFORE + 1);
	assert_non_null(c);
	assert_int_equal(classify_find(c, q, CLASSIFY_NONE), walked ? BEFORE : CLASSIFY_NONE);
	classify_free(c);
	return walked;
}

static bool
matches(const struct classify_rule *r, const struct flow_key *k, int16_t type, int16_t code)
{
	return answers(r, &(struct classify_query){ k, type, code, 0, true });
}

static void
a_rule_without_conditions_matches_every_packet(void **state)
{
	struct classify_rule r = any_rule();
	struct flow_key k = key(PROTOCOL_TCP, 1, 2);
	assert_true(matches(&r, &k, -1, -1));
	k.family = ADDRESS_FAMILY_INET6;
	assert_true(matches(&r, &k, -1, -1));
	k = key(200, 0, 0);
	assert_true(matches(&r, &k, -1, -1));
	k = key(PROTOCOL_ICMP, 0, 0);
	assert_true(matches(&r, &k, 8, 0));
	assert_true(matches(&r, &k, -1, -1));
}

static void
port_ranges_are_inclusive_and_hold_for_tcp_udp_and_sctp_only(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t source, destination;
		bool matches;
	} table[] = {
		{ PROTOCOL_TCP, 1024, 80, true },  { PROTOCOL_TCP, 65535, 90, true },
		{ PROTOCOL_TCP, 1023, 80, false }, { PROTOCOL_TCP, 1024, 79, false },
		{ PROTOCOL_TCP, 1024, 91, false }, { PROTOCOL_UDP, 1024, 85, true },
		{ PROTOCOL_SCTP, 1024, 85, true }, { PROTOCOL_ICMP, 1024, 85, false },
		{ PROTOCOL_GRE, 1024, 85, false }, { PROTOCOL_ICMP6, 1024, 85, false },
	};
	struct classify_rule r = any_rule();
	r.source_port_low = 1024;
	r.destination_port_low = 80;
	r.destination_port_high = 90;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct flow_key k = key(table[i].protocol, table[i].source, table[i].destination);
		assert_int_equal(matches(&r, &k, -1, -1), table[i].matches);
	}
}

static void
icmp_conditions_hold_for_the_icmp_of_the_packets_family_only(void **state)
{
	struct classify_rule r = any_rule();
	struct flow_key k = key(PROTOCOL_ICMP, 0, 0);
	r.icmp_type = 8;
	assert_true(matches(&r, &k, 8, 0));
	assert_true(matches(&r, &k, 8, 255));
	assert_false(matches(&r, &k, 0, 0));
	assert_false(matches(&r, &k, -1, -1));
	r.icmp_code = 0;
	assert_true(matches(&r, &k, 8, 0));
	assert_false(matches(&r, &k, 8, 1));
	assert_false(matches(&r, &k, 8, -1));
	r.icmp_type = -1;
	assert_true(matches(&r, &k, 3, 0));
	assert_true(matches(&r, &k, -1, 0));
	k.protocol = PROTOCOL_ICMP6;
	assert_false(matches(&r, &k, 8, 0));
	k.family = ADDRESS_FAMILY_INET6;
	assert_true(matches(&r, &k, 8, 0));
	k.protocol = PROTOCOL_TCP;
	assert_false(matches(&r, &k, 8, 0));
}

static void
a_packet_without_a_transport_header_meets_no_condition_on_it(void **state)
{
	struct classify_rule all = any_rule(), port = any_rule(), type = any_rule();
	struct flow_key k = key(PROTOCOL_TCP, 0, 80);
	struct classify_query q = { &k, -1, -1, 0, false };
	port.destination_port_low = 80;
	type.icmp_code = 0;
	assert_true(answers(&all, &q));
	assert_false(answers(&port, &q));
	q.transport = true;
	assert_true(answers(&port, &q));
	k.protocol = PROTOCOL_ICMP;
	q.icmp_code = q.icmp_type = 0;
	assert_true(answers(&type, &q));
	q.transport = false;
	assert_false(answers(&type, &q));
	assert_true(answers(&all, &q));
}

static void
a_rule_may_name_several_protocols_port_ranges_and_interfaces(void **state)
{
	static const struct number_range low[] = { { 20, 21 }, { 80, 80 } }, high[] = { { 1024, 65535 } };
	static const struct number_ranges known = { 2, low }, own = { 1, high };
	static const uint16_t units[] = { 1, 7 };
	static const struct unit_list interfaces = { 2, units };
	struct octet_set protocols = { .bits = { 0 } };
	struct classify_rule r = any_rule();
	octet_set_add(&protocols, PROTOCOL_TCP);
	octet_set_add(&protocols, PROTOCOL_SCTP);
	octet_set_add(&protocols, PROTOCOL_GRE);
	r.protocols = &protocols;
	for (uint32_t protocol = 0; protocol < 256; protocol++) {
		struct flow_key k = key((uint8_t)protocol, 0, 0);
		assert_int_equal(matches(&r, &k, -1, -1), octet_set_has(&protocols, (uint8_t)protocol));
	}
	r.destination_ports = &known;
	r.source_ports = &own;
	static const struct {
		uint8_t protocol;
		uint16_t source, destination;
		bool matches;
	} table[] = {
		{ PROTOCOL_TCP, 1024, 20, true },  { PROTOCOL_TCP, 65535, 21, true }, { PROTOCOL_TCP, 1024, 22, false },
		{ PROTOCOL_TCP, 1024, 80, true },  { PROTOCOL_TCP, 1024, 19, false }, { PROTOCOL_TCP, 1023, 80, false },
		{ PROTOCOL_SCTP, 1024, 80, true }, { PROTOCOL_UDP, 1024, 80, false }, { PROTOCOL_GRE, 1024, 80, false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct flow_key k = key(table[i].protocol, table[i].source, table[i].destination);
		assert_int_equal(matches(&r, &k, -1, -1), table[i].matches);
	}
	r = any_rule();
	r.interfaces = &interfaces;
	struct flow_key k = key(PROTOCOL_UDP, 1, 2);
	for (uint16_t unit = 0; unit < 10; unit++)
		assert_int_equal(answers(&r, &(struct classify_query){ &k, -1, -1, unit, true }),
				 unit == 1 || unit == 7);
}

static void
one_search_finds_all_matching_rules_in_their_order(void **state)
{
	static const uint32_t size[] = { 65, 513, 2048, 5000 };
	for (enum ruleset_shape shape = 0; shape < RULESET_SHAPES; shape++) {
		for (size_t i = 0; i < COUNT(size); i++) {
			struct classify_index *x;
			struct ruleset s;
			uint64_t hits = 0;
			ruleset_make(&s, shape, size[i], 3 + i);
			x = classify_index_build(s.rule, s.count);
			assert_non_null(x);
			for (uint32_t n = 0; n < 200; n++) {
				struct ruleset_key k = ruleset_key(&s, shape == RULESET_IPC6);
				struct classify_query q = { &k.key, k.icmp_type, k.icmp_code, 0, true };
				uint32_t from = n % 2 ? ruleset_random(&s, s.count) : 0;
				struct classify_search search;
				bool any = classify_index_start(x, &q, from, &search);
				for (uint32_t r = from; r < s.count; r++) {
					if (classify_match_linear(&s.rule[r], 1, &k.key, k.icmp_type, k.icmp_code) != 0)
						continue;
					assert_true(any);
					assert_int_equal(classify_index_next(&search, from), r);
					from = r + 1;
					hits++;
				}
				if (any)
					assert_int_equal(classify_index_next(&search, from), CLASSIFY_NONE);
			}
			assert_true(hits > 20);
			classify_index_free(x);
			ruleset_free(&s);
		}
	}
}

static void
sets_are_united_and_excluded_sets_match_the_rest_of_both_families(void **state)
{
	const struct address_range a[] = { { inet(10, 0, 0, 0), inet(10, 0, 0, 1) },
					   { inet(10, 0, 0, 9), inet(10, 0, 0, 9) } };
	const struct address_range b[] = { { inet(10, 0, 0, 2), inet(10, 0, 0, 3) } };
	const struct address_set one = { .inet_count = 2, .inet = a }, two = { .inet_count = 1, .inet = b };
	const struct address_set *const sets[] = { &one, &two };
	static const struct {
		uint8_t last;
		bool within;
	} table[] = { { 0, true },  { 1, true },  { 2, true }, { 3, true },
		      { 4, false }, { 8, false }, { 9, true }, { 10, false } };
	struct classify_rule r = any_rule();
	struct flow_key k = key(PROTOCOL_UDP, 1, 2);

	r.source_set = sets;
	r.source_set_count = 2;
	for (size_t i = 0; i < COUNT(table); i++) {
		k.source = inet(10, 0, 0, table[i].last);
		r.source_excluded = false;
		assert_int_equal(matches(&r, &k, -1, -1), table[i].within);
		r.source_excluded = true;
		assert_int_equal(matches(&r, &k, -1, -1), !table[i].within);
	}
	k.source = inet(255, 255, 255, 255);
	assert_true(matches(&r, &k, -1, -1));
	k.source = inet(0, 0, 0, 0);
	assert_true(matches(&r, &k, -1, -1));
	k.family = ADDRESS_FAMILY_INET6;
	assert_true(matches(&r, &k, -1, -1));
	r.family = ADDRESS_FAMILY_INET;
	assert_false(matches(&r, &k, -1, -1));
	r.family = 0;
	r.source_excluded = false;
	assert_false(matches(&r, &k, -1, -1));
}

static void
the_first_of_several_matching_rules_wins_and_next_finds_the_others_in_order(void **state)
{
	enum { RULES = 9000 };
	struct classify_rule *rules = calloc(RULES, sizeof *rules);
	static const int32_t hit[] = { 63, 64, 511, 512, 4095, 4096, 4607, 8999 };
	struct flow_key k = key(PROTOCOL_TCP, 1, 80);
	struct classifier *c;
	int32_t at = CLASSIFY_NONE;

	for (uint32_t i = 0; i < RULES; i++) {
		rules[i] = any_rule();
		rules[i].destination_port_low = rules[i].destination_port_high = 81;
	}
	for (size_t i = 0; i < COUNT(hit); i++)
		rules[hit[i]].destination_port_low = 80;
	c = classify_build(rules, RULES);
	assert_non_null(c);
	assert_int_equal(classify_match(c, &k, -1, -1), 63);
	for (size_t i = 0; i < COUNT(hit); i++) {
		at = classify_next(c, &k, -1, -1, at);
		assert_int_equal(at, hit[i]);
	}
	assert_int_equal(classify_next(c, &k, -1, -1, at), CLASSIFY_NONE);
	k.destination_port = __builtin_bswap16(81);
	for (int32_t i = 0; i < RULES; i++)
		assert_int_equal(classify_next(c, &k, -1, -1, i - 1), i);
	assert_int_equal(classify_next(c, &k, -1, -1, RULES - 1), CLASSIFY_NONE);
	classify_free(c);
	free(rules);
}

static void
an_empty_list_matches_nothing(void **state)
{
	struct flow_key k = key(PROTOCOL_TCP, 1, 80);
	struct classifier *c = classify_build(NULL, 0);
	assert_non_null(c);
	assert_int_equal(classify_match(c, &k, -1, -1), CLASSIFY_NONE);
	classify_free(c);
}

static void
short_lists_with_long_sets_are_indexed_and_still_exact(void **state)
{
	enum { RANGES = 2000 };
	struct address_range *range = calloc(RANGES, sizeof *range);
	struct address_set set = { .inet_count = RANGES, .inet = range };
	const struct address_set *const sets[] = { &set };
	struct classify_rule r = any_rule();
	struct flow_key k = key(PROTOCOL_TCP, 1, 80);
	struct classifier *c;
	for (uint32_t i = 0; i < RANGES; i++)
		range[i] = (struct address_range){ inet(10, (uint8_t)(i >> 8), (uint8_t)i, 16),
						   inet(10, (uint8_t)(i >> 8), (uint8_t)i, 31) };
	r.destination_set = sets;
	r.destination_set_count = 1;
	c = classify_build(&r, 1);
	assert_non_null(c);
	assert_true(classify_memory(c) > RANGES * 2 * 8);
	for (uint32_t i = 0; i < RANGES; i++) {
		for (uint8_t last = 14; last < 34; last++) {
			k.destination = inet(10, (uint8_t)(i >> 8), (uint8_t)i, last);
			assert_int_equal(classify_match(c, &k, -1, -1), last >= 16 && last <= 31 ? 0 : CLASSIFY_NONE);
		}
	}
	classify_free(c);
	free(range);
}

static void
the_index_answers_as_the_walk_for_every_shape_and_size(void **state)
{
	static const uint32_t size[] = { 65, 100, 511, 512, 513, 1000, 4096, 4097, 10000 };
	for (enum ruleset_shape shape = 0; shape < RULESET_SHAPES; shape++) {
		for (size_t i = 0; i < COUNT(size); i++) {
			struct ruleset s;
			struct classifier *c;
			uint32_t hits = 0;
			ruleset_make(&s, shape, size[i], 7 + i * 31 + shape);
			c = classify_build(s.rule, s.count);
			assert_non_null(c);
			for (uint32_t n = 0; n < 300 + 2000000 / (size[i] * 4); n++) {
				struct ruleset_key k =
				    ruleset_key(&s, shape == RULESET_IPC6 || (shape == RULESET_ANY && n % 2));
				int32_t expected =
				    classify_match_linear(s.rule, s.count, &k.key, k.icmp_type, k.icmp_code);
				int32_t found = classify_match(c, &k.key, k.icmp_type, k.icmp_code);
				assert_int_equal(found, expected);
				hits += found >= 0;
				for (uint32_t step = 0; step < 3 && found >= 0; step++) {
					int32_t rest =
					    classify_match_linear(s.rule + found + 1, s.count - (uint32_t)found - 1,
								  &k.key, k.icmp_type, k.icmp_code);
					int32_t next = classify_next(c, &k.key, k.icmp_type, k.icmp_code, found);
					assert_int_equal(next, rest < 0 ? rest : found + 1 + rest);
					found = next;
				}
			}
			assert_true(hits > 100);
			classify_free(c);
			ruleset_free(&s);
		}
	}
}

static void
rules_that_share_address_sets_share_memory(void **state)
{
	enum { RULES = 10000 };
	struct ruleset s;
	const struct address_set *one;
	struct classifier *apart, *shared;
	ruleset_make(&s, RULESET_ACL, RULES, 5);
	apart = classify_build(s.rule, RULES);
	one = s.rule[1].destination_set_count ? s.rule[1].destination_set[0] : &s.set[0];
	for (uint32_t i = 0; i < 6 * RULES; i++) {
		if (s.list[i])
			s.list[i] = one;
	}
	shared = classify_build(s.rule, RULES);
	assert_non_null(apart);
	assert_non_null(shared);
	assert_true(classify_memory(shared) < 512u << 10);
	assert_true(classify_memory(apart) < 4u << 20);
	classify_free(apart);
	classify_free(shared);
	ruleset_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_without_conditions_matches_every_packet),
		cmocka_unit_test(port_ranges_are_inclusive_and_hold_for_tcp_udp_and_sctp_only),
		cmocka_unit_test(icmp_conditions_hold_for_the_icmp_of_the_packets_family_only),
		cmocka_unit_test(a_packet_without_a_transport_header_meets_no_condition_on_it),
		cmocka_unit_test(a_rule_may_name_several_protocols_port_ranges_and_interfaces),
		cmocka_unit_test(one_search_finds_all_matching_rules_in_their_order),
		cmocka_unit_test(sets_are_united_and_excluded_sets_match_the_rest_of_both_families),
		cmocka_unit_test(the_first_of_several_matching_rules_wins_and_next_finds_the_others_in_order),
		cmocka_unit_test(an_empty_list_matches_nothing),
		cmocka_unit_test(short_lists_with_long_sets_are_indexed_and_still_exact),
		cmocka_unit_test(the_index_answers_as_the_walk_for_every_shape_and_size),
		cmocka_unit_test(rules_that_share_address_sets_share_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
