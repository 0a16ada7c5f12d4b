// api.ts: the bodies of the daemon's API, as schemas/api.schema.json states them. SPDX-License-Identifier: Apache-2.0
import type { EventTypeName } from "../../../shared/gen/wire.gen.js";
import type { ConfigError } from "../config/error.js";
import type { FilterFamily, NatKind } from "../config/names.js";

export interface ApiErrorBody {
  readonly code: string;
  readonly message: string;
  readonly errors?: readonly ConfigError[];
  readonly path?: string;
}

export interface Configuration {
  readonly text: string;
  /** of the file, for the log */
  readonly name?: string;
}

export interface CheckReply {
  readonly ok: boolean;
  readonly errors: readonly ConfigError[];
}

export interface ApplyReply {
  readonly generation: number;
  readonly unchanged: boolean;
  readonly hash: string;
}

export interface DiffReply {
  readonly same: boolean;
  readonly diff: string;
}

export interface RollbackRequest {
  readonly index: number;
}

export interface SessionFilter {
  readonly id?: number;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly policy?: string;
  readonly zone?: string;
}

export interface SessionsQuery extends SessionFilter {
  readonly after?: number;
  readonly limit?: number;
}

export interface ClearReply {
  readonly cleared: number;
}

export interface ExplainRequest {
  readonly from: string;
  readonly source: string;
  readonly sourcePort?: number;
  readonly destination: string;
  readonly destinationPort?: number;
  readonly protocol: string;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

export interface ExplainReply {
  readonly verdict: string;
  readonly reason: string;
  readonly action: string;
  readonly policy: string;
  readonly application: string;
  readonly from: string;
  readonly to: string;
  readonly ingress: string;
  readonly egress: string;
  readonly stages: readonly { readonly stage: string; readonly result: string; readonly detail: string }[];
}

export interface WorkerView {
  readonly index: number;
  readonly cpu: number;
  readonly receivedPackets: number;
  readonly forwardedPackets: number;
  readonly hostPackets: number;
  readonly droppedPackets: number;
  readonly sessions: number;
  readonly sessionCapacity: number;
}

export interface HelperView {
  readonly version: string;
  readonly pid: number;
  readonly startId: number;
  readonly uptimeSeconds: number;
  readonly generation: number;
  readonly failMode: string;
  readonly workers: readonly WorkerView[];
}

export interface RingView {
  readonly worker: number;
  readonly startId: number;
  readonly capacity: number;
  readonly unread: number;
  readonly consumed: number;
}

export interface AccountView {
  readonly kind: string;
  readonly queued: number;
  readonly sent: number;
  readonly filtered: number;
  readonly full: number;
  readonly unsendable: number;
  readonly limited: number;
  readonly inDoubt: number;
}

/** KindAccounting: what became of the events of one kind, over all helpers since the run directory was made. */
export interface KindAccounting {
  readonly kind: string;
  readonly produced: number;
  readonly written: number;
  readonly suppressed: number;
  readonly lostBudget: number;
  readonly lostFull: number;
  readonly read: number;
  readonly unread: number;
}

/** RuleAccounting: the same of one kind of one rule: of a policy (FROM/TO/POLICY), a filter's term (FAMILY/FILTER/TERM), a screen
 * (ZONE/SCREEN), or of the summaries, which have no rule. */
export interface RuleAccounting extends KindAccounting {
  readonly class: string;
  readonly rule: string;
}

export interface StreamAccounting {
  readonly name: string;
  readonly waiting: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly difference: number;
}

export interface Accounting {
  readonly balanced: boolean;
  readonly differences: readonly string[];
  readonly kinds: readonly KindAccounting[];
  readonly rules: readonly RuleAccounting[];
  readonly streams: readonly StreamAccounting[];
}

export interface StreamView {
  readonly name: string;
  readonly collector: string;
  readonly format: string;
  readonly state: "up" | "connecting" | "down";
  readonly connections: number;
  readonly waiting: number;
  readonly unacknowledged: number;
  readonly error: string;
  readonly refused: number;
  readonly accounts: readonly AccountView[];
}

export interface LogStreamQuery {
  readonly name: string;
}

export interface LogStreamTest {
  readonly sent: boolean;
  readonly state: StreamView["state"];
  readonly error: string;
  readonly stream: StreamView;
}

export interface Status {
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly hostName: string;
  readonly generation: number;
  readonly hash: string;
  readonly committed: string;
  readonly problem: string;
  readonly helper: HelperView | null;
  readonly rings: readonly RingView[];
  readonly streams: readonly StreamView[];
  readonly invalidFrames: number;
  readonly unnamed: number;
}

export interface InterfaceView {
  readonly name: string;
  readonly device: string;
  readonly vlan: number;
  readonly zone: string;
  readonly instance: string;
  readonly addresses: readonly string[];
  readonly filters: readonly AttachedFilter[];
  readonly up: boolean;
  readonly mtu: number;
  readonly mac: string;
  readonly xdpMode: string;
  readonly xdpReason: string;
  readonly queues: number;
  readonly inPackets: number;
  readonly inBytes: number;
  readonly outPackets: number;
  readonly outBytes: number;
  /** What happened to the device's packets outside the helper's workers; the same for all interfaces of a device. */
  readonly deviceCounters: Readonly<Record<string, number>>;
}

/** AttachedFilter: a filter of a logical interface. */
export interface AttachedFilter {
  readonly family: FilterFamily;
  readonly direction: "input" | "output";
  readonly filter: string;
}

/** FilterAttachment: a logical interface, or for lo0 a routing instance. */
export interface FilterAttachment {
  readonly direction: "input" | "output" | "lo0";
  readonly at: string;
}

export interface FilterCounterView {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** FilterView: one filter as it is attached. */
export interface FilterView {
  readonly name: string;
  readonly family: FilterFamily;
  readonly attached: readonly FilterAttachment[];
  readonly terms: number;
  readonly counters: readonly FilterCounterView[];
  /** What each policer dropped. */
  readonly policers: readonly FilterCounterView[];
}

export interface FiltersQuery {
  readonly name?: string;
}

/** ScreenView: what the screens of one zone found. */
export interface ScreenView {
  readonly zone: string;
  readonly screen: string;
  readonly alarmWithoutDrop: boolean;
  readonly counters: readonly ScreenCounterView[];
}

export interface ScreenCounterView {
  readonly check: string;
  readonly attack: string;
  readonly packets: number;
}

export interface ScreensQuery {
  readonly zone?: string;
}

/** QueueView: a rate of 0 is none of its own. */
export interface QueueView {
  readonly interface: string;
  readonly queue: number;
  readonly forwardingClasses: readonly string[];
  readonly priority: string;
  readonly rate: number;
  readonly exact: boolean;
  readonly packets: number;
  readonly bytes: number;
  readonly droppedPackets: number;
  readonly droppedBytes: number;
}

export interface ZoneView {
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly hostInbound: readonly string[];
  readonly tcpRst: boolean;
}

export interface PolicyView {
  readonly from: string;
  readonly to: string;
  readonly global: boolean;
  readonly name: string;
  readonly action: string;
  readonly log: readonly ("session-init" | "session-close")[];
  readonly count: boolean;
  readonly policyId: number;
  readonly terms: number;
  readonly hits: number;
  readonly sessions: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface SessionView {
  readonly id: number;
  readonly worker: number;
  readonly policy: string;
  readonly application: string;
  readonly protocol: string;
  readonly state: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly from: string;
  readonly to: string;
  readonly ingress: string;
  readonly egress: string;
  readonly ageSeconds: number;
  readonly timeoutSeconds: number;
  readonly clientPackets: number;
  readonly clientBytes: number;
  readonly serverPackets: number;
  readonly serverBytes: number;
  /** of a translated source */
  readonly natSource?: string;
  readonly natSourcePort?: number;
  readonly sourceNatRule?: string;
  /** of a translated destination */
  readonly natDestination?: string;
  readonly natDestinationPort?: number;
  readonly destinationNatRule?: string;
}

export interface NatQuery {
  readonly kind?: NatKind;
}

export interface NatView {
  readonly rules: readonly NatRuleView[];
  readonly pools: readonly NatPoolView[];
  readonly interfaces: readonly { readonly name: string; readonly used: number }[];
}

export interface NatRuleView {
  readonly set: string;
  readonly name: string;
  readonly action: string;
  readonly hits: number;
  readonly failures: number;
}

export interface NatPoolView {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ports: string;
  readonly overflow: string;
  readonly used: number;
  /** of the protocol that has most */
  readonly percent: number;
  readonly alarm: PoolAlarm | "";
}

export type PoolAlarm = "utilization" | "exhausted";

/** BindingView: of persistent NAT. */
export interface BindingView {
  readonly protocol: string;
  readonly inner: string;
  readonly innerPort: number;
  readonly outer: string;
  readonly outerPort: number;
  readonly rule: string;
  readonly permit: string;
  readonly sessions: number;
  readonly secondsLeft: number;
}

/** AlarmView: something that is raised now. */
export interface AlarmView {
  readonly since: string;
  readonly name: string;
  readonly text: string;
}

export interface Sessions {
  readonly next: number;
  readonly sessions: readonly SessionView[];
}

export interface RouteView {
  readonly instance: string;
  readonly prefix: string;
  readonly kind: string;
  readonly origin: string;
  readonly preference: number;
  readonly active: boolean;
  readonly nextHops: readonly NextHopView[];
}

export interface NextHopView {
  readonly gateway: string;
  readonly interface: string;
  readonly state: string;
}

export interface NeighborView {
  readonly interface: string;
  readonly address: string;
  readonly mac: string;
  readonly state: string;
}

export interface EventAccount {
  readonly written: number;
  readonly suppressed: number;
  readonly lostBudget: number;
  readonly lostFull: number;
}

export interface Counters {
  readonly generation: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly drops: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, EventAccount>>;
}

export interface ActiveConfig {
  readonly generation: number;
  readonly time: string;
  readonly text: string;
}

export interface CommitView {
  readonly index: number;
  readonly generation: number;
  readonly time: string;
  readonly origin: string;
  readonly hash: string;
}

export interface LogQuery {
  readonly kind?: string;
  readonly zone?: string;
  readonly policy?: string;
  readonly filter?: string;
  readonly address?: string;
}

/** Talkers: who and what makes most of the events; counts are lower bounds. */
export interface Talkers {
  /** that these counts are of */
  readonly seconds: number;
  readonly events: number;
  readonly rules: TalkerList;
  readonly sources: TalkerList;
  readonly destinations: TalkerList;
}

export interface TalkerList {
  /** By how much a count can be short at most. */
  readonly short: number;
  readonly top: readonly { readonly name: string; readonly events: number }[];
}

export interface FirewallLogQuery {
  readonly filter?: string;
  readonly limit?: number;
}

export interface EventView {
  readonly time: string;
  readonly kind: EventTypeName;
  readonly action: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: string;
  readonly from: string;
  readonly to: string;
  readonly ingress: string;
  readonly egress: string;
  readonly generation: number;
  readonly worker: number;
  readonly policy?: string;
  readonly application?: string;
  readonly session?: number;
  readonly reason?: string;
  readonly clientPackets?: number;
  readonly clientBytes?: number;
  readonly serverPackets?: number;
  readonly serverBytes?: number;
  readonly elapsedSeconds?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly filter?: string;
  readonly term?: string;
  /** What became of the answer that a reject owes; not there where none is due. */
  readonly answer?: string;
  readonly length?: number;
  readonly dscp?: number;
  readonly tcpFlags?: number;
  readonly suppressed?: number;
}

/** DroppedView: a line of the live log that tells how many events were left out before the next one. */
export interface DroppedView {
  readonly dropped: number;
}
