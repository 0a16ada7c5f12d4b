// filter-from.ts: the conditions of a filter's term: what they name, and whether they can hold together.
// SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";
import {
  bothTrue,
  FlagExpressionError,
  fragmentFlags,
  parseFlags,
  tcpEstablished,
  tcpFlags,
  tcpInitial,
  type FlagSet,
  type Truth,
} from "../filter/flag-expression.js";
import { icmp6TypeField, icmpTypeField, parseField, protocolField } from "../filter/field.js";
import { implicationsOf, numberConditions, restrictionsOf, type HeaderField } from "../filter/restriction.js";
import { icmp6Names, icmpNames } from "../icmp.js";
import { isLoopbackUnit } from "../loopback.js";
import { holdsNumber, intersectNumbers, mergeNumbers, type NumberRange } from "../number-range.js";
import type { Statement } from "../statement.js";
import { checkForwardingClass, type ForwardingClassNames } from "./forwarding-classes.js";
import type { Units } from "./interfaces.js";
import { reportSamePrefixes, type PrefixLists } from "./prefix-lists.js";
import { reportDuplicates, type Report } from "./report.js";

/** MAX_PREFIXES of one condition, those of its prefix lists included. */
export const MAX_PREFIXES = 500_000;

export interface ConditionNames {
  readonly units: Units;
  readonly prefixLists: PrefixLists;
  readonly forwardingClasses: ForwardingClassNames;
}

/** RFC 8200 4, RFC 4302, RFC 5533, 6275, 7401: what next-header looks behind. */
const EXTENSION_HEADERS: ReadonlyMap<number, string> = new Map([
  [0, "hop-by-hop options"],
  [43, "routing"],
  [44, "fragment"],
  [60, "destination options"],
  [135, "mobility"],
  [139, "HIP"],
  [140, "shim6"],
]);

export function checkFrom(report: Report, family: Family, from: Statement, names: ConditionNames): void {
  for (const which of ["source-", "destination-", ""]) checkAddresses(report, from, which, names.prefixLists);
  for (const [name, condition] of from.entries()) {
    const what = name.replace(/-except$/, "");
    if (numberConditions[family].some(({ statement }) => statement === what))
      reportDuplicates(report, what, condition.items());
  }
  if (family === "inet6") checkNextHeader(report, from);
  checkIcmpCodes(report, family, from);
  checkNames(report, from, names);
  checkFlexible(report, from.get("flexible-match-mask"));
  const flags = checkFlags(report, from);
  if (flags) checkTogether(report, family, from, names.forwardingClasses);
}

function checkAddresses(report: Report, from: Statement, which: string, lists: PrefixLists): void {
  const nameOf = (item: Statement): Statement => (item.text === undefined ? item.get("name") : item);
  const prefixes = from.get(`${which}address`).items();
  const references = from.get(`${which}prefix-list`);
  const named = references.items().map(nameOf);
  reportSamePrefixes(report, prefixes.map(nameOf));
  reportDuplicates(report, "prefix-list", named);
  let count = prefixes.length;
  for (const reference of named) {
    const name = reference.text;
    if (name !== undefined && !lists.has(name)) report.dangling(reference, "prefix-list", name, () => lists.keys());
    count +=
      lists
        .get(name ?? "")
        ?.get("prefix")
        .items().length ?? 0;
  }
  if (count > MAX_PREFIXES)
    report.add("limit", references, `expected at most ${MAX_PREFIXES} prefixes in one condition, found ${count}`);
}

function checkNextHeader(report: Report, from: Statement): void {
  for (const name of ["next-header", "next-header-except"]) {
    for (const item of from.get(name).items()) {
      const range = item.scalar === undefined ? undefined : parseField(protocolField, item.scalar);
      const header = range && [...EXTENSION_HEADERS].find(([number]) => holdsNumber([range], number));
      if (header === undefined) continue;
      const hint = header[0] === 44 ? "; use is-fragment or first-fragment" : "";
      report.add(
        "value",
        item,
        `${header[0]} (${header[1]}) is an extension header; next-header is the protocol behind all of them${hint}`,
      );
    }
  }
}

/** A name of a code means something under its own type only. */
function checkIcmpCodes(report: Report, family: Family, from: Statement): void {
  const { types, codes } = family === "inet" ? icmpNames : icmp6Names;
  const field = family === "inet" ? icmpTypeField : icmp6TypeField;
  const typeNames = new Map(Array.from(types, ([name, number]) => [number, name]));
  const listed = from.get("icmp-type").items();
  const [only, ...others] = mergeNumbers(
    listed.flatMap(({ scalar }) => (scalar === undefined ? [] : (parseField(field, scalar) ?? []))),
  );
  const isOnly = (type: number): boolean => others.length === 0 && only?.low === type && only.high === type;
  for (const name of ["icmp-code", "icmp-code-except"]) {
    for (const item of from.get(name).items()) {
      const code = codes.get(item.text ?? "");
      if (code === undefined || isOnly(code.type)) continue;
      const wanted = typeNames.get(code.type)!;
      report.add("conflict", item, `'${item.text!}' is a code of type ${wanted}; it needs icmp-type ${wanted} alone`);
    }
  }
}

function checkNames(report: Report, from: Statement, { units, forwardingClasses }: ConditionNames): void {
  const interfaces = from.get("interface").items();
  reportDuplicates(report, "interface", interfaces);
  for (const item of interfaces) {
    const name = item.text;
    if (name === undefined || units === undefined || units.has(name)) continue;
    if (isLoopbackUnit(name)) report.add("reference", item, "no packet comes in by lo0, which is this host itself");
    else report.dangling(item, "interface unit", name, () => units.keys());
  }
  for (const twin of ["", "-except"]) {
    const classes = from.get(`forwarding-class${twin}`).items();
    reportDuplicates(report, "forwarding class", classes);
    for (const item of classes) checkForwardingClass(report, item, forwardingClasses);
    reportDuplicates(report, "loss priority", from.get(`loss-priority${twin}`).items());
    reportDuplicates(report, "option", from.get(`ip-options${twin}`).items());
  }
}

function checkFlexible(report: Report, match: Statement): void {
  const length = match.get("bit-length").number;
  const read = (statement: Statement): number | undefined =>
    /^0x[0-9a-fA-F]{1,8}$/.test(statement.text ?? "") ? Number(statement.text) : undefined;
  if (length === undefined || !Number.isInteger(length) || length < 1 || length > 32) return;
  const all = 2 ** length - 1;
  const [mask, prefix] = [match.get("mask-in-hex"), match.get("prefix")];
  const maskBits = read(mask) ?? all;
  const prefixBits = read(prefix) ?? 0;
  if (maskBits > all) report.add("conflict", mask, `${mask.text!} has more than the ${length} bits of bit-length`);
  else if (maskBits === 0) report.add("value", mask, "a mask without bits compares nothing");
  else if (prefixBits > all)
    report.add("conflict", prefix, `${prefix.text!} has more than the ${length} bits of bit-length`);
  else if ((prefixBits & ~maskBits) >>> 0 !== 0)
    report.add("conflict", prefix, `${prefix.text!} has bits that mask-in-hex ${mask.text!} leaves out`);
}

/** checkFlags gives false where conditions on flags cannot be read or hold: then nothing more is said about them. */
function checkFlags(report: Report, from: Statement): boolean {
  const fragment = truthAt(from.get("fragment-flags"), fragmentFlags);
  const tcp = truthAt(from.get("tcp-flags"), tcpFlags);
  for (const [statement, truth] of [
    [from.get("fragment-flags"), fragment],
    [from.get("tcp-flags"), tcp],
  ] as const) {
    if (truth?.includes(true) === false) report.add("conflict", statement, `'${statement.text!}' can never hold`);
  }
  if (tcp?.includes(true) === false) return false;
  let allowed = tcp;
  const before: string[] = tcp === undefined ? [] : ["tcp-flags"];
  for (const [name, truth] of [
    ["tcp-established", tcpEstablished],
    ["tcp-initial", tcpInitial],
  ] as const) {
    if (!from.get(name).present) continue;
    allowed = allowed === undefined ? truth : bothTrue(allowed, truth);
    if (!allowed.includes(true)) {
      report.add("conflict", from.get(name), `${name} and ${before.join(" and ")} can never hold together`);
      return false;
    }
    before.push(name);
  }
  return true;
}

function truthAt(statement: Statement, flags: FlagSet): Truth | undefined {
  try {
    return statement.text === undefined ? undefined : parseFlags(statement.text, flags);
  } catch (error) {
    if (error instanceof FlagExpressionError) return undefined;
    throw error;
  }
}

/** checkTogether reports for each field the first condition after which no packet is left. */
function checkTogether(report: Report, family: Family, from: Statement, classes: ForwardingClassNames): void {
  const value = from.isMapping ? (from.value as Readonly<Record<string, unknown>>) : {};
  const allowed = new Map<HeaderField, { ranges: readonly NumberRange[]; readonly statements: Set<string> }>();
  const failed = new Set<HeaderField>();
  const restrict = (field: HeaderField, statement: string, ranges: readonly NumberRange[], why = ""): void => {
    if (failed.has(field)) return;
    const so = allowed.get(field) ?? { ranges, statements: new Set() };
    so.ranges = intersectNumbers(so.ranges, mergeNumbers(ranges));
    allowed.set(field, so);
    if (so.ranges.length > 0) {
      so.statements.add(statement);
      return;
    }
    failed.add(field);
    so.statements.delete(statement);
    const together = so.statements.size === 0 ? "" : ` together with ${[...so.statements].join(" and ")}`;
    const what = why === "" ? statement : `${statement} (${why})`;
    report.add("conflict", from.get(statement), `${what}${together} leaves no packet that could match`);
  };
  for (const { field, statement, ranges } of restrictionsOf(family, value, classes)) restrict(field, statement, ranges);
  for (const [statement] of from.entries()) {
    for (const { field, ranges, why } of implicationsOf(family, statement)) restrict(field, statement, ranges, why);
  }
}
