// The wire contract: the generator's refusals, the compiler's layout against ours, and hand-reviewed frames both ways.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import * as wire from "../../shared/gen/wire.gen.js";
import { decodeEvent } from "../../daemon/src/event/decode.js";
import type { EventKind, RingwallEvent } from "../../daemon/src/event/event.js";
import { root } from "../lab/firewall.js";
import { run } from "../lab/process.js";

interface Vector {
  readonly name: string;
  readonly frame: readonly string[];
  readonly event: RingwallEvent;
}
type Row = [name: string, at: number, size: number, type: string, doc: string, count?: number[]];
interface Frames {
  event_frame: {
    size: number;
    parts: Record<string, [number, number]>;
    header: Row[];
    record: Row[];
    kinds: Record<string, Record<string, unknown>>;
  };
  ring: { producer: Row[] };
}
type Enums = Record<string, Record<string, [number, string, string]>>;
interface Generator {
  generate(frames: Frames, enums: Enums): Record<string, string>;
  judge(frames: Frames, enums: Enums): unknown;
  layoutHash(model: unknown): string;
}

const json = (path: string): unknown => JSON.parse(readFileSync(`${root}/${path}`, "utf8"));
const frames = (): Frames => json("shared/wire/frames.json") as Frames;
const enums = (): Enums => json("shared/wire/enums.json") as Enums;
const { vectors } = json("shared/vectors/events.json") as { vectors: readonly Vector[] };
const generator = (await import(`${root}/shared/gen/generate.mjs`)) as Generator;
const bytesOf = (vector: Vector): string => vector.frame.map((line) => line.split(" ")[0]).join("");

describe("the generator", () => {
  const refusals: [string, (f: Frames, e: Enums) => void, string][] = [
    ["a hole", (f) => f.event_frame.header.splice(1, 1), "event_header.layout_version: hole from 8 to 10"],
    ["an overlap", (f) => (f.event_frame.header[4]![1] = 8), "event_header.generation: offset 8 overlaps"],
    ["a wrong size", (f) => (f.event_frame.header[1]![2] = 4), "event_header.length: size 4 contradicts its type"],
    ["misalignment", (f) => (f.event_frame.record[5]![1] = 43), "event_record.rule: offset 43 is not aligned to 4"],
    ["fields that end early", (f) => f.event_frame.record.pop(), "event_record: fields end at 135, size is 136"],
    ["parts that do not add up", (f) => (f.event_frame.size = 200), "event_frame: parts end at 192, size is 200"],
    ["an unknown type", (f) => (f.event_frame.header[1]![3] = "u24"), 'event_header.length: unknown type "u24"'],
    ["a name declared twice", (f) => (f.event_frame.header[4]![0] = "length"), "event_header.length: declared twice"],
    ["a kind without a view", (f) => delete f.event_frame.kinds["POLICY_DENY"], "event type POLICY_DENY has no view"],
    ["a view of no field", (f) => (f.event_frame.kinds["POLICY_DENY"] = { nothing: "x" }), "no such field"],
    ["a reused value", (_f, e) => (e["action"]!["REJECT"]![0] = 1), "action.REJECT: value 1 is already PERMIT"],
    ["an enum without text", (_f, e) => (e["action"]!["REJECT"]![2] = ""), "action.REJECT: no text"],
    [
      "an outcome too many",
      (_f, e) => (e["event_outcome"]!["X"] = [4, "", "x"]),
      "producer.events: [8,4] is too small",
    ],
  ];
  for (const [name, spoil, message] of refusals) {
    test(`refuses ${name}`, () => {
      const [f, e] = [frames(), enums()];
      spoil(f, e);
      assert.throws(
        () => generator.generate(f, e),
        (error: Error) => error.message.includes(message) || assert.fail(error.message),
      );
    });
  }

  test("makes what is checked in", () => {
    for (const [path, text] of Object.entries(generator.generate(frames(), enums()))) {
      assert.equal(readFileSync(`${root}/${path}`, "utf8"), text, `${path} is stale: run npm run gen`);
    }
  });

  test("gives another layout hash for another value, and the same for another description", () => {
    const hash = (f: Frames, e: Enums): string => generator.layoutHash(generator.judge(f, e));
    const described = frames();
    described.event_frame.header[0]![4] = "reworded";
    assert.equal(hash(described, enums()), wire.LAYOUT_HASH);
    const moved = enums();
    moved["close_reason"]!["SHUTDOWN"]![0] = 14;
    assert.notEqual(hash(frames(), moved), wire.LAYOUT_HASH);
  });
});

describe("the layout", () => {
  test("is the same for the C compiler and for TypeScript", async () => {
    const printed = await run([`${root}/build/asan/test/layout`, "--print"]);
    const compiler = JSON.parse(printed.stdout) as Record<string, [number, number]>;
    const ours: Record<string, number> = {
      frame: 0,
      page: 0,
      slots: wire.RING_SLOTS_AT,
      rows: wire.ACCOUNT_ROWS_AT,
      row_head: 0,
      cell: 0,
    };
    const { header, row, cell } = wire.accountOffset;
    const groups = [...Object.entries(wire.offset), ...Object.entries(wire.ringOffset), ["book", header], ["row", row]];
    for (const [group, fields] of [...groups, ["cell", cell]] as [string, Record<string, number>][])
      for (const [field, at] of Object.entries(fields)) ours[`${group}.${field}`] = at;
    for (const fields of Object.values(wire.view)) {
      for (const [field, at] of Object.entries(fields)) ours[`record.${field}`] = at;
    }
    assert.deepEqual(Object.fromEntries(Object.entries(compiler).map(([name, [at]]) => [name, at])), ours);
    assert.equal(compiler["frame"]![1], wire.FRAME_SIZE);
    assert.equal(compiler["page"]![1], wire.RING_PAGE_SIZE);
    assert.equal(compiler["row_head"]![1], wire.ACCOUNT_ROW_HEAD);
    assert.equal(compiler["cell"]![1], wire.ACCOUNT_CELL_SIZE);
  });

  for (const program of ["layout", "vectors"]) {
    test(`the generated header holds in C (${program})`, async () => {
      const finished = await run([`${root}/build/asan/test/${program}`], { check: false });
      assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    });
  }

  test("keeps the RT_FLOW positions", () => {
    assert.equal(wire.offset.record.timestamp_ns, 16);
    assert.equal(wire.offset.record.event_type, 16 + 52);
    assert.equal(wire.view.SESSION_CLOSE.close_reason, 16 + 134);
    assert.equal(wire.view.FILTER_LOG.filter_log_source, 16 + 134);
    assert.equal(wire.view.FILTER_LOG.filter_id, 16 + 44);
    assert.equal(wire.view.FILTER_LOG.term_id, 16 + 60);
  });
});

describe("the vectors", () => {
  for (const vector of vectors) {
    test(`${vector.name} decodes to its event`, () => {
      const bytes = Buffer.concat([Buffer.alloc(64), Buffer.from(bytesOf(vector), "hex")]);
      assert.equal(bytes.length, 64 + wire.FRAME_SIZE);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      assert.deepEqual(decodeEvent(view, 64), vector.event);
    });
  }

  test("are filled alike by C", async () => {
    const printed = await run([`${root}/build/asan/test/vectors`, "--print"]);
    assert.deepEqual(printed.stdout.trim().split("\n"), vectors.map(bytesOf));
  });

  const all = (kind: EventKind, field: string): unknown[] =>
    vectors.filter((v) => v.event.kind === kind).map((v) => (v.event as unknown as Record<string, unknown>)[field]);

  test("show a filter log of every source, with every action and every answer", () => {
    const shown = (field: string): Set<unknown> => new Set(all("FILTER_LOG", field));
    assert.deepEqual(shown("filterLogSource"), new Set(Object.values(wire.FilterLogSource)));
    assert.deepEqual(shown("action"), new Set(Object.values(wire.Action)));
    assert.deepEqual(shown("filterAnswer"), new Set(Object.values(wire.FilterAnswer)));
  });

  test("show every kind, and each enum of a frame at its first and last value", () => {
    const values = (kind: EventKind, field: string): unknown[] => {
      const shown = all(kind, field);
      return [shown[0], shown.at(-1)];
    };
    const ends = (entries: Record<string, number>): number[] => {
      const sorted = Object.values(entries).sort((a, b) => a - b);
      return [sorted[0]!, sorted.at(-1)!];
    };
    const kinds = Object.keys(wire.EventType) as EventKind[];
    for (const kind of kinds) {
      assert.deepEqual(values(kind, "action"), ends(wire.Action), kind);
      assert.deepEqual(values(kind, "addressFamily"), ends(wire.AddressFamily), kind);
    }
    assert.deepEqual(values("SESSION_CLOSE", "closeReason"), ends(wire.CloseReason));
    assert.deepEqual(values("POLICY_DENY", "denyReason"), ends(wire.DenyReason));
    assert.deepEqual(values("SCREEN_DROP", "screenId"), ends(wire.ScreenId));
    assert.deepEqual(values("FILTER_LOG", "filterLogSource"), ends(wire.FilterLogSource));
    assert.deepEqual(values("FILTER_LOG", "filterAnswer"), ends(wire.FilterAnswer));
    assert.deepEqual(values("LOG_SUPPRESSED", "suppressedKind"), ends(wire.EventType));
    assert.deepEqual(values("LOG_SUPPRESSED", "suppressedOutcome"), [
      wire.EventOutcome.SUPPRESSED,
      wire.EventOutcome.LOST_FULL,
    ]);
  });
});
