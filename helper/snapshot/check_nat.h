/* check_nat.h: what no single field of address translation can say. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_NAT_H
#define RINGWALL_SNAPSHOT_CHECK_NAT_H

#include <stdbool.h>

struct check;

/* nat_check looks at pools, rules and sets of address translation. Returns false with the first error in c->why. Control
 * thread. */
bool nat_check(struct check *c);

#endif
