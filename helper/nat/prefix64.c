/* prefix64.c: see prefix64.h. SPDX-License-Identifier: Apache-2.0 */
#include "nat/prefix64.h"

#include "packet/header.h"
#include "wire_gen.h"

enum { ZERO_AT = 8, INET_BYTES = 4 }; /* bits 64 to 71 stay zero: the address goes around them */

bool
prefix64_is_length(unsigned length)
{
	return length == 96 || (length >= 32 && length <= 64 && length % 8 == 0);
}

static unsigned
place(unsigned length, unsigned i)
{
	unsigned at = length / 8 + i;
	return length <= 64 && at >= ZERO_AT ? at + 1 : at;
}

/* What RFC 1918, 6598 and 3927 leave to each network. Prefixes for documentation stand for any address, and are let through. */
static bool
is_private(const struct address *inet)
{
	uint8_t first = inet->byte[0], second = inet->byte[1];
	return first == 10 || (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168) ||
	       (first == 100 && (second & 0xc0) == 64) || (first == 169 && second == 254);
}

static bool
is_well_known(const struct address *prefix, unsigned length)
{
	static const uint8_t well_known[12] = { 0x00, 0x64, 0xff, 0x9b };
	return length == 96 && memcmp(prefix, well_known, sizeof well_known) == 0;
}

static bool
is_allowed(const struct address *prefix, unsigned length, const struct address *inet)
{
	return address_is_one_host(ADDRESS_FAMILY_INET, inet) && !(is_well_known(prefix, length) && is_private(inet));
}

static struct address
embed(const struct address *prefix, unsigned length, const struct address *inet)
{
	struct address a = { .half = { 0, 0 } };
	memcpy(a.byte, prefix->byte, length / 8);
	for (unsigned i = 0; i < INET_BYTES; i++)
		a.byte[place(length, i)] = inet->byte[i];
	return a;
}

bool
prefix64_embed(const struct address *prefix, unsigned length, const struct address *inet, struct address *out)
{
	if (!is_allowed(prefix, length, inet))
		return false;
	*out = embed(prefix, length, inet);
	return true;
}

bool
prefix64_extract(const struct address *a, unsigned length, struct address *out)
{
	struct address inet = { .half = { 0, 0 } };
	for (unsigned i = 0; i < INET_BYTES; i++)
		inet.byte[i] = a->byte[place(length, i)];
	struct address again = embed(a, length, &inet);
	if (memcmp(&again, a, sizeof again) != 0 || !is_allowed(a, length, &inet))
		return false;
	*out = inet;
	return true;
}
