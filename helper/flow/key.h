/* key.h: what identifies one direction of a flow, and its hashes. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_KEY_H
#define RINGWALL_FLOW_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* An address of either family: IPv4 in the first four bytes, the other twelve zero. Network byte order. */
struct address {
	union {
		uint8_t byte[16];
		uint32_t word[4];
		uint64_t half[2];
	};
};

/* flow_key: every packet has one, also a packet without ports (ports are then 0).
 * TCP, UDP, SCTP: ports. ICMP echo: identifier in both ports, so that a reply mirrors its request.
 * Other ICMP, GRE, ESP and the rest: ports 0. Later fragments: ports 0 until flow/fragment fills them in.
 * 40 bytes without padding, compared and hashed as five 64-bit words. */
struct flow_key {
	struct address source;
	struct address destination;
	uint16_t source_port;      /* network byte order */
	uint16_t destination_port; /* network byte order */
	uint8_t protocol;
	uint8_t family;    /* enum address_family: 2 or 10 */
	uint16_t instance; /* routing instance of the ingress interface */
};
_Static_assert(sizeof(struct flow_key) == 40, "flow_key is compared as five words");

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* flow_key_reverse returns the key of the other direction, as it is on the wire without NAT. */
static inline struct flow_key
flow_key_reverse(const struct flow_key *k)
{
	return (struct flow_key){
		.source = k->destination,
		.destination = k->source,
		.source_port = k->destination_port,
		.destination_port = k->source_port,
		.protocol = k->protocol,
		.family = k->family,
		.instance = k->instance,
	};
}

/* key_word reads 64-bit word i of a key, key_mix folds the 128-bit product of its two operands. Every operand is
 * mixed with a secret derived from the seed, so nobody outside can choose one that is zero or predict a product. */
static inline uint64_t
key_word(const void *k, unsigned i)
{
	uint64_t w;
	memcpy(&w, (const uint8_t *)k + 8 * i, sizeof w);
	return w;
}

static inline uint64_t
key_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* key_fold breaks up the arithmetic progressions that one product makes of keys that differ in a port. */
static inline uint32_t
key_fold(uint64_t h)
{
	h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93ull;
	return (uint32_t)(h ^ (h >> 32));
}

/* key_secret i of a seed; odd multiples keep the secrets of one seed apart. */
static inline uint64_t
key_secret(uint64_t seed, unsigned i)
{
	return (seed ^ (seed >> 29)) * (0x9e3779b97f4a7c15ull + 2 * (uint64_t)i * 0xbf58476d1ce4e5b9ull) +
	       0x94d049bb133111ebull * (i + 1);
}

/* flow_key_hash hashes all 40 bytes; `seed` is random per start, so that nobody outside can aim at one bucket. */
static inline uint32_t
flow_key_hash(const struct flow_key *k, uint64_t seed)
{
	uint64_t source = key_mix(key_word(k, 0) ^ key_secret(seed, 0), key_word(k, 1) ^ key_secret(seed, 1));
	uint64_t destination = key_mix(key_word(k, 2) ^ key_secret(seed, 2), key_word(k, 3) ^ key_secret(seed, 3));
	uint64_t ports = key_word(k, 4) ^ key_secret(seed, 4);
	return key_fold(key_mix(source ^ ports, destination ^ key_secret(seed, 5)));
}

/* flow_key_owner_hash is symmetric (both directions agree) and takes addresses only, so that later fragments and ICMP errors (by
 * their inner key) reach the worker that owns their flow. Not the protocol either: later fragments of IPv6 need not tell it
 * (RFC 8200 4.5). docs/decisions/0001-workers-own-flows.md */
static inline uint32_t
flow_key_owner_hash(const struct flow_key *k, uint64_t seed)
{
	uint64_t one = key_mix(key_word(k, 0) ^ key_secret(seed, 6), key_word(k, 1) ^ key_secret(seed, 7));
	uint64_t other = key_mix(key_word(k, 2) ^ key_secret(seed, 6), key_word(k, 3) ^ key_secret(seed, 7));
	return key_fold(key_mix((one + other) ^ key_secret(seed, 8), key_secret(seed, 9)));
}

/* flow_key_source_hash takes the source's address only: all flows of a host have one owner. */
static inline uint32_t
flow_key_source_hash(const struct flow_key *k, uint64_t seed)
{
	uint64_t one = key_mix(key_word(k, 0) ^ key_secret(seed, 6), key_word(k, 1) ^ key_secret(seed, 7));
	return key_fold(key_mix(one ^ key_secret(seed, 8), key_secret(seed, 9)));
}

#endif
