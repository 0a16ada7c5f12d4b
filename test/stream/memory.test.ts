// What goes through the daemon leaves nothing behind: the short form of bench/bench-log-memory.ts. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../lab/firewall.js";
import { run } from "../lab/process.js";

const EVENTS = 1_000_000;
/** An empty daemon's code and buffers take 9 MB; twelve bytes that every event leaves behind would be 12 MB more. */
const MOST_MB = 20;

interface Result {
  readonly metric: string;
  readonly value: number;
}

test("a million events from the ring to a collector over TCP leave nothing behind in the heap", async () => {
  const bench = join(root, "build/js/bench/bench-log-memory.js");
  const env = { ...process.env, BENCH_EVENTS: String(EVENTS) };
  const { stdout } = await run([process.execPath, "--expose-gc", bench], { env, seconds: 300 });
  const results = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
  const inUse = results.find(({ metric }) => metric === "heap in use at the end");
  assert.ok(inUse !== undefined && inUse.value < MOST_MB, stdout);
});
