// lane.ts: every so many-th case of a range in a thread of its own: the model takes most of the time, and has one processor each.
// SPDX-License-Identifier: Apache-2.0
import { parentPort, Worker, workerData } from "node:worker_threads";

import { caseOf, eachSeed, optionsOf } from "./seed.js";
import { check, kindOf, smaller } from "./shrink.js";

/** Range: of the `count` seeds from `first` on, those that leave `lane` when divided by the number of lanes. */
interface Range {
  readonly first: number;
  readonly count: number;
  readonly lane: number;
  readonly lanes: number;
  /** red or green is all that matters */
  readonly quick: boolean;
}

async function compareAll({ first, count, lane, lanes, quick }: Range): Promise<number> {
  let packets = 0;
  await eachSeed(first, count, async (seed) => {
    if (seed % lanes !== lane) return;
    const c = caseOf(seed);
    packets += c.steps.filter((step) => step.kind === "packet").length;
    const difference = await check(c, ...optionsOf(seed));
    if (difference === undefined) return;
    const small = quick ? c : await smaller(c, kindOf(difference), ...optionsOf(seed));
    throw new Error(`${await check(small, ...optionsOf(seed))}\nfor regressions.ts: ${JSON.stringify(small)}`);
  });
  return packets;
}

/** compareInLane gives how many packets were compared; rejects at the first disagreement. */
export function compareInLane(range: Range): Promise<number> {
  const worker = new Worker(new URL(import.meta.url), { workerData: range });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

if (parentPort !== null) parentPort.postMessage(await compareAll(workerData as Range));
