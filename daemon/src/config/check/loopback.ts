// loopback.ts: lo0 and its units, which take filters for packets to this host and nothing else. SPDX-License-Identifier: Apache-2.0
import { LOOPBACK } from "../loopback.js";
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";

/** LoopbackUnits by name, lo0.0. */
export type LoopbackUnits = ReadonlyMap<string, Statement>;

const NOTHING_ELSE =
  "lo0 is this host itself: it takes the filter input or input-list of a unit's family inet or inet6, and nothing else";

export function checkLoopback(report: Report, loopback: Statement): LoopbackUnits {
  const units = new Map<string, Statement>();
  refuseOthers(report, loopback, ["description", "unit"]);
  for (const [number, unit] of loopback.get("unit").entries()) {
    units.set(`${LOOPBACK}.${number}`, unit);
    refuseOthers(report, unit, ["description", "family"]);
    for (const [, family] of unit.get("family").entries()) {
      refuseOthers(report, family, ["filter"]);
      refuseOthers(report, family.get("filter"), ["input", "input-list"]);
    }
  }
  return units;
}

function refuseOthers(report: Report, statement: Statement, allowed: readonly string[]): void {
  for (const [name, inner] of statement.entries()) {
    if (!allowed.includes(name)) report.add("conflict", inner, NOTHING_ELSE);
  }
}
