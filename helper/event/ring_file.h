/* ring_file.h: what ring.c (the packet path) and ring_file.c (files, take-over) share; nobody else includes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_RING_FILE_H
#define RINGWALL_EVENT_RING_FILE_H

#include <stddef.h>

#include "event/ring.h"

enum { RING_NAME_BYTES = 512 };

/* event_ring: where the pages are, and the producer's own state, which nobody else can write. [W] */
struct event_ring {
	uint8_t *slots;
	uint64_t mask;      /* slot count - 1 */
	uint64_t head;      /* frames committed; the published one may lag within a burst */
	uint64_t cursor;    /* highest believable cursor seen: only asked for again when it seems full */
	uint64_t seen;      /* the cursor page's word at that time, believable or not */
	uint64_t published; /* head as last stored for others */
	enum event_type reserved;
	uint32_t account;           /* of what is reserved */
	uint8_t *cells;             /* this worker's cell of row 0; */
	size_t row_size;            /* from row to row. 0: there is no book, and all rows are this one */
	enum event_outcome refused; /* why nothing was reserved the last time */
	uint32_t rung;              /* the sleep that the doorbell was last rung for; 0: not yet in this one */
	uint64_t next_bell_ns;      /* the doorbell is not rung before */
	bool owed;                  /* a doorbell was put off until then */
	struct ring_producer *producer;
	struct ring_consumer *consumer;
	uint64_t consumed[EVENT_TYPE_COUNT]; /* by kind, as believable as cursor */
	uint64_t limit[EVENT_TYPE_COUNT];    /* unread frames of a kind */

	/* files and mappings; control thread */
	struct account_book *book; /* NULL: there is only this cell */
	struct account_cell own;
	struct ring_identity *identity;
	size_t size;                /* of the ring file, or of the memory */
	bool file;                  /* false: event_ring_memory */
	char path[RING_NAME_BYTES]; /* NAME, without start id */
};

/* ring_prepare sets what follows from the pages of a fresh, empty ring. */
void ring_prepare(struct event_ring *r, uint32_t slot_count);

/* ring_identify writes the identity page, magic last. */
void ring_identify(struct ring_identity *i, uint32_t slot_count, uint64_t start_id, uint32_t worker, uint32_t order);

#endif
