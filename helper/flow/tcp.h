/* tcp.h: TCP connection tracking: the handshake, the close and the window, as one table.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_TCP_H
#define RINGWALL_FLOW_TCP_H

#include <stdbool.h>
#include <stdint.h>

enum tcp_state {
	TCP_NONE,
	TCP_SYN_SENT,     /* SYN from the client */
	TCP_SYN_RECEIVED, /* SYN+ACK from the server, or SYN from both (simultaneous open) */
	TCP_ESTABLISHED,
	TCP_FIN_WAIT,  /* one side sent FIN */
	TCP_CLOSING,   /* both sides sent FIN */
	TCP_TIME_WAIT, /* both FINs acknowledged */
	TCP_CLOSED,    /* reset */
	TCP_STATES
};

/* One side's window as the other may fill it (Rooij, "Real stateful TCP packet filtering"; as conntrack and pf). [W] */
struct tcp_side {
	uint32_t end;        /* highest sequence + length sent */
	uint32_t max_end;    /* highest sequence the other side's window allows */
	uint32_t max_window; /* largest window offered, scaled */
	uint32_t acked;      /* highest acknowledgment sent; before the first, the other's initial sequence + 1 */
	uint32_t fin_end;    /* with `fin`: sequence behind the FIN; with `restart`: behind the SYN */
	uint8_t scale;       /* of the windows it offers; 255 = no SYN with the option was seen */
	uint8_t seen;        /* it has sent something */
	uint8_t fin;         /* it has sent FIN */
	uint8_t restart;     /* it has sent a SYN inside the live connection */
};

struct tcp_track {
	struct tcp_side side[2];
	uint8_t state;        /* enum tcp_state */
	uint8_t reset_by;     /* with TCP_CLOSED: direction of the RST */
	uint8_t loose;        /* picked up in mid-stream, or sent in IP fragments: no window check */
	uint8_t simultaneous; /* SYN from both; bits 1 and 2: SYN+ACK seen from direction 0 and 1 */
};
_Static_assert(sizeof(struct tcp_track) == 52, "a session's hot line holds it");

struct packet;

enum tcp_result {
	TCP_OK,
	TCP_BAD_WINDOW,     /* DROP_REASON_TCP_WINDOW */
	TCP_BAD_STATE,      /* DROP_REASON_TCP_STATE */
	TCP_EARLY_DATA,     /* DROP_REASON_TCP_EARLY_DATA, with strict_syn_check */
	TCP_NEW_CONNECTION, /* a SYN that starts over on a closing session: the caller closes it and opens another */
};

struct tcp_rules {
	bool no_syn_check;     /* a session may start with any segment */
	bool strict_syn_check; /* no segment with data before the handshake is done */
	bool no_sequence_check;
	bool rst_invalidate; /* the caller closes a session at once when it becomes TCP_CLOSED, instead of after 2 s */
	bool
	    fin_invalidate; /* the caller closes a session at once when it becomes TCP_FIN_WAIT, or a later state by FINs */
};

/* tcp_start begins tracking with the first packet of a session. Returns TCP_OK or why it may not start one
 * (without no_syn_check only a SYN without ACK, FIN, RST starts a session; with it anything but a RST). Worker only. */
enum tcp_result tcp_start(struct tcp_track *t, const struct packet *p, const struct tcp_rules *rules);

/* tcp_check decides whether a segment in `direction` (0 client, 1 server) fits; tcp_update then takes it in, and is
 * called only for segments that fitted and go on. tcp_check changes nothing. Later fragments always fit: their first
 * fragment was checked. After tcp_update, TCP_CLOSED means that a RST ended it (reset_by says whose) and TCP_TIME_WAIT
 * that both FINs were acknowledged. Worker only. */
enum tcp_result tcp_check(const struct tcp_track *t, const struct packet *p, unsigned direction,
			  const struct tcp_rules *rules);
void tcp_update(struct tcp_track *t, const struct packet *p, unsigned direction);

/* tcp_timeout_s: the idle timeout of the present state; `initial_s` is tcp-initial-timeout, `time_wait_s` that of
 * time-wait-state, `established_s` the application's (0xffffffff: never). The rest is in tcp.c, with its sources. */
uint32_t tcp_timeout_s(const struct tcp_track *t, uint32_t initial_s, uint32_t time_wait_s, uint32_t established_s);

extern const char *const tcp_state_text[TCP_STATES];

#endif
