/* ring-producer.c: a helper reduced to its ring, for tests and benchmarks of the other side. Writes events whose content
 * follows from their number, waits when the ring is full (the helper never does), and says what became of each attempt.
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "event/account.h"
#include "event/ring.h"

enum { BURST = 64, HISTOGRAM = 4096, RETRY_NS = 1000000 };

struct options {
	const char *path;
	uint32_t slots, worker;
	uint32_t rules; /* of each class; 0: there is no account book */
	uint64_t start_id, count, first, rate;
	unsigned pause_us;
	enum { KINDS_MIX, KINDS_OPEN, KINDS_DENY } kinds;
	bool keep_going, doorbell, stay, monotonic, no_wait, pipe;
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
sleep_ns(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
	nanosleep(&t, NULL);
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15;
	return x ^ x >> 29;
}

static uint32_t first_row[ACCOUNT_CLASS_COUNT]; /* of each class's rules; the others follow */

/* Rules of all classes, in the book that the rings of this folder have. */
static struct account_book *
open_book(const struct options *o)
{
	char folder[512], name[64];
	snprintf(folder, sizeof folder, "%s", o->path);
	struct account_book *b = account_book_open(dirname(folder), o->worker + 1, o->start_id, -1);
	for (unsigned class = ACCOUNT_CLASS_POLICY; b && class < ACCOUNT_CLASS_COUNT; class ++)
		for (uint32_t i = 0; i < o->rules; i++) {
			snprintf(name, sizeof name, "a/%u", i);
			uint32_t row = account_book_row(b, (enum account_class) class, name);
			first_row[class] = i == 0 ? row : first_row[class];
		}
	return b;
}

static uint32_t
account_of(const struct options *o, enum event_type type, uint64_t number)
{
	if (!o->rules || type == EVENT_TYPE_LOG_SUPPRESSED)
		return ACCOUNT_SUMMARIES;
	enum account_class class = type == EVENT_TYPE_FILTER_LOG    ? ACCOUNT_CLASS_FILTER
				   : type == EVENT_TYPE_SCREEN_DROP ? ACCOUNT_CLASS_SCREEN
								    : ACCOUNT_CLASS_POLICY;
	return first_row[class] + (uint32_t)(number % o->rules);
}

static enum event_type
kind_of(const struct options *o, uint64_t number)
{
	static const enum event_type mixed[8] = {
		EVENT_TYPE_SESSION_OPEN, EVENT_TYPE_SESSION_CLOSE, EVENT_TYPE_POLICY_DENY, EVENT_TYPE_SESSION_OPEN,
		EVENT_TYPE_SCREEN_DROP,  EVENT_TYPE_FILTER_LOG,    EVENT_TYPE_POLICY_DENY, EVENT_TYPE_LOG_SUPPRESSED,
	};
	if (o->kinds == KINDS_OPEN)
		return EVENT_TYPE_SESSION_OPEN;
	return o->kinds == KINDS_DENY ? EVENT_TYPE_POLICY_DENY : mixed[mix(number) & 7];
}

/* The same stores as an event of the pipeline: the whole frame, most of it zero. */
static void
fill(struct event_frame *f, enum event_type type, uint64_t number, uint64_t time_ns)
{
	uint32_t source = htonl(0x0a000000 | (uint32_t)(mix(number) >> 40 & 0xffff));
	uint32_t destination = htonl(0xc6336400 | (uint32_t)(number & 0xff));
	f->header.generation = 7;
	f->record = (struct event_record){
		.timestamp_ns = time_ns,
		.source_port = htons((uint16_t)(1024 + number % 60000)),
		.destination_port = htons(443),
		.ingress_zone = 1,
		.egress_zone = 2,
		.protocol = 6,
		.action = type == EVENT_TYPE_POLICY_DENY ? ACTION_DENY : ACTION_PERMIT,
		.address_family = ADDRESS_FAMILY_INET,
		.ingress_interface = 1,
		.application_id = 3,
	};
	memcpy(f->record.source_address, &source, 4);
	memcpy(f->record.destination_address, &destination, 4);
	f->extension = (struct event_extension){
		.session_id = number,
		.egress_interface = 2,
		.packet_length = 60,
		.tcp_flags = 2,
	};
	switch (type) {
	case EVENT_TYPE_SESSION_CLOSE:
		f->record.client_packets = number;
		f->record.client_bytes = number * 60;
		f->record.close_reason = CLOSE_REASON_TCP_FIN;
		break;
	case EVENT_TYPE_POLICY_DENY:
		f->record.deny_reason = DENY_REASON_POLICY;
		break;
	case EVENT_TYPE_SCREEN_DROP:
		f->record.screen_id = SCREEN_ID_LAND;
		break;
	case EVENT_TYPE_FILTER_LOG:
		f->record.filter_log_source = FILTER_LOG_SOURCE_INPUT;
		break;
	case EVENT_TYPE_LOG_SUPPRESSED:
		f->record.suppressed_kind = EVENT_TYPE_POLICY_DENY;
		f->record.suppressed_outcome = EVENT_OUTCOME_SUPPRESSED;
		break;
	case EVENT_TYPE_SESSION_OPEN:
		break;
	}
}

struct result {
	uint64_t attempts, doorbells, timed_frames;
	uint64_t histogram[HISTOGRAM]; /* bursts by ns per frame, for the median */
	double timed_ns;
};

static void
time_burst(struct result *result, uint64_t ns, unsigned frames)
{
	uint64_t each = ns / frames;
	result->histogram[each < HISTOGRAM ? each : HISTOGRAM - 1] += frames;
	result->timed_frames += frames;
	result->timed_ns += (double)ns;
}

static uint64_t
median(const struct result *result)
{
	uint64_t seen = 0;
	for (unsigned ns = 0; ns < HISTOGRAM; ns++)
		if ((seen += result->histogram[ns]) * 2 > result->timed_frames)
			return ns;
	return 0;
}

static void
publish(struct event_ring *r, const struct options *o, struct result *result)
{
	if (event_ring_publish(r, now_ns(CLOCK_MONOTONIC)) && o->doorbell) {
		result->doorbells++;
		if (write(STDOUT_FILENO, "!", 1) != 1)
			exit(1);
	}
}

static void
wait_until(struct event_ring *r, const struct options *o, struct result *result, uint64_t due)
{
	for (uint64_t now; (now = now_ns(CLOCK_MONOTONIC)) < due; publish(r, o, result)) {
		bool owes = event_ring_owes(r) && due - now > RETRY_NS;
		sleep_ns(owes ? RETRY_NS : due - now);
	}
}

static uint64_t
written(const struct event_ring *r)
{
	uint64_t sum = 0;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++)
		sum += event_ring_counter(r, (enum event_type)type, EVENT_OUTCOME_WRITTEN);
	return sum;
}

static void
produce(struct event_ring *r, const struct options *o, struct result *result)
{
	uint64_t number = o->first, random = o->start_id, done = 0, begin = now_ns(CLOCK_MONOTONIC);
	unsigned burst = o->rate && o->rate < 64000 ? 1 : BURST;
	while (o->keep_going || done < o->count) {
		uint64_t time_ns = now_ns(o->monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME),
			 from = now_ns(CLOCK_MONOTONIC);
		bool refused = false;
		unsigned frames = 0;
		while (frames < burst && !refused && (o->keep_going || done + frames < o->count)) {
			enum event_type type = kind_of(o, number);
			struct event_frame *f = event_ring_reserve(r, type, account_of(o, type, number));
			if (f) {
				fill(f, type, number, time_ns);
				event_ring_commit(r);
				frames++;
			}
			refused = !f;
			number++;
			if (o->no_wait)
				refused = false, frames += !f;
		}
		if (frames)
			time_burst(result, now_ns(CLOCK_MONOTONIC) - from, frames);
		done += frames;
		publish(r, o, result);
		random = mix(random + 1);
		if (refused)
			sleep_ns(100000);
		if (o->pause_us && random % 1024 == 0)
			sleep_ns((random >> 20) % (o->pause_us * 1000ull));
		if (o->rate)
			wait_until(r, o, result, begin + done * 1000000000 / o->rate);
	}
	result->attempts = number - o->first;
}

/* The same events down a pipe, for comparison. */
static int
produce_pipe(const struct options *o)
{
	static struct event_frame frames[BURST];
	for (uint64_t number = o->first, done = 0; done < o->count;) {
		uint64_t time_ns = now_ns(CLOCK_REALTIME);
		unsigned n = 0;
		for (; n < BURST && done + n < o->count; n++, number++) {
			enum event_type type = kind_of(o, number);
			fill(&frames[n], type, number, time_ns);
			frames[n].header.sequence = number + 1;
			frames[n].header.length = EVENT_FRAME_SIZE;
			frames[n].header.layout_version = WIRE_LAYOUT_VERSION;
			frames[n].header.event_type = frames[n].record.event_type = (uint8_t)type;
		}
		const char *bytes = (const char *)frames;
		for (size_t left = n * sizeof frames[0]; left > 0;) {
			ssize_t took = write(STDOUT_FILENO, bytes, left);
			if (took < 0)
				return 1;
			bytes += took;
			left -= (size_t)took;
		}
		done += n;
	}
	return 0;
}

static void
report(const struct event_ring *r, const struct result *result)
{
	fprintf(
	    stderr, "{\"attempts\":%llu,\"written\":%llu,\"doorbells\":%llu,\"ns_per_frame\":%.1f,\"median_ns\":%llu,",
	    (unsigned long long)result->attempts, (unsigned long long)written(r), (unsigned long long)result->doorbells,
	    result->timed_ns / (double)(result->timed_frames + !result->timed_frames),
	    (unsigned long long)median(result));
	fprintf(stderr, "\"events\":[");
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		fprintf(stderr, "%s[", type ? "," : "");
		for (unsigned outcome = 0; outcome < EVENT_OUTCOME_COUNT; outcome++)
			fprintf(stderr, "%s%llu", outcome ? "," : "",
				(unsigned long long)event_ring_counter(r, (enum event_type)type,
								       (enum event_outcome)outcome));
		fprintf(stderr, "]");
	}
	fprintf(stderr, "]}\n");
}

static int
usage(void)
{
	fprintf(
	    stderr,
	    "usage: ring-producer --path NAME --start-id N [--slots N] [--worker N] [--count N | --endless]\n"
	    "  [--first N] [--rate FRAMES/S] [--pause-us MAX] [--kinds mix|open|deny] [--doorbell] [--stay]\n"
	    "  [--monotonic] [--no-wait] [--rules N]\n       ring-producer --pipe --count N [--kinds mix|open|deny]\n"
	    "Prints '+' on stdout when the ring is there, '!' for each doorbell; a JSON line on stderr at the end.\n");
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "path", 1, 0, 'p' },
		{ "slots", 1, 0, 's' },
		{ "start-id", 1, 0, 'i' },
		{ "worker", 1, 0, 'w' },
		{ "count", 1, 0, 'c' },
		{ "first", 1, 0, 'f' },
		{ "rate", 1, 0, 'r' },
		{ "pause-us", 1, 0, 'u' },
		{ "kinds", 1, 0, 'k' },
		{ "doorbell", 0, 0, 'd' },
		{ "stay", 0, 0, 'y' },
		{ "endless", 0, 0, 'e' },
		{ "rules", 1, 0, 'R' },
		{ "pipe", 0, 0, 'P' },
		{ "no-wait", 0, 0, 'n' },
		{ "monotonic", 0, 0, 'm' },
		{ 0, 0, 0, 0 },
	};
	struct options o = { .slots = 1 << 16 };
	for (int c; (c = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
		uint64_t n = optarg ? strtoull(optarg, NULL, 10) : 0;
		switch (c) {
		case 'p':
			o.path = optarg;
			break;
		case 's':
			o.slots = (uint32_t)n;
			break;
		case 'i':
			o.start_id = n;
			break;
		case 'w':
			o.worker = (uint32_t)n;
			break;
		case 'c':
			o.count = n;
			break;
		case 'f':
			o.first = n;
			break;
		case 'r':
			o.rate = n;
			break;
		case 'u':
			o.pause_us = (unsigned)n;
			break;
		case 'k':
			o.kinds = *optarg == 'o' ? KINDS_OPEN : *optarg == 'd' ? KINDS_DENY : KINDS_MIX;
			break;
		case 'd':
			o.doorbell = true;
			break;
		case 'y':
			o.stay = true;
			break;
		case 'e':
			o.keep_going = true;
			break;
		case 'm':
			o.monotonic = true;
			break;
		case 'R':
			o.rules = (uint32_t)n;
			break;
		case 'n':
			o.no_wait = true;
			break;
		case 'P':
			o.pipe = true;
			break;
		default:
			return usage();
		}
	}
	if (o.pipe)
		return produce_pipe(&o);
	if (!o.path || !o.start_id)
		return usage();
	struct account_book *book = o.rules ? open_book(&o) : NULL;
	struct event_ring *r =
	    o.rules && !book ? NULL : event_ring_create(o.path, o.slots, o.start_id, o.worker, -1, book);
	if (!r) {
		fprintf(stderr, "ring-producer: %s: %s\n", o.path, strerror(errno));
		return 1;
	}
	struct result *result = calloc(1, sizeof *result);
	if (!result || write(STDOUT_FILENO, "+", 1) != 1)
		return 1;
	produce(r, &o, result);
	report(r, result);
	/* A worker's housekeeping, until the other side closes stdin. */
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	while (o.stay && poll(&input, 1, event_ring_owes(r) ? 1 : 100) == 0) {
		event_ring_sweep(r, now_ns(CLOCK_MONOTONIC));
		publish(r, &o, result);
	}
	event_ring_close(r);
	account_book_close(book);
	free(result);
	return 0;
}
