/* attach.c: SPDX-License-Identifier: Apache-2.0 */
#include "port/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xdp/libxdp.h>

static void (*print_text)(const char *text);

static int
print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char text[512];
	if (level != LIBBPF_DEBUG && print_text && vsnprintf(text, sizeof text, format, arguments) > 0)
		print_text(text);
	return 0;
}

static int
print_libxdp(enum libxdp_print_level level, const char *format, va_list arguments)
{
	return print_libbpf(level == LIBXDP_DEBUG ? LIBBPF_DEBUG : LIBBPF_INFO, format, arguments);
}

void
attach_quiet(void (*print)(const char *text))
{
	print_text = print;
	libbpf_set_print(print_libbpf);
	libxdp_set_print(print_libxdp);
}

static bool
is_ours(const struct xdp_program *p)
{
	const char *name = p ? xdp_program__name(p) : NULL;
	return name && strcmp(name, STEER_PROGRAM) == 0;
}

static int
open_object(struct attachment *a, const char *path)
{
	a->object = bpf_object__open_file(path, NULL);
	int rc = (int)libbpf_get_error(a->object);
	if (rc)
		a->object = NULL;
	return rc;
}

static int
find_maps(struct attachment *a)
{
	a->sockets = bpf_object__find_map_fd_by_name(a->object, STEER_SOCKETS);
	a->config = bpf_object__find_map_fd_by_name(a->object, STEER_CONFIG);
	a->counters = bpf_object__find_map_fd_by_name(a->object, STEER_COUNTERS);
	a->local6 = bpf_object__find_map_fd_by_name(a->object, STEER_LOCAL6);
	return a->sockets < 0 || a->config < 0 || a->counters < 0 || a->local6 < 0 ? -ENOENT : 0;
}

static void
drop_object(struct attachment *a)
{
	if (a->program)
		xdp_program__close(a->program);
	if (a->object)
		bpf_object__close(a->object);
	a->program = NULL;
	a->object = NULL;
}

static uint32_t
mode_flag(bool generic)
{
	return generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
}

static int
take_off(unsigned ifindex, bool generic, int program_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = program_fd);
	return bpf_xdp_detach((int)ifindex, mode_flag(generic), &options);
}

/* The kernel exchanges the programs in one operation if the old one is still what the caller thinks it is. */
static int
attach_in_place(struct attachment *a, const char *path, const struct leftover *old, bool fail_open)
{
	int rc = open_object(a, path);
	if (rc)
		return rc;
	struct bpf_program *p = bpf_object__find_program_by_name(a->object, STEER_PROGRAM);
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old->program_fd);

	if (!p)
		rc = -ENOENT;
	else if ((rc = bpf_object__load(a->object)) == 0 && (rc = find_maps(a)) == 0) {
		a->program_fd = bpf_program__fd(p);
		attach_fallback(a, fail_open);
		rc = bpf_xdp_attach((int)a->ifindex, a->program_fd, mode_flag(old->generic), &options);
	}
	if (rc)
		drop_object(a);
	a->generic = old->generic;
	return rc;
}

static int
attach_new(struct attachment *a, const char *path, bool generic, bool fail_open)
{
	int rc = open_object(a, path);
	if (rc)
		return rc;
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = a->object, .prog_name = STEER_PROGRAM);
	a->program = xdp_program__create(&options);
	rc = (int)libxdp_get_error(a->program);
	if (rc)
		a->program = NULL;
	else if ((rc = xdp_program__attach(a->program, (int)a->ifindex, generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0)) ==
		 0) {
		a->program_fd = xdp_program__fd(a->program);
		a->generic = generic;
		rc = find_maps(a);
	}
	if (rc)
		drop_object(a);
	else
		attach_fallback(a, fail_open);
	return rc;
}

static uint32_t
program_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof info;
	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

static int
find_on(unsigned ifindex, struct leftovers *l)
{
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);
	if (libxdp_get_error(all))
		return (int)libxdp_get_error(all) == -ENOENT ? 0 : (int)libxdp_get_error(all);

	struct leftover found = { .ifindex = ifindex,
				  .dispatcher = !xdp_multiprog__is_legacy(all),
				  .generic = xdp_multiprog__attach_mode(all) == XDP_MODE_SKB };
	unsigned ours = is_ours(xdp_multiprog__main_prog(all));
	for (struct xdp_program *p = NULL; (p = xdp_multiprog__next_prog(p, all));) {
		if (is_ours(p))
			ours++;
		else
			found.shared = true;
	}
	if (ours && l->count < LEFTOVER_MAX) {
		found.program_fd = dup(xdp_program__fd(xdp_multiprog__main_prog(all)));
		if (found.program_fd >= 0)
			l->at[l->count++] = found;
	}
	xdp_multiprog__close(all);
	return 0;
}

int
attach_find(struct leftovers *l)
{
	struct if_nameindex *all = if_nameindex();
	int rc = 0;

	l->count = 0;
	if (!all)
		return -errno;
	for (struct if_nameindex *i = all; i->if_index; i++) {
		uint32_t id = 0;
		if (bpf_xdp_query_id((int)i->if_index, 0, &id) == 0 && id)
			rc = find_on(i->if_index, l) ?: rc;
	}
	if_freenameindex(all);
	return rc;
}

/* Takes the steering programs but `keep_id` out of a dispatcher that other programs use. */
static int
take_out_of_dispatcher(unsigned ifindex, bool generic, uint32_t keep_id)
{
	int rc = 0;

	for (bool again = true; again && rc == 0;) {
		struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);
		if (libxdp_get_error(all))
			return 0;
		again = false;
		for (struct xdp_program *p = NULL; (p = xdp_multiprog__next_prog(p, all));) {
			if (!is_ours(p) || xdp_program__id(p) == keep_id)
				continue;
			rc = xdp_program__detach(p, (int)ifindex, generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
			again = true; /* the list has changed */
			break;
		}
		xdp_multiprog__close(all);
	}
	return rc;
}

void
attach_forget(struct leftovers *l, uint32_t index, bool detach)
{
	struct leftover *old = &l->at[index];

	if (detach && old->shared)
		take_out_of_dispatcher(old->ifindex, old->generic, 0);
	else if (detach)
		take_off(old->ifindex, old->generic, old->program_fd);
	close(old->program_fd);
	*old = l->at[--l->count];
}

static int
attach_anyhow(struct attachment *a, const char *path, enum xdp_mode_wanted wanted, bool fail_open, int *native_error)
{
	int rc = -EOPNOTSUPP;

	if (wanted != XDP_WANTED_GENERIC)
		rc = *native_error = attach_new(a, path, false, fail_open);
	if (rc && (wanted == XDP_WANTED_AUTO || wanted == XDP_WANTED_GENERIC))
		rc = attach_new(a, path, true, fail_open);
	return rc;
}

int
attach_open(struct attachment *a, struct leftovers *l, const char *object_path, unsigned ifindex,
	    enum xdp_mode_wanted wanted, bool fail_open, char *why, size_t why_size)
{
	int rc, native_error = 0;
	uint32_t index = 0, id = 0;

	*a = (struct attachment){ .ifindex = ifindex, .program_fd = -1 };
	if (access(object_path, R_OK)) {
		rc = -errno;
		snprintf(why, why_size, "the XDP program %s cannot be read: %s", object_path, strerror(-rc));
		return rc;
	}

	while (index < l->count && l->at[index].ifindex != ifindex)
		index++;
	struct leftover *old = index < l->count ? &l->at[index] : NULL;
	/* The kernel does not change the mode in place, and what is wanted goes first. */
	if (old && wanted != XDP_WANTED_AUTO && old->generic != (wanted == XDP_WANTED_GENERIC)) {
		attach_forget(l, index, true);
		old = NULL;
	}

	if (old && !old->shared) {
		rc = attach_in_place(a, object_path, old, fail_open);
		a->taken_over = true;
	} else {
		/* In a dispatcher the old program goes on dropping in front of the new one until it is taken out. */
		rc = attach_anyhow(a, object_path, wanted, fail_open, &native_error);
		a->taken_over = old != NULL;
		if (rc == 0 && old)
			take_out_of_dispatcher(ifindex, old->generic, program_id(a->program_fd));
	}
	if (rc) {
		bool other = rc == -EBUSY || rc == -EEXIST;
		snprintf(why, why_size, "the XDP program cannot be attached: %s",
			 other ? "another XDP program stands on the device"
			       : strerror(native_error ? -native_error : -rc));
		drop_object(a);
		return other ? -EBUSY : rc;
	}
	if (old)
		attach_forget(l, index, false);

	bpf_xdp_query_id((int)ifindex, (int)mode_flag(a->generic), &id);
	a->dispatcher = id != program_id(a->program_fd);
	if (a->generic && native_error)
		snprintf(a->reason, sizeof a->reason, "native XDP refused: %s", strerror(-native_error));
	else if (wanted != XDP_WANTED_AUTO)
		snprintf(a->reason, sizeof a->reason, "configured");
	return 0;
}

void
attach_close(struct attachment *a, bool detach)
{
	if (detach && a->dispatcher)
		xdp_program__detach(a->program, (int)a->ifindex, a->generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
	else if (detach && a->object)
		take_off(a->ifindex, a->generic, a->program_fd);
	drop_object(a);
	a->program_fd = -1;
}

int
attach_fallback(const struct attachment *a, bool fail_open)
{
	uint32_t zero = 0;
	struct steer_config value = { .fallback = fail_open ? XDP_PASS : XDP_DROP };

	return bpf_map_update_elem(a->config, &zero, &value, BPF_ANY);
}

int
attach_socket(const struct attachment *a, uint32_t queue, int fd)
{
	if (fd < 0)
		return bpf_map_delete_elem(a->sockets, &queue);
	return bpf_map_update_elem(a->sockets, &queue, &fd, BPF_ANY);
}

int
attach_local6(const struct attachment *a, const uint8_t address[16], bool present)
{
	uint8_t one = 1;

	return present ? bpf_map_update_elem(a->local6, address, &one, BPF_ANY)
		       : bpf_map_delete_elem(a->local6, address);
}

void
attach_counters(const struct attachment *a, uint64_t out[STEER_COUNTERS_MAX])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t value[cpus > 0 ? cpus : 1];

	for (uint32_t i = 0; i < STEER_COUNTERS_MAX; i++) {
		out[i] = 0;
		if (cpus < 1 || bpf_map_lookup_elem(a->counters, &i, value))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			out[i] += value[cpu];
	}
}
