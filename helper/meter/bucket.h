/* bucket.h: a token bucket in integer nanoseconds: pure, single owner. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_METER_BUCKET_H
#define RINGWALL_METER_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* bucket: GCRA form (ITU-T I.371): `full_at` is the theoretical arrival time. [W] */
struct bucket {
	uint64_t increment_ns; /* time one token takes; 0 = unlimited */
	uint64_t tolerance_ns; /* (burst - 1) * increment */
	uint64_t full_at_ns;
};

/* bucket_init: `rate` tokens per second (0 = unlimited), `burst` tokens at once (at least 1). */
void bucket_init(struct bucket *b, uint32_t rate, uint32_t burst);

/* bucket_take takes one token at now_ns (monotonic); false if there is none. */
bool bucket_take(struct bucket *b, uint64_t now_ns);

#endif
