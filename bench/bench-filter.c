/* bench-filter.c: what does it cost to find the term of an N-term filter that decides about a packet, and to prepare that? The
 * plain walk over the terms is the peer. What a packet of a known flow costs is bench-filter-hit's question.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "filter/termset.h"

enum { PROBES = 4096, ROUNDS = 7, WALKED_MAX = 1000 };

/* probe: what filters look at of a packet. In the packet path that is in the nearest cache, as parse has just written it;
 * a list of whole packets would not be. */
struct probe {
	struct flow_key key;
	uint16_t unit, flags, fragment_offset, l3_length;
	uint8_t tos, ttl, tcp_flags, icmp_type, icmp_code, forwarding_class, loss_priority;
};

static struct probe
probe_of(const struct packet *p)
{
	return (struct probe){
		p->key, p->unit,      p->flags,     p->fragment_offset, p->l3_length,        p->tos,
		p->ttl, p->tcp_flags, p->icmp_type, p->icmp_code,       p->forwarding_class, p->loss_priority
	};
}

static inline void
packet_set(struct packet *p, const struct probe *b)
{
	p->key = b->key;
	p->unit = b->unit;
	p->flags = b->flags;
	p->fragment_offset = b->fragment_offset;
	p->l3_length = b->l3_length;
	p->tos = b->tos;
	p->ttl = b->ttl;
	p->tcp_flags = b->tcp_flags;
	p->icmp_type = b->icmp_type;
	p->icmp_code = b->icmp_code;
	p->forwarding_class = b->forwarding_class;
	p->loss_priority = b->loss_priority;
}

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

typedef const struct filter_term *next(const struct filter *f, const struct packet *p, uint32_t from, bool *invariant);

/* The best of several rounds: what the code costs without what else runs on the machine. */
static double
lookup_ns(const struct filter *f, next *find, const struct probe *probe, uint32_t count)
{
	double best = 0;
	const struct filter_term *volatile sink;
	struct packet p = { .unit = 0 };
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint64_t start = now_ns(CLOCK_MONOTONIC);
		double each;
		for (uint32_t i = 0; i < count; i++) {
			bool invariant = true;
			packet_set(&p, &probe[i]);
			sink = find(f, &p, 0, &invariant);
		}
		each = (double)(now_ns(CLOCK_MONOTONIC) - start) / count;
		if (round == 0 || each < best)
			best = each;
	}
	(void)sink;
	return best;
}

/* Fills `probe` with packets near the terms' borders; `late`: only such that no term in the first nine tenths matches. */
static uint32_t
probes_make(struct termset *ts, struct probe *probe, bool late, uint32_t *hits)
{
	const struct filter *f = &ts->filter;
	uint32_t count = 0;
	*hits = 0;
	for (uint32_t tries = 0; tries < PROBES * 64 && count < PROBES; tries++) {
		bool invariant;
		struct packet p = termset_packet(ts);
		const struct filter_term *t = filter_next(f, &p, 0, &invariant);
		if (late && t && (uint32_t)(t - f->term) < f->term_count / 10 * 9)
			continue;
		*hits += t != NULL;
		probe[count++] = probe_of(&p);
	}
	return count;
}

static void
lookup_report(struct termset *ts, const char *shape, bool late)
{
	static struct probe probe[PROBES];
	const struct filter *f = &ts->filter;
	uint32_t hits, count = probes_make(ts, probe, late, &hits);
	uint32_t walked = f->term_count > WALKED_MAX ? count / 16 : count;
	double found, walk;
	if (walked == 0)
		return;
	found = lookup_ns(f, filter_next, probe, count);
	walk = lookup_ns(f, filter_next_walked, probe, walked);
	printf("{\"bench\":\"filter\",\"metric\":\"%s_%s_%" PRIu32 "\",\"value\":%.1f,\"unit\":\"ns\","
	       "\"peer\":\"linear walk\",\"peer_value\":%.1f,\"ratio\":%.2f,\"conditions\":"
	       "\"%" PRIu32 " packets near term borders%s, %u%% match, one core, best of %d\"}\n",
	       late ? "lookup_late" : "lookup", shape, f->term_count, found, walk, walk / found, count,
	       late ? ", no match in the first 90% of the terms" : "", hits * 100 / count, ROUNDS);
}

static bool
build_report(struct termset *ts, const char *shape)
{
	uint64_t best = UINT64_MAX;
	for (uint32_t round = 0; round < 3; round++) {
		uint64_t start;
		filter_release(&ts->filter);
		start = now_ns(CLOCK_THREAD_CPUTIME_ID);
		if (!filter_compile(&ts->filter))
			return false;
		if (now_ns(CLOCK_THREAD_CPUTIME_ID) - start < best)
			best = now_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	}
	printf("{\"bench\":\"filter\",\"metric\":\"build_%s_%" PRIu32 "\",\"value\":%.3f,\"unit\":\"ms\",\"peer\":null,"
	       "\"peer_value\":null,\"ratio\":null,\"conditions\":\"%" PRIu64 " KiB held, CPU time, best of 3\"}\n",
	       shape, ts->filter.term_count, (double)best / 1e6, filter_memory(&ts->filter) / 1024);
	return true;
}

/* Terms that the key never rules out and the packet never meets: each has to be asked. */
static void
terms_ask_packets(struct termset *ts)
{
	for (uint32_t i = 0; i < ts->filter.term_count; i++) {
		struct filter_term *t = &ts->filter.term[i];
		*t = (struct filter_term){ .any_protocol = true, .conditions = FILTER_TTL };
		octet_set_add(&t->ttls, (uint8_t)(128 + i % 128));
	}
}

static bool
report(struct termset *ts, const char *shape)
{
	bool built = build_report(ts, shape);
	if (built) {
		lookup_report(ts, shape, false);
		lookup_report(ts, shape, true);
	}
	termset_free(ts);
	return built;
}

int
main(void)
{
	static const uint32_t size[] = { 10, 16, 17, 100, 1000, 10000 };
	struct termset ts;
	for (enum ruleset_shape shape = 0; shape < RULESET_SHAPES; shape++) {
		for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
			termset_make(&ts, shape, false, size[i], 42);
			if (!report(&ts, ruleset_shape_text[shape]))
				return 1;
		}
	}
	for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
		termset_make(&ts, RULESET_ACL, false, size[i], 42);
		terms_ask_packets(&ts);
		if (!report(&ts, "packet"))
			return 1;
	}
	return 0;
}
