// application-table.ts: all applications with their terms as numbered rows, for matching and for naming traffic in logs.
// SPDX-License-Identifier: Apache-2.0
import type { Application, ApplicationConditions, Applications } from "./config.js";
import { predefinedApplications, predefinedApplicationSets, type PredefinedTerm } from "./predefined-application.js";
import {
  ANY_PORT,
  hasPorts,
  ICMP,
  ICMP6,
  parseIcmpType,
  parsePorts,
  parseProtocol,
  type PortRange,
} from "./protocol.js";

/** ApplicationRow: one term. -1 stands for any protocol, type or code. */
export interface ApplicationRow {
  /** position in the table + 1; 0 is "any application" */
  readonly id: number;
  readonly name: string;
  readonly protocol: number;
  readonly sourcePorts: PortRange;
  readonly destinationPorts: PortRange;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** seconds, or 0 for the protocol's own timeout */
  readonly timeout: number | "never";
  /** named: the destination ports whose traffic carries this name where no policy's application does */
  readonly named: PortRange;
}

const ANY: ApplicationRow = {
  id: 0,
  name: "any",
  protocol: -1,
  sourcePorts: ANY_PORT,
  destinationPorts: ANY_PORT,
  icmpType: -1,
  icmpCode: -1,
  timeout: 0,
  named: ANY_PORT,
};
/** Port 0 carries no real traffic: a row with only this port names none. */
const NO_PORT: PortRange = { low: 0, high: 0 };

type Term = Omit<ApplicationRow, "id" | "name" | "named">;

export class ApplicationTable {
  /** rows in naming order, the earliest that fits names the traffic: own before predefined */
  readonly rows: readonly ApplicationRow[];
  readonly #byName = new Map<string, ApplicationRow[]>();
  readonly #sets: ReadonlyMap<string, readonly string[]>;

  constructor(own: Applications = {}) {
    const ownTerms = (own.application ?? []).map((application) => ({
      name: application.name,
      terms: ownTermsOf(application),
    }));
    const predefined = Array.from(predefinedApplications, ([name, terms]) => ({
      name,
      terms: terms.map(predefinedTerm),
    }));
    const all = [
      ...ownTerms,
      // junos-ldap rather than junos-h323 for TCP 389
      ...predefined.filter(({ terms }) => terms.length === 1),
      ...predefined.filter(({ terms }) => terms.length > 1),
    ].flatMap(({ name, terms }) => terms.map((term) => ({ name, term })));
    // ICMP is named by protocol alone, so a row for one type must stand behind the row for all of them.
    const ordered = [...all.filter(({ term }) => namesTraffic(term)), ...all.filter(({ term }) => !namesTraffic(term))];
    this.rows = ordered.map(({ name, term }, index) => {
      const named = namesTraffic(term) ? term.destinationPorts : NO_PORT;
      return { id: index + 1, name, ...term, named };
    });
    for (const row of this.rows) this.#byName.set(row.name, [...(this.#byName.get(row.name) ?? []), row]);
    const ownSets = (own["application-set"] ?? []).map(
      (set) => [set.name, [...(set.application ?? []), ...(set["application-set"] ?? [])]] as const,
    );
    this.#sets = new Map([...predefinedApplicationSets, ...ownSets]);
  }

  /** expand gives the rows of a list of names in its order, sets unfolded, each row once. "any" is a row of its own. */
  expand(names: readonly string[]): ApplicationRow[] {
    return [...new Set(names.flatMap((name) => this.#rowsOf(name)))];
  }

  /** nameOf gives the name of a row's application by its id. */
  nameOf(id: number): string {
    return this.rows[id - 1]?.name ?? ANY.name;
  }

  #rowsOf(name: string): readonly ApplicationRow[] {
    if (name === ANY.name) return [ANY];
    return this.#byName.get(name) ?? (this.#sets.get(name) ?? []).flatMap((member) => this.#rowsOf(member));
  }
}

/** A row names traffic if destination port or protocol alone decide whether it fits, and it does not fit all ports. */
function namesTraffic(term: Term): boolean {
  if (term.sourcePorts !== ANY_PORT || term.icmpType >= 0) return false;
  return !hasPorts(term.protocol) || term.destinationPorts.high - term.destinationPorts.low < 65534;
}

function ownTermsOf(application: Application): Term[] {
  return (application.term ?? [application]).map(ownTerm);
}

function ownTerm(conditions: ApplicationConditions): Term {
  const protocol = parseProtocol(conditions.protocol!)!;
  const ports = (value: string | number | undefined): PortRange => {
    const range = value === undefined ? ANY_PORT : parsePorts(value)!;
    return range.low === ANY_PORT.low && range.high === ANY_PORT.high ? ANY_PORT : range;
  };
  const type = conditions["icmp-type"] ?? conditions["icmp6-type"];
  return {
    protocol,
    sourcePorts: ports(conditions["source-port"]),
    destinationPorts: ports(conditions["destination-port"]),
    icmpType: type === undefined ? -1 : parseIcmpType(type)!,
    icmpCode: conditions["icmp-code"] ?? conditions["icmp6-code"] ?? -1,
    timeout: conditions["inactivity-timeout"] ?? 0,
  };
}

function predefinedTerm([protocol, low, high]: PredefinedTerm): Term {
  const isIcmp = protocol === ICMP || protocol === ICMP6;
  const ports = typeof low === "number" ? { low, high: high ?? low } : ANY_PORT;
  return {
    protocol,
    sourcePorts: ANY_PORT,
    destinationPorts: ports.low === ANY_PORT.low && ports.high === ANY_PORT.high ? ANY_PORT : ports,
    icmpType: isIcmp && typeof low === "object" ? low.type : -1,
    icmpCode: -1,
    timeout: 0,
  };
}
