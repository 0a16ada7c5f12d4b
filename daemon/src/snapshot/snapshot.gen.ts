// snapshot.gen.ts: the types of a snapshot and their schema. Made by shared/gen/snapshot.mjs from schemas/snapshot.schema.json; do not edit. SPDX-License-Identifier: Apache-2.0

/** Settings of the data plane: `security flow` and `system` settings that the helper enforces. */
export interface SnapshotSettings {
  /** what happens to traffic while no helper runs: closed drops it, open leaves it to the kernel; closed, open */
  readonly fail_mode: "closed" | "open";
  /** a session may start with any TCP segment */
  readonly tcp_no_syn_check: boolean;
  /** no segment with data passes before the handshake is done */
  readonly tcp_strict_syn_check: boolean;
  /** segments outside the window pass */
  readonly tcp_no_sequence_check: boolean;
  /** a valid RST ends its session at once */
  readonly tcp_rst_invalidate: boolean;
  /** a valid FIN ends its session at once */
  readonly tcp_fin_invalidate: boolean;
  /** seconds that a TCP handshake may take; 4..300 */
  readonly tcp_initial_timeout: number;
  /** seconds that a session stays when both FINs are acknowledged; 2..600 */
  readonly tcp_time_wait: number;
  /** largest maximum segment size that a forwarded SYN may offer; 0: as it is; 0..65535 */
  readonly tcp_mss: number;
  /** sessions of all workers together; read when the helper starts; 1024..16777216 */
  readonly session_maximum: number;
  /** seconds without packets after which a session ends while the table is nearly full; 1..65535 */
  readonly early_ageout: number;
  /** percentage of session_maximum beyond which that begins; 100: never; 0..100 */
  readonly high_watermark: number;
  /** percentage of session_maximum at which it ends; 0..100 */
  readonly low_watermark: number;
  /** ICMP errors and resets per second and worker; 0: unlimited; 0..1000000 */
  readonly icmp_error_rate: number;
  /** ICMP errors and resets at once; 1..100000 */
  readonly icmp_error_burst: number;
  /** new sessions only while the daemon says, in the ring's consumer page, that the log is delivered */
  readonly require_delivery: boolean;
  /** denies by host-inbound-traffic that are logged per second; 0: unlimited; 0..1000000 */
  readonly log_rule_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_rule_burst: number;
  /** of each kind of event that rules log, from each zone: per second; 0: unlimited; 0..1000000 */
  readonly log_zone_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_zone_burst: number;
}

/** One thing that the host accepts (`host-inbound-traffic`). */
export interface SnapshotHostService {
  /** IP protocol; -1: any; -1..255 */
  readonly protocol: number;
  /** 0: both, 2: IPv4, 10: IPv6; 0, 2, 10 */
  readonly family: 0 | 2 | 10;
  /** destination port; 0..65535: any; 0..65535 */
  readonly port_low: number;
  /** 0..65535 */
  readonly port_high: number;
  /** ICMP or ICMPv6 type; -1: any; -1..255 */
  readonly icmp_type: number;
}

/** A security zone. id 0 stands for no zone. */
export interface SnapshotZone {
  /** position in the list + 1; 1..127 */
  readonly id: number;
  /** unique; 1..63 characters */
  readonly name: string;
  /** answer a TCP segment that belongs to no session with RST */
  readonly tcp_rst: boolean;
  /** position in screens + 1: what is looked for in packets that come from it; 0: nothing; 0..127 */
  readonly screen: number;
  /** what hosts of this zone may reach on this host; at most 1024 */
  readonly host_inbound: readonly SnapshotHostService[];
}

/** A routing instance. Instance 0 is the default one, inet.0. */
export interface SnapshotInstance {
  /** position in the list; 0..63 */
  readonly id: number;
  /** unique; 1..63 characters */
  readonly name: string;
  /** the kernel's routing table whose routes it takes over; 0: none; 0..4294967295 */
  readonly kernel_table: number;
  /** filter id of lo0 for IPv4 to this host; 0: none; 0..16384 */
  readonly filter_host: number;
  /** as filter_host, for IPv6; 0..16384 */
  readonly filter_host6: number;
}

/** How one queue of a port is served. */
export interface SnapshotQueue {
  /** the order in which queues are served; strict-high, high, medium-high, medium-low, low */
  readonly priority: "strict-high" | "high" | "medium-high" | "medium-low" | "low";
  /** bits/s that come before what other queues take beyond their rates, in frames with their Ethernet header; 0: none; 0..1000000000000 */
  readonly rate: number;
  /** never more than the rate; needs a rate */
  readonly exact: boolean;
}

/** A Linux device. */
export interface SnapshotPort {
  /** position in the list; 0..63 */
  readonly id: number;
  /** unique, e.g. ge-0/0/0; 1..63 characters */
  readonly name: string;
  /** unique, e.g. eth1; 1..15 characters */
  readonly device: string;
  /** how to attach; auto: the best that works; auto, zero-copy, native, generic */
  readonly xdp_mode: "auto" | "zero-copy" | "native" | "generic";
  /** 0: the device's; 0 or 256..9216 */
  readonly mtu: number;
  /** bits/s of all queues together, in frames with their Ethernet header; 0: not limited, or no queues; 0..1000000000000 */
  readonly shaping_rate: number;
  /** none: packets leave in the order in which they came; else all eight, by number; at most 8 */
  readonly queues: readonly SnapshotQueue[];
}

/** An address of a logical interface with the length of its connected prefix. */
export interface SnapshotUnitAddress {
  /** 4 or 16 bytes */
  readonly address: Uint8Array;
  /** at most 32 for IPv4; 0..128 */
  readonly length: number;
}

/** A logical interface: a port and a VLAN. */
export interface SnapshotUnit {
  /** position in the list + 1; 1..4095 */
  readonly id: number;
  /** unique, e.g. ge-0/0/0.0; 1..63 characters */
  readonly name: string;
  /** port id; 0..63 */
  readonly port: number;
  /** 0: untagged; unique per port; 0..4094 */
  readonly vlan: number;
  /** zone id; 0: none, its packets are dropped; 0..127 */
  readonly zone: number;
  /** routing instance id; 0..63 */
  readonly instance: number;
  /** carries IPv4; without, IPv4 is dropped in both directions */
  readonly inet: boolean;
  /** carries IPv6; without, IPv6 is dropped in both directions */
  readonly inet6: boolean;
  /** 0: the port's; 0 or 68..9216 */
  readonly mtu_inet: number;
  /** 0: the port's; 0 or 1280..9216 */
  readonly mtu_inet6: number;
  /** connected prefixes of different units of an instance do not overlap; at most 1024 */
  readonly addresses: readonly SnapshotUnitAddress[];
  /** instead of the zone's; at most 1024 */
  readonly host_inbound?: readonly SnapshotHostService[];
  /** filter id for IPv4 that comes in; 0: none; 0..16384 */
  readonly filter_input: number;
  /** filter id for IPv4 that goes out; 0: none; 0..16384 */
  readonly filter_output: number;
  /** as filter_input, for IPv6; 0..16384 */
  readonly filter_input6: number;
  /** as filter_output, for IPv6; 0..16384 */
  readonly filter_output6: number;
  /** for IPv4 that comes in: position in classifiers + 1; 0: none; 0..1024 */
  readonly classifier: number;
  /** as classifier, for IPv6; 0..1024 */
  readonly classifier6: number;
  /** for IPv4 that goes out: position in rewrites + 1; 0: none; 0..1024 */
  readonly rewrite: number;
  /** as rewrite, for IPv6; 0..1024 */
  readonly rewrite6: number;
}

/** IPv4 addresses from low to high, both included. */
export interface SnapshotInetRange {
  /** 4 bytes */
  readonly low: Uint8Array;
  /** 4 bytes */
  readonly high: Uint8Array;
}

/** IPv6 addresses from low to high, both included. */
export interface SnapshotInet6Range {
  /** 16 bytes */
  readonly low: Uint8Array;
  /** 16 bytes */
  readonly high: Uint8Array;
}

/** A set of addresses: ranges sorted, disjoint. */
export interface SnapshotAddressSet {
  /** at most 1048576 */
  readonly inet: readonly SnapshotInetRange[];
  /** at most 1048576 */
  readonly inet6: readonly SnapshotInet6Range[];
}

/** Names traffic in logs. Where several fit, the earliest in the list wins. */
export interface SnapshotApplication {
  /** position in the list + 1; 1..65535 */
  readonly id: number;
  /** 1..63 characters */
  readonly name: string;
  /** IP protocol; -1: any; -1..255 */
  readonly protocol: number;
  /** destination port; 0..65535 */
  readonly port_low: number;
  /** 0..65535 */
  readonly port_high: number;
}

/** One application term of one policy. */
export interface SnapshotRule {
  /** policy set id x 65536 + position in the set; 0..4294967295 */
  readonly policy_id: number;
  /** index in counters; 0..1048575 */
  readonly counter: number;
  /** the policy's name; 1..63 characters */
  readonly name: string;
  /** global set only: ingress zones, none: any; at most 127 */
  readonly from_zones: readonly number[];
  /** global set only: egress zones, none: any; at most 127 */
  readonly to_zones: readonly number[];
  /** indexes in address_sets, any of them; none: any address; at most 4096 */
  readonly source: readonly number[];
  /** as source; at most 4096 */
  readonly destination: readonly number[];
  /** source is negated */
  readonly source_excluded: boolean;
  /** destination is negated */
  readonly destination_excluded: boolean;
  /** IP protocol; -1: any; -1..255 */
  readonly protocol: number;
  /** 0..65535: any; 0..65535 */
  readonly source_port_low: number;
  /** 0..65535 */
  readonly source_port_high: number;
  /** 0..65535: any; 0..65535 */
  readonly destination_port_low: number;
  /** 0..65535 */
  readonly destination_port_high: number;
  /** -1: any; -1..255 */
  readonly icmp_type: number;
  /** -1: any; -1..255 */
  readonly icmp_code: number;
  /** application id; 0: any; 0..65535 */
  readonly application: number;
  /** idle timeout in seconds; 0: by protocol, 4294967295: never; 0..4294967295 */
  readonly timeout: number;
  /** 0 deny, 1 permit, 2 reject; 0..2 */
  readonly action: number;
  /** log the session's opening */
  readonly log_init: boolean;
  /** log the session's close */
  readonly log_close: boolean;
  /** denies that the policy logs, all its terms together, per second; 0: unlimited; 0..1000000 */
  readonly log_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_burst: number;
  /** count packets and bytes */
  readonly count: boolean;
}

/** The policies of one pair of zones, or the global ones. */
export interface SnapshotPolicySet {
  /** position in the list + 1; 65534: the global set, last in the list; 1..65534 */
  readonly id: number;
  /** zone id; 0: the global set; 0..127 */
  readonly from_zone: number;
  /** zone id; 0: the global set; 0..127 */
  readonly to_zone: number;
  /** the first that matches decides; at most 65536 */
  readonly rules: readonly SnapshotRule[];
}

/** What happens where no policy matches. */
export interface SnapshotDefaultPolicy {
  /** 65535 x 65536; 4294901760 */
  readonly policy_id: 4294901760;
  /** 0 deny, 1 permit, 2 reject; 0..2 */
  readonly action: number;
  readonly log_init: boolean;
  readonly log_close: boolean;
  /** denies that are logged per second; 0: unlimited; 0..1000000 */
  readonly log_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_burst: number;
  /** index in counters; 0..1048575 */
  readonly counter: number;
}

/** A next hop of a static route. */
export interface SnapshotRouteHop {
  /** 4 or 16 bytes */
  readonly gateway: Uint8Array;
  /** unit id; 0: the unit whose connected prefix holds the gateway; 0..4095 */
  readonly unit: number;
}

/** A static route. */
export interface SnapshotRoute {
  /** routing instance id; 0..63 */
  readonly instance: number;
  /** host bits zero; a prefix stands once per instance and preference; 4 or 16 bytes */
  readonly prefix: Uint8Array;
  /** at most 32 for IPv4; 0..128 */
  readonly length: number;
  /** of the routes of a prefix, static or not, the lowest with a next hop that is alive is in force; 0..4294967295 */
  readonly preference: number;
  /** where it leads; next-hop, discard, reject, next-table */
  readonly kind: "next-hop" | "discard" | "reject" | "next-table";
  /** next-hop: at least one; else none; at most 16 */
  readonly next_hops: readonly SnapshotRouteHop[];
  /** next-table: the routing instance whose routes decide; else 0; 0..63 */
  readonly table: number;
}

/** Values from low to high, both included. */
export interface SnapshotOctetRange {
  /** 0..255 */
  readonly low: number;
  /** 0..255 */
  readonly high: number;
}

/** Values from low to high, both included. */
export interface SnapshotRange {
  /** 0..65535 */
  readonly low: number;
  /** 0..65535 */
  readonly high: number;
}

/** Holds where (flags & mask) == value. */
export interface SnapshotFlagMatch {
  /** 0..255 */
  readonly mask: number;
  /** 0..255 */
  readonly value: number;
}

/** Values from low to high, both included. */
export interface SnapshotWordRange {
  /** 0..4294967295 */
  readonly low: number;
  /** 0..4294967295 */
  readonly high: number;
}

/** Bits of the packet, read as a number in network order: (bits & mask) == (value & mask). A packet that is too short does not match. */
export interface SnapshotFlexibleMatch {
  /** the IP header, the header behind it, or what follows that; layer-3, layer-4, payload */
  readonly start: "layer-3" | "layer-4" | "payload";
  /** 0..255 */
  readonly byte_offset: number;
  /** 0..7 */
  readonly bit_offset: number;
  /** 1..32 */
  readonly bit_length: number;
  /** 0..4294967295 */
  readonly mask: number;
  /** 0..4294967295 */
  readonly value: number;
}

/** One term. All conditions must hold; an empty list is no condition. Lists hold where one of their entries does: `except` conditions arrive as the complement, ranges sorted and disjoint. A condition on a field that the packet does not have (a port of a later fragment, TCP flags of UDP) does not hold. */
export interface SnapshotFilterTerm {
  /** what logs name: the filter in which the term is written; 1..4294967295 */
  readonly filter_id: number;
  /** what logs name: position in that filter + 1; 1..4294967295 */
  readonly term_id: number;
  /** that filter's name; 1..63 characters */
  readonly filter: string;
  /** that term's name; 1..63 characters */
  readonly term: string;
  /** index in address_sets; at most 1 */
  readonly source: readonly number[];
  /** index in address_sets; at most 1 */
  readonly destination: readonly number[];
  /** index in address_sets: source or destination; at most 1 */
  readonly address: readonly number[];
  /** IP protocol behind extension headers; at most 128 */
  readonly protocols: readonly SnapshotOctetRange[];
  /** TCP, UDP, SCTP; at most 32768 */
  readonly source_ports: readonly SnapshotRange[];
  /** TCP, UDP, SCTP; at most 32768 */
  readonly destination_ports: readonly SnapshotRange[];
  /** source or destination port; at most 32768 */
  readonly ports: readonly SnapshotRange[];
  /** ICMP over IPv4, ICMPv6 over IPv6; at most 128 */
  readonly icmp_types: readonly SnapshotOctetRange[];
  /** at most 128 */
  readonly icmp_codes: readonly SnapshotOctetRange[];
  /** TCP header byte 13; any of them; at most 256 */
  readonly tcp_flags: readonly SnapshotFlagMatch[];
  /** DSCP, 0..63; precedences arrive as DSCPs; at most 32 */
  readonly dscps: readonly SnapshotOctetRange[];
  /** TTL or hop limit as received; at most 128 */
  readonly ttls: readonly SnapshotOctetRange[];
  /** IP packet length in bytes; at most 32768 */
  readonly packet_lengths: readonly SnapshotRange[];
  /** a later fragment (offset above 0) */
  readonly is_fragment: boolean;
  /** the first of several fragments */
  readonly first_fragment: boolean;
  /** in units of 8 bytes; IPv4; at most 4096 */
  readonly fragment_offsets: readonly SnapshotRange[];
  /** IPv4: 4 reserved, 2 don't fragment, 1 more fragments; any of them; at most 8 */
  readonly fragment_flags: readonly SnapshotFlagMatch[];
  /** IPv4: the packet has an option of such a type; at most 128 */
  readonly ip_options: readonly SnapshotOctetRange[];
  /** IPv4: the packet has no option of such a type; at most 128 */
  readonly ip_options_except: readonly SnapshotOctetRange[];
  /** security parameter index of ESP; at most 1024 */
  readonly esp_spis: readonly SnapshotWordRange[];
  /** unit ids: where the packet came in; at most 4095 */
  readonly interfaces: readonly number[];
  /** forwarding class ids, 0..15; at most 8 */
  readonly forwarding_classes: readonly SnapshotOctetRange[];
  /** 0 low, 1 medium-low, 2 medium-high, 3 high; at most 2 */
  readonly loss_priorities: readonly SnapshotOctetRange[];
  /** at most 1 */
  readonly flexible: readonly SnapshotFlexibleMatch[];
  /** next: the following terms are asked too; accept, discard, reject, next */
  readonly action: "accept" | "discard" | "reject" | "next";
  /** reject: code of ICMP (type 3) or ICMPv6 (type 1) unreachable; -1: TCP reset, nothing for other protocols; -1..15 */
  readonly reject_code: number;
  /** index in filter_counters; -1: none; -1..262143 */
  readonly counter: number;
  readonly log: boolean;
  /** packets that the term logs per second; 0: unlimited; 0..1000000 */
  readonly log_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_burst: number;
  /** index in policers; -1: none; -1..65535 */
  readonly policer: number;
  /** forwarding class id; -1: as it is; -1..15 */
  readonly set_forwarding_class: number;
  /** 0 low to 3 high; -1: as it is; -1..3 */
  readonly set_loss_priority: number;
  /** -1: as it is; -1..63 */
  readonly set_dscp: number;
  /** input filters: routing instance that routes the packet; -1: that of the interface; -1..63 */
  readonly routing_instance: number;
}

/** A stateless filter as it is attached. The first term that matches and is not `next` decides; where none does, the packet is discarded. */
export interface SnapshotFilter {
  /** position in the list + 1; 1..16384 */
  readonly id: number;
  /** unique per family, e.g. F, or F-ge-0/0/0.0-i where it is interface-specific; 1..255 characters */
  readonly name: string;
  /** 2: IPv4, 10: IPv6; 2, 10 */
  readonly family: 2 | 10;
  /** terms that can match nothing are left out; at most 8 of one filter's terms log and go on with the next; at most 65536 */
  readonly terms: readonly SnapshotFilterTerm[];
}

/** One budget and what happens to packets beyond it. */
export interface SnapshotPolicer {
  /** unique; 1..255 characters */
  readonly name: string;
  /** two-color: one bucket; single-rate: RFC 2697; two-rate: RFC 2698; two-color, single-rate, two-rate */
  readonly kind: "two-color" | "single-rate" | "two-rate";
  /** bits: rates in bits/s, bursts in bytes of IP packets; packets: packets/s and packets; bits, packets */
  readonly unit: "bits" | "packets";
  /** committed rate; 1..1000000000000 */
  readonly rate: number;
  /** committed burst; 1..1000000000 */
  readonly burst: number;
  /** two-rate: peak rate, at least rate; else 0; 0..1000000000000 */
  readonly rate2: number;
  /** two-rate: peak burst; single-rate: excess burst; else 0; 0..1000000000 */
  readonly burst2: number;
  /** three colors: what is yellow (medium-low, medium-high) or red (high) already gets no better */
  readonly color_aware: boolean;
  /** two-color: packets beyond the budget are dropped; three colors: red ones are */
  readonly exceed_discard: boolean;
  /** two-color: loss priority beyond the budget; -1: as it is. Three colors set low, medium-high, high by themselves; -1..3 */
  readonly exceed_loss_priority: number;
  /** two-color: forwarding class beyond the budget; -1: as it is; -1..15 */
  readonly exceed_forwarding_class: number;
}

/** A class of packets that are treated alike. */
export interface SnapshotForwardingClass {
  /** unique; 1..63 characters */
  readonly name: string;
  /** by which its packets leave, at ports with queues; 0..7 */
  readonly queue: number;
}

/** What one code point of a packet that comes stands for. */
export interface SnapshotCodePoint {
  /** unique in its classifier; 0..63 */
  readonly dscp: number;
  /** number of a forwarding class; 0..15 */
  readonly forwarding_class: number;
  /** 0 low, 1 medium-low, 2 medium-high, 3 high; 0..3 */
  readonly loss_priority: number;
}

/** What code points of packets that come stand for. Those left out: class 0, loss priority low. */
export interface SnapshotClassifier {
  /** at most 64 */
  readonly code_points: readonly SnapshotCodePoint[];
}

/** The code point that packets of a class and loss priority leave with. */
export interface SnapshotMark {
  /** number of a forwarding class; 0..15 */
  readonly forwarding_class: number;
  /** stands once for each class; 0..3 */
  readonly loss_priority: number;
  /** 0..63 */
  readonly dscp: number;
}

/** Which code points packets leave with. Those of classes and loss priorities left out stay. */
export interface SnapshotRewrite {
  /** at most 64 */
  readonly marks: readonly SnapshotMark[];
}

/** Addresses of one family from low to high, both included. */
export interface SnapshotNatRange {
  /** 4 or 16 bytes */
  readonly low: Uint8Array;
  /** 4 or 16 bytes */
  readonly high: Uint8Array;
}

/** Addresses that others are translated to. */
export interface SnapshotNatPool {
  /** unique, source/NAME or destination/NAME; 1..255 characters */
  readonly name: string;
  /** 2: IPv4, 10: IPv6; 2, 10 */
  readonly family: 2 | 10;
  /** sorted, disjoint; 1..4096 */
  readonly addresses: readonly SnapshotNatRange[];
  /** source: the range that ports come from, 0..0 if they stay as they are; destination: the port that packets go to, 0 if it stays as it is; 0..65535 */
  readonly port_low: number;
  /** destination: as port_low; 0..65535 */
  readonly port_high: number;
  /** a client keeps its address */
  readonly persistent: boolean;
  /** where sources are translated to when the pool is used up; none, interface, pool */
  readonly overflow: "none" | "interface" | "pool";
  /** overflow pool: position in nat_pools + 1; else 0; 0..1024 */
  readonly overflow_pool: number;
}

/** What packets that match are translated to. */
export interface SnapshotNatRule {
  /** unique, KIND/SET/RULE; 1..255 characters */
  readonly name: string;
  /** off: nothing; interface: the address of the egress interface; prefix: outer addresses stand for inner ones; nptv6: as prefix, such that checksums stay (RFC 6296); nat64: to the IPv4 address behind the outer prefix (RFC 6052, RFC 6146); off, interface, pool, prefix, nptv6, nat64 */
  readonly action: "off" | "interface" | "pool" | "prefix" | "nptv6" | "nat64";
  /** action pool: position in nat_pools + 1; else 0; 0..1024 */
  readonly pool: number;
  /** actions prefix, nptv6 and nat64 (IPv6) only; host bits zero; 4 or 16 bytes */
  readonly outer?: Uint8Array;
  /** actions prefix and nptv6 only, of the same family; host bits zero; 4 or 16 bytes */
  readonly inner?: Uint8Array;
  /** actions prefix and nptv6 (1..64): of both prefixes; nat64: 32, 40, 48, 56, 64 or 96; else 0; 0..128 */
  readonly length: number;
  /** action prefix: the first outer port, 0 if ports stay as they are; 0..65535 */
  readonly outer_port: number;
  /** the inner port that the first outer port stands for; 0..65535 */
  readonly inner_port: number;
  /** source actions that give out ports: a client's transport address stays bound to its outer one, and these may reach it there; any-remote-host, target-host, target-host-port */
  readonly persistent?: "any-remote-host" | "target-host" | "target-host-port";
  /** with persistent: seconds without a session; 60..7200 */
  readonly persistent_timeout?: number;
  /** with persistent: sessions of one binding at a time; 8..65536 */
  readonly persistent_sessions?: number;
}

/** Packets that a rule is for. */
export interface SnapshotNatMatch {
  /** position in nat_rules + 1; 1..16384 */
  readonly rule: number;
  /** indexes in address_sets, any of them; none: any address; at most 4096 */
  readonly source: readonly number[];
  /** as source; in source sets as translated; at most 4096 */
  readonly destination: readonly number[];
  /** IP protocol; -1: any; -1..255 */
  readonly protocol: number;
  /** 0..65535: any, also of protocols without ports; 0..65535 */
  readonly source_port_low: number;
  /** 0..65535 */
  readonly source_port_high: number;
  /** 0..65535: any, also of protocols without ports; 0..65535 */
  readonly destination_port_low: number;
  /** 0..65535 */
  readonly destination_port_high: number;
}

/** Translation rules for packets between interfaces. */
export interface SnapshotNatSet {
  /** when its rules are asked, and which address they translate; static-destination, destination, static-source, source */
  readonly stage: "static-destination" | "destination" | "static-source" | "source";
  /** units by which packets come; static-source: none, it stands for all; at most 4095 */
  readonly from: readonly number[];
  /** units by which packets leave; static-destination and destination: none, they do not ask; at most 4095 */
  readonly to: readonly number[];
  /** the first that matches decides; at most 65536 */
  readonly matches: readonly SnapshotNatMatch[];
}

/** Addresses of one family from low to high, both included, for which ARP or neighbour discovery is answered. */
export interface SnapshotProxy {
  /** the unit on whose link they are answered for; 1..4095 */
  readonly unit: number;
  /** 4 or 16 bytes */
  readonly low: Uint8Array;
  /** 4 or 16 bytes */
  readonly high: Uint8Array;
}

/** A screen that counts. */
export interface SnapshotScreenThreshold {
  /** screen id; 0..63 */
  readonly screen: number;
  /** floods: packets per second and address; scans and sweeps: microseconds, at least 1000, in which ten are too many; session limits: sessions at a time; 1..1000000 */
  readonly threshold: number;
}

/** Addresses that begin alike. */
export interface SnapshotPrefix {
  /** host bits zero; 4 or 16 bytes */
  readonly address: Uint8Array;
  /** at most that of the address; 0..128 */
  readonly length: number;
}

/** What comes from one of the sources and goes to one of the destinations; no sources, or no destinations, stand for any. */
export interface SnapshotWhiteList {
  /** at most 32 */
  readonly sources: readonly SnapshotPrefix[];
  /** at most 32 */
  readonly destinations: readonly SnapshotPrefix[];
}

/** What the screens of an ids-option look for. */
export interface SnapshotScreen {
  /** unique; 1..63 characters */
  readonly name: string;
  /** packets go on; only said and counted */
  readonly alarm_without_drop: boolean;
  /** screen ids of what is looked for in each packet, rising; at most 64 */
  readonly checks: readonly number[];
  /** what counts, screen ids rising; at most 64 */
  readonly thresholds: readonly SnapshotScreenThreshold[];
  /** ipv6-extension-header: header types, sorted and disjoint; at most 128 */
  readonly ipv6_headers: readonly SnapshotOctetRange[];
  /** ipv6-extension-header: option types of hop-by-hop headers; at most 128 */
  readonly hop_options: readonly SnapshotOctetRange[];
  /** ipv6-extension-header: option types of destination headers; at most 128 */
  readonly destination_options: readonly SnapshotOctetRange[];
  /** ipv6-extension-header-limit: headers that a packet may have; -1: any number; -1..32 */
  readonly extension_limit: number;
  /** seconds that the server of a client with a SYN cookie may take; 0 if and only if there is no threshold of SYN_COOKIE; 0..50 */
  readonly syn_timeout: number;
  /** SYN segments that are part of no SYN flood; at most 2 */
  readonly white_lists: readonly SnapshotWhiteList[];
  /** logs of each screen and zone per second; 0: unlimited; 0..1000000 */
  readonly log_rate: number;
  /** the same at once; 1..1000000 */
  readonly log_burst: number;
}

/** A complete configuration of the helper, sent as msgpack: maps with string keys, integers, booleans, strings and bin. Every field is required unless marked optional; unknown and repeated fields are refused. */
export interface Snapshot {
  /** of this format; 1 */
  readonly version: 1;
  /** rises with every commit; frames carry it; 1..4294967295 */
  readonly generation: number;
  /** SHA-256 of the canonical encoding without generation and hash, made by the daemon; 64 characters */
  readonly hash: string;
  readonly settings: SnapshotSettings;
  /** at most 127 */
  readonly zones: readonly SnapshotZone[];
  /** 1..64 */
  readonly instances: readonly SnapshotInstance[];
  /** at most 64 */
  readonly ports: readonly SnapshotPort[];
  /** at most 4095 */
  readonly units: readonly SnapshotUnit[];
  /** referred to by position, from 0; at most 262144 */
  readonly address_sets: readonly SnapshotAddressSet[];
  /** own ones before predefined ones; at most 65535 */
  readonly applications: readonly SnapshotApplication[];
  /** a pair of zones stands once; at most 16130 */
  readonly policy_sets: readonly SnapshotPolicySet[];
  readonly default_policy: SnapshotDefaultPolicy;
  /** unique names; the position is the counter's slot; 1..1048576 */
  readonly counters: readonly string[];
  /** at most 262144 */
  readonly routes: readonly SnapshotRoute[];
  /** stateless filters as they are attached: lists joined, filters named by other filters put in their place; at most 16384 */
  readonly filters: readonly SnapshotFilter[];
  /** unique names, FILTER/COUNTER; the position is the counter's slot; at most 262144 */
  readonly filter_counters: readonly string[];
  /** one for each budget: referred to by position, from 0; at most 65536 */
  readonly policers: readonly SnapshotPolicer[];
  /** the position is the class's number; 1..16 */
  readonly forwarding_classes: readonly SnapshotForwardingClass[];
  /** referred to by position, from 1; at most 1024 */
  readonly classifiers: readonly SnapshotClassifier[];
  /** referred to by position, from 1; at most 1024 */
  readonly rewrites: readonly SnapshotRewrite[];
  /** referred to by position, from 1; all of them together have at most 4096 addresses; at most 1024 */
  readonly nat_pools?: readonly SnapshotNatPool[];
  /** referred to by position, from 1: the number that events carry; at most 16384 */
  readonly nat_rules?: readonly SnapshotNatRule[];
  /** in the order of their stages; of a stage the first whose interfaces fit decides; at most 1024 */
  readonly nat_sets?: readonly SnapshotNatSet[];
  /** addresses that this host answers for on a link without having them; at most 4096 addresses; at most 4096 */
  readonly proxies?: readonly SnapshotProxy[];
  /** that zones have; referred to by position, from 1; at most 127 */
  readonly screens: readonly SnapshotScreen[];
}

/** snapshotFields gives each map's fields in the order of the schema, and the map that a field holds. */
export const snapshotFields: Readonly<Record<string, readonly (readonly [field: string, holds: string])[]>> = {
  SnapshotSettings: [["fail_mode", ""], ["tcp_no_syn_check", ""], ["tcp_strict_syn_check", ""], ["tcp_no_sequence_check", ""], ["tcp_rst_invalidate", ""], ["tcp_fin_invalidate", ""], ["tcp_initial_timeout", ""], ["tcp_time_wait", ""], ["tcp_mss", ""], ["session_maximum", ""], ["early_ageout", ""], ["high_watermark", ""], ["low_watermark", ""], ["icmp_error_rate", ""], ["icmp_error_burst", ""], ["require_delivery", ""], ["log_rule_rate", ""], ["log_rule_burst", ""], ["log_zone_rate", ""], ["log_zone_burst", ""]],
  SnapshotHostService: [["protocol", ""], ["family", ""], ["port_low", ""], ["port_high", ""], ["icmp_type", ""]],
  SnapshotZone: [["id", ""], ["name", ""], ["tcp_rst", ""], ["screen", ""], ["host_inbound", "SnapshotHostService"]],
  SnapshotInstance: [["id", ""], ["name", ""], ["kernel_table", ""], ["filter_host", ""], ["filter_host6", ""]],
  SnapshotQueue: [["priority", ""], ["rate", ""], ["exact", ""]],
  SnapshotPort: [["id", ""], ["name", ""], ["device", ""], ["xdp_mode", ""], ["mtu", ""], ["shaping_rate", ""], ["queues", "SnapshotQueue"]],
  SnapshotUnitAddress: [["address", ""], ["length", ""]],
  SnapshotUnit: [["id", ""], ["name", ""], ["port", ""], ["vlan", ""], ["zone", ""], ["instance", ""], ["inet", ""], ["inet6", ""], ["mtu_inet", ""], ["mtu_inet6", ""], ["addresses", "SnapshotUnitAddress"], ["host_inbound", "SnapshotHostService"], ["filter_input", ""], ["filter_output", ""], ["filter_input6", ""], ["filter_output6", ""], ["classifier", ""], ["classifier6", ""], ["rewrite", ""], ["rewrite6", ""]],
  SnapshotInetRange: [["low", ""], ["high", ""]],
  SnapshotInet6Range: [["low", ""], ["high", ""]],
  SnapshotAddressSet: [["inet", "SnapshotInetRange"], ["inet6", "SnapshotInet6Range"]],
  SnapshotApplication: [["id", ""], ["name", ""], ["protocol", ""], ["port_low", ""], ["port_high", ""]],
  SnapshotRule: [["policy_id", ""], ["counter", ""], ["name", ""], ["from_zones", ""], ["to_zones", ""], ["source", ""], ["destination", ""], ["source_excluded", ""], ["destination_excluded", ""], ["protocol", ""], ["source_port_low", ""], ["source_port_high", ""], ["destination_port_low", ""], ["destination_port_high", ""], ["icmp_type", ""], ["icmp_code", ""], ["application", ""], ["timeout", ""], ["action", ""], ["log_init", ""], ["log_close", ""], ["log_rate", ""], ["log_burst", ""], ["count", ""]],
  SnapshotPolicySet: [["id", ""], ["from_zone", ""], ["to_zone", ""], ["rules", "SnapshotRule"]],
  SnapshotDefaultPolicy: [["policy_id", ""], ["action", ""], ["log_init", ""], ["log_close", ""], ["log_rate", ""], ["log_burst", ""], ["counter", ""]],
  SnapshotRouteHop: [["gateway", ""], ["unit", ""]],
  SnapshotRoute: [["instance", ""], ["prefix", ""], ["length", ""], ["preference", ""], ["kind", ""], ["next_hops", "SnapshotRouteHop"], ["table", ""]],
  SnapshotOctetRange: [["low", ""], ["high", ""]],
  SnapshotRange: [["low", ""], ["high", ""]],
  SnapshotFlagMatch: [["mask", ""], ["value", ""]],
  SnapshotWordRange: [["low", ""], ["high", ""]],
  SnapshotFlexibleMatch: [["start", ""], ["byte_offset", ""], ["bit_offset", ""], ["bit_length", ""], ["mask", ""], ["value", ""]],
  SnapshotFilterTerm: [["filter_id", ""], ["term_id", ""], ["filter", ""], ["term", ""], ["source", ""], ["destination", ""], ["address", ""], ["protocols", "SnapshotOctetRange"], ["source_ports", "SnapshotRange"], ["destination_ports", "SnapshotRange"], ["ports", "SnapshotRange"], ["icmp_types", "SnapshotOctetRange"], ["icmp_codes", "SnapshotOctetRange"], ["tcp_flags", "SnapshotFlagMatch"], ["dscps", "SnapshotOctetRange"], ["ttls", "SnapshotOctetRange"], ["packet_lengths", "SnapshotRange"], ["is_fragment", ""], ["first_fragment", ""], ["fragment_offsets", "SnapshotRange"], ["fragment_flags", "SnapshotFlagMatch"], ["ip_options", "SnapshotOctetRange"], ["ip_options_except", "SnapshotOctetRange"], ["esp_spis", "SnapshotWordRange"], ["interfaces", ""], ["forwarding_classes", "SnapshotOctetRange"], ["loss_priorities", "SnapshotOctetRange"], ["flexible", "SnapshotFlexibleMatch"], ["action", ""], ["reject_code", ""], ["counter", ""], ["log", ""], ["log_rate", ""], ["log_burst", ""], ["policer", ""], ["set_forwarding_class", ""], ["set_loss_priority", ""], ["set_dscp", ""], ["routing_instance", ""]],
  SnapshotFilter: [["id", ""], ["name", ""], ["family", ""], ["terms", "SnapshotFilterTerm"]],
  SnapshotPolicer: [["name", ""], ["kind", ""], ["unit", ""], ["rate", ""], ["burst", ""], ["rate2", ""], ["burst2", ""], ["color_aware", ""], ["exceed_discard", ""], ["exceed_loss_priority", ""], ["exceed_forwarding_class", ""]],
  SnapshotForwardingClass: [["name", ""], ["queue", ""]],
  SnapshotCodePoint: [["dscp", ""], ["forwarding_class", ""], ["loss_priority", ""]],
  SnapshotClassifier: [["code_points", "SnapshotCodePoint"]],
  SnapshotMark: [["forwarding_class", ""], ["loss_priority", ""], ["dscp", ""]],
  SnapshotRewrite: [["marks", "SnapshotMark"]],
  SnapshotNatRange: [["low", ""], ["high", ""]],
  SnapshotNatPool: [["name", ""], ["family", ""], ["addresses", "SnapshotNatRange"], ["port_low", ""], ["port_high", ""], ["persistent", ""], ["overflow", ""], ["overflow_pool", ""]],
  SnapshotNatRule: [["name", ""], ["action", ""], ["pool", ""], ["outer", ""], ["inner", ""], ["length", ""], ["outer_port", ""], ["inner_port", ""], ["persistent", ""], ["persistent_timeout", ""], ["persistent_sessions", ""]],
  SnapshotNatMatch: [["rule", ""], ["source", ""], ["destination", ""], ["protocol", ""], ["source_port_low", ""], ["source_port_high", ""], ["destination_port_low", ""], ["destination_port_high", ""]],
  SnapshotNatSet: [["stage", ""], ["from", ""], ["to", ""], ["matches", "SnapshotNatMatch"]],
  SnapshotProxy: [["unit", ""], ["low", ""], ["high", ""]],
  SnapshotScreenThreshold: [["screen", ""], ["threshold", ""]],
  SnapshotPrefix: [["address", ""], ["length", ""]],
  SnapshotWhiteList: [["sources", "SnapshotPrefix"], ["destinations", "SnapshotPrefix"]],
  SnapshotScreen: [["name", ""], ["alarm_without_drop", ""], ["checks", ""], ["thresholds", "SnapshotScreenThreshold"], ["ipv6_headers", "SnapshotOctetRange"], ["hop_options", "SnapshotOctetRange"], ["destination_options", "SnapshotOctetRange"], ["extension_limit", ""], ["syn_timeout", ""], ["white_lists", "SnapshotWhiteList"], ["log_rate", ""], ["log_burst", ""]],
  Snapshot: [["version", ""], ["generation", ""], ["hash", ""], ["settings", "SnapshotSettings"], ["zones", "SnapshotZone"], ["instances", "SnapshotInstance"], ["ports", "SnapshotPort"], ["units", "SnapshotUnit"], ["address_sets", "SnapshotAddressSet"], ["applications", "SnapshotApplication"], ["policy_sets", "SnapshotPolicySet"], ["default_policy", "SnapshotDefaultPolicy"], ["counters", ""], ["routes", "SnapshotRoute"], ["filters", "SnapshotFilter"], ["filter_counters", ""], ["policers", "SnapshotPolicer"], ["forwarding_classes", "SnapshotForwardingClass"], ["classifiers", "SnapshotClassifier"], ["rewrites", "SnapshotRewrite"], ["nat_pools", "SnapshotNatPool"], ["nat_rules", "SnapshotNatRule"], ["nat_sets", "SnapshotNatSet"], ["proxies", "SnapshotProxy"], ["screens", "SnapshotScreen"]],
};

export const snapshotSchema = {
 "$schema": "https://json-schema.org/draft/2020-12/schema",
 "$id": "snapshot.schema.json",
 "title": "snapshot",
 "type": "object",
 "description": "A complete configuration of the helper, sent as msgpack: maps with string keys, integers, booleans, strings and bin. Every field is required unless marked optional; unknown and repeated fields are refused.",
 "additionalProperties": false,
 "required": [
  "version",
  "generation",
  "hash",
  "settings",
  "zones",
  "instances",
  "ports",
  "units",
  "address_sets",
  "applications",
  "policy_sets",
  "default_policy",
  "counters",
  "routes",
  "filters",
  "filter_counters",
  "policers",
  "forwarding_classes",
  "classifiers",
  "rewrites",
  "screens"
 ],
 "properties": {
  "version": {
   "const": 1,
   "description": "of this format"
  },
  "generation": {
   "type": "integer",
   "minimum": 1,
   "maximum": 4294967295,
   "description": "rises with every commit; frames carry it"
  },
  "hash": {
   "type": "string",
   "minLength": 64,
   "maxLength": 64,
   "pattern": "^[0-9a-f]*$",
   "description": "SHA-256 of the canonical encoding without generation and hash, made by the daemon"
  },
  "settings": {
   "$ref": "#/$defs/settings"
  },
  "zones": {
   "type": "array",
   "minItems": 0,
   "maxItems": 127,
   "items": {
    "$ref": "#/$defs/zone"
   }
  },
  "instances": {
   "type": "array",
   "minItems": 1,
   "maxItems": 64,
   "items": {
    "$ref": "#/$defs/instance"
   }
  },
  "ports": {
   "type": "array",
   "minItems": 0,
   "maxItems": 64,
   "items": {
    "$ref": "#/$defs/port"
   }
  },
  "units": {
   "type": "array",
   "minItems": 0,
   "maxItems": 4095,
   "items": {
    "$ref": "#/$defs/unit"
   }
  },
  "address_sets": {
   "type": "array",
   "minItems": 0,
   "maxItems": 262144,
   "items": {
    "$ref": "#/$defs/address_set"
   },
   "description": "referred to by position, from 0"
  },
  "applications": {
   "type": "array",
   "minItems": 0,
   "maxItems": 65535,
   "items": {
    "$ref": "#/$defs/application"
   },
   "description": "own ones before predefined ones"
  },
  "policy_sets": {
   "type": "array",
   "minItems": 0,
   "maxItems": 16130,
   "items": {
    "$ref": "#/$defs/policy_set"
   },
   "description": "a pair of zones stands once"
  },
  "default_policy": {
   "$ref": "#/$defs/default_policy"
  },
  "counters": {
   "type": "array",
   "minItems": 1,
   "maxItems": 1048576,
   "items": {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[ -~]*$"
   },
   "description": "unique names; the position is the counter's slot"
  },
  "routes": {
   "type": "array",
   "minItems": 0,
   "maxItems": 262144,
   "items": {
    "$ref": "#/$defs/route"
   }
  },
  "filters": {
   "type": "array",
   "minItems": 0,
   "maxItems": 16384,
   "items": {
    "$ref": "#/$defs/filter"
   },
   "description": "stateless filters as they are attached: lists joined, filters named by other filters put in their place"
  },
  "filter_counters": {
   "type": "array",
   "minItems": 0,
   "maxItems": 262144,
   "items": {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[ -~]*$"
   },
   "description": "unique names, FILTER/COUNTER; the position is the counter's slot"
  },
  "policers": {
   "type": "array",
   "minItems": 0,
   "maxItems": 65536,
   "items": {
    "$ref": "#/$defs/policer"
   },
   "description": "one for each budget: referred to by position, from 0"
  },
  "forwarding_classes": {
   "type": "array",
   "minItems": 1,
   "maxItems": 16,
   "items": {
    "$ref": "#/$defs/forwarding_class"
   },
   "description": "the position is the class's number"
  },
  "classifiers": {
   "type": "array",
   "minItems": 0,
   "maxItems": 1024,
   "items": {
    "$ref": "#/$defs/classifier"
   },
   "description": "referred to by position, from 1"
  },
  "rewrites": {
   "type": "array",
   "minItems": 0,
   "maxItems": 1024,
   "items": {
    "$ref": "#/$defs/rewrite"
   },
   "description": "referred to by position, from 1"
  },
  "nat_pools": {
   "type": "array",
   "minItems": 0,
   "maxItems": 1024,
   "items": {
    "$ref": "#/$defs/nat_pool"
   },
   "description": "referred to by position, from 1; all of them together have at most 4096 addresses"
  },
  "nat_rules": {
   "type": "array",
   "minItems": 0,
   "maxItems": 16384,
   "items": {
    "$ref": "#/$defs/nat_rule"
   },
   "description": "referred to by position, from 1: the number that events carry"
  },
  "nat_sets": {
   "type": "array",
   "minItems": 0,
   "maxItems": 1024,
   "items": {
    "$ref": "#/$defs/nat_set"
   },
   "description": "in the order of their stages; of a stage the first whose interfaces fit decides"
  },
  "proxies": {
   "type": "array",
   "minItems": 0,
   "maxItems": 4096,
   "items": {
    "$ref": "#/$defs/proxy"
   },
   "description": "addresses that this host answers for on a link without having them; at most 4096 addresses"
  },
  "screens": {
   "type": "array",
   "minItems": 0,
   "maxItems": 127,
   "items": {
    "$ref": "#/$defs/screen"
   },
   "description": "that zones have; referred to by position, from 1"
  }
 },
 "$defs": {
  "settings": {
   "type": "object",
   "description": "Settings of the data plane: `security flow` and `system` settings that the helper enforces.",
   "additionalProperties": false,
   "required": [
    "fail_mode",
    "tcp_no_syn_check",
    "tcp_strict_syn_check",
    "tcp_no_sequence_check",
    "tcp_rst_invalidate",
    "tcp_fin_invalidate",
    "tcp_initial_timeout",
    "tcp_time_wait",
    "tcp_mss",
    "session_maximum",
    "early_ageout",
    "high_watermark",
    "low_watermark",
    "icmp_error_rate",
    "icmp_error_burst",
    "require_delivery",
    "log_rule_rate",
    "log_rule_burst",
    "log_zone_rate",
    "log_zone_burst"
   ],
   "properties": {
    "fail_mode": {
     "enum": [
      "closed",
      "open"
     ],
     "description": "what happens to traffic while no helper runs: closed drops it, open leaves it to the kernel"
    },
    "tcp_no_syn_check": {
     "type": "boolean",
     "description": "a session may start with any TCP segment"
    },
    "tcp_strict_syn_check": {
     "type": "boolean",
     "description": "no segment with data passes before the handshake is done"
    },
    "tcp_no_sequence_check": {
     "type": "boolean",
     "description": "segments outside the window pass"
    },
    "tcp_rst_invalidate": {
     "type": "boolean",
     "description": "a valid RST ends its session at once"
    },
    "tcp_fin_invalidate": {
     "type": "boolean",
     "description": "a valid FIN ends its session at once"
    },
    "tcp_initial_timeout": {
     "type": "integer",
     "minimum": 4,
     "maximum": 300,
     "description": "seconds that a TCP handshake may take"
    },
    "tcp_time_wait": {
     "type": "integer",
     "minimum": 2,
     "maximum": 600,
     "description": "seconds that a session stays when both FINs are acknowledged"
    },
    "tcp_mss": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "largest maximum segment size that a forwarded SYN may offer; 0: as it is"
    },
    "session_maximum": {
     "type": "integer",
     "minimum": 1024,
     "maximum": 16777216,
     "description": "sessions of all workers together; read when the helper starts"
    },
    "early_ageout": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65535,
     "description": "seconds without packets after which a session ends while the table is nearly full"
    },
    "high_watermark": {
     "type": "integer",
     "minimum": 0,
     "maximum": 100,
     "description": "percentage of session_maximum beyond which that begins; 100: never"
    },
    "low_watermark": {
     "type": "integer",
     "minimum": 0,
     "maximum": 100,
     "description": "percentage of session_maximum at which it ends"
    },
    "icmp_error_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "ICMP errors and resets per second and worker; 0: unlimited"
    },
    "icmp_error_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 100000,
     "description": "ICMP errors and resets at once"
    },
    "require_delivery": {
     "type": "boolean",
     "description": "new sessions only while the daemon says, in the ring's consumer page, that the log is delivered"
    },
    "log_rule_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "denies by host-inbound-traffic that are logged per second; 0: unlimited"
    },
    "log_rule_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    },
    "log_zone_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "of each kind of event that rules log, from each zone: per second; 0: unlimited"
    },
    "log_zone_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    }
   }
  },
  "host_service": {
   "type": "object",
   "description": "One thing that the host accepts (`host-inbound-traffic`).",
   "additionalProperties": false,
   "required": [
    "protocol",
    "family",
    "port_low",
    "port_high",
    "icmp_type"
   ],
   "properties": {
    "protocol": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "IP protocol; -1: any"
    },
    "family": {
     "enum": [
      0,
      2,
      10
     ],
     "description": "0: both, 2: IPv4, 10: IPv6"
    },
    "port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "destination port; 0..65535: any"
    },
    "port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "icmp_type": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "ICMP or ICMPv6 type; -1: any"
    }
   }
  },
  "zone": {
   "type": "object",
   "description": "A security zone. id 0 stands for no zone.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "tcp_rst",
    "screen",
    "host_inbound"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 127,
     "description": "position in the list + 1"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique"
    },
    "tcp_rst": {
     "type": "boolean",
     "description": "answer a TCP segment that belongs to no session with RST"
    },
    "screen": {
     "type": "integer",
     "minimum": 0,
     "maximum": 127,
     "description": "position in screens + 1: what is looked for in packets that come from it; 0: nothing"
    },
    "host_inbound": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1024,
     "items": {
      "$ref": "#/$defs/host_service"
     },
     "description": "what hosts of this zone may reach on this host"
    }
   }
  },
  "instance": {
   "type": "object",
   "description": "A routing instance. Instance 0 is the default one, inet.0.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "kernel_table",
    "filter_host",
    "filter_host6"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "position in the list"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique"
    },
    "kernel_table": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "the kernel's routing table whose routes it takes over; 0: none"
    },
    "filter_host": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "filter id of lo0 for IPv4 to this host; 0: none"
    },
    "filter_host6": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "as filter_host, for IPv6"
    }
   }
  },
  "port": {
   "type": "object",
   "description": "A Linux device.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "device",
    "xdp_mode",
    "mtu",
    "shaping_rate",
    "queues"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "position in the list"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique, e.g. ge-0/0/0"
    },
    "device": {
     "type": "string",
     "minLength": 1,
     "maxLength": 15,
     "pattern": "^[!-.0-~]*$",
     "description": "unique, e.g. eth1"
    },
    "xdp_mode": {
     "enum": [
      "auto",
      "zero-copy",
      "native",
      "generic"
     ],
     "description": "how to attach; auto: the best that works"
    },
    "mtu": {
     "type": "integer",
     "anyOf": [
      {
       "const": 0
      },
      {
       "minimum": 256,
       "maximum": 9216
      }
     ],
     "description": "0: the device's"
    },
    "shaping_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000000,
     "description": "bits/s of all queues together, in frames with their Ethernet header; 0: not limited, or no queues"
    },
    "queues": {
     "type": "array",
     "minItems": 0,
     "maxItems": 8,
     "items": {
      "$ref": "#/$defs/queue"
     },
     "description": "none: packets leave in the order in which they came; else all eight, by number"
    }
   }
  },
  "queue": {
   "type": "object",
   "description": "How one queue of a port is served.",
   "additionalProperties": false,
   "required": [
    "priority",
    "rate",
    "exact"
   ],
   "properties": {
    "priority": {
     "enum": [
      "strict-high",
      "high",
      "medium-high",
      "medium-low",
      "low"
     ],
     "description": "the order in which queues are served"
    },
    "rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000000,
     "description": "bits/s that come before what other queues take beyond their rates, in frames with their Ethernet header; 0: none"
    },
    "exact": {
     "type": "boolean",
     "description": "never more than the rate; needs a rate"
    }
   }
  },
  "forwarding_class": {
   "type": "object",
   "description": "A class of packets that are treated alike.",
   "additionalProperties": false,
   "required": [
    "name",
    "queue"
   ],
   "properties": {
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique"
    },
    "queue": {
     "type": "integer",
     "minimum": 0,
     "maximum": 7,
     "description": "by which its packets leave, at ports with queues"
    }
   }
  },
  "code_point": {
   "type": "object",
   "description": "What one code point of a packet that comes stands for.",
   "additionalProperties": false,
   "required": [
    "dscp",
    "forwarding_class",
    "loss_priority"
   ],
   "properties": {
    "dscp": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "unique in its classifier"
    },
    "forwarding_class": {
     "type": "integer",
     "minimum": 0,
     "maximum": 15,
     "description": "number of a forwarding class"
    },
    "loss_priority": {
     "type": "integer",
     "minimum": 0,
     "maximum": 3,
     "description": "0 low, 1 medium-low, 2 medium-high, 3 high"
    }
   }
  },
  "classifier": {
   "type": "object",
   "description": "What code points of packets that come stand for. Those left out: class 0, loss priority low.",
   "additionalProperties": false,
   "required": [
    "code_points"
   ],
   "properties": {
    "code_points": {
     "type": "array",
     "minItems": 0,
     "maxItems": 64,
     "items": {
      "$ref": "#/$defs/code_point"
     }
    }
   }
  },
  "mark": {
   "type": "object",
   "description": "The code point that packets of a class and loss priority leave with.",
   "additionalProperties": false,
   "required": [
    "forwarding_class",
    "loss_priority",
    "dscp"
   ],
   "properties": {
    "forwarding_class": {
     "type": "integer",
     "minimum": 0,
     "maximum": 15,
     "description": "number of a forwarding class"
    },
    "loss_priority": {
     "type": "integer",
     "minimum": 0,
     "maximum": 3,
     "description": "stands once for each class"
    },
    "dscp": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63
    }
   }
  },
  "rewrite": {
   "type": "object",
   "description": "Which code points packets leave with. Those of classes and loss priorities left out stay.",
   "additionalProperties": false,
   "required": [
    "marks"
   ],
   "properties": {
    "marks": {
     "type": "array",
     "minItems": 0,
     "maxItems": 64,
     "items": {
      "$ref": "#/$defs/mark"
     }
    }
   }
  },
  "unit_address": {
   "type": "object",
   "description": "An address of a logical interface with the length of its connected prefix.",
   "additionalProperties": false,
   "required": [
    "address",
    "length"
   ],
   "properties": {
    "address": {
     "$ref": "#/$defs/address"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 128,
     "description": "at most 32 for IPv4"
    }
   }
  },
  "unit": {
   "type": "object",
   "description": "A logical interface: a port and a VLAN.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "port",
    "vlan",
    "zone",
    "instance",
    "inet",
    "inet6",
    "mtu_inet",
    "mtu_inet6",
    "addresses",
    "filter_input",
    "filter_output",
    "filter_input6",
    "filter_output6",
    "classifier",
    "classifier6",
    "rewrite",
    "rewrite6"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4095,
     "description": "position in the list + 1"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique, e.g. ge-0/0/0.0"
    },
    "port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "port id"
    },
    "vlan": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4094,
     "description": "0: untagged; unique per port"
    },
    "zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 127,
     "description": "zone id; 0: none, its packets are dropped"
    },
    "instance": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "routing instance id"
    },
    "inet": {
     "type": "boolean",
     "description": "carries IPv4; without, IPv4 is dropped in both directions"
    },
    "inet6": {
     "type": "boolean",
     "description": "carries IPv6; without, IPv6 is dropped in both directions"
    },
    "mtu_inet": {
     "type": "integer",
     "anyOf": [
      {
       "const": 0
      },
      {
       "minimum": 68,
       "maximum": 9216
      }
     ],
     "description": "0: the port's"
    },
    "mtu_inet6": {
     "type": "integer",
     "anyOf": [
      {
       "const": 0
      },
      {
       "minimum": 1280,
       "maximum": 9216
      }
     ],
     "description": "0: the port's"
    },
    "addresses": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1024,
     "items": {
      "$ref": "#/$defs/unit_address"
     },
     "description": "connected prefixes of different units of an instance do not overlap"
    },
    "host_inbound": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1024,
     "items": {
      "$ref": "#/$defs/host_service"
     },
     "description": "instead of the zone's"
    },
    "filter_input": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "filter id for IPv4 that comes in; 0: none"
    },
    "filter_output": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "filter id for IPv4 that goes out; 0: none"
    },
    "filter_input6": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "as filter_input, for IPv6"
    },
    "filter_output6": {
     "type": "integer",
     "minimum": 0,
     "maximum": 16384,
     "description": "as filter_output, for IPv6"
    },
    "classifier": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "for IPv4 that comes in: position in classifiers + 1; 0: none"
    },
    "classifier6": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "as classifier, for IPv6"
    },
    "rewrite": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "for IPv4 that goes out: position in rewrites + 1; 0: none"
    },
    "rewrite6": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "as rewrite, for IPv6"
    }
   }
  },
  "inet_range": {
   "type": "object",
   "description": "IPv4 addresses from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "$ref": "#/$defs/address4"
    },
    "high": {
     "$ref": "#/$defs/address4"
    }
   }
  },
  "inet6_range": {
   "type": "object",
   "description": "IPv6 addresses from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "$ref": "#/$defs/address6"
    },
    "high": {
     "$ref": "#/$defs/address6"
    }
   }
  },
  "address_set": {
   "type": "object",
   "description": "A set of addresses: ranges sorted, disjoint.",
   "additionalProperties": false,
   "required": [
    "inet",
    "inet6"
   ],
   "properties": {
    "inet": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1048576,
     "items": {
      "$ref": "#/$defs/inet_range"
     }
    },
    "inet6": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1048576,
     "items": {
      "$ref": "#/$defs/inet6_range"
     }
    }
   }
  },
  "application": {
   "type": "object",
   "description": "Names traffic in logs. Where several fit, the earliest in the list wins.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "protocol",
    "port_low",
    "port_high"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65535,
     "description": "position in the list + 1"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$"
    },
    "protocol": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "IP protocol; -1: any"
    },
    "port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "destination port"
    },
    "port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    }
   }
  },
  "rule": {
   "type": "object",
   "description": "One application term of one policy.",
   "additionalProperties": false,
   "required": [
    "policy_id",
    "counter",
    "name",
    "from_zones",
    "to_zones",
    "source",
    "destination",
    "source_excluded",
    "destination_excluded",
    "protocol",
    "source_port_low",
    "source_port_high",
    "destination_port_low",
    "destination_port_high",
    "icmp_type",
    "icmp_code",
    "application",
    "timeout",
    "action",
    "log_init",
    "log_close",
    "log_rate",
    "log_burst",
    "count"
   ],
   "properties": {
    "policy_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "policy set id x 65536 + position in the set"
    },
    "counter": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1048575,
     "description": "index in counters"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "the policy's name"
    },
    "from_zones": {
     "type": "array",
     "minItems": 0,
     "maxItems": 127,
     "items": {
      "type": "integer",
      "minimum": 1,
      "maximum": 127
     },
     "description": "global set only: ingress zones, none: any"
    },
    "to_zones": {
     "type": "array",
     "minItems": 0,
     "maxItems": 127,
     "items": {
      "type": "integer",
      "minimum": 1,
      "maximum": 127
     },
     "description": "global set only: egress zones, none: any"
    },
    "source": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4096,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "indexes in address_sets, any of them; none: any address"
    },
    "destination": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4096,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "as source"
    },
    "source_excluded": {
     "type": "boolean",
     "description": "source is negated"
    },
    "destination_excluded": {
     "type": "boolean",
     "description": "destination is negated"
    },
    "protocol": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "IP protocol; -1: any"
    },
    "source_port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "0..65535: any"
    },
    "source_port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "destination_port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "0..65535: any"
    },
    "destination_port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "icmp_type": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "-1: any"
    },
    "icmp_code": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "-1: any"
    },
    "application": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "application id; 0: any"
    },
    "timeout": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "idle timeout in seconds; 0: by protocol, 4294967295: never"
    },
    "action": {
     "type": "integer",
     "minimum": 0,
     "maximum": 2,
     "description": "0 deny, 1 permit, 2 reject"
    },
    "log_init": {
     "type": "boolean",
     "description": "log the session's opening"
    },
    "log_close": {
     "type": "boolean",
     "description": "log the session's close"
    },
    "log_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "denies that the policy logs, all its terms together, per second; 0: unlimited"
    },
    "log_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    },
    "count": {
     "type": "boolean",
     "description": "count packets and bytes"
    }
   }
  },
  "policy_set": {
   "type": "object",
   "description": "The policies of one pair of zones, or the global ones.",
   "additionalProperties": false,
   "required": [
    "id",
    "from_zone",
    "to_zone",
    "rules"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 65534,
     "description": "position in the list + 1; 65534: the global set, last in the list"
    },
    "from_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 127,
     "description": "zone id; 0: the global set"
    },
    "to_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 127,
     "description": "zone id; 0: the global set"
    },
    "rules": {
     "type": "array",
     "minItems": 0,
     "maxItems": 65536,
     "items": {
      "$ref": "#/$defs/rule"
     },
     "description": "the first that matches decides"
    }
   }
  },
  "default_policy": {
   "type": "object",
   "description": "What happens where no policy matches.",
   "additionalProperties": false,
   "required": [
    "policy_id",
    "action",
    "log_init",
    "log_close",
    "log_rate",
    "log_burst",
    "counter"
   ],
   "properties": {
    "policy_id": {
     "const": 4294901760,
     "description": "65535 x 65536"
    },
    "action": {
     "type": "integer",
     "minimum": 0,
     "maximum": 2,
     "description": "0 deny, 1 permit, 2 reject"
    },
    "log_init": {
     "type": "boolean"
    },
    "log_close": {
     "type": "boolean"
    },
    "log_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "denies that are logged per second; 0: unlimited"
    },
    "log_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    },
    "counter": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1048575,
     "description": "index in counters"
    }
   }
  },
  "route_hop": {
   "type": "object",
   "description": "A next hop of a static route.",
   "additionalProperties": false,
   "required": [
    "gateway",
    "unit"
   ],
   "properties": {
    "gateway": {
     "$ref": "#/$defs/address"
    },
    "unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4095,
     "description": "unit id; 0: the unit whose connected prefix holds the gateway"
    }
   }
  },
  "route": {
   "type": "object",
   "description": "A static route.",
   "additionalProperties": false,
   "required": [
    "instance",
    "prefix",
    "length",
    "preference",
    "kind",
    "next_hops",
    "table"
   ],
   "properties": {
    "instance": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "routing instance id"
    },
    "prefix": {
     "$ref": "#/$defs/address",
     "description": "host bits zero; a prefix stands once per instance and preference"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 128,
     "description": "at most 32 for IPv4"
    },
    "preference": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "of the routes of a prefix, static or not, the lowest with a next hop that is alive is in force"
    },
    "kind": {
     "enum": [
      "next-hop",
      "discard",
      "reject",
      "next-table"
     ],
     "description": "where it leads"
    },
    "next_hops": {
     "type": "array",
     "minItems": 0,
     "maxItems": 16,
     "items": {
      "$ref": "#/$defs/route_hop"
     },
     "description": "next-hop: at least one; else none"
    },
    "table": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "next-table: the routing instance whose routes decide; else 0"
    }
   }
  },
  "range": {
   "type": "object",
   "description": "Values from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    }
   }
  },
  "octet_range": {
   "type": "object",
   "description": "Values from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    }
   }
  },
  "word_range": {
   "type": "object",
   "description": "Values from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295
    },
    "high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295
    }
   }
  },
  "flag_match": {
   "type": "object",
   "description": "Holds where (flags & mask) == value.",
   "additionalProperties": false,
   "required": [
    "mask",
    "value"
   ],
   "properties": {
    "mask": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "value": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    }
   }
  },
  "flexible_match": {
   "type": "object",
   "description": "Bits of the packet, read as a number in network order: (bits & mask) == (value & mask). A packet that is too short does not match.",
   "additionalProperties": false,
   "required": [
    "start",
    "byte_offset",
    "bit_offset",
    "bit_length",
    "mask",
    "value"
   ],
   "properties": {
    "start": {
     "enum": [
      "layer-3",
      "layer-4",
      "payload"
     ],
     "description": "the IP header, the header behind it, or what follows that"
    },
    "byte_offset": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "bit_offset": {
     "type": "integer",
     "minimum": 0,
     "maximum": 7
    },
    "bit_length": {
     "type": "integer",
     "minimum": 1,
     "maximum": 32
    },
    "mask": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295
    },
    "value": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295
    }
   }
  },
  "filter_term": {
   "type": "object",
   "description": "One term. All conditions must hold; an empty list is no condition. Lists hold where one of their entries does: `except` conditions arrive as the complement, ranges sorted and disjoint. A condition on a field that the packet does not have (a port of a later fragment, TCP flags of UDP) does not hold.",
   "additionalProperties": false,
   "required": [
    "filter_id",
    "term_id",
    "filter",
    "term",
    "source",
    "destination",
    "address",
    "protocols",
    "source_ports",
    "destination_ports",
    "ports",
    "icmp_types",
    "icmp_codes",
    "tcp_flags",
    "dscps",
    "ttls",
    "packet_lengths",
    "is_fragment",
    "first_fragment",
    "fragment_offsets",
    "fragment_flags",
    "ip_options",
    "ip_options_except",
    "esp_spis",
    "interfaces",
    "forwarding_classes",
    "loss_priorities",
    "flexible",
    "action",
    "reject_code",
    "counter",
    "log",
    "log_rate",
    "log_burst",
    "policer",
    "set_forwarding_class",
    "set_loss_priority",
    "set_dscp",
    "routing_instance"
   ],
   "properties": {
    "filter_id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4294967295,
     "description": "what logs name: the filter in which the term is written"
    },
    "term_id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4294967295,
     "description": "what logs name: position in that filter + 1"
    },
    "filter": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "that filter's name"
    },
    "term": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "that term's name"
    },
    "source": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "index in address_sets"
    },
    "destination": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "index in address_sets"
    },
    "address": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "index in address_sets: source or destination"
    },
    "protocols": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "IP protocol behind extension headers"
    },
    "source_ports": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32768,
     "items": {
      "$ref": "#/$defs/range"
     },
     "description": "TCP, UDP, SCTP"
    },
    "destination_ports": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32768,
     "items": {
      "$ref": "#/$defs/range"
     },
     "description": "TCP, UDP, SCTP"
    },
    "ports": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32768,
     "items": {
      "$ref": "#/$defs/range"
     },
     "description": "source or destination port"
    },
    "icmp_types": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "ICMP over IPv4, ICMPv6 over IPv6"
    },
    "icmp_codes": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     }
    },
    "tcp_flags": {
     "type": "array",
     "minItems": 0,
     "maxItems": 256,
     "items": {
      "$ref": "#/$defs/flag_match"
     },
     "description": "TCP header byte 13; any of them"
    },
    "dscps": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "DSCP, 0..63; precedences arrive as DSCPs"
    },
    "ttls": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "TTL or hop limit as received"
    },
    "packet_lengths": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32768,
     "items": {
      "$ref": "#/$defs/range"
     },
     "description": "IP packet length in bytes"
    },
    "is_fragment": {
     "type": "boolean",
     "description": "a later fragment (offset above 0)"
    },
    "first_fragment": {
     "type": "boolean",
     "description": "the first of several fragments"
    },
    "fragment_offsets": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4096,
     "items": {
      "$ref": "#/$defs/range"
     },
     "description": "in units of 8 bytes; IPv4"
    },
    "fragment_flags": {
     "type": "array",
     "minItems": 0,
     "maxItems": 8,
     "items": {
      "$ref": "#/$defs/flag_match"
     },
     "description": "IPv4: 4 reserved, 2 don't fragment, 1 more fragments; any of them"
    },
    "ip_options": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "IPv4: the packet has an option of such a type"
    },
    "ip_options_except": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "IPv4: the packet has no option of such a type"
    },
    "esp_spis": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1024,
     "items": {
      "$ref": "#/$defs/word_range"
     },
     "description": "security parameter index of ESP"
    },
    "interfaces": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4095,
     "items": {
      "type": "integer",
      "minimum": 1,
      "maximum": 4095
     },
     "description": "unit ids: where the packet came in"
    },
    "forwarding_classes": {
     "type": "array",
     "minItems": 0,
     "maxItems": 8,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "forwarding class ids, 0..15"
    },
    "loss_priorities": {
     "type": "array",
     "minItems": 0,
     "maxItems": 2,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "0 low, 1 medium-low, 2 medium-high, 3 high"
    },
    "flexible": {
     "type": "array",
     "minItems": 0,
     "maxItems": 1,
     "items": {
      "$ref": "#/$defs/flexible_match"
     }
    },
    "action": {
     "enum": [
      "accept",
      "discard",
      "reject",
      "next"
     ],
     "description": "next: the following terms are asked too"
    },
    "reject_code": {
     "type": "integer",
     "minimum": -1,
     "maximum": 15,
     "description": "reject: code of ICMP (type 3) or ICMPv6 (type 1) unreachable; -1: TCP reset, nothing for other protocols"
    },
    "counter": {
     "type": "integer",
     "minimum": -1,
     "maximum": 262143,
     "description": "index in filter_counters; -1: none"
    },
    "log": {
     "type": "boolean"
    },
    "log_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "packets that the term logs per second; 0: unlimited"
    },
    "log_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    },
    "policer": {
     "type": "integer",
     "minimum": -1,
     "maximum": 65535,
     "description": "index in policers; -1: none"
    },
    "set_forwarding_class": {
     "type": "integer",
     "minimum": -1,
     "maximum": 15,
     "description": "forwarding class id; -1: as it is"
    },
    "set_loss_priority": {
     "type": "integer",
     "minimum": -1,
     "maximum": 3,
     "description": "0 low to 3 high; -1: as it is"
    },
    "set_dscp": {
     "type": "integer",
     "minimum": -1,
     "maximum": 63,
     "description": "-1: as it is"
    },
    "routing_instance": {
     "type": "integer",
     "minimum": -1,
     "maximum": 63,
     "description": "input filters: routing instance that routes the packet; -1: that of the interface"
    }
   }
  },
  "filter": {
   "type": "object",
   "description": "A stateless filter as it is attached. The first term that matches and is not `next` decides; where none does, the packet is discarded.",
   "additionalProperties": false,
   "required": [
    "id",
    "name",
    "family",
    "terms"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 16384,
     "description": "position in the list + 1"
    },
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 255,
     "pattern": "^[ -~]*$",
     "description": "unique per family, e.g. F, or F-ge-0/0/0.0-i where it is interface-specific"
    },
    "family": {
     "enum": [
      2,
      10
     ],
     "description": "2: IPv4, 10: IPv6"
    },
    "terms": {
     "type": "array",
     "minItems": 0,
     "maxItems": 65536,
     "items": {
      "$ref": "#/$defs/filter_term"
     },
     "description": "terms that can match nothing are left out; at most 8 of one filter's terms log and go on with the next"
    }
   }
  },
  "policer": {
   "type": "object",
   "description": "One budget and what happens to packets beyond it.",
   "additionalProperties": false,
   "required": [
    "name",
    "kind",
    "unit",
    "rate",
    "burst",
    "rate2",
    "burst2",
    "color_aware",
    "exceed_discard",
    "exceed_loss_priority",
    "exceed_forwarding_class"
   ],
   "properties": {
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 255,
     "pattern": "^[ -~]*$",
     "description": "unique"
    },
    "kind": {
     "enum": [
      "two-color",
      "single-rate",
      "two-rate"
     ],
     "description": "two-color: one bucket; single-rate: RFC 2697; two-rate: RFC 2698"
    },
    "unit": {
     "enum": [
      "bits",
      "packets"
     ],
     "description": "bits: rates in bits/s, bursts in bytes of IP packets; packets: packets/s and packets"
    },
    "rate": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000000000,
     "description": "committed rate"
    },
    "burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000000,
     "description": "committed burst"
    },
    "rate2": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000000,
     "description": "two-rate: peak rate, at least rate; else 0"
    },
    "burst2": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000000,
     "description": "two-rate: peak burst; single-rate: excess burst; else 0"
    },
    "color_aware": {
     "type": "boolean",
     "description": "three colors: what is yellow (medium-low, medium-high) or red (high) already gets no better"
    },
    "exceed_discard": {
     "type": "boolean",
     "description": "two-color: packets beyond the budget are dropped; three colors: red ones are"
    },
    "exceed_loss_priority": {
     "type": "integer",
     "minimum": -1,
     "maximum": 3,
     "description": "two-color: loss priority beyond the budget; -1: as it is. Three colors set low, medium-high, high by themselves"
    },
    "exceed_forwarding_class": {
     "type": "integer",
     "minimum": -1,
     "maximum": 15,
     "description": "two-color: forwarding class beyond the budget; -1: as it is"
    }
   }
  },
  "nat_range": {
   "type": "object",
   "description": "Addresses of one family from low to high, both included.",
   "additionalProperties": false,
   "required": [
    "low",
    "high"
   ],
   "properties": {
    "low": {
     "$ref": "#/$defs/address"
    },
    "high": {
     "$ref": "#/$defs/address"
    }
   }
  },
  "proxy": {
   "type": "object",
   "description": "Addresses of one family from low to high, both included, for which ARP or neighbour discovery is answered.",
   "additionalProperties": false,
   "required": [
    "unit",
    "low",
    "high"
   ],
   "properties": {
    "unit": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4095,
     "description": "the unit on whose link they are answered for"
    },
    "low": {
     "$ref": "#/$defs/address"
    },
    "high": {
     "$ref": "#/$defs/address"
    }
   }
  },
  "nat_pool": {
   "type": "object",
   "description": "Addresses that others are translated to.",
   "additionalProperties": false,
   "required": [
    "name",
    "family",
    "addresses",
    "port_low",
    "port_high",
    "persistent",
    "overflow",
    "overflow_pool"
   ],
   "properties": {
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 255,
     "pattern": "^[ -~]*$",
     "description": "unique, source/NAME or destination/NAME"
    },
    "family": {
     "enum": [
      2,
      10
     ],
     "description": "2: IPv4, 10: IPv6"
    },
    "addresses": {
     "type": "array",
     "minItems": 1,
     "maxItems": 4096,
     "items": {
      "$ref": "#/$defs/nat_range"
     },
     "description": "sorted, disjoint"
    },
    "port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "source: the range that ports come from, 0..0 if they stay as they are; destination: the port that packets go to, 0 if it stays as it is"
    },
    "port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "destination: as port_low"
    },
    "persistent": {
     "type": "boolean",
     "description": "a client keeps its address"
    },
    "overflow": {
     "enum": [
      "none",
      "interface",
      "pool"
     ],
     "description": "where sources are translated to when the pool is used up"
    },
    "overflow_pool": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "overflow pool: position in nat_pools + 1; else 0"
    }
   }
  },
  "nat_rule": {
   "type": "object",
   "description": "What packets that match are translated to.",
   "additionalProperties": false,
   "required": [
    "name",
    "action",
    "pool",
    "length",
    "outer_port",
    "inner_port"
   ],
   "properties": {
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 255,
     "pattern": "^[ -~]*$",
     "description": "unique, KIND/SET/RULE"
    },
    "action": {
     "enum": [
      "off",
      "interface",
      "pool",
      "prefix",
      "nptv6",
      "nat64"
     ],
     "description": "off: nothing; interface: the address of the egress interface; prefix: outer addresses stand for inner ones; nptv6: as prefix, such that checksums stay (RFC 6296); nat64: to the IPv4 address behind the outer prefix (RFC 6052, RFC 6146)"
    },
    "pool": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1024,
     "description": "action pool: position in nat_pools + 1; else 0"
    },
    "outer": {
     "$ref": "#/$defs/address",
     "description": "actions prefix, nptv6 and nat64 (IPv6) only; host bits zero"
    },
    "inner": {
     "$ref": "#/$defs/address",
     "description": "actions prefix and nptv6 only, of the same family; host bits zero"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 128,
     "description": "actions prefix and nptv6 (1..64): of both prefixes; nat64: 32, 40, 48, 56, 64 or 96; else 0"
    },
    "outer_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "action prefix: the first outer port, 0 if ports stay as they are"
    },
    "inner_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "the inner port that the first outer port stands for"
    },
    "persistent": {
     "enum": [
      "any-remote-host",
      "target-host",
      "target-host-port"
     ],
     "description": "source actions that give out ports: a client's transport address stays bound to its outer one, and these may reach it there"
    },
    "persistent_timeout": {
     "type": "integer",
     "minimum": 60,
     "maximum": 7200,
     "description": "with persistent: seconds without a session"
    },
    "persistent_sessions": {
     "type": "integer",
     "minimum": 8,
     "maximum": 65536,
     "description": "with persistent: sessions of one binding at a time"
    }
   }
  },
  "nat_match": {
   "type": "object",
   "description": "Packets that a rule is for.",
   "additionalProperties": false,
   "required": [
    "rule",
    "source",
    "destination",
    "protocol",
    "source_port_low",
    "source_port_high",
    "destination_port_low",
    "destination_port_high"
   ],
   "properties": {
    "rule": {
     "type": "integer",
     "minimum": 1,
     "maximum": 16384,
     "description": "position in nat_rules + 1"
    },
    "source": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4096,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "indexes in address_sets, any of them; none: any address"
    },
    "destination": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4096,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "as source; in source sets as translated"
    },
    "protocol": {
     "type": "integer",
     "minimum": -1,
     "maximum": 255,
     "description": "IP protocol; -1: any"
    },
    "source_port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "0..65535: any, also of protocols without ports"
    },
    "source_port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "destination_port_low": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "0..65535: any, also of protocols without ports"
    },
    "destination_port_high": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    }
   }
  },
  "nat_set": {
   "type": "object",
   "description": "Translation rules for packets between interfaces.",
   "additionalProperties": false,
   "required": [
    "stage",
    "from",
    "to",
    "matches"
   ],
   "properties": {
    "stage": {
     "enum": [
      "static-destination",
      "destination",
      "static-source",
      "source"
     ],
     "description": "when its rules are asked, and which address they translate"
    },
    "from": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4095,
     "items": {
      "type": "integer",
      "minimum": 1,
      "maximum": 4095
     },
     "description": "units by which packets come; static-source: none, it stands for all"
    },
    "to": {
     "type": "array",
     "minItems": 0,
     "maxItems": 4095,
     "items": {
      "type": "integer",
      "minimum": 1,
      "maximum": 4095
     },
     "description": "units by which packets leave; static-destination and destination: none, they do not ask"
    },
    "matches": {
     "type": "array",
     "minItems": 0,
     "maxItems": 65536,
     "items": {
      "$ref": "#/$defs/nat_match"
     },
     "description": "the first that matches decides"
    }
   }
  },
  "screen_threshold": {
   "type": "object",
   "description": "A screen that counts.",
   "additionalProperties": false,
   "required": [
    "screen",
    "threshold"
   ],
   "properties": {
    "screen": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "screen id"
    },
    "threshold": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "floods: packets per second and address; scans and sweeps: microseconds, at least 1000, in which ten are too many; session limits: sessions at a time"
    }
   }
  },
  "prefix": {
   "type": "object",
   "description": "Addresses that begin alike.",
   "additionalProperties": false,
   "required": [
    "address",
    "length"
   ],
   "properties": {
    "address": {
     "$ref": "#/$defs/address",
     "description": "host bits zero"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 128,
     "description": "at most that of the address"
    }
   }
  },
  "white_list": {
   "type": "object",
   "description": "What comes from one of the sources and goes to one of the destinations; no sources, or no destinations, stand for any.",
   "additionalProperties": false,
   "required": [
    "sources",
    "destinations"
   ],
   "properties": {
    "sources": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32,
     "items": {
      "$ref": "#/$defs/prefix"
     }
    },
    "destinations": {
     "type": "array",
     "minItems": 0,
     "maxItems": 32,
     "items": {
      "$ref": "#/$defs/prefix"
     }
    }
   }
  },
  "screen": {
   "type": "object",
   "description": "What the screens of an ids-option look for.",
   "additionalProperties": false,
   "required": [
    "name",
    "alarm_without_drop",
    "checks",
    "thresholds",
    "ipv6_headers",
    "hop_options",
    "destination_options",
    "extension_limit",
    "syn_timeout",
    "white_lists",
    "log_rate",
    "log_burst"
   ],
   "properties": {
    "name": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "unique"
    },
    "alarm_without_drop": {
     "type": "boolean",
     "description": "packets go on; only said and counted"
    },
    "checks": {
     "type": "array",
     "minItems": 0,
     "maxItems": 64,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 63
     },
     "description": "screen ids of what is looked for in each packet, rising"
    },
    "thresholds": {
     "type": "array",
     "minItems": 0,
     "maxItems": 64,
     "items": {
      "$ref": "#/$defs/screen_threshold"
     },
     "description": "what counts, screen ids rising"
    },
    "ipv6_headers": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "ipv6-extension-header: header types, sorted and disjoint"
    },
    "hop_options": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "ipv6-extension-header: option types of hop-by-hop headers"
    },
    "destination_options": {
     "type": "array",
     "minItems": 0,
     "maxItems": 128,
     "items": {
      "$ref": "#/$defs/octet_range"
     },
     "description": "ipv6-extension-header: option types of destination headers"
    },
    "extension_limit": {
     "type": "integer",
     "minimum": -1,
     "maximum": 32,
     "description": "ipv6-extension-header-limit: headers that a packet may have; -1: any number"
    },
    "syn_timeout": {
     "type": "integer",
     "minimum": 0,
     "maximum": 50,
     "description": "seconds that the server of a client with a SYN cookie may take; 0 if and only if there is no threshold of SYN_COOKIE"
    },
    "white_lists": {
     "type": "array",
     "minItems": 0,
     "maxItems": 2,
     "items": {
      "$ref": "#/$defs/white_list"
     },
     "description": "SYN segments that are part of no SYN flood"
    },
    "log_rate": {
     "type": "integer",
     "minimum": 0,
     "maximum": 1000000,
     "description": "logs of each screen and zone per second; 0: unlimited"
    },
    "log_burst": {
     "type": "integer",
     "minimum": 1,
     "maximum": 1000000,
     "description": "the same at once"
    }
   }
  },
  "address": {
   "byteLengths": [
    4,
    16
   ],
   "description": "4 (IPv4) or 16 (IPv6) bytes in network order, as msgpack bin"
  },
  "address4": {
   "byteLengths": [
    4
   ],
   "description": "4 bytes in network order, as msgpack bin"
  },
  "address6": {
   "byteLengths": [
    16
   ],
   "description": "16 bytes in network order, as msgpack bin"
  }
 },
 "$comment": "The one place where the bounds of a snapshot's fields stand: shared/gen/snapshot.mjs makes from it the helper's decoder tables, the daemon's types and docs/snapshot.md. byteLengths: a byte string of one of these lengths."
} as const;
