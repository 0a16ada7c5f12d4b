// tls.ts: syslog over TLS (RFC 5425): Node encrypts, and the encrypted bytes go into a socket of our own, so that what the other
// side's kernel has acknowledged is known here too. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";

import { Backlog, type Channel, type Progress } from "./channel.js";
import type { Native } from "./native.js";
import type { Outbox } from "./outbox.js";
import { errno } from "./sender.js";

/** TlsProfile: whom to trust, and who we are. Files are read for each connection: certificates are renewed. */
export interface TlsProfile {
  /** Paths of PEM files; without them the certificate authorities that Node knows. */
  readonly trustedCa: readonly string[];
  /** "" without a client certificate. */
  readonly certificate: string;
  readonly key: string;
  readonly minimum: "TLSv1.2" | "TLSv1.3";
  /** The name in the collector's certificate; "": the host as it is configured. */
  readonly serverName: string;
}

const BATCH_BYTES = 128 << 10;
const GOODBYE_MS = 100;

/** Batch: lines that were encrypted together, and behind how many encrypted bytes they end. */
interface Batch {
  readonly lines: number;
  start: number;
  end: number;
}

/** TlsHooks: what the channel tells its connection. */
export interface TlsHooks {
  ready(): void;
  failed(error: Error): void;
  /** There are encrypted bytes that the kernel does not take now. */
  blocked(): void;
}

/** TlsChannel: one connection's encryption. */
export class TlsChannel implements Channel {
  readonly #native: Native;
  readonly #descriptor: number;
  readonly #outbox: Outbox;
  readonly #backlog: Backlog;
  readonly #hooks: TlsHooks;
  readonly #wire: Duplex;
  readonly #socket: TLSSocket;
  readonly #batches: Batch[] = [];
  /** Encrypted bytes that the kernel has taken. */
  #handed = 0;
  #isReady = false;
  #isWriting = false;
  /** Encrypted bytes that wait for the kernel. */
  #pending: { readonly chunks: readonly Buffer[]; index: number; at: number; done: () => void } | undefined;

  /** profile's files are read here; an unreadable one is thrown. */
  constructor(native: Native, descriptor: number, outbox: Outbox, host: string, profile: TlsProfile, hooks: TlsHooks) {
    this.#native = native;
    this.#descriptor = descriptor;
    this.#outbox = outbox;
    this.#hooks = hooks;
    this.#backlog = new Backlog(native, descriptor);
    const options = tlsOptions(host, profile);
    this.#wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => this.#push([chunk], done),
      writev: (chunks, done) =>
        this.#push(
          chunks.map(({ chunk }) => chunk as Buffer),
          done,
        ),
    });
    this.#socket = connect({ ...options, socket: this.#wire });
    this.#socket.on("error", (error) => hooks.failed(error));
    this.#socket.on("secureConnect", () => {
      this.#isReady = true;
      hooks.ready();
    });
    this.#socket.resume(); // a collector has nothing to say
    outbox.begin(native.streamName(descriptor));
  }

  send(): Progress {
    if (!this.#isReady || this.#isWriting) return "done";
    if (this.#pending !== undefined) return "blocked";
    const taken = this.#outbox.takeFrames(BATCH_BYTES);
    if (taken === undefined) return "done";
    const batch: Batch = { lines: taken.lines, start: this.#handed, end: Infinity };
    this.#batches.push(batch);
    this.#isWriting = true;
    this.#socket.write(taken.bytes, (error) => {
      this.#isWriting = false;
      if (error) return; // told by the event
      batch.end = this.#handed;
      this.send();
    });
    return "done";
  }

  /** received takes encrypted bytes from the network. */
  received(bytes: Buffer): void {
    this.#wire.push(bytes);
  }

  /** writable goes on with what the kernel did not take. */
  writable(): Progress {
    return this.#drain();
  }

  /** goodbye tells the other side that nothing more comes (RFC 5425 4.4), if it takes that at once. */
  async goodbye(): Promise<void> {
    const said = new Promise<void>((resolve) => this.#socket.end(resolve));
    await Promise.race([said, delay(GOODBYE_MS, undefined, { ref: false })]);
  }

  acknowledge(): number {
    const { unacknowledged } = this.#backlog.read();
    const acknowledged = this.#handed - unacknowledged;
    let lines = 0;
    let batches = 0;
    for (const batch of this.#batches) {
      if (batch.end > acknowledged) break;
      lines += batch.lines;
      batches++;
    }
    if (batches > 0) {
      this.#batches.splice(0, batches);
      this.#outbox.acknowledgeLines(lines);
    }
    return unacknowledged + (this.#isWriting ? 1 : 0);
  }

  broken(isStill: boolean): void {
    this.acknowledge();
    const left = this.#handed - (isStill ? this.#backlog.read().unsent : 0);
    // A batch of which nothing has left this host cannot have been read.
    const lines = this.#batches.reduce((sum, batch) => sum + (batch.start < left ? batch.lines : 0), 0);
    this.#outbox.doubt(lines);
    this.#wire.destroy();
    this.#socket.destroy();
  }

  #push(chunks: readonly Buffer[], done: () => void): void {
    this.#pending = { chunks, index: 0, at: 0, done };
    const progress = this.#drain();
    if (progress === "blocked") this.#hooks.blocked();
  }

  #drain(): Progress {
    const pending = this.#pending;
    if (pending === undefined) return "done";
    while (pending.index < pending.chunks.length) {
      const chunk = pending.chunks[pending.index]!;
      if (pending.at === chunk.length) {
        pending.index++;
        pending.at = 0;
        continue;
      }
      const taken = this.#native.streamWrite(this.#descriptor, chunk, pending.at);
      if (-taken === errno.EAGAIN) return "blocked";
      if (taken < 0) return { error: -taken };
      this.#handed += taken;
      pending.at += taken;
    }
    this.#pending = undefined;
    pending.done();
    return "done";
  }
}

function tlsOptions(host: string, profile: TlsProfile): ConnectionOptions {
  const name = profile.serverName || host;
  return {
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    minVersion: profile.minimum,
    rejectUnauthorized: true,
    ...(profile.trustedCa.length > 0 ? { ca: profile.trustedCa.map((path) => readFileSync(path)) } : {}),
    ...(profile.certificate === ""
      ? {}
      : { cert: readFileSync(profile.certificate), key: readFileSync(profile.key || profile.certificate) }),
  };
}
