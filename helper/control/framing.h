/* framing.h: messages in a stream of bytes: a 4-byte little-endian length, then that many bytes. Knows no socket.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_FRAMING_H
#define RINGWALL_CONTROL_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEADER = 4 };

/* frame_in: one message being received. Zeroed is empty. Memory grows with the bytes that came, not with the length
 * that was announced. */
struct frame_in {
	uint8_t header[FRAME_HEADER];
	uint32_t header_used;
	uint32_t length, used, room;
	uint8_t *body;
};

enum frame_state {
	FRAME_MORE,     /* not complete yet */
	FRAME_COMPLETE, /* body holds `length` bytes until frame_in_reset */
	FRAME_LENGTH,   /* 0, or longer than allowed */
};

/* frame_in_room says where the next bytes go and how many may come at most; NULL on lack of memory. */
uint8_t *frame_in_room(struct frame_in *f, size_t *room);

/* frame_in_add takes note of `count` bytes put there. `limit`: longest message allowed. */
enum frame_state frame_in_add(struct frame_in *f, size_t count, uint32_t limit);

/* frame_in_partial is true between the first and the last byte of a message. */
bool frame_in_partial(const struct frame_in *f);

/* frame_in_reset begins with the next message; frame_in_free gives up all memory. */
void frame_in_reset(struct frame_in *f);
void frame_in_free(struct frame_in *f);

/* frame_out: messages waiting to be sent, header included. Zeroed is empty. */
struct frame_part;
struct frame_out {
	struct frame_part *first, **last;
	size_t bytes; /* not sent yet */
};

/* frame_out_put queues `bytes` (from malloc, header included), which it takes over. `mark` is shown back by
 * frame_out_marked while the message is not sent completely. False on lack of memory; `bytes` are then freed. */
bool frame_out_put(struct frame_out *o, uint8_t *bytes, size_t length, bool mark);
bool frame_out_marked(const struct frame_out *o);

/* frame_out_next gives the bytes to send next, frame_out_sent takes note of how many were. NULL when there are none. */
const uint8_t *frame_out_next(const struct frame_out *o, size_t *length);
void frame_out_sent(struct frame_out *o, size_t count);
void frame_out_free(struct frame_out *o);

#endif
