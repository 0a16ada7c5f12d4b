/* nat.h: what the pipeline does about address translation. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_NAT_H
#define RINGWALL_PIPELINE_NAT_H

#include "packet/translate.h"
#include "pipeline/worker.h"

/* nat_prepare makes what a worker needs for the translation of a snapshot, if it has any. Worker thread, outside a burst. */
void nat_prepare(struct worker *w, const struct snapshot *s);
void nat_end(struct worker *w);

/* nat_owner returns which worker owns packets with this key as it is on the wire, where they come by this unit. `ports`: the key has the ports of its
 * transport header, or there are none. Worker only. */
uint32_t nat_owner(const struct worker *w, const struct flow_key *k, bool ports, uint16_t unit);

/* nat_part_owner is nat_owner for a fragment, which has come to the worker that its addresses say; NAT_FRAGMENTS_NONE: only the
 * first fragment of its packet can tell, and has not come. Worker only. */
uint32_t nat_part_owner(struct worker *w, const struct packet *p, uint16_t unit);

/* nat_housekeep gives back bindings whose time is up. */
void nat_housekeep(struct worker *w);

/* nat_leaves lets a packet leave with the addresses of its session, if they are others than it came with. */
static inline void
nat_leaves(struct packet *p, const struct session *s)
{
	if (!(s->flags & SESSION_NAT))
		return;
	p->flags |= PACKET_TRANSLATED;
	p->out = session_out(s, p->direction);
}

/* nat_known is nat_leaves for the fast path: false, and nothing happened, if the stage egress has to look at the packet. */
static inline bool
nat_known(struct packet *p, const struct session *s)
{
	bool crosses = s->flags & SESSION_NAT && s->flow[0].key.family != s->flow[1].key.family;
	if (crosses && !translate_plain(p))
		return false;
	nat_leaves(p, s);
	return true;
}

/* nat_known_error is nat_leaves for an ICMP error. Its source is rarely an end of the flow, but where the flow's source is
 * hidden, so is what lies on the way to it (RFC 5508 4.2). */
void nat_known_error(const struct worker *w, struct packet *p, const struct session *s);

/* nat_rewrite writes what nat_leaves or the stages have decided into the packet; p->key stays. Worker only. */
void nat_rewrite(struct worker *w, struct packet *p);

/* nat_commit gives a new session the translation of its first packet. False and drop_reason if it is not to be had.
 * nat_judged: the rules that were found for this packet now hold for its session. nat_closed gives back what a session has. */
bool nat_commit(struct worker *w, struct packet *p, struct session *s);
void nat_judged(struct worker *w, const struct packet *p, const struct session *s);
void nat_closed(struct worker *w, const struct session *s);

/* nat_rules_of: the rules that translate a session; zeros if there are none. */
struct nat_session nat_rules_of(const struct worker *w, const struct session *s);

#endif
