/* limit.h: how many events a rule may log, and a kind of a zone. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_LIMIT_H
#define RINGWALL_EVENT_LIMIT_H

#include "meter/gcra.h"

struct snapshot;

/* event_limit: what one rule may log: a rate, shared by all workers, and where each of them counts what becomes of its events. A
 * cache line of its own. Lives with its snapshot. */
struct event_limit {
	_Alignas(64) struct gcra rate;
	uint32_t account; /* [I] row of event/account.h, from account_book_assign; 0 where there is no book */
};

/* event_limits_adopt makes each limit of a policy, filter term, screen and zone of s as used up as that of the same name was in
 * `old`. Workers may still take from the old ones until they have changed over: what they take in these milliseconds is not
 * seen. Control thread, before s is published. */
void event_limits_adopt(struct snapshot *s, const struct snapshot *old);

#endif
