/* decode_test.c: a snapshot with anything wrong is refused with its path; a good one becomes what the workers read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/flip.h"

#include "packet/packet.h"
#include "snapshot/schema_gen.h"
#include "snapshot/snapshot.h"

static msgpack_unpacked sample;

static struct snapshot *
decode_edited(const struct edit *e, struct refusal *why)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	edit_value(&packer, &sample.data, "", e);
	memset(why, 0, sizeof *why);
	struct snapshot *s = snapshot_decode(buffer.data, (uint32_t)buffer.size, why);
	msgpack_sbuffer_destroy(&buffer);
	return s;
}

/* with decodes the sample with the value at `path` replaced by `text`. */
static struct snapshot *
with(const char *path, const char *text, struct refusal *why)
{
	msgpack_sbuffer value;
	msgpack_packer packer;
	msgpack_sbuffer_init(&value);
	msgpack_packer_init(&packer, &value, msgpack_sbuffer_write);
	notation_pack(&packer, text);
	struct snapshot *s = decode_edited(&(struct edit){ EDIT_VALUE, path, value.data, value.size }, why);
	msgpack_sbuffer_destroy(&value);
	return s;
}

static struct snapshot *
sample_decode(void)
{
	struct refusal why;
	struct snapshot *s = decode_edited(&(struct edit){ .kind = EDIT_MISSING, .path = "nothing" }, &why);
	if (!s)
		fail_msg("%s: %s: %s", why.path, why.code, why.message);
	return s;
}

static void
expect_refused(void *ctx, const char *bytes, size_t length, const char *code, const char *path, const char *how)
{
	struct refusal why = { .code = "" };
	struct snapshot *s = snapshot_decode(bytes, (uint32_t)length, &why);
	snapshot_free(s);
	if (s || strcmp(why.code, code) != 0 || strcmp(why.path, path) != 0)
		fail_msg("%s, %s: expected %s, got %s at %s: %s", path, how, code, s ? "no refusal" : why.code,
			 why.path, why.message);
	assert_true(why.message[0]);
}

static void
every_field_of_every_map_is_refused_by_its_path_when_it_is_wrong(void **state)
{
	struct flip f = { .message = &sample.data, .each = expect_refused };
	flip_map(&f, &given_snapshot_map, &sample.data, "");
	assert_int_equal(f.seen_count, flip_fields(&given_snapshot_map, &(struct flip_maps){ .count = 0 }));
	assert_true(f.count > 3000);
}

/* expect_with: the sample with this value is refused with `code` at `at`, or taken if there is no code. */
static void
expect_with(const char *path, const char *value, const char *code, const char *at)
{
	struct refusal why;
	struct snapshot *s = with(path, value, &why);
	snapshot_free(s);
	if (code ? s || strcmp(why.code, code) != 0 || strcmp(why.path, at) != 0 : !s)
		fail_msg("%s = %s: got %s at %s: %s", path, value, s ? "no refusal" : why.code, why.path, why.message);
}

static void
what_connects_the_fields_is_checked(void **state)
{
	static const struct {
		const char *path, *value, *code, *at;
	} table[] = {
		{ "proxies[0].unit", "5", "reference", "proxies[0].unit" },
		{ "proxies[0].low", "\"@192.0.2.13\"", "order", "proxies[0].low" },
		{ "proxies[1].high", "\"@192.0.2.1\"", "conflict", "proxies[1].high" },
		{ "proxies[0].high", "\"@192.0.18.10\"", "bound", "proxies[0]" },
		{ "nat_pools[0].addresses[1].low", "\"@192.0.2.19\"", "order", "nat_pools[0].addresses[1].low" },
		{ "nat_pools[0].addresses[0].low", "\"@192.0.2.20\"", "order", "nat_pools[0].addresses[0].low" },
		{ "nat_pools[0].addresses[1].high", "\"@192.0.255.30\"", "bound", "nat_pools[0].addresses[1]" },
		{ "nat_pools[0].addresses[1].high", "\"@2001:db8::1\"", "conflict", "nat_pools[0].addresses[1]" },
		{ "nat_pools[0].port_low", "63488", "order", "nat_pools[0].port_low" },
		{ "nat_pools[0].port_low", "0", "conflict", "nat_pools[0].port_low" },
		{ "nat_pools[0].overflow_pool", "4", "reference", "nat_pools[0].overflow_pool" },
		{ "nat_pools[0].overflow_pool", "1", "conflict", "nat_pools[0].overflow_pool" },
		{ "nat_pools[0].overflow_pool", "3", "conflict", "nat_pools[0].overflow_pool" },
		{ "nat_pools[1].overflow_pool", "1", "conflict", "nat_pools[1].overflow_pool" },
		{ "nat_pools[1].name", "\"source/outside\"", "duplicate", "nat_pools[1].name" },
		{ "nat_rules[0].pool", "1", "conflict", "nat_rules[0].pool" },
		{ "nat_rules[0].outer_port", "1", "conflict", "nat_rules[0].action" },
		{ "nat_rules[2].persistent_timeout", "59", "bound", "nat_rules[2].persistent_timeout" },
		{ "nat_rules[2].action", "\"off\"", "conflict", "nat_rules[2].persistent" },
		{ "nat_rules[1].persistent_sessions", "30", "conflict", "nat_rules[1].persistent" },
		{ "nat_rules[1].pool", "0", "reference", "nat_rules[1].pool" },
		{ "nat_rules[1].pool", "4", "reference", "nat_rules[1].pool" },
		{ "nat_rules[1].name", "\"static/hosts/mail\"", "duplicate", "nat_rules[4].name" },
		{ "nat_rules[4].inner", "\"@2001:db8::\"", "conflict", "nat_rules[4].inner" },
		{ "nat_rules[4].length", "33", "bound", "nat_rules[4].length" },
		{ "nat_rules[4].length", "25", "address", "nat_rules[4].outer" },
		{ "nat_rules[4].inner", "\"@10.0.0.65\"", "address", "nat_rules[4].inner" },
		{ "nat_rules[4].inner_port", "0", "conflict", "nat_rules[4].inner_port" },
		{ "nat_rules[4].action", "\"nptv6\"", "conflict", "nat_rules[4].outer" },
		{ "nat_rules[5].length", "65", "bound", "nat_rules[5].length" },
		{ "nat_rules[5].length", "47", "address", "nat_rules[5].outer" },
		{ "nat_sets[1].stage", "\"static-destination\"", "conflict", "nat_sets[1].matches[0].rule" },
		{ "nat_sets[2].stage", "\"destination\"", "conflict", "nat_sets[2].from" },
		{ "nat_sets[0].stage", "\"source\"", "conflict", "nat_sets[0].to" },
		{ "nat_sets[3].stage", "\"destination\"", "order", "nat_sets[3].stage" },
		{ "nat_sets[3].from[0]", "5", "reference", "nat_sets[3].from[0]" },
		{ "nat_sets[3].to[0]", "5", "reference", "nat_sets[3].to[0]" },
		{ "nat_sets[3].matches[0].rule", "7", "reference", "nat_sets[3].matches[0].rule" },
		{ "nat_sets[3].matches[0].rule", "5", "conflict", "nat_sets[3].matches[0].rule" },
		{ "nat_sets[1].matches[0].rule", "3", "conflict", "nat_sets[1].matches[0].rule" },
		{ "nat_sets[3].matches[0].source[1]", "999", "reference", "nat_sets[3].matches[0].source[1]" },
		{ "nat_sets[1].matches[0].destination_port_low", "81", "order",
		  "nat_sets[1].matches[0].destination_port_low" },
		{ "zones[1].id", "3", "order", "zones[1].id" },
		{ "zones[2].name", "\"trust\"", "duplicate", "zones[2].name" },
		{ "zones[0].host_inbound[0].port_low", "23", "order", "zones[0].host_inbound[0].port_low" },
		{ "zones[0].host_inbound[0].icmp_type", "8", "conflict", "zones[0].host_inbound[0].icmp_type" },
		{ "instances[0].id", "1", "order", "instances[0].id" },
		{ "instances[1].name", "\"inet.0\"", "duplicate", "instances[1].name" },
		{ "ports[1].id", "0", "order", "ports[1].id" },
		{ "ports[1].name", "\"ge-0/0/0\"", "duplicate", "ports[1].name" },
		{ "ports[1].device", "\"eth1\"", "duplicate", "ports[1].device" },
		{ "units[0].id", "2", "order", "units[0].id" },
		{ "units[3].name", "\"ge-0/0/0.0\"", "duplicate", "units[3].name" },
		{ "units[1].port", "2", "reference", "units[1].port" },
		{ "units[1].zone", "4", "reference", "units[1].zone" },
		{ "units[1].instance", "2", "reference", "units[1].instance" },
		{ "units[3].vlan", "10", "duplicate", "units[3].vlan" },
		{ "units[0].host_inbound[0].port_high", "0", NULL, NULL },
		{ "units[0].addresses[0].length", "33", "bound", "units[0].addresses[0].length" },
		{ "units[0].addresses[0].address", "\"@10.0.0.0\"", "address", "units[0].addresses[0].address" },
		{ "units[0].addresses[0].address", "\"@10.0.0.255\"", "address", "units[0].addresses[0].address" },
		{ "units[0].addresses[0].address", "\"@0.0.0.1\"", "address", "units[0].addresses[0].address" },
		{ "units[0].addresses[0].address", "\"@127.0.0.1\"", "address", "units[0].addresses[0].address" },
		{ "units[0].addresses[0].address", "\"@224.0.0.1\"", "address", "units[0].addresses[0].address" },
		{ "units[0].addresses[1].address", "\"@::\"", "address", "units[0].addresses[1].address" },
		{ "units[0].addresses[1].address", "\"@::1\"", "address", "units[0].addresses[1].address" },
		{ "units[0].addresses[1].address", "\"@ff02::1\"", "address", "units[0].addresses[1].address" },
		{ "units[0].addresses[1].address", "\"@::ffff:10.0.0.9\"", "address", "units[0].addresses[1].address" },
		{ "units[0].addresses[2].address", "\"@2001:db8:0:1::1\"", "duplicate",
		  "units[0].addresses[2].address" },
		{ "units[0].addresses[2].address", "\"@2001:db8:0:1::2\"", NULL,
		  NULL }, /* of one unit: a second address */
		{ "units[1].addresses[0].address", "\"@10.0.0.1\"", "overlap", "units[1].addresses[0].address" },
		{ "units[1].addresses[0].address", "\"@10.0.0.129\"", "overlap", "units[1].addresses[0].address" },
		{ "units[1].addresses[1].address", "\"@2001:db8:0:1::2\"", "overlap", "units[1].addresses[1].address" },
		{ "units[2].addresses[0].length", "8", NULL, NULL }, /* another instance is another world */
		{ "units[2].instance", "0", "overlap", "units[2].addresses[0].address" },
		{ "address_sets[0].inet[0].low", "\"@10.0.1.0\"", "order", "address_sets[0].inet[0].low" },
		{ "address_sets[0].inet[1].low", "\"@10.0.0.255\"", "order", "address_sets[0].inet[1].low" },
		{ "address_sets[0].inet[1].low", "\"@10.0.0.0\"", "order", "address_sets[0].inet[1].low" },
		{ "address_sets[1].inet6[1].low", "\"@2001:db8::ffff\"", "order", "address_sets[1].inet6[1].low" },
		{ "applications[3].id", "3", "order", "applications[3].id" },
		{ "applications[0].port_high", "79", "order", "applications[0].port_low" },
		{ "policy_sets[0].id", "2", "order", "policy_sets[0].id" },
		{ "policy_sets[1].id", "65534", "order", "policy_sets[1].id" },
		{ "policy_sets[0].from_zone", "0", "reference", "policy_sets[0].from_zone" },
		{ "policy_sets[0].to_zone", "4", "reference", "policy_sets[0].to_zone" },
		{ "policy_sets[2].to_zone", "1", "reference", "policy_sets[2].to_zone" },
		{ "policy_sets[1].to_zone", "2", "duplicate", "policy_sets[1].to_zone" },
		{ "policy_sets[0].rules[1].policy_id", "65536", "order", "policy_sets[0].rules[1].policy_id" },
		{ "policy_sets[0].rules[1].counter", "4", "reference", "policy_sets[0].rules[1].counter" },
		{ "policy_sets[0].rules[1].application", "5", "reference", "policy_sets[0].rules[1].application" },
		{ "policy_sets[0].rules[0].from_zones", "[1]", "conflict", "policy_sets[0].rules[0].from_zones" },
		{ "policy_sets[0].rules[0].to_zones", "[1]", "conflict", "policy_sets[0].rules[0].to_zones" },
		{ "policy_sets[2].rules[0].from_zones", "[1, 4]", "reference",
		  "policy_sets[2].rules[0].from_zones[1]" },
		{ "policy_sets[2].rules[0].to_zones", "[4]", "reference", "policy_sets[2].rules[0].to_zones[0]" },
		{ "policy_sets[0].rules[0].source", "[0, 3]", "reference", "policy_sets[0].rules[0].source[1]" },
		{ "policy_sets[0].rules[0].destination", "[3]", "reference", "policy_sets[0].rules[0].destination[0]" },
		{ "policy_sets[0].rules[1].source_excluded", "true", "conflict",
		  "policy_sets[0].rules[1].source_excluded" },
		{ "policy_sets[0].rules[1].destination_excluded", "true", "conflict",
		  "policy_sets[0].rules[1].destination_excluded" },
		{ "policy_sets[2].rules[0].source_port_high", "1023", "order",
		  "policy_sets[2].rules[0].source_port_low" },
		{ "policy_sets[0].rules[0].destination_port_low", "91", "order",
		  "policy_sets[0].rules[0].destination_port_low" },
		{ "policy_sets[0].rules[0].protocol", "50", "conflict",
		  "policy_sets[0].rules[0].destination_port_low" },
		{ "policy_sets[0].rules[1].protocol", "6", "conflict", "policy_sets[0].rules[1].icmp_type" },
		{ "policy_sets[0].rules[0].icmp_code", "0", "conflict", "policy_sets[0].rules[0].icmp_code" },
		{ "default_policy.counter", "4", "reference", "default_policy.counter" },
		{ "counters[3]", "\"global/no-high\"", "duplicate", "counters[3]" },
		{ "routes[0].instance", "2", "reference", "routes[0].instance" },
		{ "routes[2].length", "33", "bound", "routes[2].length" },
		{ "routes[2].length", "15", "address", "routes[2].prefix" },
		{ "routes[2].length", "17", "duplicate", "routes[3].prefix" },
		{ "routes[2].kind", "\"next-hop\"", "conflict", "routes[2].next_hops" },
		{ "routes[0].kind", "\"reject\"", "conflict", "routes[0].next_hops" },
		{ "routes[0].next_hops[0].gateway", "\"@fe80::2\"", "conflict", "routes[0].next_hops[0].gateway" },
		{ "routes[0].next_hops[0].gateway", "\"@224.0.0.9\"", "address", "routes[0].next_hops[0].gateway" },
		{ "routes[1].next_hops[0].unit", "0", "reference", "routes[1].next_hops[0].unit" },
		{ "routes[1].next_hops[0].unit", "5", "reference", "routes[1].next_hops[0].unit" },
		{ "routes[1].next_hops[0].unit", "3", NULL, NULL }, /* of another instance: a route may lead there */
		{ "routes[0].table", "1", "conflict", "routes[0].table" },
		{ "routes[4].table", "2", "reference", "routes[4].table" },
		{ "routes[4].table", "1", "conflict", "routes[4].table" },
		{ "routes[4].next_hops", "[{\"gateway\": \"@10.0.0.2\", \"unit\": 3}]", "conflict",
		  "routes[4].next_hops" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		expect_with(table[i].path, table[i].value, table[i].code, table[i].at);
}

static void
what_connects_class_of_service_is_checked(void **state)
{
	static const struct {
		const char *path, *value, *code, *at;
	} table[] = {
#define QUEUE "{\"priority\": \"low\", \"rate\": 0, \"exact\": false}"
		{ "ports[1].queues", "[" QUEUE "]", "bound", "ports[1].queues" },
		{ "ports[1].queues",
		  "[" QUEUE "," QUEUE "," QUEUE "," QUEUE "," QUEUE "," QUEUE "," QUEUE "," QUEUE "]", NULL, NULL },
		{ "ports[1].shaping_rate", "1", "conflict", "ports[1].shaping_rate" },
		{ "ports[0].queues[3].exact", "true", "conflict", "ports[0].queues[3].exact" },
		{ "forwarding_classes[4].name", "\"best-effort\"", "duplicate", "forwarding_classes[4].name" },
		{ "classifiers[0].code_points[0].forwarding_class", "4", NULL, NULL },
		{ "classifiers[0].code_points[0].forwarding_class", "5", "reference",
		  "classifiers[0].code_points[0].forwarding_class" },
		{ "classifiers[0].code_points[2].dscp", "46", "duplicate", "classifiers[0].code_points[2].dscp" },
		{ "rewrites[0].marks[1].forwarding_class", "5", "reference", "rewrites[0].marks[1].forwarding_class" },
		{ "rewrites[0].marks[1]", "{\"forwarding_class\": 1, \"loss_priority\": 0, \"dscp\": 1}", "duplicate",
		  "rewrites[0].marks[1].loss_priority" },
		{ "rewrites[0].marks[1]", "{\"forwarding_class\": 1, \"loss_priority\": 1, \"dscp\": 46}", NULL, NULL },
		{ "units[0].classifier", "3", "reference", "units[0].classifier" },
		{ "units[0].classifier6", "3", "reference", "units[0].classifier6" },
		{ "units[0].rewrite", "3", "reference", "units[0].rewrite" },
		{ "units[0].rewrite6", "3", "reference", "units[0].rewrite6" },
		{ "policers[0].exceed_forwarding_class", "4", NULL, NULL },
		{ "policers[0].exceed_forwarding_class", "5", "reference", "policers[0].exceed_forwarding_class" },
		{ "filters[0].terms[0].set_forwarding_class", "4", NULL, NULL },
		{ "filters[0].terms[0].set_forwarding_class", "5", "reference",
		  "filters[0].terms[0].set_forwarding_class" },
#undef QUEUE
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		expect_with(table[i].path, table[i].value, table[i].code, table[i].at);
}

static void
assert_rate(const struct policer_rule *r, const char *name, uint64_t rate, uint64_t burst)
{
	assert_non_null(r);
	assert_string_equal(r->name, name);
	assert_int_equal(r->kind, POLICER_TWO_COLOR);
	assert_false(r->packets);
	assert_int_equal(r->rate, rate);
	assert_int_equal(r->burst, burst);
	assert_non_null(r->state);
}

static void
class_of_service_becomes_what_workers_read(void **state)
{
	struct snapshot *s = sample_decode();
	static const uint8_t queues[FORWARDING_CLASSES] = { 0, 1, 2, 3, 0 };
	assert_memory_equal(s->queue_of_class, queues, sizeof queues);

	const struct dscp_class *c = s->unit[1].classifier;
	for (unsigned dscp = 0; dscp < DSCPS; dscp++) {
		assert_int_equal(c[dscp].forwarding_class, dscp == 46 ? 1 : dscp == 10 || dscp == 14 ? 2 : 0);
		assert_int_equal(c[dscp].loss_priority, dscp == 14 ? 3 : 0);
	}
	assert_ptr_equal(s->unit[1].classifier6, c + DSCPS);
	assert_ptr_equal(s->unit[3].classifier, c + DSCPS);
	assert_int_equal(c[DSCPS + 46].forwarding_class, 0);
	assert_null(s->unit[2].classifier);
	assert_null(s->unit[2].classifier6);

	const struct dscp_rewrite *r = s->unit[2].rewrite;
	for (unsigned of = 0; of < FORWARDING_CLASSES; of++)
		for (unsigned loss = 0; loss < LOSS_PRIORITIES; loss++) {
			int dscp = of == 1 && loss == 0 ? 46 : of == 4 && loss == 3 ? 0 : -1;
			assert_int_equal(r->dscp[of][loss], dscp);
		}
	assert_ptr_equal(s->unit[2].rewrite6, r + 1);
	assert_int_equal(r[1].dscp[1][0], -1);
	assert_null(s->unit[1].rewrite);
	assert_null(s->unit[1].rewrite6);

	const struct port_queues *q = s->port[0].queues;
	assert_null(s->port[1].queues);
	assert_rate(q->shaping, "ge-0/0/0 shaping", 100000000, 50000); /* 4 ms */
	assert_rate(q->queue[0].rate, "ge-0/0/0 queue 0", 40000000, 20000);
	assert_rate(q->queue[2].rate, "ge-0/0/0 queue 2", 8000, 10000); /* a largest frame */
	assert_rate(q->queue[7].rate, "ge-0/0/0 queue 7", 1000000000, 500000);
	for (unsigned i = 0; i < QUEUES; i++) {
		static const uint8_t priority[QUEUES] = { PRIORITY_LOW,         PRIORITY_STRICT_HIGH, PRIORITY_HIGH,
							  PRIORITY_MEDIUM_HIGH, PRIORITY_MEDIUM_LOW,  PRIORITY_LOW,
							  PRIORITY_LOW,         PRIORITY_LOW };
		assert_int_equal(q->queue[i].priority, priority[i]);
		assert_int_equal(q->queue[i].exact, i == 2 || i == 7);
		assert_int_equal(q->queue[i].rate != NULL, i == 0 || i == 2 || i == 7);
		for (unsigned p = 0; p < PRIORITIES; p++)
			assert_int_equal(q->with_priority[p] >> i & 1, p == priority[i]);
	}
	assert_int_equal(s->shaper_count, 4);
	assert_int_equal(s->queue_counter_count, QUEUES);
	assert_int_equal(q->counter, 0);
	assert_string_equal(s->queue_counter_name[7], "ge-0/0/0 queue 7");
	snapshot_free(s);
}

static void
what_connects_filters_is_checked(void **state)
{
	static const struct {
		const char *path, *value, *code, *at;
	} table[] = {
#define TERM  "filters[0].terms[2]."
#define INET6 "filters[2].terms[0]."
		{ "filters[1].id", "3", "order", "filters[1].id" },
		{ "filters[1].name", "\"from-users\"", "duplicate", "filters[1].name" },
		{ "filters[3].name", "\"protect\"", "duplicate", "filters[3].name" },
		{ "filters[3].name", "\"from-users\"", NULL, NULL }, /* the other family */
		{ "filters[0].terms", "[]", NULL, NULL },
		{ "units[1].filter_input", "5", "reference", "units[1].filter_input" },
		{ "units[1].filter_output", "5", "reference", "units[1].filter_output" },
		{ "units[1].filter_input6", "5", "reference", "units[1].filter_input6" },
		{ "units[1].filter_output6", "5", "reference", "units[1].filter_output6" },
		{ "units[1].filter_input", "3", "reference", "units[1].filter_input" },
		{ "units[1].filter_output", "4", "reference", "units[1].filter_output" },
		{ "units[1].filter_input6", "1", "reference", "units[1].filter_input6" },
		{ "units[1].filter_output6", "2", "reference", "units[1].filter_output6" },
		{ "units[1].filter_input6", "4", NULL, NULL },
		{ "instances[0].filter_host", "5", "reference", "instances[0].filter_host" },
		{ "instances[0].filter_host", "4", "reference", "instances[0].filter_host" },
		{ "instances[1].filter_host6", "5", "reference", "instances[1].filter_host6" },
		{ "instances[1].filter_host6", "2", "reference", "instances[1].filter_host6" },
		{ TERM "source", "[3]", "reference", TERM "source[0]" },
		{ TERM "destination", "[3]", "reference", TERM "destination[0]" },
		{ TERM "address", "[3]", "reference", TERM "address[0]" },
		{ TERM "address", "[2]", NULL, NULL },
		{ TERM "protocols", "[{\"low\": 7, \"high\": 6}]", "order", TERM "protocols[0].low" },
		{ TERM "protocols", "[{\"low\": 6, \"high\": 7}, {\"low\": 7, \"high\": 7}]", "order",
		  TERM "protocols[1].low" },
		{ TERM "protocols", "[{\"low\": 6, \"high\": 6}, {\"low\": 7, \"high\": 255}]", NULL, NULL },
		{ TERM "source_ports", "[{\"low\": 2, \"high\": 1}]", "order", TERM "source_ports[0].low" },
		{ TERM "destination_ports", "[{\"low\": 2, \"high\": 1}]", "order", TERM "destination_ports[0].low" },
		{ TERM "ports", "[{\"low\": 2, \"high\": 2}, {\"low\": 1, \"high\": 1}]", "order",
		  TERM "ports[1].low" },
		{ TERM "icmp_types", "[{\"low\": 2, \"high\": 1}]", "order", TERM "icmp_types[0].low" },
		{ TERM "icmp_codes", "[{\"low\": 2, \"high\": 1}]", "order", TERM "icmp_codes[0].low" },
		{ TERM "dscps[0].low", "47", "order", TERM "dscps[0].low" },
		{ TERM "dscps[0].high", "64", "bound", TERM "dscps[0].high" },
		{ TERM "dscps[0].high", "63", NULL, NULL },
		{ TERM "ttls[0].low", "2", "order", TERM "ttls[0].low" },
		{ TERM "packet_lengths[1].low", "39", "order", TERM "packet_lengths[1].low" },
		{ TERM "packet_lengths[1].low", "40", NULL, NULL },
		{ TERM "fragment_offsets", "[{\"low\": 0, \"high\": 8192}]", "bound", TERM "fragment_offsets[0].high" },
		{ TERM "fragment_offsets", "[{\"low\": 2, \"high\": 1}]", "order", TERM "fragment_offsets[0].low" },
		{ TERM "fragment_offsets", "[{\"low\": 0, \"high\": 8191}]", NULL, NULL },
		{ INET6 "fragment_offsets", "[{\"low\": 0, \"high\": 8191}]", "conflict", INET6 "fragment_offsets" },
		{ TERM "fragment_flags", "[{\"mask\": 8, \"value\": 0}]", "bound", TERM "fragment_flags[0].mask" },
		{ TERM "fragment_flags", "[{\"mask\": 4, \"value\": 1}]", "conflict", TERM "fragment_flags[0].value" },
		{ INET6 "fragment_flags", "[{\"mask\": 1, \"value\": 1}]", "conflict", INET6 "fragment_flags" },
		{ TERM "tcp_flags[0].value", "1", "conflict", TERM "tcp_flags[0].value" },
		{ TERM "ip_options", "[{\"low\": 2, \"high\": 1}]", "order", TERM "ip_options[0].low" },
		{ TERM "ip_options_except", "[{\"low\": 2, \"high\": 1}]", "order", TERM "ip_options_except[0].low" },
		{ INET6 "ip_options", "[{\"low\": 1, \"high\": 1}]", "conflict", INET6 "ip_options" },
		{ INET6 "ip_options_except", "[{\"low\": 1, \"high\": 1}]", "conflict", INET6 "ip_options_except" },
		{ INET6 "is_fragment", "true", NULL, NULL },
		{ INET6 "first_fragment", "true", NULL, NULL },
		{ "filters[1].terms[1].first_fragment", "true", NULL, NULL }, /* matches nothing */
		{ INET6 "esp_spis", "[{\"low\": 2, \"high\": 1}]", "order", INET6 "esp_spis[0].low" },
		{ TERM "interfaces", "[4, 5]", "reference", TERM "interfaces[1]" },
		{ TERM "forwarding_classes[0].high", "16", "bound", TERM "forwarding_classes[0].high" },
		{ TERM "forwarding_classes[0].low", "2", "order", TERM "forwarding_classes[0].low" },
		{ TERM "loss_priorities[0].high", "4", "bound", TERM "loss_priorities[0].high" },
		{ TERM "loss_priorities[0].high", "2", "order", TERM "loss_priorities[0].low" },
		{ "filters[1].terms[2].flexible[0].mask", "65536", "bound", "filters[1].terms[2].flexible[0].mask" },
		{ "filters[1].terms[2].flexible[0].bit_length", "15", "bound", "filters[1].terms[2].flexible[0].mask" },
		{ "filters[1].terms[2].flexible[0].bit_length", "32", NULL, NULL },
		{ TERM "action", "\"discard\"", "conflict", TERM "reject_code" },
		{ TERM "reject_code", "-1", NULL, NULL },
		{ "filters[0].terms[3].reject_code", "0", "conflict", "filters[0].terms[3].reject_code" },
		{ "filters[0].terms[1].action", "\"discard\"", "conflict", "filters[0].terms[1].routing_instance" },
		{ "filters[0].terms[1].action", "\"next\"", NULL, NULL },
		{ "filters[0].terms[1].routing_instance", "2", "reference", "filters[0].terms[1].routing_instance" },
		{ "filters[1].terms[0].routing_instance", "1", "conflict", "filters[1].terms[0].routing_instance" },
		{ "filters[3].terms[0].routing_instance", "1", "conflict", "filters[3].terms[0].routing_instance" },
		{ TERM "counter", "2", "reference", TERM "counter" },
		{ TERM "policer", "3", "reference", TERM "policer" },
		{ "filter_counters[1]", "\"from-users/web\"", "duplicate", "filter_counters[1]" },
		{ "policers[2].name", "\"pings/protect/ping\"", "duplicate", "policers[2].name" },
		{ "policers[0].rate2", "1", "conflict", "policers[0].rate2" },
		{ "policers[1].rate2", "1", "conflict", "policers[1].rate2" },
		{ "policers[2].rate2", "9", "conflict", "policers[2].rate2" },
		{ "policers[2].rate2", "10", NULL, NULL },
		{ "policers[0].burst2", "1", "conflict", "policers[0].burst2" },
		{ "policers[1].burst2", "0", NULL, NULL },
		{ "policers[2].burst2", "0", "conflict", "policers[2].burst2" },
		{ "policers[0].color_aware", "true", "conflict", "policers[0].color_aware" },
		{ "policers[0].exceed_discard", "true", "conflict", "policers[0].exceed_loss_priority" },
		{ "policers[1].exceed_loss_priority", "0", "conflict", "policers[1].exceed_loss_priority" },
		{ "policers[2].exceed_forwarding_class", "0", "conflict", "policers[2].exceed_forwarding_class" },
#undef TERM
#undef INET6
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		expect_with(table[i].path, table[i].value, table[i].code, table[i].at);
}

/* The sample's second filter with `count` copies of a term that logs and goes on. */
static void
at_most_eight_terms_of_a_filter_log_and_go_on(void **state)
{
	char *text = notation_file(NOTATION_SAMPLE), *list = malloc(1 << 16);
	const char *term = strchr(strstr(text, "\"terms\""), '[') + 1, *end = notation_skip(term);
	size_t length = (size_t)(end - notation_space(term));
	for (int count = 8; count <= 9; count++) {
		char *to = list;
		*to++ = '[';
		for (int i = 0; i < count; i++)
			to = mempcpy(to, notation_space(term), length);
		memcpy(to, "]", 2);
		expect_with("filters[0].terms", list, count == 8 ? NULL : "bound", "filters[0].terms[8].log");
	}
	free(list);
	free(text);
}

static void
a_refusal_says_what_was_expected_and_what_was_found(void **state)
{
	struct refusal why;
	assert_null(with("policy_sets[0].rules[1].action", "7", &why));
	assert_string_equal(why.path, "policy_sets[0].rules[1].action");
	assert_string_equal(why.message, "expected 0..2, found 7");
	assert_null(with("ports[1].mtu", "255", &why));
	assert_string_equal(why.message, "expected 0 or 256..9216, found 255");
	assert_null(with("zones[0].host_inbound[0].family", "3", &why));
	assert_string_equal(why.message, "expected 0, 2 or 10, found 3");
	assert_null(with("settings.fail_mode", "\"ajar\"", &why));
	assert_string_equal(why.message, "expected closed or open, found \"ajar\"");
	assert_null(with("routes[2].prefix", "\"text\"", &why));
	assert_string_equal(why.message, "expected bytes, found text");
	assert_null(with("units[1].addresses[0].address", "\"@10.0.0.129\"", &why));
	assert_string_equal(why.message, "the prefix overlaps units[0].addresses[0], 10.0.0.1/24");
}

static void
a_message_cut_anywhere_or_continued_is_refused(void **state)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	msgpack_pack_object(&packer, sample.data);
	for (uint32_t length = 0; length < buffer.size; length++) {
		/* a copy of exactly this length, so that a read beyond it is seen */
		char *cut = malloc(length ? length : 1);
		memcpy(cut, buffer.data, length);
		struct refusal why = { .code = "" };
		assert_null(snapshot_decode(cut, length, &why));
		assert_string_equal(why.code, "malformed");
		free(cut);
	}
	msgpack_pack_nil(&packer);
	struct refusal why;
	assert_null(snapshot_decode(buffer.data, (uint32_t)buffer.size, &why));
	assert_string_equal(why.code, "malformed");
	assert_string_equal(why.message, "1 bytes follow the map");
	msgpack_sbuffer_destroy(&buffer);
}

static void
an_unknown_field_is_shown_without_its_control_characters(void **state)
{
	struct refusal why;
	static const char message[] = "\x81\xa8\x1b[31mred\xc0";
	assert_null(snapshot_decode(message, sizeof message - 1, &why));
	assert_string_equal(why.code, "unknown");
	assert_string_equal(why.path, "?[31mred");
}

static void
settings_zones_and_ports_are_taken_over(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->generation, 7);
	assert_string_equal(s->hash, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	assert_false(s->settings.fail_open);
	assert_true(s->settings.tcp.no_sequence_check);
	assert_false(s->settings.tcp.no_syn_check);
	assert_true(s->settings.tcp.strict_syn_check);
	assert_int_equal(s->settings.early_ageout_s, 30);
	assert_int_equal(s->settings.high_watermark, 90);
	assert_int_equal(s->settings.low_watermark, 70);
	assert_false(s->settings.tcp.rst_invalidate);
	assert_true(s->settings.tcp.fin_invalidate);
	assert_int_equal(s->settings.tcp_time_wait_s, 150);
	assert_int_equal(s->settings.tcp_mss, 1380);
	assert_int_equal(s->settings.session_maximum, 65536);
	assert_int_equal(s->zone_count, 4);
	assert_string_equal(s->zone[1].name, "trust");
	assert_true(s->zone[1].tcp_rst);
	assert_int_equal(s->zone[1].host_service_count, 2);
	assert_int_equal(s->zone[1].host_service[0].port_low, 22);
	assert_int_equal(s->zone[1].host_service[1].icmp_type, 8);
	assert_int_equal(s->zone[1].host_service[1].family, ADDRESS_FAMILY_INET);
	assert_int_equal(s->instance_count, 2);
	assert_int_equal(s->instance[0].kernel_table, 254);
	assert_string_equal(s->instance[1].name, "blue");
	assert_int_equal(s->port_count, 2);
	assert_string_equal(s->port[0].device, "eth1");
	assert_int_equal(s->port[1].xdp_mode, 1);
	assert_int_equal(s->port[1].mtu, 1500);
	snapshot_free(s);
}

static void
units_are_found_by_port_and_vlan(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->unit_count, 5);
	assert_int_equal(snapshot_unit(s, 0, 0), 1);
	assert_int_equal(snapshot_unit(s, 1, 0), 2);
	assert_int_equal(snapshot_unit(s, 1, 10), 3);
	assert_int_equal(snapshot_unit(s, 1, 20), 4);
	assert_int_equal(snapshot_unit(s, 0, 10), UNIT_NONE);
	assert_int_equal(snapshot_unit(s, 2, 0), UNIT_NONE);
	assert_true(s->unit[1].inet && s->unit[1].inet6);
	assert_true(s->unit[3].inet && !s->unit[3].inet6);
	assert_int_equal(s->unit[1].address_count, 3);
	assert_int_equal(s->unit[1].address[1].family, ADDRESS_FAMILY_INET6);
	assert_int_equal(s->unit[1].address[1].length, 64);
	assert_int_equal(s->unit[1].address[0].address.byte[3], 1);
	assert_int_equal(s->unit[1].address[0].address.half[1], 0);
	assert_true(s->unit[1].has_host_services);
	assert_true(s->unit[1].host_service[0].any_protocol);
	assert_false(s->unit[2].has_host_services);
	assert_int_equal(s->unit[3].instance, 1);
	assert_int_equal(s->unit[4].zone, ZONE_NONE);
	snapshot_free(s);
}

static struct flow_key
key_of(const char *source, const char *destination, uint8_t protocol, uint16_t port)
{
	struct flow_key k = { .protocol = protocol, .family = ADDRESS_FAMILY_INET, .destination_port = htons(port) };
	inet_pton(AF_INET, source, k.source.byte);
	inet_pton(AF_INET, destination, k.destination.byte);
	k.source_port = htons(40000);
	return k;
}

static void
policies_match_what_they_say(void **state)
{
	struct snapshot *s = sample_decode();
	const struct policy_set *set = s->policy_by_zones[1 * s->zone_count + 2];
	assert_non_null(set);
	assert_int_equal(set->rule_count, 2);
	struct flow_key web = key_of("10.0.0.7", "203.0.113.1", 6, 80);
	struct flow_key excluded = key_of("10.0.0.7", "198.51.100.1", 6, 80);
	struct flow_key ping = key_of("1.2.3.4", "198.51.100.1", 1, 0);
	ping.source_port = 0;
	assert_int_equal(classify_match(set->classifier, &web, -1, -1), 0);
	assert_int_equal(classify_match(set->classifier, &excluded, -1, -1), CLASSIFY_NONE);
	assert_int_equal(classify_match(set->classifier, &ping, 8, 0), 1);
	assert_int_equal(classify_match(set->classifier, &ping, 0, 0), CLASSIFY_NONE);
	assert_int_equal(set->rule[0].policy_id, 65536);
	assert_int_equal(set->rule[0].timeout_s, 1800);
	assert_int_equal(set->rule[0].action, ACTION_PERMIT);
	assert_string_equal(set->rule[0].name, "web-out");
	assert_true(set->rule[0].log_close);
	assert_int_equal(set->rule[1].action, ACTION_REJECT);
	assert_int_equal(set->rule[1].counter, 1);
	assert_string_equal(s->counter_name[1], "trust/untrust/ping-out");

	assert_null(s->policy_by_zones[1 * s->zone_count + 3]); /* a set without rules decides nothing */
	assert_null(s->policy_by_zones[2 * s->zone_count + 1]);
	assert_non_null(s->policy_global);
	assert_int_equal(s->policy_global->rule[0].policy_id, 65534u * 65536u);
	assert_int_equal(s->policy_global->rule[0].timeout_s, UINT32_MAX);
	assert_true(snapshot_global_zones(s, 0, 1, 2));
	assert_true(snapshot_global_zones(s, 0, 3, 2));
	assert_false(snapshot_global_zones(s, 0, 2, 2));
	assert_false(snapshot_global_zones(s, 0, 1, 1));
	assert_int_equal(s->policy_set_count, 2);
	assert_int_equal(s->default_rule.policy_id, 65535u * 65536u);
	assert_int_equal(s->default_rule.counter, 3);
	assert_true(s->default_rule.log_init);
	snapshot_free(s);
}

static void
global_rules_without_zones_ask_for_none(void **state)
{
	struct refusal why;
	struct snapshot *s = with("policy_sets[2].rules[0].from_zones", "[]", &why);
	assert_non_null(s);
	for (uint16_t zone = 1; zone < 128; zone++)
		assert_true(snapshot_global_zones(s, 0, zone, 2));
	assert_false(snapshot_global_zones(s, 0, 1, 3));
	snapshot_free(s);
}

static void
the_earlier_application_names_a_port(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->tcp_application[79], 0);
	assert_int_equal(s->tcp_application[80], 1);
	assert_int_equal(s->tcp_application[90], 1);
	assert_int_equal(s->tcp_application[91], 0);
	assert_int_equal(s->udp_application[80], 0);
	assert_int_equal(s->tcp_application[60000], 4);
	assert_int_equal(s->udp_application[65535], 4);
	assert_int_equal(s->sctp_application[59999], 0);
	assert_int_equal(s->icmp_application, 3);
	assert_int_equal(s->icmp6_application, 4);
	assert_int_equal(s->protocol_application[47], 4);
	snapshot_free(s);
}

static void
routes_are_taken_over(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->route_count, 5);
	assert_int_equal(s->route[0].family, ADDRESS_FAMILY_INET);
	assert_int_equal(s->route[0].group.count, 2);
	assert_int_equal(s->route[0].group.hop[0].unit, UNIT_NONE);
	assert_int_equal(s->route[0].group.hop[0].kind, NEXT_HOP_FORWARD);
	assert_false(s->route[0].group.hop[0].on_link);
	assert_int_equal(s->route[0].group.hop[1].unit, 1);
	assert_int_equal(s->route[1].length, 33);
	assert_int_equal(s->route[1].group.hop[0].family, ADDRESS_FAMILY_INET6);
	assert_int_equal(s->route[2].group.hop[0].kind, NEXT_HOP_DISCARD);
	assert_int_equal(s->route[3].group.hop[0].kind, NEXT_HOP_REJECT);
	assert_int_equal(s->route[3].instance, 1);
	assert_int_equal(s->route[4].instance, 1);
	assert_int_equal(s->route[4].group.count, 1);
	assert_int_equal(s->route[4].group.hop[0].kind, NEXT_HOP_TABLE);
	assert_int_equal(s->route[4].group.hop[0].unit, 0);
	snapshot_free(s);
}

static void
filters_are_taken_over(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->filter_count, 5);
	assert_int_equal(s->unit[1].filter_input, 1);
	assert_int_equal(s->unit[1].filter_output6, 4);
	assert_int_equal(s->unit[3].filter_output, 2);
	assert_int_equal(s->unit[2].filter_input, 0);
	assert_int_equal(s->instance[0].filter_host, 2);
	assert_int_equal(s->instance[1].filter_host6, 3);
	assert_int_equal(s->filter_counter_count, 2);
	assert_string_equal(s->filter_counter_name[1], "protect/ping");

	const struct filter *f = &s->filter[1];
	assert_int_equal(f->id, 1);
	assert_int_equal(f->family, ADDRESS_FAMILY_INET);
	assert_string_equal(f->name, "from-users");
	assert_int_equal(f->term_count, 4);
	const struct filter_term *web = &f->term[0], *blue = &f->term[1], *odd = &f->term[2], *rest = &f->term[3];
	assert_string_equal(web->filter_name, "from-users");
	assert_string_equal(web->term_name, "web");
	assert_int_equal(web->filter_id, 1);
	assert_int_equal(blue->term_id, 2);
	assert_int_equal(web->source->inet_count, 2);
	assert_null(web->destination);
	assert_null(web->address);
	assert_false(web->any_protocol);
	assert_true(octet_set_has(&web->protocols, 6));
	assert_false(octet_set_has(&web->protocols, 7));
	assert_int_equal(web->destination_ports.count, 2);
	assert_int_equal(web->destination_ports.range[1].low, 443);
	assert_int_equal(web->destination_ports.range[1].high, 443);
	assert_int_equal(web->conditions, 0);
	assert_int_equal(web->action, FILTER_NEXT);
	assert_int_equal(web->counter, 0);
	assert_int_equal(web->policer, 0);
	assert_true(web->log);
	assert_int_equal(web->set_loss_priority, 2);
	assert_int_equal(web->set_forwarding_class, FILTER_KEEP);
	assert_int_equal(web->set_dscp, FILTER_KEEP);
	assert_int_equal(web->routing_instance, FILTER_KEEP);

	assert_ptr_equal(blue->address, web->source);
	assert_int_equal(blue->destination->inet6_count, 2);
	assert_int_equal(blue->source_ports.range[0].low, 1024);
	assert_int_equal(blue->ports.range[0].high, 53);
	assert_int_equal(blue->interfaces.count, 2);
	assert_int_equal(blue->interfaces.unit[1], 2);
	assert_int_equal(blue->routing_instance, 1);
	assert_int_equal(blue->counter, FILTER_COUNTER_NONE);
	assert_int_equal(blue->policer, FILTER_POLICER_NONE);

	assert_true(odd->any_protocol);
	assert_int_equal(odd->conditions, FILTER_TCP_FLAGS | FILTER_DSCP | FILTER_TTL | FILTER_LENGTH |
					      FILTER_FORWARDING_CLASS | FILTER_LOSS_PRIORITY);
	for (unsigned flags = 0; flags < 256; flags++)
		assert_int_equal(octet_set_has(&odd->tcp_flags, (uint8_t)flags), (flags & 18) == 2);
	assert_true(odd->dscps == 1ull << 46);
	assert_true(octet_set_has(&odd->ttls, 1));
	assert_false(octet_set_has(&odd->ttls, 2));
	assert_int_equal(odd->packet_lengths.range[1].low, 1501);
	assert_int_equal(odd->forwarding_classes, 3);
	assert_int_equal(odd->loss_priorities, 8);
	assert_int_equal(odd->action, FILTER_REJECT);
	assert_int_equal(odd->reject_code, 13);

	assert_int_equal(rest->conditions, 0);
	assert_int_equal(rest->set_forwarding_class, 1);
	assert_int_equal(rest->set_dscp, 46);

	const struct filter_term *options = &s->filter[2].term[2];
	assert_int_equal(s->filter[2].term[0].conditions, FILTER_ICMP_TYPE | FILTER_ICMP_CODE);
	assert_true(octet_set_has(&s->filter[2].term[0].icmp_types, 8));
	assert_true(octet_set_has(&s->filter[2].term[0].icmp_codes, 0));
	assert_int_equal(s->filter[2].term[1].conditions,
			 FILTER_IS_FRAGMENT | FILTER_FRAGMENT_OFFSET | FILTER_FRAGMENT_FLAGS);
	assert_int_equal(s->filter[2].term[1].fragment_flags, 0xaa);
	assert_int_equal(s->filter[2].term[1].fragment_offsets.range[0].high, 8191);
	assert_int_equal(s->filter[2].term[1].action, FILTER_DISCARD);
	assert_int_equal(options->conditions,
			 FILTER_FIRST_FRAGMENT | FILTER_IP_OPTIONS | FILTER_IP_OPTIONS_EXCEPT | FILTER_FLEXIBLE);
	assert_true(octet_set_has(&options->ip_options, 131));
	assert_true(octet_set_has(&options->ip_options_except, 148));
	assert_int_equal(options->flexible.start, FILTER_START_LAYER_4);
	assert_int_equal(options->flexible.byte_offset, 2);
	assert_int_equal(options->flexible.bit_length, 16);
	assert_int_equal(options->flexible.value, 22);
	assert_int_equal(options->reject_code, FILTER_TCP_RESET);
	assert_int_equal(s->filter[3].family, ADDRESS_FAMILY_INET6);
	assert_int_equal(s->filter[3].term[0].conditions, FILTER_ESP_SPI);
	assert_int_equal(s->filter[3].term[0].esp_spis.range[0].high, UINT32_MAX);
	assert_string_equal(s->filter[4].name, "ge-0/0/0.0-o");
	assert_string_equal(s->filter[4].term[0].filter_name, "to-users");
	snapshot_free(s);
}

static void
what_connects_screens_is_checked(void **state)
{
	static const struct {
		const char *path, *value, *code, *at;
	} table[] = {
		{ "zones[1].screen", "2", NULL, NULL },
		{ "zones[1].screen", "3", "reference", "zones[1].screen" },
		{ "screens[0].checks[0]", "4", "reference", "screens[0].checks[0]" },
		{ "screens[0].checks[2]", "32", NULL, NULL },
		{ "screens[0].checks[2]", "63", "reference", "screens[0].checks[2]" },
		{ "screens[0].checks[1]", "5", "order", "screens[0].checks[1]" },
		{ "screens[0].thresholds[1].screen", "5", "reference", "screens[0].thresholds[1].screen" },
		{ "screens[0].thresholds[3].screen", "14", "order", "screens[0].thresholds[3].screen" },
		{ "screens[0].thresholds[1].threshold", "999", NULL, NULL },
		{ "screens[0].thresholds[3].screen", "16", NULL, NULL },
		{ "screens[0].thresholds[3].threshold", "999", "bound", "screens[0].thresholds[3].threshold" },
		{ "screens[0].thresholds[2].screen", "2", "reference", "screens[0].thresholds" },
		{ "screens[0].thresholds[4].screen", "36", "reference", "screens[0].thresholds" },
		{ "screens[0].syn_timeout", "0", "bound", "screens[0].syn_timeout" },
		{ "screens[1].syn_timeout", "1", "bound", "screens[1].syn_timeout" },
		{ "screens[0].white_lists[0].sources[0].length", "32", NULL, NULL },
		{ "screens[0].white_lists[0].sources[0].length", "33", "bound",
		  "screens[0].white_lists[0].sources[0].length" },
		{ "screens[0].white_lists[0].sources[0].length", "0", "address",
		  "screens[0].white_lists[0].sources[0].address" },
		{ "screens[0].white_lists[0].destinations[0].address", "\"@2001:db8::8000\"", "address",
		  "screens[0].white_lists[0].destinations[0].address" },
		{ "screens[0].ipv6_headers[0].high", "42", "order", "screens[0].ipv6_headers[0].low" },
		{ "screens[0].ipv6_headers[1].low", "44", "order", "screens[0].ipv6_headers[1].low" },
		{ "screens[0].hop_options[0].low", "6", "order", "screens[0].hop_options[0].low" },
		{ "screens[0].destination_options[0].high", "200", "order", "screens[0].destination_options[0].low" },
		{ "screens[1].name", "\"outside\"", "duplicate", "screens[1].name" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		expect_with(table[i].path, table[i].value, table[i].code, table[i].at);
}

static void
screens_are_taken_over(void **state)
{
	struct snapshot *s = sample_decode();
	const struct screen *outside = s->zone[3].screen, *inside = s->zone[1].screen;
	assert_null(s->zone[2].screen);
	assert_string_equal(outside->name, "outside");
	assert_true(outside->alarm_only);
	assert_true(outside->checks == (SCREEN_BIT(LAND) | SCREEN_BIT(SPOOFING) | SCREEN_BIT(IPV6_EXTENSION_LIMIT)));
	assert_int_equal(outside->extension_limit, 2);
	assert_true(outside->rates == (SCREEN_BIT(SYN_FLOOD) | SCREEN_BIT(ICMP_FLOOD) | SCREEN_BIT(SYN_COOKIE) |
				       SCREEN_BIT(TCP_SWEEP) | SCREEN_BIT(SYN_QUEUE)));
	assert_int_equal(outside->syn_timeout_s, 20);
	assert_int_equal(outside->threshold[SCREEN_ID_SYN_QUEUE], 1024);
	assert_int_equal(outside->white_list_count, 1);
	struct flow_key k = { .source.byte = { 192, 0, 2, 127 }, .family = ADDRESS_FAMILY_INET };
	assert_true(screen_trusts(outside, &k)); /* its destination is in 0.0.0.0/0 */
	k.source.byte[3] = 128;
	assert_false(screen_trusts(outside, &k));
	k.source.byte[3] = 127;
	k.family = ADDRESS_FAMILY_INET6;
	assert_false(screen_trusts(outside, &k));
	assert_int_equal(inside->white_list_count, 0);
	assert_false(screen_trusts(inside, &k));
	assert_int_equal(outside->threshold[SCREEN_ID_ICMP_FLOOD], 1000);
	assert_int_equal(outside->threshold[SCREEN_ID_TCP_SWEEP], 5000);
	assert_non_null(s->zone[3].tracker[SCREEN_ID_TCP_SWEEP]);
	assert_null(s->zone[3].tracker[SCREEN_ID_UDP_SWEEP]);
	for (unsigned octet = 0; octet < 256; octet++) {
		assert_int_equal(octet_in(outside->ipv6_header, (uint8_t)octet),
				 octet == 43 || octet == 44 || octet == 135);
		assert_int_equal(octet_in(outside->hop_option, (uint8_t)octet), octet == 5);
		assert_int_equal(octet_in(outside->destination_option, (uint8_t)octet), octet >= 201);
	}
	assert_string_equal(inside->name, "inside");
	assert_false(inside->alarm_only);
	assert_true(inside->checks == 0);
	assert_int_equal(inside->extension_limit, SCREEN_LIMIT_OFF);
	snapshot_free(s);
}

static void
zones_go_on_counting_over_a_commit(void **state)
{
	struct snapshot *old = sample_decode(), *s = sample_decode();
	struct tracker *sweep = old->zone[3].tracker[SCREEN_ID_TCP_SWEEP];
	assert_ptr_not_equal(s->zone[3].tracker[SCREEN_ID_TCP_SWEEP], sweep);
	screens_adopt(s, old);
	assert_ptr_equal(s->zone[3].tracker[SCREEN_ID_TCP_SWEEP], sweep);
	assert_ptr_equal(old->zone[3].tracker[SCREEN_ID_TCP_SWEEP], sweep);
	snapshot_free(old);
	strcpy(s->zone[3].name, "renamed");
	struct snapshot *next = sample_decode();
	screens_adopt(next, s);
	assert_ptr_not_equal(next->zone[3].tracker[SCREEN_ID_TCP_SWEEP], sweep);
	snapshot_free(s);
	snapshot_free(next);
}

static void
policers_are_taken_over(void **state)
{
	struct snapshot *s = sample_decode();
	assert_int_equal(s->policer_count, 3);
	assert_string_equal(s->policer[0].name, "1m/from-users/web");
	assert_int_equal(s->policer[0].kind, POLICER_TWO_COLOR);
	assert_false(s->policer[0].packets);
	assert_int_equal(s->policer[0].rate, 1000000);
	assert_int_equal(s->policer[0].burst, 15000);
	assert_int_equal(s->policer[0].exceed_loss_priority, 3);
	assert_int_equal(s->policer[0].exceed_forwarding_class, 1);
	assert_int_equal(s->policer[1].kind, POLICER_SINGLE_RATE);
	assert_int_equal(s->policer[1].burst2, 3000);
	assert_true(s->policer[1].color_aware);
	assert_true(s->policer[1].exceed_discard);
	assert_int_equal(s->policer[1].exceed_loss_priority, -1);
	assert_int_equal(s->policer[2].kind, POLICER_TWO_RATE);
	assert_true(s->policer[2].packets);
	assert_int_equal(s->policer[2].rate2, 20);
	snapshot_free(s);
}

int
main(void)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	char *text = notation_file(NOTATION_SAMPLE);
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	notation_pack(&packer, text);
	msgpack_unpacked_init(&sample);
	if (msgpack_unpack_next(&sample, buffer.data, buffer.size, NULL) != MSGPACK_UNPACK_SUCCESS)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_every_map_is_refused_by_its_path_when_it_is_wrong),
		cmocka_unit_test(what_connects_the_fields_is_checked),
		cmocka_unit_test(what_connects_class_of_service_is_checked),
		cmocka_unit_test(class_of_service_becomes_what_workers_read),
		cmocka_unit_test(what_connects_filters_is_checked),
		cmocka_unit_test(at_most_eight_terms_of_a_filter_log_and_go_on),
		cmocka_unit_test(a_refusal_says_what_was_expected_and_what_was_found),
		cmocka_unit_test(a_message_cut_anywhere_or_continued_is_refused),
		cmocka_unit_test(an_unknown_field_is_shown_without_its_control_characters),
		cmocka_unit_test(settings_zones_and_ports_are_taken_over),
		cmocka_unit_test(units_are_found_by_port_and_vlan),
		cmocka_unit_test(policies_match_what_they_say),
		cmocka_unit_test(global_rules_without_zones_ask_for_none),
		cmocka_unit_test(the_earlier_application_names_a_port),
		cmocka_unit_test(routes_are_taken_over),
		cmocka_unit_test(filters_are_taken_over),
		cmocka_unit_test(policers_are_taken_over),
		cmocka_unit_test(what_connects_screens_is_checked),
		cmocka_unit_test(screens_are_taken_over),
		cmocka_unit_test(zones_go_on_counting_over_a_commit),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	msgpack_unpacked_destroy(&sample);
	msgpack_sbuffer_destroy(&buffer);
	free(text);
	return failed;
}
