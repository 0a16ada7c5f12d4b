// nptv6.ts: one IPv6 prefix for another such that no checksum changes (RFC 6296). SPDX-License-Identifier: Apache-2.0
import { addressBytes, addressFrom, type Address, type Prefix } from "./address.js";
import { onesSum } from "./checksum.js";

const ONES = 0xffff;
/** modulo: zero has one form (RFC 6296 3.1, note). */
const modulo = (value: number): number => ((value % ONES) + ONES) % ONES;

/** nptv6 gives the counterpart of an address behind the other prefix, or undefined if it has none. */
export function nptv6(address: Address, from: Prefix, to: Prefix): Address | undefined {
  const bytes = addressBytes(address);
  const identifier = bytes.subarray(8);
  const words = to.length <= 48 ? [3] : [4, 5, 6, 7];
  /* 3.4, 3.5: the subnet of a short prefix; of a longer one, the first word behind /64 that is not all ones. */
  const word = words.find((one) => bytes.readUInt16BE(2 * one) !== ONES);
  if (word === undefined) return undefined;
  const ofIdentifier = word >= 4;
  /* 3.7: no host has an identifier of zero. */
  if (ofIdentifier && identifier.every((byte) => byte === 0)) return undefined;
  const hosts = to.range.high - to.range.low + 1n;
  const mapped = addressBytes({ family: "inet6", value: to.range.low + (address.value % hosts) });
  const sum = (prefix: Prefix): number => onesSum(addressBytes({ family: "inet6", value: prefix.range.low }));
  mapped.writeUInt16BE(modulo(bytes.readUInt16BE(2 * word) + sum(from) - sum(to)), 2 * word);
  if (ofIdentifier && mapped.subarray(8).every((byte) => byte === 0)) return undefined;
  return addressFrom(mapped);
}
