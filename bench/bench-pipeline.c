/* bench-pipeline.c: what a packet costs from its bytes to its output, without I/O: time by paired, alternating runs,
 * instructions by callgrind. SPDX-License-Identifier: Apache-2.0
 *
 *   bench-pipeline                        everything, as JSON lines
 *   bench-pipeline --count CASE PACKETS   one case a few times, for callgrind
 */
#include "memory.h"
#include "snapshot/build_nat.h"

enum { SESSIONS_SMALL = 1000, SESSIONS_MIDDLE = 100000, SESSIONS_LARGE = FLOWS_MAX };

static const char conditions[] =
    "one core, 64-byte IPv4 UDP unless named, bursts of 64, parse to output, median burst, median of 25 rounds";

static struct classify_rule
other_rule(uint32_t i)
{
	struct classify_rule r = fixture_any();
	r.any_protocol = false;
	r.protocol = i % 2 ? PROTOCOL_TCP : PROTOCOL_UDP;
	r.destination_port_low = r.destination_port_high = (uint16_t)(10000 + i % 50000);
	return r;
}

/* translate gives a firewall one source rule, with a pool of addresses that has ports for all packets of a run. */
static void
translate(struct fixture *f)
{
	enum { ADDRESSES = 16 };
	static struct address address[ADDRESSES];
	static struct classify_rule match;
	static struct nat_pool pool = { .name = "source/p",
					.id = 1,
					.family = ADDRESS_FAMILY_INET,
					.port_low = 1024,
					.port_high = 65535,
					.address_count = ADDRESSES,
					.address = address };
	static struct nat_rule rule = { .name = "source/s/r", .id = 1, .action = NAT_POOL, .pool = &pool };
	static const struct nat_rule *matched = &rule;
	static const char *name = "source/s/r";
	static struct nat_set set;
	static struct nat nat;
	struct arena *arena = arena_create(); /* for as long as the program runs */
	for (uint8_t i = 0; i < ADDRESSES; i++)
		address[i] = (struct address){ .byte = { 10, 0, 2, (uint8_t)(100 + i) } };
	match = fixture_any();
	set = (struct nat_set){ .stage = NAT_SOURCE,
				.from = { 1 << 1 },
				.to = { 1 << 2 },
				.match_count = 1,
				.rule = &matched,
				.match = &match };
	nat = (struct nat){ .pool_count = 1,
			    .rule_count = 1,
			    .set_count = 1,
			    .pool = &pool,
			    .rule = &rule,
			    .rule_name = &name,
			    .set = &set };
	if (!arena || !nat_complete(&nat, f->unit, FIXTURE_UNITS, arena))
		abort();
	f->snapshot.nat = &nat;
}

/* open_bench makes a firewall whose last of `rules` policies decides; "nat" in its name: it translates sources. */
static struct bench *
open_bench(const char *name, uint32_t sessions, uint32_t flows, uint32_t rules, enum action action, struct shape shape)
{
	struct fixture *f = fixture_new(sessions);
	for (uint32_t i = 0; i + 1 < rules; i++)
		fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, other_rule(i));
	fixture_rule(f, TRUST, UNTRUST, action, fixture_any());
	if (strstr(name, "nat"))
		translate(f);
	return bench_open(name, f, flows, action == ACTION_PERMIT ? VERDICT_FORWARD : VERDICT_DROP, shape);
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
	pin_to_last();
	if (argc == 4 && strcmp(argv[1], "--count") == 0) {
		struct bench *b = open_case(argv[2]);
		run(b, (uint32_t)atoi(argv[3]));
		return 0;
	}
	struct bench *hits[] = { open_hits("hit_1k_sessions", SESSIONS_SMALL, udp4),
				 open_hits("hit_100k_sessions", SESSIONS_MIDDLE, udp4),
				 open_hits("hit_1m_sessions", SESSIONS_LARGE, udp4),
				 open_hits("hit_ipv6_1k_sessions", SESSIONS_SMALL, udp6),
				 open_hits("hit_1k_sessions_nat", SESSIONS_SMALL, udp4),
				 open_hits("hit_100k_sessions_nat", SESSIONS_MIDDLE, udp4) };
	run_together(hits, 6);
	print_value("hit_1k_sessions", typical(hits[0]->sample), "ns/packet");
	print_pair("hit_100k_sessions", hits[1], hits[0]);
	print_pair("hit_1m_sessions", hits[2], hits[0]);
	print_pair("hit_ipv6_1k_sessions", hits[3], hits[0]);
	print_pair("hit_1k_sessions_nat", hits[4], hits[0]);
	print_pair("hit_100k_sessions_nat", hits[5], hits[1]);

	struct bench *fresh[] = { open_fresh("new_10_policies", 10, ACTION_PERMIT),
				  open_fresh("new_1000_policies", 1000, ACTION_PERMIT),
				  open_fresh("new_10000_policies", 10000, ACTION_PERMIT),
				  open_fresh("denied_10_policies", 10, ACTION_DENY),
				  open_fresh("new_10_policies_nat", 10, ACTION_PERMIT) };
	run_together(fresh, 5);
	print_value("new_10_policies", typical(fresh[0]->sample), "ns/packet");
	print_pair("new_1000_policies", fresh[1], fresh[0]);
	print_pair("new_10000_policies", fresh[2], fresh[0]);
	print_value("new_10000_minus_10_policies", median_difference(fresh[2], fresh[0]), "ns/packet");
	print_value("denied_10_policies", typical(fresh[3]->sample), "ns/packet");
	print_pair("new_10_policies_nat", fresh[4], fresh[0]);
	fflush(stdout);
	count_instructions(argv[0]);
	return 0;
}
