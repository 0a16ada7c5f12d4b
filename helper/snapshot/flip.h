/* flip.h: takes a valid message apart and spoils it, one field at a time, by the same table that the decoder reads by:
 * for tests that must not forget a field. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_FLIP_H
#define RINGWALL_SNAPSHOT_FLIP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

#include "snapshot/notation.h"
#include "snapshot/schema.h"

/* edit: what to write instead of the value at `path`. */
enum edit_kind {
	EDIT_VALUE,   /* `value` instead of the value; a path that names no field of its map adds it */
	EDIT_MISSING, /* the field is left out */
	EDIT_TWICE,   /* the field stands twice */
};

struct edit {
	enum edit_kind kind;
	const char *path;
	const char *value; /* msgpack */
	size_t value_length;
};

static inline void
edit_key(char *to, size_t room, const char *path, const msgpack_object_str *key)
{
	snprintf(to, room, "%s%s%.*s", path, path[0] ? "." : "", (int)key->size, key->ptr);
}

/* edit_value writes a value, found at `path`, with the edit carried out wherever its path fits. */
static inline void
edit_value(msgpack_packer *p, const msgpack_object *o, const char *path, const struct edit *e)
{
	char below[256];
	if (e->kind == EDIT_VALUE && strcmp(path, e->path) == 0) {
		msgpack_pack_str_body(p, e->value, e->value_length);
		return;
	}
	if (o->type == MSGPACK_OBJECT_ARRAY) {
		msgpack_pack_array(p, o->via.array.size);
		for (uint32_t i = 0; i < o->via.array.size; i++) {
			snprintf(below, sizeof below, "%s[%u]", path, i);
			edit_value(p, &o->via.array.ptr[i], below, e);
		}
		return;
	}
	if (o->type != MSGPACK_OBJECT_MAP) {
		msgpack_pack_object(p, *o);
		return;
	}
	/* does the path name a field right below this map, and is it there? */
	size_t length = strlen(path);
	const char *field = e->path + length + (length > 0);
	bool here =
	    strncmp(e->path, path, length) == 0 && (length == 0 || e->path[length] == '.') && !strpbrk(field, ".[");
	bool there = false;
	for (uint32_t i = 0; i < o->via.map.size; i++) {
		const msgpack_object_str *key = &o->via.map.ptr[i].key.via.str;
		there |= here && strlen(field) == key->size && memcmp(field, key->ptr, key->size) == 0;
	}
	bool less = there && e->kind == EDIT_MISSING;
	bool more = here && (there ? e->kind == EDIT_TWICE : e->kind == EDIT_VALUE);
	msgpack_pack_map(p, o->via.map.size - less + more);
	for (uint32_t i = 0; i < o->via.map.size; i++) {
		const msgpack_object_kv *kv = &o->via.map.ptr[i];
		edit_key(below, sizeof below, path, &kv->key.via.str);
		bool it = there && strcmp(below, e->path) == 0;
		if (it && e->kind == EDIT_MISSING)
			continue;
		for (int n = 0; n < 1 + (it && e->kind == EDIT_TWICE); n++) {
			msgpack_pack_object(p, kv->key);
			edit_value(p, &kv->val, below, e);
		}
	}
	if (more && !there) {
		msgpack_pack_str_with_body(p, field, strlen(field));
		msgpack_pack_str_body(p, e->value, e->value_length);
	}
}

/* flip: one walk over a message. `each` gets every spoiled form with the refusal that it must meet. */
struct flip {
	const msgpack_object *message;
	void (*each)(void *ctx, const char *bytes, size_t length, const char *code, const char *path, const char *how);
	void *ctx;
	unsigned count;
	const struct schema_field *seen[512];
	unsigned seen_count;
};

static inline void
flip_edit(struct flip *f, const struct edit *e, const char *code, const char *how)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	edit_value(&packer, f->message, "", e);
	f->each(f->ctx, buffer.data, buffer.size, code, e->path, how);
	f->count++;
	msgpack_sbuffer_destroy(&buffer);
}

static inline void
flip_value(struct flip *f, const char *path, const void *value, size_t length, const char *code, const char *how)
{
	flip_edit(f, &(struct edit){ EDIT_VALUE, path, value, length }, code, how);
}

/* FLIP packs one value with a call of libmsgpack-c and puts it in the place of the value at `path`. */
#define FLIP(f, path, code, how, call, ...)                                                                            \
	do {                                                                                                           \
		msgpack_sbuffer b_;                                                                                    \
		msgpack_packer p_;                                                                                     \
		msgpack_sbuffer_init(&b_);                                                                             \
		msgpack_packer_init(&p_, &b_, msgpack_sbuffer_write);                                                  \
		call(&p_, ##__VA_ARGS__);                                                                              \
		flip_value(f, path, b_.data, b_.size, code, how);                                                      \
		msgpack_sbuffer_destroy(&b_);                                                                          \
	} while (0)

static inline bool
flip_allowed(const struct schema_type *t, int64_t v)
{
	bool among = t->value_count == 0;
	for (uint32_t i = 0; i < t->value_count; i++)
		among |= t->values[i] == v;
	return (t->or_zero && v == 0) || (v >= t->low && v <= t->high && among);
}

static inline void
flip_integer(struct flip *f, const struct schema_type *t, const char *path)
{
	const int64_t tries[] = { t->low - 1, t->high + 1, t->low + 1, t->high - 1, -1, 0, INT64_MIN, INT64_MAX };
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		if (!flip_allowed(t, tries[i]))
			FLIP(f, path, "bound", tries[i] < t->low ? "too low" : "too high", msgpack_pack_int64,
			     tries[i]);
	FLIP(f, path, "bound", "beyond 63 bits", msgpack_pack_uint64, UINT64_MAX);
	FLIP(f, path, "type", "float", msgpack_pack_double, (double)t->low);
	FLIP(f, path, "type", "text", msgpack_pack_str_with_body, "1", 1);
}

static inline void
flip_text(struct flip *f, const struct schema_type *t, const char *path)
{
	char text[512];
	char fits = 0;
	for (char c = 'a'; !fits && c <= 'z'; c++)
		if (t->characters[c >> 5] >> (c & 31) & 1)
			fits = c;
	memset(text, fits, sizeof text);
	assert_true(t->high + 1 < (int64_t)sizeof text);
	FLIP(f, path, "bound", "too long", msgpack_pack_str_with_body, text, (size_t)t->high + 1);
	if (t->low > 0)
		FLIP(f, path, "bound", "too short", msgpack_pack_str_with_body, text, (size_t)t->low - 1);
	for (int c = 0; c < 256; c++) {
		if (c < 128 && t->characters[c >> 5] >> (c & 31) & 1)
			continue;
		text[t->low - 1] = (char)c;
		FLIP(f, path, "format", "character", msgpack_pack_str_with_body, text, (size_t)t->low);
	}
	FLIP(f, path, "type", "bytes", msgpack_pack_bin_with_body, text, (size_t)t->low);
}

static inline void
flip_choice(struct flip *f, const struct schema_type *t, const char *path)
{
	char text[64];
	int length = snprintf(text, sizeof text, "%s-", t->words[t->value_count - 1]);
	FLIP(f, path, "bound", "longer", msgpack_pack_str_with_body, text, (size_t)length);
	FLIP(f, path, "bound", "shorter", msgpack_pack_str_with_body, text, (size_t)length - 2);
	FLIP(f, path, "bound", "empty", msgpack_pack_str_with_body, "", 0);
	FLIP(f, path, "type", "its number", msgpack_pack_uint32, 0);
}

static inline void
flip_bytes(struct flip *f, const struct schema_type *t, const char *path)
{
	static const char zeros[64];
	for (uint32_t n = 0; n <= 33; n++)
		if (n > 31 || !(t->lengths >> n & 1))
			FLIP(f, path, "bound", "length", msgpack_pack_bin_with_body, zeros, n);
	FLIP(f, path, "type", "text", msgpack_pack_str_with_body, zeros, 4);
}

static inline void
flip_array(struct flip *f, const struct schema_type *t, const char *path)
{
	size_t items = (size_t)t->high + 1;
	char *many = malloc(items + 5);
	assert_non_null(many);
	memset(many, 0xc0, items + 5);
	many[0] = (char)0xdd;
	for (int i = 0; i < 4; i++)
		many[1 + i] = (char)(items >> (24 - 8 * i));
	flip_value(f, path, many, items + 5, "bound", "too many");
	free(many);
	if (t->low > 0)
		FLIP(f, path, "bound", "too few", msgpack_pack_array, 0);
	flip_value(f, path, "\xdd\xff\xff\xff\xff", 5, "malformed", "more items than bytes");
	FLIP(f, path, "type", "map", msgpack_pack_map, 0);
}

static inline void flip_map(struct flip *f, const struct schema_map *map, const msgpack_object *o, const char *path);

static inline void
flip_type(struct flip *f, const struct schema_type *t, const msgpack_object *o, const char *path)
{
	if (t->kind == SCHEMA_RAW)
		return;
	FLIP(f, path, "type", "nil", msgpack_pack_nil);
	flip_value(f, path, "\xc1", 1, "malformed", "no msgpack");
	switch ((enum schema_kind)t->kind) {
	case SCHEMA_INTEGER:
		flip_integer(f, t, path);
		break;
	case SCHEMA_BOOLEAN:
		FLIP(f, path, "type", "integer", msgpack_pack_uint32, 1);
		break;
	case SCHEMA_CHOICE:
		flip_choice(f, t, path);
		break;
	case SCHEMA_TEXT:
		flip_text(f, t, path);
		break;
	case SCHEMA_BYTES:
		flip_bytes(f, t, path);
		break;
	case SCHEMA_MAP:
		FLIP(f, path, "type", "list", msgpack_pack_array, 0);
		flip_map(f, t->map, o, path);
		break;
	case SCHEMA_ARRAY:
		flip_array(f, t, path);
		for (uint32_t i = 0; i < o->via.array.size; i++) {
			char below[256];
			snprintf(below, sizeof below, "%s[%u]", path, i);
			flip_type(f, t->item, &o->via.array.ptr[i], below);
		}
		break;
	case SCHEMA_RAW:
		break;
	}
}

static inline void
flip_map(struct flip *f, const struct schema_map *map, const msgpack_object *o, const char *path)
{
	char below[256];
	snprintf(below, sizeof below, "%s%sbogus", path, path[0] ? "." : "");
	flip_value(f, below, "\xc0", 1, "unknown", "unknown field");
	for (uint32_t i = 0; i < map->count; i++) {
		const struct schema_field *field = &map->field[i];
		const msgpack_object *value = NULL;
		for (uint32_t n = 0; n < o->via.map.size; n++) {
			const msgpack_object_str *key = &o->via.map.ptr[n].key.via.str;
			if (key->size == field->name_length && memcmp(key->ptr, field->name, key->size) == 0)
				value = &o->via.map.ptr[n].val;
		}
		if (!value) {
			assert_false(field->required);
			continue;
		}
		snprintf(below, sizeof below, "%s%s%s", path, path[0] ? "." : "", field->name);
		if (field->required)
			flip_edit(f, &(struct edit){ .kind = EDIT_MISSING, .path = below }, "missing", "missing");
		flip_edit(f, &(struct edit){ .kind = EDIT_TWICE, .path = below }, "duplicate", "twice");
		flip_type(f, &field->type, value, below);
		bool known = false;
		for (unsigned n = 0; n < f->seen_count; n++)
			known |= f->seen[n] == field;
		if (!known) {
			assert_true(f->seen_count < sizeof f->seen / sizeof *f->seen);
			f->seen[f->seen_count++] = field;
		}
	}
}

/* flip_fields counts the fields of a map and of all maps below it, each once however many ways lead to it: what a walk over
 * a maximal message must have seen. `maps` holds those counted so far. */
struct flip_maps {
	const struct schema_map *map[64];
	unsigned count;
};

static inline unsigned
flip_fields(const struct schema_map *map, struct flip_maps *maps)
{
	unsigned count = map->count;
	for (unsigned i = 0; i < maps->count; i++)
		if (maps->map[i] == map)
			return 0;
	assert_true(maps->count < sizeof maps->map / sizeof *maps->map);
	maps->map[maps->count++] = map;
	for (uint32_t i = 0; i < map->count; i++) {
		const struct schema_type *t = &map->field[i].type;
		while (t->kind == SCHEMA_ARRAY)
			t = t->item;
		if (t->kind == SCHEMA_MAP)
			count += flip_fields(t->map, maps);
	}
	return count;
}

#endif
