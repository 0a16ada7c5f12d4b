/* trail.h: what one attached filter said about one packet: the terms that matched, in order, so that finish can log them and
 * a flow can remember them. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FILTER_TRAIL_H
#define RINGWALL_FILTER_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

struct filter_term;

enum {
	TRAIL_TERMS_MAX = 8, /* of those that matched, this many can be remembered by a flow */
	TRAIL_LOGS_MAX =
	    9, /* a snapshot has at most 8 terms in a filter that log and go on, and the last one logs too */
};

/* filter_trail: [W] written by the worker that handles the packet. */
struct filter_trail {
	uint8_t term_count; /* terms that matched; the last one decided unless none did */
	uint8_t log_count;  /* of those, the ones that log */
	bool invariant;     /* every packet of the flow, whole and not an ICMP error, leaves the same trail */
	bool replayed;      /* by a memo, without walking a term */
	const struct filter_term *term[TRAIL_TERMS_MAX]; /* the first of them; term_count may be larger */
	const struct filter_term *log[TRAIL_LOGS_MAX];
};

/* trail_clear makes an empty trail. Worker only. */
static inline void
trail_clear(struct filter_trail *t)
{
	t->term_count = 0;
	t->log_count = 0;
	t->invariant = true;
	t->replayed = false;
}

#endif
