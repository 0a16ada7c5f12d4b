// nat.ts: address translation: pools, rule-sets and what their rules may ask and do. SPDX-License-Identifier: Apache-2.0
import {
  notOneHost,
  parseAddress,
  parsePrefix,
  prefixRange,
  type AddressRange,
  type Family,
  type Prefix,
} from "../address.js";
import { DEFAULT_INSTANCE } from "../instance-table.js";
import { hasPorts, parsePorts, parseProtocol } from "../protocol.js";
import type { Statement } from "../statement.js";
import type { AddressNames } from "./address-books.js";
import type { ApplicationNames } from "./applications.js";
import type { Units } from "./interfaces.js";
import { declare, reportDuplicates, type Report } from "./report.js";
import type { Instances } from "./routing-instances.js";
import type { Zones } from "./zones.js";

/** MAX_POOL_ADDRESSES of all pools together. */
export const MAX_POOL_ADDRESSES = 4096;
export const MAX_PROXY_ADDRESSES = 4096;
export const MAX_NAT_RULES = 16384;
export const OVERFLOW_INTERFACE = "interface";

interface Names {
  readonly units: Units;
  readonly zones: Zones;
  readonly instances: Instances;
  readonly addresses: AddressNames;
  readonly applications: ApplicationNames;
}

/** Pool: what is readable of one. */
interface Pool {
  readonly statement: Statement;
  readonly ranges: readonly ReadRange[];
  readonly family: Family | undefined;
}
type Pools = ReadonlyMap<string, Pool>;

export function checkNat(report: Report, nat: Statement, names: Names): void {
  const size = { addresses: 0n };
  const source = checkPools(report, nat.get("source", "pool"), "source pool", size, listedRanges);
  checkAlarm(report, nat.get("source", "pool-utilization-alarm"));
  for (const pool of source.values()) checkSourcePool(report, pool, source);
  const destination = checkPools(report, nat.get("destination", "pool"), "destination pool", size, destinationRanges);
  for (const pool of destination.values()) checkDestinationPool(report, pool, names);
  if (size.addresses > BigInt(MAX_POOL_ADDRESSES)) {
    const expected = `expected at most ${MAX_POOL_ADDRESSES} addresses in all pools together`;
    report.add("limit", nat, `${expected}, found ${size.addresses}`);
  }
  const crosses = nat64Rules(nat).length > 0;
  const kinds = [
    {
      kind: "source",
      pools: source,
      checkRule: (...[to, rule, pools, known]: Parameters<typeof checkDestinationRule>) =>
        checkSourceRule(to, rule, pools, known, crosses),
    },
    { kind: "destination", pools: destination, checkRule: checkDestinationRule },
    { kind: "static", pools: new Map<string, Pool>(), checkRule: checkStaticRule },
  ] as const;
  let rules = 0;
  for (const { kind, pools, checkRule } of kinds) {
    const sets = nat.get(kind, "rule-set").items();
    declare(report, "rule-set", sets);
    checkContexts(report, sets, kind === "source" ? ["from", "to"] : ["from"], names);
    for (const set of sets) {
      const list = set.get("rule").items();
      rules += list.length;
      declare(report, "rule", list);
      for (const rule of list) checkRule(report, rule, pools, names);
    }
  }
  checkSourcesOfNat64(report, nat, source);
  checkProxies(report, nat, names);
  if (rules > MAX_NAT_RULES)
    report.add("limit", nat, `expected at most ${MAX_NAT_RULES} rules in all rule-sets, found ${rules}`);
}

// ---- pools -------------------------------------------------------------------------------------------------------------

interface ReadRange extends AddressRange {
  readonly family: Family;
  readonly statement: Statement;
}

function readRange(report: Report, statement: Statement, first: string | undefined, last: Statement): ReadRange[] {
  const prefix = first === undefined ? undefined : parsePrefix(first);
  if (prefix === undefined || prefix.hostBits) return [];
  const { low, high } = prefixRange(prefix);
  const range = { statement, family: prefix.family, low, high };
  if (!last.present) return [range];
  const end = last.text === undefined ? undefined : parseAddress(last.text);
  if (end === undefined) return [];
  if (end.family !== prefix.family) {
    report.add("conflict", last, "one end is IPv4 and the other IPv6");
    return [];
  }
  if (low !== high) {
    report.add("conflict", last, `a range begins with one address, not with the prefix '${first!}'`);
    return [];
  }
  if (end.value < low) {
    report.add("conflict", last, `the last address ${last.text!} is below the first, ${first!}`);
    return [];
  }
  return [{ ...range, high: end.value }];
}

function listedRanges(report: Report, list: Statement): ReadRange[] {
  return list
    .get("address")
    .items()
    .flatMap((item) => readRange(report, item, item.text ?? item.get("name").text, item.get("to")));
}

function destinationRanges(report: Report, pool: Statement): ReadRange[] {
  const address = pool.get("address");
  return readRange(report, address, address.get("name").text, address.get("to"));
}

function checkPools(
  report: Report,
  list: Statement,
  what: string,
  size: { addresses: bigint },
  rangesOf: (report: Report, pool: Statement) => ReadRange[],
): Map<string, Pool> {
  const pools = list.items();
  const byName = declare(report, what, pools, new Map(), (name) => name === OVERFLOW_INTERFACE);
  const read = new Map<Statement, readonly ReadRange[]>();
  for (const pool of pools) {
    const ranges = rangesOf(report, pool);
    read.set(pool, ranges);
    checkRanges(report, ranges);
    for (const { low, high } of ranges) size.addresses += high - low + 1n;
  }
  return new Map(
    [...byName].map(([name, statement]) => {
      const ranges = read.get(statement) ?? [];
      return [name, { statement, ranges, family: ranges[0]?.family }];
    }),
  );
}

function checkRanges(report: Report, ranges: readonly ReadRange[]): void {
  ranges.forEach((range, index) => {
    const { family, low, high, statement } = range;
    const kind = notOneHost({ family, value: low }) ?? notOneHost({ family, value: high });
    if (kind !== undefined) report.add("value", statement, `it holds ${kind}, which no host can have`);
    if (family !== ranges[0]!.family) report.add("conflict", statement, "its other addresses are of the other family");
    const before = ranges
      .slice(0, index)
      .some((other) => other.family === family && other.low <= high && low <= other.high);
    if (before) report.add("duplicate", statement, "the list has some of these addresses already");
  });
}

function checkAlarm(report: Report, alarm: Statement): void {
  const [raise, clear] = [alarm.get("raise-threshold").number, alarm.get("clear-threshold").number];
  if (raise !== undefined && clear !== undefined && clear >= raise)
    report.add(
      "conflict",
      alarm.get("clear-threshold"),
      `expected less than the raise-threshold ${raise}, found ${clear}`,
    );
}

function checkSourcePool(report: Report, { statement, family }: Pool, pools: Pools): void {
  const alarm = statement.get("pool-utilization-alarm");
  checkAlarm(report, alarm);
  if (alarm.present && statement.get("port", "no-translation").isTrue)
    report.add("conflict", alarm, "the pool has no-translation: it gives out no ports that could be used up");
  const [low, high] = [statement.get("port", "range", "low").number, statement.get("port", "range", "high").number];
  if (low !== undefined && high !== undefined && low > high)
    report.add("conflict", statement.get("port", "range"), `the low end ${low} is above the high end ${high}`);
  const overflow = statement.get("overflow-pool");
  const name = overflow.text;
  if (name === undefined || name === OVERFLOW_INTERFACE) return;
  const other = pools.get(name);
  if (other === undefined) report.dangling(overflow, "source pool", name, () => [...pools.keys(), OVERFLOW_INTERFACE]);
  else if (other.statement === statement) report.add("conflict", overflow, "a pool cannot overflow into itself");
  else if (other.statement.get("overflow-pool").present)
    report.add("conflict", overflow, `'${name}' has an overflow-pool itself; only one takes over`);
  else if (other.statement.get("port", "no-translation").isTrue)
    report.add("conflict", overflow, `'${name}' has no-translation: it cannot take what another one has no ports for`);
  else if (family !== undefined && other.family !== undefined && other.family !== family)
    report.add("conflict", overflow, `the addresses of '${name}' are of the other family`);
}

/** What this host answers goes out untranslated, so packets may not be translated to it. */
function checkDestinationPool(report: Report, { statement, ranges }: Pool, { units }: Names): void {
  for (const { name, addresses } of units?.values() ?? []) {
    const own = addresses.find(({ prefix }) =>
      ranges.some(({ family, low, high }) => prefix.family === family && low <= prefix.value && prefix.value <= high),
    );
    if (own !== undefined) {
      const why = "packets cannot be translated to this host itself";
      report.add("conflict", statement.get("address"), `it holds ${own.statement.text!} of ${name}: ${why}`);
    }
  }
}

// ---- proxies -----------------------------------------------------------------------------------------------------------

const PROXIES = [
  ["proxy-arp", "inet", "IPv6 addresses stand in proxy-ndp"],
  ["proxy-ndp", "inet6", "IPv4 addresses stand in proxy-arp"],
] as const;

function checkProxies(report: Report, nat: Statement, { units }: Names): void {
  const own = [...(units?.values() ?? [])].flatMap(({ name, addresses }) =>
    addresses.map(({ prefix, statement }) => ({ prefix, what: `${statement.text!} of ${name}` })),
  );
  let size = 0n;
  for (const [kind, family, otherwise] of PROXIES) {
    const list = nat.get(kind, "interface").items();
    declare(report, "interface", list);
    for (const item of list) {
      const name = item.get("name").text;
      if (name !== undefined && units !== undefined && !units.has(name))
        report.dangling(item.get("name"), "interface unit", name, () => units.keys());
      const ranges = listedRanges(report, item);
      for (const { statement } of ranges.filter((range) => range.family !== family))
        report.add("conflict", statement, otherwise);
      const fitting = ranges.filter((range) => range.family === family);
      checkRanges(report, fitting);
      for (const { low, high, statement } of fitting) {
        size += high - low + 1n;
        const has = own.find(({ prefix }) => prefix.family === family && low <= prefix.value && prefix.value <= high);
        if (has !== undefined)
          report.add("conflict", statement, `it holds ${has.what}, which this host answers for anyway`);
      }
    }
  }
  if (size > BigInt(MAX_PROXY_ADDRESSES)) {
    const expected = `expected at most ${MAX_PROXY_ADDRESSES} addresses in proxy-arp and proxy-ndp together`;
    report.add("limit", nat, `${expected}, found ${size}`);
  }
}

// ---- rule-sets ---------------------------------------------------------------------------------------------------------

const CONTEXTS = ["zone", "interface", "routing-instance"] as const;

function checkContexts(
  report: Report,
  sets: readonly Statement[],
  sides: readonly ("from" | "to")[],
  names: Names,
): void {
  const seen = new Map<string, string>();
  for (const set of sets) {
    const places = sides.map((side) => checkContext(report, set.get(side), names));
    const pairs = places.reduce<string[]>(
      (before, after) => before.flatMap((head) => after.map((tail) => `${head} to ${tail}`)),
      places.shift() ?? [],
    );
    const other = pairs.map((pair) => seen.get(pair)).find((name) => name !== undefined);
    if (other !== undefined) {
      const why = "the first of them would decide alone";
      report.add("conflict", set, `rule-set '${other}' is for the same packets as this one: ${why}`);
    }
    for (const pair of pairs) if (!seen.has(pair)) seen.set(pair, set.get("name").text ?? "");
  }
}

/** checkContext gives what the context names, spelled with its kind. */
function checkContext(report: Report, context: Statement, { units, zones, instances }: Names): string[] {
  return CONTEXTS.flatMap((kind) => {
    const items = context.get(kind).items();
    reportDuplicates(report, kind, items);
    for (const item of items) {
      const name = item.text;
      if (name === undefined) continue;
      if (kind === "zone" && zones !== undefined && !zones.has(name))
        report.dangling(item, "security-zone", name, () => zones.keys());
      if (kind === "interface" && units !== undefined && !units.has(name))
        report.dangling(item, "interface unit", name, () => units.keys());
      if (kind === "routing-instance" && name !== DEFAULT_INSTANCE && !instances.has(name))
        report.dangling(item, "routing-instance", name, () => [DEFAULT_INSTANCE, ...instances.keys()]);
    }
    return [...new Set(items.flatMap(({ text }) => (text === undefined ? [] : [`${kind} '${text}'`])))];
  });
}

// ---- rules -------------------------------------------------------------------------------------------------------------

function checkSourceRule(report: Report, rule: Statement, pools: Pools, names: Names, crosses: boolean): void {
  const match = rule.get("match");
  checkMatch(report, match, names);
  const action = rule.get("then", "source-nat");
  const pool = pools.get(action.get("pool").text ?? "");
  const fromInet6 = crosses && pool?.family === "inet";
  checkPool(report, action.get("pool"), "source pool", pools, match, fromInet6 ? ["destination"] : SIDES);
  const persistent = action.get("persistent-nat");
  if (persistent.present && fromInet6)
    for (const item of itemsOf(match.get("source-address")))
      if (prefixOf(item)?.family === "inet6")
        report.add("conflict", item, "NAT64 knows no persistent-nat: nothing from outside could reach an IPv6 client");
  if (persistent.present && action.get("off").present)
    report.add("conflict", persistent, "the rule translates nothing, so there is nothing to keep");
  if (persistent.present && pool?.statement.get("port", "no-translation").isTrue === true)
    report.add(
      "conflict",
      persistent,
      `'${action.get("pool").text!}' has no-translation: it gives out no ports to bind to`,
    );
}

function checkDestinationRule(report: Report, rule: Statement, pools: Pools, names: Names): void {
  const match = rule.get("match");
  checkMatch(report, match, names);
  checkPool(report, rule.get("then", "destination-nat", "pool"), "destination pool", pools, match);
}

/** What can be listed may also stand alone. */
const itemsOf = (statement: Statement): Statement[] => (statement.isList ? statement.items() : [statement]);

function checkMatch(report: Report, match: Statement, { addresses, applications }: Names): void {
  checkApplications(report, match, applications);
  for (const side of ["source", "destination"] as const) {
    const prefixes = itemsOf(match.get(`${side}-address`));
    reportDuplicates(report, "prefix", prefixes);
    const names = itemsOf(match.get(`${side}-address-name`));
    reportDuplicates(report, "address", names);
    for (const item of names) {
      const name = item.text;
      if (name !== undefined && !addresses.has("", name))
        report.dangling(item, "address or set of the global address-book", name, () => addresses.all(""));
    }
    reportDuplicates(report, "port", match.get(`${side}-port`).items());
  }
  const protocols = match.get("protocol").items();
  reportDuplicates(report, "protocol", protocols);
  for (const protocol of protocols) {
    const number = protocol.scalar === undefined ? undefined : parseProtocol(protocol.scalar);
    if (number === undefined || hasPorts(number)) continue;
    for (const ports of ["source-port", "destination-port"]) {
      if (match.get(ports).present)
        report.add(
          "conflict",
          match.get(ports),
          `${ports} needs protocol tcp, udp or sctp, found '${protocol.scalar!}'`,
        );
    }
  }
}

/** A session is translated as a whole, and its flow key knows no ICMP type but that of echo. */
function checkApplications(report: Report, match: Statement, applications: ApplicationNames): void {
  const list = match.get("application");
  reportDuplicates(report, "application", list.items());
  for (const item of list.items()) {
    const name = item.text;
    if (name === undefined) continue;
    if (!applications.has(name)) report.dangling(item, "application or set", name, () => applications.all());
    else if (applications.asksType(name))
      report.add("conflict", item, `'${name}' asks for an ICMP type: translation goes by protocol and ports only`);
  }
  for (const other of ["protocol", "source-port", "destination-port"]) {
    if (list.present && match.get(other).present)
      report.add(
        "conflict",
        match.get(other),
        `application says which ${other} it means; only one of them can stand here`,
      );
  }
}

const SIDES = ["source", "destination"] as const;

function checkPool(
  report: Report,
  reference: Statement,
  what: string,
  pools: Pools,
  match: Statement,
  sides: readonly (typeof SIDES)[number][] = SIDES,
): void {
  const name = reference.text;
  if (name === undefined) return;
  const pool = pools.get(name);
  if (pool === undefined) {
    report.dangling(reference, what, name, () => pools.keys());
    return;
  }
  for (const side of sides) {
    for (const item of itemsOf(match.get(`${side}-address`)))
      checkFamily(report, item, pool.family, `the addresses of '${name}'`);
  }
}

/** prefixOf gives what stands there, if it is a prefix without bits behind its length. */
function prefixOf({ text }: Statement): Prefix | undefined {
  const prefix = text === undefined ? undefined : parsePrefix(text);
  return prefix?.hostBits === false ? prefix : undefined;
}

/** checkFamily: IPv4 is not translated to IPv6, and IPv6 to IPv4 by NAT64 alone. */
function checkFamily(report: Report, item: Statement, family: Family | undefined, others: string): void {
  const prefix = prefixOf(item);
  if (prefix !== undefined && family !== undefined && prefix.family !== family) {
    const why = "only static rules with inet, for IPv6 prefixes, lead from one to the other";
    report.add("conflict", item, `'${item.text!}' is of another family than ${others}: ${why}`);
  }
}

function checkStaticRule(report: Report, rule: Statement, _pools: Pools, names: Names): void {
  const match = rule.get("match");
  if (rule.get("then", "static-nat", "inet").present) {
    checkMatch(report, match, names);
    checkNat64(report, match);
    return;
  }
  const nptv6 = rule.get("then", "static-nat", "nptv6-prefix");
  const target = nptv6.present ? nptv6 : rule.get("then", "static-nat", "prefix");
  checkMatch(report, match, names);
  const [outer, inner] = [prefixOf(match.get("destination-address")), prefixOf(target.get("name"))];
  for (const item of match.get("source-address").items())
    checkFamily(report, item, outer?.family, "destination-address");
  checkFamily(report, target.get("name"), outer?.family, "destination-address");
  if (outer !== undefined && inner !== undefined && outer.family === inner.family && outer.length !== inner.length)
    report.add(
      "conflict",
      target.get("name"),
      `each address of /${outer.length} needs one of its own, found /${inner.length}`,
    );
  if (nptv6.present) checkNptv6(report, match, target, outer, inner);
  else checkMappedPorts(report, match.get("destination-port"), target);
}

const NAT64_LENGTHS: readonly number[] = [32, 40, 48, 56, 64, 96];

/** RFC 6052 2.2. */
function checkNat64(report: Report, match: Statement): void {
  const item = match.get("destination-address");
  const prefix = prefixOf(item);
  if (prefix?.family === "inet") report.add("value", item, `NAT64 is for IPv6 prefixes, found '${item.text!}'`);
  else if (prefix !== undefined && !NAT64_LENGTHS.includes(prefix.length))
    report.add(
      "value",
      item,
      `IPv4 addresses stand behind 32, 40, 48, 56, 64 or 96 bits of an IPv6 prefix, found /${prefix.length}`,
    );
  else if (prefix !== undefined && ((prefix.value >> 56n) & 0xffn) !== 0n)
    report.add("value", item, "bits 64 to 71 of the prefix have to be zero (RFC 6052)");
  for (const source of itemsOf(match.get("source-address"))) {
    if (prefixOf(source)?.family === "inet")
      report.add("conflict", source, `NAT64 is for clients with IPv6 addresses, found '${source.text!}'`);
  }
  const ports = match.get("destination-port");
  if (ports.present) report.add("conflict", ports, "NAT64 translates all ports of an address");
}

function nat64Rules(nat: Statement): Statement[] {
  return nat
    .get("static", "rule-set")
    .items()
    .flatMap((set) => set.get("rule").items())
    .filter((rule) => rule.get("then", "static-nat", "inet").present);
}

/** What NAT64 sends on needs an IPv4 source; without a rule that could give one nothing would pass. */
function checkSourcesOfNat64(report: Report, nat: Statement, pools: Pools): void {
  const [first] = nat64Rules(nat);
  if (first === undefined) return;
  const couldHave = (match: Statement, side: string, family: Family): boolean => {
    const [written, named] = [match.get(`${side}-address`), match.get(`${side}-address-name`)];
    return named.present || !written.present || itemsOf(written).some((item) => prefixOf(item)?.family === family);
  };
  const gives = nat
    .get("source", "rule-set")
    .items()
    .flatMap((set) => set.get("rule").items())
    .some((rule) => {
      const [match, action] = [rule.get("match"), rule.get("then", "source-nat")];
      const inet = action.get("interface").present || pools.get(action.get("pool").text ?? "")?.family === "inet";
      return (
        inet &&
        !action.get("persistent-nat").present &&
        couldHave(match, "source", "inet6") &&
        couldHave(match, "destination", "inet")
      );
    });
  if (!gives)
    report.add(
      "conflict",
      first.get("then", "static-nat", "inet"),
      "no source rule gives IPv6 clients an IPv4 source: one is needed with an IPv4 pool or interface, without persistent-nat",
    );
}

/** MAX_NPTV6_LENGTH: behind it is the interface identifier, of which a word may carry the difference of both prefixes. */
const MAX_NPTV6_LENGTH = 64;

function checkNptv6(
  report: Report,
  match: Statement,
  target: Statement,
  outer: Prefix | undefined,
  inner: Prefix | undefined,
): void {
  for (const [item, prefix] of [
    [match.get("destination-address"), outer],
    [target.get("name"), inner],
  ] as const) {
    if (prefix?.family === "inet") report.add("value", item, `NPTv6 is for IPv6 prefixes, found '${item.text!}'`);
    else if (prefix !== undefined && (prefix.length < 1 || prefix.length > MAX_NPTV6_LENGTH))
      report.add("value", item, `NPTv6 is for prefixes of 1 to ${MAX_NPTV6_LENGTH} bits, found /${prefix.length}`);
  }
  const ports = match.get("destination-port");
  if (ports.present) report.add("conflict", ports, "NPTv6 translates all ports of an address, or none");
}

function checkMappedPorts(report: Report, ports: Statement, target: Statement): void {
  const mapped = target.get("mapped-port");
  if (ports.present && !mapped.present)
    report.missing(target, "mapped-port", "the rule has a destination-port, which stands for another one");
  if (mapped.present && !ports.present)
    report.add("conflict", mapped, "mapped-port needs a destination-port in match, which it stands for");
  const [from, to] = [ports, mapped].map(({ scalar }) => (scalar === undefined ? undefined : parsePorts(scalar)));
  if (from === undefined || to === undefined) return;
  const [wanted, found] = [from.high - from.low + 1, to.high - to.low + 1];
  if (wanted !== found)
    report.add("conflict", mapped, `expected as many ports as destination-port has, ${wanted}, found ${found}`);
  for (const [statement, range] of [
    [ports, from],
    [mapped, to],
  ] as const) {
    if (range.low === 0) report.add("value", statement, "port 0 is none that can be translated");
  }
}
