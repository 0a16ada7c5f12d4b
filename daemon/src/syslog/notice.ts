// notice.ts: lines that the daemon writes of itself, in each format. SPDX-License-Identifier: Apache-2.0
import { constant, type LineBuffer } from "./line-buffer.js";
import { headerText, sdEscape, timestampWriter, type LineOptions } from "./line.js";
import { priorityOf, type Severity } from "./priority.js";
import type { EventTime } from "../event/event.js";

/** Notice: a tag, and what is to be said, in order. */
export interface Notice {
  readonly tag: "RTLOG_CONN_ERROR" | "RTLOG_TEST";
  readonly severity: (typeof Severity)[keyof typeof Severity];
  readonly values: Readonly<Record<string, string>>;
}

/** NoticeFormat: how a format writes a notice: with structured data, or as text. */
export type NoticeFormat = "sd-syslog" | "kv";

/** writeNotice writes a notice's line. APP is RT_SYSTEM, as Junos has it. */
export function writeNotice(
  line: LineBuffer,
  notice: Notice,
  how: {
    readonly format: NoticeFormat;
    readonly options: LineOptions;
    readonly hostName: string;
    readonly time: EventTime;
  },
): void {
  const { format, options, hostName, time } = how;
  const { tag, severity } = notice;
  line.text(`<${priorityOf(options.facility, severity)}>1 `);
  timestampWriter()(line, time);
  line.constant(constant(` ${headerText(hostName)} RT_SYSTEM - ${tag} `));
  const values = Object.entries(notice.values);
  if (format === "kv") {
    line.text(`- RT_SYSTEM ${tag}`);
    for (const [name, value] of values) line.text(` ${name}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`);
    return;
  }
  line.text(`[${options.sdId}`);
  for (const [name, value] of values) line.text(` ${name}="${sdEscape(value)}"`);
  line.text("]");
}
