// routing-instances.ts: routing instances, whose interfaces they have, and the routes of all of them.
// SPDX-License-Identifier: Apache-2.0
import { STATIC_PREFERENCE } from "../compile-routes.js";
import { DEFAULT_INSTANCE, RESERVED_INSTANCES } from "../instance-table.js";
import { didYouMean } from "../nearest.js";
import type { Statement } from "../statement.js";
import type { Units } from "./interfaces.js";
import type { LoopbackUnits } from "./loopback.js";
import { checkNextTables } from "./next-tables.js";
import { declare, reportDuplicates, type Report } from "./report.js";
import { checkRoutes, type RoutingTables } from "./routes.js";

/** MAX_ROUTES of all instances. */
export const MAX_ROUTES = 262144;

/** Instances by name; the default one is not among them. */
export type Instances = ReadonlyMap<string, Statement>;

/** instanceOfUnit tells for each unit that is named in a routing instance in which one: the first, if there are more. */
export function instanceOfUnit(instances: Statement): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const instance of instances.items()) {
    const name = instance.get("name").text;
    if (name === undefined) continue;
    for (const { text } of instance.get("interface").items()) {
      if (text !== undefined && !owners.has(text)) owners.set(text, name);
    }
  }
  return owners;
}

export function checkInstances(
  report: Report,
  instances: Statement,
  units: Units,
  loopbacks: LoopbackUnits,
): Instances {
  const byName = declare(report, "routing-instance", instances.items(), new Map(), (name) =>
    RESERVED_INSTANCES.has(name),
  );
  const owners = instanceOfUnit(instances);
  for (const instance of instances.items()) {
    const members = instance.get("interface");
    if (members.present && instance.get("instance-type").text === "forwarding") {
      const hint = "it routes what filters steer into it";
      report.add("conflict", members, `a forwarding instance has no interfaces of its own; ${hint}`);
    }
    reportDuplicates(report, "interface", members.items());
    for (const member of members.items()) checkMember(report, member, instance, { units, loopbacks, owners });
  }
  checkKernelTables(report, instances);
  checkLoopbacks(report, loopbacks, owners);
  return byName;
}

/** The kernel's own tables are those of the default instance, and of no other. */
const KERNEL_TABLES = new Map([
  [253, "default"],
  [254, "main"],
  [255, "local"],
]);

function checkKernelTables(report: Report, instances: Statement): void {
  const owners = new Map<number, string>();
  for (const instance of instances.items()) {
    const table = instance.get("kernel-table");
    if (table.number === undefined) continue;
    const own = KERNEL_TABLES.get(table.number);
    const owner = owners.get(table.number);
    if (own !== undefined) report.add("value", table, `${table.number} is the kernel's table '${own}'`);
    else if (instance.get("instance-type").text === "forwarding")
      report.add("conflict", table, "a forwarding instance has its static routes alone");
    else if (owner !== undefined)
      report.add("conflict", table, `table ${table.number} is that of routing-instance '${owner}' already`);
    else owners.set(table.number, instance.get("name").text ?? "");
  }
}

interface Membership {
  readonly units: Units;
  readonly loopbacks: LoopbackUnits;
  readonly owners: ReadonlyMap<string, string>;
}

function checkMember(
  report: Report,
  member: Statement,
  instance: Statement,
  { units, loopbacks, owners }: Membership,
): void {
  const name = member.text;
  if (name === undefined || units === undefined) return;
  if (!units.has(name) && !loopbacks.has(name)) {
    const known = [...units.keys(), ...loopbacks.keys()];
    const hint = known.includes(`${name}.0`) ? `; did you mean '${name}.0'?` : didYouMean(name, known);
    report.add("reference", member, `no interface unit named '${name}'${hint}`, {
      expected: "an interface unit",
      found: `'${name}'`,
    });
    return;
  }
  const owner = owners.get(name);
  if (owner !== instance.get("name").text)
    report.add("conflict", member, `'${name}' is in routing-instance '${owner ?? ""}' already`);
}

/** Packets to this host meet one filter, so an instance has one unit of lo0. */
function checkLoopbacks(report: Report, loopbacks: LoopbackUnits, owners: ReadonlyMap<string, string>): void {
  const unitOf = new Map<string, string>();
  for (const [name, statement] of loopbacks) {
    const instance = owners.get(name) ?? DEFAULT_INSTANCE;
    const other = unitOf.get(instance);
    if (other === undefined) unitOf.set(instance, name);
    else
      report.add(
        "conflict",
        statement,
        `${name} is in the same routing-instance as ${other} (${instance}); each has one unit of lo0`,
      );
  }
}

/** checkAllRoutes reports on the static routes of the default instance and of all others. */
export function checkAllRoutes(report: Report, root: Statement, units: Units, instances: Instances): void {
  const entries = root.get("routing-instances").items();
  const owners = instanceOfUnit(root.get("routing-instances"));
  const unitsOf = (instance: string): Units =>
    units && new Map([...units].filter(([name]) => (owners.get(name) ?? DEFAULT_INSTANCE) === instance));
  const tables: RoutingTables[] = [
    {
      instance: DEFAULT_INSTANCE,
      routes: root.get("routing-options", "static", "route"),
      units: unitsOf(DEFAULT_INSTANCE),
      isForwarding: false,
    },
    ...entries.map((entry) => {
      const instance = entry.get("name").text ?? "";
      const isForwarding = entry.get("instance-type").text === "forwarding";
      return {
        instance,
        routes: entry.get("routing-options", "static", "route"),
        units: unitsOf(isForwarding ? DEFAULT_INSTANCE : instance),
        isForwarding,
      };
    }),
  ];
  for (const table of tables) checkRoutes(report, table, { units, instances });
  const count = tables.reduce(
    (sum, { routes }) => sum + routes.items().reduce((all, one) => all + routesOf(one), 0),
    0,
  );
  if (count > MAX_ROUTES)
    report.add(
      "limit",
      root.get("routing-instances"),
      `expected at most ${MAX_ROUTES} routes in all tables, found ${count}`,
    );
  checkNextTables(report, tables);
}

/** routesOf: a route stands for one for each preference of its next hops. */
function routesOf(route: Statement): number {
  const own = route.get("preference").number ?? STATIC_PREFERENCE;
  const qualified = route.get("qualified-next-hop").items();
  return new Set(qualified.map((hop) => hop.get("preference").number ?? own).concat(own)).size;
}
