/* nptv6.c: see nptv6.h. One's complement sums are kept modulo 0xffff, so that zero has one form, and all ones never comes
 * out. SPDX-License-Identifier: Apache-2.0 */
#include "nat/nptv6.h"

#include <string.h>

#include "packet/bytes.h"

enum { WORDS = 8, IDENTIFIER = 4, ALL_ONES = 0xffff };

static uint32_t
prefix_sum(const struct address *prefix)
{
	uint32_t sum = 0;
	for (unsigned word = 0; word < IDENTIFIER; word++)
		sum += load16(prefix->byte + word * 2);
	return sum % ALL_ONES;
}

/* Which word carries the difference; WORDS if none can (RFC 6296 3.4, 3.5). */
static unsigned
carrier(const struct address *a, unsigned length)
{
	unsigned word = length <= 48 ? 3 : IDENTIFIER, end = length <= 48 ? IDENTIFIER : WORDS;
	while (word < end && load16(a->byte + word * 2) == ALL_ONES)
		word++;
	return word < end ? word : WORDS;
}

bool
nptv6_map(const struct address *a, const struct address *from, const struct address *to, unsigned length,
	  struct address *out)
{
	unsigned word = carrier(a, length);
	struct address mapped = *a;
	if (word == WORDS || (word >= IDENTIFIER && a->half[1] == 0))
		return false;
	for (unsigned i = 0; i < NPTV6_LENGTH_MAX / 8; i++)
		mapped.byte[i] ^= from->byte[i] ^ to->byte[i];
	uint32_t sum = load16(a->byte + word * 2) + prefix_sum(from) + ALL_ONES - prefix_sum(to);
	store16(mapped.byte + word * 2, (uint16_t)(sum % ALL_ONES));
	if (word >= IDENTIFIER && mapped.half[1] == 0)
		return false;
	*out = mapped;
	return true;
}
