/* table.h: the flow table of one worker: bucketed hash of flow entries over a pool of sessions.
 * Single owner, no locks; nothing is allocated after flow_table_create. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_TABLE_H
#define RINGWALL_FLOW_TABLE_H

#include "flow/session.h"

struct flow_table; /* [W] */

/* flow_table_create makes a table for up to `sessions` sessions (both flow entries of every session
 * always fit, whatever their hashes). `seed` keys the hash. Returns NULL, errno ENOMEM or EINVAL. Control thread, before the worker runs. */
struct flow_table *flow_table_create(uint32_t sessions, uint64_t seed);
void flow_table_destroy(struct flow_table *t);

/* flow_table_hash: hash to pass to find and prefetch. */
uint32_t flow_table_hash(const struct flow_table *t, const struct flow_key *k);

/* Prefetching in stages, so that a burst pays memory latency once: bucket, then what a hit touches of the session (`tcp`:
 * the TCP state as well). The second reads what the first fetched: run it a few packets behind, and the look-up a few packets
 * behind it. In groups of eight or so: a prefetch that misses the TLB waits for its page walk, and walks overlap only when
 * they are close together. */
void flow_table_prefetch_bucket(const struct flow_table *t, uint32_t hash);
void flow_table_prefetch_flow(const struct flow_table *t, uint32_t hash, bool tcp);

/* flow_table_fetch_both: shall flow_table_prefetch_flow fetch the flow of the other direction too, as packets of translated
 * sessions need it? Worker only. */
void flow_table_fetch_both(struct flow_table *t, bool both);

/* flow_table_find returns the session whose flow[*direction] has key k, or NULL. Worker only. */
struct session *flow_table_find(struct flow_table *t, const struct flow_key *k, uint32_t hash, unsigned *direction);

/* flow_table_install takes a free session, sets both keys, and links both entries, or neither. Returns NULL when the
 * pool is used up (that alone), or when either key is already there, or both are the same (*exists then says so). All
 * else is zero. Worker only. */
struct session *flow_table_install(struct flow_table *t, const struct flow_key *forward, const struct flow_key *reverse,
				   bool *exists);

/* flow_table_remove unlinks both entries and gives the session back; age_remove comes first. Worker only. */
void flow_table_remove(struct flow_table *t, struct session *s);

uint32_t flow_table_used(const struct flow_table *t);
uint32_t flow_table_capacity(const struct flow_table *t);

/* Sessions by index, for ageing and listing: index < flow_table_capacity; NULL if free. Worker only. */
struct session *flow_table_at(struct flow_table *t, uint32_t index);
uint32_t flow_table_index(const struct flow_table *t, const struct session *s);

#endif
