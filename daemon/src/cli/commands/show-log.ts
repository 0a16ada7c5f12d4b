// show-log.ts: `ringwall show log …`: what became of events. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import { registerShowLogAccounting } from "./show-log-accounting.js";

export function registerShowLog(show: Command): void {
  const log = show
    .command("log")
    .summary("what became of events")
    .description("Shows what became of the events that are logged.");

  registerShowLogAccounting(log);
}
