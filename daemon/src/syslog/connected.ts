// connected.ts: hands an outbox's lines to a collector over a connection, TCP or TLS. SPDX-License-Identifier: Apache-2.0
//
// A line is sent when the collector's kernel has acknowledged it. When a connection breaks, what was on the wire without an
// answer is in doubt: counted as such and not sent again, since a line that comes twice tells of two events. What had not left
// this host goes out first on the next connection.
import { type Channel, PlainChannel, type Progress } from "./channel.js";
import { Ready, STREAM_CLOSED, type Native, type Watcher } from "./native.js";
import type { Framing, Outbox } from "./outbox.js";
import {
  Backoff,
  errno,
  errorCode,
  errorName,
  resolve,
  type Sender,
  type SenderHooks,
  type SenderState,
  type SenderStatus,
} from "./sender.js";
import { TlsChannel, type TlsProfile } from "./tls.js";

/** ConnectedTarget: where a connection goes, and how long it may be silent. */
export interface ConnectedTarget {
  readonly protocol: "tcp" | "tls";
  readonly host: string;
  readonly port: number;
  readonly sourceAddress: string;
  readonly framing: Framing;
  /** What a connection begins with, at a time in seconds since 1970. */
  readonly opening?: (seconds: number) => Buffer;
  /** 0: none. */
  readonly keepAliveSeconds: number;
  /** How long what was sent may stay unacknowledged. */
  readonly userTimeoutSeconds: number;
  /** Of protocol tls. */
  readonly tls?: TlsProfile;
}

const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 10_000;
const ESTABLISH_MS = 10_000;
/** How often acknowledgements are looked for while no lines come. */
const LOOK_FIRST_MS = 2;
const LOOK_LAST_MS = 100;
/** How long a connection that ends may take to have everything acknowledged. */
const END_MS = 1_000;

/** Link: one connection, from its first attempt to its end. */
interface Link {
  readonly descriptor: number;
  readonly watcher: Watcher;
  /** undefined while it connects. */
  channel: Channel | undefined;
  isConnected: boolean;
  isBlocked: boolean;
  /** The other side has ended: nothing more is handed over. */
  isEnding: boolean;
}

export class ConnectedSender implements Sender {
  readonly #native: Native;
  readonly #target: ConnectedTarget;
  readonly #outbox: Outbox;
  readonly #hooks: SenderHooks;
  readonly #backoff = new Backoff(RETRY_FIRST_MS, RETRY_LAST_MS);
  readonly #received = Buffer.alloc(16 << 10);
  readonly #stop = new AbortController();
  #link: Link | undefined;
  #status: SenderStatus = "connecting";
  #error = "";
  #connections = 0;
  /** Which of the host's addresses is tried, and of how many. */
  #turn = 0;
  #turns = 1;
  #retry: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #lookMs = LOOK_FIRST_MS;
  /** Ends close(). */
  #closed: (() => void) | undefined;

  /** Nothing of a former connection is open: connection-fate.ts has settled it. */
  constructor(native: Native, target: ConnectedTarget, outbox: Outbox, hooks: SenderHooks) {
    this.#native = native;
    this.#target = target;
    this.#outbox = outbox;
    this.#hooks = hooks;
    void this.#begin();
  }

  get state(): SenderState {
    return { status: this.#status, error: this.#error, refused: 0, connections: this.#connections };
  }

  send(): void {
    const link = this.#link;
    if (link?.channel === undefined || !link.isConnected || link.isBlocked || link.isEnding) return;
    this.#acknowledge(link);
    if (this.#outbox.waiting > this.#outbox.unacknowledged) this.#progress(link, link.channel.send());
    this.#lookAgain(link);
  }

  /** close goes on for a moment, until all is sent and acknowledged; what is not then is settled before the next sender. */
  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    clearTimeout(this.#retry);
    const link = this.#link;
    if (link === undefined) return;
    if (!link.isConnected) return this.#let(link);
    const ended = new Promise<void>((resolved) => (this.#closed = resolved));
    this.#patience = setTimeout(() => this.#closed?.(), END_MS);
    this.#lookMs = LOOK_FIRST_MS;
    this.#looked(link);
    await ended;
    if (this.#link === link && link.channel instanceof TlsChannel) await link.channel.goodbye();
    if (this.#link === link) this.#let(link);
  }

  async #begin(): Promise<void> {
    try {
      await this.#connect();
    } catch (thrown) {
      this.#later(errorCode(thrown)); // no descriptor is left, for one
    }
  }

  async #connect(): Promise<void> {
    const { host, port, sourceAddress, keepAliveSeconds, userTimeoutSeconds } = this.#target;
    if (this.#stop.signal.aborted) return;
    let address: string;
    try {
      const addresses = await resolve(host, sourceAddress);
      this.#turns = addresses.length;
      address = addresses[this.#turn] ?? addresses[0];
    } catch (thrown) {
      this.#turns = 1;
      return this.#later(errorCode(thrown));
    }
    if (this.#stop.signal.aborted) return;
    const timeoutMs = userTimeoutSeconds * 1000;
    const opened = this.#native.openStream(address, port, sourceAddress, keepAliveSeconds, timeoutMs);
    if (opened < 0) return this.#later(errorName(-opened));
    const watcher = this.#native.watch(opened, (events) => this.#ready(link, events));
    if (watcher === undefined) {
      this.#native.closeSocket(opened);
      return this.#later("ENOMEM");
    }
    const link: Link = {
      descriptor: opened,
      watcher,
      channel: undefined,
      isConnected: false,
      isBlocked: false,
      isEnding: false,
    };
    this.#link = link;
    this.#native.watchFor(watcher, Ready.WRITABLE);
    this.#patience = setTimeout(() => this.#lost(link, "ETIMEDOUT"), ESTABLISH_MS);
    this.#patience.unref();
  }

  #ready(link: Link, events: number): void {
    if (link !== this.#link) return;
    if (link.channel === undefined) return this.#established(link);
    if ((events & Ready.READABLE) !== 0 && !this.#read(link)) return;
    if ((events & Ready.WRITABLE) !== 0 && link.isBlocked) {
      link.isBlocked = false;
      this.#native.watchFor(link.watcher, Ready.READABLE);
      this.send();
    }
  }

  #established(link: Link): void {
    const error = this.#native.streamError(link.descriptor);
    if (error < 0) return this.#lost(link, errorName(-error));
    const { protocol, host, framing, tls, opening } = this.#target;
    if (protocol === "tls" && tls !== undefined) {
      try {
        link.channel = new TlsChannel(this.#native, link.descriptor, this.#outbox, host, tls, {
          ready: () => this.#up(link),
          failed: (failure) => this.#lost(link, tlsProblem(failure)),
          ended: () => this.#ended(link),
        });
      } catch (thrown) {
        return this.#lost(link, thrown instanceof Error ? thrown.message : String(thrown));
      }
      this.#native.watchFor(link.watcher, Ready.NOTHING); // from here on Node reads and writes
      return;
    }
    link.channel = new PlainChannel(this.#native, link.descriptor, this.#outbox, framing);
    if (opening !== undefined) {
      // The buffer of a new connection has room for it. Its bytes are of no line: they are acknowledged before any line's.
      const bytes = opening(Math.trunc(Date.now() / 1000));
      const written = this.#native.streamWrite(link.descriptor, bytes, 0);
      if (written !== bytes.length) return this.#lost(link, written < 0 ? errorName(-written) : "EAGAIN");
    }
    this.#native.watchFor(link.watcher, Ready.READABLE);
    this.#up(link);
  }

  #up(link: Link): void {
    if (link !== this.#link) return;
    clearTimeout(this.#patience);
    link.isConnected = true;
    this.#connections++;
    this.#say("up", "");
    this.send();
  }

  // Whether the connection goes on.
  #read(link: Link): boolean {
    for (;;) {
      const length = this.#native.streamRead(link.descriptor, this.#received);
      if (-length === errno.EAGAIN) return true;
      if (length < 0) {
        this.#lost(link, errorName(-length));
        return false;
      }
      if (length === 0) {
        this.#ended(link);
        return false;
      }
    }
  }

  // The collector has closed its side. What it still acknowledges is waited for, but nothing more is given to it.
  #ended(link: Link): void {
    if (link.isEnding) return;
    link.isEnding = true;
    this.#native.watchFor(link.watcher, Ready.NOTHING);
    if (!link.isConnected) {
      // What TLS has to say about it comes first.
      setImmediate(() => this.#lost(link, "closed by the collector"));
      return;
    }
    if (this.#acknowledge(link) === 0) return this.#lost(link, "closed by the collector");
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#lost(link, "closed by the collector"), END_MS);
    this.#patience.unref();
    this.#lookMs = LOOK_FIRST_MS;
    this.#lookAgain(link);
  }

  #progress(link: Link, progress: Progress): void {
    if (progress === "blocked") this.#blocked(link);
    else if (progress !== "done") this.#lost(link, errorName(progress.error));
  }

  #blocked(link: Link): void {
    if (link !== this.#link) return;
    link.isBlocked = true;
    this.#native.watchFor(link.watcher, Ready.READABLE | Ready.WRITABLE);
  }

  // How many bytes are not acknowledged.
  #acknowledge(link: Link): number {
    const before = this.#outbox.unacknowledged;
    const left = link.channel?.acknowledge() ?? 0;
    if (this.#outbox.unacknowledged < before) {
      // A connection that only comes and goes does not make the next one come sooner.
      this.#backoff.reset();
      this.#lookMs = LOOK_FIRST_MS;
    }
    return left;
  }

  #lookAgain(link: Link): void {
    if (this.#look !== undefined || link !== this.#link) return;
    if (this.#outbox.unacknowledged === 0 && !link.isEnding && this.#closed === undefined) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      if (link === this.#link) this.#looked(link);
    }, this.#lookMs);
    if (this.#closed === undefined) this.#look.unref();
    this.#lookMs = Math.min(this.#lookMs * 2, LOOK_LAST_MS);
  }

  #looked(link: Link): void {
    const left = this.#acknowledge(link);
    if (link.isEnding && this.#native.streamState(link.descriptor) === STREAM_CLOSED)
      return this.#lost(link, errorName(-this.#native.streamError(link.descriptor)));
    if (link.isEnding && left === 0) return this.#lost(link, "closed by the collector");
    if (left === 0 && this.#outbox.waiting === 0) return this.#closed?.();
    // A collector that only reads slowly keeps its connection.
    this.#native.streamPatience(link.descriptor, this.#target.userTimeoutSeconds * 1000);
    // A window that was full may have room now.
    if (!link.isEnding) this.send();
    this.#lookAgain(link);
  }

  #lost(link: Link, error: string): void {
    if (link !== this.#link) return;
    link.channel?.broken(this.#native.streamState(link.descriptor) === STREAM_CLOSED);
    this.#release(link);
    this.#native.streamAbort(link.descriptor);
    this.#closed?.();
    this.#later(error);
  }

  // Lets the kernel finish what it has; the outbox keeps what is not acknowledged, and the name of the connection.
  #let(link: Link): void {
    this.#release(link);
    if (this.#target.protocol === "tls") link.channel?.broken(false);
    this.#native.closeSocket(link.descriptor);
    this.#say("down", "");
  }

  #release(link: Link): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#look);
    this.#look = undefined;
    this.#link = undefined;
    this.#native.unwatch(link.watcher);
  }

  #later(error: string): void {
    if (this.#stop.signal.aborted) return;
    // Where there was no connection yet, the host's next address has its turn at once.
    this.#turn = this.#status === "up" ? 0 : (this.#turn + 1) % this.#turns;
    if (this.#turn > 0) return void this.#begin();
    this.#say("down", error);
    this.#retry = setTimeout(() => void this.#begin(), this.#backoff.next());
    this.#retry.unref();
  }

  #say(status: SenderStatus, error: string): void {
    if (status === this.#status && error === this.#error) return;
    this.#status = status;
    this.#error = error;
    this.#hooks.changed(this.state);
  }
}

function tlsProblem(error: Error): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  return syscall === undefined ? `${code}: ${error.message}` : code;
}
