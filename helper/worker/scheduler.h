/* scheduler.h: the queues of one worker at one device, and which frame leaves next. Pure: no socket, no clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_WORKER_SCHEDULER_H
#define RINGWALL_WORKER_SCHEDULER_H

#include "snapshot/snapshot.h"

/* SCHEDULER_FRAMES: what one queue holds. What one burst of the pipeline may put into it finds room if it is empty. */
enum { SCHEDULER_FRAMES = 256 };

struct scheduler; /* [W] */

struct scheduler_frame {
	uint64_t address; /* of its first byte, in the UMEM */
	uint32_t length;
};

/* Control thread, while no worker uses it. NULL: no memory. What is left in the queues is forgotten. */
struct scheduler *scheduler_create(void);
void scheduler_destroy(struct scheduler *s);

/* scheduler_room: how many frames a queue takes. Worker only. */
uint32_t scheduler_room(const struct scheduler *s, unsigned queue);
bool scheduler_empty(const struct scheduler *s);

/* scheduler_put assumes that there is room. Worker only. */
void scheduler_put(struct scheduler *s, unsigned queue, uint64_t address, uint32_t length);

/* scheduler_next takes out the frame that may leave now, or returns false: nothing waits, or what waits has to. First come the
 * frames within their queue's rate and those of strict-high queues, then those of queues that take what others leave (not
 * `exact`); each time by priority, and queues of the same priority in turn. All of it within the port's shaping rate: while
 * that is used up, nothing overtakes the frame whose turn it is. Rates are shared by all workers; priorities hold among the
 * frames of one. Worker only. */
bool scheduler_next(struct scheduler *s, const struct port_queues *q, uint32_t worker, uint64_t now_ns,
		    struct scheduler_frame *out);

/* scheduler_any takes out any frame, whatever the rates say. Worker only. */
bool scheduler_any(struct scheduler *s, struct scheduler_frame *out);

#endif
