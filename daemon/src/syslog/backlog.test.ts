// What a ring kept for a daemon that was away goes no faster than streams take it. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { after, test } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import type { Stream as StreamConfig } from "../config/config.js";
import { Backlog } from "./backlog.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { OutboxFiles } from "./outbox-file.js";
import { Stream, streamSettings } from "./stream.js";

const directory = mkdtempSync("/dev/shm/ringwall-backlog-");
after(() => rmSync(directory, { recursive: true }));
const native = loadNative();
const files = new OutboxFiles(native, directory, (_path, error) => {
  throw error;
});
const line = Buffer.from("a line");

function stream(name: string, port: number, more: Partial<StreamConfig> = {}): Stream {
  const transport = { protocol: "tcp" as const };
  const settings = streamSettings({ name, host: "127.0.0.1", port, transport, queue: { records: 100 }, ...more });
  return new Stream(native, settings, files.open(name, settings.bounds));
}

function fill({ outbox }: Stream, count: number): void {
  for (let i = 0; i < count; i++) outbox.append(EventType.SESSION_OPEN, line, line.length);
  outbox.commit();
}

test("as much is read as fits into every queue, and no more until its stream has sent", async () => {
  const collector = await FrameServer.listen();
  const backlog = new Backlog();
  const streams = [stream("one", collector.port), stream("other", collector.port)] as const;
  assert.equal(backlog.room(streams, 0), 50);
  fill(streams[0], 51);
  assert.equal(backlog.room(streams, 1), 0);
  streams[0].begin();
  await collector.until(51);
  while (streams[0].outbox.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 5)); // an acknowledgement
  assert.equal(backlog.room(streams, 4_000), 50);
  await streams[0].close();
  await collector.close();
});

test("a stream that is stuck is waited for five seconds, and none when the rings have been empty", () => {
  const stuck = stream("stuck", 1);
  fill(stuck, 51);
  const backlog = new Backlog();
  assert.deepEqual(
    [0, 4_999, 5_000, 5_001].map((ms) => backlog.room([stuck], ms)),
    [0, 0, Infinity, Infinity],
  );
  const caughtUp = new Backlog();
  assert.equal(caughtUp.room([stuck], 0), 0);
  caughtUp.end();
  assert.equal(caughtUp.room([stuck], 1), Infinity);
});

test("a stream that is stuck ends the waiting for itself alone", () => {
  const [stuck, other] = [stream("stuck-alone", 1), stream("beside", 1)];
  fill(stuck, 51);
  const backlog = new Backlog();
  const room = (ms: number): number => backlog.room([stuck, other], ms);
  assert.deepEqual([room(0), room(4_999), room(5_000)], [0, 0, 50]);
  fill(other, 51);
  assert.deepEqual([room(5_001), room(10_000), room(10_001)], [0, 0, Infinity]);
});

test("as many lines are read as fit into a queue's bytes, however long they are", () => {
  const queue = { records: 1_000_000, size: "64k" };
  const short = stream("short", 1, { queue, "line-limit": 480 });
  assert.equal(new Backlog().room([short], 0), Math.floor(short.outbox.bounds.bytes / 2 / 480));
  const long = stream("long", 1, { queue, "line-limit": 8192 });
  const room = new Backlog().room([long], 0);
  assert.equal(room, Math.floor(long.outbox.bounds.bytes / 2 / 8192));
  const longest = Buffer.alloc(8192, 65);
  // Half is full to the byte, and what was said to have room has it.
  while (!long.outbox.isHalfFull && new Backlog().room([long], 0) === room) {
    for (let i = 0; i < room; i++) long.outbox.append(EventType.SESSION_OPEN, longest, longest.length);
    long.outbox.commit();
  }
  assert.equal(long.outbox.accounts().find(({ kind }) => kind === EventType.SESSION_OPEN)!.full, 0);
});

test("a daemon that ends reads no more than its streams have room for, also when the rings had been empty", () => {
  const full = stream("full", 1);
  fill(full, 51);
  const backlog = new Backlog();
  backlog.end();
  assert.equal(backlog.room([full], 0), Infinity);
  backlog.again();
  assert.equal(backlog.room([full], 1), 0);
});

test("a stream whose collector is down is not waited for", async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const settings = streamSettings({
    name: "down",
    host: "127.0.0.1",
    port,
    transport: { protocol: "tcp" },
    queue: { records: 100 },
  });
  let refused: () => void = () => undefined;
  const isDown = new Promise<void>((resolve) => (refused = resolve));
  const down = new Stream(native, settings, files.open("down", settings.bounds), (_stream, { status }) => {
    if (status === "down") refused();
  });
  fill(down, 51);
  const backlog = new Backlog();
  assert.equal(backlog.room([down], 0), 0);
  down.begin();
  const alive = setInterval(() => undefined, 1000); // senders keep no process alive
  await isDown;
  clearInterval(alive);
  assert.equal(backlog.room([down], 1), Infinity);
  await down.close();
});
