/* bucket.c: the generic cell rate algorithm, virtual scheduling form. SPDX-License-Identifier: Apache-2.0 */
#include "meter/bucket.h"

#define SECOND_NS 1000000000ull

void
bucket_init(struct bucket *b, uint32_t rate, uint32_t burst)
{
	uint64_t tolerance = (burst > 1 ? burst - 1 : 0) * SECOND_NS;
	*b = (struct bucket){ .rate = rate };
	if (rate == 0)
		return;
	b->increment_ns = SECOND_NS / rate;
	b->increment_rest = (uint32_t)(SECOND_NS % rate);
	b->tolerance_ns = tolerance / rate;
	b->tolerance_rest = (uint32_t)(tolerance % rate);
}

bool
bucket_take(struct bucket *b, uint64_t now_ns)
{
	uint64_t limit = now_ns + b->tolerance_ns, at = b->full_at_ns, rest = b->full_at_rest;
	if (b->rate == 0)
		return true;
	if (at > limit || (at == limit && rest > b->tolerance_rest))
		return false;
	if (at < now_ns) {
		at = now_ns;
		rest = 0;
	}
	at += b->increment_ns;
	rest += b->increment_rest;
	if (rest >= b->rate) {
		rest -= b->rate;
		at++;
	}
	b->full_at_ns = at;
	b->full_at_rest = (uint32_t)rest;
	return true;
}
