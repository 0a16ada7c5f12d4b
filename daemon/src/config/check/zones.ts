// zones.ts: zones, which units are in them, and what their hosts may reach here. SPDX-License-Identifier: Apache-2.0
import { isLoopbackUnit } from "../loopback.js";
import { nearest } from "../nearest.js";
import type { Statement } from "../statement.js";
import type { Units } from "./interfaces.js";
import { declare, reportDuplicates, type Report } from "./report.js";

const RESERVED: ReadonlySet<string> = new Set(["any", "junos-host", "junos-global"]);

/** Zones by name; undefined where the list itself is missing or unreadable, so that not every name in it is an error too. */
export type Zones = ReadonlyMap<string, Statement> | undefined;

/** checkZones reports on `security zones` and gives the zones. */
export function checkZones(report: Report, zones: Statement, units: Units): Zones {
  const list = zones.get("security-zone");
  const entries = list.items();
  const byName = declare(report, "security-zone", entries, new Map(), (name) => RESERVED.has(name));
  const zoneOf = new Map<string, string>();
  const misspelt = new Set<string>();
  for (const zone of entries) {
    checkHostInbound(report, zone.get("host-inbound-traffic"));
    for (const item of zone.get("interfaces").items()) {
      const reference = item.text === undefined ? item.get("name") : item;
      checkHostInbound(report, item.get("host-inbound-traffic"));
      if (units !== undefined) checkMember(report, reference, zone.get("name").text ?? "", { units, zoneOf, misspelt });
    }
  }
  if (!list.isList) return undefined;
  for (const unit of units?.values() ?? []) {
    if (!zoneOf.has(unit.name) && !misspelt.has(unit.name)) {
      report.add(
        "missing",
        unit.statement,
        `${unit.name} is in no security-zone, so all its packets would be dropped`,
        { expected: "a security-zone with this interface", found: "none" },
      );
    }
  }
  return byName;
}

interface Membership {
  readonly units: NonNullable<Units>;
  readonly zoneOf: Map<string, string>;
  /** misspelt: units that a zone probably means, which makes their absence from all zones no error of its own */
  readonly misspelt: Set<string>;
}

function checkMember(
  report: Report,
  reference: Statement,
  zone: string,
  { units, zoneOf, misspelt }: Membership,
): void {
  const name = reference.text;
  if (name === undefined) return;
  if (isLoopbackUnit(name)) {
    report.add("conflict", reference, "lo0 is this host itself, which is in no zone");
    return;
  }
  if (!units.has(name)) {
    const likely = units.has(`${name}.0`) ? `${name}.0` : nearest(name, units.keys());
    const hint = likely === undefined ? "" : `; did you mean '${likely}'?`;
    report.add("reference", reference, `no interface unit named '${name}'${hint}`, {
      expected: "an interface unit",
      found: `'${name}'`,
    });
    if (likely !== undefined && !zoneOf.has(likely)) misspelt.add(likely);
    return;
  }
  const other = zoneOf.get(name);
  if (other === undefined) zoneOf.set(name, zone);
  else if (other === zone) report.add("duplicate", reference, `'${name}' stands in this zone twice`);
  else report.add("conflict", reference, `'${name}' is in zone '${other}' already`);
}

function checkHostInbound(report: Report, traffic: Statement): void {
  for (const list of ["system-services", "protocols"]) {
    const items = traffic.get(list).items();
    const names = items.map((item) => (item.text === undefined ? item.get("name") : item));
    reportDuplicates(report, "service", names);
    const hasAll = items.some(
      (item) => item.text === "all" || (item.get("name").text === "all" && !item.get("except").present),
    );
    const hasAnyService = names.some((name) => name.text === "any-service");
    items.forEach((item, index) => {
      const except = item.get("except");
      const name = names[index]?.text ?? "";
      if (!except.isTrue) return;
      if (name === "all" || name === "any-service") report.add("conflict", except, `'${name}' cannot be excepted`);
      else if (hasAnyService)
        report.add("conflict", except, "'any-service', which is in the list too, accepts every service");
      else if (!hasAll) report.add("conflict", except, `except takes something out of 'all', which is not in the list`);
    });
  }
}
