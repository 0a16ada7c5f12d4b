/* check_filter.h: what no single field of filters and policers can say. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_FILTER_H
#define RINGWALL_SNAPSHOT_CHECK_FILTER_H

#include <stdbool.h>

struct check;

/* filters_check looks at filters, their counters, policers, and at who uses them. Assumes that units and instances have been
 * checked. Returns false with the first error in c->why. Control thread. */
bool filters_check(struct check *c);

#endif
