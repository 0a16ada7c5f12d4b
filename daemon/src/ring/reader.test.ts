// One ring read by one reader: order, resumption, hostile frames, hostile pages, hostile files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";

import fc from "fast-check";

import * as wire from "../../../shared/gen/wire.gen.js";
import { frame, RingFile, ringFolder } from "../../../test/ring/ring-file.js";
import { hasCode } from "../base/coded-error.js";
import type { RingwallEvent } from "../event/event.js";
import { PUBLISH_INTERVAL, RingReader } from "./reader.js";

const { SESSION_OPEN, SESSION_CLOSE, POLICY_DENY, FILTER_LOG } = wire.EventType;
const { extension } = wire.offset;
const { consumer, identity, producer } = wire.ringOffset;

let folder: ReturnType<typeof ringFolder>;
beforeEach(() => {
  folder = ringFolder();
});
afterEach(() => folder.remove());

function ids(reader: RingReader, limit = 1000): number[] {
  const seen: number[] = [];
  reader.drain(limit, (event) => seen.push(event.sessionId));
  return seen;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe("a reader", () => {
  test("hands over every frame once and in order, across wrap-around", () => {
    const ring = new RingFile(folder.path, { slots: 8 });
    const reader = RingReader.open(ring.path);
    assert.deepEqual(ids(reader), []);
    for (let round = 0; round < 5; round++) {
      for (const id of range(round * 7, round * 7 + 7)) ring.put(frame(id));
      assert.deepEqual(ids(reader), range(round * 7, round * 7 + 7));
      assert.equal(ring.cursor, round * 7 + 7);
    }
    assert.equal(reader.isEmpty(), true);
    assert.deepEqual(reader.faults, { malformed: 0, torn: 0, skipped: 0 });
  });

  test("reads at most `limit` frames", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 9)) ring.put(frame(id));
    const reader = RingReader.open(ring.path);
    assert.deepEqual(ids(reader, 4), [0, 1, 2, 3]);
    assert.equal(ring.cursor, 4);
    assert.deepEqual(ids(reader, 4), [4, 5, 6, 7]);
    assert.deepEqual(ids(reader, 4), [8]);
  });

  test("publishes its cursor while a long batch is under way", () => {
    const ring = new RingFile(folder.path, { slots: 1024 });
    for (const id of range(0, 600)) ring.put(frame(id));
    const reader = RingReader.open(ring.path);
    const cursors = new Set<number>();
    reader.drain(600, () => cursors.add(ring.cursor));
    assert.deepEqual(
      [...cursors],
      [0, 1, 2, 3, 4].map((n) => n * PUBLISH_INTERVAL),
    );
    assert.equal(ring.cursor, 600);
  });

  test("resumes where its dead predecessor's cursor stands: nothing twice, nothing missing", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 10)) ring.put(frame(id));
    assert.deepEqual(ids(RingReader.open(ring.path), 6), range(0, 6));
    const second = RingReader.open(ring.path);
    assert.equal(second.position, 6);
    assert.deepEqual(ids(second), range(6, 10));
  });

  test("takes nothing more from a ring that its helper's successor has given up", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 5)) ring.put(frame(id));
    const reader = RingReader.open(ring.path);
    assert.deepEqual(ids(reader, 2), [0, 1]);
    ring.setLong(wire.RING_PAGE_SIZE + producer.given_up_ns, 1n << 32n);
    assert.deepEqual(ids(reader), []);
    assert.deepEqual([reader.position, ring.cursor], [2, 2]);
  });

  test("gives up no slot before publish", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 5)) ring.put(frame(id));
    const reader = RingReader.open(ring.path);
    assert.equal(
      reader.read(5, () => undefined),
      5,
    );
    assert.equal(ring.cursor, 0);
    reader.publish();
    assert.equal(ring.cursor, 5);
  });

  test("goes past a frame whose sink threw, and past no other", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 3)) ring.put(frame(id));
    const reader = RingReader.open(ring.path);
    assert.throws(
      () =>
        reader.drain(10, (event) => {
          if (event.sessionId === 1) throw new Error("sink");
        }),
      /sink/,
    );
    assert.deepEqual(ids(reader), [2]);
  });

  test("counts what it consumed by kind, in the same store as the cursor", () => {
    const ring = new RingFile(folder.path);
    for (const type of [SESSION_OPEN, POLICY_DENY, SESSION_OPEN, FILTER_LOG]) ring.put(frame(1, type));
    const reader = RingReader.open(ring.path);
    ids(reader, 3);
    assert.deepEqual(ring.consumed, [0, 2, 0, 1, 0, 0, 0, 0]);
    ids(reader);
    assert.deepEqual(ring.consumed, [0, 2, 0, 1, 0, 0, 1, 0]);
    const [, open, , deny] = reader.accounts();
    assert.deepEqual(open, { written: 2, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 2 });
    assert.deepEqual(deny, { written: 1, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 1 });
  });

  test("loses no count if it is killed while it writes the next table", () => {
    const ring = new RingFile(folder.path);
    for (const id of range(0, 4)) ring.put(frame(id, SESSION_CLOSE));
    ids(RingReader.open(ring.path), 2);
    // The table not in force may hold anything: half of it, or a cursor that was never stored.
    const spare = ring.getCursorLong(consumer.consumed_at) === 2n ? 1 : 0;
    ring.setCursorLong(consumer.consumed_at + spare * 8, 4n);
    ring.setCursorLong(consumer.consumed + spare * 64 + SESSION_CLOSE * 8, 4n);
    const second = RingReader.open(ring.path);
    assert.equal(second.position, 2);
    assert.deepEqual(ids(second), [2, 3]);
    assert.equal(ring.consumed[SESSION_CLOSE], 4);
  });

  test("passes position 2^32 without a stop", () => {
    const from = 2 ** 32 - 5;
    const ring = new RingFile(folder.path, { slots: 8, position: from });
    const reader = RingReader.open(ring.path);
    assert.equal(reader.position, from);
    for (let round = 0; round < 3; round++) {
      for (const id of range(round * 6, round * 6 + 6)) ring.put(frame(id));
      assert.deepEqual(ids(reader), range(round * 6, round * 6 + 6));
    }
    assert.equal(ring.cursor, from + 18);
    assert.deepEqual(reader.faults, { malformed: 0, torn: 0, skipped: 0 });
  });

  test("takes no frame whose sequence is half stored", () => {
    const ring = new RingFile(folder.path, { slots: 8, position: 2 ** 32 - 1 });
    const reader = RingReader.open(ring.path);
    const at = wire.RING_SLOTS_AT + 7 * wire.FRAME_SIZE;
    ring.setWord(at, 0); // 2^32 has low half 0 and high half 1
    ring.setWord(at + 4, 0);
    assert.equal(reader.isEmpty(), true);
    assert.deepEqual(ids(reader), []);
  });

  test("asks for a doorbell only if there is nothing to read, with another number each time", () => {
    const ring = new RingFile(folder.path);
    const reader = RingReader.open(ring.path);
    assert.equal(reader.asleep(), true);
    const first = ring.waiting;
    assert.notEqual(first, 0);
    reader.awake();
    assert.equal(ring.waiting, 0);
    assert.equal(reader.asleep(), true);
    assert.notEqual(ring.waiting, first);
    assert.notEqual(ring.waiting, 0);
    ring.put(frame(1));
    assert.equal(reader.asleep(), false);
    assert.equal(ring.waiting, 0);
  });

  test("takes back its dead predecessor's wish for a doorbell", () => {
    const ring = new RingFile(folder.path);
    RingReader.open(ring.path).asleep();
    RingReader.open(ring.path);
    assert.equal(ring.waiting, 0);
  });
});

describe("hostile frames", () => {
  const spoilt: [string, (bytes: Buffer) => void][] = [
    ["a wrong length", (b) => b.writeUInt16LE(193, wire.offset.header.length)],
    ["another layout version", (b) => b.writeUInt8(wire.LAYOUT_VERSION + 1, wire.offset.header.layout_version)],
    ["type 0", (b) => b.fill(0, wire.offset.header.event_type, wire.offset.header.event_type + 1)],
    ["the retired type 5", (b) => setType(b, 5)],
    ["type 255", (b) => setType(b, 255)],
    ["two different types", (b) => b.writeUInt8(POLICY_DENY, wire.offset.record.event_type)],
    ["an undeclared action", (b) => b.writeUInt8(3, wire.offset.record.action)],
    ["an undeclared address family", (b) => b.writeUInt8(3, wire.offset.record.address_family)],
    ["an undeclared close reason", (b) => reason(b, SESSION_CLOSE, 14)],
    ["an undeclared deny reason", (b) => reason(b, POLICY_DENY, 7)],
    ["an undeclared filter-log source", (b) => reason(b, FILTER_LOG, 0)],
    ["an undeclared filter answer", (b) => (setType(b, FILTER_LOG), b.writeUInt8(4, extension.filter_answer))],
    ["two different terms", (b) => (setType(b, FILTER_LOG), b.writeUInt32LE(1, wire.view.FILTER_LOG.term_id))],
    ["an undeclared screen", (b) => (setType(b, 4), b.writeUInt32LE(39, wire.view.SCREEN_DROP.screen_id))],
    ["an undeclared suppressed kind", (b) => reason(b, 7, 5)],
  ];
  function setType(bytes: Buffer, type: number): void {
    bytes.writeUInt8(type, wire.offset.header.event_type);
    bytes.writeUInt8(type, wire.offset.record.event_type);
  }
  function reason(bytes: Buffer, type: number, value: number): void {
    setType(bytes, type);
    bytes.writeUInt8(value, wire.view.SESSION_CLOSE.close_reason);
  }

  for (const [name, spoil] of spoilt) {
    test(`${name} is counted and skipped`, () => {
      const ring = new RingFile(folder.path);
      const bad = frame(2);
      spoil(bad);
      ring.put(frame(1));
      ring.put(bad);
      ring.put(frame(3));
      const reader = RingReader.open(ring.path);
      assert.deepEqual(ids(reader), [1, 3]);
      assert.deepEqual(reader.faults, { malformed: 1, torn: 0, skipped: 0 });
      assert.equal(ring.cursor, 3);
    });
  }

  test("any bytes at all are an event or counted", () => {
    const ring = new RingFile(folder.path, { slots: 64 });
    const reader = RingReader.open(ring.path);
    let put = 0;
    let events = 0;
    const sink = (event: RingwallEvent): void => {
      assert.ok(event.kind in wire.EventType);
      events++;
    };
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: wire.FRAME_SIZE, maxLength: wire.FRAME_SIZE }),
        fc.array(fc.nat(8), { maxLength: 8 }),
        (bytes, mended) => {
          const bad = Buffer.from(bytes);
          const good = frame(put, ([1, 2, 3, 4, 6, 7] as const)[put % 6]!);
          // Random bytes alone rarely get past the first check: mend some fields.
          for (const at of [8, 9, 10, 11, 68, 70, 71, 150, 151].filter((_, field) => !mended.includes(field))) {
            bad[at] = good[at]!;
          }
          ring.put(bad);
          put++;
          reader.drain(10, sink);
        },
      ),
      { numRuns: 2000 },
    );
    assert.equal(ring.cursor, put);
    assert.equal(events + reader.faults.malformed, put);
    assert.ok(events > 100 && reader.faults.malformed > 100, `${events} events of ${put}`);
  });
});

describe("a cursor page that makes no sense", () => {
  const pages: [string, (ring: RingFile) => void][] = [
    ["a cursor ahead of head", (r) => moveCursor(r, 1000n)],
    ["a cursor just ahead of head", (r) => moveCursor(r, 11n)],
    ["a cursor beyond 2^53", (r) => moveCursor(r, 0xffff_ffff_ffff_ffffn)],
    ["a cursor whose frames are gone", (r) => moveCursor(r, 1n)],
    ["a cursor that no table belongs to", (r) => r.setCursorLong(consumer.cursor, 7n)],
    ["counts that do not add up", (r) => r.setCursorLong(consumer.consumed + SESSION_OPEN * 8, 3n)],
  ];
  function moveCursor(ring: RingFile, cursor: bigint): void {
    ring.setCursorLong(consumer.cursor, cursor);
    ring.setCursorLong(consumer.consumed_at, cursor);
    ring.setCursorLong(consumer.consumed + SESSION_OPEN * 8, cursor);
  }

  for (const [name, spoil] of pages) {
    test(`${name}: the reader starts at head, says how much it left out, and goes on`, () => {
      const ring = new RingFile(folder.path, { slots: 4, position: 10 });
      spoil(ring);
      const reader = RingReader.open(ring.path);
      assert.equal(reader.position, 10);
      assert.equal(reader.faults.skipped, 4);
      assert.equal(ring.cursor, 10);
      ring.put(frame(77));
      assert.deepEqual(ids(reader), [77]);
      assert.equal(RingReader.open(ring.path).faults.skipped, 0);
    });
  }

  test("a reader that was overtaken starts anew at head instead of standing still", () => {
    const ring = new RingFile(folder.path, { slots: 4 });
    const reader = RingReader.open(ring.path);
    for (const id of range(0, 6)) ring.put(frame(id)); // over unread frames: no honest helper does
    assert.deepEqual(ids(reader), []);
    assert.equal(reader.faults.skipped, 4);
    ring.put(frame(6));
    assert.deepEqual(ids(reader), [6]);
  });
});

describe("a ring file that is not what it should be is refused by name", () => {
  const files: [string, string, (ring: RingFile) => void][] = [
    ["another magic", "ring-magic", (r) => r.setLong(identity.magic, 0x31304e49_52575257n)],
    ["no magic yet", "ring-magic", (r) => r.setLong(identity.magic, 0n)],
    ["another layout", "ring-layout", (r) => r.setLong(identity.layout_hash, 0x1234n)],
    ["another frame size", "ring-frame-size", (r) => r.setWord(identity.frame_size, 256)],
    ["no slots", "ring-slot-count", (r) => r.setWord(identity.slot_count, 0)],
    ["slots that are no power of two", "ring-slot-count", (r) => r.setWord(identity.slot_count, 12)],
    ["more slots than the file holds", "ring-size", (r) => r.setWord(identity.slot_count, 32)],
    ["very many slots", "ring-size", (r) => r.setWord(identity.slot_count, 0x8000_0000)],
    ["no start id", "ring-start-id", (r) => r.setLong(identity.start_id, 0n)],
    ["a start id beyond 2^53", "ring-start-id", (r) => r.setLong(identity.start_id, 1n << 60n)],
    ["a file cut in its slots", "ring-size", (r) => truncateSync(r.path, wire.RING_SLOTS_AT + 15 * wire.FRAME_SIZE)],
    ["a file cut in its pages", "mapping-short", (r) => truncateSync(r.path, wire.RING_PAGE_SIZE)],
    ["an empty file", "mapping-short", (r) => truncateSync(r.path, 0)],
    ["an empty cursor file", "mapping-short", (r) => truncateSync(`${r.path}.cursor`, 0)],
    ["no cursor file", "ENOENT", (r) => rmSync(`${r.path}.cursor`)],
    ["a folder", "mapping-not-a-file", (r) => (rmSync(r.path), mkdirSync(r.path))],
    ["a symbolic link", "ELOOP", (r) => (renameSync(r.path, `${r.path}x`), symlinkSync(`${r.path}x`, r.path))],
  ];
  for (const [name, code, spoil] of files) {
    test(name, () => {
      const ring = new RingFile(folder.path);
      spoil(ring);
      assert.throws(
        () => RingReader.open(ring.path),
        (error) => hasCode(error, code),
      );
    });
  }

  test("says both layout hashes", () => {
    const ring = new RingFile(folder.path);
    ring.setLong(identity.layout_hash, 0x1234n);
    assert.throws(() => RingReader.open(ring.path), {
      code: "ring-layout",
      message: `${ring.path}: layout hash: expected ${wire.LAYOUT_HASH}, got 0000000000001234`,
    });
  });
});

test("the kernel stops a daemon that would write into the ring", () => {
  const ring = new RingFile(folder.path);
  const mapping = new URL("./mapping.js", import.meta.url).href;
  const script = `const { mapForReading } = await import(${JSON.stringify(mapping)});
    const bytes = mapForReading(${JSON.stringify(ring.path)}, 4096);
    if (bytes.toString("latin1", 0, 8) !== "${wire.RING_MAGIC}") process.exit(3);
    bytes[0] = 0;
    process.exit(4);`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  assert.equal(child.signal, "SIGSEGV", `${child.status}: ${child.stderr.toString()}`);
});

test("counters of former rings are read from the table in force", () => {
  const ring = new RingFile(folder.path);
  const table = wire.RING_PAGE_SIZE + producer.former_events + 256;
  ring.setLong(table + POLICY_DENY * 32, 5n);
  ring.setLong(table + POLICY_DENY * 32 + 24, 2n);
  ring.setLong(wire.RING_PAGE_SIZE + producer.former_start_id + 8, 99n);
  const reader = RingReader.open(ring.path);
  assert.equal(reader.formerAccounts().accounts[POLICY_DENY]!.written, 0);
  ring.setLong(wire.RING_PAGE_SIZE + producer.former_select, 1n);
  const former = reader.formerAccounts();
  assert.deepEqual(former.accounts[POLICY_DENY], {
    written: 5,
    suppressed: 0,
    lostBudget: 0,
    lostFull: 2,
    consumed: 5,
  });
  assert.equal(former.lastStartId, 99);
});
