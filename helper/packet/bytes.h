/* bytes.h: big-endian fields at any alignment. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_BYTES_H
#define RINGWALL_PACKET_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t
load16(const uint8_t *at)
{
	uint16_t v;
	memcpy(&v, at, 2);
	return __builtin_bswap16(v);
}

static inline uint32_t
load32(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, 4);
	return __builtin_bswap32(v);
}

static inline void
store16(uint8_t *at, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(at, &v, 2);
}

static inline void
store32(uint8_t *at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(at, &v, 4);
}

/* Fields that stay in network order: ports, addresses, checksums. */
static inline uint16_t
load16_raw(const uint8_t *at)
{
	uint16_t v;
	memcpy(&v, at, 2);
	return v;
}

static inline uint32_t
load32_raw(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, 4);
	return v;
}

#endif
