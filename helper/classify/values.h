/* values.h: lists of values as conditions name them: sets of bytes, ranges of numbers. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CLASSIFY_VALUES_H
#define RINGWALL_CLASSIFY_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* octet_set: a bit for each value of a byte. */
struct octet_set {
	uint64_t bits[4];
};

static inline void
octet_set_add(struct octet_set *s, uint8_t value)
{
	s->bits[value >> 6] |= 1ull << (value & 63);
}

static inline bool
octet_set_has(const struct octet_set *s, uint8_t value)
{
	return s->bits[value >> 6] >> (value & 63) & 1;
}

/* number_ranges: sorted, disjoint, inclusive, host order. */
struct number_ranges {
	uint32_t count;
	const struct number_range {
		uint32_t low, high;
	} * range;
};

static inline bool
number_ranges_have(const struct number_ranges *r, uint32_t value)
{
	const struct number_range *range = r->range;
	for (uint32_t count = r->count; count > 0;) {
		const struct number_range *middle = &range[count / 2];
		if (value > middle->high) {
			range = middle + 1;
			count -= count / 2 + 1;
		} else if (value < middle->low) {
			count /= 2;
		} else {
			return true;
		}
	}
	return false;
}

/* unit_list: interfaces by their ids, sorted. */
struct unit_list {
	uint32_t count;
	const uint16_t *unit;
};

static inline bool
unit_list_has(const struct unit_list *l, uint16_t unit)
{
	uint32_t low = 0, high = l->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (l->unit[middle] < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->unit[low] == unit;
}

#endif
