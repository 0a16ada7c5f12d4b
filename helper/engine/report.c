/* report.c: answers to the control socket's questions about the running dataplane. SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/trace.h"

/* How much of a worker's session table one visit looks at, so that its packets do not wait longer than for a few bursts. */
enum { SESSIONS_PER_VISIT = 4096 };

#define NO_POLICY 4294967295u

static uint64_t
read_counter(const uint64_t *c)
{
	return __atomic_load_n(c, __ATOMIC_RELAXED);
}

/* Sums one counter over all workers; `at` is its offset in struct counters. */
static uint64_t
sum(const struct engine *e, size_t at)
{
	uint64_t total = 0;
	for (uint32_t w = 0; w < e->shared.workers; w++)
		total += read_counter((const uint64_t *)((const char *)&e->shared.loop[w].worker.counters + at));
	return total;
}
#define SUM(e, field) sum(e, offsetof(struct counters, field))

static void
report_hello(void *ctx, struct hello_info *info)
{
	struct engine *e = ctx;

	*info = (struct hello_info){ .start_id = e->start_id,
				     .generation = e->plan ? e->plan->snapshot->generation : 0,
				     .hash = e->plan ? e->plan->snapshot->hash : "",
				     .workers = e->shared.workers,
				     .rings = (const char *const *)e->ring_path,
				     .version = e->options.version };
}

/* ---- status ---------------------------------------------------------------------------------------------------------- */

static void
report_worker(const struct engine *e, uint32_t index, struct reply *r)
{
	const struct loop *l = &e->shared.loop[index];
	const struct counters *c = &l->worker.counters;
	uint64_t dropped = 0;

	for (unsigned i = 0; i < DROP_REASONS; i++)
		dropped += read_counter(&c->drop[i]);
	reply_map_open(r, NULL);
	reply_unsigned(r, "index", index);
	reply_integer(r, "cpu", l->cpu);
	reply_unsigned(r, "received_packets", read_counter(&c->received_packets));
	reply_unsigned(r, "received_bytes", read_counter(&c->received_bytes));
	reply_unsigned(r, "forwarded_packets", read_counter(&c->forwarded_packets));
	reply_unsigned(r, "forwarded_bytes", read_counter(&c->forwarded_bytes));
	reply_unsigned(r, "host_packets", read_counter(&c->host_packets));
	reply_unsigned(r, "host_bytes", read_counter(&c->host_bytes));
	reply_unsigned(r, "dropped_packets", dropped);
	reply_unsigned(r, "sessions", flow_table_used(l->worker.flows));
	reply_unsigned(r, "session_capacity", flow_table_capacity(l->worker.flows));
	reply_unsigned(r, "session_limit", e->plan ? session_limit(&l->worker) : 0);
	reply_unsigned(r, "sessions_refused", read_counter(&c->drop[DROP_REASON_SESSION_TABLE_FULL]));
	reply_boolean(r, "ageing_early", __atomic_load_n(&l->worker.ageing_early, __ATOMIC_RELAXED));
	reply_close(r);
}

/* What the kernel did before a worker saw a packet, or after it let go of one. */
static void
report_port_counters(const struct device *d, struct reply *r)
{
	static const char *const steered[STEER_COUNTERS_MAX] = {
		[STEER_TO_SOCKET] = "to_socket",
		[STEER_NO_SOCKET] = "no_socket",
		[STEER_ARP] = "kernel_arp",
		[STEER_NEIGHBOUR] = "kernel_neighbor_discovery",
		[STEER_MULTICAST] = "kernel_multicast",
		[STEER_LINK_LOCAL] = "kernel_link_local",
		[STEER_OTHER] = "kernel_other",
	};
	struct xsk_statistics all = { 0 }, one;
	uint64_t steer[STEER_COUNTERS_MAX] = { 0 };

	for (uint32_t q = 0; d && q < DEVICE_QUEUES_MAX; q++) {
		if (!d->socket[q])
			continue;
		xsk_statistics(d->socket[q], &one);
		all.rx_dropped += one.rx_dropped;
		all.rx_ring_full += one.rx_ring_full;
		all.rx_fill_empty += one.rx_fill_empty;
		all.rx_invalid += one.rx_invalid;
		all.tx_invalid += one.tx_invalid;
	}
	if (d)
		attach_counters(&d->attachment, steer);
	reply_unsigned(r, "rx_dropped", all.rx_dropped);
	reply_unsigned(r, "rx_ring_full", all.rx_ring_full);
	reply_unsigned(r, "rx_fill_ring_empty", all.rx_fill_empty);
	reply_unsigned(r, "rx_invalid", all.rx_invalid);
	reply_unsigned(r, "tx_invalid", all.tx_invalid);
	for (unsigned i = 0; i < STEER_COUNTERS_MAX; i++)
		reply_unsigned(r, steered[i], steer[i]);
}

static void
report_status(void *ctx, struct reply *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->plan ? e->plan->snapshot : NULL;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	reply_text(r, "version", e->options.version);
	reply_unsigned(r, "pid", (uint64_t)getpid());
	reply_unsigned(r, "start_id", e->start_id);
	reply_unsigned(r, "uptime_s", (uint64_t)now.tv_sec - e->started_ns / 1000000000);
	reply_unsigned(r, "generation", s ? s->generation : 0);
	reply_text(r, "hash", s ? s->hash : "");
	reply_text(r, "fail_mode", (s ? s->settings.fail_open : e->options.fail_open) ? "open" : "closed");
	reply_list_open(r, "workers");
	for (uint32_t w = 0; w < e->shared.workers; w++)
		report_worker(e, w, r);
	reply_close(r);
	reply_list_open(r, "ports");
	for (uint32_t i = 0; s && i < s->port_count; i++) {
		uint16_t device = e->plan->view.device_of_port[i];
		const struct device *d = device == DEVICE_NONE ? NULL : &e->device[device];
		const struct port_state *state = &e->plan->view.port[i];
		reply_map_open(r, NULL);
		reply_unsigned(r, "id", i);
		reply_text(r, "name", s->port[i].name);
		reply_text(r, "device", s->port[i].device);
		reply_boolean(r, "up", state->up);
		reply_unsigned(r, "mtu", state->mtu);
		reply_bytes(r, "mac", state->mac, sizeof state->mac);
		reply_text(r, "xdp_mode", d ? device_mode(d) : "none");
		reply_text(r, "xdp_reason", d ? d->attachment.reason : "the device is gone");
		reply_unsigned(r, "queues", d ? d->queue_count : 0);
		report_port_counters(d, r);
		reply_close(r);
	}
	reply_close(r);
}

/* ---- counters -------------------------------------------------------------------------------------------------------- */

/* Rows of four counters of which each worker has its own. */
enum { ROW = 4 };
_Static_assert(sizeof(struct unit_counters) == ROW * sizeof(uint64_t), "a row");
_Static_assert(sizeof(struct policy_counters) == ROW * sizeof(uint64_t), "a row");
_Static_assert(sizeof(struct queue_counters) == ROW * sizeof(uint64_t), "a row");
enum rows { UNIT_ROWS, POLICY_ROWS, QUEUE_ROWS };

static const uint64_t *
row_of(const struct worker *w, enum rows rows, uint32_t row)
{
	switch (rows) {
	case UNIT_ROWS:
		return (const uint64_t *)&w->units[row];
	case POLICY_ROWS:
		return (const uint64_t *)&w->policies[row];
	default:
		return (const uint64_t *)&w->queues[row];
	}
}

static void
sum_row(const struct engine *e, enum rows rows, uint32_t row, uint64_t out[ROW])
{
	memset(out, 0, ROW * sizeof out[0]);
	for (uint32_t w = 0; w < e->shared.workers; w++) {
		const uint64_t *from = row_of(&e->shared.loop[w].worker, rows, row);
		for (unsigned i = 0; i < ROW; i++)
			out[i] += read_counter(&from[i]);
	}
}

static void
report_queues(const struct engine *e, const struct snapshot *s, struct reply *r)
{
	uint64_t row[ROW];

	reply_list_open(r, "queues");
	for (uint32_t port = 0; s && port < s->port_count; port++) {
		for (unsigned queue = 0; s->port[port].queues && queue < QUEUES; queue++) {
			sum_row(e, QUEUE_ROWS, s->port[port].queues->counter + queue, row);
			reply_map_open(r, NULL);
			reply_unsigned(r, "port", port);
			reply_unsigned(r, "queue", queue);
			reply_unsigned(r, "packets", row[0]);
			reply_unsigned(r, "bytes", row[1]);
			reply_unsigned(r, "dropped_packets", row[2]);
			reply_unsigned(r, "dropped_bytes", row[3]);
			reply_close(r);
		}
	}
	reply_close(r);
}

static void
report_events(const struct engine *e, struct reply *r)
{
	static const char *const name[] = { "written", "suppressed", "lost_budget", "lost_full" };

	reply_list_open(r, "events");
	for (unsigned type = 1; type < EVENT_TYPE_COUNT; type++) {
		uint64_t total[4] = { 0 }, any = 0;
		for (unsigned outcome = 0; outcome < 4; outcome++) {
			for (uint32_t w = 0; w < e->shared.workers; w++)
				total[outcome] +=
				    event_ring_counter(e->ring[w], (enum event_type)type, (enum event_outcome)outcome);
			any |= total[outcome];
		}
		if (!any)
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, "type", type);
		for (unsigned outcome = 0; outcome < 4; outcome++)
			reply_unsigned(r, name[outcome], total[outcome]);
		reply_close(r);
	}
	reply_close(r);
}

static void
report_screens(struct engine *e, const struct snapshot *s, struct reply *r)
{
	reply_list_open(r, "screens");
	for (uint32_t zone = 1; s && zone < s->zone_count; zone++)
		for (unsigned id = 0; id < SCREENS && !reply_full(r); id++) {
			uint64_t packets = 0;
			for (uint32_t w = 0; w < e->shared.workers; w++)
				packets +=
				    __atomic_load_n(&e->shared.loop[w].worker.screens[zone].met[id], __ATOMIC_RELAXED);
			if (!packets)
				continue;
			reply_map_open(r, NULL);
			reply_unsigned(r, "zone", zone);
			reply_unsigned(r, "screen", id);
			reply_unsigned(r, "packets", packets);
			reply_close(r);
		}
	reply_close(r);
}

static void
report_counters(void *ctx, struct reply *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->plan ? e->plan->snapshot : NULL;
	uint64_t row[ROW];

	reply_unsigned(r, "generation", s ? s->generation : 0);
	reply_unsigned(r, "received_packets", SUM(e, received_packets));
	reply_unsigned(r, "received_bytes", SUM(e, received_bytes));
	reply_unsigned(r, "forwarded_packets", SUM(e, forwarded_packets));
	reply_unsigned(r, "forwarded_bytes", SUM(e, forwarded_bytes));
	reply_unsigned(r, "host_packets", SUM(e, host_packets));
	reply_unsigned(r, "host_bytes", SUM(e, host_bytes));
	reply_unsigned(r, "sessions_opened", SUM(e, sessions_opened));
	reply_unsigned(r, "sessions_closed", SUM(e, sessions_closed));
	reply_unsigned(r, "sessions_aged_early", SUM(e, sessions_aged_early));
	reply_unsigned(r, "sessions_abandoned", SUM(e, sessions_abandoned));
	reply_unsigned(r, "icmp_errors_sent", SUM(e, icmp_errors_sent));
	reply_unsigned(r, "icmp_errors_limited", SUM(e, icmp_errors_limited));
	reply_unsigned(r, "resets_sent", SUM(e, resets_sent));
	reply_unsigned(r, "resets_limited", SUM(e, resets_limited));
	reply_unsigned(r, "handed_off", SUM(e, handed_off));
	reply_unsigned(r, "output_lost", SUM(e, output_lost));

	reply_list_open(r, "drops");
	for (unsigned reason = 1; reason < DROP_REASONS; reason++) {
		uint64_t packets = sum(e, offsetof(struct counters, drop) + reason * sizeof(uint64_t));
		if (!packets)
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, "reason", reason);
		reply_unsigned(r, "packets", packets);
		reply_close(r);
	}
	reply_close(r);
	report_events(e, r);

	reply_list_open(r, "units");
	for (uint32_t i = 1; s && i < s->unit_count; i++) {
		sum_row(e, UNIT_ROWS, i, row);
		reply_map_open(r, NULL);
		reply_unsigned(r, "id", i);
		reply_unsigned(r, "in_packets", row[0]);
		reply_unsigned(r, "in_bytes", row[1]);
		reply_unsigned(r, "out_packets", row[2]);
		reply_unsigned(r, "out_bytes", row[3]);
		reply_close(r);
	}
	reply_close(r);
	report_queues(e, s, r);
	reply_list_open(r, "policies");
	for (uint32_t i = 0; s && i < s->counter_count && !reply_full(r); i++) {
		sum_row(e, POLICY_ROWS, i, row);
		if (!(row[0] | row[1] | row[2] | row[3]))
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, "counter", i);
		reply_unsigned(r, "hits", row[0]);
		reply_unsigned(r, "packets", row[1]);
		reply_unsigned(r, "bytes", row[2]);
		reply_unsigned(r, "sessions", row[3]);
		reply_close(r);
	}
	reply_close(r);
	report_screens(e, s, r);
}

/* ---- sessions --------------------------------------------------------------------------------------------------------- */

static bool
prefix_holds(const struct request_prefix *p, uint8_t family, const struct address *a)
{
	unsigned size = family == AF_INET ? 4 : 16, whole = p->length / 8, rest = p->length % 8;

	if (p->address.length != size || p->length > 8 * size || memcmp(p->address.bytes, a->byte, whole) != 0)
		return false;
	return rest == 0 || ((p->address.bytes[whole] ^ a->byte[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

static bool
session_wanted(const struct session *s, void *ctx)
{
	const struct request_session_filter *f = ctx;
	const struct flow_key *k = &s->flow[0].key;

	if (!(s->flags & SESSION_OPENED))
		return false;
	if (!f)
		return true;
	return (!f->has_id || f->id == s->id) &&
	       (!f->has_source_prefix || prefix_holds(&f->source_prefix, k->family, &k->source)) &&
	       (!f->has_destination_prefix || prefix_holds(&f->destination_prefix, k->family, &k->destination)) &&
	       (!f->has_protocol || f->protocol == k->protocol) &&
	       (!f->has_port || f->port == ntohs(k->source_port) || f->port == ntohs(k->destination_port)) &&
	       (!f->has_policy_id || f->policy_id == s->policy_id) &&
	       (!f->has_zone || f->zone == s->zones[0].ingress || f->zone == s->zones[0].egress);
}

static void
report_session(const struct worker *w, const struct session *s, struct reply *r)
{
	const struct flow_key *k = &s->flow[0].key;
	uint64_t idle_s = w->now_ns > s->last_ns ? (w->now_ns - s->last_ns) / 1000000000 : 0;

	reply_map_open(r, NULL);
	reply_unsigned(r, "id", s->id);
	reply_unsigned(r, "worker", w->index);
	reply_unsigned(r, "policy_id", s->policy_id);
	reply_unsigned(r, "generation", s->generation);
	reply_unsigned(r, "application", s->application);
	reply_unsigned(r, "protocol", k->protocol);
	reply_text(r, "state", k->protocol == IPPROTO_TCP ? tcp_state_text[s->tcp.state] : "");
	reply_address(r, "source", k->family, &k->source);
	reply_unsigned(r, "source_port", ntohs(k->source_port));
	reply_address(r, "destination", k->family, &k->destination);
	reply_unsigned(r, "destination_port", ntohs(k->destination_port));
	reply_unsigned(r, "ingress_zone", s->zones[0].ingress);
	reply_unsigned(r, "egress_zone", s->zones[0].egress);
	reply_unsigned(r, "ingress_unit", s->flow[0].ingress_unit);
	reply_unsigned(r, "egress_unit", s->flow[0].egress_unit);
	reply_unsigned(r, "age_s", w->wall_ns > s->created_ns ? (w->wall_ns - s->created_ns) / 1000000000 : 0);
	reply_unsigned(r, "timeout_s",
		       s->timeout_s == AGE_NEVER ? AGE_NEVER
		       : s->timeout_s > idle_s   ? s->timeout_s - idle_s
						 : 0);
	reply_unsigned(r, "client_packets", s->passed[0].packets);
	reply_unsigned(r, "client_bytes", s->passed[0].bytes);
	reply_unsigned(r, "server_packets", s->passed[1].packets);
	reply_unsigned(r, "server_bytes", s->passed[1].bytes);
	report_session_nat(w, s, r);
	reply_close(r);
}

struct listing {
	const struct request_session_filter *filter;
	struct reply *reply;
	uint32_t index, end; /* in this worker's table */
	uint32_t left;       /* entries that the page still takes */
};

static void
list_sessions(struct loop *l, void *ctx)
{
	struct listing *q = ctx;
	uint32_t stop = q->end - q->index > SESSIONS_PER_VISIT ? q->index + SESSIONS_PER_VISIT : q->end;

	for (; q->index < stop && q->left; q->index++) {
		const struct session *s = flow_table_at(l->worker.flows, q->index);
		if (!s || !session_wanted(s, (void *)q->filter))
			continue;
		report_session(&l->worker, s, q->reply);
		q->left--;
	}
}

/* The tables of all workers, one after the other, are one list: `after` is a position in it. */
static void
report_sessions(void *ctx, const struct request_sessions *request, struct reply *r)
{
	struct engine *e = ctx;
	struct listing q = { .filter = request->has_filter ? &request->filter : NULL,
			     .reply = r,
			     .left = request->limit };
	uint32_t capacity = flow_table_capacity(e->shared.loop[0].worker.flows);
	uint64_t at = request->after, all = (uint64_t)capacity * e->shared.workers;

	reply_list_open(r, "sessions");
	while (at < all && q.left && !reply_full(r)) {
		uint32_t worker = (uint32_t)(at / capacity);
		q.index = (uint32_t)(at % capacity);
		q.end = capacity;
		worker_call(&e->shared.loop[worker], list_sessions, &q);
		at = (uint64_t)worker * capacity + q.index;
	}
	reply_close(r);
	reply_unsigned(r, "next", at < all ? at : 0);
}

struct clearing {
	struct request_session_filter *filter;
	uint32_t cleared;
};

static void
clear_sessions(struct loop *l, void *ctx)
{
	struct clearing *c = ctx;
	c->cleared += session_close_matching(&l->worker, CLOSE_REASON_CLEARED, session_wanted, c->filter);
}

static void
report_clear_sessions(void *ctx, const struct request_clear_sessions *request, struct reply *r)
{
	struct engine *e = ctx;
	struct request_session_filter filter = request->filter;
	struct clearing c = { .filter = request->has_filter ? &filter : NULL };

	for (uint32_t w = 0; w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], clear_sessions, &c);
	log_event(LOG_LEVEL_INFO, "clear-sessions", log_number("cleared", c.cleared));
	reply_unsigned(r, "cleared", c.cleared);
}

/* ---- neighbours and routes ------------------------------------------------------------------------------------------- */

static void
report_neighbors(void *ctx, const struct request_neighbors *request, struct reply *r)
{
	static const char *const text[] = { "unknown", "pending", "valid", "failed" };
	struct engine *e = ctx;
	uint32_t slot = request->after + 1, left = request->limit;
	uint32_t last = e->plan ? neighbour_capacity(e->neighbours) : 0;

	reply_list_open(r, "neighbors");
	for (; slot <= last && left && !reply_full(r); slot++) {
		uint8_t mac[6], family;
		struct address a;
		uint16_t unit;
		if (!neighbour_at(e->neighbours, slot, &unit, &family, &a))
			continue;
		enum neighbour_state state = neighbour_read(e->neighbours, slot, mac);
		if (state == NEIGHBOUR_UNKNOWN)
			continue;
		reply_map_open(r, NULL);
		reply_unsigned(r, "unit", unit);
		reply_address(r, "address", family, &a);
		reply_bytes(r, "mac", mac, state == NEIGHBOUR_VALID ? sizeof mac : 0);
		reply_text(r, "state", text[state]);
		reply_close(r);
		left--;
	}
	reply_close(r);
	reply_unsigned(r, "next", slot <= last ? slot - 1 : 0);
}

struct route_page {
	struct reply *reply;
	uint32_t at, after, limit;
	bool more;
};

static const char *
route_kind(const struct rib_route *route)
{
	static const char *const text[] = { "next-hop", "local", "discard", "reject", "broadcast", "next-table" };
	const struct next_hop *hop = &route->group.hop[0];

	if (route->group.count == 0)
		return "discard";
	return hop->kind == NEXT_HOP_FORWARD && hop->on_link ? "direct" : text[hop->kind];
}

static void
report_route(void *ctx, const struct rib_route *route, const enum rib_hop_state *state, bool active)
{
	static const char *const state_text[] = { "alive", "silent", "down", "unresolved" };
	static const char *const origin[RIB_ORIGINS] = { "connected", "connected", "static", "kernel" };
	struct route_page *page = ctx;
	struct reply *r = page->reply;

	if (page->at++ < page->after)
		return;
	if (page->at - page->after > page->limit || reply_full(r)) {
		page->more = true;
		return;
	}
	reply_map_open(r, NULL);
	reply_unsigned(r, "instance", route->instance);
	reply_address(r, "prefix", route->family, &route->prefix);
	reply_unsigned(r, "length", route->length);
	reply_unsigned(r, "preference", route->preference);
	reply_boolean(r, "active", active);
	reply_text(r, "kind", route_kind(route));
	if (route->group.count > 0 && route->group.hop[0].kind == NEXT_HOP_TABLE)
		reply_unsigned(r, "table", route->group.hop[0].unit);
	reply_text(r, "origin", origin[route->origin]);
	reply_list_open(r, "hops");
	for (uint16_t i = 0; i < route->group.count; i++) {
		const struct next_hop *hop = &route->group.hop[i];
		if (hop->kind == NEXT_HOP_DISCARD || hop->kind == NEXT_HOP_REJECT || hop->kind == NEXT_HOP_TABLE)
			continue;
		reply_map_open(r, NULL);
		reply_address(r, "gateway", hop->on_link || hop->kind != NEXT_HOP_FORWARD ? 0 : hop->family,
			      &hop->gateway);
		reply_unsigned(r, "unit", hop->unit);
		reply_text(r, "state", state_text[state[i]]);
		reply_close(r);
	}
	reply_close(r);
	reply_close(r);
}

static void
report_routes(void *ctx, const struct request_routes *request, struct reply *r)
{
	struct engine *e = ctx;
	struct route_page page = { .reply = r, .after = request->after, .limit = request->limit };

	reply_list_open(r, "routes");
	if (e->plan)
		rib_walk(e->plan->rib, report_route, &page);
	reply_close(r);
	reply_unsigned(r, "next", page.more ? page.after + page.limit : 0);
}

/* ---- explain ---------------------------------------------------------------------------------------------------------- */

struct explaining {
	struct packet packet;
	struct trace trace;
};

static void
explain(struct loop *l, void *ctx)
{
	struct explaining *x = ctx;
	pipeline_explain(&l->worker, &x->packet, &x->trace);
}

static uint16_t
explain_unit(const struct snapshot *s, const struct request_explain *q)
{
	if (q->unit)
		return q->unit < s->unit_count ? (uint16_t)q->unit : UNIT_NONE;
	for (uint16_t i = 1; i < s->unit_count; i++) {
		if (q->zone && s->unit[i].zone == q->zone)
			return i;
	}
	return UNIT_NONE;
}

static void
report_explain(void *ctx, const struct request_explain *q, struct reply *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->plan ? e->plan->snapshot : NULL;
	struct explaining x = { 0 };
	uint8_t bytes[EXPLAIN_BYTES];

	if (!s) {
		reply_refuse(r, "no-snapshot", "", "no configuration is in force");
		return;
	}
	uint16_t unit = explain_unit(s, q);
	if (unit == UNIT_NONE) {
		reply_refuse(r, "reference", q->unit ? "unit" : "zone", "expected an interface that is configured");
		return;
	}
	if (q->source.length != q->destination.length) {
		reply_refuse(r, "bound", "destination", "expected an address of the source's family");
		return;
	}
	bool icmp = q->protocol == IPPROTO_ICMP || q->protocol == IPPROTO_ICMPV6;
	struct flow_key key = { .protocol = (uint8_t)q->protocol,
				.family = q->source.length == 4 ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6,
				.source_port = htons((uint16_t)q->source_port),
				.destination_port = htons((uint16_t)(icmp ? q->source_port : q->destination_port)) };
	memcpy(key.source.byte, q->source.bytes, q->source.length);
	memcpy(key.destination.byte, q->destination.bytes, q->destination.length);
	if (!explain_packet(&x.packet, bytes, s, unit, &key)) {
		reply_refuse(r, "bound", "", drop_reason_text(x.packet.drop_reason));
		return;
	}
	/* The worker that owns the flow knows its session, if there is one. */
	uint32_t owner = pipeline_owner(&e->shared.loop[0].worker, &x.packet);
	worker_call(&e->shared.loop[owner], explain, &x);

	const struct packet *p = &x.packet;
	reply_text(r, "verdict", verdict_text(p->verdict));
	reply_text(r, "reason", drop_reason_text(p->drop_reason));
	reply_text(r, "action", p->rule ? action_text(p->rule->action) : "");
	reply_unsigned(r, "policy_id", p->rule ? p->rule->policy_id : NO_POLICY);
	reply_unsigned(r, "application", p->application);
	reply_unsigned(r, "ingress_unit", p->unit);
	reply_unsigned(r, "ingress_zone", p->zone);
	reply_unsigned(r, "egress_unit", p->egress_unit);
	reply_unsigned(r, "egress_zone", p->egress_zone);
	reply_list_open(r, "stages");
	for (uint32_t i = 0; i < x.trace.count; i++) {
		const struct trace_step *step = &x.trace.step[i];
		reply_map_open(r, NULL);
		reply_text(r, "stage", step->stage);
		reply_text(r, "result", step->verdict == VERDICT_NONE ? "pass" : verdict_text(step->verdict));
		reply_text(r, "detail", step->text);
		reply_close(r);
	}
	reply_close(r);
}

static void
report_shutdown(void *ctx, struct reply *r)
{
	struct engine *e = ctx;
	log_event(LOG_LEVEL_INFO, "shutdown", log_text("by", "control socket"));
	e->stop = true;
}

void
report_ops(struct control_ops *ops)
{
	*ops = (struct control_ops){ .hello = report_hello,
				     .apply = engine_apply,
				     .status = report_status,
				     .counters = report_counters,
				     .sessions = report_sessions,
				     .clear_sessions = report_clear_sessions,
				     .filters = report_filters,
				     .clear_filters = report_clear_filters,
				     .nat = report_nat,
				     .neighbors = report_neighbors,
				     .bindings = report_bindings,
				     .routes = report_routes,
				     .explain = report_explain,
				     .shutdown = report_shutdown };
}
