/* control_fuzz.c: any bytes as what a peer sends, in pieces of any size: each message gets one reply, and only what the
 * roles allow reaches an operation. The first byte chooses the pieces, and whether hello was said before.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "control/dispatch.h"
#include "control/framing.h"

static struct peer peer;

static void
op_hello(void *ctx, struct hello_info *info)
{
	static const char *const rings[] = { "/run/ringwall/ring.0", "/run/ringwall/ring.1" };
	*info = (struct hello_info){
		.start_id = 1, .generation = 3, .hash = "", .workers = 2, .rings = rings, .version = "fuzz"
	};
}

static int
op_apply(void *ctx, struct snapshot *s, struct refusal *why)
{
	assert(peer.writer && s->generation > 3);
	snapshot_free(s);
	return 0;
}

static void
op_plain(void *ctx, struct reply *r)
{
	assert(peer.hello);
	reply_list_open(r, "list");
	reply_map_open(r, NULL);
	reply_integer(r, "value", -5);
	reply_close(r);
	reply_close(r);
}

static void
op_sessions(void *ctx, const struct request_sessions *q, struct reply *r)
{
	assert(peer.hello && q->limit >= 1 && q->limit <= 500);
	assert(!q->filter.has_source_prefix ||
	       q->filter.source_prefix.length <= q->filter.source_prefix.address.length * 8);
	reply_unsigned(r, "next", q->after);
}

static void
op_clear_sessions(void *ctx, const struct request_clear_sessions *q, struct reply *r)
{
	assert(peer.writer);
	reply_unsigned(r, "cleared", 0);
}

static void
op_clear_filters(void *ctx, const struct request_clear_filters *q, struct reply *r)
{
	assert(peer.writer && q->generation > 0);
	for (uint32_t i = 0; i < q->counters_count; i++)
		assert(q->counters[i] < 262144);
	for (uint32_t i = 0; i < q->policers_count; i++)
		assert(q->policers[i] < 65536);
}

static void
op_bindings(void *ctx, const struct request_bindings *q, struct reply *r)
{
	assert(peer.hello && q->limit <= 500);
}

static void
op_neighbors(void *ctx, const struct request_neighbors *q, struct reply *r)
{
	assert(peer.hello && q->limit <= 500);
}

static void
op_routes(void *ctx, const struct request_routes *q, struct reply *r)
{
	assert(peer.hello && q->limit <= 500);
}

static void
op_explain(void *ctx, const struct request_explain *q, struct reply *r)
{
	assert(peer.hello && q->source.length == q->destination.length && (q->unit || q->zone));
	reply_bytes(r, "source", q->source.bytes, q->source.length);
}

static void
op_shutdown(void *ctx, struct reply *r)
{
	assert(peer.writer);
}

static bool
claim_writer(void *owner, struct peer *p)
{
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct control_ops ops = { .hello = op_hello,
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
						.shutdown = op_shutdown };
	const struct dispatcher d = { .ops = &ops, .claim_writer = claim_writer };
	struct frame_in in = { .header_used = 0 };
	if (size == 0)
		return 0;
	size_t piece = (size_t)(data[0] & 0x3f) + 1;
	bool open = true;
	peer = (struct peer){ .hello = data[0] & 0xc0, .writer = data[0] & 0x80 };
	for (size_t at = 1; open && at < size;) {
		size_t room;
		uint8_t *to = frame_in_room(&in, &room);
		assert(to && room > 0);
		size_t count = size - at < room ? size - at : room;
		if (count > piece)
			count = piece;
		memcpy(to, data + at, count);
		at += count;
		enum frame_state state = frame_in_add(&in, count, peer.writer ? 64 << 20 : 64 << 10);
		if (state == FRAME_LENGTH)
			break;
		if (state == FRAME_MORE)
			continue;
		uint8_t *bytes;
		size_t length;
		open = dispatch(&d, &peer, in.body, in.length, &bytes, &length);
		assert(bytes && length > FRAME_HEADER);
		free(bytes);
		frame_in_reset(&in);
	}
	frame_in_free(&in);
	return 0;
}
