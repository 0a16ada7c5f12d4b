// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Action, AddressFamily, DenyReason, EventOutcome, EventType, ScreenId } from "../../../shared/gen/wire.gen.js";
import type { RingwallEvent } from "../event/event.js";
import { EventNames } from "../event/names.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
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

const format = textOf(sdSyslogFormat({ facility: 1, sdId: DEFAULT_SD_ID }));
const line = (event: RingwallEvent): string => format(event, sampleNames);
const words = (...text: string[]): string => text.join(" ");

/** The parameters of a line, in order. Written for this test: it knows the escapes of RFC 5424 6.3.3. */
function parameters(text: string): [name: string, value: string][] {
  const data = /\[\S+ (.*)\]$/s.exec(text)?.[1] ?? "";
  return [...data.matchAll(/([^ =]+)="((?:\\["\\\]]|[^"\\\]])*)"/g)].map(([, name, value]) => [
    name!,
    value!.replace(/\\(.)/g, "$1"),
  ]);
}
const valueOf = (text: string, name: string): string | undefined => new Map(parameters(text)).get(name);

describe("sd-syslog: the whole line", () => {
  test("a session opened over IPv4", () => {
    assert.equal(
      line(sampleOpen),
      words(
        "<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - RT_FLOW_SESSION_CREATE [junos@2636.1.1.1.2.129",
        'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" connection-tag="0"',
        'service-name="junos-https" nat-source-address="10.1.1.5" nat-source-port="51000" nat-destination-address="192.0.2.10"',
        'nat-destination-port="443" nat-connection-tag="0" src-nat-rule-type="N/A" src-nat-rule-name="N/A" dst-nat-rule-type="N/A"',
        'dst-nat-rule-name="N/A" protocol-id="6" policy-name="users-to-internet" source-zone-name="trust"',
        'destination-zone-name="untrust" session-id="4242" username="N/A" roles="N/A" packet-incoming-interface="ge-0/0/0.0"',
        'application="UNKNOWN" nested-application="UNKNOWN" encrypted="UNKNOWN" application-category="N/A"',
        'application-sub-category="N/A" application-risk="-1" application-characteristics="N/A" src-vrf-grp="N/A"',
        'dst-vrf-grp="N/A" tunnel-inspection="Off" tunnel-inspection-policy-set="root" source-tenant="N/A"',
        'destination-service="N/A"]',
      ),
    );
  });

  test("a session closed over IPv4", () => {
    assert.equal(
      line(sampleClose),
      words(
        '<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.129 reason="TCP FIN"',
        'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" connection-tag="0"',
        'service-name="junos-https" nat-source-address="10.1.1.5" nat-source-port="51000" nat-destination-address="192.0.2.10"',
        'nat-destination-port="443" nat-connection-tag="0" src-nat-rule-type="N/A" src-nat-rule-name="N/A" dst-nat-rule-type="N/A"',
        'dst-nat-rule-name="N/A" protocol-id="6" policy-name="users-to-internet" source-zone-name="trust"',
        'destination-zone-name="untrust" session-id="4242" packets-from-client="60" bytes-from-client="3307"',
        'packets-from-server="46" bytes-from-server="2784" elapsed-time="66" application="UNKNOWN" nested-application="UNKNOWN"',
        'username="N/A" roles="N/A" packet-incoming-interface="ge-0/0/0.0" encrypted="UNKNOWN" application-category="N/A"',
        'application-sub-category="N/A" application-risk="-1" application-characteristics="N/A"',
        'secure-web-proxy-session-type="NA" peer-session-id="0" peer-source-address="0.0.0.0" peer-source-port="0"',
        'peer-destination-address="0.0.0.0" peer-destination-port="0" hostname="NA NA" src-vrf-grp="N/A" dst-vrf-grp="N/A"',
        'tunnel-inspection="Off" tunnel-inspection-policy-set="root" session-flag="0" source-tenant="N/A"',
        'destination-service="N/A"]',
      ),
    );
  });

  test("a packet denied over IPv4 by a global policy", () => {
    assert.equal(
      line(sampleDeny),
      words(
        '<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.129 source-address="10.1.1.5"',
        'source-port="51000" destination-address="192.0.2.10" destination-port="443" connection-tag="0" service-name="None"',
        'protocol-id="6" icmp-type="0" policy-name="everything-else(global)" source-zone-name="trust"',
        'destination-zone-name="untrust" application="UNKNOWN" nested-application="UNKNOWN" username="N/A" roles="N/A"',
        'packet-incoming-interface="ge-0/0/0.0" encrypted="No" reason="Denied by policy" session-id="0"',
        'application-category="N/A" application-sub-category="N/A" application-risk="-1" application-characteristics="N/A"',
        'src-vrf-grp="N/A" dst-vrf-grp="N/A" source-tenant="N/A" destination-service="N/A"]',
      ),
    );
  });

  test("an ICMPv6 packet rejected by the default policy", () => {
    assert.equal(
      line(sampleDeny6),
      words(
        "<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.129",
        'source-address="2001:db8:1::5" source-port="77" destination-address="2001:db8:2::10" destination-port="1"',
        'connection-tag="0" service-name="icmpv6" protocol-id="58" icmp-type="128" policy-name="default-policy"',
        'source-zone-name="trust" destination-zone-name="untrust" application="UNKNOWN" nested-application="UNKNOWN"',
        'username="N/A" roles="N/A" packet-incoming-interface="ge-0/0/0.0" encrypted="No" reason="Rejected by policy"',
        'session-id="0" application-category="N/A" application-sub-category="N/A" application-risk="-1"',
        'application-characteristics="N/A" src-vrf-grp="N/A" dst-vrf-grp="N/A" source-tenant="N/A" destination-service="N/A"]',
      ),
    );
  });

  test("IPv6 sessions differ from IPv4 ones in their addresses only", () => {
    const toInet6 = (text: string): string =>
      text.replaceAll("10.1.1.5", "2001:db8:1::5").replaceAll("192.0.2.10", "2001:db8:2::10");
    assert.equal(line(sampleOpen6), toInet6(line(sampleOpen)));
    assert.equal(line(sampleClose6), toInet6(line(sampleClose)).replace("TCP FIN", "idle Timeout"));
  });

  test("the parameters are those of Junos 22.2: 36, 50 and 27 of them", () => {
    assert.deepEqual(
      [sampleOpen, sampleClose, sampleDeny].map((event) => parameters(line(event)).length),
      [36, 50, 27],
    );
  });
});

describe("sd-syslog: values", () => {
  test("a translated session shows both tuples, and the rules by kind and name", () => {
    const translated = { natSourceAddress: "203.0.113.1", natSourcePort: 23456, sourceNatRuleId: 1 };
    const served = { natDestinationAddress: "10.2.2.80", natDestinationPort: 8443, destinationNatRuleId: 2 };
    const nat = (event: Partial<typeof sampleOpen>): string =>
      / connection-tag.*nested/.exec(line({ ...sampleOpen, ...event }))![0].replace(/ protocol-id.*$/, "");
    const tag = 'connection-tag="0" service-name="junos-https"';
    assert.equal(
      nat(translated),
      ` ${tag} nat-source-address="203.0.113.1" nat-source-port="23456" nat-destination-address="192.0.2.10"` +
        ' nat-destination-port="443" nat-connection-tag="0" src-nat-rule-type="source rule"' +
        ' src-nat-rule-name="hide-users" dst-nat-rule-type="N/A" dst-nat-rule-name="N/A"',
    );
    assert.equal(
      nat({ ...translated, ...served }),
      ` ${tag} nat-source-address="203.0.113.1" nat-source-port="23456" nat-destination-address="10.2.2.80"` +
        ' nat-destination-port="8443" nat-connection-tag="0" src-nat-rule-type="source rule"' +
        ' src-nat-rule-name="hide-users" dst-nat-rule-type="destination rule" dst-nat-rule-name="web"',
    );
    const named = (ids: Partial<typeof sampleOpen>): (string | undefined)[] => {
      const text = line({ ...sampleOpen, ...translated, ...served, ...ids });
      return ["src", "dst"].flatMap((side) =>
        ["type", "name"].map((part) => valueOf(text, `${side}-nat-rule-${part}`)),
      );
    };
    assert.deepEqual(named({ sourceNatRuleId: 3, destinationNatRuleId: 3 }), [
      "static rule",
      "mail",
      "static rule",
      "mail",
    ]);
    assert.deepEqual(named({ sourceNatRuleId: 7, destinationNatRuleId: 9 }), [
      "source rule",
      "7",
      "destination rule",
      "9",
    ]);
  });

  test("a second is elapsed when the clock's second has changed; a clock set back gives 0", () => {
    assert.equal(valueOf(line({ ...sampleClose, sessionCreated: sampleClose.time.seconds - 1 }), "elapsed-time"), "1");
    assert.equal(valueOf(line({ ...sampleClose, sessionCreated: sampleClose.time.seconds + 5 }), "elapsed-time"), "0");
  });

  test("traffic to this host goes to the zone junos-host, traffic of this host comes from .local..0", () => {
    assert.equal(valueOf(line({ ...sampleDeny, egressZone: 0 }), "destination-zone-name"), "junos-host");
    assert.equal(valueOf(line({ ...sampleOpen, ingressInterface: 0 }), "packet-incoming-interface"), ".local..0");
  });

  test("what host-inbound-traffic denied is not put down to the default policy", () => {
    const text = line({ ...sampleDeny, egressZone: 0, denyReason: DenyReason.HOST_INBOUND });
    assert.deepEqual(
      ["policy-name", "destination-zone-name", "reason"].map((name) => valueOf(text, name)),
      ["host-inbound-traffic", "junos-host", "Denied by host-inbound-traffic"],
    );
  });

  test("ids that the generation does not know are shown as numbers", () => {
    const text = line({
      ...sampleOpen,
      policyId: 99,
      ingressZone: 9,
      egressZone: 8,
      ingressInterface: 7,
      applicationId: 6,
    });
    assert.deepEqual(
      ["policy-name", "source-zone-name", "destination-zone-name", "packet-incoming-interface", "service-name"].map(
        (name) => valueOf(text, name),
      ),
      ["99", "9", "8", "7", "6"],
    );
  });

  test("quotes, backslashes and brackets in names are escaped, line ends become blanks", () => {
    const odd = new EventNames(7, { ...sampleTable, zones: ["", 'a"b\\c]d\ne', "untrust"] }, "fallback");
    const text = format(sampleOpen, odd);
    assert.ok(text.includes('source-zone-name="a\\"b\\\\c\\]d e"'), text);
    assert.equal(valueOf(text, "source-zone-name"), 'a"b\\c]d e');
    assert.ok(!text.includes("\n"));
  });

  test("the host name is never empty, never a dash, and holds no blank", () => {
    for (const [hostName, shown] of [
      ["-", "ringwall"],
      ["a b\u00e9c", "abc"],
      ["é", "ringwall"],
    ] as const) {
      assert.equal(format(sampleOpen, new EventNames(7, { ...sampleTable, hostName }, "x")).split(" ")[2], shown);
    }
  });

  test("the facility is the stream's, the severity the event's", () => {
    const local3 = textOf(sdSyslogFormat({ facility: 19, sdId: DEFAULT_SD_ID }));
    assert.ok(local3(sampleOpen, sampleNames).startsWith("<158>1 "));
    assert.ok(local3(screen(ScreenId.LAND), sampleNames).startsWith("<155>1 "));
  });

  test("the SD-ID is the stream's", () => {
    assert.ok(
      textOf(sdSyslogFormat({ facility: 1, sdId: "junos@2636.1.1.1.2.40" }))(sampleOpen, sampleNames).includes(
        "[junos@2636.1.1.1.2.40 source-address=",
      ),
    );
  });
});

function screen(screenId: ScreenId, more: Partial<RingwallEvent> = {}): RingwallEvent {
  return { ...samplePacket, ...more, kind: "SCREEN_DROP", screenId } as RingwallEvent;
}

describe("sd-syslog: other kinds", () => {
  test("each screen has the tag and the parameters of its kind", () => {
    const head = "<11>1 2026-09-06T04:24:26.095Z fw1 RT_IDS - ";
    const tail = 'source-zone-name="trust" interface-name="ge-0/0/0.0" action="drop"]';
    assert.equal(
      line(screen(ScreenId.SYN_FLOOD)),
      `${head}RT_SCREEN_TCP [junos@2636.1.1.1.2.129 attack-name="SYN flood!" source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" ${tail}`,
    );
    assert.equal(
      line(screen(ScreenId.ICMP_FLOOD)),
      `${head}RT_SCREEN_ICMP [junos@2636.1.1.1.2.129 attack-name="ICMP flood!" source-address="10.1.1.5" destination-address="192.0.2.10" ${tail}`,
    );
    assert.equal(
      line(screen(ScreenId.TEAR_DROP)),
      `${head}RT_SCREEN_IP [junos@2636.1.1.1.2.129 attack-name="Tear drop attack!" source-address="10.1.1.5" destination-address="192.0.2.10" protocol-id="6" ${tail}`,
    );
    assert.equal(
      line(screen(ScreenId.SESSION_LIMIT_SOURCE)),
      `${head}RT_SCREEN_SESSION_LIMIT [junos@2636.1.1.1.2.129 attack-name="Src IP session limit!" source-address="10.1.1.5" ${tail}`,
    );
    assert.equal(
      line(screen(ScreenId.SESSION_LIMIT_DESTINATION)),
      `${head}RT_SCREEN_SESSION_LIMIT [junos@2636.1.1.1.2.129 attack-name="Dst IP session limit!" destination-address="192.0.2.10" ${tail}`,
    );
    assert.equal(valueOf(line(screen(ScreenId.LAND, { action: Action.PERMIT })), "action"), "alarm-without-drop");
  });

  test("a summary of suppressed events says of what and how many", () => {
    const text = line({
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
    });
    assert.deepEqual(parameters(text).slice(0, 3), [
      ["suppressed-event", "POLICY_DENY"],
      ["suppressed-count", "12"],
      ["rule-id", "65537"],
    ]);
    assert.deepEqual(parameters(text).slice(-7), [
      ["rule-name", "users-to-internet"],
      ["outcome", "suppressed"],
      ["first-source-address", "10.1.1.4"],
      ["first-source-port", "50999"],
      ["first-destination-address", "192.0.2.9"],
      ["first-destination-port", "80"],
      ["first-protocol-id", "17"],
    ]);
    assert.equal(sampleDeny.addressFamily, AddressFamily.INET);
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
