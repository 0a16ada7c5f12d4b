/* watch.c: tells when a socket can be read or written, by the event loop that Node runs. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#include "sockets.h"
#include "value.h"

/* watcher: lives until unwatch, and then until the loop has let go of it. */
struct watcher {
	uv_poll_t poll;
	napi_env env;
	napi_ref callback;
	napi_async_context context;
};

enum { READABLE = 1, WRITABLE = 2 };

static void
ready(uv_poll_t *poll, int status, int events)
{
	struct watcher *watcher = poll->data;
	napi_env env = watcher->env;
	napi_handle_scope scope;
	napi_value callback, receiver, argument, result;
	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	/* An error is an event too: the one who reads or writes will meet it. */
	int seen = status < 0 ? READABLE | WRITABLE
			      : (events & UV_READABLE ? READABLE : 0) | (events & UV_WRITABLE ? WRITABLE : 0);
	if (napi_get_reference_value(env, watcher->callback, &callback) == napi_ok &&
	    napi_get_global(env, &receiver) == napi_ok && napi_create_int32(env, seen, &argument) == napi_ok &&
	    napi_make_callback(env, watcher->context, receiver, callback, 1, &argument, &result) ==
		napi_pending_exception) {
		napi_value thrown;
		napi_get_and_clear_last_exception(env, &thrown);
		napi_fatal_exception(env, thrown);
	}
	napi_close_handle_scope(env, scope);
}

static void
closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* watch(descriptor, callback): a watcher that waits for nothing yet. The callback gets READABLE | WRITABLE. The watcher does not
 * keep the process alive. undefined if the descriptor cannot be watched. */
napi_value
watch(napi_env env, napi_callback_info info)
{
	napi_value argv[2], external = NULL, name;
	int32_t fd;
	uv_loop_t *loop;
	if (!value_arguments(env, info, 2, argv))
		return NULL;
	if (napi_get_value_int32(env, argv[0], &fd) != napi_ok || napi_get_uv_event_loop(env, &loop) != napi_ok)
		return NULL;
	struct watcher *watcher = calloc(1, sizeof *watcher);
	if (!watcher || uv_poll_init(loop, &watcher->poll, fd)) {
		free(watcher);
		return NULL;
	}
	watcher->poll.data = watcher;
	watcher->env = env;
	uv_unref((uv_handle_t *)&watcher->poll);
	if (napi_create_reference(env, argv[1], 1, &watcher->callback) != napi_ok ||
	    napi_create_string_utf8(env, "ringwall:watch", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_async_init(env, NULL, name, &watcher->context) != napi_ok ||
	    napi_create_external(env, watcher, NULL, NULL, &external) != napi_ok) {
		uv_close((uv_handle_t *)&watcher->poll, closed);
		return NULL;
	}
	return external;
}

/* watchFor(watcher, events): what to wait for from now on; 0: nothing. */
napi_value
watch_for(napi_env env, napi_callback_info info)
{
	napi_value argv[2];
	void *data;
	int32_t events;
	if (!value_arguments(env, info, 2, argv))
		return NULL;
	if (napi_get_value_external(env, argv[0], &data) != napi_ok ||
	    napi_get_value_int32(env, argv[1], &events) != napi_ok)
		return value_number(env, -EINVAL);
	struct watcher *watcher = data;
	if (events == 0)
		return value_number(env, uv_poll_stop(&watcher->poll));
	int wanted = (events & READABLE ? UV_READABLE : 0) | (events & WRITABLE ? UV_WRITABLE : 0);
	return value_number(env, uv_poll_start(&watcher->poll, wanted, ready));
}

/* unwatch(watcher): ends it; it must not be used again. The socket stays open, and may be closed at once. */
napi_value
unwatch(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	void *data;
	if (!value_arguments(env, info, 1, argv))
		return NULL;
	if (napi_get_value_external(env, argv[0], &data) != napi_ok)
		return NULL;
	struct watcher *watcher = data;
	uv_poll_stop(&watcher->poll);
	napi_delete_reference(env, watcher->callback);
	napi_async_destroy(env, watcher->context);
	uv_close((uv_handle_t *)&watcher->poll, closed);
	return NULL;
}
