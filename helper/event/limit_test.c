/* limit_test.c: what the limiter holds back, what is said about it, and that nothing else depends on it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "event/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "event/summary.h"
#include "pipeline/fixture.h"

#define SECOND 1000000000ull

static const struct shape dns = {
	.source = "10.0.1.2", .destination = "10.0.2.2", .source_port = 40000, .destination_port = 53, .payload = 12
};

static struct event_limit limits[FIXTURE_RULES + 1];
static struct event_limit zone_limits[EVENT_TYPE_COUNT];

/* noisy_and_quiet: two rules that deny and log: port 53, and everything else. */
static struct fixture *
noisy_and_quiet(uint32_t rate, uint32_t burst)
{
	struct fixture *f = fixture_new(1024);
	struct classify_rule port = fixture_any();
	port.any_protocol = false;
	port.protocol = PROTOCOL_UDP;
	port.destination_port_low = port.destination_port_high = 53;
	fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, port);
	fixture_rule(f, TRUST, UNTRUST, ACTION_DENY, fixture_any());
	for (unsigned i = 0; i < FIXTURE_RULES + 1; i++)
		gcra_init(&limits[i].rate, rate, burst);
	f->snapshot.policy_limit = limits;
	fixture_commit(f);
	return f;
}

static void
send_denied(struct fixture *f, uint16_t port, unsigned count)
{
	struct shape s = dns;
	s.destination_port = port;
	for (unsigned i = 0; i < count; i++) {
		s.source_port = (uint16_t)(1000 + i);
		assert_int_equal(fixture_send(f, s), VERDICT_DROP);
		assert_int_equal(f->packet.drop_reason, DROP_REASON_POLICY_DENY);
	}
}

static uint64_t
counted(const struct fixture *f, enum event_type type, enum event_outcome outcome)
{
	return event_ring_counter(f->worker->ring, type, outcome);
}

static unsigned
denies(struct fixture *f, uint32_t policy_id)
{
	unsigned count = 0;
	const struct event_frame *e;
	while ((e = event_ring_peek(f->worker->ring)) && e->record.event_type == EVENT_TYPE_POLICY_DENY) {
		count += e->record.policy_id == policy_id;
		event_ring_consume(f->worker->ring);
	}
	return count;
}

static void
later(struct fixture *f, uint64_t ns)
{
	f->worker->now_ns += ns;
	f->worker->wall_ns += ns;
	pipeline_housekeep(f->worker);
}

static void
a_noisy_rule_is_held_back_and_summed_up_with_its_first_and_last(void **state)
{
	struct fixture *f = noisy_and_quiet(10, 4);
	const struct policy_rule *noisy = &f->rule[0][0];
	later(f, SECOND);
	send_denied(f, 53, 100);
	assert_int_equal(denies(f, noisy->policy_id), 4);
	assert_null(fixture_event(f));
	assert_int_equal(counted(f, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_SUPPRESSED), 96);
	assert_int_equal(f->worker->policies[noisy->counter].hits, 100);

	later(f, SECOND);
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.event_type, EVENT_TYPE_LOG_SUPPRESSED);
	assert_int_equal(e->record.suppressed_kind, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(e->record.suppressed_outcome, EVENT_OUTCOME_SUPPRESSED);
	assert_int_equal(e->record.suppressed_rule, noisy->policy_id);
	assert_int_equal(e->record.ingress_zone, TRUST);
	assert_int_equal(e->record.egress_zone, UNTRUST);
	assert_int_equal(e->record.timestamp_ns, f->worker->wall_ns);
	assert_int_equal(e->extension.suppressed_count, 96);
	assert_int_equal(ntohs(e->record.nat_source_port), 1004);
	assert_int_equal(ntohs(e->record.source_port), 1099);
	assert_int_equal(e->record.first_protocol, PROTOCOL_UDP);
	assert_memory_equal(e->record.nat_source_address, e->record.source_address, 16);
	assert_memory_equal(e->record.nat_destination_address, e->record.destination_address, 16);
	assert_null(fixture_event(f));

	later(f, SECOND);
	assert_null(fixture_event(f)); /* nothing was held back since */
	fixture_free(f);
}

static void
its_neighbours_log_on(void **state)
{
	struct fixture *f = noisy_and_quiet(10, 4);
	send_denied(f, 53, 50);
	send_denied(f, 80, 3);
	assert_int_equal(denies(f, f->rule[0][1].policy_id), 3);
	assert_int_equal(counted(f, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_SUPPRESSED), 46);
	fixture_free(f);
}

static void
all_rules_of_a_zone_share_a_limit_and_what_a_rule_holds_back_takes_nothing_from_it(void **state)
{
	struct fixture *f = noisy_and_quiet(10, 4);
	gcra_init(&zone_limits[EVENT_TYPE_POLICY_DENY].rate, 10, 6);
	f->zone[TRUST].limit = zone_limits;
	send_denied(f, 53, 50);
	send_denied(f, 80, 50);
	assert_int_equal(counted(f, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_WRITTEN), 6);
	assert_int_equal(denies(f, f->rule[0][1].policy_id), 2);
	later(f, SECOND);
	const struct event_frame *e;
	uint64_t noisy = 0, quiet = 0;
	while ((e = fixture_event(f)))
		*(e->record.suppressed_rule == f->rule[0][0].policy_id ? &noisy : &quiet) +=
		    e->extension.suppressed_count;
	assert_int_equal(noisy, 46);
	assert_int_equal(quiet, 48);
	fixture_free(f);
}

static void
denies_by_host_inbound_traffic_have_a_limit_of_their_own(void **state)
{
	struct fixture *f = noisy_and_quiet(10, 4);
	struct event_limit host;
	gcra_init(&host.rate, 10, 2);
	f->snapshot.host_inbound_limit = &host;
	struct shape s = dns;
	s.destination = "10.0.1.1";
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(fixture_send(f, s), VERDICT_DROP);
	assert_int_equal(counted(f, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_WRITTEN), 2);
	while (fixture_event(f))
		;
	later(f, 2 * SECOND);
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.suppressed_rule, SUMMARY_RULE_HOST_INBOUND);
	assert_int_equal(e->extension.suppressed_count, 7);
	fixture_free(f);
}

static void
a_rule_that_a_commit_removed_still_reports_under_its_own_generation(void **state)
{
	struct fixture *f = noisy_and_quiet(10, 4);
	uint32_t generation = f->snapshot.generation, policy_id = f->rule[0][0].policy_id;
	send_denied(f, 53, 10);
	assert_int_equal(denies(f, policy_id), 4);
	f->set[0].rule_count = 0;
	fixture_commit(f);
	assert_int_not_equal(f->snapshot.generation, generation);
	later(f, SECOND);
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->header.generation, generation);
	assert_int_equal(e->record.suppressed_rule, policy_id);
	assert_int_equal(e->extension.suppressed_count, 6);
	fixture_free(f);
}

static void
a_full_ring_is_told_about_when_there_is_room_again(void **state)
{
	struct fixture *f = noisy_and_quiet(0, 1);
	event_ring_close(f->worker->ring);
	f->worker->ring = event_ring_memory(16);
	for (unsigned i = 0; i < 16; i++) {
		event_ring_reserve(f->worker->ring, EVENT_TYPE_SESSION_OPEN, 0);
		event_ring_commit(f->worker->ring);
	}
	send_denied(f, 53, 20);
	assert_int_equal(counted(f, EVENT_TYPE_POLICY_DENY, EVENT_OUTCOME_LOST_FULL), 20);
	later(f, SECOND);
	assert_int_equal(counted(f, EVENT_TYPE_LOG_SUPPRESSED, EVENT_OUTCOME_LOST_FULL), 0);
	assert_int_equal(summaries_waiting(f->worker->summaries), 20);
	while (fixture_event(f))
		;
	send_denied(f, 53, 1);
	later(f, SECOND);
	assert_int_equal(denies(f, f->rule[0][0].policy_id), 1);
	const struct event_frame *e = fixture_event(f);
	assert_non_null(e);
	assert_int_equal(e->record.suppressed_outcome, EVENT_OUTCOME_LOST_FULL);
	assert_int_equal(e->record.suppressed_kind, EVENT_TYPE_POLICY_DENY);
	assert_int_equal(e->extension.suppressed_count, 20);
	assert_int_equal(summaries_waiting(f->worker->summaries), 0);
	fixture_free(f);
}

static void
more_rules_than_there_are_places_lose_no_count(void **state)
{
	enum { RULES = 5000 };
	struct event_ring *r = event_ring_memory(8192);
	struct summaries *s = summaries_create();
	struct flow_key k = { .family = ADDRESS_FAMILY_INET, .protocol = PROTOCOL_UDP };
	struct summary_last last = { 0 };
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t rule = 1; rule <= RULES; rule++) {
			struct summary_key key = { .generation = 1,
						   .rule = rule,
						   .zone = 1,
						   .kind = EVENT_TYPE_POLICY_DENY,
						   .outcome = EVENT_OUTCOME_SUPPRESSED,
						   .family = ADDRESS_FAMILY_INET };
			summaries_count(s, r, &key, &k, &last);
		}
	uint64_t told = 0;
	const struct event_frame *e;
	while ((e = event_ring_peek(r))) {
		told += e->extension.suppressed_count;
		event_ring_consume(r);
	}
	assert_int_equal(told + summaries_waiting(s) +
			     event_ring_counter(r, EVENT_TYPE_LOG_SUPPRESSED, EVENT_OUTCOME_LOST_FULL),
			 2 * RULES);
	summaries_tell(s, r, SECOND, SECOND, 0);
	assert_int_equal(summaries_waiting(s), 0);
	summaries_destroy(s);
	event_ring_close(r);
}

static void
limits_go_on_over_a_commit_by_name(void **state)
{
	struct event_limit before[3], after[3];
	const char *old_names[] = { "default", "a/b/one", "a/b/two" }, *names[] = { "default", "a/b/two", "a/b/new" };
	struct snapshot old = { .counter_count = 3, .counter_name = old_names, .policy_limit = before };
	struct snapshot s = { .counter_count = 3, .counter_name = names, .policy_limit = after };
	for (unsigned i = 0; i < 3; i++) {
		gcra_init(&before[i].rate, 10, 5);
		gcra_init(&after[i].rate, 10, 5);
	}
	while (gcra_take(&before[2].rate, SECOND))
		;
	event_limits_adopt(&s, &old);
	assert_true(gcra_take(&after[0].rate, SECOND));
	assert_false(gcra_take(&after[1].rate, SECOND));
	assert_true(gcra_take(&after[2].rate, SECOND));
}

static void
a_session_is_counted_with_the_policy_that_allowed_it_whatever_was_committed_since(void **state)
{
	struct fixture *f = fixture_new(1024);
	struct policy_rule *rule = fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	struct event_limit before[FIXTURE_RULES + 1] = { 0 }, after[FIXTURE_RULES + 1] = { 0 };
	rule->log_init = rule->log_close = true;
	before[rule->counter].account = 7;
	after[rule->counter].account = 9;
	f->snapshot.policy_limit = before;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	assert_int_equal(fixture_send(f, dns), VERDICT_FORWARD);
	const struct event_frame *e = fixture_event(f);
	assert_int_equal(e->record.event_type, EVENT_TYPE_SESSION_OPEN);
	assert_int_equal(e->extension.account, 7);
	f->snapshot.policy_limit = after;
	fixture_commit(f);
	session_close_matching(f->worker, CLOSE_REASON_CLEARED, NULL, NULL);
	e = fixture_event(f);
	assert_int_equal(e->record.event_type, EVENT_TYPE_SESSION_CLOSE);
	assert_int_equal(e->extension.account, 7);
	assert_int_equal(fixture_send(f, dns), VERDICT_FORWARD);
	assert_int_equal(fixture_event(f)->extension.account, 9);
	fixture_free(f);
}

static void
a_deny_memo_answers_as_a_full_evaluation_and_not_beyond_a_commit(void **state)
{
	struct fixture *f = noisy_and_quiet(0, 1);
	uint32_t noisy = f->rule[0][0].policy_id, quiet = f->rule[0][1].policy_id;
	for (unsigned off = 0; off < 2; off++) {
		f->worker->memo_off = off;
		send_denied(f, 53, 1);
		send_denied(f, 53, 1);
		assert_int_equal(denies(f, noisy), 2);
	}
	f->worker->memo_off = false;
	f->match[0][0].destination_port_low = f->match[0][0].destination_port_high = 54;
	fixture_commit(f);
	send_denied(f, 53, 1);
	assert_int_equal(denies(f, quiet), 1);
	f->rule[0][1].action = ACTION_PERMIT;
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	struct shape s = dns;
	s.source_port = 1000;
	assert_int_equal(fixture_send(f, s), VERDICT_FORWARD);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_noisy_rule_is_held_back_and_summed_up_with_its_first_and_last),
		cmocka_unit_test(its_neighbours_log_on),
		cmocka_unit_test(all_rules_of_a_zone_share_a_limit_and_what_a_rule_holds_back_takes_nothing_from_it),
		cmocka_unit_test(denies_by_host_inbound_traffic_have_a_limit_of_their_own),
		cmocka_unit_test(a_rule_that_a_commit_removed_still_reports_under_its_own_generation),
		cmocka_unit_test(a_full_ring_is_told_about_when_there_is_room_again),
		cmocka_unit_test(more_rules_than_there_are_places_lose_no_count),
		cmocka_unit_test(limits_go_on_over_a_commit_by_name),
		cmocka_unit_test(a_session_is_counted_with_the_policy_that_allowed_it_whatever_was_committed_since),
		cmocka_unit_test(a_deny_memo_answers_as_a_full_evaluation_and_not_beyond_a_commit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
