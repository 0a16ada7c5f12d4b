// show-security.ts: `ringwall show security …`: what security services do. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import { registerShowAlarms } from "./show-alarms.js";
import { registerShowNat } from "./show-nat.js";
import { registerShowScreen } from "./show-screen.js";

export function registerShowSecurity(show: Command): void {
  const security = show
    .command("security")
    .summary("address translation, screens and alarms")
    .description("Shows what security services do.");
  registerShowNat(security);
  registerShowAlarms(security);
  registerShowScreen(security);
}
