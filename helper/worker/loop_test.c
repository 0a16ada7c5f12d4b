/* loop_test.c: what a worker does when control gives it another view. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/fixture.h"
#include "worker/loop.h"

/* The numbers of units, ports and neighbours in a memo mean nothing under another view, also while other workers have not
 * taken it yet. */
static void
no_memo_outlives_the_view_it_was_made_under(void **state)
{
	static const struct shape dns = { .source = "10.0.1.2",
					  .destination = "10.0.2.2",
					  .source_port = 40000,
					  .destination_port = 53,
					  .payload = 20 };
	struct fixture *f = fixture_new(64);
	struct worker *w = f->worker;
	struct loop_shared shared = { .workers = 2 };
	struct loop *l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
	struct view *view = calloc(1, sizeof *view);
	memset(l, 0, sizeof *l);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	fixture_neighbour(f, 2, "10.0.2.2");
	atomic_store(&shared.epoch, w->epoch);
	fixture_send(f, dns);
	fixture_send(f, dns);
	const struct session *s = f->packet.session;
	assert_int_equal(s->flow[0].epoch, atomic_load(&shared.epoch));

	*view = (struct view){ .snapshot = &f->snapshot, .neighbours = w->neighbours };
	memcpy(view->port, f->ports, sizeof f->ports);
	l->shared = &shared;
	l->worker = *w;
	loop_view(l, view);
	assert_int_not_equal(s->flow[0].epoch, atomic_load(&shared.epoch));
	*w = l->worker;
	w->ports = f->ports;
	w->epoch = atomic_load(&shared.epoch);
	assert_int_equal(fixture_send(f, dns), VERDICT_FORWARD);
	assert_true(f->packet.flags & PACKET_REJUDGED);

	free(view);
	free(l);
	fixture_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memo_outlives_the_view_it_was_made_under),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
