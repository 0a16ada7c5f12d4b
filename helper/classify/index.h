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

/* classify_search: the matching rules of one packet, one after the other. Its members are the index's own. */
enum { CLASSIFY_VECTORS_MAX = 5, CLASSIFY_CLASSES = 4 };
struct classify_search {
	const struct classify_index *index;
	const uint32_t *vector[CLASSIFY_VECTORS_MAX]; /* whose common bits are wanted; those that are full left out */
	uint32_t vectors;
	/* of each class: where to look on, or the word with these bits, whose rules match */
	uint32_t bit[CLASSIFY_CLASSES];
	uint64_t common[CLASSIFY_CLASSES];

	/* the row that is looked at */
	uint32_t row, rows;
	const uint32_t *chunk[CLASSIFY_VECTORS_MAX]; /* the vectors' rows of chunks; those that are full left out */
	uint64_t alive;                              /* a bit for each word in which all of them have bits */
};

/* classify_index_start begins a search among the rules at or behind `from`; false if no rule can match. Worker only,
 * allocates nothing. */
bool classify_index_start(const struct classify_index *x, const struct classify_query *q, uint32_t from,
			  struct classify_search *s);

/* classify_index_next returns the first matching rule at or behind `from`, or CLASSIFY_NONE. Within a search `from` never
 * gets smaller: what was passed over is not looked at again, so that all answers together cost one walk. Worker only. */
int32_t classify_index_next(struct classify_search *s, uint32_t from);

uint64_t classify_index_memory(const struct classify_index *x);

/* classify_index_pays: is the list so long, or are its sets, that walking it costs more than the index? */
bool classify_index_pays(const struct classify_rule *rules, uint32_t count);

/* Which conditions a rule has, and which of them a protocol can meet: one meaning for walk and index. */
static inline bool
classify_takes(const struct classify_rule *r, uint8_t protocol)
{
	return r->protocols ? octet_set_has(r->protocols, protocol) : r->any_protocol || r->protocol == protocol;
}

static inline bool
classify_ports_asked(const struct classify_rule *r)
{
	return r->source_ports || r->destination_ports || r->source_port_low > 0 || r->source_port_high < 65535 ||
	       r->destination_port_low > 0 || r->destination_port_high < 65535;
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
