// stream-watch.ts: tells of streams that are lost, and of alarms: the daemon's own log, and the other streams. SPDX-License-Identifier: Apache-2.0
import type { Logger } from "pino";

import type { EventTime } from "../event/event.js";
import type { AlarmLine } from "../nat/pool-alarms.js";
import type { Delivery } from "./delivery.js";
import { NOTICE, type StreamAccount } from "./outbox.js";
import { Severity } from "./priority.js";
import type { SenderState } from "./sender.js";
import { targetText, type Stream } from "./stream.js";

/** How long a test line's fate is waited for, and how often it is looked at. */
const TEST_MS = 5_000;
const LOOK_MS = 20;

/** StreamTest: what became of a test line. */
export interface StreamTest {
  readonly sent: boolean;
  /** What the stream's way out has to say. */
  readonly state: SenderState;
}

export class StreamWatch {
  readonly #delivery: () => Delivery;
  readonly #hostName: () => string;
  readonly #log: Logger;
  readonly #lost = new WeakSet<Stream>();

  constructor(delivery: () => Delivery, hostName: () => string, log: Logger) {
    this.#delivery = delivery;
    this.#hostName = hostName;
    this.#log = log;
  }

  /** changed is told of each change of a stream's state. A loss is told of once, until the stream is up again. */
  changed(stream: Stream, state: SenderState): void {
    const { name, target } = stream.settings;
    if (state.status === "up") {
      if (this.#lost.delete(stream)) this.#log.info({ stream: name }, "log stream is up again");
      return;
    }
    if (state.status !== "down" || state.error === "" || this.#lost.has(stream)) return;
    this.#lost.add(stream);
    this.#log.warn({ stream: name, reason: state.error }, "log stream lost");
    const values = { "stream-name": name, collector: targetText(target), status: "Error", description: state.error };
    // Not now: a stream may be in the middle of sending.
    setImmediate(() => {
      const { error } = Severity;
      const others = this.#wanting(error).filter((one) => one !== stream);
      this.#notice(others, { tag: "RTLOG_CONN_ERROR", severity: error, values });
    });
  }

  /** alarm tells of what was raised or cleared. */
  alarm({ name, text }: AlarmLine, raised: boolean): void {
    if (raised) this.#log.warn({ alarm: name }, text);
    else this.#log.info({ alarm: name }, text);
    const severity = raised ? Severity.warning : Severity.info;
    setImmediate(() => this.#notice(this.#wanting(severity), { tag: name, severity, values: { description: text } }));
  }

  #wanting(severity: number): readonly Stream[] {
    return this.#delivery().streams.filter(
      ({ settings }) => settings.wants[NOTICE] === true && severity <= settings.severity,
    );
  }

  /** test sends a line by one stream and waits for a moment to see what becomes of it. */
  async test(stream: Stream): Promise<StreamTest> {
    if (stream.settings.format === "ipfix")
      return { sent: false, state: { ...stream.state, error: "format ipfix has no test line" } };
    const before = notices(stream);
    const values = { "stream-name": stream.settings.name, collector: targetText(stream.settings.target) };
    this.#notice([stream], { tag: "RTLOG_TEST", severity: Severity.info, values });
    // Lines that waited before it come first.
    const isOver = (): boolean => {
      const { sent, unsendable, inDoubt, full } = notices(stream);
      return sent + unsendable + inDoubt + full > before.sent + before.unsendable + before.inDoubt + before.full;
    };
    for (let waitedMs = 0; waitedMs < TEST_MS && !isOver() && stream.state.error === ""; waitedMs += LOOK_MS)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    return { sent: notices(stream).sent > before.sent, state: stream.state };
  }

  #notice(streams: readonly Stream[], notice: Parameters<Delivery["notice"]>[1]): void {
    this.#delivery().notice(streams, notice, this.#hostName(), now());
  }
}

const notices = (stream: Stream): StreamAccount => stream.outbox.accounts().find(({ kind }) => kind === NOTICE)!;

function now(): EventTime {
  const milliseconds = Date.now();
  return { seconds: Math.floor(milliseconds / 1000), nanoseconds: (milliseconds % 1000) * 1_000_000 };
}
