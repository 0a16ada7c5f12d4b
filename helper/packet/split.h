/* split.h: IPv4 packets cut into fragments that fit an MTU (RFC 791 3.2, RFC 6864). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_SPLIT_H
#define RINGWALL_PACKET_SPLIT_H

#include "packet/packet.h"

/* split: how far the cutting has come. The packet must stay as it is meanwhile. [W] */
struct split {
	const uint8_t *header; /* IP header of the packet that is cut */
	uint32_t header_length;
	uint32_t later_length; /* header of all fragments but the first: only options with the copy bit */
	uint32_t total;        /* payload bytes */
	uint32_t done;         /* payload bytes already cut off */
	uint16_t fragment;     /* its flags and offset */
	uint16_t mtu;
};

/* fragment_ipv4 begins to cut p; p may itself be a fragment. False if p may not be cut (IPv6, DF), need not be, or the
 * MTU has no room for eight bytes of payload. Worker only. */
bool fragment_ipv4(struct split *s, const struct packet *p, uint16_t mtu);

/* split_count: how many fragments split_next will still write. */
uint32_t split_count(const struct split *s);

/* split_next writes the next fragment, an IP packet without Ethernet header, to `out`, which has room for the MTU, and sets
 * *length. False when there is none left. Worker only. */
bool split_next(struct split *s, uint8_t *out, uint16_t *length);

#endif
