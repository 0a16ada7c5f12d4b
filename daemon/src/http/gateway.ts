// gateway.ts: the daemon's API and web page over TCP, for reading only and for those who have the token. SPDX-License-Identifier: Apache-2.0
//
// It passes requests on to the Unix socket, so there is one API, and it has no rights of its own: whoever starts it must be
// allowed on the socket. Only GET is passed on: nothing that changes the firewall can be asked for over TCP.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { errorText } from "../base/coded-error.js";
import type { ApiErrorBody } from "./api.js";

export interface GatewayOptions {
  /** The daemon's socket. */
  readonly socketPath: string;
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
}

/** Cookies do not know ports: two gateways of one host must not take each other's. */
const cookieName = (port: number): string => `ringwall-${port}`;
/** What is passed on of a request; never a cookie or a credential. */
const PASSED_ON = ["accept", "last-event-id", "if-none-match"] as const;
/** What an answer says of the connection that it came by (RFC 9110 7.6.1): the reader's is another one. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding"]);
/** Readers at a time; a browser needs a handful. */
const CONNECTIONS = 64;
/** Who is connected and does not ask, or not to the end, makes room for others. */
const PATIENCE = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 } as const;

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #token: Buffer;
  /** What a browser has in place of the token: other services of this host are sent its cookies too, and must not learn the token. */
  readonly #cookie = randomBytes(24).toString("base64url");
  readonly #server: Server;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#token = digest(options.token);
    this.#server = createServer(PATIENCE, (asked, reply) => {
      // Nothing that a stranger asks may end the process that the log is in.
      try {
        this.#answer(asked, reply);
      } catch (thrown) {
        fail(reply, 500, "internal", errorText(thrown));
      }
    });
    this.#server.maxConnections = CONNECTIONS;
  }

  /** start listens, and gives the address to open. It rejects when the port is taken or the address is not this host's. */
  async start(): Promise<string> {
    const { address, port, token } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, address, () => {
        this.#server.off("error", reject);
        // A connection that cannot be accepted (no descriptors left) is the loss of who made it.
        this.#server.on("error", () => undefined);
        resolve();
      });
    });
    const host = address.includes(":") ? `[${address}]` : address;
    return `http://${host}:${this.#port}/?token=${encodeURIComponent(token)}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #answer(asked: IncomingMessage, reply: ServerResponse): void {
    const url = urlOf(asked.url ?? "");
    const given = url?.pathname === "/" ? url.searchParams.get("token") : null;
    if (given !== null && this.#isToken(given)) {
      // The token leaves the address bar at once; from here on a cookie that scripts cannot read stands for it. Not SameSite=Strict:
      // a browser that comes from the file of `ringwall ui` would not show it to the address that it is sent on to.
      reply.writeHead(303, {
        location: "/",
        "set-cookie": `${cookieName(this.#port)}=${this.#cookie}; HttpOnly; SameSite=Lax; Path=/`,
        "cache-control": "no-store",
      });
      reply.end();
      return;
    }
    if (!this.#isAllowed(asked)) {
      reply.setHeader("connection", "close");
      return refuse(
        reply,
        401,
        "no-token",
        "this needs the token that `ringwall ui` prints, or that is in the token-file of web-management",
      );
    }
    if (url === undefined) return refuse(reply, 400, "bad-request", "expected the path of something to read");
    if (asked.method !== "GET") return refuse(reply, 405, "read-only", "only reading is possible over TCP");
    this.#passOn(asked, url, reply);
  }

  #isAllowed(asked: IncomingMessage): boolean {
    const bearer = /^Bearer (.+)$/.exec(asked.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) return this.#isToken(bearer);
    const cookies = (asked.headers.cookie ?? "").split(/; */);
    const prefix = `${cookieName(this.#port)}=`;
    const cookie = cookies.find((text) => text.startsWith(prefix))?.slice(prefix.length);
    return cookie !== undefined && timingSafeEqual(digest(cookie), digest(this.#cookie));
  }

  #isToken(text: string): boolean {
    // By their digests: the time it takes says nothing of the token, its length included.
    return timingSafeEqual(digest(text), this.#token);
  }

  #passOn(asked: IncomingMessage, url: URL, reply: ServerResponse): void {
    const headers = Object.fromEntries(
      PASSED_ON.flatMap((name) => (asked.headers[name] === undefined ? [] : [[name, asked.headers[name]]])),
    ) as Record<string, string>;
    const inner = request(
      { socketPath: this.#options.socketPath, method: "GET", path: `${url.pathname}${url.search}`, headers },
      (answer) => {
        if (reply.destroyed) return;
        reply.writeHead(
          answer.statusCode ?? 502,
          Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !OF_THE_CONNECTION.has(name))),
        );
        // A reader of events is told that he is heard before there is one.
        reply.flushHeaders();
        // What the reader does not take is not read here either: the daemon then counts what he misses.
        answer.pipe(reply);
        answer.on("error", () => reply.destroy());
      },
    );
    inner.on("error", (error) => {
      // A browser's event source comes back by itself from a broken connection, with the id it had; from an answer it does not.
      if (asked.headers.accept === "text/event-stream") reply.destroy();
      else fail(reply, 502, "daemon-unreachable", `the daemon does not answer: ${errorText(error)}`);
    });
    reply.on("close", () => inner.destroy());
    inner.end();
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function refuse(reply: ServerResponse, status: number, code: string, message: string): void {
  const body: ApiErrorBody = { code, message };
  reply.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  reply.end(JSON.stringify(body));
}

/** fail refuses what was allowed and cannot be done; of an answer that has begun only its end can be told. */
function fail(reply: ServerResponse, status: number, code: string, message: string): void {
  if (reply.headersSent) reply.destroy();
  else refuse(reply, status, code, message);
}

/** urlOf reads what is asked for (RFC 9112 3.2): a path, or a whole address, as proxies write it. undefined: neither. */
function urlOf(target: string): URL | undefined {
  // The rest of a path that begins with two slashes would be read as a host.
  if (!/^(\/(?![/\\])|http:\/\/)/i.test(target)) return undefined;
  try {
    return new URL(target, "http://gateway");
  } catch {
    return undefined;
  }
}
