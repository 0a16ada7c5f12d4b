/* memo.h: filter trails that flows remember, so that a packet of a known flow meets its filters without walking a term.
 * Equal trails are kept once; a flow holds the number of one. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FILTER_MEMO_H
#define RINGWALL_FILTER_MEMO_H

#include "filter/trail.h"

/* What a flow holds besides numbers of trails. */
#define FILTER_MEMO_NONE 0u         /* no filter is attached there */
#define FILTER_MEMO_LIVE UINT32_MAX /* the filter is evaluated for each packet */

enum { FILTER_MEMOS = 8192 }; /* trails per worker and judgement; flows beyond that are evaluated for each packet */

struct filter_memos; /* [W] */

/* filter_memo: the terms that match every whole packet of a flow, in order. */
struct filter_memo {
	uint32_t term_count;
	uint32_t next; /* link of the hash chain */
	const struct filter_term *term[TRAIL_TERMS_MAX];
};

struct filter_memos *filter_memos_create(void);
void filter_memos_destroy(struct filter_memos *m);

/* filter_memos_keep returns the number of a trail that is invariant, or FILTER_MEMO_LIVE if it cannot be remembered. Numbers
 * are good for one epoch: the first call in another one forgets all. Worker only, allocates nothing. */
uint32_t filter_memos_keep(struct filter_memos *m, uint32_t epoch, const struct filter_trail *t);

/* filter_memos_at returns the memo of a number that keep gave in this epoch. Worker only. */
const struct filter_memo *filter_memos_at(const struct filter_memos *m, uint32_t number);

#endif
