/* neighbour.h: link-layer addresses, from the kernel's table by netlink, never from packets. One writer (control
 * thread), readers without locks: address and state share one atomic word. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ROUTE_NEIGHBOUR_H
#define RINGWALL_ROUTE_NEIGHBOUR_H

#include "flow/key.h"

enum neighbour_state {
	NEIGHBOUR_UNKNOWN, /* never asked for */
	NEIGHBOUR_PENDING, /* the kernel is asked to resolve it */
	NEIGHBOUR_VALID,   /* MAC usable */
	NEIGHBOUR_FAILED,  /* the kernel gave up */
};

#define NEIGHBOUR_NONE 0 /* slot 0 is never used */

enum { NEIGHBOUR_RETRY = 3 }; /* calls of neighbour_tick after which a failed neighbour may be asked for again */

struct neighbour_table; /* [C] writes words; workers claim new slots by CAS [A] */

struct neighbour_table *neighbour_table_create(uint32_t capacity, uint64_t seed);
void neighbour_table_destroy(struct neighbour_table *t);

/* neighbour_slot finds or claims the slot of (unit, address); NEIGHBOUR_NONE if the table is full. Worker (inside its RCU
 * read side) or control. A slot keeps its meaning until neighbour_forget. */
uint32_t neighbour_slot(struct neighbour_table *t, uint16_t unit, uint8_t family, const struct address *a);

/* neighbour_find finds the slot of (unit, address) without claiming one; NEIGHBOUR_NONE if there is none. Worker or
 * control. */
uint32_t neighbour_find(const struct neighbour_table *t, uint16_t unit, uint8_t family, const struct address *a);

/* neighbour_read returns the state and, if VALID, the MAC. One atomic load. Worker. */
enum neighbour_state neighbour_read(const struct neighbour_table *t, uint32_t slot, uint8_t mac[6]);

/* neighbour_write stores what netlink said; mac counts for VALID only and may else be NULL. UNKNOWN makes the next
 * packet ask again: right when the kernel forgot the neighbour. Control thread. */
void neighbour_write(struct neighbour_table *t, uint32_t slot, enum neighbour_state state, const uint8_t mac[6]);

/* neighbour_want marks an UNKNOWN slot PENDING and returns true if the caller is the first to do so, and so must ask
 * control for resolution. False in all other states: FAILED stays so until neighbour_tick gives it another chance.
 * Worker. */
bool neighbour_want(struct neighbour_table *t, uint32_t slot);

/* neighbour_tick is called once a second: what has been FAILED, or PENDING without an answer, for NEIGHBOUR_RETRY ticks
 * becomes UNKNOWN, and the next packet for it asks again. Returns how many did. Control thread. */
uint32_t neighbour_tick(struct neighbour_table *t);

/* Giving a slot back takes two steps: neighbour_unlink, after which nobody finds the slot any more (who asks for the
 * neighbour gets a new one); then, after the epoch was raised and every worker has passed a quiescent state, so that no
 * memo leads to it, neighbour_forget frees it. Control thread. */
void neighbour_unlink(struct neighbour_table *t, uint32_t slot);
void neighbour_forget(struct neighbour_table *t, uint32_t slot);

/* neighbour_at describes a slot, for requests and listings. False if unused. Slots run from 1 to neighbour_capacity. */
bool neighbour_at(const struct neighbour_table *t, uint32_t slot, uint16_t *unit, uint8_t *family, struct address *a);
uint32_t neighbour_capacity(const struct neighbour_table *t);

#endif
