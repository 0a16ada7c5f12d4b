/* port_test.c: devices, sockets, packet memory and netlink on real veth devices. SPDX-License-Identifier: Apache-2.0 */
#include "port/testnet.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "port/attach.h"
#include "port/netlink.h"
#include "port/tun.h"
#include "port/umem.h"
#include "port/xsk.h"

static const char object[] = "build/steer.bpf.o";

static uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static struct leftovers nothing;

static void
attach(struct attachment *a, enum xdp_mode_wanted mode, bool fail_open)
{
	char why[256] = "";
	int rc = attach_open(a, &nothing, object, if_nametoindex("f0"), mode, fail_open, why, sizeof why);
	if (rc)
		print_error("%s\n", why);
	assert_int_equal(rc, 0);
	assert_int_equal(a->generic, mode == XDP_WANTED_GENERIC);
}

static uint64_t
total(const uint64_t counter[STEER_COUNTERS_MAX])
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < STEER_COUNTERS_MAX; i++)
		sum += counter[i];
	return sum;
}

/* The counters, once `count` packets more than `before` were seen. */
static void
await_counters(const struct attachment *a, const uint64_t before[], uint64_t count, uint64_t out[])
{
	uint64_t until = testnet_now_ms() + TESTNET_PATIENCE_MS;
	do {
		attach_counters(a, out);
		sched_yield();
	} while (total(out) < total(before) + count && testnet_now_ms() < until);
}

/* ---- steering --------------------------------------------------------------------------------------------------------- */

struct steered {
	const char *what;
	enum steer_counter where;
	const char *hex; /* behind the two MAC addresses */
};

#define V4            "4500002e0000000040110000"
#define V6(next, hop) "60000000001a" next hop
#define ADDRESS       "20010db8000000000000000000000001"
#define LOCAL         "20010db80000000000000000000000aa"
#define LINK_LOCAL    "fe800000000000000000000000000001"
#define MULTICAST     "ff020000000000000000000000000001"

static const struct steered steered[] = {
	{ "IPv4", STEER_NO_SOCKET, "0800" V4 "0a0000010a000002" },
	{ "IPv4 to multicast", STEER_MULTICAST, "0800" V4 "0a000001e0000005" },
	{ "IPv4 to 240/4", STEER_NO_SOCKET, "0800" V4 "0a000001f0000005" },
	{ "IPv4 limited broadcast", STEER_MULTICAST, "0800" V4 "0a000001ffffffff" },
	{ "IPv4 cut short", STEER_NO_SOCKET, "08004500" },
	{ "IPv4 in a VLAN", STEER_NO_SOCKET, "810000640800" V4 "0a0000010a000002" },
	{ "IPv4 in two VLANs", STEER_NO_SOCKET, "88a80064810000650800" V4 "0a0000010a000002" },
	{ "three VLAN tags", STEER_NO_SOCKET,
	  "88a800648100006581000066"
	  "0800" V4 "0a0000010a000002" },
	{ "VLAN tag cut short", STEER_NO_SOCKET, "8100" },
	{ "IPv6", STEER_NO_SOCKET, "86dd" V6("11", "40") ADDRESS ADDRESS },
	{ "IPv6 in a VLAN", STEER_NO_SOCKET, "8100006486dd" V6("11", "40") ADDRESS ADDRESS },
	{ "IPv6 to multicast", STEER_MULTICAST, "86dd" V6("11", "40") ADDRESS MULTICAST },
	{ "IPv6 to link-local", STEER_LINK_LOCAL, "86dd" V6("11", "40") ADDRESS LINK_LOCAL },
	{ "IPv6 from link-local to global", STEER_NO_SOCKET, "86dd" V6("11", "40") LINK_LOCAL ADDRESS },
	{ "neighbour solicitation to multicast", STEER_NEIGHBOUR, "86dd" V6("3a", "ff") ADDRESS MULTICAST "8700" },
	{ "neighbour advertisement to us", STEER_NEIGHBOUR, "86dd" V6("3a", "ff") ADDRESS LOCAL "8800" },
	{ "neighbour advertisement to others", STEER_NO_SOCKET, "86dd" V6("3a", "ff") ADDRESS ADDRESS "8800" },
	{ "neighbour advertisement from afar", STEER_NO_SOCKET, "86dd" V6("3a", "40") ADDRESS LOCAL "8800" },
	{ "echo request to us", STEER_NO_SOCKET, "86dd" V6("3a", "ff") ADDRESS LOCAL "8000" },
	{ "ARP", STEER_ARP, "0806000108000604" },
	{ "ARP in a VLAN", STEER_ARP, "810000640806000108000604" },
	{ "LLDP", STEER_OTHER, "88cc0207" },
	{ "MPLS", STEER_OTHER, "884700000140" },
};

static size_t
from_hex(uint8_t *out, const uint8_t to[6], const char *hex)
{
	size_t length = 12;
	memcpy(out, to, 6);
	memset(out + 6, 2, 6);
	for (; *hex; hex += 2) {
		unsigned value;
		sscanf(hex, "%2x", &value);
		out[length++] = (uint8_t)value;
	}
	return length;
}

static void
check_steering(enum xdp_mode_wanted mode)
{
	struct testnet n = testnet_open();
	struct attachment a;
	uint8_t frame[TESTNET_FRAME];
	uint64_t before[STEER_COUNTERS_MAX], after[STEER_COUNTERS_MAX];

	testnet_pair(&n, "f0", "c0", 1);
	testnet_outside(&n, "sysctl -qw net.ipv6.conf.c0.disable_ipv6=1");
	attach(&a, mode, false);
	from_hex(frame, broadcast, LOCAL);
	assert_int_equal(attach_local6(&a, frame + 12, true), 0);
	int fd = testnet_socket(&n, n.outside, "c0");
	for (unsigned i = 0; i < sizeof steered / sizeof steered[0]; i++) {
		attach_counters(&a, before);
		size_t length = from_hex(frame, broadcast, steered[i].hex);
		testnet_send(fd, frame, length);
		await_counters(&a, before, 1, after);
		if (after[steered[i].where] != before[steered[i].where] + 1 || total(after) != total(before) + 1)
			fail_msg("%s went elsewhere", steered[i].what);
	}
	close(fd);
	attach_close(&a, true);
	testnet_close(&n);
}

static void
native_xdp_gives_ip_to_sockets_and_link_traffic_to_the_kernel(void **state)
{
	check_steering(XDP_WANTED_NATIVE);
}

static void
generic_xdp_gives_ip_to_sockets_and_link_traffic_to_the_kernel(void **state)
{
	check_steering(XDP_WANTED_GENERIC);
}

/* Sends one UDP packet and then an LLDP frame: when that arrives at the kernel, so has the packet, or never will. */
static bool
kernel_gets_udp(int outside, int inside)
{
	uint8_t frame[TESTNET_FRAME];
	bool seen = false;

	testnet_send(outside, frame, testnet_udp(frame, broadcast, 0x0a000001, 0x0a000002, 1000));
	testnet_send(outside, frame, from_hex(frame, broadcast, "88cc0207"));
	for (;;) {
		size_t length = testnet_receive(inside, frame, TESTNET_PATIENCE_MS);
		assert_int_not_equal(length, 0);
		if (frame[12] == 0x88 && frame[13] == 0xcc)
			return seen;
		seen |= length == 60 && frame[12] == 0x08 && frame[13] == 0x00;
	}
}

static void
without_a_socket_ip_is_dropped_unless_fail_mode_is_open(void **state)
{
	struct testnet n = testnet_open();
	struct attachment a;

	testnet_pair(&n, "f0", "c0", 1);
	int outside = testnet_socket(&n, n.outside, "c0"), inside = testnet_socket(&n, n.inside, "f0");
	attach(&a, XDP_WANTED_AUTO, false);
	assert_false(kernel_gets_udp(outside, inside));
	assert_int_equal(attach_fallback(&a, true), 0);
	assert_true(kernel_gets_udp(outside, inside));
	assert_int_equal(attach_fallback(&a, false), 0);
	assert_false(kernel_gets_udp(outside, inside));
	attach_close(&a, true);
	assert_true(kernel_gets_udp(outside, inside));
	close(outside);
	close(inside);
	testnet_close(&n);
}

static uint32_t
attached_id(void)
{
	uint32_t id = 0;
	assert_int_equal(bpf_xdp_query_id((int)if_nametoindex("f0"), 0, &id), 0);
	return id;
}

static void
check_take_over(enum xdp_mode_wanted mode)
{
	struct testnet n = testnet_open();
	struct leftovers left;
	struct attachment a;
	char why[256];
	int status, ready[2];

	testnet_pair(&n, "f0", "c0", 1);
	int outside = testnet_socket(&n, n.outside, "c0"), inside = testnet_socket(&n, n.inside, "f0");
	assert_int_equal(pipe(ready), 0);
	pid_t victim = fork();
	if (victim == 0) {
		int rc = attach_open(&a, &nothing, object, if_nametoindex("f0"), mode, false, why, sizeof why);
		if (rc == 0 && write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	char byte;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(victim, SIGKILL);
	assert_int_equal(waitpid(victim, &status, 0), victim);
	assert_false(kernel_gets_udp(outside, inside));

	uint32_t old = attached_id();
	assert_int_equal(attach_find(&left), 0);
	assert_int_equal(left.count, 1);
	assert_int_equal(attach_open(&a, &left, object, if_nametoindex("f0"), XDP_WANTED_AUTO, false, why, sizeof why),
			 0);
	assert_true(a.taken_over);
	assert_int_equal(a.generic, mode == XDP_WANTED_GENERIC);
	assert_int_equal(left.count, 0);
	assert_int_not_equal(attached_id(), old);
	assert_false(kernel_gets_udp(outside, inside));
	attach_close(&a, true);
	assert_int_equal(attached_id(), 0);
	close(outside);
	close(inside);
	close(ready[0]);
	close(ready[1]);
	testnet_close(&n);
}

static void
the_program_of_a_killed_helper_goes_on_dropping_and_is_taken_over(void **state)
{
	check_take_over(XDP_WANTED_NATIVE);
	check_take_over(XDP_WANTED_GENERIC);
}

static void
leftovers_on_devices_nobody_wants_are_removed(void **state)
{
	struct testnet n = testnet_open();
	struct leftovers left;
	struct attachment a;

	testnet_pair(&n, "f0", "c0", 1);
	attach(&a, XDP_WANTED_AUTO, false);
	attach_close(&a, false);
	assert_int_not_equal(attached_id(), 0);
	assert_int_equal(attach_find(&left), 0);
	assert_int_equal(left.count, 1);
	attach_forget(&left, 0, true);
	assert_int_equal(attached_id(), 0);
	testnet_close(&n);
}

static void
another_program_on_the_device_is_left_alone(void **state)
{
	struct testnet n = testnet_open();
	struct bpf_insn pass[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
				   { .code = BPF_JMP | BPF_EXIT } };
	struct attachment a;
	struct leftovers left;
	char why[256];

	testnet_pair(&n, "f0", "c0", 1);
	int other = bpf_prog_load(BPF_PROG_TYPE_XDP, "somebody", "GPL", pass, 2, NULL);
	assert_true(other >= 0);
	assert_int_equal(bpf_xdp_attach((int)if_nametoindex("f0"), other, XDP_FLAGS_DRV_MODE, NULL), 0);
	uint32_t id = attached_id();
	assert_int_equal(attach_find(&left), 0);
	assert_int_equal(left.count, 0);
	assert_int_equal(attach_open(&a, &left, object, if_nametoindex("f0"), XDP_WANTED_AUTO, false, why, sizeof why),
			 -EBUSY);
	assert_non_null(strstr(why, "another XDP program"));
	assert_int_equal(attached_id(), id);
	close(other);
	testnet_close(&n);
}

/* ---- packet memory and sockets ---------------------------------------------------------------------------------------- */

enum { MOVERS = 4, MOVES = 100000, MEMORY_FRAMES = 4096 };

static void *
move_frames(void *memory)
{
	struct frame_cache c = { .umem = memory };
	uint64_t held[512];
	uint32_t count = 0, random = (uint32_t)(uintptr_t)&c;

	for (unsigned i = 0; i < MOVES; i++) {
		random = random * 1664525 + 1013904223;
		if ((random >> 16) % 2 && count < 512)
			count += frame_take(&c, &held[count]);
		else if (count)
			frame_give(&c, held[--count]);
	}
	while (count)
		frame_give(&c, held[--count]);
	frame_cache_flush(&c);
	return NULL;
}

static void
four_threads_neither_lose_nor_double_a_frame(void **state)
{
	struct umem u;
	pthread_t thread[MOVERS];
	static bool seen[MEMORY_FRAMES];

	assert_int_equal(umem_create(&u, 2048, MEMORY_FRAMES), 0);
	assert_int_equal(umem_free(&u), MEMORY_FRAMES);
	for (unsigned i = 0; i < MOVERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, move_frames, &u), 0);
	for (unsigned i = 0; i < MOVERS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(umem_free(&u), MEMORY_FRAMES);
	struct frame_cache c = { .umem = &u };
	uint64_t frame;
	for (unsigned i = 0; i < MEMORY_FRAMES; i++) {
		assert_true(frame_take(&c, &frame));
		assert_false(seen[frame / 2048]);
		seen[frame / 2048] = true;
	}
	assert_false(frame_take(&c, &frame));
	umem_destroy(&u);
}

static void
the_frame_size_follows_from_the_mtu(void **state)
{
	assert_int_equal(umem_frame_size(1500), 2048);
	assert_int_equal(umem_frame_size(1766), 2048);
	assert_int_equal(umem_frame_size(1767), 4096);
	assert_int_equal(umem_frame_size(3814), 4096);
	assert_int_equal(umem_frame_size(3815), 0);
}

/* Three bursts of a full TX ring each, sent with the kick that the worker uses and nothing else to help them along. */
static void
every_frame_of_a_full_ring_leaves_and_comes_back(void **state)
{
	struct testnet n = testnet_open();
	struct umem u;
	struct xsk x;
	uint8_t frame[TESTNET_FRAME], to[6] = { 4, 0, 0, 0, 0, 1 };
	enum { ROUNDS = 3 };

	testnet_pair(&n, "f0", "c0", 1);
	testnet_outside(&n, "sysctl -qw net.ipv6.conf.c0.disable_ipv6=1");
	int outside = testnet_socket(&n, n.outside, "c0");
	assert_int_equal(umem_create(&u, 2048, 8192), 0);
	assert_int_equal(xsk_open(&x, &u, 7, if_nametoindex("f0"), 0, XDP_COPY, -1), 0);
	struct frame_cache c = { .umem = &u };
	uint64_t until = testnet_now_ms() + TESTNET_PATIENCE_MS;
	for (unsigned round = 0, got = 0; round < ROUNDS; round++) {
		uint64_t at;
		for (unsigned i = 0; i < XSK_TX_SLOTS; i++) {
			assert_true(frame_take(&c, &at));
			testnet_udp(u.area + at + 256, to, 0x0a000001, 0x0a000002, (uint16_t)i);
			assert_true(xsk_send(&x, at + 256, 60));
		}
		assert_false(xsk_send(&x, 0, 60));
		do
			xsk_kick(&x, &c);
		while (x.kick && testnet_now_ms() < until);
		assert_false(x.kick);
		while (x.in_flight && testnet_now_ms() < until)
			xsk_complete(&x, &c);
		assert_int_equal(x.in_flight, 0);
		for (got = 0; got < XSK_TX_SLOTS && testnet_receive(outside, frame, TESTNET_PATIENCE_MS);) {
			if (memcmp(frame, to, sizeof to) == 0)
				assert_int_equal(frame[34] << 8 | frame[35], got++);
		}
		assert_int_equal(got, XSK_TX_SLOTS);
	}
	assert_int_equal(xsk_close(&x, &c), 0);
	frame_cache_flush(&c);
	assert_int_equal(umem_free(&u), u.frame_count);
	umem_destroy(&u);
	close(outside);
	testnet_close(&n);
}

static void
a_socket_that_closes_gives_back_what_the_kernel_held(void **state)
{
	struct testnet n = testnet_open();
	struct attachment a;
	struct umem u;
	struct xsk x[2];
	struct xsk_frame got[64];
	uint8_t frame[TESTNET_FRAME];

	testnet_pair(&n, "f0", "c0", 2);
	int outside = testnet_socket(&n, n.outside, "c0");
	attach(&a, XDP_WANTED_AUTO, false);
	assert_int_equal(umem_create(&u, 2048, 16384), 0);
	struct frame_cache c = { .umem = &u };
	for (unsigned q = 0; q < 2; q++) {
		assert_int_equal(xsk_open(&x[q], &u, (uint16_t)q, if_nametoindex("f0"), q, XDP_COPY, q ? x[0].fd : -1),
				 0);
		xsk_refill(&x[q], &c);
		assert_int_equal(attach_socket(&a, q, x[q].fd), 0);
	}
	/* More than the RX rings take: the rest lies between the rings, in the kernel's hands. */
	for (unsigned i = 0; i < 6000; i++)
		testnet_send(outside, frame, testnet_udp(frame, broadcast, 0x0a000001 + (i << 8), 0x0a000002, 1));
	uint32_t taken = 0;
	for (unsigned q = 0; q < 2; q++)
		taken += xsk_receive(&x[q], got, 64);
	assert_true(taken > 0);
	for (uint32_t i = 0; i < taken && i < 64; i++)
		assert_int_equal(got[i].length, 60);
	/* The first socket registered the memory; the second must live on without it. */
	uint32_t back = xsk_close(&x[0], &c);
	back += xsk_close(&x[1], &c);
	frame_cache_flush(&c);
	assert_int_equal(umem_free(&u), u.frame_count - taken);
	assert_true(back >= u.frame_count / 4);
	attach_close(&a, true);
	umem_destroy(&u);
	close(outside);
	testnet_close(&n);
}

static void
a_veth_device_has_no_zero_copy(void **state)
{
	struct testnet n = testnet_open();

	testnet_pair(&n, "f0", "c0", 1);
	assert_int_equal(xsk_zero_copy_probe(if_nametoindex("f0"), 0), -EOPNOTSUPP);
	testnet_close(&n);
}

/* ---- the kernel ------------------------------------------------------------------------------------------------------- */

struct seen {
	struct netlink_link link;
	struct netlink_neighbour neighbour;
	struct netlink_address address[16];
	struct netlink_route route[16];
	unsigned addresses, routes;
	bool changed;
};

static void
see_link(void *ctx, const struct netlink_link *l)
{
	if (strcmp(l->name, "f0") == 0)
		((struct seen *)ctx)->link = *l;
}

static void
see_neighbour(void *ctx, const struct netlink_neighbour *n)
{
	struct seen *s = ctx;
	if (n->family == AF_INET && n->ifindex == if_nametoindex("f0"))
		s->neighbour = *n;
}

static void
see_address(void *ctx, const struct netlink_address *a)
{
	struct seen *s = ctx;
	if (a->ifindex == if_nametoindex("f0") && !(a->family == AF_INET6 && a->address.byte[0] == 0xfe))
		s->address[s->addresses++ % 16] = *a;
}

static void
see_route(void *ctx, const struct netlink_route *r)
{
	struct seen *s = ctx;
	s->route[s->routes++ % 16] = *r;
}

static void
see_change(void *ctx)
{
	((struct seen *)ctx)->changed = true;
}

static struct netlink *
open_netlink(struct seen *s)
{
	struct netlink_events events = { .link = see_link,
					 .neighbour = see_neighbour,
					 .address = see_address,
					 .route = see_route,
					 .changed = see_change,
					 .overrun = see_change,
					 .ctx = s };
	memset(s, 0, sizeof *s);
	struct netlink *n = netlink_open(&events);
	assert_non_null(n);
	return n;
}

static struct address
inet(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct address){ .byte = { a, b, c, d } };
}

static void
await(struct netlink *n, const bool *what)
{
	struct pollfd p = { .fd = netlink_fd(n), .events = POLLIN };
	while (!*what && poll(&p, 1, TESTNET_PATIENCE_MS) == 1)
		netlink_handle(n);
	assert_true(*what);
}

static void
the_kernel_resolves_a_neighbour_when_asked(void **state)
{
	struct testnet n = testnet_open();
	struct seen s;
	uint8_t mac[6];

	testnet_pair(&n, "f0", "c0", 1);
	testnet_run("ip addr add 10.9.0.1/24 dev f0");
	testnet_outside(&n, "ip addr add 10.9.0.2/24 dev c0");
	testnet_mac(&n, n.outside, "c0", mac);
	struct netlink *k = open_netlink(&s);
	struct address there = inet(10, 9, 0, 2), nobody = inet(10, 9, 0, 3);
	assert_int_equal(netlink_neighbour_resolve(k, if_nametoindex("f0"), AF_INET, &there), 0);
	await(k, &s.neighbour.usable);
	assert_memory_equal(&s.neighbour.address, &there, sizeof there);
	assert_memory_equal(s.neighbour.mac, mac, 6);

	memset(&s.neighbour, 0, sizeof s.neighbour);
	testnet_run("sysctl -qw net.ipv4.neigh.f0.retrans_time_ms=50");
	assert_int_equal(netlink_neighbour_resolve(k, if_nametoindex("f0"), AF_INET, &nobody), 0);
	await(k, &s.neighbour.failed);
	assert_memory_equal(&s.neighbour.address, &nobody, sizeof nobody);
	assert_false(s.neighbour.usable);
	netlink_close(k);
	testnet_close(&n);
}

static void
a_neighbour_that_is_probed_is_usable_until_it_does_not_answer(void **state)
{
	struct testnet n = testnet_open();
	struct seen s;

	testnet_pair(&n, "f0", "c0", 1);
	testnet_run("ip addr add 10.9.0.1/24 dev f0");
	testnet_run("sysctl -qw net.ipv4.neigh.f0.retrans_time_ms=50");
	testnet_outside(&n, "ip addr add 10.9.0.2/24 dev c0");
	struct netlink *k = open_netlink(&s);
	struct address there = inet(10, 9, 0, 2);
	unsigned f0 = if_nametoindex("f0");
	assert_int_equal(netlink_neighbour_probe(k, f0, AF_INET, &there), -ENOENT);
	assert_int_equal(netlink_neighbour_resolve(k, f0, AF_INET, &there), 0);
	await(k, &s.neighbour.usable);
	assert_false(s.neighbour.fixed);

	testnet_outside(&n, "ip addr del 10.9.0.2/24 dev c0");
	assert_int_equal(netlink_neighbour_probe(k, f0, AF_INET, &there), 0);
	s.neighbour.usable = false;
	await(k, &s.neighbour.usable); /* it is being probed */
	await(k, &s.neighbour.failed);
	assert_memory_equal(&s.neighbour.address, &there, sizeof there);

	memset(&s.neighbour, 0, sizeof s.neighbour);
	testnet_run("ip neigh replace 10.9.0.9 lladdr 02:00:00:00:00:09 dev f0 nud permanent");
	await(k, &s.neighbour.fixed);
	assert_true(s.neighbour.usable);
	netlink_close(k);
	testnet_close(&n);
}

static void
addresses_that_we_added_are_known_as_ours(void **state)
{
	struct testnet n = testnet_open();
	struct seen s;

	testnet_pair(&n, "f0", "c0", 1);
	testnet_run("ip addr add 10.9.0.1/24 dev f0");
	struct netlink *k = open_netlink(&s);
	unsigned f0 = if_nametoindex("f0");
	struct address theirs = inet(10, 9, 0, 1), ours = inet(10, 8, 0, 1);
	struct address six = { .byte = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
	assert_int_equal(netlink_address_add(k, f0, AF_INET, &theirs, 24), -EEXIST);
	assert_int_equal(netlink_address_add(k, f0, AF_INET, &ours, 24), 0);
	assert_int_equal(netlink_address_add(k, f0, AF_INET6, &six, 64), 0);
	netlink_close(k);

	k = open_netlink(&s); /* as another process would */
	assert_int_equal(netlink_dump_addresses(k), 0);
	assert_int_equal(s.addresses, 3);
	for (unsigned i = 0; i < 3; i++) {
		bool foreign = memcmp(&s.address[i].address, &theirs, sizeof theirs) == 0;
		assert_int_equal(s.address[i].ours, !foreign);
		if (!foreign)
			assert_int_equal(netlink_address_remove(k, f0, s.address[i].family, &s.address[i].address,
								s.address[i].length),
					 0);
	}
	s.addresses = 0;
	assert_int_equal(netlink_dump_addresses(k), 0);
	assert_int_equal(s.addresses, 1);
	netlink_close(k);
	testnet_close(&n);
}

static void
routes_come_with_their_kind_metric_and_hops(void **state)
{
	struct testnet n = testnet_open();
	struct seen s;

	testnet_pair(&n, "f0", "c0", 1);
	testnet_pair(&n, "f1", "c1", 1);
	testnet_run("ip addr add 10.9.0.1/24 dev f0 && ip addr add 10.8.0.1/24 dev f1");
	struct netlink *k = open_netlink(&s);
	testnet_run("ip route add 10.1.0.0/16 via 10.9.0.2 metric 7 && ip route add blackhole 10.2.0.0/16 && "
		    "ip route add unreachable 10.3.0.0/16 && ip route add 10.4.0.0/16 dev f0 table 77 && "
		    "ip route add 10.5.0.0/16 nexthop via 10.9.0.2 nexthop via 10.8.0.2");
	await(k, &s.changed);
	assert_int_equal(netlink_dump_routes(k), 0);
	unsigned found = 0;
	for (unsigned i = 0; i < s.routes; i++) {
		const struct netlink_route *r = &s.route[i];
		if (r->family != AF_INET)
			continue;
		assert_int_equal(r->length, 16);
		found |= 1u << r->prefix.byte[1];
		switch (r->prefix.byte[1]) {
		case 1:
			assert_int_equal(r->metric, 7);
			assert_int_equal(r->table, 254);
			assert_int_equal(r->hop_count, 1);
			assert_int_equal(r->hop[0].ifindex, if_nametoindex("f0"));
			assert_int_equal(r->hop[0].gateway.byte[3], 2);
			break;
		case 2:
			assert_int_equal(r->kind, NEXT_HOP_DISCARD);
			break;
		case 3:
			assert_int_equal(r->kind, NEXT_HOP_REJECT);
			break;
		case 4:
			assert_int_equal(r->table, 77);
			assert_true(r->hop[0].on_link);
			break;
		case 5:
			assert_int_equal(r->hop_count, 2);
			assert_int_equal(r->hop[1].ifindex, if_nametoindex("f1"));
			break;
		}
	}
	assert_int_equal(found, 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5);
	netlink_close(k);
	testnet_close(&n);
}

static void
a_link_is_up_with_carrier_and_down_without(void **state)
{
	struct testnet n = testnet_open();
	struct seen s;
	uint8_t mac[6];

	testnet_pair(&n, "f0", "c0", 1);
	testnet_mac(&n, n.inside, "f0", mac);
	struct netlink *k = open_netlink(&s);
	assert_int_equal(netlink_dump_links(k), 0);
	assert_true(s.link.up);
	assert_true(s.link.pair);
	assert_int_equal(s.link.mtu, 1500);
	assert_memory_equal(s.link.mac, mac, 6);
	assert_int_equal(netlink_link_mtu(k, s.link.ifindex, 1400), 0);
	testnet_outside(&n, "ip link set c0 down");
	s.link.up = true;
	bool down = false;
	struct pollfd p = { .fd = netlink_fd(k), .events = POLLIN };
	while (!down && poll(&p, 1, TESTNET_PATIENCE_MS) == 1) {
		netlink_handle(k);
		down = !s.link.up;
	}
	assert_true(down);
	assert_int_equal(s.link.mtu, 1400);
	testnet_outside(&n, "ip link del c0");
	await(k, &s.link.gone);
	netlink_close(k);
	testnet_close(&n);
}

static void
a_packet_written_to_the_tun_device_is_answered_by_the_kernel(void **state)
{
	struct testnet n = testnet_open();
	uint8_t frame[TESTNET_FRAME];
	/* ICMP echo request 10.9.0.2 to 10.9.0.1 */
	static const uint8_t echo[] = { 0x45, 0, 0,  28, 0, 0, 0, 0, 64,   1,    0x66, 0xcd, 10, 9,
					0,    2, 10, 9,  0, 1, 8, 0, 0xf7, 0xfd, 0,    1,    0,  1 };

	testnet_pair(&n, "f0", "c0", 1);
	testnet_run("ip addr add 10.9.0.1/24 dev f0 && sysctl -qw net.ipv4.conf.all.rp_filter=1");
	testnet_outside(&n, "ip addr add 10.9.0.2/24 dev c0");
	int outside = testnet_socket(&n, n.outside, "c0"), tun = tun_open("rwtest0");
	assert_true(tun >= 0);
	assert_true(tun_write(tun, echo, sizeof echo));
	bool answered = false;
	for (size_t length; !answered && (length = testnet_receive(outside, frame, TESTNET_PATIENCE_MS));)
		answered = length >= 42 && frame[12] == 8 && frame[13] == 0 && frame[23] == 1 && frame[34] == 0;
	assert_true(answered);
	close(tun);
	close(outside);
	testnet_close(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_xdp_gives_ip_to_sockets_and_link_traffic_to_the_kernel),
		cmocka_unit_test(generic_xdp_gives_ip_to_sockets_and_link_traffic_to_the_kernel),
		cmocka_unit_test(without_a_socket_ip_is_dropped_unless_fail_mode_is_open),
		cmocka_unit_test(the_program_of_a_killed_helper_goes_on_dropping_and_is_taken_over),
		cmocka_unit_test(leftovers_on_devices_nobody_wants_are_removed),
		cmocka_unit_test(another_program_on_the_device_is_left_alone),
		cmocka_unit_test(four_threads_neither_lose_nor_double_a_frame),
		cmocka_unit_test(the_frame_size_follows_from_the_mtu),
		cmocka_unit_test(every_frame_of_a_full_ring_leaves_and_comes_back),
		cmocka_unit_test(a_socket_that_closes_gives_back_what_the_kernel_held),
		cmocka_unit_test(a_veth_device_has_no_zero_copy),
		cmocka_unit_test(the_kernel_resolves_a_neighbour_when_asked),
		cmocka_unit_test(a_neighbour_that_is_probed_is_usable_until_it_does_not_answer),
		cmocka_unit_test(addresses_that_we_added_are_known_as_ours),
		cmocka_unit_test(routes_come_with_their_kind_metric_and_hops),
		cmocka_unit_test(a_link_is_up_with_carrier_and_down_without),
		cmocka_unit_test(a_packet_written_to_the_tun_device_is_answered_by_the_kernel),
	};
	attach_quiet(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
