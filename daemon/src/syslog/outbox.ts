// outbox.ts: one stream's queue and accounts in shared memory, so that neither a line nor a count depends on this process.
// SPDX-License-Identifier: Apache-2.0
//
// A killed daemon leaves the region as it was after its last store. It holds
//   - two tables of numbers, written in turn, and the selector of the valid one: all numbers change as one;
//   - in them, for each ring, up to which frame this stream has decided (queued, filtered or dropped it);
//   - the queue: lines that wait;
//   - the window: lines that a connection has taken and the other side has not acknowledged, and those a broken one gave back;
//   - the batch: what the kernel says it took of the lines of one system call (daemon/native/lines.c).
// So a restarted daemon reads frames again from the ring's cursor, skips those this stream has decided about, and goes on
// sending with the first line the kernel has not taken: nothing is lost and nothing is sent twice, whenever it was killed.
import { EventType } from "../../../shared/gen/wire.gen.js";
import { CodedError } from "../base/coded-error.js";
import { ENTRY_BYTES, frameLength, LineRing, type RingPlace } from "./line-ring.js";
import type { Native } from "./native.js";

export const KINDS = 8;
/** Lines that this daemon writes of itself are of no event. */
export const NOTICE = 0;
const KIND_VALUES: readonly number[] = [...Object.values(EventType), NOTICE];
const WORKERS = 64;

/** Words of the table of numbers. */
const Word = {
  HEAD: 0,
  TAIL: 1,
  /** The window: its lines before NEXT were handed over, PART bytes of the one at NEXT too. */
  WINDOW_HEAD: 2,
  WINDOW_TAIL: 3,
  WINDOW_NEXT: 4,
  WINDOW_PART: 5,
  /** The file that a file stream writes, and its size without the lines that wait. */
  FILE_DEVICE: 6,
  FILE_INODE: 7,
  FILE_SIZE: 8,
  QUEUED: 9,
  SENT: 9 + KINDS,
  FILTERED: 9 + 2 * KINDS,
  FULL: 9 + 3 * KINDS,
  UNSENDABLE: 9 + 4 * KINDS,
  LIMITED: 9 + 5 * KINDS,
  IN_DOUBT: 9 + 6 * KINDS,
  RINGS: 9 + 7 * KINDS,
} as const;
const TABLE_WORDS = Word.RINGS + 2 * WORKERS;

const MAGIC = 0x32_58_42_4f; // "OBX2"
const MAGIC_AT = 0;
const BOUNDS_AT = 4;
const SELECTOR_AT = 16;
const NAME_AT = 64;
const NAME_BYTES = 192;
const TABLES_AT = 256;
/** The batch: daemon/native/lines.h. */
const BATCH_AT = 8192;
const SKIP_AT = BATCH_AT + 8;
const FRAMING_AT = BATCH_AT + 12;
const MESSAGES_AT = BATCH_AT + 64;
const PAGE = 4096;
const WINDOW_SLOTS = 16_384;
const WINDOW_BYTES = 4 << 20;
/** What the end of an arena may waste, and more than any line has. */
const SLACK = 128 << 10;

/** Of a queue whose oldest lines give way. */
const SPARE_PART = 1 / 64;

/** Tags of a batch's base: what its lengths speak of. */
const Tag = { QUEUE: 0, WINDOW: 1, FRAMES: 2 } as const;
const TAGS = 4;

/** Framing of lines in a byte stream; the values are those of daemon/native/lines.c. */
export const Framing = { OCTET_COUNTING: 0, NEWLINE: 1, NONE: 2 } as const;
export type Framing = (typeof Framing)[keyof typeof Framing];
const FRAMINGS = Object.values(Framing);

/** OutboxBounds: how much may wait, and which line gives way when it is too much. */
export interface OutboxBounds {
  readonly records: number;
  readonly bytes: number;
  /** Lines are checked when a former process's are taken over: the region may have been through a crash of the machine. */
  readonly isChecked: boolean;
}

export const DEFAULT_BOUNDS: OutboxBounds = { records: 8192, bytes: 8 << 20, isChecked: false };

/** OutboxDamagedError: the region is not an outbox of this layout. */
export class OutboxDamagedError extends CodedError {
  constructor(problem: string) {
    super("outbox-damaged", `outbox ${problem}`);
  }
}

/** StreamAccount: what became of the events of one kind in one stream.
 * offered = queued + filtered + limited + full, and queued = sent + unsendable + inDoubt + what still waits. */
export interface StreamAccount {
  readonly kind: number;
  readonly queued: number;
  /** Handed to the network; by a connection: acknowledged by the collector's host. */
  readonly sent: number;
  readonly filtered: number;
  /** Dropped because the queue was full. */
  readonly full: number;
  /** Dropped because the line cannot be sent as it is, or was spoilt. */
  readonly unsendable: number;
  /** Dropped by the stream's rate limit. */
  readonly limited: number;
  /** On the wire when the connection broke, and not acknowledged. */
  readonly inDoubt: number;
}

/** FileMark: up to where a file holds lines that are done. */
export interface FileMark {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
}

export class Outbox {
  readonly bounds: OutboxBounds;
  readonly #native: Native;
  readonly #region: Buffer;
  readonly #selector: Int32Array;
  readonly #tables: readonly [Float64Array, Float64Array];
  readonly #now = new Float64Array(TABLE_WORDS);
  readonly #base: Float64Array;
  readonly #queue: LineRing;
  readonly #window: LineRing;
  /** Bytes of the window's first line that were acknowledged. */
  #acknowledged = 0;

  /** bytes gives the size of a region. */
  static bytes(native: Native, bounds: OutboxBounds): number {
    const { queue } = places(native, bounds);
    return queue.arenaAt + queue.arenaBytes;
  }

  /** boundsOf reads for which bounds a region was made, or undefined if it is none. */
  static boundsOf(region: Buffer): OutboxBounds | undefined {
    if (region.length < BATCH_AT || region.readUInt32LE(MAGIC_AT) !== MAGIC) return undefined;
    return {
      records: region.readUInt32LE(BOUNDS_AT),
      bytes: region.readUInt32LE(BOUNDS_AT + 4),
      isChecked: region.readUInt32LE(BOUNDS_AT + 8) === 1,
    };
  }

  /** A region of zeros becomes a new outbox; one that a former process left is taken over. */
  constructor(native: Native, region: Buffer, bounds: OutboxBounds = DEFAULT_BOUNDS) {
    if (region.length !== Outbox.bytes(native, bounds))
      throw new OutboxDamagedError(`has ${region.length} bytes, not ${Outbox.bytes(native, bounds)}`);
    const { buffer, byteOffset } = region;
    const words = (at: number): Float64Array => new Float64Array(buffer, byteOffset + at, TABLE_WORDS);
    const { queue, window } = places(native, bounds);
    this.bounds = bounds;
    this.#native = native;
    this.#region = region;
    this.#selector = new Int32Array(buffer, byteOffset + SELECTOR_AT, 1);
    this.#tables = [words(TABLES_AT), words(TABLES_AT + TABLE_WORDS * 8)];
    this.#base = new Float64Array(buffer, byteOffset + BATCH_AT, 1);
    const { isChecked } = bounds;
    this.#queue = new LineRing(region, queue, this.#now, { head: Word.HEAD, tail: Word.TAIL }, isChecked);
    this.#window = new LineRing(
      region,
      window,
      this.#now,
      { head: Word.WINDOW_HEAD, tail: Word.WINDOW_TAIL },
      isChecked,
    );
    if (region.readUInt32LE(MAGIC_AT) === 0) {
      this.#base[0] = -1;
      region.writeUInt32LE(bounds.records, BOUNDS_AT);
      region.writeUInt32LE(bounds.bytes, BOUNDS_AT + 4);
      region.writeUInt32LE(isChecked ? 1 : 0, BOUNDS_AT + 8);
      region.writeUInt32LE(MAGIC, MAGIC_AT);
    } else if (!isEqual(Outbox.boundsOf(region), bounds)) {
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

  /** limit counts an event beyond this stream's rate. */
  limit(kind: number): void {
    this.#now[Word.LIMITED + kind]!++;
  }

  /** append queues the first `length` bytes of a line, or counts that the queue is full or that the line is not whole. */
  append(kind: number, line: Buffer, length: number): void {
    const now = this.#now;
    if (length === 0 || length > line.length) {
      now[Word.QUEUED + kind]!++;
      now[Word.UNSENDABLE + kind]!++;
    } else if (this.#hasRoom(length, 0) && this.#queue.append(kind, line, length)) now[Word.QUEUED + kind]!++;
    else now[Word.FULL + kind]!++;
  }

  /** makeRoom lets the first lines of a queue that is full give way to one of `length` bytes, and counts them. `putInForce` commits
   * that before their places are used again, so that a successor never finds other lines in them; since it costs, a SPARE_PART
   * of the queue is made free at once. */
  makeRoom(length: number, putInForce: () => void): void {
    if (length > this.bounds.bytes || this.#hasRoom(length, 0)) return;
    const queue = this.#queue;
    while (queue.count > 0 && !this.#hasRoom(length, SPARE_PART)) {
      const kind = queue.kindOf(queue.tail) % KINDS;
      this.#now[Word.QUEUED + kind]!--;
      this.#now[Word.FULL + kind]!++;
      queue.drop(1);
    }
    putInForce();
  }

  // Whether a line fits, with a part of what the queue may hold to spare.
  #hasRoom(length: number, spare: number): boolean {
    const { records, bytes } = this.bounds;
    const queue = this.#queue;
    const lines = Math.max(Math.floor(records * spare), 1);
    return queue.count + lines <= records && queue.bytes + length <= bytes * (1 - spare);
  }

  /** decided puts all appends and filters since the last call in force, together with the frame they go up to. */
  decided(worker: number, startId: number, sequence: number): void {
    const at = ringWord(worker);
    this.#now[at] = startId;
    this.#now[at + 1] = sequence;
    this.commit();
  }

  /** commit puts appends in force that belong to no frame. */
  commit(): void {
    const next = 1 - (Atomics.load(this.#selector, 0) & 1);
    this.#tables[next as 0 | 1].set(this.#now);
    Atomics.store(this.#selector, 0, next);
  }

  /** waiting is the number of lines not yet sent. */
  get waiting(): number {
    return this.#queue.count + this.#window.count;
  }

  /** isHalfFull tells whether more than half of what may wait does. */
  get isHalfFull(): boolean {
    return this.#queue.count * 2 > this.bounds.records || this.#queue.bytes * 2 > this.bounds.bytes;
  }

  /** unacknowledged is the number of lines, of those that wait, which a connection has taken. */
  get unacknowledged(): number {
    return this.#now[Word.WINDOW_NEXT]! - this.#now[Word.WINDOW_TAIL]!;
  }

  /** isHandedOver tells whether a connection has taken anything that is not acknowledged. */
  get isHandedOver(): boolean {
    return this.unacknowledged > 0 || this.#now[Word.WINDOW_PART]! > 0;
  }

  // ---- datagrams: the kernel takes a line or not -----------------------------------------------------------------------

  /** send hands waiting lines to the kernel as datagrams, up to `most` in one call: how many it took, or a negative error
   * number. */
  send(descriptor: number, most: number): number {
    const ring = this.#front;
    const first = ring.slotOf(ring.tail);
    const count = Math.min(ring.count, most, this.#native.batchMost, ring.place.slots - first);
    if (count === 0) return 0;
    const base = ring.tail * TAGS + (ring === this.#queue ? Tag.QUEUE : Tag.WINDOW);
    const { entriesAt } = ring.place;
    const sent = this.#native.sendLines(descriptor, this.#region, BATCH_AT, entriesAt, first, count, base);
    if (sent > 0) this.#finish(ring, sent, Word.SENT);
    return sent;
  }

  /** giveUp drops the first waiting line: it can never be sent. */
  giveUp(): void {
    if (this.#front.count > 0) this.#finish(this.#front, 1, Word.UNSENDABLE);
  }

  /** What a broken connection gave back goes first. */
  get #front(): LineRing {
    return this.#window.count > 0 ? this.#window : this.#queue;
  }

  // ---- a file: its size tells which lines it has -----------------------------------------------------------------------

  get fileMark(): FileMark {
    const now = this.#now;
    return { device: now[Word.FILE_DEVICE]!, inode: now[Word.FILE_INODE]!, size: now[Word.FILE_SIZE]! };
  }

  /** collect copies waiting lines, each with a line feed, and tells how many and how many bytes. */
  collect(into: Buffer): { readonly lines: number; readonly bytes: number } {
    const ring = this.#front;
    let at = 0;
    let index = ring.tail;
    while (index < ring.head && at + ring.lengthOf(index) + 1 <= into.length) at = ring.copyLine(index++, into, at);
    return { lines: index - ring.tail, bytes: at };
  }

  /** wholeLines tells how many waiting lines, each with a line feed, are whole in so many bytes, and how long those are. */
  wholeLines(bytes: number): { readonly lines: number; readonly bytes: number } {
    let lines = 0;
    let sum = 0;
    for (const ring of [this.#window, this.#queue]) {
      for (let index = ring.tail; index < ring.head; index++) {
        const next = sum + ring.lengthOf(index) + 1;
        if (next > bytes) return { lines, bytes: sum };
        sum = next;
        lines++;
      }
    }
    return { lines, bytes: sum };
  }

  /** stored counts the first lines as done: they stand before `mark.size` of the file. */
  stored(lines: number, mark: FileMark): void {
    const now = this.#now;
    [now[Word.FILE_DEVICE], now[Word.FILE_INODE], now[Word.FILE_SIZE]] = [mark.device, mark.inode, mark.size];
    const early = Math.min(lines, this.#window.count);
    this.#count(this.#window, early, Word.SENT);
    this.#count(this.#queue, lines - early, Word.SENT);
    this.commit();
  }

  // ---- a connection: what the kernel took is done when the other side acknowledges it ----------------------------------------

  /** connection names the connection that the lines handed over went into; "" for one whose end tells nothing of them. */
  get connection(): string {
    const length = Math.min(this.#region.readUInt32LE(NAME_AT), NAME_BYTES - 4);
    return this.#region.toString("latin1", NAME_AT + 4, NAME_AT + 4 + length);
  }

  /** framing of the lines that a byte stream has taken. */
  get framing(): Framing {
    const framing = this.#region.readUInt32LE(FRAMING_AT);
    return FRAMINGS.find((known) => known === framing) ?? Framing.OCTET_COUNTING;
  }

  /** begin starts a connection: nothing of a former one may be open. */
  begin(connection: string): void {
    this.#acknowledged = 0;
    this.#region.writeUInt32LE(0, NAME_AT);
    this.#region.write(connection.slice(0, NAME_BYTES - 4), NAME_AT + 4, "latin1");
    this.#region.writeUInt32LE(Math.min(connection.length, NAME_BYTES - 4), NAME_AT);
  }

  /** sendFrames hands lines over as frames: how many bytes the kernel took, 0 if nothing waits or the window is full, or a
   * negative error number. */
  sendFrames(descriptor: number, framing: Framing): number {
    if (!this.#fill()) return 0;
    const now = this.#now;
    const window = this.#window;
    const next = now[Word.WINDOW_NEXT]!;
    const first = window.slotOf(next);
    const count = Math.min(window.head - next, this.#native.batchMost, window.place.slots - first);
    const { entriesAt } = window.place;
    const taken = this.#native.sendFrames(
      descriptor,
      this.#region,
      BATCH_AT,
      entriesAt,
      first,
      count,
      next * TAGS + Tag.FRAMES,
      framing,
      now[Word.WINDOW_PART]!,
    );
    if (taken > 0) {
      this.#taken(taken, framing);
      this.commit();
    }
    return taken;
  }

  /** takeFrames hands lines over to the caller, as frames of octet counting of about `bytes` bytes; undefined if nothing waits or
   * the window is full. They are not copied, and stay as they are until they are acknowledged. */
  takeFrames(bytes: number): { readonly bytes: Buffer; readonly lines: number } | undefined {
    if (!this.#fill()) return undefined;
    const now = this.#now;
    const window = this.#window;
    const next = now[Word.WINDOW_NEXT]!;
    let end = next;
    for (let sum = 0; end < window.head && sum < bytes; end++) sum += frameLength(window.lengthOf(end));
    const frames = window.frames(next, end);
    now[Word.WINDOW_NEXT] = frames.end;
    this.commit();
    return { bytes: frames.bytes, lines: frames.end - next };
  }

  /** acknowledgeLines counts lines that the other side has. */
  acknowledgeLines(lines: number): void {
    if (lines > 0) this.#finish(this.#window, Math.min(lines, this.unacknowledged), Word.SENT);
  }

  /** acknowledge counts bytes that the other side has as well; framing as they were sent. */
  acknowledge(bytes: number, framing: Framing): void {
    const window = this.#window;
    let left = this.#acknowledged + bytes;
    let lines = 0;
    const most = this.unacknowledged;
    while (lines < most) {
      const frame = framed(window.lengthOf(window.tail + lines), framing);
      if (frame > left) break;
      left -= frame;
      lines++;
    }
    this.#acknowledged = left;
    if (lines > 0) this.#finish(window, lines, Word.SENT);
  }

  /** broken ends a connection: of the bytes that were handed over and not acknowledged, `unsent` never left this host. Lines that
   * the other side can have whole are in doubt and not sent again; the others are sent first by the next connection. */
  broken(unsent: number, framing: Framing): void {
    const now = this.#now;
    const window = this.#window;
    let handed = now[Word.WINDOW_PART]! - this.#acknowledged;
    for (let index = window.tail; index < now[Word.WINDOW_NEXT]!; index++)
      handed += framed(window.lengthOf(index), framing);
    const left = handed - unsent; // that left this host
    let lines = 0;
    for (let end = -this.#acknowledged; window.tail + lines < window.head; lines++) {
      const start = end;
      end += framed(window.lengthOf(window.tail + lines), framing);
      // The beginning of a line that ends with its connection counts as a line where lines end with a line feed.
      if (framing === Framing.NEWLINE ? start >= left : end > left) break;
    }
    this.#giveBack(lines);
  }

  /** doubt ends a connection: the first lines are in doubt, all others of the window are sent again. */
  doubt(lines: number): void {
    this.#giveBack(Math.min(lines, this.unacknowledged));
  }

  /** ended ends a connection whose bytes have all been acknowledged. */
  ended(framing: Framing): void {
    const hasPart = this.#now[Word.WINDOW_PART]! > 0;
    this.#count(this.#window, this.unacknowledged, Word.SENT);
    // As in broken.
    this.#giveBack(hasPart && framing === Framing.NEWLINE ? 1 : 0);
  }

  #giveBack(inDoubt: number): void {
    const now = this.#now;
    now[Word.WINDOW_PART] = 0;
    this.#acknowledged = 0;
    this.#count(this.#window, inDoubt, Word.IN_DOUBT);
    now[Word.WINDOW_NEXT] = now[Word.WINDOW_TAIL]!;
    // The last batch is settled: the lines it names may be at the window's beginning once more.
    this.#base[0] = -1;
    this.commit();
  }

  // Makes sure that the window has lines to hand over. They are in the window for good before a byte of them is sent.
  #fill(): boolean {
    const now = this.#now;
    if (now[Word.WINDOW_NEXT]! < this.#window.head) return true;
    if (this.#window.move(this.#queue, this.#native.batchMost) === 0) return false;
    this.commit();
    return true;
  }

  #taken(bytes: number, framing: Framing): void {
    const now = this.#now;
    const window = this.#window;
    let left = now[Word.WINDOW_PART]! + bytes;
    let next = now[Word.WINDOW_NEXT]!;
    while (next < window.head) {
      const frame = framed(window.lengthOf(next), framing);
      if (frame > left) break;
      left -= frame;
      next++;
    }
    now[Word.WINDOW_NEXT] = next;
    now[Word.WINDOW_PART] = left;
  }

  // ---- accounts --------------------------------------------------------------------------------------------------------

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
      limited: now[Word.LIMITED + kind]!,
      inDoubt: now[Word.IN_DOUBT + kind]!,
    }));
  }

  /** takeOver makes a new outbox the continuation of another one: its numbers, and its lines as far as they fit; those that do
   * not are counted as full, spoilt ones as unsendable, and what a connection had taken is in doubt. */
  takeOver(other: Outbox): void {
    const now = this.#now;
    now.set(other.#now);
    for (const word of [Word.HEAD, Word.TAIL, Word.WINDOW_HEAD, Word.WINDOW_TAIL, Word.WINDOW_NEXT, Word.WINDOW_PART])
      now[word] = 0;
    // As in broken: the beginning of a line counts as a line where lines end with a line feed.
    const begun = other.#now[Word.WINDOW_PART]! > 0 && other.framing === Framing.NEWLINE ? 1 : 0;
    // Of which kind a spoilt line was its entry may not tell any more; what is missing of each kind does.
    const missing = KIND_VALUES.map((kind) => [kind, other.#waitingOf(kind)] as const);
    const found = new Float64Array(KINDS);
    const line = Buffer.alloc(SLACK);
    for (const ring of [other.#window, other.#queue]) {
      const handedOver = ring === other.#window ? other.#now[Word.WINDOW_NEXT]! + begun : ring.tail;
      for (let index = ring.tail; index < ring.head; index++) {
        if (!ring.isWhole(index)) continue;
        const kind = ring.kindOf(index) % KINDS;
        found[kind]!++;
        if (index < handedOver) now[Word.IN_DOUBT + kind]!++;
        else {
          now[Word.QUEUED + kind]!--;
          this.append(kind, line, ring.copyLine(index, line, 0) - 1);
        }
      }
    }
    for (const [kind, count] of missing) now[Word.UNSENDABLE + kind]! += Math.max(count - found[kind]!, 0);
    this.commit();
  }

  /** isSpoilt tells of a queue with lines that cannot be right: it can only be taken over. */
  get isSpoilt(): boolean {
    return this.#queue.hasSpoilt || this.#window.hasSpoilt;
  }

  // How many lines of a kind wait, by the numbers.
  #waitingOf(kind: number): number {
    const now = this.#now;
    const done = now[Word.SENT + kind]! + now[Word.UNSENDABLE + kind]! + now[Word.IN_DOUBT + kind]!;
    return now[Word.QUEUED + kind]! - done;
  }

  // Counts the first lines of a ring as done. The numbers are in force before their slots can be used again.
  #finish(ring: LineRing, lines: number, outcome: number): void {
    this.#count(ring, lines, outcome);
    this.commit();
  }

  #count(ring: LineRing, lines: number, outcome: number): void {
    const now = this.#now;
    const end = ring.tail + lines;
    for (let index = ring.tail; index < end; index++) now[outcome + (ring.kindOf(index) % KINDS)]!++;
    ring.drop(lines);
    if (ring === this.#window && now[Word.WINDOW_NEXT]! < end) now[Word.WINDOW_NEXT] = end;
  }

  #recover(): void {
    const now = this.#now;
    now.set(this.#tables[Atomics.load(this.#selector, 0) & 1]!);
    const next = now[Word.WINDOW_NEXT]!;
    if (!this.#queue.recover() || !this.#window.recover() || next < this.#window.tail || next > this.#window.head)
      throw new OutboxDamagedError("has impossible numbers");
    this.#believeKernel();
  }

  // What the kernel has taken and the numbers do not know of yet.
  #believeKernel(): void {
    const now = this.#now;
    const base = this.#base[0]!;
    if (base === now[Word.WINDOW_NEXT]! * TAGS + Tag.FRAMES) {
      // Of a line that was taken in part before, only what the batch began with counts.
      if (this.#region.readUInt32LE(SKIP_AT) !== now[Word.WINDOW_PART]) return;
      this.#taken(this.#mark(0), this.framing);
      this.commit();
      return;
    }
    const ring = this.#front;
    if (base !== ring.tail * TAGS + (ring === this.#queue ? Tag.QUEUE : Tag.WINDOW)) return;
    const most = Math.min(ring.count, this.#native.batchMost);
    let lines = 0;
    while (lines < most && this.#mark(lines) !== 0) lines++;
    if (lines > 0) this.#finish(ring, lines, Word.SENT);
  }

  #mark(message: number): number {
    const { messageBytes, takenAt } = this.#native;
    return this.#region.readUInt32LE(MESSAGES_AT + message * messageBytes + takenAt);
  }
}

function places(native: Native, bounds: OutboxBounds): { readonly window: RingPlace; readonly queue: RingPlace } {
  const window = placeAt(BATCH_AT + native.batchBytes, WINDOW_SLOTS, WINDOW_BYTES);
  const queue = placeAt(window.arenaAt + window.arenaBytes, bounds.records, bounds.bytes);
  return { window, queue };
}

// Every line has its length in front of it, up to 6 digits and a blank.
function placeAt(at: number, slots: number, bytes: number): RingPlace {
  const entriesAt = Math.ceil(at / PAGE) * PAGE;
  const arenaAt = entriesAt + slots * ENTRY_BYTES;
  const arenaBytes = Math.ceil((bytes + 7 * slots + SLACK) / PAGE) * PAGE;
  return { entriesAt, slots, arenaAt, arenaBytes };
}

function framed(length: number, framing: Framing): number {
  if (framing === Framing.NONE) return length;
  return framing === Framing.NEWLINE ? length + 1 : frameLength(length);
}

function isEqual(one: OutboxBounds | undefined, other: OutboxBounds): boolean {
  return one?.records === other.records && one.bytes === other.bytes && one.isChecked === other.isChecked;
}

function ringWord(worker: number): number {
  return Word.RINGS + 2 * (worker % WORKERS);
}
