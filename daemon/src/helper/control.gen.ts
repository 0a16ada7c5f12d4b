// control.gen.ts: requests to the helper and its replies. Made by shared/gen/snapshot.mjs from schemas/control.schema.json; do not edit. SPDX-License-Identifier: Apache-2.0
import type { Snapshot } from "../snapshot/snapshot.gen.js";

/** The first request of a connection: what the client speaks and wants to be. */
export interface HelloRequest {
  /** protocol version: 1; 0..65535 */
  readonly protocol: number;
  /** LAYOUT_HASH of the event frames; 1..32 characters */
  readonly layout_hash: string;
  /** one writer at a time may apply, clear and shut down, and gets the doorbell; writer, reader */
  readonly role: "writer" | "reader";
  /** name, for the helper's log; 1..63 characters */
  readonly client: string;
}

/** Puts a snapshot in force, whole or not at all. Writer only. */
export interface ApplySnapshotRequest {
  /** the whole snapshot */
  readonly snapshot: Snapshot;
}

/** What the helper is and does. */
export interface StatusRequest {}

/** All counters. */
export interface CountersRequest {}

/** An address prefix. */
export interface ControlPrefix {
  /** 4 or 16 bytes */
  readonly address: Uint8Array;
  /** at most 32 for IPv4; 0..128 */
  readonly length: number;
}

/** Which sessions: all that is given must hold. */
export interface ControlSessionFilter {
  /** session id; 1..9007199254740991 */
  readonly id?: number;
  /** of the client, as it was opened */
  readonly source_prefix?: ControlPrefix;
  /** of the server, as the client addressed it */
  readonly destination_prefix?: ControlPrefix;
  /** 0..255 */
  readonly protocol?: number;
  /** source or destination port as it was opened; 0..65535 */
  readonly port?: number;
  /** 0..4294967295 */
  readonly policy_id?: number;
  /** ingress or egress zone; 1..127 */
  readonly zone?: number;
}

/** One page of the session table. */
export interface SessionsRequest {
  /** `next` of the page before; 0: from the start; 0..4294967295 */
  readonly after: number;
  /** entries at most; 1..500 */
  readonly limit: number;
  readonly filter?: ControlSessionFilter;
}

/** Closes sessions. Writer only. */
export interface ClearSessionsRequest {
  readonly filter?: ControlSessionFilter;
}

/** Counters and policers of firewall filters. */
export interface FiltersRequest {}

/** Sets counters of firewall filters to zero and tells what they held; a packet is counted before it or after it, never both or neither. Writer only. */
export interface ClearFiltersRequest {
  /** that the positions refer to: must be the one in force; 1..4294967295 */
  readonly generation: number;
  /** positions in the snapshot's filter_counters; at most 262144 */
  readonly counters: readonly number[];
  /** positions in the snapshot's policers; at most 65536 */
  readonly policers: readonly number[];
}

/** Rules and pools of address translation. */
export interface NatRequest {}

/** One page of the bindings of persistent NAT. */
export interface BindingsRequest {
  /** `next` of the page before; 0: from the start; 0..4294967295 */
  readonly after: number;
  /** entries at most; 1..500 */
  readonly limit: number;
}

/** One page of the neighbour table. */
export interface NeighborsRequest {
  /** `next` of the page before; 0: from the start; 0..4294967295 */
  readonly after: number;
  /** entries at most; 1..500 */
  readonly limit: number;
}

/** One page of the routes, those in force and those that are not. */
export interface RoutesRequest {
  /** `next` of the page before; 0: from the start; 0..4294967295 */
  readonly after: number;
  /** entries at most; 1..500 */
  readonly limit: number;
}

/** What would happen to a packet, asked of the running pipeline; changes nothing. */
export interface ExplainRequest {
  /** ingress unit id; 0: any unit of the zone; 0..4095 */
  readonly unit: number;
  /** ingress zone id; 0: the unit's; 0..127 */
  readonly zone: number;
  /** 4 or 16 bytes */
  readonly source: Uint8Array;
  /** 4 or 16 bytes */
  readonly destination: Uint8Array;
  /** 0..255 */
  readonly protocol: number;
  /** 0..65535 */
  readonly source_port: number;
  /** 0..65535 */
  readonly destination_port: number;
  /** 0..255 */
  readonly icmp_type: number;
  /** 0..255 */
  readonly icmp_code: number;
}

/** Ends the helper in good order. Writer only. */
export interface ShutdownRequest {}

/** Who the helper is. */
export interface HelloReply {
  /** 0..9007199254740991 */
  readonly protocol: number;
  readonly layout_hash: string;
  /** of the program */
  readonly version: string;
  /** differs for each start of the helper; 0..9007199254740991 */
  readonly start_id: number;
  /** in force; 0: none; 0..9007199254740991 */
  readonly generation: number;
  /** of the snapshot in force, or empty */
  readonly hash: string;
  /** 0..9007199254740991 */
  readonly workers: number;
  /** path of each worker's event ring */
  readonly rings: readonly string[];
}

/** The snapshot is in force on all workers. */
export interface ApplySnapshotReply {
  /** in force now; 0..9007199254740991 */
  readonly generation: number;
  readonly hash: string;
  /** it was in force already */
  readonly unchanged: boolean;
}

/** One worker. */
export interface ControlWorkerStatus {
  /** 0..9007199254740991 */
  readonly index: number;
  /** pinned to; -1: not pinned; -1..65535 */
  readonly cpu: number;
  /** 0..9007199254740991 */
  readonly received_packets: number;
  /** 0..9007199254740991 */
  readonly received_bytes: number;
  /** 0..9007199254740991 */
  readonly forwarded_packets: number;
  /** 0..9007199254740991 */
  readonly forwarded_bytes: number;
  /** 0..9007199254740991 */
  readonly host_packets: number;
  /** 0..9007199254740991 */
  readonly host_bytes: number;
  /** 0..9007199254740991 */
  readonly dropped_packets: number;
  /** in use; 0..9007199254740991 */
  readonly sessions: number;
  /** 0..9007199254740991 */
  readonly session_capacity: number;
  /** its share of session_maximum; 0..9007199254740991 */
  readonly session_limit: number;
  /** packets dropped because there was no room for another session; 0..9007199254740991 */
  readonly sessions_refused: number;
  /** the table was beyond its high watermark, and has not come down to the low one since */
  readonly ageing_early: boolean;
}

/** One port. */
export interface ControlPortStatus {
  /** 0..9007199254740991 */
  readonly id: number;
  readonly name: string;
  readonly device: string;
  readonly up: boolean;
  /** 0..9007199254740991 */
  readonly mtu: number;
  /** 6 bytes */
  readonly mac: Uint8Array;
  /** zero-copy, native, generic or none */
  readonly xdp_mode: string;
  /** why this mode */
  readonly xdp_reason: string;
  /** 0..9007199254740991 */
  readonly queues: number;
  /** packets that AF_XDP dropped: no free frame, or too long for one; 0..9007199254740991 */
  readonly rx_dropped: number;
  /** packets dropped because the worker did not fetch fast enough; 0..9007199254740991 */
  readonly rx_ring_full: number;
  /** times that no free frame was there to receive into; 0..9007199254740991 */
  readonly rx_fill_ring_empty: number;
  /** frames for receiving that the kernel refused; 0..9007199254740991 */
  readonly rx_invalid: number;
  /** frames for sending that the kernel refused; 0..9007199254740991 */
  readonly tx_invalid: number;
  /** packets that the XDP program gave to the helper; 0..9007199254740991 */
  readonly to_socket: number;
  /** IP packets that found no socket: fail-mode decided; 0..9007199254740991 */
  readonly no_socket: number;
  /** left to the kernel: ARP; 0..9007199254740991 */
  readonly kernel_arp: number;
  /** left to the kernel: ICMPv6 133-137; 0..9007199254740991 */
  readonly kernel_neighbor_discovery: number;
  /** left to the kernel: IP multicast and limited broadcast; 0..9007199254740991 */
  readonly kernel_multicast: number;
  /** left to the kernel: to an IPv6 link-local address; 0..9007199254740991 */
  readonly kernel_link_local: number;
  /** left to the kernel: neither IP nor ARP; 0..9007199254740991 */
  readonly kernel_other: number;
}

/** What the helper is and does. */
export interface StatusReply {
  readonly version: string;
  /** 0..9007199254740991 */
  readonly pid: number;
  /** 0..9007199254740991 */
  readonly start_id: number;
  /** 0..9007199254740991 */
  readonly uptime_s: number;
  /** 0..9007199254740991 */
  readonly generation: number;
  readonly hash: string;
  /** closed or open, in force */
  readonly fail_mode: string;
  readonly workers: readonly ControlWorkerStatus[];
  readonly ports: readonly ControlPortStatus[];
}

/** Packets that ended for one reason. */
export interface ControlDropCounter {
  /** drop_reason; 0..9007199254740991 */
  readonly reason: number;
  /** 0..9007199254740991 */
  readonly packets: number;
}

/** Events of one type. */
export interface ControlEventCounter {
  /** event_type; 0..9007199254740991 */
  readonly type: number;
  /** 0..9007199254740991 */
  readonly written: number;
  /** 0..9007199254740991 */
  readonly suppressed: number;
  /** 0..9007199254740991 */
  readonly lost_budget: number;
  /** 0..9007199254740991 */
  readonly lost_full: number;
}

/** One logical interface. */
export interface ControlUnitCounters {
  /** 0..9007199254740991 */
  readonly id: number;
  /** 0..9007199254740991 */
  readonly in_packets: number;
  /** 0..9007199254740991 */
  readonly in_bytes: number;
  /** 0..9007199254740991 */
  readonly out_packets: number;
  /** 0..9007199254740991 */
  readonly out_bytes: number;
}

/** One queue of a port that has queues, in packets and IP bytes. */
export interface ControlQueueCounter {
  /** port id; 0..9007199254740991 */
  readonly port: number;
  /** 0..9007199254740991 */
  readonly queue: number;
  /** that went into it; 0..9007199254740991 */
  readonly packets: number;
  /** 0..9007199254740991 */
  readonly bytes: number;
  /** that found it full; 0..9007199254740991 */
  readonly dropped_packets: number;
  /** 0..9007199254740991 */
  readonly dropped_bytes: number;
}

/** One counter slot of the snapshot in force. */
export interface ControlPolicyCounter {
  /** slot: position in the snapshot's counters; 0..9007199254740991 */
  readonly counter: number;
  /** 0..9007199254740991 */
  readonly hits: number;
  /** 0..9007199254740991 */
  readonly packets: number;
  /** 0..9007199254740991 */
  readonly bytes: number;
  /** opened; 0..9007199254740991 */
  readonly sessions: number;
}

/** Packets from one zone that met one screen. */
export interface ControlScreenCounter {
  /** zone id; 0..9007199254740991 */
  readonly zone: number;
  /** screen id; 0..9007199254740991 */
  readonly screen: number;
  /** dropped, or with alarm-without-drop let go on; 0..9007199254740991 */
  readonly packets: number;
}

/** All counters, summed over the workers. */
export interface CountersReply {
  /** that units, policies and screens refer to; 0..9007199254740991 */
  readonly generation: number;
  /** 0..9007199254740991 */
  readonly received_packets: number;
  /** 0..9007199254740991 */
  readonly received_bytes: number;
  /** 0..9007199254740991 */
  readonly forwarded_packets: number;
  /** 0..9007199254740991 */
  readonly forwarded_bytes: number;
  /** 0..9007199254740991 */
  readonly host_packets: number;
  /** 0..9007199254740991 */
  readonly host_bytes: number;
  /** 0..9007199254740991 */
  readonly sessions_opened: number;
  /** 0..9007199254740991 */
  readonly sessions_closed: number;
  /** of those closed: before their time, because the table was nearly full; 0..9007199254740991 */
  readonly sessions_aged_early: number;
  /** their first packet never went on: no event; 0..9007199254740991 */
  readonly sessions_abandoned: number;
  /** 0..9007199254740991 */
  readonly icmp_errors_sent: number;
  /** 0..9007199254740991 */
  readonly icmp_errors_limited: number;
  /** 0..9007199254740991 */
  readonly resets_sent: number;
  /** 0..9007199254740991 */
  readonly resets_limited: number;
  /** 0..9007199254740991 */
  readonly handed_off: number;
  /** counted as sent, but lost on the way out; 0..9007199254740991 */
  readonly output_lost: number;
  /** reasons that occurred */
  readonly drops: readonly ControlDropCounter[];
  readonly events: readonly ControlEventCounter[];
  readonly units: readonly ControlUnitCounters[];
  readonly queues: readonly ControlQueueCounter[];
  /** slots that counted */
  readonly policies: readonly ControlPolicyCounter[];
  /** that were met */
  readonly screens: readonly ControlScreenCounter[];
}

/** One session. Addresses and ports as the client sent them. */
export interface ControlSession {
  /** 0..9007199254740991 */
  readonly id: number;
  /** 0..9007199254740991 */
  readonly worker: number;
  /** 0..9007199254740991 */
  readonly policy_id: number;
  /** of policy_id; 0..9007199254740991 */
  readonly generation: number;
  /** application id; 0: none; 0..9007199254740991 */
  readonly application: number;
  /** 0..9007199254740991 */
  readonly protocol: number;
  /** TCP state, or empty */
  readonly state: string;
  /** 4 or 16 bytes */
  readonly source: Uint8Array;
  /** 0..9007199254740991 */
  readonly source_port: number;
  /** 4 or 16 bytes */
  readonly destination: Uint8Array;
  /** 0..9007199254740991 */
  readonly destination_port: number;
  /** 0..9007199254740991 */
  readonly ingress_zone: number;
  /** 0..9007199254740991 */
  readonly egress_zone: number;
  /** 0..9007199254740991 */
  readonly ingress_unit: number;
  /** 0: this host; 0..9007199254740991 */
  readonly egress_unit: number;
  /** since it was opened; 0..9007199254740991 */
  readonly age_s: number;
  /** until it ages out if idle; 0..9007199254740991 */
  readonly timeout_s: number;
  /** 0..9007199254740991 */
  readonly client_packets: number;
  /** 0..9007199254740991 */
  readonly client_bytes: number;
  /** 0..9007199254740991 */
  readonly server_packets: number;
  /** 0..9007199254740991 */
  readonly server_bytes: number;
  /** source behind the firewall; only with a source NAT rule; 4 or 16 bytes */
  readonly nat_source?: Uint8Array;
  /** 0..9007199254740991 */
  readonly nat_source_port?: number;
  /** position in nat_rules + 1, in `generation`; 0..9007199254740991 */
  readonly source_nat_rule?: number;
  /** destination behind the firewall; only with a destination NAT rule; 4 or 16 bytes */
  readonly nat_destination?: Uint8Array;
  /** 0..9007199254740991 */
  readonly nat_destination_port?: number;
  /** position in nat_rules + 1, in `generation`; 0..9007199254740991 */
  readonly destination_nat_rule?: number;
}

/** One page; entries that come or go meanwhile may be missing. */
export interface SessionsReply {
  /** `after` of the next page; 0: this was the last; 0..9007199254740991 */
  readonly next: number;
  readonly sessions: readonly ControlSession[];
}

/** How many were closed. */
export interface ClearSessionsReply {
  /** 0..9007199254740991 */
  readonly cleared: number;
}

/** What matched the terms with one counter, or what one policer dropped. */
export interface ControlFilterCounter {
  /** position in the snapshot's filter_counters or policers; 0..9007199254740991 */
  readonly index: number;
  /** 0..9007199254740991 */
  readonly packets: number;
  /** of IP packets; 0..9007199254740991 */
  readonly bytes: number;
}

/** Summed over the workers. Values go on over a commit under their names. */
export interface FiltersReply {
  /** that the positions refer to; 0..9007199254740991 */
  readonly generation: number;
  /** that counted */
  readonly counters: readonly ControlFilterCounter[];
  /** that dropped */
  readonly policers: readonly ControlFilterCounter[];
}

/** What was cleared. */
export interface ClearFiltersReply {
  /** that had counted, and what they held */
  readonly counters: readonly ControlFilterCounter[];
  /** that had dropped, and what they held */
  readonly policers: readonly ControlFilterCounter[];
}

/** What one rule did. */
export interface ControlNatRuleCounters {
  /** position in nat_rules + 1; 0..9007199254740991 */
  readonly rule: number;
  /** sessions that it translated; 0..9007199254740991 */
  readonly hits: number;
  /** packets dropped because no address and port was left; 0..9007199254740991 */
  readonly failures: number;
}

/** How much of one source pool is in use. */
export interface ControlNatPoolUse {
  /** position in nat_pools + 1; 0..9007199254740991 */
  readonly pool: number;
  /** ports and echo identifiers given out, of all its addresses and protocols; 0..9007199254740991 */
  readonly ports: number;
  /** of them those of the protocol that has most; 0..9007199254740991 */
  readonly fullest: number;
}

/** How many ports of an interface's own addresses are in use. */
export interface ControlNatInterfaceUse {
  /** unit id; 0..9007199254740991 */
  readonly unit: number;
  /** ports and echo identifiers given out; 0..9007199254740991 */
  readonly ports: number;
  /** of them those of the protocol that has most; 0..9007199254740991 */
  readonly fullest: number;
}

/** Rules, pools and interfaces left out have zeros. */
export interface NatReply {
  /** that the positions refer to; 0..9007199254740991 */
  readonly generation: number;
  readonly rules: readonly ControlNatRuleCounters[];
  readonly pools: readonly ControlNatPoolUse[];
  readonly interfaces: readonly ControlNatInterfaceUse[];
}

/** A client's transport address that stays bound to an outer one. */
export interface ControlBinding {
  /** 0..9007199254740991 */
  readonly protocol: number;
  /** 4 or 16 bytes */
  readonly inner: Uint8Array;
  /** 0..9007199254740991 */
  readonly inner_port: number;
  /** 4 or 16 bytes */
  readonly outer: Uint8Array;
  /** 0..9007199254740991 */
  readonly outer_port: number;
  /** position in nat_rules + 1; 0: none allows it any more; 0..9007199254740991 */
  readonly rule: number;
  /** that use it; 0..9007199254740991 */
  readonly sessions: number;
  /** 0 while sessions use it; 0..9007199254740991 */
  readonly seconds_left: number;
}

/** One page; entries that come or go meanwhile may be missing. */
export interface BindingsReply {
  /** that the rules refer to; 0..9007199254740991 */
  readonly generation: number;
  /** `after` of the next page; 0: this was the last; 0..9007199254740991 */
  readonly next: number;
  readonly bindings: readonly ControlBinding[];
}

/** One neighbour. */
export interface ControlNeighbor {
  /** 0..9007199254740991 */
  readonly unit: number;
  /** 4 or 16 bytes */
  readonly address: Uint8Array;
  /** 0 or 6 bytes */
  readonly mac: Uint8Array;
  /** pending, valid or failed */
  readonly state: string;
}

/** One page. */
export interface NeighborsReply {
  /** 0..9007199254740991 */
  readonly next: number;
  readonly neighbors: readonly ControlNeighbor[];
}

/** One next hop. */
export interface ControlRouteHop {
  /** address; empty: none; 0 or 4 or 16 bytes */
  readonly gateway: Uint8Array;
  /** 0: none; 0..9007199254740991 */
  readonly unit: number;
  /** alive; silent: the gateway does not answer; down: the device is; unresolved: no connected network holds the gateway */
  readonly state: string;
}

/** One route. */
export interface ControlRoute {
  /** 0..9007199254740991 */
  readonly instance: number;
  /** 4 or 16 bytes */
  readonly prefix: Uint8Array;
  /** 0..9007199254740991 */
  readonly length: number;
  /** 0..9007199254740991 */
  readonly preference: number;
  /** it is in force */
  readonly active: boolean;
  /** next-hop, direct, local, broadcast, discard, reject or next-table */
  readonly kind: string;
  /** next-table only: the routing instance whose routes decide; 0..63 */
  readonly table?: number;
  /** connected, static or kernel */
  readonly origin?: string;
  readonly hops: readonly ControlRouteHop[];
}

/** One page. */
export interface RoutesReply {
  /** 0..9007199254740991 */
  readonly next: number;
  readonly routes: readonly ControlRoute[];
}

/** What one stage said. */
export interface ControlExplainStage {
  readonly stage: string;
  readonly result: string;
  readonly detail: string;
}

/** What would happen. */
export interface ExplainReply {
  /** verdict text */
  readonly verdict: string;
  /** drop reason text, none if it goes on */
  readonly reason: string;
  /** deny, permit or reject; empty: no policy was asked */
  readonly action: string;
  /** 4294967295: no policy was asked; 0..9007199254740991 */
  readonly policy_id: number;
  /** 0..9007199254740991 */
  readonly application: number;
  /** 0..9007199254740991 */
  readonly ingress_unit: number;
  /** 0..9007199254740991 */
  readonly ingress_zone: number;
  /** 0..9007199254740991 */
  readonly egress_unit: number;
  /** 0..9007199254740991 */
  readonly egress_zone: number;
  /** in the order in which they were asked */
  readonly stages: readonly ControlExplainStage[];
}

/** The helper is about to end. */
export interface ShutdownReply {}

/** The body of each request by its type. */
export interface ControlRequests {
  readonly hello: HelloRequest;
  readonly apply_snapshot: ApplySnapshotRequest;
  readonly status: StatusRequest;
  readonly counters: CountersRequest;
  readonly sessions: SessionsRequest;
  readonly clear_sessions: ClearSessionsRequest;
  readonly filters: FiltersRequest;
  readonly clear_filters: ClearFiltersRequest;
  readonly nat: NatRequest;
  readonly bindings: BindingsRequest;
  readonly neighbors: NeighborsRequest;
  readonly routes: RoutesRequest;
  readonly explain: ExplainRequest;
  readonly shutdown: ShutdownRequest;
}

/** The body of each reply by its request's type. */
export interface ControlReplies {
  readonly hello: HelloReply;
  readonly apply_snapshot: ApplySnapshotReply;
  readonly status: StatusReply;
  readonly counters: CountersReply;
  readonly sessions: SessionsReply;
  readonly clear_sessions: ClearSessionsReply;
  readonly filters: FiltersReply;
  readonly clear_filters: ClearFiltersReply;
  readonly nat: NatReply;
  readonly bindings: BindingsReply;
  readonly neighbors: NeighborsReply;
  readonly routes: RoutesReply;
  readonly explain: ExplainReply;
  readonly shutdown: ShutdownReply;
}

export const controlSchema = {
 "$schema": "https://json-schema.org/draft/2020-12/schema",
 "$id": "control.schema.json",
 "title": "control",
 "$comment": "The helper's control protocol: bodies of requests and replies. A request is {id, type, ...body}, its reply {id, ok: true, ...body} or {id, ok: false, code, path, message}; {type: \"doorbell\"} comes unasked. shared/gen/snapshot.mjs makes from it the helper's decoder tables and the daemon's types.",
 "requests": [
  "hello",
  "apply_snapshot",
  "status",
  "counters",
  "sessions",
  "clear_sessions",
  "filters",
  "clear_filters",
  "nat",
  "bindings",
  "neighbors",
  "routes",
  "explain",
  "shutdown"
 ],
 "$defs": {
  "prefix": {
   "type": "object",
   "description": "An address prefix.",
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
  "session_filter": {
   "type": "object",
   "description": "Which sessions: all that is given must hold.",
   "additionalProperties": false,
   "required": [],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 1,
     "maximum": 9007199254740991,
     "description": "session id"
    },
    "source_prefix": {
     "$ref": "#/$defs/prefix",
     "description": "of the client, as it was opened"
    },
    "destination_prefix": {
     "$ref": "#/$defs/prefix",
     "description": "of the server, as the client addressed it"
    },
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "source or destination port as it was opened"
    },
    "policy_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295
    },
    "zone": {
     "type": "integer",
     "minimum": 1,
     "maximum": 127,
     "description": "ingress or egress zone"
    }
   }
  },
  "hello": {
   "type": "object",
   "description": "The first request of a connection: what the client speaks and wants to be.",
   "additionalProperties": false,
   "required": [
    "protocol",
    "layout_hash",
    "role",
    "client"
   ],
   "properties": {
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535,
     "description": "protocol version: 1"
    },
    "layout_hash": {
     "type": "string",
     "minLength": 1,
     "maxLength": 32,
     "pattern": "^[0-9a-f]*$",
     "description": "LAYOUT_HASH of the event frames"
    },
    "role": {
     "enum": [
      "writer",
      "reader"
     ],
     "description": "one writer at a time may apply, clear and shut down, and gets the doorbell"
    },
    "client": {
     "type": "string",
     "minLength": 1,
     "maxLength": 63,
     "pattern": "^[ -~]*$",
     "description": "name, for the helper's log"
    }
   }
  },
  "apply_snapshot": {
   "type": "object",
   "description": "Puts a snapshot in force, whole or not at all. Writer only.",
   "additionalProperties": false,
   "required": [
    "snapshot"
   ],
   "properties": {
    "snapshot": {
     "$ref": "snapshot.schema.json",
     "description": "the whole snapshot"
    }
   }
  },
  "status": {
   "type": "object",
   "description": "What the helper is and does.",
   "additionalProperties": false,
   "required": [],
   "properties": {}
  },
  "counters": {
   "type": "object",
   "description": "All counters.",
   "additionalProperties": false,
   "required": [],
   "properties": {}
  },
  "sessions": {
   "type": "object",
   "description": "One page of the session table.",
   "additionalProperties": false,
   "required": [
    "after",
    "limit"
   ],
   "properties": {
    "after": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "`next` of the page before; 0: from the start"
    },
    "limit": {
     "type": "integer",
     "minimum": 1,
     "maximum": 500,
     "description": "entries at most"
    },
    "filter": {
     "$ref": "#/$defs/session_filter"
    }
   }
  },
  "clear_sessions": {
   "type": "object",
   "description": "Closes sessions. Writer only.",
   "additionalProperties": false,
   "required": [],
   "properties": {
    "filter": {
     "$ref": "#/$defs/session_filter"
    }
   }
  },
  "filters": {
   "type": "object",
   "description": "Counters and policers of firewall filters.",
   "additionalProperties": false,
   "required": [],
   "properties": {}
  },
  "clear_filters": {
   "type": "object",
   "description": "Sets counters of firewall filters to zero and tells what they held; a packet is counted before it or after it, never both or neither. Writer only.",
   "additionalProperties": false,
   "required": [
    "generation",
    "counters",
    "policers"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 1,
     "maximum": 4294967295,
     "description": "that the positions refer to: must be the one in force"
    },
    "counters": {
     "type": "array",
     "minItems": 0,
     "maxItems": 262144,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 262143
     },
     "description": "positions in the snapshot's filter_counters"
    },
    "policers": {
     "type": "array",
     "minItems": 0,
     "maxItems": 65536,
     "items": {
      "type": "integer",
      "minimum": 0,
      "maximum": 65535
     },
     "description": "positions in the snapshot's policers"
    }
   }
  },
  "nat": {
   "type": "object",
   "description": "Rules and pools of address translation.",
   "additionalProperties": false,
   "required": [],
   "properties": {}
  },
  "neighbors": {
   "type": "object",
   "description": "One page of the neighbour table.",
   "additionalProperties": false,
   "required": [
    "after",
    "limit"
   ],
   "properties": {
    "after": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "`next` of the page before; 0: from the start"
    },
    "limit": {
     "type": "integer",
     "minimum": 1,
     "maximum": 500,
     "description": "entries at most"
    }
   }
  },
  "bindings": {
   "type": "object",
   "description": "One page of the bindings of persistent NAT.",
   "additionalProperties": false,
   "required": [
    "after",
    "limit"
   ],
   "properties": {
    "after": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "`next` of the page before; 0: from the start"
    },
    "limit": {
     "type": "integer",
     "minimum": 1,
     "maximum": 500,
     "description": "entries at most"
    }
   }
  },
  "routes": {
   "type": "object",
   "description": "One page of the routes, those in force and those that are not.",
   "additionalProperties": false,
   "required": [
    "after",
    "limit"
   ],
   "properties": {
    "after": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4294967295,
     "description": "`next` of the page before; 0: from the start"
    },
    "limit": {
     "type": "integer",
     "minimum": 1,
     "maximum": 500,
     "description": "entries at most"
    }
   }
  },
  "explain": {
   "type": "object",
   "description": "What would happen to a packet, asked of the running pipeline; changes nothing.",
   "additionalProperties": false,
   "required": [
    "unit",
    "zone",
    "source",
    "destination",
    "protocol",
    "source_port",
    "destination_port",
    "icmp_type",
    "icmp_code"
   ],
   "properties": {
    "unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 4095,
     "description": "ingress unit id; 0: any unit of the zone"
    },
    "zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 127,
     "description": "ingress zone id; 0: the unit's"
    },
    "source": {
     "$ref": "#/$defs/address"
    },
    "destination": {
     "$ref": "#/$defs/address"
    },
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "source_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "destination_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 65535
    },
    "icmp_type": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    },
    "icmp_code": {
     "type": "integer",
     "minimum": 0,
     "maximum": 255
    }
   }
  },
  "shutdown": {
   "type": "object",
   "description": "Ends the helper in good order. Writer only.",
   "additionalProperties": false,
   "required": [],
   "properties": {}
  },
  "hello_reply": {
   "type": "object",
   "description": "Who the helper is.",
   "required": [
    "protocol",
    "layout_hash",
    "version",
    "start_id",
    "generation",
    "hash",
    "workers",
    "rings"
   ],
   "properties": {
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "layout_hash": {
     "type": "string"
    },
    "version": {
     "type": "string",
     "description": "of the program"
    },
    "start_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "differs for each start of the helper"
    },
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "in force; 0: none"
    },
    "hash": {
     "type": "string",
     "description": "of the snapshot in force, or empty"
    },
    "workers": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "rings": {
     "type": "array",
     "items": {
      "type": "string"
     },
     "description": "path of each worker's event ring"
    }
   }
  },
  "apply_snapshot_reply": {
   "type": "object",
   "description": "The snapshot is in force on all workers.",
   "required": [
    "generation",
    "hash",
    "unchanged"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "in force now"
    },
    "hash": {
     "type": "string"
    },
    "unchanged": {
     "type": "boolean",
     "description": "it was in force already"
    }
   }
  },
  "worker_status": {
   "type": "object",
   "description": "One worker.",
   "required": [
    "index",
    "cpu",
    "received_packets",
    "received_bytes",
    "forwarded_packets",
    "forwarded_bytes",
    "host_packets",
    "host_bytes",
    "dropped_packets",
    "sessions",
    "session_capacity",
    "session_limit",
    "sessions_refused",
    "ageing_early"
   ],
   "properties": {
    "index": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "cpu": {
     "type": "integer",
     "minimum": -1,
     "maximum": 65535,
     "description": "pinned to; -1: not pinned"
    },
    "received_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "received_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "forwarded_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "forwarded_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "host_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "host_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "dropped_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "sessions": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "in use"
    },
    "session_capacity": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "session_limit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "its share of session_maximum"
    },
    "sessions_refused": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "packets dropped because there was no room for another session"
    },
    "ageing_early": {
     "type": "boolean",
     "description": "the table was beyond its high watermark, and has not come down to the low one since"
    }
   }
  },
  "port_status": {
   "type": "object",
   "description": "One port.",
   "required": [
    "id",
    "name",
    "device",
    "up",
    "mtu",
    "mac",
    "xdp_mode",
    "xdp_reason",
    "queues",
    "rx_dropped",
    "rx_ring_full",
    "rx_fill_ring_empty",
    "rx_invalid",
    "tx_invalid",
    "to_socket",
    "no_socket",
    "kernel_arp",
    "kernel_neighbor_discovery",
    "kernel_multicast",
    "kernel_link_local",
    "kernel_other"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "name": {
     "type": "string"
    },
    "device": {
     "type": "string"
    },
    "up": {
     "type": "boolean"
    },
    "mtu": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "mac": {
     "byteLengths": [
      6
     ]
    },
    "xdp_mode": {
     "type": "string",
     "description": "zero-copy, native, generic or none"
    },
    "xdp_reason": {
     "type": "string",
     "description": "why this mode"
    },
    "queues": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "rx_dropped": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "packets that AF_XDP dropped: no free frame, or too long for one"
    },
    "rx_ring_full": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "packets dropped because the worker did not fetch fast enough"
    },
    "rx_fill_ring_empty": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "times that no free frame was there to receive into"
    },
    "rx_invalid": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "frames for receiving that the kernel refused"
    },
    "tx_invalid": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "frames for sending that the kernel refused"
    },
    "to_socket": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "packets that the XDP program gave to the helper"
    },
    "no_socket": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "IP packets that found no socket: fail-mode decided"
    },
    "kernel_arp": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "left to the kernel: ARP"
    },
    "kernel_neighbor_discovery": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "left to the kernel: ICMPv6 133-137"
    },
    "kernel_multicast": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "left to the kernel: IP multicast and limited broadcast"
    },
    "kernel_link_local": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "left to the kernel: to an IPv6 link-local address"
    },
    "kernel_other": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "left to the kernel: neither IP nor ARP"
    }
   }
  },
  "status_reply": {
   "type": "object",
   "description": "What the helper is and does.",
   "required": [
    "version",
    "pid",
    "start_id",
    "uptime_s",
    "generation",
    "hash",
    "fail_mode",
    "workers",
    "ports"
   ],
   "properties": {
    "version": {
     "type": "string"
    },
    "pid": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "start_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "uptime_s": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "hash": {
     "type": "string"
    },
    "fail_mode": {
     "type": "string",
     "description": "closed or open, in force"
    },
    "workers": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/worker_status"
     }
    },
    "ports": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/port_status"
     }
    }
   }
  },
  "unit_counters": {
   "type": "object",
   "description": "One logical interface.",
   "required": [
    "id",
    "in_packets",
    "in_bytes",
    "out_packets",
    "out_bytes"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "in_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "in_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "out_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "out_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "drop_counter": {
   "type": "object",
   "description": "Packets that ended for one reason.",
   "required": [
    "reason",
    "packets"
   ],
   "properties": {
    "reason": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "drop_reason"
    },
    "packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "event_counter": {
   "type": "object",
   "description": "Events of one type.",
   "required": [
    "type",
    "written",
    "suppressed",
    "lost_budget",
    "lost_full"
   ],
   "properties": {
    "type": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "event_type"
    },
    "written": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "suppressed": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "lost_budget": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "lost_full": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "policy_counter": {
   "type": "object",
   "description": "One counter slot of the snapshot in force.",
   "required": [
    "counter",
    "hits",
    "packets",
    "bytes",
    "sessions"
   ],
   "properties": {
    "counter": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "slot: position in the snapshot's counters"
    },
    "hits": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "sessions": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "opened"
    }
   }
  },
  "queue_counter": {
   "type": "object",
   "description": "One queue of a port that has queues, in packets and IP bytes.",
   "required": [
    "port",
    "queue",
    "packets",
    "bytes",
    "dropped_packets",
    "dropped_bytes"
   ],
   "properties": {
    "port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "port id"
    },
    "queue": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that went into it"
    },
    "bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "dropped_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that found it full"
    },
    "dropped_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "screen_counter": {
   "type": "object",
   "description": "Packets from one zone that met one screen.",
   "required": [
    "zone",
    "screen",
    "packets"
   ],
   "properties": {
    "zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "zone id"
    },
    "screen": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "screen id"
    },
    "packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "dropped, or with alarm-without-drop let go on"
    }
   }
  },
  "counters_reply": {
   "type": "object",
   "description": "All counters, summed over the workers.",
   "required": [
    "generation",
    "received_packets",
    "received_bytes",
    "forwarded_packets",
    "forwarded_bytes",
    "host_packets",
    "host_bytes",
    "sessions_opened",
    "sessions_closed",
    "sessions_aged_early",
    "sessions_abandoned",
    "icmp_errors_sent",
    "icmp_errors_limited",
    "resets_sent",
    "resets_limited",
    "handed_off",
    "output_lost",
    "drops",
    "events",
    "units",
    "policies",
    "queues",
    "screens"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that units, policies and screens refer to"
    },
    "received_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "received_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "forwarded_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "forwarded_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "host_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "host_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "sessions_opened": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "sessions_closed": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "sessions_aged_early": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "of those closed: before their time, because the table was nearly full"
    },
    "sessions_abandoned": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "their first packet never went on: no event"
    },
    "icmp_errors_sent": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "icmp_errors_limited": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "resets_sent": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "resets_limited": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "handed_off": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "output_lost": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "counted as sent, but lost on the way out"
    },
    "drops": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/drop_counter"
     },
     "description": "reasons that occurred"
    },
    "events": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/event_counter"
     }
    },
    "units": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/unit_counters"
     }
    },
    "queues": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/queue_counter"
     }
    },
    "policies": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/policy_counter"
     },
     "description": "slots that counted"
    },
    "screens": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/screen_counter"
     },
     "description": "that were met"
    }
   }
  },
  "session": {
   "type": "object",
   "description": "One session. Addresses and ports as the client sent them.",
   "required": [
    "id",
    "worker",
    "policy_id",
    "generation",
    "application",
    "protocol",
    "state",
    "source",
    "source_port",
    "destination",
    "destination_port",
    "ingress_zone",
    "egress_zone",
    "ingress_unit",
    "egress_unit",
    "age_s",
    "timeout_s",
    "client_packets",
    "client_bytes",
    "server_packets",
    "server_bytes"
   ],
   "properties": {
    "id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "worker": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "policy_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "of policy_id"
    },
    "application": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "application id; 0: none"
    },
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "state": {
     "type": "string",
     "description": "TCP state, or empty"
    },
    "source": {
     "$ref": "#/$defs/address"
    },
    "source_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "destination": {
     "$ref": "#/$defs/address"
    },
    "destination_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "ingress_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "egress_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "ingress_unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "egress_unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "0: this host"
    },
    "age_s": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "since it was opened"
    },
    "timeout_s": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "until it ages out if idle"
    },
    "client_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "client_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "server_packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "server_bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "nat_source": {
     "$ref": "#/$defs/address",
     "description": "source behind the firewall; only with a source NAT rule"
    },
    "nat_source_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "source_nat_rule": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in nat_rules + 1, in `generation`"
    },
    "nat_destination": {
     "$ref": "#/$defs/address",
     "description": "destination behind the firewall; only with a destination NAT rule"
    },
    "nat_destination_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "destination_nat_rule": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in nat_rules + 1, in `generation`"
    }
   }
  },
  "nat_rule_counters": {
   "type": "object",
   "description": "What one rule did.",
   "required": [
    "rule",
    "hits",
    "failures"
   ],
   "properties": {
    "rule": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in nat_rules + 1"
    },
    "hits": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "sessions that it translated"
    },
    "failures": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "packets dropped because no address and port was left"
    }
   }
  },
  "nat_pool_use": {
   "type": "object",
   "description": "How much of one source pool is in use.",
   "required": [
    "pool",
    "ports",
    "fullest"
   ],
   "properties": {
    "pool": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in nat_pools + 1"
    },
    "ports": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "ports and echo identifiers given out, of all its addresses and protocols"
    },
    "fullest": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "of them those of the protocol that has most"
    }
   }
  },
  "nat_interface_use": {
   "type": "object",
   "description": "How many ports of an interface's own addresses are in use.",
   "required": [
    "unit",
    "ports",
    "fullest"
   ],
   "properties": {
    "unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "unit id"
    },
    "ports": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "ports and echo identifiers given out"
    },
    "fullest": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "of them those of the protocol that has most"
    }
   }
  },
  "nat_reply": {
   "type": "object",
   "description": "Rules, pools and interfaces left out have zeros.",
   "required": [
    "generation",
    "rules",
    "pools",
    "interfaces"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that the positions refer to"
    },
    "rules": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/nat_rule_counters"
     }
    },
    "pools": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/nat_pool_use"
     }
    },
    "interfaces": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/nat_interface_use"
     }
    }
   }
  },
  "binding": {
   "type": "object",
   "description": "A client's transport address that stays bound to an outer one.",
   "required": [
    "protocol",
    "inner",
    "inner_port",
    "outer",
    "outer_port",
    "rule",
    "sessions",
    "seconds_left"
   ],
   "properties": {
    "protocol": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "inner": {
     "$ref": "#/$defs/address"
    },
    "inner_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "outer": {
     "$ref": "#/$defs/address"
    },
    "outer_port": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "rule": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in nat_rules + 1; 0: none allows it any more"
    },
    "sessions": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that use it"
    },
    "seconds_left": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "0 while sessions use it"
    }
   }
  },
  "bindings_reply": {
   "type": "object",
   "description": "One page; entries that come or go meanwhile may be missing.",
   "required": [
    "generation",
    "next",
    "bindings"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that the rules refer to"
    },
    "next": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "`after` of the next page; 0: this was the last"
    },
    "bindings": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/binding"
     }
    }
   }
  },
  "sessions_reply": {
   "type": "object",
   "description": "One page; entries that come or go meanwhile may be missing.",
   "required": [
    "next",
    "sessions"
   ],
   "properties": {
    "next": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "`after` of the next page; 0: this was the last"
    },
    "sessions": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/session"
     }
    }
   }
  },
  "clear_sessions_reply": {
   "type": "object",
   "description": "How many were closed.",
   "required": [
    "cleared"
   ],
   "properties": {
    "cleared": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    }
   }
  },
  "filter_counter": {
   "type": "object",
   "description": "What matched the terms with one counter, or what one policer dropped.",
   "required": [
    "index",
    "packets",
    "bytes"
   ],
   "properties": {
    "index": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "position in the snapshot's filter_counters or policers"
    },
    "packets": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "bytes": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "of IP packets"
    }
   }
  },
  "filters_reply": {
   "type": "object",
   "description": "Summed over the workers. Values go on over a commit under their names.",
   "required": [
    "generation",
    "counters",
    "policers"
   ],
   "properties": {
    "generation": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "that the positions refer to"
    },
    "counters": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/filter_counter"
     },
     "description": "that counted"
    },
    "policers": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/filter_counter"
     },
     "description": "that dropped"
    }
   }
  },
  "clear_filters_reply": {
   "type": "object",
   "description": "What was cleared.",
   "required": [
    "counters",
    "policers"
   ],
   "properties": {
    "counters": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/filter_counter"
     },
     "description": "that had counted, and what they held"
    },
    "policers": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/filter_counter"
     },
     "description": "that had dropped, and what they held"
    }
   }
  },
  "neighbor": {
   "type": "object",
   "description": "One neighbour.",
   "required": [
    "unit",
    "address",
    "mac",
    "state"
   ],
   "properties": {
    "unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "address": {
     "$ref": "#/$defs/address"
    },
    "mac": {
     "byteLengths": [
      0,
      6
     ]
    },
    "state": {
     "type": "string",
     "description": "pending, valid or failed"
    }
   }
  },
  "neighbors_reply": {
   "type": "object",
   "description": "One page.",
   "required": [
    "next",
    "neighbors"
   ],
   "properties": {
    "next": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "neighbors": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/neighbor"
     }
    }
   }
  },
  "route_hop": {
   "type": "object",
   "description": "One next hop.",
   "required": [
    "gateway",
    "unit",
    "state"
   ],
   "properties": {
    "gateway": {
     "byteLengths": [
      0,
      4,
      16
     ],
     "description": "address; empty: none"
    },
    "unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "0: none"
    },
    "state": {
     "type": "string",
     "description": "alive; silent: the gateway does not answer; down: the device is; unresolved: no connected network holds the gateway"
    }
   }
  },
  "route": {
   "type": "object",
   "description": "One route.",
   "required": [
    "instance",
    "prefix",
    "length",
    "preference",
    "active",
    "kind",
    "hops"
   ],
   "properties": {
    "instance": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "prefix": {
     "$ref": "#/$defs/address"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "preference": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "active": {
     "type": "boolean",
     "description": "it is in force"
    },
    "kind": {
     "type": "string",
     "description": "next-hop, direct, local, broadcast, discard, reject or next-table"
    },
    "table": {
     "type": "integer",
     "minimum": 0,
     "maximum": 63,
     "description": "next-table only: the routing instance whose routes decide"
    },
    "origin": {
     "type": "string",
     "description": "connected, static or kernel"
    },
    "hops": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/route_hop"
     }
    }
   }
  },
  "routes_reply": {
   "type": "object",
   "description": "One page.",
   "required": [
    "next",
    "routes"
   ],
   "properties": {
    "next": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "routes": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/route"
     }
    }
   }
  },
  "explain_stage": {
   "type": "object",
   "description": "What one stage said.",
   "required": [
    "stage",
    "result",
    "detail"
   ],
   "properties": {
    "stage": {
     "type": "string"
    },
    "result": {
     "type": "string"
    },
    "detail": {
     "type": "string"
    }
   }
  },
  "explain_reply": {
   "type": "object",
   "description": "What would happen.",
   "required": [
    "verdict",
    "reason",
    "action",
    "policy_id",
    "application",
    "ingress_unit",
    "ingress_zone",
    "egress_unit",
    "egress_zone",
    "stages"
   ],
   "properties": {
    "verdict": {
     "type": "string",
     "description": "verdict text"
    },
    "reason": {
     "type": "string",
     "description": "drop reason text, none if it goes on"
    },
    "action": {
     "type": "string",
     "description": "deny, permit or reject; empty: no policy was asked"
    },
    "policy_id": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991,
     "description": "4294967295: no policy was asked"
    },
    "application": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "ingress_unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "ingress_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "egress_unit": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "egress_zone": {
     "type": "integer",
     "minimum": 0,
     "maximum": 9007199254740991
    },
    "stages": {
     "type": "array",
     "items": {
      "$ref": "#/$defs/explain_stage"
     },
     "description": "in the order in which they were asked"
    }
   }
  },
  "shutdown_reply": {
   "type": "object",
   "description": "The helper is about to end.",
   "required": [],
   "properties": {}
  },
  "address": {
   "byteLengths": [
    4,
    16
   ],
   "description": "4 (IPv4) or 16 (IPv6) bytes in network order, as msgpack bin"
  }
 }
} as const;
