// policers.ts: policers and three-color policers. SPDX-License-Identifier: Apache-2.0
import { bitRate, parseWithin } from "../quantity.js";
import type { Statement } from "../statement.js";
import { checkForwardingClass, type ForwardingClassNames } from "./forwarding-classes.js";
import { declare, type Report } from "./report.js";

export interface Policers {
  readonly twoColor: ReadonlyMap<string, Statement>;
  readonly threeColor: ReadonlyMap<string, Statement>;
}

/** The names of both kinds are apart, since counters of both stand in one list. */
export function checkPolicers(report: Report, firewall: Statement, classes: ForwardingClassNames): Policers {
  const two = firewall.get("policer").items();
  const three = firewall.get("three-color-policer").items();
  const twoColor = declare(report, "policer", two);
  const all = declare(report, "policer", three, new Map(twoColor));
  for (const policer of two) checkThen(report, policer.get("then"), classes);
  for (const policer of [...two, ...three]) checkSharing(report, policer);
  for (const policer of three) checkRates(report, policer);
  return { twoColor, threeColor: new Map([...all].filter(([name]) => !twoColor.has(name))) };
}

function checkSharing(report: Report, policer: Statement): void {
  const perUnit = policer.get("logical-interface-policer");
  if (perUnit.present && policer.get("filter-specific").present) {
    report.add("conflict", perUnit, "a filter-specific policer belongs to a filter, not to a logical interface");
  }
}

function checkThen(report: Report, then: Statement, classes: ForwardingClassNames): void {
  const marks = ["loss-priority", "forwarding-class", "out-of-profile"].filter((name) => then.get(name).present);
  if (then.get("discard").present && marks.length > 0) {
    report.add("conflict", then.get(marks[0]!), `what is discarded has no use for ${marks.join(" and ")}`);
  }
  const outOfProfile = then.get("out-of-profile");
  if (outOfProfile.present && then.get("loss-priority").present) {
    report.add("conflict", outOfProfile, "out-of-profile stands for a loss-priority, and there is one already");
  }
  checkForwardingClass(report, then.get("forwarding-class"), classes);
}

function checkRates(report: Report, policer: Statement): void {
  for (const kind of ["single-rate", "two-rate"]) {
    const mode = policer.get(kind);
    const aware = mode.get("color-aware");
    if (aware.present && mode.get("color-blind").present)
      report.add("conflict", aware, "a policer is color-aware or color-blind, not both");
    const [committed, peak] = [mode.get("committed-information-rate"), mode.get("peak-information-rate")];
    const [low, high] = [committed, peak].map(({ scalar }) =>
      scalar === undefined ? undefined : parseWithin(scalar, bitRate),
    );
    if (low !== undefined && high !== undefined && high < low) {
      report.add("conflict", peak, `the peak rate ${peak.scalar!} is below the committed rate ${committed.scalar!}`);
    }
  }
}
