// Class of service: what the helper is told, and what is refused. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { compileConfig } from "../../daemon/src/config/compile.js";
import { classified, classOfService } from "./class-of-service-tree.js";
import { configOf, edited, errorsOf, type Edit } from "./tree.js";

const COS = "class-of-service";
const base: readonly Edit[] = [[COS, classOfService]];
const snapshotOf = (edits: readonly Edit[]) => compileConfig(configOf(edits), 1).snapshot;
const point = (dscp: number, forwarding_class: number, loss_priority: number) => ({
  dscp,
  forwarding_class,
  loss_priority,
});
const byDscp = <T extends { readonly dscp: number }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => a.dscp - b.dscp);

describe("what the helper is told", () => {
  test("the default classes come before own ones, and without more nobody uses them", () => {
    const snapshot = snapshotOf([]);
    assert.deepEqual(snapshot.forwarding_classes, [
      { name: "best-effort", queue: 0 },
      { name: "expedited-forwarding", queue: 1 },
      { name: "assured-forwarding", queue: 2 },
      { name: "network-control", queue: 3 },
      { name: "bulk", queue: 4 },
    ]);
    assert.deepEqual([snapshot.classifiers, snapshot.rewrites], [[], []]);
    for (const port of snapshot.ports) assert.deepEqual([port.shaping_rate, port.queues], [0, []]);
    for (const { classifier, classifier6, rewrite, rewrite6 } of snapshot.units)
      assert.deepEqual([classifier, classifier6, rewrite, rewrite6], [0, 0, 0, 0]);
  });

  test("a classifier holds its own code points over those it imports", () => {
    const snapshot = snapshotOf(base);
    assert.deepEqual(snapshot.forwarding_classes.at(-1), { name: "bulk", queue: 5 });
    assert.deepEqual(byDscp(snapshot.classifiers[snapshot.units[0]!.classifier - 1]!.code_points), [
      point(1, 0, 0), // again: mine
      point(8, 4, 3), // office
      point(10, 2, 0), // default: af11
      point(11, 4, 3), // office: 001011
      point(12, 2, 3),
      point(14, 2, 3),
      point(46, 0, 0), // again: ef
      point(48, 3, 0),
      point(56, 3, 0),
    ]);
    assert.deepEqual(snapshot.classifiers[snapshot.units[0]!.classifier6 - 1]!.code_points, [point(6, 4, 0)]);
    assert.deepEqual(byDscp(snapshot.classifiers[snapshot.units[1]!.classifier - 1]!.code_points), [
      point(10, 2, 0),
      point(12, 2, 3),
      point(14, 2, 3),
      point(46, 1, 0),
      point(48, 3, 0),
      point(56, 3, 0),
    ]);
    assert.equal(snapshot.units[1]!.classifier6, 0);
  });

  test("a rewrite rule holds its own code points over those it imports", () => {
    const snapshot = snapshotOf(base);
    const { rewrite, rewrite6 } = snapshot.units[1]!;
    const byClass = snapshot.rewrites[rewrite - 1]!.marks.toSorted(
      (a, b) => a.forwarding_class - b.forwarding_class || a.loss_priority - b.loss_priority,
    );
    assert.deepEqual(byClass, [
      point(8, 0, 0), // out: cs1
      point(0, 0, 3),
      point(46, 1, 0),
      point(46, 1, 3),
      point(10, 2, 0),
      point(12, 2, 3),
      point(48, 3, 0),
      point(56, 3, 3),
      point(1, 4, 3), // out: mine
    ]);
    assert.deepEqual(snapshot.rewrites[rewrite6 - 1]!.marks, [point(6, 4, 0)]);
    assert.deepEqual([snapshot.units[0]!.rewrite, snapshot.units[0]!.rewrite6], [0, 0]);
  });

  test("an interface with a scheduler map has eight queues, those of no scheduler served last", () => {
    const snapshot = snapshotOf(base);
    const last = { priority: "low", rate: 0, exact: false };
    assert.deepEqual(snapshot.ports[0]!.queues, []);
    assert.equal(snapshot.ports[1]!.shaping_rate, 10_000_000);
    assert.deepEqual(snapshot.ports[1]!.queues, [
      last,
      { priority: "strict-high", rate: 1_000_000, exact: true },
      { priority: "medium-high", rate: 5_000_000, exact: false },
      last,
      last,
      last, // bulk, by scheduler rest
      last,
      last,
    ]);
  });

  test("a scheduler map at an interface's only unit is one at the interface", () => {
    const moved = snapshotOf([
      ...base,
      [`${COS}.interfaces.ge-0/0/1.scheduler-map`, undefined],
      [`${COS}.interfaces.ge-0/0/1.unit.10.scheduler-map`, "wan"],
    ]);
    assert.deepEqual(moved.ports, snapshotOf(base).ports);
  });

  test("what nobody uses is not sent", () => {
    assert.equal(snapshotOf(base).classifiers.length, 3);
    assert.equal(snapshotOf([...base, [`${COS}.interfaces.ge-0/0/0`, undefined]]).classifiers.length, 1);
  });
});

type Row = readonly [what: string, edits: readonly Edit[], errors: readonly string[]];
const OFFICE = `${COS}.classifiers.dscp[0]`;
const OUT = `${COS}.rewrite-rules.dscp[0]`;
const WAN = `${COS}.scheduler-maps[0]`;
const IN = `${COS}.interfaces.ge-0/0/0`;
const EX = `${COS}.interfaces.ge-0/0/1`;

const table: readonly Row[] = [
  ["nothing is wrong with the base", [], []],
  [
    "an alias for what is a code point already",
    [
      [`${COS}.code-point-aliases.dscp[1]`, { name: "ef", bits: "000000" }],
      [`${COS}.code-point-aliases.dscp[2]`, { name: "mine", bits: "000000" }],
    ],
    [
      `${COS}.code-point-aliases.dscp[1].name: 'ef' is a code point already`,
      `${COS}.code-point-aliases.dscp[2].name: code point alias 'mine' exists already`,
    ],
  ],
  [
    "an alias of the other family",
    [[`${OFFICE}.forwarding-class[0].loss-priority[0].code-points[0]`, "six"]],
    [`${OFFICE}.forwarding-class[0].loss-priority[0].code-points[0]: no code point named 'six'`],
  ],
  [
    "a code point for two classes",
    [[`${OFFICE}.forwarding-class[1]`, classified("network-control", ["cs1"])]],
    [`${OFFICE}.forwarding-class[1].loss-priority[0].code-points[0]: code point 'cs1' stands for bulk, high already`],
  ],
  [
    "a class and a loss priority that stand twice",
    [
      [`${OFFICE}.forwarding-class[1]`, classified("bulk", ["cs2"])],
      [`${OUT}.forwarding-class[0].loss-priority[1]`, { name: "high", "code-point": "cs2" }],
    ],
    [
      `${OFFICE}.forwarding-class[1].name: forwarding class 'bulk' stands here twice`,
      `${OUT}.forwarding-class[0].loss-priority[1].name: loss priority 'high' stands here twice`,
    ],
  ],
  [
    "classes that are not there",
    [
      [`${OFFICE}.forwarding-class[0].name`, "bulky"],
      [`${OUT}.forwarding-class[0].name`, "bulky"],
      [`${WAN}.forwarding-class[2].name`, "bulky"],
    ],
    [
      `${OFFICE}.forwarding-class[0].name: no forwarding class named 'bulky'; did you mean 'bulk'?`,
      `${OUT}.forwarding-class[0].name: no forwarding class named 'bulky'; did you mean 'bulk'?`,
      `${WAN}.forwarding-class[2].name: no forwarding class named 'bulky'; did you mean 'bulk'?`,
    ],
  ],
  [
    "a classifier named default, and one that says nothing",
    [
      [`${COS}.classifiers.dscp[2]`, { name: "default", import: "office" }],
      [`${COS}.classifiers.dscp[3]`, { name: "empty" }],
    ],
    [
      `${COS}.classifiers.dscp[2].name: 'default' is a reserved name`,
      `${COS}.classifiers.dscp[3]: 'forwarding-class' is missing: the classifier says nothing`,
    ],
  ],
  [
    "imports of nothing and in a circle",
    [
      [`${OFFICE}.import`, "again"],
      [`${OUT}.import`, "outt"],
    ],
    [
      `${OFFICE}.import: a classifier imports itself: office > again > office`,
      `${COS}.classifiers.dscp[1].import: a classifier imports itself: again > office > again`,
      `${OUT}.import: no rewrite rule named 'outt'; did you mean 'out'?`,
    ],
  ],
  [
    "a strict-high queue whose rate would limit nothing",
    [[`${COS}.schedulers[0].transmit-rate.exact`, undefined]],
    [
      `${COS}.schedulers[0].transmit-rate: 'exact' is missing: strict-high comes first whatever its rate is; only an exact one limits it`,
    ],
  ],
  [
    "a map with a class twice, an unknown scheduler, and two schedulers for one queue",
    [
      [`${COS}.forwarding-classes.class[1]`, { name: "other", "queue-num": 5 }],
      [`${WAN}.forwarding-class[3]`, { name: "bulk", scheduler: "rest" }],
      [`${WAN}.forwarding-class[4]`, { name: "best-effort", scheduler: "rst" }],
      [`${WAN}.forwarding-class[5]`, { name: "other", scheduler: "voice" }],
    ],
    [
      `${WAN}.forwarding-class[3].name: forwarding class 'bulk' stands here twice`,
      `${WAN}.forwarding-class[4].scheduler: no scheduler named 'rst'; did you mean 'rest'?`,
      `${WAN}.forwarding-class[5].scheduler: 'other' leaves by queue 5, as does 'bulk', whose scheduler is 'rest'`,
    ],
  ],
  [
    "interfaces, units and names that are not there",
    [
      [`${COS}.interfaces.ge-0/0/2`, {}],
      [`${IN}.unit.1`, {}],
      [`${IN}.unit.0.classifiers.dscp`, "offices"],
      [`${EX}.unit.10.rewrite-rules.dscp`, "outside"],
      [`${EX}.scheduler-map`, "wand"],
    ],
    [
      `${IN}.unit.0.classifiers.dscp: no classifier named 'offices'; did you mean 'office'?`,
      `${IN}.unit.1: no interface unit named 'ge-0/0/0.1'; did you mean 'ge-0/0/0.0'?`,
      `${EX}.scheduler-map: no scheduler map named 'wand'; did you mean 'wan'?`,
      `${EX}.unit.10.rewrite-rules.dscp: no rewrite rule named 'outside'`,
      `${COS}.interfaces.ge-0/0/2: no interface named 'ge-0/0/2'; did you mean 'ge-0/0/0'?`,
    ],
  ],
  [
    "the loopback interface",
    [
      ["interfaces.lo0", { unit: { "0": {} } }],
      [`${COS}.interfaces.lo0`, { unit: { "0": { classifiers: { dscp: "office" } } } }],
    ],
    [`${COS}.interfaces.lo0: lo0 is this host itself, where packets neither come nor leave`],
  ],
  [
    "a scheduler map for one of several units, and one beside that of the interface",
    [
      ["interfaces.ge-0/0/1.unit.20", { "vlan-id": 20 }],
      ["security.zones.security-zone[0].interfaces[1]", "ge-0/0/1.20"],
      [`${EX}.unit.20.scheduler-map`, "wan"],
      [`${EX}.scheduler-map`, undefined],
      [`${IN}.scheduler-map`, "wan"],
      [`${IN}.shaping-rate`, { rate: "10m" }],
      [`${IN}.unit.0.scheduler-map`, "wan"],
    ],
    [
      `${IN}.unit.0.scheduler-map: 'ge-0/0/0' has a scheduler-map already, which is for all of its units`,
      `${EX}.unit.20.scheduler-map: all units of 'ge-0/0/1' leave by the same queues: put scheduler-map at the interface`,
    ],
  ],
  [
    "shares of a rate that is not known",
    [[`${EX}.shaping-rate`, undefined]],
    [
      `${EX}.scheduler-map: 'shaping-rate' is missing: transmit rates that are a percentage or not exact are shares of it: 'work'`,
    ],
  ],
  [
    "a shaping rate that nothing shares",
    [[`${EX}.scheduler-map`, undefined]],
    [`${EX}: 'scheduler-map' is missing: a shaping-rate is shared out among queues`],
  ],
  [
    "more than there is",
    [[`${COS}.schedulers[2].transmit-rate`, { rate: "4100k" }]],
    [
      `${EX}.scheduler-map: the transmit rates of its queues, 10100000 bit/s, are more than the shaping-rate of 10000000`,
    ],
  ],
  [
    "statements of Junos that are not honoured",
    [
      [`${COS}.drop-profiles`, []],
      [`${COS}.host-outbound-traffic`, {}],
      [`${COS}.classifiers.inet-precedence`, []],
      [`${COS}.schedulers[0].buffer-size`, { percent: 10 }],
      [`${COS}.schedulers[2].transmit-rate`, { remainder: true }],
      [`${EX}.unit.10.shaping-rate`, { rate: "1m" }],
    ],
    [
      `${COS}.classifiers.inet-precedence: unknown statement 'inet-precedence'`,
      `${COS}.schedulers[0].buffer-size: unknown statement 'buffer-size'`,
      `${COS}.schedulers[2].transmit-rate: expected exactly one of rate, percent, found none`,
      `${COS}.schedulers[2].transmit-rate.remainder: unknown statement 'remainder'`,
      `${EX}.unit.10.shaping-rate: unknown statement 'shaping-rate'`,
      `${COS}.drop-profiles: unknown statement 'drop-profiles'`,
      `${COS}.host-outbound-traffic: unknown statement 'host-outbound-traffic'`,
    ],
  ],
];

describe("what is refused", () => {
  for (const [what, edits, errors] of table) {
    test(what, () => {
      assert.deepEqual(errorsOf(edited([...base, ...edits])), errors);
    });
  }
});
