/* dispatch.h: from one message to its reply: who may ask what, and which function answers. Knows no socket.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_DISPATCH_H
#define RINGWALL_CONTROL_DISPATCH_H

#include "control/ops.h"

enum { CONTROL_PROTOCOL = 1 };

/* peer: what one connection has become by its hello. */
struct peer {
	bool hello;
	bool writer;
};

struct dispatcher {
	const struct control_ops *ops;
	void *ctx; /* of ops */
	/* claim_writer: may this peer become the writer? Asked once the rest of its hello is in order. */
	bool (*claim_writer)(void *owner, struct peer *p);
	void *owner;
};

/* dispatch answers one message: *bytes and *length are the frame to send, to be freed by the caller; NULL if memory was
 * short. Returns false when the connection must end behind the reply: the message was malformed. Control thread. */
bool dispatch(const struct dispatcher *d, struct peer *p, const void *message, uint32_t message_length, uint8_t **bytes,
	      size_t *length);

/* dispatch_refusal makes the frame of a refusal that answers no request (id 0). NULL on lack of memory. */
uint8_t *dispatch_refusal(const char *code, const char *message, size_t *length);

#endif
