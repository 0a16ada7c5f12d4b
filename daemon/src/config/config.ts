// config.ts: the configuration tree after validation: the Junos hierarchy with Junos names, exactly as
// schemas/config.schema.json accepts it. SPDX-License-Identifier: Apache-2.0
import type { Layout } from "../syslog/layout.js";

/** Config is one whole configuration. A presence statement of Junos (`permit;`) is the value true; an absent one is off. */
export interface Config {
  readonly system: System;
  readonly interfaces: Readonly<Record<string, Interface>>;
  readonly security: Security;
  readonly services?: Services;
  readonly applications?: Applications;
  readonly "policy-options"?: PolicyOptions;
  readonly firewall?: Firewall;
  readonly "class-of-service"?: ClassOfService;
  readonly "routing-options"?: RoutingOptions;
  readonly "routing-instances"?: readonly RoutingInstance[];
}

export interface System {
  readonly "host-name": string;
  readonly dataplane?: Dataplane;
  readonly services?: { readonly "web-management"?: WebManagement };
}

/** WebManagement: the daemon's web page and API over TCP, for reading. */
export interface WebManagement {
  readonly http?: {
    readonly port: number;
    readonly address?: string;
    readonly "token-file": string;
    readonly "allow-remote"?: true;
  };
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
  readonly filter?: UnitFilter;
}

/** UnitFilter: the filters of a unit; input and input-list exclude each other, and so do output and output-list. */
export interface UnitFilter {
  readonly input?: string;
  readonly output?: string;
  readonly "input-list"?: readonly string[];
  readonly "output-list"?: readonly string[];
}

export interface Security {
  readonly zones: { readonly "security-zone": readonly Zone[] };
  readonly "address-book"?: readonly AddressBook[];
  readonly policies?: readonly PolicyContext[];
  readonly "default-policy"?: DefaultPolicy;
  readonly flow?: {
    readonly aging?: Aging;
    readonly "tcp-session"?: TcpSession;
    readonly "tcp-mss"?: { readonly "all-tcp"?: { readonly mss: number } };
    readonly "syn-flood-protection-mode"?: "syn-cookie";
  };
  readonly nat?: Nat;
  readonly log?: { readonly stream?: readonly Stream[]; readonly rate?: LogRates };
  readonly screen?: { readonly "ids-option"?: readonly Screen[] };
}

export interface Zone {
  readonly name: string;
  readonly description?: string;
  readonly interfaces?: readonly (string | ZoneInterface)[];
  readonly "host-inbound-traffic"?: HostInboundTraffic;
  readonly "tcp-rst"?: true;
  readonly screen?: string;
}

/** Screen: an ids-option: what is looked for in the packets that come from a zone. */
export interface Screen {
  readonly name: string;
  readonly description?: string;
  readonly "log-rate"?: LogRate;
  readonly "alarm-without-drop"?: true;
  readonly icmp?: ScreenIcmp;
  readonly ip?: ScreenIp;
  readonly tcp?: ScreenTcp;
  readonly udp?: {
    readonly flood?: ScreenThreshold;
    readonly "port-scan"?: ScreenThreshold;
    readonly "udp-sweep"?: ScreenThreshold;
  };
  readonly "limit-session"?: ScreenLimits;
}

/** ScreenLimits: sessions at a time. */
export interface ScreenLimits {
  readonly "source-ip-based"?: number;
  readonly "destination-ip-based"?: number;
}

/** ScreenThreshold: packets per second, or microseconds; each screen has its default. */
export interface ScreenThreshold {
  readonly threshold?: number;
}

export interface ScreenIcmp extends Readonly<
  Partial<Record<"fragment" | "large" | "ping-death" | "icmpv6-malformed", true>>
> {
  readonly flood?: ScreenThreshold;
  readonly "ip-sweep"?: ScreenThreshold;
}

export interface ScreenTcp extends Readonly<
  Partial<Record<"syn-fin" | "fin-no-ack" | "tcp-no-flag" | "syn-frag" | "land" | "winnuke", true>>
> {
  readonly "port-scan"?: ScreenThreshold;
  readonly "tcp-sweep"?: ScreenThreshold;
  readonly "syn-flood"?: SynFlood;
}

/** SynFlood: alarm-threshold, queue-size and timeout are those of SYN cookies. */
export interface SynFlood {
  readonly "attack-threshold"?: number;
  readonly "source-threshold"?: number;
  readonly "destination-threshold"?: number;
  readonly "alarm-threshold"?: number;
  readonly "queue-size"?: number;
  readonly timeout?: number;
  readonly "white-list"?: readonly WhiteList[];
}

export interface WhiteList {
  readonly name: string;
  readonly "source-address"?: readonly string[];
  readonly "destination-address"?: readonly string[];
}

export interface ScreenIp extends Readonly<Partial<Record<ScreenIpFlag, true>>> {
  readonly "ipv6-extension-header"?: ScreenIpv6Headers;
  readonly "ipv6-extension-header-limit"?: number;
}

export type ScreenIpFlag =
  | "bad-option"
  | "record-route-option"
  | "timestamp-option"
  | "security-option"
  | "stream-option"
  | "loose-source-route-option"
  | "strict-source-route-option"
  | "source-route-option"
  | "unknown-protocol"
  | "block-frag"
  | "spoofing"
  | "tear-drop"
  | "ipv6-malformed-header";

/** ScreenIpv6Headers: a mapping of options that is empty stands for any header of that kind. */
export interface ScreenIpv6Headers extends Readonly<Partial<Record<ScreenIpv6Header, true>>> {
  readonly "hop-by-hop-header"?: ScreenOptions;
  readonly "destination-header"?: ScreenOptions;
  readonly "user-defined-header-type"?: readonly (string | number)[];
}

export type ScreenIpv6Header =
  | "routing-header"
  | "fragment-header"
  | "ESP-header"
  | "AH-header"
  | "no-next-header"
  | "shim6-header"
  | "mobility-header"
  | "HIP-header";

export type ScreenOptions = Readonly<Record<string, true | readonly (string | number)[]>>;

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
  readonly rate?: LogRate;
}

/** LogRates: how many events are logged. Defaults: rule 1000 with a burst of 1024, zone 5000 with a burst of 5120. */
export interface LogRates {
  readonly rule?: LogRate;
  readonly zone?: LogRate;
}

/** LogRate: what is left out is as for all rules. */
export interface LogRate {
  readonly limit?: number | "unlimited";
  readonly burst?: number;
}

/** DefaultPolicy: exactly one action is there. Without the statement: deny-all, not logged. */
export interface DefaultPolicy {
  readonly "permit-all"?: true;
  readonly "deny-all"?: true;
  readonly "reject-all"?: true;
  readonly log?: PolicyLog;
}

export interface Nat {
  readonly source?: {
    readonly "address-persistent"?: true;
    readonly "pool-utilization-alarm"?: NatAlarm;
    readonly pool?: readonly NatSourcePool[];
    readonly "rule-set"?: readonly NatSourceRuleSet[];
  };
  readonly destination?: {
    readonly pool?: readonly NatDestinationPool[];
    readonly "rule-set"?: readonly NatDestinationRuleSet[];
  };
  readonly static?: { readonly "rule-set"?: readonly NatStaticRuleSet[] };
  /** proxy-arp: IPv4 addresses, proxy-ndp: IPv6 addresses that are answered for */
  readonly "proxy-arp"?: NatProxy;
  readonly "proxy-ndp"?: NatProxy;
}

export interface NatProxy {
  readonly interface?: readonly { readonly name: string; readonly address: readonly NatRange[] }[];
}

/** NatRange: an address, a prefix, or the first and the last address of a range. */
export type NatRange = string | { readonly name: string; readonly to: string };

/** NatAlarm: percent. Without clear-threshold it is four fifths of the other one. */
export interface NatAlarm {
  readonly "raise-threshold": number;
  readonly "clear-threshold"?: number;
}

/** NatSourcePool: ports come from 1024 to 63487 unless `port` says otherwise. */
export interface NatSourcePool {
  readonly name: string;
  readonly description?: string;
  readonly address: readonly NatRange[];
  readonly port?: {
    readonly "no-translation"?: true;
    readonly range?: { readonly low: number; readonly high: number };
  };
  readonly "pool-utilization-alarm"?: NatAlarm;
  /** overflow-pool: the name of another pool, or interface */
  readonly "overflow-pool"?: string;
}

export interface NatDestinationPool {
  readonly name: string;
  readonly description?: string;
  readonly address: { readonly name: string; readonly to?: string; readonly port?: number };
}

/** NatContext: exactly one of the three. */
export interface NatContext {
  readonly zone?: readonly string[];
  readonly interface?: readonly string[];
  readonly "routing-instance"?: readonly string[];
}

interface NatRuleSet<Rule> {
  readonly name: string;
  readonly description?: string;
  readonly from: NatContext;
  readonly rule: readonly Rule[];
}

export interface NatSourceRuleSet extends NatRuleSet<NatSourceRule> {
  readonly to: NatContext;
}
export type NatDestinationRuleSet = NatRuleSet<NatDestinationRule>;
export type NatStaticRuleSet = NatRuleSet<NatStaticRule>;

/** Names in matches are those of the global address-book. */
export interface NatSourceRule {
  readonly name: string;
  readonly description?: string;
  readonly match: {
    readonly "source-address"?: readonly string[];
    readonly "source-address-name"?: readonly string[];
    readonly "source-port"?: readonly (string | number)[];
    readonly "destination-address"?: readonly string[];
    readonly "destination-address-name"?: readonly string[];
    readonly "destination-port"?: readonly (string | number)[];
    readonly protocol?: readonly (string | number)[];
    /** application: instead of protocol and ports */
    readonly application?: readonly string[];
  };
  /** exactly one of the three */
  readonly then: {
    readonly "source-nat": {
      readonly off?: true;
      readonly interface?: true;
      readonly pool?: string;
      readonly "persistent-nat"?: PersistentNat;
    };
  };
}

/** PersistentNat: exactly one of permit is there. Without inactivity-timeout 300 s, without max-session-number 30. */
export interface PersistentNat {
  readonly permit: {
    readonly "any-remote-host"?: true;
    readonly "target-host"?: true;
    readonly "target-host-port"?: true;
  };
  readonly "inactivity-timeout"?: number;
  readonly "max-session-number"?: number;
}

/** NatDestinationRule: exactly one of destination-address and destination-address-name. */
export interface NatDestinationRule {
  readonly name: string;
  readonly description?: string;
  readonly match: {
    readonly "source-address"?: readonly string[];
    readonly "source-address-name"?: readonly string[];
    readonly "destination-address"?: string;
    readonly "destination-address-name"?: string;
    readonly "destination-port"?: readonly (string | number)[];
    readonly protocol?: readonly (string | number)[];
    /** application: instead of protocol and ports */
    readonly application?: readonly string[];
  };
  /** exactly one of the two */
  readonly then: { readonly "destination-nat": { readonly off?: true; readonly pool?: string } };
}

/** NatStaticRule: the prefix of the match, outside, stands for that of the action, inside. */
export interface NatStaticRule {
  readonly name: string;
  readonly description?: string;
  readonly match: {
    readonly "source-address"?: readonly string[];
    readonly "source-address-name"?: readonly string[];
    readonly "destination-address": string;
    readonly "destination-port"?: string | number;
  };
  readonly then: {
    /** exactly one of the three */
    readonly "static-nat": {
      readonly inet?: true;
      readonly prefix?: { readonly name: string; readonly "mapped-port"?: string | number };
      readonly "nptv6-prefix"?: { readonly name: string };
    };
  };
}

/** Aging: when sessions end early, in percent of session-maximum, and after how many seconds without packets. */
export interface Aging {
  readonly "early-ageout"?: number;
  readonly "high-watermark"?: number;
  /** default: high-watermark */
  readonly "low-watermark"?: number;
}

export interface TcpSession {
  readonly "no-syn-check"?: true;
  readonly "strict-syn-check"?: true;
  readonly "no-sequence-check"?: true;
  readonly "rst-invalidate-session"?: true;
  readonly "fin-invalidate-session"?: true;
  readonly "time-wait-state"?: { readonly "session-timeout"?: number };
  readonly "tcp-initial-timeout"?: number;
}

export type StreamFormat = "sd-syslog" | "syslog" | "kv" | "json" | "ipfix";
/** StreamCategory: session is session-open and session-close; policy is what policies denied or rejected; screen is what
 * screens found; filter is what terms of filters logged; all is everything. */
export type StreamCategory = "all" | "session" | "session-open" | "session-close" | "policy" | "screen" | "filter";
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

/** Stream: one collector, or a file. Defaults: port 514 (tls: 6514), transport udp, format sd-syslog, category all, every
 * severity, facility user; filter logs as the format writes them. */
export interface Stream {
  readonly name: string;
  /** host: an address or a name; not for protocol unix and files. */
  readonly host?: string;
  readonly port?: number;
  readonly transport?: StreamTransport;
  readonly file?: { readonly path: string; readonly size?: Quantity; readonly files?: number };
  readonly queue?: {
    readonly records?: number;
    readonly size?: Quantity;
    readonly overflow?: "drop-newest" | "drop-oldest";
  };
  /** spool: the queue is on disk. */
  readonly spool?: { readonly size: Quantity };
  /** rate-limit: lines per second. */
  readonly "rate-limit"?: number;
  /** require-delivery: while this stream is down, no new session is let through. */
  readonly "require-delivery"?: true;
  readonly zone?: readonly string[];
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
  /** layout: which release of Junos the messages look like; of sd-syslog and syslog. */
  readonly layout?: Layout;
  /** structured-data-id: the SD-ID of sd-syslog. */
  readonly "structured-data-id"?: string;
  /** template-refresh: seconds; of ipfix over UDP. */
  readonly "template-refresh"?: number;
  /** line-limit: in bytes; longer lines are shortened and marked. */
  readonly "line-limit"?: number;
  /** session-limit-message: the message of the screens limit-session. */
  readonly "session-limit-message"?: "RT_SCREEN_SESSION_LIMIT" | "RT_SCREEN_IP";
}

/** StreamTransport: which statements go with which protocol is in check/streams.ts. */
export interface StreamTransport {
  readonly protocol?: "udp" | "tcp" | "tls" | "unix";
  readonly framing?: "octet-counting" | "newline";
  readonly "tls-profile"?: string;
  /** keep-alive and user-timeout: seconds. */
  readonly "keep-alive"?: number;
  readonly "user-timeout"?: number;
  readonly path?: string;
}

/** Services: what connections of this host need. */
export interface Services {
  readonly ssl?: { readonly initiation?: { readonly profile?: readonly TlsProfile[] } };
}

/** TlsProfile: paths are of PEM files. */
export interface TlsProfile {
  readonly name: string;
  readonly "trusted-ca"?: readonly string[];
  readonly "client-certificate"?: { readonly certificate: string; readonly key: string };
  readonly "protocol-version"?: "tls12" | "tls13";
  readonly "server-name"?: string;
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

export interface PolicyOptions {
  readonly "prefix-list"?: readonly PrefixList[];
}

/** PrefixList: prefixes of both families; a filter sees those of its own. */
export interface PrefixList {
  readonly name: string;
  readonly prefix: readonly string[];
}

export interface Firewall {
  readonly family?: { readonly inet?: FilterFamily; readonly inet6?: FilterFamily };
  readonly policer?: readonly Policer[];
  readonly "three-color-policer"?: readonly ThreeColorPolicer[];
}

export interface FilterFamily {
  readonly filter?: readonly Filter[];
}

export interface Filter {
  readonly name: string;
  readonly "interface-specific"?: true;
  readonly term: readonly FilterTerm[];
}

/** FilterTerm: either `filter`, the terms of another filter in this place, or conditions and actions. */
export interface FilterTerm {
  readonly name: string;
  readonly from?: FilterFrom;
  readonly then?: FilterThen;
  readonly filter?: string;
}

/** FilterValues: numbers, ranges and names, any of which may hold. */
export type FilterValues = readonly (string | number)[];
/** FilterNames: prefixes or prefix lists; `{name, except: true}` takes addresses out. */
export type FilterNames = readonly (string | { readonly name: string; readonly except?: true })[];

/** FilterFrom: the conditions of both families; all that are there must hold. */
export interface FilterFrom {
  readonly "source-address"?: FilterNames;
  readonly "destination-address"?: FilterNames;
  readonly address?: FilterNames;
  readonly "source-prefix-list"?: FilterNames;
  readonly "destination-prefix-list"?: FilterNames;
  readonly "prefix-list"?: FilterNames;
  /** protocol: inet; next-header: inet6 */
  readonly protocol?: FilterValues;
  readonly "protocol-except"?: FilterValues;
  readonly "next-header"?: FilterValues;
  readonly "next-header-except"?: FilterValues;
  readonly "source-port"?: FilterValues;
  readonly "source-port-except"?: FilterValues;
  readonly "destination-port"?: FilterValues;
  readonly "destination-port-except"?: FilterValues;
  readonly port?: FilterValues;
  readonly "port-except"?: FilterValues;
  readonly "icmp-type"?: FilterValues;
  readonly "icmp-type-except"?: FilterValues;
  readonly "icmp-code"?: FilterValues;
  readonly "icmp-code-except"?: FilterValues;
  readonly "tcp-flags"?: string;
  readonly "tcp-established"?: true;
  readonly "tcp-initial"?: true;
  /** dscp and precedence: inet; traffic-class: inet6 */
  readonly dscp?: FilterValues;
  readonly "dscp-except"?: FilterValues;
  readonly precedence?: FilterValues;
  readonly "precedence-except"?: FilterValues;
  readonly "traffic-class"?: FilterValues;
  readonly "traffic-class-except"?: FilterValues;
  /** ttl: inet; hop-limit: inet6 */
  readonly ttl?: FilterValues;
  readonly "ttl-except"?: FilterValues;
  readonly "hop-limit"?: FilterValues;
  readonly "hop-limit-except"?: FilterValues;
  readonly "packet-length"?: FilterValues;
  readonly "packet-length-except"?: FilterValues;
  readonly "is-fragment"?: true;
  readonly "first-fragment"?: true;
  /** fragment-offset, fragment-flags, ip-options: inet */
  readonly "fragment-offset"?: FilterValues;
  readonly "fragment-offset-except"?: FilterValues;
  readonly "fragment-flags"?: string;
  readonly "ip-options"?: FilterValues;
  readonly "ip-options-except"?: FilterValues;
  readonly "esp-spi"?: FilterValues;
  readonly "esp-spi-except"?: FilterValues;
  readonly interface?: readonly string[];
  readonly "forwarding-class"?: readonly string[];
  readonly "forwarding-class-except"?: readonly string[];
  readonly "loss-priority"?: readonly LossPriority[];
  readonly "loss-priority-except"?: readonly LossPriority[];
  readonly "flexible-match-mask"?: FlexibleMatchMask;
}

export type LossPriority = "low" | "medium-low" | "medium-high" | "high";

export interface FlexibleMatchMask {
  readonly "match-start": "layer-3" | "layer-4" | "payload";
  readonly "byte-offset"?: number;
  readonly "bit-offset"?: number;
  readonly "bit-length": number;
  readonly "mask-in-hex"?: string;
  readonly prefix: string;
}

/** FilterThen: at most one of accept, discard, reject and next; without any of them: accept. */
export interface FilterThen {
  readonly accept?: true;
  readonly discard?: true;
  /** reject: true, or a reason */
  readonly reject?: true | string;
  readonly next?: "term";
  readonly count?: string;
  readonly log?: true;
  readonly "log-rate"?: LogRate;
  readonly syslog?: true;
  readonly policer?: string;
  readonly "three-color-policer"?: { readonly "single-rate"?: string; readonly "two-rate"?: string };
  readonly "forwarding-class"?: string;
  readonly "loss-priority"?: LossPriority;
  /** dscp: inet; traffic-class: inet6 */
  readonly dscp?: string | number;
  readonly "traffic-class"?: string | number;
  readonly "routing-instance"?: string;
}

/** Quantity: a number, or a text such as 15k, 10m or 1g. */
export type Quantity = string | number;

/** Policer: exactly one of if-exceeding and if-exceeding-pps. Without `then` what exceeds is discarded. */
export interface Policer {
  readonly name: string;
  readonly "filter-specific"?: true;
  readonly "logical-interface-policer"?: true;
  readonly "if-exceeding"?: { readonly "bandwidth-limit": Quantity; readonly "burst-size-limit": Quantity };
  readonly "if-exceeding-pps"?: { readonly "pps-limit": Quantity; readonly "packet-burst": Quantity };
  readonly then?: PolicerThen;
}

export interface PolicerThen {
  readonly discard?: true;
  readonly "loss-priority"?: LossPriority;
  readonly "forwarding-class"?: string;
  readonly "out-of-profile"?: true;
}

/** ThreeColorPolicer: exactly one of single-rate (RFC 2697) and two-rate (RFC 2698). */
export interface ThreeColorPolicer {
  readonly name: string;
  readonly "filter-specific"?: true;
  readonly "logical-interface-policer"?: true;
  readonly "single-rate"?: SingleRate;
  readonly "two-rate"?: TwoRate;
  readonly action?: {
    readonly "loss-priority": readonly { readonly name: "high"; readonly then: { readonly discard: true } }[];
  };
}

/** ColorMode: color-blind unless color-aware is said. */
export interface ColorMode {
  readonly "color-blind"?: true;
  readonly "color-aware"?: true;
}

export interface SingleRate extends ColorMode {
  readonly "committed-information-rate": Quantity;
  readonly "committed-burst-size": Quantity;
  readonly "excess-burst-size": Quantity;
}

export interface TwoRate extends ColorMode {
  readonly "committed-information-rate": Quantity;
  readonly "committed-burst-size": Quantity;
  readonly "peak-information-rate": Quantity;
  readonly "peak-burst-size": Quantity;
}

export interface ClassOfService {
  readonly "forwarding-classes"?: {
    readonly class?: readonly { readonly name: string; readonly "queue-num": number }[];
  };
  readonly "code-point-aliases"?: ByCodePointType<readonly CodePointAlias[]>;
  readonly classifiers?: ByCodePointType<readonly Classifier[]>;
  readonly "rewrite-rules"?: ByCodePointType<readonly RewriteRule[]>;
  readonly schedulers?: readonly Scheduler[];
  readonly "scheduler-maps"?: readonly SchedulerMap[];
  readonly interfaces?: Readonly<Record<string, CosInterface>>;
}

/** CodePointType: dscp is for IPv4, dscp-ipv6 for IPv6. */
export type CodePointType = "dscp" | "dscp-ipv6";
export type ByCodePointType<T> = { readonly [type in CodePointType]?: T };

export interface CodePointAlias {
  readonly name: string;
  readonly bits: string;
}

/** Classifier: the class and loss priority of code points that packets come with. */
export interface Classifier {
  readonly name: string;
  readonly import?: string;
  readonly "forwarding-class"?: readonly ClassOf<{ readonly "code-points": readonly (string | number)[] }>[];
}

/** RewriteRule: the code point that packets of a class and loss priority leave with. */
export interface RewriteRule {
  readonly name: string;
  readonly import?: string;
  readonly "forwarding-class"?: readonly ClassOf<{ readonly "code-point": string | number }>[];
}

export interface ClassOf<T> {
  readonly name: string;
  readonly "loss-priority": readonly ({ readonly name: LossPriority } & T)[];
}

export type QueuePriority = "strict-high" | "high" | "medium-high" | "medium-low" | "low";

export interface Scheduler {
  readonly name: string;
  readonly "transmit-rate"?: TransmitRate;
  readonly priority?: QueuePriority;
}

/** TransmitRate: exactly one of rate and percent, which is of the interface's shaping-rate. */
export interface TransmitRate {
  readonly rate?: Quantity;
  readonly percent?: number;
  readonly exact?: true;
}

export interface SchedulerMap {
  readonly name: string;
  readonly "forwarding-class": readonly { readonly name: string; readonly scheduler: string }[];
}

/** CosInterface: a scheduler map stands at the interface or at its only unit. */
export interface CosInterface {
  readonly "scheduler-map"?: string;
  readonly "shaping-rate"?: { readonly rate: Quantity };
  readonly unit?: Readonly<Record<string, CosUnit>>;
}

export interface CosUnit {
  readonly classifiers?: ByCodePointType<string>;
  readonly "rewrite-rules"?: ByCodePointType<string>;
  readonly "scheduler-map"?: string;
}

/** RoutingInstance: a forwarding instance has no interfaces of its own; its gateways are in the networks of the default one. */
export interface RoutingInstance {
  readonly name: string;
  readonly description?: string;
  readonly "instance-type": "virtual-router" | "forwarding";
  readonly interface?: readonly string[];
  /** kernel-table: not of the kernel's own 253 to 255, and not with `forwarding` */
  readonly "kernel-table"?: number;
  readonly "routing-options"?: RoutingOptions;
}

export interface RoutingOptions {
  readonly static?: { readonly route?: readonly StaticRoute[] };
}

/** StaticRoute: exactly one of discard, reject, next-table and next hops (next-hop, qualified-next-hop or both). */
export interface StaticRoute {
  readonly name: string;
  readonly "next-hop"?: readonly string[];
  readonly "qualified-next-hop"?: readonly QualifiedNextHop[];
  /** preference: by default 5 */
  readonly preference?: number;
  readonly discard?: true;
  readonly reject?: true;
  /** next-table: inet.0, inet6.0, INSTANCE.inet.0 or INSTANCE.inet6.0 */
  readonly "next-table"?: string;
}

export interface QualifiedNextHop {
  readonly name: string;
  readonly interface: string;
  /** preference: by default the route's */
  readonly preference?: number;
}
