// replay.ts: `ringwall replay`: what would this configuration have done with these captures? SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Command } from "commander";

import { compileConfig } from "../../config/compile.js";
import { formatConfigErrors } from "../../config/error.js";
import { loadConfig } from "../../config/load.js";
import { encodeSnapshot } from "../../snapshot/encode.js";
import { contextOf, readConfiguration } from "../context.js";
import { CliError, Exit } from "../exit.js";

interface ReplayOptions {
  readonly config: string;
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly cold: readonly string[];
  readonly events?: string;
  readonly workers?: string;
  readonly bytes?: boolean;
  readonly close?: boolean;
  readonly memo: boolean;
}

/** The program that does the work; RINGWALL_REPLAY names another one. */
const REPLAY_PROGRAM = fileURLToPath(new URL("../../../../../release/ringwall-replay", import.meta.url));

const append = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function registerReplay(program: Command): void {
  program
    .command("replay")
    .requiredOption("--config <file>", "configuration, YAML or JSON")
    .requiredOption("--in <interface=file.pcap>", "what the interface received; may be given again", append, [])
    .option(
      "--out <interface=file.pcap>",
      "write what left by the interface (host: for the firewall itself)",
      append,
      [],
    )
    .option("--events <file>", "write events there instead of standard output")
    .option("--cold <address>", "a neighbour that does not answer; may be given again", append, [])
    .option("--bytes", "add the bytes of each frame that left")
    .option("--close", "end all sessions after the last packet")
    .option("--workers <n>", "spread flows over n workers")
    .option("--no-memo", "judge every packet in full")
    .summary("run captures through a configuration; needs no daemon")
    .description(
      "Runs captures through the packet path with the given configuration, by the clock of the captures, and prints one " +
        "JSON line for each packet and each event. Needs neither daemon nor privileges, and changes nothing.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall replay --config ringwall.yaml --in ge-0/0/0=trust.pcap --in ge-0/0/1=untrust.pcap\n" +
        "  ringwall replay --config new.yaml --in eth1=day.pcap | grep policy-deny",
    )
    .action(async (options: ReplayOptions, command: Command) => {
      const { isColoured } = contextOf(command);
      const loaded = loadConfig(readConfiguration(options.config), { file: options.config });
      if (!loaded.ok) {
        process.stderr.write(`${formatConfigErrors(loaded.errors, { color: isColoured })}\n`);
        process.exitCode = Exit.REFUSED;
        return;
      }
      const directory = mkdtempSync(join(tmpdir(), "ringwall-replay-"));
      try {
        const snapshot = join(directory, "snapshot");
        writeFileSync(snapshot, encodeSnapshot(compileConfig(loaded.config, 1).snapshot));
        process.exitCode = await run(argumentsOf(snapshot, options));
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
}

function argumentsOf(snapshot: string, options: ReplayOptions): string[] {
  const each = (name: string, values: readonly string[]): string[] => values.flatMap((value) => [name, value]);
  return [
    "--snapshot",
    snapshot,
    ...each("--in", options.in),
    ...each("--out", options.out),
    ...each("--cold", options.cold),
    ...(options.events === undefined ? [] : ["--events", options.events]),
    ...(options.workers === undefined ? [] : ["--workers", options.workers]),
    ...(options.bytes === true ? ["--bytes"] : []),
    ...(options.close === true ? ["--close"] : []),
    ...(options.memo ? [] : ["--memo-off"]),
  ];
}

function run(replayArguments: readonly string[]): Promise<number> {
  const path = process.env["RINGWALL_REPLAY"] ?? REPLAY_PROGRAM;
  return new Promise((resolve, reject) => {
    const child = spawn(path, replayArguments, { stdio: "inherit" });
    child.on("error", (cause) =>
      reject(new CliError(Exit.REFUSED, "no-replay", `cannot run ${path}: ${cause.message}`, { cause })),
    );
    child.on("exit", (code) => resolve(code ?? Exit.REFUSED));
  });
}
