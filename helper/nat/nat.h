/* nat.h: what address translation is configured, as the workers read it. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_H
#define RINGWALL_NAT_H

#include "classify/classify.h"

enum {
	NAT_UNIT_BYTES = 512,      /* a bit for each unit */
	NAT_POOL_ADDRESSES = 4096, /* of all pools together */
};

enum nat_action {
	NAT_OFF,       /* stays as it is */
	NAT_INTERFACE, /* source: the egress unit's own address */
	NAT_POOL,
	NAT_PREFIX, /* one prefix for another of the same length: static */
	NAT_NPTV6,  /* the same, with checksums that stay as they are */
	NAT_64, /* static: to the IPv4 address behind a prefix (RFC 6146); a source rule has to give an IPv4 source */
};

/* nat_stage: which packets the rules of a set are asked about, in the order in which they are asked. */
enum nat_stage {
	NAT_STATIC_DESTINATION, /* before the route: packets to the outer prefix of a static rule */
	NAT_DESTINATION,        /* before the route */
	NAT_STATIC_SOURCE,      /* after policy: packets from the inner prefix of a static rule */
	NAT_SOURCE,             /* after policy */
	NAT_STAGES,
};

enum nat_overflow {
	NAT_OVERFLOW_NONE,
	NAT_OVERFLOW_INTERFACE,
	NAT_OVERFLOW_POOL,
};

/* nat_pool: addresses of one family. [I] */
struct nat_pool {
	const char *name; /* "source/NAME" or "destination/NAME" */
	uint32_t id;      /* position + 1 */
	uint8_t family;
	uint8_t overflow; /* enum nat_overflow: where a source is translated to when this pool is used up */
	bool persistent;  /* a client keeps its address as long as the pool stays the same */
	/* port_low, port_high: host order. Source: the range that ports come from, 0..0 if they stay as they are.
	 * Destination: the port that packets go to, 0 if it stays as it is. */
	uint16_t port_low, port_high;
	const struct nat_pool *overflow_pool; /* NAT_OVERFLOW_POOL */
	uint32_t address_count;               /* at least 1 */
	const struct address *address;        /* ascending */
};

/* nat_persistent: who may reach a client by its binding. */
enum nat_persistent {
	NAT_PERSISTENT_OFF,
	NAT_ANY_REMOTE_HOST,
	NAT_TARGET_HOST,      /* whom it has sent something to */
	NAT_TARGET_HOST_PORT, /* the same, from that port */
};

/* nat_rule: [I] */
struct nat_rule {
	const char *name;            /* "source/SET/RULE" */
	uint32_t id;                 /* position + 1: what events name, and the row of its counters */
	uint8_t action;              /* enum nat_action */
	uint8_t family;              /* NAT_PREFIX, NAT_NPTV6, NAT_64 */
	uint8_t length;              /* NAT_PREFIX, NAT_NPTV6: of both prefixes; NAT_64: of the outer one */
	const struct nat_pool *pool; /* NAT_POOL */
	struct address outer, inner; /* NAT_PREFIX, NAT_NPTV6, NAT_64 (outer); host bits zero */
	/* NAT_PREFIX: host order. Outer ports from outer_port on stand for inner ports from inner_port on; 0: ports stay. */
	uint16_t outer_port, inner_port;
	uint8_t persistent; /* enum nat_persistent: of sources */
	uint16_t persistent_timeout_s;
	uint32_t persistent_sessions; /* of one binding at a time */
};

/* nat_set: rules for packets between units. [I] */
struct nat_set {
	uint8_t stage;                /* enum nat_stage */
	uint8_t from[NAT_UNIT_BYTES]; /* a bit for each ingress unit */
	uint8_t to[NAT_UNIT_BYTES];   /* a bit for each egress unit; the stages before the route do not ask */
	uint32_t match_count;
	const struct nat_rule **rule; /* [match] */
	struct classify_rule *match;
	struct classifier *classifier;
};

/* nat: [I] */
struct nat {
	uint32_t pool_count, rule_count, set_count;
	struct nat_pool *pool;
	struct nat_rule *rule;
	const char **rule_name; /* [rule], to carry counters over a commit */
	struct nat_set *set;    /* in the order of the stages; of each stage the first that holds decides */
	uint32_t first[NAT_STAGES + 1];
	bool persistent; /* some rule is */
	uint8_t persistent_from
	    [NAT_UNIT_BYTES]; /* units whose packets a persistent rule may translate: their source tells whose they are */
	/* interface: the addresses of each unit that sources are translated to: [unit][0 inet, 1 inet6]; all zero: none. */
	const struct address (*interface)[2];
	/* shared: addresses whose ports are given out: replies are owned by port (docs/decisions/0020-nat-ports-and-owners.md). A hash of
	 * shared_mask + 1 places; a free one is all zero. */
	uint32_t shared_mask;
	const struct address *shared;
	uint32_t shared_count; /* all of them in a row, for who makes room for their ports */
	const struct address *shared_list;
};

static inline bool
nat_has_unit(const uint8_t *units, uint16_t unit)
{
	return units[unit >> 3] >> (unit & 7) & 1;
}

/* nat_address_hash: of places, not of secrets: all addresses come from the configuration. */
static inline uint32_t
nat_address_hash(const struct address *a)
{
	uint64_t h = a->half[0] ^ (a->half[1] * 0x9e3779b97f4a7c15ull);
	h = (h ^ h >> 32) *
	    0xd6e8feb86659fd93ull; /* the last byte of IPv6 is the highest one: it has to reach the others */
	return (uint32_t)(h >> 32);
}

static inline bool
nat_address_equal(const struct address *a, const struct address *b)
{
	return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

/* nat_shared: are ports of this address given out? */
static inline bool
nat_shared(const struct nat *n, const struct address *a)
{
	for (uint32_t i = nat_address_hash(a) & n->shared_mask;; i = (i + 1) & n->shared_mask) {
		const struct address *at = &n->shared[i];
		if (at->half[0] == 0 && at->half[1] == 0)
			return false;
		if (nat_address_equal(at, a))
			return true;
	}
}

#endif
