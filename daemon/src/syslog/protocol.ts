// protocol.ts: the name that a line shows for an IP protocol number. SPDX-License-Identifier: Apache-2.0
import { protocolNumbers } from "../config/protocol.js";

const TEXT = Array.from({ length: 256 }, (_, number) => String(number));
// The first name of a number is the usual one; later ones are aliases that a configuration may use.
for (const [name, number] of [...protocolNumbers].reverse()) TEXT[number] = name;

/** protocolName gives the Junos name, or the number where there is none. */
export function protocolName(number: number): string {
  return TEXT[number] ?? String(number);
}
