// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { after, describe, test, type TestContext } from "node:test";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { ConnectedSender } from "./connected.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Framing, Outbox } from "./outbox.js";
import type { SenderState } from "./sender.js";
import { TlsChannel, type TlsProfile } from "./tls.js";

// Senders keep no process alive.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));
const native = loadNative();
const bounds = { ...DEFAULT_BOUNDS, records: 100_000, bytes: 64 << 20 };
const directory = mkdtempSync("/dev/shm/ringwall-tls-");
after(() => rmSync(directory, { recursive: true }));
const at = (name: string): string => join(directory, name);
const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });

/** An authority, and a certificate that it has signed for `name`. */
function authority(name: string): void {
  openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
    "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`); // prettier-ignore
}
function certificate(name: string, ca: string): void {
  openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", `/CN=${name}`,
    "-keyout", `${name}.key`, "-out", `${name}.csr`); // prettier-ignore
  writeFileSync(at(`${name}.ext`), `subjectAltName=DNS:${name},IP:127.0.0.1`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", `${ca}.pem`, "-CAkey", `${ca}.key`, "-days", "30",
    "-extfile", `${name}.ext`, "-out", `${name}.pem`); // prettier-ignore
}
authority("ours");
authority("theirs");
certificate("collector.example", "ours");
certificate("firewall.example", "ours");

const key = (name: string) => ({ cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}.key`)) });
const profile: TlsProfile = {
  trustedCa: [at("ours.pem")],
  certificate: "",
  key: "",
  minimum: "TLSv1.2",
  serverName: "collector.example",
};

async function collector(t: TestContext, tls: object = {}): Promise<FrameServer> {
  const made = await FrameServer.listen({ tls: { ...key("collector.example"), ...tls } });
  t.after(() => made.close().catch(() => undefined));
  return made;
}

/** WordlessCollector gives no session tickets: after a handshake of TLS 1.3 nothing comes from it. */
class WordlessCollector {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #output = "";

  constructor(t: TestContext) {
    const args = ["s_server", "-accept", "127.0.0.1:0", "-num_tickets", "0", "-cert", "collector.example.pem", "-key", "collector.example.key"]; // prettier-ignore
    this.#process = spawn("openssl", args, { cwd: directory, stdio: ["pipe", "pipe", "ignore"] });
    this.#process.stdout.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    t.after(() => this.#process.kill());
  }

  /** until waits for its output to contain what is looked for: its own messages, and what clients send. */
  async until(wanted: string | RegExp): Promise<string> {
    for (;;) {
      const [found] = this.#output.match(wanted) ?? [];
      if (found !== undefined) return found;
      await once(this.#process.stdout, "data");
    }
  }

  async port(): Promise<number> {
    return Number((await this.until(/^ACCEPT \S+:\d+\n/m)).trim().split(":")[1]);
  }
}

function start(t: TestContext, port: number, tls: Partial<TlsProfile> = {}) {
  const outbox = new Outbox(native, Buffer.alloc(Outbox.bytes(native, bounds)), bounds);
  let told: (state: SenderState) => void = () => undefined;
  const changed = new Promise<SenderState>((resolve) => (told = resolve));
  const sender = new ConnectedSender(
    native,
    {
      protocol: "tls",
      host: "127.0.0.1",
      port,
      sourceAddress: "",
      framing: Framing.OCTET_COUNTING,
      keepAliveSeconds: 0,
      userTimeoutSeconds: 20,
      tls: { ...profile, ...tls },
    },
    outbox,
    { changed: (state) => told(state) },
  );
  t.after(() => sender.close());
  let sequence = 0;
  const fill = (count: number, pad = 0): void => {
    for (let i = 0; i < count; i++) {
      const line = Buffer.from(String(++sequence).padEnd(pad));
      outbox.append(EventType.SESSION_OPEN, line, line.length);
    }
    outbox.decided(0, 1, sequence);
  };
  const account = () => outbox.accounts().find(({ kind }) => kind === EventType.SESSION_OPEN)!;
  return { outbox, sender, fill, changed, account };
}

const numbers = (first: number, count: number): string[] => Array.from({ length: count }, (_, i) => String(first + i));
const trimmed = (lines: readonly string[]): string[] => lines.map((line) => line.trimEnd());

async function settled(outbox: Outbox): Promise<void> {
  while (outbox.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 2)); // the kernel gives no event
}

describe("a sender over TLS", () => {
  test("delivers every line once and in order, and counts it when the other side has it", async (t) => {
    const server = await collector(t);
    const { outbox, sender, fill, account } = start(t, server.port);
    for (let round = 0; round < 40; round++) {
      fill(500, 1 + round * 40);
      sender.send();
    }
    assert.deepEqual(trimmed(await server.until(20_000)), numbers(1, 20_000));
    await settled(outbox);
    assert.deepEqual([account().sent, account().inDoubt], [20_000, 0]);
    const [socket] = server.connections;
    const told = once(socket!, "end");
    await sender.close();
    await told; // by TLS: a connection that is cut off is an error there
    assert.deepEqual([server.errors, account().sent, account().inDoubt], [[], 20_000, 0]);
  });

  test("shows its own certificate to a collector that asks for one", async (t) => {
    const server = await collector(t, { requestCert: true, ca: readFileSync(at("ours.pem")) });
    const { fill, sender } = start(t, server.port, {
      certificate: at("firewall.example.pem"),
      key: at("firewall.example.key"),
    });
    fill(1);
    sender.send();
    assert.deepEqual(await server.until(1), ["1"]);
  });

  // With TLS 1.3 the collector sees our certificate when its own side of the handshake is over: its kernel would take lines that
  // it never reads. A collector may also look at names in a certificate when the handshake is over, whatever the version.
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const asking = { requestCert: true, minVersion: version, maxVersion: version };
    for (const [what, tls, server] of [
      ["without the certificate that a collector wants", {}, { ca: readFileSync(at("ours.pem")) }],
      [
        "with a certificate that a collector does not trust",
        { certificate: at("firewall.example.pem"), key: at("firewall.example.key") },
        { ca: readFileSync(at("theirs.pem")) },
      ],
    ] as const) {
      test(`${what} sends nothing over ${version}, and is never up`, async (t) => {
        const listening = await collector(t, { ...asking, ...server });
        const { fill, sender, changed, outbox, account } = start(t, listening.port, tls);
        fill(100);
        assert.equal((await changed).status, "down");
        assert.deepEqual([account().sent, account().inDoubt, outbox.waiting, listening.lines], [0, 0, 100, []]);
        assert.equal(sender.state.connections, 0);
      });
    }
  }

  test("delivers to a collector that says nothing after the handshake", async (t) => {
    const server = new WordlessCollector(t);
    const { fill, outbox, account } = start(t, await server.port(), { minimum: "TLSv1.3" });
    fill(3);
    await server.until("1 11 21 3");
    await settled(outbox);
    assert.equal(account().sent, 3);
  });

  for (const [what, tls, server, problem] of [
    [
      "a certificate for another name",
      { serverName: "siem.example" },
      {},
      /^ERR_TLS_CERT_ALTNAME_INVALID: .*siem\.example/,
    ],
    [
      "a certificate of an unknown authority",
      { trustedCa: [at("theirs.pem")] },
      {},
      /^UNABLE_TO_VERIFY_LEAF_SIGNATURE: /,
    ],
    ["an authority's file that is missing", { trustedCa: [at("none.pem")] }, {}, /^ENOENT: .*none\.pem/],
    [
      "an older version than the profile wants",
      { minimum: "TLSv1.3" },
      { maxVersion: "TLSv1.2" },
      /^ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: /,
    ],
  ] as const) {
    test(`stays down because of ${what}, says so, and sends nothing`, async (t) => {
      const listening = await collector(t, server);
      const { fill, changed, outbox } = start(t, listening.port, tls);
      fill(5);
      const state = await changed;
      assert.equal(state.status, "down");
      assert.match(state.error, problem);
      assert.equal(outbox.waiting, 5);
      assert.deepEqual(listening.lines, []);
    });
  }

  test(
    "whose key does not fit its certificate says so, and leaves no connection open at the collector",
    { timeout: 10_000 },
    async (t) => {
      const closed: Promise<void>[] = [];
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        closed.push(new Promise((resolve) => socket.on("close", () => resolve())));
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      t.after(() => server.close());
      const { changed } = start(t, (server.address() as AddressInfo).port, {
        certificate: at("firewall.example.pem"),
        key: at("collector.example.key"),
      });
      assert.match((await changed).error, /key values mismatch/);
      while (closed.length < 3) await once(server, "connection");
      await Promise.all(closed);
    },
  );

  test("is held up by a collector that does not read, and loses nothing when it reads again", async (t) => {
    const server = await collector(t);
    const { outbox, sender, fill, account, changed } = start(t, server.port);
    const socket = await server.untilConnected(1);
    socket.pause();
    assert.equal((await changed).status, "up");
    fill(30_000, 1000);
    sender.send();
    await new Promise((resolve) => setTimeout(resolve, 200)); // the kernel's buffers fill without an event
    assert.ok(outbox.waiting > 15_000, String(outbox.waiting));
    socket.resume();
    assert.deepEqual(trimmed(await server.until(30_000)), numbers(1, 30_000));
    await settled(outbox);
    assert.deepEqual([account().sent, account().inDoubt, server.connected], [30_000, 0, 1]);
  });

  test("whose collector ends the connection in good order has what was acknowledged counted, and sends on over the next one", async (t) => {
    const server = await collector(t);
    const { outbox, sender, fill, account } = start(t, server.port);
    const socket = await server.untilConnected(1);
    fill(1000);
    sender.send();
    await server.until(1000);
    await settled(outbox);
    socket.end();
    await server.untilConnected(2);
    fill(1000);
    sender.send();
    assert.deepEqual(await server.until(2000), numbers(1, 2000));
    await settled(outbox);
    assert.deepEqual([account().sent, account().inDoubt, sender.state.connections], [2000, 0, 2]);
  });

  test("hands nothing more over when its collector has ended, though what was under way is still taken", async (t) => {
    const server = await collector(t, { allowHalfOpen: true });
    const outbox = new Outbox(native, Buffer.alloc(Outbox.bytes(native, bounds)), bounds);
    const line = Buffer.from("x".repeat(1000));
    for (let sequence = 1; sequence <= 30_000; sequence++) outbox.append(EventType.SESSION_OPEN, line, line.length);
    outbox.decided(0, 1, 30_000);
    const descriptor = native.openStream("127.0.0.1", server.port, "", 0, 20_000);
    let channel!: TlsChannel;
    const ended = new Promise<void>((resolve, failed) => {
      channel = new TlsChannel(native, descriptor, outbox, "127.0.0.1", profile, {
        ready: () => channel.send(),
        failed,
        ended: resolve,
      });
    });
    const socket = await server.untilConnected(1);
    socket.pause();
    while (outbox.unacknowledged === 0) await new Promise((resolve) => setTimeout(resolve, 2)); // the kernel gives no event
    socket.end();
    await ended;
    const handedOver = outbox.unacknowledged;
    assert.ok(handedOver < 30_000, String(handedOver));
    socket.resume();
    await server.until(handedOver);
    while (channel.acknowledge() > 0) await new Promise((resolve) => setTimeout(resolve, 2)); // nor for this
    assert.deepEqual(
      [server.lines.length, outbox.unacknowledged, outbox.waiting],
      [handedOver, 0, 30_000 - handedOver],
    );
    channel.broken(true);
    native.streamAbort(descriptor);
  });

  test("reset in the middle counts what is in doubt, and sends the rest once", async (t) => {
    const server = await collector(t);
    const { outbox, sender, fill, account, changed } = start(t, server.port);
    (await server.untilConnected(1)).pause();
    assert.equal((await changed).status, "up");
    fill(30_000, 1000);
    sender.send();
    await new Promise((resolve) => setTimeout(resolve, 200)); // the kernel's buffers fill without an event
    server.connections[0]!.destroy(); // with much unread: a reset
    await server.untilConnected(2);
    await settled(outbox);
    while (server.lines.at(-1)?.trimEnd() !== "30000") await server.until(server.lines.length + 1);
    const got = trimmed(server.lines);
    assert.deepEqual(got, numbers(Number(got[0]), got.length));
    assert.equal(account().sent + account().inDoubt, 30_000);
    assert.ok(Number(got[0]) - 1 >= account().inDoubt);
  });
});
