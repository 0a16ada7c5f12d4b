/* steer.h: what the steering program and its loader share: map names, the configuration word, the counters.
 * SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef RINGWALL_BPF_STEER_H
#define RINGWALL_BPF_STEER_H

#define STEER_PROGRAM  "ringwall_steer" /* 14 bytes: the kernel keeps 15 of a program's name */
#define STEER_SOCKETS  "ringwall_sock"
#define STEER_CONFIG   "ringwall_conf"
#define STEER_COUNTERS "ringwall_count"
#define STEER_LOCAL6   "ringwall_local6"

/* steer_config: written by the control thread; stays with the program when its helper is gone. */
struct steer_config {
	unsigned int fallback; /* XDP_DROP (fail-mode closed) or XDP_PASS (open): an IP packet that finds no socket */
	unsigned int reserved;
};

enum steer_counter {
	STEER_TO_SOCKET,  /* IP packets given to AF_XDP */
	STEER_NO_SOCKET,  /* IP packets that found no socket: the fallback decided */
	STEER_ARP,        /* to the kernel */
	STEER_NEIGHBOUR,  /* ICMPv6 133-137, to the kernel */
	STEER_MULTICAST,  /* IP multicast and limited broadcast, to the kernel */
	STEER_LINK_LOCAL, /* to an IPv6 link-local address, to the kernel */
	STEER_OTHER,      /* neither IP nor ARP, to the kernel */
	STEER_COUNTERS_MAX,
};

#endif
