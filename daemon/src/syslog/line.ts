// line.ts: what a stream's format is: from an event and its names to one line. SPDX-License-Identifier: Apache-2.0
import { FilterLogSource } from "../../../shared/gen/wire.gen.js";
import type { EventTime, FilterLog, RingwallEvent } from "../event/event.js";
import type { EventNames } from "../event/names.js";
import type { Layout } from "./layout.js";
import { constant, type LineBuffer, type Piece } from "./line-buffer.js";

/** LineOptions: what of a stream's settings shows in its lines. Streams with equal options share one formatting. */
export interface LineOptions {
  readonly facility: number;
  /** The SD-ID of structured data (RFC 5424 6.3.2). */
  readonly sdId: string;
  /** Filter logs as the forwarding plane of Junos writes them, instead of the format's own. */
  readonly pfe?: PfeOptions;
  /** Which release of Junos the messages about sessions look like; DEFAULT_LAYOUT if it is not said. */
  readonly layout?: Layout;
  /** Lines that are longer are shortened. */
  readonly limit?: number;
  /** Session limits as RT_SCREEN_IP. */
  readonly sessionLimitsAsIp?: boolean;
  /** Of format ipfix. */
  readonly ipfix?: IpfixOptions;
}

export interface IpfixOptions {
  readonly stream: string;
  /** How often a template is sent again; undefined: templates go ahead of all messages. */
  readonly templateRefreshSeconds?: number;
}

export interface PfeOptions {
  readonly facility: number;
  /** Columns as Junos pads them; else single blanks. */
  readonly isPadded: boolean;
}

/** LineFormat writes an event's line. What it writes depends on nothing but the arguments and the options it was made with. */
export type LineFormat = (line: LineBuffer, event: RingwallEvent, names: EventNames) => void;

export const DEFAULT_SD_ID = "junos@2636.1.1.1.2.129";

/** What a line may have if a stream says nothing else: what rsyslog takes without being asked to take more. */
export const LINE_LIMIT = 8192;
/** More than any line can have; names are cut (NAME_LENGTH) so that this holds. */
export const LINE_BYTES = 16_384;
const NAME_LENGTH = 255;
/** Pieces kept by one memo. More than a configuration has names; a helper gone mad cannot fill our memory. */
const MEMO_ENTRIES = 65_536;

/** timestampWriter makes a function that writes a time as RFC 5424 6.2.3 wants it: UTC, milliseconds (cut, not rounded: a line
 * never shows a time after the event); in front of it what always stands there. It keeps the text of the last second. */
export function timestampWriter(before = ""): (line: LineBuffer, time: EventTime) => void {
  let lastSeconds = -1;
  let lastText = constant("");
  return (line, { seconds, nanoseconds }) => {
    if (seconds !== lastSeconds) {
      lastText = constant(`${before}${new Date(seconds * 1000).toISOString().slice(0, 19)}.`);
      lastSeconds = seconds;
    }
    line.constant(lastText).constant(MILLISECONDS[Math.trunc(nanoseconds / 1e6)] ?? NO_MILLISECONDS);
  };
}

const NO_MILLISECONDS = constant("000Z");
const MILLISECONDS = Array.from({ length: 1000 }, (_, value) => constant(`${String(value).padStart(3, "0")}Z`));

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** oldTimestampWriter makes a function that writes a time as RFC 3164 4.1.2 wants it, in UTC: no year, no fraction. */
export function oldTimestampWriter(): (line: LineBuffer, time: EventTime) => void {
  let lastSeconds = -1;
  let lastText = constant("");
  return (line, { seconds }) => {
    if (seconds !== lastSeconds) {
      const date = new Date(seconds * 1000);
      const day = String(date.getUTCDate()).padStart(2);
      lastText = constant(`${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)}`);
      lastSeconds = seconds;
    }
    line.constant(lastText);
  };
}

/** headerText cleans what goes into a header field: printable ASCII without blanks (RFC 5424 6.2.4), at most 255, never empty
 * and never "-". */
export function headerText(text: string): string {
  const clean = text.replace(/[^!-~]/g, "").slice(0, NAME_LENGTH);
  return clean === "" || clean === "-" ? "ringwall" : clean;
}

/** sdEscape writes a parameter's value: `"`, `\` and `]` get a backslash (RFC 5424 6.3.3). Control characters, which the RFC
 * allows but which end lines, become blanks. Names have at most NAME_LENGTH characters. */
export function sdEscape(value: string, most = NAME_LENGTH): string {
  return oneLine(value.slice(0, most)).replace(/["\\\]]/g, "\\$&");
}

/** plainText writes a name as it is. */
export function plainText(text: string): string {
  return oneLine(text.slice(0, NAME_LENGTH));
}

/** oneLine keeps a text in its line: control characters become blanks. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, " ");
}

/** memo keeps what a function of one number gave. */
export function memo<Value>(make: (key: number) => Value): (key: number) => Value {
  const held = new Map<number, Value>();
  return (key) => {
    let found = held.get(key);
    if (found === undefined) {
      if (held.size >= MEMO_ENTRIES) held.clear();
      found = make(key);
      held.set(key, found);
    }
    return found;
  };
}

const TCP_FLAGS = Array.from({ length: 256 }, (_, flags) => constant(`0x${flags.toString(16).padStart(2, "0")}`));

/** tcpFlagsPiece gives the flags of a TCP header as a hexadecimal number of two digits. */
export function tcpFlagsPiece(flags: number): Piece {
  return TCP_FLAGS[flags & 0xff]!;
}

/** More than any unit id (schemas/snapshot.schema.json); a power of two. */
const UNIT_LIMIT = 4096;

/** perWay keeps what was made of where the packet of a filter log came from and where it went: zones and interfaces. */
export function perWay(make: (event: FilterLog) => Piece): (event: FilterLog) => Piece {
  const held = memo(() => new Map<number, Piece>());
  return (event) => {
    const { ingressZone, egressZone, ingressInterface, egressInterface, filterLogSource } = event;
    if ((ingressInterface | egressInterface) >>> 0 >= UNIT_LIMIT) return make(event);
    const isForHost = filterLogSource === FilterLogSource.LO0 ? 1 : 0;
    const byUnits = held(ingressZone * 0x20000 + egressZone * 2 + isForHost);
    const key = ingressInterface * UNIT_LIMIT + egressInterface;
    let found = byUnits.get(key);
    if (found === undefined) {
      if (byUnits.size >= MEMO_ENTRIES) byUnits.clear();
      found = make(event);
      byUnits.set(key, found);
    }
    return found;
  };
}

/** perNames keeps what was made of the names of a generation, as long as those names are in use. */
export function perNames<Value>(make: (names: EventNames) => Value): (names: EventNames) => Value {
  const held = new WeakMap<EventNames, Value>();
  let lastNames: EventNames | undefined;
  let last: Value | undefined;
  return (names) => {
    if (names === lastNames && last !== undefined) return last;
    const found = held.get(names) ?? make(names);
    held.set(names, found);
    lastNames = names;
    last = found;
    return found;
  };
}
