/* ingress.c: from device and VLAN to logical interface, zone and routing instance. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

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
	return VERDICT_NONE;
}
