/* firewall.h: the workers that packets are replayed through, with frames, neighbours and clock of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_REPLAY_FIREWALL_H
#define RINGWALL_REPLAY_FIREWALL_H

#include "pipeline/pipeline.h"
#include "route/rib.h"

enum { FIREWALL_FRAMES = 4096, FIREWALL_FRAME_BYTES = 12288, FIREWALL_COLD = 64, FIREWALL_ASKED = 256 };
#define FIREWALL_TICK_NS 100000000ull /* between two housekeepings */

struct firewall_options {
	uint32_t workers;
	bool memo_off;
	bool unread;         /* nobody reads the events: the rings, which are small, fill up */
	bool unfinished;     /* senders may leave checksums to hardware */
	uint64_t late_ns;    /* how long the others take to answer; 0: at once */
	uint32_t cold_count; /* neighbours that never answer */
	struct address cold[FIREWALL_COLD];
};

/* what a driver of the firewall is told: each packet at its end (also when it is held: verdict WAIT), with the outputs it
 * caused; and each event. */
struct firewall_listener {
	void (*packet)(void *ctx, uint64_t number, const struct packet *p, const struct output *out, uint32_t count);
	void (*event)(void *ctx, const struct event_frame *e);
	void *ctx;
};

struct firewall;

/* firewall_create puts a snapshot in force. All ports are up, with the MTU of the configuration or 1500 and MAC
 * 02:00:5e:00:00:PORT. Neighbours answer at once, or late, with MAC 06:00 and the last four bytes of their address, but for the
 * cold ones. NULL and errno. */
struct firewall *firewall_create(struct snapshot *s, const struct firewall_options *o,
				 const struct firewall_listener *l, uint64_t start_ns);
void firewall_destroy(struct firewall *f);

/* firewall_advance moves the clock (nanoseconds since 1970, never back) and does the work that is due on the way. */
void firewall_advance(struct firewall *f, uint64_t to_ns);

/* firewall_receive handles one packet that came by `port` now. A frame longer than a buffer is cut, and so malformed. */
void firewall_receive(struct firewall *f, uint64_t number, uint16_t port, const uint8_t *bytes, uint32_t length);

/* firewall_commit puts another snapshot in force; false (errno; the old one stays) on lack of memory. Ports keep their
 * places: s has the same ones. The caller frees the former snapshot afterwards. */
bool firewall_commit(struct firewall *f, struct snapshot *s);

/* firewall_close ends all sessions, as an orderly stop does. */
void firewall_close(struct firewall *f);

const struct worker *firewall_worker(const struct firewall *f, uint32_t index);
/* firewall_frames_used returns how many frames are held: those of packets that wait. */
uint32_t firewall_frames_used(const struct firewall *f);
uint64_t firewall_now(const struct firewall *f);

#endif
