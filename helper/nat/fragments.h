/* fragments.h: whose the fragments of packets are whose first one has told by its ports, and those that came before it. For one
 * worker, that to which the addresses of the fragments lead; the flow may be another's. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_FRAGMENTS_H
#define RINGWALL_NAT_FRAGMENTS_H

#include "packet/packet.h"

#define NAT_FRAGMENTS_NONE UINT32_MAX

struct nat_fragments; /* [W] */

/* nat_fragments_create: NULL on lack of memory. Worker thread, outside a burst. Held packets are the caller's to take out before
 * nat_fragments_destroy (nat_fragments_release at UINT64_MAX). */
struct nat_fragments *nat_fragments_create(uint64_t seed);
void nat_fragments_destroy(struct nat_fragments *t);

/* nat_fragments_note says that the fragments of this packet are `owner`'s, also those that are held. It may be forgotten for that
 * of another packet. nat_fragments_find returns whose this fragment is, or NAT_FRAGMENTS_NONE if that is not known. Worker only. */
void nat_fragments_note(struct nat_fragments *t, const struct packet *p, uint32_t owner, uint64_t now_ns);
uint32_t nat_fragments_find(const struct nat_fragments *t, const struct packet *p, uint64_t now_ns);

/* nat_fragments_hold keeps a parsed later fragment until it is noted whose it is, at most FRAGMENT_WAIT_NS. Its frame belongs to
 * the table until it comes back. False, and nothing happened, beyond FRAGMENT_HELD_MAX fragments and FRAGMENT_HELD_EACH of one
 * packet. Worker only. */
bool nat_fragments_hold(struct nat_fragments *t, const struct packet *p, uint64_t now_ns);

/* nat_fragments_release hands back a held fragment of which it was noted whose it is, in the order in which they came, or one that
 * waited too long (*owner is NAT_FRAGMENTS_NONE then). To be called until it is false, and there is none. Worker only. */
bool nat_fragments_release(struct nat_fragments *t, uint64_t now_ns, struct packet *out, uint32_t *owner);

#endif
