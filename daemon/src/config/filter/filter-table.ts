// filter-table.ts: filters as they are attached: each made when it is first attached, and shared as far as it may be.
// SPDX-License-Identifier: Apache-2.0
import type { SnapshotFilter, SnapshotFilterTerm, SnapshotPolicer } from "../../snapshot/snapshot.gen.js";
import type { Family } from "../address.js";
import type { FilterThen, Firewall, UnitFilter } from "../config.js";
import { lossPriorities } from "../forwarding-class.js";
import { parseDscp } from "../traffic-class.js";
import type { RuleRates } from "../log-rates.js";
import { attachedListName, attachedName, type AttachedName, type Direction, type FilterPlace } from "./attachment.js";
import { compileConditions, type ConditionNames, type TermConditions } from "./conditions.js";
import { PolicerTable } from "./policer-table.js";
import { DEFAULT_REASON, rejectCodes } from "./reject-reason.js";
import { numberFilters, writtenTerms, type NumberedFilter, type WrittenTerm } from "./written-term.js";

const KEEP = -1;
const NONE = -1;
const FAMILY = { inet: 2, inet6: 10 } as const;

export interface FilterNames extends ConditionNames {
  /** instanceIds: routing instances; "default" is 0 */
  readonly instanceIds: ReadonlyMap<string, number>;
  readonly rates: RuleRates;
}

export class FilterTable {
  /** configured: all filters in the order of their numbers, attached or not */
  readonly configured: readonly NumberedFilter[];
  readonly #names: FilterNames;
  readonly #byName: ReadonlyMap<string, NumberedFilter>;
  readonly #policers: PolicerTable;
  readonly #filters: SnapshotFilter[] = [];
  readonly #ids = new Map<string, number>();
  readonly #counters = new Map<string, number>();
  readonly #conditions = new Map<string, TermConditions | undefined>();

  constructor(firewall: Firewall | undefined, names: FilterNames) {
    this.#names = names;
    this.configured = numberFilters(firewall);
    this.#byName = new Map(this.configured.map((entry) => [entry.filter.name, entry]));
    this.#policers = new PolicerTable(firewall, names.forwardingClassIds);
  }

  /** attach gives the id of the filter for one direction of a unit's family; 0 where none is attached. */
  attach(statement: UnitFilter | undefined, place: FilterPlace): number {
    const single = statement?.[place.direction];
    const list = statement?.[`${place.direction}-list` satisfies `${Direction}-list`];
    if (single !== undefined) return this.#attachSingle(single, place);
    return list === undefined ? 0 : this.#make(attachedListName(place), writtenTerms(list, this.#byName), place);
  }

  get filters(): readonly SnapshotFilter[] {
    return this.#filters;
  }

  get counters(): string[] {
    return [...this.#counters.keys()];
  }

  get policers(): readonly SnapshotPolicer[] {
    return this.#policers.compiled;
  }

  #attachSingle(name: string, place: FilterPlace): number {
    const { filter } = this.#byName.get(name)!;
    const terms = writtenTerms([name], this.#byName);
    const isPerUnit = terms.some(({ term }) => {
      const policer = policerOf(term.then);
      return policer !== undefined && this.#policers.isPerUnit(policer);
    });
    const sharing = filter["interface-specific"] === true ? "none" : isPerUnit ? "counters" : "all";
    return this.#make(attachedName(name, sharing, place), terms, place, name);
  }

  /** `own`: the filter whose terms need not be told apart by their filter. */
  #make(name: AttachedName, terms: readonly WrittenTerm[], place: FilterPlace, own?: string): number {
    const known = this.#ids.get(`${place.family} ${name.filter}`);
    if (known !== undefined) return known;
    const compiled = terms.flatMap((written) => this.#term(written, name, place, own) ?? []);
    const id = this.#filters.length + 1;
    this.#filters.push({ id, name: name.filter, family: FAMILY[place.family], terms: compiled });
    this.#ids.set(`${place.family} ${name.filter}`, id);
    return id;
  }

  #term(
    written: WrittenTerm,
    { counters }: AttachedName,
    { unit }: FilterPlace,
    own: string | undefined,
  ): SnapshotFilterTerm | undefined {
    const { home, termId, term } = written;
    const then = term.then ?? {};
    const filter = home.filter.name;
    const user = { unit, counters, term: filter === own ? term.name : `${filter}:${term.name}` };
    const named = policerOf(then);
    // Counters and budgets are there and go on as they were also while no packet can meet their term.
    const counter = then.count === undefined ? NONE : this.#counter(`${counters}/${then.count}`);
    const policer = named === undefined ? NONE : this.#policers.index(named, user);
    const conditions = this.#conditionsOf(written);
    if (conditions === undefined) return undefined;
    return {
      filter_id: home.id,
      term_id: termId,
      filter,
      term: term.name,
      ...conditions,
      ...compileAction(home.family, then),
      counter,
      log: then.log === true || then.syslog === true,
      ...this.#names.rates.of(then["log-rate"]),
      policer,
      ...this.#marks(then),
    };
  }

  #conditionsOf({ home, termId, term }: WrittenTerm): TermConditions | undefined {
    const key = `${home.id} ${termId}`;
    if (!this.#conditions.has(key))
      this.#conditions.set(key, compileConditions(home.family, term.from ?? {}, this.#names));
    return this.#conditions.get(key);
  }

  #counter(name: string): number {
    const index = this.#counters.get(name) ?? this.#counters.size;
    this.#counters.set(name, index);
    return index;
  }

  #marks(
    then: FilterThen,
  ): Pick<SnapshotFilterTerm, "set_forwarding_class" | "set_loss_priority" | "set_dscp" | "routing_instance"> {
    const { "forwarding-class": forwardingClass, "loss-priority": loss, "routing-instance": instance } = then;
    const dscp = then.dscp ?? then["traffic-class"];
    return {
      set_forwarding_class: forwardingClass === undefined ? KEEP : this.#names.forwardingClassIds.get(forwardingClass)!,
      set_loss_priority: loss === undefined ? KEEP : lossPriorities.indexOf(loss),
      set_dscp: dscp === undefined ? KEEP : parseDscp(dscp)!,
      routing_instance: instance === undefined ? KEEP : this.#names.instanceIds.get(instance)!,
    };
  }
}

function policerOf(then: FilterThen = {}): string | undefined {
  const three = then["three-color-policer"];
  return then.policer ?? three?.["single-rate"] ?? three?.["two-rate"];
}

/** A term that says nothing about the packet's way accepts it. */
function compileAction(family: Family, then: FilterThen): Pick<SnapshotFilterTerm, "action" | "reject_code"> {
  if (then.reject !== undefined) {
    const reason = then.reject === true ? DEFAULT_REASON : then.reject;
    return { action: "reject", reject_code: rejectCodes[family].get(reason)! };
  }
  return { action: then.discard === true ? "discard" : then.next === "term" ? "next" : "accept", reject_code: NONE };
}
