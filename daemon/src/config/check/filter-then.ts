// filter-then.ts: the actions of a filter's term. SPDX-License-Identifier: Apache-2.0
import { DEFAULT_INSTANCE } from "../instance-table.js";
import type { Statement } from "../statement.js";
import { checkForwardingClass, type ForwardingClassNames } from "./forwarding-classes.js";
import type { Policers } from "./policers.js";
import type { Report } from "./report.js";

export interface ActionNames {
  readonly policers: Policers;
  readonly forwardingClasses: ForwardingClassNames;
  readonly instances: ReadonlyMap<string, Statement>;
}

export function checkThen(report: Report, then: Statement, names: ActionNames): void {
  checkEnd(report, then);
  checkPolicer(report, then, names.policers);
  const rate = then.get("log-rate");
  if (rate.present && !then.get("log").present && !then.get("syslog").present)
    report.add("conflict", rate, "a term without log or syslog logs nothing whose rate could be limited");
  checkForwardingClass(report, then.get("forwarding-class"), names.forwardingClasses);
  const instance = then.get("routing-instance");
  const name = instance.text;
  if (name !== undefined && name !== DEFAULT_INSTANCE && !names.instances.has(name)) {
    report.dangling(instance, "routing-instance", name, () => [...names.instances.keys(), DEFAULT_INSTANCE]);
  }
}

function checkEnd(report: Report, then: Statement): void {
  const [first, ...more] = ["accept", "discard", "reject", "next"].filter((name) => then.get(name).present);
  for (const other of more)
    report.add("conflict", then.get(other), `${other} contradicts ${first!}: a term has one way to end`);
  const instance = then.get("routing-instance");
  if (instance.present && (first === "discard" || first === "reject"))
    report.add("conflict", instance, `a packet that meets ${first} is routed by no routing-instance`);
}

function checkPolicer(report: Report, then: Statement, policers: Policers): void {
  const [two, three] = [then.get("policer"), then.get("three-color-policer")];
  if (two.present && three.present) report.add("conflict", three, "a term has one policer");
  const loss = then.get("loss-priority");
  if (loss.present && three.present)
    report.add("conflict", loss, "the three-color-policer of this term sets the loss priority");
  checkReference(report, two, "policer", policers.twoColor, policers.threeColor);
  for (const kind of ["single-rate", "two-rate"]) {
    const reference = three.get(kind);
    checkReference(report, reference, "three-color-policer", policers.threeColor, policers.twoColor);
    const policer = policers.threeColor.get(reference.text ?? "");
    const other = kind === "single-rate" ? "two-rate" : "single-rate";
    if (policer?.get(kind).present === false && policer.get(other).present)
      report.add("reference", reference, `three-color-policer '${reference.text!}' is ${other}`);
  }
}

function checkReference(
  report: Report,
  reference: Statement,
  kind: "policer" | "three-color-policer",
  policers: ReadonlyMap<string, Statement>,
  others: ReadonlyMap<string, Statement>,
): void {
  const name = reference.text;
  if (name === undefined || policers.has(name)) return;
  const otherKind = kind === "policer" ? "three-color-policer" : "policer";
  if (others.has(name)) report.add("reference", reference, `'${name}' is a ${otherKind}; name it under ${otherKind}`);
  else report.dangling(reference, kind, name, () => policers.keys());
}
