/* packet.h: the one context that travels through the pipeline: where a packet is, what parse found,
 * what the stages decided. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_H
#define RINGWALL_PACKET_H

#include "filter/trail.h"
#include "flow/key.h"
#include "wire_gen.h"

enum {
	PACKET_HEADROOM = 256, /* bytes a driver keeps free before `data`, for headers that grow */
	PACKET_BURST = 64,     /* packets per burst, at most */
	PACKET_MAX_VLAN = 2,
};

#define UNIT_NONE 0      /* logical interface ids start at 1 */
#define ZONE_NONE 0      /* zone ids start at 1 */
#define PORT_HOST 0xffff /* pseudo port: the kernel of this host, through the TUN device */

enum packet_flag {
	PACKET_FRAGMENT = 1 << 0,       /* offset > 0 or more-fragments */
	PACKET_FRAGMENT_FIRST = 1 << 1, /* a fragment with offset 0 */
	PACKET_FRAGMENT_MORE = 1 << 2,
	PACKET_DONT_FRAGMENT = 1 << 3, /* IPv4 DF; always set for IPv6 */
	PACKET_IP_OPTIONS = 1 << 4,    /* IPv4 options or IPv6 hop-by-hop/destination/routing headers */
	PACKET_ICMP_ERROR = 1 << 5,    /* `inner` describes the packet that the error is about */
	PACKET_ICMP_ECHO = 1 << 6,     /* echo request or reply */
	PACKET_L2_MULTICAST = 1 << 7,  /* destination MAC is multicast or broadcast */
	PACKET_L4_PARTIAL = 1 << 8,    /* UDP checksum 0 over IPv4 */
	PACKET_REJUDGED = 1 << 9,      /* a flow hit whose memo was stale */
	PACKET_FROM_WAIT = 1 << 10,    /* held before (neighbour, fragment): received once, handled as if it came now */
	PACKET_MEMO = 1 << 11,         /* its flow's memo is in force: route and policy need not be asked */
	PACKET_RESTART = 1 << 12,      /* a SYN that starts over: its old session ends when the new one is installed */
	PACKET_OPENS = 1 << 13,        /* it installed its session */
	PACKET_OPENED = 1 << 14,       /* it did so before it waited */
	PACKET_TRANSLATED = 1 << 15,   /* it leaves with the addresses and ports of `out` */
};

enum packet_splice {
	PACKET_NOT_SPLICED,
	PACKET_CHALLENGED,     /* a SYN that is answered with a cookie, if it would be sent on */
	PACKET_STANDS_FOR_SYN, /* a client's acknowledgment of a cookie: it leaves as the SYN that was not sent on */
};

enum packet_filter {
	PACKET_ENDED_NOWHERE,
	PACKET_ENDED_INPUT,
	PACKET_ENDED_LAST,
};

struct session;
struct next_hop;
struct nat_rule;
struct policy_rule;

/* packet: [W] written by the worker that handles it. Offsets count from `data`. */
struct packet {
	/* place */
	uint8_t *data;   /* first byte of the Ethernet header */
	uint64_t frame;  /* the driver's handle of the buffer; opaque here */
	uint16_t length; /* bytes at data */
	uint16_t port;   /* ingress port (device) index */
	uint16_t unit;   /* ingress logical interface id; UNIT_NONE until the ingress stage */
	uint16_t zone;   /* ingress zone id */

	/* what parse found; all lengths checked against the bytes that are there */
	uint16_t l3;                    /* IP header */
	uint16_t l4;                    /* transport header (for later fragments: first payload byte) */
	uint16_t payload;               /* first byte behind the transport header */
	uint16_t l3_length;             /* IP total length: header and payload, without Ethernet padding */
	uint16_t vlan[PACKET_MAX_VLAN]; /* VLAN ids as received, outer first; 0 = none. Priority tags (id 0) left out */
	uint8_t vlan_count;             /* tags in the received frame, priority tags included */
	uint8_t ttl;                    /* or hop limit */
	uint8_t tos;                    /* IPv4 TOS or IPv6 traffic class byte; DSCP is tos >> 2 */
	uint8_t tcp_flags;              /* header byte 13 */
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint16_t flags;                            /* enum packet_flag */
	uint32_t tcp_sequence, tcp_acknowledgment; /* host order */
	uint16_t tcp_window;                       /* host order, unscaled */
	uint16_t tcp_length;                       /* payload bytes of the segment that are in this packet */
	uint8_t tcp_scale;                         /* window scale option of a SYN, 0..14; 255 = absent */
	uint8_t
	    fragment_protocol; /* the same in all fragments of a packet: IPv4 protocol, IPv6 fragment header's next */
	uint16_t fragment_offset; /* bytes */
	uint32_t fragment_id;     /* host order; IPv4: 16 bits */
	uint16_t inner_l3;        /* ICMP errors: the quoted IP header; 0 if none or unusable */
	uint16_t echo_sequence;   /* ICMP echo sequence, network byte order */
	struct flow_key key;
	struct flow_key inner; /* ICMP errors with inner_l3: key of the quoted packet as it was sent */

	/* what the stages decided */
	uint32_t hash;       /* flow_key_hash(key) */
	uint8_t verdict;     /* enum verdict */
	uint8_t drop_reason; /* enum drop_reason */
	uint8_t deny_reason; /* enum deny_reason, where policy or host-inbound-traffic ended it */
	uint8_t direction;   /* 0: as the session was opened, 1: reply */
	uint16_t egress_unit;
	uint16_t egress_zone;
	struct session *session;         /* the session this packet belongs to, or NULL */
	const struct policy_rule *rule;  /* the rule that decided, default rule included */
	const struct next_hop *next_hop; /* the route's choice for this flow */
	uint32_t neighbour;              /* slot in the neighbour table */
	uint8_t next_mac[6];             /* the neighbour's link-layer address, once known */
	uint16_t application;            /* application id for logs */
	uint16_t table;                  /* the routing instance whose route was taken, after next-table */
	uint8_t ended_in;                /* enum packet_filter: the filter that ended it */
	int8_t reject_code;              /* what that filter's reject answers: see filter_term */
	uint32_t binding;                /* of nat/bindings.h that its session uses; 0: none */
	bool given_port;                 /* the source port of `out` is one of nat/ports.h */
	int16_t resized; /* by how many bytes its IP packet is longer when it leaves in the other family */
	const struct nat_rule *source_nat, *destination_nat; /* the rules that translate its session; NULL: none */
	uint8_t screen_action;                               /* enum action: what the screens below did to it */
	uint64_t screens; /* those it met, not yet reported: a bit for each enum screen_id */

	/* What was found out when it came. A packet that waits keeps it: it is counted, metered and marked once. */
	uint32_t judged_by; /* the generation whose input filter judged it; 0: none yet */
	uint16_t
	    route_instance; /* where it is routed: the ingress unit's instance, or that of a term with routing-instance */
	uint8_t forwarding_class;
	uint8_t loss_priority; /* 0 low, 1 medium-low, 2 medium-high, 3 high */
	int8_t set_dscp;       /* what a term wants written; -1: as it is */
	uint8_t splice;        /* enum packet_splice */
	uint32_t tcp_shift;    /* what has been added to tcp_sequence, so that it is the client's idea of it */
	struct flow_key out;   /* PACKET_TRANSLATED: the key with which it leaves; of an ICMP error, without ports */
	struct filter_trail input;
	struct filter_trail last; /* of the output filter, or of lo0's for a packet to this host */
};

/* packet_out: the key with which a packet leaves, as far as that has been decided. */
static inline const struct flow_key *
packet_out(const struct packet *p)
{
	return p->flags & PACKET_TRANSLATED ? &p->out : &p->key;
}

/* packet_crosses: it leaves in the other family than it came in (NAT64). */
static inline bool
packet_crosses(const struct packet *p)
{
	return p->flags & PACKET_TRANSLATED && p->out.family != p->key.family;
}

/* packet_out_length: IP length with which it leaves, before it is cut into fragments. */
static inline uint16_t
packet_out_length(const struct packet *p)
{
	return (uint16_t)(p->l3_length + p->resized);
}

/* Parse: the only code that trusts nothing.
 * packet_parse reads Ethernet, VLAN tags, IPv4 or IPv6 with extension headers and the transport header at
 * p->data, p->length, and fills the "what parse found" part and key (instance stays 0).
 * Returns DROP_REASON_NONE or why the packet is malformed. Never reads beyond p->length, never writes packet
 * bytes. A packet with an unknown transport protocol is well formed. Any thread. */
enum drop_reason packet_parse(struct packet *p);

/* packet_parse_l3 is packet_parse for bytes that begin with an IP header (TUN, quoted packets, explain):
 * p->l3 is 0. */
enum drop_reason packet_parse_l3(struct packet *p);

#endif
