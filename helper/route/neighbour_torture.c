/* neighbour_torture.c: workers claim, read and ask for neighbours while control answers, forgets and reuses slots.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "route/neighbour.h"

enum { WORKERS = 3, ROUNDS = 200, KEYS = 48, FORGETS = 2000 };

struct worker {
	_Alignas(64) _Atomic uint64_t quiescent; /* odd on the way out */
	pthread_t thread;
	uint32_t slot[KEYS];
	uint64_t asked, valid;
	unsigned number;
};

static struct neighbour_table *table;
static struct worker worker[WORKERS];
static pthread_barrier_t barrier;
static _Atomic bool stop;

static uint32_t
pick(uint64_t *state, uint32_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)((*state >> 16) % below);
}

static void
die(const char *why)
{
	printf("not ok: %s\n", why);
	_exit(1);
}

static uint32_t
slot_of(uint32_t key)
{
	struct address a = { .word = { key * 2654435761u } };
	return neighbour_slot(table, (uint16_t)(1 + key % 3), 2, &a);
}

static void
mac_of(const struct address *a, uint8_t mac[6])
{
	memcpy(mac, a->byte, 4);
	mac[4] = a->byte[0] ^ a->byte[2];
	mac[5] = a->byte[1] ^ a->byte[3];
}

/* All workers claim all keys of an empty table at once, each in its own order. */
static void *
claim(void *argument)
{
	struct worker *w = argument;
	uint64_t state = 1 + w->number;
	for (unsigned round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		unsigned start = pick(&state, KEYS);
		for (unsigned i = 0; i < KEYS; i++) {
			unsigned key = (start + i * 7) % KEYS;
			w->slot[key] = slot_of(key);
		}
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void
claims_agree(void)
{
	pthread_barrier_init(&barrier, NULL, WORKERS + 1);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_create(&worker[i].thread, NULL, claim, &worker[i]);
	for (unsigned round = 0; round < ROUNDS; round++) {
		/* Those who lose a race give their slot back, but for a moment they have it. */
		table = neighbour_table_create(KEYS + WORKERS, round);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		for (unsigned key = 0; key < KEYS; key++) {
			for (unsigned i = 0; i < WORKERS; i++)
				if (worker[i].slot[key] != worker[0].slot[key] || worker[i].slot[key] == NEIGHBOUR_NONE)
					die("a neighbour has two slots, or none");
			for (unsigned other = 0; other < key; other++)
				if (worker[0].slot[key] == worker[0].slot[other])
					die("two neighbours share a slot");
		}
		pthread_barrier_wait(&barrier);
		neighbour_table_destroy(table);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(worker[i].thread, NULL);
}

static void *
use(void *argument)
{
	struct worker *w = argument;
	uint64_t state = 100 + w->number;
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		for (unsigned i = 0; i < 16; i++) {
			uint32_t key = pick(&state, KEYS);
			struct address a = { .word = { key * 2654435761u } };
			uint8_t mac[6], expected[6];
			uint32_t slot = slot_of(key);
			if (slot == NEIGHBOUR_NONE)
				continue;
			if (neighbour_read(table, slot, mac) == NEIGHBOUR_VALID) {
				mac_of(&a, expected);
				if (memcmp(mac, expected, 6) != 0)
					die("a neighbour has another's address");
				w->valid++;
			}
			w->asked += neighbour_want(table, slot);
		}
		atomic_fetch_add_explicit(&w->quiescent, 2, memory_order_acq_rel);
		sched_yield();
	}
	atomic_fetch_or_explicit(&w->quiescent, 1, memory_order_release);
	return NULL;
}

static void
synchronize(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		uint64_t before = atomic_fetch_add_explicit(&worker[i].quiescent, 0, memory_order_acq_rel), now;
		do {
			sched_yield();
			now = atomic_load_explicit(&worker[i].quiescent, memory_order_acquire);
		} while (now == before && !(now & 1));
	}
}

static void
slots_come_and_go(void)
{
	uint64_t state = 9, answered = 0;
	table = neighbour_table_create(KEYS * 3 / 4, 7);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_create(&worker[i].thread, NULL, use, &worker[i]);
	for (unsigned step = 0; step < FORGETS; step++) {
		for (uint32_t slot = 1; slot <= neighbour_capacity(table); slot++) {
			uint16_t unit;
			uint8_t family, mac[6];
			struct address a;
			if (!neighbour_at(table, slot, &unit, &family, &a) ||
			    neighbour_read(table, slot, mac) != NEIGHBOUR_PENDING)
				continue;
			mac_of(&a, mac);
			neighbour_write(table, slot, pick(&state, 4) ? NEIGHBOUR_VALID : NEIGHBOUR_FAILED, mac);
			answered++;
		}
		neighbour_tick(table);
		uint32_t gone = 1 + pick(&state, neighbour_capacity(table));
		uint16_t unit;
		uint8_t family;
		struct address a;
		if (!neighbour_at(table, gone, &unit, &family, &a))
			continue;
		neighbour_unlink(table, gone);
		synchronize();
		neighbour_forget(table, gone);
	}
	atomic_store_explicit(&stop, true, memory_order_relaxed);
	uint64_t asked = 0, valid = 0;
	for (unsigned i = 0; i < WORKERS; i++) {
		pthread_join(worker[i].thread, NULL);
		asked += worker[i].asked;
		valid += worker[i].valid;
	}
	neighbour_table_destroy(table);
	if (answered == 0 || asked < answered || valid == 0)
		die("nothing was asked, answered or used");
	printf("ok: %llu questions, %llu answers, %llu uses\n", (unsigned long long)asked, (unsigned long long)answered,
	       (unsigned long long)valid);
}

int
main(void)
{
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i].number = i;
	claims_agree();
	slots_come_and_go();
	return 0;
}
