// format-json.ts: one JSON object per line, with the field names of the Elastic Common Schema. SPDX-License-Identifier: Apache-2.0
//
// There is no syslog header: a line is the object and nothing else. What the schema has no name for stands under `ringwall`.
// Addresses, numbers and fixed texts need no escaping; names are escaped once per generation.
import {
  Action,
  actionText,
  AddressFamily,
  closeReasonText,
  denyReasonText,
  EventType,
  eventTypeText,
  filterAnswerText,
  filterLogSourceText,
  screenIdName,
  screenIdText,
  eventOutcomeText,
} from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import { hasPorts, TCP } from "../config/protocol.js";
import type {
  FilterLog,
  LogSuppressed,
  PolicyDeny,
  RingwallEvent,
  ScreenDrop,
  SessionClose,
  SessionOpen,
} from "../event/event.js";
import { egressUnit, egressZone, suppressedPolicy } from "../event/names.js";
import { screenTag } from "./format-sd-syslog.js";
import { constant, type LineBuffer, type Piece } from "./line-buffer.js";
import { memo, timestampWriter, type LineFormat } from "./line.js";
import { Severity } from "./priority.js";
import { protocolName } from "./protocol.js";
import {
  elapsedSeconds,
  isIcmp,
  packetFields,
  policyFields,
  template,
  valuesIn,
  type Values,
  type Writer,
} from "./template.js";

/** The version of the schema whose names are used. */
export const ECS = "8.11.0";

/** jsonFormat makes the format. */
export function jsonFormat(): LineFormat {
  const timestamp = timestampWriter();
  const valuesOf = valuesIn(STYLE);
  const time: Writer<RingwallEvent> = (line, event) => timestamp(line, event.time);
  const open = template<SessionOpen>(OPEN, { ...decisionFields, created, time });
  const close = template<SessionClose>(CLOSE, { ...closeFields, time });
  const deny = template<PolicyDeny>(DENY, { ...denyFields, time });
  const screen = template<ScreenDrop>(SCREEN, { ...screenFields, time });
  const filter = template<FilterLog>(FILTER, { ...filterFields, time });
  const suppressed = template<LogSuppressed>(SUPPRESSED, { ...suppressedFields, time });
  return (line, event, names) => {
    const values = valuesOf(names);
    switch (event.kind) {
      case "SESSION_OPEN":
        return open(line, event, values);
      case "SESSION_CLOSE":
        return close(line, event, values);
      case "POLICY_DENY":
        return deny(line, event, values);
      case "SCREEN_DROP":
        return screen(line, event, values);
      case "FILTER_LOG":
        return filter(line, event, values);
      case "LOG_SUPPRESSED":
        return suppressed(line, event, values);
      default:
        return unreachable(event);
    }
  };
}

const STYLE = { escape: jsonEscape, noService: "", noRule: "", noEgress: "", globalSuffix: "" } as const;

/** jsonEscape writes what stands between the quotes of a JSON string. */
function jsonEscape(text: string): string {
  return JSON.stringify(text.slice(0, 255)).slice(1, -1);
}

/** eventObject: what kind of event this is. `type` says what became of it, as ECS's event.type does. */
function eventObject(kind: string, code: string, category: string, type: string, more: string): string {
  const severity = kind === "screen-drop" ? Severity.error : Severity.info;
  return `"event":{"kind":"event","module":"ringwall","dataset":"ringwall.log","action":"${kind}","code":"${code}","category":[${category}],"type":[${type}],"severity":${severity}${more}}`;
}

const HEAD = `{"@timestamp":"{time}","ecs":{"version":"${ECS}"},`;
const ENDS = `"source":{"ip":"{source-address}"{source-port-part}{source-part}},"destination":{"ip":"{destination-address}"{destination-port-part}{destination-part}}`;
const NETWORK = `"network":{"type":"{family}","iana_number":"{protocol-id}","transport":"{protocol}"{network-part}}`;
const OBSERVER = `"observer":{"vendor":"Ringwall","product":"Ringwall","type":"firewall","hostname":"{host}","ingress":{"zone":"{source-zone-name}","interface":{"name":"{packet-incoming-interface}"}}{egress-part}}`;
const RULE = `"rule":{"name":"{policy-name}"{ruleset-part}}`;
const CONNECTION = `"network","session"`;
const COMMON = `${ENDS},${NETWORK},${OBSERVER}`;
const OWN = `"ringwall":{"generation":{generation}{own-part}}}`;
const session = (kind: string, code: string, type: string, more: string): string =>
  `${HEAD}${eventObject(kind, code, CONNECTION, type, more)},${COMMON},${RULE},${OWN}`;

const OPEN = session(
  "session-open",
  "RT_FLOW_SESSION_CREATE",
  `"connection","start","allowed"`,
  `,"start":"{created}"`,
);
const CLOSE = session(
  "session-close",
  "RT_FLOW_SESSION_CLOSE",
  `"connection","end"`,
  `,"reason":"{reason}","start":"{created}","duration":{duration}`,
);
const DENY = `${HEAD}${eventObject("policy-deny", "RT_FLOW_SESSION_DENY", `"network"`, `"connection","denied"`, `,"reason":"{reason}"`)},${COMMON},${RULE},${OWN}`;
const SCREEN = `${HEAD}${eventObject("screen-drop", "{tag}", `"network","intrusion_detection"`, `"info","{outcome}"`, `,"reason":"{reason}"`)},${COMMON},"rule":{"name":"{screen}","category":"screen"},${OWN}`;
const FILTER = `${HEAD}${eventObject("filter-log", "RT_FLOW_FILTER_LOG", `"network"`, `"connection","{outcome}"`, "")},${COMMON},"rule":{"name":"{term-name}","ruleset":"{filter-name}","category":"filter"},${OWN}`;
const SUPPRESSED = `${HEAD}${eventObject("log-suppressed", "RT_LOG_SUPPRESSED", `"network"`, `"info"`, "")},${COMMON},${OWN}`;

const constants = <Event>(give: (event: Event) => number, text: (key: number) => string): Writer<Event> => {
  const piece = memo((key) => constant(text(key)));
  return (line, event) => void line.constant(piece(give(event)));
};

const nothing: Writer<RingwallEvent> = () => undefined;
const PORT = constant(',"port":');

/** Where the packet went to; nothing where that was not known. */
const EGRESS_ZONE = constant(',"egress":{"zone":"');
const EGRESS_UNIT = constant('","interface":{"name":"');
const EGRESS_END = constant('"}}');
const EGRESS_NO_UNIT = constant('"}');
const egress: Writer<RingwallEvent> = (line, event, values) => {
  if (egressZone(event, values.names) === undefined) return;
  line.constant(EGRESS_ZONE).constant(values.zone(event.egressZone));
  if (egressUnit(event, values.names) === undefined) line.constant(EGRESS_NO_UNIT);
  else line.constant(EGRESS_UNIT).constant(values.unit(event.egressInterface)).constant(EGRESS_END);
};

/** What ICMP has in place of ports. Identifier and sequence are 0 but in an echo. */
const ICMP_TYPE = constant(',"icmp":{"type":');
const ICMP_CODE = constant(',"code":');
const ICMP_ID = constant(',"identifier":');
const ICMP_SEQUENCE = constant(',"sequence":');
const OBJECT_END = constant("}");
const ICMP_NAT_ID = constant(',"nat_identifier":');
const icmpPart = (line: LineBuffer, event: RingwallEvent, natIdentifier?: number): void => {
  if (!isIcmp(event)) return;
  line
    .constant(ICMP_TYPE)
    .number(event.icmpType)
    .constant(ICMP_CODE)
    .number(event.icmpCode)
    .constant(ICMP_ID)
    .number(event.sourcePort)
    .constant(ICMP_SEQUENCE)
    .number(event.destinationPort);
  if (natIdentifier !== undefined) line.constant(ICMP_NAT_ID).number(natIdentifier);
  line.constant(OBJECT_END);
};

const SESSION = constant(',"session_id":');
const sessionPart = (line: LineBuffer, event: RingwallEvent): void => {
  if (event.sessionId !== 0) line.constant(SESSION).number(event.sessionId);
};

const eventFields = {
  ...packetFields,
  "source-port-part": (line: LineBuffer, event: RingwallEvent): void => {
    if (hasPorts(event.protocol)) line.constant(PORT).number(event.sourcePort);
  },
  "destination-port-part": (line: LineBuffer, event: RingwallEvent): void => {
    if (hasPorts(event.protocol)) line.constant(PORT).number(event.destinationPort);
  },
  "source-part": nothing,
  "destination-part": nothing,
  "network-part": nothing,
  "egress-part": egress,
  "own-part": (line: LineBuffer, event: RingwallEvent): void => {
    sessionPart(line, event);
    icmpPart(line, event);
  },
  generation: (line: LineBuffer, event: RingwallEvent) => void line.number(event.generation),
  family: constants<RingwallEvent>(
    (event) => event.addressFamily,
    (family) => (family === AddressFamily.INET ? "ipv4" : "ipv6"),
  ),
  protocol: constants<RingwallEvent>((event) => event.protocol, protocolName),
  // ECS knows two outcomes; a reject is a denial whose sender was told.
  outcome: constants<RingwallEvent>(
    (event) => event.action,
    (action) => (action === Action.PERMIT ? "allowed" : "denied"),
  ),
};

// ---- what a policy decided --------------------------------------------------------------------------------------------
type Decided = SessionOpen | SessionClose | PolicyDeny;

const NAT_IP = constant(',"nat":{"ip":"');
const NAT_PORT = constant('","port":');
const NAT_END = constant('"}');
const natPart = (line: LineBuffer, event: Decided, address: string | null, port: number): void => {
  if (address === null) return;
  line.constant(NAT_IP).text(address);
  if (hasPorts(event.protocol)) line.constant(NAT_PORT).number(port).constant(OBJECT_END);
  else line.constant(NAT_END);
};

const SERVICE = constant(',"service":"');
const ACTION = memo((action) => constant(`,"action":"${actionText[action] ?? action}"`));
const SOURCE_RULE = constant(',"source_nat_rule":"');
const DESTINATION_RULE = constant(',"destination_nat_rule":"');
const QUOTE = constant('"');
const GLOBAL = constant(',"ruleset":"global"');
const named = (line: LineBuffer, name: Piece, value: Piece): void => {
  if (value.length > 0) line.constant(name).constant(value).constant(QUOTE);
};

const decisionFields = {
  ...eventFields,
  ...policyFields,
  "ruleset-part": (line: LineBuffer, event: Decided, values: Values): void => {
    if (values.names.policy(event.policyId).isGlobal) line.constant(GLOBAL);
  },
  "source-part": (line: LineBuffer, event: Decided): void =>
    natPart(line, event, event.natSourceAddress, event.natSourcePort),
  "destination-part": (line: LineBuffer, event: Decided): void =>
    natPart(line, event, event.natDestinationAddress, event.natDestinationPort),
  "own-part": (line: LineBuffer, event: Decided, values: Values): void => {
    line.constant(ACTION(event.action));
    sessionPart(line, event);
    named(line, SERVICE, values.service(event.protocol * 0x10000 + event.applicationId));
    named(line, SOURCE_RULE, values.natName(event.sourceNatRuleId));
    named(line, DESTINATION_RULE, values.natName(event.destinationNatRuleId));
    icmpPart(line, event, event.natSourceAddress === null ? undefined : event.natSourcePort);
  },
};

const created = constants<SessionOpen | SessionClose>(
  (event) => event.sessionCreated,
  (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
);

const BYTES = constant(',"bytes":');
const PACKETS = constant(',"packets":');
const counts = (line: LineBuffer, bytes: number, packets: number): void =>
  void line.constant(BYTES).number(bytes).constant(PACKETS).number(packets);

const closeFields = {
  ...decisionFields,
  created,
  // Nanoseconds, as the schema wants it.
  duration: (line: LineBuffer, event: SessionClose) => void line.number(elapsedSeconds(event) * 1e9),
  reason: constants<SessionClose>(
    (event) => event.closeReason,
    (reason) => closeReasonText[reason] ?? "unset",
  ),
  "source-part": (line: LineBuffer, event: SessionClose): void => {
    counts(line, event.clientBytes, event.clientPackets);
    natPart(line, event, event.natSourceAddress, event.natSourcePort);
  },
  "destination-part": (line: LineBuffer, event: SessionClose): void => {
    counts(line, event.serverBytes, event.serverPackets);
    natPart(line, event, event.natDestinationAddress, event.natDestinationPort);
  },
  "network-part": (line: LineBuffer, event: SessionClose): void =>
    counts(line, event.clientBytes + event.serverBytes, event.clientPackets + event.serverPackets),
};

const denyFields = {
  ...decisionFields,
  reason: constants<PolicyDeny>(
    (event) => event.denyReason,
    (reason) => denyReasonText[reason] ?? "unset",
  ),
};

// ---- the other kinds ------------------------------------------------------------------------------------------------------
const screenFields = {
  ...eventFields,
  tag: constants<ScreenDrop>(
    (event) => event.screenId,
    (id) => screenTag(id as ScreenDrop["screenId"]),
  ),
  screen: constants<ScreenDrop>((event) => event.screenId, screenName),
  reason: constants<ScreenDrop>(
    (event) => event.screenId,
    (id) => screenIdText[id] ?? String(id),
  ),
};

function screenName(id: number): string {
  return screenIdName[id]?.toLowerCase().replaceAll("_", "-") ?? String(id);
}

const outcome = memo((key) =>
  constant(
    `,"source":"${filterLogSourceText[key >>> 16] ?? ""}","action":"${actionText[(key >>> 8) & 0xff] ?? ""}","answer":"${filterAnswerText[key & 0xff] ?? ""}","packet_length":`,
  ),
);
const DSCP = constant(',"dscp":');
const FLAGS = constant(',"tcp_flags":');
const filterFields = {
  ...eventFields,
  "filter-name": (line: LineBuffer, event: FilterLog, values: Values) =>
    void line.constant(values.filter(event.filterId)),
  "term-name": (line: LineBuffer, event: FilterLog, values: Values) =>
    void line.constant(values.term(event.filterId, event.termId)),
  "own-part": (line: LineBuffer, event: FilterLog): void => {
    line
      .constant(outcome(event.filterLogSource * 0x10000 + event.action * 0x100 + event.filterAnswer))
      .number(event.packetLength)
      .constant(DSCP)
      .number(event.dscp);
    if (event.protocol === TCP) line.constant(FLAGS).number(event.tcpFlags);
    sessionPart(line, event);
    icmpPart(line, event);
  },
};

const SUPPRESSED_KIND = memo((kind) => constant(`,"suppressed":{"kind":"${eventTypeText[kind] ?? kind}","rule":"`));
const SUPPRESSED_COUNT = constant('","count":');
const SUPPRESSED_OUTCOME = memo((outcome) => constant(`,"outcome":"${eventOutcomeText[outcome] ?? outcome}"`));
const FIRST_SOURCE = constant(',"first":{"source":{"ip":"');
const FIRST_DESTINATION = constant('},"destination":{"ip":"');
const FIRST_PROTOCOL = memo((protocol) =>
  constant(`},"network":{"iana_number":"${protocol}","transport":"${protocolName(protocol)}"}}}`),
);
const IP_END = constant('"');
const suppressedFields = {
  ...eventFields,
  "own-part": (line: LineBuffer, event: LogSuppressed, values: Values): void => {
    line.constant(SUPPRESSED_KIND(event.suppressedKind));
    if (event.suppressedKind === EventType.SCREEN_DROP) line.text(screenName(event.suppressedRule));
    else if (event.suppressedKind === EventType.FILTER_LOG)
      line
        .constant(values.filter(event.suppressedRule))
        .text(":")
        .constant(values.term(event.suppressedRule, event.termId));
    else line.text(suppressedPolicy(event, values.names).name);
    line.constant(SUPPRESSED_COUNT).number(event.suppressedCount).constant(SUPPRESSED_OUTCOME(event.suppressedOutcome));
    const end = (address: string, port: number): void => {
      line.text(address).constant(IP_END);
      if (hasPorts(event.firstProtocol)) line.constant(PORT).number(port);
    };
    // The event's own ends are those of the last.
    line.constant(FIRST_SOURCE);
    end(event.firstSourceAddress, event.firstSourcePort);
    line.constant(FIRST_DESTINATION);
    end(event.firstDestinationAddress, event.firstDestinationPort);
    line.constant(FIRST_PROTOCOL(event.firstProtocol));
    icmpPart(line, event);
  },
};
