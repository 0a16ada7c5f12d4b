// Screens: what the configuration says wrong about them, and what becomes of them in a snapshot. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ScreenId } from "../../shared/gen/wire.gen.js";
import { compileConfig } from "../../daemon/src/config/compile.js";
import type { Snapshot, SnapshotScreen } from "../../daemon/src/snapshot/snapshot.gen.js";
import { assertSnapshot } from "../../daemon/src/snapshot/validate.js";
import { configOf, edited, errorsOf, type Edit } from "./tree.js";

const SCREEN = "security.screen.ids-option";
const ZONE = "security.zones.security-zone";

type Row = readonly [what: string, edits: readonly Edit[], errors: readonly string[]];

const table: readonly Row[] = [
  [
    "a name twice, and one that a zone misspells",
    [
      [SCREEN, [{ name: "outside" }, { name: "outside", tcp: { land: true } }]],
      [`${ZONE}[1].screen`, "outsied"],
    ],
    [
      `${SCREEN}[1].name: ids-option 'outside' exists already`,
      `${ZONE}[1].screen: no ids-option named 'outsied'; did you mean 'outside'?`,
    ],
  ],
  [
    "screens that Junos has and nothing here looks for",
    [
      [
        SCREEN,
        [
          {
            name: "outside",
            "match-direction": "input",
            "limit-session": { "by-source": { "session-rate": 5 }, "by-destination": { "maximum-sessions": 9 } },
            tcp: { "syn-ack-ack-proxy": {}, "syn-defense": true },
            ip: { tunnel: { "bad-inner-header": true } },
          },
        ],
      ],
      ["security.screen.trap", { interval: 5 }],
    ],
    [
      "security.screen.trap: unknown statement 'trap'",
      `${SCREEN}[0].match-direction: unknown statement 'match-direction'`,
      `${SCREEN}[0].limit-session.by-source: unknown statement 'by-source'`,
      `${SCREEN}[0].limit-session.by-destination: unknown statement 'by-destination'`,
      `${SCREEN}[0].ip.tunnel: unknown statement 'tunnel'`,
      `${SCREEN}[0].tcp.syn-ack-ack-proxy: unknown statement 'syn-ack-ack-proxy'`,
      `${SCREEN}[0].tcp.syn-defense: unknown statement 'syn-defense'`,
    ],
  ],
  [
    "what only SYN cookies have, without them",
    [[SCREEN, [{ name: "outside", tcp: { "syn-flood": { "alarm-threshold": 512, "queue-size": 200, timeout: 20 } } }]]],
    ["alarm-threshold", "queue-size", "timeout"].map(
      (name) =>
        `${SCREEN}[0].tcp.syn-flood.${name}: '${name}' needs 'security flow syn-flood-protection-mode syn-cookie': ` +
        "without it all beyond attack-threshold are dropped",
    ),
  ],
  [
    "white lists that hold everything, have one name, or a prefix twice",
    [
      [
        SCREEN,
        [
          {
            name: "outside",
            tcp: {
              "syn-flood": {
                "white-list": [{ name: "a" }, { name: "a", "source-address": ["10.0.0.0/8", "10.0.0.0/8"] }],
              },
            },
          },
        ],
      ],
      ["security.flow.syn-flood-protection-mode", "syn-proxy"],
    ],
    [
      `security.flow.syn-flood-protection-mode: expected syn-cookie, found 'syn-proxy'`,
      `${SCREEN}[0].tcp.syn-flood.white-list[0]: 'source-address' is missing: a white list without addresses would hold everything`,
      `${SCREEN}[0].tcp.syn-flood.white-list[1].name: white-list 'a' exists already`,
      `${SCREEN}[0].tcp.syn-flood.white-list[1].source-address[1]: prefix '10.0.0.0/8' stands here twice`,
    ],
  ],
  [
    "a misspelt check, a switch that is off, and no header at all",
    [[SCREEN, [{ name: "outside", tcp: { "syn-fn": true, land: false }, ip: { "ipv6-extension-header": {} } }]]],
    [
      `${SCREEN}[0].ip.ipv6-extension-header: expected a mapping of IPv6 extension headers, at least 1, found 0`,
      `${SCREEN}[0].tcp.syn-fn: unknown statement 'syn-fn'; did you mean 'syn-fin'?`,
      `${SCREEN}[0].tcp.land: expected true (leave the statement out to turn it off), found false`,
    ],
  ],
];

describe("what is said about wrong screens", () => {
  for (const [what, edits, errors] of table)
    test(what, () => assert.deepEqual(errorsOf(edited(edits)).toSorted(), errors.toSorted()));
});

function snapshotOf(edits: readonly Edit[]): Snapshot {
  const { snapshot } = compileConfig(configOf(edits), 1);
  assertSnapshot(snapshot);
  return snapshot;
}

/** compiled gives the screen of the zone trust. */
function compiled(screen: object): SnapshotScreen {
  const { screens } = snapshotOf([
    [SCREEN, [{ name: "outside", ...screen }]],
    [`${ZONE}[0].screen`, "outside"],
  ]);
  assert.equal(screens.length, 1);
  return screens[0]!;
}

const nothing = {
  name: "outside",
  alarm_without_drop: false,
  checks: [],
  thresholds: [],
  ipv6_headers: [],
  hop_options: [],
  destination_options: [],
  extension_limit: -1,
  syn_timeout: 0,
  white_lists: [],
  log_rate: 1000,
  log_burst: 1024,
};

describe("screens in a snapshot", () => {
  test("are those that zones have, once each", () => {
    const snapshot = snapshotOf([
      [SCREEN, [{ name: "unused" }, { name: "b" }, { name: "a" }]],
      [`${ZONE}[0].screen`, "a"],
      [`${ZONE}[1].screen`, "a"],
    ]);
    assert.deepEqual(
      snapshot.screens.map(({ name }) => name),
      ["a"],
    );
    assert.deepEqual(
      snapshot.zones.map(({ screen }) => screen),
      [1, 1],
    );
    assert.deepEqual(snapshotOf([]).screens, []);
    assert.deepEqual(
      snapshotOf([]).zones.map(({ screen }) => screen),
      [0, 0],
    );
  });

  test("an empty one looks for nothing", () => {
    assert.deepEqual(compiled({}), nothing);
    assert.deepEqual(compiled({ "alarm-without-drop": true }), { ...nothing, alarm_without_drop: true });
  });

  const checks: readonly [place: string, name: string, id: number][] = [
    ["icmp", "fragment", ScreenId.ICMP_FRAGMENT],
    ["icmp", "large", ScreenId.ICMP_LARGE],
    ["icmp", "ping-death", ScreenId.PING_OF_DEATH],
    ["icmp", "icmpv6-malformed", ScreenId.ICMPV6_MALFORMED],
    ["ip", "bad-option", ScreenId.BAD_OPTION],
    ["ip", "record-route-option", ScreenId.RECORD_ROUTE],
    ["ip", "timestamp-option", ScreenId.TIMESTAMP],
    ["ip", "security-option", ScreenId.SECURITY],
    ["ip", "stream-option", ScreenId.STREAM],
    ["ip", "loose-source-route-option", ScreenId.LOOSE_SOURCE_ROUTE],
    ["ip", "strict-source-route-option", ScreenId.STRICT_SOURCE_ROUTE],
    ["ip", "source-route-option", ScreenId.SOURCE_ROUTE],
    ["ip", "unknown-protocol", ScreenId.UNKNOWN_PROTOCOL],
    ["ip", "block-frag", ScreenId.BLOCK_FRAGMENT],
    ["ip", "spoofing", ScreenId.SPOOFING],
    ["ip", "tear-drop", ScreenId.TEAR_DROP],
    ["ip", "ipv6-malformed-header", ScreenId.IPV6_MALFORMED],
    ["tcp", "syn-fin", ScreenId.SYN_FIN],
    ["tcp", "fin-no-ack", ScreenId.FIN_NO_ACK],
    ["tcp", "tcp-no-flag", ScreenId.TCP_NO_FLAG],
    ["tcp", "syn-frag", ScreenId.SYN_FRAGMENT],
    ["tcp", "land", ScreenId.LAND],
    ["tcp", "winnuke", ScreenId.WINNUKE],
  ];
  for (const [place, name, id] of checks)
    test(`${place} ${name} is screen ${id}`, () =>
      assert.deepEqual(compiled({ [place]: { [name]: true } }), { ...nothing, checks: [id] }));

  test("several checks are in the order of their ids", () => {
    assert.deepEqual(compiled({ tcp: { winnuke: true, land: true }, icmp: { "ping-death": true } }).checks, [
      ScreenId.LAND,
      ScreenId.PING_OF_DEATH,
      ScreenId.WINNUKE,
    ]);
  });

  test("IPv6 headers become their numbers, merged", () => {
    const headers = {
      "routing-header": true,
      "fragment-header": true,
      "ESP-header": true,
      "AH-header": true,
      "no-next-header": true,
      "mobility-header": true,
      "HIP-header": true,
      "shim6-header": true,
    };
    const range = (low: number, high = low): object => ({ low, high });
    assert.deepEqual(compiled({ ip: { "ipv6-extension-header": headers } }), {
      ...nothing,
      checks: [ScreenId.IPV6_EXTENSION_HEADER],
      ipv6_headers: [range(43, 44), range(50, 51), range(59), range(135), range(139, 140)],
    });
    assert.deepEqual(
      compiled({ ip: { "ipv6-extension-header": { "hop-by-hop-header": {}, "destination-header": {} } } }).ipv6_headers,
      [range(0), range(60)],
    );
    assert.deepEqual(
      compiled({ ip: { "ipv6-extension-header": { "user-defined-header-type": ["100-150", 253, "150-160"] } } })
        .ipv6_headers,
      [range(100, 160), range(253)],
    );
  });

  test("options of IPv6 headers become their types, in the header that they are asked for in", () => {
    const range = (low: number, high = low): object => ({ low, high });
    const hop = {
      "jumbo-payload-option": true,
      "router-alert-option": true,
      "quick-start-option": true,
      "CALIPSO-option": true,
      "SMF-DPD-option": true,
      "RPL-option": true,
      "user-defined-option-type": [30, "32-33"],
    };
    const destination = {
      "tunnel-encapsulation-limit-option": true,
      "home-address-option": true,
      "ILNP-nonce-option": true,
      "line-identification-option": true,
    };
    assert.deepEqual(
      compiled({ ip: { "ipv6-extension-header": { "hop-by-hop-header": hop, "destination-header": destination } } }),
      {
        ...nothing,
        checks: [ScreenId.IPV6_EXTENSION_HEADER],
        hop_options: [range(5), range(7, 8), range(30), range(32, 33), range(35), range(38), range(99), range(194)],
        destination_options: [range(4), range(139, 140), range(201)],
      },
    );
  });

  const thresholds: readonly [place: string, name: string, id: number, otherwise: number][] = [
    ["icmp", "flood", ScreenId.ICMP_FLOOD, 1000],
    ["icmp", "ip-sweep", ScreenId.IP_SWEEP, 5000],
    ["tcp", "port-scan", ScreenId.PORT_SCAN, 5000],
    ["tcp", "tcp-sweep", ScreenId.TCP_SWEEP, 5000],
    ["udp", "flood", ScreenId.UDP_FLOOD, 1000],
    ["udp", "port-scan", ScreenId.UDP_PORT_SCAN, 5000],
    ["udp", "udp-sweep", ScreenId.UDP_SWEEP, 5000],
  ];
  for (const [place, name, screen, otherwise] of thresholds)
    test(`${place} ${name} is screen ${screen} with a threshold, by default ${otherwise}`, () => {
      assert.deepEqual(compiled({ [place]: { [name]: {} } }), {
        ...nothing,
        thresholds: [{ screen, threshold: otherwise }],
      });
      assert.deepEqual(compiled({ [place]: { [name]: { threshold: 1234 } } }), {
        ...nothing,
        thresholds: [{ screen, threshold: 1234 }],
      });
    });

  test("tcp syn-flood is three screens, each with its own threshold", () => {
    const of = (attack: number, source: number, destination: number): object[] => [
      { screen: ScreenId.SYN_FLOOD, threshold: attack },
      { screen: ScreenId.SYN_FLOOD_SOURCE, threshold: source },
      { screen: ScreenId.SYN_FLOOD_DESTINATION, threshold: destination },
    ];
    assert.deepEqual(compiled({ tcp: { "syn-flood": {} } }).thresholds, of(200, 4000, 4000));
    assert.deepEqual(
      compiled({ tcp: { "syn-flood": { "attack-threshold": 1, "source-threshold": 2, "destination-threshold": 3 } } })
        .thresholds,
      of(1, 2, 3),
    );
  });

  test("with SYN cookies a SYN flood has an alarm, a queue and a timeout", () => {
    const of = (flood: object): SnapshotScreen =>
      snapshotOf([
        ["security.flow.syn-flood-protection-mode", "syn-cookie"],
        [SCREEN, [{ name: "outside", tcp: { "syn-flood": flood } }, { name: "other" }]],
        [`${ZONE}[0].screen`, "outside"],
      ]).screens[0]!;
    const thresholds = (alarm: number, queue: number): object[] => [
      { screen: ScreenId.SYN_FLOOD, threshold: 200 },
      { screen: ScreenId.SYN_COOKIE, threshold: alarm },
      { screen: ScreenId.SYN_FLOOD_SOURCE, threshold: 4000 },
      { screen: ScreenId.SYN_FLOOD_DESTINATION, threshold: 4000 },
      { screen: ScreenId.SYN_QUEUE, threshold: queue },
    ];
    assert.deepEqual(of({}), { ...nothing, thresholds: thresholds(512, 1024), syn_timeout: 20 });
    assert.deepEqual(of({ "alarm-threshold": 7, "queue-size": 300, timeout: 5 }), {
      ...nothing,
      thresholds: thresholds(7, 300),
      syn_timeout: 5,
    });
  });

  test("SYN cookies without the screen of SYN floods are none", () => {
    const { screens } = snapshotOf([
      ["security.flow.syn-flood-protection-mode", "syn-cookie"],
      [SCREEN, [{ name: "outside", tcp: { land: true } }]],
      [`${ZONE}[0].screen`, "outside"],
    ]);
    assert.deepEqual(screens, [{ ...nothing, checks: [ScreenId.LAND] }]);
  });

  test("white lists become prefixes", () => {
    const lists = [
      { name: "a", "source-address": ["192.0.2.0/25", "2001:db8::/32"] },
      { name: "b", "source-address": ["10.0.0.0/8"], "destination-address": ["0.0.0.0/0"] },
    ];
    const bytes = (...first: number[]): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => first[i] ?? 0);
    assert.deepEqual(compiled({ tcp: { "syn-flood": { "white-list": lists } } }).white_lists, [
      {
        sources: [
          { address: Uint8Array.of(192, 0, 2, 0), length: 25 },
          { address: bytes(0x20, 0x01, 0x0d, 0xb8), length: 32 },
        ],
        destinations: [],
      },
      {
        sources: [{ address: Uint8Array.of(10, 0, 0, 0), length: 8 }],
        destinations: [{ address: Uint8Array.of(0, 0, 0, 0), length: 0 }],
      },
    ]);
  });

  test("limits of sessions have no default", () => {
    assert.deepEqual(compiled({ "limit-session": { "destination-ip-based": 5, "source-ip-based": 7 } }).thresholds, [
      { screen: ScreenId.SESSION_LIMIT_SOURCE, threshold: 7 },
      { screen: ScreenId.SESSION_LIMIT_DESTINATION, threshold: 5 },
    ]);
    assert.deepEqual(compiled({ "limit-session": { "source-ip-based": 7 } }).thresholds, [
      { screen: ScreenId.SESSION_LIMIT_SOURCE, threshold: 7 },
    ]);
  });

  test("the limit of extension headers may be none", () => {
    assert.deepEqual(compiled({ ip: { "ipv6-extension-header-limit": 0 } }), {
      ...nothing,
      checks: [ScreenId.IPV6_EXTENSION_LIMIT],
      extension_limit: 0,
    });
  });
});
