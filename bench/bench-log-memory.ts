// Does the daemon's memory stay flat? 100 million events (BENCH_EVENTS) go the whole way, from a C producer through the ring, the
// reader, the format and the outbox to a collector over TCP; printed is what the process holds meanwhile.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { StreamFormat } from "../daemon/src/config/config.js";
import { GenerationNames } from "../daemon/src/event/names.js";
import { RingSet } from "../daemon/src/ring/ring-set.js";
import { Delivery } from "../daemon/src/syslog/delivery.js";
import { loadNative } from "../daemon/src/syslog/native.js";
import { OutboxFiles } from "../daemon/src/syslog/outbox-file.js";
import { sampleTable } from "../daemon/src/syslog/sample-events.js";
import { Stream, streamSettings } from "../daemon/src/syslog/stream.js";
import { Producer } from "../test/ring/producer.js";
import { ringFolder } from "../test/ring/ring-file.js";

const EVENTS = Number(process.env["BENCH_EVENTS"] ?? 100_000_000);
const FORMAT = (process.env["BENCH_FORMAT"] ?? "sd-syslog") as StreamFormat;
const SLOTS = 65_536;
/** Looks at memory, evenly spread; the first ones are warming up: code is compiled, and buffers grow to what the load wants. */
const SAMPLES = 20;
const WARM_UP = SAMPLES / 5;
/** Lines that may wait before the next events are read: the collector's speed is not asked for, and no line is dropped. */
const MOST_WAITING = 6_000;
/** As the ring set of the daemon. */
const BATCH = 2048;

interface Sample {
  readonly events: number;
  readonly rss: number;
  /** Of JavaScript, garbage included, and what belongs to it outside the heap. */
  readonly heap: number;
  readonly external: number;
}

const sink = spawn(process.execPath, [fileURLToPath(new URL("./syslog-sink.js", import.meta.url))], {
  stdio: ["pipe", "pipe", "inherit"],
});
const [port] = (await once(sink.stdout, "data")) as [Buffer];
const folder = ringFolder();
try {
  const settings = streamSettings({
    name: "memory",
    host: "127.0.0.1",
    port: Number(port.toString()),
    format: FORMAT,
    transport: { protocol: "tcp" },
  });
  const native = loadNative();
  const outboxes = new OutboxFiles(native, join(folder.path, "outbox"), (_path, error) => {
    throw error;
  });
  const stream = new Stream(native, settings, outboxes.open(settings.name, settings.bounds));
  const delivery = new Delivery(new GenerationNames({ names: () => sampleTable }, "bench"), [], (_event, thrown) => {
    throw thrown;
  });
  delivery.setStreams([stream]);
  stream.begin();

  const producer = new Producer([
    ...["--path", join(folder.path, "ring-0"), "--start-id", 1],
    ...["--count", EVENTS, "--slots", SLOTS],
  ]);
  await producer.ready;
  const set = new RingSet(folder.path, {
    handOver: ({ identity, position }) => {
      delivery.decided(identity, position);
      delivery.send();
    },
  });
  set.refresh();

  const samples: Sample[] = [];
  const before = process.cpuUsage();
  const from = process.hrtime.bigint();
  let events = 0;
  const look = (): void => {
    const { rss, heapUsed, external } = process.memoryUsage();
    samples.push({ events, rss, heap: heapUsed, external });
    const [rssMb, heapMb, externalMb] = [rss, heapUsed, external].map((bytes) => (bytes / 1e6).toFixed(1));
    console.error(`${events} events: resident ${rssMb} MB, heap ${heapMb} MB, external ${externalMb} MB`);
  };
  while (events < EVENTS) {
    if (stream.outbox.waiting < MOST_WAITING)
      events += set.drain(BATCH, (event, reader) => delivery.event(event, reader.identity, reader.position));
    else delivery.send();
    if (events >= ((samples.length + 1) * EVENTS) / SAMPLES) look();
    await nextTurn();
  }
  while (stream.outbox.waiting > 0) {
    delivery.send();
    await nextTurn();
  }
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  const { user, system } = process.cpuUsage(before);
  const accounts = stream.outbox.accounts();
  const sum = (of: (account: (typeof accounts)[number]) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  const sent = sum((account) => account.sent);
  const { written } = await producer.report;
  if (sent !== EVENTS || written !== EVENTS) throw new Error(`${sent} of ${EVENTS} events were sent`);
  await stream.close();
  globalThis.gc?.(); // with --expose-gc: what is still in use
  const left = process.memoryUsage().heapUsed;

  const most = (of: (sample: Sample) => number, part: readonly Sample[]): number => Math.max(...part.map(of));
  const half = SAMPLES / 2;
  const [early, late] = [samples.slice(WARM_UP, half), samples.slice(half)];
  const conditions =
    `${EVENTS / 1e6} M events of all kinds through the ring as ${FORMAT} to a collector over TCP, ` +
    `${Math.round(((user + system) * 1000) / EVENTS)} ns of processor time each, ${Math.round(EVENTS / seconds)}/s; ` +
    `load ${loadavg()[0]!.toFixed(1)}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`;
  for (const [metric, value] of [
    ["resident at the end", samples.at(-1)!.rss],
    ["resident, most of the second half", most(({ rss }) => rss, late)],
    ["resident, growth of that over the first half", most(({ rss }) => rss, late) - most(({ rss }) => rss, early)],
    ["heap, growth of the second half's most", most(({ heap }) => heap, late) - most(({ heap }) => heap, early)],
    ["heap in use at the end", left],
  ] as const)
    console.log(
      JSON.stringify({
        bench: "bench-log-memory",
        metric,
        value: Number((value / 1e6).toFixed(2)),
        unit: "MB",
        peer: null,
        peer_value: null,
        ratio: null,
        conditions,
      }),
    );
} finally {
  sink.stdin.end();
  folder.remove();
}
process.exit(0);
