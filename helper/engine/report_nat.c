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

/* ---- bindings -------------------------------------------------------------------------------------------------------- */

struct listing {
	struct reply *reply;
	uint32_t index, capacity; /* of this worker's bindings */
	uint32_t left;            /* entries that the page still takes */
};

static void
report_binding(const struct worker *w, const struct nat_binding *b, struct reply *r)
{
	uint64_t left_ns = b->sessions || b->expires_ns < w->now_ns ? 0 : b->expires_ns - w->now_ns;

	reply_map_open(r, NULL);
	reply_unsigned(r, "protocol", b->protocol);
	reply_address(r, "inner", b->family, &b->inner);
	reply_unsigned(r, "inner_port", ntohs(b->inner_port));
	reply_address(r, "outer", b->family, &b->outer);
	reply_unsigned(r, "outer_port", ntohs(b->outer_port));
	reply_unsigned(r, "rule", b->rule);
	reply_unsigned(r, "sessions", b->sessions);
	reply_unsigned(r, "seconds_left", left_ns / 1000000000);
	reply_close(r);
}

static void
list_bindings(struct loop *l, void *ctx)
{
	enum { PER_VISIT = 4096 };
	struct listing *q = ctx;
	struct worker *w = &l->worker;
	uint32_t stop = q->capacity - q->index > PER_VISIT ? q->index + PER_VISIT : q->capacity;

	if (!w->nat_bindings)
		stop = q->index = q->capacity;
	for (; q->index < stop && q->left; q->index++) {
		const struct nat_binding *b = nat_bindings_at(w->nat_bindings, q->index + 1);
		if (!b->used || nat_binding_expired(b, w->now_ns))
			continue;
		report_binding(w, b, q->reply);
		q->left--;
	}
}

static void
binding_capacity(struct loop *l, void *ctx)
{
	uint32_t *capacity = ctx;
	if (l->worker.nat_bindings)
		*capacity = nat_bindings_capacity(l->worker.nat_bindings);
}

/* Those of all workers, one after the other, are one list: `after` is a position in it. */
void
report_bindings(void *ctx, const struct request_bindings *request, struct reply *r)
{
	struct engine *e = ctx;
	struct listing q = { .reply = r, .left = request->limit };

	for (uint32_t w = 0; w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], binding_capacity, &q.capacity);
	uint64_t at = request->after, all = (uint64_t)q.capacity * e->shared.workers;
	reply_unsigned(r, "generation", e->plan ? e->plan->snapshot->generation : 0);
	reply_list_open(r, "bindings");
	while (at < all && q.left && !reply_full(r)) {
		uint32_t worker = (uint32_t)(at / q.capacity);
		q.index = (uint32_t)(at % q.capacity);
		worker_call(&e->shared.loop[worker], list_bindings, &q);
		at = (uint64_t)worker * q.capacity + q.index;
	}
	reply_close(r);
	reply_unsigned(r, "next", at < all ? at : 0);
}
