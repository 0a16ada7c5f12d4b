/* engine.c: SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <urcu-qsbr.h>

#include "nat/owners.h"
#include "port/tun.h"

enum { SWEEP_S = 5, LAST_WORDS_MS = 200 };

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
complain(const char *what, int rc)
{
	log_event(LOG_LEVEL_ERROR, "start", log_text("what", what), log_text("error", strerror(rc < 0 ? -rc : rc)));
}

static int
watch(struct engine *e, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	return fd < 0 || epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int
make_rings(struct engine *e)
{
	char path[256];

	e->accounts = account_book_open(e->options.run_dir, e->options.workers, e->start_id, e->options.gid);
	if (!e->accounts) {
		complain("accounts", errno);
		return -1;
	}
	if (account_book_put_aside(e->accounts))
		log_event(LOG_LEVEL_WARN, "accounts", log_text("expected", "a file"),
			  log_text("found", "a folder, put aside"), log_number("as", e->start_id));
	for (uint32_t w = 0; w < e->options.workers; w++) {
		snprintf(path, sizeof path, "%s/ring-%u", e->options.run_dir, w);
		e->ring[w] =
		    event_ring_create(path, e->options.ring_slots, e->start_id, w, e->options.gid, e->accounts);
		if (!e->ring[w]) {
			complain(path, errno);
			return -1;
		}
		if (asprintf(&e->ring_path[w], "%s.%llu", path, (unsigned long long)e->start_id) < 0)
			return -1;
	}
	return 0;
}

static int
make_workers(struct engine *e)
{
	uint32_t workers = e->options.workers;
	uint64_t seed, secret[2];

	e->shared.workers = workers;
	e->shared.umem = &e->umem;
	atomic_store(&e->shared.epoch, 1);
	e->shared.loop = aligned_alloc(64, workers * ((sizeof(struct loop) + 63) / 64 * 64));
	e->shared.rings = aligned_alloc(64, (size_t)workers * workers * sizeof *e->shared.rings);
	if (!e->shared.loop || !e->shared.rings || getrandom(&seed, sizeof seed, 0) != sizeof seed ||
	    getrandom(secret, sizeof secret, 0) != sizeof secret) {
		complain("workers", ENOMEM);
		return -1;
	}
	memset(e->shared.loop, 0, workers * sizeof *e->shared.loop);
	memset(e->shared.rings, 0, (size_t)workers * workers * sizeof *e->shared.rings);
	/* One worker owns every flow. */
	if (workers > 1 && !(e->owners = nat_owners_create(e->options.session_maximum, seed))) {
		complain("workers", ENOMEM);
		return -1;
	}
	for (uint32_t w = 0; w < workers; w++) {
		struct loop *l = &e->shared.loop[w];
		/* Session ids of all workers come from one numbering: worker_init needs to know which part is this one's. */
		l->worker.index = w;
		l->worker.workers = workers;
		l->worker.ring = e->ring[w];
		l->worker.owner_seed = seed;
		l->worker.owners = e->owners;
		l->worker.epoch = 1;
		l->confine = e->options.seccomp;
		int rc = loop_init(l, &e->shared, w, e->options.cpu[w]);
		if (rc == 0)
			rc = worker_init(&l->worker, (e->options.session_maximum + workers - 1) / workers, seed,
					 e->started_ns / 1000000000);
		cookie_keys_init(&l->worker.cookies, secret[0], secret[1]);
		if (rc) {
			complain("worker", rc);
			return -1;
		}
	}
	return 0;
}

struct engine *
engine_create(const struct engine_options *options)
{
	struct engine *e = calloc(1, sizeof *e);
	char path[256];

	if (!e)
		return NULL;
	e->options = *options;
	e->shared.tun = e->epoll = e->timer = e->control = -1;
	/* Microseconds differ for each start and stay below 2^53 until the year 2255. */
	e->started_ns = clock_ns(CLOCK_REALTIME);
	e->start_id = e->started_ns / 1000;
	report_ops(&e->ops);

	int rc = attach_find(&e->leftovers);
	if (rc)
		complain("programs of a former helper", rc);
	if (make_rings(e) || make_workers(e))
		goto fail;
	e->started_ns = clock_ns(CLOCK_MONOTONIC);
	e->shared.tun = tun_open(options->tun_device);
	if (e->shared.tun < 0) {
		complain(options->tun_device, e->shared.tun);
		goto fail;
	}
	e->epoll = epoll_create1(EPOLL_CLOEXEC);
	e->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	e->control = e->shared.control = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	e->netlink = kernel_open(e);
	if (!e->netlink || (rc = netlink_dump_links(e->netlink))) {
		complain("netlink", rc ? rc : errno);
		goto fail;
	}
	snprintf(path, sizeof path, "%s/helper.sock", options->run_dir);
	e->server = control_server_create(path, options->gid, &e->ops, e);
	if (!e->server) {
		complain(path, errno);
		goto fail;
	}
	if (watch(e, e->timer) || watch(e, e->control) || watch(e, netlink_fd(e->netlink)) ||
	    watch(e, control_server_fd(e->server))) {
		complain("epoll", errno);
		goto fail;
	}
	log_event(LOG_LEVEL_INFO, "start", log_text("version", options->version),
		  log_number("start_id", (int64_t)e->start_id), log_number("workers", options->workers),
		  log_number("leftovers", e->leftovers.count));
	return e;
fail:
	engine_destroy(e);
	return NULL;
}

int
engine_start(struct engine *e)
{
	struct itimerspec every = { .it_value.tv_sec = 1, .it_interval.tv_sec = 1 };

	for (uint32_t w = 0; w < e->options.workers; w++) {
		int rc = loop_start(&e->shared.loop[w]);
		if (rc) {
			while (w-- > 0)
				loop_stop(&e->shared.loop[w]);
			return rc;
		}
	}
	return timerfd_settime(e->timer, 0, &every, NULL) ? -errno : 0;
}

static void
drain(int fd)
{
	uint64_t count;
	ssize_t ignored = read(fd, &count, sizeof count);
	(void)ignored;
}

static void
answer_workers(struct engine *e)
{
	drain(e->control);
	kernel_resolve(e);
	if (atomic_exchange_explicit(&e->shared.doorbell, false, memory_order_acquire))
		control_server_doorbell(e->server);
}

static void
tick(struct engine *e)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC), second = now_ns / 1000000000;

	drain(e->timer);
	if (e->revive && e->plan)
		plan_revive(e);
	if (e->routes_stale)
		kernel_changed(e);
	if (second == e->last_tick_s)
		return;
	e->last_tick_s = second;
	kernel_settle(e);
	kernel_refresh(e, second);
	kernel_release(e);
	for (uint32_t w = 0; second % SWEEP_S == 0 && w < e->options.workers; w++)
		e->former_rings[w] = e->former_rings[w] ? event_ring_sweep(e->ring[w], now_ns) : 0;
}

void
engine_run(struct engine *e, int stop_fd)
{
	struct epoll_event event[16];

	if (watch(e, stop_fd))
		return;
	for (uint32_t w = 0; w < e->options.workers; w++)
		e->former_rings[w] = 1;
	while (!e->stop) {
		int count = epoll_wait(e->epoll, event, sizeof event / sizeof event[0], -1);
		for (int i = 0; i < count; i++) {
			int fd = event[i].data.fd;
			if (fd == stop_fd)
				e->stop = true;
			else if (fd == e->control)
				answer_workers(e);
			else if (fd == e->timer)
				tick(e);
			else if (fd == netlink_fd(e->netlink))
				netlink_handle(e->netlink);
			else if (fd == control_server_fd(e->server))
				control_server_handle(e->server);
		}
	}
	epoll_ctl(e->epoll, EPOLL_CTL_DEL, stop_fd, NULL);
}

static void
close_sessions(struct loop *l, void *ctx)
{
	*(uint32_t *)ctx += session_close_matching(&l->worker, CLOSE_REASON_SHUTDOWN, NULL, NULL);
	loop_give_up(l);
	if (l->worker.snapshot)
		pipeline_end(&l->worker);
}

static void
log_totals(struct engine *e, uint32_t closed)
{
	uint64_t received = 0, forwarded = 0, dropped = 0;

	for (uint32_t w = 0; w < e->options.workers; w++) {
		const struct counters *c = &e->shared.loop[w].worker.counters;
		received += c->received_packets;
		forwarded += c->forwarded_packets;
		for (unsigned i = 0; i < DROP_REASONS; i++)
			dropped += c->drop[i];
	}
	log_event(LOG_LEVEL_INFO, "stop", log_number("sessions_closed", closed),
		  log_number("received", (int64_t)received), log_number("forwarded", (int64_t)forwarded),
		  log_number("dropped", (int64_t)dropped));
}

void
engine_stop(struct engine *e)
{
	struct epoll_event event[4];
	uint32_t closed = 0;

	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (e->device[i].used)
			device_withdraw(e, &e->device[i]);
	}
	for (uint32_t w = 0; w < e->options.workers; w++)
		worker_call(&e->shared.loop[w], close_sessions, &closed);
	/* The bell for the last events, and replies that are still on their way. */
	uint64_t until = clock_ns(CLOCK_MONOTONIC) + LAST_WORDS_MS * 1000000ull, now;
	while ((now = clock_ns(CLOCK_MONOTONIC)) < until &&
	       epoll_wait(e->epoll, event, 4, (int)((until - now) / 1000000)) > 0) {
		answer_workers(e);
		drain(e->timer);
		netlink_handle(e->netlink);
		control_server_handle(e->server);
	}
	for (uint32_t w = 0; w < e->options.workers; w++)
		loop_stop(&e->shared.loop[w]);
	log_totals(e, closed);
}

uint32_t
engine_release(struct engine *e)
{
	bool fail_open = e->plan ? e->plan->snapshot->settings.fail_open : e->options.fail_open;

	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (e->device[i].used)
			device_close(e, &e->device[i], fail_open);
	}
	while (e->leftovers.count)
		attach_forget(&e->leftovers, 0, false);
	if (!e->umem.area)
		return 0;
	for (uint32_t w = 0; w < e->options.workers; w++)
		frame_cache_flush(&e->shared.loop[w].cache);
	uint32_t lost = e->umem.frame_count - umem_free(&e->umem);
	log_event(lost ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "frames", log_number("all", e->umem.frame_count),
		  log_number("lost", lost));
	return lost;
}

void
engine_destroy(struct engine *e)
{
	if (e->server)
		control_server_close(e->server);
	engine_release(e);
	kernel_release(e);
	if (e->plan) {
		struct snapshot *s = e->plan->snapshot;
		plan_destroy(e->plan);
		snapshot_free(s);
	}
	for (uint32_t w = 0; e->shared.loop && w < e->options.workers; w++) {
		if (e->shared.loop[w].worker.flows)
			worker_free(&e->shared.loop[w].worker);
		if (e->shared.loop[w].shared)
			loop_free(&e->shared.loop[w]);
	}
	if (e->neighbours)
		neighbour_table_destroy(e->neighbours);
	nat_owners_destroy(e->owners);
	netlink_close(e->netlink);
	for (uint32_t w = 0; w < e->options.workers; w++) {
		if (e->ring[w])
			event_ring_close(e->ring[w]);
		free(e->ring_path[w]);
	}
	account_book_close(e->accounts);
	int fd[] = { e->shared.tun, e->epoll, e->timer, e->control };
	for (unsigned i = 0; i < sizeof fd / sizeof fd[0]; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
	}
	umem_destroy(&e->umem);
	free(e->shared.loop);
	free(e->shared.rings);
	free(e->learned.at);
	free(e->found.at);
	free(e->addresses.at);
	free(e->retired.at);
	free(e);
}

static void
ignore_address(void *ctx, const struct netlink_address *a)
{
	struct address_list *l = ctx;
	if (a->ours && l->count < l->room)
		l->at[l->count++] = *a;
}

int
engine_detach(void)
{
	struct netlink_address found[4096];
	struct address_list list = { .at = found, .room = sizeof found / sizeof found[0] };
	const struct netlink_events events = { .address = ignore_address, .ctx = &list };
	struct leftovers left;
	int rc = attach_find(&left), count = (int)left.count;

	if (rc)
		return rc;
	while (left.count)
		attach_forget(&left, 0, true);
	struct netlink *n = netlink_open(&events);
	if (!n)
		return -errno;
	rc = netlink_dump_addresses(n);
	for (uint32_t i = 0; i < list.count; i++)
		netlink_address_remove(n, found[i].ifindex, found[i].family, &found[i].address, found[i].length);
	netlink_close(n);
	return rc ? rc : count;
}
