/* apply.c: a snapshot comes into force on all devices and workers, or not at all. SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <urcu-qsbr.h>

/* undo: what this apply did to the host so far. */
struct undo {
	bool opened[LOOP_DEVICES_MAX];
	bool closed;                  /* a device of the plan in force */
	uint16_t mtu[LOOP_PORTS_MAX]; /* of a port's device, before it was changed; 0: it was not */
	unsigned mtu_ifindex[LOOP_PORTS_MAX];
	struct address_list added; /* addresses */
	unsigned *vlan;            /* VLAN devices */
	uint32_t vlan_count;
};

void
refuse(struct refusal *why, const char *code, const char *path, const char *format, ...)
{
	va_list arguments;

	snprintf(why->code, sizeof why->code, "%s", code);
	snprintf(why->path, sizeof why->path, "%s", path);
	va_start(arguments, format);
	vsnprintf(why->message, sizeof why->message, format, arguments);
	va_end(arguments);
}

void
epoch_raise(struct engine *e)
{
	loop_epoch_raise(&e->shared);
}

void
plan_destroy(struct plan *p)
{
	if (!p)
		return;
	if (p->rib)
		rib_destroy(p->rib);
	free(p);
}

/* ---- devices --------------------------------------------------------------------------------------------------------- */

/* An open device serves a wish that it already fulfils. */
static bool
fits(struct engine *e, const struct device *d, const struct port_config *port)
{
	struct link *l = link_find(e, d->ifindex);

	if (!l || strcmp(l->info.name, d->name) != 0)
		return false;
	switch (port->xdp_mode) {
	case XDP_WANTED_AUTO:
		return !d->attachment.generic || d->wanted == XDP_WANTED_AUTO;
	case XDP_WANTED_ZERO_COPY:
		/* Where it is known to be impossible, the refusal need not interrupt anything. */
		return d->zero_copy || (d->zero_copy_error && !d->attachment.generic);
	case XDP_WANTED_NATIVE:
		return !d->zero_copy && !d->attachment.generic;
	default:
		return d->attachment.generic;
	}
}

static uint32_t
largest_mtu(struct engine *e, const struct snapshot *s, uint32_t *port_of_it)
{
	uint32_t largest = 0;

	for (uint32_t i = 0; i < s->port_count; i++) {
		struct link *l = link_by_name(e, s->port[i].device);
		uint32_t mtu = s->port[i].mtu ? s->port[i].mtu : l ? l->info.mtu : 0;
		if (mtu > largest) {
			largest = mtu;
			*port_of_it = i;
		}
	}
	return largest;
}

static int
make_umem(struct engine *e, const struct snapshot *s, struct refusal *why)
{
	uint32_t port = 0, mtu = largest_mtu(e, s, &port), size = umem_frame_size(mtu);
	char path[64];

	snprintf(path, sizeof path, "ports[%u].mtu", port);
	if (size == 0) {
		refuse(why, "bound", path, "expected an MTU whose packets fit one buffer of 4096 bytes, found %u", mtu);
		return -1;
	}
	if (e->umem.area && size > e->umem.frame_size) {
		refuse(
		    why, "bound", path,
		    "expected an MTU whose packets fit this helper's buffers of %u bytes, found %u; restart the helper",
		    e->umem.frame_size, mtu);
		return -1;
	}
	if (e->umem.area)
		return 0;
	int rc = umem_create(&e->umem, size, e->options.frames);
	if (rc) {
		refuse(why, "memory", "", "no memory for %u packet buffers of %u bytes: %s", e->options.frames, size,
		       strerror(-rc));
		return -1;
	}
	log_event(LOG_LEVEL_INFO, "packet-memory", log_number("frames", e->umem.frame_count),
		  log_number("frame_size", size), log_number("huge_pages", e->umem.huge));
	return 0;
}

/* One UMEM is used either with zero copy everywhere or with copies everywhere: the kernel takes the first socket's mode for all
 * (net/xdp/xsk_buff_pool.c, xp_assign_dev_shared). */
static int
choose_copy(struct engine *e, const struct snapshot *s, const struct undo *u, const struct plan *p, struct refusal *why)
{
	bool in_use = false, all = true;
	char path[64];

	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++)
		in_use |= e->device[i].used && !u->opened[i];
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct device *d = &e->device[p->view.device_of_port[i]];
		if (u->opened[d->index])
			device_probe(d);
		all &= d->zero_copy_error == 0;
	}
	if (!in_use)
		e->zero_copy = all && s->port_count > 0;
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct device *d = &e->device[p->view.device_of_port[i]];
		snprintf(path, sizeof path, "ports[%u].xdp_mode", i);
		if (e->zero_copy && d->zero_copy_error) {
			refuse(why, "device", path,
			       "%s has no zero copy (%s), but the packet memory is in use with it; restart the helper",
			       d->name, strerror(-d->zero_copy_error));
			return -1;
		}
		if (!e->zero_copy && s->port[i].xdp_mode == XDP_WANTED_ZERO_COPY) {
			refuse(why, "device", path, "zero copy is not possible: %s",
			       d->zero_copy_error ? strerror(-d->zero_copy_error)
						  : "all ports share one packet memory, and another port has none");
			return -1;
		}
	}
	return 0;
}

/* The kernel has one MTU for both the plan in force and the new one: what it was comes back with a refusal. */
static void
note_mtu(struct engine *e, const struct snapshot *s, uint32_t port, struct undo *u)
{
	const struct link *l = s->port[port].mtu ? link_by_name(e, s->port[port].device) : NULL;

	if (!l || l->info.mtu == s->port[port].mtu)
		return;
	u->mtu[port] = l->info.mtu;
	u->mtu_ifindex[port] = l->info.ifindex;
}

static int
open_devices(struct engine *e, const struct snapshot *s, struct plan *p, struct undo *u, struct refusal *why)
{
	char path[64];

	for (uint32_t i = 0; i < LOOP_PORTS_MAX; i++)
		p->view.device_of_port[i] = DEVICE_NONE;
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++)
		p->view.port_of_device[i] = PORT_HOST;
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct device *d = device_find(e, s->port[i].device);
		snprintf(path, sizeof path, "ports[%u].device", i);
		note_mtu(e, s, i, u);
		if (d && !fits(e, d, &s->port[i])) {
			/* Made anew under its name, or another mode is wanted: the kernel has room for one mode only, so the
			 * old one goes first; plan_revive brings it back if this snapshot is refused. */
			log_event(LOG_LEVEL_INFO, "reopen", log_text("device", d->name));
			device_withdraw(e, d);
			device_close(e, d, true);
			u->closed = true;
			d = NULL;
		}
		if (!d) {
			if (!(d = device_open(e, &s->port[i], s->settings.fail_open, why))) {
				snprintf(why->path, sizeof why->path, "%s", path);
				return -1;
			}
			u->opened[d->index] = true;
		} else if (s->port[i].mtu) {
			struct link *l = link_find(e, d->ifindex);
			int rc = l && l->info.mtu != s->port[i].mtu
				     ? netlink_link_mtu(e->netlink, d->ifindex, s->port[i].mtu)
				     : 0;
			if (rc) {
				snprintf(path, sizeof path, "ports[%u].mtu", i);
				refuse(why, "device", path, "%s does not take MTU %u: %s", d->name, s->port[i].mtu,
				       strerror(-rc));
				return -1;
			}
		}
		p->view.device_of_port[i] = d->index;
		p->view.port_of_device[d->index] = (uint16_t)i;
	}
	if (choose_copy(e, s, u, p, why))
		return -1;
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct device *d = &e->device[p->view.device_of_port[i]];
		if (u->opened[d->index] && device_sockets(e, d, why)) {
			snprintf(why->path, sizeof why->path, "ports[%u].device", i);
			return -1;
		}
	}
	return 0;
}

/* A port with queues has a scheduler on each worker. */
static bool
make_schedulers(struct engine *e, const struct port_config *port, uint16_t device)
{
	for (uint32_t w = 0; port->queues && w < e->shared.workers; w++) {
		struct scheduler **at = &e->shared.loop[w].scheduler[device];
		if (!*at && !(*at = scheduler_create()))
			return false;
	}
	return true;
}

static uint32_t
count_addresses(const struct snapshot *s)
{
	uint32_t count = 0;
	for (uint32_t i = 1; i < s->unit_count; i++)
		count += s->unit[i].address_count;
	return count + s->proxy_count;
}

/* ---- units and addresses ----------------------------------------------------------------------------------------------- */

static unsigned
vlan_device(struct engine *e, const struct device *d, uint16_t vlan)
{
	for (uint32_t i = 0; i < LINKS_MAX; i++) {
		if (e->link[i].used && e->link[i].info.lower == d->ifindex && e->link[i].info.vlan == vlan)
			return e->link[i].info.ifindex;
	}
	return 0;
}

static int
place_units(struct engine *e, const struct snapshot *s, struct plan *p, struct undo *u, struct refusal *why)
{
	char name[32], path[64];

	for (uint32_t i = 1; i < s->unit_count; i++) {
		const struct unit *unit = &s->unit[i];
		uint16_t device = p->view.device_of_port[unit->port];
		struct device *d = device == DEVICE_NONE ? NULL : &e->device[device];
		p->unit_ifindex[i] = d ? d->ifindex : 0;
		if (unit->vlan == 0 || !d)
			continue;
		unsigned ifindex = vlan_device(e, d, unit->vlan);
		if (!ifindex) {
			/* "eth1.100", cut so that it fits the kernel's 15 characters. */
			snprintf(name, sizeof name, "%.10s.%u", d->name, unit->vlan);
			int rc = netlink_vlan_add(e->netlink, d->ifindex, unit->vlan, name);
			if (rc == 0)
				rc = netlink_dump_links(e->netlink);
			ifindex = vlan_device(e, d, unit->vlan);
			if (rc == -EOPNOTSUPP) {
				log_event(LOG_LEVEL_WARN, "no-vlan-device", log_text("unit", unit->name),
					  log_text("reason",
						   "this kernel has no VLAN devices: tagged neighbours are known "
						   "only as permanent entries of the port's device"));
				continue;
			}
			if (rc || !ifindex) {
				snprintf(path, sizeof path, "units[%u].vlan", i - 1);
				refuse(why, "device", path, "no VLAN device %s: %s", name, strerror(rc ? -rc : ENODEV));
				return -1;
			}
			u->vlan[u->vlan_count++] = ifindex;
		}
		p->unit_ifindex[i] = ifindex;
	}
	return 0;
}

static int
add_addresses(struct engine *e, const struct snapshot *s, const struct plan *p, struct undo *u, struct refusal *why)
{
	char path[64];
	int rc = kernel_addresses(e);

	if (rc) {
		refuse(why, "device", "", "the kernel's addresses cannot be read: %s", strerror(-rc));
		return -1;
	}
	for (uint32_t i = 1; i < s->unit_count; i++) {
		for (uint32_t j = 0; j < s->unit[i].address_count; j++) {
			const struct unit_address *a = &s->unit[i].address[j];
			if (p->unit_ifindex[i] == 0 ||
			    address_present(&e->addresses, p->unit_ifindex[i], a->family, &a->address, a->length))
				continue;
			rc = netlink_address_add(e->netlink, p->unit_ifindex[i], a->family, &a->address, a->length);
			if (rc && rc != -EEXIST) {
				snprintf(path, sizeof path, "units[%u].addresses[%u]", i - 1, j);
				refuse(why, "device", path, "the kernel does not take this address: %s", strerror(-rc));
				return -1;
			}
			if (rc == 0)
				u->added.at[u->added.count++] = (struct netlink_address){ .ifindex = p->unit_ifindex[i],
											  .address = a->address,
											  .family = a->family,
											  .length = a->length };
		}
	}
	return 0;
}

static uint8_t
host_length(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* Forwarding is off in the kernel, so it would not answer by its tables of proxies; it answers for addresses that it has. Packets
 * to them come to AF_XDP like all others. */
static int
add_proxies(struct engine *e, const struct snapshot *s, const struct plan *p, struct undo *u, struct refusal *why)
{
	char name[INET6_ADDRSTRLEN];

	for (uint32_t i = 0; i < s->proxy_count; i++) {
		const struct proxy *x = &s->proxy[i];
		unsigned ifindex = p->unit_ifindex[x->unit];
		if (ifindex == 0 ||
		    address_present(&e->addresses, ifindex, x->family, &x->address, host_length(x->family)))
			continue;
		int rc = netlink_proxy_add(e->netlink, ifindex, x->family, &x->address);
		if (rc && rc != -EEXIST) {
			refuse(why, "device", "proxies", "the kernel does not take %s on %s: %s",
			       inet_ntop(x->family, &x->address, name, sizeof name), s->unit[x->unit].name,
			       strerror(-rc));
			return -1;
		}
		if (rc == 0)
			u->added.at[u->added.count++] = (struct netlink_address){ .ifindex = ifindex,
										  .address = x->address,
										  .family = x->family,
										  .length = host_length(x->family) };
	}
	return 0;
}

static bool
proxy_wanted(const struct snapshot *s, const struct plan *p, const struct netlink_address *a)
{
	for (uint32_t i = 0; a->length == host_length(a->family) && i < s->proxy_count; i++) {
		const struct proxy *x = &s->proxy[i];
		if (x->family == a->family && p->unit_ifindex[x->unit] == a->ifindex &&
		    memcmp(&x->address, &a->address, sizeof a->address) == 0)
			return true;
	}
	return false;
}

static bool
address_wanted(const struct snapshot *s, const struct plan *p, const struct netlink_address *a)
{
	for (uint32_t i = 1; i < s->unit_count; i++) {
		for (uint32_t j = 0; p->unit_ifindex[i] == a->ifindex && j < s->unit[i].address_count; j++) {
			const struct unit_address *u = &s->unit[i].address[j];
			if (u->family == a->family && u->length == a->length &&
			    memcmp(&u->address, &a->address, sizeof a->address) == 0)
				return true;
		}
	}
	return proxy_wanted(s, p, a);
}

static void
remove_addresses(struct engine *e, const struct snapshot *s, const struct plan *p)
{
	kernel_addresses(e);
	for (uint32_t i = 0; i < e->addresses.count; i++) {
		const struct netlink_address *a = &e->addresses.at[i];
		if (a->ours && !address_wanted(s, p, a))
			netlink_address_remove(e->netlink, a->ifindex, a->family, &a->address, a->length);
	}
}

static void
set_proxies6(struct engine *e, const struct plan *p, bool present, const struct plan *except)
{
	for (uint32_t i = 0; i < p->snapshot->proxy_count; i++) {
		const struct proxy *x = &p->snapshot->proxy[i];
		uint16_t device = p->view.device_of_port[p->snapshot->unit[x->unit].port];
		const struct device *d = device == DEVICE_NONE ? NULL : &e->device[device];
		struct netlink_address a = { .ifindex = p->unit_ifindex[x->unit],
					     .address = x->address,
					     .family = x->family,
					     .length = host_length(x->family) };
		if (d && d->used && x->family == AF_INET6 && !(except && address_wanted(except->snapshot, except, &a)))
			attach_local6(&d->attachment, x->address.byte, present);
	}
}

/* Neighbour discovery for our own addresses, and those we answer for, goes to the kernel. */
static void
set_local6(struct engine *e, const struct plan *p, bool present, const struct plan *except)
{
	for (uint32_t i = 1; i < p->snapshot->unit_count; i++) {
		const struct unit *u = &p->snapshot->unit[i];
		uint16_t device = p->view.device_of_port[u->port];
		const struct device *d = device == DEVICE_NONE ? NULL : &e->device[device];
		for (uint32_t j = 0; d && d->used && j < u->address_count; j++) {
			struct netlink_address a = { .ifindex = p->unit_ifindex[i],
						     .address = u->address[j].address,
						     .family = u->address[j].family,
						     .length = u->address[j].length };
			if (a.family == AF_INET6 && !(except && address_wanted(except->snapshot, except, &a)))
				attach_local6(&d->attachment, a.address.byte, present);
		}
	}
	set_proxies6(e, p, present, except);
}

/* ---- neighbours ----------------------------------------------------------------------------------------------------------- */

/* Slots are named by unit ids: where an id stands for another device or instance now, the old slots mean nothing. */
static bool
same_units(const struct plan *old, const struct plan *new)
{
	if (!old || old->snapshot->unit_count != new->snapshot->unit_count)
		return false;
	for (uint32_t i = 1; i < new->snapshot->unit_count; i++) {
		const struct unit *a = &old->snapshot->unit[i], *b = &new->snapshot->unit[i];
		if (old->unit_ifindex[i] != new->unit_ifindex[i] || a->vlan != b->vlan || a->port != b->port)
			return false;
	}
	return true;
}

/* ---- the switch ----------------------------------------------------------------------------------------------------------- */

static void
switch_view(struct loop *l, void *ctx)
{
	const struct plan *p = ctx;
	loop_view(l, &p->view);
}

void
plan_switch(struct engine *e, struct plan *p)
{
	for (uint32_t w = 0; w < e->shared.workers; w++)
		worker_call(&e->shared.loop[w], switch_view, p);
}

static void
take_back(struct engine *e, struct undo *u)
{
	for (uint32_t i = 0; i < u->added.count; i++) {
		const struct netlink_address *a = &u->added.at[i];
		netlink_address_remove(e->netlink, a->ifindex, a->family, &a->address, a->length);
	}
	for (uint32_t i = 0; i < u->vlan_count; i++)
		netlink_link_remove(e->netlink, u->vlan[i]);
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (u->opened[i])
			device_close(e, &e->device[i], true);
	}
	for (uint32_t i = 0; i < LOOP_PORTS_MAX; i++) {
		if (u->mtu[i])
			netlink_link_mtu(e->netlink, u->mtu_ifindex[i], u->mtu[i]);
	}
	if (u->closed && e->plan)
		plan_revive(e);
}

void
plan_revive(struct engine *e)
{
	struct plan *old = e->plan, *new = malloc(sizeof *new);
	struct undo u = { 0 };
	struct refusal why;

	e->revive = false;
	u.added.at = old ? calloc(count_addresses(old->snapshot) + 1, sizeof *u.added.at) : NULL;
	u.vlan = old ? calloc(old->snapshot->unit_count + 1, sizeof *u.vlan) : NULL;
	if (!new || !u.added.at || !u.vlan)
		goto out;
	*new = *old;
	new->neighbours = NULL;
	new->view.renumbered = false;
	struct snapshot *s = new->snapshot;
	for (uint16_t i = 0; i < s->port_count; i++) {
		struct device *d = device_find(e, s->port[i].device);
		if (d && !fits(e, d, &s->port[i])) {
			device_withdraw(e, d);
			device_close(e, d, true);
			d = NULL;
		}
		if (!d && link_by_name(e, s->port[i].device)) {
			d = device_open(e, &s->port[i], s->settings.fail_open, &why);
			if (d)
				device_probe(d);
			bool made = d && make_schedulers(e, &s->port[i], d->index);
			if (d && !made)
				refuse(&why, "memory", "", "not enough memory");
			if (d && (!made || device_sockets(e, d, &why))) {
				device_close(e, d, false);
				d = NULL;
			}
			if (d)
				u.opened[d->index] = true;
			else
				log_event(LOG_LEVEL_ERROR, "revive", log_text("device", s->port[i].device),
					  log_text("message", why.message));
		}
		new->view.device_of_port[i] = d ? d->index : DEVICE_NONE;
	}
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++)
		new->view.port_of_device[i] = PORT_HOST;
	for (uint16_t i = 0; i < s->port_count; i++) {
		if (new->view.device_of_port[i] != DEVICE_NONE)
			new->view.port_of_device[new->view.device_of_port[i]] = i;
		kernel_port(e, new, i);
	}
	if (kernel_ways(new))
		log_event(LOG_LEVEL_ERROR, "revive", log_text("message", "not enough memory"));
	if (place_units(e, s, new, &u, &why) || add_addresses(e, s, new, &u, &why) || add_proxies(e, s, new, &u, &why))
		log_event(LOG_LEVEL_ERROR, "revive", log_text("path", why.path), log_text("message", why.message));
	e->plan = new;
	set_local6(e, new, true, NULL);
	plan_switch(e, new);
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (u.opened[i])
			device_serve(e, &e->device[i]);
	}
	synchronize_rcu();
	netlink_dump_neighbours(e->netlink);
	kernel_changed(e);
	free(old);
	new = NULL;
out:
	free(new);
	free(u.added.at);
	free(u.vlan);
}

/* Everything that can fail, up to the point where the workers could switch. */
static struct plan *
prepare(struct engine *e, struct snapshot *s, struct undo *u, struct refusal *why)
{
	struct plan *p = calloc(1, sizeof *p);
	uint64_t seed;

	u->added.at = calloc(count_addresses(s) + 1, sizeof *u->added.at);
	u->vlan = calloc(s->unit_count + 1, sizeof *u->vlan);
	if (!p || !u->added.at || !u->vlan)
		goto no_memory;
	p->snapshot = s;
	p->view.snapshot = s;
	if (s->settings.session_maximum > e->options.session_maximum) {
		refuse(why, "bound", "settings.session_maximum",
		       "expected at most %u, what the helper was started for (--session-max), found %u",
		       e->options.session_maximum, s->settings.session_maximum);
		goto fail;
	}
	if (make_umem(e, s, why) || open_devices(e, s, p, u, why) || place_units(e, s, p, u, why) ||
	    add_addresses(e, s, p, u, why) || add_proxies(e, s, p, u, why))
		goto fail;

	for (uint32_t i = 0; i < s->port_count; i++) {
		if (!make_schedulers(e, &s->port[i], p->view.device_of_port[i]))
			goto no_memory;
	}
	p->view.neighbours = e->neighbours;
	p->view.renumbered = !same_units(e->plan, p);
	if (p->view.renumbered) {
		if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
			goto no_memory;
		p->neighbours = p->view.neighbours = neighbour_table_create(NEIGHBOURS, seed);
		if (!p->neighbours || neighbour_capacity(p->neighbours) >= NEIGHBOUR_SLOTS)
			goto no_memory;
	}
	netlink_dump_links(e->netlink);
	for (uint16_t i = 0; i < s->port_count; i++)
		kernel_port(e, p, i);
	int rc = kernel_routes(e, p, &e->found);
	if (rc) {
		refuse(why, "device", "routes", "the kernel's routes cannot be read: %s", strerror(-rc));
		goto fail;
	}
	if (!(p->rib = rib_build(s, e->found.at, e->found.count)) || kernel_ways(p) ||
	    (e->plan && !p->view.renumbered && rib_adopt(p->rib, e->plan->rib)))
		goto no_memory;
	const struct snapshot *old = e->plan ? e->plan->snapshot : NULL;
	if (old && (!policer_adopt(s->policer, s->policer_count, old->policer, old->policer_count) ||
		    !policer_adopt(s->shaper, s->shaper_count, old->shaper, old->shaper_count)))
		goto no_memory;
	if (old) {
		screens_adopt(s, old);
		event_limits_adopt(s, old);
	}
	if (!account_book_assign(e->accounts, s)) {
		refuse(why, "memory", "", "no memory for the accounts of these rules: %s", strerror(errno));
		goto fail;
	}
	return p;
no_memory:
	refuse(why, "memory", "", "not enough memory");
fail:
	take_back(e, u);
	if (p && p->neighbours)
		neighbour_table_destroy(p->neighbours);
	plan_destroy(p);
	return NULL;
}

int
engine_apply(void *ctx, struct snapshot *s, struct refusal *why)
{
	struct engine *e = ctx;
	struct undo u = { 0 };
	struct plan *old = e->plan, *new = prepare(e, s, &u, why);
	int rc = -1;

	if (!new) {
		log_event(LOG_LEVEL_WARN, "refused", log_number("generation", s->generation),
			  log_text("path", why->path), log_text("message", why->message));
		goto out;
	}

	/* From here on nothing fails. */
	rib_set_defer(new->rib, kernel_retire, e);
	struct neighbour_table *former = new->neighbours ? e->neighbours : NULL;
	if (new->neighbours) {
		e->neighbours = new->neighbours;
		memset(e->stale, 0, sizeof e->stale);
		memset(e->fixed, 0, sizeof e->fixed);
	}
	e->plan = new;
	netlink_dump_neighbours(e->netlink);
	set_local6(e, new, true, NULL);
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (e->device[i].used)
			attach_fallback(&e->device[i].attachment, s->settings.fail_open);
	}
	/* Workers know the new ports before the first packet comes from them. */
	plan_switch(e, new);
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (u.opened[i])
			device_serve(e, &e->device[i]);
	}
	for (uint32_t i = 0; i < s->port_count; i++)
		e->device[new->view.device_of_port[i]].wanted = s->port[i].xdp_mode;
	struct route_list spare = e->learned;
	e->learned = e->found;
	e->found = spare;

	if (old)
		set_local6(e, old, false, new);
	for (uint32_t i = 0; i < LOOP_DEVICES_MAX; i++) {
		if (e->device[i].used && new->view.port_of_device[i] == PORT_HOST) {
			device_withdraw(e, &e->device[i]);
			device_close(e, &e->device[i], true);
		}
	}
	while (e->leftovers.count)
		attach_forget(&e->leftovers, 0, true);
	remove_addresses(e, s, new);
	synchronize_rcu();
	kernel_release(e);
	if (old) {
		struct snapshot *past = old->snapshot;
		plan_destroy(old);
		snapshot_free(past);
	}
	if (former)
		neighbour_table_destroy(former);
	log_event(LOG_LEVEL_INFO, "apply", log_number("generation", s->generation), log_text("hash", s->hash),
		  log_number("ports", s->port_count), log_number("units", s->unit_count ? s->unit_count - 1 : 0),
		  log_number("learned_routes", e->learned.count),
		  log_text("fail_mode", s->settings.fail_open ? "open" : "closed"));
	rc = 0;
out:
	free(u.added.at);
	free(u.vlan);
	return rc;
}
