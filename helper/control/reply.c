/* reply.c: see reply.h. Maps and lists get a head of full width, whose count is filled in when they are closed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "control/reply_private.h"

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "control/framing.h"
#include "wire_gen.h"

enum { HEAD_MAP = 0xdf, HEAD_LIST = 0xdd, HEAD_BYTES = 5 };

struct level {
	size_t head; /* where it stands */
	uint32_t count;
	bool map;
};

struct reply {
	msgpack_sbuffer buffer; /* begins with the frame's header */
	msgpack_packer packer;
	uint32_t id;
	bool failed;  /* no memory or too long: to be refused */
	bool refused; /* a handler refused: nothing more is taken */
	unsigned depth;
	struct level level[REPLY_MAX_DEPTH];
};

static void
big_endian(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool
raw(struct reply *r, const void *bytes, size_t length)
{
	if (r->buffer.size + length > REPLY_MAX_BYTES || msgpack_sbuffer_write(&r->buffer, bytes, length) != 0)
		r->failed = true;
	return !r->failed;
}

static void
open_level(struct reply *r, bool map)
{
	if (r->depth == REPLY_MAX_DEPTH) {
		r->failed = true;
		return;
	}
	const uint8_t head[HEAD_BYTES] = { map ? HEAD_MAP : HEAD_LIST };
	size_t at = r->buffer.size;
	if (raw(r, head, sizeof head))
		r->level[r->depth++] = (struct level){ .head = at, .map = map };
}

/* start begins {id, ok, ...}, or leaves the reply failed. */
static void
start(struct reply *r, bool ok)
{
	const uint8_t header[FRAME_HEADER] = { 0 };
	msgpack_sbuffer_clear(&r->buffer);
	r->depth = 0;
	r->failed = false;
	if (!raw(r, header, sizeof header))
		return;
	open_level(r, true);
	reply_unsigned(r, "id", r->id);
	reply_boolean(r, "ok", ok);
}

struct reply *
reply_create(uint32_t id)
{
	struct reply *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->id = id;
	msgpack_sbuffer_init(&r->buffer);
	msgpack_packer_init(&r->packer, &r->buffer, msgpack_sbuffer_write);
	start(r, true);
	return r;
}

bool
reply_finish(struct reply *r, uint8_t **bytes, size_t *length)
{
	if (r->failed) {
		reply_refuse(r, "too-large", "",
			     "the reply is larger than the helper may send, or its memory was short");
	}
	while (r->depth)
		reply_close(r);
	bool done = !r->failed;
	if (done) {
		*length = r->buffer.size;
		uint32_t body = (uint32_t)(r->buffer.size - FRAME_HEADER);
		*bytes = (uint8_t *)msgpack_sbuffer_release(&r->buffer);
		for (unsigned i = 0; i < FRAME_HEADER; i++)
			(*bytes)[i] = (uint8_t)(body >> (8 * i));
	}
	msgpack_sbuffer_destroy(&r->buffer);
	free(r);
	return done;
}

bool
reply_refused(const struct reply *r)
{
	return r->refused;
}

/* begin writes the key, if any, and says whether a value may follow. */
static bool
begin(struct reply *r, const char *key)
{
	if (r->failed || r->refused)
		return false;
	if (r->buffer.size + (key ? strlen(key) : 0) + 32 > REPLY_MAX_BYTES) {
		r->failed = true;
		return false;
	}
	if (r->depth == 0 || r->level[r->depth - 1].map != (key != NULL)) {
		r->failed = true; /* a handler that mixes up maps and lists: refused rather than sent broken */
		return false;
	}
	r->level[r->depth - 1].count++;
	if (key && msgpack_pack_str_with_body(&r->packer, key, strlen(key)) != 0)
		r->failed = true;
	return !r->failed;
}

/* packed notes a failed write of libmsgpack-c: its buffer did not grow. */
static void
packed(struct reply *r, int result)
{
	if (result != 0)
		r->failed = true;
}

void
reply_map_open(struct reply *r, const char *key)
{
	if (begin(r, key))
		open_level(r, true);
}

void
reply_list_open(struct reply *r, const char *key)
{
	if (begin(r, key))
		open_level(r, false);
}

void
reply_close(struct reply *r)
{
	if (r->failed || r->depth == 0)
		return;
	struct level *l = &r->level[--r->depth];
	big_endian((uint8_t *)r->buffer.data + l->head + 1, l->count);
}

void
reply_unsigned(struct reply *r, const char *key, uint64_t value)
{
	if (begin(r, key))
		packed(r, msgpack_pack_uint64(&r->packer, value));
}

void
reply_integer(struct reply *r, const char *key, int64_t value)
{
	if (begin(r, key))
		packed(r, msgpack_pack_int64(&r->packer, value));
}

void
reply_boolean(struct reply *r, const char *key, bool value)
{
	if (begin(r, key))
		packed(r, value ? msgpack_pack_true(&r->packer) : msgpack_pack_false(&r->packer));
}

void
reply_text(struct reply *r, const char *key, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	if (!begin(r, key))
		return;
	if (r->buffer.size + length > REPLY_MAX_BYTES - HEAD_BYTES)
		r->failed = true;
	else
		packed(r, msgpack_pack_str_with_body(&r->packer, text ? text : "", length));
}

void
reply_bytes(struct reply *r, const char *key, const void *bytes, uint32_t length)
{
	if (!begin(r, key))
		return;
	if (r->buffer.size + length > REPLY_MAX_BYTES - HEAD_BYTES)
		r->failed = true;
	else
		packed(r, msgpack_pack_bin_with_body(&r->packer, bytes, length));
}

void
reply_address(struct reply *r, const char *key, uint8_t family, const struct address *a)
{
	uint32_t length = family == ADDRESS_FAMILY_INET ? 4 : family == ADDRESS_FAMILY_INET6 ? 16 : 0;
	reply_bytes(r, key, length ? (const void *)a->byte : "", length);
}

void
reply_refuse(struct reply *r, const char *code, const char *path, const char *message)
{
	if (r->refused)
		return;
	start(r, false);
	reply_text(r, "code", code);
	reply_text(r, "path", path);
	reply_text(r, "message", message);
	while (r->depth)
		reply_close(r);
	r->refused = true;
}

bool
reply_full(const struct reply *r)
{
	return r->failed || r->refused;
}
