// instance-table.ts: routing instances by number, and which units and tables are theirs. SPDX-License-Identifier: Apache-2.0
import type { Config, RoutingInstance, StaticRoute } from "./config.js";

/** DEFAULT_INSTANCE is what a filter calls the instance that interfaces are in unless another one names them. */
export const DEFAULT_INSTANCE = "default";
/** DEFAULT_TABLE: the default instance in a snapshot. */
export const DEFAULT_TABLE = "inet.0";
export const MAX_INSTANCES = 64;

/** RESERVED_INSTANCES: names that stand for the default instance and its tables. */
export const RESERVED_INSTANCES: ReadonlySet<string> = new Set([DEFAULT_INSTANCE, "master", DEFAULT_TABLE, "inet6.0"]);

export interface RoutingTableName {
  /** instance: DEFAULT_INSTANCE, or the name of a routing instance */
  readonly instance: string;
  readonly family: "inet" | "inet6";
}

/** parseTable understands inet.0, inet6.0, INSTANCE.inet.0 and INSTANCE.inet6.0. */
export function parseTable(text: string): RoutingTableName | undefined {
  const [, instance, family] = /^(?:([A-Za-z0-9_][A-Za-z0-9._-]*)\.)?(inet6?)\.0$/.exec(text) ?? [];
  return family === undefined
    ? undefined
    : { instance: instance ?? DEFAULT_INSTANCE, family: family as "inet" | "inet6" };
}

/** InstanceTable: 0 is the default instance, the others follow in the order of the text. */
export class InstanceTable {
  readonly ids: ReadonlyMap<string, number>;
  /** configured: those with a name, from id 1 */
  readonly configured: readonly RoutingInstance[];
  readonly #config: Config;
  readonly #ofUnit: ReadonlyMap<string, number>;

  constructor(config: Config) {
    this.#config = config;
    this.configured = config["routing-instances"] ?? [];
    const named = this.configured.map((instance, index) => [instance.name, index + 1] as const);
    this.ids = new Map([[DEFAULT_INSTANCE, 0], ...named]);
    this.#ofUnit = new Map(
      this.configured.flatMap((instance, index) =>
        (instance.interface ?? []).map((unit) => [unit, index + 1] as const),
      ),
    );
  }

  /** ofUnit gives the instance that a unit, also one of lo0, is in. */
  ofUnit(name: string): number {
    return this.#ofUnit.get(name) ?? 0;
  }

  /** routesOf gives the static routes of an instance. */
  routesOf(id: number): readonly StaticRoute[] {
    const options = id === 0 ? this.#config["routing-options"] : this.configured[id - 1]!["routing-options"];
    return options?.static?.route ?? [];
  }

  /** gatewaysFrom gives the instance in whose networks the gateways of an instance's routes are. */
  gatewaysFrom(id: number): number {
    return id > 0 && this.configured[id - 1]!["instance-type"] === "forwarding" ? 0 : id;
  }
}
