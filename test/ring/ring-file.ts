// Rings written by hand, so that a test can put anything into them; and the folder they live in.
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as wire from "../../shared/gen/wire.gen.js";
import { root } from "../lab/firewall.js";

export const PRODUCER = `${root}/build/release/tools/ring-producer`;

/** ringFolder makes an empty run directory on tmpfs. */
export function ringFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "ringwall-ring-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** frame gives the bytes of one well-formed event with session id `id`, without its sequence. */
export function frame(id: number, type: wire.EventType = wire.EventType.SESSION_OPEN): Buffer {
  const bytes = Buffer.alloc(wire.FRAME_SIZE);
  bytes.writeUInt16LE(wire.FRAME_SIZE, wire.offset.header.length);
  bytes.writeUInt8(wire.LAYOUT_VERSION, wire.offset.header.layout_version);
  bytes.writeUInt8(type, wire.offset.header.event_type);
  bytes.writeUInt8(type, wire.offset.record.event_type);
  bytes.writeUInt8(wire.AddressFamily.INET, wire.offset.record.address_family);
  bytes.writeUInt8(wire.Action.PERMIT, wire.offset.record.action);
  bytes.writeUInt8(1, wire.view.FILTER_LOG.filter_log_source);
  bytes.writeBigUInt64LE(BigInt(id), wire.offset.extension.session_id);
  return bytes;
}

export interface RingFileOptions {
  readonly startId?: number;
  readonly worker?: number;
  readonly order?: number;
  readonly slots?: number;
  /** Frames written and read before the first `put`. */
  readonly position?: number;
}

/** RingFile is a ring whose producer is the test. */
export class RingFile {
  readonly path: string;
  readonly slots: number;
  readonly #ring: number;
  readonly #cursor: number;
  #head: number;

  constructor(folder: string, options: RingFileOptions = {}) {
    const { startId = 1, worker = 0, order = 1, slots = 16, position = 0 } = options;
    this.path = join(folder, `ring-${worker}.${startId}`);
    this.slots = slots;
    this.#head = position;
    this.#ring = openSync(this.path, "w+");
    this.#cursor = openSync(`${this.path}.cursor`, "w+");
    this.#fill(this.#cursor, wire.RING_PAGE_SIZE);
    this.#fill(this.#ring, wire.RING_SLOTS_AT + slots * wire.FRAME_SIZE);
    const { identity, producer, consumer } = wire.ringOffset;
    writeSync(this.#ring, wire.RING_MAGIC, identity.magic);
    this.setLong(identity.layout_hash, BigInt(`0x${wire.LAYOUT_HASH}`));
    this.setWord(identity.frame_size, wire.FRAME_SIZE);
    this.setWord(identity.slot_count, slots);
    this.setLong(identity.start_id, BigInt(startId));
    this.setWord(identity.worker, worker);
    this.setWord(identity.order, order);
    this.setLong(wire.RING_PAGE_SIZE + producer.head, BigInt(position));
    this.setCursorLong(consumer.cursor, BigInt(position));
    this.setCursorLong(consumer.consumed_at, BigInt(position));
    this.setCursorLong(consumer.consumed + wire.EventType.SESSION_OPEN * 8, BigInt(position));
    this.#count(wire.EventType.SESSION_OPEN, position);
    for (let p = Math.max(position - slots, 0); p < position; p++) this.#store(p, frame(p), p + 1);
  }

  /** put writes one frame as the helper would: counted, then its sequence last, then head. */
  put(bytes: Buffer): void {
    const type = bytes.readUInt8(wire.offset.header.event_type);
    this.#count(type, 1);
    this.#store(this.#head, bytes, this.#head + 1);
    this.#head++;
    this.setLong(wire.RING_PAGE_SIZE + wire.ringOffset.producer.head, BigInt(this.#head));
  }

  setLong(at: number, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    writeSync(this.#ring, bytes, 0, 8, at);
  }

  setWord(at: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    writeSync(this.#ring, bytes, 0, 4, at);
  }

  setCursorLong(at: number, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    writeSync(this.#cursor, bytes, 0, 8, at);
  }

  getCursorLong(at: number): bigint {
    const bytes = Buffer.alloc(8);
    readSync(this.#cursor, bytes, 0, 8, at);
    return bytes.readBigUInt64LE();
  }

  get cursor(): number {
    return Number(this.getCursorLong(wire.ringOffset.consumer.cursor));
  }

  get waiting(): number {
    return Number(this.getCursorLong(wire.ringOffset.consumer.waiting) & 0xffff_ffffn);
  }

  /** The consumed counts in force, by event type. */
  get consumed(): number[] {
    const { consumer } = wire.ringOffset;
    const cursor = this.getCursorLong(consumer.cursor);
    const table = this.getCursorLong(consumer.consumed_at) === cursor ? 0 : 1;
    return wire.eventTypeName.map((_, type) =>
      Number(this.getCursorLong(consumer.consumed + (table * wire.eventTypeName.length + type) * 8)),
    );
  }

  close(): void {
    closeSync(this.#ring);
    closeSync(this.#cursor);
  }

  #fill(file: number, size: number): void {
    writeSync(file, Buffer.alloc(size), 0, size, 0);
    fsyncSync(file);
  }

  #count(type: number, by: number): void {
    if (type >= wire.eventTypeName.length) return;
    const at = wire.RING_PAGE_SIZE + wire.ringOffset.producer.events + type * 32;
    const bytes = Buffer.alloc(8);
    readSync(this.#ring, bytes, 0, 8, at);
    this.setLong(at, bytes.readBigUInt64LE() + BigInt(by));
  }

  #store(position: number, bytes: Buffer, sequence: number): void {
    const at = wire.RING_SLOTS_AT + (position % this.slots) * wire.FRAME_SIZE;
    writeSync(this.#ring, bytes, 8, wire.FRAME_SIZE - 8, at + 8);
    this.setLong(at, BigInt(sequence));
  }
}
