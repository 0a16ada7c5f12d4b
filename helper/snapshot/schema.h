/* schema.h: checks msgpack against a table of fields and fills the struct that the table describes: type, bound,
 * presence, and nothing unknown or twice. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_SCHEMA_H
#define RINGWALL_SNAPSHOT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text and bytes as they stand in the message: not terminated, valid as long as the message. */
struct schema_text {
	const char *bytes;
	uint32_t length;
};
struct schema_bytes {
	const uint8_t *bytes;
	uint32_t length;
};

enum schema_kind {
	SCHEMA_INTEGER, /* int32_t, uint32_t or uint64_t: `width` bytes */
	SCHEMA_BOOLEAN, /* bool */
	SCHEMA_CHOICE,  /* uint32_t: index of the word */
	SCHEMA_TEXT,    /* struct schema_text */
	SCHEMA_BYTES,   /* struct schema_bytes */
	SCHEMA_MAP,     /* the map's struct */
	SCHEMA_ARRAY,   /* pointer, and uint32_t at count_at */
	SCHEMA_RAW,     /* struct schema_bytes: any one value, as it is encoded */
};

struct schema_map;

struct schema_type {
	uint8_t kind;               /* enum schema_kind */
	uint8_t width;              /* integer: bytes of the C type */
	bool or_zero;               /* integer: 0 is allowed beside low..high */
	int64_t low, high;          /* integer: value; text: bytes; array: items */
	const int64_t *values;      /* integer: one of these, or NULL */
	const char *const *words;   /* choice */
	uint32_t value_count;       /* of values or words */
	const uint32_t *characters; /* text: a bit for each ASCII character allowed */
	uint32_t lengths;           /* bytes: bit n for a length of n */
	uint32_t item_size;         /* array */
	const struct schema_type *item;
	const struct schema_map *map;
};

struct schema_field {
	const char *name;
	uint32_t name_length;
	bool required;
	uint32_t at, count_at, present_at; /* offsets in the map's struct */
	struct schema_type type;
};

struct schema_map {
	const char *name;
	uint32_t size;  /* of the struct */
	uint32_t count; /* fields, at most 64 */
	const struct schema_field *field;
};

struct arena;
struct refusal;

/* schema_read checks `length` bytes at `bytes`, which must hold exactly one map, and fills *out (zeroed before). Lists
 * are allocated from `arena`, never more than the message's own length can account for. Returns false and fills *why
 * with the first error's code and path. Control thread. */
bool schema_read(const struct schema_map *map, const void *bytes, uint32_t length, struct arena *arena, void *out,
		 struct refusal *why);

#endif
