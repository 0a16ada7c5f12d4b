/* check_nat.c: see check_nat.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/check_nat.h"

#include <arpa/inet.h>

#include "nat/nat.h"
#include "nat/nptv6.h"
#include "nat/prefix64.h"
#include "snapshot/check_private.h"

static const char *
pool_at(struct check *c, uint32_t pool, const char *field)
{
	return check_at(c, "nat_pools[%u].%s", pool, field);
}

/* ---- pools ---- */

/* How many addresses a range has, but never more than one too many for all pools. */
static uint32_t
range_size(const struct schema_bytes *low, const struct schema_bytes *high)
{
	uint64_t size = 0;
	for (uint32_t i = 0; i < low->length; i++) {
		size = size * 256 + high->bytes[i] - low->bytes[i];
		if (size > UINT32_MAX)
			break;
	}
	return size >= NAT_POOL_ADDRESSES ? NAT_POOL_ADDRESSES + 1 : (uint32_t)size + 1;
}

static bool
ranges_check(struct check *c, uint32_t pool, uint32_t *total)
{
	const struct given_nat_pool *p = &c->g->nat_pools[pool];
	for (uint32_t i = 0; i < p->addresses_count; i++) {
		const struct given_nat_range *r = &p->addresses[i];
		const struct given_nat_range *before = i ? &p->addresses[i - 1] : NULL;
		if (family_of(&r->low) != p->family || family_of(&r->high) != p->family)
			return refusal_set(c->why, "conflict", check_at(c, "nat_pools[%u].addresses[%u]", pool, i),
					   "expected addresses of the pool's family %u", p->family);
		if (memcmp(r->low.bytes, r->high.bytes, r->low.length) > 0)
			return refusal_set(c->why, "order", check_at(c, "nat_pools[%u].addresses[%u].low", pool, i),
					   "expected at most the high end");
		if (before && memcmp(r->low.bytes, before->high.bytes, r->low.length) <= 0)
			return refusal_set(c->why, "order", check_at(c, "nat_pools[%u].addresses[%u].low", pool, i),
					   "expected more than the high end of the range before");
		*total += range_size(&r->low, &r->high);
		if (*total > NAT_POOL_ADDRESSES)
			return refusal_set(c->why, "bound", check_at(c, "nat_pools[%u].addresses[%u]", pool, i),
					   "expected at most %u addresses in all pools", NAT_POOL_ADDRESSES);
	}
	return true;
}

static bool
pool_check(struct check *c, uint32_t pool)
{
	const struct given_nat_pool *p = &c->g->nat_pools[pool];
	if (p->port_low > p->port_high)
		return refusal_set(c->why, "order", pool_at(c, pool, "port_low"),
				   "expected at most port_high %u, found %u", p->port_high, p->port_low);
	if (p->port_low == 0 && p->port_high != 0)
		return refusal_set(c->why, "conflict", pool_at(c, pool, "port_low"),
				   "expected 1 or more, or 0..0 for ports that stay, found 0..%u", p->port_high);
	bool pool_overflow = p->overflow == GIVEN_NAT_POOL_OVERFLOW_POOL;
	if (!pool_overflow)
		return p->overflow_pool == 0 ||
		       refusal_set(c->why, "conflict", pool_at(c, pool, "overflow_pool"),
				   "expected 0 where the overflow is no pool, found %u", p->overflow_pool);
	if (!refers(p->overflow_pool, c->g->nat_pools_count, 1))
		return REFUSE_REFERENCE(c, p->overflow_pool, "nat_pools", "nat_pools[%u].overflow_pool", pool);
	const struct given_nat_pool *o = &c->g->nat_pools[p->overflow_pool - 1];
	if (o->overflow != GIVEN_NAT_POOL_OVERFLOW_NONE || o->family != p->family)
		return refusal_set(c->why, "conflict", pool_at(c, pool, "overflow_pool"),
				   "expected a pool of family %u that has no overflow itself, found %u", p->family,
				   p->overflow_pool);
	return true;
}

/* ---- rules ---- */

static const char *
rule_at(struct check *c, uint32_t rule, const char *field)
{
	return check_at(c, "nat_rules[%u].%s", rule, field);
}

static bool
host_bits_zero(const struct schema_bytes *a, uint32_t length)
{
	for (uint32_t i = length; i < a->length * 8; i++)
		if (a->bytes[i / 8] >> (7 - i % 8) & 1)
			return false;
	return true;
}

static bool
prefix_check(struct check *c, uint32_t rule)
{
	const struct given_nat_rule *r = &c->g->nat_rules[rule];
	if (!r->has_outer)
		return refusal_set(c->why, "missing", rule_at(c, rule, "outer"), "expected a prefix");
	if (!r->has_inner)
		return refusal_set(c->why, "missing", rule_at(c, rule, "inner"), "expected a prefix");
	if (r->outer.length != r->inner.length)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "inner"),
				   "expected %u bytes as in outer, found %u", r->outer.length, r->inner.length);
	if (r->length > r->outer.length * 8)
		return refusal_set(c->why, "bound", rule_at(c, rule, "length"), "expected 0..%u, found %u",
				   r->outer.length * 8, r->length);
	if (!host_bits_zero(&r->outer, r->length))
		return refusal_set(c->why, "address", rule_at(c, rule, "outer"), "expected no bits behind length %u",
				   r->length);
	if (!host_bits_zero(&r->inner, r->length))
		return refusal_set(c->why, "address", rule_at(c, rule, "inner"), "expected no bits behind length %u",
				   r->length);
	if ((r->outer_port == 0) != (r->inner_port == 0))
		return refusal_set(c->why, "conflict", rule_at(c, rule, "inner_port"),
				   "expected both ports or none, found %u and %u", r->outer_port, r->inner_port);
	return true;
}

static bool
nptv6_check(struct check *c, uint32_t rule)
{
	const struct given_nat_rule *r = &c->g->nat_rules[rule];
	if (r->outer.length != sizeof(struct address))
		return refusal_set(c->why, "conflict", rule_at(c, rule, "outer"), "expected 16 bytes, found %u",
				   r->outer.length);
	if (r->length < 1 || r->length > NPTV6_LENGTH_MAX)
		return refusal_set(c->why, "bound", rule_at(c, rule, "length"), "expected 1..%u, found %u",
				   NPTV6_LENGTH_MAX, r->length);
	if (r->outer_port)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "outer_port"), "expected 0, found %u",
				   r->outer_port);
	return true;
}

static bool
nat64_check(struct check *c, uint32_t rule)
{
	const struct given_nat_rule *r = &c->g->nat_rules[rule];
	if (!r->has_outer)
		return refusal_set(c->why, "missing", rule_at(c, rule, "outer"), "expected a prefix");
	if (r->has_inner)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "inner"), "expected none for action nat64");
	if (r->outer.length != sizeof(struct address))
		return refusal_set(c->why, "conflict", rule_at(c, rule, "outer"), "expected 16 bytes, found %u",
				   r->outer.length);
	if (!prefix64_is_length(r->length))
		return refusal_set(c->why, "bound", rule_at(c, rule, "length"),
				   "expected 32, 40, 48, 56, 64 or 96, found %u", r->length);
	if (!host_bits_zero(&r->outer, r->length) || r->outer.bytes[8] != 0)
		return refusal_set(c->why, "address", rule_at(c, rule, "outer"),
				   "expected no bits behind length %u, and bits 64 to 71 zero", r->length);
	if (r->outer_port || r->inner_port)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "outer_port"), "expected no ports");
	return true;
}

static bool
rule_check(struct check *c, uint32_t rule)
{
	const struct given_nat_rule *r = &c->g->nat_rules[rule];
	bool nptv6 = r->action == GIVEN_NAT_RULE_ACTION_NPTV6, pool = r->action == GIVEN_NAT_RULE_ACTION_POOL;
	bool nat64 = r->action == GIVEN_NAT_RULE_ACTION_NAT64;
	bool prefix = nptv6 || r->action == GIVEN_NAT_RULE_ACTION_PREFIX;
	if (prefix && !prefix_check(c, rule))
		return false;
	if (nptv6 && !nptv6_check(c, rule))
		return false;
	if (nat64 && !nat64_check(c, rule))
		return false;
	if (!prefix && !nat64 && (r->has_outer || r->has_inner || r->length || r->outer_port || r->inner_port))
		return refusal_set(c->why, "conflict", rule_at(c, rule, "action"),
				   "expected prefix for a rule with prefixes or ports");
	if (pool && !refers(r->pool, c->g->nat_pools_count, 1))
		return REFUSE_REFERENCE(c, r->pool, "nat_pools", "nat_rules[%u].pool", rule);
	if (!pool && r->pool != 0)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "pool"),
				   "expected 0 where the action is not pool, found %u", r->pool);
	if (r->has_persistent != r->has_persistent_timeout || r->has_persistent != r->has_persistent_sessions)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "persistent"),
				   "expected persistent, persistent_timeout and persistent_sessions together");
	bool ports =
	    r->action == GIVEN_NAT_RULE_ACTION_INTERFACE || (pool && c->g->nat_pools[r->pool - 1].port_low != 0);
	if (r->has_persistent && !ports)
		return refusal_set(c->why, "conflict", rule_at(c, rule, "persistent"),
				   "expected an action that gives out ports");
	return true;
}

/* ---- sets ---- */

static bool
units_check(struct check *c, uint32_t set, const char *field, const uint32_t *units, uint32_t count, bool wanted)
{
	if (wanted != (count > 0))
		return refusal_set(c->why, "conflict", check_at(c, "nat_sets[%u].%s", set, field),
				   "expected %s in this stage, found %u", wanted ? "at least one unit" : "none", count);
	for (uint32_t i = 0; i < count; i++)
		if (!refers(units[i], c->g->units_count, 1))
			return REFUSE_REFERENCE(c, units[i], "units", "nat_sets[%u].%s[%u]", set, field, i);
	return true;
}

static bool
sets_refer(struct check *c, uint32_t set, uint32_t match, const char *field, const uint32_t *sets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!refers(sets[i], c->g->address_sets_count, 0))
			return REFUSE_REFERENCE(c, sets[i], "address_sets", "nat_sets[%u].matches[%u].%s[%u]", set,
						match, field, i);
	return true;
}

static bool
ports_check(struct check *c, uint32_t set, uint32_t match, const char *field, uint32_t low, uint32_t high)
{
	return low <= high ||
	       refusal_set(c->why, "order", check_at(c, "nat_sets[%u].matches[%u].%s_low", set, match, field),
			   "expected at most %s_high %u, found %u", field, high, low);
}

/* Which actions a stage can carry out. */
static bool
action_fits(enum given_nat_set_stage stage, enum given_nat_rule_action action)
{
	switch (action) {
	case GIVEN_NAT_RULE_ACTION_OFF:
	case GIVEN_NAT_RULE_ACTION_POOL:
		return stage == GIVEN_NAT_SET_STAGE_SOURCE || stage == GIVEN_NAT_SET_STAGE_DESTINATION;
	case GIVEN_NAT_RULE_ACTION_NAT64:
		return stage == GIVEN_NAT_SET_STAGE_STATIC_DESTINATION;
	case GIVEN_NAT_RULE_ACTION_INTERFACE:
		return stage == GIVEN_NAT_SET_STAGE_SOURCE;
	case GIVEN_NAT_RULE_ACTION_PREFIX:
	case GIVEN_NAT_RULE_ACTION_NPTV6:
		break;
	}
	return stage == GIVEN_NAT_SET_STAGE_STATIC_SOURCE || stage == GIVEN_NAT_SET_STAGE_STATIC_DESTINATION;
}

static bool
match_check(struct check *c, uint32_t set, uint32_t match)
{
	const struct given_nat_set *s = &c->g->nat_sets[set];
	const struct given_nat_match *m = &s->matches[match];
	if (!refers(m->rule, c->g->nat_rules_count, 1))
		return REFUSE_REFERENCE(c, m->rule, "nat_rules", "nat_sets[%u].matches[%u].rule", set, match);
	if (!action_fits(s->stage, c->g->nat_rules[m->rule - 1].action))
		return refusal_set(c->why, "conflict", check_at(c, "nat_sets[%u].matches[%u].rule", set, match),
				   "expected a rule with an action of this stage, found %u", m->rule);
	return sets_refer(c, set, match, "source", m->source, m->source_count) &&
	       sets_refer(c, set, match, "destination", m->destination, m->destination_count) &&
	       ports_check(c, set, match, "source_port", m->source_port_low, m->source_port_high) &&
	       ports_check(c, set, match, "destination_port", m->destination_port_low, m->destination_port_high);
}

static bool
set_check(struct check *c, uint32_t set)
{
	const struct given_nat_set *s = &c->g->nat_sets[set];
	bool source = s->stage == GIVEN_NAT_SET_STAGE_SOURCE,
	     static_source = s->stage == GIVEN_NAT_SET_STAGE_STATIC_SOURCE;
	if (set > 0 && s->stage < s[-1].stage)
		return refusal_set(c->why, "order", check_at(c, "nat_sets[%u].stage", set),
				   "expected the stage of the set before or a later one");
	if (!units_check(c, set, "from", s->from, s->from_count, !static_source) ||
	    !units_check(c, set, "to", s->to, s->to_count, source || static_source))
		return false;
	for (uint32_t m = 0; m < s->matches_count; m++)
		if (!match_check(c, set, m))
			return false;
	return true;
}

/* ---- proxies ---- */

static bool
proxy_check(struct check *c, uint32_t proxy, uint32_t *total)
{
	const struct given_proxy *p = &c->g->proxies[proxy];
	if (!refers(p->unit, c->g->units_count, 1))
		return REFUSE_REFERENCE(c, p->unit, "units", "proxies[%u].unit", proxy);
	if (p->low.length != p->high.length)
		return refusal_set(c->why, "conflict", check_at(c, "proxies[%u].high", proxy),
				   "expected %u bytes as in low, found %u", p->low.length, p->high.length);
	if (memcmp(p->low.bytes, p->high.bytes, p->low.length) > 0)
		return refusal_set(c->why, "order", check_at(c, "proxies[%u].low", proxy),
				   "expected at most the high end");
	*total += range_size(&p->low, &p->high);
	if (*total > PROXY_ADDRESSES)
		return refusal_set(c->why, "bound", check_at(c, "proxies[%u]", proxy),
				   "expected at most %u addresses in all proxies", PROXY_ADDRESSES);
	return true;
}

bool
nat_check(struct check *c)
{
	const struct given_snapshot *g = c->g;
	uint32_t addresses = 0;
	for (uint32_t i = 0; i < g->nat_pools_count; i++)
		if (!ranges_check(c, i, &addresses) || !pool_check(c, i))
			return false;
	for (uint32_t i = 0; i < g->nat_rules_count; i++)
		if (!rule_check(c, i))
			return false;
	for (uint32_t i = 0; i < g->nat_sets_count; i++)
		if (!set_check(c, i))
			return false;
	addresses = 0;
	for (uint32_t i = 0; i < g->proxies_count; i++)
		if (!proxy_check(c, i, &addresses))
			return false;
	return UNIQUE_TEXT(c, nat_pools, name) && UNIQUE_TEXT(c, nat_rules, name);
}
