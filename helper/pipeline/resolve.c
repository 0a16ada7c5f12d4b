/* resolve.c: the link-layer address of the next hop, as the kernel knows it. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
neighbour_resolve(struct worker *w, struct packet *p)
{
	if (!(p->flags & PACKET_MEMO)) {
		const struct next_hop *h = p->next_hop;
		const struct address *a = h->on_link ? &p->key.destination : &h->gateway;
		uint8_t family = h->on_link ? p->key.family : h->family;
		p->neighbour = neighbour_slot(w->neighbours, h->unit, family, a);
	}
	if (p->neighbour == NEIGHBOUR_NONE)
		return packet_drop(p, DROP_REASON_NEIGHBOUR_QUEUE_FULL);
	if (neighbour_read(w->neighbours, p->neighbour, p->next_mac) == NEIGHBOUR_VALID)
		return VERDICT_NONE;
	return VERDICT_WAIT;
}
