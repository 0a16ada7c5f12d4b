/* firewall.c: a driver of the pipeline without interfaces. SPDX-License-Identifier: Apache-2.0 */
#include "replay/firewall.h"

#ifdef __SANITIZE_ADDRESS__
#define BUILT_WITH_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BUILT_WITH_ADDRESS_SANITIZER
#endif
#endif
#ifdef BUILT_WITH_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#include <errno.h>
#include <stdlib.h>

#include "nat/owners.h"

enum {
	NEIGHBOURS = 1 << 16,
	RING_SLOTS = 1 << 14,
	RING_SLOTS_UNREAD = 1 << 4,
	PORTS = 64,
	WORKERS_MAX = 16,
	DEFAULT_MTU = 1500
};

struct firewall {
	struct firewall_options options;
	struct firewall_listener listener;
	struct snapshot *snapshot;
	struct rib *rib;
	struct neighbour_table *neighbours;
	struct nat_owners *owners; /* NULL: one worker */
	struct port_state ports[PORTS];
	uint64_t now_ns;
	struct worker *worker[WORKERS_MAX];

	uint8_t *memory;
	uint32_t free_count;
	uint32_t free_frame[FIREWALL_FRAMES];
	uint64_t number[FIREWALL_FRAMES]; /* of the packet in each frame */

	uint32_t asked_count;
	struct {
		uint32_t slot;
		uint8_t mac[6];
		uint64_t due_ns;
	} asked[FIREWALL_ASKED]; /* neighbours that will answer, in the order of time */

	struct worker *current; /* whose packets are being told about, and how far */
	uint32_t told;
};

static bool
take(void *ctx, uint64_t *frame, uint8_t **data)
{
	struct firewall *f = ctx;
	if (f->free_count == 0)
		return false;
	*frame = f->free_frame[--f->free_count];
	*data = f->memory + *frame * FIREWALL_FRAME_BYTES + PACKET_HEADROOM;
	ASAN_UNPOISON_MEMORY_REGION(*data - PACKET_HEADROOM, FIREWALL_FRAME_BYTES);
	return true;
}

static void
give(void *ctx, uint64_t frame)
{
	struct firewall *f = ctx;
	f->free_frame[f->free_count++] = (uint32_t)frame;
	/* Nobody has business there until it is taken. */
	ASAN_POISON_MEMORY_REGION(f->memory + frame * FIREWALL_FRAME_BYTES, FIREWALL_FRAME_BYTES);
}

static void
observe(void *ctx, const struct packet *p)
{
	struct firewall *f = ctx;
	const struct worker *w = f->current;
	f->listener.packet(f->listener.ctx, f->number[p->frame], p, w->output + f->told, w->output_count - f->told);
	f->told = w->output_count;
}

static void
tell_events(struct firewall *f, struct worker *w)
{
	const struct event_frame *e;
	event_ring_publish(w->ring, w->now_ns);
	if (f->options.unread)
		return;
	while ((e = event_ring_peek(w->ring)) != NULL) {
		f->listener.event(f->listener.ctx, e);
		event_ring_consume(w->ring);
	}
}

static bool
is_cold(const struct firewall *f, const struct address *a)
{
	for (uint32_t i = 0; i < f->options.cold_count; i++)
		if (memcmp(&f->options.cold[i], a, sizeof *a) == 0)
			return true;
	return false;
}

static void
ask(struct firewall *f, uint32_t slot, const uint8_t mac[6])
{
	if (f->asked_count == FIREWALL_ASKED)
		abort(); /* captures of tests have few neighbours */
	f->asked[f->asked_count].slot = slot;
	memcpy(f->asked[f->asked_count].mac, mac, sizeof f->asked[0].mac);
	f->asked[f->asked_count++].due_ns = f->now_ns + f->options.late_ns;
}

/* answer_due lets those neighbours answer whose time has come. */
static void
answer_due(struct firewall *f)
{
	uint32_t done = 0;
	while (done < f->asked_count && f->asked[done].due_ns <= f->now_ns) {
		neighbour_write(f->neighbours, f->asked[done].slot, NEIGHBOUR_VALID, f->asked[done].mac);
		done++;
	}
	f->asked_count -= done;
	memmove(f->asked, f->asked + done, f->asked_count * sizeof f->asked[0]);
}

/* resolve does what the kernel and its neighbours would. True if somebody answered. */
static bool
resolve(struct firewall *f, struct worker *w)
{
	bool answered = false;
	for (uint32_t i = 0; i < w->resolve_count; i++) {
		uint16_t unit;
		uint8_t family;
		struct address a;
		if (!neighbour_at(f->neighbours, w->resolve[i], &unit, &family, &a) || is_cold(f, &a))
			continue;
		const uint8_t *low = a.byte + (family == ADDRESS_FAMILY_INET ? 0 : 12);
		const uint8_t mac[6] = { 6, 0, low[0], low[1], low[2], low[3] };
		if (f->options.late_ns > 0) {
			ask(f, w->resolve[i], mac);
			continue;
		}
		neighbour_write(f->neighbours, w->resolve[i], NEIGHBOUR_VALID, mac);
		answered = true;
	}
	w->resolve_count = 0;
	return answered;
}

static void
begin(struct firewall *f, struct worker *w)
{
	f->current = w;
	f->told = 0;
	w->now_ns = f->now_ns;
	w->wall_ns = f->now_ns;
}

/* finish empties the worker's outputs and gives their frames back; the listener has seen them. */
static void
finish(struct firewall *f, struct worker *w)
{
	for (uint32_t i = 0; i < w->output_count; i++)
		give(f, w->output[i].frame);
	w->output_count = 0;
	tell_events(f, w);
}

static void
housekeep(struct firewall *f, struct worker *w)
{
	do {
		begin(f, w);
		pipeline_housekeep(w);
		finish(f, w);
	} while (resolve(f, w));
}

static struct worker *
worker_create(struct firewall *f, uint32_t index)
{
	struct worker *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	uint32_t sessions = f->snapshot->settings.session_maximum / f->options.workers;
	w->index = index;
	w->workers = f->options.workers;
	w->epoch = 1;
	w->now_ns = w->wall_ns = f->now_ns;
	w->ports = f->ports;
	w->neighbours = f->neighbours;
	w->owners = f->owners;
	w->buffers = (struct buffers){ take, give, f, FIREWALL_FRAME_BYTES - PACKET_HEADROOM };
	w->memo_off = f->options.memo_off;
	w->observer = observe;
	w->observer_ctx = f;
	w->ring = event_ring_memory(f->options.unread ? RING_SLOTS_UNREAD : RING_SLOTS);
	if (!w->ring || worker_init(w, sessions ? sessions : 1, 1, f->now_ns / 1000000000ull) != 0) {
		if (w->ring)
			event_ring_close(w->ring);
		free(w);
		return NULL;
	}
	worker_snapshot(w, f->snapshot);
	return w;
}

static void
set_ports(struct firewall *f)
{
	const struct snapshot *s = f->snapshot;
	for (uint32_t i = 0; i < s->port_count && i < PORTS; i++)
		f->ports[i] = (struct port_state){ .mac = { 2, 0, 0x5e, 0, 0, (uint8_t)i },
						   .mtu = s->port[i].mtu ? s->port[i].mtu : DEFAULT_MTU,
						   .up = 1,
						   .unfinished = f->options.unfinished,
						   .any_station = 1 };
}

struct firewall *
firewall_create(struct snapshot *s, const struct firewall_options *o, const struct firewall_listener *l,
		uint64_t start_ns)
{
	struct firewall *f = calloc(1, sizeof *f);
	if (!f || o->workers == 0 || o->workers > WORKERS_MAX) {
		free(f);
		errno = f ? EINVAL : ENOMEM;
		return NULL;
	}
	f->options = *o;
	f->listener = *l;
	f->snapshot = s;
	f->now_ns = start_ns;
	set_ports(f);
	f->memory = calloc(FIREWALL_FRAMES, FIREWALL_FRAME_BYTES);
	for (uint32_t i = 0; f->memory && i < FIREWALL_FRAMES; i++)
		give(f, i);
	f->neighbours = neighbour_table_create(NEIGHBOURS, 1);
	f->rib = rib_build(s, NULL, 0);
	f->owners = o->workers > 1 ? nat_owners_create(s->settings.session_maximum, 1) : NULL;
	bool ok = f->memory && f->neighbours && f->rib && (f->owners || o->workers == 1);
	for (uint32_t i = 0; ok && i < o->workers; i++)
		ok = (f->worker[i] = worker_create(f, i)) != NULL;
	if (!ok) {
		firewall_destroy(f);
		errno = ENOMEM;
		return NULL;
	}
	return f;
}

void
firewall_destroy(struct firewall *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->options.workers; i++) {
		if (!f->worker[i])
			continue;
		event_ring_close(f->worker[i]->ring);
		worker_free(f->worker[i]);
		free(f->worker[i]);
	}
	rib_destroy(f->rib);
	if (f->neighbours)
		neighbour_table_destroy(f->neighbours);
	nat_owners_destroy(f->owners);
	if (f->memory)
		ASAN_UNPOISON_MEMORY_REGION(f->memory, (size_t)FIREWALL_FRAMES * FIREWALL_FRAME_BYTES);
	free(f->memory);
	free(f);
}

void
firewall_advance(struct firewall *f, uint64_t to_ns)
{
	for (;;) {
		uint64_t next_ns = f->now_ns + FIREWALL_TICK_NS;
		if (f->asked_count > 0 && f->asked[0].due_ns < next_ns)
			next_ns = f->asked[0].due_ns;
		if (next_ns > to_ns)
			break;
		f->now_ns = next_ns;
		answer_due(f);
		for (uint32_t i = 0; i < f->options.workers; i++)
			housekeep(f, f->worker[i]);
	}
	f->now_ns = to_ns > f->now_ns ? to_ns : f->now_ns;
}

void
firewall_receive(struct firewall *f, uint64_t number, uint16_t port, const uint8_t *bytes, uint32_t length)
{
	enum { ROOM = FIREWALL_FRAME_BYTES - PACKET_HEADROOM, GROWTH = 64 };
	struct packet p = { .port = port };
	/* Frames wait in queues far smaller than there are frames. */
	if (!take(f, &p.frame, &p.data))
		abort();
	p.length = (uint16_t)(length < ROOM ? length : ROOM);
	memcpy(p.data, bytes, p.length);
	/* What grows at its end, grows by options at most. */
	if (p.length + GROWTH < ROOM)
		ASAN_POISON_MEMORY_REGION(p.data + p.length + GROWTH, ROOM - p.length - GROWTH);
	f->number[p.frame] = number;
	p.drop_reason = (uint8_t)packet_parse(&p);
	struct worker *w = f->worker[pipeline_owner(f->worker[0], &p)];
	begin(f, w);
	pipeline_burst(w, &p, 1);
	finish(f, w);
	if (resolve(f, w))
		housekeep(f, w);
}

bool
firewall_commit(struct firewall *f, struct snapshot *s)
{
	const struct snapshot *old = f->snapshot;
	if (!policer_adopt(s->policer, s->policer_count, old->policer, old->policer_count))
		return false;
	struct rib *rib = rib_build(s, NULL, 0);
	if (!rib)
		return false;
	screens_adopt(s, old);
	event_limits_adopt(s, old);
	f->snapshot = s;
	set_ports(f);
	for (uint32_t i = 0; i < f->options.workers; i++) {
		f->worker[i]->epoch++;
		worker_snapshot(f->worker[i], s);
	}
	rib_destroy(f->rib);
	f->rib = rib;
	return true;
}

/* A few at a time, so that the ring has room for every event. */
static bool
some(const struct session *s, void *ctx)
{
	uint32_t *left = ctx;
	return *left > 0 && (*left)-- > 0;
}

void
firewall_close(struct firewall *f)
{
	enum { AT_ONCE = 1024 };
	for (uint32_t i = 0; i < f->options.workers; i++) {
		uint32_t left, closed;
		do {
			left = AT_ONCE;
			begin(f, f->worker[i]);
			closed = session_close_matching(f->worker[i], CLOSE_REASON_SHUTDOWN, some, &left);
			finish(f, f->worker[i]);
		} while (closed > 0);
	}
}

const struct worker *
firewall_worker(const struct firewall *f, uint32_t index)
{
	return index < f->options.workers ? f->worker[index] : NULL;
}

uint32_t
firewall_frames_used(const struct firewall *f)
{
	return FIREWALL_FRAMES - f->free_count;
}

uint64_t
firewall_now(const struct firewall *f)
{
	return f->now_ns;
}
