/* index.c: the look-up. SPDX-License-Identifier: Apache-2.0 */
#include "classify/index_layout.h"

#include <stdlib.h>

/* Without branches: which half comes next cannot be predicted, and a wrong guess costs more than both. */
static inline uint32_t
interval32(const struct dimension *d, uint32_t point)
{
	const uint32_t *base = d->start;
	for (uint32_t n = d->count; n > 1; n -= n / 2)
		base += (base[n / 2] <= point) * (n / 2);
	return (uint32_t)(base - d->start);
}

static inline uint32_t
interval128(const struct dimension *d, const struct address *a)
{
	uint64_t high = __builtin_bswap64(a->half[0]), low = __builtin_bswap64(a->half[1]);
	uint32_t base = 0;
	for (uint32_t n = d->count; n > 1; n -= n / 2) {
		uint32_t middle = base + n / 2;
		base += (uint32_t)((d->start_high[middle] < high) |
				   ((d->start_high[middle] == high) & (d->start_low[middle] <= low))) *
			(n / 2);
	}
	return base;
}

/* Returns false if no rule can match. */
static inline bool
vector_add(struct classify_search *s, const struct dimension *d, uint32_t interval)
{
	const struct classify_index *x = s->index;
	uint32_t number = d->vector[interval];
	if (number == NONE)
		return false;
	if (number != ALL)
		s->vector[s->vectors++] =
		    (const uint32_t *)(const void *)x->vector.item + (uint64_t)number * (x->vector.size / 4);
	return true;
}

static inline bool
addresses_add(struct classify_search *s, const struct flow_key *k)
{
	const struct dimension *d = s->index->dimension;
	if (k->family == ADDRESS_FAMILY_INET)
		return vector_add(s, &d[INET_SOURCE],
				  interval32(&d[INET_SOURCE], __builtin_bswap32(k->source.word[0]))) &&
		       vector_add(s, &d[INET_DESTINATION],
				  interval32(&d[INET_DESTINATION], __builtin_bswap32(k->destination.word[0])));
	if (!vector_add(s, &d[INET6_SOURCE], interval128(&d[INET6_SOURCE], &k->source)))
		return false;
	if (k->family == CLASSIFY_INET6_TO_INET)
		return vector_add(s, &d[INET_DESTINATION],
				  interval32(&d[INET_DESTINATION], __builtin_bswap32(k->destination.word[0])));
	return vector_add(s, &d[INET6_DESTINATION], interval128(&d[INET6_DESTINATION], &k->destination));
}

static inline bool
service_add(struct classify_search *s, const struct classify_query *q)
{
	const struct dimension *d = s->index->dimension, *service;
	const struct flow_key *k = q->key;
	if (q->transport && classify_has_ports(k->protocol)) {
		service = &d[k->protocol == PROTOCOL_TCP   ? TCP_PORT
			     : k->protocol == PROTOCOL_UDP ? UDP_PORT
							   : SCTP_PORT];
		return vector_add(s, service, interval32(service, __builtin_bswap16(k->destination_port))) &&
		       vector_add(s, &d[SOURCE_PORT], interval32(&d[SOURCE_PORT], __builtin_bswap16(k->source_port)));
	}
	if (q->transport && classify_has_icmp(k->family, k->protocol)) {
		service = &d[k->protocol == PROTOCOL_ICMP ? ICMP_TYPE : ICMP6_TYPE];
		return vector_add(s, service, interval32(service, icmp_point(q->icmp_type, q->icmp_code)));
	}
	return vector_add(s, &d[PROTOCOL], interval32(&d[PROTOCOL], k->protocol));
}

/* The first bit of a class whose rule is at or behind `from`, or the end: left-over bits come last in their class. */
static uint32_t
bit_from(const struct classify_index *x, uint32_t class, uint32_t from)
{
	uint32_t low = class == 0 ? 0 : x->class_end[class - 1], high = x->class_end[class];
	while (from > 0 && low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (x->rule[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
classify_index_start(const struct classify_index *x, const struct classify_query *q, uint32_t from,
		     struct classify_search *s)
{
	s->index = x;
	s->vectors = 0;
	s->row = UINT32_MAX;
	for (uint32_t class = 0; class < CLASSES; class ++) {
		s->bit[class] = bit_from(x, class, from);
		s->common[class] = 0;
	}
	return service_add(s, q) && addresses_add(s, q->key) &&
	       vector_add(s, &x->dimension[INTERFACE], interval32(&x->dimension[INTERFACE], q->unit));
}

/* The lowest bytes of a row's eight numbers, as one bit for each of its 64 words. */
typedef uint32_t row_numbers __attribute__((vector_size(ROW_CHUNKS * 4)));
typedef uint8_t row_words __attribute__((vector_size(ROW_CHUNKS)));

/* Finds out in which words of a row all vectors have bits. */
static inline void
row_enter(struct classify_search *s, uint32_t row)
{
	const struct intern *pool = &s->index->row;
	row_numbers common = ~(row_numbers){ 0 };
	s->row = row;
	s->rows = 0;
	s->alive = 0;
	for (uint32_t i = 0; i < s->vectors; i++) {
		uint32_t number = s->vector[i][row];
		row_numbers numbers;
		if (number == NONE)
			return;
		if (number == ALL)
			continue;
		s->chunk[s->rows] = (const uint32_t *)(const void *)pool->item + (uint64_t)number * ROW_CHUNKS;
		memcpy(&numbers, s->chunk[s->rows++], sizeof numbers);
		common &= numbers;
	}
	row_words words = __builtin_convertvector(common & 0xff, row_words);
	memcpy(&s->alive, &words, sizeof s->alive);
}

/* The bits of word `w` of the row that all vectors have. */
static inline uint64_t
word_common(const struct classify_search *s, uint32_t w)
{
	const uint64_t *pool = (const uint64_t *)(const void *)s->index->chunk.item + w % CHUNK_WORDS;
	uint64_t common = UINT64_MAX;
	for (uint32_t i = 0; i < s->rows; i++)
		common &= pool[(uint64_t)(s->chunk[i][w / CHUNK_WORDS] >> CHUNK_SHIFT) * CHUNK_WORDS];
	return common;
}

/* find: what a search looks for in one class. */
struct find {
	uint32_t from; /* rules below do not count */
	uint32_t best; /* nor do rules from here on */
	uint32_t end;  /* of the class */
};

/* Drops the bits of a word whose rules do not count. */
static inline uint64_t
bits_from(const uint32_t *rule, uint64_t bits, uint32_t from)
{
	while (bits != 0 && rule[__builtin_ctzll(bits)] < from)
		bits &= bits - 1;
	return bits;
}

/* Looks for the next word of a class with a rule that counts, from the class's bit on; stops where rules are too late. A class
 * begins with a word of its own, and its bits are in the order of their rules. */
static inline void
class_look(struct classify_search *s, const struct find *f, uint32_t class)
{
	const uint32_t *rule = s->index->rule;
	uint32_t bit = s->bit[class];
	while (bit < f->end) {
		uint32_t row = bit / ROW_RULES;
		if (row != s->row)
			row_enter(s, row);
		for (uint64_t alive = s->alive & (UINT64_MAX << bit % ROW_RULES / 64); alive != 0; alive &= alive - 1) {
			uint32_t w = (uint32_t)__builtin_ctzll(alive), at = row * ROW_RULES + w * 64;
			uint64_t common;
			if (at >= f->end)
				goto ended;
			if (rule[at] >= f->best) {
				s->bit[class] = at;
				return;
			}
			common = bits_from(rule + at, word_common(s, w), f->from);
			if (common != 0) {
				s->bit[class] = at;
				s->common[class] = common;
				return;
			}
		}
		bit = (row + 1) * ROW_RULES;
	}
ended:
	s->bit[class] = f->end;
}

int32_t
classify_index_next(struct classify_search *s, uint32_t from)
{
	const struct classify_index *x = s->index;
	struct find f = { .from = from, .best = NO_RULE };
	for (uint32_t class = 0; class < CLASSES; class ++) {
		f.end = x->class_end[class];
		if (s->common[class] != 0) {
			s->common[class] = bits_from(x->rule + s->bit[class], s->common[class], from);
			s->bit[class] += s->common[class] == 0 ? 64 : 0;
		}
		if (s->common[class] == 0)
			class_look(s, &f, class);
		if (s->common[class] != 0) {
			uint32_t rule = x->rule[s->bit[class] + (uint32_t)__builtin_ctzll(s->common[class])];
			f.best = rule < f.best ? rule : f.best;
		}
	}
	return f.best == NO_RULE ? CLASSIFY_NONE : (int32_t)f.best;
}

void
classify_index_free(struct classify_index *x)
{
	if (!x)
		return;
	for (unsigned i = 0; i < DIMENSIONS; i++) {
		free(x->dimension[i].start);
		free(x->dimension[i].start_high);
		free(x->dimension[i].start_low);
		free(x->dimension[i].vector);
	}
	free(x->rule);
	intern_free(&x->chunk);
	intern_free(&x->row);
	intern_free(&x->vector);
	free(x);
}

uint64_t
classify_index_memory(const struct classify_index *x)
{
	uint64_t bytes = sizeof *x + (uint64_t)x->bits * sizeof *x->rule;
	const struct intern *pool[] = { &x->chunk, &x->row, &x->vector };
	for (unsigned i = 0; i < 3; i++)
		bytes += (uint64_t)pool[i]->room * pool[i]->size;
	for (unsigned i = 0; i < DIMENSIONS; i++)
		bytes += (uint64_t)x->dimension[i].count * (i == INET6_SOURCE || i == INET6_DESTINATION ? 20 : 8);
	return bytes;
}
