/* fragment.h: later fragments find the ports of their first fragment; those that come too early wait, bounded.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_FRAGMENT_H
#define RINGWALL_FLOW_FRAGMENT_H

#include "packet/packet.h"

struct fragment_table; /* [W] */

enum {
	FRAGMENT_ENTRIES = 4096, /* datagrams known at a time */
	FRAGMENT_HELD_MAX = 256, /* packets held at a time */
	FRAGMENT_HELD_EACH = 48, /* of them, of one datagram: 64 KB in fragments of an Ethernet MTU */
};
#define FRAGMENT_LIFETIME_NS (10ull * 1000000000) /* how long a first fragment is remembered */
#define FRAGMENT_WAIT_NS     (500ull * 1000000)   /* how long a later fragment waits for its first */

/* fragment_table_destroy: held packets are the caller's to take out first (fragment_release, and fragment_expired at
 * UINT64_MAX). */
struct fragment_table *fragment_table_create(uint64_t seed);
void fragment_table_destroy(struct fragment_table *t);

enum fragment_result {
	FRAGMENT_READY,       /* the packet's ports (key) are known now: go on */
	FRAGMENT_HELD,        /* taken: verdict WAIT; it comes back by fragment_release or fragment_expired */
	FRAGMENT_REFUSED,     /* DROP_REASON_FRAGMENT_FULL */
	FRAGMENT_OVERLAPS,    /* DROP_REASON_FRAGMENT_OVERLAP */
	FRAGMENT_CONTRADICTS, /* DROP_REASON_FRAGMENT_INVALID */
};

/* fragment_resolve handles a packet with PACKET_FRAGMENT, whose key.instance is set. A first fragment is remembered
 * until its datagram is complete, at most FRAGMENT_LIFETIME_NS, and is READY. A later one gets protocol, ports and ICMP
 * type and code of its first, or is held. What brings bytes that came before overlaps (RFC 1858, RFC 5722), but for a
 * fragment that came before as it is (RFC 8200 4.5); so does a second first fragment of another flow. One beyond the end
 * of its datagram, or another end, contradicts. What finds no room is refused: what is remembered of live datagrams
 * gives way only to the same flow's newer ones. Held packets are copied as struct packet: the frame belongs to
 * the table until it comes back. Worker only. */
enum fragment_result fragment_resolve(struct fragment_table *t, struct packet *p, uint64_t now_ns);

/* fragment_overlaps: does a fragment, not resolved yet, bring bytes of its datagram that came before? Changes
 * nothing. Worker only. */
bool fragment_overlaps(const struct fragment_table *t, const struct packet *p, uint64_t now_ns);

/* fragment_release hands back one held packet whose first fragment has come (ports filled in), or returns false. To be
 * called until false after each first fragment. */
bool fragment_release(struct fragment_table *t, struct packet *out);

/* fragment_expired hands back one held packet that waited too long (to be dropped, DROP_REASON_FRAGMENT_UNKNOWN). */
bool fragment_expired(struct fragment_table *t, uint64_t now_ns, struct packet *out);

/* fragment_held returns how many packets the table holds. */
uint32_t fragment_held(const struct fragment_table *t);

#endif
