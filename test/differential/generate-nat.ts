// generate-nat.ts: address translation for a configuration, and packets that meet its rules or just not.
// SPDX-License-Identifier: Apache-2.0
import type {
  Config,
  Nat,
  NatContext,
  NatDestinationPool,
  NatDestinationRule,
  NatSourcePool,
  NatSourceRule,
  NatStaticRule,
} from "../../daemon/src/config/config.js";
import { readAddress, readPrefix, writeAddress } from "../model/address.js";
import { nptv6 } from "../model/nptv6.js";
import { Chooser } from "./choose.js";
import { A, B, C, GAPS, Traffic, type Hosts, type Making, type Sending, type Source } from "./generate-steps.js";

const SITE = "2001:db8:1::/48";
const OUTER_SITE = "2001:db8:77::/48";
const LAN = "2001:db8:1::/64";
const OUTER_LAN = "2001:db8:78:5::/64";

const outside = (inner: string, from: string, to: string): string =>
  writeAddress(nptv6(readAddress(inner), readPrefix(from), readPrefix(to))!);

/** Ports are few, so that they are used up. */
function sourcePools(c: Chooser): NatSourcePool[] {
  const overflow = c.of([undefined, "few", "interface", "wide"]);
  return [
    {
      name: "one",
      address: ["10.0.2.200/32"],
      port: { range: { low: 5000, high: 5000 + c.below(2) } },
      ...(overflow === undefined ? {} : { "overflow-pool": overflow }),
    },
    { name: "few", address: [{ name: "10.0.2.210", to: "10.0.2.211" }], port: { range: { low: 2000, high: 2001 } } },
    {
      name: "plain",
      address: ["10.0.2.220/31"],
      port: { "no-translation": true },
      ...(c.oneIn(3) ? { "overflow-pool": "interface" } : {}),
    },
    { name: "wide", address: ["10.0.3.200/30", "10.0.3.210/32"] },
    { name: "six", address: ["2001:db8:2::200/127"], port: { range: { low: 3000, high: 3001 } } },
    { name: "six-plain", address: ["2001:db8:2::210/128"], port: { "no-translation": true } },
  ];
}

const destinationPools: readonly NatDestinationPool[] = [
  { name: "web", address: { name: "10.0.1.10/32", port: 22 } },
  { name: "host", address: { name: "10.0.1.11/32" } },
  { name: "farm", address: { name: "10.0.1.9", to: "10.0.1.12" } },
  { name: "dmz", address: { name: "10.0.3.10/32", port: 80 } },
  { name: "six", address: { name: "2001:db8:1::10/128", port: 80 } },
];

const isSix = (pool: string | undefined): boolean => pool?.startsWith("six") === true;

/** Contexts differ in kind, so that what says more can win. */
const FROM_TO: readonly (readonly [NatContext, NatContext])[] = [
  [{ zone: ["trust"] }, { zone: ["untrust"] }],
  [{ interface: ["ge-0/0/0.0"] }, { interface: ["ge-0/0/1.0"] }],
  [{ zone: ["trust"] }, { interface: ["ge-0/0/1.0"] }],
  [{ interface: ["ge-0/0/0.0"] }, { zone: ["untrust"] }],
  [{ "routing-instance": ["default"] }, { "routing-instance": ["default"] }],
  [{ zone: ["trust", "dmz"] }, { interface: ["ge-0/0/2.30"] }],
  [{ zone: ["untrust"] }, { zone: ["trust"] }],
  [{ zone: ["trust"] }, { zone: ["trust"] }],
];
const FROM: readonly NatContext[] = [
  { zone: ["untrust"] },
  { interface: ["ge-0/0/1.0"] },
  { zone: ["dmz"] },
  { "routing-instance": ["default"] },
  { zone: ["trust"] },
  { interface: ["ge-0/0/0.0", "ge-0/0/2.30"] },
];

/** distinct picks contexts of rule-sets, each once; one of the first `usual` is among them. */
function distinct<T>(c: Chooser, contexts: readonly T[], usual: number, most: number): T[] {
  const some = new Set([c.of(contexts.slice(0, usual)), ...(c.oneIn(2) ? c.some(contexts, most) : [])]);
  return c.oneIn(2) ? [...some] : [...some].toReversed();
}

/** traffic: protocols and ports that a rule asks for; destination rules ask for no source port. */
function traffic(c: Chooser, sourcePorts: boolean): object {
  switch (c.below(10)) {
    case 0:
      return { protocol: ["tcp"], "destination-port": [80] };
    case 1:
      return { "destination-port": ["80-81", 5005] };
    case 2:
      return { application: c.of([["web"], ["bundle", "short"], ["junos-dns-udp", "tunnel"]]) };
    case 3:
      return { protocol: ["udp", "icmp", "icmp6"] };
    case 4:
      return sourcePorts ? { "source-port": ["40000-40001"] } : {};
    default:
      return {};
  }
}

function sides(c: Chooser, six: boolean | undefined): object {
  const inet = [["10.0.1.0/24"], ["10.0.1.10/32"], ["10.0.1.8/30", "10.0.2.10/32"]];
  const inet6 = [["2001:db8:1::/64"], ["2001:db8:1::10/128"]];
  const sources = six === true ? inet6 : six === false ? inet : [...inet, ["10.0.1.0/24", "2001:db8:1::/64"]];
  const targets = six === true ? [["2001:db8:ff::/48"]] : [["192.0.2.0/24"], ["10.0.1.8/29", "192.0.2.100/32"]];
  return {
    ...(c.oneIn(3) ? { "source-address": c.of(sources) } : {}),
    ...(c.oneIn(8) ? { "source-address-name": c.some(["a-range", "mixed", "a6-net", "any"], 2) } : {}),
    ...(c.oneIn(6) ? { "destination-address": c.of(targets) } : {}),
    ...(c.oneIn(8) ? { "destination-address-name": [c.of(["far-range", "nested", "b-host"])] } : {}),
  };
}

function sourceRule(c: Chooser, index: number): NatSourceRule {
  const then = c.of(["pool", "pool", "interface", "off", "pool"] as const);
  const pool = then === "pool" ? c.of(["one", "few", "plain", "six", "wide", "one", "few", "six-plain"]) : undefined;
  const action = pool === undefined ? { [then]: true } : { pool };
  return {
    name: `r${index}`,
    match: c.oneIn(2) ? {} : { ...sides(c, pool === undefined ? undefined : isSix(pool)), ...traffic(c, true) },
    then: { "source-nat": action },
  };
}

function destinationRule(c: Chooser, index: number): NatDestinationRule {
  const pool = c.of(["web", "host", "farm", "dmz", "six", undefined]);
  const inet = ["10.0.2.230/32", "10.0.2.230/31", "10.0.2.228/30", "192.0.2.100/32", "10.0.2.1/32", "10.0.2.136/30"];
  const inet6 = ["2001:db8:2::230/128", "2001:db8:2::230/127"];
  const address = isSix(pool) ? inet6 : inet;
  const named = c.oneIn(8);
  return {
    name: `r${index}`,
    match: {
      ...(named
        ? { "destination-address-name": c.of(["far-range", "nested"]) }
        : { "destination-address": c.of(address) }),
      ...(c.oneIn(8) && !isSix(pool)
        ? { "source-address": [c.of(["10.0.2.0/24", "10.0.1.0/24", "192.0.2.0/24"])] }
        : {}),
      ...(c.oneIn(2) ? traffic(c, false) : {}),
    },
    then: { "destination-nat": pool === undefined ? { off: true } : { pool } },
  };
}

const staticRules: readonly Omit<NatStaticRule, "name">[] = [
  {
    match: { "destination-address": "10.0.2.128/28" },
    then: { "static-nat": { prefix: { name: "10.0.1.0/28" } } },
  },
  {
    match: { "destination-address": "10.0.2.150/32", "destination-port": "80-81" },
    then: { "static-nat": { prefix: { name: "10.0.1.10/32", "mapped-port": "22-23" } } },
  },
  {
    match: { "destination-address": "10.0.2.136/32", "source-address": ["10.0.2.8/30"] },
    then: { "static-nat": { prefix: { name: "10.0.1.9/32" } } },
  },
  {
    match: { "destination-address": OUTER_SITE },
    then: { "static-nat": { "nptv6-prefix": { name: SITE } } },
  },
  {
    match: { "destination-address": OUTER_LAN },
    then: { "static-nat": { "nptv6-prefix": { name: LAN } } },
  },
  {
    match: { "destination-address": "2001:db8:2::300/120", "source-address-name": ["far6", "b6-range"] },
    then: { "static-nat": { prefix: { name: "2001:db8:1::/120" } } },
  },
];

const named = (rules: readonly Omit<NatStaticRule, "name">[]): NatStaticRule[] =>
  rules.map((rule, index) => ({ name: `r${index}`, ...rule }));

function natOf(c: Chooser): Nat {
  const some = <T>(most: number, make: (index: number) => T): T[] =>
    Array.from({ length: 1 + c.below(most) }, (_, index) => make(index));
  const kinds = c.below(6); /* all, or one of them alone */
  /* Next to nothing to give out, and nothing else to choose. */
  const isTiny = c.oneIn(4);
  const tiny = {
    name: "s0",
    from: { zone: ["trust"] },
    to: { zone: ["untrust"] },
    rule: [{ name: "r0", match: {}, then: { "source-nat": { pool: c.of(["one", "few", "plain"]) } } }],
  };
  const source = distinct(c, FROM_TO, 5, 3).map(([from, to], index) => ({
    name: `s${index}`,
    from,
    to,
    rule: some(3, (at) => sourceRule(c, at)),
  }));
  const destination = distinct(c, FROM, 2, 2).map((from, index) => ({
    name: `d${index}`,
    from,
    rule: some(3, (at) => destinationRule(c, at)),
  }));
  const fixed = distinct(c, FROM, 2, 2).map((from, index) => ({
    name: `f${index}`,
    from,
    rule: named(c.some(staticRules, 4)),
  }));
  return {
    source: {
      ...(c.oneIn(3) ? { "address-persistent": true as const } : {}),
      pool: sourcePools(c),
      ...(kinds === 4 || kinds === 5 ? {} : { "rule-set": isTiny ? [tiny] : source }),
    },
    destination: {
      pool: destinationPools,
      ...(kinds === 3 || kinds === 5 ? {} : { "rule-set": destination }),
    },
    ...(kinds === 3 || kinds === 4 ? {} : { static: { "rule-set": fixed } }),
  };
}

export const withNat = (config: Config, c: Chooser): Config => ({
  ...config,
  security: { ...config.security, nat: natOf(c) },
});

/** withNatOf: translation as before, but for one kind, or not at all. */
export function withNatOf(config: Config, before: Config, c: Chooser): Config {
  const old = before.security.nat!;
  const other = natOf(c);
  const nat: Nat | undefined = c.of([
    old,
    { ...old, source: other.source! },
    { ...old, destination: other.destination! },
    { ...old, static: other.static ?? {} },
    undefined,
  ]);
  return nat === undefined ? config : { ...config, security: { ...config.security, nat } };
}

const OUTER = [
  "10.0.2.136",
  "10.0.2.137",
  "10.0.2.138",
  "10.0.2.141",
  "10.0.2.127",
  "10.0.2.128",
  "10.0.2.129",
  "10.0.2.143",
  "10.0.2.144",
  "10.0.2.150",
  "10.0.2.151",
  "10.0.2.227",
  "10.0.2.228",
  "10.0.2.230",
  "10.0.2.231",
  "10.0.2.232",
  "10.0.2.200",
  "10.0.2.210",
];
const OUTER6 = [
  outside("2001:db8:1::10", SITE, OUTER_SITE),
  outside("2001:db8:1::f", SITE, OUTER_SITE),
  "2001:db8:77:ffff::10",
  outside("2001:db8:1::10", LAN, OUTER_LAN),
  "2001:db8:78:5::",
  "2001:db8:2::310",
  "2001:db8:2::30f",
  "2001:db8:2::230",
  "2001:db8:2::231",
  "2001:db8:2::200",
];

const INSIDE = ["10.0.1.10", "10.0.1.9", "10.0.1.8", "10.0.1.11", "10.0.1.12", "10.0.1.13"];
const INSIDE6 = ["2001:db8:1::10", "2001:db8:1::f", "2001:db8:1:0:ffff:ffff:ffff:ffff"];
const OUTSIDE = ["10.0.2.10", "10.0.2.9", "10.0.2.7", "192.0.2.10", "192.0.2.100", "192.0.2.101"];
const OUTSIDE6 = ["2001:db8:2::9", "2001:db8:2::b", "2001:db8:ff::1"];

/** hosts: most go out to the same few, or come in to the outer addresses of those inside. */
const hosts: Hosts = {
  inet: [
    [A, [...INSIDE, ...OUTER]],
    [B, OUTSIDE],
    [A, INSIDE],
    [B, OUTSIDE],
    [C, ["10.0.3.10"]],
  ],
  inet6: [
    [A, [...INSIDE6, ...OUTER6]],
    [B, OUTSIDE6],
  ],
  targets: new Set([...OUTER, ...OUTER6]),
};

/** NatTraffic: answers come as translation makes them, now and then as if there were none. */
export class NatTraffic implements Source {
  readonly #plain: Traffic;
  constructor(
    private c: Chooser,
    calm: boolean,
    options?: (c: Chooser) => readonly number[] | undefined,
  ) {
    this.#plain = new Traffic(c, calm, hosts, options);
  }

  use(c: Chooser): void {
    this.c = c;
    this.#plain.use(c);
  }

  step(): Sending[] {
    const asMade = this.c.oneIn(12);
    const sendings = this.#plain.step();
    return asMade ? sendings.map((sending) => ({ ...sending, asMade: true })) : sendings;
  }
}

export const natTraffic = (calm: boolean, options?: (c: Chooser) => readonly number[] | undefined): Making => ({
  source: new NatTraffic(new Chooser([]), calm, options),
  gaps: GAPS,
  jumps: calm ? 10 : 4,
  commits: 30,
});
