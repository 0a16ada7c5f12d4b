/* netlink.h: what the kernel knows of links, neighbours and routes, and the little that we ask it to change.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_NETLINK_H
#define RINGWALL_PORT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/key.h"
#include "route/fib.h"

struct netlink_link {
	unsigned ifindex;
	char name[16];
	uint8_t mac[6];
	uint16_t mtu;
	bool up;        /* administratively and by carrier */
	bool gone;      /* this is a removal */
	unsigned lower; /* VLAN device: ifindex of the device below, else 0 */
	uint16_t vlan;  /* VLAN device: its tag */
	bool pair;      /* veth: what comes was sent by a stack on this host */
};

struct netlink_neighbour {
	unsigned ifindex;
	struct address address;
	uint8_t family;
	bool usable; /* mac is good for sending */
	bool failed; /* resolution failed */
	bool stale;  /* usable, but the kernel has not heard of it for a while */
	bool fixed;  /* somebody wrote it down: the kernel does not look whether it is there */
	bool gone;
	uint8_t mac[6];
};

struct netlink_hop {
	struct address gateway; /* zero: on link */
	unsigned ifindex;
	bool on_link;
};

struct netlink_route {
	uint32_t table;
	uint32_t metric;
	struct address prefix;
	uint8_t family, length;
	uint8_t kind; /* NEXT_HOP_FORWARD, NEXT_HOP_DISCARD or NEXT_HOP_REJECT */
	uint16_t hop_count;
	struct netlink_hop hop[NEXT_HOP_GROUP_MAX];
};

struct netlink_address {
	unsigned ifindex;
	struct address address;
	uint8_t family, length;
	bool ours; /* added by netlink_address_add, by this process or a former one */
};

/* netlink_events: called from netlink_handle and the dumps. */
struct netlink_events {
	void (*link)(void *ctx, const struct netlink_link *l);
	void (*neighbour)(void *ctx, const struct netlink_neighbour *n);
	/* address, route: from netlink_dump_addresses and netlink_dump_routes only. */
	void (*address)(void *ctx, const struct netlink_address *a);
	void (*route)(void *ctx, const struct netlink_route *r);
	/* changed: routes or addresses have changed: dump the routes again. The kernel does not announce each route that
	 * goes away with a link or an address, so single announcements cannot be relied on. */
	void (*changed)(void *ctx);
	/* overrun: the kernel dropped announcements: dump everything again. */
	void (*overrun)(void *ctx);
	void *ctx;
};

struct netlink;

/* All: control thread. Functions with int return 0 or -errno. */
struct netlink *netlink_open(const struct netlink_events *events);
void netlink_close(struct netlink *n);
int netlink_fd(const struct netlink *n); /* readable: call netlink_handle */
void netlink_handle(struct netlink *n);  /* does not block */
int netlink_dump_links(struct netlink *n);
int netlink_dump_neighbours(struct netlink *n);
int netlink_dump_addresses(struct netlink *n);
int netlink_dump_routes(struct netlink *n);

int netlink_link_up(struct netlink *n, unsigned ifindex);
int netlink_link_mtu(struct netlink *n, unsigned ifindex, uint16_t mtu);
/* netlink_vlan_add makes the VLAN device `name` over `lower`. -EEXIST: there already; -EOPNOTSUPP: this kernel cannot. */
int netlink_vlan_add(struct netlink *n, unsigned lower, uint16_t vlan, const char *name);
int netlink_link_remove(struct netlink *n, unsigned ifindex);
/* netlink_address_add marks the address as ours (IFA_PROTO), for this and later processes. -EEXIST: it is there already. IPv6
 * addresses come without duplicate detection: the firewall must answer at once after a restart. */
int netlink_address_add(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a, uint8_t length);
/* netlink_proxy_add makes the kernel answer ARP or neighbour discovery for an address without choosing it as a source: IPv4 has
 * host scope, IPv6 is deprecated from the start. Else as netlink_address_add; its length is that of a host. */
int netlink_proxy_add(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a);
int netlink_address_remove(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a,
			   uint8_t length);
/* netlink_neighbour_resolve makes the kernel look for a neighbour, or check one that it has. Does not wait. */
int netlink_neighbour_resolve(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a);
/* netlink_neighbour_probe makes the kernel check at once a neighbour that it has, usable meanwhile, and also one that is fixed, which
 * is an ordinary one then. -ENOENT: it has none. */
int netlink_neighbour_probe(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a);

#endif
