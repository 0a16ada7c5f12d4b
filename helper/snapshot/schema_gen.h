/* schema_gen.h: a snapshot as it was given, its bounds checked. Made by shared/gen/snapshot.mjs from schemas/snapshot.schema.json; do not edit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_SCHEMA_GEN_H
#define RINGWALL_SNAPSHOT_SCHEMA_GEN_H

#include "snapshot/schema.h"

enum given_settings_fail_mode { GIVEN_SETTINGS_FAIL_MODE_CLOSED, GIVEN_SETTINGS_FAIL_MODE_OPEN };
struct given_settings {
	uint32_t fail_mode;
	bool tcp_no_syn_check;
	bool tcp_strict_syn_check;
	bool tcp_no_sequence_check;
	bool tcp_rst_invalidate;
	bool tcp_fin_invalidate;
	uint32_t tcp_initial_timeout;
	uint32_t tcp_time_wait;
	uint32_t tcp_mss;
	uint32_t session_maximum;
	uint32_t early_ageout;
	uint32_t high_watermark;
	uint32_t low_watermark;
	uint32_t icmp_error_rate;
	uint32_t icmp_error_burst;
	bool require_delivery;
	uint32_t log_rule_rate;
	uint32_t log_rule_burst;
	uint32_t log_zone_rate;
	uint32_t log_zone_burst;
};
extern const struct schema_map given_settings_map;

struct given_host_service {
	int32_t protocol;
	uint32_t family;
	uint32_t port_low;
	uint32_t port_high;
	int32_t icmp_type;
};
extern const struct schema_map given_host_service_map;

struct given_zone {
	uint32_t id;
	struct schema_text name;
	bool tcp_rst;
	uint32_t screen;
	uint32_t host_inbound_count;
	struct given_host_service *host_inbound;
};
extern const struct schema_map given_zone_map;

struct given_instance {
	uint32_t id;
	struct schema_text name;
	uint32_t kernel_table;
	uint32_t filter_host;
	uint32_t filter_host6;
};
extern const struct schema_map given_instance_map;

enum given_queue_priority { GIVEN_QUEUE_PRIORITY_STRICT_HIGH, GIVEN_QUEUE_PRIORITY_HIGH, GIVEN_QUEUE_PRIORITY_MEDIUM_HIGH, GIVEN_QUEUE_PRIORITY_MEDIUM_LOW, GIVEN_QUEUE_PRIORITY_LOW };
struct given_queue {
	uint32_t priority;
	uint64_t rate;
	bool exact;
};
extern const struct schema_map given_queue_map;

enum given_port_xdp_mode { GIVEN_PORT_XDP_MODE_AUTO, GIVEN_PORT_XDP_MODE_ZERO_COPY, GIVEN_PORT_XDP_MODE_NATIVE, GIVEN_PORT_XDP_MODE_GENERIC };
struct given_port {
	uint32_t id;
	struct schema_text name;
	struct schema_text device;
	uint32_t xdp_mode;
	uint32_t mtu;
	uint64_t shaping_rate;
	uint32_t queues_count;
	struct given_queue *queues;
};
extern const struct schema_map given_port_map;

struct given_unit_address {
	struct schema_bytes address;
	uint32_t length;
};
extern const struct schema_map given_unit_address_map;

struct given_unit {
	uint32_t id;
	struct schema_text name;
	uint32_t port;
	uint32_t vlan;
	uint32_t zone;
	uint32_t instance;
	bool inet;
	bool inet6;
	uint32_t mtu_inet;
	uint32_t mtu_inet6;
	uint32_t addresses_count;
	struct given_unit_address *addresses;
	bool has_host_inbound;
	uint32_t host_inbound_count;
	struct given_host_service *host_inbound;
	uint32_t filter_input;
	uint32_t filter_output;
	uint32_t filter_input6;
	uint32_t filter_output6;
	uint32_t classifier;
	uint32_t classifier6;
	uint32_t rewrite;
	uint32_t rewrite6;
};
extern const struct schema_map given_unit_map;

struct given_inet_range {
	struct schema_bytes low;
	struct schema_bytes high;
};
extern const struct schema_map given_inet_range_map;

struct given_inet6_range {
	struct schema_bytes low;
	struct schema_bytes high;
};
extern const struct schema_map given_inet6_range_map;

struct given_address_set {
	uint32_t inet_count;
	struct given_inet_range *inet;
	uint32_t inet6_count;
	struct given_inet6_range *inet6;
};
extern const struct schema_map given_address_set_map;

struct given_application {
	uint32_t id;
	struct schema_text name;
	int32_t protocol;
	uint32_t port_low;
	uint32_t port_high;
};
extern const struct schema_map given_application_map;

struct given_rule {
	uint32_t policy_id;
	uint32_t counter;
	struct schema_text name;
	uint32_t from_zones_count;
	uint32_t *from_zones;
	uint32_t to_zones_count;
	uint32_t *to_zones;
	uint32_t source_count;
	uint32_t *source;
	uint32_t destination_count;
	uint32_t *destination;
	bool source_excluded;
	bool destination_excluded;
	int32_t protocol;
	uint32_t source_port_low;
	uint32_t source_port_high;
	uint32_t destination_port_low;
	uint32_t destination_port_high;
	int32_t icmp_type;
	int32_t icmp_code;
	uint32_t application;
	uint32_t timeout;
	uint32_t action;
	bool log_init;
	bool log_close;
	uint32_t log_rate;
	uint32_t log_burst;
	bool count;
};
extern const struct schema_map given_rule_map;

struct given_policy_set {
	uint32_t id;
	uint32_t from_zone;
	uint32_t to_zone;
	uint32_t rules_count;
	struct given_rule *rules;
};
extern const struct schema_map given_policy_set_map;

struct given_default_policy {
	uint32_t policy_id;
	uint32_t action;
	bool log_init;
	bool log_close;
	uint32_t log_rate;
	uint32_t log_burst;
	uint32_t counter;
};
extern const struct schema_map given_default_policy_map;

struct given_route_hop {
	struct schema_bytes gateway;
	uint32_t unit;
};
extern const struct schema_map given_route_hop_map;

enum given_route_kind { GIVEN_ROUTE_KIND_NEXT_HOP, GIVEN_ROUTE_KIND_DISCARD, GIVEN_ROUTE_KIND_REJECT, GIVEN_ROUTE_KIND_NEXT_TABLE };
struct given_route {
	uint32_t instance;
	struct schema_bytes prefix;
	uint32_t length;
	uint32_t preference;
	uint32_t kind;
	uint32_t next_hops_count;
	struct given_route_hop *next_hops;
	uint32_t table;
};
extern const struct schema_map given_route_map;

struct given_octet_range {
	uint32_t low;
	uint32_t high;
};
extern const struct schema_map given_octet_range_map;

struct given_range {
	uint32_t low;
	uint32_t high;
};
extern const struct schema_map given_range_map;

struct given_flag_match {
	uint32_t mask;
	uint32_t value;
};
extern const struct schema_map given_flag_match_map;

struct given_word_range {
	uint32_t low;
	uint32_t high;
};
extern const struct schema_map given_word_range_map;

enum given_flexible_match_start { GIVEN_FLEXIBLE_MATCH_START_LAYER_3, GIVEN_FLEXIBLE_MATCH_START_LAYER_4, GIVEN_FLEXIBLE_MATCH_START_PAYLOAD };
struct given_flexible_match {
	uint32_t start;
	uint32_t byte_offset;
	uint32_t bit_offset;
	uint32_t bit_length;
	uint32_t mask;
	uint32_t value;
};
extern const struct schema_map given_flexible_match_map;

enum given_filter_term_action { GIVEN_FILTER_TERM_ACTION_ACCEPT, GIVEN_FILTER_TERM_ACTION_DISCARD, GIVEN_FILTER_TERM_ACTION_REJECT, GIVEN_FILTER_TERM_ACTION_NEXT };
struct given_filter_term {
	uint32_t filter_id;
	uint32_t term_id;
	struct schema_text filter;
	struct schema_text term;
	uint32_t source_count;
	uint32_t *source;
	uint32_t destination_count;
	uint32_t *destination;
	uint32_t address_count;
	uint32_t *address;
	uint32_t protocols_count;
	struct given_octet_range *protocols;
	uint32_t source_ports_count;
	struct given_range *source_ports;
	uint32_t destination_ports_count;
	struct given_range *destination_ports;
	uint32_t ports_count;
	struct given_range *ports;
	uint32_t icmp_types_count;
	struct given_octet_range *icmp_types;
	uint32_t icmp_codes_count;
	struct given_octet_range *icmp_codes;
	uint32_t tcp_flags_count;
	struct given_flag_match *tcp_flags;
	uint32_t dscps_count;
	struct given_octet_range *dscps;
	uint32_t ttls_count;
	struct given_octet_range *ttls;
	uint32_t packet_lengths_count;
	struct given_range *packet_lengths;
	bool is_fragment;
	bool first_fragment;
	uint32_t fragment_offsets_count;
	struct given_range *fragment_offsets;
	uint32_t fragment_flags_count;
	struct given_flag_match *fragment_flags;
	uint32_t ip_options_count;
	struct given_octet_range *ip_options;
	uint32_t ip_options_except_count;
	struct given_octet_range *ip_options_except;
	uint32_t esp_spis_count;
	struct given_word_range *esp_spis;
	uint32_t interfaces_count;
	uint32_t *interfaces;
	uint32_t forwarding_classes_count;
	struct given_octet_range *forwarding_classes;
	uint32_t loss_priorities_count;
	struct given_octet_range *loss_priorities;
	uint32_t flexible_count;
	struct given_flexible_match *flexible;
	uint32_t action;
	int32_t reject_code;
	int32_t counter;
	bool log;
	uint32_t log_rate;
	uint32_t log_burst;
	int32_t policer;
	int32_t set_forwarding_class;
	int32_t set_loss_priority;
	int32_t set_dscp;
	int32_t routing_instance;
};
extern const struct schema_map given_filter_term_map;

struct given_filter {
	uint32_t id;
	struct schema_text name;
	uint32_t family;
	uint32_t terms_count;
	struct given_filter_term *terms;
};
extern const struct schema_map given_filter_map;

enum given_policer_kind { GIVEN_POLICER_KIND_TWO_COLOR, GIVEN_POLICER_KIND_SINGLE_RATE, GIVEN_POLICER_KIND_TWO_RATE };
enum given_policer_unit { GIVEN_POLICER_UNIT_BITS, GIVEN_POLICER_UNIT_PACKETS };
struct given_policer {
	struct schema_text name;
	uint32_t kind;
	uint32_t unit;
	uint64_t rate;
	uint32_t burst;
	uint64_t rate2;
	uint32_t burst2;
	bool color_aware;
	bool exceed_discard;
	int32_t exceed_loss_priority;
	int32_t exceed_forwarding_class;
};
extern const struct schema_map given_policer_map;

struct given_forwarding_class {
	struct schema_text name;
	uint32_t queue;
};
extern const struct schema_map given_forwarding_class_map;

struct given_code_point {
	uint32_t dscp;
	uint32_t forwarding_class;
	uint32_t loss_priority;
};
extern const struct schema_map given_code_point_map;

struct given_classifier {
	uint32_t code_points_count;
	struct given_code_point *code_points;
};
extern const struct schema_map given_classifier_map;

struct given_mark {
	uint32_t forwarding_class;
	uint32_t loss_priority;
	uint32_t dscp;
};
extern const struct schema_map given_mark_map;

struct given_rewrite {
	uint32_t marks_count;
	struct given_mark *marks;
};
extern const struct schema_map given_rewrite_map;

struct given_nat_range {
	struct schema_bytes low;
	struct schema_bytes high;
};
extern const struct schema_map given_nat_range_map;

enum given_nat_pool_overflow { GIVEN_NAT_POOL_OVERFLOW_NONE, GIVEN_NAT_POOL_OVERFLOW_INTERFACE, GIVEN_NAT_POOL_OVERFLOW_POOL };
struct given_nat_pool {
	struct schema_text name;
	uint32_t family;
	uint32_t addresses_count;
	struct given_nat_range *addresses;
	uint32_t port_low;
	uint32_t port_high;
	bool persistent;
	uint32_t overflow;
	uint32_t overflow_pool;
};
extern const struct schema_map given_nat_pool_map;

enum given_nat_rule_action { GIVEN_NAT_RULE_ACTION_OFF, GIVEN_NAT_RULE_ACTION_INTERFACE, GIVEN_NAT_RULE_ACTION_POOL, GIVEN_NAT_RULE_ACTION_PREFIX, GIVEN_NAT_RULE_ACTION_NPTV6, GIVEN_NAT_RULE_ACTION_NAT64 };
enum given_nat_rule_persistent { GIVEN_NAT_RULE_PERSISTENT_ANY_REMOTE_HOST, GIVEN_NAT_RULE_PERSISTENT_TARGET_HOST, GIVEN_NAT_RULE_PERSISTENT_TARGET_HOST_PORT };
struct given_nat_rule {
	struct schema_text name;
	uint32_t action;
	uint32_t pool;
	bool has_outer;
	struct schema_bytes outer;
	bool has_inner;
	struct schema_bytes inner;
	uint32_t length;
	uint32_t outer_port;
	uint32_t inner_port;
	bool has_persistent;
	uint32_t persistent;
	bool has_persistent_timeout;
	uint32_t persistent_timeout;
	bool has_persistent_sessions;
	uint32_t persistent_sessions;
};
extern const struct schema_map given_nat_rule_map;

struct given_nat_match {
	uint32_t rule;
	uint32_t source_count;
	uint32_t *source;
	uint32_t destination_count;
	uint32_t *destination;
	int32_t protocol;
	uint32_t source_port_low;
	uint32_t source_port_high;
	uint32_t destination_port_low;
	uint32_t destination_port_high;
};
extern const struct schema_map given_nat_match_map;

enum given_nat_set_stage { GIVEN_NAT_SET_STAGE_STATIC_DESTINATION, GIVEN_NAT_SET_STAGE_DESTINATION, GIVEN_NAT_SET_STAGE_STATIC_SOURCE, GIVEN_NAT_SET_STAGE_SOURCE };
struct given_nat_set {
	uint32_t stage;
	uint32_t from_count;
	uint32_t *from;
	uint32_t to_count;
	uint32_t *to;
	uint32_t matches_count;
	struct given_nat_match *matches;
};
extern const struct schema_map given_nat_set_map;

struct given_proxy {
	uint32_t unit;
	struct schema_bytes low;
	struct schema_bytes high;
};
extern const struct schema_map given_proxy_map;

struct given_screen_threshold {
	uint32_t screen;
	uint32_t threshold;
};
extern const struct schema_map given_screen_threshold_map;

struct given_prefix {
	struct schema_bytes address;
	uint32_t length;
};
extern const struct schema_map given_prefix_map;

struct given_white_list {
	uint32_t sources_count;
	struct given_prefix *sources;
	uint32_t destinations_count;
	struct given_prefix *destinations;
};
extern const struct schema_map given_white_list_map;

struct given_screen {
	struct schema_text name;
	bool alarm_without_drop;
	uint32_t checks_count;
	uint32_t *checks;
	uint32_t thresholds_count;
	struct given_screen_threshold *thresholds;
	uint32_t ipv6_headers_count;
	struct given_octet_range *ipv6_headers;
	uint32_t hop_options_count;
	struct given_octet_range *hop_options;
	uint32_t destination_options_count;
	struct given_octet_range *destination_options;
	int32_t extension_limit;
	uint32_t syn_timeout;
	uint32_t white_lists_count;
	struct given_white_list *white_lists;
	uint32_t log_rate;
	uint32_t log_burst;
};
extern const struct schema_map given_screen_map;

struct given_snapshot {
	uint32_t version;
	uint32_t generation;
	struct schema_text hash;
	struct given_settings settings;
	uint32_t zones_count;
	struct given_zone *zones;
	uint32_t instances_count;
	struct given_instance *instances;
	uint32_t ports_count;
	struct given_port *ports;
	uint32_t units_count;
	struct given_unit *units;
	uint32_t address_sets_count;
	struct given_address_set *address_sets;
	uint32_t applications_count;
	struct given_application *applications;
	uint32_t policy_sets_count;
	struct given_policy_set *policy_sets;
	struct given_default_policy default_policy;
	uint32_t counters_count;
	struct schema_text *counters;
	uint32_t routes_count;
	struct given_route *routes;
	uint32_t filters_count;
	struct given_filter *filters;
	uint32_t filter_counters_count;
	struct schema_text *filter_counters;
	uint32_t policers_count;
	struct given_policer *policers;
	uint32_t forwarding_classes_count;
	struct given_forwarding_class *forwarding_classes;
	uint32_t classifiers_count;
	struct given_classifier *classifiers;
	uint32_t rewrites_count;
	struct given_rewrite *rewrites;
	bool has_nat_pools;
	uint32_t nat_pools_count;
	struct given_nat_pool *nat_pools;
	bool has_nat_rules;
	uint32_t nat_rules_count;
	struct given_nat_rule *nat_rules;
	bool has_nat_sets;
	uint32_t nat_sets_count;
	struct given_nat_set *nat_sets;
	bool has_proxies;
	uint32_t proxies_count;
	struct given_proxy *proxies;
	uint32_t screens_count;
	struct given_screen *screens;
};
extern const struct schema_map given_snapshot_map;

#endif
