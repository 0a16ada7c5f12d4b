/* rst.c: the TCP reset that answers a segment (RFC 9293 3.10.7.1). SPDX-License-Identifier: Apache-2.0 */
#include "packet/bytes.h"
#include "packet/header.h"
#include "packet/icmp.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

bool
rst_allowed(const struct packet *about)
{
	const struct flow_key *k = &about->key;
	if (k->protocol != PROTOCOL_TCP || about->tcp_flags & TCP_RST)
		return false;
	if (about->flags & PACKET_FRAGMENT && !(about->flags & PACKET_FRAGMENT_FIRST))
		return false;
	if (about->flags & PACKET_L2_MULTICAST)
		return false;
	return address_is_one_host(k->family, &k->source) && address_is_one_host(k->family, &k->destination);
}

uint16_t
rst_build(uint8_t *out, const struct packet *about)
{
	struct flow_key k = flow_key_reverse(&about->key);
	uint32_t header = header_write(out, &k, TCP_HEADER, 0);
	uint8_t *tcp = out + header;
	uint16_t checksum;

	memset(tcp, 0, TCP_HEADER);
	memcpy(tcp, &k.source_port, 2);
	memcpy(tcp + 2, &k.destination_port, 2);
	tcp[12] = TCP_HEADER / 4 << 4;
	if (about->tcp_flags & TCP_ACK) {
		store32(tcp + 4, about->tcp_acknowledgment);
		tcp[13] = TCP_RST;
	} else {
		uint32_t length = about->tcp_length;
		length += about->tcp_flags & TCP_SYN ? 1 : 0;
		length += about->tcp_flags & TCP_FIN ? 1 : 0;
		store32(tcp + 8, about->tcp_sequence + length);
		tcp[13] = TCP_RST | TCP_ACK;
	}
	checksum = checksum_finish(checksum_add(checksum_pseudo(0, &k, TCP_HEADER), tcp, TCP_HEADER));
	memcpy(tcp + TCP_CHECKSUM_AT, &checksum, 2);
	return (uint16_t)(header + TCP_HEADER);
}
