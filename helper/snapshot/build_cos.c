/* build_cos.c: see build_cos.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/build_cos.h"

#include <stdio.h>
#include <string.h>

/* How much of a rate may leave at once. A worker that sleeps while frames wait looks again every millisecond, and a frame of
 * any size must fit. */
enum { BURST_MS = 4, BURST_LEAST = 10000 };
enum { QUEUE_NAME_BYTES = NAME_MAX_BYTES + 16 };

#define TAKE(arena, count, type) ((type *)arena_take((arena), (count), sizeof(type)))

static void
classes_build(const struct given_snapshot *g, struct snapshot *s)
{
	for (uint32_t i = 0; i < g->forwarding_classes_count; i++)
		s->queue_of_class[i] = (uint8_t)g->forwarding_classes[i].queue;
}

static const struct dscp_class *
classifiers_build(const struct given_snapshot *g, struct arena *arena)
{
	struct dscp_class *all = TAKE(arena, g->classifiers_count * DSCPS, struct dscp_class);
	for (uint32_t i = 0; all && i < g->classifiers_count; i++)
		for (uint32_t n = 0; n < g->classifiers[i].code_points_count; n++) {
			const struct given_code_point *p = &g->classifiers[i].code_points[n];
			all[i * DSCPS + p->dscp] =
			    (struct dscp_class){ (uint8_t)p->forwarding_class, (uint8_t)p->loss_priority };
		}
	return all;
}

static const struct dscp_rewrite *
rewrites_build(const struct given_snapshot *g, struct arena *arena)
{
	struct dscp_rewrite *all = TAKE(arena, g->rewrites_count, struct dscp_rewrite);
	for (uint32_t i = 0; all && i < g->rewrites_count; i++) {
		memset(&all[i], -1, sizeof all[i]);
		for (uint32_t n = 0; n < g->rewrites[i].marks_count; n++) {
			const struct given_mark *m = &g->rewrites[i].marks[n];
			all[i].dscp[m->forwarding_class][m->loss_priority] = (int8_t)m->dscp;
		}
	}
	return all;
}

static void
units_build(const struct given_snapshot *g, struct snapshot *s, const struct dscp_class *classifiers,
	    const struct dscp_rewrite *rewrites)
{
	for (uint32_t i = 0; i < g->units_count; i++) {
		const struct given_unit *from = &g->units[i];
		struct unit *u = &s->unit[from->id];
		u->classifier = from->classifier ? &classifiers[(from->classifier - 1) * DSCPS] : NULL;
		u->classifier6 = from->classifier6 ? &classifiers[(from->classifier6 - 1) * DSCPS] : NULL;
		u->rewrite = from->rewrite ? &rewrites[from->rewrite - 1] : NULL;
		u->rewrite6 = from->rewrite6 ? &rewrites[from->rewrite6 - 1] : NULL;
	}
}

/* ---- queues ---- */

static const char *
shaping_name(struct arena *arena, const char *port)
{
	char name[QUEUE_NAME_BYTES];
	return arena_text(arena, name, (size_t)snprintf(name, sizeof name, "%s shaping", port));
}

static const char *
queue_name(struct arena *arena, const char *port, unsigned queue)
{
	char name[QUEUE_NAME_BYTES];
	return arena_text(arena, name, (size_t)snprintf(name, sizeof name, "%s queue %u", port, queue));
}

/* Budgets are taken over by their names, as those of policers. */
static const struct policer_rule *
rate_build(struct snapshot *s, const char *name, uint64_t rate)
{
	uint64_t burst = rate / 8 * BURST_MS / 1000;
	struct policer_rule *r = &s->shaper[s->shaper_count];
	*r = (struct policer_rule){ .name = name,
				    .kind = POLICER_TWO_COLOR,
				    .rate = rate,
				    .burst = burst > BURST_LEAST ? burst : BURST_LEAST };
	if (!name || !policer_create(r))
		return NULL;
	s->shaper_count++;
	return r;
}

static bool
queues_build(const struct given_port *from, struct snapshot *s, struct arena *arena)
{
	struct port_config *port = &s->port[from->id];
	struct port_queues *q = TAKE(arena, 1, struct port_queues);
	if (!q)
		return false;
	port->queues = q;
	q->counter = s->queue_counter_count;
	if (from->shaping_rate && !(q->shaping = rate_build(s, shaping_name(arena, port->name), from->shaping_rate)))
		return false;
	for (unsigned i = 0; i < QUEUES; i++) {
		const struct given_queue *given = &from->queues[i];
		const char *name = queue_name(arena, port->name, i);
		q->queue[i] = (struct port_queue){ .priority = (uint8_t)given->priority, .exact = given->exact };
		q->with_priority[given->priority] |= (uint8_t)(1u << i);
		if (!name || (given->rate && !(q->queue[i].rate = rate_build(s, name, given->rate))))
			return false;
		s->queue_counter_name[s->queue_counter_count++] = name;
	}
	return true;
}

static bool
ports_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena)
{
	uint32_t scheduled = 0;
	for (uint32_t i = 0; i < g->ports_count; i++)
		scheduled += g->ports[i].queues_count > 0;
	s->shaper = TAKE(arena, scheduled * (QUEUES + 1), struct policer_rule);
	s->queue_counter_name = TAKE(arena, scheduled * QUEUES, const char *);
	if (!s->shaper || !s->queue_counter_name)
		return false;
	for (uint32_t i = 0; i < g->ports_count; i++)
		if (g->ports[i].queues_count > 0 && !queues_build(&g->ports[i], s, arena))
			return false;
	return true;
}

bool
cos_build(const struct given_snapshot *g, struct snapshot *s, struct arena *arena)
{
	const struct dscp_class *classifiers = classifiers_build(g, arena);
	const struct dscp_rewrite *rewrites = rewrites_build(g, arena);
	if (!classifiers || !rewrites)
		return false;
	classes_build(g, s);
	units_build(g, s, classifiers, rewrites);
	return ports_build(g, s, arena);
}

void
cos_free(struct snapshot *s)
{
	policer_release(s->shaper, s->shaper_count);
}
