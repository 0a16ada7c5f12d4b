/* device.c: SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUSY_TRIES = 200, BUSY_WAIT_US = 5000 };

struct link *
link_find(struct engine *e, unsigned ifindex)
{
	for (uint32_t i = 0; i < LINKS_MAX; i++) {
		if (e->link[i].used && e->link[i].info.ifindex == ifindex)
			return &e->link[i];
	}
	return NULL;
}

struct link *
link_by_name(struct engine *e, const char *name)
{
	for (uint32_t i = 0; i < LINKS_MAX; i++) {
		if (e->link[i].used && strcmp(e->link[i].info.name, name) == 0)
			return &e->link[i];
	}
	return NULL;
}

struct device *
device_find(struct engine *e, const char *name)
{
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (e->device[i].used && strcmp(e->device[i].name, name) == 0)
			return &e->device[i];
	}
	return NULL;
}

/* 0: the driver does not say. */
static uint32_t
count_queues(const char *device)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq request = { .ifr_data = (void *)&channels };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t count = 0;

	if (fd < 0)
		return 0;
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	if (ioctl(fd, SIOCETHTOOL, &request) == 0)
		count = channels.rx_count + channels.combined_count;
	close(fd);
	return count;
}

struct device *
device_open(struct engine *e, const struct port_config *port, bool fail_open, struct refusal *why)
{
	struct device *d = NULL;
	struct link *l = link_by_name(e, port->device);
	char reason[256] = "";

	if (!l) {
		refuse(why, "device", "", "expected a network device of this host, found none named '%s'",
		       port->device);
		return NULL;
	}
	for (uint16_t i = 0; !d && i < LOOP_DEVICES_MAX; i++) {
		if (!e->device[i].used) {
			d = &e->device[i];
			*d = (struct device){ .index = i };
		}
	}
	if (!d) {
		refuse(why, "device", "", "expected at most %d devices at once", LOOP_DEVICES_MAX);
		return NULL;
	}
	snprintf(d->name, sizeof d->name, "%s", port->device);
	d->ifindex = l->info.ifindex;
	d->wanted = port->xdp_mode;

	int rc = netlink_link_up(e->netlink, d->ifindex);
	if (rc == 0 && port->mtu && port->mtu != l->info.mtu)
		rc = netlink_link_mtu(e->netlink, d->ifindex, port->mtu);
	if (rc) {
		refuse(why, "device", "", "%s cannot be brought up%s: %s", d->name, port->mtu ? " with this MTU" : "",
		       strerror(-rc));
		return NULL;
	}
	d->queue_count = count_queues(d->name);
	if (d->queue_count > DEVICE_QUEUES_MAX) {
		refuse(why, "device", "", "expected at most %d receive queues, %s has %u (ethtool -L)",
		       DEVICE_QUEUES_MAX, d->name, d->queue_count);
		return NULL;
	}
	rc = attach_open(&d->attachment, &e->leftovers, e->options.bpf_object, d->ifindex, d->wanted, fail_open, reason,
			 sizeof reason);
	if (rc) {
		refuse(why, "device", "", "%s: %s", d->name, reason);
		return NULL;
	}
	d->used = true;
	log_event(LOG_LEVEL_INFO, "attach", log_text("device", d->name), log_number("ifindex", d->ifindex),
		  log_text("mode", d->attachment.generic ? "generic" : "native"),
		  log_text("reason", d->attachment.reason), log_number("dispatcher", d->attachment.dispatcher),
		  log_number("taken_over", d->attachment.taken_over), log_number("queues", d->queue_count));
	return d;
}

void
device_probe(struct device *d)
{
	bool asked = d->wanted == XDP_WANTED_AUTO || d->wanted == XDP_WANTED_ZERO_COPY;

	d->zero_copy_error = -EOPNOTSUPP;
	if (!d->attachment.generic && asked)
		d->zero_copy_error = xsk_zero_copy_probe(d->ifindex, 0);
}

/* A mark belongs to one socket while that is open. All sockets together are fewer than there are marks. */
static uint16_t
free_mark(struct engine *e)
{
	for (;;) {
		uint16_t mark = e->next_socket;
		bool taken = false;
		e->next_socket = (uint16_t)((mark + 1) % XSK_INDEX_MAX);
		for (uint32_t i = 0; !taken && i < LOOP_DEVICES_MAX; i++) {
			for (uint32_t q = 0; !taken && q < DEVICE_QUEUES_MAX; q++)
				taken = e->device[i].socket[q] && e->device[i].socket[q]->index == mark;
		}
		if (!taken)
			return mark;
	}
}

static int
open_socket(struct engine *e, struct device *d, uint32_t queue)
{
	struct xsk *x = calloc(1, sizeof *x);
	int share = -1;

	if (!x)
		return -ENOMEM;
	for (uint32_t i = 0; share < 0 && i < LOOP_DEVICES_MAX; i++) {
		for (uint32_t q = 0; share < 0 && e->device[i].used && q < DEVICE_QUEUES_MAX; q++) {
			if (e->device[i].socket[q])
				share = e->device[i].socket[q]->fd;
		}
	}
	int rc = xsk_open(x, &e->umem, free_mark(e), d->ifindex, queue, e->zero_copy ? XDP_ZEROCOPY : XDP_COPY, share);
	if (rc) {
		free(x);
		return rc;
	}
	d->socket[queue] = x;
	return 0;
}

static uint32_t
worker_of_queue(const struct engine *e, uint32_t queue)
{
	return queue % e->shared.workers;
}

static bool
workers_have_room(const struct engine *e)
{
	uint32_t count[LOOP_WORKERS_MAX] = { 0 };

	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		for (uint32_t q = 0; q < DEVICE_QUEUES_MAX; q++) {
			if (e->device[i].socket[q] && ++count[worker_of_queue(e, q)] > LOOP_SOCKETS_MAX)
				return false;
		}
	}
	return true;
}

int
device_sockets(struct engine *e, struct device *d, struct refusal *why)
{
	uint32_t wanted = d->queue_count ? d->queue_count : DEVICE_QUEUES_MAX, queue = 0;
	int rc = 0;

	for (; queue < wanted; queue++) {
		rc = open_socket(e, d, queue);
		/* The kernel lets go of a closed socket's queue a little later (xp_put_pool). */
		for (int tries = 0; rc == -EBUSY && tries < BUSY_TRIES; tries++) {
			usleep(BUSY_WAIT_US);
			rc = open_socket(e, d, queue);
		}
		/* Where the driver does not say how many queues it has, the first that does not exist ends the list. */
		if (rc == -EINVAL && d->queue_count == 0 && queue > 0)
			rc = 0, wanted = queue--;
		else if (rc)
			break;
	}
	if (rc) {
		refuse(why, "device", "", "no AF_XDP socket on queue %u of %s: %s", queue, d->name,
		       rc == -EBUSY ? "another program has one there" : strerror(-rc));
		return -1;
	}
	if (!workers_have_room(e)) {
		refuse(why, "device", "", "expected at most %d receive queues for each worker, more with the %u of %s",
		       LOOP_SOCKETS_MAX, wanted, d->name);
		return -1;
	}
	d->queue_count = wanted;
	d->zero_copy = d->socket[0]->zero_copy;
	if (!d->zero_copy && !d->attachment.generic && !d->attachment.reason[0])
		snprintf(d->attachment.reason, sizeof d->attachment.reason, "no zero copy: %s",
			 d->zero_copy_error ? strerror(-d->zero_copy_error) : "another port has none");
	return 0;
}

struct change {
	struct engine *engine;
	struct device *device;
};

static void
take_sockets(struct loop *l, void *ctx)
{
	struct change *c = ctx;
	struct device *d = c->device;

	for (uint32_t q = 0; q < d->queue_count; q++) {
		if (worker_of_queue(c->engine, q) == l->worker.index)
			loop_socket_add(l, d->socket[q], d->index);
	}
	/* Workers without a queue of their own spread over those that have one. */
	loop_transmit(l, d->index, (uint16_t)worker_of_queue(c->engine, l->worker.index % d->queue_count));
}

static void
leave_sockets(struct loop *l, void *ctx)
{
	struct change *c = ctx;

	for (uint32_t q = 0; q < c->device->queue_count; q++)
		loop_socket_remove(l, c->device->socket[q]);
	loop_transmit(l, c->device->index, DEVICE_NONE);
}

static void
settle(struct loop *l, void *ctx)
{
	loop_settle(l);
}

void
device_serve(struct engine *e, struct device *d)
{
	struct change c = { e, d };

	for (uint32_t w = 0; w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], take_sockets, &c);
	for (uint32_t q = 0; q < d->queue_count; q++) {
		int rc = attach_socket(&d->attachment, q, d->socket[q]->fd);
		if (rc)
			log_event(LOG_LEVEL_ERROR, "steer", log_text("device", d->name), log_number("queue", q),
				  log_text("error", strerror(-rc)));
	}
}

void
device_withdraw(struct engine *e, struct device *d)
{
	struct change c = { e, d };

	for (uint32_t q = 0; q < d->queue_count; q++)
		attach_socket(&d->attachment, q, -1);
	for (uint32_t w = 0; w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], leave_sockets, &c);
	/* Twice: what one worker settles it may hand over to another. */
	for (uint32_t w = 0; w < 2 * e->shared.workers; w++)
		worker_call(&e->shared.loop[w % e->shared.workers], settle, NULL);
}

void
device_close(struct engine *e, struct device *d, bool detach)
{
	struct frame_cache cache = { .umem = &e->umem };
	uint32_t frames = 0;

	for (uint32_t q = 0; q < DEVICE_QUEUES_MAX; q++) {
		if (!d->socket[q])
			continue;
		frames += xsk_close(d->socket[q], &cache);
		free(d->socket[q]);
		d->socket[q] = NULL;
	}
	if (e->umem.area)
		frame_cache_flush(&cache);
	attach_close(&d->attachment, detach);
	log_event(LOG_LEVEL_INFO, detach ? "detach" : "leave", log_text("device", d->name),
		  log_number("frames", frames));
	*d = (struct device){ 0 };
}

const char *
device_mode(const struct device *d)
{
	return d->zero_copy ? "zero-copy" : d->attachment.generic ? "generic" : "native";
}
