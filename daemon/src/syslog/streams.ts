// streams.ts: the streams of the active configuration: made, kept and ended as commits come. SPDX-License-Identifier: Apache-2.0
import type { Logger } from "pino";

import type { Stream as StreamConfig, TlsProfile } from "../config/config.js";
import { settleFormer } from "./connection-fate.js";
import type { Native } from "./native.js";
import type { Outbox } from "./outbox.js";
import type { OutboxFiles } from "./outbox-file.js";
import type { SenderState } from "./sender.js";
import { Stream, streamSettings, type StreamSettings } from "./stream.js";

/** Handover: a stream's outbox goes from the senders it had to the stream that the configuration has then, or is given up. */
interface Handover {
  readonly outbox: Outbox;
  readonly done: Promise<void>;
}

export class Streams {
  readonly #native: Native;
  readonly #files: OutboxFiles;
  readonly #log: Logger;
  readonly #changed: (stream: Stream, state: SenderState) => void;
  readonly #byName = new Map<string, Stream>();
  readonly #stop = new AbortController();
  /** By name: the last of the changes that are under way. */
  readonly #handovers = new Map<string, Handover>();

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
      const former = present ?? this.#handovers.get(settings.name);
      const outbox = former?.outbox ?? this.#files.open(settings.name, settings.bounds);
      return new Stream(this.#native, settings, outbox, this.#changed);
    });
    const names = new Set(wanted.map((settings) => settings.name));
    for (const name of new Set([...this.#byName.keys(), ...this.#files.others(names)]))
      if (!names.has(name)) this.#end(name);
    for (const stream of streams) {
      const { name } = stream.settings;
      const before = this.#byName.get(name);
      this.#byName.set(name, stream);
      if (before === stream) continue;
      const isFree = before === undefined && !this.#handovers.has(name) && !stream.outbox.isHandedOver;
      if (isFree) stream.begin();
      else this.#handOver(name, stream.outbox, before);
    }
    return streams;
  }

  /** close lets every stream send what the network takes at once. What still waits is sent by the next daemon. */
  async close(): Promise<void> {
    this.#stop.abort();
    const closed = [...this.#byName.values()].map((stream) => stream.close());
    await Promise.all([...closed, ...[...this.#handovers.values()].map(({ done }) => done)]);
    this.#byName.clear();
  }

  // Changes may follow each other faster than a connection ends. Until all senders before have let go of the outbox, and it is
  // settled what a connection had taken, the new stream only fills it; of several changes the last one goes on with it.
  #handOver(name: string, outbox: Outbox, before: Stream | undefined): void {
    const done = Promise.all([before?.close(), this.#handovers.get(name)?.done])
      .then(() => settleFormer(outbox, this.#stop.signal))
      .then(() => {
        if (this.#handovers.get(name) === handover) this.#handedOver(name, outbox);
      })
      .catch((err: unknown) => this.#log.error({ err, stream: name }, "a log stream could not be changed"));
    const handover: Handover = { outbox, done };
    this.#handovers.set(name, handover);
  }

  #handedOver(name: string, outbox: Outbox): void {
    this.#handovers.delete(name);
    const stream = this.#byName.get(name);
    if (stream === undefined) this.#forget(name, outbox);
    else if (!stream.isClosing) {
      stream.begin(this.#rebuilt(stream.settings, outbox));
      stream.send();
    }
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

  #end(name: string): void {
    const stream = this.#byName.get(name);
    this.#byName.delete(name);
    if (stream !== undefined) this.#handOver(name, stream.outbox, stream);
    else if (!this.#handovers.has(name)) this.#forget(name, this.#leftOver(name));
  }

  #forget(name: string, outbox: Outbox | undefined): void {
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
