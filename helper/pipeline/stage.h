/* stage.h: what the stages and the exits of the pipeline offer each other. A stage only decides: it writes into the packet
 * and, but for explain, may leave its traces in what it reads (filter counters, policers, fragments, neighbours). What is done
 * about the decision is done in finish.c and the files it calls.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PIPELINE_STAGE_H
#define RINGWALL_PIPELINE_STAGE_H

#include <stddef.h>

#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/nat.h"
#include "pipeline/splice.h"
#include "pipeline/worker.h"

/* stage: `run` returns VERDICT_NONE to go on, else the verdict. It is left out for packets with one of the flags `skip`.
 * `describe` says in words what it found, after it ran. */
struct stage {
	const char *name;
	enum verdict (*run)(struct worker *w, struct packet *p);
	void (*describe)(const struct worker *w, const struct packet *p, char *text, size_t size);
	uint16_t skip;
};

enum verdict ingress_identify(struct worker *w, struct packet *p);
enum verdict filter_input(struct worker *w, struct packet *p);
enum verdict screen_check(struct worker *w, struct packet *p);
/* screen_passes_over: UDP, or a TCP segment inside a connection, with nothing about it that a screen of these asks for: what most
 * packets are. */
static inline bool
screen_passes_over(const struct screen *s, const struct packet *p)
{
	bool inet6 = p->key.family == ADDRESS_FAMILY_INET6;
	if (p->flags & (PACKET_FRAGMENT | PACKET_IP_OPTIONS) || s->checks & SCREEN_BIT(SPOOFING))
		return false;
	/* Headers of IPv6 may be any that the configuration names, transport included. */
	if (inet6 && (s->checks & SCREEN_BIT(IPV6_EXTENSION_HEADER) || p->data[p->l3 + 6] != p->key.protocol))
		return false;
	if (p->key.protocol == PROTOCOL_TCP)
		return (p->tcp_flags & (TCP_ACK | TCP_SYN | TCP_URG)) == TCP_ACK;
	return p->key.protocol == PROTOCOL_UDP && !(s->rates & SCREEN_UDP_RATES);
}

/* screen_overlap: the screen of overlapping fragments; only the table of fragments knows them. */
enum verdict screen_overlap(struct worker *w, struct packet *p);
/* screen_malformed notes that a screen of the zone names what is wrong with a packet that ends as malformed: `reason`. Returns
 * why it ends. */
enum drop_reason screen_malformed(struct worker *w, struct packet *p, enum drop_reason reason);
/* flood_find counts a packet and returns the set of the zone's screens that count, and that it goes beyond. */
uint64_t flood_find(struct worker *w, const struct packet *p, const struct screen *s);
/* flood_alarms counts a SYN that was answered with a cookie, and returns whether it is one too many to be silent about. */
bool flood_alarms(struct worker *w, const struct packet *p);
/* limits_sessions: has the zone limits of sessions? What follows is for those only. */
static inline bool
limits_sessions(const struct worker *w, uint16_t zone)
{
	const struct screen *s = w->snapshot->zone[zone].screen;
	return s && s->rates & SCREEN_LIMITS;
}
/* limit_check: may the packet's source or destination have one more session? Reads only. */
enum verdict limit_check(struct worker *w, struct packet *p);
/* limit_take counts the session that a packet opens, by [0] its source and [1] its destination; `taken` is for limit_give, with the
 * key of the session's client. False and drop_reason: beyond the limit, nothing is counted. */
bool limit_take(struct worker *w, struct packet *p, uint16_t taken[2]);
void limit_give(struct worker *w, const struct flow_key *client, uint16_t taken[2]);
/* screen_report counts and logs the screens that a packet met, once. */
void screen_report(struct worker *w, struct packet *p);

/* screen_of: what a zone's screens look for; NULL: nothing. */
static inline const struct screen *
screen_of(const struct worker *w, uint16_t zone)
{
	return w->snapshot->zone[zone].screen;
}
enum verdict fragment_follow(struct worker *w, struct packet *p);
enum verdict session_find(struct worker *w, struct packet *p);
enum verdict nat_destination(struct worker *w, struct packet *p);
enum verdict route_select(struct worker *w, struct packet *p);
enum verdict host_admit(struct worker *w, struct packet *p);
/* splice_challenge: where a SYN that is to be answered with a cookie has its verdict: behind all that says whether it is sent on. */
enum verdict splice_challenge(struct worker *w, struct packet *p);
enum verdict policy_decide(struct worker *w, struct packet *p);
/* deny_memos: what policy_decide denied lately; to be forgotten whenever the worker's snapshot changes. Worker. */
struct deny_memos *deny_memos_create(void);
void deny_memos_destroy(struct deny_memos *m);
void deny_memos_forget(struct deny_memos *m);
enum verdict nat_source(struct worker *w, struct packet *p);
enum verdict egress_check(struct worker *w, struct packet *p);
enum verdict session_check(struct worker *w, struct packet *p);
enum verdict neighbour_resolve(struct worker *w, struct packet *p);
enum verdict filter_output(struct worker *w, struct packet *p);
/* policy_application: the application id a log line gives to traffic: the rule's, else that of the port or protocol. */
uint16_t policy_application(const struct snapshot *s, const struct policy_rule *rule, const struct flow_key *k);

/* filter_host: the lo0 filter, for packets that host_admit would deliver. */
enum verdict filter_host(struct worker *w, struct packet *p);
/* filter_input_again and filter_output_again do for a packet of a known flow what filter_input and filter_output would do,
 * by the flow's memo where it has one. VERDICT_NONE or VERDICT_DROP. */
enum verdict filter_input_again(struct worker *w, struct packet *p, uint32_t memo);
enum verdict filter_output_again(struct worker *w, struct packet *p, uint32_t memo);
/* filter_remember keeps in a session, for the packet's direction, what the filters said about this packet, as far as it holds
 * for all of that direction's packets. */
void filter_remember(struct worker *w, const struct packet *p, struct session *s);

/* cos_classify gives a packet the forwarding class and loss priority that its code point has in a classifier. */
void cos_classify(struct packet *p, const struct dscp_class *classifier);
/* cos_mark writes the code point that a packet leaves with: that of a filter term, else that of the egress unit's rewrite
 * rule. p->tos stays what it came with. Worker only. */
void cos_mark(const struct worker *w, struct packet *p);
/* cos_rewrites: has the unit a rewrite rule for packets of this family that leave? */
bool cos_rewrites(const struct worker *w, uint16_t unit, uint8_t family);

/* cos_queue takes room for the `frames` frames of a packet with `bytes` in the queue of its class at a port, which must be one
 * of w->queued_ports, and counts the packet there. False, and counted as dropped there, if there is less. Worker only. */
bool cos_queue(struct worker *w, uint16_t port, uint8_t forwarding_class, uint16_t bytes, uint32_t frames,
	       uint8_t *queue);
static inline bool
has_queues(const struct worker *w, uint16_t port)
{
	return w->queued_ports >> port & 1;
}

/* The exits. */

/* finish carries out p->verdict: the single exit. Afterwards the frame has left, waits, or was given back. */
void finish(struct worker *w, struct packet *p);
/* finish_forward is finish for a packet that has been rewritten and is in the output: counts it and says so. */
void finish_forward(struct worker *w, struct packet *p);

/* egress_send rewrites the packet and puts it, or its fragments, into the output. False (drop_reason set, nothing sent,
 * nothing changed) when there is no room. */
bool egress_send(struct worker *w, struct packet *p);
/* egress_clamp lowers what a SYN offers as maximum segment size to tcp-mss. */
static inline void
egress_clamp(const struct worker *w, struct packet *p)
{
	uint16_t mss = w->snapshot->settings.tcp_mss;
	if (p->tcp_flags & TCP_SYN && mss)
		rewrite_mss(p, mss);
}

/* egress_mtu: the largest IP packet of `family` that leaves by `unit`. */
uint16_t egress_mtu(const struct worker *w, uint16_t unit, uint8_t family);
/* egress_takes: the largest plain packet of the packet's flow, as it comes, that leaves in one piece. */
uint16_t egress_takes(const struct worker *w, const struct packet *p);
/* output_room: how many outputs a packet may add without taking those of packets still to come. */
static inline uint32_t
output_room(const struct worker *w)
{
	uint32_t used = w->output_count + w->output_reserved;
	return used < OUTPUT_MAX ? OUTPUT_MAX - used : 0;
}
static inline void
output_push(struct worker *w, uint64_t frame, uint8_t *data, uint16_t length, uint16_t port, uint8_t queue)
{
	w->output[w->output_count++] =
	    (struct output){ .frame = frame, .data = data, .length = length, .port = port, .queue = queue };
}

/* output_send pushes a frame for a port that has room; `queue` matters only where the port has queues. */
static inline void
output_send(struct worker *w, uint64_t frame, uint8_t *data, uint16_t length, uint16_t port, uint8_t queue)
{
	w->tx_room[port]--;
	output_push(w, frame, data, length, port, queue);
}

enum answer {
	ANSWER_NONE, /* nothing is due */
	ANSWER_SENT,
	ANSWER_LIMITED, /* rate limit, or no room to build it */
	ANSWER_SILENT,  /* this packet may not be answered */
};
/* answer_send tells the sender of a dropped packet, where its drop reason asks for that. */
enum answer answer_send(struct worker *w, const struct packet *p);

/* answer_frame: a frame to a station behind a unit; `packet` is where its IP packet begins. */
struct answer_frame {
	uint64_t frame;
	uint8_t *data, *packet;
	uint16_t port;
};
/* answer_open begins a frame; false if there is no room. answer_push sends it with `length` bytes at f->packet; false, and
 * the frame is given back, if the queue of its class is full. */
bool answer_open(struct worker *w, struct answer_frame *f, uint16_t unit, uint8_t family, const uint8_t station[6]);
bool answer_push(struct worker *w, const struct answer_frame *f, uint16_t length);

/* session_commit installs the session of a packet that may go on, if it has none yet. False and drop_reason if there is
 * no room. */
bool session_commit(struct worker *w, struct packet *p);
/* session_remember keeps in the session and its flow what the slow path found out for this packet. */
void session_remember(struct worker *w, struct packet *p);
/* session_passed counts a packet that went on, opens its session if it is the first, and closes it if it was the last:
 * p->session is then NULL. */
void session_passed(struct worker *w, struct packet *p);
/* session_refused ends a session with its denied packet, where that is due. */
void session_refused(struct worker *w, struct packet *p);
/* session_fits: a packet of this flow is part of its session as things stand, so the memo may be used. */
bool session_fits(const struct worker *w, const struct session *s, struct packet *p, unsigned direction);
/* session_judged: this packet needs no policy of its own: its session was judged in this epoch, on this path. */
bool session_judged(const struct worker *w, const struct packet *p);
/* session_astray: the packet bears a session's addresses, but comes from a zone where the session does not lie. It may be
 * forged: it is judged for itself, and neither counts in the session nor changes or ends it. */
bool session_astray(const struct worker *w, const struct packet *p);
/* session_age closes sessions whose time is up; between the watermarks, also those that are idle for early-ageout. */
void session_age(struct worker *w);

/* wait_hold takes a packet whose neighbour is not known, or that waits behind others of its flow. One that wait_next handed out
 * goes back to its place. False and drop_reason if there is no room. */
bool wait_hold(struct worker *w, struct packet *p);
/* wait_before: are there packets of this flow (key and hash) that wait and came before it? wait_ends: does the first of them, of
 * whatever age, wait no longer? Both only while w->held is not 0. */
bool wait_before(const struct worker *w, const struct packet *p);
bool wait_ends(const struct worker *w, const struct packet *p);
/* wait_next hands out the first packet that need not wait any more, or false; *found says that it may go on: its neighbour is
 * known, or is known not to answer (then there may be another way), and nothing of its flow waits before it. Its place stays what it was until wait_leave, which is to be called next. */
bool wait_next(struct worker *w, struct packet *out, bool *found);
void wait_leave(struct worker *w);
struct wait_queue *wait_create(void);
void wait_destroy(struct wait_queue *q);

/* host_deliver hands a packet to the kernel of this host. False and drop_reason when there is no room. */
bool host_deliver(struct worker *w, struct packet *p);

/* What stages say about packets. */

static inline enum verdict
packet_drop(struct packet *p, enum drop_reason reason)
{
	p->drop_reason = (uint8_t)reason;
	return VERDICT_DROP;
}

/* packet_later_fragment: without a transport header. */
static inline bool
packet_later_fragment(const struct packet *p)
{
	return (p->flags & (PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST)) == PACKET_FRAGMENT;
}

/* counter_add: one writer, any reader. */
static inline void
counter_add(uint64_t *c, uint64_t n)
{
	__atomic_store_n(c, *c + n, __ATOMIC_RELAXED);
}

#endif
