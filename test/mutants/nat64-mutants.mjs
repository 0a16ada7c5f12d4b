// nat64-mutants.mjs: deliberate faults of NAT64, judged by cases that have it. SPDX-License-Identifier: Apache-2.0
const NAT = "helper/pipeline/nat.c";
const TRANSLATE = "helper/packet/translate.c";

/* As test/differential/seed.ts has it: one in 128 seeds is of NAT64 with nothing else, and one of NAT64 with filters. */
const PLAIN = { seed: 101, step: 128 };
const FILTERED = { seed: 125, step: 128 };
/* Those of nat64-cases.ts, before some of all kinds. */
const NAMED = { seed: 1, step: 1 };

const fault = (name, file, from, to, kind = PLAIN) => ({ name, file, from, to, cases: 80, kind });

export const nat64Mutants = [
  fault("NAT64 forgets the traffic class", TRANSLATE, "	out[1] = e->tos;", "	out[1] = 0;"),
  fault(
    "NAT64 lets large IPv4 packets be cut",
    TRANSLATE,
    "	bool whole = !e->fragment && total > TRANSLATE_INET_MAY_CUT;",
    "	bool whole = false;",
  ),
  fault("NAT64 gives fragments another identification", TRANSLATE, "		.id = c.fragment_id,", "		.id = 0,"),
  fault("NAT64 leaves UDP without a checksum", TRANSLATE, "		rewrite_checksum_complete(p);", "		(void)0;"),
  fault("NAT64 tells an MTU as it was", TRANSLATE, "		mtu += IPV6_HEADER - IPV4_HEADER;", "		(void)0;"),
  fault(
    "NAT64 keeps codes of unreachable",
    TRANSLATE,
    "	return l4[1] < sizeof code && code[l4[1]] != NONE && error_set(e, ICMP6_UNREACHABLE, code[l4[1]], 0);",
    "	return error_set(e, ICMP6_UNREACHABLE, l4[1], 0);",
  ),
  fault(
    "NAT64 leaves the ports of quoted packets",
    TRANSLATE,
    "		transport_translate(p->data + x.quote.at, x.end - x.quote.at, x.quote.length, &p->inner, quoted);",
    "		(void)0;",
  ),
  fault(
    "errors of IPv4 routers come from the server",
    NAT,
    "		prefix64_embed(&out->source, own->prefix64, &p->key.source, &p->out.source);",
    "		(void)own;",
  ),
  fault(
    "private networks stand behind the well-known prefix",
    "helper/nat/prefix64.c",
    "	return address_is_one_host(ADDRESS_FAMILY_INET, inet) && !(is_well_known(prefix, length) && is_private(inet));",
    "	return address_is_one_host(ADDRESS_FAMILY_INET, inet);",
  ),
  fault(
    "bits behind an embedded address are not looked at",
    "helper/nat/prefix64.c",
    "	if (memcmp(&again, a, sizeof again) != 0 || !is_allowed(a, length, &inet))",
    "	if (!is_allowed(a, length, &inet))",
  ),
  fault(
    "NAT64 leads back to addresses whose ports are given out",
    NAT,
    "		       !nat_shared(n, &out->destination);",
    "		       true;",
  ),
  fault(
    "IPv4 packets that may be cut leave NAT64 as large as the link",
    "helper/pipeline/egress.c",
    "	return cut_small ? least(mtu, TRANSLATE_INET6_MINIMUM) : mtu;",
    "	return mtu;",
  ),
  fault(
    "an IPv6 sender is told the MTU of the IPv4 link",
    "helper/pipeline/answer.c",
    "	int mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family) - p->resized;",
    "	int mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family);",
  ),
  fault(
    "records of NAT64 tell no family",
    "helper/event/event.c",
    "		f->record.nat_address_family = reply->family;",
    "		(void)0;",
  ),
  fault(
    "later fragments of UDP without a checksum pass NAT64",
    "helper/flow/fragment.c",
    "enum { KEPT = PACKET_ICMP_ECHO | PACKET_L4_PARTIAL };",
    "enum { KEPT = PACKET_ICMP_ECHO };",
    NAMED,
  ),
  fault(
    "what an IPv4 filter rejects is told in its words to an IPv6 sender",
    TRANSLATE,
    "		return e.code;",
    "		return code;",
    FILTERED,
  ),
];
