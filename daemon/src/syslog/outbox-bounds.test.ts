// What waits is bounded as configured, and outlives a change of the bounds, the daemon and, on disk, the machine.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { ENTRY_BYTES } from "./line-ring.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Outbox, type OutboxBounds } from "./outbox.js";
import { OutboxFiles } from "./outbox-file.js";
import { RateLimit } from "./rate-limit.js";

const native = loadNative();
const { SESSION_OPEN, POLICY_DENY } = EventType;
const small: OutboxBounds = { records: 100, bytes: 1_000_000, isChecked: false };
const spool: OutboxBounds = { records: 1000, bytes: 100_000, isChecked: true };

const make = (bounds: OutboxBounds): Outbox => new Outbox(native, Buffer.alloc(Outbox.bytes(native, bounds)), bounds);
const account = (outbox: Outbox, kind: number = SESSION_OPEN) => outbox.accounts().find((one) => one.kind === kind)!;

/** Lines of frames that are not decided yet. */
function begin(outbox: Outbox, first: number, count: number, pad: number, dropsOldest: boolean): void {
  for (let number = first; number < first + count; number++) {
    const line = Buffer.from(String(number).padEnd(pad));
    if (dropsOldest) outbox.makeRoom(line.length, () => outbox.decided(0, 1, number - 1));
    outbox.append(number % 2 === 0 ? POLICY_DENY : SESSION_OPEN, line, line.length);
  }
}

function fill(outbox: Outbox, first: number, count: number, pad = 0, dropsOldest = false): void {
  begin(outbox, first, count, pad, dropsOldest);
  outbox.decided(0, 1, first + count - 1);
}

/** The lines that wait, in order. */
function waiting(outbox: Outbox): number[] {
  const into = Buffer.alloc(4 << 20);
  const { bytes } = outbox.collect(into);
  return into.toString("utf8", 0, bytes).split("\n").slice(0, -1).map(Number);
}

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

describe("an outbox that is full", () => {
  test("drops the newest lines and counts each by its kind", () => {
    const outbox = make(small);
    fill(outbox, 1, 107);
    assert.deepEqual(waiting(outbox), range(1, 100));
    assert.deepEqual([account(outbox).full, account(outbox, POLICY_DENY).full], [4, 3]);
    assert.deepEqual([account(outbox).queued, account(outbox, POLICY_DENY).queued], [50, 50]);
  });

  test("drops the oldest lines where it is told to, and counts those", () => {
    const outbox = make(small);
    fill(outbox, 1, 307, 0, true);
    assert.deepEqual(waiting(outbox), range(208, 100));
    assert.deepEqual([account(outbox).full, account(outbox, POLICY_DENY).full], [104, 103]);
    assert.deepEqual([account(outbox).queued, account(outbox, POLICY_DENY).queued], [50, 50]);
  });

  test("counts bytes as well as lines, to the byte", () => {
    const outbox = make({ ...small, bytes: 64_000 });
    fill(outbox, 1, 7, 10_000);
    assert.deepEqual([waiting(outbox), account(outbox).full], [range(1, 6), 1]);
    const oldest = make({ ...small, bytes: 64_000 });
    fill(oldest, 1, 9, 10_000, true);
    assert.deepEqual(waiting(oldest), range(4, 6));
  });

  test("and whose line is longer than all it may hold drops that line and no other", () => {
    const outbox = make({ ...small, bytes: 64_000 });
    fill(outbox, 1, 3, 0, true);
    const line = Buffer.alloc(64_001, 65);
    outbox.makeRoom(line.length, () => assert.fail("nothing gave way"));
    outbox.append(SESSION_OPEN, line, line.length);
    assert.deepEqual([waiting(outbox), account(outbox).full], [[1, 2, 3], 1]);
  });

  for (const [what, bounds] of [
    ["lines", { ...small, records: 64 }],
    ["bytes", { ...small, records: 8192, bytes: 64_000 }],
  ] as const)
    test(`of ${what} and drops its oldest ones leaves its successor what was decided, wherever it is killed in a batch`, () => {
      const region = Buffer.alloc(Outbox.bytes(native, bounds));
      const outbox = new Outbox(native, region, bounds);
      fill(outbox, 1, 200, 1000, true);
      for (let begun = 1; begun <= 128; begun++) {
        begin(outbox, 200 + begun, 1, 1000, true);
        const successor = new Outbox(native, Buffer.from(region), bounds);
        const lines = waiting(successor);
        const decided = lines.at(-1)!;
        assert.ok(decided >= 200 + begun - 2 && lines.length >= 62, `${decided} decided, ${lines.length} wait`);
        assert.deepEqual(
          [decided, decided + 1].map((frame) => successor.hasDecided(0, 1, frame)),
          [true, false],
        );
        assert.deepEqual(lines, range(decided + 1 - lines.length, lines.length));
        const { full } = account(successor);
        assert.equal(full + account(successor, POLICY_DENY).full + lines.length, decided);
      }
    });

  test("and large commits once for a sixty-fourth of its lines that give way", () => {
    const bounds = { ...small, records: 6400 };
    const outbox = make(bounds);
    fill(outbox, 1, 6400);
    let commits = 0;
    const line = Buffer.from("a line");
    for (let number = 0; number < 1000; number++) {
      outbox.makeRoom(line.length, () => {
        commits++;
        outbox.commit();
      });
      outbox.append(SESSION_OPEN, line, line.length);
    }
    assert.deepEqual([commits, outbox.waiting], [10, 6400]);
    assert.equal(account(outbox).full + account(outbox, POLICY_DENY).full, 1000);
  });
});

function files(t: TestContext): { dir: string; make: () => OutboxFiles; told: string[] } {
  const dir = mkdtempSync("/dev/shm/ringwall-bounds-");
  t.after(() => rmSync(dir, { recursive: true }));
  const told: string[] = [];
  return {
    dir,
    told,
    make: () => new OutboxFiles(native, join(dir, "run"), (path) => told.push(path), join(dir, "spool")),
  };
}

describe("an outbox in a file", () => {
  test("goes on with other bounds: numbers, order and lines are the same", (t) => {
    const { make: open } = files(t);
    const former = open().open("a", small);
    fill(former, 1, 100);
    const larger = open().open("a", DEFAULT_BOUNDS);
    assert.deepEqual([waiting(larger), larger.hasDecided(0, 1, 100)], [range(1, 100), true]);
    assert.deepEqual([account(larger).queued, account(larger, POLICY_DENY).queued], [50, 50]);
    fill(larger, 101, 900);
    const smaller = open().open("a", small);
    assert.deepEqual(waiting(smaller), range(1, 100));
    assert.deepEqual([account(smaller).queued, account(smaller).full], [50, 450]);
  });

  test("moves between memory and disk, and is in one place only", (t) => {
    const { dir, make: open } = files(t);
    fill(open().open("a", small), 1, 50);
    const onDisk = open().open("a", spool);
    assert.deepEqual(waiting(onDisk), range(1, 50));
    assert.deepEqual(
      ["run", "spool"].map((place) => existsSync(join(dir, place, "a.outbox"))),
      [false, true],
    );
    assert.deepEqual(waiting(open().open("a", small)), range(1, 50));
    assert.equal(existsSync(join(dir, "spool", "a.outbox")), false);
    assert.deepEqual(open().others(new Set()), ["a"]);
    open().remove("a");
    assert.deepEqual(open().others(new Set()), []);
  });

  test("on disk is taken over after a start of the machine, line by line, and what is spoilt is counted", (t) => {
    const { dir, make: open } = files(t);
    const former = open().open("a", spool);
    fill(former, 1, 9, 100);
    const path = join(dir, "spool", "a.outbox");
    const bytes = readFileSync(path);
    bytes.fill(0, bytes.indexOf("100 4 "), bytes.indexOf("100 5 "));
    bytes.fill(0, bytes.indexOf("100 9 ") + 20, bytes.indexOf("100 9 ") + 21);
    writeFileSync(path, bytes);
    writeFileSync(`${path}.start`, "another start");
    const next = open().open("a", spool);
    assert.deepEqual(waiting(next), [1, 2, 3, 5, 6, 7, 8]);
    assert.deepEqual([account(next).unsendable, account(next, POLICY_DENY).unsendable], [1, 1]);
    assert.deepEqual([account(next).queued, account(next, POLICY_DENY).queued], [5, 4]);
    assert.deepEqual(waiting(open().open("a", spool)), [1, 2, 3, 5, 6, 7, 8], "looked at once");
  });

  test("on disk whose table of lines has lost a page loses the lines of that page alone, and counts them", (t) => {
    const { dir, told, make: open } = files(t);
    const bounds = { records: 4096, bytes: 1_000_000, isChecked: true };
    fill(open().open("a", bounds), 1, 600, 100);
    const path = join(dir, "spool", "a.outbox");
    const bytes = readFileSync(path);
    const entriesAt = bytes.indexOf("100 1 ") - bounds.records * ENTRY_BYTES;
    bytes.fill(0, entriesAt + 4096, entriesAt + 8192);
    writeFileSync(path, bytes);
    writeFileSync(`${path}.start`, "another start");
    const next = open().open("a", bounds);
    assert.deepEqual(waiting(next), [...range(1, 256), ...range(513, 88)]);
    assert.deepEqual([account(next).unsendable, account(next, POLICY_DENY).unsendable, told], [128, 128, []]);
    assert.deepEqual([account(next).queued, account(next, POLICY_DENY).queued], [300, 300]);
  });
});

test("a rate limit lets a second's worth through at once, and then so many per second", () => {
  let now = 0;
  const limit = new RateLimit(100, () => now);
  const taken = (): number => Array.from({ length: 300 }, () => limit.take()).filter(Boolean).length;
  now = 10_000;
  assert.equal(taken(), 100, "also after a time with nothing to send");
  now = 10_250;
  assert.equal(taken(), 25);
  now = 20_000;
  assert.equal(taken(), 100);
});
