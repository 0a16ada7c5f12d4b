// stage.ts: the laboratory with a noisy rule, a hundred quiet ones in the same zone, and collectors that record every line.
// SPDX-License-Identifier: Apache-2.0
//
//   trust host: the storm ------ ge-0/0/0.0 \
//                                             zone trust -- fw -- ge-0/0/1.0, zone untrust: echo service
//   dmz host: all other traffic - ge-0/0/2.0 /
//
// What the storm leaves no room for on its own wire is never seen by the firewall; so what must be seen comes by another one.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { configuration } from "../e2e/configuration.js";
import { root, type FirewallOptions } from "../lab/firewall.js";
import { address, Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import type { Running } from "../lab/process.js";
import { Auditor, type Books, checkBooks, checkRules, isTold, received } from "./books.js";
import type { Line } from "./line.js";
import { droppedDatagrams, Recording } from "./recording.js";

export const QUIET_RULES = 100;
/** A quiet rule denies this port and those behind it, one each. */
export const QUIET_PORT = 6001;
export const ECHO_PORT = 7;
/** Of the storm's packets, in turn; no other traffic comes from them. */
export const STORM_PORTS = { first: 1024, count: 60_000 } as const;
/** The first source port of everything else. */
export const OTHER_PORT = 61_100;

/** Of a trickle's datagrams: they go to no port that another rule knows. */
export const TRICKLE_PORTS = { first: 10_000, count: 50_000 } as const;

export const quietRules: readonly string[] = Array.from(
  { length: QUIET_RULES },
  (_, index) => `quiet-${String(index + 1).padStart(3, "0")}`,
);

export interface StageStream {
  readonly name: string;
  readonly protocol: "udp" | "tcp";
  /** More statements of the stream. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Its collector is started by the test. */
  readonly isLate?: boolean;
}

export interface StageOptions extends FirewallOptions {
  readonly streams: readonly StageStream[];
  /** of the noisy rule; default: that of all rules. */
  readonly rate?: unknown;
  readonly zoneRate?: unknown;
}

/** A storm that nobody stops. */
const STORM_SECONDS = 120;
const FIRST_COLLECTOR_PORT = 6514;

interface Tree {
  security: {
    zones: { "security-zone": { name: string; interfaces: string[]; screen?: string }[] };
    policies: { policy: { name: string; then: { log?: Record<string, unknown> } }[] }[];
    log: { rate?: unknown; stream: object[] };
    screen?: unknown;
  };
  applications: { application: object[] };
}

export class Stage {
  readonly lab: Lab;
  readonly auditor: Auditor;
  readonly recordings: Readonly<Record<string, Recording>>;
  readonly #traffic: Running[] = [];

  private constructor(lab: Lab, recordings: Readonly<Record<string, Recording>>) {
    this.lab = lab;
    this.auditor = new Auditor(lab.firewall);
    this.recordings = recordings;
  }

  static async start(options: StageOptions): Promise<Stage> {
    const lab = await Lab.create(options);
    try {
      const recordings = options.streams.map(
        ({ name, protocol }, index) =>
          new Recording(lab.collector.namespace, lab.directory, {
            name,
            protocol,
            address: address.collector,
            port: FIRST_COLLECTOR_PORT + index,
          }),
      );
      for (const [index, recording] of recordings.entries())
        if (options.streams[index]!.isLate !== true) await recording.start();
      await lab.firewall.start();
      await lab.firewall.apply(await stageConfiguration(options, recordings));
      await lab.host(lab.untrust);
      return new Stage(lab, Object.fromEntries(recordings.map((recording) => [recording.place.name, recording])));
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const traffic of this.#traffic) await traffic.stop("SIGKILL");
    for (const recording of Object.values(this.recordings)) await recording.stop();
    await this.lab.close();
  }

  /** audit waits until all is quiet and everything that was held back has been told, and checks what must hold whatever was sent.
   * It gives what the first collector has received. */
  async audit(): Promise<{ readonly books: Books; readonly lines: readonly Line[] }> {
    const [first, ...others] = Object.values(this.recordings) as [Recording, ...Recording[]];
    const books = await this.auditor.settled(async (now) => isTold(await first.lines(), now.accounting));
    checkBooks(books);
    const lines = await received(first, books);
    checkRules(lines, books);
    for (const other of others) await received(other, books);
    await this.#stored(books);
    return { books, lines };
  }

  /** A real rsyslogd has stored what its stream sent. */
  async #stored(books: Books): Promise<void> {
    const { collector } = this.lab;
    const sent = books.streams["soc"]!.accounts.reduce((sum, account) => sum + account.sent, 0);
    const lost = await droppedDatagrams(collector.namespace, 514);
    await collector.expectCount("any kind", () => true, sent - lost);
    assert.equal(collector.received.length, sent - lost);
  }

  /** storm sends packets that the noisy rule denies, so many per second, by the trust host, until it is stopped. Its output is how
   * many left. */
  async storm(rate: number): Promise<Running> {
    const { lab } = this;
    const mac = (await lab.fw.run(["cat", "/sys/class/net/trust0/address"])).stdout.trim();
    return this.#start(lab.trust, "storm", [
      ...[join(root, "build/release/tools/pktgen"), "send", "eth0", "--object", join(root, "build/pktgen.bpf.o")],
      ...["--to", mac, "--source", address.trust.inet, "--destination", address.untrust.inet],
      ...["--flows", String(STORM_PORTS.count), "--seconds", String(STORM_SECONDS), "--rate", String(rate)],
    ]);
  }

  /** rounds sends one datagram to the port of each quiet rule in each round, from OTHER_PORT + round. */
  rounds(count: number, everyMs: number): Running {
    return this.#node(
      "rounds",
      `let round = 0;
       const next = () => {
         const s = dgram.createSocket("udp4");
         s.bind(${OTHER_PORT} + round, () => {
           let open = ${QUIET_RULES};
           for (let i = 0; i < ${QUIET_RULES}; i++)
             s.send("x", ${QUIET_PORT} + i, to, () => { if (--open === 0) s.close(); });
         });
         if (++round < ${count}) setTimeout(next, ${everyMs});
       };
       next();`,
    );
  }

  /** sessions opens so many over UDP, and says when each has had its answer. A question whose answer does not come is put again. */
  sessions(count: number, firstPort: number): Running {
    return this.#node(
      "sessions",
      `let begun = 0, answered = 0;
       const next = () => {
         if (begun === ${count}) return;
         const s = dgram.createSocket("udp4"), ask = () => s.send("x", ${ECHO_PORT}, to), again = setInterval(ask, 500);
         s.on("message", () => {
           clearInterval(again);
           s.close();
           if (++answered === ${count}) console.log("answered");
           next();
         });
         s.bind(${firstPort} + begun++, ask);
       };
       for (let i = 0; i < 32; i++) next();`,
    );
  }

  /** trickle sends `count` denied datagrams, `each` of them every 10 ms, to the ports from TRICKLE_PORTS in turn. */
  trickle(count: number, each: number): Running {
    return this.#node(
      "trickle",
      `const s = dgram.createSocket("udp4");
       let sent = 0, open = ${count};
       s.bind(${OTHER_PORT}, () => {
         const timer = setInterval(() => {
           for (let i = 0; i < ${each} && sent < ${count}; i++)
             s.send("x", ${TRICKLE_PORTS.first} + sent++ % ${TRICKLE_PORTS.count}, to, () => { if (--open === 0) s.close(); });
           if (sent === ${count}) clearInterval(timer);
         }, 10);
       });`,
    );
  }

  #node(name: string, program: string): Running {
    const to = JSON.stringify(address.untrust.inet);
    const text = `const dgram = require("dgram"), to = ${to};\n${program}`;
    return this.#start(this.lab.dmz, name, [process.execPath, "-e", text]);
  }

  #start(host: Namespace, name: string, command: readonly string[]): Running {
    const running = host.start(name, command);
    this.#traffic.push(running);
    return running;
  }
}

async function stageConfiguration(options: StageOptions, recordings: readonly Recording[]): Promise<string> {
  const rules = [
    { name: "echo", then: "permit" as const, application: ["slow-echo"] },
    ...quietRules.map((name) => ({ name, then: "deny" as const, application: [name] })),
    { name: "noisy", then: "deny" as const },
  ];
  return await configuration({ "trust->untrust": rules }, (parsed) => {
    const tree = parsed as unknown as Tree;
    tree.applications.application.push(
      // No session ends while accounts are compared.
      { name: "slow-echo", protocol: "udp", "destination-port": ECHO_PORT, "inactivity-timeout": 3600 },
      ...quietRules.map((name, index) => ({ name, protocol: "udp", "destination-port": QUIET_PORT + index })),
    );
    tree.security.zones["security-zone"] = [
      { name: "trust", interfaces: ["ge-0/0/0.0", "ge-0/0/2.0"], screen: "edge" },
      { name: "untrust", interfaces: ["ge-0/0/1.0"] },
    ];
    tree.security.screen = { "ids-option": [{ name: "edge", icmp: { large: true } }] };
    const noisy = tree.security.policies[0]!.policy.at(-1)!;
    if (options.rate !== undefined) noisy.then.log!["rate"] = options.rate;
    if (options.zoneRate !== undefined) tree.security.log.rate = { zone: options.zoneRate };
    for (const [index, { place }] of recordings.entries())
      tree.security.log.stream.push({
        name: place.name,
        host: place.address,
        port: place.port,
        transport: { protocol: place.protocol },
        format: "kv",
        ...options.streams[index]!.settings,
      });
  });
}

/** ringFiles gives the rings of the first worker, former helpers' first. */
export function ringFiles(runDirectory: string): string[] {
  return readdirSync(runDirectory)
    .filter((name) => /^ring-0\.\d+$/.test(name))
    .sort()
    .map((name) => join(runDirectory, name));
}
