/* cookie.h: SYN cookies: initial sequence numbers that tell by themselves what a client asked for. Who answers a SYN with one need
 * keep nothing until the client acknowledges it. SPDX-License-Identifier: Apache-2.0
 *
 * 24 bits of a cookie are a SipHash-2-4 of the flow key, the client's initial sequence number and the terms; the other eight are
 * the terms, hidden under the first eight. A guess is right once in 2^23. */
#ifndef RINGWALL_SCREEN_COOKIE_H
#define RINGWALL_SCREEN_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/key.h"

enum { COOKIE_UNSCALED = 15, COOKIE_SCALE_MOST = 14 };
/* A cookie is good for the period in which it was made, and for the next. */
#define COOKIE_PERIOD_NS (32ull * 1000000000)

/* cookie_terms: what a SYN offers, as far as it is kept. */
struct cookie_terms {
	uint16_t mss;  /* the next lower one of those that cookies know */
	uint8_t scale; /* window scale, 0..14; COOKIE_UNSCALED: none */
	bool sack;     /* selective acknowledgments permitted */
};

/* cookie_keys: the secret of a helper, and what follows from it for the present. [W] but for the master, which cookie_keys_init
 * sets before the worker runs; workers with one master make the same cookies. */
struct cookie_keys {
	uint64_t master[2];
	uint64_t period;    /* 0: none yet */
	uint64_t key[2][2]; /* of that period, and of the one before */
	uint64_t last;      /* the last period in which a cookie was made; 0: never */
};

void cookie_keys_init(struct cookie_keys *c, uint64_t secret0, uint64_t secret1);

/* cookie_make returns the sequence number that answers a SYN with the key `k` and the sequence number `start`. Worker. */
uint32_t cookie_make(struct cookie_keys *c, const struct flow_key *k, uint32_t start, const struct cookie_terms *terms,
		     uint64_t now_ns);
/* cookie_check: was `cookie` made for this, and not too long ago? Worker. */
bool cookie_check(struct cookie_keys *c, const struct flow_key *k, uint32_t start, uint32_t cookie, uint64_t now_ns);
/* cookie_alive: was a cookie made that may still be good? Without one, none need be checked. Worker. */
bool cookie_alive(const struct cookie_keys *c, uint64_t now_ns);
/* cookie_terms_of returns what a cookie keeps. Any thread. */
struct cookie_terms cookie_terms_of(uint32_t cookie);

#endif
