/* answer.c: what the sender of a dropped packet is told: ICMP errors and TCP resets, rate limited.
 * SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"
#include "packet/bytes.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "pipeline/stage.h"

enum {
	UNREACHABLE_HOST = 1, /* codes of ICMP_UNREACHABLE */
	UNREACHABLE_PORT = 3,
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
		e->info = egress_mtu(w, p->egress_unit, p->key.family);
		return true;
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

/* link_header: back to the station the packet came from. */
static uint16_t
link_header(const struct worker *w, const struct packet *p, uint8_t *out)
{
	uint16_t vlan = w->snapshot->unit[p->unit].vlan, at = 12;
	memcpy(out, p->data + 6, 6);
	memcpy(out + 6, w->ports[p->port].mac, 6);
	if (vlan) {
		store16(out + at, ETHERTYPE_VLAN);
		store16(out + at + 2, vlan);
		at += VLAN_TAG;
	}
	store16(out + at, p->key.family == ADDRESS_FAMILY_INET ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	return (uint16_t)(at + 2);
}

enum answer
answer_send(struct worker *w, const struct packet *p)
{
	struct icmp_error e = { 0, 0, 0 };
	const struct address *source = NULL;
	if (p->unit == UNIT_NONE)
		return ANSWER_NONE;
	bool reset = wants_reset(w, p);
	if (!reset && !wants_error(w, p, &e))
		return ANSWER_NONE;
	if (reset) {
		if (!rst_allowed(p))
			return ANSWER_SILENT;
	} else {
		source = own_address(w, p);
		if (!source || !icmp_error_allowed(p, &e))
			return ANSWER_SILENT;
	}

	uint64_t frame;
	uint8_t *data, queue = 0;
	uint64_t *limited = reset ? &w->counters.resets_limited : &w->counters.icmp_errors_limited;
	if (output_room(w) == 0 || w->tx_room[p->port] == 0 || !bucket_take(&w->answers, w->now_ns) ||
	    !w->buffers.take(w->buffers.ctx, &frame, &data)) {
		counter_add(limited, 1);
		return ANSWER_LIMITED;
	}
	uint16_t link = link_header(w, p, data);
	uint16_t length = reset ? rst_build(data + link, p) : icmp_error_build(data + link, p, &e, source);
	if (has_queues(w, p->port) && !cos_queue(w, p->port, ANSWER_CLASS, length, 1, &queue)) {
		w->buffers.give(w->buffers.ctx, frame);
		counter_add(limited, 1);
		return ANSWER_LIMITED;
	}
	output_send(w, frame, data, (uint16_t)(link + length), p->port, queue);
	counter_add(reset ? &w->counters.resets_sent : &w->counters.icmp_errors_sent, 1);
	return ANSWER_SENT;
}
