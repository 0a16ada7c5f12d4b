/* egress.c: may the packet leave by its interface, and in what shape. SPDX-License-Identifier: Apache-2.0 */
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "packet/split.h"
#include "packet/translate.h"
#include "pipeline/stage.h"

static uint16_t
least(uint16_t mtu, uint16_t limit)
{
	return limit != 0 && limit < mtu ? limit : mtu;
}

uint16_t
egress_mtu(const struct worker *w, uint16_t unit, uint8_t family)
{
	const struct unit *u = &w->snapshot->unit[unit];
	uint16_t mtu = least(w->ports[u->port].mtu, w->snapshot->port[u->port].mtu);
	return least(mtu, family == ADDRESS_FAMILY_INET ? u->mtu_inet : u->mtu_inet6);
}

uint16_t
egress_takes(const struct worker *w, const struct packet *p)
{
	const int longer = IPV6_HEADER - IPV4_HEADER;
	int mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family);
	if (packet_crosses(p))
		mtu += p->key.family == ADDRESS_FAMILY_INET6 ? longer : -longer;
	return (uint16_t)(mtu < 0 ? 0 : mtu > UINT16_MAX ? UINT16_MAX : mtu);
}

/* room_of: the largest packet that leaves in one piece. */
static uint16_t
room_of(const struct worker *w, const struct packet *p)
{
	uint16_t mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family);
	bool cut_small = packet_crosses(p) && !(p->flags & PACKET_DONT_FRAGMENT);
	return cut_small ? least(mtu, TRANSLATE_INET6_MINIMUM) : mtu;
}

static bool
may_cut(const struct packet *p)
{
	return packet_crosses(p) ? translate_may_cut(p) : !(p->flags & PACKET_DONT_FRAGMENT);
}

/* The checksum of SCTP covers the whole packet, and no fragment tells how far it reaches: what changes its ports cannot be
 * mended there. */
static bool
is_unmendable(const struct packet *p)
{
	if (!(p->flags & PACKET_TRANSLATED) || !(p->flags & PACKET_FRAGMENT) || p->key.protocol != PROTOCOL_SCTP)
		return false;
	return p->out.source_port != p->key.source_port || p->out.destination_port != p->key.destination_port;
}

enum verdict
egress_check(struct worker *w, struct packet *p)
{
	p->resized = 0;
	if (!w->ports[w->snapshot->unit[p->egress_unit].port].up)
		return packet_drop(p, DROP_REASON_EGRESS_DOWN);
	if (is_unmendable(p))
		return packet_drop(p, DROP_REASON_NAT_UNMAPPABLE);
	if (p->ttl <= 1)
		return packet_drop(p, DROP_REASON_TTL_EXPIRED);
	uint16_t room = room_of(w, p);
	enum drop_reason reason = packet_crosses(p) ? translate_measure(p, room) : DROP_REASON_NONE;
	if (reason != DROP_REASON_NONE)
		return packet_drop(p, reason);
	if (packet_out_length(p) > room && !may_cut(p))
		return packet_drop(p, DROP_REASON_MTU_EXCEEDED);
	return VERDICT_NONE;
}

/* send_pieces: each fragment gets the Ethernet header and TTL that the whole packet got; its buffer then goes back. */
static bool
send_pieces(struct worker *w, struct packet *p, uint16_t port, uint16_t mtu)
{
	struct split s;
	uint8_t queue = 0;
	uint32_t taken = 0, count = split_begin(&s, p->data + p->l3, mtu) ? split_count(&s) : 0;
	if (count == 0 || count > output_room(w) || p->l3 + mtu > w->buffers.size)
		return false;
	if (count > w->tx_room[port]) {
		p->drop_reason = DROP_REASON_TX_FULL;
		return false;
	}
	struct output *first = &w->output[w->output_count];
	while (taken < count && w->buffers.take(w->buffers.ctx, &first[taken].frame, &first[taken].data))
		taken++;
	bool full = taken == count && has_queues(w, port) &&
		    !cos_queue(w, port, p->forwarding_class, packet_out_length(p), count, &queue);
	if (full)
		p->drop_reason = DROP_REASON_QUEUE_FULL;
	if (taken < count || full) {
		while (taken > 0)
			w->buffers.give(w->buffers.ctx, first[--taken].frame);
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		memcpy(first[i].data, p->data, p->l3);
		split_next(&s, first[i].data + p->l3, &first[i].length);
		first[i].length = (uint16_t)(first[i].length + p->l3);
		first[i].port = port;
		first[i].queue = queue;
	}
	w->output_count += count;
	w->tx_room[port] -= count;
	return true;
}

bool
egress_send(struct worker *w, struct packet *p)
{
	const struct unit *u = &w->snapshot->unit[p->egress_unit];
	uint16_t room = room_of(w, p);
	uint8_t queue = 0;
	p->drop_reason = DROP_REASON_NO_BUFFER;
	if (output_room(w) == 0)
		return false;
	if (w->tx_room[u->port] == 0) {
		p->drop_reason = DROP_REASON_TX_FULL;
		return false;
	}
	if (packet_out_length(p) <= room && has_queues(w, u->port) &&
	    !cos_queue(w, u->port, p->forwarding_class, packet_out_length(p), 1, &queue)) {
		p->drop_reason = DROP_REASON_QUEUE_FULL;
		return false;
	}
	cos_mark(w, p);
	if (p->session && p->session->flags & SESSION_SPLICED)
		splice_rewrite(w, p);
	if (p->flags & PACKET_TRANSLATED)
		nat_rewrite(w, p);
	egress_clamp(w, p);
	rewrite_ttl(p);
	rewrite_link(p, p->next_mac, w->ports[u->port].mac, u->vlan);
	if (packet_out_length(p) > room) {
		if (!send_pieces(w, p, u->port, room))
			return false;
		w->buffers.give(w->buffers.ctx, p->frame);
	} else {
		output_send(w, p->frame, p->data, p->length, u->port, queue);
	}
	p->drop_reason = DROP_REASON_NONE;
	return true;
}
