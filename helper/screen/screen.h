/* screen.h: what an `ids-option` looks for, as a zone has it. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SCREEN_H
#define RINGWALL_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/key.h"
#include "wire_gen.h"

/* Sets of screens are 64 bits, one for each enum screen_id. */
enum { SCREENS = SCREEN_ID_COUNT };
_Static_assert(SCREENS <= 64, "a set of screens is one word");
#define SCREEN_BIT(name) (1ull << SCREEN_ID_##name)

/* What is looked for in each packet, alone or, for TEAR_DROP, beside the fragments before it. */
#define SCREEN_PACKET_CHECKS                                                                                           \
	(SCREEN_BIT(LAND) | SCREEN_BIT(PING_OF_DEATH) | SCREEN_BIT(SYN_FIN) | SCREEN_BIT(TCP_NO_FLAG) |                \
	 SCREEN_BIT(FIN_NO_ACK) | SCREEN_BIT(WINNUKE) | SCREEN_BIT(SOURCE_ROUTE) | SCREEN_BIT(SYN_FRAGMENT) |          \
	 SCREEN_BIT(ICMP_FRAGMENT) | SCREEN_BIT(ICMP_LARGE) | SCREEN_BIT(ICMPV6_MALFORMED) | SCREEN_BIT(BAD_OPTION) |  \
	 SCREEN_BIT(RECORD_ROUTE) | SCREEN_BIT(TIMESTAMP) | SCREEN_BIT(SECURITY) | SCREEN_BIT(STREAM) |                \
	 SCREEN_BIT(LOOSE_SOURCE_ROUTE) | SCREEN_BIT(STRICT_SOURCE_ROUTE) | SCREEN_BIT(UNKNOWN_PROTOCOL) |             \
	 SCREEN_BIT(BLOCK_FRAGMENT) | SCREEN_BIT(SPOOFING) | SCREEN_BIT(IPV6_EXTENSION_HEADER) |                       \
	 SCREEN_BIT(IPV6_EXTENSION_LIMIT) | SCREEN_BIT(IPV6_MALFORMED) | SCREEN_BIT(TEAR_DROP))

/* What has a threshold: packets or SYN segments per second and address, or microseconds in which ten different addresses or
 * ports are too many, or sessions at a time. With SYN_COOKIE, whose threshold is that of alarms, SYN segments beyond the
 * threshold of SYN_FLOOD are answered with a cookie, and SYN_QUEUE limits how many connections wait for their servers. */
#define SCREEN_RATES                                                                                                   \
	(SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(SYN_FLOOD_SOURCE) | SCREEN_BIT(SYN_FLOOD_DESTINATION) |                    \
	 SCREEN_BIT(ICMP_FLOOD) | SCREEN_BIT(UDP_FLOOD) | SCREEN_BIT(SYN_COOKIE))
#define SCREEN_SPREADS                                                                                                 \
	(SCREEN_BIT(PORT_SCAN) | SCREEN_BIT(UDP_PORT_SCAN) | SCREEN_BIT(IP_SWEEP) | SCREEN_BIT(TCP_SWEEP) |            \
	 SCREEN_BIT(UDP_SWEEP))
#define SCREEN_LIMITS    (SCREEN_BIT(SESSION_LIMIT_SOURCE) | SCREEN_BIT(SESSION_LIMIT_DESTINATION))
#define SCREEN_UDP_RATES (SCREEN_BIT(UDP_FLOOD) | SCREEN_BIT(UDP_PORT_SCAN) | SCREEN_BIT(UDP_SWEEP))
#define SCREEN_QUEUES    SCREEN_BIT(SYN_QUEUE)
enum { SPREAD_THRESHOLD_LEAST = 1000, SPREAD_THRESHOLD_MOST = 1000000 };

enum { SCREEN_LIMIT_OFF = -1 };

/* screen_prefix: addresses of a family that are `address` under `mask`. [I] */
struct screen_prefix {
	struct address address, mask;
	uint8_t family;
};

/* white_list: what comes from one of the sources and goes to one of the destinations; none of them stands for any. [I] */
struct white_list {
	uint32_t source_count, destination_count;
	const struct screen_prefix *source, *destination;
};

/* screen: an ids-option in a snapshot. [I] */
struct screen {
	const char *name;
	bool alarm_only;        /* alarm-without-drop */
	uint8_t syn_timeout_s;  /* how long the server of a client with a SYN cookie may take; 0: without SYN_COOKIE */
	int8_t extension_limit; /* IPv6 extension headers that a packet may have; SCREEN_LIMIT_OFF: any number */
	uint64_t rates;         /* those that count: a bit for each enum screen_id */
	uint32_t threshold[SCREENS]; /* of those */
	uint64_t checks;             /* per-packet checks: a bit for each enum screen_id */
	uint32_t white_list_count;
	const struct white_list *white_list; /* SYN segments that are part of no SYN flood */
	uint32_t ipv6_header[8];             /* a bit for each IPv6 header type that fires */
	uint32_t hop_option[8];              /* a bit for each option type of hop-by-hop headers that fires */
	uint32_t destination_option[8];      /* the same for destination headers */
};

static inline bool
screen_prefix_has(const struct screen_prefix *p, uint32_t count, uint8_t family, const struct address *a)
{
	for (uint32_t i = 0; i < count; i++)
		if (p[i].family == family && (a->half[0] & p[i].mask.half[0]) == p[i].address.half[0] &&
		    (a->half[1] & p[i].mask.half[1]) == p[i].address.half[1])
			return true;
	return false;
}

/* screen_trusts: is a SYN with this key on a white list? Any thread. */
static inline bool
screen_trusts(const struct screen *s, const struct flow_key *k)
{
	for (uint32_t i = 0; i < s->white_list_count; i++) {
		const struct white_list *l = &s->white_list[i];
		if ((l->source_count == 0 || screen_prefix_has(l->source, l->source_count, k->family, &k->source)) &&
		    (l->destination_count == 0 ||
		     screen_prefix_has(l->destination, l->destination_count, k->family, &k->destination)))
			return true;
	}
	return false;
}

static inline bool
octet_in(const uint32_t set[8], uint8_t octet)
{
	return set[octet >> 5] >> (octet & 31) & 1;
}

#endif
