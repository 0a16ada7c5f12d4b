// config.ts: the configuration tree after validation: the Junos hierarchy with Junos names, exactly as
// schemas/config.schema.json accepts it. SPDX-License-Identifier: Apache-2.0

/** Config is one whole configuration. A presence statement of Junos (`permit;`) is the value true; an absent one is off. */
export interface Config {
  readonly system: System;
  readonly interfaces: Readonly<Record<string, Interface>>;
  readonly security: Security;
  readonly applications?: Applications;
  readonly "routing-options"?: RoutingOptions;
}

export interface System {
  readonly "host-name": string;
  readonly dataplane?: Dataplane;
}

/** Dataplane: Ringwall's own statements about the helper; Junos has no place for them. */
export interface Dataplane {
  readonly "fail-mode"?: "closed" | "open";
  readonly "session-maximum"?: number;
  readonly "icmp-error-rate"?: number;
  readonly "icmp-error-burst"?: number;
}

export type XdpMode = "auto" | "zero-copy" | "native" | "generic";

export interface Interface {
  readonly device?: string;
  readonly description?: string;
  readonly mtu?: number;
  readonly "vlan-tagging"?: true;
  readonly "xdp-mode"?: XdpMode;
  readonly unit: Readonly<Record<string, Unit>>;
}

export interface Unit {
  readonly description?: string;
  readonly "vlan-id"?: number;
  readonly family?: { readonly inet?: Family; readonly inet6?: Family };
}

export interface Family {
  readonly address?: readonly string[];
  readonly mtu?: number;
}

export interface Security {
  readonly zones: { readonly "security-zone": readonly Zone[] };
  readonly "address-book"?: readonly AddressBook[];
  readonly policies?: readonly PolicyContext[];
  readonly "default-policy"?: DefaultPolicy;
  readonly flow?: { readonly "tcp-session"?: TcpSession };
  readonly log?: { readonly stream?: readonly Stream[] };
}

export interface Zone {
  readonly name: string;
  readonly description?: string;
  readonly interfaces?: readonly (string | ZoneInterface)[];
  readonly "host-inbound-traffic"?: HostInboundTraffic;
  readonly "tcp-rst"?: true;
}

export interface ZoneInterface {
  readonly name: string;
  readonly "host-inbound-traffic"?: HostInboundTraffic;
}

/** HostInboundTraffic: what the host accepts. `{name, except: true}` takes one item out of `all`. */
export interface HostInboundTraffic {
  readonly "system-services"?: readonly (string | ExceptableService)[];
  readonly protocols?: readonly (string | ExceptableService)[];
}

export interface ExceptableService {
  readonly name: string;
  readonly except?: true;
}

export interface AddressBook {
  readonly name: string;
  readonly description?: string;
  readonly attach?: { readonly zone: readonly string[] };
  readonly address?: readonly Address[];
  readonly "address-set"?: readonly AddressSet[];
}

export interface Address {
  readonly name: string;
  readonly description?: string;
  readonly "ip-prefix"?: string;
  readonly "range-address"?: { readonly low: string; readonly high: string };
}

export interface AddressSet {
  readonly name: string;
  readonly description?: string;
  readonly address?: readonly string[];
  readonly "address-set"?: readonly string[];
}

/** PolicyContext: the policies of one zone pair, or the global ones. */
export type PolicyContext = ZonePairPolicies | GlobalPolicies;

export interface ZonePairPolicies {
  readonly "from-zone": string;
  readonly "to-zone": string;
  readonly global?: never;
  readonly policy: readonly Policy[];
}

export interface GlobalPolicies {
  readonly global: true;
  readonly "from-zone"?: never;
  readonly "to-zone"?: never;
  readonly policy: readonly Policy[];
}

export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly match: PolicyMatch;
  readonly then: PolicyThen;
}

export interface PolicyMatch {
  /** from-zone and to-zone: in global policies only; absent means any. */
  readonly "from-zone"?: readonly string[];
  readonly "to-zone"?: readonly string[];
  readonly "source-address": readonly string[];
  readonly "destination-address": readonly string[];
  readonly "source-address-excluded"?: true;
  readonly "destination-address-excluded"?: true;
  readonly application: readonly string[];
}

/** PolicyThen: exactly one of permit, deny and reject is there. */
export interface PolicyThen {
  readonly permit?: true;
  readonly deny?: true;
  readonly reject?: true;
  readonly log?: PolicyLog;
  readonly count?: true;
}

export interface PolicyLog {
  readonly "session-init"?: true;
  readonly "session-close"?: true;
}

/** DefaultPolicy: exactly one action is there. Without the statement: deny-all, not logged. */
export interface DefaultPolicy {
  readonly "permit-all"?: true;
  readonly "deny-all"?: true;
  readonly "reject-all"?: true;
  readonly log?: PolicyLog;
}

export interface TcpSession {
  readonly "no-syn-check"?: true;
  readonly "no-sequence-check"?: true;
  readonly "rst-invalidate-session"?: true;
  readonly "tcp-initial-timeout"?: number;
}

export type StreamFormat = "sd-syslog" | "kv";
/** StreamCategory: session is session-open and session-close; policy is what policies denied or rejected; filter is what terms of
 * filters logged; all is everything. */
export type StreamCategory = "all" | "session" | "session-open" | "session-close" | "policy" | "filter";
export type Severity = "emergency" | "alert" | "critical" | "error" | "warning" | "notice" | "info" | "debug";
export type Facility =
  | "authorization"
  | "daemon"
  | "ftp"
  | "kernel"
  | "user"
  | "local0"
  | "local1"
  | "local2"
  | "local3"
  | "local4"
  | "local5"
  | "local6"
  | "local7";

/** Stream: one collector. Defaults: port 514, transport udp, format sd-syslog, category all, every severity, facility user;
 * filter logs as the format writes them. */
export interface Stream {
  readonly name: string;
  readonly host: string;
  readonly port?: number;
  readonly transport?: { readonly protocol?: "udp" };
  readonly format?: StreamFormat;
  /** filter-format: pfe: filter logs as the forwarding plane of Junos writes them, facility local3 unless overridden. */
  readonly "filter-format"?: "rt-flow" | "pfe";
  /** filter-padding: of the pfe form; padded by default. */
  readonly "filter-padding"?: "padded" | "compact";
  readonly category?: readonly StreamCategory[];
  /** severity: a threshold: events less severe than this are not sent. */
  readonly severity?: Severity;
  readonly "facility-override"?: Facility;
  readonly "source-address"?: string;
}

export interface Applications {
  readonly application?: readonly Application[];
  readonly "application-set"?: readonly ApplicationSet[];
}

/** Application: either the conditions themselves or a list of terms. */
export interface Application extends ApplicationConditions {
  readonly name: string;
  readonly description?: string;
  readonly term?: readonly ApplicationTerm[];
}

export interface ApplicationTerm extends ApplicationConditions {
  readonly name: string;
}

export interface ApplicationConditions {
  readonly protocol?: string | number;
  readonly "destination-port"?: string | number;
  readonly "source-port"?: string | number;
  readonly "icmp-type"?: string | number;
  readonly "icmp-code"?: number;
  readonly "icmp6-type"?: number;
  readonly "icmp6-code"?: number;
  readonly "inactivity-timeout"?: number | "never";
}

export interface ApplicationSet {
  readonly name: string;
  readonly description?: string;
  readonly application?: readonly string[];
  readonly "application-set"?: readonly string[];
}

export interface RoutingOptions {
  readonly static?: { readonly route?: readonly StaticRoute[] };
}

/** StaticRoute: exactly one of discard, reject and next hops (next-hop, qualified-next-hop or both). */
export interface StaticRoute {
  readonly name: string;
  readonly "next-hop"?: readonly string[];
  readonly "qualified-next-hop"?: readonly QualifiedNextHop[];
  readonly discard?: true;
  readonly reject?: true;
}

export interface QualifiedNextHop {
  readonly name: string;
  readonly interface: string;
}
