/* limit.c: limits go on over a commit. SPDX-License-Identifier: Apache-2.0 */
#include "event/limit.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/snapshot.h"

static void
adopt(struct event_limit *l, const struct event_limit *old)
{
	if (l && old)
		gcra_adopt(&l->rate, &old->rate);
}

/* by_name: rows of the old snapshot, sorted. */
struct by_name {
	const char *name;
	uint32_t row;
};

static int
by_name_compare(const void *a, const void *b)
{
	return strcmp(((const struct by_name *)a)->name, ((const struct by_name *)b)->name);
}

/* Policies mostly stay where they were; the others are looked up by name. */
static void
adopt_policies(struct snapshot *s, const struct snapshot *old)
{
	struct by_name *index = calloc(old->counter_count + 1, sizeof *index);
	for (uint32_t i = 0; index && i < old->counter_count; i++)
		index[i] = (struct by_name){ old->counter_name[i], i };
	if (index)
		qsort(index, old->counter_count, sizeof *index, by_name_compare);
	for (uint32_t i = 0; i < s->counter_count; i++) {
		struct by_name key = { s->counter_name[i], i };
		const struct by_name *found = &key;
		if (i >= old->counter_count || strcmp(old->counter_name[i], key.name) != 0)
			found = index ? bsearch(&key, index, old->counter_count, sizeof *index, by_name_compare) : NULL;
		if (found)
			adopt(&s->policy_limit[i], &old->policy_limit[found->row]);
	}
	free(index);
}

/* A term is the same if its filter, its place and its name are: what moved begins with a full bucket. */
static void
adopt_filters(struct snapshot *s, const struct snapshot *old)
{
	for (uint32_t f = 1; f < s->filter_count; f++) {
		const struct filter *before = NULL;
		for (uint32_t n = 1; !before && n < old->filter_count; n++)
			before = s->filter[f].name && old->filter[n].name &&
					 strcmp(s->filter[f].name, old->filter[n].name) == 0 &&
					 s->filter[f].family == old->filter[n].family
				     ? &old->filter[n]
				     : NULL;
		for (uint32_t t = 0; before && t < s->filter[f].term_count && t < before->term_count; t++)
			if (strcmp(s->filter[f].term[t].term_name, before->term[t].term_name) == 0)
				adopt(s->filter[f].term[t].limit, before->term[t].limit);
	}
}

static void
adopt_zones(struct snapshot *s, const struct snapshot *old)
{
	for (uint32_t z = 1; z < s->zone_count; z++) {
		const struct zone *before = NULL;
		for (uint32_t n = 1; !before && n < old->zone_count; n++)
			before = strcmp(old->zone[n].name, s->zone[z].name) == 0 ? &old->zone[n] : NULL;
		if (!before)
			continue;
		for (unsigned kind = 0; s->zone[z].limit && before->limit && kind < EVENT_TYPE_COUNT; kind++)
			adopt(&s->zone[z].limit[kind], &before->limit[kind]);
		for (unsigned id = 0; s->zone[z].screen_limit && before->screen_limit && id < SCREENS; id++)
			adopt(&s->zone[z].screen_limit[id], &before->screen_limit[id]);
	}
}

void
event_limits_adopt(struct snapshot *s, const struct snapshot *old)
{
	adopt(s->host_inbound_limit, old->host_inbound_limit);
	if (s->policy_limit && old->policy_limit)
		adopt_policies(s, old);
	adopt_filters(s, old);
	adopt_zones(s, old);
}
