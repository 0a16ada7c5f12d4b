// interfaces.ts: devices, VLANs and addresses of interfaces and units. SPDX-License-Identifier: Apache-2.0
import {
  formatPrefix,
  isConnected,
  isLinkLocal,
  parsePrefix,
  prefixRange,
  type IpAddress,
  type Prefix,
} from "../address.js";
import { LOOPBACK } from "../loopback.js";
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";

export const MAX_UNITS = 4095;
const MAX_UNIT_NUMBER = 16384;
/** RFC 8200 5 */
const IPV6_MINIMUM_MTU = 1280;

/** UnitStatement: a logical interface that is there, with what is readable of it. */
export interface UnitStatement {
  readonly name: string;
  readonly statement: Statement;
  readonly addresses: readonly UnitAddress[];
}

export interface UnitAddress {
  readonly prefix: Prefix;
  readonly statement: Statement;
}

const DEVICE = /^(?!\.{1,2}$)[A-Za-z0-9_.@-]{1,15}$/;

/** Units by name; undefined where `interfaces` itself is missing or unreadable, so that not every name in it is an error too. */
export type Units = ReadonlyMap<string, UnitStatement> | undefined;

/**
 * checkInterfaces reports on `interfaces` but lo0 and gives the units. instanceOf tells the routing instance of a unit: each has
 * its own addresses.
 */
export function checkInterfaces(report: Report, interfaces: Statement, instanceOf: (unit: string) => string): Units {
  const units = new Map<string, UnitStatement>();
  const devices = new Map<string, string>();
  for (const [name, statement] of interfaces.entries()) {
    if (name === LOOPBACK) continue;
    checkDevice(report, name, statement, devices);
    checkVlans(report, statement);
    for (const [number, unit] of unitsOf(statement)) {
      units.set(`${name}.${number}`, { name: `${name}.${number}`, statement: unit, addresses: addressesOf(unit) });
      checkMtu(report, unit, statement.get("mtu"));
    }
  }
  if (units.size > MAX_UNITS)
    report.add("limit", interfaces, `expected at most ${MAX_UNITS} units, found ${units.size}`);
  for (const own of groupBy([...units.values()], ({ name }) => instanceOf(name))) checkAddresses(report, own);
  return interfaces.isMapping ? units : undefined;
}

function unitsOf(statement: Statement): [number: string, unit: Statement][] {
  return statement
    .get("unit")
    .entries()
    .filter(([number]) => /^[0-9]{1,5}$/.test(number) && Number(number) <= MAX_UNIT_NUMBER);
}

/** connectedUnits gives the units with a connected prefix that holds the address. */
export function connectedUnits(units: Iterable<UnitStatement>, address: IpAddress): UnitStatement[] {
  return [...units].filter((unit) => unit.addresses.some(({ prefix }) => isConnected(prefix, address)));
}

function checkDevice(report: Report, name: string, statement: Statement, devices: Map<string, string>): void {
  const device = statement.get("device").text ?? name;
  if (device === "lo") {
    report.add(
      "conflict",
      statement,
      "the device 'lo' is this host itself and carries no traffic of others; filters for this host stand on lo0",
    );
  } else if (!statement.get("device").present && !DEVICE.test(name)) {
    report.missing(statement, "device", `'${name}' cannot be the name of a Linux device`);
  }
  const other = devices.get(device);
  if (other !== undefined) {
    const at = statement.get("device").present ? statement.get("device") : statement;
    report.add("conflict", at, `the device '${device}' is already that of interface '${other}'`);
  } else {
    devices.set(device, name);
  }
}

function checkVlans(report: Report, statement: Statement): void {
  const tagging = statement.get("vlan-tagging").isTrue;
  const byVlan = new Map<number, string>();
  for (const [number, unit] of unitsOf(statement)) {
    const vlan = unit.get("vlan-id");
    if (vlan.present && !tagging) report.add("conflict", vlan, "vlan-id needs vlan-tagging on the interface");
    if (!vlan.present && tagging) {
      report.missing(unit, "vlan-id", "the interface has vlan-tagging");
      continue;
    }
    const id = vlan.present ? vlan.number : 0;
    if (id === undefined) continue;
    const other = byVlan.get(id);
    if (other === undefined) byVlan.set(id, number);
    else if (id > 0) report.add("conflict", vlan, `unit ${other} has VLAN ${id} already`);
    else {
      const hint = "tell units apart by vlan-tagging and vlan-id";
      report.add("conflict", unit, `unit ${other} has the untagged traffic already; ${hint}`);
    }
  }
}

function checkMtu(report: Report, unit: Statement, interfaceMtu: Statement): void {
  const most = interfaceMtu.number;
  if (most === undefined) return;
  for (const family of ["inet", "inet6"]) {
    const mtu = unit.get("family", family, "mtu");
    if (mtu.number !== undefined && mtu.number > most) {
      report.add("conflict", mtu, `${mtu.number} is larger than the interface's mtu of ${most}`);
    }
  }
  const inet6 = unit.get("family", "inet6");
  if (inet6.present && !inet6.get("mtu").present && most < IPV6_MINIMUM_MTU) {
    report.add("conflict", inet6, `IPv6 needs an mtu of at least ${IPV6_MINIMUM_MTU}; the interface's is ${most}`);
  }
}

function addressesOf(unit: Statement): UnitAddress[] {
  return ["inet", "inet6"].flatMap((family) =>
    unit
      .get("family", family, "address")
      .items()
      .flatMap((statement) => {
        const prefix = statement.text?.includes("/") === true ? parsePrefix(statement.text) : undefined;
        return prefix?.family === family ? [{ prefix, statement }] : [];
      }),
  );
}

/** Prefixes either hold one another or are apart, so in order of their first address the enclosing ones form a stack. */
function checkAddresses(report: Report, units: readonly UnitStatement[]): void {
  const all = units.flatMap((unit, order) =>
    unit.addresses.map((address) => ({ ...address, unit, order, range: prefixRange(address.prefix) })),
  );
  for (const family of ["inet", "inet6"] as const) {
    const sorted = all
      .filter(({ prefix }) => prefix.family === family)
      .toSorted((a, b) =>
        a.range.low < b.range.low
          ? -1
          : a.range.low > b.range.low
            ? 1
            : a.prefix.length - b.prefix.length || a.order - b.order,
      );
    const enclosing: typeof sorted = [];
    for (const entry of sorted) {
      while (enclosing.length > 0 && enclosing.at(-1)!.range.high < entry.range.low) enclosing.pop();
      const same = enclosing.find((other) => other.unit === entry.unit && other.prefix.value === entry.prefix.value);
      const overlapping = enclosing.find((other) => other.unit !== entry.unit);
      const text = entry.statement.text!;
      if (same !== undefined)
        report.add("duplicate", entry.statement, `${text} and ${same.statement.text!} are the same address`);
      else if (overlapping !== undefined && !isLinkLocal(entry.prefix)) {
        const other = `${overlapping.statement.text!} of ${overlapping.unit.name}`;
        report.add(
          "conflict",
          entry.statement,
          `${text} overlaps ${other}: ${formatPrefix(overlapping.prefix)} must be connected once`,
        );
      }
      enclosing.push(entry);
    }
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
