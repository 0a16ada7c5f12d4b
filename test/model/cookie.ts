// cookie.ts: what a SYN beyond the attack threshold is answered, as far as everybody may know it: the number itself is the firewall's
// secret, but not the eight bits of it that keep what the client asked for. SPDX-License-Identifier: Apache-2.0
import { checksum, pseudoHeader } from "./checksum.js";
import { ipPacket } from "./answer.js";
import { ACK, SYN, TCP, type Packet } from "./packet.js";

/** What is kept of a maximum segment size: the next lower one of these. */
const SIZES = [64, 536, 1220, 1360, 1400, 1440, 1452, 1460];
const OWN_SCALE = 7;
const UNSCALED = 15;

/** Terms: what a SYN offers. */
interface Terms {
  readonly size: number;
  readonly scale: number | undefined;
  readonly sack: boolean;
}

/** termsOf: RFC 9293 3.7.1 says what holds without the option; RFC 2018 what permits selective acknowledgments. */
function termsOf({ ip, transport, family, segment }: Packet): Terms {
  const options = ip.subarray(transport + 20, transport + (ip[transport + 12]! >> 4) * 4);
  let size = family === "inet" ? 536 : 1220;
  let sack = false;
  for (let at = 0; at < options.length && options[at] !== 0;) {
    if (options[at] === 1) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) break;
    if (options[at] === 2 && length === 4) size = options.readUInt16BE(at + 2);
    if (options[at] === 4 && length === 2) sack = true;
    at += length;
  }
  return { size, scale: segment!.scale, sack };
}

/** keeps: does a cookie keep these terms? */
function keeps(cookie: number, { size, scale, sack }: Terms): boolean {
  const kept = (cookie ^ (cookie >>> 24)) & 255;
  const known = SIZES.findLastIndex((one) => one <= size);
  return kept === ((Math.max(known, 0) << 5) | ((scale ?? UNSCALED) << 1) | (sack ? 1 : 0));
}

/** cookieAnswer: the SYN+ACK that a SYN gets, given the number in it. Its window is shut. A number that keeps something else is none. */
export function cookieAnswer(syn: Packet, mtu: number): (cookie: number) => Buffer {
  const { source, destination, sourcePort, destinationPort } = syn.tuple;
  const terms = termsOf(syn);
  const size = mtu - (syn.family === "inet" ? 40 : 60);
  const options = Buffer.from([
    ...[2, 4, size >> 8, size & 255],
    ...(terms.scale === undefined ? [] : [1, 3, 3, OWN_SCALE]),
    ...(terms.sack ? [1, 1, 4, 2] : []),
  ]);
  return (cookie) => {
    if (!keeps(cookie, terms)) return Buffer.alloc(0);
    const body = Buffer.concat([Buffer.alloc(20), options]);
    body.writeUInt16BE(destinationPort, 0);
    body.writeUInt16BE(sourcePort, 2);
    body.writeUInt32BE(cookie, 4);
    body.writeUInt32BE((syn.segment!.sequence + 1) >>> 0, 8);
    body[12] = (body.length / 4) << 4;
    body[13] = SYN | ACK;
    body.writeUInt16BE(checksum(pseudoHeader(destination, source, TCP, body.length), body), 16);
    return ipPacket(destination, source, TCP, 0, body);
  };
}
