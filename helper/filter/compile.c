/* compile.c: filters made ready for looking terms up. A term becomes one rule of the index, or up to four: `address` and
 * `port` hold on either side, and each side is a rule of its own. SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"

#include <stdlib.h>

#include "classify/index.h"
#include "filter/match.h"

enum { RULES_OF_TERM_MAX = 4 };

/* filter_index: rules in the order of their terms. */
struct filter_index {
	struct classify_index *index;
	uint32_t *term;  /* [rules] */
	uint32_t *first; /* [terms + 1] the first rule of each term, the number of rules behind the last */
};

/* ---- from terms to rules ---- */

/* both: what a condition on one side and one on either side leave of that side. */
struct both {
	struct both *next;
	struct address_set set;
	const struct address_set *list[1];
	struct number_ranges ports;
};

struct compile {
	const struct filter *f;
	struct filter_index *x;
	struct classify_rule *rule;
	uint32_t rules;
	struct both *both; /* kept until the index is built */
};

static struct both *
both_make(struct compile *c, size_t bytes)
{
	struct both *b = calloc(1, sizeof *b + bytes);
	if (!b)
		return NULL;
	b->next = c->both;
	c->both = b;
	return b;
}

static const struct number_ranges *
ports_both(struct compile *c, const struct number_ranges *one, const struct number_ranges *other)
{
	struct both *b = both_make(c, (one->count + other->count) * sizeof(struct number_range));
	struct number_range *range = b ? (struct number_range *)(b + 1) : NULL;
	if (!b)
		return NULL;
	b->ports.range = range;
	for (uint32_t i = 0, n = 0; i < one->count && n < other->count;) {
		const struct number_range *x = &one->range[i], *y = &other->range[n];
		struct number_range r = { x->low > y->low ? x->low : y->low, x->high < y->high ? x->high : y->high };
		if (r.low <= r.high)
			range[b->ports.count++] = r;
		if (x->high < y->high)
			i++;
		else
			n++;
	}
	return &b->ports;
}

/* Addresses in network order compare as bytes. */
static uint32_t
addresses_both(struct address_range *to, const struct address_range *one, uint32_t ones,
	       const struct address_range *other, uint32_t others)
{
	uint32_t count = 0;
	for (uint32_t i = 0, n = 0; i < ones && n < others;) {
		const struct address_range *x = &one[i], *y = &other[n];
		struct address_range r = { memcmp(&x->low, &y->low, sizeof x->low) > 0 ? x->low : y->low,
					   memcmp(&x->high, &y->high, sizeof x->high) < 0 ? x->high : y->high };
		if (memcmp(&r.low, &r.high, sizeof r.low) <= 0)
			to[count++] = r;
		if (memcmp(&x->high, &y->high, sizeof x->high) < 0)
			i++;
		else
			n++;
	}
	return count;
}

static const struct address_set *const *
sets_both(struct compile *c, const struct address_set *one, const struct address_set *other)
{
	uint64_t ranges =
	    (uint64_t)one->inet_count + other->inet_count + (uint64_t)one->inet6_count + other->inet6_count;
	struct both *b = both_make(c, ranges * sizeof(struct address_range));
	struct address_range *inet = b ? (struct address_range *)(b + 1) : NULL, *inet6;
	if (!b)
		return NULL;
	inet6 = inet + one->inet_count + other->inet_count;
	b->set = (struct address_set){
		.inet = inet,
		.inet6 = inet6,
		.inet_count = addresses_both(inet, one->inet, one->inet_count, other->inet, other->inet_count),
		.inet6_count = addresses_both(inet6, one->inet6, one->inet6_count, other->inet6, other->inet6_count),
	};
	b->list[0] = &b->set;
	return b->list;
}

/* The set of one side: the term's own, and `address` where the rule means this side by it. NULL: no memory. */
static bool
side_of(struct compile *c, const struct address_set *const *own, const struct address_set *const *either,
	const struct address_set *const **list, uint32_t *count)
{
	*count = *own || *either;
	*list = *own && *either ? sets_both(c, *own, *either) : *own ? own : either;
	return *list;
}

static bool
ports_of(struct compile *c, const struct number_ranges *own, const struct number_ranges *either,
	 const struct number_ranges **ports)
{
	bool wanted = own->count > 0 && either->count > 0;
	*ports = wanted ? ports_both(c, own, either) : own->count > 0 ? own : either->count > 0 ? either : NULL;
	return !wanted || *ports;
}

/* A rule for the term where `address` means the destination, or else the source, and `port` likewise. */
static bool
rule_add(struct compile *c, const struct filter_term *t, bool address_destination, bool port_destination)
{
	static const struct address_set *const no_set = NULL;
	static const struct number_ranges no_ports;
	struct classify_rule *r = &c->rule[c->rules];
	*r = (struct classify_rule){
		.any_protocol = t->any_protocol,
		.protocols = t->any_protocol ? NULL : &t->protocols,
		.source_port_high = UINT16_MAX,
		.destination_port_high = UINT16_MAX,
		.icmp_type = -1,
		.icmp_code = -1,
		.family = c->f->family,
		.interfaces = t->interfaces.count ? &t->interfaces : NULL,
	};
	c->x->term[c->rules++] = (uint32_t)(t - c->f->term);
	return side_of(c, &t->source, address_destination ? &no_set : &t->address, &r->source_set,
		       &r->source_set_count) &&
	       side_of(c, &t->destination, address_destination ? &t->address : &no_set, &r->destination_set,
		       &r->destination_set_count) &&
	       ports_of(c, &t->source_ports, port_destination ? &no_ports : &t->ports, &r->source_ports) &&
	       ports_of(c, &t->destination_ports, port_destination ? &t->ports : &no_ports, &r->destination_ports);
}

static bool
rules_make(struct compile *c)
{
	for (uint32_t i = 0; i < c->f->term_count; i++) {
		const struct filter_term *t = &c->f->term[i];
		c->x->first[i] = c->rules;
		for (uint32_t n = 0; n < RULES_OF_TERM_MAX; n++) {
			bool address = n & 1, port = n & 2;
			if ((address && !t->address) || (port && t->ports.count == 0))
				continue;
			if (!rule_add(c, t, address, port))
				return false;
		}
	}
	c->x->first[c->f->term_count] = c->rules;
	return true;
}

static uint32_t
rules_count(const struct filter *f)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < f->term_count; i++)
		count += (f->term[i].address ? 2u : 1u) * (f->term[i].ports.count ? 2u : 1u);
	return count;
}

/* ---- the index ---- */

static void
index_free(struct filter_index *x)
{
	if (!x)
		return;
	classify_index_free(x->index);
	free(x->term);
	free(x->first);
	free(x);
}

static bool
index_build(struct compile *c)
{
	uint32_t count = rules_count(c->f);
	struct filter_index *x = c->x = calloc(1, sizeof *x);
	if (!x)
		return false;
	c->rule = malloc(count * sizeof *c->rule);
	x->term = malloc(count * sizeof *x->term);
	x->first = malloc((c->f->term_count + 1ull) * sizeof *x->first);
	if (!c->rule || !x->term || !x->first || !rules_make(c))
		return false;
	if (c->f->term_count <= FILTER_WALKED_MAX && !classify_index_pays(c->rule, count)) {
		index_free(x);
		c->x = NULL;
		return true;
	}
	x->index = classify_index_build(c->rule, count);
	return x->index;
}

bool
filter_compile(struct filter *f)
{
	struct compile c = { .f = f };
	bool built = f->term_count == 0 || index_build(&c);
	for (struct both *b = c.both, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(c.rule);
	if (built)
		f->index = c.x;
	else
		index_free(c.x);
	return built;
}

void
filter_release(struct filter *f)
{
	index_free(f->index);
	f->index = NULL;
}

uint64_t
filter_memory(const struct filter *f)
{
	if (!f->index)
		return 0;
	return sizeof *f->index + classify_index_memory(f->index->index) +
	       (uint64_t)f->index->first[f->term_count] * sizeof *f->index->term +
	       (f->term_count + 1ull) * sizeof *f->index->first;
}

/* ---- which term ---- */

const struct filter_term *
filter_next_walked(const struct filter *f, const struct packet *p, uint32_t from, bool *invariant)
{
	bool transport = packet_has_transport(p);
	for (uint32_t i = from; i < f->term_count; i++) {
		const struct filter_term *t = &f->term[i];
		if (!filter_term_key(t, &p->key, p->unit, transport))
			continue;
		if (t->conditions == 0)
			return t;
		*invariant = false;
		if (filter_term_packet(t, p))
			return t;
	}
	return NULL;
}

static const struct filter_term *
next_indexed(const struct filter *f, const struct packet *p, uint32_t from, bool *invariant)
{
	const struct filter_index *x = f->index;
	struct classify_query q = { &p->key, -1, -1, p->unit, packet_has_transport(p) };
	struct classify_search s;
	int32_t rule;
	if (from >= f->term_count || !classify_index_start(x->index, &q, x->first[from], &s))
		return NULL;
	for (uint32_t at = x->first[from]; (rule = classify_index_next(&s, at)) >= 0;) {
		uint32_t term = x->term[rule];
		const struct filter_term *t = &f->term[term];
		if (t->conditions == 0)
			return t;
		*invariant = false;
		if (filter_term_packet(t, p))
			return t;
		at = x->first[term + 1];
	}
	return NULL;
}

const struct filter_term *
filter_next(const struct filter *f, const struct packet *p, uint32_t from, bool *invariant)
{
	return f->index ? next_indexed(f, p, from, invariant) : filter_next_walked(f, p, from, invariant);
}
