/* tcp.c: see tcp.h. What a segment does to a connection stands in one table, state by event, for each direction; the
 * numbers are judged by window_fits.
 *
 * Where we are liberal, on purpose, because a firewall that drops a legitimate segment stalls a transfer:
 * - Only the first byte of a segment must lie in the window (conntrack), not the last: receivers trim. So `end` may be
 *   up to one segment further than the receiver will ever take, and
 * - sequences and acknowledgments may lag behind by the other side's window and 66000 bytes (conntrack takes the greater
 *   of the two for acknowledgments; pf has 67035): segments of one direction overtake each other on the way.
 * - Windows never shrink: the largest window and the highest edge count (Rooij; both).
 * - A zero window lets one byte through, for probes (conntrack). Keep-alives lie one byte below `end` and fit anyway.
 * - A client's SYN inside a live connection passes and moves nothing (conntrack): the server answers with a challenge
 *   acknowledgment (RFC 5961 4) and the client resets if it means it. If the server, too, has forgotten the connection
 *   and answers SYN+ACK, tracking starts over with that. A server's SYN there is refused: it would open a connection
 *   that no policy has judged.
 * - A bare acknowledgment that answers a SYN passes and moves nothing (conntrack): a half-open peer, RFC 9293 3.5.1.
 * - A connection picked up in mid-stream has an unknown window scale, one sent in IP fragments an unknown length:
 *   neither is checked against the window (conntrack's BE_LIBERAL for the first; it reassembles the second).
 * Where we are strict: a RST must lie in the window [acknowledged, max_end], and ends the session only if it is exactly
 * what the peer expects next (RFC 5961 3.2), or follows what its sender sent last (conntrack); others pass, and the
 * endpoint's challenge brings the exact one. Once a side has sent FIN, any RST in the window ends the session.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow/tcp.h"

#include "packet/packet.h"

enum { FLAG_FIN = 0x01, FLAG_SYN = 0x02, FLAG_RST = 0x04, FLAG_ACK = 0x10 };
enum { SCALE_UNKNOWN = 255, SCALE_MAX = 14, LAG = 66000 };

enum event {
	EVENT_SYN,
	EVENT_SYN_ACK,
	EVENT_ACK,
	EVENT_FIN,      /* the first FIN of its side */
	EVENT_LAST_ACK, /* both sides have sent FIN, and with this both are acknowledged */
	EVENT_RST,
	EVENTS
};

/* Cells: the next state, or one of these. */
enum {
	REFUSE = 0x80, /* TCP_BAD_STATE */
	PASS = 0x81,   /* goes on, moves nothing */
	AGAIN = 0x82,  /* TCP_NEW_CONNECTION */
	LOOSE = 0x40,  /* added to a state: only with no_syn_check */
};

const char *const tcp_state_text[TCP_STATES] = {
	[TCP_NONE] = "none",
	[TCP_SYN_SENT] = "syn-sent",
	[TCP_SYN_RECEIVED] = "syn-received",
	[TCP_ESTABLISHED] = "established",
	[TCP_FIN_WAIT] = "fin-wait",
	[TCP_CLOSING] = "closing",
	[TCP_TIME_WAIT] = "time-wait",
	[TCP_CLOSED] = "closed",
};

#define NO  REFUSE
#define SR  TCP_SYN_RECEIVED
#define ES  TCP_ESTABLISHED
#define FW  TCP_FIN_WAIT
#define CG  TCP_CLOSING
#define TW  TCP_TIME_WAIT
#define CD  TCP_CLOSED
#define SS  TCP_SYN_SENT
#define XES (TCP_ESTABLISHED | LOOSE)

/* clang-format off */
static const uint8_t transition[2][TCP_STATES][EVENTS] = {
	{ /* client               SYN    SYN+ACK  ACK   FIN  LAST ACK  RST */
	  [TCP_NONE]         = {  NO,    NO,      NO,   NO,  NO,       NO },
	  [TCP_SYN_SENT]     = {  SS,    NO,      XES,  NO,  NO,       CD },
	  [TCP_SYN_RECEIVED] = {  PASS,  SR,      ES,   FW,  NO,       CD },
	  [TCP_ESTABLISHED]  = {  PASS,  ES,      ES,   FW,  NO,       CD },
	  [TCP_FIN_WAIT]     = {  PASS,  FW,      FW,   CG,  NO,       CD },
	  [TCP_CLOSING]      = {  PASS,  NO,      CG,   NO,  TW,       CD },
	  [TCP_TIME_WAIT]    = {  AGAIN, NO,      TW,   NO,  TW,       TW },
	  [TCP_CLOSED]       = {  AGAIN, NO,      CD,   CD,  CD,       CD },
	},
	{ /* server               SYN    SYN+ACK  ACK   FIN  LAST ACK  RST */
	  [TCP_NONE]         = {  NO,    NO,      NO,   NO,  NO,       NO },
	  [TCP_SYN_SENT]     = {  SR,    SR,      PASS, NO,  NO,       CD },
	  [TCP_SYN_RECEIVED] = {  PASS,  SR,      SR,   FW,  NO,       CD },
	  [TCP_ESTABLISHED]  = {  NO,    ES,      ES,   FW,  NO,       CD },
	  [TCP_FIN_WAIT]     = {  NO,    FW,      FW,   CG,  NO,       CD },
	  [TCP_CLOSING]      = {  NO,    NO,      CG,   NO,  TW,       CD },
	  [TCP_TIME_WAIT]    = {  AGAIN, NO,      TW,   NO,  TW,       TW },
	  [TCP_CLOSED]       = {  AGAIN, NO,      CD,   CD,  CD,       CD },
	},
};
/* clang-format on */

static inline bool
before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
within(uint32_t low, uint32_t x, uint32_t high)
{
	return !before(x, low) && !before(high, x);
}

static inline void
raise_to(uint32_t *x, uint32_t value)
{
	if (before(*x, value))
		*x = value;
}

static inline bool
has(const struct packet *p, uint8_t flag)
{
	return p->tcp_flags & flag;
}

static inline uint32_t
end_of(const struct packet *p)
{
	return p->tcp_sequence + p->tcp_length + has(p, FLAG_SYN) + has(p, FLAG_FIN);
}

static inline bool
is_later_fragment(const struct packet *p)
{
	return (p->flags & (PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST)) == PACKET_FRAGMENT;
}

/* SYN, SYN+ACK, RST, RST+ACK, FIN+ACK and ACK are all there is; PSH, URG, ECE and CWR say nothing here. */
static bool
flags_valid(uint8_t flags)
{
	switch (flags & (FLAG_SYN | FLAG_FIN | FLAG_RST | FLAG_ACK)) {
	case FLAG_SYN:
	case FLAG_SYN | FLAG_ACK:
	case FLAG_RST:
	case FLAG_RST | FLAG_ACK:
	case FLAG_FIN | FLAG_ACK:
	case FLAG_ACK:
		return true;
	default:
		return false;
	}
}

/* EVENTS: none of them. */
static enum event
event_of(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	if (!flags_valid(p->tcp_flags))
		return EVENTS;
	if (has(p, FLAG_RST))
		return EVENT_RST;
	if (has(p, FLAG_SYN)) {
		if (!has(p, FLAG_ACK))
			return EVENT_SYN;
		return direction == 1 || t->simultaneous || t->loose ? EVENT_SYN_ACK : EVENTS;
	}
	if (has(p, FLAG_FIN) && !s->fin)
		return EVENT_FIN;
	if (s->fin && r->fin && !before(p->tcp_acknowledgment, r->fin_end) && !before(r->acked, s->fin_end))
		return EVENT_LAST_ACK;
	return EVENT_ACK;
}

static bool
sequence_fits(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	/* Some send FIN at the edge of the window, and carry on behind it. */
	return !before(s->max_end + s->fin, p->tcp_sequence) && !before(end_of(p), s->end - r->max_window - LAG);
}

/* The server's answer to a SYN that went through a live connection acknowledges exactly that SYN; a late copy of the
 * live connection's own SYN+ACK does not count. */
static bool
answers_restart(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *client = &t->side[0];
	if (direction == 0 || !client->restart || !has(p, FLAG_ACK) || p->tcp_acknowledgment != client->fin_end)
		return false;
	/* Of a server that has not spoken since the connection was picked up there are no numbers that could fit. */
	bool fits = t->side[1].seen && sequence_fits(t, p, direction);
	return has(p, FLAG_RST) || (has(p, FLAG_SYN) && !fits);
}

/* A reset that answers a SYN (RFC 9293 3.10.7.1: sequence 0, acknowledging it) rather than lying in a window. */
static bool
refuses_syn(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	if (!has(p, FLAG_RST) || !has(p, FLAG_ACK))
		return false;
	if (t->state == TCP_SYN_SENT)
		return direction == 1 && within(s->acked, p->tcp_acknowledgment, r->end);
	return t->state == TCP_SYN_RECEIVED && p->tcp_sequence == 0 && p->tcp_acknowledgment == r->end;
}

static bool
reset_ends(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	if (refuses_syn(t, p, direction) || answers_restart(t, p, direction))
		return true;
	if (t->state >= TCP_FIN_WAIT && !t->loose)
		return true;
	return (s->seen && p->tcp_sequence == s->end) || (r->seen && p->tcp_sequence == r->acked);
}

static bool
window_fits(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	const struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	if (t->loose)
		return true;
	if (t->state == TCP_SYN_SENT) {
		if (direction == 0)
			return true; /* SYN: may start over. RST: only an exact one counts, see reset_ends */
		if (has(p, FLAG_RST))
			return refuses_syn(t, p, direction);
		return !has(p, FLAG_ACK) || within(s->acked, p->tcp_acknowledgment, r->end);
	}
	if (!s->seen || !r->seen)
		return true; /* closed before both had spoken: there is no window to hold to */
	if (has(p, FLAG_RST) && (refuses_syn(t, p, direction) || within(r->acked, p->tcp_sequence, s->max_end) ||
				 p->tcp_sequence == s->end))
		return true;
	if (has(p, FLAG_RST))
		return false;

	if (!sequence_fits(t, p, direction))
		return false;
	uint32_t low = t->state == TCP_SYN_RECEIVED ? s->acked : r->end - s->max_window - LAG;
	return within(low, p->tcp_acknowledgment, r->end);
}

static uint32_t
window_of(const struct tcp_side *s, const struct packet *p)
{
	if (has(p, FLAG_SYN) || s->scale == SCALE_UNKNOWN)
		return p->tcp_window;
	return (uint32_t)p->tcp_window << s->scale;
}

/* A side's first SYN, with or without ACK. The other side may acknowledge from its first byte on, and until it offers a
 * window nothing but the SYN may follow. */
static void
side_open(struct tcp_track *t, const struct packet *p, unsigned direction)
{
	struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	uint8_t scale = p->tcp_scale > SCALE_MAX && p->tcp_scale != SCALE_UNKNOWN ? SCALE_MAX : p->tcp_scale;
	uint32_t acked = s->acked;
	*s = (struct tcp_side){
		.end = end_of(p),
		.max_end = p->tcp_sequence + 1 + (r->seen ? r->max_window : 0),
		.max_window = p->tcp_window ? p->tcp_window : 1,
		.acked = acked,
		.scale = scale,
		.seen = 1,
	};
	r->acked = p->tcp_sequence + 1;
	/* Scaling is in force only if both sides offer it (RFC 7323 2.2). */
	if (r->seen && (s->scale == SCALE_UNKNOWN || r->scale == SCALE_UNKNOWN))
		s->scale = r->scale = 0;
}

static void
take_acknowledgment(struct tcp_track *t, const struct packet *p, unsigned direction)
{
	struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	uint32_t window = window_of(s, p);
	raise_to(&s->acked, p->tcp_acknowledgment);
	if (s->max_window < window)
		s->max_window = window;
	raise_to(&r->max_end, p->tcp_acknowledgment + (window ? window : 1));
	if (t->loose && r->seen)
		raise_to(&r->end, p->tcp_acknowledgment);
}

static void
take_segment(struct tcp_track *t, const struct packet *p, unsigned direction)
{
	struct tcp_side *s = &t->side[direction];
	uint32_t end = end_of(p);
	if (!s->seen) {
		s->seen = 1;
		s->end = s->max_end = end;
		s->acked = p->tcp_acknowledgment;
		s->scale = SCALE_UNKNOWN;
	}
	raise_to(&s->end, end);
	if (has(p, FLAG_FIN)) {
		s->fin = 1;
		s->restart = 0;
		s->fin_end = end;
	}
	if (has(p, FLAG_ACK))
		take_acknowledgment(t, p, direction);
	if (p->flags & PACKET_FRAGMENT_MORE)
		t->loose = 1;
}

/* Both endpoints have forgotten the old connection: what is known of the new one is this SYN+ACK, and of the SYN only
 * its number. Its window and scale are taken as large as they can be. */
static void
start_over(struct tcp_track *t, const struct packet *p)
{
	uint32_t syn_end = t->side[0].fin_end;
	*t = (struct tcp_track){
		.state = TCP_SYN_RECEIVED,
		.side[0] = {
			.end = syn_end,
			.max_end = syn_end,
			.max_window = UINT16_MAX,
			.scale = p->tcp_scale == SCALE_UNKNOWN ? SCALE_UNKNOWN : SCALE_MAX,
			.seen = 1,
		},
		.side[1] = { .acked = syn_end },
	};
	side_open(t, p, 1);
	take_acknowledgment(t, p, 1);
	t->loose = (p->flags & PACKET_FRAGMENT_MORE) != 0;
}

/* What is sent in fragments has more than its first one shows. */
static bool
has_data(const struct packet *p)
{
	return p->tcp_length > 0 || p->flags & PACKET_FRAGMENT_MORE;
}

/* The client's acknowledgment of the server's SYN ends the handshake, and may have data with it (RFC 9293 3.5). */
static bool
is_early(const struct tcp_track *t, const struct packet *p, unsigned direction)
{
	if (t->state == TCP_SYN_SENT)
		return has_data(p);
	bool answers = direction == 0 && !has(p, FLAG_SYN) && !t->simultaneous;
	return t->state == TCP_SYN_RECEIVED && has_data(p) && !answers;
}

enum tcp_result
tcp_start(struct tcp_track *t, const struct packet *p, const struct tcp_rules *rules)
{
	*t = (struct tcp_track){ .state = TCP_NONE };
	if (is_later_fragment(p) || !flags_valid(p->tcp_flags) || has(p, FLAG_RST))
		return TCP_BAD_STATE;
	if ((p->tcp_flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN) {
		if (rules->strict_syn_check && has_data(p))
			return TCP_EARLY_DATA;
		t->state = TCP_SYN_SENT;
		side_open(t, p, 0);
		t->loose = (p->flags & PACKET_FRAGMENT_MORE) != 0;
		return TCP_OK;
	}
	if (!rules->no_syn_check)
		return TCP_BAD_STATE;
	t->loose = 1;
	take_segment(t, p, 0);
	t->state = has(p, FLAG_FIN) ? TCP_FIN_WAIT : TCP_ESTABLISHED;
	return TCP_OK;
}

enum tcp_result
tcp_check(const struct tcp_track *t, const struct packet *p, unsigned direction, const struct tcp_rules *rules)
{
	if (is_later_fragment(p))
		return TCP_OK;
	enum event event = event_of(t, p, direction);
	if (event == EVENTS)
		return TCP_BAD_STATE;
	bool early = rules->strict_syn_check && event != EVENT_RST && is_early(t, p, direction);
	if (answers_restart(t, p, direction))
		return early ? TCP_EARLY_DATA : TCP_OK;
	uint8_t cell = transition[direction][t->state][event];
	if (cell == AGAIN)
		return TCP_NEW_CONNECTION;
	if (cell == REFUSE || (cell != PASS && cell & LOOSE && !rules->no_syn_check))
		return TCP_BAD_STATE;
	if (early)
		return TCP_EARLY_DATA;
	if (cell == PASS)
		return TCP_OK;
	if (rules->no_sequence_check || cell & LOOSE)
		return TCP_OK;
	return window_fits(t, p, direction) ? TCP_OK : TCP_BAD_WINDOW;
}

void
tcp_update(struct tcp_track *t, const struct packet *p, unsigned direction)
{
	struct tcp_side *s = &t->side[direction], *r = &t->side[!direction];
	/* After a reset, what is still under way passes and says nothing of a connection that is no more. */
	if (is_later_fragment(p) || t->state == TCP_CLOSED)
		return;
	enum event event = event_of(t, p, direction);
	if (event == EVENTS)
		return;
	uint8_t cell = transition[direction][t->state][event];

	if (event == EVENT_RST) {
		if (cell == TCP_CLOSED && reset_ends(t, p, direction)) {
			t->state = TCP_CLOSED;
			t->reset_by = (uint8_t)direction;
		}
		return;
	}
	if (answers_restart(t, p, direction)) {
		start_over(t, p);
		return;
	}
	/* A retransmission of the SYN that opened the connection starts nothing over. */
	bool retransmitted = p->tcp_sequence + 1 == r->acked;
	if (event == EVENT_SYN && cell == PASS && direction == 0 && !s->fin && !retransmitted) {
		s->restart = 1;
		s->fin_end = p->tcp_sequence + 1;
		return;
	}
	if (cell == PASS || cell == REFUSE || cell == AGAIN)
		return;
	if (cell & LOOSE) {
		t->loose = 1;
		s->scale = SCALE_UNKNOWN; /* whether the server took up what the SYN offered was not seen */
	}

	if (has(p, FLAG_SYN) && t->state == TCP_SYN_SENT) {
		if (p->flags & PACKET_FRAGMENT_MORE)
			t->loose = 1;
		if (direction == 0 && retransmitted) {
			raise_to(&s->end, end_of(p));
			return;
		}
		side_open(t, p, direction);
		if (event == EVENT_SYN && direction == 1)
			t->simultaneous = 1;
		if (has(p, FLAG_ACK))
			take_acknowledgment(t, p, direction);
	} else {
		take_segment(t, p, direction);
	}
	t->state = cell & ~LOOSE;
	if (event == EVENT_SYN_ACK && t->simultaneous) {
		t->simultaneous |= 2 << direction;
		if (t->simultaneous == (1 | 2 | 4) && t->state == TCP_SYN_RECEIVED)
			t->state = TCP_ESTABLISHED;
	}
}

/* Sources: handshake: Junos tcp-initial-timeout (20 s). Established: the application's. One FIN: Junos leaves the
 * service timeout in force for a half-closed session unless apply-to-half-close-state is set; pf gives it tcp.closing,
 * 900 s; we take the shorter. Both FINs, not yet acknowledged: 150 s, the default of Junos time-wait-state, since a
 * lost FIN is sent again for about as long. Closed in good order: that of time-wait-state; where none is configured, 2 s
 * as in Junos. Reset: 2 s. */
uint32_t
tcp_timeout_s(const struct tcp_track *t, uint32_t initial_s, uint32_t time_wait_s, uint32_t established_s)
{
	enum { HALF_CLOSED_S = 900, CLOSING_S = 150, CLOSED_S = 2 };
	switch ((enum tcp_state)t->state) {
	case TCP_ESTABLISHED:
		return established_s;
	case TCP_FIN_WAIT:
		return established_s < HALF_CLOSED_S ? established_s : HALF_CLOSED_S;
	case TCP_CLOSING:
		return established_s < CLOSING_S ? established_s : CLOSING_S;
	case TCP_TIME_WAIT:
		return time_wait_s;
	case TCP_CLOSED:
		return CLOSED_S;
	case TCP_NONE:
	case TCP_SYN_SENT:
	case TCP_SYN_RECEIVED:
	case TCP_STATES:
		break;
	}
	return initial_s;
}
