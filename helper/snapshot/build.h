/* build.h: makes what the workers read from what was given and checked. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_BUILD_H
#define RINGWALL_SNAPSHOT_BUILD_H

#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* snapshot_build assumes that snapshot_check passed. The result holds no pointer into `g` or the message. NULL and *why
 * on lack of memory. Control thread. */
struct snapshot *snapshot_build(const struct given_snapshot *g, struct refusal *why);

#endif
