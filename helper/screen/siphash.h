/* siphash.h: SipHash-2-4 (Aumasson, Bernstein), for what nobody outside may be able to make. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SCREEN_SIPHASH_H
#define RINGWALL_SCREEN_SIPHASH_H

#include <stdint.h>

static inline uint64_t
siphash_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
siphash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = siphash_rotate(v[1], 13) ^ v[0];
	v[3] = siphash_rotate(v[3], 16) ^ v[2];
	v[0] = siphash_rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = siphash_rotate(v[1], 17) ^ v[2];
	v[3] = siphash_rotate(v[3], 21) ^ v[0];
	v[2] = siphash_rotate(v[2], 32);
}

/* siphash hashes the 8 * count bytes that `count` words are in little-endian order. Any thread. */
static inline uint64_t
siphash(const uint64_t key[2], const uint64_t *words, unsigned count)
{
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575ull, key[1] ^ 0x646f72616e646f6dull,
			  key[0] ^ 0x6c7967656e657261ull, key[1] ^ 0x7465646279746573ull };
	for (unsigned i = 0; i <= count; i++) {
		uint64_t word = i < count ? words[i] : (uint64_t)(8 * count) << 56;
		v[3] ^= word;
		siphash_round(v);
		siphash_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (unsigned i = 0; i < 4; i++)
		siphash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
