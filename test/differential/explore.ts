// explore.ts: looks for disagreements from a seed on: `node build/js/test/differential/explore.js [SEED [CASES]]`.
// SPDX-License-Identifier: Apache-2.0
import { configOf } from "./generate-config.js";
import { stepsOf } from "./generate-steps.js";
import { check, kindOf, smaller } from "./shrink.js";
import type { Case } from "./case.js";

/** numbers: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

export function caseOf(seed: number, steps = 100): Case {
  const random = numbers(seed);
  const list = (length: number): number[] => Array.from({ length }, () => random() >>> 8);
  const configs = [list(200), list(200), list(200)];
  const first = configOf(list(200));
  return {
    config: first,
    steps: stepsOf(
      Array.from({ length: steps }, () => list(24)),
      configs,
    ),
  };
}

if (process.argv[1]?.endsWith("explore.js") === true) {
  const seed = Number(process.argv[2] ?? 1);
  const cases = Number(process.argv[3] ?? 50);
  const kinds = new Map<string, number>();
  let packets = 0;
  for (let i = seed; i < seed + cases; i++) {
    const c = caseOf(i);
    packets += c.steps.length;
    const verdict = check(c);
    if (verdict === undefined) continue;
    const kind = kindOf(verdict);
    if (!kinds.has(kind)) {
      const small = smaller(c, kind);
      console.log(`\n=== seed ${i}: ${small.steps.length} steps`);
      for (const [n, step] of small.steps.entries()) {
        console.log(
          step.kind === "packet"
            ? `  ${n + 1} +${step.gapNs} ${step.port} ${step.note} ${step.frame.slice(24, 200)}`
            : `  ${n + 1} +${step.gapNs} commit`,
        );
      }
      console.log(check(small));
      if (process.env.SHOW_CONFIG !== undefined) {
        const later = small.steps.flatMap((step) => (step.kind === "commit" ? [step.config] : []));
        for (const config of [small.config, ...later]) {
          const { security, "routing-options": routing, system } = config;
          console.log(JSON.stringify({ ...security, "address-book": undefined, routing, system }));
        }
      }
    }
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  console.log(`\n${packets} steps in ${cases} cases; disagreements:`, kinds);
}
