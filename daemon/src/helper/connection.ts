// connection.ts: keeps a connection to the helper: comes back after every loss, with a hello each time. SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

import { HelperClient, type HelperClientOptions } from "./client.js";
import type { ControlReplies, ControlRequests, HelloReply } from "./control.gen.js";
import { HelperUnavailable } from "./error.js";
import type { RequestType } from "./message.js";

export interface HelperConnectionOptions extends HelperClientOptions {
  /** the first pause after a loss, doubled for each failed attempt up to the longest; defaults 100 ms and 5 s */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

/** HelperConnection emits "up" after each hello, "down" after each loss of a connection that was up, "failed" for each attempt that
 * did not come so far, and "doorbell". A helper that refuses hello (another protocol, layout, or a second writer) is asked again
 * too: it may be replaced, or the other writer may go. */
export class HelperConnection extends EventEmitter<{
  up: [hello: HelloReply];
  down: [error: Error | undefined];
  failed: [error: Error];
  doorbell: [];
}> {
  readonly #options: HelperConnectionOptions;
  #client: HelperClient | undefined;
  #started = false;

  constructor(options: HelperConnectionOptions) {
    super();
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** start keeps the connection until `signal` is aborted, and resolves then. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#started) throw new HelperUnavailable("a connection starts once", false);
    this.#started = true;
    const first = this.#options.firstPauseMs ?? 100;
    const longest = this.#options.longestPauseMs ?? 5000;
    let pause = first;
    while (!signal.aborted) {
      if (await this.#hold(signal)) pause = first;
      if (signal.aborted) return;
      /* the pause is kept up to a half shorter, so that many clients do not come at the same moment */
      await delay(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown;
      });
      pause = Math.min(pause * 2, longest);
    }
  }

  /** call is HelperClient.request on the connection of the moment. */
  call<Type extends RequestType>(type: Type, body: ControlRequests[Type]): Promise<ControlReplies[Type]> {
    if (this.#client === undefined) return Promise.reject(new HelperUnavailable("not connected to the helper", false));
    return this.#client.request(type, body);
  }

  /** hold makes one connection and waits for its end; false if it did not come up. */
  async #hold(signal: AbortSignal): Promise<boolean> {
    const client = new HelperClient(this.#options);
    const ended = new Promise<Error | undefined>((resolve) => client.once("close", resolve));
    client.on("doorbell", () => this.emit("doorbell"));
    let hello: HelloReply;
    try {
      hello = await client.start(signal);
    } catch (thrown) {
      if (!signal.aborted) this.emit("failed", thrown as Error);
      return false;
    }
    this.#client = client;
    this.emit("up", hello);
    const error = await ended;
    this.#client = undefined;
    this.emit("down", error);
    return true;
  }
}
