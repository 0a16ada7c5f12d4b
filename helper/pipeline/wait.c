/* wait.c: packets whose neighbour the kernel is resolving: bounded in number and time, in the order they came.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

#include <stdlib.h>

enum { NOBODY = WAIT_MAX };

struct held {
	struct packet packet;
	uint64_t since_ns;
	uint16_t next;
};

/* wait_queue: one list in order of arrival, one of free places. `neighbour` says for whom each place waits, apart, so
 * that counting is cheap even under a flood. [W] */
struct wait_queue {
	uint16_t first, last, free;
	uint32_t neighbour[WAIT_MAX]; /* NEIGHBOUR_NONE: free */
	struct held held[WAIT_MAX];
};

struct wait_queue *
wait_create(void)
{
	struct wait_queue *q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->first = q->last = NOBODY;
	for (uint16_t i = 0; i < WAIT_MAX; i++)
		q->held[i].next = (uint16_t)(i + 1);
	return q;
}

void
wait_destroy(struct wait_queue *q)
{
	free(q);
}

static uint32_t
waiting_for(const struct wait_queue *q, uint32_t neighbour)
{
	uint32_t count = 0;
	for (unsigned i = 0; i < WAIT_MAX; i++)
		count += q->neighbour[i] == neighbour;
	return count;
}

/* A request that finds the list to the control thread full is made again when the queue is walked. */
static void
request(struct worker *w, uint32_t neighbour)
{
	if (w->resolve_count < PACKET_BURST && neighbour_want(w->neighbours, neighbour))
		w->resolve[w->resolve_count++] = neighbour;
}

bool
wait_hold(struct worker *w, struct packet *p)
{
	struct wait_queue *q = w->waiting;
	if (q->free == NOBODY || waiting_for(q, p->neighbour) >= WAIT_PER_NEIGHBOUR) {
		p->drop_reason = DROP_REASON_NEIGHBOUR_QUEUE_FULL;
		return false;
	}
	request(w, p->neighbour);
	uint16_t i = q->free;
	struct held *h = &q->held[i];
	q->free = h->next;
	q->neighbour[i] = p->neighbour;
	h->packet = *p;
	h->since_ns = w->now_ns;
	h->next = NOBODY;
	if (q->first == NOBODY)
		q->first = i;
	else
		q->held[q->last].next = i;
	q->last = i;
	return true;
}

static void
take_out(struct wait_queue *q, uint16_t before, uint16_t i)
{
	struct held *h = &q->held[i];
	if (before == NOBODY)
		q->first = h->next;
	else
		q->held[before].next = h->next;
	if (q->last == i)
		q->last = before;
	q->neighbour[i] = NEIGHBOUR_NONE;
	h->next = q->free;
	q->free = i;
}

bool
wait_next(struct worker *w, struct packet *out, bool *found)
{
	struct wait_queue *q = w->waiting;
	uint8_t mac[6];
	for (uint16_t before = NOBODY, i = q->first; i != NOBODY; before = i, i = q->held[i].next) {
		const struct held *h = &q->held[i];
		enum neighbour_state state = neighbour_read(w->neighbours, q->neighbour[i], mac);
		bool over = w->now_ns - h->since_ns >= WAIT_NS;
		*found = state == NEIGHBOUR_VALID || state == NEIGHBOUR_FAILED;
		if (*found || over) {
			*out = h->packet;
			take_out(q, before, i);
			return true;
		}
		if (state == NEIGHBOUR_UNKNOWN)
			request(w, q->neighbour[i]);
	}
	return false;
}
