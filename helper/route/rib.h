/* rib.h: every route we know, from every origin, and the best of each prefix in the forwarding tables of a snapshot.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ROUTE_RIB_H
#define RINGWALL_ROUTE_RIB_H

#include "route/fib.h"
#include "route/gateway.h"
#include "snapshot/snapshot.h"

enum rib_origin {
	RIB_LOCAL,     /* an address of this host, or a broadcast address of a connected prefix */
	RIB_CONNECTED, /* the prefix of a unit's address */
	RIB_STATIC,    /* routing-options static */
	RIB_KERNEL,    /* learned from the kernel by netlink */
	RIB_ORIGINS
};

/* Preferences as Junos counts them: lower wins. The kernel's metric is added to RIB_PREFERENCE_KERNEL, saturating. */
enum { RIB_PREFERENCE_DIRECT = 0, RIB_PREFERENCE_STATIC = 5, RIB_PREFERENCE_KERNEL = 10 };

/* rib_route: one route of one origin. A prefix may have one route for each (origin, preference). Host bits of prefix
 * are zero. A hop of kind NEXT_HOP_FORWARD with unit UNIT_NONE takes the unit whose connected prefix holds its gateway;
 * without one the hop is left out, and a route without hops is known but not used.
 *
 * Of the routes of a prefix the first, by preference, that has a hop in state ALIVE is in force, with those of its hops;
 * without any, the first that has one that is SILENT: its packets ask after the gateway again, and their senders are told.
 * Without these the prefix has no route, and a shorter one holds, as when Junos takes a static route out with its interface;
 * but a connected network stays in force, so that what is for it does not leave by another way when a cable is pulled
 * (decision 24). */
struct rib_route {
	struct address prefix;
	uint32_t preference;
	uint16_t instance;
	uint8_t family;
	uint8_t length;
	uint8_t origin; /* enum rib_origin */
	struct next_hop_group group;
};

/* rib_hop_state: what is known of a next hop. Hops that lead to no other router are ALIVE while their device is up. */
enum rib_hop_state {
	RIB_HOP_ALIVE,
	RIB_HOP_SILENT,  /* the gateway does not answer */
	RIB_HOP_DOWN,    /* the device is down */
	RIB_HOP_NOWHERE, /* no connected network holds the gateway */
};

struct rib; /* [C] */

/* rib_build makes the routes of a snapshot (local, broadcast, connected, static) and `count` learned ones, and fills
 * s->fib[instance] for each instance. The forwarding tables belong to the rib; s must outlive it. Learned routes of an
 * instance that does not exist are left out. NULL and errno on lack of memory (s->fib is then all NULL). Control thread,
 * before s is published. */
struct rib *rib_build(struct snapshot *s, const struct rib_route *learned, uint32_t count);

/* rib_set_defer says how memory that workers may still read is released (see fib_set_defer). To be called before the snapshot
 * is published; what was retired earlier, or without it, is kept until rib_destroy. Control thread. */
void rib_set_defer(struct rib *r, fib_defer *defer, void *ctx);

/* rib_destroy frees the rib and its forwarding tables; assumes that no worker reads the snapshot any more. */
void rib_destroy(struct rib *r);

/* rib_add adds or replaces the route of (prefix, origin, preference), rib_remove takes it away (its group is not
 * looked at); both change the forwarding table of a published snapshot in place if the best route of the prefix
 * changed, and set *changed (may be NULL) accordingly: the caller then raises the workers' epoch. 0, -ENOMEM (rib_add only: all is as
 * it was), -EINVAL (no such instance, impossible prefix or group) or -ENOENT. A route that is taken away is in force no more,
 * also where there is no memory for the one that should follow it. Control thread. */
int rib_add(struct rib *r, const struct rib_route *route, bool *changed);
int rib_remove(struct rib *r, const struct rib_route *route, bool *changed);

/* rib_port says whether the device of a port is up, rib_answers whether the gateway at (unit, address) answers, which matters
 * only if a route leads there. All are up, and all answer, until something else is said. Both go through all routes, and
 * change the forwarding tables as rib_add does. 0 or -ENOMEM: some routes are as they were.
 * rib_settle tries again to put in force what there was no memory for. 0 or -ENOMEM. Control thread. */
int rib_port(struct rib *r, uint16_t port, bool up, bool *changed);
int rib_answers(struct rib *r, uint16_t unit, uint8_t family, const struct address *gateway, bool answers,
		bool *changed);
int rib_settle(struct rib *r, bool *changed);

/* rib_gateways gives the gateways of all routes; to be read, but for asked_s. rib_adopt takes over from an older rib whose units
 * are the same which of them do not answer. Control thread. */
const struct gateways *rib_gateways(const struct rib *r);
int rib_adopt(struct rib *r, const struct rib *old);

/* rib_gateway_unit returns the unit of `instance` whose longest connected prefix holds `gateway`, or UNIT_NONE. */
uint16_t rib_gateway_unit(const struct snapshot *s, uint16_t instance, uint8_t family, const struct address *gateway);

/* rib_walk calls `each` for every known route, in no particular order, with the state of each of its hops; `active` says that it
 * is the one in use. Control thread. */
typedef void rib_each(void *ctx, const struct rib_route *route, const enum rib_hop_state *state, bool active);
void rib_walk(const struct rib *r, rib_each *each, void *ctx);

#endif
