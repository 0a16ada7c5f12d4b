/* capture.h: capture files of several interfaces, read in the order of time and written per interface.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_REPLAY_CAPTURE_H
#define RINGWALL_REPLAY_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

struct capture; /* input files, merged */

struct capture *capture_create(void);
void capture_destroy(struct capture *c);

/* capture_add opens `path` (pcap or pcapng, Ethernet) as what `port` received. False and a message in `error`. */
enum { CAPTURE_ERROR = 300 };
bool capture_add(struct capture *c, uint16_t port, const char *path, char error[CAPTURE_ERROR]);

/* frame: one packet of the input; bytes are valid until the next call. */
struct frame {
	uint64_t time_ns; /* since 1970 */
	const uint8_t *bytes;
	uint32_t length; /* captured */
	uint16_t port;
};

/* capture_next returns the earliest frame left; of several with the same time, that of the file added first. False at the
 * end, or (with `error` not empty) when a file is broken. Time never goes back: a frame older than its predecessor gets
 * its predecessor's time. */
bool capture_next(struct capture *c, struct frame *f, char error[CAPTURE_ERROR]);

struct capture_writer;

/* capture_writer_open makes a pcap file with nanoseconds; `ip`: frames begin with the IP header. NULL and `error`. */
struct capture_writer *capture_writer_open(const char *path, bool ip, char error[CAPTURE_ERROR]);
void capture_write(struct capture_writer *w, uint64_t time_ns, const uint8_t *bytes, uint32_t length);
/* capture_writer_close returns false if not everything could be written. */
bool capture_writer_close(struct capture_writer *w);

#endif
