/* session.c: how packets find, open, refresh and end their sessions. SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include "event/account.h"
#include "event/event.h"
#include "packet/protocol.h"
#include "pipeline/pipeline.h"
#include "pipeline/stage.h"

enum { TCP_TIMEOUT_S = 1800, OTHER_TIMEOUT_S = 60, LINGER_S = 2, AGE_BUDGET = 8192, EARLY_BUDGET = 4096 };
enum { DNS_PORT = 53 };

#define ROW_NONE UINT32_MAX

/* ids: docs/decisions/0005-session-ids.md */
enum { ID_WORKER_BITS = 5, ID_BITS = 53 };

static bool
is_icmp(const struct packet *p)
{
	return p->key.protocol == PROTOCOL_ICMP || p->key.protocol == PROTOCOL_ICMP6;
}

static bool
is_echo_request(const struct packet *p)
{
	return p->flags & PACKET_ICMP_ECHO && (p->icmp_type == ICMP_ECHO_REQUEST || p->icmp_type == ICMP6_ECHO_REQUEST);
}

/* Identifiers are the same in both directions, so only the type tells whose echo this is. */
static bool
echo_fits(const struct session *s, const struct packet *p, unsigned direction)
{
	bool echo = p->flags & PACKET_ICMP_ECHO;
	if (!(s->flags & SESSION_ECHO))
		return !echo;
	return echo && is_echo_request(p) == (direction == 0);
}

bool
session_fits(const struct worker *w, const struct session *s, struct packet *p, unsigned direction)
{
	switch (p->key.protocol) {
	case PROTOCOL_TCP:
		if (s->flags & SESSION_SPLICED && !splice_fits(w, s, p, direction))
			return false;
		/* It may begin a connection in the place of one that is over: begins_anew. */
		if (s->tcp.state >= TCP_TIME_WAIT && w->splices)
			return false;
		return tcp_check(&s->tcp, p, direction, &w->snapshot->settings.tcp) == TCP_OK;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		return s->flags & SESSION_ECHO && echo_fits(s, p, direction);
	}
	return true;
}

/* An ICMP error travels with the flow that its quoted packet's receiver would answer in, and goes to the quoted sender
 * only: anything else does not belong to the session. */
static struct session *
find_quoted(const struct worker *w, const struct packet *p, unsigned *direction)
{
	if (p->inner_l3 == 0)
		return NULL;
	struct flow_key k = flow_key_reverse(&p->inner);
	if (memcmp(&k.destination, &p->key.destination, sizeof k.destination) != 0)
		return NULL;
	return flow_table_find(w->flows, &k, flow_table_hash(w->flows, &k), direction);
}

static enum drop_reason
check_tcp(struct worker *w, struct packet *p)
{
	if (p->session->flags & SESSION_SPLICED) {
		enum drop_reason reason = splice_segment(w, p);
		if (reason != DROP_REASON_NONE)
			return reason;
	}
	switch (tcp_check(&p->session->tcp, p, p->direction, &w->snapshot->settings.tcp)) {
	case TCP_OK:
		return DROP_REASON_NONE;
	case TCP_BAD_WINDOW:
		return DROP_REASON_TCP_WINDOW;
	case TCP_BAD_STATE:
		return DROP_REASON_TCP_STATE;
	case TCP_EARLY_DATA:
		return DROP_REASON_TCP_EARLY_DATA;
	case TCP_NEW_CONNECTION:
		p->session = NULL;
		p->direction = 0;
		p->flags |= PACKET_RESTART;
		return DROP_REASON_NONE;
	}
	return DROP_REASON_TCP_STATE;
}

/* A message that is neither echo nor error shares its session with others unlike it, so each is judged by policy. */
static bool
judged_alone(const struct packet *p)
{
	return is_icmp(p) && !(p->flags & PACKET_ICMP_ERROR) && p->direction == 0 &&
	       !(p->session->flags & SESSION_ECHO);
}

static void
take_memo(const struct worker *w, struct packet *p)
{
	const struct flow *f = &p->session->flow[p->direction];
	if (p->flags & PACKET_ICMP_ERROR)
		nat_known_error(w, p, p->session);
	else
		nat_leaves(p, p->session);
	bool current = f->epoch == w->epoch && f->ingress_unit == p->unit &&
		       p->session->route_instance[p->direction] == p->route_instance && w->ports[f->egress_port].up;
	/* No flow key tells how a frame was addressed: what went to many stations is the route's to refuse. */
	if (!current || w->memo_off || judged_alone(p) || p->flags & PACKET_L2_MULTICAST) {
		p->flags |= PACKET_REJUDGED;
		return;
	}
	p->flags |= PACKET_MEMO;
	p->egress_unit = f->egress_unit;
	p->egress_zone = p->session->zones[p->direction].egress;
	p->neighbour = f->neighbour;
}

/* begins_anew: is this segment, which has no session or one that is over, the client's answer to a cookie? */
static bool
begins_anew(struct worker *w, struct packet *p)
{
	const struct session *s = p->session;
	if (s && s->tcp.state != TCP_TIME_WAIT && s->tcp.state != TCP_CLOSED)
		return false;
	if (p->key.protocol != PROTOCOL_TCP || !splice_claim(w, p))
		return false;
	p->flags |= s ? PACKET_RESTART : 0;
	p->session = NULL;
	p->direction = 0;
	return true;
}

enum verdict
session_find(struct worker *w, struct packet *p)
{
	unsigned direction = p->direction;
	p->flags &= (uint16_t)~PACKET_TRANSLATED;
	if (p->flags & PACKET_ICMP_ERROR)
		p->session = find_quoted(w, p, &direction);
	else if (!p->session)
		p->session = flow_table_find(w->flows, &p->key, p->hash, &direction);
	if (!(p->flags & PACKET_ICMP_ERROR) && begins_anew(w, p))
		return VERDICT_NONE;
	if (!p->session)
		return VERDICT_NONE;
	p->direction = (uint8_t)direction;
	if (p->flags & PACKET_ICMP_ERROR) {
		take_memo(w, p);
		return VERDICT_NONE;
	}
	if (p->key.protocol == PROTOCOL_TCP) {
		enum drop_reason reason = check_tcp(w, p);
		if (reason != DROP_REASON_NONE)
			return packet_drop(p, reason);
	} else if (is_icmp(p) && !echo_fits(p->session, p, direction)) {
		p->session = NULL;
		p->direction = 0;
	}
	if (p->session)
		take_memo(w, p);
	return VERDICT_NONE;
}

static bool
same_zones(const struct session *s, const struct packet *p)
{
	const struct zones *z = &s->zones[0];
	if (p->direction == 0)
		return z->ingress == p->zone && z->egress == p->egress_zone;
	return z->ingress == p->egress_zone && z->egress == p->zone;
}

bool
session_judged(const struct worker *w, const struct packet *p)
{
	const struct session *s = p->session;
	return s->epoch == w->epoch && !w->memo_off && same_zones(s, p) && !judged_alone(p);
}

/* came_by_its_path: the packet came from where its session lies: by the interface known for it, or by one that leads
 * back to its source. An ICMP error may come from any router on that way. */
static bool
came_by_its_path(const struct worker *w, const struct packet *p)
{
	const struct session *s = p->session;
	const struct flow *f = &s->flow[0];
	if (s->generation == w->snapshot->generation &&
	    p->unit == (p->direction == 0 ? f->ingress_unit : f->egress_unit))
		return true;
	const struct fib *fib = w->snapshot->fib[p->key.instance];
	const struct address *source = &s->flow[p->direction].key.source;
	const struct next_hop_group *g = fib ? fib_lookup(fib, p->key.family, source) : NULL;
	for (uint32_t i = 0; g && i < g->count; i++)
		if (g->hop[i].kind == NEXT_HOP_FORWARD && g->hop[i].unit == p->unit)
			return true;
	return false;
}

bool
session_astray(const struct worker *w, const struct packet *p)
{
	return p->session && !same_zones(p->session, p) && !came_by_its_path(w, p);
}

uint32_t
session_limit(const struct worker *w)
{
	uint32_t share = (w->snapshot->settings.session_maximum - 1) / w->workers + 1;
	uint32_t room = flow_table_capacity(w->flows);
	return share < room ? share : room;
}

enum verdict
session_check(struct worker *w, struct packet *p)
{
	struct tcp_track scratch;
	if (p->session || p->flags & PACKET_ICMP_ERROR)
		return VERDICT_NONE;
	if (p->key.protocol == PROTOCOL_TCP) {
		enum tcp_result result = tcp_start(&scratch, p, &w->snapshot->settings.tcp);
		if (result != TCP_OK)
			return packet_drop(p, result == TCP_EARLY_DATA ? DROP_REASON_TCP_EARLY_DATA
								       : DROP_REASON_TCP_NO_SESSION);
	}
	if (is_icmp(p) && (packet_later_fragment(p) || (p->flags & PACKET_ICMP_ECHO && !is_echo_request(p))))
		return packet_drop(p, DROP_REASON_ICMP_NO_SESSION);
	/* Its first fragment was not let through, or it would find the session that one opened. */
	if (packet_later_fragment(p))
		return packet_drop(p, DROP_REASON_FRAGMENT_UNKNOWN);
	if (w->snapshot->settings.require_delivery && !event_ring_delivers(w->ring, w->now_ns))
		return packet_drop(p, DROP_REASON_LOG_DELIVERY);
	if (flow_table_used(w->flows) >= session_limit(w) && !(p->flags & PACKET_RESTART))
		return packet_drop(p, DROP_REASON_SESSION_TABLE_FULL);
	return limits_sessions(w, p->zone) ? limit_check(w, p) : VERDICT_NONE;
}

static uint64_t
next_id(struct worker *w)
{
	uint64_t id = w->next_session++ << ID_WORKER_BITS | w->index;
	return id & ((1ull << ID_BITS) - 1);
}

static void
set_timeout(struct worker *w, struct session *s, uint32_t timeout_s)
{
	uint32_t before = s->timeout_s;
	s->timeout_s = timeout_s;
	if (timeout_s < before || before == 0)
		age_add(w->ages, s, w->now_ns);
}

static uint32_t
timeout_of(const struct worker *w, const struct session *s)
{
	if (s->flow[0].key.protocol != PROTOCOL_TCP)
		return s->idle_timeout_s;
	uint32_t pending = s->flags & SESSION_SPLICED ? splice_timeout_s(w, s) : 0;
	if (pending)
		return pending;
	const struct settings *settings = &w->snapshot->settings;
	return tcp_timeout_s(&s->tcp, settings->tcp_initial_timeout_s, settings->tcp_time_wait_s, s->idle_timeout_s);
}

/* asks: a session of questions with one answer each. */
static bool
asks(const struct session *s)
{
	const struct flow_key *k = &s->flow[0].key;
	bool dns = k->protocol == PROTOCOL_UDP && k->destination_port == htons(DNS_PORT);
	return s->flags & SESSION_ECHO || dns;
}

/* take_judgement: what the policy said about this packet now holds for its session. A log line names the ids below, so
 * all of them come from one generation. */
static void
take_judgement(struct worker *w, const struct packet *p)
{
	struct session *s = p->session;
	const struct policy_rule *rule = p->rule;
	struct flow *f = &s->flow[0];
	bool forward = p->direction == 0;
	uint16_t flags =
	    (uint16_t)((rule->log_init ? SESSION_LOG_INIT : 0) | (rule->log_close ? SESSION_LOG_CLOSE : 0) |
		       (rule->count ? SESSION_COUNT : 0) | (rule->timeout_s ? SESSION_TIMED : 0));
	s->flags =
	    (uint16_t)((s->flags & ~(SESSION_LOG_INIT | SESSION_LOG_CLOSE | SESSION_COUNT | SESSION_TIMED)) | flags);
	s->policy_id = rule->policy_id;
	s->rule = rule->counter;
	if (rule->log_init || rule->log_close)
		w->session_accounts[flow_table_index(w->flows, s)] =
		    event_account(w->snapshot->policy_limit, rule->counter);
	s->application = p->application;
	s->generation = w->snapshot->generation;
	s->epoch = w->epoch;
	s->zones[0].ingress = forward ? p->zone : p->egress_zone;
	s->zones[0].egress = forward ? p->egress_zone : p->zone;
	f->ingress_unit = forward ? p->unit : p->egress_unit;
	f->egress_unit = forward ? p->egress_unit : p->unit;
	f->epoch = 0;
	nat_judged(w, p, s);
	bool tcp = s->flow[0].key.protocol == PROTOCOL_TCP;
	s->idle_timeout_s = rule->timeout_s ? rule->timeout_s : tcp ? TCP_TIMEOUT_S : OTHER_TIMEOUT_S;
}

static void
end(struct worker *w, struct session *s, enum close_reason reason)
{
	if (s->flags & SESSION_OPENED) {
		counter_add(&w->counters.sessions_closed, 1);
		if (s->flags & SESSION_LOG_CLOSE)
			event_session_close(w, s, reason);
	} else {
		counter_add(&w->counters.sessions_abandoned, 1);
	}
	nat_closed(w, s);
	if (s->flags & SESSION_SPLICED)
		splice_closed(w, s, reason == CLOSE_REASON_SYNPROXY_FAILURE);
	if (s->limits[0] | s->limits[1])
		limit_give(w, &s->flow[0].key, s->limits);
	age_remove(w->ages, s);
	flow_table_remove(w->flows, s);
}

static enum close_reason
reason_of(const struct session *s, enum close_reason otherwise)
{
	return s->flags & SESSION_CLOSING ? (enum close_reason)s->close_reason : otherwise;
}

/* Keys that are taken: an echo request whose identifier a session in the other direction uses, or two instances that
 * share addresses. */
static enum drop_reason
conflict(const struct packet *p)
{
	if (p->flags & PACKET_TRANSLATED)
		return DROP_REASON_NAT_EXHAUSTED;
	if (is_icmp(p))
		return DROP_REASON_ICMP_NO_SESSION;
	if (memcmp(&p->key.source, &p->key.destination, sizeof p->key.source) == 0)
		return DROP_REASON_IP_SOURCE;
	return p->key.protocol == PROTOCOL_TCP ? DROP_REASON_TCP_NO_SESSION : DROP_REASON_SESSION_TABLE_FULL;
}

bool
session_commit(struct worker *w, struct packet *p)
{
	if (p->session || p->flags & PACKET_ICMP_ERROR)
		return true;
	struct flow_key reverse = flow_key_reverse(packet_out(p));
	reverse.instance = w->snapshot->unit[p->egress_unit].instance;
	if (p->flags & PACKET_RESTART) {
		unsigned direction;
		struct session *old = flow_table_find(w->flows, &p->key, p->hash, &direction);
		end(w, old, reason_of(old, CLOSE_REASON_TCP_FIN));
	}
	uint16_t limits[2] = { 0, 0 }, place = 0;
	if (p->splice == PACKET_STANDS_FOR_SYN && !splice_queue(w, p, &place))
		return false;
	if (limits_sessions(w, p->zone) && !limit_take(w, p, limits)) {
		splice_queue_give(w, place);
		return false;
	}
	bool exists = false;
	struct session *s = flow_table_install(w->flows, &p->key, &reverse, &exists);
	if (!s) {
		limit_give(w, &p->key, limits);
		splice_queue_give(w, place);
		p->drop_reason = (uint8_t)(exists ? conflict(p) : DROP_REASON_SESSION_TABLE_FULL);
		return false;
	}
	if (!nat_commit(w, p, s)) {
		limit_give(w, &p->key, limits);
		splice_queue_give(w, place);
		flow_table_remove(w->flows, s);
		return false;
	}
	memcpy(s->limits, limits, sizeof limits);
	p->session = s;
	p->direction = 0;
	p->flags |= PACKET_OPENS;
	s->id = next_id(w);
	s->created_ns = w->wall_ns;
	s->last_ns = w->now_ns;
	s->icmp_type = p->icmp_type;
	s->icmp_code = p->icmp_code;
	s->echo_sequence = p->echo_sequence;
	s->flags |= is_echo_request(p) ? SESSION_ECHO : 0;
	s->flags |= asks(s) ? SESSION_ASKS : 0;
	if (p->key.protocol == PROTOCOL_TCP)
		tcp_start(&s->tcp, p, &w->snapshot->settings.tcp);
	if (p->splice == PACKET_STANDS_FOR_SYN)
		splice_open(w, p, s, place);
	take_judgement(w, p);
	set_timeout(w, s, timeout_of(w, s));
	counter_add(&w->policies[s->rule].hits, 1);
	return true;
}

void
session_remember(struct worker *w, struct packet *p)
{
	struct session *s = p->session;
	if (!s || p->flags & (PACKET_ICMP_ERROR | PACKET_MEMO))
		return;
	if (s->epoch != w->epoch) {
		/* A session that opens now, after its packet waited, opens by what is in force now. */
		bool opens = p->flags & PACKET_OPENED && !(s->flags & SESSION_OPENED);
		if (!opens && !came_by_its_path(w, p))
			return;
		take_judgement(w, p);
		set_timeout(w, s, timeout_of(w, s));
	} else if (!same_zones(s, p)) {
		return;
	}
	const struct unit *u = &w->snapshot->unit[p->egress_unit];
	struct flow *f = &s->flow[p->direction];
	f->epoch = w->epoch;
	f->neighbour = p->neighbour;
	f->ingress_unit = p->unit;
	f->egress_unit = p->egress_unit;
	f->egress_port = u->port;
	f->egress_vlan = u->vlan;
	f->mtu = egress_takes(w, p);
	s->zones[p->direction] = (struct zones){ .ingress = p->zone, .egress = p->egress_zone };
	memcpy(f->source_mac, w->ports[u->port].mac, 6);
	s->rewrites[p->direction] = cos_rewrites(w, p->egress_unit, packet_out(p)->family);
	filter_remember(w, p, s);
	bool screened = screen_of(w, s->zones[0].ingress) || screen_of(w, s->zones[0].egress), filtered = false;
	for (unsigned d = 0; d < 2; d++)
		filtered |= s->rewrites[d] || s->marks[d].input_memo || s->marks[d].output_memo;
	bool marked = filtered || screened || s->flags & SESSION_SPLICED;
	uint16_t flags = (uint16_t)((marked ? SESSION_MARKED : 0) | (filtered ? SESSION_FILTERED : 0));
	s->flags = (uint16_t)((s->flags & ~(SESSION_MARKED | SESSION_FILTERED)) | flags);
}

static void
passed_tcp(struct worker *w, struct packet *p)
{
	struct session *s = p->session;
	uint8_t before = s->tcp.state;
	if (!(p->flags & PACKET_OPENS))
		tcp_update(&s->tcp, p, p->direction);
	if (s->flags & SESSION_SPLICED)
		splice_passed(w, p);
	if (s->tcp.state == before)
		return;
	set_timeout(w, s, timeout_of(w, s));
	s->flags &= (uint16_t)~SESSION_CLOSING;
	bool fin = s->tcp.state >= TCP_FIN_WAIT && s->tcp.state <= TCP_TIME_WAIT;
	if (fin && w->snapshot->settings.tcp.fin_invalidate) {
		end(w, s, CLOSE_REASON_TCP_FIN);
		p->session = NULL;
	} else if (s->tcp.state == TCP_TIME_WAIT) {
		s->flags |= SESSION_CLOSING;
		s->close_reason = CLOSE_REASON_TCP_FIN;
	} else if (s->tcp.state == TCP_CLOSED) {
		s->flags |= SESSION_CLOSING;
		s->close_reason = s->tcp.reset_by == 0 ? CLOSE_REASON_TCP_CLIENT_RST : CLOSE_REASON_TCP_SERVER_RST;
		if (w->snapshot->settings.tcp.rst_invalidate) {
			end(w, s, (enum close_reason)s->close_reason);
			p->session = NULL;
		}
	}
}

/* close_soon: what is still under way goes with the session for a little; a packet of it that goes on takes that back. */
static void
close_soon(struct worker *w, struct session *s, enum close_reason reason)
{
	s->flags |= SESSION_CLOSING;
	s->close_reason = (uint8_t)reason;
	set_timeout(w, s, s->timeout_s < LINGER_S ? s->timeout_s : LINGER_S);
}

/* Of a question or an answer that comes in fragments the first one counts. An answer too many is for no question that comes later. */
static void
count_answers(struct session *s, const struct packet *p)
{
	if (packet_later_fragment(p) || s->unanswered == UNANSWERED_MANY)
		return;
	if (p->direction == 0)
		s->unanswered++;
	else if (s->unanswered > 0)
		s->unanswered--;
}

/* Without TCP only the traffic itself says that it is over: each question has its answer. */
static void
passed_other(struct worker *w, const struct packet *p)
{
	struct session *s = p->session;
	if (!(s->flags & (SESSION_ASKS | SESSION_CLOSING)))
		return;
	if (s->flags & SESSION_ASKS)
		count_answers(s, p);
	/* Where the configuration sets a timeout, that alone ends it. */
	bool may_end = (s->flags & (SESSION_ASKS | SESSION_TIMED)) == SESSION_ASKS;
	if (may_end && p->direction == 1 && s->unanswered == 0) {
		close_soon(w, s, CLOSE_REASON_RESPONSE_RECEIVED);
	} else if (s->flags & SESSION_CLOSING) {
		s->flags &= (uint16_t)~SESSION_CLOSING;
		set_timeout(w, s, timeout_of(w, s));
	}
}

static bool
says_unreachable(const struct packet *p)
{
	if (p->key.family == ADDRESS_FAMILY_INET6)
		return p->icmp_type == ICMP6_UNREACHABLE;
	return p->icmp_type == ICMP_UNREACHABLE && p->icmp_code != ICMP_FRAGMENTATION_NEEDED;
}

/* passed_error: the client was told that nobody is there. Whoever knows a flow's addresses can say so (RFC 5927): that ends
 * no TCP connection, and nothing that the server has answered. */
static void
passed_error(struct worker *w, const struct packet *p)
{
	struct session *s = p->session;
	bool about_client = p->direction == 1 && s->flow[0].key.protocol != PROTOCOL_TCP;
	if (about_client && s->flags & SESSION_OPENED && !(s->flags & SESSION_REPLIED) && says_unreachable(p))
		close_soon(w, s, CLOSE_REASON_ICMP_ERROR);
}

void
session_passed(struct worker *w, struct packet *p)
{
	struct session *s = p->session;
	if (!s)
		return;
	/* An error travels with the flow, but is none of its packets: it neither counts nor keeps it alive. */
	if (p->flags & PACKET_ICMP_ERROR) {
		passed_error(w, p);
		return;
	}
	struct passed *passed = &s->passed[p->direction];
	passed->packets++;
	passed->bytes += p->l3_length;
	s->last_ns = w->now_ns;
	/* Rows are those of the snapshot in force. A session that it has not judged yet names another's: then the packet was
	 * judged for itself. */
	bool current = s->generation == w->snapshot->generation;
	uint32_t row = current ? s->rule : p->rule ? p->rule->counter : ROW_NONE;
	bool counts = current ? s->flags & SESSION_COUNT : p->rule && p->rule->count;
	if (counts) {
		counter_add(&w->policies[row].packets, 1);
		counter_add(&w->policies[row].bytes, p->l3_length);
	}
	if (!(s->flags & SESSION_OPENED)) {
		s->flags |= SESSION_OPENED;
		counter_add(&w->counters.sessions_opened, 1);
		if (row != ROW_NONE)
			counter_add(&w->policies[row].sessions, 1);
		if (s->flags & SESSION_LOG_INIT)
			event_session_open(w, p, s);
	}
	if (p->direction == 1)
		s->flags |= SESSION_REPLIED;
	if (p->key.protocol == PROTOCOL_TCP)
		passed_tcp(w, p);
	else
		passed_other(w, p);
}

/* A session whose first packet ends here, or waited in vain, was none. One that was open ends only if its own packet was
 * denied by what is in force now. */
void
session_refused(struct worker *w, struct packet *p)
{
	struct session *s = p->session;
	if (!s || p->flags & PACKET_ICMP_ERROR)
		return;
	if (!(s->flags & SESSION_OPENED)) {
		if (p->flags & (PACKET_OPENS | PACKET_OPENED)) {
			end(w, s, CLOSE_REASON_NONE);
			p->session = NULL;
		}
		return;
	}
	bool ended = p->drop_reason == DROP_REASON_NAT_CHANGED;
	bool denied = p->rule && p->deny_reason != DENY_REASON_NONE && p->deny_reason != DENY_REASON_HOST_INBOUND;
	if ((denied || ended) && s->epoch != w->epoch && !judged_alone(p) && came_by_its_path(w, p)) {
		end(w, s, CLOSE_REASON_POLICY_DELETE);
		p->session = NULL;
	}
}

/* expire ends a session that had its time, for `reason` if nothing else ended it. */
static void
expire(struct worker *w, struct session *s, enum close_reason reason)
{
	bool unanswered = s->flags & SESSION_SPLICED && splice_pending(w, s);
	end(w, s, reason_of(s, unanswered ? CLOSE_REASON_SYNPROXY_FAILURE : reason));
}

/* is_crowded: has the table been beyond its high watermark, and not come down to the low one since? */
static bool
is_crowded(const struct worker *w)
{
	const struct settings *settings = &w->snapshot->settings;
	uint64_t used = 100ull * flow_table_used(w->flows), limit = session_limit(w);
	return used > limit * (w->ageing_early ? settings->low_watermark : settings->high_watermark);
}

/* In the order of the table, a part of it each time: whoever looked for the oldest would have to look at all. */
static void
age_early(struct worker *w)
{
	uint64_t idle_ns = w->snapshot->settings.early_ageout_s * 1000000000ull;
	uint32_t capacity = flow_table_capacity(w->flows);
	__atomic_store_n(&w->ageing_early, is_crowded(w), __ATOMIC_RELAXED);
	for (unsigned i = 0; i < EARLY_BUDGET && i < capacity && w->ageing_early; i++) {
		w->early_index = w->early_index + 1 < capacity ? w->early_index + 1 : 0;
		struct session *s = flow_table_at(w->flows, w->early_index);
		if (!s || w->now_ns - s->last_ns < idle_ns)
			continue;
		counter_add(&w->counters.sessions_aged_early, 1);
		expire(w, s, CLOSE_REASON_AGED_OUT);
		__atomic_store_n(&w->ageing_early, is_crowded(w), __ATOMIC_RELAXED);
	}
}

void
session_age(struct worker *w)
{
	unsigned budget = AGE_BUDGET;
	struct session *s;
	while ((s = age_expired(w->ages, w->now_ns, &budget)) != NULL)
		if (!(s->flags & SESSION_SPLICED && splice_repeat(w, s)))
			expire(w, s, CLOSE_REASON_IDLE_TIMEOUT);
	age_early(w);
}

uint32_t
session_close_matching(struct worker *w, enum close_reason reason, bool (*match)(const struct session *s, void *ctx),
		       void *ctx)
{
	uint32_t closed = 0;
	for (uint32_t i = 0; i < flow_table_capacity(w->flows); i++) {
		struct session *s = flow_table_at(w->flows, i);
		/* A connection that was over ended by itself. */
		if (s && (!match || match(s, ctx))) {
			end(w, s, reason_of(s, reason));
			closed++;
		}
	}
	return closed;
}
