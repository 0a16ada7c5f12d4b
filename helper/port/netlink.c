/* netlink.c: SPDX-License-Identifier: Apache-2.0 */
#include "port/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef IFA_PROTO
#define IFA_PROTO 11 /* Linux 5.18; the installed headers may be older */
#endif
enum { ADDRESS_OURS = 0x52 }; /* the value of IFA_PROTO; the kernel uses 0 to 3 */

enum { LOWER_UP = 1 << 16 }; /* IFF_LOWER_UP; linux/if.h and net/if.h exclude each other */

enum { BUFFER = 32768, MONITOR_BUFFER = 4 << 20, ATTRIBUTES = 64 };

struct netlink {
	struct netlink_events events;
	struct mnl_socket *request, *monitor;
	uint32_t sequence;
	bool changed;
	_Alignas(8) char buffer[BUFFER];
};

struct attributes {
	const struct nlattr *at[ATTRIBUTES];
};

static int
keep_attribute(const struct nlattr *a, void *data)
{
	struct attributes *all = data;
	if (mnl_attr_get_type(a) < ATTRIBUTES)
		all->at[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

static uint32_t
number(const struct nlattr *a)
{
	return a && mnl_attr_get_payload_len(a) >= sizeof(uint32_t) ? mnl_attr_get_u32(a) : 0;
}

static bool
copy(void *out, const struct nlattr *a, size_t size)
{
	if (!a || mnl_attr_get_payload_len(a) < size)
		return false;
	memcpy(out, mnl_attr_get_payload(a), size);
	return true;
}

static size_t
address_size(uint8_t family)
{
	return family == AF_INET ? 4 : 16;
}

static bool
is_ip(uint8_t family)
{
	return family == AF_INET || family == AF_INET6;
}

static bool
is_multicast(uint8_t family, const struct address *a)
{
	return family == AF_INET ? a->byte[0] >> 4 == 0xe : a->byte[0] == 0xff;
}

static bool
is_kind(const struct nlattr *kind, const char *name)
{
	return kind && strncmp(mnl_attr_get_payload(kind), name, mnl_attr_get_payload_len(kind)) == 0;
}

static void
read_kind(struct netlink_link *l, const struct nlattr *info)
{
	struct attributes a = { 0 }, data = { 0 };

	mnl_attr_parse_nested(info, keep_attribute, &a);
	const struct nlattr *kind = a.at[IFLA_INFO_KIND], *inside = a.at[IFLA_INFO_DATA];
	l->pair = is_kind(kind, "veth");
	if (!inside || !is_kind(kind, "vlan"))
		return;
	mnl_attr_parse_nested(inside, keep_attribute, &data);
	if (data.at[IFLA_VLAN_ID] && mnl_attr_get_payload_len(data.at[IFLA_VLAN_ID]) >= 2)
		l->vlan = mnl_attr_get_u16(data.at[IFLA_VLAN_ID]);
}

static void
handle_link(struct netlink *n, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct attributes a = { 0 };
	struct netlink_link l = { .ifindex = (unsigned)m->ifi_index, .gone = h->nlmsg_type == RTM_DELLINK };

	if (m->ifi_family != AF_UNSPEC) /* a bridge's view of its member */
		return;
	mnl_attr_parse(h, sizeof *m, keep_attribute, &a);
	if (a.at[IFLA_IFNAME])
		strncpy(l.name, mnl_attr_get_str(a.at[IFLA_IFNAME]), sizeof l.name - 1);
	copy(l.mac, a.at[IFLA_ADDRESS], sizeof l.mac);
	uint32_t mtu = number(a.at[IFLA_MTU]);
	l.mtu = (uint16_t)(mtu > UINT16_MAX ? UINT16_MAX : mtu);
	/* Not IFF_RUNNING: the kernel works that out up to a second later. */
	l.up = !l.gone && (m->ifi_flags & IFF_UP) && (m->ifi_flags & LOWER_UP);
	if (a.at[IFLA_LINKINFO])
		read_kind(&l, a.at[IFLA_LINKINFO]);
	if (l.vlan)
		l.lower = number(a.at[IFLA_LINK]);
	n->events.link(n->events.ctx, &l);
}

static void
handle_neighbour(struct netlink *n, const struct nlmsghdr *h)
{
	enum { USABLE = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP };
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);
	struct attributes a = { 0 };
	struct netlink_neighbour e = { .ifindex = (unsigned)m->ndm_ifindex,
				       .family = m->ndm_family,
				       .gone = h->nlmsg_type == RTM_DELNEIGH };

	if (!is_ip(m->ndm_family))
		return;
	mnl_attr_parse(h, sizeof *m, keep_attribute, &a);
	if (!copy(&e.address, a.at[NDA_DST], address_size(e.family)) || is_multicast(e.family, &e.address))
		return;
	e.usable = !e.gone && (m->ndm_state & USABLE) && copy(e.mac, a.at[NDA_LLADDR], sizeof e.mac);
	e.failed = !e.gone && (m->ndm_state & NUD_FAILED);
	e.stale = m->ndm_state & NUD_STALE;
	e.fixed = m->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	n->events.neighbour(n->events.ctx, &e);
}

static void
add_hop(struct netlink_route *r, unsigned ifindex, unsigned flags, const struct nlattr *gateway)
{
	if (r->hop_count == NEXT_HOP_GROUP_MAX || (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
		return;
	struct netlink_hop *hop = &r->hop[r->hop_count];
	*hop = (struct netlink_hop){ .ifindex = ifindex };
	hop->on_link = !copy(&hop->gateway, gateway, address_size(r->family));
	r->hop_count++;
}

static void
handle_route(struct netlink *n, const struct nlmsghdr *h)
{
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	struct attributes a = { 0 };
	struct netlink_route r = { .family = m->rtm_family, .length = m->rtm_dst_len };

	/* The kernel's own routes to connected prefixes follow from addresses; ours from the configuration. */
	if (!is_ip(m->rtm_family) || m->rtm_protocol == RTPROT_KERNEL || (m->rtm_flags & RTM_F_CLONED))
		return;
	mnl_attr_parse(h, sizeof *m, keep_attribute, &a);
	r.table = a.at[RTA_TABLE] ? number(a.at[RTA_TABLE]) : m->rtm_table;
	r.metric = number(a.at[RTA_PRIORITY]);
	copy(&r.prefix, a.at[RTA_DST], address_size(r.family));

	switch (m->rtm_type) {
	case RTN_UNICAST:
		r.kind = NEXT_HOP_FORWARD;
		if (a.at[RTA_MULTIPATH]) {
			const struct rtnexthop *hop = mnl_attr_get_payload(a.at[RTA_MULTIPATH]);
			int left = mnl_attr_get_payload_len(a.at[RTA_MULTIPATH]);
			for (; RTNH_OK(hop, left); left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
				struct attributes inside = { 0 };
				mnl_attr_parse_payload(RTNH_DATA(hop), hop->rtnh_len - sizeof *hop, keep_attribute,
						       &inside);
				add_hop(&r, (unsigned)hop->rtnh_ifindex, hop->rtnh_flags, inside.at[RTA_GATEWAY]);
			}
		} else {
			add_hop(&r, number(a.at[RTA_OIF]), m->rtm_flags, a.at[RTA_GATEWAY]);
		}
		break;
	case RTN_BLACKHOLE:
		r.kind = NEXT_HOP_DISCARD;
		break;
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
		r.kind = NEXT_HOP_REJECT;
		break;
	default:
		return;
	}
	n->events.route(n->events.ctx, &r);
}

static void
handle_address(struct netlink *n, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);
	struct attributes a = { 0 };
	struct netlink_address e = { .ifindex = m->ifa_index, .family = m->ifa_family, .length = m->ifa_prefixlen };

	if (!is_ip(m->ifa_family))
		return;
	mnl_attr_parse(h, sizeof *m, keep_attribute, &a);
	if (!copy(&e.address, a.at[IFA_LOCAL] ? a.at[IFA_LOCAL] : a.at[IFA_ADDRESS], address_size(e.family)))
		return;
	e.ours = a.at[IFA_PROTO] && mnl_attr_get_payload_len(a.at[IFA_PROTO]) == 1 &&
		 mnl_attr_get_u8(a.at[IFA_PROTO]) == ADDRESS_OURS;
	n->events.address(n->events.ctx, &e);
}

static int
handle_message(const struct nlmsghdr *h, void *data)
{
	struct netlink *n = data;

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		handle_link(n, h);
		n->changed = true;
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		handle_neighbour(n, h);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		n->changed = true;
		break;
	}
	return MNL_CB_OK;
}

static int
handle_dumped(const struct nlmsghdr *h, void *data)
{
	if (h->nlmsg_type == RTM_NEWROUTE)
		handle_route(data, h);
	else if (h->nlmsg_type == RTM_NEWADDR)
		handle_address(data, h);
	else
		handle_message(h, data);
	return MNL_CB_OK;
}

static struct mnl_socket *
open_socket(unsigned groups)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (s && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID)) {
		mnl_socket_close(s);
		s = NULL;
	}
	return s;
}

struct netlink *
netlink_open(const struct netlink_events *events)
{
	struct netlink *n = calloc(1, sizeof *n);
	if (!n)
		return NULL;
	n->events = *events;
	n->request = open_socket(0);
	n->monitor = open_socket(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
				 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	if (!n->request || !n->monitor) {
		netlink_close(n);
		return NULL;
	}
	int fd = mnl_socket_get_fd(n->monitor), size = MONITOR_BUFFER;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return n;
}

void
netlink_close(struct netlink *n)
{
	if (!n)
		return;
	if (n->request)
		mnl_socket_close(n->request);
	if (n->monitor)
		mnl_socket_close(n->monitor);
	free(n);
}

int
netlink_fd(const struct netlink *n)
{
	return mnl_socket_get_fd(n->monitor);
}

void
netlink_handle(struct netlink *n)
{
	ssize_t got;

	n->changed = false;
	while ((got = mnl_socket_recvfrom(n->monitor, n->buffer, sizeof n->buffer)) > 0)
		mnl_cb_run(n->buffer, (size_t)got, 0, 0, handle_message, n);
	if (got < 0 && errno == ENOBUFS)
		n->events.overrun(n->events.ctx);
	else if (n->changed)
		n->events.changed(n->events.ctx);
}

/* Sends a request and takes its answer; with NLM_F_DUMP each part goes to handle_dumped. */
static int
ask(struct netlink *n, struct nlmsghdr *h)
{
	unsigned port = mnl_socket_get_portid(n->request);
	_Alignas(8) char answer[BUFFER];

	h->nlmsg_flags |= NLM_F_REQUEST | ((h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : NLM_F_ACK);
	h->nlmsg_seq = ++n->sequence;
	if (mnl_socket_sendto(n->request, h, h->nlmsg_len) < 0)
		return -errno;
	for (int rc = MNL_CB_OK; rc > MNL_CB_STOP;) {
		ssize_t got = mnl_socket_recvfrom(n->request, answer, sizeof answer);
		if (got < 0)
			return -errno;
		rc = mnl_cb_run(answer, (size_t)got, n->sequence, port, handle_dumped, n);
		if (rc < 0)
			return -errno;
	}
	return 0;
}

static struct nlmsghdr *
request(char *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	h->nlmsg_type = type;
	h->nlmsg_flags = flags;
	return h;
}

static int
dump(struct netlink *n, uint16_t type, uint8_t family)
{
	_Alignas(8) char buffer[256];
	struct nlmsghdr *h = request(buffer, type, NLM_F_DUMP);
	/* The kernel checks the size of each type's own header; all of them begin with the family. */
	size_t size = type == RTM_GETADDR    ? sizeof(struct ifaddrmsg)
		      : type == RTM_GETLINK  ? sizeof(struct ifinfomsg)
		      : type == RTM_GETNEIGH ? sizeof(struct ndmsg)
					     : sizeof(struct rtmsg);
	*(uint8_t *)mnl_nlmsg_put_extra_header(h, size) = family;
	int rc;
	while ((rc = ask(n, h)) == -EINTR)
		; /* the table changed under the dump */
	return rc;
}

int
netlink_dump_links(struct netlink *n)
{
	return dump(n, RTM_GETLINK, AF_UNSPEC);
}

int
netlink_dump_neighbours(struct netlink *n)
{
	int rc = dump(n, RTM_GETNEIGH, AF_INET);
	return rc ? rc : dump(n, RTM_GETNEIGH, AF_INET6);
}

int
netlink_dump_addresses(struct netlink *n)
{
	return dump(n, RTM_GETADDR, AF_UNSPEC);
}

int
netlink_dump_routes(struct netlink *n)
{
	int rc = dump(n, RTM_GETROUTE, AF_INET);
	return rc ? rc : dump(n, RTM_GETROUTE, AF_INET6);
}

static int
change_link(struct netlink *n, unsigned ifindex, unsigned flags, uint32_t mtu)
{
	_Alignas(8) char buffer[256];
	struct nlmsghdr *h = request(buffer, RTM_NEWLINK, 0);
	struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->ifi_index = (int)ifindex;
	m->ifi_flags = m->ifi_change = flags;
	if (mtu)
		mnl_attr_put_u32(h, IFLA_MTU, mtu);
	return ask(n, h);
}

int
netlink_link_up(struct netlink *n, unsigned ifindex)
{
	return change_link(n, ifindex, IFF_UP, 0);
}

int
netlink_link_mtu(struct netlink *n, unsigned ifindex, uint16_t mtu)
{
	return change_link(n, ifindex, 0, mtu);
}

int
netlink_vlan_add(struct netlink *n, unsigned lower, uint16_t vlan, const char *name)
{
	_Alignas(8) char buffer[512];
	struct nlmsghdr *h = request(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->ifi_flags = m->ifi_change = IFF_UP;
	mnl_attr_put_u32(h, IFLA_LINK, lower);
	mnl_attr_put_strz(h, IFLA_IFNAME, name);
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);
	mnl_attr_put_strz(h, IFLA_INFO_KIND, "vlan");
	struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
	mnl_attr_put_u16(h, IFLA_VLAN_ID, vlan);
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
	return ask(n, h);
}

int
netlink_link_remove(struct netlink *n, unsigned ifindex)
{
	_Alignas(8) char buffer[256];
	struct nlmsghdr *h = request(buffer, RTM_DELLINK, 0);
	struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->ifi_index = (int)ifindex;
	return ask(n, h);
}

static int
change_address(struct netlink *n, uint16_t type, uint16_t flags, unsigned ifindex, uint8_t family,
	       const struct address *a, uint8_t length, bool proxy)
{
	const struct ifa_cacheinfo never_preferred = { .ifa_prefered = 0, .ifa_valid = UINT32_MAX };
	_Alignas(8) char buffer[256];
	struct nlmsghdr *h = request(buffer, type, flags);
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->ifa_family = family;
	m->ifa_prefixlen = length;
	m->ifa_index = ifindex;
	if (family == AF_INET6)
		m->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(h, IFA_LOCAL, address_size(family), a);
	mnl_attr_put(h, IFA_ADDRESS, address_size(family), a);
	if (proxy && family == AF_INET)
		m->ifa_scope = RT_SCOPE_HOST;
	else if (proxy)
		mnl_attr_put(h, IFA_CACHEINFO, sizeof never_preferred, &never_preferred);
	if (type == RTM_NEWADDR)
		mnl_attr_put_u8(h, IFA_PROTO, ADDRESS_OURS);
	if (type == RTM_NEWADDR && family == AF_INET && length < 31) {
		uint32_t broadcast = a->word[0] | htobe32(length ? UINT32_MAX >> length : UINT32_MAX);
		mnl_attr_put_u32(h, IFA_BROADCAST, broadcast);
	}
	return ask(n, h);
}

int
netlink_address_add(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a, uint8_t length)
{
	return change_address(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, family, a, length, false);
}

int
netlink_proxy_add(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a)
{
	return change_address(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, family, a,
			      (uint8_t)(8 * address_size(family)), true);
}

int
netlink_address_remove(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a, uint8_t length)
{
	return change_address(n, RTM_DELADDR, 0, ifindex, family, a, length, false);
}

static int
ask_neighbour(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a, struct ndmsg how,
	      unsigned flags)
{
	_Alignas(8) char buffer[256];
	struct nlmsghdr *h = request(buffer, RTM_NEWNEIGH, (uint16_t)flags);
	struct ndmsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	*m = how;
	m->ndm_family = family;
	m->ndm_ifindex = (int)ifindex;
	mnl_attr_put(h, NDA_DST, address_size(family), a);
	return ask(n, h);
}

int
netlink_neighbour_resolve(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a)
{
	return ask_neighbour(n, ifindex, family, a, (struct ndmsg){ .ndm_flags = NTF_USE }, NLM_F_CREATE);
}

int
netlink_neighbour_probe(struct netlink *n, unsigned ifindex, uint8_t family, const struct address *a)
{
	return ask_neighbour(n, ifindex, family, a, (struct ndmsg){ .ndm_state = NUD_PROBE }, NLM_F_REPLACE);
}
