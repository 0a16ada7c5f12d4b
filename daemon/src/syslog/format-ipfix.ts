// format-ipfix.ts: sessions and denials as IPFIX messages (RFC 7011), translations as RFC 8158 says. SPDX-License-Identifier: Apache-2.0
//
// A "line" is one message with one record. Over UDP a message also brings its record's template when that was not sent for a while;
// over TCP all templates come first in each connection (ipfixTemplates). The sequence number counts what was made for this
// stream, so that a collector sees the gap where a full queue dropped records.
import { AddressFamily, CloseReason, EventType } from "../../../shared/gen/wire.gen.js";
import { ICMP, ICMP6 } from "../config/protocol.js";
import type { PolicyDeny, RingwallEvent, SessionClose, SessionOpen } from "../event/event.js";
import type { LineBuffer } from "./line-buffer.js";
import type { LineFormat } from "./line.js";

/** The kinds that records are made of. */
export const IPFIX_KINDS: readonly number[] = [EventType.SESSION_OPEN, EventType.SESSION_CLOSE, EventType.POLICY_DENY];

/** How often a template is sent again over UDP if a stream says nothing else (RFC 7011 8.4). */
export const TEMPLATE_REFRESH_S = 60;

/** ipfixFormat makes the format of one stream. templateRefreshSeconds: undefined where templates go ahead of all messages. */
export function ipfixFormat(templateRefreshSeconds: number | undefined): LineFormat {
  const sentAt = TEMPLATES.map(() => Number.NEGATIVE_INFINITY);
  let sequence = 0;
  return (line, event) => {
    const template = templateOf(event);
    if (template === undefined || !isDecided(event)) return;
    const { seconds } = event.time;
    const place = template.id - FIRST_TEMPLATE;
    // A clock that was set back sends it too.
    const age = Math.abs(seconds - sentAt[place]!);
    const isDue = templateRefreshSeconds !== undefined && age >= templateRefreshSeconds;
    if (isDue) sentAt[place] = seconds;
    writeMessage(line, event, template, isDue, sequence);
    sequence = (sequence + 1) >>> 0;
  };
}

/** ipfixTemplates gives the message with all templates that a connection begins with. */
export function ipfixTemplates(seconds: number): Buffer {
  const definitions = Buffer.concat(TEMPLATES.map(({ definition }) => definition));
  const message = Buffer.alloc(MESSAGE_HEADER + SET_HEADER + definitions.length);
  // No record goes before it, and it has none.
  writeHeader(message, 0, message.length, seconds, 0);
  writeSet(message, MESSAGE_HEADER, TEMPLATE_SET, SET_HEADER + definitions.length);
  definitions.copy(message, MESSAGE_HEADER + SET_HEADER);
  return message;
}

type Decided = SessionOpen | SessionClose | PolicyDeny;
type WriteElement = (bytes: Buffer, at: number, event: Decided) => void;

/** Element: an information element of IANA's registry, or of an enterprise. */
interface Element {
  readonly id: number;
  readonly enterprise: number;
  readonly length: number;
  readonly write: WriteElement;
}

interface Template {
  readonly id: number;
  readonly elements: readonly Element[];
  /** The template record. */
  readonly definition: Buffer;
  readonly recordLength: number;
}

const VERSION = 10;
const DOMAIN = 1;
const MESSAGE_HEADER = 16;
const SET_HEADER = 4;
const TEMPLATE_SET = 2;
const FIRST_TEMPLATE = 256;
const ENTERPRISE_BIT = 0x8000;
/** The enterprise that stands for the other direction (RFC 5103). */
const REVERSE = 29305;
const TWO_32 = 0x1_0000_0000;

function writeMessage(line: LineBuffer, event: Decided, template: Template, isDue: boolean, sequence: number): void {
  const { bytes } = line;
  const templateBytes = isDue ? SET_HEADER + template.definition.length : 0;
  const dataBytes = SET_HEADER + template.recordLength;
  const length = MESSAGE_HEADER + templateBytes + dataBytes;
  let at = line.length;
  line.length += length;
  if (!line.isWhole) return;
  writeHeader(bytes, at, length, event.time.seconds, sequence);
  at += MESSAGE_HEADER;
  if (isDue) {
    writeSet(bytes, at, TEMPLATE_SET, templateBytes);
    template.definition.copy(bytes, at + SET_HEADER);
    at += templateBytes;
  }
  writeSet(bytes, at, template.id, dataBytes);
  at += SET_HEADER;
  for (const { write, length: elementLength } of template.elements) {
    write(bytes, at, event);
    at += elementLength;
  }
}

function writeHeader(bytes: Buffer, at: number, length: number, seconds: number, sequence: number): void {
  bytes.writeUInt16BE(VERSION, at);
  bytes.writeUInt16BE(length, at + 2);
  bytes.writeUInt32BE(seconds >>> 0, at + 4);
  bytes.writeUInt32BE(sequence, at + 8);
  bytes.writeUInt32BE(DOMAIN, at + 12);
}

function writeSet(bytes: Buffer, at: number, id: number, length: number): void {
  bytes.writeUInt16BE(id, at);
  bytes.writeUInt16BE(length, at + 2);
}

function writeCount(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / TWO_32), at);
  bytes.writeUInt32BE(value % TWO_32, at + 4);
}

// ---- elements -----------------------------------------------------------------------------------------------------------
const element = (id: number, length: number, write: WriteElement, enterprise = 0): Element => ({
  id,
  enterprise,
  length,
  write,
});
const octet = (id: number, give: (event: Decided) => number): Element =>
  element(id, 1, (bytes, at, event) => void bytes.writeUInt8(give(event), at));
const word = (id: number, give: (event: Decided) => number): Element =>
  element(id, 2, (bytes, at, event) => void bytes.writeUInt16BE(give(event), at));
const number = (id: number, give: (event: Decided) => number): Element =>
  element(id, 4, (bytes, at, event) => void bytes.writeUInt32BE(give(event) >>> 0, at));
const count = (id: number, give: (event: Decided) => number, enterprise = 0): Element =>
  element(id, 8, (bytes, at, event) => writeCount(bytes, at, give(event)), enterprise);
const closeCount = (id: number, give: (event: SessionClose) => number, enterprise = 0): Element =>
  count(id, (event) => (event.kind === "SESSION_CLOSE" ? give(event) : 0), enterprise);
const address = (inet: number, inet6: number, family: Family, give: (event: Decided) => string): Element =>
  family === 4
    ? element(inet, 4, (bytes, at, event) => writeInet(bytes, at, give(event)))
    : element(inet6, 16, (bytes, at, event) => writeInet6(bytes, at, give(event)));

type Family = 4 | 6;

const milliseconds = ({ time }: Decided): number => time.seconds * 1000 + Math.trunc(time.nanoseconds / 1e6);
const createdMs = (event: Decided): number => (event.kind === "POLICY_DENY" ? 0 : event.sessionCreated * 1000);
const isIcmp = ({ protocol }: RingwallEvent): boolean => protocol === ICMP || protocol === ICMP6;
const natSource = (event: Decided): string => event.natSourceAddress ?? event.sourceAddress;
const natDestination = (event: Decided): string => event.natDestinationAddress ?? event.destinationAddress;
const natSourcePort = (event: Decided): number =>
  event.natSourceAddress === null ? event.sourcePort : event.natSourcePort;
const natDestinationPort = (event: Decided): number =>
  event.natDestinationAddress === null ? event.destinationPort : event.natDestinationPort;
// The source port of ICMP is the identifier, which is what is translated; its sequence is no port.
const destinationPort = (event: Decided, port: number): number => (isIcmp(event) ? 0 : port);
const icmpTypeCode = (event: Decided): number => (isIcmp(event) ? event.icmpType * 256 + event.icmpCode : 0);

const FIREWALL_EVENT = { SESSION_OPEN: 1, SESSION_CLOSE: 2, POLICY_DENY: 3 } as const;

/** flowEndReason (136): 1 idle timeout, 3 end of flow detected, 4 forced end, 5 lack of resources. */
const END_REASON: Readonly<Record<CloseReason, number>> = {
  [CloseReason.NONE]: 4,
  [CloseReason.IDLE_TIMEOUT]: 1,
  [CloseReason.TCP_FIN]: 3,
  [CloseReason.TCP_RST]: 3,
  [CloseReason.AGED_OUT]: 5,
  [CloseReason.REJECTED_BY_POLICY]: 4,
  [CloseReason.POLICY_DELETE]: 4,
  [CloseReason.ICMP_ERROR]: 3,
  [CloseReason.CLEARED]: 4,
  [CloseReason.RESPONSE_RECEIVED]: 3,
  [CloseReason.TCP_CLIENT_RST]: 3,
  [CloseReason.TCP_SERVER_RST]: 3,
  [CloseReason.SYNPROXY_FAILURE]: 4,
  [CloseReason.SHUTDOWN]: 4,
};

function packetElements(family: Family): Element[] {
  return [
    count(323, milliseconds), // observationTimeMilliseconds
    octet(233, (event) => FIREWALL_EVENT[event.kind]), // firewallEvent
    octet(4, (event) => event.protocol), // protocolIdentifier
    address(8, 27, family, (event) => event.sourceAddress), // sourceIPv4Address, sourceIPv6Address
    address(12, 28, family, (event) => event.destinationAddress), // destinationIPv4Address, destinationIPv6Address
    word(7, (event) => event.sourcePort), // sourceTransportPort
    word(11, (event) => destinationPort(event, event.destinationPort)), // destinationTransportPort
    word(family === 4 ? 32 : 139, icmpTypeCode), // icmpTypeCodeIPv4, icmpTypeCodeIPv6
    number(10, (event) => event.ingressInterface), // ingressInterface
    number(14, (event) => event.egressInterface), // egressInterface
  ];
}

/** natEvent (230): of the combinations, RFC 8158 names these. */
const NAT_EVENT: Readonly<Record<string, readonly [create: number, remove: number]>> = { "44": [4, 5], "64": [6, 7] };

function natElements(family: Family, out: Family): Element[] {
  const event = NAT_EVENT[`${family}${out}`];
  return [
    ...(event === undefined ? [] : [octet(230, ({ kind }) => (kind === "SESSION_OPEN" ? event[0] : event[1]))]),
    address(225, 281, out, natSource), // postNATSourceIPv4Address, postNATSourceIPv6Address
    address(226, 282, out, natDestination), // postNATDestinationIPv4Address, postNATDestinationIPv6Address
    word(227, natSourcePort), // postNAPTSourceTransportPort
    word(228, (decided) => destinationPort(decided, natDestinationPort(decided))), // postNAPTDestinationTransportPort
  ];
}

const SESSION: readonly Element[] = [
  count(148, (event) => event.sessionId), // flowId
  count(152, createdMs), // flowStartMilliseconds
];
const CLOSE: readonly Element[] = [
  count(153, milliseconds), // flowEndMilliseconds
  octet(136, (event) => (event.kind === "SESSION_CLOSE" ? END_REASON[event.closeReason] : 0)), // flowEndReason
  closeCount(85, (event) => event.clientBytes), // octetTotalCount
  closeCount(86, (event) => event.clientPackets), // packetTotalCount
  closeCount(85, (event) => event.serverBytes, REVERSE), // reverseOctetTotalCount
  closeCount(86, (event) => event.serverPackets, REVERSE), // reversePacketTotalCount
];

// ---- templates ----------------------------------------------------------------------------------------------------------
const templateIds = new Map<string, Template>();
const TEMPLATES: readonly Template[] = makeTemplates();

/** templateKey names a template: kind, family, and the family of translated addresses or 0. */
function templateKey(kind: Decided["kind"], family: Family, out: Family | 0): string {
  return `${kind} ${family} ${out}`;
}

function makeTemplates(): Template[] {
  const templates: Template[] = [];
  const add = (key: string, elements: readonly Element[]): void => {
    const template = makeTemplate(FIRST_TEMPLATE + templates.length, elements);
    templates.push(template);
    templateIds.set(key, template);
  };
  for (const family of [4, 6] as const) {
    for (const out of [0, 4, 6] as const) {
      const nat = out === 0 ? [] : natElements(family, out);
      const session = [...packetElements(family), ...nat, ...SESSION];
      add(templateKey("SESSION_OPEN", family, out), session);
      add(templateKey("SESSION_CLOSE", family, out), [...session, ...CLOSE]);
    }
    add(templateKey("POLICY_DENY", family, 0), packetElements(family));
  }
  return templates;
}

function makeTemplate(id: number, elements: readonly Element[]): Template {
  const fields = elements.map(({ id: elementId, enterprise, length }) => {
    const field = Buffer.alloc(enterprise === 0 ? 4 : 8);
    field.writeUInt16BE(enterprise === 0 ? elementId : elementId | ENTERPRISE_BIT, 0);
    field.writeUInt16BE(length, 2);
    if (enterprise !== 0) field.writeUInt32BE(enterprise, 4);
    return field;
  });
  const head = Buffer.alloc(4);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(elements.length, 2);
  return {
    id,
    elements,
    definition: Buffer.concat([head, ...fields]),
    recordLength: elements.reduce((sum, { length }) => sum + length, 0),
  };
}

const isDecided = (event: RingwallEvent): event is Decided =>
  event.kind === "SESSION_OPEN" || event.kind === "SESSION_CLOSE" || event.kind === "POLICY_DENY";

/** byFamily gives the templates of a kind and a family: untranslated, to IPv4, to IPv6. */
const byFamily = (kind: Decided["kind"], family: Family): readonly (Template | undefined)[] =>
  ([0, 4, 6] as const).map((out) => templateIds.get(templateKey(kind, family, out)));
const BY_KIND = {
  SESSION_OPEN: { 4: byFamily("SESSION_OPEN", 4), 6: byFamily("SESSION_OPEN", 6) },
  SESSION_CLOSE: { 4: byFamily("SESSION_CLOSE", 4), 6: byFamily("SESSION_CLOSE", 6) },
  POLICY_DENY: { 4: byFamily("POLICY_DENY", 4), 6: byFamily("POLICY_DENY", 6) },
} as const;

function templateOf(event: RingwallEvent): Template | undefined {
  if (!isDecided(event)) return undefined;
  const templates = BY_KIND[event.kind][event.addressFamily === AddressFamily.INET ? 4 : 6];
  if (event.kind === "POLICY_DENY") return templates[0];
  const translated = event.natSourceAddress ?? event.natDestinationAddress;
  return templates[translated === null ? 0 : translated.includes(":") ? 2 : 1];
}

// ---- addresses ------------------------------------------------------------------------------------------------------------
const [DOT, COLON, ZERO, NINE, SMALL_A] = [0x2e, 0x3a, 0x30, 0x39, 0x61];

/** writeInet writes a dotted address as four bytes. */
function writeInet(bytes: Buffer, at: number, text: string, from = 0): void {
  let value = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      bytes[at++] = value;
      value = 0;
    } else value = value * 10 + code - ZERO;
  }
  bytes[at] = value;
}

/** writeInet6 writes an address as RFC 5952 has it as sixteen bytes; a dotted tail too. */
function writeInet6(bytes: Buffer, at: number, text: string): void {
  const end = at + 16;
  bytes.fill(0, at, end);
  let gap = -1;
  let to = at;
  for (let i = 0; i < text.length;) {
    if (text.charCodeAt(i) === COLON) {
      if (text.charCodeAt(i + 1) === COLON) {
        gap = to;
        i += 2;
      } else i++;
      continue;
    }
    let value = 0;
    let last = i;
    for (; last < text.length; last++) {
      const code = text.charCodeAt(last);
      if (code === COLON || code === DOT) break;
      value = value * 16 + (code <= NINE ? code - ZERO : code - SMALL_A + 10);
    }
    if (text.charCodeAt(last) === DOT) {
      writeInet(bytes, to, text, i);
      to += 4;
      break;
    }
    bytes.writeUInt16BE(value & 0xffff, to);
    to += 2;
    i = last;
  }
  if (gap < 0) return;
  const moved = to - gap;
  bytes.copyWithin(end - moved, gap, to);
  bytes.fill(0, gap, end - moved);
}
