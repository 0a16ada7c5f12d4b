// run.ts: runs a case through the model and through ringwall-replay. SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";

import { checkMeaning } from "../../daemon/src/config/check.js";
import { compileConfig } from "../../daemon/src/config/compile.js";
import type { Config } from "../../daemon/src/config/config.js";
import type { NameTable } from "../../daemon/src/config/names.js";
import { checkSchema } from "../../daemon/src/config/schema.js";
import { encodeSnapshot } from "../../daemon/src/snapshot/encode.js";
import type { Counters } from "../model/counters.js";
import { Firewall, SLACK_NS, type Told } from "../model/firewall.js";
import { readAddress } from "../model/address.js";
import type { Choice } from "../model/nat.js";
import type { Case } from "./case.js";
import { pcapOf } from "./pcap.js";

export const START_NS = 1_767_225_600_000_000_000n;
const AT_END_NS = 3_100_000_000n; /* ringwall-replay lets held packets run out: WAIT_NS and one tick */
const PROGRAM =
  process.env.RINGWALL_REPLAY_PROGRAM ?? fileURLToPath(new URL("../../../release/ringwall-replay", import.meta.url));

export interface Arrival {
  readonly number: number;
  /** its place in the case */
  readonly step: number;
  readonly time: bigint;
  readonly port: string;
  readonly frame: Buffer;
  readonly note: string;
}

/** Expected: what the model told, and when what arrived. */
export interface Expected {
  readonly arrivals: readonly Arrival[];
  readonly commits: readonly { readonly time: bigint; readonly config: Config; readonly generation: number }[];
  /** by packet: what ended before it, and what it caused */
  readonly turns: readonly {
    readonly time: bigint;
    readonly background: readonly Told[];
    readonly told: readonly Told[];
  }[];
  readonly counters: Counters;
}

/** expect runs the model. Packets are put off where something ends at that very moment, so that one answer is right. */
export function expect(c: Case, options: readonly string[] = [], choices: Choices = new Map()): Expected {
  const late = BigInt(c.lateNs ?? 0);
  const arrivals: Arrival[] = [];
  const chosen = (packet: number): Choice | undefined => choices.get(arrivals[packet - 1]!.step);
  const firewall = new Firewall(c.config, 1, options.includes("--unfinished"), late, chosen);
  const commits: { time: bigint; config: Config; generation: number }[] = [];
  const turns: { time: bigint; background: Told[]; told: Told[] }[] = [];
  let now = START_NS;
  let background: Told[] = [];
  const settle = (gap: number, also: bigint = 0n): void => {
    now += BigInt(gap) + 7n;
    for (;;) {
      /* What goes on because neighbours answered may keep sessions alive. */
      const answered = firewall.answered(now);
      if (answered !== undefined) background.push(...firewall.advance(answered));
      if (firewall.undecided(now) === undefined && firewall.undecided(now + also) === undefined) break;
      now += SLACK_NS + 11n;
    }
    background.push(...firewall.advance(now));
  };
  for (const [at, step] of c.steps.entries()) {
    if (step.kind === "commit" && arrivals.length === 0) continue;
    settle(step.gapNs, late);
    if (step.kind === "commit") {
      const generation = commits.length + 2;
      firewall.commit(step.config, generation);
      commits.push({ time: now, config: step.config, generation });
      continue;
    }
    const made = Buffer.from(step.frame, "hex");
    const frame = step.asMade === true ? made : firewall.met(step.port, made);
    if (firewall.premature(step.port, frame)) continue;
    const arrival = {
      number: arrivals.length + 1,
      step: at,
      time: now,
      port: step.port,
      frame,
      note: step.note,
    };
    arrivals.push(arrival);
    turns.push({ time: now, background, told: firewall.receive(arrival.number, step.port, arrival.frame, now) });
    background = [];
  }
  /* A last packet that says nothing, so that the end is at a moment of our own choice. */
  settle(1000, AT_END_NS);
  const last = {
    number: arrivals.length + 1,
    step: c.steps.length,
    time: now,
    port: "ge-0/0/0",
    frame: Buffer.alloc(4),
    note: "end",
  };
  arrivals.push(last);
  turns.push({ time: now, background, told: firewall.receive(last.number, last.port, last.frame, now) });
  now += AT_END_NS;
  background = [...firewall.advance(now)];
  turns.push({ time: now, background: [...background, ...firewall.stop(now)], told: [] });
  return { arrivals, commits, turns, counters: firewall.counters };
}

/** Choices: what the program chose for the packets of a run, by their steps. */
export type Choices = ReadonlyMap<number, Choice>;

export function choicesOf(expected: Expected, actual: Actual): Choices {
  const choices = new Map<number, Choice>();
  for (const { packet, translated } of actual.lines) {
    if (packet === undefined || translated === undefined) continue;
    const { source, source_port: sourcePort, destination } = translated as Translated;
    const step = expected.arrivals[(packet as number) - 1]!.step;
    choices.set(step, { source: readAddress(source), sourcePort, destination: readAddress(destination) });
  }
  return choices;
}

interface Translated {
  readonly source: string;
  readonly source_port: number;
  readonly destination: string;
}

export type Line = Readonly<Record<string, unknown>> & { readonly time_ns: bigint };

export interface Actual {
  readonly lines: readonly Line[];
  readonly counters: Counters;
  readonly names: ReadonlyMap<number, NameTable>;
}

const execute = promisify(execFile);

interface Made {
  readonly bytes: Uint8Array;
  readonly names: NameTable;
}
/** made: by configuration and generation: a case is run several times. */
const made = new WeakMap<Config, Map<number, Made>>();

function snapshotOf(config: Config, generation: number): Made {
  const known = made.get(config) ?? new Map<number, Made>();
  made.set(config, known);
  const before = known.get(generation);
  if (before !== undefined) return before;
  const findings = [...checkSchema(config), ...checkMeaning(config)];
  if (findings.length > 0) throw new Error(`generated configuration refused: ${JSON.stringify(findings)}`);
  const { snapshot, names } = compileConfig(config, generation);
  const one = { bytes: encodeSnapshot(snapshot), names };
  known.set(generation, one);
  return one;
}

/** replay runs ringwall-replay over the same arrivals. */
export async function replay(c: Case, expected: Expected, options: readonly string[] = []): Promise<Actual> {
  const directory = await mkdtemp(join(process.env.RINGWALL_DIFFERENTIAL_DIR ?? tmpdir(), "ringwall-differential-"));
  try {
    const names = new Map<number, NameTable>();
    const files: Promise<void>[] = [];
    const file = (name: string, content: Uint8Array): string => {
      const path = join(directory, name);
      files.push(writeFile(path, content));
      return path;
    };
    const snapshot = (config: Config, generation: number): string => {
      const made = snapshotOf(config, generation);
      names.set(generation, made.names);
      return file(`${generation}.snapshot`, made.bytes);
    };
    const counters = join(directory, "counters");
    const args = ["--snapshot", snapshot(c.config, 1), "--bytes", "--close", "--counters", counters, ...options];
    if (c.lateNs !== undefined) args.push("--late", String(c.lateNs));
    for (const commit of expected.commits)
      args.push("--commit", `${commit.time}=${snapshot(commit.config, commit.generation)}`);
    for (const port of new Set(expected.arrivals.map((arrival) => arrival.port))) {
      const capture = pcapOf(expected.arrivals.filter((arrival) => arrival.port === port));
      args.push("--in", `${port}=${file(`${port.replaceAll("/", "-")}.pcap`, capture)}`);
    }
    await Promise.all(files);
    const { stdout } = await execute(PROGRAM, args, { maxBuffer: 1 << 28 }).catch((error: { stderr?: string }) => {
      throw new Error(`ringwall-replay: ${error.stderr ?? String(error)}`);
    });
    const lines = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line): Line => {
        const time = BigInt(/"time_ns":([0-9]+)/.exec(line)![1]!);
        return { ...(JSON.parse(line) as Record<string, unknown>), time_ns: time };
      });
    return { lines, counters: JSON.parse(await readFile(counters, "utf8")) as Counters, names };
  } finally {
    await rm(directory, { recursive: true });
  }
}

const RUNS = 8;

/**
 * run lets both sides run. Where the program may choose, the model is told what it chose, and packets may be aimed at that: so
 * once more, until it chooses what the model was told.
 */
export async function run(
  c: Case,
  options: readonly string[] = [],
): Promise<{ readonly expected: Expected; readonly actual: Actual }> {
  let choices: Choices = new Map();
  for (let n = 0; n < RUNS; n++) {
    const expected = expect(c, options, choices);
    const actual = await replay(c, expected, options);
    const found = choicesOf(expected, actual);
    if (isDeepStrictEqual(found, choices)) return { expected, actual };
    choices = found;
  }
  throw new Error(`the program chose otherwise in each of ${RUNS} runs`);
}
