/* reply.h: writes one reply as msgpack without knowing in advance how much it holds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_REPLY_H
#define RINGWALL_CONTROL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/key.h"

/* reply: one reply being written. A handler adds the fields of schemas/control.schema.json (docs/control.md) to a map
 * that is already open; {id, ok} are there. Example: reply_unsigned(r, "next", 0); reply_list_open(r, "sessions");
 * reply_map_open(r, NULL); reply_unsigned(r, "id", 7); reply_close(r); reply_close(r); `key` is the field's name inside
 * a map and NULL inside a list. Lack of memory, or more than REPLY_MAX_BYTES, turns the reply into a refusal; handlers
 * need not look. Control thread. */
struct reply;

enum { REPLY_MAX_BYTES = 16 << 20, REPLY_MAX_DEPTH = 16 };

void reply_map_open(struct reply *r, const char *key);
void reply_list_open(struct reply *r, const char *key);
void reply_close(struct reply *r); /* the innermost open map or list */

void reply_unsigned(struct reply *r, const char *key, uint64_t value);
void reply_integer(struct reply *r, const char *key, int64_t value);
void reply_boolean(struct reply *r, const char *key, bool value);
void reply_text(struct reply *r, const char *key, const char *text); /* NULL is written as "" */
void reply_bytes(struct reply *r, const char *key, const void *bytes, uint32_t length);
/* reply_address writes 4 or 16 bytes by family, none for any other family. */
void reply_address(struct reply *r, const char *key, uint8_t family, const struct address *a);

/* reply_refuse drops what was written and answers {ok: false, code, path, message} instead. `path` may be "". */
void reply_refuse(struct reply *r, const char *code, const char *path, const char *message);

/* reply_full is true once the reply can take no more: a handler with a long list may stop early. */
bool reply_full(const struct reply *r);

#endif
