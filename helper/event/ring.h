/* ring.h: the producer's end of one worker's event ring (design section 4, shared/wire/frames.json).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_RING_H
#define RINGWALL_EVENT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "wire_gen.h"

struct event_ring; /* [W], but its counters and head are read by others */

/* event_ring_create makes (or replaces) the ring file `path` with slot_count slots (a power of two), mode 0640 group
 * `gid` (-1: leave), and maps it. A ring that a former helper left is renamed to `path`.<start_id> first, if it still
 * holds unread frames, so that the daemon can drain it. NULL and errno on failure. Control thread, at start. */
struct event_ring *event_ring_create(const char *path, uint32_t slot_count, uint64_t start_id, uint32_t worker,
				     int gid);
/* event_ring_memory makes one without a file, for the library's other drivers (replay, benchmarks, fuzzing). */
struct event_ring *event_ring_memory(uint32_t slot_count);
void event_ring_close(struct event_ring *r);

/* event_ring_reserve returns the next free frame to fill, or NULL when the ring is full or the kind's budget is used up;
 * the loss is then counted under `type`. The consumer's cursor is clamped: a hostile one can only lose its own events.
 * event_ring_commit makes the reserved frame visible (sequence stored last, release). Worker only. */
struct event_frame *event_ring_reserve(struct event_ring *r, enum event_type type);
void event_ring_commit(struct event_ring *r);

/* event_ring_suppressed counts an event that the limiter held back. Worker only. */
void event_ring_suppressed(struct event_ring *r, enum event_type type);

/* event_ring_publish stores head and heartbeat, once per burst; returns true when the consumer waits and there is
 * something to read: the caller then rings the doorbell. Worker only. */
bool event_ring_publish(struct event_ring *r, uint64_t now_ns);

/* event_ring_counter reads one counter. Any thread. */
uint64_t event_ring_counter(const struct event_ring *r, enum event_type type, enum event_outcome outcome);

/* For drivers without a daemon: next unread frame or NULL; event_ring_consume frees it. */
const struct event_frame *event_ring_peek(struct event_ring *r);
void event_ring_consume(struct event_ring *r);

#endif
