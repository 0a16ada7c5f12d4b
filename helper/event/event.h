/* event.h: from a decision to a frame: admission, budget, fill. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_EVENT_H
#define RINGWALL_EVENT_H

#include "flow/session.h"
#include "packet/packet.h"

struct filter_term;
struct worker;

/* Each writes one frame for a decision already carried out, or counts why not. The verdict never depends on them. Called by
 * pipeline/finish.c and by session closing only. Worker only; no allocation, lock or system call. */
void event_session_open(struct worker *w, const struct packet *p, const struct session *s);
void event_session_close(struct worker *w, const struct session *s, enum close_reason reason);
void event_policy_deny(struct worker *w, const struct packet *p, enum deny_reason reason);
/* event_screen_drop: a screen that the packet met, and what that did to it (p->screen_action). */
void event_screen_drop(struct worker *w, const struct packet *p, enum screen_id screen);
/* event_filter_log: `answer` tells what became of a packet that a filter ended. */
void event_filter_log(struct worker *w, const struct packet *p, const struct filter_term *term,
		      enum filter_log_source source, enum filter_answer answer);

#endif
