#!/usr/bin/env node
// main.ts: `ringwall`: runs one command and ends with the exit code that says how it went. SPDX-License-Identifier: Apache-2.0
import { CommanderError, type Command } from "commander";

import { errorText } from "../base/coded-error.js";
import { RefusedError } from "./client.js";
import { paletteFor } from "./colour.js";
import { CliError, Exit } from "./exit.js";
import { buildProgram } from "./program.js";

// `ringwall log | head`: whoever reads no further has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? Exit.OK : Exit.REFUSED),
);

const program = buildProgram();
throwInsteadOfExit(program);
try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown);
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}

function report(thrown: unknown): Exit {
  const palette = paletteFor(process.stderr.isTTY, process.env);
  if (thrown instanceof CommanderError) {
    // Commander has printed its message, or the help that was asked for.
    return thrown.exitCode === 0 ? Exit.OK : Exit.USAGE;
  }
  const isJson = program.opts<{ json?: boolean }>().json === true || process.argv.includes("--json");
  if (isJson && thrown instanceof RefusedError) process.stdout.write(`${JSON.stringify(thrown.body, null, 2)}\n`);
  else if (thrown instanceof RefusedError) process.stderr.write(`${thrown.text(palette.red("x") !== "x")}\n`);
  else process.stderr.write(`${palette.red("error:")} ${errorText(thrown)}\n`);
  return thrown instanceof CliError ? thrown.exit : Exit.REFUSED;
}
