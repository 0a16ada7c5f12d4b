/* bench-classify.c: what does it cost to find the first of N rules, and to prepare that? The plain walk is the peer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "classify/classify.h"
#include "classify/ruleset.h"

enum { KEYS = 4096, ROUNDS = 5 };

static uint64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The best of several rounds: what the code costs without what else runs on the machine. */
static double
lookup_ns(const struct classifier *c, const struct ruleset *s, const struct ruleset_key *k, uint32_t keys, bool walk)
{
	double best = 0;
	volatile int32_t sink;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint64_t start = now_ns();
		double each;
		for (uint32_t i = 0; i < keys; i++)
			sink = walk
				   ? classify_match_linear(s->rule, s->count, &k[i].key, k[i].icmp_type, k[i].icmp_code)
				   : classify_match(c, &k[i].key, k[i].icmp_type, k[i].icmp_code);
		each = (double)(now_ns() - start) / keys;
		if (round == 0 || each < best)
			best = each;
	}
	(void)sink;
	return best;
}

/* Fills `key` with keys near the rules' borders; `late`: only such that match no rule in the first nine tenths. */
static uint32_t
keys_make(struct ruleset *s, const struct classifier *c, struct ruleset_key *key, bool inet6, bool late, uint32_t *hits)
{
	uint32_t keys = 0;
	*hits = 0;
	for (uint32_t tries = 0; tries < KEYS * 64 && keys < KEYS; tries++) {
		struct ruleset_key k = ruleset_key(s, inet6);
		int32_t found = classify_match(c, &k.key, k.icmp_type, k.icmp_code);
		if (late && found >= 0 && (uint32_t)found < s->count / 10 * 9)
			continue;
		*hits += found >= 0;
		key[keys++] = k;
	}
	return keys;
}

static void
lookup_report(struct ruleset *s, enum ruleset_shape shape, const struct classifier *c, bool late)
{
	static struct ruleset_key key[KEYS];
	uint32_t hits, keys = keys_make(s, c, key, shape == RULESET_IPC6, late, &hits),
		       walked = s->count > 1000 ? keys / 16 : keys;
	double index, walk;
	if (walked == 0)
		return;
	index = lookup_ns(c, s, key, keys, false);
	walk = lookup_ns(c, s, key, walked, true);
	printf("{\"bench\":\"classify\",\"metric\":\"%s_%s_%" PRIu32 "\",\"value\":%.1f,\"unit\":\"ns\","
	       "\"peer\":\"linear walk\",\"peer_value\":%.1f,\"ratio\":%.2f,\"conditions\":"
	       "\"%" PRIu32 " keys near rule borders%s, %u%% match, one core, best of %d\"}\n",
	       late ? "lookup_late" : "lookup", ruleset_shape_text[shape], s->count, index, walk, walk / index, keys,
	       late ? ", no match in the first 90% of the rules" : "", hits * 100 / keys, ROUNDS);
}

static bool
build_report(struct ruleset *s, enum ruleset_shape shape, struct classifier **c)
{
	uint64_t best = UINT64_MAX;
	*c = NULL;
	for (uint32_t round = 0; round < 3; round++) {
		uint64_t start = now_ns();
		classify_free(*c);
		*c = classify_build(s->rule, s->count);
		if (!*c)
			return false;
		if (now_ns() - start < best)
			best = now_ns() - start;
	}
	printf("{\"bench\":\"classify\",\"metric\":\"build_%s_%" PRIu32 "\",\"value\":%.3f,\"unit\":\"ms\","
	       "\"peer\":null,\"peer_value\":null,\"ratio\":null,\"conditions\":\"%" PRIu64 " KiB held, best of 3\"}\n",
	       ruleset_shape_text[shape], s->count, (double)best / 1e6, classify_memory(*c) / 1024);
	return true;
}

int
main(void)
{
	static const uint32_t size[] = { 10, 64, 65, 100, 1000, 10000, 65536 };
	for (enum ruleset_shape shape = 0; shape < RULESET_SHAPES; shape++) {
		for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
			struct classifier *c;
			struct ruleset s;
			ruleset_make(&s, shape, size[i], 42);
			if (!build_report(&s, shape, &c))
				return 1;
			lookup_report(&s, shape, c, false);
			lookup_report(&s, shape, c, true);
			classify_free(c);
			ruleset_free(&s);
		}
	}
	return 0;
}
