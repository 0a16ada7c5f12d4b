/* check_cos.c: see check_cos.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/check_cos.h"

#include "snapshot/check_private.h"
#include "snapshot/snapshot.h"

static bool
class_known(const struct check *c, uint32_t forwarding_class)
{
	return refers(forwarding_class, c->g->forwarding_classes_count, 0);
}

static bool
queues_check(struct check *c, uint32_t port)
{
	const struct given_port *p = &c->g->ports[port];
	if (p->queues_count != 0 && p->queues_count != QUEUES)
		return refusal_set(c->why, "bound", check_at(c, "ports[%u].queues", port),
				   "expected none or all %u, found %u", QUEUES, p->queues_count);
	if (p->queues_count == 0 && p->shaping_rate != 0)
		return refusal_set(c->why, "conflict", check_at(c, "ports[%u].shaping_rate", port),
				   "expected 0 for a port without queues, found %llu",
				   (unsigned long long)p->shaping_rate);
	for (uint32_t i = 0; i < p->queues_count; i++)
		if (p->queues[i].exact && p->queues[i].rate == 0)
			return refusal_set(c->why, "conflict", check_at(c, "ports[%u].queues[%u].exact", port, i),
					   "expected false without a rate, found true");
	return true;
}

static bool
classifier_check(struct check *c, uint32_t index)
{
	const struct given_classifier *g = &c->g->classifiers[index];
	uint64_t seen = 0;
	for (uint32_t i = 0; i < g->code_points_count; i++) {
		const struct given_code_point *p = &g->code_points[i];
		if (!class_known(c, p->forwarding_class))
			return REFUSE_REFERENCE(c, p->forwarding_class, "forwarding_classes",
						"classifiers[%u].code_points[%u].forwarding_class", index, i);
		if (seen >> p->dscp & 1)
			return refusal_set(c->why, "duplicate",
					   check_at(c, "classifiers[%u].code_points[%u].dscp", index, i),
					   "%u stands here twice", p->dscp);
		seen |= 1ull << p->dscp;
	}
	return true;
}

static bool
rewrite_check(struct check *c, uint32_t index)
{
	const struct given_rewrite *g = &c->g->rewrites[index];
	uint64_t seen = 0;
	for (uint32_t i = 0; i < g->marks_count; i++) {
		const struct given_mark *m = &g->marks[i];
		uint32_t at = m->forwarding_class * LOSS_PRIORITIES + m->loss_priority;
		if (!class_known(c, m->forwarding_class))
			return REFUSE_REFERENCE(c, m->forwarding_class, "forwarding_classes",
						"rewrites[%u].marks[%u].forwarding_class", index, i);
		if (seen >> at & 1)
			return refusal_set(
			    c->why, "duplicate", check_at(c, "rewrites[%u].marks[%u].loss_priority", index, i),
			    "forwarding class %u has loss priority %u twice", m->forwarding_class, m->loss_priority);
		seen |= 1ull << at;
	}
	return true;
}

static bool
unit_check(struct check *c, uint32_t index)
{
	const struct given_unit *u = &c->g->units[index];
	const struct {
		const char *field, *list;
		uint32_t value, count;
	} reference[] = {
		{ "classifier", "classifiers", u->classifier, c->g->classifiers_count },
		{ "classifier6", "classifiers", u->classifier6, c->g->classifiers_count },
		{ "rewrite", "rewrites", u->rewrite, c->g->rewrites_count },
		{ "rewrite6", "rewrites", u->rewrite6, c->g->rewrites_count },
	};
	for (unsigned i = 0; i < sizeof reference / sizeof *reference; i++)
		if (reference[i].value && !refers(reference[i].value, reference[i].count, 1))
			return REFUSE_REFERENCE(c, reference[i].value, reference[i].list, "units[%u].%s", index,
						reference[i].field);
	return true;
}

/* Classes that filter terms and policers give to packets. */
static bool
marks_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	for (uint32_t i = 0; i < g->policers_count; i++) {
		int32_t of = g->policers[i].exceed_forwarding_class;
		if (of >= 0 && !class_known(c, (uint32_t)of))
			return REFUSE_REFERENCE(c, of, "forwarding_classes", "policers[%u].exceed_forwarding_class", i);
	}
	for (uint32_t i = 0; i < g->filters_count; i++)
		for (uint32_t t = 0; t < g->filters[i].terms_count; t++) {
			int32_t of = g->filters[i].terms[t].set_forwarding_class;
			if (of >= 0 && !class_known(c, (uint32_t)of))
				return REFUSE_REFERENCE(c, of, "forwarding_classes",
							"filters[%u].terms[%u].set_forwarding_class", i, t);
		}
	return true;
}

bool
cos_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	for (uint32_t i = 0; i < g->ports_count; i++)
		if (!queues_check(c, i))
			return false;
	for (uint32_t i = 0; i < g->classifiers_count; i++)
		if (!classifier_check(c, i))
			return false;
	for (uint32_t i = 0; i < g->rewrites_count; i++)
		if (!rewrite_check(c, i))
			return false;
	for (uint32_t i = 0; i < g->units_count; i++)
		if (!unit_check(c, i))
			return false;
	return UNIQUE_TEXT(c, forwarding_classes, name) && marks_check(c);
}
