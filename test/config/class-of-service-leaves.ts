// The leaves of class of service. SPDX-License-Identifier: Apache-2.0
import { flag, NAME, names, number, reference, words, type Row } from "./leaf-row.js";
import { quantity, RATE } from "./filter-leaves.js";
import type { Edit } from "./tree.js";

type Rows = [pattern: string, row: Row][];

const COS = "class-of-service";
const LOSSES = ["low", "medium-low", "medium-high", "high"];
const LOSS = "low, medium-low, medium-high or high";
const CODE_POINT =
  "expected a code point: a name such as ef, an alias, a number from 0 to 63, or six bits such as '101110'";

/** both: one of everything for IPv4 and IPv6, with the names of spare ones that rows may refer to. */
const both = (make: (family: string) => unknown): object => ({ dscp: make("dscp"), "dscp-ipv6": make("dscp-ipv6") });
const whole: Edit = [
  COS,
  {
    "forwarding-classes": { class: [{ name: "bulk", "queue-num": 4 }] },
    "code-point-aliases": both(() => [{ name: "mine", bits: "000001" }]),
    classifiers: both(() => [
      {
        name: "c",
        "forwarding-class": [{ name: "bulk", "loss-priority": [{ name: "low", "code-points": ["mine"] }] }],
      },
      { name: "other", import: "default" },
    ]),
    "rewrite-rules": both(() => [
      { name: "r", "forwarding-class": [{ name: "bulk", "loss-priority": [{ name: "low", "code-point": "mine" }] }] },
      { name: "other", import: "default" },
    ]),
    schedulers: [{ name: "s", "transmit-rate": { rate: "1m", exact: true } }, { name: "rest" }],
    "scheduler-maps": [{ name: "m", "forwarding-class": [{ name: "bulk", scheduler: "s" }] }],
    interfaces: { "ge-0/0/1": { unit: { "10": {} } } },
  },
];
const also = (...more: readonly Edit[]): readonly Edit[] => [whole, ...more];

const codePoint = (at: string): Row => ({
  at,
  also: also(),
  accept: [0, 63, "46", "101110", "ef", "af11", "cs7", "be", "mine"],
  refuse: [
    [64, `${CODE_POINT}, found 64`],
    [-1, `${CODE_POINT}, found -1`],
    ["", `${CODE_POINT}, found ''`],
    ["two words", `${CODE_POINT}, found 'two words'`],
    [["ef"], `${CODE_POINT}, found a list`],
    ["nowhere", "no code point named 'nowhere'"],
  ],
});
const forwardingClass = (at: string): Row =>
  reference(at, ["bulk", "best-effort"], "a forwarding class", "no forwarding class named 'nowhere'", also());

const ofFamily = (family: string): Rows => {
  const [aliases, classifiers, rules] = ["code-point-aliases", "classifiers", "rewrite-rules"].map(
    (list) => `${COS}.${list}.${family}`,
  ) as [string, string, string];
  const BITS = "expected six bits such as '101110'";
  const UNIT = `${COS}.interfaces.ge-0/0/1.unit.10`;
  return [
    [`${aliases}[].name`, names(`${aliases}[1].name`, NAME, ["voice-1"], also([`${aliases}[1].bits`, "000010"]))],
    [
      `${aliases}[].bits`,
      {
        at: `${aliases}[0].bits`,
        also: also(),
        accept: ["000000", "111111"],
        refuse: [
          ["00000", `${BITS}, found '00000'`],
          ["0000000", `${BITS}, found '0000000'`],
          ["000002", `${BITS}, found '000002'`],
          [101110, `${BITS}, found 101110; write "101110" in quotes to make it a text`],
        ],
      },
    ],
    [`${classifiers}[].name`, names(`${classifiers}[1].name`, NAME, ["c-1"], also())],
    [
      `${classifiers}[].import`,
      reference(
        `${classifiers}[0].import`,
        ["other", "default"],
        "a classifier name, or default",
        "no classifier named 'nowhere'",
        also(),
      ),
    ],
    [`${classifiers}[].forwarding-class[].name`, forwardingClass(`${classifiers}[0].forwarding-class[0].name`)],
    [
      `${classifiers}[].forwarding-class[].loss-priority[].name`,
      words(`${classifiers}[0].forwarding-class[0].loss-priority[0].name`, LOSS, LOSSES, also()),
    ],
    [
      `${classifiers}[].forwarding-class[].loss-priority[].code-points[]`,
      codePoint(`${classifiers}[0].forwarding-class[0].loss-priority[0].code-points[0]`),
    ],
    [`${rules}[].name`, names(`${rules}[1].name`, NAME, ["r-1"], also())],
    [
      `${rules}[].import`,
      reference(
        `${rules}[0].import`,
        ["other", "default"],
        "a rewrite rule name, or default",
        "no rewrite rule named 'nowhere'",
        also(),
      ),
    ],
    [`${rules}[].forwarding-class[].name`, forwardingClass(`${rules}[0].forwarding-class[0].name`)],
    [
      `${rules}[].forwarding-class[].loss-priority[].name`,
      words(`${rules}[0].forwarding-class[0].loss-priority[0].name`, LOSS, LOSSES, also()),
    ],
    [
      `${rules}[].forwarding-class[].loss-priority[].code-point`,
      codePoint(`${rules}[0].forwarding-class[0].loss-priority[0].code-point`),
    ],
    [
      `${COS}.interfaces.*.unit.*.classifiers.${family}`,
      reference(
        `${UNIT}.classifiers.${family}`,
        ["c", "default"],
        "a classifier name, or default",
        "no classifier named 'nowhere'",
        also(),
      ),
    ],
    [
      `${COS}.interfaces.*.unit.*.rewrite-rules.${family}`,
      reference(
        `${UNIT}.rewrite-rules.${family}`,
        ["r", "default"],
        "a rewrite rule name, or default",
        "no rewrite rule named 'nowhere'",
        also(),
      ),
    ],
  ];
};

const SCHEDULER = `${COS}.schedulers[0]`;
const MAP = `${COS}.scheduler-maps[0]`;
const PORT = `${COS}.interfaces.ge-0/0/1`;
export const classOfServiceRows: Rows = [
  [
    `${COS}.forwarding-classes.class[].name`,
    names(
      `${COS}.forwarding-classes.class[1].name`,
      NAME,
      ["network-control"],
      [[`${COS}.forwarding-classes.class[1].queue-num`, 5]],
    ),
  ],
  [
    `${COS}.forwarding-classes.class[].queue-num`,
    number(`${COS}.forwarding-classes.class[0].queue-num`, "a queue from 0 to 7", 0, 7),
  ],
  ...ofFamily("dscp"),
  ...ofFamily("dscp-ipv6"),
  [`${COS}.schedulers[].name`, names(`${COS}.schedulers[1].name`, NAME, ["s-1"], also())],
  [`${COS}.schedulers[].transmit-rate.rate`, quantity(`${SCHEDULER}.transmit-rate.rate`, RATE, 8000, "1000g", also())],
  [
    `${COS}.schedulers[].transmit-rate.percent`,
    number(
      `${SCHEDULER}.transmit-rate.percent`,
      "a number from 1 to 100",
      1,
      100,
      also([`${SCHEDULER}.transmit-rate`, {}]),
    ),
  ],
  [`${COS}.schedulers[].transmit-rate.exact`, flag(`${SCHEDULER}.transmit-rate.exact`, also())],
  [
    `${COS}.schedulers[].priority`,
    words(
      `${SCHEDULER}.priority`,
      "strict-high, high, medium-high, medium-low or low",
      ["strict-high", "high", "medium-high", "medium-low", "low"],
      also(),
    ),
  ],
  [
    `${COS}.scheduler-maps[].name`,
    names(
      `${COS}.scheduler-maps[1].name`,
      NAME,
      ["m-1"],
      also([`${COS}.scheduler-maps[1].forwarding-class`, [{ name: "bulk", scheduler: "s" }]]),
    ),
  ],
  [`${COS}.scheduler-maps[].forwarding-class[].name`, forwardingClass(`${MAP}.forwarding-class[0].name`)],
  [
    `${COS}.scheduler-maps[].forwarding-class[].scheduler`,
    reference(
      `${MAP}.forwarding-class[0].scheduler`,
      ["s", "rest"],
      "a scheduler name",
      "no scheduler named 'nowhere'",
      also(),
    ),
  ],
  [
    `${COS}.interfaces.*.scheduler-map`,
    reference(`${PORT}.scheduler-map`, ["m"], "a scheduler map name", "no scheduler map named 'nowhere'", also()),
  ],
  [
    `${COS}.interfaces.*.shaping-rate.rate`,
    quantity(
      `${PORT}.shaping-rate.rate`,
      RATE,
      8000,
      "1000g",
      also([`${SCHEDULER}.transmit-rate.rate`, 8000], [`${PORT}.scheduler-map`, "m"]),
    ),
  ],
  [
    `${COS}.interfaces.*.unit.*.scheduler-map`,
    reference(
      `${PORT}.unit.10.scheduler-map`,
      ["m"],
      "a scheduler map name",
      "no scheduler map named 'nowhere'",
      also(),
    ),
  ],
];
