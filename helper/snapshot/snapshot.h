/* snapshot.h: the configuration in force, as the workers read it. Built away from the packet threads, immutable after
 * publication [I], freed when all workers have passed a quiescent state. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_H
#define RINGWALL_SNAPSHOT_H

#include "classify/classify.h"
#include "event/limit.h"
#include "filter/filter.h"
#include "flow/tcp.h"
#include "meter/policer.h"
#include "nat/nat.h"
#include "route/fib.h"
#include "screen/screen.h"
#include "wire_gen.h"

enum { NAME_MAX_BYTES = 64, DEVICE_MAX_BYTES = 16, PROXY_ADDRESSES = 4096 };

/* settings: `security flow`, `system` and dataplane settings. */
struct settings {
	bool fail_open;
	struct tcp_rules tcp;
	uint32_t tcp_initial_timeout_s; /* default 20 */
	uint32_t tcp_time_wait_s;       /* default 2 */
	uint16_t tcp_mss;               /* what forwarded SYNs may offer at most; 0 = what they like */
	uint32_t session_maximum;       /* per helper, divided among workers; at most what the helper was started for */
	uint32_t early_ageout_s;   /* idle time after which sessions end while the table is nearly full, default 20 */
	uint8_t high_watermark;    /* percent of session_maximum beyond which that begins; 100: never */
	uint8_t low_watermark;     /* and at which it ends */
	uint32_t icmp_error_rate;  /* errors and resets per second and worker, default 1000 */
	uint32_t icmp_error_burst; /* default 100 */
	bool require_delivery;     /* new sessions only while the log is delivered (event_ring_delivers) */
};

enum { FORWARDING_CLASSES = 16, LOSS_PRIORITIES = 4, DSCPS = 64, QUEUES = 8 };

enum queue_priority {
	PRIORITY_STRICT_HIGH, /* first, and as if within its rate */
	PRIORITY_HIGH,
	PRIORITY_MEDIUM_HIGH,
	PRIORITY_MEDIUM_LOW,
	PRIORITY_LOW,
	PRIORITIES,
};

/* port_queue: one of the queues by which packets leave. */
struct port_queue {
	uint8_t priority;                /* enum queue_priority */
	bool exact;                      /* never more than its rate; else it also takes what others leave */
	const struct policer_rule *rate; /* NULL: none of its own */
};

/* port_queues: how packets leave by a port that has a scheduler map. */
struct port_queues {
	uint32_t counter; /* queue 0's row in worker counters; the others follow */
	struct port_queue queue[QUEUES];
	uint8_t with_priority[PRIORITIES];  /* a bit for each queue */
	const struct policer_rule *shaping; /* rate of all queues together; NULL: the device's */
};

/* port_config: one Linux device. */
struct port_config {
	char name[NAME_MAX_BYTES];     /* ge-0/0/0 */
	char device[DEVICE_MAX_BYTES]; /* eth1 */
	uint8_t xdp_mode;              /* enum xdp_mode_wanted: 0 auto, 1 zero-copy, 2 native, 3 generic */
	uint16_t mtu;                  /* 0: the device's */
	struct port_queues *queues;    /* NULL: packets leave in the order in which they came */
};

struct unit_address {
	struct address address;
	uint8_t family;
	uint8_t length;
};

/* host_service: one thing the host accepts (`host-inbound-traffic`); port range 0..65535 = any. */
struct host_service {
	bool any_protocol;
	uint8_t protocol;
	uint8_t family;               /* 0 = both */
	uint16_t port_low, port_high; /* destination port, host order */
	int16_t icmp_type;            /* -1 = any */
};

/* dscp_class: what a code point stands for in a classifier, which is [DSCPS] of them. */
struct dscp_class {
	uint8_t forwarding_class;
	uint8_t loss_priority;
};

/* dscp_rewrite: the code point that a packet leaves with; -1: that which it has. */
struct dscp_rewrite {
	int8_t dscp[FORWARDING_CLASSES][LOSS_PRIORITIES];
};

/* unit: a logical interface. Index in snapshot.unit is its id; 0 is unused. */
struct unit {
	char name[NAME_MAX_BYTES]; /* ge-0/0/0.0 */
	uint16_t port;             /* index in snapshot.port */
	uint16_t vlan;             /* 0 = untagged */
	uint16_t zone;             /* ZONE_NONE: in no zone */
	uint16_t instance;
	bool inet, inet6;                       /* families that may come and leave by it */
	uint16_t mtu_inet, mtu_inet6;           /* 0: the port's */
	uint16_t filter_input, filter_output;   /* filter ids for IPv4; 0: none */
	uint16_t filter_input6, filter_output6; /* for IPv6 */
	const struct dscp_class *classifier;    /* of IPv4 packets that come, [DSCPS]; NULL: all are best-effort, low */
	const struct dscp_class *classifier6;   /* of IPv6 packets */
	const struct dscp_rewrite *rewrite;     /* of IPv4 packets that leave; NULL: code points stay */
	const struct dscp_rewrite *rewrite6;    /* of IPv6 packets */
	uint32_t address_count;
	struct unit_address *address;
	bool has_host_services; /* overrides the zone's */
	uint32_t host_service_count;
	struct host_service *host_service;
};

/* proxy: an address that this host answers for on a unit's link, so that packets to it come here. */
struct proxy {
	struct address address;
	uint16_t unit;
	uint8_t family;
};

/* instance: a routing instance; 0 is inet.0. */
struct instance {
	char name[NAME_MAX_BYTES];
	uint32_t kernel_table;              /* the kernel's table whose routes it takes over; 0: none */
	uint16_t filter_host, filter_host6; /* ids of lo0's filters; 0: none */
};

struct zone {
	char name[NAME_MAX_BYTES];
	bool tcp_rst;
	const struct screen *screen;      /* what is looked for in packets that come from it; NULL: nothing */
	struct event_limit *limit;        /* of its events, [EVENT_TYPE_COUNT]; NULL: unlimited */
	struct event_limit *screen_limit; /* of what its screens log, [SCREENS]; NULL: unlimited */
	struct tracker *tracker[SCREENS]; /* of the screens that count; shared by all workers and by the snapshots that
					   * screens_adopt connects */
	uint32_t host_service_count;
	struct host_service *host_service;
};

/* policy_rule: one expanded rule: one application term of one policy. */
struct policy_rule {
	uint32_t policy_id;   /* policySetId * MAX_RULES_PER_POLICY_SET + ruleIndex */
	uint32_t counter;     /* slot in worker counters (hits, packets, bytes); all terms of a policy share it */
	uint32_t timeout_s;   /* 0: by protocol */
	uint16_t application; /* 0: any */
	uint8_t action;       /* enum action */
	bool log_init, log_close, count;
	const char *name; /* the policy's name */
};

struct policy_set {
	uint32_t id;
	uint16_t from_zone, to_zone; /* both 0: the global set */
	uint32_t rule_count;
	struct policy_rule *rule; /* rule[i] belongs to match rule i */
	struct classify_rule *match;
	struct classifier *classifier;
};

/* global rules may also ask for zones: a zone bitmap each, NULL = any; the classifier finds candidates in order. */

struct static_route {
	uint16_t instance;
	uint8_t family, length;
	uint32_t preference;
	struct address prefix;
	struct next_hop_group group;
};

struct snapshot {
	uint32_t generation;
	char hash[65];
	struct settings settings;
	uint32_t port_count, unit_count, zone_count, instance_count; /* unit and zone: highest id + 1 */
	struct port_config *port;
	struct unit *unit;
	struct zone *zone;
	struct instance *instance;
	const uint16_t *unit_by_vlan[64]; /* [port] -> 4096 unit ids; NULL: no unit on this port; entry 0 is untagged */
	struct policy_set **policy_by_zones; /* [from * zone_count + to], NULL = none */
	struct policy_set *policy_global;    /* or NULL; its rules carry from/to zone conditions in zone_match */
	uint32_t policy_set_count;           /* all sets that have rules, as they were given; the global one last */
	struct policy_set *policy_set;
	const uint8_t (*global_zone_match)[2][128]; /* [rule][0 from, 1 to] bit per zone id; all ones = any */
	struct policy_rule default_rule;
	uint32_t policer_count;
	struct policer_rule *policer; /* filter terms name them by position */
	uint8_t queue_of_class[FORWARDING_CLASSES];
	uint32_t shaper_count;
	struct policer_rule *shaper; /* the rates of ports and their queues, in frames with their Ethernet header */
	uint32_t queue_counter_count;
	const char **queue_counter_name;        /* "ge-0/0/0 queue 3", to carry counters over a commit */
	uint32_t counter_count;                 /* policy counters */
	const char **counter_name;              /* "from/to/policy", to carry counters over a commit */
	struct event_limit *policy_limit;       /* of what policies log, [counter_count]; NULL: unlimited */
	struct event_limit *host_inbound_limit; /* of denies by host-inbound-traffic; NULL: unlimited */
	const uint16_t *tcp_application;        /* [65536] application id by destination port, for names in logs */
	const uint16_t *udp_application;
	uint16_t icmp_application, icmp6_application;
	const uint16_t *sctp_application;
	const uint16_t *protocol_application; /* [256] for protocols without ports, ICMP and ICMPv6 included */
	uint32_t filter_count;                /* highest id + 1 */
	struct filter *filter;                /* [id]; 0 is unused */
	uint32_t filter_counter_count;
	const char **filter_counter_name; /* "FILTER/COUNTER", to carry counters over a commit */
	struct nat *nat;                  /* NULL: no address translation */
	uint32_t proxy_count;
	struct proxy *proxy;
	uint32_t route_count;
	struct static_route *route; /* static routes only; connected ones follow from unit addresses */
	struct fib *fib[64];        /* [instance]; filled by the engine before publication */
	void *arena;                /* all of the above lives here */
};

/* snapshot_unit returns the unit id for (port, vlan), UNIT_NONE if there is none. Worker. */
static inline uint16_t
snapshot_unit(const struct snapshot *s, uint16_t port, uint16_t vlan)
{
	const uint16_t *by_vlan = port < 64 ? s->unit_by_vlan[port] : 0;
	return by_vlan ? by_vlan[vlan & 4095] : 0;
}

/* unit_carries: may packets of this family (enum address_family) come and leave by the unit? Worker. */
static inline bool
unit_carries(const struct unit *u, uint8_t family)
{
	return family == ADDRESS_FAMILY_INET ? u->inet : u->inet6;
}

/* snapshot_global_zones: does a rule of the global set ask for these zones? Bit (zone & 7) of byte zone >> 3.
 * Worker. */
static inline bool
snapshot_global_zones(const struct snapshot *s, uint32_t rule, uint16_t from, uint16_t to)
{
	const uint8_t(*match)[128] = s->global_zone_match[rule];
	return (match[0][from >> 3 & 127] >> (from & 7) & 1) && (match[1][to >> 3 & 127] >> (to & 7) & 1);
}

/* refusal: why a snapshot was refused: the path in the snapshot, what was expected, what was found. */
struct refusal {
	char code[32];  /* e.g. "bound", "type", "missing", "unknown", "reference", "duplicate", "memory" */
	char path[160]; /* e.g. "policy_sets[0].rules[2].action" */
	char message[256];
};

/* snapshot_decode turns the msgpack map of `apply_snapshot` into a built snapshot, or refuses it whole. Every field is
 * checked for type, bound, reference and presence; unknown fields are refused. Never repairs. Control thread. */
struct snapshot *snapshot_decode(const void *bytes, uint32_t length, struct refusal *why);
void snapshot_free(struct snapshot *s);

/* screens_adopt lets the zones of *s go on counting where the zones of the same names in `old` are. To be called before *s is
 * published; `old` stays usable. Control thread. */
void screens_adopt(struct snapshot *s, const struct snapshot *old);

#endif
