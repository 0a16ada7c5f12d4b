/* owners.h: flows that come back under another address than they went, and so would be looked for at the wrong worker: whose
 * they are. Shared by all workers. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_OWNERS_H
#define RINGWALL_NAT_OWNERS_H

#include "flow/key.h"

struct nat_owners; /* [A] */

#define NAT_OWNER_NONE UINT32_MAX

/* nat_owners_create makes room for `flows` flows at least. NULL on lack of memory. Control thread, before workers run. */
struct nat_owners *nat_owners_create(uint32_t flows, uint64_t seed);
void nat_owners_destroy(struct nat_owners *t);

/* nat_owners_claim says that packets with key k (whatever its instance) belong to `worker`. False if there is no room, or if
 * they belong to another. A claim may be made several times, and is given up as often. Worker only. */
bool nat_owners_claim(struct nat_owners *t, const struct flow_key *k, uint32_t worker);
void nat_owners_release(struct nat_owners *t, const struct flow_key *k, uint32_t worker);

/* nat_owners_any: are there claims at all? nat_owners_find returns whose packets with key k are, or NAT_OWNER_NONE if nobody said so. Worker only. */
bool nat_owners_any(const struct nat_owners *t);
uint32_t nat_owners_find(const struct nat_owners *t, const struct flow_key *k);

#endif
