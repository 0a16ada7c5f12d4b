// What a frame says, as the daemon speaks of it: one type per kind, with that kind's names only.
// SPDX-License-Identifier: Apache-2.0
import type {
  Action,
  AddressFamily,
  CloseReason,
  DenyReason,
  EventOutcome,
  EventType,
  EventTypeName,
  FilterAnswer,
  FilterLogSource,
  ScreenId,
} from "../../../shared/gen/wire.gen.js";

/** A point in time, exact to the nanosecond (a single double is not). */
export interface EventTime {
  /** Since 1970-01-01 UTC. */
  readonly seconds: number;
  /** 0..999999999 */
  readonly nanoseconds: number;
}

/** What every kind carries (shared/wire/frames.json says what each field means). */
interface Common {
  /** Wall clock at the decision. */
  readonly time: EventTime;
  /** The configuration generation that decided: ids below are of that generation. */
  readonly generation: number;
  readonly worker: number;
  readonly action: Action;
  readonly addressFamily: AddressFamily;
  /** IPv4 in dotted form, IPv6 as RFC 5952. */
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
  /** Ids; 0 is none. */
  readonly ingressZone: number;
  readonly egressZone: number;
  readonly ingressInterface: number;
  readonly egressInterface: number;
  readonly applicationId: number;
  readonly sessionId: number;
  /** IP length of the packet decided about. */
  readonly packetLength: number;
  readonly dscp: number;
  readonly tcpFlags: number;
  readonly icmpType: number;
  readonly icmpCode: number;
}

/** The translation of a session; null and 0 where there is none. */
interface Translation {
  readonly natSourceAddress: string | null;
  readonly natDestinationAddress: string | null;
  readonly natSourcePort: number;
  readonly natDestinationPort: number;
  readonly sourceNatRuleId: number;
  readonly destinationNatRuleId: number;
}

export interface SessionOpen extends Common, Translation {
  readonly kind: "SESSION_OPEN";
  readonly policyId: number;
  /** Seconds since 1970. */
  readonly sessionCreated: number;
}

export interface SessionClose extends Common, Translation {
  readonly kind: "SESSION_CLOSE";
  readonly policyId: number;
  /** Seconds since 1970. */
  readonly sessionCreated: number;
  readonly closeReason: CloseReason;
  readonly clientPackets: number;
  readonly clientBytes: number;
  readonly serverPackets: number;
  readonly serverBytes: number;
}

export interface PolicyDeny extends Common, Translation {
  readonly kind: "POLICY_DENY";
  readonly policyId: number;
  readonly denyReason: DenyReason;
}

export interface ScreenDrop extends Common {
  readonly kind: "SCREEN_DROP";
  readonly screenId: ScreenId;
}

export interface FilterLog extends Common {
  readonly kind: "FILTER_LOG";
  /** The filter in which the term is written, and the term's place in it; both from 1. */
  readonly filterId: number;
  readonly termId: number;
  readonly filterLogSource: FilterLogSource;
  /** What became of the answer that a reject term owes. */
  readonly filterAnswer: FilterAnswer;
}

/** LogSuppressed: events of one rule that came by one zone and were not written; the common fields are those of the last. */
export interface LogSuppressed extends Common {
  readonly kind: "LOG_SUPPRESSED";
  readonly suppressedKind: EventType;
  /** The id that an event of suppressedKind carries: a policy, screen or filter; HOST_INBOUND_RULE. */
  readonly suppressedRule: number;
  /** The term, where suppressedKind is FILTER_LOG. */
  readonly termId: number;
  readonly suppressedCount: number;
  /** Why they were not written. */
  readonly suppressedOutcome: EventOutcome;
  readonly firstSourceAddress: string;
  readonly firstDestinationAddress: string;
  readonly firstSourcePort: number;
  readonly firstDestinationPort: number;
  readonly firstProtocol: number;
}

/** HOST_INBOUND_RULE stands for host-inbound-traffic, which denies without a policy. */
export const HOST_INBOUND_RULE = 0xffff_ffff;

export type RingwallEvent = SessionOpen | SessionClose | PolicyDeny | ScreenDrop | FilterLog | LogSuppressed;
export type EventKind = EventTypeName;
