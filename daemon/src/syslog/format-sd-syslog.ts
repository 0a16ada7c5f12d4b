// format-sd-syslog.ts: structured syslog (RFC 5424) in the layout of Junos 22.2. SPDX-License-Identifier: Apache-2.0
//
// Which parameter stands where is fixed by Junos; collectors read by name, and some by place. Parameters of features that
// Ringwall does not have carry the value Junos writes for "nothing" (docs/logging.md lists them).
//
// A line is a few long pieces that many lines share, with the values between them. Pieces with names are made once for each
// combination that occurs in a generation.
import {
  Action,
  actionText,
  closeReasonText,
  denyReasonText,
  eventOutcomeText,
  EventType,
  eventTypeText,
  filterAnswerText,
  filterLogSourceText,
  ScreenId,
  screenIdName,
  screenIdText,
  type ScreenIdName,
} from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import { ICMP, ICMP6, TCP } from "../config/protocol.js";
import type { FilterLog, LogSuppressed, PolicyDeny, ScreenDrop, SessionClose, SessionOpen } from "../event/event.js";
import { deciderId, egressUnit, egressZone, suppressedPolicy, type EventNames } from "../event/names.js";
import { pfeFormat } from "./format-pfe.js";
import { constant, type LineBuffer, type Piece } from "./line-buffer.js";
import {
  headerText,
  memo,
  perNames,
  perWay,
  sdEscape,
  tcpFlagsPiece,
  timestampWriter,
  type LineFormat,
  type LineOptions,
} from "./line.js";
import { priorityOf, Severity } from "./priority.js";

/** sdSyslogFormat makes the format for one set of options. */
export function sdSyslogFormat(options: LineOptions): LineFormat {
  const piecesOf = perNames((names) => makePieces(names, options.sdId));
  const info = timestampWriter(`<${priorityOf(options.facility, Severity.info)}>1 `);
  const error = timestampWriter(`<${priorityOf(options.facility, Severity.error)}>1 `);
  const pfe = options.pfe === undefined ? undefined : pfeFormat(options.pfe);

  return (line, event, names) => {
    if (event.kind === "FILTER_LOG" && pfe !== undefined) return pfe(line, event, names);
    const pieces = piecesOf(names);
    (event.kind === "SCREEN_DROP" ? error : info)(line, event.time);
    switch (event.kind) {
      case "SESSION_OPEN":
        return sessionOpen(line, event, pieces);
      case "SESSION_CLOSE":
        return sessionClose(line, event, pieces);
      case "POLICY_DENY":
        return policyDeny(line, event, pieces);
      case "SCREEN_DROP":
        return screenDrop(line, event, pieces, options.sessionLimitsAsIp);
      case "FILTER_LOG":
        return filterLog(line, event, pieces);
      case "LOG_SUPPRESSED":
        return logSuppressed(line, event, pieces);
      default:
        return unreachable(event);
    }
  };
}

const PORT_THEN_DESTINATION = constant('" destination-address="');
const SOURCE_PORT = constant('" source-port="');
const DESTINATION_PORT = constant('" destination-port="');
const NAT_SOURCE_PORT = constant('" nat-source-port="');
const NAT_DESTINATION = constant('" nat-destination-address="');
const NAT_DESTINATION_PORT = constant('" nat-destination-port="');
const CLIENT_PACKETS = constant('" packets-from-client="');
const CLIENT_BYTES = constant('" bytes-from-client="');
const SERVER_PACKETS = constant('" packets-from-server="');
const SERVER_BYTES = constant('" bytes-from-server="');
const ELAPSED = constant('" elapsed-time="');
const ICMP_TYPE = constant('" icmp-type="');
const SESSION_ID = constant('" session-id="');

function sessionOpen(line: LineBuffer, event: SessionOpen, pieces: Pieces): void {
  const { head, service, decision, tail } = pieces.shared(event, 0, event.sourceNatRuleId, event.destinationNatRuleId);
  line.constant(head);
  addresses(line, event, service);
  line.constant(decision).number(event.sessionId).constant(tail);
}

function sessionClose(line: LineBuffer, event: SessionClose, pieces: Pieces): void {
  const { closeReason, sourceNatRuleId, destinationNatRuleId } = event;
  const { head, service, decision, tail } = pieces.shared(event, closeReason, sourceNatRuleId, destinationNatRuleId);
  line.constant(head);
  addresses(line, event, service);
  line
    .constant(decision)
    .number(event.sessionId)
    .constant(CLIENT_PACKETS)
    .number(event.clientPackets)
    .constant(CLIENT_BYTES)
    .number(event.clientBytes)
    .constant(SERVER_PACKETS)
    .number(event.serverPackets)
    .constant(SERVER_BYTES)
    .number(event.serverBytes)
    .constant(ELAPSED)
    .number(Math.max(0, event.time.seconds - event.sessionCreated))
    .constant(tail);
}

function policyDeny(line: LineBuffer, event: PolicyDeny, pieces: Pieces): void {
  const { head, service, decision, tail } = pieces.shared(event, event.denyReason, 0, 0);
  const isIcmp = event.protocol === ICMP || event.protocol === ICMP6;
  line
    .constant(head)
    .text(event.sourceAddress)
    .constant(SOURCE_PORT)
    .number(event.sourcePort)
    .constant(PORT_THEN_DESTINATION)
    .text(event.destinationAddress)
    .constant(DESTINATION_PORT)
    .number(event.destinationPort)
    .constant(service)
    .number(isIcmp ? event.icmpType : 0)
    .constant(decision)
    .number(event.sessionId)
    .constant(tail);
}

// Addresses and ports before and after translation. Without translation Junos repeats the original ones.
function addresses(line: LineBuffer, event: SessionOpen | SessionClose, service: Piece): void {
  const { natSourceAddress, natDestinationAddress } = event;
  const source = line.length;
  const sourcePort = line.text(event.sourceAddress).constant(SOURCE_PORT).length;
  const sourceEnd = line.number(event.sourcePort).length;
  const destination = line.constant(PORT_THEN_DESTINATION).length;
  const destinationPort = line.text(event.destinationAddress).constant(DESTINATION_PORT).length;
  const destinationEnd = line.number(event.destinationPort).length;
  line.constant(service);
  if (natSourceAddress === null)
    line
      .again(source, sourcePort - SOURCE_PORT.length)
      .constant(NAT_SOURCE_PORT)
      .again(sourcePort, sourceEnd);
  else line.text(natSourceAddress).constant(NAT_SOURCE_PORT).number(event.natSourcePort);
  line.constant(NAT_DESTINATION);
  if (natDestinationAddress === null)
    line
      .again(destination, destinationPort - DESTINATION_PORT.length)
      .constant(NAT_DESTINATION_PORT)
      .again(destinationPort, destinationEnd);
  else line.text(natDestinationAddress).constant(NAT_DESTINATION_PORT).number(event.natDestinationPort);
}

const NAT_SIDES = [
  { prefix: "src", kind: "source" },
  { prefix: "dst", kind: "destination" },
] as const;

/** natRules: from behind the translated destination port to the protocol. A rule that nobody knows any more is its number. */
function natRules(names: EventNames, ids: readonly [source: number, destination: number]): string {
  const parts = NAT_SIDES.map(({ prefix, kind }, side) => {
    const id = ids[side]!;
    const rule = names.natRule(id);
    const type = id === 0 ? "N/A" : `${rule?.kind ?? kind} rule`;
    const name = id === 0 ? "N/A" : sdEscape(rule?.name ?? String(id));
    return `${prefix}-nat-rule-type="${type}" ${prefix}-nat-rule-name="${name}" `;
  });
  return `" nat-connection-tag="0" ${parts.join("")}`;
}

const CATEGORY =
  'application-category="N/A" application-sub-category="N/A" application-risk="-1" application-characteristics="N/A"';
const VRF = 'src-vrf-grp="N/A" dst-vrf-grp="N/A"';
const TUNNEL = 'tunnel-inspection="Off" tunnel-inspection-policy-set="root"';
const TENANT = 'source-tenant="N/A" destination-service="N/A"]';
const PEER =
  'secure-web-proxy-session-type="NA" peer-session-id="0" peer-source-address="0.0.0.0" peer-source-port="0" peer-destination-address="0.0.0.0" peer-destination-port="0" hostname="NA NA"';
const DENY_TAIL = constant(`" ${CATEGORY} ${VRF} ${TENANT}`);

type Decided = SessionOpen | SessionClose | PolicyDeny;

/** Shared: what lines about sessions and denials share that have the same reason, policy, zones, service, interface and rules of
 * translation. */
interface Shared {
  /** To the source address. */
  readonly head: Piece;
  /** From behind the destination port to the translated source address or, of a denial, to the ICMP type. */
  readonly service: Piece;
  /** From behind the translated destination port or the ICMP type to the session's number. */
  readonly decision: Piece;
  /** What stands behind all numbers. */
  readonly tail: Piece;
}

/** Pieces are what lines of one generation share. */
interface Pieces {
  readonly names: EventNames;
  readonly host: string;
  readonly sd: string;
  /** reason: why a session ended or a packet was denied; 0 for none, as for rules of translation. */
  shared(event: Decided, reason: number, sourceRule: number, destinationRule: number): Shared;
  readonly filterHead: Piece;
  term(filterId: number): (termId: number) => TermPieces;
  way(event: FilterLog): Piece;
}

/** TermPieces: what of a filter log its term decides. */
interface TermPieces {
  readonly names: Piece;
  readonly ids: Piece;
}

function makePieces(names: EventNames, sdId: string): Pieces {
  const host = headerText(names.hostName);
  const sd = `[${sdId} `;
  const unit = (id: number): string => sdEscape(names.unit(id));
  return {
    names,
    host,
    sd,
    shared: perDecision(sharedMaker(names, ` ${host} RT_FLOW - `, sd)),
    filterHead: constant(` ${host} RT_FLOW - RT_FLOW_FILTER_LOG ${sd}source-address="`),
    term: memo((filterId) =>
      memo((termId) => {
        const { filter, term } = names.term(filterId, termId);
        return {
          names: constant(`" filter-name="${sdEscape(filter)}" term-name="${sdEscape(term)}" `),
          ids: constant(`" filter-id="${filterId}" term-id="${termId}" generation="${names.generation}"]`),
        };
      }),
    ),
    way: perWay((event) => {
      const from = sdEscape(names.zone(event.ingressZone));
      const to = sdEscape(egressZone(event, names) ?? UNKNOWN_EGRESS);
      const outgoing = sdEscape(egressUnit(event, names) ?? UNKNOWN_EGRESS);
      return constant(
        `source-zone-name="${from}" destination-zone-name="${to}" packet-incoming-interface="${unit(event.ingressInterface)}" packet-outgoing-interface="${outgoing}`,
      );
    }),
  };
}

/** More than combinations that are in use at the same time; a power of two. */
const SHARED_SLOTS = 4096;
const KEY_WORDS = 7;

// Looking a combination up piece by piece costs more than writing the line, so all of it has one slot, as in a cache of the
// processor: what meets another combination there takes its place.
function perDecision(make: Pieces["shared"]): Pieces["shared"] {
  const keys = new Int32Array(SHARED_SLOTS * KEY_WORDS);
  const held = new Array<Shared | undefined>(SHARED_SLOTS).fill(undefined);
  return (event, reason, sourceRule, destinationRule) => {
    const what = (EventType[event.kind] << 24) | (reason << 16) | event.protocol;
    const policy = event.policyId | 0;
    const zones = (event.ingressZone << 16) | event.egressZone;
    const application = event.applicationId;
    const unit = event.ingressInterface | 0;
    const [from, to] = [sourceRule | 0, destinationRule | 0];
    let hash = Math.imul(what, 31) + policy;
    hash = Math.imul(hash, 31) + zones;
    hash = Math.imul(hash, 31) + application;
    hash = Math.imul(hash, 31) + unit;
    hash = Math.imul(hash, 31) + from;
    hash = Math.imul(hash, 31) + to;
    const slot = Math.imul(hash, 0x9e3779b1) >>> 20;
    const key = slot * KEY_WORDS;
    const found = held[slot];
    if (
      found !== undefined &&
      keys[key] === what &&
      keys[key + 1] === policy &&
      keys[key + 2] === zones &&
      keys[key + 3] === application &&
      keys[key + 4] === unit &&
      keys[key + 5] === from &&
      keys[key + 6] === to
    )
      return found;
    keys.set([what, policy, zones, application, unit, from, to], key);
    return (held[slot] = make(event, reason, sourceRule, destinationRule));
  };
}

function sharedMaker(names: EventNames, header: string, sd: string): Pieces["shared"] {
  const unit = (id: number): string => sdEscape(names.unit(id));
  const zone = (id: number): string => sdEscape(names.zone(id));
  const policyAndZones = (event: Decided): string => {
    const { name, isGlobal } = names.policy(deciderId(event));
    const policy = sdEscape(name) + (isGlobal ? "(global)" : "");
    return `" policy-name="${policy}" source-zone-name="${zone(event.ingressZone)}" destination-zone-name="${zone(event.egressZone)}`;
  };
  const service = ({ protocol, applicationId }: Decided): string =>
    `" connection-tag="0" service-name="${serviceName(names, protocol, applicationId)}" `;
  // Long pieces that many combinations have in common.
  const openHead = constant(`${header}RT_FLOW_SESSION_CREATE ${sd}source-address="`);
  const denyHead = constant(`${header}RT_FLOW_SESSION_DENY ${sd}source-address="`);
  const closeHead = memo((reason) =>
    constant(`${header}RT_FLOW_SESSION_CLOSE ${sd}reason="${closeReasonText[reason] ?? "unset"}" source-address="`),
  );
  const openTail = memo((id) =>
    constant(
      `" username="N/A" roles="N/A" packet-incoming-interface="${unit(id)}" application="UNKNOWN" nested-application="UNKNOWN" encrypted="UNKNOWN" ${CATEGORY} ${VRF} ${TUNNEL} ${TENANT}`,
    ),
  );
  const closeTail = memo((id) =>
    constant(
      `" application="UNKNOWN" nested-application="UNKNOWN" username="N/A" roles="N/A" packet-incoming-interface="${unit(id)}" encrypted="UNKNOWN" ${CATEGORY} ${PEER} ${VRF} ${TUNNEL} session-flag="0" ${TENANT}`,
    ),
  );
  const session = (
    event: Decided,
    sourceRule: number,
    destinationRule: number,
  ): Pick<Shared, "service" | "decision"> => ({
    service: constant(`${service(event)}nat-source-address="`),
    decision: constant(
      `${natRules(names, [sourceRule, destinationRule])}protocol-id="${event.protocol}${policyAndZones(event)}" session-id="`,
    ),
  });
  return (event, reason, sourceRule, destinationRule) => {
    const { ingressInterface: id } = event;
    switch (event.kind) {
      case "SESSION_OPEN":
        return { head: openHead, ...session(event, sourceRule, destinationRule), tail: openTail(id) };
      case "SESSION_CLOSE":
        return { head: closeHead(reason), ...session(event, sourceRule, destinationRule), tail: closeTail(id) };
      case "POLICY_DENY":
        return {
          head: denyHead,
          service: constant(`${service(event)}protocol-id="${event.protocol}" icmp-type="`),
          decision: constant(
            `${policyAndZones(event)}" application="UNKNOWN" nested-application="UNKNOWN" username="N/A" roles="N/A" packet-incoming-interface="${unit(id)}" encrypted="No" reason="${denyReasonText[event.denyReason] ?? "unset"}" session-id="`,
          ),
          tail: DENY_TAIL,
        };
      default:
        return unreachable(event);
    }
  };
}

function serviceName(names: EventNames, protocol: number, applicationId: number): string {
  if (protocol === ICMP) return "icmp";
  if (protocol === ICMP6) return "icmpv6";
  return sdEscape(names.application(applicationId) ?? "None");
}

// The other kinds are rarer, and written as text.

export type ScreenTag =
  | "RT_SCREEN_TCP"
  | "RT_SCREEN_TCP_SRC_IP"
  | "RT_SCREEN_TCP_DST_IP"
  | "RT_SCREEN_UDP"
  | "RT_SCREEN_ICMP"
  | "RT_SCREEN_IP"
  | "RT_SCREEN_SESSION_LIMIT";

const SCREEN_TAG: Readonly<Record<ScreenIdName, ScreenTag>> = {
  SYN_FLOOD: "RT_SCREEN_TCP",
  ICMP_FLOOD: "RT_SCREEN_ICMP",
  UDP_FLOOD: "RT_SCREEN_UDP",
  PORT_SCAN: "RT_SCREEN_TCP",
  IP_SWEEP: "RT_SCREEN_ICMP",
  LAND: "RT_SCREEN_TCP",
  PING_OF_DEATH: "RT_SCREEN_ICMP",
  TEAR_DROP: "RT_SCREEN_IP",
  SYN_FIN: "RT_SCREEN_TCP",
  TCP_NO_FLAG: "RT_SCREEN_TCP",
  FIN_NO_ACK: "RT_SCREEN_TCP",
  WINNUKE: "RT_SCREEN_TCP",
  SOURCE_ROUTE: "RT_SCREEN_IP",
  SYN_FRAGMENT: "RT_SCREEN_TCP",
  SYN_COOKIE: "RT_SCREEN_TCP",
  SYN_QUEUE: "RT_SCREEN_TCP",
  SESSION_LIMIT_SOURCE: "RT_SCREEN_SESSION_LIMIT",
  SESSION_LIMIT_DESTINATION: "RT_SCREEN_SESSION_LIMIT",
  ICMP_FRAGMENT: "RT_SCREEN_ICMP",
  ICMP_LARGE: "RT_SCREEN_ICMP",
  ICMPV6_MALFORMED: "RT_SCREEN_ICMP",
  BAD_OPTION: "RT_SCREEN_IP",
  RECORD_ROUTE: "RT_SCREEN_IP",
  TIMESTAMP: "RT_SCREEN_IP",
  SECURITY: "RT_SCREEN_IP",
  STREAM: "RT_SCREEN_IP",
  LOOSE_SOURCE_ROUTE: "RT_SCREEN_IP",
  STRICT_SOURCE_ROUTE: "RT_SCREEN_IP",
  UNKNOWN_PROTOCOL: "RT_SCREEN_IP",
  BLOCK_FRAGMENT: "RT_SCREEN_IP",
  SPOOFING: "RT_SCREEN_IP",
  IPV6_EXTENSION_HEADER: "RT_SCREEN_IP",
  IPV6_EXTENSION_LIMIT: "RT_SCREEN_IP",
  IPV6_MALFORMED: "RT_SCREEN_IP",
  SYN_FLOOD_SOURCE: "RT_SCREEN_TCP_SRC_IP",
  SYN_FLOOD_DESTINATION: "RT_SCREEN_TCP_DST_IP",
  TCP_SWEEP: "RT_SCREEN_TCP",
  UDP_SWEEP: "RT_SCREEN_UDP",
  UDP_PORT_SCAN: "RT_SCREEN_UDP",
};

/** screenTag gives the message that a screen is reported by. */
export function screenTag(id: ScreenId, limitsAsIp = false): ScreenTag {
  const tag = SCREEN_TAG[screenIdName[id] ?? "SYN_FLOOD"];
  return limitsAsIp && tag === "RT_SCREEN_SESSION_LIMIT" ? "RT_SCREEN_IP" : tag;
}

function screenDrop(line: LineBuffer, event: ScreenDrop, { names, host, sd }: Pieces, limitsAsIp = false): void {
  const tag = screenTag(event.screenId, limitsAsIp);
  const action = event.action === Action.PERMIT ? "alarm-without-drop" : "drop";
  line.text(
    ` ${host} RT_IDS - ${tag} ${sd}attack-name="${screenIdText[event.screenId] ?? event.screenId}" ${screenTuple(event, tag)}source-zone-name="${sdEscape(names.zone(event.ingressZone))}" interface-name="${sdEscape(names.unit(event.ingressInterface))}" action="${action}"]`,
  );
}

function screenTuple(event: ScreenDrop, tag: ScreenTag): string {
  const source = `source-address="${event.sourceAddress}" `;
  const destination = `destination-address="${event.destinationAddress}" `;
  if (tag === "RT_SCREEN_TCP" || tag === "RT_SCREEN_UDP")
    return `${source}source-port="${event.sourcePort}" ${destination}destination-port="${event.destinationPort}" `;
  if (tag === "RT_SCREEN_IP") return `${source}${destination}protocol-id="${event.protocol}" `;
  if (tag === "RT_SCREEN_ICMP") return source + destination;
  return isAboutSource(event, tag) ? source : destination;
}

/** isAboutSource tells, of a screen that counts by one address, which one. */
export function isAboutSource(event: ScreenDrop, tag: ScreenTag): boolean {
  return tag === "RT_SCREEN_TCP_SRC_IP" || event.screenId === ScreenId.SESSION_LIMIT_SOURCE;
}

// Junos has no structured form of a filter log; tag, parameters and their order are ours, after the manner of SESSION_DENY.
function filterLog(line: LineBuffer, event: FilterLog, pieces: Pieces): void {
  const isIcmp = event.protocol === ICMP || event.protocol === ICMP6;
  const term = pieces.term(event.filterId)(event.termId);
  line
    .constant(pieces.filterHead)
    .text(event.sourceAddress)
    .constant(SOURCE_PORT)
    .number(event.sourcePort)
    .constant(PORT_THEN_DESTINATION)
    .text(event.destinationAddress)
    .constant(DESTINATION_PORT)
    .number(event.destinationPort)
    .constant(NEXT_PROTOCOL)
    .number(event.protocol)
    .constant(ICMP_TYPE)
    .number(isIcmp ? event.icmpType : 0)
    .constant(ICMP_CODE)
    .number(isIcmp ? event.icmpCode : 0)
    .constant(term.names)
    .constant(pieces.way(event))
    .constant(filterOutcome(event.filterLogSource * 0x10000 + event.action * 0x100 + event.filterAnswer))
    .number(event.packetLength)
    .constant(DSCP)
    .number(event.dscp)
    .constant(TCP_FLAGS)
    .constant(tcpFlagsPiece(event.protocol === TCP ? event.tcpFlags : 0))
    .constant(SESSION_ID)
    .number(event.sessionId)
    .constant(term.ids);
}

/** Where the route was not known yet. */
const UNKNOWN_EGRESS = "N/A";
const NEXT_PROTOCOL = constant('" protocol-id="');
const ICMP_CODE = constant('" icmp-code="');
const DSCP = constant('" dscp="');
const TCP_FLAGS = constant('" tcp-flags="');
const filterOutcome = memo((key) => {
  const [source, action, answer] = [key >>> 16, (key >>> 8) & 0xff, key & 0xff];
  return constant(
    `" filter-log-source="${filterLogSourceText[source] ?? source}" action="${actionText[action] ?? action}" answer="${filterAnswerText[answer] ?? answer}" packet-length="`,
  );
});

// Junos has no such message; the tag is ours.
function logSuppressed(line: LineBuffer, event: LogSuppressed, { names, host, sd }: Pieces): void {
  line.text(
    ` ${host} RT_FLOW - RT_LOG_SUPPRESSED ${sd}suppressed-event="${eventTypeText[event.suppressedKind] ?? event.suppressedKind}" suppressed-count="${event.suppressedCount}" rule-id="${event.suppressedRule}" term-id="${event.termId}" source-address="${event.sourceAddress}" source-port="${event.sourcePort}" destination-address="${event.destinationAddress}" destination-port="${event.destinationPort}" protocol-id="${event.protocol}" source-zone-name="${sdEscape(names.zone(event.ingressZone))}" packet-incoming-interface="${sdEscape(names.unit(event.ingressInterface))}" rule-name="${sdEscape(suppressedName(event, names))}" outcome="${eventOutcomeText[event.suppressedOutcome] ?? event.suppressedOutcome}" first-source-address="${event.firstSourceAddress}" first-source-port="${event.firstSourcePort}" first-destination-address="${event.firstDestinationAddress}" first-destination-port="${event.firstDestinationPort}" first-protocol-id="${event.firstProtocol}"]`,
  );
}

function suppressedName(event: LogSuppressed, names: EventNames): string {
  if (event.suppressedKind === EventType.SCREEN_DROP)
    return screenIdText[event.suppressedRule] ?? String(event.suppressedRule);
  if (event.suppressedKind !== EventType.FILTER_LOG) return suppressedPolicy(event, names).name;
  const { filter, term } = names.term(event.suppressedRule, event.termId);
  return `${filter}:${term}`;
}
