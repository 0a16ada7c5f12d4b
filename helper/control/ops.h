/* ops.h: what the control server asks of the engine: one function per request. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_OPS_H
#define RINGWALL_CONTROL_OPS_H

#include "control/reply.h"
#include "control/request_gen.h"
#include "snapshot/snapshot.h"

/* hello_info: who the helper is. Pointers stay valid until control_server_handle returns. */
struct hello_info {
	uint64_t start_id;        /* as in the rings' headers */
	uint32_t generation;      /* in force; 0: none */
	const char *hash;         /* of the snapshot in force, or "" */
	uint32_t workers;         /* rings */
	const char *const *rings; /* path of each worker's event ring */
	const char *version;      /* of the program */
};

/* control_ops: all are called on the control thread, from control_server_handle, and none may block for long. Requests
 * are checked against schemas/control.schema.json before: what a function sees is within its bounds. Replies:
 * docs/control.md names the fields that each must write. */
struct control_ops {
	void (*hello)(void *ctx, struct hello_info *info);
	/* apply puts a decoded snapshot in force on all workers, or refuses. On 0 it has taken the snapshot; on -1
	 * `why` says why, the caller frees the snapshot and the former one is still in force. Generation and hash
	 * differ from what is in force, and the generation is higher: the server has seen to that. */
	int (*apply)(void *ctx, struct snapshot *s, struct refusal *why);
	void (*status)(void *ctx, struct reply *r);
	void (*counters)(void *ctx, struct reply *r);
	void (*sessions)(void *ctx, const struct request_sessions *q, struct reply *r);
	void (*clear_sessions)(void *ctx, const struct request_clear_sessions *q, struct reply *r);
	void (*filters)(void *ctx, struct reply *r);
	void (*clear_filters)(void *ctx, const struct request_clear_filters *q, struct reply *r);
	void (*nat)(void *ctx, struct reply *r);
	void (*bindings)(void *ctx, const struct request_bindings *q, struct reply *r);
	void (*neighbors)(void *ctx, const struct request_neighbors *q, struct reply *r);
	void (*routes)(void *ctx, const struct request_routes *q, struct reply *r);
	void (*explain)(void *ctx, const struct request_explain *q, struct reply *r);
	/* shutdown asks for an orderly end; the reply still goes out: the engine ends its loop after this round. */
	void (*shutdown)(void *ctx, struct reply *r);
	/* note tells of a peer that was refused or disconnected, for the helper's log. May be NULL. */
	void (*note)(void *ctx, const char *text);
};

#endif
