/* prefix64_test.c: the addresses of RFC 6052 2.4, both ways, and what must not be mapped. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nat/prefix64.h"

static struct address
address_of(const char *text)
{
	struct address a = { .half = { 0, 0 } };
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, a.byte), 1);
	return a;
}

static void
an_ipv4_address_stands_behind_each_length_of_prefix_as_the_rfc_says(void **state)
{
	static const struct {
		unsigned length;
		const char *prefix, *whole;
	} all[] = {
		{ 32, "2001:db8::", "2001:db8:c000:221::" },
		{ 40, "2001:db8:100::", "2001:db8:1c0:2:21::" },
		{ 48, "2001:db8:122::", "2001:db8:122:c000:2:2100::" },
		{ 56, "2001:db8:122:300::", "2001:db8:122:3c0:0:221::" },
		{ 64, "2001:db8:122:344::", "2001:db8:122:344:c0:2:2100::" },
		{ 96, "2001:db8:122:344::", "2001:db8:122:344::192.0.2.33" },
		{ 96, "64:ff9b::", "64:ff9b::192.0.2.33" },
	};
	struct address inet = address_of("192.0.2.33"), out;
	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct address prefix = address_of(all[i].prefix), whole = address_of(all[i].whole);
		assert_true(prefix64_is_length(all[i].length));
		assert_true(prefix64_embed(&prefix, all[i].length, &inet, &out));
		assert_memory_equal(&out, &whole, 16);
		assert_true(prefix64_extract(&whole, all[i].length, &out));
		assert_memory_equal(&out, &inet, 16);
	}
	for (unsigned length = 0; length <= 128; length++) {
		bool known =
		    length == 32 || length == 40 || length == 48 || length == 56 || length == 64 || length == 96;
		assert_int_equal(prefix64_is_length(length), known);
	}
}

static void
bits_that_have_to_be_zero_are(void **state)
{
	static const char *const wrong[] = { "2001:db8:122:344:1c0:2:2100::", "2001:db8:122:344:c0:2:2101::",
					     "2001:db8:122:344:c0:2:2100:1" };
	struct address out = address_of("9.9.9.9"), before = out;
	for (unsigned i = 0; i < 3; i++) {
		struct address a = address_of(wrong[i]);
		assert_false(prefix64_extract(&a, 64, &out));
		assert_memory_equal(&out, &before, 16);
	}
}

static void
what_is_no_host_is_behind_no_prefix_and_private_networks_not_behind_the_well_known_one(void **state)
{
	static const char *const nobody[] = { "0.0.0.1", "127.0.0.1", "224.0.0.5", "255.255.255.255" };
	static const char *const private[] = { "10.0.0.1",    "172.16.0.1", "172.31.255.1",
					       "192.168.7.7", "100.64.0.1", "169.254.1.1" };
	static const char *const hosts[] = { "9.255.255.255", "11.0.0.1",   "172.15.0.1",  "172.32.0.1",
					     "192.167.1.1",   "100.63.0.1", "100.128.0.1", "198.51.100.1" };
	struct address well_known = address_of("64:ff9b::"), own = address_of("2001:db8:64::"), whole, out;
	for (unsigned i = 0; i < 4; i++) {
		struct address inet = address_of(nobody[i]);
		assert_false(prefix64_embed(&well_known, 96, &inet, &out));
		assert_false(prefix64_embed(&own, 96, &inet, &out));
	}
	for (unsigned i = 0; i < 6; i++) {
		struct address inet = address_of(private[i]);
		assert_false(prefix64_embed(&well_known, 96, &inet, &out));
		assert_true(prefix64_embed(&own, 96, &inet, &whole));
		assert_true(prefix64_extract(&whole, 96, &out));
		assert_memory_equal(&out, &inet, 16);
		memcpy(whole.byte, well_known.byte, 12);
		assert_false(prefix64_extract(&whole, 96, &out));
	}
	for (unsigned i = 0; i < 8; i++) {
		struct address inet = address_of(hosts[i]);
		assert_true(prefix64_embed(&well_known, 96, &inet, &whole));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_stands_behind_each_length_of_prefix_as_the_rfc_says),
		cmocka_unit_test(bits_that_have_to_be_zero_are),
		cmocka_unit_test(
		    what_is_no_host_is_behind_no_prefix_and_private_networks_not_behind_the_well_known_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
