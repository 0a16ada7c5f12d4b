/* pipeline.h: what happens to a packet (design section 7), as a library. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_H
#define RINGWALL_PIPELINE_H

#include "pipeline/worker.h"

/* pipeline_owner returns which worker owns a packet's flow: parses it (sets the "what parse found" part; a malformed packet
 * is owned by whoever has it). ICMP errors belong to the owner of the quoted flow. Worker only. */
uint32_t pipeline_owner(const struct worker *w, const struct packet *p);

/* pipeline_part_owner returns, for a fragment that has come to the worker that pipeline_owner says, which worker has its flow:
 * fragments meet where their addresses lead, and only the first one tells the ports. PIPELINE_HELD: it came before its first one
 * and was taken, with its frame, before anything counted it; it comes back by pipeline_part_release. Worker only. */
#define PIPELINE_HELD UINT32_MAX
uint32_t pipeline_part_owner(struct worker *w, const struct packet *p);

/* pipeline_part_release hands back a fragment that was held, and says whose it is: what waited too long is this worker's. To be
 * called until it is false after each burst, and between bursts. Worker only. */
bool pipeline_part_release(struct worker *w, struct packet *p, uint32_t *owner);

/* pipeline_burst handles up to PACKET_BURST packets that were parsed (p->drop_reason holds packet_parse's answer) and belong
 * to this worker. Afterwards each has its verdict; frames that leave are in w->output, all others were given back by
 * w->buffers.give. Adds at most OUTPUT_MAX outputs: the driver empties w->output before each call. Worker only. */
void pipeline_burst(struct worker *w, struct packet *p, uint32_t count);

/* pipeline_housekeep does the rare work: ages sessions, releases or expires held packets (fragments, neighbours). May
 * fill w->output. To be called between bursts, at least every 10 ms while packets wait, else every 100 ms. Worker only. */
void pipeline_housekeep(struct worker *w);

/* pipeline_end tells, as far as the ring has room, what housekeeping would have told later: before the worker goes away, outside a
 * burst. Worker only. */
void pipeline_end(struct worker *w);

/* worker_init creates the tables of a worker; worker_free gives them up. Control thread, before and after it runs. */
int worker_init(struct worker *w, uint32_t sessions, uint64_t seed, uint64_t start_s);
void worker_free(struct worker *w);

/* worker_snapshot takes over a new snapshot between bursts: carries policy counters whose names stay, raises nothing else.
 * Worker thread, outside a burst. */
void worker_snapshot(struct worker *w, const struct snapshot *s);

/* session_close_matching closes sessions for `reason` (orderly stop, `clear sessions`), those that were over for the reason that they
 * had; `match` NULL means all. Returns how many.
 * Worker thread, outside a burst. */
uint32_t session_close_matching(struct worker *w, enum close_reason reason,
				bool (*match)(const struct session *s, void *ctx), void *ctx);

/* session_limit: how many sessions this worker may have: its share of session-maximum, as far as the table, made when the worker
 * started, has room. The worker, and control while it changes no snapshot. */
uint32_t session_limit(const struct worker *w);

#endif
