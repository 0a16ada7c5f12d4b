/* sweep.c: ringwall-sweep: frames of captures, and answers to what leaves, as they are and changed, through a whole firewall. Built
 * with sanitizers. After each packet everything must add up, and what leaves must be good.
 * SPDX-License-Identifier: Apache-2.0 */
#undef NDEBUG
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutation.h"
#include "packet/bytes.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"
#include "pipeline/stage.h"
#include "replay/capture.h"
#include "replay/firewall.h"
#include "snapshot/snapshot.h"

enum { SNAPSHOTS_MAX = 8, SEEDS_MAX = 8192, ANSWERS = 256, REMEMBERED = 1 << 16, COMMIT_EVERY = 10000 };

struct seed {
	uint16_t port;
	uint32_t length;
	uint8_t *bytes;
};

/* sweep: all there is. */
struct sweep {
	struct firewall_options options;
	uint32_t snapshot_count, seed_count, answer_count;
	struct {
		uint8_t *bytes;
		uint32_t length;
	} snapshot[SNAPSHOTS_MAX];
	struct seed seed[SEEDS_MAX];
	/* what the others would say to what left, the last ones */
	struct {
		uint16_t port;
		struct mutant frame;
	} answer[ANSWERS];
	bool whole[REMEMBERED]; /* did packet `number` come with a right checksum? */
	struct numbers numbers;
	struct firewall *firewall;
	struct snapshot *current;
	uint64_t generation;
	uint64_t number;
	struct mutant sent;
	uint64_t verdict[VERDICT_WAIT + 1];
	uint64_t reason[DROP_REASONS];
	uint64_t events[256];
};

/* broken ends the sweep, and tells which packet it was. */
static void
broken(const struct sweep *s, const char *what)
{
	fprintf(stderr, "packet %" PRIu64 ": %s\n", s->number, what);
	for (uint32_t i = 0; i < s->sent.length; i++)
		fprintf(stderr, "%02x", s->sent.bytes[i]);
	fprintf(stderr, "\n");
	abort();
}

static void
must(const struct sweep *s, bool holds, const char *what)
{
	if (!holds)
		broken(s, what);
}

static bool
checksum_holds(const struct packet *p)
{
	uint32_t at = p->key.protocol == PROTOCOL_TCP   ? TCP_CHECKSUM_AT
		      : p->key.protocol == PROTOCOL_UDP ? UDP_CHECKSUM_AT
							: ICMP_CHECKSUM_AT;
	if (p->flags & PACKET_FRAGMENT)
		return false;
	uint16_t full = checksum_transport(p);
	return full == 0 || memcmp(p->data + p->l4 + at, &full, 2) == 0 || p->flags & PACKET_L4_PARTIAL;
}

/* ---- answers ---- */

static void
swap(uint8_t *a, uint8_t *b, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint8_t kept = a[i];
		a[i] = b[i];
		b[i] = kept;
	}
}

static void
answer_segment(uint8_t *l4, const struct packet *p, struct numbers *n)
{
	uint8_t flags = TCP_ACK;
	uint32_t length = p->tcp_length + (p->tcp_flags & TCP_SYN ? 1u : 0) + (p->tcp_flags & TCP_FIN ? 1u : 0);
	uint32_t sequence = p->tcp_flags & TCP_ACK ? p->tcp_acknowledgment : (uint32_t)number_next(n);
	if ((p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		flags = TCP_SYN | TCP_ACK;
	if (number_one_in(n, 12))
		flags |= TCP_FIN;
	if (number_one_in(n, 20))
		flags = TCP_RST | TCP_ACK;
	store32(l4 + 4, sequence);
	store32(l4 + 8, p->tcp_sequence + length);
	l4[13] = flags;
}

/* answer makes of a frame that left what its receiver would say. */
static void
answer(struct sweep *s, const struct output *o)
{
	uint32_t i = s->answer_count < ANSWERS ? s->answer_count++ : number_below(&s->numbers, ANSWERS);
	struct mutant *m = &s->answer[i].frame;
	struct packet p = { .data = m->bytes, .length = o->length };
	s->answer[i].port = o->port;
	m->length = o->length;
	memcpy(m->bytes, o->data, o->length);
	if (packet_parse(&p) != DROP_REASON_NONE)
		return;
	uint8_t *l3 = m->bytes + p.l3, *l4 = m->bytes + p.l4;
	swap(m->bytes, m->bytes + 6, 6);
	if (p.key.family == ADDRESS_FAMILY_INET)
		swap(l3 + 12, l3 + 16, 4);
	else
		swap(l3 + 8, l3 + 24, 16);
	if (!packet_later_fragment(&p)) {
		if (p.key.protocol == PROTOCOL_TCP || p.key.protocol == PROTOCOL_UDP || p.key.protocol == PROTOCOL_SCTP)
			swap(l4, l4 + 2, 2);
		if (p.key.protocol == PROTOCOL_TCP)
			answer_segment(l4, &p, &s->numbers);
		if (p.flags & PACKET_ICMP_ECHO)
			l4[0] = p.icmp_type == ICMP6_ECHO_REQUEST ? ICMP6_ECHO_REPLY : ICMP_ECHO_REPLY;
	}
	struct packet done = { .data = m->bytes, .length = o->length };
	if (packet_parse(&done) == DROP_REASON_NONE)
		rewrite_checksum_complete(&done);
}

/* ---- what must hold ---- */

/* What leaves is a good packet, and its checksum holds where that of what came did. */
static void
check_output(struct sweep *s, uint64_t number, const struct output *o)
{
	struct packet p = { .data = o->data, .length = o->length };
	enum drop_reason reason = o->port == PORT_HOST ? packet_parse_l3(&p) : packet_parse(&p);
	/* IPv4 is cut to the MTU of its way wherever that falls, also within headers (RFC 791 2.3). */
	if (reason == DROP_REASON_FRAGMENT_TINY && p.key.family == ADDRESS_FAMILY_INET &&
	    p.flags & PACKET_FRAGMENT_FIRST)
		return;
	must(s, reason == DROP_REASON_NONE, "what leaves is malformed");
	bool part = p.flags & PACKET_FRAGMENT;
	must(s, part || !s->whole[number % REMEMBERED] || checksum_holds(&p), "a checksum was broken");
	if (o->port != PORT_HOST && o->length <= MUTATION_MAX && !number_one_in(&s->numbers, 4))
		answer(s, o);
}

static void
on_packet(void *ctx, uint64_t number, const struct packet *p, const struct output *out, uint32_t count)
{
	struct sweep *s = ctx;
	must(s, p->verdict <= VERDICT_WAIT && p->verdict != VERDICT_NONE, "a packet has no verdict");
	s->verdict[p->verdict]++;
	if (p->verdict == VERDICT_DROP) {
		must(s, p->drop_reason != DROP_REASON_NONE && drop_reason_text(p->drop_reason) != NULL,
		     "dropped for nothing");
		s->reason[p->drop_reason]++;
	}
	must(s, p->verdict != VERDICT_FORWARD || count > 0, "a packet went on and nothing left");
	for (uint32_t i = 0; i < count; i++)
		check_output(s, number, &out[i]);
}

static void
on_event(void *ctx, const struct event_frame *e)
{
	struct sweep *s = ctx;
	must(s, e->header.length == sizeof *e && e->header.event_type == e->record.event_type, "a frame is no frame");
	must(s, event_type_text(e->record.event_type) != NULL, "an event of no kind");
	s->events[e->record.event_type]++;
}

/* Every packet that came went on, was dropped for a reason, or waits; and so does every frame of memory. */
static void
check_sums(const struct sweep *s)
{
	uint64_t in = 0, out = 0, waiting = 0, sessions = 0;
	for (uint32_t i = 0; i < s->options.workers; i++) {
		const struct worker *w = firewall_worker(s->firewall, i);
		const struct counters *c = &w->counters;
		in += c->received_packets;
		out += c->forwarded_packets + c->host_packets;
		for (unsigned reason = 0; reason < DROP_REASONS; reason++)
			out += c->drop[reason];
		waiting += w->held + fragment_held(w->fragments);
		sessions += c->sessions_opened - c->sessions_closed;
		must(s, c->sessions_opened - c->sessions_closed <= flow_table_used(w->flows), "sessions are lost");
	}
	must(s, in == s->number && in == out + waiting, "a packet was lost without a count");
	must(s, firewall_frames_used(s->firewall) == waiting, "a frame was lost");
	must(s, sessions <= s->current->settings.session_maximum, "too many sessions");
}

/* ---- the sweep ---- */

static struct snapshot *
decode(const struct sweep *s, uint32_t i)
{
	struct refusal why;
	struct snapshot *made = snapshot_decode(s->snapshot[i].bytes, s->snapshot[i].length, &why);
	if (!made) {
		fprintf(stderr, "snapshot refused at %s: %s\n", why.path, why.message);
		exit(2);
	}
	return made;
}

static void
commit(struct sweep *s)
{
	struct snapshot *next = decode(s, (uint32_t)(s->generation % s->snapshot_count));
	next->generation = (uint32_t)++s->generation;
	must(s, firewall_commit(s->firewall, next), "no memory");
	snapshot_free(s->current);
	s->current = next;
}

static uint64_t
pause_ns(struct numbers *n)
{
	if (number_one_in(n, 20000))
		return 1000000000ull * (1 + number_below(n, 2000));
	if (number_one_in(n, 500))
		return 1000000ull * (1 + number_below(n, 600));
	return number_one_in(n, 8) ? number_below(n, 1000000) : 1000;
}

/* next chooses what comes now, and by which port. */
static uint16_t
next(struct sweep *s, uint32_t *at)
{
	struct numbers *n = &s->numbers;
	*at = number_one_in(n, 64) ? number_below(n, s->seed_count) : (*at + 1) % s->seed_count;
	const struct seed *seed = &s->seed[*at], *other = &s->seed[number_below(n, s->seed_count)];
	uint16_t port = seed->port;
	bool is_answer = s->answer_count > 0 && number_one_in(n, 2);
	if (is_answer) {
		uint32_t i = number_one_in(n, 4) ? number_below(n, s->answer_count) : s->answer_count - 1;
		s->sent = s->answer[i].frame;
		port = s->answer[i].port;
		s->answer_count -= i == s->answer_count - 1;
	} else {
		s->sent.length = seed->length;
		memcpy(s->sent.bytes, seed->bytes, seed->length);
	}
	/* Answers mostly come as they are, so that connections get far. */
	if (is_answer ? number_one_in(n, 4) : !number_one_in(n, 3))
		mutate(&s->sent, other->bytes, other->length, n);
	return number_one_in(n, 50) ? s->seed[number_below(n, s->seed_count)].port : port;
}

static void
sweep(struct sweep *s, uint64_t packets)
{
	const struct firewall_listener listener = { on_packet, on_event, s };
	uint32_t at = 0;
	s->generation = 1;
	s->current = decode(s, 0);
	s->current->generation = 1;
	s->firewall = firewall_create(s->current, &s->options, &listener, 1767225600ull * 1000000000);
	must(s, s->firewall, "no memory");
	while (s->number < packets) {
		uint16_t port = next(s, &at);
		struct packet p = { .data = s->sent.bytes, .length = (uint16_t)s->sent.length };
		s->number++;
		s->whole[s->number % REMEMBERED] = packet_parse(&p) == DROP_REASON_NONE && checksum_holds(&p);
		firewall_advance(s->firewall, firewall_now(s->firewall) + pause_ns(&s->numbers));
		firewall_receive(s->firewall, s->number, port, s->sent.bytes, s->sent.length);
		check_sums(s);
		if (s->number % COMMIT_EVERY == 0)
			commit(s);
	}
	firewall_advance(s->firewall, firewall_now(s->firewall) + WAIT_NS + FIREWALL_TICK_NS);
	check_sums(s);
	must(s, firewall_frames_used(s->firewall) == 0, "a packet waits for ever");
	firewall_close(s->firewall);
	for (uint32_t i = 0; i < s->options.workers; i++)
		must(s, flow_table_used(firewall_worker(s->firewall, i)->flows) == 0, "a session stayed");
	firewall_destroy(s->firewall);
	snapshot_free(s->current);
}

/* ---- input ---- */

static uint8_t *
read_file(const char *path, uint32_t *length)
{
	enum { MOST = 1 << 24 };
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = file ? malloc(MOST) : NULL;
	*length = bytes ? (uint32_t)fread(bytes, 1, MOST, file) : 0;
	if (*length == 0) {
		perror(path);
		exit(2);
	}
	fclose(file);
	return bytes;
}

static void
read_seeds(struct sweep *s, struct capture *c)
{
	char error[CAPTURE_ERROR];
	struct frame f;
	while (s->seed_count < SEEDS_MAX && capture_next(c, &f, error)) {
		if (f.length > MUTATION_MAX || f.length == 0)
			continue;
		struct seed *seed = &s->seed[s->seed_count++];
		*seed = (struct seed){ f.port, f.length, malloc(f.length) };
		memcpy(seed->bytes, f.bytes, f.length);
	}
}

static void
add_capture(struct capture *c, const char *text)
{
	char error[CAPTURE_ERROR], *path;
	unsigned long port = strtoul(text, &path, 10);
	if (*path != '=' || port >= WORKER_PORTS_MAX || !capture_add(c, (uint16_t)port, path + 1, error)) {
		fprintf(stderr, "%s: expected NUMBER-OF-A-PORT=CAPTURE\n", text);
		exit(2);
	}
}

static void
report(const struct sweep *s)
{
	unsigned reasons = 0;
	uint64_t events = 0;
	printf("{\"packets\":%" PRIu64 ",\"forward\":%" PRIu64 ",\"host\":%" PRIu64 ",\"wait\":%" PRIu64 ",\"drops\":{",
	       s->number, s->verdict[VERDICT_FORWARD], s->verdict[VERDICT_HOST], s->verdict[VERDICT_WAIT]);
	for (unsigned i = 0; i < DROP_REASONS; i++)
		if (s->reason[i])
			printf("%s\"%s\":%" PRIu64, reasons++ ? "," : "", drop_reason_text(i), s->reason[i]);
	printf("},\"events\":{");
	for (unsigned i = 0; i < 256; i++)
		if (s->events[i])
			printf("%s\"%s\":%" PRIu64, events++ ? "," : "", event_type_text(i), s->events[i]);
	printf("}}\n");
}

static const char usage[] = "usage: ringwall-sweep --snapshot FILE… --in PORT=CAPTURE… --packets N [--seed N] "
			    "[--workers N] [--late NS] [--memo-off]\n";

int
main(int argc, char **argv)
{
	static struct sweep s = { .options.workers = 1 };
	static const struct option options[] = {
		{ "snapshot", required_argument, NULL, 's' }, { "in", required_argument, NULL, 'i' },
		{ "packets", required_argument, NULL, 'n' },  { "seed", required_argument, NULL, 'r' },
		{ "workers", required_argument, NULL, 'w' },  { "late", required_argument, NULL, 'l' },
		{ "memo-off", no_argument, NULL, 'm' },       { NULL, 0, NULL, 0 },
	};
	uint64_t packets = 0;
	struct capture *c = capture_create();
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		switch (option) {
		case 's':
			if (s.snapshot_count < SNAPSHOTS_MAX) {
				s.snapshot[s.snapshot_count].bytes =
				    read_file(optarg, &s.snapshot[s.snapshot_count].length);
				s.snapshot_count++;
			}
			break;
		case 'i':
			add_capture(c, optarg);
			break;
		case 'n':
			packets = strtoull(optarg, NULL, 10);
			break;
		case 'r':
			s.numbers.state = strtoull(optarg, NULL, 10);
			break;
		case 'w':
			s.options.workers = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'l':
			s.options.late_ns = strtoull(optarg, NULL, 10);
			break;
		case 'm':
			s.options.memo_off = true;
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	read_seeds(&s, c);
	if (!c || s.snapshot_count == 0 || s.seed_count == 0 || packets == 0) {
		fputs(usage, stderr);
		return 2;
	}
	sweep(&s, packets);
	report(&s);
	for (uint32_t i = 0; i < s.seed_count; i++)
		free(s.seed[i].bytes);
	for (uint32_t i = 0; i < s.snapshot_count; i++)
		free(s.snapshot[i].bytes);
	capture_destroy(c);
	return 0;
}
