/* trace.h: what `explain` tells about a packet: each stage it met, in words. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_TRACE_H
#define RINGWALL_PIPELINE_TRACE_H

#include <stddef.h>

#include "pipeline/worker.h"

enum { TRACE_STEPS = 20, TRACE_TEXT = 160 };

struct trace_step {
	const char *stage;
	uint8_t verdict; /* enum verdict; NONE: it went on */
	char text[TRACE_TEXT];
};

struct trace {
	uint32_t count;
	struct trace_step step[TRACE_STEPS];
};

/* pipeline_explain runs the stages on a packet that was parsed (p->drop_reason NONE, port and vlan set), and writes down
 * what each found. The verdict and the reasons are then in the packet. It changes nothing: no session, counter, event,
 * output, request for a neighbour, token of a rate limit; the packet's bytes stay as they are. WAIT: it would wait for
 * its neighbour, then go on. Worker thread, outside a burst. */
void pipeline_explain(struct worker *w, struct packet *p, struct trace *t);

/* explain_packet makes the packet that `explain` asks about: the first of a flow with `key` (ports in network order; ICMP
 * echo for ICMP), arriving on `unit`; `bytes` has EXPLAIN_BYTES. False if there is no such unit, or the packet would not
 * be well formed (packet->drop_reason says why). Any thread. */
enum { EXPLAIN_BYTES = 128 };
bool explain_packet(struct packet *p, uint8_t *bytes, const struct snapshot *s, uint16_t unit,
		    const struct flow_key *key);

struct stage;
void trace_add(const struct worker *w, const struct packet *p, const struct stage *s, enum verdict v);

/* One for each stage that has something to say. */
typedef void trace_describe(const struct worker *w, const struct packet *p, char *text, size_t size);
trace_describe trace_passed, trace_ingress, trace_flow, trace_route, trace_host, trace_policy, trace_egress,
    trace_session, trace_neighbour, trace_input, trace_screen, trace_output, trace_destination_nat, trace_source_nat;

#endif
