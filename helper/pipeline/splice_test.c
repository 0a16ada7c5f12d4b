/* splice_test.c: connections through a SYN flood: what the client and the server see of each other, segment by segment, on every
 * path, and what comes of those that mean no connection. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "packet/handshake.h"
#include "pipeline/fixture.h"
#include "pipeline/stage.h"
#include "screen/tracker.h"
#include "snapshot/build_nat.h"

#define SECOND 1000000000ull
enum { CLIENT_START = 0xfffffff0, SERVER_START = 0x80000000, THRESHOLD = 1, ALARM = 3, QUEUE = 2, TIMEOUT = 9 };
enum { CLIENT_PORT = 40000, SERVER_PORT = 80, NO_SCALE = 255 };

/* lab: a zone with SYN cookies, a client in it and a server behind another one. */
struct lab {
	struct fixture *f;
	struct screen screen;
	const char *client, *server; /* addresses */
	const char *outer;           /* the client's, as the server sees it */
	const char *real;            /* the server's own, if its clients know it by another */
	uint16_t outer_port;
	uint32_t cookie;
	struct arena *arena;
	struct nat nat;
};

static struct lab *
lab_new(bool inet6)
{
	struct lab *l = calloc(1, sizeof *l);
	struct fixture *f = l->f = fixture_new(64);
	struct zone *z = &f->zone[TRUST];
	l->client = l->outer = inet6 ? "2001:db8:1::2" : "10.0.1.2";
	l->server = inet6 ? "2001:db8:2::2" : "10.0.2.2";
	l->outer_port = CLIENT_PORT;
	l->screen = (struct screen){ .name = "outside",
				     .extension_limit = SCREEN_LIMIT_OFF,
				     .rates = SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(SYN_COOKIE) | SCREEN_BIT(SYN_QUEUE),
				     .syn_timeout_s = TIMEOUT };
	l->screen.threshold[SCREEN_ID_SYN_FLOOD] = THRESHOLD;
	l->screen.threshold[SCREEN_ID_SYN_COOKIE] = ALARM;
	l->screen.threshold[SCREEN_ID_SYN_QUEUE] = QUEUE;
	z->screen = &l->screen;
	z->tracker[SCREEN_ID_SYN_FLOOD] = tracker_create(TRACKER_RATE);
	z->tracker[SCREEN_ID_SYN_COOKIE] = tracker_create(TRACKER_RATE);
	z->tracker[SCREEN_ID_SYN_QUEUE] = tracker_create(TRACKER_LIMIT);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_neighbour(f, 1, l->client);
	fixture_neighbour(f, 2, l->server);
	return l;
}

static void
lab_free(struct lab *l)
{
	struct tracker *tracker[SCREENS];
	memcpy(tracker, l->f->zone[TRUST].tracker, sizeof tracker);
	assert_int_equal(l->f->free_count, FIXTURE_FRAMES);
	fixture_free(l->f);
	for (unsigned id = 0; id < SCREENS; id++)
		tracker_release(tracker[id]);
	for (uint32_t i = 0; i < l->nat.set_count; i++)
		classify_free(l->nat.set[i].classifier);
	if (l->arena)
		arena_destroy(l->arena);
	free(l);
}

/* segment: a TCP segment of a client or of the server, with data behind it. */
struct segment {
	struct handshake h;
	const uint8_t *options; /* instead of those of a SYN */
	uint8_t options_length;
	uint16_t payload;
	uint16_t client_port; /* 0: CLIENT_PORT */
};

static uint16_t
write_segment(const struct lab *l, uint8_t *ip, bool from_server, const struct segment *s)
{
	uint8_t family;
	uint16_t port = s->client_port ? s->client_port : CLIENT_PORT;
	struct flow_key k = { .protocol = PROTOCOL_TCP };
	k.source = fixture_address(l->client, &family);
	k.destination = fixture_address(l->server, &family);
	k.source_port = htons(port);
	k.destination_port = htons(SERVER_PORT);
	k.family = family;
	if (from_server) {
		k = flow_key_reverse(&k);
		k.source = fixture_address(l->real ? l->real : l->server, &family);
		k.destination = fixture_address(l->outer, &family);
		k.family = family;
		k.destination_port = htons(l->outer == l->client ? port : l->outer_port);
	}
	struct handshake h = s->h;
	h.scale = h.mss ? h.scale : NO_SCALE;
	h.window = h.window ? h.window : 1000;
	uint16_t length = handshake_build(ip, &k, &h), more = (uint16_t)(s->options_length + s->payload);
	if (more == 0)
		return length;
	uint16_t l4 = (uint16_t)(length - TCP_HEADER);
	if (s->options_length)
		memcpy(ip + length, s->options, s->options_length);
	for (uint16_t i = 0; i < s->payload; i++)
		ip[length + s->options_length + i] = (uint8_t)(i * 7 + 1);
	length = (uint16_t)(length + more);
	ip[l4 + 12] = (uint8_t)((TCP_HEADER + s->options_length) / 4 << 4);
	if (family == ADDRESS_FAMILY_INET6) {
		store16(ip + 4, (uint16_t)(length - IPV6_HEADER));
	} else {
		store16(ip + 2, length);
		memset(ip + IPV4_CHECKSUM_AT, 0, 2);
		uint16_t sum = checksum_finish(checksum_add(0, ip, IPV4_HEADER));
		memcpy(ip + IPV4_CHECKSUM_AT, &sum, 2);
	}
	struct packet p = { .data = ip, .length = length };
	assert_int_equal(packet_parse_l3(&p), DROP_REASON_NONE);
	rewrite_checksum_complete(&p);
	return length;
}

static enum verdict
send_bytes(struct lab *l, uint16_t unit, const uint8_t *ip, uint16_t length)
{
	struct fixture *f = l->f;
	uint64_t frame;
	uint8_t *data;
	assert_true(fixture_take(f, &frame, &data));
	memcpy(data, f->ports[f->unit[unit].port].mac, 6);
	memcpy(data + 6, (const uint8_t[]){ 6, 0, 0, 0, (uint8_t)unit, 9 }, 6);
	store16(data + 12, ip[0] >> 4 == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	memcpy(data + ETHERNET_HEADER, ip, length);
	f->packet = (struct packet){
		.data = data, .frame = frame, .length = (uint16_t)(ETHERNET_HEADER + length), .port = f->unit[unit].port
	};
	f->packet.drop_reason = (uint8_t)packet_parse(&f->packet);
	assert_int_equal(f->packet.drop_reason, DROP_REASON_NONE);
	f->out_count = 0;
	pipeline_burst(f->worker, &f->packet, 1);
	fixture_take_outputs(f);
	return f->packet.verdict;
}

static enum verdict
from_client(struct lab *l, struct segment s)
{
	uint8_t ip[2048];
	return send_bytes(l, 1, ip, write_segment(l, ip, false, &s));
}

static enum verdict
from_server(struct lab *l, struct segment s)
{
	uint8_t ip[2048];
	return send_bytes(l, 2, ip, write_segment(l, ip, true, &s));
}

/* Time goes on between packets, so that a repeated segment is not taken for a burst of them. */
static void
pass_time(struct lab *l, uint64_t ns)
{
	fixture_housekeep(l->f, ns);
}

static const struct handshake syn = {
	.sequence = CLIENT_START, .flags = TCP_SYN, .window = 64000, .mss = 1452, .scale = 9, .sack = true
};

/* assert_out: the output is this segment, whole and with right checksums, out of `port` to the station. Returns what was parsed. */
static struct packet
assert_out(const struct lab *l, unsigned i, uint16_t port, const struct handshake *expected)
{
	assert_true(i < l->f->out_count);
	const struct output *o = &l->f->out[i];
	struct packet p = fixture_parse(o);
	assert_int_equal(o->port, port);
	assert_int_equal(p.tcp_flags, expected->flags);
	assert_int_equal(p.tcp_sequence, expected->sequence);
	assert_int_equal(p.tcp_acknowledgment, expected->acknowledgment);
	assert_int_equal(p.tcp_window, expected->window);
	uint16_t sum = load16_raw(p.data + p.l4 + TCP_CHECKSUM_AT);
	assert_int_equal(sum, checksum_transport(&p));
	if (expected->flags & TCP_SYN) {
		uint16_t mss;
		bool sack;
		handshake_options(&p, &mss, &sack);
		assert_int_equal(mss, expected->mss);
		assert_int_equal(sack, expected->sack);
		assert_int_equal(p.tcp_scale, expected->scale);
	}
	assert_int_equal(p.l3_length, p.payload - p.l3 + p.tcp_length);
	return p;
}

static void
assert_dropped(const struct lab *l, const char *reason)
{
	assert_int_equal(l->f->packet.verdict, VERDICT_DROP);
	assert_string_equal(drop_reason_text(l->f->packet.drop_reason), reason);
}

static const struct event_frame *
assert_event(struct lab *l, enum event_type type)
{
	const struct event_frame *e = fixture_event(l->f);
	assert_non_null(e);
	assert_int_equal(e->header.event_type, type);
	return e;
}

/* fill_up sends what the attack threshold lets through, from addresses that do not answer, and empties the ring. */
static void
fill_up(struct lab *l)
{
	for (unsigned i = 0; i < THRESHOLD; i++)
		from_client(l, (struct segment){ .h = syn, .client_port = (uint16_t)(1000 + i) });
	while (fixture_event(l->f))
		;
}

/* A SYN that is answered with a cookie, which is remembered. */
static void
ask(struct lab *l, struct handshake h)
{
	from_client(l, (struct segment){ .h = h });
	assert_dropped(l, "syn-cookie");
	assert_int_equal(l->f->out_count, 1);
	l->cookie = fixture_parse(&l->f->out[0]).tcp_sequence;
}

static struct segment
client_segment(const struct lab *l, uint32_t sent, uint32_t received, uint16_t payload)
{
	return (struct segment){ .h = { .sequence = CLIENT_START + 1 + sent,
					.acknowledgment = l->cookie + 1 + received,
					.flags = TCP_ACK,
					.window = 501 },
				 .payload = payload };
}

static struct segment
server_segment(uint32_t sent, uint32_t received, uint16_t payload)
{
	return (struct segment){ .h = { .sequence = SERVER_START + 1 + sent,
					.acknowledgment = CLIENT_START + 1 + received,
					.flags = TCP_ACK,
					.window = 700 },
				 .payload = payload };
}

static const struct handshake answer = { .sequence = SERVER_START,
					 .acknowledgment = CLIENT_START + 1u,
					 .flags = TCP_SYN | TCP_ACK,
					 .window = 28960,
					 .mss = 1460,
					 .scale = 5,
					 .sack = true };

/* connect brings a connection through the flood. */
static void
connect_with(struct lab *l, struct handshake h, struct handshake a)
{
	fill_up(l);
	ask(l, h);
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 0)), VERDICT_FORWARD);
	l->outer_port = ntohs(fixture_parse(&l->f->out[0]).key.source_port);
	assert_int_equal(from_server(l, (struct segment){ .h = a }), VERDICT_FORWARD);
	assert_int_equal(l->f->out_count, 2);
}

static void
neither_end_is_offered_larger_segments_than_tcp_mss_allows(void **state)
{
	struct lab *l = lab_new(0);
	fill_up(l);
	l->f->snapshot.settings.tcp_mss = 1300;
	ask(l, syn);
	assert_out(l, 0, 0,
		   &(struct handshake){ .sequence = l->cookie,
					.acknowledgment = CLIENT_START + 1u,
					.flags = TCP_SYN | TCP_ACK,
					.mss = 1300,
					.scale = 7,
					.sack = true });
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 0)), VERDICT_FORWARD);
	struct handshake expected = syn;
	expected.window = UINT16_MAX;
	expected.mss = 1300;
	assert_out(l, 0, 1, &expected);
	lab_free(l);
}

static void
a_syn_beyond_the_threshold_is_answered_and_nothing_is_kept(void **state)
{
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		struct lab *l = lab_new(inet6);
		struct handshake expected = { .acknowledgment = CLIENT_START + 1u,
					      .flags = TCP_SYN | TCP_ACK,
					      .mss = inet6 ? 1440 : 1460,
					      .scale = 7,
					      .sack = true };
		assert_int_equal(from_client(l, (struct segment){ .h = syn, .client_port = 1000 }), VERDICT_FORWARD);
		assert_event(l, EVENT_TYPE_SESSION_OPEN);
		ask(l, syn);
		expected.sequence = l->cookie;
		struct packet p = assert_out(l, 0, 0, &expected);
		assert_memory_equal(l->f->out[0].data, ((uint8_t[]){ 6, 0, 0, 0, 1, 9 }), 6);
		assert_int_equal(p.key.destination_port, htons(CLIENT_PORT));
		assert_int_equal(p.key.source_port, htons(SERVER_PORT));
		assert_int_equal(flow_table_used(l->f->worker->flows), 1);
		assert_null(fixture_event(l->f));
		assert_int_equal(l->f->worker->screens[TRUST].met[SCREEN_ID_SYN_COOKIE], 1);
		assert_int_equal(l->f->worker->screens[TRUST].met[SCREEN_ID_SYN_FLOOD], 0);
		assert_int_equal(l->f->worker->counters.drop[DROP_REASON_SYN_COOKIE], 1);

		/* What the client did not offer it is not offered either; each connection has a number of its own. */
		uint32_t before = l->cookie;
		ask(l,
		    (struct handshake){ .sequence = CLIENT_START, .flags = TCP_SYN, .mss = 1000, .scale = NO_SCALE });
		expected.scale = NO_SCALE;
		expected.sack = false;
		expected.sequence = l->cookie;
		assert_out(l, 0, 0, &expected);
		assert_int_not_equal(before, l->cookie);
		lab_free(l);
	}
}

static void
only_syns_beyond_the_alarm_threshold_are_logged(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	for (unsigned i = 0; i < ALARM; i++)
		ask(l, syn);
	assert_null(fixture_event(l->f));
	ask(l, syn);
	const struct event_frame *e = assert_event(l, EVENT_TYPE_SCREEN_DROP);
	assert_string_equal(screen_id_text(e->record.screen_id), "SYN flood!");
	assert_int_equal(e->record.action, ACTION_DENY);
	assert_null(fixture_event(l->f));
	assert_int_equal(l->f->worker->screens[TRUST].met[SCREEN_ID_SYN_COOKIE], ALARM + 1);
	lab_free(l);
}

static void
a_client_that_acknowledges_is_connected(void **state)
{
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		struct lab *l = lab_new(inet6);
		fill_up(l);
		ask(l, syn);
		pass_time(l, 40 * SECOND); /* a cookie of this period or the last is good */
		while (fixture_event(l->f))
			;

		/* The server gets the client's own SYN, with what the cookie kept. */
		assert_int_equal(from_client(l, client_segment(l, 0, 0, 0)), VERDICT_FORWARD);
		assert_int_equal(l->f->out_count, 1);
		struct handshake expected = syn;
		expected.window = UINT16_MAX; /* 501 << 9, as much as a SYN can say */
		expected.mss = inet6 ? 1452 : 1452;
		assert_out(l, 0, 1, &expected);
		assert_int_equal(assert_event(l, EVENT_TYPE_SESSION_OPEN)->record.destination_port, htons(SERVER_PORT));
		assert_int_equal(flow_table_used(l->f->worker->flows), 1);

		/* Its answer goes no further: the client is told the window, the server that the client is there. */
		assert_int_equal(from_server(l, (struct segment){ .h = answer }), VERDICT_FORWARD);
		assert_int_equal(l->f->out_count, 2);
		assert_out(l, 0, 1,
			   &(struct handshake){ .sequence = CLIENT_START + 1u,
						.acknowledgment = SERVER_START + 1u,
						.flags = TCP_ACK,
						.window = UINT16_MAX >> 9 });
		assert_out(l, 1, 0,
			   &(struct handshake){ .sequence = l->cookie + 1,
						.acknowledgment = CLIENT_START + 1u,
						.flags = TCP_ACK,
						.window = 28960 >> 7 });
		assert_null(fixture_event(l->f));
		lab_free(l);
	}
}

/* talk sends data both ways, on the slow path and by memo. */
static void
talk(struct lab *l)
{
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(from_client(l, client_segment(l, i * 100, i * 200, 100)), VERDICT_FORWARD);
		struct packet p = assert_out(l, 0, 1,
					     &(struct handshake){ .sequence = CLIENT_START + 1 + i * 100,
								  .acknowledgment = SERVER_START + 1 + i * 200,
								  .flags = TCP_ACK,
								  .window = 501 });
		assert_int_equal(p.tcp_length, 100);
		assert_int_equal(p.data[p.payload + 99], (uint8_t)(99 * 7 + 1));
		assert_int_equal(from_server(l, server_segment(i * 200, i * 100 + 100, 200)), VERDICT_FORWARD);
		p = assert_out(l, 0, 0,
			       &(struct handshake){ .sequence = l->cookie + 1 + i * 200,
						    .acknowledgment = CLIENT_START + 1 + i * 100 + 100,
						    .flags = TCP_ACK,
						    .window = (700u << 5) >> 7 });
		assert_int_equal(p.tcp_length, 200);
	}
}

/* close_well: FIN from both, and what the log says of the whole. */
static void
close_well(struct lab *l)
{
	struct segment s = client_segment(l, 300, 600, 0);
	s.h.flags |= TCP_FIN;
	assert_int_equal(from_client(l, s), VERDICT_FORWARD);
	s = server_segment(600, 301, 0);
	s.h.flags |= TCP_FIN;
	assert_int_equal(from_server(l, s), VERDICT_FORWARD);
	assert_int_equal(fixture_parse(&l->f->out[0]).tcp_sequence, l->cookie + 601);
	assert_int_equal(from_client(l, client_segment(l, 301, 601, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_parse(&l->f->out[0]).tcp_acknowledgment, SERVER_START + 602u);
	while (fixture_event(l->f))
		;
	pass_time(l, 3 * SECOND);
	const struct event_frame *e = assert_event(l, EVENT_TYPE_SESSION_CLOSE);
	assert_string_equal(close_reason_text(e->record.close_reason), "TCP FIN");
	assert_int_equal(e->record.client_packets, 6);
	assert_int_equal(e->record.server_packets, 5);
}

static void
data_is_translated_in_both_directions(void **state)
{
	for (unsigned path = 0; path < 4; path++) {
		struct lab *l = lab_new(path & 1);
		l->f->worker->memo_off = path & 2;
		connect_with(l, syn, answer);
		talk(l);
		close_well(l);
		lab_free(l);
	}
}

static void
translate_source(struct lab *l)
{
	static struct address address[1];
	static struct classify_rule match;
	static struct nat_pool pool = { .name = "source/p",
					.id = 1,
					.family = ADDRESS_FAMILY_INET,
					.port_low = 5000,
					.port_high = 6000,
					.address_count = 1,
					.address = address };
	static struct nat_rule rule = { .name = "source/s/r", .id = 1, .action = NAT_POOL, .pool = &pool };
	static const struct nat_rule *matched = &rule;
	static const char *name = "source/s/r";
	static struct nat_set set;
	uint8_t family;
	address[0] = fixture_address("10.0.2.99", &family);
	match = fixture_any();
	set = (struct nat_set){ .stage = NAT_SOURCE,
				.from = { 1 << 1 },
				.to = { 1 << 2 },
				.match_count = 1,
				.rule = &matched,
				.match = &match };
	l->nat = (struct nat){ .pool_count = 1,
			       .rule_count = 1,
			       .set_count = 1,
			       .pool = &pool,
			       .rule = &rule,
			       .rule_name = &name,
			       .set = &set };
	l->arena = arena_create();
	assert_true(nat_complete(&l->nat, l->f->unit, FIXTURE_UNITS, l->arena));
	l->f->snapshot.nat = &l->nat;
	l->outer = "10.0.2.99";
	fixture_commit(l->f);
}

static void
so_it_is_with_translated_addresses(void **state)
{
	struct lab *l = lab_new(false);
	translate_source(l);
	connect_with(l, syn, answer);
	struct packet p = fixture_parse(&l->f->out[0]);
	assert_int_equal(p.key.source.byte[3], 99);
	p = fixture_parse(&l->f->out[1]);
	assert_int_equal(p.key.destination.byte[3], 2);
	assert_int_equal(p.key.destination_port, htons(CLIENT_PORT));
	talk(l);
	lab_free(l);
}

/* translate_server: the server has IPv4 alone, and stands behind 2001:db8:64::/96 for the client. */
static void
translate_server(struct lab *l)
{
	static struct address_range range;
	static struct address_set set = { .inet6_count = 1, .inet6 = &range };
	static const struct address_set *sets[1] = { &set };
	static struct classify_rule match;
	static struct nat_rule rules[2];
	static const struct nat_rule *matched = &rules[1];
	static const char *names[2] = { "source/s/r", "static/s/r" };
	static struct nat_set both[2];
	uint8_t family;
	translate_source(l);
	l->server = "2001:db8:64::a00:202";
	l->real = "10.0.2.2";
	fixture_neighbour(l->f, 2, l->real);
	range.low = range.high = fixture_address(l->server, &family);
	match = fixture_any();
	match.destination_set_count = 1;
	match.destination_set = sets;
	rules[0] = *l->nat.set[0].rule[0];
	rules[1] = (struct nat_rule){ .name = names[1], .id = 2, .action = NAT_64, .family = family, .length = 96 };
	classify_free(l->nat.set[0].classifier);
	both[0] = (struct nat_set){
		.stage = NAT_STATIC_DESTINATION, .from = { 1 << 1 }, .match_count = 1, .rule = &matched, .match = &match
	};
	both[1] = l->nat.set[0];
	l->nat.set = both;
	l->nat.set_count = 2;
	l->nat.rule = rules;
	l->nat.rule_name = names;
	l->nat.rule_count = 2;
	assert_true(nat_complete(&l->nat, l->f->unit, FIXTURE_UNITS, l->arena));
	fixture_commit(l->f);
}

static void
and_so_with_a_server_of_the_other_family(void **state)
{
	struct lab *l = lab_new(true);
	translate_server(l);
	connect_with(l, syn, answer);
	struct packet p = fixture_parse(&l->f->out[0]);
	assert_int_equal(p.key.family, ADDRESS_FAMILY_INET);
	assert_int_equal(p.key.source.byte[3], 99);
	p = fixture_parse(&l->f->out[1]);
	assert_int_equal(p.key.family, ADDRESS_FAMILY_INET6);
	assert_int_equal(p.key.destination_port, htons(CLIENT_PORT));
	talk(l);
	lab_free(l);
}

static void
selective_acknowledgments_are_translated(void **state)
{
	/* At an even and at an odd offset. */
	for (unsigned odd = 0; odd < 2; odd++) {
		struct lab *l = lab_new(false);
		uint8_t options[20] = { 1, 1, 5, 18, [18] = 1, [19] = 1 };
		connect_with(l, syn, answer);
		talk(l);
		uint8_t *block = options + 4;
		if (!odd)
			memcpy(options, (const uint8_t[]){ 1, 1, 5, 10 }, 4);
		else
			memcpy(options, (const uint8_t[]){ 1, 5, 10 }, 3), block = options + 3;
		store32(block, l->cookie + 1 + 500);
		store32(block + 4, l->cookie + 1 + 600);
		struct segment s = client_segment(l, 300, 400, 0);
		s.options = options;
		s.options_length = 12;
		assert_int_equal(from_client(l, s), VERDICT_FORWARD);
		struct packet p = assert_out(l, 0, 1,
					     &(struct handshake){ .sequence = CLIENT_START + 301u,
								  .acknowledgment = SERVER_START + 401u,
								  .flags = TCP_ACK,
								  .window = 501 });
		const uint8_t *at = p.data + p.l4 + TCP_HEADER + (block - options);
		assert_int_equal(load32(at), SERVER_START + 501u);
		assert_int_equal(load32(at + 4), SERVER_START + 601u);

		/* The server's are about what the client counts as it does. */
		store32(block, CLIENT_START + 1 + 100);
		store32(block + 4, CLIENT_START + 1 + 200);
		s = server_segment(600, 300, 0);
		s.options = options;
		s.options_length = 12;
		assert_int_equal(from_server(l, s), VERDICT_FORWARD);
		p = fixture_parse(&l->f->out[0]);
		assert_int_equal(load32(p.data + p.l4 + TCP_HEADER + (block - options)), CLIENT_START + 101u);
		lab_free(l);
	}
}

static void
windows_are_told_in_the_units_of_each_end(void **state)
{
	static const struct {
		uint8_t client, server;        /* what they offer */
		uint16_t to_server, to_client; /* what a window of 501, or of 700, becomes */
		uint16_t opening;              /* the window of the server's answer */
	} cases[] = {
		{ 9, 5, 501, 700 << 5 >> 7, 28960 >> 7 },
		{ 9, 14, 501, UINT16_MAX, 28960 >> 7 }, /* 700 << 14 >> 7 is more than a window can say */
		{ 2, NO_SCALE, 501 << 2, 700 >> 7, 28960 >> 7 },
		{ NO_SCALE, NO_SCALE, 501, 700, 28960 },
		{ 0, 0, 501, 700 >> 7, 28960 >> 7 },
	};
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct lab *l = lab_new(false);
		struct handshake h = syn, a = answer;
		h.scale = cases[i].client;
		a.scale = cases[i].server;
		connect_with(l, h, a);
		assert_int_equal(fixture_parse(&l->f->out[1]).tcp_window, cases[i].opening);
		from_client(l, client_segment(l, 0, 0, 10));
		assert_int_equal(fixture_parse(&l->f->out[0]).tcp_window, cases[i].to_server);
		from_server(l, server_segment(0, 10, 10));
		assert_int_equal(fixture_parse(&l->f->out[0]).tcp_window, cases[i].to_client);
		lab_free(l);
	}
}

static void
an_acknowledgment_that_no_cookie_was_made_for_opens_nothing(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	uint32_t sessions = flow_table_used(l->f->worker->flows);
	struct segment good = client_segment(l, 0, 0, 0), s = good;
	static const int32_t off[] = { 1, -2, 256, 1 << 30 };

	for (unsigned i = 0; i < 4; i++) {
		s.h.acknowledgment = good.h.acknowledgment + (uint32_t)off[i];
		from_client(l, s);
		assert_dropped(l, "tcp-no-session");
	}
	s = good;
	s.h.sequence += 2; /* another start */
	from_client(l, s);
	assert_dropped(l, "tcp-no-session");
	s = good;
	s.client_port = CLIENT_PORT + 1; /* another connection */
	from_client(l, s);
	assert_dropped(l, "tcp-no-session");
	s = good;
	s.h.flags = TCP_ACK | TCP_RST;
	from_client(l, s);
	assert_dropped(l, "tcp-no-session");
	pass_time(l, 2 * COOKIE_PERIOD_NS);
	fill_up(l);
	ask(l, syn); /* the old one is not good because a newer one is */
	from_client(l, good);
	assert_dropped(l, "tcp-no-session");
	assert_true(flow_table_used(l->f->worker->flows) <= sessions);
	lab_free(l);
}

static void
without_cookies_about_no_acknowledgment_is_looked_at(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	pass_time(l, 3 * COOKIE_PERIOD_NS);
	assert_false(cookie_alive(&l->f->worker->cookies, l->f->worker->now_ns));
	from_client(l, client_segment(l, 0, 0, 0));
	assert_dropped(l, "tcp-no-session");
	lab_free(l);
}

static void
a_probe_of_the_window_stands_for_a_lost_acknowledgment(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	struct segment probe = client_segment(l, 0, 0, 0);
	probe.h.sequence = CLIENT_START;
	assert_int_equal(from_client(l, probe), VERDICT_FORWARD);
	assert_int_equal(fixture_parse(&l->f->out[0]).tcp_sequence, CLIENT_START);
	assert_int_equal(fixture_parse(&l->f->out[0]).tcp_flags, TCP_SYN);
	lab_free(l);
}

static void
data_before_the_server_has_answered_goes_nowhere(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 100)), VERDICT_FORWARD);
	struct handshake expected = syn;
	expected.window = UINT16_MAX;
	struct packet p = assert_out(l, 0, 1, &expected);
	assert_int_equal(p.tcp_length, 0);
	/* Soon after: one SYN is under way. */
	from_client(l, client_segment(l, 0, 0, 100));
	assert_dropped(l, "syn-cookie-pending");
	/* Later: it may have been lost. */
	pass_time(l, SECOND / 5);
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 100)), VERDICT_FORWARD);
	p = assert_out(l, 0, 1, &expected);
	/* So it is with what the server sends but for its answer. */
	from_server(l, server_segment(0, 0, 10));
	assert_dropped(l, "syn-cookie-pending");
	assert_int_equal(flow_table_used(l->f->worker->flows), 2);
	lab_free(l);
}

static void
an_answer_that_comes_again_is_acknowledged_again(void **state)
{
	struct lab *l = lab_new(false);
	connect_with(l, syn, answer);
	talk(l);
	from_server(l, (struct segment){ .h = answer });
	assert_dropped(l, "syn-cookie-repeated");
	assert_int_equal(l->f->out_count, 1);
	struct packet p = fixture_parse(&l->f->out[0]);
	assert_int_equal(l->f->out[0].port, 1);
	assert_int_equal(p.tcp_flags, TCP_ACK);
	assert_int_equal(p.tcp_sequence, CLIENT_START + 1u);
	assert_int_equal(p.tcp_acknowledgment, SERVER_START + 1u);
	lab_free(l);
}

static void
a_server_that_refuses_resets_its_client(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	from_client(l, client_segment(l, 0, 0, 0));
	assert_event(l, EVENT_TYPE_SESSION_OPEN);
	struct segment reset = { .h = { .acknowledgment = CLIENT_START + 1u, .flags = TCP_RST | TCP_ACK } };
	assert_int_equal(from_server(l, reset), VERDICT_FORWARD);
	assert_int_equal(l->f->out_count, 1);
	assert_out(l, 0, 0,
		   &(struct handshake){
		       .sequence = l->cookie + 1, .acknowledgment = CLIENT_START + 1u, .flags = TCP_RST | TCP_ACK });
	pass_time(l, 3 * SECOND);
	const struct event_frame *e = assert_event(l, EVENT_TYPE_SESSION_CLOSE);
	assert_string_equal(close_reason_text(e->record.close_reason), "TCP SERVER RST");
	assert_int_equal(l->f->out_count, 0);
	lab_free(l);
}

static void
a_reset_in_fragments_refuses_nobody(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	ask(l, syn);
	from_client(l, client_segment(l, 0, 0, 0));
	static const uint8_t options[] = { 2, 4, 2, 24 }; /* with them its bytes are a multiple of eight */
	struct segment reset = { .h = { .acknowledgment = CLIENT_START + 1u, .flags = TCP_RST | TCP_ACK },
				 .options = options,
				 .options_length = sizeof options };
	uint8_t ip[128];
	uint16_t length = write_segment(l, ip, true, &reset);
	store16(ip + 6, IPV4_MORE_FRAGMENTS);
	memset(ip + IPV4_CHECKSUM_AT, 0, 2);
	uint16_t sum = checksum_finish(checksum_add(0, ip, IPV4_HEADER));
	memcpy(ip + IPV4_CHECKSUM_AT, &sum, 2);
	send_bytes(l, 2, ip, length);
	assert_dropped(l, "syn-cookie-pending");
	assert_int_equal(l->f->out_count, 0);
	lab_free(l);
}

static void
a_server_that_does_not_answer_resets_its_client_when_time_is_up(void **state)
{
	for (unsigned way = 0; way < 4; way++) {
		bool inet6 = way & 1, asks = way & 2;
		struct lab *l = lab_new(inet6);
		fill_up(l);
		ask(l, syn);
		from_client(l, client_segment(l, 0, 0, 0));
		assert_event(l, EVENT_TYPE_SESSION_OPEN);
		/* A client that goes on asking, or that says nothing: its server has the same time. */
		unsigned syns = 0, asked = 0;
		for (unsigned tick = 1; tick < TIMEOUT * 2; tick++) {
			pass_time(l, SECOND / 2);
			syns += l->f->out_count;
			for (unsigned i = 0; i < l->f->out_count; i++)
				assert_int_equal(fixture_parse(&l->f->out[i]).tcp_flags, TCP_SYN);
			if (asks)
				asked += from_client(l, client_segment(l, 0, 0, 10)) == VERDICT_FORWARD;
		}
		if (asks)
			assert_in_range(asked, 10, TIMEOUT * 2);
		else
			assert_int_equal(syns, 3);
		for (unsigned tick = 0; tick < 4 && flow_table_used(l->f->worker->flows) > 1; tick++)
			pass_time(l, SECOND / 2);
		assert_int_equal(l->f->out_count, 1);
		assert_out(l, 0, 0,
			   &(struct handshake){ .sequence = l->cookie + 1,
						.acknowledgment = CLIENT_START + 1u,
						.flags = TCP_RST | TCP_ACK });
		assert_memory_equal(l->f->out[0].data, ((uint8_t[]){ 6, 0, 0, 0, 1, 9 }), 6);
		const struct event_frame *e = assert_event(l, EVENT_TYPE_SESSION_CLOSE);
		assert_string_equal(close_reason_text(e->record.close_reason), "synproxy failure");
		lab_free(l);
	}
}

static void
the_queue_of_those_that_wait_is_bounded(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	for (uint16_t port = 1; port <= QUEUE + 1; port++) {
		struct segment s = { .h = syn, .client_port = port };
		from_client(l, s);
		l->cookie = fixture_parse(&l->f->out[0]).tcp_sequence;
		while (fixture_event(l->f))
			;
		s = client_segment(l, 0, 0, 0);
		s.client_port = port;
		from_client(l, s);
		if (port <= QUEUE)
			assert_event(l, EVENT_TYPE_SESSION_OPEN);
	}
	assert_dropped(l, "syn-cookie-queue");
	assert_out(l, 0, 0, &(struct handshake){ .sequence = l->cookie + 1, .flags = TCP_RST });
	const struct event_frame *e = assert_event(l, EVENT_TYPE_SCREEN_DROP);
	assert_int_equal(e->record.screen_id, SCREEN_ID_SYN_QUEUE);
	assert_int_equal(e->record.action, ACTION_DENY);

	/* A server that answers makes room. */
	l->outer_port = 1;
	from_server(l, (struct segment){ .h = answer, .client_port = 1 });
	assert_int_equal(l->f->packet.verdict, VERDICT_FORWARD);
	struct segment s = client_segment(l, 0, 0, 0);
	s.client_port = QUEUE + 1;
	assert_int_equal(from_client(l, s), VERDICT_FORWARD);
	s.client_port = QUEUE;
	lab_free(l);
}

static void
what_policy_does_not_allow_is_not_opened(void **state)
{
	for (unsigned rejects = 0; rejects < 2; rejects++) {
		struct lab *l = lab_new(false);
		fill_up(l);
		ask(l, syn);
		l->f->rule[0][0].action = rejects ? ACTION_REJECT : ACTION_DENY;
		fixture_commit(l->f);
		from_client(l, client_segment(l, 0, 0, 0));
		assert_dropped(l, rejects ? "policy-reject" : "policy-deny");
		const struct event_frame *e = assert_event(l, EVENT_TYPE_POLICY_DENY);
		assert_int_equal(e->record.deny_reason, rejects ? DENY_REASON_REJECT : DENY_REASON_POLICY);
		assert_int_equal(l->f->out_count, rejects);
		if (rejects)
			assert_out(l, 0, 0, &(struct handshake){ .sequence = l->cookie + 1, .flags = TCP_RST });
		lab_free(l);
	}
}

static void
what_goes_nowhere_gets_no_cookie(void **state)
{
	struct lab *l = lab_new(false);
	fixture_route(l->f, "10.9.0.0", 16, NEXT_HOP_DISCARD, NULL);
	fixture_commit(l->f);
	static const struct {
		const char *server, *reason;
	} cases[] = { { "10.0.2.1", "screen" }, { "10.9.0.1", "route-discard" }, { "10.8.0.1", "no-route" } };
	for (unsigned i = 0; i < 3; i++) {
		l->server = cases[i].server;
		fill_up(l);
		from_client(l, (struct segment){ .h = syn });
		assert_dropped(l, cases[i].reason);
		assert_int_equal(l->f->out_count, 0);
		if (i == 0)
			assert_int_equal(assert_event(l, EVENT_TYPE_SCREEN_DROP)->record.screen_id,
					 SCREEN_ID_SYN_FLOOD);
	}
	assert_int_equal(l->f->worker->screens[TRUST].met[SCREEN_ID_SYN_COOKIE], 0);
	lab_free(l);
}

static void
a_syn_of_a_known_connection_is_part_of_the_flood(void **state)
{
	struct lab *l = lab_new(false);
	assert_int_equal(from_client(l, (struct segment){ .h = syn }), VERDICT_FORWARD);
	assert_event(l, EVENT_TYPE_SESSION_OPEN);
	from_client(l, (struct segment){ .h = syn });
	assert_dropped(l, "screen");
	assert_int_equal(assert_event(l, EVENT_TYPE_SCREEN_DROP)->record.screen_id, SCREEN_ID_SYN_FLOOD);
	assert_int_equal(l->f->out_count, 0);
	lab_free(l);
}

static void
a_finished_connection_makes_room_for_one_with_a_cookie(void **state)
{
	struct lab *l = lab_new(false);
	connect_with(l, syn, answer);
	struct segment s = client_segment(l, 0, 0, 0);
	s.h.flags = TCP_RST;
	assert_int_equal(from_client(l, s), VERDICT_FORWARD);
	while (fixture_event(l->f))
		;
	ask(l, syn);
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 0)), VERDICT_FORWARD);
	assert_int_equal(fixture_parse(&l->f->out[0]).tcp_flags, TCP_SYN);
	assert_string_equal(close_reason_text(assert_event(l, EVENT_TYPE_SESSION_CLOSE)->record.close_reason),
			    "TCP CLIENT RST");
	assert_event(l, EVENT_TYPE_SESSION_OPEN);
	lab_free(l);
}

static void
errors_quote_what_their_receiver_sent(void **state)
{
	struct lab *l = lab_new(false);
	connect_with(l, syn, answer);
	talk(l);
	/* The server's next hop cannot send the client's segment on, and the client's next hop the server's. */
	for (unsigned to_server = 0; to_server < 2; to_server++) {
		struct segment s = to_server ? server_segment(600, 300, 50) : client_segment(l, 300, 600, 50);
		to_server ? from_server(l, s) : from_client(l, s);
		assert_int_equal(l->f->packet.verdict, VERDICT_FORWARD);
		struct output quoted = l->f->out[0];
		uint8_t copy[2048];
		memcpy(copy, quoted.data, quoted.length);
		quoted.data = copy;
		struct shape error = { .source = to_server ? "10.0.1.77" : "10.0.2.77",
				       .destination = to_server ? l->server : l->client,
				       .protocol = PROTOCOL_ICMP,
				       .icmp_type = ICMP_UNREACHABLE,
				       .icmp_code = ICMP_FRAGMENTATION_NEEDED,
				       .unit = to_server ? 1 : 2,
				       .quote = &quoted };
		assert_int_equal(fixture_send(l->f, error), VERDICT_FORWARD);
		struct packet p = fixture_parse(&l->f->out[0]);
		uint16_t sum = load16_raw(p.data + p.l4 + ICMP_CHECKSUM_AT);
		assert_int_equal(sum, checksum_transport(&p));
		/* The quote is what was sent, but for the TTL, and the window, which were changed on the way. */
		const uint8_t *l4 = p.data + p.inner_l3 + IPV4_HEADER;
		assert_int_equal(load32(l4 + 4), s.h.sequence);
		assert_int_equal(load32(l4 + 8), s.h.acknowledgment);
		struct packet inner = { .data = p.data + p.inner_l3, .length = (uint16_t)(p.l3_length - 28) };
		assert_int_equal(packet_parse_l3(&inner), DROP_REASON_NONE);
		assert_int_equal(load16_raw(l4 + TCP_CHECKSUM_AT), checksum_transport(&inner));
	}
	lab_free(l);
}

static void
nobody_else_speaks_for_either_end(void **state)
{
	struct lab *l = lab_new(false);
	fixture_rule(l->f, DMZ, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(l->f);
	connect_with(l, syn, answer);
	struct segment s = client_segment(l, 0, 0, 10);
	uint8_t ip[2048];
	uint16_t length = write_segment(l, ip, false, &s);
	l->f->unit[3].port = 2;
	l->f->unit[3].vlan = 0;
	l->f->by_vlan[2][0] = 3;
	send_bytes(l, 3, ip, length);
	assert_dropped(l, "nat-no-session");
	assert_int_equal(l->f->out_count, 0);
	lab_free(l);
}

static void
trusted_sources_and_destinations_are_no_flood(void **state)
{
	struct lab *l = lab_new(false);
	static struct screen_prefix source, destination;
	struct white_list list = {
		.source_count = 1, .destination_count = 1, .source = &source, .destination = &destination
	};
	source = (struct screen_prefix){ .address.byte = { 10, 0, 1, 2 },
					 .mask.word = { UINT32_MAX },
					 .family = ADDRESS_FAMILY_INET };
	destination = (struct screen_prefix){ .address.byte = { 10, 0, 2 },
					      .mask.byte = { 255, 255, 255 },
					      .family = ADDRESS_FAMILY_INET };
	l->screen.white_list = &list;
	l->screen.white_list_count = 1;
	for (uint16_t port = 1; port <= 10; port++) {
		from_client(l, (struct segment){ .h = syn, .client_port = port });
		assert_int_equal(l->f->packet.verdict, VERDICT_FORWARD);
		assert_event(l, EVENT_TYPE_SESSION_OPEN);
	}
	/* They have not counted either: the threshold is still there for others. */
	l->client = "10.0.1.3";
	assert_int_equal(from_client(l, (struct segment){ .h = syn }), VERDICT_FORWARD);
	from_client(l, (struct segment){ .h = syn, .client_port = 2 });
	assert_dropped(l, "syn-cookie");
	/* One of the two alone is not enough. */
	l->client = "10.0.1.2";
	destination.address.byte[2] = 3;
	from_client(l, (struct segment){ .h = syn, .client_port = 11 });
	assert_dropped(l, "syn-cookie");
	lab_free(l);
}

static void
a_syn_that_cannot_be_answered_is_told_apart(void **state)
{
	struct lab *l = lab_new(false);
	fill_up(l);
	l->f->worker->tx_room[0] = 0;
	from_client(l, (struct segment){ .h = syn });
	assert_dropped(l, "tx-full");
	assert_int_equal(l->f->worker->screens[TRUST].met[SCREEN_ID_SYN_COOKIE], 0);
	assert_int_equal(l->f->worker->counters.drop[DROP_REASON_SYN_COOKIE], 0);
	lab_free(l);
}

static void
a_neighbour_that_has_to_be_found_first_changes_nothing(void **state)
{
	struct lab *l = lab_new(false);
	l->server = "10.0.2.3";
	fill_up(l);
	ask(l, syn);
	assert_int_equal(from_client(l, client_segment(l, 0, 0, 0)), VERDICT_WAIT);
	assert_null(fixture_event(l->f));
	fixture_neighbour(l->f, 2, "10.0.2.3");
	pass_time(l, SECOND / 100);
	/* Beside the SYN that filled the threshold up. */
	assert_int_equal(l->f->out_count, 2);
	struct handshake expected = syn;
	expected.window = UINT16_MAX;
	assert_out(l, 1, 1, &expected);
	assert_int_equal(from_server(l, (struct segment){ .h = answer }), VERDICT_FORWARD);
	talk(l);
	lab_free(l);
}

static void
a_syn_that_was_lost_is_sent_again_by_itself(void **state)
{
	for (unsigned inet6 = 0; inet6 < 2; inet6++) {
		struct lab *l = lab_new(inet6);
		fill_up(l);
		ask(l, syn);
		from_client(l, client_segment(l, 0, 0, 0));
		struct handshake expected = syn;
		expected.window = UINT16_MAX;
		pass_time(l, SECOND / 2);
		assert_int_equal(l->f->out_count, 0);
		pass_time(l, SECOND);
		assert_int_equal(l->f->out_count, 1);
		assert_out(l, 0, 1, &expected);
		assert_int_equal(from_server(l, (struct segment){ .h = answer }), VERDICT_FORWARD);
		pass_time(l, 4 * SECOND);
		assert_int_equal(l->f->out_count, 0);
		talk(l);
		lab_free(l);
	}
}

static void
a_segment_that_waits_is_translated_once(void **state)
{
	struct lab *l = lab_new(false);
	static const uint8_t none[6];
	uint8_t family;
	connect_with(l, syn, answer);
	talk(l);
	struct address a = fixture_address(l->client, &family);
	neighbour_write(l->f->worker->neighbours, neighbour_find(l->f->worker->neighbours, 1, family, &a),
			NEIGHBOUR_UNKNOWN, none);
	assert_int_equal(from_server(l, server_segment(600, 300, 10)), VERDICT_WAIT);
	fixture_neighbour(l->f, 1, l->client);
	pass_time(l, SECOND / 100);
	assert_int_equal(l->f->out_count, 1);
	struct packet p = fixture_parse(&l->f->out[0]);
	assert_int_equal(p.tcp_sequence, l->cookie + 601);
	assert_int_equal(p.tcp_acknowledgment, CLIENT_START + 301u);
	lab_free(l);
}

/* ---- any connection ---- */

static uint64_t random_state;

static uint32_t
below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 33) % limit;
}

static uint32_t
any_number(void)
{
	return below(1u << 31) << 1 ^ below(1u << 31);
}

/* end: what one end of a connection knows: where its numbers begin, as it tells them, and how far it is. */
struct end {
	struct handshake h; /* its SYN or SYN+ACK */
	uint32_t start;
	uint32_t sent, received; /* bytes, the latter in order */
};

/* Two ends, as each believes to talk to the other: to the client the server begins with the cookie. */
struct talk {
	struct lab *l;
	struct end client, server;
};

static const uint16_t mss_kept[] = { 64, 536, 1220, 1360, 1400, 1440, 1452, 1460 };

static uint16_t
kept(uint16_t mss)
{
	unsigned i = 7;
	while (i > 0 && mss_kept[i] > mss)
		i--;
	return mss_kept[i];
}

static void
draw(struct talk *t)
{
	static const uint16_t sizes[] = { 1, 64, 536, 1219, 1220, 1221, 1400, 1460, 8960 };
	t->client.start = any_number();
	t->server.start = any_number();
	t->client.h = (struct handshake){ .sequence = t->client.start,
					  .flags = TCP_SYN,
					  .window = (uint16_t)(1 + below(65535)),
					  .mss = sizes[below(9)],
					  .scale = below(3) ? (uint8_t)below(15) : NO_SCALE,
					  .sack = below(2) };
	t->server.h = (struct handshake){ .sequence = t->server.start,
					  .acknowledgment = t->client.start + 1,
					  .flags = TCP_SYN | TCP_ACK,
					  .window = (uint16_t)(20000 + below(40000)),
					  .mss = sizes[below(9)],
					  .scale = below(3) ? (uint8_t)below(15) : NO_SCALE };
}

/* What would be the client's acknowledgment, but for the number that it acknowledges: none of them opens anything. */
static void
guess(struct talk *t, struct segment right)
{
	uint32_t opened = flow_table_used(t->l->f->worker->flows);
	for (unsigned i = 0; i < 8; i++) {
		struct segment wrong = right;
		if (i < 4)
			wrong.h.acknowledgment += (uint32_t[]){ 1, UINT32_MAX, 1u << 8, 1u << 31 }[i];
		else if (i < 6)
			wrong.h.sequence += i == 4 ? 2 : UINT32_MAX - 1;
		else
			wrong.client_port = (uint16_t)(CLIENT_PORT + i);
		from_client(t->l, wrong);
		assert_dropped(t->l, "tcp-no-session");
		assert_int_equal(t->l->f->out_count, 0);
	}
	assert_int_equal(flow_table_used(t->l->f->worker->flows), opened);
}

/* begin brings a connection up: a client that waits before it acknowledges, a server that does before it answers. */
static bool
begin(struct talk *t)
{
	static const uint64_t period = 32 * SECOND;
	struct lab *l = t->l;
	fill_up(l);
	ask(l, t->client.h);
	uint64_t made = l->f->worker->now_ns / period;
	struct segment ack = { .h = { .sequence = t->client.start + 1,
				      .acknowledgment = l->cookie + 1,
				      .flags = TCP_ACK,
				      .window = 501 } };
	guess(t, ack);
	pass_time(l, below(3) ? below(1000) * 1000000ull : below(80) * SECOND);
	bool good = l->f->worker->now_ns / period - made <= 1;
	assert_int_equal(from_client(l, ack), good ? VERDICT_FORWARD : VERDICT_DROP);
	if (!good) {
		assert_dropped(l, "tcp-no-session");
		return false;
	}
	assert_int_equal(l->f->out_count, 1);
	struct packet p = fixture_parse(&l->f->out[0]);
	uint32_t window = 501u << (t->client.h.scale == NO_SCALE ? 0 : t->client.h.scale);
	struct handshake expected = t->client.h;
	expected.mss = kept(t->client.h.mss);
	expected.window = window > UINT16_MAX ? UINT16_MAX : (uint16_t)window;
	assert_out(l, 0, 1, &expected);
	assert_int_equal(p.tcp_length, 0);
	for (unsigned i = below(3); i > 0; i--) {
		pass_time(l, 300000000);
		assert_int_equal(from_client(l, ack), VERDICT_FORWARD);
		assert_out(l, 0, 1, &expected);
	}
	assert_int_equal(from_server(l, (struct segment){ .h = t->server.h }), VERDICT_FORWARD);
	assert_int_equal(l->f->out_count, 2);
	return true;
}

/* shown: a window that one end tells in units of 2^from bytes, in those that the other end was told. */
static uint16_t
shown(const struct talk *t, bool from_server, uint16_t window)
{
	bool scaled = t->client.h.scale != NO_SCALE, both = scaled && t->server.h.scale != NO_SCALE;
	unsigned from = from_server ? (both ? t->server.h.scale : 0) : scaled ? t->client.h.scale : 0;
	unsigned to = from_server ? (scaled ? 7 : 0) : both ? t->client.h.scale : 0;
	uint64_t bytes = (uint64_t)window << from >> to;
	return bytes > UINT16_MAX ? UINT16_MAX : (uint16_t)bytes;
}

/* say sends one segment; what the other end gets bears the numbers that it knows. */
static void
say(struct talk *t, bool is_server)
{
	struct lab *l = t->l;
	struct end *own = is_server ? &t->server : &t->client, *other = is_server ? &t->client : &t->server;
	/* Part of it was lost, or there is enough under way. */
	if (own->sent - other->received > 200 || below(8) == 0)
		own->sent = other->received;
	uint16_t payload = (uint16_t)below(100);
	struct segment s = { .h = { .sequence = own->start + 1 + own->sent,
				    .acknowledgment = (is_server ? t->client.start : l->cookie) + 1 + own->received,
				    .flags = (uint8_t)(TCP_ACK | (below(2) ? TCP_PSH : 0)),
				    .window = (uint16_t)(400 + below(65000)) },
			     .payload = payload };
	assert_int_equal(is_server ? from_server(l, s) : from_client(l, s), VERDICT_FORWARD);
	assert_int_equal(l->f->out_count, 1);
	struct handshake expected = s.h;
	expected.sequence = (is_server ? l->cookie : t->client.start) + 1 + own->sent;
	expected.acknowledgment = (is_server ? t->client.start : t->server.start) + 1 + own->received;
	expected.window = shown(t, is_server, s.h.window);
	struct packet p = assert_out(l, 0, is_server ? 0 : 1, &expected);
	assert_int_equal(p.tcp_length, payload);
	for (uint16_t i = 0; i < payload; i++)
		assert_int_equal(p.data[p.payload + i], (uint8_t)(i * 7 + 1));
	if (below(6) && own->sent <= other->received && own->sent + payload > other->received)
		other->received = own->sent + payload;
	own->sent += payload;
}

static void
any_connection_with_a_cookie_is_one_connection_to_both_of_its_ends(void **state)
{
	unsigned opened = 0, expired = 0;
	for (unsigned round = 0; round < 150; round++) {
		random_state = round;
		struct talk t = { .l = lab_new(round & 1) };
		t.l->f->worker->memo_off = round % 5 == 4;
		pass_time(t.l, below(64) * SECOND);
		draw(&t);
		if (begin(&t)) {
			opened++;
			for (unsigned i = 0; i < 40; i++)
				say(&t, below(2));
		} else {
			expired++;
		}
		lab_free(t.l);
	}
	assert_true(opened > 100 && expired > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_beyond_the_threshold_is_answered_and_nothing_is_kept),
		cmocka_unit_test(only_syns_beyond_the_alarm_threshold_are_logged),
		cmocka_unit_test(a_client_that_acknowledges_is_connected),
		cmocka_unit_test(data_is_translated_in_both_directions),
		cmocka_unit_test(so_it_is_with_translated_addresses),
		cmocka_unit_test(and_so_with_a_server_of_the_other_family),
		cmocka_unit_test(selective_acknowledgments_are_translated),
		cmocka_unit_test(windows_are_told_in_the_units_of_each_end),
		cmocka_unit_test(an_acknowledgment_that_no_cookie_was_made_for_opens_nothing),
		cmocka_unit_test(without_cookies_about_no_acknowledgment_is_looked_at),
		cmocka_unit_test(a_probe_of_the_window_stands_for_a_lost_acknowledgment),
		cmocka_unit_test(data_before_the_server_has_answered_goes_nowhere),
		cmocka_unit_test(an_answer_that_comes_again_is_acknowledged_again),
		cmocka_unit_test(a_server_that_refuses_resets_its_client),
		cmocka_unit_test(a_reset_in_fragments_refuses_nobody),
		cmocka_unit_test(a_server_that_does_not_answer_resets_its_client_when_time_is_up),
		cmocka_unit_test(a_syn_that_was_lost_is_sent_again_by_itself),
		cmocka_unit_test(the_queue_of_those_that_wait_is_bounded),
		cmocka_unit_test(what_policy_does_not_allow_is_not_opened),
		cmocka_unit_test(what_goes_nowhere_gets_no_cookie),
		cmocka_unit_test(a_syn_of_a_known_connection_is_part_of_the_flood),
		cmocka_unit_test(a_finished_connection_makes_room_for_one_with_a_cookie),
		cmocka_unit_test(errors_quote_what_their_receiver_sent),
		cmocka_unit_test(nobody_else_speaks_for_either_end),
		cmocka_unit_test(trusted_sources_and_destinations_are_no_flood),
		cmocka_unit_test(neither_end_is_offered_larger_segments_than_tcp_mss_allows),
		cmocka_unit_test(a_syn_that_cannot_be_answered_is_told_apart),
		cmocka_unit_test(a_neighbour_that_has_to_be_found_first_changes_nothing),
		cmocka_unit_test(a_segment_that_waits_is_translated_once),
		cmocka_unit_test(any_connection_with_a_cookie_is_one_connection_to_both_of_its_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
