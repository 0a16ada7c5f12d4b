// filter.ts: stateless filters: read as they are attached, walked term by term. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import type { Family } from "./address.js";
import {
  codePointOf,
  readConditions,
  type Asked,
  type Clause,
  type Condition,
  type InterfaceSets,
  type PrefixLists,
} from "./condition.js";
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
export interface Marks {
  readonly forwardingClass: string;
  readonly lossPriority: string;
  /** to be written when it leaves; undefined: as it came */
  readonly codePoint: number | undefined;
}

export const NO_MARKS: Marks = { forwardingClass: "best-effort", lossPriority: "low", codePoint: undefined };

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
      if (after === undefined) return end("policer");
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

interface TermStatement {
  readonly name: string;
  readonly filter?: string;
  readonly from?: Clause;
  readonly then?: Readonly<Record<string, unknown>>;
}

interface FilterStatement {
  readonly name: string;
  readonly "interface-specific"?: true;
  readonly term: readonly TermStatement[];
}

/** Written: one filter with its place among all. */
interface Written {
  readonly id: number;
  readonly family: Family;
  readonly statement: FilterStatement;
}

/** Attachment: where filters stand one after the other. */
interface Attachment {
  readonly names: readonly string[];
  readonly family: Family;
  readonly unit: string;
  readonly direction: "i" | "o";
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

/** reasonOf: `reject` alone is administratively prohibited. */
function reasonOf(statement: unknown): string {
  if (typeof statement === "string") return statement;
  return statement === true ? "administratively-prohibited" : Object.keys(statement as object)[0]!;
}

const rejectOf = (family: Family, statement: unknown): Term["reject"] => {
  const reason = reasonOf(statement);
  return reason === "tcp-reset" ? reason : rejectCodes[family].indexOf(reason);
};

/** actionOf: a term that does not say otherwise accepts. */
function actionOf(then: Readonly<Record<string, unknown>>): FilterAction {
  if (then.next !== undefined) return "next";
  if (then.discard !== undefined) return "discard";
  return then.reject !== undefined ? "reject" : "accept";
}

const nameIn = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === "string" ? value : (value as { readonly name: string }).name;

/** Filters: all filters of a configuration where they are attached. */
export class Filters {
  readonly #written: readonly Written[];
  readonly #policers: ReadonlyMap<string, NamedPolicer>;
  readonly #lists: PrefixLists;
  readonly #sets: InterfaceSets;
  readonly #at = new Map<string, readonly Term[]>();
  readonly #budgets = new Map<string, Budget>();
  readonly #counters = new Set<string>();

  constructor(config: Config, units: readonly Unit[]) {
    const tree = config as unknown as Tree;
    const filters = (family: Family): FilterStatement[] => [...(tree.firewall?.family?.[family]?.filter ?? [])];
    this.#written = [
      ...filters("inet").map((statement) => ({ family: "inet" as const, statement })),
      ...filters("inet6").map((statement) => ({ family: "inet6" as const, statement })),
    ].map((one, index) => ({ ...one, id: index + 1 }));
    this.#policers = readPolicers(tree.firewall);
    this.#lists = new Map(
      (tree["policy-options"]?.["prefix-list"] ?? []).map((list) => [list.name, list.prefixes ?? []]),
    );
    this.#sets = new Map((tree.firewall?.["interface-set"] ?? []).map((set) => [set.name, set.interface]));
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

  #statement(config: Config, unit: string, family: Family): AttachStatement | undefined {
    const at = unit.lastIndexOf(".");
    const found = config.interfaces[unit.slice(0, at)]?.unit[unit.slice(at + 1)]?.family?.[family];
    return (found as { readonly filter?: AttachStatement } | undefined)?.filter;
  }

  #attach(config: Config, unit: string): void {
    for (const family of ["inet", "inet6"] as const) {
      const statement = this.#statement(config, unit, family);
      const input = statement?.["input-list"] ?? (statement?.input === undefined ? [] : [nameIn(statement.input)!]);
      const output = statement?.["output-list"] ?? (statement?.output === undefined ? [] : [nameIn(statement.output)!]);
      for (const [names, direction] of [[input, "i"] as const, [output, "o"] as const]) {
        if (names.length === 0) continue;
        this.#at.set(`${unit} ${family} ${direction}`, this.#terms({ names, family, unit, direction }));
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

  /** An interface-specific filter has counters and policers of its own at each place. */
  #ownerName({ statement }: Written, { unit, direction }: Attachment): string {
    return statement["interface-specific"] === true ? `${statement.name}-${unit}-${direction}` : statement.name;
  }

  #termsOf(filter: Written, owner: string, at: Attachment): readonly Term[] {
    return filter.statement.term.flatMap((term, index) =>
      term.filter === undefined
        ? [this.#term(filter, term, index, owner, at)]
        : this.#termsOf(this.#named(term.filter, filter.family), owner, at),
    );
  }

  #term(filter: Written, term: TermStatement, index: number, owner: string, at: Attachment): Term {
    const { family } = filter;
    const then = term.then ?? {};
    const counter = then.count === undefined ? undefined : `${owner}/${String(then.count)}`;
    if (counter !== undefined) this.#counters.add(counter);
    return {
      filterId: filter.id,
      termId: index + 1,
      filter: filter.statement.name,
      name: term.name,
      conditions: readConditions(term.from ?? {}, family, this.#lists, this.#sets),
      action: actionOf(then),
      reject: then.reject === undefined ? 0 : rejectOf(family, then.reject),
      log: then.log !== undefined || then.syslog !== undefined,
      counter,
      budget: this.#budget(filter, term, owner, at),
      forwardingClass: then["forwarding-class"] as string | undefined,
      lossPriority: then["loss-priority"] as string | undefined,
      codePoint: codePointIn(then["dscp"] ?? then["traffic-class"]),
      instance: nameIn(then["routing-instance"]),
    };
  }

  /** One budget for each term that names a policer, for each filter, or for each logical interface. */
  #budget(
    filter: Written,
    { name, then }: TermStatement,
    owner: string,
    { unit, direction }: Attachment,
  ): Budget | undefined {
    const three = then?.["three-color-policer"] as Readonly<Record<string, string>> | undefined;
    const key =
      then?.policer !== undefined
        ? `policer ${nameIn(then.policer)!}`
        : three !== undefined
          ? `three-color-policer ${Object.values(three)[0]!}`
          : undefined;
    if (key === undefined) return undefined;
    const policer = this.#policers.get(key)!;
    const scope = policer.logicalInterface
      ? `${unit}-${direction}`
      : policer.filterSpecific
        ? owner
        : `${owner}/${filter.statement.name}/${name}`;
    const budget = { name: `${key} ${scope}`, policer: policer.config };
    this.#budgets.set(budget.name, budget);
    return budget;
  }
}

const codePointIn = (value: unknown): number | undefined =>
  value === undefined ? undefined : codePointOf(value as string | number);

interface AttachStatement {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly "input-list"?: readonly string[];
  readonly "output-list"?: readonly string[];
}

/** Tree: the statements read here. */
interface Tree {
  readonly firewall?: {
    readonly family?: Partial<Record<Family, { readonly filter?: readonly FilterStatement[] }>>;
    readonly "interface-set"?: readonly { readonly name: string; readonly interface: readonly string[] }[];
  } & Readonly<Record<string, unknown>>;
  readonly "policy-options"?: {
    readonly "prefix-list"?: readonly { readonly name: string; readonly prefixes?: readonly string[] }[];
  };
}
