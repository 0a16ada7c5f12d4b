// The API over TCP by configuration: who may read, what is refused, and what is raised and tried again.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { Listener } from "./listener.js";

const TOKEN = "0123456789abcdef-token";

let directory: string;
let inner: Server;
let listener: Listener;
let said: string[];
let changed: () => void;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "ringwall-listener-"));
  inner = createServer((request, reply) => {
    // As with events of which none has come yet.
    if (request.url === "/events") reply.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    else reply.end(`${request.method} ${request.url}`);
  });
  inner.listen(join(directory, "daemon.sock"));
  await once(inner, "listening");
  said = [];
  changed = () => undefined;
  listener = new Listener({
    socketPath: join(directory, "daemon.sock"),
    say: ({ name, text }, raised) => {
      said.push(`${name} ${raised ? "raised" : "cleared"}: ${text}`);
      changed();
    },
    tell: (text) => said.push(text),
    retryFirstMs: 5,
  });
  write(TOKEN);
});
afterEach(async () => {
  await listener.close();
  inner.close();
  rmSync(directory, { recursive: true });
});

const tokenFile = (): string => join(directory, "token");
function write(token: string, mode = 0o600): void {
  writeFileSync(tokenFile(), `${token}\n`);
  chmodSync(tokenFile(), mode);
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const get = (port: number, token?: string, method = "GET"): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/accounting`, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

/** Asks for a target that no client would send, and gives the status. */
async function askRaw(port: number, target: string, ...headers: string[]): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  // Not ended here: a request whose sender has ended is given up.
  socket.write(`${["GET " + target + " HTTP/1.1", "Host: x", "Connection: close", ...headers].join("\r\n")}\r\n\r\n`);
  let text = "";
  for await (const bytes of socket) text += String(bytes);
  return Number(/^HTTP\/1\.1 (\d+) /.exec(text)?.[1]);
}

/** Waits for the next alarm, raised or cleared. */
const nextAlarm = (): Promise<void> => new Promise((resolve) => (changed = resolve));

test("readers with the token read; those without and those with another one learn nothing, and nobody writes", async () => {
  const port = await freePort();
  await listener.follow({ port, "token-file": tokenFile() });
  assert.deepEqual(listener.raised, []);
  const answer = await get(port, TOKEN);
  assert.deepEqual([answer.status, await answer.text()], [200, "GET /accounting"]);
  for (const token of [undefined, "", `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
    const refused = await get(port, token);
    assert.equal(refused.status, 401);
    assert.doesNotMatch(await refused.text(), /accounting/);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) assert.equal((await get(port, TOKEN, method)).status, 405);
  assert.equal((await get(port, undefined, "POST")).status, 401);
});

test("a target that is no path is refused, with and without the token, and what listens goes on", async () => {
  const port = await freePort();
  await listener.follow({ port, "token-file": tokenFile() });
  for (const target of ["//", "http://", "/\\", "//[", "//:80/", "http://[", "*"]) {
    assert.equal(await askRaw(port, target), 401, target);
    assert.equal(await askRaw(port, target, `Authorization: Bearer ${TOKEN}`), 400, target);
    assert.equal((await get(port, TOKEN)).status, 200, `after ${target}`);
  }
  assert.equal(await askRaw(port, "http://elsewhere/accounting", `Authorization: Bearer ${TOKEN}`), 200);
  assert.equal(await askRaw(port, "/accounting?a=%", `Authorization: Bearer ${TOKEN}`), 200);
  assert.equal(await askRaw(port, "/?token=%E0%A4%A"), 401);
});

test("who waits for events learns at once that he is heard, before there is one", { timeout: 10_000 }, async () => {
  const port = await freePort();
  await listener.follow({ port, "token-file": tokenFile() });
  const end = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/events`, {
    headers: { authorization: `Bearer ${TOKEN}`, accept: "text/event-stream" },
    signal: end.signal,
  });
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/event-stream"]);
  end.abort();
});

test("a browser gets a cookie for the token, which is worth nothing elsewhere and does not hold it", async () => {
  const port = await freePort();
  await listener.follow({ port, "token-file": tokenFile() });
  const origin = `http://127.0.0.1:${port}`;
  const ask = async (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${origin}${path}`, { headers, redirect: "manual" });
  const first = await ask(`/?token=${TOKEN}`, {});
  assert.deepEqual([first.status, first.headers.get("location")], [303, "/"]);
  const [, name, value] = /^(ringwall-\d+)=([\w-]{32}); HttpOnly; SameSite=Lax; Path=\/$/.exec(
    first.headers.get("set-cookie") ?? "",
  ) ?? [undefined, "", ""];
  assert.equal(name, `ringwall-${port}`);
  assert.equal((await ask("/accounting", { cookie: `other=1; ${name}=${value}` })).status, 200);
  for (const headers of [
    { authorization: `Bearer ${value}` },
    { cookie: `${name}=${TOKEN}` },
    { cookie: `ringwall-1=${value}` },
    { cookie: `${name}=${value}x` },
  ])
    assert.equal((await ask("/accounting", headers)).status, 401, JSON.stringify(headers));
  assert.equal((await ask(`/?token=${value}`, {})).status, 401);
  assert.equal((await ask(`/accounting?token=${TOKEN}`, {})).status, 401, "only the first address has the token");
});

test("without the statement nothing listens, and what listened ends with it", async () => {
  const port = await freePort();
  await listener.follow(undefined);
  await assert.rejects(get(port, TOKEN));
  await listener.follow({ port, "token-file": tokenFile() });
  assert.equal((await get(port, TOKEN)).status, 200);
  await listener.follow(undefined);
  await assert.rejects(get(port, TOKEN));
  assert.deepEqual(said, [
    `the web page and the API are at 127.0.0.1 port ${port}, for reading`,
    "the web page and the API are no longer served over TCP",
  ]);
});

test("a port that is taken is an alarm, and is listened on when it is free", async () => {
  const other = createTcpServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await listener.follow({ port, "token-file": tokenFile() });
  const [alarm] = listener.raised;
  assert.equal(alarm?.name, "web-management");
  assert.match(alarm.text, new RegExp(`^cannot listen on 127.0.0.1 port ${port}: .*EADDRINUSE`));
  const cleared = nextAlarm();
  other.close();
  await cleared;
  assert.deepEqual(listener.raised, []);
  assert.equal((await get(port, TOKEN)).status, 200);
  assert.equal(said.filter((text) => text.includes("raised")).length, 1, "said once, not at each attempt");
});

test("a token that is missing, short, or read by others serves nobody, not even whom the one before served", async () => {
  const port = await freePort();
  const settings = { port, "token-file": tokenFile() };
  await listener.follow(settings);
  const trouble = async (): Promise<string> => {
    await listener.follow(settings);
    await assert.rejects(get(port, TOKEN));
    return listener.raised[0]!.text.replaceAll(directory, "");
  };
  rmSync(tokenFile());
  assert.match(await trouble(), /ENOENT.*\/token/);
  write("short");
  assert.equal(
    await trouble(),
    "token file /token: expected a line of at least 16 printable characters without blanks",
  );
  write(TOKEN, 0o644);
  assert.equal(await trouble(), "token file /token: others may read or write it (mode 644)");
  rmSync(tokenFile());
  execFileSync("mkfifo", ["-m", "600", tokenFile()]);
  assert.equal(await trouble(), "token file /token: expected a regular file");
  rmSync(tokenFile());
  write("another-token-of-20-characters");
  await listener.follow(settings);
  assert.equal((await get(port, TOKEN)).status, 401);
  assert.equal((await get(port, "another-token-of-20-characters")).status, 200);
});

test("what was closed listens no more, and does not say that all is well", async () => {
  const port = await freePort();
  const settings = { port, "token-file": tokenFile() };
  rmSync(tokenFile());
  await listener.follow(settings);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /^web-management raised: /);
  await listener.close();
  assert.deepEqual([said.length, listener.raised], [1, []]);
  write(TOKEN);
  await listener.follow(settings);
  await assert.rejects(get(port, TOKEN));
  assert.equal(said.length, 1);
});
