/* splice.c: see splice.h. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/splice.h"

#include "flow/pages.h"
#include "packet/handshake.h"
#include "packet/header.h"
#include "packet/protocol.h"
#include "packet/shift.h"
#include "pipeline/stage.h"
#include "screen/tracker.h"

enum {
	OWN_SCALE = 7, /* of the windows that clients are told: up to 8 MB, in steps of 128 bytes */
	UNSCALED = 255,
	TCP_OVERHEAD_INET = IPV4_HEADER + TCP_HEADER,
	TCP_OVERHEAD_INET6 = IPV6_HEADER + TCP_HEADER,
};
/* What a client sends before its server has answered asks the server again, but no more often. */
#define REPEAT_NS (200ull * 1000000)

static struct splice *
splice_of(const struct worker *w, const struct session *s)
{
	return &w->splices[flow_table_index(w->flows, s)];
}

static bool
has_flags(const struct packet *p, uint8_t mask, uint8_t flags)
{
	return (p->tcp_flags & mask) == flags;
}

/* The answer of a server to a SYN that was sent in its client's name. */
static bool
is_answer(const struct packet *p)
{
	return has_flags(p, TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN, TCP_SYN | TCP_ACK);
}

/* ---- tables ---- */

static bool
wants_cookies(const struct screen *s)
{
	return s && s->rates & SCREEN_BIT(SYN_COOKIE) && !s->alarm_only;
}

void
splice_prepare(struct worker *w, const struct snapshot *s)
{
	bool wanted = false;
	for (uint32_t i = 1; i < s->zone_count; i++)
		wanted |= wants_cookies(s->zone[i].screen);
	/* Without memory SYNs beyond the threshold are dropped, as without cookies. */
	if (wanted && !w->splices)
		w->splices = pages_map((size_t)flow_table_capacity(w->flows) * sizeof *w->splices);
}

void
splice_end(struct worker *w)
{
	if (w->splices)
		pages_unmap(w->splices, (size_t)flow_table_capacity(w->flows) * sizeof *w->splices);
	w->splices = NULL;
}

/* ---- cookies ---- */

/* A session that is over is about to make room for the next one with its addresses and ports. */
static bool
lives(const struct session *s)
{
	return s->tcp.state != TCP_TIME_WAIT && s->tcp.state != TCP_CLOSED;
}

bool
splice_may_challenge(const struct worker *w, const struct packet *p)
{
	const struct flow_key *k = &p->key;
	unsigned direction;
	if (!w->splices || !wants_cookies(screen_of(w, p->zone)))
		return false;
	if (p->flags & (PACKET_FRAGMENT | PACKET_L2_MULTICAST) ||
	    !has_flags(p, TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN, TCP_SYN))
		return false;
	if (!address_is_one_host(k->family, &k->source) || !address_is_one_host(k->family, &k->destination))
		return false;
	const struct session *s = flow_table_find(w->flows, k, p->hash, &direction);
	return !s || !lives(s);
}

static bool
acknowledges(struct worker *w, const struct packet *p, uint32_t *start)
{
	uint32_t cookie = p->tcp_acknowledgment - 1;
	if (!w->splices || w->trace || !wants_cookies(screen_of(w, p->zone)) || !cookie_alive(&w->cookies, w->now_ns))
		return false;
	if (!has_flags(p, TCP_SYN | TCP_ACK | TCP_RST, TCP_ACK) || p->flags & PACKET_FRAGMENT)
		return false;
	*start = p->tcp_sequence - 1;
	if (cookie_check(&w->cookies, &p->key, *start, cookie, w->now_ns))
		return true;
	/* The acknowledgment was lost, and the client asks whether the window has opened: one byte behind (RFC 9293
	 * 3.8.6.1). */
	*start = p->tcp_sequence;
	return p->tcp_length == 0 && cookie_check(&w->cookies, &p->key, *start, cookie, w->now_ns);
}

static struct handshake
syn_of(const struct packet *p)
{
	struct cookie_terms terms = cookie_terms_of(p->tcp_acknowledgment - 1);
	return (struct handshake){ .sequence = p->tcp_sequence,
				   .window = p->tcp_window,
				   .flags = TCP_SYN,
				   .mss = terms.mss,
				   .scale = p->tcp_scale,
				   .sack = terms.sack };
}

/* stand_for_syn: what is known of a packet is from here on what its connection's SYN said; its bytes follow in splice_rewrite.
 * p->tcp_acknowledgment still is that of the client, which a reset needs. */
static void
stand_for_syn(struct packet *p, uint32_t start, uint32_t cookie)
{
	uint8_t scale = cookie_terms_of(cookie).scale;
	uint32_t window = scale == COOKIE_UNSCALED ? p->tcp_window : (uint32_t)p->tcp_window << scale;
	p->splice = PACKET_STANDS_FOR_SYN;
	p->tcp_flags = TCP_SYN;
	p->tcp_sequence = start;
	p->tcp_acknowledgment = cookie + 1;
	p->tcp_length = 0;
	p->tcp_window = window > UINT16_MAX ? UINT16_MAX : (uint16_t)window;
	p->tcp_scale = scale == COOKIE_UNSCALED ? UNSCALED : scale;
	struct handshake h = syn_of(p);
	p->payload = (uint16_t)(p->l4 + handshake_length(&h));
	p->l3_length = (uint16_t)(p->payload - p->l3);
}

bool
splice_claim(struct worker *w, struct packet *p)
{
	uint32_t start;
	if (!acknowledges(w, p, &start))
		return false;
	stand_for_syn(p, start, p->tcp_acknowledgment - 1);
	return true;
}

/* ---- segments of spliced sessions ---- */

/* A packet that comes again, or to the slow path after the fast one, is not translated twice. */
static void
see_with(struct packet *p, uint32_t shift)
{
	p->tcp_sequence += shift - p->tcp_shift;
	p->tcp_shift = shift;
}

static uint32_t
clock_ms(const struct worker *w)
{
	return (uint32_t)(w->now_ns / 1000000);
}

/* Time that the server has left: a client that goes on asking makes it no longer. */
static uint32_t
left_ms(const struct worker *w, const struct splice *x)
{
	uint32_t passed = clock_ms(w) - x->opened_ms, all = x->timeout_s * 1000u;
	return passed < all ? all - passed : 0;
}

static enum drop_reason
pending(const struct worker *w, struct packet *p, const struct splice *x)
{
	const struct session *s = p->session;
	if (p->direction == 0) {
		if (p->tcp_flags & TCP_RST || p->splice == PACKET_STANDS_FOR_SYN)
			return DROP_REASON_NONE;
		if (w->now_ns - s->last_ns < REPEAT_NS || p->flags & PACKET_FRAGMENT || left_ms(w, x) == 0)
			return DROP_REASON_SYN_COOKIE_PENDING;
		stand_for_syn(p, x->start, x->cookie);
		return DROP_REASON_NONE;
	}
	/* Another segment takes the place of what goes on from here, and nothing may be missing behind it. */
	if (p->flags & PACKET_FRAGMENT)
		return DROP_REASON_SYN_COOKIE_PENDING;
	if (p->tcp_flags & TCP_RST)
		return DROP_REASON_NONE;
	if (!is_answer(p))
		return DROP_REASON_SYN_COOKIE_PENDING;
	see_with(p, x->cookie - (p->tcp_sequence - p->tcp_shift));
	return DROP_REASON_NONE;
}

enum drop_reason
splice_segment(struct worker *w, struct packet *p)
{
	const struct splice *x = splice_of(w, p->session);
	if (packet_later_fragment(p))
		return DROP_REASON_NONE;
	if (x->state == SPLICE_PENDING)
		return pending(w, p, x);
	if (p->direction == 1)
		see_with(p, x->shift);
	if (p->direction == 1 && is_answer(p) && p->tcp_sequence == x->cookie)
		return DROP_REASON_SYN_COOKIE_REPEATED;
	return DROP_REASON_NONE;
}

bool
splice_fits(const struct worker *w, const struct session *s, struct packet *p, unsigned direction)
{
	const struct splice *x = splice_of(w, s);
	if (x->state == SPLICE_PENDING || p->tcp_flags & TCP_SYN)
		return false;
	if (direction == 1)
		see_with(p, x->shift);
	return true;
}

static struct shift
shift_of(const struct splice *x, unsigned direction)
{
	if (direction == 0)
		return (struct shift){ .acknowledgment = -x->shift, .from = x->unit[0], .to = x->unit[1] };
	return (struct shift){ .sequence = x->shift, .from = x->reply[0], .to = x->reply[1] };
}

/* What an error quotes went the other way, and bears the numbers that it was sent on with. */
static void
rewrite_quote(struct packet *p, const struct splice *x)
{
	struct shift s =
	    p->direction == 0 ? (struct shift){ .sequence = -x->shift } : (struct shift){ .acknowledgment = x->shift };
	if (x->state == SPLICE_JOINED)
		shift_quote(p, &s);
}

/* ---- the server's answer ---- */

/* acknowledge completes the handshake with the server that sent this SYN+ACK. If there is no room the server will ask again.
 * `spare`: frames that must remain for what leaves with it. */
static void
acknowledge(struct worker *w, const struct packet *p, uint32_t spare)
{
	const struct tcp_side *client = &p->session->tcp.side[0];
	struct flow_key k = flow_key_reverse(&p->key);
	uint32_t window = client->max_window;
	uint8_t scale = cookie_terms_of(splice_of(w, p->session)->cookie).scale;
	struct handshake h = { .sequence = p->tcp_acknowledgment,
			       .acknowledgment = p->tcp_sequence - p->tcp_shift + 1,
			       .flags = TCP_ACK };
	struct answer_frame f;
	if (scale != COOKIE_UNSCALED && p->tcp_scale != UNSCALED)
		window >>= scale;
	h.window = window > UINT16_MAX ? UINT16_MAX : (uint16_t)window;
	if (output_room(w) <= spare || w->tx_room[p->port] <= spare ||
	    !answer_open(w, &f, p->unit, k.family, p->data + 6))
		return;
	answer_push(w, &f, handshake_build(f.packet, &k, &h));
}

/* The client has had its SYN+ACK: what the server's has for it is the window. */
static void
tell_client(struct packet *p, const struct splice *x)
{
	bool scaled = cookie_terms_of(x->cookie).scale != COOKIE_UNSCALED;
	struct handshake h = { .sequence = x->cookie + 1,
			       .acknowledgment = x->start + 1,
			       .window = (uint16_t)(scaled ? p->tcp_window >> OWN_SCALE : p->tcp_window),
			       .flags = TCP_ACK };
	handshake_replace(p, &h);
}

static void
refuse_client(struct packet *p, const struct splice *x)
{
	struct handshake h = { .sequence = x->cookie + 1, .acknowledgment = x->start + 1, .flags = TCP_RST | TCP_ACK };
	handshake_replace(p, &h);
}

static void
rewrite_pending(struct worker *w, struct packet *p, const struct splice *x)
{
	if (p->direction == 0)
		return;
	if (is_answer(p)) {
		acknowledge(w, p, 1);
		tell_client(p, x);
	} else if (p->tcp_flags & TCP_RST) {
		refuse_client(p, x);
	}
}

void
splice_rewrite(struct worker *w, struct packet *p)
{
	const struct splice *x = splice_of(w, p->session);
	if (p->flags & PACKET_ICMP_ERROR) {
		rewrite_quote(p, x);
		return;
	}
	if (p->splice == PACKET_STANDS_FOR_SYN) {
		struct handshake h = syn_of(p);
		handshake_replace(p, &h);
		return;
	}
	if (packet_later_fragment(p))
		return;
	if (x->state == SPLICE_PENDING) {
		rewrite_pending(w, p, x);
		return;
	}
	struct shift s = shift_of(x, p->direction);
	shift_segment(p, &s);
}

/* Windows are scaled towards each end as that end was told. */
static void
join(struct splice *x, struct session *s, const struct packet *p)
{
	uint8_t client = cookie_terms_of(x->cookie).scale;
	bool both = client != COOKIE_UNSCALED && p->tcp_scale != UNSCALED;
	x->state = SPLICE_JOINED;
	x->shift = p->tcp_shift;
	memset(x->unit, 0, sizeof x->unit);
	memset(x->reply, 0, sizeof x->reply);
	if (client != COOKIE_UNSCALED) {
		x->unit[0] = client;
		x->unit[1] = both ? client : 0;
		x->reply[0] = both ? p->tcp_scale : 0;
		x->reply[1] = OWN_SCALE;
	}
	/* tcp_update has seen what both said to this host; the client scales its windows whatever the server said. */
	s->tcp.side[0].scale = x->unit[0];
	s->tcp.side[1].scale = x->reply[0];
	struct packet last = { .tcp_flags = TCP_ACK,
			       .tcp_sequence = x->start + 1,
			       .tcp_acknowledgment = x->cookie + 1,
			       .tcp_window = (uint16_t)(s->tcp.side[0].max_window >> x->unit[0]) };
	tcp_update(&s->tcp, &last, 0);
}

void
splice_passed(struct worker *w, const struct packet *p)
{
	struct session *s = p->session;
	struct splice *x = splice_of(w, s);
	if (p->direction == 0 || !is_answer(p))
		return;
	if (x->state == SPLICE_PENDING) {
		splice_queue_give(w, x->queue);
		x->queue = 0;
		join(x, s, p);
	} else {
		/* A new connection in the old one's place: both ends have heard what the other said of scales. */
		memset(x->unit, 0, sizeof x->unit);
		memset(x->reply, 0, sizeof x->reply);
	}
}

/* ---- sessions ---- */

/* All connections of a zone that wait for their servers are counted under one key. */
static uint64_t
queue_key(const struct worker *w)
{
	return tracker_hash(w->owner_seed, (const uint64_t[]){ SCREEN_ID_SYN_QUEUE }, 1);
}

bool
splice_queue(struct worker *w, struct packet *p, uint16_t *place)
{
	const struct zone *z = &w->snapshot->zone[p->zone];
	/* A commit may have taken the screen away while the packet waited. */
	if (!wants_cookies(z->screen) || !w->splices) {
		p->drop_reason = DROP_REASON_TCP_NO_SESSION;
		return false;
	}
	*place = tracker_take(z->tracker[SCREEN_ID_SYN_QUEUE], queue_key(w), z->screen->threshold[SCREEN_ID_SYN_QUEUE]);
	if (*place)
		return true;
	p->screens |= SCREEN_BIT(SYN_QUEUE);
	p->screen_action = ACTION_DENY;
	p->drop_reason = DROP_REASON_SYN_COOKIE_QUEUE;
	return false;
}

void
splice_queue_give(const struct worker *w, uint16_t place)
{
	if (place)
		tracker_give(place, queue_key(w));
}

void
splice_open(struct worker *w, const struct packet *p, struct session *s, uint16_t place)
{
	struct splice *x = splice_of(w, s);
	*x = (struct splice){ .cookie = p->tcp_acknowledgment - 1,
			      .start = p->tcp_sequence,
			      .queue = place,
			      .state = SPLICE_PENDING,
			      .opened_ms = clock_ms(w),
			      .timeout_s = screen_of(w, p->zone)->syn_timeout_s };
	memcpy(x->station, p->data + 6, sizeof x->station);
	s->flags |= SESSION_SPLICED;
}

bool
splice_pending(const struct worker *w, const struct session *s)
{
	return splice_of(w, s)->state == SPLICE_PENDING && lives(s);
}

/* After 1, 3, 7, 15 ... seconds, as hosts do. */
static uint32_t
pause_s(const struct worker *w, const struct splice *x)
{
	uint32_t next = x->tries < 6 ? 1u << x->tries : 64, left = (left_ms(w, x) + 999) / 1000;
	return next < left ? next : left ? left : 1;
}

uint32_t
splice_timeout_s(const struct worker *w, const struct session *s)
{
	return splice_pending(w, s) ? pause_s(w, splice_of(w, s)) : 0;
}

/* lowered: `security flow tcp-mss` holds for segments made here too; those that pass are seen to by egress_clamp. */
static uint16_t
lowered(const struct worker *w, uint16_t mss)
{
	uint16_t most = w->snapshot->settings.tcp_mss;
	return most && mss > most ? most : mss;
}

/* ask_again: by the memo of the client's flow, if it still holds. What is sent is no packet of the client: it does not count. */
static void
ask_again(struct worker *w, const struct session *s, const struct splice *x)
{
	const struct flow *f = &s->flow[0];
	struct cookie_terms terms = cookie_terms_of(x->cookie);
	struct flow_key k = session_out(s, 0);
	uint32_t window = s->tcp.side[0].max_window;
	struct handshake h = { .sequence = x->start,
			       .window = window > UINT16_MAX ? UINT16_MAX : (uint16_t)window,
			       .flags = TCP_SYN,
			       .mss = lowered(w, terms.mss),
			       .scale = terms.scale == COOKIE_UNSCALED ? UNSCALED : terms.scale,
			       .sack = terms.sack };
	struct answer_frame a;
	uint8_t mac[6];
	if (f->epoch != w->epoch || !w->ports[f->egress_port].up ||
	    neighbour_read(w->neighbours, f->neighbour, mac) != NEIGHBOUR_VALID)
		return;
	if (answer_open(w, &a, f->egress_unit, k.family, mac))
		answer_push(w, &a, handshake_build(a.packet, &k, &h));
}

bool
splice_repeat(struct worker *w, struct session *s)
{
	struct splice *x = splice_of(w, s);
	if (!splice_pending(w, s) || left_ms(w, x) == 0)
		return false;
	/* What has not gone out yet is not repeated. */
	if (s->flags & SESSION_OPENED)
		ask_again(w, s, x);
	x->tries++;
	s->last_ns = w->now_ns;
	s->timeout_s = pause_s(w, x);
	age_add(w->ages, s, w->now_ns);
	return true;
}

/* tell_expired: the client believes that it is connected. */
static void
tell_expired(struct worker *w, const struct session *s, const struct splice *x)
{
	struct flow_key k = flow_key_reverse(&s->flow[0].key);
	struct handshake h = { .sequence = x->cookie + 1, .acknowledgment = x->start + 1, .flags = TCP_RST | TCP_ACK };
	struct answer_frame f;
	/* Numbers of interfaces hold for one configuration. */
	if (s->generation != w->snapshot->generation)
		return;
	if (answer_open(w, &f, s->flow[0].ingress_unit, k.family, x->station) &&
	    answer_push(w, &f, handshake_build(f.packet, &k, &h)))
		counter_add(&w->counters.resets_sent, 1);
	else
		counter_add(&w->counters.resets_limited, 1);
}

void
splice_closed(struct worker *w, const struct session *s, bool expired)
{
	struct splice *x = splice_of(w, s);
	if (expired && x->state == SPLICE_PENDING && lives(s))
		tell_expired(w, s, x);
	splice_queue_give(w, x->queue);
	x->queue = 0;
}

/* ---- what is answered here ---- */

static uint16_t
own_mss(const struct worker *w, const struct packet *p)
{
	uint16_t in = egress_mtu(w, p->unit, p->key.family), out = egress_takes(w, p);
	uint16_t overhead = p->key.family == ADDRESS_FAMILY_INET ? TCP_OVERHEAD_INET : TCP_OVERHEAD_INET6;
	return lowered(w, (uint16_t)((in < out ? in : out) - overhead));
}

/* The window stays shut until the server has said what it takes: nothing is sent that would have to be kept. */
static bool
challenge(struct worker *w, struct packet *p)
{
	struct cookie_terms terms = { .scale = p->tcp_scale > COOKIE_SCALE_MOST ? COOKIE_UNSCALED : p->tcp_scale };
	struct flow_key k = flow_key_reverse(&p->key);
	struct answer_frame f;
	if (!answer_open(w, &f, p->unit, k.family, p->data + 6))
		return false;
	handshake_options(p, &terms.mss, &terms.sack);
	struct handshake h = { .sequence = cookie_make(&w->cookies, &p->key, p->tcp_sequence, &terms, w->now_ns),
			       .acknowledgment = p->tcp_sequence + 1,
			       .flags = TCP_SYN | TCP_ACK,
			       .mss = own_mss(w, p),
			       .scale = terms.scale == COOKIE_UNSCALED ? UNSCALED : OWN_SCALE,
			       .sack = terms.sack };
	return answer_push(w, &f, handshake_build(f.packet, &k, &h));
}

void
splice_answer(struct worker *w, struct packet *p)
{
	if (p->drop_reason == DROP_REASON_SYN_COOKIE_REPEATED) {
		acknowledge(w, p, 0);
		return;
	}
	if (!challenge(w, p)) {
		p->drop_reason = DROP_REASON_TX_FULL;
		return;
	}
	if (flood_alarms(w, p)) {
		p->screens = SCREEN_BIT(SYN_COOKIE);
		p->screen_action = ACTION_DENY;
	} else {
		counter_add(&w->screens[p->zone].met[SCREEN_ID_SYN_COOKIE], 1);
	}
}

enum verdict
splice_challenge(struct worker *w, struct packet *p)
{
	return p->splice == PACKET_CHALLENGED ? packet_drop(p, DROP_REASON_SYN_COOKIE) : VERDICT_NONE;
}
