/* attach.h: the steering program on a device: loading, mode, take-over of what a killed helper left, fallback.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_ATTACH_H
#define RINGWALL_PORT_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/steer.h"

enum xdp_mode_wanted { XDP_WANTED_AUTO, XDP_WANTED_ZERO_COPY, XDP_WANTED_NATIVE, XDP_WANTED_GENERIC };

enum { LEFTOVER_MAX = 256 };

struct bpf_object;
struct xdp_program;

/* leftover: the XDP program that a former helper left on a device: killed, or stopped with fail-mode closed. */
struct leftover {
	unsigned ifindex;
	int program_fd; /* what is attached: the steering program alone, or the dispatcher that calls it */
	bool dispatcher;
	bool generic;
	bool shared; /* other programs are there, too: the dispatcher must stay */
};

struct leftovers {
	uint32_t count;
	struct leftover at[LEFTOVER_MAX];
};

/* attachment: [C] */
struct attachment {
	unsigned ifindex;
	bool generic;     /* SKB mode */
	bool dispatcher;  /* libxdp's dispatcher calls the program; else it stands alone */
	bool taken_over;  /* in place of a former helper's program */
	char reason[160]; /* why this mode, for status; "" if nothing is to be said */
	struct bpf_object *object;
	struct xdp_program *program; /* NULL where the program was put in place of another one */
	int program_fd;
	int sockets, config, counters, local6; /* map descriptors */
};

/* attach_find looks for steering programs on all devices of this network namespace. Finding a program by its id needs
 * CAP_SYS_ADMIN, hence at start, before privileges are dropped. 0 or -errno. */
int attach_find(struct leftovers *l);

/* attach_forget removes one leftover's program from its device (with `detach`) and takes it off the list. */
void attach_forget(struct leftovers *l, uint32_t index, bool detach);

/* attach_open loads the program from `object_path` and attaches it: native if wanted or possible, else in SKB mode.
 * While no socket is added, IP packets meet the fallback. A leftover on the device is replaced in one operation,
 * without a moment in which packets pass by. Any other program that does not share the device (no dispatcher) is not
 * touched: -EBUSY. 0 or -errno, `why` then says more. Control thread. */
int attach_open(struct attachment *a, struct leftovers *l, const char *object_path, unsigned ifindex,
		enum xdp_mode_wanted wanted, bool fail_open, char *why, size_t why_size);

/* attach_close lets go of the program; with `detach` it leaves the device, else it stays and its fallback decides. */
void attach_close(struct attachment *a, bool detach);

/* attach_fallback sets what happens to IP packets that find no socket. */
int attach_fallback(const struct attachment *a, bool fail_open);

/* attach_socket steers a queue's packets to an AF_XDP socket; fd -1 takes it out. */
int attach_socket(const struct attachment *a, uint32_t queue, int fd);

/* attach_local6 adds or removes one of this host's IPv6 addresses, for neighbour discovery. */
int attach_local6(const struct attachment *a, const uint8_t address[16], bool present);

void attach_counters(const struct attachment *a, uint64_t out[STEER_COUNTERS_MAX]);

/* attach_quiet sends what libbpf and libxdp say to `print` (NULL: nowhere). */
void attach_quiet(void (*print)(const char *text));

#endif
