#!/usr/bin/env node
// main.ts: `ringwalld`: reads the command line, starts the daemon, ends it on a signal. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { Command, CommanderError, Option } from "commander";
import { pino, destination } from "pino";

import { errorText } from "./base/coded-error.js";
import { DEFAULT_RUN_DIR, DEFAULT_STATE_DIR } from "./base/run-paths.js";
import { VERSION } from "./base/version.js";
import { formatConfigErrors } from "./config/error.js";
import { Daemon } from "./daemon.js";
import { checkText } from "./state/candidate.js";

interface Options {
  readonly runDir: string;
  readonly stateDir: string;
  readonly config?: string;
  readonly logLevel: string;
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** How long an orderly end may take before it is no longer waited for. */
const STOP_MS = 8_000;

const program = new Command("ringwalld")
  .description(
    "The firewall's daemon: keeps the configuration, gives it to the helper, and sends the log to collectors. Needs no privileges.",
  )
  .version(VERSION)
  .option("--run-dir <dir>", "sockets and event rings, shared with the helper", DEFAULT_RUN_DIR)
  .option("--state-dir <dir>", "the active configuration and its history", DEFAULT_STATE_DIR)
  .option("--config <file>", "apply this configuration at the start, unless it is the active one")
  .addOption(
    new Option("--log-level <level>", "of the daemon's own log on standard output")
      .choices(["trace", "debug", "info", "warn", "error"])
      .default("info"),
  )
  .addHelpText(
    "after",
    "\nExample:\n  ringwalld --run-dir /run/ringwall --state-dir /var/lib/ringwall --config ringwall.yaml\n\nEnds in good order on SIGTERM and SIGINT. Exit codes: 0 ended in good order, 1 failed, 2 wrong usage.",
  )
  .exitOverride();

try {
  program.parse();
  await run(program.opts<Options>());
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exit(thrown.exitCode === 0 ? 0 : EXIT_USAGE);
  process.stderr.write(`ringwalld: ${errorText(thrown)}\n`);
  process.exit(EXIT_FAILED);
}

async function run({ runDir, stateDir, config, logLevel }: Options): Promise<void> {
  const log = pino({ level: logLevel, base: { pid: process.pid } }, destination({ dest: 1, sync: true }));
  const initialText = config === undefined ? undefined : readFileSync(config, "utf8");
  if (initialText !== undefined) {
    const errors = checkText(initialText, config);
    if (errors.length > 0) {
      process.stderr.write(`${formatConfigErrors(errors)}\n`);
      process.exit(EXIT_FAILED);
    }
  }
  log.info({ version: VERSION, runDir, stateDir }, "starting");
  const daemon = new Daemon({ runDir, stateDir, ...(initialText === undefined ? {} : { initialText }) }, log);
  let isEnding = false;
  const end = (signal: string): void => {
    isEnding = true;
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error("could not end in good order in time");
      process.exit(EXIT_FAILED);
    }, STOP_MS).unref();
    void daemon.stop().then(
      () => process.exit(process.exitCode ?? 0),
      (err: unknown) => {
        log.error({ err }, "stopping failed");
        process.exit(EXIT_FAILED);
      },
    );
  };
  process.once("SIGTERM", () => end("SIGTERM"));
  process.once("SIGINT", () => end("SIGINT"));
  await daemon.start();
  if (!isEnding) log.info("ready");
}
