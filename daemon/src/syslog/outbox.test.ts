// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Framing, Outbox, OutboxDamagedError, type OutboxBounds } from "./outbox.js";
import { DatagramSender } from "./datagram.js";

const native = loadNative();
const { SESSION_OPEN, POLICY_DENY } = EventType;
const START = 77;
/** Places in a region: daemon/src/syslog/outbox.ts. */
const BATCH_AT = 8192;
const TABLES = [256, 256 + 8 * (9 + 7 * 8 + 128)];

/** Receiver collects datagrams on loopback. */
class Receiver {
  readonly lines: string[] = [];
  readonly #socket: Socket;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (message) => {
      this.lines.push(message.toString());
      this.#wake();
    });
  }

  static async open(t: TestContext, address = "127.0.0.1"): Promise<Receiver> {
    const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", recvBufferSize: 1 << 20 });
    t.after(() => socket.close());
    socket.bind(0, address);
    await once(socket, "listening");
    return new Receiver(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async until(count: number): Promise<string[]> {
    while (this.lines.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.lines;
  }
}

function region(bounds: OutboxBounds = DEFAULT_BOUNDS): Buffer {
  return Buffer.alloc(Outbox.bytes(native, bounds));
}

/** A sender over UDP to loopback. */
function udp(outbox: Outbox, port: number, host = "127.0.0.1", sourceAddress = ""): DatagramSender {
  return new DatagramSender(native, { protocol: "udp", host, port, sourceAddress }, outbox, {
    changed: () => undefined,
  });
}

function append(outbox: Outbox, kind: number, text: string): void {
  const bytes = Buffer.from(text);
  outbox.append(kind, bytes, bytes.length);
}

/** Queues lines "first" … "first + count - 1" as frames of that number. */
function fill(outbox: Outbox, first: number, count: number, pad = 0): void {
  for (let sequence = first; sequence < first + count; sequence++)
    append(outbox, SESSION_OPEN, String(sequence).padEnd(pad));
  outbox.decided(0, START, first + count - 1);
}

const numbers = (first: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(first + i));
const account = (outbox: Outbox, kind: number) => outbox.accounts().find((candidate) => candidate.kind === kind)!;

describe("an outbox", () => {
  test("sends its lines in order, over IPv4 and IPv6, and counts them", async (t) => {
    for (const host of ["127.0.0.1", "::1"]) {
      const receiver = await Receiver.open(t, host);
      const outbox = new Outbox(native, region());
      const sender = udp(outbox, receiver.port, host);
      fill(outbox, 1, 100);
      assert.equal(outbox.waiting, 100);
      sender.send();
      assert.equal(outbox.waiting, 0);
      assert.deepEqual(await receiver.until(100), numbers(1, 100));
      assert.deepEqual(account(outbox, SESSION_OPEN), {
        kind: SESSION_OPEN,
        queued: 100,
        sent: 100,
        filtered: 0,
        full: 0,
        unsendable: 0,
        limited: 0,
        inDoubt: 0,
      });
      await sender.close();
    }
  });

  test("sends from the address it is told", async (t) => {
    const socket = createSocket("udp4");
    t.after(() => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const outbox = new Outbox(native, region());
    const sender = udp(outbox, socket.address().port, "127.0.0.1", "127.0.0.9");
    fill(outbox, 1, 1);
    const received = once(socket, "message") as Promise<[Buffer, { address: string }]>;
    sender.send();
    assert.equal((await received)[1].address, "127.0.0.9");
    await sender.close();
  });

  test("keeps going round: slots and bytes are used again", async (t) => {
    const receiver = await Receiver.open(t);
    const outbox = new Outbox(native, region());
    const sender = udp(outbox, receiver.port);
    for (let first = 1; first < 20_000; first += 100) {
      fill(outbox, first, 100, 1400);
      sender.send();
      await receiver.until(first + 99);
    }
    assert.deepEqual(
      receiver.lines.map((line) => line.trim()),
      numbers(1, 20_000),
    );
    await sender.close();
  });

  test("that is full counts what does not fit, by kind, and loses nothing it has taken", async (t) => {
    const receiver = await Receiver.open(t);
    const outbox = new Outbox(native, region());
    fill(outbox, 1, 8192);
    append(outbox, POLICY_DENY, "too late");
    append(outbox, SESSION_OPEN, "too late");
    outbox.decided(0, START, 8194);
    assert.deepEqual(
      [account(outbox, SESSION_OPEN).queued, account(outbox, SESSION_OPEN).full, account(outbox, POLICY_DENY).full],
      [8192, 1, 1],
    );
    const sender = udp(outbox, receiver.port);
    sender.send();
    assert.equal(account(outbox, SESSION_OPEN).sent, 8192);
    await sender.close();
  });

  test("whose bytes are used up is full before its slots are", () => {
    const outbox = new Outbox(native, region());
    const line = Buffer.alloc(60_000, 65);
    for (let sequence = 1; sequence <= 200; sequence++) {
      outbox.append(SESSION_OPEN, line, line.length);
      outbox.decided(0, START, sequence);
    }
    const room = Math.floor((8 << 20) / 60_000);
    assert.deepEqual([account(outbox, SESSION_OPEN).queued, account(outbox, SESSION_OPEN).full], [room, 200 - room]);
  });

  test("drops a line that no datagram can carry, counts it, and sends the next", async (t) => {
    const receiver = await Receiver.open(t);
    const outbox = new Outbox(native, region());
    const sender = udp(outbox, receiver.port);
    append(outbox, POLICY_DENY, "x".repeat(65_508));
    append(outbox, POLICY_DENY, "short");
    outbox.decided(0, START, 2);
    sender.send();
    assert.deepEqual(await receiver.until(1), ["short"]);
    assert.deepEqual([account(outbox, POLICY_DENY).sent, account(outbox, POLICY_DENY).unsendable], [1, 1]);
    await sender.close();
  });
});

describe("an outbox taken over", () => {
  test("goes on with the first line that was not sent", async (t) => {
    const receiver = await Receiver.open(t);
    const bytes = region();
    const former = new Outbox(native, bytes);
    fill(former, 1, 10);
    const descriptor = native.openDatagram("127.0.0.1", receiver.port, "");
    assert.equal(former.send(descriptor, 4), 4);
    native.closeSocket(descriptor);
    const outbox = new Outbox(native, bytes);
    assert.deepEqual([outbox.waiting, account(outbox, SESSION_OPEN).sent], [6, 4]);
    const sender = udp(outbox, receiver.port);
    sender.send();
    assert.deepEqual(await receiver.until(10), numbers(1, 10));
    await sender.close();
  });

  test("believes the kernel's marks where its own count did not come so far", async (t) => {
    const receiver = await Receiver.open(t);
    const bytes = region();
    const former = new Outbox(native, bytes);
    fill(former, 1, 10);
    const before = Buffer.from(bytes);
    const descriptor = native.openDatagram("127.0.0.1", receiver.port, "");
    assert.equal(former.send(descriptor, 4), 4);
    // As after a kill inside the system call: the marks are there, the numbers are the old ones.
    const marks = Buffer.from(bytes.subarray(BATCH_AT, BATCH_AT + native.batchBytes));
    before.copy(bytes);
    marks.copy(bytes, BATCH_AT);
    const outbox = new Outbox(native, bytes);
    assert.deepEqual([outbox.waiting, account(outbox, SESSION_OPEN).sent], [6, 4]);
    assert.deepEqual([new Outbox(native, bytes).waiting], [6], "the marks of lines that are counted say nothing more");
    assert.equal(outbox.send(descriptor, 64), 6);
    assert.deepEqual(await receiver.until(10), numbers(1, 10));
    native.closeSocket(descriptor);
  });

  test("does not take up again what a broken connection has given back", async (t) => {
    const listening = createServer((socket) => t.after(() => socket.destroy())).listen(0, "127.0.0.1");
    t.after(() => listening.close());
    await once(listening, "listening");
    const descriptor = native.openStream("127.0.0.1", (listening.address() as AddressInfo).port, "", 0, 1_000);
    await once(listening, "connection");
    const bytes = region();
    const former = new Outbox(native, bytes);
    fill(former, 1, 5);
    former.begin(native.streamName(descriptor));
    const taken = former.sendFrames(descriptor, Framing.OCTET_COUNTING);
    native.streamAbort(descriptor);
    former.broken(taken, Framing.OCTET_COUNTING); // none of it has left this host
    assert.deepEqual([former.isHandedOver, former.waiting], [false, 5]);
    const outbox = new Outbox(native, bytes);
    assert.deepEqual([outbox.isHandedOver, outbox.waiting], [false, 5]);
  });

  test("forgets what was appended and not decided, and knows which frames were decided", () => {
    const bytes = region();
    const former = new Outbox(native, bytes);
    fill(former, 1, 3);
    append(former, SESSION_OPEN, "4");
    former.filter(POLICY_DENY);
    const outbox = new Outbox(native, bytes);
    assert.deepEqual([outbox.waiting, account(outbox, POLICY_DENY).filtered], [3, 0]);
    assert.deepEqual(
      [3, 4].map((sequence) => outbox.hasDecided(0, START, sequence)),
      [true, false],
    );
    assert.equal(outbox.hasDecided(0, START + 1, 3), false, "another helper's ring starts anew");
    assert.equal(outbox.hasDecided(1, START, 3), false, "another worker's ring is another ring");
  });

  test("with other bytes than its own is refused", () => {
    const odd = region();
    odd.write("not an outbox");
    assert.throws(() => new Outbox(native, odd), OutboxDamagedError);
    assert.throws(() => new Outbox(native, Buffer.alloc(4096)), OutboxDamagedError);
    const impossible = region();
    new Outbox(native, impossible).decided(0, START, 1);
    // The tail, in both tables of numbers.
    for (const table of TABLES) impossible.writeDoubleLE(-5, table + 8);
    assert.throws(() => new Outbox(native, impossible), OutboxDamagedError);
  });
});

describe("a sender", () => {
  test("whose collector's port is closed counts the refusals, and the lines after them go out", async (t) => {
    const closed = await Receiver.open(t);
    const port = closed.port;
    const probe = createSocket("udp4");
    probe.bind(0, "127.0.0.1");
    await once(probe, "listening");
    const free = probe.address().port;
    probe.close();
    await once(probe, "close");
    assert.notEqual(free, port);
    const outbox = new Outbox(native, region());
    const sender = udp(outbox, free);
    for (let sequence = 1; sequence <= 5; sequence++) {
      fill(outbox, sequence, 1);
      sender.send();
    }
    assert.equal(outbox.waiting, 0);
    assert.equal(sender.state.refused, 4, "each datagram but the last was reported before the next was sent");
    assert.equal(account(outbox, SESSION_OPEN).sent, 5);
    await sender.close();
  });

  test("finds its host by name, and says so while it cannot", async (t) => {
    const receiver = await Receiver.open(t);
    const outbox = new Outbox(native, region());
    const told: string[] = [];
    const sender = new DatagramSender(
      native,
      { protocol: "udp", host: "localhost", port: receiver.port, sourceAddress: "127.0.0.1" },
      outbox,
      { changed: ({ status }) => told.push(status) },
    );
    assert.equal(sender.state.status, "connecting", "nobody knows yet where its lines go");
    fill(outbox, 1, 3);
    sender.send();
    assert.deepEqual(await receiver.until(3), numbers(1, 3));
    assert.deepEqual([told, sender.state.status], [["up"], "up"]);
    await sender.close();
    const lost = new Outbox(native, region());
    const error = new Promise<string>((resolve) => {
      const to = { protocol: "udp", host: "nowhere.invalid", port: 514, sourceAddress: "" } as const;
      const nowhere = new DatagramSender(native, to, lost, { changed: (state) => resolve(state.error) });
      t.after(() => nowhere.close());
    });
    fill(lost, 1, 2);
    assert.match(await error, /^(ENOTFOUND|EAI_AGAIN)$/);
    assert.equal(lost.waiting, 2);
  });

  test("that cannot send keeps its lines, says why, and leaves others alone", async (t) => {
    const receiver = await Receiver.open(t);
    const stuck = new Outbox(native, region());
    const stuckSender = udp(stuck, 9, "127.0.0.1", "192.0.2.77");
    const outbox = new Outbox(native, region());
    const sender = udp(outbox, receiver.port);
    fill(stuck, 1, 5);
    fill(outbox, 1, 5);
    stuckSender.send();
    sender.send();
    assert.deepEqual(await receiver.until(5), numbers(1, 5));
    assert.deepEqual([stuck.waiting, stuckSender.state.error, sender.state.error], [5, "EADDRNOTAVAIL", ""]);
    await stuckSender.close();
    assert.equal(stuck.waiting, 5);
    await sender.close();
  });
});

test("the native module refuses places outside the region", () => {
  const bytes = region();
  const { length } = bytes;
  const [lines, within] = [4096, 1024];
  const send = (batchAt: number, linesAt: number, first: number, count: number): number =>
    native.sendLines(0, bytes, batchAt, linesAt, first, count, 0);
  bytes.writeUInt32LE(within, lines);
  bytes.writeUInt32LE(1, lines + 4);
  assert.ok(send(length - 8, lines, 0, 1) < 0, "the batch");
  assert.ok(send(BATCH_AT, lines, 0xffff_ffff, 1) < 0, "the entry");
  assert.ok(send(BATCH_AT + 1, lines, 0, 1) < 0, "an odd place");
  assert.ok(send(BATCH_AT, lines, 0, 0) < 0, "nothing to send");
  assert.ok(send(BATCH_AT, lines, 0, native.batchMost + 1) < 0, "more than a batch");
  bytes.writeUInt32LE(length - 1, lines);
  bytes.writeUInt32LE(2, lines + 4);
  assert.ok(send(BATCH_AT, lines, 0, 1) < 0, "a line that ends outside");
  assert.ok(native.sendFrames(0, bytes, BATCH_AT, lines, 0, 1, 0, 0, 0) < 0, "a frame that ends outside");
  bytes.writeUInt32LE(within, lines);
  assert.ok(native.sendFrames(0, bytes, BATCH_AT, lines, 0, 1, 0, 0, 99) < 0, "less than is to be left out");
  assert.ok(native.openDatagram("no address", 514, "") < 0);
  assert.ok(native.openDatagram("127.0.0.1", 70_000, "") < 0);
  assert.ok(native.openDatagram("127.0.0.1", 514, "::1") < 0, "families must agree");
  assert.ok(native.openStream("127.0.0.1", 514, "::1", 0, 0) < 0, "families must agree");
  assert.ok(native.openLocal(`/${"x".repeat(200)}`) < 0);
});
