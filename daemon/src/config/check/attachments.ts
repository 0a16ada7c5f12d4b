// attachments.ts: filters where they are attached: which may stand where, and what all of them add up to.
// SPDX-License-Identifier: Apache-2.0
import { attachedListName, attachedName, type FilterPlace } from "../filter/attachment.js";
import type { Statement } from "../statement.js";
import { FilterExtents, type Extent } from "./filter-extents.js";
import { checkFilterReference, type Filters } from "./filters.js";
import type { Units } from "./interfaces.js";
import type { LoopbackUnits } from "./loopback.js";
import type { Policers } from "./policers.js";
import { reportDuplicates, type Report } from "./report.js";

export const MAX_ATTACHED_FILTERS = 16384;
/** MAX_ATTACHED_TERMS of one filter as it is attached. */
export const MAX_ATTACHED_TERMS = 65536;
/** MAX_ALL_ATTACHED_TERMS of all filters as they are attached, shared ones counted once. */
export const MAX_ALL_ATTACHED_TERMS = 262144;
export const MAX_BUDGETS = 65536;
/** MAX_LOG_AND_NEXT: terms of one attached filter that log and let the packet go on to the next term. */
export const MAX_LOG_AND_NEXT = 8;

interface Names {
  readonly units: Units;
  readonly loopbacks: LoopbackUnits;
  readonly filters: Filters;
  readonly policers: Policers;
}

export function checkAttachments(report: Report, interfaces: Statement, names: Names): void {
  const attachments = new Attachments(report, names.filters, names.policers);
  for (const { name, statement } of names.units?.values() ?? []) attachments.check(name, statement, false);
  for (const [name, statement] of names.loopbacks) attachments.check(name, statement, true);
  attachments.checkTotals(interfaces);
}

class Attachments {
  readonly #report: Report;
  readonly #filters: Filters;
  readonly #extents: FilterExtents;
  /** what has a name, by the name */
  readonly #named = new Map<string, string>();
  readonly #perUnit = new Set<string>();
  #terms = 0;
  #budgets = 0;

  constructor(report: Report, filters: Filters, policers: Policers) {
    this.#report = report;
    this.#filters = filters;
    this.#extents = new FilterExtents(filters, policers);
  }

  check(unit: string, statement: Statement, isLoopback: boolean): void {
    for (const family of ["inet", "inet6"] as const) {
      const attached = statement.get("family", family, "filter");
      for (const direction of ["input", "output"] as const) {
        const [single, list] = [attached.get(direction), attached.get(`${direction}-list`)];
        if (single.present && list.present)
          this.#report.add("conflict", list, `${direction} names a filter already; name all of them in the list`);
        reportDuplicates(this.#report, "filter", list.items());
        const place: FilterPlace = { unit, family, direction };
        const steers = direction === "input" && !isLoopback;
        if (single.present) this.#attach(single, [single], { ...place, steers });
        if (list.present) this.#attach(list, list.items(), { ...place, steers });
      }
    }
  }

  #attach(at: Statement, references: readonly Statement[], place: FilterPlace & { readonly steers: boolean }): void {
    for (const reference of references) checkFilterReference(this.#report, reference, place.family, this.#filters);
    const names = references.flatMap(({ text }) => text ?? []);
    if (names.some((name) => this.#filters.get(name)?.family !== place.family)) return;
    const extent = this.#extents.of(names);
    this.#checkExtent(at, extent, place.steers);
    for (const policer of extent.perUnit) this.#perUnit.add(`${policer}/${place.unit}`);
    if (!this.#claim(at, names, extent, place)) return;
    this.#terms += extent.terms;
    this.#budgets += extent.perTerm + extent.perFilter.size;
  }

  #checkExtent(at: Statement, { steering, logAndNext, terms }: Extent, steers: boolean): void {
    if (steering !== undefined && !steers) {
      const where = "only a filter for what comes in by an interface can steer packets";
      this.#report.add("conflict", at, `${steering} has routing-instance, but ${where}`);
    }
    for (const [most, what, found] of [
      [MAX_LOG_AND_NEXT, "terms with log and next term", logAndNext],
      [MAX_ATTACHED_TERMS, "terms in one attached filter", terms],
    ] as const) {
      if (found > most) this.#report.add("limit", at, `expected at most ${most} ${what}, found ${found}`);
    }
  }

  /** #claim tells whether a filter is attached here that is not shared with an earlier place. */
  #claim(at: Statement, names: readonly string[], extent: Extent, place: FilterPlace): boolean {
    const { unit, family, direction } = place;
    const [first] = names;
    if (first === undefined) return false;
    const isSpecific = this.#filters.get(first)!.statement.get("interface-specific").present;
    const sharing = isSpecific ? "none" : extent.perUnit.size > 0 ? "counters" : "all";
    const { filter } = at.isList ? attachedListName(place) : attachedName(first, sharing, place);
    const what = at.isList
      ? `the ${direction}-list of ${unit}, family ${family}`
      : {
          all: `filter '${first}'`,
          counters: `filter '${first}' on ${unit}`,
          none: `filter '${first}' for ${direction} of ${unit}`,
        }[sharing];
    const other = this.#named.get(filter);
    if (other !== undefined && other !== what)
      this.#report.add("conflict", at, `${what} would be shown as '${filter}', as is ${other}; give one another name`);
    this.#named.set(filter, what);
    return other === undefined;
  }

  checkTotals(interfaces: Statement): void {
    for (const [most, what, found] of [
      [MAX_ATTACHED_FILTERS, "attached filters", this.#named.size],
      [MAX_ALL_ATTACHED_TERMS, "terms in all attached filters", this.#terms],
      [MAX_BUDGETS, "budgets of policers", this.#budgets + this.#perUnit.size],
    ] as const) {
      if (found > most) this.#report.add("limit", interfaces, `expected at most ${most} ${what}, found ${found}`);
    }
  }
}
