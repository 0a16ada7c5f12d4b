// line.ts: what a stream's format is: from an event and its names to one line of text. SPDX-License-Identifier: Apache-2.0
import type { EventTime, RingwallEvent } from "../event/event.js";
import type { EventNames } from "../event/names.js";

/** LineOptions: what of a stream's settings shows in its lines. Streams with equal options share one formatting. */
export interface LineOptions {
  readonly facility: number;
  /** The SD-ID of structured data (RFC 5424 6.3.2). */
  readonly sdId: string;
}

/** LineFormat depends on nothing but its arguments and the options it was made with. */
export type LineFormat = (event: RingwallEvent, names: EventNames) => string;

export const DEFAULT_SD_ID = "junos@2636.1.1.1.2.129";

const MILLISECONDS = Array.from({ length: 1000 }, (_, value) => `.${String(value).padStart(3, "0")}Z`);

/** timestampFormat makes a function that writes a time as RFC 5424 6.2.3 wants it: UTC, milliseconds (cut, not rounded: a
 * line never shows a time after the event). It keeps the text of the last second. */
export function timestampFormat(): (time: EventTime) => string {
  let lastSeconds = -1;
  let lastText = "";
  return ({ seconds, nanoseconds }) => {
    if (seconds !== lastSeconds) {
      lastText = new Date(seconds * 1000).toISOString().slice(0, 19);
      lastSeconds = seconds;
    }
    return lastText + (MILLISECONDS[Math.trunc(nanoseconds / 1e6)] ?? "Z");
  };
}

/** headerText cleans what goes into a header field: printable ASCII without blanks (RFC 5424 6.2.4), at most 255, never empty
 * and never "-". */
export function headerText(text: string): string {
  const clean = text.replace(/[^!-~]/g, "").slice(0, 255);
  return clean === "" || clean === "-" ? "ringwall" : clean;
}

/** sdEscape writes a parameter's value: `"`, `\` and `]` get a backslash (RFC 5424 6.3.3). Control characters, which the RFC
 * allows but which end lines, become blanks. */
export function sdEscape(value: string): string {
  return value.replace(/["\\\]]/g, "\\$&").replace(/[\u0000-\u001f\u007f]/g, " ");
}
