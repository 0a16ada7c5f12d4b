// framing.ts: messages in a stream of bytes: a 4-byte little-endian length, then that many bytes. SPDX-License-Identifier: Apache-2.0
import { HelperProtocolError } from "./error.js";

const HEADER = 4;

/** FrameParser puts messages together from pieces of any size. Holds no more than one message of `limit` bytes and what came
 * with its last piece. */
export class FrameParser {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** push takes the next piece and gives the messages that are complete now. Throws HelperProtocolError for a length that no
   * message can have. */
  push(piece: Uint8Array): Uint8Array[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const messages: Uint8Array[] = [];
    for (;;) {
      if (this.#held < HEADER) return messages;
      const length = this.#length();
      if (length === 0 || length > this.#limit) {
        throw new HelperProtocolError(`message length: expected 1..${this.#limit}, found ${length}`);
      }
      if (this.#held < HEADER + length) return messages;
      const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      messages.push(all.subarray(HEADER, HEADER + length));
      const rest = all.subarray(HEADER + length);
      this.#pieces = rest.length > 0 ? [rest] : [];
      this.#held = rest.length;
    }
  }

  /** The header may lie across pieces; joined only then, so that a long message is not copied for each piece. */
  #length(): number {
    if (this.#pieces[0]!.length < HEADER) {
      const joined = Buffer.concat(this.#pieces);
      this.#pieces = [joined];
    }
    const first = this.#pieces[0]!;
    return new DataView(first.buffer, first.byteOffset, HEADER).getUint32(0, true);
  }
}

/** frameOf puts the length before a message. */
export function frameOf(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER + message.length);
  frame.writeUInt32LE(message.length);
  frame.set(message, HEADER);
  return frame;
}
