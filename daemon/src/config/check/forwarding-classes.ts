// forwarding-classes.ts: the forwarding classes that others may name. SPDX-License-Identifier: Apache-2.0
import { defaultForwardingClasses, MAX_FORWARDING_CLASSES } from "../forwarding-class.js";
import type { Statement } from "../statement.js";
import { declare, type Report } from "./report.js";

/** ForwardingClassNames: ids by name, the default ones first. */
export type ForwardingClassNames = ReadonlyMap<string, number>;

export function checkForwardingClasses(report: Report, classes: Statement): ForwardingClassNames {
  const own = declare(report, "forwarding class", classes.items());
  const names = [...new Set([...defaultForwardingClasses, ...own.keys()])];
  if (names.length > MAX_FORWARDING_CLASSES) {
    const count = `expected at most ${MAX_FORWARDING_CLASSES} with the ${defaultForwardingClasses.length} default ones`;
    report.add("limit", classes, `${count}, found ${names.length}`);
  }
  return new Map(names.map((name, id) => [name, id]));
}

/** checkForwardingClass reports a name that no forwarding class has. */
export function checkForwardingClass(report: Report, statement: Statement, names: ForwardingClassNames): void {
  const name = statement.text;
  if (name !== undefined && !names.has(name)) report.dangling(statement, "forwarding class", name, () => names.keys());
}
