/* chain.h: the chain of IPv6 extension headers between the IPv6 header and the transport header.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_CHAIN_H
#define RINGWALL_PACKET_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

enum { CHAIN_MAX = 8 }; /* extension headers in one packet, at most */

enum chain_result {
	CHAIN_COMPLETE,
	CHAIN_CUT,       /* the bytes end inside the chain */
	CHAIN_MALFORMED, /* wrong order, too long, broken options, source routing of type 0 */
};

struct extension_chain {
	uint32_t end;        /* first byte behind the last extension header */
	uint8_t protocol;    /* what stands there */
	bool options;        /* hop-by-hop, routing or destination headers are present */
	bool routed;         /* a routing header with segments left: the IPv6 destination is not the last one */
	bool authentication; /* an authentication header is present */
	uint32_t routed_at;  /* of the routing header with segments left */

	bool fragment; /* a fragment header is present */
	bool fragment_more;
	uint8_t fragment_protocol; /* next header of the fragment header */
	uint16_t fragment_offset;  /* bytes */
	uint32_t fragment_id;      /* host order */
	uint32_t fragment_at;      /* of the fragment header */
};

/* extension_chain_walk reads the chain whose first header, of type `next`, is at data[at]; reads nothing at or behind
 * data[end]. The walk ends at the first header that is no extension header, or behind the fragment header of a later
 * fragment. ESP and no-next-header end a chain as transport protocols do. *c is complete also when the result says
 * otherwise, as far as the walk came. Any thread. */
enum chain_result extension_chain_walk(const uint8_t *data, uint32_t at, uint32_t end, uint8_t next,
				       struct extension_chain *c);

#endif
