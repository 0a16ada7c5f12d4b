// nat-table.ts: pools and rules of address translation by number, and the sets in which the helper looks for them.
// SPDX-License-Identifier: Apache-2.0
import type {
  SnapshotNatMatch,
  SnapshotNatPool,
  SnapshotNatRule,
  SnapshotNatSet,
  SnapshotProxy,
} from "../snapshot/snapshot.gen.js";
import type { AddressSets, Ranges } from "./address-sets.js";
import type { ApplicationTable } from "./application-table.js";
import {
  addressBytes,
  mergeRanges,
  parseAddress,
  parsePrefix,
  prefixRange,
  type AddressRange,
  type Family,
} from "./address.js";
import type {
  Nat,
  NatContext,
  NatDestinationRule,
  NatDestinationRuleSet,
  NatRange,
  NatSourceRule,
  NatSourceRuleSet,
  NatStaticRule,
  NatStaticRuleSet,
  PersistentNat,
} from "./config.js";
import type { NatRuleName } from "./names.js";
import { parsePorts, parseProtocol } from "./protocol.js";
import type { NumberRange } from "./number-range.js";

/** PORTS: as in Junos: the ports above are for protocols that need two of them. */
const PORTS: NumberRange = { low: 1024, high: 63487 };
const ANY_PORT: NumberRange = { low: 0, high: 65535 };
const ANY_PROTOCOL = -1;
const FAMILY_NUMBER = { inet: 2, inet6: 10 } as const;

export interface NatParts {
  readonly sets: AddressSets;
  readonly applications: ApplicationTable;
  /** unitIds: by name */
  readonly unitIds: ReadonlyMap<string, number>;
  readonly unitsOfZone: (zone: string) => readonly number[];
  readonly unitsOfInstance: (instance: string) => readonly number[];
}

/** Conditions of one match, but for its rule. */
type Conditions = Omit<SnapshotNatMatch, "rule">;

interface RankedSet {
  readonly rank: number;
  readonly set: SnapshotNatSet;
}

export class NatTable {
  readonly pools: SnapshotNatPool[] = [];
  readonly rules: SnapshotNatRule[] = [];
  readonly names: NatRuleName[] = [];
  readonly sets: readonly SnapshotNatSet[];
  readonly proxies: readonly SnapshotProxy[];
  readonly #parts: NatParts;
  readonly #poolIds = new Map<string, number>();
  /** #crosses: there are NAT64 rules, so a source that is translated to IPv4 may be of IPv6. */
  readonly #crosses: boolean;

  /** NatTable assumes a configuration that loadConfig has accepted. */
  constructor(nat: Nat, parts: NatParts) {
    this.#parts = parts;
    this.#crosses = (nat.static?.["rule-set"] ?? []).some(({ rule }) =>
      rule.some(({ then }) => then["static-nat"].inet === true),
    );
    this.#addPools(nat);
    const source = (nat.source?.["rule-set"] ?? []).map((set) => this.#sourceSet(set));
    const destination = (nat.destination?.["rule-set"] ?? []).map((set) => this.#destinationSet(set));
    const fixed = (nat.static?.["rule-set"] ?? []).map((set) => this.#staticSets(set));
    this.sets = [
      ...inOrder(fixed.map(({ inward }) => inward)),
      ...inOrder(destination),
      ...inOrder(fixed.map(({ outward }) => outward)),
      ...inOrder(source),
    ];
    this.proxies = [...(nat["proxy-arp"]?.interface ?? []), ...(nat["proxy-ndp"]?.interface ?? [])].flatMap(
      ({ name, address }) =>
        addressesOf(address).addresses.map((range) => ({ unit: parts.unitIds.get(name)!, ...range })),
    );
  }

  #addPools({ source, destination }: Nat): void {
    const sourcePools = source?.pool ?? [];
    sourcePools.forEach((pool, index) => this.#poolIds.set(`source/${pool.name}`, index + 1));
    for (const pool of sourcePools) {
      const overflow = pool["overflow-pool"];
      const ports = pool.port?.["no-translation"] === true ? { low: 0, high: 0 } : (pool.port?.range ?? PORTS);
      this.pools.push({
        name: `source/${pool.name}`,
        ...addressesOf(pool.address),
        port_low: ports.low,
        port_high: ports.high,
        persistent: source?.["address-persistent"] ?? false,
        overflow: overflow === undefined ? "none" : overflow === "interface" ? "interface" : "pool",
        overflow_pool: this.#poolIds.get(`source/${overflow ?? ""}`) ?? 0,
      });
    }
    for (const { name, address } of destination?.pool ?? []) {
      const port = address.port ?? 0;
      const range = address.to === undefined ? address.name : { name: address.name, to: address.to };
      const id = this.pools.push({
        name: `destination/${name}`,
        ...addressesOf([range]),
        port_low: port,
        port_high: port,
        persistent: false,
        overflow: "none",
        overflow_pool: 0,
      });
      this.#poolIds.set(`destination/${name}`, id);
    }
  }

  #addRule(kind: NatRuleName["kind"], set: string, name: string, rule: Partial<SnapshotNatRule>): number {
    this.names.push({ kind, set, name });
    return this.rules.push({
      name: `${kind}/${set}/${name}`,
      action: "off",
      pool: 0,
      length: 0,
      outer_port: 0,
      inner_port: 0,
      ...rule,
    });
  }

  #sourceSet({ name, from, to, rule }: NatSourceRuleSet): RankedSet {
    const matches = rule.flatMap((each) => this.#sourceMatches(name, each));
    return {
      rank: rankOf(to) * RANKS + rankOf(from),
      set: { stage: "source", from: this.#units(from), to: this.#units(to), matches },
    };
  }

  #sourceMatches(set: string, { name, match, then }: NatSourceRule): SnapshotNatMatch[] {
    const action = then["source-nat"];
    const pool = this.#poolIds.get(`source/${action.pool ?? ""}`) ?? 0;
    const family = this.pools[pool - 1]?.family;
    const rule = this.#addRule("source", set, name, {
      action: action.off === true ? "off" : action.interface === true ? "interface" : "pool",
      pool,
      ...persistentOf(action["persistent-nat"]),
    });
    const sets = (side: "source" | "destination", of: number | undefined): number[] | undefined =>
      this.#addresses(match[`${side}-address`], match[`${side}-address-name`], of);
    const sources = this.#crosses && family === FAMILY_NUMBER.inet ? undefined : family;
    const traffic = this.#traffic(match);
    return expand({ source: sets("source", sources), destination: sets("destination", family) }, traffic).map(
      (each) => ({
        rule,
        ...each,
      }),
    );
  }

  #destinationSet({ name, from, rule }: NatDestinationRuleSet): RankedSet {
    const matches = rule.flatMap((each) => this.#destinationMatches(name, each));
    return { rank: rankOf(from), set: { stage: "destination", from: this.#units(from), to: [], matches } };
  }

  #destinationMatches(set: string, { name, match, then }: NatDestinationRule): SnapshotNatMatch[] {
    const pool = this.#poolIds.get(`destination/${then["destination-nat"].pool ?? ""}`) ?? 0;
    const family = this.pools[pool - 1]?.family;
    const rule = this.#addRule("destination", set, name, { action: pool === 0 ? "off" : "pool", pool });
    const one = (text: string | undefined): readonly string[] | undefined => (text === undefined ? undefined : [text]);
    const source = this.#addresses(match["source-address"], match["source-address-name"], family);
    const destination = this.#addresses(
      one(match["destination-address"]),
      one(match["destination-address-name"]),
      family,
    );
    return expand({ source, destination }, this.#traffic(match)).map((each) => ({ rule, ...each }));
  }

  /** #traffic gives protocols and ports of a match: its own, or those of each term of its applications. */
  #traffic({ application, ...match }: Match): Traffic[] {
    if (application === undefined) return trafficOf(match);
    return this.#parts.applications.expand(application).map((row) => ({
      protocol: row.protocol,
      sourcePorts: row.sourcePorts,
      destinationPorts: row.destinationPorts,
    }));
  }

  #staticSets({ name, from, rule }: NatStaticRuleSet): { inward: RankedSet; outward: RankedSet } {
    const both = rule.map((each) => this.#staticMatches(name, each));
    const [rank, units] = [rankOf(from), this.#units(from)];
    const inward = both.flatMap((each) => each.inward);
    const outward = both.flatMap((each) => each.outward);
    return {
      inward: { rank, set: { stage: "static-destination", from: units, to: [], matches: inward } },
      outward: { rank, set: { stage: "static-source", from: [], to: units, matches: outward } },
    };
  }

  /** What comes in is asked for the outer prefix and ports, what goes out for the inner ones. */
  #staticMatches(
    set: string,
    { name, match, then }: NatStaticRule,
  ): { inward: SnapshotNatMatch[]; outward: SnapshotNatMatch[] } {
    if (then["static-nat"].inet === true) return { inward: this.#nat64Matches(set, name, match), outward: [] };
    const { prefix, "nptv6-prefix": nptv6 } = then["static-nat"];
    const target = (prefix ?? nptv6)!;
    const [outer, inner] = [parsePrefix(match["destination-address"])!, parsePrefix(target.name)!];
    const outerPorts = match["destination-port"] === undefined ? undefined : parsePorts(match["destination-port"])!;
    const mapped = prefix?.["mapped-port"];
    const innerPorts = mapped === undefined ? undefined : parsePorts(mapped)!;
    const rule = this.#addRule("static", set, name, {
      action: nptv6 === undefined ? "prefix" : "nptv6",
      outer: addressBytes(outer.family, outer.value),
      inner: addressBytes(inner.family, inner.value),
      length: outer.length,
      outer_port: outerPorts?.low ?? 0,
      inner_port: innerPorts?.low ?? 0,
    });
    const family = FAMILY_NUMBER[outer.family];
    const others = this.#addresses(match["source-address"], match["source-address-name"], family);
    const ends = (prefix: string): number[] | undefined => this.#addresses([prefix], undefined, family);
    const inward = expand({ source: others, destination: ends(match["destination-address"]) }, [
      { ...ANY_TRAFFIC, destinationPorts: outerPorts ?? ANY_PORT },
    ]);
    const outward = expand({ source: ends(target.name), destination: others }, [
      { ...ANY_TRAFFIC, sourcePorts: innerPorts ?? ANY_PORT },
    ]);
    const ofRule = (all: Conditions[]): SnapshotNatMatch[] => all.map((each) => ({ rule, ...each }));
    return { inward: ofRule(inward), outward: ofRule(outward) };
  }

  /** What comes back belongs to sessions, so nothing is asked about it. */
  #nat64Matches(set: string, name: string, match: NatStaticRule["match"]): SnapshotNatMatch[] {
    const { family, value, length } = parsePrefix(match["destination-address"])!;
    const rule = this.#addRule("static", set, name, { action: "nat64", outer: addressBytes(family, value), length });
    const source = this.#addresses(match["source-address"], match["source-address-name"], FAMILY_NUMBER.inet6);
    const destination = this.#addresses([match["destination-address"]], undefined, FAMILY_NUMBER.inet6);
    return expand({ source, destination }, [ANY_TRAFFIC]).map((each) => ({ rule, ...each }));
  }

  /**
   * #addresses gives the sets of a condition, [] for any address, undefined if no address of the family can meet it. A rule that
   * translates to one family is for packets of that family only.
   */
  #addresses(
    prefixes: readonly string[] | undefined,
    names: readonly string[] | undefined,
    family: number | undefined,
  ): number[] | undefined {
    const { sets } = this.#parts;
    if ((prefixes === undefined && names === undefined) || names?.includes("any") === true)
      return family === undefined ? [] : sets.indexes("", [ANY_OF_FAMILY[family]!]);
    const written = (prefixes ?? []).map((text) => parsePrefix(text)!);
    const named = (names ?? []).map((name) => sets.ranges(name));
    const all = (of: Family): AddressRange[] =>
      mergeRanges([
        ...written.filter((prefix) => prefix.family === of).map(prefixRange),
        ...named.flatMap((ranges) => ranges[of]),
      ]);
    const ranges: Ranges = {
      inet: family === 10 ? [] : all("inet"),
      inet6: family === 2 ? [] : all("inet6"),
    };
    return ranges.inet.length + ranges.inet6.length === 0 ? undefined : [sets.indexOfRanges(ranges)];
  }

  #units(context: NatContext): number[] {
    const ids = [
      ...(context.interface ?? []).map((name) => this.#parts.unitIds.get(name)!),
      ...(context.zone ?? []).flatMap((zone) => this.#parts.unitsOfZone(zone)),
      ...(context["routing-instance"] ?? []).flatMap((name) => this.#parts.unitsOfInstance(name)),
    ];
    return [...new Set(ids)].toSorted((a, b) => a - b);
  }
}

function persistentOf(
  persistent: PersistentNat | undefined,
): Pick<SnapshotNatRule, "persistent" | "persistent_timeout" | "persistent_sessions"> {
  if (persistent === undefined) return {};
  const { permit } = persistent;
  return {
    persistent:
      permit["any-remote-host"] === true
        ? "any-remote-host"
        : permit["target-host"] === true
          ? "target-host"
          : "target-host-port",
    persistent_timeout: persistent["inactivity-timeout"] ?? 300,
    persistent_sessions: persistent["max-session-number"] ?? 30,
  };
}

const ANY_OF_FAMILY: Readonly<Record<number, string>> = { 2: "any-ipv4", 10: "any-ipv6" };

/** RANKS: an interface says more than a zone, and a zone more than a routing instance. */
const RANKS = 3;

function rankOf(context: NatContext): number {
  return context.interface !== undefined ? 0 : context.zone !== undefined ? 1 : 2;
}

/** inOrder: what says more decides first; sets without interfaces or rules decide nothing. */
function inOrder(sets: readonly RankedSet[]): SnapshotNatSet[] {
  return sets
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ set }) => set)
    .filter(
      ({ stage, from, to, matches }) =>
        (stage === "static-source" ? matches.length > 0 : from.length > 0) &&
        (!stage.endsWith("source") || to.length > 0),
    );
}

function addressesOf(ranges: readonly NatRange[]): Pick<SnapshotNatPool, "family" | "addresses"> {
  const parsed = ranges.map((range) => {
    if (typeof range === "string") {
      const prefix = parsePrefix(range)!;
      return { family: prefix.family, ...prefixRange(prefix) };
    }
    const low = parseAddress(range.name)!;
    return { family: low.family, low: low.value, high: parseAddress(range.to)!.value };
  });
  const { family } = parsed[0]!;
  return {
    family: FAMILY_NUMBER[family],
    addresses: mergeRanges(parsed).map(({ low, high }) => ({
      low: addressBytes(family, low),
      high: addressBytes(family, high),
    })),
  };
}

interface Sides {
  readonly source: number[] | undefined;
  readonly destination: number[] | undefined;
}

interface Traffic {
  readonly protocol: number;
  readonly sourcePorts: NumberRange;
  readonly destinationPorts: NumberRange;
}

const ANY_TRAFFIC: Traffic = { protocol: ANY_PROTOCOL, sourcePorts: ANY_PORT, destinationPorts: ANY_PORT };

interface Match {
  readonly protocol?: readonly (string | number)[];
  readonly "source-port"?: readonly (string | number)[];
  readonly "destination-port"?: readonly (string | number)[];
  readonly application?: readonly string[];
}

/** trafficOf gives each combination of a match's protocols and ports. */
function trafficOf(match: Omit<Match, "application">): Traffic[] {
  const ranges = (values: readonly (string | number)[] | undefined): NumberRange[] =>
    values?.map((value) => parsePorts(value)!) ?? [ANY_PORT];
  const protocols = match.protocol?.map((value) => parseProtocol(value)!) ?? [ANY_PROTOCOL];
  return protocols.flatMap((protocol) =>
    ranges(match["source-port"]).flatMap((sourcePorts) =>
      ranges(match["destination-port"]).map((destinationPorts) => ({ protocol, sourcePorts, destinationPorts })),
    ),
  );
}

/** expand gives one match for each kind of traffic. */
function expand({ source, destination }: Sides, traffic: readonly Traffic[]): Conditions[] {
  if (source === undefined || destination === undefined) return [];
  return traffic.map(({ protocol, sourcePorts, destinationPorts }) => ({
    source,
    destination,
    protocol,
    source_port_low: sourcePorts.low,
    source_port_high: sourcePorts.high,
    destination_port_low: destinationPorts.low,
    destination_port_high: destinationPorts.high,
  }));
}
