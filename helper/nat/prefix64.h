/* prefix64.h: IPv4 addresses as they stand in IPv6 ones (RFC 6052). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_PREFIX64_H
#define RINGWALL_NAT_PREFIX64_H

#include <stdbool.h>

#include "flow/key.h"

/* prefix64_is_length: may a prefix be so long? 32, 40, 48, 56, 64 or 96 bits (RFC 6052 2.2). Any thread. */
bool prefix64_is_length(unsigned length);

/* prefix64_embed returns the IPv6 address that stands for the IPv4 address `inet` behind the first `length` bits of `prefix`.
 * False, and *out is not written, if none may: see prefix64_extract. Any thread. */
bool prefix64_embed(const struct address *prefix, unsigned length, const struct address *inet, struct address *out);

/* prefix64_extract gives the IPv4 address that stands behind the first `length` bits of `a`. False, and *out is not written, if
 * it is none of one host; if bits that have to be zero are not (64 to 71, and those behind it); or if it is one of a private
 * network behind the well-known prefix 64:ff9b::/96, which is for addresses of the Internet alone (RFC 6052 3.1). Any thread. */
bool prefix64_extract(const struct address *a, unsigned length, struct address *out);

#endif
