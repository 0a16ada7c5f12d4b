/* check_private.h: what the files that check a snapshot share. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_PRIVATE_H
#define RINGWALL_SNAPSHOT_CHECK_PRIVATE_H

#include "snapshot/check.h"
#include "snapshot/refusal.h"

struct check {
	const struct given_snapshot *g;
	struct arena *arena;
	struct refusal *why;
	char path[sizeof((struct refusal *)0)->path];
};

/* check_at spells the path of what is looked at; only ever called where something is wrong. */
const char *check_at(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* check_key: what must not stand twice, and where it stands. */
struct check_key {
	const void *bytes;
	uint32_t length, index;
};

/* check_keys_take makes room for `count` keys of a list; NULL and *why on lack of memory. */
struct check_key *check_keys_take(struct check *c, uint32_t count, const char *list);

/* check_unique refuses the first entry of `list` whose key stands before it too: "ports[3].device". */
bool check_unique(struct check *c, struct check_key *keys, uint32_t count, const char *list, const char *field);

/* check_id_dense: are the ids of a list its positions, counted from `first`? */
bool check_id_dense(struct check *c, const char *list, uint32_t index, uint32_t id, uint32_t first);

/* UNIQUE_TEXT checks a text field of a list of maps. */
#define UNIQUE_TEXT(c, list, field)                                                                                    \
	({                                                                                                             \
		const struct given_snapshot *g_ = (c)->g;                                                              \
		struct check_key *keys_ = check_keys_take(c, g_->list##_count, #list);                                 \
		for (uint32_t i_ = 0; keys_ && i_ < g_->list##_count; i_++)                                            \
			keys_[i_] = (struct check_key){ g_->list[i_].field.bytes, g_->list[i_].field.length, i_ };     \
		keys_ &&check_unique(c, keys_, g_->list##_count, #list, "." #field);                                   \
	})

/* refers: is `value` an id in a list of `count` whose ids begin at `first`? */
static inline bool
refers(uint32_t value, uint32_t count, uint32_t first)
{
	return value >= first && value - first < count;
}

#define REFUSE_REFERENCE(c, value, list, ...)                                                                          \
	refusal_set((c)->why, "reference", check_at(c, __VA_ARGS__), "there is no %u in %s", (unsigned)(value), list)

#endif
