// How fast, how late and how cheap is the event ring? C producer and Node reader on one core each, then a trickle, then
// nothing at all.
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import { decodeEvent } from "../daemon/src/event/decode.js";
import type { RingwallEvent } from "../daemon/src/event/event.js";
import { RingReader } from "../daemon/src/ring/reader.js";
import { RingSet } from "../daemon/src/ring/ring-set.js";
import { FRAME_SIZE } from "../shared/gen/wire.gen.js";
import { Producer } from "../test/ring/producer.js";
import { PRODUCER, ringFolder } from "../test/ring/ring-file.js";

const FRAMES = 10_000_000;
const ROUNDS = 5;
const SLOTS = 65536;
const lines: string[] = [];
const folder = ringFolder();
const name = join(folder.path, "ring-0");
const environment = `load ${loadavg()[0]!.toFixed(1)} at the start, ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`;
let startId = 0;

interface Peer {
  readonly name: string;
  readonly value: number;
}

function report(metric: string, value: number, unit: string, conditions: string, peer?: Peer): void {
  const round = (n: number): number => Number(n.toPrecision(4));
  lines.push(
    JSON.stringify({
      bench: "bench-ring",
      metric,
      value: round(value),
      unit,
      peer: peer?.name ?? null,
      peer_value: peer ? round(peer.value) : null,
      ratio: peer ? round(value / peer.value) : null,
      conditions: `${conditions}; ${environment}`,
    }),
  );
}

const quantile = (values: number[], q: number): number =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;
const median = (values: number[]): number => quantile(values, 0.5);

/** pin puts a process on one core, where that can be done. */
function pin(pid: number, core: number): void {
  if (cpus().length > 1) execFileSync("taskset", ["-a", "-cp", String(core), String(pid)], { stdio: "ignore" });
}

function produce(args: readonly (string | number)[], onDoorbell?: () => void): { producer: Producer; path: string } {
  startId++;
  const producer = new Producer(["--path", name, "--start-id", startId, "--slots", SLOTS, ...args], onDoorbell);
  pin(producer.child.pid!, 1);
  return { producer, path: `${name}.${startId}` };
}

/** Frames per second from a producer at full speed into typed events, and the producer's cost meanwhile. */
async function throughput(kinds: string): Promise<void> {
  const rates: number[] = [];
  const costs: number[] = [];
  const used: number[] = [];
  const piped: { rate: number; cpuNs: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { producer, path } = produce(["--count", FRAMES, "--kinds", kinds]);
    await producer.ready;
    const reader = RingReader.open(path);
    let seen = 0;
    let bytes = 0;
    const sink = (event: RingwallEvent): void => {
      seen++;
      bytes += event.packetLength + event.sourceAddress.length;
    };
    const cpuFrom = process.cpuUsage();
    const from = performance.now();
    while (seen < FRAMES) reader.drain(FRAMES, sink);
    const seconds = (performance.now() - from) / 1000;
    const cpu = process.cpuUsage(cpuFrom);
    const { median_ns: cost } = await producer.report;
    if (bytes === 0) throw new Error("nothing was read");
    const pipe = await pipeThroughput(kinds); // in turn, so that both meet the same machine
    if (round === 0) continue; // the first one warms up
    piped.push(pipe);
    rates.push(FRAMES / seconds);
    costs.push(cost);
    used.push(((cpu.user + cpu.system) * 1000) / FRAMES);
  }
  const conditions = `${FRAMES / 1e6} M frames, kinds ${kinds}, ${SLOTS} slots, one core each, median of ${ROUNDS}`;
  const peer = "the same frames through a pipe";
  report(`decode-${kinds}`, median(rates), "frames/s", `C to typed events in Node, ${conditions}`, {
    name: peer,
    value: median(piped.map(({ rate }) => rate)),
  });
  report(`decode-cpu-${kinds}`, median(used), "ns/frame", `the reader's processor time for the same, ${conditions}`, {
    name: peer,
    value: median(piped.map(({ cpuNs }) => cpuNs)),
  });
  report(
    `producer-read-${kinds}`,
    median(costs),
    "ns/frame",
    `fill, commit and publish, read meanwhile, ${conditions}`,
  );
}

/** Frames per second of the same events sent down a pipe: what the daemon would read without a ring. */
async function pipeThroughput(kinds: string): Promise<{ rate: number; cpuNs: number }> {
  const child = spawn(PRODUCER, ["--pipe", "--count", String(FRAMES), "--kinds", kinds], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  pin(child.pid!, 1);
  let seen = 0;
  let bytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    const piece = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    let at = 0;
    for (; at + FRAME_SIZE <= piece.length; at += FRAME_SIZE) {
      const event = decodeEvent(view, at);
      if (event === undefined) throw new Error("not an event");
      seen++;
      bytes += event.packetLength + event.sourceAddress.length;
    }
    rest = piece.subarray(at);
  }
  if (seen !== FRAMES || bytes === 0) throw new Error(`${seen} of ${FRAMES} frames came down the pipe`);
  const cpu = process.cpuUsage(cpuFrom);
  return {
    rate: FRAMES / ((performance.now() - from) / 1000),
    cpuNs: ((cpu.user + cpu.system) * 1000) / FRAMES,
  };
}

/** The producer's cost with room for everything and nobody reading. */
async function producerAlone(): Promise<void> {
  const costs: number[] = [];
  for (let round = 0; round < 9; round++) {
    costs.push((await produce(["--count", SLOTS, "--kinds", "open"]).producer.report).median_ns);
  }
  report("producer-alone", median(costs), "ns/frame", `${SLOTS} frames into an empty ring, nobody reads, median of 9`);
}

/** The producer's cost of an event that finds no room. */
async function refusal(): Promise<void> {
  const costs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { producer } = produce(["--count", 2_000_000, "--kinds", "deny", "--no-wait"]);
    costs.push((await producer.report).median_ns);
  }
  report(
    "producer-over-budget",
    median(costs),
    "ns/event",
    "2 M denies, a third of one half of the ring used up, median of 5",
  );
}

async function withRun(sink: (event: RingwallEvent) => void, during: (set: RingSet) => Promise<void>): Promise<void> {
  const set = new RingSet(folder.path);
  const stop = new AbortController();
  const running = set.run(sink, stop.signal);
  await during(set);
  stop.abort();
  await running;
}

async function doorbells(rate: number): Promise<number> {
  let seen = 0;
  let perSecond = 0;
  await withRun(
    () => seen++,
    async (set) => {
      const seconds = 3;
      const count = rate * seconds;
      const { producer } = produce(["--count", count, "--rate", rate, "--doorbell"], () => set.notify());
      await producer.ready;
      set.refresh();
      const from = performance.now();
      const { doorbells: rung } = await producer.report;
      perSecond = rung / ((performance.now() - from) / 1000);
      while (seen < count) await delay(5);
    },
  );
  return perSecond;
}

async function idle(): Promise<void> {
  const { producer } = produce(["--count", 1, "--stay"]);
  await producer.report;
  await withRun(
    () => undefined,
    async () => {
      await delay(1500);
      const before = process.cpuUsage();
      const from = performance.now();
      await delay(10_000);
      const used = process.cpuUsage(before);
      const share = (used.user + used.system) / 10 / (performance.now() - from);
      report("idle-cpu", share, "% of a core", "ring set asleep for 10 s, one ring");
    },
  );
  await producer.finish();
}

async function latency(): Promise<void> {
  const late: number[] = [];
  const COUNT = 400;
  await withRun(
    (event) => {
      const [seconds, nanoseconds] = process.hrtime();
      late.push((seconds - event.time.seconds) * 1e6 + (nanoseconds - event.time.nanoseconds) / 1e3);
    },
    async (set) => {
      const args = ["--count", COUNT, "--rate", 40, "--monotonic", "--doorbell"];
      const { producer } = produce(args, () => set.notify());
      await producer.ready;
      set.refresh();
      await producer.report;
      while (late.length < COUNT) await delay(5);
    },
  );
  const conditions = `${COUNT} lonely events, 40/s, doorbell over a pipe`;
  report("latency-p50", quantile(late, 0.5), "us", conditions);
  report("latency-p99", quantile(late, 0.99), "us", conditions);
}

if (!existsSync("/dev/shm")) process.stderr.write("no tmpfs at /dev/shm: figures are for a ring on disk\n");
pin(process.pid, 0);
try {
  await producerAlone();
  await refusal();
  await throughput("open");
  await throughput("mix");
  for (const rate of [1000, 10_000, 200_000]) {
    report(`doorbells-${rate}`, await doorbells(rate), "doorbells/s", `${rate} events/s for 3 s`);
  }
  await idle();
  await latency();
} finally {
  folder.remove();
}
process.stdout.write(`${lines.join("\n")}\n`);
