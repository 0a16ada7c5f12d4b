/* bench-route.c: what does a route look-up cost with a thousand and with a million routes, how many changes per second
 * does the table take while a reader works on it, and how much memory is that? And how long until all routes know that a next
 * hop has died? SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "route/fib.h"
#include "route/rib.h"

enum { V4 = 2, V6 = 10, LOOKUPS = 1 << 20, ROUNDS = 9, CHANGES = 300000, HOPS = 64 };

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t state = 88172645463325252ull;

static uint64_t
draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint32_t
pick(uint32_t below)
{
	return (uint32_t)(((draw() >> 32) * below) >> 32);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *values, unsigned count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

struct route {
	struct address prefix;
	uint8_t length;
};

static void
cut(struct address *a, unsigned length)
{
	for (unsigned i = length; i < 128; i++)
		a->byte[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

/* Prefix lengths in per mille, about as the global tables have them. */
static const struct share {
	uint8_t length;
	uint16_t share;
} share4[] = { { 24, 600 }, { 23, 100 }, { 22, 110 }, { 21, 50 }, { 20, 45 }, { 19, 30 }, { 18, 15 }, { 17, 10 },
	       { 16, 15 },  { 15, 5 },   { 14, 5 },   { 13, 3 },  { 12, 2 },  { 25, 2 },  { 28, 3 },  { 32, 5 } },
  share6[] = { { 48, 470 }, { 32, 110 }, { 44, 90 }, { 40, 90 }, { 36, 50 }, { 46, 50 },
	       { 47, 40 },  { 45, 30 },  { 42, 30 }, { 29, 20 }, { 64, 20 } };

static uint8_t
some_length(uint8_t family)
{
	const struct share *s = family == V4 ? share4 : share6;
	uint32_t at = pick(1000);
	for (; at >= s->share; s++)
		at -= s->share;
	return s->length;
}

/* IPv4: anywhere in 1 to 223, 60 % of the second bytes of each first byte in use. IPv6: 2000::/3, in 40,000 /32s. */
static struct route
some_route(uint8_t family)
{
	struct route r = { .length = some_length(family) };
	for (unsigned i = 0; i < (family == V4 ? 4 : 16); i++)
		r.prefix.byte[i] = (uint8_t)draw();
	if (family == V4) {
		r.prefix.byte[0] = (uint8_t)(1 + pick(223));
		r.prefix.byte[1] = (uint8_t)(pick(154) * 5 / 3);
	} else {
		uint32_t n = pick(40000);
		r.prefix.byte[0] = (uint8_t)(0x20 + n % 16);
		r.prefix.byte[1] = (uint8_t)(n / 16 % 32);
		r.prefix.byte[2] = (uint8_t)(n / 512);
		r.prefix.byte[3] = (uint8_t)(n * 37);
	}
	cut(&r.prefix, r.length);
	return r;
}

static void
insert(struct fib *f, uint8_t family, const struct route *r)
{
	struct next_hop_group g = { .count = 1 };
	g.hop[0].gateway.word[0] = pick(HOPS);
	g.hop[0].unit = 1;
	if (fib_insert(f, family, &r->prefix, r->length, &g) < 0)
		abort();
}

static void
at_once(void *ctx, fib_release *release, void *object)
{
	release(object);
}

static struct fib *
filled(uint8_t family, struct route *route, uint32_t count, double *seconds)
{
	struct fib *f = fib_create();
	struct route none = { .length = 0 };
	fib_set_defer(f, at_once, NULL);
	insert(f, family, &none);
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint32_t i = 0; fib_count(f) < count;) {
		route[i] = some_route(family);
		uint32_t before = fib_count(f);
		insert(f, family, &route[i]);
		i += fib_count(f) > before;
	}
	*seconds = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / 1e9;
	return f;
}

/* Destinations inside routes of the table, so that every look-up goes down to one. */
static void
some_destinations(struct address *to, uint8_t family, const struct route *route, uint32_t count)
{
	for (uint32_t i = 0; i < LOOKUPS; i++) {
		const struct route *r = &route[pick(count - 1)];
		to[i] = r->prefix;
		for (unsigned bit = r->length; bit < (family == V4 ? 32u : 128u); bit++)
			to[i].byte[bit / 8] |= (uint8_t)((draw() >> 40 & 1) << (7 - bit % 8));
	}
}

/* ns per look-up; `dependent`: each waits for the answer of the one before, as a single packet does. */
static double
lookups(const struct fib *f, uint8_t family, const struct address *to, bool dependent)
{
	uint32_t sum = 0, wait = 0;
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint32_t i = 0; i < LOOKUPS; i++) {
		const struct next_hop_group *g = fib_lookup(f, family, &to[i + wait]);
		sum += g->hop[0].gateway.word[0];
		/* Always 0, but neither compiler nor processor knows before the answer is there. */
		wait = dependent ? g->hop[0].gateway.word[1] : 0;
	}
	uint64_t spent = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	if (sum == 1)
		puts("");
	return (double)spent / LOOKUPS;
}

static void
line(const char *metric, double value, const char *unit, const char *peer, double peer_value, const char *conditions)
{
	if (peer)
		printf("{\"bench\":\"bench-route\",\"metric\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"peer\":\"%s\","
		       "\"peer_value\":%.2f,\"ratio\":%.3f,\"conditions\":\"%s\"}\n",
		       metric, value, unit, peer, peer_value, value / peer_value, conditions);
	else
		printf("{\"bench\":\"bench-route\",\"metric\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"peer\":null,"
		       "\"peer_value\":null,\"ratio\":null,\"conditions\":\"%s\"}\n",
		       metric, value, unit, conditions);
}

struct reader {
	struct fib *fib;
	const struct address *to;
	_Atomic bool stop;
	uint8_t family;
	uint64_t lookups;
	double ns;
};

static void *
read_routes(void *argument)
{
	struct reader *r = argument;
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint32_t sum = 0;
	while (!atomic_load_explicit(&r->stop, memory_order_relaxed)) {
		for (unsigned i = 0; i < 64; i++) {
			const struct next_hop_group *g =
			    fib_lookup(r->fib, r->family, &r->to[r->lookups++ & (LOOKUPS - 1)]);
			sum += g->hop[0].gateway.word[0];
		}
	}
	if (sum == 1)
		puts("");
	r->ns = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / (double)r->lookups;
	return NULL;
}

/* A third each of withdrawals, announcements of what was withdrawn, and changes of the next hop. */
static void
measure_changes(struct fib *f, uint8_t family, struct route *route, uint32_t count, const struct address *to,
		const char *name)
{
	/* What was retired is kept until the reader is gone. */
	fib_set_defer(f, NULL, NULL);
	struct reader r = { .fib = f, .to = to, .family = family };
	pthread_t thread;
	pthread_create(&thread, NULL, read_routes, &r);
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint32_t i = 0; i < CHANGES; i += 3) {
		struct route *gone = &route[pick(count - 1)], *changed = &route[pick(count - 1)];
		if (fib_remove(f, family, &gone->prefix, gone->length) < 0)
			abort();
		insert(f, family, changed);
		insert(f, family, gone);
	}
	double seconds = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / 1e9;
	atomic_store_explicit(&r.stop, true, memory_order_relaxed);
	pthread_join(thread, NULL);
	char metric[96];
	snprintf(metric, sizeof metric, "%s, changes while a reader works", name);
	line(metric, CHANGES / seconds, "1/s", "wanted", 100000,
	     "a third each removals, inserts, replacements; writer's CPU time");
	snprintf(metric, sizeof metric, "%s, look-up while a writer works", name);
	line(metric, r.ns, "ns", NULL, 0, "independent look-ups, reader's CPU time");
}

static void
measure(uint8_t family, const uint32_t *counts, unsigned tables, const char *name)
{
	static struct route route[4][1000000];
	static struct address to[4][LOOKUPS];
	static double spent[4][2][ROUNDS];
	struct fib *fib[4];
	double fill[4], first[2] = { 0, 0 };
	char metric[96];
	for (unsigned i = 0; i < tables; i++) {
		fib[i] = filled(family, route[i], counts[i], &fill[i]);
		some_destinations(to[i], family, route[i], counts[i]);
	}
	/* Rounds take turns, so that a noisy moment hits all sizes alike. */
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < tables; i++)
			for (unsigned dependent = 0; dependent < 2; dependent++)
				spent[i][dependent][round] = lookups(fib[i], family, to[i], dependent);
	for (unsigned dependent = 0; dependent < 2; dependent++) {
		for (unsigned i = 0; i < tables; i++) {
			double value = median(spent[i][dependent], ROUNDS);
			if (i == 0)
				first[dependent] = value;
			snprintf(metric, sizeof metric, "%s, %u routes, %s look-up", name, counts[i],
				 dependent ? "dependent" : "independent");
			line(metric, value, "ns", i ? "smallest table" : NULL, first[dependent],
			     "median of 9 x 1 M destinations inside random routes, CPU time");
		}
	}
	for (unsigned i = 0; i < tables; i++) {
		snprintf(metric, sizeof metric, "%s, %u routes, memory", name, counts[i]);
		line(metric, (double)fib_memory(fib[i]) / 1e6, "MB", NULL, 0, "nodes, groups and the set of prefixes");
		snprintf(metric, sizeof metric, "%s, %u routes, inserts", name, counts[i]);
		line(metric, counts[i] / fill[i], "1/s", NULL, 0, "filling an empty table, page faults included");
	}
	measure_changes(fib[tables - 1], family, route[tables - 1], counts[tables - 1], to[tables - 1], name);
	for (unsigned i = 0; i < tables; i++)
		fib_destroy(fib[i]);
}

/* prefix_route: one of many /24, by two equal gateways, or by a third alone. */
static struct rib_route
prefix_route(uint32_t number, bool alone)
{
	struct rib_route r = { .preference = RIB_PREFERENCE_KERNEL, .family = V4, .length = 24, .origin = RIB_KERNEL };
	r.prefix =
	    (struct address){ .byte = { (uint8_t)(20 + (number >> 16)), (uint8_t)(number >> 8), (uint8_t)number } };
	r.group.count = alone ? 1 : 2;
	for (unsigned i = 0; i < r.group.count; i++)
		r.group.hop[i] =
		    (struct next_hop){ .gateway.byte = { 10, 0, (uint8_t)(alone ? 3 : 1 + i), 2 }, .family = V4 };
	return r;
}

/* What the control thread needs to go through all routes when a gateway falls silent and answers again. */
static void
measure_deaths(uint32_t count)
{
	static struct unit unit[4];
	static struct unit_address address[4];
	struct snapshot s = { .unit = unit, .unit_count = 4, .instance_count = 1 };
	struct address gateway = { .byte = { 10, 0, 0, 2 } };
	double spent[2][ROUNDS];
	char metric[96];
	for (uint8_t id = 1; id < 4; id++) {
		address[id] = (struct unit_address){ .address.byte = { 10, 0, id, 1 }, .family = V4, .length = 24 };
		unit[id] = (struct unit){ .port = id, .address = &address[id], .address_count = 1 };
	}
	struct rib *rib = rib_build(&s, NULL, 0);
	if (!rib)
		abort();
	rib_set_defer(rib, at_once, NULL);
	for (uint32_t i = 0; i < count; i++) {
		struct rib_route r = prefix_route(i, i == 0);
		if (rib_add(rib, &r, NULL))
			abort();
	}
	for (unsigned moves = 0; moves < 2; moves++) {
		gateway.byte[2] = moves ? 1 : 3;
		for (unsigned round = 0; round < ROUNDS; round++) {
			bool answers = round % 2, changed;
			uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
			if (rib_answers(rib, moves ? 1 : 3, V4, &gateway, answers, &changed) || changed != moves)
				abort();
			spent[moves][round] = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / 1e6;
		}
		double value = median(spent[moves], ROUNDS);
		snprintf(metric, sizeof metric, "IPv4, %u routes, a gateway dies or comes back, %s", count,
			 moves ? "all but one move" : "none moves");
		line(metric, value, "ms", moves ? "none moves" : NULL, median(spent[0], ROUNDS),
		     "median of 9 times through all routes, CPU time of the control thread");
	}
	rib_destroy(rib);
}

int
main(void)
{
	static const uint32_t counts4[] = { 1000, 100000, 1000000 }, counts6[] = { 1000, 200000 };
	measure(V4, counts4, 3, "IPv4");
	measure(V6, counts6, 2, "IPv6");
	measure_deaths(1000);
	measure_deaths(1000000);
	return 0;
}
