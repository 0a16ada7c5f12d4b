/* request_gen.h: requests as they were given, their bounds checked. Made by shared/gen/snapshot.mjs from schemas/control.schema.json; do not edit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_REQUEST_GEN_H
#define RINGWALL_CONTROL_REQUEST_GEN_H

#include "snapshot/schema.h"

enum request_hello_type { REQUEST_HELLO_TYPE_HELLO, REQUEST_HELLO_TYPE_APPLY_SNAPSHOT, REQUEST_HELLO_TYPE_STATUS, REQUEST_HELLO_TYPE_COUNTERS, REQUEST_HELLO_TYPE_SESSIONS, REQUEST_HELLO_TYPE_CLEAR_SESSIONS, REQUEST_HELLO_TYPE_NEIGHBORS, REQUEST_HELLO_TYPE_ROUTES, REQUEST_HELLO_TYPE_EXPLAIN, REQUEST_HELLO_TYPE_SHUTDOWN };
enum request_hello_role { REQUEST_HELLO_ROLE_WRITER, REQUEST_HELLO_ROLE_READER };
struct request_hello {
	uint32_t id;
	uint32_t type;
	uint32_t protocol;
	struct schema_text layout_hash;
	uint32_t role;
	struct schema_text client;
};
extern const struct schema_map request_hello_map;

enum request_apply_snapshot_type { REQUEST_APPLY_SNAPSHOT_TYPE_HELLO, REQUEST_APPLY_SNAPSHOT_TYPE_APPLY_SNAPSHOT, REQUEST_APPLY_SNAPSHOT_TYPE_STATUS, REQUEST_APPLY_SNAPSHOT_TYPE_COUNTERS, REQUEST_APPLY_SNAPSHOT_TYPE_SESSIONS, REQUEST_APPLY_SNAPSHOT_TYPE_CLEAR_SESSIONS, REQUEST_APPLY_SNAPSHOT_TYPE_NEIGHBORS, REQUEST_APPLY_SNAPSHOT_TYPE_ROUTES, REQUEST_APPLY_SNAPSHOT_TYPE_EXPLAIN, REQUEST_APPLY_SNAPSHOT_TYPE_SHUTDOWN };
struct request_apply_snapshot {
	uint32_t id;
	uint32_t type;
	struct schema_bytes snapshot;
};
extern const struct schema_map request_apply_snapshot_map;

enum request_status_type { REQUEST_STATUS_TYPE_HELLO, REQUEST_STATUS_TYPE_APPLY_SNAPSHOT, REQUEST_STATUS_TYPE_STATUS, REQUEST_STATUS_TYPE_COUNTERS, REQUEST_STATUS_TYPE_SESSIONS, REQUEST_STATUS_TYPE_CLEAR_SESSIONS, REQUEST_STATUS_TYPE_NEIGHBORS, REQUEST_STATUS_TYPE_ROUTES, REQUEST_STATUS_TYPE_EXPLAIN, REQUEST_STATUS_TYPE_SHUTDOWN };
struct request_status {
	uint32_t id;
	uint32_t type;
};
extern const struct schema_map request_status_map;

enum request_counters_type { REQUEST_COUNTERS_TYPE_HELLO, REQUEST_COUNTERS_TYPE_APPLY_SNAPSHOT, REQUEST_COUNTERS_TYPE_STATUS, REQUEST_COUNTERS_TYPE_COUNTERS, REQUEST_COUNTERS_TYPE_SESSIONS, REQUEST_COUNTERS_TYPE_CLEAR_SESSIONS, REQUEST_COUNTERS_TYPE_NEIGHBORS, REQUEST_COUNTERS_TYPE_ROUTES, REQUEST_COUNTERS_TYPE_EXPLAIN, REQUEST_COUNTERS_TYPE_SHUTDOWN };
struct request_counters {
	uint32_t id;
	uint32_t type;
};
extern const struct schema_map request_counters_map;

struct request_prefix {
	struct schema_bytes address;
	uint32_t length;
};
extern const struct schema_map request_prefix_map;

struct request_session_filter {
	bool has_id;
	uint64_t id;
	bool has_source_prefix;
	struct request_prefix source_prefix;
	bool has_destination_prefix;
	struct request_prefix destination_prefix;
	bool has_protocol;
	uint32_t protocol;
	bool has_port;
	uint32_t port;
	bool has_policy_id;
	uint32_t policy_id;
	bool has_zone;
	uint32_t zone;
};
extern const struct schema_map request_session_filter_map;

enum request_sessions_type { REQUEST_SESSIONS_TYPE_HELLO, REQUEST_SESSIONS_TYPE_APPLY_SNAPSHOT, REQUEST_SESSIONS_TYPE_STATUS, REQUEST_SESSIONS_TYPE_COUNTERS, REQUEST_SESSIONS_TYPE_SESSIONS, REQUEST_SESSIONS_TYPE_CLEAR_SESSIONS, REQUEST_SESSIONS_TYPE_NEIGHBORS, REQUEST_SESSIONS_TYPE_ROUTES, REQUEST_SESSIONS_TYPE_EXPLAIN, REQUEST_SESSIONS_TYPE_SHUTDOWN };
struct request_sessions {
	uint32_t id;
	uint32_t type;
	uint32_t after;
	uint32_t limit;
	bool has_filter;
	struct request_session_filter filter;
};
extern const struct schema_map request_sessions_map;

enum request_clear_sessions_type { REQUEST_CLEAR_SESSIONS_TYPE_HELLO, REQUEST_CLEAR_SESSIONS_TYPE_APPLY_SNAPSHOT, REQUEST_CLEAR_SESSIONS_TYPE_STATUS, REQUEST_CLEAR_SESSIONS_TYPE_COUNTERS, REQUEST_CLEAR_SESSIONS_TYPE_SESSIONS, REQUEST_CLEAR_SESSIONS_TYPE_CLEAR_SESSIONS, REQUEST_CLEAR_SESSIONS_TYPE_NEIGHBORS, REQUEST_CLEAR_SESSIONS_TYPE_ROUTES, REQUEST_CLEAR_SESSIONS_TYPE_EXPLAIN, REQUEST_CLEAR_SESSIONS_TYPE_SHUTDOWN };
struct request_clear_sessions {
	uint32_t id;
	uint32_t type;
	bool has_filter;
	struct request_session_filter filter;
};
extern const struct schema_map request_clear_sessions_map;

enum request_neighbors_type { REQUEST_NEIGHBORS_TYPE_HELLO, REQUEST_NEIGHBORS_TYPE_APPLY_SNAPSHOT, REQUEST_NEIGHBORS_TYPE_STATUS, REQUEST_NEIGHBORS_TYPE_COUNTERS, REQUEST_NEIGHBORS_TYPE_SESSIONS, REQUEST_NEIGHBORS_TYPE_CLEAR_SESSIONS, REQUEST_NEIGHBORS_TYPE_NEIGHBORS, REQUEST_NEIGHBORS_TYPE_ROUTES, REQUEST_NEIGHBORS_TYPE_EXPLAIN, REQUEST_NEIGHBORS_TYPE_SHUTDOWN };
struct request_neighbors {
	uint32_t id;
	uint32_t type;
	uint32_t after;
	uint32_t limit;
};
extern const struct schema_map request_neighbors_map;

enum request_routes_type { REQUEST_ROUTES_TYPE_HELLO, REQUEST_ROUTES_TYPE_APPLY_SNAPSHOT, REQUEST_ROUTES_TYPE_STATUS, REQUEST_ROUTES_TYPE_COUNTERS, REQUEST_ROUTES_TYPE_SESSIONS, REQUEST_ROUTES_TYPE_CLEAR_SESSIONS, REQUEST_ROUTES_TYPE_NEIGHBORS, REQUEST_ROUTES_TYPE_ROUTES, REQUEST_ROUTES_TYPE_EXPLAIN, REQUEST_ROUTES_TYPE_SHUTDOWN };
struct request_routes {
	uint32_t id;
	uint32_t type;
	uint32_t after;
	uint32_t limit;
};
extern const struct schema_map request_routes_map;

enum request_explain_type { REQUEST_EXPLAIN_TYPE_HELLO, REQUEST_EXPLAIN_TYPE_APPLY_SNAPSHOT, REQUEST_EXPLAIN_TYPE_STATUS, REQUEST_EXPLAIN_TYPE_COUNTERS, REQUEST_EXPLAIN_TYPE_SESSIONS, REQUEST_EXPLAIN_TYPE_CLEAR_SESSIONS, REQUEST_EXPLAIN_TYPE_NEIGHBORS, REQUEST_EXPLAIN_TYPE_ROUTES, REQUEST_EXPLAIN_TYPE_EXPLAIN, REQUEST_EXPLAIN_TYPE_SHUTDOWN };
struct request_explain {
	uint32_t id;
	uint32_t type;
	uint32_t unit;
	uint32_t zone;
	struct schema_bytes source;
	struct schema_bytes destination;
	uint32_t protocol;
	uint32_t source_port;
	uint32_t destination_port;
	uint32_t icmp_type;
	uint32_t icmp_code;
};
extern const struct schema_map request_explain_map;

enum request_shutdown_type { REQUEST_SHUTDOWN_TYPE_HELLO, REQUEST_SHUTDOWN_TYPE_APPLY_SNAPSHOT, REQUEST_SHUTDOWN_TYPE_STATUS, REQUEST_SHUTDOWN_TYPE_COUNTERS, REQUEST_SHUTDOWN_TYPE_SESSIONS, REQUEST_SHUTDOWN_TYPE_CLEAR_SESSIONS, REQUEST_SHUTDOWN_TYPE_NEIGHBORS, REQUEST_SHUTDOWN_TYPE_ROUTES, REQUEST_SHUTDOWN_TYPE_EXPLAIN, REQUEST_SHUTDOWN_TYPE_SHUTDOWN };
struct request_shutdown {
	uint32_t id;
	uint32_t type;
};
extern const struct schema_map request_shutdown_map;

#endif
