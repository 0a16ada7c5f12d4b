// screens.ts: ids-options, and the zones that name them. SPDX-License-Identifier: Apache-2.0
import type { Statement } from "../statement.js";
import { declare, reportDuplicates, type Report } from "./report.js";

/** checkScreens reports on `security screen` and on the screens of zones. */
export function checkScreens(report: Report, security: Statement): void {
  const options = security.get("screen", "ids-option").items();
  const screens = declare(report, "ids-option", options);
  const cookies = security.get("flow", "syn-flood-protection-mode").present;
  for (const option of options) checkSynFlood(report, option.get("tcp", "syn-flood"), cookies);
  for (const zone of security.get("zones", "security-zone").items()) {
    const screen = zone.get("screen");
    if (screen.text !== undefined && !screens.has(screen.text))
      report.dangling(screen, "ids-option", screen.text, () => screens.keys());
  }
}

/** What has a meaning with SYN cookies only, whose default would otherwise pass for something that is done. */
const OF_COOKIES = ["alarm-threshold", "queue-size", "timeout"];

function checkSynFlood(report: Report, flood: Statement, cookies: boolean): void {
  for (const name of cookies ? [] : OF_COOKIES) {
    const why = `'${name}' needs 'security flow syn-flood-protection-mode syn-cookie': without it all beyond attack-threshold are dropped`;
    if (flood.get(name).present) report.add("conflict", flood.get(name), why);
  }
  const lists = flood.get("white-list").items();
  declare(report, "white-list", lists);
  for (const list of lists) {
    const sides = ["source-address", "destination-address"].map((name) => list.get(name));
    if (list.isMapping && !sides.some((side) => side.present))
      report.missing(list, "source-address", "a white list without addresses would hold everything");
    for (const side of sides) reportDuplicates(report, "prefix", side.items());
  }
}
