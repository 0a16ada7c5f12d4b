// filter.ts: stateless filters: read as they are attached, walked term by term. SPDX-License-Identifier: Apache-2.0
import type { Config, Filter, FilterTerm, FilterThen } from "../../daemon/src/config/config.js";
import type { Family } from "./address.js";
import { BEST_EFFORT, type Class } from "./class-of-service.js";
import { codePointOf, readConditions, type Asked, type Condition, type PrefixLists } from "./condition.js";
import { DEFAULT_INSTANCE, instanceOf, readInstances } from "./instance.js";
import { readPolicers, type Budget, type Colour, type NamedPolicer } from "./policer.js";
import { LOOPBACK, type Unit } from "./zone.js";

export type FilterAction = "accept" | "discard" | "reject" | "next";

export interface Term {
  /** what a log line names: the filter in which the term is written, and its place there */
  readonly filterId: number;
  readonly termId: number;
  readonly filter: string;
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly action: FilterAction;
  /** reject: an ICMP code, or a reset */
  readonly reject: number | "tcp-reset";
  readonly log: boolean;
  readonly counter: string | undefined;
  readonly budget: Budget | undefined;
  readonly forwardingClass: string | undefined;
  readonly lossPriority: string | undefined;
  readonly codePoint: number | undefined;
  readonly instance: string | undefined;
}

/** Marks: what a packet carries from filter to filter. */
export interface Marks extends Class {
  /** to be written when it leaves; undefined: as it came */
  readonly codePoint: number | undefined;
}

export const NO_MARKS: Marks = { ...BEST_EFFORT, codePoint: undefined };

export type Fate = "accept" | "discard" | "reject" | "policer";

/** Walk: what one filter said about one packet. */
export interface Walk {
  readonly logs: readonly Term[];
  readonly fate: Fate;
  readonly reject: Term["reject"] | undefined;
  readonly instance: string | undefined;
  readonly marks: Marks;
}

/** Effects: what happens outside when a term matches. */
export interface Effects {
  count(counter: string): void;
  meter(budget: Budget, before: Colour): Colour;
  drop(budget: Budget): void;
}

const colours: Readonly<Record<string, Colour>> = {
  low: "green",
  "medium-low": "yellow",
  "medium-high": "yellow",
  high: "red",
};
const lossOf: Readonly<Record<Colour, string>> = { green: "low", yellow: "medium-high", red: "high" };

/** police gives the marks behind a policer, or undefined where the packet ends. */
function police({ policer }: Budget, colour: Colour, marks: Marks): Marks | undefined {
  const { exceeding } = policer;
  if (colour === "red" && exceeding.discard) return undefined;
  if (policer.kind !== "two-colour") return { ...marks, lossPriority: lossOf[colour] };
  if (colour === "green") return marks;
  return {
    ...marks,
    lossPriority: exceeding.lossPriority ?? marks.lossPriority,
    forwardingClass: exceeding.forwardingClass ?? marks.forwardingClass,
  };
}

/** walk asks the terms in order. The first that matches and is not `next` decides; where none does: discard. */
export function walk(
  terms: readonly Term[],
  packet: Omit<Asked, keyof Marks>,
  before: Marks,
  effects: Effects | undefined,
): Walk {
  const logs: Term[] = [];
  let marks = before;
  let instance: string | undefined;
  const end = (fate: Fate, reject?: Term["reject"]): Walk => ({ logs, fate, reject, instance, marks });
  for (const term of terms) {
    const asked = { ...packet, ...marks };
    if (!term.conditions.every((holds) => holds(asked))) continue;
    if (term.counter !== undefined) effects?.count(term.counter);
    if (term.budget !== undefined && effects !== undefined) {
      const after = police(term.budget, effects.meter(term.budget, colours[marks.lossPriority]!), marks);
      if (after === undefined) {
        effects.drop(term.budget);
        return end("policer");
      }
      marks = after;
    }
    marks = {
      forwardingClass: term.forwardingClass ?? marks.forwardingClass,
      lossPriority: term.lossPriority ?? marks.lossPriority,
      codePoint: term.codePoint ?? marks.codePoint,
    };
    if (term.log) logs.push(term);
    instance = term.instance ?? instance;
    if (term.action === "reject") return end("reject", term.reject);
    if (term.action !== "next") return end(term.action);
  }
  return end("discard");
}

// ---- the configuration ---------------------------------------------------------------------------------------------

/** Written: one filter with its place among all. */
interface Written {
  readonly id: number;
  readonly family: Family;
  readonly statement: Filter;
}

/** Attachment: where filters stand one after the other. */
interface Attachment {
  readonly names: readonly string[];
  readonly family: Family;
  readonly unit: string;
  readonly direction: "i" | "o";
  readonly inList: boolean;
}

const rejectCodes: Readonly<Record<Family, readonly string[]>> = {
  inet: [
    "network-unreachable",
    "host-unreachable",
    "protocol-unreachable",
    "port-unreachable",
    "fragmentation-needed",
    "source-route-failed",
    "network-unknown",
    "host-unknown",
    "source-host-isolated",
    "network-prohibited",
    "host-prohibited",
    "bad-network-tos",
    "bad-host-tos",
    "administratively-prohibited",
    "precedence-violation",
    "precedence-cutoff",
  ],
  inet6: [
    "no-route",
    "administratively-prohibited",
    "beyond-scope",
    "address-unreachable",
    "port-unreachable",
    "policy-failed",
    "reject-route",
  ],
};

/** rejectOf: `reject` alone is administratively prohibited. */
const rejectOf = (family: Family, statement: string | true): Term["reject"] => {
  const reason = statement === true ? "administratively-prohibited" : statement;
  return reason === "tcp-reset" ? reason : rejectCodes[family].indexOf(reason);
};

/** actionOf: a term that does not say otherwise accepts. */
function actionOf(then: FilterThen): FilterAction {
  if (then.next !== undefined) return "next";
  if (then.discard !== undefined) return "discard";
  return then.reject !== undefined ? "reject" : "accept";
}

/** Filters: all filters of a configuration where they are attached. */
export class Filters {
  readonly #written: readonly Written[];
  readonly #policers: ReadonlyMap<string, NamedPolicer>;
  readonly #lists: PrefixLists;
  readonly #at = new Map<string, readonly Term[]>();
  readonly #budgets = new Map<string, Budget>();
  readonly #counters = new Set<string>();

  constructor(config: Config, units: readonly Unit[]) {
    const { firewall } = config;
    const filters = (family: Family) =>
      (firewall?.family?.[family]?.filter ?? []).map((statement) => ({ family, statement }));
    this.#written = [...filters("inet"), ...filters("inet6")].map((one, index) => ({ ...one, id: index + 1 }));
    this.#policers = readPolicers(firewall);
    this.#lists = new Map((config["policy-options"]?.["prefix-list"] ?? []).map((list) => [list.name, list.prefix]));
    for (const { name } of units) this.#attach(config, name);
    this.#attachHosts(config);
  }

  get budgets(): readonly Budget[] {
    return [...this.#budgets.values()];
  }

  get counters(): readonly string[] {
    return [...this.#counters];
  }

  input(unit: string, family: Family): readonly Term[] | undefined {
    return this.#at.get(`${unit} ${family} i`);
  }

  output(unit: string, family: Family): readonly Term[] | undefined {
    return this.#at.get(`${unit} ${family} o`);
  }

  /** host: lo0's, of the instance or else of the default one. */
  host(instance: string, family: Family): readonly Term[] | undefined {
    return this.#at.get(`host ${instance} ${family}`);
  }

  #attach(config: Config, unit: string): void {
    const at = unit.lastIndexOf(".");
    const { family: families } = config.interfaces[unit.slice(0, at)]!.unit[unit.slice(at + 1)]!;
    for (const family of ["inet", "inet6"] as const) {
      const statement = families?.[family]?.filter;
      for (const [direction, letter] of [["input", "i"] as const, ["output", "o"] as const]) {
        const list = statement?.[`${direction}-list`];
        const single = statement?.[direction];
        const names = list ?? (single === undefined ? [] : [single]);
        if (names.length === 0) continue;
        const place = { names, family, unit, direction: letter, inList: list !== undefined };
        this.#at.set(`${unit} ${family} ${letter}`, this.#terms(place));
      }
    }
  }

  #attachHosts(config: Config): void {
    const instances = readInstances(config);
    const loopbacks = Object.keys(config.interfaces[LOOPBACK]?.unit ?? {}).map((number) => `${LOOPBACK}.${number}`);
    for (const unit of loopbacks) this.#attach(config, unit);
    for (const { name } of instances) {
      const own = loopbacks.find((unit) => instanceOf(instances, unit) === name);
      const unit = own ?? loopbacks.find((one) => instanceOf(instances, one) === DEFAULT_INSTANCE);
      for (const family of ["inet", "inet6"] as const) {
        const terms = unit === undefined ? undefined : this.input(unit, family);
        if (terms !== undefined) this.#at.set(`host ${name} ${family}`, terms);
      }
    }
  }

  #terms(at: Attachment): readonly Term[] {
    return at.names.flatMap((name) => {
      const filter = this.#named(name, at.family);
      return this.#termsOf(filter, this.#ownerName(filter, at), at);
    });
  }

  #named(name: string, family: Family): Written {
    return this.#written.find((one) => one.family === family && one.statement.name === name)!;
  }

  /** What counters and budgets are of: the filter; its place if it is interface-specific; a list. */
  #ownerName({ statement }: Written, { unit, family, direction, inList }: Attachment): string {
    if (inList) return `${unit}-${family === "inet" ? "" : "inet6-"}${direction}`;
    return statement["interface-specific"] === true ? `${statement.name}-${unit}-${direction}` : statement.name;
  }

  #termsOf(filter: Written, owner: string, at: Attachment): readonly Term[] {
    return filter.statement.term.flatMap((term, index) =>
      term.filter === undefined
        ? [this.#term(filter, term, index, owner, at)]
        : this.#termsOf(this.#named(term.filter, filter.family), owner, at),
    );
  }

  #term(filter: Written, term: FilterTerm, index: number, owner: string, at: Attachment): Term {
    const { family } = filter;
    const then = term.then ?? {};
    const counter = then.count === undefined ? undefined : `${owner}/${then.count}`;
    if (counter !== undefined) this.#counters.add(counter);
    return {
      filterId: filter.id,
      termId: index + 1,
      filter: filter.statement.name,
      name: term.name,
      conditions: readConditions(term.from ?? {}, family, this.#lists),
      action: actionOf(then),
      reject: then.reject === undefined ? 0 : rejectOf(family, then.reject),
      log: then.log !== undefined || then.syslog !== undefined,
      counter,
      budget: this.#budget(filter, term, owner, at),
      forwardingClass: then["forwarding-class"],
      lossPriority: then["loss-priority"],
      codePoint: codePointIn(then.dscp ?? then["traffic-class"]),
      instance: then["routing-instance"],
    };
  }

  /** One budget for each term that names a policer, for each filter, or for each logical interface. */
  #budget(filter: Written, { name, then }: FilterTerm, owner: string, at: Attachment): Budget | undefined {
    const three = then?.["three-color-policer"];
    const named = then?.policer ?? three?.["single-rate"] ?? three?.["two-rate"];
    if (named === undefined) return undefined;
    const policer = this.#policers.get(named)!;
    /* Terms of other filters are told apart by these. */
    const home = filter.statement.name;
    const term = at.inList || at.names[0] !== home ? `${home}:${name}` : name;
    const scope = policer.logicalInterface ? at.unit : policer.filterSpecific ? owner : `${owner}/${term}`;
    const budget = { name: `${named}/${scope}`, policer: policer.config };
    this.#budgets.set(budget.name, budget);
    return budget;
  }
}

const codePointIn = (value: string | number | undefined): number | undefined =>
  value === undefined ? undefined : codePointOf(value);
