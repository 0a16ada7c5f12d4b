/* worker.c: the tables of one worker, and its change from one configuration to the next. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "event/summary.h"
#include "pipeline/nat.h"
#include "pipeline/splice.h"
#include "pipeline/stage.h"

/* Room for counters is virtual memory only until a counter is used. */
enum {
	UNIT_ROOM = 4096,
	POLICY_ROOM = 1 << 20,
	FILTER_ROOM = 1 << 18,
	POLICER_ROOM = 1 << 16,
	QUEUE_ROOM = WORKER_PORTS_MAX * QUEUES,
	NAT_RULE_ROOM = 1 << 14,
	NAT_POOL_ROOM = 1 << 10,
	ZONE_ROOM = 128
};

#define SESSION_IDS_BEGIN_S 1735689600ull /* 2025-01-01, docs/decisions/0005-session-ids.md */
enum { ID_SECOND_BITS = 19, ID_WORKERS = 32 };

int
worker_init(struct worker *w, uint32_t sessions, uint64_t seed, uint64_t start_s)
{
	if (w->index >= ID_WORKERS)
		return -EINVAL;
	w->owner_seed = seed;
	cookie_keys_init(&w->cookies, seed, ~seed);
	/* Never 0: that stands for no session, also where a replay's clock begins in 1970. */
	w->next_session = start_s > SESSION_IDS_BEGIN_S ? (start_s - SESSION_IDS_BEGIN_S) << ID_SECOND_BITS : 1;
	w->unit_room = UNIT_ROOM;
	w->policy_room = POLICY_ROOM;
	w->units = calloc(UNIT_ROOM, sizeof *w->units);
	w->policies = calloc(POLICY_ROOM, sizeof *w->policies);
	w->filter_room = FILTER_ROOM;
	w->filter_counters = calloc(FILTER_ROOM, sizeof *w->filter_counters);
	w->policer_room = POLICER_ROOM;
	w->policer_drops = calloc(POLICER_ROOM, sizeof *w->policer_drops);
	w->queues = calloc(QUEUE_ROOM, sizeof *w->queues);
	w->nat_rules = calloc(NAT_RULE_ROOM, sizeof *w->nat_rules);
	w->nat_pools = calloc(NAT_POOL_ROOM, sizeof *w->nat_pools);
	w->screens = calloc(ZONE_ROOM, sizeof *w->screens);
	w->memos = filter_memos_create();
	w->flows = flow_table_create(sessions, seed);
	w->ages = w->flows ? age_wheel_create(w->flows) : NULL;
	w->session_accounts = w->flows ? calloc(flow_table_capacity(w->flows), sizeof *w->session_accounts) : NULL;
	w->fragments = fragment_table_create(seed);
	w->waiting = wait_create();
	w->summaries = summaries_create();
	w->denies = deny_memos_create();
	if (!w->units || !w->policies || !w->filter_counters || !w->policer_drops || !w->queues || !w->memos ||
	    !w->session_accounts || !w->screens || !w->nat_rules || !w->nat_pools || !w->ages || !w->fragments ||
	    !w->waiting || !w->summaries || !w->denies) {
		worker_free(w);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < WORKER_PORTS_MAX; i++)
		w->tx_room[i] = UINT64_MAX;
	bucket_init(&w->answers, 0, 1);
	return 0;
}

void
worker_free(struct worker *w)
{
	wait_destroy(w->waiting);
	if (w->flows) {
		nat_end(w);
		splice_end(w);
	}
	if (w->fragments)
		fragment_table_destroy(w->fragments);
	if (w->ages)
		age_wheel_destroy(w->ages);
	if (w->flows)
		flow_table_destroy(w->flows);
	filter_memos_destroy(w->memos);
	summaries_destroy(w->summaries);
	deny_memos_destroy(w->denies);
	free(w->session_accounts);
	free(w->policer_drops);
	free(w->queues);
	free(w->nat_rules);
	free(w->nat_pools);
	free(w->screens);
	free(w->filter_counters);
	free(w->policies);
	free(w->units);
	w->memos = NULL;
	w->summaries = NULL;
	w->denies = NULL;
	w->session_accounts = NULL;
	w->policer_drops = NULL;
	w->queues = NULL;
	w->nat_rules = NULL;
	w->nat_pools = NULL;
	w->screens = NULL;
	w->filter_counters = NULL;
	w->waiting = NULL;
	w->fragments = NULL;
	w->ages = NULL;
	w->flows = NULL;
	w->policies = NULL;
	w->units = NULL;
}

enum {
	UNIT_COLUMNS = 4,
	POLICY_COLUMNS = 4,
	FILTER_COLUMNS = 2,
	QUEUE_COLUMNS = 4,
	NAT_COLUMNS = 2,
	SCREEN_COLUMNS = SCREENS
};
_Static_assert(sizeof(struct unit_counters) == UNIT_COLUMNS * sizeof(uint64_t), "carried as a row");
_Static_assert(sizeof(struct policy_counters) == POLICY_COLUMNS * sizeof(uint64_t), "carried as a row");
_Static_assert(sizeof(struct filter_counter) == FILTER_COLUMNS * sizeof(uint64_t), "carried as a row");
_Static_assert(sizeof(struct screen_counters) == SCREEN_COLUMNS * sizeof(uint64_t), "carried as a row");
_Static_assert(sizeof(struct queue_counters) == QUEUE_COLUMNS * sizeof(uint64_t), "carried as a row");

_Static_assert(sizeof(struct nat_counters) == NAT_COLUMNS * sizeof(uint64_t), "carried as a row");

typedef const char *row_name(const struct snapshot *s, uint32_t row);

static const char *
unit_name(const struct snapshot *s, uint32_t row)
{
	return s->unit[row].name;
}

static const char *
policy_name(const struct snapshot *s, uint32_t row)
{
	return s->counter_name[row];
}

static const char *
filter_counter_name(const struct snapshot *s, uint32_t row)
{
	return s->filter_counter_name[row];
}

static const char *
policer_name(const struct snapshot *s, uint32_t row)
{
	return s->policer[row].name;
}

static const char *
queue_counter_name(const struct snapshot *s, uint32_t row)
{
	return s->queue_counter_name[row];
}

static const char *
nat_rule_name(const struct snapshot *s, uint32_t row)
{
	return s->nat->rule_name[row];
}

static uint32_t
nat_rule_count(const struct snapshot *s)
{
	return s && s->nat ? s->nat->rule_count : 0;
}

static const char *
zone_name(const struct snapshot *s, uint32_t row)
{
	return s->zone[row].name;
}

static uint32_t
name_hash(const char *name)
{
	uint32_t h = 2166136261u;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return h;
}

/* carry moves counters to the rows that have their names now; rows of new names begin at zero. Names mostly stay where
 * they were; `index` finds the others. */
static void
carry(uint64_t *rows, unsigned columns, row_name *name, const struct snapshot *old, uint32_t old_count,
      const struct snapshot *s, uint32_t count)
{
	uint32_t mask = 1;
	while (mask < 2 * old_count)
		mask *= 2;
	mask--;
	uint64_t *before = malloc((old_count + 1) * columns * sizeof *before);
	uint32_t *index = calloc(mask + 1u, sizeof *index); /* row + 1 */
	for (uint32_t i = 0; before && index && i < old_count; i++) {
		memcpy(&before[i * columns], &rows[i * columns], columns * sizeof *before);
		uint32_t at = name_hash(name(old, i)) & mask;
		while (index[at])
			at = (at + 1) & mask;
		index[at] = i + 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i < old_count && strcmp(name(old, i), name(s, i)) == 0)
			continue;
		const uint64_t *from = NULL;
		if (before && index && old_count > 0) {
			uint32_t at = name_hash(name(s, i)) & mask;
			while (index[at] && strcmp(name(old, index[at] - 1), name(s, i)) != 0)
				at = (at + 1) & mask;
			from = index[at] ? &before[(index[at] - 1) * columns] : NULL;
		}
		for (unsigned c = 0; c < columns; c++)
			__atomic_store_n(&rows[i * columns + c], from ? from[c] : 0, __ATOMIC_RELAXED);
	}
	for (uint32_t i = count; i < old_count; i++)
		for (unsigned c = 0; c < columns; c++)
			__atomic_store_n(&rows[i * columns + c], 0, __ATOMIC_RELAXED);
	free(before);
	free(index);
}

void
worker_snapshot(struct worker *w, const struct snapshot *s)
{
	const struct snapshot *old = w->snapshot;
	carry((uint64_t *)w->units, UNIT_COLUMNS, unit_name, old, old ? old->unit_count : 0, s, s->unit_count);
	carry((uint64_t *)w->policies, POLICY_COLUMNS, policy_name, old, old ? old->counter_count : 0, s,
	      s->counter_count);
	carry((uint64_t *)w->filter_counters, FILTER_COLUMNS, filter_counter_name, old,
	      old ? old->filter_counter_count : 0, s, s->filter_counter_count);
	carry((uint64_t *)w->policer_drops, FILTER_COLUMNS, policer_name, old, old ? old->policer_count : 0, s,
	      s->policer_count);
	carry((uint64_t *)w->queues, QUEUE_COLUMNS, queue_counter_name, old, old ? old->queue_counter_count : 0, s,
	      s->queue_counter_count);
	carry((uint64_t *)w->nat_rules, NAT_COLUMNS, nat_rule_name, old, nat_rule_count(old), s, nat_rule_count(s));
	nat_prepare(w, s);
	splice_prepare(w, s);
	carry((uint64_t *)w->screens, SCREEN_COLUMNS, zone_name, old, old ? old->zone_count : 0, s, s->zone_count);
	bucket_init(&w->answers, s->settings.icmp_error_rate, s->settings.icmp_error_burst);
	deny_memos_forget(w->denies);
	w->snapshot = s;
}
