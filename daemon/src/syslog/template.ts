// template.ts: a line as text with fields in braces, made into a function that writes it. SPDX-License-Identifier: Apache-2.0
//
// What stands between two fields is joined once, when the template is made; writing a line stores pieces and makes nothing.
import { ICMP, ICMP6 } from "../config/protocol.js";
import { deciderId, egressUnit, egressZone, type EventNames } from "../event/names.js";
import type { FilterLog, PolicyDeny, RingwallEvent, SessionClose, SessionOpen } from "../event/event.js";
import { constant, type LineBuffer, type Piece } from "./line-buffer.js";
import { headerText, memo, perNames, perWay } from "./line.js";

/** Writer writes one field, or a whole line. */
export type Writer<Event> = (line: LineBuffer, event: Event, values: Values) => void;

/** Field: a text that is the same in every line, or what writes it. */
export type Field<Event> = string | Writer<Event>;

const FIELD = /\{([a-z0-9-]+)\}/;

/** TemplateError: a template names a field that nobody knows. */
class TemplateError extends Error {}

/** template makes the writer of a text. Braces around anything but a name stand for themselves. */
export function template<Event>(text: string, fields: Readonly<Record<string, Field<Event>>>): Writer<Event> {
  const literals = [""];
  const writers: Writer<Event>[] = [];
  /** For each literal, where in it values end that are the same in every line. */
  const ends: number[][] = [[]];
  // split with a group: texts at even places, names at odd ones.
  for (const [place, part] of text.split(FIELD).entries()) {
    const field = place % 2 === 0 ? part : fields[part];
    if (field === undefined) throw new TemplateError(`no field is called ${part}`);
    if (typeof field === "string") {
      literals[literals.length - 1] += field;
      if (place % 2 === 1) ends.at(-1)!.push(Buffer.byteLength(literals.at(-1)!));
    } else {
      writers.push(field);
      literals.push("");
      ends.push([]);
    }
  }
  const pieces = literals.map(constant);
  const last = pieces.at(-1)!;
  const noted: Writer<Event> = (line, event, values) => {
    for (const [place, piece] of pieces.entries()) {
      line.constant(piece);
      for (const end of ends[place]!) line.valueEnd(piece.length - end);
      writers[place]?.(line, event, values);
      line.valueEnd();
    }
  };
  return (line, event, values) => {
    if (line.isNoted) return noted(line, event, values);
    for (let i = 0; i < writers.length; i++) {
      line.constant(pieces[i]!);
      writers[i]!(line, event, values);
    }
    line.constant(last);
  };
}

/** Values: what the names of a generation look like in a format. */
export interface Values {
  readonly names: EventNames;
  readonly host: Piece;
  zone(id: number): Piece;
  unit(id: number): Piece;
  /** The policy that decided, by EventNames' id. */
  policy(id: number): Piece;
  /** By protocol × 2^16 + application. */
  service(key: number): Piece;
  natType(id: number, side: NatSide): Piece;
  natName(id: number): Piece;
  filter(filterId: number): Piece;
  term(filterId: number, termId: number): Piece;
  /** Of a filter log: where its packet was going to. */
  egressZone(event: FilterLog): Piece;
  egressUnit(event: FilterLog): Piece;
}

export type NatSide = "source" | "destination";

/** ValueStyle: how a format writes names, and what it writes where there is none. */
export interface ValueStyle {
  readonly escape: (text: string) => string;
  readonly noService: string;
  readonly noRule: string;
  readonly noEgress: string;
  /** What a global policy's name ends in. */
  readonly globalSuffix: string;
}

/** valuesIn makes the values of each generation, in one style. */
export function valuesIn(style: ValueStyle): (names: EventNames) => Values {
  const { escape, noService, noRule, noEgress, globalSuffix } = style;
  const piece = (text: string): Piece => constant(escape(text));
  return perNames((names): Values => {
    const natTypes = {
      source: memo((id) => piece(id === 0 ? noRule : `${names.natRule(id)?.kind ?? "source"} rule`)),
      destination: memo((id) => piece(id === 0 ? noRule : `${names.natRule(id)?.kind ?? "destination"} rule`)),
    };
    const filters = memo((id) => ({
      name: piece(names.term(id, 1).filter),
      term: memo((term) => piece(names.term(id, term).term)),
    }));
    return {
      names,
      host: constant(headerText(names.hostName)),
      zone: memo((id) => piece(names.zone(id))),
      unit: memo((id) => piece(names.unit(id))),
      policy: memo((id) => {
        const { name, isGlobal } = names.policy(id);
        return piece(name + (isGlobal ? globalSuffix : ""));
      }),
      service: memo((key) => piece(serviceName(names, Math.floor(key / 0x10000), key % 0x10000) ?? noService)),
      natType: (id, side) => natTypes[side](id),
      natName: memo((id) => piece(id === 0 ? noRule : (names.natRule(id)?.name ?? String(id)))),
      filter: (id) => filters(id).name,
      term: (id, term) => filters(id).term(term),
      egressZone: perWay((event) => piece(egressZone(event, names) ?? noEgress)),
      egressUnit: perWay((event) => piece(egressUnit(event, names) ?? noEgress)),
    };
  });
}

function serviceName(names: EventNames, protocol: number, applicationId: number): string | undefined {
  if (protocol === ICMP) return "icmp";
  if (protocol === ICMP6) return "icmpv6";
  return names.application(applicationId);
}

export const isIcmp = ({ protocol }: RingwallEvent): boolean => protocol === ICMP || protocol === ICMP6;

/** Fields that every event has. Addresses and numbers look the same in all formats. */
export const packetFields = {
  host: (line, _event, { host }) => void line.constant(host),
  "source-address": (line, event) => void line.text(event.sourceAddress),
  "source-port": (line, event) => void line.number(event.sourcePort),
  "destination-address": (line, event) => void line.text(event.destinationAddress),
  "destination-port": (line, event) => void line.number(event.destinationPort),
  "protocol-id": (line, event) => void line.number(event.protocol),
  "icmp-type": (line, event) => void line.number(isIcmp(event) ? event.icmpType : 0),
  "icmp-code": (line, event) => void line.number(isIcmp(event) ? event.icmpCode : 0),
  "source-zone-name": (line, event, values) => void line.constant(values.zone(event.ingressZone)),
  "destination-zone-name": (line, event, values) => void line.constant(values.zone(event.egressZone)),
  "packet-incoming-interface": (line, event, values) => void line.constant(values.unit(event.ingressInterface)),
  "session-id": (line, event) => void line.number(event.sessionId),
  "session-id-32": (line, event) => void line.number(event.sessionId),
  "service-name": (line, event, values) =>
    void line.constant(values.service(event.protocol * 0x10000 + event.applicationId)),
} satisfies Record<string, Writer<RingwallEvent>>;

/** Fields of what a policy decided. */
export const policyFields = {
  "policy-name": (line, event, values) => void line.constant(values.policy(deciderId(event))),
} satisfies Record<string, Writer<SessionOpen | SessionClose | PolicyDeny>>;

/** Fields of sessions. Without translation Junos repeats the original address and port. */
export const sessionFields = {
  "nat-source-address": (line, event) => void line.text(event.natSourceAddress ?? event.sourceAddress),
  "nat-source-port": (line, event) =>
    void line.number(event.natSourceAddress === null ? event.sourcePort : event.natSourcePort),
  "nat-destination-address": (line, event) => void line.text(event.natDestinationAddress ?? event.destinationAddress),
  "nat-destination-port": (line, event) =>
    void line.number(event.natDestinationAddress === null ? event.destinationPort : event.natDestinationPort),
  "src-nat-rule-type": (line, event, values) => void line.constant(values.natType(event.sourceNatRuleId, "source")),
  "src-nat-rule-name": (line, event, values) => void line.constant(values.natName(event.sourceNatRuleId)),
  "dst-nat-rule-type": (line, event, values) =>
    void line.constant(values.natType(event.destinationNatRuleId, "destination")),
  "dst-nat-rule-name": (line, event, values) => void line.constant(values.natName(event.destinationNatRuleId)),
} satisfies Record<string, Writer<SessionOpen | SessionClose>>;

export const closeFields = {
  "packets-from-client": (line, event) => void line.number(event.clientPackets),
  "bytes-from-client": (line, event) => void line.number(event.clientBytes),
  "packets-from-server": (line, event) => void line.number(event.serverPackets),
  "bytes-from-server": (line, event) => void line.number(event.serverBytes),
  "elapsed-time": (line, event) => void line.number(elapsedSeconds(event)),
} satisfies Record<string, Writer<SessionClose>>;

/** elapsedSeconds gives a session's age when it closed; a clock that was set back makes it 0, not less. */
export function elapsedSeconds(event: SessionClose): number {
  return Math.max(0, event.time.seconds - event.sessionCreated);
}
