/* loop.h: one core's loop around the pipeline: receive, hand over, process, transmit; rare work between bursts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_WORKER_LOOP_H
#define RINGWALL_WORKER_LOOP_H

#include <pthread.h>
#include <semaphore.h>

#include "pipeline/pipeline.h"
#include "port/xsk.h"
#include "worker/handoff.h"
#include "worker/scheduler.h"

enum {
	LOOP_WORKERS_MAX = 32,
	LOOP_DEVICES_MAX = 128, /* twice a snapshot's ports: a commit may exchange all of them */
	LOOP_SOCKETS_MAX = 256, /* per worker */
	LOOP_PORTS_MAX = 64,
};

#define DEVICE_NONE 0xffff

/* view: a snapshot in force and what goes with it: numbers of ports and units mean something only together with it. Published to
 * each worker as one. Fields without mark: [I] after publication. */
struct view {
	const struct snapshot *snapshot;
	struct port_state port[LOOP_PORTS_MAX];    /* [C] */
	uint16_t device_of_port[LOOP_PORTS_MAX];   /* DEVICE_NONE: none */
	uint16_t port_of_device[LOOP_DEVICES_MAX]; /* PORT_HOST: not in this snapshot */
	struct neighbour_table *neighbours;
	bool renumbered; /* ports, units or neighbours have other numbers than in the view before */
};

/* loop_shared: what all workers have in common. */
struct loop_shared {
	uint32_t workers;           /* [I] */
	struct umem *umem;          /* [C] set before the first socket is added */
	int tun;                    /* [I] */
	int control;                /* [I] eventfd of the control thread: events to read, neighbours to resolve */
	_Atomic uint32_t epoch;     /* [C] raised after a route has changed; by each worker that takes a new view */
	_Atomic bool doorbell;      /* [A] the consumer of a ring waits; cleared by control */
	struct loop *loop;          /* [workers] */
	struct handoff_ring *rings; /* [from * workers + to] */
};

/* resolve_ring carries neighbour slots to the control thread. One producer, one consumer. */
enum { RESOLVE_SLOTS = 1024 };
struct resolve {
	const struct neighbour_table *table;
	uint32_t slot;
};
struct resolve_ring {
	_Atomic uint32_t head, tail;
	struct resolve slot[RESOLVE_SLOTS];
};

/* loop_epoch_raise makes every worker judge its flows anew. Control thread, or a worker that control waits for. */
static inline void
loop_epoch_raise(struct loop_shared *s)
{
	uint32_t next = atomic_load_explicit(&s->epoch, memory_order_relaxed) + 1;
	/* E2: pairs with E1 in loop.c. 0 stands for "never judged". */
	atomic_store_explicit(&s->epoch, next ? next : 1, memory_order_release);
}

typedef void loop_call(struct loop *l, void *ctx);

struct loop {
	struct worker worker;
	struct loop_shared *shared; /* [I] */
	int cpu;                    /* [I] -1: not pinned */
	int wake;                   /* [I] eventfd */
	pthread_t thread;
	bool started;
	bool confine;      /* [I] without capabilities and under a system call filter */
	int confine_error; /* of loop_start */
	_Atomic bool stop;
	_Atomic bool sleeping;     /* in poll, or about to */
	_Atomic bool housekeep;    /* control wants the rare work done now */
	_Atomic(loop_call *) call; /* the mailbox: one at a time */
	void *call_ctx;
	sem_t call_done;
	struct resolve_ring resolve;

	/* [W] from here on; control changes them through the mailbox */
	struct frame_cache cache;
	const struct view *view;
	struct xsk *socket[LOOP_SOCKETS_MAX]; /* receive and transmit */
	uint16_t socket_device[LOOP_SOCKETS_MAX];
	uint32_t socket_count;
	struct xsk *transmit[LOOP_DEVICES_MAX];     /* this worker's own socket on a device, or NULL */
	uint16_t transmit_worker[LOOP_DEVICES_MAX]; /* whose socket otherwise; DEVICE_NONE: nobody's */
	/* By device: control makes them before a view in which the device's port has queues; they stay for whatever device has the
	 * number next. */
	struct scheduler *scheduler[LOOP_DEVICES_MAX];
	uint64_t housekeep_ns; /* when it was done last */
	uint64_t rounds, sleeps;
	struct packet burst[PACKET_BURST];
};

/* loop_init prepares a loop around an initialized worker (worker_init done by the caller). 0 or -errno. Control thread. */
int loop_init(struct loop *l, struct loop_shared *shared, uint32_t index, int cpu);
void loop_free(struct loop *l);

/* loop_start starts the thread, and fails if it cannot be confined as wanted; loop_stop ends it and waits for it. Control thread. */
int loop_start(struct loop *l);
void loop_stop(struct loop *l);

/* worker_call runs fn(l, ctx) on the worker's thread between two bursts and waits until it is done. Control thread only. */
void worker_call(struct loop *l, loop_call *fn, void *ctx);

/* loop_patience: how many milliseconds the worker may sleep while nothing comes: briefly if the kernel took no more frames, frames
 * wait in queues, or a doorbell was put off. Worker only. */
int loop_patience(const struct loop *l);

/* loop_housekeep makes a worker do the rare work soon: a neighbour was found. Any thread. */
void loop_housekeep(struct loop *l);

/* loop_resolve takes one neighbour slot that a worker wants resolved; false: none. Control thread. */
bool loop_resolve(struct loop *l, struct resolve *out);

/* For worker_call: loop_view changes the view; loop_socket_add and loop_socket_remove change the sockets;
 * loop_transmit says whose socket sends for a device; DEVICE_NONE: nobody's, and what waits for it is lost. */
void loop_view(struct loop *l, const struct view *v);
void loop_socket_add(struct loop *l, struct xsk *x, uint16_t device);
void loop_socket_remove(struct loop *l, struct xsk *x);
void loop_transmit(struct loop *l, uint16_t device, uint16_t worker);
/* loop_give_up drops all packets that wait for something: the end is near. Sessions must be closed before. */
void loop_give_up(struct loop *l);
/* loop_settle finishes what other workers have handed over, so that no frame of a removed device is left in a ring. */
void loop_settle(struct loop *l);

#endif
