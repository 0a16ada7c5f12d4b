/* build_screen.h: makes zones' screens from what was given and checked. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_BUILD_SCREEN_H
#define RINGWALL_SNAPSHOT_BUILD_SCREEN_H

#include "snapshot/arena.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* screens_build gives the zones of *s, which have been built, their screens. False on lack of memory. Control thread. */
bool screens_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena);
void screens_free(struct snapshot *s);

#endif
