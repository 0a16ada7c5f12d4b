/* engine_test.c: the whole helper but its main, on veth devices: two queues and two workers, commits, refusals, the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/testnet.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <msgpack.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <urcu-qsbr.h>

#include <cmocka.h>

#include "control/reply_private.h"
#include "engine/state.h"

enum { FLOWS = 64, PACKETS = 40, DSCP_EF = 46 };

static char run_dir[64];

/* ---- snapshots: two ports, two zones, trust may reach untrust --------------------------------------------------------- */

struct plan_options {
	uint32_t generation;
	const char *device[2];
	const char *xdp_mode;
	bool fail_open, deny, filter;
	uint16_t mtu;
	uint8_t proxies;     /* how many addresses of each family are answered for; 0: none */
	uint64_t queue_rate; /* bits/s of port 1's queue 0, exact; 0: no queues */
};

static void
text(msgpack_packer *m, const char *s)
{
	msgpack_pack_str(m, strlen(s));
	msgpack_pack_str_body(m, s, strlen(s));
}

static void
field_text(msgpack_packer *m, const char *key, const char *value)
{
	text(m, key);
	text(m, value);
}

static void
field_number(msgpack_packer *m, const char *key, int64_t value)
{
	text(m, key);
	msgpack_pack_int64(m, value);
}

static void
field_bool(msgpack_packer *m, const char *key, bool value)
{
	text(m, key);
	value ? msgpack_pack_true(m) : msgpack_pack_false(m);
}

static void
field_list(msgpack_packer *m, const char *key, size_t count)
{
	text(m, key);
	msgpack_pack_array(m, count);
}

static void
pack_zone(msgpack_packer *m, int id, const char *name)
{
	msgpack_pack_map(m, 5);
	field_number(m, "id", id);
	field_text(m, "name", name);
	field_bool(m, "tcp_rst", false);
	field_number(m, "screen", 0);
	field_list(m, "host_inbound", 0);
}

static void
pack_port(msgpack_packer *m, int id, const struct plan_options *o)
{
	msgpack_pack_map(m, 7);
	field_number(m, "id", id);
	field_text(m, "name", id ? "ge-0/0/1" : "ge-0/0/0");
	field_text(m, "device", o->device[id]);
	field_text(m, "xdp_mode", o->xdp_mode);
	field_number(m, "mtu", o->mtu);
	field_number(m, "shaping_rate", 0);
	field_list(m, "queues", id == 1 && o->queue_rate ? QUEUES : 0);
	for (unsigned i = 0; id == 1 && o->queue_rate && i < QUEUES; i++) {
		msgpack_pack_map(m, 3);
		field_text(m, "priority", i == 1 ? "strict-high" : "low");
		field_number(m, "rate", i == 0 ? (int64_t)o->queue_rate : 0);
		field_bool(m, "exact", i == 0);
	}
}

static void
pack_unit(msgpack_packer *m, int id, const struct plan_options *o)
{
	static const char *const attached[] = { "filter_input", "filter_output", "filter_input6", "filter_output6",
						"classifier",   "classifier6",   "rewrite",       "rewrite6" };
	const uint8_t address[4] = { 10, (uint8_t)id, 0, 1 };

	msgpack_pack_map(m, 19);
	field_number(m, "id", id);
	field_text(m, "name", id == 1 ? "ge-0/0/0.0" : "ge-0/0/1.0");
	field_number(m, "port", id - 1);
	field_number(m, "vlan", 0);
	field_number(m, "zone", id);
	field_number(m, "instance", 0);
	field_bool(m, "inet", true);
	field_bool(m, "inet6", true);
	field_number(m, "mtu_inet", 0);
	field_number(m, "mtu_inet6", 0);
	for (unsigned i = 0; i < sizeof attached / sizeof attached[0]; i++)
		field_number(m, attached[i], id == 1 && ((o->filter && i == 0) || (o->queue_rate && i == 4)));
	field_list(m, "addresses", 1);
	msgpack_pack_map(m, 2);
	text(m, "address");
	msgpack_pack_bin(m, 4);
	msgpack_pack_bin_body(m, address, 4);
	field_number(m, "length", 24);
}

static void
pack_rule(msgpack_packer *m, const struct plan_options *o)
{
	static const char *const list[] = { "from_zones", "to_zones", "source", "destination" };
	static const char *const any[] = { "protocol", "icmp_type", "icmp_code" };
	static const char *const flag[] = { "source_excluded", "destination_excluded", "log_init", "log_close",
					    "count" };

	msgpack_pack_map(m, 24);
	field_number(m, "policy_id", 65536);
	field_number(m, "log_rate", 1000);
	field_number(m, "log_burst", 1024);
	field_number(m, "counter", 0);
	field_text(m, "name", "out");
	for (unsigned i = 0; i < 4; i++)
		field_list(m, list[i], 0);
	for (unsigned i = 0; i < 3; i++)
		field_number(m, any[i], -1);
	for (unsigned i = 0; i < 5; i++)
		field_bool(m, flag[i], i >= 2);
	field_number(m, "source_port_low", 0);
	field_number(m, "source_port_high", 65535);
	field_number(m, "destination_port_low", 0);
	field_number(m, "destination_port_high", 65535);
	field_number(m, "application", 0);
	field_number(m, "timeout", 0);
	field_number(m, "action", o->deny ? ACTION_DENY : ACTION_PERMIT);
}

/* Source ports from POLICED on meet a policer that lets nothing through. */
enum { POLICED = 1000 + FLOWS - 16 };

static void
pack_term(msgpack_packer *m, int id, const char *action, int counter, int policer)
{
	static const char *const empty[] = { "source",
					     "destination",
					     "address",
					     "protocols",
					     "ports",
					     "destination_ports",
					     "icmp_types",
					     "icmp_codes",
					     "tcp_flags",
					     "dscps",
					     "ttls",
					     "packet_lengths",
					     "ip_options",
					     "ip_options_except",
					     "fragment_offsets",
					     "fragment_flags",
					     "esp_spis",
					     "interfaces",
					     "forwarding_classes",
					     "loss_priorities",
					     "flexible" };
	static const char *const keep[] = { "reject_code", "set_forwarding_class", "set_loss_priority", "set_dscp",
					    "routing_instance" };
	static const char *const no[] = { "is_fragment", "first_fragment", "log" };
	char name[8];

	snprintf(name, sizeof name, "t%d", id);
	msgpack_pack_map(m, 8 + 21 + 5 + 3 + 2);
	field_number(m, "log_rate", 1000);
	field_number(m, "log_burst", 1024);
	field_number(m, "filter_id", 1);
	field_number(m, "term_id", id);
	field_text(m, "filter", "f");
	field_text(m, "term", name);
	field_text(m, "action", action);
	field_number(m, "counter", counter);
	field_number(m, "policer", policer);
	for (unsigned i = 0; i < sizeof empty / sizeof empty[0]; i++)
		field_list(m, empty[i], 0);
	for (unsigned i = 0; i < sizeof keep / sizeof keep[0]; i++)
		field_number(m, keep[i], -1);
	for (unsigned i = 0; i < sizeof no / sizeof no[0]; i++)
		field_bool(m, no[i], false);
	field_list(m, "source_ports", policer >= 0);
	if (policer < 0)
		return;
	msgpack_pack_map(m, 2);
	field_number(m, "low", POLICED);
	field_number(m, "high", 65535);
}

static void
pack_filter(msgpack_packer *m)
{
	field_list(m, "filters", 1);
	msgpack_pack_map(m, 4);
	field_number(m, "id", 1);
	field_text(m, "name", "f");
	field_number(m, "family", 2);
	field_list(m, "terms", 3);
	pack_term(m, 1, "next", 0, -1);
	pack_term(m, 2, "accept", 1, 0);
	pack_term(m, 3, "accept", -1, -1);
	field_list(m, "filter_counters", 2);
	text(m, "f/all");
	text(m, "f/policed");
	field_list(m, "policers", 1);
	msgpack_pack_map(m, 11);
	field_text(m, "name", "nothing");
	field_text(m, "kind", "two-color");
	field_text(m, "unit", "bits");
	field_number(m, "rate", 1);
	field_number(m, "burst", 1);
	field_number(m, "rate2", 0);
	field_number(m, "burst2", 0);
	field_bool(m, "color_aware", false);
	field_bool(m, "exceed_discard", true);
	field_number(m, "exceed_loss_priority", -1);
	field_number(m, "exceed_forwarding_class", -1);
}

/* On the first port: 10.1.0.100 and the next ones, and as many of IPv6. */
static void
pack_proxies(msgpack_packer *m, const struct plan_options *o)
{
	uint8_t address[2][16] = { { 10, 1, 0, 100 }, { 0x20, 1, 0xd, 0xb8, [15] = 100 } };

	if (!o->proxies)
		return;
	field_list(m, "proxies", 2);
	for (unsigned i = 0; i < 2; i++) {
		uint32_t size = i ? 16 : 4;
		msgpack_pack_map(m, 3);
		field_number(m, "unit", 1);
		text(m, "low");
		msgpack_pack_bin(m, size);
		msgpack_pack_bin_body(m, address[i], size);
		text(m, "high");
		address[i][size - 1] = (uint8_t)(99 + o->proxies);
		msgpack_pack_bin(m, size);
		msgpack_pack_bin_body(m, address[i], size);
	}
}

static struct snapshot *
make_snapshot(const struct plan_options *o)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer, *m = &packer;
	struct refusal why = { 0 };
	char hash[65];

	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(m, &buffer, msgpack_sbuffer_write);
	snprintf(hash, sizeof hash, "%064x", o->generation);
	msgpack_pack_map(m, 21 + (o->proxies > 0));
	field_number(m, "version", 1);
	field_number(m, "generation", o->generation);
	field_text(m, "hash", hash);
	text(m, "settings");
	msgpack_pack_map(m, 20);
	field_number(m, "log_rule_rate", 1000);
	field_number(m, "log_rule_burst", 1024);
	field_number(m, "log_zone_rate", 5000);
	field_number(m, "log_zone_burst", 5120);
	field_text(m, "fail_mode", o->fail_open ? "open" : "closed");
	field_bool(m, "tcp_no_syn_check", false);
	field_bool(m, "tcp_strict_syn_check", false);
	field_bool(m, "tcp_no_sequence_check", false);
	field_bool(m, "tcp_rst_invalidate", false);
	field_bool(m, "tcp_fin_invalidate", false);
	field_number(m, "tcp_initial_timeout", 20);
	field_number(m, "tcp_time_wait", 2);
	field_number(m, "tcp_mss", 0);
	field_number(m, "session_maximum", 4096);
	field_number(m, "early_ageout", 20);
	field_number(m, "high_watermark", 100);
	field_number(m, "low_watermark", 100);
	field_number(m, "icmp_error_rate", 1000);
	field_number(m, "icmp_error_burst", 100);
	field_bool(m, "require_delivery", false);
	field_list(m, "zones", 2);
	pack_zone(m, 1, "trust");
	pack_zone(m, 2, "untrust");
	field_list(m, "instances", 1);
	msgpack_pack_map(m, 5);
	field_number(m, "id", 0);
	field_text(m, "name", "inet.0");
	field_number(m, "kernel_table", 254);
	field_number(m, "filter_host", 0);
	field_number(m, "filter_host6", 0);
	field_list(m, "ports", 2);
	pack_port(m, 0, o);
	pack_port(m, 1, o);
	field_list(m, "units", 2);
	pack_unit(m, 1, o);
	pack_unit(m, 2, o);
	field_list(m, "address_sets", 0);
	field_list(m, "applications", 0);
	field_list(m, "policy_sets", 1);
	msgpack_pack_map(m, 4);
	field_number(m, "id", 1);
	field_number(m, "from_zone", 1);
	field_number(m, "to_zone", 2);
	field_list(m, "rules", 1);
	pack_rule(m, o);
	text(m, "default_policy");
	msgpack_pack_map(m, 7);
	field_number(m, "log_rate", 1000);
	field_number(m, "log_burst", 1024);
	field_number(m, "policy_id", 4294901760);
	field_number(m, "action", ACTION_DENY);
	field_bool(m, "log_init", false);
	field_bool(m, "log_close", false);
	field_number(m, "counter", 1);
	field_list(m, "counters", 2);
	text(m, "trust/untrust/out");
	text(m, "default");
	field_list(m, "routes", 0);
	if (o->filter) {
		pack_filter(m);
	} else {
		field_list(m, "filters", 0);
		field_list(m, "filter_counters", 0);
		field_list(m, "policers", 0);
	}
	field_list(m, "classifiers", 1);
	msgpack_pack_map(m, 1);
	field_list(m, "code_points", 1);
	msgpack_pack_map(m, 3);
	field_number(m, "dscp", DSCP_EF);
	field_number(m, "forwarding_class", 1);
	field_number(m, "loss_priority", 0);
	field_list(m, "rewrites", 0);
	field_list(m, "screens", 0);
	pack_proxies(m, o);
	field_list(m, "forwarding_classes", 2);
	msgpack_pack_map(m, 2);
	field_text(m, "name", "best-effort");
	field_number(m, "queue", 0);
	msgpack_pack_map(m, 2);
	field_text(m, "name", "expedited-forwarding");
	field_number(m, "queue", 1);

	struct snapshot *s = snapshot_decode(buffer.data, (uint32_t)buffer.size, &why);
	if (!s)
		print_error("%s: %s\n", why.path, why.message);
	assert_non_null(s);
	msgpack_sbuffer_destroy(&buffer);
	return s;
}

/* ---- a helper in this process ----------------------------------------------------------------------------------------- */

struct house {
	struct testnet net;
	struct engine *engine;
	int client, server; /* packet sockets on c0 and s0, outside */
	uint8_t f0[6], s0[6];
	uint32_t generation;
};

static struct engine *
start_engine(uint32_t workers)
{
	struct engine_options o = { .run_dir = run_dir,
				    .bpf_object = "build/steer.bpf.o",
				    .tun_device = "rwtest0",
				    .version = "test",
				    .gid = -1,
				    .workers = workers,
				    .session_maximum = 8192,
				    .frames = 32768,
				    .ring_slots = 4096 };
	for (unsigned i = 0; i < ENGINE_WORKERS_MAX; i++)
		o.cpu[i] = -1;
	struct engine *e = engine_create(&o);
	assert_non_null(e);
	assert_int_equal(engine_start(e), 0);
	return e;
}

static void
open_house(struct house *h, uint32_t workers, uint32_t queues)
{
	*h = (struct house){ .net = testnet_open() };
	testnet_pair(&h->net, "f0", "c0", queues);
	testnet_pair(&h->net, "f1", "s0", queues);
	testnet_outside(&h->net, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.conf.all.arp_ignore=1 && "
				 "ip addr add 10.1.0.2/24 dev c0 && ip addr add 10.2.0.2/24 dev s0");
	h->client = testnet_socket(&h->net, h->net.outside, "c0");
	h->server = testnet_socket(&h->net, h->net.outside, "s0");
	testnet_mac(&h->net, h->net.inside, "f0", h->f0);
	testnet_mac(&h->net, h->net.outside, "s0", h->s0);
	h->engine = start_engine(workers);
}

static void
close_house(struct house *h)
{
	if (h->engine) {
		engine_stop(h->engine);
		assert_int_equal(engine_release(h->engine), 0);
		engine_destroy(h->engine);
	}
	close(h->client);
	close(h->server);
	testnet_close(&h->net);
}

static int
apply(struct house *h, struct plan_options o, struct refusal *why)
{
	o.generation = ++h->generation;
	o.device[0] = o.device[0] ? o.device[0] : "f0";
	o.device[1] = o.device[1] ? o.device[1] : "f1";
	o.xdp_mode = o.xdp_mode ? o.xdp_mode : "auto";
	struct snapshot *s = make_snapshot(&o);
	*why = (struct refusal){ 0 };
	int rc = h->engine->ops.apply(h->engine, s, why);
	if (rc)
		snapshot_free(s);
	return rc;
}

static void
must_apply(struct house *h, struct plan_options o)
{
	struct refusal why;
	int rc = apply(h, o, &why);
	if (rc)
		print_error("%s: %s\n", why.path, why.message);
	assert_int_equal(rc, 0);
}

/* The control thread's part while the test waits: neighbours, announcements, timers. */
struct control {
	struct engine *engine;
	int stop;
	pthread_t thread;
};

static void *
run_control(void *ctx)
{
	struct control *c = ctx;
	rcu_register_thread();
	rcu_thread_offline();
	engine_run(c->engine, c->stop);
	rcu_unregister_thread();
	return NULL;
}

static void
start_control(struct control *c, struct house *h)
{
	*c = (struct control){ .engine = h->engine, .stop = eventfd(0, 0) };
	assert_int_equal(pthread_create(&c->thread, NULL, run_control, c), 0);
}

static void
stop_control(struct control *c)
{
	uint64_t one = 1;
	assert_int_equal(write(c->stop, &one, sizeof one), sizeof one);
	pthread_join(c->thread, NULL);
	c->engine->stop = false;
	close(c->stop);
}

static uint64_t
counted(struct house *h, size_t at)
{
	uint64_t sum = 0;
	for (uint32_t w = 0; w < h->engine->options.workers; w++)
		sum += __atomic_load_n((uint64_t *)((char *)&h->engine->shared.loop[w].worker.counters + at),
				       __ATOMIC_RELAXED);
	return sum;
}
#define COUNTED(h, field) counted(h, offsetof(struct counters, field))

static uint64_t
forwarded_by(struct house *h, uint32_t worker)
{
	return __atomic_load_n(&h->engine->shared.loop[worker].worker.counters.forwarded_packets, __ATOMIC_RELAXED);
}

static uint64_t
ended(struct house *h)
{
	uint64_t sum = COUNTED(h, forwarded_packets) + COUNTED(h, host_packets);
	for (unsigned i = 0; i < DROP_REASONS; i++)
		sum += counted(h, offsetof(struct counters, drop) + i * sizeof(uint64_t));
	return sum;
}

static void
await_ended(struct house *h, uint64_t count)
{
	uint64_t until = testnet_now_ms() + TESTNET_PATIENCE_MS;
	while (ended(h) < count && testnet_now_ms() < until)
		sched_yield();
	assert_int_equal(ended(h), count);
}

static void
send_packet(struct house *h, unsigned flow, unsigned sequence)
{
	uint8_t frame[TESTNET_FRAME];
	size_t length = testnet_udp(frame, h->f0, 0x0a010000 + 2 + flow % 200, 0x0a020002, (uint16_t)(1000 + flow));
	frame[48] = (uint8_t)(sequence >> 8);
	frame[49] = (uint8_t)sequence;
	testnet_send(h->client, frame, length);
}

/* Packets of the test that reach the server, checked byte by byte where forwarding changes them. */
static bool
receive_one(struct house *h, uint8_t frame[TESTNET_FRAME])
{
	while (testnet_receive(h->server, frame, TESTNET_PATIENCE_MS)) {
		if (frame[12] != 8 || frame[13] != 0 || frame[23] != 17)
			continue; /* what kernels say by themselves */
		assert_memory_equal(frame, h->s0, 6);
		assert_int_equal(frame[22], 63);
		return true;
	}
	return false;
}

static unsigned
receive_forwarded(struct house *h, unsigned count)
{
	uint8_t frame[TESTNET_FRAME];
	unsigned got = 0;

	while (got < count && receive_one(h, frame))
		got++;
	return got;
}

static const msgpack_object *
member(const msgpack_object *map, const char *name)
{
	assert_int_equal(map->type, MSGPACK_OBJECT_MAP);
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *at = &map->via.map.ptr[i];
		if (at->key.via.str.size == strlen(name) && memcmp(at->key.via.str.ptr, name, strlen(name)) == 0)
			return &at->val;
	}
	fail_msg("no field %s", name);
	return NULL;
}

/* number_of reads one number of a port from the reply to `status`. */
static uint64_t
number_of(struct house *h, unsigned port, const char *field)
{
	struct reply *r = reply_create(1);
	uint8_t *bytes;
	size_t length;
	msgpack_unpacked u;
	uint64_t value = UINT64_MAX;

	assert_non_null(r);
	h->engine->ops.status(h->engine, r);
	assert_true(reply_finish(r, &bytes, &length));
	msgpack_unpacked_init(&u);
	assert_int_equal(msgpack_unpack_next(&u, (char *)bytes + 4, length - 4, NULL), MSGPACK_UNPACK_SUCCESS);
	msgpack_object ports = *member(&u.data, "ports");
	assert_true(port < ports.via.array.size);
	const msgpack_object *found = member(&ports.via.array.ptr[port], field);
	value = found->via.u64;
	msgpack_unpacked_destroy(&u);
	free(bytes);
	return value;
}

/* ---- tests ------------------------------------------------------------------------------------------------------------ */

static void
two_workers_on_two_queues_forward_every_packet_and_keep_every_buffer(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 2, 2);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	uint64_t sent = 0;
	/* The first packet of all waits for its neighbour. */
	send_packet(&h, 0, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	sent++;
	for (unsigned i = 0; i < PACKETS; i++) {
		for (unsigned flow = 0; flow < FLOWS; flow++, sent++)
			send_packet(&h, flow, i);
		/* As fast as they are handled: nothing here may be lost. */
		assert_int_equal(receive_forwarded(&h, FLOWS), FLOWS);
	}
	await_ended(&h, sent);
	assert_int_equal(COUNTED(&h, received_packets), sent);
	assert_int_equal(COUNTED(&h, forwarded_packets), sent);
	assert_int_equal(COUNTED(&h, sessions_opened), FLOWS);
	assert_true(COUNTED(&h, handed_off) > 0);
	for (uint32_t w = 0; w < 2; w++)
		assert_true(forwarded_by(&h, w) > 0);
	stop_control(&c);
	close_house(&h);
}

/* ---- queues: frames of 60 bytes, of which 10,000 bytes may leave at once ---- */

enum { FRAME = 60, AT_ONCE = 10000 / FRAME };

static void
send_expedited(struct house *h, unsigned flow)
{
	uint8_t f[TESTNET_FRAME];
	size_t length = testnet_udp(f, h->f0, 0x0a010002, 0x0a020002, (uint16_t)(1000 + flow));
	uint32_t sum = 0;
	f[15] = DSCP_EF << 2;
	f[24] = f[25] = 0;
	for (unsigned i = 14; i < 34; i += 2)
		sum += (uint32_t)(f[i] << 8 | f[i + 1]);
	sum = ~((sum & 0xffff) + (sum >> 16));
	f[24] = (uint8_t)(sum >> 8);
	f[25] = (uint8_t)sum;
	testnet_send(h->client, f, length);
}

static uint64_t
queue_dropped(struct house *h, unsigned queue)
{
	uint64_t sum = 0;
	for (uint32_t w = 0; w < h->engine->options.workers; w++)
		sum +=
		    __atomic_load_n(&h->engine->shared.loop[w].worker.queues[queue].dropped_packets, __ATOMIC_RELAXED);
	return sum;
}

static void
a_queue_of_two_workers_sends_no_more_than_its_rate_and_all_of_it(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 2, 2);
	must_apply(&h, (struct plan_options){ .queue_rate = 8000000 });
	start_control(&c, &h);
	send_packet(&h, 0, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	uint64_t sent = 1, start = testnet_now_ms();
	for (unsigned i = 0; i < PACKETS; i++) {
		for (unsigned flow = 0; flow < FLOWS; flow++, sent++)
			send_packet(&h, flow, i);
		assert_int_equal(receive_forwarded(&h, FLOWS), FLOWS);
	}
	/* 1,000 bytes in each millisecond, after what may leave at once. */
	assert_true(testnet_now_ms() - start + 1 >= (sent * FRAME - 10000) / 1000);
	await_ended(&h, sent);
	assert_int_equal(COUNTED(&h, forwarded_packets), sent);
	for (uint32_t w = 0; w < 2; w++)
		assert_true(forwarded_by(&h, w) > 0);
	stop_control(&c);
	close_house(&h);
}

static void
what_finds_its_queue_full_is_dropped_by_name_and_what_waits_is_overtaken_by_priority(void **state)
{
	enum { BATCHES = 10 };
	struct house h;
	struct control c;
	uint8_t frame[TESTNET_FRAME];

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ .queue_rate = 8 }); /* a byte in a second */
	start_control(&c, &h);
	send_packet(&h, 0, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	uint64_t sent = 1;
	for (unsigned i = 0; i < BATCHES; i++) {
		for (unsigned n = 0; n < FLOWS; n++, sent++)
			send_packet(&h, 0, n);
		await_ended(&h, sent);
	}
	uint64_t fitted = AT_ONCE + SCHEDULER_FRAMES;
	assert_int_equal(COUNTED(&h, forwarded_packets), fitted);
	assert_int_equal(COUNTED(&h, drop[DROP_REASON_QUEUE_FULL]), sent - fitted);
	assert_int_equal(queue_dropped(&h, 0), sent - fitted);
	/* The one that came by itself is among those that could leave at once. */
	assert_int_equal(receive_forwarded(&h, AT_ONCE - 1), AT_ONCE - 1);
	/* Of another class: it does not wait behind those that have to. */
	send_expedited(&h, 1);
	assert_true(receive_one(&h, frame));
	assert_int_equal(frame[15], DSCP_EF << 2);
	/* With the queues gone, what waited leaves. */
	must_apply(&h, (struct plan_options){ 0 });
	assert_int_equal(receive_forwarded(&h, SCHEDULER_FRAMES), SCHEDULER_FRAMES);
	/* What still waits at the end gives its buffers back. */
	must_apply(&h, (struct plan_options){ .queue_rate = 8 });
	uint64_t before = ended(&h);
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned n = 0; n < FLOWS; n++)
			send_packet(&h, 0, n);
		await_ended(&h, before + (i + 1) * FLOWS);
	}
	stop_control(&c);
	close_house(&h);
}

static void
one_queue_serves_two_workers(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 2, 1);
	must_apply(&h, (struct plan_options){ .xdp_mode = "generic" });
	start_control(&c, &h);
	for (unsigned flow = 0; flow < FLOWS; flow++) {
		send_packet(&h, flow, 0);
		assert_int_equal(receive_forwarded(&h, 1), 1);
	}
	assert_int_equal(COUNTED(&h, forwarded_packets), FLOWS);
	/* The second worker received nothing itself and transmitted nothing itself, but processed its flows. */
	assert_int_equal(h.engine->shared.loop[1].socket_count, 0);
	assert_true(forwarded_by(&h, 1) > 0);
	assert_string_equal(device_mode(&h.engine->device[0]), "generic");
	stop_control(&c);
	close_house(&h);
}

/* filter_totals: what f/all, f/policed and the policer counted. */
struct filter_totals {
	uint64_t packets[3], bytes[3];
};

static void
add_rows(struct filter_totals *t, unsigned first, const msgpack_object *rows)
{
	for (uint32_t i = 0; i < rows->via.array.size; i++) {
		const msgpack_object *row = &rows->via.array.ptr[i];
		unsigned at = first + (unsigned)member(row, "index")->via.u64;
		assert_true(at < 3);
		t->packets[at] += member(row, "packets")->via.u64;
		t->bytes[at] += member(row, "bytes")->via.u64;
	}
}

/* read_filters adds what the reply to `filters` says, or to `clear_filters` of all there is. */
static void
read_filters(struct house *h, bool clear, struct filter_totals *t)
{
	uint32_t counters[] = { 1, 0 }, policers[] = { 0 };
	struct request_clear_filters q = { .generation = h->generation,
					   .counters = counters,
					   .counters_count = 2,
					   .policers = policers,
					   .policers_count = 1 };
	struct reply *r = reply_create(1);
	uint8_t *bytes;
	size_t length;
	msgpack_unpacked u;

	assert_non_null(r);
	if (clear)
		h->engine->ops.clear_filters(h->engine, &q, r);
	else
		h->engine->ops.filters(h->engine, r);
	assert_false(reply_refused(r));
	assert_true(reply_finish(r, &bytes, &length));
	msgpack_unpacked_init(&u);
	assert_int_equal(msgpack_unpack_next(&u, (char *)bytes + 4, length - 4, NULL), MSGPACK_UNPACK_SUCCESS);
	add_rows(t, 0, member(&u.data, "counters"));
	add_rows(t, 2, member(&u.data, "policers"));
	msgpack_unpacked_destroy(&u);
	free(bytes);
}

static bool
clear_refused(struct house *h, uint32_t generation, uint32_t counter)
{
	struct request_clear_filters q = { .generation = generation, .counters = &counter, .counters_count = 1 };
	struct reply *r = reply_create(1);
	uint8_t *bytes;
	size_t length;

	assert_non_null(r);
	h->engine->ops.clear_filters(h->engine, &q, r);
	bool refused = reply_refused(r);
	assert_true(reply_finish(r, &bytes, &length));
	free(bytes);
	return refused;
}

static void
filter_counters_add_up_over_workers_commits_and_clears_to_the_single_packet(void **state)
{
	enum { POLICED_FLOWS = 1000 + FLOWS - POLICED, IP_BYTES = 46 };
	struct filter_totals held = { 0 }, now = { 0 };
	struct house h;
	struct control c;

	open_house(&h, 2, 2);
	must_apply(&h, (struct plan_options){ .filter = true });
	start_control(&c, &h);
	send_packet(&h, 0, 0); /* waits for its neighbour */
	assert_int_equal(receive_forwarded(&h, 1), 1);
	stop_control(&c);
	uint64_t sent = 1;
	for (unsigned i = 0; i < PACKETS; i++) {
		for (unsigned flow = 0; flow < FLOWS; flow++, sent++) {
			send_packet(&h, flow, i);
			/* While packets of this round are under way. */
			if (flow % 16 == 7)
				read_filters(&h, true, &held);
		}
		assert_int_equal(receive_forwarded(&h, FLOWS - POLICED_FLOWS), FLOWS - POLICED_FLOWS);
		if (i == PACKETS / 2) {
			must_apply(&h, (struct plan_options){ .filter = true });
			assert_true(clear_refused(&h, h.generation - 1, 0));
			assert_true(clear_refused(&h, h.generation, 2));
		}
	}
	await_ended(&h, sent);
	for (uint32_t w = 0; w < 2; w++)
		assert_true(forwarded_by(&h, w) > 0);
	read_filters(&h, false, &now);
	assert_true(now.packets[0] > 0 && now.packets[0] < sent);
	read_filters(&h, true, &held);
	assert_int_equal(held.packets[0], sent);
	assert_int_equal(held.packets[1], POLICED_FLOWS * PACKETS);
	assert_int_equal(held.packets[2], POLICED_FLOWS * PACKETS);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(held.bytes[i], held.packets[i] * IP_BYTES);
	assert_int_equal(counted(&h, offsetof(struct counters, drop) + DROP_REASON_POLICER * sizeof(uint64_t)),
			 held.packets[2]);
	now = (struct filter_totals){ 0 };
	read_filters(&h, false, &now);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(now.packets[i] | now.bytes[i], 0);
	assert_false(clear_refused(&h, h.generation, 1));
	close_house(&h);
}

static void
flood(struct loop *l, void *ctx)
{
	for (unsigned i = 0; i < 3 * XSK_RX_SLOTS; i++)
		send_packet(ctx, 0, i);
}

static void
status_tells_what_the_kernel_kept_and_what_it_lost_before_a_worker_saw_it(void **state)
{
	struct house h;
	uint8_t frame[TESTNET_FRAME];
	struct control c;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ .xdp_mode = "generic" });
	uint64_t given = number_of(&h, 0, "to_socket"), arp = number_of(&h, 0, "kernel_arp");
	start_control(&c, &h);
	send_packet(&h, 0, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	size_t length = testnet_udp(frame, h.f0, 0x0a010002, 0x0a020002, 1000);
	frame[12] = 8, frame[13] = 6;
	testnet_send(h.client, frame, length);
	stop_control(&c);
	assert_int_equal(number_of(&h, 0, "to_socket"), given + 1);
	assert_true(number_of(&h, 0, "kernel_arp") > arp);
	/* Without a worker to fetch them, packets fill the receive ring, and the rest is lost. */
	uint64_t before = number_of(&h, 0, "rx_ring_full") + number_of(&h, 0, "rx_dropped");
	worker_call(&h.engine->shared.loop[0], flood, &h);
	assert_true(number_of(&h, 0, "rx_ring_full") + number_of(&h, 0, "rx_dropped") > before);
	close_house(&h);
}

static void
fill_transmit_ring(struct loop *l, void *ctx)
{
	for (uint32_t i = 0; i < l->socket_count; i++)
		l->socket[i]->in_flight += *(int32_t *)ctx;
}

static void
a_packet_that_the_device_has_no_room_for_is_not_counted_as_sent(void **state)
{
	struct house h;
	struct control c;
	int32_t frames = XSK_TX_SLOTS;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ .xdp_mode = "generic" });
	start_control(&c, &h);
	send_packet(&h, 0, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	worker_call(&h.engine->shared.loop[0], fill_transmit_ring, &frames);
	send_packet(&h, 0, 1); /* by the fast path */
	send_packet(&h, 1, 0); /* would open a session */
	await_ended(&h, 3);
	assert_int_equal(COUNTED(&h, drop[DROP_REASON_TX_FULL]), 2);
	assert_int_equal(COUNTED(&h, forwarded_packets), 1);
	assert_int_equal(COUNTED(&h, sessions_opened), 1);
	assert_int_equal(COUNTED(&h, output_lost), 0);
	frames = -frames;
	worker_call(&h.engine->shared.loop[0], fill_transmit_ring, &frames);
	send_packet(&h, 1, 1);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	stop_control(&c);
	close_house(&h);
}

static void
a_mark_in_use_is_not_given_to_a_second_socket(void **state)
{
	struct house h;

	open_house(&h, 1, 1);
	h.engine->next_socket = XSK_INDEX_MAX - 1;
	must_apply(&h, (struct plan_options){ .xdp_mode = "generic" });
	struct device *d = h.engine->device;
	assert_int_equal(d[0].socket[0]->index, XSK_INDEX_MAX - 1);
	assert_int_equal(d[1].socket[0]->index, 0);
	testnet_pair(&h.net, "f2", "c2", 1);
	netlink_handle(h.engine->netlink);
	h.engine->next_socket = XSK_INDEX_MAX - 1;
	must_apply(&h, (struct plan_options){ .device = { "f0", "f2" }, .xdp_mode = "generic" });
	assert_int_equal(device_find(h.engine, "f0")->socket[0]->index, XSK_INDEX_MAX - 1);
	assert_int_equal(device_find(h.engine, "f2")->socket[0]->index, 1);
	close_house(&h);
}

static void
a_storm_loses_packets_but_no_buffer(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 2, 2);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	for (unsigned i = 0; i < 20000; i++)
		send_packet(&h, i % 997, i);
	/* A commit in the middle exchanges the ports: both sides of every number change while packets are on their way. */
	stop_control(&c);
	must_apply(&h, (struct plan_options){ .device = { "f1", "f0" } });
	start_control(&c, &h);
	for (unsigned i = 0; i < 20000; i++)
		send_packet(&h, i % 997, i);
	stop_control(&c);
	close_house(&h); /* counts the buffers */
}

static uint32_t
attached_id(const char *device)
{
	uint32_t id = 0;
	assert_int_equal(bpf_xdp_query_id((int)if_nametoindex(device), 0, &id), 0);
	return id;
}

static bool
has_address(struct house *h, const char *device, uint8_t second)
{
	struct address a = { .byte = { 10, second, 0, 1 } };
	assert_int_equal(kernel_addresses(h->engine), 0);
	return address_present(&h->engine->addresses, if_nametoindex(device), AF_INET, &a, 24);
}

static uint16_t
mtu_of(struct house *h, const char *device)
{
	assert_int_equal(netlink_dump_links(h->engine->netlink), 0);
	return link_by_name(h->engine, device)->info.mtu;
}

static void
a_refused_snapshot_leaves_no_trace(void **state)
{
	struct house h;
	struct refusal why;

	open_house(&h, 1, 1);
	uint16_t mtu = mtu_of(&h, "f0");
	assert_int_equal(apply(&h, (struct plan_options){ .device = { "f0", "nosuch" }, .mtu = 1400 }, &why), -1);
	assert_int_equal(mtu_of(&h, "f0"), mtu);
	assert_string_equal(why.path, "ports[1].device");
	assert_string_equal(why.message, "expected a network device of this host, found none named 'nosuch'");
	assert_int_equal(attached_id("f0"), 0);
	assert_false(has_address(&h, "f0", 1));
	assert_null(h.engine->plan);

	assert_int_equal(apply(&h, (struct plan_options){ .xdp_mode = "zero-copy" }, &why), -1);
	assert_string_equal(why.path, "ports[0].xdp_mode");
	assert_int_equal(attached_id("f0"), 0);
	assert_int_equal(attached_id("f1"), 0);
	close_house(&h);
}

static void
a_refused_snapshot_leaves_the_one_in_force_forwarding(void **state)
{
	struct house h;
	struct control c;
	struct refusal why;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	send_packet(&h, 1, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	stop_control(&c);
	/* Needs f0 in another mode before it fails on the second port. */
	assert_int_equal(apply(&h, (struct plan_options){ .device = { "f0", "nosuch" }, .xdp_mode = "generic" }, &why),
			 -1);
	assert_string_equal(why.path, "ports[1].device");
	uint16_t mtu = mtu_of(&h, "f0");
	assert_int_equal(apply(&h, (struct plan_options){ .device = { "f0", "nosuch" }, .mtu = 1400 }, &why), -1);
	assert_int_equal(mtu_of(&h, "f0"), mtu);
	assert_int_equal(h.engine->plan->snapshot->generation, 1);
	start_control(&c, &h);
	send_packet(&h, 1, 1);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	assert_string_equal(device_mode(&h.engine->device[h.engine->plan->view.device_of_port[0]]), "native");
	stop_control(&c);
	close_house(&h);
}

static void
a_commit_is_obeyed_by_the_next_packet(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	send_packet(&h, 1, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	stop_control(&c);
	must_apply(&h, (struct plan_options){ .deny = true });
	start_control(&c, &h);
	send_packet(&h, 1, 1);
	await_ended(&h, 2);
	assert_int_equal(COUNTED(&h, forwarded_packets), 1);
	assert_int_equal(COUNTED(&h, drop[DROP_REASON_POLICY_DENY]), 1);
	stop_control(&c);
	close_house(&h);
}

static void
a_device_that_was_made_anew_is_taken_up_again(void **state)
{
	struct house h;
	struct control c;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	send_packet(&h, 1, 0);
	assert_int_equal(receive_forwarded(&h, 1), 1);
	close(h.server);
	testnet_run("ip link del f1");
	testnet_pair(&h.net, "f1", "s0", 1);
	testnet_outside(&h.net, "ip addr add 10.2.0.2/24 dev s0");
	h.server = testnet_socket(&h.net, h.net.outside, "s0");
	testnet_mac(&h.net, h.net.outside, "s0", h.s0);
	uint64_t until = testnet_now_ms() + TESTNET_PATIENCE_MS;
	uint8_t frame[TESTNET_FRAME];
	bool arrived = false;
	for (unsigned i = 1; !arrived && testnet_now_ms() < until; i++) {
		send_packet(&h, 1, i);
		while (!arrived && testnet_receive(h.server, frame, 50))
			arrived = frame[12] == 8 && frame[13] == 0 && frame[22] == 63;
	}
	assert_true(arrived);
	stop_control(&c);
	close_house(&h);
}

static void
only_own_addresses_are_removed(void **state)
{
	struct house h;

	open_house(&h, 1, 1);
	testnet_run("ip addr add 10.1.0.1/24 dev f0"); /* somebody else's, and the configuration wants it, too */
	must_apply(&h, (struct plan_options){ 0 });
	assert_true(has_address(&h, "f0", 1));
	assert_true(has_address(&h, "f1", 2));
	must_apply(&h, (struct plan_options){ .device = { "f1", "f0" } });
	assert_true(has_address(&h, "f0", 1));
	assert_false(has_address(&h, "f1", 2));
	assert_true(has_address(&h, "f0", 2));
	close_house(&h);
}

static bool
has_proxy(struct house *h, const char *device, uint8_t family, uint8_t last)
{
	struct address four = { .byte = { 10, 1, 0, last } }, six = { .byte = { 0x20, 1, 0xd, 0xb8, [15] = last } };
	assert_int_equal(kernel_addresses(h->engine), 0);
	return address_present(&h->engine->addresses, if_nametoindex(device), family, family == AF_INET ? &four : &six,
			       family == AF_INET ? 32 : 128);
}

/* Whether neighbour discovery for an address of the first port is the kernel's. */
static bool
asks_kernel(struct house *h, uint8_t last)
{
	uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = last }, value;
	return bpf_map_lookup_elem(device_find(h->engine, "f0")->attachment.local6, six, &value) == 0;
}

static void
addresses_that_are_answered_for_come_and_go_with_the_configuration(void **state)
{
	struct house h;

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ .proxies = 3 });
	for (uint8_t last = 100; last < 103; last++) {
		assert_true(has_proxy(&h, "f0", AF_INET, last));
		assert_true(has_proxy(&h, "f0", AF_INET6, last));
		assert_true(asks_kernel(&h, last));
	}
	assert_false(has_proxy(&h, "f0", AF_INET, 103));
	assert_false(has_proxy(&h, "f1", AF_INET, 100));
	testnet_run("ip -4 addr show dev f0 | grep -q '10.1.0.100/32 scope host'");
	testnet_run("ip -6 addr show dev f0 | grep -q '2001:db8::64/128 .*deprecated'");
	/* The first stays, others go, and a refused one changes nothing. */
	must_apply(&h, (struct plan_options){ .proxies = 1 });
	struct refusal why;
	assert_int_equal(apply(&h, (struct plan_options){ .proxies = 2, .device = { "f0", "none" } }, &why), -1);
	for (uint8_t last = 100; last < 103; last++) {
		assert_int_equal(has_proxy(&h, "f0", AF_INET, last), last == 100);
		assert_int_equal(has_proxy(&h, "f0", AF_INET6, last), last == 100);
		assert_int_equal(asks_kernel(&h, last), last == 100);
	}
	must_apply(&h, (struct plan_options){ 0 });
	assert_false(has_proxy(&h, "f0", AF_INET, 100));
	assert_false(has_proxy(&h, "f0", AF_INET6, 100));
	assert_false(asks_kernel(&h, 100));
	assert_true(has_address(&h, "f0", 1));
	close_house(&h);
}

static void
after_the_end_the_program_stays_if_closed_and_goes_if_open(void **state)
{
	for (unsigned open = 0; open < 2; open++) {
		struct house h;
		open_house(&h, 1, 1);
		must_apply(&h, (struct plan_options){ .fail_open = open });
		assert_int_not_equal(attached_id("f0"), 0);
		engine_stop(h.engine);
		assert_int_equal(engine_release(h.engine), 0);
		engine_destroy(h.engine);
		h.engine = NULL;
		assert_int_equal(attached_id("f0") != 0, !open);
		assert_int_equal(engine_detach(), open ? 0 : 2);
		assert_int_equal(attached_id("f0"), 0);
		close_house(&h);
	}
}

static void
kernel_routes_are_followed_as_they_come_and_go(void **state)
{
	struct house h;
	struct control c;
	uint8_t frame[TESTNET_FRAME];

	open_house(&h, 1, 1);
	must_apply(&h, (struct plan_options){ 0 });
	start_control(&c, &h);
	testnet_run("ip route add 10.99.0.0/16 via 10.2.0.2");
	size_t length = testnet_udp(frame, h.f0, 0x0a010002, 0x0a630001, 1000);
	uint64_t until = testnet_now_ms() + TESTNET_PATIENCE_MS, sent = 0;
	while (COUNTED(&h, forwarded_packets) == 0 && testnet_now_ms() < until) {
		testnet_send(h.client, frame, length);
		sent++;
		usleep(10000);
	}
	assert_true(COUNTED(&h, forwarded_packets) > 0);
	testnet_run("ip route del 10.99.0.0/16");
	uint64_t refused = COUNTED(&h, drop[DROP_REASON_NO_ROUTE]);
	while (COUNTED(&h, drop[DROP_REASON_NO_ROUTE]) == refused && testnet_now_ms() < until) {
		testnet_send(h.client, frame, length);
		usleep(10000);
	}
	assert_true(COUNTED(&h, drop[DROP_REASON_NO_ROUTE]) > refused);
	stop_control(&c);
	close_house(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_workers_on_two_queues_forward_every_packet_and_keep_every_buffer),
		cmocka_unit_test(filter_counters_add_up_over_workers_commits_and_clears_to_the_single_packet),
		cmocka_unit_test(a_queue_of_two_workers_sends_no_more_than_its_rate_and_all_of_it),
		cmocka_unit_test(what_finds_its_queue_full_is_dropped_by_name_and_what_waits_is_overtaken_by_priority),
		cmocka_unit_test(one_queue_serves_two_workers),
		cmocka_unit_test(status_tells_what_the_kernel_kept_and_what_it_lost_before_a_worker_saw_it),
		cmocka_unit_test(a_packet_that_the_device_has_no_room_for_is_not_counted_as_sent),
		cmocka_unit_test(a_mark_in_use_is_not_given_to_a_second_socket),
		cmocka_unit_test(a_storm_loses_packets_but_no_buffer),
		cmocka_unit_test(a_refused_snapshot_leaves_no_trace),
		cmocka_unit_test(a_refused_snapshot_leaves_the_one_in_force_forwarding),
		cmocka_unit_test(a_commit_is_obeyed_by_the_next_packet),
		cmocka_unit_test(a_device_that_was_made_anew_is_taken_up_again),
		cmocka_unit_test(only_own_addresses_are_removed),
		cmocka_unit_test(addresses_that_are_answered_for_come_and_go_with_the_configuration),
		cmocka_unit_test(after_the_end_the_program_stays_if_closed_and_goes_if_open),
		cmocka_unit_test(kernel_routes_are_followed_as_they_come_and_go),
	};
	attach_quiet(NULL);
	log_level_set("error");
	snprintf(run_dir, sizeof run_dir, "/tmp/rwp-engine-%d", getpid());
	mkdir(run_dir, 0700);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	testnet_run("rm -rf %s", run_dir);
	return rc;
}
