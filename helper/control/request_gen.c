/* request_gen.c: each field of a request with its bounds. Made by shared/gen/snapshot.mjs from schemas/control.schema.json; do not edit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "control/request_gen.h"

#include <stddef.h>

static const char *const hello_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const uint32_t hello_layout_hash_characters[4] = { 0x00000000, 0x03ff0000, 0x00000000, 0x0000007e };
static const char *const hello_role_words[] = { "writer", "reader" };
static const uint32_t hello_client_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_field hello_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_hello, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_hello, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = hello_type_words, .value_count = 14 } },
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct request_hello, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "layout_hash", .name_length = 11, .required = true, .at = offsetof(struct request_hello, layout_hash),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 32ll, .characters = hello_layout_hash_characters } },
	{ .name = "role", .name_length = 4, .required = true, .at = offsetof(struct request_hello, role),
	  .type = { .kind = SCHEMA_CHOICE, .words = hello_role_words, .value_count = 2 } },
	{ .name = "client", .name_length = 6, .required = true, .at = offsetof(struct request_hello, client),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = hello_client_characters } },
};
const struct schema_map request_hello_map = { .name = "hello", .size = sizeof(struct request_hello), .count = 6, .field = hello_fields };

static const char *const apply_snapshot_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field apply_snapshot_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_apply_snapshot, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_apply_snapshot, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = apply_snapshot_type_words, .value_count = 14 } },
	{ .name = "snapshot", .name_length = 8, .required = true, .at = offsetof(struct request_apply_snapshot, snapshot),
	  .type = { .kind = SCHEMA_RAW } },
};
const struct schema_map request_apply_snapshot_map = { .name = "apply_snapshot", .size = sizeof(struct request_apply_snapshot), .count = 3, .field = apply_snapshot_fields };

static const char *const status_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field status_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_status, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_status, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = status_type_words, .value_count = 14 } },
};
const struct schema_map request_status_map = { .name = "status", .size = sizeof(struct request_status), .count = 2, .field = status_fields };

static const char *const counters_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field counters_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_counters, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_counters, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = counters_type_words, .value_count = 14 } },
};
const struct schema_map request_counters_map = { .name = "counters", .size = sizeof(struct request_counters), .count = 2, .field = counters_fields };

static const struct schema_field prefix_fields[] = {
	{ .name = "address", .name_length = 7, .required = true, .at = offsetof(struct request_prefix, address),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "length", .name_length = 6, .required = true, .at = offsetof(struct request_prefix, length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 128ll } },
};
const struct schema_map request_prefix_map = { .name = "prefix", .size = sizeof(struct request_prefix), .count = 2, .field = prefix_fields };

static const struct schema_field session_filter_fields[] = {
	{ .name = "id", .name_length = 2, .required = false, .at = offsetof(struct request_session_filter, id), .present_at = offsetof(struct request_session_filter, has_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint64_t), .low = 1ll, .high = 9007199254740991ll } },
	{ .name = "source_prefix", .name_length = 13, .required = false, .at = offsetof(struct request_session_filter, source_prefix), .present_at = offsetof(struct request_session_filter, has_source_prefix),
	  .type = { .kind = SCHEMA_MAP, .map = &request_prefix_map } },
	{ .name = "destination_prefix", .name_length = 18, .required = false, .at = offsetof(struct request_session_filter, destination_prefix), .present_at = offsetof(struct request_session_filter, has_destination_prefix),
	  .type = { .kind = SCHEMA_MAP, .map = &request_prefix_map } },
	{ .name = "protocol", .name_length = 8, .required = false, .at = offsetof(struct request_session_filter, protocol), .present_at = offsetof(struct request_session_filter, has_protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "port", .name_length = 4, .required = false, .at = offsetof(struct request_session_filter, port), .present_at = offsetof(struct request_session_filter, has_port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "policy_id", .name_length = 9, .required = false, .at = offsetof(struct request_session_filter, policy_id), .present_at = offsetof(struct request_session_filter, has_policy_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "zone", .name_length = 4, .required = false, .at = offsetof(struct request_session_filter, zone), .present_at = offsetof(struct request_session_filter, has_zone),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 127ll } },
};
const struct schema_map request_session_filter_map = { .name = "session_filter", .size = sizeof(struct request_session_filter), .count = 7, .field = session_filter_fields };

static const char *const sessions_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field sessions_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_sessions, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_sessions, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = sessions_type_words, .value_count = 14 } },
	{ .name = "after", .name_length = 5, .required = true, .at = offsetof(struct request_sessions, after),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "limit", .name_length = 5, .required = true, .at = offsetof(struct request_sessions, limit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 500ll } },
	{ .name = "filter", .name_length = 6, .required = false, .at = offsetof(struct request_sessions, filter), .present_at = offsetof(struct request_sessions, has_filter),
	  .type = { .kind = SCHEMA_MAP, .map = &request_session_filter_map } },
};
const struct schema_map request_sessions_map = { .name = "sessions", .size = sizeof(struct request_sessions), .count = 5, .field = sessions_fields };

static const char *const clear_sessions_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field clear_sessions_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_clear_sessions, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_clear_sessions, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = clear_sessions_type_words, .value_count = 14 } },
	{ .name = "filter", .name_length = 6, .required = false, .at = offsetof(struct request_clear_sessions, filter), .present_at = offsetof(struct request_clear_sessions, has_filter),
	  .type = { .kind = SCHEMA_MAP, .map = &request_session_filter_map } },
};
const struct schema_map request_clear_sessions_map = { .name = "clear_sessions", .size = sizeof(struct request_clear_sessions), .count = 3, .field = clear_sessions_fields };

static const char *const filters_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field filters_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_filters, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_filters, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = filters_type_words, .value_count = 14 } },
};
const struct schema_map request_filters_map = { .name = "filters", .size = sizeof(struct request_filters), .count = 2, .field = filters_fields };

static const char *const clear_filters_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_type clear_filters_counters_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type clear_filters_policers_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll };
static const struct schema_field clear_filters_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_clear_filters, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_clear_filters, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = clear_filters_type_words, .value_count = 14 } },
	{ .name = "generation", .name_length = 10, .required = true, .at = offsetof(struct request_clear_filters, generation),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "counters", .name_length = 8, .required = true, .at = offsetof(struct request_clear_filters, counters), .count_at = offsetof(struct request_clear_filters, counters_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 262144ll, .item = &clear_filters_counters_item, .item_size = sizeof(uint32_t) } },
	{ .name = "policers", .name_length = 8, .required = true, .at = offsetof(struct request_clear_filters, policers), .count_at = offsetof(struct request_clear_filters, policers_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65536ll, .item = &clear_filters_policers_item, .item_size = sizeof(uint32_t) } },
};
const struct schema_map request_clear_filters_map = { .name = "clear_filters", .size = sizeof(struct request_clear_filters), .count = 5, .field = clear_filters_fields };

static const char *const nat_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field nat_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_nat, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_nat, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = nat_type_words, .value_count = 14 } },
};
const struct schema_map request_nat_map = { .name = "nat", .size = sizeof(struct request_nat), .count = 2, .field = nat_fields };

static const char *const bindings_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field bindings_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_bindings, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_bindings, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = bindings_type_words, .value_count = 14 } },
	{ .name = "after", .name_length = 5, .required = true, .at = offsetof(struct request_bindings, after),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "limit", .name_length = 5, .required = true, .at = offsetof(struct request_bindings, limit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 500ll } },
};
const struct schema_map request_bindings_map = { .name = "bindings", .size = sizeof(struct request_bindings), .count = 4, .field = bindings_fields };

static const char *const neighbors_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field neighbors_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_neighbors, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_neighbors, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = neighbors_type_words, .value_count = 14 } },
	{ .name = "after", .name_length = 5, .required = true, .at = offsetof(struct request_neighbors, after),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "limit", .name_length = 5, .required = true, .at = offsetof(struct request_neighbors, limit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 500ll } },
};
const struct schema_map request_neighbors_map = { .name = "neighbors", .size = sizeof(struct request_neighbors), .count = 4, .field = neighbors_fields };

static const char *const routes_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field routes_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_routes, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_routes, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = routes_type_words, .value_count = 14 } },
	{ .name = "after", .name_length = 5, .required = true, .at = offsetof(struct request_routes, after),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "limit", .name_length = 5, .required = true, .at = offsetof(struct request_routes, limit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 500ll } },
};
const struct schema_map request_routes_map = { .name = "routes", .size = sizeof(struct request_routes), .count = 4, .field = routes_fields };

static const char *const explain_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field explain_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_explain, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_explain, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = explain_type_words, .value_count = 14 } },
	{ .name = "unit", .name_length = 4, .required = true, .at = offsetof(struct request_explain, unit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4095ll } },
	{ .name = "zone", .name_length = 4, .required = true, .at = offsetof(struct request_explain, zone),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 127ll } },
	{ .name = "source", .name_length = 6, .required = true, .at = offsetof(struct request_explain, source),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "destination", .name_length = 11, .required = true, .at = offsetof(struct request_explain, destination),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct request_explain, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "source_port", .name_length = 11, .required = true, .at = offsetof(struct request_explain, source_port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "destination_port", .name_length = 16, .required = true, .at = offsetof(struct request_explain, destination_port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "icmp_type", .name_length = 9, .required = true, .at = offsetof(struct request_explain, icmp_type),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "icmp_code", .name_length = 9, .required = true, .at = offsetof(struct request_explain, icmp_code),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
};
const struct schema_map request_explain_map = { .name = "explain", .size = sizeof(struct request_explain), .count = 11, .field = explain_fields };

static const char *const shutdown_type_words[] = { "hello", "apply_snapshot", "status", "counters", "sessions", "clear_sessions", "filters", "clear_filters", "nat", "bindings", "neighbors", "routes", "explain", "shutdown" };
static const struct schema_field shutdown_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct request_shutdown, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "type", .name_length = 4, .required = true, .at = offsetof(struct request_shutdown, type),
	  .type = { .kind = SCHEMA_CHOICE, .words = shutdown_type_words, .value_count = 14 } },
};
const struct schema_map request_shutdown_map = { .name = "shutdown", .size = sizeof(struct request_shutdown), .count = 2, .field = shutdown_fields };
