// instance.ts: routing instances: which units and which static routes each has. SPDX-License-Identifier: Apache-2.0
import type { Config, StaticRoute } from "../../daemon/src/config/config.js";
import { readAddress, type Address } from "./address.js";

export const DEFAULT_INSTANCE = "default";

export interface FixedRoute {
  readonly name: string;
  readonly discard: boolean;
  readonly reject: boolean;
  /** next-table: the instance whose routes decide */
  readonly table: string | undefined;
  readonly preference: number;
  readonly gateways: readonly Address[];
  readonly qualified: readonly { readonly gateway: Address; readonly unit: string; readonly preference: number }[];
}

export interface Instance {
  readonly name: string;
  readonly units: readonly string[];
  readonly routes: readonly FixedRoute[];
}

/** tableOf: `inet.0` is the default instance's, `R.inet.0` that of R. */
const tableOf = (text: string): string => {
  const name = text.replace(/\.?inet6?\.0$/, "");
  return name === "" ? DEFAULT_INSTANCE : name;
};

function readRoute(route: StaticRoute): FixedRoute {
  return {
    name: route.name,
    discard: route.discard === true,
    reject: route.reject === true,
    table: route["next-table"] === undefined ? undefined : tableOf(route["next-table"]),
    preference: route.preference ?? 5,
    gateways: (route["next-hop"] ?? []).map(readAddress),
    qualified: (route["qualified-next-hop"] ?? []).map((hop) => ({
      gateway: readAddress(hop.name),
      unit: hop.interface,
      preference: hop.preference ?? route.preference ?? 5,
    })),
  };
}

/** readInstances: the default one first. */
export function readInstances(config: Config): readonly Instance[] {
  return [
    { name: DEFAULT_INSTANCE, units: [], routes: (config["routing-options"]?.static?.route ?? []).map(readRoute) },
    ...(config["routing-instances"] ?? []).map((instance) => ({
      name: instance.name,
      units: instance.interface ?? [],
      routes: (instance["routing-options"]?.static?.route ?? []).map(readRoute),
    })),
  ];
}

/** instanceOf: the default one for a unit that no other has. */
export const instanceOf = (instances: readonly Instance[], unit: string): string =>
  instances.find((instance) => instance.units.includes(unit))?.name ?? DEFAULT_INSTANCE;
