/* bench-filter-hit.c: what filters cost a packet of a known flow: replayed from the memo, and evaluated for each packet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"
#include "memory.h"

enum { FLOWS = 1000, LONG = 1000 };

static const char conditions[] =
    "one core, 64-byte IPv4 UDP, 1000 flows, bursts of 64, parse to output, median burst, median of 25 paired rounds";

static const struct shape udp4 = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 1024, .destination_port = 53, .payload = 22
};

/* long_filter attaches an input filter of `terms` terms, of which the last one accepts; the others ask for sources that do not
 * come. */
static struct filter_term *
long_filter(struct fixture *f, uint32_t terms)
{
	struct filter_term *term = calloc(terms, sizeof *term);
	struct address_set *set = calloc(terms, sizeof *set);
	struct address_range *range = calloc(terms, sizeof *range);
	uint16_t id = fixture_filter(f, ADDRESS_FAMILY_INET);
	fixture_term(f, id, FILTER_ACCEPT);
	struct filter_term any = f->term[id][0];
	for (uint32_t i = 0; i < terms; i++) {
		range[i].low.byte[0] = range[i].high.byte[0] = 192;
		range[i].low.byte[2] = range[i].high.byte[2] = (uint8_t)(i >> 8);
		range[i].low.byte[3] = range[i].high.byte[3] = (uint8_t)i;
		set[i] = (struct address_set){ .inet_count = 1, .inet = &range[i] };
		term[i] = any;
		term[i].term_id = i + 1;
		if (i + 1 < terms) {
			term[i].source = &set[i];
			term[i].action = FILTER_DISCARD;
		}
	}
	f->filter[id].term = term;
	f->filter[id].term_count = terms;
	f->unit[1].filter_input = id;
	return &term[terms - 1];
}

static struct bench *
open_hits(const char *name, uint32_t terms, bool log, bool live)
{
	struct fixture *f = fixture_new(FLOWS + 64);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any())->log_init = false;
	if (terms > 0) {
		struct filter_term *last = long_filter(f, terms);
		last->log = log;
		if (live) {
			last->conditions = FILTER_TTL;
			octet_set_add(&last->ttls, 64);
		}
	}
	struct bench *b = bench_open(name, f, FLOWS, VERDICT_FORWARD, udp4);
	run(b, (FLOWS + PACKET_BURST - 1) / PACKET_BURST * PACKET_BURST);
	return b;
}

static void
print_pair(const char *metric, const struct bench *a, const struct bench *b)
{
	printf("{\"bench\":\"filter-hit\",\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"ns/packet\",\"peer\":\"%s\","
	       "\"peer_value\":%.1f,\"ratio\":%.3f,\"conditions\":\"%s; difference %.1f ns\"}\n",
	       metric, typical(a->sample), b->name, typical(b->sample), median_ratio(a, b), conditions,
	       median_difference(a, b));
}

int
main(void)
{
	pin_to_last();
	struct bench *none = open_hits("no filter", 0, false, false);
	struct bench *one = open_hits("1 term", 1, false, false);
	struct bench *many = open_hits("1000 terms", LONG, false, false);
	struct bench *log = open_hits("1 term with log", 1, true, false);
	struct bench *lost = open_hits("1 term, its log over budget", 1, true, false);
	lost->unread = true;
	struct bench *live = open_hits("1 term that looks at each packet", 1, false, true);
	struct bench *all[] = { none, one, many, log, lost, live };
	run_together(all, sizeof all / sizeof all[0]);
	print_pair("hit_1_term", one, none);
	print_pair("hit_1000_terms", many, one);
	print_pair("hit_1_term_logged", log, one);
	print_pair("hit_1_term_log_held_back", lost, one);
	print_pair("hit_1_term_live", live, none);
	return 0;
}
