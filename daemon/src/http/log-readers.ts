// log-readers.ts: readers of the live log over HTTP: JSON lines for programs, Server-Sent Events for browsers. SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from "node:http";

import { HISTORY_EVENTS, type LogReader } from "./live-log.js";

/** What one reader may have waiting. */
const READER_BYTES = 1 << 20;

/** LineReader writes an event a line, and a line {"dropped": n} where some were left out. */
export class LineReader implements LogReader {
  readonly contentType = "application/x-ndjson";
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get full(): boolean {
    return this.#response.writableLength > READER_BYTES;
  }

  event(json: string): void {
    this.#response.write(`${json}\n`);
  }

  missed(count: number): void {
    this.#response.write(`{"dropped":${count}}\n`);
  }

  /** Lines have no ids, so nobody comes back with one. */
  gap(): void {}

  close(): void {}
}

/** What a page can draw and a person can read: more in one interval are counted, and the page is told. */
const INTERVAL_MS = 250;
const EVENTS_PER_INTERVAL = 100;
/** A comment this often lets both ends notice that the other is gone. */
const INTERVALS_PER_HEARTBEAT = 60;

/** SseReader writes Server-Sent Events (WHATWG HTML, 9.2): events without a type, and `missed` and `gap`. */
export class SseReader implements LogReader {
  readonly contentType = "text/event-stream";
  readonly #response: ServerResponse;
  readonly #timer: NodeJS.Timeout;
  #allowance: number;
  #intervals = 0;

  /** settle is called when there is room again. A reader that comes back may have all of the history at once. */
  constructor(response: ServerResponse, isBack: boolean, settle: () => void) {
    this.#response = response;
    this.#allowance = isBack ? HISTORY_EVENTS : EVENTS_PER_INTERVAL;
    this.#timer = setInterval(() => {
      this.#allowance = EVENTS_PER_INTERVAL;
      if (++this.#intervals % INTERVALS_PER_HEARTBEAT === 0) this.#write(":\n\n");
      settle();
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  get full(): boolean {
    return this.#allowance <= 0 || this.#response.writableLength > READER_BYTES;
  }

  event(json: string, id: string): void {
    this.#allowance--;
    this.#write(`id: ${id}\ndata: ${json}\n\n`);
  }

  missed(count: number): void {
    this.#write(`event: missed\ndata: {"dropped":${count}}\n\n`);
  }

  gap(count: number | null): void {
    this.#write(`event: gap\ndata: {"dropped":${count}}\n\n`);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #write(text: string): void {
    this.#response.write(text);
  }
}
