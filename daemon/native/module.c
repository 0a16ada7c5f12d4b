/* module.c: the daemon's one native module: sockets as the log needs them, and Node's do not offer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"
#include "sockets.h"
#include "value.h"

static void
offer(napi_env env, napi_value exports, const char *name, napi_callback function)
{
	napi_value value;
	if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok)
		napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT()
{
	offer(env, exports, "openDatagram", open_datagram);
	offer(env, exports, "openLocal", open_local);
	offer(env, exports, "openStream", open_stream);
	offer(env, exports, "duplicate", duplicate);
	offer(env, exports, "closeSocket", close_socket);
	offer(env, exports, "streamError", stream_error);
	offer(env, exports, "streamState", stream_state);
	offer(env, exports, "streamBacklog", stream_backlog);
	offer(env, exports, "streamPatience", stream_patience);
	offer(env, exports, "streamName", stream_name);
	offer(env, exports, "streamWrite", stream_write);
	offer(env, exports, "streamRead", stream_read);
	offer(env, exports, "streamAbort", stream_abort);
	offer(env, exports, "sendLines", send_lines);
	offer(env, exports, "sendFrames", send_frames);
	offer(env, exports, "watch", watch);
	offer(env, exports, "watchFor", watch_for);
	offer(env, exports, "unwatch", unwatch);
	napi_set_named_property(env, exports, "batchBytes", value_number(env, sizeof(struct batch)));
	napi_set_named_property(env, exports, "batchMost", value_number(env, BATCH_MAX));
	napi_set_named_property(env, exports, "messageBytes", value_number(env, sizeof(struct mmsghdr)));
	napi_set_named_property(env, exports, "takenAt", value_number(env, offsetof(struct mmsghdr, msg_len)));
	return exports;
}
