// file.ts: appends an outbox's lines to a file, and begins a new one when it is full. SPDX-License-Identifier: Apache-2.0
//
// The file itself tells a successor which lines it has: the outbox knows up to which size its lines are counted, and what stands
// behind that are the next ones. The half of a line that a kill or a full disk may leave is cut off.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, statSync, writeSync } from "node:fs";

import { hasCode } from "../base/coded-error.js";
import type { FileMark, Outbox } from "./outbox.js";
import { Backoff, errorCode, type Sender, type SenderHooks, type SenderState } from "./sender.js";

/** FileTarget: `files` counts the one that is written and those before it, PATH.1 … */
export interface FileTarget {
  readonly protocol: "file";
  readonly path: string;
  readonly size: number;
  readonly files: number;
}

const BATCH_BYTES = 256 << 10;
/** Batches in a row before others have their turn. */
const TURN = 16;
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 5_000;

export class FileSender implements Sender {
  readonly #target: FileTarget;
  readonly #outbox: Outbox;
  readonly #hooks: SenderHooks;
  readonly #backoff = new Backoff(RETRY_FIRST_MS, RETRY_LAST_MS);
  readonly #batch = Buffer.alloc(BATCH_BYTES);
  #file = -1;
  #retry: NodeJS.Timeout | undefined;
  #error = "";
  #isClosed = false;

  constructor(target: FileTarget, outbox: Outbox, hooks: SenderHooks) {
    this.#target = target;
    this.#outbox = outbox;
    this.#hooks = hooks;
    // What a former process had begun is counted before anything else is written.
    this.#try(() => this.#open());
  }

  get state(): SenderState {
    return { status: this.#error === "" ? "up" : "down", error: this.#error, refused: 0, connections: 0 };
  }

  send(): void {
    if (this.#retry === undefined && !this.#isClosed) this.#try(() => this.#attempt(TURN));
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      clearTimeout(this.#retry);
      this.#try(() => this.#attempt(Infinity));
      clearTimeout(this.#retry);
      this.#isClosed = true;
      this.#shut();
    }
    return Promise.resolve();
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#shut();
      this.#say(errorCode(thrown));
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.send();
      }, this.#backoff.next());
      this.#retry.unref();
    }
  }

  #attempt(turns: number): void {
    // One that could not be opened is up again when it is, whether anything waits or not.
    if (this.#file < 0) this.#open();
    if (this.#outbox.waiting === 0) this.#works();
    for (let turn = 0; turn < turns && this.#outbox.waiting > 0; turn++) {
      const mark = this.#place();
      const { lines, bytes } = this.#outbox.collect(this.#batch);
      // In force before the file grows: a successor compares its size with this.
      this.#outbox.stored(0, mark);
      let written = 0;
      try {
        while (written < bytes) written += writeSync(this.#file, this.#batch, written, bytes - written);
      } catch (thrown) {
        const whole = this.#outbox.wholeLines(written);
        ftruncateSync(this.#file, mark.size + whole.bytes);
        this.#outbox.stored(whole.lines, { ...mark, size: mark.size + whole.bytes });
        throw thrown;
      }
      this.#outbox.stored(lines, { ...mark, size: mark.size + bytes });
      this.#works();
    }
    if (this.#outbox.waiting > 0 && !this.#isClosed) setImmediate(() => this.send());
  }

  // The file as it is now: somebody else may have moved it away or cut it.
  #place(): FileMark {
    if (this.#file >= 0 && !this.#isStillThere()) this.#shut();
    if (this.#file < 0) this.#open();
    let mark = markOf(this.#file);
    if (mark.size > 0 && mark.size >= this.#target.size) {
      this.#rotate();
      mark = markOf(this.#file);
    }
    return mark;
  }

  #isStillThere(): boolean {
    try {
      const { dev, ino } = statSync(this.#target.path);
      const mark = markOf(this.#file);
      return dev === mark.device && ino === mark.inode;
    } catch (thrown) {
      if (hasCode(thrown, "ENOENT")) return false;
      throw thrown;
    }
  }

  #open(): void {
    this.#file = openSync(this.#target.path, "a", 0o640);
    const known = this.#outbox.fileMark;
    const mark = markOf(this.#file);
    if (known.inode === mark.inode && known.device === mark.device && mark.size > known.size) this.#recognize(mark);
  }

  // What stands behind the counted lines is ours as far as it is what waits.
  #recognize(mark: FileMark): void {
    const { size } = this.#outbox.fileMark;
    const found = Buffer.alloc(Math.min(mark.size - size, BATCH_BYTES));
    const file = openSync(this.#target.path, "r");
    const length = readSync(file, found, 0, found.length, size);
    closeSync(file);
    const waiting = this.#batch.subarray(0, this.#outbox.collect(this.#batch).bytes);
    let same = 0;
    while (same < length && same < waiting.length && found[same] === waiting[same]) same++;
    const whole = this.#outbox.wholeLines(same);
    const isTorn = size + same === mark.size && whole.bytes < same;
    if (isTorn) ftruncateSync(this.#file, size + whole.bytes);
    this.#outbox.stored(whole.lines, { ...mark, size: size + whole.bytes });
  }

  #rotate(): void {
    const { path, files } = this.#target;
    this.#shut();
    if (files === 1) {
      const file = openSync(path, "r+");
      ftruncateSync(file, 0);
      closeSync(file);
    }
    for (let number = files - 1; number > 0; number--) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      try {
        renameSync(from, `${path}.${number}`);
      } catch (thrown) {
        if (!hasCode(thrown, "ENOENT")) throw thrown;
      }
    }
    this.#open();
  }

  #works(): void {
    this.#backoff.reset();
    this.#say("");
  }

  #say(error: string): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#hooks.changed(this.state);
  }

  #shut(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }
}

function markOf(file: number): FileMark {
  const { dev, ino, size } = fstatSync(file);
  return { device: dev, inode: ino, size };
}
