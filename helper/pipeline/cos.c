/* cos.c: class of service: what a packet's code point says when it comes, the queue it leaves by, and the code point it leaves
 * with.
 * SPDX-License-Identifier: Apache-2.0 */
#include "packet/rewrite.h"
#include "pipeline/stage.h"

enum { DSCP_SHIFT = 2, ECN_MASK = 3 };

void
cos_classify(struct packet *p, const struct dscp_class *classifier)
{
	p->forwarding_class = classifier[p->tos >> DSCP_SHIFT].forwarding_class;
	p->loss_priority = classifier[p->tos >> DSCP_SHIFT].loss_priority;
}

bool
cos_rewrites(const struct worker *w, uint16_t unit, uint8_t family)
{
	const struct unit *u = &w->snapshot->unit[unit];
	return family == ADDRESS_FAMILY_INET ? u->rewrite != NULL : u->rewrite6 != NULL;
}

void
cos_mark(const struct worker *w, struct packet *p)
{
	const struct unit *u = &w->snapshot->unit[p->egress_unit];
	const struct dscp_rewrite *r = packet_out(p)->family == ADDRESS_FAMILY_INET ? u->rewrite : u->rewrite6;
	uint8_t came = p->tos;
	int dscp = p->set_dscp;
	if (dscp < 0 && r)
		dscp = r->dscp[p->forwarding_class][p->loss_priority];
	if (dscp < 0 || dscp == came >> DSCP_SHIFT)
		return;
	rewrite_tos(p, (uint8_t)(dscp << DSCP_SHIFT | (came & ECN_MASK)));
	p->tos = came; /* what logs tell is the packet as it came */
}

bool
cos_queue(struct worker *w, uint16_t port, uint8_t forwarding_class, uint16_t bytes, uint32_t frames, uint8_t *queue)
{
	const struct snapshot *s = w->snapshot;
	*queue = s->queue_of_class[forwarding_class];
	struct queue_counters *c = &w->queues[s->port[port].queues->counter + *queue];
	uint32_t *room = &w->queue_room[port][*queue];
	bool fits = *room >= frames;
	*room -= fits ? frames : 0;
	counter_add(fits ? &c->packets : &c->dropped_packets, 1);
	counter_add(fits ? &c->bytes : &c->dropped_bytes, bytes);
	return fits;
}
