/* tracker_torture.c: several workers count in the same trackers. Never more than the threshold pass, hardly fewer, however full the
 * tracker is; and what sessions take they give back to the last. SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "screen/tracker.h"

#define SECOND 1000000000ull
enum { WORKERS = 3, RATE = 5000, SECONDS = 20, LIMIT = 40, KEYS = 64, CROWD = 200000 };

static struct tracker *rates, *spreads, *limits;
static uint64_t steps = 300000;
static uint64_t clock_ns; /* moved on by every attempt of anybody */
static int failed;

struct thread {
	pthread_t id;
	uint32_t worker;
	uint64_t passed, targets, most;
};

static uint64_t
next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static uint64_t
key(uint64_t n)
{
	return tracker_hash(42, &n, 1);
}

/* One key far beyond its threshold, among others. */
static void *
flood(void *argument)
{
	struct thread *t = argument;
	uint64_t state = 77 + t->worker, step = SECONDS * SECOND / (WORKERS * steps);
	for (uint64_t i = 0; i < steps; i++) {
		uint64_t now = __atomic_add_fetch(&clock_ns, step, __ATOMIC_RELAXED);
		/* Workers read the clock once a burst: some are behind. */
		now -= next(&state) % 8 == 0 ? (state >> 50) % 20000 : 0;
		t->passed += !tracker_rate(rates, key(1), RATE, now);
		tracker_rate(rates, key(2 + state % 1000), RATE, now);
	}
	return NULL;
}

/* A search for hundreds of targets within one threshold. */
static void *
search(void *argument)
{
	struct thread *t = argument;
	uint64_t state = 99 + t->worker;
	for (uint64_t i = 0; i < steps / 10; i++) {
		uint64_t words[2] = { 1, next(&state) % 500 };
		t->targets += !tracker_spread(spreads, key(1), tracker_hash(42, words, 2), 1000000, SECOND);
	}
	return NULL;
}

/* Sessions open and close, as many at a time as they may. */
static void *
hold(void *argument)
{
	struct thread *t = argument;
	uint64_t state = 55 + t->worker;
	uint16_t held[KEYS][LIMIT];
	unsigned count[KEYS] = { 0 };
	for (uint64_t i = 0; i < steps; i++) {
		uint64_t k = next(&state) % KEYS;
		if (state >> 40 & 1) {
			uint16_t number = tracker_take(limits, key(k), LIMIT);
			if (number)
				held[k][count[k]++] = number;
		} else if (count[k] > 0) {
			tracker_give(held[k][--count[k]], key(k));
		}
		t->most = count[k] > t->most ? count[k] : t->most;
	}
	for (unsigned k = 0; k < KEYS; k++)
		while (count[k] > 0)
			tracker_give(held[k][--count[k]], key(k));
	return NULL;
}

static void
expect(const char *what, uint64_t found, uint64_t low, uint64_t high)
{
	if (found >= low && found <= high)
		return;
	printf("not ok: %s: %llu, expected %llu to %llu\n", what, (unsigned long long)found, (unsigned long long)low,
	       (unsigned long long)high);
	failed = 1;
}

static void
together(struct thread thread[WORKERS], void *(*work)(void *))
{
	for (uint32_t i = 0; i < WORKERS; i++) {
		thread[i].worker = i;
		pthread_create(&thread[i].id, NULL, work, &thread[i]);
	}
	for (uint32_t i = 0; i < WORKERS; i++)
		pthread_join(thread[i].id, NULL);
}

static void
torture_rates(void)
{
	struct thread thread[WORKERS] = { 0 };
	uint64_t passed = 0, begin = clock_ns = 5 * SECOND;
	together(thread, flood);
	for (uint32_t i = 0; i < WORKERS; i++)
		passed += thread[i].passed;
	uint64_t earned = RATE * (clock_ns - begin) / SECOND + RATE;
	expect("passed at a rate", passed, earned * 99 / 100, earned);
	/* Filled to the brim by others, the tracker still lets nothing more through. */
	uint64_t now = clock_ns + 10 * SECOND;
	for (uint64_t n = 0; n < CROWD; n++)
		tracker_rate(rates, key(1000 + n), 1, now);
	passed = 0;
	for (unsigned i = 0; i < 2 * RATE; i++)
		passed += !tracker_rate(rates, key(1), RATE, now);
	expect("passed in a crowd", passed, 0, RATE);
}

static void
torture_spreads(void)
{
	struct thread thread[WORKERS] = { 0 };
	together(thread, search);
	/* Any of the nine that are known may be met again and again: what counts is that most of 500 were refused. */
	for (uint32_t i = 0; i < WORKERS; i++)
		expect("targets let through", thread[i].targets, 0, steps / 10 * (2 * SPREAD_TARGETS) / 500 + 200);
}

static void
torture_limits(void)
{
	struct thread thread[WORKERS] = { 0 };
	together(thread, hold);
	for (uint32_t i = 0; i < WORKERS; i++)
		expect("sessions of one worker", thread[i].most, 1, LIMIT);
	/* All was given back: each key may have its whole limit, and no more. */
	for (uint64_t k = 0; k < KEYS; k++) {
		unsigned taken = 0;
		while (tracker_take(limits, key(k), LIMIT))
			taken++;
		expect("sessions afterwards", taken, LIMIT, LIMIT);
		expect("a full limit", tracker_full(limits, key(k), LIMIT), 1, 1);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		steps = strtoull(argv[1], NULL, 10);
	rates = tracker_create(TRACKER_RATE);
	spreads = tracker_create(TRACKER_SPREAD);
	limits = tracker_create(TRACKER_LIMIT);
	if (!rates || !spreads || !limits)
		abort();
	torture_rates();
	torture_spreads();
	torture_limits();
	tracker_release(rates);
	tracker_release(spreads);
	puts(failed ? "not ok" : "ok");
	return failed;
}
