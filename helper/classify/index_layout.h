/* index_layout.h: the index as it lies in memory, shared by its builder and its reader.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_INDEX_LAYOUT_H
#define RINGWALL_CLASSIFY_INDEX_LAYOUT_H

#include "classify/index.h"
#include "classify/intern.h"

enum {
	CHUNK_WORDS = 8,
	CHUNK_RULES = 64 * CHUNK_WORDS,
	ROW_CHUNKS = 8, /* so that a row has 64 words */
	ROW_RULES = CHUNK_RULES * ROW_CHUNKS,
};

/* Numbers of chunks, rows and vectors: the first two of each kind are never read. */
enum { NONE = 0, ALL = 1 };

/* A row names a chunk by its number and, in the lowest eight bits, says which of its words are not zero. */
enum { CHUNK_SHIFT = 8, CHUNK_NUMBER_MAX = 0xffffff, CHUNK_ALL = ALL << CHUNK_SHIFT | 0xff };

/* Bits stand for rules in this order: by class, and within a class as they were given. A class joins rules that are narrow
 * or broad in the same addresses. Between any-to-one and one-to-any rules in turn, every word of every vector would have
 * some bit, although hardly a rule matches; apart, most words are empty on one side. Rules that are broad in both come
 * first: what they find early makes the rest short. A class begins with a new word; bits that are left over stand for
 * NO_RULE. Few rules are one class. */
enum { CLASSES = CLASSIFY_CLASSES, CLASSED_MIN = 2048 };
#define NO_RULE UINT32_MAX

enum dimension_id {
	INET_SOURCE,
	INET_DESTINATION,
	INET6_SOURCE,
	INET6_DESTINATION,
	SOURCE_PORT,
	TCP_PORT,
	UDP_PORT,
	SCTP_PORT,
	ICMP_TYPE, /* type and code in one number, see icmp_point */
	ICMP6_TYPE,
	PROTOCOL, /* all protocols that have neither ports nor types, and those of packets without a transport header */
	INTERFACE,
	DIMENSIONS
};

/* A point of the ICMP dimensions; types and codes that are not there, or out of range, are 256. */
enum { ICMP_POINTS = 257 };
static inline uint32_t
icmp_point(int16_t type, int16_t code)
{
	return (type < 0 || type > 255 ? 256u : (uint32_t)type) * ICMP_POINTS +
	       (code < 0 || code > 255 ? 256u : (uint32_t)code);
}

/* dimension: interval i begins at start[i] and ends before start[i + 1]; start[0] is 0. */
struct dimension {
	uint32_t count;
	uint32_t *start;      /* INET6_*: NULL */
	uint64_t *start_high; /* INET6_* only: the halves of the address */
	uint64_t *start_low;
	uint32_t *vector;
};

struct classify_index {
	uint32_t bits;  /* a multiple of 64 */
	uint32_t rows;  /* of a vector */
	uint32_t *rule; /* [bits] the rule that a bit stands for */
	uint32_t class_end[CLASSES];
	struct intern chunk, row, vector;
	struct dimension dimension[DIMENSIONS];
};

#endif
