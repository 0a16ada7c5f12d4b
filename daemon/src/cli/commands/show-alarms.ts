// show-alarms.ts: `ringwall show security alarms`: what wants an operator's attention. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { AlarmView } from "../../http/api.js";
import { contextOf } from "../context.js";
import { tableText } from "../table.js";

export function registerShowAlarms(security: Command): void {
  security
    .command("alarms")
    .summary("what is raised: source pools that are nearly or entirely used up")
    .description("Shows the alarms that are raised, the oldest first.")
    .addHelpText("after", "\nExample:\n  ringwall show security alarms")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const alarms = await context.client.get<AlarmView[]>("/alarms");
      context.printResult(alarms, () => alarmsText(alarms));
    });
}

export function alarmsText(alarms: readonly AlarmView[]): string {
  if (alarms.length === 0) return "no alarms";
  return tableText(
    [
      { title: "since", value: (row) => row.since },
      { title: "alarm", value: (row) => row.name },
      { title: "about", value: (row) => row.text },
    ],
    alarms,
  );
}
