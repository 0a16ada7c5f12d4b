/* vectors.c: fills the frames of shared/vectors/events.json by name, in C, through the ring; `--print` prints them as hex for
 * comparison with the reviewed bytes. SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/ring.h"

static void
fill_common(struct event_frame *f, bool last)
{
	memset(f, 0, sizeof *f);
	f->header.generation = 0x11121314;
	f->record.timestamp_ns = last ? 0x192A3B4C5D6E7F80 : 0x1A2B3C4D5E6F7081;
	int family = last ? AF_INET6 : AF_INET;
	inet_pton(family, last ? "2001:db8:102:304:506:708:90a:b0c" : "192.0.2.1", f->record.source_address);
	inet_pton(family, last ? "fe80::1112:1314:1516:1718" : "198.51.100.23", f->record.destination_address);
	f->record.source_port = htons(50000);
	f->record.destination_port = htons(443);
	f->record.ingress_zone = 0x3132;
	f->record.egress_zone = 0x4142;
	f->record.protocol = last ? 58 : 6;
	f->record.action = last ? ACTION_REJECT : ACTION_DENY;
	f->record.address_family = last ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET;
	f->record.ingress_interface = 0x81828384;
	f->record.application_id = 0x9192;
	f->extension.session_id = 0x0011223344556677;
	f->extension.egress_interface = 0xa1a2a3a4;
	f->extension.term_id = 0xe1e2e3e4;
	f->extension.packet_length = 1500;
	f->extension.dscp = 46;
	f->extension.tcp_flags = 0x12;
	f->extension.icmp_type = 3;
	f->extension.icmp_code = 13;
	f->extension.worker = 7;
	f->extension.suppressed_count = 0xf1f2f3f4;
}

static void
fill_translation(struct event_frame *f, bool last)
{
	if (last)
		inet_pton(AF_INET6, "::ffff:10.9.8.7", f->record.nat_destination_address);
	else
		inet_pton(AF_INET, "203.0.113.5", f->record.nat_source_address);
	f->record.nat_source_port = htons(0x7172);
	f->record.nat_destination_port = htons(0x7374);
	f->extension.source_nat_rule_id = 0xb1b2b3b4;
	f->extension.destination_nat_rule_id = 0xc1c2c3c4;
}

static void
fill_first(struct event_frame *f, bool last)
{
	inet_pton(last ? AF_INET6 : AF_INET, last ? "2001:db8::51" : "203.0.113.51", f->record.nat_source_address);
	inet_pton(last ? AF_INET6 : AF_INET, last ? "2001:db8::61" : "203.0.113.61", f->record.nat_destination_address);
	f->record.nat_source_port = htons(0x7576);
	f->record.nat_destination_port = htons(0x7778);
	f->record.first_protocol = last ? 58 : 17;
	f->record.suppressed_outcome = last ? EVENT_OUTCOME_LOST_FULL : EVENT_OUTCOME_SUPPRESSED;
}

static void
fill(struct event_frame *f, enum event_type type, bool last)
{
	fill_common(f, last);
	switch (type) {
	case EVENT_TYPE_SESSION_OPEN:
		fill_translation(f, last);
		f->record.policy_id = 0x21222324;
		f->record.session_created_s = 0x6a6b6c6d;
		break;
	case EVENT_TYPE_SESSION_CLOSE:
		fill_translation(f, last);
		f->record.policy_id = 0x21222324;
		f->record.session_created_s = 0x6a6b6c6d;
		f->record.client_packets = 0x00030a0b0c0d0e0f;
		f->record.client_bytes = 0x0004191a1b1c1d1e;
		f->record.server_packets = 0x0005292a2b2c2d2e;
		f->record.server_bytes = 0x0006393a3b3c3d3e;
		f->record.close_reason = last ? CLOSE_REASON_SHUTDOWN : CLOSE_REASON_NONE;
		break;
	case EVENT_TYPE_POLICY_DENY:
		fill_translation(f, last);
		f->record.policy_id = 0x21222324;
		f->record.deny_reason = last ? DENY_REASON_HOST_INBOUND : DENY_REASON_NONE;
		break;
	case EVENT_TYPE_SCREEN_DROP:
		f->record.screen_id = last ? SCREEN_ID_SYN_QUEUE : SCREEN_ID_SYN_FLOOD;
		break;
	case EVENT_TYPE_FILTER_LOG:
		f->record.filter_id = 0x21222324;
		f->record.term_id = f->extension.term_id = 0x61626364;
		f->record.filter_log_source = last ? FILTER_LOG_SOURCE_LO0 : FILTER_LOG_SOURCE_PBR;
		f->extension.filter_answer = last ? FILTER_ANSWER_SILENT : FILTER_ANSWER_NONE;
		break;
	case EVENT_TYPE_LOG_SUPPRESSED:
		f->record.suppressed_rule = 0x21222324;
		fill_first(f, last);
		f->record.suppressed_kind = last ? EVENT_TYPE_LOG_SUPPRESSED : EVENT_TYPE_SESSION_OPEN;
		break;
	}
}

/* What the ring puts into the header is part of the bytes, but for the sequence. */
static void
print_committed(struct event_ring *r)
{
	event_ring_commit(r);
	struct event_frame f = *event_ring_peek(r);
	f.header.sequence = 0x0102030405060708;
	for (unsigned b = 0; b < sizeof f; b++)
		printf("%02x", ((const uint8_t *)&f)[b]);
	printf("\n");
	event_ring_consume(r);
}

static void
print_kind(struct event_ring *r, enum event_type type, bool last)
{
	fill(event_ring_reserve(r, type, 0xd1d2d3d4), type, last);
	print_committed(r);
}

/* The filter logs between the first and the last, so that every source and every answer is there. */
static void
print_filter_logs(struct event_ring *r)
{
	static const struct {
		enum filter_log_source source;
		enum action action;
		enum filter_answer answer;
		bool last;
	} rows[] = {
		{ FILTER_LOG_SOURCE_INPUT, ACTION_REJECT, FILTER_ANSWER_SENT, false },
		{ FILTER_LOG_SOURCE_OUTPUT, ACTION_DENY, FILTER_ANSWER_LIMITED, true },
		{ FILTER_LOG_SOURCE_CACHED_OUTPUT, ACTION_PERMIT, FILTER_ANSWER_NONE, true },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event_frame *f = event_ring_reserve(r, EVENT_TYPE_FILTER_LOG, 0xd1d2d3d4);
		fill(f, EVENT_TYPE_FILTER_LOG, rows[i].last);
		f->record.action = (uint8_t)rows[i].action;
		f->record.filter_log_source = (uint8_t)rows[i].source;
		f->extension.filter_answer = (uint8_t)rows[i].answer;
		print_committed(r);
	}
}

/* In the order of the vectors. */
static void
print(struct event_ring *r)
{
	static const enum event_type types[] = { EVENT_TYPE_SESSION_OPEN, EVENT_TYPE_SESSION_CLOSE,
						 EVENT_TYPE_POLICY_DENY,  EVENT_TYPE_SCREEN_DROP,
						 EVENT_TYPE_FILTER_LOG,   EVENT_TYPE_LOG_SUPPRESSED };
	for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
		print_kind(r, types[i], false);
		if (types[i] == EVENT_TYPE_FILTER_LOG)
			print_filter_logs(r);
		print_kind(r, types[i], true);
	}
}

static void
a_committed_frame_has_a_complete_header(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(64);
	fill(event_ring_reserve(r, EVENT_TYPE_FILTER_LOG, 0xd1d2d3d4), EVENT_TYPE_FILTER_LOG, false);
	event_ring_commit(r);
	const struct event_frame *f = event_ring_peek(r);
	assert_non_null(f);
	assert_int_equal(f->header.sequence, 1);
	assert_int_equal(f->header.length, 192);
	assert_int_equal(f->header.layout_version, WIRE_LAYOUT_VERSION);
	assert_int_equal(f->header.event_type, EVENT_TYPE_FILTER_LOG);
	assert_int_equal(f->record.event_type, EVENT_TYPE_FILTER_LOG);
	event_ring_close(r);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		struct event_ring *r = event_ring_memory(64);
		print(r);
		event_ring_close(r);
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_committed_frame_has_a_complete_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
