// applications.ts: own applications and application sets. SPDX-License-Identifier: Apache-2.0
import { predefinedApplications, predefinedApplicationSets } from "../predefined-application.js";
import { hasPorts, ICMP, ICMP6, parseProtocol } from "../protocol.js";
import type { Statement } from "../statement.js";
import { byName, declare, MAX_SET_DEPTH, reportDuplicates, reportLoops, type Report } from "./report.js";

export const ANY_APPLICATION = "any";
const PREDEFINED_TERMS = Array.from(predefinedApplications.values()).reduce((sum, terms) => sum + terms.length, 0);
export const MAX_APPLICATION_TERMS = 65535 - PREDEFINED_TERMS;
const TYPES = ["icmp-type", "icmp6-type"] as const;
const CONDITIONS_OF_TERMS = [
  "destination-port",
  "source-port",
  "icmp-type",
  "icmp-code",
  "icmp6-type",
  "icmp6-code",
  "inactivity-timeout",
];

/** ApplicationNames: what a policy may name, and how many terms each name expands to. */
export interface ApplicationNames {
  has(name: string): boolean;
  all(): Iterable<string>;
  terms(name: string): number;
  /** asksType: does one of its terms hold for an ICMP type only? */
  asksType(name: string): boolean;
}

export function checkApplications(report: Report, applications: Statement): ApplicationNames {
  const own = applications.get("application").items();
  const ownSets = applications.get("application-set").items();
  const declared = declare(report, "application", own, new Map(), isReserved);
  const taken = declare(report, "application or application-set", ownSets, new Map(declared), isReserved);
  const sets = byName(ownSets);

  for (const application of own) checkApplication(report, application);
  const termCount = own.reduce((sum, application) => sum + Math.max(1, application.get("term").items().length), 0);
  if (termCount > MAX_APPLICATION_TERMS) {
    const list = applications.get("application");
    report.add("limit", list, `expected at most ${MAX_APPLICATION_TERMS} applications and terms, found ${termCount}`);
  }
  for (const set of ownSets) checkSet(report, set, declared, sets);
  reportLoops(report, "application-set", sets);

  const counted = new Map<string, number>();
  const terms = (name: string, depth = 0): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    if (depth > MAX_SET_DEPTH) return 0;
    counted.set(name, 0);
    const set = sets.get(name);
    const members = set === undefined ? (predefinedApplicationSets.get(name) ?? []) : membersOf(set);
    const count =
      members.length > 0
        ? members.reduce((sum, member) => sum + terms(member, depth + 1), 0)
        : Math.max(1, declared.get(name)?.get("term").items().length ?? predefinedApplications.get(name)?.length ?? 1);
    counted.set(name, count);
    return count;
  };
  const asksType = (name: string, depth = 0): boolean => {
    const set = sets.get(name);
    const members = set === undefined ? (predefinedApplicationSets.get(name) ?? []) : membersOf(set);
    if (members.length > 0) return depth < MAX_SET_DEPTH && members.some((member) => asksType(member, depth + 1));
    const own = declared.get(name);
    if (own === undefined) return (predefinedApplications.get(name) ?? []).some(([, low]) => typeof low === "object");
    return [own, ...own.get("term").items()].some((term) => TYPES.some((type) => term.get(type).present));
  };
  return {
    has: (name) => name === ANY_APPLICATION || taken.has(name) || isPredefined(name),
    all: () => [
      ANY_APPLICATION,
      ...taken.keys(),
      ...predefinedApplications.keys(),
      ...predefinedApplicationSets.keys(),
    ],
    terms,
    asksType,
  };
}

const isPredefined = (name: string): boolean => predefinedApplications.has(name) || predefinedApplicationSets.has(name);
const isReserved = (name: string): boolean => name === ANY_APPLICATION || name.startsWith("junos-");
const membersOf = (set: Statement): string[] =>
  ["application", "application-set"].flatMap((kind) => set.get(kind).items()).flatMap((member) => member.text ?? []);

function checkApplication(report: Report, application: Statement): void {
  const terms = application.get("term").items();
  declare(report, "term", terms);
  for (const term of terms) checkConditions(report, term);
  if (!application.get("term").present) {
    checkConditions(report, application);
    return;
  }
  for (const name of CONDITIONS_OF_TERMS) {
    const condition = application.get(name);
    if (condition.present) report.add("conflict", condition, `${name} belongs into the terms of this application`);
  }
}

function checkConditions(report: Report, conditions: Statement): void {
  const written = conditions.get("protocol").scalar;
  const protocol = written === undefined ? undefined : parseProtocol(written);
  if (protocol === undefined) return;
  const needs = (names: readonly string[], holds: boolean, wanted: string): void => {
    for (const name of names) {
      const condition = conditions.get(name);
      if (condition.present && !holds)
        report.add("conflict", condition, `${name} needs protocol ${wanted}, found '${written}'`);
    }
  };
  needs(["destination-port", "source-port"], hasPorts(protocol), "tcp, udp or sctp");
  needs(["icmp-type", "icmp-code"], protocol === ICMP, "icmp");
  needs(["icmp6-type", "icmp6-code"], protocol === ICMP6, "icmp6");
}

function checkSet(
  report: Report,
  set: Statement,
  own: ReadonlyMap<string, Statement>,
  sets: ReadonlyMap<string, Statement>,
): void {
  for (const [kind, otherKind, isKind, isOther, all] of [
    ["application", "application-set", isApplication, isSet, () => [...own.keys(), ...predefinedApplications.keys()]],
    [
      "application-set",
      "application",
      isSet,
      isApplication,
      () => [...sets.keys(), ...predefinedApplicationSets.keys()],
    ],
  ] as const) {
    const members = set.get(kind).items();
    reportDuplicates(report, kind, members);
    for (const member of members) {
      const name = member.text;
      if (name === undefined || isKind(name)) continue;
      if (isOther(name)) report.add("reference", member, `'${name}' is an ${otherKind}; name it under ${otherKind}`);
      else if (name === ANY_APPLICATION)
        report.add("reference", member, "'any' stands in policies only, not in an application-set");
      else report.dangling(member, kind, name, all);
    }
  }
  function isApplication(name: string): boolean {
    return own.has(name) || predefinedApplications.has(name);
  }
  function isSet(name: string): boolean {
    return sets.has(name) || predefinedApplicationSets.has(name);
  }
}
