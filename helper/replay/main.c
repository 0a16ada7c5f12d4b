/* main.c: ringwall-replay: captures in; verdicts, frames and events out, by the code that runs in the firewall.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "replay/capture.h"
#include "replay/firewall.h"
#include "replay/report.h"

enum { EXIT_USAGE = 2, PORTS = 64, COMMITS = 64, SNAPSHOT_MAX = 256 << 20 };

static const char usage[] =
    "usage: ringwall-replay --snapshot FILE --in PORT=FILE.pcap... [options]\n"
    "  --snapshot FILE      compiled configuration (made by: ringwall replay --config)\n"
    "  --in PORT=FILE       what the interface received; several are merged by time\n"
    "  --out PORT=FILE      what left by the interface (PORT host: for this host, without Ethernet header)\n"
    "  --events FILE        events go there instead of standard output\n"
    "  --commit TIME=FILE   put another snapshot with the same ports and a higher generation in force at TIME\n"
    "                       (nanoseconds since 1970), before packets of that time; may be given again, in the order\n"
    "                       of time\n"
    "  --counters FILE      what was counted, as one JSON line, at the end\n"
    "  --cold ADDRESS       a neighbour that does not answer; may be given again\n"
    "  --late NS            the others take NS nanoseconds to answer, instead of none\n"
    "  --bytes              add the bytes of each frame that leaves\n"
    "  --close              end all sessions after the last packet, so that each has its SESSION_CLOSE\n"
    "  --workers N          spread flows over N workers, as the firewall does (1..16)\n"
    "  --memo-off           judge every packet in full\n"
    "  --unread             tell no events: leave them in a small ring, as a daemon that died does\n"
    "  --unfinished         complete checksums that senders left to hardware, as on veth devices\n";

struct run {
	struct firewall_options options;
	const char *snapshot_path, *events_path;
	const char *in[PORTS], *out[PORTS];
	const char *commit[COMMITS], *counters_path;
	uint32_t commit_count, commits_done;
	uint32_t in_count, out_count;
	bool close;

	struct snapshot *snapshot;
	struct capture *capture;
	struct capture_writer *writer[PORTS + 1]; /* the last one: host */
	struct firewall *firewall;
	struct report report;
};

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "ringwall-replay: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static bool
option_cold(struct run *r, const char *text)
{
	struct address *a = &r->options.cold[r->options.cold_count];
	if (r->options.cold_count == FIREWALL_COLD)
		return false;
	*a = (struct address){ .half = { 0, 0 } };
	r->options.cold_count++;
	return inet_pton(AF_INET, text, a->byte) == 1 || inet_pton(AF_INET6, text, a->byte) == 1;
}

static bool
option_late(struct run *r, const char *text)
{
	char *end;
	errno = 0;
	r->options.late_ns = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static bool
option_workers(struct run *r, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	r->options.workers = (uint32_t)n;
	return *text && !*end && n >= 1 && n <= 16;
}

static bool
parse_options(struct run *r, int argc, char **argv)
{
	static const struct option options[] = {
		{ "snapshot", required_argument, NULL, 's' }, { "in", required_argument, NULL, 'i' },
		{ "out", required_argument, NULL, 'o' },      { "events", required_argument, NULL, 'e' },
		{ "commit", required_argument, NULL, 't' },   { "counters", required_argument, NULL, 'n' },
		{ "cold", required_argument, NULL, 'c' },     { "late", required_argument, NULL, 'a' },
		{ "bytes", no_argument, NULL, 'b' },          { "close", no_argument, NULL, 'l' },
		{ "workers", required_argument, NULL, 'w' },  { "memo-off", no_argument, NULL, 'm' },
		{ "unfinished", no_argument, NULL, 'u' },     { "unread", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },           { 0 },
	};
	bool ok = true;
	int option;
	while (ok && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			r->snapshot_path = optarg;
			break;
		case 'i':
			ok = r->in_count < PORTS;
			r->in[ok ? r->in_count++ : 0] = optarg;
			break;
		case 'o':
			ok = r->out_count < PORTS;
			r->out[ok ? r->out_count++ : 0] = optarg;
			break;
		case 'e':
			r->events_path = optarg;
			break;
		case 't':
			ok = r->commit_count < COMMITS;
			r->commit[ok ? r->commit_count++ : 0] = optarg;
			break;
		case 'n':
			r->counters_path = optarg;
			break;
		case 'c':
			ok = option_cold(r, optarg);
			break;
		case 'a':
			ok = option_late(r, optarg);
			break;
		case 'b':
			r->report.bytes = true;
			break;
		case 'l':
			r->close = true;
			break;
		case 'w':
			ok = option_workers(r, optarg);
			break;
		case 'm':
			r->options.memo_off = true;
			break;
		case 'u':
			r->options.unfinished = true;
			break;
		case 'r':
			r->options.unread = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			ok = false;
		}
	}
	return ok && optind == argc && r->snapshot_path && r->in_count > 0;
}

static int
load_snapshot(const char *path, struct snapshot **into)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return fail(path, strerror(errno));
	uint8_t *bytes = malloc(SNAPSHOT_MAX);
	size_t length = bytes ? fread(bytes, 1, SNAPSHOT_MAX, file) : 0;
	fclose(file);
	struct refusal why = { .message = "cannot be read" };
	struct snapshot *s = length > 0 ? snapshot_decode(bytes, (uint32_t)length, &why) : NULL;
	free(bytes);
	if (s) {
		*into = s;
		return 0;
	}
	char text[512];
	snprintf(text, sizeof text, "refused at %s: %s", why.path[0] ? why.path : "its beginning", why.message);
	return fail(path, text);
}

/* split_assignment: PORT=FILE, where PORT is the interface's name or its device. Port PORTS is the host. */
static const char *
split_assignment(const struct snapshot *s, const char *text, uint16_t *port)
{
	const char *equals = strchr(text, '=');
	if (!equals)
		return NULL;
	size_t length = (size_t)(equals - text);
	if (length == 4 && memcmp(text, "host", 4) == 0) {
		*port = PORTS;
		return equals + 1;
	}
	for (uint32_t i = 0; i < s->port_count; i++) {
		const struct port_config *c = &s->port[i];
		bool name = strlen(c->name) == length && memcmp(c->name, text, length) == 0;
		bool device = strlen(c->device) == length && memcmp(c->device, text, length) == 0;
		if (name || device) {
			*port = (uint16_t)i;
			return equals + 1;
		}
	}
	return NULL;
}

static int
open_files(struct run *r)
{
	char error[CAPTURE_ERROR];
	uint16_t port;
	r->capture = capture_create();
	if (!r->capture)
		return fail("captures", strerror(ENOMEM));
	for (uint32_t i = 0; i < r->in_count; i++) {
		const char *path = split_assignment(r->snapshot, r->in[i], &port);
		if (!path || port == PORTS)
			return fail(r->in[i], "expected PORT=FILE with an interface of the configuration");
		if (!capture_add(r->capture, port, path, error))
			return fail(r->in[i], error);
	}
	for (uint32_t i = 0; i < r->out_count; i++) {
		const char *path = split_assignment(r->snapshot, r->out[i], &port);
		if (!path || r->writer[port])
			return fail(r->out[i], "expected PORT=FILE with an interface of the configuration, each once");
		if (!(r->writer[port] = capture_writer_open(path, port == PORTS, error)))
			return fail(r->out[i], error);
	}
	r->report.snapshot = r->snapshot;
	r->report.packets.out = r->report.events.out = stdout;
	if (r->events_path && !(r->report.events.out = fopen(r->events_path, "w")))
		return fail(r->events_path, strerror(errno));
	return 0;
}

static void
on_packet(void *ctx, uint64_t number, const struct packet *p, const struct output *out, uint32_t count)
{
	struct run *r = ctx;
	for (uint32_t i = 0; i < count; i++) {
		struct capture_writer *w = r->writer[out[i].port == PORT_HOST ? PORTS : out[i].port];
		if (w)
			capture_write(w, firewall_now(r->firewall), out[i].data, out[i].length);
	}
	/* A packet that is held has its line when it is released or dropped. */
	if (p->verdict != VERDICT_WAIT)
		report_packet(&r->report, number, firewall_now(r->firewall), p, out, count);
}

static void
on_event(void *ctx, const struct event_frame *e)
{
	struct run *r = ctx;
	report_event(&r->report, e);
}

static bool
same_ports(const struct snapshot *a, const struct snapshot *b)
{
	bool same = a->port_count == b->port_count;
	for (uint32_t i = 0; same && i < a->port_count; i++)
		same = strcmp(a->port[i].name, b->port[i].name) == 0;
	return same;
}

/* commit_until puts in force what is due at now_ns. */
static int
commit_until(struct run *r, uint64_t now_ns)
{
	while (r->commits_done < r->commit_count) {
		const char *text = r->commit[r->commits_done];
		char *path;
		uint64_t at_ns = strtoull(text, &path, 10);
		if (*path != '=')
			return fail(text, "expected TIME=FILE");
		if (at_ns > now_ns)
			return 0;
		struct snapshot *next = NULL;
		if (load_snapshot(path + 1, &next) != 0)
			return EXIT_FAILURE;
		if (!same_ports(r->snapshot, next)) {
			snapshot_free(next);
			return fail(path + 1, "expected the same ports as before");
		}
		/* As the firewall has it: packets that wait and log lines tell configurations apart by their generations. */
		if (next->generation <= r->snapshot->generation) {
			snapshot_free(next);
			return fail(path + 1, "expected a higher generation than before");
		}
		firewall_advance(r->firewall, at_ns);
		if (!firewall_commit(r->firewall, next)) {
			snapshot_free(next);
			return fail(path + 1, strerror(ENOMEM));
		}
		r->report.snapshot = next;
		snapshot_free(r->snapshot);
		r->snapshot = next;
		r->commits_done++;
	}
	return 0;
}

static int
replay(struct run *r)
{
	const struct firewall_listener listener = { on_packet, on_event, r };
	char error[CAPTURE_ERROR];
	struct frame frame;
	uint64_t number = 0;
	while (capture_next(r->capture, &frame, error)) {
		if (!r->firewall)
			r->firewall = firewall_create(r->snapshot, &r->options, &listener, frame.time_ns);
		if (!r->firewall)
			return fail("firewall", strerror(errno));
		if (commit_until(r, frame.time_ns) != 0)
			return EXIT_FAILURE;
		firewall_advance(r->firewall, frame.time_ns);
		firewall_receive(r->firewall, ++number, frame.port, frame.bytes, frame.length);
	}
	if (error[0])
		return fail("captures", error);
	if (!r->firewall)
		return 0;
	firewall_advance(r->firewall, firewall_now(r->firewall) + WAIT_NS + FIREWALL_TICK_NS);
	if (r->close)
		firewall_close(r->firewall);
	return 0;
}

static int
write_counters(const struct run *r)
{
	const struct worker *workers[16];
	FILE *file = fopen(r->counters_path, "w");
	if (!file)
		return fail(r->counters_path, strerror(errno));
	for (uint32_t i = 0; i < r->options.workers; i++)
		workers[i] = firewall_worker(r->firewall, i);
	report_counters(r->snapshot, workers, r->options.workers, file);
	return fclose(file) == 0 ? 0 : fail(r->counters_path, strerror(errno));
}

static int
close_files(struct run *r, int status)
{
	firewall_destroy(r->firewall);
	for (unsigned i = 0; i <= PORTS; i++)
		if (!capture_writer_close(r->writer[i]))
			status = fail("captures", "not everything could be written");
	bool written = fflush(stdout) == 0;
	if (r->report.events.out && r->report.events.out != stdout)
		written = fclose(r->report.events.out) == 0 && written;
	capture_destroy(r->capture);
	if (r->snapshot)
		snapshot_free(r->snapshot);
	return written ? status : fail("output", strerror(errno));
}

int
main(int argc, char **argv)
{
	static struct run run = { .options.workers = 1 };
	if (!parse_options(&run, argc, argv)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	int status = load_snapshot(run.snapshot_path, &run.snapshot);
	if (status == 0)
		status = open_files(&run);
	if (status == 0)
		status = replay(&run);
	if (status == 0 && run.counters_path && run.firewall)
		status = write_counters(&run);
	return close_files(&run, status);
}
