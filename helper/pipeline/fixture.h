/* fixture.h: a small firewall in memory, for tests and benchmarks of the pipeline: three interfaces, policies as the test
 * wants them, packets in by shape, packets out for inspection. SPDX-License-Identifier: Apache-2.0
 *
 *   unit 1 ge-0/0/0.0  port 0          zone 1 trust    10.0.1.1/24  2001:db8:1::1/64
 *   unit 2 ge-0/0/1.0  port 1          zone 2 untrust  10.0.2.1/24  2001:db8:2::1/64
 *   unit 3 ge-0/0/2.30 port 2 vlan 30  zone 3 dmz      10.0.3.1/24  2001:db8:3::1/64
 *   unit 4 ge-0/0/2.40 port 2 vlan 40  no zone         10.0.4.1/24
 */
#ifndef RINGWALL_PIPELINE_FIXTURE_H
#define RINGWALL_PIPELINE_FIXTURE_H

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/pipeline.h"
#include "route/rib.h"

enum {
	FIXTURE_FRAMES = 1024,
	FIXTURE_FRAME_BYTES = 4096,
	FIXTURE_BYTES = FIXTURE_FRAME_BYTES - PACKET_HEADROOM,
	FIXTURE_RULES = 16384,
	FIXTURE_SETS = 16,
	FIXTURE_ROUTES = 8,
	FIXTURE_SERVICES = 8,
	FIXTURE_FILTERS = 8,
	FIXTURE_TERMS = 8,
};
enum { TRUST = 1, UNTRUST = 2, DMZ = 3, FIXTURE_ZONES = 4, FIXTURE_UNITS = 5, FIXTURE_PORTS = 3 };
#define FIXTURE_START_S 1767225600ull /* 2026-01-01 */

struct fixture {
	struct worker *worker;
	struct snapshot snapshot;
	struct rib *rib;
	struct port_state ports[FIXTURE_PORTS];
	struct port_config port[FIXTURE_PORTS];
	struct unit unit[FIXTURE_UNITS];
	struct unit_address address[FIXTURE_UNITS][2];
	struct zone zone[FIXTURE_ZONES];
	struct host_service service[FIXTURE_ZONES][FIXTURE_SERVICES];
	struct host_service unit_service[FIXTURE_SERVICES];
	struct instance instance[2];
	uint16_t by_vlan[FIXTURE_PORTS][4096];
	struct policy_set set[FIXTURE_SETS];
	struct policy_set *by_zones[FIXTURE_ZONES * FIXTURE_ZONES];
	uint8_t global_zones[FIXTURE_SETS][2][128];
	struct policy_rule *rule[FIXTURE_SETS];
	struct classify_rule *match[FIXTURE_SETS];
	const char *counter_name[FIXTURE_RULES + 1];
	char counter_text[FIXTURE_RULES + 1][24];
	uint16_t applications[65536];
	struct static_route route[FIXTURE_ROUTES];
	struct filter filter[FIXTURE_FILTERS];
	struct filter_term term[FIXTURE_FILTERS][FIXTURE_TERMS];
	const char *filter_counter_name[FIXTURE_TERMS];
	char filter_counter_text[FIXTURE_TERMS][8];

	/* frames: a stack of free ones; a frame is in use while it is not there */
	uint8_t *memory;
	uint64_t free_frame[FIXTURE_FRAMES];
	uint32_t free_count;

	struct packet packet; /* the last one sent */
	struct output out[OUTPUT_MAX];
	uint32_t out_count;
};

/* shape: what a packet looks like; zero fields have defaults: IPv4 UDP, TTL 64, from trust. */
struct shape {
	const char *source, *destination; /* text; the family follows from it */
	uint16_t source_port, destination_port;
	uint8_t protocol;
	uint8_t ttl;
	uint8_t tos; /* or traffic class */
	uint8_t tcp_flags;
	uint32_t sequence, acknowledgment;
	uint16_t window, mss; /* mss 0: no such option */
	uint8_t icmp_type, icmp_code;
	uint16_t icmp_id, icmp_sequence;
	uint16_t payload;    /* bytes behind the transport header; for later fragments: behind the IP header */
	uint16_t unit;       /* arrives there */
	uint16_t port, vlan; /* instead, with unit 0 and raw true */
	bool raw;
	bool dont_fragment, more_fragments;
	uint16_t fragment_offset, fragment_id;
	bool multicast_mac, other_mac;
	const struct output *quote; /* ICMP errors: the packet they are about */
};

static inline bool
fixture_take(void *ctx, uint64_t *frame, uint8_t **data)
{
	struct fixture *f = ctx;
	if (f->free_count == 0)
		return false;
	*frame = f->free_frame[--f->free_count];
	*data = f->memory + *frame * FIXTURE_FRAME_BYTES + PACKET_HEADROOM;
	return true;
}

static inline void
fixture_give(void *ctx, uint64_t frame)
{
	struct fixture *f = ctx;
	assert(f->free_count < FIXTURE_FRAMES);
	f->free_frame[f->free_count++] = frame;
}

static inline struct address
fixture_address(const char *text, uint8_t *family)
{
	struct address a = { .byte = { 0 } };
	*family = strchr(text, ':') ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
	int ok = inet_pton(*family == ADDRESS_FAMILY_INET ? AF_INET : AF_INET6, text, a.byte);
	assert(ok == 1);
	(void)ok;
	return a;
}

static inline void
fixture_unit(struct fixture *f, uint16_t id, uint16_t port, uint16_t vlan, uint16_t zone, const char *inet,
	     const char *inet6)
{
	struct unit *u = &f->unit[id];
	*u = (struct unit){
		.port = port, .vlan = vlan, .zone = zone, .inet = true, .inet6 = true, .address = f->address[id]
	};
	snprintf(u->name, sizeof u->name, "ge-0/0/%u.%u", port, vlan);
	const char *text[2] = { inet, inet6 };
	for (unsigned i = 0; i < 2; i++) {
		if (!text[i])
			continue;
		struct unit_address *a = &u->address[u->address_count++];
		a->address = fixture_address(text[i], &a->family);
		a->length = a->family == ADDRESS_FAMILY_INET ? 24 : 64;
	}
	f->by_vlan[port][vlan] = id;
}

static inline void
fixture_zone(struct fixture *f, uint16_t id, const char *name)
{
	snprintf(f->zone[id].name, sizeof f->zone[id].name, "%s", name);
	f->zone[id].host_service = f->service[id];
}

/* fixture_new makes the firewall with no policies; default policy: deny, logged. fixture_commit puts it in force. */
static inline struct fixture *
fixture_new(uint32_t sessions)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct worker *w = calloc(1, sizeof *w);
	struct snapshot *s = &f->snapshot;
	f->worker = w;
	f->memory = calloc(FIXTURE_FRAMES, FIXTURE_FRAME_BYTES);
	for (uint32_t i = 0; i < FIXTURE_FRAMES; i++)
		f->free_frame[f->free_count++] = i;
	for (unsigned i = 0; i < FIXTURE_PORTS; i++) {
		f->ports[i] = (struct port_state){ .mac = { 2, 0, 0, 0, 0, (uint8_t)(i + 1) }, .mtu = 1500, .up = 1 };
		s->unit_by_vlan[i] = f->by_vlan[i];
	}
	fixture_unit(f, 1, 0, 0, TRUST, "10.0.1.1", "2001:db8:1::1");
	fixture_unit(f, 2, 1, 0, UNTRUST, "10.0.2.1", "2001:db8:2::1");
	fixture_unit(f, 3, 2, 30, DMZ, "10.0.3.1", "2001:db8:3::1");
	fixture_unit(f, 4, 2, 40, ZONE_NONE, "10.0.4.1", NULL);
	fixture_zone(f, TRUST, "trust");
	fixture_zone(f, UNTRUST, "untrust");
	fixture_zone(f, DMZ, "dmz");
	snprintf(f->instance[0].name, sizeof f->instance[0].name, "inet.0");
	snprintf(f->instance[1].name, sizeof f->instance[1].name, "blue");

	s->settings.tcp_initial_timeout_s = 20;
	s->settings.tcp_time_wait_s = 2;
	s->settings.icmp_error_rate = 1000;
	s->settings.icmp_error_burst = 100;
	s->settings.session_maximum = UINT32_MAX;
	s->settings.early_ageout_s = 20;
	s->settings.high_watermark = s->settings.low_watermark = 100;
	s->port_count = FIXTURE_PORTS;
	s->unit_count = FIXTURE_UNITS;
	s->zone_count = FIXTURE_ZONES;
	s->instance_count = 1;
	s->port = f->port;
	s->unit = f->unit;
	s->zone = f->zone;
	s->instance = f->instance;
	s->policy_by_zones = f->by_zones;
	s->policy_set = f->set;
	s->global_zone_match = (const uint8_t(*)[2][128])f->global_zones;
	s->tcp_application = s->udp_application = s->sctp_application = f->applications;
	s->protocol_application = f->applications;
	s->counter_name = f->counter_name;
	s->counter_name[0] = "default";
	s->counter_count = 1;
	s->default_rule = (struct policy_rule){ .policy_id = 65535u * 65536u, .action = ACTION_DENY, .log_init = true };
	s->route = f->route;
	s->filter = f->filter;
	s->filter_count = 1;
	s->filter_counter_name = f->filter_counter_name;
	s->filter_counter_count = FIXTURE_TERMS;
	for (unsigned i = 0; i < FIXTURE_TERMS; i++) {
		snprintf(f->filter_counter_text[i], sizeof f->filter_counter_text[i], "F/%u", i);
		f->filter_counter_name[i] = f->filter_counter_text[i];
	}

	w->workers = 1;
	w->now_ns = 1000000000ull;
	w->wall_ns = FIXTURE_START_S * 1000000000ull;
	w->ports = f->ports;
	w->neighbours = neighbour_table_create(65536, 7);
	w->ring = event_ring_memory(4096);
	w->buffers = (struct buffers){ fixture_take, fixture_give, f, FIXTURE_BYTES };
	int rc = worker_init(w, sessions, 42, FIXTURE_START_S);
	assert(rc == 0 && w->neighbours && w->ring);
	(void)rc;
	return f;
}

static inline void
fixture_free(struct fixture *f)
{
	for (unsigned i = 0; i < f->snapshot.policy_set_count; i++) {
		classify_free(f->set[i].classifier);
		free(f->rule[i]);
		free(f->match[i]);
	}
	for (unsigned i = 1; i < f->snapshot.filter_count; i++)
		filter_release(&f->filter[i]);
	rib_destroy(f->rib);
	neighbour_table_destroy(f->worker->neighbours);
	event_ring_close(f->worker->ring);
	worker_free(f->worker);
	free(f->worker);
	free(f->memory);
	free(f);
}

/* fixture_any: a rule that matches every packet, to be narrowed. */
static inline struct classify_rule
fixture_any(void)
{
	return (struct classify_rule){ .any_protocol = true,
				       .source_port_high = 0xffff,
				       .destination_port_high = 0xffff,
				       .icmp_type = -1,
				       .icmp_code = -1 };
}

/* fixture_rule adds a rule to the set of two zones; from and to 0: the global set. Returns it, logging everything, with
 * a counter of its own. */
static inline struct policy_rule *
fixture_rule(struct fixture *f, uint16_t from, uint16_t to, enum action action, struct classify_rule match)
{
	struct snapshot *s = &f->snapshot;
	struct policy_set **place = from ? &f->by_zones[from * FIXTURE_ZONES + to] : &s->policy_global;
	if (!*place) {
		assert(s->policy_set_count < FIXTURE_SETS);
		uint32_t index = s->policy_set_count++;
		f->rule[index] = calloc(FIXTURE_RULES, sizeof *f->rule[index]);
		f->match[index] = calloc(FIXTURE_RULES, sizeof *f->match[index]);
		*place = &f->set[index];
		**place = (struct policy_set){ .id = from ? index + 1 : 65534,
					       .from_zone = from,
					       .to_zone = to,
					       .rule = f->rule[index],
					       .match = f->match[index] };
		memset(f->global_zones, 0xff, sizeof f->global_zones);
	}
	struct policy_set *set = *place;
	uint32_t i = set->rule_count++, counter = s->counter_count++;
	assert(i < FIXTURE_RULES && counter <= FIXTURE_RULES);
	snprintf(f->counter_text[counter], sizeof f->counter_text[counter], "%u/%u/%u", from, to, i);
	f->counter_name[counter] = f->counter_text[counter];
	set->match[i] = match;
	set->rule[i] = (struct policy_rule){ .policy_id = set->id * 65536 + i,
					     .counter = counter,
					     .action = (uint8_t)action,
					     .log_init = true,
					     .log_close = true };
	return &set->rule[i];
}

/* fixture_global_zones narrows a global rule to zones. */
static inline void
fixture_global_zones(struct fixture *f, uint32_t rule, uint16_t from, uint16_t to)
{
	memset(f->global_zones[rule], 0, sizeof f->global_zones[rule]);
	f->global_zones[rule][0][from / 8] = (uint8_t)(1 << from % 8);
	f->global_zones[rule][1][to / 8] = (uint8_t)(1 << to % 8);
}

static inline void
fixture_route(struct fixture *f, const char *prefix, uint8_t length, enum next_hop_kind kind, const char *gateway)
{
	struct static_route *r = &f->route[f->snapshot.route_count++];
	*r = (struct static_route){ .length = length, .preference = RIB_PREFERENCE_STATIC, .group.count = 1 };
	r->prefix = fixture_address(prefix, &r->family);
	r->group.hop[0].kind = (uint8_t)kind;
	if (gateway)
		r->group.hop[0].gateway = fixture_address(gateway, &r->group.hop[0].family);
}

/* fixture_filter adds an empty filter and returns its id; the test attaches it to a unit or an instance. */
static inline uint16_t
fixture_filter(struct fixture *f, uint8_t family)
{
	uint16_t id = (uint16_t)f->snapshot.filter_count++;
	assert(id < FIXTURE_FILTERS);
	f->filter[id] = (struct filter){ .id = id, .family = family, .name = "F", .term = f->term[id] };
	return id;
}

/* fixture_term adds a term that matches every packet and does nothing but its action, to be narrowed. */
static inline struct filter_term *
fixture_term(struct fixture *f, uint16_t filter, enum filter_action action)
{
	uint32_t i = f->filter[filter].term_count++;
	assert(i < FIXTURE_TERMS);
	struct filter_term *t = &f->term[filter][i];
	*t = (struct filter_term){ .any_protocol = true,
				   .action = (uint8_t)action,
				   .set_forwarding_class = FILTER_KEEP,
				   .set_loss_priority = FILTER_KEEP,
				   .set_dscp = FILTER_KEEP,
				   .routing_instance = FILTER_KEEP,
				   .counter = FILTER_COUNTER_NONE,
				   .policer = FILTER_POLICER_NONE,
				   .filter_id = 100u + filter,
				   .term_id = i + 1,
				   .filter_name = "F",
				   .term_name = "T" };
	return t;
}

/* fixture_commit puts what was changed in force: a new generation, a new epoch. */
static inline void
fixture_commit(struct fixture *f)
{
	struct snapshot *s = &f->snapshot;
	for (unsigned i = 0; i < s->policy_set_count; i++) {
		classify_free(f->set[i].classifier);
		f->set[i].classifier = classify_build(f->match[i], f->set[i].rule_count);
		assert(f->set[i].classifier);
	}
	for (unsigned i = 1; i < s->filter_count; i++) {
		filter_release(&f->filter[i]);
		bool compiled = filter_compile(&f->filter[i]);
		assert(compiled);
	}
	rib_destroy(f->rib);
	f->rib = rib_build(s, NULL, 0);
	assert(f->rib);
	s->generation++;
	f->worker->epoch++;
	worker_snapshot(f->worker, s);
}

/* fixture_neighbour makes a neighbour known: MAC 04:00 and the last four bytes of its address. */
static inline uint32_t
fixture_neighbour(struct fixture *f, uint16_t unit, const char *text)
{
	uint8_t family;
	struct address a = fixture_address(text, &family);
	const uint8_t *low = a.byte + (family == ADDRESS_FAMILY_INET ? 0 : 12);
	uint8_t mac[6] = { 4, 0, low[0], low[1], low[2], low[3] };
	uint32_t slot = neighbour_slot(f->worker->neighbours, unit, family, &a);
	neighbour_write(f->worker->neighbours, slot, NEIGHBOUR_VALID, mac);
	return slot;
}

static inline uint16_t
fixture_transport(uint8_t *l4, const struct shape *s, uint8_t protocol)
{
	if (s->fragment_offset > 0)
		return 0;
	switch (protocol) {
	case PROTOCOL_TCP:
		store16(l4, s->source_port);
		store16(l4 + 2, s->destination_port);
		store32(l4 + 4, s->sequence);
		store32(l4 + 8, s->acknowledgment);
		l4[12] = 5 << 4;
		l4[13] = s->tcp_flags;
		store16(l4 + 14, s->window ? s->window : 65535);
		if (s->mss == 0)
			return TCP_HEADER;
		l4[12] = 6 << 4;
		memcpy(l4 + TCP_HEADER, (uint8_t[]){ 2, 4, (uint8_t)(s->mss >> 8), (uint8_t)s->mss }, 4);
		return TCP_HEADER + 4;
	case PROTOCOL_UDP:
		store16(l4, s->source_port);
		store16(l4 + 2, s->destination_port);
		store16(l4 + 4, (uint16_t)(UDP_HEADER + s->payload));
		return UDP_HEADER;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		l4[0] = s->icmp_type;
		l4[1] = s->icmp_code;
		store16(l4 + 4, s->icmp_id);
		store16(l4 + 6, s->icmp_sequence);
		return ICMP_HEADER;
	}
	return 0;
}

static inline uint16_t
fixture_network(uint8_t *l3, const struct shape *s, uint8_t protocol, uint8_t family, uint16_t content)
{
	uint8_t ttl = s->ttl ? s->ttl : 64;
	struct address source = fixture_address(s->source, &family);
	struct address destination = fixture_address(s->destination, &family);
	if (family == ADDRESS_FAMILY_INET) {
		l3[0] = 0x45;
		l3[1] = s->tos;
		store16(l3 + 2, (uint16_t)(IPV4_HEADER + content));
		store16(l3 + 4, s->fragment_id);
		store16(l3 + 6, (uint16_t)((s->dont_fragment ? IPV4_DONT_FRAGMENT : 0) |
					   (s->more_fragments ? IPV4_MORE_FRAGMENTS : 0) | s->fragment_offset / 8));
		l3[8] = ttl;
		l3[9] = protocol;
		memcpy(l3 + 12, source.byte, 4);
		memcpy(l3 + 16, destination.byte, 4);
		uint16_t sum = checksum_finish(checksum_add(0, l3, IPV4_HEADER));
		memcpy(l3 + IPV4_CHECKSUM_AT, &sum, 2);
		return IPV4_HEADER;
	}
	bool fragment = s->more_fragments || s->fragment_offset;
	l3[0] = (uint8_t)(0x60 | s->tos >> 4);
	l3[1] = (uint8_t)(s->tos << 4);
	store16(l3 + 4, (uint16_t)(content + (fragment ? 8 : 0)));
	l3[6] = fragment ? PROTOCOL_FRAGMENT : protocol;
	l3[7] = ttl;
	memcpy(l3 + 8, source.byte, 16);
	memcpy(l3 + 24, destination.byte, 16);
	if (!fragment)
		return IPV6_HEADER;
	memset(l3 + IPV6_HEADER, 0, 8);
	l3[IPV6_HEADER] = protocol;
	store16(l3 + IPV6_HEADER + 2, (uint16_t)(s->fragment_offset | s->more_fragments));
	store32(l3 + IPV6_HEADER + 4, s->fragment_id);
	return IPV6_HEADER + 8;
}

/* fixture_write makes the frame of a shape at `out`, checksums included, and returns its length. */
static inline uint16_t
fixture_write(const struct fixture *f, uint8_t *out, const struct shape *s)
{
	static const uint8_t from[6] = { 6, 0, 0, 0, 0, 9 };
	const struct unit *u = s->raw ? NULL : &f->unit[s->unit ? s->unit : 1];
	uint16_t port = u ? u->port : s->port, vlan = u ? u->vlan : s->vlan, at = 12;
	bool inet6 = strchr(s->source, ':') != NULL;
	uint8_t family = inet6 ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
	uint8_t protocol = s->protocol ? s->protocol : PROTOCOL_UDP;
	uint8_t transport[ICMP_HEADER + TCP_HEADER + 2048] = { 0 };
	uint16_t header = fixture_transport(transport, s, protocol), length = (uint16_t)(header + s->payload);
	if (s->quote) {
		uint16_t l3 = ETHERNET_HEADER, quoted = (uint16_t)(s->quote->length - l3);
		memcpy(transport + header, s->quote->data + l3, quoted);
		length = (uint16_t)(header + quoted);
	} else {
		for (uint16_t i = 0; i < s->payload; i++)
			transport[header + i] = (uint8_t)i;
	}
	memcpy(out, f->ports[port].mac, 6);
	out[0] |= s->multicast_mac;
	out[5] ^= s->other_mac;
	memcpy(out + 6, from, 6);
	if (vlan) {
		store16(out + at, ETHERTYPE_VLAN);
		store16(out + at + 2, vlan);
		at += VLAN_TAG;
	}
	store16(out + at, inet6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	at += 2;
	uint8_t l3[IPV6_HEADER + 8] = { 0 };
	uint16_t network = fixture_network(l3, s, protocol, family, length);
	memcpy(out + at, l3, network);
	memcpy(out + at + network, transport, length);
	struct packet p = { .data = out, .length = (uint16_t)(at + network + length) };
	if (packet_parse(&p) == DROP_REASON_NONE)
		rewrite_checksum_complete(&p);
	return p.length;
}

/* fixture_take_outputs moves what left to f->out, and gives the frames back; their bytes stay until frames are reused,
 * which begins with those given back first. */
static inline void
fixture_take_outputs(struct fixture *f)
{
	struct worker *w = f->worker;
	for (uint32_t i = 0; i < w->output_count; i++) {
		f->out[f->out_count++] = w->output[i];
		memmove(f->free_frame + 1, f->free_frame, f->free_count * sizeof f->free_frame[0]);
		f->free_frame[0] = w->output[i].frame;
		f->free_count++;
	}
	w->output_count = 0;
}

/* fixture_receive puts the frame of a shape into a packet, as a driver does. */
static inline void
fixture_receive(struct fixture *f, struct packet *p, const struct shape *s)
{
	uint64_t frame;
	uint8_t *data;
	bool ok = fixture_take(f, &frame, &data);
	assert(ok);
	(void)ok;
	const struct unit *u = s->raw ? NULL : &f->unit[s->unit ? s->unit : 1];
	*p = (struct packet){ .data = data, .frame = frame, .port = u ? u->port : s->port };
	p->length = fixture_write(f, data, s);
	p->drop_reason = (uint8_t)packet_parse(p);
}

/* fixture_send runs one packet through the pipeline; outputs are then in f->out. Returns its verdict. */
static inline enum verdict
fixture_send(struct fixture *f, struct shape s)
{
	f->out_count = 0;
	fixture_receive(f, &f->packet, &s);
	pipeline_burst(f->worker, &f->packet, 1);
	fixture_take_outputs(f);
	return f->packet.verdict;
}

static inline void
fixture_housekeep(struct fixture *f, uint64_t after_ns)
{
	f->out_count = 0;
	f->worker->now_ns += after_ns;
	f->worker->wall_ns += after_ns;
	pipeline_housekeep(f->worker);
	fixture_take_outputs(f);
}

/* fixture_parse reads an output as a receiver would. */
static inline struct packet
fixture_parse(const struct output *o)
{
	struct packet p = { .data = o->data, .length = o->length };
	enum drop_reason reason = o->port == PORT_HOST ? packet_parse_l3(&p) : packet_parse(&p);
	assert(reason == DROP_REASON_NONE);
	(void)reason;
	return p;
}

/* fixture_event takes the next event, or NULL; valid until the next event is written. */
static inline const struct event_frame *
fixture_event(struct fixture *f)
{
	const struct event_frame *e = event_ring_peek(f->worker->ring);
	if (e)
		event_ring_consume(f->worker->ring);
	return e;
}

#endif
