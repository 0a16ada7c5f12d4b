// differential.test.ts: the program and the model agree on every verdict, byte, event and counter.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";

import type { Config } from "../../daemon/src/config/config.js";
import type { Case } from "./case.js";
import { compareInLane } from "./lane.js";
import { filterRegressions } from "./filter-regressions.js";
import { mssCases } from "./mss-cases.js";
import { natCases } from "./nat-cases.js";
import { nat64Cases } from "./nat64-cases.js";
import { persistentCases } from "./persistent-cases.js";
import { regressions } from "./regressions.js";
import { expect, replay, type Line } from "./run.js";
import { caseOf, eachSeed } from "./seed.js";
import { check } from "./shrink.js";

/** How many configurations, and from which seed on; make differential asks for more, and for others. */
const CASES = Number(process.env.RINGWALL_DIFFERENTIAL_CASES ?? 3400);
const SEED = Number(process.env.RINGWALL_DIFFERENTIAL_SEED ?? 1);
/** STEP: of the seeds, each so many-th: those of one kind of case, and nothing else. */
const STEP = Number(process.env.RINGWALL_DIFFERENTIAL_STEP ?? 1);
/** QUICK: red or green is all that matters (make mutants). */
const QUICK = process.env.RINGWALL_DIFFERENTIAL_QUICK !== undefined;

const named = [...regressions, ...filterRegressions, ...natCases, ...persistentCases, ...nat64Cases, ...mssCases];
for (const { name, case: c } of STEP === 1 ? named : []) {
  test(name, async () => {
    assert.equal(await check(c), undefined);
    assert.equal(await check(c, "--memo-off"), undefined);
  });
}

test("the program does what the model says, with and without memos", async () => {
  const lanes = availableParallelism();
  const range = { first: SEED, count: CASES, step: STEP, lanes, quick: QUICK };
  const packets = await Promise.all(Array.from({ length: lanes }, (_, lane) => compareInLane({ ...range, lane })));
  console.log(`${packets.reduce((sum, some) => sum + some, 0)} packets over ${CASES} configurations`);
});

/** unnamed leaves out what NAT64 counts up: the identification of an IPv4 packet, and its header's checksum. */
function unnamed(frame: string): string {
  const bytes = Buffer.from(frame, "hex");
  const at = bytes.readUInt16BE(12) === 0x8100 ? 18 : 14;
  if (bytes[at]! >> 4 === 4) bytes.fill(0, at + 4, at + 6).fill(0, at + 10, at + 12);
  return bytes.toString("hex");
}

/** fate: what a packet's line says about the packet itself. */
const fate = (line: Line): string =>
  JSON.stringify([
    line.packet,
    line.verdict,
    line.reason,
    (line.frames as { out: string; bytes: string }[]).map((frame) => [
      frame.out,
      line.translated === undefined ? frame.bytes : unnamed(frame.bytes),
    ]),
  ]);

/** fates: what became of the packets, and what filters and screens counted. */
async function fates(c: Case, ...options: readonly string[]): Promise<unknown[]> {
  const { lines, counters } = await replay(c, expect(c), options);
  const packets = lines.filter((line) => line.packet !== undefined).map(fate);
  return [...packets.toSorted(), counters.filters, counters.screens];
}

const unlimited = (config: Config): Config => ({
  ...config,
  system: { ...config.system, dataplane: { "session-maximum": 4096, "icmp-error-rate": 0 } },
});
const withoutLimit = (c: Case): Case => ({
  config: unlimited(c.config),
  steps: c.steps.map((step) => (step.kind === "commit" ? { ...step, config: unlimited(step.config) } : step)),
});

test("memos change nothing, and neither does a second worker", async () => {
  await eachSeed(SEED, Math.ceil(CASES / 16), async (seed) => {
    const c = withoutLimit(caseOf(seed));
    const once = await fates(c);
    assert.deepEqual(await fates(c, "--memo-off"), once);
    /* Workers give out other ports each. */
    if (c.config.security.nat === undefined) assert.deepEqual(await fates(c, "--workers", "2"), once);
  });
});

/** quiet leaves out every statement that logs. */
const quiet = (c: Case): Case =>
  JSON.parse(
    JSON.stringify(c, (key, value: unknown) => {
      if (key === "log" || key === "syslog") return undefined;
      const logsOnly = key === "then" && Object.keys(value as object).every((name) => /^(sys)?log$/.test(name));
      return logsOnly ? undefined : value;
    }),
  ) as Case;

/** tight lets next to nothing into the log. */
const tight = (config: Config): Config => {
  const rate = { limit: 1, burst: 1 };
  return { ...config, security: { ...config.security, log: { rate: { rule: rate, zone: rate } } } };
};
const limited = (c: Case): Case => ({
  ...c,
  config: tight(c.config),
  steps: c.steps.map((step) => (step.kind === "commit" ? { ...step, config: tight(step.config) } : step)),
});

/** produced counts events by kind, those that are only in summaries too. */
function produced(lines: readonly Line[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const line of lines) {
    if (typeof line.event !== "string") continue;
    const isSummary = line.event === "LOG_SUPPRESSED";
    const kind = isSummary ? String(line.suppressed_kind) : line.event;
    count[kind] = (count[kind] ?? 0) + (isSummary ? Number(line.suppressed_count) : 1);
  }
  return count;
}

test("a limit on logs changes no verdict, and every event is told or counted in a summary", async () => {
  let summaries = 0;
  const run = async (c: Case): Promise<unknown[]> => {
    const { lines, counters } = await replay(c, expect(c));
    summaries += lines.filter((line) => line.event === "LOG_SUPPRESSED").length;
    const packets = lines.filter((line) => line.packet !== undefined).map(fate);
    return [packets.toSorted(), counters.filters, produced(lines)];
  };
  await eachSeed(SEED, Math.ceil(CASES / 64), async (seed) => {
    const c = caseOf(seed);
    assert.deepEqual(await run(limited(c)), await run(c));
  });
  if (CASES >= 200) assert.ok(summaries > 0);
});

test("a verdict does not depend on whether it is logged, nor on whether anybody reads the log", async () => {
  await eachSeed(SEED, Math.ceil(CASES / 16), async (seed) => {
    const c = caseOf(seed);
    const once = await fates(c);
    assert.deepEqual(await fates(quiet(c)), once);
    assert.deepEqual(await fates(c, "--unread"), once);
  });
});
