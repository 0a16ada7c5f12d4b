/* ports.h: which ports of translated addresses one worker has given out. Each worker has its own share of every address: the
 * ports that leave its index as remainder when divided by the number of workers. So no two workers give out the same port, and
 * whoever sees a reply knows from its port whose it is. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_PORTS_H
#define RINGWALL_NAT_PORTS_H

#include "flow/key.h"

struct nat_ports; /* [W] */

struct nat_ports *nat_ports_create(uint32_t worker, uint32_t workers, uint64_t seed);
void nat_ports_destroy(struct nat_ports *t);

/* nat_ports_keep makes room for the ports of these addresses, and gives up the room of others once none of their ports is in
 * use. False on lack of memory: the addresses that got no room have no ports to give. Worker thread, outside a burst. */
bool nat_ports_keep(struct nat_ports *t, const struct address *address, uint32_t count);

/* nat_ports_find returns a free port from low to high (host order), or 0 if there is none. It is still free afterwards: the
 * same call may find another. Ports come in an order that cannot be foreseen; one that was given back comes again only when
 * all others of its address and protocol in the range have been given out since. Constant time. Worker only. */
uint16_t nat_ports_find(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t low,
			uint16_t high);

/* nat_ports_take takes the port that nat_ports_find has found; nat_ports_give gives it back. Worker only. */
void nat_ports_take(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t port);
void nat_ports_give(struct nat_ports *t, const struct address *address, uint8_t protocol, uint16_t port);

enum { NAT_PORT_KINDS = 4 }; /* TCP, UDP, SCTP, echo identifiers: they share no ports */

/* nat_ports_used: ports in use of all protocols of an address. nat_ports_count adds them, each kind apart, to those in `used`.
 * Worker thread. */
uint32_t nat_ports_used(const struct nat_ports *t, const struct address *address);
void nat_ports_count(const struct nat_ports *t, const struct address *address, uint32_t used[NAT_PORT_KINDS]);

/* nat_ports_given: how often a port was given back: while it stays the same, what was used up still is. Worker only. */
uint64_t nat_ports_given(const struct nat_ports *t);

#endif
