/* protocol.h: numbers and offsets of the headers that packet/ reads and writes. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PACKET_PROTOCOL_H
#define RINGWALL_PACKET_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "wire_gen.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_SERVICE_VLAN = 0x88a8 };

enum {
	PROTOCOL_HOP_BY_HOP = 0,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_ESP = 50,
	PROTOCOL_AH = 51,
	PROTOCOL_ICMP6 = 58,
	PROTOCOL_NO_NEXT_HEADER = 59,
	PROTOCOL_DESTINATION_OPTIONS = 60,
	PROTOCOL_SCTP = 132,
};

enum {
	ETHERNET_HEADER = 14,
	VLAN_TAG = 4,
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	IPV6_FRAGMENT_HEADER = 8,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	SCTP_HEADER = 12,
	GRE_HEADER = 4,
	ESP_HEADER = 8,
	AH_HEADER = 12,
};

/* Where a checksum stands in its header. */
enum {
	IPV4_CHECKSUM_AT = 10,
	TCP_CHECKSUM_AT = 16,
	UDP_CHECKSUM_AT = 6,
	ICMP_CHECKSUM_AT = 2,
	SCTP_CHECKSUM_AT = 8,
};

enum { IPV4_DONT_FRAGMENT = 0x4000, IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET_MASK = 0x1fff };

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10, TCP_URG = 0x20 };

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMP_FRAGMENTATION_NEEDED = 4, /* code of ICMP_UNREACHABLE */

	ICMP6_UNREACHABLE = 1,
	ICMP6_PACKET_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_INFORMATIONAL = 128, /* types below are errors, RFC 4443 2.1 */
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_REDIRECT = 137,
};

/* icmp_is_error: the messages of either family that quote the packet they are about. */
static inline bool
icmp_is_error(uint8_t family, uint8_t type)
{
	if (family == ADDRESS_FAMILY_INET6)
		return type < ICMP6_INFORMATIONAL;
	return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

static inline bool
icmp_is_echo(uint8_t family, uint8_t type)
{
	if (family == ADDRESS_FAMILY_INET6)
		return type == ICMP6_ECHO_REQUEST || type == ICMP6_ECHO_REPLY;
	return type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
}

#endif
