// routes.ts: static routes and whether their next hops can be reached. SPDX-License-Identifier: Apache-2.0
import { isConnected, isLinkLocal, notOneHost, parseAddress, parsePrefix, type IpAddress } from "../address.js";
import type { Statement } from "../statement.js";
import { connectedUnits, type UnitAddress, type Units } from "./interfaces.js";
import { reportDuplicates, type Report } from "./report.js";

export const MAX_NEXT_HOPS = 16;

export function checkRoutes(report: Report, routes: Statement, units: Units): void {
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
    for (const hop of plain) checkPlain(report, hop, prefix?.family, units);
    for (const hop of qualified) checkQualified(report, hop, prefix?.family, units);
  }
}

function checkPlain(report: Report, hop: Statement, family: string | undefined, units: Units): void {
  const gateway = usableGateway(report, hop, family, units);
  if (gateway === undefined || units === undefined) return;
  if (isLinkLocal(gateway)) {
    report.add("conflict", hop, `${hop.text!} is a link-local address; say on which interface with qualified-next-hop`);
  } else if (connectedUnits(units.values(), gateway).length === 0) {
    report.add("reference", hop, `next hop ${hop.text!} is on no connected network`, {
      expected: "an address in the network of an interface",
      found: `'${hop.text!}'`,
    });
  }
}

function checkQualified(report: Report, hop: Statement, family: string | undefined, units: Units): void {
  const gateway = usableGateway(report, hop.get("name"), family, units);
  const name = hop.get("interface").text;
  if (name === undefined || units === undefined) return;
  const unit = units.get(name);
  if (unit === undefined) report.dangling(hop.get("interface"), "interface unit", name, () => units.keys());
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
