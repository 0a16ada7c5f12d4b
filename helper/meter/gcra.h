/* gcra.h: a rate that several workers share in one atomic word. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_METER_GCRA_H
#define RINGWALL_METER_GCRA_H

#include <stdbool.h>
#include <stdint.h>

enum { GCRA_RATE_MAX = 1000000, GCRA_BURST_MAX = 1000000 };

/* gcra: the generic cell rate algorithm (ITU-T I.371), virtual scheduling form. Times are in sixteenths of a nanosecond of the
 * monotonic clock, so that a word lasts 36 years; what one token takes is rounded up to one of them, so that the rate is kept
 * from above: at a million a second it is missed by less than 1 in 16,000, at 1,000 by less than 1 in 16 million, and by
 * nothing where it divides 16 * 10^9. */
struct gcra {
	uint64_t increment; /* [I] what one token takes; 0: unlimited */
	uint64_t tolerance; /* [I] what the other tokens of a burst take */
	uint64_t full_at;   /* [A] when the bucket is full again */
};

/* gcra_init: `rate` tokens per second, 0: unlimited; `burst` at once, at least 1. The bucket is full. */
void gcra_init(struct gcra *g, uint32_t rate, uint32_t burst);

/* gcra_adopt makes g as full as `old` is, as far as its own burst goes. Control thread. */
void gcra_adopt(struct gcra *g, const struct gcra *old);

/* gcra_take_limited is gcra_take for a rate that is not unlimited. */
bool gcra_take_limited(struct gcra *g, uint64_t now_ns);

/* gcra_take takes one token at now_ns (monotonic; time that stands still or steps back earns nothing and loses nothing); false
 * if there is none. Every call is one indivisible step, so that within any time t no more than burst + rate * t are given out,
 * however many workers there are. A refusal only reads. Any thread. */
static inline bool
gcra_take(struct gcra *g, uint64_t now_ns)
{
	return g->increment == 0 || gcra_take_limited(g, now_ns);
}

#endif
