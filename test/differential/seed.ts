// seed.ts: a number stands for a case and for how it is run. SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";

import type { Case } from "./case.js";
import { Chooser } from "./choose.js";
import { configOf } from "./generate-config.js";
import { withFilters } from "./generate-filter.js";
import { FILTER_GAPS, FilterTraffic } from "./generate-filter-steps.js";
import { stepsOf, type Making } from "./generate-steps.js";

const STEPS = 100;
const FILTER_STEPS = 70;

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

const PLAIN = 200;
const filtering = (): Making => ({
  config: (list) => withFilters(configOf(list.slice(0, PLAIN)), new Chooser(list.slice(PLAIN))),
  source: new FilterTraffic(new Chooser([])),
  gaps: FILTER_GAPS,
});

/** caseOf: two of four have filters. */
export function caseOf(seed: number): Case {
  return seed % 4 < 2 ? plainCaseOf(seed) : filterCaseOf(seed);
}

function filterCaseOf(seed: number): Case {
  const random = numbers(seed);
  const list = (length: number): number[] => Array.from({ length }, () => random() >>> 8);
  const making = filtering();
  const configs = Array.from({ length: 3 }, () => list(PLAIN + 1200));
  return {
    config: making.config(list(PLAIN + 1200)),
    steps: stepsOf(
      Array.from({ length: FILTER_STEPS }, () => list(32)),
      configs,
      making,
    ),
  };
}

function plainCaseOf(seed: number): Case {
  const random = numbers(seed);
  const list = (length: number): number[] => Array.from({ length }, () => random() >>> 8);
  const configs = [list(200), list(200), list(200)];
  const first = configOf(list(200));
  return {
    config: first,
    steps: stepsOf(
      Array.from({ length: STEPS }, () => list(24)),
      configs,
    ),
  };
}

/** optionsOf: every other case without memos. */
export const optionsOf = (seed: number): readonly string[] => (seed % 2 === 1 ? ["--memo-off"] : []);

/** eachSeed runs `body` for each of them, some at the same time: the model here, programs on the other processors. */
export async function eachSeed(first: number, count: number, body: (seed: number) => Promise<void>): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + count) {
      const seed = next++;
      try {
        await body(seed);
      } catch (error) {
        next = first + count; /* the other lanes need not go on */
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
}
