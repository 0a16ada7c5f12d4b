// native.ts: the module made of daemon/native beside the compiled daemon. SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { CodedError } from "../base/coded-error.js";

/** What a watcher tells, and is asked for. */
export const Ready = { NOTHING: 0, READABLE: 1, WRITABLE: 2 } as const;

/** A connection that the kernel has given up (TCP_CLOSE of <netinet/tcp.h>). */
export const STREAM_CLOSED = 7;

/** Watcher: daemon/native/watch.c. */
export type Watcher = object;

/** Native: what the module offers (daemon/native/sockets.h). Numbers below 0 are -errno. */
export interface Native {
  /** Size of the part of an outbox that the kernel writes into, and the most lines in it. */
  readonly batchBytes: number;
  readonly batchMost: number;
  /** Size of a message in it, and where the kernel writes what it took. */
  readonly messageBytes: number;
  readonly takenAt: number;
  openDatagram(host: string, port: number, sourceAddress: string): number;
  openLocal(path: string): number;
  openStream(
    host: string,
    port: number,
    sourceAddress: string,
    keepAliveSeconds: number,
    userTimeoutMs: number,
  ): number;
  duplicate(descriptor: number): number;
  closeSocket(descriptor: number): void;
  streamError(descriptor: number): number;
  streamState(descriptor: number): number;
  /** into: bytes not acknowledged, those of them never sent, and those acknowledged since the connection began. */
  streamBacklog(descriptor: number, into: Float64Array): number;
  /** How long it may go unanswered from now on, as far as it is not merely held up by the other side's window. */
  streamPatience(descriptor: number, userTimeoutMs: number): number;
  streamName(descriptor: number): string;
  streamWrite(descriptor: number, bytes: Buffer, from: number): number;
  streamRead(descriptor: number, into: Buffer): number;
  streamAbort(descriptor: number): void;
  sendLines(
    descriptor: number,
    region: Buffer,
    batchAt: number,
    linesAt: number,
    first: number,
    count: number,
    base: number,
  ): number;
  sendFrames(
    descriptor: number,
    region: Buffer,
    batchAt: number,
    linesAt: number,
    first: number,
    count: number,
    base: number,
    framing: number,
    skip: number,
  ): number;
  watch(descriptor: number, ready: (events: number) => void): Watcher | undefined;
  watchFor(watcher: Watcher, events: number): void;
  unwatch(watcher: Watcher): void;
}

/** NativeMissingError: `make native` has not been run, or not for this Node. */
export class NativeMissingError extends CodedError {
  constructor(path: string, cause: unknown) {
    super("native-missing", `cannot load ${path}; run make native`, { cause });
  }
}

/** loadNative loads the module. Compiled JavaScript lies in build/js/daemon/src/syslog, the module in build/release. */
export function loadNative(): Native {
  const path = fileURLToPath(new URL("../../../../release/sockets.node", import.meta.url));
  try {
    return createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    throw new NativeMissingError(path, cause);
  }
}
