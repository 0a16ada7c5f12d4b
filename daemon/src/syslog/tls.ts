// tls.ts: syslog over TLS (RFC 5425): Node encrypts, into a socket that we have opened and both know, so that what the other side's
// kernel has acknowledged is known here too. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { isIP, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { connect, createSecureContext, type ConnectionOptions, type TLSSocket } from "node:tls";

import { Backlog, type Channel, type Progress } from "./channel.js";
import type { Native } from "./native.js";
import type { Outbox } from "./outbox.js";
import { errorName } from "./sender.js";

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
/** How long after a handshake a collector has to say that it does not want us: once it is known that it has seen our certificate, and
 * before that, if it does not let us know. */
const REFUSAL_MS = 100;
const SILENCE_MS = 1_000;

/** Batch: lines that were encrypted together, and what the connection's kernel had taken before and behind them. */
interface Batch {
  readonly lines: number;
  start: number;
  end: number;
}

/** TlsHooks: what the channel tells its connection. */
export interface TlsHooks {
  /** The other side has accepted us, as far as can be known: lines may be handed over. */
  ready(): void;
  failed(error: Error): void;
  /** The other side says that nothing more comes from it. */
  ended(): void;
}

/** TlsChannel: one connection's encryption. */
export class TlsChannel implements Channel {
  readonly #outbox: Outbox;
  readonly #backlog: Backlog;
  readonly #wire: Socket;
  readonly #socket: TLSSocket;
  readonly #batches: Batch[] = [];
  /** Lines may be handed over: the other side has accepted us, and neither has ended. */
  #isOpen = false;
  /** Ends in #isOpen. */
  #accepting: NodeJS.Timeout | undefined;
  /** Node has a batch of which the kernel has not taken all. */
  #isWriting = false;

  /** profile's files are read here; an unreadable one is thrown, and a key that is of another certificate. */
  constructor(native: Native, descriptor: number, outbox: Outbox, host: string, profile: TlsProfile, hooks: TlsHooks) {
    const options = tlsOptions(host, profile);
    const fd = native.duplicate(descriptor);
    if (fd < 0) throw new Error(errorName(-fd));
    this.#outbox = outbox;
    this.#backlog = new Backlog(native, descriptor);
    // Half open: what lines are under way when the other side ends is still to be acknowledged.
    this.#wire = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    this.#wire.unref();
    this.#wire.on("error", (error) => hooks.failed(error));
    try {
      this.#socket = connect({ ...options, socket: this.#wire });
    } catch (thrown) {
      this.#wire.destroy();
      throw thrown;
    }
    this.#socket.on("error", (error) => hooks.failed(error));
    this.#socket.on("end", () => {
      this.#takeNoMore();
      hooks.ended();
    });
    // A client's handshake of TLS 1.3 is over before the server has seen its certificate (RFC 8446 2): the server's kernel would
    // acknowledge lines that the server refuses to read. Session tickets come when it has, but not from every server.
    this.#socket.on("secureConnect", () => {
      this.#readyIn(this.#socket.getProtocol() === "TLSv1.3" ? SILENCE_MS : REFUSAL_MS, hooks);
    });
    this.#socket.once("session", () => {
      if (this.#accepting !== undefined) this.#readyIn(REFUSAL_MS, hooks);
    });
    this.#socket.resume(); // a collector has nothing to say
    outbox.begin(""); // what the kernel had delivered would not tell which lines Node had given it
  }

  send(): Progress {
    if (!this.#isOpen || this.#isWriting) return "done";
    const taken = this.#outbox.takeFrames(BATCH_BYTES);
    if (taken === undefined) return "done";
    const batch: Batch = { lines: taken.lines, start: this.#backlog.read().taken, end: Infinity };
    this.#batches.push(batch);
    this.#isWriting = true;
    this.#socket.write(taken.bytes, (error) => {
      if (error) return; // told by the event
      this.#isWriting = false;
      batch.end = this.#backlog.read().taken;
      this.send();
    });
    return "done";
  }

  /** goodbye tells the other side that nothing more comes (RFC 5425 4.4), if it takes that at once. */
  async goodbye(): Promise<void> {
    this.#takeNoMore();
    const said = new Promise<void>((resolve) => this.#socket.end(resolve));
    await Promise.race([said, delay(GOODBYE_MS, undefined, { ref: false })]);
  }

  acknowledge(): number {
    const { acknowledged, unacknowledged } = this.#backlog.read();
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
    const { taken, unsent } = this.#backlog.read();
    const left = taken - (isStill ? unsent : 0);
    // A batch of which nothing has left this host cannot have been read.
    const lines = this.#batches.reduce((sum, batch) => sum + (batch.start < left ? batch.lines : 0), 0);
    this.#outbox.doubt(lines);
    this.#takeNoMore();
    this.#socket.destroy();
    this.#wire.destroy();
  }

  #takeNoMore(): void {
    this.#isOpen = false;
    clearTimeout(this.#accepting);
    this.#accepting = undefined;
  }

  #readyIn(milliseconds: number, hooks: TlsHooks): void {
    clearTimeout(this.#accepting);
    this.#accepting = setTimeout(() => {
      // Our side of the handshake has not even arrived.
      if (this.#backlog.read().unacknowledged > 0) return this.#readyIn(milliseconds, hooks);
      this.#accepting = undefined;
      this.#isOpen = true;
      hooks.ready();
    }, milliseconds);
    this.#accepting.unref();
  }
}

function tlsOptions(host: string, profile: TlsProfile): ConnectionOptions {
  const name = profile.serverName || host;
  return {
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: true,
    secureContext: createSecureContext({
      minVersion: profile.minimum,
      ...(profile.trustedCa.length > 0 ? { ca: profile.trustedCa.map((path) => readFileSync(path)) } : {}),
      ...(profile.certificate === ""
        ? {}
        : { cert: readFileSync(profile.certificate), key: readFileSync(profile.key || profile.certificate) }),
    }),
  };
}
