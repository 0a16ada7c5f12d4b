/* bucket.h: a token bucket in integer nanoseconds: pure, single owner. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_METER_BUCKET_H
#define RINGWALL_METER_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* bucket: GCRA form (ITU-T I.371). The theoretical arrival time is full_at_ns + full_at_rest / rate nanoseconds: the rest
 * keeps rates exact that do not divide a second. From full, exactly burst + floor(rate * t) tokens come out within t. [W] */
struct bucket {
	uint64_t increment_ns; /* time one token takes, whole nanoseconds */
	uint64_t tolerance_ns; /* (burst - 1) tokens, whole nanoseconds */
	uint64_t full_at_ns;
	uint32_t increment_rest; /* the rests are in units of 1 / rate nanoseconds */
	uint32_t tolerance_rest;
	uint32_t full_at_rest;
	uint32_t rate; /* 0 = unlimited */
};

/* bucket_init: `rate` tokens per second (0 = unlimited), `burst` tokens at once (at least 1). The bucket is full. */
void bucket_init(struct bucket *b, uint32_t rate, uint32_t burst);

/* bucket_take takes one token at now_ns (monotonic); false if there is none. */
bool bucket_take(struct bucket *b, uint64_t now_ns);

#endif
