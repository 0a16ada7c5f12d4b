// conditions.ts: the conditions of a term as a snapshot holds them. SPDX-License-Identifier: Apache-2.0
import type { SnapshotFilterTerm, SnapshotFlexibleMatch } from "../../snapshot/snapshot.gen.js";
import { addressBits, parsePrefix, prefixRange, type AddressRange, type Family } from "../address.js";
import type { AddressSets } from "../address-sets.js";
import type { FilterFrom, FilterNames, FlexibleMatchMask } from "../config.js";
import { mergeNumbers, type NumberRange } from "../number-range.js";
import { ipOptionField, parseField } from "./field.js";
import {
  bothTrue,
  flagMatches,
  fragmentFlags,
  parseFlags,
  tcpEstablished,
  tcpFlags,
  tcpInitial,
  type FlagMatch,
  type Truth,
} from "./flag-expression.js";
import { matchedRanges, type PrefixEntry } from "./prefix-match.js";
import { allowedNumbers, restrictionsOf, type HeaderField } from "./restriction.js";

/** TermConditions: the part of a snapshot's term that says which packets it matches. */
export type TermConditions = Pick<
  SnapshotFilterTerm,
  | HeaderField
  | "source"
  | "destination"
  | "address"
  | "tcp_flags"
  | "is_fragment"
  | "first_fragment"
  | "fragment_flags"
  | "ip_options"
  | "ip_options_except"
  | "interfaces"
  | "flexible"
>;

/** ConditionNames: what names in conditions stand for. */
export interface ConditionNames {
  readonly sets: AddressSets;
  readonly prefixLists: ReadonlyMap<string, readonly string[]>;
  readonly unitIds: ReadonlyMap<string, number>;
  readonly forwardingClassIds: ReadonlyMap<string, number>;
}

/** compileConditions gives the conditions of a term, or undefined if no packet can meet them. */
export function compileConditions(family: Family, from: FilterFrom, names: ConditionNames): TermConditions | undefined {
  const numbers = allowedNumbers(restrictionsOf(family, from as Record<string, unknown>, names.forwardingClassIds));
  const of = (field: HeaderField): readonly NumberRange[] => numbers.get(field) ?? [];
  const source = addresses(family, from["source-address"], from["source-prefix-list"], names.prefixLists);
  const destination = addresses(
    family,
    from["destination-address"],
    from["destination-prefix-list"],
    names.prefixLists,
  );
  const either = addresses(family, from.address, from["prefix-list"], names.prefixLists);
  const flags = tcpTruth(from);
  const isEmpty = [...numbers.values(), source, destination, either].some((ranges) => ranges?.length === 0);
  if (isEmpty || flags?.includes(true) === false) return undefined;
  const set = (ranges: readonly AddressRange[] | undefined): number[] =>
    ranges === undefined || isWhole(family, ranges)
      ? []
      : [names.sets.indexOfRanges(family === "inet" ? { inet: ranges, inet6: [] } : { inet: [], inet6: ranges })];
  return {
    source: set(source),
    destination: set(destination),
    address: set(either),
    protocols: of("protocols"),
    source_ports: of("source_ports"),
    destination_ports: of("destination_ports"),
    ports: of("ports"),
    icmp_types: of("icmp_types"),
    icmp_codes: of("icmp_codes"),
    tcp_flags: flags === undefined ? [] : flagMatches(flags),
    dscps: of("dscps"),
    ttls: of("ttls"),
    packet_lengths: of("packet_lengths"),
    is_fragment: from["is-fragment"] ?? false,
    first_fragment: from["first-fragment"] ?? false,
    fragment_offsets: of("fragment_offsets"),
    fragment_flags: fragmentMatches(from["fragment-flags"]),
    ip_options: ipOptions(from["ip-options"]),
    ip_options_except: ipOptions(from["ip-options-except"]),
    esp_spis: of("esp_spis"),
    interfaces: (from.interface ?? []).map((name) => names.unitIds.get(name)!).toSorted((a, b) => a - b),
    forwarding_classes: of("forwarding_classes"),
    loss_priorities: of("loss_priorities"),
    flexible: from["flexible-match-mask"] === undefined ? [] : [flexible(from["flexible-match-mask"])],
  };
}

/** Prefixes and prefix lists of one condition decide together; of a prefix list, those of the filter's family count. */
function addresses(
  family: Family,
  prefixes: FilterNames | undefined,
  lists: FilterNames | undefined,
  prefixLists: ReadonlyMap<string, readonly string[]>,
): AddressRange[] | undefined {
  if (prefixes === undefined && lists === undefined) return undefined;
  const entry = (text: string, except: boolean): PrefixEntry[] => {
    const prefix = parsePrefix(text)!;
    return prefix.family === family ? [{ range: prefixRange(prefix), except }] : [];
  };
  return matchedRanges([
    ...items(prefixes).flatMap(({ name, except }) => entry(name, except)),
    ...items(lists).flatMap(({ name, except }) => prefixLists.get(name)!.flatMap((text) => entry(text, except))),
  ]);
}

function items(names: FilterNames = []): { readonly name: string; readonly except: boolean }[] {
  return names.map((item) =>
    typeof item === "string" ? { name: item, except: false } : { name: item.name, except: item.except ?? false },
  );
}

function isWhole(family: Family, [first]: readonly AddressRange[]): boolean {
  return first?.low === 0n && first.high === (1n << BigInt(addressBits(family))) - 1n;
}

function tcpTruth(from: FilterFrom): Truth | undefined {
  const truths = [
    ...(from["tcp-flags"] === undefined ? [] : [parseFlags(from["tcp-flags"], tcpFlags)]),
    ...(from["tcp-established"] === true ? [tcpEstablished] : []),
    ...(from["tcp-initial"] === true ? [tcpInitial] : []),
  ];
  return truths.length === 0 ? undefined : truths.reduce(bothTrue);
}

/** All packets have these flags: an expression that always holds is no condition. */
function fragmentMatches(text: string | undefined): FlagMatch[] {
  return text === undefined ? [] : flagMatches(parseFlags(text, fragmentFlags)).filter(({ mask }) => mask !== 0);
}

function ipOptions(values: FilterFrom["ip-options"] = []): NumberRange[] {
  return mergeNumbers(values.map((value) => parseField(ipOptionField, value)!));
}

function flexible(match: FlexibleMatchMask): SnapshotFlexibleMatch {
  const length = match["bit-length"];
  const all = 2 ** length - 1;
  return {
    start: match["match-start"],
    byte_offset: match["byte-offset"] ?? 0,
    bit_offset: match["bit-offset"] ?? 0,
    bit_length: length,
    mask: match["mask-in-hex"] === undefined ? all : Number(match["mask-in-hex"]),
    value: Number(match.prefix),
  };
}
