// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { after, test, type TestContext } from "node:test";

import { pino } from "pino";

import { nat } from "../../../test/config/nat-tree.js";
import { configOf } from "../../../test/config/tree.js";
import { compileConfig } from "../config/compile.js";
import type { Stream as StreamConfig } from "../config/config.js";
import { GenerationNames } from "../event/names.js";
import { PoolAlarms } from "../nat/pool-alarms.js";
import { Delivery } from "./delivery.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { NOTICE } from "./outbox.js";
import { OutboxFiles } from "./outbox-file.js";
import type { Stream } from "./stream.js";
import { StreamWatch } from "./stream-watch.js";
import { Streams } from "./streams.js";

// Senders keep no process alive.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));

function stage(t: TestContext): { watch: StreamWatch; configure: (configs: readonly StreamConfig[]) => Stream[] } {
  const dir = mkdtempSync("/dev/shm/ringwall-watch-");
  t.after(() => rmSync(dir, { recursive: true }));
  const log = pino({ level: "silent" });
  const delivery = new Delivery(new GenerationNames({ names: () => undefined }, "x"), [], () => undefined);
  const watch = new StreamWatch(
    () => delivery,
    () => "fw1",
    log,
  );
  const native = loadNative();
  const files = new OutboxFiles(native, dir, () => undefined);
  const streams = new Streams(native, files, log, (stream, state) => watch.changed(stream, state));
  t.after(() => streams.close());
  return {
    watch,
    configure: (configs) => {
      const made = [...streams.configure(configs)];
      delivery.setStreams(made);
      return made;
    },
  };
}

async function collector(t: TestContext): Promise<FrameServer> {
  const server = await FrameServer.listen();
  t.after(() => server.close().catch(() => undefined));
  return server;
}

const tcp = (name: string, port: number, more: Partial<StreamConfig> = {}): StreamConfig => ({
  name,
  host: "127.0.0.1",
  port,
  transport: { protocol: "tcp" },
  ...more,
});
const TIME = /^<11>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z fw1 RT_SYSTEM - /;

test("the loss of a stream is told of once, on the others that want everything, in their formats", async (t) => {
  const [lost, structured, pairs, sessions] = await Promise.all([1, 2, 3, 4].map(() => collector(t)));
  const { configure } = stage(t);
  const made = configure([
    tcp("lost", lost!.port),
    tcp("structured", structured!.port),
    tcp("pairs", pairs!.port, { format: "kv" }),
    tcp("sessions", sessions!.port, { category: ["session"] }),
  ]);
  await Promise.all([lost, structured, pairs, sessions].map((server) => server!.untilConnected(1)));
  const { port } = lost!;
  await lost!.close();
  const [line] = await structured!.until(1);
  const [text] = await pairs!.until(1);
  assert.match(line!, TIME);
  assert.equal(
    line!.replace(TIME, ""),
    `RTLOG_CONN_ERROR [junos@2636.1.1.1.2.129 stream-name="lost" collector="tcp 127.0.0.1:${port}" status="Error" description="closed by the collector"]`,
  );
  assert.equal(
    text!.replace(TIME, ""),
    `RTLOG_CONN_ERROR - RT_SYSTEM RTLOG_CONN_ERROR stream-name=lost collector="tcp 127.0.0.1:${port}" status=Error description="closed by the collector"`,
  );
  // Attempts to come back fail meanwhile; when one works and is lost again, that is told of again.
  const back = await FrameServer.listen({ port });
  await back.untilConnected(1);
  while (made[0]!.state.status !== "up") await new Promise((resolve) => setTimeout(resolve, 1)); // our side may be later
  await back.close("reset");
  await Promise.all([structured!.until(2), pairs!.until(2)]);
  assert.match(structured!.lines[1]!, /status="Error"/);
  assert.deepEqual([structured!.lines.length, pairs!.lines.length, sessions!.lines.length], [2, 2, 0]);
  const account = made[1]!.outbox.accounts().find(({ kind }) => kind === NOTICE)!;
  assert.equal(account.queued, 2);
});

test("a test line goes by its stream alone, and is sent when the collector's host has it", async (t) => {
  const [one, other] = [await collector(t), await collector(t)];
  const { watch, configure } = stage(t);
  const [first] = configure([tcp("one", one.port, { category: ["session"] }), tcp("other", other.port)]);
  assert.deepEqual((await watch.test(first!)).sent, true);
  assert.match(
    (await one.until(1))[0]!,
    / RT_SYSTEM - RTLOG_TEST \[junos@2636\.1\.1\.1\.2\.129 stream-name="one" collector="/,
  );
  assert.deepEqual(other.lines, []);
});

test("a test line that nobody takes says why", async (t) => {
  const gone = await collector(t);
  const { port } = gone;
  await gone.close();
  const { watch, configure } = stage(t);
  const [first] = configure([tcp("gone", port)]);
  const { sent, state } = await watch.test(first!);
  assert.deepEqual([sent, state.status, state.error], [false, "down", "ECONNREFUSED"]);
  assert.equal(first!.outbox.waiting, 1);
});

test("a stream of IPFIX has no test line, and says so without sending anything", async (t) => {
  const one = await collector(t);
  const { watch, configure } = stage(t);
  const [flows] = configure([tcp("flows", one.port, { format: "ipfix" })]);
  const { sent, state } = await watch.test(flows!);
  assert.deepEqual([sent, state.error], [false, "format ipfix has no test line"]);
  const account = flows!.outbox.accounts().find(({ kind }) => kind === NOTICE)!;
  assert.deepEqual([account.queued, account.unsendable], [0, 0]);
});

test("alarms of a source pool reach the streams that want everything, when raised and when cleared", async (t) => {
  const { watch, configure } = stage(t);
  const [structured, plain, sessions] = await Promise.all([collector(t), collector(t), collector(t)]);
  configure([
    tcp("structured", structured.port),
    tcp("plain", plain.port, { format: "syslog" }),
    tcp("sessions", sessions.port, { category: ["session"] }),
  ]);
  await Promise.all([structured, plain, sessions].map((server) => server.untilConnected(1)));
  const config = configOf([["security.nat", nat]]);
  const compiled = compileConfig(config, 1);
  const alarms = new PoolAlarms((line, raised) => watch.alarm(line, raised));
  const use = (fullest: number): void =>
    alarms.observe(
      config,
      compiled,
      { generation: 1, rules: [], interfaces: [], pools: [{ pool: 1, ports: fullest, fullest }] },
      0,
    );
  use(8000);
  await Promise.all([structured.until(1), plain.until(1)]);
  use(0);
  await Promise.all([structured.until(2), plain.until(2)]);
  assert.deepEqual(
    structured.lines.map((line) => line.replace(/^.* RT_SYSTEM - /, "")),
    [
      'RT_SRC_NAT_POOL_ALARM_RAISE [junos@2636.1.1.1.2.129 description="Source NAT pool: outside, threshold: 80%, current: 100%"]',
      'RT_SRC_NAT_POOL_ALARM_CLEAR [junos@2636.1.1.1.2.129 description="Source NAT pool: outside, threshold: 64%, current: 0%"]',
    ],
  );
  assert.match(
    plain.lines[0]!,
    /^<12>.* RT_SYSTEM: RT_SRC_NAT_POOL_ALARM_RAISE: Source NAT pool: outside, threshold: 80%, current: 100%$/,
  );
  assert.match(plain.lines[1]!, /^<14>/);
  assert.deepEqual(sessions.lines, []);
});

test("an alarm reaches no stream to which it is not severe enough, and a loss is as severe as an error", async (t) => {
  const { watch, configure } = stage(t);
  const [all, warnings, errors] = [await collector(t), await collector(t), await collector(t)];
  const made = configure([
    tcp("all", all.port),
    tcp("warnings", warnings.port, { severity: "warning" }),
    tcp("errors", errors.port, { severity: "error" }),
    tcp("lost", all.port, { format: "kv", "source-address": "192.0.2.77" }),
  ]);
  await Promise.all([all, warnings, errors].map((server) => server.untilConnected(1)));
  await errors.until(1); // of the stream without an address
  watch.alarm({ name: "ALARM_RAISE", text: "too much" }, true);
  watch.alarm({ name: "ALARM_CLEAR", text: "enough" }, false);
  await all.until(3);
  await warnings.until(2);
  const tags = ({ lines }: FrameServer): unknown[] => lines.map((line) => / RT_SYSTEM - (\w+) /.exec(line)?.[1]);
  assert.deepEqual(tags(all), ["RTLOG_CONN_ERROR", "ALARM_RAISE", "ALARM_CLEAR"]);
  assert.deepEqual(tags(warnings), ["RTLOG_CONN_ERROR", "ALARM_RAISE"]);
  const queued = made.map(({ outbox }) => outbox.accounts().find(({ kind }) => kind === NOTICE)!.queued);
  assert.deepEqual(queued.slice(0, 3), [3, 2, 1]);
});

test("a notice is no longer than its stream's lines may be, and says what is left out", async (t) => {
  const { watch, configure } = stage(t);
  const formats = ["sd-syslog", "kv", "syslog", "json"] as const;
  const servers = await Promise.all(formats.map(() => collector(t)));
  configure(servers.map(({ port }, i) => tcp(formats[i]!, port, { format: formats[i]!, "line-limit": 480 })));
  await Promise.all(servers.map((server) => server.untilConnected(1)));
  watch.alarm({ name: "ALARM_RAISE", text: "many words ".repeat(60) }, true);
  const lines = await Promise.all(servers.map(async (server) => (await server.until(1))[0]!));
  assert.deepEqual(
    lines.slice(0, 3).map((line) => line.replace(/^.*? RT_SYSTEM/, "")),
    [
      ' - ALARM_RAISE [junos@2636.1.1.1.2.129 left-out="675"]',
      " - ALARM_RAISE - RT_SYSTEM ALARM_RAISE left-out=674",
      ": ALARM_RAISE: left-out=660",
    ],
  );
  assert.ok(lines[3]!.length <= 480 && lines[3]!.endsWith("}"));
  assert.equal(typeof (JSON.parse(lines[3]!) as { left_out: unknown }).left_out, "number");
});
