/* ports_test.c: ports are given out once, in no order, and come again late. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "nat/ports.h"
#include "packet/protocol.h"

enum { ADDRESSES = 3, LOW = 1024, HIGH = 63487 };

static const struct address address[ADDRESSES] = { { .byte = { 192, 0, 2, 1 } },
						   { .byte = { 192, 0, 2, 2 } },
						   { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 1 } } };

static struct nat_ports *
ports_of(uint32_t worker, uint32_t workers)
{
	struct nat_ports *t = nat_ports_create(worker, workers, 42);
	assert_non_null(t);
	assert_true(nat_ports_keep(t, address, ADDRESSES));
	return t;
}

static uint16_t
take(struct nat_ports *t, const struct address *a, uint8_t protocol, uint16_t low, uint16_t high)
{
	uint16_t port = nat_ports_find(t, a, protocol, low, high);
	if (port)
		nat_ports_take(t, a, protocol, port);
	return port;
}

static void
all_workers_together_give_out_each_port_of_the_range_once(void **state)
{
	for (uint32_t workers = 1; workers <= 5; workers++) {
		uint8_t *seen = calloc(65536, 1);
		uint32_t count = 0;
		for (uint32_t w = 0; w < workers; w++) {
			struct nat_ports *t = ports_of(w, workers);
			uint16_t port;
			while ((port = take(t, &address[0], PROTOCOL_TCP, LOW, HIGH)) != 0) {
				assert_in_range(port, LOW, HIGH);
				assert_int_equal(port % workers, w);
				assert_int_equal(seen[port]++, 0);
				count++;
			}
			assert_int_equal(nat_ports_used(t, &address[0]),
					 (HIGH - w) / workers - (LOW - 1 - w + workers) / workers + 1);
			nat_ports_destroy(t);
		}
		assert_int_equal(count, HIGH - LOW + 1);
		free(seen);
	}
}

static void
addresses_and_protocols_have_ports_of_their_own(void **state)
{
	static const uint8_t protocol[] = { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP, PROTOCOL_ICMP };
	struct nat_ports *t = ports_of(0, 1);
	for (unsigned a = 0; a < ADDRESSES; a++) {
		for (unsigned i = 0; i < 4; i++) {
			assert_int_equal(take(t, &address[a], protocol[i], 7, 7), 7);
			assert_int_equal(take(t, &address[a], protocol[i], 7, 7), 0);
		}
		assert_int_equal(nat_ports_used(t, &address[a]), 4);
		uint32_t used[NAT_PORT_KINDS] = { 0 };
		nat_ports_count(t, &address[a], used);
		for (unsigned k = 0; k < NAT_PORT_KINDS; k++)
			assert_int_equal(used[k], 1);
	}
	nat_ports_destroy(t);
}

static void
a_port_that_was_given_back_comes_after_all_others(void **state)
{
	struct nat_ports *t = ports_of(1, 2);
	enum { FREE = 500 };
	uint16_t first = take(t, &address[0], PROTOCOL_UDP, 2001, 3000);
	nat_ports_give(t, &address[0], PROTOCOL_UDP, first);
	for (unsigned i = 1; i < FREE; i++) {
		uint16_t port = take(t, &address[0], PROTOCOL_UDP, 2001, 3000);
		assert_int_not_equal(port, 0);
		assert_int_not_equal(port, first);
	}
	assert_int_equal(take(t, &address[0], PROTOCOL_UDP, 2001, 3000), first);
	assert_int_equal(take(t, &address[0], PROTOCOL_UDP, 2001, 3000), 0);
	nat_ports_destroy(t);
}

static void
what_is_found_stays_free_until_it_is_taken(void **state)
{
	struct nat_ports *t = ports_of(0, 1);
	for (unsigned i = 0; i < 100; i++)
		assert_in_range(nat_ports_find(t, &address[0], PROTOCOL_TCP, 50, 51), 50, 51);
	assert_int_equal(nat_ports_used(t, &address[0]), 0);
	nat_ports_destroy(t);
}

static void
ports_come_in_no_order(void **state)
{
	struct nat_ports *t = ports_of(0, 1);
	uint16_t before = take(t, &address[0], PROTOCOL_TCP, LOW, HIGH);
	unsigned ascending = 0, near = 0;
	for (unsigned i = 0; i < 1000; i++) {
		uint16_t port = take(t, &address[0], PROTOCOL_TCP, LOW, HIGH);
		ascending += port > before;
		near += abs(port - before) < 64;
		before = port;
	}
	assert_in_range(ascending, 350, 650);
	assert_in_range(near, 0, 20);
	nat_ports_destroy(t);
}

static void
an_address_nobody_asks_for_has_no_ports_and_keeps_those_in_use(void **state)
{
	struct nat_ports *t = ports_of(0, 1);
	const struct address other = { .byte = { 198, 51, 100, 1 } };
	assert_int_equal(nat_ports_find(t, &other, PROTOCOL_TCP, LOW, HIGH), 0);
	assert_int_equal(take(t, &address[0], PROTOCOL_TCP, 80, 80), 80);
	assert_int_equal(take(t, &address[1], PROTOCOL_TCP, 80, 80), 80);
	nat_ports_give(t, &address[1], PROTOCOL_TCP, 80);
	assert_true(nat_ports_keep(t, &other, 1));
	assert_int_equal(take(t, &other, PROTOCOL_TCP, 80, 80), 80);
	assert_int_equal(nat_ports_used(t, &address[0]), 1);
	assert_int_equal(nat_ports_find(t, &address[1], PROTOCOL_TCP, LOW, HIGH), 0);
	assert_true(nat_ports_keep(t, address, ADDRESSES));
	assert_int_equal(take(t, &address[0], PROTOCOL_TCP, 80, 80), 0);
	nat_ports_give(t, &address[0], PROTOCOL_TCP, 80);
	assert_int_equal(nat_ports_given(t), 2);
	assert_int_equal(take(t, &address[0], PROTOCOL_TCP, 80, 80), 80);
	nat_ports_destroy(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_workers_together_give_out_each_port_of_the_range_once),
		cmocka_unit_test(addresses_and_protocols_have_ports_of_their_own),
		cmocka_unit_test(a_port_that_was_given_back_comes_after_all_others),
		cmocka_unit_test(what_is_found_stays_free_until_it_is_taken),
		cmocka_unit_test(ports_come_in_no_order),
		cmocka_unit_test(an_address_nobody_asks_for_has_no_ports_and_keeps_those_in_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
