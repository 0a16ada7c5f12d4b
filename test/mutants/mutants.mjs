// mutants.mjs: deliberate faults, each an exact line and what it becomes. SPDX-License-Identifier: Apache-2.0
export const mutants = [
  {
    name: "a denied packet passes",
    file: "helper/pipeline/policy.c",
    from: "	if (p->rule->action == ACTION_PERMIT)",
    to: "	if (p->rule->action != ACTION_REJECT)",
  },
  {
    name: "reject is deny",
    file: "helper/pipeline/policy.c",
    from: "	if (p->rule->action == ACTION_REJECT) {",
    to: "	if (p->rule->action == 99) {",
  },
  {
    name: "global policies are left out",
    file: "helper/pipeline/policy.c",
    from: "	const struct policy_rule *rule = s->policy_global ? find_global(s, q) : NULL;",
    to: "	const struct policy_rule *rule = NULL;",
  },
  {
    name: "an application's name is lost",
    file: "helper/pipeline/policy.c",
    from: "	if (rule->application != 0)",
    to: "	if (rule->application == 0)",
  },
  {
    name: "a port range's end is off by one",
    file: "helper/snapshot/build.c",
    from: "		.destination_port_high = (uint16_t)g->destination_port_high,",
    to: "		.destination_port_high = (uint16_t)(g->destination_port_high - (g->destination_port_high < 65535)),",
  },
  {
    name: "host-inbound-traffic ignores the ICMP type",
    file: "helper/pipeline/host.c",
    from: "	if (s->icmp_type >= 0 && s->icmp_type != p->icmp_type)",
    to: "	if (s->icmp_type == 0 && s->icmp_type != p->icmp_type)",
  },
  {
    name: "an interface's host-inbound-traffic is ignored",
    file: "helper/pipeline/host.c",
    from: "	const struct host_service *service = u->has_host_services ? u->host_service : z->host_service;",
    to: "	const struct host_service *service = z->host_service;",
  },
  {
    name: "a stale memo is used after a commit",
    file: "helper/pipeline/pipeline.c",
    from: "	if (f->epoch != w->epoch || f->ingress_unit != p->unit)",
    to: "	if (f->ingress_unit != p->unit)",
  },
  {
    name: "a memo is used for packets from elsewhere",
    file: "helper/pipeline/pipeline.c",
    from: "	if (f->epoch != w->epoch || f->ingress_unit != p->unit)",
    to: "	if (f->epoch != w->epoch)",
  },
  {
    name: "the TTL is not looked at on the fast path",
    file: "helper/pipeline/pipeline.c",
    from: "	if (p->ttl <= 1 || p->l3_length > f->mtu || !w->ports[f->egress_port].up || output_room(w) == 0)",
    to: "	if (p->l3_length > f->mtu || !w->ports[f->egress_port].up || output_room(w) == 0)",
  },
  {
    name: "the MTU is off by one on the fast path",
    file: "helper/pipeline/pipeline.c",
    from: "	if (p->ttl <= 1 || p->l3_length > f->mtu || !w->ports[f->egress_port].up || output_room(w) == 0)",
    to: "	if (p->ttl <= 1 || p->l3_length > f->mtu + 1 || !w->ports[f->egress_port].up || output_room(w) == 0)",
  },
  {
    name: "ICMP errors go to whoever they are sent to",
    file: "helper/pipeline/session.c",
    from: "	if (memcmp(&k.destination, &p->key.destination, sizeof k.destination) != 0)",
    to: "	if (0)",
  },
  {
    name: "a later fragment loses its ICMP code",
    file: "helper/flow/fragment.c",
    from: "	p->icmp_code = d->icmp_code;",
    to: "	p->icmp_code = (uint8_t)(d->icmp_code + 1);",
  },
  {
    name: "a family that a unit does not carry comes in by it",
    file: "helper/pipeline/ingress.c",
    from: "	if (!unit_carries(u, p->key.family))",
    to: "	if (0)",
  },
  {
    name: "checksums that were left to hardware leave as they came",
    file: "helper/pipeline/pipeline.c",
    from: "	} else if (w->ports[p->port].unfinished && rewrite_checksum_unfinished(p))",
    to: "	} else if (0)",
  },
  {
    name: "a server's answer to a new SYN does not start tracking over",
    file: "helper/flow/tcp.c",
    from: "	if (answers_restart(t, p, direction)) {",
    to: "	if (0) {",
  },
];
