/* classify.h: first match over rules with address sets, protocol and ports. Short lists are walked, long ones are
 * indexed; the answer is the same. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_H
#define RINGWALL_CLASSIFY_H

#include "classify/values.h"
#include "flow/key.h"
#include "wire_gen.h"

struct address_range {
	struct address low, high;
}; /* inclusive, network byte order */

/* address_set: ranges of each family, sorted and disjoint. Empty means: matches nothing. [I] */
struct address_set {
	uint32_t inet_count, inet6_count;
	const struct address_range *inet, *inet6;
};

/* address_set_has: is an address of this family in one of the set's ranges? Any thread. */
bool address_set_has(const struct address_set *s, uint8_t family, const struct address *a);

/* classify_rule: conditions of one rule; all must hold. A condition on ports holds for TCP, UDP and SCTP only, one on ICMP
 * type or code for ICMP over IPv4 and ICMPv6 over IPv6 only. Excluded sets match every address that is in none of them,
 * also addresses of a family that the sets do not mention: `family` narrows that. [I] */
struct classify_rule {
	uint32_t source_set_count, destination_set_count; /* 0: any address, excluded or not */
	const struct address_set *const *source_set;      /* any of these */
	const struct address_set *const *destination_set;
	bool source_excluded, destination_excluded; /* the sets are negated */
	bool any_protocol;
	uint8_t protocol;
	uint16_t source_port_low, source_port_high; /* host order; TCP, UDP, SCTP; 0..65535 = any */
	uint16_t destination_port_low, destination_port_high;
	int16_t icmp_type, icmp_code; /* -1 = any; for ICMP and ICMPv6 */
	uint8_t family;               /* 0 = both */

	/* What filters ask for: NULL: as said above, and any interface. */
	const struct octet_set *protocols;                            /* instead of any_protocol and protocol */
	const struct number_ranges *source_ports, *destination_ports; /* instead of the bounds */
	const struct unit_list *interfaces;                           /* where the packet came in */
};

/* What is asked about a packet that leaves in the other family: its source is of IPv6, its destination of IPv4, and its protocol as
 * it came. Stands in the place of the key's family. */
enum { CLASSIFY_INET6_TO_INET = 46 };

static inline uint8_t
classify_source_family(const struct flow_key *k)
{
	return k->family == ADDRESS_FAMILY_INET ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6;
}

static inline uint8_t
classify_destination_family(const struct flow_key *k)
{
	return k->family == ADDRESS_FAMILY_INET6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
}

/* classify_query: what is asked about a packet. */
struct classify_query {
	const struct flow_key *key;
	int16_t icmp_type, icmp_code; /* -1 for other protocols */
	uint16_t unit;                /* ingress unit */
	bool transport;               /* it has a transport header: the key's ports are its own */
};

struct classifier; /* [I] after build */

enum { CLASSIFY_LINEAR_MAX = 64, CLASSIFY_NONE = -1 };

/* classify_build compiles rules in order. The rules and sets must outlive it. NULL on lack of memory. Control thread.
 * Up to CLASSIFY_LINEAR_MAX rules are walked, unless their sets are long; others are indexed: see index.h. */
struct classifier *classify_build(const struct classify_rule *rules, uint32_t count);
void classify_free(struct classifier *c);

/* classify_match returns the index of the first rule that matches, or CLASSIFY_NONE. icmp type and code are -1 for other
 * protocols. Worker only, allocates nothing. */
int32_t classify_match(const struct classifier *c, const struct flow_key *k, int16_t icmp_type, int16_t icmp_code);

/* classify_next is classify_match among the rules behind `after`, for rules with conditions that are not in the key; with
 * CLASSIFY_NONE it begins at the first. Worker only, allocates nothing. */
int32_t classify_next(const struct classifier *c, const struct flow_key *k, int16_t icmp_type, int16_t icmp_code,
		      int32_t after);

/* classify_find is classify_next for all that a query can ask. Worker only, allocates nothing. */
int32_t classify_find(const struct classifier *c, const struct classify_query *q, int32_t after);

/* classify_memory: bytes that the classifier holds, rules and sets not counted. */
uint64_t classify_memory(const struct classifier *c);

/* classify_match_linear: the plain walk, for short lists and as the judge of the index in tests. */
int32_t classify_match_linear(const struct classify_rule *rules, uint32_t count, const struct flow_key *k,
			      int16_t icmp_type, int16_t icmp_code);

#endif
