// address-books.ts: address books, what they hold and which zones see them. SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "../address.js";
import type { Statement } from "../statement.js";
import type { Zones } from "./zones.js";
import { byName, declare, reportDuplicates, reportLoops, type Report } from "./report.js";

export const ANY_ADDRESS: ReadonlySet<string> = new Set(["any", "any-ipv4", "any-ipv6"]);
export const GLOBAL_BOOK = "global";

/** AddressNames: the names that policies see, by the zone that they look from; "" sees the global book only. */
export interface AddressNames {
  has(zone: string, name: string): boolean;
  all(zone: string): Iterable<string>;
}

export function checkAddressBooks(report: Report, books: Statement, zones: Zones): AddressNames {
  const declared = declare(report, "address-book", books.items());
  const attached = new Map<string, Set<string>>();
  const attachedTo = new Map<string, string>();
  for (const book of books.items()) {
    const names = checkBook(report, book);
    for (const zone of checkAttach(report, book, zones, attachedTo)) attached.set(zone, new Set(names));
  }
  const global = new Set(namesIn(declared.get(GLOBAL_BOOK)));
  return {
    has: (zone, name) => ANY_ADDRESS.has(name) || global.has(name) || (attached.get(zone)?.has(name) ?? false),
    all: (zone) => [...(attached.get(zone) ?? []), ...global, ...ANY_ADDRESS],
  };
}

function namesIn(book: Statement | undefined): string[] {
  return ["address", "address-set"].flatMap((kind) => [...byName(book?.get(kind).items() ?? []).keys()]);
}

function checkAttach(report: Report, book: Statement, zones: Zones, attachedTo: Map<string, string>): string[] {
  const name = book.get("name").text;
  const attach = book.get("attach");
  if (name === undefined) return [];
  if (name === GLOBAL_BOOK) {
    if (attach.present)
      report.add("conflict", attach, "the global address-book belongs to all zones and is not attached");
    return [];
  }
  if (!attach.present) {
    report.missing(book, "attach", `no zone sees the addresses of '${name}'`);
  }
  const items = attach.get("zone").items();
  reportDuplicates(report, "zone", items);
  return items.flatMap((item) => {
    const zone = item.text;
    if (zone === undefined) return [];
    const other = attachedTo.get(zone);
    if (zones?.has(zone) === false) report.dangling(item, "security-zone", zone, () => zones.keys());
    else if (other !== undefined && other !== name) {
      report.add("conflict", item, `zone '${zone}' has address-book '${other}' already`);
    }
    attachedTo.set(zone, name);
    return [zone];
  });
}

function checkBook(report: Report, book: Statement): string[] {
  const addresses = book.get("address").items();
  const sets = book.get("address-set").items();
  const isReserved = (name: string): boolean => ANY_ADDRESS.has(name);
  const addressNames = declare(report, "address", addresses, new Map(), isReserved);
  const taken = declare(report, "address or address-set", sets, new Map(addressNames), isReserved);
  const setNames = byName(sets);
  for (const address of addresses) checkRange(report, address.get("range-address"));
  for (const set of sets) {
    for (const [kind, names, otherKind, otherNames] of [
      ["address", addressNames, "address-set", setNames],
      ["address-set", setNames, "address", addressNames],
    ] as const) {
      const members = set.get(kind).items();
      reportDuplicates(report, kind, members);
      for (const member of members) {
        const name = member.text;
        if (name === undefined || names.has(name)) continue;
        if (otherNames.has(name))
          report.add("reference", member, `'${name}' is an ${otherKind}; name it under ${otherKind}`);
        else if (isReserved(name))
          report.add("reference", member, `'${name}' stands in policies only, not in an address-set`);
        else report.dangling(member, kind, name, () => names.keys());
      }
    }
  }
  reportLoops(report, "address-set", setNames);
  return [...taken.keys()];
}

function checkRange(report: Report, range: Statement): void {
  const [lowText = "", highText = ""] = [range.get("low").text, range.get("high").text];
  const [low, high] = [parseAddress(lowText), parseAddress(highText)];
  if (low === undefined || high === undefined) return;
  if (low.family !== high.family) report.add("conflict", range, "one end is IPv4 and the other IPv6");
  else if (low.value > high.value)
    report.add("conflict", range, `the low end ${lowText} is above the high end ${highText}`);
}
