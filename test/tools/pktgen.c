/* pktgen.c: a packet generator for veth devices, and a counter at the other end. SPDX-License-Identifier: Apache-2.0
 *
 *   pktgen send DEV --to MAC --source IP --destination IP [--flows N] [--seconds S | --count N] [--rate PPS]
 *          [--object FILE]
 *       64-byte UDP frames (with FCS) through the device into its peer, by BPF_PROG_TEST_RUN with live frames. Flows
 *       differ by source port. Prints the number of frames sent.
 *   pktgen sink DEV [--seconds S] [--object FILE]
 *       drops what arrives and prints, each second, how many frames came in it.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bpf/pktgen.h"
#include "packet/rewrite.h"

/* One call sets up and tears down a page pool, which takes some 20 ms: it had better be for many frames. */
enum { BATCH = 64, CHUNK = 1 << 18, IP_AT = 14, UDP_AT = 34, FIRST_PORT = 1024, DISCARD_PORT = 9 };

struct order {
	const char *device, *object;
	uint8_t to[6];
	struct in_addr source, destination;
	uint32_t flows;
	uint64_t count; /* of frames, or 0: as many as there is time for */
	double seconds, rate;
};

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	stopped = 1;
}

static int
fail(const char *what, int error)
{
	fprintf(stderr, "pktgen: %s: %s\n", what, strerror(error));
	return 1;
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
store16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static int
own_mac(const char *device, uint8_t mac[6])
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), rc;

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	rc = ioctl(fd, SIOCGIFHWADDR, &request);
	close(fd);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return rc;
}

static void
make_frame(uint8_t *f, const struct order *o)
{
	memset(f, 0, PKTGEN_BYTES);
	memcpy(f, o->to, 6);
	own_mac(o->device, f + 6);
	store16(f + 12, 0x0800);
	f[IP_AT] = 0x45;
	store16(f + IP_AT + 2, PKTGEN_BYTES - IP_AT);
	f[IP_AT + 8] = 64;
	f[IP_AT + 9] = IPPROTO_UDP;
	memcpy(f + IP_AT + 12, &o->source, 4);
	memcpy(f + IP_AT + 16, &o->destination, 4);
	uint16_t sum = checksum_finish(checksum_add(0, f + IP_AT, 20));
	memcpy(f + IP_AT + 10, &sum, 2);
	store16(f + UDP_AT + 2, DISCARD_PORT);
	store16(f + UDP_AT + 4, PKTGEN_BYTES - UDP_AT);
}

static struct bpf_object *
load(const struct order *o)
{
	struct bpf_object *object = bpf_object__open_file(o->object, NULL);
	if (libbpf_get_error(object)) {
		fail(o->object, (int)-libbpf_get_error(object));
		return NULL;
	}
	/* libbpf attaches nothing by itself: it only has to know that both are XDP programs. */
	int rc = bpf_object__load(object);
	if (rc) {
		fail(o->object, -rc);
		return NULL;
	}
	return object;
}

static int
send_frames(const struct order *o)
{
	struct bpf_object *object = load(o);
	uint32_t zero = 0;
	int cpus = libbpf_num_possible_cpus();

	if (!object)
		return 1;
	struct pktgen_task *task = calloc((size_t)cpus, sizeof *task);
	for (int cpu = 0; cpu < cpus; cpu++) {
		task[cpu] = (struct pktgen_task){ .ifindex = if_nametoindex(o->device),
						  .flows = o->flows,
						  .first_port = FIRST_PORT,
						  .interval_ns = o->rate > 0 ? (unsigned long long)(1e9 / o->rate) : 0,
						  .count = o->count };
		make_frame(task[cpu].frame, o);
	}
	int map = bpf_object__find_map_fd_by_name(object, "task");
	int rc = bpf_map_update_elem(map, &zero, task, BPF_ANY);
	if (rc || task[0].ifindex == 0)
		return fail(o->device, rc ? -rc : ENODEV);

	/* Each processor counts its own frames. */
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (o->count && sched_setaffinity(0, sizeof here, &here))
		return fail("sched_setaffinity", errno);

	struct xdp_md context = { .data_end = PKTGEN_BYTES };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = task[0].frame, .data_size_in = PKTGEN_BYTES, .ctx_in = &context,
		    .ctx_size_in = sizeof context, .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH,
		    .repeat = CHUNK);
	int program = bpf_program__fd(bpf_object__find_program_by_name(object, "generate"));
	uint64_t sent = 0;
	for (double end = now_s() + o->seconds; !stopped && (o->count ? sent < o->count : now_s() < end);) {
		rc = bpf_prog_test_run_opts(program, &run);
		if (rc && rc != -EINTR)
			return fail("BPF_PROG_TEST_RUN", -rc);
		bpf_map_lookup_elem(map, &zero, task);
		sent = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			sent += task[cpu].sent;
	}
	printf("%llu\n", (unsigned long long)sent);
	bpf_object__close(object);
	free(task);
	return 0;
}

static int
count_frames(const struct order *o)
{
	struct bpf_object *object = load(o);
	unsigned ifindex = if_nametoindex(o->device);
	uint32_t zero = 0;
	int cpus = libbpf_num_possible_cpus();
	uint64_t last = 0, value[cpus];

	if (!object)
		return 1;
	int program = bpf_program__fd(bpf_object__find_program_by_name(object, "sink"));
	int map = bpf_object__find_map_fd_by_name(object, "received");
	int rc = bpf_xdp_attach((int)ifindex, program, XDP_FLAGS_DRV_MODE, NULL);
	if (rc)
		return fail(o->device, -rc);
	fprintf(stderr, "ready\n");
	for (double end = now_s() + o->seconds; !stopped && now_s() < end;) {
		double before = now_s();
		usleep(1000000);
		uint64_t total = 0;
		bpf_map_lookup_elem(map, &zero, value);
		for (int cpu = 0; cpu < cpus; cpu++)
			total += value[cpu];
		printf("%.0f\n", (double)(total - last) / (now_s() - before));
		fflush(stdout);
		last = total;
	}
	bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE, NULL);
	bpf_object__close(object);
	return 0;
}

static int
usage(void)
{
	fprintf(stderr, "usage: pktgen send DEV --to MAC --source IP --destination IP [--flows N]\n"
			"                   [--seconds S | --count N] [--rate PPS]\n"
			"       pktgen sink DEV [--seconds S]\n"
			"       [--object FILE] the generator's BPF programs, default build/pktgen.bpf.o\n");
	return 2;
}

static bool
read_option(const char *name, const char *value, struct order *o)
{
	if (strcmp(name, "--to") == 0)
		return sscanf(value, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &o->to[0], &o->to[1], &o->to[2], &o->to[3],
			      &o->to[4], &o->to[5]) == 6;
	if (strcmp(name, "--source") == 0)
		return inet_pton(AF_INET, value, &o->source) == 1;
	if (strcmp(name, "--destination") == 0)
		return inet_pton(AF_INET, value, &o->destination) == 1;
	if (strcmp(name, "--flows") == 0)
		return (o->flows = (uint32_t)atoi(value)) > 0;
	if (strcmp(name, "--count") == 0)
		return (o->count = strtoull(value, NULL, 10)) > 0;
	if (strcmp(name, "--seconds") == 0)
		return (o->seconds = atof(value)) > 0;
	if (strcmp(name, "--rate") == 0)
		return (o->rate = atof(value)) >= 0;
	if (strcmp(name, "--object") == 0)
		return (o->object = value) != NULL;
	return false;
}

int
main(int argc, char **argv)
{
	struct order o = { .object = "build/pktgen.bpf.o", .flows = 1, .seconds = 1 };

	if (argc < 3)
		return usage();
	o.device = argv[2];
	for (int i = 3; i < argc; i += 2) {
		if (i + 1 == argc || !read_option(argv[i], argv[i + 1], &o))
			return usage();
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (strcmp(argv[1], "send") == 0)
		return send_frames(&o);
	return strcmp(argv[1], "sink") == 0 ? count_frames(&o) : usage();
}
