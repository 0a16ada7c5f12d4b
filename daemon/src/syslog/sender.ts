// sender.ts: what takes a stream's lines out of its outbox. SPDX-License-Identifier: Apache-2.0
import { constants } from "node:os";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** SenderStatus: `up` where lines go out as they come. A datagram socket is up
 * from when its address is known until it refuses. */
export type SenderStatus = "up" | "connecting" | "down";

/** SenderState: what an operator is told of a stream's way out. */
export interface SenderState {
  readonly status: SenderStatus;
  /** The last error that made lines wait or get lost, as the system names it, or "". */
  readonly error: string;
  /** How often the kernel reported that an earlier datagram was refused (ICMP port unreachable). */
  readonly refused: number;
  /** How many connections have been established. */
  readonly connections: number;
}

/** Sender sends what waits, and tries again later by itself while the other side does not take it. Lines wait meanwhile in the
 * outbox, which is bounded. What happens to one sender touches no other. */
export interface Sender {
  readonly state: SenderState;
  /** send sends what waits, unless a failed attempt is still too recent. */
  send(): void;
  /** close sends what is taken at once and lets go. What still waits stays in the outbox. */
  close(): Promise<void>;
}

/** SenderHooks: what a sender tells its stream. */
export interface SenderHooks {
  /** The status or its reason has changed. */
  changed(state: SenderState): void;
}

export const { errno } = constants;

/** errorName gives the system's name of an error number. */
export function errorName(number: number): string {
  return Object.entries(errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}

/** Backoff: growing intervals, each with its own deviation, so that many firewalls do not come back all at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs: number;

  constructor(firstMs: number, lastMs: number) {
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  /** next gives how long to wait: between half of the interval and the whole. */
  next(): number {
    const interval = this.#nextMs;
    this.#nextMs = Math.min(interval * 2, this.#lastMs);
    return interval * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}

/** resolve gives the addresses of a host, of the family of `sourceAddress` if there is one, the best first (RFC 6724). */
export async function resolve(host: string, sourceAddress: string): Promise<[string, ...string[]]> {
  if (isIP(host) !== 0) return [host];
  const [first, ...others] = await lookup(host, { family: isIP(sourceAddress) as 0 | 4 | 6, all: true });
  if (first === undefined) throw new Error("ENOTFOUND");
  return [first.address, ...others.map(({ address }) => address)];
}

/** errorCode gives the system's name of what was thrown. */
export function errorCode(thrown: unknown): string {
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === "string" ? code : String(message ?? thrown);
}
