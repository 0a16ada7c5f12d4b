// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ENTRY_BYTES, LineRing } from "./line-ring.js";

const SLOTS = 32;
const ARENA_BYTES = 1024;

/** Two rings of one region, the second behind the first. */
function twoRings(): { readonly queue: LineRing; readonly window: LineRing } {
  const ringBytes = SLOTS * ENTRY_BYTES + ARENA_BYTES;
  const region = Buffer.alloc(64 + 2 * ringBytes);
  const numbers = new Float64Array(4);
  const ring = (index: number): LineRing => {
    const entriesAt = 64 + index * ringBytes;
    const place = { entriesAt, slots: SLOTS, arenaAt: entriesAt + SLOTS * ENTRY_BYTES, arenaBytes: ARENA_BYTES };
    return new LineRing(region, place, numbers, { head: 2 * index, tail: 2 * index + 1 }, true);
  };
  return { queue: ring(0), window: ring(1) };
}

function linesOf(ring: LineRing): string[] {
  const into = Buffer.alloc(ARENA_BYTES);
  return Array.from({ length: ring.count }, (_, i) => {
    assert.ok(ring.isWhole(ring.tail + i));
    return `${ring.kindOf(ring.tail + i)} ${into.toString("latin1", 0, ring.copyLine(ring.tail + i, into, 0) - 1)}`;
  });
}

/** Frames of octet counting, however the ring cuts them into pieces. */
function framesOf(ring: LineRing): string {
  let text = "";
  for (let index = ring.tail; index < ring.head;) {
    const { bytes, end } = ring.frames(index, ring.head);
    text += bytes.toString("latin1");
    index = end;
  }
  return text;
}

describe("a ring of lines", () => {
  test("hands lines over to another ring in order and whole, whatever their lengths and wherever either wraps", () => {
    const { queue, window } = twoRings();
    const queued: string[] = [];
    const handed: string[] = [];
    let seed = 1;
    const below = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 16) % limit;
    };
    let wraps = 0;
    for (let round = 0; round < 5_000; round++) {
      for (let more = below(8); more > 0; more--) {
        const text = String.fromCharCode(97 + below(26)).repeat(1 + below(below(4) === 0 ? 300 : 20));
        if (queue.append(1 + below(7), Buffer.from(text), text.length))
          queued.push(`${queue.kindOf(queue.head - 1)} ${text}`);
      }
      const moved = window.move(queue, below(12));
      if (window.head - moved > window.tail && moved > 0 && window.frames(window.tail, window.head).end < window.head)
        wraps++;
      handed.push(...queued.splice(0, moved));
      assert.deepEqual(linesOf(queue), queued);
      assert.deepEqual(linesOf(window), handed);
      assert.equal(
        window.bytes,
        handed.reduce((sum, line) => sum + line.length - 2, 0),
      );
      assert.equal(framesOf(window), handed.map((line) => `${line.length - 2} ${line.slice(2)}`).join(""));
      const acknowledged = below(window.count + 1);
      window.drop(acknowledged);
      handed.splice(0, acknowledged);
    }
    assert.ok(wraps > 100, "the case that a ring wraps was met");
  });

  test("takes over no more lines than it has places for", () => {
    const { queue, window } = twoRings();
    for (let i = 0; i < SLOTS; i++) assert.ok(queue.append(1, Buffer.from("a"), 1));
    assert.equal(queue.append(1, Buffer.from("a"), 1), false);
    assert.equal(window.move(queue, 20), 20);
    for (let i = 0; i < 20; i++) assert.ok(queue.append(2, Buffer.from("b"), 1));
    assert.equal(window.move(queue, SLOTS), SLOTS - 20);
    assert.equal(window.move(queue, SLOTS), 0);
    assert.equal(queue.count, 20);
  });
});
