/* pktgen.h: what the packet generator's programs and test/tools/pktgen.c share.
 * SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef RINGWALL_BPF_PKTGEN_H
#define RINGWALL_BPF_PKTGEN_H

enum { PKTGEN_BYTES = 60, PKTGEN_PORT_AT = 34 };

/* pktgen_task: what to send: `frame` with source ports first_port .. first_port + flows - 1 in turn, one each interval_ns (0: as
 * fast as it goes), until `sent` is `count` (0: without end). */
struct pktgen_task {
	unsigned char frame[64]; /* PKTGEN_BYTES of it */
	unsigned int ifindex;
	unsigned int flows;
	unsigned int first_port;
	unsigned int next;
	unsigned long long interval_ns;
	unsigned long long due_ns;
	unsigned long long sent;
	unsigned long long count;
};

#endif
