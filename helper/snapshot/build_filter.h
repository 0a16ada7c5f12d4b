/* build_filter.h: makes filters and policers that workers read from what was given and checked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_BUILD_FILTER_H
#define RINGWALL_SNAPSHOT_BUILD_FILTER_H

#include "snapshot/arena.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* filters_build fills the filters and policers of *s; `sets` are the address sets in the order in which terms refer to them.
 * Returns false on lack of memory; what was built by then is given back with filters_free. Control thread. */
bool filters_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena,
		   const struct address_set *sets);
void filters_free(struct snapshot *s);

#endif
