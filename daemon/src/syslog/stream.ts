// stream.ts: one configured collector: what it wants, in which format, and its accounts. SPDX-License-Identifier: Apache-2.0
import { EventType, type EventTypeName } from "../../../shared/gen/wire.gen.js";
import type { Stream as StreamConfig, StreamCategory, StreamFormat } from "../config/config.js";
import { jsonFormat } from "./format-json.js";
import { kvFormat } from "./format-kv.js";
import { sdLayoutFormat } from "./format-sd-layout.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
import { PLAIN_LAYOUTS, syslogFormat } from "./format-syslog.js";
import { DEFAULT_LAYOUT } from "./layout.js";
import { shortenJson, shortenStructured, shortenText, type Shorten } from "./shorten.js";
import { DEFAULT_SD_ID, LINE_LIMIT, type LineFormat, type LineOptions, type PfeOptions } from "./line.js";
import type { Native, Outbox, StreamAccount } from "./outbox.js";
import { Facility, Severity } from "./priority.js";
import { UdpSender, type UdpTarget } from "./udp.js";

/** StreamSettings: a stream's configuration with all defaults in place. */
export interface StreamSettings {
  readonly name: string;
  readonly target: UdpTarget;
  readonly format: StreamFormat;
  readonly options: LineOptions;
  /** By event type value: whether the stream wants it. */
  readonly wants: readonly boolean[];
}

/** What a category covers, beside "all". */
const CATEGORY: Readonly<Record<Exclude<StreamCategory, "all">, readonly EventTypeName[]>> = {
  session: ["SESSION_OPEN", "SESSION_CLOSE"],
  "session-open": ["SESSION_OPEN"],
  "session-close": ["SESSION_CLOSE"],
  policy: ["POLICY_DENY"],
  screen: ["SCREEN_DROP"],
  filter: ["FILTER_LOG"],
};

const severityOf = (kind: EventTypeName): number => (kind === "SCREEN_DROP" ? Severity.error : Severity.info);

/** streamSettings reads one stream of a validated configuration. */
export function streamSettings(config: StreamConfig): StreamSettings {
  const categories = config.category ?? ["all"];
  const threshold = config.severity === undefined ? Severity.debug : Severity[config.severity];
  const wants = Array.from({ length: 8 }, () => false);
  for (const [kind, value] of Object.entries(EventType) as [EventTypeName, number][]) {
    const isCovered = categories.some((category) => category === "all" || CATEGORY[category].includes(kind));
    wants[value] = isCovered && severityOf(kind) <= threshold;
  }
  return {
    name: config.name,
    target: { host: config.host, port: config.port ?? 514, sourceAddress: config["source-address"] ?? "" },
    format: config.format ?? "sd-syslog",
    options: {
      facility: Facility[config["facility-override"] ?? "user"],
      sdId: config["structured-data-id"] ?? DEFAULT_SD_ID,
      layout: config.layout ?? DEFAULT_LAYOUT,
      limit: config["line-limit"] ?? LINE_LIMIT,
      sessionLimitsAsIp: config["session-limit-message"] === "RT_SCREEN_IP",
      ...(config["filter-format"] === "pfe" ? { pfe: pfeOptions(config) } : {}),
    },
    wants,
  };
}

// Junos logs filters under a facility of its own, `firewall`, which reaches collectors as local3.
function pfeOptions(config: StreamConfig): PfeOptions {
  return {
    facility: Facility[config["facility-override"] ?? "local3"],
    isPadded: config["filter-padding"] !== "compact",
  };
}

/** formatKey is equal for streams whose lines are equal. */
export function formatKey(settings: StreamSettings): string {
  return `${settings.format} ${JSON.stringify(settings.options)}`;
}

/** lineFormat makes the function that writes a stream's lines. */
export function lineFormat({ format, options }: StreamSettings): LineFormat {
  const write = FORMATS[format](options);
  const { limit = LINE_LIMIT, pfe } = options;
  return (line, event, names) => {
    write(line, event, names);
    if (line.length <= limit) return;
    const isPfe = event.kind === "FILTER_LOG" && pfe !== undefined && format !== "json";
    (isPfe ? shortenText : SHORTEN[format])(line, limit);
  };
}

const FORMATS: Readonly<Record<StreamFormat, (options: LineOptions) => LineFormat>> = {
  "sd-syslog": (options) => {
    const { layout = DEFAULT_LAYOUT } = options;
    return layout === DEFAULT_LAYOUT ? sdSyslogFormat(options) : sdLayoutFormat(options, layout);
  },
  syslog: (options) => syslogFormat(options, PLAIN_LAYOUTS.find((layout) => layout === options.layout) ?? "junos-22"),
  kv: kvFormat,
  json: jsonFormat,
};

const SHORTEN: Readonly<Record<StreamFormat, Shorten>> = {
  "sd-syslog": shortenStructured,
  syslog: shortenText,
  kv: shortenText,
  json: shortenJson,
};

/** StreamStatus: what an operator sees of a stream. */
export interface StreamStatus {
  readonly name: string;
  readonly target: UdpTarget;
  readonly format: string;
  readonly waiting: number;
  readonly error: string;
  readonly refused: number;
  readonly accounts: readonly StreamAccount[];
}

/** Stream is a queue with accounts and the socket it drains into. */
export class Stream {
  readonly settings: StreamSettings;
  readonly outbox: Outbox;
  readonly #sender: UdpSender;

  constructor(native: Native, settings: StreamSettings, outbox: Outbox) {
    this.settings = settings;
    this.outbox = outbox;
    this.#sender = new UdpSender(native, settings.target, outbox);
  }

  /** send sends what waits. Call it between batches, never between an append and the decision it belongs to. */
  send(): void {
    this.#sender.send();
  }

  status(): StreamStatus {
    const { name, target, format } = this.settings;
    return {
      name,
      target,
      format,
      waiting: this.outbox.waiting,
      ...this.#sender.state,
      accounts: this.outbox.accounts(),
    };
  }

  close(): void {
    this.#sender.close();
  }
}
