// check.ts: `ringwall check FILE`: is this a configuration? Works without the daemon. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import { formatConfigErrors } from "../../config/error.js";
import { checkText } from "../../state/candidate.js";
import { contextOf, readConfiguration } from "../context.js";
import { Exit } from "../exit.js";

export function registerCheck(program: Command): void {
  program
    .command("check")
    .argument("<file>", "configuration, YAML or JSON; - for standard input")
    .summary("check a configuration; needs no daemon")
    .description(
      "Checks a configuration and names every error with its place. Needs neither daemon nor helper, and changes nothing.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall check ringwall.yaml\n  ringwall check - < ringwall.yaml && echo fine",
    )
    .action((file: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const errors = checkText(readConfiguration(file), file);
      const ok = errors.length === 0;
      context.printResult({ ok, errors }, (palette) =>
        ok
          ? palette.green(`${file} is a valid configuration`)
          : formatConfigErrors(errors, { color: context.isColoured }),
      );
      if (!ok) process.exitCode = Exit.REFUSED;
    });
}
