// stream.ts: one configured collector: what it wants, in which format, and its accounts. SPDX-License-Identifier: Apache-2.0
import { EventType, type EventTypeName } from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import type {
  Stream as StreamConfig,
  StreamCategory,
  StreamFormat,
  TlsProfile as TlsProfileConfig,
} from "../config/config.js";
import { parseQuantity } from "../config/quantity.js";
import type { RingwallEvent } from "../event/event.js";
import { egressZone, type EventNames } from "../event/names.js";
import { IPFIX_KINDS, ipfixFormat, ipfixTemplates, TEMPLATE_REFRESH_S } from "./format-ipfix.js";
import { jsonFormat } from "./format-json.js";
import { kvFormat } from "./format-kv.js";
import { sdLayoutFormat } from "./format-sd-layout.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
import type { LineBuffer } from "./line-buffer.js";
import { PLAIN_LAYOUTS, syslogFormat } from "./format-syslog.js";
import { DEFAULT_LAYOUT } from "./layout.js";
import { shortenJson, shortenPlain, shortenStructured, shortenText, type Shorten } from "./shorten.js";
import {
  DEFAULT_SD_ID,
  LINE_LIMIT,
  memo,
  perNames,
  type IpfixOptions,
  type LineFormat,
  type LineOptions,
  type PfeOptions,
} from "./line.js";
import { ConnectedSender, type ConnectedTarget } from "./connected.js";
import { DatagramSender, type DatagramTarget } from "./datagram.js";
import { FileSender, type FileTarget } from "./file.js";
import type { Native } from "./native.js";
import { DEFAULT_BOUNDS, Framing, NOTICE, type Outbox, type OutboxBounds, type StreamAccount } from "./outbox.js";
import { Facility, Severity } from "./priority.js";
import { RateLimit } from "./rate-limit.js";
import type { Sender, SenderState } from "./sender.js";
import type { TlsProfile } from "./tls.js";

/** StreamSettings: a stream's configuration with all defaults in place. */
export interface StreamSettings {
  readonly name: string;
  readonly target: StreamTarget;
  readonly format: StreamFormat;
  readonly options: LineOptions;
  /** By event type value: whether the stream wants it. */
  readonly wants: readonly boolean[];
  /** What is less severe is not sent. */
  readonly severity: number;
  /** Names of zones of which one must be the packet's; empty: any. */
  readonly zones: readonly string[];
  readonly bounds: OutboxBounds;
  readonly dropsOldest: boolean;
  /** Lines per second; 0 is no limit. */
  readonly rateLimit: number;
  /** While it is down, no new session is let through. */
  readonly mustDeliver: boolean;
}

/** StreamTarget: where a stream's lines go. */
export type StreamTarget = DatagramTarget | ConnectedTarget | FileTarget;

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
export function streamSettings(config: StreamConfig, profiles: readonly TlsProfileConfig[] = []): StreamSettings {
  const categories = config.category ?? ["all"];
  const threshold = config.severity === undefined ? Severity.debug : Severity[config.severity];
  const wants = Array.from({ length: 8 }, () => false);
  for (const [kind, value] of Object.entries(EventType) as [EventTypeName, number][]) {
    const isCovered = categories.some((category) => category === "all" || CATEGORY[category].includes(kind));
    const isShown = config.format !== "ipfix" || IPFIX_KINDS.includes(value);
    wants[value] = isCovered && isShown && severityOf(kind) <= threshold;
  }
  wants[NOTICE] = config.format !== "ipfix" && categories.includes("all");
  return {
    name: config.name,
    target: streamTarget(config, profiles),
    format: config.format ?? "sd-syslog",
    options: {
      facility: Facility[config["facility-override"] ?? "user"],
      sdId: config["structured-data-id"] ?? DEFAULT_SD_ID,
      layout: config.layout ?? DEFAULT_LAYOUT,
      limit: config["line-limit"] ?? LINE_LIMIT,
      ...(config.format === "ipfix" ? { ipfix: ipfixOptions(config) } : {}),
      sessionLimitsAsIp: config["session-limit-message"] === "RT_SCREEN_IP",
      ...(config["filter-format"] === "pfe" ? { pfe: pfeOptions(config) } : {}),
    },
    wants,
    severity: threshold,
    zones: config.zone ?? [],
    bounds: streamBounds(config),
    dropsOldest: config.queue?.overflow === "drop-oldest",
    rateLimit: config["rate-limit"] ?? 0,
    mustDeliver: config["require-delivery"] ?? false,
  };
}

const DEFAULT_FILE = { size: 10_000_000, files: 10 };
const DEFAULT_KEEP_ALIVE_S = 60;
const DEFAULT_USER_TIMEOUT_S = 20;

function streamTarget(config: StreamConfig, profiles: readonly TlsProfileConfig[]): StreamTarget {
  const { file, transport = {}, host = "" } = config;
  if (file !== undefined) {
    const size = file.size === undefined ? DEFAULT_FILE.size : parseQuantity(file.size)!;
    return { protocol: "file", path: file.path, size, files: file.files ?? DEFAULT_FILE.files };
  }
  const sourceAddress = config["source-address"] ?? "";
  const protocol = transport.protocol ?? "udp";
  if (protocol === "unix") return { protocol, path: transport.path ?? "/dev/log" };
  if (protocol === "udp") return { protocol, host, port: config.port ?? 514, sourceAddress };
  return {
    protocol,
    host,
    port: config.port ?? (protocol === "tls" ? 6514 : 514),
    sourceAddress,
    framing: framingOf(config),
    ...(config.format === "ipfix" ? { opening: ipfixTemplates } : {}),
    keepAliveSeconds: transport["keep-alive"] ?? DEFAULT_KEEP_ALIVE_S,
    userTimeoutSeconds: transport["user-timeout"] ?? DEFAULT_USER_TIMEOUT_S,
    ...(protocol === "tls" ? { tls: tlsProfile(profiles.find(({ name }) => name === transport["tls-profile"])) } : {}),
  };
}

function framingOf({ format, transport }: StreamConfig): Framing {
  // A message says itself how long it is.
  if (format === "ipfix") return Framing.NONE;
  return transport?.framing === "newline" ? Framing.NEWLINE : Framing.OCTET_COUNTING;
}

// Without a profile: the certificate authorities that Node knows, and no certificate of our own.
function tlsProfile(config: TlsProfileConfig | undefined): TlsProfile {
  return {
    trustedCa: config?.["trusted-ca"] ?? [],
    certificate: config?.["client-certificate"]?.certificate ?? "",
    key: config?.["client-certificate"]?.key ?? "",
    minimum: config?.["protocol-version"] === "tls13" ? "TLSv1.3" : "TLSv1.2",
    serverName: config?.["server-name"] ?? "",
  };
}

/** Of a spool's size, what one line takes at least: so many lines it has room for. */
const SPOOL_LINE_BYTES = 256;

function streamBounds({ queue, spool }: StreamConfig): OutboxBounds {
  if (spool !== undefined) {
    const bytes = parseQuantity(spool.size)!;
    return { records: Math.ceil(bytes / SPOOL_LINE_BYTES), bytes, isChecked: true };
  }
  return {
    records: queue?.records ?? DEFAULT_BOUNDS.records,
    bytes: queue?.size === undefined ? DEFAULT_BOUNDS.bytes : parseQuantity(queue.size)!,
    isChecked: false,
  };
}

/** targetText writes where a stream goes, for people. */
export function targetText(target: StreamTarget): string {
  if (target.protocol === "file" || target.protocol === "unix") return `${target.protocol} ${target.path}`;
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${target.protocol} ${host}:${target.port}`;
}

// Junos logs filters under a facility of its own, `firewall`, which reaches collectors as local3.
function pfeOptions(config: StreamConfig): PfeOptions {
  return {
    facility: Facility[config["facility-override"] ?? "local3"],
    isPadded: config["filter-padding"] !== "compact",
  };
}

/** Numbers of messages count for one stream, so no other stream has these options. */
function ipfixOptions(config: StreamConfig): IpfixOptions {
  const isUdp = (config.transport?.protocol ?? "udp") === "udp";
  const seconds = config["template-refresh"] ?? TEMPLATE_REFRESH_S;
  return { stream: config.name, ...(isUdp ? { templateRefreshSeconds: seconds } : {}) };
}

/** formatKey is equal for streams whose lines are equal. */
export function formatKey(settings: StreamSettings): string {
  return `${settings.format} ${JSON.stringify(settings.options)}`;
}

/** lineFormat makes the function that writes a stream's lines. A stream whose settings stay has its format go on. */
export function lineFormat(settings: StreamSettings): LineFormat {
  const { format, options } = settings;
  const held = HELD.get(settings);
  if (held !== undefined) return held;
  const write = FORMATS[format](options);
  const { limit = LINE_LIMIT, pfe } = options;
  const made: LineFormat = (line, event, names) => {
    write(line, event, names);
    if (line.length <= limit) return;
    const isPfe = event.kind === "FILTER_LOG" && pfe !== undefined && format !== "json";
    if (isPfe) shortenText(line, limit);
    else shortenLine(line, settings, () => write(line, event, names));
  };
  HELD.set(settings, made);
  return made;
}

/** shortenLine makes a line no longer than its stream allows; `write` writes it once more. */
export function shortenLine(line: LineBuffer, { format, options }: StreamSettings, write: () => void): void {
  const { limit = LINE_LIMIT } = options;
  if (line.length > limit) SHORTEN[format](line, limit, write);
}

const HELD = new WeakMap<StreamSettings, LineFormat>();

const FORMATS: Readonly<Record<StreamFormat, (options: LineOptions) => LineFormat>> = {
  "sd-syslog": (options) => {
    const { layout = DEFAULT_LAYOUT } = options;
    return layout === DEFAULT_LAYOUT ? sdSyslogFormat(options) : sdLayoutFormat(options, layout);
  },
  syslog: (options) => syslogFormat(options, PLAIN_LAYOUTS.find((layout) => layout === options.layout) ?? "junos-22"),
  kv: kvFormat,
  json: jsonFormat,
  ipfix: ({ ipfix }) => ipfixFormat(ipfix?.templateRefreshSeconds),
};

const SHORTEN: Readonly<Record<StreamFormat, Shorten>> = {
  "sd-syslog": shortenStructured,
  syslog: shortenPlain,
  kv: shortenText,
  json: shortenJson,
  // Its messages are shorter than any limit.
  ipfix: () => undefined,
};

/** StreamStatus: what an operator sees of a stream. */
export interface StreamStatus extends SenderState {
  readonly name: string;
  readonly target: StreamTarget;
  readonly format: string;
  readonly waiting: number;
  readonly unacknowledged: number;
  readonly accounts: readonly StreamAccount[];
}

const NOT_SENDING: SenderState = { status: "connecting", error: "", refused: 0, connections: 0 };

/** Stream is a queue with accounts and what it drains into. */
export class Stream {
  readonly settings: StreamSettings;
  readonly #native: Native;
  readonly #changed: (stream: Stream, state: SenderState) => void;
  readonly #rate: RateLimit | undefined;
  readonly #isOfZone: ((event: RingwallEvent, names: EventNames) => boolean) | undefined;
  #outbox: Outbox;
  /** undefined until begin, and after close. */
  #sender: Sender | undefined;
  #closing: Promise<void> | undefined;

  /** changed is told when the way to the collector opens, is lost, or is lost for another reason. */
  constructor(
    native: Native,
    settings: StreamSettings,
    outbox: Outbox,
    changed: (stream: Stream, state: SenderState) => void = () => undefined,
  ) {
    this.settings = settings;
    this.#native = native;
    this.#outbox = outbox;
    this.#changed = changed;
    this.#rate = settings.rateLimit > 0 ? new RateLimit(settings.rateLimit) : undefined;
    this.#isOfZone = settings.zones.length > 0 ? zoneFilter(settings.zones) : undefined;
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  /** begin starts sending, from this outbox on. Nobody else sends from it, and no connection has anything of it. */
  begin(outbox: Outbox = this.#outbox): void {
    if (this.#closing !== undefined || this.#sender !== undefined) return;
    this.#outbox = outbox;
    this.#sender = this.#makeSender(outbox);
  }

  /** wants tells whether this stream takes an event, as far as its filters go. */
  wants(kind: number, event: RingwallEvent, names: EventNames): boolean {
    return this.settings.wants[kind] === true && (this.#isOfZone === undefined || this.#isOfZone(event, names));
  }

  /** hasRate takes one line of what the rate limit allows now. */
  hasRate(): boolean {
    return this.#rate === undefined || this.#rate.take();
  }

  /** append queues a line. `putInForce` commits what was appended before it, and nothing else (Outbox.makeRoom). */
  append(kind: number, line: Buffer, length: number, putInForce: () => void): void {
    if (this.settings.dropsOldest) this.#outbox.makeRoom(length, putInForce);
    this.#outbox.append(kind, line, length);
  }

  /** send sends what waits. Call it between batches, never between an append and the decision it belongs to. */
  send(): void {
    this.#sender?.send();
  }

  get state(): SenderState {
    return this.#sender?.state ?? NOT_SENDING;
  }

  status(): StreamStatus {
    const { name, target, format } = this.settings;
    const { waiting, unacknowledged } = this.#outbox;
    return { name, target, format, waiting, unacknowledged, ...this.state, accounts: this.#outbox.accounts() };
  }

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** close ends sending; when it has resolved another may send from the outbox. */
  close(): Promise<void> {
    this.#closing ??= this.#sender?.close() ?? Promise.resolve();
    return this.#closing;
  }

  #makeSender(outbox: Outbox): Sender {
    const { target } = this.settings;
    const hooks = { changed: (state: SenderState) => this.#changed(this, state) };
    switch (target.protocol) {
      case "udp":
      case "unix":
        return new DatagramSender(this.#native, target, outbox, hooks);
      case "tcp":
      case "tls":
        return new ConnectedSender(this.#native, target, outbox, hooks);
      case "file":
        return new FileSender(target, outbox, hooks);
      default:
        return unreachable(target);
    }
  }
}

// Names are those of the generation that decided; so are the zones of an event.
function zoneFilter(zones: readonly string[]): (event: RingwallEvent, names: EventNames) => boolean {
  const ofNames = perNames((names) => memo((zone) => zones.includes(names.zone(zone))));
  return (event, names) => {
    const isWanted = ofNames(names);
    return isWanted(event.ingressZone) || (egressZone(event, names) !== undefined && isWanted(event.egressZone));
  };
}
