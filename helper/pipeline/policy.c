/* policy.c: zone pair, then global, then default: the rule that decides about a flow. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { DENY_MEMOS = 1024 };

/* question: what is asked of the policies: in the direction in which the session was, or would be, opened. */
struct question {
	uint16_t from, to;
	const struct flow_key *key;
	int16_t icmp_type, icmp_code;
};

static bool
is_icmp(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* An existing session is asked about as it was opened; only ICMP messages other than echo, which share a session without
 * being alike, are asked about one by one. */
/* seen: the key of a session as policies see it: where its packets come from, and where they go to. */
static struct flow_key
seen(const struct flow_key *from, const struct flow_key *to)
{
	struct flow_key k = *from;
	k.destination = to->destination;
	k.destination_port = to->destination_port;
	k.family = to->family == from->family ? from->family : CLASSIFY_INET6_TO_INET;
	return k;
}

static struct question
ask(const struct worker *w, const struct packet *p, struct flow_key *translated)
{
	const struct session *s = session_astray(w, p) ? NULL : p->session;
	bool reply = s && p->direction == 1;
	struct question q = {
		.from = reply ? p->egress_zone : p->zone,
		.to = reply ? p->zone : p->egress_zone,
		.key = s ? &s->flow[0].key : &p->key,
		.icmp_type = -1,
		.icmp_code = -1,
	};
	if (s && s->flags & SESSION_NAT) {
		struct flow_key out = session_out(s, 0);
		*translated = seen(&s->flow[0].key, &out);
		q.key = translated;
	} else if (!s && p->flags & PACKET_TRANSLATED) {
		*translated = seen(&p->key, &p->out);
		q.key = translated;
	}
	if (!is_icmp(q.key->protocol))
		return q;
	bool own = !s || (!(s->flags & SESSION_ECHO) && !reply && !(p->flags & PACKET_ICMP_ERROR));
	if (own) {
		q.icmp_type = p->icmp_type;
		q.icmp_code = p->icmp_code;
	} else if (s) {
		q.icmp_type = s->icmp_type;
		q.icmp_code = s->icmp_code;
	}
	return q;
}

static const struct policy_rule *
find_global(const struct snapshot *s, const struct question *q)
{
	const struct policy_set *g = s->policy_global;
	int32_t i = CLASSIFY_NONE;
	do
		i = classify_next(g->classifier, q->key, q->icmp_type, q->icmp_code, i);
	while (i >= 0 && !snapshot_global_zones(s, (uint32_t)i, q->from, q->to));
	return i < 0 ? NULL : &g->rule[i];
}

static const struct policy_rule *
evaluate(const struct snapshot *s, const struct question *q)
{
	const struct policy_set *set = s->policy_by_zones[q->from * s->zone_count + q->to];
	if (set) {
		int32_t i = classify_match(set->classifier, q->key, q->icmp_type, q->icmp_code);
		if (i >= 0)
			return &set->rule[i];
	}
	const struct policy_rule *rule = s->policy_global ? find_global(s, q) : NULL;
	return rule ? rule : &s->default_rule;
}

/* deny_memo: a question, all of it, and the rule that answered it. Which rule that is depends on nothing but the question and the
 * snapshot, so within one snapshot a memo says what evaluate would. Permitted flows have sessions and need none. */
struct deny_memo {
	struct flow_key key;
	uint16_t from, to;
	int16_t icmp_type, icmp_code;
	const struct policy_rule *rule; /* NULL: free */
};

struct deny_memos {
	struct deny_memo at[DENY_MEMOS];
};

struct deny_memos *
deny_memos_create(void)
{
	return calloc(1, sizeof(struct deny_memos));
}

void
deny_memos_destroy(struct deny_memos *m)
{
	free(m);
}

void
deny_memos_forget(struct deny_memos *m)
{
	memset(m, 0, sizeof *m);
}

static bool
remembers(const struct deny_memo *m, const struct question *q)
{
	return m->rule && flow_key_equal(&m->key, q->key) && m->from == q->from && m->to == q->to &&
	       m->icmp_type == q->icmp_type && m->icmp_code == q->icmp_code;
}

static const struct policy_rule *
find_rule(struct worker *w, uint32_t hash, const struct question *q)
{
	struct deny_memo *m = &w->denies->at[hash % DENY_MEMOS];
	if (!w->memo_off && remembers(m, q))
		return m->rule;
	const struct policy_rule *rule = evaluate(w->snapshot, q);
	if (rule->action != ACTION_PERMIT)
		*m = (struct deny_memo){ *q->key, q->from, q->to, q->icmp_type, q->icmp_code, rule };
	return rule;
}

uint16_t
policy_application(const struct snapshot *s, const struct policy_rule *rule, const struct flow_key *k)
{
	uint16_t port = ntohs(k->destination_port);
	if (rule->application != 0)
		return rule->application;
	switch (k->protocol) {
	case IPPROTO_TCP:
		return s->tcp_application[port];
	case IPPROTO_UDP:
		return s->udp_application[port];
	case IPPROTO_SCTP:
		return s->sctp_application[port];
	}
	return s->protocol_application[k->protocol];
}

enum verdict
policy_decide(struct worker *w, struct packet *p)
{
	const struct snapshot *s = w->snapshot;
	/* An error about a packet that did not pass here is nothing a policy could allow. */
	if (p->flags & PACKET_ICMP_ERROR && !p->session)
		return packet_drop(p, DROP_REASON_ICMP_NO_SESSION);
	if (p->session && session_judged(w, p))
		return VERDICT_NONE;
	struct flow_key translated;
	struct question q = ask(w, p, &translated);
	p->rule = find_rule(w, p->hash, &q);
	p->application = policy_application(s, p->rule, q.key);
	if (p->rule->action == ACTION_PERMIT)
		return VERDICT_NONE;
	bool is_default = p->rule == &s->default_rule;
	if (p->rule->action == ACTION_REJECT) {
		p->deny_reason = DENY_REASON_REJECT;
		return packet_drop(p, is_default ? DROP_REASON_DEFAULT_POLICY : DROP_REASON_POLICY_REJECT);
	}
	p->deny_reason = is_default ? DENY_REASON_DEFAULT_POLICY : DENY_REASON_POLICY;
	return packet_drop(p, is_default ? DROP_REASON_DEFAULT_POLICY : DROP_REASON_POLICY_DENY);
}
