/* loop_test.c: what a worker does when control gives it another view. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* What waits for neighbours under the old numbers is dropped with its view, and each frame comes back once. */
static void
a_view_with_other_numbers_drops_what_waits_once(void **state)
{
	struct shape dns = { .source = "10.0.1.2",
			     .destination = "10.0.2.2",
			     .source_port = 40000,
			     .destination_port = 53,
			     .payload = 20 };
	enum { PACKETS = 3 };
	struct fixture *f = fixture_new(64);
	struct worker *w = f->worker;
	struct loop_shared shared = { .workers = 1 };
	struct loop *l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
	struct view *view = calloc(1, sizeof *view);
	memset(l, 0, sizeof *l);
	fixture_rule(f, TRUST, UNTRUST, ACTION_PERMIT, fixture_any());
	fixture_commit(f);
	for (unsigned i = 0; i < PACKETS; i++) {
		dns.source_port = (uint16_t)(40000 + i / 2); /* two of one flow */
		assert_int_equal(fixture_send(f, dns), VERDICT_WAIT);
	}
	assert_int_equal(w->held, PACKETS);

	*view = (struct view){ .snapshot = &f->snapshot, .neighbours = w->neighbours, .renumbered = true };
	memcpy(view->port, f->ports, sizeof f->ports);
	l->shared = &shared;
	l->view = view;
	l->worker = *w;
	loop_view(l, view);
	*w = l->worker;
	w->ports = f->ports;
	assert_int_equal(w->held, 0);
	assert_int_equal(w->counters.drop[DROP_REASON_NEIGHBOUR_UNRESOLVED], PACKETS);
	assert_int_equal(l->cache.count, PACKETS);
	for (unsigned i = 0; i < PACKETS; i++)
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(l->cache.frame[i], l->cache.frame[j]);
	/* All places are free again. */
	w->epoch = atomic_load(&shared.epoch);
	assert_int_equal(fixture_send(f, dns), VERDICT_WAIT);
	assert_int_equal(w->held, 1);

	free(view);
	free(l);
	fixture_free(f);
}

static void
write_event(struct event_ring *r)
{
	event_ring_reserve(r, EVENT_TYPE_SESSION_OPEN, 0);
	event_ring_commit(r);
}

/* After the packet whose event was not rung for, no other may come for a long time. */
static void
a_worker_that_owes_a_doorbell_sleeps_briefly(void **state)
{
	char folder[] = "/tmp/loop-XXXXXX", ring[64], cursor[80];
	struct loop *l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
	memset(l, 0, sizeof *l);
	assert_non_null(mkdtemp(folder));
	snprintf(ring, sizeof ring, "%s/ring-0", folder);
	snprintf(cursor, sizeof cursor, "%s.1.cursor", ring);
	struct event_ring *r = l->worker.ring = event_ring_create(ring, 64, 1, 0, -1, NULL);
	assert_non_null(r);
	int fd = open(cursor, O_RDWR);
	struct ring_consumer *c = mmap(NULL, RING_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(c, MAP_FAILED);
	close(fd);
	int patience = loop_patience(l);

	c->waiting = 1;
	write_event(r);
	assert_true(event_ring_publish(r, 1000000000));
	assert_int_equal(loop_patience(l), patience);
	c->waiting = 2;
	assert_false(event_ring_publish(r, 1000000001));
	assert_int_equal(loop_patience(l), 1);
	assert_true(event_ring_publish(r, 1001000000));
	assert_int_equal(loop_patience(l), patience);

	munmap(c, RING_PAGE_SIZE);
	event_ring_close(r);
	unlink(cursor);
	snprintf(cursor, sizeof cursor, "%s.1", ring);
	unlink(cursor);
	rmdir(folder);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memo_outlives_the_view_it_was_made_under),
		cmocka_unit_test(a_view_with_other_numbers_drops_what_waits_once),
		cmocka_unit_test(a_worker_that_owes_a_doorbell_sleeps_briefly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
