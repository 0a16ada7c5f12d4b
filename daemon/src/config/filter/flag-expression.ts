// flag-expression.ts: expressions over the flags of a header, such as "syn & !ack", as the set of flag bytes for which they hold.
// SPDX-License-Identifier: Apache-2.0
import { didYouMean } from "../nearest.js";

/** FlagSet: the flags of one header: their names, the bits of hexadecimal numbers, and how many bits the field has. */
export interface FlagSet {
  readonly bits: number;
  readonly names: ReadonlyMap<string, number>;
  /** hexadecimal numbers are the field's bits shifted left by so many */
  readonly shift: number;
}

const [SYN, RST, ACK] = [0x02, 0x04, 0x10];

export const tcpFlags: FlagSet = {
  bits: 8,
  names: new Map([
    ["fin", 0x01],
    ["syn", SYN],
    ["rst", RST],
    ["push", 0x08],
    ["ack", ACK],
    ["urgent", 0x20],
  ]),
  shift: 0,
};

/** fragmentFlags: the three flags of IPv4; Junos counts them with the bit behind them: 0x8, 0x4 and 0x2. */
export const fragmentFlags: FlagSet = {
  bits: 3,
  names: new Map([
    ["more-fragments", 1],
    ["dont-fragment", 2],
    ["reserved", 4],
  ]),
  shift: 1,
};

/** FlagMatch holds where (flags & mask) === value. */
export interface FlagMatch {
  readonly mask: number;
  readonly value: number;
}

/** Truth: for each value of the flags, whether the expression holds. */
export type Truth = readonly boolean[];

/** FlagExpressionError: `at` counts characters from 1. */
export class FlagExpressionError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message} at character ${at}`);
    this.name = "FlagExpressionError";
    this.at = at;
  }
}

export const MAX_EXPRESSION = 255;

/**
 * parseFlags reads names, hexadecimal numbers (all of their bits), parentheses, and from the tightest: "!" not, "&" or "+" and,
 * "|" or "," or. Throws FlagExpressionError.
 */
export function parseFlags(text: string, flags: FlagSet): Truth {
  return new FlagParser(text, flags).whole();
}

/** truthOf gives for each value of the flags whether `holds`. */
export function truthOf(flags: FlagSet, holds: (value: number) => boolean): Truth {
  return Array.from({ length: 1 << flags.bits }, (_, value) => holds(value));
}

/** tcpEstablished, tcpInitial: what the conditions of that name stand for. */
export const tcpEstablished: Truth = truthOf(tcpFlags, (value) => (value & (ACK | RST)) !== 0);
export const tcpInitial: Truth = truthOf(tcpFlags, (value) => (value & (SYN | ACK)) === SYN);

export const bothTrue = (a: Truth, b: Truth): Truth => a.map((holds, value) => holds && b[value]!);

/**
 * flagMatches gives masks and values of which exactly one holds where the expression does: the same for all expressions that
 * mean the same. Flags on which nothing depends are in no mask.
 */
export function flagMatches(truth: Truth): FlagMatch[] {
  const split = (part: Truth, bit: number, mask: number, value: number): FlagMatch[] => {
    if (!part.includes(true)) return [];
    if (!part.includes(false)) return [{ mask, value }];
    // The lowest bit of what is left tells even from odd positions.
    const clear = part.filter((_, position) => position % 2 === 0);
    const set = part.filter((_, position) => position % 2 === 1);
    if (clear.every((holds, position) => holds === set[position])) return split(clear, bit << 1, mask, value);
    return [...split(set, bit << 1, mask | bit, value | bit), ...split(clear, bit << 1, mask | bit, value)];
  };
  return split(truth, 1, 0, 0);
}

class FlagParser {
  readonly #text: string;
  readonly #flags: FlagSet;
  #at = 0;

  constructor(text: string, flags: FlagSet) {
    this.#text = text;
    this.#flags = flags;
  }

  whole(): Truth {
    if (this.#text.length > MAX_EXPRESSION)
      throw this.#error(`expected at most ${MAX_EXPRESSION} characters, found ${this.#text.length}`, MAX_EXPRESSION);
    const truth = this.#either();
    if (this.#next() !== undefined) throw this.#expected("'&', '|' or the end");
    return truth;
  }

  #either(): Truth {
    let truth = this.#both();
    while (this.#takes("|", ",")) {
      const other = this.#both();
      truth = truth.map((holds, value) => holds || other[value]!);
    }
    return truth;
  }

  #both(): Truth {
    let truth = this.#not();
    while (this.#takes("&", "+")) truth = bothTrue(truth, this.#not());
    return truth;
  }

  #not(): Truth {
    if (this.#takes("!")) return this.#not().map((holds) => !holds);
    if (!this.#takes("(")) return this.#flag();
    const truth = this.#either();
    if (!this.#takes(")")) throw this.#expected("')'");
    return truth;
  }

  #flag(): Truth {
    this.#next();
    const start = this.#at;
    const [word] = /^[A-Za-z0-9_-]+/.exec(this.#text.slice(start)) ?? [];
    if (word === undefined) throw this.#expected("a flag");
    this.#at += word.length;
    const bits = this.#bitsOf(word, start);
    return truthOf(this.#flags, (value) => (value & bits) === bits);
  }

  #bitsOf(word: string, start: number): number {
    const { names, bits, shift } = this.#flags;
    const named = names.get(word);
    if (named !== undefined) return named;
    if (!word.startsWith("0x")) {
      const known = [...names.keys()];
      throw this.#error(`expected a flag (${known.join(", ")}), found '${word}'${didYouMean(word, known)}`, start);
    }
    const number = /^0x[0-9a-fA-F]{1,4}$/.test(word) ? Number(word) : 0;
    const fits = number > 0 && number < 1 << (bits + shift) && number % (1 << shift) === 0;
    if (fits) return number >> shift;
    const range = `0x${(1 << shift).toString(16)} to 0x${(((1 << bits) - 1) << shift).toString(16)}`;
    throw this.#error(`expected ${shift === 0 ? "" : "even "}bits from ${range}, found '${word}'`, start);
  }

  /** #next passes over blanks and gives the character there, or undefined at the end. */
  #next(): string | undefined {
    while (this.#text[this.#at] === " ") this.#at++;
    return this.#text[this.#at];
  }

  #takes(...operators: readonly string[]): boolean {
    const taken = operators.includes(this.#next() ?? "");
    if (taken) this.#at++;
    return taken;
  }

  #expected(what: string): FlagExpressionError {
    const found = this.#next();
    return this.#error(`expected ${what}, found ${found === undefined ? "the end" : `'${found}'`}`, this.#at);
  }

  #error(message: string, at: number): FlagExpressionError {
    return new FlagExpressionError(message, at + 1);
  }
}
