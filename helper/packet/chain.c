/* chain.c: the walk along IPv6 extension headers. SPDX-License-Identifier: Apache-2.0 */
#include "packet/chain.h"

#include "packet/bytes.h"
#include "packet/protocol.h"

enum { OPTION_PAD1 = 0, OPTION_JUMBO = 0xc2 };

/* Options must fill their header exactly. Jumbograms (RFC 2675) are longer than anything here can hold. */
static bool
options_valid(const uint8_t *data, uint32_t at, uint32_t end)
{
	while (at < end) {
		if (data[at] == OPTION_PAD1) {
			at++;
			continue;
		}
		if (end - at < 2 || data[at + 1] > end - at - 2 || data[at] == OPTION_JUMBO)
			return false;
		at += 2u + data[at + 1];
	}
	return true;
}

enum chain_result
extension_chain_walk(const uint8_t *data, uint32_t at, uint32_t end, uint8_t next, struct extension_chain *c)
{
	*c = (struct extension_chain){ .end = at, .protocol = next };
	for (unsigned count = 0;; count++) {
		uint32_t length;
		c->end = at;
		c->protocol = next;
		switch (next) {
		case PROTOCOL_HOP_BY_HOP:
		case PROTOCOL_ROUTING:
		case PROTOCOL_DESTINATION_OPTIONS:
		case PROTOCOL_FRAGMENT:
		case PROTOCOL_AH:
			break;
		default:
			return CHAIN_COMPLETE;
		}
		/* RFC 8200 4.1: hosts take other orders and repetitions, only hop-by-hop must come first. A second
		 * fragment header has no meaning that sender and receiver could agree on. */
		if (count == CHAIN_MAX || (next == PROTOCOL_HOP_BY_HOP && count > 0) ||
		    (next == PROTOCOL_FRAGMENT && c->fragment))
			return CHAIN_MALFORMED;
		if (end - at < 8)
			return CHAIN_CUT;
		length = next == PROTOCOL_AH         ? (data[at + 1] + 2u) * 4
			 : next == PROTOCOL_FRAGMENT ? IPV6_FRAGMENT_HEADER
						     : (data[at + 1] + 1u) * 8;
		/* RFC 4302 2.2: in IPv6 an AH is a multiple of eight bytes. */
		if (next == PROTOCOL_AH && (length < AH_HEADER || length % 8 != 0))
			return CHAIN_MALFORMED;
		if (end - at < length)
			return CHAIN_CUT;
		switch (next) {
		case PROTOCOL_HOP_BY_HOP:
		case PROTOCOL_DESTINATION_OPTIONS:
			c->options = true;
			if (!options_valid(data, at + 2, at + length))
				return CHAIN_MALFORMED;
			break;
		case PROTOCOL_ROUTING:
			c->options = true;
			if (data[at + 3] != 0) {
				c->routed = true;
				c->routed_at = at;
				/* RFC 5095: type 0 is withdrawn; with segments left it leads past a policy. */
				if (data[at + 2] == 0)
					return CHAIN_MALFORMED;
			}
			break;
		case PROTOCOL_AH:
			c->authentication = true;
			break;
		case PROTOCOL_FRAGMENT:
			c->fragment = true;
			c->fragment_at = at;
			c->fragment_protocol = data[at];
			c->fragment_offset = load16(data + at + 2) & 0xfff8;
			c->fragment_more = data[at + 3] & 1;
			c->fragment_id = load32(data + at + 4);
			break;
		}
		next = data[at];
		at += length;
		if (c->fragment && c->fragment_offset > 0) {
			c->end = at;
			c->protocol = next;
			return CHAIN_COMPLETE;
		}
	}
}
