/* report_nat.c: what address translation does: of one session, of rules, pools and interfaces. SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "pipeline/nat.h"

void
report_session_nat(const struct worker *w, const struct session *s, struct reply *r)
{
	const struct flow_key *reply = &s->flow[1].key;
	struct nat_session rules = nat_rules_of(w, s);

	if (rules.source_rule) {
		reply_address(r, "nat_source", reply->family, &reply->destination);
		reply_unsigned(r, "nat_source_port", ntohs(reply->destination_port));
		reply_unsigned(r, "source_nat_rule", rules.source_rule);
	}
	if (rules.destination_rule) {
		reply_address(r, "nat_destination", reply->family, &reply->source);
		reply_unsigned(r, "nat_destination_port",
			       ntohs(s->flags & SESSION_ECHO ? s->flow[0].key.destination_port : reply->source_port));
		reply_unsigned(r, "destination_nat_rule", rules.destination_rule);
	}
}

static void
report_rules(const struct engine *e, const struct nat *n, struct reply *r)
{
	reply_list_open(r, "rules");
	for (uint32_t i = 0; n && i < n->rule_count && !reply_full(r); i++) {
		uint64_t hits = 0, failures = 0;
		for (uint32_t w = 0; w < e->shared.workers; w++) {
			const struct nat_counters *c = &e->shared.loop[w].worker.nat_rules[i];
			hits += __atomic_load_n(&c->hits, __ATOMIC_RELAXED);
			failures += __atomic_load_n(&c->failures, __ATOMIC_RELAXED);
		}
		if (!(hits | failures))
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, "rule", i + 1);
		reply_unsigned(r, "hits", hits);
		reply_unsigned(r, "failures", failures);
		reply_close(r);
	}
	reply_close(r);
}

/* use: ports that all workers visited so far have given out: of pools, and of units behind them. */
struct use {
	const struct nat *nat;
	uint32_t unit_count;
	uint32_t (*ports)[NAT_PORT_KINDS]; /* [pool_count + unit_count] */
};

static void
count_use(struct loop *l, void *ctx)
{
	struct use *u = ctx;
	const struct nat *n = u->nat;
	const struct nat_ports *ports = l->worker.nat_ports;

	for (uint32_t i = 0; ports && i < n->pool_count; i++)
		for (uint32_t a = 0; a < n->pool[i].address_count; a++)
			nat_ports_count(ports, &n->pool[i].address[a], u->ports[i]);
	for (uint32_t i = 0; ports && i < u->unit_count; i++)
		for (unsigned f = 0; f < 2; f++)
			if (nat_shared(n, &n->interface[i][f]))
				nat_ports_count(ports, &n->interface[i][f], u->ports[n->pool_count + i]);
}

static void
report_use(struct reply *r, const char *list, const char *key, uint32_t (*ports)[NAT_PORT_KINDS], uint32_t count,
	   uint32_t first)
{
	reply_list_open(r, list);
	for (uint32_t i = 0; i < count && !reply_full(r); i++) {
		uint32_t all = 0, most = 0;
		for (unsigned k = 0; k < NAT_PORT_KINDS; k++) {
			all += ports[i][k];
			most = ports[i][k] > most ? ports[i][k] : most;
		}
		if (all == 0)
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, key, i + first);
		reply_unsigned(r, "ports", all);
		reply_unsigned(r, "fullest", most);
		reply_close(r);
	}
	reply_close(r);
}

void
report_nat(void *ctx, struct reply *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->plan ? e->plan->snapshot : NULL;
	const struct nat *n = s ? s->nat : NULL;
	struct use u = { .nat = n, .unit_count = n ? s->unit_count : 0 };

	u.ports = n ? calloc(n->pool_count + u.unit_count, sizeof *u.ports) : NULL;
	for (uint32_t w = 0; u.ports && w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], count_use, &u);
	reply_unsigned(r, "generation", s ? s->generation : 0);
	report_rules(e, n, r);
	report_use(r, "pools", "pool", u.ports, u.ports ? n->pool_count : 0, 1);
	report_use(r, "interfaces", "unit", u.ports ? u.ports + n->pool_count : NULL, u.ports ? u.unit_count : 0, 0);
	free(u.ports);
}
