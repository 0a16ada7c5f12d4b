/* memo.c: see memo.h. SPDX-License-Identifier: Apache-2.0 */
#include "filter/memo.h"

#include <stdlib.h>
#include <string.h>

enum { CHAINS = 4096 };

struct filter_memos {
	uint32_t epoch, count; /* memo[1..count] are in use */
	uint32_t first[CHAINS];
	struct filter_memo memo[FILTER_MEMOS + 1];
};

struct filter_memos *
filter_memos_create(void)
{
	return calloc(1, sizeof(struct filter_memos));
}

void
filter_memos_destroy(struct filter_memos *m)
{
	free(m);
}

static uint32_t
chain_of(const struct filter_trail *t)
{
	uint64_t h = 0;
	for (uint32_t i = 0; i < t->term_count; i++)
		h = (h ^ (uintptr_t)t->term[i]) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 32) % CHAINS;
}

static bool
same(const struct filter_memo *m, const struct filter_trail *t)
{
	return m->term_count == t->term_count && memcmp(m->term, t->term, t->term_count * sizeof t->term[0]) == 0;
}

uint32_t
filter_memos_keep(struct filter_memos *m, uint32_t epoch, const struct filter_trail *t)
{
	if (!t->invariant || t->term_count > TRAIL_TERMS_MAX)
		return FILTER_MEMO_LIVE;
	if (m->epoch != epoch) {
		m->epoch = epoch;
		m->count = 0;
		memset(m->first, 0, sizeof m->first);
	}
	uint32_t *first = &m->first[chain_of(t)];
	for (uint32_t i = *first; i != 0; i = m->memo[i].next)
		if (same(&m->memo[i], t))
			return i;
	if (m->count == FILTER_MEMOS)
		return FILTER_MEMO_LIVE;
	struct filter_memo *memo = &m->memo[++m->count];
	memo->term_count = t->term_count;
	memcpy(memo->term, t->term, t->term_count * sizeof t->term[0]);
	memo->next = *first;
	*first = m->count;
	return m->count;
}

const struct filter_memo *
filter_memos_at(const struct filter_memos *m, uint32_t number)
{
	return &m->memo[number];
}
