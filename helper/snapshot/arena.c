/* arena.c: see arena.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 256 << 10, LINE = 64 };

struct chunk {
	struct chunk *next;
	size_t used, room;
	_Alignas(LINE) unsigned char bytes[];
};

struct arena {
	struct chunk *chunk;
};

struct arena *
arena_create(void)
{
	return calloc(1, sizeof(struct arena));
}

void
arena_destroy(struct arena *a)
{
	if (!a)
		return;
	for (struct chunk *c = a->chunk, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

/* A request that fills a chunk gets one of its own behind the current one, whose rest stays usable. */
static struct chunk *
chunk_add(struct arena *a, size_t bytes)
{
	size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
	size_t total = (sizeof(struct chunk) + room + LINE - 1) & ~(size_t)(LINE - 1);
	if (total < room)
		return NULL;
	struct chunk *c = aligned_alloc(LINE, total);
	if (!c)
		return NULL;
	c->used = 0;
	c->room = room;
	if (a->chunk && bytes > CHUNK_BYTES) {
		c->next = a->chunk->next;
		a->chunk->next = c;
	} else {
		c->next = a->chunk;
		a->chunk = c;
	}
	return c;
}

void *
arena_take(struct arena *a, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
		return NULL;
	size_t align = bytes >= LINE ? LINE : 16;
	struct chunk *c = a->chunk;
	size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;
	if (!c || at > c->room || c->room - at < bytes) {
		c = chunk_add(a, bytes);
		if (!c)
			return NULL;
		at = 0;
	}
	c->used = at + bytes;
	return memset(c->bytes + at, 0, bytes);
}

char *
arena_text(struct arena *a, const char *bytes, size_t length)
{
	char *text = arena_take(a, length + 1, 1);
	if (text)
		memcpy(text, bytes, length);
	return text;
}
