/* index_build.c: from rules to bit vectors. In each dimension the rules with the same condition (the same ranges) form one
 * group; a sweep over the borders of all ranges switches groups on and off and stores what results between two borders.
 * SPDX-License-Identifier: Apache-2.0 */
#include "classify/index_layout.h"

#include <stdlib.h>
#include <sys/auxv.h>

typedef unsigned __int128 point;

struct range {
	point low, high; /* inclusive */
};

#define POINT_MAX ((point)-1)
#define NO_GROUP  UINT32_MAX

enum { BREADTH_ALL = 1 << 24 };

/* group: the rules with one condition, as bits to be switched. */
struct group {
	uint64_t range; /* first of its ranges */
	uint32_t ranges;
	uint64_t bits; /* first of its words */
	uint32_t words;
	uint32_t last_word;
	bool odd; /* switched an odd number of times since the vector was stored */
};

struct word_bits {
	uint32_t word;
	uint64_t mask;
};

struct border {
	point at;
	uint32_t group;
};

struct array {
	void *item;
	uint64_t room;
};

struct build {
	struct classify_index *x;
	const struct classify_rule *rules;
	uint32_t count;
	bool failed;

	/* groups of the dimension being built */
	struct array group, range, bits, border, pending, known, spanned;
	uint32_t groups, pendings;
	uint64_t ranges;
	uint32_t *group_of;            /* [rules] */
	uint32_t *by_ranges, *by_sets; /* hashes: group + 1, rule + 1 */
	uint32_t slots;

	uint32_t *breadth; /* [2][rules]: of source and destination, in parts of BREADTH_ALL */

	/* the vector as it stands in the sweep */
	uint64_t *word;   /* [rows * ROW_CHUNKS * CHUNK_WORDS] */
	uint64_t *full;   /* the same when all rules are in */
	uint32_t *chunk;  /* [rows * ROW_CHUNKS] numbers */
	uint32_t *vector; /* numbers of rows, padded to the size of an item */
	uint8_t *dirty;   /* [rows * ROW_CHUNKS] */
	uint32_t chunks;  /* that hold rules */
	uint64_t seed[2];
};

/* Makes room for `count` items; what is there stays. */
static void *
room_for(struct build *b, struct array *a, uint64_t count, uint64_t size)
{
	if (count > a->room) {
		uint64_t room = count + count / 2 + 16;
		void *item = realloc(a->item, room * size);
		if (!item) {
			b->failed = true;
			return NULL;
		}
		a->item = item;
		a->room = room;
	}
	return a->item;
}

static uint64_t
mix(uint64_t h)
{
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return h ^ h >> 31;
}

/* ---- groups ---------------------------------------------------------------------------------------------------------- */

static void
groups_reset(struct build *b)
{
	b->groups = 0;
	b->ranges = 0;
	memset(b->by_ranges, 0, b->slots * sizeof *b->by_ranges);
	memset(b->by_sets, 0, b->slots * sizeof *b->by_sets);
	for (uint32_t r = 0; r < b->count; r++)
		b->group_of[r] = NO_GROUP;
}

/* Appends a range behind b->ranges + count, where the condition of the next group grows. */
static uint32_t
range_append(struct build *b, uint32_t count, point low, point high)
{
	struct range *range = room_for(b, &b->range, b->ranges + count + 1, sizeof *range);
	if (!range || low > high)
		return count;
	range[b->ranges + count] = (struct range){ low, high };
	return count + 1;
}

static int
range_compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->low < y->low ? -1 : x->low > y->low;
}

/* Sorts the ranges and joins those that overlap or touch. Assumes at least one. */
static uint32_t
ranges_join(struct range *range, uint32_t count)
{
	uint32_t joined = 0;
	for (uint32_t i = 1; i < count; i++) {
		if (range[i].low < range[i - 1].low) {
			qsort(range, count, sizeof *range, range_compare);
			break;
		}
	}
	for (uint32_t i = 1; i < count; i++) {
		struct range *last = &range[joined];
		if (last->high == POINT_MAX || range[i].low <= last->high + 1) {
			if (range[i].high > last->high)
				last->high = range[i].high;
		} else {
			range[++joined] = range[i];
		}
	}
	return joined + 1;
}

/* Turns joined ranges into what lies between them, up to `last`. */
static uint32_t
ranges_invert(struct build *b, uint32_t count, point last)
{
	struct range *range = room_for(b, &b->range, b->ranges + count + 1, sizeof *range);
	uint32_t inverted = 0;
	point low = 0;
	if (!range)
		return 0;
	range += b->ranges;
	for (uint32_t i = 0; i < count; i++) {
		struct range r = range[i];
		if (r.low > low)
			range[inverted++] = (struct range){ low, r.low - 1 };
		if (r.high == last)
			return inverted;
		low = r.high + 1;
	}
	range[inverted++] = (struct range){ low, last };
	return inverted;
}

/* Puts a rule into the group of the condition that range_append has collected. */
static void
group_join(struct build *b, uint32_t rule, uint32_t count)
{
	struct range *range = b->range.item, *mine;
	struct group *group;
	uint64_t h = count;
	uint32_t s;

	if (b->failed || count == 0)
		return;
	mine = range + b->ranges;
	for (uint32_t i = 0; i < count; i++) {
		h = mix(h ^ (uint64_t)mine[i].low ^ mix((uint64_t)(mine[i].low >> 64)));
		h = mix(h ^ (uint64_t)mine[i].high ^ mix((uint64_t)(mine[i].high >> 64)));
	}
	group = b->group.item;
	for (s = (uint32_t)h & (b->slots - 1); b->by_ranges[s] != 0; s = (s + 1) & (b->slots - 1)) {
		const struct group *g = &group[b->by_ranges[s] - 1];
		if (g->ranges == count && memcmp(range + g->range, mine, count * sizeof *mine) == 0) {
			b->group_of[rule] = b->by_ranges[s] - 1;
			return;
		}
	}
	group = room_for(b, &b->group, b->groups + 1ull, sizeof *group);
	if (!group)
		return;
	group[b->groups] = (struct group){ .range = b->ranges, .ranges = count };
	b->ranges += count;
	b->group_of[rule] = b->groups++;
	b->by_ranges[s] = b->groups;
}

/* group_join for ranges that may touch or overlap. */
static void
group_join_touching(struct build *b, uint32_t rule, uint32_t count)
{
	if (!b->failed && count > 1)
		count = ranges_join((struct range *)b->range.item + b->ranges, count);
	group_join(b, rule, count);
}

/* ---- conditions of the dimensions ------------------------------------------------------------------------------------- */

struct side {
	const struct address_set *const *set;
	uint32_t count;
	bool excluded;
};

static struct side
side_of(const struct classify_rule *r, bool source)
{
	return source ? (struct side){ r->source_set, r->source_set_count, r->source_excluded }
		      : (struct side){ r->destination_set, r->destination_set_count, r->destination_excluded };
}

static point
inet_point(const struct address *a)
{
	return __builtin_bswap32(a->word[0]);
}

static point
inet6_point(const struct address *a)
{
	return (point)__builtin_bswap64(a->half[0]) << 64 | __builtin_bswap64(a->half[1]);
}

static void
collect_addresses(struct build *b, uint32_t rule, const struct side *side, bool inet)
{
	point last = inet ? UINT32_MAX : POINT_MAX;
	uint32_t count = 0;

	if (side->count == 0) {
		group_join(b, rule, range_append(b, 0, 0, last));
		return;
	}
	for (uint32_t s = 0; s < side->count; s++) {
		const struct address_set *set = side->set[s];
		for (uint32_t i = 0; inet && i < set->inet_count; i++)
			count = range_append(b, count, inet_point(&set->inet[i].low), inet_point(&set->inet[i].high));
		for (uint32_t i = 0; !inet && i < set->inet6_count; i++)
			count =
			    range_append(b, count, inet6_point(&set->inet6[i].low), inet6_point(&set->inet6[i].high));
	}
	if (b->failed)
		return;
	if (count > 0)
		count = ranges_join((struct range *)b->range.item + b->ranges, count);
	if (side->excluded)
		count = ranges_invert(b, count, last);
	group_join(b, rule, count);
}

/* Rules mostly share a few lists of sets: a list seen before is not expanded again. */
static void
group_addresses(struct build *b, bool source, bool inet)
{
	for (uint32_t r = 0; r < b->count && !b->failed; r++) {
		struct side side = side_of(&b->rules[r], source);
		uint64_t h = side.excluded;
		uint32_t s;
		if (b->rules[r].family != 0 && (b->rules[r].family == ADDRESS_FAMILY_INET) != inet)
			continue;
		for (uint32_t i = 0; i < side.count; i++)
			h = mix(h ^ (uintptr_t)side.set[i]);
		for (s = (uint32_t)h & (b->slots - 1); b->by_sets[s] != 0; s = (s + 1) & (b->slots - 1)) {
			struct side known = side_of(&b->rules[b->by_sets[s] - 1], source);
			if (known.count == side.count && known.excluded == side.excluded &&
			    (side.count == 0 || memcmp(known.set, side.set, side.count * sizeof(void *)) == 0))
				break;
		}
		if (b->by_sets[s] != 0) {
			b->group_of[r] = b->group_of[b->by_sets[s] - 1];
		} else {
			b->by_sets[s] = r + 1;
			collect_addresses(b, r, &side, inet);
		}
	}
}

/* Appends the ranges of a list, or the bounds where there is none. */
static uint32_t
collect_ports(struct build *b, const struct number_ranges *ranges, uint16_t low, uint16_t high)
{
	uint32_t count = 0;
	if (!ranges)
		return range_append(b, 0, low, high);
	for (uint32_t i = 0; i < ranges->count; i++)
		count = range_append(b, count, ranges->range[i].low, ranges->range[i].high);
	return count;
}

static void
group_ports(struct build *b, uint8_t protocol)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct classify_rule *r = &b->rules[i];
		if (classify_takes(r, protocol) && !classify_icmp_asked(r))
			group_join(
			    b, i,
			    collect_ports(b, r->destination_ports, r->destination_port_low, r->destination_port_high));
	}
}

static void
group_source_ports(struct build *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct classify_rule *r = &b->rules[i];
		group_join(b, i, collect_ports(b, r->source_ports, r->source_port_low, r->source_port_high));
	}
}

static void
group_icmp(struct build *b, uint8_t protocol)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct classify_rule *r = &b->rules[i];
		uint32_t count = 0;
		if (!classify_takes(r, protocol) || classify_ports_asked(r))
			continue;
		if (r->icmp_code < 0)
			count = range_append(b, 0, r->icmp_type < 0 ? 0 : icmp_point(r->icmp_type, 0),
					     icmp_point(r->icmp_type, -1));
		for (int16_t type = 0; r->icmp_code >= 0 && type < ICMP_POINTS; type++) {
			if (r->icmp_type < 0 || r->icmp_type == type)
				count = range_append(b, count, icmp_point(type, r->icmp_code),
						     icmp_point(type, r->icmp_code));
		}
		group_join(b, i, count);
	}
}

static void
group_protocols(struct build *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct classify_rule *r = &b->rules[i];
		uint32_t count = 0;
		if (classify_ports_asked(r) || classify_icmp_asked(r))
			continue;
		if (!r->protocols)
			count =
			    range_append(b, 0, r->any_protocol ? 0 : r->protocol, r->any_protocol ? 255 : r->protocol);
		for (uint32_t p = 0; r->protocols && p <= UINT8_MAX; p++)
			count = octet_set_has(r->protocols, (uint8_t)p) ? range_append(b, count, p, p) : count;
		group_join_touching(b, i, count);
	}
}

static void
group_interfaces(struct build *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct unit_list *l = b->rules[i].interfaces;
		uint32_t count = l ? 0 : range_append(b, 0, 0, UINT16_MAX);
		for (uint32_t n = 0; l && n < l->count; n++)
			count = range_append(b, count, l->unit[n], l->unit[n]);
		group_join_touching(b, i, count);
	}
}

static point
group_dimension(struct build *b, enum dimension_id id)
{
	groups_reset(b);
	switch (id) {
	case INET_SOURCE:
	case INET_DESTINATION:
		group_addresses(b, id == INET_SOURCE, true);
		return UINT32_MAX;
	case INET6_SOURCE:
	case INET6_DESTINATION:
		group_addresses(b, id == INET6_SOURCE, false);
		return POINT_MAX;
	case SOURCE_PORT:
		group_source_ports(b);
		return 65535;
	case TCP_PORT:
		group_ports(b, PROTOCOL_TCP);
		return 65535;
	case UDP_PORT:
		group_ports(b, PROTOCOL_UDP);
		return 65535;
	case SCTP_PORT:
		group_ports(b, PROTOCOL_SCTP);
		return 65535;
	case ICMP_TYPE:
		group_icmp(b, PROTOCOL_ICMP);
		return ICMP_POINTS * ICMP_POINTS - 1;
	case ICMP6_TYPE:
		group_icmp(b, PROTOCOL_ICMP6);
		return ICMP_POINTS * ICMP_POINTS - 1;
	case PROTOCOL:
		group_protocols(b);
		return UINT8_MAX;
	case INTERFACE:
	case DIMENSIONS:
		break;
	}
	group_interfaces(b);
	return UINT16_MAX;
}

/* ---- sweep ------------------------------------------------------------------------------------------------------------ */

/* The bits of each group, word by word. */
static void
collect_bits(struct build *b)
{
	struct group *group = b->group.item;
	struct word_bits *bits;
	uint64_t total = 0;

	for (uint32_t pass = 0; pass < 2 && !b->failed; pass++) {
		for (uint32_t g = 0; pass == 1 && g < b->groups; g++) {
			group[g].bits = total;
			total += group[g].words;
			group[g].words = 0;
		}
		bits = room_for(b, &b->bits, total, sizeof *bits);
		for (uint32_t bit = 0; bit < b->x->bits && !(pass == 1 && !bits); bit++) {
			uint32_t rule = b->x->rule[bit], mine = rule == NO_RULE ? NO_GROUP : b->group_of[rule];
			struct group *g;
			if (mine == NO_GROUP)
				continue;
			g = &group[mine];
			if (g->words == 0 || g->last_word != bit / 64) {
				if (pass == 1)
					bits[g->bits + g->words] = (struct word_bits){ .word = bit / 64 };
				g->words++;
				g->last_word = bit / 64;
			}
			if (pass == 1)
				bits[g->bits + g->words - 1].mask |= 1ull << bit % 64;
		}
	}
}

static int
border_compare(const void *a, const void *b)
{
	const struct border *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

static uint64_t
collect_borders(struct build *b, point last)
{
	struct border *border = room_for(b, &b->border, b->ranges * 2, sizeof *border);
	const struct group *group = b->group.item;
	const struct range *range = b->range.item;
	uint64_t count = 0;

	if (b->failed)
		return 0;
	for (uint32_t g = 0; g < b->groups; g++) {
		for (uint32_t i = 0; i < group[g].ranges; i++) {
			const struct range *r = &range[group[g].range + i];
			border[count++] = (struct border){ r->low, g };
			if (r->high < last)
				border[count++] = (struct border){ r->high + 1, g };
		}
	}
	if (count > 1)
		qsort(border, count, sizeof *border, border_compare);
	return count;
}

static uint32_t
chunk_store(struct build *b, uint32_t c)
{
	const uint64_t *word = b->word + c * CHUNK_WORDS;
	uint32_t number, alive = 0;
	if (memcmp(word, b->full + c * CHUNK_WORDS, CHUNK_RULES / 8) == 0)
		return CHUNK_ALL;
	number = intern_add(&b->x->chunk, word);
	if (number > CHUNK_NUMBER_MAX)
		b->failed = true;
	for (uint32_t w = 0; w < CHUNK_WORDS; w++)
		alive |= (uint32_t)(word[w] != 0) << w;
	return number << CHUNK_SHIFT | alive;
}

/* A row or vector whose rules are all in is ALL, also where it reaches beyond the last rule. */
static bool
all_are(const uint32_t *number, uint32_t count, uint32_t wanted)
{
	for (uint32_t i = 0; i < count; i++) {
		if (number[i] != wanted)
			return false;
	}
	return true;
}

static uint32_t
row_store(struct build *b, uint32_t r)
{
	uint32_t left = b->chunks - r * ROW_CHUNKS;
	if (all_are(b->chunk + r * ROW_CHUNKS, left < ROW_CHUNKS ? left : ROW_CHUNKS, CHUNK_ALL))
		return ALL;
	return intern_add(&b->x->row, b->chunk + r * ROW_CHUNKS);
}

/* Carries the pending switches into the vector and stores it. */
static uint32_t
vector_store(struct build *b)
{
	struct group *group = b->group.item;
	const struct word_bits *bits = b->bits.item;
	const uint32_t *pending = b->pending.item;

	for (uint32_t i = 0; i < b->pendings; i++) {
		struct group *g = &group[pending[i]];
		if (!g->odd)
			continue;
		g->odd = false;
		for (uint32_t w = 0; w < g->words; w++) {
			b->word[bits[g->bits + w].word] ^= bits[g->bits + w].mask;
			b->dirty[bits[g->bits + w].word / CHUNK_WORDS] = 1;
		}
	}
	b->pendings = 0;
	for (uint32_t r = 0; r < b->x->rows; r++) {
		uint8_t *dirty = b->dirty + r * ROW_CHUNKS;
		uint64_t any;
		memcpy(&any, dirty, sizeof any);
		if (any == 0)
			continue;
		for (uint32_t c = 0; c < ROW_CHUNKS; c++) {
			if (dirty[c])
				b->chunk[r * ROW_CHUNKS + c] = chunk_store(b, r * ROW_CHUNKS + c);
		}
		memset(dirty, 0, ROW_CHUNKS);
		b->vector[r] = row_store(b, r);
	}
	return all_are(b->vector, b->x->rows, ALL) ? (uint32_t)ALL : intern_add(&b->x->vector, b->vector);
}

/* Sets of groups that are on are known by the sum of random numbers, one for each group: long lists of addresses switch
 * the same few groups again and again, and the vector for them need not be made again. */
struct known {
	uint64_t mark[2];
	uint32_t vector; /* number + 1; 0: free */
};

static uint32_t
vector_of(struct build *b, struct known *known, uint32_t slots, const uint64_t mark[2])
{
	uint32_t s = (uint32_t)mix(mark[0]) & (slots - 1);
	for (; known[s].vector != 0; s = (s + 1) & (slots - 1)) {
		if (known[s].mark[0] == mark[0] && known[s].mark[1] == mark[1])
			return known[s].vector - 1;
	}
	known[s] = (struct known){ { mark[0], mark[1] }, vector_store(b) + 1 };
	return known[s].vector - 1;
}

static bool
dimension_allocate(struct dimension *d, uint64_t count, bool wide)
{
	d->vector = malloc(count * sizeof *d->vector);
	d->start = wide ? NULL : malloc(count * sizeof *d->start);
	d->start_high = wide ? malloc(count * sizeof *d->start_high) : NULL;
	d->start_low = wide ? malloc(count * sizeof *d->start_low) : NULL;
	return d->vector && (wide ? d->start_high && d->start_low : !!d->start);
}

static void *
shrunk(void *item, uint64_t bytes)
{
	void *smaller = item ? realloc(item, bytes) : NULL;
	return smaller ? smaller : item;
}

static void
dimension_shrink(struct dimension *d)
{
	d->vector = shrunk(d->vector, d->count * sizeof *d->vector);
	d->start = shrunk(d->start, d->count * sizeof *d->start);
	d->start_high = shrunk(d->start_high, d->count * sizeof *d->start_high);
	d->start_low = shrunk(d->start_low, d->count * sizeof *d->start_low);
}

static void
sweep(struct build *b, struct dimension *d, bool wide, uint64_t borders)
{
	const struct border *border = b->border.item;
	struct group *group = b->group.item;
	uint32_t slots = 16, *pending;
	uint64_t mark[2] = { 0, 0 }, i = 0;
	struct known *known;
	point at = 0;

	while (slots < 2 * (borders + 1))
		slots *= 2;
	pending = room_for(b, &b->pending, borders + 1, sizeof *pending);
	known = room_for(b, &b->known, slots, sizeof *known);
	if (!dimension_allocate(d, borders + 1, wide) || b->failed) {
		b->failed = true;
		return;
	}
	memset(known, 0, slots * sizeof *known);
	memset(b->word, 0, (uint64_t)b->x->rows * ROW_RULES / 8);
	memset(b->chunk, 0, (uint64_t)b->x->rows * ROW_CHUNKS * sizeof *b->chunk);
	memset(b->vector, 0, b->x->vector.size);
	b->pendings = 0;
	for (;;) {
		uint32_t vector;
		for (; i < borders && border[i].at == at; i++) {
			uint32_t g = border[i].group;
			group[g].odd = !group[g].odd;
			mark[0] ^= mix(b->seed[0] + g);
			mark[1] ^= mix(b->seed[1] + g);
			pending[b->pendings++] = g;
		}
		vector = vector_of(b, known, slots, mark);
		if (d->count == 0 || d->vector[d->count - 1] != vector) {
			if (wide) {
				d->start_high[d->count] = (uint64_t)(at >> 64);
				d->start_low[d->count] = (uint64_t)at;
			} else {
				d->start[d->count] = (uint32_t)at;
			}
			d->vector[d->count++] = vector;
		}
		if (i == borders)
			break;
		at = border[i].at;
	}
	dimension_shrink(d);
}

/* ---- classes ---------------------------------------------------------------------------------------------------------- */

/* Adds to breadth[rule] the share of the dimension's borders that the rule's condition spans. */
static void
breadth_measure(struct build *b, uint32_t *breadth, uint64_t borders)
{
	const struct border *border = b->border.item;
	struct group *group = b->group.item;
	uint64_t *spanned = room_for(b, &b->spanned, b->groups, sizeof *spanned);

	if (b->failed || borders == 0)
		return;
	memset(spanned, 0, b->groups * sizeof *spanned);
	for (uint64_t i = 0; i < borders; i++) {
		struct group *g = &group[border[i].group];
		spanned[border[i].group] += g->odd ? i : borders - i;
		if (g->odd)
			spanned[border[i].group] -= borders;
		g->odd = !g->odd;
	}
	for (uint32_t r = 0; r < b->count; r++) {
		uint32_t share;
		if (b->group_of[r] == NO_GROUP)
			continue;
		share = (uint32_t)(spanned[b->group_of[r]] * BREADTH_ALL / borders);
		breadth[r] = share > breadth[r] ? share : breadth[r];
	}
}

/* The breadth from which on rules are broad: of the others, so few shall match one address that they touch an eighth of
 * a vector's words. */
static uint32_t
breadth_limit(const struct build *b, const uint32_t *breadth)
{
	uint64_t sum[33] = { 0 }, total = 0, wanted = (b->count / 64 / 8 + 1) * (uint64_t)BREADTH_ALL;
	for (uint32_t r = 0; r < b->count; r++)
		sum[breadth[r] == 0 ? 0 : 32 - __builtin_clz(breadth[r])] += breadth[r];
	for (uint32_t log = 0; log <= 32; log++) {
		total += sum[log];
		if (total > wanted)
			return log == 0 ? 0 : 1u << (log - 1);
	}
	return UINT32_MAX;
}

static uint32_t
class_of(const struct build *b, uint32_t rule, const uint32_t limit[2])
{
	return (b->breadth[rule] < limit[0]) + 2u * (b->breadth[b->count + rule] < limit[1]);
}

static void
classes_sort(struct build *b)
{
	struct classify_index *x = b->x;
	uint32_t limit[2] = { NO_RULE, NO_RULE }, end = 0;

	for (enum dimension_id id = INET_SOURCE; b->count >= CLASSED_MIN && id <= INET6_DESTINATION && !b->failed;
	     id++) {
		point last = group_dimension(b, id);
		bool source = id == INET_SOURCE || id == INET6_SOURCE;
		breadth_measure(b, b->breadth + (source ? 0 : b->count), collect_borders(b, last));
	}
	for (uint32_t side = 0; b->count >= CLASSED_MIN && side < 2; side++)
		limit[side] = breadth_limit(b, b->breadth + side * b->count);
	for (uint32_t class = 0; class < CLASSES; class ++) {
		for (uint32_t r = 0; r < b->count; r++) {
			if (class_of(b, r, limit) == class)
				x->rule[end++] = r;
		}
		while (end % 64 != 0)
			x->rule[end++] = NO_RULE;
		x->class_end[class] = end;
	}
	x->bits = end;
	x->rows = (end + ROW_RULES - 1) / ROW_RULES;
	b->chunks = (end + CHUNK_RULES - 1) / CHUNK_RULES;
}

/* ---- all of it -------------------------------------------------------------------------------------------------------- */

static void
pools_init(struct build *b)
{
	struct classify_index *x = b->x;
	uint64_t chunk[CHUNK_WORDS] = { 0 };
	uint32_t row[ROW_CHUNKS] = { 0 };

	intern_init(&x->chunk, sizeof chunk);
	intern_init(&x->row, sizeof row);
	intern_init(&x->vector, (x->rows + 1) / 2 * 8);
	intern_add(&x->chunk, chunk);
	intern_add(&x->row, row);
	intern_add(&x->vector, b->vector);
	memset(chunk, 0xff, sizeof chunk);
	for (uint32_t i = 0; i < ROW_CHUNKS; i++)
		row[i] = CHUNK_ALL;
	for (uint32_t i = 0; i < x->rows; i++)
		b->vector[i] = ALL;
	intern_add(&x->chunk, chunk);
	intern_add(&x->row, row);
	intern_add(&x->vector, b->vector);
	for (uint32_t bit = 0; bit < x->bits; bit++)
		b->full[bit / 64] |= (uint64_t)(x->rule[bit] != NO_RULE) << bit % 64;
}

static bool
groups_allocate(struct build *b)
{
	for (b->slots = 16; b->slots < 2 * b->count; b->slots *= 2)
		;
	b->group_of = malloc(b->count * sizeof *b->group_of);
	b->breadth = calloc(2ull * b->count, sizeof *b->breadth);
	b->x->rule = malloc((b->count + CLASSES * 64ull) * sizeof *b->x->rule);
	b->by_ranges = malloc(b->slots * sizeof *b->by_ranges);
	b->by_sets = malloc(b->slots * sizeof *b->by_sets);
	return b->group_of && b->breadth && b->x->rule && b->by_ranges && b->by_sets;
}

static bool
vector_allocate(struct build *b)
{
	uint64_t rows = b->x->rows;
	b->word = calloc(rows * ROW_CHUNKS * CHUNK_WORDS, sizeof *b->word);
	b->full = calloc(rows * ROW_CHUNKS * CHUNK_WORDS, sizeof *b->full);
	b->chunk = calloc(rows * ROW_CHUNKS, sizeof *b->chunk);
	b->vector = calloc((rows + 1) / 2 * 2, sizeof *b->vector);
	b->dirty = calloc(rows * ROW_CHUNKS, sizeof *b->dirty);
	return b->word && b->full && b->chunk && b->vector && b->dirty;
}

static void
build_free(struct build *b)
{
	free(b->group.item);
	free(b->range.item);
	free(b->bits.item);
	free(b->border.item);
	free(b->pending.item);
	free(b->known.item);
	free(b->spanned.item);
	free(b->group_of);
	free(b->breadth);
	free(b->by_ranges);
	free(b->by_sets);
	free(b->word);
	free(b->full);
	free(b->chunk);
	free(b->vector);
	free(b->dirty);
}

static void
dimensions_build(struct build *b)
{
	for (enum dimension_id id = 0; id < DIMENSIONS && !b->failed; id++) {
		point last = group_dimension(b, id);
		bool wide = id == INET6_SOURCE || id == INET6_DESTINATION;
		collect_bits(b);
		sweep(b, &b->x->dimension[id], wide, collect_borders(b, last));
	}
}

struct classify_index *
classify_index_build(const struct classify_rule *rules, uint32_t count)
{
	struct classify_index *x = calloc(1, sizeof *x);
	struct build b = { .x = x, .rules = rules, .count = count };
	const void *random = (const void *)getauxval(AT_RANDOM);

	if (!x)
		return NULL;
	/* Unknown to whoever writes rules, so that no list of groups can be made to look like another. */
	if (random)
		memcpy(b.seed, random, sizeof b.seed);
	b.failed = !groups_allocate(&b);
	if (!b.failed)
		classes_sort(&b);
	b.failed = b.failed || !vector_allocate(&b);
	if (!b.failed) {
		pools_init(&b);
		dimensions_build(&b);
		intern_seal(&x->chunk);
		intern_seal(&x->row);
		intern_seal(&x->vector);
	}
	build_free(&b);
	if (b.failed || x->chunk.failed || x->row.failed || x->vector.failed) {
		classify_index_free(x);
		return NULL;
	}
	return x;
}
