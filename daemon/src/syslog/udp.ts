// udp.ts: hands an outbox's lines to the kernel as datagrams. SPDX-License-Identifier: Apache-2.0
import { constants } from "node:os";

import type { Native, Outbox } from "./outbox.js";

/** UdpTarget: where a stream goes. Addresses, not names: a firewall's log must not depend on a name server. */
export interface UdpTarget {
  readonly host: string;
  readonly port: number;
  /** "" lets the kernel choose. */
  readonly sourceAddress: string;
}

/** UdpState: what an operator is told of a stream's socket. */
export interface UdpState {
  /** The last error that made lines wait or get lost, as the system names it, or "". */
  readonly error: string;
  /** How often the kernel reported that an earlier datagram was refused (ICMP port unreachable). */
  readonly refused: number;
}

const { errno } = constants;
/** Lines for one system call. */
const BATCH = 64;
const RETRY_FIRST_MS = 20;
const RETRY_LAST_MS = 5_000;

/** UdpSender sends what waits, and tries again later by itself while the network does not take it. Lines wait meanwhile in
 * the outbox, which is bounded. What happens to one sender touches no other. */
export class UdpSender {
  readonly #native: Native;
  readonly #target: UdpTarget;
  readonly #outbox: Outbox;
  #descriptor = -1;
  #retryMs = RETRY_FIRST_MS;
  #retry: NodeJS.Timeout | undefined;
  #error = "";
  #refused = 0;
  #closed = false;

  constructor(native: Native, target: UdpTarget, outbox: Outbox) {
    this.#native = native;
    this.#target = target;
    this.#outbox = outbox;
  }

  get state(): UdpState {
    return { error: this.#error, refused: this.#refused };
  }

  /** send sends what waits, unless a failed attempt is still too recent. */
  send(): void {
    if (this.#retry === undefined && !this.#closed) this.#attempt();
  }

  /** close sends what the network takes at once and lets go of the socket. What still waits stays in the outbox. */
  close(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#attempt();
    clearTimeout(this.#retry);
    this.#closed = true;
    this.#shut();
  }

  #attempt(): void {
    while (this.#outbox.waiting > 0) {
      const outcome = this.#open() ? this.#outbox.send(this.#descriptor, BATCH) : -this.#openError;
      if (outcome > 0) {
        this.#retryMs = RETRY_FIRST_MS;
        this.#error = "";
      } else if (-outcome === errno.ECONNREFUSED) {
        // The report is about an earlier datagram; this one was not tried yet.
        this.#refused++;
      } else if (-outcome === errno.EMSGSIZE) {
        this.#outbox.giveUp();
      } else {
        this.#later(-outcome);
        return;
      }
    }
  }

  #openError = 0;

  #open(): boolean {
    if (this.#descriptor >= 0) return true;
    const { host, port, sourceAddress } = this.#target;
    const opened = this.#native.openSocket(host, port, sourceAddress);
    if (opened < 0) this.#openError = -opened;
    else this.#descriptor = opened;
    return opened >= 0;
  }

  #later(error: number): void {
    // A full socket buffer drains by itself; anything else may need a new socket: the address it was bound to, the route it
    // was connected by may have changed.
    if (error !== errno.EAGAIN && error !== errno.ENOBUFS) this.#shut();
    this.#error = errorName(error);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#attempt();
    }, this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_LAST_MS);
  }

  #shut(): void {
    if (this.#descriptor >= 0) this.#native.closeSocket(this.#descriptor);
    this.#descriptor = -1;
  }
}

function errorName(number: number): string {
  return Object.entries(errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}
