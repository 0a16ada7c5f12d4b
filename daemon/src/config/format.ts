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
import {
  dscpField,
  espSpiField,
  fragmentOffsetField,
  icmp6CodeField,
  icmp6TypeField,
  icmpCodeField,
  icmpTypeField,
  ipOptionField,
  packetLengthField,
  parseField,
  precedenceField,
  protocolField,
  ttlField,
  type Field,
} from "./filter/field.js";
import { FlagExpressionError, fragmentFlags, parseFlags, tcpFlags, type FlagSet } from "./filter/flag-expression.js";
import { icmpTypes, parseIcmpType, parsePorts, parseProtocol, portNumbers, protocolNumbers } from "./protocol.js";
import {
  bitRate,
  burstSize,
  logFileSize,
  logQueueSize,
  packetBurst,
  packetRate,
  parseWithin,
  type Bounds,
} from "./quantity.js";
import { dscpNumbers, parseDscp } from "./traffic-class.js";

/** Trouble: undefined when the text is fine, "" when it is simply something else, a sentence when more can be said. */
export type Trouble = string | undefined;

/** Format: `words` are those that may have been meant. */
export interface Format {
  readonly trouble: (text: string) => Trouble;
  readonly words?: Iterable<string>;
}

const parsed = (parse: (text: string) => unknown, words?: Iterable<string>): Format => ({
  trouble: (text) => (parse(text) === undefined ? "" : undefined),
  ...(words === undefined ? {} : { words }),
});
const field = (of: Field): Format => parsed((text) => parseField(of, text), [...of.words.keys()]);
const quantity = (bounds: Bounds): Format => parsed((text) => parseWithin(text, bounds));

export const formats: ReadonlyMap<string, Format> = new Map([
  ["ip-address", parsed(parseAddress)],
  ["ip-prefix", { trouble: (text) => prefixTrouble(text) }],
  ["inet-prefix", { trouble: (text) => prefixTrouble(text, "inet") }],
  ["inet6-prefix", { trouble: (text) => prefixTrouble(text, "inet6") }],
  ["inet-address", { trouble: (text) => interfaceAddressTrouble("inet", text) }],
  ["inet6-address", { trouble: (text) => interfaceAddressTrouble("inet6", text) }],
  ["ip-protocol", parsed(parseProtocol, [...protocolNumbers.keys()])],
  ["ports", parsed(parsePorts, [...portNumbers.keys()])],
  ["icmp-type", parsed(parseIcmpType, [...icmpTypes.keys()])],
  ["filter-protocol", field(protocolField)],
  ["next-header", field(protocolField)],
  ["filter-icmp-type", field(icmpTypeField)],
  ["filter-icmp6-type", field(icmp6TypeField)],
  ["filter-icmp-code", field(icmpCodeField)],
  ["filter-icmp6-code", field(icmp6CodeField)],
  ["dscp", field(dscpField)],
  ["dscp-value", parsed(parseDscp, [...dscpNumbers.keys()])],
  ["precedence", field(precedenceField)],
  ["octets", field(ttlField)],
  ["packet-lengths", field(packetLengthField)],
  ["fragment-offsets", field(fragmentOffsetField)],
  ["ip-option", field(ipOptionField)],
  ["esp-spi", field(espSpiField)],
  ["tcp-flags", { trouble: (text) => flagsTrouble(text, tcpFlags) }],
  ["fragment-flags", { trouble: (text) => flagsTrouble(text, fragmentFlags) }],
  ["bit-rate", quantity(bitRate)],
  ["burst-size", quantity(burstSize)],
  ["packet-rate", quantity(packetRate)],
  ["packet-burst", quantity(packetBurst)],
  ["collector", { trouble: (text) => collectorTrouble(text) }],
  ["log-queue-size", quantity(logQueueSize)],
  ["log-file-size", quantity(logFileSize)],
]);

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

// A name whose last label is a number is a misspelt address.
function collectorTrouble(text: string): Trouble {
  if (parseAddress(text) !== undefined) return undefined;
  return HOST_NAME.test(text) && !/(^|\.)[0-9]+$/.test(text) ? undefined : "";
}

function prefixTrouble(text: string, family?: Family): Trouble {
  const prefix = parsePrefix(text);
  if (prefix === undefined || (family !== undefined && prefix.family !== family)) return "";
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

function flagsTrouble(text: string, flags: FlagSet): Trouble {
  try {
    parseFlags(text, flags);
    return undefined;
  } catch (error) {
    if (error instanceof FlagExpressionError) return error.message;
    throw error;
  }
}
