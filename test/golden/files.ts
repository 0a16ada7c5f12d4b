// files.ts: the checked-in lines: a file for each format and layout. SPDX-License-Identifier: Apache-2.0
import { LAYOUTS } from "../../daemon/src/syslog/layout.js";
import { PLAIN_LAYOUTS } from "../../daemon/src/syslog/format-syslog.js";
import { LineBuffer } from "../../daemon/src/syslog/line-buffer.js";
import { LINE_BYTES } from "../../daemon/src/syslog/line.js";
import { lineFormat, streamSettings } from "../../daemon/src/syslog/stream.js";
import type { Stream } from "../../daemon/src/config/config.js";
import { goldenCases, type GoldenCase } from "./cases.js";

type Settings = Omit<Stream, "name" | "host">;

interface GoldenFile {
  readonly name: string;
  readonly stream: Settings;
  readonly cases: readonly GoldenCase[];
}

const differs = ({ event: { kind } }: GoldenCase): boolean =>
  kind === "SESSION_OPEN" || kind === "SESSION_CLOSE" || kind === "POLICY_DENY";
const filterLogs = goldenCases.filter(({ event }) => event.kind === "FILTER_LOG");
const limits = goldenCases.filter(({ says }) => says.includes("SESSION_LIMIT") || says.includes("by source"));
/** One of each kind, first over IPv4. */
const oneOfEach = goldenCases.filter(
  ({ event }, place) => goldenCases.findIndex((other) => other.event.kind === event.kind) === place,
);

export const goldenFiles: readonly GoldenFile[] = [
  { name: "sd-syslog-junos-22", stream: {}, cases: goldenCases },
  ...LAYOUTS.filter((layout) => layout !== "junos-22").map((layout) => ({
    name: `sd-syslog-${layout}`,
    stream: { layout },
    cases: goldenCases.filter(differs),
  })),
  ...PLAIN_LAYOUTS.map((layout) => ({
    name: `syslog-${layout}`,
    stream: { format: "syslog", layout } as const,
    cases: goldenCases,
  })),
  { name: "kv", stream: { format: "kv" }, cases: goldenCases },
  { name: "json", stream: { format: "json" }, cases: goldenCases },
  { name: "ipfix", stream: { format: "ipfix" }, cases: goldenCases.filter(differs) },
  { name: "sd-syslog-pfe", stream: { "filter-format": "pfe" }, cases: filterLogs },
  { name: "sd-syslog-pfe-compact", stream: { "filter-format": "pfe", "filter-padding": "compact" }, cases: filterLogs },
  { name: "syslog-pfe", stream: { format: "syslog", "filter-format": "pfe" }, cases: filterLogs },
  { name: "sd-syslog-limits-as-ip", stream: { "session-limit-message": "RT_SCREEN_IP" }, cases: limits },
  { name: "syslog-limits-as-ip", stream: { format: "syslog", "session-limit-message": "RT_SCREEN_IP" }, cases: limits },
  {
    name: "sd-syslog-own-id-and-facility",
    stream: { "structured-data-id": "acme@32473.1", "facility-override": "local4" },
    cases: oneOfEach,
  },
  ...(["sd-syslog", "syslog", "kv", "json"] as const).map((format) => ({
    name: `${format}-limit-480`,
    stream: { format, "line-limit": 480 },
    cases: oneOfEach,
  })),
];

/** goldenText gives the contents of a file: each line, or message in hexadecimal, below the sentence that says what it is. */
export function goldenText({ stream, cases }: GoldenFile): string {
  const line = new LineBuffer(LINE_BYTES);
  const format = lineFormat(streamSettings({ name: "golden", host: "192.0.2.53", ...stream }));
  return cases
    .map(({ says, event, names }) => {
      format(line.clear(), event, names);
      const text = stream.format === "ipfix" ? line.bytes.toString("hex", 0, line.length) : line.toString();
      return `# ${says}\n${text}\n`;
    })
    .join("");
}
