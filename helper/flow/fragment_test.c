/* fragment_test.c: later fragments get the ports of their first, in any order, within bounds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/fragment.h"

enum { FIRST = PACKET_FRAGMENT_FIRST, MORE = PACKET_FRAGMENT_MORE, HEADER = 20 };
#define SECOND 1000000000ull

/* One fragment of an IPv4 datagram from 10.0.0.`host`; its frame handle counts up. */
static struct packet
fragment(uint8_t host, uint16_t id, uint16_t port, uint16_t offset, uint16_t length, uint16_t flags)
{
	static uint64_t frame;
	struct packet p = {
		.frame = ++frame,
		.l3 = 14,
		.l4 = 14 + HEADER,
		.l3_length = (uint16_t)(HEADER + length),
		.flags = PACKET_FRAGMENT | flags,
		.fragment_protocol = 17,
		.fragment_offset = offset,
		.fragment_id = id,
		.icmp_type = flags & FIRST ? 8 : 0,
		.key = { .protocol = 17, .family = 2, .instance = 1 },
	};
	p.key.source.byte[0] = 10;
	p.key.source.byte[3] = host;
	p.key.destination.byte[0] = 192;
	if (flags & FIRST) {
		p.key.source_port = port;
		p.key.destination_port = 53;
	}
	return p;
}

static int
set_up(void **t)
{
	*t = fragment_table_create(3);
	return *t == NULL;
}

static int
tear_down(void **t)
{
	struct packet p;
	while (fragment_release(*t, &p) || fragment_expired(*t, UINT64_MAX, &p))
		;
	int left = (int)fragment_held(*t);
	fragment_table_destroy(*t);
	return left;
}

static void
resolves(struct fragment_table *t, struct packet p, uint64_t now_ns, enum fragment_result expected)
{
	struct packet before = p;
	assert_int_equal(fragment_resolve(t, &p, now_ns), expected);
	if (expected != FRAGMENT_READY)
		assert_memory_equal(&p, &before, sizeof p);
	else if (!(p.flags & FIRST))
		assert_int_equal(p.key.destination_port, 53);
}

static void
a_later_fragment_gets_the_ports_of_its_first(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	struct packet p = fragment(1, 7, 0, 1480, 1480, MORE);
	assert_int_equal(fragment_resolve(*t, &p, SECOND), FRAGMENT_READY);
	assert_int_equal(p.key.source_port, 4000);
	assert_int_equal(p.key.destination_port, 53);
	assert_int_equal(p.icmp_type, 8);
	struct packet first = fragment(1, 7, 4000, 0, 0, FIRST);
	assert_memory_equal(&p.key, &first.key, sizeof p.key);
}

static void
an_echo_request_keeps_being_one(void **t)
{
	struct packet first = fragment(1, 7, 99, 0, 1480, FIRST | MORE | PACKET_ICMP_ECHO);
	assert_int_equal(fragment_resolve(*t, &first, 0), FRAGMENT_READY);
	struct packet p = fragment(1, 7, 0, 1480, 1480, MORE);
	assert_int_equal(fragment_resolve(*t, &p, 0), FRAGMENT_READY);
	assert_true(p.flags & PACKET_ICMP_ECHO);
}

static void
a_datagram_without_a_checksum_has_none_in_any_fragment(void **t)
{
	struct packet first = fragment(1, 7, 99, 0, 1480, FIRST | MORE | PACKET_L4_PARTIAL);
	assert_int_equal(fragment_resolve(*t, &first, 0), FRAGMENT_READY);
	struct packet p = fragment(1, 7, 0, 1480, 1480, MORE);
	assert_int_equal(fragment_resolve(*t, &p, 0), FRAGMENT_READY);
	assert_int_equal(p.flags & (PACKET_L4_PARTIAL | PACKET_ICMP_ECHO), PACKET_L4_PARTIAL);
}

static void
another_datagram_is_another_name(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(2, 7, 0, 1480, 1480, MORE), 0, FRAGMENT_HELD);
	resolves(*t, fragment(1, 8, 0, 1480, 1480, MORE), 0, FRAGMENT_HELD);
	struct packet p = fragment(1, 7, 0, 1480, 1480, MORE);
	p.fragment_protocol = p.key.protocol = 6;
	resolves(*t, p, 0, FRAGMENT_HELD);
	p = fragment(1, 7, 0, 1480, 1480, MORE);
	p.key.instance = 2;
	resolves(*t, p, 0, FRAGMENT_HELD);
	assert_int_equal(fragment_held(*t), 4);
}

static void
ipv6_names_have_no_protocol(void **t)
{
	struct packet p = fragment(1, 7, 4000, 0, 1448, FIRST | MORE);
	p.key.family = 10;
	p.fragment_id = 0x12345678;
	assert_int_equal(fragment_resolve(*t, &p, 0), FRAGMENT_READY);
	p = fragment(1, 7, 0, 1448, 100, 0);
	p.key.family = 10;
	p.fragment_id = 0x12345678;
	p.key.protocol = p.fragment_protocol = 60;
	assert_int_equal(fragment_resolve(*t, &p, 0), FRAGMENT_READY);
	assert_int_equal(p.key.protocol, 17);
	assert_int_equal(p.key.source_port, 4000);
}

static void
early_fragments_wait_and_come_back_in_order_with_their_ports(void **t)
{
	struct packet early[3] = {
		fragment(1, 7, 0, 2960, 100, 0),
		fragment(1, 7, 0, 1480, 1480, MORE),
		fragment(2, 7, 0, 1480, 1480, MORE),
	};
	for (unsigned i = 0; i < 3; i++)
		resolves(*t, early[i], i, FRAGMENT_HELD);
	struct packet out;
	assert_false(fragment_release(*t, &out));
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 10, FRAGMENT_READY);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(fragment_release(*t, &out));
		assert_int_equal(out.frame, early[i].frame);
		assert_int_equal(out.key.source_port, 4000);
		assert_int_equal(out.key.destination_port, 53);
	}
	assert_false(fragment_release(*t, &out));
	assert_int_equal(fragment_held(*t), 1);
	assert_false(fragment_expired(*t, FRAGMENT_WAIT_NS + 1, &out));
	assert_true(fragment_expired(*t, FRAGMENT_WAIT_NS + 2, &out));
	assert_int_equal(out.frame, early[2].frame);
	assert_int_equal(out.key.source_port, 0);
	assert_false(fragment_expired(*t, UINT64_MAX, &out));
}

static void
after_waiting_in_vain_a_datagram_begins_anew(void **t)
{
	struct packet out;
	resolves(*t, fragment(1, 7, 0, 1480, 1480, MORE), 0, FRAGMENT_HELD);
	assert_true(fragment_expired(*t, SECOND, &out));
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), SECOND, FRAGMENT_READY);
	assert_false(fragment_release(*t, &out));
	resolves(*t, fragment(1, 7, 0, 1480, 1480, MORE), SECOND, FRAGMENT_READY);
}

static void
a_first_fragment_is_remembered_for_its_lifetime(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 1480, 1480, MORE), FRAGMENT_LIFETIME_NS - 1, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 2960, 1480, MORE), FRAGMENT_LIFETIME_NS, FRAGMENT_HELD);
}

static void
a_complete_datagram_is_forgotten_whatever_the_order(void **t)
{
	static const uint16_t offset[4] = { 0, 1480, 2960, 4440 };
	for (unsigned order = 0; order < 24; order++) {
		unsigned left[4] = { 0, 1, 2, 3 }, n = order;
		uint16_t id = (uint16_t)order;
		struct packet out;
		for (unsigned count = 4; count > 0; count--) {
			unsigned at = n % count, i = left[at];
			n /= count;
			for (unsigned j = at; j + 1 < count; j++)
				left[j] = left[j + 1];
			struct packet p = fragment(1, id, 4000, offset[i], 1480,
						   (uint16_t)((i == 0 ? FIRST : 0) | (i < 3 ? MORE : 0)));
			assert_int_not_equal(fragment_resolve(*t, &p, 0), FRAGMENT_REFUSED);
		}
		while (fragment_release(*t, &out))
			assert_int_equal(out.key.source_port, 4000);
		assert_int_equal(fragment_held(*t), 0);
		/* So its name is free, for another flow too. */
		resolves(*t, fragment(1, id, 4001, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	}
}

static void
duplicates_pass_and_do_not_make_a_datagram_complete(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 4440, 1480, 0), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 4440, 1480, 0), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 2960, 1480, MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 2960, 1480, MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 1480, 1480, MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 1480, 1480, MORE), 0, FRAGMENT_HELD);
}

static void
another_flow_may_not_take_over_a_datagram(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 4001, 0, 1480, FIRST | MORE), 0, FRAGMENT_OVERLAPS);
	struct packet p = fragment(1, 7, 0, 1480, 1480, MORE);
	assert_int_equal(fragment_resolve(*t, &p, 0), FRAGMENT_READY);
	assert_int_equal(p.key.source_port, 4000);
}

static void
contradictions_are_refused(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 1472, 1480, MORE), 0, FRAGMENT_OVERLAPS); /* over the first one's bytes */
	resolves(*t, fragment(1, 7, 0, 2960, 100, 0), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 7, 0, 2960, 104, 0), 0, FRAGMENT_CONTRADICTS);    /* another end */
	resolves(*t, fragment(1, 7, 0, 2960, 104, MORE), 0, FRAGMENT_CONTRADICTS); /* beyond the end */
	/* An end before what has come. */
	resolves(*t, fragment(1, 9, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 9, 0, 2960, 1480, MORE), 0, FRAGMENT_READY);
	resolves(*t, fragment(1, 9, 0, 1480, 100, 0), 0, FRAGMENT_CONTRADICTS);
	/* A first one over one that waits is the one that overlaps: whichever comes later. */
	struct packet out;
	resolves(*t, fragment(1, 8, 0, 8, 1480, MORE), 0, FRAGMENT_HELD);
	resolves(*t, fragment(1, 8, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_OVERLAPS);
	assert_false(fragment_release(*t, &out));
	assert_true(fragment_expired(*t, SECOND, &out));
}

static void
whatever_brings_bytes_again_in_another_cut_overlaps(void **t)
{
	resolves(*t, fragment(1, 7, 4000, 0, 64, FIRST | MORE), 0, FRAGMENT_READY);
	/* Sixty pieces apart, and each is known. */
	for (uint16_t i = 1; i <= 60; i++)
		resolves(*t, fragment(1, 7, 0, (uint16_t)(64 * 2 * i), 64, MORE), 0, FRAGMENT_READY);
	for (uint16_t i = 1; i <= 60; i++) {
		uint16_t at = (uint16_t)(64 * 2 * i);
		resolves(*t, fragment(1, 7, 0, at, 64, MORE), 0, FRAGMENT_READY); /* as it was */
		resolves(*t, fragment(1, 7, 0, at, 56, MORE), 0, FRAGMENT_OVERLAPS);
		resolves(*t, fragment(1, 7, 0, at, 72, MORE), 0, FRAGMENT_OVERLAPS);
		resolves(*t, fragment(1, 7, 0, (uint16_t)(at - 8), 16, MORE), 0, FRAGMENT_OVERLAPS);
		resolves(*t, fragment(1, 7, 0, (uint16_t)(at + 8), 56, MORE), 0, FRAGMENT_OVERLAPS);
		resolves(*t, fragment(1, 7, 0, (uint16_t)(at - 64), 64, MORE), 0, FRAGMENT_READY); /* the gap itself */
		resolves(*t, fragment(1, 7, 0, (uint16_t)(at - 64), 128, MORE), 0, FRAGMENT_OVERLAPS); /* two in one */
	}
	resolves(*t, fragment(1, 7, 4000, 0, 72, FIRST | MORE), 0, FRAGMENT_OVERLAPS);
	resolves(*t, fragment(1, 7, 4000, 0, 64, FIRST | MORE), 0, FRAGMENT_READY);
}

static void
held_packets_are_bounded_for_each_datagram_and_in_all(void **t)
{
	unsigned held = 0;
	for (uint16_t id = 0; id < 10; id++) {
		for (uint16_t i = 0; i < 60; i++) {
			struct packet p = fragment(1, id, 0, (uint16_t)(64 + 8 * i), 8, MORE);
			bool fits = i < FRAGMENT_HELD_EACH && held < FRAGMENT_HELD_MAX;
			resolves(*t, p, 0, fits ? FRAGMENT_HELD : FRAGMENT_REFUSED);
			held += fits;
			assert_int_equal(fragment_held(*t), held);
		}
	}
	assert_int_equal(held, FRAGMENT_HELD_MAX);
	struct packet out;
	resolves(*t, fragment(1, 0, 4000, 0, 64, FIRST | MORE), 0, FRAGMENT_READY);
	unsigned released = 0;
	while (fragment_release(*t, &out))
		released++;
	assert_int_equal(released, FRAGMENT_HELD_EACH);
	assert_int_equal(fragment_held(*t), FRAGMENT_HELD_MAX - FRAGMENT_HELD_EACH);
}

/* A flood of first fragments from others neither evicts a live datagram nor keeps new ones out for ever. */
static void
a_flood_evicts_nobody(void **t)
{
	for (uint16_t id = 0; id < 100; id++)
		resolves(*t, fragment(1, id, 4000, 0, 1480, FIRST | MORE), 0, FRAGMENT_READY);
	unsigned refused = 0;
	for (unsigned n = 0; n < 3 * FRAGMENT_ENTRIES; n++) {
		struct packet p = fragment((uint8_t)(2 + n % 200), (uint16_t)n, (uint16_t)n, 0, 1480, FIRST | MORE);
		refused += fragment_resolve(*t, &p, 1) == FRAGMENT_REFUSED;
	}
	assert_int_equal(refused, 2 * FRAGMENT_ENTRIES + 100);
	for (uint16_t id = 0; id < 100; id++)
		resolves(*t, fragment(1, id, 0, 1480, 1480, MORE), 2, FRAGMENT_READY);
	resolves(*t, fragment(9, 60000, 5, 0, 1480, FIRST | MORE), FRAGMENT_LIFETIME_NS + 1, FRAGMENT_READY);
}

/* A flow that loses last fragments gives up its own oldest datagrams, not its newest. */
static void
a_flow_makes_room_for_itself(void **t)
{
	for (unsigned n = 0; n < 10 * FRAGMENT_ENTRIES; n++) {
		resolves(*t, fragment(1, (uint16_t)n, 4000, 0, 1480, FIRST | MORE), n, FRAGMENT_READY);
		resolves(*t, fragment(1, (uint16_t)n, 0, 1480, 1480, MORE), n, FRAGMENT_READY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_later_fragment_gets_the_ports_of_its_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_echo_request_keeps_being_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_datagram_without_a_checksum_has_none_in_any_fragment, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(another_datagram_is_another_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ipv6_names_have_no_protocol, set_up, tear_down),
		cmocka_unit_test_setup_teardown(early_fragments_wait_and_come_back_in_order_with_their_ports, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(after_waiting_in_vain_a_datagram_begins_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_first_fragment_is_remembered_for_its_lifetime, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_complete_datagram_is_forgotten_whatever_the_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(duplicates_pass_and_do_not_make_a_datagram_complete, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whatever_brings_bytes_again_in_another_cut_overlaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_flow_may_not_take_over_a_datagram, set_up, tear_down),
		cmocka_unit_test_setup_teardown(contradictions_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(held_packets_are_bounded_for_each_datagram_and_in_all, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_flood_evicts_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_flow_makes_room_for_itself, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
