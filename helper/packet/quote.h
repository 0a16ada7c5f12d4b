/* quote.h: the packet that an ICMP error quotes, which may be cut after eight bytes of its transport header.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_QUOTE_H
#define RINGWALL_PACKET_QUOTE_H

#include "flow/key.h"

struct quote {
	struct flow_key key; /* of the quoted packet as it was sent; instance 0 */
	uint32_t l4;         /* its transport header; for a quoted later fragment: 0 */
};

/* quote_parse reads the IP packet at data[at] and nothing at or behind data[end]. Lengths and checksums in the quote are
 * not believed: routers on the way may have changed them. False if the quote names no flow: too short for its ports (RFC 792
 * promises eight bytes behind the IP header), malformed, or itself an ICMP error, which nobody may answer. Any thread. */
bool quote_parse(const uint8_t *data, uint32_t at, uint32_t end, uint8_t family, struct quote *q);

#endif
