// lane.ts: every so many-th case of a range in a thread of its own: the model takes most of the time, and has one processor each.
// SPDX-License-Identifier: Apache-2.0
import { parentPort, Worker, workerData } from "node:worker_threads";

import { caseOf, eachSeed, optionsOf } from "./seed.js";
import { check, kindOf, smaller } from "./shrink.js";

/** Range: `count` seeds from `first` on, `step` apart; the lanes take turns. */
interface Range {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly lane: number;
  readonly lanes: number;
  /** red or green is all that matters */
  readonly quick: boolean;
}

async function compareAll({ first, count, step, lane, lanes, quick }: Range): Promise<number> {
  let packets = 0;
  const judge = async (seed: number): Promise<void> => {
    if (((seed - first) / step) % lanes !== lane) return;
    const c = caseOf(seed);
    packets += c.steps.filter((one) => one.kind === "packet").length;
    const difference = await check(c, ...optionsOf(seed));
    if (difference === undefined) return;
    const small = quick ? c : await smaller(c, kindOf(difference), ...optionsOf(seed));
    throw new Error(`${await check(small, ...optionsOf(seed))}\nfor regressions.ts: ${JSON.stringify(small)}`);
  };
  await eachSeed(first, count, judge, step);
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
