// filters.ts: filters, their terms, and how filters stand in one another. SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";
import type { Statement } from "../statement.js";
import { checkFrom, type ConditionNames } from "./filter-from.js";
import { checkThen, type ActionNames } from "./filter-then.js";
import { declare, reportLoops, type Report } from "./report.js";

export const MAX_FILTERS = 16384;
/** MAX_TERMS of all filters as they are written. */
export const MAX_TERMS = 65536;

export interface FilterStatement {
  readonly family: Family;
  readonly statement: Statement;
}

/** Filters by name, over both families: logs and counters call a filter by its name alone. */
export type Filters = ReadonlyMap<string, FilterStatement>;

export function checkFilters(report: Report, firewall: Statement, names: ConditionNames & ActionNames): Filters {
  const lists = (["inet", "inet6"] as const).map((family) => ({
    family,
    filters: firewall.get("family", family, "filter").items(),
  }));
  const taken = new Map<string, Statement>();
  const filters = new Map<string, FilterStatement>();
  for (const { family, filters: statements } of lists) {
    declare(report, "filter", statements, taken);
    for (const statement of statements) {
      const name = statement.get("name").text;
      if (name !== undefined && taken.get(name) === statement) filters.set(name, { family, statement });
    }
  }
  let terms = 0;
  for (const { family, filters: statements } of lists) {
    for (const statement of statements) {
      const own = statement.get("term").items();
      declare(report, "term", own);
      for (const term of own) checkTerm(report, family, term, filters, names);
      terms += own.length;
    }
  }
  if (filters.size > MAX_FILTERS)
    report.add("limit", firewall, `expected at most ${MAX_FILTERS} filters, found ${filters.size}`);
  if (terms > MAX_TERMS)
    report.add("limit", firewall, `expected at most ${MAX_TERMS} terms in all filters, found ${terms}`);
  reportLoops(report, "filter", taken, membersOf);
  return filters;
}

/** membersOf gives the filters named by a filter's terms. */
export function membersOf(filter: Statement): Statement[] {
  return filter
    .get("term")
    .items()
    .map((term) => term.get("filter"))
    .filter((reference) => reference.text !== undefined);
}

function checkTerm(
  report: Report,
  family: Family,
  term: Statement,
  filters: Filters,
  names: ConditionNames & ActionNames,
): void {
  const [reference, from, then] = [term.get("filter"), term.get("from"), term.get("then")];
  checkFrom(report, family, from, names);
  checkThen(report, then, names);
  if (!reference.present) return;
  for (const other of [from, then]) {
    if (other.present)
      report.add("conflict", other, "the terms of another filter stand here; they have their own from and then");
  }
  checkFilterReference(report, reference, family, filters);
}

/** checkFilterReference reports a name that no filter of the family has. */
export function checkFilterReference(report: Report, reference: Statement, family: Family, filters: Filters): void {
  const name = reference.text;
  const filter = filters.get(name ?? "");
  if (name === undefined || filter?.family === family) return;
  if (filter !== undefined) {
    report.add("reference", reference, `filter '${name}' is of family ${filter.family}, here stands one of ${family}`);
    return;
  }
  report.dangling(reference, `filter of family ${family}`, name, () =>
    [...filters].filter(([, { family: other }]) => other === family).map(([known]) => known),
  );
}
