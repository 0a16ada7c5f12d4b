// outbox-file.ts: outboxes in files: in the run directory, which outlives the daemon but not the machine, or, as a spool, in the
// state directory, which outlives both. SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { hasCode, type CodedError } from "../base/coded-error.js";
import { mapForWriting } from "../ring/mapping.js";
import type { Native } from "./native.js";
import { DEFAULT_BOUNDS, Outbox, OutboxDamagedError, type OutboxBounds } from "./outbox.js";

const ENDING = ".outbox";
const BLOCK = Buffer.alloc(1 << 16);

/** OutboxFiles keeps one file for each stream. */
export class OutboxFiles {
  readonly #native: Native;
  readonly #dirs: readonly [runDir: string, spoolDir: string];
  /** Names this start of the machine. */
  readonly #start: string;
  readonly #damaged: (path: string, error: CodedError) => void;

  /** damaged is told of a file that could not be taken over; it was set aside and a new one made. spoolDir: "" without spools. */
  constructor(native: Native, dir: string, damaged: (path: string, error: CodedError) => void, spoolDir = "") {
    this.#native = native;
    this.#dirs = [dir, spoolDir];
    this.#damaged = damaged;
    mkdirSync(dir, { recursive: true, mode: 0o750 });
    this.#start = startOf(dir);
    if (spoolDir !== "") mkdirSync(spoolDir, { recursive: true, mode: 0o750 });
  }

  /** open takes over what a former daemon left for this stream, or makes a new outbox. One with other bounds, or in the other
   * directory, goes on in a new file; `present` is that one, if this process has it open, and nobody uses it any more. */
  open(streamName: string, bounds: OutboxBounds = DEFAULT_BOUNDS, present?: Outbox): Outbox {
    const path = this.#path(streamName, bounds.isChecked);
    const elsewhere = this.#path(streamName, !bounds.isChecked);
    const former = present ?? this.#former(path) ?? this.#former(elsewhere);
    const mustMove = former?.isSpoilt === true || this.#isAfterCrash(path, bounds);
    if (former !== undefined && isSame(former.bounds, bounds) && !mustMove) return former;
    const beside = `${path}.new`;
    createZeroed(beside, Outbox.bytes(this.#native, bounds));
    const outbox = new Outbox(this.#native, mapForWriting(beside, 1), bounds);
    if (former !== undefined) outbox.takeOver(former);
    renameSync(beside, path);
    if (elsewhere !== path) rmSync(elsewhere, { force: true });
    if (bounds.isChecked) writeFileSync(startPath(path), this.#start, { mode: 0o640 });
    return outbox;
  }

  /** left gives the outbox that a former daemon left for a stream, if there is one. */
  left(streamName: string): Outbox | undefined {
    return this.#former(this.#path(streamName, false)) ?? this.#former(this.#path(streamName, true));
  }

  /** remove forgets a stream's outbox. */
  remove(streamName: string): void {
    for (const isSpool of [false, true]) {
      const path = this.#path(streamName, isSpool);
      rmSync(path, { force: true });
      rmSync(startPath(path), { force: true });
    }
  }

  /** others lists the streams that have an outbox here and are not among those named. */
  others(streamNames: ReadonlySet<string>): string[] {
    const names = this.#dirs
      .filter((dir) => dir !== "")
      .flatMap((dir) => readdirSync(dir))
      .filter((name) => name.endsWith(ENDING))
      .flatMap((name) => streamNameOf(name.slice(0, -ENDING.length)))
      .filter((name) => !streamNames.has(name));
    return [...new Set(names)];
  }

  #former(path: string): Outbox | undefined {
    if (sizeOf(path) === undefined) return undefined;
    try {
      const region = mapForWriting(path, 1);
      const bounds = Outbox.boundsOf(region);
      if (bounds === undefined) throw new OutboxDamagedError("is of another layout");
      return new Outbox(this.#native, region, bounds);
    } catch (thrown) {
      if (!(thrown instanceof OutboxDamagedError)) throw thrown;
      this.#damaged(path, thrown);
      renameSync(path, `${path}.damaged`);
      return undefined;
    }
  }

  // A spool of before the machine's last start may lack what was stored last: its lines are looked at one by one.
  #isAfterCrash(path: string, bounds: OutboxBounds): boolean {
    return bounds.isChecked && readText(startPath(path)) !== this.#start;
  }

  #path(streamName: string, isSpool: boolean): string {
    const [runDir, spoolDir] = this.#dirs;
    return join(isSpool && spoolDir !== "" ? spoolDir : runDir, `${encodeURIComponent(streamName)}${ENDING}`);
  }
}

const startPath = (path: string): string => `${path}.start`;
const isSame = (one: OutboxBounds, other: OutboxBounds): boolean =>
  one.records === other.records && one.bytes === other.bytes && one.isChecked === other.isChecked;

// The run directory is on tmpfs: what is in it is of this start of the machine.
function startOf(runDir: string): string {
  const path = join(runDir, "start");
  const known = readText(path);
  if (known !== "") return known;
  const start = randomUUID();
  writeFileSync(path, start, { mode: 0o640 });
  return start;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return "";
    throw thrown;
  }
}

// Every page is written, so that a full file system is an error here and not a SIGBUS at some line.
function createZeroed(path: string, size: number): void {
  const file = openSync(path, "w", 0o640);
  try {
    for (let at = 0; at < size;) at += writeSync(file, BLOCK, 0, Math.min(BLOCK.length, size - at));
  } finally {
    closeSync(file);
  }
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
