// What became of the events of each rule, as the helper counts it: the file `accounts`, read only. SPDX-License-Identifier: Apache-2.0
import { statSync } from "node:fs";
import { join } from "node:path";

import { hasCode } from "../base/coded-error.js";
import { readCount } from "../event/decode.js";
import {
  ACCOUNT_CELL_SIZE,
  ACCOUNT_MAGIC,
  ACCOUNT_ROW_HEAD,
  ACCOUNT_ROWS_AT,
  ACCOUNT_WORKERS,
  AccountClass,
  EventOutcome,
  EventType,
  LAYOUT_HASH,
  accountOffset,
} from "../../../shared/gen/wire.gen.js";
import { mapForReading } from "./mapping.js";

const FILE_NAME = "accounts";
export const ACCOUNT_ROWS_MAX = 65_536;
/** Slots of a row: places for the kinds that its rule can have. */
export const ACCOUNT_SLOTS = 4;
const SLOT_BYTES = 4 * 8;
const TABLE_BYTES = ACCOUNT_SLOTS * SLOT_BYTES;
const { header, row: rowOffset } = accountOffset;

/** accountSlot gives the slot of a kind in its rule's row. */
export function accountSlot(type: number): number {
  return type >= EventType.SESSION_OPEN && type <= EventType.POLICY_DENY ? type - EventType.SESSION_OPEN : 3;
}

/** The kinds that a class of rules has, by slot. */
const KINDS: Readonly<Record<AccountClass, readonly (EventType | undefined)[]>> = {
  [AccountClass.SUMMARIES]: [undefined, undefined, undefined, EventType.LOG_SUPPRESSED],
  [AccountClass.POLICY]: [EventType.SESSION_OPEN, EventType.SESSION_CLOSE, EventType.POLICY_DENY],
  [AccountClass.FILTER]: [undefined, undefined, undefined, EventType.FILTER_LOG],
  [AccountClass.SCREEN]: [undefined, undefined, undefined, EventType.SCREEN_DROP],
};

/** What became of the events of one kind of one rule, as the helper counts it. */
export interface RuleCount {
  readonly row: number;
  readonly slot: number;
  readonly accountClass: AccountClass;
  /** Within its class; empty: of the rules that found no row of their own. */
  readonly name: string;
  readonly type: EventType;
  readonly written: number;
  readonly suppressed: number;
  readonly lostBudget: number;
  readonly lostFull: number;
}

/** AccountBook is one file as it was opened; `isCurrent` tells whether the helper has made another or a longer one since. */
export class AccountBook {
  /** Of the helper that began the book: the same rows mean the same rules. */
  readonly beganId: number;
  readonly #startId: number;
  readonly #path: string;
  readonly #identity: string;
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #rowSize: number;
  readonly #workers: number;
  readonly #names: string[] = [];

  /** open maps the book of a run directory; undefined if there is none, or none of this layout. */
  static open(directory: string): AccountBook | undefined {
    const path = join(directory, FILE_NAME);
    try {
      const identity = identityOf(path);
      const file = mapForReading(path, ACCOUNT_ROWS_AT);
      const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
      const hash = view.getBigUint64(header.layout_hash, true).toString(16).padStart(16, "0");
      const magic = file.toString("latin1", header.magic, header.magic + ACCOUNT_MAGIC.length);
      if (magic !== ACCOUNT_MAGIC || hash !== LAYOUT_HASH) return undefined;
      const rowSize = view.getUint32(header.row_size, true);
      const workers = view.getUint32(header.workers, true);
      if (rowSize !== ACCOUNT_ROW_HEAD + workers * ACCOUNT_CELL_SIZE) return undefined;
      return new AccountBook(path, identity, view, rowSize, workers);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  private constructor(path: string, identity: string, view: DataView, rowSize: number, workers: number) {
    this.#path = path;
    this.#identity = identity;
    this.#view = view;
    this.#words = new Int32Array(view.buffer, view.byteOffset, view.byteLength >>> 2);
    this.#rowSize = rowSize;
    this.#workers = workers;
    this.beganId = readCount(view, header.began_id);
    this.#startId = readCount(view, header.start_id);
  }

  /** Whether a helper counted in this book what its rings hold: not if somebody took its book away before this one was begun. */
  hasRingsOf(startId: number): boolean {
    return startId === this.#startId || startId >= this.beganId;
  }

  /** Whether the file is still the one of this name, and of this length. */
  get isCurrent(): boolean {
    try {
      return identityOf(this.#path) === this.#identity;
    } catch (error) {
      if (hasCode(error, "ENOENT")) return false;
      throw error;
    }
  }

  /** discarded gives the ring of a worker whose unread frames were counted as lost last, and from which position on. */
  discarded(worker: number): { readonly startId: number; readonly cursor: number } {
    const table = Atomics.load(this.#words, header.former_select >>> 2) & 1;
    const at = (table * ACCOUNT_WORKERS + worker) * 8;
    return {
      startId: readCount(this.#view, header.former_start_id + at),
      cursor: readCount(this.#view, header.former_cursor + at),
    };
  }

  /** counts lists every kind of every rule that has produced an event. */
  counts(): RuleCount[] {
    // A6: the rows below are complete; pairs with R6 in helper/event/account.c.
    const inUse = Atomics.load(this.#words, header.row_count >>> 2) >>> 0;
    const room = Math.floor((this.#view.byteLength - ACCOUNT_ROWS_AT) / this.#rowSize);
    // A7: pairs with R7 in helper/event/account.c.
    const former = (Atomics.load(this.#words, header.former_select >>> 2) & 1) * TABLE_BYTES + rowOffset.former_events;
    const found: RuleCount[] = [];
    for (let row = 0; row < Math.min(inUse, room); row++) {
      const at = ACCOUNT_ROWS_AT + row * this.#rowSize;
      const accountClass = this.#view.getUint8(at + rowOffset.account_class) as AccountClass;
      (KINDS[accountClass] ?? []).forEach((type, slot) => {
        if (type === undefined) return;
        const sum = (outcome: EventOutcome): number => this.#sum(at, former, slot * SLOT_BYTES + outcome * 8);
        const written = sum(EventOutcome.WRITTEN);
        const suppressed = sum(EventOutcome.SUPPRESSED);
        const lostBudget = sum(EventOutcome.LOST_BUDGET);
        const lostFull = sum(EventOutcome.LOST_FULL);
        if (written + suppressed + lostBudget + lostFull === 0) return;
        const name = this.#nameOf(row, at);
        found.push({ row, slot, accountClass, name, type, written, suppressed, lostBudget, lostFull });
      });
    }
    return found;
  }

  #sum(at: number, former: number, within: number): number {
    let sum = readCount(this.#view, at + former + within);
    for (let worker = 0; worker < this.#workers; worker++)
      sum += readCount(this.#view, at + ACCOUNT_ROW_HEAD + worker * ACCOUNT_CELL_SIZE + within);
    return sum;
  }

  #nameOf(row: number, at: number): string {
    return (this.#names[row] ??= textAt(this.#view, at + rowOffset.name, rowOffset.account_class - rowOffset.name));
  }
}

function identityOf(path: string): string {
  const { dev, ino, size } = statSync(path);
  return `${dev} ${ino} ${size}`;
}

function textAt(view: DataView, at: number, most: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, most);
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? most : end);
}
