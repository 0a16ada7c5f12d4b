// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { FileSender } from "./file.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Outbox } from "./outbox.js";

const native = loadNative();
const { SESSION_OPEN } = EventType;

function stage(t: TestContext, size = 10_000_000, files = 3) {
  const directory = mkdtempSync("/dev/shm/ringwall-file-");
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "log");
  const region = Buffer.alloc(Outbox.bytes(native, DEFAULT_BOUNDS));
  let sequence = 0;
  return {
    path,
    region,
    outbox: () => new Outbox(native, region),
    sender: (outbox: Outbox) =>
      new FileSender({ protocol: "file", path, size, files }, outbox, { changed: () => undefined }),
    fill: (outbox: Outbox, count: number, pad = 0) => {
      for (let i = 0; i < count; i++) {
        const line = Buffer.from(String(++sequence).padEnd(pad, "."));
        outbox.append(SESSION_OPEN, line, line.length);
      }
      outbox.decided(0, 1, sequence);
    },
  };
}

const account = (outbox: Outbox) => outbox.accounts().find(({ kind }) => kind === SESSION_OPEN)!;
const numbers = (text: string): number[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => Number(line.replaceAll(".", "")));
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

test("lines go to the file in order, and are counted", async (t) => {
  const { path, outbox, sender, fill } = stage(t);
  const box = outbox();
  const file = sender(box);
  fill(box, 8000, 900);
  file.send();
  await file.close();
  assert.deepEqual(numbers(readFileSync(path, "utf8")), range(1, 8000));
  assert.deepEqual([account(box).sent, box.waiting], [8000, 0]);
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test("a file that is full is kept under the next number, the oldest one goes, and no line is lost between them", async (t) => {
  const { path, outbox, sender, fill } = stage(t, 100_000, 3);
  const box = outbox();
  const file = sender(box);
  for (let round = 0; round < 60; round++) {
    fill(box, 50, 100);
    file.send();
  }
  await file.close();
  const kept = [`${path}.2`, `${path}.1`, path].flatMap((one) => numbers(readFileSync(one, "utf8")));
  assert.deepEqual(kept, range(3001 - kept.length, kept.length));
  assert.equal(existsSync(`${path}.3`), false);
  assert.ok(statSync(`${path}.1`).size >= 100_000 && statSync(`${path}.1`).size < 105_100);
  assert.equal(account(box).sent, 3000);
});

test("a successor goes on behind the last whole line, wherever its predecessor was killed", async (t) => {
  for (const extra of [0, 1, 4, 5, 6, 250, 499, 500]) {
    const { path, region, outbox, sender, fill } = stage(t);
    const former = outbox();
    const first = sender(former);
    fill(former, 10, 4);
    first.send();
    fill(former, 100, 4);
    former.stored(0, { ...former.fileMark, size: statSync(path).size });
    const before = Buffer.from(region);
    first.send();
    // As after a kill inside the write: the numbers are the old ones, the file has grown by so many bytes.
    before.copy(region);
    truncateSync(path, 50 + extra);
    const second = outbox();
    const file = sender(second);
    assert.equal(account(second).sent, 10 + Math.floor(extra / 5), `${extra} bytes more`);
    await file.close();
    assert.deepEqual(numbers(readFileSync(path, "utf8")), range(1, 110), `${extra} bytes more`);
  }
});

test("what others have written into the file is neither cut off nor taken for ours", async (t) => {
  const { path, outbox, sender, fill } = stage(t);
  const former = outbox();
  const first = sender(former);
  fill(former, 2);
  await first.close();
  fill(former, 2);
  appendFileSync(path, "a note by hand, and no line feed");
  const box = outbox();
  const second = sender(box);
  await second.close();
  assert.equal(readFileSync(path, "utf8"), "1\n2\na note by hand, and no line feed3\n4\n");
  assert.equal(account(box).sent, 4);
});

test("a file that somebody has moved away is left to him, and a new one begun", async (t) => {
  const { path, outbox, sender, fill } = stage(t);
  const box = outbox();
  const file = sender(box);
  fill(box, 1);
  file.send();
  renameSync(path, `${path}.old`);
  fill(box, 1);
  await file.close();
  assert.deepEqual([readFileSync(`${path}.old`, "utf8"), readFileSync(path, "utf8")], ["1\n", "2\n"]);
});

test("a file that cannot be written keeps the lines waiting and says why", async (t) => {
  const { path, outbox, sender, fill } = stage(t);
  mkdirSync(path);
  const box = outbox();
  const file = sender(box);
  fill(box, 3);
  file.send();
  assert.deepEqual([file.state, box.waiting], [{ status: "down", error: "EISDIR", refused: 0, connections: 0 }, 3]);
  await file.close();
});

test(
  "a file that could not be opened is opened when it can be, also if nothing waits",
  { timeout: 20_000 },
  async (t) => {
    const { path, outbox } = stage(t);
    const file = { protocol: "file", path: join(path, "log"), size: 1e6, files: 1 } as const;
    const states: string[] = [];
    const box = outbox();
    const sender = await new Promise<FileSender>((resolve) => {
      const alive = setInterval(() => undefined, 1000); // senders keep no process alive
      const made: FileSender = new FileSender(file, box, {
        changed: ({ status, error }) => {
          states.push(`${status} ${error}`);
          if (status === "down") return;
          clearInterval(alive);
          resolve(made);
        },
      });
      assert.deepEqual([made.state.status, made.state.error], ["down", "ENOENT"]);
      mkdirSync(path);
    });
    assert.deepEqual(states, ["down ENOENT", "up "]);
    assert.deepEqual([sender.state.status, existsSync(file.path)], ["up", true]);
    await sender.close();
  },
);

test("a device without room gets no half of a line that is counted, and the rest waits", async (t) => {
  const { outbox, fill } = stage(t);
  const box = outbox();
  const file = new FileSender({ protocol: "file", path: "/dev/full", size: 1e6, files: 1 }, box, {
    changed: () => undefined,
  });
  fill(box, 3);
  file.send();
  assert.deepEqual([file.state.status, box.waiting, account(box).sent], ["down", 3, 0]);
  await file.close();
});
