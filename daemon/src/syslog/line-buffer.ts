// line-buffer.ts: a line being written, as bytes. SPDX-License-Identifier: Apache-2.0
//
// A line is written byte by byte, without a string in between: joining fifty pieces into a string of 1,300 characters and
// encoding it costs three times as much as writing the pieces (bench/bench-syslog.ts).

const encoder = new TextEncoder();
/** The call of set() costs as much as storing some eight words one by one. */
const SHORT_BYTES = 32;
/** What a word that is stored for its first byte alone takes beyond it. */
const WORD_REST = 3;
/** More digits than a number has. */
const NUMBER_BYTES = 20;
const BILLION = 1_000_000_000;

/** Piece: bytes that stand in many lines. */
export interface Piece {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** The same four by four, the last word filled up with zeros; of a long piece none. */
  readonly words: Int32Array;
}

/** constant makes the piece of a text. */
export function constant(text: string): Piece {
  const bytes = encoder.encode(text);
  const { length } = bytes;
  const padded = new Uint8Array(length > SHORT_BYTES ? 0 : Math.ceil(length / 4) * 4);
  if (padded.length > 0) padded.set(bytes);
  return { length, bytes, words: new Int32Array(padded.buffer) };
}

export class LineBuffer {
  readonly bytes: Buffer;
  readonly #view: DataView;
  readonly #size: number;
  /** Bytes written: the length of the line so far. Beyond bytes.length nothing is stored, but it is counted; behind the line
   * anything may be stored. */
  length = 0;
  #ends: number[] | undefined = undefined;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, size);
    this.#size = size;
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  /** endsOf clears the line, has it written anew, and gives the places where values end, as far as their writer says. */
  endsOf(write: () => void): readonly number[] {
    const ends: number[] = [];
    this.clear().#ends = ends;
    try {
      write();
    } finally {
      this.#ends = undefined;
    }
    return ends;
  }

  /** isNoted tells whether somebody wants to know where values end. */
  get isNoted(): boolean {
    return this.#ends !== undefined;
  }

  /** valueEnd says that a value ends `back` bytes before this place. */
  valueEnd(back = 0): this {
    this.#ends?.push(this.length - back);
    return this;
  }

  /** isWhole tells whether everything that was written fits. */
  get isWhole(): boolean {
    return this.length <= this.#size;
  }

  constant(piece: Piece): this {
    const at = this.length;
    const { length, words } = piece;
    this.length = at + length;
    if (length <= SHORT_BYTES && at + length + WORD_REST <= this.#size) {
      const view = this.#view;
      for (let word = 0; word < words.length; word++) view.setInt32(at + 4 * word, words[word]!, IS_LITTLE_ENDIAN);
    } else if (at + length <= this.#size) this.bytes.set(piece.bytes, at);
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

  /** again writes the bytes from `from` to before `to` of this line once more. */
  again(from: number, to: number): this {
    const at = this.length;
    const length = to - from;
    this.length = at + length;
    if (at + length + WORD_REST <= this.#size) {
      const view = this.#view;
      for (let done = 0; done < length; done += 4) view.setInt32(at + done, view.getInt32(from + done));
    } else if (at + length <= this.#size) this.bytes.copyWithin(at, from, to);
    return this;
  }

  /** number writes a whole number from 0 to 2^53 - 1; anything else as JavaScript writes it. */
  number(value: number): this {
    const isWhole = value >= 0 && value <= Number.MAX_SAFE_INTEGER && value === Math.floor(value);
    if (!isWhole || this.length + NUMBER_BYTES > this.#size) return this.text(String(value));
    if (value < BILLION) return this.#digits(value, digitsOf(value));
    // Parts below 10^9 are divided as 32-bit numbers, which is several times faster than as doubles.
    const upper = Math.floor(value / BILLION);
    return this.#digits(upper, digitsOf(upper)).#digits(value - upper * BILLION, 9);
  }

  #digits(value: number, count: number): this {
    const view = this.#view;
    const at = this.length;
    let rest = value | 0;
    let place = at + count - 2;
    for (; place >= at; place -= 2) {
      const hundredth = (rest / 100) | 0;
      view.setInt16(place, PAIRS[rest - hundredth * 100]!);
      rest = hundredth;
    }
    if (place === at - 1) view.setUint8(at, ZERO + rest);
    this.length = at + count;
    return this;
  }

  toString(): string {
    return this.bytes.toString("utf8", 0, Math.min(this.length, this.#size));
  }
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const ZERO = 48;
/** The digits of 0 to 99, two bytes each. */
const PAIRS = Int16Array.from(
  { length: 100 },
  (_, value) => (ZERO + Math.floor(value / 10)) * 0x100 + ZERO + (value % 10),
);

// 2^53 - 1 has 16 digits, so neither part has more than 9.
function digitsOf(value: number): number {
  if (value < 1e5) return value < 100 ? (value < 10 ? 1 : 2) : value < 1e4 ? (value < 1000 ? 3 : 4) : 5;
  return value < 1e7 ? (value < 1e6 ? 6 : 7) : value < 1e8 ? 8 : 9;
}
