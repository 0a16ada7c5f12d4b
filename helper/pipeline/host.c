/* host.c: packets for this host: what it accepts, and the way to its kernel. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

#include <netinet/in.h>

static bool
has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

static bool
matches(const struct host_service *s, const struct packet *p)
{
	const struct flow_key *k = &p->key;
	if (s->family != 0 && s->family != k->family)
		return false;
	if (!s->any_protocol && s->protocol != k->protocol)
		return false;
	if (s->icmp_type >= 0 && s->icmp_type != p->icmp_type)
		return false;
	if (s->port_low == 0 && s->port_high == 0xffff)
		return true;
	uint16_t port = ntohs(k->destination_port);
	return has_ports(k->protocol) && port >= s->port_low && port <= s->port_high;
}

static bool
is_accepted(const struct snapshot *s, const struct packet *p)
{
	const struct unit *u = &s->unit[p->unit];
	const struct zone *z = &s->zone[p->zone];
	const struct host_service *service = u->has_host_services ? u->host_service : z->host_service;
	uint32_t count = u->has_host_services ? u->host_service_count : z->host_service_count;
	for (uint32_t i = 0; i < count; i++)
		if (matches(&service[i], p))
			return true;
	return false;
}

enum verdict
host_admit(struct worker *w, struct packet *p)
{
	if (p->next_hop->kind != NEXT_HOP_LOCAL)
		return VERDICT_NONE;
	/* This host's kernel has an answer of its own to floods, but none to what comes after a cookie. */
	if (p->splice == PACKET_CHALLENGED) {
		p->screens = SCREEN_BIT(SYN_FLOOD);
		p->screen_action = ACTION_DENY;
		return packet_drop(p, DROP_REASON_SCREEN);
	}
	if (p->splice == PACKET_STANDS_FOR_SYN)
		return packet_drop(p, DROP_REASON_TCP_NO_SESSION);
	/* What this host answers goes out untranslated, so it may not be asked under another address. */
	if (p->flags & PACKET_TRANSLATED)
		return packet_drop(p, DROP_REASON_IP_DESTINATION);
	if (!is_accepted(w->snapshot, p)) {
		p->rule = &w->snapshot->default_rule;
		p->application = policy_application(w->snapshot, p->rule, &p->key);
		p->deny_reason = DENY_REASON_HOST_INBOUND;
		return packet_drop(p, DROP_REASON_HOST_INBOUND);
	}
	enum verdict v = filter_host(w, p);
	return v != VERDICT_NONE ? v : VERDICT_HOST;
}

bool
host_deliver(struct worker *w, struct packet *p)
{
	if (output_room(w) == 0) {
		p->drop_reason = DROP_REASON_HOST_QUEUE_FULL;
		return false;
	}
	output_push(w, p->frame, p->data + p->l3, p->l3_length, PORT_HOST, 0);
	return true;
}
