/* bench-meter.c: what does it cost to meter a packet with a policer that all workers share, beside a bucket that one worker
 * owns? SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "meter/bucket.h"
#include "meter/policer.h"

enum { PACKETS = 1 << 22, ROUNDS = 9, BURST = 32 };
#define GIGABIT 1000000000ull

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* run meters packets of 700 bytes, 32 for each look at the clock, `gap_ns` apart, and tells how many of them were red. */
static double
run(const struct policer_rule *r, uint32_t worker, uint64_t *now_ns, uint64_t gap_ns, double *red)
{
	uint64_t reds = 0, start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint32_t i = 0; i < PACKETS; i++) {
		*now_ns += i % BURST == 0 ? BURST * gap_ns : 0;
		reds += policer_meter(r, worker, COLOR_GREEN, 700, *now_ns) == COLOR_RED;
	}
	*red = (double)reds / PACKETS;
	return (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / PACKETS;
}

static double
run_bucket(struct bucket *b, uint64_t *now_ns, uint64_t gap_ns)
{
	uint32_t taken = 0;
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (uint32_t i = 0; i < PACKETS; i++) {
		*now_ns += i % BURST == 0 ? BURST * gap_ns : 0;
		taken += bucket_take(b, *now_ns);
	}
	uint64_t spent = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	if (taken == 0)
		abort();
	return (double)spent / PACKETS;
}

/* other: a second worker that meters with the same policer all the time. */
struct other {
	const struct policer_rule *r;
	atomic_bool stop;
};

static void *
run_other(void *argument)
{
	struct other *o = argument;
	for (uint64_t now = 1; !atomic_load_explicit(&o->stop, memory_order_relaxed); now += 700)
		policer_meter(o->r, 1, COLOR_GREEN, 700, now);
	return NULL;
}

static void
line(const char *metric, double value, double peer, const char *conditions)
{
	printf("{\"bench\":\"bench-meter\",\"metric\":\"%s\",\"value\":%.2f,\"unit\":\"ns\",\"peer\":\"a bucket of one "
	       "worker\",\"peer_value\":%.2f,\"ratio\":%.3f,\"conditions\":\"%s\"}\n",
	       metric, value, peer, value / peer, conditions);
}

int
main(void)
{
	static const struct {
		const char *name;
		struct policer_rule r;
		uint64_t gap_ns; /* 5,600 ns for 700 bytes are 1 Gbit/s */
	} table[] = {
		{ "two-color, within the budget", { .rate = GIGABIT, .burst = 625000 }, 6000 },
		{ "two-color, ten times the budget", { .rate = GIGABIT, .burst = 625000 }, 560 },
		{ "single-rate three-color, twice the budget",
		  { .kind = POLICER_SINGLE_RATE, .rate = GIGABIT, .burst = 625000, .burst2 = 625000 },
		  2800 },
		{ "two-rate three-color, three times the committed rate",
		  { .kind = POLICER_TWO_RATE,
		    .rate = GIGABIT,
		    .burst = 625000,
		    .rate2 = 2 * GIGABIT,
		    .burst2 = 625000 },
		  1867 },
	};
	enum { CASES = sizeof table / sizeof *table };
	static double spent[CASES + 2][ROUNDS];
	double red[CASES + 1] = { 0 };
	struct policer_rule rule[CASES + 1];
	struct bucket bucket;
	uint64_t now[CASES + 2];
	char conditions[128];

	for (unsigned i = 0; i <= CASES; i++) {
		rule[i] = table[i < CASES ? i : 0].r;
		rule[i].name = "p";
		if (!policer_create(&rule[i]))
			return 1;
	}
	for (unsigned i = 0; i < CASES + 2; i++)
		now[i] = GIGABIT;
	bucket_init(&bucket, 178571, 900);
	/* Rounds take turns, so that a noisy moment hits all alike. */
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < CASES; i++)
			spent[i][round] = run(&rule[i], 0, &now[i], table[i].gap_ns, &red[i]);
		struct other o = { .r = &rule[CASES] };
		pthread_t thread;
		pthread_create(&thread, NULL, run_other, &o);
		spent[CASES][round] = run(&rule[CASES], 0, &now[CASES], 6000, &red[CASES]);
		atomic_store_explicit(&o.stop, true, memory_order_relaxed);
		pthread_join(thread, NULL);
		spent[CASES + 1][round] = run_bucket(&bucket, &now[CASES + 1], 6000);
	}
	double peer = median(spent[CASES + 1]);
	for (unsigned i = 0; i < CASES; i++) {
		snprintf(conditions, sizeof conditions, "median of 9 x 4 M packets, one worker, %.0f %% red, CPU time",
			 100 * red[i]);
		line(table[i].name, median(spent[i]), peer, conditions);
	}
	line("two-color, a second worker meters all the time", median(spent[CASES]), peer,
	     "median of 9 x 4 M packets, CPU time");
	policer_release(rule, CASES + 1);
	return 0;
}
