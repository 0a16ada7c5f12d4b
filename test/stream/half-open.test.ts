// A collector that vanishes without a word: its packets are dropped, and nobody says so. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";

import { loadNative } from "../../daemon/src/syslog/native.js";
import { Outbox } from "../../daemon/src/syslog/outbox.js";
import { Network, type Namespace } from "../lab/netns.js";

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));
const PORT = 6514;
const USER_TIMEOUT_S = 1;

/** Talker is a program whose lines are waited for. */
class Talker {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  #rest = "";
  #wake: () => void = () => undefined;

  constructor(t: TestContext, namespace: Namespace, args: readonly string[]) {
    const [command, ...rest] = namespace.command([process.execPath, ...args]);
    this.child = spawn(command!, rest, { stdio: ["pipe", "pipe", "inherit"] });
    t.after(() => this.child.kill("SIGKILL"));
    this.child.stdout!.on("data", (data: Buffer) => {
      const lines = (this.#rest + data.toString()).split("\n");
      this.#rest = lines.pop()!;
      this.lines.push(...lines);
      this.#wake();
    });
  }

  async until(wanted: (lines: readonly string[]) => boolean): Promise<void> {
    while (!wanted(this.lines)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  write(text: string): void {
    this.child.stdin!.write(text);
  }
}

interface Stage {
  readonly far: Namespace;
  readonly collector: Talker;
  readonly sender: Talker;
  account(): Promise<{ sent: number; inDoubt: number; waiting: number }>;
}

/** stage makes a sender and a collector; `window`: the collector's tcp_rmem (tcp(7)). */
async function stage(t: TestContext, window?: string): Promise<Stage> {
  const network = new Network(`rw${process.pid}ho`);
  t.after(() => network.close());
  const near = await network.namespace("near");
  const far = await network.namespace("far");
  await network.wire(near, "n0", far, "f0");
  for (const [namespace, device, address] of [
    [near, "n0", "10.9.0.1/24"],
    [far, "f0", "10.9.0.2/24"],
  ] as const) {
    await namespace.ip(`address add ${address} dev ${device}`);
    await namespace.ip(`link set ${device} up`);
  }
  if (window !== undefined) await far.run(["sysctl", "-qw", `net.ipv4.tcp_rmem=${window}`]);
  const directory = await mkdtemp("/dev/shm/ringwall-half-open-");
  t.after(() => rm(directory, { recursive: true }));
  const collector = new Talker(t, far, [program("frame-collector"), String(PORT)]);
  await collector.until((lines) => lines.includes("listening"));
  const target = {
    protocol: "tcp",
    host: "10.9.0.2",
    port: PORT,
    sourceAddress: "",
    framing: 0,
    keepAliveSeconds: 1,
    userTimeoutSeconds: USER_TIMEOUT_S,
  };
  const sender = new Talker(t, near, [program("number-sender"), directory, JSON.stringify(target)]);
  await sender.until((lines) => lines.includes("up "));
  return {
    far,
    collector,
    sender,
    account: async () => {
      const region = await readFile(join(directory, "numbers.outbox"));
      const outbox = new Outbox(loadNative(), region, Outbox.boundsOf(region));
      const { sent, inDoubt } = outbox.accounts().find(({ kind }) => kind === 1)!;
      return { sent, inDoubt, waiting: outbox.waiting };
    },
  };
}

const received = (collector: Talker): number[] => collector.lines.slice(1).map(Number);
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function drop(far: Namespace): Promise<void> {
  await far.run(["nft", "add table inet silence"]);
  for (const hook of ["input", "output"])
    await far.run(["nft", `add chain inet silence ${hook} { type filter hook ${hook} priority 0; policy drop; }`]);
}

test(
  "lines that a vanished collector never acknowledged are in doubt, and all later ones come when it is back",
  { timeout: 60_000 },
  async (t) => {
    const { far, collector, sender, account } = await stage(t);
    sender.write("x".repeat(100));
    await collector.until(() => received(collector).length === 100);
    await drop(far);
    sender.write("x".repeat(40));
    await sender.until((lines) => lines.includes("down ETIMEDOUT"));
    sender.write("x".repeat(60));
    await far.run(["nft", "delete table inet silence"]);
    await collector.until(() => received(collector).length === 160);
    assert.deepEqual(received(collector), [...range(1, 100), ...range(141, 200)]);
    let now = await account();
    while (now.waiting > 0) now = await account(); // the kernel gives no event for an acknowledgement
    assert.deepEqual(now, { sent: 160, inDoubt: 40, waiting: 0 });
  },
);

test("a vanished collector is noticed while there is nothing to send", { timeout: 60_000 }, async (t) => {
  const { far, sender, account } = await stage(t);
  await drop(far);
  await sender.until((lines) => lines.some((line) => line.startsWith("down ")));
  assert.deepEqual(await account(), { sent: 0, inDoubt: 0, waiting: 0 });
});

test(
  "a collector that vanishes while its window is closed is noticed too, and has what it acknowledged",
  { timeout: 60_000 },
  async (t) => {
    const { far, collector, sender, account } = await stage(t, "4096 8192 16384");
    collector.child.kill("SIGSTOP");
    sender.write("x".repeat(8_000));
    let [before, now] = [await account(), await account()];
    do {
      await new Promise((resolve) => setTimeout(resolve, 300)); // a window that has closed gives no event
      [before, now] = [now, await account()];
    } while (now.sent === 0 || now.sent > before.sent);
    await drop(far);
    await sender.until((lines) => lines.includes("down ETIMEDOUT"));
    assert.deepEqual(await account(), { ...now, inDoubt: 0 });
    collector.child.kill("SIGCONT");
    await far.run(["nft", "delete table inet silence"]);
    await collector.until(() => received(collector).length === 8_000);
    assert.deepEqual(received(collector), range(1, 8_000));
  },
);
