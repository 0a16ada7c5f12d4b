// format.ts: the string formats of schemas/config.schema.json: what each accepts and, where it can tell, what is wrong.
// SPDX-License-Identifier: Apache-2.0
import {
  addressBits,
  formatPrefix,
  notOneHost,
  parseAddress,
  parsePrefix,
  prefixRange,
  type Family,
} from "./address.js";
import { parseIcmpType, parsePorts, parseProtocol } from "./protocol.js";

/** Trouble: undefined when the text is fine, "" when it is simply something else, a sentence when more can be said. */
export type Trouble = string | undefined;

export const formats: ReadonlyMap<string, (text: string) => Trouble> = new Map([
  ["ip-address", (text) => (parseAddress(text) === undefined ? "" : undefined)],
  ["ip-prefix", prefixTrouble],
  ["inet-address", (text) => interfaceAddressTrouble("inet", text)],
  ["inet6-address", (text) => interfaceAddressTrouble("inet6", text)],
  ["ip-protocol", (text) => (parseProtocol(text) === undefined ? "" : undefined)],
  ["ports", (text) => (parsePorts(text) === undefined ? "" : undefined)],
  ["icmp-type", (text) => (parseIcmpType(text) === undefined ? "" : undefined)],
]);

function prefixTrouble(text: string): Trouble {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return "";
  return prefix.hostBits
    ? `'${text}' has bits set behind its prefix length; did you mean '${formatPrefix(prefix)}'?`
    : undefined;
}

function interfaceAddressTrouble(family: Family, text: string): Trouble {
  const prefix = text.includes("/") ? parsePrefix(text) : undefined;
  if (prefix === undefined || prefix.family !== family) return "";
  const kind = notOneHost(prefix);
  if (kind !== undefined) return `'${text}' is ${kind}, not one of an interface`;
  const network = prefixRange(prefix);
  if (prefix.length >= addressBits(family) - 1) return undefined;
  if (prefix.value === network.low) return `'${text}' is the address of the network itself, not of one host in it`;
  if (family === "inet" && prefix.value === network.high) return `'${text}' is the broadcast address of its network`;
  return undefined;
}
