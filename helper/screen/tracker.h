/* tracker.h: how much comes from or goes to each address, without a list of addresses: a fixed number of cells, in which many
 * keys (addresses, or address and port) share. SPDX-License-Identifier: Apache-2.0
 *
 * Each key has one cell in each of a tracker's rows, and is beyond its threshold only if all of these cells are. A cell holds at
 * least what its keys did, so a key that is beyond its threshold is always found out, whatever else is going on: a tracker cannot
 * be filled into letting things pass. What it can do is find fault with a key that did nothing, when others have filled its
 * cells in every row; the seed keeps such keys from being chosen.
 *
 * All workers use the same tracker at the same time, without waiting for each other; nothing that one counts is lost. */
#ifndef RINGWALL_SCREEN_TRACKER_H
#define RINGWALL_SCREEN_TRACKER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RATE_ROWS = 4,
	RATE_CELLS = 8192, /* in each row: 64 KB */
	SPREAD_ROWS = 2,
	SPREAD_CELLS = 4096, /* in each row: 288 KB */
	SPREAD_TARGETS = 10, /* so many different ones within the threshold are too many */
	LIMIT_ROWS = 4,
	LIMIT_CELLS = 16384, /* in each row: 128 KB */
	LIMITS_MAX = 1024,   /* trackers of sessions at a time */
};

struct tracker; /* [A] */

enum tracker_kind { TRACKER_RATE, TRACKER_SPREAD, TRACKER_LIMIT };

/* tracker_create makes an empty tracker with one reference, or returns NULL. tracker_share adds a reference, tracker_release
 * takes one away and frees the tracker with its last, a TRACKER_LIMIT when nothing is taken from it any more; NULL is allowed.
 * Control thread. */
struct tracker *tracker_create(enum tracker_kind kind);
struct tracker *tracker_share(struct tracker *t);
void tracker_release(struct tracker *t);

/* tracker_hash makes a key from `words`; `seed` is secret and the same for all workers. Any thread. */
uint64_t tracker_hash(uint64_t seed, const uint64_t *words, unsigned count);

/* tracker_rate counts one packet of `key` and returns whether it is one too many: then it is not counted after all. `threshold` pass
 * at once, and `threshold` a second in the long run: of any d seconds no more than threshold * (1 + d), but for one in eight thousand at
 * the highest threshold, 1000000 (GCRA, ITU-T I.371). Where workers meet at the threshold, fewer may, by less than one for each
 * worker. Worker. */
bool tracker_rate(struct tracker *t, uint64_t key, uint32_t threshold, uint64_t now_ns);
/* tracker_rate_alone is tracker_rate where there is one worker. */
bool tracker_rate_alone(struct tracker *t, uint64_t key, uint32_t threshold, uint64_t now_ns);

/* tracker_spread notes that `key` went to `target`, and returns whether that is the tenth target, or a later one, while nine others
 * were first met within the last `threshold_us`, at most 1000000. Targets that were met within that time are not new. Both
 * come from tracker_hash; `target` must depend on the key too. Where workers meet, as many as nine for each row may pass.
 * Worker. */
bool tracker_spread(struct tracker *t, uint64_t key, uint64_t target, uint32_t threshold_us, uint64_t now_ns);

/* tracker_take counts one more session of `key`, unless that makes more than `limit`: then it returns 0. Else it returns the
 * tracker's number, for tracker_give. Where workers meet at the limit, fewer may be let in, by less than one for each worker.
 * tracker_full tells whether tracker_take would refuse. Worker. */
uint16_t tracker_take(struct tracker *t, uint64_t key, uint32_t limit);
bool tracker_full(const struct tracker *t, uint64_t key, uint32_t limit);
/* tracker_give takes back what tracker_take counted, whatever became of the tracker's snapshots. Worker. */
void tracker_give(uint16_t number, uint64_t key);

#endif
