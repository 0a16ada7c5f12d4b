// notice.ts: lines that the daemon writes of itself, in each format. SPDX-License-Identifier: Apache-2.0
import { constant, type LineBuffer } from "./line-buffer.js";
import type { StreamFormat } from "../config/config.js";
import { ECS } from "./format-json.js";
import { headerText, oldTimestampWriter, oneLine, sdEscape, timestampWriter, type LineOptions } from "./line.js";
import { priorityOf, type Severity } from "./priority.js";
import type { EventTime } from "../event/event.js";

/** Notice: a tag, and what is to be said, in order. */
export interface Notice {
  /** RTLOG_CONN_ERROR, RTLOG_TEST, or the name of an alarm */
  readonly tag: string;
  readonly severity: (typeof Severity)[keyof typeof Severity];
  readonly values: Readonly<Record<string, string>>;
}

/** NoticeFormat: how a format writes a notice. */
type NoticeFormat = (line: LineBuffer, notice: Notice, head: NoticeHead) => void;

/** NoticeHead: what every line says of where and when. */
export interface NoticeHead {
  readonly options: LineOptions;
  readonly hostName: string;
  readonly time: EventTime;
}

/** writeNotice writes a notice's line. APP is RT_SYSTEM, as Junos has it. IPFIX has no room for one. */
export function writeNotice(
  line: LineBuffer,
  notice: Notice,
  { format, ...head }: NoticeHead & { readonly format: StreamFormat },
): void {
  // Messages of libraries end in a line feed, or hold some.
  const values = Object.entries(notice.values).map(([name, value]) => [name, oneLine(value).trim()] as const);
  FORMATS[format](line, { ...notice, values: Object.fromEntries(values) }, head);
}

const FORMATS: Readonly<Record<StreamFormat, NoticeFormat>> = {
  "sd-syslog": (line, notice, head) => {
    header(line, notice, head);
    line.text(`[${head.options.sdId}`);
    for (const [name, value] of Object.entries(notice.values)) line.text(` ${name}="${sdEscape(value, Infinity)}"`);
    line.text("]");
  },
  kv: (line, notice, head) => {
    header(line, notice, head);
    pairs(line.text(`- RT_SYSTEM ${notice.tag}`), notice);
  },
  syslog: (line, notice, { options, hostName, time }) => {
    const { tag, severity, values } = notice;
    line.text(`<${priorityOf(options.facility, severity)}>`);
    oldTimestampWriter()(line, time);
    line.text(` ${headerText(hostName)} RT_SYSTEM: ${tag}:`).valueEnd();
    const { "stream-name": stream, collector, status, description } = values;
    if (tag === "RTLOG_CONN_ERROR") {
      // The beginning is Junos'; its codes are of its own libraries.
      line.text(` Connection error ${stream} status ${status}`).valueEnd();
      line.text(`, collector: ${collector}`).valueEnd();
      line.text(`, description: ${description}`).valueEnd();
    } else if (stream === undefined && description !== undefined) line.text(` ${description}`).valueEnd();
    else pairs(line, notice);
  },
  json: (line, notice, { hostName, time }) => {
    const { tag, severity, values } = notice;
    line.text('{"@timestamp":"');
    timestampWriter()(line, time);
    const { description } = values;
    const event = {
      kind: "event",
      module: "ringwall",
      dataset: "ringwall.log",
      action: ACTIONS[tag] ?? tag.toLowerCase().replaceAll("_", "-"),
      code: tag,
      severity,
      ...(description === undefined ? {} : { reason: description }),
    };
    const rest = {
      ecs: { version: ECS },
      event,
      observer: { vendor: "Ringwall", product: "Ringwall", type: "firewall", hostname: headerText(hostName) },
      ringwall: { stream: values["stream-name"], collector: values["collector"] },
    };
    line.text(`",${JSON.stringify(rest).slice(1)}`);
  },
  ipfix: () => undefined,
};

/** ECS has no names of its own for these. */
const ACTIONS: Readonly<Record<string, string>> = { RTLOG_CONN_ERROR: "connection-error", RTLOG_TEST: "log-test" };

function header(line: LineBuffer, { tag, severity }: Notice, { options, hostName, time }: NoticeHead): void {
  line.text(`<${priorityOf(options.facility, severity)}>1 `);
  timestampWriter()(line, time);
  line.constant(constant(` ${headerText(hostName)} RT_SYSTEM - ${tag} `));
}

function pairs(line: LineBuffer, { values }: Notice): void {
  for (const [name, value] of Object.entries(values))
    line.text(` ${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`).valueEnd();
}
