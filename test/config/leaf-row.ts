// What the tests of leaves say about one leaf, and rows that many leaves have in common. SPDX-License-Identifier: Apache-2.0
import type { Edit } from "./tree.js";

/** Row: what one leaf of the schema accepts, and what it refuses with which words. */
export interface Row {
  /** at: a place of this leaf in the base configuration */
  readonly at: string;
  readonly accept: readonly unknown[];
  readonly refuse: readonly (readonly [value: unknown, message: string])[];
  /** also: edits without which the accepted values would contradict something else */
  readonly also?: readonly Edit[];
}

export const FLAG = "expected true (leave the statement out to turn it off)";
export const flag = (at: string, also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: [true],
  refuse: [
    [false, `${FLAG}, found false`],
    ["yes", `${FLAG}, found 'yes'`],
    [null, `${FLAG}, found nothing`],
  ],
});

export const number = (at: string, what: string, low: number, high: number, also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: [low, high],
  refuse: [
    [low - 1, `expected ${what}, found ${low - 1}`],
    [high + 1, `expected ${what}, found ${high + 1}`],
    [`${low}`, `expected ${what}, found '${low}'`],
    [low + 0.5, `expected ${what}, found ${low + 0.5}`],
  ],
});

const LIMIT = "expected a number of events per second from 1 to 1000000, or unlimited";
/** logRate gives the rows of a log rate's leaves. */
export const logRate = (pattern: string, at: string, also: readonly Edit[] = []): [string, Row][] => [
  [
    `${pattern}.limit`,
    {
      at: `${at}.limit`,
      also,
      accept: [1, 1_000_000, "unlimited"],
      refuse: [
        [0, `${LIMIT}, found 0`],
        [1_000_001, `${LIMIT}, found 1000001`],
        ["none", `${LIMIT}, found 'none'`],
        ["100", `${LIMIT}, found '100'`],
      ],
    },
  ],
  [`${pattern}.burst`, number(`${at}.burst`, "a number from 1 to 1000000", 1, 1_000_000, also)],
];

export const NAME = "expected a name of 1 to 63 letters, digits, '.', '_' or '-'";
export const ADDRESS_NAME = "expected a name of 1 to 63 letters, digits, '.', '_', '-' or '/'";
export const names = (at: string, expected: string, accept: readonly string[], also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: [...accept, "x", "x".repeat(63)],
  refuse: [
    ["", `${expected}, found ''`],
    ["x".repeat(64), `${expected}, found '${"x".repeat(64)}'`],
    ["two words", `${expected}, found 'two words'`],
    ["a:b", `${expected}, found 'a:b'`],
    ['a"b', `${expected}, found 'a"b'`],
    ["a[b]", `${expected}, found 'a[b]'`],
    ["-a", `${expected}, found '-a'`],
    [80, `${expected}, found 80; write "80" in quotes to make it a text`],
    [true, `${expected}, found true; write "true" in quotes to make it a text`],
  ],
});
export const DESCRIPTION = "expected a text of 1 to 900 characters in one line";
export const description = (at: string): Row => ({
  at,
  accept: ["x", 'the link to the provider, 1 Gbit/s: "quoted"', "x".repeat(900)],
  refuse: [
    ["", `${DESCRIPTION}, found ''`],
    ["two\nlines", `${DESCRIPTION}, found 'two\\x0alines'`],
    ["x".repeat(901), `${DESCRIPTION}, found '${"x".repeat(77)}...'`],
    [["x"], `${DESCRIPTION}, found a list`],
  ],
});

export const words = (at: string, title: string, accept: readonly string[], also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept,
  refuse: [
    [`${accept[0]!}x`, `expected ${title}, found '${accept[0]!}x'; did you mean '${accept[0]!}'?`],
    ["nothing-like-it", `expected ${title}, found 'nothing-like-it'`],
    [7, `expected ${title}, found 7`],
  ],
});

export const reference = (
  at: string,
  accept: readonly string[],
  title: string,
  missing: string,
  also: readonly Edit[] = [],
): Row => ({
  at,
  accept,
  also,
  refuse: [
    ["nowhere", missing],
    [5, `expected ${title}, found 5; write "5" in quotes to make it a text`],
  ],
});

const ADDRESS = "expected an IPv4 or IPv6 address";
const PREFIX = "expected an IPv4 or IPv6 prefix";
export const address = (at: string, accept: readonly string[], also: readonly Edit[] = []): Row => ({
  at,
  accept,
  also,
  refuse: [
    ["192.0.2.300", `${ADDRESS}, found '192.0.2.300'`],
    ["192.0.2.1/24", `${ADDRESS}, found '192.0.2.1/24'`],
    ["fe80::1%eth0", `${ADDRESS}, found 'fe80::1%eth0'`],
    ["collector.example", `${ADDRESS}, found 'collector.example'`],
    [5, `${ADDRESS}, found 5; write "5" in quotes to make it a text`],
  ],
});
export const prefix = (at: string, accept: readonly string[], also: readonly Edit[] = []): Row => ({
  at,
  accept,
  also,
  refuse: [
    ["10.1.2.3/8", "'10.1.2.3/8' has bits set behind its prefix length; did you mean '10.0.0.0/8'?"],
    ["2001:db8::1/32", "'2001:db8::1/32' has bits set behind its prefix length; did you mean '2001:db8::/32'?"],
    ["10.0.0.0/33", `${PREFIX}, found '10.0.0.0/33'`],
    ["::/129", `${PREFIX}, found '::/129'`],
    ["10.0.0.0/08", `${PREFIX}, found '10.0.0.0/08'`],
    ["10/8", `${PREFIX}, found '10/8'`],
    ["010.0.0.0/8", `${PREFIX}, found '010.0.0.0/8'`],
    ["web", `${PREFIX}, found 'web'`],
    ["", `${PREFIX}, found ''`],
  ],
});
