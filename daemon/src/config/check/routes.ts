// routes.ts: static routes and whether their next hops can be reached. SPDX-License-Identifier: Apache-2.0
import {
  isConnected,
  isLinkLocal,
  notOneHost,
  parseAddress,
  parsePrefix,
  type Family,
  type IpAddress,
} from "../address.js";
import { DEFAULT_INSTANCE, parseTable } from "../instance-table.js";
import type { Statement } from "../statement.js";
import { connectedUnits, type UnitAddress, type Units } from "./interfaces.js";
import { reportDuplicates, type Report } from "./report.js";

export const MAX_NEXT_HOPS = 16;

/** RoutingTables of one instance, of both families, and the units in whose networks its gateways are. */
export interface RoutingTables {
  /** instance: DEFAULT_INSTANCE or a name */
  readonly instance: string;
  readonly routes: Statement;
  readonly units: Units;
  /** isForwarding: the units are those of the default instance, whose networks are not in these tables */
  readonly isForwarding: boolean;
}

interface Names {
  /** units of all instances */
  readonly units: Units;
  readonly instances: ReadonlyMap<string, Statement>;
}

export function checkRoutes(report: Report, { instance, routes, units }: RoutingTables, names: Names): void {
  const seen = new Set<string>();
  for (const route of routes.items()) {
    const prefix = parsePrefix(route.get("name").text ?? "");
    if (prefix !== undefined) {
      const key = `${prefix.family} ${prefix.value}/${prefix.length}`;
      if (seen.has(key))
        report.add("duplicate", route.get("name"), `a route to ${route.get("name").text!} exists already`);
      seen.add(key);
    }
    const plain = route.get("next-hop").items();
    const qualified = route.get("qualified-next-hop").items();
    reportDuplicates(report, "next hop", plain);
    if (plain.length + qualified.length > MAX_NEXT_HOPS) {
      report.add(
        "limit",
        route,
        `expected at most ${MAX_NEXT_HOPS} next hops, found ${plain.length + qualified.length}`,
      );
    }
    for (const hop of plain) checkPlain(report, hop, prefix?.family, { units, instance });
    for (const hop of qualified) checkQualified(report, hop, prefix?.family, { units, instance, all: names.units });
    checkNextTable(report, route.get("next-table"), prefix?.family, names.instances);
  }
}

function checkNextTable(
  report: Report,
  statement: Statement,
  family: Family | undefined,
  instances: ReadonlyMap<string, Statement>,
): void {
  const table = parseTable(statement.text ?? "");
  if (table === undefined) return;
  if (family !== undefined && table.family !== family)
    report.add("conflict", statement, `${statement.text!} is not of the same family as the route`);
  if (table.instance !== DEFAULT_INSTANCE && !instances.has(table.instance))
    report.dangling(statement, "routing-instance", table.instance, () => instances.keys());
}

const nameOfNetwork = (instance: string): string =>
  instance === DEFAULT_INSTANCE ? "connected network" : `connected network of routing-instance '${instance}'`;

function checkPlain(
  report: Report,
  hop: Statement,
  family: string | undefined,
  { units, instance }: { readonly units: Units; readonly instance: string },
): void {
  const gateway = usableGateway(report, hop, family, units);
  if (gateway === undefined || units === undefined) return;
  if (isLinkLocal(gateway)) {
    report.add("conflict", hop, `${hop.text!} is a link-local address; say on which interface with qualified-next-hop`);
  } else if (connectedUnits(units.values(), gateway).length === 0) {
    report.add("reference", hop, `next hop ${hop.text!} is on no ${nameOfNetwork(instance)}`, {
      expected: "an address in the network of an interface",
      found: `'${hop.text!}'`,
    });
  }
}

function checkQualified(
  report: Report,
  hop: Statement,
  family: string | undefined,
  { units, instance, all }: { readonly units: Units; readonly instance: string; readonly all: Units },
): void {
  const gateway = usableGateway(report, hop.get("name"), family, units);
  const name = hop.get("interface").text;
  if (name === undefined || units === undefined) return;
  const unit = units.get(name);
  if (unit === undefined && all?.has(name) === true) {
    const where = instance === DEFAULT_INSTANCE ? "the default routing-instance" : `routing-instance '${instance}'`;
    report.add("conflict", hop.get("interface"), `'${name}' is in another routing-instance than this route: ${where}`);
  } else if (unit === undefined) report.dangling(hop.get("interface"), "interface unit", name, () => units.keys());
  else if (
    gateway !== undefined &&
    !isLinkLocal(gateway) &&
    !unit.addresses.some(({ prefix }) => isConnected(prefix, gateway))
  ) {
    report.add("reference", hop.get("name"), `next hop ${hop.get("name").text!} is not on a network of ${name}`, {
      expected: `an address in a network of ${name}`,
      found: `'${hop.get("name").text!}'`,
    });
  }
}

function usableGateway(
  report: Report,
  hop: Statement,
  family: string | undefined,
  units: Units,
): IpAddress | undefined {
  const gateway = parseAddress(hop.text ?? "");
  if (gateway === undefined) return undefined;
  const kind = notOneHost(gateway);
  const isOwn = ({ prefix }: UnitAddress): boolean =>
    prefix.family === gateway.family && prefix.value === gateway.value;
  const owner = [...(units?.values() ?? [])].find((unit) => unit.addresses.some(isOwn));
  const isOtherFamily = family !== undefined && gateway.family !== family;
  if (isOtherFamily) report.add("conflict", hop, "the next hop is not of the same family as the route");
  else if (kind !== undefined) report.add("value", hop, `'${hop.text!}' is ${kind}, not one of a router`);
  else if (owner !== undefined) report.add("conflict", hop, `${hop.text!} is this host's own address on ${owner.name}`);
  else return gateway;
  return undefined;
}
