/* datagram-sink.c: receives datagrams for benchmarks and counts them: `datagram-sink ADDRESS PORT SECONDS` prints "ready", and at
 * its end (SIGTERM, or time) "DATAGRAMS LOST", LOST being what its socket had no room for. SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { BATCH = 64, BYTES = 2048, BUFFER = 64 << 20 };

static void
end(int signal)
{
	(void)signal;
}

static uint32_t
overflows(struct msghdr *m)
{
	uint32_t n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&n, CMSG_DATA(c), sizeof n);
	return n;
}

int
main(int argc, char **argv)
{
	static char bytes[BATCH][BYTES], control[BATCH][64];
	struct mmsghdr message[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in to = { .sin_family = AF_INET };
	if (argc != 4 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: datagram-sink ADDRESS PORT SECONDS\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1, room = BUFFER;
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		perror("datagram-sink");
		return 1;
	}
	struct sigaction action = { .sa_handler = end }; /* no SA_RESTART: recvmmsg returns */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	alarm((unsigned)atoi(argv[3]));
	printf("ready\n");
	fflush(stdout);
	uint64_t datagrams = 0;
	uint32_t lost = 0;
	for (;;) {
		for (unsigned i = 0; i < BATCH; i++) {
			iov[i] = (struct iovec){ bytes[i], BYTES };
			message[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
							      .msg_iovlen = 1,
							      .msg_control = control[i],
							      .msg_controllen = sizeof control[i] };
		}
		int n = recvmmsg(fd, message, BATCH, MSG_WAITFORONE, NULL);
		if (n < 0)
			break;
		datagrams += (unsigned)n;
		for (int i = 0; i < n; i++) {
			uint32_t seen = overflows(&message[i].msg_hdr);
			lost = seen > lost ? seen : lost;
		}
	}
	printf("%llu %u\n", (unsigned long long)datagrams, lost);
	return errno == EINTR ? 0 : 1;
}
