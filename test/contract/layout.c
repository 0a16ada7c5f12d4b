/* layout.c: what the compiler makes of wire_gen.h, printed for comparison with the TypeScript offsets (`--print`), and the
 * name tables. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire_gen.h"

#define HEADER(field)                                                                                                  \
	printf("\"header.%s\":[%zu,%zu],", #field, offsetof(struct event_frame, header.field),                         \
	       sizeof(((struct event_frame *)0)->header.field))
#define RECORD(field)                                                                                                  \
	printf("\"record.%s\":[%zu,%zu],", #field, offsetof(struct event_frame, record.field),                         \
	       sizeof(((struct event_frame *)0)->record.field))
#define EXTENSION(field)                                                                                               \
	printf("\"extension.%s\":[%zu,%zu],", #field, offsetof(struct event_frame, extension.field),                   \
	       sizeof(((struct event_frame *)0)->extension.field))
#define PAGE(page, field)                                                                                              \
	printf("\"%s.%s\":[%zu,%zu],", #page, #field, offsetof(struct ring_##page, field),                             \
	       sizeof(((struct ring_##page *)0)->field))

#define ACCOUNT(part, group, field)                                                                                    \
	printf("\"%s.%s\":[%zu,%zu],", group, #field, offsetof(struct account_##part, field),                          \
	       sizeof(((struct account_##part *)0)->field))

static void
print(void)
{
	printf("{");
	HEADER(sequence);
	HEADER(length);
	HEADER(layout_version);
	HEADER(event_type);
	HEADER(generation);
	RECORD(timestamp_ns);
	RECORD(source_address);
	RECORD(destination_address);
	RECORD(source_port);
	RECORD(destination_port);
	RECORD(ingress_zone);
	RECORD(egress_zone);
	RECORD(event_type);
	RECORD(protocol);
	RECORD(action);
	RECORD(address_family);
	RECORD(nat_source_address);
	RECORD(nat_destination_address);
	RECORD(nat_source_port);
	RECORD(nat_destination_port);
	RECORD(session_created_s);
	RECORD(server_packets);
	RECORD(server_bytes);
	RECORD(ingress_interface);
	RECORD(application_id);
	RECORD(nat_address_family);
	/* the kinds' own names */
	RECORD(policy_id);
	RECORD(screen_id);
	RECORD(filter_id);
	RECORD(suppressed_rule);
	RECORD(suppressed_outcome);
	RECORD(first_protocol);
	RECORD(client_packets);
	RECORD(client_bytes);
	RECORD(rule_id);
	RECORD(term_id);
	RECORD(close_reason);
	RECORD(deny_reason);
	RECORD(filter_log_source);
	RECORD(suppressed_kind);
	EXTENSION(session_id);
	EXTENSION(egress_interface);
	EXTENSION(source_nat_rule_id);
	EXTENSION(destination_nat_rule_id);
	EXTENSION(account);
	EXTENSION(term_id);
	EXTENSION(packet_length);
	EXTENSION(dscp);
	EXTENSION(tcp_flags);
	EXTENSION(icmp_type);
	EXTENSION(icmp_code);
	EXTENSION(worker);
	EXTENSION(filter_answer);
	EXTENSION(suppressed_count);
	PAGE(identity, magic);
	PAGE(identity, layout_hash);
	PAGE(identity, frame_size);
	PAGE(identity, slot_count);
	PAGE(identity, start_id);
	PAGE(identity, worker);
	PAGE(identity, order);
	PAGE(producer, head);
	PAGE(producer, heartbeat_ns);
	PAGE(producer, given_up_ns);
	PAGE(producer, events);
	PAGE(producer, former_select);
	PAGE(producer, former_start_id);
	PAGE(producer, former_unknown);
	PAGE(producer, former_events);
	PAGE(consumer, cursor);
	PAGE(consumer, waiting);
	PAGE(consumer, consumed_at);
	PAGE(consumer, consumed);
	PAGE(consumer, delivers_until_ns);
	ACCOUNT(header, "book", magic);
	ACCOUNT(header, "book", layout_hash);
	ACCOUNT(header, "book", start_id);
	ACCOUNT(header, "book", began_id);
	ACCOUNT(header, "book", workers);
	ACCOUNT(header, "book", row_size);
	ACCOUNT(header, "book", row_count);
	ACCOUNT(header, "book", former_select);
	ACCOUNT(header, "book", former_start_id);
	ACCOUNT(header, "book", former_cursor);
	ACCOUNT(row, "row", name);
	ACCOUNT(row, "row", account_class);
	ACCOUNT(row, "row", former_events);
	ACCOUNT(cell, "cell", events);
	printf("\"frame\":[0,%zu],\"page\":[0,%zu],\"slots\":[%u,0],\"rows\":[%u,0],\"row_head\":[0,%zu],\"cell\":[0,%"
	       "zu]}\n",
	       sizeof(struct event_frame), sizeof(struct ring_producer), RING_SLOTS_AT, ACCOUNT_ROWS_AT,
	       sizeof(struct account_row), sizeof(struct account_cell));
}

static void
every_declared_value_has_its_text_and_any_other_is_unknown(void **state)
{
	(void)state;
	assert_string_equal(event_type_text(EVENT_TYPE_SESSION_OPEN), "SESSION_OPEN");
	assert_string_equal(event_type_text(EVENT_TYPE_LOG_SUPPRESSED), "LOG_SUPPRESSED");
	assert_string_equal(event_type_text(5), "unknown");
	assert_string_equal(event_type_text(EVENT_TYPE_COUNT), "unknown");
	assert_string_equal(address_family_text(ADDRESS_FAMILY_INET6), "inet6");
	assert_string_equal(address_family_text(3), "unknown");
	assert_string_equal(filter_log_source_text(FILTER_LOG_SOURCE_LO0), "lo0");
	assert_string_equal(filter_answer_text(FILTER_ANSWER_LIMITED), "rate-limited");
	assert_string_equal(drop_reason_text(~0u), "unknown");
	/* Numbers of drop reasons are given out in ranges, so some are free. */
	for (unsigned v = 0; v <= DROP_REASON_NAT_NO_SESSION; v++)
		assert_string_not_equal(drop_reason_text(v), "unknown");
	assert_string_not_equal(drop_reason_text(DROP_REASON_COUNT - 1), "unknown");
	for (unsigned v = 0; v < CLOSE_REASON_COUNT; v++)
		assert_string_not_equal(close_reason_text(v), "unknown");
}

static void
the_magic_reads_as_its_text_in_the_file(void **state)
{
	(void)state;
	uint64_t magic = RING_MAGIC;
	assert_memory_equal(&magic, "RWRING02", 8);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--print") == 0) {
		print();
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_declared_value_has_its_text_and_any_other_is_unknown),
		cmocka_unit_test(the_magic_reads_as_its_text_in_the_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
