/* steer.bpf.c: which packets go to AF_XDP and which stay with the kernel.
 * SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
 *
 * The rule errs to the firewall's side: whatever might be an IP packet that the kernel could forward or deliver goes to
 * AF_XDP, also when it is truncated or tagged more often than we handle; there it is dropped and counted under its own
 * reason. The kernel gets only what never leaves the link: ARP, neighbour discovery for an address of this host (hop limit
 * 255, RFC 4861 6.1 and 7.1), multicast, limited broadcast, IPv6 link-local destinations, and what is not IP at all
 * (LLDP, LACP, PPPoE, MPLS, ...). A link-layer multicast that carries a unicast IP packet is no multicast: AF_XDP.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

#include "bpf/steer.h"

enum { TAGS_MAX = 2, ND_FIRST = 133, ND_LAST = 137 };

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ringwall_sock SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steer_config);
} ringwall_conf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STEER_COUNTERS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} ringwall_count SEC(".maps");

/* The IPv6 addresses on the device that this host has or answers for: neighbour discovery to any other unicast address is somebody else's
 * traffic and must meet the policy like any packet. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct in6_addr);
	__type(value, __u8);
} ringwall_local6 SEC(".maps");

struct {
	__uint(priority, 20);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(ringwall_steer);

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

struct nd_start {
	__u8 type;
};

static __always_inline void
count(__u32 which)
{
	__u64 *value = bpf_map_lookup_elem(&ringwall_count, &which);
	if (value)
		*value += 1;
}

static __always_inline int
to_kernel(__u32 why)
{
	count(why);
	return XDP_PASS;
}

static __always_inline int
to_socket(struct xdp_md *context)
{
	__u32 zero = 0;
	const struct steer_config *config = bpf_map_lookup_elem(&ringwall_conf, &zero);
	int fallback = config && config->fallback == XDP_PASS ? XDP_PASS : XDP_DROP;
	int action = bpf_redirect_map(&ringwall_sock, context->rx_queue_index, fallback);

	count(action == XDP_REDIRECT ? STEER_TO_SOCKET : STEER_NO_SOCKET);
	return action;
}

static __always_inline bool
is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

static __always_inline int
steer_inet(struct xdp_md *context, void *at, void *end)
{
	const struct iphdr *ip = at;
	if ((void *)(ip + 1) > end)
		return to_socket(context);
	__u32 destination = bpf_ntohl(ip->daddr);
	if (destination >> 28 == 0xe || destination == 0xffffffff)
		return to_kernel(STEER_MULTICAST);
	return to_socket(context);
}

static __always_inline int
steer_inet6(struct xdp_md *context, void *at, void *end)
{
	const struct ipv6hdr *ip = at;
	if ((void *)(ip + 1) > end)
		return to_socket(context);
	const __u8 *destination = ip->daddr.s6_addr;
	bool multicast = destination[0] == 0xff;
	bool link_local = destination[0] == 0xfe && (destination[1] & 0xc0) == 0x80;

	if (ip->nexthdr == 58 && ip->hop_limit == 255) {
		const struct nd_start *nd = (const void *)(ip + 1);
		if ((void *)(nd + 1) <= end && nd->type >= ND_FIRST && nd->type <= ND_LAST &&
		    (multicast || link_local || bpf_map_lookup_elem(&ringwall_local6, &ip->daddr)))
			return to_kernel(STEER_NEIGHBOUR);
	}
	if (multicast)
		return to_kernel(STEER_MULTICAST);
	if (link_local)
		return to_kernel(STEER_LINK_LOCAL);
	return to_socket(context);
}

SEC("xdp")
int
ringwall_steer(struct xdp_md *context)
{
	void *at = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	const struct ethhdr *link = at;

	if ((void *)(link + 1) > end)
		return to_socket(context);
	__be16 type = link->h_proto;
	at += sizeof *link;

#pragma unroll
	for (int tags = 0; tags < TAGS_MAX; tags++) {
		const struct vlan_tag *tag = at;
		if (!is_tag(type))
			break;
		if ((void *)(tag + 1) > end)
			return to_socket(context);
		type = tag->type;
		at += sizeof *tag;
	}

	if (type == bpf_htons(ETH_P_IP))
		return steer_inet(context, at, end);
	if (type == bpf_htons(ETH_P_IPV6))
		return steer_inet6(context, at, end);
	if (is_tag(type))
		return to_socket(context);
	return to_kernel(type == bpf_htons(ETH_P_ARP) ? STEER_ARP : STEER_OTHER);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
