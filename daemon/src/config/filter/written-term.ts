// written-term.ts: the terms of an attached filter, each where it is written: lists joined, `filter OTHER` replaced.
// SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";
import type { Filter, FilterTerm, Firewall } from "../config.js";

/** NumberedFilter: a configured filter; inet filters are numbered before inet6 ones, from 1. */
export interface NumberedFilter {
  readonly id: number;
  readonly family: Family;
  readonly filter: Filter;
}

/** WrittenTerm: a term and the filter in which it is written. `termId` is its position there + 1. */
export interface WrittenTerm {
  readonly home: NumberedFilter;
  readonly termId: number;
  readonly term: FilterTerm;
}

/** numberFilters gives all configured filters in the order of their numbers. */
export function numberFilters(firewall: Firewall = {}): NumberedFilter[] {
  return (["inet", "inet6"] as const)
    .flatMap((family) => (firewall.family?.[family]?.filter ?? []).map((filter) => ({ family, filter })))
    .map(({ family, filter }, index) => ({ id: index + 1, family, filter }));
}

/** writtenTerms gives the terms of filters that are attached together. Filters hold no loops: the checks refuse them. */
export function writtenTerms(names: readonly string[], filters: ReadonlyMap<string, NumberedFilter>): WrittenTerm[] {
  const terms: WrittenTerm[] = [];
  const visit = (name: string): void => {
    const home = filters.get(name)!;
    home.filter.term.forEach((term, index) => {
      if (term.filter === undefined) terms.push({ home, termId: index + 1, term });
      else visit(term.filter);
    });
  };
  names.forEach(visit);
  return terms;
}
