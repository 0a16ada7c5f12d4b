// apply.ts: `ringwall apply FILE` and `ringwall rollback N`: put a configuration in force. SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError, type Command } from "commander";

import type { ApplyReply } from "../../http/api.js";
import { contextOf, readConfiguration, type Context } from "../context.js";

export function registerApply(program: Command): void {
  program
    .command("apply")
    .argument("<file>", "configuration, YAML or JSON; - for standard input")
    .summary("put a configuration in force, whole or not at all")
    .description(
      "Checks a configuration, hands it to the helper, and makes it the active one once the helper has taken it. If anything is wrong nothing changes, and every error is named with its place.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall apply ringwall.yaml\n  ringwall diff ringwall.yaml && ringwall apply ringwall.yaml",
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const text = readConfiguration(file);
      printApplied(context, await context.client.post<ApplyReply>("/apply", { text, name: file }));
    });
}

export function registerRollback(program: Command): void {
  program
    .command("rollback")
    .argument("<n>", "how many commits back; 1 is the one before the active one", historyIndex)
    .summary("put an earlier configuration in force")
    .description(
      "Applies an earlier configuration again, as a new commit. `ringwall show history` lists what there is.",
    )
    .addHelpText("after", "\nExamples:\n  ringwall show history\n  ringwall rollback 1")
    .action(async (index: number, _options: unknown, command: Command) => {
      const context = contextOf(command);
      printApplied(context, await context.client.post<ApplyReply>("/rollback", { index }));
    });
}

function printApplied(context: Context, reply: ApplyReply): void {
  context.printResult(reply, (palette) =>
    reply.unchanged
      ? `nothing to change: this configuration is in force as generation ${reply.generation}`
      : palette.green(`in force as generation ${reply.generation}`),
  );
}

function historyIndex(text: string): number {
  const index = Number(text);
  if (!/^[0-9]+$/.test(text) || index < 1 || index > 1000)
    throw new InvalidArgumentError("expected a number from 1 to 1000.");
  return index;
}
