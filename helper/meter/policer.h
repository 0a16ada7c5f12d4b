/* policer.h: policers: one budget of traffic, and what happens to packets beyond it. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_METER_POLICER_H
#define RINGWALL_METER_POLICER_H

#include <stdbool.h>
#include <stdint.h>

/* POLICER_WORKERS_MAX: worker numbers are below this. */
enum { POLICER_WORKERS_MAX = 32 };

enum policer_kind {
	POLICER_TWO_COLOR,   /* one bucket: green within it, else red */
	POLICER_SINGLE_RATE, /* RFC 2697: two buckets, the second takes what the full first one does not */
	POLICER_TWO_RATE,    /* RFC 2698: two buckets with a rate each */
};

enum color { COLOR_GREEN, COLOR_YELLOW, COLOR_RED };

/* Loss priorities as snapshots number them. */
enum loss_priority { LOSS_LOW, LOSS_MEDIUM_LOW, LOSS_MEDIUM_HIGH, LOSS_HIGH };

struct policer; /* what is left of a budget */

/* policer_rule: a policer as a snapshot has it. Rates up to 10^12, bursts up to 10^9, rate and burst at least 1. [I] */
struct policer_rule {
	const char *name;            /* unique in its snapshot */
	uint8_t kind;                /* enum policer_kind */
	bool packets;                /* rates are packets/s and bursts packets; else bits/s and bytes of IP packets */
	bool color_aware;            /* three colors: no packet gets better than it came */
	bool exceed_discard;         /* two-color: beyond the budget; three colors: red */
	int8_t exceed_loss_priority; /* two-color, beyond the budget: enum loss_priority, or -1: as it is */
	int8_t exceed_forwarding_class; /* the same; -1: as it is */
	uint64_t rate, burst;           /* committed */
	uint64_t rate2, burst2;         /* two-rate: peak rate and burst; single-rate: 0 and excess burst; else 0 */
	struct policer *state;          /* shared by all workers, and by the snapshots that policer_adopt connects */
};

/* The budget. Buckets fill continuously, at `rate` tokens per second to the nanosecond and without rounding, and are full
 * when a policer starts; what a full bucket earns is lost (in single-rate, once both are full). A packet takes its tokens
 * only as the RFC says: a red one takes none, a packet larger than a burst never fits into it. `now_ns` is any clock that
 * all workers share; time that stands still or steps back earns nothing and loses nothing.
 *
 * Several workers meter at the same time without waiting for each other, and every metering is one indivisible step: the
 * colors are exactly those of the RFC's algorithm for the packets in the order of these steps, each at its own time or, if
 * that is later, at that of a packet which took tokens before it. So within any time t no more than burst + rate * t goes through, however
 * many workers there are; and a packet is not turned away while there are tokens for it at its own time: the budget is
 * under-used by less than one packet for want of tokens, and by nothing for want of agreement. */

/* policer_meter returns the color of a packet of `bytes` that came with color `in` (which only color-aware policers look
 * at), and takes its tokens. `worker`: the number of the calling worker, below POLICER_WORKERS_MAX; no two threads use the same
 * at once. No lock, no allocation. Worker. */
enum color policer_meter(const struct policer_rule *r, uint32_t worker, enum color in, uint32_t bytes, uint64_t now_ns);

/* policer_peek returns what policer_meter would, and takes nothing. Any thread. */
enum color policer_peek(const struct policer_rule *r, enum color in, uint32_t bytes, uint64_t now_ns);

/* policer_color: the color that a packet comes with: low is green, medium-low and medium-high yellow, high red. */
static inline enum color
policer_color(uint8_t loss_priority)
{
	return loss_priority == LOSS_LOW ? COLOR_GREEN : loss_priority == LOSS_HIGH ? COLOR_RED : COLOR_YELLOW;
}

/* policer_mark does to a packet what the policer has for its color, and returns whether it passes. Three colors set the loss
 * priority: low, medium-high, high; a two-color policer marks red packets as it says and leaves green ones alone. */
bool policer_mark(const struct policer_rule *r, enum color color, uint8_t *loss_priority, uint8_t *forwarding_class);

/* policer_apply meters and marks. False: the packet ends here. Worker. */
static inline bool
policer_apply(const struct policer_rule *r, uint32_t worker, uint8_t *loss_priority, uint8_t *forwarding_class,
	      uint32_t bytes, uint64_t now_ns)
{
	enum color color = policer_meter(r, worker, policer_color(*loss_priority), bytes, now_ns);
	return policer_mark(r, color, loss_priority, forwarding_class);
}

/* Ownership. A budget belongs to the rules that point to it and is counted by them; all four calls are for the control thread.
 *
 * policer_create gives a rule a full budget of its own. False: no memory. */
bool policer_create(struct policer_rule *r);

/* policer_adopt lets each rule go on with the budget of the old rule of the same name, if that differs in nothing; other rules
 * keep theirs. To be called before `rules` are published; the old ones stay usable, so an apply that fails later only
 * releases the new ones. False: no memory, nothing was changed. */
bool policer_adopt(struct policer_rule *rules, uint32_t count, const struct policer_rule *old, uint32_t old_count);

/* policer_release gives up the budgets of rules that no worker uses any more. Rules without one are skipped. */
void policer_release(struct policer_rule *rules, uint32_t count);

#endif
