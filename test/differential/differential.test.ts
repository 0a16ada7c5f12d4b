// differential.test.ts: the program and the model agree on every verdict, byte, event and counter.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import type { Case } from "./case.js";
import { configOf } from "./generate-config.js";
import { stepsOf } from "./generate-steps.js";
import { regressions } from "./regressions.js";
import { expect, replay, type Line } from "./run.js";
import { check, kindOf, smaller } from "./shrink.js";

/** How many configurations; make differential asks for more. A seed makes a run the same again. */
const CASES = Number(process.env.RINGWALL_DIFFERENTIAL_CASES ?? 500);
const SEED = Number(process.env.RINGWALL_DIFFERENTIAL_SEED ?? 1);
const STEPS = 100;
/** QUICK: red or green is all that matters (make mutants). */
const QUICK = process.env.RINGWALL_DIFFERENTIAL_QUICK !== undefined;

const numbers = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(0xffffff), { minLength: length, maxLength: length });
const cases: fc.Arbitrary<Case> = fc
  .record({
    first: numbers(200),
    next: fc.array(numbers(200), { minLength: 3, maxLength: 3 }),
    steps: fc.array(numbers(24), { minLength: STEPS, maxLength: STEPS, size: "max" }),
  })
  .map(({ first, next, steps }) => ({ config: configOf(first), steps: stepsOf(steps, next) }));

for (const { name, case: c } of regressions) {
  test(name, () => {
    assert.equal(check(c), undefined);
    assert.equal(check(c, "--memo-off"), undefined);
  });
}

test("the program does what the model says, with and without memos", () => {
  let packets = 0;
  fc.assert(
    fc.property(cases, fc.boolean(), (c, memoOff) => {
      packets += c.steps.length;
      const options = memoOff ? ["--memo-off"] : [];
      const difference = check(c, ...options);
      if (difference === undefined) return;
      const small = QUICK ? c : smaller(c, kindOf(difference), ...options);
      throw new Error(
        `${check(small, ...options)}\nfor regressions.ts (${options.join(" ")}): ${JSON.stringify(small)}`,
      );
    }),
    { numRuns: CASES, seed: SEED, endOnFailure: true, includeErrorInReport: true },
  );
  console.log(`${packets} packets over ${CASES} configurations`);
});

/** fate: what a packet's line says about the packet itself. */
const fate = (line: Line): string =>
  JSON.stringify([
    line.packet,
    line.verdict,
    line.reason,
    (line.frames as { out: string; bytes: string }[]).map((frame) => [frame.out, frame.bytes]),
  ]);

function fates(c: Case, ...options: readonly string[]): string[] {
  return replay(c, expect(c), options)
    .lines.filter((line) => line.packet !== undefined)
    .map(fate)
    .toSorted();
}

const withoutLimit = (c: Case): Case => ({
  config: { ...c.config, system: { ...c.config.system, dataplane: { "session-maximum": 4096, "icmp-error-rate": 0 } } },
  steps: c.steps.filter((step) => step.kind === "packet"),
});

test("memos change nothing, and neither does a second worker", () => {
  fc.assert(
    fc.property(cases.map(withoutLimit), (c) => {
      const once = fates(c);
      assert.deepEqual(fates(c, "--memo-off"), once);
      assert.deepEqual(fates(c, "--workers", "2"), once);
    }),
    { numRuns: Math.ceil(CASES / 10), seed: SEED, endOnFailure: QUICK },
  );
});

test("a verdict does not depend on whether it is logged", () => {
  const quiet = (c: Case): Case =>
    JSON.parse(JSON.stringify(c, (key, value: unknown) => (key === "log" ? undefined : value))) as Case;
  fc.assert(
    fc.property(cases, (c) => {
      assert.deepEqual(fates(quiet(c)), fates(c));
    }),
    { numRuns: Math.ceil(CASES / 10), seed: SEED, endOnFailure: QUICK },
  );
});
