/* intern.c: equal items stored once. SPDX-License-Identifier: Apache-2.0 */
#include "classify/intern.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, FIRST_ROOM = 64 };

void
intern_init(struct intern *n, uint32_t size)
{
	*n = (struct intern){ .size = size };
}

static uint8_t *
items_allocate(const struct intern *n, uint32_t count)
{
	uint64_t bytes = ((uint64_t)count * n->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return aligned_alloc(ALIGNMENT, bytes ? bytes : ALIGNMENT);
}

static bool
items_resize(struct intern *n, uint32_t room)
{
	uint8_t *item = items_allocate(n, room);
	if (!item)
		return false;
	if (n->count > 0)
		memcpy(item, n->item, (uint64_t)n->count * n->size);
	free(n->item);
	n->item = item;
	n->room = room;
	return true;
}

static uint64_t
hash_of(const struct intern *n, const void *item)
{
	const uint8_t *at = item;
	uint64_t h = 0x9e3779b97f4a7c15;
	for (uint32_t i = 0; i < n->size; i += 8) {
		uint64_t word;
		memcpy(&word, at + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccd;
		h ^= h >> 32;
	}
	return h;
}

static bool
grow(struct intern *n)
{
	uint32_t room = n->room ? n->room * 2 : FIRST_ROOM, slots = room * 2, *slot;
	if (room > UINT32_MAX / 4)
		return false;
	slot = calloc(slots, sizeof *slot);
	if (!slot || !items_resize(n, room)) {
		free(slot);
		return false;
	}
	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t s = (uint32_t)hash_of(n, n->item + (uint64_t)i * n->size) & (slots - 1);
		while (slot[s] != 0)
			s = (s + 1) & (slots - 1);
		slot[s] = i + 1;
	}
	free(n->slot);
	n->slot = slot;
	n->slots = slots;
	return true;
}

uint32_t
intern_add(struct intern *n, const void *item)
{
	uint32_t s;
	if (n->failed || (n->count == n->room && !grow(n))) {
		n->failed = true;
		return 0;
	}
	for (s = (uint32_t)hash_of(n, item) & (n->slots - 1); n->slot[s] != 0; s = (s + 1) & (n->slots - 1)) {
		uint32_t number = n->slot[s] - 1;
		if (memcmp(n->item + (uint64_t)number * n->size, item, n->size) == 0)
			return number;
	}
	memcpy(n->item + (uint64_t)n->count * n->size, item, n->size);
	n->slot[s] = ++n->count;
	return n->count - 1;
}

void
intern_seal(struct intern *n)
{
	free(n->slot);
	n->slot = NULL;
	n->slots = 0;
	/* Without memory for a smaller copy the larger one does as well. */
	(void)items_resize(n, n->count);
}

void
intern_free(struct intern *n)
{
	free(n->item);
	free(n->slot);
	*n = (struct intern){ 0 };
}
