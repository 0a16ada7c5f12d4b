// The ring between two real processes: wrap-around, pauses, kills on both sides, full rings. Every attempt is delivered once
// and in order, or counted as lost. RINGWALL_TORTURE_FRAMES sets how many frames the
// long one writes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { RingReader } from "../../daemon/src/ring/reader.js";
import { EventOutcome, EventType, ringOffset } from "../../shared/gen/wire.gen.js";
import { root } from "../lab/firewall.js";
import { run } from "../lab/process.js";
import { frameNumber } from "./frame-number.js";
import { Producer, storedEvents, total } from "./producer.js";
import { ringFolder } from "./ring-file.js";

const FRAMES = Number(process.env["RINGWALL_TORTURE_FRAMES"] ?? 50_000_000);
const READER = fileURLToPath(new URL("./ring-reader.js", import.meta.url));
const { WRITTEN, LOST_BUDGET, LOST_FULL } = EventOutcome;

let folder: ReturnType<typeof ringFolder>;
beforeEach(() => {
  folder = ringFolder();
});
afterEach(() => folder.remove());

function cursorOf(path: string): number {
  const file = openSync(`${path}.cursor`, "r");
  const bytes = Buffer.alloc(8);
  readSync(file, bytes, 0, 8, ringOffset.consumer.cursor);
  closeSync(file);
  return Number(bytes.readBigUInt64LE());
}

/** What readers handed over, one after the other. A batch counts once its cursor is stored: the last batch of a killed
 * reader either is below the cursor its successor starts at, or the successor begins with the same frames. */
class Delivered {
  frames = 0;
  sum = 0;
  lastId = -1;
  repeated = 0;
  #pending: { from: number; to: number; lastId: number; sum: number; before: number } | undefined;

  batch(line: string): void {
    const [from, to, first, last, sum] = line.split(" ").map(Number) as [number, number, number, number, number];
    if (this.#pending && from === this.#pending.to) this.#settle();
    if (this.#pending) {
      assert.equal(from, this.#pending.from, "a successor starts where the cursor stands");
      assert.ok(first > this.#pending.before);
      this.repeated++;
    } else {
      assert.equal(from, this.frames, "no frame is missing");
      assert.ok(first > this.lastId, "no frame comes twice");
    }
    this.#pending = { from, to, lastId: last, sum, before: this.lastId };
  }

  /** end settles the last batch, against the cursor that the last reader left. */
  end(cursor: number): void {
    this.#settle();
    assert.equal(this.frames, cursor);
  }

  get position(): number {
    return this.#pending?.to ?? this.frames;
  }

  #settle(): void {
    if (!this.#pending) return;
    this.frames = this.#pending.to;
    this.lastId = this.#pending.lastId;
    this.sum += this.#pending.sum;
    this.#pending = undefined;
  }
}

/** Runs one reader process until `until` frames are delivered or `forMs` have passed, then kills it. */
async function readAwhile(
  path: string,
  delivered: Delivered,
  until: number,
  forMs: number,
  pauseMs: number,
): Promise<void> {
  const start = cursorOf(path);
  const child = spawn(process.execPath, [READER, path, String(pauseMs)], { stdio: ["ignore", "pipe", "pipe"] });
  let trouble = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text));
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), forMs);
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (lines++ === 0) assert.equal(Number(line.split(" ")[0]), start, "a reader resumes at the cursor");
    delivered.batch(line);
    // The line comes before the cursor is stored: wait for that, the end is not a kill under test.
    if (delivered.position === until && (await cursorReaches(path, until))) child.kill("SIGKILL");
  }
  clearTimeout(timer);
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, "SIGKILL", `the reader ended by itself: ${code} ${trouble}`);
}

async function cursorReaches(path: string, position: number): Promise<boolean> {
  while (cursorOf(path) !== position) await new Promise((resolve) => setTimeout(resolve, 1));
  return true;
}

test(
  `${FRAMES / 1e6} million frames through a small ring, the reader killed again and again`,
  { timeout: 600_000 },
  async () => {
    const name = join(folder.path, "ring-0");
    const slots = 16384;
    const producer = new Producer([
      "--path",
      name,
      "--start-id",
      1,
      "--slots",
      slots,
      "--count",
      FRAMES,
      "--pause-us",
      3000,
    ]);
    await producer.ready;
    const delivered = new Delivered();
    let readers = 0;
    while (delivered.position < FRAMES) {
      const forMs = readers++ < 8 ? 150 + Math.random() * 400 : 1e9;
      await readAwhile(`${name}.1`, delivered, FRAMES, forMs, 3);
    }
    const report = await producer.report;
    delivered.end(cursorOf(`${name}.1`));
    assert.equal(delivered.frames, FRAMES);
    assert.equal(report.written, FRAMES);
    const lost = total(report.events, LOST_BUDGET) + total(report.events, LOST_FULL);
    assert.equal(report.attempts, FRAMES + lost);
    assert.ok(delivered.lastId < report.attempts);
    assert.ok(delivered.repeated < readers, "each kill repeats at most one batch");
    const reader = RingReader.open(`${name}.1`);
    for (const { written, consumed } of reader.accounts()) assert.equal(consumed, written);
  },
);

test("a full ring counts each loss and overwrites nothing", { timeout: 60_000 }, async () => {
  const name = join(folder.path, "ring-0");
  const args = ["--path", name, "--start-id", 1, "--slots", 4096, "--count", 100_000, "--no-wait"];
  const producer = new Producer(args);
  const report = await producer.report;
  const ids: number[] = [];
  const reader = RingReader.open(`${name}.1`);
  reader.drain(1e9, (event) => ids.push(frameNumber(event)));
  assert.equal(ids.length, report.written);
  assert.equal(
    total(report.events, WRITTEN) + total(report.events, LOST_BUDGET) + total(report.events, LOST_FULL),
    100_000,
  );
  // Denies stop at their third of a half; sessions go on to the last slot.
  assert.equal(report.events[EventType.POLICY_DENY]![WRITTEN], Math.floor(4096 / 2 / 3));
  assert.ok(report.events[EventType.POLICY_DENY]![LOST_BUDGET]! > 0);
  assert.equal(report.events[EventType.SESSION_OPEN]![LOST_BUDGET], 0);
  assert.equal(report.written, 4096);
  assert.equal(ids[0], 0);
  assert.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]!));
});

test(
  "a producer killed at any moment leaves a ring whose every counted frame is read or lost",
  { timeout: 120_000 },
  async () => {
    const name = join(folder.path, "ring-0");
    for (let startId = 1; startId <= 20; startId++) {
      const producer = new Producer(["--path", name, "--start-id", startId, "--slots", 1024, "--endless"]);
      await producer.ready;
      const path = `${name}.${startId}`;
      const reader = RingReader.open(path);
      const ids: number[] = [];
      const until = 5000 + Math.random() * 50_000;
      while (ids.length < until) {
        if (reader.drain(256, (event) => ids.push(frameNumber(event))) === 0) await new Promise(setImmediate);
      }
      await producer.kill();
      reader.drain(1e9, (event) => ids.push(frameNumber(event)));
      const events = storedEvents(path);
      const unseen = total(events, WRITTEN) - ids.length;
      assert.ok(unseen === 0 || unseen === 1, `${unseen} frames were counted and never seen`);
      const gaps = ids.at(-1)! + 1 - ids.length;
      assert.ok(total(events, LOST_BUDGET) + total(events, LOST_FULL) >= gaps, "each gap is counted");
      assert.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]!));
    }
  },
);

for (const flavour of ["tsan", "release"]) {
  test(`two threads in C find no race and no difference (${flavour})`, { timeout: 120_000 }, async () => {
    const finished = await run([`${root}/build/${flavour}/test/ring_torture`], { check: false, seconds: 100 });
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stdout, /^2000000 attempts, \d+ delivered, \d+ lost and counted\n$/);
  });
}
