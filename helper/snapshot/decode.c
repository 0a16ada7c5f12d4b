/* decode.c: from the bytes of `apply_snapshot` to a snapshot: fields, then what connects them, then structures.
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/arena.h"
#include "snapshot/build.h"
#include "snapshot/check.h"
#include "snapshot/refusal.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

struct snapshot *
snapshot_decode(const void *bytes, uint32_t length, struct refusal *why)
{
	struct arena *arena = arena_create();
	if (!arena) {
		refusal_set(why, "memory", "", "not enough memory");
		return NULL;
	}
	struct given_snapshot given;
	struct snapshot *s = NULL;
	if (schema_read(&given_snapshot_map, bytes, length, arena, &given, why) && snapshot_check(&given, arena, why))
		s = snapshot_build(&given, why);
	arena_destroy(arena);
	return s;
}
