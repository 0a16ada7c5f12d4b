// rate-limit.ts: so many lines per second, with a second's worth at once. SPDX-License-Identifier: Apache-2.0
import { performance } from "node:perf_hooks";

export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perMs = perSecond / 1000;
    this.#burst = perSecond;
    this.#now = now;
    this.#left = perSecond;
    this.#at = now();
  }

  /** take takes one line; false if there is none left now. */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#left + (now - this.#at) * this.#perMs, this.#burst);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
