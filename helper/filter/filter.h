/* filter.h: stateless filters: what a list of terms says about one packet. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FILTER_H
#define RINGWALL_FILTER_H

#include "classify/classify.h"
#include "filter/trail.h"
#include "packet/packet.h"

struct event_limit;

#define FILTER_COUNTER_NONE UINT32_MAX
#define FILTER_POLICER_NONE UINT32_MAX
enum { FILTER_KEEP = -1, FILTER_TCP_RESET = -1 };

enum filter_action {
	FILTER_ACCEPT,
	FILTER_DISCARD,
	FILTER_REJECT,
	FILTER_NEXT, /* the following terms are asked too */
};

/* Conditions on what is not in the flow key: a bit for each that a term has. */
enum filter_condition {
	FILTER_ICMP_TYPE = 1 << 0,
	FILTER_ICMP_CODE = 1 << 1,
	FILTER_TCP_FLAGS = 1 << 2,
	FILTER_DSCP = 1 << 3,
	FILTER_TTL = 1 << 4,
	FILTER_LENGTH = 1 << 5,
	FILTER_IS_FRAGMENT = 1 << 6,
	FILTER_FIRST_FRAGMENT = 1 << 7,
	FILTER_FRAGMENT_OFFSET = 1 << 8,
	FILTER_FRAGMENT_FLAGS = 1 << 9,
	FILTER_IP_OPTIONS = 1 << 10,
	FILTER_IP_OPTIONS_EXCEPT = 1 << 11,
	FILTER_ESP_SPI = 1 << 12,
	FILTER_FORWARDING_CLASS = 1 << 13,
	FILTER_LOSS_PRIORITY = 1 << 14,
	FILTER_FLEXIBLE = 1 << 15,
};

enum filter_start {
	FILTER_START_LAYER_3, /* the IP header */
	FILTER_START_LAYER_4, /* what is behind it and its extension headers */
	FILTER_START_PAYLOAD, /* what is behind the transport header; the same as layer 4 where that is not known */
};

/* filter_flexible: bits of the packet as a number: (bits & mask) == value. The mask has no more than bit_length bits. */
struct filter_flexible {
	uint8_t start; /* enum filter_start */
	uint8_t byte_offset, bit_offset, bit_length;
	uint32_t mask, value;
};

/* filter_term: one term as it is attached. All conditions must hold. [I] */
struct filter_term {
	/* what the flow key and the ingress unit tell */
	const struct address_set *source, *destination, *address; /* NULL: any; address: source or destination */
	bool any_protocol;
	struct octet_set protocols;
	struct number_ranges source_ports, destination_ports, ports;
	struct unit_list interfaces; /* where the packet came in; none: any */

	/* what only the packet tells */
	uint32_t conditions; /* of enum filter_condition; 0: the key decides */
	struct octet_set icmp_types, icmp_codes, tcp_flags, ttls, ip_options, ip_options_except;
	uint64_t dscps;              /* a bit for each of 64 */
	uint16_t forwarding_classes; /* a bit for each of 16 */
	uint8_t loss_priorities;     /* a bit for each of 4 */
	uint8_t fragment_flags;      /* a bit for each of the 8 values of the three flags */
	struct number_ranges packet_lengths, fragment_offsets, esp_spis;
	struct filter_flexible flexible;

	/* what happens */
	uint8_t action; /* enum filter_action */
	bool log;
	int8_t reject_code;                                       /* ICMP code, or FILTER_TCP_RESET */
	int8_t set_forwarding_class, set_loss_priority, set_dscp; /* or FILTER_KEEP */
	int8_t routing_instance;                                  /* or FILTER_KEEP */
	uint32_t counter;                                         /* slot, or FILTER_COUNTER_NONE */
	uint32_t policer; /* index in snapshot.policer, or FILTER_POLICER_NONE */

	/* what logs name */
	uint32_t filter_id, term_id;
	const char *filter_name, *term_name;
	struct event_limit *limit; /* of these logs; NULL: unlimited */
};

/* filter: a filter as it is attached. Where no term decides, the packet is discarded. [I] */
struct filter {
	uint32_t id;
	uint8_t family;
	const char *name;
	uint32_t term_count;
	struct filter_term *term;
	struct filter_index *index; /* made by filter_compile; NULL: the terms are walked */
};

enum { FILTER_WALKED_MAX = 16 };

/* filter_compile makes a filter fast to look terms up in: up to FILTER_WALKED_MAX terms are walked, unless their sets are
 * long; others are indexed (classify/index.h). The answers are the same. The terms must not change afterwards. False on lack of memory: it is walked. filter_release
 * gives the index back. Control thread. */
bool filter_compile(struct filter *f);
void filter_release(struct filter *f);

/* filter_memory: bytes that the index holds. */
uint64_t filter_memory(const struct filter *f);

/* filter_term_key: do the conditions on key and ingress unit hold? `ports`: the packet has a transport header, so its key's
 * ports are the packet's own. Any thread. */
bool filter_term_key(const struct filter_term *t, const struct flow_key *k, uint16_t unit, bool ports);

/* filter_term_packet: do the other conditions hold? Reads the packet's bytes within what parse has checked. Any thread. */
bool filter_term_packet(const struct filter_term *t, const struct packet *p);

/* filter_next returns the first term at or behind `from` that matches, or NULL. *invariant is set to false if a term on the
 * way was asked about more than key and unit: one whose conditions on these hold, up to the one that is returned. Worker
 * only, allocates nothing. */
const struct filter_term *filter_next(const struct filter *f, const struct packet *p, uint32_t from, bool *invariant);

/* filter_next_walked is filter_next by the plain walk: for short filters, and as the judge of the index in tests. */
const struct filter_term *filter_next_walked(const struct filter *f, const struct packet *p, uint32_t from,
					     bool *invariant);

#endif
