/* bindings.h: clients' transport addresses that one worker translates to the same outer ones for all their sessions, so that
 * others may reach them there (persistent NAT). The number of bindings is bounded. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NAT_BINDINGS_H
#define RINGWALL_NAT_BINDINGS_H

#include "flow/key.h"

enum { NAT_TARGETS = 16 };

/* nat_target: whom a client has sent something to. */
struct nat_target {
	struct address address;
	uint16_t port;
};

/* nat_binding: ports in network byte order. [W] */
struct nat_binding {
	struct address inner, outer;
	uint16_t inner_port, outer_port;
	uint16_t inner_instance, outer_instance;
	uint8_t family, protocol;
	uint8_t target_count; /* in use; the oldest gives way */
	uint8_t target_next;
	uint32_t
	    rule; /* id of the rule that made it; 0: no rule allows it any more, it waits for its sessions to end */
	uint32_t sessions;   /* that use it */
	uint64_t expires_ns; /* when none has used it for long enough; only without sessions */
	uint32_t
	    next[2]; /* in the chains by inner and by outer address, index + 1; [0] of a free one: the next free one */
	bool used;
	struct nat_target target[NAT_TARGETS];
};

struct nat_bindings; /* [W] */

/* nat_bindings_create: NULL on lack of memory. Worker thread, outside a burst. */
struct nat_bindings *nat_bindings_create(uint32_t capacity, uint64_t seed);
void nat_bindings_destroy(struct nat_bindings *t);

/* nat_bindings_inner finds the binding that a rule has made for the source of k, and nat_bindings_outer the one whose outer
 * address is the destination of k. Index + 1, or 0: those whose time is up, and those without a rule, are not found. Nothing
 * is changed. Worker only. */
uint32_t nat_bindings_inner(const struct nat_bindings *t, const struct flow_key *k, uint32_t rule, uint64_t now_ns);
uint32_t nat_bindings_outer(const struct nat_bindings *t, const struct flow_key *k, uint64_t now_ns);

/* nat_bindings_at: index as found, 1 to capacity; an entry that is not in use has `used` false. */
struct nat_binding *nat_bindings_at(struct nat_bindings *t, uint32_t index);
uint32_t nat_bindings_capacity(const struct nat_bindings *t);

/* nat_bindings_add binds the source of `in` to that of `out`, without a session. 0 if there is no room. */
uint32_t nat_bindings_add(struct nat_bindings *t, const struct flow_key *in, const struct flow_key *out, uint32_t rule);
void nat_bindings_remove(struct nat_bindings *t, uint32_t index);

/* nat_binding_note remembers whom the client has sent something to; nat_binding_sent asks for it, with the port or without. */
void nat_binding_note(struct nat_binding *b, const struct address *address, uint16_t port);
bool nat_binding_sent(const struct nat_binding *b, const struct address *address, uint16_t port, bool any_port);

static inline bool
nat_binding_expired(const struct nat_binding *b, uint64_t now_ns)
{
	return b->sessions == 0 && now_ns >= b->expires_ns;
}

#endif
