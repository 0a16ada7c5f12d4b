// wire.ts: what a packet's own bytes say of a parameter of a line. It looks at bytes, and shares no code with what wrote the line.
// SPDX-License-Identifier: Apache-2.0
import { inet6, type Captured } from "../lab/capture.js";

/** Said: a value, and where it was found. */
export interface Said {
  readonly value: string;
  readonly where: string;
}

type Reader = (bytes: Buffer) => string;
interface Field {
  readonly at: number;
  readonly length: number;
  readonly read: Reader;
}

const [ICMP, TCP, UDP, ICMP6] = [1, 6, 17, 58];
const number: Reader = (bytes) => String(bytes.readUIntBE(0, bytes.length));
const flags: Reader = (bytes) => `0x${bytes.toString("hex")}`;

const INET: Readonly<Record<string, Field>> = {
  "packet-length": { at: 2, length: 2, read: number },
  dscp: { at: 1, length: 1, read: (bytes) => String(bytes[0]! >> 2) },
  "protocol-id": { at: 9, length: 1, read: number },
  "source-address": { at: 12, length: 4, read: (bytes) => bytes.join(".") },
  "destination-address": { at: 16, length: 4, read: (bytes) => bytes.join(".") },
};
const INET6: Readonly<Record<string, Field>> = {
  "packet-length": { at: 4, length: 2, read: (bytes) => String(bytes.readUInt16BE(0) + 40) },
  dscp: { at: 0, length: 2, read: (bytes) => String((bytes.readUInt16BE(0) >> 6) & 63) },
  "protocol-id": { at: 6, length: 1, read: number },
  "source-address": { at: 8, length: 16, read: inet6 },
  "destination-address": { at: 24, length: 16, read: inet6 },
};
const PORTS: Readonly<Record<string, Field>> = {
  "source-port": { at: 0, length: 2, read: number },
  "destination-port": { at: 2, length: 2, read: number },
};
const TRANSPORT: Readonly<Record<number, Readonly<Record<string, Field>>>> = {
  [UDP]: PORTS,
  [TCP]: { ...PORTS, "tcp-flags": { at: 13, length: 1, read: flags } },
};
const ECHO: Readonly<Record<string, Field>> = {
  "icmp-type": { at: 0, length: 1, read: number },
  "icmp-code": { at: 1, length: 1, read: number },
  "source-port": { at: 4, length: 2, read: number }, // its identifier
  "destination-port": { at: 6, length: 2, read: number }, // its sequence number
};

/** ipOf gives a packet without its Ethernet header; it must be one whose transport header is where such a one mostly is. */
export function ipOf({ family, frame, protocol, length }: Captured): Buffer {
  const ip = frame.subarray(14, 14 + length);
  if (family === 4 && ip[0] !== 0x45) throw new Error("an IPv4 packet with options");
  if (TRANSPORT[protocol] === undefined && protocol !== ICMP && protocol !== ICMP6)
    throw new Error(`a packet of protocol ${protocol}`);
  return ip;
}

/** said reads the value that a line has to have for `parameter`. */
export function said(packet: Captured, parameter: string): Said {
  const ip = ipOf(packet);
  const network = packet.family === 4 ? INET : INET6;
  const start = network[parameter] === undefined ? (packet.family === 4 ? 20 : 40) : 0;
  const field = network[parameter] ?? (TRANSPORT[packet.protocol] ?? ECHO)[parameter];
  if (field === undefined) throw new Error(`a packet of protocol ${packet.protocol} says nothing of ${parameter}`);
  const at = start + field.at;
  const bytes = ip.subarray(at, at + field.length);
  const hex = bytes.toString("hex").replace(/(....)(?=.)/g, "$1 ");
  const place = field.length === 1 ? `byte ${at}` : `bytes ${at} to ${at + field.length - 1}`;
  return { value: field.read(bytes), where: `${place}: \`${hex}\`` };
}

/** hexDump writes bytes as tcpdump does, sixteen a line. */
export function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const hex = bytes.subarray(at, at + 16).toString("hex");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.replace(/(....)(?=.)/g, "$1 ")}`);
  }
  return lines.join("\n");
}
