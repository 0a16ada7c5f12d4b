/* scheduler_test.c: which frame leaves next. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/scheduler.h"

#define SECOND   1000000000ull
#define START    (86400 * SECOND)
#define MEGABIT  1000000ull
#define MILLI_NS 1000000ull

enum { WORKER = 2, FRAME = 1000 };

/* port: a scheduler and what its queues are to do; without rates at first, all of priority low. */
struct port {
	struct scheduler *s;
	struct port_queues q;
	struct policer_rule rate[QUEUES + 1];
	uint32_t rates;
	uint64_t now_ns;
	uint64_t number; /* of the last frame put in: its address */
};

static struct port *
new_port(void)
{
	static struct port p;
	p = (struct port){ .s = scheduler_create(), .now_ns = START };
	assert_non_null(p.s);
	for (unsigned i = 0; i < QUEUES; i++)
		p.q.queue[i].priority = PRIORITY_LOW;
	p.q.with_priority[PRIORITY_LOW] = 0xff;
	return &p;
}

static const struct policer_rule *
rate_of(struct port *p, uint64_t bits, uint64_t burst)
{
	struct policer_rule *r = &p->rate[p->rates++];
	*r = (struct policer_rule){ .name = "r", .rate = bits, .burst = burst };
	assert_true(policer_create(r));
	return r;
}

static void
set(struct port *p, unsigned queue, enum queue_priority priority, const struct policer_rule *rate, bool exact)
{
	p->q.with_priority[p->q.queue[queue].priority] &= (uint8_t) ~(1u << queue);
	p->q.queue[queue] = (struct port_queue){ .priority = (uint8_t)priority, .exact = exact, .rate = rate };
	p->q.with_priority[priority] |= (uint8_t)(1u << queue);
}

static void
free_port(struct port *p)
{
	policer_release(p->rate, p->rates);
	scheduler_destroy(p->s);
}

/* A frame's address tells its queue and its number. */
static void
put(struct port *p, unsigned queue, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		scheduler_put(p->s, queue, p->number++ << 8 | queue, FRAME);
}

/* The queue of the next frame, or QUEUES. */
static unsigned
next(struct port *p)
{
	struct scheduler_frame f;
	if (!scheduler_next(p->s, &p->q, WORKER, p->now_ns, &f))
		return QUEUES;
	assert_int_equal(f.length, FRAME);
	return (unsigned)(f.address & 0xff);
}

/* Keeps queues full for a while, and counts what each sends; looks every `step_ns`. */
static void
run(struct port *p, uint8_t busy, uint64_t duration_ns, uint64_t step_ns, uint64_t sent[QUEUES])
{
	memset(sent, 0, QUEUES * sizeof sent[0]);
	for (uint64_t end = p->now_ns + duration_ns; p->now_ns <= end; p->now_ns += step_ns) {
		unsigned queue;
		do {
			for (unsigned i = 0; i < QUEUES; i++)
				if (busy >> i & 1)
					put(p, i, scheduler_room(p->s, i));
			queue = next(p);
			if (queue < QUEUES)
				sent[queue]++;
		} while (queue < QUEUES);
	}
}

static void
frames_of_a_queue_leave_in_the_order_in_which_they_came(void **state)
{
	struct port *p = new_port();
	struct scheduler_frame f;
	for (unsigned round = 0; round < 5; round++) { /* across the end of the queue's array */
		for (uint64_t i = 0; i < 100; i++)
			scheduler_put(p->s, 3, i, 60 + (uint32_t)i);
		for (uint64_t i = 0; i < 100; i++) {
			assert_true(scheduler_next(p->s, &p->q, WORKER, START, &f));
			assert_int_equal(f.address, i);
			assert_int_equal(f.length, 60 + i);
		}
		assert_false(scheduler_next(p->s, &p->q, WORKER, START, &f));
		assert_true(scheduler_empty(p->s));
	}
	free_port(p);
}

static void
a_queue_holds_what_it_has_room_for(void **state)
{
	struct port *p = new_port();
	assert_int_equal(scheduler_room(p->s, 1), SCHEDULER_FRAMES);
	put(p, 1, SCHEDULER_FRAMES);
	assert_int_equal(scheduler_room(p->s, 1), 0);
	assert_int_equal(scheduler_room(p->s, 2), SCHEDULER_FRAMES);
	assert_int_equal(next(p), 1);
	assert_int_equal(scheduler_room(p->s, 1), 1);
	free_port(p);
}

static void
queues_are_served_by_priority(void **state)
{
	static const unsigned order[] = { 4, 2, 0, 3, 1 };
	struct port *p = new_port();
	for (unsigned i = 0; i < 5; i++)
		set(p, order[i], (enum queue_priority)i, NULL, false);
	for (unsigned i = 0; i < 5; i++)
		put(p, i, 2);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(next(p), order[i / 2]);
	assert_int_equal(next(p), QUEUES);
	/* A frame of a higher priority that comes later is sent before those that wait. */
	put(p, 1, 2);
	put(p, 0, 1);
	assert_int_equal(next(p), 0);
	assert_int_equal(next(p), 1);
	free_port(p);
}

static void
queues_of_one_priority_take_turns(void **state)
{
	struct port *p = new_port();
	put(p, 6, 3);
	put(p, 1, 1);
	put(p, 3, 3);
	static const unsigned order[] = { 1, 3, 6, 3, 6, 3, 6 };
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(next(p), order[i]);
	free_port(p);
}

static void
an_exact_queue_never_sends_more_than_its_rate(void **state)
{
	struct port *p = new_port();
	set(p, 1, PRIORITY_HIGH, rate_of(p, 8 * MEGABIT, 5000), true); /* 1,000 frames a second */
	put(p, 1, 8);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(next(p), 1);
	assert_int_equal(next(p), QUEUES);
	assert_false(scheduler_empty(p->s));
	/* Others do not wait for it. */
	put(p, 0, 1);
	assert_int_equal(next(p), 0);
	p->now_ns += MILLI_NS - 1;
	assert_int_equal(next(p), QUEUES);
	p->now_ns += 1;
	assert_int_equal(next(p), 1);
	assert_int_equal(next(p), QUEUES);
	free_port(p);
}

static void
a_port_never_sends_more_than_its_shaping_rate(void **state)
{
	struct port *p = new_port();
	uint64_t sent[QUEUES];
	p->q.shaping = rate_of(p, 80 * MEGABIT, 10000); /* 10,000 frames a second, 10 at once */
	set(p, 2, PRIORITY_STRICT_HIGH, NULL, false);
	run(p, 0xff, SECOND, MILLI_NS / 2, sent);
	uint64_t all = 0;
	for (unsigned i = 0; i < QUEUES; i++)
		all += sent[i];
	assert_int_equal(all, 10000 + 10);
	assert_int_equal(sent[2], all); /* strict-high leaves nothing to others */
	free_port(p);
}

static void
what_is_within_its_rate_comes_before_what_others_left(void **state)
{
	struct port *p = new_port();
	uint64_t sent[QUEUES];
	p->q.shaping = rate_of(p, 80 * MEGABIT, 10000);
	set(p, 0, PRIORITY_LOW, rate_of(p, 48 * MEGABIT, 10000), false);  /* 6,000 */
	set(p, 1, PRIORITY_HIGH, rate_of(p, 16 * MEGABIT, 10000), false); /* 2,000, and what is left */
	run(p, 1 << 0 | 1 << 1, SECOND, MILLI_NS / 2, sent);
	/* The first burst goes to the higher priority alone: both are within their rates. */
	assert_in_range(sent[0], 6000 - 10, 6000 + 10);
	assert_in_range(sent[1], 4000 - 10, 4000 + 20);
	assert_int_equal(sent[0] + sent[1], 10000 + 10);
	/* One that is idle leaves all to the others. */
	run(p, 1 << 0, SECOND, MILLI_NS / 2, sent);
	assert_in_range(sent[0] + sent[1], 10000, 10000 + 10);
	free_port(p);
}

static void
queues_without_a_rate_share_what_is_left_in_turn(void **state)
{
	struct port *p = new_port();
	uint64_t sent[QUEUES];
	p->q.shaping = rate_of(p, 80 * MEGABIT, 10000);
	set(p, 7, PRIORITY_LOW, rate_of(p, 32 * MEGABIT, 10000), true); /* 4,000 */
	run(p, 1 << 3 | 1 << 5 | 1 << 7, SECOND, MILLI_NS / 2, sent);
	assert_in_range(sent[7], 4000 - 10, 4000 + 10);
	assert_in_range(sent[3], 3000 - 10, 3000 + 10);
	assert_in_range(sent[5], sent[3] - 1, sent[3] + 1);
	free_port(p);
}

static void
workers_share_the_rates(void **state)
{
	struct port *p = new_port();
	struct scheduler *other = scheduler_create();
	struct scheduler_frame f;
	set(p, 1, PRIORITY_LOW, rate_of(p, 8 * MEGABIT, 5000), true);
	put(p, 1, 10);
	for (unsigned i = 0; i < 10; i++)
		scheduler_put(other, 1, i, FRAME);
	unsigned sent = 0;
	while (next(p) == 1 && ++sent < 3)
		;
	while (scheduler_next(other, &p->q, WORKER + 1, p->now_ns, &f))
		sent++;
	assert_int_equal(sent, 5);
	assert_int_equal(next(p), QUEUES);
	scheduler_destroy(other);
	free_port(p);
}

static void
a_frame_that_waits_for_the_port_is_not_overtaken(void **state)
{
	struct port *p = new_port();
	struct scheduler_frame f;
	p->q.shaping = rate_of(p, 8 * MEGABIT, 1500);
	set(p, 1, PRIORITY_HIGH, NULL, false);
	put(p, 1, 2);
	scheduler_put(p->s, 0, 7, 60);
	assert_int_equal(next(p), 1);
	/* 500 bytes are left: enough for the small frame, but it is not its turn. */
	assert_false(scheduler_next(p->s, &p->q, WORKER, p->now_ns, &f));
	p->now_ns += MILLI_NS / 2;
	assert_int_equal(next(p), 1);
	p->now_ns += MILLI_NS;
	assert_true(scheduler_next(p->s, &p->q, WORKER, p->now_ns, &f));
	assert_int_equal(f.address, 7);
	free_port(p);
}

static void
what_must_be_cleared_comes_out_whatever_the_rates_are(void **state)
{
	struct port *p = new_port();
	struct scheduler_frame f;
	unsigned count = 0;
	set(p, 1, PRIORITY_HIGH, rate_of(p, 8, 1), true);
	put(p, 1, 20);
	put(p, 5, 30);
	while (scheduler_any(p->s, &f))
		count++;
	assert_int_equal(count, 50);
	assert_true(scheduler_empty(p->s));
	free_port(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_a_queue_leave_in_the_order_in_which_they_came),
		cmocka_unit_test(a_queue_holds_what_it_has_room_for),
		cmocka_unit_test(queues_are_served_by_priority),
		cmocka_unit_test(queues_of_one_priority_take_turns),
		cmocka_unit_test(an_exact_queue_never_sends_more_than_its_rate),
		cmocka_unit_test(a_port_never_sends_more_than_its_shaping_rate),
		cmocka_unit_test(what_is_within_its_rate_comes_before_what_others_left),
		cmocka_unit_test(queues_without_a_rate_share_what_is_left_in_turn),
		cmocka_unit_test(workers_share_the_rates),
		cmocka_unit_test(a_frame_that_waits_for_the_port_is_not_overtaken),
		cmocka_unit_test(what_must_be_cleared_comes_out_whatever_the_rates_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
