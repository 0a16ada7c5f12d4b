/* wire_gen.h: everything that crosses the ring, generated from shared/wire/ by shared/gen/generate.mjs; do not edit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_WIRE_GEN_H
#define RINGWALL_WIRE_GEN_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_LAYOUT_VERSION 1u
#define WIRE_LAYOUT_HASH 0x4c8fce90fd908660ull
#define WIRE_LAYOUT_HASH_TEXT "4c8fce90fd908660"
#define EVENT_FRAME_SIZE 192u
#define RING_PAGE_SIZE 4096u
#define RING_SLOTS_AT 8192u
#define RING_MAGIC 0x3230474e49525752ull /* "RWRING02" */
#define ACCOUNT_ROWS_AT 4096u
#define ACCOUNT_WORKERS 32u
#define ACCOUNT_MAGIC 0x31304b4f4f425752ull /* "RWBOOK01" */

enum event_type {
	EVENT_TYPE_SESSION_OPEN = 1, /* a session was installed and its first packet went on */
	EVENT_TYPE_SESSION_CLOSE = 2, /* a session ended */
	EVENT_TYPE_POLICY_DENY = 3, /* a packet ended because of policy or host-inbound-traffic */
	EVENT_TYPE_SCREEN_DROP = 4, /* a screen fired */
	EVENT_TYPE_FILTER_LOG = 6, /* a filter term with log or syslog decided about a packet */
	EVENT_TYPE_LOG_SUPPRESSED = 7, /* events of one rule that the limiter held back in one second */
};
#define EVENT_TYPE_COUNT 8u /* highest value + 1 */

/* event_type_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
event_type_text(unsigned v)
{
	static const char *const text[EVENT_TYPE_COUNT] = {
		[EVENT_TYPE_SESSION_OPEN] = "SESSION_OPEN",
		[EVENT_TYPE_SESSION_CLOSE] = "SESSION_CLOSE",
		[EVENT_TYPE_POLICY_DENY] = "POLICY_DENY",
		[EVENT_TYPE_SCREEN_DROP] = "SCREEN_DROP",
		[EVENT_TYPE_FILTER_LOG] = "FILTER_LOG",
		[EVENT_TYPE_LOG_SUPPRESSED] = "LOG_SUPPRESSED",
	};
	return v < EVENT_TYPE_COUNT && text[v] ? text[v] : "unknown";
}

enum action {
	ACTION_DENY = 0, /* the packet did not go on and its sender was not told */
	ACTION_PERMIT = 1, /* the packet went on */
	ACTION_REJECT = 2, /* the packet did not go on and its sender was told */
};
#define ACTION_COUNT 3u /* highest value + 1 */

/* action_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
action_text(unsigned v)
{
	static const char *const text[ACTION_COUNT] = {
		[ACTION_DENY] = "deny",
		[ACTION_PERMIT] = "permit",
		[ACTION_REJECT] = "reject",
	};
	return v < ACTION_COUNT && text[v] ? text[v] : "unknown";
}

enum address_family {
	ADDRESS_FAMILY_INET = 2, /* IPv4 */
	ADDRESS_FAMILY_INET6 = 10, /* IPv6 */
};
#define ADDRESS_FAMILY_COUNT 11u /* highest value + 1 */

/* address_family_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
address_family_text(unsigned v)
{
	static const char *const text[ADDRESS_FAMILY_COUNT] = {
		[ADDRESS_FAMILY_INET] = "inet",
		[ADDRESS_FAMILY_INET6] = "inet6",
	};
	return v < ADDRESS_FAMILY_COUNT && text[v] ? text[v] : "unknown";
}

enum filter_log_source {
	FILTER_LOG_SOURCE_PBR = 1, /* a term with routing-instance */
	FILTER_LOG_SOURCE_INPUT = 2, /* an input filter, live or replayed from a flow's memo */
	FILTER_LOG_SOURCE_OUTPUT = 3, /* an output filter, evaluated for this packet */
	FILTER_LOG_SOURCE_CACHED_OUTPUT = 4, /* an output filter, replayed from a flow's memo */
	FILTER_LOG_SOURCE_LO0 = 5, /* the lo0 filter, for a packet to this host */
};
#define FILTER_LOG_SOURCE_COUNT 6u /* highest value + 1 */

/* filter_log_source_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
filter_log_source_text(unsigned v)
{
	static const char *const text[FILTER_LOG_SOURCE_COUNT] = {
		[FILTER_LOG_SOURCE_PBR] = "pbr",
		[FILTER_LOG_SOURCE_INPUT] = "input",
		[FILTER_LOG_SOURCE_OUTPUT] = "output",
		[FILTER_LOG_SOURCE_CACHED_OUTPUT] = "cached-output",
		[FILTER_LOG_SOURCE_LO0] = "lo0",
	};
	return v < FILTER_LOG_SOURCE_COUNT && text[v] ? text[v] : "unknown";
}

enum filter_answer {
	FILTER_ANSWER_NONE = 0, /* no answer is due: the term does not say reject, or tcp-reset for what is not TCP */
	FILTER_ANSWER_SENT = 1, /* the sender was told */
	FILTER_ANSWER_LIMITED = 2, /* the answer was rate limited: the packet was discarded */
	FILTER_ANSWER_SILENT = 3, /* the packet may not be answered (RFC 1122 3.2.2, RFC 4443 2.4): it was discarded */
};
#define FILTER_ANSWER_COUNT 4u /* highest value + 1 */

/* filter_answer_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
filter_answer_text(unsigned v)
{
	static const char *const text[FILTER_ANSWER_COUNT] = {
		[FILTER_ANSWER_NONE] = "none",
		[FILTER_ANSWER_SENT] = "sent",
		[FILTER_ANSWER_LIMITED] = "rate-limited",
		[FILTER_ANSWER_SILENT] = "not-allowed",
	};
	return v < FILTER_ANSWER_COUNT && text[v] ? text[v] : "unknown";
}

enum close_reason {
	CLOSE_REASON_NONE = 0, /* no reason recorded */
	CLOSE_REASON_IDLE_TIMEOUT = 1, /* no packet within the application's timeout */
	CLOSE_REASON_TCP_FIN = 2, /* both sides sent FIN and the last was acknowledged */
	CLOSE_REASON_TCP_RST = 3, /* reset, side not known */
	CLOSE_REASON_AGED_OUT = 4, /* aged out early because the table was full */
	CLOSE_REASON_REJECTED_BY_POLICY = 5, /* rejected by policy after it was open */
	CLOSE_REASON_POLICY_DELETE = 6, /* a commit or a route change took its permission away */
	CLOSE_REASON_ICMP_ERROR = 7, /* an ICMP error ended it */
	CLOSE_REASON_CLEARED = 8, /* cleared by an operator */
	CLOSE_REASON_RESPONSE_RECEIVED = 9, /* a request and reply exchange completed */
	CLOSE_REASON_TCP_CLIENT_RST = 10, /* reset by the client */
	CLOSE_REASON_TCP_SERVER_RST = 11, /* reset by the server */
	CLOSE_REASON_SYNPROXY_FAILURE = 12, /* the SYN cookie handshake failed */
	CLOSE_REASON_SHUTDOWN = 13, /* the firewall stopped in good order */
};
#define CLOSE_REASON_COUNT 14u /* highest value + 1 */

/* close_reason_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
close_reason_text(unsigned v)
{
	static const char *const text[CLOSE_REASON_COUNT] = {
		[CLOSE_REASON_NONE] = "unset",
		[CLOSE_REASON_IDLE_TIMEOUT] = "idle Timeout",
		[CLOSE_REASON_TCP_FIN] = "TCP FIN",
		[CLOSE_REASON_TCP_RST] = "TCP RST",
		[CLOSE_REASON_AGED_OUT] = "aged out",
		[CLOSE_REASON_REJECTED_BY_POLICY] = "application failure or action",
		[CLOSE_REASON_POLICY_DELETE] = "policy delete",
		[CLOSE_REASON_ICMP_ERROR] = "ICMP error",
		[CLOSE_REASON_CLEARED] = "CLI",
		[CLOSE_REASON_RESPONSE_RECEIVED] = "response received",
		[CLOSE_REASON_TCP_CLIENT_RST] = "TCP CLIENT RST",
		[CLOSE_REASON_TCP_SERVER_RST] = "TCP SERVER RST",
		[CLOSE_REASON_SYNPROXY_FAILURE] = "synproxy failure",
		[CLOSE_REASON_SHUTDOWN] = "shutdown",
	};
	return v < CLOSE_REASON_COUNT && text[v] ? text[v] : "unknown";
}

enum deny_reason {
	DENY_REASON_NONE = 0, /* no reason recorded */
	DENY_REASON_POLICY = 1, /* a policy with deny */
	DENY_REASON_DEFAULT_POLICY = 2, /* no policy matched; the default policy denied */
	DENY_REASON_REJECT = 3, /* a policy with reject; the sender was told */
	DENY_REASON_REJECT_LIMITED = 4, /* a policy with reject, but the answer was rate limited */
	DENY_REASON_REJECT_SILENT = 5, /* a policy with reject, but the packet may not be answered (RFC 1122 3.2.2, RFC 4443 2.4) */
	DENY_REASON_HOST_INBOUND = 6, /* the packet was for this host and host-inbound-traffic does not allow it */
};
#define DENY_REASON_COUNT 7u /* highest value + 1 */

/* deny_reason_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
deny_reason_text(unsigned v)
{
	static const char *const text[DENY_REASON_COUNT] = {
		[DENY_REASON_NONE] = "unset",
		[DENY_REASON_POLICY] = "Denied by policy",
		[DENY_REASON_DEFAULT_POLICY] = "Denied by default policy",
		[DENY_REASON_REJECT] = "Rejected by policy",
		[DENY_REASON_REJECT_LIMITED] = "Rejected by policy, answer rate limited",
		[DENY_REASON_REJECT_SILENT] = "Rejected by policy, no answer allowed",
		[DENY_REASON_HOST_INBOUND] = "Denied by host-inbound-traffic",
	};
	return v < DENY_REASON_COUNT && text[v] ? text[v] : "unknown";
}

enum screen_id {
	SCREEN_ID_SYN_FLOOD = 0, /* tcp syn-flood */
	SCREEN_ID_ICMP_FLOOD = 1, /* icmp flood */
	SCREEN_ID_UDP_FLOOD = 2, /* udp flood */
	SCREEN_ID_PORT_SCAN = 3, /* tcp port-scan */
	SCREEN_ID_IP_SWEEP = 4, /* icmp ip-sweep */
	SCREEN_ID_LAND = 5, /* tcp land */
	SCREEN_ID_PING_OF_DEATH = 6, /* icmp ping-death */
	SCREEN_ID_TEAR_DROP = 7, /* ip tear-drop */
	SCREEN_ID_SYN_FIN = 8, /* tcp syn-fin */
	SCREEN_ID_TCP_NO_FLAG = 9, /* tcp tcp-no-flag */
	SCREEN_ID_FIN_NO_ACK = 10, /* tcp fin-no-ack */
	SCREEN_ID_WINNUKE = 11, /* tcp winnuke */
	SCREEN_ID_SOURCE_ROUTE = 12, /* ip source-route-option */
	SCREEN_ID_SYN_FRAGMENT = 13, /* tcp syn-frag */
	SCREEN_ID_SYN_COOKIE = 14, /* tcp syn-flood, answered by cookie */
	SCREEN_ID_SESSION_LIMIT_SOURCE = 15, /* limit-session source-ip-based */
	SCREEN_ID_SESSION_LIMIT_DESTINATION = 16, /* limit-session destination-ip-based */
	SCREEN_ID_ICMP_FRAGMENT = 17, /* icmp fragment */
	SCREEN_ID_ICMP_LARGE = 18, /* icmp large */
	SCREEN_ID_ICMPV6_MALFORMED = 19, /* icmp icmpv6-malformed */
	SCREEN_ID_BAD_OPTION = 20, /* ip bad-option */
	SCREEN_ID_RECORD_ROUTE = 21, /* ip record-route-option */
	SCREEN_ID_TIMESTAMP = 22, /* ip timestamp-option */
	SCREEN_ID_SECURITY = 23, /* ip security-option */
	SCREEN_ID_STREAM = 24, /* ip stream-option */
	SCREEN_ID_LOOSE_SOURCE_ROUTE = 25, /* ip loose-source-route-option */
	SCREEN_ID_STRICT_SOURCE_ROUTE = 26, /* ip strict-source-route-option */
	SCREEN_ID_UNKNOWN_PROTOCOL = 27, /* ip unknown-protocol */
	SCREEN_ID_BLOCK_FRAGMENT = 28, /* ip block-frag */
	SCREEN_ID_SPOOFING = 29, /* ip spoofing */
	SCREEN_ID_IPV6_EXTENSION_HEADER = 30, /* ip ipv6-extension-header */
	SCREEN_ID_IPV6_EXTENSION_LIMIT = 31, /* ip ipv6-extension-header-limit */
	SCREEN_ID_IPV6_MALFORMED = 32, /* ip ipv6-malformed-header */
	SCREEN_ID_SYN_FLOOD_SOURCE = 33, /* tcp syn-flood source-threshold */
	SCREEN_ID_SYN_FLOOD_DESTINATION = 34, /* tcp syn-flood destination-threshold */
	SCREEN_ID_TCP_SWEEP = 35, /* tcp tcp-sweep */
	SCREEN_ID_UDP_SWEEP = 36, /* udp udp-sweep */
	SCREEN_ID_UDP_PORT_SCAN = 37, /* udp port-scan */
	SCREEN_ID_SYN_QUEUE = 38, /* tcp syn-flood queue-size */
};
#define SCREEN_ID_COUNT 39u /* highest value + 1 */

/* screen_id_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
screen_id_text(unsigned v)
{
	static const char *const text[SCREEN_ID_COUNT] = {
		[SCREEN_ID_SYN_FLOOD] = "SYN flood!",
		[SCREEN_ID_ICMP_FLOOD] = "ICMP flood!",
		[SCREEN_ID_UDP_FLOOD] = "UDP flood!",
		[SCREEN_ID_PORT_SCAN] = "TCP port scan!",
		[SCREEN_ID_IP_SWEEP] = "IP sweep!",
		[SCREEN_ID_LAND] = "Land attack!",
		[SCREEN_ID_PING_OF_DEATH] = "Ping of death!",
		[SCREEN_ID_TEAR_DROP] = "Tear drop attack!",
		[SCREEN_ID_SYN_FIN] = "SYN and FIN bits!",
		[SCREEN_ID_TCP_NO_FLAG] = "No TCP flag!",
		[SCREEN_ID_FIN_NO_ACK] = "FIN but no ACK bit!",
		[SCREEN_ID_WINNUKE] = "WinNuke attack!",
		[SCREEN_ID_SOURCE_ROUTE] = "Source route IP option!",
		[SCREEN_ID_SYN_FRAGMENT] = "SYN fragment!",
		[SCREEN_ID_SYN_COOKIE] = "SYN flood!",
		[SCREEN_ID_SESSION_LIMIT_SOURCE] = "Src IP session limit!",
		[SCREEN_ID_SESSION_LIMIT_DESTINATION] = "Dst IP session limit!",
		[SCREEN_ID_ICMP_FRAGMENT] = "ICMP fragment!",
		[SCREEN_ID_ICMP_LARGE] = "Large ICMP packet!",
		[SCREEN_ID_ICMPV6_MALFORMED] = "ICMPv6 malformed packet!",
		[SCREEN_ID_BAD_OPTION] = "Bad IP option!",
		[SCREEN_ID_RECORD_ROUTE] = "Record Route IP option!",
		[SCREEN_ID_TIMESTAMP] = "Timestamp IP option!",
		[SCREEN_ID_SECURITY] = "Security IP option!",
		[SCREEN_ID_STREAM] = "Stream IP option!",
		[SCREEN_ID_LOOSE_SOURCE_ROUTE] = "Loose source route IP option!",
		[SCREEN_ID_STRICT_SOURCE_ROUTE] = "Strict source route IP option!",
		[SCREEN_ID_UNKNOWN_PROTOCOL] = "Unknown protocol!",
		[SCREEN_ID_BLOCK_FRAGMENT] = "Block fragment traffic!",
		[SCREEN_ID_SPOOFING] = "IP spoofing!",
		[SCREEN_ID_IPV6_EXTENSION_HEADER] = "IPv6 extension header!",
		[SCREEN_ID_IPV6_EXTENSION_LIMIT] = "IPv6 extension header limit!",
		[SCREEN_ID_IPV6_MALFORMED] = "IPv6 malformed header!",
		[SCREEN_ID_SYN_FLOOD_SOURCE] = "SYN flood Src-IP based!",
		[SCREEN_ID_SYN_FLOOD_DESTINATION] = "SYN flood Dst-IP based!",
		[SCREEN_ID_TCP_SWEEP] = "TCP sweep!",
		[SCREEN_ID_UDP_SWEEP] = "UDP sweep!",
		[SCREEN_ID_UDP_PORT_SCAN] = "UDP port scan!",
		[SCREEN_ID_SYN_QUEUE] = "SYN flood!",
	};
	return v < SCREEN_ID_COUNT && text[v] ? text[v] : "unknown";
}

enum event_outcome {
	EVENT_OUTCOME_WRITTEN = 0, /* written to the ring */
	EVENT_OUTCOME_SUPPRESSED = 1, /* held back by the limiter */
	EVENT_OUTCOME_LOST_BUDGET = 2, /* the kind's share of the ring was used up */
	EVENT_OUTCOME_LOST_FULL = 3, /* the ring was full */
};
#define EVENT_OUTCOME_COUNT 4u /* highest value + 1 */

/* event_outcome_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
event_outcome_text(unsigned v)
{
	static const char *const text[EVENT_OUTCOME_COUNT] = {
		[EVENT_OUTCOME_WRITTEN] = "written",
		[EVENT_OUTCOME_SUPPRESSED] = "suppressed",
		[EVENT_OUTCOME_LOST_BUDGET] = "lost-budget",
		[EVENT_OUTCOME_LOST_FULL] = "lost-full",
	};
	return v < EVENT_OUTCOME_COUNT && text[v] ? text[v] : "unknown";
}

enum account_class {
	ACCOUNT_CLASS_SUMMARIES = 0, /* row 0: LOG_SUPPRESSED, and whatever has no rule */
	ACCOUNT_CLASS_POLICY = 1, /* a policy, named FROM/TO/POLICY or global/POLICY; default: the default policy; host-inbound-traffic */
	ACCOUNT_CLASS_FILTER = 2, /* a filter's term, named FAMILY/FILTER/TERM */
	ACCOUNT_CLASS_SCREEN = 3, /* a screen of a zone, named ZONE/SCREEN_ID */
};
#define ACCOUNT_CLASS_COUNT 4u /* highest value + 1 */

/* account_class_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
account_class_text(unsigned v)
{
	static const char *const text[ACCOUNT_CLASS_COUNT] = {
		[ACCOUNT_CLASS_SUMMARIES] = "summaries",
		[ACCOUNT_CLASS_POLICY] = "policy",
		[ACCOUNT_CLASS_FILTER] = "filter",
		[ACCOUNT_CLASS_SCREEN] = "screen",
	};
	return v < ACCOUNT_CLASS_COUNT && text[v] ? text[v] : "unknown";
}

enum drop_reason {
	DROP_REASON_NONE = 0, /* not dropped */
	DROP_REASON_TRUNCATED = 1, /* shorter than its own headers say */
	DROP_REASON_ETHERTYPE = 2, /* not IPv4 or IPv6, or more than two VLAN tags */
	DROP_REASON_IP_VERSION = 3, /* the IP version nibble contradicts the ethertype */
	DROP_REASON_IP_HEADER_LENGTH = 4, /* IPv4 IHL below 5 or beyond the packet */
	DROP_REASON_IP_TOTAL_LENGTH = 5, /* IP length below the header or beyond the frame */
	DROP_REASON_IP_CHECKSUM = 6, /* wrong IPv4 header checksum */
	DROP_REASON_IP_OPTION = 7, /* malformed IPv4 option */
	DROP_REASON_IP_SOURCE = 8, /* a source that is not one host: multicast, broadcast, loopback, unspecified */
	DROP_REASON_IP_DESTINATION = 9, /* a destination that must not be forwarded: loopback, unspecified */
	DROP_REASON_IPV6_EXTENSION = 10, /* malformed, repeated out of order, or too many IPv6 extension headers */
	DROP_REASON_FRAGMENT_INVALID = 11, /* a fragment with impossible offset, length or flags */
	DROP_REASON_FRAGMENT_TINY = 12, /* a first fragment too short for its transport header, or a later one inside it */
	DROP_REASON_FRAGMENT_UNKNOWN = 13, /* a later fragment whose first fragment did not come in time */
	DROP_REASON_FRAGMENT_FULL = 14, /* no room to remember or hold another fragment */
	DROP_REASON_TCP_HEADER = 15, /* TCP data offset below 5 or beyond the packet */
	DROP_REASON_TCP_FLAGS = 16, /* an impossible combination of TCP flags */
	DROP_REASON_UDP_LENGTH = 17, /* UDP length below 8 or beyond the packet */
	DROP_REASON_ICMP_HEADER = 18, /* ICMP shorter than its header */
	DROP_REASON_TRANSPORT_HEADER = 19, /* another transport shorter than its header */
	DROP_REASON_NO_SNAPSHOT = 20, /* no configuration in force */
	DROP_REASON_UNKNOWN_INTERFACE = 21, /* no unit is configured for this device and VLAN */
	DROP_REASON_NO_ZONE = 22, /* the interface belongs to no zone */
	DROP_REASON_SCREEN = 23, /* a screen fired */
	DROP_REASON_FILTER_DISCARD = 24, /* a filter term with discard, or no term matched */
	DROP_REASON_FILTER_REJECT = 25, /* a filter term with reject */
	DROP_REASON_POLICER = 26, /* over a policer's rate */
	DROP_REASON_NO_ROUTE = 27, /* no route to the destination */
	DROP_REASON_ROUTE_DISCARD = 28, /* a discard route */
	DROP_REASON_ROUTE_REJECT = 29, /* a reject route; the sender was told */
	DROP_REASON_HOST_INBOUND = 30, /* host-inbound-traffic does not allow it */
	DROP_REASON_HOST_QUEUE_FULL = 31, /* the host could not take it */
	DROP_REASON_POLICY_DENY = 32, /* a policy with deny */
	DROP_REASON_POLICY_REJECT = 33, /* a policy with reject */
	DROP_REASON_DEFAULT_POLICY = 34, /* the default policy */
	DROP_REASON_NAT_EXHAUSTED = 35, /* no translated port free */
	DROP_REASON_SESSION_TABLE_FULL = 36, /* no room for another session */
	DROP_REASON_TCP_NO_SESSION = 37, /* a TCP segment that starts no session and belongs to none */
	DROP_REASON_TCP_WINDOW = 38, /* a TCP segment outside the window */
	DROP_REASON_TCP_STATE = 39, /* a TCP segment that its session's state does not allow */
	DROP_REASON_ICMP_NO_SESSION = 40, /* an ICMP error or reply that belongs to no session */
	DROP_REASON_NEIGHBOUR_UNRESOLVED = 41, /* the next hop's link-layer address was not found */
	DROP_REASON_NEIGHBOUR_QUEUE_FULL = 42, /* too many packets wait for link-layer addresses */
	DROP_REASON_TTL_EXPIRED = 43, /* TTL or hop limit ran out here */
	DROP_REASON_MTU_EXCEEDED = 44, /* larger than the egress MTU and may not be fragmented */
	DROP_REASON_EGRESS_DOWN = 45, /* the egress interface is down or gone */
	DROP_REASON_TX_FULL = 46, /* the transmit ring stayed full */
	DROP_REASON_NO_BUFFER = 47, /* no packet buffer free */
	DROP_REASON_HANDOFF_FULL = 48, /* the owning worker's queue was full */
	DROP_REASON_LINK_SCOPE = 49, /* link-local or multicast address that must not be forwarded */
	DROP_REASON_BROADCAST = 50, /* a directed broadcast */
	DROP_REASON_OTHER_STATION = 51, /* a frame addressed to another station, seen by a promiscuous or flooded interface */
	DROP_REASON_FAMILY_OFF = 52, /* IPv4 or IPv6 by an interface that does not carry it: no family inet or inet6 */
	DROP_REASON_QUEUE_FULL = 53, /* the queue of its class at the egress interface was full */
	DROP_REASON_NAT_CHANGED = 54, /* the translation of its session is not what the configuration says now */
	DROP_REASON_NAT_NO_SESSION = 55, /* it has the addresses of a translated session, but not from where that one lies */
	DROP_REASON_SYN_COOKIE = 56, /* a SYN beyond the attack threshold; it was answered with a SYN cookie */
	DROP_REASON_SYN_COOKIE_PENDING = 57, /* a client with a SYN cookie, or its server, sent this before the server had answered */
	DROP_REASON_SYN_COOKIE_QUEUE = 58, /* too many clients with SYN cookies wait for their servers */
	DROP_REASON_SYN_COOKIE_REPEATED = 59, /* a SYN+ACK that was answered before in the client's stead */
	DROP_REASON_NAT_UNMAPPABLE = 60, /* a rule matches, but cannot translate it: an address without counterpart (NPTv6: RFC 6296; NAT64: RFC 6052), a fragment of SCTP whose ports would change */
	DROP_REASON_FRAGMENT_OVERLAP = 61, /* a fragment that brings bytes of its datagram that came before, in another cut */
	DROP_REASON_TCP_EARLY_DATA = 62, /* a TCP segment with data before the handshake was done (strict-syn-check) */
	DROP_REASON_NAT_BINDING_FULL = 64, /* no room for another binding of persistent NAT */
	DROP_REASON_NAT_BINDING_SESSIONS = 65, /* its binding of persistent NAT has as many sessions as it may */
	DROP_REASON_NAT64_NO_SOURCE = 68, /* to an IPv4 host by NAT64, but no source rule gives it an IPv4 source */
	DROP_REASON_NAT64_PROTOCOL = 69, /* NAT64 carries TCP, UDP and ICMP echo, and errors that have a counterpart; this is none of them */
	DROP_REASON_NAT64_HEADER = 70, /* a header that NAT64 may not leave out: source routing, authentication, options in a fragment (RFC 7915 4.1, 5.1) */
	DROP_REASON_NAT64_FRAGMENT = 71, /* a fragment whose checksum NAT64 cannot mend: of ICMP, or of UDP without one (RFC 7915 4.5) */
	DROP_REASON_LOG_DELIVERY = 76, /* a log stream that must deliver is down (require-delivery) */
};
#define DROP_REASON_COUNT 77u /* highest value + 1 */

/* drop_reason_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
drop_reason_text(unsigned v)
{
	static const char *const text[DROP_REASON_COUNT] = {
		[DROP_REASON_NONE] = "none",
		[DROP_REASON_TRUNCATED] = "truncated",
		[DROP_REASON_ETHERTYPE] = "ethertype",
		[DROP_REASON_IP_VERSION] = "ip-version",
		[DROP_REASON_IP_HEADER_LENGTH] = "ip-header-length",
		[DROP_REASON_IP_TOTAL_LENGTH] = "ip-total-length",
		[DROP_REASON_IP_CHECKSUM] = "ip-checksum",
		[DROP_REASON_IP_OPTION] = "ip-option",
		[DROP_REASON_IP_SOURCE] = "ip-source",
		[DROP_REASON_IP_DESTINATION] = "ip-destination",
		[DROP_REASON_IPV6_EXTENSION] = "ipv6-extension",
		[DROP_REASON_FRAGMENT_INVALID] = "fragment-invalid",
		[DROP_REASON_FRAGMENT_TINY] = "fragment-tiny",
		[DROP_REASON_FRAGMENT_UNKNOWN] = "fragment-unknown",
		[DROP_REASON_FRAGMENT_FULL] = "fragment-full",
		[DROP_REASON_TCP_HEADER] = "tcp-header",
		[DROP_REASON_TCP_FLAGS] = "tcp-flags",
		[DROP_REASON_UDP_LENGTH] = "udp-length",
		[DROP_REASON_ICMP_HEADER] = "icmp-header",
		[DROP_REASON_TRANSPORT_HEADER] = "transport-header",
		[DROP_REASON_NO_SNAPSHOT] = "no-snapshot",
		[DROP_REASON_UNKNOWN_INTERFACE] = "unknown-interface",
		[DROP_REASON_NO_ZONE] = "no-zone",
		[DROP_REASON_SCREEN] = "screen",
		[DROP_REASON_FILTER_DISCARD] = "filter-discard",
		[DROP_REASON_FILTER_REJECT] = "filter-reject",
		[DROP_REASON_POLICER] = "policer",
		[DROP_REASON_NO_ROUTE] = "no-route",
		[DROP_REASON_ROUTE_DISCARD] = "route-discard",
		[DROP_REASON_ROUTE_REJECT] = "route-reject",
		[DROP_REASON_HOST_INBOUND] = "host-inbound",
		[DROP_REASON_HOST_QUEUE_FULL] = "host-queue-full",
		[DROP_REASON_POLICY_DENY] = "policy-deny",
		[DROP_REASON_POLICY_REJECT] = "policy-reject",
		[DROP_REASON_DEFAULT_POLICY] = "default-policy",
		[DROP_REASON_NAT_EXHAUSTED] = "nat-exhausted",
		[DROP_REASON_SESSION_TABLE_FULL] = "session-table-full",
		[DROP_REASON_TCP_NO_SESSION] = "tcp-no-session",
		[DROP_REASON_TCP_WINDOW] = "tcp-window",
		[DROP_REASON_TCP_STATE] = "tcp-state",
		[DROP_REASON_ICMP_NO_SESSION] = "icmp-no-session",
		[DROP_REASON_NEIGHBOUR_UNRESOLVED] = "neighbour-unresolved",
		[DROP_REASON_NEIGHBOUR_QUEUE_FULL] = "neighbour-queue-full",
		[DROP_REASON_TTL_EXPIRED] = "ttl-expired",
		[DROP_REASON_MTU_EXCEEDED] = "mtu-exceeded",
		[DROP_REASON_EGRESS_DOWN] = "egress-down",
		[DROP_REASON_TX_FULL] = "tx-full",
		[DROP_REASON_NO_BUFFER] = "no-buffer",
		[DROP_REASON_HANDOFF_FULL] = "handoff-full",
		[DROP_REASON_LINK_SCOPE] = "link-scope",
		[DROP_REASON_BROADCAST] = "broadcast",
		[DROP_REASON_OTHER_STATION] = "other-station",
		[DROP_REASON_FAMILY_OFF] = "family-off",
		[DROP_REASON_QUEUE_FULL] = "queue-full",
		[DROP_REASON_NAT_CHANGED] = "nat-changed",
		[DROP_REASON_NAT_NO_SESSION] = "nat-no-session",
		[DROP_REASON_SYN_COOKIE] = "syn-cookie",
		[DROP_REASON_SYN_COOKIE_PENDING] = "syn-cookie-pending",
		[DROP_REASON_SYN_COOKIE_QUEUE] = "syn-cookie-queue",
		[DROP_REASON_SYN_COOKIE_REPEATED] = "syn-cookie-repeated",
		[DROP_REASON_NAT_UNMAPPABLE] = "nat-unmappable",
		[DROP_REASON_FRAGMENT_OVERLAP] = "fragment-overlap",
		[DROP_REASON_TCP_EARLY_DATA] = "tcp-early-data",
		[DROP_REASON_NAT_BINDING_FULL] = "nat-binding-full",
		[DROP_REASON_NAT_BINDING_SESSIONS] = "nat-binding-sessions",
		[DROP_REASON_NAT64_NO_SOURCE] = "nat64-no-source",
		[DROP_REASON_NAT64_PROTOCOL] = "nat64-protocol",
		[DROP_REASON_NAT64_HEADER] = "nat64-header",
		[DROP_REASON_NAT64_FRAGMENT] = "nat64-fragment",
		[DROP_REASON_LOG_DELIVERY] = "log-delivery",
	};
	return v < DROP_REASON_COUNT && text[v] ? text[v] : "unknown";
}

enum verdict {
	VERDICT_NONE = 0, /* not decided yet */
	VERDICT_FORWARD = 1, /* sent out of an interface */
	VERDICT_HOST = 2, /* delivered to this host's kernel */
	VERDICT_DROP = 3, /* ended here; drop_reason says why */
	VERDICT_WAIT = 4, /* held until its neighbour or its first fragment is known */
};
#define VERDICT_COUNT 5u /* highest value + 1 */

/* verdict_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */
static inline const char *
verdict_text(unsigned v)
{
	static const char *const text[VERDICT_COUNT] = {
		[VERDICT_NONE] = "none",
		[VERDICT_FORWARD] = "forward",
		[VERDICT_HOST] = "host",
		[VERDICT_DROP] = "drop",
		[VERDICT_WAIT] = "wait",
	};
	return v < VERDICT_COUNT && text[v] ? text[v] : "unknown";
}

struct event_header {
	uint64_t sequence; /* position in this ring + 1; stored last, with release order */
	uint16_t length; /* 192 */
	uint8_t layout_version; /* layout_version of this file */
	uint8_t event_type; /* enum event_type; equals record byte 52 */
	uint32_t generation; /* configuration generation that made the decision */
};
_Static_assert(offsetof(struct event_header, sequence) == 0, "event_header.sequence moved");
_Static_assert(sizeof(((struct event_header *)0)->sequence) == 8, "event_header.sequence changed size");
_Static_assert(offsetof(struct event_header, length) == 8, "event_header.length moved");
_Static_assert(sizeof(((struct event_header *)0)->length) == 2, "event_header.length changed size");
_Static_assert(offsetof(struct event_header, layout_version) == 10, "event_header.layout_version moved");
_Static_assert(sizeof(((struct event_header *)0)->layout_version) == 1, "event_header.layout_version changed size");
_Static_assert(offsetof(struct event_header, event_type) == 11, "event_header.event_type moved");
_Static_assert(sizeof(((struct event_header *)0)->event_type) == 1, "event_header.event_type changed size");
_Static_assert(offsetof(struct event_header, generation) == 12, "event_header.generation moved");
_Static_assert(sizeof(((struct event_header *)0)->generation) == 4, "event_header.generation changed size");
_Static_assert(sizeof(struct event_header) == 16, "event_header changed size");

struct event_record {
	uint64_t timestamp_ns; /* wall clock at the decision, nanoseconds since 1970 */
	uint8_t source_address[16]; /* IPv4 in the first 4 bytes, the rest zero */
	uint8_t destination_address[16]; /* as source_address */
	uint16_t source_port; /* TCP, UDP, SCTP port; ICMP echo: identifier; else 0; network byte order */
	uint16_t destination_port; /* TCP, UDP, SCTP port; ICMP echo: sequence of the first packet; else 0; network byte order */
	union { /* see kinds: policy_id, screen_id, filter_id; suppressed_rule is what suppressed_kind has here; 4294967295: host-inbound-traffic */
		uint32_t policy_id; /* SESSION_OPEN, SESSION_CLOSE, POLICY_DENY */
		uint32_t screen_id; /* SCREEN_DROP: enum screen_id */
		uint32_t filter_id; /* FILTER_LOG */
		uint32_t suppressed_rule; /* LOG_SUPPRESSED */
	};
	uint16_t ingress_zone; /* zone id, 0 none */
	uint16_t egress_zone; /* zone id, 0 none or not known */
	uint8_t event_type; /* enum event_type */
	uint8_t protocol; /* IP protocol, after IPv6 extension headers */
	uint8_t action; /* enum action */
	uint8_t address_family; /* enum address_family */
	union { /* see kinds: client_packets; or rule_id (zero: filter_id and term_id say it all) and term_id; or suppressed_outcome (enum event_outcome) and first_protocol */
		uint64_t client_packets; /* SESSION_CLOSE */
		struct {
			uint32_t rule_id; /* FILTER_LOG */
			uint32_t term_id; /* FILTER_LOG */
		};
		struct {
			uint32_t suppressed_outcome; /* LOG_SUPPRESSED */
			uint32_t first_protocol; /* LOG_SUPPRESSED */
		};
	};
	union { /* see kinds: client_bytes, else zero */
		uint64_t client_bytes; /* SESSION_CLOSE */
	};
	uint8_t nat_source_address[16]; /* translated source, zero if none; LOG_SUPPRESSED: source of the first event held back (source_address: of the last) */
	uint8_t nat_destination_address[16]; /* translated destination, zero if none; LOG_SUPPRESSED: destination of the first */
	uint16_t nat_source_port; /* translated source port, zero if none; LOG_SUPPRESSED: source port of the first; network byte order */
	uint16_t nat_destination_port; /* translated destination port, zero if none; LOG_SUPPRESSED: destination port of the first; network byte order */
	uint32_t session_created_s; /* when the session was created, seconds since 1970; 0 if there is none */
	uint64_t server_packets; /* SESSION_CLOSE: packets from the server */
	uint64_t server_bytes; /* SESSION_CLOSE: IP bytes from the server */
	uint32_t ingress_interface; /* logical interface (unit) id in the snapshot of `generation`; 0 none */
	uint16_t application_id; /* application id in the snapshot; 0 none */
	union { /* see kinds: close_reason, deny_reason, filter_log_source or suppressed_kind */
		uint8_t close_reason; /* SESSION_CLOSE: enum close_reason */
		uint8_t deny_reason; /* POLICY_DENY: enum deny_reason */
		uint8_t filter_log_source; /* FILTER_LOG: enum filter_log_source */
		uint8_t suppressed_kind; /* LOG_SUPPRESSED: enum event_type */
	};
	uint8_t nat_address_family; /* enum address_family of the translated addresses, where it is another than address_family (NAT64); else zero */
};
_Static_assert(offsetof(struct event_record, timestamp_ns) == 0, "event_record.timestamp_ns moved");
_Static_assert(sizeof(((struct event_record *)0)->timestamp_ns) == 8, "event_record.timestamp_ns changed size");
_Static_assert(offsetof(struct event_record, source_address) == 8, "event_record.source_address moved");
_Static_assert(sizeof(((struct event_record *)0)->source_address) == 16, "event_record.source_address changed size");
_Static_assert(offsetof(struct event_record, destination_address) == 24, "event_record.destination_address moved");
_Static_assert(sizeof(((struct event_record *)0)->destination_address) == 16, "event_record.destination_address changed size");
_Static_assert(offsetof(struct event_record, source_port) == 40, "event_record.source_port moved");
_Static_assert(sizeof(((struct event_record *)0)->source_port) == 2, "event_record.source_port changed size");
_Static_assert(offsetof(struct event_record, destination_port) == 42, "event_record.destination_port moved");
_Static_assert(sizeof(((struct event_record *)0)->destination_port) == 2, "event_record.destination_port changed size");
_Static_assert(offsetof(struct event_record, ingress_zone) == 48, "event_record.ingress_zone moved");
_Static_assert(sizeof(((struct event_record *)0)->ingress_zone) == 2, "event_record.ingress_zone changed size");
_Static_assert(offsetof(struct event_record, egress_zone) == 50, "event_record.egress_zone moved");
_Static_assert(sizeof(((struct event_record *)0)->egress_zone) == 2, "event_record.egress_zone changed size");
_Static_assert(offsetof(struct event_record, event_type) == 52, "event_record.event_type moved");
_Static_assert(sizeof(((struct event_record *)0)->event_type) == 1, "event_record.event_type changed size");
_Static_assert(offsetof(struct event_record, protocol) == 53, "event_record.protocol moved");
_Static_assert(sizeof(((struct event_record *)0)->protocol) == 1, "event_record.protocol changed size");
_Static_assert(offsetof(struct event_record, action) == 54, "event_record.action moved");
_Static_assert(sizeof(((struct event_record *)0)->action) == 1, "event_record.action changed size");
_Static_assert(offsetof(struct event_record, address_family) == 55, "event_record.address_family moved");
_Static_assert(sizeof(((struct event_record *)0)->address_family) == 1, "event_record.address_family changed size");
_Static_assert(offsetof(struct event_record, nat_source_address) == 72, "event_record.nat_source_address moved");
_Static_assert(sizeof(((struct event_record *)0)->nat_source_address) == 16, "event_record.nat_source_address changed size");
_Static_assert(offsetof(struct event_record, nat_destination_address) == 88, "event_record.nat_destination_address moved");
_Static_assert(sizeof(((struct event_record *)0)->nat_destination_address) == 16, "event_record.nat_destination_address changed size");
_Static_assert(offsetof(struct event_record, nat_source_port) == 104, "event_record.nat_source_port moved");
_Static_assert(sizeof(((struct event_record *)0)->nat_source_port) == 2, "event_record.nat_source_port changed size");
_Static_assert(offsetof(struct event_record, nat_destination_port) == 106, "event_record.nat_destination_port moved");
_Static_assert(sizeof(((struct event_record *)0)->nat_destination_port) == 2, "event_record.nat_destination_port changed size");
_Static_assert(offsetof(struct event_record, session_created_s) == 108, "event_record.session_created_s moved");
_Static_assert(sizeof(((struct event_record *)0)->session_created_s) == 4, "event_record.session_created_s changed size");
_Static_assert(offsetof(struct event_record, server_packets) == 112, "event_record.server_packets moved");
_Static_assert(sizeof(((struct event_record *)0)->server_packets) == 8, "event_record.server_packets changed size");
_Static_assert(offsetof(struct event_record, server_bytes) == 120, "event_record.server_bytes moved");
_Static_assert(sizeof(((struct event_record *)0)->server_bytes) == 8, "event_record.server_bytes changed size");
_Static_assert(offsetof(struct event_record, ingress_interface) == 128, "event_record.ingress_interface moved");
_Static_assert(sizeof(((struct event_record *)0)->ingress_interface) == 4, "event_record.ingress_interface changed size");
_Static_assert(offsetof(struct event_record, application_id) == 132, "event_record.application_id moved");
_Static_assert(sizeof(((struct event_record *)0)->application_id) == 2, "event_record.application_id changed size");
_Static_assert(offsetof(struct event_record, nat_address_family) == 135, "event_record.nat_address_family moved");
_Static_assert(sizeof(((struct event_record *)0)->nat_address_family) == 1, "event_record.nat_address_family changed size");
_Static_assert(offsetof(struct event_record, policy_id) == 44, "event_record.policy_id moved");
_Static_assert(sizeof(((struct event_record *)0)->policy_id) == 4, "event_record.policy_id changed size");
_Static_assert(offsetof(struct event_record, client_packets) == 56, "event_record.client_packets moved");
_Static_assert(sizeof(((struct event_record *)0)->client_packets) == 8, "event_record.client_packets changed size");
_Static_assert(offsetof(struct event_record, client_bytes) == 64, "event_record.client_bytes moved");
_Static_assert(sizeof(((struct event_record *)0)->client_bytes) == 8, "event_record.client_bytes changed size");
_Static_assert(offsetof(struct event_record, close_reason) == 134, "event_record.close_reason moved");
_Static_assert(sizeof(((struct event_record *)0)->close_reason) == 1, "event_record.close_reason changed size");
_Static_assert(offsetof(struct event_record, deny_reason) == 134, "event_record.deny_reason moved");
_Static_assert(sizeof(((struct event_record *)0)->deny_reason) == 1, "event_record.deny_reason changed size");
_Static_assert(offsetof(struct event_record, screen_id) == 44, "event_record.screen_id moved");
_Static_assert(sizeof(((struct event_record *)0)->screen_id) == 4, "event_record.screen_id changed size");
_Static_assert(offsetof(struct event_record, filter_id) == 44, "event_record.filter_id moved");
_Static_assert(sizeof(((struct event_record *)0)->filter_id) == 4, "event_record.filter_id changed size");
_Static_assert(offsetof(struct event_record, rule_id) == 56, "event_record.rule_id moved");
_Static_assert(sizeof(((struct event_record *)0)->rule_id) == 4, "event_record.rule_id changed size");
_Static_assert(offsetof(struct event_record, term_id) == 60, "event_record.term_id moved");
_Static_assert(sizeof(((struct event_record *)0)->term_id) == 4, "event_record.term_id changed size");
_Static_assert(offsetof(struct event_record, filter_log_source) == 134, "event_record.filter_log_source moved");
_Static_assert(sizeof(((struct event_record *)0)->filter_log_source) == 1, "event_record.filter_log_source changed size");
_Static_assert(offsetof(struct event_record, suppressed_rule) == 44, "event_record.suppressed_rule moved");
_Static_assert(sizeof(((struct event_record *)0)->suppressed_rule) == 4, "event_record.suppressed_rule changed size");
_Static_assert(offsetof(struct event_record, suppressed_outcome) == 56, "event_record.suppressed_outcome moved");
_Static_assert(sizeof(((struct event_record *)0)->suppressed_outcome) == 4, "event_record.suppressed_outcome changed size");
_Static_assert(offsetof(struct event_record, first_protocol) == 60, "event_record.first_protocol moved");
_Static_assert(sizeof(((struct event_record *)0)->first_protocol) == 4, "event_record.first_protocol changed size");
_Static_assert(offsetof(struct event_record, suppressed_kind) == 134, "event_record.suppressed_kind moved");
_Static_assert(sizeof(((struct event_record *)0)->suppressed_kind) == 1, "event_record.suppressed_kind changed size");
_Static_assert(sizeof(struct event_record) == 136, "event_record changed size");

struct event_extension {
	uint64_t session_id; /* the same in OPEN and CLOSE; below 2^53; 0 none */
	uint32_t egress_interface; /* logical interface (unit) id; 0 none */
	uint32_t source_nat_rule_id; /* 0 none */
	uint32_t destination_nat_rule_id; /* 0 none */
	uint32_t account; /* row of the account book in which this event is counted */
	uint32_t term_id; /* FILTER_LOG: the same as in the record; LOG_SUPPRESSED: the term, if a filter's; 0 none */
	uint16_t packet_length; /* IP length of the packet decided about; SESSION_CLOSE: 0 */
	uint8_t dscp; /* 0..63 */
	uint8_t tcp_flags; /* TCP header byte 13 */
	uint8_t icmp_type; /* ICMP or ICMPv6 type */
	uint8_t icmp_code; /* ICMP or ICMPv6 code */
	uint8_t worker; /* worker that decided */
	uint8_t filter_answer; /* FILTER_LOG: enum filter_answer, what a reject term's packet was answered with; else zero */
	uint32_t suppressed_count; /* LOG_SUPPRESSED: events of this rule, zone and outcome that were not written, since the summary before */
};
_Static_assert(offsetof(struct event_extension, session_id) == 0, "event_extension.session_id moved");
_Static_assert(sizeof(((struct event_extension *)0)->session_id) == 8, "event_extension.session_id changed size");
_Static_assert(offsetof(struct event_extension, egress_interface) == 8, "event_extension.egress_interface moved");
_Static_assert(sizeof(((struct event_extension *)0)->egress_interface) == 4, "event_extension.egress_interface changed size");
_Static_assert(offsetof(struct event_extension, source_nat_rule_id) == 12, "event_extension.source_nat_rule_id moved");
_Static_assert(sizeof(((struct event_extension *)0)->source_nat_rule_id) == 4, "event_extension.source_nat_rule_id changed size");
_Static_assert(offsetof(struct event_extension, destination_nat_rule_id) == 16, "event_extension.destination_nat_rule_id moved");
_Static_assert(sizeof(((struct event_extension *)0)->destination_nat_rule_id) == 4, "event_extension.destination_nat_rule_id changed size");
_Static_assert(offsetof(struct event_extension, account) == 20, "event_extension.account moved");
_Static_assert(sizeof(((struct event_extension *)0)->account) == 4, "event_extension.account changed size");
_Static_assert(offsetof(struct event_extension, term_id) == 24, "event_extension.term_id moved");
_Static_assert(sizeof(((struct event_extension *)0)->term_id) == 4, "event_extension.term_id changed size");
_Static_assert(offsetof(struct event_extension, packet_length) == 28, "event_extension.packet_length moved");
_Static_assert(sizeof(((struct event_extension *)0)->packet_length) == 2, "event_extension.packet_length changed size");
_Static_assert(offsetof(struct event_extension, dscp) == 30, "event_extension.dscp moved");
_Static_assert(sizeof(((struct event_extension *)0)->dscp) == 1, "event_extension.dscp changed size");
_Static_assert(offsetof(struct event_extension, tcp_flags) == 31, "event_extension.tcp_flags moved");
_Static_assert(sizeof(((struct event_extension *)0)->tcp_flags) == 1, "event_extension.tcp_flags changed size");
_Static_assert(offsetof(struct event_extension, icmp_type) == 32, "event_extension.icmp_type moved");
_Static_assert(sizeof(((struct event_extension *)0)->icmp_type) == 1, "event_extension.icmp_type changed size");
_Static_assert(offsetof(struct event_extension, icmp_code) == 33, "event_extension.icmp_code moved");
_Static_assert(sizeof(((struct event_extension *)0)->icmp_code) == 1, "event_extension.icmp_code changed size");
_Static_assert(offsetof(struct event_extension, worker) == 34, "event_extension.worker moved");
_Static_assert(sizeof(((struct event_extension *)0)->worker) == 1, "event_extension.worker changed size");
_Static_assert(offsetof(struct event_extension, filter_answer) == 35, "event_extension.filter_answer moved");
_Static_assert(sizeof(((struct event_extension *)0)->filter_answer) == 1, "event_extension.filter_answer changed size");
_Static_assert(offsetof(struct event_extension, suppressed_count) == 36, "event_extension.suppressed_count moved");
_Static_assert(sizeof(((struct event_extension *)0)->suppressed_count) == 4, "event_extension.suppressed_count changed size");
_Static_assert(sizeof(struct event_extension) == 40, "event_extension changed size");

struct event_frame {
	struct event_header header;
	struct event_record record;
	struct event_extension extension;
};
_Static_assert(offsetof(struct event_frame, header) == 0, "event_frame.header moved");
_Static_assert(offsetof(struct event_frame, record) == 16, "event_frame.record moved");
_Static_assert(offsetof(struct event_frame, extension) == 152, "event_frame.extension moved");
_Static_assert(sizeof(struct event_frame) == 192, "event_frame changed size");

struct ring_identity {
	uint64_t magic; /* ASCII RWRING02 read as bytes; stored last */
	uint64_t layout_hash; /* hash of all names, offsets, types and values of frames.json and enums.json */
	uint32_t frame_size; /* 192 */
	uint32_t slot_count; /* a power of two */
	uint64_t start_id; /* differs for each start of the helper; below 2^53 */
	uint32_t worker; /* index of the worker that writes this ring */
	uint32_t order; /* 1 + the highest order among the rings of this worker found at creation: drained in this order */
	uint8_t reserved_40[4056]; /* zero */
};
_Static_assert(offsetof(struct ring_identity, magic) == 0, "ring_identity.magic moved");
_Static_assert(sizeof(((struct ring_identity *)0)->magic) == 8, "ring_identity.magic changed size");
_Static_assert(offsetof(struct ring_identity, layout_hash) == 8, "ring_identity.layout_hash moved");
_Static_assert(sizeof(((struct ring_identity *)0)->layout_hash) == 8, "ring_identity.layout_hash changed size");
_Static_assert(offsetof(struct ring_identity, frame_size) == 16, "ring_identity.frame_size moved");
_Static_assert(sizeof(((struct ring_identity *)0)->frame_size) == 4, "ring_identity.frame_size changed size");
_Static_assert(offsetof(struct ring_identity, slot_count) == 20, "ring_identity.slot_count moved");
_Static_assert(sizeof(((struct ring_identity *)0)->slot_count) == 4, "ring_identity.slot_count changed size");
_Static_assert(offsetof(struct ring_identity, start_id) == 24, "ring_identity.start_id moved");
_Static_assert(sizeof(((struct ring_identity *)0)->start_id) == 8, "ring_identity.start_id changed size");
_Static_assert(offsetof(struct ring_identity, worker) == 32, "ring_identity.worker moved");
_Static_assert(sizeof(((struct ring_identity *)0)->worker) == 4, "ring_identity.worker changed size");
_Static_assert(offsetof(struct ring_identity, order) == 36, "ring_identity.order moved");
_Static_assert(sizeof(((struct ring_identity *)0)->order) == 4, "ring_identity.order changed size");
_Static_assert(offsetof(struct ring_identity, reserved_40) == 40, "ring_identity.reserved_40 moved");
_Static_assert(sizeof(((struct ring_identity *)0)->reserved_40) == 4056, "ring_identity.reserved_40 changed size");
_Static_assert(sizeof(struct ring_identity) == 4096, "ring_identity changed size");

struct ring_producer {
	uint64_t head; /* frames written since the start; published once per burst */
	uint64_t heartbeat_ns; /* monotonic clock of the worker's last housekeeping */
	uint64_t given_up_ns; /* monotonic clock: since then no reader takes anything from this ring of a former helper, for its successor will count what is unread as lost; 0: it is not given up */
	uint8_t reserved_24[40]; /* zero */
	uint64_t events[8][4]; /* events by [event_type][event_outcome]; WRITTEN is counted before the frame is visible */
	uint64_t former_select; /* which of the two tables of former rings is valid: the other is written first, so that one store takes a ring over */
	uint64_t former_start_id[2]; /* [table]: the ring taken over last; if its files are still there they count no more */
	uint64_t former_unknown[2]; /* [table]: removed rings that could not be accounted for: another layout, or damaged */
	uint8_t reserved_360[24]; /* zero */
	uint64_t former_events[2][8][4]; /* [table]: events of this worker's removed rings, as events; frames removed unread count as LOST_FULL, not WRITTEN */
	uint8_t reserved_896[3200]; /* zero */
};
_Static_assert(offsetof(struct ring_producer, head) == 0, "ring_producer.head moved");
_Static_assert(sizeof(((struct ring_producer *)0)->head) == 8, "ring_producer.head changed size");
_Static_assert(offsetof(struct ring_producer, heartbeat_ns) == 8, "ring_producer.heartbeat_ns moved");
_Static_assert(sizeof(((struct ring_producer *)0)->heartbeat_ns) == 8, "ring_producer.heartbeat_ns changed size");
_Static_assert(offsetof(struct ring_producer, given_up_ns) == 16, "ring_producer.given_up_ns moved");
_Static_assert(sizeof(((struct ring_producer *)0)->given_up_ns) == 8, "ring_producer.given_up_ns changed size");
_Static_assert(offsetof(struct ring_producer, reserved_24) == 24, "ring_producer.reserved_24 moved");
_Static_assert(sizeof(((struct ring_producer *)0)->reserved_24) == 40, "ring_producer.reserved_24 changed size");
_Static_assert(offsetof(struct ring_producer, events) == 64, "ring_producer.events moved");
_Static_assert(sizeof(((struct ring_producer *)0)->events) == 256, "ring_producer.events changed size");
_Static_assert(offsetof(struct ring_producer, former_select) == 320, "ring_producer.former_select moved");
_Static_assert(sizeof(((struct ring_producer *)0)->former_select) == 8, "ring_producer.former_select changed size");
_Static_assert(offsetof(struct ring_producer, former_start_id) == 328, "ring_producer.former_start_id moved");
_Static_assert(sizeof(((struct ring_producer *)0)->former_start_id) == 16, "ring_producer.former_start_id changed size");
_Static_assert(offsetof(struct ring_producer, former_unknown) == 344, "ring_producer.former_unknown moved");
_Static_assert(sizeof(((struct ring_producer *)0)->former_unknown) == 16, "ring_producer.former_unknown changed size");
_Static_assert(offsetof(struct ring_producer, reserved_360) == 360, "ring_producer.reserved_360 moved");
_Static_assert(sizeof(((struct ring_producer *)0)->reserved_360) == 24, "ring_producer.reserved_360 changed size");
_Static_assert(offsetof(struct ring_producer, former_events) == 384, "ring_producer.former_events moved");
_Static_assert(sizeof(((struct ring_producer *)0)->former_events) == 512, "ring_producer.former_events changed size");
_Static_assert(offsetof(struct ring_producer, reserved_896) == 896, "ring_producer.reserved_896 moved");
_Static_assert(sizeof(((struct ring_producer *)0)->reserved_896) == 3200, "ring_producer.reserved_896 changed size");
_Static_assert(sizeof(struct ring_producer) == 4096, "ring_producer changed size");

struct ring_consumer {
	uint64_t cursor; /* frames consumed; the slots below may be written again */
	uint32_t waiting; /* 0: awake; else the consumer sleeps, and this number differs from sleep to sleep: one doorbell for each */
	uint32_t reserved_12; /* zero */
	uint64_t consumed_at[2]; /* the cursor each of the two `consumed` tables belongs to */
	uint8_t reserved_32[32]; /* zero */
	uint64_t consumed[2][8]; /* frames consumed by [event_type]; two tables written in turn, the one whose consumed_at equals cursor is valid, so that cursor and counts change as one */
	uint64_t delivers_until_ns; /* monotonic clock: until then the log is delivered (require-delivery), as far as the daemon can say; 0: it is not */
	uint8_t reserved_200[3896]; /* zero */
};
_Static_assert(offsetof(struct ring_consumer, cursor) == 0, "ring_consumer.cursor moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->cursor) == 8, "ring_consumer.cursor changed size");
_Static_assert(offsetof(struct ring_consumer, waiting) == 8, "ring_consumer.waiting moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->waiting) == 4, "ring_consumer.waiting changed size");
_Static_assert(offsetof(struct ring_consumer, reserved_12) == 12, "ring_consumer.reserved_12 moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->reserved_12) == 4, "ring_consumer.reserved_12 changed size");
_Static_assert(offsetof(struct ring_consumer, consumed_at) == 16, "ring_consumer.consumed_at moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->consumed_at) == 16, "ring_consumer.consumed_at changed size");
_Static_assert(offsetof(struct ring_consumer, reserved_32) == 32, "ring_consumer.reserved_32 moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->reserved_32) == 32, "ring_consumer.reserved_32 changed size");
_Static_assert(offsetof(struct ring_consumer, consumed) == 64, "ring_consumer.consumed moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->consumed) == 128, "ring_consumer.consumed changed size");
_Static_assert(offsetof(struct ring_consumer, delivers_until_ns) == 192, "ring_consumer.delivers_until_ns moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->delivers_until_ns) == 8, "ring_consumer.delivers_until_ns changed size");
_Static_assert(offsetof(struct ring_consumer, reserved_200) == 200, "ring_consumer.reserved_200 moved");
_Static_assert(sizeof(((struct ring_consumer *)0)->reserved_200) == 3896, "ring_consumer.reserved_200 changed size");
_Static_assert(sizeof(struct ring_consumer) == 4096, "ring_consumer changed size");

struct account_header {
	uint64_t magic; /* ASCII RWBOOK01 read as bytes */
	uint64_t layout_hash; /* as in a ring */
	uint64_t start_id; /* of the helper whose workers count in the cells */
	uint64_t began_id; /* of the helper that began the book: the numbers of rows mean nothing in one with another began_id */
	uint32_t workers; /* account_cells of a row */
	uint32_t row_size; /* bytes from row to row */
	uint32_t row_count; /* rows in use; stored after the row is complete */
	uint8_t reserved_44[20]; /* zero */
	uint64_t former_select; /* which of the two former_events of all rows is valid: the other is written first, so that one store changes all of them */
	uint8_t reserved_72[56]; /* zero */
	uint64_t former_start_id[2][32]; /* [table][worker]: the ring whose unread frames were counted as lost last */
	uint64_t former_cursor[2][32]; /* [table][worker]: from which position on they were */
	uint8_t reserved_1152[2944]; /* zero */
};
_Static_assert(offsetof(struct account_header, magic) == 0, "account_header.magic moved");
_Static_assert(sizeof(((struct account_header *)0)->magic) == 8, "account_header.magic changed size");
_Static_assert(offsetof(struct account_header, layout_hash) == 8, "account_header.layout_hash moved");
_Static_assert(sizeof(((struct account_header *)0)->layout_hash) == 8, "account_header.layout_hash changed size");
_Static_assert(offsetof(struct account_header, start_id) == 16, "account_header.start_id moved");
_Static_assert(sizeof(((struct account_header *)0)->start_id) == 8, "account_header.start_id changed size");
_Static_assert(offsetof(struct account_header, began_id) == 24, "account_header.began_id moved");
_Static_assert(sizeof(((struct account_header *)0)->began_id) == 8, "account_header.began_id changed size");
_Static_assert(offsetof(struct account_header, workers) == 32, "account_header.workers moved");
_Static_assert(sizeof(((struct account_header *)0)->workers) == 4, "account_header.workers changed size");
_Static_assert(offsetof(struct account_header, row_size) == 36, "account_header.row_size moved");
_Static_assert(sizeof(((struct account_header *)0)->row_size) == 4, "account_header.row_size changed size");
_Static_assert(offsetof(struct account_header, row_count) == 40, "account_header.row_count moved");
_Static_assert(sizeof(((struct account_header *)0)->row_count) == 4, "account_header.row_count changed size");
_Static_assert(offsetof(struct account_header, reserved_44) == 44, "account_header.reserved_44 moved");
_Static_assert(sizeof(((struct account_header *)0)->reserved_44) == 20, "account_header.reserved_44 changed size");
_Static_assert(offsetof(struct account_header, former_select) == 64, "account_header.former_select moved");
_Static_assert(sizeof(((struct account_header *)0)->former_select) == 8, "account_header.former_select changed size");
_Static_assert(offsetof(struct account_header, reserved_72) == 72, "account_header.reserved_72 moved");
_Static_assert(sizeof(((struct account_header *)0)->reserved_72) == 56, "account_header.reserved_72 changed size");
_Static_assert(offsetof(struct account_header, former_start_id) == 128, "account_header.former_start_id moved");
_Static_assert(sizeof(((struct account_header *)0)->former_start_id) == 512, "account_header.former_start_id changed size");
_Static_assert(offsetof(struct account_header, former_cursor) == 640, "account_header.former_cursor moved");
_Static_assert(sizeof(((struct account_header *)0)->former_cursor) == 512, "account_header.former_cursor changed size");
_Static_assert(offsetof(struct account_header, reserved_1152) == 1152, "account_header.reserved_1152 moved");
_Static_assert(sizeof(((struct account_header *)0)->reserved_1152) == 2944, "account_header.reserved_1152 changed size");
_Static_assert(sizeof(struct account_header) == 4096, "account_header changed size");

struct account_row {
	uint8_t name[256]; /* of the rule, in its class; ends with a zero byte */
	uint8_t account_class; /* enum account_class */
	uint8_t reserved_257[63]; /* zero */
	uint64_t former_events[2][4][4]; /* [table]: events by [slot][event_outcome] that former helpers counted; frames removed unread count as LOST_FULL, not WRITTEN */
};
_Static_assert(offsetof(struct account_row, name) == 0, "account_row.name moved");
_Static_assert(sizeof(((struct account_row *)0)->name) == 256, "account_row.name changed size");
_Static_assert(offsetof(struct account_row, account_class) == 256, "account_row.account_class moved");
_Static_assert(sizeof(((struct account_row *)0)->account_class) == 1, "account_row.account_class changed size");
_Static_assert(offsetof(struct account_row, reserved_257) == 257, "account_row.reserved_257 moved");
_Static_assert(sizeof(((struct account_row *)0)->reserved_257) == 63, "account_row.reserved_257 changed size");
_Static_assert(offsetof(struct account_row, former_events) == 320, "account_row.former_events moved");
_Static_assert(sizeof(((struct account_row *)0)->former_events) == 256, "account_row.former_events changed size");
_Static_assert(sizeof(struct account_row) == 576, "account_row changed size");

struct account_cell {
	uint64_t events[4][4]; /* events by [slot][event_outcome]; counted before the ring counts them by kind */
};
_Static_assert(offsetof(struct account_cell, events) == 0, "account_cell.events moved");
_Static_assert(sizeof(((struct account_cell *)0)->events) == 128, "account_cell.events changed size");
_Static_assert(sizeof(struct account_cell) == 128, "account_cell changed size");

#endif
