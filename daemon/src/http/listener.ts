// listener.ts: the API and the web page over TCP, as `system services web-management http` asks for them: for reading only, with a
// token. SPDX-License-Identifier: Apache-2.0
//
// A port that is taken or a token that cannot be read is no reason to refuse a commit: the firewall is in force with or without
// this page. It is raised as an alarm, and tried again.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

import { CodedError, errorText } from "../base/coded-error.js";
import type { WebManagement } from "../config/config.js";
import type { AlarmLine } from "../nat/pool-alarms.js";
import type { AlarmView } from "./api.js";
import { Gateway } from "./gateway.js";

export const DEFAULT_ADDRESS = "127.0.0.1";
/** Characters that a token has at least: 16 of base64 are 96 bits. */
export const TOKEN_LEAST = 16;
const TOKEN_MOST = 1024;
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;
export const ALARM = "web-management";

/** TokenRefusedError: a file that holds no token that may be used. */
export class TokenRefusedError extends CodedError {
  constructor(path: string, message: string) {
    super("token", `token file ${path}: ${message}`);
  }
}

/** Wanted: what is to be listened on, and for whom. */
interface Wanted {
  readonly address: string;
  readonly port: number;
  readonly tokenFile: string;
}

export interface ListenerOptions {
  /** The daemon's socket. */
  readonly socketPath: string;
  /** say is told of the alarm when it is raised and when it is cleared. */
  say(line: AlarmLine, raised: boolean): void;
  /** tell is told when it begins and ends to listen. */
  tell(text: string): void;
  readonly retryFirstMs?: number;
}

export class Listener {
  readonly #options: ListenerOptions;
  #wanted: Wanted | undefined;
  #gateway: Gateway | undefined;
  /** What the gateway was started with. */
  #serves = "";
  #trouble: { readonly text: string; readonly sinceMs: number } | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Changes one after the other: a port is given up before it is asked for again. */
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** raised gives the alarm that is raised now, if there is one. */
  get raised(): readonly AlarmView[] {
    if (this.#trouble === undefined) return [];
    const { text, sinceMs } = this.#trouble;
    return [{ since: new Date(sinceMs).toISOString(), name: ALARM, text }];
  }

  /** follow listens as a configuration asks, or no more. A token that changed in its file is taken then as well. The promise
   * resolves when that was tried once; it never rejects. After close nothing is listened on. */
  follow(settings: WebManagement["http"] | undefined): Promise<void> {
    this.#wanted =
      settings === undefined || this.#isClosed
        ? undefined
        : {
            address: settings.address ?? DEFAULT_ADDRESS,
            port: settings.port,
            tokenFile: settings["token-file"],
          };
    return this.#attempt(this.#options.retryFirstMs ?? RETRY_FIRST_MS);
  }

  /** close ends it. An alarm that is raised is not cleared by that: nothing is as configured. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.follow(undefined);
  }

  #attempt(retryMs: number): Promise<void> {
    clearTimeout(this.#retry);
    this.#turn = this.#turn.then(() => this.#change(retryMs));
    return this.#turn;
  }

  async #change(retryMs: number): Promise<void> {
    const wanted = this.#wanted;
    try {
      if (wanted === undefined) await this.#stop();
      else await this.#serve(wanted);
      if (this.#trouble !== undefined && !this.#isClosed)
        this.#options.say({ name: ALARM, text: "web management is as configured" }, false);
      this.#trouble = undefined;
    } catch (thrown) {
      if (this.#isClosed) return;
      const text = errorText(thrown);
      if (this.#trouble?.text !== text) {
        this.#trouble = { text, sinceMs: Date.now() };
        this.#options.say({ name: ALARM, text }, true);
      }
      const next = Math.min(2 * retryMs, RETRY_LAST_MS);
      this.#retry = setTimeout(() => void this.#attempt(next), retryMs);
      this.#retry.unref();
    }
  }

  async #serve({ address, port, tokenFile }: Wanted): Promise<void> {
    let token: string;
    try {
      token = readToken(tokenFile);
    } catch (thrown) {
      // Who had the token before may have been the reason to change it.
      await this.#stop();
      throw thrown;
    }
    const serves = JSON.stringify([address, port, token]);
    if (this.#gateway !== undefined && this.#serves === serves) return;
    await this.#stop();
    const gateway = new Gateway({ socketPath: this.#options.socketPath, address, port, token });
    try {
      await gateway.start();
    } catch (cause) {
      throw new CodedError("cannot-listen", `cannot listen on ${address} port ${port}: ${errorText(cause)}`, { cause });
    }
    this.#gateway = gateway;
    this.#serves = serves;
    this.#options.tell(`the web page and the API are at ${address} port ${port}, for reading`);
  }

  async #stop(): Promise<void> {
    const gateway = this.#gateway;
    if (gateway === undefined) return;
    this.#gateway = undefined;
    await gateway.close();
    this.#options.tell("the web page and the API are no longer served over TCP");
  }
}

/** readToken reads the first line of a file that nobody else may read. */
function readToken(path: string): string {
  // Without O_NONBLOCK a FIFO would stop the daemon until somebody writes into it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new TokenRefusedError(path, "expected a regular file");
    if ((status.mode & 0o007) !== 0)
      throw new TokenRefusedError(path, `others may read or write it (mode ${(status.mode & 0o777).toString(8)})`);
    if (status.size > TOKEN_MOST) throw new TokenRefusedError(path, `longer than ${TOKEN_MOST} bytes`);
    const token = (readFileSync(file, "utf8").split("\n")[0] ?? "").trim();
    if (!/^[\x21-\x7e]+$/.test(token) || token.length < TOKEN_LEAST)
      throw new TokenRefusedError(
        path,
        `expected a line of at least ${TOKEN_LEAST} printable characters without blanks`,
      );
    return token;
  } finally {
    closeSync(file);
  }
}
