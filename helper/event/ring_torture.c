/* ring_torture.c: producer and consumer as two threads with random pauses, for ThreadSanitizer and for wrap-around: every
 * attempt is delivered once, in order, or counted as lost. SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "event/ring.h"

enum { SLOTS = 256 };

static struct event_ring *ring;
static uint64_t attempts_wanted = 2000000;
static uint64_t attempts[EVENT_TYPE_COUNT], delivered[EVENT_TYPE_COUNT];
static int finished; /* set when the producer has written its last frame */

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15;
	return x ^ x >> 29;
}

static void
pause_sometimes(uint64_t random)
{
	if (random % 5000 == 0) {
		struct timespec t = { .tv_nsec = (long)(random >> 20) % 200000 };
		nanosleep(&t, NULL);
	}
}

static enum event_type
kind_of(uint64_t number)
{
	unsigned kind = 1 + (unsigned)(mix(number) % 7);
	return (enum event_type)(kind == 5 ? 1 : kind);
}

static void *
produce(void *unused)
{
	(void)unused;
	for (uint64_t number = 1; number <= attempts_wanted; number++) {
		enum event_type type = kind_of(number);
		attempts[type]++;
		struct event_frame *f = event_ring_reserve(ring, type, 0);
		if (f) {
			f->record.timestamp_ns = mix(number);
			f->extension.session_id = number;
			event_ring_commit(ring);
		}
		if (!f && mix(number) % 64 == 0) {
			struct timespec t = { .tv_nsec = 50000 };
			nanosleep(&t, NULL); /* or nearly everything would be lost */
		}
		if (number % 32 == 0)
			event_ring_publish(ring, number);
		pause_sometimes(mix(number + attempts_wanted));
	}
	event_ring_publish(ring, attempts_wanted);
	__atomic_store_n(&finished, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *
consume(void *failed)
{
	uint64_t last = 0;
	for (uint64_t round = 0;; round++) {
		int over = __atomic_load_n(&finished, __ATOMIC_ACQUIRE);
		const struct event_frame *f = event_ring_peek(ring);
		if (!f && over)
			return NULL;
		if (!f) {
			struct timespec t = { .tv_nsec = 1000 };
			nanosleep(&t, NULL);
			continue;
		}
		uint64_t number = f->extension.session_id;
		if (number <= last || f->record.timestamp_ns != mix(number) ||
		    f->header.event_type != kind_of(number)) {
			fprintf(stderr, "frame %llu after %llu\n", (unsigned long long)number,
				(unsigned long long)last);
			*(int *)failed = 1;
			return NULL;
		}
		last = number;
		delivered[f->header.event_type]++;
		event_ring_consume(ring);
		pause_sometimes(mix(round));
	}
}

/* As the control thread does for `status`. */
static void *
watch(void *unused)
{
	(void)unused;
	volatile uint64_t sum = 0; /* read for the sanitizer's sake */
	while (!__atomic_load_n(&finished, __ATOMIC_ACQUIRE)) {
		for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++)
			sum = event_ring_counter(ring, (enum event_type)type, EVENT_OUTCOME_WRITTEN);
		struct timespec t = { .tv_nsec = 1000000 };
		nanosleep(&t, NULL);
	}
	(void)sum;
	return NULL;
}

int
main(int argc, char **argv)
{
	if (argc > 1)
		attempts_wanted = strtoull(argv[1], NULL, 10);
	ring = event_ring_memory(SLOTS);
	if (!ring)
		return 1;
	pthread_t threads[3];
	int failed = 0;
	pthread_create(&threads[0], NULL, produce, NULL);
	pthread_create(&threads[1], NULL, consume, &failed);
	pthread_create(&threads[2], NULL, watch, NULL);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);

	uint64_t sum = 0, lost = 0;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		uint64_t budget = event_ring_counter(ring, (enum event_type)type, EVENT_OUTCOME_LOST_BUDGET);
		uint64_t full = event_ring_counter(ring, (enum event_type)type, EVENT_OUTCOME_LOST_FULL);
		sum += delivered[type];
		lost += budget + full;
		if (delivered[type] + budget + full != attempts[type]) {
			fprintf(stderr, "%s: %llu attempts, %llu delivered, %llu over budget, %llu full\n",
				event_type_text(type), (unsigned long long)attempts[type],
				(unsigned long long)delivered[type], (unsigned long long)budget,
				(unsigned long long)full);
			failed = 1;
		}
	}
	printf("%llu attempts, %llu delivered, %llu lost and counted\n", (unsigned long long)attempts_wanted,
	       (unsigned long long)sum, (unsigned long long)lost);
	event_ring_close(ring);
	return failed;
}
