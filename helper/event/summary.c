/* summary.c: see summary.h. SPDX-License-Identifier: Apache-2.0 */
#include "event/summary.h"

#include <stdlib.h>
#include <string.h>

#include "event/account.h"
#include "event/ring.h"

enum { SETS = 256, WAYS = 4 };

struct summary {
	struct summary_key key;
	uint32_t count; /* 0: free */
	struct flow_key first, last;
	struct summary_last said;
};

struct summaries {
	uint32_t used;
	uint8_t worker;
	uint64_t wall_ns, told_ns;
	struct summary at[SETS][WAYS];
};

struct summaries *
summaries_create(void)
{
	return calloc(1, sizeof(struct summaries));
}

void
summaries_destroy(struct summaries *s)
{
	free(s);
}

static uint32_t
set_of(const struct summary_key *k)
{
	uint64_t h = (uint64_t)k->rule << 32 | k->term;
	h ^= (uint64_t)k->generation << 24 ^ (uint64_t)k->zone << 16 ^ (uint64_t)k->kind << 8 ^
	     (uint64_t)k->outcome << 4 ^ k->family;
	h *= 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 56) & (SETS - 1);
}

static bool
is_same(const struct summary_key *a, const struct summary_key *b)
{
	return a->rule == b->rule && a->term == b->term && a->generation == b->generation && a->zone == b->zone &&
	       a->kind == b->kind && a->outcome == b->outcome && a->family == b->family;
}

/* tell writes one, and frees its place; without room in the ring it is lost there, and the ring counts that. */
static void
tell(struct summaries *s, struct summary *m, struct event_ring *r)
{
	struct event_frame *f = event_ring_reserve(r, EVENT_TYPE_LOG_SUPPRESSED, ACCOUNT_SUMMARIES);
	if (f) {
		f->header.generation = m->key.generation;
		f->record = (struct event_record){
			.timestamp_ns = s->wall_ns,
			.source_port = m->last.source_port,
			.destination_port = m->last.destination_port,
			.suppressed_rule = m->key.rule,
			.ingress_zone = m->key.zone,
			.egress_zone = m->said.egress_zone,
			.protocol = m->last.protocol,
			.action = m->said.action,
			.address_family = m->key.family,
			.suppressed_outcome = m->key.outcome,
			.first_protocol = m->first.protocol,
			.nat_source_port = m->first.source_port,
			.nat_destination_port = m->first.destination_port,
			.ingress_interface = m->said.ingress_unit,
			.suppressed_kind = m->key.kind,
		};
		memcpy(f->record.source_address, m->last.source.byte, sizeof f->record.source_address);
		memcpy(f->record.destination_address, m->last.destination.byte, sizeof f->record.destination_address);
		memcpy(f->record.nat_source_address, m->first.source.byte, sizeof f->record.nat_source_address);
		memcpy(f->record.nat_destination_address, m->first.destination.byte,
		       sizeof f->record.nat_destination_address);
		f->extension = (struct event_extension){
			.worker = s->worker,
			.egress_interface = m->said.egress_unit,
			.term_id = m->key.term,
			.suppressed_count = m->count,
		};
		event_ring_commit(r);
	}
	m->count = 0;
	s->used--;
}

static struct summary *
place_for(struct summaries *s, struct event_ring *r, const struct summary_key *key)
{
	struct summary *set = s->at[set_of(key)], *free_place = NULL;
	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].count != 0 && is_same(&set[i].key, key))
			return &set[i];
		if (set[i].count == 0 && !free_place)
			free_place = &set[i];
	}
	if (!free_place) {
		free_place = &set[0];
		tell(s, free_place, r);
	}
	return free_place;
}

void
summaries_count(struct summaries *s, struct event_ring *r, const struct summary_key *key, const struct flow_key *k,
		const struct summary_last *last)
{
	struct summary *m = place_for(s, r, key);
	if (m->count == UINT32_MAX)
		tell(s, m, r);
	if (m->count == 0) {
		m->key = *key;
		m->first = *k;
		s->used++;
	}
	m->count++;
	m->last = *k;
	m->said = *last;
}

bool
summaries_due(const struct summaries *s, uint64_t now_ns)
{
	return s->used != 0 && now_ns - s->told_ns >= SUMMARY_INTERVAL_NS;
}

void
summaries_tell(struct summaries *s, struct event_ring *r, uint64_t now_ns, uint64_t wall_ns, uint8_t worker)
{
	s->worker = worker;
	s->wall_ns = wall_ns;
	s->told_ns = now_ns;
	for (unsigned set = 0; s->used != 0 && set < SETS; set++)
		for (unsigned way = 0; way < WAYS; way++) {
			if (s->at[set][way].count == 0)
				continue;
			if (!event_ring_room(r))
				return;
			tell(s, &s->at[set][way], r);
		}
}

uint64_t
summaries_waiting(const struct summaries *s)
{
	uint64_t sum = 0;
	for (unsigned set = 0; set < SETS; set++)
		for (unsigned way = 0; way < WAYS; way++)
			sum += s->at[set][way].count;
	return sum;
}
