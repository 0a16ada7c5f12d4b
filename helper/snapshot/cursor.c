/* cursor.c: see cursor.h; the format is https://github.com/msgpack/msgpack/blob/master/spec.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/cursor.h"

#include <stddef.h>

static bool
take(struct cursor *c, unsigned bytes, uint64_t *value)
{
	if ((size_t)(c->end - c->at) < bytes)
		return false;
	uint64_t v = 0;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | c->at[i];
	c->at += bytes;
	*value = v;
	return true;
}

static const struct token malformed = { .kind = CURSOR_MALFORMED };

static struct token
unsigned_of(struct cursor *c, unsigned bytes)
{
	uint64_t v;
	if (!take(c, bytes, &v))
		return malformed;
	bool beyond = v > INT64_MAX;
	return (struct token){ .kind = CURSOR_INTEGER, .beyond = beyond, .integer = beyond ? INT64_MAX : (int64_t)v };
}

static struct token
signed_of(struct cursor *c, unsigned bytes)
{
	uint64_t v;
	if (!take(c, bytes, &v))
		return malformed;
	uint64_t sign = 1ull << (bytes * 8 - 1);
	return (struct token){ .kind = CURSOR_INTEGER, .integer = (int64_t)((v ^ sign) - sign) };
}

static struct token
bytes_of(struct cursor *c, enum cursor_kind kind, uint64_t count)
{
	if ((uint64_t)(c->end - c->at) < count)
		return malformed;
	const uint8_t *bytes = c->at;
	c->at += count;
	return (struct token){ .kind = kind, .count = (uint32_t)count, .bytes = bytes };
}

static struct token
sized_bytes(struct cursor *c, enum cursor_kind kind, unsigned width, unsigned extra)
{
	uint64_t count;
	return take(c, width, &count) ? bytes_of(c, kind, count + extra) : malformed;
}

/* Each item takes a byte at least, so a count beyond the bytes left is a lie whatever follows. */
static struct token
items_of(struct cursor *c, enum cursor_kind kind, uint64_t count)
{
	uint64_t least = kind == CURSOR_MAP ? 2 * count : count;
	if ((uint64_t)(c->end - c->at) < least)
		return malformed;
	return (struct token){ .kind = kind, .count = (uint32_t)count };
}

static struct token
sized_items(struct cursor *c, enum cursor_kind kind, unsigned width)
{
	uint64_t count;
	return take(c, width, &count) ? items_of(c, kind, count) : malformed;
}

struct token
cursor_next(struct cursor *c)
{
	if (c->at == c->end)
		return (struct token){ .kind = CURSOR_END };
	uint8_t head = *c->at++;
	if (head <= 0x7f)
		return (struct token){ .kind = CURSOR_INTEGER, .integer = head };
	if (head >= 0xe0)
		return (struct token){ .kind = CURSOR_INTEGER, .integer = (int8_t)head };
	if (head <= 0x8f)
		return items_of(c, CURSOR_MAP, head & 0x0f);
	if (head <= 0x9f)
		return items_of(c, CURSOR_ARRAY, head & 0x0f);
	if (head <= 0xbf)
		return bytes_of(c, CURSOR_TEXT, head & 0x1f);
	switch (head) {
	case 0xc0:
		return (struct token){ .kind = CURSOR_NIL };
	case 0xc2:
	case 0xc3:
		return (struct token){ .kind = CURSOR_BOOLEAN, .boolean = head == 0xc3 };
	case 0xc4:
	case 0xc5:
	case 0xc6:
		return sized_bytes(c, CURSOR_BYTES, 1u << (head - 0xc4), 0);
	case 0xc7:
	case 0xc8:
	case 0xc9:
		return sized_bytes(c, CURSOR_EXTENSION, 1u << (head - 0xc7), 1);
	case 0xca:
		return bytes_of(c, CURSOR_FLOAT, 4);
	case 0xcb:
		return bytes_of(c, CURSOR_FLOAT, 8);
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		return unsigned_of(c, 1u << (head - 0xcc));
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		return signed_of(c, 1u << (head - 0xd0));
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xd7:
	case 0xd8:
		return bytes_of(c, CURSOR_EXTENSION, (1u << (head - 0xd4)) + 1);
	case 0xd9:
	case 0xda:
	case 0xdb:
		return sized_bytes(c, CURSOR_TEXT, 1u << (head - 0xd9), 0);
	case 0xdc:
	case 0xdd:
		return sized_items(c, CURSOR_ARRAY, 2u << (head - 0xdc));
	case 0xde:
	case 0xdf:
		return sized_items(c, CURSOR_MAP, 2u << (head - 0xde));
	default:
		return malformed;
	}
}

bool
cursor_skip(struct cursor *c)
{
	uint64_t left[CURSOR_DEPTH_MAX] = { 1 };
	int depth = 0;
	while (depth >= 0) {
		if (left[depth] == 0) {
			depth--;
			continue;
		}
		left[depth]--;
		struct token t = cursor_next(c);
		if (t.kind == CURSOR_END || t.kind == CURSOR_MALFORMED)
			return false;
		if (t.kind != CURSOR_ARRAY && t.kind != CURSOR_MAP)
			continue;
		if (++depth == CURSOR_DEPTH_MAX)
			return false;
		left[depth] = t.kind == CURSOR_MAP ? 2ull * t.count : t.count;
	}
	return true;
}

const char *
cursor_kind_text(enum cursor_kind kind)
{
	static const char *const text[] = {
		[CURSOR_END] = "nothing",     [CURSOR_MALFORMED] = "no msgpack", [CURSOR_NIL] = "nil",
		[CURSOR_BOOLEAN] = "boolean", [CURSOR_INTEGER] = "integer",      [CURSOR_FLOAT] = "float",
		[CURSOR_TEXT] = "text",       [CURSOR_BYTES] = "bytes",          [CURSOR_ARRAY] = "list",
		[CURSOR_MAP] = "map",         [CURSOR_EXTENSION] = "extension",
	};
	return text[kind];
}
