/* wait.c: packets whose neighbour the kernel is resolving: bounded in number and time, in the order they came.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

#include <stdlib.h>

enum { NOBODY = WAIT_MAX, CLASSES = 4096 };

struct held {
	struct packet packet;
	uint64_t since_ns;
};

/* wait_queue: one list in order of arrival, one of free places. What is looked for lies apart from the packets, so that it is
 * cheap even under a flood; `classes` says of most flows that they have none here. [W] */
struct wait_queue {
	uint16_t first, last, free;
	uint16_t out;                 /* its packet was handed out by wait_next; NOBODY: none is */
	uint32_t neighbour[WAIT_MAX]; /* NEIGHBOUR_NONE: free */
	uint32_t flow[WAIT_MAX];      /* hash of the flow key */
	uint16_t next[WAIT_MAX];
	uint16_t classes[CLASSES]; /* packets that wait, by hash of their flow */
	struct held held[WAIT_MAX];
};

struct wait_queue *
wait_create(void)
{
	struct wait_queue *q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->first = q->last = q->out = NOBODY;
	for (uint16_t i = 0; i < WAIT_MAX; i++)
		q->next[i] = (uint16_t)(i + 1);
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

/* first_of returns the place of the first packet of a flow, of those before the place `end`. */
static uint16_t
first_of(const struct wait_queue *q, const struct packet *p, uint16_t end)
{
	if (q->classes[p->hash % CLASSES] == 0)
		return NOBODY;
	for (uint16_t i = q->first; i != end && i != NOBODY; i = q->next[i])
		if (q->flow[i] == p->hash && flow_key_equal(&q->held[i].packet.key, &p->key))
			return i;
	return NOBODY;
}

bool
wait_before(const struct worker *w, const struct packet *p)
{
	const struct wait_queue *q = w->waiting;
	return first_of(q, p, q->out) != NOBODY;
}

static void
put_in(struct worker *w, uint16_t i, const struct packet *p)
{
	struct wait_queue *q = w->waiting;
	q->neighbour[i] = p->neighbour;
	q->flow[i] = p->hash;
	q->classes[p->hash % CLASSES]++;
	q->held[i].packet = *p;
	w->held++;
}

static void
take_out(struct worker *w, uint16_t i)
{
	struct wait_queue *q = w->waiting;
	q->neighbour[i] = NEIGHBOUR_NONE;
	q->classes[q->flow[i] % CLASSES]--;
	w->held--;
}

bool
wait_hold(struct worker *w, struct packet *p)
{
	struct wait_queue *q = w->waiting;
	uint16_t i = q->out != NOBODY ? q->out : q->free;
	if (i == NOBODY || waiting_for(q, p->neighbour) >= WAIT_PER_NEIGHBOUR) {
		p->drop_reason = DROP_REASON_NEIGHBOUR_QUEUE_FULL;
		return false;
	}
	request(w, p->neighbour);
	put_in(w, i, p);
	if (q->out != NOBODY) {
		q->out = NOBODY;
		return true;
	}
	q->free = q->next[i];
	q->held[i].since_ns = w->now_ns;
	q->next[i] = NOBODY;
	if (q->first == NOBODY)
		q->first = i;
	else
		q->next[q->last] = i;
	q->last = i;
	return true;
}

/* over: it waits no longer; *found says that its neighbour is known, or is known not to answer. */
static bool
over(const struct worker *w, uint16_t i, bool *found)
{
	const struct wait_queue *q = w->waiting;
	uint8_t mac[6];
	enum neighbour_state state = neighbour_read(w->neighbours, q->neighbour[i], mac);
	*found = state == NEIGHBOUR_VALID || state == NEIGHBOUR_FAILED;
	return *found || w->now_ns - q->held[i].since_ns >= WAIT_NS;
}

bool
wait_ends(const struct worker *w, const struct packet *p)
{
	const struct wait_queue *q = w->waiting;
	uint16_t i = first_of(q, p, NOBODY);
	bool found;
	return i != NOBODY && over(w, i, &found);
}

bool
wait_next(struct worker *w, struct packet *out, bool *found)
{
	struct wait_queue *q = w->waiting;
	for (uint16_t i = q->first; i != NOBODY; i = q->next[i]) {
		const struct packet *p = &q->held[i].packet;
		if (over(w, i, found) && (!*found || first_of(q, p, i) == NOBODY)) {
			*out = *p;
			q->out = i;
			take_out(w, i);
			return true;
		}
		request(w, q->neighbour[i]);
	}
	return false;
}

void
wait_leave(struct worker *w)
{
	struct wait_queue *q = w->waiting;
	uint16_t before = NOBODY, i = q->first;
	if (q->out == NOBODY)
		return;
	for (; i != q->out; i = q->next[i])
		before = i;
	if (before == NOBODY)
		q->first = q->next[i];
	else
		q->next[before] = q->next[i];
	if (q->last == i)
		q->last = before;
	q->next[i] = q->free;
	q->free = i;
	q->out = NOBODY;
}
