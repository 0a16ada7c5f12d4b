/* resolve.c: the link-layer address of the next hop, as the kernel knows it. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
neighbour_resolve(struct worker *w, struct packet *p)
{
	if (!(p->flags & PACKET_MEMO)) {
		const struct next_hop *h = p->next_hop;
		const struct address *a = h->on_link ? &packet_out(p)->destination : &h->gateway;
		uint8_t family = h->on_link ? packet_out(p)->family : h->family;
		/* Explain takes no slot: a neighbour nobody asked for yet is one that would have to be asked for. */
		p->neighbour = w->trace ? neighbour_find(w->neighbours, h->unit, family, a)
					: neighbour_slot(w->neighbours, h->unit, family, a);
		if (p->neighbour == NEIGHBOUR_NONE)
			return w->trace ? VERDICT_WAIT : packet_drop(p, DROP_REASON_NEIGHBOUR_QUEUE_FULL);
	}
	switch (neighbour_read(w->neighbours, p->neighbour, p->next_mac)) {
	case NEIGHBOUR_VALID:
		return w->held && !w->trace && wait_before(w, p) ? VERDICT_WAIT : VERDICT_NONE;
	case NEIGHBOUR_FAILED:
		return packet_drop(p, DROP_REASON_NEIGHBOUR_UNRESOLVED);
	case NEIGHBOUR_UNKNOWN:
	case NEIGHBOUR_PENDING:
		break;
	}
	return VERDICT_WAIT;
}
