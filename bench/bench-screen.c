/* bench-screen.c: what screens cost: a hit in a zone with screens against one without, and the answer to a SYN of a flood.
 * SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"
#include "screen/screen.h"
#include "screen/tracker.h"

enum { SESSIONS = 1000 };

static const char conditions[] = "one core, 64-byte IPv4, bursts of 64, parse to output, median burst, median of 25 "
				 "rounds; 1000 sessions, 32768 SYNs";

static const struct shape udp = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 1024, .destination_port = 53, .payload = 22
};
static const struct shape tcp = { .source = "10.0.1.2",
				  .destination = "10.0.2.2",
				  .source_port = 1024,
				  .destination_port = 80,
				  .protocol = PROTOCOL_TCP,
				  .tcp_flags = TCP_ACK,
				  .payload = 10 };

/* What an outside zone has: most of what is asked of single packets, but for spoofing, which looks up a route. */
static const uint64_t usual = SCREEN_BIT(LAND) | SCREEN_BIT(PING_OF_DEATH) | SCREEN_BIT(SYN_FIN) |
			      SCREEN_BIT(TCP_NO_FLAG) | SCREEN_BIT(FIN_NO_ACK) | SCREEN_BIT(WINNUKE) |
			      SCREEN_BIT(SOURCE_ROUTE) | SCREEN_BIT(SYN_FRAGMENT) | SCREEN_BIT(ICMP_FRAGMENT) |
			      SCREEN_BIT(ICMP_LARGE) | SCREEN_BIT(BAD_OPTION) | SCREEN_BIT(UNKNOWN_PROTOCOL) |
			      SCREEN_BIT(TEAR_DROP);

/* open_screened makes a firewall whose zone trust has screens; none: it has no ids-option. */
static struct bench *
open_screened(const char *name, uint64_t checks, uint64_t rates, uint32_t threshold, uint32_t flows,
	      enum verdict expected, struct shape shape)
{
	struct fixture *f = fixture_new(flows + 64);
	struct screen *s = calloc(1, sizeof *s);
	struct zone *z = &f->zone[TRUST];
	*s = (struct screen){
		.extension_limit = SCREEN_LIMIT_OFF, .checks = checks, .rates = rates, .syn_timeout_s = 20
	};
	for (uint64_t left = rates; left; left &= left - 1) {
		unsigned id = (unsigned)__builtin_ctzll(left);
		s->threshold[id] = threshold;
		z->tracker[id] = tracker_create(SCREEN_SPREADS >> id & 1                    ? TRACKER_SPREAD
						: (SCREEN_LIMITS | SCREEN_QUEUES) >> id & 1 ? TRACKER_LIMIT
											    : TRACKER_RATE);
	}
	z->screen = checks | rates ? s : NULL;
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	f->snapshot.settings.tcp.no_syn_check = true;
	struct bench *b = bench_open(name, f, flows, expected, shape);
	if (expected == VERDICT_FORWARD)
		run(b, (flows + PACKET_BURST - 1) / PACKET_BURST * PACKET_BURST);
	else
		fixture_send(f, shape); /* the one in a second that the threshold lets through */
	return b;
}

static void
print_pair(const struct bench *a, const struct bench *b)
{
	printf("{\"bench\":\"screen\",\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"ns/packet\",\"peer\":\"%s\","
	       "\"peer_value\":%.1f,\"ratio\":%.3f,\"conditions\":\"%s\"}\n",
	       a->name, typical(a->sample), b->name, typical(b->sample), median_ratio(a, b), conditions);
}

int
main(void)
{
	enum { MOST = 1000000000 };
	const uint64_t udp_flood = SCREEN_BIT(UDP_FLOOD);
	const uint64_t floods = SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(SYN_FLOOD_SOURCE) |
				SCREEN_BIT(SYN_FLOOD_DESTINATION) | SCREEN_BIT(PORT_SCAN) | SCREEN_BIT(UDP_FLOOD);
	struct shape syn = tcp;
	syn.tcp_flags = TCP_SYN;
	syn.payload = 0;
	pin_to_last();
	struct bench *hits[] = {
		open_screened("udp_hit", 0, 0, 0, SESSIONS, VERDICT_FORWARD, udp),
		open_screened("udp_hit_checks", usual, 0, 0, SESSIONS, VERDICT_FORWARD, udp),
		open_screened("udp_hit_checks_and_flood", usual, udp_flood, MOST, SESSIONS, VERDICT_FORWARD, udp),
		open_screened("tcp_hit", 0, 0, 0, SESSIONS, VERDICT_FORWARD, tcp),
		open_screened("tcp_hit_checks_and_floods", usual, floods, MOST, SESSIONS, VERDICT_FORWARD, tcp),
	};
	run_together(hits, 5);
	print_pair(hits[1], hits[0]);
	print_pair(hits[2], hits[0]);
	print_pair(hits[4], hits[3]);

	struct bench *cookies[] = {
		open_screened("syn_cookie", 0, SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(SYN_COOKIE) | SCREEN_BIT(SYN_QUEUE),
			      1, PACKETS, VERDICT_DROP, syn),
		open_screened("syn_dropped", 0, SCREEN_BIT(SYN_FLOOD), 1, PACKETS, VERDICT_DROP, syn)
	};
	for (unsigned i = 0; i < 2; i++)
		cookies[i]->unread = true;
	cookies[0]->f->zone[TRUST].tracker[SCREEN_ID_SYN_COOKIE] = tracker_create(TRACKER_RATE);
	((struct screen *)cookies[0]->f->zone[TRUST].screen)->threshold[SCREEN_ID_SYN_COOKIE] = MOST;
	run_together(cookies, 2);
	print_pair(cookies[0], cookies[1]);
	return 0;
}
