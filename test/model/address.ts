// address.ts: addresses, prefixes and ranges of both families as plain numbers. SPDX-License-Identifier: Apache-2.0

export type Family = "inet" | "inet6";

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** Range: every address from low to high, both included. */
export interface Range {
  readonly family: Family;
  readonly low: bigint;
  readonly high: bigint;
}

/** Prefix: an address with the length of its network. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
  readonly range: Range;
}

export const bitsOf = (family: Family): number => (family === "inet" ? 32 : 128);
export const bytesOf = (family: Family): number => bitsOf(family) / 8;

export function readAddress(text: string): Address {
  if (!text.includes(":")) {
    return { family: "inet", value: text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  const [head = "", tail] = text.split("::");
  const groups = (part: string): bigint[] =>
    part === "" ? [] : part.split(":").map((group) => BigInt(parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return { family: "inet6", value: [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | group, 0n) };
}

export function readPrefix(text: string): Prefix {
  const [name = "", length] = text.split("/");
  const address = readAddress(name);
  const bits = bitsOf(address.family);
  const size = length === undefined ? bits : Number(length);
  const hosts = 1n << BigInt(bits - size);
  const low = (address.value / hosts) * hosts;
  return { address, length: size, range: { family: address.family, low, high: low + hosts - 1n } };
}

export const inRange = (range: Range, address: Address): boolean =>
  range.family === address.family && range.low <= address.value && address.value <= range.high;

export const sameAddress = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;

export function addressFrom(bytes: Buffer): Address {
  return { family: bytes.length === 4 ? "inet" : "inet6", value: BigInt(`0x${bytes.toString("hex")}`) };
}

export function addressBytes(address: Address): Buffer {
  return Buffer.from(address.value.toString(16).padStart(bytesOf(address.family) * 2, "0"), "hex");
}

/** writeAddress: RFC 5952 for IPv6. */
export function writeAddress(address: Address): string {
  const bytes = addressBytes(address);
  if (address.family === "inet") return [...bytes].join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.at < 0) return hex(groups);
  return `${hex(groups.slice(0, best.at))}::${hex(groups.slice(best.at + best.length))}`;
}

const among = (...prefixes: readonly string[]): ((address: Address) => boolean) => {
  const ranges = prefixes.map((prefix) => readPrefix(prefix).range);
  return (address) => ranges.some((range) => inRange(range, address));
};

export const isMulticast = among("224.0.0.0/4", "ff00::/8");
export const isLinkLocal = among("169.254.0.0/16", "fe80::/10");
const isNobody = among("0.0.0.0/8", "127.0.0.0/8", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96");
const EVERYBODY = readAddress("255.255.255.255");

/** isOneHost: an address that a host may have as source: not multicast, broadcast, loopback, unspecified, reserved. */
export const isOneHost = (a: Address): boolean => !isMulticast(a) && !isNobody(a);

/** mayBeReached: what may stand as a destination on a link at all. */
export const mayBeReached = (a: Address): boolean =>
  isOneHost(a) ||
  sameAddress(a, EVERYBODY) ||
  (isMulticast(a) && !(a.family === "inet6" && [0, 1].includes(Number((a.value >> 112n) & 15n))));
