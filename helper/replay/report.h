/* report.h: what became of each packet, and each event, as JSON lines (docs/replay.md says what the fields mean).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_REPLAY_REPORT_H
#define RINGWALL_REPLAY_REPORT_H

#include "pipeline/worker.h"
#include "replay/json.h"

struct report {
	const struct snapshot *snapshot;
	struct json packets, events;
	bool bytes; /* frames that left, in full */
};

/* report_packet writes the line of a packet whose end is known. */
void report_packet(struct report *r, uint64_t number, uint64_t time_ns, const struct packet *p,
		   const struct output *out, uint32_t count);
void report_event(struct report *r, const struct event_frame *e);

/* report_counters writes one line: what all workers counted, by names; counters that are zero are left out. */
void report_counters(const struct snapshot *s, const struct worker *const *workers, uint32_t count, FILE *out);

#endif
