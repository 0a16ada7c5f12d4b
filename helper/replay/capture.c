/* capture.c: capture files by libpcap. SPDX-License-Identifier: Apache-2.0 */
#include "replay/capture.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 64, SNAP_LENGTH = 262144 };
#define SECOND_NS 1000000000ull

struct input {
	pcap_t *file;
	char path[256];
	uint16_t port;
	bool ready; /* header and bytes hold its next frame */
	struct pcap_pkthdr *header;
	const u_char *bytes;
};

struct capture {
	unsigned count;
	uint64_t last_ns;
	struct input input[INPUTS];
};

struct capture_writer {
	pcap_t *file;
	pcap_dumper_t *dumper;
};

struct capture *
capture_create(void)
{
	return calloc(1, sizeof(struct capture));
}

void
capture_destroy(struct capture *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < c->count; i++)
		pcap_close(c->input[i].file);
	free(c);
}

/* fill reads the next frame of one input. False when the file is broken. */
static bool
fill(struct input *in, char error[CAPTURE_ERROR])
{
	switch (pcap_next_ex(in->file, &in->header, &in->bytes)) {
	case 1:
		in->ready = true;
		return true;
	case PCAP_ERROR_BREAK:
		in->ready = false;
		return true;
	}
	in->ready = false;
	snprintf(error, CAPTURE_ERROR, "%s: %s", in->path, pcap_geterr(in->file));
	return false;
}

bool
capture_add(struct capture *c, uint16_t port, const char *path, char error[CAPTURE_ERROR])
{
	char reason[PCAP_ERRBUF_SIZE];
	if (c->count == INPUTS) {
		snprintf(error, CAPTURE_ERROR, "more than %d captures", INPUTS);
		return false;
	}
	struct input *in = &c->input[c->count];
	in->file = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (!in->file) {
		snprintf(error, CAPTURE_ERROR, "%s", reason);
		return false;
	}
	c->count++;
	in->port = port;
	snprintf(in->path, sizeof in->path, "%s", path);
	if (pcap_datalink(in->file) != DLT_EN10MB) {
		snprintf(error, CAPTURE_ERROR, "%s: expected an Ethernet capture, got link type %d", path,
			 pcap_datalink(in->file));
		return false;
	}
	return fill(in, error);
}

static uint64_t
time_of(const struct input *in)
{
	return (uint64_t)in->header->ts.tv_sec * SECOND_NS + (uint64_t)in->header->ts.tv_usec;
}

/* libpcap's buffer is good until the next read, so the file whose frame was handed out last is read on here. */
bool
capture_next(struct capture *c, struct frame *f, char error[CAPTURE_ERROR])
{
	struct input *first = NULL;
	error[0] = '\0';
	for (unsigned i = 0; i < c->count; i++) {
		struct input *in = &c->input[i];
		if (!in->ready && in->header && !fill(in, error))
			return false;
		if (!in->ready)
			in->header = NULL;
		else if (!first || time_of(in) < time_of(first))
			first = in;
	}
	if (!first)
		return false;
	uint64_t at = time_of(first);
	c->last_ns = at > c->last_ns ? at : c->last_ns;
	*f = (struct frame){
		.time_ns = c->last_ns, .bytes = first->bytes, .length = first->header->caplen, .port = first->port
	};
	first->ready = false;
	return true;
}

struct capture_writer *
capture_writer_open(const char *path, bool ip, char error[CAPTURE_ERROR])
{
	struct capture_writer *w = calloc(1, sizeof *w);
	if (w)
		w->file = pcap_open_dead_with_tstamp_precision(ip ? DLT_RAW : DLT_EN10MB, SNAP_LENGTH,
							       PCAP_TSTAMP_PRECISION_NANO);
	if (w && w->file)
		w->dumper = pcap_dump_open(w->file, path);
	if (w && w->dumper)
		return w;
	snprintf(error, CAPTURE_ERROR, "%s", w && w->file ? pcap_geterr(w->file) : "out of memory");
	if (w && w->file)
		pcap_close(w->file);
	free(w);
	return NULL;
}

void
capture_write(struct capture_writer *w, uint64_t time_ns, const uint8_t *bytes, uint32_t length)
{
	struct pcap_pkthdr h = { .caplen = length, .len = length };
	h.ts.tv_sec = (time_t)(time_ns / SECOND_NS);
	h.ts.tv_usec = (suseconds_t)(time_ns % SECOND_NS);
	pcap_dump((u_char *)w->dumper, &h, bytes);
}

bool
capture_writer_close(struct capture_writer *w)
{
	if (!w)
		return true;
	bool ok = pcap_dump_flush(w->dumper) == 0;
	pcap_dump_close(w->dumper);
	pcap_close(w->file);
	free(w);
	return ok;
}
