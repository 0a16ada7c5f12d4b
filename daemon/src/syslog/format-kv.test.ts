// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { DenyReason, EventOutcome, EventType, ScreenId } from "../../../shared/gen/wire.gen.js";
import { DEFAULT_POLICY_ID } from "../config/names.js";
import type { RingwallEvent } from "../event/event.js";
import { EventNames } from "../event/names.js";
import { kvFormat } from "./format-kv.js";
import { LineBuffer } from "./line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES, type LineFormat } from "./line.js";
import {
  sampleClose,
  sampleClose6,
  sampleDeny,
  sampleDeny6,
  samplePacket,
  sampleNames,
  sampleOpen,
  sampleOpen6,
  sampleTable,
} from "./sample-events.js";

const format = textOf(kvFormat({ facility: 1, sdId: DEFAULT_SD_ID }));

const EXPECTED: readonly (readonly [
  what: string,
  event: RingwallEvent,
  priority: number,
  tag: string,
  text: string,
])[] = [
  [
    "open over IPv4",
    sampleOpen,
    14,
    "SESSION_OPEN",
    "RT_FLOW SESSION_OPEN src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust",
  ],
  [
    "open over IPv6",
    sampleOpen6,
    14,
    "SESSION_OPEN",
    "RT_FLOW SESSION_OPEN src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust",
  ],
  [
    "open of a translated session",
    {
      ...sampleOpen,
      natSourceAddress: "203.0.113.1",
      natSourcePort: 23456,
      sourceNatRuleId: 1,
      natDestinationAddress: "10.2.2.80",
      natDestinationPort: 8443,
      destinationNatRuleId: 3,
    },
    14,
    "SESSION_OPEN",
    "RT_FLOW SESSION_OPEN src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust nat-src=203.0.113.1:23456 src-nat-rule=hide-users nat-dst=10.2.2.80:8443 dst-nat-rule=mail",
  ],
  [
    "close of a translated session over IPv6",
    { ...sampleClose6, natSourceAddress: "2001:db8:9::1", natSourcePort: 23456, sourceNatRuleId: 1 },
    14,
    "SESSION_CLOSE",
    "RT_FLOW SESSION_CLOSE src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust pkts=106 bytes=6091 nat-src=[2001:db8:9::1]:23456 src-nat-rule=hide-users",
  ],
  [
    "close over IPv4",
    sampleClose,
    14,
    "SESSION_CLOSE",
    "RT_FLOW SESSION_CLOSE src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust pkts=106 bytes=6091",
  ],
  [
    "close over IPv6",
    sampleClose6,
    14,
    "SESSION_CLOSE",
    "RT_FLOW SESSION_CLOSE src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit policy=users-to-internet zone=trust->untrust pkts=106 bytes=6091",
  ],
  [
    "deny over IPv4",
    sampleDeny,
    14,
    "POLICY_DENY",
    "RT_FLOW POLICY_DENY src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=deny policy=everything-else zone=trust->untrust",
  ],
  [
    "reject over IPv6",
    sampleDeny6,
    14,
    "POLICY_DENY",
    "RT_FLOW POLICY_DENY src=[2001:db8:1::5]:77 dst=[2001:db8:2::10]:1 proto=icmp6 action=reject policy=default-policy zone=trust->untrust",
  ],
  [
    "deny by host-inbound-traffic, which no policy decided",
    { ...sampleDeny, egressZone: 0, policyId: DEFAULT_POLICY_ID, denyReason: DenyReason.HOST_INBOUND },
    14,
    "POLICY_DENY",
    "RT_FLOW POLICY_DENY src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=deny policy=host-inbound-traffic zone=trust->junos-host",
  ],
  [
    "deny of traffic to this host",
    { ...sampleDeny, egressZone: 0, protocol: 99 },
    14,
    "POLICY_DENY",
    "RT_FLOW POLICY_DENY src=10.1.1.5:51000 dst=192.0.2.10:443 proto=99 action=deny policy=everything-else zone=trust->junos-host",
  ],
  [
    "ids without names",
    { ...sampleOpen, policyId: 99, ingressZone: 9, egressZone: 8 },
    14,
    "SESSION_OPEN",
    "RT_FLOW SESSION_OPEN src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit policy=99 zone=9->8",
  ],
  [
    "screen",
    { ...samplePacket, kind: "SCREEN_DROP", screenId: ScreenId.SYN_FLOOD },
    11,
    "SCREEN_DROP",
    "RT_FLOW SCREEN_DROP screen=syn-flood src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=deny zone=trust",
  ],
  [
    "suppressed filter logs",
    {
      ...samplePacket,
      kind: "LOG_SUPPRESSED",
      suppressedKind: EventType.FILTER_LOG,
      suppressedRule: 1,
      termId: 3,
      suppressedCount: 12,
      suppressedOutcome: EventOutcome.SUPPRESSED,
      firstSourceAddress: "10.1.1.4",
      firstDestinationAddress: "192.0.2.9",
      firstSourcePort: 50999,
      firstDestinationPort: 80,
      firstProtocol: 17,
    },
    14,
    "LOG_SUPPRESSED",
    "RT_FLOW LOG_SUPPRESSED src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp kind=FILTER_LOG rule=from-users:rest zone=trust count=12 outcome=suppressed first-src=10.1.1.4:50999 first-dst=192.0.2.9:80 first-proto=udp",
  ],
  [
    "suppressed denies",
    {
      ...samplePacket,
      kind: "LOG_SUPPRESSED",
      suppressedKind: EventType.POLICY_DENY,
      suppressedRule: 65537,
      termId: 0,
      suppressedCount: 12,
      suppressedOutcome: EventOutcome.SUPPRESSED,
      firstSourceAddress: "10.1.1.4",
      firstDestinationAddress: "192.0.2.9",
      firstSourcePort: 50999,
      firstDestinationPort: 80,
      firstProtocol: 17,
    },
    14,
    "LOG_SUPPRESSED",
    "RT_FLOW LOG_SUPPRESSED src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp kind=POLICY_DENY rule=users-to-internet zone=trust count=12 outcome=suppressed first-src=10.1.1.4:50999 first-dst=192.0.2.9:80 first-proto=udp",
  ],
];

describe("kv", () => {
  for (const [what, event, priority, tag, text] of EXPECTED) {
    test(what, () => {
      assert.equal(
        format(event, sampleNames),
        `<${priority}>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - ${tag} - ${text}`,
      );
    });
  }

  test("a name with a blank is quoted, so that the line splits into as many fields as it has", () => {
    const [first, ...more] = sampleTable.policies;
    const names = new EventNames(7, { ...sampleTable, policies: [{ ...first!, name: 'two "words"' }, ...more] }, "x");
    assert.ok(format(sampleOpen, names).includes(' policy="two \\"words\\"" zone='));
  });
});

/** The line that a format writes, as text. */
function textOf(write: LineFormat): (event: RingwallEvent, names: EventNames) => string {
  const buffer = new LineBuffer(LINE_BYTES);
  return (event, names) => {
    write(buffer.clear(), event, names);
    assert.ok(buffer.isWhole);
    return buffer.toString();
  };
}
