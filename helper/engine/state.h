/* state.h: what the files of the engine share. Everything belongs to the control thread. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ENGINE_STATE_H
#define RINGWALL_ENGINE_STATE_H

#include "control/server.h"
#include "engine/engine.h"
#include "engine/log.h"
#include "event/account.h"
#include "port/attach.h"
#include "port/netlink.h"
#include "route/rib.h"
#include "worker/loop.h"

enum {
	DEVICE_QUEUES_MAX = 64,
	UNITS_MAX = 4096,
	LINKS_MAX = 1024,
	NEIGHBOURS = 16384,
	NEIGHBOUR_SLOTS = 2 * NEIGHBOURS, /* at least neighbour_capacity + 1 */
};

/* link: a network device of this host, as netlink describes it. */
struct link {
	struct netlink_link info;
	bool used;
};

/* device: a Linux device that the snapshot names as a port. */
struct device {
	bool used;
	uint16_t index; /* in engine.device: the driver's number, for as long as the device is open */
	char name[16];
	unsigned ifindex;
	uint8_t wanted; /* enum xdp_mode_wanted */
	struct attachment attachment;
	bool zero_copy;
	int zero_copy_error; /* why it is not used: -errno of the probe, 0 if it was not asked for */
	uint32_t queue_count;
	struct xsk *socket[DEVICE_QUEUES_MAX];
};

/* plan: a view and what only control needs of it. */
struct plan {
	struct view view;
	struct snapshot *snapshot;
	struct rib *rib;
	unsigned unit_ifindex[UNITS_MAX];   /* the kernel's device of a unit: the port's, or its VLAN device */
	struct neighbour_table *neighbours; /* NULL: those of the plan before are used on */
};

/* route_list: the kernel's routes, as routes of our instances. */
struct route_list {
	struct rib_route *at;
	uint32_t count, room;
	bool failed;
};

/* retired: a part of a forwarding table that workers may still read. */
struct retired {
	fib_release *release;
	void *object;
};

struct retired_list {
	struct retired *at;
	uint32_t count, room;
};

struct address_list {
	struct netlink_address *at;
	uint32_t count, room;
};

struct engine {
	struct engine_options options;
	uint64_t start_id;
	uint64_t started_ns;
	struct loop_shared shared;
	struct umem umem;
	uint16_t next_socket; /* marks in umem.owner */
	bool zero_copy;       /* of the packet memory, while a socket is open */
	struct account_book *accounts;
	struct event_ring *ring[ENGINE_WORKERS_MAX];
	char *ring_path[ENGINE_WORKERS_MAX];
	struct control_server *server;
	struct control_ops ops;
	struct netlink *netlink;
	struct leftovers leftovers;
	struct link link[LINKS_MAX];
	struct device device[LOOP_DEVICES_MAX];
	struct plan *plan; /* in force; NULL before the first snapshot */
	struct neighbour_table *neighbours;
	struct nat_owners *owners; /* NULL: one worker */
	struct route_list learned; /* as they are in the plan's rib */
	struct route_list found;   /* while the kernel's routes are read */
	struct retired_list retired;
	const struct plan *reading;    /* while routes are read: whose units they are for, */
	struct route_list *read_into;  /* and where they go */
	struct address_list addresses; /* the kernel's, as of the last reading */
	int epoll, timer, control;
	bool routes_stale;
	bool revive; /* a device of the plan has come back */
	bool stop;
	uint64_t last_tick_s;
	unsigned former_rings[ENGINE_WORKERS_MAX]; /* of former helpers, not yet drained */
	uint8_t stale[NEIGHBOUR_SLOTS];            /* by neighbour slot: the kernel has not heard of it for a while */
	uint8_t fixed[NEIGHBOUR_SLOTS];            /* by neighbour slot: the kernel does not look whether it is there */
	uint32_t refresh_at;                       /* neighbour slot at which the next refresh goes on */
	uint32_t probe_at;                         /* gateway at which the next probing goes on */
};

/* device.c */
struct device *device_find(struct engine *e, const char *name);
struct link *link_find(struct engine *e, unsigned ifindex);
struct link *link_by_name(struct engine *e, const char *name);
/* device_open attaches the steering program and counts queues; device_sockets makes the sockets, which no worker serves yet.
 * 0 or -1 and `why` without path. */
struct device *device_open(struct engine *e, const struct port_config *port, bool fail_open, struct refusal *why);
int device_sockets(struct engine *e, struct device *d, struct refusal *why);
/* device_zero_copy asks whether every queue can do without copying. */
void device_probe(struct device *d);
/* device_serve hands the sockets to the workers and lets packets in. device_withdraw does the opposite. */
void device_serve(struct engine *e, struct device *d);
void device_withdraw(struct engine *e, struct device *d);
/* device_close gives everything back; the sockets must be withdrawn. */
void device_close(struct engine *e, struct device *d, bool detach);
const char *device_mode(const struct device *d);

/* apply.c */
int engine_apply(void *ctx, struct snapshot *s, struct refusal *why);
void plan_destroy(struct plan *p);
/* plan_revive opens the devices of the plan in force that are not open (any more): they were made anew, or a refused snapshot
 * had closed them. */
void plan_revive(struct engine *e);
/* plan_switch makes all workers use a plan. */
void plan_switch(struct engine *e, struct plan *p);
void refuse(struct refusal *why, const char *code, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* kernel.c */
struct netlink *kernel_open(struct engine *e);
/* kernel_routes reads the kernel's routes into `out` for the units of a plan. */
int kernel_routes(struct engine *e, const struct plan *p, struct route_list *out);
/* kernel_addresses reads all addresses into e->addresses. */
int kernel_addresses(struct engine *e);
/* kernel_settle tries again what found no memory among routes. */
void kernel_settle(struct engine *e);
/* kernel_changed brings the routes of the plan in force up to date. */
void kernel_changed(struct engine *e);
/* kernel_retire is the fib_defer of the rib in force, with the engine as its context. kernel_release frees what was retired: now and
 * then, and before the rib is destroyed. */
fib_defer kernel_retire;
void kernel_release(struct engine *e);
void kernel_resolve(struct engine *e);
/* kernel_refresh asks the kernel after neighbours, once a second. */
void kernel_refresh(struct engine *e, uint64_t now_s);
/* kernel_port copies what is known of a port's link into a plan. */
void kernel_port(struct engine *e, struct plan *p, uint16_t port);
/* kernel_ways tells a plan's routes which of its ports are up; 0 or -ENOMEM. */
int kernel_ways(struct plan *p);
bool address_present(const struct address_list *l, unsigned ifindex, uint8_t family, const struct address *a,
		     uint8_t length);

/* report.c */
void report_ops(struct control_ops *ops);

/* report_filters.c */
void report_filters(void *ctx, struct reply *r);
void report_clear_filters(void *ctx, const struct request_clear_filters *q, struct reply *r);

/* report_nat.c */
void report_nat(void *ctx, struct reply *r);
void report_bindings(void *ctx, const struct request_bindings *request, struct reply *r);
void report_session_nat(const struct worker *w, const struct session *s, struct reply *r);

void epoch_raise(struct engine *e);

#endif
