// channel.ts: how lines go into an established connection, and how it is known what came of them. SPDX-License-Identifier: Apache-2.0
import type { Native } from "./native.js";
import type { Framing, Outbox } from "./outbox.js";
import { errno } from "./sender.js";

/** Progress: what a channel could do. */
export type Progress = "done" | "blocked" | { readonly error: number };

/** Channel: lines into one connection. */
export interface Channel {
  /** send hands over what waits, as far as the kernel takes it. */
  send(): Progress;
  /** acknowledge counts what the other side's kernel has, and tells how many bytes it does not have yet. */
  acknowledge(): number;
  /** broken settles what was under way. isStill: the kernel has given the connection up, so that nothing more can leave. */
  broken(isStill: boolean): void;
}

/** Calls in a row before others have their turn. */
const TURN = 64;

/** Backlog reads how many bytes of a connection are not acknowledged, how many of those were never sent, and how many bytes the
 * kernel has taken and the other side's has acknowledged since the connection began. */
export class Backlog {
  readonly #native: Native;
  readonly #descriptor: number;
  readonly #numbers = new Float64Array(3);

  constructor(native: Native, descriptor: number) {
    this.#native = native;
    this.#descriptor = descriptor;
  }

  read(): {
    readonly unacknowledged: number;
    readonly unsent: number;
    readonly acknowledged: number;
    readonly taken: number;
  } {
    const numbers = this.#numbers;
    // It cannot fail on a TCP socket that was connected.
    if (this.#native.streamBacklog(this.#descriptor, numbers) < 0) numbers.fill(0);
    const [unacknowledged, unsent, acknowledged] = [numbers[0]!, numbers[1]!, numbers[2]!];
    return { unacknowledged, unsent, acknowledged, taken: acknowledged + unacknowledged };
  }
}

/** PlainChannel: frames straight from the outbox into the socket. */
export class PlainChannel implements Channel {
  readonly #descriptor: number;
  readonly #outbox: Outbox;
  readonly #framing: Framing;
  readonly #backlog: Backlog;
  #handed = 0;
  #acknowledged = 0;

  constructor(native: Native, descriptor: number, outbox: Outbox, framing: Framing) {
    this.#descriptor = descriptor;
    this.#outbox = outbox;
    this.#framing = framing;
    this.#backlog = new Backlog(native, descriptor);
    outbox.begin(native.streamName(descriptor));
  }

  send(): Progress {
    for (let turn = 0; turn < TURN; turn++) {
      const taken = this.#outbox.sendFrames(this.#descriptor, this.#framing);
      if (taken === 0) return "done";
      if (-taken === errno.EAGAIN) return "blocked";
      if (taken < 0) return { error: -taken };
      this.#handed += taken;
    }
    return "done";
  }

  acknowledge(): number {
    const { unacknowledged } = this.#backlog.read();
    const acknowledged = this.#handed - unacknowledged;
    if (acknowledged > this.#acknowledged) {
      this.#outbox.acknowledge(acknowledged - this.#acknowledged, this.#framing);
      this.#acknowledged = acknowledged;
    }
    return unacknowledged;
  }

  broken(isStill: boolean): void {
    this.acknowledge();
    const unsent = isStill ? this.#backlog.read().unsent : 0;
    this.#outbox.broken(unsent, this.#framing);
  }
}
