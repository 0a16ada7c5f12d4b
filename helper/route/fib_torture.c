/* fib_torture.c: readers look up while one writer changes routes and gives memory back after grace periods. Every answer
 * names the prefix it belongs to, so a reader can tell a wrong, torn or reused one. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "route/fib.h"

enum { READERS = 2, ROUTES = 512, CHANGES = 30000, BATCH = 64, V4 = 2, V6 = 10 };

/* Each reader counts its quiescent states; odd on the way out. */
struct reader {
	_Alignas(64) _Atomic uint64_t quiescent;
	pthread_t thread;
	uint64_t lookups;
	unsigned seed;
};

static struct fib *fib;
static struct reader reader[READERS];
static _Atomic bool stop;

struct deferred {
	unsigned count;
	fib_release *release[65536];
	void *object[65536];
};

static uint32_t
pick(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)((*state >> 16) % below);
}

static void
die(const char *why)
{
	printf("not ok: %s\n", why);
	_exit(1);
}

static void
cut(struct address *a, unsigned length)
{
	for (unsigned i = length; i < 128; i++)
		a->byte[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

/* All below 10/8 or 2001::/16; the second byte has 16 values, one for each route that always stays. */
static struct address
some_address(uint64_t *state, uint8_t family)
{
	static const uint8_t bytes[] = { 0, 1, 0x80, 0xff };
	struct address a = { .half = { 0, 0 } };
	unsigned size = family == V4 ? 4 : 16;
	for (unsigned i = 2; i < size; i++)
		a.byte[i] = bytes[pick(state, 4)];
	a.byte[0] = family == V4 ? 10 : 0x20;
	a.byte[1] = (uint8_t)(pick(state, 16) << 4);
	return a;
}

static struct next_hop_group
group_of(uint8_t family, const struct address *prefix, uint8_t length, uint32_t version)
{
	struct next_hop_group g = { .count = 2 };
	g.hop[0] = (struct next_hop){ .gateway = *prefix, .unit = length, .family = family };
	g.hop[1] = (struct next_hop){ .gateway = *prefix, .unit = length, .family = family };
	g.hop[1].gateway.word[3] ^= version;
	g.hop[0].gateway.word[3] ^= version;
	g.hop[0].reserved[0] = g.hop[1].reserved[0] = (uint8_t)version;
	return g;
}

static void
check(const struct next_hop_group *g, uint8_t family, const struct address *a)
{
	struct next_hop_group copy = *g;
	if (copy.count != 2 || memcmp(&copy.hop[0], &copy.hop[1], sizeof copy.hop[0]) != 0)
		die("a group was torn");
	struct address prefix = copy.hop[0].gateway, cover = *a;
	prefix.word[3] ^= copy.hop[0].reserved[0];
	cut(&cover, copy.hop[0].unit);
	if (copy.hop[0].family != family || copy.hop[0].unit < 12 || memcmp(&cover, &prefix, sizeof cover) != 0)
		die("an answer does not cover its question");
	for (volatile unsigned i = 0; i < 20; i++)
		;
	if (memcmp(&copy, g, sizeof copy) != 0)
		die("a group changed while it was read");
}

static void *
read_routes(void *argument)
{
	struct reader *r = argument;
	uint64_t state = 77 + r->seed;
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		for (unsigned i = 0; i < 64; i++) {
			uint8_t family = i & 1 ? V4 : V6;
			struct address a = some_address(&state, family);
			const struct next_hop_group *g = fib_lookup(fib, family, &a);
			if (!g)
				die("a route that always stays was not found");
			check(g, family, &a);
			r->lookups++;
		}
		atomic_fetch_add_explicit(&r->quiescent, 2, memory_order_acq_rel);
		sched_yield();
	}
	atomic_fetch_or_explicit(&r->quiescent, 1, memory_order_release);
	return NULL;
}

static void
synchronize(void)
{
	for (unsigned i = 0; i < READERS; i++) {
		uint64_t before = atomic_fetch_add_explicit(&reader[i].quiescent, 0, memory_order_acq_rel), now;
		do {
			sched_yield();
			now = atomic_load_explicit(&reader[i].quiescent, memory_order_acquire);
		} while (now == before && !(now & 1));
	}
}

static void
defer(void *ctx, fib_release *release, void *object)
{
	struct deferred *d = ctx;
	d->release[d->count] = release;
	d->object[d->count++] = object;
}

int
main(void)
{
	static struct deferred deferred;
	static struct {
		struct address prefix;
		uint8_t family, length;
		bool used;
	} route[ROUTES];
	uint64_t state = 12345, released = 0;
	fib = fib_create();
	fib_set_defer(fib, defer, &deferred);
	for (unsigned i = 0; i < 32; i++) {
		uint8_t family = i & 1 ? V4 : V6;
		struct address p = { .byte = { family == V4 ? 10 : 0x20, (uint8_t)(i / 2 << 4) } };
		struct next_hop_group g = group_of(family, &p, 12, 0);
		if (fib_insert(fib, family, &p, 12, &g) < 0)
			die("insert");
	}
	for (unsigned i = 0; i < READERS; i++) {
		reader[i].seed = i;
		pthread_create(&reader[i].thread, NULL, read_routes, &reader[i]);
	}

	for (unsigned step = 0; step < CHANGES; step++) {
		unsigned i = pick(&state, ROUTES);
		if (route[i].used && pick(&state, 3)) {
			int rc = fib_remove(fib, route[i].family, &route[i].prefix, route[i].length);
			if (rc < 0 && rc != -ENOENT) /* the same prefix may stand in two places of the list */
				die("remove");
			route[i].used = false;
		} else {
			if (!route[i].used) {
				route[i].family = pick(&state, 2) ? V4 : V6;
				route[i].length = (uint8_t)(13 + pick(&state, route[i].family == V4 ? 20 : 116));
				route[i].prefix = some_address(&state, route[i].family);
				cut(&route[i].prefix, route[i].length);
				route[i].used = true;
			}
			struct next_hop_group g =
			    group_of(route[i].family, &route[i].prefix, route[i].length, pick(&state, 4));
			if (fib_insert(fib, route[i].family, &route[i].prefix, route[i].length, &g) < 0)
				die("insert");
		}
		if (step % BATCH == 0) {
			synchronize();
			for (unsigned j = 0; j < deferred.count; j++)
				deferred.release[j](deferred.object[j]);
			released += deferred.count;
			deferred.count = 0;
		}
	}
	atomic_store_explicit(&stop, true, memory_order_relaxed);
	uint64_t lookups = 0;
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(reader[i].thread, NULL);
		lookups += reader[i].lookups;
	}
	printf("ok: %u changes, %llu look-ups, %llu pieces of memory given back\n", CHANGES,
	       (unsigned long long)lookups, (unsigned long long)released);
	fib_destroy(fib);
	return lookups == 0 || released == 0;
}
