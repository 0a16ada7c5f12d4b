// screens.ts: ids-options, and the zones that name them. SPDX-License-Identifier: Apache-2.0
import type { Statement } from "../statement.js";
import { declare, type Report } from "./report.js";

/** checkScreens reports on `security screen` and on the screens of zones. */
export function checkScreens(report: Report, security: Statement): void {
  const screens = declare(report, "ids-option", security.get("screen", "ids-option").items());
  for (const zone of security.get("zones", "security-zone").items()) {
    const screen = zone.get("screen");
    if (screen.text !== undefined && !screens.has(screen.text))
      report.dangling(screen, "ids-option", screen.text, () => screens.keys());
  }
}
