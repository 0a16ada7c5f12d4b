// prefix-lists.ts: prefix lists and what is in them. SPDX-License-Identifier: Apache-2.0
import { parsePrefix, prefixRange } from "../address.js";
import type { Statement } from "../statement.js";
import { declare, type Report } from "./report.js";

/** PrefixLists by name. */
export type PrefixLists = ReadonlyMap<string, Statement>;

export function checkPrefixLists(report: Report, lists: Statement): PrefixLists {
  for (const list of lists.items()) reportSamePrefixes(report, list.get("prefix").items());
  return declare(report, "prefix-list", lists.items());
}

/** reportSamePrefixes reports every prefix that stood in the list before, however it is written. */
export function reportSamePrefixes(report: Report, prefixes: readonly Statement[]): void {
  const seen = new Set<string>();
  for (const statement of prefixes) {
    const prefix = statement.text === undefined ? undefined : parsePrefix(statement.text);
    if (prefix === undefined) continue;
    const key = `${prefix.family} ${prefixRange(prefix).low}/${prefix.length}`;
    if (seen.has(key)) report.add("duplicate", statement, `prefix '${statement.text!}' stands here twice`);
    seen.add(key);
  }
}
