/* session.h: one session: two flow entries, what it was allowed by, what it counted. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_SESSION_H
#define RINGWALL_FLOW_SESSION_H

#include <stddef.h>

#include "flow/key.h"
#include "flow/tcp.h"

enum session_flag {
	SESSION_LOG_INIT = 1 << 0,
	SESSION_LOG_CLOSE = 1 << 1,
	SESSION_REPLIED = 1 << 2, /* the server answered */
	SESSION_COUNT = 1 << 3,   /* the rule has `count` */
	SESSION_CLOSING = 1 << 4, /* close_reason is decided; it waits for its last timeout */
	SESSION_OPENED = 1 << 5,  /* its first packet went on; before that it is neither logged nor counted */
	SESSION_ECHO = 1 << 6,    /* ICMP echo: requests go one way, replies the other */
	SESSION_MARKED = 1 << 7,  /* a direction of it meets filters, screens or a rewrite rule */
	SESSION_NAT = 1 << 8, /* the keys of its flows are not each other's reverse: packets are rewritten on the way */
	SESSION_PORT = 1 << 9,      /* it has a port of nat/ports.h: flow[1].key.destination_port */
	SESSION_CLAIM = 1 << 10,    /* its replies are claimed in nat/owners.h */
	SESSION_BINDING = 1 << 12,  /* it uses a binding of nat/bindings.h */
	SESSION_ASKS = 1 << 13,     /* each of the client's packets asks for one of the server's: ping, DNS */
	SESSION_TIMED = 1 << 14,    /* its rule's application says how long it lasts */
	SESSION_FILTERED = 1 << 15, /* MARKED for more than screens: marks and rewrites have to be looked at */
	SESSION_SPLICED = 1 << 11,  /* it began with a SYN cookie: its ends count differently, pipeline/splice.h */
};

/* flow: one direction of a session and the memo of every stage for it. A memo is valid only while
 * `epoch` equals the worker's: commits and route changes raise that number. One cache line, all of which a hit reads. [W] */
struct flow {
	struct flow_key key;   /* as it is on the wire in this direction */
	uint32_t epoch;        /* the judgement this memo comes from; 0 = never judged */
	uint32_t neighbour;    /* slot in the neighbour table; the MAC is read from there for each packet */
	uint16_t ingress_unit; /* a packet of this flow from elsewhere is judged anew */
	uint16_t egress_unit;
	uint16_t egress_port;
	uint16_t egress_vlan;
	uint16_t mtu;          /* of the egress unit */
	uint8_t source_mac[6]; /* of the egress port */
};
_Static_assert(sizeof(struct flow) == 64, "layout of a hit");

/* passed: what went on in one direction. [W] */
struct passed {
	uint64_t packets;
	uint64_t bytes; /* IP bytes, as Junos counts */
};

/* zones: where one direction comes from and goes to. [W] */
struct zones {
	uint16_t ingress;
	uint16_t egress;
};

/* marks: what one direction meets beside its way: what its filters said (numbers of filter/memo.h). [W] */
struct marks {
	uint32_t input_memo, output_memo;
};

enum { UNANSWERED_MANY = UINT8_MAX }; /* more than are counted: from then on only time ends the session */

/* session: [W] everything, by the worker that owns it. Five cache lines: a hit reads the line of its direction's flow (1 or
 * 2) and writes line 0, for TCP also line 3; a hit on a translated session reads both flows' lines; line 4 is for opening,
 * closing, ageing and listing. What every packet needs belongs into lines 0 to 2: with a million sessions, one more line
 * costs as much as a third of all work on a packet. */
struct session {
	_Alignas(64) struct passed passed[2]; /* by direction. 0: client to server, as opened; 1: server to client */
	struct zones zones[2];
	uint64_t last_ns;           /* monotonic clock of the last packet */
	uint32_t generation;        /* of rule and policy_id */
	uint32_t rule;              /* index of the rule's counter slot */
	uint16_t flags;             /* enum session_flag */
	uint8_t close_reason;       /* enum close_reason, meaningful with SESSION_CLOSING */
	uint8_t unanswered;         /* with ASKS: questions that still wait for their answers, or UNANSWERED_MANY */
	uint16_t route_instance[2]; /* by direction: where the input filter had it routed */

	struct flow flow[2];

	struct tcp_track tcp;    /* TCP only */
	uint32_t timeout_s;      /* the idle timeout in force in its present state */
	uint32_t idle_timeout_s; /* its application's timeout, once established */
	uint32_t policy_id;      /* what a log line names, with the generation */

	uint64_t id;         /* unique across workers and restarts, below 2^53 */
	uint64_t created_ns; /* wall clock */
	uint32_t epoch;      /* when its policy was last judged, in the worker's numbers */
	uint16_t application;
	uint16_t echo_sequence;          /* of the first packet, network byte order: what a log line names */
	uint32_t timer_next, timer_prev; /* links in the timer wheel, session indexes + 1; see age.c */
	uint32_t timer_slot;             /* slot in the timer wheel + 1; 0 = not armed */
	uint32_t table_link;             /* 0 while in use; else link of the free list, see table.c */
	struct marks marks[2];           /* by direction; empty without SESSION_MARKED */
	uint8_t rewrites[2];             /* by direction: its egress unit has a rewrite rule */
	uint8_t icmp_type, icmp_code;    /* of the first packet */
	uint16_t limits[2];              /* trackers that count it, by its source and by its destination; 0: none */
};
/* session_out: the key with which packets of a direction leave. They come with that of their own flow, and what leaves is
 * what the other direction answers to. */
static inline struct flow_key
session_out(const struct session *s, unsigned direction)
{
	return flow_key_reverse(&s->flow[!direction].key);
}

_Static_assert(offsetof(struct session, flow) == 64 && offsetof(struct session, tcp) == 192 &&
		   offsetof(struct session, id) == 256 && sizeof(struct session) == 320,
	       "layout of a hit");

#endif
