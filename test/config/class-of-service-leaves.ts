// The leaves of class of service but its forwarding classes. SPDX-License-Identifier: Apache-2.0
import { classOfService } from "./class-of-service-tree.js";
import { quantity } from "./filter-leaves.js";
import { flag, NAME, names, number, reference, words, type Row } from "./leaf-row.js";
import type { Edit } from "./tree.js";

type Rows = [pattern: string, row: Row][];

const COS = "class-of-service";
const ALL: Edit = [COS, classOfService];
const RATE = "a rate in bits per second from 8k to 1000g, such as 10m";
const POINT = "expected a code point: a name such as ef, an alias, a number from 0 to 63, or six bits such as '101110'";
const BITS = "expected six bits such as '101110'";
const LOSS = "low, medium-low, medium-high or high";
const CLASS = "no forwarding class named 'nowhere'";
const PRIORITY = "strict-high, high, medium-high, medium-low or low";

const codePoint = (at: string, alias: string, also: readonly Edit[] = [ALL]): Row => ({
  at,
  also,
  accept: [0, 63, "63", "000000", "ef", "be", "cs7", alias],
  refuse: [
    [-1, `${POINT}, found -1`],
    [64, `${POINT}, found 64`],
    ["64", "no code point named '64'"],
    ["0000000", "no code point named '0000000'"],
    ["eff", "no code point named 'eff'; did you mean 'ef'?"],
    ["", `${POINT}, found ''`],
    [["ef"], `${POINT}, found a list`],
  ],
});

function perType(type: "dscp" | "dscp-ipv6", alias: string): Rows {
  const [aliases, classifiers, rules] = ["code-point-aliases", "classifiers", "rewrite-rules"].map(
    (list) => `${COS}.${list}.${type}`,
  ) as [string, string, string];
  // Nobody uses these, so that they can have any name.
  const free = [ALL, [`${COS}.interfaces`, undefined], [`${COS}.classifiers.dscp[1]`, undefined]] as const;
  const next = `${classifiers}[${classOfService.classifiers[type].length}]`;
  return [
    [`${aliases}[].name`, names(`${aliases}[1].name`, NAME, ["own"], [ALL, [`${aliases}[1].bits`, "111111"]])],
    [
      `${aliases}[].bits`,
      {
        at: `${aliases}[0].bits`,
        also: [ALL],
        accept: ["000000", "111111", "101010"],
        refuse: [
          ["10101", `${BITS}, found '10101'`],
          ["1010101", `${BITS}, found '1010101'`],
          ["10101x", `${BITS}, found '10101x'`],
          ["ef", `${BITS}, found 'ef'`],
          [101110, `${BITS}, found 101110; write "101110" in quotes to make it a text`],
        ],
      },
    ],
    [`${classifiers}[].name`, names(`${classifiers}[0].name`, NAME, ["own"], free)],
    [
      `${classifiers}[].import`,
      reference(
        `${next}.import`,
        ["default", "office"],
        "a classifier name, or default",
        "no classifier named 'nowhere'",
        [ALL, [next, { name: "next", import: "default" }]],
      ),
    ],
    [
      `${classifiers}[].forwarding-class[].name`,
      reference(
        `${classifiers}[0].forwarding-class[0].name`,
        ["bulk", "network-control"],
        "a forwarding class",
        CLASS,
        [ALL],
      ),
    ],
    [
      `${classifiers}[].forwarding-class[].loss-priority[].name`,
      words(
        `${classifiers}[0].forwarding-class[0].loss-priority[0].name`,
        LOSS,
        ["medium-low", "low", "medium-high", "high"],
        [ALL],
      ),
    ],
    [
      `${classifiers}[].forwarding-class[].loss-priority[].code-points[]`,
      codePoint(`${classifiers}[0].forwarding-class[0].loss-priority[0].code-points[0]`, alias),
    ],
    [`${rules}[].name`, names(`${rules}[0].name`, NAME, ["own"], free)],
    [
      `${rules}[].import`,
      reference(
        `${rules}[1].import`,
        ["default", "out"],
        "a rewrite rule name, or default",
        "no rewrite rule named 'nowhere'",
        [ALL, [`${rules}[1]`, { name: "second", import: "default" }]],
      ),
    ],
    [
      `${rules}[].forwarding-class[].name`,
      reference(`${rules}[0].forwarding-class[0].name`, ["bulk", "network-control"], "a forwarding class", CLASS, [
        ALL,
      ]),
    ],
    [
      `${rules}[].forwarding-class[].loss-priority[].name`,
      words(
        `${rules}[0].forwarding-class[0].loss-priority[0].name`,
        LOSS,
        ["medium-low", "low", "medium-high", "high"],
        [ALL],
      ),
    ],
    [
      `${rules}[].forwarding-class[].loss-priority[].code-point`,
      codePoint(`${rules}[0].forwarding-class[0].loss-priority[0].code-point`, alias),
    ],
    [
      `${COS}.interfaces.*.unit.*.classifiers.${type}`,
      reference(
        `${COS}.interfaces.ge-0/0/0.unit.0.classifiers.${type}`,
        ["default", "office"],
        "a classifier name, or default",
        "no classifier named 'nowhere'",
        [ALL],
      ),
    ],
    [
      `${COS}.interfaces.*.unit.*.rewrite-rules.${type}`,
      reference(
        `${COS}.interfaces.ge-0/0/1.unit.10.rewrite-rules.${type}`,
        ["default", "out"],
        "a rewrite rule name, or default",
        "no rewrite rule named 'nowhere'",
        [ALL],
      ),
    ],
  ];
}

// Without the interfaces, schedulers may have any rate.
const UNUSED: readonly Edit[] = [ALL, [`${COS}.interfaces`, undefined]];
const SCHEDULER = `${COS}.schedulers[2]`;
const MAP = `${COS}.scheduler-maps[0]`;
const INTERFACE = `${COS}.interfaces.ge-0/0/1`;

export const classOfServiceRows: Rows = [
  ...perType("dscp", "mine"),
  ...perType("dscp-ipv6", "six"),
  [`${COS}.schedulers[].name`, names(`${COS}.schedulers[3].name`, NAME, ["own"], [ALL, [`${COS}.schedulers[3]`, {}]])],
  [`${COS}.schedulers[].transmit-rate.rate`, quantity(`${SCHEDULER}.transmit-rate.rate`, RATE, 8000, "1000g", UNUSED)],
  [
    `${COS}.schedulers[].transmit-rate.percent`,
    number(`${SCHEDULER}.transmit-rate.percent`, "a number from 1 to 100", 1, 100, UNUSED),
  ],
  [
    `${COS}.schedulers[].transmit-rate.exact`,
    flag(`${SCHEDULER}.transmit-rate.exact`, [ALL, [`${SCHEDULER}.transmit-rate`, { rate: "1m" }]]),
  ],
  [
    `${COS}.schedulers[].priority`,
    words(`${SCHEDULER}.priority`, PRIORITY, ["medium-low", "strict-high", "high", "medium-high", "low"], [ALL]),
  ],
  [`${COS}.scheduler-maps[].name`, names(`${MAP}.name`, NAME, ["own"], UNUSED)],
  [
    `${COS}.scheduler-maps[].forwarding-class[].name`,
    reference(
      `${MAP}.forwarding-class[2].name`,
      ["bulk", "best-effort", "network-control"],
      "a forwarding class",
      CLASS,
      [ALL],
    ),
  ],
  [
    `${COS}.scheduler-maps[].forwarding-class[].scheduler`,
    reference(
      `${MAP}.forwarding-class[2].scheduler`,
      ["rest", "voice"],
      "a scheduler name",
      "no scheduler named 'nowhere'",
      [ALL],
    ),
  ],
  [
    `${COS}.interfaces.*.scheduler-map`,
    reference(`${INTERFACE}.scheduler-map`, ["wan"], "a scheduler map name", "no scheduler map named 'nowhere'", [ALL]),
  ],
  [
    `${COS}.interfaces.*.shaping-rate.rate`,
    quantity(`${INTERFACE}.shaping-rate.rate`, RATE, 8000, "1000g", [
      ALL,
      [`${COS}.schedulers`, [{ name: "voice" }, { name: "work" }, { name: "rest" }]],
    ]),
  ],
  [
    `${COS}.interfaces.*.unit.*.scheduler-map`,
    reference(
      `${INTERFACE}.unit.10.scheduler-map`,
      ["wan"],
      "a scheduler map name",
      "no scheduler map named 'nowhere'",
      [ALL, [`${INTERFACE}.scheduler-map`, undefined]],
    ),
  ],
];
