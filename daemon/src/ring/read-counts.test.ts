// Counts of what was read by rule change with the cursor, at whatever instruction a daemon is killed. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import * as wire from "../../../shared/gen/wire.gen.js";
import { frame, RingFile, ringFolder } from "../../../test/ring/ring-file.js";
import { NOTE_ENTRIES, ReadCounts } from "./read-counts.js";
import { RingReader } from "./reader.js";

const { SESSION_CLOSE, POLICY_DENY, FILTER_LOG } = wire.EventType;
const NEVER = { startId: 0, cursor: 0 };
const book = { beganId: 7, discarded: () => NEVER };

let folder: ReturnType<typeof ringFolder>;
let ring: RingFile;
beforeEach(() => {
  folder = ringFolder();
  ring = new RingFile(folder.path, { slots: 512 });
});
afterEach(() => folder.remove());

function ofRow(row: number, type: wire.EventType): Buffer {
  const bytes = frame(1, type);
  bytes.writeUInt32LE(row, wire.offset.extension.account);
  return bytes;
}

test("frames are counted in their rule's row, kind by kind, once the cursor is behind them", () => {
  const counts = ReadCounts.open(folder.path, book);
  const batch = counts.batch();
  const reader = RingReader.open(ring.path, batch);
  for (const row of [5, 6, 5]) ring.put(ofRow(row, POLICY_DENY));
  ring.put(ofRow(5, SESSION_CLOSE));
  ring.put(ofRow(9, FILTER_LOG));
  reader.read(100, () => undefined);
  assert.deepEqual([counts.of(5, 2), batch.pending(5, 2)], [0, 2]);
  reader.publish();
  assert.deepEqual([counts.of(5, 2), batch.pending(5, 2)], [2, 0]);
  assert.deepEqual([counts.of(6, 2), counts.of(5, 1), counts.of(9, 3), counts.of(9, 2)], [1, 1, 1, 0]);
});

test("a row that cannot be is counted with what has no rule", () => {
  const counts = ReadCounts.open(folder.path, book);
  ring.put(ofRow(0xffff_ffff, POLICY_DENY));
  RingReader.open(ring.path, counts.batch()).drain(10, () => undefined);
  assert.equal(counts.of(0, 2), 1);
});

test("more rows than a note has room for are let go of in several steps", () => {
  const counts = ReadCounts.open(folder.path, book);
  for (let row = 1; row <= 2 * NOTE_ENTRIES + 3; row++) ring.put(ofRow(row, POLICY_DENY));
  assert.equal(
    RingReader.open(ring.path, counts.batch()).drain(1000, () => undefined),
    2 * NOTE_ENTRIES + 3,
  );
  for (let row = 1; row <= 2 * NOTE_ENTRIES + 3; row++) assert.equal(counts.of(row, 2), 1);
});

test("a daemon killed before it stored the cursor has read nothing more", () => {
  const counts = ReadCounts.open(folder.path, book);
  const batch = counts.batch();
  batch.count(5, POLICY_DENY);
  counts.note({ worker: 0, startId: 1, cursor: 1 }, [5 * 4 + 2], new Uint32Array(32).fill(1));
  assert.equal(ReadCounts.open(folder.path, book).of(5, 2), 0);
  assert.equal(ReadCounts.open(folder.path, book).of(5, 2), 0);
});

test("a daemon killed after it stored the cursor has read what it noted, once", () => {
  const counts = ReadCounts.open(folder.path, book);
  counts.note({ worker: 0, startId: 1, cursor: 3 }, [5 * 4 + 2], new Uint32Array(32).fill(3));
  ring.setCursorLong(wire.ringOffset.consumer.cursor, 3n);
  assert.equal(ReadCounts.open(folder.path, book).of(5, 2), 3);
  assert.equal(ReadCounts.open(folder.path, book).of(5, 2), 3);
});

test("what a killed daemon was about to let go of a ring that is gone was read, unless the helper counted it as lost", () => {
  for (const [cursor, read] of [
    [undefined, 3], // read to its end
    [2, 0], // given up, and the cursor never got there
    [3, 3],
  ] as const) {
    const counts = ReadCounts.open(folder.path, book);
    counts.note({ worker: 0, startId: 9, cursor: 3 }, [5 * 4 + 2], new Uint32Array(32).fill(3));
    const discarded = cursor === undefined ? NEVER : { startId: 9, cursor };
    assert.equal(ReadCounts.open(folder.path, { ...book, discarded: () => discarded }).of(5, 2), read);
    rmSync(join(folder.path, "accounts.read"));
  }
});

test("counts of another book are not taken over", () => {
  const counts = ReadCounts.open(folder.path, book);
  ring.put(ofRow(5, POLICY_DENY));
  RingReader.open(ring.path, counts.batch()).drain(10, () => undefined);
  assert.equal(ReadCounts.open(folder.path, book).of(5, 2), 1);
  assert.equal(ReadCounts.open(folder.path, { ...book, beganId: 8 }).of(5, 2), 0);
});
