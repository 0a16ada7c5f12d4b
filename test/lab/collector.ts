// A real rsyslogd in a namespace: receives syslog over UDP, parses RFC 5424 structured data, stores one JSON object a line.
import { mkdir, open, writeFile, type FileHandle } from "node:fs/promises";
import { watch } from "node:fs";
import { join } from "node:path";
import type { Namespace } from "./netns.js";
import type { Running } from "./process.js";
import { within } from "./process.js";

export interface Received {
  readonly raw: string; // the datagram as it came
  readonly priority: number;
  readonly host: string;
  readonly program: string; // APP-NAME
  readonly tag: string; // MSGID
  readonly sender: string; // source address of the datagram
  readonly fields: Readonly<Record<string, string>>; // structured data of our SD-ID, or key=value pairs
}

/** What rsyslog stores of a message; parseStored reads it. */
export const storedTemplate = `
template(name="stored" type="list" option.jsonf="on") {
  property(outname="raw" name="rawmsg" format="jsonf")
  property(outname="priority" name="pri" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="program" name="app-name" format="jsonf")
  property(outname="tag" name="msgid" format="jsonf")
  property(outname="sender" name="fromhost-ip" format="jsonf")
  property(outname="data" name="$!rfc5424-sd" format="jsonf")
}`;

export class Collector {
  /** The collector's host. */
  readonly namespace: Namespace;
  readonly #directory: string;
  readonly #address: string;
  readonly file: string;
  #process: Running | undefined;
  readonly received: Received[] = [];
  #rest = "";
  #position = 0;
  #handle: FileHandle | undefined;
  #reading: Promise<void> = Promise.resolve();
  readonly #watchers = new Set<() => void>();
  #stopWatching: () => void = () => undefined;

  constructor(namespace: Namespace, directory: string, address: string) {
    this.namespace = namespace;
    this.#directory = directory;
    this.#address = address;
    this.file = join(directory, "received.json");
  }

  async start(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await writeFile(this.file, "", { flag: "a" });
    const configuration = join(this.#directory, "rsyslog.conf");
    await writeFile(
      configuration,
      `global(workDirectory="${this.#directory}" maxMessageSize="16k" net.enableDNS="off")
module(load="imudp")
module(load="mmpstrucdata")
${storedTemplate}
ruleset(name="store") {
  action(type="mmpstrucdata")
  action(type="omfile" file="${this.file}" template="stored" flushOnTXEnd="on" asyncWriting="off")
}
input(type="imudp" address="${this.#address}" port="514" ruleset="store" rcvbufSize="8m")
`,
    );
    this.#process = this.namespace.start("rsyslogd", [
      "rsyslogd",
      "-n",
      "-f",
      configuration,
      "-i",
      join(this.#directory, "rsyslogd.pid"),
    ]);
    this.#handle ??= await open(this.file, "r");
    const watcher = watch(this.file, () => {
      this.#reading = this.#reading.then(() => this.#read());
    });
    this.#stopWatching = () => watcher.close();
    await this.#listening();
  }

  async stop(): Promise<void> {
    this.#stopWatching();
    await this.#process?.stop();
    this.#process = undefined;
    await this.#reading;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #listening(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const sockets = await this.namespace.run(["ss", "-Hlun", "sport = :514"]);
      if (sockets.stdout.includes(":514")) return;
      if (!this.#process!.alive) throw new Error(`rsyslogd ended:\n${this.#process!.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50)); // a listening socket gives no event to wait for
    }
    throw new Error(`rsyslogd does not listen:\n${this.#process!.output}`);
  }

  async #read(): Promise<void> {
    const buffer = Buffer.alloc(1 << 18);
    for (;;) {
      if (!this.#handle) return;
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#position);
      if (bytesRead === 0) break;
      this.#position += bytesRead;
      this.#rest += buffer.toString("utf8", 0, bytesRead);
      const lines = this.#rest.split("\n");
      this.#rest = lines.pop()!;
      for (const line of lines) this.received.push(parseStored(line));
    }
    for (const look of [...this.#watchers]) look();
  }

  // expect waits for a line that satisfies `test`, among those received after `from` lines.
  async expect(what: string, test: (line: Received) => boolean, from = 0, seconds = 15): Promise<Received> {
    const found = await this.expectCount(what, test, 1, from, seconds);
    return found[0]!;
  }

  async expectCount(
    what: string,
    test: (line: Received) => boolean,
    count: number,
    from = 0,
    seconds = 15,
  ): Promise<Received[]> {
    return await within<Received[]>(
      seconds,
      `${count} line(s) of ${what}`,
      (resolve) => {
        const look = (): void => {
          const found = this.received.slice(from).filter(test);
          if (found.length >= count) resolve(found);
        };
        this.#watchers.add(look);
        look();
        return () => this.#watchers.delete(look);
      },
      () =>
        `received since:\n${this.received
          .slice(from)
          .map((line) => line.raw)
          .join("\n")}`,
    );
  }
}

export function parseStored(text: string): Received {
  const stored = JSON.parse(text) as {
    raw: string;
    priority: string;
    host: string;
    program: string;
    tag: string;
    sender: string;
    data?: unknown;
  };
  const data =
    typeof stored.data === "string" ? (stored.data ? (JSON.parse(stored.data) as unknown) : undefined) : stored.data;
  const elements = (data ?? {}) as Record<string, Record<string, string>>;
  const structured = Object.entries(elements).find(([id]) => id.startsWith("junos@"))?.[1];
  return {
    raw: stored.raw,
    priority: Number(stored.priority),
    host: stored.host,
    program: stored.program,
    tag: stored.tag,
    sender: stored.sender,
    fields: structured ?? parsePairs(stored.raw),
  };
}

function parsePairs(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([a-z-]+)=(\S+)/g)) fields[name!] = value!;
  return fields;
}
