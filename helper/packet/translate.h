/* translate.h: packets of one family made packets of the other (RFC 7915), addresses and ports included: TCP, UDP, echo, and
 * the ICMP errors about them. p->out says what it becomes. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_TRANSLATE_H
#define RINGWALL_PACKET_TRANSLATE_H

#include "packet/packet.h"
#include "packet/protocol.h"

enum {
	/* RFC 7915 4: what an IPv4 sender lets routers cut becomes IPv6 packets that fit every link. */
	TRANSLATE_INET6_MINIMUM = 1280,
	/* RFC 7915 5.1: larger IPv4 packets may not be cut; IPv6 senders of smaller ones do not listen to packet too big. */
	TRANSLATE_INET_MAY_CUT = 1260,
	TRANSLATE_GROWTH_MAX = 2 * (IPV6_HEADER + IPV6_FRAGMENT_HEADER - IPV4_HEADER), /* of a packet with its quote */
};

/* translate_measure says whether a packet that crosses (packet_crosses) can be translated, and sets p->resized. `room`: what
 * leaves in one piece; an IPv4 packet that may be cut and does not fit gets a fragment header, which split.h needs.
 * Returns DROP_REASON_NONE, NAT64_PROTOCOL, NAT64_HEADER, NAT64_FRAGMENT, or MTU_EXCEEDED if no IPv6 packet is that long. Worker
 * only. */
enum drop_reason translate_measure(struct packet *p, uint16_t room);

/* translate_plain is translate_measure for a packet of a known session that is no fragment and no ICMP error. False, and nothing
 * happened, if it is not as simple as most: with options, extension headers, or to be cut. */
static inline bool
translate_plain(struct packet *p)
{
	bool inet = p->key.family == ADDRESS_FAMILY_INET;
	if (p->l4 - p->l3 != (inet ? IPV4_HEADER : IPV6_HEADER))
		return false;
	if (inet && !(p->flags & PACKET_DONT_FRAGMENT) && p->l3_length > TRANSLATE_INET_MAY_CUT)
		return false;
	p->resized = inet ? IPV6_HEADER - IPV4_HEADER : IPV4_HEADER - IPV6_HEADER;
	return true;
}

/* translate_may_cut: may the packet that it becomes be cut into fragments on the way? */
bool translate_may_cut(const struct packet *p);

/* translate_bytes rewrites the packet's bytes: IP header, transport header (ports, echo identifier, type) and checksums; of an ICMP
 * error the quoted packet too, which becomes one of `quoted`, else NULL. `identification`: of an IPv4 packet that is no fragment
 * yet. TTL and TOS stay. Assumes translate_measure or translate_plain, and PACKET_HEADROOM. Moves p->data; the offsets are those of the new
 * packet, but p->key, p->l3_length and the like stay what it came with. What stood before the IP header is lost. Worker
 * only. */
void translate_bytes(struct packet *p, const struct flow_key *quoted, uint16_t identification);

/* translate_message: ICMP type and code with which a packet that passed translate_measure leaves. Worker only. */
void translate_message(const struct packet *p, uint8_t *type, uint8_t *code);

/* translate_unreachable: the code of destination unreachable for a sender of `family`, where one was chosen for the other family;
 * administratively prohibited if there is none. Any thread. */
uint8_t translate_unreachable(uint8_t code, uint8_t family);

#endif
