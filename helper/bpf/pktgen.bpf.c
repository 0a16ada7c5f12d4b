/* pktgen.bpf.c: the packet generator of the benchmarks: makes frames, and counts them where they arrive.
 * SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/pktgen.h"

#define LATE_NS 100000

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pktgen_task);
} task SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} received SEC(".maps");

/* Run by BPF_PROG_TEST_RUN with live frames. Pages come back as the receiver left them, so every byte is written. */
SEC("xdp")
int
generate(struct xdp_md *context)
{
	__u32 zero = 0;
	struct pktgen_task *t = bpf_map_lookup_elem(&task, &zero);
	unsigned char *frame = (void *)(long)context->data;

	if (!t || (void *)(frame + PKTGEN_BYTES) > (void *)(long)context->data_end)
		return XDP_DROP;
	if (t->count && t->sent == t->count)
		return XDP_DROP;
	if (t->interval_ns) {
		__u64 now_ns = bpf_ktime_get_ns();
		if (now_ns < t->due_ns)
			return XDP_DROP;
		/* What could not be sent in time is not made up for in one burst. */
		t->due_ns = (now_ns - t->due_ns > LATE_NS ? now_ns : t->due_ns) + t->interval_ns;
	}
	t->sent++;
	__builtin_memcpy(frame, t->frame, PKTGEN_BYTES);
	*(__u16 *)(frame + PKTGEN_PORT_AT) = bpf_htons((__u16)(t->first_port + t->next));
	t->next = t->next + 1 < t->flows ? t->next + 1 : 0;
	return bpf_redirect(t->ifindex, 0);
}

SEC("xdp")
int
sink(struct xdp_md *context)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&received, &zero);
	if (count)
		*count += 1;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
