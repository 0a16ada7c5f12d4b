// answer.ts: what a sender is told: ICMP errors and TCP resets, and when nobody may be told.
// SPDX-License-Identifier: Apache-2.0
import { addressBytes, isOneHost, sameAddress, readAddress, isMulticast, type Address } from "./address.js";
import { checksum, pseudoHeader } from "./checksum.js";
import { ACK, FIN, ICMP, ICMP6, isError, isLater, RST, SYN, TCP, type Packet } from "./packet.js";

/** IcmpError: type, code and the 32 bits behind the checksum. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly info: number;
}

export type Cause = "administratively" | "port" | "time-exceeded" | "too-big" | "route-reject";

export function errorFor(
  packet: Packet,
  cause: "port" | "time-exceeded" | "too-big" | "route-reject" | "address",
  mtu = 0,
): IcmpError {
  const inet = packet.family === "inet";
  switch (cause) {
    case "port":
      return inet ? { type: 3, code: 3, info: 0 } : { type: 1, code: 4, info: 0 };
    case "address":
      return inet ? { type: 3, code: 1, info: 0 } : { type: 1, code: 3, info: 0 };
    case "time-exceeded":
      return inet ? { type: 11, code: 0, info: 0 } : { type: 3, code: 0, info: 0 };
    case "too-big":
      return inet ? { type: 3, code: 4, info: mtu } : { type: 2, code: 0, info: mtu };
    case "route-reject":
      return inet ? { type: 3, code: 1, info: 0 } : { type: 1, code: 0, info: 0 };
  }
}

/** toOneHost: neither a group of the link nor of IP. */
function toOneHost(packet: Packet): boolean {
  const { destination } = packet.tuple;
  return !packet.multicastMac && !isMulticast(destination) && !sameAddress(destination, readAddress("255.255.255.255"));
}

/** mayTellError: RFC 1122 3.2.2, RFC 4443 2.4 (e). */
export function mayTellError(packet: Packet): boolean {
  if (
    packet.icmp !== undefined &&
    (isError(packet.family, packet.icmp.type) || (packet.family === "inet6" && packet.icmp.type === 137))
  ) {
    return false;
  }
  return !isLater(packet) && toOneHost(packet) && isOneHost(packet.tuple.source);
}

/** mayReset: a reset answers a segment that is none itself. */
export const mayReset = (packet: Packet): boolean =>
  packet.segment !== undefined &&
  (packet.segment.flags & RST) === 0 &&
  toOneHost(packet) &&
  isOneHost(packet.tuple.source);

export function ipPacket(source: Address, destination: Address, protocol: number, tos: number, body: Buffer): Buffer {
  if (source.family === "inet6") {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x60000000 + tos * 0x100000, 0);
    header.writeUInt16BE(body.length, 4);
    header[6] = protocol;
    header[7] = 64;
    return Buffer.concat([header, addressBytes(source), addressBytes(destination), body]);
  }
  const header = Buffer.alloc(12);
  header[0] = 0x45;
  header[1] = tos;
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header[8] = 64;
  header[9] = protocol;
  const whole = Buffer.concat([header, addressBytes(source), addressBytes(destination)]);
  whole.writeUInt16BE(checksum(whole), 10);
  return Buffer.concat([whole, body]);
}

/* RFC 1812 4.3.2.5: precedence 6, the type of service of the packet in question; without its ECN bits (RFC 3168). */
const INTERNETWORK_CONTROL = 0xc0;

/** buildError quotes as much of the packet as fits 576 bytes (RFC 1812 4.3.2.3) or 1280 (RFC 4443 2.4 c). */
export function buildError(about: Packet, error: IcmpError, source: Address): Buffer {
  const inet = about.family === "inet";
  const quote = about.ip.subarray(0, inet ? 576 - 28 : 1280 - 48);
  const header = Buffer.alloc(8);
  header[0] = error.type;
  header[1] = error.code;
  header.writeUInt32BE(error.info, 4);
  const body = Buffer.concat([header, quote]);
  const to = about.tuple.source;
  const protocol = inet ? ICMP : ICMP6;
  body.writeUInt16BE(inet ? checksum(body) : checksum(pseudoHeader(source, to, protocol, body.length), body), 2);
  return ipPacket(source, to, protocol, inet ? INTERNETWORK_CONTROL | (about.tos & 0x1c) : 0, body);
}

/** buildReset: RFC 9293 3.10.7.1. */
export function buildReset(about: Packet): Buffer {
  const segment = about.segment!;
  const { source, destination, sourcePort, destinationPort } = about.tuple;
  const body = Buffer.alloc(20);
  body.writeUInt16BE(destinationPort, 0);
  body.writeUInt16BE(sourcePort, 2);
  body[12] = 0x50;
  if ((segment.flags & ACK) !== 0) {
    body.writeUInt32BE(segment.acknowledgment, 4);
    body[13] = RST;
  } else {
    const length = segment.length + ((segment.flags & SYN) !== 0 ? 1 : 0) + ((segment.flags & FIN) !== 0 ? 1 : 0);
    body.writeUInt32BE((segment.sequence + length) >>> 0, 8);
    body[13] = RST | ACK;
  }
  body.writeUInt16BE(checksum(pseudoHeader(destination, source, TCP, 20), body), 16);
  return ipPacket(destination, source, TCP, 0, body);
}

const SECOND = 1_000_000_000n;

/** Limit: at most `burst` answers at once and `rate` in a second (GCRA, exact in fractions of a nanosecond); rate 0: any. */
export class Limit {
  #arrival: bigint | undefined;
  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {}

  take(now: bigint): boolean {
    if (this.rate === 0) return true;
    const at = now * BigInt(this.rate);
    const arrival = this.#arrival ?? at;
    if (arrival > at + BigInt(this.burst - 1) * SECOND) return false;
    this.#arrival = (arrival > at ? arrival : at) + SECOND;
    return true;
  }
}
