/* header.h: the IP header of packets that this host makes. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_HEADER_H
#define RINGWALL_PACKET_HEADER_H

#include "flow/key.h"

/* header_write writes an IPv4 or IPv6 header for k's addresses and protocol, with `length` bytes to follow, and returns
 * its size. Any thread. */
uint32_t header_write(uint8_t *out, const struct flow_key *k, uint32_t length, uint8_t tos);

/* address_is_one_host: not multicast, broadcast, loopback, unspecified or reserved. */
bool address_is_one_host(uint8_t family, const struct address *a);

#endif
