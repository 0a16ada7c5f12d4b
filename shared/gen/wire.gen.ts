// Everything that crosses the ring, generated from shared/wire/ by shared/gen/generate.mjs; do not edit.
// SPDX-License-Identifier: Apache-2.0

export const LAYOUT_VERSION = 1;
export const LAYOUT_HASH = "4c8fce90fd908660";
export const FRAME_SIZE = 192;
export const RING_PAGE_SIZE = 4096;
export const RING_SLOTS_AT = 8192;
export const RING_MAGIC = "RWRING02";
export const ACCOUNT_ROWS_AT = 4096;
export const ACCOUNT_ROW_HEAD = 576;
export const ACCOUNT_WORKERS = 32;
export const ACCOUNT_CELL_SIZE = 128;
export const ACCOUNT_MAGIC = "RWBOOK01";

export const EventType = {
  /** a session was installed and its first packet went on */
  SESSION_OPEN: 1,
  /** a session ended */
  SESSION_CLOSE: 2,
  /** a packet ended because of policy or host-inbound-traffic */
  POLICY_DENY: 3,
  /** a screen fired */
  SCREEN_DROP: 4,
  /** a filter term with log or syslog decided about a packet */
  FILTER_LOG: 6,
  /** events of one rule that the limiter held back in one second */
  LOG_SUPPRESSED: 7,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];
export type EventTypeName = keyof typeof EventType;
/** What a user reads, by value. */
export const eventTypeText: readonly string[] = ["unknown","SESSION_OPEN","SESSION_CLOSE","POLICY_DENY","SCREEN_DROP","unknown","FILTER_LOG","LOG_SUPPRESSED"];
/** The declared name, by value. */
export const eventTypeName: readonly (EventTypeName | undefined)[] = [undefined, "SESSION_OPEN", "SESSION_CLOSE", "POLICY_DENY", "SCREEN_DROP", undefined, "FILTER_LOG", "LOG_SUPPRESSED"];

export const Action = {
  /** the packet did not go on and its sender was not told */
  DENY: 0,
  /** the packet went on */
  PERMIT: 1,
  /** the packet did not go on and its sender was told */
  REJECT: 2,
} as const;
export type Action = (typeof Action)[keyof typeof Action];
export type ActionName = keyof typeof Action;
/** What a user reads, by value. */
export const actionText: readonly string[] = ["deny","permit","reject"];
/** The declared name, by value. */
export const actionName: readonly (ActionName | undefined)[] = ["DENY", "PERMIT", "REJECT"];

export const AddressFamily = {
  /** IPv4 */
  INET: 2,
  /** IPv6 */
  INET6: 10,
} as const;
export type AddressFamily = (typeof AddressFamily)[keyof typeof AddressFamily];
export type AddressFamilyName = keyof typeof AddressFamily;
/** What a user reads, by value. */
export const addressFamilyText: readonly string[] = ["unknown","unknown","inet","unknown","unknown","unknown","unknown","unknown","unknown","unknown","inet6"];
/** The declared name, by value. */
export const addressFamilyName: readonly (AddressFamilyName | undefined)[] = [undefined, undefined, "INET", undefined, undefined, undefined, undefined, undefined, undefined, undefined, "INET6"];

export const FilterLogSource = {
  /** a term with routing-instance */
  PBR: 1,
  /** an input filter, live or replayed from a flow's memo */
  INPUT: 2,
  /** an output filter, evaluated for this packet */
  OUTPUT: 3,
  /** an output filter, replayed from a flow's memo */
  CACHED_OUTPUT: 4,
  /** the lo0 filter, for a packet to this host */
  LO0: 5,
} as const;
export type FilterLogSource = (typeof FilterLogSource)[keyof typeof FilterLogSource];
export type FilterLogSourceName = keyof typeof FilterLogSource;
/** What a user reads, by value. */
export const filterLogSourceText: readonly string[] = ["unknown","pbr","input","output","cached-output","lo0"];
/** The declared name, by value. */
export const filterLogSourceName: readonly (FilterLogSourceName | undefined)[] = [undefined, "PBR", "INPUT", "OUTPUT", "CACHED_OUTPUT", "LO0"];

export const FilterAnswer = {
  /** no answer is due: the term does not say reject, or tcp-reset for what is not TCP */
  NONE: 0,
  /** the sender was told */
  SENT: 1,
  /** the answer was rate limited: the packet was discarded */
  LIMITED: 2,
  /** the packet may not be answered (RFC 1122 3.2.2, RFC 4443 2.4): it was discarded */
  SILENT: 3,
} as const;
export type FilterAnswer = (typeof FilterAnswer)[keyof typeof FilterAnswer];
export type FilterAnswerName = keyof typeof FilterAnswer;
/** What a user reads, by value. */
export const filterAnswerText: readonly string[] = ["none","sent","rate-limited","not-allowed"];
/** The declared name, by value. */
export const filterAnswerName: readonly (FilterAnswerName | undefined)[] = ["NONE", "SENT", "LIMITED", "SILENT"];

export const CloseReason = {
  /** no reason recorded */
  NONE: 0,
  /** no packet within the application's timeout */
  IDLE_TIMEOUT: 1,
  /** both sides sent FIN and the last was acknowledged */
  TCP_FIN: 2,
  /** reset, side not known */
  TCP_RST: 3,
  /** aged out early because the table was full */
  AGED_OUT: 4,
  /** rejected by policy after it was open */
  REJECTED_BY_POLICY: 5,
  /** a commit or a route change took its permission away */
  POLICY_DELETE: 6,
  /** an ICMP error ended it */
  ICMP_ERROR: 7,
  /** cleared by an operator */
  CLEARED: 8,
  /** a request and reply exchange completed */
  RESPONSE_RECEIVED: 9,
  /** reset by the client */
  TCP_CLIENT_RST: 10,
  /** reset by the server */
  TCP_SERVER_RST: 11,
  /** the SYN cookie handshake failed */
  SYNPROXY_FAILURE: 12,
  /** the firewall stopped in good order */
  SHUTDOWN: 13,
} as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];
export type CloseReasonName = keyof typeof CloseReason;
/** What a user reads, by value. */
export const closeReasonText: readonly string[] = ["unset","idle Timeout","TCP FIN","TCP RST","aged out","application failure or action","policy delete","ICMP error","CLI","response received","TCP CLIENT RST","TCP SERVER RST","synproxy failure","shutdown"];
/** The declared name, by value. */
export const closeReasonName: readonly (CloseReasonName | undefined)[] = ["NONE", "IDLE_TIMEOUT", "TCP_FIN", "TCP_RST", "AGED_OUT", "REJECTED_BY_POLICY", "POLICY_DELETE", "ICMP_ERROR", "CLEARED", "RESPONSE_RECEIVED", "TCP_CLIENT_RST", "TCP_SERVER_RST", "SYNPROXY_FAILURE", "SHUTDOWN"];

export const DenyReason = {
  /** no reason recorded */
  NONE: 0,
  /** a policy with deny */
  POLICY: 1,
  /** no policy matched; the default policy denied */
  DEFAULT_POLICY: 2,
  /** a policy with reject; the sender was told */
  REJECT: 3,
  /** a policy with reject, but the answer was rate limited */
  REJECT_LIMITED: 4,
  /** a policy with reject, but the packet may not be answered (RFC 1122 3.2.2, RFC 4443 2.4) */
  REJECT_SILENT: 5,
  /** the packet was for this host and host-inbound-traffic does not allow it */
  HOST_INBOUND: 6,
} as const;
export type DenyReason = (typeof DenyReason)[keyof typeof DenyReason];
export type DenyReasonName = keyof typeof DenyReason;
/** What a user reads, by value. */
export const denyReasonText: readonly string[] = ["unset","Denied by policy","Denied by default policy","Rejected by policy","Rejected by policy, answer rate limited","Rejected by policy, no answer allowed","Denied by host-inbound-traffic"];
/** The declared name, by value. */
export const denyReasonName: readonly (DenyReasonName | undefined)[] = ["NONE", "POLICY", "DEFAULT_POLICY", "REJECT", "REJECT_LIMITED", "REJECT_SILENT", "HOST_INBOUND"];

export const ScreenId = {
  /** tcp syn-flood */
  SYN_FLOOD: 0,
  /** icmp flood */
  ICMP_FLOOD: 1,
  /** udp flood */
  UDP_FLOOD: 2,
  /** tcp port-scan */
  PORT_SCAN: 3,
  /** icmp ip-sweep */
  IP_SWEEP: 4,
  /** tcp land */
  LAND: 5,
  /** icmp ping-death */
  PING_OF_DEATH: 6,
  /** ip tear-drop */
  TEAR_DROP: 7,
  /** tcp syn-fin */
  SYN_FIN: 8,
  /** tcp tcp-no-flag */
  TCP_NO_FLAG: 9,
  /** tcp fin-no-ack */
  FIN_NO_ACK: 10,
  /** tcp winnuke */
  WINNUKE: 11,
  /** ip source-route-option */
  SOURCE_ROUTE: 12,
  /** tcp syn-frag */
  SYN_FRAGMENT: 13,
  /** tcp syn-flood, answered by cookie */
  SYN_COOKIE: 14,
  /** limit-session source-ip-based */
  SESSION_LIMIT_SOURCE: 15,
  /** limit-session destination-ip-based */
  SESSION_LIMIT_DESTINATION: 16,
  /** icmp fragment */
  ICMP_FRAGMENT: 17,
  /** icmp large */
  ICMP_LARGE: 18,
  /** icmp icmpv6-malformed */
  ICMPV6_MALFORMED: 19,
  /** ip bad-option */
  BAD_OPTION: 20,
  /** ip record-route-option */
  RECORD_ROUTE: 21,
  /** ip timestamp-option */
  TIMESTAMP: 22,
  /** ip security-option */
  SECURITY: 23,
  /** ip stream-option */
  STREAM: 24,
  /** ip loose-source-route-option */
  LOOSE_SOURCE_ROUTE: 25,
  /** ip strict-source-route-option */
  STRICT_SOURCE_ROUTE: 26,
  /** ip unknown-protocol */
  UNKNOWN_PROTOCOL: 27,
  /** ip block-frag */
  BLOCK_FRAGMENT: 28,
  /** ip spoofing */
  SPOOFING: 29,
  /** ip ipv6-extension-header */
  IPV6_EXTENSION_HEADER: 30,
  /** ip ipv6-extension-header-limit */
  IPV6_EXTENSION_LIMIT: 31,
  /** ip ipv6-malformed-header */
  IPV6_MALFORMED: 32,
  /** tcp syn-flood source-threshold */
  SYN_FLOOD_SOURCE: 33,
  /** tcp syn-flood destination-threshold */
  SYN_FLOOD_DESTINATION: 34,
  /** tcp tcp-sweep */
  TCP_SWEEP: 35,
  /** udp udp-sweep */
  UDP_SWEEP: 36,
  /** udp port-scan */
  UDP_PORT_SCAN: 37,
  /** tcp syn-flood queue-size */
  SYN_QUEUE: 38,
} as const;
export type ScreenId = (typeof ScreenId)[keyof typeof ScreenId];
export type ScreenIdName = keyof typeof ScreenId;
/** What a user reads, by value. */
export const screenIdText: readonly string[] = ["SYN flood!","ICMP flood!","UDP flood!","TCP port scan!","IP sweep!","Land attack!","Ping of death!","Tear drop attack!","SYN and FIN bits!","No TCP flag!","FIN but no ACK bit!","WinNuke attack!","Source route IP option!","SYN fragment!","SYN flood!","Src IP session limit!","Dst IP session limit!","ICMP fragment!","Large ICMP packet!","ICMPv6 malformed packet!","Bad IP option!","Record Route IP option!","Timestamp IP option!","Security IP option!","Stream IP option!","Loose source route IP option!","Strict source route IP option!","Unknown protocol!","Block fragment traffic!","IP spoofing!","IPv6 extension header!","IPv6 extension header limit!","IPv6 malformed header!","SYN flood Src-IP based!","SYN flood Dst-IP based!","TCP sweep!","UDP sweep!","UDP port scan!","SYN flood!"];
/** The declared name, by value. */
export const screenIdName: readonly (ScreenIdName | undefined)[] = ["SYN_FLOOD", "ICMP_FLOOD", "UDP_FLOOD", "PORT_SCAN", "IP_SWEEP", "LAND", "PING_OF_DEATH", "TEAR_DROP", "SYN_FIN", "TCP_NO_FLAG", "FIN_NO_ACK", "WINNUKE", "SOURCE_ROUTE", "SYN_FRAGMENT", "SYN_COOKIE", "SESSION_LIMIT_SOURCE", "SESSION_LIMIT_DESTINATION", "ICMP_FRAGMENT", "ICMP_LARGE", "ICMPV6_MALFORMED", "BAD_OPTION", "RECORD_ROUTE", "TIMESTAMP", "SECURITY", "STREAM", "LOOSE_SOURCE_ROUTE", "STRICT_SOURCE_ROUTE", "UNKNOWN_PROTOCOL", "BLOCK_FRAGMENT", "SPOOFING", "IPV6_EXTENSION_HEADER", "IPV6_EXTENSION_LIMIT", "IPV6_MALFORMED", "SYN_FLOOD_SOURCE", "SYN_FLOOD_DESTINATION", "TCP_SWEEP", "UDP_SWEEP", "UDP_PORT_SCAN", "SYN_QUEUE"];

export const EventOutcome = {
  /** written to the ring */
  WRITTEN: 0,
  /** held back by the limiter */
  SUPPRESSED: 1,
  /** the kind's share of the ring was used up */
  LOST_BUDGET: 2,
  /** the ring was full */
  LOST_FULL: 3,
} as const;
export type EventOutcome = (typeof EventOutcome)[keyof typeof EventOutcome];
export type EventOutcomeName = keyof typeof EventOutcome;
/** What a user reads, by value. */
export const eventOutcomeText: readonly string[] = ["written","suppressed","lost-budget","lost-full"];
/** The declared name, by value. */
export const eventOutcomeName: readonly (EventOutcomeName | undefined)[] = ["WRITTEN", "SUPPRESSED", "LOST_BUDGET", "LOST_FULL"];

export const AccountClass = {
  /** row 0: LOG_SUPPRESSED, and whatever has no rule */
  SUMMARIES: 0,
  /** a policy, named FROM/TO/POLICY or global/POLICY; default: the default policy; host-inbound-traffic */
  POLICY: 1,
  /** a filter's term, named FAMILY/FILTER/TERM */
  FILTER: 2,
  /** a screen of a zone, named ZONE/SCREEN_ID */
  SCREEN: 3,
} as const;
export type AccountClass = (typeof AccountClass)[keyof typeof AccountClass];
export type AccountClassName = keyof typeof AccountClass;
/** What a user reads, by value. */
export const accountClassText: readonly string[] = ["summaries","policy","filter","screen"];
/** The declared name, by value. */
export const accountClassName: readonly (AccountClassName | undefined)[] = ["SUMMARIES", "POLICY", "FILTER", "SCREEN"];

export const DropReason = {
  /** not dropped */
  NONE: 0,
  /** shorter than its own headers say */
  TRUNCATED: 1,
  /** not IPv4 or IPv6, or more than two VLAN tags */
  ETHERTYPE: 2,
  /** the IP version nibble contradicts the ethertype */
  IP_VERSION: 3,
  /** IPv4 IHL below 5 or beyond the packet */
  IP_HEADER_LENGTH: 4,
  /** IP length below the header or beyond the frame */
  IP_TOTAL_LENGTH: 5,
  /** wrong IPv4 header checksum */
  IP_CHECKSUM: 6,
  /** malformed IPv4 option */
  IP_OPTION: 7,
  /** a source that is not one host: multicast, broadcast, loopback, unspecified */
  IP_SOURCE: 8,
  /** a destination that must not be forwarded: loopback, unspecified */
  IP_DESTINATION: 9,
  /** malformed, repeated out of order, or too many IPv6 extension headers */
  IPV6_EXTENSION: 10,
  /** a fragment with impossible offset, length or flags */
  FRAGMENT_INVALID: 11,
  /** a first fragment too short for its transport header, or a later one inside it */
  FRAGMENT_TINY: 12,
  /** a later fragment whose first fragment did not come in time */
  FRAGMENT_UNKNOWN: 13,
  /** no room to remember or hold another fragment */
  FRAGMENT_FULL: 14,
  /** TCP data offset below 5 or beyond the packet */
  TCP_HEADER: 15,
  /** an impossible combination of TCP flags */
  TCP_FLAGS: 16,
  /** UDP length below 8 or beyond the packet */
  UDP_LENGTH: 17,
  /** ICMP shorter than its header */
  ICMP_HEADER: 18,
  /** another transport shorter than its header */
  TRANSPORT_HEADER: 19,
  /** no configuration in force */
  NO_SNAPSHOT: 20,
  /** no unit is configured for this device and VLAN */
  UNKNOWN_INTERFACE: 21,
  /** the interface belongs to no zone */
  NO_ZONE: 22,
  /** a screen fired */
  SCREEN: 23,
  /** a filter term with discard, or no term matched */
  FILTER_DISCARD: 24,
  /** a filter term with reject */
  FILTER_REJECT: 25,
  /** over a policer's rate */
  POLICER: 26,
  /** no route to the destination */
  NO_ROUTE: 27,
  /** a discard route */
  ROUTE_DISCARD: 28,
  /** a reject route; the sender was told */
  ROUTE_REJECT: 29,
  /** host-inbound-traffic does not allow it */
  HOST_INBOUND: 30,
  /** the host could not take it */
  HOST_QUEUE_FULL: 31,
  /** a policy with deny */
  POLICY_DENY: 32,
  /** a policy with reject */
  POLICY_REJECT: 33,
  /** the default policy */
  DEFAULT_POLICY: 34,
  /** no translated port free */
  NAT_EXHAUSTED: 35,
  /** no room for another session */
  SESSION_TABLE_FULL: 36,
  /** a TCP segment that starts no session and belongs to none */
  TCP_NO_SESSION: 37,
  /** a TCP segment outside the window */
  TCP_WINDOW: 38,
  /** a TCP segment that its session's state does not allow */
  TCP_STATE: 39,
  /** an ICMP error or reply that belongs to no session */
  ICMP_NO_SESSION: 40,
  /** the next hop's link-layer address was not found */
  NEIGHBOUR_UNRESOLVED: 41,
  /** too many packets wait for link-layer addresses */
  NEIGHBOUR_QUEUE_FULL: 42,
  /** TTL or hop limit ran out here */
  TTL_EXPIRED: 43,
  /** larger than the egress MTU and may not be fragmented */
  MTU_EXCEEDED: 44,
  /** the egress interface is down or gone */
  EGRESS_DOWN: 45,
  /** the transmit ring stayed full */
  TX_FULL: 46,
  /** no packet buffer free */
  NO_BUFFER: 47,
  /** the owning worker's queue was full */
  HANDOFF_FULL: 48,
  /** link-local or multicast address that must not be forwarded */
  LINK_SCOPE: 49,
  /** a directed broadcast */
  BROADCAST: 50,
  /** a frame addressed to another station, seen by a promiscuous or flooded interface */
  OTHER_STATION: 51,
  /** IPv4 or IPv6 by an interface that does not carry it: no family inet or inet6 */
  FAMILY_OFF: 52,
  /** the queue of its class at the egress interface was full */
  QUEUE_FULL: 53,
  /** the translation of its session is not what the configuration says now */
  NAT_CHANGED: 54,
  /** it has the addresses of a translated session, but not from where that one lies */
  NAT_NO_SESSION: 55,
  /** a SYN beyond the attack threshold; it was answered with a SYN cookie */
  SYN_COOKIE: 56,
  /** a client with a SYN cookie, or its server, sent this before the server had answered */
  SYN_COOKIE_PENDING: 57,
  /** too many clients with SYN cookies wait for their servers */
  SYN_COOKIE_QUEUE: 58,
  /** a SYN+ACK that was answered before in the client's stead */
  SYN_COOKIE_REPEATED: 59,
  /** a rule matches, but cannot translate it: an address without counterpart (NPTv6: RFC 6296; NAT64: RFC 6052), a fragment of SCTP whose ports would change */
  NAT_UNMAPPABLE: 60,
  /** a fragment that brings bytes of its datagram that came before, in another cut */
  FRAGMENT_OVERLAP: 61,
  /** a TCP segment with data before the handshake was done (strict-syn-check) */
  TCP_EARLY_DATA: 62,
  /** no room for another binding of persistent NAT */
  NAT_BINDING_FULL: 64,
  /** its binding of persistent NAT has as many sessions as it may */
  NAT_BINDING_SESSIONS: 65,
  /** to an IPv4 host by NAT64, but no source rule gives it an IPv4 source */
  NAT64_NO_SOURCE: 68,
  /** NAT64 carries TCP, UDP and ICMP echo, and errors that have a counterpart; this is none of them */
  NAT64_PROTOCOL: 69,
  /** a header that NAT64 may not leave out: source routing, authentication, options in a fragment (RFC 7915 4.1, 5.1) */
  NAT64_HEADER: 70,
  /** a fragment whose checksum NAT64 cannot mend: of ICMP, or of UDP without one (RFC 7915 4.5) */
  NAT64_FRAGMENT: 71,
  /** a log stream that must deliver is down (require-delivery) */
  LOG_DELIVERY: 76,
} as const;
export type DropReason = (typeof DropReason)[keyof typeof DropReason];
export type DropReasonName = keyof typeof DropReason;
/** What a user reads, by value. */
export const dropReasonText: readonly string[] = ["none","truncated","ethertype","ip-version","ip-header-length","ip-total-length","ip-checksum","ip-option","ip-source","ip-destination","ipv6-extension","fragment-invalid","fragment-tiny","fragment-unknown","fragment-full","tcp-header","tcp-flags","udp-length","icmp-header","transport-header","no-snapshot","unknown-interface","no-zone","screen","filter-discard","filter-reject","policer","no-route","route-discard","route-reject","host-inbound","host-queue-full","policy-deny","policy-reject","default-policy","nat-exhausted","session-table-full","tcp-no-session","tcp-window","tcp-state","icmp-no-session","neighbour-unresolved","neighbour-queue-full","ttl-expired","mtu-exceeded","egress-down","tx-full","no-buffer","handoff-full","link-scope","broadcast","other-station","family-off","queue-full","nat-changed","nat-no-session","syn-cookie","syn-cookie-pending","syn-cookie-queue","syn-cookie-repeated","nat-unmappable","fragment-overlap","tcp-early-data","unknown","nat-binding-full","nat-binding-sessions","unknown","unknown","nat64-no-source","nat64-protocol","nat64-header","nat64-fragment","unknown","unknown","unknown","unknown","log-delivery"];
/** The declared name, by value. */
export const dropReasonName: readonly (DropReasonName | undefined)[] = ["NONE", "TRUNCATED", "ETHERTYPE", "IP_VERSION", "IP_HEADER_LENGTH", "IP_TOTAL_LENGTH", "IP_CHECKSUM", "IP_OPTION", "IP_SOURCE", "IP_DESTINATION", "IPV6_EXTENSION", "FRAGMENT_INVALID", "FRAGMENT_TINY", "FRAGMENT_UNKNOWN", "FRAGMENT_FULL", "TCP_HEADER", "TCP_FLAGS", "UDP_LENGTH", "ICMP_HEADER", "TRANSPORT_HEADER", "NO_SNAPSHOT", "UNKNOWN_INTERFACE", "NO_ZONE", "SCREEN", "FILTER_DISCARD", "FILTER_REJECT", "POLICER", "NO_ROUTE", "ROUTE_DISCARD", "ROUTE_REJECT", "HOST_INBOUND", "HOST_QUEUE_FULL", "POLICY_DENY", "POLICY_REJECT", "DEFAULT_POLICY", "NAT_EXHAUSTED", "SESSION_TABLE_FULL", "TCP_NO_SESSION", "TCP_WINDOW", "TCP_STATE", "ICMP_NO_SESSION", "NEIGHBOUR_UNRESOLVED", "NEIGHBOUR_QUEUE_FULL", "TTL_EXPIRED", "MTU_EXCEEDED", "EGRESS_DOWN", "TX_FULL", "NO_BUFFER", "HANDOFF_FULL", "LINK_SCOPE", "BROADCAST", "OTHER_STATION", "FAMILY_OFF", "QUEUE_FULL", "NAT_CHANGED", "NAT_NO_SESSION", "SYN_COOKIE", "SYN_COOKIE_PENDING", "SYN_COOKIE_QUEUE", "SYN_COOKIE_REPEATED", "NAT_UNMAPPABLE", "FRAGMENT_OVERLAP", "TCP_EARLY_DATA", undefined, "NAT_BINDING_FULL", "NAT_BINDING_SESSIONS", undefined, undefined, "NAT64_NO_SOURCE", "NAT64_PROTOCOL", "NAT64_HEADER", "NAT64_FRAGMENT", undefined, undefined, undefined, undefined, "LOG_DELIVERY"];

export const Verdict = {
  /** not decided yet */
  NONE: 0,
  /** sent out of an interface */
  FORWARD: 1,
  /** delivered to this host's kernel */
  HOST: 2,
  /** ended here; drop_reason says why */
  DROP: 3,
  /** held until its neighbour or its first fragment is known */
  WAIT: 4,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];
export type VerdictName = keyof typeof Verdict;
/** What a user reads, by value. */
export const verdictText: readonly string[] = ["none","forward","host","drop","wait"];
/** The declared name, by value. */
export const verdictName: readonly (VerdictName | undefined)[] = ["NONE", "FORWARD", "HOST", "DROP", "WAIT"];

/** Offsets in the frame. Bytes whose meaning depends on the kind are in `view` only. */
export const offset = {
  header: {
    sequence: 0,
    length: 8,
    layout_version: 10,
    event_type: 11,
    generation: 12,
  },
  record: {
    timestamp_ns: 16,
    source_address: 24,
    destination_address: 40,
    source_port: 56,
    destination_port: 58,
    ingress_zone: 64,
    egress_zone: 66,
    event_type: 68,
    protocol: 69,
    action: 70,
    address_family: 71,
    nat_source_address: 88,
    nat_destination_address: 104,
    nat_source_port: 120,
    nat_destination_port: 122,
    session_created_s: 124,
    server_packets: 128,
    server_bytes: 136,
    ingress_interface: 144,
    application_id: 148,
    nat_address_family: 151,
  },
  extension: {
    session_id: 152,
    egress_interface: 160,
    source_nat_rule_id: 164,
    destination_nat_rule_id: 168,
    account: 172,
    term_id: 176,
    packet_length: 180,
    dscp: 182,
    tcp_flags: 183,
    icmp_type: 184,
    icmp_code: 185,
    worker: 186,
    filter_answer: 187,
    suppressed_count: 188,
  },
} as const;

/** Each kind's own names for the shared bytes of the record: offsets in the frame. */
export const view = {
  SESSION_OPEN: {
    policy_id: 60,
  },
  SESSION_CLOSE: {
    policy_id: 60,
    client_packets: 72,
    client_bytes: 80,
    close_reason: 150,
  },
  POLICY_DENY: {
    policy_id: 60,
    deny_reason: 150,
  },
  SCREEN_DROP: {
    screen_id: 60,
  },
  FILTER_LOG: {
    filter_id: 60,
    rule_id: 72,
    term_id: 76,
    filter_log_source: 150,
  },
  LOG_SUPPRESSED: {
    suppressed_rule: 60,
    suppressed_outcome: 72,
    first_protocol: 76,
    suppressed_kind: 150,
  },
} as const;

/** Offsets in the pages of a ring: identity and producer in the ring file, consumer in the cursor file. */
export const ringOffset = {
  identity: {
    magic: 0,
    layout_hash: 8,
    frame_size: 16,
    slot_count: 20,
    start_id: 24,
    worker: 32,
    order: 36,
  },
  producer: {
    head: 0,
    heartbeat_ns: 8,
    given_up_ns: 16,
    events: 64,
    former_select: 320,
    former_start_id: 328,
    former_unknown: 344,
    former_events: 384,
  },
  consumer: {
    cursor: 0,
    waiting: 8,
    consumed_at: 16,
    consumed: 64,
    delivers_until_ns: 192,
  },
} as const;

/** Offsets in the account book: in its header, a row, and a worker's cell of a row. */
export const accountOffset = {
  header: {
    magic: 0,
    layout_hash: 8,
    start_id: 16,
    began_id: 24,
    workers: 32,
    row_size: 36,
    row_count: 40,
    former_select: 64,
    former_start_id: 128,
    former_cursor: 640,
  },
  row: {
    name: 0,
    account_class: 256,
    former_events: 320,
  },
  cell: {
    events: 0,
  },
} as const;
