/* reply_private.h: the server's end of a reply: begun before the handler, sent behind it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_REPLY_PRIVATE_H
#define RINGWALL_CONTROL_REPLY_PRIVATE_H

#include "control/reply.h"

/* reply_create begins the reply to request `id`; NULL on lack of memory. */
struct reply *reply_create(uint32_t id);

/* reply_finish ends the reply and gives its bytes, header of the frame included, to be freed by the caller. The reply
 * is gone afterwards. False on lack of memory. */
bool reply_finish(struct reply *r, uint8_t **bytes, size_t *length);

bool reply_refused(const struct reply *r);

#endif
