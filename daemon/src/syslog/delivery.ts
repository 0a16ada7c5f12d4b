// delivery.ts: events in, lines out: each event is formatted once per format and queued in every stream that wants it.
// SPDX-License-Identifier: Apache-2.0
import { EventType } from "../../../shared/gen/wire.gen.js";
import type { EventTime, RingwallEvent } from "../event/event.js";
import type { EventNames, GenerationNames } from "../event/names.js";
import { LineBuffer } from "./line-buffer.js";
import { LINE_BYTES, type LineFormat } from "./line.js";
import { writeNotice, type Notice } from "./notice.js";
import { NOTICE } from "./outbox.js";
import { formatKey, lineFormat, shortenLine, type Stream } from "./stream.js";

/** RingPosition: which frame of which ring. */
export interface RingPosition {
  readonly worker: number;
  readonly startId: number;
}

/** Observer sees each event that is delivered, with its names. */
export interface Observer {
  /** Whether publish has anything to do. */
  readonly isWatched: boolean;
  publish(event: RingwallEvent, names: EventNames): void;
}

/** FormatGroup: streams whose lines are the same. `line` holds the current event's line; empty: not formatted yet. */
interface FormatGroup {
  readonly format: LineFormat;
  readonly line: LineBuffer;
}

interface Outlet {
  readonly stream: Stream;
  readonly group: FormatGroup;
}

/** Delivery hands events to the streams of the active configuration. Between two calls of `decided` it stands between two
 * batches; only then may streams be changed or sent. */
export class Delivery {
  readonly #names: GenerationNames;
  readonly #observers: readonly Observer[];
  readonly #failed: (event: RingwallEvent, thrown: unknown) => void;
  #outlets: readonly Outlet[] = [];
  #groups: readonly FormatGroup[] = [];
  readonly #notice = new LineBuffer(LINE_BYTES);
  #unnamed = 0;

  /** failed is told of events whose line could not be written. */
  constructor(
    names: GenerationNames,
    observers: readonly Observer[],
    failed: (event: RingwallEvent, thrown: unknown) => void,
  ) {
    this.#names = names;
    this.#observers = observers;
    this.#failed = failed;
  }

  get streams(): readonly Stream[] {
    return this.#outlets.map((outlet) => outlet.stream);
  }

  /** unnamed counts events of generations whose names are not kept any more; their lines show numbers. */
  get unnamed(): number {
    return this.#unnamed;
  }

  setStreams(streams: readonly Stream[]): void {
    const groups = new Map<string, FormatGroup>();
    this.#outlets = streams.map((stream) => {
      const key = formatKey(stream.settings);
      const group = groups.get(key) ?? { format: lineFormat(stream.settings), line: new LineBuffer(LINE_BYTES) };
      groups.set(key, group);
      return { stream, group };
    });
    this.#groups = [...groups.values()];
  }

  /** event queues one event wherever it is wanted and has not been decided about before a restart. */
  event(event: RingwallEvent, ring: RingPosition, sequence: number): void {
    const kind = EventType[event.kind];
    const names = this.#names.of(event.generation);
    if (!names.isKnown) this.#unnamed++;
    for (const group of this.#groups) group.line.clear();
    for (const { stream, group } of this.#outlets) {
      const { outbox } = stream;
      if (outbox.hasDecided(ring.worker, ring.startId, sequence)) continue;
      if (!stream.wants(kind, event, names)) {
        outbox.filter(kind);
        continue;
      }
      if (!stream.hasRate()) {
        outbox.limit(kind);
        continue;
      }
      const { line } = group;
      if (line.length === 0) this.#format(group, event, names);
      stream.append(kind, line.bytes, line.length, () => outbox.decided(ring.worker, ring.startId, sequence - 1));
    }
    for (const observer of this.#observers) if (observer.isWatched) observer.publish(event, names);
  }

  // A line that cannot be written is counted with those that cannot be sent, and the next event has its turn: one odd frame
  // must not end the log.
  #format(group: FormatGroup, event: RingwallEvent, names: EventNames): void {
    try {
      group.format(group.line, event, names);
    } catch (thrown) {
      group.line.clear();
      this.#failed(event, thrown);
    }
  }

  /** decided ends a batch: the events of this ring up to `sequence` are in the streams' hands. After it the ring may forget
   * them. */
  decided(ring: RingPosition, sequence: number): void {
    for (const { stream } of this.#outlets) {
      if (!stream.outbox.hasDecided(ring.worker, ring.startId, sequence))
        stream.outbox.decided(ring.worker, ring.startId, sequence);
    }
  }

  /** notice puts a line of the daemon's own into the streams that are given, and lets them send it. Between two batches only. */
  notice(streams: readonly Stream[], notice: Notice, hostName: string, time: EventTime): void {
    for (const stream of streams) {
      const { format, options } = stream.settings;
      const write = (): void => writeNotice(this.#notice, notice, { format, options, hostName, time });
      this.#notice.clear();
      write();
      shortenLine(this.#notice, stream.settings, write);
      const { outbox } = stream;
      stream.append(NOTICE, this.#notice.bytes, this.#notice.length, () => outbox.commit());
      outbox.commit();
      stream.send();
    }
  }

  /** send lets every stream send what it has. */
  send(): void {
    for (const { stream } of this.#outlets) stream.send();
  }
}
