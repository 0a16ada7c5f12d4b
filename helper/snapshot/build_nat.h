/* build_nat.h: makes address translation from what was given and checked. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_BUILD_NAT_H
#define RINGWALL_SNAPSHOT_BUILD_NAT_H

#include "snapshot/arena.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* nat_build makes s->nat, for a snapshot whose units have been built; without rules there is none. Returns false on lack of
 * memory; what was built by then is given back with nat_free. Control thread. */
bool nat_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena, const struct address_set *sets);
void nat_free(struct snapshot *s);

/* proxies_build makes s->proxy. False on lack of memory. Control thread. */
bool proxies_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena);

/* nat_complete finds out what follows from pools, rules, sets and units: classifiers, the addresses of interfaces, and those
 * whose ports are given out. False on lack of memory. Control thread. */
bool nat_complete(struct nat *n, const struct unit *unit, uint32_t unit_count, struct arena *arena);

#endif
