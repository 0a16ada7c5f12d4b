// A sender killed at any instant loses no line and sends none twice. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";

import { FrameServer } from "../daemon/src/syslog/frame-server.js";
import { loadNative } from "../daemon/src/syslog/native.js";
import { Outbox } from "../daemon/src/syslog/outbox.js";

const program = fileURLToPath(new URL("./outbox-sender.js", import.meta.url));
const BATCH = 16;

/** Stage holds what outlives each sender: its files, the receiver, and what the receiver expects next. */
class Stage {
  readonly directory: string;
  readonly socket: Socket;
  readonly wrong: string[] = [];
  expected = 1;

  private constructor(directory: string, socket: Socket) {
    this.directory = directory;
    this.socket = socket;
    socket.on("message", (message) => {
      const text = message.toString();
      if (text !== String(this.expected) && this.wrong.length < 10)
        this.wrong.push(`${text} instead of ${this.expected}`);
      this.expected = Number(text) + 1;
    });
  }

  static async open(t: TestContext): Promise<Stage> {
    const directory = await mkdtemp("/dev/shm/ringwall-outbox-");
    t.after(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "cursor"), Buffer.alloc(8));
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    t.after(() => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new Stage(directory, socket);
  }

  start(point = "", pass = 0) {
    const args = [program, this.directory, String(this.socket.address().port), point, String(pass)];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
    child.stdin.on("error", () => undefined); // it may die while we write
    return child;
  }

  async until(expected: number): Promise<void> {
    while (this.expected < expected) await once(this.socket, "message");
  }

  /** Lets a last sender finish what its predecessors left. Each batch of 16 that was begun comes to its end. */
  async finish(): Promise<void> {
    const child = this.start();
    child.stdin.write("+");
    const end = this.expected + BATCH;
    await this.until(end);
    child.stdin.end();
    await once(child, "exit");
    assert.deepEqual(this.wrong, []);
  }
}

for (const point of ["appended", "decided", "cursor", "before-send", "after-send"]) {
  test(`killed at the point "${point}", a sender's successor sends each line that is missing, and no other`, async (t) => {
    const stage = await Stage.open(t);
    for (const pass of [1, 3, 7]) {
      const child = stage.start(point, pass);
      child.stdin.write("+".repeat(10));
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, "SIGKILL"]);
    }
    await stage.finish();
  });
}

test(
  "killed from outside under load, again and again, senders send each line once and in order",
  { timeout: 120_000 },
  async (t) => {
    const stage = await Stage.open(t);
    for (let kill = 0; kill < 10; kill++) {
      const child = stage.start();
      let received = 0;
      const answer = (): void => {
        // As many batches under way as the receiver's buffer surely holds.
        if (++received % BATCH === 0) child.stdin.write("+");
      };
      stage.socket.on("message", answer);
      child.stdin.write("+".repeat(12));
      await stage.until(stage.expected + 200 + kill * 37);
      child.kill("SIGKILL");
      await once(child, "exit");
      stage.socket.off("message", answer);
    }
    await stage.finish();
  },
);

// Of a batch of 256 the queue holds 128; every second batch is sent, so the other one meets a full queue. What comes is in order and none comes twice; what does
// not come is counted.
for (const [point, passes] of [
  ["appended", [300, 400, 500]],
  ["decided", [1, 2]],
  ["cursor", [1, 2]],
  ["before-send", [1, 2]],
  ["after-send", [1, 2]],
] as const) {
  test(`killed at the point "${point}" while its oldest lines give way, a sender sends no line twice and counts what it does not send`, async (t) => {
    const directory = await mkdtemp("/dev/shm/ringwall-outbox-");
    t.after(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "cursor"), Buffer.alloc(8));
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    t.after(() => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const received: number[] = [];
    let last = Infinity;
    const isThere = new Promise<void>((resolve) => {
      socket.on("message", (message) => {
        received.push(Number(message.toString()));
        if (received.at(-1)! >= last) resolve();
      });
    });
    const start = (at: string, pass: number) => {
      const args = [program, directory, String(socket.address().port), at, String(pass), "udp", "drop-oldest"];
      const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
      child.stdin.on("error", () => undefined); // it may die while we write
      return child;
    };
    for (const pass of passes) {
      const child = start(point, pass);
      child.stdin.write("++++");
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, "SIGKILL"]);
    }
    const child = start("", 0);
    child.stdin.end("+");
    await once(child, "exit");
    last = (await readFile(join(directory, "cursor"))).readDoubleLE(0);
    if (received.at(-1) !== last) await isThere;
    const region = await readFile(join(directory, "kill.outbox"));
    const outbox = new Outbox(loadNative(), region, Outbox.boundsOf(region));
    const { sent, full } = outbox.accounts().find(({ kind }) => kind === 1)!;
    assert.deepEqual(
      received.filter((number, index) => number <= (received[index - 1] ?? 0)),
      [],
      "none twice, and in order",
    );
    assert.deepEqual([sent, sent + full, outbox.waiting], [received.length, last, 0]);
    assert.ok(full > 0);
  });
}

/** TcpStage: the same over connections. What the kernel has taken it goes on sending when the sender is dead. */
class TcpStage {
  readonly directory: string;
  readonly server: FrameServer;

  private constructor(directory: string, server: FrameServer) {
    this.directory = directory;
    this.server = server;
  }

  static async open(t: TestContext): Promise<TcpStage> {
    const directory = await mkdtemp("/dev/shm/ringwall-outbox-");
    t.after(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "cursor"), Buffer.alloc(8));
    const server = await FrameServer.listen();
    t.after(() => server.close());
    return new TcpStage(directory, server);
  }

  start(point = "", pass = 0) {
    const args = [program, this.directory, String(this.server.port), point, String(pass), "tcp"];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
    child.stdin.on("error", () => undefined); // it may die while we write
    return child;
  }

  /** Lets a last sender finish, and looks at all that came. */
  async finish(): Promise<void> {
    const child = this.start();
    child.stdin.write("+".repeat(3));
    const seen = this.server.lines.length;
    await this.server.until(seen + 3 * BATCH);
    const account = await this.#account(child);
    child.stdin.end();
    await once(child, "exit");
    const { lines } = this.server;
    assert.deepEqual(
      lines,
      lines.map((_, index) => String(index + 1)),
    );
    assert.equal(account.sent + account.inDoubt, lines.length);
    assert.equal(account.inDoubt, 0, "the dead senders' connections tell what became of their lines");
  }

  // The account, when nothing waits any more: the kernel gives no event for an acknowledgement.
  async #account(child: ReturnType<TcpStage["start"]>): Promise<{ sent: number; inDoubt: number }> {
    for (;;) {
      assert.equal(child.exitCode, null);
      // A copy: the region is the sender's.
      const region = await readFile(join(this.directory, "kill.outbox"));
      const outbox = new Outbox(loadNative(), region, Outbox.boundsOf(region));
      if (outbox.waiting === 0) return outbox.accounts().find(({ kind }) => kind === 1)!;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

for (const point of ["appended", "decided", "cursor", "before-send", "after-send"]) {
  test(`killed at the point "${point}", a connection's successor sends each line that is missing, and no other`, async (t) => {
    const stage = await TcpStage.open(t);
    for (const pass of [1, 3, 7]) {
      const child = stage.start(point, pass);
      // One batch after the other, so that there are as many system calls as there are batches.
      const feeder = setInterval(() => child.stdin.write("+"), 5);
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      clearInterval(feeder);
      assert.deepEqual([code, signal], [null, "SIGKILL"]);
    }
    await stage.finish();
  });
}

test("killed from outside with lines queued over TCP, senders send each line once and in order", async (t) => {
  const stage = await TcpStage.open(t);
  for (let kill = 0; kill < 5; kill++) {
    const child = stage.start();
    child.stdin.write("+".repeat(150)); // no more than the queue holds
    await stage.server.until(stage.server.lines.length + 200 + kill * 137);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await stage.finish();
});
