/* nat.c: where addresses are translated: destination before the route is chosen, source after policy. A session keeps the
 * translation of its first packet; later packets ask no rule. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/nat.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "flow/pages.h"
#include "nat/bindings.h"
#include "nat/nptv6.h"
#include "nat/owners.h"
#include "nat/prefix64.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/stage.h"

/* As in Junos: the ports above are for protocols that need two of them. */
enum { PORT_LOW = 1024, PORT_HIGH = 63487 };
/* How many addresses of a pool are tried for a packet whose port has to stay. */
enum { TRIES = 16 };
/* Bindings of each worker, and how many of them one call of nat_housekeep looks at. */
enum { BINDINGS = 16384, SWEEP = 256 };

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

/* What crosses needs a source of the other family, which no static rule has. */
static const struct nat_rule *
source_rule(const struct nat *n, uint16_t from, uint16_t to, const struct flow_key *k)
{
	bool crosses = k->family == CLASSIFY_INET6_TO_INET;
	const struct nat_rule *r = crosses ? NULL : find_rule(n, NAT_STATIC_SOURCE, from, to, k);
	return r ? r : translating(find_rule(n, NAT_SOURCE, from, to, k));
}

/* sent_on: the key as source rules are asked about it: where it comes from, and where destination rules send it. */
static struct flow_key
sent_on(const struct flow_key *in, const struct flow_key *out)
{
	struct flow_key k = *in;
	k.destination = out->destination;
	k.destination_port = out->destination_port;
	k.family = out->family == in->family ? in->family : CLASSIFY_INET6_TO_INET;
	return k;
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

/* to_destination: where a rule sends packets with this key; false if it can send them nowhere. A client meets the same
 * address of a pool each time. */
static bool
to_destination(const struct nat *n, const struct nat_rule *r, const struct flow_key *k, struct flow_key *out)
{
	if (r->action == NAT_PREFIX) {
		out->destination = change_prefix(&k->destination, &r->inner, r->length);
		if (has_port_fields(k->protocol))
			out->destination_port = change_port(k->destination_port, r->outer_port, r->inner_port);
		return true;
	}
	if (r->action == NAT_NPTV6)
		return nptv6_map(&k->destination, &r->outer, &r->inner, r->length, &out->destination);
	if (r->action == NAT_64) {
		out->family = ADDRESS_FAMILY_INET;
		out->protocol = k->protocol == PROTOCOL_ICMP6 ? PROTOCOL_ICMP : k->protocol;
		/* What is behind one of our own IPv4 addresses may not be reached on the way out and back in. */
		return prefix64_extract(&k->destination, r->length, &out->destination) &&
		       !nat_shared(n, &out->destination);
	}
	const struct nat_pool *pool = r->pool;
	out->destination = pool->address[nat_address_hash(&k->source) % pool->address_count];
	if (pool->port_low && has_port_fields(k->protocol))
		out->destination_port = htons(pool->port_low);
	return true;
}

/* from_prefix: where packets with this key seem to come from; false if their address has no outer one. */
static bool
from_prefix(const struct nat_rule *r, struct flow_key *out)
{
	if (r->action == NAT_NPTV6)
		return nptv6_map(&out->source, &r->inner, &r->outer, r->length, &out->source);
	out->source = change_prefix(&out->source, &r->outer, r->length);
	if (has_port_fields(out->protocol))
		out->source_port = change_port(out->source_port, r->inner_port, r->outer_port);
	return true;
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

/* ---- bindings ---- */

/* Only transport addresses are bound: an echo identifier is nobody's address. */
static bool
can_bind(const struct worker *w, const struct packet *p)
{
	return w->nat_bindings && (p->key.protocol == PROTOCOL_TCP || p->key.protocol == PROTOCOL_UDP);
}

static void
binding_remove(struct worker *w, uint32_t index)
{
	const struct nat_binding *b = nat_bindings_at(w->nat_bindings, index);
	nat_ports_give(w->nat_ports, &b->outer, b->protocol, ntohs(b->outer_port));
	nat_bindings_remove(w->nat_bindings, index);
}

static void
binding_take(struct worker *w, struct session *s, uint32_t index, bool inward)
{
	struct nat_session *n = &w->nat_sessions[flow_table_index(w->flows, s)];
	nat_bindings_at(w->nat_bindings, index)->sessions++;
	s->flags |= SESSION_BINDING;
	n->binding = index;
	n->inward = inward;
}

static void
binding_give(struct worker *w, const struct session *s)
{
	uint32_t index = w->nat_sessions[flow_table_index(w->flows, s)].binding;
	struct nat_binding *b = nat_bindings_at(w->nat_bindings, index);
	if (--b->sessions > 0)
		return;
	const struct nat *n = w->snapshot->nat;
	uint32_t timeout_s = b->rule && n ? n->rule[b->rule - 1].persistent_timeout_s : 0;
	b->expires_ns = w->now_ns + timeout_s * 1000000000ull;
	if (timeout_s == 0)
		binding_remove(w, index);
}

/* May this packet reach the client that is bound to its destination? */
static bool
is_permitted(const struct nat_rule *r, const struct nat_binding *b, const struct flow_key *k)
{
	switch ((enum nat_persistent)r->persistent) {
	case NAT_ANY_REMOTE_HOST:
		return true;
	case NAT_TARGET_HOST:
		return nat_binding_sent(b, &k->source, 0, true);
	case NAT_TARGET_HOST_PORT:
		return nat_binding_sent(b, &k->source, k->source_port, false);
	case NAT_PERSISTENT_OFF:
		break;
	}
	return false;
}

static enum verdict
binding_use(struct worker *w, struct packet *p, const struct nat_rule *r, uint32_t index)
{
	if (nat_bindings_at(w->nat_bindings, index)->sessions >= r->persistent_sessions)
		return packet_drop(p, DROP_REASON_NAT_BINDING_SESSIONS);
	p->binding = index;
	return VERDICT_NONE;
}

/* What comes from outside for a bound address goes to its client, if the rule permits; else it is what it would be without. */
static enum verdict
inward(struct worker *w, struct packet *p)
{
	const struct nat *n = w->snapshot->nat;
	if (!can_bind(w, p) || !nat_shared(n, &p->key.destination))
		return VERDICT_NONE;
	uint32_t index = nat_bindings_outer(w->nat_bindings, &p->key, w->now_ns);
	const struct nat_binding *b = index ? nat_bindings_at(w->nat_bindings, index) : NULL;
	if (!b || b->inner_instance != b->outer_instance || !is_permitted(&n->rule[b->rule - 1], b, &p->key))
		return VERDICT_NONE;
	p->destination_nat = &n->rule[b->rule - 1];
	p->out = p->key;
	p->out.destination = b->inner;
	p->out.destination_port = b->inner_port;
	p->flags |= PACKET_TRANSLATED;
	return binding_use(w, p, p->destination_nat, index);
}

/* outward: does the client have a binding by this rule already? */
static bool
outward(struct worker *w, struct packet *p, const struct nat_rule *r, enum verdict *verdict)
{
	/* What came in by the binding of another client has a port for this session alone. */
	if (!r->persistent || p->binding || !can_bind(w, p))
		return false;
	uint32_t index = nat_bindings_inner(w->nat_bindings, &p->key, r->id, w->now_ns);
	if (index == 0)
		return false;
	const struct nat_binding *b = nat_bindings_at(w->nat_bindings, index);
	p->out.source = b->outer;
	p->out.source_port = b->outer_port;
	*verdict = binding_use(w, p, r, index);
	return true;
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
in_pool(const struct nat_pool *pool, const struct nat_binding *b)
{
	uint16_t port = ntohs(b->outer_port);
	return pool->port_low && port >= pool->port_low && port <= pool->port_high && pool_has(pool, &b->outer);
}

/* binding_allowed: could the rule give out this outer address today? That of an interface has to be one of those that are shared. */
static bool
binding_allowed(const struct nat *n, const struct nat_rule *r, const struct nat_binding *b)
{
	const struct nat_pool *pool = r->action == NAT_POOL ? r->pool : NULL;
	bool interface = !pool || pool->overflow == NAT_OVERFLOW_INTERFACE;
	return (interface && nat_shared(n, &b->outer)) || (pool && in_pool(pool, b)) ||
	       (pool && pool->overflow == NAT_OVERFLOW_POOL && in_pool(pool->overflow_pool, b));
}

static uint32_t
rule_by_name(const struct nat *n, const char *name)
{
	for (uint32_t r = 0; n && r < n->rule_count; r++)
		if (n->rule[r].persistent && strcmp(n->rule[r].name, name) == 0)
			return r + 1;
	return 0;
}

/* Bindings are kept by their rules' names; one that no rule allows any more serves the sessions that it has. */
static void
bindings_adopt(struct worker *w, const struct nat *old, const struct nat *n)
{
	uint32_t *now = old ? calloc(old->rule_count + 1, sizeof *now) : NULL; /* [old id] */
	for (uint32_t r = 0; now && r < old->rule_count; r++)
		now[r + 1] = old->rule[r].persistent ? rule_by_name(n, old->rule[r].name) : 0;
	for (uint32_t i = 1; i <= nat_bindings_capacity(w->nat_bindings); i++) {
		struct nat_binding *b = nat_bindings_at(w->nat_bindings, i);
		if (!b->used || b->rule == 0)
			continue;
		b->rule = now ? now[b->rule] : 0;
		if (b->rule && !binding_allowed(n, &n->rule[b->rule - 1], b))
			b->rule = 0;
		if (b->rule == 0 && b->sessions == 0)
			binding_remove(w, i);
	}
	free(now);
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
	return nat_address_equal(&a->destination, &b->destination) && a->destination_port == b->destination_port &&
	       a->family == b->family;
}

static bool
destination_holds(const struct nat *n, const struct nat_rule *r, const struct flow_key *in, const struct flow_key *out)
{
	struct flow_key now = *in;
	if (r && !to_destination(n, r, in, &now))
		return false;
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
	return s->flags & (SESSION_PORT | SESSION_BINDING) && port >= low && port <= high;
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
	const struct address *own = &w->snapshot->nat->interface[to][out->family == ADDRESS_FAMILY_INET6];
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
	case NAT_NPTV6:
	case NAT_64:
		break;
	}
	return from_prefix(r, &now) && same_source(&now, out);
}

/* gives_source: can the rule give what crosses a source? A binding would promise that others reach the client by it, for whom no
 * rule says behind which prefix they are. */
static bool
gives_source(const struct nat_rule *r, uint8_t family)
{
	return r && !r->persistent &&
	       (r->action == NAT_INTERFACE || (r->action == NAT_POOL && r->pool->family == family));
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

/* inward_holds: is this session one that its binding has let in, and would do so today? */
static bool
inward_holds(const struct worker *w, const struct session *s, const struct flow_key *in, const struct nat_rule **rule)
{
	const struct nat_session *own = &w->nat_sessions[flow_table_index(w->flows, s)];
	if (!(s->flags & SESSION_BINDING) || !own->inward)
		return false;
	const struct nat_binding *b = nat_bindings_at(w->nat_bindings, own->binding);
	const struct nat_rule *r = b->rule ? &w->snapshot->nat->rule[b->rule - 1] : NULL;
	if (!r || !is_permitted(r, b, in))
		return false;
	*rule = r;
	return true;
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
	if (!p->destination_nat && inward_holds(w, s, &in, &p->destination_nat))
		; /* its binding leads it on */
	else if (!destination_holds(n, p->destination_nat, &in, &sent))
		return false;
	in = sent_on(&in, &sent);
	p->source_nat = source_rule(n, u.client, u.server, &in);
	if (out.family != s->flow[0].key.family && !gives_source(p->source_nat, out.family))
		return false;
	return source_holds(w, s, p->source_nat, u.server, &in, &out);
}

/* ---- the stages ---- */

/* impossible: a rule that matches cannot translate this packet, and untranslated it may not go on. */
static enum verdict
impossible(struct worker *w, struct packet *p, const struct nat_rule *r, uint8_t reason)
{
	if (!w->trace)
		counter_add(&w->nat_rules[r->id - 1].failures, 1);
	return packet_drop(p, reason);
}

enum verdict
nat_destination(struct worker *w, struct packet *p)
{
	const struct nat *n = w->snapshot->nat;
	if (!n || p->session || p->flags & PACKET_ICMP_ERROR)
		return VERDICT_NONE;
	const struct nat_rule *r = destination_rule(n, p->unit, &p->key);
	if (!r)
		return n->persistent ? inward(w, p) : VERDICT_NONE;
	p->destination_nat = r;
	p->out = p->key;
	if (!to_destination(n, r, &p->key, &p->out))
		return impossible(w, p, r, DROP_REASON_NAT_UNMAPPABLE);
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
	struct flow_key asked = sent_on(&p->key, packet_out(p));
	const struct nat_rule *r = source_rule(n, p->unit, p->egress_unit, &asked);
	if (packet_crosses(p) && !gives_source(r, p->out.family))
		return impossible(w, p, r ? r : p->destination_nat, DROP_REASON_NAT64_NO_SOURCE);
	if (!r)
		return VERDICT_NONE;
	if (!(p->flags & PACKET_TRANSLATED))
		p->out = p->key;
	p->source_nat = r;
	p->flags |= PACKET_TRANSLATED;
	if (r->action == NAT_PREFIX || r->action == NAT_NPTV6)
		return from_prefix(r, &p->out) ? VERDICT_NONE : impossible(w, p, r, DROP_REASON_NAT_UNMAPPABLE);
	enum verdict verdict = VERDICT_NONE;
	if (outward(w, p, r, &verdict) || (w->nat_sessions && from_source(w, p, r)))
		return verdict;
	return impossible(w, p, r, DROP_REASON_NAT_EXHAUSTED);
}

/* ---- what is decided ---- */

/* A router on an IPv4 path is behind the prefix of its NAT64 session, as the server is; one on an IPv6 path has no IPv4 address. */
static void
error_crosses(const struct worker *w, struct packet *p, const struct session *s, const struct flow_key *out)
{
	const struct nat_session *own = &w->nat_sessions[flow_table_index(w->flows, s)];
	p->out = *out;
	p->out.source_port = p->out.destination_port = 0;
	p->out.protocol = out->family == ADDRESS_FAMILY_INET ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
	if (out->family == ADDRESS_FAMILY_INET6)
		prefix64_embed(&out->source, own->prefix64, &p->key.source, &p->out.source);
}

void
nat_known_error(const struct worker *w, struct packet *p, const struct session *s)
{
	if (!(s->flags & SESSION_NAT))
		return;
	struct flow_key out = session_out(s, p->direction);
	p->flags |= PACKET_TRANSLATED;
	if (out.family != p->key.family) {
		error_crosses(w, p, s, &out);
		return;
	}
	p->out = p->key;
	p->out.destination = out.destination;
	if (!nat_address_equal(&out.source, &s->flow[p->direction].key.source))
		p->out.source = out.source;
}

void
nat_rewrite(struct worker *w, struct packet *p)
{
	const struct flow_key *quoted = p->flags & PACKET_ICMP_ERROR ? &p->session->flow[!p->direction].key : NULL;
	/* RFC 7739 5.3: identifications that count up for each flow, from where nobody outside can guess. */
	if (packet_crosses(p)) {
		translate_bytes(p, quoted, (uint16_t)(p->hash + w->identification++));
		return;
	}
	rewrite_bytes(p, &p->out);
	if (quoted)
		icmp_inner_rewrite(p, quoted);
}

/* ---- sessions ---- */

/* Replies that would come to another worker: it has to be told. */
static bool
claim(struct worker *w, const struct packet *p, struct session *s)
{
	const struct flow_key *reply = &s->flow[1].key;
	if (!w->owners || nat_owner(w, reply, true, p->egress_unit) == w->index)
		return true;
	if (!nat_owners_claim(w->owners, reply, w->index))
		return false;
	s->flags |= SESSION_CLAIM;
	return true;
}

/* The port of a new binding is the binding's: it stays when its first session is over. */
static bool
bind_session(struct worker *w, struct packet *p, struct session *s)
{
	const struct nat_rule *r = p->source_nat;
	uint32_t index = p->binding;
	bool binds = index == 0 && p->given_port && r && r->persistent && can_bind(w, p);
	if (binds) {
		index = nat_bindings_add(w->nat_bindings, &p->key, packet_out(p), r->id);
		if (index == 0)
			return false;
		nat_bindings_at(w->nat_bindings, index)->outer_instance = s->flow[1].key.instance;
		p->given_port = false;
		nat_ports_take(w->nat_ports, &p->out.source, p->out.protocol, ntohs(p->out.source_port));
	}
	if (index == 0)
		return true;
	bool in = p->destination_nat && p->destination_nat->persistent;
	binding_take(w, s, index, in);
	if (!in)
		nat_binding_note(nat_bindings_at(w->nat_bindings, index), &p->out.destination, p->out.destination_port);
	return true;
}

bool
nat_commit(struct worker *w, struct packet *p, struct session *s)
{
	const struct flow_key *reply = &s->flow[1].key;
	bool persistent = w->snapshot->nat && w->snapshot->nat->persistent;
	if (!(p->flags & PACKET_TRANSLATED) && !persistent)
		return true;
	p->drop_reason = DROP_REASON_NAT_EXHAUSTED;
	if (!w->nat_sessions || !claim(w, p, s))
		return false;
	if (!(p->flags & PACKET_TRANSLATED)) {
		p->drop_reason = DROP_REASON_NONE;
		return true;
	}
	if (persistent && !bind_session(w, p, s)) {
		if (s->flags & SESSION_CLAIM)
			nat_owners_release(w->owners, reply, w->index);
		p->drop_reason = DROP_REASON_NAT_BINDING_FULL;
		return false;
	}
	p->drop_reason = DROP_REASON_NONE;
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
	if (!(s->flags & SESSION_NAT))
		return;
	struct nat_session *n = &w->nat_sessions[flow_table_index(w->flows, s)];
	n->source_rule = p->source_nat ? p->source_nat->id : 0;
	n->destination_rule = p->destination_nat ? p->destination_nat->id : 0;
	n->prefix64 = p->destination_nat && p->destination_nat->action == NAT_64 ? p->destination_nat->length : 0;
}

void
nat_closed(struct worker *w, const struct session *s)
{
	const struct flow_key *reply = &s->flow[1].key;
	if (s->flags & SESSION_BINDING)
		binding_give(w, s);
	if (s->flags & SESSION_PORT)
		nat_ports_give(w->nat_ports, &reply->destination, reply->protocol, ntohs(reply->destination_port));
	if (s->flags & SESSION_CLAIM)
		nat_owners_release(w->owners, reply, w->index);
}

struct nat_session
nat_rules_of(const struct worker *w, const struct session *s)
{
	if (!(s->flags & SESSION_NAT))
		return (struct nat_session){ 0 };
	return w->nat_sessions[flow_table_index(w->flows, s)];
}

/* ---- workers ---- */

uint32_t
nat_owner(const struct worker *w, const struct flow_key *k, bool ports, uint16_t unit)
{
	const struct nat *n = w->snapshot ? w->snapshot->nat : NULL;
	bool echo = k->source_port != 0 && (k->protocol == PROTOCOL_ICMP || k->protocol == PROTOCOL_ICMP6);
	if (n && ports && has_source_port(k, echo) && nat_shared(n, &k->destination))
		return ntohs(k->destination_port) % w->workers;
	uint32_t owner = w->owners && ports ? nat_owners_find(w->owners, k) : NAT_OWNER_NONE;
	if (owner != NAT_OWNER_NONE)
		return owner;
	if (n && n->persistent && nat_has_unit(n->persistent_from, unit))
		return flow_key_source_hash(k, w->owner_seed) % w->workers;
	return flow_key_owner_hash(k, w->owner_seed) % w->workers;
}

/* Can ports say that packets to this destination are another worker's than their addresses do? */
static bool
ports_decide(const struct worker *w, const struct address *destination)
{
	const struct nat *n = w->snapshot->nat;
	return (n && nat_shared(n, destination)) || (w->owners && nat_owners_any(w->owners));
}

uint32_t
nat_part_owner(struct worker *w, const struct packet *p, uint16_t unit)
{
	uint32_t known = nat_fragments_find(w->nat_fragments, p, w->now_ns);
	bool decide = ports_decide(w, &p->key.destination);
	if (!(p->flags & PACKET_FRAGMENT_FIRST))
		return known == NAT_FRAGMENTS_NONE && !decide ? w->index : known;
	uint32_t owner = nat_owner(w, &p->key, true, unit);
	if (decide || known != NAT_FRAGMENTS_NONE)
		nat_fragments_note(w->nat_fragments, p, owner, w->now_ns);
	return owner;
}

void
nat_housekeep(struct worker *w)
{
	uint32_t count = w->nat_bindings ? SWEEP : 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = w->nat_swept++ % nat_bindings_capacity(w->nat_bindings) + 1;
		const struct nat_binding *b = nat_bindings_at(w->nat_bindings, index);
		if (b->used && nat_binding_expired(b, w->now_ns))
			binding_remove(w, index);
	}
}

void
nat_prepare(struct worker *w, const struct snapshot *s)
{
	const struct nat *n = s->nat;
	if (n && !w->nat_sessions)
		w->nat_sessions = pages_map((size_t)flow_table_capacity(w->flows) * sizeof *w->nat_sessions);
	if (n && !w->nat_ports)
		w->nat_ports = nat_ports_create(w->index, w->workers, w->owner_seed);
	if (n && !w->nat_fragments && w->workers > 1)
		w->nat_fragments = nat_fragments_create(w->owner_seed);
	if (n && n->persistent && !w->nat_bindings)
		w->nat_bindings = nat_bindings_create(BINDINGS, w->owner_seed);
	if (w->nat_bindings)
		bindings_adopt(w, w->snapshot ? w->snapshot->nat : NULL, n);
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
	nat_bindings_destroy(w->nat_bindings);
	nat_fragments_destroy(w->nat_fragments);
	w->nat_fragments = NULL;
	w->nat_bindings = NULL;
	w->nat_sessions = NULL;
	w->nat_ports = NULL;
}
