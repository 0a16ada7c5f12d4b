// diff.ts: `ringwall diff FILE`: what would applying change? SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { DiffReply } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf, readConfiguration } from "../context.js";

export function registerDiff(program: Command): void {
  program
    .command("diff")
    .argument("<file>", "configuration, YAML or JSON; - for standard input")
    .summary("show what applying a configuration would change")
    .description(
      "Compares a configuration with the active one, statement by statement: notation, order of keys and comments do not count. Exits with 0 whether they differ or not.",
    )
    .addHelpText("after", "\nExample:\n  ringwall diff ringwall.yaml")
    .action(async (file: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const reply = await context.client.post<DiffReply>("/diff", { text: readConfiguration(file), name: file });
      context.printResult(reply, (palette) => (reply.same ? "no difference" : coloured(reply.diff, palette)));
    });
}

/** By the first character: added, removed, changed, moved. */
const PAINT: Readonly<Record<string, keyof Palette>> = { "+": "green", "-": "red", "~": "yellow", ">": "blue" };

function coloured(diff: string, palette: Palette): string {
  return diff
    .trimEnd()
    .split("\n")
    .map((line) => palette[PAINT[line.charAt(0)] ?? "dim"](line))
    .join("\n");
}
