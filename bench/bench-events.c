/* bench-events.c: what an event of a denied packet costs: held back by the limiter, and written; and what the memo of denied flows
 * saves. SPDX-License-Identifier: Apache-2.0 */
#include "event/limit.h"
#include "memory.h"

enum { FLOWS = 1000, RULES = 60 /* before the one that denies, where the walk is what counts */ };

static const char conditions[] = "one core, 64-byte IPv4 UDP, bursts of 64, median burst, median of 25 paired rounds";

static const struct shape udp4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 1024, .destination_port = 53, .payload = 22
};

static struct bench *
open_denies(const char *name, uint32_t flows, unsigned rules, bool log, struct event_limit *limits, bool memo_off)
{
	struct fixture *f = fixture_new(FLOWS);
	for (unsigned i = 0; i < rules; i++) {
		struct classify_rule other = fixture_any();
		other.any_protocol = false;
		other.protocol = PROTOCOL_UDP;
		other.destination_port_low = other.destination_port_high = (uint16_t)(1000 + i);
		fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, other);
	}
	fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, fixture_any())->log_init = log;
	f->snapshot.policy_limit = limits;
	struct bench *b = bench_open(name, f, flows, VERDICT_DROP, udp4);
	f->worker->memo_off = memo_off;
	return b;
}

static void
print_pair(const char *metric, const struct bench *a, const struct bench *b)
{
	printf("{\"bench\":\"events\",\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"ns/event\",\"peer\":\"%s\","
	       "\"peer_value\":%.1f,\"ratio\":%.3f,\"conditions\":\"%s; packet of %s\"}\n",
	       metric, median_difference(a, b), b->name, typical(b->sample), median_ratio(a, b), conditions, a->name);
}

int
main(void)
{
	static struct event_limit tight[FIXTURE_RULES + 1];
	for (unsigned i = 0; i < FIXTURE_RULES + 1; i++)
		gcra_init(&tight[i].rate, 1, 1);
	pin_to_last();
	struct bench *silent = open_denies("denied, not logged", FLOWS, 0, false, NULL, false);
	struct bench *held = open_denies("denied, held back", FLOWS, 0, true, tight, false);
	struct bench *written = open_denies("denied, written", FLOWS, 0, true, NULL, false);
	struct bench *memo = open_denies("flood on one key, 61 rules", 1, RULES, false, NULL, false);
	struct bench *walk = open_denies("flood on one key, 61 rules, without memo", 1, RULES, false, NULL, true);
	struct bench *all[] = { silent, held, written, memo, walk };
	run_together(all, sizeof all / sizeof all[0]);
	print_pair("suppressed", held, silent);
	print_pair("written", written, silent);
	print_pair("deny_memo", memo, walk);
	return 0;
}
