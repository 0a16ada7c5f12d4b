// client.ts: the CLI's end of the daemon's API. SPDX-License-Identifier: Apache-2.0
import { request, type IncomingMessage } from "node:http";

import { hasCode } from "../base/coded-error.js";
import { daemonSocket } from "../base/run-paths.js";
import { formatConfigErrors } from "../config/error.js";
import type { ApiErrorBody } from "../http/api.js";
import { CliError, Exit } from "./exit.js";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** RefusedError: the daemon answered, and the answer is no. */
export class RefusedError extends CliError {
  readonly body: ApiErrorBody;

  constructor(body: ApiErrorBody) {
    super(Exit.REFUSED, body.code, body.message);
    this.body = body;
  }

  /** text gives the whole answer for people: each error of a configuration in a line of its own. */
  text(color: boolean): string {
    const { errors, message, path } = this.body;
    const place = path === undefined || path === "" ? "" : ` (at ${path})`;
    if (errors === undefined || errors.length === 0) return `${message}${place}`;
    return `${formatConfigErrors(errors, { color })}\n${message}`;
  }
}

export class DaemonClient {
  readonly socketPath: string;

  constructor(runDir: string) {
    this.socketPath = daemonSocket(runDir);
  }

  async get<Reply>(path: string, query: Query = {}): Promise<Reply> {
    return this.#json<Reply>(await this.#ask("GET", withQuery(path, query)));
  }

  async post<Reply>(path: string, body: unknown): Promise<Reply> {
    return this.#json<Reply>(await this.#ask("POST", path, JSON.stringify(body)));
  }

  /** lines reads a stream of JSON lines until it ends or the signal is aborted. */
  async *lines(path: string, query: Query, signal: AbortSignal): AsyncGenerator<string> {
    const response = await this.#ask("GET", withQuery(path, query), undefined, signal);
    if (response.statusCode !== 200) await this.#json(response);
    response.setEncoding("utf8");
    let rest = "";
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        yield* lines;
      }
    } catch (thrown) {
      if (!signal.aborted) throw new CliError(Exit.UNREACHABLE, "daemon-gone", "the daemon ended", { cause: thrown });
    }
  }

  #ask(method: string, path: string, body?: string, signal?: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const asked = request(
        { socketPath: this.socketPath, method, path, headers, ...(signal ? { signal } : {}) },
        resolve,
      );
      asked.on("error", (error) => reject(this.#unreachable(error)));
      asked.end(body);
    });
  }

  #unreachable(error: Error): CliError {
    const reason = hasCode(error, "ENOENT")
      ? "there is no such socket"
      : hasCode(error, "ECONNREFUSED")
        ? "nobody listens there"
        : hasCode(error, "EACCES")
          ? "this user may not (be root, or in the socket's group)"
          : error.message;
    const message = `cannot reach ringwalld on ${this.socketPath}: ${reason}; is it running, and is --run-dir right?`;
    return new CliError(Exit.UNREACHABLE, "daemon-unreachable", message, { cause: error });
  }

  async #json<Reply>(response: IncomingMessage): Promise<Reply> {
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response as AsyncIterable<string>) text += chunk;
    const status = response.statusCode ?? 0;
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (cause) {
      throw new CliError(Exit.REFUSED, "bad-reply", `the daemon answered ${status} with something that is not JSON`, {
        cause,
      });
    }
    if (status !== 200) throw new RefusedError(body as ApiErrorBody);
    return body as Reply;
  }
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as [string, string][]).toString()}`;
}
