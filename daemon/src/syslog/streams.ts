// streams.ts: the streams of the active configuration: made, kept and ended as commits come. SPDX-License-Identifier: Apache-2.0
import type { Logger } from "pino";

import type { Stream as StreamConfig } from "../config/config.js";
import type { Outbox, Native } from "./outbox.js";
import type { OutboxFiles } from "./outbox-file.js";
import { Stream, streamSettings } from "./stream.js";

export class Streams {
  readonly #native: Native;
  readonly #files: OutboxFiles;
  readonly #log: Logger;
  readonly #byName = new Map<string, Stream>();

  constructor(native: Native, files: OutboxFiles, log: Logger) {
    this.#native = native;
    this.#files = files;
    this.#log = log;
  }

  /** configure makes the streams of a configuration. One whose settings did not change goes on as it is; one that changed keeps
   * its queue and its accounts; one that is gone sends what the network takes at once, and the rest is given up, with a word
   * in the daemon's log. When it throws, because a queue cannot be made, nothing has changed. */
  configure(configs: readonly StreamConfig[]): readonly Stream[] {
    const wanted = configs.map(streamSettings);
    // All that can fail comes first: then the streams there are go on as they are.
    const streams = wanted.map((settings) => {
      const present = this.#byName.get(settings.name);
      if (present !== undefined && JSON.stringify(present.settings) === JSON.stringify(settings)) return present;
      return new Stream(this.#native, settings, present?.outbox ?? this.#files.open(settings.name));
    });
    const names = new Set(wanted.map((settings) => settings.name));
    for (const name of new Set([...this.#byName.keys(), ...this.#files.others(names)]))
      if (!names.has(name)) this.#end(name);
    for (const stream of streams) {
      const { name } = stream.settings;
      const before = this.#byName.get(name);
      if (before !== stream) before?.close();
      this.#byName.set(name, stream);
    }
    return streams;
  }

  /** close lets every stream send what the network takes at once. What still waits is sent by the next daemon. */
  close(): void {
    for (const stream of this.#byName.values()) stream.close();
    this.#byName.clear();
  }

  #end(name: string): void {
    const stream = this.#byName.get(name);
    stream?.close();
    const outbox: Outbox | undefined = stream?.outbox ?? this.#leftOver(name);
    if (outbox !== undefined)
      this.#log.warn(
        { stream: name, waiting: outbox.waiting, accounts: outbox.accounts() },
        "stream ended; what waited is given up",
      );
    this.#byName.delete(name);
    this.#files.remove(name);
  }

  #leftOver(name: string): Outbox | undefined {
    try {
      return this.#files.open(name);
    } catch (err) {
      this.#log.warn({ err, stream: name }, "the outbox of a former stream cannot be read");
      return undefined;
    }
  }
}
