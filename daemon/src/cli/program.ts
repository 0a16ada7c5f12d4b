// program.ts: the table of commands. SPDX-License-Identifier: Apache-2.0
import { Command } from "commander";

import { DEFAULT_RUN_DIR } from "../base/run-paths.js";
import { VERSION } from "../base/version.js";
import { registerApply, registerRollback } from "./commands/apply.js";
import { registerCheck } from "./commands/check.js";
import { registerClear } from "./commands/clear.js";
import { registerCompletion } from "./commands/completion.js";
import { registerDiff } from "./commands/diff.js";
import { registerExplain } from "./commands/explain.js";
import { registerLog } from "./commands/log.js";
import { registerReplay } from "./commands/replay.js";
import { registerShow } from "./commands/show.js";
import { registerStatus } from "./commands/status.js";
import { registerTest } from "./commands/test.js";
import { registerUi } from "./commands/ui.js";

/** Each adds one command; a new command is one file and one line here. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  registerCheck,
  registerDiff,
  registerApply,
  registerRollback,
  registerStatus,
  registerShow,
  registerClear,
  registerLog,
  registerUi,
  registerTest,
  registerExplain,
  registerReplay,
  registerCompletion,
];

export function buildProgram(): Command {
  const program = new Command("ringwall")
    .description("The firewall's command line. It talks to ringwalld.")
    .version(VERSION)
    .option(
      "--run-dir <dir>",
      `directory of the daemon's socket (also RINGWALL_RUN_DIR) (default: "${DEFAULT_RUN_DIR}")`,
    )
    .option("--json", "machine-readable output")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      `
Examples:
  ringwall check ringwall.yaml      is this a configuration?
  ringwall apply ringwall.yaml      put it in force
  ringwall log --kind deny          watch what is denied
  ringwall explain --from trust 10.1.1.5:40000 192.0.2.10:443 tcp

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 daemon unreachable.`,
    );
  for (const register of COMMANDS) register(program);
  return program;
}
