// address.ts: IP addresses, prefixes and ranges as numbers. Strict: what is not written in full is not understood.
// SPDX-License-Identifier: Apache-2.0
import { isIPv4, isIPv6 } from "node:net";

export type Family = "inet" | "inet6";

export interface IpAddress {
  readonly family: Family;
  readonly value: bigint;
}

/** Prefix: `value` is the address as written; hostBits says whether anything stands behind the prefix length. */
export interface Prefix extends IpAddress {
  readonly length: number;
  readonly hostBits: boolean;
}

/** AddressRange: both ends included. */
export interface AddressRange {
  readonly low: bigint;
  readonly high: bigint;
}

export const addressBits = (family: Family): number => (family === "inet" ? 32 : 128);

/** parseAddress understands a dotted quad without leading zeros and every text form of RFC 4291 2.2 without a zone. */
export function parseAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: "inet", value: inetValue(text) };
  if (isIPv6(text) && !text.includes("%")) return { family: "inet6", value: inet6Value(text) };
  return undefined;
}

/** parsePrefix understands ADDRESS/LENGTH, and ADDRESS alone as one host. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = addressBits(address.family);
  const lengthText = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(lengthText) || Number(lengthText) > bits) return undefined;
  const length = Number(lengthText);
  return { ...address, length, hostBits: (address.value & hostMask(address.family, length)) !== 0n };
}

/** prefixRange gives the first and the last address of a prefix. */
export function prefixRange(prefix: Prefix): AddressRange {
  const host = hostMask(prefix.family, prefix.length);
  return { low: prefix.value & ~host, high: prefix.value | host };
}

export function rangeHolds(range: AddressRange, value: bigint): boolean {
  return range.low <= value && value <= range.high;
}

/** isConnected tells whether an address is in the network of a prefix. */
export function isConnected(prefix: Prefix, address: IpAddress): boolean {
  return prefix.family === address.family && rangeHolds(prefixRange(prefix), address.value);
}

/** mergeRanges gives the same addresses as sorted, disjoint ranges that do not touch. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = ranges.toSorted((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  const merged: { low: bigint; high: bigint }[] = [];
  for (const { low, high } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last.high + 1n) {
      if (high > last.high) last.high = high;
    } else {
      merged.push({ low, high });
    }
  }
  return merged;
}

/** addressBytes gives the 4 or 16 bytes in network order. */
export function addressBytes(family: Family, value: bigint): Uint8Array {
  const bytes = new Uint8Array(addressBits(family) / 8);
  let rest = value;
  for (let at = bytes.length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** formatAddress writes the usual text form (RFC 5952 for IPv6). */
export function formatAddress({ family, value }: IpAddress): string {
  if (family === "inet") return addressBytes("inet", value).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - 16 * at)) & 0xffffn));
  const gap = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return gap.length < 2 ? hex(groups) : `${hex(groups.slice(0, gap.at))}::${hex(groups.slice(gap.at + gap.length))}`;
}

/** formatPrefix writes the network of a prefix, its host bits cleared. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress({ family: prefix.family, value: prefixRange(prefix).low })}/${prefix.length}`;
}

const within = (text: string): ((address: IpAddress) => boolean) => {
  const prefix = parsePrefix(text)!;
  const range = prefixRange(prefix);
  return (address) => address.family === prefix.family && rangeHolds(range, address.value);
};

const KINDS: readonly (readonly [kind: string, holds: (address: IpAddress) => boolean])[] = [
  ["an unspecified address", within("0.0.0.0/8")],
  ["a loopback address", within("127.0.0.0/8")],
  ["a multicast address", within("224.0.0.0/4")],
  ["a reserved address", within("240.0.0.0/4")],
  ["the unspecified address", within("::/128")],
  ["the loopback address", within("::1/128")],
  ["an IPv4-mapped address", within("::ffff:0:0/96")],
  ["a multicast address", within("ff00::/8")],
];

/** notOneHost names what an address is if it cannot be that of a host or a router, e.g. "a multicast address". */
export function notOneHost(address: IpAddress): string | undefined {
  return KINDS.find(([, holds]) => holds(address))?.[0];
}

/** isLinkLocal: valid on one link only, so every interface may have the same. */
export const isLinkLocal = within("fe80::/10");

function hostMask(family: Family, length: number): bigint {
  return (1n << BigInt(addressBits(family) - length)) - 1n;
}

function inetValue(text: string): bigint {
  return BigInt(text.split(".").reduce((value, byte) => value * 256 + Number(byte), 0));
}

function inet6Value(text: string): bigint {
  const dotted = text.lastIndexOf(":") + 1;
  const quad = text.includes(".") ? inetValue(text.slice(dotted)) : undefined;
  const hex = quad === undefined ? "" : `${(quad >> 16n).toString(16)}:${(quad & 0xffffn).toString(16)}`;
  const plain = quad === undefined ? text : text.slice(0, dotted) + hex;
  const [head = "", tail] = plain.split("::");
  const groups = (part: string): bigint[] => (part === "" ? [] : part.split(":").map((group) => BigInt(`0x${group}`)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...gap, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

function longestZeroRun(groups: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  return best;
}
