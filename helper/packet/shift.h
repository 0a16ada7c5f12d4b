/* shift.h: the numbers of a TCP connection whose ends count differently, translated on the way. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_SHIFT_H
#define RINGWALL_PACKET_SHIFT_H

#include "packet/packet.h"

/* shift: what is added to the numbers of one direction's segments. Windows come in units of 2^from bytes and leave in units of
 * 2^to: the same, or less where the units do not fit. */
struct shift {
	uint32_t sequence, acknowledgment;
	uint8_t from, to;
};

/* shift_segment translates a segment, its selective acknowledgments included; not a later fragment, nor a SYN, whose
 * window has no unit. p->tcp_sequence and the like stay as they are. Worker only. */
void shift_segment(struct packet *p, const struct shift *s);

/* shift_quote does so with the segment that an ICMP error quotes, but for its window and options. Worker only. */
void shift_quote(struct packet *p, const struct shift *s);

#endif
