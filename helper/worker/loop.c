/* loop.c: SPDX-License-Identifier: Apache-2.0 */
#include "worker/loop.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <urcu-qsbr.h>

#include "pipeline/stage.h"
#include "port/tun.h"
#include "worker/confine.h"

#define HOUSEKEEP_BUSY_NS (10ull * 1000000)
#define HOUSEKEEP_IDLE_MS 100
#define END_OF_TIME       (UINT64_MAX / 2)
#define RETRY_MS          1
#define TX_RETRIES        1000 /* after these, a device that takes nothing is tried when other work is done */

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
ring_bell(int fd)
{
	uint64_t one = 1;
	ssize_t ignored = write(fd, &one, sizeof one);
	(void)ignored; /* a full counter is a bell that rings */
}

/* The counters are read by control at any time. */
static void
drop(struct loop *l, uint64_t frame, enum drop_reason why)
{
	uint64_t *counter = &l->worker.counters.drop[why];
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
	frame_give(&l->cache, frame);
}

/* The pipeline has counted and logged this frame as sent. */
static void
lose(struct loop *l, uint64_t frame)
{
	uint64_t *counter = &l->worker.counters.output_lost;
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
	frame_give(&l->cache, frame);
}

/* ---- frames that the pipeline makes and gives back ---------------------------------------------------------------- */

static bool
take_frame(void *ctx, uint64_t *frame, uint8_t **data)
{
	struct loop *l = ctx;
	if (!frame_take(&l->cache, frame))
		return false;
	*data = l->shared->umem->area + *frame + PACKET_HEADROOM;
	return true;
}

static void
give_frame(void *ctx, uint64_t frame)
{
	frame_give(&((struct loop *)ctx)->cache, frame);
}

/* ---- out ------------------------------------------------------------------------------------------------------------ */

static void
wake(struct loop *l)
{
	/* S1: what was handed over comes before this look at `sleeping`; pairs with S2 */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&l->sleeping, memory_order_relaxed))
		ring_bell(l->wake);
}

static bool
hand_over(struct loop *l, uint32_t to, const struct handoff *m)
{
	struct loop_shared *s = l->shared;
	return handoff_push(&s->rings[l->worker.index * s->workers + to], m);
}

/* How many frames a device takes from this worker in one burst. */
static uint32_t
room_of(struct loop *l, uint16_t device)
{
	struct loop_shared *s = l->shared;
	struct xsk *x = l->transmit[device];
	uint16_t to = l->transmit_worker[device];

	if (x) {
		uint32_t room = xsk_room(x);
		if (room >= OUTPUT_MAX)
			return room;
		xsk_kick(x, &l->cache);
		return xsk_room(x);
	}
	if (to == DEVICE_NONE || to == l->worker.index)
		return 0;
	/* Several ports may share this ring: a whole burst fits, or nothing is sent. */
	return handoff_room(&s->rings[l->worker.index * s->workers + to]) >= OUTPUT_MAX ? OUTPUT_MAX : 0;
}

static bool
can_reach(const struct loop *l, uint16_t device)
{
	uint16_t to = l->transmit_worker[device];
	return l->transmit[device] || (to != DEVICE_NONE && to != l->worker.index);
}

/* What waits in a queue needs no room in a ring yet. */
static void
set_queue_room(struct loop *l, uint32_t port, uint16_t device)
{
	l->worker.tx_room[port] = can_reach(l, device) ? UINT64_MAX : 0;
	for (unsigned queue = 0; queue < QUEUES; queue++)
		l->worker.queue_room[port][queue] = scheduler_room(l->scheduler[device], queue);
}

static void
set_room(struct loop *l)
{
	for (uint32_t port = 0; l->view && port < l->view->snapshot->port_count; port++) {
		uint16_t device = l->view->device_of_port[port];
		if (device == DEVICE_NONE)
			l->worker.tx_room[port] = 0;
		else if (l->worker.queued_ports >> port & 1)
			set_queue_room(l, port, device);
		else
			l->worker.tx_room[port] = room_of(l, device);
	}
}

static void
transmit(struct loop *l, uint16_t device, uint64_t address, uint32_t length)
{
	struct xsk *x = l->transmit[device];
	uint64_t frame = frame_base(l->shared->umem, address);

	if (x) {
		if (xsk_send(x, address, length))
			return;
		xsk_kick(x, &l->cache);
		if (!xsk_send(x, address, length))
			lose(l, frame);
	} else if (l->transmit_worker[device] == DEVICE_NONE || l->transmit_worker[device] == l->worker.index) {
		lose(l, frame);
	} else {
		struct handoff m = { address, length, device, HANDOFF_TRANSMIT };
		if (!hand_over(l, l->transmit_worker[device], &m))
			lose(l, frame);
	}
}

/* serve_queues sends what the schedulers let go and the rings take. */
static void
serve_queues(struct loop *l)
{
	struct worker *w = &l->worker;

	for (uint64_t ports = w->queued_ports; ports; ports &= ports - 1) {
		unsigned port = (unsigned)__builtin_ctzll(ports);
		uint16_t device = l->view->device_of_port[port];
		struct scheduler *s = device == DEVICE_NONE ? NULL : l->scheduler[device];
		struct scheduler_frame f;
		if (!s || scheduler_empty(s))
			continue;
		const struct port_queues *q = l->view->snapshot->port[port].queues;
		for (uint32_t room = room_of(l, device); room && scheduler_next(s, q, w->index, w->now_ns, &f); room--)
			transmit(l, device, f.address, f.length);
	}
}

/* clear_queues sends all that waits for a device, whatever its rates are; what the device does not take is lost. */
static void
clear_queues(struct loop *l, uint16_t device)
{
	struct scheduler_frame f;

	while (l->scheduler[device] && scheduler_any(l->scheduler[device], &f))
		transmit(l, device, f.address, f.length);
}

static void
flush_output(struct loop *l)
{
	struct worker *w = &l->worker;

	for (uint32_t i = 0; i < w->output_count; i++) {
		struct output *o = &w->output[i];
		if (o->port == PORT_HOST) {
			if (tun_write(l->shared->tun, o->data, o->length))
				frame_give(&l->cache, o->frame);
			else
				lose(l, o->frame);
			continue;
		}
		uint16_t device = o->port < LOOP_PORTS_MAX ? l->view->device_of_port[o->port] : DEVICE_NONE;
		uint64_t address = (uint64_t)(o->data - l->shared->umem->area);
		if (device == DEVICE_NONE)
			lose(l, o->frame);
		else if (w->queued_ports >> o->port & 1)
			scheduler_put(l->scheduler[device], o->queue, address, o->length);
		else
			transmit(l, device, address, o->length);
	}
	w->output_count = 0;
	if (w->queued_ports)
		serve_queues(l);
}

static void
flush_resolve(struct loop *l)
{
	struct worker *w = &l->worker;
	struct resolve_ring *r = &l->resolve;
	uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	if (w->resolve_count == 0)
		return;
	for (uint32_t i = 0; i < w->resolve_count; i++) {
		/* A full ring loses a request; the slot stays pending and control asks again for such. */
		if (head - atomic_load_explicit(&r->tail, memory_order_acquire) == RESOLVE_SLOTS)
			break;
		r->slot[head % RESOLVE_SLOTS] = (struct resolve){ w->neighbours, w->resolve[i] };
		atomic_store_explicit(&r->head, ++head, memory_order_release);
	}
	w->resolve_count = 0;
	ring_bell(l->shared->control);
}

static void
kick_all(struct loop *l)
{
	for (uint32_t i = 0; i < l->socket_count; i++) {
		if (l->socket[i]->kick)
			xsk_kick(l->socket[i], &l->cache);
		else if (l->socket[i]->in_flight)
			xsk_complete(l->socket[i], &l->cache);
	}
}

static void
wake_others(struct loop *l)
{
	struct loop_shared *s = l->shared;

	for (uint32_t to = 0; s->workers > 1 && to < s->workers; to++) {
		if (to != l->worker.index && !handoff_empty(&s->rings[l->worker.index * s->workers + to]))
			wake(&s->loop[to]);
	}
}

/* ---- in ------------------------------------------------------------------------------------------------------------- */

static void
set_packet(struct loop *l, struct packet *p, uint64_t address, uint32_t length, uint16_t device)
{
	struct umem *u = l->shared->umem;

	memset(p, 0, sizeof *p);
	p->data = u->area + address;
	p->frame = frame_base(u, address);
	p->length = (uint16_t)length;
	p->port = l->view ? l->view->port_of_device[device] : PORT_HOST;
	p->drop_reason = packet_parse(p);
}

static void
process(struct loop *l, uint32_t count)
{
	if (count == 0)
		return;
	set_room(l);
	pipeline_burst(&l->worker, l->burst, count);
	flush_output(l);
	flush_resolve(l);
}

static void
pass(struct loop *l, const struct packet *p, uint32_t to, const struct handoff *m)
{
	struct worker *w = &l->worker;

	if (hand_over(l, to, m))
		__atomic_store_n(&w->counters.handed_off, w->counters.handed_off + 1, __ATOMIC_RELAXED);
	else
		drop(l, p->frame, DROP_REASON_HANDOFF_FULL);
}

/* A fragment that belongs here by its addresses goes on to the worker to which its first one's ports belong, or waits for that one. */
static bool
pass_part(struct loop *l, const struct packet *p, const struct handoff *m)
{
	uint32_t owner = pipeline_part_owner(&l->worker, p);
	struct handoff on = *m;

	if (owner == l->worker.index)
		return false;
	on.kind = HANDOFF_FRAGMENT;
	if (owner != PIPELINE_HELD)
		pass(l, p, owner, &on);
	return true;
}

/* Fragments that waited follow their first one, wherever it went. */
static void
release_parts(struct loop *l)
{
	struct worker *w = &l->worker;
	struct packet *p = l->burst;
	uint32_t owner;

	while (pipeline_part_release(w, p, &owner)) {
		uint16_t device = l->view->device_of_port[p->port];
		struct handoff m = { (uint64_t)(p->data - l->shared->umem->area), p->length, device, HANDOFF_FRAGMENT };
		if (owner == w->index || device == DEVICE_NONE)
			process(l, 1);
		else
			pass(l, p, owner, &m);
	}
}

static uint32_t
receive(struct loop *l, uint32_t index)
{
	struct xsk *x = l->socket[index];
	struct worker *w = &l->worker;
	struct xsk_frame frame[PACKET_BURST];
	uint32_t got = xsk_receive(x, frame, PACKET_BURST), mine = 0;
	uint8_t *area = x->umem->area;

	for (uint32_t i = 0; i < got; i++)
		__builtin_prefetch(area + frame[i].address);
	for (uint32_t i = 0; i < got; i++) {
		struct packet *p = &l->burst[mine];
		set_packet(l, p, frame[i].address, frame[i].length, l->socket_device[index]);
		uint32_t owner = w->workers > 1 ? pipeline_owner(w, p) : w->index;
		struct handoff m = { frame[i].address, frame[i].length, l->socket_device[index], HANDOFF_PROCESS };
		if (owner == w->index)
			mine += !pass_part(l, p, &m);
		else
			pass(l, p, owner, &m);
	}
	process(l, mine);
	release_parts(l);
	if (got)
		xsk_refill(x, &l->cache);
	return got;
}

static uint32_t
take_over(struct loop *l, uint32_t from)
{
	struct handoff message[PACKET_BURST];
	struct handoff_ring *r = &l->shared->rings[from * l->shared->workers + l->worker.index];
	uint32_t got = handoff_pop(r, message, PACKET_BURST), mine = 0;

	for (uint32_t i = 0; i < got; i++) {
		const struct handoff *m = &message[i];
		if (m->kind == HANDOFF_TRANSMIT) {
			transmit(l, m->device, m->address, m->length);
			continue;
		}
		set_packet(l, &l->burst[mine], m->address, m->length, m->device);
		mine += m->kind == HANDOFF_FRAGMENT || !pass_part(l, &l->burst[mine], m);
	}
	process(l, mine);
	release_parts(l);
	return got;
}

static void
housekeep(struct loop *l)
{
	l->housekeep_ns = l->worker.now_ns;
	for (uint32_t i = 0; i < l->socket_count; i++)
		xsk_refill(l->socket[i], &l->cache);
	release_parts(l);
	if (l->view) {
		set_room(l);
		pipeline_housekeep(&l->worker);
		flush_output(l);
		flush_resolve(l);
	}
}

static void
set_time(struct loop *l)
{
	/* E1: whoever sees the new epoch sees the snapshot and the routes that came with it; pairs with E2 in loop.h */
	l->worker.epoch = atomic_load_explicit(&l->shared->epoch, memory_order_acquire);
	l->worker.now_ns = clock_ns(CLOCK_MONOTONIC);
	l->worker.wall_ns = clock_ns(CLOCK_REALTIME);
}

static void
publish(struct loop *l)
{
	if (event_ring_publish(l->worker.ring, l->worker.now_ns)) {
		atomic_store_explicit(&l->shared->doorbell, true, memory_order_release);
		ring_bell(l->shared->control);
	}
}

static void
run_call(struct loop *l)
{
	/* M1: the arguments come with the function; pairs with M2 */
	loop_call *fn = atomic_load_explicit(&l->call, memory_order_acquire);

	if (!fn)
		return;
	set_time(l);
	fn(l, l->call_ctx);
	publish(l);
	atomic_store_explicit(&l->call, NULL, memory_order_relaxed);
	sem_post(&l->call_done);
}

/* One round over everything that can bring work. */
static uint32_t
run_round(struct loop *l)
{
	uint32_t work = 0;

	set_time(l);
	for (uint32_t i = 0; i < l->socket_count; i++)
		work += receive(l, i);
	for (uint32_t from = 0; from < l->shared->workers; from++) {
		if (from != l->worker.index)
			work += take_over(l, from);
	}
	if (l->worker.now_ns - l->housekeep_ns >= HOUSEKEEP_BUSY_NS ||
	    atomic_exchange_explicit(&l->housekeep, false, memory_order_acquire))
		housekeep(l);
	if (l->worker.queued_ports)
		serve_queues(l);
	kick_all(l);
	wake_others(l);
	publish(l);
	l->rounds++;
	return work;
}

static bool
nothing_to_do(struct loop *l)
{
	struct loop_shared *s = l->shared;

	if (atomic_load_explicit(&l->call, memory_order_relaxed) ||
	    atomic_load_explicit(&l->housekeep, memory_order_relaxed) ||
	    atomic_load_explicit(&l->stop, memory_order_relaxed))
		return false;
	for (uint32_t from = 0; from < s->workers; from++) {
		if (from != l->worker.index && !handoff_empty(&s->rings[from * s->workers + l->worker.index]))
			return false;
	}
	return true;
}

int
loop_patience(const struct loop *l)
{
	if (event_ring_owes(l->worker.ring))
		return RETRY_MS;
	for (uint32_t i = 0; i < l->socket_count; i++) {
		if (l->socket[i]->kick && l->socket[i]->retries < TX_RETRIES)
			return RETRY_MS;
	}
	for (uint64_t ports = l->worker.queued_ports; ports; ports &= ports - 1) {
		uint16_t device = l->view->device_of_port[__builtin_ctzll(ports)];
		if (device != DEVICE_NONE && !scheduler_empty(l->scheduler[device]))
			return RETRY_MS;
	}
	return HOUSEKEEP_IDLE_MS;
}

static void
sleep_until_work(struct loop *l)
{
	struct pollfd fd[LOOP_SOCKETS_MAX + 1];
	int timeout = loop_patience(l);

	for (uint32_t i = 0; i < l->socket_count; i++)
		fd[i] = (struct pollfd){ .fd = l->socket[i]->fd, .events = POLLIN };
	fd[l->socket_count] = (struct pollfd){ .fd = l->wake, .events = POLLIN };

	atomic_store_explicit(&l->sleeping, true, memory_order_relaxed);
	/* S2: `sleeping` is visible before this last look; pairs with S1 */
	atomic_thread_fence(memory_order_seq_cst);
	if (nothing_to_do(l)) {
		l->sleeps++;
		rcu_thread_offline();
		poll(fd, l->socket_count + 1, timeout);
		rcu_thread_online();
	}
	atomic_store_explicit(&l->sleeping, false, memory_order_relaxed);
	if (fd[l->socket_count].revents) {
		uint64_t count;
		ssize_t ignored = read(l->wake, &count, sizeof count);
		(void)ignored;
	}
}

static void *
run(void *argument)
{
	struct loop *l = argument;

	l->confine_error = l->confine ? worker_confine() : 0;
	sem_post(&l->call_done);
	if (l->confine_error)
		return NULL;
	rcu_register_thread();
	while (!atomic_load_explicit(&l->stop, memory_order_acquire)) {
		run_call(l);
		uint32_t work = run_round(l);
		rcu_quiescent_state();
		if (work == 0)
			sleep_until_work(l);
	}
	rcu_unregister_thread();
	return NULL;
}

/* ---- control's side -------------------------------------------------------------------------------------------------- */

int
loop_init(struct loop *l, struct loop_shared *shared, uint32_t index, int cpu)
{
	l->shared = shared;
	l->cpu = cpu;
	l->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake < 0)
		return -errno;
	if (sem_init(&l->call_done, 0, 0)) {
		close(l->wake);
		return -errno;
	}
	l->worker.index = index;
	l->worker.workers = shared->workers;
	l->worker.buffers = (struct buffers){ .take = take_frame, .give = give_frame, .ctx = l };
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++)
		l->transmit_worker[i] = DEVICE_NONE;
	return 0;
}

void
loop_free(struct loop *l)
{
	for (unsigned i = 0; i < LOOP_DEVICES_MAX; i++)
		scheduler_destroy(l->scheduler[i]);
	sem_destroy(&l->call_done);
	close(l->wake);
}

int
loop_start(struct loop *l)
{
	pthread_attr_t attributes;
	cpu_set_t set;
	char name[16];

	pthread_attr_init(&attributes);
	if (l->cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET((unsigned)l->cpu, &set);
		pthread_attr_setaffinity_np(&attributes, sizeof set, &set);
	}
	int rc = pthread_create(&l->thread, &attributes, run, l);
	pthread_attr_destroy(&attributes);
	if (rc)
		return -rc;
	while (sem_wait(&l->call_done) && errno == EINTR)
		;
	if (l->confine_error) {
		pthread_join(l->thread, NULL);
		return l->confine_error;
	}
	l->started = true;
	snprintf(name, sizeof name, "worker-%u", l->worker.index);
	pthread_setname_np(l->thread, name);
	return 0;
}

void
loop_stop(struct loop *l)
{
	if (!l->started)
		return;
	atomic_store_explicit(&l->stop, true, memory_order_release);
	ring_bell(l->wake);
	pthread_join(l->thread, NULL);
	l->started = false;
}

void
worker_call(struct loop *l, loop_call *fn, void *ctx)
{
	l->call_ctx = ctx;
	/* M2: pairs with M1 */
	atomic_store_explicit(&l->call, fn, memory_order_release);
	ring_bell(l->wake);
	while (sem_wait(&l->call_done) && errno == EINTR)
		;
}

void
loop_housekeep(struct loop *l)
{
	atomic_store_explicit(&l->housekeep, true, memory_order_release);
	wake(l);
}

bool
loop_resolve(struct loop *l, struct resolve *out)
{
	struct resolve_ring *r = &l->resolve;
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&r->head, memory_order_acquire))
		return false;
	*out = r->slot[tail % RESOLVE_SLOTS];
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	return true;
}

/* Packets that wait carry numbers of ports and neighbours. */
static void
drop_held(struct loop *l)
{
	struct worker *w = &l->worker;
	uint64_t now_ns = w->now_ns;
	struct packet p;
	uint32_t owner;
	bool found;

	w->now_ns = END_OF_TIME;
	while (wait_next(w, &p, &found)) {
		drop(l, p.frame, DROP_REASON_NEIGHBOUR_UNRESOLVED);
		wait_leave(w);
	}
	while (fragment_expired(w->fragments, END_OF_TIME, &p) || fragment_release(w->fragments, &p))
		drop(l, p.frame, DROP_REASON_FRAGMENT_UNKNOWN);
	while (pipeline_part_release(w, &p, &owner))
		drop(l, p.frame, DROP_REASON_FRAGMENT_UNKNOWN);
	w->now_ns = now_ns;
}

void
loop_give_up(struct loop *l)
{
	drop_held(l);
	for (uint16_t device = 0; device < LOOP_DEVICES_MAX; device++)
		clear_queues(l, device);
	kick_all(l);
}

/* What waits for a device stays there if the device's port has queues now, under the numbers of the new view. */
static void
take_queues(struct loop *l, const struct view *v)
{
	uint64_t ports = 0;

	for (uint32_t port = 0; port < v->snapshot->port_count; port++) {
		if (v->snapshot->port[port].queues)
			ports |= 1ull << port;
	}
	for (uint16_t device = 0; device < LOOP_DEVICES_MAX; device++) {
		uint16_t port = v->port_of_device[device];
		if (port == PORT_HOST || !(ports >> port & 1))
			clear_queues(l, device);
	}
	l->worker.queued_ports = ports;
}

void
loop_view(struct loop *l, const struct view *v)
{
	if (l->view && v->renumbered)
		drop_held(l);
	take_queues(l, v);
	l->view = v;
	l->worker.ports = v->port;
	l->worker.neighbours = v->neighbours;
	worker_snapshot(&l->worker, v->snapshot);
	/* Here and not once for all: what a memo made under the old view says must not be read by the new one's numbers. */
	loop_epoch_raise(l->shared);
}

void
loop_socket_add(struct loop *l, struct xsk *x, uint16_t device)
{
	l->cache.umem = l->shared->umem;
	l->worker.buffers.size = (uint16_t)(l->shared->umem->frame_size - PACKET_HEADROOM);
	l->socket[l->socket_count] = x;
	l->socket_device[l->socket_count++] = device;
	if (!l->transmit[device])
		l->transmit[device] = x;
	xsk_refill(x, &l->cache);
}

void
loop_socket_remove(struct loop *l, struct xsk *x)
{
	for (uint32_t i = 0; i < l->socket_count; i++) {
		if (l->socket[i] != x)
			continue;
		uint16_t device = l->socket_device[i];
		l->socket[i] = l->socket[--l->socket_count];
		l->socket_device[i] = l->socket_device[l->socket_count];
		if (l->transmit[device] == x)
			l->transmit[device] = NULL;
		return;
	}
}

void
loop_transmit(struct loop *l, uint16_t device, uint16_t worker)
{
	l->transmit_worker[device] = worker;
	if (worker == DEVICE_NONE)
		clear_queues(l, device);
}

void
loop_settle(struct loop *l)
{
	for (uint32_t from = 0; from < l->shared->workers; from++)
		while (from != l->worker.index && take_over(l, from))
			;
	kick_all(l);
}
