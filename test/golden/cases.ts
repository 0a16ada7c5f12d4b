// cases.ts: one event for every way in which a line can look, with a sentence for each. SPDX-License-Identifier: Apache-2.0
import {
  Action,
  CloseReason,
  DenyReason,
  EventOutcome,
  EventType,
  FilterAnswer,
  FilterLogSource,
  ScreenId,
} from "../../shared/gen/wire.gen.js";
import type {
  FilterLog,
  LogSuppressed,
  PolicyDeny,
  RingwallEvent,
  ScreenDrop,
  SessionClose,
  SessionOpen,
} from "../../daemon/src/event/event.js";
import { HOST_INBOUND_RULE } from "../../daemon/src/event/event.js";
import { EventNames } from "../../daemon/src/event/names.js";
import {
  sampleClose,
  sampleClose6,
  sampleDeny,
  sampleDeny6,
  sampleFilter,
  sampleFilter6,
  sampleNames,
  sampleOpen,
  sampleOpen6,
  samplePacket,
  sampleTable,
} from "../../daemon/src/syslog/sample-events.js";

export interface GoldenCase {
  readonly says: string;
  readonly event: RingwallEvent;
  readonly names: EventNames;
}

const inet6 = { addressFamily: 10, sourceAddress: "2001:db8:1::5", destinationAddress: "2001:db8:2::10" } as const;
const icmp = { protocol: 1, sourcePort: 77, destinationPort: 1, icmpType: 8, applicationId: 0, tcpFlags: 0 } as const;
const icmp6 = { ...icmp, ...inet6, protocol: 58, icmpType: 128 } as const;
/** Behind the name tables of the samples: hide-users is rule 1, web 2, mail 3. */
const hidden = { natSourceAddress: "203.0.113.1", natSourcePort: 23456, sourceNatRuleId: 1 } as const;
const published = { natDestinationAddress: "10.2.2.9", natDestinationPort: 8443, destinationNatRuleId: 2 } as const;
const mail = { natSourceAddress: "203.0.113.25", natSourcePort: 51000, sourceNatRuleId: 3 } as const;
const hidden6 = { natSourceAddress: "2001:db8:ffff::1", natSourcePort: 23456, sourceNatRuleId: 1 } as const;
const published6 = {
  natDestinationAddress: "2001:db8:2::99",
  natDestinationPort: 8443,
  destinationNatRuleId: 2,
} as const;
/** crossed: what NAT64 makes of a session over IPv6. */
const crossed = {
  ...hidden,
  destinationAddress: "64:ff9b::c000:20a",
  natDestinationAddress: "192.0.2.10",
  natDestinationPort: 443,
  destinationNatRuleId: 3,
} as const;

const gone = new EventNames(3, undefined, "fw1");
/** Names that the configuration refuses, but a table written by another version may hold. */
const odd = new EventNames(
  7,
  { ...sampleTable, zones: ["", 'in "quotes" ]', "back\\slash"], units: sampleTable.units },
  "fw1",
);

const sessions: readonly [says: string, event: SessionOpen | SessionClose][] = [
  ["a session opened over IPv4", sampleOpen],
  ["a session opened over IPv4, its source translated", { ...sampleOpen, ...hidden }],
  ["a session opened over IPv4, its destination translated", { ...sampleOpen, ...published }],
  ["a session opened over IPv4, both translated", { ...sampleOpen, ...hidden, ...published }],
  ["a session opened over IPv4, its source by a static rule", { ...sampleOpen, ...mail }],
  ["a session opened over IPv6", sampleOpen6],
  ["a session opened over IPv6, both translated", { ...sampleOpen6, ...hidden6, ...published6 }],
  ["a session opened over IPv6, translated to IPv4", { ...sampleOpen6, ...crossed }],
  ["a ping over IPv4, its source translated", { ...sampleOpen, ...icmp, ...hidden }],
  ["a ping over IPv6", { ...sampleOpen, ...icmp6 }],
  [
    "a session of a protocol without ports",
    { ...sampleOpen, protocol: 47, sourcePort: 0, destinationPort: 0, applicationId: 0 },
  ],
  ["a session to this host", { ...sampleOpen, egressZone: 0, egressInterface: 0 }],
  ["a session from this host", { ...sampleOpen, ingressZone: 0, ingressInterface: 0 }],
  ["a session closed over IPv4", sampleClose],
  ["a session closed over IPv4, its source translated", { ...sampleClose, ...hidden }],
  ["a session closed over IPv4, its destination translated", { ...sampleClose, ...published }],
  ["a session closed over IPv4, both translated", { ...sampleClose, ...hidden, ...published }],
  ["a session closed over IPv6", sampleClose6],
  ["a session closed over IPv6, both translated", { ...sampleClose6, ...hidden6, ...published6 }],
  ["a session closed over IPv6, translated to IPv4", { ...sampleClose6, ...crossed }],
  [
    "a ping closed over IPv4",
    { ...sampleClose, ...icmp, closeReason: CloseReason.RESPONSE_RECEIVED, sessionCreated: sampleClose.time.seconds },
  ],
  ...Object.entries(CloseReason).map(([name, closeReason]): [string, SessionClose] => [
    `a session closed: ${name}`,
    { ...sampleClose, closeReason },
  ]),
];

const denials: readonly [says: string, event: PolicyDeny][] = [
  ["a packet denied over IPv4 by a global policy", sampleDeny],
  ["a ping rejected over IPv6 by the default policy", sampleDeny6],
  ["a packet denied over IPv6", { ...sampleDeny, ...inet6 }],
  ["a ping denied over IPv4", { ...sampleDeny, ...icmp }],
  ["a packet denied behind a destination rule", { ...sampleDeny, ...published }],
  ...Object.entries(DenyReason).map(([name, denyReason]): [string, PolicyDeny] => [
    `a packet denied: ${name}`,
    { ...sampleDeny, denyReason, action: denyReason === DenyReason.REJECT ? Action.REJECT : Action.DENY },
  ]),
];

const screen = (screenId: ScreenId, more: Partial<ScreenDrop> = {}): ScreenDrop => ({
  ...samplePacket,
  kind: "SCREEN_DROP",
  screenId,
  ...more,
});
const screens: readonly [says: string, event: ScreenDrop][] = [
  ...Object.entries(ScreenId).map(([name, id]): [string, ScreenDrop] => [`a screen over IPv4: ${name}`, screen(id)]),
  ["a screen that only alarms", screen(ScreenId.LAND, { action: Action.PERMIT })],
  ["a screen over IPv6 with ports", screen(ScreenId.PORT_SCAN, inet6)],
  ["a screen over IPv6 of UDP", screen(ScreenId.UDP_FLOOD, { ...inet6, protocol: 17 })],
  ["a screen over IPv6 of ICMP", screen(ScreenId.ICMP_FLOOD, icmp6)],
  ["a screen over IPv6 of IP", screen(ScreenId.SPOOFING, inet6)],
  ["a screen over IPv6 by source", screen(ScreenId.SESSION_LIMIT_SOURCE, inet6)],
  ["a screen over IPv6 by destination", screen(ScreenId.SYN_FLOOD_DESTINATION, inet6)],
];

const filters: readonly [says: string, event: FilterLog][] = [
  ...Object.entries(FilterLogSource).map(([name, filterLogSource]): [string, FilterLog] => [
    `a filter log over IPv4: ${name}`,
    filterLogSource === FilterLogSource.LO0
      ? { ...sampleFilter, filterLogSource, egressZone: 0, egressInterface: 0 }
      : { ...sampleFilter, filterLogSource },
  ]),
  ...Object.entries(FilterAnswer).map(([name, filterAnswer]): [string, FilterLog] => [
    `a filter log with the answer ${name}`,
    {
      ...sampleFilter,
      filterAnswer,
      action: filterAnswer === FilterAnswer.SENT ? Action.REJECT : Action.DENY,
      egressZone: 0,
      egressInterface: 0,
      sessionId: 0,
    },
  ]),
  ["a filter log over IPv6 of ICMP", sampleFilter6],
  ["a filter log over IPv6 with ports", { ...sampleFilter, ...inet6 }],
  [
    "a filter log over IPv6 without ports",
    { ...sampleFilter, ...inet6, protocol: 50, sourcePort: 0, destinationPort: 0 },
  ],
  ["a filter log over IPv4 of ICMP", { ...sampleFilter, ...icmp }],
  ["a filter log over IPv4 without ports", { ...sampleFilter, protocol: 89, sourcePort: 0, destinationPort: 0 }],
];

const suppressed = (suppressedKind: EventType, suppressedRule: number, termId: number): LogSuppressed => ({
  ...samplePacket,
  kind: "LOG_SUPPRESSED",
  suppressedKind,
  suppressedRule,
  termId,
  suppressedCount: 12345,
  suppressedOutcome: EventOutcome.SUPPRESSED,
  firstSourceAddress: "10.1.1.7",
  firstDestinationAddress: "192.0.2.77",
  firstSourcePort: 51007,
  firstDestinationPort: 8443,
  firstProtocol: 6,
});
const summaries: readonly [says: string, event: LogSuppressed][] = [
  ["denials held back", suppressed(EventType.POLICY_DENY, sampleDeny.policyId, 0)],
  [
    "denials over IPv6 that found the ring full",
    {
      ...suppressed(EventType.POLICY_DENY, HOST_INBOUND_RULE, 0),
      ...inet6,
      suppressedOutcome: EventOutcome.LOST_FULL,
      firstSourceAddress: "2001:db8::7",
      firstDestinationAddress: "2001:db8:2::77",
    },
  ],
  ["screens held back", suppressed(EventType.SCREEN_DROP, ScreenId.SYN_FLOOD, 0)],
  ["filter logs held back", suppressed(EventType.FILTER_LOG, 1, 2)],
];

export const goldenCases: readonly GoldenCase[] = [
  ...[...sessions, ...denials, ...screens, ...filters, ...summaries].map(([says, event]) => ({
    says,
    event,
    names: sampleNames,
  })),
  { says: "a session opened by a configuration whose names are gone", event: sampleOpen, names: gone },
  { says: "a filter log of a configuration whose names are gone", event: sampleFilter, names: gone },
  { says: "a session opened between zones with odd names", event: sampleOpen, names: odd },
];
