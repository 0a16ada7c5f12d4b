/* index.c: the look-up. SPDX-License-Identifier: Apache-2.0 */
#include "classify/index_layout.h"

#include <stdlib.h>

enum { MEET_MAX = 4 };

/* meet: the vectors, rows or chunks whose common bits are wanted. */
struct meet {
	const uint32_t *vector[MEET_MAX];
	uint32_t count;
};

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
meet_add(const struct classify_index *x, struct meet *m, const struct dimension *d, uint32_t interval)
{
	uint32_t number = d->vector[interval];
	if (number == NONE)
		return false;
	if (number != ALL)
		m->vector[m->count++] =
		    (const uint32_t *)(const void *)x->vector.item + (uint64_t)number * (x->vector.size / 4);
	return true;
}

static inline bool
meet_addresses(const struct classify_index *x, struct meet *m, const struct flow_key *k)
{
	const struct dimension *d = x->dimension;
	if (k->family == ADDRESS_FAMILY_INET)
		return meet_add(x, m, &d[INET_SOURCE],
				interval32(&d[INET_SOURCE], __builtin_bswap32(k->source.word[0]))) &&
		       meet_add(x, m, &d[INET_DESTINATION],
				interval32(&d[INET_DESTINATION], __builtin_bswap32(k->destination.word[0])));
	return meet_add(x, m, &d[INET6_SOURCE], interval128(&d[INET6_SOURCE], &k->source)) &&
	       meet_add(x, m, &d[INET6_DESTINATION], interval128(&d[INET6_DESTINATION], &k->destination));
}

static inline bool
meet_service(const struct classify_index *x, struct meet *m, const struct flow_key *k, int16_t icmp_type,
	     int16_t icmp_code)
{
	const struct dimension *d = x->dimension, *service;
	if (classify_has_ports(k->protocol)) {
		service = &d[k->protocol == PROTOCOL_TCP   ? TCP_PORT
			     : k->protocol == PROTOCOL_UDP ? UDP_PORT
							   : SCTP_PORT];
		return meet_add(x, m, service, interval32(service, __builtin_bswap16(k->destination_port))) &&
		       meet_add(x, m, &d[SOURCE_PORT], interval32(&d[SOURCE_PORT], __builtin_bswap16(k->source_port)));
	}
	if (classify_has_icmp(k->family, k->protocol)) {
		service = &d[k->protocol == PROTOCOL_ICMP ? ICMP_TYPE : ICMP6_TYPE];
		return meet_add(x, m, service, interval32(service, icmp_point(icmp_type, icmp_code)));
	}
	return meet_add(x, m, &d[PROTOCOL], interval32(&d[PROTOCOL], k->protocol));
}

/* search: what is found while the common bits are walked. */
struct search {
	const struct classify_index *x;
	uint32_t from; /* rules below do not count */
	uint32_t best;
	uint32_t class;
	uint32_t skip; /* bits below need not be looked at */
};

/* Whether the bits from here to the end of the class stand for rules that are too late, given what was found. */
static inline bool
too_late(struct search *s, uint32_t bit)
{
	if (s->x->rule[bit] < s->best)
		return false;
	while (bit >= s->x->class_end[s->class])
		s->class ++;
	s->skip = s->x->class_end[s->class];
	return true;
}

/* Takes the first rule of the word that counts; it ends the search in its class. */
static inline void
word_take(struct search *s, uint32_t bit, uint64_t common)
{
	for (; common != 0; common &= common - 1) {
		uint32_t found = s->x->rule[bit + (uint32_t)__builtin_ctzll(common)];
		if (found < s->from)
			continue;
		if (found < s->best)
			s->best = found;
		too_late(s, bit + (uint32_t)__builtin_ctzll(common));
		return;
	}
}

static inline void
chunk_walk(struct search *s, const uint32_t *const *row, uint32_t count, uint32_t c, uint32_t alive, uint32_t base)
{
	const uint64_t *chunk[MEET_MAX];
	uint32_t n = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (row[i][c] != CHUNK_ALL)
			chunk[n++] = (const uint64_t *)(const void *)s->x->chunk.item +
				     (uint64_t)(row[i][c] >> CHUNK_SHIFT) * CHUNK_WORDS;
	}
	for (; alive != 0; alive &= alive - 1) {
		uint32_t w = (uint32_t)__builtin_ctz(alive), bit = base + w * 64;
		uint64_t common = UINT64_MAX;
		if (bit < s->skip || bit >= s->x->bits || (s->best != NO_RULE && too_late(s, bit)))
			continue;
		for (uint32_t i = 0; i < n; i++)
			common &= chunk[i][w];
		if (common != 0)
			word_take(s, bit, common);
	}
}

static inline void
row_walk(struct search *s, const uint32_t *const *row, uint32_t count, uint32_t base)
{
	uint32_t common[ROW_CHUNKS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t c = 0; c < ROW_CHUNKS; c++)
			common[c] &= row[i][c];
	}
	for (uint32_t c = 0; c < ROW_CHUNKS; c++, base += CHUNK_RULES) {
		if (common[c] != 0 && base + CHUNK_RULES > s->skip)
			chunk_walk(s, row, count, c, common[c], base);
	}
}

int32_t
classify_index_find(const struct classify_index *x, const struct flow_key *k, int16_t icmp_type, int16_t icmp_code,
		    uint32_t from)
{
	struct search s = { .x = x, .from = from, .best = NO_RULE };
	struct meet m = { .count = 0 };

	if (!meet_service(x, &m, k, icmp_type, icmp_code) || !meet_addresses(x, &m, k))
		return CLASSIFY_NONE;
	for (uint32_t r = 0; r < x->rows; r++) {
		const uint32_t *row[MEET_MAX];
		uint32_t n = 0, i;
		if (s.skip >= (r + 1) * ROW_RULES)
			continue;
		for (i = 0; i < m.count && m.vector[i][r] != NONE; i++) {
			if (m.vector[i][r] != ALL)
				row[n++] =
				    (const uint32_t *)(const void *)x->row.item + (uint64_t)m.vector[i][r] * ROW_CHUNKS;
		}
		if (i == m.count)
			row_walk(&s, row, n, r * ROW_RULES);
	}
	return s.best == NO_RULE ? CLASSIFY_NONE : (int32_t)s.best;
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
