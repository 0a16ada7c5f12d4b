/* l2fwd.c: a bare AF_XDP forwarder, the yardstick of bench-forward: packets from the first device leave by the second with other
 * MAC addresses, and the other way round; nothing is looked at. Independent of helper/port, with the same measures: one UMEM,
 * need_wakeup, bursts of 64, one kick per burst, a large transmit budget. SPDX-License-Identifier: Apache-2.0
 *
 *   l2fwd DEV MAC DEV MAC    MAC: whom frames that leave by that device are for. Ends with SIGTERM.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9
#endif

enum { BURST = 64, RING = 2048, FILL = 2 * RING, FRAME = 2048, FRAMES = 16384, KICKS = 8, SEND_BUFFER = 4 << 20 };

struct port {
	struct xsk_socket *socket;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons rx, completion;
	uint8_t own[6], peer[6];
	bool kick;
};

static struct port port[2];
static uint8_t *area;
static uint64_t free_frame[FRAMES];
static uint32_t free_count;
static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	stopped = 1;
}

static int
fail(const char *what, int error)
{
	fprintf(stderr, "l2fwd: %s: %s\n", what, strerror(error));
	return 1;
}

static void
complete(struct port *p)
{
	uint32_t at, count = xsk_ring_cons__peek(&p->completion, RING, &at);
	for (uint32_t i = 0; i < count; i++)
		free_frame[free_count++] = *xsk_ring_cons__comp_addr(&p->completion, at + i) & ~(uint64_t)(FRAME - 1);
	xsk_ring_cons__release(&p->completion, count);
}

static void
refill(struct port *p)
{
	uint32_t room = xsk_prod_nb_free(&p->fill, BURST), at;
	if (room > free_count)
		room = free_count;
	if (room < BURST || !xsk_ring_prod__reserve(&p->fill, room, &at))
		return;
	for (uint32_t i = 0; i < room; i++)
		*xsk_ring_prod__fill_addr(&p->fill, at + i) = free_frame[--free_count];
	xsk_ring_prod__submit(&p->fill, room);
}

static void
kick(struct port *p)
{
	uint32_t left = 0, before = UINT32_MAX;

	complete(p);
	for (unsigned idle = 0; p->kick && idle < KICKS;) {
		sendto(xsk_socket__fd(p->socket), NULL, 0, MSG_DONTWAIT, NULL, 0);
		complete(p);
		left = *p->tx.producer - __atomic_load_n(p->tx.consumer, __ATOMIC_ACQUIRE);
		idle = left == before ? idle + 1 : 0;
		before = left;
		p->kick = left != 0;
	}
}

static uint32_t
forward(struct port *from, struct port *to)
{
	uint32_t rx, tx = 0, count = xsk_ring_cons__peek(&from->rx, BURST, &rx);

	if (count == 0)
		return 0;
	uint32_t room = xsk_prod_nb_free(&to->tx, count);
	uint32_t sent = xsk_ring_prod__reserve(&to->tx, room < count ? room : count, &tx);
	for (uint32_t i = 0; i < count; i++) {
		const struct xdp_desc *d = xsk_ring_cons__rx_desc(&from->rx, rx + i);
		if (i >= sent) {
			free_frame[free_count++] = d->addr & ~(uint64_t)(FRAME - 1);
			continue;
		}
		memcpy(area + d->addr, to->peer, 6);
		memcpy(area + d->addr + 6, to->own, 6);
		*xsk_ring_prod__tx_desc(&to->tx, tx + i) = (struct xdp_desc){ .addr = d->addr, .len = d->len };
	}
	xsk_ring_prod__submit(&to->tx, sent);
	xsk_ring_cons__release(&from->rx, count);
	to->kick |= sent > 0;
	refill(from);
	return count;
}

static int
open_port(struct port *p, struct xsk_umem *umem, const char *device, const char *peer)
{
	const struct xsk_socket_config config = { .rx_size = RING,
						  .tx_size = RING,
						  .xdp_flags = XDP_FLAGS_DRV_MODE,
						  .bind_flags = XDP_USE_NEED_WAKEUP | XDP_COPY };
	struct ifreq request = { 0 };
	int budget = RING, buffer = SEND_BUFFER, fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	if (ioctl(fd, SIOCGIFHWADDR, &request) ||
	    sscanf(peer, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &p->peer[0], &p->peer[1], &p->peer[2], &p->peer[3],
		   &p->peer[4], &p->peer[5]) != 6)
		return -EINVAL;
	close(fd);
	memcpy(p->own, request.ifr_hwaddr.sa_data, 6);
	int rc =
	    xsk_socket__create_shared(&p->socket, device, 0, umem, &p->rx, &p->tx, &p->fill, &p->completion, &config);
	if (rc)
		return rc;
	setsockopt(xsk_socket__fd(p->socket), SOL_XDP, XDP_MAX_TX_SKB_BUDGET, &budget, sizeof budget);
	setsockopt(xsk_socket__fd(p->socket), SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
	refill(p);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct xsk_umem_config config = { .fill_size = FILL, .comp_size = RING, .frame_size = FRAME };
	struct xsk_umem *umem;
	int rc;

	if (argc != 5) {
		fprintf(stderr, "usage: l2fwd DEV MAC DEV MAC\n");
		return 2;
	}
	area = mmap(NULL, (size_t)FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return fail("memory", errno);
	for (uint64_t i = 0; i < FRAMES; i++)
		free_frame[free_count++] = i * FRAME;
	if ((rc = xsk_umem__create(&umem, area, (uint64_t)FRAMES * FRAME, &port[0].fill, &port[0].completion, &config)))
		return fail("UMEM", -rc);
	for (unsigned i = 0; i < 2; i++) {
		if ((rc = open_port(&port[i], umem, argv[1 + 2 * i], argv[2 + 2 * i])))
			return fail(argv[1 + 2 * i], -rc);
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	fprintf(stderr, "ready\n");
	while (!stopped) {
		uint32_t work = forward(&port[0], &port[1]) + forward(&port[1], &port[0]);
		kick(&port[0]);
		kick(&port[1]);
		struct pollfd fd[2] = { { .fd = xsk_socket__fd(port[0].socket), .events = POLLIN },
					{ .fd = xsk_socket__fd(port[1].socket), .events = POLLIN } };
		if (work == 0)
			poll(fd, 2, port[0].kick || port[1].kick ? 1 : 100);
	}
	/* libxdp's own program leaves with the last socket. */
	xsk_socket__delete(port[0].socket);
	xsk_socket__delete(port[1].socket);
	return 0;
}
