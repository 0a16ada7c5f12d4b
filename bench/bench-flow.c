/* bench-flow.c: what does a session hit cost in the flow table alone, and how much more at a million sessions than at a
 * thousand? Find and touch (compare the key, read the memo, count, write the time) for random sessions, in bursts of 64
 * with both prefetch stages; then install, remove and ageing. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "flow/age.h"
#include "flow/table.h"

enum { BURST = 64, ROUNDS = 9, TABLES = 3 };
static const uint32_t sizes[TABLES] = { 1000, 100000, 1000000 };

static uint64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t state = 88172645463325252ull;

static uint32_t
pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(((state >> 32) * below) >> 32);
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

static struct flow_key
key_number(uint32_t n)
{
	struct flow_key k = { .protocol = 17, .family = 2 };
	k.source.word[0] = n * 2654435761u;
	k.destination.word[0] = 0x0100000a;
	k.source_port = (uint16_t)n;
	k.destination_port = 0x3500;
	return k;
}

static struct flow_table *
filled(uint32_t sessions)
{
	struct flow_table *t = flow_table_create(sessions, 0x243f6a8885a308d3ull);
	for (uint32_t n = 0; t && n < sessions; n++) {
		struct flow_key k = key_number(n), r = flow_key_reverse(&k);
		bool exists;
		struct session *s = flow_table_install(t, &k, &r, &exists);
		if (!s)
			abort();
		s->flow[0].epoch = s->flow[1].epoch = 1;
	}
	return t;
}

/* The work a hit does on a session's lines, and no more. */
static uint64_t
touch(struct session *s, unsigned direction, uint64_t now)
{
	const struct flow *f = &s->flow[direction];
	if (f->epoch != 1)
		return 0;
	s->passed[direction].packets++;
	s->passed[direction].bytes += 64;
	s->last_ns = now;
	return f->neighbour + f->egress_port + s->flags;
}

/* Returns ns per packet: the median burst of `packets` look-ups, so that being scheduled away does not count. `ahead`:
 * packets between the prefetch stages; 0 = stage by stage. */
static double
hits(struct flow_table *t, uint32_t sessions, uint32_t packets, unsigned ahead)
{
	static double burst[1 << 20];
	uint64_t sum = 0;
	unsigned bursts = 0;
	struct flow_key key[BURST];
	uint32_t hash[BURST + 64];
	for (uint32_t done = 0; done < packets; done += BURST) {
		/* The keys are in cache when a burst starts, as parse leaves them; building them is not what is measured. */
		for (unsigned i = 0; i < BURST; i++) {
			key[i] = key_number(pick(sessions));
			if (pick(2))
				key[i] = flow_key_reverse(&key[i]);
		}
		uint64_t start = now_ns();
		if (ahead == 0) {
			for (unsigned i = 0; i < BURST; i++) {
				hash[i] = flow_table_hash(t, &key[i]);
				flow_table_prefetch_bucket(t, hash[i]);
			}
			for (unsigned i = 0; i < BURST; i++)
				flow_table_prefetch_flow(t, hash[i], false);
		}
		for (unsigned i = 0; i < BURST + 2 * ahead; i++) {
			if (ahead && i < BURST) {
				hash[i] = flow_table_hash(t, &key[i]);
				flow_table_prefetch_bucket(t, hash[i]);
			}
			if (ahead && i >= ahead && i - ahead < BURST)
				flow_table_prefetch_flow(t, hash[i - ahead], false);
			if (i < 2 * ahead)
				continue;
			unsigned at = i - 2 * ahead, direction;
			struct session *s = flow_table_find(t, &key[at], hash[at], &direction);
			if (!s)
				abort();
			sum += touch(s, direction, done);
		}
		burst[bursts++] = (double)(now_ns() - start) / BURST;
	}
	if (sum == 1)
		puts("");
	return median(burst, bursts);
}

static void
line(const char *metric, double value, const char *unit, const char *peer, double peer_value, const char *conditions)
{
	if (peer)
		printf("{\"bench\":\"bench-flow\",\"metric\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"peer\":\"%s\","
		       "\"peer_value\":%.2f,\"ratio\":%.3f,\"conditions\":\"%s\"}\n",
		       metric, value, unit, peer, peer_value, value / peer_value, conditions);
	else
		printf("{\"bench\":\"bench-flow\",\"metric\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"peer\":null,"
		       "\"peer_value\":null,\"ratio\":null,\"conditions\":\"%s\"}\n",
		       metric, value, unit, conditions);
}

static void
measure_hits(void)
{
	struct flow_table *table[TABLES];
	static double staged[TABLES][ROUNDS], pipelined[TABLES][ROUNDS];
	for (unsigned i = 0; i < TABLES; i++)
		table[i] = filled(sizes[i]);
	/* Rounds take turns, so that a noisy moment hits all sizes alike. */
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < TABLES; i++) {
			staged[i][round] = hits(table[i], sizes[i], 1000000, 0);
			pipelined[i][round] = hits(table[i], sizes[i], 1000000, 8);
		}
	}
	double first = 0;
	for (unsigned i = 0; i < TABLES; i++) {
		char metric[64];
		snprintf(metric, sizeof metric, "find+touch, %u sessions, staged bursts", sizes[i]);
		double value = median(staged[i], ROUNDS);
		if (i == 0)
			first = value;
		line(metric, value, "ns", i ? "1000 sessions" : NULL, first,
		     "median burst and median of 9 rounds of 1 M random hits, bursts of 64, both prefetch stages for "
		     "the whole burst");
	}
	for (unsigned i = 0; i < TABLES; i++) {
		char metric[64];
		snprintf(metric, sizeof metric, "find+touch, %u sessions, 8 ahead", sizes[i]);
		double value = median(pipelined[i], ROUNDS);
		if (i == 0)
			first = value;
		line(metric, value, "ns", i ? "1000 sessions" : NULL, first,
		     "median burst and median of 9 rounds of 1 M random hits, bursts of 64, prefetch stages 16 and 8 "
		     "packets ahead");
		flow_table_destroy(table[i]);
	}
}

/* Sessions come and go at random in a table nine tenths full, armed and disarmed as the pipeline does. */
static void
measure_change(void)
{
	enum { SESSIONS = 1000000, STEPS = 1000000 };
	struct flow_table *t = flow_table_create(SESSIONS, 1);
	struct age_wheel *w = age_wheel_create(t);
	static struct session *there[SESSIONS];
	uint32_t next = 0;
	uint64_t spent[2] = { 0, 0 };
	for (uint32_t i = 0; i < SESSIONS * 9 / 10 + STEPS; i++) {
		struct flow_key k = key_number(next++), r = flow_key_reverse(&k);
		uint32_t place = i < SESSIONS * 9 / 10 ? i : pick(SESSIONS * 9 / 10);
		bool exists;
		uint64_t start = now_ns();
		if (there[place]) {
			age_remove(w, there[place]);
			flow_table_remove(t, there[place]);
		}
		struct session *s = flow_table_install(t, &k, &r, &exists);
		if (!s)
			abort();
		s->last_ns = 1000000000ull;
		s->timeout_s = 60;
		age_add(w, s, 1000000000ull);
		spent[i >= SESSIONS * 9 / 10] += now_ns() - start;
		there[place] = s;
	}
	line("install and arm, first use of memory", (double)spent[0] / (SESSIONS * 9 / 10), "ns", NULL, 0,
	     "to 900,000 sessions of 1 M, page faults included, clock reads of about 20 ns each included");
	line("remove one and install another", (double)spent[1] / STEPS, "ns", NULL, 0,
	     "900,000 of 1 M sessions, at random, no prefetch");

	unsigned budget = 1u << 30, seen = 0;
	uint64_t start = now_ns();
	while (age_expired(w, 62 * 1000000000ull, &budget))
		seen++;
	line("expire", (double)(now_ns() - start) / seen, "ns", NULL, 0, "900,000 sessions due at once, per session");
	age_wheel_destroy(w);
	flow_table_destroy(t);
}

int
main(void)
{
	measure_hits();
	measure_change();
	return 0;
}
