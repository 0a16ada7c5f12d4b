// recorder.ts: what arrived at the ports of record.ts. SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

import { root } from "../lab/firewall.js";
import type { Namespace } from "../lab/netns.js";
import { within, type Running } from "../lab/process.js";

export class Recorder {
  readonly #process: Running;

  private constructor(process: Running) {
    this.#process = process;
  }

  static async start(host: Namespace, address: string, ports: readonly number[]): Promise<Recorder> {
    const process = host.start("record", [
      globalThis.process.execPath,
      join(root, "build/js/test/collectors/record.js"),
      address,
      ...ports.map(String),
    ]);
    await process.printed(/listening/);
    return new Recorder(process);
  }

  /** datagrams gives what a port received so far. */
  datagrams(port: number): Buffer[] {
    const lines = this.#process.stdout.split("\n").slice(0, -1);
    return lines
      .filter((line) => line.startsWith(`${port} `))
      .map((line) => Buffer.from(line.slice(line.indexOf(" ") + 1), "base64"));
  }

  lines(port: number): string[] {
    return this.datagrams(port).map((datagram) => datagram.toString("utf8"));
  }

  /** until waits until a port has received so many datagrams. */
  async until(port: number, count: number, seconds = 15): Promise<void> {
    await within<void>(
      seconds,
      `${count} datagrams at port ${port}`,
      (resolve) => {
        const look = (): void => {
          if (this.datagrams(port).length >= count) resolve();
        };
        this.#process.child.stdout?.on("data", look);
        look();
        return () => this.#process.child.stdout?.off("data", look);
      },
      () => this.lines(port).join("\n"),
    );
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
