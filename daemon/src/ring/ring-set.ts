// All rings in the run directory as one source of events: every worker's, those of dead helpers first, and the sleep between
// events. SPDX-License-Identifier: Apache-2.0
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

import { CodedError, errorText, hasCode } from "../base/coded-error.js";
import { eventTypeName } from "../../../shared/gen/wire.gen.js";
import { AccountBook, type RuleCount } from "./account-book.js";
import { ReadCounts, type ReadBatch } from "./read-counts.js";
import type { Accounts, EventSink, KindAccount, ReaderFaults } from "./reader.js";
import { RingReader } from "./reader.js";

/** Frames per turn of the event loop. */
const BATCH = 2048;
/** After events came, the set looks again this soon by itself, so that a helper under load rings at most once per nap. */
const NAP_MS = 1;
/** How long a missed doorbell can go unnoticed, and how often new rings are looked for. */
const SLOW_MS = 250;
const RING_NAME = /^ring-\d+\.(\d+)$/;

/** run was called on a set that runs already. */
export class RingSetRunningError extends CodedError {}

export interface RingStatus {
  readonly path: string;
  readonly worker: number;
  readonly startId: number;
  readonly slotCount: number;
  readonly position: number;
  readonly unread: number;
  /** A ring of a former helper, or one that will get no more frames. */
  readonly former: boolean;
  readonly faults: ReaderFaults;
}

/** RuleAccount: what became of the events of one kind of one rule, in all helpers since the run directory was made. */
export interface RuleAccount extends RuleCount {
  readonly consumed: number;
}

/** What the set tells its owner about, besides events. */
export interface RingSetHooks {
  /** A ring was opened; its helper is `startId`. */
  opened?(reader: RingReader): void;
  /** The sink has had every event before the reader's position; after this returns the ring lets go of them. */
  handOver?(reader: RingReader): void;
  /** How many events of all rings the sink takes now. */
  room?(): number;
  /** Every ring was empty. */
  caughtUp?(): void;
  /** A ring file was refused: not read, and not tried again while it is there. */
  refused?(path: string, reason: string): void;
}

/** RingSet drains NAME `ring-<worker>.<start id>` in one directory. */
export class RingSet {
  readonly #directory: string;
  readonly #hooks: RingSetHooks;
  /** By worker, in the order to drain. Drained rings stay, for their accounts, until the helper removes them. */
  readonly #rings = new Map<number, RingReader[]>();
  readonly #refused = new Set<string>();
  readonly #drained = new Set<RingReader>();
  #book: AccountBook | undefined;
  #counts: ReadCounts | undefined;
  readonly #batches = new Map<RingReader, ReadBatch>();
  #lookedAt = -Infinity;
  #busy = false;
  #running = false;
  #wake: (() => void) | undefined;

  constructor(directory: string, hooks: RingSetHooks = {}) {
    this.#directory = directory;
    this.#hooks = hooks;
  }

  /** run hands every event to `sink`, in order per worker, until `signal` aborts. An exception of `sink` ends it. */
  async run(sink: EventSink, signal: AbortSignal): Promise<void> {
    if (this.#running) throw new RingSetRunningError("ring-set-running", "the ring set runs already");
    this.#running = true;
    try {
      while (!signal.aborted) {
        if (performance.now() - this.#lookedAt >= SLOW_MS) this.refresh();
        const room = this.#hooks.room?.() ?? Infinity;
        if (room === 0) {
          await this.#wait(NAP_MS, signal);
          continue;
        }
        const limit = Math.min(BATCH, Math.max(Math.floor(room / Math.max(this.#rings.size, 1)), 1));
        if (this.drain(limit, sink) >= limit) await nextTurn();
        else {
          this.#hooks.caughtUp?.();
          await this.sleep(signal);
        }
      }
    } finally {
      this.#running = false;
    }
  }

  /** refresh looks for rings that came or went, and wakes a sleeper that did not know a new one: it asked only the others
   * for a doorbell. Called by run, and worth a call when a helper says hello. */
  refresh(): void {
    this.#lookedAt = performance.now();
    const present = new Set(this.#list());
    // After the rings: whoever made one of them had made the book before.
    this.#refreshBook();
    for (const path of this.#refused) if (!present.has(path)) this.#refused.delete(path);
    for (const [worker, readers] of this.#rings) {
      const left = readers.filter((reader) => present.has(reader.path));
      for (const reader of readers.filter(({ path }) => !present.has(path))) {
        this.#drained.delete(reader);
        this.#batches.delete(reader);
      }
      if (left.length === 0) this.#rings.delete(worker);
      else this.#rings.set(worker, left);
      for (const reader of left) present.delete(reader.path);
    }
    for (const path of present) if (!this.#refused.has(path)) this.#open(path);
  }

  /** drain reads at most `limit` frames of each worker and returns how many it read in all. */
  drain(limit: number, sink: EventSink): number {
    let total = 0;
    for (const readers of this.#rings.values()) {
      let left = limit;
      for (const [index, reader] of readers.entries()) {
        if (this.#drained.has(reader)) continue;
        const count = reader.drain(left, sink, (handed) => this.#hooks.handOver?.(handed));
        total += count;
        left -= count;
        if (left === 0 || index === readers.length - 1) break;
        // A newer ring is here, so the helper of this one is dead, and the look after that found nothing more.
        this.#drained.add(reader);
      }
    }
    this.#busy ||= total > 0;
    return total;
  }

  /** sleep waits for the next event, at most SLOW_MS. After events it only naps: see NAP_MS. */
  async sleep(signal: AbortSignal): Promise<void> {
    if (this.#busy) {
      this.#busy = false;
      await this.#wait(NAP_MS, signal);
      return;
    }
    const readers = this.#live();
    if (readers.every((reader) => reader.asleep())) await this.#wait(SLOW_MS, signal);
    for (const reader of readers) reader.awake();
  }

  /** notify is the doorbell: some ring has something to read. */
  notify(): void {
    this.#wake?.();
  }

  /** deliversUntil tells every helper until when, by the monotonic clock, the log is delivered. */
  deliversUntil(monotonicNs: bigint): void {
    for (const readers of this.#rings.values()) for (const reader of readers) reader.deliversUntil(monotonicNs);
  }

  /** accounts adds up everything by event type since the run directory was made: these rings and those before them. */
  accounts(): Accounts {
    // Rings that the helper has removed since are in its account already.
    this.refresh();
    const sum = eventTypeName.map(() => ({ written: 0, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 0 }));
    for (const readers of this.#rings.values()) {
      const former = readers.map((reader) => reader.formerAccounts());
      const counted = new Set(former.map(({ lastStartId }) => lastStartId));
      readers.forEach((reader, index) => {
        // The helper may have taken a ring over, with those that it had taken over itself, and not yet removed its file.
        if (counted.has(reader.identity.startId)) return;
        add(sum, former[index]!.accounts);
        add(sum, reader.accounts());
      });
    }
    return sum;
  }

  /** rules lists what became of the events of each rule; undefined where no helper has said yet. */
  rules(): readonly RuleAccount[] | undefined {
    this.#refreshBook();
    const [book, counts] = [this.#book, this.#counts];
    if (book === undefined || counts === undefined) return undefined;
    const batches = [...this.#batches.values()];
    return book.counts().map((rule) => {
      const pending = batches.reduce((sum, batch) => sum + batch.pending(rule.row, rule.slot), 0);
      return { ...rule, consumed: counts.of(rule.row, rule.slot) + pending };
    });
  }

  status(): RingStatus[] {
    return [...this.#rings.values()].flatMap((readers) =>
      readers.map((reader, index) => ({
        path: reader.path,
        worker: reader.identity.worker,
        startId: reader.identity.startId,
        slotCount: reader.identity.slotCount,
        position: reader.position,
        unread: Math.max(reader.head - reader.position, 0),
        former: index < readers.length - 1,
        faults: reader.faults,
      })),
    );
  }

  #list(): string[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => RING_NAME.test(name))
        .map((name) => join(this.#directory, name));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
  }

  #refreshBook(): void {
    if (this.#book?.isCurrent === true) return;
    const began = this.#book?.beganId;
    this.#book = AccountBook.open(this.#directory) ?? this.#book;
    if (this.#book !== undefined && this.#book.beganId !== began)
      this.#counts = ReadCounts.open(this.#directory, this.#book);
  }

  #open(path: string): void {
    let reader: RingReader;
    const batch = this.#book?.hasRingsOf(startIdOf(path)) === true ? this.#counts?.batch() : undefined;
    try {
      reader = RingReader.open(path, batch);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return; // removed since it was listed
      this.#refused.add(path);
      this.#hooks.refused?.(path, errorText(error));
      return;
    }
    if (batch !== undefined) this.#batches.set(reader, batch);
    const { worker } = reader.identity;
    const readers = [...(this.#rings.get(worker) ?? []), reader];
    readers.sort((a, b) => a.identity.order - b.identity.order || a.identity.startId - b.identity.startId);
    this.#rings.set(worker, readers);
    this.#hooks.opened?.(reader);
    this.notify();
  }

  #live(): RingReader[] {
    return [...this.#rings.values()].flat().filter((reader) => !this.#drained.has(reader));
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
}

type Sum = { -readonly [K in keyof KindAccount]: number };

const startIdOf = (path: string): number => Number(RING_NAME.exec(basename(path))?.[1]);

function add(sum: Sum[], accounts: Accounts): void {
  accounts.forEach((account, kind) => {
    const into = sum[kind]!;
    into.written += account.written;
    into.suppressed += account.suppressed;
    into.lostBudget += account.lostBudget;
    into.lostFull += account.lostFull;
    into.consumed += account.consumed;
  });
}
