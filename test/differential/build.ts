// build.ts: frames, byte by byte, for the model's packets. SPDX-License-Identifier: Apache-2.0
import { addressBytes, readAddress } from "../model/address.js";
import { checksum, pseudoHeader } from "../model/checksum.js";
import { ICMP, ICMP6, TCP, UDP } from "../model/packet.js";

export interface Shape {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly window?: number;
  /** window scale option of a SYN */
  readonly scale?: number;
  /** other options instead, padded to four bytes */
  readonly tcpOptions?: readonly number[];
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly identifier?: number;
  readonly icmpSequence?: number;
  /** bytes behind the transport header; ICMP errors: the quote */
  readonly payload?: number | Buffer;
  readonly ttl?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  /** the flag of IPv4 that nobody sets */
  readonly reserved?: boolean;
  readonly id?: number;
  /** IPv4 options, IPv6: a destination options header */
  readonly options?: boolean;
  /** the sender left the checksum to its hardware, or had it wrong, or (UDP over IPv4) out */
  readonly checksum?: "right" | "unfinished" | "wrong" | "none";
}

function transport(shape: Shape): { readonly body: Buffer; readonly at: number | undefined; readonly pseudo: boolean } {
  const payload =
    typeof shape.payload === "object"
      ? shape.payload
      : Buffer.from(Array.from({ length: shape.payload ?? 0 }, (_, i) => i & 255));
  if (shape.protocol === TCP) {
    const scale = Buffer.from(shape.tcpOptions ?? (shape.scale === undefined ? [] : [1, 3, 3, shape.scale]));
    const header = Buffer.alloc(20);
    header.writeUInt16BE(shape.sourcePort ?? 0, 0);
    header.writeUInt16BE(shape.destinationPort ?? 0, 2);
    header.writeUInt32BE((shape.sequence ?? 0) >>> 0, 4);
    header.writeUInt32BE((shape.acknowledgment ?? 0) >>> 0, 8);
    header[12] = (5 + scale.length / 4) << 4;
    header[13] = shape.flags ?? 2;
    header.writeUInt16BE(shape.window ?? 65535, 14);
    return { body: Buffer.concat([header, scale, payload]), at: 16, pseudo: true };
  }
  if (shape.protocol === UDP) {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(shape.sourcePort ?? 0, 0);
    header.writeUInt16BE(shape.destinationPort ?? 0, 2);
    header.writeUInt16BE(8 + payload.length, 4);
    return { body: Buffer.concat([header, payload]), at: 6, pseudo: true };
  }
  if (shape.protocol === ICMP || shape.protocol === ICMP6) {
    const header = Buffer.alloc(8);
    header[0] = shape.icmpType ?? 8;
    header[1] = shape.icmpCode ?? 0;
    header.writeUInt16BE(shape.identifier ?? 0, 4);
    header.writeUInt16BE(shape.icmpSequence ?? 0, 6);
    return { body: Buffer.concat([header, payload]), at: 2, pseudo: shape.protocol === ICMP6 };
  }
  const header = Buffer.alloc(16, 0x11);
  if (shape.protocol === 132) {
    header.writeUInt16BE(shape.sourcePort ?? 0, 0);
    header.writeUInt16BE(shape.destinationPort ?? 0, 2);
  }
  return { body: Buffer.concat([header, payload]), at: undefined, pseudo: false };
}

/** bodyOf makes what follows the IP header, its checksum right unless the shape wants it otherwise. */
function bodyOf(shape: Shape): Buffer {
  const { body, at, pseudo } = transport(shape);
  if (at === undefined || shape.checksum === "none") return body;
  const [source, destination] = [readAddress(shape.source), readAddress(shape.destination)];
  const extra = pseudo ? pseudoHeader(source, destination, shape.protocol, body.length) : Buffer.alloc(0);
  const right = shape.checksum === "unfinished" ? ~checksum(extra) & 0xffff : checksum(extra, body);
  body.writeUInt16BE(right === 0 && shape.protocol === UDP ? 0xffff : right, at);
  if (shape.checksum === "wrong") body[at]! ^= 0x55;
  return body;
}

function inetHeader(shape: Shape, length: number, word: number): Buffer {
  const options = shape.options === true ? Buffer.from([0x94, 4, 0, 0, 7, 3, 4, 0]) : Buffer.alloc(0);
  const header = Buffer.concat([
    Buffer.alloc(12),
    addressBytes(readAddress(shape.source)),
    addressBytes(readAddress(shape.destination)),
    options,
  ]);
  header[0] = 0x40 | (header.length / 4);
  header[1] = shape.tos ?? 0;
  header.writeUInt16BE(header.length + length, 2);
  header.writeUInt16BE(shape.id ?? 0, 4);
  header.writeUInt16BE(word, 6);
  header[8] = shape.ttl ?? 64;
  header[9] = shape.protocol;
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function inet6Header(shape: Shape, length: number, fragment: number | undefined): Buffer {
  const extensions: Buffer[] = [];
  if (fragment !== undefined) {
    const header = Buffer.alloc(8);
    header[0] = shape.protocol;
    header.writeUInt16BE(fragment, 2);
    header.writeUInt32BE(shape.id ?? 0, 4);
    extensions.push(header);
  }
  if (shape.options === true)
    extensions.unshift(Buffer.from([fragment === undefined ? shape.protocol : 44, 0, 1, 4, 0, 0, 0, 0]));
  const rest = Buffer.concat(extensions);
  const header = Buffer.alloc(8);
  header.writeUInt32BE((0x60000000 | ((shape.tos ?? 0) << 20)) >>> 0, 0);
  header.writeUInt16BE(rest.length + length, 4);
  header[6] = shape.options === true ? 60 : fragment !== undefined ? 44 : shape.protocol;
  header[7] = shape.ttl ?? 64;
  return Buffer.concat([
    header,
    addressBytes(readAddress(shape.source)),
    addressBytes(readAddress(shape.destination)),
    rest,
  ]);
}

/** ipPacket makes a whole IP packet. */
export function ipPacket(shape: Shape): Buffer {
  const body = bodyOf(shape);
  const inet = readAddress(shape.source).family === "inet";
  const header = inet
    ? inetHeader(
        shape,
        body.length,
        (shape.dontFragment === true ? 0x4000 : 0) | (shape.reserved === true ? 0x8000 : 0),
      )
    : inet6Header(shape, body.length, undefined);
  return Buffer.concat([header, body]);
}

/** fragmentsOf cuts it into pieces whose payloads have `sizes` bytes; the last one takes the rest. */
export function fragmentsOf(shape: Shape, size: number): Buffer[] {
  const body = bodyOf(shape);
  const inet = readAddress(shape.source).family === "inet";
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    const more = at + size < body.length;
    const header = inet
      ? inetHeader(shape, part.length, (more ? 0x2000 : 0) | (at / 8))
      : inet6Header({ ...shape, options: false }, part.length, at | (more ? 1 : 0));
    pieces.push(Buffer.concat([header, part]));
  }
  return pieces;
}

/** frameOf puts an IP packet on a link. */
export function frameOf(
  ip: Buffer,
  link: { readonly vlans?: readonly number[]; readonly multicast?: boolean; readonly padding?: number } = {},
): Buffer {
  const tags = (link.vlans ?? []).flatMap((vlan) => [0x81, 0, vlan >> 8, vlan & 255]);
  const type = (ip[0] ?? 0x40) >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  const head = Buffer.from([link.multicast === true ? 3 : 2, 0, 0x5e, 0, 0, 0, 6, 0, 0, 0, 0, 9, ...tags, ...type]);
  return Buffer.concat([head, ip, Buffer.alloc(link.padding ?? 0, 0xee)]);
}
