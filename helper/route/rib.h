/* rib.h: every route we know, from every origin, and the best of each prefix in the forwarding tables of a snapshot.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ROUTE_RIB_H
#define RINGWALL_ROUTE_RIB_H

#include "route/fib.h"
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
 * without one the hop is left out, and a route without hops is known but not used. */
struct rib_route {
	struct address prefix;
	uint32_t preference;
	uint16_t instance;
	uint8_t family;
	uint8_t length;
	uint8_t origin; /* enum rib_origin */
	struct next_hop_group group;
};

struct rib; /* [C] */

/* rib_build makes the routes of a snapshot (local, broadcast, connected, static) and `count` learned ones, and fills
 * s->fib[instance] for each instance. The forwarding tables belong to the rib; s must outlive it. Learned routes of an
 * instance that does not exist are left out. NULL and errno on lack of memory (s->fib is then all NULL). Control thread,
 * before s is published. */
struct rib *rib_build(struct snapshot *s, const struct rib_route *learned, uint32_t count);

/* rib_set_defer says how memory that workers may still read is released (see fib_set_defer). To be called between
 * rib_build and the first rib_add or rib_remove; without it such memory is kept until rib_destroy. Control thread. */
void rib_set_defer(struct rib *r, fib_defer *defer, void *ctx);

/* rib_destroy frees the rib and its forwarding tables; assumes that no worker reads the snapshot any more. */
void rib_destroy(struct rib *r);

/* rib_add adds or replaces the route of (prefix, origin, preference), rib_remove takes it away (its group is not
 * looked at); both change the forwarding table of a published snapshot in place if the best route of the prefix
 * changed, and set *changed (may be NULL) accordingly: the caller then raises the workers' epoch. 0, -ENOMEM, -EINVAL
 * (no such instance, impossible prefix or group) or -ENOENT. Control thread. */
int rib_add(struct rib *r, const struct rib_route *route, bool *changed);
int rib_remove(struct rib *r, const struct rib_route *route, bool *changed);

/* rib_gateway_unit returns the unit of `instance` whose longest connected prefix holds `gateway`, or UNIT_NONE. */
uint16_t rib_gateway_unit(const struct snapshot *s, uint16_t instance, uint8_t family, const struct address *gateway);

/* rib_walk calls `each` for every known route, in no particular order; `active` says that it is the one in use. Control
 * thread. */
typedef void rib_each(void *ctx, const struct rib_route *route, bool active);
void rib_walk(const struct rib *r, rib_each *each, void *ctx);

#endif
