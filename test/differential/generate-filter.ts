// generate-filter.ts: filters, policers and routing instances for a configuration: few values, near each other, so that
// terms overlap and packets hit their edges. SPDX-License-Identifier: Apache-2.0
import type {
  ClassOfService,
  Classifier,
  CodePointType,
  Config,
  CosInterface,
  Filter,
  FilterFrom,
  FilterTerm,
  FilterThen,
  Interface,
  Policer,
  RewriteRule,
  RoutingInstance,
  StaticRoute,
  ThreeColorPolicer,
  UnitFilter,
} from "../../daemon/src/config/config.js";
import { checkMeaning } from "../../daemon/src/config/check.js";
import { checkSchema } from "../../daemon/src/config/schema.js";
import type { Family } from "../model/address.js";
import type { Chooser } from "./choose.js";

/** What conditions mention; generate-filter-steps.ts sends these values and their neighbours. */
export const MENTIONED = {
  ports: [80, 22, 53, 5000, 5010, 40000, 65535, 0],
  protocols: [6, 17, 1, 47, 50, 132],
  lengths: [28, 40, 60, 100, 576, 1400],
  ttls: [0, 1, 2, 64, 255],
  codePoints: [0, 10, 46, 63],
  spis: [256, 0x11111111, 0xffffffff],
  offsets: [0, 1, 50, 100],
  icmp: { inet: [8, 0, 3, 13], inet6: [128, 129, 1, 135] },
  icmpCodes: [0, 1, 3, 13],
  options: [7, 68, 148],
} as const;

const PREFIXES: Readonly<Record<Family, readonly string[]>> = {
  inet: [
    "10.0.1.10/32",
    "10.0.1.0/24",
    "10.0.1.8/29",
    "10.0.0.0/16",
    "10.0.2.0/24",
    "10.0.2.10/32",
    "10.0.3.0/24",
    "10.0.5.0/24",
    "192.0.2.0/24",
    "192.0.2.128/25",
    "192.0.2.100/31",
    "0.0.0.0/0",
  ],
  inet6: [
    "2001:db8:1::10/128",
    "2001:db8:1::/64",
    "2001:db8:1::10/127",
    "2001:db8:2::/64",
    "2001:db8:ff::/48",
    "2001:db8:5::/64",
    "2001:db8::/32",
    "::/0",
  ],
};

const LISTS = [
  { name: "near", prefix: ["10.0.1.0/25", "10.0.1.8/30", "2001:db8:1::/120", "10.0.4.0/31"] },
  { name: "far", prefix: ["192.0.2.0/26", "192.0.2.200/31", "2001:db8:ff:1::/64", "2001:db8:ff::/64"] },
  { name: "inet-only", prefix: ["10.0.2.8/29"] },
];

const flag = (on: boolean, name: string): Record<string, true> => (on ? { [name]: true } : {});

const rangeText = (low: number, high: number): string | number => (low === high ? low : `${low}-${high}`);

/** valuesOf: numbers, ranges that begin or end with what is mentioned, and names. */
function valuesOf(
  c: Chooser,
  numbers: readonly number[],
  highest: number,
  names: readonly string[] = [],
): (string | number)[] {
  const one = (): string | number => {
    const value = c.of(numbers);
    switch (c.below(names.length > 0 ? 5 : 4)) {
      case 0:
      case 1:
        return value;
      case 2:
        return rangeText(value, Math.min(highest, value + 1 + c.below(40)));
      case 3:
        return rangeText(Math.max(0, value - 1 - c.below(40)), value);
      default:
        return c.of(names);
    }
  };
  return [...new Set(Array.from({ length: 1 + c.below(3) }, one))];
}

type Pair = readonly [name: string, make: (c: Chooser, family: Family) => object];

const listed = (
  name: string,
  numbers: readonly number[] | ((family: Family) => readonly number[]),
  highest: number,
  names: readonly string[] = [],
): Pair => [
  name,
  (c, family) => {
    const values = valuesOf(c, typeof numbers === "function" ? numbers(family) : numbers, highest, names);
    return { [c.oneIn(4) ? `${name}-except` : name]: values };
  },
];

function addressesOf(c: Chooser, family: Family): object {
  const side = c.of(["source-", "destination-", ""]);
  const entry = (name: string) => (c.oneIn(3) ? { name, except: true as const } : name);
  const prefixes = c.some(PREFIXES[family], 3).map(entry);
  const lists = c.oneIn(3) ? c.some(family === "inet" ? ["near", "far", "inet-only"] : ["near", "far"], 2) : [];
  if (lists.length > 0 && c.oneIn(2)) return { [`${side}prefix-list`]: lists.map(entry) };
  return {
    [`${side}address`]: prefixes,
    ...(lists.length > 0 ? { [`${side}prefix-list`]: lists.map(entry) } : {}),
  };
}

const PORT_NAMES = ["http", "ssh", "domain"];

/** OF_FLOWS: what is the same for all packets of a flow: filters of nothing else need not be asked again. */
const OF_FLOWS: readonly Pair[] = [
  ["address", addressesOf],
  ["address", addressesOf],
  listed("source-port", MENTIONED.ports, 65535, PORT_NAMES),
  listed("destination-port", MENTIONED.ports, 65535, PORT_NAMES),
  listed("port", MENTIONED.ports, 65535, PORT_NAMES),
  ["interface", (c) => ({ interface: c.some(["ge-0/0/0.0", "ge-0/0/1.0", "ge-0/0/2.30", "ge-0/0/3.0"], 2) })],
];

/** OF_PACKETS of both families; what only one has stands below. */
const OF_PACKETS: readonly Pair[] = [
  listed("packet-length", MENTIONED.lengths, 65535),
  listed("icmp-type", (family) => MENTIONED.icmp[family], 255, ["echo-request", "echo-reply"]),
  listed("icmp-code", MENTIONED.icmpCodes, 255),
  [
    "tcp-flags",
    (c) => ({
      "tcp-flags": c.of([
        "syn",
        "syn & !ack",
        "syn & ack",
        "ack | rst",
        "(syn, fin) & !rst",
        "!(ack | rst)",
        "0x12",
        "fin + ack",
        "urgent | push",
      ]),
    }),
  ],
  ["tcp-established", () => ({ "tcp-established": true })],
  ["tcp-initial", () => ({ "tcp-initial": true })],
  ["is-fragment", (c) => (c.oneIn(2) ? { "is-fragment": true } : { "first-fragment": true })],
  [
    "forwarding-class",
    (c) => ({
      [c.oneIn(3) ? "forwarding-class-except" : "forwarding-class"]: c.some(CLASSES, 2),
    }),
  ],
  ["loss-priority", (c) => ({ [c.oneIn(3) ? "loss-priority-except" : "loss-priority"]: c.some(LOSSES, 2) })],
  ["flexible-match-mask", flexibleOf],
];

const CLASSES = ["best-effort", "expedited-forwarding", "assured-forwarding", "network-control", "voice"] as const;
const LOSSES = ["low", "medium-low", "medium-high", "high"] as const;

const PROTOCOL: Readonly<Record<Family, Pair>> = {
  inet: listed("protocol", MENTIONED.protocols, 255, ["tcp", "udp", "icmp", "gre", "esp"]),
  inet6: [
    "next-header",
    /* Numbers of extension headers are refused, in ranges too. */
    (c) => ({
      [c.oneIn(4) ? "next-header-except" : "next-header"]: c.some(
        ["tcp", "udp", "icmp6", 6, 17, 58, 50, 132, "gre", "6-17", "45-50", "17-42", "5-16", "61-134"],
        3,
      ),
    }),
  ],
};

const ONLY: Readonly<Record<Family, readonly Pair[]>> = {
  inet: [
    listed("dscp", MENTIONED.codePoints, 63, ["ef", "af11", "be", "cs1"]),
    listed("precedence", [0, 1, 5, 7], 7, ["routine", "critical-ecp"]),
    listed("ttl", MENTIONED.ttls, 255),
    listed("fragment-offset", MENTIONED.offsets, 8191),
    listed("esp-spi", MENTIONED.spis, 0xffffffff, ["0x100"]),
    listed("ip-options", MENTIONED.options, 255, ["any", "router-alert", "route-record", "timestamp"]),
    [
      "fragment-flags",
      (c) => ({
        "fragment-flags": c.of(["dont-fragment", "more-fragments", "!dont-fragment", "0x2", "reserved | 0x4"]),
      }),
    ],
  ],
  inet6: [
    listed("traffic-class", MENTIONED.codePoints, 63, ["ef", "af11", "be"]),
    listed("hop-limit", MENTIONED.ttls, 255),
  ],
};

function flexibleOf(c: Chooser): object {
  const start = c.of(["layer-3", "layer-4", "payload"] as const);
  const length = c.of([8, 16, 1, 32, 5, 12]);
  const mask = c.oneIn(2) ? c.of([1, 0xf, 0xf1, 0xff]) % 2 ** length : undefined;
  const prefix = (c.below(4) === 0 ? 0x50 : c.below(1 << 16)) % 2 ** Math.min(length, 16);
  return {
    "flexible-match-mask": {
      "match-start": start,
      "byte-offset": c.of([0, 1, 2, 3, 8, 19, 30]),
      ...(c.oneIn(3) ? { "bit-offset": c.below(8) } : {}),
      "bit-length": length,
      ...(mask === undefined ? {} : { "mask-in-hex": `0x${mask.toString(16)}` }),
      prefix: `0x${(prefix & (mask ?? 0xffff)).toString(16)}`,
    },
  };
}

function fromOf(
  c: Chooser,
  family: Family,
  ofFlows: boolean,
  count = [1, 1, 2, 3, 0][c.below(5)]!,
): { from?: FilterFrom } {
  const always = [...OF_FLOWS, PROTOCOL[family]];
  const all = ofFlows ? always : [...always, ...OF_PACKETS, ...ONLY[family], ...ONLY[family]];
  let from = {};
  for (let i = 0; i < count; i++) from = { ...from, ...c.of(all)[1](c, family) };
  return count === 0 ? {} : { from };
}

const REASONS: Readonly<Record<Family, readonly string[]>> = {
  inet: ["host-unreachable", "port-unreachable", "network-prohibited", "precedence-cutoff", "fragmentation-needed"],
  inet6: ["no-route", "port-unreachable", "beyond-scope", "reject-route", "policy-failed"],
};

/** Place: what a filter may say depends on where it is attached. */
export type Standing = "input" | "other";

function actionOf(c: Chooser, family: Family): FilterThen {
  switch (c.below(18)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { accept: true };
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      return { next: "term" };
    case 10:
      return { discard: true };
    case 11:
      return { reject: c.oneIn(2) ? true : c.of(REASONS[family]) };
    case 12:
      return { reject: "tcp-reset" };
    default:
      return {};
  }
}

export const POLICERS: readonly Policer[] = [
  { name: "tight", "if-exceeding-pps": { "pps-limit": 1000, "packet-burst": 2 } },
  { name: "once", "if-exceeding-pps": { "pps-limit": 1, "packet-burst": 1 }, "filter-specific": true },
  {
    name: "bytes",
    "if-exceeding": { "bandwidth-limit": "8k", "burst-size-limit": 1500 },
    "logical-interface-policer": true,
  },
  {
    name: "mark",
    "if-exceeding": { "bandwidth-limit": "12345", "burst-size-limit": "1600" },
    then: { "loss-priority": "high", "forwarding-class": "voice" },
  },
  { name: "profile", "if-exceeding-pps": { "pps-limit": 3, "packet-burst": 3 }, then: { "out-of-profile": true } },
];

const discardRed = { "loss-priority": [{ name: "high" as const, then: { discard: true as const } }] };
export const THREE_COLOURS: readonly ThreeColorPolicer[] = [
  {
    name: "single",
    "single-rate": {
      "color-blind": true,
      "committed-information-rate": "8k",
      "committed-burst-size": 1500,
      "excess-burst-size": 1700,
    },
    action: discardRed,
  },
  {
    name: "single-aware",
    "single-rate": {
      "color-aware": true,
      "committed-information-rate": "100k",
      "committed-burst-size": 1500,
      "excess-burst-size": "2k",
    },
  },
  {
    name: "two",
    "two-rate": {
      "committed-information-rate": "8k",
      "committed-burst-size": 1500,
      "peak-information-rate": "17k",
      "peak-burst-size": 1999,
    },
    action: discardRed,
    "filter-specific": true,
  },
  {
    name: "two-aware",
    "two-rate": {
      "color-aware": true,
      "committed-information-rate": 8001,
      "committed-burst-size": 1500,
      "peak-information-rate": "1m",
      "peak-burst-size": 1500,
    },
    action: discardRed,
  },
];

function meterOf(c: Chooser): FilterThen {
  if (c.oneIn(2)) return { policer: c.of(POLICERS).name };
  const policer = c.of(THREE_COLOURS);
  const kind = policer["single-rate"] === undefined ? "two-rate" : "single-rate";
  return { "three-color-policer": { [kind]: policer.name } };
}

function thenOf(c: Chooser, family: Family, standing: Standing): { then?: FilterThen } {
  const action = actionOf(c, family);
  const ends = action.discard !== undefined || action.reject !== undefined;
  const meters = c.oneIn(4);
  const meter = meters ? meterOf(c) : {};
  const colours = "three-color-policer" in meter;
  const mark = family === "inet" ? "dscp" : "traffic-class";
  const then: FilterThen = {
    ...action,
    ...(c.oneIn(2) ? { count: c.of(["c1", "c2", "c3"]) } : {}),
    ...flag(c.oneIn(3), "log"),
    ...flag(c.oneIn(6), "syslog"),
    ...meter,
    ...(c.oneIn(5) ? { "forwarding-class": c.of(CLASSES) } : {}),
    ...(c.oneIn(6) && !colours ? { "loss-priority": c.of(LOSSES) } : {}),
    ...(c.oneIn(6) ? { [mark]: c.of([0, 46, "af11", "101010", 63]) } : {}),
    ...(standing === "input" && !ends && c.oneIn(3) ? { "routing-instance": c.of(["fwd", "vr"]) } : {}),
  };
  return Object.keys(then).length === 0 ? {} : { then };
}

/** goesOnLogging: of an attached filter at most eight terms log and go on: two of each here, and three filters in a list. */
const MOST_LOGGING = 2;
function goesOnLogging(term: FilterTerm, filters: readonly Filter[]): number {
  const inner = filters.find((filter) => filter.name === term.filter);
  if (inner !== undefined) return inner.term.reduce((sum, one) => sum + goesOnLogging(one, filters), 0);
  const { then } = term;
  return then?.next !== undefined && (then.log === true || then.syslog === true) ? 1 : 0;
}

/** probe: terms that only count, each for one condition: whatever a packet does, all of them are asked about it. */
function probe(c: Chooser, family: Family, name: string): Filter {
  const terms = Array.from({ length: 4 + c.below(10) }, (_, t): FilterTerm => ({
    name: `t${t}`,
    ...fromOf(c, family, false, 1),
    then: { next: "term", count: `p${t}` },
  }));
  const last: FilterThen = { accept: true, ...flag(c.oneIn(2), "log") };
  const first = c.oneIn(3) ? [{ name: "meter", then: { next: "term" as const, ...meterOf(c) } }] : [];
  return { name, term: [...first, ...terms, { name: "last", then: last }] };
}

/** passing: most terms of a long filter, so that the last ones have something to do. */
const passing = (c: Chooser): FilterThen => ({ next: "term", count: c.of(["n1", "n2", "n3"]) });

/** filtersOf: three filters; later ones may name earlier ones. */
function filtersOf(c: Chooser, family: Family, standing: Standing, prefix: string): Filter[] {
  const filters: Filter[] = [];
  for (let i = 0; i < 3; i++) {
    if (c.oneIn(3)) {
      filters.push(probe(c, family, `${prefix}${i}`));
      continue;
    }
    const terms: FilterTerm[] = c.oneIn(4) ? [{ name: "meter", then: { next: "term", ...meterOf(c) } }] : [];
    const ofFlows = c.oneIn(2);
    /* Long ones are looked up by an index: its words are of 32 terms. */
    const isLong = i === 0 && c.oneIn(4);
    const count = isLong ? 15 + c.below(60) : 1 + c.below(4);
    let logging = 0;
    for (let t = 0; t < count; t++) {
      const term: FilterTerm =
        i > 0 && c.oneIn(5)
          ? { name: `t${t}`, filter: `${prefix}${c.below(i)}` }
          : {
              name: `t${t}`,
              ...fromOf(c, family, ofFlows),
              ...(isLong && !c.oneIn(4) ? { then: passing(c) } : thenOf(c, family, standing)),
            };
      logging += goesOnLogging(term, filters);
      if (logging <= MOST_LOGGING) terms.push(term);
    }
    if (!c.oneIn(6) || terms.length === 0) {
      const last: FilterThen = c.oneIn(3) ? { accept: true, log: true, count: "rest" } : { accept: true };
      terms.push({ name: "last", then: last });
    }
    filters.push({ name: `${prefix}${i}`, ...flag(c.oneIn(3), "interface-specific"), term: terms });
  }
  return filters;
}

const wordsOf = (c: Chooser, prefix: string): string[] => {
  const names = [`${prefix}0`, `${prefix}1`, `${prefix}2`];
  return c.some(names, 3);
};

function attachOf(c: Chooser, family: Family): { filter?: UnitFilter } {
  const six = family === "inet6" ? "6" : "";
  const input = (): UnitFilter =>
    c.oneIn(4) ? { "input-list": wordsOf(c, `in${six}-`) } : { input: c.of(wordsOf(c, `in${six}-`)) };
  const output = (): UnitFilter =>
    c.oneIn(4) ? { "output-list": wordsOf(c, `any${six}-`) } : { output: c.of(wordsOf(c, `any${six}-`)) };
  const filter = { ...(c.oneIn(3) ? {} : input()), ...(c.oneIn(2) ? output() : {}) };
  return Object.keys(filter).length === 0 ? {} : { filter };
}

/** hostOf: lo0 takes filters that have no routing-instance. */
function hostOf(c: Chooser): Record<string, Interface> {
  const unit = (): Interface["unit"][string] => ({
    family: {
      ...(c.oneIn(4) ? {} : { inet: { filter: { input: c.of(wordsOf(c, "any-")) } } }),
      ...(c.oneIn(2) ? {} : { inet6: { filter: { input: c.of(wordsOf(c, "any6-")) } } }),
    },
  });
  const units = { ...(c.oneIn(3) ? {} : { "0": unit() }), ...(c.oneIn(3) ? { "1": unit() } : {}) };
  return Object.keys(units).length === 0 ? {} : { lo0: { unit: units } };
}

function instancesOf(c: Chooser, hasLoopback: boolean): RoutingInstance[] {
  const some = (routes: readonly StaticRoute[]): StaticRoute[] => routes.filter(() => !c.oneIn(10));
  return [
    {
      name: "fwd",
      "instance-type": "forwarding",
      "routing-options": {
        static: {
          route: some([
            { name: "192.0.2.0/24", "next-hop": ["10.0.3.254"] },
            { name: "10.0.2.0/24", "next-hop": ["10.0.3.253"] },
            { name: "10.0.2.10/32", reject: true },
            { name: "192.0.2.100/32", discard: true },
            { name: "10.0.5.0/24", "next-table": "vr.inet.0" },
            { name: "0.0.0.0/0", "next-table": "inet.0" },
            { name: "2001:db8:ff::/48", "next-table": "vr.inet6.0" },
            { name: "::/0", "next-table": "inet6.0" },
          ]),
        },
      },
    },
    {
      name: "vr",
      "instance-type": "virtual-router",
      interface: ["ge-0/0/3.0", ...(hasLoopback ? ["lo0.1"] : [])],
      "routing-options": {
        static: {
          route: some([
            { name: "192.0.2.0/25", "next-hop": ["10.0.5.254"] },
            { name: "0.0.0.0/0", "next-table": "inet.0" },
            { name: "2001:db8:ff::/48", "next-hop": ["2001:db8:5::fe"] },
            { name: "::/0", "next-table": "inet6.0" },
          ]),
        },
      },
    },
  ];
}

/**
 * possible takes out of each term what it asks for in vain: conditions that no packet could meet together are refused, and
 * that they are has tests of its own.
 */
function possible(config: Config): Config {
  const tree = structuredClone(config);
  for (;;) {
    const contradictions = checkMeaning(tree);
    const findings = contradictions.length > 0 ? contradictions : checkSchema(tree);
    if (findings.length === 0) return tree;
    for (const { path, message } of findings) {
      const at = path.lastIndexOf("from");
      if (path[0] !== "firewall" || at < 0) throw new Error(`${path.join(" ")}: ${message}`);
      /* One condition, or `from` as a whole if none is left. */
      const last = Math.min(at + 1, path.length - 1);
      const holder = path.slice(0, last).reduce((node, key) => (node as Record<string, unknown>)[key], tree as unknown);
      delete (holder as Record<string, unknown>)[path[last]!];
    }
  }
}

/** classesOf: classifiers and rewrite rules, own ones and those that are always there. */
function classesOf(c: Chooser, names: readonly string[]): ClassOfService {
  const own = ["tidy", "default", "twisted"];
  const of = (): Partial<Record<CodePointType, string>> => ({
    ...(c.oneIn(3) ? { dscp: c.of(own) } : {}),
    ...(c.oneIn(3) ? { "dscp-ipv6": c.of(own) } : {}),
  });
  const some = (name: string) => {
    const made = of();
    return Object.keys(made).length === 0 ? {} : { [name]: made };
  };
  const interfaces = names.flatMap((name) => {
    const units = (UNITS[name] ?? ["0"]).map((unit) => [unit, { ...some("classifiers"), ...some("rewrite-rules") }]);
    const used = units.filter(([, unit]) => Object.keys(unit!).length > 0);
    return used.length === 0 ? [] : [[name, { unit: Object.fromEntries(used) as object }]];
  });
  const classifiers: Classifier[] = [
    {
      name: "tidy",
      import: "default",
      "forwarding-class": [
        { name: "voice", "loss-priority": [{ name: "medium-low", "code-points": ["ef", 9, "mine"] }] },
        { name: "best-effort", "loss-priority": [{ name: "high", "code-points": ["101111", 63] }] },
      ],
    },
    {
      name: "twisted",
      import: "tidy",
      "forwarding-class": [
        { name: "network-control", "loss-priority": [{ name: "medium-high", "code-points": [0, "af11", 47] }] },
      ],
    },
  ];
  const rules: RewriteRule[] = [
    {
      name: "tidy",
      import: "default",
      "forwarding-class": [
        {
          name: "voice",
          "loss-priority": [
            { name: "low", "code-point": "cs5" },
            { name: "high", "code-point": 1 },
          ],
        },
        { name: "best-effort", "loss-priority": [{ name: "low", "code-point": "mine" }] },
      ],
    },
    {
      name: "twisted",
      "forwarding-class": [{ name: "best-effort", "loss-priority": [{ name: "low", "code-point": "ef" }] }],
    },
  ];
  const alias = [{ name: "mine", bits: "010101" }];
  return {
    "forwarding-classes": { class: [{ name: "voice", "queue-num": 5 }] },
    "code-point-aliases": { dscp: alias, "dscp-ipv6": alias },
    classifiers: { dscp: classifiers, "dscp-ipv6": classifiers },
    "rewrite-rules": { dscp: rules, "dscp-ipv6": rules },
    ...(interfaces.length === 0 ? {} : { interfaces: Object.fromEntries(interfaces) as Record<string, CosInterface> }),
  };
}

/** The units of interfaces that have more than one. */
const UNITS: Readonly<Record<string, readonly string[]>> = { "ge-0/0/2": ["30", "40"] };

/** withFirewallOf: another's filters, with other numbers and in other places; their counters and budgets go on. */
export function withFirewallOf(config: Config, { firewall }: Config): Config {
  const { inet, inet6 } = firewall!.family!;
  const turned = (filters: readonly Filter[]): Filter[] => [...filters.slice(1), ...filters.slice(0, 1)];
  const family = { inet: { filter: turned(inet!.filter!) }, inet6: { filter: turned(inet6!.filter!) } };
  return { ...config, firewall: { ...firewall, family } };
}

/** withFilters adds a fourth interface, in a routing instance of its own, and filters wherever they can stand. */
export function withFilters(config: Config, c: Chooser): Config {
  const interfaces: Record<string, Interface> = { ...config.interfaces };
  interfaces["ge-0/0/3"] = {
    device: "eth3",
    unit: { "0": { family: { inet: { address: ["10.0.5.1/24"] }, inet6: { address: ["2001:db8:5::1/64"] } } } },
  };
  for (const [name, statement] of Object.entries(interfaces)) {
    const unit = Object.entries(statement.unit).map(([number, one]) => {
      const { inet, inet6 } = one.family ?? {};
      const family = {
        ...(inet === undefined ? {} : { inet: { ...inet, ...attachOf(c, "inet") } }),
        ...(inet6 === undefined ? {} : { inet6: { ...inet6, ...attachOf(c, "inet6") } }),
      };
      return [number, { ...one, family }] as const;
    });
    interfaces[name] = { ...statement, unit: Object.fromEntries(unit) };
  }
  const host = hostOf(c);
  const zones = config.security.zones["security-zone"].map((zone) => ({
    ...zone,
    ...(zone.name === "dmz" ? { interfaces: [...(zone.interfaces ?? []), "ge-0/0/3.0"] } : {}),
    ...(c.oneIn(4) ? {} : { "host-inbound-traffic": { "system-services": ["any-service"], protocols: ["all"] } }),
  }));
  const pass = {
    global: true as const,
    policy: [
      {
        name: "pass",
        match: { "source-address": ["any"], "destination-address": ["any"], application: ["any"] },
        then: { permit: true as const, log: { "session-init": true as const }, count: true as const },
      },
    ],
  };
  const policies = config.security.policies ?? [];
  const passes = !c.oneIn(8);
  const { static: fixed } = config["routing-options"] ?? {};
  const leak = c.oneIn(4)
    ? []
    : [
        { name: "10.0.5.0/24", "next-table": "vr.inet.0" },
        { name: "2001:db8:5::/64", "next-table": "vr.inet6.0" },
      ];
  return possible({
    ...config,
    interfaces: { ...interfaces, ...host },
    security: {
      ...config.security,
      zones: { "security-zone": zones },
      policies: passes ? [...policies.filter((one) => one.global === undefined), pass] : policies,
    },
    "policy-options": { "prefix-list": LISTS },
    firewall: {
      family: {
        inet: { filter: [...filtersOf(c, "inet", "input", "in-"), ...filtersOf(c, "inet", "other", "any-")] },
        inet6: { filter: [...filtersOf(c, "inet6", "input", "in6-"), ...filtersOf(c, "inet6", "other", "any6-")] },
      },
      policer: POLICERS,
      "three-color-policer": THREE_COLOURS,
    },
    "class-of-service": classesOf(c, Object.keys(interfaces)),
    "routing-options": { static: { route: [...(fixed?.route ?? []), ...leak] } },
    "routing-instances": instancesOf(c, host.lo0?.unit["1"] !== undefined),
  });
}
