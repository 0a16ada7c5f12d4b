/* cookie_test.c: a cookie says what it was made for, to whoever made it, and for a time. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "screen/cookie.h"
#include "screen/siphash.h"
#include "wire_gen.h"

#define SECOND 1000000000ull

static const struct flow_key key = { .source.byte = { 10, 0, 0, 1 },
				     .destination.byte = { 10, 0, 0, 2 },
				     .source_port = 1000,
				     .destination_port = 80,
				     .protocol = 6,
				     .family = ADDRESS_FAMILY_INET };
static const struct cookie_terms terms = { .mss = 1460, .scale = 7, .sack = true };

/* The vectors that Aumasson and Bernstein give: key 00 01 .. 0f, bytes 00 01 .. */
static void
siphash_is_that_of_its_authors(void **state)
{
	static const uint64_t expected[] = { 0x726fdb47dd0e0e31ull, 0x93f5f5799a932462ull, 0x3f2acc7f57c29bdbull };
	const uint64_t secret[2] = { 0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull };
	for (unsigned words = 0; words < 3; words++)
		assert_true(siphash(secret, secret, words) == expected[words]);
}

static void
a_cookie_keeps_its_terms(void **state)
{
	static const struct {
		uint16_t said, kept;
	} sizes[] = { { 1460, 1460 }, { 65535, 1460 }, { 8960, 1460 }, { 1459, 1452 }, { 1440, 1440 }, { 1439, 1400 },
		      { 1380, 1360 }, { 1220, 1220 },  { 1219, 536 },  { 536, 536 },   { 535, 64 },    { 1, 64 } };
	struct cookie_keys c;
	cookie_keys_init(&c, 1, 2);
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (uint8_t scale = 0; scale <= COOKIE_UNSCALED; scale++)
			for (unsigned sack = 0; sack < 2; sack++) {
				struct cookie_terms t = { sizes[i].said, scale, sack };
				struct cookie_terms kept = cookie_terms_of(cookie_make(&c, &key, i, &t, 0));
				assert_int_equal(kept.mss, sizes[i].kept);
				assert_int_equal(kept.scale, scale);
				assert_int_equal(kept.sack, sack);
			}
}

static void
a_cookie_is_good_for_what_it_was_made_for(void **state)
{
	struct cookie_keys c, other;
	cookie_keys_init(&c, 1, 2);
	cookie_keys_init(&other, 1, 3);
	uint32_t cookie = cookie_make(&c, &key, 77, &terms, 0);
	assert_true(cookie_check(&c, &key, 77, cookie, 0));
	assert_false(cookie_check(&c, &key, 78, cookie, 0));
	assert_false(cookie_check(&other, &key, 77, cookie, 0));
	for (unsigned byte = 0; byte < sizeof key; byte++) {
		struct flow_key k = key;
		((uint8_t *)&k)[byte] ^= 1;
		assert_false(cookie_check(&c, &k, 77, cookie, 0));
	}
	for (unsigned bit = 0; bit < 32; bit++)
		assert_false(cookie_check(&c, &key, 77, cookie ^ 1u << bit, 0));
}

static void
workers_with_one_secret_make_the_same_cookies(void **state)
{
	struct cookie_keys c, other;
	cookie_keys_init(&c, 1, 2);
	cookie_keys_init(&other, 1, 2);
	uint32_t cookie = cookie_make(&c, &key, 77, &terms, 100 * SECOND);
	assert_true(cookie_check(&other, &key, 77, cookie, 100 * SECOND));
}

static void
a_cookie_lives_for_its_period_and_the_next(void **state)
{
	struct cookie_keys c;
	cookie_keys_init(&c, 1, 2);
	for (unsigned period = 0; period < 4; period++) {
		uint64_t begin = period * COOKIE_PERIOD_NS, end = begin + COOKIE_PERIOD_NS - 1;
		uint32_t cookie = cookie_make(&c, &key, period, &terms, end);
		assert_true(cookie_check(&c, &key, period, cookie, end + COOKIE_PERIOD_NS));
		assert_true(cookie_alive(&c, end + COOKIE_PERIOD_NS));
		assert_false(cookie_check(&c, &key, period, cookie, end + COOKIE_PERIOD_NS + 1));
		assert_false(cookie_alive(&c, end + COOKIE_PERIOD_NS + 1));
		/* One that will be made is not good before. */
		cookie = cookie_make(&c, &key, period, &terms, begin + COOKIE_PERIOD_NS);
		assert_false(cookie_check(&c, &key, period, cookie, begin));
	}
}

static void
without_a_cookie_none_is_alive(void **state)
{
	struct cookie_keys c;
	cookie_keys_init(&c, 1, 2);
	assert_false(cookie_alive(&c, 0));
	assert_false(cookie_check(&c, &key, 0, 0, 0));
	assert_false(cookie_alive(&c, 0));
	cookie_make(&c, &key, 0, &terms, 0);
	assert_true(cookie_alive(&c, 0));
}

/* Of 2^24 guesses two are right by the odds; of a million, hardly any. */
static void
guesses_are_wrong(void **state)
{
	struct cookie_keys c;
	unsigned right = 0;
	cookie_keys_init(&c, 1, 2);
	for (uint32_t i = 0; i < 1000000; i++)
		right += cookie_check(&c, &key, 5, i * 2654435761u, 0);
	assert_true(right <= 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_is_that_of_its_authors),
		cmocka_unit_test(a_cookie_keeps_its_terms),
		cmocka_unit_test(a_cookie_is_good_for_what_it_was_made_for),
		cmocka_unit_test(workers_with_one_secret_make_the_same_cookies),
		cmocka_unit_test(a_cookie_lives_for_its_period_and_the_next),
		cmocka_unit_test(without_a_cookie_none_is_alive),
		cmocka_unit_test(guesses_are_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
