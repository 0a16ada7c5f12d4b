// line-ring.ts: lines in shared memory, first in, first out. SPDX-License-Identifier: Apache-2.0
//
// A table of entries {at, length, checksum, kind} and an arena. In the arena a line stands behind its length in decimal and a
// blank, so that it can leave as it is, as a datagram or as a frame of octet counting (RFC 6587 3.4.1); frames that were queued
// one after the other lie one after the other.
import { crc32 } from "node:zlib";

/** RingPlace: where in a region a ring lies. */
export interface RingPlace {
  readonly entriesAt: number;
  readonly slots: number;
  readonly arenaAt: number;
  readonly arenaBytes: number;
}

export const ENTRY_BYTES = 16;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const Entry = { AT: 0, LENGTH: 1, CHECKSUM: 2, KIND: 3 } as const;

/** LineRing: its head and tail are two of the owner's numbers, so that they change together with all others. */
export class LineRing {
  readonly place: RingPlace;
  readonly #region: Buffer;
  readonly #entries: Uint32Array;
  readonly #numbers: Float64Array;
  readonly #head: number;
  readonly #tail: number;
  readonly #isChecked: boolean;
  /** Where the next frame goes, relative to the arena. */
  #write = 0;
  #bytes = 0;
  #hasSpoilt = false;

  /** isChecked: entries carry a checksum of their line. */
  constructor(
    region: Buffer,
    place: RingPlace,
    numbers: Float64Array,
    words: { readonly head: number; readonly tail: number },
    isChecked: boolean,
  ) {
    this.place = place;
    this.#region = region;
    this.#entries = new Uint32Array(region.buffer, region.byteOffset + place.entriesAt, place.slots * ENTRY_WORDS);
    this.#numbers = numbers;
    this.#head = words.head;
    this.#tail = words.tail;
    this.#isChecked = isChecked;
  }

  get head(): number {
    return this.#numbers[this.#head]!;
  }

  get tail(): number {
    return this.#numbers[this.#tail]!;
  }

  get count(): number {
    return this.head - this.tail;
  }

  /** Bytes of all lines, without their lengths. */
  get bytes(): number {
    return this.#bytes;
  }

  lengthOf(index: number): number {
    return this.#entries[(index % this.place.slots) * ENTRY_WORDS + Entry.LENGTH]!;
  }

  kindOf(index: number): number {
    return this.#entries[(index % this.place.slots) * ENTRY_WORDS + Entry.KIND]!;
  }

  /** copy puts a line and a line feed at `at` of `into` and gives the place behind them. */
  copyLine(index: number, into: Buffer, at: number): number {
    const entry = (index % this.place.slots) * ENTRY_WORDS;
    const from = this.#entries[entry + Entry.AT]!;
    const end = at + this.#region.copy(into, at, from, from + this.#entries[entry + Entry.LENGTH]!);
    into[end] = 0x0a;
    return end + 1;
  }

  /** frames gives the bytes from line `index` to before line `end`, as far as they lie behind each other. Not a copy. */
  frames(index: number, end: number): { readonly bytes: Buffer; readonly end: number } {
    const from = this.#frameAt(index);
    let next = index;
    let to = from;
    while (next < end && this.#frameAt(next) === to) to += frameLength(this.lengthOf(next++));
    return { bytes: this.#region.subarray(from, to), end: next };
  }

  /** append takes the first `length` bytes of a line; false if there is no room. */
  append(kind: number, line: Buffer, length: number): boolean {
    const frame = frameLength(length);
    const at = this.count < this.place.slots ? this.#room(frame) : -1;
    if (at < 0) return false;
    const start = this.place.arenaAt + at;
    const lineAt = start + frame - length;
    const region = this.#region;
    region[lineAt - 1] = 0x20;
    for (let place = lineAt - 2, rest = length; place >= start; place--) {
      const tenth = (rest / 10) | 0;
      region[place] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    line.copy(region, lineAt, 0, length);
    const checksum = this.#isChecked ? crc32(line.subarray(0, length)) : 0;
    this.#enter(lineAt, length, checksum, kind);
    this.#write = at + frame;
    return true;
  }

  /** move takes lines over from another ring of the same region, at most `most`, and gives their number. */
  move(from: LineRing, most: number): number {
    const end = from.tail + Math.min(most, from.count, this.place.slots - this.count);
    let index = from.tail;
    while (index < end) {
      const first = index;
      const at = this.#room(frameLength(from.lengthOf(first)));
      if (at < 0) break;
      index = this.#take(from, first, end, at, this.#roomEnd(at));
    }
    const moved = index - from.tail;
    from.drop(moved);
    return moved;
  }

  // Takes over, from line `index` to before line `end`, what lies behind each other there and has room here between `at` and
  // `roomEnd`: with one copy.
  #take(from: LineRing, index: number, end: number, at: number, roomEnd: number): number {
    const entries = from.#entries;
    const start = from.#frameAt(index);
    let next = start;
    for (; index < end; index++) {
      const entry = (index % from.place.slots) * ENTRY_WORDS;
      const [lineAt, length] = [entries[entry + Entry.AT]!, entries[entry + Entry.LENGTH]!];
      const frame = frameLength(length);
      if (lineAt + length - frame !== next || at + next + frame - start > roomEnd) break;
      next += frame;
      const moved = this.place.arenaAt + at + next - start - length;
      this.#enter(moved, length, entries[entry + Entry.CHECKSUM]!, entries[entry + Entry.KIND]!);
    }
    this.#region.copyWithin(this.place.arenaAt + at, start, next);
    this.#write = at + next - start;
    return index;
  }

  /** drop forgets the first lines. */
  drop(count: number): void {
    const end = this.tail + count;
    for (let index = this.tail; index < end; index++) this.#bytes -= this.lengthOf(index);
    this.#numbers[this.#tail] = end;
  }

  /** entry gives a line's place in the table. */
  slotOf(index: number): number {
    return index % this.place.slots;
  }

  /** recover takes over the ring that the numbers speak of; false if they cannot be right. An entry that cannot be right makes a
   * ring without checks wrong, and its own line alone in one with them (hasSpoilt). */
  recover(): boolean {
    const { head, tail, place } = this;
    if (!Number.isSafeInteger(head) || !Number.isSafeInteger(tail) || tail < 0) return false;
    if (head < tail || head - tail > place.slots) return false;
    this.#bytes = 0;
    for (let index = tail; index < head; index++) {
      if (!this.#isPossible(index)) {
        if (!this.#isChecked) return false;
        this.#hasSpoilt = true;
        continue;
      }
      const length = this.lengthOf(index);
      this.#bytes += length;
      this.#write = this.#entries[(index % place.slots) * ENTRY_WORDS + Entry.AT]! + length - place.arenaAt;
    }
    return true;
  }

  /** hasSpoilt tells whether an entry was found that cannot be right. Nothing but isWhole, and of what is whole kindOf and copyLine,
   * may be asked of such a ring. */
  get hasSpoilt(): boolean {
    return this.#hasSpoilt;
  }

  /** isWhole tells whether a line is as it was queued. */
  isWhole(index: number): boolean {
    if (!this.#isPossible(index)) return false;
    const entry = (index % this.place.slots) * ENTRY_WORDS;
    const at = this.#entries[entry + Entry.AT]!;
    const line = this.#region.subarray(at, at + this.#entries[entry + Entry.LENGTH]!);
    return !this.#isChecked || crc32(line) === this.#entries[entry + Entry.CHECKSUM];
  }

  #isPossible(index: number): boolean {
    const { arenaAt, arenaBytes } = this.place;
    const at = this.#entries[(index % this.place.slots) * ENTRY_WORDS + Entry.AT]!;
    const length = this.lengthOf(index);
    return at >= arenaAt && length > 0 && at + length <= arenaAt + arenaBytes;
  }

  #enter(at: number, length: number, checksum: number, kind: number): void {
    const head = this.head;
    const entry = (head % this.place.slots) * ENTRY_WORDS;
    const entries = this.#entries;
    entries[entry + Entry.AT] = at;
    entries[entry + Entry.LENGTH] = length;
    entries[entry + Entry.CHECKSUM] = checksum;
    entries[entry + Entry.KIND] = kind;
    this.#bytes += length;
    this.#numbers[this.#head] = head + 1;
  }

  #frameAt(index: number): number {
    const length = this.lengthOf(index);
    return this.#entries[(index % this.place.slots) * ENTRY_WORDS + Entry.AT]! + length - frameLength(length);
  }

  // A frame is never split: what does not fit before the end of the arena goes to its start.
  #room(frame: number): number {
    const { arenaBytes, arenaAt } = this.place;
    if (this.count === 0) return frame <= arenaBytes ? 0 : -1;
    const oldest = this.#frameAt(this.tail) - arenaAt;
    if (this.#write > oldest) {
      if (this.#write + frame <= arenaBytes) return this.#write;
      return frame < oldest ? 0 : -1;
    }
    return this.#write + frame < oldest ? this.#write : -1;
  }

  // Up to where there is room from a place that #room gave.
  #roomEnd(at: number): number {
    const { arenaBytes, arenaAt } = this.place;
    if (this.count === 0) return arenaBytes;
    const oldest = this.#frameAt(this.tail) - arenaAt;
    return at > oldest ? arenaBytes : oldest - 1;
  }
}

/** frameLength: of a line with its length in front. */
export function frameLength(length: number): number {
  let digits = 1;
  for (let power = 10; power <= length; power *= 10) digits++;
  return digits + 1 + length;
}
