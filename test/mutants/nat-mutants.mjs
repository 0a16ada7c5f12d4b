// nat-mutants.mjs: deliberate faults of address translation. Few cases have any, so more of them are run.
// SPDX-License-Identifier: Apache-2.0
const NAT = "helper/pipeline/nat.c";
const CASES = 864;

const fault = (name, file, from, to) => ({ name, file, from, to, cases: CASES });

export const natMutants = [
  fault(
    "ports are translated, but the checksum of TCP is not",
    "helper/packet/rewrite.c",
    "		checksum_mend(l4 + TCP_CHECKSUM_AT, change + change_ports(l4, to));",
    "		change_ports(l4, to);\n		checksum_mend(l4 + TCP_CHECKSUM_AT, change);",
  ),
  fault(
    "answers are not translated back",
    NAT,
    "	rewrite_bytes(p, &p->out);",
    "	if (!p->session || p->direction == 0)\n		rewrite_bytes(p, &p->out);",
  ),
  fault(
    "destination rules come before static ones",
    NAT,
    "	return r ? r : translating(find_rule(n, NAT_DESTINATION, from, UNIT_NONE, k));",
    "	const struct nat_rule *d = translating(find_rule(n, NAT_DESTINATION, from, UNIT_NONE, k));\n	return d ? d : r;",
  ),
  fault(
    "source rules come before static ones",
    NAT,
    "	return r ? r : translating(find_rule(n, NAT_SOURCE, from, to, k));",
    "	const struct nat_rule *d = translating(find_rule(n, NAT_SOURCE, from, to, k));\n	return d ? d : r;",
  ),
  fault("ICMP errors keep what they quote", NAT, "		icmp_inner_rewrite(p, quoted);", "		(void)0;"),
  fault(
    "errors from behind a translated source tell who sent them",
    NAT,
    "	if (!nat_address_equal(&out.source, &s->flow[p->direction].key.source))",
    "	if (0)",
  ),
  fault(
    "a pool's range of ports ends one later",
    NAT,
    "	uint16_t port = t->w->nat_ports ? nat_ports_find(t->w->nat_ports, a, out->protocol, low, high) : 0;",
    "	uint16_t port = t->w->nat_ports ? nat_ports_find(t->w->nat_ports, a, out->protocol, low, high + 1) : 0;",
  ),
  fault(
    "what finds no port passes untranslated",
    NAT,
    "	return impossible(w, p, r, DROP_REASON_NAT_EXHAUSTED);",
    "	p->flags &= (uint16_t)~PACKET_TRANSLATED;\n	p->source_nat = NULL;\n	return VERDICT_NONE;",
  ),
  fault(
    "static rules translate in one direction only",
    NAT,
    "	const struct nat_rule *r = crosses ? NULL : find_rule(n, NAT_STATIC_SOURCE, from, to, k);",
    "	const struct nat_rule *r = NULL;",
  ),
  fault(
    "a mapped port is not mapped back",
    NAT,
    "		out->source_port = change_port(out->source_port, r->inner_port, r->outer_port);",
    "		(void)0;",
  ),
  fault("records do not tell the translated source", "helper/event/event.c", "	if (rules.source_rule) {", "	if (0) {"),
  fault(
    "records do not tell the translated destination",
    "helper/event/event.c",
    "	if (rules.destination_rule) {",
    "	if (0) {",
  ),
  fault("address-persistent is ignored", NAT, "	if (pool->persistent)", "	if (0)"),
  fault(
    "a session keeps a translation that is not allowed any more",
    NAT,
    "	if (p->flags & PACKET_ICMP_ERROR || s->epoch == w->epoch || session_holds(w, p, s))",
    "	if (1)",
  ),
  fault(
    "every session ends with a commit",
    NAT,
    "	if (p->flags & PACKET_ICMP_ERROR || s->epoch == w->epoch || session_holds(w, p, s))",
    "	if (p->flags & PACKET_ICMP_ERROR || s->epoch == w->epoch)",
  ),
  fault(
    "records name the source rules of before a commit",
    NAT,
    "	n->source_rule = p->source_nat ? p->source_nat->id : 0;",
    "	n->source_rule = n->source_rule ? n->source_rule : p->source_nat ? p->source_nat->id : 0;",
  ),
  fault(
    "echo identifiers of ICMPv6 stay as they are",
    "helper/packet/rewrite.c",
    "			change += change_bytes(l4 + 4, &to->source_port, 2);",
    "			(void)0;",
  ),
  fault(
    "later fragments keep their addresses",
    "helper/packet/rewrite.c",
    "	uint64_t change = change_addresses(p->data + p->l3, to);",
    "	uint64_t change = has_transport_header(p) ? change_addresses(p->data + p->l3, to) : 0;",
  ),
  fault(
    "policies see the destination untranslated",
    "helper/pipeline/policy.c",
    "	k.destination = to->destination;",
    "	(void)0;",
  ),
  fault("output filters see packets untranslated", "helper/pipeline/filter.c", "	p->key = p->out;", "	(void)0;"),
  fault(
    "ports of ended sessions are not given back",
    NAT,
    "		nat_ports_give(w->nat_ports, &reply->destination, reply->protocol, ntohs(reply->destination_port));",
    "		(void)0;",
  ),
  fault("an overflow-pool is not used", NAT, "		return try_addresses(t, pool->overflow_pool);", "		return false;"),
  fault("the port of a destination pool is ignored", NAT, "		out->destination_port = htons(pool->port_low);", "		(void)0;"),
  fault(
    "NPTv6 translates addresses that have no counterpart",
    "helper/nat/nptv6.c",
    "	if (word == WORDS || (word >= IDENTIFIER && a->half[1] == 0))",
    "	if (word == WORDS)\n		word = 3;\n	if (0)",
  ),
  fault(
    "a translated packet may be for this host",
    "helper/pipeline/host.c",
    "	if (p->flags & PACKET_TRANSLATED)",
    "	if (0)",
  ),
  fault(
    "a packet from elsewhere goes on with a translated session's addresses",
    NAT,
    "	return alone ? VERDICT_NONE : packet_drop(p, DROP_REASON_NAT_NO_SESSION);",
    "	return VERDICT_NONE;",
  ),
  fault(
    "rule-sets are asked in the order of the text",
    "daemon/src/config/nat-table.js",
    "        .toSorted((a, b) => a.rank - b.rank)",
    "        .toSorted(() => 0)",
  ),
  fault(
    "off is ignored",
    "daemon/src/config/nat-table.js",
    "        const matches = rule.flatMap((each) => this.#sourceMatches(name, each));",
    '        const matches = rule.flatMap((each) => {\n            const found = this.#sourceMatches(name, each);\n            return each.then["source-nat"].off === true ? [] : found;\n        });',
  ),
  fault(
    "whoever is outside reaches a bound client, also with target-host",
    NAT,
    "		return nat_binding_sent(b, &k->source, 0, true);",
    "		return true;",
  ),
  fault(
    "target-host-port is target-host",
    NAT,
    "		return nat_binding_sent(b, &k->source, k->source_port, false);",
    "		return nat_binding_sent(b, &k->source, 0, true);",
  ),
  fault(
    "a binding has one session more than it may",
    NAT,
    "	if (nat_bindings_at(w->nat_bindings, index)->sessions >= r->persistent_sessions)",
    "	if (nat_bindings_at(w->nat_bindings, index)->sessions > r->persistent_sessions)",
  ),
  fault(
    "later sessions of a bound client have ports of their own",
    NAT,
    "	if (!r->persistent || p->binding || !can_bind(w, p))",
    "	if (1)",
  ),
  fault(
    "tcp-mss holds for SYNs and not for their answers",
    "helper/packet/rewrite.c",
    "	if (p->key.protocol != PROTOCOL_TCP || !has_transport_header(p) || !(p->tcp_flags & TCP_SYN))",
    "	if (p->key.protocol != PROTOCOL_TCP || !has_transport_header(p) || (p->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)",
  ),
  fault(
    "tcp-mss lowers the first size that a SYN asks for alone",
    "helper/packet/rewrite.c",
    "			lowered |= lower_size(l4, option + 2, maximum);",
    "			return lower_size(l4, option + 2, maximum);",
  ),
];
