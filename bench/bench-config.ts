// How long does a commit of 10,000 policies take in the daemon: read, check, compile, encode? CPU time, so that other work on
// the machine matters less; the peer of reading is the plain parser of the same notation, which checks nothing.
import { cpus } from "node:os";

import { parse } from "yaml";

import { compileConfig } from "../daemon/src/config/compile.js";
import type { Config } from "../daemon/src/config/config.js";
import { loadConfig } from "../daemon/src/config/load.js";
import { printConfig } from "../daemon/src/config/print.js";
import { encodeSnapshot } from "../daemon/src/snapshot/encode.js";

const POLICIES = 10_000;
const ROUNDS = 5;
const conditions = `${POLICIES} policies of two applications, ${POLICIES} addresses, CPU time, median of ${ROUNDS}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`;

function office(): Config {
  const addresses = Array.from({ length: POLICIES }, (_, i) => ({
    name: `n${i}`,
    "ip-prefix": `10.${i >> 8}.${i & 255}.0/24`,
  }));
  const policy = Array.from({ length: POLICIES }, (_, i) => ({
    name: `p${i}`,
    match: {
      "source-address": [`n${i}`],
      "destination-address": [`n${(i * 7) % POLICIES}`, "any-ipv6"],
      application: ["junos-https", "junos-ssh"],
    },
    then: { permit: true as const, log: { "session-close": true as const }, count: true as const },
  }));
  return {
    system: { "host-name": "bench" },
    interfaces: { eth0: { unit: { "0": {} } }, eth1: { unit: { "0": {} } } },
    security: {
      zones: {
        "security-zone": [
          { name: "trust", interfaces: ["eth0.0"] },
          { name: "untrust", interfaces: ["eth1.0"] },
        ],
      },
      "address-book": [{ name: "global", address: addresses }],
      policies: [{ "from-zone": "trust", "to-zone": "untrust", policy }],
    },
  };
}

/** milliseconds gives the median CPU time of a work. */
function milliseconds(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
}

const lines: string[] = [];
function report(metric: string, value: number, peer?: { readonly name: string; readonly value: number }): void {
  const round = (n: number): number => Number(n.toPrecision(4));
  lines.push(
    JSON.stringify({
      bench: "bench-config",
      metric,
      value: round(value),
      unit: "ms",
      peer: peer?.name ?? null,
      peer_value: peer === undefined ? null : round(peer.value),
      ratio: peer === undefined ? null : round(value / peer.value),
      conditions,
    }),
  );
}

const config = office();
const [yaml, json] = [printConfig(config), JSON.stringify(config)];
const loaded = loadConfig(json);
if (!loaded.ok) throw new Error(loaded.errors[0]!.message);
const { snapshot } = compileConfig(loaded.config, 1);

report(
  "load_yaml",
  milliseconds(() => loadConfig(yaml)),
  { name: "yaml.parse", value: milliseconds(() => parse(yaml) as unknown) },
);
report(
  "load_json",
  milliseconds(() => loadConfig(json)),
  { name: "JSON.parse", value: milliseconds(() => JSON.parse(json) as unknown) },
);
report(
  "compile",
  milliseconds(() => compileConfig(loaded.config, 1)),
);
report(
  "encode",
  milliseconds(() => encodeSnapshot(snapshot)),
);
console.log(lines.join("\n"));
