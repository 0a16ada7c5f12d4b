// required-delivery.ts: while a stream that must deliver cannot, no new session is let through. SPDX-License-Identifier: Apache-2.0
//
// What the helper goes by is a time in the page of each ring that the daemon writes: until then the log is delivered. The daemon
// puts it off as long as that is so; when it ends, the time passes by itself.
import type { Logger } from "pino";

import type { Stream } from "./stream.js";

/** For how long one statement holds, and how often it is renewed. */
const HOLDS_NS = 5_000_000_000n;
const RENEW_MS = 1_000;

/** Statements: where the helper reads until when the log is delivered; 0: it is not. */
export interface Statements {
  deliversUntil(monotonicNs: bigint): void;
}

export class RequiredDelivery {
  readonly #rings: Statements;
  readonly #log: Logger;
  readonly #now: () => bigint;
  #streams: readonly Stream[] = [];
  #renewal: NodeJS.Timeout | undefined;
  #problem = "";

  /** now: the monotonic clock. */
  constructor(rings: Statements, log: Logger, now: () => bigint = () => process.hrtime.bigint()) {
    this.#rings = rings;
    this.#log = log;
    this.#now = now;
  }

  /** problem says why no new session is let through, or "". */
  get problem(): string {
    return this.#problem;
  }

  /** setStreams begins with the streams of a configuration. */
  setStreams(streams: readonly Stream[]): void {
    this.#streams = streams.filter((stream) => stream.settings.mustDeliver);
    clearInterval(this.#renewal);
    this.#renewal = undefined;
    if (this.#streams.length > 0) {
      this.#renewal = setInterval(() => this.renew(), RENEW_MS);
      this.#renewal.unref();
    }
    this.renew();
  }

  /** renew looks at the streams, and states what is so now. Also called when a stream's state changes and when a ring appears. */
  renew(): void {
    const problem = this.#streams.map(problemOf).find((found) => found !== "") ?? "";
    if (problem !== this.#problem) {
      if (problem !== "") this.#log.error({ problem }, "no new session is let through");
      else this.#log.warn("new sessions are let through again");
    }
    this.#problem = problem;
    if (this.#streams.length > 0) this.#rings.deliversUntil(problem === "" ? this.#now() + HOLDS_NS : 0n);
  }

  /** close leaves the last statement to its end. */
  close(): void {
    clearInterval(this.#renewal);
  }
}

function problemOf(stream: Stream): string {
  const { name } = stream.settings;
  const { status, error } = stream.state;
  const must = "which must deliver,";
  if (status !== "up")
    return `log stream ${name}, ${must} is ${status}${error === "" ? "" : ` (${error})`}: no new session is let through`;
  return stream.outbox.isHalfFull
    ? `log stream ${name}, ${must} has more than half of its queue waiting: no new session is let through`
    : "";
}
