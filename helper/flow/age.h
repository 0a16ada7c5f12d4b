/* age.h: a timer wheel over session indexes: when sessions time out. Lazy: a packet only writes last_ns; when a slot
 * comes up, sessions that were used since are put back. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_AGE_H
#define RINGWALL_FLOW_AGE_H

#include "flow/table.h"

struct age_wheel; /* [W] */

#define AGE_TICK_NS                                                                                                    \
	(1ull << 29)          /* 0.54 s: a session expires never early, and in the next call after less than one tick */
#define AGE_NEVER 0xffffffffu /* as timeout_s: no timeout */

struct age_wheel *age_wheel_create(struct flow_table *t);
void age_wheel_destroy(struct age_wheel *w); /* before its flow table */

/* age_add arms a session's timer from its last_ns and timeout_s; age_remove disarms it (allowed when not armed). A
 * session whose timeout got shorter must be armed again (age_add again); one whose timeout got longer need not. With
 * AGE_NEVER the timer is disarmed. Worker only. */
void age_add(struct age_wheel *w, struct session *s, uint64_t now_ns);
void age_remove(struct age_wheel *w, struct session *s);

/* age_expired returns one session whose timeout has passed at now_ns, disarmed, or NULL. At most `budget` sessions are
 * looked at per call sequence; *budget counts down, and what it left over is found by the next call. Worker only, housekeeping. */
struct session *age_expired(struct age_wheel *w, uint64_t now_ns, unsigned *budget);

#endif
