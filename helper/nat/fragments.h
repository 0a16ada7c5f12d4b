/* fragments.h: whose the later fragments of packets are whose first one has told by its ports. For one worker, that to which the
 * addresses of the fragments lead; the flow may be another's. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_FRAGMENTS_H
#define RINGWALL_NAT_FRAGMENTS_H

#include "packet/packet.h"

#define NAT_FRAGMENTS_NONE UINT32_MAX

struct nat_fragments; /* [W] */

/* nat_fragments_create: NULL on lack of memory. Worker thread, outside a burst. */
struct nat_fragments *nat_fragments_create(uint64_t seed);
void nat_fragments_destroy(struct nat_fragments *t);

/* nat_fragments_note says that the later fragments of this packet are `owner`'s. It may be forgotten for that of another packet.
 * nat_fragments_find returns whose this fragment is, or NAT_FRAGMENTS_NONE if that is not known. Worker only. */
void nat_fragments_note(struct nat_fragments *t, const struct packet *p, uint32_t owner, uint64_t now_ns);
uint32_t nat_fragments_find(const struct nat_fragments *t, const struct packet *p, uint64_t now_ns);

#endif
