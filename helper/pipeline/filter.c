/* filter.c: input, output and lo0 filters: evaluated term by term, or replayed from the flow's memo.
 * SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"
#include "packet/translate.h"
#include "pipeline/stage.h"

/* What matching does to a packet, beside the verdict. A packet that waited has been counted and metered when it came. */
static bool
has_effects(const struct worker *w, const struct packet *p, const struct filter_trail *t)
{
	return !w->trace && !(p->flags & PACKET_FROM_WAIT && t == &p->input);
}

static enum verdict
ended(struct packet *p, const struct filter_trail *t, enum drop_reason reason)
{
	p->ended_in = t == &p->input ? PACKET_ENDED_INPUT : PACKET_ENDED_LAST;
	return packet_drop(p, reason);
}

/* meter takes the packet from a policer's budget: false if it ends there. Explain only looks; what waited was metered. */
static bool
meter(struct worker *w, struct packet *p, const struct policer_rule *r, uint16_t bytes, bool effects)
{
	if (effects)
		return policer_apply(r, w->index, &p->loss_priority, &p->forwarding_class, bytes, w->now_ns);
	if (!w->trace)
		return true;
	enum color color = policer_peek(r, policer_color(p->loss_priority), bytes, w->now_ns);
	return policer_mark(r, color, &p->loss_priority, &p->forwarding_class);
}

static inline void
count(struct filter_counter *c, uint16_t bytes)
{
	counter_add(&c->packets, 1);
	counter_add(&c->bytes, bytes);
}

/* take does what a matching term says, but for its action: the order is that of docs/pipeline.md. False if its policer
 * drops the packet. */
static inline bool
take(struct worker *w, struct packet *p, const struct filter_term *term, struct filter_trail *t, bool effects)
{
	uint16_t bytes = t == &p->input ? p->l3_length : packet_out_length(p);
	if (effects && term->counter != FILTER_COUNTER_NONE)
		count(&w->filter_counters[term->counter], bytes);
	if (term->policer != FILTER_POLICER_NONE &&
	    !meter(w, p, &w->snapshot->policer[term->policer], bytes, effects)) {
		if (effects)
			count(&w->policer_drops[term->policer], bytes);
		return false;
	}
	if (term->set_forwarding_class != FILTER_KEEP)
		p->forwarding_class = (uint8_t)term->set_forwarding_class;
	if (term->set_loss_priority != FILTER_KEEP)
		p->loss_priority = (uint8_t)term->set_loss_priority;
	if (term->set_dscp != FILTER_KEEP)
		p->set_dscp = term->set_dscp;
	if (term->routing_instance != FILTER_KEEP)
		p->route_instance = (uint16_t)term->routing_instance;
	if (term->log && t->log_count < TRAIL_LOGS_MAX)
		t->log[t->log_count++] = term;
	return true;
}

static void
note(struct filter_trail *t, const struct filter_term *term)
{
	if (t->term_count < TRAIL_TERMS_MAX)
		t->term[t->term_count] = term;
	if (t->term_count < UINT8_MAX)
		t->term_count++;
}

/* evaluate walks the filter: the first matching term that does not go on with the next decides; no match discards. */
static enum verdict
evaluate(struct worker *w, struct packet *p, const struct filter *f, struct filter_trail *t)
{
	bool effects = has_effects(w, p, t);
	const struct filter_term *term;
	uint32_t from = 0;
	while ((term = filter_next(f, p, from, &t->invariant)) != NULL) {
		note(t, term);
		if (!take(w, p, term, t, effects))
			return ended(p, t, DROP_REASON_POLICER);
		switch ((enum filter_action)term->action) {
		case FILTER_ACCEPT:
			return VERDICT_NONE;
		case FILTER_DISCARD:
			return ended(p, t, DROP_REASON_FILTER_DISCARD);
		case FILTER_REJECT:
			p->reject_code = term->reject_code;
			return ended(p, t, DROP_REASON_FILTER_REJECT);
		case FILTER_NEXT:
			from = (uint32_t)(term - f->term) + 1;
			break;
		}
	}
	return ended(p, t, DROP_REASON_FILTER_DISCARD);
}

/* replay does what evaluate would do for a packet whose trail is known: only trails of packets that were accepted are
 * remembered. */
static inline enum verdict
replay(struct worker *w, struct packet *p, const struct filter_memo *memo, struct filter_trail *t)
{
	bool effects = has_effects(w, p, t);
	t->replayed = true;
	for (uint32_t i = 0; i < memo->term_count; i++)
		if (!take(w, p, memo->term[i], t, effects))
			return ended(p, t, DROP_REASON_POLICER);
	return VERDICT_NONE;
}

static enum verdict
apply(struct worker *w, struct packet *p, uint16_t filter, struct filter_trail *t)
{
	trail_clear(t);
	return filter == 0 ? VERDICT_NONE : evaluate(w, p, &w->snapshot->filter[filter], t);
}

static uint16_t
input_of(const struct worker *w, const struct packet *p)
{
	const struct unit *u = &w->snapshot->unit[p->unit];
	return p->key.family == ADDRESS_FAMILY_INET ? u->filter_input : u->filter_input6;
}

static uint16_t
output_of(const struct worker *w, const struct packet *p)
{
	const struct unit *u = &w->snapshot->unit[p->egress_unit];
	return packet_out(p)->family == ADDRESS_FAMILY_INET ? u->filter_output : u->filter_output6;
}

enum verdict
filter_input(struct worker *w, struct packet *p)
{
	if (p->judged_by == w->snapshot->generation)
		return VERDICT_NONE;
	p->judged_by = w->snapshot->generation;
	return apply(w, p, input_of(w, p), &p->input);
}

/* What leaves in the other family is translated for the filter in a buffer of its own: if it ends here, its sender is told about
 * the packet as it came. */
static enum verdict
apply_crossing(struct worker *w, struct packet *p)
{
	uint16_t filter = output_of(w, p);
	struct packet out = *p;
	trail_clear(&p->last);
	if (filter == 0)
		return VERDICT_NONE;
	if (p->length + TRANSLATE_GROWTH_MAX > w->buffers.size ||
	    !w->buffers.take(w->buffers.ctx, &out.frame, &out.data))
		return packet_drop(p, DROP_REASON_NO_BUFFER);
	memcpy(out.data, p->data, p->length);
	nat_rewrite(w, &out);
	out.key = p->out;
	out.l3_length = packet_out_length(p);
	out.resized = 0;
	out.flags &= (uint16_t) ~(PACKET_IP_OPTIONS | PACKET_TRANSLATED);
	translate_message(p, &out.icmp_type, &out.icmp_code);
	enum verdict v = apply(w, &out, filter, &out.last);
	w->buffers.give(w->buffers.ctx, out.frame);
	p->last = out.last;
	p->forwarding_class = out.forwarding_class;
	p->loss_priority = out.loss_priority;
	p->set_dscp = out.set_dscp;
	/* Its sender is told in his own family. */
	bool resets = out.reject_code == FILTER_TCP_RESET;
	p->reject_code =
	    resets ? FILTER_TCP_RESET : (int8_t)translate_unreachable((uint8_t)out.reject_code, p->key.family);
	p->ended_in = out.ended_in;
	p->drop_reason = out.drop_reason;
	return v;
}

/* An output filter sees a packet as it leaves. */
static enum verdict
apply_output(struct worker *w, struct packet *p)
{
	if (packet_crosses(p))
		return apply_crossing(w, p);
	if (!(p->flags & PACKET_TRANSLATED))
		return apply(w, p, output_of(w, p), &p->last);
	struct flow_key key = p->key;
	p->key = p->out;
	enum verdict v = apply(w, p, output_of(w, p), &p->last);
	p->key = key;
	return v;
}

enum verdict
filter_output(struct worker *w, struct packet *p)
{
	return apply_output(w, p);
}

enum verdict
filter_host(struct worker *w, struct packet *p)
{
	const struct instance *i = &w->snapshot->instance[p->table];
	return apply(w, p, p->key.family == ADDRESS_FAMILY_INET ? i->filter_host : i->filter_host6, &p->last);
}

enum verdict
filter_input_again(struct worker *w, struct packet *p, uint32_t memo)
{
	if (memo == FILTER_MEMO_NONE || p->judged_by == w->snapshot->generation)
		return VERDICT_NONE;
	p->judged_by = w->snapshot->generation;
	if (memo == FILTER_MEMO_LIVE)
		return apply(w, p, input_of(w, p), &p->input);
	return replay(w, p, filter_memos_at(w->memos, memo), &p->input);
}

enum verdict
filter_output_again(struct worker *w, struct packet *p, uint32_t memo)
{
	if (memo == FILTER_MEMO_NONE)
		return VERDICT_NONE;
	if (memo == FILTER_MEMO_LIVE)
		return apply_output(w, p);
	return replay(w, p, filter_memos_at(w->memos, memo), &p->last);
}

/* Fragments see other conditions than whole packets: what they met says nothing about these. */
static uint32_t
memo_of(struct worker *w, const struct packet *p, uint16_t filter, const struct filter_trail *t)
{
	if (filter == 0)
		return FILTER_MEMO_NONE;
	return p->flags & PACKET_FRAGMENT ? FILTER_MEMO_LIVE : filter_memos_keep(w->memos, w->epoch, t);
}

void
filter_remember(struct worker *w, const struct packet *p, struct session *s)
{
	struct marks *m = &s->marks[p->direction];
	m->input_memo = memo_of(w, p, input_of(w, p), &p->input);
	m->output_memo = memo_of(w, p, output_of(w, p), &p->last);
	s->route_instance[p->direction] = p->route_instance;
}
