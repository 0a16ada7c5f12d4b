/* splice.h: connections that begin with a SYN cookie: the client was answered in the server's stead, so each end has its own idea
 * of the server's sequence numbers. SPDX-License-Identifier: Apache-2.0
 *
 *   client                     firewall                          server
 *     | SYN x ------------------> |                                 |   nothing is kept
 *     | <---- SYN+ACK c, window 0 |                                 |
 *     | ACK x+1, c+1 -----------> | SYN x ------------------------> |   stands for the SYN: policy, NAT, session ...
 *     |                           | <---------------------- SYN+ACK |   y
 *     | <------ ACK c+1, window w | ACK x+1, y+1 -----------------> |
 *     | <------------------------ | add c - y <---------------------|
 */
#ifndef RINGWALL_PIPELINE_SPLICE_H
#define RINGWALL_PIPELINE_SPLICE_H

#include "pipeline/worker.h"

enum splice_state {
	SPLICE_PENDING, /* the server has not answered */
	SPLICE_JOINED,
};

/* splice: of a session with SESSION_SPLICED, beside the table. [W] */
struct splice {
	uint32_t cookie;    /* what the client takes for the server's initial sequence number */
	uint32_t start;     /* the client's */
	uint32_t shift;     /* joined: from the server's numbers to those that the client knows */
	uint16_t queue;     /* the tracker of queue-size that counts it while it is pending; 0: none */
	uint8_t state;      /* enum splice_state */
	uint8_t timeout_s;  /* while pending */
	uint8_t unit[2];    /* windows of the client come in units of 2^unit[0] bytes and go on in those of 2^unit[1] */
	uint8_t reply[2];   /* and those of the server */
	uint8_t station[6]; /* where the client's acknowledgment came from */
	uint8_t tries;      /* SYNs that a timer has sent to the server */
	uint8_t reserved;   /* two to a cache line */
	uint32_t opened_ms; /* monotonic clock, when the client acknowledged */
};
_Static_assert(sizeof(struct splice) == 32, "two to a cache line");

/* splice_prepare makes what a worker needs for the SYN cookies of a snapshot, if it has any. Worker thread, outside a burst. */
void splice_prepare(struct worker *w, const struct snapshot *s);
void splice_end(struct worker *w);

/* splice_may_challenge: may this SYN be answered with a cookie? Not if it belongs to a session that lives, or is not one that a host
 * would answer. Reads only. */
bool splice_may_challenge(const struct worker *w, const struct packet *p);

/* splice_claim looks whether a segment without a session acknowledges a cookie; then the packet stands for the SYN of that
 * connection from here on, and is made one when it leaves. */
bool splice_claim(struct worker *w, struct packet *p);

/* splice_segment prepares a segment of a spliced session for tcp_check, which knows the numbers of the client. Not NONE: why it
 * ends here. */
enum drop_reason splice_segment(struct worker *w, struct packet *p);
/* splice_fits is splice_segment for the fast path: false leaves the packet to the slow path. */
bool splice_fits(const struct worker *w, const struct session *s, struct packet *p, unsigned direction);

/* splice_queue takes the place in the queue that a connection needs until its server answers. False and drop_reason: none is
 * free. splice_open makes the session spliced; splice_queue_give is for what could not be opened. */
bool splice_queue(struct worker *w, struct packet *p, uint16_t *place);
void splice_queue_give(const struct worker *w, uint16_t place);
void splice_open(struct worker *w, const struct packet *p, struct session *s, uint16_t place);

/* splice_rewrite writes into a packet that leaves what its session's other end expects, and acknowledges the server's SYN+ACK.
 * Before addresses are translated and the link header is written. */
void splice_rewrite(struct worker *w, struct packet *p);

/* splice_passed takes in a segment that went on, after tcp_update. */
void splice_passed(struct worker *w, const struct packet *p);

/* splice_answer sends what is due to a packet that ends here because of a cookie: the SYN+ACK of a SYN, the acknowledgment of a
 * repeated SYN+ACK. Counts the SYN and notes what is to be said; a SYN that could not be answered gets another drop reason. */
void splice_answer(struct worker *w, struct packet *p);

/* splice_pending: a session whose server has not answered, and has time left or not. splice_timeout_s: its timeout until the
 * SYN is sent again; 0: that of its TCP state, it is not pending. */
bool splice_pending(const struct worker *w, const struct session *s);
uint32_t splice_timeout_s(const struct worker *w, const struct session *s);
/* splice_repeat sends the SYN to the server again, if there is time left, and gives a session whose timer has run down another
 * timeout. False: time is up. Housekeeping. */
bool splice_repeat(struct worker *w, struct session *s);

/* splice_closed gives back what a session has. One whose server never answered is reset towards its client. */
void splice_closed(struct worker *w, const struct session *s, bool expired);

#endif
