// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { after, describe, test, type TestContext } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { ConnectedSender, type ConnectedTarget } from "./connected.js";
import { settleFormer } from "./connection-fate.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Framing, Outbox, type OutboxBounds, type StreamAccount } from "./outbox.js";
import type { SenderState } from "./sender.js";

// Senders keep no process alive.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));
const native = loadNative();
const { SESSION_OPEN } = EventType;

/** Stage: an outbox, and the senders that drain it one after the other. */
class Stage {
  readonly outbox: Outbox;
  readonly states: SenderState[] = [];
  readonly region: Buffer;
  #sequence = 0;
  #wake: () => void = () => undefined;

  constructor(bounds: OutboxBounds = { ...DEFAULT_BOUNDS, records: 200_000, bytes: 64 << 20 }) {
    this.region = Buffer.alloc(Outbox.bytes(native, bounds));
    this.outbox = new Outbox(native, this.region, bounds);
  }

  sender(t: TestContext, port: number, more: Partial<ConnectedTarget> = {}, outbox = this.outbox): ConnectedSender {
    const target: ConnectedTarget = {
      protocol: "tcp",
      host: "127.0.0.1",
      port,
      sourceAddress: "",
      framing: Framing.OCTET_COUNTING,
      keepAliveSeconds: 60,
      userTimeoutSeconds: 20,
      ...more,
    };
    const sender = new ConnectedSender(native, target, outbox, {
      changed: (state) => {
        this.states.push(state);
        const wake = this.#wake;
        this.#wake = () => undefined;
        wake();
      },
    });
    t.after(() => sender.close());
    return sender;
  }

  /** Queues the next numbers, each line padded to `pad` bytes. */
  fill(count: number, pad = 0): void {
    for (let i = 0; i < count; i++) {
      const line = Buffer.from(String(++this.#sequence).padEnd(pad));
      this.outbox.append(SESSION_OPEN, line, line.length);
    }
    this.outbox.decided(0, 1, this.#sequence);
  }

  get account(): StreamAccount {
    return this.outbox.accounts().find(({ kind }) => kind === SESSION_OPEN)!;
  }

  async until(wanted: (state: SenderState) => boolean): Promise<SenderState> {
    while (!this.states.some(wanted)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.states.find(wanted)!;
  }

  /** Waits until nothing waits: the kernel says so, and gives no event for it. */
  async settled(): Promise<void> {
    while (this.outbox.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** produced = sent + in doubt + dropped + waiting, always. */
  balance(produced: number): void {
    const { queued, sent, unsendable, inDoubt, full, limited, filtered } = this.account;
    assert.equal(queued + full + limited + filtered, produced);
    assert.equal(sent + unsendable + inDoubt + this.outbox.waiting, queued);
  }
}

const numbers = (first: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(first + i));
const trimmed = (lines: readonly string[]): string[] => lines.map((line) => line.trimEnd());

async function server(t: TestContext, options: Parameters<typeof FrameServer.listen>[0] = {}): Promise<FrameServer> {
  const made = await FrameServer.listen(options);
  t.after(() => made.close().catch(() => undefined));
  return made;
}

/** Leaves this process no descriptor, until what it returns is called. */
function takeDescriptors(t: TestContext): () => void {
  const limit = (files: string): void =>
    void execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${files}:`]);
  const before = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))![1]!;
  limit(String(Math.max(...readdirSync("/proc/self/fd").map(Number)) + 20));
  t.after(() => limit(before));
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch (thrown) {
    assert.equal((thrown as NodeJS.ErrnoException).code, "EMFILE");
  }
  return () => taken.forEach((descriptor) => closeSync(descriptor));
}

describe("a sender over TCP", () => {
  test("begins each connection with its opening, whose bytes are of no line; frames that say their length stand as they are", async (t) => {
    const OPENING = "opening!";
    const LINE = 10;
    const came: string[] = [];
    let look: () => void = () => undefined;
    const until = async (connection: number, bytes: number): Promise<void> => {
      while ((came[connection]?.length ?? 0) < bytes) await new Promise<void>((resolve) => (look = resolve));
    };
    const sockets: Socket[] = [];
    const collector = createServer((socket) => {
      const connection = came.push("") - 1;
      sockets.push(socket);
      socket.setEncoding("latin1").on("data", (text: string) => {
        came[connection] += text;
        look();
      });
      socket.on("error", () => undefined);
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      collector.close();
    });
    const stage = new Stage();
    const sender = stage.sender(t, (collector.address() as AddressInfo).port, {
      framing: Framing.NONE,
      opening: () => Buffer.from(OPENING),
    });
    for (const [connection, count] of [300, 50].entries()) {
      stage.fill(count, LINE);
      sender.send();
      await until(connection, OPENING.length + count * LINE);
      await stage.settled();
      sockets[connection]!.destroy();
      await stage.until(({ status }) => status === "down");
    }
    const lines = numbers(1, 350).map((text) => text.padEnd(LINE));
    assert.deepEqual(came.slice(0, 2), [OPENING + lines.slice(0, 300).join(""), OPENING + lines.slice(300).join("")]);
    assert.equal(stage.account.sent, 350);
    stage.balance(350);
  });

  test("delivers every line once and in order, and counts it when the other side has it", async (t) => {
    for (const framing of ["octet-counting", "newline"] as const) {
      const collector = await server(t, { framing });
      const stage = new Stage();
      const sender = stage.sender(t, collector.port, {
        framing: framing === "newline" ? Framing.NEWLINE : Framing.OCTET_COUNTING,
      });
      await stage.until(({ status }) => status === "up");
      for (let round = 0; round < 40; round++) {
        stage.fill(500, 1 + round * 40);
        sender.send();
      }
      assert.deepEqual(trimmed(await collector.until(20_000)), numbers(1, 20_000));
      await stage.settled();
      assert.deepEqual([stage.account.sent, stage.account.inDoubt, sender.state.connections], [20_000, 0, 1]);
      await sender.close();
      assert.deepEqual(collector.torn, []);
    }
  });

  test("keeps its lines while nobody listens, says why, and delivers them when somebody does", async (t) => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    const stage = new Stage();
    stage.fill(1000);
    stage.sender(t, port);
    assert.equal((await stage.until(({ status }) => status === "down")).error, "ECONNREFUSED");
    assert.equal(stage.outbox.waiting, 1000);
    const collector = await server(t, { port });
    assert.deepEqual(await collector.until(1000), numbers(1, 1000));
    await stage.settled();
    assert.deepEqual([stage.account.sent, stage.account.inDoubt], [1000, 0]);
  });

  test("is held up by a collector that does not read, and loses nothing when it reads again", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    const sender = stage.sender(t, collector.port);
    const socket = await collector.untilConnected(1);
    socket.pause();
    stage.fill(30_000, 1000);
    sender.send();
    await new Promise((resolve) => setTimeout(resolve, 100)); // the kernel's buffers fill without an event
    assert.ok(stage.outbox.waiting > 15_000, String(stage.outbox.waiting));
    stage.balance(30_000);
    socket.resume();
    assert.deepEqual(trimmed(await collector.until(30_000)), numbers(1, 30_000));
    await stage.settled();
    assert.deepEqual([stage.account.sent, stage.account.inDoubt], [30_000, 0]);
  });

  test("keeps its connection to a collector that does not read for longer than the user timeout", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    const sender = stage.sender(t, collector.port, { userTimeoutSeconds: 1 });
    const socket = await collector.untilConnected(1);
    socket.pause();
    stage.fill(30_000, 1000);
    sender.send();
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // what must not happen gives no event
    socket.resume();
    assert.deepEqual(trimmed(await collector.until(30_000)), numbers(1, 30_000));
    await stage.settled();
    assert.deepEqual([stage.account.sent, stage.account.inDoubt, sender.state.connections], [30_000, 0, 1]);
  });

  test("reset in the middle counts what is in doubt, and sends the rest once", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    const sender = stage.sender(t, collector.port);
    (await collector.untilConnected(1)).pause();
    stage.fill(30_000, 1000);
    sender.send();
    await new Promise((resolve) => setTimeout(resolve, 100)); // as above
    collector.connections[0]!.resetAndDestroy();
    await collector.untilConnected(2);
    await stage.settled();
    // Acknowledged is not yet read.
    while (collector.lines.at(-1)?.trimEnd() !== "30000") await collector.until(collector.lines.length + 1);
    stage.balance(30_000);
    // Acknowledged by the first connection's kernel and never read by its program, or in doubt: the beginning. Then all.
    const got = trimmed(collector.lines);
    assert.deepEqual(got, numbers(Number(got[0]), got.length));
    assert.ok(Number(got[0]) - 1 >= stage.account.inDoubt);
    assert.equal(stage.account.sent + stage.account.inDoubt, 30_000);
  });

  test("to a collector that comes and goes sends no line twice", async (t) => {
    let collector = await FrameServer.listen();
    const { port } = collector;
    const stage = new Stage();
    const sender = stage.sender(t, port);
    const got: string[] = [];
    const feeder = setInterval(() => {
      stage.fill(50, 300);
      sender.send();
    }, 1);
    for (let flap = 0; flap < 5; flap++) {
      await collector.until(500);
      await collector.close(flap % 2 === 0 ? "reset" : "end");
      got.push(...trimmed(collector.lines));
      collector = await FrameServer.listen({ port });
    }
    clearInterval(feeder);
    await stage.settled();
    const { queued, sent, inDoubt } = stage.account;
    assert.equal(sent + inDoubt, queued);
    await collector.until(1);
    while (Number(collector.lines.at(-1)) < queued) await collector.until(collector.lines.length + 1);
    got.push(...trimmed(collector.lines));
    assert.equal(new Set(got).size, got.length, "a line came twice");
    assert.deepEqual(
      got,
      got
        .map(Number)
        .toSorted((a, b) => a - b)
        .map(String),
      "lines came in another order",
    );
    await collector.close();
  });

  test("asked to close waits until what it has handed over is acknowledged", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    const sender = stage.sender(t, collector.port);
    await stage.until(({ status }) => status === "up");
    stage.fill(2000, 200);
    await sender.close();
    const { sent } = stage.account;
    assert.equal(stage.outbox.unacknowledged, 0);
    assert.equal(sent, 2000);
    assert.equal((await collector.until(2000)).length, 2000);
  });

  test("finds a host by its name", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    stage.fill(3);
    stage.sender(t, collector.port, { host: "localhost", sourceAddress: "127.0.0.5" });
    assert.deepEqual(await collector.until(3), ["1", "2", "3"]);
    assert.equal(collector.connections[0]!.remoteAddress, "127.0.0.5");
  });

  test("to a name that does not exist says so", async (t) => {
    const stage = new Stage();
    stage.sender(t, 514, { host: "nowhere.invalid" });
    assert.match((await stage.until(({ status }) => status === "down")).error, /^(ENOTFOUND|EAI_AGAIN)$/);
  });
});

describe("an outbox whose connection was another process's", () => {
  test("counts as sent what the kernel delivered after that process's end", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    const first = stage.sender(t, collector.port);
    await stage.until(({ status }) => status === "up");
    (await collector.untilConnected(1)).pause();
    stage.fill(100, 100);
    first.send();
    assert.equal(stage.outbox.unacknowledged + stage.account.sent, 100);
    // As after a kill: the region as it was, and the descriptor closed by the kernel.
    const copy = Buffer.from(stage.region);
    await first.close();
    const second = new Outbox(native, copy, stage.outbox.bounds);
    collector.connections[0]!.resume();
    await settleFormer(second, new AbortController().signal);
    stage.sender(t, collector.port, {}, second);
    await collector.untilConnected(2);
    const account = second.accounts().find(({ kind }) => kind === SESSION_OPEN)!;
    assert.deepEqual([account.sent, account.inDoubt, second.waiting], [100, 0, 0]);
    assert.equal((await collector.until(100)).length, 100);
  });

  test("counts as in doubt what nobody can tell any more", async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    stage.fill(10, 50);
    const descriptor = native.openStream("127.0.0.1", collector.port, "", 0, 1000);
    await collector.untilConnected(1);
    stage.outbox.begin("0100007F:0001 0100007F:0002");
    assert.ok(stage.outbox.sendFrames(descriptor, Framing.OCTET_COUNTING) > 0);
    native.streamAbort(descriptor);
    stage.fill(5);
    await settleFormer(stage.outbox, new AbortController().signal);
    stage.sender(t, collector.port);
    await collector.untilConnected(2);
    await stage.settled();
    assert.deepEqual([stage.account.sent, stage.account.inDoubt], [5, 10]);
  });

  test("waits while there is no descriptor to look for that connection with", { timeout: 10_000 }, async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    stage.fill(10, 50);
    const descriptor = native.openStream("127.0.0.1", collector.port, "", 0, 1000);
    const socket = await collector.untilConnected(1);
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    stage.outbox.begin("0100007F:0001 0100007F:0002");
    assert.ok(stage.outbox.sendFrames(descriptor, Framing.OCTET_COUNTING) > 0);
    native.streamAbort(descriptor);
    await closed; // which gives its descriptor back
    stage.fill(5);
    const giveBack = takeDescriptors(t);
    let isSettled = false;
    const settled = settleFormer(stage.outbox, new AbortController().signal).then(() => (isSettled = true));
    await new Promise((resolve) => setTimeout(resolve, 200)); // several looks
    assert.deepEqual([isSettled, stage.account.inDoubt, stage.outbox.waiting], [false, 0, 15]);
    giveBack();
    await settled;
    assert.deepEqual([stage.account.sent, stage.account.inDoubt, stage.outbox.waiting], [0, 10, 5]);
  });

  test("is down while there is no descriptor to connect with, and up when there is", { timeout: 10_000 }, async (t) => {
    const collector = await server(t);
    const stage = new Stage();
    stage.fill(5);
    const giveBack = takeDescriptors(t);
    stage.sender(t, collector.port);
    const state = await stage.until(({ status }) => status === "down");
    giveBack();
    assert.equal(state.error, "EMFILE");
    await stage.settled();
    assert.deepEqual([stage.account.sent, stage.account.inDoubt, collector.connected], [5, 0, 1]);
  });
});
