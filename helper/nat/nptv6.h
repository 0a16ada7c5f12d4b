/* nptv6.h: one IPv6 prefix for another such that no checksum changes (RFC 6296). SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_NPTV6_H
#define RINGWALL_NAT_NPTV6_H

#include <stdbool.h>

#include "flow/key.h"

enum { NPTV6_LENGTH_MAX = 64 };

/* nptv6_map puts prefix `to` in place of prefix `from` of an address that has it, and the difference of both into the
 * subnet word (up to /48), else into the first word of the interface identifier that is not all ones. Both prefixes are
 * `length` bits long, 1..NPTV6_LENGTH_MAX, with no bits behind. What it makes is mapped back by exchanging the prefixes.
 * False if the address has no such counterpart, and *out is not written: that word is all ones; or the identifier would
 * carry the difference, and it or its counterpart is zero, which no host has (RFC 6296 3.7). Any thread. */
bool nptv6_map(const struct address *a, const struct address *from, const struct address *to, unsigned length,
	       struct address *out);

#endif
