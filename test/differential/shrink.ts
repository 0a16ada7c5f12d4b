// shrink.ts: makes a case on which both sides disagree as small as possible. SPDX-License-Identifier: Apache-2.0
import type { Case } from "./case.js";
import { compare } from "./compare.js";
import { run } from "./run.js";

/** smaller removes steps as long as both sides still disagree in the same kind of way. */
export async function smaller(c: Case, kind: string, ...options: readonly string[]): Promise<Case> {
  let best = c;
  for (let size = Math.ceil(c.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.steps.length;) {
      const tried = { ...best, steps: [...best.steps.slice(0, at), ...best.steps.slice(at + size)] };
      const verdict = tried.steps.length > 0 ? await check(tried, ...options) : undefined;
      if (verdict !== undefined && kindOf(verdict) === kind) best = tried;
      else at += size;
    }
  }
  return best;
}

/** check gives the first disagreement, or undefined. */
export async function check(c: Case, ...options: readonly string[]): Promise<string | undefined> {
  const { expected, actual } = await run(c, options);
  return compare(expected, actual);
}

/** kindOf: what a disagreement is about, without its numbers. */
export const kindOf = (text: string): string =>
  text
    .replace(/^[^:]*: (line [0-9]+: )?/, "")
    .split("\n")[0]!
    .replace(/[0-9a-f]{16,}|[0-9]+/g, "#")
    .slice(0, 60);
