/* cos.c: class of service: what a packet's code point says when it comes, and the code point it leaves with.
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
	const struct dscp_rewrite *r = p->key.family == ADDRESS_FAMILY_INET ? u->rewrite : u->rewrite6;
	uint8_t came = p->tos;
	int dscp = p->set_dscp;
	if (dscp < 0 && r)
		dscp = r->dscp[p->forwarding_class][p->loss_priority];
	if (dscp < 0 || dscp == came >> DSCP_SHIFT)
		return;
	rewrite_tos(p, (uint8_t)(dscp << DSCP_SHIFT | (came & ECN_MASK)));
	p->tos = came; /* what logs tell is the packet as it came */
}
