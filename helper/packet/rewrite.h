/* rewrite.h: changes to packet bytes, with checksums kept right incrementally (RFC 1624).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_REWRITE_H
#define RINGWALL_PACKET_REWRITE_H

#include "packet/packet.h"

/* rewrite_ttl lowers TTL or hop limit by one. Assumes p->ttl > 1. Worker only. */
void rewrite_ttl(struct packet *p);

/* rewrite_link replaces the Ethernet addresses and VLAN tags: the frame leaves with `vlan` (0 = untagged).
 * Moves p->data and all offsets where the header's length changes; assumes PACKET_HEADROOM. Worker only. */
void rewrite_link(struct packet *p, const uint8_t destination[6], const uint8_t source[6], uint16_t vlan);

/* rewrite_addresses replaces addresses and ports by those of `to` (ICMP echo: identifier), in the IP header,
 * the transport header and their checksums (UDP checksum 0 over IPv4 stays 0). Updates p->key. Worker only. */
void rewrite_addresses(struct packet *p, const struct flow_key *to);

/* rewrite_tos sets the TOS or traffic class byte. Worker only. */
void rewrite_tos(struct packet *p, uint8_t tos);

/* rewrite_checksum_complete computes the transport checksum from scratch, for packets whose sender left it
 * unfinished. Returns false if the protocol has none or the packet is a fragment. Worker only. */
bool rewrite_checksum_complete(struct packet *p);

/* checksum_add folds `length` bytes into a one's complement sum (RFC 1071); checksum_finish returns the
 * 16-bit checksum in network byte order, ready to store. Any thread. */
uint64_t checksum_add(uint64_t sum, const void *bytes, uint32_t length);
uint16_t checksum_finish(uint64_t sum);
/* checksum_transport returns the full transport checksum (pseudo header included), network byte order, computed as
 * if the checksum field were zero. */
uint16_t checksum_transport(const struct packet *p);

#endif
