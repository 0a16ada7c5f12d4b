// client.test.ts: the helper's client against a peer that says what the test wants. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Packr, Unpackr } from "msgpackr";

import { readSample } from "../snapshot/sample.js";
import { HelperClient, type HelperClientOptions } from "./client.js";
import { HelperConnection } from "./connection.js";
import { HelperProtocolError, HelperRefused, HelperUnavailable } from "./error.js";
import { FrameParser, frameOf } from "./framing.js";

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, int64AsType: "number" });
const hello = {
  protocol: 1,
  layout_hash: "ab",
  version: "0",
  start_id: 5_000_000_000,
  generation: 3,
  hash: "",
  workers: 1,
  rings: ["/ring"],
};

type Message = Record<string, unknown> & { id: number; type: string };
type Handler = (message: Message, send: (reply: unknown) => void, socket: Socket) => void;

let folder: string;
let path: string;
let server: Server;
let peers: Socket[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ringwall-client-"));
  path = join(folder, "helper.sock");
  peers = [];
});

afterEach(() => {
  for (const peer of peers) peer.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

/** serve listens and gives each message to `handler`. */
async function serve(handler: Handler): Promise<void> {
  server = createServer((socket) => {
    const parser = new FrameParser(64 << 20);
    peers.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (piece: Buffer) => {
      for (const message of parser.push(piece)) {
        handler(unpackr.unpack(message) as Message, (reply) => socket.write(frameOf(packr.pack(reply))), socket);
      }
    });
  });
  server.listen(path);
  await once(server, "listening");
}

const greet: Handler = (message, send) => {
  if (message.type === "hello") send({ id: message.id, ok: true, ...hello });
};

const options = (more: Partial<HelperClientOptions> = {}): HelperClientOptions => ({
  path,
  role: "writer",
  client: "test",
  ...more,
});

async function greeted(handler: Handler, more: Partial<HelperClientOptions> = {}): Promise<HelperClient> {
  await serve((message, send, socket) => {
    greet(message, send, socket);
    if (message.type !== "hello") handler(message, send, socket);
  });
  const client = new HelperClient(options(more));
  await client.start();
  return client;
}

test("hello says who we are and gives who the helper is, numbers above 32 bits as numbers", async () => {
  let said: Message | undefined;
  await serve((message, send, socket) => {
    said = message;
    greet(message, send, socket);
  });
  const client = new HelperClient(options({ layoutHash: "12ab" }));
  const reply = await client.start();
  assert.deepEqual(said, { id: 1, type: "hello", protocol: 1, layout_hash: "12ab", role: "writer", client: "test" });
  assert.equal(reply.start_id, 5_000_000_000);
  assert.deepEqual(reply.rings, ["/ring"]);
  client.close();
});

test("a refused hello rejects with the helper's code and ends the connection", async () => {
  await serve((message, send) =>
    send({ id: message.id, ok: false, code: "layout", path: "layout_hash", message: "other layout" }),
  );
  const client = new HelperClient(options());
  await assert.rejects(
    client.start(),
    (error: HelperRefused) => error instanceof HelperRefused && error.code === "layout" && error.path === "layout_hash",
  );
  await assert.rejects(client.request("status", {}), HelperUnavailable);
});

test("a connection that the helper refuses before hello rejects with its reason", async () => {
  await serve((_message, send) => send({ id: 0, ok: false, code: "permission", path: "", message: "not you" }));
  await assert.rejects(new HelperClient(options()).start(), (error: HelperRefused) => error.code === "permission");
});

test("answers find their requests in any order, and a refusal is the request's own", async () => {
  const waiting: Message[] = [];
  const client = await greeted((message, send) => {
    waiting.push(message);
    if (waiting.length < 3) return;
    send({ id: waiting[2]!.id, ok: true, next: 0, neighbors: [] });
    send({ id: waiting[1]!.id, ok: false, code: "bound", path: "limit", message: "expected 1..500, found 0" });
    send({ id: waiting[0]!.id, ok: true, next: 7, sessions: [] });
  });
  const sessions = client.request("sessions", { after: 0, limit: 500, filter: { id: 6_000_000_000, protocol: 6 } });
  const routes = client.request("routes", { after: 0, limit: 0 });
  const neighbors = client.request("neighbors", { after: 0, limit: 1 });
  await assert.rejects(routes, (error: HelperRefused) => error.code === "bound" && error.path === "limit");
  assert.deepEqual(await sessions, { next: 7, sessions: [] });
  assert.deepEqual(await neighbors, { next: 0, neighbors: [] });
  assert.deepEqual(waiting[0]!.filter, { id: 6_000_000_000, protocol: 6 });
  client.close();
});

test("lists in a request go out as lists", async () => {
  let cleared: Message | undefined;
  const client = await greeted((message, send) => {
    cleared = message;
    send({ id: message.id, ok: true, counters: [{ index: 1, packets: 6_000_000_000, bytes: 7 }], policers: [] });
  });
  const reply = await client.request("clear_filters", { generation: 9, counters: [1, 0], policers: [] });
  assert.deepEqual(cleared, { id: 2, type: "clear_filters", generation: 9, counters: [1, 0], policers: [] });
  assert.deepEqual(reply, { counters: [{ index: 1, packets: 6_000_000_000, bytes: 7 }], policers: [] });
  client.close();
});

test("a reply is taken whole at every way of cutting it, and several at once", async () => {
  const reply = Buffer.from(frameOf(packr.pack({ id: 2, ok: true, next: 1, sessions: [] })));
  for (let cut = 1; cut < reply.length; cut++) {
    const parser = new FrameParser(1000);
    assert.equal(parser.push(reply.subarray(0, cut)).length, 0);
    const messages = parser.push(Buffer.concat([reply.subarray(cut), reply, reply.subarray(0, cut)]));
    assert.equal(messages.length, 2, `cut at ${cut}`);
    assert.deepEqual(
      messages.map((message) => Buffer.from(message)),
      [reply.subarray(4), reply.subarray(4)],
    );
    assert.equal(parser.push(reply.subarray(cut)).length, 1);
  }
  const parser = new FrameParser(1000);
  const one = [...reply].flatMap((byte) => parser.push(Uint8Array.of(byte)));
  assert.equal(one.length, 1);
});

test("the doorbell rings, and the snapshot goes out with its fields in order", async () => {
  let applied: Message | undefined;
  const client = await greeted((message, send) => {
    applied = message;
    send({ type: "doorbell" });
    send({ id: message.id, ok: true, generation: 7, hash: "h", unchanged: false });
  });
  let rings = 0;
  client.on("doorbell", () => rings++);
  const sample = readSample();
  const reply = await client.request("apply_snapshot", {
    snapshot: Object.fromEntries(Object.entries(sample).reverse()) as unknown as typeof sample,
  });
  assert.equal(reply.generation, 7);
  assert.equal(rings, 1);
  assert.deepEqual(Object.keys(applied!.snapshot as object), Object.keys(sample));
  client.close();
});

const lies: readonly (readonly [string, (id: number) => Uint8Array])[] = [
  ["no msgpack", () => frameOf(Uint8Array.of(0xc1))],
  ["no map", () => frameOf(packr.pack([1]))],
  ["neither id nor ok", () => frameOf(packr.pack({ next: 0 }))],
  ["an answer that nobody asked for", () => frameOf(packr.pack({ id: 99, ok: true }))],
  ["a refusal without a message", (id) => frameOf(packr.pack({ id, ok: false, code: "x", path: "" }))],
  ["a reply that lacks a field", (id) => frameOf(packr.pack({ id, ok: true, next: 0 }))],
  ["a reply with a field of a wrong type", (id) => frameOf(packr.pack({ id, ok: true, next: "0", sessions: [] }))],
  ["a length of 0", () => Uint8Array.of(0, 0, 0, 0)],
  ["a length beyond the limit", () => Uint8Array.of(255, 255, 255, 255)],
];

for (const [what, bytes] of lies) {
  test(`the connection is given up on ${what}`, async () => {
    const client = await greeted((message, _send, socket) => socket.write(bytes(message.id)));
    const closed = once(client, "close");
    await assert.rejects(client.request("sessions", { after: 0, limit: 1 }), HelperProtocolError);
    const [error] = (await closed) as [Error];
    assert.ok(error instanceof HelperProtocolError);
    await assert.rejects(client.request("status", {}), HelperUnavailable);
  });
}

test("requests fail when the helper goes away, saying that they were sent", async () => {
  const client = await greeted((_message, _send, socket) => socket.destroy());
  const closed = once(client, "close");
  await assert.rejects(
    client.request("status", {}),
    (error: HelperUnavailable) => error instanceof HelperUnavailable && error.sent,
  );
  await closed;
  await assert.rejects(client.request("status", {}), (error: HelperUnavailable) => !error.sent);
});

test("a helper that does not answer in time is given up", async () => {
  const client = await greeted(() => undefined, { timeoutMs: 20 });
  await assert.rejects(client.request("status", {}), /no answer to status within 20 ms/);
});

test("the queue of waiting requests is bounded", async () => {
  const client = await greeted(() => undefined, { queueLimit: 2 });
  const first = [client.request("status", {}), client.request("status", {})];
  await assert.rejects(
    client.request("status", {}),
    (error: HelperUnavailable) => !error.sent && /2 requests wait/.test(error.message),
  );
  client.close();
  for (const request of first) await assert.rejects(request, HelperUnavailable);
});

test("a client starts once, and an aborted signal closes it", async () => {
  const client = await greeted(() => undefined);
  await assert.rejects(client.start(), /a client starts once/);
  client.close();
  const abort = new AbortController();
  const other = new HelperClient(options());
  await other.start(abort.signal);
  const closed = once(other, "close");
  abort.abort();
  assert.deepEqual(await closed, [undefined]);
});

test("a connection comes back after each loss with a new hello", async () => {
  let hellos = 0;
  await serve((message, send, socket) => {
    if (message.type !== "hello") return;
    hellos++;
    if (hellos === 2) send({ id: message.id, ok: false, code: "busy", path: "role", message: "another writer" });
    else greet(message, send, socket);
  });
  const abort = new AbortController();
  const connection = new HelperConnection({ ...options(), firstPauseMs: 1, longestPauseMs: 4 });
  const up = once(connection, "up");
  const running = connection.start(abort.signal);
  await up;
  assert.equal(connection.isConnected, true);
  const [down, failed, again] = [once(connection, "down"), once(connection, "failed"), once(connection, "up")];
  peers[0]!.destroy();
  await down;
  assert.equal(connection.isConnected, false);
  await assert.rejects(connection.call("status", {}), (error: HelperUnavailable) => !error.sent);
  const [refused] = (await failed) as [HelperRefused];
  assert.equal(refused.code, "busy");
  const [reply] = (await again) as [{ generation: number }];
  assert.equal(reply.generation, 3);
  assert.equal(hellos, 3);
  abort.abort();
  await running;
  assert.equal(connection.isConnected, false);
});

test("a connection to a helper that is not there keeps trying until it is", async () => {
  const abort = new AbortController();
  const connection = new HelperConnection({ ...options(), firstPauseMs: 1, longestPauseMs: 4 });
  const failed = once(connection, "failed");
  const running = connection.start(abort.signal);
  const [error] = (await failed) as [Error];
  assert.ok(error instanceof HelperUnavailable && !error.sent);
  const up = once(connection, "up");
  await serve(greet);
  await up;
  abort.abort();
  await running;
});
