// The leaves of address translation. SPDX-License-Identifier: Apache-2.0
import { address, description, flag, NAME, names, number, prefix, reference, type Row } from "./leaf-row.js";
import { nat } from "./nat-tree.js";
import type { Edit } from "./tree.js";

type Rows = [pattern: string, row: Row][];

const NAT = "security.nat";
const ALL: Edit = [NAT, nat];
const SOURCE = `${NAT}.source`;
const DESTINATION = `${NAT}.destination`;
const STATIC = `${NAT}.static`;
const PORT = "a port from 1 to 65535";
const PORTS = "expected a port from 0 to 65535, a port name, or a range like 8000-8010";
const PROTOCOL =
  "expected an IP protocol: tcp, udp, icmp, icmp6, sctp, gre, esp, ah, ospf, ... or a number from 0 to 255";
const RANGE = "expected an address or prefix, or a mapping with name and to (the first and the last address)";
const BOOK = "an address or an address set of the global address-book";
const NO_ADDRESS = "no address or set of the global address-book named 'nowhere'";

const withAll = (row: Row): Row => ({ ...row, also: [ALL, ...(row.also ?? [])] });

const ports = (at: string, accept: readonly (string | number)[]): Row => ({
  at,
  also: [ALL],
  accept,
  refuse: [
    [65536, `${PORTS}, found 65536`],
    ["9-8", `${PORTS}, found '9-8'`],
    ["htp", `${PORTS}, found 'htp'; did you mean 'http'?`],
    [-1, `${PORTS}, found -1`],
  ],
});

const bookAddress = (at: string, accept: readonly string[] = ["web", "any", "any-ipv4"]): Row =>
  withAll(reference(at, accept, BOOK, NO_ADDRESS));

const application = (at: string): Row =>
  withAll(
    reference(
      at,
      ["junos-http", "any"],
      "an application or an application set",
      "no application or set named 'nowhere'",
    ),
  );

const protocol = (at: string): Row => ({
  at,
  also: [ALL],
  accept: ["tcp", "sctp", 17],
  refuse: [
    ["tcpp", `${PROTOCOL}, found 'tcpp'; did you mean 'tcp'?`],
    [256, `${PROTOCOL}, found 256`],
  ],
});

function context(set: string): Rows {
  return (
    [
      ["zone", "trust", "a zone name", "no security-zone named 'nowhere'"],
      ["interface", "ge-0/0/1.10", "an interface unit such as ge-0/0/0.0", "no interface unit named 'nowhere'"],
      ["routing-instance", "blue", "the name of a routing instance, or default", "no routing-instance named 'nowhere'"],
    ] as const
  ).map(([kind, name, title, missing]) => [
    `${set}.${kind}[]`,
    reference(`${set.replace("[]", "[0]")}.${kind}[0]`, [name], title, missing, [
      ALL,
      [set.replace("[]", "[0]"), {}],
      [`${NAT}.source.rule-set[1]`, undefined],
    ]),
  ]);
}

/** named: the name and description of a list's entries, the first of which stands alone. */
const named = (list: string): Rows => [
  [`${list}[].name`, withAll(names(`${list.replaceAll("[]", "[0]")}[0].name`, NAME, ["own"]))],
  [`${list}[].description`, withAll(description(`${list.replaceAll("[]", "[0]")}[0].description`))],
];

const sourceRows: Rows = [
  [`${SOURCE}.address-persistent`, flag(`${SOURCE}.address-persistent`, [ALL])],
  [
    `${SOURCE}.pool[].name`,
    withAll(names(`${SOURCE}.pool[3].name`, NAME, ["own"], [[`${SOURCE}.pool[3].address`, ["192.0.2.70"]]])),
  ],
  [`${SOURCE}.pool[].description`, withAll(description(`${SOURCE}.pool[0].description`))],
  [
    `${SOURCE}.pool[].address[]`,
    {
      at: `${SOURCE}.pool[2].address[0]`,
      also: [ALL],
      accept: ["192.0.2.7", "192.0.2.8/29", "2001:db8::7", { name: "192.0.2.7", to: "192.0.2.9" }],
      refuse: [
        ["192.0.2.9/29", "'192.0.2.9/29' has bits set behind its prefix length; did you mean '192.0.2.8/29'?"],
        ["nowhere", `${RANGE}, found 'nowhere'`],
        [5, `${RANGE}, found 5; write "5" in quotes to make it a text`],
        ["224.0.0.0/29", "it holds a multicast address, which no host can have"],
      ],
    },
  ],
  [
    `${SOURCE}.pool[].address[].name`,
    withAll(address(`${SOURCE}.pool[0].address[1].name`, ["192.0.2.41", "192.0.2.43"])),
  ],
  [`${SOURCE}.pool[].address[].to`, withAll(address(`${SOURCE}.pool[0].address[1].to`, ["192.0.2.40", "192.0.2.200"]))],
  [`${SOURCE}.pool[].port.no-translation`, flag(`${SOURCE}.pool[2].port.no-translation`, [ALL])],
  [
    `${SOURCE}.pool[].port.range.low`,
    number(`${SOURCE}.pool[0].port.range.low`, PORT, 1, 65535, [ALL, [`${SOURCE}.pool[0].port.range.high`, 65535]]),
  ],
  [
    `${SOURCE}.pool[].port.range.high`,
    number(`${SOURCE}.pool[0].port.range.high`, PORT, 1, 65535, [ALL, [`${SOURCE}.pool[0].port.range.low`, 1]]),
  ],
  ...[`${SOURCE}`, `${SOURCE}.pool[]`].flatMap((pattern): Rows => {
    const at = `${pattern.replace("[]", "[0]")}.pool-utilization-alarm`;
    return [
      [
        `${pattern}.pool-utilization-alarm.raise-threshold`,
        number(`${at}.raise-threshold`, "50 to 100 percent", 50, 100, [ALL, [at, {}]]),
      ],
      [
        `${pattern}.pool-utilization-alarm.clear-threshold`,
        {
          at: `${at}.clear-threshold`,
          also: [ALL, [at, { "raise-threshold": 100 }]],
          accept: [40, 99],
          refuse: [
            [39, "expected 40 to 100 percent, found 39"],
            [100, "expected less than the raise-threshold 100, found 100"],
            ["50", "expected 40 to 100 percent, found '50'"],
          ],
        },
      ],
    ];
  }),
  [
    `${SOURCE}.pool[].overflow-pool`,
    withAll(
      reference(
        `${SOURCE}.pool[0].overflow-pool`,
        ["interface", "spare"],
        "the name of a source pool, or interface",
        "no source pool named 'nowhere'",
      ),
    ),
  ],
  ...named(`${SOURCE}.rule-set`),
  ...context(`${SOURCE}.rule-set[].from`),
  ...context(`${SOURCE}.rule-set[].to`),
  [`${SOURCE}.rule-set[].rule[].name`, withAll(names(`${SOURCE}.rule-set[1].rule[0].name`, NAME, ["own"]))],
  [`${SOURCE}.rule-set[].rule[].description`, withAll(description(`${SOURCE}.rule-set[1].rule[0].description`))],
  ...(["source", "destination"] as const).flatMap((side): Rows => [
    [
      `${SOURCE}.rule-set[].rule[].match.${side}-address[]`,
      withAll(prefix(`${SOURCE}.rule-set[1].rule[0].match.${side}-address[0]`, ["10.0.0.0/8", "192.0.2.7", "::/0"])),
    ],
    [
      `${SOURCE}.rule-set[].rule[].match.${side}-address-name[]`,
      bookAddress(`${SOURCE}.rule-set[1].rule[0].match.${side}-address-name[0]`),
    ],
    [
      `${SOURCE}.rule-set[].rule[].match.${side}-port[]`,
      ports(`${SOURCE}.rule-set[1].rule[0].match.${side}-port[0]`, [0, 65535, "smtp", "1-9"]),
    ],
  ]),
  [`${SOURCE}.rule-set[].rule[].match.protocol[]`, protocol(`${SOURCE}.rule-set[1].rule[0].match.protocol[0]`)],
  [
    `${SOURCE}.rule-set[].rule[].match.application[]`,
    application(`${SOURCE}.rule-set[1].rule[0].match.application[0]`),
  ],
  [
    `${SOURCE}.rule-set[].rule[].then.source-nat.off`,
    flag(`${SOURCE}.rule-set[0].rule[0].then.source-nat.off`, [
      ALL,
      [`${SOURCE}.rule-set[0].rule[0].then.source-nat`, {}],
    ]),
  ],
  [
    `${SOURCE}.rule-set[].rule[].then.source-nat.interface`,
    flag(`${SOURCE}.rule-set[0].rule[0].then.source-nat.interface`, [ALL]),
  ],
  [
    `${SOURCE}.rule-set[].rule[].then.source-nat.pool`,
    withAll(
      reference(
        `${SOURCE}.rule-set[2].rule[0].then.source-nat.pool`,
        ["outside", "spare"],
        "the name of a source pool",
        "no source pool named 'nowhere'",
      ),
    ),
  ],
];

const PERSISTENT = `${SOURCE}.rule-set[].rule[].then.source-nat.persistent-nat`;
const persistent = `${SOURCE}.rule-set[1].rule[1].then.source-nat.persistent-nat`;
const persistentRows: Rows = [
  ...["any-remote-host", "target-host", "target-host-port"].map((who): Rows[number] => [
    `${PERSISTENT}.permit.${who}`,
    flag(`${persistent}.permit.${who}`, [ALL, [`${persistent}.permit`, {}]]),
  ]),
  [
    `${PERSISTENT}.inactivity-timeout`,
    number(`${persistent}.inactivity-timeout`, "60 to 7200 seconds", 60, 7200, [ALL]),
  ],
  [
    `${PERSISTENT}.max-session-number`,
    number(`${persistent}.max-session-number`, "8 to 65536 sessions", 8, 65536, [ALL]),
  ],
];

const destinationRows: Rows = [
  [
    `${DESTINATION}.pool[].name`,
    withAll(
      names(`${DESTINATION}.pool[2].name`, NAME, ["own"], [[`${DESTINATION}.pool[2].address`, { name: "10.9.9.9" }]]),
    ),
  ],
  [`${DESTINATION}.pool[].description`, withAll(description(`${DESTINATION}.pool[0].description`))],
  [
    `${DESTINATION}.pool[].address.name`,
    withAll(prefix(`${DESTINATION}.pool[1].address.name`, ["2001:db8:1::26", "2001:db8:1::40/127"])),
  ],
  [
    `${DESTINATION}.pool[].address.to`,
    withAll(address(`${DESTINATION}.pool[0].address.to`, ["10.1.1.80", "10.1.1.89"])),
  ],
  [`${DESTINATION}.pool[].address.port`, number(`${DESTINATION}.pool[0].address.port`, PORT, 1, 65535, [ALL])],
  ...named(`${DESTINATION}.rule-set`),
  ...context(`${DESTINATION}.rule-set[].from`),
  ...named(`${DESTINATION}.rule-set[].rule`),
  [
    `${DESTINATION}.rule-set[].rule[].match.source-address[]`,
    withAll(prefix(`${DESTINATION}.rule-set[0].rule[2].match.source-address[0]`, ["10.0.0.0/8", "::/0"])),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.source-address-name[]`,
    bookAddress(`${DESTINATION}.rule-set[0].rule[2].match.source-address-name[0]`),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.destination-address`,
    withAll(prefix(`${DESTINATION}.rule-set[0].rule[0].match.destination-address`, ["192.0.2.9", "192.0.2.0/24"])),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.destination-address-name`,
    bookAddress(`${DESTINATION}.rule-set[0].rule[2].match.destination-address-name`),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.destination-port[]`,
    ports(`${DESTINATION}.rule-set[0].rule[0].match.destination-port[0]`, [443, "https", "1-9"]),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.protocol[]`,
    protocol(`${DESTINATION}.rule-set[0].rule[0].match.protocol[0]`),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].match.application[]`,
    application(`${DESTINATION}.rule-set[0].rule[2].match.application[0]`),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].then.destination-nat.off`,
    flag(`${DESTINATION}.rule-set[0].rule[2].then.destination-nat.off`, [ALL]),
  ],
  [
    `${DESTINATION}.rule-set[].rule[].then.destination-nat.pool`,
    withAll(
      reference(
        `${DESTINATION}.rule-set[0].rule[0].then.destination-nat.pool`,
        ["web"],
        "the name of a destination pool",
        "no destination pool named 'nowhere'",
      ),
    ),
  ],
];

const staticRows: Rows = [
  ...named(`${STATIC}.rule-set`),
  ...context(`${STATIC}.rule-set[].from`),
  ...named(`${STATIC}.rule-set[].rule`),
  [
    `${STATIC}.rule-set[].rule[].match.source-address[]`,
    withAll(prefix(`${STATIC}.rule-set[0].rule[0].match.source-address[0]`, ["10.0.0.0/8", "203.0.113.7"])),
  ],
  [
    `${STATIC}.rule-set[].rule[].match.source-address-name[]`,
    bookAddress(`${STATIC}.rule-set[0].rule[0].match.source-address-name[0]`),
  ],
  [
    `${STATIC}.rule-set[].rule[].match.destination-address`,
    withAll(prefix(`${STATIC}.rule-set[0].rule[0].match.destination-address`, ["192.0.2.61", "192.0.2.62/32"])),
  ],
  [
    `${STATIC}.rule-set[].rule[].match.destination-port`,
    ports(`${STATIC}.rule-set[0].rule[0].match.destination-port`, ["22-23", "2300-2301"]),
  ],
  [
    `${STATIC}.rule-set[].rule[].then.static-nat.prefix.name`,
    withAll(prefix(`${STATIC}.rule-set[0].rule[0].then.static-nat.prefix.name`, ["10.1.1.61", "10.1.1.62/32"])),
  ],
  [
    `${STATIC}.rule-set[].rule[].then.static-nat.nptv6-prefix.name`,
    withAll(
      prefix(`${STATIC}.rule-set[0].rule[2].then.static-nat.nptv6-prefix.name`, [
        "fd01:203:406::/48",
        "fd01:203:407::/48",
      ]),
    ),
  ],
  [
    `${STATIC}.rule-set[].rule[].then.static-nat.inet`,
    flag(`${STATIC}.rule-set[0].rule[2].then.static-nat.inet`, [
      ALL,
      [`${STATIC}.rule-set[0].rule[2].match.destination-address`, "64:ff9b::/96"],
      [`${STATIC}.rule-set[0].rule[2].then.static-nat`, {}],
    ]),
  ],
  [
    `${STATIC}.rule-set[].rule[].then.static-nat.prefix.mapped-port`,
    ports(`${STATIC}.rule-set[0].rule[0].then.static-nat.prefix.mapped-port`, ["80-81", "1-2"]),
  ],
];

const proxyRows: Rows = (
  [
    [
      "proxy-arp",
      ["192.0.2.7", "192.0.2.8/29", { name: "192.0.2.7", to: "192.0.2.9" }],
      "2001:db8::7",
      1,
      ["192.0.2.41", "192.0.2.44"],
    ],
    ["proxy-ndp", ["2001:db8::7", "2001:db8::8/125"], "192.0.2.7", 0, ["2001:db8:2::71", "2001:db8:2::80"]],
  ] as const
).flatMap(([kind, accept, other, size, ends]): Rows => {
  const at = `${NAT}.${kind}.interface`;
  const otherwise = kind === "proxy-arp" ? "IPv6 addresses stand in proxy-ndp" : "IPv4 addresses stand in proxy-arp";
  return [
    [
      `${at}[].name`,
      withAll(
        reference(
          `${at}[0].name`,
          ["ge-0/0/0.0"],
          "an interface unit such as ge-0/0/0.0",
          "no interface unit named 'nowhere'",
        ),
      ),
    ],
    [
      `${at}[].address[]`,
      {
        at: `${at}[0].address[0]`,
        also: [ALL],
        accept,
        refuse: [
          [other, otherwise],
          ["nowhere", `${RANGE}, found 'nowhere'`],
        ],
      },
    ],
    [`${at}[].address[].name`, withAll(address(`${at}[0].address[${size}].name`, [ends[0]]))],
    [`${at}[].address[].to`, withAll(address(`${at}[0].address[${size}].to`, [ends[1]]))],
  ];
});

export const natRows: Rows = [...proxyRows, ...persistentRows, ...sourceRows, ...destinationRows, ...staticRows];
