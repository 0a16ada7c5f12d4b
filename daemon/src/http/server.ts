// server.ts: the daemon's API on its Unix socket. Every body is checked against schemas/api.schema.json. SPDX-License-Identifier: Apache-2.0
import { chmodSync, rmSync } from "node:fs";
import { connect } from "node:net";

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";

import { CodedError, errorText } from "../base/coded-error.js";
import type { ConfigError } from "../config/error.js";
import type { ApiErrorBody, LogQuery } from "./api.js";
import { ApiSchema, problemOf, type ApiRoute } from "./api-schema.js";
import { eventTest, LogQueryError, type LiveLog } from "./live-log.js";
import { LineReader, SseReader } from "./log-readers.js";
import { addWebPage } from "./web-page.js";

/** RequestError: a request that is not carried out, with what its sender is told. */
export class RequestError extends CodedError {
  readonly status: 400 | 404 | 409 | 422 | 503;
  readonly errors: readonly ConfigError[] | undefined;
  readonly path: string | undefined;

  constructor(
    status: RequestError["status"],
    code: string,
    message: string,
    more: { errors?: readonly ConfigError[]; path?: string; cause?: unknown } = {},
  ) {
    super(code, message, "cause" in more ? { cause: more.cause } : undefined);
    this.status = status;
    this.errors = more.errors;
    this.path = more.path;
  }
}

/** AlreadyRunningError: another daemon answers on the socket. */
export class AlreadyRunningError extends CodedError {
  constructor(path: string) {
    super("already-running", `another ringwalld answers on ${path}`);
  }
}

/** Handlers by "METHOD /path". Each gets the checked body, or the checked query, and gives the reply. */
export type Handlers = Readonly<Record<string, (input: never) => unknown>>;

const BODY_LIMIT_BYTES = 20 << 20;

export class ApiServer {
  readonly #path: string;
  readonly #log: Logger;
  readonly #liveLog: LiveLog;
  readonly #app: FastifyInstance;
  readonly #schema = new ApiSchema();

  constructor(path: string, handlers: Handlers, liveLog: LiveLog, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#liveLog = liveLog;
    this.#app = fastify({ bodyLimit: BODY_LIMIT_BYTES, logger: false, forceCloseConnections: true });
    this.#app.setErrorHandler((thrown, request, reply) => this.#refuse(thrown, request, reply));
    this.#app.setNotFoundHandler((request, reply) => {
      const body: ApiErrorBody = { code: "no-such-route", message: `there is no ${request.method} ${request.url}` };
      return reply.code(404).send(body);
    });
    for (const route of this.#schema.routes) this.#add(route, handlers);
    addWebPage(this.#app);
  }

  /** start listens. A socket that a dead daemon left is taken over; a live one is an error. */
  async start(): Promise<void> {
    if (await answers(this.#path)) throw new AlreadyRunningError(this.#path);
    rmSync(this.#path, { force: true });
    // Between bind and chmod the socket must not be open to everybody.
    const mask = process.umask(0o117);
    try {
      await this.#app.listen({ path: this.#path });
    } finally {
      process.umask(mask);
    }
    chmodSync(this.#path, 0o660);
    // A connection that cannot be accepted (no descriptors left) is no reason to end.
    this.#app.server.on("error", (err) => this.#log.warn({ err }, "a connection to the API could not be accepted"));
  }

  async close(): Promise<void> {
    await this.#app.close();
    rmSync(this.#path, { force: true });
  }

  #add(route: ApiRoute, handlers: Handlers): void {
    if (route.stream !== undefined) {
      this.#app.get(route.path, (request, reply) => this.#stream(request, reply, route));
      return;
    }
    const name = `${route.method} ${route.path}`;
    const handler = handlers[name] as ((input: unknown) => unknown) | undefined;
    if (handler === undefined) throw new TypeError(`no handler for ${name}`);
    const { text } = route;
    if (text !== undefined) {
      this.#app.get(route.path, async (request, reply) =>
        reply.type(text).send(await handler(this.#query(request, route))),
      );
      return;
    }
    const validateReply = this.#schema.validator(route.reply ?? "");
    const validateBody = route.body === undefined ? undefined : this.#schema.validator(route.body);
    this.#app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        if (validateBody !== undefined && !validateBody(request.body))
          throw new RequestError(400, "bad-request", problemOf(validateBody, "body"));
        const input = validateBody === undefined ? this.#query(request, route) : request.body;
        const result = await handler(input);
        // A reply that is not as promised is our mistake; the asker still gets it.
        if (!validateReply(result))
          this.#log.error({ route: name, problem: problemOf(validateReply, "reply") }, "reply breaks the schema");
        return reply.type("application/json").send(JSON.stringify(result));
      },
    });
  }

  #query(request: FastifyRequest, route: ApiRoute): unknown {
    const query = { ...(request.query as object) };
    if (route.query === undefined) {
      const [unknown] = Object.keys(query);
      if (unknown !== undefined) throw new RequestError(400, "bad-request", `query "${unknown}" is not known here`);
      return query;
    }
    const validate = this.#schema.queryValidator(route.query);
    if (!validate(query)) throw new RequestError(400, "bad-request", problemOf(validate, "query"));
    return query;
  }

  #stream(request: FastifyRequest, reply: FastifyReply, route: ApiRoute): void {
    const query = this.#query(request, route) as LogQuery;
    const response = reply.raw;
    const settle = (): void => this.#liveLog.settle();
    const after = route.type === "text/event-stream" ? lastEventId(request) : undefined;
    const reader =
      route.type === "text/event-stream"
        ? new SseReader(response, after !== undefined, settle)
        : new LineReader(response);
    let unsubscribe: () => void;
    try {
      // What a reader missed is written at once: its headers come first.
      eventTest(query);
      reply.hijack();
      response.writeHead(200, { "content-type": reader.contentType, "cache-control": "no-store" });
      response.flushHeaders();
      unsubscribe = this.#liveLog.subscribe(query, reader, after);
    } catch (thrown) {
      reader.close();
      throw thrown;
    }
    response.on("drain", settle);
    response.on("close", () => {
      reader.close();
      unsubscribe();
    });
    response.on("error", (error) => this.#log.debug({ err: error }, "a reader of the live log went away"));
  }

  #refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (thrown instanceof RequestError) {
      const { code, message, errors, path } = thrown;
      const body: ApiErrorBody = {
        code,
        message,
        ...(errors ? { errors } : {}),
        ...(path === undefined ? {} : { path }),
      };
      return reply.code(thrown.status).send(body);
    }
    if (thrown instanceof LogQueryError) {
      const body: ApiErrorBody = { code: thrown.code, message: thrown.message };
      return reply.code(400).send(body);
    }
    const status = (thrown as { statusCode?: unknown }).statusCode;
    if (typeof status === "number" && status >= 400 && status < 500) {
      const body: ApiErrorBody = { code: "bad-request", message: errorText(thrown) };
      return reply.code(status).send(body);
    }
    this.#log.error({ err: thrown, route: `${request.method} ${request.url}` }, "request failed");
    const body: ApiErrorBody = { code: "internal", message: errorText(thrown) };
    return reply.code(500).send(body);
  }
}

function lastEventId(request: FastifyRequest): string | undefined {
  const id = request.headers["last-event-id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
