// client.ts: one connection to the helper's control socket, from hello to its end. SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";

import { LAYOUT_HASH } from "../../../shared/gen/wire.gen.js";
import type { ControlReplies, ControlRequests, HelloReply } from "./control.gen.js";
import { HelperProtocolError, HelperRefused, HelperUnavailable } from "./error.js";
import { FrameParser, frameOf } from "./framing.js";
import { decodeMessage, encodeRequest, replyOf, type Incoming, type RequestType } from "./message.js";

const PROTOCOL = 1;
const ID_MAX = 0xffffffff;

export interface HelperClientOptions {
  readonly path: string;
  readonly role: "writer" | "reader";
  /** name for the helper's log */
  readonly client: string;
  /** requests waiting for their answers, at most; default 64 */
  readonly queueLimit?: number;
  /** bytes of one message from the helper, at most; default 16 MiB, which is what it may send */
  readonly messageLimit?: number;
  /** how long the helper may take for an answer; default 30 s */
  readonly timeoutMs?: number;
  /** of the event frames that this program can read; a test may say something else */
  readonly layoutHash?: string;
}

interface Pending {
  readonly type: RequestType;
  readonly timer: NodeJS.Timeout;
  resolve(body: ControlReplies[RequestType]): void;
  reject(error: Error): void;
}

type State = "new" | "open" | "closed";

/** HelperClient: emits "doorbell" when a ring has events for a sleeping reader, and "close" once, with the error that ended the
 * connection, if it was not close(). All requests that wait then fail. */
export class HelperClient extends EventEmitter<{ doorbell: []; close: [error: Error | undefined] }> {
  readonly #options: Required<HelperClientOptions>;
  readonly #parser: FrameParser;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  #state: State = "new";
  #connected = false;
  #nextId = 1;
  #lastError: Error | undefined;

  constructor(options: HelperClientOptions) {
    super();
    this.#options = { queueLimit: 64, messageLimit: 16 << 20, timeoutMs: 30_000, layoutHash: LAYOUT_HASH, ...options };
    this.#parser = new FrameParser(this.#options.messageLimit);
  }

  /** start connects and says hello. Rejects with HelperUnavailable, or with HelperRefused if the helper speaks another protocol or
   * layout (code "protocol", "layout") or has a writer already ("busy"). An abort of `signal` closes the connection. */
  async start(signal?: AbortSignal): Promise<HelloReply> {
    if (this.#state !== "new") throw new HelperUnavailable(`a client starts once; this one is ${this.#state}`, false);
    this.#state = "open";
    if (signal?.aborted) {
      this.close();
      throw new HelperUnavailable("aborted before the connection was made", false, { cause: signal.reason });
    }
    const abort = (): void => this.close();
    signal?.addEventListener("abort", abort, { once: true });
    this.once("close", () => signal?.removeEventListener("abort", abort));
    const socket = connect(this.#options.path);
    this.#socket = socket;
    socket.on("data", (piece: Buffer) => this.#take(piece));
    socket.on("connect", () => (this.#connected = true));
    socket.on("error", (error) =>
      this.#end(
        new HelperUnavailable(`helper at ${this.#options.path}: ${error.message}`, this.#connected, { cause: error }),
      ),
    );
    socket.on("close", () => this.#end(new HelperUnavailable("the helper closed the connection", true)));
    try {
      return await this.request("hello", {
        protocol: PROTOCOL,
        layout_hash: this.#options.layoutHash,
        role: this.#options.role,
        client: this.#options.client,
      });
    } catch (thrown) {
      this.#end(thrown instanceof Error ? thrown : new HelperProtocolError("hello failed", { cause: thrown }));
      throw thrown;
    }
  }

  /** request sends one request and resolves with its checked reply. Rejects with HelperRefused, HelperUnavailable or
   * HelperProtocolError. */
  request<Type extends RequestType>(type: Type, body: ControlRequests[Type]): Promise<ControlReplies[Type]> {
    const socket = this.#socket;
    if (this.#state !== "open" || socket === undefined) {
      return Promise.reject(new HelperUnavailable("not connected to the helper", false, { cause: this.#lastError }));
    }
    if (this.#pending.size >= this.#options.queueLimit) {
      return Promise.reject(new HelperUnavailable(`${this.#pending.size} requests wait for the helper already`, false));
    }
    const id = this.#takeId();
    return new Promise<ControlReplies[Type]>((resolve, reject) => {
      const frame = frameOf(encodeRequest(id, type, body));
      const timer = setTimeout(
        () => this.#end(new HelperUnavailable(`no answer to ${type} within ${this.#options.timeoutMs} ms`, true)),
        this.#options.timeoutMs,
      );
      timer.unref();
      this.#pending.set(id, { type, timer, resolve: resolve as Pending["resolve"], reject });
      socket.write(frame);
    });
  }

  /** close ends the connection; requests that wait are rejected. */
  close(): void {
    this.#end(undefined);
  }

  #takeId(): number {
    while (this.#pending.has(this.#nextId)) this.#nextId = this.#nextId === ID_MAX ? 1 : this.#nextId + 1;
    const id = this.#nextId;
    this.#nextId = id === ID_MAX ? 1 : id + 1;
    return id;
  }

  #take(piece: Uint8Array): void {
    try {
      for (const message of this.#parser.push(piece)) {
        if (this.#state !== "open") return;
        this.#receive(decodeMessage(message));
      }
    } catch (thrown) {
      this.#end(
        thrown instanceof HelperProtocolError
          ? thrown
          : new HelperProtocolError("a message could not be taken", { cause: thrown }),
      );
    }
  }

  #receive(incoming: Incoming): void {
    if (incoming.kind === "doorbell") {
      this.emit("doorbell");
      return;
    }
    const pending = this.#pending.get(incoming.id);
    if (pending === undefined) {
      /* id 0: the helper refuses the connection itself */
      if (incoming.kind === "refusal" && incoming.id === 0) {
        this.#end(new HelperRefused(incoming.code, incoming.path, incoming.message));
        return;
      }
      throw new HelperProtocolError(`an answer to request ${incoming.id}, which nobody made`);
    }
    this.#pending.delete(incoming.id);
    clearTimeout(pending.timer);
    if (incoming.kind === "refusal") {
      pending.reject(new HelperRefused(incoming.code, incoming.path, incoming.message));
      return;
    }
    try {
      pending.resolve(replyOf(pending.type, incoming.body));
    } catch (thrown) {
      pending.reject(thrown as Error);
      throw thrown;
    }
  }

  #end(error: Error | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#lastError = error;
    this.#socket?.destroy();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) {
      clearTimeout(pending.timer);
      pending.reject(error ?? new HelperUnavailable("the connection was closed", true));
    }
    this.emit("close", error);
  }
}
