/* summary.h: what was not written, by rule: counted here, and told in LOG_SUPPRESSED. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_SUMMARY_H
#define RINGWALL_EVENT_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/key.h"
#include "wire_gen.h"

struct event_ring;

/* SUMMARY_RULE_HOST_INBOUND: the rule of a deny by host-inbound-traffic, which no policy decides. */
#define SUMMARY_RULE_HOST_INBOUND UINT32_MAX
#define SUMMARY_INTERVAL_NS       1000000000ull

/* summary_key: of what: events of one rule that came by one zone, decided by one generation, and not written for one reason. */
struct summary_key {
	uint32_t generation;
	uint32_t rule, term; /* as LOG_SUPPRESSED names them */
	uint16_t zone;       /* ingress */
	uint8_t kind;        /* enum event_type */
	uint8_t outcome;     /* enum event_outcome, not WRITTEN */
	uint8_t family;
};

/* summary_last: what is told about an event beside its key. */
struct summary_last {
	uint32_t ingress_unit, egress_unit;
	uint16_t egress_zone;
	uint8_t action;
};

/* summaries: a worker's, of what has not been told yet. Nothing is ever forgotten: what finds no place has one made for it by
 * telling another early; what the ring has no room for waits, and counts on. */
struct summaries; /* [W] */

struct summaries *summaries_create(void);
void summaries_destroy(struct summaries *s);

/* summaries_count counts one event. Worker only; no allocation. */
void summaries_count(struct summaries *s, struct event_ring *r, const struct summary_key *key, const struct flow_key *k,
		     const struct summary_last *last);

/* summaries_due: something was counted, and SUMMARY_INTERVAL_NS have passed since the last time that was told. */
bool summaries_due(const struct summaries *s, uint64_t now_ns);

/* summaries_tell writes a LOG_SUPPRESSED for each, as far as the ring has room; the others stay. Worker only. */
void summaries_tell(struct summaries *s, struct event_ring *r, uint64_t now_ns, uint64_t wall_ns, uint8_t worker);

/* summaries_waiting: events counted and not told yet. Worker only. */
uint64_t summaries_waiting(const struct summaries *s);

#endif
