// format-kv.ts: key=value lines for people and for collectors that split on blanks. SPDX-License-Identifier: Apache-2.0
//
// An RFC 5424 header without structured data, then the line that starts with RT_FLOW. Names stand where there are names,
// numbers where a generation's names are gone.
import {
  actionText,
  eventOutcomeText,
  EventType,
  eventTypeText,
  FilterAnswer,
  filterAnswerText,
  filterLogSourceText,
  screenIdName,
  type EventTypeName,
} from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import { ICMP, ICMP6, TCP } from "../config/protocol.js";
import type { FilterLog, LogSuppressed, PolicyDeny, RingwallEvent, SessionClose, SessionOpen } from "../event/event.js";
import { deciderId, egressUnit, egressZone, suppressedPolicy, type EventNames } from "../event/names.js";
import { pfeFormat } from "./format-pfe.js";
import { constant, type LineBuffer, type Piece } from "./line-buffer.js";
import {
  headerText,
  memo,
  perNames,
  perWay,
  tcpFlagsPiece,
  timestampWriter,
  type LineFormat,
  type LineOptions,
} from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { protocolName } from "./protocol.js";

/** kvFormat makes the format for one set of options. */
export function kvFormat(options: LineOptions): LineFormat {
  const headOf = perNames(makeHeads);
  const info = timestampWriter(`<${priorityOf(options.facility, Severity.info)}>1 `);
  const error = timestampWriter(`<${priorityOf(options.facility, Severity.error)}>1 `);
  const pfe = options.pfe === undefined ? undefined : pfeFormat(options.pfe);
  const pairs = kvPairs();

  return (line, event, names) => {
    if (event.kind === "FILTER_LOG" && pfe !== undefined) return pfe(line, event, names);
    (event.kind === "SCREEN_DROP" ? error : info)(line, event.time);
    line.constant(headOf(names)[event.kind]);
    pairs(line, event, names);
  };
}

/** kvPairs makes what writes an event's pairs, which is all of a line but its header. */
export function kvPairs(): LineFormat {
  const piecesOf = perNames(makePieces);
  return (line, event, names) => {
    const pieces = piecesOf(names);
    switch (event.kind) {
      case "SESSION_OPEN":
      case "POLICY_DENY":
        tuple(line, event);
        line
          .constant(actionPiece(event.action))
          .constant(pieces.policy(deciderId(event)))
          .constant(pieces.zones(zonesOf(event)));
        translation(line, event, pieces);
        return;
      case "SESSION_CLOSE":
        tuple(line, event);
        line
          .constant(actionPiece(event.action))
          .constant(pieces.policy(deciderId(event)))
          .constant(pieces.zones(zonesOf(event)))
          .constant(PACKETS)
          .number(event.clientPackets + event.serverPackets)
          .constant(BYTES)
          .number(event.clientBytes + event.serverBytes);
        translation(line, event, pieces);
        return;
      case "SCREEN_DROP":
        line.text(`screen=${screenName(event.screenId)} `);
        tuple(line, event);
        line.constant(actionPiece(event.action)).text(` zone=${value(names.zone(event.ingressZone))}`);
        return;
      case "FILTER_LOG":
        tuple(line, event);
        line.constant(actionPiece(event.action));
        filterLog(line, event, pieces);
        return;
      case "LOG_SUPPRESSED":
        tuple(line, event);
        line.text(
          ` kind=${eventTypeText[event.suppressedKind] ?? event.suppressedKind} rule=${suppressedRule(event, names)} zone=${value(names.zone(event.ingressZone))} count=${event.suppressedCount} outcome=${eventOutcomeText[event.suppressedOutcome] ?? event.suppressedOutcome} first-src=${endpoint(event.firstSourceAddress, event.firstSourcePort)} first-dst=${endpoint(event.firstDestinationAddress, event.firstDestinationPort)} first-proto=${protocolName(event.firstProtocol)}`,
        );
        return;
      default:
        return unreachable(event);
    }
  };
}

const SOURCE = constant("src=");
const SOURCE_6 = constant("src=[");
const DESTINATION = constant(" dst=");
const DESTINATION_6 = constant(" dst=[");
const PORT = constant(":");
const PORT_6 = constant("]:");
const PACKETS = constant(" pkts=");
const BYTES = constant(" bytes=");
const protocolPiece = memo((protocol) => constant(` proto=${protocolName(protocol)}`));
const actionPiece = memo((action) => constant(` action=${actionText[action] ?? action}`));

function tuple(line: LineBuffer, event: RingwallEvent): void {
  const isInet6 = event.sourceAddress.includes(":");
  line
    .constant(isInet6 ? SOURCE_6 : SOURCE)
    .text(event.sourceAddress)
    .constant(isInet6 ? PORT_6 : PORT)
    .number(event.sourcePort)
    .constant(isInet6 ? DESTINATION_6 : DESTINATION)
    .text(event.destinationAddress)
    .constant(isInet6 ? PORT_6 : PORT)
    .number(event.destinationPort)
    .constant(protocolPiece(event.protocol));
}

/** translation: what of a session is translated, and by which rule. */
function translation(line: LineBuffer, event: SessionOpen | SessionClose | PolicyDeny, pieces: Pieces): void {
  if (event.natSourceAddress !== null)
    line
      .text(` nat-src=${endpoint(event.natSourceAddress, event.natSourcePort)}`)
      .constant(pieces.sourceNatRule(event.sourceNatRuleId));
  if (event.natDestinationAddress !== null)
    line
      .text(` nat-dst=${endpoint(event.natDestinationAddress, event.natDestinationPort)}`)
      .constant(pieces.destinationNatRule(event.destinationNatRuleId));
}

const endpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

function filterLog(line: LineBuffer, event: FilterLog, pieces: Pieces): void {
  line
    .constant(pieces.way(event))
    .constant(filterSourcePiece(event.filterLogSource))
    .constant(pieces.term(event.filterId)(event.termId))
    .constant(pieces.units(event))
    .number(event.packetLength)
    .constant(DSCP)
    .number(event.dscp);
  if (event.protocol === TCP) line.constant(FLAGS).constant(tcpFlagsPiece(event.tcpFlags));
  if (event.protocol === ICMP || event.protocol === ICMP6)
    line.constant(TYPE).number(event.icmpType).constant(CODE).number(event.icmpCode);
  if (event.sessionId !== 0) line.constant(SESSION).number(event.sessionId);
  if (event.filterAnswer !== FilterAnswer.NONE) line.constant(answerPiece(event.filterAnswer));
}

const DSCP = constant(" dscp=");
const FLAGS = constant(" tcp-flags=");
const TYPE = constant(" icmp-type=");
const CODE = constant(" icmp-code=");
const SESSION = constant(" session=");
const filterSourcePiece = memo((source) => constant(` source=${filterLogSourceText[source] ?? source}`));
const answerPiece = memo((answer) => constant(` answer=${filterAnswerText[answer] ?? answer}`));

const zonesOf = (event: RingwallEvent): number => event.ingressZone * 0x10000 + event.egressZone;

/** Pieces are what lines of one generation share. */
interface Pieces {
  policy(id: number): Piece;
  zones(key: number): Piece;
  sourceNatRule(id: number): Piece;
  destinationNatRule(id: number): Piece;
  term(filterId: number): (termId: number) => Piece;
  /** The zones of a filter log, and its interfaces up to the length. */
  way(event: FilterLog): Piece;
  units(event: FilterLog): Piece;
}

function makeHeads(names: EventNames): Readonly<Record<EventTypeName, Piece>> {
  const host = headerText(names.hostName);
  return Object.fromEntries(
    Object.keys(EventType).map((kind) => [kind, constant(` ${host} RT_FLOW - ${kind} - RT_FLOW ${kind} `)]),
  ) as Record<EventTypeName, Piece>;
}

function makePieces(names: EventNames): Pieces {
  const natRule = (id: number): string => value(names.natRule(id)?.name ?? String(id));
  return {
    policy: memo((id) => constant(` policy=${value(names.policy(id).name)}`)),
    zones: memo((key) => constant(` zone=${value(names.zone(key >>> 16))}->${value(names.zone(key & 0xffff))}`)),
    sourceNatRule: memo((id) => constant(` src-nat-rule=${natRule(id)}`)),
    destinationNatRule: memo((id) => constant(` dst-nat-rule=${natRule(id)}`)),
    term: memo((filterId) =>
      memo((termId) => {
        const { filter, term } = names.term(filterId, termId);
        return constant(` filter=${value(filter)} term=${value(term)}`);
      }),
    ),
    way: perWay((event) =>
      constant(` zone=${value(names.zone(event.ingressZone))}->${value(egressZone(event, names) ?? "-")}`),
    ),
    units: perWay((event) =>
      constant(` in=${value(names.unit(event.ingressInterface))} out=${value(egressUnit(event, names) ?? "-")} len=`),
    ),
  };
}

function suppressedRule(event: LogSuppressed, names: EventNames): string {
  if (event.suppressedKind === EventType.SCREEN_DROP) return screenName(event.suppressedRule);
  if (event.suppressedKind === EventType.FILTER_LOG) {
    const { filter, term } = names.term(event.suppressedRule, event.termId);
    return value(`${filter}:${term}`);
  }
  return value(suppressedPolicy(event, names).name);
}

function screenName(id: number): string {
  return screenIdName[id]?.toLowerCase().replaceAll("_", "-") ?? String(id);
}

// A value with a blank, a quote or an equals sign would split into several; such names are quoted.
function value(text: string): string {
  return /[\s"=\u0000-\u001f\u007f]/.test(text) ? JSON.stringify(text) : text;
}
