// frame-server.ts: a collector for tests: takes connections, TCP or TLS, and cuts what comes into lines. SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** FrameServer collects the lines of all its connections, in the order in which they come. */
export class FrameServer {
  readonly lines: string[] = [];
  /** What was left of a line when its connection ended. */
  readonly torn: string[] = [];
  readonly connections: Socket[] = [];
  readonly errors: string[] = [];
  connected = 0;
  readonly #server: Server;
  readonly #framing: "octet-counting" | "newline";
  #wake: () => void = () => undefined;

  private constructor(server: Server, framing: "octet-counting" | "newline") {
    this.#server = server;
    this.#framing = framing;
    server.on(server instanceof Object && "setSecureContext" in server ? "secureConnection" : "connection", (socket) =>
      this.#take(socket as Socket),
    );
  }

  /** listen takes a port of the kernel's choice if it is 0. */
  static async listen(
    options: { port?: number; framing?: "octet-counting" | "newline"; tls?: TlsOptions; host?: string } = {},
  ): Promise<FrameServer> {
    const server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    const made = new FrameServer(server, options.framing ?? "octet-counting");
    server.on("tlsClientError", () => undefined);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
    await once(server, "listening");
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** until waits for so many lines. */
  async until(count: number): Promise<readonly string[]> {
    while (this.lines.length < count) await this.#event();
    return this.lines;
  }

  /** untilConnected waits for the nth connection since the start. */
  async untilConnected(count: number): Promise<Socket> {
    while (this.connected < count) await this.#event();
    return this.connections.at(-1)!;
  }

  /** close ends all connections: in good order, or by a reset. */
  async close(how: "end" | "reset" = "end"): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.connections)
      if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    await closed;
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before();
        resolve();
      };
    });
  }

  #woken(): void {
    const wake = this.#wake;
    this.#wake = () => undefined;
    wake();
  }

  #take(socket: Socket): void {
    this.connections.push(socket);
    this.connected++;
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      rest = this.#cut(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
      this.#woken();
    });
    socket.on("error", ({ message }) => this.errors.push(message));
    socket.on("close", () => {
      if (rest.length > 0) this.torn.push(rest.toString());
      this.connections.splice(this.connections.indexOf(socket), 1);
      this.#woken();
    });
    this.#woken();
  }

  #cut(bytes: Buffer): Buffer {
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(this.#framing === "newline" ? "\n" : " ", at);
      if (end < 0) break;
      if (this.#framing === "newline") {
        this.lines.push(bytes.toString("utf8", at, end));
        at = end + 1;
        continue;
      }
      const length = Number(bytes.toString("latin1", at, end));
      if (!Number.isInteger(length) || length === 0) throw new Error(`no length: ${bytes.toString("latin1", at, end)}`);
      if (end + 1 + length > bytes.length) break;
      this.lines.push(bytes.toString("utf8", end + 1, end + 1 + length));
      at = end + 1 + length;
    }
    return Buffer.from(bytes.subarray(at));
  }
}
