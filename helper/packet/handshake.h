/* handshake.h: TCP segments of a handshake that this host takes part in: as packets of their own, and in the place of others.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_HANDSHAKE_H
#define RINGWALL_PACKET_HANDSHAKE_H

#include "packet/packet.h"

/* handshake: a segment without data. */
struct handshake {
	uint32_t sequence, acknowledgment;
	uint16_t window;
	uint8_t flags; /* as tcp_flags */
	/* options of a SYN */
	uint16_t mss;  /* 0: none of them */
	uint8_t scale; /* 255: none */
	bool sack;
};

enum { HANDSHAKE_MAX = 72 }; /* bytes of an IP packet with all options */

/* handshake_options reads what a SYN offers beside its window and scale: its maximum segment size, that of RFC 9293 3.7.1 if it says
 * none, and whether selective acknowledgments are permitted. Any thread. */
void handshake_options(const struct packet *syn, uint16_t *mss, bool *sack);

/* handshake_length: bytes of its TCP header. */
uint16_t handshake_length(const struct handshake *h);

/* handshake_build writes a whole IP packet into `out`, which has room for HANDSHAKE_MAX bytes, for the addresses and ports of `k`.
 * Returns its length. Any thread. */
uint16_t handshake_build(uint8_t *out, const struct flow_key *k, const struct handshake *h);

/* handshake_replace makes a packet whose segment is whole carry this one instead: what was behind its IP header is gone. There is
 * room for it behind p->l4 in every buffer. Updates p->payload and p->l3_length. Worker only. */
void handshake_replace(struct packet *p, const struct handshake *h);

#endif
