/* ring.h: the producer's end of one worker's event ring (design section 4, shared/wire/frames.json).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_RING_H
#define RINGWALL_EVENT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "wire_gen.h"

/*
 *   NAME.START_ID          0640  identity | producer | slot 0 | slot 1 | ...     written by the helper only
 *   NAME.START_ID.cursor   0660  consumer                                        written by the daemon only
 *
 * The daemon can open the first file only for reading, so nothing it does can change what the helper wrote or pull
 * pages from under it; whatever it does to the second one costs only its own events:
 *   - a cursor that goes back or beyond head is ignored, and so are consumed counts beyond what was written;
 *   - a cursor file cut short (SIGBUS) is replaced by a private page: the ring then runs full and counts.
 *
 * Who may use how much, measured by what the daemon has not consumed: SESSION_OPEN, SESSION_CLOSE and LOG_SUPPRESSED
 * (which the limiter bounds to one per rule and second, and which stands for the events it counts) all slots;
 * POLICY_DENY, SCREEN_DROP and FILTER_LOG each a third of one half.
 */
struct event_ring;   /* [W], but its counters and head are read by others */
struct account_book; /* event/account.h */

/* Unread rings of former helpers kept for each worker; beyond that the oldest is given up, and removed when its reader has had
 * this time to see that: what was not read until then is lost, and counted. */
enum { EVENT_RING_FORMER_MAX = 4, EVENT_RING_GIVE_UP_NS = 1000000000 };

/* event_ring_create makes the two files of a ring of slot_count slots (a power of two), group `gid` (-1: leave), and
 * maps them. `path` is NAME above, without start id; a file with the same start id is an error (EEXIST). Files get
 * their names when they are complete. Rings that former helpers left under NAME are then put away as event_ring_sweep
 * does; the unread ones stay, and the daemon drains them in their order. Events are counted by rule in `book`, which is open
 * until the ring is closed; NULL: by kind only.
 * Installs a SIGBUS handler. NULL and errno on failure. Control thread, at start. */
struct event_ring *event_ring_create(const char *path, uint32_t slot_count, uint64_t start_id, uint32_t worker, int gid,
				     struct account_book *book);
/* event_ring_memory makes one without a file, for the library's other drivers (replay, benchmarks, fuzzing). */
struct event_ring *event_ring_memory(uint32_t slot_count);
/* event_ring_close unmaps; the files stay for the daemon to drain. */
void event_ring_close(struct event_ring *r);

/* event_ring_settle makes what the ring of a dead helper counted by kind equal to `rules`, what the same worker counted by rule in
 * the same life: killed between the two, it counted an event there and not yet here. A frame that it counted and did not come
 * to show is then lost in both; if there is one, true, with its kind and account. Control thread, at start. */
bool event_ring_settle(const char *path, uint64_t start_id, uint64_t rules[EVENT_TYPE_COUNT][EVENT_OUTCOME_COUNT],
		       enum event_type *type, uint32_t *account);

/* event_ring_sweep removes former rings that the daemon has drained, and those given up, and adds their counters to
 * `former_events` of r's producer page: frames never read count as lost. The oldest beyond EVENT_RING_FORMER_MAX are given up at
 * now_ns (monotonic), and go with a later call. Returns how many are left. Control thread, every few seconds while it returns
 * more than 0. */
unsigned event_ring_sweep(struct event_ring *r, uint64_t now_ns);

/* event_ring_reserve returns the next free frame to fill, whose bytes are undefined, or NULL when the ring is full or the
 * kind's budget is used up; the loss is then counted under `type` and under its rule's row, `account`. The caller writes the
 * record, the extension and header.generation. event_ring_commit writes the rest of the header, both event types and the
 * account, and makes the frame visible
 * (sequence stored last, release). A frame reserved but not committed is simply reserved again. Worker only. */
struct event_frame *event_ring_reserve(struct event_ring *r, enum event_type type, uint32_t account);
void event_ring_commit(struct event_ring *r);

/* event_ring_refused: why event_ring_reserve last returned NULL: LOST_FULL or LOST_BUDGET. event_ring_room: is there room for
 * a frame of a kind that may use all slots? Counts nothing. Worker only. */
enum event_outcome event_ring_refused(const struct event_ring *r);
bool event_ring_room(struct event_ring *r);

/* event_ring_suppressed counts an event that the limiter held back. Worker only. */
void event_ring_suppressed(struct event_ring *r, enum event_type type, uint32_t account);

/* event_ring_publish stores head and heartbeat, once per burst and in housekeeping; returns true when the
 * consumer waits, there is something to read, and it was not called yet in this sleep: the caller then rings the doorbell.
 * Worker only. */
bool event_ring_publish(struct event_ring *r, uint64_t now_ns);
/* event_ring_owes: the last event_ring_publish put a doorbell off because the one before was too short ago. The caller then
 * calls it again within a millisecond, or the consumer sleeps on beside its frames. Worker only. */
bool event_ring_owes(const struct event_ring *r);

/* event_ring_delivers tells whether the daemon says that the log is delivered, for at least until now. A ring without a daemon
 * (event_ring_memory) delivers always. Worker only. */
bool event_ring_delivers(const struct event_ring *r, uint64_t now_ns);

/* event_ring_counter reads one counter. Any thread. */
uint64_t event_ring_counter(const struct event_ring *r, enum event_type type, enum event_outcome outcome);

/* For drivers without a daemon (event_ring_memory): next unread frame or NULL; event_ring_consume frees it. */
const struct event_frame *event_ring_peek(struct event_ring *r);
void event_ring_consume(struct event_ring *r);
/* event_ring_delivery says until when the log is delivered; without it: for ever. */
void event_ring_delivery(struct event_ring *r, uint64_t until_ns);

#endif
