/* check.h: what no single field of a snapshot can say: references, order, uniqueness.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_H
#define RINGWALL_SNAPSHOT_CHECK_H

#include "snapshot/arena.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

/* snapshot_check looks at a snapshot whose fields are each within their bounds. Returns false with the first error's
 * code ("order", "reference", "duplicate", "overlap", "address", "conflict", "memory") and path. Takes scratch memory
 * from `arena`. Control thread. */
bool snapshot_check(const struct given_snapshot *g, struct arena *arena, struct refusal *why);

/* address_of widens 4 or 16 bytes of a message; family_of and family_bits go with it. */
struct address address_of(const struct schema_bytes *bytes);
uint8_t family_of(const struct schema_bytes *bytes);

enum { POLICY_SET_GLOBAL = 65534, MAX_RULES_PER_POLICY_SET = 65536 };

#endif
