/* account_test.c: what became of the events of each rule, over commits, kills and removed rings. SPDX-License-Identifier: Apache-2.0 */
#include "event/account.h"

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

#include "event/ring.h"
#include "snapshot/snapshot.h"

enum { SLOTS = 64, WORKERS = 2, DENY = EVENT_TYPE_POLICY_DENY, OPEN = EVENT_TYPE_SESSION_OPEN };

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/ringwall-accounts-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
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
path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

/* life: a helper from its start to its end. */
struct life {
	struct account_book *book;
	struct event_ring *ring[WORKERS];
};

static struct life
begin(uint64_t start_id)
{
	struct life l = { .book = account_book_open(folder, WORKERS, start_id, -1) };
	assert_non_null(l.book);
	for (uint32_t w = 0; w < WORKERS; w++) {
		char name[16];
		snprintf(name, sizeof name, "ring-%u", w);
		l.ring[w] = event_ring_create(path_of(name), SLOTS, start_id, w, -1, l.book);
		assert_non_null(l.ring[w]);
	}
	return l;
}

static void
end(struct life *l)
{
	for (uint32_t w = 0; w < WORKERS; w++)
		event_ring_close(l->ring[w]);
	account_book_close(l->book);
}

static void
write_event(struct event_ring *r, enum event_type type, uint32_t account)
{
	struct event_frame *f = event_ring_reserve(r, type, account);
	if (!f)
		return;
	f->header.generation = 1;
	event_ring_commit(r);
	event_ring_publish(r, 1);
}

static void *
map_file(const char *name, size_t *size)
{
	struct stat st;
	int fd = open(path_of(name), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*size = (size_t)st.st_size;
	void *p = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	close(fd);
	return p;
}

/* counted: as the daemon adds up one number of a rule's row. */
static uint64_t
counted(uint32_t row, enum event_type type, enum event_outcome outcome)
{
	size_t size;
	struct account_header *h = map_file("accounts", &size);
	assert_true(row < h->row_count);
	struct account_row *r = (struct account_row *)((uint8_t *)h + ACCOUNT_ROWS_AT + (size_t)row * h->row_size);
	struct account_cell *cell = (struct account_cell *)(r + 1);
	uint64_t sum = r->former_events[h->former_select & 1][account_slot(type)][outcome];
	for (uint32_t w = 0; w < h->workers; w++)
		sum += cell[w].events[account_slot(type)][outcome];
	munmap(h, size);
	return sum;
}

static uint64_t *
kind_counter(const char *ring, enum event_type type, enum event_outcome outcome)
{
	size_t size;
	uint8_t *file = map_file(ring, &size);
	return &((struct ring_producer *)(file + RING_PAGE_SIZE))->events[type][outcome];
}

static void
drain(const char *cursor_file, uint64_t cursor, enum event_type type)
{
	size_t size;
	struct ring_consumer *c = map_file(cursor_file, &size);
	c->consumed[1][type] = cursor;
	c->consumed_at[1] = cursor;
	c->cursor = cursor;
	munmap(c, size);
}

static void
every_event_ends_in_one_counter_of_its_rule_whichever_worker_saw_it(void **state)
{
	(void)state;
	struct life l = begin(1);
	uint32_t noisy = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "trust/untrust/noisy"),
		 quiet = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "trust/untrust/quiet"),
		 term = account_book_row(l.book, ACCOUNT_CLASS_FILTER, "inet/edge/noisy");
	assert_int_not_equal(noisy, quiet);
	for (unsigned i = 0; i < SLOTS / 2 / 3 + 4; i++)
		write_event(l.ring[0], DENY, noisy);
	for (unsigned i = 0; i < 5; i++)
		event_ring_suppressed(l.ring[1], DENY, noisy);
	for (unsigned i = 0; i < SLOTS + 3; i++)
		write_event(l.ring[1], OPEN, quiet);
	write_event(l.ring[0], EVENT_TYPE_FILTER_LOG, term);
	assert_int_equal(counted(noisy, DENY, EVENT_OUTCOME_WRITTEN), SLOTS / 2 / 3);
	assert_int_equal(counted(noisy, DENY, EVENT_OUTCOME_LOST_BUDGET), 4);
	assert_int_equal(counted(noisy, DENY, EVENT_OUTCOME_SUPPRESSED), 5);
	assert_int_equal(counted(noisy, DENY, EVENT_OUTCOME_LOST_FULL), 0);
	assert_int_equal(counted(noisy, OPEN, EVENT_OUTCOME_WRITTEN), 0);
	assert_int_equal(counted(quiet, OPEN, EVENT_OUTCOME_WRITTEN), SLOTS);
	assert_int_equal(counted(quiet, OPEN, EVENT_OUTCOME_LOST_FULL), 3);
	assert_int_equal(counted(quiet, DENY, EVENT_OUTCOME_WRITTEN), 0);
	assert_int_equal(counted(term, EVENT_TYPE_FILTER_LOG, EVENT_OUTCOME_WRITTEN), 1);
	assert_int_equal(event_ring_counter(l.ring[0], DENY, EVENT_OUTCOME_WRITTEN), SLOTS / 2 / 3);
	end(&l);
}

static void
a_frame_names_the_account_that_it_is_counted_in(void **state)
{
	(void)state;
	struct event_ring *r = event_ring_memory(SLOTS);
	write_event(r, DENY, 77);
	assert_int_equal(event_ring_peek(r)->extension.account, 77);
	event_ring_close(r);
}

static void
a_rule_keeps_its_row_and_its_counts_over_the_lives_of_helpers(void **state)
{
	(void)state;
	struct life l = begin(1);
	uint32_t first = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/first"),
		 second = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/second");
	write_event(l.ring[0], DENY, first);
	write_event(l.ring[1], DENY, second);
	end(&l);
	l = begin(2);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_FILTER, "a/b/second"), second + 1);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/second"), second);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/first"), first);
	write_event(l.ring[0], DENY, first);
	assert_int_equal(counted(first, DENY, EVENT_OUTCOME_WRITTEN), 2);
	assert_int_equal(counted(second, DENY, EVENT_OUTCOME_WRITTEN), 1);
	end(&l);
}

static void
a_helper_killed_between_its_two_counters_counted_one_event_in_both(void **state)
{
	(void)state;
	struct life l = begin(1);
	uint32_t rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule");
	for (unsigned i = 0; i < 5; i++)
		write_event(l.ring[0], DENY, rule);
	for (unsigned i = 0; i < 3; i++)
		event_ring_suppressed(l.ring[0], DENY, rule);
	end(&l);
	--*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_SUPPRESSED); /* what the kill came before */
	l = begin(2);
	assert_int_equal(*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_SUPPRESSED), 3);
	assert_int_equal(*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_WRITTEN), 5);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_SUPPRESSED), 3);
	end(&l);
}

/* by_kind: whether the kill came after the second counter. */
static void
kill_before_showing(bool by_kind)
{
	struct life l = begin(1);
	uint32_t rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule"),
		 other = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/other");
	write_event(l.ring[0], DENY, other);
	write_event(l.ring[0], DENY, rule);
	end(&l);
	size_t size;
	uint8_t *file = map_file("ring-0.1", &size);
	((struct event_frame *)(file + RING_SLOTS_AT))[1].header.sequence = 0;
	((struct ring_producer *)(file + RING_PAGE_SIZE))->head = 1;
	munmap(file, size);
	if (!by_kind)
		--*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_WRITTEN);
	l = begin(2);
	assert_int_equal(*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_WRITTEN), 1);
	assert_int_equal(*kind_counter("ring-0.1", DENY, EVENT_OUTCOME_LOST_FULL), 1);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 0);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_LOST_FULL), 1);
	assert_int_equal(counted(other, DENY, EVENT_OUTCOME_WRITTEN), 1);
	assert_int_equal(counted(other, DENY, EVENT_OUTCOME_LOST_FULL), 0);
	end(&l);
}

static void
a_frame_counted_but_never_shown_is_lost_for_its_rule(void **state)
{
	(void)state;
	kill_before_showing(true);
}

static void
a_frame_counted_by_rule_only_and_never_shown_is_lost_for_both(void **state)
{
	(void)state;
	kill_before_showing(false);
}

static void
frames_of_a_ring_that_nobody_read_are_lost_for_their_rules_once(void **state)
{
	(void)state;
	uint32_t rule = 0, other = 0;
	for (uint64_t start = 1; start <= EVENT_RING_FORMER_MAX + 1; start++) {
		struct life l = begin(start);
		rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule");
		other = account_book_row(l.book, ACCOUNT_CLASS_SCREEN, "a/3");
		for (unsigned i = 0; i < 3; i++)
			write_event(l.ring[0], DENY, rule);
		write_event(l.ring[0], EVENT_TYPE_SCREEN_DROP, other);
		end(&l);
		if (start == 1)
			drain("ring-0.1.cursor", 2, DENY);
	}
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 15);
	struct life l = begin(10); /* one ring too many: that of the first life */
	assert_int_equal(access(path_of("ring-0.1"), F_OK), 0);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 15);
	event_ring_sweep(l.ring[0], UINT64_MAX); /* whoever read it has had the time to let go */
	assert_int_equal(access(path_of("ring-0.1"), F_OK), -1);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 14);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_LOST_FULL), 1);
	assert_int_equal(counted(other, EVENT_TYPE_SCREEN_DROP, EVENT_OUTCOME_WRITTEN), 4);
	assert_int_equal(counted(other, EVENT_TYPE_SCREEN_DROP, EVENT_OUTCOME_LOST_FULL), 1);
	assert_int_equal(account_book_discarded(l.book, 0), 1);
	event_ring_sweep(l.ring[0], UINT64_MAX);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_LOST_FULL), 1);
	end(&l);
}

/* Somebody removes the file while a helper runs: what that one wrote was counted in another book. */
static void
frames_of_a_ring_from_before_the_book_are_lost_for_none_of_its_rules(void **state)
{
	(void)state;
	uint32_t rule = 0;
	for (uint64_t start = 1; start <= EVENT_RING_FORMER_MAX + 1; start++) {
		struct life l = begin(start);
		rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, start == 1 ? "a/b/former" : "a/b/rule");
		write_event(l.ring[0], DENY, rule);
		end(&l);
		if (start == 1)
			assert_int_equal(unlink(path_of("accounts")), 0);
	}
	struct life l = begin(10);
	event_ring_sweep(l.ring[0], UINT64_MAX);
	assert_int_equal(access(path_of("ring-0.1"), F_OK), -1);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), EVENT_RING_FORMER_MAX);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_LOST_FULL), 0);
	end(&l);
}

static void
no_more_frames_are_lost_than_were_written(void **state)
{
	(void)state;
	struct life l = begin(1);
	uint32_t rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule");
	write_event(l.ring[0], DENY, rule);
	end(&l);
	struct account_book *b = account_book_open(folder, WORKERS, 2, -1);
	assert_non_null(b);
	account_book_discard(b);
	for (unsigned i = 0; i < 3; i++)
		account_book_lost(b, rule, DENY);
	account_book_discarded_now(b, 0, 1, 0);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 0);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_LOST_FULL), 1);
	account_book_close(b);
}

static void
what_stands_in_the_place_of_the_book_is_put_aside(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_of("accounts"), 0700), 0);
	assert_int_equal(mkdir(path_of("accounts/kept"), 0700), 0);
	assert_int_equal(mkdir(path_of("accounts.new"), 0700), 0);
	struct life l = begin(1);
	assert_true(account_book_put_aside(l.book));
	uint32_t rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule");
	write_event(l.ring[0], DENY, rule);
	end(&l);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 1);
	assert_int_equal(access(path_of("accounts.1/kept"), F_OK), 0);
	assert_int_equal(access(path_of("accounts.new.1"), F_OK), 0);
	/* Anything but a folder gives way. */
	assert_int_equal(unlink(path_of("accounts")), 0);
	assert_int_equal(mkfifo(path_of("accounts"), 0600), 0);
	assert_int_equal(symlink("accounts", path_of("accounts.new")), 0);
	l = begin(2);
	assert_false(account_book_put_aside(l.book));
	end(&l);
	struct stat st;
	assert_int_equal(lstat(path_of("accounts"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void
a_book_of_another_layout_is_begun_anew(void **state)
{
	(void)state;
	struct life l = begin(1);
	uint32_t rule = account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule");
	write_event(l.ring[0], DENY, rule);
	end(&l);
	size_t size;
	struct account_header *h = map_file("accounts", &size);
	h->layout_hash++;
	munmap(h, size);
	l = begin(2);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/rule"), rule);
	assert_int_equal(counted(rule, DENY, EVENT_OUTCOME_WRITTEN), 0);
	h = map_file("accounts", &size);
	assert_int_equal(h->began_id, 2);
	munmap(h, size);
	end(&l);
}

static void
rules_beyond_the_rows_share_one_and_lose_no_count(void **state)
{
	(void)state;
	struct life l = begin(1);
	char name[32];
	uint32_t row = 0;
	for (unsigned i = 0; row != ACCOUNT_OTHERS + ACCOUNT_CLASS_FILTER - 1; i++) {
		assert_true(i <= ACCOUNT_ROWS_MAX);
		snprintf(name, sizeof name, "inet/f/%u", i);
		row = account_book_row(l.book, ACCOUNT_CLASS_FILTER, name);
	}
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_POLICY, "late"),
			 ACCOUNT_OTHERS + ACCOUNT_CLASS_POLICY - 1);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_FILTER, "inet/f/17"), 17 + ACCOUNT_CLASS_COUNT);
	write_event(l.ring[0], EVENT_TYPE_FILTER_LOG, row);
	end(&l);
	l = begin(2);
	assert_int_equal(account_book_row(l.book, ACCOUNT_CLASS_FILTER, "inet/f/17"), 17 + ACCOUNT_CLASS_COUNT);
	assert_int_equal(counted(row, EVENT_TYPE_FILTER_LOG, EVENT_OUTCOME_WRITTEN), 1);
	end(&l);
}

static void
a_snapshot_gives_rows_to_the_rules_that_log_and_to_no_other(void **state)
{
	(void)state;
	struct life l = begin(1);
	const char *names[] = { "default", "a/b/quiet", "a/b/logs" };
	struct event_limit policies[3] = { 0 }, host = { 0 }, term = { 0 }, screens[SCREENS] = { 0 };
	struct policy_rule rules[] = { { .counter = 1 }, { .counter = 2, .log_close = true }, { .counter = 2 } };
	struct policy_set set = { .rule_count = 3, .rule = rules };
	struct filter_term terms[] = {
		{ .filter_name = "edge", .term_name = "quiet" },
		{ .filter_name = "edge", .term_name = "logs", .limit = &term },
	};
	struct filter filters[2] = { [1] = { .family = ADDRESS_FAMILY_INET6, .term_count = 2, .term = terms } };
	struct zone zones[2] = { [1] = { .name = "a", .screen_limit = screens } };
	struct snapshot s = {
		.counter_count = 3,
		.counter_name = names,
		.policy_limit = policies,
		.host_inbound_limit = &host,
		.default_rule = { .counter = 0, .log_init = true },
		.policy_set_count = 1,
		.policy_set = &set,
		.filter_count = 2,
		.filter = filters,
		.zone_count = 2,
		.zone = zones,
	};
	assert_true(account_book_assign(l.book, &s));
	assert_int_equal(policies[1].account, 0);
	assert_int_equal(policies[2].account, account_book_row(l.book, ACCOUNT_CLASS_POLICY, "a/b/logs"));
	assert_int_equal(policies[0].account, account_book_row(l.book, ACCOUNT_CLASS_POLICY, "default"));
	assert_int_equal(host.account, account_book_row(l.book, ACCOUNT_CLASS_POLICY, "host-inbound-traffic"));
	assert_int_equal(term.account, account_book_row(l.book, ACCOUNT_CLASS_FILTER, "inet6/edge/logs"));
	assert_int_equal(screens[SCREEN_ID_LAND].account, account_book_row(l.book, ACCOUNT_CLASS_SCREEN, "a/5"));
	size_t size;
	struct account_header *h = map_file("accounts", &size);
	assert_int_equal(h->row_count, ACCOUNT_CLASS_COUNT + 4 + SCREENS);
	munmap(h, size);
	end(&l);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_event_ends_in_one_counter_of_its_rule_whichever_worker_saw_it),
		cmocka_unit_test(a_frame_names_the_account_that_it_is_counted_in),
		IN_FOLDER(a_rule_keeps_its_row_and_its_counts_over_the_lives_of_helpers),
		IN_FOLDER(a_helper_killed_between_its_two_counters_counted_one_event_in_both),
		IN_FOLDER(a_frame_counted_but_never_shown_is_lost_for_its_rule),
		IN_FOLDER(a_frame_counted_by_rule_only_and_never_shown_is_lost_for_both),
		IN_FOLDER(frames_of_a_ring_that_nobody_read_are_lost_for_their_rules_once),
		IN_FOLDER(frames_of_a_ring_from_before_the_book_are_lost_for_none_of_its_rules),
		IN_FOLDER(no_more_frames_are_lost_than_were_written),
		IN_FOLDER(what_stands_in_the_place_of_the_book_is_put_aside),
		IN_FOLDER(a_book_of_another_layout_is_begun_anew),
		IN_FOLDER(rules_beyond_the_rows_share_one_and_lose_no_count),
		IN_FOLDER(a_snapshot_gives_rows_to_the_rules_that_log_and_to_no_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
