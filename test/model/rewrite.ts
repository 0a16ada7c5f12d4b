// rewrite.ts: how a packet leaves: TTL, Ethernet header, fragments. SPDX-License-Identifier: Apache-2.0
import { addressBytes, type Address } from "./address.js";
import { checksum } from "./checksum.js";
import type { Packet } from "./packet.js";

/** portMac and neighbourMac: what ringwall-replay gives its devices and their neighbours. */
export const portMac = (index: number): Buffer => Buffer.from([2, 0, 0x5e, 0, 0, index]);
export const neighbourMac = (address: Address): Buffer =>
  Buffer.concat([Buffer.from([6, 0]), addressBytes(address).subarray(-4)]);

export function etherFrame(destination: Buffer, source: Buffer, vlan: number, ip: Buffer): Buffer {
  const tag = vlan === 0 ? [] : [0x81, 0, vlan >> 8, vlan & 255];
  const type = ip[0]! >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  return Buffer.concat([destination, source, Buffer.from([...tag, ...type]), ip]);
}

export const linkHeader = (vlan: number): number => (vlan === 0 ? 14 : 18);

const SHORTEST = 60; /* an Ethernet frame without its check sequence */

/** padded: what came with padding leaves with padding, of zeros, as far as Ethernet needs it. */
export function padded(frame: Buffer, arrivedWith: number): Buffer {
  return Buffer.concat([frame, Buffer.alloc(Math.max(0, Math.min(arrivedWith, SHORTEST - frame.length)))]);
}

/** hop gives the IP packet one hop further. */
export function hop(packet: Packet): Buffer {
  const ip = Buffer.from(packet.ip);
  if (packet.family === "inet6") ip[7]!--;
  else {
    ip[8]!--;
    const header = (ip[0]! & 15) * 4;
    ip.writeUInt16BE(0, 10);
    ip.writeUInt16BE(checksum(ip.subarray(0, header)), 10);
  }
  return ip;
}

/** split cuts a packet into fragments of at most mtu bytes. */
export const split = (ip: Buffer, mtu: number): Buffer[] =>
  ip[0]! >> 4 === 6 ? splitInet6(ip, mtu) : splitInet(ip, mtu);

/** RFC 8200 4.5; the packet has a fragment header, and no other. */
function splitInet6(ip: Buffer, mtu: number): Buffer[] {
  const [header, payload] = [ip.subarray(0, 48), ip.subarray(48)];
  const word = header.readUInt16BE(42);
  const size = (mtu - 48) & ~7;
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length; at += pieces.at(-1)!.length - 48) {
    const rest = payload.subarray(at);
    const part = rest.length <= mtu - 48 ? rest : rest.subarray(0, size);
    const piece = Buffer.concat([header, part]);
    const more = part.length < rest.length || (word & 1) === 1;
    piece.writeUInt16BE(8 + part.length, 4);
    piece.writeUInt16BE(((word & 0xfff8) + at) | (more ? 1 : 0), 42);
    pieces.push(piece);
  }
  return pieces;
}

/** RFC 791 3.2. */
function splitInet(ip: Buffer, mtu: number): Buffer[] {
  const header = (ip[0]! & 15) * 4;
  const word = ip.readUInt16BE(6);
  const base = word & 0x1fff;
  const wasMore = (word & 0x2000) !== 0;
  const payload = ip.subarray(header);
  const later = laterHeader(ip.subarray(0, header));
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length;) {
    const own = at === 0 ? ip.subarray(0, header) : later;
    const room = mtu - own.length;
    const rest = payload.length - at;
    const size = rest <= room ? rest : room - (room % 8);
    const piece = Buffer.concat([own, payload.subarray(at, at + size)]);
    const more = wasMore || at + size < payload.length;
    piece[0] = 0x40 | (own.length / 4);
    piece.writeUInt16BE(piece.length, 2);
    piece.writeUInt16BE((word & 0x8000) | (more ? 0x2000 : 0) | (base + at / 8), 6);
    piece.writeUInt16BE(0, 10);
    piece.writeUInt16BE(checksum(piece.subarray(0, own.length)), 10);
    pieces.push(piece);
    at += size;
  }
  return pieces;
}

/** Options without the copied flag stay in the first fragment. */
function laterHeader(header: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 20; at < header.length && header[at] !== 0;) {
    const length = header[at] === 1 ? 1 : header[at + 1]!;
    if ((header[at]! & 0x80) !== 0) kept.push(header.subarray(at, at + length));
    at += length;
  }
  const options = Buffer.concat(kept);
  const padding = Buffer.alloc((4 - (options.length % 4)) % 4);
  return Buffer.concat([header.subarray(0, 20), options, padding]);
}

/** marked writes a DSCP, beside the two bits of ECN. */
export function marked(packet: Buffer, codePoint: number | undefined): Buffer {
  if (codePoint === undefined) return packet;
  const ip = Buffer.from(packet);
  if (ip[0]! >> 4 === 6) {
    const word = ip.readUInt32BE(0);
    ip.writeUInt32BE(((word & 0xf03fffff) | (codePoint << 22)) >>> 0, 0);
    return ip;
  }
  ip[1] = (ip[1]! & 3) | (codePoint << 2);
  const header = (ip[0]! & 15) * 4;
  ip.writeUInt16BE(0, 10);
  ip.writeUInt16BE(checksum(ip.subarray(0, header)), 10);
  return ip;
}
