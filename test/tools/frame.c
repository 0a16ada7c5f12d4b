/* frame.c: sends and captures raw Ethernet frames on a device, as hexadecimal. SPDX-License-Identifier: Apache-2.0
 *
 *   frame send DEV HEX...                          each HEX is one frame, from the destination MAC on; - reads lines
 *   frame capture DEV [--count N] [--timeout S]    one frame per line; "ready" on stderr once it listens.
 *                                                  Ends with 1 if fewer than N frames came within S seconds.
 * Capture sees what arrives at the device, not what this host sends from it.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MAX = 65536, LINE_MAX_BYTES = 2 * FRAME_MAX + 2 };

static int
fail(const char *what)
{
	fprintf(stderr, "frame: %s: %s\n", what, strerror(errno));
	return 2;
}

static int
open_device(const char *device, uint16_t protocol)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
				       .sll_protocol = htons(protocol),
				       .sll_ifindex = (int)if_nametoindex(device) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || address.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static int
digit(char c)
{
	c = (char)tolower((unsigned char)c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Spaces and colons between digits are allowed. Returns the length, 0 if it is no frame. */
static size_t
read_hex(const char *text, uint8_t *out)
{
	size_t digits = 0;

	for (; *text && *text != '\n'; text++) {
		if (*text == ' ' || *text == ':')
			continue;
		int value = digit(*text);
		if (value < 0 || digits == 2 * FRAME_MAX)
			return 0;
		out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] | value : value << 4);
		digits++;
	}
	return digits % 2 ? 0 : digits / 2;
}

static int
send_one(int fd, const char *text)
{
	static uint8_t frame[FRAME_MAX];
	size_t length = read_hex(text, frame);

	if (length == 0) {
		fprintf(stderr, "frame: expected an even number of hexadecimal digits, found '%.80s'\n", text);
		return 2;
	}
	return send(fd, frame, length, 0) == (ssize_t)length ? 0 : fail("send");
}

static int
send_all(const char *device, char **hex, int count)
{
	static char line[LINE_MAX_BYTES];
	int fd = open_device(device, 0), rc = 0;

	if (fd < 0)
		return fail(device);
	for (int i = 0; rc == 0 && i < count; i++) {
		if (strcmp(hex[i], "-") != 0)
			rc = send_one(fd, hex[i]);
		else
			while (rc == 0 && fgets(line, sizeof line, stdin))
				rc = send_one(fd, line);
	}
	close(fd);
	return rc;
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The kernel takes a VLAN tag out of the frame and reports it beside: put it back. */
static void
print_frame(const uint8_t *frame, size_t length, const struct msghdr *message)
{
	const struct tpacket_auxdata *extra = NULL;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR((struct msghdr *)message, c)) {
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			extra = (const void *)CMSG_DATA(c);
	}
	for (size_t i = 0; i < length; i++) {
		if (i == 2 * ETH_ALEN && extra && extra->tp_status & TP_STATUS_VLAN_VALID)
			printf("%04x%04x",
			       extra->tp_status & TP_STATUS_VLAN_TPID_VALID ? extra->tp_vlan_tpid : ETH_P_8021Q,
			       extra->tp_vlan_tci);
		printf("%02x", frame[i]);
	}
	printf("\n");
	fflush(stdout);
}

static int
capture(const char *device, long count, double timeout_s)
{
	static uint8_t frame[FRAME_MAX];
	int fd = open_device(device, ETH_P_ALL), one = 1, room = 8 << 20;
	double end = now_s() + timeout_s;

	if (fd < 0)
		return fail(device);
	setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	fprintf(stderr, "ready\n");
	for (long seen = 0; seen < count;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		double left = end - now_s();
		if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) < 0)
			return 1;
		if (!p.revents)
			continue;
		struct sockaddr_ll from;
		char control[256];
		struct iovec bytes = { frame, sizeof frame };
		struct msghdr message = { .msg_name = &from,
					  .msg_namelen = sizeof from,
					  .msg_iov = &bytes,
					  .msg_iovlen = 1,
					  .msg_control = control,
					  .msg_controllen = sizeof control };
		ssize_t length = recvmsg(fd, &message, 0);
		if (length < 0)
			return fail("receive");
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		print_frame(frame, (size_t)length, &message);
		seen++;
	}
	close(fd);
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: frame send DEV HEX...\n       frame capture DEV [--count N] [--timeout S]\n");
	return 2;
}

int
main(int argc, char **argv)
{
	long count = 1;
	double timeout_s = 5;

	if (argc >= 4 && strcmp(argv[1], "send") == 0)
		return send_all(argv[2], argv + 3, argc - 3);
	if (argc < 3 || strcmp(argv[1], "capture") != 0)
		return usage();
	for (int i = 3; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--count") == 0)
			count = atol(argv[i + 1]);
		else if (strcmp(argv[i], "--timeout") == 0)
			timeout_s = atof(argv[i + 1]);
		else
			return usage();
	}
	return (argc - 3) % 2 ? usage() : capture(argv[2], count, timeout_s);
}
