/* cursor.h: reads msgpack from bytes that a stranger wrote: nothing is allocated, no byte beyond the end is looked at.
 * The unpacker of libmsgpack-c builds a tree first, sized by numbers in the message; here a table says what may come
 * before anything is taken. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CURSOR_H
#define RINGWALL_SNAPSHOT_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

enum cursor_kind {
	CURSOR_END,       /* no byte left */
	CURSOR_MALFORMED, /* no msgpack, or cut off */
	CURSOR_NIL,
	CURSOR_BOOLEAN,
	CURSOR_INTEGER,
	CURSOR_FLOAT,
	CURSOR_TEXT,
	CURSOR_BYTES,
	CURSOR_ARRAY,
	CURSOR_MAP,
	CURSOR_EXTENSION,
};

enum { CURSOR_DEPTH_MAX = 32 };

struct cursor {
	const uint8_t *at, *end;
};

/* token: the head of one value; of text, bytes and extensions the whole, whose bytes are there. Items of arrays and
 * maps follow. An array's count (a map's: pairs) never exceeds the bytes that are left, halved for a map. */
struct token {
	enum cursor_kind kind;
	bool boolean;
	bool beyond; /* integer: above INT64_MAX; `integer` is then INT64_MAX */
	int64_t integer;
	uint32_t count; /* bytes, items or pairs */
	const uint8_t *bytes;
};

/* cursor_next reads the next head. */
struct token cursor_next(struct cursor *c);

/* cursor_skip passes over one whole value; false if it is malformed or nested deeper than CURSOR_DEPTH_MAX. */
bool cursor_skip(struct cursor *c);

const char *cursor_kind_text(enum cursor_kind kind);

#endif
