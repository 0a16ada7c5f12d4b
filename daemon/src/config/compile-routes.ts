// compile-routes.ts: routing instances and their static routes as a snapshot holds them. SPDX-License-Identifier: Apache-2.0
import type { SnapshotInstance, SnapshotProxy, SnapshotRoute, SnapshotRouteHop } from "../snapshot/snapshot.gen.js";
import {
  addressBits,
  addressBytes,
  isConnected,
  isLinkLocal,
  parseAddress,
  parsePrefix,
  type IpAddress,
  type Prefix,
} from "./address.js";
import type { StaticRoute } from "./config.js";
import type { FilterTable } from "./filter/filter-table.js";
import { DEFAULT_TABLE, parseTable, type InstanceTable } from "./instance-table.js";
import type { LoopbackUnit } from "./loopback.js";

const KERNEL_MAIN_TABLE = 254;
/** As Junos has it for static routes. */
export const STATIC_PREFERENCE = 5;

/** RoutedUnit: as much of a unit as routes need. */
export interface RoutedUnit {
  readonly unit: { readonly id: number; readonly name: string; readonly instance: number };
  readonly prefixes: readonly Prefix[];
}

/** compileInstances: an instance without a unit of lo0 has the filters of the default one's. */
export function compileInstances(
  instances: InstanceTable,
  loopbacks: readonly LoopbackUnit[],
  filters: FilterTable,
): SnapshotInstance[] {
  const names = [DEFAULT_TABLE, ...instances.configured.map(({ name }) => name)];
  const own = (id: number): LoopbackUnit | undefined => loopbacks.find(({ name }) => instances.ofUnit(name) === id);
  return names.map((name, id) => {
    const loopback = own(id) ?? own(0);
    const attach = (family: "inet" | "inet6"): number =>
      loopback === undefined
        ? 0
        : filters.attach(loopback[family], { unit: loopback.name, family, direction: "input" });
    return {
      id,
      name,
      kernel_table: id === 0 ? KERNEL_MAIN_TABLE : (instances.configured[id - 1]!["kernel-table"] ?? 0),
      filter_host: attach("inet"),
      filter_host6: attach("inet6"),
    };
  });
}

export function compileRoutes(instances: InstanceTable, units: readonly RoutedUnit[]): SnapshotRoute[] {
  return [...instances.ids.values()].flatMap((id) => {
    const gateway = instances.gatewaysFrom(id);
    const candidates = units.filter(({ unit }) => unit.instance === gateway);
    return instances.routesOf(id).flatMap((route) => compileRoute(route, id, candidates, instances));
  });
}

/**
 * proxyRoutes: what comes for an address that is answered for, and is not translated, is for nobody: it is not sent back to the
 * link, whose hosts would send it here again. A route that says more than the link's own network is for a host behind it.
 */
export function proxyRoutes(
  proxies: readonly SnapshotProxy[],
  routes: readonly SnapshotRoute[],
  units: readonly RoutedUnit[],
): SnapshotRoute[] {
  const added = new Map<string, SnapshotRoute>();
  for (const { unit: id, low, high } of proxies) {
    const { unit, prefixes } = units.find((each) => each.unit.id === id)!;
    const [first, last] = [valueOf(low), valueOf(high)];
    const bits = low.length * 8;
    const own = prefixes.filter((prefix) => addressBits(prefix.family) === bits);
    const others = routes.filter(({ instance, prefix }) => instance === unit.instance && prefix.length === low.length);
    for (let value = first; value <= last; value++) {
      const covers = (prefix: bigint, length: number): boolean => (prefix ^ value) >> BigInt(bits - length) === 0n;
      const connected = own.filter(({ value: at, length }) => covers(at, length)).map(({ length }) => length);
      const behind = others.some(
        (route) => route.length > Math.max(0, ...connected) && covers(valueOf(route.prefix), route.length),
      );
      if (behind) continue;
      const prefix = addressBytes(bits === 32 ? "inet" : "inet6", value);
      const route = {
        instance: unit.instance,
        prefix,
        length: bits,
        preference: STATIC_PREFERENCE,
        kind: "discard",
        next_hops: [],
        table: 0,
      } as const;
      added.set(`${unit.instance}/${value}/${bits}`, route);
    }
  }
  return [...added.values()];
}

const valueOf = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** compileRoute gives one route for each preference that there is among the next hops. */
function compileRoute(
  route: StaticRoute,
  instance: number,
  units: readonly RoutedUnit[],
  instances: InstanceTable,
): SnapshotRoute[] {
  const prefix = parsePrefix(route.name)!;
  const { "next-table": table } = route;
  return preferencesOf(route).map((preference) => ({
    instance,
    prefix: addressBytes(prefix.family, prefix.value),
    length: prefix.length,
    preference,
    kind: kindOf(route),
    next_hops: hopsOf(route, preference, units),
    table: table === undefined ? 0 : instances.ids.get(parseTable(table)!.instance)!,
  }));
}

/** preferencesOf gives the preferences of a route's next hops, or its own where it has none, in the order of the text. */
export function preferencesOf(route: StaticRoute): readonly number[] {
  const own = route.preference ?? STATIC_PREFERENCE;
  const qualified = (route["qualified-next-hop"] ?? []).map(({ preference }) => preference ?? own);
  return [...new Set(route["next-hop"] === undefined && qualified.length > 0 ? qualified : [own, ...qualified])];
}

function hopsOf(route: StaticRoute, preference: number, units: readonly RoutedUnit[]): SnapshotRouteHop[] {
  const own = route.preference ?? STATIC_PREFERENCE;
  const plain = preference === own ? (route["next-hop"] ?? []) : [];
  const qualified = (route["qualified-next-hop"] ?? []).filter((hop) => (hop.preference ?? own) === preference);
  return [
    ...plain.map((text) => compileHop(parseAddress(text)!, units)),
    ...qualified.map((hop) =>
      compileHop(
        parseAddress(hop.name)!,
        units.filter(({ unit }) => unit.name === hop.interface),
      ),
    ),
  ];
}

function kindOf(route: StaticRoute): SnapshotRoute["kind"] {
  if (route["next-table"] !== undefined) return "next-table";
  return route.discard === true ? "discard" : route.reject === true ? "reject" : "next-hop";
}

/** A link-local gateway belongs to the one unit given; any other to the unit whose network holds it, of which there is one. */
function compileHop(gateway: IpAddress, candidates: readonly RoutedUnit[]): SnapshotRouteHop {
  const holder = candidates.find(
    ({ prefixes }) => isLinkLocal(gateway) || prefixes.some((prefix) => isConnected(prefix, gateway)),
  );
  return { gateway: addressBytes(gateway.family, gateway.value), unit: holder?.unit.id ?? 0 };
}
