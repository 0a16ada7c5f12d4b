/* nat.c: where addresses are translated: destination before the route is chosen, source after policy. A session keeps the
 * translation of its first packet; later packets ask no rule. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/nat.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "flow/pages.h"
#include "nat/owners.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/stage.h"

/* As in Junos: the ports above are for protocols that need two of them. */
enum { PORT_LOW = 1024, PORT_HIGH = 63487 };
/* How many addresses of a pool are tried for a packet whose port has to stay. */
enum { TRIES = 16 };

/* ---- which rule ---- */

/* Of the sets of a stage the first whose interfaces fit decides, also by having no rule that matches. */
static const struct nat_rule *
find_rule(const struct nat *n, enum nat_stage stage, uint16_t from, uint16_t to, const struct flow_key *k)
{
	for (uint32_t i = n->first[stage]; i < n->first[stage + 1]; i++) {
		const struct nat_set *s = &n->set[i];
		if (stage != NAT_STATIC_SOURCE && !nat_has_unit(s->from, from))
			continue;
		if (stage >= NAT_STATIC_SOURCE && !nat_has_unit(s->to, to))
			continue;
		int32_t match = classify_match(s->classifier, k, -1, -1);
		return match < 0 ? NULL : s->rule[match];
	}
	return NULL;
}

static const struct nat_rule *
translating(const struct nat_rule *r)
{
	return r && r->action != NAT_OFF ? r : NULL;
}

static const struct nat_rule *
destination_rule(const struct nat *n, uint16_t from, const struct flow_key *k)
{
	const struct nat_rule *r = find_rule(n, NAT_STATIC_DESTINATION, from, UNIT_NONE, k);
	return r ? r : translating(find_rule(n, NAT_DESTINATION, from, UNIT_NONE, k));
}

static const struct nat_rule *
source_rule(const struct nat *n, uint16_t from, uint16_t to, const struct flow_key *k)
{
	const struct nat_rule *r = find_rule(n, NAT_STATIC_SOURCE, from, to, k);
	return r ? r : translating(find_rule(n, NAT_SOURCE, from, to, k));
}

/* ---- what it makes of a packet ---- */

static bool
has_port_fields(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP;
}

/* The echo identifier stands for a port, in both places of a key. */
static bool
has_source_port(const struct flow_key *k, bool echo)
{
	return echo || has_port_fields(k->protocol);
}

static struct address
change_prefix(const struct address *a, const struct address *to, unsigned length)
{
	struct address out = *a;
	memcpy(out.byte, to->byte, length / 8);
	if (length % 8) {
		uint8_t mask = (uint8_t)(0xff << (8 - length % 8));
		out.byte[length / 8] = (uint8_t)((to->byte[length / 8] & mask) | (a->byte[length / 8] & ~mask));
	}
	return out;
}

static uint16_t
change_port(uint16_t port, uint16_t from, uint16_t to)
{
	return from ? htons((uint16_t)(ntohs(port) - from + to)) : port;
}

/* to_destination: where a rule sends packets with this key. A client meets the same address of a pool each time. */
static void
to_destination(const struct nat_rule *r, const struct flow_key *k, struct flow_key *out)
{
	if (r->action == NAT_PREFIX) {
		out->destination = change_prefix(&k->destination, &r->inner, r->length);
		if (has_port_fields(k->protocol))
			out->destination_port = change_port(k->destination_port, r->outer_port, r->inner_port);
		return;
	}
	const struct nat_pool *pool = r->pool;
	out->destination = pool->address[nat_address_hash(&k->source) % pool->address_count];
	if (pool->port_low && has_port_fields(k->protocol))
		out->destination_port = htons(pool->port_low);
}

static void
from_prefix(const struct nat_rule *r, struct flow_key *out)
{
	out->source = change_prefix(&out->source, &r->outer, r->length);
	if (has_port_fields(out->protocol))
		out->source_port = change_port(out->source_port, r->inner_port, r->outer_port);
}

/* try: a packet, and the key that it gets if one can be had. */
struct
try {
	struct worker *w;
	struct flow_key *out;
	uint16_t to; /* egress unit */
	bool echo, given;
};

/* May replies come back to the key that would be sent, without a port of its own to tell them apart? */
static bool
is_free(const struct try *t)
{
	struct worker *w = t->w;
	struct flow_key reply = flow_key_reverse(t->out);
	unsigned direction;
	reply.instance = w->snapshot->unit[t->to].instance;
	if (flow_table_find(w->flows, &reply, flow_table_hash(w->flows, &reply), &direction))
		return false;
	uint32_t owner = w->owners ? nat_owners_find(w->owners, &reply) : NAT_OWNER_NONE;
	return owner == NAT_OWNER_NONE || owner == w->index;
}

static bool
try_address(struct try *t, const struct address *a, uint16_t low, uint16_t high)
{
	struct flow_key *out = t->out;
	if (low == 0 || !has_source_port(out, t->echo)) {
		struct address before = out->source;
		out->source = *a;
		if (is_free(t))
			return true;
		out->source = before;
		return false;
	}
	uint16_t port = t->w->nat_ports ? nat_ports_find(t->w->nat_ports, a, out->protocol, low, high) : 0;
	if (port == 0)
		return false;
	out->source = *a;
	out->source_port = htons(port);
	if (t->echo)
		out->destination_port = out->source_port;
	t->given = true;
	return true;
}

static bool
try_interface(struct try *t)
{
	const struct address *a = &t->w->snapshot->nat->interface[t->to][t->out->family == ADDRESS_FAMILY_INET6];
	if (a->half[0] == 0 && a->half[1] == 0)
		return false;
	return try_address(t, a, PORT_LOW, PORT_HIGH);
}

static unsigned
kind_of(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP ? 0 : protocol == PROTOCOL_UDP ? 1 : protocol == PROTOCOL_SCTP ? 2 : 3;
}

static bool
try_addresses(struct try *t, const struct nat_pool *pool)
{
	struct worker *w = t->w;
	struct nat_pool_state *state = &w->nat_pools[pool->id - 1];
	uint32_t count = pool->address_count;
	if (pool->persistent)
		return try_address(t, &pool->address[nat_address_hash(&t->out->source) % count], pool->port_low,
				   pool->port_high);
	bool ports = pool->port_low && has_source_port(t->out, t->echo);
	uint64_t given = w->nat_ports ? nat_ports_given(w->nat_ports) + 1 : 0;
	uint64_t *used_up = &state->used_up[kind_of(t->out->protocol)];
	/* What was used up still is while nothing was given back: a flood asks each address once. */
	if (ports && *used_up == given)
		return false;
	uint32_t tries = ports || count < TRIES ? count : TRIES;
	for (uint32_t i = 0; i < tries; i++) {
		uint32_t at = (state->next + i) % count;
		if (!try_address(t, &pool->address[at], pool->port_low, pool->port_high))
			continue;
		if (!w->trace)
			state->next = (at + 1) % count;
		return true;
	}
	*used_up = ports ? given : 0;
	return false;
}

static bool
try_pool(struct try *t, const struct nat_pool *pool)
{
	if (pool->family != t->out->family)
		return false;
	if (try_addresses(t, pool))
		return true;
	switch ((enum nat_overflow)pool->overflow) {
	case NAT_OVERFLOW_INTERFACE:
		return try_interface(t);
	case NAT_OVERFLOW_POOL:
		return try_addresses(t, pool->overflow_pool);
	case NAT_OVERFLOW_NONE:
		break;
	}
	return false;
}

static bool
from_source(struct worker *w, struct packet *p, const struct nat_rule *r)
{
	struct try t = { .w = w, .out = &p->out, .to = p->egress_unit, .echo = p->flags & PACKET_ICMP_ECHO };
	bool found = r->action == NAT_INTERFACE ? try_interface(&t) : try_pool(&t, r->pool);
	p->given_port = t.given;
	return found;
}

/* ---- does a session still have what it would get now ---- */

static bool
same_source(const struct flow_key *a, const struct flow_key *b)
{
	return nat_address_equal(&a->source, &b->source) && a->source_port == b->source_port;
}

static bool
same_destination(const struct flow_key *a, const struct flow_key *b)
{
	return nat_address_equal(&a->destination, &b->destination) && a->destination_port == b->destination_port;
}

static bool
pool_has(const struct nat_pool *pool, const struct address *a)
{
	uint32_t low = 0, high = pool->address_count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = memcmp(&pool->address[middle], a, sizeof *a);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
destination_holds(const struct nat_rule *r, const struct flow_key *in, const struct flow_key *out)
{
	struct flow_key now = *in;
	if (r)
		to_destination(r, in, &now);
	/* Any address of the pool will do: it need not be the one that the client would get now. */
	if (r && r->action == NAT_POOL && pool_has(r->pool, &out->destination))
		now.destination = out->destination;
	return same_destination(&now, out);
}

static bool
port_holds(const struct session *s, const struct flow_key *in, const struct flow_key *out, uint16_t low, uint16_t high)
{
	if (low == 0 || !has_source_port(in, s->flags & SESSION_ECHO))
		return in->source_port == out->source_port;
	uint16_t port = ntohs(out->source_port);
	return s->flags & SESSION_PORT && port >= low && port <= high;
}

static bool
pool_holds(const struct session *s, const struct nat_pool *pool, const struct flow_key *in, const struct flow_key *out)
{
	return pool_has(pool, &out->source) && port_holds(s, in, out, pool->port_low, pool->port_high);
}

static bool
interface_holds(const struct worker *w, const struct session *s, uint16_t to, const struct flow_key *in,
		const struct flow_key *out)
{
	const struct address *own = &w->snapshot->nat->interface[to][in->family == ADDRESS_FAMILY_INET6];
	return nat_address_equal(own, &out->source) && port_holds(s, in, out, PORT_LOW, PORT_HIGH);
}

static bool
source_holds(const struct worker *w, const struct session *s, const struct nat_rule *r, uint16_t to,
	     const struct flow_key *in, const struct flow_key *out)
{
	struct flow_key now = *in;
	if (!r)
		return same_source(in, out);
	switch ((enum nat_action)r->action) {
	case NAT_OFF:
		return same_source(in, out);
	case NAT_INTERFACE:
		return interface_holds(w, s, to, in, out);
	case NAT_POOL:
		if (pool_holds(s, r->pool, in, out))
			return true;
		if (r->pool->overflow == NAT_OVERFLOW_INTERFACE)
			return interface_holds(w, s, to, in, out);
		return r->pool->overflow == NAT_OVERFLOW_POOL && pool_holds(s, r->pool->overflow_pool, in, out);
	case NAT_PREFIX:
		break;
	}
	from_prefix(r, &now);
	return same_source(&now, out);
}

/* units: where the client of a session and its server are, as this packet comes and goes. */
struct units {
	uint16_t client, server;
};

static struct units
units_of(const struct packet *p, bool reply)
{
	return reply ? (struct units){ p->egress_unit, p->unit } : (struct units){ p->unit, p->egress_unit };
}

/* session_holds finds the rules that are in force for a session now, and says whether its translation is one they allow. */
static bool
session_holds(const struct worker *w, struct packet *p, const struct session *s)
{
	const struct nat *n = w->snapshot->nat;
	struct units u = units_of(p, p->direction == 1);
	struct flow_key in = s->flow[0].key, out = session_out(s, 0);
	if (!n)
		return !(s->flags & SESSION_NAT);
	p->destination_nat = destination_rule(n, u.client, &in);
	/* Only the source has an echo identifier of its own. */
	struct flow_key sent = out;
	if (s->flags & SESSION_ECHO)
		sent.destination_port = in.destination_port;
	if (!destination_holds(p->destination_nat, &in, &sent))
		return false;
	in.destination = sent.destination;
	in.destination_port = sent.destination_port;
	p->source_nat = source_rule(n, u.client, u.server, &in);
	return source_holds(w, s, p->source_nat, u.server, &in, &out);
}

/* ---- the stages ---- */

enum verdict
nat_destination(struct worker *w, struct packet *p)
{
	const struct nat *n = w->snapshot->nat;
	if (!n || p->session || p->flags & PACKET_ICMP_ERROR)
		return VERDICT_NONE;
	const struct nat_rule *r = destination_rule(n, p->unit, &p->key);
	if (!r)
		return VERDICT_NONE;
	p->destination_nat = r;
	p->out = p->key;
	to_destination(r, &p->key, &p->out);
	p->flags |= PACKET_TRANSLATED;
	return VERDICT_NONE;
}

/* A packet with the addresses of a session in which it has no part is judged for itself. There is no session that its
 * translation could be kept in, so it may go on only as it is. */
static enum verdict
astray(const struct worker *w, struct packet *p)
{
	const struct nat *n = w->snapshot->nat;
	bool alone = !(p->session->flags & (SESSION_NAT | SESSION_SPLICED));
	if (alone && n && !(p->flags & PACKET_ICMP_ERROR))
		alone = !destination_rule(n, p->unit, &p->key) && !source_rule(n, p->unit, p->egress_unit, &p->key);
	return alone ? VERDICT_NONE : packet_drop(p, DROP_REASON_NAT_NO_SESSION);
}

static enum verdict
known(struct worker *w, struct packet *p)
{
	const struct session *s = p->session;
	if (session_astray(w, p))
		return astray(w, p);
	if (p->flags & PACKET_ICMP_ERROR || s->epoch == w->epoch || session_holds(w, p, s))
		return VERDICT_NONE;
	return packet_drop(p, DROP_REASON_NAT_CHANGED);
}

enum verdict
nat_source(struct worker *w, struct packet *p)
{
	const struct nat *n = w->snapshot->nat;
	if (p->session)
		return n || p->session->flags & (SESSION_NAT | SESSION_SPLICED) ? known(w, p) : VERDICT_NONE;
	if (!n || p->flags & PACKET_ICMP_ERROR)
		return VERDICT_NONE;
	struct flow_key asked = p->key;
	asked.destination = packet_out(p)->destination;
	asked.destination_port = packet_out(p)->destination_port;
	const struct nat_rule *r = source_rule(n, p->unit, p->egress_unit, &asked);
	if (!r)
		return VERDICT_NONE;
	if (!(p->flags & PACKET_TRANSLATED))
		p->out = p->key;
	p->source_nat = r;
	p->flags |= PACKET_TRANSLATED;
	if (r->action == NAT_PREFIX) {
		from_prefix(r, &p->out);
		return VERDICT_NONE;
	}
	if (w->nat_sessions && from_source(w, p, r))
		return VERDICT_NONE;
	if (!w->trace)
		counter_add(&w->nat_rules[r->id - 1].failures, 1);
	return packet_drop(p, DROP_REASON_NAT_EXHAUSTED);
}

/* ---- what is decided ---- */

void
nat_known_error(struct packet *p, const struct session *s)
{
	if (!(s->flags & SESSION_NAT))
		return;
	struct flow_key out = session_out(s, p->direction);
	p->flags |= PACKET_TRANSLATED;
	p->out = p->key;
	p->out.destination = out.destination;
	if (!nat_address_equal(&out.source, &s->flow[p->direction].key.source))
		p->out.source = out.source;
}

void
nat_rewrite(struct packet *p)
{
	rewrite_bytes(p, &p->out);
	if (p->flags & PACKET_ICMP_ERROR)
		icmp_inner_rewrite(p, &p->session->flow[!p->direction].key);
}

/* ---- sessions ---- */

bool
nat_commit(struct worker *w, struct packet *p, struct session *s)
{
	const struct flow_key *reply = &s->flow[1].key;
	if (!(p->flags & PACKET_TRANSLATED))
		return true;
	if (!w->nat_sessions)
		return false;
	/* Replies would come to another worker: it has to be told. */
	if (w->owners && nat_owner(w, reply, true) != w->index) {
		if (!nat_owners_claim(w->owners, reply, w->index))
			return false;
		s->flags |= SESSION_CLAIM;
	}
	s->flags |= SESSION_NAT;
	if (p->given_port) {
		s->flags |= SESSION_PORT;
		nat_ports_take(w->nat_ports, &reply->destination, reply->protocol, ntohs(reply->destination_port));
	}
	if (p->source_nat)
		counter_add(&w->nat_rules[p->source_nat->id - 1].hits, 1);
	if (p->destination_nat)
		counter_add(&w->nat_rules[p->destination_nat->id - 1].hits, 1);
	return true;
}

void
nat_judged(struct worker *w, const struct packet *p, const struct session *s)
{
	if (s->flags & SESSION_NAT)
		w->nat_sessions[flow_table_index(w->flows, s)] = (struct nat_session){
			.source_rule = p->source_nat ? p->source_nat->id : 0,
			.destination_rule = p->destination_nat ? p->destination_nat->id : 0,
		};
}

void
nat_closed(struct worker *w, const struct session *s)
{
	const struct flow_key *reply = &s->flow[1].key;
	if (s->flags & SESSION_PORT)
		nat_ports_give(w->nat_ports, &reply->destination, reply->protocol, ntohs(reply->destination_port));
	if (s->flags & SESSION_CLAIM)
		nat_owners_release(w->owners, reply, w->index);
}

struct nat_session
nat_rules_of(const struct worker *w, const struct session *s)
{
	if (!(s->flags & SESSION_NAT))
		return (struct nat_session){ 0, 0 };
	return w->nat_sessions[flow_table_index(w->flows, s)];
}

/* ---- workers ---- */

uint32_t
nat_owner(const struct worker *w, const struct flow_key *k, bool ports)
{
	const struct nat *n = w->snapshot ? w->snapshot->nat : NULL;
	bool echo = k->source_port != 0 && (k->protocol == PROTOCOL_ICMP || k->protocol == PROTOCOL_ICMP6);
	if (n && ports && has_source_port(k, echo) && nat_shared(n, &k->destination))
		return ntohs(k->destination_port) % w->workers;
	uint32_t owner = w->owners && ports ? nat_owners_find(w->owners, k) : NAT_OWNER_NONE;
	return owner != NAT_OWNER_NONE ? owner : flow_key_owner_hash(k, w->owner_seed) % w->workers;
}

void
nat_prepare(struct worker *w, const struct snapshot *s)
{
	const struct nat *n = s->nat;
	if (n && !w->nat_sessions)
		w->nat_sessions = pages_map((size_t)flow_table_capacity(w->flows) * sizeof *w->nat_sessions);
	if (n && !w->nat_ports)
		w->nat_ports = nat_ports_create(w->index, w->workers, w->owner_seed);
	/* What finds no memory has no ports to give: packets are dropped as NAT_EXHAUSTED. */
	if (w->nat_ports)
		nat_ports_keep(w->nat_ports, n ? n->shared_list : NULL, n ? n->shared_count : 0);
	flow_table_fetch_both(w->flows, n);
	memset(w->nat_pools, 0, (n ? n->pool_count : 0) * sizeof *w->nat_pools);
}

void
nat_end(struct worker *w)
{
	if (w->nat_sessions)
		pages_unmap(w->nat_sessions, (size_t)flow_table_capacity(w->flows) * sizeof *w->nat_sessions);
	nat_ports_destroy(w->nat_ports);
	w->nat_sessions = NULL;
	w->nat_ports = NULL;
}
