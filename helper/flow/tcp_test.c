/* tcp_test.c: TCP tracking by scripts of segments with the expected answer and state of each, and by simulated
 * transfers of which nothing may be dropped. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/tcp.h"
#include "packet/packet.h"

enum { F = 0x01, S = 0x02, R = 0x04, P = 0x08, A = 0x10, U = 0x20, E = 0x40 };
enum { OK = TCP_OK, WINDOW = TCP_BAD_WINDOW, STATE = TCP_BAD_STATE, NEW = TCP_NEW_CONNECTION };
enum { CLIENT, SERVER };

static const struct tcp_rules strict;
static const struct tcp_rules no_syn = { .no_syn_check = true };

/* Most segments carry no window scale, and leave the last field out. */
#pragma clang diagnostic ignored "-Wmissing-field-initializers"

/* One segment: sequence and acknowledgment count from the sender's and the receiver's initial sequence number. */
struct step {
	uint8_t direction, flags;
	uint32_t sequence, acknowledgment;
	uint16_t length;
	uint32_t window;
	uint8_t result, state;
	uint8_t scale_plus_one;
};

static uint32_t initial[2];

static struct packet
segment(const struct step *s)
{
	return (struct packet){
		.key = { .protocol = 6, .family = 2 },
		.tcp_flags = s->flags,
		.tcp_sequence = initial[s->direction] + s->sequence,
		.tcp_acknowledgment = s->flags & A ? initial[!s->direction] + s->acknowledgment : 0,
		.tcp_length = s->length,
		.tcp_window = (uint16_t)s->window,
		.tcp_scale = s->scale_plus_one ? (uint8_t)(s->scale_plus_one - 1) : 255,
	};
}

static void
play_with(const struct tcp_rules *rules, struct tcp_track *t, const struct step *steps, unsigned count, bool first)
{
	for (unsigned i = 0; i < count; i++) {
		struct packet p = segment(&steps[i]);
		enum tcp_result result;
		if (first && i == 0) {
			result = tcp_start(t, &p, rules);
		} else {
			struct tcp_track before = *t;
			result = tcp_check(t, &p, steps[i].direction, rules);
			assert_memory_equal(t, &before, sizeof before);
			if (result == TCP_OK)
				tcp_update(t, &p, steps[i].direction);
		}
		if (result != steps[i].result || t->state != steps[i].state)
			fail_msg("step %u: result %u, state %s; expected %u, %s", i, result, tcp_state_text[t->state],
				 steps[i].result, tcp_state_text[steps[i].state]);
	}
}

/* Each script is played from initial numbers in the middle, at the wrap and where the sign changes. */
static void
play(const struct tcp_rules *rules, const struct step *steps, unsigned count)
{
	static const uint32_t starts[][2] = {
		{ 1000, 5000000 },
		{ 0xffffffff, 0xfffffff0 },
		{ 0x7fffffff, 0x80000000 },
		{ 0, 0xfffffc00 },
	};
	for (unsigned i = 0; i < 4; i++) {
		initial[0] = starts[i][0];
		initial[1] = starts[i][1];
		struct tcp_track t;
		memset(&t, 0xee, sizeof t);
		play_with(rules, &t, steps, count, true);
	}
}
#define PLAY(rules, ...)                                                                                               \
	do {                                                                                                           \
		static const struct step steps[] = { __VA_ARGS__ };                                                    \
		play(rules, steps, sizeof steps / sizeof steps[0]);                                                    \
	} while (0)

/* One segment per line. */
/* clang-format off */
#define HANDSHAKE                                                       \
	{ CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },             \
	{ SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },     \
	{ CLIENT, A, 1, 1, 0, 500, OK, TCP_ESTABLISHED }

static void
a_connection_opens_talks_and_closes(void **unused)
{
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, P | A, 1, 1, 100, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 101, 1448, 500, OK, TCP_ESTABLISHED },
	     { SERVER, F | A, 1449, 101, 0, 500, OK, TCP_FIN_WAIT },
	     { CLIENT, A, 101, 1450, 0, 500, OK, TCP_FIN_WAIT },
	     { CLIENT, A, 101, 1450, 700, 500, OK, TCP_FIN_WAIT }, /* half closed: the other side may go on */
	     { SERVER, A, 1450, 801, 0, 500, OK, TCP_FIN_WAIT },
	     { CLIENT, F | A, 801, 1450, 0, 500, OK, TCP_CLOSING },
	     { CLIENT, F | A, 801, 1450, 0, 500, OK, TCP_CLOSING }, /* retransmitted */
	     { SERVER, A, 1450, 802, 0, 500, OK, TCP_TIME_WAIT },
	     { CLIENT, F | A, 801, 1450, 0, 500, OK, TCP_TIME_WAIT }, /* the last acknowledgment was lost */
	     { SERVER, A, 1450, 802, 0, 500, OK, TCP_TIME_WAIT });
}

static void
both_sides_may_close_at_once(void **unused)
{
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, F | A, 1, 1, 0, 500, OK, TCP_FIN_WAIT },
	     { SERVER, F | A, 1, 1, 0, 500, OK, TCP_CLOSING },
	     { CLIENT, A, 2, 2, 0, 500, OK, TCP_CLOSING },
	     { SERVER, A, 2, 2, 0, 500, OK, TCP_TIME_WAIT });
}

static void
a_fin_may_come_with_data_and_right_after_the_handshake(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, F | P | A, 1, 1, 300, 500, OK, TCP_FIN_WAIT },
	     { SERVER, F | A, 1, 302, 0, 500, OK, TCP_CLOSING },
	     { CLIENT, A, 302, 2, 0, 500, OK, TCP_TIME_WAIT });
}

static void
only_a_bare_syn_starts_a_session(void **unused)
{
	static const uint8_t refused[] = { 0,         A,         P | A, S | A,     R,         R | A,
					   F,         F | A,     S | F, S | R,     S | F | R, F | R | A,
					   S | F | A, S | R | A, 0xff,  P | U | F, U };
	for (unsigned i = 0; i < sizeof refused; i++) {
		struct tcp_track t;
		struct packet p = segment(&(struct step){ CLIENT, refused[i], 5, 5, 0, 100, 0, 0, 0 });
		assert_int_equal(tcp_start(&t, &p, &strict), TCP_BAD_STATE);
	}
	static const uint8_t taken[] = { S, S | E, S | E | 0x80, S | U, S | P };
	for (unsigned i = 0; i < sizeof taken; i++) {
		struct tcp_track t;
		struct packet p = segment(&(struct step){ CLIENT, taken[i], 5, 0, 0, 100, 0, 0, 0 });
		assert_int_equal(tcp_start(&t, &p, &strict), TCP_OK);
		assert_int_equal(t.state, TCP_SYN_SENT);
	}
}

static void
strict_syn_check_lets_no_data_pass_before_the_handshake_is_done(void **unused)
{
	static const struct tcp_rules rules = { .strict_syn_check = true };
	enum { EARLY = TCP_EARLY_DATA };
	PLAY(&rules,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { CLIENT, S, 0, 0, 10, 64000, EARLY, TCP_SYN_SENT, 8 },
	     { SERVER, S | A, 0, 1, 10, 65000, EARLY, TCP_SYN_SENT, 8 },
	     { SERVER, P | A, 0, 1, 10, 65000, EARLY, TCP_SYN_SENT },
	     { CLIENT, P | A, 1, 0, 10, 65000, STATE, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { SERVER, P | A, 1, 1, 10, 65000, EARLY, TCP_SYN_RECEIVED },
	     { SERVER, F | A, 1, 1, 10, 65000, EARLY, TCP_SYN_RECEIVED },
	     { CLIENT, P | A, 1, 1, 10, 500, OK, TCP_ESTABLISHED }, /* the handshake's last word */
	     { SERVER, P | A, 1, 11, 10, 500, OK, TCP_ESTABLISHED });
	struct tcp_track t;
	struct packet p = segment(&(struct step){ CLIENT, S, 0, 0, 1, 100, 0, 0, 0 });
	assert_int_equal(tcp_start(&t, &p, &rules), TCP_EARLY_DATA);
	p.tcp_length = 0;
	p.flags = PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE; /* the rest of it is data */
	assert_int_equal(tcp_start(&t, &p, &rules), TCP_EARLY_DATA);
	p.flags = 0;
	assert_int_equal(tcp_start(&t, &p, &rules), TCP_OK);
	p = segment(&(struct step){ SERVER, R | A, 0, 1, 9, 0, 0, 0, 0 }); /* some say in a reset why */
	assert_int_equal(tcp_check(&t, &p, SERVER, &rules), TCP_OK);
}

static void
impossible_flags_never_pass(void **unused)
{
	static const uint8_t flags[] = { 0, F, P, U, S | F, S | F | A, S | R, S | R | A, F | R, F | R | A, 0xff };
	for (unsigned state = 0; state < TCP_STATES; state++) {
		for (unsigned i = 0; i < sizeof flags; i++) {
			struct tcp_track t = { .state = (uint8_t)state, .loose = 1 };
			struct packet p = segment(&(struct step){ CLIENT, flags[i], 5, 5, 0, 100, 0, 0, 0 });
			assert_int_equal(tcp_check(&t, &p, 0, &no_syn), TCP_BAD_STATE);
			assert_int_equal(tcp_check(&t, &p, 1, &no_syn), TCP_BAD_STATE);
		}
	}
}

static void
a_syn_may_be_sent_again_or_over_before_it_is_answered(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 0 }, /* as some do: the last one without options */
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_RECEIVED, 8 },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, A, 1, 1, 0, 500, OK, TCP_ESTABLISHED },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_ESTABLISHED, 8 }, /* a late copy */
	     { CLIENT, A, 1, 1, 60000, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 60001, 0, 500, OK, TCP_ESTABLISHED });
	/* The client gave up and tries again with new numbers: the answer to the old SYN fits no more. */
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { CLIENT, S, 900000, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 1, 0, 65000, WINDOW, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 900001, 0, 65000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, A, 900001, 1, 0, 500, OK, TCP_ESTABLISHED });
}

static void
the_handshake_must_acknowledge_the_exact_numbers(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 0, 0, 65000, WINDOW, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 2, 0, 65000, WINDOW, TCP_SYN_SENT },
	     { SERVER, F | A, 0, 1, 0, 65000, STATE, TCP_SYN_SENT },
	     { CLIENT, A, 1, 1, 0, 500, STATE, TCP_SYN_SENT },
	     { CLIENT, S | A, 0, 1, 0, 500, STATE, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, S | A, 0, 1, 0, 500, STATE, TCP_SYN_RECEIVED },
	     { CLIENT, A, 1, 0, 0, 500, WINDOW, TCP_SYN_RECEIVED },
	     { CLIENT, A, 1, 2, 0, 500, WINDOW, TCP_SYN_RECEIVED },
	     { CLIENT, A, 1, 1, 0, 500, OK, TCP_ESTABLISHED });
}

static void
fast_open_data_in_the_syn_counts_whether_taken_or_not(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 500, 64000, OK, TCP_SYN_SENT, 8 },
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { SERVER, S | A, 0, 501, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { SERVER, A, 1, 501, 1448, 65000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, A, 501, 1449, 0, 500, OK, TCP_ESTABLISHED });
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 500, 64000, OK, TCP_SYN_SENT, 8 },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, P | A, 1, 1, 500, 500, OK, TCP_ESTABLISHED });
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 500, 64000, OK, TCP_SYN_SENT, 8 },
	     { SERVER, R | A, 0, 501, 0, 0, OK, TCP_CLOSED });
}

static void
a_simultaneous_open_is_a_connection(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT, 8 },
	     { SERVER, S, 0, 0, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, S | A, 0, 1, 0, 64000, OK, TCP_SYN_RECEIVED, 8 },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_ESTABLISHED, 8 },
	     { SERVER, A, 1, 1, 1000, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 1001, 1000, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1001, 1001, 0, 500, OK, TCP_ESTABLISHED });
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, S, 0, 0, 0, 65000, OK, TCP_SYN_RECEIVED },
	     { SERVER, S, 0, 0, 0, 65000, OK, TCP_SYN_RECEIVED },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, S | A, 0, 1, 0, 64000, OK, TCP_ESTABLISHED });
}

static void
a_refused_connection_closes_and_may_be_tried_again(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, R, 0, 0, 0, 0, WINDOW, TCP_SYN_SENT }, /* without ACK it could be anyone's */
	     { SERVER, R | A, 0, 0, 0, 0, WINDOW, TCP_SYN_SENT },
	     { SERVER, R | A, 0, 2, 0, 0, WINDOW, TCP_SYN_SENT },
	     { SERVER, R | A, 0, 1, 0, 0, OK, TCP_CLOSED },
	     { SERVER, R | A, 0, 1, 0, 0, OK, TCP_CLOSED },
	     { CLIENT, S, 70000, 0, 0, 64000, NEW, TCP_CLOSED });
}

static void
a_client_may_take_its_syn_back(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { CLIENT, R, 1, 0, 0, 0, OK, TCP_CLOSED });
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 1, 0, 64000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, R, 1, 0, 0, 0, OK, TCP_CLOSED });
}

/* RFC 9293 figure 9: the client crashed and comes back, the server still has the old connection. */
static void
a_half_open_connection_is_found_out(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 400, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, A, 300, 100, 0, 64000, OK, TCP_SYN_SENT },
	     { CLIENT, R, 100, 0, 0, 0, OK, TCP_SYN_SENT },
	     { CLIENT, S, 400, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { SERVER, S | A, 9000, 401, 0, 64000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, A, 401, 9001, 0, 64000, OK, TCP_ESTABLISHED });
}

static void
a_syn_in_a_live_connection_is_answered_by_a_challenge(void **unused)
{
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, A, 1, 1, 5000, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 5001, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, S, 800000000, 0, 0, 64000, OK, TCP_ESTABLISHED, 8 },
	     { SERVER, A, 1, 5001, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, R, 5001, 0, 0, 0, OK, TCP_CLOSED },
	     { CLIENT, S, 800000000, 0, 0, 64000, NEW, TCP_CLOSED, 8 });
	/* A server's SYN there would be a connection that no policy judged. */
	PLAY(&strict, HANDSHAKE,
	     { SERVER, S, 800000000, 0, 0, 64000, STATE, TCP_ESTABLISHED, 8 });
}

static void
a_connection_that_both_ends_forgot_starts_over(void **unused)
{
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, A, 1, 1, 5000, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 5001, 100, 500, OK, TCP_ESTABLISHED },
	     { SERVER, S | A, 900000000, 800000001, 0, 65000, WINDOW, TCP_ESTABLISHED, 8 },
	     { CLIENT, S, 800000000, 0, 0, 64000, OK, TCP_ESTABLISHED, 8 },
	     { SERVER, S | A, 900000000, 800000002, 0, 65000, WINDOW, TCP_ESTABLISHED, 8 },
	     { SERVER, S | A, 900000000, 800000001, 0, 65000, OK, TCP_SYN_RECEIVED, 8 },
	     { CLIENT, A, 800000001, 900000001, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 800000001, 900000001, 60000, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 900000001, 800060001, 1000, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 5001, 101, 10, 500, WINDOW, TCP_ESTABLISHED });
	/* Or the server has no such port any more. */
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, S, 800000000, 0, 0, 64000, OK, TCP_ESTABLISHED, 8 },
	     { SERVER, R | A, 0x70000000, 800000001, 0, 0, OK, TCP_CLOSED });
	/* A retransmission of the live connection's own SYN does not start it over. */
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_ESTABLISHED, 8 },
	     { SERVER, S | A, 0, 1, 0, 65000, OK, TCP_ESTABLISHED, 8 },
	     { CLIENT, A, 1, 1, 100, 500, OK, TCP_ESTABLISHED });
}

static void
a_syn_on_a_finished_connection_begins_another(void **unused)
{
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, F | A, 1, 1, 0, 500, OK, TCP_FIN_WAIT },
	     { SERVER, F | A, 1, 2, 0, 500, OK, TCP_CLOSING },
	     { CLIENT, A, 2, 2, 0, 500, OK, TCP_TIME_WAIT },
	     { SERVER, S | A, 1, 2, 0, 500, STATE, TCP_TIME_WAIT },
	     { SERVER, S, 7, 0, 0, 64000, NEW, TCP_TIME_WAIT },
	     { CLIENT, S, 300000, 0, 0, 64000, NEW, TCP_TIME_WAIT });
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, R | A, 1, 1, 0, 0, OK, TCP_CLOSED },
	     { SERVER, A, 1, 1, 100, 500, OK, TCP_CLOSED }, /* was on its way */
	     { SERVER, S | A, 1, 1, 0, 500, STATE, TCP_CLOSED },
	     { CLIENT, S, 300000, 0, 0, 64000, NEW, TCP_CLOSED });
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, F | A, 1, 1, 0, 500, OK, TCP_FIN_WAIT },
	     { CLIENT, S, 300000, 0, 0, 64000, OK, TCP_FIN_WAIT });
}

/* RFC 5961 3.2: outside the window dropped, inside it passed on, and only the exact number believed. */
static void
a_reset_must_be_exact_to_end_a_session(void **unused)
{
	PLAY(&strict, HANDSHAKE, /* server's window: 65000 from 1, later 500 << 7 = 64000 from 101 */
	     { CLIENT, A, 1, 1, 100, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 101, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, R, 100, 0, 0, 0, WINDOW, TCP_ESTABLISHED },
	     { CLIENT, R, 65002, 0, 0, 0, WINDOW, TCP_ESTABLISHED },
	     { CLIENT, R, 0x80000000, 0, 0, 0, WINDOW, TCP_ESTABLISHED },
	     { CLIENT, R, 65001, 0, 0, 0, OK, TCP_ESTABLISHED },
	     { CLIENT, R, 102, 0, 0, 0, OK, TCP_ESTABLISHED },
	     { SERVER, R, 2, 0, 0, 0, OK, TCP_ESTABLISHED },
	     { SERVER, R | A, 1, 101, 0, 0, OK, TCP_CLOSED });
	/* Behind data that is still on its way. */
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, A, 1, 1, 100, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, R | A, 101, 1, 0, 500, OK, TCP_CLOSED });
	/* A client that closed altogether answers late data. */
	PLAY(&strict, HANDSHAKE,
	     { CLIENT, F | A, 1, 1, 0, 500, OK, TCP_FIN_WAIT },
	     { SERVER, A, 1, 2, 1000, 500, OK, TCP_FIN_WAIT },
	     { CLIENT, R, 2, 0, 0, 0, OK, TCP_CLOSED });
}

static void
a_reset_says_whose_it_was(void **unused)
{
	static const struct step steps[] = { HANDSHAKE, { SERVER, R, 1, 0, 0, 0, OK, TCP_CLOSED } };
	struct tcp_track t;
	play_with(&strict, &t, steps, 4, true);
	assert_int_equal(t.reset_by, 1);
	static const struct step other[] = { HANDSHAKE, { CLIENT, R, 1, 0, 0, 0, OK, TCP_CLOSED } };
	play_with(&strict, &t, other, 4, true);
	assert_int_equal(t.reset_by, 0);
}

static void
segments_outside_the_window_are_refused(void **unused)
{
	PLAY(&strict, HANDSHAKE, /* the server's window ends at 65001; what lags may do so by it and 66000 */
	     { CLIENT, A, 65002, 1, 1, 500, WINDOW, TCP_ESTABLISHED },
	     { CLIENT, A, 65001, 1, 1, 500, OK, TCP_ESTABLISHED }, /* first byte at the edge: a probe */
	     { CLIENT, A, 1, 2, 1, 500, WINDOW, TCP_ESTABLISHED }, /* acknowledges what was never sent */
	     { CLIENT, A, 0x80000000, 1, 1, 500, WINDOW, TCP_ESTABLISHED },
	     { SERVER, A, 1, 65001, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 66000, 1, 64999, 500, OK, TCP_ESTABLISHED }, /* now 130999 is the highest sent */
	     { SERVER, A, 1, 130999, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 130999, 1, 2, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 1, 0, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 0, 1, 0, 500, WINDOW, TCP_ESTABLISHED });
}

static void
a_lagging_acknowledgment_fits_up_to_the_window_and_a_segment(void **unused)
{
	PLAY(&strict, HANDSHAKE, /* the client's window: 500 << 7 = 64000 */
	     { SERVER, A, 1, 1, 60000, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 60001, 0, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 60001, 1, 60000, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 120001, 0, 500, OK, TCP_ESTABLISHED },
	     { SERVER, A, 120001, 1, 10000, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 1, 0, 500, OK, TCP_ESTABLISHED }, /* 130000 behind */
	     { SERVER, A, 130001, 1, 1, 500, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1, 1, 0, 500, WINDOW, TCP_ESTABLISHED });
}

static void
windows_scale_only_if_both_sides_say_so(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 1000, OK, TCP_SYN_SENT, 15 },
	     { SERVER, S | A, 0, 1, 0, 1000, OK, TCP_SYN_RECEIVED, 15 },
	     { CLIENT, A, 1, 1, 0, 1000, OK, TCP_ESTABLISHED },
	     { SERVER, A, 16384001, 1, 10, 1000, OK, TCP_ESTABLISHED },
	     { SERVER, A, 16384012, 1, 10, 1000, WINDOW, TCP_ESTABLISHED });
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 1000, OK, TCP_SYN_SENT, 15 },
	     { SERVER, S | A, 0, 1, 0, 1000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, A, 1, 1, 0, 1000, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1001, 1, 10, 1000, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1002, 1, 10, 1000, WINDOW, TCP_ESTABLISHED });
}

static void
zero_windows_probes_and_keep_alives_fit(void **unused)
{
	PLAY(&strict,
	     { CLIENT, S, 0, 0, 0, 1000, OK, TCP_SYN_SENT },
	     { SERVER, S | A, 0, 1, 0, 1000, OK, TCP_SYN_RECEIVED },
	     { CLIENT, A, 1, 1, 1000, 1000, OK, TCP_ESTABLISHED },
	     { SERVER, A, 1, 1001, 0, 0, OK, TCP_ESTABLISHED }, /* full */
	     { CLIENT, A, 1001, 1, 1, 1000, OK, TCP_ESTABLISHED }, /* a probe with the next byte */
	     { SERVER, A, 1, 1001, 0, 0, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 1000, 1, 0, 1000, OK, TCP_ESTABLISHED }, /* a probe below the window, as Linux */
	     { CLIENT, A, 1000, 1, 1, 1000, OK, TCP_ESTABLISHED }, /* a keep-alive with a byte of garbage */
	     { CLIENT, A, 1003, 1, 1, 1000, WINDOW, TCP_ESTABLISHED },
	     { SERVER, A, 1, 1002, 0, 1000, OK, TCP_ESTABLISHED }, /* open again */
	     { SERVER, A, 0, 1002, 0, 1000, OK, TCP_ESTABLISHED }, /* the server's keep-alive */
	     { CLIENT, A, 1002, 1, 1000, 1000, OK, TCP_ESTABLISHED });
}

static void
a_session_picked_up_in_mid_stream_is_not_held_to_a_window(void **unused)
{
	PLAY(&no_syn,
	     { CLIENT, A, 1, 500, 100, 10, OK, TCP_ESTABLISHED },
	     { SERVER, A, 700, 90000, 1400, 10, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 200000, 2100, 1400, 10, OK, TCP_ESTABLISHED },
	     { SERVER, A, 2100, 201400, 0, 10, OK, TCP_ESTABLISHED },
	     { CLIENT, R, 150000, 0, 0, 0, OK, TCP_ESTABLISHED },
	     { CLIENT, F | A, 201400, 2100, 0, 10, OK, TCP_FIN_WAIT },
	     { SERVER, F | A, 2100, 201401, 0, 10, OK, TCP_CLOSING },
	     { CLIENT, A, 201401, 2101, 0, 10, OK, TCP_TIME_WAIT });
	PLAY(&no_syn,
	     { CLIENT, S | A, 0, 500, 0, 10, OK, TCP_ESTABLISHED },
	     { CLIENT, S | A, 0, 500, 0, 10, OK, TCP_ESTABLISHED },
	     { SERVER, A, 500, 1, 10, 10, OK, TCP_ESTABLISHED });
	PLAY(&no_syn,
	     { CLIENT, F | A, 1, 500, 0, 10, OK, TCP_FIN_WAIT },
	     { CLIENT, R, 2, 0, 0, 0, OK, TCP_CLOSED });
	/* The answers take another way. */
	PLAY(&no_syn,
	     { CLIENT, S, 0, 0, 0, 64000, OK, TCP_SYN_SENT },
	     { CLIENT, A, 1, 1, 0, 64000, OK, TCP_ESTABLISHED },
	     { CLIENT, A, 900001, 700001, 100, 64000, OK, TCP_ESTABLISHED });
	struct tcp_track t;
	struct packet p = segment(&(struct step){ CLIENT, R, 1, 0, 0, 0, 0, 0, 0 });
	assert_int_equal(tcp_start(&t, &p, &no_syn), TCP_BAD_STATE);
}

static void
no_sequence_check_looks_at_flags_only(void **unused)
{
	static const struct tcp_rules rules = { .no_sequence_check = true };
	PLAY(&rules, HANDSHAKE,
	     { CLIENT, A, 900000, 77, 1, 500, OK, TCP_ESTABLISHED },
	     { SERVER, S, 9, 0, 0, 500, STATE, TCP_ESTABLISHED });
}

static void
fragments_of_segments_pass_and_end_the_window_check(void **unused)
{
	static const struct step steps[] = { HANDSHAKE };
	struct tcp_track t;
	play_with(&strict, &t, steps, 3, true);
	struct packet p = segment(&(struct step){ CLIENT, A, 1, 1, 1200, 500, 0, 0, 0 });
	p.flags = PACKET_FRAGMENT | PACKET_FRAGMENT_FIRST | PACKET_FRAGMENT_MORE;
	assert_int_equal(tcp_check(&t, &p, 0, &strict), TCP_OK);
	tcp_update(&t, &p, 0);
	struct packet later = { .flags = PACKET_FRAGMENT };
	struct tcp_track before = t;
	assert_int_equal(tcp_check(&t, &later, 0, &strict), TCP_OK);
	tcp_update(&t, &later, 0);
	assert_memory_equal(&t, &before, sizeof t);
	/* The whole segment was longer than its first fragment showed. */
	struct packet ack = segment(&(struct step){ SERVER, A, 1, 8001, 0, 500, 0, 0, 0 });
	assert_int_equal(tcp_check(&t, &ack, 1, &strict), TCP_OK);
	assert_int_equal(tcp_start(&t, &later, &no_syn), TCP_BAD_STATE);
}

/* clang-format on */

static void
timeouts_follow_the_state(void **unused)
{
	static const uint32_t expected[TCP_STATES] = { 20, 20, 20, 1800, 900, 150, 7, 2 };
	static const uint32_t brief[TCP_STATES] = { 20, 20, 20, 60, 60, 60, 7, 2 };
	static const uint32_t never[TCP_STATES] = { 20, 20, 20, UINT32_MAX, 900, 150, 7, 2 };
	for (unsigned state = 0; state < TCP_STATES; state++) {
		struct tcp_track t = { .state = (uint8_t)state };
		assert_int_equal(tcp_timeout_s(&t, 20, 7, 1800), expected[state]);
		assert_int_equal(tcp_timeout_s(&t, 20, 7, 60), brief[state]);
		assert_int_equal(tcp_timeout_s(&t, 20, 7, UINT32_MAX), never[state]);
		assert_non_null(tcp_state_text[state]);
	}
}

/* ---- simulated transfers -------------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t
pick(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 16) % below);
}

/* An endpoint that sends `total` bytes into its peer's window and takes what comes in any order. Positions are 64 bits
 * wide and become sequence numbers only in segments. */
struct endpoint {
	uint64_t sent, acked, limit, total; /* of what it sends; limit: the edge of the peer's window */
	uint64_t received, read, buffer;    /* of what it gets; it offers read + buffer - received */
	uint64_t beyond[2];                 /* one range received out of order */
	uint8_t scale;
	bool fin_sent, fin_received, fin_acked;
};

struct flight {
	bool full;
	unsigned direction;
	uint64_t from;
	struct packet packet;
};

struct simulation {
	struct tcp_track track;
	struct endpoint end[2];
	uint32_t initial[2];
	uint64_t seed;
};

static void
through_firewall(struct simulation *m, struct packet *p, unsigned direction)
{
	enum tcp_result result = tcp_check(&m->track, p, direction, &strict);
	if (result != TCP_OK)
		fail_msg("seed %llu, direction %u: result %u state %s seq +%u ack +%u len %u win %u",
			 (unsigned long long)m->seed, direction, result, tcp_state_text[m->track.state],
			 p->tcp_sequence - m->initial[direction], p->tcp_acknowledgment - m->initial[!direction],
			 p->tcp_length, p->tcp_window);
	tcp_update(&m->track, p, direction);
}

static struct packet
emit(struct simulation *m, unsigned direction, uint64_t from, uint32_t length, bool fin)
{
	struct endpoint *e = &m->end[direction];
	uint64_t window = (e->read + e->buffer - e->received) >> e->scale;
	return (struct packet){
		.tcp_flags = (uint8_t)(A | (fin ? F : 0)),
		.tcp_sequence = m->initial[direction] + 1 + (uint32_t)from,
		.tcp_acknowledgment = m->initial[!direction] + 1 + (uint32_t)e->received + e->fin_received,
		.tcp_length = (uint16_t)length,
		.tcp_window = (uint16_t)(window > 65535 ? 65535 : window),
		.tcp_scale = 255,
	};
}

/* `from` is the position that the sequence number stands for. */
static void
arrive(struct simulation *m, unsigned direction, const struct packet *p, uint64_t from)
{
	struct endpoint *e = &m->end[!direction];
	uint64_t end = from + p->tcp_length;
	if (end > e->read + e->buffer)
		end = from > e->read + e->buffer ? from : e->read + e->buffer;
	if (end > from && from <= e->received && end > e->received)
		e->received = end;
	else if (end > from && from > e->received) {
		if (e->beyond[1] >= from && e->beyond[0] <= end) {
			e->beyond[0] = from < e->beyond[0] ? from : e->beyond[0];
			e->beyond[1] = end > e->beyond[1] ? end : e->beyond[1];
		} else {
			e->beyond[0] = from;
			e->beyond[1] = end;
		}
	}
	if (e->beyond[0] <= e->received && e->beyond[1] > e->received)
		e->received = e->beyond[1];
	if (p->tcp_flags & F && e->received == from + p->tcp_length)
		e->fin_received = true;
	uint64_t room = e->received - e->read;
	e->read += pick(3) ? room : pick((uint32_t)room + 1);

	uint32_t relative = p->tcp_acknowledgment - (m->initial[!direction] + 1);
	uint64_t ack = e->acked + (uint32_t)(relative - (uint32_t)e->acked);
	if (ack - e->acked > 1u << 30)
		return; /* an older one, and so is its window (RFC 9293 3.10.7.4) */
	if (e->fin_sent && ack == e->total + 1) {
		e->fin_acked = true;
		ack = e->total;
	}
	if (ack > e->acked)
		e->acked = ack;
	uint64_t limit = ack + ((uint64_t)p->tcp_window << m->end[direction].scale);
	if (limit > e->limit)
		e->limit = limit;
	if (e->sent < e->acked)
		e->sent = e->acked;
}

static void
simulate(uint64_t seed, uint64_t bytes_client, uint64_t bytes_server, unsigned loss_percent)
{
	enum { FLIGHTS = 64 };
	static struct flight net[FLIGHTS];
	memset(net, 0, sizeof net);
	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
	struct simulation m = { .seed = seed, .initial = { pick(UINT32_MAX), pick(UINT32_MAX) } };
	bool scaled = pick(4) != 0;
	for (unsigned d = 0; d < 2; d++) {
		struct endpoint *e = &m.end[d];
		e->scale = scaled ? (uint8_t)pick(15) : 0;
		e->buffer = (loss_percent ? 1 : 60000) + pick(65535u << (e->scale > 8 ? 8 : e->scale));
	}
	for (unsigned d = 0; d < 2; d++) {
		uint64_t most = loss_percent ? 300 * m.end[!d].buffer : UINT64_MAX,
			 wanted = d ? bytes_server : bytes_client;
		m.end[d].total = wanted < most ? wanted : most;
	}
	for (unsigned d = 0; d < 2; d++) {
		uint64_t buffer = m.end[d].buffer;
		struct packet syn = {
			.tcp_flags = (uint8_t)(d ? S | A : S),
			.tcp_sequence = m.initial[d],
			.tcp_acknowledgment = d ? m.initial[0] + 1 : 0,
			.tcp_window = (uint16_t)(buffer > 65535 ? 65535 : buffer),
			.tcp_scale = scaled ? m.end[d].scale : 255,
		};
		m.end[!d].limit = syn.tcp_window;
		if (d == 0)
			assert_int_equal(tcp_start(&m.track, &syn, &strict), TCP_OK);
		else
			through_firewall(&m, &syn, d);
	}
	struct packet ack = emit(&m, 0, 0, 0, false);
	through_firewall(&m, &ack, 0);
	assert_int_equal(m.track.state, TCP_ESTABLISHED);

	while (!m.end[0].fin_acked || !m.end[1].fin_acked) {
		unsigned d = pick(2);
		struct endpoint *e = &m.end[d];
		struct packet p;
		uint64_t from = e->sent;
		switch (pick(8)) {
		case 0: /* a bare acknowledgment, or a keep-alive */
			from = e->sent - (pick(2) && e->sent == e->acked && e->sent > 0 && !e->fin_sent);
			p = emit(&m, d, from + (e->fin_sent && e->sent == e->total), 0, false);
			break;
		case 1: /* something unacknowledged again, from any place, cut differently */
			from = e->acked + (e->sent > e->acked && pick(2) ? pick((uint32_t)(e->sent - e->acked)) : 0);
			uint64_t again = e->sent - from;
			p = emit(&m, d, from, again > 64000 ? 64000 : (uint32_t)again,
				 e->fin_sent && again <= 64000 && e->sent == e->total);
			break;
		default: { /* new data as far as the window goes; a probe of one byte where it is shut */
			uint64_t length = 1 + pick(pick(2) ? 1448 : 64000);
			uint64_t room = e->limit > e->sent ? e->limit - e->sent : 0;
			bool probe = room == 0 && pick(2);
			if (length > room + probe)
				length = room + probe;
			if (length > e->total - e->sent)
				length = e->total - e->sent;
			bool fin = !e->fin_sent && e->sent + length == e->total && pick(4) == 0;
			if (e->fin_sent)
				fin = e->sent + length == e->total;
			fin &= !probe;
			e->fin_sent |= fin;
			p = emit(&m, d, from, (uint32_t)length, fin);
			e->sent += probe ? 0 : length;
		}
		}
		through_firewall(&m, &p, d);
		/* Behind the firewall segments are lost, and overtake each other within a few. */
		if (pick(100) < loss_percent)
			continue;
		struct flight *f = &net[pick(loss_percent ? FLIGHTS : 1)];
		if (f->full && pick(100) >= loss_percent)
			arrive(&m, f->direction, &f->packet, f->from);
		*f = (struct flight){ true, d, from, p };
		if (loss_percent == 0) {
			arrive(&m, d, &p, from);
			f->full = false;
		}
	}
	assert_int_equal(m.end[0].received, m.end[1].total);
	assert_int_equal(m.end[1].received, m.end[0].total);
}

static void
nothing_of_a_gigabyte_is_dropped(void **unused)
{
	for (uint64_t seed = 1; seed < 10; seed++)
		simulate(seed, seed & 1 ? 1000000000 : 0, seed & 2 ? 1000000000 : 0, 0);
	simulate(10, 5000000000, 0, 0); /* once around all sequence numbers */
}

static void
nothing_is_dropped_under_loss_and_reordering(void **unused)
{
	for (uint64_t seed = 100; seed < 1100; seed++)
		simulate(seed, pick(4) ? pick(3000000) : 0, pick(4) ? pick(3000000) : 0, 1 + pick(20));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_opens_talks_and_closes),
		cmocka_unit_test(both_sides_may_close_at_once),
		cmocka_unit_test(a_fin_may_come_with_data_and_right_after_the_handshake),
		cmocka_unit_test(only_a_bare_syn_starts_a_session),
		cmocka_unit_test(strict_syn_check_lets_no_data_pass_before_the_handshake_is_done),
		cmocka_unit_test(impossible_flags_never_pass),
		cmocka_unit_test(a_syn_may_be_sent_again_or_over_before_it_is_answered),
		cmocka_unit_test(the_handshake_must_acknowledge_the_exact_numbers),
		cmocka_unit_test(fast_open_data_in_the_syn_counts_whether_taken_or_not),
		cmocka_unit_test(a_simultaneous_open_is_a_connection),
		cmocka_unit_test(a_refused_connection_closes_and_may_be_tried_again),
		cmocka_unit_test(a_client_may_take_its_syn_back),
		cmocka_unit_test(a_half_open_connection_is_found_out),
		cmocka_unit_test(a_syn_in_a_live_connection_is_answered_by_a_challenge),
		cmocka_unit_test(a_connection_that_both_ends_forgot_starts_over),
		cmocka_unit_test(a_syn_on_a_finished_connection_begins_another),
		cmocka_unit_test(a_reset_must_be_exact_to_end_a_session),
		cmocka_unit_test(a_reset_says_whose_it_was),
		cmocka_unit_test(segments_outside_the_window_are_refused),
		cmocka_unit_test(a_lagging_acknowledgment_fits_up_to_the_window_and_a_segment),
		cmocka_unit_test(windows_scale_only_if_both_sides_say_so),
		cmocka_unit_test(zero_windows_probes_and_keep_alives_fit),
		cmocka_unit_test(a_session_picked_up_in_mid_stream_is_not_held_to_a_window),
		cmocka_unit_test(no_sequence_check_looks_at_flags_only),
		cmocka_unit_test(fragments_of_segments_pass_and_end_the_window_check),
		cmocka_unit_test(timeouts_follow_the_state),
		cmocka_unit_test(nothing_of_a_gigabyte_is_dropped),
		cmocka_unit_test(nothing_is_dropped_under_loss_and_reordering),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
