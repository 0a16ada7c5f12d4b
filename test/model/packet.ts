// packet.ts: what the bytes of a frame say, read strictly: the stage "parse" of the model. SPDX-License-Identifier: Apache-2.0
import { addressFrom, isOneHost, mayBeReached, type Address, type Family } from "./address.js";
import { onesSum } from "./checksum.js";
import { chainOf, DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING } from "./extension.js";

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ICMP6 = 58;
export const SCTP = 132;
export const GRE = 47;
export const ESP = 50;
export const AH = 51;

/** Malformed: the packet ends at once; reason is the text of a drop reason. */
export class Malformed extends Error {
  readonly code = "malformed";
  constructor(readonly reason: string) {
    super(reason);
  }
}

export interface Fragment {
  readonly id: number;
  readonly offset: number;
  readonly more: boolean;
  /** what the fragment's own header names as next: the same in all fragments of a datagram */
  readonly protocol: number;
}

export interface Segment {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  /** window scale option of a SYN */
  readonly scale: number | undefined;
  /** payload bytes */
  readonly length: number;
}

export interface Icmp {
  readonly type: number;
  readonly code: number;
  readonly identifier: number;
  readonly sequence: number;
}

/** Tuple: what names a flow in one direction. */
export interface Tuple {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Packet {
  readonly frame: Buffer;
  readonly sourceMac: Buffer;
  readonly multicastMac: boolean;
  /** VLAN ids, outer first; priority tags (id 0) left out */
  readonly vlans: readonly number[];
  /** ip: the IP packet without Ethernet header and padding */
  readonly ip: Buffer;
  /** how many bytes came behind it */
  readonly behind: number;
  readonly family: Family;
  /** offset of the transport header in ip; of a later fragment: of its payload */
  readonly transport: number;
  readonly tos: number;
  readonly ttl: number;
  readonly dontFragment: boolean;
  readonly fragment: Fragment | undefined;
  readonly tuple: Tuple;
  readonly segment: Segment | undefined;
  readonly icmp: Icmp | undefined;
  /** UDP whose sender made no checksum */
  readonly checksumless: boolean;
  /** ICMP errors: the tuple of the packet they are about, if the quote names one */
  readonly quoted: Tuple | undefined;
}

export const hasPorts = (protocol: number): boolean => protocol === TCP || protocol === UDP || protocol === SCTP;
export const isLater = (packet: Packet): boolean => packet.fragment !== undefined && packet.fragment.offset > 0;
export const isIcmp = (family: Family, protocol: number): boolean => protocol === (family === "inet" ? ICMP : ICMP6);

export function isEcho(family: Family, type: number): boolean {
  return family === "inet" ? type === 8 || type === 0 : type === 128 || type === 129;
}
export const isEchoReply = (family: Family, type: number): boolean => type === (family === "inet" ? 0 : 129);
/** isError: messages about another packet (RFC 792, RFC 4443 2.1). */
export const isError = (family: Family, type: number): boolean =>
  family === "inet" ? [3, 4, 5, 11, 12].includes(type) : type < 128;

export const reverseTuple = (t: Tuple): Tuple => ({
  source: t.destination,
  destination: t.source,
  protocol: t.protocol,
  sourcePort: t.destinationPort,
  destinationPort: t.sourcePort,
});

/** tupleKey: instances may use the same addresses. */
export const tupleKey = (instance: string, t: Tuple): string =>
  `${instance} ${t.source.family} ${t.protocol} ${t.source.value.toString(16)} ${t.sourcePort} ${t.destination.value.toString(16)} ${t.destinationPort}`;

function must(holds: boolean, reason: string): void {
  if (!holds) throw new Malformed(reason);
}

/** vlansOf: the tags of a frame as far as they can be read, priority tags left out. */
export function vlansOf(frame: Buffer): number[] {
  const tags: number[] = [];
  for (let at = 12; at + 4 <= frame.length && [0x8100, 0x88a8].includes(frame.readUInt16BE(at)); at += 4) {
    tags.push(frame.readUInt16BE(at + 2) & 0xfff);
  }
  return tags.filter((tag) => tag !== 0);
}

/** parseFrame reads an Ethernet frame; throws Malformed. */
export function parseFrame(frame: Buffer): Packet {
  must(frame.length >= 14, "truncated");
  let at = 12;
  let type = frame.readUInt16BE(at);
  const tags: number[] = [];
  while (type === 0x8100 || type === 0x88a8) {
    must(tags.length < 2, "ethertype");
    must(frame.length >= at + 6, "truncated");
    tags.push(frame.readUInt16BE(at + 2) & 0xfff);
    at += 4;
    type = frame.readUInt16BE(at);
  }
  must(type === 0x0800 || type === 0x86dd, "ethertype");
  const link = {
    frame,
    sourceMac: frame.subarray(6, 12),
    multicastMac: (frame[0]! & 1) === 1,
    vlans: tags.filter((tag) => tag !== 0),
  };
  const parsed = parsePacket(frame.subarray(at + 2), type === 0x0800 ? "inet" : "inet6");
  return { ...link, ...parsed, behind: frame.length - at - 2 - parsed.ip.length };
}

type Parsed = Omit<Packet, "frame" | "sourceMac" | "multicastMac" | "vlans" | "behind">;

/** parsePacket reads an IP packet; throws Malformed. */
export function parsePacket(bytes: Buffer, family: Family): Parsed {
  return family === "inet" ? parseInet(bytes) : parseInet6(bytes);
}

function parseInet(bytes: Buffer): Parsed {
  must(bytes.length >= 20, "truncated");
  must(bytes[0]! >> 4 === 4, "ip-version");
  const header = (bytes[0]! & 15) * 4;
  must(header >= 20 && header <= bytes.length, "ip-header-length");
  const total = bytes.readUInt16BE(2);
  must(total >= header && total <= bytes.length, "ip-total-length");
  must(onesSum(bytes.subarray(0, header)) === 0xffff, "ip-checksum");
  const ip = bytes.subarray(0, total);
  checkAddresses(addressFrom(ip.subarray(12, 16)), addressFrom(ip.subarray(16, 20)));
  checkOptions(ip.subarray(20, header));
  const word = ip.readUInt16BE(6);
  const offset = (word & 0x1fff) * 8;
  const more = (word & 0x2000) !== 0;
  const fragment = offset > 0 || more ? { id: ip.readUInt16BE(4), offset, more, protocol: ip[9]! } : undefined;
  if (fragment !== undefined) checkFragment(fragment, total - header, header);
  return finishParse(ip, "inet", header, ip[9]!, fragment, {
    tos: ip[1]!,
    ttl: ip[8]!,
    dontFragment: (word & 0x4000) !== 0,
  });
}

function checkAddresses(source: Address, destination: Address): void {
  must(isOneHost(source), "ip-source");
  must(mayBeReached(destination), "ip-destination");
}

/** RFC 791 3.1: a list of options; all but the first two have a length of at least 2 that stays inside. */
function checkOptions(options: Buffer): void {
  for (let at = 0; at < options.length;) {
    if (options[at] === 0) return;
    if (options[at] === 1) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    must(length >= 2 && at + length <= options.length, "ip-option");
    at += length;
  }
}

/** All fragments but the last carry a multiple of eight bytes, and no datagram is longer than 65535 (RFC 791 3.2). */
function checkFragment(fragment: Fragment, payload: number, header: number): void {
  must(payload > 0 && (!fragment.more || payload % 8 === 0), "fragment-invalid");
  must(header + fragment.offset + payload <= 65535, "fragment-invalid");
  /* One that begins inside the transport header would change it on reassembly (RFC 3128). */
  const least = fragment.protocol === TCP ? 20 : fragment.protocol === SCTP ? 12 : 8;
  must(fragment.offset === 0 || fragment.offset >= least, "fragment-invalid");
}

function parseInet6(bytes: Buffer): Parsed {
  must(bytes.length >= 40, "truncated");
  must(bytes[0]! >> 4 === 6, "ip-version");
  const total = 40 + bytes.readUInt16BE(4);
  must(total <= bytes.length, "ip-total-length");
  const ip = bytes.subarray(0, total);
  checkAddresses(addressFrom(ip.subarray(8, 24)), addressFrom(ip.subarray(24, 40)));
  let at = 40;
  let next = ip[6]!;
  let fragment: Fragment | undefined;
  for (let first = true; [HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS].includes(next); first = false) {
    must(next !== HOP_BY_HOP || first, "ipv6-extension");
    must(at + 8 <= total, "truncated");
    const length = next === FRAGMENT ? 8 : (ip[at + 1]! + 1) * 8;
    must(at + length <= total, "truncated");
    const kind = next;
    next = ip[at]!;
    if (kind === FRAGMENT) {
      must(fragment === undefined, "ipv6-extension");
      const word = ip.readUInt16BE(at + 2);
      fragment = { id: ip.readUInt32BE(at + 4), offset: word & 0xfff8, more: (word & 1) === 1, protocol: next };
      at += length;
      if (fragment.offset > 0) break;
      continue;
    }
    at += length;
  }
  const tos = (ip.readUInt16BE(0) >> 4) & 0xff;
  /* RFC 6946: a fragment header on a whole packet makes no fragment of it. */
  const real = fragment !== undefined && (fragment.more || fragment.offset > 0) ? fragment : undefined;
  if (real !== undefined) checkFragment(real, total - at, 0);
  return finishParse(ip, "inet6", at, next, real, { tos, ttl: ip[7]!, dontFragment: true });
}

interface Rest {
  readonly tos: number;
  readonly ttl: number;
  readonly dontFragment: boolean;
}

function finishParse(
  ip: Buffer,
  family: Family,
  at: number,
  protocol: number,
  fragment: Fragment | undefined,
  rest: Rest,
): Parsed {
  const at0 = family === "inet" ? 12 : 8;
  const size = family === "inet" ? 4 : 16;
  const source = addressFrom(ip.subarray(at0, at0 + size));
  const destination = addressFrom(ip.subarray(at0 + size, at0 + 2 * size));
  const bare: Tuple = { source, destination, protocol, sourcePort: 0, destinationPort: 0 };
  const base = { ip, family, transport: at, fragment, ...rest };
  if (fragment !== undefined && fragment.offset > 0) {
    return { ...base, tuple: bare, segment: undefined, icmp: undefined, checksumless: false, quoted: undefined };
  }
  const body = ip.subarray(at);
  const short = (size: number, reason: string): void => {
    if (body.length < size) throw new Malformed(fragment === undefined ? reason : "fragment-tiny");
  };
  let tuple = bare;
  let segment: Segment | undefined;
  let icmp: Icmp | undefined;
  let quoted: Tuple | undefined;
  let checksumless = false;
  if (protocol === TCP) {
    short(20, "tcp-header");
    segment = readSegment(body);
  } else if (protocol === UDP) {
    short(8, "udp-length");
    const length = body.readUInt16BE(4);
    must(length >= 8 && (fragment !== undefined || length <= body.length), "udp-length");
    checksumless = body.readUInt16BE(6) === 0;
  } else if (otherHeader(protocol, body) > 0) {
    short(otherHeader(protocol, body), "transport-header");
  } else if (isIcmp(family, protocol)) {
    short(8, "icmp-header");
    icmp = { type: body[0]!, code: body[1]!, identifier: body.readUInt16BE(4), sequence: body.readUInt16BE(6) };
    if (isEcho(family, icmp.type)) tuple = { ...bare, sourcePort: icmp.identifier, destinationPort: icmp.identifier };
    if (isError(family, icmp.type) && fragment === undefined) quoted = readQuote(body.subarray(8), family);
  }
  if (hasPorts(protocol)) tuple = { ...bare, sourcePort: body.readUInt16BE(0), destinationPort: body.readUInt16BE(2) };
  return { ...base, tuple, segment, icmp, checksumless, quoted };
}

/** otherHeader: how long it is; as much as is needed to say so, if that is not there. */
function otherHeader(protocol: number, body: Buffer): number {
  switch (protocol) {
    case SCTP:
      return 12;
    case ESP:
      return 8;
    case AH:
      return Math.max(12, body.length < 12 ? 12 : (body[1]! + 2) * 4);
    case GRE:
      return body.length < 4 ? 4 : greHeader(body.readUInt16BE(0));
    default:
      return 0;
  }
}

/** RFC 2784, RFC 2890, RFC 2637: checksum or routing, key, sequence, acknowledgment of version 1. */
function greHeader(flags: number): number {
  const optional = [(flags & 0xc000) !== 0, (flags & 0x2000) !== 0, (flags & 0x1000) !== 0];
  const acknowledgment = (flags & 7) === 1 && (flags & 0x80) !== 0;
  return 4 + 4 * [...optional, acknowledgment].filter(Boolean).length;
}

/** payloadOf: what is behind the transport header; of an unknown protocol, all of it; of later fragments there is none. */
export function payloadOf(p: Packet): Buffer | undefined {
  if (isLater(p)) return undefined;
  const body = p.ip.subarray(p.transport);
  const { protocol } = p.tuple;
  if (protocol === TCP) return body.subarray((body[12]! >> 4) * 4);
  if (protocol === UDP || isIcmp(p.family, protocol)) return body.subarray(8);
  return body.subarray(otherHeader(protocol, body));
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

function readSegment(body: Buffer): Segment {
  const header = (body[12]! >> 4) * 4;
  must(header >= 20 && header <= body.length, "tcp-header");
  const flags = body[13]!;
  let scale: number | undefined;
  if ((flags & SYN) !== 0) scale = readScale(body.subarray(20, header));
  return {
    flags,
    sequence: body.readUInt32BE(4),
    acknowledgment: body.readUInt32BE(8),
    window: body.readUInt16BE(14),
    scale,
    length: body.length - header,
  };
}

/** readScale finds the window scale option (RFC 7323 2.2); values above 14 count as 14. */
function readScale(options: Buffer): number | undefined {
  for (let at = 0; at < options.length && options[at] !== 0;) {
    if (options[at] === 1) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) return undefined;
    if (options[at] === 3 && length === 3) return Math.min(options[at + 2]!, 14);
    at += length;
  }
  return undefined;
}

/** readQuote: what names a flow must be there: ports lie in the first eight bytes that RFC 792 promises. Not itself an error. */
function readQuote(bytes: Buffer, family: Family): Tuple | undefined {
  const least = family === "inet" ? 20 : 40;
  if (bytes.length < least || bytes[0]! >> 4 !== (family === "inet" ? 4 : 6)) return undefined;
  const header = family === "inet" ? readInetQuote(bytes) : readInet6Quote(bytes);
  if (header === undefined || bytes.length < header.end) return undefined;
  const [at, size] = family === "inet" ? [12, 4] : [8, 16];
  const { protocol } = header;
  const tuple: Tuple = {
    source: addressFrom(bytes.subarray(at, at + size)),
    destination: addressFrom(bytes.subarray(at + size, at + 2 * size)),
    protocol,
    sourcePort: 0,
    destinationPort: 0,
  };
  if (header.isLater) return tuple;
  const body = bytes.subarray(header.end);
  if (body.length < 8 && (hasPorts(protocol) || isIcmp(family, protocol))) return undefined;
  if (hasPorts(protocol)) return { ...tuple, sourcePort: body.readUInt16BE(0), destinationPort: body.readUInt16BE(2) };
  if (!isIcmp(family, protocol)) return tuple;
  if (isError(family, body[0]!)) return undefined;
  const identifier = isEcho(family, body[0]!) ? body.readUInt16BE(4) : 0;
  return { ...tuple, sourcePort: identifier, destinationPort: identifier };
}

interface QuotedHeader {
  readonly end: number;
  readonly protocol: number;
  readonly isLater: boolean;
}

function readInetQuote(bytes: Buffer): QuotedHeader | undefined {
  const end = (bytes[0]! & 15) * 4;
  return end < 20 ? undefined : { end, protocol: bytes[9]!, isLater: (bytes.readUInt16BE(6) & 0x1fff) !== 0 };
}

function readInet6Quote(bytes: Buffer): QuotedHeader | undefined {
  const chain = chainOf(bytes);
  return chain === undefined
    ? undefined
    : { end: chain.end, protocol: chain.protocol, isLater: chain.part !== undefined && chain.part.offset > 0 };
}
