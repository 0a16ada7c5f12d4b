/* age.h: a timer wheel over session indexes: when sessions time out. Lazy: a packet only writes last_ns; when a slot
 * comes up, sessions that were used since are put back. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_AGE_H
#define RINGWALL_FLOW_AGE_H

#include "flow/table.h"

struct age_wheel; /* [W] */

struct age_wheel *age_wheel_create(struct flow_table *t);
void age_wheel_destroy(struct age_wheel *w);

/* age_add arms a session's timer from its last_ns and timeout_s; age_remove disarms it. A session whose timeout got
 * shorter must be armed again (age_add again). Worker only. */
void age_add(struct age_wheel *w, struct session *s, uint64_t now_ns);
void age_remove(struct age_wheel *w, struct session *s);

/* age_expired returns one session whose timeout has passed at now_ns, disarmed, or NULL. At most `budget` sessions are
 * looked at per call sequence; *budget counts down. Worker only, housekeeping. */
struct session *age_expired(struct age_wheel *w, uint64_t now_ns, unsigned *budget);

#endif
