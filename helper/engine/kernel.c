/* kernel.c: what the kernel says by netlink, carried into the plan in force. SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <urcu-qsbr.h>

enum {
	ROUTES_SETTLE_MS = 100,
	REFRESH_BATCH = 64,
	PROBE_BATCH = 256,
	PROBE_EVERY_S = 5,
	INTERFACE_PREFERENCE_MAX = INT32_MAX
};

/* ---- links --------------------------------------------------------------------------------------------------------- */

void
kernel_port(struct engine *e, struct plan *p, uint16_t port)
{
	uint16_t device = p->view.device_of_port[port];
	struct port_state *state = &p->view.port[port];
	struct link *l = device == DEVICE_NONE ? NULL : link_find(e, e->device[device].ifindex);

	state->up = l && l->info.up;
	if (l) {
		memcpy(state->mac, l->info.mac, sizeof state->mac);
		state->mtu = l->info.mtu;
		state->unfinished = l->info.pair;
	}
}

int
kernel_ways(struct plan *p)
{
	int rc = 0;

	for (uint16_t port = 0; port < p->snapshot->port_count; port++) {
		int failed = rib_port(p->rib, port, p->view.port[port].up, NULL);
		rc = rc ? rc : failed;
	}
	return rc;
}

/* What the routes say now: flows look again. */
static void
moved(struct engine *e, int rc, bool changed)
{
	if (rc)
		log_event(LOG_LEVEL_ERROR, "routes", log_text("error", strerror(-rc)));
	if (changed)
		epoch_raise(e);
}

void
kernel_settle(struct engine *e)
{
	bool changed = false;
	int rc = e->plan ? rib_settle(e->plan->rib, &changed) : 0;

	moved(e, rc, changed);
}

static void
on_link(void *ctx, const struct netlink_link *info)
{
	struct engine *e = ctx;
	struct link *l = link_find(e, info->ifindex);

	for (uint32_t i = 0; !l && !info->gone && i < LINKS_MAX; i++) {
		if (!e->link[i].used)
			l = &e->link[i];
	}
	if (!l)
		return;
	struct netlink_link before = l->used ? l->info : (struct netlink_link){ 0 };
	l->info = *info;
	l->used = !info->gone;
	for (uint16_t port = 0; e->plan && port < e->plan->snapshot->port_count; port++) {
		uint16_t device = e->plan->view.device_of_port[port];
		bool ours = device != DEVICE_NONE && e->device[device].ifindex == info->ifindex;
		/* Made anew; or with another address or MTU, of which workers must not see a half. */
		if (!info->gone && strcmp(e->plan->snapshot->port[port].device, info->name) == 0 &&
		    (!ours || memcmp(before.mac, info->mac, sizeof before.mac) != 0 || before.mtu != info->mtu))
			e->revive = true;
		if (!ours || before.up == info->up)
			continue;
		log_event(LOG_LEVEL_INFO, "link", log_text("device", e->device[device].name),
			  log_text("state", info->gone ? "gone"
					    : info->up ? "up"
						       : "down"));
		__atomic_store_n(&e->plan->view.port[port].up, info->up, __ATOMIC_RELAXED);
		bool changed;
		int rc = rib_port(e->plan->rib, port, info->up, &changed);
		/* Flows that went another of several equal ways meanwhile may have it back. */
		moved(e, rc, changed || info->up);
	}
}

/* ---- neighbours ---------------------------------------------------------------------------------------------------- */

static bool
is_link_local(uint8_t family, const struct address *a)
{
	return family == AF_INET6 && a->byte[0] == 0xfe && (a->byte[1] & 0xc0) == 0x80;
}

static bool
prefix_holds(const struct unit_address *u, uint8_t family, const struct address *a)
{
	unsigned whole = u->length / 8, rest = u->length % 8;

	if (u->family != family || memcmp(u->address.byte, a->byte, whole) != 0)
		return false;
	return rest == 0 || ((u->address.byte[whole] ^ a->byte[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

/* Where this kernel has no VLAN devices, several units share the port's device: then the connected prefix decides. */
static bool
unit_knows(const struct plan *p, uint16_t unit, const struct netlink_neighbour *n)
{
	const struct unit *u = &p->snapshot->unit[unit];

	if (p->unit_ifindex[unit] != n->ifindex)
		return false;
	if (u->vlan == 0 || is_link_local(n->family, &n->address))
		return true;
	for (uint32_t i = 0; i < u->address_count; i++) {
		if (prefix_holds(&u->address[i], n->family, &n->address))
			return true;
	}
	return false;
}

/* answers tells the routes that lead to a neighbour, if any do, whether it answers. */
static void
answers(struct engine *e, uint16_t unit, uint8_t family, const struct address *a, bool does)
{
	char text[INET6_ADDRSTRLEN];
	bool changed;
	int rc = rib_answers(e->plan->rib, unit, family, a, does, &changed);

	moved(e, rc, changed);
	if (changed)
		log_event(LOG_LEVEL_INFO, "gateway", log_text("unit", e->plan->snapshot->unit[unit].name),
			  log_text("address", inet_ntop(family, a, text, sizeof text)),
			  log_text("state", does ? "answers" : "silent"));
}

static void
on_neighbour(void *ctx, const struct netlink_neighbour *n)
{
	static const uint8_t none[6];
	struct engine *e = ctx;
	struct plan *p = e->plan;
	bool news = false;

	for (uint16_t unit = 1; p && unit < p->snapshot->unit_count; unit++) {
		if (!unit_knows(p, unit, n))
			continue;
		uint32_t slot = neighbour_slot(e->neighbours, unit, n->family, &n->address);
		uint8_t mac[6];
		if (slot == NEIGHBOUR_NONE)
			continue;
		enum neighbour_state before = neighbour_read(e->neighbours, slot, mac);
		e->stale[slot] = n->stale && !n->gone;
		e->fixed[slot] = n->fixed && !n->gone;
		if (n->usable) {
			neighbour_write(e->neighbours, slot, NEIGHBOUR_VALID, n->mac);
			answers(e, unit, n->family, &n->address, true);
		} else if (n->failed) {
			/* First the other way, if there is one: what waits looks for it when it sees that this failed. */
			answers(e, unit, n->family, &n->address, false);
			neighbour_write(e->neighbours, slot, NEIGHBOUR_FAILED, none);
		}
		if (n->gone && before != NEIGHBOUR_PENDING)
			neighbour_write(e->neighbours, slot, NEIGHBOUR_UNKNOWN, none);
		news |= before == NEIGHBOUR_PENDING && (n->usable || n->failed);
	}
	for (uint32_t w = 0; news && w < e->shared.workers; w++)
		loop_housekeep(&e->shared.loop[w]);
}

static void
resolve(struct engine *e, uint32_t slot)
{
	static const uint8_t none[6];
	struct address a;
	uint16_t unit;
	uint8_t family;

	if (!neighbour_at(e->neighbours, slot, &unit, &family, &a) || unit >= e->plan->snapshot->unit_count)
		return;
	int rc = netlink_neighbour_resolve(e->netlink, e->plan->unit_ifindex[unit], family, &a);
	if (rc) {
		log_event(LOG_LEVEL_WARN, "resolve", log_text("unit", e->plan->snapshot->unit[unit].name),
			  log_text("error", strerror(-rc)));
		neighbour_write(e->neighbours, slot, NEIGHBOUR_FAILED, none);
	}
}

void
kernel_resolve(struct engine *e)
{
	struct resolve r;

	for (uint32_t w = 0; w < e->shared.workers; w++) {
		while (loop_resolve(&e->shared.loop[w], &r)) {
			/* A request from before a commit that renumbered units means nothing any more. */
			if (e->plan && r.table == e->neighbours)
				resolve(e, r.slot);
		}
	}
}

/* A table that fills up gives back what leads nowhere. */
static void
reclaim(struct engine *e)
{
	uint32_t capacity = neighbour_capacity(e->neighbours), used = 0, unlinked = 0;
	struct address a;
	uint16_t unit;
	uint8_t family, mac[6];

	for (uint32_t slot = 1; slot <= capacity; slot++)
		used += neighbour_at(e->neighbours, slot, &unit, &family, &a);
	if (used <= capacity / 2)
		return;
	uint32_t *gone = calloc(capacity, sizeof *gone);
	for (uint32_t slot = 1; gone && slot <= capacity; slot++) {
		enum neighbour_state state = neighbour_read(e->neighbours, slot, mac);
		if (!neighbour_at(e->neighbours, slot, &unit, &family, &a) || state == NEIGHBOUR_VALID ||
		    state == NEIGHBOUR_PENDING)
			continue;
		neighbour_unlink(e->neighbours, slot);
		gone[unlinked++] = slot;
	}
	if (unlinked) {
		epoch_raise(e);
		synchronize_rcu();
		for (uint32_t i = 0; i < unlinked; i++)
			neighbour_forget(e->neighbours, gone[i]);
	}
	free(gone);
}

/* Packets ask only after the gateway that they are sent to. One that could be replaced is asked after all the time: in use, so that
 * its silence is noticed before the kernel would; silent, so that it can come back; never used, so that it is known when it is
 * needed. The kernel's own answer comes as on_neighbour. */
static void
probe(struct engine *e, const struct gateway *g)
{
	unsigned ifindex = e->plan->unit_ifindex[g->unit];
	uint32_t slot = neighbour_slot(e->neighbours, g->unit, g->family, &g->address);
	uint8_t mac[6];

	if (slot == NEIGHBOUR_NONE || e->fixed[slot])
		return;
	int rc = -ENOENT;
	if (neighbour_read(e->neighbours, slot, mac) == NEIGHBOUR_VALID)
		rc = netlink_neighbour_probe(e->netlink, ifindex, g->family, &g->address);
	if (rc)
		netlink_neighbour_resolve(e->netlink, ifindex, g->family, &g->address);
}

static void
probe_gateways(struct engine *e, uint64_t now_s)
{
	const struct gateways *all = rib_gateways(e->plan->rib);
	uint32_t count = gateway_count(all), asked = 0;

	for (uint32_t looked = 0; looked < count && asked < PROBE_BATCH; looked++) {
		struct gateway *g = gateway_at(all, e->probe_at++ % count);
		uint16_t port = e->plan->snapshot->unit[g->unit].port;
		if (!g->replaceable || now_s - g->asked_s < PROBE_EVERY_S || !e->plan->view.port[port].up)
			continue;
		g->asked_s = now_s;
		probe(e, g);
		asked++;
	}
}

/* The kernel does not see forwarded packets, so it would never check whether a neighbour is still there: those it calls stale are
 * asked after in turn. Only those: such a request makes a permanent entry an ordinary one (__neigh_update). */
void
kernel_refresh(struct engine *e, uint64_t now_s)
{
	uint32_t capacity = e->plan ? neighbour_capacity(e->neighbours) : 0, asked = 0;
	uint8_t mac[6];

	if (!e->plan)
		return;
	neighbour_tick(e->neighbours);
	for (uint32_t looked = 0; looked < capacity && asked < REFRESH_BATCH; looked++) {
		uint32_t slot = e->refresh_at++ % capacity + 1;
		if (!e->stale[slot] || neighbour_read(e->neighbours, slot, mac) != NEIGHBOUR_VALID)
			continue;
		resolve(e, slot);
		asked++;
	}
	probe_gateways(e, now_s);
	reclaim(e);
}

/* ---- routes ---------------------------------------------------------------------------------------------------------- */

static bool
grow(void **at, uint32_t count, uint32_t *room, size_t size)
{
	if (count < *room)
		return true;
	uint32_t more = *room ? 2 * *room : 256;
	void *grown = realloc(*at, more * size);
	if (!grown)
		return false;
	*at = grown;
	*room = more;
	return true;
}

void
kernel_retire(void *ctx, fib_release *release, void *object)
{
	struct engine *e = ctx;
	struct retired_list *l = &e->retired;

	if (!grow((void **)&l->at, l->count, &l->room, sizeof *l->at)) {
		synchronize_rcu();
		release(object);
		return;
	}
	l->at[l->count++] = (struct retired){ release, object };
}

void
kernel_release(struct engine *e)
{
	if (e->retired.count == 0)
		return;
	synchronize_rcu();
	for (uint32_t i = 0; i < e->retired.count; i++)
		e->retired.at[i].release(e->retired.at[i].object);
	e->retired.count = 0;
}

/* The unit of a kernel's device: a VLAN device is a tagged unit, a port's device its untagged unit. */
static uint16_t
unit_of_ifindex(const struct plan *p, unsigned ifindex, uint16_t instance, uint8_t family,
		const struct address *gateway)
{
	uint16_t found = UNIT_NONE;

	for (uint16_t unit = 1; unit < p->snapshot->unit_count; unit++) {
		if (p->unit_ifindex[unit] != ifindex || p->snapshot->unit[unit].instance != instance)
			continue;
		if (found == UNIT_NONE || p->snapshot->unit[unit].vlan == 0)
			found = unit;
	}
	if (found == UNIT_NONE || !gateway || is_link_local(family, gateway))
		return found;
	uint16_t by_prefix = rib_gateway_unit(p->snapshot, instance, family, gateway);
	return by_prefix != UNIT_NONE && p->unit_ifindex[by_prefix] == ifindex ? by_prefix : found;
}

static void
on_route(void *ctx, const struct netlink_route *r)
{
	struct engine *e = ctx;
	const struct snapshot *s = e->reading ? e->reading->snapshot : NULL;
	struct route_list *out = e->read_into;

	for (uint16_t instance = 0; s && instance < s->instance_count; instance++) {
		if (s->instance[instance].kernel_table != r->table || r->table == 0)
			continue;
		if (!grow((void **)&out->at, out->count, &out->room, sizeof *out->at)) {
			out->failed = true;
			return;
		}
		struct rib_route *route = &out->at[out->count];
		uint32_t metric = r->metric > INTERFACE_PREFERENCE_MAX ? INTERFACE_PREFERENCE_MAX : r->metric;
		memset(route, 0, sizeof *route);
		route->prefix = r->prefix;
		route->preference = RIB_PREFERENCE_KERNEL + metric;
		route->instance = instance;
		route->family = r->family;
		route->length = r->length;
		route->origin = RIB_KERNEL;
		for (uint16_t i = 0; i < r->hop_count; i++) {
			const struct netlink_hop *h = &r->hop[i];
			uint16_t unit = unit_of_ifindex(e->reading, h->ifindex, instance, r->family,
							h->on_link ? NULL : &h->gateway);
			if (unit == UNIT_NONE)
				continue; /* by a device that is not the firewall's */
			route->group.hop[route->group.count++] = (struct next_hop){ .gateway = h->gateway,
										    .unit = unit,
										    .kind = NEXT_HOP_FORWARD,
										    .on_link = h->on_link,
										    .family = r->family };
		}
		if (r->kind != NEXT_HOP_FORWARD) {
			route->group.count = 1;
			route->group.hop[0] = (struct next_hop){ .kind = r->kind, .family = r->family };
		}
		if (route->group.count)
			out->count++;
	}
}

static int
compare_key(const void *a, const void *b)
{
	const struct rib_route *x = a, *y = b;
	int order = memcmp(&x->prefix, &y->prefix, sizeof x->prefix);

	if (x->instance != y->instance)
		return x->instance < y->instance ? -1 : 1;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (order)
		return order;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return x->preference == y->preference ? 0 : x->preference < y->preference ? -1 : 1;
}

int
kernel_routes(struct engine *e, const struct plan *p, struct route_list *out)
{
	uint32_t kept = 0;

	out->count = 0;
	out->failed = false;
	e->reading = p;
	e->read_into = out;
	int rc = netlink_dump_routes(e->netlink);
	e->reading = NULL;
	if (rc || out->failed)
		return rc ? rc : -ENOMEM;
	if (out->count)
		qsort(out->at, out->count, sizeof *out->at, compare_key);
	/* The kernel may hold one prefix and metric more than once (by TOS or type of service): the first counts. */
	for (uint32_t i = 0; i < out->count; i++) {
		if (kept == 0 || compare_key(&out->at[kept - 1], &out->at[i]) != 0)
			out->at[kept++] = out->at[i];
	}
	out->count = kept;
	return 0;
}

void
kernel_changed(struct engine *e)
{
	struct route_list *now = &e->found, *old = &e->learned;
	bool changed = false, any = false;
	uint32_t i = 0, j = 0, learned = 0;

	e->routes_stale = false;
	if (!e->plan)
		return;
	int rc = kernel_routes(e, e->plan, now);
	if (rc) {
		log_event(LOG_LEVEL_ERROR, "routes", log_text("error", strerror(-rc)));
		e->routes_stale = true;
		return;
	}
	while (i < old->count || j < now->count) {
		int order = i == old->count ? 1 : j == now->count ? -1 : compare_key(&old->at[i], &now->at[j]);
		if (order < 0)
			rc = rib_remove(e->plan->rib, &old->at[i], &changed);
		else if (order > 0 || memcmp(&old->at[i].group, &now->at[j].group, sizeof now->at[j].group) != 0)
			rc = rib_add(e->plan->rib, &now->at[j], &changed);
		if (rc)
			log_event(LOG_LEVEL_ERROR, "routes", log_text("error", strerror(-rc)));
		/* What found no memory is not learned, and differs again when the timer comes. */
		e->routes_stale |= rc == -ENOMEM;
		if (order >= 0 && (rc != -ENOMEM || order == 0))
			now->at[learned++] = rc == -ENOMEM ? old->at[i] : now->at[j];
		any |= changed;
		changed = false;
		rc = 0;
		i += order <= 0;
		j += order >= 0;
	}
	now->count = learned;
	struct route_list spare = *old;
	*old = *now;
	*now = spare;
	if (any) {
		epoch_raise(e);
		log_event(LOG_LEVEL_INFO, "routes", log_number("learned", old->count));
	}
}

static void
on_changed(void *ctx)
{
	struct engine *e = ctx;
	/* One reading of the table for many announcements. */
	struct itimerspec soon = { .it_value.tv_nsec = ROUTES_SETTLE_MS * 1000000, .it_interval.tv_sec = 1 };

	if (!e->routes_stale)
		timerfd_settime(e->timer, 0, &soon, NULL);
	e->routes_stale = true;
}

static void
on_overrun(void *ctx)
{
	struct engine *e = ctx;

	log_event(LOG_LEVEL_WARN, "netlink-overrun",
		  log_number("generation", e->plan ? e->plan->snapshot->generation : 0));
	netlink_dump_links(e->netlink);
	netlink_dump_neighbours(e->netlink);
	on_changed(e);
}

/* ---- addresses -------------------------------------------------------------------------------------------------------- */

static void
on_address(void *ctx, const struct netlink_address *a)
{
	struct address_list *l = &((struct engine *)ctx)->addresses;

	if (grow((void **)&l->at, l->count, &l->room, sizeof *l->at))
		l->at[l->count++] = *a;
}

int
kernel_addresses(struct engine *e)
{
	e->addresses.count = 0;
	return netlink_dump_addresses(e->netlink);
}

bool
address_present(const struct address_list *l, unsigned ifindex, uint8_t family, const struct address *a, uint8_t length)
{
	for (uint32_t i = 0; i < l->count; i++) {
		const struct netlink_address *at = &l->at[i];
		if (at->ifindex == ifindex && at->family == family && at->length == length &&
		    memcmp(&at->address, a, sizeof *a) == 0)
			return true;
	}
	return false;
}

struct netlink *
kernel_open(struct engine *e)
{
	const struct netlink_events events = { .link = on_link,
					       .neighbour = on_neighbour,
					       .address = on_address,
					       .route = on_route,
					       .changed = on_changed,
					       .overrun = on_overrun,
					       .ctx = e };
	return netlink_open(&events);
}
