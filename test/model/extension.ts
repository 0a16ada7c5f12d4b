// extension.ts: the headers between an IPv6 header and its transport header (RFC 8200 4). SPDX-License-Identifier: Apache-2.0

export const HOP_BY_HOP = 0;
export const ROUTING = 43;
export const FRAGMENT = 44;
export const DESTINATION_OPTIONS = 60;

const IPV6_HEADER = 40;

/** Part: what a fragment header says. */
export interface Part {
  readonly id: number;
  /** bytes */
  readonly offset: number;
  readonly more: boolean;
}

export interface Chain {
  /** behind the last of them; of a later fragment: behind its fragment header */
  readonly end: number;
  readonly protocol: number;
  /** a fragment header is there, also on a whole packet (RFC 6946) */
  readonly part: Part | undefined;
  /** where a routing header says that there is a way to go */
  readonly segmentsLeftAt: number | undefined;
}

/** chainOf reads them as far as they are there; undefined if they end too soon. */
export function chainOf(ip: Buffer): Chain | undefined {
  let at = IPV6_HEADER;
  let next = ip[6]!;
  let part: Part | undefined;
  let segmentsLeftAt: number | undefined;
  while ([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS].includes(next)) {
    if (at + 8 > ip.length) return undefined;
    const length = next === FRAGMENT ? 8 : (ip[at + 1]! + 1) * 8;
    if (at + length > ip.length) return undefined;
    if (next === ROUTING && ip[at + 3] !== 0) segmentsLeftAt = at + 3;
    if (next === FRAGMENT) {
      const word = ip.readUInt16BE(at + 2);
      part = { id: ip.readUInt32BE(at + 4), offset: word & 0xfff8, more: (word & 1) === 1 };
    }
    next = ip[at]!;
    at += length;
    if (part !== undefined && part.offset > 0) break;
  }
  return { end: at, protocol: next, part, segmentsLeftAt };
}
