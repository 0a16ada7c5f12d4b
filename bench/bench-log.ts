// How much does a log cost, and how much of it arrives? A filter of 100 terms whose last one logs every packet, on one core with
// the daemon, to a file on tmpfs; against nftables with conntrack, the equivalent rules, `log group`, and ulogd2 writing a file
// on tmpfs. The same packets are offered to both. Counted: packets that arrived, lines that arrived, and lines that were lost
// with and without being counted by whoever lost them.
import { writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Firewall } from "../test/lab/firewall.js";
import type { Running } from "../test/lab/process.js";
import { FIREWALL_CPU, forward, machine, median, type Place, stolenTicks } from "./one-core.js";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 3);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 3);
const OFFERED = Number(process.env["BENCH_OFFERED"] ?? 600_000);
const FLOWS = 1000;
const TERMS = 99; // that match nothing, before the one that logs
const DRAIN_MS = 20_000;

const config = (path: string): string => `
system: { host-name: bench }
interfaces:
  f0: { unit: { "0": { family: { inet: { address: [10.1.0.1/24], filter: { input: logged } } } } } }
  f1: { unit: { "0": { family: { inet: { address: [10.2.0.1/24] } } } } }
firewall:
  family:
    inet:
      filter:
        - name: logged
          term:
${Array.from(
  { length: TERMS },
  (_, i) => `            - name: not-${i}
              from: { source-address: [192.0.2.${i}/32], protocol: [udp], destination-port: [${1000 + i}] }
              then: { discard: true }`,
).join("\n")}
            - { name: all, then: { log: true, accept: true } }
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
  log:
    rate: { rule: { limit: unlimited }, zone: { limit: unlimited } }
    stream:
      - { name: lines, file: { path: ${path}, size: 100g, files: 1 }, format: kv, category: [filter] }
`;

const ruleset = `
table inet firewall {
  chain forward {
    type filter hook forward priority 0; policy drop;
${Array.from({ length: TERMS }, (_, i) => `    ip saddr 192.0.2.${i} udp dport ${1000 + i} drop`).join("\n")}
    iifname "f0" log prefix "all " group 5 snaplen 64 queue-threshold 64
    ct state established,related accept
    iifname "f0" oifname "f1" counter accept
  }
}
`;

interface Logged {
  readonly packets: number; // that arrived per second
  readonly lines: number; // that arrived at the log's reader per second of load
  readonly logged: number; // packets that should have a line: forwarded ones
  readonly delivered: number; // lines that arrived
  readonly counted: number; // lines that somebody says were lost
  readonly perCpuSecond: number; // lines per second of processor time of everything that is the firewall, logger included
}

async function delivered(lines: () => number): Promise<void> {
  let before = -1;
  for (let waited = 0; waited < DRAIN_MS && lines() !== before; waited += 1000) {
    before = lines();
    await sleep(1000);
  }
}

/** What the helper says of its filter logs (`show counters`). */
interface Counters {
  readonly events: {
    readonly FILTER_LOG: { readonly suppressed: number; readonly lostBudget: number; readonly lostFull: number };
  };
}

/** What the daemon says of the stream (`status`). */
interface Status {
  readonly streams: readonly {
    readonly accounts: readonly { readonly sent: number; readonly full: number; readonly unsendable: number }[];
  }[];
}

async function ringwall(): Promise<Logged> {
  let firewall: Firewall | undefined;
  let path = "";
  let counted = 0;
  let sent = 0;
  const load = { flows: FLOWS, rate: OFFERED, seconds: SECONDS };
  const result = await forward(
    load,
    async (place: Place) => {
      firewall = new Firewall(place.firewall, place.directory, { helperArguments: ["--cpus", FIREWALL_CPU!] });
      await firewall.start();
      pinAll(firewall.daemon!, FIREWALL_CPU!);
      path = join("/dev/shm", `${place.network.prefix}-lines`);
      await firewall.apply(config(path));
      return [firewall.helper!, firewall.daemon!];
    },
    async () => {
      const { suppressed, lostBudget, lostFull } = (await firewall!.cliJson<Counters>("show", "counters")).events
        .FILTER_LOG;
      const accounts = (await firewall!.cliJson<Status>("status")).streams.flatMap((stream) => stream.accounts);
      const held = accounts.reduce((sum, one) => sum + one.full + one.unsendable, 0);
      sent = accounts.reduce((sum, one) => sum + one.sent, 0);
      counted = suppressed + lostBudget + lostFull + held;
      rmSync(path, { force: true });
    },
    () => delivered(() => statSync(path).size),
  );
  return {
    packets: result.throughput,
    lines: sent / SECONDS,
    logged: result.arrived,
    delivered: sent,
    counted,
    perCpuSecond: sent / result.usedSeconds,
  };
}

function pinAll(running: Running, cpu: string): void {
  execFileSync("taskset", ["-a", "-p", "-c", cpu, String(running.pid)], { stdio: "ignore" });
}

async function ulogd(): Promise<Logged> {
  let log = "";
  let process_: Running | undefined;
  const lines = (): number => (existsSync(log) ? Number(execFileSync("wc", ["-l", log]).toString().split(" ")[0]) : 0);
  let total = 0;
  let said = "";
  const load = { flows: FLOWS, rate: OFFERED, seconds: SECONDS };
  const result = await forward(
    load,
    async (place: Place) => {
      const directory = join("/dev/shm", place.network.prefix);
      execFileSync("mkdir", ["-p", directory]);
      log = join(directory, "log");
      await place.firewall.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
      await place.firewall.run(["nft", ruleset]);
      for (const device of ["f0", "f1"]) {
        await place.firewall.run(["ethtool", "-K", device, "gro", "off"]);
        await place.firewall.run(["ethtool", "-K", device, "gro", "on"]);
      }
      const plugins = "/usr/lib/x86_64-linux-gnu/ulogd";
      const loads = [
        "inppkt_NFLOG",
        "raw2packet_BASE",
        "filter_IFINDEX",
        "filter_IP2STR",
        "filter_PRINTPKT",
        "output_LOGEMU",
      ];
      await writeFile(
        join(place.directory, "ulogd.conf"),
        `[global]
logfile="${join(directory, "ulogd.log")}"
loglevel=3
${loads.map((name) => `plugin="${plugins}/ulogd_${name}.so"`).join("\n")}
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU
[log1]
group=5
netlink_socket_buffer_size=8388608
netlink_socket_buffer_maxsize=33554432
[emu1]
file="${log}"
sync=0
`,
      );
      process_ = place.firewall.start("ulogd", [
        ...["taskset", "-c", FIREWALL_CPU!, "ulogd", "-c", join(place.directory, "ulogd.conf")],
      ]);
      await sleep(1000); // it says nothing when it is ready
      return [process_];
    },
    async () => {
      await process_!.stop(); // it writes what it holds
      total = lines();
      const own = join(log, "..", "ulogd.log");
      said = existsSync(own) ? readFileSync(own, "utf8") : "";
      execFileSync("rm", ["-rf", join(log, "..")]);
    },
    () => delivered(lines),
  );
  if (process.env["BENCH_VERBOSE"]) console.error(said);
  return {
    packets: result.throughput,
    lines: total / SECONDS,
    logged: result.arrived,
    delivered: total,
    counted: 0,
    perCpuSecond: total / result.usedSeconds,
  };
}

const stolen = stolenTicks();
const samples: Record<"ringwall" | "ulogd", Logged[]> = { ringwall: [], ulogd: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const peer of round % 2 ? (["ulogd", "ringwall"] as const) : (["ringwall", "ulogd"] as const)) {
    const sample = peer === "ringwall" ? await ringwall() : await ulogd();
    samples[peer].push(sample);
    const missing = sample.logged - sample.delivered;
    console.error(
      `round ${round + 1}, ${peer}: ${Math.round(sample.packets)} packets/s, ${Math.round(sample.lines)} lines/s, ` +
        `${missing} of ${sample.logged} lines missing, ${sample.counted} of them counted, ${Math.round(sample.perCpuSecond)} lines per CPU second`,
    );
  }
}

const percent = (of: (sample: Logged) => number, peer: Logged[]): string => (100 * median(peer.map(of))).toFixed(1);
const missing = (sample: Logged): number => 1 - sample.delivered / sample.logged;
const uncounted = (sample: Logged): number =>
  Math.max(0, sample.logged - sample.delivered - sample.counted) / sample.logged;
for (const [metric, unit, of] of [
  ["packets", "packets/s", (sample: Logged) => sample.packets],
  ["lines", "lines/s", (sample: Logged) => sample.lines],
  ["lines-per-cpu", "lines per second of processor time, of packets and log", (sample: Logged) => sample.perCpuSecond],
] as const) {
  const ratios = samples.ringwall.map((sample, i) => of(sample) / of(samples.ulogd[i]!));
  console.log(
    JSON.stringify({
      bench: "bench-log",
      metric,
      value: Math.round(median(samples.ringwall.map(of))),
      unit,
      peer: "nftables + conntrack + NFLOG + ulogd2",
      peer_value: Math.round(median(samples.ulogd.map(of))),
      ratio: Number(median(ratios).toFixed(3)),
      conditions:
        `64-byte UDP, ${FLOWS} flows, ${OFFERED}/s offered, ${TERMS + 1} terms, every packet logged by the last; firewall and its ` +
        `daemon on one core; median of ${ROUNDS} paired rounds of ${SECONDS} s; lines missing ${percent(missing, samples.ringwall)} % ` +
        `(peer ${percent(missing, samples.ulogd)} %), missing and counted by nobody ${percent(uncounted, samples.ringwall)} % ` +
        `(peer ${percent(uncounted, samples.ulogd)} %); stolen ticks ${stolenTicks() - stolen}, ${machine()}`,
    }),
  );
}
