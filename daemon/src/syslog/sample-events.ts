// sample-events.ts: events and names for tests and benchmarks of the formats. SPDX-License-Identifier: Apache-2.0
import {
  Action,
  AddressFamily,
  CloseReason,
  DenyReason,
  FilterAnswer,
  FilterLogSource,
} from "../../../shared/gen/wire.gen.js";
import { DEFAULT_POLICY_ID, type NameTable } from "../config/names.js";
import type { FilterLog, PolicyDeny, SessionClose, SessionOpen } from "../event/event.js";
import { EventNames } from "../event/names.js";

export const GLOBAL_ID = 65534 * 65536;

export const sampleTable: NameTable = {
  version: 3,
  generation: 7,
  hostName: "fw1",
  zones: ["", "trust", "untrust"],
  units: [
    { name: "", zone: "" },
    { name: "ge-0/0/0.0", zone: "trust" },
    { name: "ge-0/0/1.0", zone: "untrust" },
  ],
  applications: ["any", "junos-https", "junos-dns-udp"],
  policies: [
    {
      firstId: 65536,
      name: "users-to-internet",
      from: "trust",
      to: "untrust",
      global: false,
      applications: ["junos-https", "junos-dns-udp"],
    },
    { firstId: GLOBAL_ID, name: "everything-else", from: "", to: "", global: true, applications: ["any"] },
    { firstId: DEFAULT_POLICY_ID, name: "default-policy", from: "", to: "", global: false, applications: ["any"] },
  ],
  filters: [
    { name: "", family: "inet", terms: [] },
    { name: "from-users", family: "inet", terms: ["web", "by-blue", "rest"] },
    { name: "protect", family: "inet6", terms: ["ping"] },
  ],
  natRules: [
    { kind: "source", set: "out", name: "hide-users" },
    { kind: "destination", set: "in", name: "web" },
    { kind: "static", set: "hosts", name: "mail" },
  ],
};

export const sampleNames = new EventNames(7, sampleTable, "fallback");

const common = {
  time: { seconds: 1788668666, nanoseconds: 95_999_999 }, // 2026-09-06T04:24:26.095999999Z
  generation: 7,
  worker: 0,
  action: Action.PERMIT,
  addressFamily: AddressFamily.INET,
  sourceAddress: "10.1.1.5",
  destinationAddress: "192.0.2.10",
  sourcePort: 51000,
  destinationPort: 443,
  protocol: 6,
  ingressZone: 1,
  egressZone: 2,
  ingressInterface: 1,
  egressInterface: 2,
  applicationId: 1,
  sessionId: 4242,
  packetLength: 60,
  dscp: 0,
  tcpFlags: 2,
  icmpType: 0,
  icmpCode: 0,
} as const;

const untranslated = {
  natSourceAddress: null,
  natDestinationAddress: null,
  natSourcePort: 0,
  natDestinationPort: 0,
  sourceNatRuleId: 0,
  destinationNatRuleId: 0,
} as const;

const inet6 = {
  addressFamily: AddressFamily.INET6,
  sourceAddress: "2001:db8:1::5",
  destinationAddress: "2001:db8:2::10",
} as const;

export const sampleOpen: SessionOpen = {
  kind: "SESSION_OPEN",
  ...common,
  ...untranslated,
  policyId: 65536,
  sessionCreated: 1788668666,
};

export const sampleOpen6: SessionOpen = { ...sampleOpen, ...inet6 };

export const sampleClose: SessionClose = {
  kind: "SESSION_CLOSE",
  ...common,
  ...untranslated,
  policyId: 65536,
  sessionCreated: 1788668600,
  closeReason: CloseReason.TCP_FIN,
  clientPackets: 60,
  clientBytes: 3307,
  serverPackets: 46,
  serverBytes: 2784,
};

export const sampleClose6: SessionClose = { ...sampleClose, ...inet6, closeReason: CloseReason.IDLE_TIMEOUT };

/** What every kind has: a denied TCP packet. */
export const samplePacket = { ...common, action: Action.DENY, sessionId: 0, applicationId: 0 } as const;

export const sampleDeny: PolicyDeny = {
  kind: "POLICY_DENY",
  ...common,
  ...untranslated,
  action: Action.DENY,
  policyId: GLOBAL_ID,
  denyReason: DenyReason.POLICY,
  sessionId: 0,
  applicationId: 0,
};

export const sampleDeny6: PolicyDeny = {
  ...sampleDeny,
  ...inet6,
  action: Action.REJECT,
  policyId: DEFAULT_POLICY_ID,
  denyReason: DenyReason.REJECT,
  protocol: 58,
  icmpType: 128,
  sourcePort: 77,
  destinationPort: 1,
};

/** A cached packet that an input filter let go on. */
export const sampleFilter: FilterLog = {
  kind: "FILTER_LOG",
  ...common,
  filterId: 1,
  termId: 2,
  filterLogSource: FilterLogSource.INPUT,
  filterAnswer: FilterAnswer.NONE,
  packetLength: 1500,
  dscp: 46,
  tcpFlags: 0x18,
};

/** A ping that the lo0 filter let through. */
export const sampleFilter6: FilterLog = {
  ...sampleFilter,
  ...inet6,
  filterId: 2,
  termId: 1,
  filterLogSource: FilterLogSource.LO0,
  protocol: 58,
  sourcePort: 77,
  destinationPort: 1,
  egressZone: 0,
  egressInterface: 0,
  sessionId: 0,
  packetLength: 104,
  dscp: 0,
  tcpFlags: 0,
  icmpType: 128,
};
