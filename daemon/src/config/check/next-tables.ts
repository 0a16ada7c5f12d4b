// next-tables.ts: routes that lead into other tables must not lead back. SPDX-License-Identifier: Apache-2.0
import { addressBits, formatPrefix, parsePrefix, prefixRange, type Prefix } from "../address.js";
import { DEFAULT_INSTANCE, parseTable } from "../instance-table.js";
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";
import type { RoutingTables } from "./routes.js";

/** MAX_TABLES: how many tables the helper looks up for one packet, the first included. */
export const MAX_TABLES = 4;

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
    const { way, loop } = follow(lookup, start);
    const name = formatPrefix(start.prefix);
    if (loop.length > 0 && !loop.some((route) => reported.has(route))) {
      const names = [...loop, loop[0]!].map(({ instance, prefix }) => tableName(instance, prefix));
      report.add("conflict", start.statement, `the next tables of ${name} lead in a circle: ${names.join(" > ")}`);
    } else if (loop.length === 0 && way.length >= MAX_TABLES) {
      report.add(
        "limit",
        start.statement,
        `expected at most ${MAX_TABLES} tables on the way of ${name}, found ${way.length + 1}`,
      );
    }
    for (const route of loop) reported.add(route);
  }
}

/** follow gives the routes to other tables that a route leads to, itself the first; `loop`: those that lead back to each other. */
function follow(lookup: Lookup, start: NextTable): { readonly way: NextTable[]; readonly loop: NextTable[] } {
  const way = [start];
  for (;;) {
    const next = longest(lookup, way.at(-1)!.target, start.prefix);
    if (next === undefined || next === "out") return { way, loop: [] };
    const before = way.indexOf(next);
    if (before >= 0) return { way, loop: way.slice(before) };
    way.push(next);
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
