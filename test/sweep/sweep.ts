// sweep.ts: changed packets through whole firewalls, under sanitizers: configurations and captures of the comparison and of every
// protocol, for ringwall-sweep to change. SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { checkMeaning } from "../../daemon/src/config/check.js";
import { compileConfig } from "../../daemon/src/config/compile.js";
import type { Config } from "../../daemon/src/config/config.js";
import { checkSchema } from "../../daemon/src/config/schema.js";
import { encodeSnapshot } from "../../daemon/src/snapshot/encode.js";
import { pcapOf } from "../differential/pcap.js";
import { START_NS } from "../differential/run.js";
import { caseOf } from "../differential/seed.js";
import { protocols, type Seed } from "./protocols.js";

const PROGRAM =
  process.env.RINGWALL_SWEEP_PROGRAM ?? fileURLToPath(new URL("../../../asan/ringwall-sweep", import.meta.url));

/** NAT: every kind of translation between the interfaces of the comparison's configurations. */
const NAT = {
  source: {
    pool: [
      { name: "outside", address: ["10.0.2.64/29"], port: { range: { low: 2000, high: 2099 } } },
      { name: "same-ports", address: ["10.0.2.72/30"], port: { "no-translation": true } },
    ],
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [
          {
            name: "off",
            match: { "source-address": ["10.0.1.11/32"] },
            then: { "source-nat": { off: true } },
          },
          {
            name: "kept",
            match: { "source-address": ["10.0.1.12/32"] },
            then: { "source-nat": { pool: "same-ports" } },
          },
          {
            name: "persistent",
            match: { "source-address": ["10.0.1.8/31"], "destination-address": ["192.0.2.0/24"] },
            then: {
              "source-nat": {
                pool: "outside",
                "persistent-nat": { permit: { "target-host": true }, "inactivity-timeout": 60 },
              },
            },
          },
          {
            name: "pool",
            match: { "source-address": ["10.0.1.0/25"] },
            then: { "source-nat": { pool: "outside" } },
          },
          {
            name: "interface",
            match: { "source-address": ["10.0.1.128/25"] },
            then: { "source-nat": { interface: true } },
          },
        ],
      },
    ],
  },
  destination: {
    pool: [
      { name: "server", address: { name: "10.0.1.10/32", port: 80 } },
      { name: "range", address: { name: "10.0.1.8/30" } },
    ],
    "rule-set": [
      {
        name: "in",
        from: { zone: ["untrust"] },
        rule: [
          {
            name: "web",
            match: { "destination-address": "10.0.2.1/32", "destination-port": [81], protocol: ["tcp"] },
            then: { "destination-nat": { pool: "server" } },
          },
          {
            name: "some",
            match: { "destination-address": "198.51.100.8/30" },
            then: { "destination-nat": { pool: "range" } },
          },
        ],
      },
    ],
  },
  static: {
    "rule-set": [
      {
        name: "both",
        from: { zone: ["untrust"] },
        rule: [
          {
            name: "host",
            match: { "destination-address": "198.51.100.10/32" },
            then: { "static-nat": { prefix: { name: "10.0.1.9/32" } } },
          },
        ],
      },
    ],
  },
};

/** withAll adds what the comparison's configurations do not have: translation, SYN cookies, a limit of segment sizes. */
function withAll(config: Config, round: number): Config {
  const { screen, flow } = config.security;
  const screens = screen?.["ids-option"] ?? [{ name: "one" }];
  const flood = { "attack-threshold": 1, "alarm-threshold": 2, "queue-size": 200 };
  const hasCookies = round % 3 !== 0;
  return {
    ...config,
    security: {
      ...config.security,
      ...(round % 2 === 0 ? { nat: NAT } : {}),
      flow: {
        ...flow,
        ...(round % 4 === 1 ? { "tcp-mss": { "all-tcp": { mss: 1300 } } } : {}),
        ...(hasCookies ? { "syn-flood-protection-mode": "syn-cookie" } : {}),
      },
      ...(hasCookies
        ? {
            screen: {
              "ids-option": screens.map((one, i) =>
                i === 0 ? { ...one, tcp: { ...one.tcp, "syn-flood": flood } } : one,
              ),
            },
            zones: {
              "security-zone": config.security.zones["security-zone"].map((zone) => ({
                screen: screens[0]!.name,
                ...zone,
              })),
            },
          }
        : {}),
    },
  } as Config;
}

/** Swept: what a round found, all of it good. */
export interface Swept {
  readonly packets: number;
  readonly forward: number;
  readonly host: number;
  readonly wait: number;
  readonly drops: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
}

const execute = promisify(execFile);

/** sweepRound sends `packets` through the configurations of one case. Throws with what the program said if anything is wrong. */
export async function sweepRound(round: number, packets: number): Promise<Swept> {
  const directory = await mkdtemp(join(tmpdir(), "ringwall-sweep-"));
  try {
    const c = caseOf(round);
    const configs = [c.config, ...c.steps.flatMap((step) => (step.kind === "commit" ? [step.config] : []))];
    const seeds: Seed[] = [
      ...protocols(),
      ...c.steps.flatMap((step) =>
        step.kind === "packet" ? [{ port: step.port, frame: Buffer.from(step.frame, "hex") }] : [],
      ),
    ];
    const args = ["--packets", String(packets), "--seed", String(round)];
    args.push(...[["--workers", "2"], ["--memo-off"], [], ["--late", "1500000"], []][round % 5]!);
    let ports: readonly { readonly name: string }[] = [];
    for (const [i, config] of configs.entries()) {
      const whole = withAll(config, round);
      const findings = [...checkSchema(whole), ...checkMeaning(whole)];
      if (findings.length > 0) throw new Error(`configuration refused: ${JSON.stringify(findings)}`);
      const { snapshot } = compileConfig(whole, 1);
      ports = snapshot.ports;
      await writeFile(join(directory, `${i}.snapshot`), encodeSnapshot(snapshot));
      args.push("--snapshot", join(directory, `${i}.snapshot`));
    }
    for (const [i, { name }] of ports.entries()) {
      const frames = seeds.filter(({ port }) => port === name);
      if (frames.length === 0) continue;
      const path = join(directory, `${i}.pcap`);
      await writeFile(path, pcapOf(frames.map(({ frame }, n) => ({ time: START_NS + BigInt(n) * 1000n, frame }))));
      args.push("--in", `${i}=${path}`);
    }
    const { stdout } = await execute(PROGRAM, args, { maxBuffer: 1 << 24 }).catch((error: { stderr?: string }) => {
      throw new Error(`round ${round} of ${packets} packets: ${error.stderr ?? String(error)}`);
    });
    return JSON.parse(stdout) as Swept;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function add(sum: Record<string, number>, more: Readonly<Record<string, number>>): Record<string, number> {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** sweep sends `packets` in rounds of `each`, from the round `first` on; `done` is told of each. */
export async function sweep(packets: number, each: number, first: number, done?: (so: Swept) => void): Promise<Swept> {
  let total: Swept = { packets: 0, forward: 0, host: 0, wait: 0, drops: {}, events: {} };
  for (let round = first; total.packets < packets; round++) {
    const one = await sweepRound(round, Math.min(each, packets - total.packets));
    total = {
      packets: total.packets + one.packets,
      forward: total.forward + one.forward,
      host: total.host + one.host,
      wait: total.wait + one.wait,
      drops: add({ ...total.drops }, one.drops),
      events: add({ ...total.events }, one.events),
    };
    done?.(total);
  }
  return total;
}
