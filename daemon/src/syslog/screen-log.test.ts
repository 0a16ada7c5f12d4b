// The line of every screen: its tag, its attack name and its parameters, whole. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Action, ScreenId } from "../../../shared/gen/wire.gen.js";
import type { RingwallEvent } from "../event/event.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
import { LineBuffer } from "./line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES } from "./line.js";
import { sampleNames, samplePacket } from "./sample-events.js";

const format = sdSyslogFormat({ facility: 1, sdId: DEFAULT_SD_ID });
const line = (event: RingwallEvent): string => {
  const buffer = new LineBuffer(LINE_BYTES);
  format(buffer.clear(), event, sampleNames);
  assert.ok(buffer.isWhole);
  return buffer.toString();
};
const screen = (screenId: ScreenId, action: Action = Action.DENY): RingwallEvent => ({
  ...samplePacket,
  kind: "SCREEN_DROP",
  screenId,
  action,
});

const SOURCE = 'source-address="10.1.1.5" ';
const DESTINATION = 'destination-address="192.0.2.10" ';
const PARAMETERS = {
  RT_SCREEN_TCP:
    'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" ',
  RT_SCREEN_UDP:
    'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" ',
  RT_SCREEN_ICMP: SOURCE + DESTINATION,
  RT_SCREEN_IP: `${SOURCE}${DESTINATION}protocol-id="6" `,
  RT_SCREEN_TCP_SRC_IP: SOURCE,
  RT_SCREEN_TCP_DST_IP: DESTINATION,
};

const LINES: readonly [screen: keyof typeof ScreenId, tag: string, attack: string, parameters?: string][] = [
  ["SYN_FLOOD", "RT_SCREEN_TCP", "SYN flood!"],
  ["ICMP_FLOOD", "RT_SCREEN_ICMP", "ICMP flood!"],
  ["UDP_FLOOD", "RT_SCREEN_UDP", "UDP flood!"],
  ["PORT_SCAN", "RT_SCREEN_TCP", "TCP port scan!"],
  ["IP_SWEEP", "RT_SCREEN_ICMP", "IP sweep!"],
  ["LAND", "RT_SCREEN_TCP", "Land attack!"],
  ["PING_OF_DEATH", "RT_SCREEN_ICMP", "Ping of death!"],
  ["TEAR_DROP", "RT_SCREEN_IP", "Tear drop attack!"],
  ["SYN_FIN", "RT_SCREEN_TCP", "SYN and FIN bits!"],
  ["TCP_NO_FLAG", "RT_SCREEN_TCP", "No TCP flag!"],
  ["FIN_NO_ACK", "RT_SCREEN_TCP", "FIN but no ACK bit!"],
  ["WINNUKE", "RT_SCREEN_TCP", "WinNuke attack!"],
  ["SOURCE_ROUTE", "RT_SCREEN_IP", "Source route IP option!"],
  ["SYN_FRAGMENT", "RT_SCREEN_TCP", "SYN fragment!"],
  ["SYN_COOKIE", "RT_SCREEN_TCP", "SYN flood!"],
  ["SESSION_LIMIT_SOURCE", "RT_SCREEN_SESSION_LIMIT", "Src IP session limit!", SOURCE],
  ["SESSION_LIMIT_DESTINATION", "RT_SCREEN_SESSION_LIMIT", "Dst IP session limit!", DESTINATION],
  ["ICMP_FRAGMENT", "RT_SCREEN_ICMP", "ICMP fragment!"],
  ["ICMP_LARGE", "RT_SCREEN_ICMP", "Large ICMP packet!"],
  ["ICMPV6_MALFORMED", "RT_SCREEN_ICMP", "ICMPv6 malformed packet!"],
  ["BAD_OPTION", "RT_SCREEN_IP", "Bad IP option!"],
  ["RECORD_ROUTE", "RT_SCREEN_IP", "Record Route IP option!"],
  ["TIMESTAMP", "RT_SCREEN_IP", "Timestamp IP option!"],
  ["SECURITY", "RT_SCREEN_IP", "Security IP option!"],
  ["STREAM", "RT_SCREEN_IP", "Stream IP option!"],
  ["LOOSE_SOURCE_ROUTE", "RT_SCREEN_IP", "Loose source route IP option!"],
  ["STRICT_SOURCE_ROUTE", "RT_SCREEN_IP", "Strict source route IP option!"],
  ["UNKNOWN_PROTOCOL", "RT_SCREEN_IP", "Unknown protocol!"],
  ["BLOCK_FRAGMENT", "RT_SCREEN_IP", "Block fragment traffic!"],
  ["SPOOFING", "RT_SCREEN_IP", "IP spoofing!"],
  ["IPV6_EXTENSION_HEADER", "RT_SCREEN_IP", "IPv6 extension header!"],
  ["IPV6_EXTENSION_LIMIT", "RT_SCREEN_IP", "IPv6 extension header limit!"],
  ["IPV6_MALFORMED", "RT_SCREEN_IP", "IPv6 malformed header!"],
  ["SYN_FLOOD_SOURCE", "RT_SCREEN_TCP_SRC_IP", "SYN flood Src-IP based!"],
  ["SYN_FLOOD_DESTINATION", "RT_SCREEN_TCP_DST_IP", "SYN flood Dst-IP based!"],
  ["TCP_SWEEP", "RT_SCREEN_TCP", "TCP sweep!"],
  ["UDP_SWEEP", "RT_SCREEN_UDP", "UDP sweep!"],
  ["UDP_PORT_SCAN", "RT_SCREEN_UDP", "UDP port scan!"],
  ["SYN_QUEUE", "RT_SCREEN_TCP", "SYN flood!"],
];

describe("the line of a screen", () => {
  test("is known for every screen there is", () => {
    assert.deepEqual(
      LINES.map(([name]) => name),
      Object.keys(ScreenId),
    );
  });

  for (const [name, tag, attack, parameters = PARAMETERS[tag as keyof typeof PARAMETERS]] of LINES)
    for (const [action, word] of [
      [Action.DENY, "drop"],
      [Action.PERMIT, "alarm-without-drop"],
    ] as const)
      test(`${name}, ${word}`, () => {
        assert.equal(
          line(screen(ScreenId[name], action)),
          `<11>1 2026-09-06T04:24:26.095Z fw1 RT_IDS - ${tag} [junos@2636.1.1.1.2.129 attack-name="${attack}" ${parameters}source-zone-name="trust" interface-name="ge-0/0/0.0" action="${word}"]`,
        );
      });
});
