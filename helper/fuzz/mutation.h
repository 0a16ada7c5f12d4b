/* mutation.h: packets that are nearly right: bytes changed where it hurts, by numbers that a seed gives.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FUZZ_MUTATION_H
#define RINGWALL_FUZZ_MUTATION_H

#include <stdbool.h>
#include <stdint.h>

enum { MUTATION_MAX = 4096 }; /* bytes of a frame, at most */

/* numbers: a stream of random numbers (splitmix64); the same for the same state. */
struct numbers {
	uint64_t state;
};
uint64_t number_next(struct numbers *n);
/* number_below returns one from 0 to limit - 1, limit not 0. */
uint32_t number_below(struct numbers *n, uint32_t limit);
bool number_one_in(struct numbers *n, uint32_t times);

/* mutant: a frame that is worked on. */
struct mutant {
	uint8_t bytes[MUTATION_MAX];
	uint32_t length;
};

/* mutate changes a frame in one to three ways: bits, bytes, fields of its headers, its length, parts left out, put in or taken from
 * `other`, options and extension headers. Then, mostly, checksums are put right again, so that it gets beyond them. */
void mutate(struct mutant *m, const uint8_t *other, uint32_t other_length, struct numbers *n);

#endif
