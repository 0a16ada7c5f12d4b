// error64.ts: what an ICMP error of one family is in the other (RFC 7915 4.2, 5.2). SPDX-License-Identifier: Apache-2.0
import type { IcmpError } from "./answer.js";
import type { Family } from "./address.js";

/** The difference of both headers, and what every IPv6 link takes. */
const LONGER = 20;
export const INET6_LEAST = 1280;

const numbers = (rows: readonly (readonly [from: number, to: number])[]): ReadonlyMap<number, number> => new Map(rows);
const alike = (low: number, high: number, to: number): (readonly [number, number])[] =>
  Array.from({ length: high - low + 1 }, (_, i) => [low + i, to] as const);

/** codes of destination unreachable; 2 and 4 are other messages in IPv6 */
const toCode6 = numbers([
  ...alike(0, 1, 0),
  [3, 4],
  ...alike(5, 8, 0),
  ...alike(9, 10, 1),
  ...alike(11, 12, 0),
  [13, 1],
  [15, 1],
]);
const toCode4 = numbers([
  [0, 1],
  [1, 10],
  [2, 1],
  [3, 1],
  [4, 3],
]);

/** figures 3 and 6: fields by where they begin */
const toPointer6 = numbers([[0, 0], [1, 1], [2, 4], [3, 4], [8, 7], [9, 6], ...alike(12, 15, 8), ...alike(16, 19, 24)]);
const toPointer4 = numbers([[0, 0], [1, 1], [4, 2], [5, 2], [6, 9], [7, 8], ...alike(8, 23, 12), ...alike(24, 39, 16)]);

/** RFC 1191 7.1 */
const PLATEAUS = [32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

const message = (type: number, code: number | undefined, info = 0): IcmpError | undefined =>
  code === undefined ? undefined : { type, code, info };

function toInet6(body: Buffer): IcmpError | undefined {
  const [type, code] = [body[0]!, body[1]!];
  switch (type) {
    case 3:
      if (code === 2) return { type: 4, code: 1, info: 6 };
      if (code !== 4) return message(1, toCode6.get(code));
      return { type: 2, code: 0, info: Math.max(INET6_LEAST, mtuOf(body) + LONGER) };
    case 11:
      return code <= 1 ? { type: 3, code, info: 0 } : undefined;
    case 12: {
      const pointer = code === 0 || code === 2 ? toPointer6.get(body[4]!) : undefined;
      return pointer === undefined ? undefined : { type: 4, code: 0, info: pointer };
    }
    default:
      return undefined;
  }
}

/** mtuOf: routers that say none are taken to have the next lower one of those that there are. */
function mtuOf(body: Buffer): number {
  const length = body.readUInt16BE(10);
  return body.readUInt16BE(6) || (PLATEAUS.find((mtu) => mtu < length) ?? 68);
}

function toInet(body: Buffer): IcmpError | undefined {
  const [type, code, info] = [body[0]!, body[1]!, body.readUInt32BE(4)];
  switch (type) {
    case 1:
      return message(3, toCode4.get(code));
    case 2:
      /* Receivers ignore its code (RFC 4443 3.2); no link takes less than 1280 bytes. */
      return info < INET6_LEAST ? undefined : { type: 3, code: 4, info: Math.min(info, 0xffff) - LONGER };
    case 3:
      return code <= 1 ? { type: 11, code, info: 0 } : undefined;
    case 4: {
      if (code === 1) return { type: 3, code: 2, info: 0 };
      const pointer = code === 0 ? toPointer4.get(info) : undefined;
      return pointer === undefined ? undefined : { type: 12, code: 0, info: pointer * 0x1000000 };
    }
    default:
      return undefined;
  }
}

/** errorAs: what an error's message, which came in the other family, says in this one; undefined if nothing. */
export const errorAs = (family: Family, body: Buffer): IcmpError | undefined =>
  family === "inet6" ? toInet6(body) : toInet(body);

/** unreachableAs: a code of destination unreachable that was chosen for the other family; else: prohibited. */
export const unreachableAs = (family: Family, code: number): number =>
  family === "inet6" ? (toCode6.get(code) ?? 1) : (toCode4.get(code) ?? 13);
