// explore.ts: looks for disagreements from a seed on: `node build/js/test/differential/explore.js [SEED [CASES]]`.
// SPDX-License-Identifier: Apache-2.0
import { compare } from "./compare.js";
import { configOf } from "./generate-config.js";
import { stepsOf } from "./generate-steps.js";
import { expect, replay } from "./run.js";
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

/** smaller removes steps as long as both sides still disagree in the same kind of way. */
function smaller(c: Case, kind: string): Case {
  let best = c;
  for (let size = Math.ceil(c.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.steps.length;) {
      const tried = { ...best, steps: [...best.steps.slice(0, at), ...best.steps.slice(at + size)] };
      const verdict = tried.steps.length > 0 ? check(tried) : undefined;
      if (verdict !== undefined && kindOf(verdict) === kind) best = tried;
      else at += size;
    }
  }
  return best;
}

export function check(c: Case): string | undefined {
  const expected = expect(c);
  return compare(expected, replay(c, expected));
}

const kindOf = (text: string): string =>
  text
    .replace(/^[^:]*: /, "")
    .split("\n")[0]!
    .replace(/[0-9a-f]{16,}|[0-9]+/g, "#")
    .slice(0, 60);

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
      if (process.env.SHOW_CONFIG)
        console.log(JSON.stringify(small.config.security), JSON.stringify(small.config["routing-options"]));
    }
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  console.log(`\n${packets} steps in ${cases} cases; disagreements:`, kinds);
}
