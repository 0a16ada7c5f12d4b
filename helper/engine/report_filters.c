/* report_filters.c: what firewall filters and their policers counted: summed over the workers, and cleared by them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <stdio.h>
#include <stdlib.h>

/* filter_kind: the two lists of a snapshot that count by position. */
enum filter_kind { FILTER_COUNTERS, FILTER_POLICERS, FILTER_KINDS };

static const char *const filter_kind_key[FILTER_KINDS] = { "counters", "policers" };

static struct filter_counter *
filter_rows(const struct worker *w, enum filter_kind kind)
{
	return kind == FILTER_COUNTERS ? w->filter_counters : w->policer_drops;
}

static uint32_t
filter_row_count(const struct snapshot *s, enum filter_kind kind)
{
	return kind == FILTER_COUNTERS ? s->filter_counter_count : s->policer_count;
}

static void
report_filter_row(struct reply *r, uint32_t index, const struct filter_counter *total)
{
	if (!(total->packets | total->bytes))
		return;
	reply_map_open(r, NULL);
	reply_unsigned(r, "index", index);
	reply_unsigned(r, "packets", total->packets);
	reply_unsigned(r, "bytes", total->bytes);
	reply_close(r);
}

void
report_filters(void *ctx, struct reply *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->plan ? e->plan->snapshot : NULL;

	reply_unsigned(r, "generation", s ? s->generation : 0);
	for (enum filter_kind kind = 0; kind < FILTER_KINDS; kind++) {
		reply_list_open(r, filter_kind_key[kind]);
		for (uint32_t i = 0; s && i < filter_row_count(s, kind) && !reply_full(r); i++) {
			struct filter_counter total = { 0 };
			for (uint32_t w = 0; w < e->shared.workers; w++) {
				const struct filter_counter *row = &filter_rows(&e->shared.loop[w].worker, kind)[i];
				total.packets += __atomic_load_n(&row->packets, __ATOMIC_RELAXED);
				total.bytes += __atomic_load_n(&row->bytes, __ATOMIC_RELAXED);
			}
			report_filter_row(r, i, &total);
		}
		reply_close(r);
	}
}

/* How many rows one visit to a worker clears, so that its packets do not wait. */
enum { ROWS_PER_VISIT = 4096 };

struct filter_clearing {
	enum filter_kind kind;
	const uint32_t *index;
	struct filter_counter *held; /* per entry of index: what the workers visited so far held */
	uint32_t at, count;
};

/* The worker clears its own rows, between two packets: so each packet is in what was held or in what comes after, and in one
 * of them only. */
static void
clear_rows(struct loop *l, void *ctx)
{
	struct filter_clearing *c = ctx;
	struct filter_counter *rows = filter_rows(&l->worker, c->kind);
	uint32_t stop = c->count - c->at > ROWS_PER_VISIT ? c->at + ROWS_PER_VISIT : c->count;

	for (; c->at < stop; c->at++) {
		struct filter_counter *row = &rows[c->index[c->at]];
		c->held[c->at].packets += row->packets;
		c->held[c->at].bytes += row->bytes;
		__atomic_store_n(&row->packets, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&row->bytes, 0, __ATOMIC_RELAXED);
	}
}

/* clearing_allowed refuses positions of another generation, or that the snapshot in force does not have. */
static bool
clearing_allowed(const struct snapshot *s, uint32_t generation, const struct filter_clearing all[FILTER_KINDS],
		 struct reply *r)
{
	char path[32], message[96];

	if (!s || s->generation != generation) {
		snprintf(message, sizeof message, "expected %u, which is in force, found %u", s ? s->generation : 0,
			 generation);
		reply_refuse(r, "generation", "generation", message);
		return false;
	}
	for (enum filter_kind kind = 0; kind < FILTER_KINDS; kind++) {
		for (uint32_t i = 0; i < all[kind].count; i++) {
			if (all[kind].index[i] < filter_row_count(s, kind))
				continue;
			snprintf(path, sizeof path, "%s[%u]", filter_kind_key[kind], i);
			snprintf(message, sizeof message, "expected a position below %u, found %u",
				 filter_row_count(s, kind), all[kind].index[i]);
			reply_refuse(r, "reference", path, message);
			return false;
		}
	}
	return true;
}

static void
clear_filter_rows(struct engine *e, struct filter_clearing *c, struct reply *r)
{
	for (uint32_t w = 0; w < e->shared.workers; w++) {
		for (c->at = 0; c->at < c->count;)
			worker_call(&e->shared.loop[w], clear_rows, c);
	}
	reply_list_open(r, filter_kind_key[c->kind]);
	for (uint32_t i = 0; i < c->count && !reply_full(r); i++)
		report_filter_row(r, c->index[i], &c->held[i]);
	reply_close(r);
}

void
report_clear_filters(void *ctx, const struct request_clear_filters *q, struct reply *r)
{
	struct engine *e = ctx;
	struct filter_clearing all[FILTER_KINDS] = {
		{ .kind = FILTER_COUNTERS, .index = q->counters, .count = q->counters_count },
		{ .kind = FILTER_POLICERS, .index = q->policers, .count = q->policers_count },
	};
	bool memory = true;

	if (!clearing_allowed(e->plan ? e->plan->snapshot : NULL, q->generation, all, r))
		return;
	for (enum filter_kind kind = 0; kind < FILTER_KINDS; kind++) {
		all[kind].held = calloc(all[kind].count + 1, sizeof *all[kind].held);
		memory &= all[kind].held != NULL;
	}
	for (enum filter_kind kind = 0; memory && kind < FILTER_KINDS; kind++)
		clear_filter_rows(e, &all[kind], r);
	if (!memory)
		reply_refuse(r, "memory", "", "not enough memory");
	else
		log_event(LOG_LEVEL_INFO, "clear-filters", log_number("counters", q->counters_count),
			  log_number("policers", q->policers_count));
	for (enum filter_kind kind = 0; kind < FILTER_KINDS; kind++)
		free(all[kind].held);
}
