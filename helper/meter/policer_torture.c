/* policer_torture.c: several workers meter from one budget. Together they get exactly what it holds: not a byte more, and not
 * a packet less for their being several. SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "meter/policer.h"

#define SECOND 1000000000ull
#define START  (86400 * SECOND)

enum { WORKERS = 3, LARGEST = 1500, STEP_NS = 2000 };

static uint64_t attempts = 400000;
static struct policer_rule rule;
static uint64_t clock_ns; /* moved on by every attempt of anybody */

struct thread {
	pthread_t id;
	uint32_t worker;
	uint64_t passed[3]; /* bytes, by color */
	uint64_t packets[3];
};

static void *
work(void *argument)
{
	struct thread *t = argument;
	uint64_t state = 77 + t->worker;
	for (uint64_t i = 0; i < attempts; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		uint32_t bytes = 40 + (uint32_t)((state >> 20) % (LARGEST - 39));
		uint64_t now = __atomic_add_fetch(&clock_ns, (state >> 40) % (2 * STEP_NS), __ATOMIC_RELAXED);
		/* Workers read the clock once a burst: some are behind. */
		now -= (state >> 16) % 8 == 0 ? (state >> 50) % 20000 : 0;
		enum color color = policer_meter(&rule, t->worker, COLOR_GREEN, bytes, now);
		t->passed[color] += bytes;
		t->packets[color]++;
	}
	return NULL;
}

/* What a bucket has left, in whole bytes: the largest packet that it lets through. */
static uint64_t
left(struct policer_rule r, enum color in, enum color out)
{
	uint64_t low = 0, high = 1000000;
	r.color_aware = true;
	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;
		if (policer_peek(&r, in, (uint32_t)middle, clock_ns) == out)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int failed;

static void
expect(const char *what, uint64_t found, uint64_t low, uint64_t high)
{
	if (found >= low && found <= high)
		return;
	printf("not ok: %s: %llu, expected %llu to %llu\n", what, (unsigned long long)found, (unsigned long long)low,
	       (unsigned long long)high);
	failed = 1;
}

/* In bytes: what the buckets held at START plus what a rate earned since. */
static uint64_t
budget(uint64_t rate, uint64_t burst)
{
	return (uint64_t)((unsigned __int128)rate * (clock_ns - START) / SECOND / 8) + burst;
}

static void
run(struct policer_rule r, const char *name)
{
	struct thread thread[WORKERS] = { 0 };
	uint64_t passed[3] = { 0 }, packets[3] = { 0 };
	rule = r;
	clock_ns = START;
	if (!policer_create(&rule))
		abort();
	/* Emptied first: a full bucket would lose what it earns. */
	if (policer_meter(&rule, 0, COLOR_GREEN, (uint32_t)r.burst, START) != COLOR_GREEN)
		abort();
	for (uint32_t i = 0; i < WORKERS; i++) {
		thread[i].worker = i;
		pthread_create(&thread[i].id, NULL, work, &thread[i]);
	}
	for (uint32_t i = 0; i < WORKERS; i++) {
		pthread_join(thread[i].id, NULL);
		for (unsigned color = 0; color < 3; color++) {
			passed[color] += thread[i].passed[color];
			packets[color] += thread[i].packets[color];
		}
	}
	uint64_t green = passed[COLOR_GREEN] + r.burst, yellow = passed[COLOR_YELLOW];
	switch (r.kind) {
	case POLICER_TWO_COLOR: {
		uint64_t all = budget(r.rate, r.burst);
		expect("passed and left", green + left(rule, COLOR_GREEN, COLOR_GREEN), all, all);
		break;
	}
	case POLICER_SINGLE_RATE: {
		/* The rounding of two remainders to whole bytes. */
		uint64_t all = budget(r.rate, r.burst + r.burst2);
		uint64_t rest = left(rule, COLOR_GREEN, COLOR_GREEN) + left(rule, COLOR_YELLOW, COLOR_YELLOW);
		expect("passed and left", green + yellow + rest, all - 1, all);
		break;
	}
	default:
		/* The committed bucket is asked only where the peak bucket allows: up to one packet in each. */
		expect("green", green, budget(r.rate, r.burst) - 2 * LARGEST, budget(r.rate, r.burst));
		expect("passed", green + yellow, budget(r.rate2, r.burst2) - LARGEST, budget(r.rate2, r.burst2));
		break;
	}
	printf("%s: %llu packets green, %llu yellow, %llu red\n", name, (unsigned long long)packets[0],
	       (unsigned long long)packets[1], (unsigned long long)packets[2]);
	policer_release(&rule, 1);
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		attempts = strtoull(argv[1], NULL, 10);
	/* About 770 bytes are offered every 2 us, 3 Gbit/s; nobody rests long enough for a bucket to fill up again. */
	run((struct policer_rule){ .name = "p", .rate = 999999937, .burst = 500000 }, "two-color");
	run(
	    (struct policer_rule){
		.name = "p", .kind = POLICER_SINGLE_RATE, .rate = 999999937, .burst = 20000, .burst2 = 500000 },
	    "single-rate");
	run((struct policer_rule){ .name = "p",
				   .kind = POLICER_TWO_RATE,
				   .rate = 499999993,
				   .burst = 500000,
				   .rate2 = 1499999957,
				   .burst2 = 600000 },
	    "two-rate");
	return failed;
}
