// policy.ts: address books and policies: zone pair, then global, then default. SPDX-License-Identifier: Apache-2.0
import type { AddressBook, Config, Policy, PolicyLog } from "../../daemon/src/config/config.js";
import { inRange, readAddress, readPrefix, type Address, type Range } from "./address.js";
import { ANY, termMatches, type Applications, type Term } from "./application.js";
import type { Icmp, Tuple } from "./packet.js";

export type PolicyAction = "permit" | "deny" | "reject";

/** Rule: one application term of one policy, with what a log line tells about it. */
export interface Rule {
  readonly id: number;
  readonly name: string;
  /** counter: where it counts; all terms of a policy count together */
  readonly counter: string;
  readonly action: PolicyAction;
  readonly logInit: boolean;
  readonly logClose: boolean;
  readonly count: boolean;
  readonly application: string;
  readonly timeout: number | undefined;
  readonly isDefault: boolean;
}

export interface Question {
  readonly from: string;
  readonly to: string;
  readonly tuple: Tuple;
  readonly icmp: Icmp | undefined;
}

interface Entry {
  readonly rule: Rule;
  matches(question: Question): boolean;
}

const RULES_PER_SET = 65536;
const GLOBAL_SET = 65534;
const DEFAULT_SET = 65535;

const everything: readonly Range[] = [readPrefix("0.0.0.0/0").range, readPrefix("::/0").range];

/** rangesOf: what a name stands for, looked up in the zone's own book first. */
export function rangesOf(books: readonly AddressBook[], zone: string | undefined, name: string): readonly Range[] {
  if (name === "any") return everything;
  if (name === "any-ipv4") return [everything[0]!];
  if (name === "any-ipv6") return [everything[1]!];
  const attached = books.filter((book) => zone !== undefined && book.attach?.zone.includes(zone));
  for (const book of [...attached, ...books.filter((one) => one.name === "global")]) {
    const found = inBook(book, name);
    if (found !== undefined) return found;
  }
  throw new Error(`no address ${name}`);
}

function inBook(book: AddressBook, name: string): readonly Range[] | undefined {
  const address = book.address?.find((one) => one.name === name);
  if (address?.["ip-prefix"] !== undefined) return [readPrefix(address["ip-prefix"]).range];
  if (address?.["range-address"] !== undefined) {
    const { low, high } = address["range-address"];
    return [{ family: readAddress(low).family, low: readAddress(low).value, high: readAddress(high).value }];
  }
  const set = book["address-set"]?.find((one) => one.name === name);
  if (set === undefined) return undefined;
  return [...(set.address ?? []), ...(set["address-set"] ?? [])].flatMap((member) => inBook(book, member)!);
}

function entryOf(
  config: Config,
  policy: Policy,
  zones: readonly [string, string] | undefined,
  term: Term,
  rule: Rule,
): Entry {
  const books = config.security["address-book"] ?? [];
  const { match } = policy;
  const side = (names: readonly string[], zone: string | undefined, excluded: boolean): ((a: Address) => boolean) => {
    const ranges = names.flatMap((name) => rangesOf(books, zone, name));
    return (address) => ranges.some((range) => inRange(range, address)) !== excluded;
  };
  const source = side(match["source-address"], zones?.[0], match["source-address-excluded"] === true);
  const destination = side(match["destination-address"], zones?.[1], match["destination-address-excluded"] === true);
  const inZones = (names: readonly string[] | undefined, zone: string): boolean =>
    names === undefined || names.includes("any") || names.includes(zone);
  return {
    rule,
    matches: (q) =>
      (zones === undefined
        ? inZones(match["from-zone"], q.from) && inZones(match["to-zone"], q.to)
        : zones[0] === q.from && zones[1] === q.to) &&
      source(q.tuple.source) &&
      destination(q.tuple.destination) &&
      termMatches(term, q.tuple.source.family, q.tuple, q.icmp),
  };
}

const logs = (log: PolicyLog | undefined) => ({
  logInit: log?.["session-init"] === true,
  logClose: log?.["session-close"] === true,
});

export class Policies {
  readonly #entries: readonly Entry[];
  readonly default: Rule;
  /** counters: in the order of the text */
  readonly counters: readonly string[];

  constructor(config: Config, applications: Applications) {
    const contexts = config.security.policies ?? [];
    const ordered = [...contexts.filter((c) => c.global === undefined), ...contexts.filter((c) => c.global === true)];
    this.#entries = ordered.flatMap((context, position) => {
      const zones = context.global === true ? undefined : ([context["from-zone"], context["to-zone"]] as const);
      const set = zones === undefined ? GLOBAL_SET : position + 1;
      const pairs = context.policy.flatMap((policy) =>
        applications.expand(policy.match.application).map((term) => ({ policy, term })),
      );
      return pairs.map(({ policy, term }, index) => {
        const { then } = policy;
        const rule: Rule = {
          id: set * RULES_PER_SET + index,
          name: policy.name,
          counter: zones === undefined ? `global/${policy.name}` : `${zones[0]}/${zones[1]}/${policy.name}`,
          action: then.permit ? "permit" : then.reject ? "reject" : "deny",
          ...logs(then.log),
          count: then.count === true,
          application: term.application,
          timeout: term.timeout,
          isDefault: false,
        };
        return entryOf(config, policy, zones, term, rule);
      });
    });
    const statement = config.security["default-policy"];
    this.default = {
      id: DEFAULT_SET * RULES_PER_SET,
      name: "default-policy",
      counter: "default",
      action: statement?.["permit-all"] ? "permit" : statement?.["reject-all"] ? "reject" : "deny",
      ...logs(statement?.log),
      count: false,
      application: ANY,
      timeout: undefined,
      isDefault: true,
    };
    this.counters = [...new Set([...this.#entries.map((entry) => entry.rule.counter), "default"])];
  }

  decide(question: Question): Rule {
    return this.#entries.find((entry) => entry.matches(question))?.rule ?? this.default;
  }
}
