/* follow.c: later fragments take the ports of their first one, and with them its flow. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
fragment_follow(struct worker *w, struct packet *p)
{
	/* One that waited for its neighbour was here before, and explain asks about whole packets. */
	if (!(p->flags & PACKET_FRAGMENT) || p->flags & PACKET_FROM_WAIT || w->trace)
		return VERDICT_NONE;
	enum verdict v = screen_overlap(w, p);
	if (v != VERDICT_NONE)
		return v;
	switch (fragment_resolve(w->fragments, p, w->now_ns)) {
	case FRAGMENT_READY:
		p->hash = flow_table_hash(w->flows, &p->key);
		return VERDICT_NONE;
	case FRAGMENT_HELD:
		return VERDICT_WAIT;
	case FRAGMENT_OVERLAPS:
		return packet_drop(p, DROP_REASON_FRAGMENT_OVERLAP);
	case FRAGMENT_CONTRADICTS:
		return packet_drop(p, DROP_REASON_FRAGMENT_INVALID);
	case FRAGMENT_REFUSED:
		break;
	}
	return packet_drop(p, DROP_REASON_FRAGMENT_FULL);
}
