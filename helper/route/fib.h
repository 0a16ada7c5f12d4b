/* fib.h: longest-prefix match for one routing instance, both families. A multibit trie (root stride 16, then 8) whose
 * look-up is bounded by the address length, not by the number of routes. One writer (control thread), readers without
 * locks: every entry is one aligned atomic word. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ROUTE_FIB_H
#define RINGWALL_ROUTE_FIB_H

#include "flow/key.h"

enum next_hop_kind {
	NEXT_HOP_FORWARD, /* out of `unit`, to `gateway`, or to the destination itself if on_link */
	NEXT_HOP_LOCAL,   /* an address of this host */
	NEXT_HOP_DISCARD,
	NEXT_HOP_REJECT,    /* ICMP: v4 host unreachable (3/1), v6 no route (1/0) */
	NEXT_HOP_BROADCAST, /* a connected prefix's broadcast address: never forwarded */
	NEXT_HOP_TABLE,     /* the routes of the instance `unit` decide */
};

struct next_hop {
	struct address gateway;
	uint16_t unit;  /* egress logical interface; TABLE: routing instance */
	uint8_t kind;   /* enum next_hop_kind */
	bool on_link;   /* the neighbour is the destination */
	uint8_t family; /* of gateway */
	uint8_t reserved[3];
};

enum { NEXT_HOP_GROUP_MAX = 16 };

/* next_hop_group: equal-cost next hops. Immutable after publication. [I] */
struct next_hop_group {
	uint16_t count;
	struct next_hop hop[NEXT_HOP_GROUP_MAX];
};

struct fib; /* [C] writes, workers read */

/* fib_create makes an empty table. Returns NULL, errno set, on lack of memory. Control thread. */
struct fib *fib_create(void);
void fib_destroy(struct fib *f); /* assumes no reader is left, and that no deferred release will still be run */

/* fib_set_defer: memory that readers may still see (trie nodes, groups) is given to `defer`, which calls release(object)
 * on the control thread once every reader has passed a quiescent state. Without it such memory is kept until
 * fib_destroy: right for a table that is built once, wasteful for one that lives with its routes. Control thread,
 * before the first change. */
typedef void fib_release(void *object);
typedef void fib_defer(void *ctx, fib_release *release, void *object);
void fib_set_defer(struct fib *f, fib_defer *defer, void *ctx);

/* fib_insert adds or replaces the route of a prefix (host bits must be zero); group is copied, equal groups are shared.
 * fib_remove uncovers the next shorter prefix. A reader sees for each destination the answer of before or of after.
 * 0, -ENOMEM (nothing changed), -EINVAL or -ENOENT. Control thread. */
int fib_insert(struct fib *f, uint8_t family, const struct address *prefix, uint8_t length,
	       const struct next_hop_group *group);
int fib_remove(struct fib *f, uint8_t family, const struct address *prefix, uint8_t length);

/* fib_lookup returns the group for a destination, or NULL. Worker, inside its RCU read side: the group is valid until
 * the worker's next quiescent state. */
const struct next_hop_group *fib_lookup(const struct fib *f, uint8_t family, const struct address *destination);

/* fib_select picks by the flow's symmetric hash, so that a flow keeps its path. */
static inline const struct next_hop *
fib_select(const struct next_hop_group *g, uint32_t flow_hash)
{
	return &g->hop[g->count == 1 ? 0 : flow_hash % g->count];
}

/* fib_walk calls `each` for every route, shorter prefixes first, for `show routes`. Control thread. */
typedef void fib_each(void *ctx, uint8_t family, const struct address *prefix, uint8_t length,
		      const struct next_hop_group *g);
void fib_walk(const struct fib *f, fib_each *each, void *ctx);
uint32_t fib_count(const struct fib *f);

/* fib_memory returns the bytes in use for nodes, groups and the control side's set of prefixes. Control thread. */
uint64_t fib_memory(const struct fib *f);

#endif
