/* main.c: command line, and the ladder of start and stop. Privileges are dropped here. SPDX-License-Identifier: Apache-2.0 */
#include <cap-ng.h>
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/log.h"
#include "port/attach.h"

#ifndef RINGWALL_VERSION
#define RINGWALL_VERSION "0.1.0"
#endif

static const char usage[] =
    "usage: ringwall-helper [OPTION]...\n"
    "Forwards packets between the devices that the daemon's configuration names.\n"
    "\n"
    "      --run-dir DIR       control socket (helper.sock) and event rings; default /run/ringwall\n"
    "      --group GROUP       group, by name or number, that may use them; default root\n"
    "      --workers N         packet threads; default 1\n"
    "      --cpus LIST         CPUs to pin them to, e.g. 2,3; default: not pinned\n"
    "      --session-max N     sessions, divided among the workers; default 262144\n"
    "      --frames N          packet buffers; default 32768\n"
    "      --ring-slots N      events per ring, a power of two; default 65536\n"
    "      --tun NAME          device that carries packets for this host; default ringwall0\n"
    "      --fail-mode MODE    closed or open: IP packets that no worker takes, until a configuration says; default "
    "closed\n"
    "      --bpf-object FILE   the XDP program; default: beside this program, then /usr/lib/ringwall\n"
    "      --share-xdp         keep the capabilities to share devices with other XDP programs (libxdp's dispatcher)\n"
    "      --no-seccomp        for debugging: packet threads without system call filter and with capabilities\n"
    "      --log-level LEVEL   debug, info, warn or error; default info\n"
    "      --detach            take the XDP program and the addresses of a former helper off all devices, and end\n"
    "      --version, --help\n";

enum {
	OPTION_RUN_DIR = 256,
	OPTION_GROUP,
	OPTION_WORKERS,
	OPTION_CPUS,
	OPTION_SESSION_MAX,
	OPTION_FRAMES,
	OPTION_RING_SLOTS,
	OPTION_TUN,
	OPTION_FAIL_MODE,
	OPTION_BPF_OBJECT,
	OPTION_SHARE_XDP,
	OPTION_NO_SECCOMP,
	OPTION_LOG_LEVEL,
	OPTION_DETACH,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option long_options[] = {
	{ "run-dir", required_argument, NULL, OPTION_RUN_DIR },
	{ "group", required_argument, NULL, OPTION_GROUP },
	{ "workers", required_argument, NULL, OPTION_WORKERS },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "session-max", required_argument, NULL, OPTION_SESSION_MAX },
	{ "frames", required_argument, NULL, OPTION_FRAMES },
	{ "ring-slots", required_argument, NULL, OPTION_RING_SLOTS },
	{ "tun", required_argument, NULL, OPTION_TUN },
	{ "fail-mode", required_argument, NULL, OPTION_FAIL_MODE },
	{ "bpf-object", required_argument, NULL, OPTION_BPF_OBJECT },
	{ "share-xdp", no_argument, NULL, OPTION_SHARE_XDP },
	{ "no-seccomp", no_argument, NULL, OPTION_NO_SECCOMP },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "detach", no_argument, NULL, OPTION_DETACH },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

struct command {
	struct engine_options engine;
	bool share_xdp, detach, done;
};

static int
refuse_option(const char *name, const char *expected, const char *found)
{
	fprintf(stderr, "ringwall-helper: --%s: expected %s, found '%s'\n", name, expected, found);
	return -1;
}

static int
read_number(const char *name, const char *text, uint32_t low, uint32_t high, uint32_t *out)
{
	char *end, expected[64];
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || errno || value < low || value > high) {
		snprintf(expected, sizeof expected, "a number from %u to %u", low, high);
		return refuse_option(name, expected, text);
	}
	*out = (uint32_t)value;
	return 0;
}

static int
read_cpus(const char *text, struct engine_options *o)
{
	char copy[256], *rest = copy, *word;
	uint32_t cpu, count = 0;

	snprintf(copy, sizeof copy, "%s", text);
	while ((word = strsep(&rest, ","))) {
		if (count == ENGINE_WORKERS_MAX)
			return refuse_option("cpus", "at most one CPU for each worker", text);
		if (read_number("cpus", word, 0, 1023, &cpu))
			return -1;
		o->cpu[count++] = (int)cpu;
	}
	return 0;
}

static int
read_group(const char *text, struct engine_options *o)
{
	const struct group *g = getgrnam(text);
	uint32_t gid;

	if (g)
		gid = g->gr_gid;
	else if (*text < '0' || *text > '9')
		return refuse_option("group", "a group of this host", text);
	else if (read_number("group", text, 0, INT_MAX, &gid))
		return -1;
	o->gid = (int)gid;
	return 0;
}

static int
read_option(int option, const char *value, struct command *c)
{
	struct engine_options *o = &c->engine;

	switch (option) {
	case OPTION_RUN_DIR:
		o->run_dir = value;
		return 0;
	case OPTION_GROUP:
		return read_group(value, o);
	case OPTION_WORKERS:
		return read_number("workers", value, 1, ENGINE_WORKERS_MAX, &o->workers);
	case OPTION_CPUS:
		return read_cpus(value, o);
	case OPTION_SESSION_MAX:
		return read_number("session-max", value, 1024, 16777216, &o->session_maximum);
	case OPTION_FRAMES:
		return read_number("frames", value, 4096, 4194304, &o->frames);
	case OPTION_RING_SLOTS:
		if (read_number("ring-slots", value, 64, 16777216, &o->ring_slots))
			return -1;
		return o->ring_slots & (o->ring_slots - 1) ? refuse_option("ring-slots", "a power of two", value) : 0;
	case OPTION_TUN:
		if (strlen(value) == 0 || strlen(value) > 15)
			return refuse_option("tun", "a device name of 1 to 15 characters", value);
		o->tun_device = value;
		return 0;
	case OPTION_FAIL_MODE:
		if (strcmp(value, "closed") != 0 && strcmp(value, "open") != 0)
			return refuse_option("fail-mode", "closed or open", value);
		o->fail_open = strcmp(value, "open") == 0;
		return 0;
	case OPTION_BPF_OBJECT:
		o->bpf_object = value;
		return 0;
	case OPTION_SHARE_XDP:
		c->share_xdp = true;
		return 0;
	case OPTION_NO_SECCOMP:
		o->seccomp = false;
		return 0;
	case OPTION_LOG_LEVEL:
		return log_level_set(value) ? 0 : refuse_option("log-level", "debug, info, warn or error", value);
	case OPTION_DETACH:
		c->detach = true;
		return 0;
	case OPTION_VERSION:
		puts("ringwall-helper " RINGWALL_VERSION);
		c->done = true;
		return 0;
	case OPTION_HELP:
		fputs(usage, stdout);
		c->done = true;
		return 0;
	default:
		fputs("Try 'ringwall-helper --help'.\n", stderr);
		return -1;
	}
}

static int
read_command(int argc, char **argv, struct command *c)
{
	int option;

	*c = (struct command){ .engine = { .run_dir = "/run/ringwall",
					   .tun_device = "ringwall0",
					   .version = RINGWALL_VERSION,
					   .gid = -1,
					   .workers = 1,
					   .session_maximum = 262144,
					   .frames = 32768,
					   .ring_slots = 65536,
					   .seccomp = true } };
	for (unsigned i = 0; i < ENGINE_WORKERS_MAX; i++)
		c->engine.cpu[i] = -1;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (read_option(option, optarg, c))
			return -1;
	}
	if (optind < argc) {
		fprintf(stderr, "ringwall-helper: expected only options, found '%s'\n", argv[optind]);
		return -1;
	}
	return 0;
}

/* Beside the program (as built: build/release/ringwall-helper and build/steer.bpf.o), else where packages put it. */
static const char *
find_object(char *path, size_t size)
{
	static const char *const beside[] = { "steer.bpf.o", "../steer.bpf.o" };
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	if (length > 0) {
		self[length] = 0;
		const char *directory = dirname(self);
		for (unsigned i = 0; i < sizeof beside / sizeof beside[0]; i++) {
			snprintf(path, size, "%s/%s", directory, beside[i]);
			if (access(path, R_OK) == 0)
				return path;
		}
	}
	return "/usr/lib/ringwall/steer.bpf.o";
}

/* What a running helper needs (docs/decisions/0006-privileges.md): NET_ADMIN for links, routes and attaching, NET_RAW for AF_XDP sockets, BPF for program and
 * maps, IPC_LOCK for packet memory; to take part in libxdp's dispatcher SYS_ADMIN and PERFMON as well. */
static int
drop_privileges(bool share_xdp)
{
	capng_clear(CAPNG_SELECT_BOTH);
	capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_IPC_LOCK,
		      -1);
	if (share_xdp)
		capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SYS_ADMIN, CAP_PERFMON, -1);
	if (capng_apply(CAPNG_SELECT_BOTH))
		return -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0;
}

static int
make_run_dir(const struct engine_options *o)
{
	if (mkdir(o->run_dir, 0750) == 0)
		return chown(o->run_dir, (uid_t)-1, o->gid < 0 ? (gid_t)-1 : (gid_t)o->gid) ? -errno : 0;
	return errno == EEXIST ? 0 : -errno;
}

static int
block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int
give_up(const char *what, int rc)
{
	log_event(LOG_LEVEL_ERROR, "start", log_text("what", what), log_text("error", strerror(-rc)));
	return 1;
}

static void
print_library(const char *text)
{
	log_event(LOG_LEVEL_DEBUG, "libbpf", log_text("text", text));
}

int
main(int argc, char **argv)
{
	struct command c;
	char path[PATH_MAX + 32];
	int rc;

	if (read_command(argc, argv, &c))
		return 2;
	if (c.done)
		return 0;
	attach_quiet(print_library);
	if (c.detach) {
		rc = engine_detach();
		log_event(rc < 0 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "detach", log_number("programs", rc < 0 ? 0 : rc),
			  log_text("error", rc < 0 ? strerror(-rc) : ""));
		return rc < 0;
	}
	if (!c.engine.bpf_object)
		c.engine.bpf_object = find_object(path, sizeof path);

	int stop_fd = block_signals();
	if (stop_fd < 0)
		return give_up("signals", stop_fd);
	if ((rc = make_run_dir(&c.engine)))
		return give_up(c.engine.run_dir, rc);
	struct engine *e = engine_create(&c.engine);
	if (!e)
		return 1;
	if ((rc = drop_privileges(c.share_xdp)) == 0)
		rc = engine_start(e);
	if (rc) {
		engine_destroy(e);
		return give_up("privileges or threads", rc);
	}
	log_event(LOG_LEVEL_INFO, "ready", log_text("run_dir", c.engine.run_dir), log_number("share_xdp", c.share_xdp),
		  log_number("seccomp", c.engine.seccomp));
	engine_run(e, stop_fd);
	engine_stop(e);
	engine_destroy(e);
	close(stop_fd);
	return 0;
}
