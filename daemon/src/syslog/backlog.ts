// backlog.ts: at which pace a daemon that starts reads what the rings have kept meanwhile. SPDX-License-Identifier: Apache-2.0
import { LINE_LIMIT } from "./line.js";
import type { Stream } from "./stream.js";

/** How long a stream that takes nothing holds up the others. */
const PATIENCE_MS = 5_000;

/** Backlog: the rings hold more than a stream's queue, and are read faster than a connection is made. So what was there at the start
 * is read as the streams have room for it. A stream that is down is not waited for, nor is one that is stuck; and once the rings
 * have been empty they are read as events come, whatever becomes of a stream. */
export class Backlog {
  #isOver = false;
  /** Since when a stream has had no room. */
  readonly #fullSinceMs = new WeakMap<Stream, number>();

  /** room tells how many events may be read now. */
  room(streams: readonly Stream[], nowMs: number): number {
    if (this.#isOver) return Infinity;
    const rooms = streams.filter(({ state }) => state.status !== "down").map((stream) => this.#roomOf(stream, nowMs));
    return Math.min(...rooms);
  }

  /** end says that the rings were empty. */
  end(): void {
    this.#isOver = true;
  }

  /** again says that what is in the rings now need not be read before its streams have room: the next daemon can. */
  again(): void {
    this.#isOver = false;
  }

  #roomOf(stream: Stream, nowMs: number): number {
    const { outbox, settings } = stream;
    if (!outbox.isHalfFull) {
      this.#fullSinceMs.delete(stream);
      const { records, bytes } = outbox.bounds;
      const lines = Math.floor(bytes / 2 / (settings.options.limit ?? LINE_LIMIT));
      return Math.max(Math.min(Math.floor(records / 2), lines), 1);
    }
    const sinceMs = this.#fullSinceMs.get(stream) ?? nowMs;
    this.#fullSinceMs.set(stream, sinceMs);
    return nowMs - sinceMs < PATIENCE_MS ? 0 : Infinity;
  }
}
