// prefix-match.ts: lists of prefixes of which some are excepted: the longest prefix that holds an address decides.
// SPDX-License-Identifier: Apache-2.0
import { mergeRanges, type AddressRange } from "../address.js";

/** PrefixEntry: a prefix as a range: any two of them are apart or one holds the other. */
export interface PrefixEntry {
  readonly range: AddressRange;
  readonly except: boolean;
}

/**
 * matchedRanges gives the addresses that a list matches, as sorted ranges that do not touch. An address in no prefix is not
 * matched; where the same prefix stands with and without except, except wins.
 */
export function matchedRanges(entries: readonly PrefixEntry[]): AddressRange[] {
  const sorted = entries.toSorted(compareEntries);
  const matched: AddressRange[] = [];
  // The prefixes around the place that has been reached, the longest last: it decides up to where the next one begins.
  const around: PrefixEntry[] = [];
  let place = 0n;
  const passTo = (next: bigint): void => {
    const { range, except } = around.at(-1)!;
    const high = range.high < next - 1n ? range.high : next - 1n;
    if (!except && place <= high) matched.push({ low: place, high });
    if (place <= high) place = high + 1n;
  };
  for (const entry of sorted) {
    while (around.length > 0 && around.at(-1)!.range.high < entry.range.low) {
      passTo(entry.range.low);
      around.pop();
    }
    if (around.length > 0) passTo(entry.range.low);
    place = entry.range.low;
    around.push(entry);
  }
  while (around.length > 0) {
    passTo(around.at(-1)!.range.high + 1n);
    around.pop();
  }
  return mergeRanges(matched);
}

/** In order of the first address; a prefix before those that it holds; of equals the one that decides last. */
function compareEntries(a: PrefixEntry, b: PrefixEntry): number {
  if (a.range.low !== b.range.low) return a.range.low < b.range.low ? -1 : 1;
  if (a.range.high !== b.range.high) return a.range.high > b.range.high ? -1 : 1;
  return Number(a.except) - Number(b.except);
}
