/* fragment.h: later fragments find the ports of their first fragment; those that come too early wait, bounded.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_FRAGMENT_H
#define RINGWALL_FLOW_FRAGMENT_H

#include "packet/packet.h"

struct fragment_table; /* [W] */

enum { FRAGMENT_HELD_MAX = 256, FRAGMENT_ENTRIES = 4096 };
#define FRAGMENT_LIFETIME_NS (10ull * 1000000000) /* how long a first fragment is remembered */
#define FRAGMENT_WAIT_NS     (500ull * 1000000)   /* how long a later fragment waits for its first */

struct fragment_table *fragment_table_create(uint64_t seed);
void fragment_table_destroy(struct fragment_table *t);

enum fragment_result {
	FRAGMENT_READY,   /* the packet's ports (key) are known now: go on */
	FRAGMENT_HELD,    /* taken: verdict WAIT; it comes back by fragment_release or fragment_expired */
	FRAGMENT_REFUSED, /* DROP_REASON_FRAGMENT_FULL */
};

/* fragment_resolve handles a packet with PACKET_FRAGMENT. A first fragment is remembered (its ports; a second first
 * fragment with other ports is FRAGMENT_REFUSED) and is always READY. A later one gets its key's ports filled in, or is held. Held packets
 * are copied as struct packet: the frame belongs to the table until it comes back. Worker only. */
enum fragment_result fragment_resolve(struct fragment_table *t, struct packet *p, uint64_t now_ns);

/* fragment_release hands back one held packet whose first fragment has come (ports filled in), or returns false. */
bool fragment_release(struct fragment_table *t, struct packet *out);

/* fragment_expired hands back one held packet that waited too long (to be dropped, DROP_REASON_FRAGMENT_UNKNOWN). */
bool fragment_expired(struct fragment_table *t, uint64_t now_ns, struct packet *out);

#endif
