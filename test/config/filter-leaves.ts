// The leaves of filters, policers, prefix lists, forwarding classes and routing instances. SPDX-License-Identifier: Apache-2.0
import {
  address,
  description,
  flag,
  logRate,
  NAME,
  names,
  number,
  prefix,
  reference,
  words,
  type Row,
} from "./leaf-row.js";
import type { Edit } from "./tree.js";

type Rows = [pattern: string, row: Row][];
type Refusals = readonly (readonly [value: unknown, message: string])[];

const UNIT = "interfaces.ge-0/0/0.unit.0.family";
const INSTANCE = "routing-instances[0]";
const UNIT_NAME = "an interface unit such as ge-0/0/0.0";

/** routes: the leaves of a list of static routes; the base has a default route in its place 0. */
export const routes = (at: string, pattern: string): Rows => {
  const gateway: Edit = [`${at}[0]`, { name: "0.0.0.0/0", "next-hop": ["192.0.2.254"] }];
  const qualified: Edit = [
    `${at}[1]`,
    { name: "198.51.100.0/24", "qualified-next-hop": [{ name: "192.0.2.253", interface: "ge-0/0/1.10" }] },
  ];
  const bare: Edit = [`${at}[2]`, { name: "203.0.113.0/24" }];
  return [
    [`${pattern}.name`, prefix(`${at}[0].name`, ["0.0.0.0/0", "11.0.0.0/8", "10.0.0.1"], [gateway])],
    [`${pattern}.next-hop[]`, address(`${at}[0].next-hop[0]`, ["192.0.2.2", "192.0.2.3"], [gateway])],
    [
      `${pattern}.qualified-next-hop[].name`,
      address(`${at}[1].qualified-next-hop[0].name`, ["192.0.2.2"], [qualified]),
    ],
    [
      `${pattern}.qualified-next-hop[].interface`,
      reference(
        `${at}[1].qualified-next-hop[0].interface`,
        ["ge-0/0/1.10"],
        UNIT_NAME,
        "no interface unit named 'nowhere'",
        [qualified],
      ),
    ],
    [
      `${pattern}.qualified-next-hop[].preference`,
      number(`${at}[1].qualified-next-hop[0].preference`, PREFERENCE, 0, 4294967295, [qualified]),
    ],
    [`${pattern}.preference`, number(`${at}[0].preference`, PREFERENCE, 0, 4294967295, [gateway])],
    [`${pattern}.discard`, flag(`${at}[2].discard`, [bare])],
    [`${pattern}.reject`, flag(`${at}[2].reject`, [bare])],
    [
      `${pattern}.next-table`,
      {
        at: `${at}[2].next-table`,
        also: [bare, ["routing-instances[1]", { name: "red.x", "instance-type": "forwarding" }]],
        accept: ["red.x.inet.0"],
        refuse: [
          ...["", "inet", "inet.1", "inet7.0", "mpls.0", "red.x", ".inet.0", "a b.inet.0"].map(
            (text): [string, string] => [text, `${TABLE}, found '${text}'`],
          ),
          ["inet6.0", "inet6.0 is not of the same family as the route"],
          ["nowhere.inet.0", "no routing-instance named 'nowhere'"],
          [5, `${TABLE}, found 5; write "5" in quotes to make it a text`],
        ],
      },
    ],
  ];
};
const PREFERENCE = "a number from 0 to 4294967295";
const TABLE = "expected a routing table: inet.0, inet6.0, INSTANCE.inet.0 or INSTANCE.inet6.0";

/** values: a list of numbers, ranges and words. `word` is one that is accepted, `near` one that is nearly it. */
interface Values {
  readonly title: string;
  readonly highest: number;
  readonly accept: readonly unknown[];
  readonly near?: readonly [wrong: string, right: string];
  readonly also?: readonly Edit[];
}

const values = (at: string, pattern: string, { title, highest, accept, near, also = [] }: Values): Rows => {
  const refuse: Refusals = [
    [-1, `expected ${title}, found -1`],
    [highest + 1, `expected ${title}, found ${highest + 1}`],
    [1.5, `expected ${title}, found 1.5`],
    [`${highest + 1}`, `expected ${title}, found '${highest + 1}'`],
    [`0-${highest + 1}`, `expected ${title}, found '0-${highest + 1}'`],
    ["2-1", `expected ${title}, found '2-1'`],
    ["1 - 2", `expected ${title}, found '1 - 2'`],
    ["1-2-3", `expected ${title}, found '1-2-3'`],
    ["01", `expected ${title}, found '01'`],
    ["", `expected ${title}, found ''`],
    ["nothing-like-it-at-all", `expected ${title}, found 'nothing-like-it-at-all'`],
    [[1], `expected ${title}, found a list`],
    ...(near === undefined
      ? []
      : [[near[0], `expected ${title}, found '${near[0]}'; did you mean '${near[1]}'?`] as const]),
  ];
  return ["", "-except"].map((twin): [string, Row] => [
    `${pattern}${twin}[]`,
    // Beside another value, so that the twin of a full range leaves something.
    { at: `${at}${twin}[0]`, also, accept, refuse },
  ]);
};

const PORT: Values = {
  title: "a port from 0 to 65535, a port name, or a range like 8000-8010",
  highest: 65535,
  accept: [0, 65535, "443", "8000-8010", "https", "ftp-data"],
  near: ["htp", "http"],
};
const DSCP: Values = {
  title: "a DSCP: a name such as ef, a number from 0 to 63, six bits such as '101110', or a range",
  highest: 63,
  accept: [0, 63, "46", "101110", "000000", "10-20", "be", "ef", "af43", "cs1", "nc1", "nc2"],
  near: ["ec", "ef"],
};
const TTL: Values = {
  title: "a number from 0 to 255, or a range like 0-1",
  highest: 255,
  accept: [0, 255, "64", "0-254"],
};

const prefixes = (at: string, pattern: string, family: "inet" | "inet6"): Rows => {
  const title = family === "inet" ? "an IPv4 prefix such as 10.0.0.0/8" : "an IPv6 prefix such as 2001:db8::/32";
  const accept =
    family === "inet"
      ? ["0.0.0.0/0", "10.0.0.0/8", "192.0.2.1", "192.0.2.1/32"]
      : ["::/0", "2001:db8::/32", "2001:db8::1", "2001:DB8::1/128"];
  const other = family === "inet" ? "2001:db8::/32" : "10.0.0.0/8";
  const refuse = (what: string): Refusals => [
    [other, `expected ${what}, found '${other}'`],
    ["web", `expected ${what}, found 'web'`],
    ["10/8", `expected ${what}, found '10/8'`],
    ["", `expected ${what}, found ''`],
    family === "inet"
      ? ["10.1.0.0/8", "'10.1.0.0/8' has bits set behind its prefix length; did you mean '10.0.0.0/8'?"]
      : ["2001:db8::1/32", "'2001:db8::1/32' has bits set behind its prefix length; did you mean '2001:db8::/32'?"],
  ];
  return [
    [
      `${pattern}[]`,
      {
        at: `${at}[0]`,
        accept,
        refuse: [
          ...refuse(title),
          [
            5,
            `expected ${title.replace(/ such as .*/, "")}, or a mapping with name and except, found 5; write "5" in quotes to make it a text`,
          ],
        ],
      },
    ],
    [`${pattern}[].name`, { at: `${at}[0].name`, accept, refuse: refuse(title) }],
    [`${pattern}[].except`, flag(`${at}[0].except`, [[`${at}[0].name`, accept[1]]])],
  ];
};

const listNames = (at: string, pattern: string): Rows => {
  const missing = "no prefix-list named 'nowhere'";
  return [
    [
      `${pattern}[]`,
      reference(`${at}[0]`, ["bogons"], "a prefix list name, or a mapping with name and except", missing),
    ],
    [`${pattern}[].name`, reference(`${at}[0].name`, ["bogons"], "a prefix list name", missing)],
    [`${pattern}[].except`, flag(`${at}[0].except`, [[`${at}[0].name`, "bogons"]])],
  ];
};

const expression = (at: string, title: string, accept: readonly string[], refuse: Refusals): Row => ({
  at,
  accept,
  refuse: [
    ...refuse,
    ["", "expected a flag, found the end at character 1"],
    [2, `expected ${title}, found 2; write "2" in quotes to make it a text`],
    [["syn"], `expected ${title}, found a list`],
  ],
});

const flexible = (at: string, pattern: string): Rows => {
  const whole: readonly Edit[] = [[at, { "match-start": "layer-4", "bit-length": 32, prefix: "0x0" }]];
  const HEX = "expected a hexadecimal number from 0x0 to 0xffffffff";
  const wrong = ["", "0x", "ff", "0xg", "0x123456789", "0X1"].map((text): [string, string] => [
    text,
    `${HEX}, found '${text}'`,
  ]);
  return [
    [
      `${pattern}.match-start`,
      words(`${at}.match-start`, "layer-3, layer-4 or payload", ["layer-3", "layer-4", "payload"], whole),
    ],
    [`${pattern}.byte-offset`, number(`${at}.byte-offset`, "a number from 0 to 255", 0, 255, whole)],
    [`${pattern}.bit-offset`, number(`${at}.bit-offset`, "a number from 0 to 7", 0, 7, whole)],
    [`${pattern}.bit-length`, number(`${at}.bit-length`, "a number of bits from 1 to 32", 1, 32, whole)],
    [
      `${pattern}.mask-in-hex`,
      {
        at: `${at}.mask-in-hex`,
        also: whole,
        accept: ["0x1", "0xffffffff", "0x00FF"],
        refuse: [...wrong, [1, `${HEX}, found 1; write "1" in quotes to make it a text`]],
      },
    ],
    [
      `${pattern}.prefix`,
      {
        at: `${at}.prefix`,
        also: whole,
        accept: ["0x0", "0xffffffff", "0xDEAD"],
        refuse: [...wrong, [1, `${HEX}, found 1; write "1" in quotes to make it a text`]],
      },
    ],
  ];
};

const conditions = (family: "inet" | "inet6", at: string, pattern: string): Rows => {
  const isInet = family === "inet";
  const of = (name: string): [string, string] => [`${at}.${name}`, `${pattern}.${name}`];
  const icmp = isInet ? "ICMP" : "ICMPv6";
  const protocol: Values = {
    title: `a protocol: tcp, udp, ${isInet ? "icmp" : "icmp6"}, gre, ospf, ..., a number from 0 to 255, or a range`,
    highest: 255,
    accept: [
      "tcp",
      "icmp",
      "icmp6",
      "icmpv6",
      "ospf",
      "50",
      255,
      "90-100",
      ...(isInet ? [0, "hop-by-hop", "dstopts", "fragment"] : [1]),
    ],
    near: ["tpc", "tcp"],
  };
  const type: Values = {
    title: `an ${icmp} type: a name such as echo-request, a number from 0 to 255, or a range`,
    highest: 255,
    accept: [
      0,
      255,
      "8",
      "0-254",
      "echo-request",
      ...(isInet ? ["mask-reply"] : ["neighbor-solicit", "packet-too-big"]),
    ],
    near: ["echo-reqest", "echo-request"],
  };
  const code: Values = {
    title: `an ${icmp} code: a name such as ${isInet ? "host" : "port"}-unreachable, a number from 0 to 255, or a range`,
    highest: 255,
    accept: [0, 255, "0-254", "port-unreachable"],
    near: ["port-unreachble", "port-unreachable"],
    also: [[`${at}.icmp-type`, [isInet ? 3 : 1]]],
  };
  const classes = (name: string): [string, Row] => [
    `${pattern}.${name}[]`,
    {
      at: `${at}.${name}[0]`,
      accept: ["best-effort", "expedited-forwarding", "assured-forwarding", "network-control", "bulk"],
      refuse: [
        ["gold", "no forwarding class named 'gold'"],
        [0, `expected a forwarding class, found 0; write "0" in quotes to make it a text`],
      ],
    },
  ];
  const losses = (name: string): [string, Row] => [
    `${pattern}.${name}[]`,
    words(`${at}.${name}[0]`, "low, medium-low, medium-high or high", ["low", "medium-low", "medium-high", "high"]),
  ];
  const TCP_TITLE = "an expression of fin, syn, rst, push, ack, urgent and hexadecimal bits, such as 'syn & !ack'";
  const FRAGMENT_TITLE = "an expression of dont-fragment, more-fragments, reserved and hexadecimal bits";
  const both: Rows = [
    ...["source-address", "destination-address", "address"].flatMap((name) => prefixes(...of(name), family)),
    ...["source-prefix-list", "destination-prefix-list", "prefix-list"].flatMap((name) => listNames(...of(name))),
    ...["source-port", "destination-port", "port"].flatMap((name) => values(...of(name), PORT)),
    ...values(...of("icmp-type"), type),
    ...values(...of("icmp-code"), code),
    [
      `${pattern}.tcp-flags`,
      expression(
        `${at}.tcp-flags`,
        TCP_TITLE,
        ["syn", "syn & !ack", "(fin|syn),rst + push", "!(ack | rst)", "0x12", "0xff | urgent", "syn | !syn"],
        [["syn & ", "expected a flag, found the end at character 7"]],
      ),
    ],
    [`${pattern}.tcp-established`, flag(`${at}.tcp-established`)],
    [`${pattern}.tcp-initial`, flag(`${at}.tcp-initial`)],
    ...values(...of("packet-length"), {
      title: "a number of bytes from 0 to 65535, or a range like 0-64",
      highest: 65535,
      accept: [0, 65535, "1500", "0-64"],
    }),
    [`${pattern}.is-fragment`, flag(`${at}.is-fragment`)],
    [`${pattern}.first-fragment`, flag(`${at}.first-fragment`)],
    ...values(...of("esp-spi"), {
      title: "an SPI: a number up to 4294967295 or 0xffffffff, or a range",
      highest: 4294967295,
      accept: [0, 4294967295, "256-4294967294", "0x100", "0x100-0xfFfF"],
    }),
    [
      `${pattern}.interface[]`,
      reference(`${at}.interface[0]`, ["ge-0/0/0.0", "ge-0/0/1.10"], UNIT_NAME, "no interface unit named 'nowhere'"),
    ],
    ...["forwarding-class", "forwarding-class-except"].map(classes),
    ...["loss-priority", "loss-priority-except"].map(losses),
    ...flexible(`${at}.flexible-match-mask`, `${pattern}.flexible-match-mask`),
  ];
  if (!isInet) {
    return [
      ...both,
      ...values(...of("next-header"), protocol),
      ...values(...of("traffic-class"), DSCP),
      ...values(...of("hop-limit"), TTL),
    ];
  }
  return [
    ...both,
    ...values(...of("protocol"), protocol),
    ...values(...of("dscp"), DSCP),
    ...values(...of("precedence"), {
      title: "a precedence: a name such as flash, a number from 0 to 7, or a range",
      highest: 7,
      accept: [0, 7, "2", "1-5", "routine", "flash-override", "net-control"],
      near: ["flas", "flash"],
    }),
    ...values(...of("ttl"), TTL),
    ...values(...of("fragment-offset"), {
      title: "a number from 0 to 8191, or a range like 1-10",
      highest: 8191,
      accept: [0, 8191, "1-10"],
    }),
    [
      `${pattern}.fragment-flags`,
      expression(
        `${at}.fragment-flags`,
        FRAGMENT_TITLE,
        ["dont-fragment", "more-fragments & !dont-fragment", "reserved", "0xe"],
        [["0x10", "expected even bits from 0x2 to 0xe, found '0x10' at character 1"]],
      ),
    ],
    ...values(...of("ip-options"), {
      title: "an IP option: any, a name such as router-alert, a number from 0 to 255, or a range",
      highest: 255,
      accept: ["any", "router-alert", "strict-source-route", 0, 255, "130-137"],
      near: ["router-alrt", "router-alert"],
    }),
  ];
};

const dscpValue = (at: string, also: readonly Edit[]): Row => {
  const title = "expected a DSCP: a name such as ef, a number from 0 to 63, or six bits such as '101110'";
  return {
    at,
    also,
    accept: [0, 63, "46", "101110", "be", "cs7"],
    refuse: [
      [64, `${title}, found 64`],
      [-1, `${title}, found -1`],
      ["1-2", `${title}, found '1-2'`],
      ["1011100", `${title}, found '1011100'`],
      ["af51", `${title}, found 'af51'; did you mean 'af11'?`],
    ],
  };
};

const actions = (family: "inet" | "inet6", at: string, pattern: string): Rows => {
  const none: readonly Edit[] = [[at, {}]];
  const reasons =
    family === "inet"
      ? "network-unreachable host-unreachable protocol-unreachable port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown source-host-isolated network-prohibited host-prohibited bad-network-tos bad-host-tos administratively-prohibited precedence-violation precedence-cutoff tcp-reset"
      : "no-route administratively-prohibited beyond-scope address-unreachable port-unreachable policy-failed reject-route tcp-reset";
  const mark = family === "inet" ? "dscp" : "traffic-class";
  return [
    [`${pattern}.accept`, flag(`${at}.accept`, none)],
    [`${pattern}.discard`, flag(`${at}.discard`, none)],
    [
      `${pattern}.reject`,
      {
        at: `${at}.reject`,
        also: none,
        accept: [true, ...reasons.split(" ")],
        refuse: [
          [false, "expected true, or a reason, found false"],
          ["nothing", "expected true, or a reason, found 'nothing'"],
          ["tcp-rest", "expected true, or a reason, found 'tcp-rest'; did you mean 'tcp-reset'?"],
          [["tcp-reset"], "expected true, or a reason, found a list"],
        ],
      },
    ],
    [
      `${pattern}.next`,
      {
        at: `${at}.next`,
        also: none,
        accept: ["term"],
        refuse: [
          [true, "expected term, found true"],
          ["filter", "expected term, found 'filter'"],
        ],
      },
    ],
    [`${pattern}.count`, names(`${at}.count`, NAME, ["c-1"], none)],
    [`${pattern}.log`, flag(`${at}.log`, none)],
    ...logRate(`${pattern}.log-rate`, `${at}.log-rate`, [[at, { log: true }]]),
    [`${pattern}.syslog`, flag(`${at}.syslog`, none)],
    [
      `${pattern}.policer`,
      reference(`${at}.policer`, ["p1m", "pps"], "a policer name", "no policer named 'nowhere'", none),
    ],
    [
      `${pattern}.three-color-policer.single-rate`,
      reference(
        `${at}.three-color-policer.single-rate`,
        ["colors"],
        "a three-color policer name",
        "no three-color-policer named 'nowhere'",
        none,
      ),
    ],
    [
      `${pattern}.three-color-policer.two-rate`,
      reference(
        `${at}.three-color-policer.two-rate`,
        ["two"],
        "a three-color policer name",
        "no three-color-policer named 'nowhere'",
        none,
      ),
    ],
    [
      `${pattern}.forwarding-class`,
      reference(
        `${at}.forwarding-class`,
        ["best-effort", "bulk"],
        "a forwarding class",
        "no forwarding class named 'nowhere'",
        none,
      ),
    ],
    [
      `${pattern}.loss-priority`,
      words(
        `${at}.loss-priority`,
        "low, medium-low, medium-high or high",
        ["low", "medium-low", "medium-high", "high"],
        none,
      ),
    ],
    [`${pattern}.${mark}`, dscpValue(`${at}.${mark}`, none)],
    [
      `${pattern}.routing-instance`,
      reference(
        `${at}.routing-instance`,
        ["blue", "default"],
        "a routing instance, or default",
        "no routing-instance named 'nowhere'",
        none,
      ),
    ],
  ];
};

const filters = (family: "inet" | "inet6", term: number, other: string): Rows => {
  const at = `firewall.family.${family}.filter`;
  const pattern = `${at}[]`;
  const own: Edit = [`${at}[0].term[${term}]`, { name: "rest" }];
  const rows: Rows = [
    [`${pattern}.term[].name`, names(`${at}[0].term[${term}].name`, NAME, ["t_1"])],
    ...conditions(family, `${at}[0].term[${term}].from`, `${pattern}.term[].from`),
    ...actions(family, `${at}[0].term[${term}].then`, `${pattern}.term[].then`),
    [
      `${pattern}.term[].filter`,
      reference(
        `${at}[0].term[${term}].filter`,
        [other],
        "a filter name",
        `no filter of family ${family} named 'nowhere'`,
      ),
    ],
  ];
  const spare: Edit = [`${at}[5]`, { name: other, term: [{ name: "t" }] }];
  const withOther = (row: Row): Row => ({ ...row, also: [own, ...fill(at, family), spare, ...(row.also ?? [])] });
  return [
    [`${pattern}.name`, names(`${at}[5].name`, NAME, ["f-1"], [...fill(at, family), spare])],
    [`${pattern}.interface-specific`, flag(`${at}[5].interface-specific`, [...fill(at, family), spare])],
    ...rows.map(([path, row]): [string, Row] => [path, withOther(row)]),
  ];
};

/** fill gives the places of a list up to 4 that the base leaves empty. */
const fill = (at: string, family: "inet" | "inet6"): Edit[] =>
  (family === "inet" ? [3, 4] : [1, 2, 3, 4]).map((place) => [
    `${at}[${place}]`,
    { name: `${family}-${place}`, term: [{ name: "t" }] },
  ]);

export const quantity = (at: string, title: string, low: number, high: string, also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: [low, `${low}`, high],
  refuse: [
    [low - 1, `expected ${title}, found ${low - 1}`],
    [`${low - 1}`, `expected ${title}, found '${low - 1}'`],
    [`${high.slice(0, -1)}1${high.slice(-1)}`, `expected ${title}, found '${high.slice(0, -1)}1${high.slice(-1)}'`],
    ["1.5m", `expected ${title}, found '1.5m'`],
    ["10M", `expected ${title}, found '10M'`],
    ["m", `expected ${title}, found 'm'`],
    ["", `expected ${title}, found ''`],
    [[8000], `expected ${title}, found a list`],
  ],
});
const RATE = "a rate in bits per second from 8k to 1000g, such as 10m";
const BURST = "a number of bytes from 1500 to 1g, such as 15k";

const attachments = (family: "inet" | "inet6", filter: string): Rows => {
  const at = `${UNIT}.${family}.filter`;
  const pattern = `interfaces.*.unit.*.family.${family}.filter`;
  const none: readonly Edit[] = [[at, {}]];
  return ["input", "output", "input-list[]", "output-list[]"].map((name): [string, Row] => [
    `${pattern}.${name}`,
    reference(
      `${at}.${name.replace("[]", "[0]")}`,
      [filter],
      "a filter name",
      `no filter of family ${family} named 'nowhere'`,
      none,
    ),
  ]);
};

const POLICER = "firewall.policer[0]";
const PPS = "firewall.policer[1]";
const COLORS = "firewall.three-color-policer[0]";
const TWO = "firewall.three-color-policer[1]";

export const filterRows: Rows = [
  ...attachments("inet", "common"),
  ...attachments("inet6", "users-in6"),

  [
    "policy-options.prefix-list[].name",
    names("policy-options.prefix-list[2].name", NAME, ["l-1"], [["policy-options.prefix-list[2].prefix", []]]),
  ],
  [
    "policy-options.prefix-list[].prefix[]",
    prefix("policy-options.prefix-list[1].prefix[0]", ["10.0.0.0/8", "::/0", "2001:db8::1"]),
  ],

  ...filters("inet", 3, "spare"),
  ...filters("inet6", 1, "spare6"),

  ["firewall.policer[].name", names("firewall.policer[1].name", NAME, ["p-1"])],
  ["firewall.policer[].filter-specific", flag(`${POLICER}.filter-specific`)],
  ["firewall.policer[].logical-interface-policer", flag(`${POLICER}.logical-interface-policer`)],
  [
    "firewall.policer[].if-exceeding.bandwidth-limit",
    quantity(`${POLICER}.if-exceeding.bandwidth-limit`, RATE, 8000, "1000g"),
  ],
  [
    "firewall.policer[].if-exceeding.burst-size-limit",
    quantity(`${POLICER}.if-exceeding.burst-size-limit`, BURST, 1500, "1g"),
  ],
  [
    "firewall.policer[].if-exceeding-pps.pps-limit",
    quantity(`${PPS}.if-exceeding-pps.pps-limit`, "a number of packets per second from 1 to 1g, such as 10k", 1, "1g"),
  ],
  [
    "firewall.policer[].if-exceeding-pps.packet-burst",
    quantity(`${PPS}.if-exceeding-pps.packet-burst`, "a number of packets from 1 to 1m, such as 100", 1, "1m"),
  ],
  ["firewall.policer[].then.discard", flag(`${POLICER}.then.discard`)],
  [
    "firewall.policer[].then.loss-priority",
    words(`${POLICER}.then.loss-priority`, "low, medium-low, medium-high or high", [
      "low",
      "medium-low",
      "medium-high",
      "high",
    ]),
  ],
  [
    "firewall.policer[].then.forwarding-class",
    reference(
      `${POLICER}.then.forwarding-class`,
      ["best-effort", "bulk"],
      "a forwarding class",
      "no forwarding class named 'nowhere'",
    ),
  ],
  ["firewall.policer[].then.out-of-profile", flag(`${POLICER}.then.out-of-profile`)],

  [
    "firewall.three-color-policer[].name",
    names(
      "firewall.three-color-policer[2].name",
      NAME,
      ["c-1"],
      [["firewall.three-color-policer[2].two-rate", twoRate()]],
    ),
  ],
  ["firewall.three-color-policer[].filter-specific", flag(`${COLORS}.filter-specific`)],
  ["firewall.three-color-policer[].logical-interface-policer", flag(`${COLORS}.logical-interface-policer`)],
  [
    "firewall.three-color-policer[].single-rate.color-blind",
    flag(`${COLORS}.single-rate.color-blind`, [[`${COLORS}.single-rate.color-aware`, undefined]]),
  ],
  ["firewall.three-color-policer[].single-rate.color-aware", flag(`${COLORS}.single-rate.color-aware`)],
  ...(
    [
      ["single-rate.committed-information-rate", COLORS, RATE, 8000, "1000g"],
      ["single-rate.committed-burst-size", COLORS, BURST, 1500, "1g"],
      ["single-rate.excess-burst-size", COLORS, BURST, 1500, "1g"],
      ["two-rate.committed-information-rate", TWO, RATE, 8000, "1000g"],
      ["two-rate.committed-burst-size", TWO, BURST, 1500, "1g"],
      ["two-rate.peak-information-rate", TWO, RATE, 8000, "1000g"],
      ["two-rate.peak-burst-size", TWO, BURST, 1500, "1g"],
    ] as const
  ).map(([statement, at, title, low, high]): [string, Row] => [
    `firewall.three-color-policer[].${statement}`,
    quantity(`${at}.${statement}`, title, low, high, statement.startsWith("two") ? equalRates(statement) : []),
  ]),
  ["firewall.three-color-policer[].two-rate.color-blind", flag(`${TWO}.two-rate.color-blind`)],
  ["firewall.three-color-policer[].two-rate.color-aware", flag(`${TWO}.two-rate.color-aware`)],
  [
    "firewall.three-color-policer[].action.loss-priority[].name",
    words(`${COLORS}.action.loss-priority[0].name`, "high", ["high"]),
  ],
  [
    "firewall.three-color-policer[].action.loss-priority[].then.discard",
    flag(`${COLORS}.action.loss-priority[0].then.discard`),
  ],

  [
    "class-of-service.forwarding-classes.class[].name",
    names(
      "class-of-service.forwarding-classes.class[1].name",
      NAME,
      ["network-control"],
      [["class-of-service.forwarding-classes.class[1].queue-num", 5]],
    ),
  ],
  [
    "class-of-service.forwarding-classes.class[].queue-num",
    number("class-of-service.forwarding-classes.class[0].queue-num", "a queue from 0 to 7", 0, 7),
  ],

  [
    "routing-instances[].name",
    names("routing-instances[1].name", NAME, ["red"], [["routing-instances[1].instance-type", "forwarding"]]),
  ],
  ["routing-instances[].description", description(`${INSTANCE}.description`)],
  [
    "routing-instances[].instance-type",
    words(`${INSTANCE}.instance-type`, "virtual-router or forwarding", ["virtual-router", "forwarding"]),
  ],
  [
    "routing-instances[].kernel-table",
    number(`${INSTANCE}.kernel-table`, "a number from 1 to 4294967295", 1, 4294967295),
  ],
  [
    "routing-instances[].interface[]",
    reference(
      `${INSTANCE}.interface[0]`,
      ["eth5.0", "lo0.1"],
      "an interface unit such as ge-0/0/0.0, or a unit of lo0",
      "no interface unit named 'nowhere'",
      [
        ["interfaces.eth5", { unit: { 0: {} } }],
        ["interfaces.lo0.unit", { 1: {} }],
        ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
      ],
    ),
  ],
  // A forwarding instance, so that the gateways of the base are its own.
  ...routes(`${INSTANCE}.routing-options.static.route`, "routing-instances[].routing-options.static.route[]").map(
    ([path, row]): [string, Row] => [
      path,
      { ...row, also: [[`${INSTANCE}.instance-type`, "forwarding"], ...(row.also ?? [])] },
    ],
  ),
];

function twoRate(): object {
  return {
    "committed-information-rate": "1m",
    "committed-burst-size": "15k",
    "peak-information-rate": "2m",
    "peak-burst-size": "30k",
  };
}

/** The peak rate is not below the committed one, whichever of them a row sets. */
function equalRates(statement: string): readonly Edit[] {
  return [
    [`${TWO}.two-rate.committed-information-rate`, 8000],
    ...(statement.includes("committed-information")
      ? ([[`${TWO}.two-rate.peak-information-rate`, "1000g"]] as const)
      : []),
  ];
}
