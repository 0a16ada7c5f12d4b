// frame.ts: Ethernet frames and capture files, byte by byte, for tests that replay them. SPDX-License-Identifier: Apache-2.0
import { isIPv6 } from "node:net";

/** Shape says what a frame looks like; what is left out has a default. */
export interface Shape {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: "tcp" | "udp" | "icmp";
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly icmpType?: number;
  readonly icmpId?: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly vlan?: number;
  readonly payload?: number;
  readonly dontFragment?: boolean;
}

export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export function addressBytes(text: string): Buffer {
  if (!isIPv6(text)) return Buffer.from(text.split(".").map(Number));
  const [head = "", tail] = text.split("::");
  const groups = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

function checksum(parts: readonly Buffer[]): number {
  const bytes = Buffer.concat(
    parts.map((part) => (part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]))),
  );
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function transport(
  shape: Shape,
  inet6: boolean,
): { readonly protocol: number; readonly bytes: Buffer; readonly checksumAt: number } {
  const payload = Buffer.alloc(shape.payload ?? 0, 0x5a);
  switch (shape.protocol ?? "udp") {
    case "tcp": {
      const header = Buffer.alloc(20);
      header.writeUInt16BE(shape.sourcePort ?? 40000, 0);
      header.writeUInt16BE(shape.destinationPort ?? 80, 2);
      header.writeUInt32BE(shape.sequence ?? 0, 4);
      header.writeUInt32BE(shape.acknowledgment ?? 0, 8);
      header[12] = 0x50;
      header[13] = shape.flags ?? TcpFlag.SYN;
      header.writeUInt16BE(65535, 14);
      return { protocol: 6, bytes: Buffer.concat([header, payload]), checksumAt: 16 };
    }
    case "udp": {
      const header = Buffer.alloc(8);
      header.writeUInt16BE(shape.sourcePort ?? 40000, 0);
      header.writeUInt16BE(shape.destinationPort ?? 53, 2);
      header.writeUInt16BE(8 + payload.length, 4);
      return { protocol: 17, bytes: Buffer.concat([header, payload]), checksumAt: 6 };
    }
    case "icmp": {
      const header = Buffer.alloc(8);
      header[0] = shape.icmpType ?? (inet6 ? 128 : 8);
      header.writeUInt16BE(shape.icmpId ?? 1, 4);
      header.writeUInt16BE(1, 6);
      return { protocol: inet6 ? 58 : 1, bytes: Buffer.concat([header, payload]), checksumAt: 2 };
    }
  }
}

/** frameOf makes an Ethernet frame with right checksums. */
export function frameOf(shape: Shape): Buffer {
  const inet6 = isIPv6(shape.source);
  const source = addressBytes(shape.source);
  const destination = addressBytes(shape.destination);
  const { protocol, bytes, checksumAt } = transport(shape, inet6);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  const pseudo = protocol === 1 ? [] : [source, destination, length, Buffer.from([0, 0, 0, protocol])];
  bytes.writeUInt16BE(checksum([...pseudo, bytes]) || 0xffff, checksumAt);

  const ip = Buffer.alloc(inet6 ? 40 : 20);
  if (inet6) {
    ip.writeUInt16BE(0x6000 | ((shape.tos ?? 0) << 4), 0);
    ip.writeUInt16BE(bytes.length, 4);
    ip[6] = protocol;
    ip[7] = shape.ttl ?? 64;
    source.copy(ip, 8);
    destination.copy(ip, 24);
  } else {
    ip[0] = 0x45;
    ip[1] = shape.tos ?? 0;
    ip.writeUInt16BE(20 + bytes.length, 2);
    ip.writeUInt16BE(shape.dontFragment === true ? 0x4000 : 0, 6);
    ip[8] = shape.ttl ?? 64;
    ip[9] = protocol;
    source.copy(ip, 12);
    destination.copy(ip, 16);
    ip.writeUInt16BE(checksum([ip]), 10);
  }
  const tag = shape.vlan === undefined ? [] : [0x81, 0x00, shape.vlan >> 8, shape.vlan & 255];
  const type = inet6 ? [0x86, 0xdd] : [0x08, 0x00];
  const link = Buffer.from([2, 0, 0x5e, 0, 0, 0, 6, 0, 0, 0, 0, 9, ...tag, ...type]);
  return Buffer.concat([link, ip, bytes]);
}

/** pcapOf makes a capture file of frames, each with its time in seconds. */
export function pcapOf(frames: readonly (readonly [seconds: number, frame: Buffer])[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(1, 20);
  const records = frames.map(([seconds, frame]) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(seconds), 0);
    record.writeUInt32LE(Math.round((seconds % 1) * 1e6), 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

/** framesOf reads a capture file with nanoseconds, as ringwall-replay writes them. */
export function framesOf(pcap: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 24; at < pcap.length;) {
    const length = pcap.readUInt32LE(at + 8);
    frames.push(pcap.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return frames;
}
