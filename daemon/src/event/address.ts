// Addresses of a frame as text: dotted IPv4, RFC 5952 IPv6. SPDX-License-Identifier: Apache-2.0

const CACHE_SLOTS = 4096;

/** AddressText formats addresses and remembers recent ones: in a log the same few come again and again. */
export class AddressText {
  readonly #words = new Int32Array(CACHE_SLOTS * 5);
  readonly #text = new Array<string>(CACHE_SLOTS).fill("");

  /** inet gives the text of the IPv4 address at `at`. */
  inet(view: DataView, at: number): string {
    const word = view.getInt32(at);
    const slot = Math.imul(word, 0x9e3779b1) >>> 20;
    const key = slot * 5;
    const words = this.#words;
    if (words[key] === word && words[key + 4] === 4) return this.#text[slot]!;
    words[key] = word;
    words[key + 4] = 4;
    return (this.#text[slot] = inetText(view, at));
  }

  /** inet6 gives the text of the IPv6 address at `at`. */
  inet6(view: DataView, at: number): string {
    const a = view.getInt32(at);
    const b = view.getInt32(at + 4);
    const c = view.getInt32(at + 8);
    const d = view.getInt32(at + 12);
    const slot = Math.imul(Math.imul(Math.imul(a, 31) + b, 31) + Math.imul(c, 7) + d, 0x9e3779b1) >>> 20;
    const key = slot * 5;
    const words = this.#words;
    if (
      words[key] === a &&
      words[key + 1] === b &&
      words[key + 2] === c &&
      words[key + 3] === d &&
      words[key + 4] === 6
    ) {
      return this.#text[slot]!;
    }
    words[key] = a;
    words[key + 1] = b;
    words[key + 2] = c;
    words[key + 3] = d;
    words[key + 4] = 6;
    return (this.#text[slot] = inet6Text(view, at));
  }
}

/** inetText formats four bytes. */
export function inetText(view: DataView, at: number): string {
  return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`;
}

/** inet6Text formats sixteen bytes as RFC 5952 section 4 says, and IPv4-mapped addresses as section 5 does. */
export function inet6Text(view: DataView, at: number): string {
  if (isMapped(view, at)) return `::ffff:${inetText(view, at + 12)}`;
  // The longest run of two or more zero groups is shortened, the first of equal ones.
  let runAt = -1;
  let runLength = 1;
  for (let group = 0; group < 8; ) {
    let length = 0;
    while (group + length < 8 && view.getUint16(at + 2 * (group + length)) === 0) length++;
    if (length > runLength) {
      runAt = group;
      runLength = length;
    }
    group += length + 1;
  }
  let text = "";
  for (let group = 0; group < 8; group++) {
    if (group === runAt) {
      text += "::";
      group += runLength - 1;
      continue;
    }
    if (group > 0 && group !== runAt + runLength) text += ":";
    text += view.getUint16(at + 2 * group).toString(16);
  }
  return text;
}

function isMapped(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
}
