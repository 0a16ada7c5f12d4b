// line.ts: a line of format kv as a collector received it, taken apart. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";

export interface Line {
  /** When the collector had it, and when the firewall decided, in milliseconds since 1970. */
  readonly arrivedMs: number;
  readonly decidedMs: number;
  /** MSGID: the kind of event, or a notice of the daemon's own. */
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

const SHAPE = /^(\d+) (<\d+>1 (\S+) \S+ \S+ - (\S+) - (.*))$/;

/** readLine reads what test/storm/recorder.ts wrote. */
export function readLine(recorded: string): Line {
  const [, arrived, text, decided, kind, rest] = SHAPE.exec(recorded) ?? [];
  assert.ok(text !== undefined && rest !== undefined, `a whole line, not ${JSON.stringify(recorded)}`);
  const fields: Record<string, string> = {};
  for (const pair of rest.split(" ")) {
    const at = pair.indexOf("=");
    if (at > 0) fields[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return { arrivedMs: Number(arrived), decidedMs: Date.parse(decided!), kind: kind!, fields, text };
}

/** portOf reads the port of ADDRESS:PORT. */
export const portOf = (end = ""): number => Number(end.slice(end.lastIndexOf(":") + 1));

/** heldBack adds up what LOG_SUPPRESSED lines stand for, by any of their fields. */
export function heldBack(lines: readonly Line[], by: (fields: Line["fields"]) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { kind, fields } of lines)
    if (kind === "LOG_SUPPRESSED") sums[by(fields)] = (sums[by(fields)] ?? 0) + Number(fields["count"]);
  return sums;
}

/** countBy counts lines. */
export function countBy(lines: readonly Line[], by: (line: Line) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of lines) sums[by(line)] = (sums[by(line)] ?? 0) + 1;
  return sums;
}

export const isDeny = ({ kind }: Line): boolean => kind === "POLICY_DENY";

/** kindOf gives the kind as accounts name it. */
export const kindOf = ({ kind }: Line): string => (kind.startsWith("RTLOG_") ? "NOTICE" : kind);
