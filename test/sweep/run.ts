// run.ts: a long sweep: `node build/js/test/sweep/run.js PACKETS [ROUND]`; ends with 1 at the first finding.
// SPDX-License-Identifier: Apache-2.0
import { sweep } from "./sweep.js";

const EACH = 100_000;
const packets = Number(process.argv[2] ?? 10_000_000);
const first = Number(process.argv[3] ?? 1);
const total = await sweep(packets, EACH, first, (so) => {
  if (so.packets % 1_000_000 === 0) console.log(`${so.packets} packets`);
});
console.log(`ok ${total.packets} packets from round ${first} on, no finding: ${JSON.stringify(total)}`);
