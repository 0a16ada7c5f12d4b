// shorten.ts: makes a line that is longer than its stream allows shorter, at the end of a value. SPDX-License-Identifier: Apache-2.0
//
// A line never ends in the middle of a value: what is left out is left out whole, and the line says how much that is, so that
// nobody takes what is left for all there was.
import { constant, type LineBuffer } from "./line-buffer.js";

/** Shorten makes a line that is longer than that at most `limit` bytes long; `write` writes it once more. */
export type Shorten = (line: LineBuffer, limit: number, write: () => void) => void;

/** The least a limit may be: what every receiver takes (RFC 5424 6.1). Headers and marks are shorter. */
export const LEAST_LIMIT = 480;

const [QUOTE, BACKSLASH, BLANK, COMMA] = [0x22, 0x5c, 0x20, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Bytes kept for the mark and, of JSON, for what closes the open objects. */
const MARK_BYTES = 48;

/** shortenStructured leaves out the last parameters of structured data: `… left-out="BYTES"]`. */
export const shortenStructured: Shorten = (line, limit) => {
  const end = lastBoundary(line, limit, (byte) => byte === BLANK);
  if (end >= 0) mark(line, end, ' left-out="', '"]');
};

/** shortenPlain leaves out the last values of a text of which only its writer knows where they end: `… left-out=BYTES`. `write`
 * writes the line once more. A line of pairs says itself where they end. */
export const shortenPlain: Shorten = (line, limit, write) => {
  const isEnd = (at: number): boolean => line.bytes[at] === BLANK || line.bytes[at] === COMMA;
  const last = Math.min(limit, line.bytes.length) - MARK_BYTES;
  const ends = line.endsOf(write).filter((at) => at <= last && isEnd(at));
  if (ends.length === 0) shortenText(line, limit);
  else mark(line, ends.at(-1)!, " left-out=", "");
};

/** shortenText leaves out the last pairs, or the last words of a text without values of several words: `… left-out=BYTES`. */
export const shortenText = (line: LineBuffer, limit: number): void => {
  const end = lastBoundary(line, limit, (byte) => byte === BLANK);
  if (end >= 0) mark(line, end, " left-out=", "");
};

/** shortenJson leaves out the last members and closes what was open: `…,"left_out":BYTES}`. */
export const shortenJson: Shorten = (line, limit) => {
  const end = lastBoundary(line, limit, (byte) => byte === COMMA);
  if (end < 0) return;
  const closers = openBrackets(line.bytes, end).slice(1).reverse();
  mark(line, end, `${String.fromCharCode(...closers)},"left_out":`, "}");
};

function mark(line: LineBuffer, end: number, before: string, after: string): void {
  const leftOut = line.length - end;
  line.length = end;
  line.constant(constant(before)).number(leftOut).constant(constant(after));
}

/** lastBoundary finds the last separator outside quotes from where a mark fits, or -1 where the line is short enough. */
function lastBoundary(line: LineBuffer, limit: number, isSeparator: (byte: number) => boolean): number {
  if (line.length <= limit) return -1;
  const { bytes } = line;
  const last = Math.min(limit, bytes.length) - MARK_BYTES;
  let found = last;
  let isQuoted = false;
  for (let at = 0; at <= last; at++) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH && isQuoted) at++;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && isSeparator(byte)) found = at;
  }
  return found;
}

/** openBrackets gives the brackets that close what is open before `end`, outermost first. */
function openBrackets(bytes: Uint8Array, end: number): number[] {
  const open: number[] = [];
  let isQuoted = false;
  for (let at = 0; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH && isQuoted) at++;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (byte === OPEN_BRACE) open.push(CLOSE_BRACE);
    else if (byte === OPEN_BRACKET) open.push(CLOSE_BRACKET);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop();
  }
  return open;
}
