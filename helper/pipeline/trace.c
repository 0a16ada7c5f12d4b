/* trace.c: the words of `explain`. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/trace.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "filter/filter.h"
#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/stage.h"

void
trace_add(const struct worker *w, const struct packet *p, const struct stage *s, enum verdict v)
{
	struct trace *t = w->trace;
	if (t->count == TRACE_STEPS)
		return;
	struct trace_step *step = &t->step[t->count++];
	*step = (struct trace_step){ .stage = s->name, .verdict = (uint8_t)v };
	s->describe(w, p, step->text, sizeof step->text);
	if (v == VERDICT_DROP && step->text[0] == '\0')
		snprintf(step->text, sizeof step->text, "dropped: %s", drop_reason_text(p->drop_reason));
}

void
trace_passed(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	if (p->verdict == VERDICT_NONE && p->drop_reason == DROP_REASON_NONE)
		snprintf(text, size, "nothing to do");
}

static const char *
zone_name(const struct worker *w, uint16_t zone)
{
	return zone == ZONE_NONE ? "none" : w->snapshot->zone[zone].name;
}

void
trace_ingress(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	if (p->unit == UNIT_NONE)
		return;
	const struct unit *u = &w->snapshot->unit[p->unit];
	snprintf(text, size, "interface %s, zone %s, instance %s", u->name, zone_name(w, p->zone),
		 w->snapshot->instance[u->instance].name);
}

void
trace_screen(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	const struct screen *s = screen_of(w, p->zone);
	if (p->screens)
		snprintf(text, size, "screen %s%s: %s", s->name, s->alarm_only ? ", alarm only" : "",
			 screen_id_text((unsigned)__builtin_ctzll(p->screens)));
	else if (s)
		snprintf(text, size, "screen %s", s->name);
	else
		snprintf(text, size, "nothing to do");
}

void
trace_flow(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	if (p->drop_reason != DROP_REASON_NONE)
		return;
	if (!p->session)
		snprintf(text, size, p->flags & PACKET_RESTART ? "starts a closed session over" : "no session");
	else
		snprintf(text, size, "session %llu, %s%s", (unsigned long long)p->session->id,
			 p->direction == 0 ? "from client" : "from server",
			 p->flags & PACKET_MEMO ? ", judged already" : ", to be judged");
}

static void
address_text(uint8_t family, const struct address *a, char text[INET6_ADDRSTRLEN])
{
	if (!inet_ntop(family == ADDRESS_FAMILY_INET ? AF_INET : AF_INET6, a->byte, text, INET6_ADDRSTRLEN))
		text[0] = '\0';
}

void
trace_route(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	static const char *const kind[] = { [NEXT_HOP_LOCAL] = "this host",
					    [NEXT_HOP_DISCARD] = "discard route",
					    [NEXT_HOP_REJECT] = "reject route",
					    [NEXT_HOP_BROADCAST] = "broadcast address",
					    [NEXT_HOP_TABLE] = "too many tables" };
	const struct next_hop *h = p->next_hop;
	char gateway[INET6_ADDRSTRLEN];
	if (!h)
		return;
	if (h->kind != NEXT_HOP_FORWARD) {
		snprintf(text, size, "%s", kind[h->kind]);
		return;
	}
	address_text(h->family, &h->gateway, gateway);
	snprintf(text, size, "%s%s by %s, zone %s, instance %s", h->on_link ? "directly connected" : "gateway ",
		 h->on_link ? "" : gateway, w->snapshot->unit[h->unit].name,
		 zone_name(w, w->snapshot->unit[h->unit].zone), w->snapshot->instance[p->table].name);
}

static void
end_text(uint8_t family, const struct address *a, uint16_t port, char *text, size_t size)
{
	char address[INET6_ADDRSTRLEN];
	address_text(family, a, address);
	snprintf(text, size, "%s port %u", address, ntohs(port));
}

void
trace_destination_nat(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	char end[INET6_ADDRSTRLEN + 16];
	if (p->session) {
		snprintf(text, size, "%s", p->flags & PACKET_TRANSLATED ? "as its session" : "nothing to do");
		return;
	}
	if (!p->destination_nat) {
		trace_passed(w, p, text, size);
		return;
	}
	end_text(p->out.family, &p->out.destination, p->out.destination_port, end, sizeof end);
	snprintf(text, size, "by rule %s to %s", p->destination_nat->name, end);
}

void
trace_source_nat(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	char end[INET6_ADDRSTRLEN + 16];
	if (p->session) {
		snprintf(text, size, "%s", p->flags & PACKET_TRANSLATED ? "as its session" : "nothing to do");
		return;
	}
	if (!p->source_nat) {
		trace_passed(w, p, text, size);
		return;
	}
	if (p->drop_reason != DROP_REASON_NONE)
		return;
	end_text(p->out.family, &p->out.source, p->out.source_port, end, sizeof end);
	snprintf(text, size, "by rule %s to %s", p->source_nat->name, end);
}

/* trail_text: which terms matched, and what the last one said. */
static void
trail_text(const struct filter_trail *t, bool attached, bool policed, char *text, size_t size)
{
	static const char *const action[] = { [FILTER_ACCEPT] = "accept",
					      [FILTER_DISCARD] = "discard",
					      [FILTER_REJECT] = "reject",
					      [FILTER_NEXT] = "no further term matches: discard" };
	size_t at = 0;
	if (!attached) {
		snprintf(text, size, "no filter attached");
		return;
	}
	if (t->term_count == 0) {
		snprintf(text, size, "no term matches: discard");
		return;
	}
	unsigned count = t->term_count < TRAIL_TERMS_MAX ? t->term_count : TRAIL_TERMS_MAX;
	for (unsigned i = 0; i < count && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%sterm %s of filter %s", i ? ", " : "",
				       t->term[i]->term_name, t->term[i]->filter_name);
	if (at < size && t->term_count <= TRAIL_TERMS_MAX)
		snprintf(text + at, size - at, ": %s",
			 policed ? "its policer discards" : action[t->term[count - 1]->action]);
}

static bool
is_inet(const struct packet *p)
{
	return p->key.family == ADDRESS_FAMILY_INET;
}

void
trace_input(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	const struct unit *u = &w->snapshot->unit[p->unit];
	trail_text(&p->input, is_inet(p) ? u->filter_input : u->filter_input6, p->drop_reason == DROP_REASON_POLICER,
		   text, size);
}

void
trace_output(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	const struct unit *u = &w->snapshot->unit[p->egress_unit];
	trail_text(&p->last, is_inet(p) ? u->filter_output : u->filter_output6, p->drop_reason == DROP_REASON_POLICER,
		   text, size);
}

void
trace_host(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	const struct instance *i = &w->snapshot->instance[p->table];
	bool filtered = is_inet(p) ? i->filter_host : i->filter_host6;
	if (p->next_hop->kind != NEXT_HOP_LOCAL) {
		snprintf(text, size, "not for this host");
	} else if (filtered && p->drop_reason != DROP_REASON_HOST_INBOUND) {
		size_t at = (size_t)snprintf(text, size, "host-inbound-traffic allows it; lo0: ");
		trail_text(&p->last, true, p->drop_reason == DROP_REASON_POLICER, text + at, size - at);
	} else {
		snprintf(text, size, "host-inbound-traffic of %s %s it",
			 w->snapshot->unit[p->unit].has_host_services ? "the interface" : "the zone",
			 p->drop_reason == DROP_REASON_HOST_INBOUND ? "does not allow" : "allows");
	}
}

void
trace_policy(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	static const char *const action[] = { "deny", "permit", "reject" };
	const struct policy_rule *r = p->rule;
	if (!r) {
		if (p->drop_reason == DROP_REASON_NONE)
			snprintf(text, size, "decided with its session");
		return;
	}
	const char *name = r->counter < w->snapshot->counter_count ? w->snapshot->counter_name[r->counter] : "";
	snprintf(text, size, "%s by %s (policy id %u), zones %s to %s", action[r->action], name, r->policy_id,
		 zone_name(w, p->zone), zone_name(w, p->egress_zone));
}

void
trace_egress(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	uint16_t mtu = egress_mtu(w, p->egress_unit, packet_out(p)->family);
	if (p->drop_reason == DROP_REASON_MTU_EXCEEDED)
		snprintf(text, size, "%u bytes do not fit MTU %u", packet_out_length(p), mtu);
	else if (p->drop_reason == DROP_REASON_NONE)
		snprintf(text, size, "%s is up, MTU %u", w->snapshot->unit[p->egress_unit].name, mtu);
}

void
trace_session(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	if (p->drop_reason != DROP_REASON_NONE)
		return;
	snprintf(text, size, p->session ? "part of its session" : "would be installed (%u of %u in use)",
		 flow_table_used(w->flows), flow_table_capacity(w->flows));
}

void
trace_neighbour(const struct worker *w, const struct packet *p, char *text, size_t size)
{
	if (p->drop_reason != DROP_REASON_NONE)
		return;
	const uint8_t *m = p->next_mac;
	static const uint8_t unknown[6];
	if (memcmp(m, unknown, 6) == 0)
		snprintf(text, size, "link-layer address not known yet; it would wait while the kernel asks");
	else
		snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

/* The ICMPv6 and transport checksums are not looked at on the way; they are right all the same, for whoever dumps this. */
static uint16_t
write_transport(uint8_t *l4, const struct flow_key *k)
{
	switch (k->protocol) {
	case PROTOCOL_TCP:
		memcpy(l4, &k->source_port, 2);
		memcpy(l4 + 2, &k->destination_port, 2);
		l4[12] = TCP_HEADER / 4 << 4;
		l4[13] = TCP_SYN;
		return TCP_HEADER;
	case PROTOCOL_UDP:
	case PROTOCOL_SCTP:
		memcpy(l4, &k->source_port, 2);
		memcpy(l4 + 2, &k->destination_port, 2);
		if (k->protocol == PROTOCOL_SCTP)
			return SCTP_HEADER;
		store16(l4 + 4, UDP_HEADER);
		return UDP_HEADER;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		l4[0] = k->protocol == PROTOCOL_ICMP ? ICMP_ECHO_REQUEST : ICMP6_ECHO_REQUEST;
		memcpy(l4 + 4, &k->source_port, 2);
		return ICMP_HEADER;
	case PROTOCOL_GRE:
		return GRE_HEADER;
	case PROTOCOL_ESP:
		return ESP_HEADER;
	case PROTOCOL_AH:
		l4[1] = AH_HEADER / 4 - 2;
		return AH_HEADER;
	}
	return 0;
}

static uint16_t
write_network(uint8_t *l3, const struct flow_key *k)
{
	enum { HOPS = 64 };
	if (k->family == ADDRESS_FAMILY_INET) {
		uint16_t length = (uint16_t)(IPV4_HEADER + write_transport(l3 + IPV4_HEADER, k));
		l3[0] = 0x45;
		store16(l3 + 2, length);
		l3[8] = HOPS;
		l3[9] = k->protocol;
		memcpy(l3 + 12, k->source.byte, 4);
		memcpy(l3 + 16, k->destination.byte, 4);
		uint16_t sum = checksum_finish(checksum_add(0, l3, IPV4_HEADER));
		memcpy(l3 + IPV4_CHECKSUM_AT, &sum, 2);
		return length;
	}
	uint16_t payload = write_transport(l3 + IPV6_HEADER, k);
	l3[0] = 0x60;
	store16(l3 + 4, payload);
	l3[6] = k->protocol;
	l3[7] = HOPS;
	memcpy(l3 + 8, k->source.byte, 16);
	memcpy(l3 + 24, k->destination.byte, 16);
	return (uint16_t)(IPV6_HEADER + payload);
}

bool
explain_packet(struct packet *p, uint8_t *bytes, const struct snapshot *s, uint16_t unit, const struct flow_key *key)
{
	if (unit == UNIT_NONE || unit >= s->unit_count)
		return false;
	const struct unit *u = &s->unit[unit];
	uint16_t at = u->vlan ? ETHERNET_HEADER + VLAN_TAG : ETHERNET_HEADER;
	memset(bytes, 0, EXPLAIN_BYTES);
	if (u->vlan) {
		store16(bytes + 12, ETHERTYPE_VLAN);
		store16(bytes + 14, u->vlan);
	}
	store16(bytes + at - 2, key->family == ADDRESS_FAMILY_INET ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	*p = (struct packet){ .data = bytes, .port = u->port };
	p->length = (uint16_t)(at + write_network(bytes + at, key));
	p->drop_reason = (uint8_t)packet_parse(p);
	return p->drop_reason == DROP_REASON_NONE;
}
