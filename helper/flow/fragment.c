/* fragment.c: see fragment.h. A datagram's entry lives in one of eight places that its name hashes to. What has arrived
 * is kept as a bit for each eight bytes, so that an entry can go as soon as its datagram is complete: a busy sender uses up the
 * 16-bit identifiers of IPv4 in seconds, and 4096 entries of ten seconds would carry only 400 datagrams per second.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flow/fragment.h"

#include <stdlib.h>

enum { WAYS = 8, SETS = FRAGMENT_ENTRIES / WAYS, BLOCK = 8, BLOCKS = 65536 / BLOCK, WORDS = BLOCKS / 64 };

/* KEPT: what a first fragment says of its whole datagram. */
enum { KEPT = PACKET_ICMP_ECHO | PACKET_L4_PARTIAL };

/* blocks: of eight bytes: fragments begin at such, and all but the last end there (RFC 791 3.1, RFC 8200 4.5). */
struct blocks {
	uint32_t begin, end;
};

struct datagram {
	struct flow_key name; /* addresses, family, instance, and identification in place of ports */
	uint64_t expires_ns;  /* with `known` */
	uint16_t source_port, destination_port;
	uint8_t protocol;
	uint8_t icmp_type, icmp_code;
	uint16_t echo_sequence;
	uint16_t flags;   /* of KEPT */
	bool known;       /* its first fragment has come */
	uint16_t waiting; /* packets held for it */
	uint32_t total;   /* bytes of the datagram, 0 = the last fragment has not come */
	uint32_t highest; /* byte that any fragment ends at */
	uint32_t count;   /* blocks that have come */
	uint64_t came[WORDS];
	uint64_t begins[WORDS]; /* of them, where fragments begin */
};

struct held {
	struct packet packet;
	uint64_t deadline_ns;
	struct held *older, *newer; /* among those that wait */
	struct held *next;          /* among the free or the ready */
	struct datagram *datagram;
};

struct fragment_table {
	uint64_t seed;
	struct datagram datagram[SETS][WAYS];
	struct held held[FRAGMENT_HELD_MAX];
	struct held *free;
	struct held *oldest, *newest;
	struct held *ready, **ready_end;
	uint32_t count;
};

struct fragment_table *
fragment_table_create(uint64_t seed)
{
	struct fragment_table *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->seed = seed;
	t->ready_end = &t->ready;
	for (unsigned i = 0; i < FRAGMENT_HELD_MAX; i++) {
		t->held[i].next = t->free;
		t->free = &t->held[i];
	}
	return t;
}

void
fragment_table_destroy(struct fragment_table *t)
{
	free(t);
}

uint32_t
fragment_held(const struct fragment_table *t)
{
	return t->count;
}

/* IPv4 names a datagram by protocol too (RFC 791 2.3). IPv6 does not: later fragments may carry another next header
 * than the first (RFC 8200 4.5). */
static struct flow_key
name_of(const struct packet *p)
{
	struct flow_key name = p->key;
	name.source_port = (uint16_t)p->fragment_id;
	name.destination_port = (uint16_t)(p->fragment_id >> 16);
	name.protocol = p->key.family == ADDRESS_FAMILY_INET ? p->fragment_protocol : 0;
	return name;
}

static bool
is_live(const struct datagram *d, uint64_t now_ns)
{
	return d->known ? now_ns < d->expires_ns : d->waiting > 0;
}

static struct datagram *
find(struct datagram *set, const struct flow_key *name, uint64_t now_ns)
{
	for (unsigned i = 0; i < WAYS; i++)
		if (is_live(&set[i], now_ns) && flow_key_equal(&set[i].name, name))
			return &set[i];
	return NULL;
}

static bool
same_flow(const struct datagram *d, const struct packet *p)
{
	return d->known && d->protocol == p->key.protocol && d->source_port == p->key.source_port &&
	       d->destination_port == p->key.destination_port;
}

static bool
same_ends(const struct datagram *d, const struct packet *p)
{
	return memcmp(&d->name.source, &p->key.source, 2 * sizeof(struct address)) == 0 &&
	       d->name.family == p->key.family && d->name.instance == p->key.instance;
}

/* A place for a new datagram: a free one, else, for a first fragment, its own flow's oldest. */
static struct datagram *
make_room(struct datagram *set, const struct packet *p, uint64_t now_ns)
{
	struct datagram *own = NULL;
	for (unsigned i = 0; i < WAYS; i++) {
		struct datagram *d = &set[i];
		if (!is_live(d, now_ns))
			return d;
		if (p->flags & PACKET_FRAGMENT_FIRST && same_flow(d, p) && same_ends(d, p) &&
		    (!own || d->expires_ns < own->expires_ns))
			own = d;
	}
	return own;
}

static inline struct blocks
blocks_of(const struct packet *p)
{
	uint32_t end = p->fragment_offset + (uint32_t)(p->l3 + p->l3_length - p->l4);
	return (struct blocks){ p->fragment_offset / BLOCK, (end + BLOCK - 1) / BLOCK };
}

static inline bool
has(const uint64_t *bits, uint32_t block)
{
	return bits[block / 64] >> block % 64 & 1;
}

static bool
has_any(const uint64_t *bits, struct blocks b)
{
	for (uint32_t block = b.begin; block < b.end; block++)
		if (has(bits, block))
			return true;
	return false;
}

/* A fragment that came before, with the same bounds: what has come never overlaps, so bounds are where one begins. */
static bool
is_repeated(const struct datagram *d, struct blocks b)
{
	bool ends = b.end == BLOCKS || !has(d->came, b.end) || has(d->begins, b.end);
	return has(d->begins, b.begin) && has(d->came, b.end - 1) && ends &&
	       !has_any(d->begins, (struct blocks){ b.begin + 1, b.end });
}

static bool
is_complete(const struct datagram *d)
{
	return d->known && d->total && d->count == (d->total + BLOCK - 1) / BLOCK;
}

/* Takes note of a fragment's bytes; not READY if they contradict what is known of the datagram. */
static enum fragment_result
take_bytes(struct datagram *d, const struct packet *p)
{
	struct blocks b = blocks_of(p);
	uint32_t end = p->fragment_offset + (uint32_t)(p->l3 + p->l3_length - p->l4);
	bool last = !(p->flags & PACKET_FRAGMENT_MORE);
	if (last ? end < d->highest || (d->total && end != d->total) : d->total && end > d->total)
		return FRAGMENT_CONTRADICTS;
	if (has_any(d->came, b))
		return is_repeated(d, b) ? FRAGMENT_READY : FRAGMENT_OVERLAPS;
	if (last)
		d->total = end;
	if (end > d->highest)
		d->highest = end;
	d->begins[b.begin / 64] |= 1ull << b.begin % 64;
	for (uint32_t block = b.begin; block < b.end; block++)
		d->came[block / 64] |= 1ull << block % 64;
	d->count += b.end - b.begin;
	return FRAGMENT_READY;
}

static void
fill(struct packet *p, const struct datagram *d)
{
	p->key.protocol = d->protocol;
	p->key.source_port = d->source_port;
	p->key.destination_port = d->destination_port;
	p->icmp_type = d->icmp_type;
	p->icmp_code = d->icmp_code;
	p->echo_sequence = d->echo_sequence;
	p->flags |= d->flags;
}

static void
stop_waiting(struct fragment_table *t, struct held *h)
{
	*(h->older ? &h->older->newer : &t->oldest) = h->newer;
	*(h->newer ? &h->newer->older : &t->newest) = h->older;
}

static void
make_ready(struct fragment_table *t, struct datagram *d)
{
	struct held *newer;
	for (struct held *h = t->oldest; h && d->waiting; h = newer) {
		newer = h->newer;
		if (h->datagram != d)
			continue;
		h->datagram = NULL;
		d->waiting--;
		stop_waiting(t, h);
		fill(&h->packet, d);
		h->next = NULL;
		*t->ready_end = h;
		t->ready_end = &h->next;
	}
}

static enum fragment_result
hold(struct fragment_table *t, struct datagram *d, const struct packet *p, uint64_t now_ns)
{
	struct held *h = t->free;
	if (!h || d->waiting == FRAGMENT_HELD_EACH)
		return FRAGMENT_REFUSED;
	enum fragment_result result = take_bytes(d, p);
	if (result != FRAGMENT_READY)
		return result;
	t->free = h->next;
	t->count++;
	d->waiting++;
	h->packet = *p;
	h->datagram = d;
	h->deadline_ns = now_ns + FRAGMENT_WAIT_NS;
	h->newer = NULL;
	h->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = h;
	t->newest = h;
	return FRAGMENT_HELD;
}

static enum fragment_result
resolve_first(struct fragment_table *t, struct datagram *d, struct packet *p, uint64_t now_ns)
{
	if (d->known && !same_flow(d, p))
		return FRAGMENT_OVERLAPS;
	enum fragment_result result = take_bytes(d, p);
	if (result != FRAGMENT_READY)
		return result;
	if (!d->known) {
		d->known = true;
		d->expires_ns = now_ns + FRAGMENT_LIFETIME_NS;
		d->protocol = p->key.protocol;
		d->source_port = p->key.source_port;
		d->destination_port = p->key.destination_port;
		d->icmp_type = p->icmp_type;
		d->icmp_code = p->icmp_code;
		d->echo_sequence = p->echo_sequence;
		d->flags = p->flags & KEPT;
		make_ready(t, d);
	}
	return FRAGMENT_READY;
}

enum fragment_result
fragment_resolve(struct fragment_table *t, struct packet *p, uint64_t now_ns)
{
	struct flow_key name = name_of(p);
	struct datagram *set = t->datagram[flow_key_hash(&name, t->seed) % SETS];
	struct datagram *d = find(set, &name, now_ns);
	if (!d) {
		d = make_room(set, p, now_ns);
		if (!d)
			return FRAGMENT_REFUSED;
		memset(d, 0, sizeof *d);
		d->name = name;
	}

	enum fragment_result result;
	if (p->flags & PACKET_FRAGMENT_FIRST)
		result = resolve_first(t, d, p, now_ns);
	else if (!d->known)
		result = hold(t, d, p, now_ns);
	else if ((result = take_bytes(d, p)) == FRAGMENT_READY)
		fill(p, d);
	if (is_complete(d))
		d->known = false;
	return result;
}

bool
fragment_overlaps(const struct fragment_table *t, const struct packet *p, uint64_t now_ns)
{
	struct flow_key name = name_of(p);
	const struct datagram *set = t->datagram[flow_key_hash(&name, t->seed) % SETS];
	for (unsigned i = 0; i < WAYS; i++) {
		const struct datagram *d = &set[i];
		if (is_live(d, now_ns) && flow_key_equal(&d->name, &name) && has_any(d->came, blocks_of(p)))
			return true;
	}
	return false;
}

bool
fragment_release(struct fragment_table *t, struct packet *out)
{
	struct held *h = t->ready;
	if (!h)
		return false;
	t->ready = h->next;
	if (!t->ready)
		t->ready_end = &t->ready;
	*out = h->packet;
	h->next = t->free;
	t->free = h;
	t->count--;
	return true;
}

bool
fragment_expired(struct fragment_table *t, uint64_t now_ns, struct packet *out)
{
	struct held *h = t->oldest;
	if (!h || now_ns < h->deadline_ns)
		return false;
	stop_waiting(t, h);
	if (h->datagram)
		h->datagram->waiting--;
	*out = h->packet;
	h->next = t->free;
	t->free = h;
	t->count--;
	return true;
}
