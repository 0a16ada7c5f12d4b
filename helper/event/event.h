/* event.h: from a decision to a frame: admission, budget, fill. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_H
#define RINGWALL_EVENT_H

#include "flow/session.h"
#include "packet/packet.h"

struct worker;

/* Each writes one frame for a decision already carried out, or counts why not. The verdict never depends on them. Called by
 * pipeline/finish.c and by session closing only. Worker only; no allocation, lock or system call. */
void event_session_open(struct worker *w, const struct packet *p, const struct session *s);
void event_session_close(struct worker *w, const struct session *s, enum close_reason reason);
void event_policy_deny(struct worker *w, const struct packet *p, enum deny_reason reason);

#endif
