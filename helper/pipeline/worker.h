/* worker.h: what one core owns, as the pipeline sees it: tables, time, and vectors for what goes out. The pipeline knows no
 * socket, file or clock; a driver (AF_XDP loop, replay, fuzzer, benchmark, explain) fills and empties this.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_WORKER_H
#define RINGWALL_PIPELINE_WORKER_H

#include "event/ring.h"
#include "filter/memo.h"
#include "flow/age.h"
#include "flow/fragment.h"
#include "flow/table.h"
#include "meter/bucket.h"
#include "nat/bindings.h"
#include "nat/fragments.h"
#include "nat/ports.h"
#include "packet/packet.h"
#include "route/neighbour.h"
#include "screen/cookie.h"
#include "snapshot/snapshot.h"

enum {
	DROP_REASONS = DROP_REASON_COUNT,
	OUTPUT_MAX = 4 * PACKET_BURST, /* one packet may cause several: fragments, an answer */
	WORKER_PORTS_MAX = 64,
	WAIT_MAX = 512, /* packets waiting for neighbours, per worker */
	WAIT_PER_NEIGHBOUR = 16,
};
#define WAIT_NS (3ull * 1000000000)

/* output: a frame that leaves. The driver sends it out of `port` (PORT_HOST: to the kernel, bytes begin with the IP
 * header) and recycles `frame` afterwards. */
struct output {
	uint64_t frame;
	uint8_t *data;
	uint16_t length;
	uint16_t port;
	uint8_t queue; /* of a port in worker.queued_ports */
};

/* counters: [W] written by the worker with relaxed stores, read by the control thread. */
struct counters {
	uint64_t received_packets, received_bytes;
	uint64_t forwarded_packets, forwarded_bytes;
	uint64_t host_packets, host_bytes;
	uint64_t drop[DROP_REASONS];
	uint64_t sessions_opened, sessions_closed;
	uint64_t sessions_aged_early;
	uint64_t sessions_abandoned; /* installed, but their first packet never went on: no event */
	uint64_t icmp_errors_sent, icmp_errors_limited, resets_sent, resets_limited;
	uint64_t handed_off;
	uint64_t output_lost; /* counted as sent, but lost by the driver on the way out */
};

struct unit_counters {
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
};
/* policy_counters: hits: sessions created and packets denied, always; packets and bytes: what went on in both
 * directions (permit) or was denied, for policies with `count`; sessions: opened. */
struct policy_counters {
	uint64_t hits, packets, bytes, sessions;
};

/* filter_counter: what matched terms with this counter, or what this policer dropped, in packets and IP bytes. */
struct filter_counter {
	uint64_t packets, bytes;
};

/* screen_counters: of a zone: packets that met each of its screens. */
struct screen_counters {
	uint64_t met[SCREENS];
};

/* queue_counters: of a port's queue: packets that went into it and that found it full, and their IP bytes. */
struct queue_counters {
	uint64_t packets, bytes, dropped_packets, dropped_bytes;
};

/* nat_session: the rules that translate a session, as its events name them; 0: none. */
struct nat_session {
	uint32_t source_rule, destination_rule;
	uint32_t binding; /* that it uses; 0: none */
	bool inward;      /* it was opened from outside, by its binding */
	uint8_t prefix64; /* NAT64: bits of the prefix behind which its server's address stands; 0: no NAT64 */
};

/* nat_counters: sessions that a rule translated, and packets dropped because it could not. */
struct nat_counters {
	uint64_t hits, failures;
};

/* nat_pool_state: the address that is tried next, and how many ports had been given back when no address had one left. */
struct nat_pool_state {
	uint32_t next;
	uint64_t used_up[4]; /* by protocol, + 1 */
};

/* buffers: the driver's free frames, filled between bursts; the pipeline takes frames for what it generates (ICMP errors,
 * resets, fragments) and never waits: none left is DROP_REASON_NO_BUFFER. */
struct buffers {
	/* take returns a frame with PACKET_HEADROOM before *data and `size` bytes of room, or false. */
	bool (*take)(void *ctx, uint64_t *frame, uint8_t **data);
	/* give returns a frame that does not leave. */
	void (*give)(void *ctx, uint64_t frame);
	void *ctx;
	uint16_t size;
};

/* port_state: what the pipeline must know of a device. [C] written by control, read by workers. */
struct port_state {
	uint8_t mac[6];
	uint16_t mtu; /* IP MTU of the device */
	uint8_t up;
	uint8_t unfinished;  /* senders behind it may leave checksums to hardware: docs/decisions/0009 */
	uint8_t any_station; /* takes frames to any MAC: captures are replayed whoever they were for */
};

struct nat_owners; /* nat/owners.h */
struct splice;     /* pipeline/splice.h */
struct deny_memos; /* pipeline/policy.c */
struct summaries;  /* event/summary.h */
struct wait_queue; /* pipeline/wait.c */
struct trace;      /* pipeline/trace.h: explain's record of stages, NULL otherwise */

struct worker {
	uint32_t index, workers;
	/* input of a burst, set by the driver */
	const struct snapshot *snapshot; /* NULL: nothing in force, every packet is dropped */
	uint32_t epoch;                  /* of the judgement in force: raised by commits and route changes; never 0 */
	uint64_t now_ns;                 /* monotonic, once per burst */
	uint64_t wall_ns;                /* wall clock, once per burst */
	const struct port_state *ports;  /* [port] */
	/* tx_room: frames that each port takes in this burst. A packet without room is dropped as TX_FULL before anything is
	 * said about it. A driver without such limits leaves the endless room of worker_init. */
	uint64_t tx_room[WORKER_PORTS_MAX];
	/* queued_ports: a bit for each port whose packets leave by queues, and queue_room the frames that each queue takes. A
	 * packet without room is dropped as QUEUE_FULL. A driver without queues has no such ports. */
	uint64_t queued_ports;
	uint32_t queue_room[WORKER_PORTS_MAX][QUEUES];

	/* owned tables */
	struct flow_table *flows;
	struct age_wheel *ages;
	bool ageing_early;    /* [A] written here, read by control: the table is between its watermarks, from above */
	uint32_t early_index; /* the session that is looked at next for that */
	struct fragment_table *fragments;
	struct wait_queue *waiting;
	uint32_t held; /* packets that wait there */
	struct filter_memos *memos;
	struct neighbour_table *neighbours;  /* shared by all workers */
	struct nat_owners *owners;           /* shared by all workers; NULL: there is one worker */
	struct nat_ports *nat_ports;         /* NULL: nothing was ever translated here, as nat_sessions */
	struct nat_session *nat_sessions;    /* [session index] */
	struct nat_pool_state *nat_pools;    /* [snapshot->nat->pool_count] */
	struct nat_fragments *nat_fragments; /* NULL: nothing was ever translated here, or there is one worker */
	struct nat_bindings *nat_bindings;   /* NULL: no rule was ever persistent here */
	uint16_t *session_accounts;          /* [session index], of those that are logged: the account of its policy */
	uint16_t identification;             /* of IPv4 packets made from IPv6 ones: how many there were */
	uint32_t nat_swept;                  /* the binding at which the search for those whose time is up goes on */
	struct bucket answers;               /* rate limit of ICMP errors and resets */
	uint64_t next_session;               /* see session id in docs/decisions */
	struct cookie_keys cookies;
	struct splice *splices; /* [session index]; NULL: no zone ever had SYN cookies */
	uint64_t owner_seed;

	/* output of a burst, emptied by the driver */
	uint32_t output_count;
	struct output output[OUTPUT_MAX];
	struct buffers buffers;
	/* resolve: slots of neighbours that the kernel shall resolve; the driver hands them to control. */
	uint32_t resolve_count;
	uint32_t resolve[PACKET_BURST];

	struct event_ring *ring;
	struct deny_memos *denies;
	struct summaries *summaries; /* of events that did not come into it */
	struct counters counters;
	struct unit_counters *units;                  /* [snapshot->unit_count] */
	struct policy_counters *policies;             /* [snapshot->counter_count] */
	struct filter_counter *filter_counters;       /* [snapshot->filter_counter_count] */
	struct filter_counter *policer_drops;         /* [snapshot->policer_count] */
	struct queue_counters *queues;                /* [snapshot->queue_counter_count] */
	struct nat_counters *nat_rules;               /* [snapshot->nat->rule_count] */
	struct screen_counters *screens;              /* [snapshot->zone_count] */
	uint32_t unit_room, policy_room, filter_room; /* allocated entries of these; never exceeded */
	uint32_t policer_room;
	struct trace *trace;
	bool memo_off;            /* tests only: judge every packet in full */
	uint32_t output_reserved; /* outputs kept for the packets of this burst that are still to come */

	/* observer sees each packet at its end (also when it is held), before its frame leaves; NULL in the AF_XDP
	 * driver. p->session is valid or NULL. */
	void (*observer)(void *ctx, const struct packet *p);
	void *observer_ctx;
};

#endif
