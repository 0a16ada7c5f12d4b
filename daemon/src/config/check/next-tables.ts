// next-tables.ts: routes that lead into other tables must not lead back. SPDX-License-Identifier: Apache-2.0
import { addressBits, formatPrefix, parsePrefix, prefixRange, type Prefix } from "../address.js";
import { DEFAULT_INSTANCE, parseTable } from "../instance-table.js";
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";
import type { RoutingTables } from "./routes.js";

interface NextTable {
  readonly instance: string;
  readonly prefix: Prefix;
  readonly statement: Statement;
  readonly target: string;
}

/** Lookup: by instance and prefix, where the route of that prefix leads: into a table, or out. */
type Lookup = ReadonlyMap<string, ReadonlyMap<string, NextTable | "out">>;

/**
 * checkNextTables reports loops that can be seen: from each route to another table it follows what the static routes and the
 * connected networks say about the route's own prefix. Routes of the kernel are not known here.
 */
export function checkNextTables(report: Report, tables: readonly RoutingTables[]): void {
  const all = tables.map((table) => ({ table, nextTables: nextTablesOf(table) }));
  const nextTables = all.flatMap((one) => one.nextTables);
  if (nextTables.length === 0) return;
  const lookup: Lookup = new Map(all.map((one) => [one.table.instance, routesOf(one.table, one.nextTables)]));
  const reported = new Set<NextTable>();
  for (const start of nextTables) {
    const way = [start];
    for (;;) {
      const last = way.at(-1)!;
      const next = longest(lookup, last.target, start.prefix);
      if (next === undefined || next === "out") break;
      const before = way.indexOf(next);
      if (before < 0) {
        way.push(next);
        continue;
      }
      const loop = way.slice(before);
      if (!loop.some((route) => reported.has(route))) {
        const names = [...loop, next].map(({ instance, prefix }) => tableName(instance, prefix));
        report.add(
          "conflict",
          start.statement,
          `the next tables of ${formatPrefix(start.prefix)} lead in a circle: ${names.join(" > ")}`,
        );
      }
      for (const route of loop) reported.add(route);
      break;
    }
  }
}

function tableName(instance: string, { family }: Prefix): string {
  return instance === DEFAULT_INSTANCE ? `${family}.0` : `${instance}.${family}.0`;
}

function nextTablesOf({ instance, routes }: RoutingTables): NextTable[] {
  return routes.items().flatMap((route) => {
    const prefix = parsePrefix(route.get("name").text ?? "");
    const statement = route.get("next-table");
    const target = parseTable(statement.text ?? "");
    if (prefix === undefined || target?.family !== prefix.family) return [];
    return [{ instance, prefix, statement, target: target.instance }];
  });
}

function routesOf(tables: RoutingTables, nextTables: readonly NextTable[]): ReadonlyMap<string, NextTable | "out"> {
  const statics = tables.routes.items().flatMap((route) => {
    const prefix = parsePrefix(route.get("name").text ?? "");
    return prefix === undefined ? [] : [[keyOf(prefix, prefix.length), "out"] as const];
  });
  const inner = nextTables.map((next) => [keyOf(next.prefix, next.prefix.length), next] as const);
  const units = tables.isForwarding ? [] : [...(tables.units?.values() ?? [])];
  const connected = units.flatMap(({ addresses }) =>
    addresses.map(({ prefix }) => [keyOf(prefix, prefix.length), "out"] as const),
  );
  return new Map<string, NextTable | "out">([...statics, ...inner, ...connected]);
}

/** longest gives the route with the longest prefix that holds all of a prefix. */
function longest(lookup: Lookup, instance: string, prefix: Prefix): NextTable | "out" | undefined {
  const routes = lookup.get(instance);
  for (let length = prefix.length; length >= 0; length--) {
    const route = routes?.get(keyOf(prefix, length));
    if (route !== undefined) return route;
  }
  return undefined;
}

function keyOf(prefix: Prefix, length: number): string {
  const { low } = prefixRange({ ...prefix, length });
  return `${prefix.family} ${low >> BigInt(addressBits(prefix.family) - length)}/${length}`;
}
