/* ring_test.c: budgets, full rings, hostile consumers, and what a successor makes of a dead helper's ring.
 * SPDX-License-Identifier: Apache-2.0 */
#include "event/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SLOTS = 512, HALF = SLOTS / 2, THIRD = HALF / 3 };
#define SECOND 1000000000ull

static char folder[64];
static char path[128]; /* NAME of the ring under test */

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/ringwall-ring-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/ring-0", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static const char *
file_of(uint64_t start_id, const char *suffix)
{
	static char name[256];
	snprintf(name, sizeof name, "%s.%llu%s", path, (unsigned long long)start_id, suffix);
	return name;
}

static bool
file_exists(uint64_t start_id, const char *suffix)
{
	return access(file_of(start_id, suffix), F_OK) == 0;
}

static struct event_ring *
create(uint64_t start_id)
{
	struct event_ring *r = event_ring_create(path, SLOTS, start_id, 0, -1, NULL);
	assert_non_null(r);
	return r;
}

/* The daemon's side, as it is allowed to be: the cursor page, read and written. */
static struct ring_consumer *
map_consumer(uint64_t start_id)
{
	int fd = open(file_of(start_id, ".cursor"), O_RDWR);
	assert_true(fd >= 0);
	void *page = mmap(NULL, RING_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	close(fd);
	return page;
}

static const struct ring_producer *
map_producer(uint64_t start_id)
{
	int fd = open(file_of(start_id, ""), O_RDONLY);
	assert_true(fd >= 0);
	void *page = mmap(NULL, RING_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, RING_PAGE_SIZE);
	assert_ptr_not_equal(page, MAP_FAILED);
	close(fd);
	return page;
}

/* Writes up to n frames and returns how many found room. */
static unsigned
write_frames(struct event_ring *r, enum event_type type, unsigned n)
{
	unsigned written = 0;
	for (unsigned i = 0; i < n; i++) {
		struct event_frame *f = event_ring_reserve(r, type, 0);
		if (!f)
			continue;
		f->extension.session_id = i;
		event_ring_commit(r);
		written++;
	}
	return written;
}

static void
consume(struct ring_consumer *c, uint64_t cursor, enum event_type type, uint64_t count)
{
	unsigned next = c->consumed_at[0] == c->cursor ? 1 : 0;
	memcpy(c->consumed[next], c->consumed[1 - next], sizeof c->consumed[next]);
	c->consumed[next][type] = count;
	c->consumed_at[next] = cursor;
	__atomic_store_n(&c->cursor, cursor, __ATOMIC_RELEASE);
}

static uint64_t
written(struct event_ring *r, enum event_type type)
{
	return event_ring_counter(r, type, EVENT_OUTCOME_WRITTEN);
}

/* ---- budgets and accounts ------------------------------------------------------------------------------ */

static void
sessions_may_fill_the_ring_and_what_finds_no_room_is_counted(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(SLOTS);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, SLOTS + 7), SLOTS);
	assert_int_equal(written(r, EVENT_TYPE_SESSION_OPEN), SLOTS);
	assert_int_equal(event_ring_counter(r, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL), 7);
	assert_int_equal(write_frames(r, EVENT_TYPE_POLICY_DENY, 2), 0);
	assert_int_equal(event_ring_counter(r, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_LOST_FULL), 2);
	assert_int_equal(event_ring_peek(r)->extension.session_id, 0);
	event_ring_close(r);
}

static void
each_packet_kind_gets_a_third_of_one_half(void **state)
{
	(void)state;
	static const enum event_type kinds[] = { EVENT_TYPE_POLICY_DENY, EVENT_TYPE_SCREEN_DROP,
						 EVENT_TYPE_FILTER_LOG };
	struct event_ring *r = event_ring_memory(SLOTS);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(write_frames(r, kinds[i], SLOTS), THIRD);
		assert_int_equal(event_ring_counter(r, kinds[i], EVENT_OUTCOME_LOST_BUDGET), SLOTS - THIRD);
		assert_int_equal(event_ring_counter(r, kinds[i], EVENT_OUTCOME_LOST_FULL), 0);
	}
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_CLOSE, HALF), HALF);
	assert_int_equal(write_frames(r, EVENT_TYPE_LOG_SUPPRESSED, 1), 1);
	event_ring_close(r);
}

static void
a_consumed_frame_gives_its_kind_room_for_one_more(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(SLOTS);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 1), 1);
	assert_int_equal(write_frames(r, EVENT_TYPE_POLICY_DENY, SLOTS), THIRD);
	event_ring_consume(r); /* the session's: no room for a deny follows from it */
	assert_int_equal(write_frames(r, EVENT_TYPE_POLICY_DENY, 1), 0);
	event_ring_consume(r);
	assert_int_equal(write_frames(r, EVENT_TYPE_POLICY_DENY, 2), 1);
	assert_int_equal(event_ring_counter(r, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_LOST_BUDGET), SLOTS - THIRD + 2);
	event_ring_close(r);
}

static void
every_attempt_ends_in_exactly_one_counter(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(64);
	uint64_t attempts[EVENT_TYPE_COUNT] = { 0 }, consumed[EVENT_TYPE_COUNT] = { 0 };
	unsigned random = 1;
	for (unsigned i = 0; i < 200000; i++) {
		random = random * 1103515245 + 12345;
		enum event_type type = (enum event_type)(1 + (random >> 16) % 7);
		if (type == 5) { /* no kind: the consumer's turn, seldom enough that the ring runs full */
			for (unsigned n = (random >> 20) % 8; n > 0 && event_ring_peek(r); n--) {
				consumed[event_ring_peek(r)->header.event_type]++;
				event_ring_consume(r);
			}
			continue;
		}
		attempts[type]++;
		if ((random >> 24) % 8 == 0)
			event_ring_suppressed(r, type, 0);
		else
			write_frames(r, type, 1);
	}
	for (const struct event_frame *f; (f = event_ring_peek(r)); event_ring_consume(r))
		consumed[f->header.event_type]++;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		uint64_t sum = 0;
		for (unsigned outcome = 0; outcome < EVENT_OUTCOME_COUNT; outcome++)
			sum += event_ring_counter(r, (enum event_type)type, (enum event_outcome)outcome);
		assert_int_equal(sum, attempts[type]);
		assert_int_equal(written(r, (enum event_type)type), consumed[type]);
	}
	assert_true(event_ring_counter(r, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL) > 0);
	assert_true(event_ring_counter(r, EVENT_TYPE_FILTER_LOG, EVENT_OUTCOME_LOST_BUDGET) > 0);
	event_ring_close(r);
}

static void
a_frame_reserved_and_given_up_is_reserved_again(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(SLOTS);
	struct event_frame *first = event_ring_reserve(r, EVENT_TYPE_POLICY_DENY, 0);
	assert_ptr_equal(event_ring_reserve(r, EVENT_TYPE_SESSION_OPEN, 0), first);
	assert_null(event_ring_peek(r));
	event_ring_commit(r);
	assert_int_equal(event_ring_peek(r)->header.event_type, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(written(r, EVENT_TYPE_POLICY_DENY), 0);
	event_ring_close(r);
}

/* ---- the doorbell ---------------------------------------------------------------------------------------- */

static void
the_doorbell_rings_once_for_each_sleep_and_only_when_there_is_something(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_false(event_ring_publish(r, SECOND)); /* awake */
	consume(c, 1, EVENT_TYPE_SESSION_OPEN, 1);
	c->waiting = 1;
	assert_false(event_ring_publish(r, 2 * SECOND)); /* nothing to read */
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_true(event_ring_publish(r, 3 * SECOND));
	assert_false(event_ring_publish(r, 4 * SECOND)); /* rung already */
	c->waiting = 2;
	assert_true(event_ring_publish(r, 5 * SECOND));
	c->waiting = 0;
	assert_false(event_ring_publish(r, 6 * SECOND));
	const struct ring_producer *p = map_producer(1);
	assert_int_equal(p->head, 2);
	assert_int_equal(p->heartbeat_ns, 6 * SECOND);
	event_ring_close(r);
}

/* A reader that naps less than it should asks again soon after a doorbell; then everything falls silent. */
static void
a_doorbell_that_comes_too_soon_is_put_off_and_not_forgotten(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	c->waiting = 1;
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_true(event_ring_publish(r, SECOND));
	assert_false(event_ring_owes(r));
	consume(c, 1, EVENT_TYPE_SESSION_OPEN, 1);
	c->waiting = 2;
	assert_false(event_ring_publish(r, SECOND + 1));
	assert_false(event_ring_owes(r)); /* nothing to read */
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_false(event_ring_publish(r, SECOND + 2));
	assert_true(event_ring_owes(r));
	assert_true(event_ring_publish(r, SECOND + 1000000));
	assert_false(event_ring_owes(r));

	c->waiting = 3;
	assert_false(event_ring_publish(r, SECOND + 1000001));
	assert_true(event_ring_owes(r));
	c->waiting = 0; /* it woke up by itself */
	assert_false(event_ring_publish(r, SECOND + 1000002));
	assert_false(event_ring_owes(r));
	event_ring_close(r);
}

static void
the_first_sleep_of_a_new_reader_is_not_taken_for_its_predecessors(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	c->waiting = 1;
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_true(event_ring_publish(r, SECOND));
	consume(c, 1, EVENT_TYPE_SESSION_OPEN, 1);
	c->waiting = 0; /* stopped */
	assert_false(event_ring_publish(r, 2 * SECOND));
	c->waiting = 1; /* started again */
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
	assert_true(event_ring_publish(r, 3 * SECOND));
	event_ring_close(r);
}

/* ---- hostile consumers ------------------------------------------------------------------------------------ */

static void
a_cursor_beyond_head_or_going_back_is_ignored(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, SLOTS), SLOTS);
	c->cursor = SLOTS + 1;
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 3), 0);
	c->cursor = UINT64_MAX;
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 3), 0);
	consume(c, 10, EVENT_TYPE_SESSION_OPEN, 10);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 11), 10);
	c->cursor = 3;
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 3), 0);
	assert_int_equal(written(r, EVENT_TYPE_SESSION_OPEN), SLOTS + 10);
	assert_int_equal(event_ring_counter(r, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL), 10);
	event_ring_close(r);
}

static void
consumed_counts_beyond_what_was_written_give_no_room(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	assert_int_equal(write_frames(r, EVENT_TYPE_SCREEN_DROP, SLOTS), THIRD);
	consume(c, 1, EVENT_TYPE_SCREEN_DROP, THIRD + 1);
	assert_int_equal(write_frames(r, EVENT_TYPE_SCREEN_DROP, 1), 0);
	consume(c, 2, EVENT_TYPE_SCREEN_DROP, UINT64_MAX);
	assert_int_equal(write_frames(r, EVENT_TYPE_SCREEN_DROP, 1), 0);
	consume(c, 3, EVENT_TYPE_SCREEN_DROP, 3);
	assert_int_equal(write_frames(r, EVENT_TYPE_SCREEN_DROP, 4), 3);
	event_ring_close(r);
}

static void
random_bytes_in_the_cursor_page_never_harm_the_producer(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	struct ring_consumer *c = map_consumer(1);
	unsigned random = 7;
	uint64_t attempts = 0;
	for (unsigned i = 0; i < 20000; i++) {
		for (unsigned b = 0; b < 192; b++) {
			random = random * 1103515245 + 12345;
			if ((random >> 16) % 4 == 0)
				((uint8_t *)c)[b] = (uint8_t)(random >> 20);
		}
		if (i % 3 == 0) /* sometimes near the truth */
			c->cursor = written(r, EVENT_TYPE_SESSION_OPEN) + (random >> 16) % 5 - 2;
		write_frames(r, EVENT_TYPE_SESSION_OPEN, 3);
		attempts += 3;
		event_ring_publish(r, i);
	}
	assert_int_equal(written(r, EVENT_TYPE_SESSION_OPEN) +
			     event_ring_counter(r, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL),
			 attempts);
	event_ring_close(r);
}

static void
a_cursor_file_cut_short_costs_only_the_events_of_its_owner(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	assert_int_equal(truncate(file_of(1, ".cursor"), 0), 0);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, SLOTS + 5), SLOTS);
	assert_false(event_ring_publish(r, SECOND));
	assert_int_equal(event_ring_counter(r, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL), 5);
	event_ring_close(r);
}

/* ---- files and take-over ------------------------------------------------------------------------------------ */

static void
the_daemon_can_read_the_ring_and_write_only_the_cursor(void **state)
{
	(void)state;
	struct stat ring, cursor;
	struct event_ring *r = event_ring_create(path, SLOTS, 42, 3, (int)getgid(), NULL);
	assert_non_null(r);
	assert_int_equal(stat(file_of(42, ""), &ring), 0);
	assert_int_equal(stat(file_of(42, ".cursor"), &cursor), 0);
	assert_int_equal(ring.st_mode & 07777, 0640);
	assert_int_equal(cursor.st_mode & 07777, 0660);
	assert_int_equal(ring.st_size, RING_SLOTS_AT + SLOTS * EVENT_FRAME_SIZE);
	assert_int_equal(cursor.st_size, RING_PAGE_SIZE);
	struct ring_identity identity;
	int fd = open(file_of(42, ""), O_RDONLY);
	assert_int_equal(read(fd, &identity, sizeof identity), sizeof identity);
	close(fd);
	assert_int_equal(identity.magic, RING_MAGIC);
	assert_int_equal(identity.layout_hash, WIRE_LAYOUT_HASH);
	assert_int_equal(identity.slot_count, SLOTS);
	assert_int_equal(identity.start_id, 42);
	assert_int_equal(identity.worker, 3);
	assert_int_equal(identity.order, 1);
	event_ring_close(r);
}

static void
a_ring_that_cannot_be_is_refused(void **state)
{
	(void)state;
	assert_null(event_ring_create(path, 100, 1, 0, -1, NULL));
	assert_int_equal(errno, EINVAL);
	assert_null(event_ring_create(path, SLOTS, 0, 0, -1, NULL));
	assert_int_equal(errno, EINVAL);
	assert_null(event_ring_create("/nonexistent/ring-0", SLOTS, 1, 0, -1, NULL));
	assert_int_equal(errno, ENOENT);
	struct event_ring *r = create(1);
	assert_null(event_ring_create(path, SLOTS, 1, 0, -1, NULL));
	assert_int_equal(errno, EEXIST);
	assert_true(file_exists(1, ""));
	assert_null(event_ring_memory(3));
	event_ring_close(r);
}

static void
what_half_a_creation_left_is_cleared_away(void **state)
{
	(void)state;
	static const char *const left[] = { ".new", ".cursor.new", ".cursor" };
	for (unsigned i = 0; i < 3; i++)
		close(open(file_of(5, left[i]), O_CREAT | O_WRONLY, 0600));
	struct event_ring *r = create(6);
	for (unsigned i = 0; i < 3; i++)
		assert_false(file_exists(5, left[i]));
	event_ring_close(r);
}

static uint64_t
former(const struct ring_producer *p, enum event_type type, enum event_outcome outcome)
{
	return p->former_events[p->former_select & 1][type][outcome];
}

static void
a_drained_ring_is_taken_over_with_its_counts(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, SLOTS + 3), SLOTS);
	event_ring_suppressed(r, EVENT_TYPE_FILTER_LOG, 0);
	consume(map_consumer(1), SLOTS, EVENT_TYPE_SESSION_OPEN, SLOTS);
	event_ring_close(r); /* head was never published: the successor finds it by the frames' sequences */

	r = create(2);
	assert_false(file_exists(1, ""));
	assert_false(file_exists(1, ".cursor"));
	const struct ring_producer *p = map_producer(2);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_WRITTEN), SLOTS);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL), 3);
	assert_int_equal(former(p, EVENT_TYPE_FILTER_LOG, EVENT_OUTCOME_SUPPRESSED), 1);
	assert_int_equal(written(r, EVENT_TYPE_SESSION_OPEN), 0);
	event_ring_close(r);

	r = create(3); /* an empty ring is a drained one, and hands on what it had taken over */
	p = map_producer(3);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_WRITTEN), SLOTS);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_LOST_FULL), 3);
	event_ring_close(r);
}

static void
an_unread_ring_stays_until_it_is_drained(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	write_frames(r, EVENT_TYPE_POLICY_DENY, 5);
	event_ring_publish(r, SECOND);
	event_ring_close(r);
	r = create(2);
	const struct ring_producer *p = map_producer(2);
	assert_true(file_exists(1, ""));
	assert_int_equal(event_ring_sweep(r, SECOND), 1);
	assert_int_equal(former(p, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_WRITTEN), 0);
	consume(map_consumer(1), 5, EVENT_TYPE_POLICY_DENY, 5);
	assert_int_equal(event_ring_sweep(r, SECOND), 0);
	assert_false(file_exists(1, ""));
	assert_int_equal(former(p, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_WRITTEN), 5);
	assert_int_equal(former(p, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_LOST_FULL), 0);
	event_ring_close(r);
}

static void
the_oldest_of_too_many_unread_rings_is_removed_and_its_unread_frames_are_lost(void **state)
{
	(void)state;
	for (uint64_t start_id = 1; start_id <= EVENT_RING_FORMER_MAX + 1; start_id++) {
		/* start ids say nothing about the order: the ring's own order does */
		struct event_ring *r = create(100 - start_id);
		write_frames(r, EVENT_TYPE_SESSION_CLOSE, (unsigned)(10 * start_id));
		if (start_id == 1)
			consume(map_consumer(99), 4, EVENT_TYPE_SESSION_CLOSE, 4);
		event_ring_close(r);
	}
	const struct ring_producer *oldest = map_producer(99), *next = map_producer(98);
	assert_int_equal(oldest->given_up_ns, 0);
	struct event_ring *r = create(1000);
	const struct ring_producer *p = map_producer(1000);
	uint64_t given_up_ns = oldest->given_up_ns;
	assert_int_not_equal(given_up_ns, 0);
	assert_int_equal(next->given_up_ns, 0);
	/* Its reader may be in the middle of it: what that has not let go of a second later is lost, and not before. */
	assert_int_equal(event_ring_sweep(r, given_up_ns + EVENT_RING_GIVE_UP_NS - 1), EVENT_RING_FORMER_MAX + 1);
	assert_true(file_exists(99, ""));
	assert_int_equal(former(p, EVENT_TYPE_SESSION_CLOSE, EVENT_OUTCOME_LOST_FULL), 0);
	consume(map_consumer(99), 6, EVENT_TYPE_SESSION_CLOSE, 6);
	assert_int_equal(event_ring_sweep(r, given_up_ns + EVENT_RING_GIVE_UP_NS), EVENT_RING_FORMER_MAX);
	assert_false(file_exists(99, ""));
	assert_true(file_exists(98, ""));
	assert_int_equal(former(p, EVENT_TYPE_SESSION_CLOSE, EVENT_OUTCOME_WRITTEN), 6);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_CLOSE, EVENT_OUTCOME_LOST_FULL), 4);
	event_ring_close(r);
}

static void
a_ring_is_taken_over_once_even_if_the_helper_dies_before_it_removes_the_files(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 8);
	consume(map_consumer(1), 8, EVENT_TYPE_SESSION_OPEN, 8);
	event_ring_close(r);
	char saved[2][256], original[2][256];
	static const char *const suffix[] = { "", ".cursor" };
	for (unsigned i = 0; i < 2; i++) {
		snprintf(original[i], sizeof original[i], "%s", file_of(1, suffix[i]));
		snprintf(saved[i], sizeof saved[i], "%s/saved%u", folder, i);
		assert_int_equal(link(original[i], saved[i]), 0);
	}
	r = create(2);
	const struct ring_producer *p = map_producer(2);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_WRITTEN), 8);
	event_ring_close(r);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(rename(saved[i], original[i]), 0);
	r = create(3);
	assert_false(file_exists(1, ""));
	p = map_producer(3);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_WRITTEN), 8);
	event_ring_close(r);
}

static void
a_frame_counted_but_never_shown_is_lost_not_written(void **state)
{
	(void)state;
	struct event_ring *r = create(1);
	write_frames(r, EVENT_TYPE_SESSION_OPEN, 2);
	write_frames(r, EVENT_TYPE_SESSION_CLOSE, 1);
	event_ring_publish(r, SECOND);
	event_ring_close(r);
	/* killed between the count and the sequence of the third frame */
	int fd = open(file_of(1, ""), O_RDWR);
	uint64_t none = 0, two = 2;
	assert_int_equal(pwrite(fd, &none, 8, RING_SLOTS_AT + 2 * EVENT_FRAME_SIZE), 8);
	assert_int_equal(pwrite(fd, &two, 8, RING_PAGE_SIZE + offsetof(struct ring_producer, head)), 8);
	close(fd);
	consume(map_consumer(1), 2, EVENT_TYPE_SESSION_OPEN, 2);
	r = create(2);
	assert_false(file_exists(1, ""));
	const struct ring_producer *p = map_producer(2);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_OPEN, EVENT_OUTCOME_WRITTEN), 2);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_CLOSE, EVENT_OUTCOME_WRITTEN), 0);
	assert_int_equal(former(p, EVENT_TYPE_SESSION_CLOSE, EVENT_OUTCOME_LOST_FULL), 1);
	event_ring_close(r);
}

static void
a_ring_of_another_layout_stays_for_its_reader_until_there_are_too_many(void **state)
{
	(void)state;
	for (uint64_t start_id = 1; start_id <= EVENT_RING_FORMER_MAX + 1; start_id++) {
		struct event_ring *r = create(start_id);
		write_frames(r, EVENT_TYPE_SESSION_OPEN, 1);
		event_ring_close(r);
		if (start_id == 1) {
			int fd = open(file_of(1, ""), O_RDWR);
			uint64_t other = 0x1234;
			assert_int_equal(pwrite(fd, &other, 8, offsetof(struct ring_identity, layout_hash)), 8);
			close(fd);
		}
	}
	assert_true(file_exists(1, ""));
	struct event_ring *r = create(1000);
	assert_false(file_exists(1, ""));
	const struct ring_producer *p = map_producer(1000);
	assert_int_equal(p->former_unknown[p->former_select & 1], 1);
	event_ring_close(r);
}

static void
damaged_files_in_the_folder_stop_nobody(void **state)
{
	(void)state;
	int fd = open(file_of(7, ""), O_CREAT | O_WRONLY, 0600);
	assert_int_equal(write(fd, "RWRING02", 8), 8);
	close(fd);
	close(open(file_of(8, ""), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(mkdir(file_of(9, ""), 0700), 0);
	assert_int_equal(symlink("/etc/passwd", file_of(10, "")), 0);
	assert_int_equal(mkfifo(file_of(11, ""), 0600), 0);
	struct event_ring *foreign = create(12);
	event_ring_close(foreign);
	assert_int_equal(chown(file_of(12, ""), 65534, (gid_t)-1), geteuid() == 0 ? 0 : -1);
	struct event_ring *r = create(13);
	if (geteuid() == 0)
		assert_true(file_exists(12, "")); /* not a helper's file: not ours to count */
	assert_true(event_ring_sweep(r, SECOND) <= 2);
	assert_int_equal(write_frames(r, EVENT_TYPE_SESSION_OPEN, 3), 3);
	event_ring_close(r);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_may_fill_the_ring_and_what_finds_no_room_is_counted),
		cmocka_unit_test(each_packet_kind_gets_a_third_of_one_half),
		cmocka_unit_test(a_consumed_frame_gives_its_kind_room_for_one_more),
		cmocka_unit_test(every_attempt_ends_in_exactly_one_counter),
		cmocka_unit_test(a_frame_reserved_and_given_up_is_reserved_again),
		WITH_FOLDER(the_doorbell_rings_once_for_each_sleep_and_only_when_there_is_something),
		WITH_FOLDER(a_doorbell_that_comes_too_soon_is_put_off_and_not_forgotten),
		WITH_FOLDER(the_first_sleep_of_a_new_reader_is_not_taken_for_its_predecessors),
		WITH_FOLDER(a_cursor_beyond_head_or_going_back_is_ignored),
		WITH_FOLDER(consumed_counts_beyond_what_was_written_give_no_room),
		WITH_FOLDER(random_bytes_in_the_cursor_page_never_harm_the_producer),
		WITH_FOLDER(a_cursor_file_cut_short_costs_only_the_events_of_its_owner),
		WITH_FOLDER(the_daemon_can_read_the_ring_and_write_only_the_cursor),
		WITH_FOLDER(a_ring_that_cannot_be_is_refused),
		WITH_FOLDER(what_half_a_creation_left_is_cleared_away),
		WITH_FOLDER(a_drained_ring_is_taken_over_with_its_counts),
		WITH_FOLDER(an_unread_ring_stays_until_it_is_drained),
		WITH_FOLDER(the_oldest_of_too_many_unread_rings_is_removed_and_its_unread_frames_are_lost),
		WITH_FOLDER(a_ring_is_taken_over_once_even_if_the_helper_dies_before_it_removes_the_files),
		WITH_FOLDER(a_frame_counted_but_never_shown_is_lost_not_written),
		WITH_FOLDER(a_ring_of_another_layout_stays_for_its_reader_until_there_are_too_many),
		WITH_FOLDER(damaged_files_in_the_folder_stop_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
