// nat.ts: address translation: which rule, what it makes of a packet, and whether a session still has what the rules allow.
// Which address and port of several a packet gets is the program's choice: what it chose is looked at, and taken over if it may
// be had. SPDX-License-Identifier: Apache-2.0
import type { Config, NatContext, NatRange, NatSourceRuleSet, PersistentNat } from "../../daemon/src/config/config.js";
import { protocolNumbers } from "../../daemon/src/config/protocol.js";
import {
  inRange,
  readAddress,
  readPrefix,
  sameAddress,
  type Address,
  type Family,
  type Prefix,
  type Range,
} from "./address.js";
import type { Binding, Persistence } from "./binding.js";
import { portsOf, termMatches, type Applications, type Term } from "./application.js";
import { nptv6 } from "./nptv6.js";
import { extracted } from "./prefix64.js";
import { hasPorts, ICMP, ICMP6, type Tuple } from "./packet.js";
import { rangesOf } from "./policy.js";
import { ownAddress } from "./route.js";
import type { Unit } from "./zone.js";

type Ports = readonly [low: number, high: number];

/** As in Junos: the ports above are for protocols that need two of them. */
const PORTS: Ports = [1024, 63487];

export interface Pool {
  readonly name: string;
  readonly family: Family;
  readonly addresses: readonly Range[];
  /** source: ports come from there; destination: the port that packets go to; undefined: they stay */
  readonly ports: Ports | undefined;
  /** a client has the same address of it each time */
  readonly persistent: boolean;
  readonly overflow: "interface" | Pool | undefined;
}

/** Mapping: one prefix for another, and ports from one on for ports from another on. */
interface Mapping {
  readonly kind: "prefix" | "nptv6";
  readonly outer: Prefix;
  readonly inner: Prefix;
  readonly outerPort: number | undefined;
  readonly innerPort: number | undefined;
}

/** To64: NAT64: to the IPv4 address that stands behind a prefix of this length. */
interface To64 {
  readonly kind: "nat64";
  readonly length: number;
}

type Action = { readonly kind: "off" | "interface" } | { readonly kind: "pool"; readonly pool: Pool } | Mapping | To64;

export interface NatRule {
  /** kind/SET/RULE */
  readonly name: string;
  readonly action: Action;
  /** persistent NAT: a client's sessions by this rule share one outer address and port */
  readonly persistence: Persistence | undefined;
}

interface Entry {
  readonly rule: NatRule;
  matches(tuple: Tuple): boolean;
}

interface RuleSet {
  readonly rank: number;
  readonly from: ReadonlySet<string> | undefined;
  readonly to: ReadonlySet<string> | undefined;
  readonly entries: readonly Entry[];
}

/** Holding: what matters about a live session: what it came with, what it leaves with, and whether its port was given out. */
export interface Holding {
  readonly tuple: Tuple;
  readonly out: Tuple;
  readonly given: boolean;
}

/** Choice: what the program chose for a packet. */
export interface Choice {
  readonly source: Address;
  readonly sourcePort: number;
  readonly destination: Address;
}

/** Place: where a source may be translated to, at first or when that is used up. */
interface Place {
  readonly key: string;
  readonly addresses: readonly Address[];
  readonly ports: Ports | undefined;
  readonly persistent: boolean;
}

const within = ([low, high]: Ports, port: number): boolean => low <= port && port <= high;

const listed = (ranges: readonly Range[]): Address[] =>
  ranges.flatMap(({ family, low, high }) =>
    Array.from({ length: Number(high - low) + 1 }, (_, i) => ({ family, value: low + BigInt(i) })),
  );

const has = (pool: Pool, address: Address): boolean => pool.addresses.some((range) => inRange(range, address));

function readRange(range: NatRange): Range {
  if (typeof range === "string") return readPrefix(range).range;
  const low = readAddress(range.name);
  return { family: low.family, low: low.value, high: readAddress(range.to).value };
}

/** change puts the prefix `to` in the place of the same number of bits. */
function change(address: Address, to: Prefix): Address {
  const hosts = to.range.high - to.range.low + 1n;
  return { family: address.family, value: to.range.low + (address.value % hosts) };
}

export class Nat {
  readonly #inward: readonly RuleSet[];
  readonly #destination: readonly RuleSet[];
  readonly #outward: readonly RuleSet[];
  readonly #source: readonly RuleSet[];
  /** counters: the names of all rules */
  readonly rules: readonly string[];
  /** #shared: addresses whose ports are given out */
  readonly #shared: readonly Address[];
  /** which address of a pool a client has; a pool that stays the same has the same name for it */
  readonly #kept: Map<string, Address>;

  constructor(
    private readonly config: Config,
    private readonly units: readonly Unit[],
    private readonly applications: Applications,
    before: Nat | undefined,
  ) {
    const { nat } = config.security;
    this.#kept = before === undefined ? new Map<string, Address>() : before.#kept;
    const pools = readPools(config);
    const source = (nat?.source?.["rule-set"] ?? []).map((set): RuleSet => ({
      rank: rankOf(set.to) * 3 + rankOf(set.from),
      from: this.#unitsOf(set.from),
      to: this.#unitsOf(set.to),
      entries: set.rule.map(({ name, match, then }) => {
        const { off, interface: own, pool = "", "persistent-nat": persistent } = then["source-nat"];
        const found = pools.get(`source/${pool}`);
        const action: Action = off ? { kind: "off" } : own ? { kind: "interface" } : { kind: "pool", pool: found! };
        const conditions = {
          sources: this.#addresses(match["source-address"], match["source-address-name"]),
          destinations: this.#addresses(match["destination-address"], match["destination-address-name"]),
          terms: this.#terms(match),
        };
        return this.#entry(`source/${set.name}/${name}`, action, found?.family, conditions, persistenceOf(persistent));
      }),
    }));
    const destination = (nat?.destination?.["rule-set"] ?? []).map((set): RuleSet => ({
      rank: rankOf(set.from),
      from: this.#unitsOf(set.from),
      to: undefined,
      entries: set.rule.map(({ name, match, then }) => {
        const found = pools.get(`destination/${then["destination-nat"].pool ?? ""}`);
        const action: Action = found === undefined ? { kind: "off" } : { kind: "pool", pool: found };
        const one = (text: string | undefined) => (text === undefined ? undefined : [text]);
        return this.#entry(`destination/${set.name}/${name}`, action, found?.family, {
          sources: this.#addresses(match["source-address"], match["source-address-name"]),
          destinations: this.#addresses(one(match["destination-address"]), one(match["destination-address-name"])),
          terms: this.#terms(match),
        });
      }),
    }));
    const both = (nat?.static?.["rule-set"] ?? []).map((set) => {
      const units = this.#unitsOf(set.from);
      const entries = set.rule.map(({ name, match, then }) => {
        const { prefix, "nptv6-prefix": other, inet } = then["static-nat"];
        const others = this.#addresses(match["source-address"], match["source-address-name"]);
        const named = `static/${set.name}/${name}`;
        if (inet === true) {
          const { length, range } = readPrefix(match["destination-address"]);
          const conditions = { sources: others, destinations: [range], terms: [ANYTHING] };
          return {
            inward: this.#entry(named, { kind: "nat64", length }, range.family, conditions),
            outward: undefined,
          };
        }
        const [outer, inner] = [readPrefix(match["destination-address"]), readPrefix((prefix ?? other)!.name)];
        const outerPorts = portsOf(match["destination-port"]);
        const innerPorts = portsOf(prefix?.["mapped-port"]);
        const kind = prefix === undefined ? ("nptv6" as const) : ("prefix" as const);
        const mapping = { kind, outer, inner, outerPort: outerPorts?.[0], innerPort: innerPorts?.[0] };
        return {
          inward: this.#entry(named, mapping, outer.range.family, {
            sources: others,
            destinations: [outer.range],
            terms: [{ ...ANYTHING, destinationPorts: outerPorts }],
          }),
          outward: this.#entry(named, mapping, outer.range.family, {
            sources: [inner.range],
            destinations: others,
            terms: [{ ...ANYTHING, sourcePorts: innerPorts }],
          }),
        };
      });
      const set0 = { rank: rankOf(set.from) };
      return {
        inward: { ...set0, from: units, to: undefined, entries: entries.map((entry) => entry.inward) },
        outward: { ...set0, from: undefined, to: units, entries: entries.flatMap((entry) => entry.outward ?? []) },
      };
    });
    const ranked = (sets: readonly RuleSet[]): readonly RuleSet[] => sets.toSorted((a, b) => a.rank - b.rank);
    this.#inward = ranked(both.map((set) => set.inward));
    this.#outward = ranked(both.map((set) => set.outward));
    this.#destination = ranked(destination);
    this.#source = ranked(source);
    this.#shared = this.#sharedBy(nat?.source?.["rule-set"] ?? [], pools);
    this.rules = [...this.#inward, ...this.#destination, ...this.#source].flatMap((set) =>
      set.entries.map((entry) => entry.rule.name),
    );
  }

  get isOff(): boolean {
    return this.rules.length === 0;
  }

  // ---- which rule ----------------------------------------------------------------------------------------------------

  /** destinationRule: static rules first; of the sets whose interfaces fit, the first decides alone. */
  destinationRule(from: Unit, tuple: Tuple): NatRule | undefined {
    return find(this.#inward, from, undefined, tuple) ?? acting(find(this.#destination, from, undefined, tuple));
  }

  /** sourceRule is asked with the destination as it is by then. */
  sourceRule(from: Unit, to: Unit, tuple: Tuple): NatRule | undefined {
    return find(this.#outward, from, to, tuple) ?? acting(find(this.#source, from, to, tuple));
  }

  // ---- what it makes of a packet -------------------------------------------------------------------------------------

  /** toDestination: where it goes; undefined if it can go nowhere. */
  toDestination(rule: NatRule, tuple: Tuple, choice: Choice | undefined): Tuple | undefined {
    const { action } = rule;
    switch (action.kind) {
      case "prefix": {
        const destination = change(tuple.destination, action.inner);
        return {
          ...tuple,
          destination,
          destinationPort: moved(tuple, "destinationPort", action.outerPort, action.innerPort),
        };
      }
      case "nptv6": {
        const destination = nptv6(tuple.destination, action.outer, action.inner);
        return destination === undefined ? undefined : { ...tuple, destination };
      }
      case "pool": {
        const { pool } = action;
        const destination = this.#keep(pool, tuple.source, listed(pool.addresses), choice?.destination);
        const port = pool.ports !== undefined && hasPorts(tuple.protocol) ? pool.ports[0] : tuple.destinationPort;
        return { ...tuple, destination, destinationPort: port };
      }
      case "nat64": {
        /* What is behind an address of our own may not be reached on the way out and back in. */
        const destination = extracted(tuple.destination, action.length);
        if (destination === undefined || this.#shared.some((one) => sameAddress(one, destination))) return undefined;
        return { ...tuple, destination, protocol: tuple.protocol === ICMP6 ? ICMP : tuple.protocol };
      }
      case "off":
      case "interface":
        throw new Error(`${rule.name} translates no destination`);
    }
  }

  /** toPrefix: where it seems to come from, by a static rule. */
  #toPrefix(action: Mapping, tuple: Tuple): Tuple | undefined {
    if (action.kind === "nptv6") {
      const source = nptv6(tuple.source, action.inner, action.outer);
      return source === undefined ? undefined : { ...tuple, source };
    }
    const source = change(tuple.source, action.outer);
    return { ...tuple, source, sourcePort: moved(tuple, "sourcePort", action.innerPort, action.outerPort) };
  }

  /**
   * toSource: where it seems to come from, and whether its port was given out; or why there is no such place. `isFree` says
   * whether replies to a tuple would find no other session.
   */
  toSource(
    rule: NatRule,
    tuple: Tuple,
    to: Unit,
    echo: boolean,
    live: readonly Holding[],
    choice: Choice | undefined,
    isFree: (out: Tuple) => boolean,
  ): { readonly out: Tuple; readonly given: boolean } | "nat-unmappable" | "nat-exhausted" {
    const { action } = rule;
    if (action.kind === "prefix" || action.kind === "nptv6") {
      const out = this.#toPrefix(action, tuple);
      return out === undefined ? "nat-unmappable" : { out, given: false };
    }
    for (const place of placesOf(action, to, tuple.destination.family)) {
      const found = this.#try(place, tuple, echo, live, choice, isFree);
      if (found !== undefined) return found;
    }
    return "nat-exhausted";
  }

  #try(
    place: Place,
    tuple: Tuple,
    echo: boolean,
    live: readonly Holding[],
    choice: Choice | undefined,
    isFree: (out: Tuple) => boolean,
  ): { readonly out: Tuple; readonly given: boolean } | undefined {
    const key = `${place.key} ${tuple.source.value}`;
    const known = place.persistent ? this.#kept.get(key) : undefined;
    const given = place.ports !== undefined && (echo || hasPorts(tuple.protocol));
    const asked = known === undefined ? place.addresses : [known];
    const used = (source: Address): readonly number[] =>
      live
        .filter((one) => one.given && one.out.protocol === tuple.protocol && sameAddress(one.out.source, source))
        .map((one) => one.out.sourcePort);
    const leaving = (source: Address, port: number): Tuple => ({
      ...tuple,
      source,
      sourcePort: port,
      ...(echo ? { destinationPort: port } : {}),
    });
    const free = given
      ? asked.filter((one) => new Set(used(one)).size < place.ports![1] - place.ports![0] + 1)
      : asked.filter((one) => isFree(leaving(one, tuple.sourcePort)));
    if (free.length === 0) return undefined;
    const chosen = choice === undefined ? undefined : free.find((one) => sameAddress(one, choice.source));
    /* A client whose address is not known yet may have one that is used up. */
    if (place.persistent && known === undefined && chosen === undefined && free.length < asked.length) return undefined;
    const source = chosen ?? free[0]!;
    if (place.persistent && chosen !== undefined) this.#kept.set(key, source);
    if (!given) return { out: leaving(source, tuple.sourcePort), given };
    const taken = new Set(used(source));
    const fits = (port: number): boolean => within(place.ports!, port) && !taken.has(port);
    let port = chosen !== undefined && fits(choice!.sourcePort) ? choice!.sourcePort : place.ports![0];
    while (!fits(port)) port++;
    return { out: leaving(source, port), given };
  }

  /** A client meets the same address of a pool each time; which one is chosen when it comes first. */
  #keep(pool: Pool, client: Address, addresses: readonly Address[], chosen: Address | undefined): Address {
    const key = `${keyOf(pool)} ${client.family} ${client.value}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const address = addresses.find((one) => chosen !== undefined && sameAddress(one, chosen)) ?? addresses[0]!;
    if (chosen !== undefined) this.#kept.set(key, address);
    return address;
  }

  /** ruleOf: the rule of a binding, if there is one of its name that could give out its outer address today. */
  ruleOf({ rule: name, outer }: Binding): NatRule | undefined {
    const rule = this.#source.flatMap((set) => set.entries.map((entry) => entry.rule)).find((one) => one.name === name);
    if (rule?.persistence === undefined) return undefined;
    const pool = rule.action.kind === "pool" ? rule.action.pool : undefined;
    const gives = (one: Pool): boolean =>
      one.ports !== undefined && within(one.ports, outer.port) && has(one, outer.address);
    const ofInterface = pool === undefined || pool.overflow === "interface";
    if (ofInterface && this.#shared.some((one) => sameAddress(one, outer.address))) return rule;
    if (pool === undefined) return undefined;
    return gives(pool) || (typeof pool.overflow === "object" && gives(pool.overflow)) ? rule : undefined;
  }

  // ---- does a session still have what it would get now ---------------------------------------------------------------

  /** holds gives the rules that are in force for a session between two units, or undefined if they allow it no more. */
  holds(
    session: Holding,
    client: Unit,
    server: Unit,
    echo: boolean,
    /** the rule whose binding lets it in */
    inward: NatRule | undefined,
  ): { readonly destination: NatRule | undefined; readonly source: NatRule | undefined } | undefined {
    const { tuple, out } = session;
    const found = this.destinationRule(client, tuple);
    const destination = found ?? inward;
    const destinationPort = echo ? tuple.destinationPort : out.destinationPort;
    const leads = found === undefined && inward !== undefined;
    if (!leads && !this.#destinationHolds(destination, tuple, { ...out, destinationPort })) return undefined;
    const asked = { ...tuple, destination: out.destination, destinationPort };
    const source = this.sourceRule(client, server, asked);
    const leaving = { ...asked, protocol: out.protocol };
    return this.#sourceHolds(source, leaving, session, server, echo) ? { destination, source } : undefined;
  }

  #destinationHolds(rule: NatRule | undefined, tuple: Tuple, out: Tuple): boolean {
    const chosen = { source: out.source, sourcePort: 0, destination: out.destination };
    if (rule?.action.kind === "pool") {
      const { pool } = rule.action;
      const port = pool.ports !== undefined && hasPorts(tuple.protocol) ? pool.ports[0] : tuple.destinationPort;
      return has(pool, out.destination) && out.destinationPort === port;
    }
    const now = rule === undefined ? tuple : this.toDestination(rule, tuple, chosen);
    return (
      now !== undefined && sameAddress(now.destination, out.destination) && now.destinationPort === out.destinationPort
    );
  }

  #sourceHolds(rule: NatRule | undefined, tuple: Tuple, { out, given }: Holding, to: Unit, echo: boolean): boolean {
    const same = (now: Tuple): boolean => sameAddress(now.source, out.source) && now.sourcePort === out.sourcePort;
    if (rule === undefined) return same(tuple);
    const { action } = rule;
    if (action.kind === "prefix" || action.kind === "nptv6") {
      const now = this.#toPrefix(action, tuple);
      return now !== undefined && same(now);
    }
    return placesOf(action, to, tuple.destination.family).some(({ addresses, ports }) => {
      if (!addresses.some((address) => sameAddress(address, out.source))) return false;
      const gives = ports !== undefined && (echo || hasPorts(tuple.protocol));
      return gives ? given && within(ports, out.sourcePort) : tuple.sourcePort === out.sourcePort;
    });
  }

  // ---- reading rules -------------------------------------------------------------------------------------------------

  #unitsOf(context: NatContext): ReadonlySet<string> {
    const fits = (unit: Unit): boolean =>
      context.interface?.includes(unit.name) === true ||
      (unit.zone !== undefined && context.zone?.includes(unit.zone) === true) ||
      context["routing-instance"]?.includes(unit.instance) === true;
    return new Set(this.units.filter(fits).map((unit) => unit.name));
  }

  /** addresses: undefined for any */
  #addresses(
    prefixes: readonly string[] | undefined,
    names: readonly string[] | undefined,
  ): readonly Range[] | undefined {
    if (prefixes === undefined && names === undefined) return undefined;
    const books = this.config.security["address-book"] ?? [];
    return [
      ...(prefixes ?? []).map((text) => readPrefix(text).range),
      ...(names ?? []).flatMap((name) => rangesOf(books, undefined, name)),
    ];
  }

  /** terms: one for each combination of protocols and ports, or those of the applications. */
  #terms(match: Match): readonly Term[] {
    if (match.application !== undefined) return this.applications.expand(match.application);
    const ranges = (values: readonly (string | number)[] | undefined) => values?.map(portsOf) ?? [undefined];
    const protocols = match.protocol?.map((one) => protocolNumbers.get(String(one)) ?? Number(one)) ?? [undefined];
    return protocols.flatMap((protocol) =>
      ranges(match["source-port"]).flatMap((sourcePorts) =>
        ranges(match["destination-port"]).map((destinationPorts) => ({
          ...ANYTHING,
          protocol,
          sourcePorts,
          destinationPorts,
        })),
      ),
    );
  }

  #sharedBy(sets: readonly NatSourceRuleSet[], pools: ReadonlyMap<string, Pool>): readonly Address[] {
    return sets.flatMap(({ to, rule }) => {
      const used = rule.flatMap(({ then }) => pools.get(`source/${then["source-nat"].pool ?? ""}`) ?? []);
      const all = used.flatMap((pool) => (typeof pool.overflow === "object" ? [pool, pool.overflow] : [pool]));
      const own =
        rule.some(({ then }) => then["source-nat"].interface) || used.some((one) => one.overflow === "interface");
      const units = this.units.filter((unit) => own && this.#unitsOf(to).has(unit.name));
      return [
        ...all.filter((pool) => pool.ports !== undefined).flatMap((pool) => listed(pool.addresses)),
        ...units.flatMap((unit) =>
          (["inet", "inet6"] as const).flatMap((family) => ownAddress(unit, { family, value: 0n }) ?? []),
        ),
      ];
    });
  }

  /** entry: a rule that translates to one family is for packets that leave in that family only, and to IPv6 only from there. */
  #entry(
    name: string,
    action: Action,
    family: Family | undefined,
    conditions: Conditions,
    persistence?: Persistence,
  ): Entry {
    const { sources, destinations, terms } = conditions;
    const among = (ranges: readonly Range[] | undefined, address: Address): boolean =>
      ranges === undefined || ranges.some((range) => inRange(range, address));
    return {
      rule: { name, action, persistence },
      matches: (tuple) =>
        (family === undefined || family === tuple.destination.family) &&
        (family !== "inet6" || tuple.source.family === family) &&
        among(sources, tuple.source) &&
        among(destinations, tuple.destination) &&
        terms.some((term) => termMatches(term, tuple.source.family, tuple, undefined)),
    };
  }
}

interface Conditions {
  readonly sources: readonly Range[] | undefined;
  readonly destinations: readonly Range[] | undefined;
  readonly terms: readonly Term[];
}

interface Match {
  readonly protocol?: readonly (string | number)[];
  readonly "source-port"?: readonly (string | number)[];
  readonly "destination-port"?: readonly (string | number)[];
  readonly application?: readonly string[];
}

const ANYTHING: Term = {
  application: "any",
  protocol: undefined,
  sourcePorts: undefined,
  destinationPorts: undefined,
  icmpType: undefined,
  icmpCode: undefined,
  timeout: undefined,
};

/** prefix64Of: how many bits stand before the IPv4 address that a rule leads to. */
export const prefix64Of = (rule: NatRule | undefined): number | undefined =>
  rule?.action.kind === "nat64" ? rule.action.length : undefined;

const acting = (rule: NatRule | undefined): NatRule | undefined => (rule?.action.kind === "off" ? undefined : rule);

function find(sets: readonly RuleSet[], from: Unit, to: Unit | undefined, tuple: Tuple): NatRule | undefined {
  const fits = (units: ReadonlySet<string> | undefined, unit: Unit | undefined): boolean =>
    units === undefined || (unit !== undefined && units.has(unit.name));
  const set = sets.find((one) => fits(one.from, from) && fits(one.to, to));
  return set?.entries.find((entry) => entry.matches(tuple))?.rule;
}

/** rankOf: an interface says more than a zone, and a zone more than a routing instance. */
const rankOf = (context: NatContext): number =>
  context.interface !== undefined ? 0 : context.zone !== undefined ? 1 : 2;

const moved = (tuple: Tuple, port: "sourcePort" | "destinationPort", from?: number, to?: number): number =>
  from === undefined || !hasPorts(tuple.protocol) ? tuple[port] : (tuple[port] - from + to! + 65536) % 65536;

/** persistenceOf: without a word about it, for 300 seconds and 30 sessions. */
function persistenceOf(statement: PersistentNat | undefined): Persistence | undefined {
  if (statement === undefined) return undefined;
  const { permit } = statement;
  return {
    permit: permit["any-remote-host"] ? "any-remote-host" : permit["target-host"] ? "target-host" : "target-host-port",
    timeout: statement["inactivity-timeout"] ?? 300,
    sessions: statement["max-session-number"] ?? 30,
  };
}

/** keyOf: pools with the same addresses are the same pool, whatever their names. */
const keyOf = (pool: Pool): string =>
  `${listed(pool.addresses)
    .map((one) => `${one.family} ${one.value}`)
    .toSorted()
    .join()}`;

function placesOf(action: Action, to: Unit, family: Family): readonly Place[] {
  const own = ownAddress(to, { family, value: 0n });
  const ofInterface: Place = {
    key: "interface",
    addresses: own === undefined ? [] : [own],
    ports: PORTS,
    persistent: false,
  };
  if (action.kind === "interface") return [ofInterface];
  if (action.kind !== "pool" || action.pool.family !== family) return [];
  const ofPool = (pool: Pool): Place => ({
    key: keyOf(pool),
    addresses: listed(pool.addresses),
    ports: pool.ports,
    persistent: pool.persistent,
  });
  const { overflow } = action.pool;
  if (overflow === undefined) return [ofPool(action.pool)];
  return [ofPool(action.pool), overflow === "interface" ? ofInterface : ofPool(overflow)];
}

function readPools(config: Config): ReadonlyMap<string, Pool> {
  const { source, destination } = config.security.nat ?? {};
  const pools = new Map<string, Pool>();
  const persistent = source?.["address-persistent"] === true;
  const statements = source?.pool ?? [];
  /* Those that others overflow into have no overflow-pool themselves. */
  for (const statement of statements.toSorted(
    (a, b) => Number(a["overflow-pool"] !== undefined) - Number(b["overflow-pool"] !== undefined),
  )) {
    const { name, address, port, "overflow-pool": overflow } = statement;
    const addresses = address.map(readRange);
    const range = port?.range;
    pools.set(`source/${name}`, {
      name,
      family: addresses[0]!.family,
      addresses,
      ports: port?.["no-translation"] === true ? undefined : range === undefined ? PORTS : [range.low, range.high],
      persistent,
      overflow: overflow === "interface" ? overflow : pools.get(`source/${overflow ?? ""}`),
    });
  }
  for (const { name, address } of destination?.pool ?? []) {
    const range = readRange(address.to === undefined ? address.name : { name: address.name, to: address.to });
    pools.set(`destination/${name}`, {
      name,
      family: range.family,
      addresses: [range],
      ports: address.port === undefined ? undefined : [address.port, address.port],
      persistent: false,
      overflow: undefined,
    });
  }
  return pools;
}
