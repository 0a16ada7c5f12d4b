/* nat_lab.h: a pipeline with translation, for tests: a fixture, rules of every stage, and what packets must look like when they
 * leave. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_NAT_LAB_H
#define RINGWALL_PIPELINE_NAT_LAB_H

#include "pipeline/fixture.h"
#include "snapshot/build_nat.h"

#define SECOND 1000000000ull
enum { RULES = 8, POOL_SIZE = 4, FIRST_PORT = 1024, LAST_PORT = 63487 };

/* lab: a fixture and the translation that is configured in it. */
struct lab {
	struct fixture *f;
	struct arena *arena;
	struct nat nat;
	struct nat_pool pool[RULES];
	struct address address[RULES][POOL_SIZE];
	struct nat_rule rule[RULES];
	const char *rule_name[RULES];
	char name_text[RULES][16];
	struct nat_set set[RULES];
	struct classify_rule match[RULES];
	const struct nat_rule *matched[RULES];
	struct address_set address_set[RULES];
	const struct address_set *address_sets[RULES];
	struct address_range range[RULES];
};

static inline struct lab *
lab_new(void)
{
	struct lab *l = calloc(1, sizeof *l);
	l->f = fixture_new(256);
	for (unsigned i = 0; i < RULES; i++)
		l->address_sets[i] = &l->address_set[i];
	l->nat.pool = l->pool;
	l->nat.rule = l->rule;
	l->nat.rule_name = l->rule_name;
	l->nat.set = l->set;
	fixture_rule(l->f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	static const char *const hosts[] = { "10.0.1.2", "10.0.1.3", "2001:db8:1::2" };
	static const char *const servers[] = { "10.0.2.2", "10.0.2.9", "2001:db8:2::2" };
	for (unsigned i = 0; i < 3; i++) {
		fixture_neighbour(l->f, 1, hosts[i]);
		fixture_neighbour(l->f, 2, servers[i]);
	}
	fixture_neighbour(l->f, 3, "10.0.3.2");
	return l;
}

static inline void
lab_release(struct lab *l)
{
	for (uint32_t i = 0; i < l->nat.set_count; i++) {
		if (l->set[i].classifier)
			classify_free(l->set[i].classifier);
		l->set[i].classifier = NULL;
	}
	arena_destroy(l->arena);
	l->arena = NULL;
	l->nat.shared_count = 0;
}

static inline void
lab_free(struct lab *l)
{
	lab_release(l);
	fixture_free(l->f);
	free(l);
}

static inline void
lab_commit(struct lab *l)
{
	lab_release(l);
	l->arena = arena_create();
	assert_true(nat_complete(&l->nat, l->f->unit, FIXTURE_UNITS, l->arena));
	l->f->snapshot.nat = &l->nat;
	fixture_commit(l->f);
}

static inline void
mark(uint8_t *units, uint16_t unit)
{
	units[unit / 8] |= (uint8_t)(1u << unit % 8);
}

/* lab_rule adds a set with one rule, for packets from unit `from` to unit `to` (0: no unit). */
static inline struct nat_rule *
lab_rule(struct lab *l, enum nat_stage stage, uint16_t from, uint16_t to, enum nat_action action)
{
	uint32_t i = l->nat.set_count++, id = ++l->nat.rule_count;
	struct nat_rule *r = &l->rule[i];
	snprintf(l->name_text[i], sizeof l->name_text[i], "rule/%u", id);
	*r = (struct nat_rule){ .name = l->name_text[i], .id = id, .action = (uint8_t)action };
	l->rule_name[i] = r->name;
	l->match[i] = fixture_any();
	l->matched[i] = r;
	l->set[i] = (struct nat_set){
		.stage = (uint8_t)stage, .match_count = 1, .rule = &l->matched[i], .match = &l->match[i]
	};
	mark(l->set[i].from, from);
	mark(l->set[i].to, to);
	return r;
}

/* lab_pool gives a rule a pool of `count` addresses from `first` on. */
static inline struct nat_pool *
lab_pool(struct lab *l, struct nat_rule *r, const char *first, uint32_t count, uint16_t low, uint16_t high)
{
	uint32_t i = l->nat.pool_count++;
	struct nat_pool *pool = &l->pool[i];
	*pool = (struct nat_pool){ .name = "pool",
				   .id = i + 1,
				   .port_low = low,
				   .port_high = high,
				   .address_count = count,
				   .address = l->address[i] };
	for (uint32_t a = 0; a < count; a++) {
		l->address[i][a] = fixture_address(first, &pool->family);
		l->address[i][a].byte[pool->family == ADDRESS_FAMILY_INET ? 3 : 15] += (uint8_t)a;
	}
	if (r)
		r->pool = pool;
	return pool;
}

/* lab_destination narrows the rule to one destination address and port (0: any). */
static inline void
lab_destination(struct lab *l, const struct nat_rule *r, const char *address, uint16_t port)
{
	uint32_t i = r->id - 1;
	uint8_t family;
	l->range[i].low = l->range[i].high = fixture_address(address, &family);
	l->address_set[i] = (struct address_set){ .inet_count = family == ADDRESS_FAMILY_INET,
						  .inet6_count = family == ADDRESS_FAMILY_INET6,
						  .inet = &l->range[i],
						  .inet6 = &l->range[i] };
	l->match[i].destination_set_count = 1;
	l->match[i].destination_set = &l->address_sets[i];
	if (port)
		l->match[i].destination_port_low = l->match[i].destination_port_high = port;
}

/* lab_prefixes makes a static rule of one stage: outer addresses stand for inner ones. */
static inline void
lab_prefixes(struct lab *l, struct nat_rule *r, const char *outer, const char *inner, uint8_t length, bool source)
{
	uint32_t i = r->id - 1;
	r->outer = fixture_address(outer, &r->family);
	r->inner = fixture_address(inner, &r->family);
	r->length = length;
	l->range[i].low = l->range[i].high = source ? r->inner : r->outer;
	bool inet = r->family == ADDRESS_FAMILY_INET;
	for (unsigned bit = length; bit < (inet ? 32 : 128); bit++)
		l->range[i].high.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	l->address_set[i] = (struct address_set){
		.inet_count = inet, .inet6_count = !inet, .inet = &l->range[i], .inet6 = &l->range[i]
	};
	if (source) {
		l->match[i].source_set_count = 1;
		l->match[i].source_set = &l->address_sets[i];
	} else {
		l->match[i].destination_set_count = 1;
		l->match[i].destination_set = &l->address_sets[i];
	}
}

/* The frame as it must leave: that of a shape, one hop further. */
static inline void
assert_leaves(struct lab *l, struct shape s, uint16_t to)
{
	uint8_t expected[2048], family;
	struct fixture *f = l->f;
	struct address a = fixture_address(s.destination, &family);
	const uint8_t *low = a.byte + (family == ADDRESS_FAMILY_INET ? 0 : 12);
	const uint8_t mac[6] = { 4, 0, low[0], low[1], low[2], low[3] };
	s.unit = to;
	if (s.ttl == 0)
		s.ttl = 63;
	uint16_t length = fixture_write(f, expected, &s);
	memcpy(expected, mac, 6);
	memcpy(expected + 6, f->ports[f->unit[to].port].mac, 6);
	assert_int_equal(f->out_count, 1);
	assert_int_equal(f->out[0].port, f->unit[to].port);
	assert_int_equal(f->out[0].length, length);
	assert_memory_equal(f->out[0].data, expected, length);
}

static inline uint16_t
sent_port(struct lab *l)
{
	assert_int_equal(l->f->out_count, 1);
	struct packet p = fixture_parse(&l->f->out[0]);
	return ntohs(p.key.source_port);
}

static const struct shape syn = { .source = "10.0.1.2",
				  .destination = "10.0.2.2",
				  .source_port = 40000,
				  .destination_port = 80,
				  .protocol = PROTOCOL_TCP,
				  .tcp_flags = TCP_SYN,
				  .sequence = 1000 };
static const struct shape dns = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 21
};
static const struct shape dns6 = { .source = "2001:db8:1::2",
				   .destination = "2001:db8:2::2",
				   .source_port = 40000,
				   .destination_port = 53,
				   .payload = 21 };
static const struct shape ping = { .source = "10.0.1.2",
				   .destination = "10.0.2.2",
				   .protocol = PROTOCOL_ICMP,
				   .icmp_type = ICMP_ECHO_REQUEST,
				   .icmp_id = 7,
				   .icmp_sequence = 3,
				   .payload = 56 };

/* as_sent: how a packet looks behind the firewall; answer: what comes back to that. */
static inline struct shape
as_sent(struct shape s, const char *source, uint16_t port)
{
	s.source = source;
	if (s.protocol == PROTOCOL_ICMP || s.protocol == PROTOCOL_ICMP6)
		s.icmp_id = port;
	else
		s.source_port = port;
	return s;
}

static inline struct shape
answer(struct shape s, uint16_t unit)
{
	struct shape r = s;
	r.source = s.destination;
	r.destination = s.source;
	r.source_port = s.destination_port;
	r.destination_port = s.source_port;
	r.unit = unit;
	r.ttl = 0;
	if (s.protocol == PROTOCOL_ICMP)
		r.icmp_type = ICMP_ECHO_REPLY;
	if (s.protocol == PROTOCOL_ICMP6)
		r.icmp_type = ICMP6_ECHO_REPLY;
	if (s.protocol == PROTOCOL_TCP) {
		r.tcp_flags = TCP_SYN | TCP_ACK;
		r.sequence = 5000;
		r.acknowledgment = s.sequence + 1;
	}
	return r;
}

static inline struct lab *
interface_lab(void)
{
	struct lab *l = lab_new();
	lab_rule(l, NAT_SOURCE, 1, 2, NAT_INTERFACE);
	lab_commit(l);
	return l;
}

static inline struct event_frame
next_event(struct lab *l, enum event_type type)
{
	const struct event_frame *e = fixture_event(l->f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, type);
	return *e;
}

/* Sends a packet, which must leave as from `outer`; returns its translated port. */
static inline uint16_t
assert_goes(struct lab *l, struct shape s, const char *outer)
{
	assert_int_equal(fixture_send(l->f, s), VERDICT_FORWARD);
	struct packet p = fixture_parse(&l->f->out[0]);
	uint16_t port = ntohs(p.key.source_port);
	assert_leaves(l, as_sent(s, outer, port), 2);
	assert_in_range(port, FIRST_PORT, LAST_PORT);
	return port;
}

/* Sends the answer to what left as from `outer` and `port`, which must reach the client. */
static inline void
assert_returns(struct lab *l, struct shape s, const char *outer, uint16_t port)
{
	assert_int_equal(fixture_send(l->f, answer(as_sent(s, outer, port), 2)), VERDICT_FORWARD);
	assert_leaves(l, answer(s, 1), 1);
}

#endif
