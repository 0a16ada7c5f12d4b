/* memory.h: the memory harness: packets through the pipeline without I/O, timed by paired, alternating runs, instructions counted
 * by callgrind. For benchmarks, one of which is one program. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_BENCH_MEMORY_H
#define RINGWALL_BENCH_MEMORY_H

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/fixture.h"

enum {
	ROUNDS = 25,
	PACKETS = 1 << 15, /* a case and round */
	FRAME_ROOM = 2048,
	FLOWS_MAX = 1000000,
};

static uint8_t frames[PACKET_BURST][FRAME_ROOM];
/* Drivers hand out frames; the few that the pipeline makes itself go back to the fixture. */
static inline void
give(void *ctx, uint64_t frame)
{
	if (frame != UINT64_MAX)
		fixture_give(ctx, frame);
}

static inline uint64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* bench: one firewall with the flows of one case. */
struct bench {
	const char *name;
	struct fixture *f;
	uint8_t template[256];
	uint16_t length;
	uint32_t flows;
	uint32_t *order; /* of flows, shuffled */
	uint32_t next;
	bool fresh;  /* every packet is a new flow; sessions are cleared between rounds */
	bool unread; /* nobody reads the event ring: what the filters log is counted as lost */
	enum verdict expected;
	double sample[ROUNDS];
};

static inline int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* median sorts its values. */
static inline double
median(double *values, uint32_t count)
{
	qsort(values, count, sizeof values[0], ascending);
	return values[count / 2];
}

/* typical leaves the samples in their order. */
static inline double
typical(const double samples[ROUNDS])
{
	double sorted[ROUNDS];
	memcpy(sorted, samples, sizeof sorted);
	return median(sorted, ROUNDS);
}

static inline void
mend(uint8_t *ip)
{
	store16(ip + IPV4_CHECKSUM_AT, 0);
	uint16_t sum = checksum_finish(checksum_add(0, ip, IPV4_HEADER));
	memcpy(ip + IPV4_CHECKSUM_AT, &sum, 2);
}

/* Flow n: client 10.0.1.2.., source port and the low bits of the client's address. The transport checksum is left alone:
 * nobody on the way looks at it. */
static inline void
write_frame(const struct bench *b, uint8_t *frame, uint32_t flow)
{
	bool inet6 = load16(b->template + 12) == ETHERTYPE_IPV6;
	memcpy(frame, b->template, b->length);
	uint8_t *ip = frame + ETHERNET_HEADER;
	if (inet6) {
		store16(ip + 8 + 12, (uint16_t)(flow >> 15));
		store16(ip + IPV6_HEADER, (uint16_t)(1024 + (flow & 0x7fff)));
		return;
	}
	ip[14] = 1;
	ip[15] = (uint8_t)(2 + (flow >> 15));
	store16(ip + IPV4_HEADER, (uint16_t)(1024 + (flow & 0x7fff)));
	mend(ip);
}

__attribute__((noinline)) static void
measured(struct worker *w, struct packet *p, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		p[i].drop_reason = (uint8_t)packet_parse(&p[i]);
	pipeline_burst(w, p, count);
}

static inline void
drain(struct fixture *f, bool unread)
{
	for (uint32_t i = 0; i < f->worker->output_count; i++)
		f->worker->buffers.give(f, f->worker->output[i].frame);
	f->worker->output_count = 0;
	f->worker->resolve_count = 0;
	event_ring_publish(f->worker->ring, f->worker->now_ns);
	while (!unread && event_ring_peek(f->worker->ring))
		event_ring_consume(f->worker->ring);
}

/* run sends packets of the case and returns nanoseconds for each: those of the median burst, so that bursts during which
 * the machine did something else do not count. */
static inline double
run(struct bench *b, uint32_t packets)
{
	struct worker *w = b->f->worker;
	static double burst[FLOWS_MAX / PACKET_BURST + 1];
	struct packet p[PACKET_BURST];
	uint32_t bad = 0;
	for (uint32_t done = 0; done < packets; done += PACKET_BURST) {
		for (uint32_t i = 0; i < PACKET_BURST; i++) {
			uint32_t flow = b->order[b->next];
			b->next = b->next + 1 == b->flows ? 0 : b->next + 1;
			write_frame(b, frames[i] + PACKET_HEADROOM, flow);
			p[i] = (struct packet){ .data = frames[i] + PACKET_HEADROOM,
						.frame = UINT64_MAX,
						.length = b->length };
		}
		w->now_ns += 10000;
		uint64_t start = now_ns();
		measured(w, p, PACKET_BURST);
		burst[done / PACKET_BURST] = (double)(now_ns() - start);
		for (uint32_t i = 0; i < PACKET_BURST; i++)
			bad += p[i].verdict != b->expected;
		drain(b->f, b->unread);
	}
	if (bad > 0) {
		fprintf(stderr, "%s: %u of %u packets had another verdict\n", b->name, bad, packets);
		exit(1);
	}
	return median(burst, packets / PACKET_BURST) / PACKET_BURST;
}

static inline void
clear(struct bench *b)
{
	session_close_matching(b->f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	drain(b->f, b->unread);
}

static inline void
shuffle(uint32_t *order, uint32_t count, uint64_t state)
{
	for (uint32_t i = count - 1; i > 0; i--) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		uint32_t j = (uint32_t)(state % (i + 1)), other = order[j];
		order[j] = order[i];
		order[i] = other;
	}
}

/* bench_open makes a bench of a firewall that the caller has configured: `flows` flows of the shape, in random order. */
static inline struct bench *
bench_open(const char *name, struct fixture *f, uint32_t flows, enum verdict expected, struct shape shape)
{
	struct bench *b = calloc(1, sizeof *b);
	b->name = name;
	b->f = f;
	f->worker->buffers.give = give;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	fixture_neighbour(f, 2, "2001:db8:2::2");
	b->length = fixture_write(f, b->template, &shape);
	b->expected = expected;
	b->flows = flows;
	b->order = malloc(flows * sizeof *b->order);
	for (uint32_t i = 0; i < flows; i++)
		b->order[i] = i;
	shuffle(b->order, flows, 88172645463325252ull);
	return b;
}

/* The median of what each pair of runs, one right after the other, differs by. */
static inline double
median_difference(const struct bench *a, const struct bench *b)
{
	double d[ROUNDS];
	for (unsigned i = 0; i < ROUNDS; i++)
		d[i] = a->sample[i] - b->sample[i];
	return median(d, ROUNDS);
}

static inline double
median_ratio(const struct bench *a, const struct bench *b)
{
	double r[ROUNDS];
	for (unsigned i = 0; i < ROUNDS; i++)
		r[i] = a->sample[i] / b->sample[i];
	return median(r, ROUNDS);
}

/* The cases that are compared run one after the other in each round. */
static inline void
run_together(struct bench **all, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		run(all[i], PACKETS / 4);
		if (all[i]->fresh)
			clear(all[i]);
	}
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < count; i++) {
			all[i]->sample[round] = run(all[i], PACKETS);
			if (all[i]->fresh)
				clear(all[i]);
		}
}

/* Instructions of `packets` packets, counted by callgrind in a process of its own; -1 without valgrind. Debug information
 * is left out: valgrind 3.19 does not read that of clang 14. */
static inline double
instructions(const char *self, const char *name, uint32_t packets)
{
	char command[1024], line[256];
	double collected = -1;
	snprintf(command, sizeof command,
		 "strip --strip-debug -o %s.count %s && valgrind --tool=callgrind --callgrind-out-file=/dev/null "
		 "--collect-atstart=no --toggle-collect=measured %s.count --count %s %u 2>&1; rm -f %s.count",
		 self, self, self, name, packets, self);
	FILE *pipe = popen(command, "r");
	if (!pipe)
		return -1;
	while (fgets(line, sizeof line, pipe)) {
		const char *at = strstr(line, "Collected : ");
		if (at)
			collected = strtod(at + 12, NULL);
	}
	pclose(pipe);
	return collected;
}

/* pin_to_last keeps the benchmark on one processor. */
static inline void
pin_to_last(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	sched_setaffinity(0, sizeof set, &set);
}

#endif
