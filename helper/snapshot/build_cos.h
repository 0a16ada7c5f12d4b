/* build_cos.h: makes classifiers, rewrite rules and queues from what was given and checked. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_BUILD_COS_H
#define RINGWALL_SNAPSHOT_BUILD_COS_H

#include "snapshot/arena.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* cos_build fills the class of service of *s, whose ports and units have been built. Returns false on lack of memory; what
 * was built by then is given back with cos_free. Control thread. */
bool cos_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena);
void cos_free(struct snapshot *s);

#endif
