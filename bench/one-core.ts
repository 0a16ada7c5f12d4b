// one-core.ts: a firewall on one core, generator and receivers on the other, over veth between namespaces: what bench-forward and
// bench-log have in common. SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { compileConfig } from "../daemon/src/config/compile.js";
import { loadConfig } from "../daemon/src/config/load.js";
import { HelperClient } from "../daemon/src/helper/client.js";
import { root } from "../test/lab/firewall.js";
import { type Namespace, Network } from "../test/lab/netns.js";
import type { Running } from "../test/lab/process.js";

export const [FIREWALL_CPU, OTHER_CPU] = ["0", "1"];
export const tools = join(root, "build/release/tools");
const WARM_UP_MS = 1000;

/** Place: client c0 - f0 firewall f1 - s0 server, addresses 10.1.0.2, .1 and 10.2.0.1, .2; neighbours are known. */
export interface Place {
  readonly client: Namespace;
  readonly firewall: Namespace;
  readonly server: Namespace;
  readonly network: Network;
  readonly directory: string;
}

export interface Load {
  readonly flows: number;
  readonly rate: number; // packets offered per second
  readonly seconds: number;
}

export interface Forwarded {
  readonly throughput: number; // packets that arrived per second
  readonly perCore: number; // packets that arrived per second of the firewall's processor time
  readonly sent: number; // packets offered in all, warm-up included
  readonly arrived: number; // of these
  readonly usedSeconds: number; // processor time of what was started and of receiving, from the warm-up until it had come to rest
}

export const mac = async (namespace: Namespace, device: string): Promise<string> =>
  (await namespace.run(["cat", `/sys/class/net/${device}/address`])).stdout.trim();

const threads = (name: RegExp): number[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return name.test(readFileSync(`/proc/${pid}/comm`, "utf8").trim())
          ? readdirSync(`/proc/${pid}/task`).map(Number)
          : [];
      } catch {
        return []; // it ended meanwhile
      }
    });

// Nanoseconds on a processor of all threads that do the firewall's work.
const processorTime = (started: readonly Running[] = []): bigint => {
  const own = started.flatMap(({ pid }) => readdirSync(`/proc/${pid}/task`).map(Number));
  const all = new Set([...threads(/^(napi\/f[01]-.*|ringwall-helper|l2fwd|ulogd)$/), ...own]);
  return [...all].reduce((sum, thread) => {
    const [ran] = readFileSync(`/proc/${thread}/schedstat`, "utf8").split(" ");
    return sum + BigInt(ran ?? 0);
  }, 0n);
};

const arrived = async (server: Namespace): Promise<number> => {
  const [link] = JSON.parse((await server.run(["ip", "-s", "-j", "link", "show", "s0"])).stdout) as [
    { stats64: { rx: { packets: number } } },
  ];
  return link.stats64.rx.packets;
};

// A veth device gets a thread of its own for receiving once XDP or GRO is on, and that thread can be pinned.
async function pin(namespace: Namespace, device: string, cpu: string, first: boolean): Promise<void> {
  await namespace.run(["sh", "-c", `echo 1 > /sys/class/net/${device}/threaded`]);
  for (const thread of threads(new RegExp(`^napi/${device}-`))) {
    execFileSync("taskset", ["-p", "-c", cpu, String(thread)], { stdio: "ignore" });
    // The receiver goes before the generator on their core, else it would starve.
    if (first) execFileSync("chrt", ["-f", "-p", "50", String(thread)]);
  }
}

/** startHelper starts the helper alone, without a daemon, and puts a configuration in force. */
export async function startHelper(place: Place, config: string): Promise<Running> {
  const running = place.firewall.start("helper", [
    join(root, "build/release/ringwall-helper"),
    ...["--run-dir", place.directory, "--cpus", FIREWALL_CPU],
  ]);
  await running.printed(/ready/);
  const loaded = loadConfig(config);
  if (!("config" in loaded)) throw new Error(JSON.stringify(loaded));
  const { snapshot } = compileConfig(loaded.config, 1);
  const client = new HelperClient({ path: join(place.directory, "helper.sock"), role: "writer", client: "bench" });
  await client.start();
  await client.request("apply_snapshot", { snapshot });
  client.close();
  return running;
}

/** forward offers packets to what `start` has started, for load.seconds after a warm-up. When the generator has stopped `rested`
 * waits until what was started has nothing left to do, and then `settled` asks it. Everything is stopped in the end. */
export async function forward(
  load: Load,
  start: (place: Place) => Promise<readonly Running[]>,
  settled: () => Promise<void> = async () => undefined,
  rested: () => Promise<void> = async () => undefined,
): Promise<Forwarded> {
  const network = new Network("rwp-bench");
  const directory = mkdtempSync(join(tmpdir(), "rwp-bench-"));
  const running: Running[] = [];
  try {
    const [client, firewall, server] = [
      await network.namespace("client"),
      await network.namespace("firewall"),
      await network.namespace("server"),
    ];
    await network.wire(client, "c0", firewall, "f0");
    await network.wire(firewall, "f1", server, "s0");
    await client.ip("link set c0 up");
    await server.ip("link set s0 up");
    for (const [device, address, neighbour, peerMac] of [
      ["f0", "10.1.0.1/24", "10.1.0.2", await mac(client, "c0")],
      ["f1", "10.2.0.1/24", "10.2.0.2", await mac(server, "s0")],
    ] as const) {
      await firewall.ip(`link set ${device} up`);
      await firewall.ip(`address add ${address} dev ${device}`);
      await firewall.ip(`neighbour replace ${neighbour} lladdr ${peerMac} dev ${device} nud permanent`);
    }
    const object = ["--object", join(root, "build/pktgen.bpf.o")];
    const sink = server.start("sink", [join(tools, "pktgen"), "sink", "s0", "--seconds", "60", ...object]);
    running.push(sink);
    await sink.printed(/ready/);
    const started = await start({ client, firewall, server, network, directory });
    running.push(...started);
    await pin(firewall, "f0", FIREWALL_CPU, false);
    await pin(firewall, "f1", FIREWALL_CPU, false);
    await pin(server, "s0", OTHER_CPU, true);

    const generator = client.start("generator", [
      ...["taskset", "-c", OTHER_CPU, join(tools, "pktgen"), "send", "c0", "--to", await mac(firewall, "f0")],
      ...["--source", "10.1.0.2", "--destination", "10.2.0.2", "--flows", String(load.flows)],
      ...["--rate", String(load.rate), "--seconds", "60", ...object],
    ]);
    running.push(generator);
    const usedBefore = processorTime(started);
    await sleep(WARM_UP_MS);
    const [time, used, packets] = [process.hrtime.bigint(), processorTime(), await arrived(server)];
    await sleep(load.seconds * 1000);
    const [timeAfter, usedAfter, packetsAfter] = [process.hrtime.bigint(), processorTime(), await arrived(server)];
    const sent = Number((await generator.stop()).stdout.trim());
    const total = await arrived(server);
    await rested();
    const usedSeconds = Number(processorTime(started) - usedBefore) / 1e9;
    await settled();
    return {
      throughput: ((packetsAfter - packets) * 1e9) / Number(timeAfter - time),
      perCore: ((packetsAfter - packets) * 1e9) / Number(usedAfter - used),
      sent,
      arrived: total,
      usedSeconds,
    };
  } finally {
    for (const process of running.reverse()) await process.stop();
    await network.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** stolenTicks: processor time that the machine below took away, in all. */
export const stolenTicks = (): number => Number(readFileSync("/proc/stat", "utf8").split(/\s+/)[8]);

export const machine = (): string => `${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Linux ${release()}`;
