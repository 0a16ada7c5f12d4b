// outbox.ts: one stream's queue and accounts in shared memory, so that neither a line nor a count depends on this process.
// SPDX-License-Identifier: Apache-2.0
//
// A killed daemon leaves the region as it was after its last store. It holds
//   - two tables of numbers, written in turn, and the selector of the valid one: all numbers change as one;
//   - in them, for each ring, up to which frame this stream has decided (queued, filtered or dropped it);
//   - the lines, and beside each line a word that the kernel sets when it takes the datagram (daemon/native/datagrams.c).
// So a restarted daemon reads frames again from the ring's cursor, skips those this stream has decided about, and goes on
// sending with the first line the kernel has not taken: nothing is lost and nothing is sent twice, whenever it was killed.
import { EventType } from "../../../shared/gen/wire.gen.js";
import { CodedError } from "../base/coded-error.js";

/** Native is the module that daemon/native/datagrams.c makes. */
export interface Native {
  readonly messageSize: number;
  readonly sentAt: number;
  readonly vectorSize: number;
  openSocket(host: string, port: number, sourceAddress: string): number;
  closeSocket(descriptor: number): void;
  sendLines(
    descriptor: number,
    region: Buffer,
    messagesAt: number,
    vectorsAt: number,
    linesAt: number,
    first: number,
    count: number,
  ): number;
}

export const KINDS = 8;
const KIND_VALUES: readonly number[] = Object.values(EventType);
const WORKERS = 64;

/** Words of the table of numbers. The names end in the count of words. */
const Word = {
  HEAD: 0,
  TAIL: 1,
  QUEUED: 2,
  SENT: 2 + KINDS,
  FILTERED: 2 + 2 * KINDS,
  FULL: 2 + 3 * KINDS,
  UNSENDABLE: 2 + 4 * KINDS,
  RINGS: 2 + 5 * KINDS,
} as const;
const TABLE_WORDS = Word.RINGS + 2 * WORKERS;

const PAGE = 4096;
const MAGIC = 0x31_58_42_4f; // "OBX1"
const SLOTS = 8192;
const ARENA_BYTES = 8 << 20;
const TABLES_AT = 64;
const UNSENDABLE = 0xffff_ffff;

/** OutboxDamagedError: the region is not an outbox of this layout. */
export class OutboxDamagedError extends CodedError {
  constructor(problem: string) {
    super("outbox-damaged", `outbox ${problem}`);
  }
}

/** StreamAccount: what became of the events of one kind in one stream. offered = queued + filtered + full, and
 * queued = sent + unsendable + what still waits. */
export interface StreamAccount {
  readonly kind: number;
  readonly queued: number;
  readonly sent: number;
  readonly filtered: number;
  /** Dropped because the queue was full. */
  readonly full: number;
  /** Dropped because the line cannot be a datagram. */
  readonly unsendable: number;
}

export class Outbox {
  readonly #native: Native;
  readonly #region: Buffer;
  readonly #selector: Int32Array;
  readonly #tables: readonly [Float64Array, Float64Array];
  readonly #now: Float64Array;
  readonly #messagesAt: number;
  readonly #vectorsAt: number;
  readonly #linesAt: number;
  readonly #kindsAt: number;
  readonly #arenaAt: number;
  /** Where the next line goes, relative to the arena. */
  #write = 0;

  /** bytes gives the size of a region. */
  static bytes(native: Native): number {
    return arenaOffset(native) + ARENA_BYTES;
  }

  /** A region of zeros becomes a new outbox; one that a former process left is taken over. */
  constructor(native: Native, region: Buffer) {
    if (region.length !== Outbox.bytes(native))
      throw new OutboxDamagedError(`has ${region.length} bytes, not ${Outbox.bytes(native)}`);
    const { buffer, byteOffset } = region;
    const words = (at: number): Float64Array => new Float64Array(buffer, byteOffset + at, TABLE_WORDS);
    this.#native = native;
    this.#region = region;
    this.#selector = new Int32Array(buffer, byteOffset + 8, 1);
    this.#tables = [words(TABLES_AT), words(TABLES_AT + TABLE_WORDS * 8)];
    this.#messagesAt = PAGE;
    this.#vectorsAt = this.#messagesAt + SLOTS * native.messageSize;
    this.#linesAt = this.#vectorsAt + SLOTS * native.vectorSize;
    this.#kindsAt = this.#linesAt + SLOTS * 8;
    this.#arenaAt = arenaOffset(native);
    this.#now = new Float64Array(TABLE_WORDS);
    const magic = region.readUInt32LE(0);
    if (magic === 0) {
      region.writeUInt32LE(SLOTS, 4);
      region.writeUInt32LE(MAGIC, 0);
    } else if (magic !== MAGIC || region.readUInt32LE(4) !== SLOTS) {
      throw new OutboxDamagedError("is of another layout");
    }
    this.#recover();
  }

  /** hasDecided tells whether this stream has taken its decision about a frame before. */
  hasDecided(worker: number, startId: number, sequence: number): boolean {
    const at = ringWord(worker);
    return this.#now[at] === startId && sequence <= this.#now[at + 1]!;
  }

  /** filter counts an event that this stream does not want. */
  filter(kind: number): void {
    this.#now[Word.FILTERED + kind]!++;
  }

  /** append queues the first `length` bytes of a line, or counts that the queue is full or that the line is not whole. */
  append(kind: number, line: Buffer, length: number): void {
    const now = this.#now;
    if (length === 0 || length > line.length) {
      now[Word.QUEUED + kind]!++;
      now[Word.UNSENDABLE + kind]!++;
      return;
    }
    const head = now[Word.HEAD]!;
    const at = head - now[Word.TAIL]! < SLOTS ? this.#room(length) : -1;
    if (at < 0) {
      now[Word.FULL + kind]!++;
      return;
    }
    const slot = head % SLOTS;
    line.copy(this.#region, this.#arenaAt + at, 0, length);
    this.#region.writeUInt32LE(this.#arenaAt + at, this.#linesAt + slot * 8);
    this.#region.writeUInt32LE(length, this.#linesAt + slot * 8 + 4);
    this.#region[this.#kindsAt + slot] = kind;
    this.#setMark(slot, 0);
    this.#write = at + length;
    now[Word.HEAD] = head + 1;
    now[Word.QUEUED + kind]!++;
  }

  /** decided puts all appends and filters since the last call in force, together with the frame they go up to. */
  decided(worker: number, startId: number, sequence: number): void {
    const at = ringWord(worker);
    this.#now[at] = startId;
    this.#now[at + 1] = sequence;
    this.#commit();
  }

  /** waiting is the number of lines not yet sent. */
  get waiting(): number {
    return this.#now[Word.HEAD]! - this.#now[Word.TAIL]!;
  }

  /** send hands waiting lines to the kernel, up to `most` in one call: how many it took, or a negative error number. */
  send(descriptor: number, most: number): number {
    const first = this.#now[Word.TAIL]! % SLOTS;
    const count = Math.min(this.waiting, most, SLOTS - first);
    if (count === 0) return 0;
    const sent = this.#native.sendLines(
      descriptor,
      this.#region,
      this.#messagesAt,
      this.#vectorsAt,
      this.#linesAt,
      first,
      count,
    );
    if (sent > 0) this.#finish(sent);
    return sent;
  }

  /** giveUp drops the first waiting line: it can never be sent. */
  giveUp(): void {
    if (this.waiting === 0) return;
    this.#setMark(this.#now[Word.TAIL]! % SLOTS, UNSENDABLE);
    this.#finish(1);
  }

  /** accounts gives the numbers of each kind that there is. */
  accounts(): StreamAccount[] {
    const now = this.#now;
    return KIND_VALUES.map((kind) => ({
      kind,
      queued: now[Word.QUEUED + kind]!,
      sent: now[Word.SENT + kind]!,
      filtered: now[Word.FILTERED + kind]!,
      full: now[Word.FULL + kind]!,
      unsendable: now[Word.UNSENDABLE + kind]!,
    }));
  }

  // A line is never split: what does not fit before the end of the arena goes to its start.
  #room(length: number): number {
    if (this.waiting === 0) return length <= ARENA_BYTES ? 0 : -1;
    const oldest = this.#region.readUInt32LE(this.#linesAt + (this.#now[Word.TAIL]! % SLOTS) * 8) - this.#arenaAt;
    if (this.#write > oldest) {
      if (this.#write + length <= ARENA_BYTES) return this.#write;
      return length < oldest ? 0 : -1;
    }
    return this.#write + length < oldest ? this.#write : -1;
  }

  // Counts lines that carry a mark as done. The numbers are in force before their slots can be used again.
  #finish(count: number): void {
    const now = this.#now;
    for (let i = 0; i < count; i++) {
      const slot = now[Word.TAIL]! % SLOTS;
      const kind = this.#region[this.#kindsAt + slot]! % KINDS;
      now[(this.#mark(slot) === UNSENDABLE ? Word.UNSENDABLE : Word.SENT) + kind]!++;
      now[Word.TAIL]!++;
    }
    this.#commit();
  }

  #recover(): void {
    const now = this.#now;
    now.set(this.#tables[Atomics.load(this.#selector, 0) & 1]!);
    const { [Word.HEAD]: head = 0, [Word.TAIL]: tail = 0 } = now;
    if (!Number.isSafeInteger(head) || !Number.isSafeInteger(tail) || tail < 0 || head < tail || head - tail > SLOTS)
      throw new OutboxDamagedError("has impossible numbers");
    let marked = 0;
    while (marked < head - tail && this.#mark((tail + marked) % SLOTS) !== 0) marked++;
    if (marked > 0) this.#finish(marked);
    if (this.waiting > 0) {
      const last = this.#linesAt + ((head - 1) % SLOTS) * 8;
      this.#write = this.#region.readUInt32LE(last) - this.#arenaAt + this.#region.readUInt32LE(last + 4);
    }
  }

  #commit(): void {
    const next = 1 - (Atomics.load(this.#selector, 0) & 1);
    this.#tables[next as 0 | 1].set(this.#now);
    Atomics.store(this.#selector, 0, next);
  }

  #mark(slot: number): number {
    return this.#region.readUInt32LE(this.#messagesAt + slot * this.#native.messageSize + this.#native.sentAt);
  }

  #setMark(slot: number, mark: number): void {
    this.#region.writeUInt32LE(mark, this.#messagesAt + slot * this.#native.messageSize + this.#native.sentAt);
  }
}

function arenaOffset(native: Native): number {
  return PAGE + SLOTS * (native.messageSize + native.vectorSize + 8 + 1);
}

function ringWord(worker: number): number {
  return Word.RINGS + 2 * (worker % WORKERS);
}
