/* finish.c: the single exit: every packet's verdict is carried out, counted and logged here. SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"
#include "filter/filter.h"
#include "pipeline/stage.h"

static void
observe(struct worker *w, const struct packet *p)
{
	if (w->observer)
		w->observer(w->observer_ctx, p);
}

static enum filter_log_source
input_source(const struct filter_term *term)
{
	return term->routing_instance != FILTER_KEEP ? FILTER_LOG_SOURCE_PBR : FILTER_LOG_SOURCE_INPUT;
}

/* The packet went on: so the filters that it passed say permit, the input filter first. */
static inline void
log_permits(struct worker *w, const struct packet *p, enum filter_log_source last)
{
	for (unsigned i = 0; i < p->input.log_count; i++)
		event_filter_log(w, p, p->input.log[i], input_source(p->input.log[i]), FILTER_ANSWER_NONE);
	for (unsigned i = 0; i < p->last.log_count; i++)
		event_filter_log(w, p, p->last.log[i], last, FILTER_ANSWER_NONE);
}

/* The packet ended in a filter: that one alone says so. */
static void
log_end(struct worker *w, struct packet *p, enum answer told)
{
	static const uint8_t answer[] = { [ANSWER_NONE] = FILTER_ANSWER_NONE,
					  [ANSWER_SENT] = FILTER_ANSWER_SENT,
					  [ANSWER_LIMITED] = FILTER_ANSWER_LIMITED,
					  [ANSWER_SILENT] = FILTER_ANSWER_SILENT };
	const struct filter_trail *t = p->ended_in == PACKET_ENDED_INPUT ? &p->input : &p->last;
	bool local = p->next_hop && p->next_hop->kind == NEXT_HOP_LOCAL;
	struct session *session = p->session;
	/* A packet that comes from elsewhere, or goes to this host, has no part in the session whose addresses it has; but one
	 * that it was about to open itself still has to end with it. */
	if (t == &p->last && (local || session_astray(w, p)))
		p->session = NULL;
	for (unsigned i = 0; i < t->log_count; i++) {
		enum filter_log_source source = t == &p->input ? input_source(t->log[i])
						: local        ? FILTER_LOG_SOURCE_LO0
						: t->replayed  ? FILTER_LOG_SOURCE_CACHED_OUTPUT
							       : FILTER_LOG_SOURCE_OUTPUT;
		event_filter_log(w, p, t->log[i], source, (enum filter_answer)answer[told]);
	}
	p->session = session;
}

void
finish_forward(struct worker *w, struct packet *p)
{
	counter_add(&w->counters.forwarded_packets, 1);
	counter_add(&w->counters.forwarded_bytes, p->length);
	counter_add(&w->units[p->egress_unit].out_packets, 1);
	counter_add(&w->units[p->egress_unit].out_bytes, packet_out_length(p));
	log_permits(w, p, p->last.replayed ? FILTER_LOG_SOURCE_CACHED_OUTPUT : FILTER_LOG_SOURCE_OUTPUT);
	session_passed(w, p);
	observe(w, p);
}

/* What was denied by a rule, and whether its sender was told, is known only now. */
static void
deny(struct worker *w, struct packet *p, enum answer told)
{
	const struct policy_rule *rule = p->rule;
	if (p->deny_reason == DENY_REASON_REJECT && told == ANSWER_LIMITED)
		p->deny_reason = DENY_REASON_REJECT_LIMITED;
	else if (p->deny_reason == DENY_REASON_REJECT && told != ANSWER_SENT)
		p->deny_reason = DENY_REASON_REJECT_SILENT;
	if (p->deny_reason != DENY_REASON_HOST_INBOUND) {
		struct policy_counters *c = &w->policies[rule->counter];
		counter_add(&c->hits, 1);
		if (rule->count) {
			counter_add(&c->packets, 1);
			counter_add(&c->bytes, p->l3_length);
		}
	}
	if (rule->log_init || p->deny_reason == DENY_REASON_HOST_INBOUND)
		event_policy_deny(w, p, (enum deny_reason)p->deny_reason);
}

static void
drop(struct worker *w, struct packet *p)
{
	p->verdict = VERDICT_DROP;
	if (p->drop_reason == DROP_REASON_SYN_COOKIE || p->drop_reason == DROP_REASON_SYN_COOKIE_REPEATED)
		splice_answer(w, p);
	if (p->screens)
		screen_report(w, p);
	counter_add(&w->counters.drop[p->drop_reason], 1);
	enum answer told = answer_send(w, p);
	if (p->deny_reason != DENY_REASON_NONE)
		deny(w, p, told);
	if (p->ended_in != PACKET_ENDED_NOWHERE)
		log_end(w, p, told);
	session_refused(w, p);
	observe(w, p);
	w->buffers.give(w->buffers.ctx, p->frame);
}

static void
forward(struct worker *w, struct packet *p)
{
	if (!session_commit(w, p) || !egress_send(w, p)) {
		drop(w, p);
		return;
	}
	if (session_astray(w, p))
		p->session = NULL;
	session_remember(w, p);
	finish_forward(w, p);
}

static void
deliver(struct worker *w, struct packet *p)
{
	if (!host_deliver(w, p)) {
		drop(w, p);
		return;
	}
	counter_add(&w->counters.host_packets, 1);
	counter_add(&w->counters.host_bytes, p->l3_length);
	p->session = NULL; /* sessions are of what goes through */
	log_permits(w, p, FILTER_LOG_SOURCE_LO0);
	observe(w, p);
}

/* A later fragment that waits for its first one is held already, and has no neighbour yet. */
static void
hold(struct worker *w, struct packet *p)
{
	if (p->neighbour != NEIGHBOUR_NONE && (!session_commit(w, p) || !wait_hold(w, p))) {
		drop(w, p);
		return;
	}
	observe(w, p);
}

void
finish(struct worker *w, struct packet *p)
{
	/* What drops is told below, with what is found out only now. */
	if (p->screens && p->verdict != VERDICT_DROP)
		screen_report(w, p);
	switch ((enum verdict)p->verdict) {
	case VERDICT_FORWARD:
		forward(w, p);
		return;
	case VERDICT_HOST:
		deliver(w, p);
		return;
	case VERDICT_WAIT:
		hold(w, p);
		return;
	default:
		drop(w, p);
		return;
	}
}
