/* dispatch_test.c: every request meets its checks before its function; a refused snapshot leaves the one in force
 * alone. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/flip.h"

#include "control/dispatch.h"
#include "control/framing.h"
#include "snapshot/schema_gen.h"

/* engine: what the operations were asked for. */
static struct engine {
	struct snapshot *current;
	unsigned calls, applies;
	bool refuse_apply;
	uint64_t filter_id;
	uint32_t filter_port;
	uint32_t cleared_counters, cleared_last;
} engine;

static void
op_hello(void *ctx, struct hello_info *info)
{
	static const char *const rings[] = { "/run/ring.0", "/run/ring.1" };
	*info = (struct hello_info){
		.start_id = 1ull << 40,
		.generation = engine.current ? engine.current->generation : 0,
		.hash = engine.current ? engine.current->hash : "",
		.workers = 2,
		.rings = rings,
		.version = "test",
	};
}

static int
op_apply(void *ctx, struct snapshot *s, struct refusal *why)
{
	engine.calls++;
	if (engine.refuse_apply) {
		*why = (struct refusal){ .code = "device", .path = "ports[0].device", .message = "no such device" };
		return -1;
	}
	engine.applies++;
	snapshot_free(engine.current);
	engine.current = s;
	return 0;
}

static void
op_plain(void *ctx, struct reply *r)
{
	engine.calls++;
}

static void
op_sessions(void *ctx, const struct request_sessions *q, struct reply *r)
{
	engine.calls++;
	engine.filter_id = q->has_filter && q->filter.has_id ? q->filter.id : 0;
	engine.filter_port = q->has_filter && q->filter.has_port ? q->filter.port : UINT32_MAX;
	reply_unsigned(r, "next", 0);
	reply_list_open(r, "sessions");
	reply_close(r);
}

static void
op_clear_sessions(void *ctx, const struct request_clear_sessions *q, struct reply *r)
{
	engine.calls++;
	reply_unsigned(r, "cleared", 5);
}

static void
op_clear_filters(void *ctx, const struct request_clear_filters *q, struct reply *r)
{
	engine.calls++;
	engine.cleared_counters = q->counters_count;
	engine.cleared_last = q->counters_count > 0 ? q->counters[q->counters_count - 1] : UINT32_MAX;
}

static void
op_bindings(void *ctx, const struct request_bindings *q, struct reply *r)
{
	engine.calls++;
}

static void
op_neighbors(void *ctx, const struct request_neighbors *q, struct reply *r)
{
	engine.calls++;
	reply_refuse(r, "later", "after", "not now");
	reply_unsigned(r, "next", 0); /* what comes behind a refusal is dropped */
}

static void
op_routes(void *ctx, const struct request_routes *q, struct reply *r)
{
	engine.calls++;
	char text[1024];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	reply_list_open(r, "routes");
	for (uint32_t i = 0; i < REPLY_MAX_BYTES / 512 && !reply_full(r); i++)
		reply_text(r, NULL, text);
	reply_close(r);
}

static void
op_explain(void *ctx, const struct request_explain *q, struct reply *r)
{
	engine.calls++;
}

static const struct control_ops ops = {
	.hello = op_hello,
	.apply = op_apply,
	.status = op_plain,
	.counters = op_plain,
	.sessions = op_sessions,
	.clear_sessions = op_clear_sessions,
	.filters = op_plain,
	.clear_filters = op_clear_filters,
	.nat = op_plain,
	.bindings = op_bindings,
	.neighbors = op_neighbors,
	.routes = op_routes,
	.explain = op_explain,
	.shutdown = op_plain,
};

static bool writer_is_free = true;

static bool
claim_writer(void *owner, struct peer *p)
{
	return writer_is_free;
}

static const struct dispatcher dispatcher = { .ops = &ops, .claim_writer = claim_writer };

/* answer: one reply, unpacked. */
struct answer {
	msgpack_unpacked message;
	uint8_t *bytes; /* that `message` points into */
	bool open;      /* the connection stays */
	bool ok;
	uint64_t id;
	char code[32], path[160], text[256];
};

static const msgpack_object *
field_of(const msgpack_object *map, const char *name)
{
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *kv = &map->via.map.ptr[i];
		if (kv->key.via.str.size == strlen(name) && memcmp(kv->key.via.str.ptr, name, strlen(name)) == 0)
			return &kv->val;
	}
	return NULL;
}

static void
text_of(const msgpack_object *map, const char *name, char *to, size_t room)
{
	const msgpack_object *o = field_of(map, name);
	snprintf(to, room, "%.*s", o ? (int)o->via.str.size : 0, o ? o->via.str.ptr : "");
}

static struct answer
ask_bytes(struct peer *p, const char *bytes, size_t length)
{
	struct answer a = { .ok = false };
	uint8_t *reply;
	size_t reply_length;
	a.open = dispatch(&dispatcher, p, bytes, (uint32_t)length, &reply, &reply_length);
	assert_non_null(reply);
	uint32_t announced =
	    (uint32_t)reply[0] | (uint32_t)reply[1] << 8 | (uint32_t)reply[2] << 16 | (uint32_t)reply[3] << 24;
	assert_int_equal(announced, reply_length - FRAME_HEADER);
	msgpack_unpacked_init(&a.message);
	size_t used = 0;
	assert_int_equal(
	    msgpack_unpack_next(&a.message, (char *)reply + FRAME_HEADER, reply_length - FRAME_HEADER, &used),
	    MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(used, reply_length - FRAME_HEADER);
	const msgpack_object *o = &a.message.data;
	a.ok = field_of(o, "ok")->via.boolean;
	a.id = field_of(o, "id")->via.u64;
	text_of(o, "code", a.code, sizeof a.code);
	text_of(o, "path", a.path, sizeof a.path);
	text_of(o, "message", a.text, sizeof a.text);
	a.bytes = reply;
	return a;
}

static void
answer_free(struct answer *a)
{
	msgpack_unpacked_destroy(&a->message);
	free(a->bytes);
}

static struct answer
ask(struct peer *p, const char *text)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	notation_pack(&packer, text);
	struct answer a = ask_bytes(p, buffer.data, buffer.size);
	msgpack_sbuffer_destroy(&buffer);
	return a;
}

/* asked is ask for those who want nothing but ok or code. */
static bool
asked(struct peer *p, const char *text, const char *code)
{
	struct answer a = ask(p, text);
	answer_free(&a);
	if (a.ok ? code != NULL : !code || strcmp(code, a.code) != 0)
		fail_msg("%s: expected %s, got %s at %s: %s", text, code ? code : "ok", a.ok ? "ok" : a.code, a.path,
			 a.text);
	return a.open;
}

#define HELLO(role)                                                                                                    \
	"{\"id\": 1, \"type\": \"hello\", \"protocol\": 1, \"layout_hash\": \"" WIRE_LAYOUT_HASH_TEXT                  \
	"\", \"role\": \"" role "\", \"client\": \"test\"}"

static int
reset(void **state)
{
	snapshot_free(engine.current);
	engine = (struct engine){ .current = NULL };
	writer_is_free = true;
	return 0;
}

static void
hello_tells_who_the_helper_is(void **state)
{
	struct peer p = { 0 };
	struct answer a = ask(&p, HELLO("reader"));
	assert_true(a.ok && a.open && p.hello && !p.writer);
	assert_int_equal(a.id, 1);
	assert_int_equal(field_of(&a.message.data, "start_id")->via.u64, 1ull << 40);
	assert_int_equal(field_of(&a.message.data, "generation")->via.u64, 0);
	assert_int_equal(field_of(&a.message.data, "rings")->via.array.size, 2);
	char hash[64];
	text_of(&a.message.data, "layout_hash", hash, sizeof hash);
	assert_string_equal(hash, WIRE_LAYOUT_HASH_TEXT);
	answer_free(&a);
}

static void
a_mismatch_is_refused_by_name_with_both_values(void **state)
{
	struct peer p = { 0 };
	struct answer a = ask(&p, "{\"id\": 9, \"type\": \"hello\", \"protocol\": 2, \"layout_hash\": \"00\", "
				  "\"role\": \"writer\", \"client\": \"c\"}");
	assert_string_equal(a.code, "protocol");
	assert_string_equal(a.text, "the helper speaks protocol 1, the client 2");
	assert_int_equal(a.id, 9);
	answer_free(&a);
	a = ask(&p, "{\"id\": 1, \"type\": \"hello\", \"protocol\": 1, \"layout_hash\": \"00ff\", \"role\": "
		    "\"writer\", \"client\": \"c\"}");
	assert_string_equal(a.code, "layout");
	assert_string_equal(a.path, "layout_hash");
	assert_string_equal(a.text,
			    "the helper was built with event layout " WIRE_LAYOUT_HASH_TEXT ", the client with 00ff");
	answer_free(&a);
	assert_false(p.hello || p.writer);
}

static void
hello_comes_first_and_once_and_roles_are_kept(void **state)
{
	static const char *const after_hello[] = { "status",         "counters", "shutdown",
						   "clear_sessions", "filters",  "clear_filters" };
	struct peer p = { 0 };
	for (size_t i = 0; i < sizeof after_hello / sizeof *after_hello; i++) {
		char text[64];
		snprintf(text, sizeof text, "{\"id\": 2, \"type\": \"%s\"}", after_hello[i]);
		assert_true(asked(&p, text, "hello-first"));
	}
	assert_true(asked(&p, HELLO("reader"), NULL));
	assert_true(asked(&p, HELLO("writer"), "hello-twice"));
	assert_false(p.writer);
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"clear_sessions\"}", "role"));
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"clear_filters\"}", "role"));
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"shutdown\"}", "role"));
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"apply_snapshot\", \"snapshot\": {}}", "role"));
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"reboot\"}", "unknown-request"));
	assert_int_equal(engine.calls, 0);
	assert_true(asked(&p, "{\"id\": 2, \"type\": \"status\"}", NULL));
	assert_int_equal(engine.calls, 1);

	struct peer q = { 0 };
	writer_is_free = false;
	assert_true(asked(&q, HELLO("writer"), "busy"));
	assert_false(q.hello);
	writer_is_free = true;
	assert_true(asked(&q, HELLO("writer"), NULL));
	assert_true(q.writer);
	assert_true(asked(&q, "{\"id\": 2, \"type\": \"clear_sessions\"}", NULL));
	assert_int_equal(engine.calls, 2);
}

static void
what_is_no_message_ends_the_connection(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} table[] = {
		{ "\xc1", 1 },
		{ "\x90", 1 },
		{ "\x80", 1 },
		{ "\x81\xa2id\x01", 5 },
		{ "\x82\xa2id\x00\xa4type\xa6status", 17 },
		{ "\x82\xa2id\xff\xa4type\xa6status", 17 },
		{ "\x82\xa2id\xcb\x3f\xf0\0\0\0\0\0\0\xa4type\xa6status", 25 },
		{ "\x82\xa2id\x01\xa4type\x07", 11 },
		{ "\x82\x01\x01\xa4type\xa6status", 15 },
		{ "\x82\xa2id\x01\xa4type\xa6status\xc0", 18 }, /* something follows */
		{ "\x82\xa2id\x01\xa4type\xa6statu", 16 },
		{ "\xdf\xff\xff\xff\xff", 5 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct peer p = { .hello = true };
		struct answer a = ask_bytes(&p, table[i].bytes, table[i].length);
		if (a.open || a.ok || strcmp(a.code, "malformed") != 0)
			fail_msg("message %zu: got %s, %s", i, a.open ? "open" : "closed", a.code);
		answer_free(&a);
	}
	assert_int_equal(engine.calls, 0);
	/* nested deeper than anybody needs */
	char deep[128] = "\x83\xa2id\x01\xa4type\xa6status\xa1x";
	size_t head = 20;
	memset(deep + head - 1, 0x91, 64);
	struct peer p = { .hello = true };
	struct answer a = ask_bytes(&p, deep, head + 64);
	assert_false(a.ok);
	answer_free(&a);
	assert_int_equal(engine.calls, 0);
}

static msgpack_unpacked
message_of(msgpack_sbuffer *buffer, const char *text)
{
	msgpack_packer packer;
	msgpack_unpacked unpacked;
	msgpack_sbuffer_init(buffer);
	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	notation_pack(&packer, text);
	msgpack_unpacked_init(&unpacked);
	assert_int_equal(msgpack_unpack_next(&unpacked, buffer->data, buffer->size, NULL), MSGPACK_UNPACK_SUCCESS);
	return unpacked;
}

/* A wrong id or type is no wrong field but no message, or an unknown request: refused all the same. */
static void
expect_request_refused(void *ctx, const char *bytes, size_t length, const char *code, const char *path, const char *how)
{
	const char *type = ctx;
	struct peer p = { .hello = strcmp(type, "hello") != 0, .writer = strcmp(type, "hello") != 0 };
	struct answer a = ask_bytes(&p, bytes, length);
	bool envelope = strcmp(path, "type") == 0 || strcmp(path, "id") == 0;
	bool malformed = strcmp(a.code, "malformed") == 0;
	if (a.ok || (!envelope && (strcmp(a.code, code) != 0 || strcmp(a.path, path) != 0)) || a.open == malformed)
		fail_msg("%s: %s, %s: expected %s, got %s at %s: %s", type, path, how, code, a.ok ? "ok" : a.code,
			 a.path, a.text);
	answer_free(&a);
	assert_int_equal(engine.calls, 0);
	assert_true(p.hello == (strcmp(type, "hello") != 0));
}

static void
every_field_of_every_request_is_refused_by_its_path_when_it_is_wrong(void **state)
{
#define FILTER                                                                                                         \
	"{\"id\": 5, \"source_prefix\": {\"address\": \"@10.0.0.0\", \"length\": 8}, "                                 \
	"\"destination_prefix\": {\"address\": \"@2001:db8::\", \"length\": 128}, "                                    \
	"\"protocol\": 6, \"port\": 443, \"policy_id\": 65536, \"zone\": 1}"
	static const struct {
		const char *type, *text;
		const struct schema_map *map;
	} table[] = {
		{ "hello", HELLO("reader"), &request_hello_map },
		{ "status", "{\"id\": 1, \"type\": \"status\"}", &request_status_map },
		{ "counters", "{\"id\": 1, \"type\": \"counters\"}", &request_counters_map },
		{ "sessions",
		  "{\"id\": 1, \"type\": \"sessions\", \"after\": 0, \"limit\": 10, \"filter\": " FILTER "}",
		  &request_sessions_map },
		{ "clear_sessions", "{\"id\": 1, \"type\": \"clear_sessions\", \"filter\": " FILTER "}",
		  &request_clear_sessions_map },
		{ "filters", "{\"id\": 1, \"type\": \"filters\"}", &request_filters_map },
		{ "nat", "{\"id\": 1, \"type\": \"nat\"}", &request_nat_map },
		{ "bindings", "{\"id\": 1, \"type\": \"bindings\", \"after\": 0, \"limit\": 10}",
		  &request_bindings_map },
		{ "clear_filters",
		  "{\"id\": 1, \"type\": \"clear_filters\", \"generation\": 3, \"counters\": [0, 5], \"policers\": "
		  "[1]}",
		  &request_clear_filters_map },
		{ "neighbors", "{\"id\": 1, \"type\": \"neighbors\", \"after\": 0, \"limit\": 10}",
		  &request_neighbors_map },
		{ "routes", "{\"id\": 1, \"type\": \"routes\", \"after\": 0, \"limit\": 10}", &request_routes_map },
		{ "explain",
		  "{\"id\": 1, \"type\": \"explain\", \"unit\": 1, \"zone\": 0, \"source\": \"@10.0.0.1\", "
		  "\"destination\": "
		  "\"@10.0.0.2\", \"protocol\": 6, \"source_port\": 1, \"destination_port\": 2, \"icmp_type\": 0, "
		  "\"icmp_code\": 0}",
		  &request_explain_map },
		{ "shutdown", "{\"id\": 1, \"type\": \"shutdown\"}", &request_shutdown_map },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		msgpack_sbuffer buffer;
		msgpack_unpacked message = message_of(&buffer, table[i].text);
		struct flip f = { .message = &message.data,
				  .each = expect_request_refused,
				  .ctx = (void *)table[i].type };
		flip_map(&f, table[i].map, &message.data, "");
		assert_int_equal(f.seen_count, flip_fields(table[i].map, &(struct flip_maps){ .count = 0 }));
		struct peer p = { .hello = i > 0, .writer = true };
		assert_true(asked(&p, table[i].text,
				  strcmp(table[i].type, "neighbors") == 0 ? "later"
				  : strcmp(table[i].type, "routes") == 0  ? "too-large"
									  : NULL));
		assert_int_equal(engine.calls, i > 0);
		engine.calls = 0;
		msgpack_unpacked_destroy(&message);
		msgpack_sbuffer_destroy(&buffer);
	}
}

static void
what_connects_a_requests_fields_is_checked(void **state)
{
	struct peer p = { .hello = true, .writer = true };
	static const struct {
		const char *text, *code, *path;
	} table[] = {
		{ "{\"id\": 1, \"type\": \"sessions\", \"after\": 0, \"limit\": 1, \"filter\": {\"source_prefix\": "
		  "{\"address\": "
		  "\"@10.0.0.0\", \"length\": 33}}}",
		  "bound", "filter.source_prefix.length" },
		{ "{\"id\": 1, \"type\": \"clear_sessions\", \"filter\": {\"destination_prefix\": {\"address\": "
		  "\"@10.0.0.0\", "
		  "\"length\": 64}}}",
		  "bound", "filter.destination_prefix.length" },
		{ "{\"id\": 1, \"type\": \"explain\", \"unit\": 0, \"zone\": 0, \"source\": \"@10.0.0.1\", "
		  "\"destination\": "
		  "\"@10.0.0.2\", \"protocol\": 6, \"source_port\": 1, \"destination_port\": 2, \"icmp_type\": 0, "
		  "\"icmp_code\": 0}",
		  "missing", "unit" },
		{ "{\"id\": 1, \"type\": \"explain\", \"unit\": 1, \"zone\": 0, \"source\": \"@::1\", \"destination\": "
		  "\"@10.0.0.2\", \"protocol\": 6, \"source_port\": 1, \"destination_port\": 2, \"icmp_type\": 0, "
		  "\"icmp_code\": 0}",
		  "conflict", "destination" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct answer a = ask(&p, table[i].text);
		assert_false(a.ok);
		assert_string_equal(a.code, table[i].code);
		assert_string_equal(a.path, table[i].path);
		answer_free(&a);
	}
	assert_int_equal(engine.calls, 0);
	assert_true(
	    asked(&p,
		  "{\"id\": 1, \"type\": \"sessions\", \"after\": 0, \"limit\": 1, \"filter\": {\"id\": 6000000000, "
		  "\"port\": 0}}",
		  NULL));
	assert_int_equal(engine.filter_id, 6000000000ull);
	assert_int_equal(engine.filter_port, 0);
	assert_true(asked(&p,
			  "{\"id\": 1, \"type\": \"clear_filters\", \"generation\": 3, \"counters\": [0, 5, 262143], "
			  "\"policers\": []}",
			  NULL));
	assert_int_equal(engine.cleared_counters, 3);
	assert_int_equal(engine.cleared_last, 262143);
}

/* ---- snapshots ---- */

static void
apply_pack(msgpack_sbuffer *buffer, const char *snapshot, size_t length)
{
	msgpack_packer packer;
	msgpack_sbuffer_init(buffer);
	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	notation_pack(&packer, "{\"id\": 3, \"type\": \"apply_snapshot\"}");
	buffer->data[0]++; /* one more field */
	msgpack_pack_str_with_body(&packer, "snapshot", 8);
	msgpack_pack_str_body(&packer, snapshot, length);
}

static struct answer
apply(struct peer *p, const char *snapshot, size_t length)
{
	msgpack_sbuffer buffer;
	apply_pack(&buffer, snapshot, length);
	struct answer a = ask_bytes(p, buffer.data, buffer.size);
	msgpack_sbuffer_destroy(&buffer);
	return a;
}

static void
expect_snapshot_refused(void *ctx, const char *bytes, size_t length, const char *code, const char *path,
			const char *how)
{
	struct peer p = { .hello = true, .writer = true };
	struct snapshot *before = engine.current;
	struct answer a = apply(&p, bytes, length);
	bool malformed = strcmp(code, "malformed") == 0;
	if (a.ok || strcmp(a.code, code) != 0 || (!malformed && strcmp(a.path, path) != 0))
		fail_msg("%s, %s: expected %s, got %s at %s: %s", path, how, code, a.ok ? "ok" : a.code, a.path,
			 a.text);
	answer_free(&a);
	assert_int_equal(a.open, !malformed);
	assert_ptr_equal(engine.current, before);
	assert_int_equal(engine.applies, 1);
}

static void
a_snapshot_with_one_wrong_field_leaves_the_one_in_force(void **state)
{
	msgpack_sbuffer buffer;
	char *text = notation_file(NOTATION_SAMPLE);
	msgpack_unpacked sample = message_of(&buffer, text);
	struct peer p = { .hello = true, .writer = true };
	struct answer a = apply(&p, buffer.data, buffer.size);
	assert_true(a.ok);
	answer_free(&a);
	assert_int_equal(engine.applies, 1);
	assert_int_equal(engine.current->generation, 7);

	struct flip f = { .message = &sample.data, .each = expect_snapshot_refused };
	flip_map(&f, &given_snapshot_map, &sample.data, "");
	assert_true(f.count > 3000);
	assert_int_equal(engine.current->generation, 7);
	assert_string_equal(engine.current->zone[1].name, "trust");
	msgpack_unpacked_destroy(&sample);
	msgpack_sbuffer_destroy(&buffer);
	free(text);
}

static struct answer
apply_generation(uint32_t generation, char digit)
{
	struct peer p = { .hello = true, .writer = true };
	msgpack_sbuffer buffer, edited;
	msgpack_packer packer;
	char *text = notation_file(NOTATION_SAMPLE);
	char *hash = strstr(text, "\"hash\": \"") + 9, *number = strstr(text, "\"generation\": ") + 14;
	*hash = digit;
	*number = (char)('0' + generation);
	msgpack_unpacked sample = message_of(&buffer, text);
	msgpack_sbuffer_init(&edited);
	msgpack_packer_init(&packer, &edited, msgpack_sbuffer_write);
	msgpack_pack_object(&packer, sample.data);
	struct answer a = apply(&p, edited.data, edited.size);
	msgpack_sbuffer_destroy(&edited);
	msgpack_unpacked_destroy(&sample);
	msgpack_sbuffer_destroy(&buffer);
	free(text);
	return a;
}

static void
generations_only_rise_and_mean_one_content(void **state)
{
	struct answer a = apply_generation(5, 'a');
	assert_true(a.ok);
	assert_int_equal(field_of(&a.message.data, "generation")->via.u64, 5);
	assert_false(field_of(&a.message.data, "unchanged")->via.boolean);
	answer_free(&a);
	a = apply_generation(5, 'a');
	assert_true(a.ok);
	assert_true(field_of(&a.message.data, "unchanged")->via.boolean);
	answer_free(&a);
	assert_int_equal(engine.applies, 1);
	a = apply_generation(5, 'b');
	assert_string_equal(a.code, "generation");
	assert_string_equal(a.text, "expected more than 5, which is in force, found 5");
	answer_free(&a);
	a = apply_generation(4, 'a');
	assert_string_equal(a.code, "generation");
	answer_free(&a);
	assert_int_equal(engine.applies, 1);
	a = apply_generation(6, 'a');
	assert_true(a.ok);
	answer_free(&a);
	assert_int_equal(engine.applies, 2);

	engine.refuse_apply = true;
	a = apply_generation(7, 'a');
	assert_string_equal(a.code, "device");
	assert_string_equal(a.path, "ports[0].device");
	answer_free(&a);
	assert_int_equal(engine.current->generation, 6);
}

static void
a_handlers_refusal_replaces_what_it_wrote(void **state)
{
	struct peer p = { .hello = true };
	struct answer a = ask(&p, "{\"id\": 4, \"type\": \"neighbors\", \"after\": 0, \"limit\": 1}");
	assert_false(a.ok);
	assert_int_equal(a.id, 4);
	assert_string_equal(a.code, "later");
	assert_null(field_of(&a.message.data, "next"));
	answer_free(&a);
}

static void
a_reply_beyond_its_bound_becomes_a_refusal(void **state)
{
	struct peer p = { .hello = true };
	struct answer a = ask(&p, "{\"id\": 4, \"type\": \"routes\", \"after\": 0, \"limit\": 1}");
	assert_false(a.ok);
	assert_true(a.open);
	assert_string_equal(a.code, "too-large");
	assert_int_equal(a.id, 4);
	answer_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(hello_tells_who_the_helper_is, reset),
		cmocka_unit_test_teardown(a_mismatch_is_refused_by_name_with_both_values, reset),
		cmocka_unit_test_teardown(hello_comes_first_and_once_and_roles_are_kept, reset),
		cmocka_unit_test_teardown(what_is_no_message_ends_the_connection, reset),
		cmocka_unit_test_teardown(every_field_of_every_request_is_refused_by_its_path_when_it_is_wrong, reset),
		cmocka_unit_test_teardown(what_connects_a_requests_fields_is_checked, reset),
		cmocka_unit_test_teardown(a_snapshot_with_one_wrong_field_leaves_the_one_in_force, reset),
		cmocka_unit_test_teardown(generations_only_rise_and_mean_one_content, reset),
		cmocka_unit_test_teardown(a_handlers_refusal_replaces_what_it_wrote, reset),
		cmocka_unit_test_teardown(a_reply_beyond_its_bound_becomes_a_refusal, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
