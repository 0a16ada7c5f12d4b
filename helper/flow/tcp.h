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
	uint8_t scale;       /* 255 until a SYN was seen */
	uint8_t fin;         /* FIN seen */
	uint8_t fin_acked;
	uint8_t seen;
	uint32_t fin_end; /* sequence behind the FIN */
};

struct tcp_track {
	struct tcp_side side[2];
	uint8_t state;    /* enum tcp_state */
	uint8_t reset_by; /* with TCP_CLOSED: direction of the RST */
	uint8_t loose;    /* picked up in mid-stream: no window check until both sides were seen */
	uint8_t reserved;
};

struct packet;

enum tcp_result {
	TCP_OK,
	TCP_BAD_WINDOW,     /* DROP_REASON_TCP_WINDOW */
	TCP_BAD_STATE,      /* DROP_REASON_TCP_STATE */
	TCP_NEW_CONNECTION, /* a SYN that starts over on a closing session: the caller closes it and opens another */
};

struct tcp_rules {
	bool no_syn_check; /* a session may start with any segment */
	bool no_sequence_check;
	bool rst_invalidate; /* a valid RST ends the session at once */
};

/* tcp_start begins tracking with the first packet of a session. Returns TCP_OK or why it may not start one
 * (without no_syn_check, only a SYN without ACK, FIN, RST starts a session). Worker only. */
enum tcp_result tcp_start(struct tcp_track *t, const struct packet *p, const struct tcp_rules *rules);

/* tcp_check decides whether a segment in `direction` (0 client, 1 server) fits; tcp_update then takes it in. tcp_check
 * changes nothing. Worker only. */
enum tcp_result tcp_check(const struct tcp_track *t, const struct packet *p, unsigned direction,
			  const struct tcp_rules *rules);
void tcp_update(struct tcp_track *t, const struct packet *p, unsigned direction);

/* tcp_timeout_s: the idle timeout of a state; `established_s` is the application's. Junos defaults:
 * handshake 20 s, closing 150 s... time-wait 2 s after RST, see tcp.c. */
uint32_t tcp_timeout_s(const struct tcp_track *t, uint32_t initial_s, uint32_t established_s);

extern const char *const tcp_state_text[TCP_STATES];

#endif
