// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";

import { pino } from "pino";

import type { Stream as StreamConfig } from "../config/config.js";
import { EventType } from "../../../shared/gen/wire.gen.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { Framing, type StreamAccount } from "./outbox.js";
import { OutboxFiles } from "./outbox-file.js";
import type { Stream } from "./stream.js";
import { Streams } from "./streams.js";

// Streams keep no process alive.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));
const native = loadNative();
const { SESSION_OPEN } = EventType;

const config = (name: string): StreamConfig => ({ name, host: "127.0.0.1", port: 9 });
const overTcp = (port: number, more: Partial<StreamConfig> = {}): StreamConfig => ({
  name: "a",
  host: "127.0.0.1",
  port,
  transport: { protocol: "tcp" },
  queue: { records: 20_000, size: "64m" },
  ...more,
});

/** Stage: streams in a directory of their own, and what the daemon's log says of those that ended. */
interface Stage {
  readonly dir: string;
  readonly streams: Streams;
  readonly ended: { readonly stream: string; readonly waiting: number }[];
}

function stage(t: TestContext): Stage {
  const dir = mkdtempSync("/dev/shm/ringwall-streams-");
  t.after(() => rmSync(dir, { recursive: true }));
  const ended: Stage["ended"] = [];
  const log = pino({ level: "warn" }, { write: (line) => void ended.push(JSON.parse(line) as Stage["ended"][0]) });
  const streams = new Streams(native, filesIn(dir), log);
  t.after(() => streams.close());
  return { dir, streams, ended };
}

const filesIn = (dir: string): OutboxFiles => new OutboxFiles(native, dir, () => undefined);

async function collector(t: TestContext): Promise<FrameServer> {
  const made = await FrameServer.listen();
  t.after(() => made.close().catch(() => undefined));
  return made;
}

/** Queues numbers as lines, padded to `pad` bytes, and sends what the stream's way out takes. */
function fill(stream: Stream, first: number, count: number, pad: number): void {
  for (let number = first; number < first + count; number++) {
    const line = Buffer.from(String(number).padEnd(pad));
    stream.append(SESSION_OPEN, line, line.length, () => assert.fail("nothing gives way here"));
  }
  stream.outbox.decided(0, 1, first + count - 1);
  stream.send();
}

/** heldUp gives a stream whose connection has taken some of the lines 1 to 6000: the collector does not read. */
async function heldUp(streams: Streams, to: FrameServer): Promise<Socket> {
  const [stream] = streams.configure([overTcp(to.port)]);
  const socket = await to.untilConnected(1);
  socket.pause();
  await until(() => stream!.state.status === "up");
  fill(stream!, 1, 6_000, 1_000);
  return socket;
}

/** What the kernel acknowledges and what a handover changes give no event here. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const numbersOf = (lines: readonly string[]): number[] => lines.map(Number).toSorted((a, b) => a - b);
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
const account = (of: Stream): StreamAccount => of.outbox.accounts().find(({ kind }) => kind === SESSION_OPEN)!;

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

test("a stream that changes twice while its connection ends sends every line once, and keeps its queue's file", async (t) => {
  const { dir, streams } = stage(t);
  const to = await collector(t);
  const socket = await heldUp(streams, to);
  streams.configure([overTcp(to.port, { "rate-limit": 1_000_000 })]);
  const [last] = streams.configure([overTcp(to.port, { queue: { records: 30_000, size: "64m" } })]);
  fill(last!, 6_001, 1_000, 1_000);
  socket.resume();
  await until(() => last!.state.status === "up" && last!.outbox.waiting === 0);
  fill(last!, 7_001, 100, 1_000);
  await until(() => last!.outbox.waiting === 0);
  assert.deepEqual(numbersOf(await to.until(7_100)), upTo(7_100));
  const { queued, sent, inDoubt } = account(last!);
  assert.deepEqual([queued, sent + inDoubt, to.connected], [7_100, 7_100, 2]);
  assert.equal(last!.outbox.bounds.records, 30_000);
  const left = filesIn(dir).left("a")!;
  assert.deepEqual([left.bounds, left.accounts()], [last!.outbox.bounds, last!.outbox.accounts()]);
  await streams.close();
  assert.deepEqual(to.torn, []);
});

test("a stream that is removed while a change of it is under way is given up once, when its connection has ended", async (t) => {
  const { dir, streams, ended } = stage(t);
  const to = await collector(t);
  const socket = await heldUp(streams, to);
  streams.configure([overTcp(to.port, { "rate-limit": 1_000_000 })]);
  streams.configure([config("b")]);
  streams.configure([config("c")]);
  await new Promise((resolve) => setTimeout(resolve, 50)); // what must not happen gives no event
  assert.deepEqual([existsSync(join(dir, "a.outbox")), ended.filter(({ stream }) => stream === "a")], [true, []]);
  socket.resume();
  await until(() => !existsSync(join(dir, "a.outbox")));
  assert.deepEqual(numbersOf(await to.until(6_000)), upTo(6_000));
  assert.deepEqual(
    ended.filter(({ stream }) => stream === "a").map(({ waiting }) => waiting),
    [0],
  );
});

test("a stream that was removed and comes back while its connection ends goes on, also when the daemon ends then", async (t) => {
  const { dir, streams, ended } = stage(t);
  const to = await collector(t);
  const socket = await heldUp(streams, to);
  streams.configure([]);
  const [back] = streams.configure([overTcp(to.port)]);
  fill(back!, 6_001, 1, 1_000);
  await streams.close();
  assert.deepEqual(ended, []);
  assert.equal(filesIn(dir).left("a")!.accounts()[0]!.queued, 6_001);
  socket.resume();
});

for (const protocol of ["udp", "file"] as const)
  test(`what a connection has taken is not sent again by a stream that goes over ${protocol} then`, async (t) => {
    const { dir, streams } = stage(t);
    const to = await collector(t);
    const other = createSocket("udp4");
    t.after(() => other.close());
    const elsewhere: string[] = [];
    other.on("message", (message) => elsewhere.push(message.toString())).bind(0, "127.0.0.1");
    await once(other, "listening");
    const socket = await heldUp(streams, to);
    const path = join(dir, "log");
    const [now] = streams.configure([
      protocol === "udp"
        ? overTcp(other.address().port, { transport: { protocol } })
        : { name: "a", file: { path }, queue: { records: 20_000, size: "64m" } },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // a connection has a second to end in
    assert.ok(now!.outbox.unacknowledged > 0);
    assert.equal(now!.state.status, "connecting");
    socket.resume();
    await until(() => now!.outbox.waiting === 0);
    await until(() => to.connections.length === 0);
    if (protocol === "file") elsewhere.push(...readFileSync(path, "utf8").trimEnd().split("\n"));
    const byTcp = new Set(numbersOf(to.lines));
    assert.deepEqual(
      numbersOf(elsewhere).filter((number) => byTcp.has(number)),
      [],
    );
    if (protocol === "file") assert.deepEqual(numbersOf([...to.lines, ...elsewhere]), upTo(6_000));
    const { sent, inDoubt } = account(now!);
    assert.deepEqual([sent, inDoubt, to.torn.length <= 1], [6_000, 0, true]);
  });

test("a stream that is closed while it waits for a former daemon's connection leaves it to the next one", async (t) => {
  const { dir, streams } = stage(t);
  const to = await collector(t);
  const descriptor = native.openStream("127.0.0.1", to.port, "", 0, 1_000);
  t.after(() => native.streamAbort(descriptor));
  (await to.untilConnected(1)).pause();
  const former = filesIn(dir).open("a", { records: 20_000, bytes: 64_000_000, isChecked: false });
  former.begin(native.streamName(descriptor));
  const line = Buffer.from("1");
  former.append(SESSION_OPEN, line, line.length);
  former.decided(0, 1, 1);
  assert.equal(former.sendFrames(descriptor, Framing.OCTET_COUNTING), 3);
  const [stream] = streams.configure([overTcp(to.port, { queue: { records: 20_000, size: "64000000" } })]);
  await streams.close();
  await new Promise((resolve) => setTimeout(resolve, 120)); // what must not happen gives no event
  const { sent, inDoubt } = account(stream!);
  assert.deepEqual([stream!.outbox.unacknowledged, sent, inDoubt], [1, 0, 0]);
});
