/* index.h: first match over many rules by bit vectors (Lakshman and Stiliadis; aggregated as by Baboescu and Varghese).
 *
 * Every field of a key falls into one of a dimension's intervals, between whose borders the same rules match. An interval
 * names a bit vector of these rules; the first bit that the vectors of all dimensions share is the answer. Vectors are
 * trees of three levels: a vector points to rows, a row to eight chunks, a chunk has the bits of 512 rules. Equal chunks,
 * rows and vectors are stored once, and neighbouring intervals differ in a few rules only, so memory grows with the number
 * of rules and not with its square. What is empty or full in one dimension is known from its number, without reading it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_INDEX_H
#define RINGWALL_CLASSIFY_INDEX_H

#include "classify/classify.h"
#include "packet/protocol.h"

struct classify_index; /* [I] after build */

/* classify_index_build compiles rules, at least one. NULL on lack of memory. Control thread. */
struct classify_index *classify_index_build(const struct classify_rule *rules, uint32_t count);
void classify_index_free(struct classify_index *x);

/* classify_index_find returns the first matching rule at or behind `from`, or CLASSIFY_NONE. Worker only. */
int32_t classify_index_find(const struct classify_index *x, const struct flow_key *k, int16_t icmp_type,
			    int16_t icmp_code, uint32_t from);

uint64_t classify_index_memory(const struct classify_index *x);

/* Which conditions a rule has, and which of them a protocol can meet: one meaning for walk and index. */
static inline bool
classify_ports_asked(const struct classify_rule *r)
{
	return r->source_port_low > 0 || r->source_port_high < 65535 || r->destination_port_low > 0 ||
	       r->destination_port_high < 65535;
}

static inline bool
classify_icmp_asked(const struct classify_rule *r)
{
	return r->icmp_type >= 0 || r->icmp_code >= 0;
}

static inline bool
classify_has_ports(uint8_t protocol)
{
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP;
}

static inline bool
classify_has_icmp(uint8_t family, uint8_t protocol)
{
	return protocol == (family == ADDRESS_FAMILY_INET ? PROTOCOL_ICMP : PROTOCOL_ICMP6);
}

#endif
