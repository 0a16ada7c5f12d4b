/* scheduler.c: see scheduler.h. SPDX-License-Identifier: Apache-2.0 */
#include "worker/scheduler.h"

#include <stdlib.h>

struct queue {
	uint32_t head, count;
	struct scheduler_frame frame[SCHEDULER_FRAMES];
};

/* What a queue may send of its own right, and what of that which others leave. */
enum share { SHARE_OWN, SHARE_REST, SHARES };

struct scheduler {
	uint8_t waiting;                  /* a bit for each queue that holds a frame */
	uint8_t turn[SHARES][PRIORITIES]; /* the queue that is asked first among those of a priority */
	struct queue queue[QUEUES];
};

struct scheduler *
scheduler_create(void)
{
	return calloc(1, sizeof(struct scheduler));
}

void
scheduler_destroy(struct scheduler *s)
{
	free(s);
}

uint32_t
scheduler_room(const struct scheduler *s, unsigned queue)
{
	return SCHEDULER_FRAMES - s->queue[queue].count;
}

bool
scheduler_empty(const struct scheduler *s)
{
	return s->waiting == 0;
}

void
scheduler_put(struct scheduler *s, unsigned queue, uint64_t address, uint32_t length)
{
	struct queue *q = &s->queue[queue];
	q->frame[(q->head + q->count++) % SCHEDULER_FRAMES] = (struct scheduler_frame){ address, length };
	s->waiting |= (uint8_t)(1u << queue);
}

static struct scheduler_frame
take(struct scheduler *s, unsigned queue)
{
	struct queue *q = &s->queue[queue];
	struct scheduler_frame f = q->frame[q->head];
	q->head = (q->head + 1) % SCHEDULER_FRAMES;
	if (--q->count == 0)
		s->waiting &= (uint8_t) ~(1u << queue);
	return f;
}

/* shaping: a rate and who asks it. */
struct shaping {
	uint32_t worker;
	uint64_t now_ns;
};

static bool
has_tokens(const struct policer_rule *rate, uint32_t length, const struct shaping *by)
{
	return !rate || policer_peek(rate, COLOR_GREEN, length, by->now_ns) == COLOR_GREEN;
}

static bool
take_tokens(const struct policer_rule *rate, uint32_t length, const struct shaping *by)
{
	return !rate || policer_meter(rate, by->worker, COLOR_GREEN, length, by->now_ns) == COLOR_GREEN;
}

static bool
may_send(const struct port_queue *q, enum share share, uint32_t length, const struct shaping *by)
{
	if (share == SHARE_REST)
		return !q->exact;
	return q->rate ? has_tokens(q->rate, length, by) : q->priority == PRIORITY_STRICT_HIGH;
}

/* The queue with a frame that may leave, of those with one priority, or QUEUES. */
static unsigned
choose(const struct scheduler *s, const struct port_queues *q, unsigned priority, enum share share,
       const struct shaping *by)
{
	uint8_t asked = q->with_priority[priority] & s->waiting;
	for (unsigned i = 0; asked && i < QUEUES; i++) {
		unsigned queue = (s->turn[share][priority] + i) % QUEUES;
		const struct queue *from = &s->queue[queue];
		if (asked >> queue & 1 && may_send(&q->queue[queue], share, from->frame[from->head].length, by))
			return queue;
	}
	return QUEUES;
}

bool
scheduler_next(struct scheduler *s, const struct port_queues *q, uint32_t worker, uint64_t now_ns,
	       struct scheduler_frame *out)
{
	const struct shaping by = { worker, now_ns };
	for (enum share share = 0; share < SHARES; share++) {
		for (unsigned priority = 0; s->waiting && priority < PRIORITIES; priority++) {
			unsigned queue = choose(s, q, priority, share, &by);
			if (queue == QUEUES)
				continue;
			uint32_t length = s->queue[queue].frame[s->queue[queue].head].length;
			/* Another worker may take the tokens that were there a moment ago: then this one asks again soon. */
			if (!has_tokens(q->shaping, length, &by) ||
			    (share == SHARE_OWN && !take_tokens(q->queue[queue].rate, length, &by)) ||
			    !take_tokens(q->shaping, length, &by))
				return false;
			*out = take(s, queue);
			s->turn[share][priority] = (uint8_t)((queue + 1) % QUEUES);
			return true;
		}
	}
	return false;
}

bool
scheduler_any(struct scheduler *s, struct scheduler_frame *out)
{
	if (!s->waiting)
		return false;
	*out = take(s, (unsigned)__builtin_ctz(s->waiting));
	return true;
}
