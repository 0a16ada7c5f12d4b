// explore.ts: looks for disagreements from a seed on: `node build/js/test/differential/explore.js [SEED [CASES]]`. Each kind
// is cut down and shown once; ends with 1 if there is one. SPDX-License-Identifier: Apache-2.0
import type { Case } from "./case.js";
import { caseOf, eachSeed, optionsOf } from "./seed.js";
import { check, kindOf, smaller } from "./shrink.js";

const SHOWN = 400; /* characters of a line: frames can be long */
const show = (text: string): void => console.log(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

async function report(seed: number, small: Case): Promise<void> {
  show(`\n=== seed ${seed}: ${small.steps.length} steps, ${optionsOf(seed).join(" ")}`);
  for (const [n, step] of small.steps.entries()) {
    const text = step.kind === "packet" ? `${step.port} ${step.note} ${step.frame.slice(24, 200)}` : "commit";
    show(`  ${n + 1} +${step.gapNs} ${text}`);
  }
  for (const line of (await check(small, ...optionsOf(seed)))!.split("\n")) show(line);
  if (process.env.SHOW_CONFIG !== undefined) console.log(JSON.stringify(small));
}

const first = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 50);
const kinds = new Map<string, number>();
let packets = 0;
let done = 0;
await eachSeed(first, count, async (seed) => {
  const c = caseOf(seed);
  packets += c.steps.filter((step) => step.kind === "packet").length;
  const verdict = await check(c, ...optionsOf(seed));
  if (++done % 1000 === 0) console.log(`${done} configurations`);
  if (verdict === undefined) return;
  const kind = kindOf(verdict);
  const known = kinds.get(kind) ?? 0;
  kinds.set(kind, known + 1);
  if (known === 0) await report(seed, await smaller(c, kind, ...optionsOf(seed)));
});
console.log(`${packets} packets over ${count} configurations from seed ${first} on; disagreements:`, kinds);
process.exitCode = kinds.size === 0 ? 0 : 1;
