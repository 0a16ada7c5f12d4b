/* schema.c: see schema.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "snapshot/arena.h"
#include "snapshot/cursor.h"
#include "snapshot/refusal.h"

/* place: where in the message a value stands. Kept as a chain on the stack, spelled out only for a refusal. */
struct place {
	const struct place *parent; /* NULL: the whole message */
	const char *name;           /* NULL: an item, by its index */
	uint32_t name_length, index;
};

struct reader {
	struct cursor cursor;
	struct arena *arena;
	struct refusal *why;
};

static bool value_read(struct reader *r, const struct schema_type *type, const struct place *place, void *out,
		       uint32_t *count_out);

static size_t
place_text(const struct place *p, char *text, size_t room)
{
	if (!p->parent)
		return 0;
	size_t used = place_text(p->parent, text, room);
	int more;
	if (p->name)
		more = snprintf(text + used, room - used, "%s%.*s", used ? "." : "", (int)p->name_length, p->name);
	else
		more = snprintf(text + used, room - used, "[%" PRIu32 "]", p->index);
	used += (size_t)more;
	return used < room ? used : room - 1;
}

#define REFUSE(r, place, code, ...) (refusal_set((r)->why, code, "", __VA_ARGS__), place_refused(r, place))

static bool
place_refused(struct reader *r, const struct place *place)
{
	r->why->path[0] = 0;
	place_text(place, r->why->path, sizeof r->why->path);
	return false;
}

/* What a stranger wrote is shown cut and without control characters. */
static const char *
printable(const struct token *t, char *text, size_t room)
{
	size_t n = 0;
	for (; n < t->count && n + 1 < room; n++)
		text[n] = t->bytes[n] >= 0x20 && t->bytes[n] < 0x7f ? (char)t->bytes[n] : '?';
	text[n] = 0;
	return text;
}

static const char *
expected_kind(const struct schema_type *type)
{
	static const char *const text[] = {
		[SCHEMA_INTEGER] = "integer", [SCHEMA_BOOLEAN] = "boolean", [SCHEMA_CHOICE] = "text",
		[SCHEMA_TEXT] = "text",       [SCHEMA_BYTES] = "bytes",     [SCHEMA_MAP] = "map",
		[SCHEMA_ARRAY] = "list",      [SCHEMA_RAW] = "value",
	};
	return text[type->kind];
}

static bool
wrong_type(struct reader *r, const struct schema_type *type, const struct place *place, const struct token *t)
{
	if (t->kind == CURSOR_MALFORMED || t->kind == CURSOR_END)
		return REFUSE(r, place, "malformed", "expected %s, found no msgpack or its end", expected_kind(type));
	return REFUSE(r, place, "type", "expected %s, found %s", expected_kind(type), cursor_kind_text(t->kind));
}

/* "0, 2 or 10" */
static const char *
alternatives(const struct schema_type *type, char *text, size_t room)
{
	size_t used = 0;
	text[0] = 0;
	for (uint32_t i = 0; i < type->value_count && used < room; i++) {
		const char *between = i == 0 ? "" : i + 1 == type->value_count ? " or " : ", ";
		if (type->words)
			used += (size_t)snprintf(text + used, room - used, "%s%s", between, type->words[i]);
		else
			used += (size_t)snprintf(text + used, room - used, "%s%" PRId64, between, type->values[i]);
	}
	return text;
}

static bool
integer_allowed(const struct schema_type *type, int64_t v)
{
	if (type->or_zero && v == 0)
		return true;
	if (v < type->low || v > type->high)
		return false;
	for (uint32_t i = 0; i < type->value_count; i++)
		if (type->values[i] == v)
			return true;
	return type->value_count == 0;
}

static bool
integer_read(struct reader *r, const struct schema_type *type, const struct place *place, const struct token *t,
	     void *out)
{
	if (t->beyond || !integer_allowed(type, t->integer)) {
		char expected[96], found[32];
		if (type->value_count)
			alternatives(type, expected, sizeof expected);
		else if (type->low == type->high)
			snprintf(expected, sizeof expected, "%" PRId64, type->low);
		else
			snprintf(expected, sizeof expected, "%s%" PRId64 "..%" PRId64, type->or_zero ? "0 or " : "",
				 type->low, type->high);
		snprintf(found, sizeof found, "%s%" PRId64, t->beyond ? "more than " : "", t->integer);
		return REFUSE(r, place, "bound", "expected %s, found %s", expected, found);
	}
	/* the generator chose the width so that low..high fits */
	uint32_t narrow = (uint32_t)t->integer;
	memcpy(out, type->width == 8 ? (const void *)&t->integer : &narrow, type->width);
	return true;
}

static bool
text_read(struct reader *r, const struct schema_type *type, const struct place *place, const struct token *t,
	  struct schema_text *out)
{
	if (t->count < type->low || t->count > type->high) {
		char expected[48];
		snprintf(expected, sizeof expected, type->low == type->high ? "%" PRId64 : "%" PRId64 "..%" PRId64,
			 type->low, type->high);
		return REFUSE(r, place, "bound", "expected %s characters, found %" PRIu32, expected, t->count);
	}
	for (uint32_t i = 0; i < t->count; i++) {
		uint8_t c = t->bytes[i];
		if (c > 127 || !(type->characters[c >> 5] >> (c & 31) & 1))
			return REFUSE(r, place, "format", "character 0x%02x at %" PRIu32 " is not allowed", c, i);
	}
	*out = (struct schema_text){ .bytes = (const char *)t->bytes, .length = t->count };
	return true;
}

static bool
choice_read(struct reader *r, const struct schema_type *type, const struct place *place, const struct token *t,
	    uint32_t *out)
{
	for (uint32_t i = 0; i < type->value_count; i++) {
		if (strlen(type->words[i]) == t->count && memcmp(type->words[i], t->bytes, t->count) == 0) {
			*out = i;
			return true;
		}
	}
	char expected[160], found[40];
	return REFUSE(r, place, "bound", "expected %s, found \"%s\"", alternatives(type, expected, sizeof expected),
		      printable(t, found, sizeof found));
}

static bool
bytes_read(struct reader *r, const struct schema_type *type, const struct place *place, const struct token *t,
	   struct schema_bytes *out)
{
	if (t->count > 31 || !(type->lengths >> t->count & 1)) {
		char expected[64] = "";
		for (uint32_t n = 0, used = 0; n < 32; n++)
			if (type->lengths >> n & 1)
				used += (uint32_t)snprintf(expected + used, sizeof expected - used,
							   used ? " or %u" : "%u", n);
		return REFUSE(r, place, "bound", "expected %s bytes, found %" PRIu32, expected, t->count);
	}
	*out = (struct schema_bytes){ .bytes = t->bytes, .length = t->count };
	return true;
}

/* field_find looks first at `hint`: senders keep the schema's order. Returns count if there is no such field. */
static uint32_t
field_find(const struct schema_map *map, uint32_t hint, const struct token *key)
{
	for (uint32_t n = 0; n < map->count; n++) {
		uint32_t i = hint + n < map->count ? hint + n : hint + n - map->count;
		const struct schema_field *f = &map->field[i];
		if (f->name_length == key->count && memcmp(f->name, key->bytes, key->count) == 0)
			return i;
	}
	return map->count;
}

static bool
map_read(struct reader *r, const struct schema_map *map, const struct place *place, uint32_t pairs, uint8_t *out)
{
	uint64_t seen = 0;
	uint32_t hint = 0;
	for (uint32_t n = 0; n < pairs; n++) {
		struct token key = cursor_next(&r->cursor);
		if (key.kind != CURSOR_TEXT)
			return REFUSE(r, place, key.kind <= CURSOR_MALFORMED ? "malformed" : "type",
				      "expected the name of a field, found %s", cursor_kind_text(key.kind));
		uint32_t i = field_find(map, hint, &key);
		if (i == map->count) {
			char name[48];
			printable(&key, name, sizeof name);
			const struct place unknown = { .parent = place,
						       .name = name,
						       .name_length = (uint32_t)strlen(name) };
			return REFUSE(r, &unknown, "unknown", "%s has no such field", map->name);
		}
		const struct schema_field *f = &map->field[i];
		const struct place here = { .parent = place, .name = f->name, .name_length = f->name_length };
		if (seen >> i & 1)
			return REFUSE(r, &here, "duplicate", "the field stands twice");
		seen |= 1ull << i;
		hint = i + 1 < map->count ? i + 1 : 0;
		if (!value_read(r, &f->type, &here, out + f->at, (uint32_t *)(void *)(out + f->count_at)))
			return false;
		if (!f->required)
			*(bool *)(out + f->present_at) = true;
	}
	for (uint32_t i = 0; i < map->count; i++) {
		const struct schema_field *f = &map->field[i];
		const struct place here = { .parent = place, .name = f->name, .name_length = f->name_length };
		if (f->required && !(seen >> i & 1))
			return REFUSE(r, &here, "missing", "the field is required");
	}
	return true;
}

static bool
array_read(struct reader *r, const struct schema_type *type, const struct place *place, uint32_t items, void **out,
	   uint32_t *count_out)
{
	if (items < type->low || items > type->high)
		return REFUSE(r, place, "bound", "expected %" PRId64 "..%" PRId64 " items, found %" PRIu32, type->low,
			      type->high, items);
	uint8_t *array = arena_take(r->arena, items, type->item_size);
	if (!array)
		return REFUSE(r, place, "memory", "not enough memory for %" PRIu32 " items", items);
	for (uint32_t i = 0; i < items; i++) {
		const struct place here = { .parent = place, .index = i };
		if (!value_read(r, type->item, &here, array + (size_t)i * type->item_size, NULL))
			return false;
	}
	*out = array;
	*count_out = items;
	return true;
}

static bool
raw_read(struct reader *r, const struct schema_type *type, const struct place *place, struct schema_bytes *out)
{
	const uint8_t *from = r->cursor.at;
	if (!cursor_skip(&r->cursor))
		return wrong_type(r, type, place, &(struct token){ .kind = CURSOR_MALFORMED });
	*out = (struct schema_bytes){ .bytes = from, .length = (uint32_t)(r->cursor.at - from) };
	return true;
}

static bool
value_read(struct reader *r, const struct schema_type *type, const struct place *place, void *out, uint32_t *count_out)
{
	static const uint8_t wanted[] = {
		[SCHEMA_INTEGER] = CURSOR_INTEGER, [SCHEMA_BOOLEAN] = CURSOR_BOOLEAN, [SCHEMA_CHOICE] = CURSOR_TEXT,
		[SCHEMA_TEXT] = CURSOR_TEXT,       [SCHEMA_BYTES] = CURSOR_BYTES,     [SCHEMA_MAP] = CURSOR_MAP,
		[SCHEMA_ARRAY] = CURSOR_ARRAY,
	};
	if (type->kind == SCHEMA_RAW)
		return raw_read(r, type, place, out);
	struct token t = cursor_next(&r->cursor);
	if (t.kind != wanted[type->kind])
		return wrong_type(r, type, place, &t);
	switch ((enum schema_kind)type->kind) {
	case SCHEMA_INTEGER:
		return integer_read(r, type, place, &t, out);
	case SCHEMA_BOOLEAN:
		*(bool *)out = t.boolean;
		return true;
	case SCHEMA_CHOICE:
		return choice_read(r, type, place, &t, out);
	case SCHEMA_TEXT:
		return text_read(r, type, place, &t, out);
	case SCHEMA_BYTES:
		return bytes_read(r, type, place, &t, out);
	case SCHEMA_MAP:
		return map_read(r, type->map, place, t.count, out);
	case SCHEMA_ARRAY:
		return array_read(r, type, place, t.count, out, count_out);
	case SCHEMA_RAW:
		break;
	}
	return false;
}

bool
schema_read(const struct schema_map *map, const void *bytes, uint32_t length, struct arena *arena, void *out,
	    struct refusal *why)
{
	const uint8_t *at = bytes;
	struct reader r = { .cursor = { .at = at, .end = at + length }, .arena = arena, .why = why };
	const struct schema_type whole = { .kind = SCHEMA_MAP, .map = map };
	const struct place root = { .parent = NULL };
	memset(out, 0, map->size);
	if (!value_read(&r, &whole, &root, out, NULL))
		return false;
	if (r.cursor.at != r.cursor.end)
		return REFUSE(&r, &root, "malformed", "%zu bytes follow the map", (size_t)(r.cursor.end - r.cursor.at));
	return true;
}
