// prefix64.ts: IPv4 addresses as they stand behind IPv6 prefixes (RFC 6052). SPDX-License-Identifier: Apache-2.0
import { addressBytes, addressFrom, inRange, isOneHost, readPrefix, sameAddress, type Address } from "./address.js";

/** Bits 64 to 71 are zero, whatever the prefix's length (2.2). */
const ZERO_AT = 8;

const WELL_KNOWN = readPrefix("64:ff9b::/96").range;
/** RFC 1918, RFC 6598, RFC 3927: what is each network's own. */
const OWN = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"].map(
  (text) => readPrefix(text).range,
);

function behind(prefix: Buffer, inet: Buffer): Buffer {
  const before = Math.max(0, ZERO_AT - prefix.length);
  const parts = prefix.length > ZERO_AT ? [inet] : [inet.subarray(0, before), Buffer.alloc(1), inet.subarray(before)];
  return Buffer.concat([prefix, ...parts], 16);
}

/** The well-known prefix is for addresses of the Internet alone (3.1). */
const mayStand = (address: Address, length: number, inet: Address): boolean =>
  isOneHost(inet) && !(length === 96 && inRange(WELL_KNOWN, address) && OWN.some((range) => inRange(range, inet)));

/** embedded: the address that stands for an IPv4 one behind the first bits of a prefix; undefined if it is not for there. */
export function embedded(prefix: Address, length: number, inet: Address): Address | undefined {
  const address = addressFrom(behind(addressBytes(prefix).subarray(0, length / 8), addressBytes(inet)));
  return mayStand(address, length, inet) ? address : undefined;
}

/** extracted: the IPv4 address behind so many bits; undefined if none stands there, or other bits as well. */
export function extracted(address: Address, length: number): Address | undefined {
  const bytes = addressBytes(address);
  const rest = [...bytes.subarray(length / 8)];
  if (length / 8 <= ZERO_AT) rest.splice(ZERO_AT - length / 8, 1);
  const inet = addressFrom(Buffer.from(rest.slice(0, 4)));
  const again = embedded(address, length, inet);
  return again !== undefined && sameAddress(again, address) ? inet : undefined;
}
