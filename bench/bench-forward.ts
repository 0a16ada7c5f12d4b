// How many packets does one core forward? The helper against nftables with conntrack and an equivalent rule set, and against a
// bare AF_XDP forwarder that looks at nothing: 64-byte UDP over veth between namespaces. The firewall's threads (receive, process,
// transmit) have one core, generator and receiver the other. Paired rounds, the peers in turn, medians.
//
// Two metrics: what arrived per second, and what arrived per second of processor time that the firewall's threads used. The second
// holds on machines where the core is shared, or where generator or receiver are the slower half.
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

const PEERS = ["helper", "nftables", "l2fwd"] as const;
type Peer = (typeof PEERS)[number];
const FLOWS = [1, 10_000] as const;
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 2);
const OFFERED = Number(process.env["BENCH_OFFERED"] ?? 1_200_000);
const WARM_UP_MS = 1000;
const [FIREWALL_CPU, OTHER_CPU] = ["0", "1"];
const tools = join(root, "build/release/tools");

const config = `
system: { host-name: bench }
interfaces:
  f0: { unit: { "0": { family: { inet: { address: [10.1.0.1/24] } } } } }
  f1: { unit: { "0": { family: { inet: { address: [10.2.0.1/24] } } } } }
security:
  zones:
    security-zone:
      - { name: trust, interfaces: [f0.0] }
      - { name: untrust, interfaces: [f1.0] }
  policies:
    - from-zone: trust
      to-zone: untrust
      policy:
        - name: out
          match: { source-address: [any], destination-address: [any], application: [any] }
          then: { permit: true, count: true }
`;

const ruleset = `
table inet firewall {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "f0" oifname "f1" counter accept
  }
}
`;

interface Sample {
  readonly throughput: number;
  readonly perCore: number;
  readonly loss: number;
}

interface Bench {
  readonly client: Namespace;
  readonly firewall: Namespace;
  readonly server: Namespace;
  readonly directory: string;
}

const mac = async (namespace: Namespace, device: string): Promise<string> =>
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
const processorTime = (): bigint =>
  threads(/^(napi\/f[01]-.*|ringwall-helper|l2fwd)$/).reduce((sum, thread) => {
    const [ran] = readFileSync(`/proc/${thread}/schedstat`, "utf8").split(" ");
    return sum + BigInt(ran ?? 0);
  }, 0n);

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

async function startHelper(bench: Bench): Promise<Running> {
  const running = bench.firewall.start("helper", [
    join(root, "build/release/ringwall-helper"),
    ...["--run-dir", bench.directory, "--cpus", FIREWALL_CPU],
  ]);
  await running.printed(/ready/);
  const loaded = loadConfig(config);
  if (!("config" in loaded)) throw new Error(JSON.stringify(loaded));
  const { snapshot } = compileConfig(loaded.config, 1);
  const client = new HelperClient({ path: join(bench.directory, "helper.sock"), role: "writer", client: "bench" });
  await client.start();
  await client.request("apply_snapshot", { snapshot });
  client.close();
  return running;
}

async function startPeer(peer: Peer, bench: Bench): Promise<Running | undefined> {
  switch (peer) {
    case "helper":
      return await startHelper(bench);
    case "nftables":
      await bench.firewall.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
      await bench.firewall.run(["nft", ruleset]);
      // A veth device takes redirected frames only if GRO is switched on while it is up.
      for (const device of ["f0", "f1"]) {
        await bench.firewall.run(["ethtool", "-K", device, "gro", "off"]);
        await bench.firewall.run(["ethtool", "-K", device, "gro", "on"]);
      }
      return undefined;
    case "l2fwd": {
      const [c0, s0] = [await mac(bench.client, "c0"), await mac(bench.server, "s0")];
      const command = ["taskset", "-c", FIREWALL_CPU, join(tools, "l2fwd"), "f0", c0, "f1", s0];
      const running = bench.firewall.start("l2fwd", command);
      await running.printed(/ready/);
      return running;
    }
  }
}

async function measure(peer: Peer, flows: number): Promise<Sample> {
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
    const started = await startPeer(peer, { client, firewall, server, directory });
    if (started) running.push(started);
    await pin(firewall, "f0", FIREWALL_CPU, false);
    await pin(firewall, "f1", FIREWALL_CPU, false);
    await pin(server, "s0", OTHER_CPU, true);

    const generator = client.start("generator", [
      ...["taskset", "-c", OTHER_CPU, join(tools, "pktgen"), "send", "c0", "--to", await mac(firewall, "f0")],
      ...["--source", "10.1.0.2", "--destination", "10.2.0.2", "--flows", String(flows)],
      ...["--rate", String(OFFERED), "--seconds", "60", ...object],
    ]);
    running.push(generator);
    await sleep(WARM_UP_MS);
    const [time, used, packets] = [process.hrtime.bigint(), processorTime(), await arrived(server)];
    await sleep(SECONDS * 1000);
    const [timeAfter, usedAfter, packetsAfter] = [process.hrtime.bigint(), processorTime(), await arrived(server)];
    const sent = Number((await generator.stop()).stdout.trim());
    const total = await arrived(server);
    return {
      throughput: ((packetsAfter - packets) * 1e9) / Number(timeAfter - time),
      perCore: ((packetsAfter - packets) * 1e9) / Number(usedAfter - used),
      loss: 1 - total / sent,
    };
  } finally {
    for (const process of running.reverse()) await process.stop();
    await network.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const stealing = (): number => Number(readFileSync("/proc/stat", "utf8").split(/\s+/)[8]);

for (const flows of FLOWS) {
  const samples: Record<Peer, Sample[]> = { helper: [], nftables: [], l2fwd: [] };
  const stolen = stealing();
  for (let round = 0; round < ROUNDS; round++) {
    for (const peer of round % 2 ? PEERS.toReversed() : PEERS) {
      const sample = await measure(peer, flows);
      samples[peer].push(sample);
      console.error(
        `${flows} flows, round ${round + 1}, ${peer}: ${Math.round(sample.throughput)}/s, ` +
          `${Math.round(sample.perCore)} per second of processor time, ${(100 * sample.loss).toFixed(1)} % of the offer lost`,
      );
    }
  }
  for (const metric of ["throughput", "perCore"] as const) {
    for (const peer of ["nftables", "l2fwd"] as const) {
      const value = median(samples.helper.map((sample) => sample[metric]));
      const peerValue = median(samples[peer].map((sample) => sample[metric]));
      const paired = median(samples.helper.map((sample, i) => sample[metric] / (samples[peer][i]?.[metric] ?? NaN)));
      console.log(
        JSON.stringify({
          bench: "bench-forward",
          metric: `${metric === "throughput" ? "throughput" : "per-core"}-${flows}-flows`,
          value: Math.round(value),
          unit: metric === "throughput" ? "packets/s" : "packets per second of the firewall's processor time",
          peer: peer === "nftables" ? "nftables+conntrack" : "bare AF_XDP l2fwd",
          peer_value: Math.round(peerValue),
          ratio: Number(paired.toFixed(3)),
          conditions:
            `64-byte UDP over veth, copy mode, firewall on one core, offered ${OFFERED}/s, median of ${ROUNDS} paired rounds of ` +
            `${SECONDS} s, loss of the offer helper ${(100 * median(samples.helper.map((s) => s.loss))).toFixed(0)} % peer ` +
            `${(100 * median(samples[peer].map((s) => s.loss))).toFixed(0)} %, stolen ticks ${stealing() - stolen}, ` +
            `${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Linux ${release()}`,
        }),
      );
    }
  }
}
