// nfcapd.ts: nfdump's collector of flow records. SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Namespace } from "../lab/netns.js";
import { run, type Running } from "../lab/process.js";

/** FlowRecord: a record as nfdump writes it. */
export type FlowRecord = Readonly<Record<string, string | number>>;

export class Nfcapd {
  readonly #host: Namespace;
  readonly #process: Running;
  readonly #directory: string;
  readonly #port: number;

  private constructor(host: Namespace, process: Running, directory: string, port: number) {
    this.#host = host;
    this.#process = process;
    this.#directory = directory;
    this.#port = port;
  }

  static async start(host: Namespace, parent: string, address: string, port: number): Promise<Nfcapd> {
    const directory = join(parent, "nfcapd");
    await mkdir(directory);
    const process = host.start("nfcapd", ["nfcapd", "-w", directory, "-b", address, "-p", String(port), "-t", "3600"]);
    await process.printed(/Startup nfcapd/);
    return new Nfcapd(host, process, directory, port);
  }

  /** finish ends the collector when it has read what arrived, and gives its records and what it says of them. */
  async finish(): Promise<{ readonly records: readonly FlowRecord[]; readonly summary: string }> {
    for (let attempt = 0; attempt < 100; attempt++) {
      // A read socket gives no event to wait for.
      const { stdout } = await this.#host.run(["ss", "-Hlun", `sport = :${this.#port}`]);
      if (stdout.split(/\s+/)[1] === "0") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await this.#process.stop();
    const files = (await readdir(this.#directory)).filter((name) => /^nfcapd\.\d+$/.test(name));
    const records: FlowRecord[] = [];
    for (const file of files) {
      const { stdout } = await run(["nfdump", "-r", join(this.#directory, file), "-o", "json"]);
      records.push(...(JSON.parse(stdout) as FlowRecord[]));
    }
    return { records, summary: this.#process.output };
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
