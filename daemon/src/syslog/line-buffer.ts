// line-buffer.ts: a line being written, as bytes. SPDX-License-Identifier: Apache-2.0
//
// A line is written byte by byte, without a string in between: joining fifty pieces into a string of 1,300 characters and
// encoding it costs three times as much as writing the pieces (bench/bench-syslog.ts).

const encoder = new TextEncoder();
const SHORT = 12;
const BILLION = 1_000_000_000;

/** constant makes the bytes of a piece that stands in many lines. */
export function constant(text: string): Uint8Array {
  return encoder.encode(text);
}

export class LineBuffer {
  readonly bytes: Buffer;
  /** Bytes written: the length of the line so far. Beyond bytes.length nothing is stored, but it is counted. */
  length = 0;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  /** isWhole tells whether everything that was written fits. */
  get isWhole(): boolean {
    return this.length <= this.bytes.length;
  }

  constant(piece: Uint8Array): this {
    const { bytes, length: at } = this;
    const { length } = piece;
    // The call of set() costs as much as storing some ten bytes one by one.
    if (length <= SHORT) for (let i = 0; i < length; i++) bytes[at + i] = piece[i]!;
    else if (at + length <= bytes.length) bytes.set(piece, at);
    this.length = at + length;
    return this;
  }

  text(value: string): this {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return this.constant(constant(value));
      bytes[at++] = code;
    }
    this.length = at;
    return this;
  }

  /** number writes a whole number from 0 to 2^53 - 1; anything else as JavaScript writes it. */
  number(value: number): this {
    if (value < 0 || value > Number.MAX_SAFE_INTEGER || value !== Math.floor(value)) return this.text(String(value));
    if (value < BILLION) return this.#digits(value, digitsOf(value));
    // Parts below 10^9 are divided as 32-bit numbers, which is several times faster than as doubles.
    const upper = Math.floor(value / BILLION);
    return this.#digits(upper, digitsOf(upper)).#digits(value - upper * BILLION, 9);
  }

  #digits(value: number, count: number): this {
    const { bytes, length: at } = this;
    let rest = value | 0;
    for (let place = at + count - 1; place >= at; place--) {
      const tenth = (rest / 10) | 0;
      bytes[place] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length = at + count;
    return this;
  }

  toString(): string {
    return this.bytes.toString("utf8", 0, Math.min(this.length, this.bytes.length));
  }
}

// 2^53 - 1 has 16 digits, so neither part has more than 9.
function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  return digits;
}
