/* bench-pipeline.c: what a packet costs from its bytes to its output, without I/O: time by paired, alternating runs,
 * instructions by callgrind. SPDX-License-Identifier: Apache-2.0
 *
 *   bench-pipeline                        everything, as JSON lines
 *   bench-pipeline --count CASE PACKETS   one case a few times, for callgrind
 */
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/fixture.h"

enum {
	ROUNDS = 25,
	PACKETS = 1 << 15, /* a case and round */
	FRAME_ROOM = 2048,
	SESSIONS_SMALL = 1000,
	SESSIONS_MIDDLE = 100000,
	SESSIONS_LARGE = 1000000,
};

static uint8_t frames[PACKET_BURST][FRAME_ROOM];
static const char conditions[] =
    "one core, 64-byte IPv4 UDP unless named, bursts of 64, parse to output, median burst, median of 25 rounds";

/* Drivers hand out frames; the few that the pipeline makes itself go back to the fixture. */
static void
give(void *ctx, uint64_t frame)
{
	if (frame != UINT64_MAX)
		fixture_give(ctx, frame);
}

static uint64_t
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
	bool fresh; /* every packet is a new flow; sessions are cleared between rounds */
	enum verdict expected;
	double sample[ROUNDS];
};

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* median sorts its values. */
static double
median(double *values, uint32_t count)
{
	qsort(values, count, sizeof values[0], ascending);
	return values[count / 2];
}

/* typical leaves the samples in their order. */
static double
typical(const double samples[ROUNDS])
{
	double sorted[ROUNDS];
	memcpy(sorted, samples, sizeof sorted);
	return median(sorted, ROUNDS);
}

static void
mend(uint8_t *ip)
{
	store16(ip + IPV4_CHECKSUM_AT, 0);
	uint16_t sum = checksum_finish(checksum_add(0, ip, IPV4_HEADER));
	memcpy(ip + IPV4_CHECKSUM_AT, &sum, 2);
}

/* Flow n: client 10.0.1.2.., source port and the low bits of the client's address. The transport checksum is left alone:
 * nobody on the way looks at it. */
static void
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

__attribute__((noinline)) void
measured(struct worker *w, struct packet *p, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		p[i].drop_reason = (uint8_t)packet_parse(&p[i]);
	pipeline_burst(w, p, count);
}

static void
drain(struct fixture *f)
{
	f->worker->output_count = 0;
	f->worker->resolve_count = 0;
	event_ring_publish(f->worker->ring, f->worker->now_ns);
	while (event_ring_peek(f->worker->ring))
		event_ring_consume(f->worker->ring);
}

/* run sends packets of the case and returns nanoseconds for each: those of the median burst, so that bursts during which
 * the machine did something else do not count. */
static double
run(struct bench *b, uint32_t packets)
{
	struct worker *w = b->f->worker;
	static double burst[SESSIONS_LARGE / PACKET_BURST + 1];
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
		drain(b->f);
	}
	if (bad > 0) {
		fprintf(stderr, "%s: %u of %u packets had another verdict\n", b->name, bad, packets);
		exit(1);
	}
	return median(burst, packets / PACKET_BURST) / PACKET_BURST;
}

static void
clear(struct bench *b)
{
	session_close_matching(b->f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	drain(b->f);
}

static struct classify_rule
other_rule(uint32_t i)
{
	struct classify_rule r = fixture_any();
	r.any_protocol = false;
	r.protocol = i % 2 ? PROTOCOL_TCP : PROTOCOL_UDP;
	r.destination_port_low = r.destination_port_high = (uint16_t)(10000 + i % 50000);
	return r;
}

static void
shuffle(uint32_t *order, uint32_t count, uint64_t state)
{
	for (uint32_t i = count - 1; i > 0; i--) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		uint32_t j = (uint32_t)(state % (i + 1)), other = order[j];
		order[j] = order[i];
		order[i] = other;
	}
}

/* open_bench makes a firewall whose last of `rules` policies decides. */
static struct bench *
open_bench(const char *name, uint32_t sessions, uint32_t flows, uint32_t rules, enum action action, struct shape shape)
{
	struct bench *b = calloc(1, sizeof *b);
	b->name = name;
	b->f = fixture_new(sessions);
	b->f->worker->buffers.give = give;
	for (uint32_t i = 0; i + 1 < rules; i++)
		fixture_rule(b->f, TRUST, UNTRUST, ACTION_DENY, other_rule(i));
	fixture_rule(b->f, TRUST, UNTRUST, action, fixture_any());
	fixture_commit(b->f);
	fixture_neighbour(b->f, 2, "10.0.2.2");
	fixture_neighbour(b->f, 2, "2001:db8:2::2");
	b->length = fixture_write(b->f, b->template, &shape);
	b->expected = action == ACTION_PERMIT ? VERDICT_FORWARD : VERDICT_DROP;
	b->flows = flows;
	b->order = malloc(flows * sizeof *b->order);
	for (uint32_t i = 0; i < flows; i++)
		b->order[i] = i;
	shuffle(b->order, flows, 88172645463325252ull);
	return b;
}

static const struct shape udp4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 1024, .destination_port = 53, .payload = 22
};
static const struct shape udp6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 1024,
				   .destination_port = 53,
				   .payload = 2 };

static struct bench *
open_hits(const char *name, uint32_t sessions, struct shape shape)
{
	struct bench *b = open_bench(name, sessions + 64, sessions, 10, ACTION_PERMIT, shape);
	run(b, (sessions + PACKET_BURST - 1) / PACKET_BURST * PACKET_BURST);
	/* Sessions lie in memory as they were opened; packets come in another order. */
	shuffle(b->order, sessions, 2463534242ull);
	b->next = 0;
	return b;
}

static struct bench *
open_fresh(const char *name, uint32_t rules, enum action action)
{
	struct bench *b = open_bench(name, PACKETS + 64, PACKETS, rules, action, udp4);
	b->fresh = action == ACTION_PERMIT;
	return b;
}

/* The median of what each pair of runs, one right after the other, differs by. */
static double
median_difference(const struct bench *a, const struct bench *b)
{
	double d[ROUNDS];
	for (unsigned i = 0; i < ROUNDS; i++)
		d[i] = a->sample[i] - b->sample[i];
	return median(d, ROUNDS);
}

static double
median_ratio(const struct bench *a, const struct bench *b)
{
	double r[ROUNDS];
	for (unsigned i = 0; i < ROUNDS; i++)
		r[i] = a->sample[i] / b->sample[i];
	return median(r, ROUNDS);
}

static void
print_value(const char *metric, double value, const char *unit)
{
	printf("{\"bench\":\"pipeline\",\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"%s\",\"peer\":null,"
	       "\"peer_value\":null,\"ratio\":null,\"conditions\":\"%s\"}\n",
	       metric, value, unit, conditions);
}

static void
print_pair(const char *metric, const struct bench *a, const struct bench *b)
{
	printf("{\"bench\":\"pipeline\",\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"ns/packet\",\"peer\":\"%s\","
	       "\"peer_value\":%.1f,\"ratio\":%.3f,\"conditions\":\"%s\"}\n",
	       metric, typical(a->sample), b->name, typical(b->sample), median_ratio(a, b), conditions);
}

/* The cases that are compared run one after the other in each round. */
static void
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
static double
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

static struct bench *
open_case(const char *name)
{
	if (strcmp(name, "hit") == 0)
		return open_hits(name, SESSIONS_SMALL, udp4);
	if (strcmp(name, "hit6") == 0)
		return open_hits(name, SESSIONS_SMALL, udp6);
	if (strcmp(name, "new") == 0)
		return open_fresh(name, 10, ACTION_PERMIT);
	if (strcmp(name, "denied") == 0)
		return open_fresh(name, 10, ACTION_DENY);
	return NULL;
}

/* What is counted begins behind the set-up: the difference of two runs that differ in packets only. */
static void
count_instructions(const char *self)
{
	static const char *const names[] = { "hit", "hit6", "new", "denied" };
	enum { FEW = 640, MANY = 6400 };
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		char metric[64];
		double few = instructions(self, names[i], FEW), many = instructions(self, names[i], MANY);
		if (few < 0 || many <= few) {
			fprintf(stderr, "instructions of %s: valgrind gave none\n", names[i]);
			continue;
		}
		snprintf(metric, sizeof metric, "instructions_%s", names[i]);
		print_value(metric, (many - few) / (MANY - FEW), "instructions/packet");
	}
}

int
main(int argc, char **argv)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	sched_setaffinity(0, sizeof set, &set);

	if (argc == 4 && strcmp(argv[1], "--count") == 0) {
		struct bench *b = open_case(argv[2]);
		run(b, (uint32_t)atoi(argv[3]));
		return 0;
	}
	struct bench *hits[] = { open_hits("hit_1k_sessions", SESSIONS_SMALL, udp4),
				 open_hits("hit_100k_sessions", SESSIONS_MIDDLE, udp4),
				 open_hits("hit_1m_sessions", SESSIONS_LARGE, udp4),
				 open_hits("hit_ipv6_1k_sessions", SESSIONS_SMALL, udp6) };
	run_together(hits, 4);
	print_value("hit_1k_sessions", typical(hits[0]->sample), "ns/packet");
	print_pair("hit_100k_sessions", hits[1], hits[0]);
	print_pair("hit_1m_sessions", hits[2], hits[0]);
	print_pair("hit_ipv6_1k_sessions", hits[3], hits[0]);

	struct bench *fresh[] = { open_fresh("new_10_policies", 10, ACTION_PERMIT),
				  open_fresh("new_1000_policies", 1000, ACTION_PERMIT),
				  open_fresh("new_10000_policies", 10000, ACTION_PERMIT),
				  open_fresh("denied_10_policies", 10, ACTION_DENY) };
	run_together(fresh, 4);
	print_value("new_10_policies", typical(fresh[0]->sample), "ns/packet");
	print_pair("new_1000_policies", fresh[1], fresh[0]);
	print_pair("new_10000_policies", fresh[2], fresh[0]);
	print_value("new_10000_minus_10_policies", median_difference(fresh[2], fresh[0]), "ns/packet");
	print_value("denied_10_policies", typical(fresh[3]->sample), "ns/packet");
	fflush(stdout);
	count_instructions(argv[0]);
	return 0;
}
