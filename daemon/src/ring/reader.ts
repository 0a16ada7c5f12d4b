// The consumer's end of one ring: frames in order, each once, whatever the other side or a former self did.
// SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../base/coded-error.js";
import { decodeEvent, readCount } from "../event/decode.js";
import type { RingwallEvent } from "../event/event.js";
import {
  EventOutcome,
  eventTypeName,
  FRAME_SIZE,
  LAYOUT_HASH,
  offset,
  RING_MAGIC,
  RING_PAGE_SIZE,
  RING_SLOTS_AT,
  ringOffset,
} from "../../../shared/gen/wire.gen.js";
import { mapForReading, mapForWriting } from "./mapping.js";
import type { ReadBatch } from "./read-counts.js";

/** Frames between two stores of the cursor: also the most that a killed reader's successor may see again. */
export const PUBLISH_INTERVAL = 128;

const KINDS = eventTypeName.length;
const OUTCOMES = 4;
const TABLE_BYTES = KINDS * 8;
const TWO_32 = 0x1_0000_0000;
const { identity, producer, consumer } = ringOffset;

/** A ring file that is not what it should be; `code` says in what. Nothing of it was read but the identity page. */
export class RingRefusedError extends CodedError {}

export interface RingIdentity {
  readonly startId: number;
  readonly worker: number;
  readonly slotCount: number;
  /** Rings of one worker are drained in this order. */
  readonly order: number;
}

/** What became of the events of one kind, as far as one ring knows. */
export interface KindAccount {
  readonly written: number;
  readonly suppressed: number;
  readonly lostBudget: number;
  readonly lostFull: number;
  readonly consumed: number;
}

/** Accounts by event type; index 0 and 5 are no kinds, `consumed` of 0 counts frames of no known kind. */
export type Accounts = readonly KindAccount[];

export interface ReaderFaults {
  /** Frames skipped because they are no events of this layout. */
  readonly malformed: number;
  /** Frames whose sequence changed while they were read. Never with one producer and one reader. */
  readonly torn: number;
  /** Frames left out, at most, because somebody else wrote to the cursor page. */
  readonly skipped: number;
}

/** EventSink takes one event; the reader's position is already behind it, and so is the event's sequence. */
export type EventSink = (event: RingwallEvent, reader: RingReader) => void;
/** HandOver is called when the sink has had every event before the reader's position, and before the ring lets go of them. */
export type HandOver = (reader: RingReader) => void;

/** RingReader reads one ring file. Only one may be open on a ring; it owns the cursor file. */
export class RingReader {
  readonly identity: RingIdentity;
  readonly path: string;
  readonly #bytes: DataView;
  readonly #words: Int32Array;
  readonly #longs: BigUint64Array;
  readonly #cursorView: DataView;
  readonly #cursorLongs: BigUint64Array;
  readonly #cursorWords: Int32Array;
  readonly #mask: number;
  readonly #reads: ReadBatch | undefined;
  readonly #consumed: number[];
  /** Which consumed table the published cursor belongs to. */
  #table: number;
  /** Position of the next frame, and its sequence (position + 1) in two halves. */
  #position: number;
  #low: number;
  #high: number;
  #published: number;
  #ticket = 0;
  #malformed = 0;
  #torn = 0;
  #skipped = 0;

  /** open maps a ring and its cursor file and checks them before any slot is touched. `reads` counts by rule what is read. */
  static open(path: string, reads?: ReadBatch): RingReader {
    const ring = mapForReading(path, RING_SLOTS_AT);
    const found = readIdentity(path, ring);
    return new RingReader(path, ring, mapForWriting(`${path}.cursor`, RING_PAGE_SIZE), found, reads);
  }

  private constructor(path: string, ring: Buffer, cursor: Buffer, found: RingIdentity, reads: ReadBatch | undefined) {
    this.path = path;
    this.#reads = reads;
    this.identity = found;
    this.#mask = found.slotCount - 1;
    this.#bytes = new DataView(ring.buffer, ring.byteOffset, ring.byteLength);
    this.#words = new Int32Array(ring.buffer, ring.byteOffset, ring.byteLength >>> 2);
    this.#longs = new BigUint64Array(ring.buffer, ring.byteOffset, ring.byteLength >>> 3);
    this.#cursorView = new DataView(cursor.buffer, cursor.byteOffset, RING_PAGE_SIZE);
    this.#cursorLongs = new BigUint64Array(cursor.buffer, cursor.byteOffset, RING_PAGE_SIZE >>> 3);
    this.#cursorWords = new Int32Array(cursor.buffer, cursor.byteOffset, RING_PAGE_SIZE >>> 2);

    const position = readCount(this.#cursorView, consumer.cursor);
    this.#table = readCount(this.#cursorView, consumer.consumed_at) === position ? 0 : 1;
    this.#position = this.#published = position;
    this.#low = this.#high = 0;
    this.#consumed = Array.from({ length: KINDS }, (_, kind) =>
      readCount(this.#cursorView, consumer.consumed + this.#table * TABLE_BYTES + kind * 8),
    );
    this.#ticket = Atomics.load(this.#cursorWords, consumer.waiting >>> 2);
    this.#seek(position);
    if (!this.#isBelievable()) this.#restart();
    this.awake();
  }

  /** Frames read since the helper's start, published or not. */
  get position(): number {
    return this.#position;
  }

  get faults(): ReaderFaults {
    return { malformed: this.#malformed, torn: this.#torn, skipped: this.#skipped };
  }

  /** drain reads at most `limit` frames, publishing the cursor after each PUBLISH_INTERVAL of them and at the end. It
   * returns how many it read: fewer than `limit` means that the ring was empty. */
  drain(limit: number, sink: EventSink, handOver?: HandOver): number {
    let total = 0;
    while (total < limit) {
      const wanted = Math.min(limit - total, PUBLISH_INTERVAL);
      const count = this.read(wanted, sink);
      if (count > 0) handOver?.(this);
      this.publish();
      total += count;
      if (count < wanted) break;
    }
    return total;
  }

  /** read is drain without publishing: for a caller that must hand the events on before it lets go of them. An
   * exception of `sink` passes through; the frame it was called for counts as read. With counts by rule it reads no more than
   * PUBLISH_INTERVAL frames between two calls of publish. */
  read(limit: number, sink: EventSink): number {
    if (this.isGivenUp) return 0;
    const view = this.#bytes;
    const words = this.#words;
    const reads = this.#reads;
    const most = reads === undefined ? limit : Math.min(limit, reads.room);
    let count = 0;
    while (count < most) {
      const at = RING_SLOTS_AT + ((this.#low - 1) & this.#mask) * FRAME_SIZE;
      const word = (at + offset.header.sequence) >>> 2;
      // A1: the frame is complete; pairs with R1 in helper/event/ring.c. The low half alone repeats only after 2^32
      // frames, so a half-stored sequence never looks right.
      if (Atomics.load(words, word) !== this.#low || words[word + 1] !== this.#high) {
        if (!this.#isLapped(word)) break;
        this.#restart();
        continue;
      }
      const type = view.getUint8(at + offset.header.event_type);
      reads?.count(view.getUint32(at + offset.extension.account, true), type);
      const event = decodeEvent(view, at);
      const whole = Atomics.load(words, word) === this.#low;
      this.#consumed[type < KINDS ? type : 0]!++;
      this.#advance();
      count++;
      if (!whole) this.#torn++;
      else if (event === undefined) this.#malformed++;
      else sink(event, this);
    }
    return count;
  }

  /** publish lets the producer have the slots of everything read so far. The table of counts that is not in force is
   * written first; the cursor's store puts both in force at once. */
  publish(): void {
    if (this.#position === this.#published) return;
    const next = 1 - this.#table;
    const longs = this.#cursorLongs;
    for (let kind = 0; kind < KINDS; kind++) {
      longs[(consumer.consumed + next * TABLE_BYTES + kind * 8) >>> 3] = BigInt(this.#consumed[kind]!);
    }
    const cursor = BigInt(this.#position);
    Atomics.store(longs, (consumer.consumed_at + next * 8) >>> 3, cursor);
    // R3: done with the slots below; pairs with A3 in helper/event/ring.c.
    const letGo = (): void => void Atomics.store(longs, consumer.cursor >>> 3, cursor);
    if (this.#reads === undefined) letGo();
    else this.#reads.publish({ ...this.identity, cursor: this.#position }, letGo);
    this.#table = next;
    this.#published = this.#position;
  }

  /** isGivenUp tells whether what is unread here is counted as lost by now, or will be. */
  get isGivenUp(): boolean {
    const word = (RING_PAGE_SIZE + producer.given_up_ns) >>> 2;
    return (Atomics.load(this.#words, word) | Atomics.load(this.#words, word + 1)) !== 0;
  }

  /** isEmpty tells whether the next frame is not there yet. */
  isEmpty(): boolean {
    const word = (RING_SLOTS_AT + ((this.#low - 1) & this.#mask) * FRAME_SIZE + offset.header.sequence) >>> 2;
    return Atomics.load(this.#words, word) !== this.#low || this.#words[word + 1] !== this.#high;
  }

  /** asleep asks for one doorbell at the next frame and returns true, or false if a frame is there already. */
  asleep(): boolean {
    this.#ticket = (this.#ticket + 1) | 0 || 1;
    // F4: `waiting` before the last look at the frames; pairs with F4 in helper/event/ring.c.
    Atomics.store(this.#cursorWords, consumer.waiting >>> 2, this.#ticket);
    if (this.isEmpty()) return true;
    this.awake();
    return false;
  }

  /** awake takes the request for a doorbell back. */
  awake(): void {
    Atomics.store(this.#cursorWords, consumer.waiting >>> 2, 0);
  }

  /** deliversUntil tells the helper until when, by the monotonic clock, the log is delivered. */
  deliversUntil(monotonicNs: bigint): void {
    Atomics.store(this.#cursorLongs, consumer.delivers_until_ns >>> 3, monotonicNs);
  }

  /** Frames written as last published by the helper: may lag what can be read. */
  get head(): number {
    return readCount(this.#bytes, RING_PAGE_SIZE + producer.head);
  }

  /** The helper's monotonic clock at its last sign of life, in milliseconds. */
  get heartbeatMs(): number {
    return readCount(this.#bytes, RING_PAGE_SIZE + producer.heartbeat_ns) / 1e6;
  }

  /** accounts adds up this ring by event type. */
  accounts(): Accounts {
    return Array.from({ length: KINDS }, (_, kind) => this.#account(producer.events, kind, this.#consumed[kind]!));
  }

  /** formerAccounts adds up the worker's rings that are gone; what they wrote and was not lost was consumed. */
  formerAccounts(): { readonly accounts: Accounts; readonly unknown: number; readonly lastStartId: number } {
    // A5: pairs with R5 in helper/event/ring_file.c.
    const table = Atomics.load(this.#words, (RING_PAGE_SIZE + producer.former_select) >>> 2) & 1;
    const from = producer.former_events + table * KINDS * OUTCOMES * 8;
    return {
      accounts: Array.from({ length: KINDS }, (_, kind) => {
        const account = this.#account(from, kind, 0);
        return { ...account, consumed: account.written };
      }),
      unknown: readCount(this.#bytes, RING_PAGE_SIZE + producer.former_unknown + table * 8),
      lastStartId: readCount(this.#bytes, RING_PAGE_SIZE + producer.former_start_id + table * 8),
    };
  }

  #account(from: number, kind: number, consumed: number): KindAccount {
    const at = RING_PAGE_SIZE + from + kind * OUTCOMES * 8;
    return {
      written: readCount(this.#bytes, at + EventOutcome.WRITTEN * 8),
      suppressed: readCount(this.#bytes, at + EventOutcome.SUPPRESSED * 8),
      lostBudget: readCount(this.#bytes, at + EventOutcome.LOST_BUDGET * 8),
      lostFull: readCount(this.#bytes, at + EventOutcome.LOST_FULL * 8),
      consumed,
    };
  }

  #seek(position: number): void {
    this.#position = position;
    this.#low = (position + 1) | 0;
    this.#high = Math.floor((position + 1) / TWO_32) | 0;
  }

  #advance(): void {
    this.#position++;
    this.#low = (this.#low + 1) | 0;
    if (this.#low === 0) this.#high = (this.#high + 1) | 0;
  }

  /** A slot that holds a later frame than ours was given away by a cursor we did not write. */
  #isLapped(word: number): boolean {
    return Atomics.load(this.#longs, word >>> 1) > BigInt(this.#position + 1);
  }

  /** A cursor makes sense if the frame before it was written, the next slot holds its frame or the one a lap earlier,
   * and the counts add up to it. */
  #isBelievable(): boolean {
    const { slotCount } = this.identity;
    const position = this.#position;
    if (position > Number.MAX_SAFE_INTEGER - slotCount) return false;
    if (readCount(this.#cursorView, consumer.consumed_at + this.#table * 8) !== position) return false;
    if (this.#consumed.reduce((sum, count) => sum + count, 0) !== position) return false;
    const next = this.#sequenceAt(position);
    if (next !== position + 1 && next !== Math.max(position + 1 - slotCount, 0)) return false;
    if (position === 0) return true;
    const before = this.#sequenceAt(position - 1);
    return before === position || before === position + slotCount;
  }

  #sequenceAt(position: number): number {
    const at = RING_SLOTS_AT + (position % this.identity.slotCount) * FRAME_SIZE + offset.header.sequence;
    return Number(Atomics.load(this.#longs, at >>> 3));
  }

  /** Starts at the helper's head: the frames before it may have been read or not, and the page that knew is spoilt. The
   * counts are taken from the helper's, so the account shows these frames as skipped, not as read twice. */
  #restart(): void {
    const head = this.head;
    const before = Math.min(head, this.identity.slotCount);
    this.#skipped += before;
    this.#seek(head);
    while (!this.isEmpty()) {
      this.#advance();
      this.#skipped++;
    }
    let rest = this.#position;
    for (let kind = 0; kind < KINDS; kind++) {
      const written = readCount(this.#bytes, RING_PAGE_SIZE + producer.events + kind * OUTCOMES * 8);
      this.#consumed[kind] = Math.min(written, rest);
      rest -= this.#consumed[kind]!;
    }
    this.#consumed[0]! += rest;
    this.#published = -1;
    this.publish();
  }
}

function readIdentity(path: string, ring: Buffer): RingIdentity {
  const view = new DataView(ring.buffer, ring.byteOffset, ring.byteLength);
  const words = new Int32Array(ring.buffer, ring.byteOffset, ring.byteLength >>> 2);
  // A2: the page is complete; pairs with R2 in helper/event/ring.c.
  Atomics.load(words, identity.magic >>> 2);
  const magic = ring.toString("latin1", identity.magic, identity.magic + 8);
  if (magic !== RING_MAGIC) refuse(path, "ring-magic", "magic", RING_MAGIC, JSON.stringify(magic));
  const hash = view.getBigUint64(identity.layout_hash, true).toString(16).padStart(16, "0");
  if (hash !== LAYOUT_HASH) refuse(path, "ring-layout", "layout hash", LAYOUT_HASH, hash);
  const frameSize = view.getUint32(identity.frame_size, true);
  if (frameSize !== FRAME_SIZE) refuse(path, "ring-frame-size", "frame size", FRAME_SIZE, frameSize);
  const slotCount = view.getUint32(identity.slot_count, true);
  if (slotCount === 0 || slotCount > 0x8000_0000 || (slotCount & (slotCount - 1)) !== 0) {
    refuse(path, "ring-slot-count", "slot count", "a power of two", slotCount);
  }
  const size = RING_SLOTS_AT + slotCount * FRAME_SIZE;
  if (ring.byteLength < size)
    refuse(path, "ring-size", "size", `${size} bytes for ${slotCount} slots`, ring.byteLength);
  const startId = readCount(view, identity.start_id);
  if (!Number.isSafeInteger(startId) || startId === 0) {
    refuse(path, "ring-start-id", "start id", "1 to 2^53 - 1", startId);
  }
  return {
    startId,
    worker: view.getUint32(identity.worker, true),
    slotCount,
    order: view.getUint32(identity.order, true),
  };
}

function refuse(path: string, code: string, what: string, expected: string | number, got: string | number): never {
  throw new RingRefusedError(code, `${path}: ${what}: expected ${expected}, got ${got}`);
}
