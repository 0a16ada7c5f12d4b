/* schema_gen.c: each field of a snapshot with its bounds. Made by shared/gen/snapshot.mjs from schemas/snapshot.schema.json; do not edit.
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/schema_gen.h"

#include <stddef.h>

static const char *const settings_fail_mode_words[] = { "closed", "open" };
static const struct schema_field settings_fields[] = {
	{ .name = "fail_mode", .name_length = 9, .required = true, .at = offsetof(struct given_settings, fail_mode),
	  .type = { .kind = SCHEMA_CHOICE, .words = settings_fail_mode_words, .value_count = 2 } },
	{ .name = "tcp_no_syn_check", .name_length = 16, .required = true, .at = offsetof(struct given_settings, tcp_no_syn_check),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "tcp_strict_syn_check", .name_length = 20, .required = true, .at = offsetof(struct given_settings, tcp_strict_syn_check),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "tcp_no_sequence_check", .name_length = 21, .required = true, .at = offsetof(struct given_settings, tcp_no_sequence_check),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "tcp_rst_invalidate", .name_length = 18, .required = true, .at = offsetof(struct given_settings, tcp_rst_invalidate),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "tcp_fin_invalidate", .name_length = 18, .required = true, .at = offsetof(struct given_settings, tcp_fin_invalidate),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "tcp_initial_timeout", .name_length = 19, .required = true, .at = offsetof(struct given_settings, tcp_initial_timeout),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 4ll, .high = 300ll } },
	{ .name = "tcp_time_wait", .name_length = 13, .required = true, .at = offsetof(struct given_settings, tcp_time_wait),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 2ll, .high = 600ll } },
	{ .name = "tcp_mss", .name_length = 7, .required = true, .at = offsetof(struct given_settings, tcp_mss),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "session_maximum", .name_length = 15, .required = true, .at = offsetof(struct given_settings, session_maximum),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1024ll, .high = 16777216ll } },
	{ .name = "early_ageout", .name_length = 12, .required = true, .at = offsetof(struct given_settings, early_ageout),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 65535ll } },
	{ .name = "high_watermark", .name_length = 14, .required = true, .at = offsetof(struct given_settings, high_watermark),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 100ll } },
	{ .name = "low_watermark", .name_length = 13, .required = true, .at = offsetof(struct given_settings, low_watermark),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 100ll } },
	{ .name = "icmp_error_rate", .name_length = 15, .required = true, .at = offsetof(struct given_settings, icmp_error_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "icmp_error_burst", .name_length = 16, .required = true, .at = offsetof(struct given_settings, icmp_error_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 100000ll } },
	{ .name = "require_delivery", .name_length = 16, .required = true, .at = offsetof(struct given_settings, require_delivery),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_rule_rate", .name_length = 13, .required = true, .at = offsetof(struct given_settings, log_rule_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_rule_burst", .name_length = 14, .required = true, .at = offsetof(struct given_settings, log_rule_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
	{ .name = "log_zone_rate", .name_length = 13, .required = true, .at = offsetof(struct given_settings, log_zone_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_zone_burst", .name_length = 14, .required = true, .at = offsetof(struct given_settings, log_zone_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
};
const struct schema_map given_settings_map = { .name = "settings", .size = sizeof(struct given_settings), .count = 20, .field = settings_fields };

static const int64_t host_service_family_values[] = { 0, 2, 10 };
static const struct schema_field host_service_fields[] = {
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct given_host_service, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "family", .name_length = 6, .required = true, .at = offsetof(struct given_host_service, family),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 10ll, .values = host_service_family_values, .value_count = 3 } },
	{ .name = "port_low", .name_length = 8, .required = true, .at = offsetof(struct given_host_service, port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "port_high", .name_length = 9, .required = true, .at = offsetof(struct given_host_service, port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "icmp_type", .name_length = 9, .required = true, .at = offsetof(struct given_host_service, icmp_type),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
};
const struct schema_map given_host_service_map = { .name = "host_service", .size = sizeof(struct given_host_service), .count = 5, .field = host_service_fields };

static const uint32_t zone_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type zone_host_inbound_item = { .kind = SCHEMA_MAP, .map = &given_host_service_map };
static const struct schema_field zone_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_zone, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 127ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_zone, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = zone_name_characters } },
	{ .name = "tcp_rst", .name_length = 7, .required = true, .at = offsetof(struct given_zone, tcp_rst),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "screen", .name_length = 6, .required = true, .at = offsetof(struct given_zone, screen),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 127ll } },
	{ .name = "host_inbound", .name_length = 12, .required = true, .at = offsetof(struct given_zone, host_inbound), .count_at = offsetof(struct given_zone, host_inbound_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &zone_host_inbound_item, .item_size = sizeof(struct given_host_service) } },
};
const struct schema_map given_zone_map = { .name = "zone", .size = sizeof(struct given_zone), .count = 5, .field = zone_fields };

static const uint32_t instance_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_field instance_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_instance, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_instance, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = instance_name_characters } },
	{ .name = "kernel_table", .name_length = 12, .required = true, .at = offsetof(struct given_instance, kernel_table),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "filter_host", .name_length = 11, .required = true, .at = offsetof(struct given_instance, filter_host),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
	{ .name = "filter_host6", .name_length = 12, .required = true, .at = offsetof(struct given_instance, filter_host6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
};
const struct schema_map given_instance_map = { .name = "instance", .size = sizeof(struct given_instance), .count = 5, .field = instance_fields };

static const char *const queue_priority_words[] = { "strict-high", "high", "medium-high", "medium-low", "low" };
static const struct schema_field queue_fields[] = {
	{ .name = "priority", .name_length = 8, .required = true, .at = offsetof(struct given_queue, priority),
	  .type = { .kind = SCHEMA_CHOICE, .words = queue_priority_words, .value_count = 5 } },
	{ .name = "rate", .name_length = 4, .required = true, .at = offsetof(struct given_queue, rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint64_t), .low = 0ll, .high = 1000000000000ll } },
	{ .name = "exact", .name_length = 5, .required = true, .at = offsetof(struct given_queue, exact),
	  .type = { .kind = SCHEMA_BOOLEAN } },
};
const struct schema_map given_queue_map = { .name = "queue", .size = sizeof(struct given_queue), .count = 3, .field = queue_fields };

static const uint32_t port_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const uint32_t port_device_characters[4] = { 0x00000000, 0xffff7ffe, 0xffffffff, 0x7fffffff };
static const char *const port_xdp_mode_words[] = { "auto", "zero-copy", "native", "generic" };
static const struct schema_type port_queues_item = { .kind = SCHEMA_MAP, .map = &given_queue_map };
static const struct schema_field port_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_port, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_port, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = port_name_characters } },
	{ .name = "device", .name_length = 6, .required = true, .at = offsetof(struct given_port, device),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 15ll, .characters = port_device_characters } },
	{ .name = "xdp_mode", .name_length = 8, .required = true, .at = offsetof(struct given_port, xdp_mode),
	  .type = { .kind = SCHEMA_CHOICE, .words = port_xdp_mode_words, .value_count = 4 } },
	{ .name = "mtu", .name_length = 3, .required = true, .at = offsetof(struct given_port, mtu),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 256ll, .high = 9216ll, .or_zero = true } },
	{ .name = "shaping_rate", .name_length = 12, .required = true, .at = offsetof(struct given_port, shaping_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint64_t), .low = 0ll, .high = 1000000000000ll } },
	{ .name = "queues", .name_length = 6, .required = true, .at = offsetof(struct given_port, queues), .count_at = offsetof(struct given_port, queues_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 8ll, .item = &port_queues_item, .item_size = sizeof(struct given_queue) } },
};
const struct schema_map given_port_map = { .name = "port", .size = sizeof(struct given_port), .count = 7, .field = port_fields };

static const struct schema_field unit_address_fields[] = {
	{ .name = "address", .name_length = 7, .required = true, .at = offsetof(struct given_unit_address, address),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "length", .name_length = 6, .required = true, .at = offsetof(struct given_unit_address, length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 128ll } },
};
const struct schema_map given_unit_address_map = { .name = "unit_address", .size = sizeof(struct given_unit_address), .count = 2, .field = unit_address_fields };

static const uint32_t unit_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type unit_addresses_item = { .kind = SCHEMA_MAP, .map = &given_unit_address_map };
static const struct schema_type unit_host_inbound_item = { .kind = SCHEMA_MAP, .map = &given_host_service_map };
static const struct schema_field unit_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_unit, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4095ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_unit, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = unit_name_characters } },
	{ .name = "port", .name_length = 4, .required = true, .at = offsetof(struct given_unit, port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "vlan", .name_length = 4, .required = true, .at = offsetof(struct given_unit, vlan),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4094ll } },
	{ .name = "zone", .name_length = 4, .required = true, .at = offsetof(struct given_unit, zone),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 127ll } },
	{ .name = "instance", .name_length = 8, .required = true, .at = offsetof(struct given_unit, instance),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "inet", .name_length = 4, .required = true, .at = offsetof(struct given_unit, inet),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "inet6", .name_length = 5, .required = true, .at = offsetof(struct given_unit, inet6),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "mtu_inet", .name_length = 8, .required = true, .at = offsetof(struct given_unit, mtu_inet),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 68ll, .high = 9216ll, .or_zero = true } },
	{ .name = "mtu_inet6", .name_length = 9, .required = true, .at = offsetof(struct given_unit, mtu_inet6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1280ll, .high = 9216ll, .or_zero = true } },
	{ .name = "addresses", .name_length = 9, .required = true, .at = offsetof(struct given_unit, addresses), .count_at = offsetof(struct given_unit, addresses_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &unit_addresses_item, .item_size = sizeof(struct given_unit_address) } },
	{ .name = "host_inbound", .name_length = 12, .required = false, .at = offsetof(struct given_unit, host_inbound), .count_at = offsetof(struct given_unit, host_inbound_count), .present_at = offsetof(struct given_unit, has_host_inbound),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &unit_host_inbound_item, .item_size = sizeof(struct given_host_service) } },
	{ .name = "filter_input", .name_length = 12, .required = true, .at = offsetof(struct given_unit, filter_input),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
	{ .name = "filter_output", .name_length = 13, .required = true, .at = offsetof(struct given_unit, filter_output),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
	{ .name = "filter_input6", .name_length = 13, .required = true, .at = offsetof(struct given_unit, filter_input6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
	{ .name = "filter_output6", .name_length = 14, .required = true, .at = offsetof(struct given_unit, filter_output6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 16384ll } },
	{ .name = "classifier", .name_length = 10, .required = true, .at = offsetof(struct given_unit, classifier),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
	{ .name = "classifier6", .name_length = 11, .required = true, .at = offsetof(struct given_unit, classifier6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
	{ .name = "rewrite", .name_length = 7, .required = true, .at = offsetof(struct given_unit, rewrite),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
	{ .name = "rewrite6", .name_length = 8, .required = true, .at = offsetof(struct given_unit, rewrite6),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
};
const struct schema_map given_unit_map = { .name = "unit", .size = sizeof(struct given_unit), .count = 20, .field = unit_fields };

static const struct schema_field inet_range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_inet_range, low),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_inet_range, high),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 } },
};
const struct schema_map given_inet_range_map = { .name = "inet_range", .size = sizeof(struct given_inet_range), .count = 2, .field = inet_range_fields };

static const struct schema_field inet6_range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_inet6_range, low),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 16 } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_inet6_range, high),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 16 } },
};
const struct schema_map given_inet6_range_map = { .name = "inet6_range", .size = sizeof(struct given_inet6_range), .count = 2, .field = inet6_range_fields };

static const struct schema_type address_set_inet_item = { .kind = SCHEMA_MAP, .map = &given_inet_range_map };
static const struct schema_type address_set_inet6_item = { .kind = SCHEMA_MAP, .map = &given_inet6_range_map };
static const struct schema_field address_set_fields[] = {
	{ .name = "inet", .name_length = 4, .required = true, .at = offsetof(struct given_address_set, inet), .count_at = offsetof(struct given_address_set, inet_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1048576ll, .item = &address_set_inet_item, .item_size = sizeof(struct given_inet_range) } },
	{ .name = "inet6", .name_length = 5, .required = true, .at = offsetof(struct given_address_set, inet6), .count_at = offsetof(struct given_address_set, inet6_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1048576ll, .item = &address_set_inet6_item, .item_size = sizeof(struct given_inet6_range) } },
};
const struct schema_map given_address_set_map = { .name = "address_set", .size = sizeof(struct given_address_set), .count = 2, .field = address_set_fields };

static const uint32_t application_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_field application_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_application, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 65535ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_application, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = application_name_characters } },
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct given_application, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "port_low", .name_length = 8, .required = true, .at = offsetof(struct given_application, port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "port_high", .name_length = 9, .required = true, .at = offsetof(struct given_application, port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
};
const struct schema_map given_application_map = { .name = "application", .size = sizeof(struct given_application), .count = 5, .field = application_fields };

static const uint32_t rule_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type rule_from_zones_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 127ll };
static const struct schema_type rule_to_zones_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 127ll };
static const struct schema_type rule_source_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type rule_destination_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_field rule_fields[] = {
	{ .name = "policy_id", .name_length = 9, .required = true, .at = offsetof(struct given_rule, policy_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "counter", .name_length = 7, .required = true, .at = offsetof(struct given_rule, counter),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1048575ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_rule, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = rule_name_characters } },
	{ .name = "from_zones", .name_length = 10, .required = true, .at = offsetof(struct given_rule, from_zones), .count_at = offsetof(struct given_rule, from_zones_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 127ll, .item = &rule_from_zones_item, .item_size = sizeof(uint32_t) } },
	{ .name = "to_zones", .name_length = 8, .required = true, .at = offsetof(struct given_rule, to_zones), .count_at = offsetof(struct given_rule, to_zones_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 127ll, .item = &rule_to_zones_item, .item_size = sizeof(uint32_t) } },
	{ .name = "source", .name_length = 6, .required = true, .at = offsetof(struct given_rule, source), .count_at = offsetof(struct given_rule, source_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &rule_source_item, .item_size = sizeof(uint32_t) } },
	{ .name = "destination", .name_length = 11, .required = true, .at = offsetof(struct given_rule, destination), .count_at = offsetof(struct given_rule, destination_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &rule_destination_item, .item_size = sizeof(uint32_t) } },
	{ .name = "source_excluded", .name_length = 15, .required = true, .at = offsetof(struct given_rule, source_excluded),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "destination_excluded", .name_length = 20, .required = true, .at = offsetof(struct given_rule, destination_excluded),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct given_rule, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "source_port_low", .name_length = 15, .required = true, .at = offsetof(struct given_rule, source_port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "source_port_high", .name_length = 16, .required = true, .at = offsetof(struct given_rule, source_port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "destination_port_low", .name_length = 20, .required = true, .at = offsetof(struct given_rule, destination_port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "destination_port_high", .name_length = 21, .required = true, .at = offsetof(struct given_rule, destination_port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "icmp_type", .name_length = 9, .required = true, .at = offsetof(struct given_rule, icmp_type),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "icmp_code", .name_length = 9, .required = true, .at = offsetof(struct given_rule, icmp_code),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "application", .name_length = 11, .required = true, .at = offsetof(struct given_rule, application),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "timeout", .name_length = 7, .required = true, .at = offsetof(struct given_rule, timeout),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "action", .name_length = 6, .required = true, .at = offsetof(struct given_rule, action),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 2ll } },
	{ .name = "log_init", .name_length = 8, .required = true, .at = offsetof(struct given_rule, log_init),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_close", .name_length = 9, .required = true, .at = offsetof(struct given_rule, log_close),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_rate", .name_length = 8, .required = true, .at = offsetof(struct given_rule, log_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_burst", .name_length = 9, .required = true, .at = offsetof(struct given_rule, log_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
	{ .name = "count", .name_length = 5, .required = true, .at = offsetof(struct given_rule, count),
	  .type = { .kind = SCHEMA_BOOLEAN } },
};
const struct schema_map given_rule_map = { .name = "rule", .size = sizeof(struct given_rule), .count = 24, .field = rule_fields };

static const struct schema_type policy_set_rules_item = { .kind = SCHEMA_MAP, .map = &given_rule_map };
static const struct schema_field policy_set_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_policy_set, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 65534ll } },
	{ .name = "from_zone", .name_length = 9, .required = true, .at = offsetof(struct given_policy_set, from_zone),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 127ll } },
	{ .name = "to_zone", .name_length = 7, .required = true, .at = offsetof(struct given_policy_set, to_zone),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 127ll } },
	{ .name = "rules", .name_length = 5, .required = true, .at = offsetof(struct given_policy_set, rules), .count_at = offsetof(struct given_policy_set, rules_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65536ll, .item = &policy_set_rules_item, .item_size = sizeof(struct given_rule) } },
};
const struct schema_map given_policy_set_map = { .name = "policy_set", .size = sizeof(struct given_policy_set), .count = 4, .field = policy_set_fields };

static const struct schema_field default_policy_fields[] = {
	{ .name = "policy_id", .name_length = 9, .required = true, .at = offsetof(struct given_default_policy, policy_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 4294901760ll, .high = 4294901760ll } },
	{ .name = "action", .name_length = 6, .required = true, .at = offsetof(struct given_default_policy, action),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 2ll } },
	{ .name = "log_init", .name_length = 8, .required = true, .at = offsetof(struct given_default_policy, log_init),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_close", .name_length = 9, .required = true, .at = offsetof(struct given_default_policy, log_close),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_rate", .name_length = 8, .required = true, .at = offsetof(struct given_default_policy, log_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_burst", .name_length = 9, .required = true, .at = offsetof(struct given_default_policy, log_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
	{ .name = "counter", .name_length = 7, .required = true, .at = offsetof(struct given_default_policy, counter),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1048575ll } },
};
const struct schema_map given_default_policy_map = { .name = "default_policy", .size = sizeof(struct given_default_policy), .count = 7, .field = default_policy_fields };

static const struct schema_field route_hop_fields[] = {
	{ .name = "gateway", .name_length = 7, .required = true, .at = offsetof(struct given_route_hop, gateway),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "unit", .name_length = 4, .required = true, .at = offsetof(struct given_route_hop, unit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4095ll } },
};
const struct schema_map given_route_hop_map = { .name = "route_hop", .size = sizeof(struct given_route_hop), .count = 2, .field = route_hop_fields };

static const char *const route_kind_words[] = { "next-hop", "discard", "reject", "next-table" };
static const struct schema_type route_next_hops_item = { .kind = SCHEMA_MAP, .map = &given_route_hop_map };
static const struct schema_field route_fields[] = {
	{ .name = "instance", .name_length = 8, .required = true, .at = offsetof(struct given_route, instance),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "prefix", .name_length = 6, .required = true, .at = offsetof(struct given_route, prefix),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "length", .name_length = 6, .required = true, .at = offsetof(struct given_route, length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 128ll } },
	{ .name = "preference", .name_length = 10, .required = true, .at = offsetof(struct given_route, preference),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "kind", .name_length = 4, .required = true, .at = offsetof(struct given_route, kind),
	  .type = { .kind = SCHEMA_CHOICE, .words = route_kind_words, .value_count = 4 } },
	{ .name = "next_hops", .name_length = 9, .required = true, .at = offsetof(struct given_route, next_hops), .count_at = offsetof(struct given_route, next_hops_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 16ll, .item = &route_next_hops_item, .item_size = sizeof(struct given_route_hop) } },
	{ .name = "table", .name_length = 5, .required = true, .at = offsetof(struct given_route, table),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
};
const struct schema_map given_route_map = { .name = "route", .size = sizeof(struct given_route), .count = 7, .field = route_fields };

static const struct schema_field octet_range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_octet_range, low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_octet_range, high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
};
const struct schema_map given_octet_range_map = { .name = "octet_range", .size = sizeof(struct given_octet_range), .count = 2, .field = octet_range_fields };

static const struct schema_field range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_range, low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_range, high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
};
const struct schema_map given_range_map = { .name = "range", .size = sizeof(struct given_range), .count = 2, .field = range_fields };

static const struct schema_field flag_match_fields[] = {
	{ .name = "mask", .name_length = 4, .required = true, .at = offsetof(struct given_flag_match, mask),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "value", .name_length = 5, .required = true, .at = offsetof(struct given_flag_match, value),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
};
const struct schema_map given_flag_match_map = { .name = "flag_match", .size = sizeof(struct given_flag_match), .count = 2, .field = flag_match_fields };

static const struct schema_field word_range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_word_range, low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_word_range, high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
};
const struct schema_map given_word_range_map = { .name = "word_range", .size = sizeof(struct given_word_range), .count = 2, .field = word_range_fields };

static const char *const flexible_match_start_words[] = { "layer-3", "layer-4", "payload" };
static const struct schema_field flexible_match_fields[] = {
	{ .name = "start", .name_length = 5, .required = true, .at = offsetof(struct given_flexible_match, start),
	  .type = { .kind = SCHEMA_CHOICE, .words = flexible_match_start_words, .value_count = 3 } },
	{ .name = "byte_offset", .name_length = 11, .required = true, .at = offsetof(struct given_flexible_match, byte_offset),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 255ll } },
	{ .name = "bit_offset", .name_length = 10, .required = true, .at = offsetof(struct given_flexible_match, bit_offset),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 7ll } },
	{ .name = "bit_length", .name_length = 10, .required = true, .at = offsetof(struct given_flexible_match, bit_length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 32ll } },
	{ .name = "mask", .name_length = 4, .required = true, .at = offsetof(struct given_flexible_match, mask),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
	{ .name = "value", .name_length = 5, .required = true, .at = offsetof(struct given_flexible_match, value),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 4294967295ll } },
};
const struct schema_map given_flexible_match_map = { .name = "flexible_match", .size = sizeof(struct given_flexible_match), .count = 6, .field = flexible_match_fields };

static const uint32_t filter_term_filter_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const uint32_t filter_term_term_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type filter_term_source_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type filter_term_destination_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type filter_term_address_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type filter_term_protocols_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_source_ports_item = { .kind = SCHEMA_MAP, .map = &given_range_map };
static const struct schema_type filter_term_destination_ports_item = { .kind = SCHEMA_MAP, .map = &given_range_map };
static const struct schema_type filter_term_ports_item = { .kind = SCHEMA_MAP, .map = &given_range_map };
static const struct schema_type filter_term_icmp_types_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_icmp_codes_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_tcp_flags_item = { .kind = SCHEMA_MAP, .map = &given_flag_match_map };
static const struct schema_type filter_term_dscps_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_ttls_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_packet_lengths_item = { .kind = SCHEMA_MAP, .map = &given_range_map };
static const struct schema_type filter_term_fragment_offsets_item = { .kind = SCHEMA_MAP, .map = &given_range_map };
static const struct schema_type filter_term_fragment_flags_item = { .kind = SCHEMA_MAP, .map = &given_flag_match_map };
static const struct schema_type filter_term_ip_options_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_ip_options_except_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_esp_spis_item = { .kind = SCHEMA_MAP, .map = &given_word_range_map };
static const struct schema_type filter_term_interfaces_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4095ll };
static const struct schema_type filter_term_forwarding_classes_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_loss_priorities_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type filter_term_flexible_item = { .kind = SCHEMA_MAP, .map = &given_flexible_match_map };
static const char *const filter_term_action_words[] = { "accept", "discard", "reject", "next" };
static const struct schema_field filter_term_fields[] = {
	{ .name = "filter_id", .name_length = 9, .required = true, .at = offsetof(struct given_filter_term, filter_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "term_id", .name_length = 7, .required = true, .at = offsetof(struct given_filter_term, term_id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "filter", .name_length = 6, .required = true, .at = offsetof(struct given_filter_term, filter),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = filter_term_filter_characters } },
	{ .name = "term", .name_length = 4, .required = true, .at = offsetof(struct given_filter_term, term),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = filter_term_term_characters } },
	{ .name = "source", .name_length = 6, .required = true, .at = offsetof(struct given_filter_term, source), .count_at = offsetof(struct given_filter_term, source_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1ll, .item = &filter_term_source_item, .item_size = sizeof(uint32_t) } },
	{ .name = "destination", .name_length = 11, .required = true, .at = offsetof(struct given_filter_term, destination), .count_at = offsetof(struct given_filter_term, destination_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1ll, .item = &filter_term_destination_item, .item_size = sizeof(uint32_t) } },
	{ .name = "address", .name_length = 7, .required = true, .at = offsetof(struct given_filter_term, address), .count_at = offsetof(struct given_filter_term, address_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1ll, .item = &filter_term_address_item, .item_size = sizeof(uint32_t) } },
	{ .name = "protocols", .name_length = 9, .required = true, .at = offsetof(struct given_filter_term, protocols), .count_at = offsetof(struct given_filter_term, protocols_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_protocols_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "source_ports", .name_length = 12, .required = true, .at = offsetof(struct given_filter_term, source_ports), .count_at = offsetof(struct given_filter_term, source_ports_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32768ll, .item = &filter_term_source_ports_item, .item_size = sizeof(struct given_range) } },
	{ .name = "destination_ports", .name_length = 17, .required = true, .at = offsetof(struct given_filter_term, destination_ports), .count_at = offsetof(struct given_filter_term, destination_ports_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32768ll, .item = &filter_term_destination_ports_item, .item_size = sizeof(struct given_range) } },
	{ .name = "ports", .name_length = 5, .required = true, .at = offsetof(struct given_filter_term, ports), .count_at = offsetof(struct given_filter_term, ports_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32768ll, .item = &filter_term_ports_item, .item_size = sizeof(struct given_range) } },
	{ .name = "icmp_types", .name_length = 10, .required = true, .at = offsetof(struct given_filter_term, icmp_types), .count_at = offsetof(struct given_filter_term, icmp_types_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_icmp_types_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "icmp_codes", .name_length = 10, .required = true, .at = offsetof(struct given_filter_term, icmp_codes), .count_at = offsetof(struct given_filter_term, icmp_codes_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_icmp_codes_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "tcp_flags", .name_length = 9, .required = true, .at = offsetof(struct given_filter_term, tcp_flags), .count_at = offsetof(struct given_filter_term, tcp_flags_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 256ll, .item = &filter_term_tcp_flags_item, .item_size = sizeof(struct given_flag_match) } },
	{ .name = "dscps", .name_length = 5, .required = true, .at = offsetof(struct given_filter_term, dscps), .count_at = offsetof(struct given_filter_term, dscps_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32ll, .item = &filter_term_dscps_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "ttls", .name_length = 4, .required = true, .at = offsetof(struct given_filter_term, ttls), .count_at = offsetof(struct given_filter_term, ttls_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_ttls_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "packet_lengths", .name_length = 14, .required = true, .at = offsetof(struct given_filter_term, packet_lengths), .count_at = offsetof(struct given_filter_term, packet_lengths_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32768ll, .item = &filter_term_packet_lengths_item, .item_size = sizeof(struct given_range) } },
	{ .name = "is_fragment", .name_length = 11, .required = true, .at = offsetof(struct given_filter_term, is_fragment),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "first_fragment", .name_length = 14, .required = true, .at = offsetof(struct given_filter_term, first_fragment),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "fragment_offsets", .name_length = 16, .required = true, .at = offsetof(struct given_filter_term, fragment_offsets), .count_at = offsetof(struct given_filter_term, fragment_offsets_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &filter_term_fragment_offsets_item, .item_size = sizeof(struct given_range) } },
	{ .name = "fragment_flags", .name_length = 14, .required = true, .at = offsetof(struct given_filter_term, fragment_flags), .count_at = offsetof(struct given_filter_term, fragment_flags_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 8ll, .item = &filter_term_fragment_flags_item, .item_size = sizeof(struct given_flag_match) } },
	{ .name = "ip_options", .name_length = 10, .required = true, .at = offsetof(struct given_filter_term, ip_options), .count_at = offsetof(struct given_filter_term, ip_options_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_ip_options_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "ip_options_except", .name_length = 17, .required = true, .at = offsetof(struct given_filter_term, ip_options_except), .count_at = offsetof(struct given_filter_term, ip_options_except_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &filter_term_ip_options_except_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "esp_spis", .name_length = 8, .required = true, .at = offsetof(struct given_filter_term, esp_spis), .count_at = offsetof(struct given_filter_term, esp_spis_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &filter_term_esp_spis_item, .item_size = sizeof(struct given_word_range) } },
	{ .name = "interfaces", .name_length = 10, .required = true, .at = offsetof(struct given_filter_term, interfaces), .count_at = offsetof(struct given_filter_term, interfaces_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4095ll, .item = &filter_term_interfaces_item, .item_size = sizeof(uint32_t) } },
	{ .name = "forwarding_classes", .name_length = 18, .required = true, .at = offsetof(struct given_filter_term, forwarding_classes), .count_at = offsetof(struct given_filter_term, forwarding_classes_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 8ll, .item = &filter_term_forwarding_classes_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "loss_priorities", .name_length = 15, .required = true, .at = offsetof(struct given_filter_term, loss_priorities), .count_at = offsetof(struct given_filter_term, loss_priorities_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 2ll, .item = &filter_term_loss_priorities_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "flexible", .name_length = 8, .required = true, .at = offsetof(struct given_filter_term, flexible), .count_at = offsetof(struct given_filter_term, flexible_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1ll, .item = &filter_term_flexible_item, .item_size = sizeof(struct given_flexible_match) } },
	{ .name = "action", .name_length = 6, .required = true, .at = offsetof(struct given_filter_term, action),
	  .type = { .kind = SCHEMA_CHOICE, .words = filter_term_action_words, .value_count = 4 } },
	{ .name = "reject_code", .name_length = 11, .required = true, .at = offsetof(struct given_filter_term, reject_code),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 15ll } },
	{ .name = "counter", .name_length = 7, .required = true, .at = offsetof(struct given_filter_term, counter),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 262143ll } },
	{ .name = "log", .name_length = 3, .required = true, .at = offsetof(struct given_filter_term, log),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "log_rate", .name_length = 8, .required = true, .at = offsetof(struct given_filter_term, log_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_burst", .name_length = 9, .required = true, .at = offsetof(struct given_filter_term, log_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
	{ .name = "policer", .name_length = 7, .required = true, .at = offsetof(struct given_filter_term, policer),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 65535ll } },
	{ .name = "set_forwarding_class", .name_length = 20, .required = true, .at = offsetof(struct given_filter_term, set_forwarding_class),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 15ll } },
	{ .name = "set_loss_priority", .name_length = 17, .required = true, .at = offsetof(struct given_filter_term, set_loss_priority),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 3ll } },
	{ .name = "set_dscp", .name_length = 8, .required = true, .at = offsetof(struct given_filter_term, set_dscp),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 63ll } },
	{ .name = "routing_instance", .name_length = 16, .required = true, .at = offsetof(struct given_filter_term, routing_instance),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 63ll } },
};
const struct schema_map given_filter_term_map = { .name = "filter_term", .size = sizeof(struct given_filter_term), .count = 39, .field = filter_term_fields };

static const uint32_t filter_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const int64_t filter_family_values[] = { 2, 10 };
static const struct schema_type filter_terms_item = { .kind = SCHEMA_MAP, .map = &given_filter_term_map };
static const struct schema_field filter_fields[] = {
	{ .name = "id", .name_length = 2, .required = true, .at = offsetof(struct given_filter, id),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 16384ll } },
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_filter, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = filter_name_characters } },
	{ .name = "family", .name_length = 6, .required = true, .at = offsetof(struct given_filter, family),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 2ll, .high = 10ll, .values = filter_family_values, .value_count = 2 } },
	{ .name = "terms", .name_length = 5, .required = true, .at = offsetof(struct given_filter, terms), .count_at = offsetof(struct given_filter, terms_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65536ll, .item = &filter_terms_item, .item_size = sizeof(struct given_filter_term) } },
};
const struct schema_map given_filter_map = { .name = "filter", .size = sizeof(struct given_filter), .count = 4, .field = filter_fields };

static const uint32_t policer_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const char *const policer_kind_words[] = { "two-color", "single-rate", "two-rate" };
static const char *const policer_unit_words[] = { "bits", "packets" };
static const struct schema_field policer_fields[] = {
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_policer, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = policer_name_characters } },
	{ .name = "kind", .name_length = 4, .required = true, .at = offsetof(struct given_policer, kind),
	  .type = { .kind = SCHEMA_CHOICE, .words = policer_kind_words, .value_count = 3 } },
	{ .name = "unit", .name_length = 4, .required = true, .at = offsetof(struct given_policer, unit),
	  .type = { .kind = SCHEMA_CHOICE, .words = policer_unit_words, .value_count = 2 } },
	{ .name = "rate", .name_length = 4, .required = true, .at = offsetof(struct given_policer, rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint64_t), .low = 1ll, .high = 1000000000000ll } },
	{ .name = "burst", .name_length = 5, .required = true, .at = offsetof(struct given_policer, burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000000ll } },
	{ .name = "rate2", .name_length = 5, .required = true, .at = offsetof(struct given_policer, rate2),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint64_t), .low = 0ll, .high = 1000000000000ll } },
	{ .name = "burst2", .name_length = 6, .required = true, .at = offsetof(struct given_policer, burst2),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000000ll } },
	{ .name = "color_aware", .name_length = 11, .required = true, .at = offsetof(struct given_policer, color_aware),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "exceed_discard", .name_length = 14, .required = true, .at = offsetof(struct given_policer, exceed_discard),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "exceed_loss_priority", .name_length = 20, .required = true, .at = offsetof(struct given_policer, exceed_loss_priority),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 3ll } },
	{ .name = "exceed_forwarding_class", .name_length = 23, .required = true, .at = offsetof(struct given_policer, exceed_forwarding_class),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 15ll } },
};
const struct schema_map given_policer_map = { .name = "policer", .size = sizeof(struct given_policer), .count = 11, .field = policer_fields };

static const uint32_t forwarding_class_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_field forwarding_class_fields[] = {
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_forwarding_class, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = forwarding_class_name_characters } },
	{ .name = "queue", .name_length = 5, .required = true, .at = offsetof(struct given_forwarding_class, queue),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 7ll } },
};
const struct schema_map given_forwarding_class_map = { .name = "forwarding_class", .size = sizeof(struct given_forwarding_class), .count = 2, .field = forwarding_class_fields };

static const struct schema_field code_point_fields[] = {
	{ .name = "dscp", .name_length = 4, .required = true, .at = offsetof(struct given_code_point, dscp),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "forwarding_class", .name_length = 16, .required = true, .at = offsetof(struct given_code_point, forwarding_class),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 15ll } },
	{ .name = "loss_priority", .name_length = 13, .required = true, .at = offsetof(struct given_code_point, loss_priority),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 3ll } },
};
const struct schema_map given_code_point_map = { .name = "code_point", .size = sizeof(struct given_code_point), .count = 3, .field = code_point_fields };

static const struct schema_type classifier_code_points_item = { .kind = SCHEMA_MAP, .map = &given_code_point_map };
static const struct schema_field classifier_fields[] = {
	{ .name = "code_points", .name_length = 11, .required = true, .at = offsetof(struct given_classifier, code_points), .count_at = offsetof(struct given_classifier, code_points_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 64ll, .item = &classifier_code_points_item, .item_size = sizeof(struct given_code_point) } },
};
const struct schema_map given_classifier_map = { .name = "classifier", .size = sizeof(struct given_classifier), .count = 1, .field = classifier_fields };

static const struct schema_field mark_fields[] = {
	{ .name = "forwarding_class", .name_length = 16, .required = true, .at = offsetof(struct given_mark, forwarding_class),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 15ll } },
	{ .name = "loss_priority", .name_length = 13, .required = true, .at = offsetof(struct given_mark, loss_priority),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 3ll } },
	{ .name = "dscp", .name_length = 4, .required = true, .at = offsetof(struct given_mark, dscp),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
};
const struct schema_map given_mark_map = { .name = "mark", .size = sizeof(struct given_mark), .count = 3, .field = mark_fields };

static const struct schema_type rewrite_marks_item = { .kind = SCHEMA_MAP, .map = &given_mark_map };
static const struct schema_field rewrite_fields[] = {
	{ .name = "marks", .name_length = 5, .required = true, .at = offsetof(struct given_rewrite, marks), .count_at = offsetof(struct given_rewrite, marks_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 64ll, .item = &rewrite_marks_item, .item_size = sizeof(struct given_mark) } },
};
const struct schema_map given_rewrite_map = { .name = "rewrite", .size = sizeof(struct given_rewrite), .count = 1, .field = rewrite_fields };

static const struct schema_field nat_range_fields[] = {
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_nat_range, low),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_nat_range, high),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
};
const struct schema_map given_nat_range_map = { .name = "nat_range", .size = sizeof(struct given_nat_range), .count = 2, .field = nat_range_fields };

static const uint32_t nat_pool_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const int64_t nat_pool_family_values[] = { 2, 10 };
static const struct schema_type nat_pool_addresses_item = { .kind = SCHEMA_MAP, .map = &given_nat_range_map };
static const char *const nat_pool_overflow_words[] = { "none", "interface", "pool" };
static const struct schema_field nat_pool_fields[] = {
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_nat_pool, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = nat_pool_name_characters } },
	{ .name = "family", .name_length = 6, .required = true, .at = offsetof(struct given_nat_pool, family),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 2ll, .high = 10ll, .values = nat_pool_family_values, .value_count = 2 } },
	{ .name = "addresses", .name_length = 9, .required = true, .at = offsetof(struct given_nat_pool, addresses), .count_at = offsetof(struct given_nat_pool, addresses_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 1ll, .high = 4096ll, .item = &nat_pool_addresses_item, .item_size = sizeof(struct given_nat_range) } },
	{ .name = "port_low", .name_length = 8, .required = true, .at = offsetof(struct given_nat_pool, port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "port_high", .name_length = 9, .required = true, .at = offsetof(struct given_nat_pool, port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "persistent", .name_length = 10, .required = true, .at = offsetof(struct given_nat_pool, persistent),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "overflow", .name_length = 8, .required = true, .at = offsetof(struct given_nat_pool, overflow),
	  .type = { .kind = SCHEMA_CHOICE, .words = nat_pool_overflow_words, .value_count = 3 } },
	{ .name = "overflow_pool", .name_length = 13, .required = true, .at = offsetof(struct given_nat_pool, overflow_pool),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
};
const struct schema_map given_nat_pool_map = { .name = "nat_pool", .size = sizeof(struct given_nat_pool), .count = 8, .field = nat_pool_fields };

static const uint32_t nat_rule_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const char *const nat_rule_action_words[] = { "off", "interface", "pool", "prefix", "nptv6", "nat64" };
static const char *const nat_rule_persistent_words[] = { "any-remote-host", "target-host", "target-host-port" };
static const struct schema_field nat_rule_fields[] = {
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_nat_rule, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = nat_rule_name_characters } },
	{ .name = "action", .name_length = 6, .required = true, .at = offsetof(struct given_nat_rule, action),
	  .type = { .kind = SCHEMA_CHOICE, .words = nat_rule_action_words, .value_count = 6 } },
	{ .name = "pool", .name_length = 4, .required = true, .at = offsetof(struct given_nat_rule, pool),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1024ll } },
	{ .name = "outer", .name_length = 5, .required = false, .at = offsetof(struct given_nat_rule, outer), .present_at = offsetof(struct given_nat_rule, has_outer),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "inner", .name_length = 5, .required = false, .at = offsetof(struct given_nat_rule, inner), .present_at = offsetof(struct given_nat_rule, has_inner),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "length", .name_length = 6, .required = true, .at = offsetof(struct given_nat_rule, length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 128ll } },
	{ .name = "outer_port", .name_length = 10, .required = true, .at = offsetof(struct given_nat_rule, outer_port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "inner_port", .name_length = 10, .required = true, .at = offsetof(struct given_nat_rule, inner_port),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "persistent", .name_length = 10, .required = false, .at = offsetof(struct given_nat_rule, persistent), .present_at = offsetof(struct given_nat_rule, has_persistent),
	  .type = { .kind = SCHEMA_CHOICE, .words = nat_rule_persistent_words, .value_count = 3 } },
	{ .name = "persistent_timeout", .name_length = 18, .required = false, .at = offsetof(struct given_nat_rule, persistent_timeout), .present_at = offsetof(struct given_nat_rule, has_persistent_timeout),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 60ll, .high = 7200ll } },
	{ .name = "persistent_sessions", .name_length = 19, .required = false, .at = offsetof(struct given_nat_rule, persistent_sessions), .present_at = offsetof(struct given_nat_rule, has_persistent_sessions),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 8ll, .high = 65536ll } },
};
const struct schema_map given_nat_rule_map = { .name = "nat_rule", .size = sizeof(struct given_nat_rule), .count = 11, .field = nat_rule_fields };

static const struct schema_type nat_match_source_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_type nat_match_destination_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 262143ll };
static const struct schema_field nat_match_fields[] = {
	{ .name = "rule", .name_length = 4, .required = true, .at = offsetof(struct given_nat_match, rule),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 16384ll } },
	{ .name = "source", .name_length = 6, .required = true, .at = offsetof(struct given_nat_match, source), .count_at = offsetof(struct given_nat_match, source_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &nat_match_source_item, .item_size = sizeof(uint32_t) } },
	{ .name = "destination", .name_length = 11, .required = true, .at = offsetof(struct given_nat_match, destination), .count_at = offsetof(struct given_nat_match, destination_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &nat_match_destination_item, .item_size = sizeof(uint32_t) } },
	{ .name = "protocol", .name_length = 8, .required = true, .at = offsetof(struct given_nat_match, protocol),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 255ll } },
	{ .name = "source_port_low", .name_length = 15, .required = true, .at = offsetof(struct given_nat_match, source_port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "source_port_high", .name_length = 16, .required = true, .at = offsetof(struct given_nat_match, source_port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "destination_port_low", .name_length = 20, .required = true, .at = offsetof(struct given_nat_match, destination_port_low),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
	{ .name = "destination_port_high", .name_length = 21, .required = true, .at = offsetof(struct given_nat_match, destination_port_high),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 65535ll } },
};
const struct schema_map given_nat_match_map = { .name = "nat_match", .size = sizeof(struct given_nat_match), .count = 8, .field = nat_match_fields };

static const char *const nat_set_stage_words[] = { "static-destination", "destination", "static-source", "source" };
static const struct schema_type nat_set_from_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4095ll };
static const struct schema_type nat_set_to_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4095ll };
static const struct schema_type nat_set_matches_item = { .kind = SCHEMA_MAP, .map = &given_nat_match_map };
static const struct schema_field nat_set_fields[] = {
	{ .name = "stage", .name_length = 5, .required = true, .at = offsetof(struct given_nat_set, stage),
	  .type = { .kind = SCHEMA_CHOICE, .words = nat_set_stage_words, .value_count = 4 } },
	{ .name = "from", .name_length = 4, .required = true, .at = offsetof(struct given_nat_set, from), .count_at = offsetof(struct given_nat_set, from_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4095ll, .item = &nat_set_from_item, .item_size = sizeof(uint32_t) } },
	{ .name = "to", .name_length = 2, .required = true, .at = offsetof(struct given_nat_set, to), .count_at = offsetof(struct given_nat_set, to_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4095ll, .item = &nat_set_to_item, .item_size = sizeof(uint32_t) } },
	{ .name = "matches", .name_length = 7, .required = true, .at = offsetof(struct given_nat_set, matches), .count_at = offsetof(struct given_nat_set, matches_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65536ll, .item = &nat_set_matches_item, .item_size = sizeof(struct given_nat_match) } },
};
const struct schema_map given_nat_set_map = { .name = "nat_set", .size = sizeof(struct given_nat_set), .count = 4, .field = nat_set_fields };

static const struct schema_field proxy_fields[] = {
	{ .name = "unit", .name_length = 4, .required = true, .at = offsetof(struct given_proxy, unit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4095ll } },
	{ .name = "low", .name_length = 3, .required = true, .at = offsetof(struct given_proxy, low),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "high", .name_length = 4, .required = true, .at = offsetof(struct given_proxy, high),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
};
const struct schema_map given_proxy_map = { .name = "proxy", .size = sizeof(struct given_proxy), .count = 3, .field = proxy_fields };

static const struct schema_field screen_threshold_fields[] = {
	{ .name = "screen", .name_length = 6, .required = true, .at = offsetof(struct given_screen_threshold, screen),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll } },
	{ .name = "threshold", .name_length = 9, .required = true, .at = offsetof(struct given_screen_threshold, threshold),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
};
const struct schema_map given_screen_threshold_map = { .name = "screen_threshold", .size = sizeof(struct given_screen_threshold), .count = 2, .field = screen_threshold_fields };

static const struct schema_field prefix_fields[] = {
	{ .name = "address", .name_length = 7, .required = true, .at = offsetof(struct given_prefix, address),
	  .type = { .kind = SCHEMA_BYTES, .lengths = 1u << 4 | 1u << 16 } },
	{ .name = "length", .name_length = 6, .required = true, .at = offsetof(struct given_prefix, length),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 128ll } },
};
const struct schema_map given_prefix_map = { .name = "prefix", .size = sizeof(struct given_prefix), .count = 2, .field = prefix_fields };

static const struct schema_type white_list_sources_item = { .kind = SCHEMA_MAP, .map = &given_prefix_map };
static const struct schema_type white_list_destinations_item = { .kind = SCHEMA_MAP, .map = &given_prefix_map };
static const struct schema_field white_list_fields[] = {
	{ .name = "sources", .name_length = 7, .required = true, .at = offsetof(struct given_white_list, sources), .count_at = offsetof(struct given_white_list, sources_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32ll, .item = &white_list_sources_item, .item_size = sizeof(struct given_prefix) } },
	{ .name = "destinations", .name_length = 12, .required = true, .at = offsetof(struct given_white_list, destinations), .count_at = offsetof(struct given_white_list, destinations_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 32ll, .item = &white_list_destinations_item, .item_size = sizeof(struct given_prefix) } },
};
const struct schema_map given_white_list_map = { .name = "white_list", .size = sizeof(struct given_white_list), .count = 2, .field = white_list_fields };

static const uint32_t screen_name_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type screen_checks_item = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 63ll };
static const struct schema_type screen_thresholds_item = { .kind = SCHEMA_MAP, .map = &given_screen_threshold_map };
static const struct schema_type screen_ipv6_headers_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type screen_hop_options_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type screen_destination_options_item = { .kind = SCHEMA_MAP, .map = &given_octet_range_map };
static const struct schema_type screen_white_lists_item = { .kind = SCHEMA_MAP, .map = &given_white_list_map };
static const struct schema_field screen_fields[] = {
	{ .name = "name", .name_length = 4, .required = true, .at = offsetof(struct given_screen, name),
	  .type = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 63ll, .characters = screen_name_characters } },
	{ .name = "alarm_without_drop", .name_length = 18, .required = true, .at = offsetof(struct given_screen, alarm_without_drop),
	  .type = { .kind = SCHEMA_BOOLEAN } },
	{ .name = "checks", .name_length = 6, .required = true, .at = offsetof(struct given_screen, checks), .count_at = offsetof(struct given_screen, checks_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 64ll, .item = &screen_checks_item, .item_size = sizeof(uint32_t) } },
	{ .name = "thresholds", .name_length = 10, .required = true, .at = offsetof(struct given_screen, thresholds), .count_at = offsetof(struct given_screen, thresholds_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 64ll, .item = &screen_thresholds_item, .item_size = sizeof(struct given_screen_threshold) } },
	{ .name = "ipv6_headers", .name_length = 12, .required = true, .at = offsetof(struct given_screen, ipv6_headers), .count_at = offsetof(struct given_screen, ipv6_headers_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &screen_ipv6_headers_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "hop_options", .name_length = 11, .required = true, .at = offsetof(struct given_screen, hop_options), .count_at = offsetof(struct given_screen, hop_options_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &screen_hop_options_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "destination_options", .name_length = 19, .required = true, .at = offsetof(struct given_screen, destination_options), .count_at = offsetof(struct given_screen, destination_options_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 128ll, .item = &screen_destination_options_item, .item_size = sizeof(struct given_octet_range) } },
	{ .name = "extension_limit", .name_length = 15, .required = true, .at = offsetof(struct given_screen, extension_limit),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(int32_t), .low = -1ll, .high = 32ll } },
	{ .name = "syn_timeout", .name_length = 11, .required = true, .at = offsetof(struct given_screen, syn_timeout),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 50ll } },
	{ .name = "white_lists", .name_length = 11, .required = true, .at = offsetof(struct given_screen, white_lists), .count_at = offsetof(struct given_screen, white_lists_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 2ll, .item = &screen_white_lists_item, .item_size = sizeof(struct given_white_list) } },
	{ .name = "log_rate", .name_length = 8, .required = true, .at = offsetof(struct given_screen, log_rate),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 0ll, .high = 1000000ll } },
	{ .name = "log_burst", .name_length = 9, .required = true, .at = offsetof(struct given_screen, log_burst),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1000000ll } },
};
const struct schema_map given_screen_map = { .name = "screen", .size = sizeof(struct given_screen), .count = 12, .field = screen_fields };

static const uint32_t snapshot_hash_characters[4] = { 0x00000000, 0x03ff0000, 0x00000000, 0x0000007e };
static const struct schema_type snapshot_zones_item = { .kind = SCHEMA_MAP, .map = &given_zone_map };
static const struct schema_type snapshot_instances_item = { .kind = SCHEMA_MAP, .map = &given_instance_map };
static const struct schema_type snapshot_ports_item = { .kind = SCHEMA_MAP, .map = &given_port_map };
static const struct schema_type snapshot_units_item = { .kind = SCHEMA_MAP, .map = &given_unit_map };
static const struct schema_type snapshot_address_sets_item = { .kind = SCHEMA_MAP, .map = &given_address_set_map };
static const struct schema_type snapshot_applications_item = { .kind = SCHEMA_MAP, .map = &given_application_map };
static const struct schema_type snapshot_policy_sets_item = { .kind = SCHEMA_MAP, .map = &given_policy_set_map };
static const uint32_t snapshot_counters_item_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type snapshot_counters_item = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = snapshot_counters_item_characters };
static const struct schema_type snapshot_routes_item = { .kind = SCHEMA_MAP, .map = &given_route_map };
static const struct schema_type snapshot_filters_item = { .kind = SCHEMA_MAP, .map = &given_filter_map };
static const uint32_t snapshot_filter_counters_item_characters[4] = { 0x00000000, 0xffffffff, 0xffffffff, 0x7fffffff };
static const struct schema_type snapshot_filter_counters_item = { .kind = SCHEMA_TEXT, .low = 1ll, .high = 255ll, .characters = snapshot_filter_counters_item_characters };
static const struct schema_type snapshot_policers_item = { .kind = SCHEMA_MAP, .map = &given_policer_map };
static const struct schema_type snapshot_forwarding_classes_item = { .kind = SCHEMA_MAP, .map = &given_forwarding_class_map };
static const struct schema_type snapshot_classifiers_item = { .kind = SCHEMA_MAP, .map = &given_classifier_map };
static const struct schema_type snapshot_rewrites_item = { .kind = SCHEMA_MAP, .map = &given_rewrite_map };
static const struct schema_type snapshot_nat_pools_item = { .kind = SCHEMA_MAP, .map = &given_nat_pool_map };
static const struct schema_type snapshot_nat_rules_item = { .kind = SCHEMA_MAP, .map = &given_nat_rule_map };
static const struct schema_type snapshot_nat_sets_item = { .kind = SCHEMA_MAP, .map = &given_nat_set_map };
static const struct schema_type snapshot_proxies_item = { .kind = SCHEMA_MAP, .map = &given_proxy_map };
static const struct schema_type snapshot_screens_item = { .kind = SCHEMA_MAP, .map = &given_screen_map };
static const struct schema_field snapshot_fields[] = {
	{ .name = "version", .name_length = 7, .required = true, .at = offsetof(struct given_snapshot, version),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 1ll } },
	{ .name = "generation", .name_length = 10, .required = true, .at = offsetof(struct given_snapshot, generation),
	  .type = { .kind = SCHEMA_INTEGER, .width = sizeof(uint32_t), .low = 1ll, .high = 4294967295ll } },
	{ .name = "hash", .name_length = 4, .required = true, .at = offsetof(struct given_snapshot, hash),
	  .type = { .kind = SCHEMA_TEXT, .low = 64ll, .high = 64ll, .characters = snapshot_hash_characters } },
	{ .name = "settings", .name_length = 8, .required = true, .at = offsetof(struct given_snapshot, settings),
	  .type = { .kind = SCHEMA_MAP, .map = &given_settings_map } },
	{ .name = "zones", .name_length = 5, .required = true, .at = offsetof(struct given_snapshot, zones), .count_at = offsetof(struct given_snapshot, zones_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 127ll, .item = &snapshot_zones_item, .item_size = sizeof(struct given_zone) } },
	{ .name = "instances", .name_length = 9, .required = true, .at = offsetof(struct given_snapshot, instances), .count_at = offsetof(struct given_snapshot, instances_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 1ll, .high = 64ll, .item = &snapshot_instances_item, .item_size = sizeof(struct given_instance) } },
	{ .name = "ports", .name_length = 5, .required = true, .at = offsetof(struct given_snapshot, ports), .count_at = offsetof(struct given_snapshot, ports_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 64ll, .item = &snapshot_ports_item, .item_size = sizeof(struct given_port) } },
	{ .name = "units", .name_length = 5, .required = true, .at = offsetof(struct given_snapshot, units), .count_at = offsetof(struct given_snapshot, units_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4095ll, .item = &snapshot_units_item, .item_size = sizeof(struct given_unit) } },
	{ .name = "address_sets", .name_length = 12, .required = true, .at = offsetof(struct given_snapshot, address_sets), .count_at = offsetof(struct given_snapshot, address_sets_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 262144ll, .item = &snapshot_address_sets_item, .item_size = sizeof(struct given_address_set) } },
	{ .name = "applications", .name_length = 12, .required = true, .at = offsetof(struct given_snapshot, applications), .count_at = offsetof(struct given_snapshot, applications_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65535ll, .item = &snapshot_applications_item, .item_size = sizeof(struct given_application) } },
	{ .name = "policy_sets", .name_length = 11, .required = true, .at = offsetof(struct given_snapshot, policy_sets), .count_at = offsetof(struct given_snapshot, policy_sets_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 16130ll, .item = &snapshot_policy_sets_item, .item_size = sizeof(struct given_policy_set) } },
	{ .name = "default_policy", .name_length = 14, .required = true, .at = offsetof(struct given_snapshot, default_policy),
	  .type = { .kind = SCHEMA_MAP, .map = &given_default_policy_map } },
	{ .name = "counters", .name_length = 8, .required = true, .at = offsetof(struct given_snapshot, counters), .count_at = offsetof(struct given_snapshot, counters_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 1ll, .high = 1048576ll, .item = &snapshot_counters_item, .item_size = sizeof(struct schema_text) } },
	{ .name = "routes", .name_length = 6, .required = true, .at = offsetof(struct given_snapshot, routes), .count_at = offsetof(struct given_snapshot, routes_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 262144ll, .item = &snapshot_routes_item, .item_size = sizeof(struct given_route) } },
	{ .name = "filters", .name_length = 7, .required = true, .at = offsetof(struct given_snapshot, filters), .count_at = offsetof(struct given_snapshot, filters_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 16384ll, .item = &snapshot_filters_item, .item_size = sizeof(struct given_filter) } },
	{ .name = "filter_counters", .name_length = 15, .required = true, .at = offsetof(struct given_snapshot, filter_counters), .count_at = offsetof(struct given_snapshot, filter_counters_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 262144ll, .item = &snapshot_filter_counters_item, .item_size = sizeof(struct schema_text) } },
	{ .name = "policers", .name_length = 8, .required = true, .at = offsetof(struct given_snapshot, policers), .count_at = offsetof(struct given_snapshot, policers_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 65536ll, .item = &snapshot_policers_item, .item_size = sizeof(struct given_policer) } },
	{ .name = "forwarding_classes", .name_length = 18, .required = true, .at = offsetof(struct given_snapshot, forwarding_classes), .count_at = offsetof(struct given_snapshot, forwarding_classes_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 1ll, .high = 16ll, .item = &snapshot_forwarding_classes_item, .item_size = sizeof(struct given_forwarding_class) } },
	{ .name = "classifiers", .name_length = 11, .required = true, .at = offsetof(struct given_snapshot, classifiers), .count_at = offsetof(struct given_snapshot, classifiers_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &snapshot_classifiers_item, .item_size = sizeof(struct given_classifier) } },
	{ .name = "rewrites", .name_length = 8, .required = true, .at = offsetof(struct given_snapshot, rewrites), .count_at = offsetof(struct given_snapshot, rewrites_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &snapshot_rewrites_item, .item_size = sizeof(struct given_rewrite) } },
	{ .name = "nat_pools", .name_length = 9, .required = false, .at = offsetof(struct given_snapshot, nat_pools), .count_at = offsetof(struct given_snapshot, nat_pools_count), .present_at = offsetof(struct given_snapshot, has_nat_pools),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &snapshot_nat_pools_item, .item_size = sizeof(struct given_nat_pool) } },
	{ .name = "nat_rules", .name_length = 9, .required = false, .at = offsetof(struct given_snapshot, nat_rules), .count_at = offsetof(struct given_snapshot, nat_rules_count), .present_at = offsetof(struct given_snapshot, has_nat_rules),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 16384ll, .item = &snapshot_nat_rules_item, .item_size = sizeof(struct given_nat_rule) } },
	{ .name = "nat_sets", .name_length = 8, .required = false, .at = offsetof(struct given_snapshot, nat_sets), .count_at = offsetof(struct given_snapshot, nat_sets_count), .present_at = offsetof(struct given_snapshot, has_nat_sets),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 1024ll, .item = &snapshot_nat_sets_item, .item_size = sizeof(struct given_nat_set) } },
	{ .name = "proxies", .name_length = 7, .required = false, .at = offsetof(struct given_snapshot, proxies), .count_at = offsetof(struct given_snapshot, proxies_count), .present_at = offsetof(struct given_snapshot, has_proxies),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 4096ll, .item = &snapshot_proxies_item, .item_size = sizeof(struct given_proxy) } },
	{ .name = "screens", .name_length = 7, .required = true, .at = offsetof(struct given_snapshot, screens), .count_at = offsetof(struct given_snapshot, screens_count),
	  .type = { .kind = SCHEMA_ARRAY, .low = 0ll, .high = 127ll, .item = &snapshot_screens_item, .item_size = sizeof(struct given_screen) } },
};
const struct schema_map given_snapshot_map = { .name = "snapshot", .size = sizeof(struct given_snapshot), .count = 25, .field = snapshot_fields };
