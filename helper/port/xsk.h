/* xsk.h: one AF_XDP socket on one (device, queue) over the shared UMEM: receive and transmit bursts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_XSK_H
#define RINGWALL_PORT_XSK_H

#include <xdp/xsk.h>

#include "port/umem.h"

enum { XSK_RX_SLOTS = 2048, XSK_TX_SLOTS = 2048, XSK_INDEX_MAX = 65535 };

/* xsk: [W] by the worker that owns it, but for index to zero_copy [I]. The socket's set-up does not use libxdp's
 * xsk_socket__create, which ties the UMEM to the first socket's file descriptor for ever: devices come and go here. The
 * rings themselves are libxdp's. */
struct xsk {
	int fd;
	uint16_t index; /* its mark in umem.owner is index + 1 */
	uint16_t port;
	uint32_t queue;
	bool zero_copy;
	struct umem *umem;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, completion;
	void *ring_map[4];
	uint64_t ring_size[4];
	uint32_t in_flight; /* frames sent that have not come back by the completion ring */
	bool kick;          /* the TX ring may hold frames that the kernel has not taken */
	uint32_t retries;   /* kicks since the kernel last took a frame */

	uint64_t rx_packets, tx_packets, kicks;
};

/* xsk_frame: one received packet, or one to send. */
struct xsk_frame {
	uint64_t address; /* of its first byte, in the UMEM */
	uint32_t length;
};

/* xsk_open opens a socket on a queue and binds it. `share` is the descriptor of another socket bound with this UMEM, or -1: then this
 * one registers the memory. bind_flags is XDP_ZEROCOPY or XDP_COPY. 0 or -errno. Control thread; the fill ring is
 * filled by xsk_refill. */
int xsk_open(struct xsk *x, struct umem *u, uint16_t index, unsigned ifindex, uint32_t queue, uint16_t bind_flags,
	     int share);

/* xsk_close closes the socket and gives all frames that it still held to the cache. Control thread, when no worker
 * uses the socket any more. Returns how many. */
uint32_t xsk_close(struct xsk *x, struct frame_cache *c);

/* xsk_refill puts free frames into the fill ring. Worker only. */
void xsk_refill(struct xsk *x, struct frame_cache *c);

/* xsk_receive takes up to `max` received packets; their frames belong to the caller. Worker only. */
uint32_t xsk_receive(struct xsk *x, struct xsk_frame *out, uint32_t max);

/* xsk_send puts a packet into the TX ring; its frame comes back by xsk_complete. False if the ring is full: the frame is still the
 * caller's. Nothing is sent before xsk_kick. Worker only. */
bool xsk_send(struct xsk *x, uint64_t address, uint32_t length);

/* xsk_room: how many packets xsk_send takes before it says no. Worker only. */
uint32_t xsk_room(struct xsk *x);

/* xsk_kick makes the kernel transmit until the TX ring is empty, or until it takes no more for now: then x->kick stays
 * set and the caller tries again soon. Sent frames go to the cache. Worker only. */
void xsk_kick(struct xsk *x, struct frame_cache *c);

/* xsk_complete takes back the frames of packets that were sent. Worker only. */
void xsk_complete(struct xsk *x, struct frame_cache *c);

/* xsk_statistics reads the kernel's counters of the socket: receive drops by cause. */
struct xsk_statistics {
	uint64_t rx_dropped, rx_invalid, tx_invalid, rx_ring_full, rx_fill_empty;
};
void xsk_statistics(const struct xsk *x, struct xsk_statistics *out);

/* xsk_zero_copy_probe says whether a queue of a device can be bound with zero copy: 0 or -errno. */
int xsk_zero_copy_probe(unsigned ifindex, uint32_t queue);

#endif
