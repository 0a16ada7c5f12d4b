/* cookie.c: see cookie.h. SPDX-License-Identifier: Apache-2.0 */
#include "screen/cookie.h"

#include "screen/siphash.h"

enum { SIZES = 8, SIZE_SHIFT = 5, SCALE_SHIFT = 1, SCALE_MASK = 15 };

/* What hosts say behind Ethernet, PPPoE, tunnels and IPv6, and two for all others. None is above what the client said, but for
 * sizes that no host may use (RFC 9293 3.7.1: 536 is the least by default). */
static const uint16_t size[SIZES] = { 64, 536, 1220, 1360, 1400, 1440, 1452, 1460 };

void
cookie_keys_init(struct cookie_keys *c, uint64_t secret0, uint64_t secret1)
{
	*c = (struct cookie_keys){ .master = { secret0, secret1 } };
}

/* The first period has number 1: 0 is that of keys which are not there. */
static uint64_t
period_of(uint64_t now_ns)
{
	return now_ns / COOKIE_PERIOD_NS + 1;
}

static void
derive(const struct cookie_keys *c, uint64_t period, uint64_t key[2])
{
	for (uint64_t half = 0; half < 2; half++)
		key[half] = siphash(c->master, (const uint64_t[]){ period, half }, 2);
}

static void
renew(struct cookie_keys *c, uint64_t now_ns)
{
	uint64_t period = period_of(now_ns);
	if (c->period == period)
		return;
	c->period = period;
	derive(c, period, c->key[0]);
	derive(c, period - 1, c->key[1]);
}

static uint8_t
code_of(const struct cookie_terms *terms)
{
	unsigned i = SIZES - 1;
	while (i > 0 && size[i] > terms->mss)
		i--;
	return (uint8_t)(i << SIZE_SHIFT | terms->scale << SCALE_SHIFT | terms->sack);
}

/* The upper byte is all that the lower one is hidden under, so that nobody who knows the keys has to guess. */
static uint8_t
code_in(uint32_t cookie)
{
	return (uint8_t)(cookie ^ cookie >> 24);
}

static uint32_t
bake(const uint64_t key[2], const struct flow_key *k, uint32_t start, uint8_t code)
{
	uint64_t words[6];
	for (unsigned i = 0; i < 5; i++)
		words[i] = key_word(k, i);
	words[5] = start | (uint64_t)code << 32;
	uint32_t mac = (uint32_t)siphash(key, words, 6);
	return (mac & ~0xffu) | (code ^ mac >> 24);
}

uint32_t
cookie_make(struct cookie_keys *c, const struct flow_key *k, uint32_t start, const struct cookie_terms *terms,
	    uint64_t now_ns)
{
	renew(c, now_ns);
	c->last = c->period;
	return bake(c->key[0], k, start, code_of(terms));
}

bool
cookie_check(struct cookie_keys *c, const struct flow_key *k, uint32_t start, uint32_t cookie, uint64_t now_ns)
{
	renew(c, now_ns);
	uint8_t code = code_in(cookie);
	return bake(c->key[0], k, start, code) == cookie || bake(c->key[1], k, start, code) == cookie;
}

bool
cookie_alive(const struct cookie_keys *c, uint64_t now_ns)
{
	return c->last != 0 && period_of(now_ns) - c->last <= 1;
}

struct cookie_terms
cookie_terms_of(uint32_t cookie)
{
	uint8_t code = code_in(cookie);
	return (struct cookie_terms){ .mss = size[code >> SIZE_SHIFT],
				      .scale = code >> SCALE_SHIFT & SCALE_MASK,
				      .sack = code & 1 };
}
