/* intern.h: a growing array in which equal items are stored once. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_INTERN_H
#define RINGWALL_CLASSIFY_INTERN_H

#include <stdbool.h>
#include <stdint.h>

struct intern {
	uint8_t *item; /* [count][size], aligned to 64 bytes */
	uint32_t size; /* of an item, a multiple of 8 */
	uint32_t count, room;
	uint32_t *slot; /* open hash of item number + 1 */
	uint32_t slots; /* a power of two */
	bool failed;    /* memory was short once; every later answer is 0 */
};

void intern_init(struct intern *n, uint32_t size);

/* intern_add returns the number of an item equal to `item`, storing it if there is none. */
uint32_t intern_add(struct intern *n, const void *item);

/* intern_seal gives up the hash, and the room that is not used; the items stay. */
void intern_seal(struct intern *n);
void intern_free(struct intern *n);

#endif
