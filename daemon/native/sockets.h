/* sockets.h: what the module offers, by file. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NATIVE_SOCKETS_H
#define RINGWALL_NATIVE_SOCKETS_H
#include <node_api.h>

/* open.c: sockets. All are non-blocking; every function answers a descriptor or -errno. */
napi_value open_datagram(napi_env env, napi_callback_info info);
napi_value open_local(napi_env env, napi_callback_info info);
napi_value open_stream(napi_env env, napi_callback_info info);
napi_value duplicate(napi_env env, napi_callback_info info);
napi_value close_socket(napi_env env, napi_callback_info info);

/* stream.c: a TCP connection: its state, what goes in and out. */
napi_value stream_error(napi_env env, napi_callback_info info);
napi_value stream_state(napi_env env, napi_callback_info info);
napi_value stream_patience(napi_env env, napi_callback_info info);
napi_value stream_name(napi_env env, napi_callback_info info);
napi_value stream_write(napi_env env, napi_callback_info info);
napi_value stream_read(napi_env env, napi_callback_info info);
napi_value stream_abort(napi_env env, napi_callback_info info);

/* backlog.c: how much of it is under way. */
napi_value stream_backlog(napi_env env, napi_callback_info info);

/* lines.c: lines of an outbox into a socket. */
napi_value send_lines(napi_env env, napi_callback_info info);
napi_value send_frames(napi_env env, napi_callback_info info);

/* watch.c: tells when a socket can be read or written. */
napi_value watch(napi_env env, napi_callback_info info);
napi_value watch_for(napi_env env, napi_callback_info info);
napi_value unwatch(napi_env env, napi_callback_info info);
#endif
