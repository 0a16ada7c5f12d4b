// condition.ts: what `from` of a filter term asks of a packet. SPDX-License-Identifier: Apache-2.0
import type { FilterFrom, FilterNames } from "../../daemon/src/config/config.js";
import { portNumbers, protocolNumbers } from "../../daemon/src/config/protocol.js";
import { inRange, readPrefix, type Address, type Family } from "./address.js";
import { ESP, hasPorts, isIcmp, isLater, payloadOf, type Packet } from "./packet.js";

/** Asked: a packet, where it came in, and the marks it has by now. */
export interface Asked {
  readonly packet: Packet;
  /** the unit by which it came in */
  readonly unit: string;
  readonly forwardingClass: string;
  readonly lossPriority: string;
}

export type Condition = (asked: Asked) => boolean;

/** Value: a number, a name, or LOW-HIGH. */
type Value = string | number;
/** Clause: `from` as it is written. */
type Clause = FilterFrom & Readonly<Record<string, unknown>>;

export type PrefixLists = ReadonlyMap<string, readonly string[]>;

const listOf = <T>(value: unknown): readonly T[] => (value ?? []) as readonly T[];

const numbered = (...names: readonly string[]): ReadonlyMap<string, number> =>
  new Map(names.map((name, number) => [name, number]));

const precedences = numbered(
  "routine",
  "priority",
  "immediate",
  "flash",
  "flash-override",
  "critical-ecp",
  "internet-control",
  "net-control",
);

/** RFC 2474, RFC 2597, RFC 3246. */
const codePoints: ReadonlyMap<string, number> = new Map([
  ["be", 0],
  ["ef", 46],
  ["nc1", 48],
  ["nc2", 56],
  ...Array.from({ length: 7 }, (_, i) => [`cs${i + 1}`, 8 * (i + 1)] as const),
  ...[1, 2, 3, 4].flatMap((c) => [1, 2, 3].map((drop) => [`af${c}${drop}`, 8 * c + 2 * drop] as const)),
]);

const ipOptions: ReadonlyMap<string, number> = new Map([
  ["route-record", 7],
  ["timestamp", 68],
  ["security", 130],
  ["loose-source-route", 131],
  ["stream-id", 136],
  ["strict-source-route", 137],
  ["router-alert", 148],
]);

const icmpTypes: ReadonlyMap<string, number> = new Map([
  ["echo-reply", 0],
  ["unreachable", 3],
  ["source-quench", 4],
  ["redirect", 5],
  ["echo-request", 8],
  ["router-advertisement", 9],
  ["router-solicit", 10],
  ["time-exceeded", 11],
  ["parameter-problem", 12],
  ["timestamp", 13],
  ["timestamp-reply", 14],
  ["info-request", 15],
  ["info-reply", 16],
  ["mask-request", 17],
  ["mask-reply", 18],
]);

const icmp6Types: ReadonlyMap<string, number> = new Map([
  ["destination-unreachable", 1],
  ["packet-too-big", 2],
  ["time-exceeded", 3],
  ["parameter-problem", 4],
  ["echo-request", 128],
  ["echo-reply", 129],
  ["membership-query", 130],
  ["membership-report", 131],
  ["membership-termination", 132],
  ["router-solicit", 133],
  ["router-advertisement", 134],
  ["neighbor-solicit", 135],
  ["neighbor-advertisement", 136],
  ["redirect", 137],
  ["router-renumbering", 138],
  ["node-information-request", 139],
  ["node-information-reply", 140],
]);

const icmpCodes: ReadonlyMap<string, number> = new Map([
  ...numbered(
    "network-unreachable",
    "host-unreachable",
    "protocol-unreachable",
    "port-unreachable",
    "fragmentation-needed",
    "source-route-failed",
    "destination-network-unknown",
    "destination-host-unknown",
    "source-host-isolated",
    "destination-network-prohibited",
    "destination-host-prohibited",
    "network-unreachable-for-TOS",
    "host-unreachable-for-TOS",
    "communication-prohibited-by-filtering",
    "host-precedence-violation",
    "precedence-cutoff-in-effect",
  ),
  ...numbered("redirect-for-network", "redirect-for-host", "redirect-for-tos-and-net", "redirect-for-tos-and-host"),
  ...numbered("ttl-eq-zero-during-transit", "ttl-eq-zero-during-reassembly"),
  ...numbered("ip-header-bad", "required-option-missing"),
]);

const icmp6Codes: ReadonlyMap<string, number> = new Map([
  ...numbered(
    "no-route-to-destination",
    "administratively-prohibited",
    "beyond-scope",
    "address-unreachable",
    "port-unreachable",
  ),
  ...numbered("ttl-eq-zero-during-transit", "ttl-eq-zero-during-reassembly"),
  ...numbered("ip6-header-bad", "unrecognized-next-header", "unrecognized-option"),
]);

type Names = ReadonlyMap<string, number>;
const NO_NAMES: Names = new Map();

/** among: does one of the values hold the number? */
function among(values: readonly Value[], names: Names): (n: number) => boolean {
  const ranges = values.map((value) => {
    const one = names.get(String(value));
    if (one !== undefined) return [one, one] as const;
    const [low = "", high = low] = String(value).split("-");
    return [Number(low), Number(high)] as const;
  });
  return (n) => ranges.some(([low, high]) => low <= n && n <= high);
}

/** codePoint values may be six bits. */
const codePointText = (value: Value): Value =>
  typeof value === "string" && /^[01]{6}$/.test(value) ? parseInt(value, 2) : value;
export const codePointOf = (value: Value): number => codePoints.get(String(value)) ?? Number(codePointText(value));

// ---- what a packet has ---------------------------------------------------------------------------------------------

const transportOf = (p: Packet): Buffer | undefined => (isLater(p) ? undefined : p.ip.subarray(p.transport));

const portsOf = (p: Packet): readonly [number, number] | undefined =>
  isLater(p) || !hasPorts(p.tuple.protocol) ? undefined : [p.tuple.sourcePort, p.tuple.destinationPort];

const icmpOf = (p: Packet): Packet["icmp"] => (isLater(p) || !isIcmp(p.family, p.tuple.protocol) ? undefined : p.icmp);

const flagsOf = (p: Packet): number | undefined => (isLater(p) ? undefined : p.segment?.flags);

function spiOf(p: Packet): number | undefined {
  const body = transportOf(p);
  return p.tuple.protocol === ESP && body !== undefined && body.length >= 4 ? body.readUInt32BE(0) : undefined;
}

/** optionsOf: the types of IPv4 options, the end of the list (RFC 791: type 0) being the last. */
function optionsOf(p: Packet): number[] {
  const types: number[] = [];
  if (p.family !== "inet") return types;
  const end = (p.ip[0]! & 15) * 4;
  for (let at = 20; at < end;) {
    types.push(p.ip[at]!);
    if (p.ip[at] === 0) break;
    at += p.ip[at] === 1 ? 1 : p.ip[at + 1]!;
  }
  return types;
}

function startOf(p: Packet, start: string): Buffer | undefined {
  if (start === "layer-3") return p.ip;
  return start === "layer-4" ? transportOf(p) : payloadOf(p);
}

// ---- conditions ----------------------------------------------------------------------------------------------------

/** onField makes a condition and its except twin: both hold only for packets that have the field. */
function onField(
  from: Clause,
  name: string,
  names: Names,
  field: (asked: Asked) => readonly number[] | undefined,
  read: (value: Value) => Value = (value) => value,
): Condition[] {
  const made: Condition[] = [];
  const values = listOf<Value>(from[name]).map(read);
  if (values.length > 0) {
    const holds = among(values, names);
    made.push((asked) => field(asked)?.some(holds) ?? false);
  }
  const except = listOf<Value>(from[`${name}-except`]).map(read);
  if (except.length > 0) {
    const holds = among(except, names);
    made.push((asked) => {
      const numbers = field(asked);
      return numbers !== undefined && !numbers.some(holds);
    });
  }
  return made;
}

const one = (n: number | undefined): readonly number[] | undefined => (n === undefined ? undefined : [n]);

/** Entry: a prefix of an address condition; the longest that holds the address decides. */
interface Entry {
  readonly prefix: string;
  readonly except: boolean;
}

function decides(entries: readonly Entry[]): (address: Address) => boolean {
  const read = entries.map((entry) => ({ ...readPrefix(entry.prefix), except: entry.except }));
  return (address) => {
    const holding = read.filter((entry) => inRange(entry.range, address));
    const longest = Math.max(...holding.map((entry) => entry.length));
    const deciding = holding.filter((one) => one.length === longest);
    return deciding.length > 0 && !deciding.some((one) => one.except);
  };
}

function entriesOf(from: Clause, kind: string, lists: PrefixLists, family: Family): readonly Entry[] | undefined {
  const named = (value: unknown) =>
    listOf<FilterNames[number]>(value).map((entry) =>
      typeof entry === "string" ? { name: entry, except: undefined } : entry,
    );
  const [direct, inLists] = [`${kind}address`, `${kind}prefix-list`];
  if (from[direct] === undefined && from[inLists] === undefined) return undefined;
  const addresses = named(from[direct]).map((entry) => ({ prefix: entry.name, except: entry.except === true }));
  const listed = named(from[inLists]).flatMap((entry) =>
    (lists.get(entry.name) ?? []).map((prefix) => ({ prefix, except: entry.except === true })),
  );
  return [...addresses, ...listed].filter((entry) => readPrefix(entry.prefix).address.family === family);
}

function addressConditions(from: Clause, lists: PrefixLists, family: Family): Condition[] {
  const made: Condition[] = [];
  const add = (kind: string, of: (p: Packet) => readonly Address[]): void => {
    const entries = entriesOf(from, kind, lists, family);
    if (entries === undefined) return;
    const holds = decides(entries);
    made.push(({ packet }) => of(packet).some(holds));
  };
  add("source-", (p) => [p.tuple.source]);
  add("destination-", (p) => [p.tuple.destination]);
  add("", (p) => [p.tuple.source, p.tuple.destination]);
  return made;
}

/** flagsExpression reads "syn & !ack", "(ack | rst)", "0x12": a number, shifted, asks for all its bits. */
function flagsExpression(text: string, names: Names, shift: number): (flags: number) => boolean {
  const tokens = text.match(/[a-z-]+|0x[0-9a-f]+|[0-9]+|[&+|,!()]/gi) ?? [];
  let at = 0;
  type Test = (flags: number) => boolean;
  const either = (): Test => {
    const parts = [both()];
    while (tokens[at] === "|" || tokens[at] === ",") {
      at++;
      parts.push(both());
    }
    return (flags) => parts.some((part) => part(flags));
  };
  const both = (): Test => {
    const parts = [single()];
    while (tokens[at] === "&" || tokens[at] === "+") {
      at++;
      parts.push(single());
    }
    return (flags) => parts.every((part) => part(flags));
  };
  const single = (): Test => {
    const token = tokens[at++]!;
    if (token === "!") {
      const inner = single();
      return (flags) => !inner(flags);
    }
    if (token === "(") {
      const inner = either();
      at++;
      return inner;
    }
    const bits = names.get(token) ?? Number(token) >> shift;
    return (flags) => (flags & bits) === bits;
  };
  return either();
}

const tcpFlagBits: Names = new Map([
  ["fin", 1],
  ["syn", 2],
  ["rst", 4],
  ["push", 8],
  ["ack", 16],
  ["urgent", 32],
]);
const fragmentFlagBits: Names = new Map([
  ["more-fragments", 1],
  ["dont-fragment", 2],
  ["reserved", 4],
]);
/** fragmentFlags: the three bits above the offset (RFC 791 3.1). */
const fragmentFlags = (p: Packet): number => p.ip[6]! >> 5;

function tcpConditions(from: Clause): Condition[] {
  const made: Condition[] = [];
  const add = (test: (flags: number) => boolean): void => {
    made.push(({ packet }) => {
      const flags = flagsOf(packet);
      return flags !== undefined && test(flags);
    });
  };
  if (from["tcp-flags"] !== undefined) add(flagsExpression(from["tcp-flags"], tcpFlagBits, 0));
  if (from["tcp-established"] === true) add((flags) => (flags & 0x14) !== 0);
  if (from["tcp-initial"] === true) add((flags) => (flags & 0x12) === 2);
  return made;
}

function fragmentConditions(from: Clause): Condition[] {
  const made: Condition[] = [];
  if (from["is-fragment"] === true) made.push(({ packet }) => isLater(packet));
  if (from["first-fragment"] === true)
    made.push(({ packet: { fragment } }) => fragment !== undefined && fragment.offset === 0 && fragment.more);
  if (from["fragment-flags"] !== undefined) {
    const holds = flagsExpression(from["fragment-flags"], fragmentFlagBits, 1);
    made.push(({ packet }) => packet.family === "inet" && holds(fragmentFlags(packet)));
  }
  return made;
}

function optionConditions(from: Clause): Condition[] {
  const made: Condition[] = [];
  const holds = (values: readonly Value[]): ((type: number) => boolean) =>
    values.includes("any") ? () => true : among(values, ipOptions);
  const wanted = listOf<Value>(from["ip-options"]);
  if (wanted.length > 0) made.push(({ packet }) => packet.family === "inet" && optionsOf(packet).some(holds(wanted)));
  const except = listOf<Value>(from["ip-options-except"]);
  if (except.length > 0) made.push(({ packet }) => packet.family === "inet" && !optionsOf(packet).some(holds(except)));
  return made;
}

function nameConditions(from: Clause): Condition[] {
  const made: Condition[] = [];
  const units = listOf<string>(from.interface);
  if (units.length > 0) made.push(({ unit }) => units.includes(unit));
  const add = (name: string, of: (asked: Asked) => string): void => {
    const wanted = listOf<string>(from[name]);
    if (wanted.length > 0) made.push((asked) => wanted.includes(of(asked)));
    const except = listOf<string>(from[`${name}-except`]);
    if (except.length > 0) made.push((asked) => !except.includes(of(asked)));
  };
  add("forwarding-class", (asked) => asked.forwardingClass);
  add("loss-priority", (asked) => asked.lossPriority);
  return made;
}

function flexibleConditions(from: Clause): Condition[] {
  const flexible = from["flexible-match-mask"];
  if (flexible === undefined) return [];
  const length = BigInt(flexible["bit-length"]);
  const all = (1n << length) - 1n;
  const mask = flexible["mask-in-hex"] === undefined ? all : BigInt(flexible["mask-in-hex"]) & all;
  const value = BigInt(flexible.prefix) & mask;
  const skip = BigInt((flexible["byte-offset"] ?? 0) * 8 + (flexible["bit-offset"] ?? 0));
  return [
    ({ packet }) => {
      const bytes = startOf(packet, flexible["match-start"]);
      if (bytes === undefined) return false;
      const bits = BigInt(bytes.length) * 8n;
      if (skip + length > bits) return false;
      const number = (BigInt(`0x0${bytes.toString("hex")}`) >> (bits - skip - length)) & all;
      return (number & mask) === value;
    },
  ];
}

/** readConditions: all of them must hold. */
export function readConditions(clause: FilterFrom, family: Family, lists: PrefixLists): readonly Condition[] {
  const from = clause as Clause;
  const inet = family === "inet";
  const field = (
    name: string,
    names: Names,
    of: (p: Packet) => readonly number[] | undefined,
    read?: (value: Value) => Value,
  ): Condition[] => onField(from, name, names, ({ packet }) => of(packet), read);
  return [
    ...addressConditions(from, lists, family),
    ...field(inet ? "protocol" : "next-header", protocolNumbers, (p) => [p.tuple.protocol]),
    ...field("source-port", portNumbers, (p) => one(portsOf(p)?.[0])),
    ...field("destination-port", portNumbers, (p) => one(portsOf(p)?.[1])),
    ...field("port", portNumbers, portsOf),
    ...field("icmp-type", inet ? icmpTypes : icmp6Types, (p) => one(icmpOf(p)?.type)),
    ...field("icmp-code", inet ? icmpCodes : icmp6Codes, (p) => one(icmpOf(p)?.code)),
    ...tcpConditions(from),
    ...field(inet ? "dscp" : "traffic-class", codePoints, (p) => [p.tos >> 2], codePointText),
    ...field("precedence", precedences, (p) => [p.tos >> 5]),
    ...field(inet ? "ttl" : "hop-limit", NO_NAMES, (p) => [p.ttl]),
    ...field("packet-length", NO_NAMES, (p) => [p.ip.length]),
    ...fragmentConditions(from),
    ...field("fragment-offset", NO_NAMES, (p) => (p.family === "inet" ? [(p.fragment?.offset ?? 0) / 8] : undefined)),
    ...optionConditions(from),
    ...field("esp-spi", NO_NAMES, (p) => one(spiOf(p))),
    ...nameConditions(from),
    ...flexibleConditions(from),
  ];
}
