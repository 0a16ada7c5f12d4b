// What this daemon and those before it have read of the events of each rule: the file `accounts.read`, exact to the event
// wherever one of them was killed. SPDX-License-Identifier: Apache-2.0
//
// A ring's cursor puts the frames before it behind us at one store; the counts by rule change with it. What they are to become
// is noted first, whole; then the cursor is stored; then the counts are. A successor that finds a note sees by the cursor
// whether the frames were read, and finishes the counts or forgets the note.
import { existsSync, openSync, closeSync, readSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

import { ringOffset } from "../../../shared/gen/wire.gen.js";
import { ACCOUNT_ROWS_MAX, ACCOUNT_SLOTS, accountSlot, type AccountBook } from "./account-book.js";
import { mapForWriting } from "./mapping.js";

const FILE_NAME = "accounts.read";
const FORMAT = 1;
const CELLS = ACCOUNT_ROWS_MAX * ACCOUNT_SLOTS;

/** Offsets in the file, all in 8-byte words but `state`. */
const word = { format: 0, beganId: 1, state: 2, startId: 3, worker: 4, cursor: 5, entries: 6, note: 8 } as const;
/** Cells that one note has room for: at least as many as there are frames between two stores of a cursor. */
export const NOTE_ENTRIES = 128;
const COUNTS_AT = word.note + 2 * NOTE_ENTRIES;
const FILE_BYTES = (COUNTS_AT + CELLS) * 8;
const FORGOTTEN = 0;
const NOTED = 1;

/** RingCursor: a position in a ring. */
export interface RingCursor {
  readonly worker: number;
  readonly startId: number;
  readonly cursor: number;
}

type Book = Pick<AccountBook, "beganId" | "discarded">;

/** ReadCounts holds the counts of all rings of a run directory; each ring's reader has a ReadBatch of them. */
export class ReadCounts {
  readonly #words: Float64Array;
  readonly #state: Int32Array;

  /** open maps the counts that belong to a book, or makes the file. A former daemon's note is settled. */
  static open(directory: string, book: Book): ReadCounts {
    const { beganId } = book;
    const path = join(directory, FILE_NAME);
    if (!existsSync(path)) makeFile(path);
    let counts = new ReadCounts(path);
    if (counts.#words[word.format] !== FORMAT || counts.#words[word.beganId] !== beganId) {
      makeFile(path);
      counts = new ReadCounts(path);
      counts.#words[word.beganId] = beganId;
      counts.#words[word.format] = FORMAT;
    }
    counts.#settle(directory, book);
    return counts;
  }

  private constructor(path: string) {
    const file = mapForWriting(path, FILE_BYTES);
    this.#words = new Float64Array(file.buffer, file.byteOffset, FILE_BYTES / 8);
    this.#state = new Int32Array(file.buffer, file.byteOffset + word.state * 8, 1);
  }

  /** of gives how many events of a row's slot were read and let go of. */
  of(row: number, slot: number): number {
    return this.#words[COUNTS_AT + row * ACCOUNT_SLOTS + slot]!;
  }

  /** batch begins the counts of one ring's reader. */
  batch(): ReadBatch {
    return new ReadBatch(this);
  }

  /** note says what cells are to become when the cursor gets there. */
  note({ worker, startId, cursor }: RingCursor, cells: readonly number[], added: Uint32Array): void {
    const words = this.#words;
    words[word.startId] = startId;
    words[word.worker] = worker;
    words[word.cursor] = cursor;
    words[word.entries] = cells.length;
    cells.forEach((cell, i) => {
      words[word.note + 2 * i] = cell;
      words[word.note + 2 * i + 1] = words[COUNTS_AT + cell]! + added[cell]!;
    });
    Atomics.store(this.#state, 0, NOTED);
  }

  /** carryOut makes the cells what was noted; the cursor is there. */
  carryOut(): void {
    const words = this.#words;
    const entries = words[word.entries]!;
    for (let i = 0; i < entries && i < NOTE_ENTRIES; i++) {
      const cell = words[word.note + 2 * i]!;
      if (cell >= 0 && cell < CELLS) words[COUNTS_AT + cell] = words[word.note + 2 * i + 1]!;
    }
    Atomics.store(this.#state, 0, FORGOTTEN);
  }

  #settle(directory: string, book: Book): void {
    if (Atomics.load(this.#state, 0) !== NOTED) return;
    const words = this.#words;
    const [worker, startId] = [words[word.worker]!, words[word.startId]!];
    const path = join(directory, `ring-${worker}.${startId}.cursor`);
    // A ring that is gone was read to its end, or given up: then the helper says from where on.
    const discarded = book.discarded(worker);
    const gone = discarded.startId === startId ? discarded.cursor : Infinity;
    const cursor = existsSync(path) ? cursorOf(path) : gone;
    if (cursor >= words[word.cursor]!) this.carryOut();
    else Atomics.store(this.#state, 0, FORGOTTEN);
  }
}

/** ReadBatch: what one ring's reader has read since the last store of its cursor. */
export class ReadBatch {
  readonly #counts: ReadCounts;
  /** By cell; grows with the rows that are met. */
  #added = new Uint32Array(1024);
  readonly #cells: number[] = [];

  constructor(counts: ReadCounts) {
    this.#counts = counts;
  }

  /** Frames that can be counted before the cursor has to be stored, whatever rows they name. */
  get room(): number {
    return NOTE_ENTRIES - this.#cells.length;
  }

  /** count takes one frame in; a row that cannot be is counted as row 0. */
  count(row: number, type: number): void {
    const cell = (row < ACCOUNT_ROWS_MAX ? row : 0) * ACCOUNT_SLOTS + accountSlot(type);
    if (cell >= this.#added.length) this.#grow(cell);
    const before = this.#added[cell]!;
    if (before === 0) this.#cells.push(cell);
    this.#added[cell] = before + 1;
  }

  /** pending gives what is counted of a cell and not let go of. */
  pending(row: number, slot: number): number {
    return this.#added[row * ACCOUNT_SLOTS + slot] ?? 0;
  }

  /** publish stores a cursor, by `store`, and the counts with it. */
  publish(cursor: RingCursor, store: () => void): void {
    this.#counts.note(cursor, this.#cells, this.#added);
    store();
    this.#counts.carryOut();
    for (const cell of this.#cells) this.#added[cell] = 0;
    this.#cells.length = 0;
  }

  #grow(cell: number): void {
    const grown = new Uint32Array(Math.min(Math.max(2 * this.#added.length, cell + 1), CELLS));
    grown.set(this.#added);
    this.#added = grown;
  }
}

/** makeFile makes an empty file whose memory is really there: a full tmpfs is an error now, not a SIGBUS later. */
function makeFile(path: string): void {
  const file = openSync(`${path}.new`, "w", 0o640);
  try {
    writeSync(file, Buffer.alloc(FILE_BYTES));
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

function cursorOf(path: string): number {
  const bytes = Buffer.alloc(8);
  const file = openSync(path, "r");
  try {
    readSync(file, bytes, 0, bytes.length, ringOffset.consumer.cursor);
  } finally {
    closeSync(file);
  }
  return Number(bytes.readBigUInt64LE());
}
