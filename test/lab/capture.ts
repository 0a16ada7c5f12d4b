// What is really on the wire at a host: tcpdump into a pcap file, read back packet by packet.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mkdtemp } from "node:fs/promises";
import type { Namespace } from "./netns.js";
import type { Running } from "./process.js";
import { within } from "./process.js";

export interface Captured {
  readonly family: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number; // IPv6: the first next header
  readonly length: number; // IP total length
  readonly ttl: number;
  readonly sourcePort: number; // 0 where there is none
  readonly destinationPort: number;
  readonly payload: Buffer; // behind the IP header
  readonly frame: Buffer;
}

export class Capture {
  readonly #process: Running;
  readonly #file: string;
  private constructor(process: Running, file: string) {
    this.#process = process;
    this.#file = file;
  }

  static async start(host: Namespace, filter: string, device = "eth0"): Promise<Capture> {
    const file = join(await mkdtemp("/tmp/ringwall-capture-"), "wire.pcap");
    const process = host.start("tcpdump", [
      "tcpdump",
      "-i",
      device,
      "-s",
      "0",
      "-U",
      "--immediate-mode",
      "-B",
      "32768",
      "-Z",
      "root",
      "-w",
      file,
      filter,
    ]);
    await process.printed(/listening on/);
    return new Capture(process, file);
  }

  async packets(): Promise<Captured[]> {
    return readPcap(await readFile(this.#file));
  }

  // until waits for a packet; the capture goes on.
  async until(what: string, test: (packet: Captured) => boolean, seconds = 10): Promise<Captured> {
    return await within<Captured>(seconds, `the wire to show ${what}`, (resolve, reject) => {
      const look = (): void =>
        void this.packets().then((packets) => {
          const found = packets.find(test);
          if (found) resolve(found);
        }, reject);
      const timer = setInterval(look, 50); // tcpdump writes whole packets as they come; the file has no end marker to await
      look();
      return () => clearInterval(timer);
    });
  }

  // What the kernel has handed over is read first: a tcpdump that is ended leaves unread what waits for it.
  async stop(): Promise<Captured[]> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const from = this.#process.output.length;
      this.#process.signal("SIGUSR1"); // it tells its counts
      const [, captured, received] = await this.#process.printed(counts, 20, from);
      if (captured === received) break;
    }
    const finished = await this.#process.stop("SIGINT");
    if (!/\b0 packets dropped by kernel/.test(finished.stderr))
      throw new Error(`the capture itself lost packets: ${finished.stderr}`);
    return await this.packets();
  }
}

const counts = /(\d+) packets? captured, (\d+) packets? received by filter/;

export function readPcap(bytes: Buffer): Captured[] {
  const packets: Captured[] = [];
  for (let at = 24; at + 16 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 8);
    if (at + 16 + length > bytes.length) break;
    const packet = readFrame(bytes.subarray(at + 16, at + 16 + length));
    if (packet) packets.push(packet);
    at += 16 + length;
  }
  return packets;
}

export function readFrame(frame: Buffer): Captured | undefined {
  const type = frame.readUInt16BE(12);
  const ip = frame.subarray(14);
  if (type === 0x0800) {
    const header = (ip[0]! & 15) * 4;
    return describe(
      4,
      ip,
      header,
      ip.readUInt16BE(2),
      ip[9]!,
      ip[8]!,
      inet(ip.subarray(12, 16)),
      inet(ip.subarray(16, 20)),
      frame,
    );
  }
  if (type === 0x86dd)
    return describe(
      6,
      ip,
      40,
      ip.readUInt16BE(4) + 40,
      ip[6]!,
      ip[7]!,
      inet6(ip.subarray(8, 24)),
      inet6(ip.subarray(24, 40)),
      frame,
    );
  return undefined;
}

function describe(
  family: 4 | 6,
  ip: Buffer,
  header: number,
  length: number,
  protocol: number,
  ttl: number,
  source: string,
  destination: string,
  frame: Buffer,
): Captured {
  const payload = ip.subarray(header, length);
  const ports = (protocol === 6 || protocol === 17) && payload.length >= 4;
  return {
    family,
    source,
    destination,
    protocol,
    length,
    ttl,
    payload,
    frame,
    sourcePort: ports ? payload.readUInt16BE(0) : 0,
    destinationPort: ports ? payload.readUInt16BE(2) : 0,
  };
}

const inet = (bytes: Buffer): string => [...bytes].join(".");

// RFC 5952 text of an address.
export function inet6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  let best = -1,
    bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
  }
  const text = groups.map((group) => group.toString(16));
  return best < 0 ? text.join(":") : `${text.slice(0, best).join(":")}::${text.slice(best + bestLength).join(":")}`;
}
