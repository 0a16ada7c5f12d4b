// Compilation of filters: what each condition and action becomes in a snapshot, how filters are shared where they are attached,
// and who shares a counter or a policer's budget. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import fc from "fast-check";

import { formatAddress, parsePrefix, prefixRange, type Family } from "../../daemon/src/config/address.js";
import { compileConfig } from "../../daemon/src/config/compile.js";
import { flagMatches, fragmentFlags, parseFlags, tcpFlags } from "../../daemon/src/config/filter/flag-expression.js";
import { matchedRanges } from "../../daemon/src/config/filter/prefix-match.js";
import { forwardingClasses } from "../../daemon/src/config/forwarding-class.js";
import {
  complementNumbers,
  holdsNumber,
  intersectNumbers,
  mergeNumbers,
  type NumberRange,
} from "../../daemon/src/config/number-range.js";
import { configSchema } from "../../daemon/src/config/schema.js";
import { parseQuantity } from "../../daemon/src/config/quantity.js";
import { encodeSnapshot } from "../../daemon/src/snapshot/encode.js";
import type { Snapshot, SnapshotFilter, SnapshotFilterTerm } from "../../daemon/src/snapshot/snapshot.gen.js";
import { assertSnapshot } from "../../daemon/src/snapshot/validate.js";
import { configOf, repository, type Edit } from "./tree.js";

const INET = "firewall.family.inet.filter";
const UNIT = "interfaces.ge-0/0/0.unit.0.family";

function snapshotOf(edits: readonly Edit[]): Snapshot {
  const { snapshot } = compileConfig(configOf(edits), 1);
  assertSnapshot(snapshot);
  return snapshot;
}

/** attached compiles one filter, attached as the only one, for input of ge-0/0/0.0. */
function attached(
  family: Family,
  terms: readonly object[],
  more: readonly Edit[] = [],
): { snapshot: Snapshot; filter: SnapshotFilter } {
  const snapshot = snapshotOf([
    ["interfaces.lo0", undefined],
    [`${UNIT}.inet.filter`, undefined],
    [`${UNIT}.inet6.filter`, undefined],
    [`${UNIT}.${family}.filter`, { input: "f" }],
    [`firewall.family.${family}.filter[0]`, { name: "f", term: terms }],
    ...more,
  ]);
  assert.equal(snapshot.filters.length, 1);
  return { snapshot, filter: snapshot.filters[0]! };
}

/** noCondition, noAction: a term that matches everything and does nothing. */
const noCondition = {
  source: [],
  destination: [],
  address: [],
  protocols: [],
  source_ports: [],
  destination_ports: [],
  ports: [],
  icmp_types: [],
  icmp_codes: [],
  tcp_flags: [],
  dscps: [],
  ttls: [],
  packet_lengths: [],
  is_fragment: false,
  first_fragment: false,
  fragment_offsets: [],
  fragment_flags: [],
  ip_options: [],
  ip_options_except: [],
  esp_spis: [],
  interfaces: [],
  forwarding_classes: [],
  loss_priorities: [],
  flexible: [],
} as const;
const noAction = {
  action: "accept",
  reject_code: -1,
  counter: -1,
  log: false,
  log_rate: 1000,
  log_burst: 1024,
  policer: -1,
  set_forwarding_class: -1,
  set_loss_priority: -1,
  set_dscp: -1,
  routing_instance: -1,
} as const;
const identity = { filter_id: 1, term_id: 1, filter: "f", term: "t" } as const;

const text = (bytes: Uint8Array): string =>
  formatAddress({
    family: bytes.length === 4 ? "inet" : "inet6",
    value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n),
  });
const rangesOf = (snapshot: Snapshot, [index]: readonly number[]): string[] => {
  const { inet, inet6 } = snapshot.address_sets[index!]!;
  return [...inet, ...inet6].map(({ low, high }) => `${text(low)}-${text(high)}`);
};
const one = (value: number): NumberRange => ({ low: value, high: value });
const range = (low: number, high: number): NumberRange => ({ low, high });
const excepted = (...gaps: readonly [low: number, high: number][]): NumberRange[] =>
  gaps.map(([low, high]) => ({ low, high }));

/** statementsOf gives the statements that a definition of the schema accepts. */
function statementsOf(definition: string): string[] {
  const definitions = configSchema["$defs"] as Readonly<Record<string, { readonly properties: object }>>;
  return Object.keys(definitions[definition]!.properties);
}

describe("a term without conditions and actions", () => {
  test("matches everything and accepts", () => {
    assert.deepEqual(attached("inet", [{ name: "t" }]).filter, {
      id: 1,
      name: "f",
      family: 2,
      terms: [{ ...identity, ...noCondition, ...noAction }],
    });
    assert.deepEqual(attached("inet6", [{ name: "t" }]).filter, {
      id: 1,
      name: "f",
      family: 10,
      // behind the three filters of inet
      terms: [{ ...identity, filter_id: 4, ...noCondition, ...noAction }],
    });
  });
});

type ConditionRow = readonly [from: object, becomes: Partial<SnapshotFilterTerm>];
const both: readonly ConditionRow[] = [
  [{ "source-port": ["http", "8000-8010", 8011] }, { source_ports: [one(80), range(8000, 8011)] }],
  [{ "source-port-except": ["domain"] }, { source_ports: excepted([0, 52], [54, 65535]) }],
  [{ "destination-port": [0, 65535] }, { destination_ports: [one(0), one(65535)] }],
  [{ "destination-port-except": [0, 65535] }, { destination_ports: [range(1, 65534)] }],
  [{ port: ["22"] }, { ports: [one(22)] }],
  [
    { "port-except": ["22", "80-90"] },
    {
      source_ports: excepted([0, 21], [23, 79], [91, 65535]),
      destination_ports: excepted([0, 21], [23, 79], [91, 65535]),
    },
  ],
  [
    { port: ["20-30"], "source-port": ["1024-65535"], "port-except": [25] },
    {
      ports: [range(20, 30)],
      source_ports: [range(1024, 65535)],
      destination_ports: excepted([0, 24], [26, 65535]),
    },
  ],
  [{ "source-port": ["0-65535"] }, { source_ports: [range(0, 65535)] }],
  [{ "tcp-flags": "syn & !ack" }, { tcp_flags: [{ mask: 0x12, value: 0x02 }] }],
  [{ "tcp-flags": "0x12" }, { tcp_flags: [{ mask: 0x12, value: 0x12 }] }],
  [
    { "tcp-flags": "fin | rst" },
    {
      tcp_flags: [
        { mask: 0x01, value: 0x01 },
        { mask: 0x05, value: 0x04 },
      ],
    },
  ],
  [{ "tcp-flags": "syn | !syn" }, { tcp_flags: [{ mask: 0, value: 0 }] }],
  [
    { "tcp-established": true },
    {
      tcp_flags: [
        { mask: 0x04, value: 0x04 },
        { mask: 0x14, value: 0x10 },
      ],
    },
  ],
  [{ "tcp-initial": true }, { tcp_flags: [{ mask: 0x12, value: 0x02 }] }],
  [{ "tcp-initial": true, "tcp-flags": "!fin" }, { tcp_flags: [{ mask: 0x13, value: 0x02 }] }],
  [{ "packet-length": ["0-64", 1500] }, { packet_lengths: [range(0, 64), one(1500)] }],
  [{ "packet-length-except": ["65-65535"] }, { packet_lengths: [range(0, 64)] }],
  [{ "packet-length": ["0-65535"] }, {}],
  [{ "is-fragment": true }, { is_fragment: true }],
  [{ "first-fragment": true }, { first_fragment: true }],
  [{ "esp-spi": ["0x100", "300-4294967295"] }, { esp_spis: [one(256), range(300, 4294967295)] }],
  [{ "esp-spi-except": [0] }, { esp_spis: [range(1, 4294967295)] }],
  [{ interface: ["ge-0/0/1.10", "ge-0/0/0.0"] }, { interfaces: [1, 2] }],
  [{ "forwarding-class": ["bulk", "best-effort"] }, { forwarding_classes: [one(0), one(4)] }],
  [{ "forwarding-class-except": ["bulk", "best-effort"] }, { forwarding_classes: excepted([1, 3], [5, 15]) }],
  [{ "loss-priority": ["high", "low"] }, { loss_priorities: [one(0), one(3)] }],
  [{ "loss-priority-except": ["medium-low"] }, { loss_priorities: excepted([0, 0], [2, 3]) }],
  [
    {
      "flexible-match-mask": {
        "match-start": "layer-4",
        "byte-offset": 4,
        "bit-offset": 3,
        "bit-length": 32,
        prefix: "0xff000001",
        "mask-in-hex": "0xff0000ff",
      },
    },
    {
      flexible: [
        { start: "layer-4", byte_offset: 4, bit_offset: 3, bit_length: 32, mask: 0xff0000ff, value: 0xff000001 },
      ],
    },
  ],
  [
    { "flexible-match-mask": { "match-start": "payload", "bit-length": 5, prefix: "0x1f" } },
    { flexible: [{ start: "payload", byte_offset: 0, bit_offset: 0, bit_length: 5, mask: 31, value: 31 }] },
  ],
];
const inet: readonly ConditionRow[] = [
  [{ protocol: ["tcp", "udp", 17, "41-50"] }, { protocols: [one(6), one(17), range(41, 50)] }],
  [{ protocol: ["hop-by-hop", 255] }, { protocols: [one(0), one(255)] }],
  [{ "protocol-except": ["tcp"] }, { protocols: excepted([0, 5], [7, 255]) }],
  [{ protocol: ["0-255"] }, {}],
  [{ protocol: ["1-20"], "protocol-except": ["tcp", "udp"] }, { protocols: excepted([1, 5], [7, 16], [18, 20]) }],
  [{ "icmp-type": ["echo-request", "unreachable", "13-14"] }, { icmp_types: [one(3), one(8), range(13, 14)] }],
  [{ "icmp-type-except": ["echo-reply"] }, { icmp_types: [range(1, 255)] }],
  [{ "icmp-type": ["0-255"] }, { icmp_types: [range(0, 255)] }],
  [
    { "icmp-type": ["unreachable"], "icmp-code": ["port-unreachable", "fragmentation-needed", 13] },
    { icmp_types: [one(3)], icmp_codes: [range(3, 4), one(13)] },
  ],
  [
    { "icmp-type": [11], "icmp-code-except": ["ttl-eq-zero-during-reassembly"] },
    { icmp_types: [one(11)], icmp_codes: excepted([0, 0], [2, 255]) },
  ],
  [{ "icmp-code": [0] }, { icmp_codes: [one(0)] }],
  [{ dscp: ["ef", "101000", "af11", 63, "1-2"] }, { dscps: [range(1, 2), one(10), one(40), one(46), one(63)] }],
  [{ "dscp-except": ["be"] }, { dscps: [range(1, 63)] }],
  [{ dscp: ["0-63"] }, {}],
  [{ precedence: ["flash", 7] }, { dscps: [range(24, 31), range(56, 63)] }],
  [{ "precedence-except": ["routine", "1-6"] }, { dscps: [range(56, 63)] }],
  [{ precedence: [5], dscp: ["ef", "be"] }, { dscps: [one(46)] }],
  [{ ttl: [1, "253-255"] }, { ttls: [one(1), range(253, 255)] }],
  [{ "ttl-except": ["0-1"] }, { ttls: [range(2, 255)] }],
  [{ "fragment-offset": ["1-10"] }, { fragment_offsets: [range(1, 10)] }],
  [{ "fragment-offset-except": [0] }, { fragment_offsets: [range(1, 8191)] }],
  [{ "fragment-offset": ["0-8191"] }, {}],
  [{ "fragment-flags": "dont-fragment" }, { fragment_flags: [{ mask: 2, value: 2 }] }],
  [{ "fragment-flags": "0x6" }, { fragment_flags: [{ mask: 3, value: 3 }] }],
  [{ "fragment-flags": "reserved & !more-fragments" }, { fragment_flags: [{ mask: 5, value: 4 }] }],
  [{ "fragment-flags": "reserved | !reserved" }, {}],
  [{ "ip-options": ["any"] }, { ip_options: [range(0, 255)] }],
  [{ "ip-options": ["router-alert", "route-record", 68] }, { ip_options: [one(7), one(68), one(148)] }],
  [{ "ip-options-except": ["any"] }, { ip_options_except: [range(0, 255)] }],
  [
    { "ip-options": ["timestamp"], "ip-options-except": ["security", "131-137"] },
    { ip_options: [one(68)], ip_options_except: [range(130, 137)] },
  ],
];
const inet6: readonly ConditionRow[] = [
  [{ "next-header": ["tcp", "icmp6", 59] }, { protocols: [one(6), range(58, 59)] }],
  [{ "next-header-except": ["icmpv6"] }, { protocols: excepted([0, 57], [59, 255]) }],
  [{ "icmp-type": ["neighbor-solicit", "packet-too-big"] }, { icmp_types: [one(2), one(135)] }],
  [{ "icmp-type-except": ["echo-request", "echo-reply"] }, { icmp_types: excepted([0, 127], [130, 255]) }],
  [
    { "icmp-type": ["destination-unreachable"], "icmp-code": ["port-unreachable"] },
    { icmp_types: [one(1)], icmp_codes: [one(4)] },
  ],
  [{ "icmp-code-except": ["0-3"] }, { icmp_codes: [range(4, 255)] }],
  [{ "traffic-class": ["cs6", "000001"] }, { dscps: [one(1), one(48)] }],
  [{ "traffic-class-except": ["0-62"] }, { dscps: [one(63)] }],
  [{ "hop-limit": [255] }, { ttls: [one(255)] }],
  [{ "hop-limit-except": [255] }, { ttls: [range(0, 254)] }],
];

describe("conditions", () => {
  for (const [family, rows] of [
    ["inet", [...both, ...inet]],
    ["inet6", [...both, ...inet6]],
  ] as const) {
    for (const [from, becomes] of rows) {
      test(`${family} ${JSON.stringify(from)}`, () => {
        const [term] = attached(family, [{ name: "t", from }]).filter.terms;
        assert.deepEqual(term, {
          ...identity,
          filter_id: family === "inet" ? 1 : 4,
          ...noCondition,
          ...becomes,
          ...noAction,
        });
      });
    }
  }

  test("every condition of the schema stands in a row", () => {
    const tested = (rows: readonly ConditionRow[]): Set<string> => new Set(rows.flatMap(([from]) => Object.keys(from)));
    const addresses = [
      "source-address",
      "destination-address",
      "address",
      "source-prefix-list",
      "destination-prefix-list",
      "prefix-list",
    ];
    for (const [family, rows] of [
      ["inet", [...both, ...inet]],
      ["inet6", [...both, ...inet6]],
    ] as const) {
      assert.deepEqual([...tested(rows), ...addresses].toSorted(), statementsOf(`filter-from-${family}`).toSorted());
    }
  });
});

describe("address conditions", () => {
  const setOf = (family: Family, from: object, more: readonly Edit[] = []): string[] => {
    const { snapshot, filter } = attached(family, [{ name: "t", from }], more);
    const { source, destination, address } = filter.terms[0]!;
    const [set] = [source, destination, address].filter((list) => list.length > 0);
    return rangesOf(snapshot, set!);
  };

  test("stand for source, destination and either side", () => {
    const { snapshot, filter } = attached("inet", [
      {
        name: "t",
        from: { "source-address": ["10.0.0.0/8"], "destination-address": ["10.1.0.0/16"], address: ["10.2.0.0/16"] },
      },
      {
        name: "u",
        from: { "source-prefix-list": ["ours"], "destination-prefix-list": ["bogons"], "prefix-list": ["ours"] },
      },
    ]);
    assert.deepEqual(
      filter.terms.map(({ source, destination, address }) =>
        [source, destination, address].map((set) => rangesOf(snapshot, set)),
      ),
      [
        [["10.0.0.0-10.255.255.255"], ["10.1.0.0-10.1.255.255"], ["10.2.0.0-10.2.255.255"]],
        [["10.1.1.0-10.1.1.255"], ["10.0.0.0-10.255.255.255", "192.168.0.0-192.168.255.255"], ["10.1.1.0-10.1.1.255"]],
      ],
    );
  });

  test("the longest prefix decides, whatever the order", () => {
    const entries = [
      "10.1.1.0/24",
      { name: "10.1.0.0/16", except: true },
      "10.0.0.0/8",
      { name: "10.1.1.1", except: true },
    ];
    const expected = ["10.0.0.0-10.0.255.255", "10.1.1.0-10.1.1.0", "10.1.1.2-10.1.1.255", "10.2.0.0-10.255.255.255"];
    assert.deepEqual(setOf("inet", { "source-address": entries }), expected);
    assert.deepEqual(setOf("inet", { "source-address": entries.toReversed() }), expected);
  });

  test("prefixes and prefix lists of one condition decide together", () => {
    assert.deepEqual(
      setOf("inet", {
        "source-address": ["10.1.1.128/25"],
        "source-prefix-list": ["bogons", { name: "ours", except: true }],
      }),
      ["10.0.0.0-10.1.0.255", "10.1.1.128-10.255.255.255", "192.168.0.0-192.168.255.255"],
    );
  });

  test("where a prefix stands with and without except, except wins", () => {
    assert.deepEqual(
      setOf("inet", {
        "source-address": ["10.0.0.0/8", "11.0.0.0/8"],
        "source-prefix-list": [{ name: "bogons", except: true }],
      }),
      ["11.0.0.0-11.255.255.255"],
    );
  });

  test("a prefix list gives a filter the prefixes of its family", () => {
    assert.deepEqual(setOf("inet6", { "prefix-list": ["bogons"] }), ["fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]);
  });

  test("the whole family is no condition", () => {
    for (const [family, name] of [
      ["inet", "0.0.0.0/0"],
      ["inet6", "::/0"],
    ] as const) {
      const [term] = attached(family, [{ name: "t", from: { "source-address": [name], address: [name] } }]).filter
        .terms;
      assert.deepEqual([term!.source, term!.address], [[], []]);
    }
    assert.deepEqual(setOf("inet", { "source-address": ["0.0.0.0/0", { name: "10.0.0.0/8", except: true }] }), [
      "0.0.0.0-9.255.255.255",
      "11.0.0.0-255.255.255.255",
    ]);
  });

  test("a term that no packet can match is left out, but for its counter and budget; the others keep their numbers", () => {
    const nothing = [
      { "source-address": [{ name: "10.0.0.0/8", except: true }] },
      { "source-prefix-list": ["empty"] },
      { "destination-prefix-list": ["six"] },
      { "prefix-list": [{ name: "bogons", except: true }] },
      { address: ["10.0.0.0/8"], "prefix-list": [{ name: "bogons", except: true }] },
    ];
    const { snapshot, filter } = attached(
      "inet",
      [
        ...nothing.map((from, index) => ({
          name: `t${index}`,
          from,
          then: { discard: true, count: "never", policer: "p1m" },
        })),
        { name: "last" },
      ],
      [
        ["policy-options.prefix-list[2]", { name: "empty", prefix: [] }],
        ["policy-options.prefix-list[3]", { name: "six", prefix: ["2001:db8::/32"] }],
      ],
    );
    assert.deepEqual(
      filter.terms.map(({ term, term_id }) => [term, term_id]),
      [["last", 6]],
    );
    assert.deepEqual(snapshot.filter_counters, ["f/never"]);
    assert.deepEqual(
      snapshot.policers.map(({ name }) => name),
      nothing.map((_, index) => `p1m/f/t${index}`),
    );
  });

  test("the same addresses are one set, also that of a policy", () => {
    const { snapshot, filter } = attached("inet", [
      { name: "t", from: { "source-address": ["192.0.2.80"], "destination-address": ["192.0.2.80/32"] } },
    ]);
    const web = snapshot.policy_sets[0]!.rules.find(({ name }) => name === "own-out")!.destination;
    assert.deepEqual([filter.terms[0]!.source, filter.terms[0]!.destination], [web, web]);
  });

  test("matchedRanges holds just the addresses whose longest prefix is not excepted", () => {
    const prefix = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 12 }), (list) => {
        const entries = list.map(([host, length, except]) => {
          const { value } = parsePrefix(`10.0.0.${host}`)!;
          return { range: prefixRange({ family: "inet", value, length, hostBits: false }), length, except };
        });
        const ranges = matchedRanges(entries);
        for (let host = 0; host < 256; host++) {
          const { value } = parsePrefix(`10.0.0.${host}`)!;
          const around = entries.filter(({ range: { low, high } }) => low <= value && value <= high);
          const longest = Math.max(...around.map(({ length }) => length));
          const deciding = around.filter(({ length }) => length === longest);
          const expected = deciding.length > 0 && deciding.every(({ except }) => !except);
          assert.equal(
            ranges.some(({ low, high }) => low <= value && value <= high),
            expected,
          );
        }
        ranges.forEach(({ low, high }, index) => {
          assert.ok(low <= high && (index === 0 || ranges[index - 1]!.high + 1n < low));
        });
      }),
      { numRuns: 300 },
    );
  });
});

type ActionRow = readonly [then: object, becomes: Partial<SnapshotFilterTerm>];
const rejects = (reasons: string): ActionRow[] =>
  reasons.split(" ").map((reason, code) => [{ reject: reason }, { action: "reject", reject_code: code }]);
const actions: Readonly<Record<Family, readonly ActionRow[]>> = {
  inet: [
    [{ accept: true }, {}],
    [{ discard: true }, { action: "discard" }],
    [{ next: "term" }, { action: "next" }],
    [{ reject: true }, { action: "reject", reject_code: 13 }],
    [{ reject: "tcp-reset" }, { action: "reject", reject_code: -1 }],
    ...rejects(
      "network-unreachable host-unreachable protocol-unreachable port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown source-host-isolated network-prohibited host-prohibited bad-network-tos bad-host-tos administratively-prohibited precedence-violation precedence-cutoff",
    ),
    [{ count: "c" }, { counter: 0 }],
    [{ log: true }, { log: true }],
    [{ syslog: true }, { log: true }],
    [
      { log: true, "log-rate": { limit: 9, burst: 3 } },
      { log: true, log_rate: 9, log_burst: 3 },
    ],
    [
      { log: true, "log-rate": { limit: "unlimited" } },
      { log: true, log_rate: 0 },
    ],
    [
      { log: true, syslog: true, discard: true },
      { log: true, action: "discard" },
    ],
    [{ policer: "p1m" }, { policer: 0 }],
    [{ "three-color-policer": { "single-rate": "colors" } }, { policer: 0 }],
    [{ "three-color-policer": { "two-rate": "two" } }, { policer: 0 }],
    [{ "forwarding-class": "best-effort" }, { set_forwarding_class: 0 }],
    [{ "forwarding-class": "bulk" }, { set_forwarding_class: 4 }],
    [{ "loss-priority": "low" }, { set_loss_priority: 0 }],
    [{ "loss-priority": "medium-low" }, { set_loss_priority: 1 }],
    [{ "loss-priority": "medium-high" }, { set_loss_priority: 2 }],
    [{ "loss-priority": "high" }, { set_loss_priority: 3 }],
    [{ dscp: "ef" }, { set_dscp: 46 }],
    [{ dscp: 0 }, { set_dscp: 0 }],
    [{ dscp: "000011" }, { set_dscp: 3 }],
    [{ "routing-instance": "blue" }, { routing_instance: 1 }],
    [
      { "routing-instance": "default", next: "term" },
      { routing_instance: 0, action: "next" },
    ],
  ],
  inet6: [
    [{ reject: true }, { action: "reject", reject_code: 1 }],
    [{ reject: "tcp-reset" }, { action: "reject", reject_code: -1 }],
    ...rejects(
      "no-route administratively-prohibited beyond-scope address-unreachable port-unreachable policy-failed reject-route",
    ),
    [{ "traffic-class": "af11" }, { set_dscp: 10 }],
    [
      { "routing-instance": "blue", log: true, count: "c" },
      { routing_instance: 1, log: true, counter: 0 },
    ],
  ],
};

describe("actions", () => {
  for (const family of ["inet", "inet6"] as const) {
    for (const [then, becomes] of actions[family]) {
      test(`${family} ${JSON.stringify(then)}`, () => {
        const [term] = attached(family, [{ name: "t", then }]).filter.terms;
        const filter_id = family === "inet" ? 1 : 4;
        assert.deepEqual(term, { ...identity, filter_id, ...noCondition, ...noAction, ...becomes });
      });
    }
  }

  test("every action of the schema stands in a row", () => {
    const tested = new Set(actions.inet.flatMap(([then]) => Object.keys(then)));
    assert.deepEqual([...tested].toSorted(), statementsOf("filter-then-inet").toSorted());
    const six = new Set([...tested, ...actions.inet6.flatMap(([then]) => Object.keys(then))]);
    six.delete("dscp");
    assert.deepEqual([...six].toSorted(), statementsOf("filter-then-inet6").toSorted());
  });
});

const two = (name: string, more: object = {}): object => ({
  name,
  "if-exceeding": { "bandwidth-limit": "1m", "burst-size-limit": "15k" },
  ...more,
});
/** counting: a filter whose term counts, and may use a policer. */
const counting = (name: string, more: object = {}, then: object = {}): object => ({
  name,
  ...more,
  term: [{ name: "t", then: { count: "c", ...then } }],
});

/** places compiles filters attached at two units, ge-0/0/0.0 (id 1) and ge-0/0/1.10 (id 2), and on lo0. */
function places(filters: object, attachments: Readonly<Record<string, object>>, more: readonly Edit[] = []): Snapshot {
  return snapshotOf([
    [`${UNIT}.inet.filter`, attachments["first"]],
    [`${UNIT}.inet6.filter`, attachments["first6"]],
    ["interfaces.ge-0/0/1.unit.10.family.inet.filter", attachments["second"]],
    ["interfaces.ge-0/0/1.unit.10.family.inet6", attachments["second6"] && { filter: attachments["second6"] }],
    ["interfaces.lo0.unit.0.family", { inet: {}, inet6: {} }],
    ["interfaces.lo0.unit.0.family.inet.filter", attachments["host"]],
    ["interfaces.lo0.unit.0.family.inet6.filter", attachments["host6"]],
    ["firewall.family", filters],
    ...more,
  ]);
}
const attachedAt = ({ units }: Snapshot): number[][] =>
  units.map((unit) => [unit.filter_input, unit.filter_output, unit.filter_input6, unit.filter_output6]);
const namesOf = ({ filters }: Snapshot): string[] => filters.map(({ family, name }) => `${family} ${name}`);
const uses = ({ filters, filter_counters, policers }: Snapshot): string[] =>
  filters.flatMap(({ name, terms }) =>
    terms.map(
      ({ counter, policer, filter, term }) =>
        `${name}: ${filter} ${term}, ${filter_counters[counter] ?? "-"}, ${policers[policer]?.name ?? "-"}`,
    ),
  );

describe("attached filters", () => {
  const inet = (...filter: object[]): object => ({ inet: { filter } });

  test("a filter is one wherever it is attached, with its counters", () => {
    const snapshot = places(inet(counting("f"), counting("unused")), {
      first: { input: "f", output: "f" },
      second: { output: "f" },
      host: { input: "f" },
    });
    assert.deepEqual(namesOf(snapshot), ["2 f"]);
    assert.deepEqual(attachedAt(snapshot), [
      [1, 1, 0, 0],
      [0, 1, 0, 0],
    ]);
    assert.deepEqual(snapshot.instances[0]!.filter_host, 1);
    assert.deepEqual(snapshot.filter_counters, ["f/c"]);
  });

  test("an interface-specific filter is another one at each place, with counters of its own", () => {
    const snapshot = places(inet(counting("f", { "interface-specific": true })), {
      first: { input: "f", output: "f" },
      second: { input: "f" },
      host: { input: "f" },
    });
    assert.deepEqual(namesOf(snapshot), ["2 f-ge-0/0/0.0-i", "2 f-ge-0/0/0.0-o", "2 f-ge-0/0/1.10-i", "2 f-lo0.0-i"]);
    assert.deepEqual(attachedAt(snapshot), [
      [1, 2, 0, 0],
      [3, 0, 0, 0],
    ]);
    assert.deepEqual(snapshot.instances[0]!.filter_host, 4);
    assert.deepEqual(
      snapshot.filter_counters,
      snapshot.filters.map(({ name }) => `${name}/c`),
    );
  });

  test("lists are joined in order, and each place has its own counters; terms keep the filter they are written in", () => {
    const snapshot = places(
      {
        inet: { filter: [counting("a"), counting("b", { "interface-specific": true })] },
        inet6: { filter: [counting("c"), counting("d")] },
      },
      {
        first: { "input-list": ["b", "a"], "output-list": ["a"] },
        first6: { "input-list": ["c", "d"], "output-list": ["d"] },
        host: { "input-list": ["a", "b"] },
      },
    );
    assert.deepEqual(namesOf(snapshot), [
      "2 ge-0/0/0.0-i",
      "2 ge-0/0/0.0-o",
      "10 ge-0/0/0.0-inet6-i",
      "10 ge-0/0/0.0-inet6-o",
      "2 lo0.0-i",
    ]);
    assert.deepEqual(uses(snapshot), [
      "ge-0/0/0.0-i: b t, ge-0/0/0.0-i/c, -",
      "ge-0/0/0.0-i: a t, ge-0/0/0.0-i/c, -",
      "ge-0/0/0.0-o: a t, ge-0/0/0.0-o/c, -",
      "ge-0/0/0.0-inet6-i: c t, ge-0/0/0.0-inet6-i/c, -",
      "ge-0/0/0.0-inet6-i: d t, ge-0/0/0.0-inet6-i/c, -",
      "ge-0/0/0.0-inet6-o: d t, ge-0/0/0.0-inet6-o/c, -",
      "lo0.0-i: a t, lo0.0-i/c, -",
      "lo0.0-i: b t, lo0.0-i/c, -",
    ]);
    assert.deepEqual(
      snapshot.filters[0]!.terms.map(({ filter_id, term_id }) => [filter_id, term_id]),
      [
        [2, 1],
        [1, 1],
      ],
    );
  });

  test("a filter in a term stands there with its own terms, its counters those of the filter around it", () => {
    const inner = {
      name: "inner",
      term: [
        { name: "x", then: { count: "x", next: "term" } },
        { name: "y", filter: "last" },
      ],
    };
    const outer = {
      name: "outer",
      term: [
        { name: "a", then: { next: "term" } },
        { name: "b", filter: "inner" },
        { name: "c", then: { discard: true } },
        { name: "d", filter: "last" },
      ],
    };
    const snapshot = places(inet(outer, inner, counting("last")), {
      first: { input: "outer" },
      second: { input: "inner" },
    });
    assert.deepEqual(namesOf(snapshot), ["2 outer", "2 inner"]);
    assert.deepEqual(
      snapshot.filters.map(({ terms }) => terms.map(({ filter_id, term_id, action }) => [filter_id, term_id, action])),
      [
        [
          [1, 1, "next"],
          [2, 1, "next"],
          [3, 1, "accept"],
          [1, 3, "discard"],
          [3, 1, "accept"],
        ],
        [
          [2, 1, "next"],
          [3, 1, "accept"],
        ],
      ],
    );
    assert.deepEqual(snapshot.filter_counters, ["outer/x", "outer/c", "inner/x", "inner/c"]);
  });

  test("instances without a unit of lo0 have the filters of the default one's", () => {
    const instance = (name: string, unit?: string): object => ({
      name,
      "instance-type": "virtual-router",
      ...(unit === undefined ? {} : { interface: [unit] }),
    });
    const snapshot = places(
      { inet: { filter: [counting("all"), counting("own")] }, inet6: { filter: [counting("six")] } },
      { host: { input: "all" }, host6: { input: "six" } },
      [
        ["interfaces.lo0.unit.1", { family: { inet: { filter: { input: "own" } } } }],
        ["interfaces.lo0.unit.2", {}],
        ["routing-instances", [instance("blue", "lo0.1"), instance("red"), instance("green", "lo0.2")]],
        ["routing-options", undefined],
      ],
    );
    assert.deepEqual(
      snapshot.instances.map(({ name, filter_host, filter_host6 }) => [name, filter_host, filter_host6]),
      [
        ["inet.0", 1, 2],
        ["blue", 3, 0],
        ["red", 1, 2],
        ["green", 0, 0],
      ],
    );
    assert.deepEqual(namesOf(snapshot), ["2 all", "10 six", "2 own"]);
  });
});

describe("policers", () => {
  const budgets = (policer: object, kind = "policer"): unknown => {
    const name = kind === "policer" ? "p" : "single-rate" in policer ? "s" : "t";
    const then =
      kind === "policer"
        ? { policer: name }
        : { "three-color-policer": { [name === "s" ? "single-rate" : "two-rate"]: name } };
    const snapshot = places({ inet: { filter: [counting("f", {}, then)] } }, { first: { input: "f" } }, [
      ["firewall.policer", undefined],
      ["firewall.three-color-policer", undefined],
      [`firewall.${kind}`, [{ name, ...policer }]],
    ]);
    assert.equal(snapshot.policers.length, 1);
    const { name: full, ...budget } = snapshot.policers[0]!;
    assert.equal(full, `${name}/f/t`);
    return budget;
  };
  const bits = { "if-exceeding": { "bandwidth-limit": "10m", "burst-size-limit": 15000 } };
  const none = {
    rate2: 0,
    burst2: 0,
    color_aware: false,
    exceed_discard: false,
    exceed_loss_priority: -1,
    exceed_forwarding_class: -1,
  };
  const tenMegabits = { kind: "two-color", unit: "bits", rate: 10_000_000, burst: 15_000, ...none };

  for (const [what, policer, budget] of [
    ["without then: discard", bits, { ...tenMegabits, exceed_discard: true }],
    ["discard", { ...bits, then: { discard: true } }, { ...tenMegabits, exceed_discard: true }],
    [
      "loss priority",
      { ...bits, then: { "loss-priority": "medium-low" } },
      { ...tenMegabits, exceed_loss_priority: 1 },
    ],
    [
      "loss priority and forwarding class",
      { ...bits, then: { "loss-priority": "high", "forwarding-class": "bulk" } },
      { ...tenMegabits, exceed_loss_priority: 3, exceed_forwarding_class: 4 },
    ],
    [
      "out of profile: as loss priority high",
      { ...bits, then: { "out-of-profile": true } },
      { ...tenMegabits, exceed_loss_priority: 3 },
    ],
    [
      "packets",
      { "if-exceeding-pps": { "pps-limit": "1k", "packet-burst": 100 } },
      { ...tenMegabits, unit: "packets", rate: 1000, burst: 100, exceed_discard: true },
    ],
  ] as const) {
    test(`a policer, ${what}`, () => {
      assert.deepEqual(budgets(policer), budget);
    });
  }

  const single = { "committed-information-rate": "1m", "committed-burst-size": "15k", "excess-burst-size": "30k" };
  const double = {
    "committed-information-rate": "1m",
    "committed-burst-size": "15k",
    "peak-information-rate": "2m",
    "peak-burst-size": "40k",
  };
  const action = { "loss-priority": [{ name: "high", then: { discard: true } }] };
  for (const [what, policer, budget] of [
    [
      "single rate, blind, marking",
      { "single-rate": single },
      { kind: "single-rate", unit: "bits", rate: 1_000_000, burst: 15_000, ...none, burst2: 30_000 },
    ],
    [
      "single rate, aware, discarding",
      { "single-rate": { ...single, "color-aware": true }, action },
      {
        kind: "single-rate",
        unit: "bits",
        rate: 1_000_000,
        burst: 15_000,
        ...none,
        burst2: 30_000,
        color_aware: true,
        exceed_discard: true,
      },
    ],
    [
      "two rates, blind as said",
      { "two-rate": { ...double, "color-blind": true } },
      { kind: "two-rate", unit: "bits", rate: 1_000_000, burst: 15_000, ...none, rate2: 2_000_000, burst2: 40_000 },
    ],
  ] as const) {
    test(`a three-color policer, ${what}`, () => {
      assert.deepEqual(budgets(policer, "three-color-policer"), budget);
    });
  }

  /** shared compiles filters f and g, used at two units in both directions, whose terms use one policer. */
  const shared = (sharing: object, specific: object = {}): Snapshot => {
    const terms = (...names: string[]): object => ({
      term: names.map((name) => ({ name, then: { policer: "p", next: "term" } })),
    });
    return places(
      {
        inet: {
          filter: [
            { name: "f", ...specific, ...terms("a", "b") },
            { name: "g", ...terms("a") },
          ],
        },
        inet6: { filter: [{ name: "six", ...terms("a") }] },
      },
      {
        first: { input: "f", "output-list": ["f", "g"] },
        first6: { input: "six" },
        second: { input: "f", output: "g" },
      },
      [
        ["firewall.policer", [two("p", sharing)]],
        ["firewall.three-color-policer", undefined],
      ],
    );
  };

  test("have a budget for each term of an attached filter", () => {
    const snapshot = shared({});
    assert.deepEqual(uses(snapshot), [
      "f: f a, -, p/f/a",
      "f: f b, -, p/f/b",
      "ge-0/0/0.0-o: f a, -, p/ge-0/0/0.0-o/f:a",
      "ge-0/0/0.0-o: f b, -, p/ge-0/0/0.0-o/f:b",
      "ge-0/0/0.0-o: g a, -, p/ge-0/0/0.0-o/g:a",
      "six: six a, -, p/six/a",
      "g: g a, -, p/g/a",
    ]);
    assert.deepEqual(attachedAt(snapshot), [
      [1, 2, 3, 0],
      [1, 4, 0, 0],
    ]);
  });

  test("of an interface-specific filter have one at each place", () => {
    assert.deepEqual(uses(shared({}, { "interface-specific": true })).slice(0, 2), [
      "f-ge-0/0/0.0-i: f a, -, p/f-ge-0/0/0.0-i/a",
      "f-ge-0/0/0.0-i: f b, -, p/f-ge-0/0/0.0-i/b",
    ]);
    assert.deepEqual(
      shared({}, { "interface-specific": true })
        .policers.map(({ name }) => name)
        .filter((name) => name.startsWith("p/f-")),
      ["p/f-ge-0/0/0.0-i/a", "p/f-ge-0/0/0.0-i/b", "p/f-ge-0/0/1.10-i/a", "p/f-ge-0/0/1.10-i/b"],
    );
  });

  test("that are filter-specific have one for each attached filter", () => {
    assert.deepEqual(uses(shared({ "filter-specific": true })), [
      "f: f a, -, p/f",
      "f: f b, -, p/f",
      "ge-0/0/0.0-o: f a, -, p/ge-0/0/0.0-o",
      "ge-0/0/0.0-o: f b, -, p/ge-0/0/0.0-o",
      "ge-0/0/0.0-o: g a, -, p/ge-0/0/0.0-o",
      "six: six a, -, p/six",
      "g: g a, -, p/g",
    ]);
  });

  test("of logical interfaces have one for each unit, over families and directions", () => {
    const snapshot = shared({ "logical-interface-policer": true });
    assert.deepEqual(uses(snapshot), [
      "f-ge-0/0/0.0: f a, -, p/ge-0/0/0.0",
      "f-ge-0/0/0.0: f b, -, p/ge-0/0/0.0",
      "ge-0/0/0.0-o: f a, -, p/ge-0/0/0.0",
      "ge-0/0/0.0-o: f b, -, p/ge-0/0/0.0",
      "ge-0/0/0.0-o: g a, -, p/ge-0/0/0.0",
      "six-ge-0/0/0.0: six a, -, p/ge-0/0/0.0",
      "f-ge-0/0/1.10: f a, -, p/ge-0/0/1.10",
      "f-ge-0/0/1.10: f b, -, p/ge-0/0/1.10",
      "g-ge-0/0/1.10: g a, -, p/ge-0/0/1.10",
    ]);
  });

  test("of logical interfaces do not part the counters of a shared filter", () => {
    const snapshot = places(
      { inet: { filter: [counting("f", {}, { policer: "p" })] } },
      { first: { input: "f", output: "f" }, second: { input: "f" } },
      [
        ["firewall.policer", [two("p", { "logical-interface-policer": true })]],
        ["firewall.three-color-policer", undefined],
      ],
    );
    assert.deepEqual(uses(snapshot), [
      "f-ge-0/0/0.0: f t, f/c, p/ge-0/0/0.0",
      "f-ge-0/0/1.10: f t, f/c, p/ge-0/0/1.10",
    ]);
    assert.deepEqual(attachedAt(snapshot), [
      [1, 1, 0, 0],
      [2, 0, 0, 0],
    ]);
  });

  test("a term that stands twice in an attached filter has one budget", () => {
    const twice = {
      name: "twice",
      term: [
        { name: "x", filter: "f" },
        { name: "y", filter: "f" },
      ],
    };
    const snapshot = places(
      { inet: { filter: [twice, counting("f", {}, { policer: "p", next: "term" })] } },
      { first: { input: "twice" } },
      [
        ["firewall.policer", [two("p")]],
        ["firewall.three-color-policer", undefined],
      ],
    );
    assert.deepEqual(uses(snapshot), ["twice: f t, twice/c, p/twice/f:t", "twice: f t, twice/c, p/twice/f:t"]);
  });

  test("names that do not fit end with what tells them apart", () => {
    const long = (letter: string): string => letter.repeat(63);
    const device = `eth${"5".repeat(54)}`;
    const snapshot = snapshotOf([
      [
        `interfaces.${device}`,
        { device: "eth5", unit: { 16384: { family: { inet: { filter: { input: long("f") } } } } } },
      ],
      ["security.zones.security-zone[0].interfaces[1]", `${device}.16384`],
      ["firewall.policer[2]", two(long("p"))],
      [
        `${INET}[3]`,
        {
          name: long("f"),
          "interface-specific": true,
          term: [long("t"), `${"t".repeat(62)}u`].map((name) => ({ name, then: { policer: long("p"), next: "term" } })),
        },
      ],
    ]);
    const names = snapshot.policers.map(({ name }) => name).filter((name) => name.startsWith("pppp"));
    assert.deepEqual(
      names.map((name) => [name.length, name.slice(0, 64), /~[0-9a-f]{16}$/.test(name)]),
      [
        [255, `${long("p")}/`, true],
        [255, `${long("p")}/`, true],
      ],
    );
    assert.notEqual(names[0], names[1]);
  });
});

test("the helper takes every condition and action as it is compiled", () => {
  const terms = (family: Family, rows: readonly ConditionRow[]): object[] => [
    ...rows.map(([from], index) => ({ name: `c${index}`, from, then: { next: "term" } })),
    ...actions[family].map(([then], index) => ({ name: `a${index}`, then })),
    {
      name: "addresses",
      from: {
        "source-prefix-list": ["bogons", { name: "ours", except: true }],
        "destination-prefix-list": ["bogons"],
        "prefix-list": ["bogons"],
      },
    },
  ];
  const snapshot = snapshotOf([
    [`${UNIT}.inet.filter`, { input: "four" }],
    [`${UNIT}.inet6.filter`, { input: "six" }],
    [`${INET}[3]`, { name: "four", "interface-specific": true, term: terms("inet", [...both, ...inet]) }],
    ["firewall.family.inet6.filter[1]", { name: "six", term: terms("inet6", [...both, ...inet6]) }],
    ["routing-instances[1]", { name: "red", "instance-type": "forwarding" }],
    [
      "routing-instances[1].routing-options.static.route",
      [
        { name: "0.0.0.0/0", "next-hop": ["192.0.2.9"] },
        { name: "::/0", "next-table": "blue.inet6.0" },
      ],
    ],
  ]);
  const tool = new URL("build/release/tools/snapshot-check", repository);
  const run = spawnSync(fileURLToPath(tool), { input: encodeSnapshot(snapshot) });
  if (run.error) throw run.error;
  const answer = JSON.parse(run.stdout.toString("utf8")) as { ok: boolean; path?: string; message?: string };
  assert.ok(answer.ok, `${answer.path ?? ""}: ${answer.message ?? ""}`);
});

test("forwarding classes: the default ones, then own ones; a default one keeps its number in another queue", () => {
  const names = (list: { name: string; queue: number; id: number }[]): string[] =>
    list.map(({ id, name, queue }) => `${id} ${name} ${queue}`);
  const defaults = ["0 best-effort 0", "1 expedited-forwarding 1", "2 assured-forwarding 2", "3 network-control 3"];
  assert.deepEqual(names(forwardingClasses(undefined)), defaults);
  assert.deepEqual(
    names(
      forwardingClasses({
        "forwarding-classes": {
          class: [
            { name: "voice", "queue-num": 5 },
            { name: "network-control", "queue-num": 7 },
            { name: "bulk", "queue-num": 5 },
          ],
        },
      }),
    ),
    [...defaults.slice(0, 3), "3 network-control 7", "4 voice 5", "5 bulk 5"],
  );
});

describe("number ranges", () => {
  const ranges = fc
    .array(fc.tuple(fc.nat(40), fc.nat(10)), { maxLength: 8 })
    .map((list) => list.map(([low, length]) => range(low, Math.min(40, low + length))));
  const numbers = (list: readonly NumberRange[]): number[] =>
    Array.from({ length: 41 }, (_, value) => value).filter((value) => holdsNumber(list, value));

  test("merge, complement and intersection hold the numbers they should, sorted and apart", () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [left, right] = [mergeNumbers(a), mergeNumbers(b)];
        assert.deepEqual(numbers(left), numbers(a));
        assert.deepEqual(
          numbers(complementNumbers(left, 40)),
          numbers([range(0, 40)]).filter((value) => !holdsNumber(a, value)),
        );
        assert.deepEqual(
          numbers(intersectNumbers(left, right)),
          numbers(a).filter((value) => holdsNumber(b, value)),
        );
        for (const list of [left, complementNumbers(left, 40), mergeNumbers(intersectNumbers(left, right))]) {
          list.forEach(({ low, high }, index) => {
            assert.ok(low <= high && (index === 0 || list[index - 1]!.high + 1 < low));
          });
        }
      }),
    );
  });
});

describe("flag expressions", () => {
  type Tree = { readonly text: string; readonly holds: (flags: number) => boolean };
  const names = Array.from(tcpFlags.names, ([name, bit]): Tree => ({
    text: name,
    holds: (flags) => (flags & bit) !== 0,
  }));
  const hex = fc
    .integer({ min: 1, max: 255 })
    .map((bits): Tree => ({ text: `0x${bits.toString(16)}`, holds: (flags) => (flags & bits) === bits }));
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...names),
      hex,
      tie("tree").map((inner): Tree => ({ text: `!(${inner.text})`, holds: (flags) => !inner.holds(flags) })),
      fc.tuple(tie("tree"), tie("tree"), fc.constantFrom(" & ", "+")).map(([a, b, and]): Tree => ({
        text: `(${a.text})${and}(${b.text})`,
        holds: (flags) => a.holds(flags) && b.holds(flags),
      })),
      fc.tuple(tie("tree"), tie("tree"), fc.constantFrom(" | ", ",")).map(([a, b, or]): Tree => ({
        text: `(${a.text})${or}(${b.text})`,
        holds: (flags) => a.holds(flags) || b.holds(flags),
      })),
    ),
  }));

  test("become masks and values of which exactly one fits where the expression holds", () => {
    fc.assert(
      fc.property(
        tree.filter(({ text: expression }) => expression.length <= 255),
        ({ text: expression, holds }) => {
          const matches = flagMatches(parseFlags(expression, tcpFlags));
          for (let flags = 0; flags < 256; flags++) {
            const fitting = matches.filter(({ mask, value }) => (flags & mask) === value).length;
            assert.equal(fitting, holds(flags) ? 1 : 0, `${expression} of ${flags}`);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("not binds tighter than and, and tighter than or", () => {
    const same = (a: string, b: string): void => {
      assert.deepEqual(flagMatches(parseFlags(a, tcpFlags)), flagMatches(parseFlags(b, tcpFlags)), a);
    };
    same("!syn & ack", "(!syn) & ack");
    same("syn | ack & rst", "syn | (ack & rst)");
    same("syn & ack | rst", "(syn & ack) | rst");
    same("!!syn", "syn");
    same("syn,ack", "ack|syn");
    same(" syn+ack ", "ack&syn");
    same("syn & (ack | !ack)", "syn");
  });

  test("of fragments have three flags", () => {
    assert.deepEqual(flagMatches(parseFlags("0xe", fragmentFlags)), [{ mask: 7, value: 7 }]);
    assert.deepEqual(flagMatches(parseFlags("0x8 | 0x2", fragmentFlags)), [
      { mask: 1, value: 1 },
      { mask: 5, value: 4 },
    ]);
  });
});

test("quantities are whole numbers with k, m or g", () => {
  for (const [value, quantity] of [
    [0, 0],
    ["15k", 15_000],
    ["10m", 10_000_000],
    ["1000g", 1_000_000_000_000],
    ["1500", 1500],
    ["1.5k", undefined],
    ["k", undefined],
    ["1K", undefined],
    ["1 k", undefined],
    ["01", undefined],
    ["-1", undefined],
    ["9999999999999g", undefined],
    [1.5, undefined],
    [-1, undefined],
  ] as const)
    assert.equal(parseQuantity(value), quantity, String(value));
});
