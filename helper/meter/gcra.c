/* gcra.c: see gcra.h. SPDX-License-Identifier: Apache-2.0 */
#include "meter/gcra.h"

enum { PARTS = 16 }; /* of a nanosecond */
#define SECOND (1000000000ull * PARTS)

void
gcra_init(struct gcra *g, uint32_t rate, uint32_t burst)
{
	*g = (struct gcra){ 0 };
	if (rate == 0)
		return;
	g->increment = (SECOND + rate - 1) / rate;
	g->tolerance = (burst > 1 ? burst - 1 : 0) * g->increment;
}

/* A word that lies further ahead than g's own burst allows would make g wait for tokens that it never gave. */
void
gcra_adopt(struct gcra *g, const struct gcra *old)
{
	if (g->increment == 0 || old->increment == 0)
		return;
	uint64_t full_at = __atomic_load_n(&old->full_at, __ATOMIC_RELAXED);
	uint64_t before = old->tolerance + old->increment, after = g->tolerance + g->increment;
	if (before > after)
		full_at = full_at > before - after ? full_at - (before - after) : 0;
	__atomic_store_n(&g->full_at, full_at, __ATOMIC_RELAXED);
}

bool
gcra_take_limited(struct gcra *g, uint64_t now_ns)
{
	uint64_t now = now_ns * PARTS;
	uint64_t full_at = __atomic_load_n(&g->full_at, __ATOMIC_RELAXED), next;
	do {
		if (full_at > now + g->tolerance)
			return false;
		next = (full_at > now ? full_at : now) + g->increment;
	} while (!__atomic_compare_exchange_n(&g->full_at, &full_at, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}
