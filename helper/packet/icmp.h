/* icmp.h: ICMP and ICMPv6 errors built from the packet they are about; and TCP resets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_ICMP_H
#define RINGWALL_PACKET_ICMP_H

#include "packet/packet.h"

enum { ICMP_ERROR_MAX = 1280, RST_MAX = 94 };

/* An ICMP error in the terms of both families: type and code as they go on the wire, `info` for the next hop
 * MTU (fragmentation needed, packet too big) or the pointer (parameter problem). */
struct icmp_error {
	uint8_t type;
	uint8_t code;
	uint32_t info;
};

/* icmp_error_allowed says whether `about` may be answered with an ICMP error at all: not for ICMP errors or
 * redirects, later fragments, link-layer or IP multicast or broadcast destinations (IPv6: packet too big and
 * parameter problem code 2 are the exceptions, RFC 4443 2.4), or a source that is not one host
 * (RFC 1122 3.2.2, RFC 4443 2.4). Worker only. */
bool icmp_error_allowed(const struct packet *about, const struct icmp_error *e);

/* icmp_error_build writes a whole IP packet (no Ethernet header) into `out`: the error about `about`, from
 * `source` to about's source, quoting as much as fits 576 bytes (RFC 1812 4.3.2.3) or 1280 (RFC 4443 2.4 c).
 * The quote is the packet as it arrived (before rewriting). Returns the length. Assumes icmp_error_allowed and
 * ICMP_ERROR_MAX bytes at out. Worker only. */
uint16_t icmp_error_build(uint8_t *out, const struct packet *about, const struct icmp_error *e,
			  const struct address *source);

/* rst_allowed: a TCP packet, not itself a RST, not a later fragment, to and from one host. */
bool rst_allowed(const struct packet *about);

/* rst_build writes a whole IP packet into `out`: the reset that answers `about`, as if its destination had no
 * such port. Sequence numbers as RFC 9293 3.10.7.1 (ACK set: <SEQ=SEG.ACK><CTL=RST>, else
 * <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>). Returns the length. Assumes rst_allowed and RST_MAX bytes. */
uint16_t rst_build(uint8_t *out, const struct packet *about);

/* icmp_inner_rewrite translates the quoted packet inside the ICMP error `p` to `to` and mends the checksums
 * (RFC 5508 4.2, RFC 792). Worker only. */
void icmp_inner_rewrite(struct packet *p, const struct flow_key *to);

#endif
