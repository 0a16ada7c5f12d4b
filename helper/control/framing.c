/* framing.c: see framing.h. SPDX-License-Identifier: Apache-2.0 */
#include "control/framing.h"

#include <stdlib.h>

enum { BODY_FIRST = 4096, BODY_KEEP = 65536 };

uint8_t *
frame_in_room(struct frame_in *f, size_t *room)
{
	if (f->header_used < FRAME_HEADER) {
		*room = FRAME_HEADER - f->header_used;
		return f->header + f->header_used;
	}
	if (f->used == f->room) {
		uint32_t wanted = f->room < BODY_FIRST       ? BODY_FIRST
				  : f->room < UINT32_MAX / 2 ? f->room * 2
							     : UINT32_MAX;
		if (wanted > f->length && f->length > BODY_FIRST)
			wanted = f->length;
		uint8_t *body = realloc(f->body, wanted);
		if (!body)
			return NULL;
		f->body = body;
		f->room = wanted;
	}
	uint32_t end = f->room < f->length ? f->room : f->length;
	*room = end - f->used;
	return f->body + f->used;
}

enum frame_state
frame_in_add(struct frame_in *f, size_t count, uint32_t limit)
{
	if (f->header_used < FRAME_HEADER) {
		f->header_used += (uint32_t)count;
		if (f->header_used < FRAME_HEADER)
			return FRAME_MORE;
		f->length = (uint32_t)f->header[0] | (uint32_t)f->header[1] << 8 | (uint32_t)f->header[2] << 16 |
			    (uint32_t)f->header[3] << 24;
		return f->length == 0 || f->length > limit ? FRAME_LENGTH : FRAME_MORE;
	}
	f->used += (uint32_t)count;
	return f->used == f->length ? FRAME_COMPLETE : FRAME_MORE;
}

bool
frame_in_partial(const struct frame_in *f)
{
	return f->header_used > 0;
}

void
frame_in_reset(struct frame_in *f)
{
	f->header_used = f->length = f->used = 0;
	if (f->room > BODY_KEEP)
		frame_in_free(f);
}

void
frame_in_free(struct frame_in *f)
{
	free(f->body);
	*f = (struct frame_in){ 0 };
}

struct frame_part {
	struct frame_part *next;
	uint8_t *bytes;
	size_t length, sent;
	bool mark;
};

bool
frame_out_put(struct frame_out *o, uint8_t *bytes, size_t length, bool mark)
{
	struct frame_part *part = malloc(sizeof *part);
	if (!part) {
		free(bytes);
		return false;
	}
	*part = (struct frame_part){ .bytes = bytes, .length = length, .mark = mark };
	if (!o->first)
		o->last = &o->first;
	*o->last = part;
	o->last = &part->next;
	o->bytes += length;
	return true;
}

bool
frame_out_marked(const struct frame_out *o)
{
	for (const struct frame_part *p = o->first; p; p = p->next)
		if (p->mark)
			return true;
	return false;
}

const uint8_t *
frame_out_next(const struct frame_out *o, size_t *length)
{
	if (!o->first)
		return NULL;
	*length = o->first->length - o->first->sent;
	return o->first->bytes + o->first->sent;
}

static void
first_free(struct frame_out *o)
{
	struct frame_part *part = o->first;
	o->first = part->next;
	free(part->bytes);
	free(part);
}

void
frame_out_sent(struct frame_out *o, size_t count)
{
	o->bytes -= count;
	o->first->sent += count;
	if (o->first->sent == o->first->length)
		first_free(o);
}

void
frame_out_free(struct frame_out *o)
{
	while (o->first)
		first_free(o);
	o->bytes = 0;
}
