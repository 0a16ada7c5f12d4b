// checksum.ts: the Internet checksum, computed from scratch (RFC 1071). SPDX-License-Identifier: Apache-2.0
import { addressBytes, type Address } from "./address.js";

/** onesSum adds 16-bit words in one's complement. */
export function onesSum(...parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += at + 1 < part.length ? part.readUInt16BE(at) : part[at]! << 8;
      sum = (sum & 0xffff) + (sum >>> 16);
    }
  }
  return sum;
}

export const checksum = (...parts: readonly Buffer[]): number => ~onesSum(...parts) & 0xffff;

/** pseudoHeader of RFC 9293 3.1 and RFC 8200 8.1; both sum up alike. */
export function pseudoHeader(source: Address, destination: Address, protocol: number, length: number): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(length, 0);
  tail[7] = protocol;
  return Buffer.concat([addressBytes(source), addressBytes(destination), tail]);
}
