/* flood.c: the screens that count: how much, or how many different, in which time. SPDX-License-Identifier: Apache-2.0 */
#include "packet/protocol.h"
#include "pipeline/stage.h"
#include "screen/tracker.h"

enum { KEY_SOURCE = 1, KEY_DESTINATION = 2, KEY_PORT = 4 };

static uint64_t
key_of(const struct worker *w, const struct packet *p, unsigned parts)
{
	const struct flow_key *k = &p->key;
	uint64_t words[5] = { parts | (uint64_t)k->family << 8 };
	unsigned count = 1;
	if (parts & KEY_SOURCE) {
		memcpy(&words[count], &k->source, sizeof k->source);
		count += 2;
	}
	if (parts & KEY_DESTINATION) {
		memcpy(&words[count], &k->destination, sizeof k->destination);
		count += 2;
	}
	if (parts & KEY_PORT)
		words[0] |= (uint64_t)k->destination_port << 16;
	return tracker_hash(w->owner_seed, words, count);
}

/* Each asks its tracker if the zone has it. */

static uint64_t
rate(struct worker *w, const struct packet *p, enum screen_id id, unsigned parts)
{
	const struct zone *z = &w->snapshot->zone[p->zone];
	if (!(z->screen->rates >> id & 1))
		return 0;
	uint64_t key = key_of(w, p, parts);
	bool beyond = w->workers > 1 ? tracker_rate(z->tracker[id], key, z->screen->threshold[id], w->now_ns)
				     : tracker_rate_alone(z->tracker[id], key, z->screen->threshold[id], w->now_ns);
	return beyond ? 1ull << id : 0;
}

static uint64_t
spread(struct worker *w, const struct packet *p, enum screen_id id, unsigned key, unsigned target)
{
	const struct zone *z = &w->snapshot->zone[p->zone];
	if (!(z->screen->rates >> id & 1))
		return 0;
	return tracker_spread(z->tracker[id], key_of(w, p, key), key_of(w, p, key | target), z->screen->threshold[id],
			      w->now_ns)
		   ? 1ull << id
		   : 0;
}

/* What belongs to a session goes to where its client went: it is no search. */
static bool
has_session(const struct worker *w, const struct packet *p)
{
	unsigned direction;
	return flow_table_find(w->flows, &p->key, p->hash, &direction) != NULL;
}

static uint64_t
tcp_find(struct worker *w, const struct packet *p)
{
	if ((p->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN || packet_later_fragment(p))
		return 0;
	uint64_t met = 0;
	if (!screen_trusts(screen_of(w, p->zone), &p->key))
		met = rate(w, p, SCREEN_ID_SYN_FLOOD, KEY_DESTINATION | KEY_PORT) |
		      rate(w, p, SCREEN_ID_SYN_FLOOD_SOURCE, KEY_SOURCE) |
		      rate(w, p, SCREEN_ID_SYN_FLOOD_DESTINATION, KEY_DESTINATION);
	return met | spread(w, p, SCREEN_ID_PORT_SCAN, KEY_SOURCE | KEY_DESTINATION, KEY_PORT) |
	       spread(w, p, SCREEN_ID_TCP_SWEEP, KEY_SOURCE, KEY_DESTINATION);
}

static uint64_t
udp_find(struct worker *w, const struct packet *p, const struct screen *s)
{
	static const uint64_t searches = SCREEN_BIT(UDP_PORT_SCAN) | SCREEN_BIT(UDP_SWEEP);
	uint64_t met = rate(w, p, SCREEN_ID_UDP_FLOOD, KEY_DESTINATION);
	if (!(s->rates & searches) || packet_later_fragment(p) || has_session(w, p))
		return met;
	return met | spread(w, p, SCREEN_ID_UDP_PORT_SCAN, KEY_SOURCE | KEY_DESTINATION, KEY_PORT) |
	       spread(w, p, SCREEN_ID_UDP_SWEEP, KEY_SOURCE, KEY_DESTINATION);
}

static uint64_t
icmp_find(struct worker *w, const struct packet *p)
{
	uint64_t met = rate(w, p, SCREEN_ID_ICMP_FLOOD, KEY_DESTINATION);
	bool request = p->icmp_type == (p->key.family == ADDRESS_FAMILY_INET ? ICMP_ECHO_REQUEST : ICMP6_ECHO_REQUEST);
	return request ? met | spread(w, p, SCREEN_ID_IP_SWEEP, KEY_SOURCE, KEY_DESTINATION) : met;
}

bool
flood_alarms(struct worker *w, const struct packet *p)
{
	return rate(w, p, SCREEN_ID_SYN_COOKIE, KEY_DESTINATION | KEY_PORT) != 0;
}

uint64_t
flood_find(struct worker *w, const struct packet *p, const struct screen *s)
{
	switch (p->key.protocol) {
	case PROTOCOL_TCP:
		return tcp_find(w, p);
	case PROTOCOL_UDP:
		return udp_find(w, p, s);
	case PROTOCOL_ICMP:
		return p->key.family == ADDRESS_FAMILY_INET ? icmp_find(w, p) : 0;
	case PROTOCOL_ICMP6:
		return p->key.family == ADDRESS_FAMILY_INET6 ? icmp_find(w, p) : 0;
	}
	return 0;
}
