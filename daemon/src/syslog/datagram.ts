// datagram.ts: hands an outbox's lines to the kernel as datagrams, over UDP or to a Unix socket. SPDX-License-Identifier: Apache-2.0
import { isIP } from "node:net";

import type { Native, Watcher } from "./native.js";
import { Ready } from "./native.js";
import type { Outbox } from "./outbox.js";
import {
  Backoff,
  errno,
  errorCode,
  errorName,
  resolve,
  type Sender,
  type SenderHooks,
  type SenderState,
} from "./sender.js";

/** DatagramTarget: a host's port, or the path of a Unix socket. */
export type DatagramTarget =
  | {
      readonly protocol: "udp";
      readonly host: string;
      readonly port: number;
      /** "" lets the kernel choose. */
      readonly sourceAddress: string;
    }
  | { readonly protocol: "unix"; readonly path: string };

/** Lines for one system call. */
const BATCH = 64;
const RETRY_FIRST_MS = 20;
const RETRY_LAST_MS = 5_000;
/** How often a host's name is looked up again. */
const RESOLVE_MS = 60_000;

export class DatagramSender implements Sender {
  readonly #native: Native;
  readonly #target: DatagramTarget;
  readonly #outbox: Outbox;
  readonly #hooks: SenderHooks;
  readonly #backoff = new Backoff(RETRY_FIRST_MS, RETRY_LAST_MS);
  #descriptor = -1;
  #watcher: Watcher | undefined;
  /** The host's address; undefined while its name is not resolved. */
  #address: string | undefined;
  #resolver: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** The kernel's buffer or the receiver's is full; the watcher tells when there is room. */
  #isFull = false;
  #error = "";
  #refused = 0;
  #isClosed = false;

  constructor(native: Native, target: DatagramTarget, outbox: Outbox, hooks: SenderHooks) {
    this.#native = native;
    this.#target = target;
    this.#outbox = outbox;
    this.#hooks = hooks;
    if (target.protocol === "udp" && isIP(target.host) === 0) void this.#resolve(target.host, target.sourceAddress);
    else this.#address = target.protocol === "udp" ? target.host : "";
  }

  get state(): SenderState {
    const way = this.#address === undefined ? "connecting" : "up";
    return { status: this.#error === "" ? way : "down", error: this.#error, refused: this.#refused, connections: 0 };
  }

  send(): void {
    if (this.#retry === undefined && !this.#isFull && !this.#isClosed && this.#address !== undefined) this.#attempt();
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      clearTimeout(this.#retry);
      clearTimeout(this.#resolver);
      this.#retry = undefined;
      if (this.#address !== undefined) this.#attempt();
      clearTimeout(this.#retry);
      this.#isClosed = true;
      this.#shut();
    }
    return Promise.resolve();
  }

  #attempt(): void {
    while (this.#outbox.waiting > 0) {
      const outcome = this.#open() ? this.#outbox.send(this.#descriptor, BATCH) : -this.#openError;
      if (outcome > 0) {
        this.#backoff.reset();
        this.#say("");
      } else if (-outcome === errno.ECONNREFUSED && this.#target.protocol === "udp") {
        // The report is about an earlier datagram; this one was not tried yet.
        this.#refused++;
      } else if (-outcome === errno.EMSGSIZE) {
        this.#outbox.giveUp();
      } else if (-outcome === errno.EAGAIN && this.#watcher !== undefined) {
        this.#isFull = true;
        this.#native.watchFor(this.#watcher, Ready.WRITABLE);
        return;
      } else {
        this.#later(-outcome);
        return;
      }
    }
  }

  #openError = 0;

  #open(): boolean {
    if (this.#descriptor >= 0) return true;
    const target = this.#target;
    const opened =
      target.protocol === "udp"
        ? this.#native.openDatagram(this.#address ?? "", target.port, target.sourceAddress)
        : this.#native.openLocal(target.path);
    if (opened < 0) {
      this.#openError = -opened;
      return false;
    }
    this.#descriptor = opened;
    this.#watcher = this.#native.watch(opened, () => {
      if (this.#watcher !== undefined) this.#native.watchFor(this.#watcher, Ready.NOTHING);
      this.#isFull = false;
      this.send();
    });
    return true;
  }

  #later(error: number): void {
    // A full buffer drains by itself; anything else may need a new socket: the address it was bound to, the route it was
    // connected by, the receiver behind the path may have changed.
    if (error !== errno.EAGAIN && error !== errno.ENOBUFS) this.#shut();
    this.#say(errorName(error));
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.send();
    }, this.#backoff.next());
    this.#retry.unref();
  }

  #say(error: string): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#hooks.changed(this.state);
  }

  async #resolve(host: string, sourceAddress: string): Promise<void> {
    try {
      const [address] = await resolve(host, sourceAddress);
      if (this.#isClosed) return;
      const isFirst = this.#address === undefined;
      if (address !== this.#address) this.#shut();
      this.#address = address;
      this.#backoff.reset();
      if (isFirst) {
        this.#error = "";
        this.#hooks.changed(this.state);
      }
      this.send();
    } catch (thrown) {
      // A name server that does not answer must not end what works.
      if (this.#address === undefined) this.#say(errorCode(thrown));
    }
    if (this.#isClosed) return;
    const afterMs = this.#address === undefined ? this.#backoff.next() : RESOLVE_MS;
    this.#resolver = setTimeout(() => void this.#resolve(host, sourceAddress), afterMs);
    this.#resolver.unref();
  }

  #shut(): void {
    if (this.#watcher !== undefined) this.#native.unwatch(this.#watcher);
    if (this.#descriptor >= 0) this.#native.closeSocket(this.#descriptor);
    this.#watcher = undefined;
    this.#descriptor = -1;
    this.#isFull = false;
  }
}
