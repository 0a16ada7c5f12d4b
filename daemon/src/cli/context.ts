// context.ts: what every command gets: where to write, how to colour, whom to ask. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import type { Command } from "commander";

import { errorText } from "../base/coded-error.js";
import { DEFAULT_RUN_DIR } from "../base/run-paths.js";
import { DaemonClient } from "./client.js";
import { paletteFor, type Palette } from "./colour.js";
import { CliError, Exit } from "./exit.js";

interface GlobalOptions {
  readonly runDir?: string;
  readonly json?: boolean;
}

/** Context is made for one run of one command. */
export interface Context {
  readonly client: DaemonClient;
  readonly isJson: boolean;
  readonly palette: Palette;
  readonly isColoured: boolean;
  /** print writes one text and a line end to standard output. */
  print(text: string): void;
  /** printResult writes a value as JSON for programs, or as text for people. */
  printResult(value: unknown, text: (palette: Palette) => string): void;
}

/** contextOf reads the options that all commands share. */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const palette = paletteFor(process.stdout.isTTY || (process.env["FORCE_COLOR"] ?? "") !== "", process.env);
  const isJson = options.json === true;
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  return {
    client: new DaemonClient(options.runDir ?? process.env["RINGWALL_RUN_DIR"] ?? DEFAULT_RUN_DIR),
    isJson,
    palette,
    isColoured: palette.bold("x") !== "x",
    print,
    printResult: (value, text) => print(isJson ? JSON.stringify(value, null, 2) : text(palette)),
  };
}

/** readConfiguration reads a configuration file; "-" is standard input. */
export function readConfiguration(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new CliError(Exit.REFUSED, "unreadable", `cannot read ${file}: ${errorText(cause)}`, { cause });
  }
}
