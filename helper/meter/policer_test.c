/* policer_test.c: policers decide as the algorithms of RFC 2697 and 2698 do. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter/policer.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define SECOND   1000000000ull
#define START    (86400 * SECOND)

enum { WORKER = 3 };

static enum color
meter(const struct policer_rule *r, uint32_t bytes, uint64_t now_ns)
{
	return policer_meter(r, WORKER, COLOR_GREEN, bytes, now_ns);
}

static struct policer_rule
policer(struct policer_rule r)
{
	if (!r.name)
		r.name = "p";
	assert_true(policer_create(&r));
	return r;
}

static struct policer_rule
two_color(uint64_t rate, uint64_t burst)
{
	return policer((struct policer_rule){ .kind = POLICER_TWO_COLOR, .rate = rate, .burst = burst });
}

static void
done(struct policer_rule *r)
{
	policer_release(r, 1);
}

/* ---- the algorithms, written down a second time ---- */

typedef __int128 wide;

/* model: tokens are in 10^-9 bits, or in 10^-9 packets. */
struct model {
	const struct policer_rule *r;
	wide time, first, second;
};

static wide
token(const struct policer_rule *r)
{
	return (wide)SECOND * (r->packets ? 1 : 8);
}

static wide
lesser(wide a, wide b)
{
	return a < b ? a : b;
}

static struct model
model_of(const struct policer_rule *r)
{
	return (struct model){ .r = r, .first = (wide)r->burst * token(r), .second = (wide)r->burst2 * token(r) };
}

static void
model_fill(struct model *m, uint64_t now_ns)
{
	const struct policer_rule *r = m->r;
	wide elapsed = now_ns > m->time ? now_ns - m->time : 0;
	wide full = (wide)r->burst * token(r), full2 = (wide)r->burst2 * token(r);
	m->time += elapsed;
	wide first = m->first + elapsed * r->rate;
	wide surplus = first > full ? first - full : 0;
	m->first = first - surplus;
	if (r->kind == POLICER_SINGLE_RATE)
		m->second = lesser(full2, m->second + surplus);
	if (r->kind == POLICER_TWO_RATE)
		m->second = lesser(full2, m->second + elapsed * r->rate2);
}

static enum color
model_meter(struct model *m, enum color in, uint32_t bytes, uint64_t now_ns)
{
	const struct policer_rule *r = m->r;
	wide b = (wide)(r->packets ? 1 : bytes) * token(r);
	model_fill(m, now_ns);
	if (r->kind == POLICER_TWO_COLOR) {
		if (m->first - b < 0)
			return COLOR_RED;
		m->first -= b;
		return COLOR_GREEN;
	}
	if (r->kind == POLICER_SINGLE_RATE) {
		if ((!r->color_aware || in == COLOR_GREEN) && m->first - b >= 0) {
			m->first -= b;
			return COLOR_GREEN;
		}
		if ((!r->color_aware || in != COLOR_RED) && m->second - b >= 0) {
			m->second -= b;
			return COLOR_YELLOW;
		}
		return COLOR_RED;
	}
	if ((r->color_aware && in == COLOR_RED) || m->second - b < 0)
		return COLOR_RED;
	m->second -= b;
	if ((r->color_aware && in == COLOR_YELLOW) || m->first - b < 0)
		return COLOR_YELLOW;
	m->first -= b;
	return COLOR_GREEN;
}

static uint64_t seed = 88172645463325252ull;

static uint64_t
draw(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

static uint64_t
magnitude(uint64_t up_to)
{
	uint64_t top = 1;
	while (top < up_to && draw(24) != 0)
		top = top * 3 + draw(3);
	return 1 + draw(top < up_to ? top : up_to);
}

/* Most often about as long as the packet takes at the rate, so that buckets are mostly between empty and full. */
static uint64_t
pause_for(const struct policer_rule *r, uint32_t bytes)
{
	uint64_t rate = draw(2) && r->rate2 ? r->rate2 : r->rate;
	uint64_t tokens = r->packets ? 1 : (uint64_t)bytes * 8;
	switch (draw(16)) {
	case 0:
		return 0;
	case 1:
		return magnitude(1000000 * SECOND);
	case 2:
		return tokens * SECOND / rate; /* to the nanosecond */
	case 3:
		return tokens * SECOND / rate + 1;
	default:
		return draw(2 * (tokens * SECOND / rate) + 2);
	}
}

static void
random_arrivals_get_the_colors_of_the_algorithm(void **state)
{
	enum { POLICERS = 3000, PACKETS = 200 };
	uint32_t seen[3][3] = { { 0 } };
	for (unsigned i = 0; i < POLICERS; i++) {
		struct policer_rule r = { .kind = (uint8_t)draw(3),
					  .packets = draw(3) == 0,
					  .color_aware = draw(2),
					  .rate = magnitude(1000000000000),
					  .burst = magnitude(1000000000) };
		r.burst2 = r.kind == POLICER_TWO_COLOR ? 0 : draw(4) ? magnitude(1000000000) : 0;
		r.rate2 = r.kind != POLICER_TWO_RATE ? 0 : r.rate + draw(1000000000001 - r.rate);
		r = policer(r);
		struct model m = model_of(&r);
		uint64_t now = START + draw(SECOND);
		for (unsigned n = 0; n < PACKETS; n++) {
			uint32_t most = r.burst < 65535 ? (uint32_t)r.burst + 1 : 65535;
			uint32_t bytes = draw(3) ? 1 + (uint32_t)draw(most) : most;
			enum color in = (enum color)draw(3);
			now += pause_for(&r, bytes);
			uint64_t at = draw(32) ? now : now - draw(START);
			/* What a red packet found is not kept, so neither is its time. */
			struct model before = m;
			enum color expected = model_meter(&m, in, bytes, at);
			if (expected == COLOR_RED)
				m = before;
			assert_int_equal(policer_peek(&r, in, bytes, at), expected);
			assert_int_equal(policer_meter(&r, (uint32_t)draw(POLICER_WORKERS_MAX), in, bytes, at),
					 expected);
			seen[r.kind][expected]++;
		}
		done(&r);
	}
	/* Every outcome has been met often enough to mean something. */
	for (unsigned kind = 0; kind < 3; kind++)
		for (unsigned color = 0; color < 3; color++)
			if (kind != POLICER_TWO_COLOR || color != COLOR_YELLOW)
				assert_true(seen[kind][color] > 5000);
}

/* ---- edges ---- */

static uint64_t
drain(const struct policer_rule *r, uint32_t bytes, uint64_t now_ns)
{
	uint64_t passed = 0;
	while (meter(r, bytes, now_ns) == COLOR_GREEN)
		passed++;
	return passed;
}

static void
exactly_the_burst_passes_and_one_byte_more_does_not(void **state)
{
	struct policer_rule r = two_color(1000000, 15000);
	assert_int_equal(meter(&r, 15001, START), COLOR_RED);
	assert_int_equal(meter(&r, 15000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	done(&r);
	r = two_color(1000000, 15000);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(meter(&r, 1500, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	done(&r);
}

static void
a_packet_larger_than_the_burst_never_passes(void **state)
{
	struct policer_rule r = two_color(1000000000000, 1499);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(meter(&r, 1500, START + i * SECOND), COLOR_RED);
	assert_int_equal(meter(&r, 1499, START + 100 * SECOND), COLOR_GREEN);
	done(&r);
}

static void
tokens_come_back_at_the_rate_to_the_nanosecond(void **state)
{
	/* 1,500 bytes at 1 Mbit/s take 12 ms. */
	struct policer_rule r = two_color(1000000, 1500);
	assert_int_equal(meter(&r, 1500, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1500, START + 11999999), COLOR_RED);
	assert_int_equal(meter(&r, 1500, START + 12000000), COLOR_GREEN);
	assert_int_equal(meter(&r, 1500, START + 23999999), COLOR_RED);
	assert_int_equal(meter(&r, 1500, START + 24000000), COLOR_GREEN);
	done(&r);
}

/* 3 packets/s: the n-th after the burst comes at ceil(n / 3 s). Rounding each step would drift by a nanosecond every second.
 * The burst of two has room for what was earned since the last third. */
static void
a_rate_that_does_not_divide_a_second_stays_exact(void **state)
{
	struct policer_rule r = policer((struct policer_rule){ .packets = true, .rate = 3, .burst = 2 });
	assert_int_equal(drain(&r, 9000, START), 2);
	for (uint64_t n = 1; n < 3000; n++) {
		uint64_t due = START + (n * SECOND + 2) / 3;
		assert_int_equal(meter(&r, 9000, due - 1), COLOR_RED);
		assert_int_equal(meter(&r, 9000, due), COLOR_GREEN);
	}
	done(&r);
}

static void
packets_are_counted_whatever_their_size(void **state)
{
	struct policer_rule r = policer((struct policer_rule){ .packets = true, .rate = 1000, .burst = 3 });
	assert_int_equal(meter(&r, 20, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 65535, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1500, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 20, START), COLOR_RED);
	assert_int_equal(meter(&r, 65535, START + 1000000), COLOR_GREEN);
	done(&r);
}

static void
a_long_rest_fills_the_bucket_to_its_burst_and_no_further(void **state)
{
	static const uint64_t rests[] = { 10 * SECOND, 31536000 * SECOND, UINT64_MAX / 2, UINT64_MAX - START };
	for (size_t i = 0; i < COUNT(rests); i++) {
		struct policer_rule r = two_color(1000000000000, 15000);
		assert_int_equal(drain(&r, 1000, START), 15);
		assert_int_equal(drain(&r, 1000, START + rests[i]), 15);
		done(&r);
	}
}

static void
the_largest_rate_and_burst_do_not_overflow(void **state)
{
	struct policer_rule r = policer((struct policer_rule){ .kind = POLICER_TWO_RATE,
							       .rate = 1000000000000,
							       .burst = 1000000000,
							       .rate2 = 1000000000000,
							       .burst2 = 1000000000 });
	assert_int_equal(meter(&r, 1000000000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	/* 10^9 bytes at 10^12 bit/s: 8 ms. */
	assert_int_equal(meter(&r, 1000000000, START + 7999999), COLOR_RED);
	assert_int_equal(meter(&r, 1000000000, START + 8000000), COLOR_GREEN);
	assert_int_equal(meter(&r, 1000000000, UINT64_MAX), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, UINT64_MAX), COLOR_RED);
	done(&r);
	r = policer((struct policer_rule){
	    .kind = POLICER_SINGLE_RATE, .rate = 1000000000000, .burst = 1000000000, .burst2 = 1000000000 });
	for (unsigned i = 0; i < 2; i++) {
		uint64_t now = i ? UINT64_MAX : START;
		assert_int_equal(meter(&r, 1000000000, now), COLOR_GREEN);
		assert_int_equal(meter(&r, 1000000000, now), COLOR_YELLOW);
		assert_int_equal(meter(&r, 1, now), COLOR_RED);
	}
	done(&r);
}

static void
time_that_stands_still_or_steps_back_earns_and_loses_nothing(void **state)
{
	struct policer_rule r = two_color(8000000, 2000); /* 1 byte/us */
	assert_int_equal(meter(&r, 2000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	assert_int_equal(meter(&r, 1, START - SECOND), COLOR_RED);
	assert_int_equal(meter(&r, 1, 0), COLOR_RED);
	assert_int_equal(meter(&r, 500, START + 500000), COLOR_GREEN);
	/* At an earlier time than the last one: what is there counts, nothing more is earned. */
	assert_int_equal(meter(&r, 1000, START + 1500000), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START + 1400000), COLOR_RED);
	assert_int_equal(meter(&r, 100, START + 1600000), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START + 1600000), COLOR_RED);
	done(&r);
}

static void
a_red_packet_takes_nothing(void **state)
{
	struct policer_rule r = two_color(8000000, 1000);
	assert_int_equal(meter(&r, 1000, START), COLOR_GREEN);
	for (unsigned i = 1; i < 1000; i++)
		assert_int_equal(meter(&r, 1000, START + i * 1000), COLOR_RED);
	assert_int_equal(meter(&r, 1000, START + 1000000), COLOR_GREEN);
	done(&r);
}

static void
a_peek_takes_nothing(void **state)
{
	struct policer_rule r = two_color(8, 1000);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(policer_peek(&r, COLOR_GREEN, 1000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1000, START), COLOR_GREEN);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1, START), COLOR_RED);
	done(&r);
}

static void
in_single_rate_the_second_bucket_fills_only_when_the_first_is_full(void **state)
{
	struct policer_rule r = policer((struct policer_rule){
	    .kind = POLICER_SINGLE_RATE, .rate = 8000, .burst = 1000, .burst2 = 2000 }); /* 1 byte/ms */
	assert_int_equal(meter(&r, 1000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 2000, START), COLOR_YELLOW);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1000, START + SECOND), COLOR_GREEN);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1001, START + 2 * SECOND), COLOR_RED);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1001, START + 2 * SECOND + 1000000), COLOR_YELLOW);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 2000, START + 3 * SECOND), COLOR_YELLOW);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 2001, START + 9 * SECOND), COLOR_RED);
	done(&r);
}

static void
in_two_rate_each_bucket_fills_at_its_own_rate(void **state)
{
	struct policer_rule r = policer((struct policer_rule){
	    .kind = POLICER_TWO_RATE, .rate = 8000, .burst = 1000, .rate2 = 16000, .burst2 = 3000 });
	assert_int_equal(meter(&r, 1000, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 2000, START), COLOR_YELLOW);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	/* After 500 ms 500 bytes of committed and 1,000 of peak budget. */
	uint64_t later = START + SECOND / 2;
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 500, later), COLOR_GREEN);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 501, later), COLOR_YELLOW);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1000, later), COLOR_YELLOW);
	assert_int_equal(policer_peek(&r, COLOR_GREEN, 1001, later), COLOR_RED);
	done(&r);
}

static void
a_color_aware_policer_gives_no_packet_a_better_color_than_it_came_with(void **state)
{
	static const struct {
		uint8_t kind;
		bool aware;
		enum color in, out;
	} table[] = {
		{ POLICER_SINGLE_RATE, true, COLOR_GREEN, COLOR_GREEN },
		{ POLICER_SINGLE_RATE, true, COLOR_YELLOW, COLOR_YELLOW },
		{ POLICER_SINGLE_RATE, true, COLOR_RED, COLOR_RED },
		{ POLICER_SINGLE_RATE, false, COLOR_YELLOW, COLOR_GREEN },
		{ POLICER_SINGLE_RATE, false, COLOR_RED, COLOR_GREEN },
		{ POLICER_TWO_RATE, true, COLOR_GREEN, COLOR_GREEN },
		{ POLICER_TWO_RATE, true, COLOR_YELLOW, COLOR_YELLOW },
		{ POLICER_TWO_RATE, true, COLOR_RED, COLOR_RED },
		{ POLICER_TWO_RATE, false, COLOR_YELLOW, COLOR_GREEN },
		{ POLICER_TWO_RATE, false, COLOR_RED, COLOR_GREEN },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct policer_rule r = policer((struct policer_rule){
		    .kind = table[i].kind,
		    .color_aware = table[i].aware,
		    .rate = 8000,
		    .burst = 1000,
		    .rate2 = table[i].kind == POLICER_TWO_RATE ? 8000 : 0,
		    .burst2 = 1000,
		});
		assert_int_equal(policer_meter(&r, WORKER, table[i].in, 1000, START), table[i].out);
		done(&r);
	}
}

/* ---- what happens to a packet ---- */

enum { AS_IT_WAS = 9 };

static void
a_color_marks_or_ends_a_packet(void **state)
{
	static const struct {
		struct policer_rule r;
		enum color color;
		bool pass;
		uint8_t loss_priority, forwarding_class;
	} table[] = {
#define TWO   .kind = POLICER_TWO_COLOR, .exceed_loss_priority
#define THREE .exceed_loss_priority = -1, .exceed_forwarding_class = -1, .kind
		{ { TWO = -1, .exceed_forwarding_class = -1, .exceed_discard = true }, COLOR_GREEN, true, 9, 9 },
		{ { TWO = -1, .exceed_forwarding_class = -1, .exceed_discard = true }, COLOR_RED, false, 9, 9 },
		{ { TWO = 3, .exceed_forwarding_class = -1 }, COLOR_GREEN, true, 9, 9 },
		{ { TWO = 3, .exceed_forwarding_class = -1 }, COLOR_RED, true, 3, 9 },
		{ { TWO = 0, .exceed_forwarding_class = 0 }, COLOR_RED, true, 0, 0 },
		{ { TWO = -1, .exceed_forwarding_class = 7 }, COLOR_RED, true, 9, 7 },
		{ { TWO = 1, .exceed_forwarding_class = 15 }, COLOR_RED, true, 1, 15 },
		{ { THREE = POLICER_SINGLE_RATE }, COLOR_GREEN, true, 0, 9 },
		{ { THREE = POLICER_SINGLE_RATE }, COLOR_YELLOW, true, 2, 9 },
		{ { THREE = POLICER_SINGLE_RATE }, COLOR_RED, true, 3, 9 },
		{ { THREE = POLICER_TWO_RATE, .exceed_discard = true }, COLOR_GREEN, true, 0, 9 },
		{ { THREE = POLICER_TWO_RATE, .exceed_discard = true }, COLOR_YELLOW, true, 2, 9 },
		{ { THREE = POLICER_TWO_RATE, .exceed_discard = true }, COLOR_RED, false, 9, 9 },
#undef TWO
#undef THREE
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		uint8_t loss_priority = AS_IT_WAS, forwarding_class = AS_IT_WAS;
		assert_int_equal(policer_mark(&table[i].r, table[i].color, &loss_priority, &forwarding_class),
				 table[i].pass);
		assert_int_equal(loss_priority, table[i].loss_priority);
		assert_int_equal(forwarding_class, table[i].forwarding_class);
	}
}

static void
the_color_that_a_packet_comes_with_is_its_loss_priority(void **state)
{
	static const struct {
		uint8_t in, out;
	} table[] = {
		{ LOSS_LOW, LOSS_LOW },
		{ LOSS_MEDIUM_LOW, LOSS_MEDIUM_HIGH },
		{ LOSS_MEDIUM_HIGH, LOSS_MEDIUM_HIGH },
		{ LOSS_HIGH, LOSS_HIGH },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct policer_rule r = policer((struct policer_rule){ .kind = POLICER_TWO_RATE,
								       .color_aware = true,
								       .rate = 8000,
								       .burst = 1000,
								       .rate2 = 8000,
								       .burst2 = 1000,
								       .exceed_loss_priority = -1,
								       .exceed_forwarding_class = -1 });
		uint8_t loss_priority = table[i].in, forwarding_class = 4;
		assert_true(policer_apply(&r, WORKER, &loss_priority, &forwarding_class, 1000, START));
		assert_int_equal(loss_priority, table[i].out);
		assert_int_equal(forwarding_class, 4);
		done(&r);
	}
}

static void
a_packet_beyond_the_budget_is_discarded_where_the_policer_says_so(void **state)
{
	struct policer_rule r = policer((struct policer_rule){ .rate = 8000,
							       .burst = 1000,
							       .exceed_discard = true,
							       .exceed_loss_priority = -1,
							       .exceed_forwarding_class = -1 });
	uint8_t loss_priority = LOSS_LOW, forwarding_class = 0;
	assert_true(policer_apply(&r, WORKER, &loss_priority, &forwarding_class, 1000, START));
	assert_false(policer_apply(&r, WORKER, &loss_priority, &forwarding_class, 1000, START));
	done(&r);
}

/* ---- over a commit ---- */

static void
a_policer_that_stays_keeps_its_budget_over_a_commit(void **state)
{
	struct policer_rule old[] = {
		policer((struct policer_rule){ .name = "b", .rate = 8, .burst = 1000 }),
		policer((struct policer_rule){ .name = "a", .rate = 8, .burst = 1000 }),
	};
	struct policer_rule new[] = {
		policer((struct policer_rule){ .name = "a", .rate = 8, .burst = 1000 }),
		policer((struct policer_rule){ .name = "c", .rate = 8, .burst = 1000 }),
		policer((struct policer_rule){ .name = "b", .rate = 8, .burst = 1000 }),
	};
	assert_int_equal(meter(&old[0], 900, START), COLOR_GREEN); /* b has 100 left, */
	assert_int_equal(meter(&old[1], 700, START), COLOR_GREEN); /* a has 300 */
	assert_true(policer_adopt(new, 3, old, 2));
	assert_int_equal(policer_peek(&new[0], COLOR_GREEN, 301, START), COLOR_RED);
	assert_int_equal(policer_peek(&new[0], COLOR_GREEN, 300, START), COLOR_GREEN);
	assert_int_equal(policer_peek(&new[2], COLOR_GREEN, 101, START), COLOR_RED);
	assert_int_equal(policer_peek(&new[1], COLOR_GREEN, 1000, START), COLOR_GREEN);
	/* Until all workers have switched, both use the same budget; */
	assert_int_equal(meter(&old[1], 200, START), COLOR_GREEN);
	assert_int_equal(meter(&new[0], 101, START), COLOR_RED);
	/* and it outlives the old snapshot. */
	policer_release(old, 2);
	assert_int_equal(meter(&new[0], 100, START), COLOR_GREEN);
	assert_int_equal(meter(&new[0], 1, START), COLOR_RED);
	policer_release(new, 3);
}

static void
a_policer_that_differs_in_anything_starts_full(void **state)
{
	const struct policer_rule base = { .name = "p",
					   .kind = POLICER_TWO_RATE,
					   .rate = 8,
					   .burst = 1000,
					   .rate2 = 8,
					   .burst2 = 1000,
					   .exceed_loss_priority = -1,
					   .exceed_forwarding_class = -1 };
	struct policer_rule other[11];
	for (size_t i = 0; i < COUNT(other); i++)
		other[i] = base;
	other[0].name = "P";
	other[1].kind = POLICER_SINGLE_RATE;
	other[2].packets = true;
	other[3].rate = 7;
	other[4].burst = 1001;
	other[5].rate2 = 9;
	other[6].burst2 = 1001;
	other[7].color_aware = true;
	other[8].exceed_discard = true;
	other[9].exceed_loss_priority = 0;
	other[10].exceed_forwarding_class = 0;
	for (size_t i = 0; i < COUNT(other); i++) {
		struct policer_rule old = policer(base), new = policer(other[i]);
		assert_int_equal(meter(&old, 1000, START), COLOR_GREEN);
		assert_true(policer_adopt(&new, 1, &old, 1));
		assert_int_equal(meter(&new, 1000, START), COLOR_GREEN);
		policer_release(&old, 1);
		policer_release(&new, 1);
	}
}

static void
a_refused_snapshot_leaves_the_budgets_where_they_were(void **state)
{
	struct policer_rule old = two_color(8, 1000), new = two_color(8, 1000);
	assert_int_equal(meter(&old, 600, START), COLOR_GREEN);
	assert_true(policer_adopt(&new, 1, &old, 1));
	policer_release(&new, 1);
	assert_int_equal(meter(&old, 401, START), COLOR_RED);
	assert_int_equal(meter(&old, 400, START), COLOR_GREEN);
	done(&old);
}

static void
adopting_from_nothing_and_by_nothing_changes_nothing(void **state)
{
	struct policer_rule r = two_color(8, 1000);
	assert_int_equal(meter(&r, 600, START), COLOR_GREEN);
	assert_true(policer_adopt(&r, 1, NULL, 0));
	assert_true(policer_adopt(NULL, 0, &r, 1));
	assert_int_equal(meter(&r, 400, START), COLOR_GREEN);
	assert_int_equal(meter(&r, 1, START), COLOR_RED);
	done(&r);
	policer_release(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_arrivals_get_the_colors_of_the_algorithm),
		cmocka_unit_test(exactly_the_burst_passes_and_one_byte_more_does_not),
		cmocka_unit_test(a_packet_larger_than_the_burst_never_passes),
		cmocka_unit_test(tokens_come_back_at_the_rate_to_the_nanosecond),
		cmocka_unit_test(a_rate_that_does_not_divide_a_second_stays_exact),
		cmocka_unit_test(packets_are_counted_whatever_their_size),
		cmocka_unit_test(a_long_rest_fills_the_bucket_to_its_burst_and_no_further),
		cmocka_unit_test(the_largest_rate_and_burst_do_not_overflow),
		cmocka_unit_test(time_that_stands_still_or_steps_back_earns_and_loses_nothing),
		cmocka_unit_test(a_red_packet_takes_nothing),
		cmocka_unit_test(a_peek_takes_nothing),
		cmocka_unit_test(in_single_rate_the_second_bucket_fills_only_when_the_first_is_full),
		cmocka_unit_test(in_two_rate_each_bucket_fills_at_its_own_rate),
		cmocka_unit_test(a_color_aware_policer_gives_no_packet_a_better_color_than_it_came_with),
		cmocka_unit_test(a_color_marks_or_ends_a_packet),
		cmocka_unit_test(the_color_that_a_packet_comes_with_is_its_loss_priority),
		cmocka_unit_test(a_packet_beyond_the_budget_is_discarded_where_the_policer_says_so),
		cmocka_unit_test(a_policer_that_stays_keeps_its_budget_over_a_commit),
		cmocka_unit_test(a_policer_that_differs_in_anything_starts_full),
		cmocka_unit_test(a_refused_snapshot_leaves_the_budgets_where_they_were),
		cmocka_unit_test(adopting_from_nothing_and_by_nothing_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
