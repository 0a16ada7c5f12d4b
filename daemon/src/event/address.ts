// Addresses of a frame as text: dotted IPv4, RFC 5952 IPv6. SPDX-License-Identifier: Apache-2.0

const CACHE_SLOTS = 4096;
const OCTET = Array.from({ length: 256 }, (_, value) => String(value));
const OCTET_DOT = OCTET.map((text) => `${text}.`);

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16));
const HEX_PADDED = HEX.map((text) => text.padStart(2, "0"));

/** AddressText formats addresses fast. IPv4: the text of recent /24 prefixes is remembered; whole addresses are not, since
 * under a flood of new ones that would fill the garbage collector's old space. IPv6: recent addresses are remembered. */
export class AddressText {
  readonly #prefix = new Int32Array(CACHE_SLOTS);
  readonly #prefixText = new Array<string>(CACHE_SLOTS).fill("0.0.0."); // what the prefixes say before the first
  readonly #words = new Int32Array(CACHE_SLOTS * 4);
  readonly #text = new Array<string>(CACHE_SLOTS).fill("::");

  /** inet gives the text of the IPv4 address at `at`. */
  inet(view: DataView, at: number): string {
    const word = view.getUint32(at);
    const prefix = word >>> 8;
    const slot = prefix % CACHE_SLOTS;
    let text = this.#prefixText[slot]!;
    if (this.#prefix[slot] !== prefix) {
      text = OCTET_DOT[word >>> 24]! + OCTET_DOT[(word >>> 16) & 0xff]! + OCTET_DOT[(word >>> 8) & 0xff]!;
      this.#prefix[slot] = prefix;
      this.#prefixText[slot] = text;
    }
    return text + OCTET[word & 0xff]!;
  }

  /** inet6 gives the text of the IPv6 address at `at`. */
  inet6(view: DataView, at: number): string {
    const a = view.getInt32(at);
    const b = view.getInt32(at + 4);
    const c = view.getInt32(at + 8);
    const d = view.getInt32(at + 12);
    const slot = Math.imul(Math.imul(Math.imul(a, 31) + b, 31) + Math.imul(c, 7) + d, 0x9e3779b1) >>> 20;
    const key = slot * 4;
    const words = this.#words;
    if (words[key] === a && words[key + 1] === b && words[key + 2] === c && words[key + 3] === d) {
      return this.#text[slot]!;
    }
    words[key] = a;
    words[key + 1] = b;
    words[key + 2] = c;
    words[key + 3] = d;
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
  for (let group = 0; group < 8;) {
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
    text += groupText(view.getUint16(at + 2 * group));
  }
  return text;
}

/** groupText is value.toString(16), from tables: three times as fast. */
function groupText(value: number): string {
  return value < 0x100 ? HEX[value]! : HEX[value >>> 8]! + HEX_PADDED[value & 0xff]!;
}

function isMapped(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
}
