// field.ts: the numbers that conditions of filters look at: how high each goes and the words there are for its values.
// SPDX-License-Identifier: Apache-2.0
import { icmp6Names, icmpNames, type IcmpNames } from "../icmp.js";
import type { NumberRange } from "../number-range.js";
import { portNumbers, protocolNumbers } from "../protocol.js";
import { HIGHEST_DSCP, parseDscp, precedenceNumbers, dscpNumbers } from "../traffic-class.js";

/** Field: what a list of values may hold. */
export interface Field {
  readonly highest: number;
  readonly words: ReadonlyMap<string, number | NumberRange>;
  /** hexadecimal: numbers may be written as 0x… */
  readonly hexadecimal?: true;
  /** other: what else a text may be */
  readonly other?: (text: string) => number | undefined;
}

const NO_WORDS: Field["words"] = new Map();
const numbers = (highest: number): Field => ({ highest, words: NO_WORDS });
const codeWords = ({ codes }: IcmpNames): Field["words"] =>
  new Map(Array.from(codes, ([name, { code }]) => [name, code]));

/** Protocol names of filters: also those of IPv6 extension headers, which are ordinary numbers in IPv4. */
export const protocolField: Field = {
  highest: 255,
  words: new Map([...protocolNumbers, ["hop-by-hop", 0], ["fragment", 44], ["dstopts", 60]]),
};
export const portField: Field = { highest: 65535, words: portNumbers };
export const icmpTypeField: Field = { highest: 255, words: icmpNames.types };
export const icmp6TypeField: Field = { highest: 255, words: icmp6Names.types };
export const icmpCodeField: Field = { highest: 255, words: codeWords(icmpNames) };
export const icmp6CodeField: Field = { highest: 255, words: codeWords(icmp6Names) };
export const dscpField: Field = { highest: HIGHEST_DSCP, words: dscpNumbers, other: parseDscp };
export const precedenceField: Field = { highest: 7, words: precedenceNumbers };
export const ttlField: Field = numbers(255);
export const packetLengthField: Field = numbers(65535);
export const fragmentOffsetField: Field = numbers(8191);
export const espSpiField: Field = { highest: 0xffffffff, words: NO_WORDS, hexadecimal: true };
export const ipOptionField: Field = {
  highest: 255,
  words: new Map<string, number | NumberRange>([
    ["any", { low: 0, high: 255 }],
    ["route-record", 7],
    ["timestamp", 68],
    ["security", 130],
    ["loose-source-route", 131],
    ["stream-id", 136],
    ["strict-source-route", 137],
    ["router-alert", 148],
  ]),
};

/** parseField understands a number, LOW-HIGH of two numbers, or a word. */
export function parseField(field: Field, value: string | number): NumberRange | undefined {
  if (typeof value === "number") return rangeOf(wholeNumber(field, value));
  const word = field.words.get(value);
  if (typeof word === "object") return word;
  const one = word ?? field.other?.(value) ?? numberText(field, value);
  if (one !== undefined) return rangeOf(one);
  const [low, high, ...more] = value.split("-").map((text) => numberText(field, text));
  return low !== undefined && high !== undefined && more.length === 0 && low <= high ? { low, high } : undefined;
}

function rangeOf(value: number | undefined): NumberRange | undefined {
  return value === undefined ? undefined : { low: value, high: value };
}

function wholeNumber({ highest }: Field, value: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= highest ? value : undefined;
}

function numberText(field: Field, text: string): number | undefined {
  const pattern = field.hexadecimal === true ? /^(0|[1-9][0-9]{0,9}|0x[0-9a-fA-F]{1,8})$/ : /^(0|[1-9][0-9]{0,9})$/;
  return pattern.test(text) ? wholeNumber(field, Number(text)) : undefined;
}
