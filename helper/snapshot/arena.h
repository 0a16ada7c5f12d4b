/* arena.h: memory that is given up all at once: allocation moves a pointer, nothing is freed alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_ARENA_H
#define RINGWALL_SNAPSHOT_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* arena_create makes an empty one; NULL on lack of memory. arena_destroy gives up everything that came from it. */
struct arena *arena_create(void);
void arena_destroy(struct arena *a);

/* arena_take returns count x size zeroed bytes, aligned to a cache line if they fill one, else to 16; NULL on lack of
 * memory or overflow. A count of 0 gives a pointer that must not be read. */
void *arena_take(struct arena *a, size_t count, size_t size);

/* arena_text copies `length` bytes and ends them with 0. */
char *arena_text(struct arena *a, const char *bytes, size_t length);

#endif
