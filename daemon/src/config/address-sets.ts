// address-sets.ts: address book names as sets of ranges, each made once and shared by all rules that use it.
// SPDX-License-Identifier: Apache-2.0
import type { SnapshotAddressSet } from "../snapshot/snapshot.gen.js";
import {
  addressBits,
  addressBytes,
  mergeRanges,
  parseAddress,
  parsePrefix,
  prefixRange,
  type AddressRange,
  type Family,
} from "./address.js";
import type { Address, AddressBook } from "./config.js";

/** Ranges of both families. */
export interface Ranges {
  readonly inet: readonly AddressRange[];
  readonly inet6: readonly AddressRange[];
}

const whole = (family: Family): AddressRange => ({ low: 0n, high: (1n << BigInt(addressBits(family))) - 1n });
const ANY_OF_FAMILY: ReadonlyMap<string, Ranges> = new Map([
  ["any-ipv4", { inet: [whole("inet")], inet6: [] }],
  ["any-ipv6", { inet: [], inet6: [whole("inet6")] }],
]);

interface Book {
  readonly addresses: ReadonlyMap<string, Address>;
  readonly sets: ReadonlyMap<
    string,
    { readonly address?: readonly string[]; readonly "address-set"?: readonly string[] }
  >;
  readonly flattened: Map<string, Ranges>;
}

export class AddressSets {
  readonly #global: Book | undefined;
  readonly #byZone = new Map<string, Book>();
  readonly #indexByContent = new Map<string, number>();
  readonly #indexByName = new Map<Book | undefined, Map<string, number>>();
  readonly #compiled: SnapshotAddressSet[] = [];

  constructor(books: readonly AddressBook[]) {
    let global: Book | undefined;
    for (const statement of books) {
      const book: Book = {
        addresses: new Map((statement.address ?? []).map((address) => [address.name, address])),
        sets: new Map((statement["address-set"] ?? []).map((set) => [set.name, set])),
        flattened: new Map(),
      };
      if (statement.name === "global") global = book;
      for (const zone of statement.attach?.zone ?? []) this.#byZone.set(zone, book);
    }
    this.#global = global;
  }

  /** indexes gives the sets that a list of names stands for, seen from a zone ("" sees the global book only); [] for any. */
  indexes(zone: string, names: readonly string[]): number[] {
    if (names.includes("any")) return [];
    return [...new Set(names.map((name) => this.#indexOf(zone, name)))].toSorted((a, b) => a - b);
  }

  /** ranges gives the addresses of a name of the global book. */
  ranges(name: string): Ranges {
    return ANY_OF_FAMILY.get(name) ?? flatten(this.#global!, name);
  }

  /** indexOfRanges gives the set that holds just these addresses. */
  indexOfRanges(ranges: Ranges): number {
    const content = contentOf(ranges);
    const index = this.#indexByContent.get(content) ?? this.#compiled.push(compileRanges(ranges)) - 1;
    this.#indexByContent.set(content, index);
    return index;
  }

  /** compiled gives all sets in the order of their indexes. */
  compiled(): SnapshotAddressSet[] {
    return this.#compiled;
  }

  /** A zone's own book hides the global one, as in Junos. The families' own words are in no book. */
  #bookOf(zone: string, name: string): Book | undefined {
    if (ANY_OF_FAMILY.has(name)) return undefined;
    const own = this.#byZone.get(zone);
    return own?.addresses.has(name) === true || own?.sets.has(name) === true ? own : this.#global;
  }

  #indexOf(zone: string, name: string): number {
    const book = this.#bookOf(zone, name);
    const byName = this.#indexByName.get(book) ?? new Map<string, number>();
    this.#indexByName.set(book, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const index = this.indexOfRanges(ANY_OF_FAMILY.get(name) ?? flatten(book!, name));
    byName.set(name, index);
    return index;
  }
}

/** flatten gives the addresses of a name, over all member sets. Sets hold no loops: the checks refuse them. */
function flatten(book: Book, name: string): Ranges {
  const known = book.flattened.get(name);
  if (known !== undefined) return known;
  const address = book.addresses.get(name);
  const set = book.sets.get(name);
  const parts =
    address !== undefined
      ? [rangesOf(address)]
      : [...(set?.address ?? []), ...(set?.["address-set"] ?? [])].map((member) => flatten(book, member));
  const ranges = {
    inet: mergeRanges(parts.flatMap((part) => part.inet)),
    inet6: mergeRanges(parts.flatMap((part) => part.inet6)),
  };
  book.flattened.set(name, ranges);
  return ranges;
}

function rangesOf(address: Address): Ranges {
  const { "ip-prefix": prefixText, "range-address": ends } = address;
  if (prefixText !== undefined) {
    const prefix = parsePrefix(prefixText)!;
    return ofFamily(prefix.family, prefixRange(prefix));
  }
  const [low, high] = [parseAddress(ends!.low)!, parseAddress(ends!.high)!];
  return ofFamily(low.family, { low: low.value, high: high.value });
}

function ofFamily(family: Family, range: AddressRange): Ranges {
  return family === "inet" ? { inet: [range], inet6: [] } : { inet: [], inet6: [range] };
}

function contentOf({ inet, inet6 }: Ranges): string {
  const text = (ranges: readonly AddressRange[]): string =>
    ranges.map(({ low, high }) => `${low.toString(36)}-${high.toString(36)}`).join(",");
  return `${text(inet)};${text(inet6)}`;
}

function compileRanges({ inet, inet6 }: Ranges): SnapshotAddressSet {
  const bytes = (family: Family, ranges: readonly AddressRange[]): { low: Uint8Array; high: Uint8Array }[] =>
    ranges.map(({ low, high }) => ({ low: addressBytes(family, low), high: addressBytes(family, high) }));
  return { inet: bytes("inet", inet), inet6: bytes("inet6", inet6) };
}
