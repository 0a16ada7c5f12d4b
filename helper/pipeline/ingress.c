/* ingress.c: from device and VLAN to logical interface, zone and routing instance. SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"
#include "pipeline/stage.h"

/* A frame to another station reaches us where the device is promiscuous or a switch floods; it has its own way. */
static bool
is_for_us(const struct worker *w, const struct packet *p)
{
	const struct port_state *port = &w->ports[p->port];
	if (p->flags & PACKET_L2_MULTICAST || port->any_station)
		return true;
	return p->length >= sizeof port->mac && memcmp(p->data, port->mac, sizeof port->mac) == 0;
}

/* What the input filter may change; a packet that waited keeps what was found when it came. */
static inline void
arrive(struct packet *p, const struct unit *u)
{
	p->judged_by = 0;
	p->route_instance = u->instance;
	p->forwarding_class = 0;
	p->loss_priority = 0;
	const struct dscp_class *classifier = p->key.family == ADDRESS_FAMILY_INET ? u->classifier : u->classifier6;
	if (classifier)
		cos_classify(p, classifier);
	p->set_dscp = FILTER_KEEP;
	trail_clear(&p->input);
}

enum verdict
ingress_identify(struct worker *w, struct packet *p)
{
	const struct snapshot *s = w->snapshot;
	if (!s)
		return packet_drop(p, DROP_REASON_NO_SNAPSHOT);
	uint16_t unit = p->vlan[1] == 0 ? snapshot_unit(s, p->port, p->vlan[0]) : UNIT_NONE;
	if (unit == UNIT_NONE)
		return packet_drop(p, DROP_REASON_UNKNOWN_INTERFACE);
	const struct unit *u = &s->unit[unit];
	p->unit = unit;
	p->zone = u->zone;
	p->key.instance = u->instance;
	p->inner.instance = u->instance;
	if (p->judged_by != s->generation)
		arrive(p, u);
	if (u->zone == ZONE_NONE)
		return packet_drop(p, DROP_REASON_NO_ZONE);
	/* Explain asks about packets that were sent to us. */
	if (!w->trace && !is_for_us(w, p))
		return packet_drop(p, DROP_REASON_OTHER_STATION);
	if (!unit_carries(u, p->key.family))
		return packet_drop(p, DROP_REASON_FAMILY_OFF);
	return VERDICT_NONE;
}
