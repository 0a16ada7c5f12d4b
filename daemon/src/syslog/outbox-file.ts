// outbox-file.ts: an outbox in a file of the run directory, which outlives the daemon but not the machine. SPDX-License-Identifier: Apache-2.0
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

import { hasCode, type CodedError } from "../base/coded-error.js";
import { mapForWriting } from "../ring/mapping.js";
import { Outbox, OutboxDamagedError, type Native } from "./outbox.js";

const ENDING = ".outbox";
const BLOCK = Buffer.alloc(1 << 16);

/** OutboxFiles keeps one file for each stream. */
export class OutboxFiles {
  readonly #native: Native;
  readonly #dir: string;
  readonly #damaged: (path: string, error: CodedError) => void;

  /** damaged is told of a file that could not be taken over; it was set aside and a new one made. */
  constructor(native: Native, dir: string, damaged: (path: string, error: CodedError) => void) {
    this.#native = native;
    this.#dir = dir;
    this.#damaged = damaged;
    mkdirSync(dir, { recursive: true, mode: 0o750 });
  }

  /** open takes over what a former daemon left for this stream, or makes a new outbox. */
  open(streamName: string): Outbox {
    const path = this.#path(streamName);
    const size = Outbox.bytes(this.#native);
    if (sizeOf(path) === undefined) createZeroed(path, size);
    try {
      return new Outbox(this.#native, mapForWriting(path, 1));
    } catch (thrown) {
      if (!(thrown instanceof OutboxDamagedError)) throw thrown;
      this.#damaged(path, thrown);
      renameSync(path, `${path}.damaged`);
      createZeroed(path, size);
      return new Outbox(this.#native, mapForWriting(path, size));
    }
  }

  /** remove forgets a stream's outbox. */
  remove(streamName: string): void {
    rmSync(this.#path(streamName), { force: true });
  }

  /** others lists the streams that have an outbox here and are not among those named. */
  others(streamNames: ReadonlySet<string>): string[] {
    return readdirSync(this.#dir)
      .filter((name) => name.endsWith(ENDING))
      .flatMap((name) => streamNameOf(name.slice(0, -ENDING.length)))
      .filter((name) => !streamNames.has(name));
  }

  #path(streamName: string): string {
    return join(this.#dir, `${encodeURIComponent(streamName)}${ENDING}`);
  }
}

// Every page is written, so that a full file system is an error here and not a SIGBUS at some line. The name appears when the
// file is whole.
function createZeroed(path: string, size: number): void {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", 0o640);
  try {
    for (let at = 0; at < size;) at += writeSync(file, BLOCK, 0, Math.min(BLOCK.length, size - at));
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return undefined;
    throw thrown;
  }
}

/** streamNameOf reads what #path has written; a file of another maker has none. */
function streamNameOf(encoded: string): string[] {
  try {
    const name = decodeURIComponent(encoded);
    return encodeURIComponent(name) === encoded ? [name] : [];
  } catch {
    return [];
  }
}
