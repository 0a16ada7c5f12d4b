/* match.h: what both ways of finding a term ask about a packet. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FILTER_MATCH_H
#define RINGWALL_FILTER_MATCH_H

#include "packet/packet.h"

/* packet_has_transport: a later fragment has data where others have their transport header. */
static inline bool
packet_has_transport(const struct packet *p)
{
	return !(p->flags & PACKET_FRAGMENT) || p->fragment_offset == 0;
}

#endif
