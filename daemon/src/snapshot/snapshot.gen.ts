// snapshot.gen.ts: the types of a snapshot and their schema. Made by shared/gen/snapshot.mjs from schemas/snapshot.schema.json; do not edit. SPDX-License-Identifier: Apache-2.0

/** Settings of the data plane: `security flow` and `system` settings that the helper enforces. */
export interface SnapshotSettings {
  /** what happens to traffic while no helper runs: closed drops it, open leaves it to the kernel; closed, open */
  readonly fail_mode: "closed" | "open";
  /** a session may start with any TCP segment */
  readonly tcp_no_syn_check: boolean;
  /** segments outside the window pass */
  readonly tcp_no_sequence_check: boolean;
  /** a valid RST ends its session at once */
  readonly tcp_rst_invalidate: boolean;
  /** seconds that a TCP handshake may take; 4..300 */
  readonly tcp_initial_timeout: number;
  /** sessions of all workers together; read when the helper starts; 1024..16777216 */
  readonly session_maximum: number;
  /** ICMP errors and resets per second and worker; 0: unlimited; 0..1000000 */
  readonly icmp_error_rate: number;
  /** ICMP errors and resets at once; 1..100000 */
  readonly icmp_error_burst: number;
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
  /** host bits zero; a prefix stands once per instance; 4 or 16 bytes */
  readonly prefix: Uint8Array;
  /** at most 32 for IPv4; 0..128 */
  readonly length: number;
  /** where it leads; next-hop, discard, reject */
  readonly kind: "next-hop" | "discard" | "reject";
  /** next-hop: at least one; else none; at most 16 */
  readonly next_hops: readonly SnapshotRouteHop[];
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
}

/** snapshotFields gives each map's fields in the order of the schema, and the map that a field holds. */
export const snapshotFields: Readonly<Record<string, readonly (readonly [field: string, holds: string])[]>> = {
  SnapshotSettings: [["fail_mode", ""], ["tcp_no_syn_check", ""], ["tcp_no_sequence_check", ""], ["tcp_rst_invalidate", ""], ["tcp_initial_timeout", ""], ["session_maximum", ""], ["icmp_error_rate", ""], ["icmp_error_burst", ""]],
  SnapshotHostService: [["protocol", ""], ["family", ""], ["port_low", ""], ["port_high", ""], ["icmp_type", ""]],
  SnapshotZone: [["id", ""], ["name", ""], ["tcp_rst", ""], ["host_inbound", "SnapshotHostService"]],
  SnapshotInstance: [["id", ""], ["name", ""], ["kernel_table", ""]],
  SnapshotPort: [["id", ""], ["name", ""], ["device", ""], ["xdp_mode", ""], ["mtu", ""]],
  SnapshotUnitAddress: [["address", ""], ["length", ""]],
  SnapshotUnit: [["id", ""], ["name", ""], ["port", ""], ["vlan", ""], ["zone", ""], ["instance", ""], ["inet", ""], ["inet6", ""], ["mtu_inet", ""], ["mtu_inet6", ""], ["addresses", "SnapshotUnitAddress"], ["host_inbound", "SnapshotHostService"]],
  SnapshotInetRange: [["low", ""], ["high", ""]],
  SnapshotInet6Range: [["low", ""], ["high", ""]],
  SnapshotAddressSet: [["inet", "SnapshotInetRange"], ["inet6", "SnapshotInet6Range"]],
  SnapshotApplication: [["id", ""], ["name", ""], ["protocol", ""], ["port_low", ""], ["port_high", ""]],
  SnapshotRule: [["policy_id", ""], ["counter", ""], ["name", ""], ["from_zones", ""], ["to_zones", ""], ["source", ""], ["destination", ""], ["source_excluded", ""], ["destination_excluded", ""], ["protocol", ""], ["source_port_low", ""], ["source_port_high", ""], ["destination_port_low", ""], ["destination_port_high", ""], ["icmp_type", ""], ["icmp_code", ""], ["application", ""], ["timeout", ""], ["action", ""], ["log_init", ""], ["log_close", ""], ["count", ""]],
  SnapshotPolicySet: [["id", ""], ["from_zone", ""], ["to_zone", ""], ["rules", "SnapshotRule"]],
  SnapshotDefaultPolicy: [["policy_id", ""], ["action", ""], ["log_init", ""], ["log_close", ""], ["counter", ""]],
  SnapshotRouteHop: [["gateway", ""], ["unit", ""]],
  SnapshotRoute: [["instance", ""], ["prefix", ""], ["length", ""], ["kind", ""], ["next_hops", "SnapshotRouteHop"]],
  Snapshot: [["version", ""], ["generation", ""], ["hash", ""], ["settings", "SnapshotSettings"], ["zones", "SnapshotZone"], ["instances", "SnapshotInstance"], ["ports", "SnapshotPort"], ["units", "SnapshotUnit"], ["address_sets", "SnapshotAddressSet"], ["applications", "SnapshotApplication"], ["policy_sets", "SnapshotPolicySet"], ["default_policy", "SnapshotDefaultPolicy"], ["counters", ""], ["routes", "SnapshotRoute"]],
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
  "routes"
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
    "tcp_no_sequence_check",
    "tcp_rst_invalidate",
    "tcp_initial_timeout",
    "session_maximum",
    "icmp_error_rate",
    "icmp_error_burst"
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
    "tcp_no_sequence_check": {
     "type": "boolean",
     "description": "segments outside the window pass"
    },
    "tcp_rst_invalidate": {
     "type": "boolean",
     "description": "a valid RST ends its session at once"
    },
    "tcp_initial_timeout": {
     "type": "integer",
     "minimum": 4,
     "maximum": 300,
     "description": "seconds that a TCP handshake may take"
    },
    "session_maximum": {
     "type": "integer",
     "minimum": 1024,
     "maximum": 16777216,
     "description": "sessions of all workers together; read when the helper starts"
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
    "kernel_table"
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
    "mtu"
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
    "addresses"
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
    "kind",
    "next_hops"
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
     "description": "host bits zero; a prefix stands once per instance"
    },
    "length": {
     "type": "integer",
     "minimum": 0,
     "maximum": 128,
     "description": "at most 32 for IPv4"
    },
    "kind": {
     "enum": [
      "next-hop",
      "discard",
      "reject"
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
