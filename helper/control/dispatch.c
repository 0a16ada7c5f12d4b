/* dispatch.c: see dispatch.h. SPDX-License-Identifier: Apache-2.0 */
#include "control/dispatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/reply_private.h"
#include "snapshot/arena.h"
#include "snapshot/cursor.h"

/* request: a checked message on its way to its handler. */
struct request {
	const struct dispatcher *dispatcher;
	struct peer *peer;
	struct reply *reply;
};

static void
handle_hello(const struct request *q, const void *body)
{
	const struct request_hello *h = body;
	const struct control_ops *ops = q->dispatcher->ops;
	char message[160];
	if (h->protocol != CONTROL_PROTOCOL) {
		snprintf(message, sizeof message, "the helper speaks protocol %d, the client %" PRIu32,
			 CONTROL_PROTOCOL, h->protocol);
		reply_refuse(q->reply, "protocol", "protocol", message);
		return;
	}
	if (h->layout_hash.length != strlen(WIRE_LAYOUT_HASH_TEXT) ||
	    memcmp(h->layout_hash.bytes, WIRE_LAYOUT_HASH_TEXT, h->layout_hash.length) != 0) {
		snprintf(message, sizeof message, "the helper was built with event layout %s, the client with %.*s",
			 WIRE_LAYOUT_HASH_TEXT, (int)h->layout_hash.length, h->layout_hash.bytes);
		reply_refuse(q->reply, "layout", "layout_hash", message);
		return;
	}
	if (h->role == REQUEST_HELLO_ROLE_WRITER && !q->dispatcher->claim_writer(q->dispatcher->owner, q->peer)) {
		reply_refuse(q->reply, "busy", "role", "another client holds the writer's role");
		return;
	}
	q->peer->hello = true;
	q->peer->writer = h->role == REQUEST_HELLO_ROLE_WRITER;
	struct hello_info info = { 0 };
	ops->hello(q->dispatcher->ctx, &info);
	reply_unsigned(q->reply, "protocol", CONTROL_PROTOCOL);
	reply_text(q->reply, "layout_hash", WIRE_LAYOUT_HASH_TEXT);
	reply_text(q->reply, "version", info.version);
	reply_unsigned(q->reply, "start_id", info.start_id);
	reply_unsigned(q->reply, "generation", info.generation);
	reply_text(q->reply, "hash", info.hash);
	reply_unsigned(q->reply, "workers", info.workers);
	reply_list_open(q->reply, "rings");
	for (uint32_t i = 0; i < info.workers; i++)
		reply_text(q->reply, NULL, info.rings[i]);
	reply_close(q->reply);
}

static void
applied(const struct request *q, uint32_t generation, const char *hash, bool unchanged)
{
	reply_unsigned(q->reply, "generation", generation);
	reply_text(q->reply, "hash", hash);
	reply_boolean(q->reply, "unchanged", unchanged);
}

/* A generation names one configuration for ever: frames carry it, and names are looked up by it. So it only rises, and
 * comes again only with the same content: a client that lost the reply may repeat its request. */
static void
handle_apply_snapshot(const struct request *q, const void *body)
{
	const struct request_apply_snapshot *a = body;
	const struct control_ops *ops = q->dispatcher->ops;
	struct refusal why = { .code = "internal", .message = "refused without a reason" };
	struct hello_info now = { 0 };
	ops->hello(q->dispatcher->ctx, &now);
	struct snapshot *s = snapshot_decode(a->snapshot.bytes, a->snapshot.length, &why);
	if (!s) {
		reply_refuse(q->reply, why.code, why.path, why.message);
		return;
	}
	uint32_t generation = s->generation;
	char hash[sizeof s->hash];
	memcpy(hash, s->hash, sizeof hash);
	if (now.generation == generation && now.hash && strcmp(now.hash, hash) == 0) {
		snapshot_free(s);
		applied(q, generation, hash, true);
		return;
	}
	if (generation <= now.generation) {
		snapshot_free(s);
		snprintf(why.message, sizeof why.message,
			 "expected more than %" PRIu32 ", which is in force, found %" PRIu32, now.generation,
			 generation);
		reply_refuse(q->reply, "generation", "generation", why.message);
		return;
	}
	if (ops->apply(q->dispatcher->ctx, s, &why) != 0) {
		snapshot_free(s);
		reply_refuse(q->reply, why.code, why.path, why.message);
		return;
	}
	applied(q, generation, hash, false);
}

/* ---- what the tables cannot say ---- */

static bool
prefix_allowed(const struct request_prefix *p, const char *path, struct reply *r)
{
	if (p->length <= p->address.length * 8)
		return true;
	char message[64];
	snprintf(message, sizeof message, "expected 0..%" PRIu32 ", found %" PRIu32, p->address.length * 8, p->length);
	reply_refuse(r, "bound", path, message);
	return false;
}

static bool
filter_allowed(const struct request_session_filter *f, struct reply *r)
{
	return (!f->has_source_prefix || prefix_allowed(&f->source_prefix, "filter.source_prefix.length", r)) &&
	       (!f->has_destination_prefix ||
		prefix_allowed(&f->destination_prefix, "filter.destination_prefix.length", r));
}

static void
handle_sessions(const struct request *q, const void *body)
{
	const struct request_sessions *s = body;
	if (!s->has_filter || filter_allowed(&s->filter, q->reply))
		q->dispatcher->ops->sessions(q->dispatcher->ctx, s, q->reply);
}

static void
handle_clear_sessions(const struct request *q, const void *body)
{
	const struct request_clear_sessions *s = body;
	if (!s->has_filter || filter_allowed(&s->filter, q->reply))
		q->dispatcher->ops->clear_sessions(q->dispatcher->ctx, s, q->reply);
}

static void
handle_explain(const struct request *q, const void *body)
{
	const struct request_explain *e = body;
	if (e->source.length != e->destination.length)
		reply_refuse(q->reply, "conflict", "destination", "source and destination are of different families");
	else if (e->unit == 0 && e->zone == 0)
		reply_refuse(q->reply, "missing", "unit", "expected a unit or a zone");
	else
		q->dispatcher->ops->explain(q->dispatcher->ctx, e, q->reply);
}

static void
handle_status(const struct request *q, const void *body)
{
	q->dispatcher->ops->status(q->dispatcher->ctx, q->reply);
}

static void
handle_counters(const struct request *q, const void *body)
{
	q->dispatcher->ops->counters(q->dispatcher->ctx, q->reply);
}

static void
handle_filters(const struct request *q, const void *body)
{
	q->dispatcher->ops->filters(q->dispatcher->ctx, q->reply);
}

static void
handle_clear_filters(const struct request *q, const void *body)
{
	q->dispatcher->ops->clear_filters(q->dispatcher->ctx, body, q->reply);
}

static void
handle_nat(const struct request *q, const void *body)
{
	q->dispatcher->ops->nat(q->dispatcher->ctx, q->reply);
}

static void
handle_bindings(const struct request *q, const void *body)
{
	q->dispatcher->ops->bindings(q->dispatcher->ctx, body, q->reply);
}

static void
handle_neighbors(const struct request *q, const void *body)
{
	q->dispatcher->ops->neighbors(q->dispatcher->ctx, body, q->reply);
}

static void
handle_routes(const struct request *q, const void *body)
{
	q->dispatcher->ops->routes(q->dispatcher->ctx, body, q->reply);
}

static void
handle_shutdown(const struct request *q, const void *body)
{
	q->dispatcher->ops->shutdown(q->dispatcher->ctx, q->reply);
}

enum {
	AFTER_HELLO = 1 << 0,
	WRITER = 1 << 1,
	ONCE = 1 << 2,
};

/* entry: every request that there is; what is not here does not exist. */
static const struct entry {
	const char *type;
	unsigned flags;
	const struct schema_map *map;
	void (*handle)(const struct request *q, const void *body);
} entries[] = {
	{ "hello", ONCE, &request_hello_map, handle_hello },
	{ "apply_snapshot", AFTER_HELLO | WRITER, &request_apply_snapshot_map, handle_apply_snapshot },
	{ "status", AFTER_HELLO, &request_status_map, handle_status },
	{ "counters", AFTER_HELLO, &request_counters_map, handle_counters },
	{ "sessions", AFTER_HELLO, &request_sessions_map, handle_sessions },
	{ "clear_sessions", AFTER_HELLO | WRITER, &request_clear_sessions_map, handle_clear_sessions },
	{ "filters", AFTER_HELLO, &request_filters_map, handle_filters },
	{ "clear_filters", AFTER_HELLO | WRITER, &request_clear_filters_map, handle_clear_filters },
	{ "nat", AFTER_HELLO, &request_nat_map, handle_nat },
	{ "bindings", AFTER_HELLO, &request_bindings_map, handle_bindings },
	{ "neighbors", AFTER_HELLO, &request_neighbors_map, handle_neighbors },
	{ "routes", AFTER_HELLO, &request_routes_map, handle_routes },
	{ "explain", AFTER_HELLO, &request_explain_map, handle_explain },
	{ "shutdown", AFTER_HELLO | WRITER, &request_shutdown_map, handle_shutdown },
};

union body {
	struct request_hello hello;
	struct request_apply_snapshot apply_snapshot;
	struct request_status status;
	struct request_counters counters;
	struct request_sessions sessions;
	struct request_clear_sessions clear_sessions;
	struct request_filters filters;
	struct request_clear_filters clear_filters;
	struct request_nat nat;
	struct request_bindings bindings;
	struct request_neighbors neighbors;
	struct request_routes routes;
	struct request_explain explain;
	struct request_shutdown shutdown;
};

/* envelope looks for id and type, wherever they stand, and stops when it has both: the rest is checked by the table. */
static bool
envelope(const void *message, uint32_t length, uint32_t *id, struct token *type)
{
	struct cursor c = { .at = message, .end = (const uint8_t *)message + length };
	struct token map = cursor_next(&c);
	bool has_id = false, has_type = false;
	if (map.kind != CURSOR_MAP)
		return false;
	for (uint32_t i = 0; i < map.count && !(has_id && has_type); i++) {
		struct token key = cursor_next(&c);
		if (key.kind != CURSOR_TEXT)
			return false;
		if (key.count == 2 && memcmp(key.bytes, "id", 2) == 0) {
			struct token value = cursor_next(&c);
			if (value.kind != CURSOR_INTEGER || value.integer < 1 || value.integer > UINT32_MAX)
				return false;
			*id = (uint32_t)value.integer;
			has_id = true;
		} else if (key.count == 4 && memcmp(key.bytes, "type", 4) == 0) {
			*type = cursor_next(&c);
			if (type->kind != CURSOR_TEXT)
				return false;
			has_type = true;
		} else if (!cursor_skip(&c)) {
			return false;
		}
	}
	return has_id && has_type;
}

static const struct entry *
entry_find(const struct token *type)
{
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
		if (strlen(entries[i].type) == type->count && memcmp(entries[i].type, type->bytes, type->count) == 0)
			return &entries[i];
	return NULL;
}

/* allowed refuses what this peer may not ask now. */
static bool
allowed(const struct entry *e, const struct peer *p, struct reply *r)
{
	if (e->flags & AFTER_HELLO && !p->hello)
		reply_refuse(r, "hello-first", "type", "the first request must be hello");
	else if (e->flags & ONCE && p->hello)
		reply_refuse(r, "hello-twice", "type", "hello was said before");
	else if (e->flags & WRITER && !p->writer)
		reply_refuse(r, "role", "type", "only the writer may ask for this");
	else
		return true;
	return false;
}

/* answer returns false when the message was malformed. */
static bool
answer(const struct request *q, const struct token *type, const void *message, uint32_t length)
{
	const struct entry *e = entry_find(type);
	if (!e) {
		reply_refuse(q->reply, "unknown-request", "type", "there is no such request");
		return true;
	}
	if (!allowed(e, q->peer, q->reply))
		return true;
	struct arena *arena = arena_create();
	struct refusal why = { .code = "memory", .message = "not enough memory" };
	union body body;
	bool read = arena && schema_read(e->map, message, length, arena, &body, &why);
	if (read)
		e->handle(q, &body);
	else
		reply_refuse(q->reply, why.code, why.path, why.message);
	arena_destroy(arena);
	return read || strcmp(why.code, "malformed") != 0;
}

bool
dispatch(const struct dispatcher *d, struct peer *p, const void *message, uint32_t message_length, uint8_t **bytes,
	 size_t *length)
{
	uint32_t id = 0;
	struct token type;
	*bytes = NULL;
	*length = 0;
	if (!envelope(message, message_length, &id, &type)) {
		*bytes = dispatch_refusal("malformed", "expected a map with id and type", length);
		return false;
	}
	struct request q = { .dispatcher = d, .peer = p, .reply = reply_create(id) };
	if (!q.reply)
		return true;
	bool good = answer(&q, &type, message, message_length);
	if (!reply_finish(q.reply, bytes, length))
		*bytes = NULL;
	return good;
}

uint8_t *
dispatch_refusal(const char *code, const char *message, size_t *length)
{
	struct reply *r = reply_create(0);
	uint8_t *bytes = NULL;
	if (!r)
		return NULL;
	reply_refuse(r, code, "", message);
	return reply_finish(r, &bytes, length) ? bytes : NULL;
}
