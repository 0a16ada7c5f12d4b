// streams.ts: the streams of the active configuration: made, kept and ended as commits come. SPDX-License-Identifier: Apache-2.0
import type { Logger } from "pino";

import type { Stream as StreamConfig, TlsProfile } from "../config/config.js";
import type { Native } from "./native.js";
import type { Outbox } from "./outbox.js";
import type { OutboxFiles } from "./outbox-file.js";
import type { SenderState } from "./sender.js";
import { Stream, streamSettings, type StreamSettings } from "./stream.js";

export class Streams {
  readonly #native: Native;
  readonly #files: OutboxFiles;
  readonly #log: Logger;
  readonly #changed: (stream: Stream, state: SenderState) => void;
  readonly #byName = new Map<string, Stream>();
  /** Streams that are gone from the configuration and still send. */
  readonly #ending = new Map<string, Stream>();
  /** What ends a former stream of the same name and begins the new one. */
  readonly #handovers = new Set<Promise<void>>();

  /** changed is told when a stream's way to its collector opens or is lost. */
  constructor(
    native: Native,
    files: OutboxFiles,
    log: Logger,
    changed: (stream: Stream, state: SenderState) => void = () => undefined,
  ) {
    this.#native = native;
    this.#files = files;
    this.#log = log;
    this.#changed = changed;
  }

  /** configure makes the streams of a configuration. One whose settings did not change goes on as it is; one that changed keeps
   * its queue and its accounts; one that is gone sends what the network takes at once, and the rest is given up, with a word
   * in the daemon's log. When it throws, because a queue cannot be made, nothing has changed. */
  configure(configs: readonly StreamConfig[], profiles: readonly TlsProfile[] = []): readonly Stream[] {
    const wanted = configs.map((config) => streamSettings(config, profiles));
    // All that can fail comes first: then the streams there are go on as they are.
    const streams = wanted.map((settings) => {
      const present = this.#byName.get(settings.name);
      if (present !== undefined && JSON.stringify(present.settings) === JSON.stringify(settings)) return present;
      const former = present ?? this.#ending.get(settings.name);
      const outbox = former?.outbox ?? this.#files.open(settings.name, settings.bounds);
      return new Stream(this.#native, settings, outbox, this.#changed);
    });
    const names = new Set(wanted.map((settings) => settings.name));
    for (const name of new Set([...this.#byName.keys(), ...this.#files.others(names)]))
      if (!names.has(name)) this.#end(name);
    for (const stream of streams) {
      const { name } = stream.settings;
      const before = this.#byName.get(name) ?? this.#ending.get(name);
      this.#byName.set(name, stream);
      if (before === stream) continue;
      if (before === undefined) stream.begin();
      else this.#during(this.#replace(before, stream));
    }
    return streams;
  }

  /** close lets every stream send what the network takes at once. What still waits is sent by the next daemon. */
  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((stream) => stream.close()));
    this.#byName.clear();
    await Promise.all(this.#handovers);
  }

  // Until the former stream has let go of the outbox, the new one only fills it.
  async #replace(before: Stream, stream: Stream): Promise<void> {
    await before.close();
    stream.begin(this.#rebuilt(stream.settings, before.outbox));
  }

  #rebuilt(settings: StreamSettings, outbox: Outbox): Outbox {
    try {
      return this.#files.open(settings.name, settings.bounds, outbox);
    } catch (err) {
      this.#log.error(
        { err, stream: settings.name },
        "the stream's queue cannot be made as configured; it keeps its own",
      );
      return outbox;
    }
  }

  #during(work: Promise<void>): void {
    const watched = work
      .catch((err: unknown) => this.#log.error({ err }, "a log stream could not be changed"))
      .finally(() => this.#handovers.delete(watched));
    this.#handovers.add(watched);
  }

  #end(name: string): void {
    const stream = this.#byName.get(name);
    this.#byName.delete(name);
    if (stream === undefined) this.#forget(name, this.#leftOver(name));
    else {
      this.#ending.set(name, stream);
      this.#during(stream.close().then(() => this.#forget(name, stream.outbox)));
    }
  }

  #forget(name: string, outbox: Outbox | undefined): void {
    this.#ending.delete(name);
    // A stream of this name may have come back meanwhile, and gone on with the outbox.
    if (this.#byName.has(name)) return;
    if (outbox !== undefined)
      this.#log.warn(
        { stream: name, waiting: outbox.waiting, accounts: outbox.accounts() },
        "stream ended; what waited is given up",
      );
    this.#files.remove(name);
  }

  #leftOver(name: string): Outbox | undefined {
    try {
      return this.#files.left(name);
    } catch (err) {
      this.#log.warn({ err, stream: name }, "the outbox of a former stream cannot be read");
      return undefined;
    }
  }
}
