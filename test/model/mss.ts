// mss.ts: the maximum segment size that a SYN may ask for on its way through (Junos: tcp-mss all-tcp).
// SPDX-License-Identifier: Apache-2.0
import { isLater, SYN, TCP, type Packet } from "./packet.js";
import { mend } from "./translate.js";

const MSS = 2;
const HEADER = 20;
const CHECKSUM_AT = 16;

/** sizesAt: where in a segment each maximum segment size stands: of several, hosts take the last. */
function sizesAt(segment: Buffer): number[] {
  const end = (segment[12]! >> 4) * 4;
  const found: number[] = [];
  for (let at = HEADER; at < end && segment[at] !== 0;) {
    if (segment[at] === 1) {
      at++;
      continue;
    }
    const length = at + 1 < end ? segment[at + 1]! : 0;
    if (length < 2 || at + length > end) break;
    if (segment[at] === MSS && length === 4) found.push(at + 2);
    at += length;
  }
  return found;
}

/** clamped lowers what a SYN asks for, in either direction; a fragment that has the options is changed alike. */
export function clamped(packet: Packet, maximum: number | undefined): Buffer {
  const { ip, transport, tuple, segment } = packet;
  if (maximum === undefined || tuple.protocol !== TCP || isLater(packet)) return ip;
  if (segment === undefined || (segment.flags & SYN) === 0) return ip;
  const changed = Buffer.from(ip);
  const body = changed.subarray(transport);
  for (const at of sizesAt(body)) body.writeUInt16BE(Math.min(body.readUInt16BE(at), maximum), at);
  const header = (body[12]! >> 4) * 4;
  const [before, after] = [ip.subarray(transport + HEADER, transport + header), body.subarray(HEADER, header)];
  body.writeUInt16BE(mend(body.readUInt16BE(CHECKSUM_AT), before, after), CHECKSUM_AT);
  return changed;
}
