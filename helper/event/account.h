/* account.h: what became of the events of each rule: a row for each, in a file that outlives the helper (design section 8,
 * docs/decisions/0030, shared/wire/frames.json). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_ACCOUNT_H
#define RINGWALL_EVENT_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/limit.h"
#include "wire_gen.h"

struct snapshot;

/* account_book: the file RUN_DIR/accounts. A rule is known by its class and name; its row stays its own for as long as the file
 * lives, also while no configuration has the rule. Rows are counted in by workers, each in a cell of its own (event/ring.c),
 * and are made by the control thread, to whom everything below belongs. */
struct account_book;

enum {
	ACCOUNT_ROWS_MAX = 65536, /* rules beyond them share the row that their class has for the others */
	ACCOUNT_SUMMARIES = 0,    /* of what has no rule: LOG_SUPPRESSED, and everything where there is no book */
	/* From here on one row for each class but SUMMARIES, without name: rules beyond ACCOUNT_ROWS_MAX. */
	ACCOUNT_OTHERS = 1,
};

/* account_book_open makes the book anew, with the rows of the one that a former helper left in run_dir, and with all that was
 * counted in them; what that helper was killed in the middle of is settled, in its rings too. A folder in its place is put aside
 * as accounts.START-ID. Group `gid` (-1: leave). NULL and errno on failure. At start, before the rings are created. */
struct account_book *account_book_open(const char *run_dir, uint32_t workers, uint64_t start_id, int gid);
/* account_book_put_aside: was there a folder in its place? */
bool account_book_put_aside(const struct account_book *b);
/* account_book_close unmaps; the file stays. */
void account_book_close(struct account_book *b);

/* account_book_assign gives every rule of s that logs its row, before s is published. False when there is no memory for more. */
bool account_book_assign(struct account_book *b, struct snapshot *s);

/* account_book_row gives the row of a rule, or makes it; UINT32_MAX when there is no memory for it. */
uint32_t account_book_row(struct account_book *b, enum account_class class, const char *name);

/* account_book_cells: where a worker counts: its cell of row 0, and how far it is to that of the next row. Immutable. */
uint8_t *account_book_cells(const struct account_book *b, uint32_t worker, size_t *row_size);

/* Unread frames of a former ring that is removed are lost: begin with account_book_discard, tell each frame by account_book_lost,
 * and account_book_discarded_now puts all of them in force at once, with the ring that they were in and the first one's position.
 * account_book_discarded gives the last such ring of a worker: killed at any instruction, each is discarded once.
 * account_book_began: the start id of the helper that began the book; what earlier ones wrote was never counted in it. */
void account_book_discard(struct account_book *b);
void account_book_lost(struct account_book *b, uint32_t account, unsigned type);
void account_book_discarded_now(struct account_book *b, uint32_t worker, uint64_t start_id, uint64_t cursor);
uint64_t account_book_began(const struct account_book *b);
uint64_t account_book_discarded(const struct account_book *b, uint32_t worker);

/* account_slot: where a row counts events of a kind: a rule's class has at most one of the kinds of the last slot. Any thread. */
static inline unsigned
account_slot(enum event_type type)
{
	return type <= EVENT_TYPE_POLICY_DENY ? type - EVENT_TYPE_SESSION_OPEN : 3;
}

/* event_account: the row of the rule with limit[at]; rules without limits have none. Any thread. */
static inline uint16_t
event_account(const struct event_limit *limit, uint32_t at)
{
	return limit ? (uint16_t)limit[at].account : ACCOUNT_SUMMARIES;
}

#endif
