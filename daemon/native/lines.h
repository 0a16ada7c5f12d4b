/* lines.h: the part of an outbox that the kernel writes into. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NATIVE_LINES_H
#define RINGWALL_NATIVE_LINES_H
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { BATCH_MAX = 512 };

/* batch: one system call under way. `base` names the first line (daemon/src/syslog/outbox.ts makes it); -1: none. The lengths in
 * `messages` are what the kernel took from there on; of a byte stream, behind the first `skip` bytes. They hold for nothing
 * else. */
struct batch {
	double base;
	uint32_t skip;
	uint32_t framing;
	uint8_t reserved[48];
	struct mmsghdr messages[BATCH_MAX];
	struct iovec vectors[2 * BATCH_MAX];
};

/* line: an entry of a table of lines. Before the line stands its length in decimal and a blank (RFC 6587 3.4.1). */
struct line {
	uint32_t at; /* in the region */
	uint32_t length;
	uint32_t checksum;
	uint32_t kind;
};
#endif
