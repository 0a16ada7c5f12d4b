/* answer.c: what the sender of a dropped packet is told: ICMP errors and TCP resets, rate limited.
 * SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"
#include "packet/bytes.h"
#include "packet/chain.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "packet/translate.h"
#include "pipeline/stage.h"

enum {
	UNREACHABLE_HOST = 1, /* codes of ICMP_UNREACHABLE */
	UNREACHABLE_PROTOCOL = 2,
	UNREACHABLE_PORT = 3,
	UNREACHABLE_SOURCE_ROUTE = 5,
	UNREACHABLE6_NO_ROUTE = 0, /* codes of ICMP6_UNREACHABLE */
	UNREACHABLE6_ADDRESS = 3,
	UNREACHABLE6_PORT = 4,
};
enum { ANSWER_CLASS = 0 }; /* best-effort */

static bool
wants_reset(const struct worker *w, const struct packet *p)
{
	if (p->drop_reason == DROP_REASON_TCP_NO_SESSION)
		return w->snapshot->zone[p->zone].tcp_rst;
	if (p->key.protocol != PROTOCOL_TCP)
		return false;
	return p->deny_reason == DENY_REASON_REJECT ||
	       (p->drop_reason == DROP_REASON_FILTER_REJECT && p->reject_code == FILTER_TCP_RESET);
}

/* too_big: the MTU of the way on, as the sender has to see it. */
static uint32_t
too_big(const struct worker *w, const struct packet *p)
{
	int mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family) - p->resized;
	bool inet6 = packet_crosses(p) && p->key.family == ADDRESS_FAMILY_INET6;
	return (uint32_t)(inet6 && mtu < TRANSLATE_INET6_MINIMUM ? TRANSLATE_INET6_MINIMUM : mtu);
}

/* segments_left_at: where in the packet a routing header says that there is a way to go; 0: none does. */
static uint32_t
segments_left_at(const struct packet *p)
{
	enum { SEGMENTS_LEFT_AT = 3 };
	struct extension_chain c;
	extension_chain_walk(p->data, p->l3 + IPV6_HEADER, p->l4, p->data[p->l3 + 6], &c);
	return c.routed ? c.routed_at - p->l3 + SEGMENTS_LEFT_AT : 0;
}

static bool
wants_error(const struct worker *w, const struct packet *p, struct icmp_error *e)
{
	bool inet = p->key.family == ADDRESS_FAMILY_INET;
	if (p->deny_reason == DENY_REASON_REJECT) {
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, UNREACHABLE_PORT, 0 }
			  : (struct icmp_error){ ICMP6_UNREACHABLE, UNREACHABLE6_PORT, 0 };
		return true;
	}
	switch (p->drop_reason) {
	case DROP_REASON_FILTER_REJECT:
		*e = (struct icmp_error){ inet ? ICMP_UNREACHABLE : ICMP6_UNREACHABLE, (uint8_t)p->reject_code, 0 };
		return p->reject_code != FILTER_TCP_RESET;
	case DROP_REASON_ROUTE_REJECT:
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, UNREACHABLE_HOST, 0 }
			  : (struct icmp_error){ ICMP6_UNREACHABLE, UNREACHABLE6_NO_ROUTE, 0 };
		return true;
	case DROP_REASON_NAT_UNMAPPABLE:
	case DROP_REASON_NAT64_NO_SOURCE:
	case DROP_REASON_NEIGHBOUR_UNRESOLVED:
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, UNREACHABLE_HOST, 0 }
			  : (struct icmp_error){ ICMP6_UNREACHABLE, UNREACHABLE6_ADDRESS, 0 };
		return true;
	case DROP_REASON_TTL_EXPIRED:
		*e = inet ? (struct icmp_error){ ICMP_TIME_EXCEEDED, 0, 0 }
			  : (struct icmp_error){ ICMP6_TIME_EXCEEDED, 0, 0 };
		return true;
	case DROP_REASON_MTU_EXCEEDED:
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, 0 }
			  : (struct icmp_error){ ICMP6_PACKET_TOO_BIG, 0, 0 };
		e->info = too_big(w, p);
		return true;
	case DROP_REASON_NAT64_PROTOCOL:
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, UNREACHABLE_PROTOCOL, 0 }
			  : (struct icmp_error){ ICMP6_UNREACHABLE, UNREACHABLE6_PORT, 0 };
		return true;
	case DROP_REASON_NAT64_HEADER:
		*e = inet ? (struct icmp_error){ ICMP_UNREACHABLE, UNREACHABLE_SOURCE_ROUTE, 0 }
			  : (struct icmp_error){ ICMP6_PARAMETER_PROBLEM, 0, segments_left_at(p) };
		return inet || e->info != 0;
	}
	return false;
}

static bool
shares_prefix(const struct unit_address *a, const struct address *b)
{
	unsigned whole = a->length / 8, rest = a->length % 8;
	if (memcmp(a->address.byte, b->byte, whole) != 0)
		return false;
	return rest == 0 || ((a->address.byte[whole] ^ b->byte[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

/* The address of the interface the packet came by; of several the one the sender has a route to (RFC 1812 4.3.2.4). */
static const struct address *
own_address(const struct worker *w, const struct packet *p)
{
	const struct unit *u = &w->snapshot->unit[p->unit];
	const struct address *first = NULL;
	for (uint32_t i = 0; i < u->address_count; i++) {
		const struct unit_address *a = &u->address[i];
		if (a->family != p->key.family)
			continue;
		if (shares_prefix(a, &p->key.source))
			return &a->address;
		if (!first)
			first = &a->address;
	}
	return first;
}

bool
answer_open(struct worker *w, struct answer_frame *f, uint16_t unit, uint8_t family, const uint8_t station[6])
{
	const struct unit *u = &w->snapshot->unit[unit];
	uint16_t at = 12;
	if (output_room(w) == 0 || w->tx_room[u->port] == 0 || !w->buffers.take(w->buffers.ctx, &f->frame, &f->data))
		return false;
	memcpy(f->data, station, 6);
	memcpy(f->data + 6, w->ports[u->port].mac, 6);
	if (u->vlan) {
		store16(f->data + at, ETHERTYPE_VLAN);
		store16(f->data + at + 2, u->vlan);
		at += VLAN_TAG;
	}
	store16(f->data + at, family == ADDRESS_FAMILY_INET ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	f->packet = f->data + at + 2;
	f->port = u->port;
	return true;
}

bool
answer_push(struct worker *w, const struct answer_frame *f, uint16_t length)
{
	uint8_t queue = 0;
	if (has_queues(w, f->port) && !cos_queue(w, f->port, ANSWER_CLASS, length, 1, &queue)) {
		w->buffers.give(w->buffers.ctx, f->frame);
		return false;
	}
	output_send(w, f->frame, f->data, (uint16_t)(f->packet - f->data + length), f->port, queue);
	return true;
}

/* The client of such a packet believes that it is connected: it can be told otherwise by a reset alone, with the number that it
 * acknowledged. */
static uint16_t
reset_build(uint8_t *out, const struct packet *p)
{
	if (p->splice != PACKET_STANDS_FOR_SYN)
		return rst_build(out, p);
	struct packet as_it_came = *p;
	as_it_came.tcp_flags = TCP_ACK;
	return rst_build(out, &as_it_came);
}

static bool
ends_a_connection(const struct packet *p)
{
	return p->splice == PACKET_STANDS_FOR_SYN &&
	       (p->drop_reason == DROP_REASON_SYN_COOKIE_QUEUE || p->drop_reason == DROP_REASON_SESSION_TABLE_FULL ||
		p->drop_reason == DROP_REASON_NAT_EXHAUSTED || p->drop_reason == DROP_REASON_NO_ROUTE);
}

enum answer
answer_send(struct worker *w, const struct packet *p)
{
	struct icmp_error e = { 0, 0, 0 };
	const struct address *source = NULL;
	if (p->unit == UNIT_NONE)
		return ANSWER_NONE;
	bool reset = wants_reset(w, p) || ends_a_connection(p);
	if (!reset && !wants_error(w, p, &e))
		return ANSWER_NONE;
	reset |= p->splice == PACKET_STANDS_FOR_SYN;
	if (reset) {
		if (!rst_allowed(p))
			return ANSWER_SILENT;
	} else {
		source = own_address(w, p);
		if (!source || !icmp_error_allowed(p, &e))
			return ANSWER_SILENT;
	}

	struct answer_frame f;
	uint64_t *limited = reset ? &w->counters.resets_limited : &w->counters.icmp_errors_limited;
	if (output_room(w) == 0 || w->tx_room[p->port] == 0 || !bucket_take(&w->answers, w->now_ns) ||
	    !answer_open(w, &f, p->unit, p->key.family, p->data + 6)) {
		counter_add(limited, 1);
		return ANSWER_LIMITED;
	}
	uint16_t length = reset ? reset_build(f.packet, p) : icmp_error_build(f.packet, p, &e, source);
	if (!answer_push(w, &f, length)) {
		counter_add(limited, 1);
		return ANSWER_LIMITED;
	}
	counter_add(reset ? &w->counters.resets_sent : &w->counters.icmp_errors_sent, 1);
	return ANSWER_SENT;
}
