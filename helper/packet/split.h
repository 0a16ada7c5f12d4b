/* split.h: packets cut into fragments that fit an MTU (RFC 791 3.2, RFC 6864; RFC 8200 4.5). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_SPLIT_H
#define RINGWALL_PACKET_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

/* split: how far the cutting has come. The packet must stay as it is meanwhile. [W] */
struct split {
	const uint8_t *header; /* IP header of the packet that is cut */
	uint32_t header_length;
	uint32_t later_length; /* header of all fragments but the first: only options with the copy bit */
	uint32_t total;        /* payload bytes */
	uint32_t done;         /* payload bytes already cut off */
	uint16_t fragment;     /* its flags and offset */
	uint16_t mtu;
	bool inet6;
};

/* split_begin begins to cut the packet at `ip`, which may itself be a fragment; one of IPv6 must have a fragment header, behind its
 * IPv6 header: only who translates may cut those (RFC 7915 4). False if it may not be cut, need not be, or the MTU has no room for
 * eight bytes of payload. Worker only. */
bool split_begin(struct split *s, const uint8_t *ip, uint16_t mtu);

/* split_count: how many fragments split_next will still write. */
uint32_t split_count(const struct split *s);

/* split_next writes the next fragment, an IP packet without Ethernet header, to `out`, which has room for the MTU, and sets
 * *length. False when there is none left. Worker only. */
bool split_next(struct split *s, uint8_t *out, uint16_t *length);

#endif
