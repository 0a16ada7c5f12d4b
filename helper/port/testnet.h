/* testnet.h: two network namespaces without names for tests on veth devices: the test runs in the inner one, the outer one holds
 * the far ends. Both end with the process. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_TESTNET_H
#define RINGWALL_PORT_TESTNET_H

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TESTNET_FRAME = 2048, TESTNET_PATIENCE_MS = 10000 };

struct testnet {
	int inside, outside;
};

/* A failed step of the set-up must not look like a result. */
static inline void
testnet_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "testnet: %s: %s\n", what, strerror(errno));
	abort();
}

static inline void
testnet_enter(int fd)
{
	testnet_must(setns(fd, CLONE_NEWNET) == 0, "setns");
}

__attribute__((format(printf, 1, 2))) static inline void
testnet_run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	testnet_must(system(command) == 0, command);
}

static inline struct testnet
testnet_open(void)
{
	struct testnet n;

	testnet_must(unshare(CLONE_NEWNET) == 0, "unshare");
	n.outside = open("/proc/self/ns/net", O_RDONLY);
	testnet_must(unshare(CLONE_NEWNET) == 0, "unshare");
	n.inside = open("/proc/self/ns/net", O_RDONLY);
	testnet_run("ip link set lo up");
	return n;
}

static inline void
testnet_close(struct testnet *n)
{
	close(n->inside);
	close(n->outside);
}

/* testnet_pair makes the device `in` here and its peer `out` in the outer namespace, both up. */
static inline void
testnet_pair(struct testnet *n, const char *in, const char *out, unsigned queues)
{
	testnet_run("ip link add %s numrxqueues %u numtxqueues %u type veth peer name %s netns /proc/%d/fd/%d "
		    "numrxqueues %u numtxqueues %u",
		    in, queues, queues, out, getpid(), n->outside, queues, queues);
	testnet_run("ip link set %s up", in);
	testnet_enter(n->outside);
	testnet_run("ip link set %s up", out);
	testnet_enter(n->inside);
}

static inline void
testnet_outside(struct testnet *n, const char *command)
{
	testnet_enter(n->outside);
	testnet_run("%s", command);
	testnet_enter(n->inside);
}

/* testnet_socket opens a packet socket on a device of the namespace `where`. */
static inline int
testnet_socket(struct testnet *n, int where, const char *device)
{
	testnet_enter(where);
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = (int)if_nametoindex(device) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), room = 16 << 20;
	testnet_must(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0, device);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	testnet_enter(n->inside);
	return fd;
}

static inline void
testnet_mac(struct testnet *n, int where, const char *device, uint8_t mac[6])
{
	testnet_enter(where);
	struct sockaddr_ll address;
	socklen_t size = sizeof address;
	int fd = testnet_socket(n, where, device);
	testnet_must(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
	memcpy(mac, address.sll_addr, 6);
	close(fd);
}

static inline void
testnet_send(int fd, const void *frame, size_t length)
{
	while (send(fd, frame, length, 0) != (ssize_t)length)
		testnet_must(errno == ENOBUFS || errno == EAGAIN, "send");
}

/* testnet_receive returns the length of the next frame that arrived (not of one sent from here), or 0 after timeout_ms. */
static inline size_t
testnet_receive(int fd, uint8_t frame[TESTNET_FRAME], int timeout_ms)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, timeout_ms) != 1)
			return 0;
		struct sockaddr_ll from;
		socklen_t size = sizeof from;
		ssize_t length = recvfrom(fd, frame, TESTNET_FRAME, 0, (struct sockaddr *)&from, &size);
		if (length > 0 && from.sll_pkttype != PACKET_OUTGOING)
			return (size_t)length;
	}
}

static inline uint64_t
testnet_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* testnet_udp writes a 60-byte UDP frame; addresses in host order. */
static inline size_t
testnet_udp(uint8_t *f, const uint8_t to[6], uint32_t source, uint32_t destination, uint16_t source_port)
{
	static const uint8_t link_source[6] = { 2, 0, 0, 0, 0, 1 };
	uint32_t sum = 0;

	memset(f, 0, 60);
	memcpy(f, to, 6);
	memcpy(f + 6, link_source, 6);
	f[12] = 8;
	f[14] = 0x45;
	f[17] = 46;
	f[22] = 64;
	f[23] = 17;
	source = htonl(source), destination = htonl(destination);
	memcpy(f + 26, &source, 4);
	memcpy(f + 30, &destination, 4);
	for (unsigned i = 14; i < 34; i += 2)
		sum += (uint32_t)(f[i] << 8 | f[i + 1]);
	sum = ~((sum & 0xffff) + (sum >> 16));
	f[24] = (uint8_t)(sum >> 8);
	f[25] = (uint8_t)sum;
	f[34] = (uint8_t)(source_port >> 8);
	f[35] = (uint8_t)source_port;
	f[37] = 9;
	f[39] = 26;
	return 60;
}

#endif
