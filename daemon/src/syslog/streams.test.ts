// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { pino } from "pino";

import type { Stream as StreamConfig } from "../config/config.js";
import { loadNative } from "./native.js";
import { OutboxFiles } from "./outbox-file.js";
import { Streams } from "./streams.js";

const config = (name: string): StreamConfig => ({ name, host: "127.0.0.1", port: 9 });

function stage(t: TestContext): { dir: string; streams: Streams } {
  const native = loadNative();
  const dir = mkdtempSync("/dev/shm/ringwall-streams-");
  t.after(() => rmSync(dir, { recursive: true }));
  const streams = new Streams(native, new OutboxFiles(native, dir, () => undefined), pino({ level: "silent" }));
  t.after(() => streams.close());
  return { dir, streams };
}

test("when a stream's queue cannot be made, those that are there go on, and none is ended", (t) => {
  const { dir, streams } = stage(t);
  const [former] = streams.configure([config("a")]);
  mkdirSync(join(dir, "b.outbox")); // no file can be made there
  assert.throws(() => streams.configure([config("b")]), { code: "EISDIR" });
  assert.equal(existsSync(join(dir, "a.outbox")), true);
  rmdirSync(join(dir, "b.outbox"));
  assert.equal(streams.configure([config("a")])[0], former);
});

test("a file that is not the outbox of any stream stays where it is", (t) => {
  const { dir, streams } = stage(t);
  for (const name of ["%zz.outbox", "%41.outbox"]) writeFileSync(join(dir, name), "");
  assert.equal(streams.configure([config("a")]).length, 1);
  assert.deepEqual(
    ["%zz.outbox", "%41.outbox"].map((name) => existsSync(join(dir, name))),
    [true, true],
  );
});
