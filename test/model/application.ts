// application.ts: applications, their terms, and which of them names traffic in logs. SPDX-License-Identifier: Apache-2.0
import type { ApplicationConditions, Config } from "../../daemon/src/config/config.js";
import { predefinedApplications, predefinedApplicationSets } from "../../daemon/src/config/predefined-application.js";
import { icmpTypes, portNumbers, protocolNumbers } from "../../daemon/src/config/protocol.js";
import type { Family } from "./address.js";
import { hasPorts, ICMP, ICMP6, isIcmp, type Icmp, type Tuple } from "./packet.js";

/** Term: one set of conditions; what is undefined is not asked for. */
export interface Term {
  readonly application: string;
  readonly protocol: number | undefined;
  readonly sourcePorts: readonly [low: number, high: number] | undefined;
  readonly destinationPorts: readonly [low: number, high: number] | undefined;
  readonly icmpType: number | undefined;
  readonly icmpCode: number | undefined;
  /** seconds; undefined: the protocol's */
  readonly timeout: number | undefined;
}

export interface Applications {
  /** expand: the terms of the names, in their order, each once */
  expand(names: readonly string[]): readonly Term[];
  /** nameOf: the application found by protocol and destination port */
  nameOf(protocol: number, destinationPort: number): string;
}

export const ANY = "any";
const anyTerm: Term = {
  application: ANY,
  protocol: undefined,
  sourcePorts: undefined,
  destinationPorts: undefined,
  icmpType: undefined,
  icmpCode: undefined,
  timeout: undefined,
};

/** portsOf reads a port, a port name or a range; undefined: any. */
export function portsOf(value: string | number | undefined): readonly [number, number] | undefined {
  if (value === undefined) return undefined;
  const named = portNumbers.get(String(value));
  const [low = "", high = low] = String(named ?? value).split("-");
  return [Number(low), Number(high)];
}

function termOf(application: string, c: ApplicationConditions): Term {
  const protocol = protocolNumbers.get(String(c.protocol)) ?? Number(c.protocol);
  const type = c["icmp-type"] ?? c["icmp6-type"];
  return {
    application,
    protocol,
    sourcePorts: portsOf(c["source-port"]),
    destinationPorts: portsOf(c["destination-port"]),
    icmpType: type === undefined ? undefined : (icmpTypes.get(String(type)) ?? Number(type)),
    icmpCode: c["icmp-code"] ?? c["icmp6-code"],
    timeout: c["inactivity-timeout"] === "never" ? Infinity : c["inactivity-timeout"],
  };
}

function predefinedTerms(name: string): Term[] {
  return predefinedApplications.get(name)!.map(([protocol, low, high]) => ({
    ...anyTerm,
    application: name,
    protocol,
    destinationPorts: typeof low === "number" ? [low, high ?? low] : undefined,
    icmpType: (protocol === ICMP || protocol === ICMP6) && typeof low === "object" ? low.type : undefined,
  }));
}

export function readApplications(config: Config): Applications {
  const own = (config.applications?.application ?? []).map(
    (a) => [a.name, (a.term ?? [a]).map((conditions) => termOf(a.name, conditions))] as const,
  );
  const all = new Map([
    ...own,
    ...[...predefinedApplications.keys()].map((name) => [name, predefinedTerms(name)] as const),
  ]);
  const sets = new Map<string, readonly string[]>([
    ...predefinedApplicationSets,
    ...(config.applications?.["application-set"] ?? []).map(
      (set) => [set.name, [...(set.application ?? []), ...(set["application-set"] ?? [])]] as const,
    ),
  ]);
  const termsOf = (name: string): readonly Term[] =>
    name === ANY ? [anyTerm] : (all.get(name) ?? sets.get(name)!.flatMap(termsOf));
  /* Own ones in the order of the text, then predefined ones; of those, the ones with a single term first. */
  const predefined = [...all].slice(own.length);
  const naming = [
    ...own,
    ...predefined.filter(([, terms]) => terms.length === 1),
    ...predefined.filter(([, terms]) => terms.length > 1),
  ].flatMap(([, terms]) => terms);
  return {
    expand: (names) => [...new Set(names.flatMap(termsOf))],
    nameOf: (protocol, port) => naming.find((term) => names(term, protocol, port))?.application ?? ANY,
  };
}

/** names: protocol and destination port alone must decide ("as far as protocol and destination port decide"). */
function names(term: Term, protocol: number, port: number): boolean {
  if (term.protocol !== protocol || term.icmpType !== undefined) return false;
  const whole = ([low, high]: readonly [number, number]): boolean => high - low >= 65534;
  if (term.sourcePorts !== undefined && !(term.sourcePorts[0] === 0 && term.sourcePorts[1] === 65535)) return false;
  if (!hasPorts(protocol)) return true;
  if (term.destinationPorts === undefined || whole(term.destinationPorts)) return false;
  return port !== 0 && term.destinationPorts[0] <= port && port <= term.destinationPorts[1];
}

export function termMatches(term: Term, family: Family, tuple: Tuple, icmp: Icmp | undefined): boolean {
  const within = (range: readonly [number, number] | undefined, value: number): boolean =>
    range === undefined ||
    (range[0] === 0 && range[1] === 65535) ||
    (hasPorts(tuple.protocol) && range[0] <= value && value <= range[1]);
  if (term.protocol !== undefined && term.protocol !== tuple.protocol) return false;
  if (!within(term.sourcePorts, tuple.sourcePort) || !within(term.destinationPorts, tuple.destinationPort))
    return false;
  if (term.icmpType === undefined) return true;
  if (!isIcmp(family, tuple.protocol) || icmp === undefined) return false;
  return icmp.type === term.icmpType && (term.icmpCode === undefined || icmp.code === term.icmpCode);
}
