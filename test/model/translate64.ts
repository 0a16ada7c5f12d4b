// translate64.ts: packets of one family made packets of the other (RFC 7915, and decision 33 where it leaves a choice).
// SPDX-License-Identifier: Apache-2.0
import { addressBytes, type Address, type Family } from "./address.js";
import type { IcmpError } from "./answer.js";
import { checksum, pseudoHeader } from "./checksum.js";
import { errorAs, INET6_LEAST } from "./error64.js";
import { chainOf, FRAGMENT, type Part } from "./extension.js";
import { ICMP, ICMP6, isEcho, isIcmp, isLater, TCP, UDP, type Packet, type Tuple } from "./packet.js";
import { embedded } from "./prefix64.js";
import { mend, mendUdp } from "./translate.js";

/** 5.1: larger IPv4 packets may not be cut: who sent them listens to packet too big. */
const INET_MAY_CUT = 1260;
const INET6_HEADER = 40;
const UDP_HEADER = 8;

/** Carried: what both families say of a packet in their headers, and what follows these, as far as it is there. */
interface Carried {
  readonly tos: number;
  readonly ttl: number;
  /** it is part of a datagram, or to be cut into parts */
  readonly part: Part | undefined;
  readonly payload: Buffer;
  /** of the payload, as the header says it */
  readonly length: number;
}

function read(ip: Buffer): Carried {
  if (ip[0]! >> 4 === 6) {
    const chain = chainOf(ip)!;
    return {
      tos: (ip.readUInt16BE(0) >> 4) & 0xff,
      ttl: ip[7]!,
      part: chain.part,
      payload: ip.subarray(chain.end),
      length: Math.max(0, ip.readUInt16BE(4) - (chain.end - INET6_HEADER)),
    };
  }
  const header = (ip[0]! & 15) * 4;
  const word = ip.readUInt16BE(6);
  const part = { id: ip.readUInt16BE(4), offset: (word & 0x1fff) * 8, more: (word & 0x2000) !== 0 };
  return {
    tos: ip[1]!,
    ttl: ip[8]!,
    part: part.more || part.offset > 0 ? part : undefined,
    payload: ip.subarray(header),
    length: Math.max(0, ip.readUInt16BE(2) - header),
  };
}

/** headerOf makes a packet's header anew: options and extension headers are left out. */
function headerOf(c: Carried, to: Tuple, identification: number): Buffer {
  const addresses = Buffer.concat([addressBytes(to.source), addressBytes(to.destination)]);
  if (to.source.family === "inet6") {
    const fixed = Buffer.alloc(8);
    fixed.writeUInt32BE(0x60000000 + c.tos * 0x100000, 0);
    fixed.writeUInt16BE(c.length + (c.part === undefined ? 0 : 8), 4);
    fixed[6] = c.part === undefined ? to.protocol : FRAGMENT;
    fixed[7] = c.ttl;
    if (c.part === undefined) return Buffer.concat([fixed, addresses]);
    const part = Buffer.from([to.protocol, 0, 0, 0, 0, 0, 0, 0]);
    part.writeUInt16BE(c.part.offset | (c.part.more ? 1 : 0), 2);
    part.writeUInt32BE(c.part.id, 4);
    return Buffer.concat([fixed, addresses, part]);
  }
  const total = 20 + c.length;
  const fixed = Buffer.alloc(12);
  fixed[0] = 0x45;
  fixed[1] = c.tos;
  fixed.writeUInt16BE(total & 0xffff, 2);
  if (c.part !== undefined) {
    fixed.writeUInt16BE(c.part.id & 0xffff, 4);
    fixed.writeUInt16BE((c.part.more ? 0x2000 : 0) | (c.part.offset / 8), 6);
  } else if (total > INET_MAY_CUT) fixed.writeUInt16BE(0x4000, 6);
  else fixed.writeUInt16BE(identification, 4);
  fixed[8] = c.ttl;
  fixed[9] = to.protocol;
  const header = Buffer.concat([fixed, addresses]);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

/** pseudo: what a transport checksum covers beside the transport: nothing in ICMP. */
const pseudo = ({ source, destination, protocol }: Tuple, length: number): Buffer =>
  protocol === ICMP ? Buffer.alloc(0) : pseudoHeader(source, destination, protocol, length);

const ECHO: ReadonlyMap<number, number> = new Map([
  [8, 128],
  [0, 129],
  [128, 8],
  [129, 0],
]);

/** retold gives a transport header with the ports of `to`, or an echo's type and identifier; its checksum, if there, follows. */
function retold(body: Buffer, length: number, from: Tuple, to: Tuple): Buffer {
  const changed = Buffer.from(body);
  const follow = (at: number, bytes: number, mended: typeof mend): void => {
    if (body.length < at + 2) return;
    const before = Buffer.concat([pseudo(from, length), body.subarray(0, bytes)]);
    const after = Buffer.concat([pseudo(to, length), changed.subarray(0, bytes)]);
    changed.writeUInt16BE(mended(body.readUInt16BE(at), before, after), at);
  };
  if (to.protocol === TCP || to.protocol === UDP) {
    changed.writeUInt16BE(to.sourcePort, 0);
    changed.writeUInt16BE(to.destinationPort, 2);
    if (to.protocol === TCP) follow(16, 4, mend);
    else follow(6, 4, mendUdp);
    return changed;
  }
  if (!isIcmp(to.source.family, to.protocol)) return changed;
  changed[0] = ECHO.get(body[0]!) ?? body[0]!;
  changed.writeUInt16BE(to.sourcePort, 4);
  const without = (message: Buffer): Buffer =>
    Buffer.concat([message.subarray(0, 2), Buffer.alloc(2), message.subarray(4, 6)]);
  const before = Buffer.concat([pseudo(from, length), without(body)]);
  const after = Buffer.concat([pseudo(to, length), without(changed)]);
  changed.writeUInt16BE(mend(body.readUInt16BE(2), before, after), 2);
  /* The sum of nothing but zeros is zero, and its complement is not. */
  if (to.protocol === ICMP && changed.every((byte) => byte === 0)) changed.writeUInt16BE(0xffff, 2);
  return changed;
}

/** withChecksum: IPv6 has no UDP without one (4.5). */
function withChecksum(body: Buffer, to: Tuple): Buffer {
  const datagram = Buffer.from(body.subarray(0, Math.max(UDP_HEADER, body.readUInt16BE(4))));
  const sum = checksum(pseudoHeader(to.source, to.destination, UDP, datagram.length), datagram);
  const changed = Buffer.from(body);
  changed.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return changed;
}

const isInet = (packet: Packet): boolean => packet.family === "inet";
const isChecksumless = (packet: Packet): boolean => isInet(packet) && packet.checksumless;

/** ofEcho: an echo, or a part of one. */
const ofEcho = ({ family, tuple, icmp }: Packet): boolean =>
  isIcmp(family, tuple.protocol) && icmp !== undefined && isEcho(family, icmp.type);

/** quoteOf: of an error the packet that it is about: extensions behind that (RFC 4884) are left out. */
function quoteOf(packet: Packet): Buffer {
  const body = packet.ip.subarray(packet.transport);
  const words = isInet(packet)
    ? [3, 11, 12].includes(body[0]!)
      ? body[5]! * 4
      : 0
    : [1, 3].includes(body[0]!)
      ? body[4]! * 8
      : 0;
  const all = body.subarray(8);
  const least = all.length - read(all).payload.length + 8;
  return words === 0 || words < least ? all : all.subarray(0, words);
}

/** errorOf: an error's message, about a packet as its sender knows it. IPv6 has none of more than 1280 bytes (RFC 4443 2.4). */
function errorOf(packet: Packet, to: Tuple, quote: Tuple): Buffer {
  const body = packet.ip.subarray(packet.transport);
  const { type, code, info } = errorAs(to.source.family, body)!;
  const about = read(quoteOf(packet));
  const isFirst = (about.part?.offset ?? 0) === 0;
  const inner = isFirst ? retold(about.payload, about.length, packet.quoted!, quote) : about.payload;
  const head = Buffer.from([type, code, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(info, 4);
  const whole = Buffer.concat([head, headerOf(about, quote, 0), inner]);
  const message = to.source.family === "inet6" ? whole.subarray(0, INET6_LEAST - INET6_HEADER) : whole;
  const before = Buffer.concat([pseudo(packet.tuple, body.length), body]);
  before.writeUInt16BE(0, before.length - body.length + 2);
  const after = Buffer.concat([pseudo(to, message.length), message]);
  message.writeUInt16BE(mend(body.readUInt16BE(2), before, after), 2);
  return message;
}

/**
 * crossed gives the packet as it leaves, as `to`; an error is about `quote` then. What does not fit into `room` and may be cut
 * has a fragment header. `identification`: of an IPv4 packet that may be cut and is none yet.
 */
export function crossed(
  packet: Packet,
  to: Tuple,
  quote: Tuple | undefined,
  room: number,
  identification: number,
): Buffer {
  const c = read(packet.ip);
  const made = (payload: Buffer, part: Part | undefined): Buffer =>
    Buffer.concat([headerOf({ ...c, payload, part, length: payload.length }, to, identification), payload]);
  if (quote !== undefined) return made(errorOf(packet, to, quote), undefined);
  const whole = { id: packet.ip.readUInt16BE(4), offset: 0, more: false };
  const isCut = isInet(packet) && !packet.dontFragment && INET6_HEADER + c.payload.length > room;
  const part = c.part ?? (isCut ? whole : undefined);
  if (isLater(packet)) return made(c.payload, part);
  const body = retold(c.payload, c.payload.length, packet.tuple, to);
  return made(isChecksumless(packet) ? withChecksum(body, to) : body, part);
}

/** mayCut: whether the packet may be cut into fragments on its way. */
export const mayCut = (packet: Packet, crossing: Buffer): boolean =>
  isInet(packet) ? !packet.dontFragment : crossing.length <= INET_MAY_CUT || !isUnnamed(packet);

/** roomOf: IPv6 links take 1280 bytes; where IPv4 let routers cut, nothing larger is sent (4). */
export const roomOf = (packet: Packet, mtu: number): number =>
  isInet(packet) && !packet.dontFragment ? Math.min(mtu, INET6_LEAST) : mtu;

/** Refusal: why a packet cannot cross, and what its sender is told. */
export interface Refusal {
  readonly reason: string;
  readonly error: IcmpError | undefined;
}

/** sourceRoute: a way that an IPv4 packet has yet to go (4.1). */
function hasSourceRoute(ip: Buffer): boolean {
  const end = (ip[0]! & 15) * 4;
  for (let at = 20; at < end && ip[at] !== 0; at += ip[at] === 1 ? 1 : ip[at + 1]!)
    if ([131, 137].includes(ip[at]!) && ip[at + 2]! <= ip[at + 1]!) return true;
  return false;
}

function refusedHeader(packet: Packet): Refusal | undefined {
  const reason = "nat64-header";
  if (isInet(packet)) return hasSourceRoute(packet.ip) ? { reason, error: { type: 3, code: 5, info: 0 } } : undefined;
  const { segmentsLeftAt } = chainOf(packet.ip)!;
  if (segmentsLeftAt !== undefined) return { reason, error: { type: 4, code: 0, info: segmentsLeftAt } };
  /* Headers inside of what was cut cannot be left out of one part of it. */
  const { fragment, tuple } = packet;
  return fragment !== undefined && fragment.protocol !== tuple.protocol ? { reason, error: undefined } : undefined;
}

/** refusal: TCP, UDP and echo cross, and errors that have a counterpart; not what has a checksum over more than is there. */
export function refusal(packet: Packet, family: Family): Refusal | undefined {
  const header = refusedHeader(packet);
  if (header !== undefined) return header;
  const { fragment, tuple, quoted, ip, transport } = packet;
  const other = isInet(packet) ? { type: 3, code: 2, info: 0 } : { type: 1, code: 4, info: 0 };
  if (quoted !== undefined) {
    if (fragment !== undefined) return { reason: "nat64-fragment", error: undefined };
    return errorAs(family, ip.subarray(transport)) === undefined
      ? { reason: "nat64-protocol", error: other }
      : undefined;
  }
  const echo = ofEcho(packet);
  if (tuple.protocol !== TCP && tuple.protocol !== UDP && !echo) return { reason: "nat64-protocol", error: other };
  if (fragment !== undefined && (echo || isChecksumless(packet))) return { reason: "nat64-fragment", error: undefined };
  return undefined;
}

/** mtuFor: how long a packet like this one may be, so that what it becomes is no longer than `mtu` (4.2, 5.2). */
export function mtuFor(packet: Packet, crossing: Buffer, mtu: number): number {
  const own = mtu + packet.ip.length - crossing.length;
  return isInet(packet) ? own : Math.max(INET6_LEAST, own);
}

/** isUnnamed: it is no fragment: if it leaves as an IPv4 packet that may be cut, it needs an identification. */
export const isUnnamed = (packet: Packet): boolean =>
  !isInet(packet) && (packet.quoted !== undefined || chainOf(packet.ip)?.part === undefined);

/**
 * errorTuple: where an error leaves from, and to: an IPv4 router stands behind the prefix as servers do; an IPv6 router has no
 * IPv4 address: its errors come from where its session's packets do, which leave as `out`.
 */
export function errorTuple(router: Address, out: Tuple, prefix64: number): Tuple {
  const { family } = out.destination;
  const behind = family === "inet6" ? embedded(out.source, prefix64, router) : undefined;
  const protocol = family === "inet" ? ICMP : ICMP6;
  return { ...out, source: behind ?? out.source, protocol, sourcePort: 0, destinationPort: 0 };
}
