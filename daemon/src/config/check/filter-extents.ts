// filter-extents.ts: what a filter adds up to where it is attached, with the filters that stand in it.
// SPDX-License-Identifier: Apache-2.0
import type { Statement } from "../statement.js";
import type { Filters } from "./filters.js";
import type { Policers } from "./policers.js";

export interface Extent {
  readonly terms: number;
  readonly logAndNext: number;
  /** steering: the first term with routing-instance, as people call it */
  readonly steering: string | undefined;
  /** perTerm: uses of policers that have a budget for each term; perFilter, perUnit: the other policers by name */
  readonly perTerm: number;
  readonly perFilter: ReadonlySet<string>;
  readonly perUnit: ReadonlySet<string>;
}

export class FilterExtents {
  readonly #filters: Filters;
  readonly #policers: Policers;
  readonly #known = new Map<string, Extent>();

  constructor(filters: Filters, policers: Policers) {
    this.#filters = filters;
    this.#policers = policers;
  }

  /** of gives what filters add up to that are attached together. A loop, which is an error of its own, counts once. */
  of(names: readonly string[]): Extent {
    return sum(names.map((name) => this.#ofFilter(name)));
  }

  #ofFilter(name: string): Extent {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    this.#known.set(name, sum([]));
    const terms = this.#filters.get(name)?.statement.get("term").items() ?? [];
    const extent = sum(terms.map((term) => this.#ofTerm(name, term)));
    this.#known.set(name, extent);
    return extent;
  }

  #ofTerm(filter: string, term: Statement): Extent {
    const inner = term.get("filter").text;
    if (inner !== undefined) return this.#ofFilter(inner);
    const then = term.get("then");
    const logs = then.get("log").present || then.get("syslog").present;
    const three = then.get("three-color-policer");
    const used = then.get("policer").text ?? three.get("single-rate").text ?? three.get("two-rate").text;
    const policer = this.#policers.twoColor.get(used ?? "") ?? this.#policers.threeColor.get(used ?? "");
    const perUnit = policer?.get("logical-interface-policer").present ?? false;
    const perFilter = policer?.get("filter-specific").present ?? false;
    return {
      terms: 1,
      logAndNext: logs && then.get("next").present ? 1 : 0,
      steering: then.get("routing-instance").present
        ? `term '${term.get("name").text ?? ""}' of filter '${filter}'`
        : undefined,
      perTerm: policer === undefined || perUnit || perFilter ? 0 : 1,
      perFilter: new Set(perFilter && !perUnit ? [used!] : []),
      perUnit: new Set(perUnit ? [used!] : []),
    };
  }
}

function sum(extents: readonly Extent[]): Extent {
  const add = (count: (extent: Extent) => number): number =>
    extents.reduce((total, extent) => total + count(extent), 0);
  return {
    terms: add(({ terms }) => terms),
    logAndNext: add(({ logAndNext }) => logAndNext),
    steering: extents.find(({ steering }) => steering !== undefined)?.steering,
    perTerm: add(({ perTerm }) => perTerm),
    perFilter: new Set(extents.flatMap(({ perFilter }) => [...perFilter])),
    perUnit: new Set(extents.flatMap(({ perUnit }) => [...perUnit])),
  };
}
