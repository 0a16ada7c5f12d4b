/* engine.h: the running dataplane as one object: devices, workers, the snapshot in force, and the control socket's loop.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ENGINE_H
#define RINGWALL_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

enum { ENGINE_WORKERS_MAX = 32 };

/* engine_options: the command line. */
struct engine_options {
	const char *run_dir;    /* control socket and rings */
	const char *bpf_object; /* path of steer.bpf.o */
	const char *tun_device;
	const char *version;
	int gid; /* group of socket and rings, -1: leave */
	uint32_t workers;
	int cpu[ENGINE_WORKERS_MAX]; /* -1: not pinned */
	uint32_t session_maximum;
	uint32_t frames;
	uint32_t ring_slots;
	bool fail_open; /* until a snapshot says */
	bool seccomp;
};

struct engine;

/* engine_create makes everything that needs no configuration: rings, tables, TUN device, netlink, control socket. No network
 * device is touched. Says on the log what failed; NULL then. */
struct engine *engine_create(const struct engine_options *options);

/* engine_start starts the workers; called after privileges are dropped. 0 or -errno. */
int engine_start(struct engine *e);

/* engine_run serves the control socket and the kernel's announcements until `stop_fd` becomes readable or a client asks for the
 * end. */
void engine_run(struct engine *e, int stop_fd);

/* engine_stop ends all sessions with reason shutdown, publishes the last events and stops the workers. Devices keep the
 * steering program if fail-mode is closed: no packet then passes unfiltered. */
void engine_stop(struct engine *e);

/* engine_release closes the devices and returns how many packet buffers cannot be accounted for: 0, or there is a leak. Part of
 * engine_destroy. */
uint32_t engine_release(struct engine *e);
void engine_destroy(struct engine *e);

/* engine_detach takes the steering programs and the addresses that a helper left off all devices of this network
 * namespace: the host is an ordinary host again. Returns how many programs, or -errno. */
int engine_detach(void);

#endif
