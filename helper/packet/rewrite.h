/* rewrite.h: changes to packet bytes, with checksums kept right incrementally (RFC 1624).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_REWRITE_H
#define RINGWALL_PACKET_REWRITE_H

#include "packet/packet.h"

/* rewrite_ttl lowers TTL or hop limit by one. Assumes p->ttl > 1. Worker only. */
void rewrite_ttl(struct packet *p);

/* rewrite_link replaces the Ethernet addresses and VLAN tags: the frame leaves with `vlan` (0 = untagged, else one 802.1Q
 * tag of priority 0). Moves p->data and all offsets where the header's length changes; assumes PACKET_HEADROOM. A packet
 * without Ethernet header (l3 = 0) gets one. What follows the IP packet is cut off; padding that a short frame needs is
 * zeroed. p->vlan still says how the packet came in. Worker only. */
void rewrite_link(struct packet *p, const uint8_t destination[6], const uint8_t source[6], uint16_t vlan);

/* rewrite_addresses replaces addresses and ports by those of `to` (ICMP echo: identifier), in the IP header,
 * the transport header and their checksums (UDP checksum 0 stays 0). Later fragments have addresses only; so have first
 * fragments of SCTP, whose checksum cannot be mended without the rest. Updates p->key. Worker only. */
void rewrite_addresses(struct packet *p, const struct flow_key *to);
/* rewrite_bytes is rewrite_addresses without its last step: p->key stays. Worker only. */
void rewrite_bytes(struct packet *p, const struct flow_key *to);

/* rewrite_tos sets the TOS or traffic class byte. Worker only. */
void rewrite_tos(struct packet *p, uint8_t tos);

/* rewrite_mss lowers each maximum segment size option of a SYN to `maximum`. Returns whether there was one to lower. Worker only. */
bool rewrite_mss(struct packet *p, uint16_t maximum);

/* rewrite_checksum_complete computes the transport checksum from scratch, for packets whose sender left it
 * unfinished. Returns false if the protocol has none, the packet is a fragment, or a routing header with segments left
 * hides the address that the checksum covers. Worker only. */
bool rewrite_checksum_complete(struct packet *p);

/* rewrite_checksum_unfinished says whether a TCP or UDP checksum holds the sum of the pseudo header alone: what a Linux
 * stack leaves for hardware to finish. Once in 65536 a finished checksum looks the same; completing that one changes
 * nothing. Reads headers only. Worker only. */
bool rewrite_checksum_unfinished(const struct packet *p);

/* checksum_add folds `length` bytes into a one's complement sum (RFC 1071); checksum_finish returns the
 * 16-bit checksum in network byte order, ready to store. Any thread. */
uint64_t checksum_add(uint64_t sum, const void *bytes, uint32_t length);
static inline uint16_t
checksum_finish(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
/* checksum_transport returns the full transport checksum (pseudo header included) of TCP, UDP, ICMP or ICMPv6, network
 * byte order, computed as if the checksum field were zero; 0 for other protocols. Assumes no fragment. */
uint16_t checksum_transport(const struct packet *p);
/* checksum_pseudo adds the pseudo header of a packet with `length` bytes of transport header and data. */
uint64_t checksum_pseudo(uint64_t sum, const struct flow_key *k, uint32_t length);
/* checksum_crc32c continues the CRC of SCTP (RFC 9260 appendix A), without its first and last inversion. */
uint32_t checksum_crc32c(uint32_t crc, const void *bytes, uint32_t length);

#endif
