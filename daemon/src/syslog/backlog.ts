// backlog.ts: at which pace a daemon that starts reads what the rings have kept meanwhile. SPDX-License-Identifier: Apache-2.0
import type { Stream } from "./stream.js";

/** How long a stream that takes nothing holds up the others. */
const PATIENCE_MS = 5_000;

/** Backlog: the rings hold more than a stream's queue, and are read faster than a connection is made. So what was there at the start
 * is read as the streams have room for it. A stream that is down is not waited for, nor is one that is stuck; and once the rings
 * have been empty they are read as events come, whatever becomes of a stream. */
export class Backlog {
  #isOver = false;
  #waitingSinceMs: number | undefined;

  /** room tells how many events may be read now. */
  room(streams: readonly Stream[], nowMs: number): number {
    if (this.#isOver) return Infinity;
    const room = Math.min(...streams.filter(({ state }) => state.status !== "down").map(roomOf));
    if (room > 0) {
      this.#waitingSinceMs = undefined;
      return room;
    }
    this.#waitingSinceMs ??= nowMs;
    if (nowMs - this.#waitingSinceMs < PATIENCE_MS) return 0;
    this.#isOver = true;
    return Infinity;
  }

  /** end says that the rings were empty. */
  end(): void {
    this.#isOver = true;
  }
}

const roomOf = ({ outbox }: Stream): number => (outbox.isHalfFull ? 0 : Math.floor(outbox.bounds.records / 2));
