/* route.c: where a packet goes: to an interface, to this host, or nowhere. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum { TABLES_MAX = 4 }; /* instances that next-table routes may lead through; beyond, there is no route */

static bool
is_multicast(uint8_t family, const struct address *a)
{
	return family == ADDRESS_FAMILY_INET ? (a->byte[0] & 0xf0) == 0xe0 : a->byte[0] == 0xff;
}

static bool
is_link_local(uint8_t family, const struct address *a)
{
	if (family == ADDRESS_FAMILY_INET)
		return a->byte[0] == 169 && a->byte[1] == 254;
	return a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

/* An equal-cost path whose device is down is passed over while another is up. */
static const struct next_hop *
pick(const struct worker *w, const struct next_hop_group *g, uint32_t hash)
{
	const struct next_hop *chosen = fib_select(g, hash);
	for (uint32_t i = 0; i < g->count; i++) {
		const struct next_hop *h = &g->hop[(hash + i) % g->count];
		if (h->kind != NEXT_HOP_FORWARD || w->ports[w->snapshot->unit[h->unit].port].up)
			return h;
	}
	return chosen;
}

/* The hash is that of the flow, so an ICMP error, which has another, goes with the flow only by its session's memo. */
static enum verdict
look_up(struct worker *w, struct packet *p)
{
	const struct flow_key *k = packet_out(p);
	p->table = p->route_instance;
	for (unsigned i = 0; i < TABLES_MAX; i++) {
		const struct fib *fib = w->snapshot->fib[p->table];
		const struct next_hop_group *g = fib ? fib_lookup(fib, k->family, &k->destination) : NULL;
		p->next_hop = g ? pick(w, g, p->hash) : NULL;
		if (!p->next_hop)
			break;
		if (p->next_hop->kind != NEXT_HOP_TABLE)
			return VERDICT_NONE;
		p->table = p->next_hop->unit;
	}
	return packet_drop(p, DROP_REASON_NO_ROUTE);
}

enum verdict
route_select(struct worker *w, struct packet *p)
{
	const struct flow_key *k = packet_out(p);
	if (k->family == ADDRESS_FAMILY_INET && k->destination.word[0] == 0xffffffff)
		return packet_drop(p, DROP_REASON_BROADCAST);
	/* RFC 1122 3.3.6: what was sent to many stations must not be addressed to one host. */
	if (p->flags & PACKET_L2_MULTICAST || is_multicast(k->family, &k->destination))
		return packet_drop(p, DROP_REASON_LINK_SCOPE);

	enum verdict v = look_up(w, p);
	bool local = v == VERDICT_NONE && p->next_hop->kind == NEXT_HOP_LOCAL;
	if (!local && (is_link_local(p->key.family, &p->key.source) || is_link_local(k->family, &k->destination)))
		return packet_drop(p, DROP_REASON_LINK_SCOPE);
	if (v != VERDICT_NONE)
		return v;
	switch (p->next_hop->kind) {
	case NEXT_HOP_LOCAL:
		return VERDICT_NONE;
	case NEXT_HOP_FORWARD:
		p->egress_unit = p->next_hop->unit;
		p->egress_zone = w->snapshot->unit[p->egress_unit].zone;
		if (p->egress_zone == ZONE_NONE)
			return packet_drop(p, DROP_REASON_NO_ZONE);
		/* The kernel's routes know nothing of our families. */
		if (!unit_carries(&w->snapshot->unit[p->egress_unit], k->family))
			return packet_drop(p, DROP_REASON_FAMILY_OFF);
		return VERDICT_NONE;
	case NEXT_HOP_BROADCAST:
		return packet_drop(p, DROP_REASON_BROADCAST);
	case NEXT_HOP_REJECT:
		return packet_drop(p, DROP_REASON_ROUTE_REJECT);
	}
	return packet_drop(p, DROP_REASON_ROUTE_DISCARD);
}
