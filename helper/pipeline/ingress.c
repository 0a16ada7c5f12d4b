/* ingress.c: from device and VLAN to logical interface, zone and routing instance. SPDX-License-Identifier: Apache-2.0 */
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
	if (u->zone == ZONE_NONE)
		return packet_drop(p, DROP_REASON_NO_ZONE);
	/* Explain asks about packets that were sent to us. */
	if (!w->trace && !is_for_us(w, p))
		return packet_drop(p, DROP_REASON_OTHER_STATION);
	if (!unit_carries(u, p->key.family))
		return packet_drop(p, DROP_REASON_FAMILY_OFF);
	return VERDICT_NONE;
}
