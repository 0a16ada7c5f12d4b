// recording.ts: collectors of a test, each a process of its own that records every line. SPDX-License-Identifier: Apache-2.0
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { Namespace } from "../lab/netns.js";
import type { Running } from "../lab/process.js";
import { readLine, type Line } from "./line.js";

const program = fileURLToPath(new URL("./recorder.js", import.meta.url));

export interface CollectorPlace {
  /** Also the name of the stream that goes there. */
  readonly name: string;
  readonly protocol: "udp" | "tcp";
  readonly address: string;
  readonly port: number;
}

/** Recording is one collector. Its process may be suspended, or come late; its lines stay. */
export class Recording {
  readonly place: CollectorPlace;
  readonly #namespace: Namespace;
  readonly #file: string;
  readonly #lines: Line[] = [];
  #process: Running | undefined;
  #handle: FileHandle | undefined;
  #position = 0;
  #reading = Promise.resolve();

  constructor(namespace: Namespace, directory: string, place: CollectorPlace) {
    this.#namespace = namespace;
    this.place = place;
    this.#file = join(directory, `${place.name}.recorded`);
  }

  async start(): Promise<void> {
    const { name, protocol, address, port } = this.place;
    this.#process = this.#namespace.start(name, [
      process.execPath,
      ...[program, protocol, address, String(port), this.#file],
    ]);
    await this.#process.printed(/listening/);
  }

  /** suspend makes it a collector that does not read. */
  suspend(): void {
    this.#process?.signal("SIGSTOP");
  }

  resume(): void {
    this.#process?.signal("SIGCONT");
  }

  async stop(): Promise<void> {
    await this.#process?.stop("SIGKILL");
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** lines gives what it has received, in the order in which it came. */
  async lines(): Promise<readonly Line[]> {
    this.#reading = this.#reading.then(() => this.#read());
    await this.#reading;
    return this.#lines;
  }

  async #read(): Promise<void> {
    this.#handle ??= await open(this.#file, "a+");
    const { size } = await this.#handle.stat();
    if (size === this.#position) return;
    const bytes = Buffer.alloc(size - this.#position);
    await this.#handle.read(bytes, 0, bytes.length, this.#position);
    const end = bytes.lastIndexOf("\n") + 1;
    this.#position += end;
    for (const line of bytes.toString("utf8", 0, end).split("\n").slice(0, -1)) this.#lines.push(readLine(line));
  }

  /** until waits for so many lines. */
  async until(count: number, seconds = 60): Promise<void> {
    const until = Date.now() + seconds * 1000;
    while ((await this.lines()).length < count) {
      if (Date.now() > until) throw new Error(`${this.place.name} has not ${count} lines after ${seconds} s`);
      await sleep(50); // a file
    }
  }

  /** dropped is what came as datagrams and found no room in the socket's buffer, as the collector's kernel counts it. */
  async dropped(): Promise<number> {
    return await droppedDatagrams(this.#namespace, this.place.port);
  }
}

/** droppedDatagrams reads the last column of /proc/net/udp. */
export async function droppedDatagrams(namespace: Namespace, port: number): Promise<number> {
  const { stdout } = await namespace.run(["cat", "/proc/net/udp"]);
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return sockets.reduce((sum, socket) => sum + (socket[1]?.endsWith(end) === true ? Number(socket.at(-1)) : 0), 0);
}
