// format-sd-syslog.ts: structured syslog (RFC 5424) in the layout of Junos 22.2. SPDX-License-Identifier: Apache-2.0
//
// Which parameter stands where is fixed by Junos; collectors read by name, and some by place. Parameters of features that
// Ringwall does not have carry the value Junos writes for "nothing" (docs/logging.md lists them).
import {
  closeReasonText,
  denyReasonText,
  eventTypeText,
  screenIdName,
  screenIdText,
  Action,
  FilterLogSource,
  ScreenId,
  type ScreenIdName,
} from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import type {
  FilterLog,
  LogSuppressed,
  PolicyDeny,
  RingwallEvent,
  ScreenDrop,
  SessionClose,
  SessionOpen,
} from "../event/event.js";
import type { EventNames } from "../event/names.js";
import { headerText, sdEscape, timestampFormat, type LineFormat, type LineOptions } from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { ICMP, ICMP6 } from "../config/protocol.js";
import { protocolName } from "./protocol.js";

/** Written is one generation's names as they stand in lines: escaped once, not for each line. */
interface Written {
  readonly host: string;
  zone(id: number): string;
  unit(id: number): string;
  service(protocol: number, id: number): string;
  policy(id: number): string;
}

type Numbered = SessionOpen | SessionClose | PolicyDeny;

/** sdSyslogFormat makes the format for one set of options. */
export function sdSyslogFormat(options: LineOptions): LineFormat {
  const timestamp = timestampFormat();
  const written = writtenNames();
  const sd = `[${options.sdId} `;
  const flow = `<${priorityOf(options.facility, Severity.info)}>1 `;
  const ids = `<${priorityOf(options.facility, Severity.error)}>1 `;

  function sessionOpen(event: SessionOpen, names: Written): string {
    return `${flow}${timestamp(event.time)} ${names.host} RT_FLOW - RT_FLOW_SESSION_CREATE ${sd}${addresses(event, names)}${translation(event)}protocol-id="${event.protocol}" policy-name="${names.policy(event.policyId)}" source-zone-name="${names.zone(event.ingressZone)}" destination-zone-name="${names.zone(event.egressZone)}" session-id="${event.sessionId}" username="N/A" roles="N/A" packet-incoming-interface="${names.unit(event.ingressInterface)}" application="UNKNOWN" nested-application="UNKNOWN" encrypted="UNKNOWN" application-category="N/A" application-sub-category="N/A" application-risk="-1" application-characteristics="N/A" src-vrf-grp="N/A" dst-vrf-grp="N/A" tunnel-inspection="Off" tunnel-inspection-policy-set="root" source-tenant="N/A" destination-service="N/A"]`;
  }

  function sessionClose(event: SessionClose, names: Written): string {
    const elapsed = Math.max(0, event.time.seconds - event.sessionCreated);
    return `${flow}${timestamp(event.time)} ${names.host} RT_FLOW - RT_FLOW_SESSION_CLOSE ${sd}reason="${closeReasonText[event.closeReason] ?? "unset"}" ${addresses(event, names)}${translation(event)}protocol-id="${event.protocol}" policy-name="${names.policy(event.policyId)}" source-zone-name="${names.zone(event.ingressZone)}" destination-zone-name="${names.zone(event.egressZone)}" session-id="${event.sessionId}" packets-from-client="${event.clientPackets}" bytes-from-client="${event.clientBytes}" packets-from-server="${event.serverPackets}" bytes-from-server="${event.serverBytes}" elapsed-time="${elapsed}" application="UNKNOWN" nested-application="UNKNOWN" username="N/A" roles="N/A" packet-incoming-interface="${names.unit(event.ingressInterface)}" encrypted="UNKNOWN" application-category="N/A" application-sub-category="N/A" application-risk="-1" application-characteristics="N/A" secure-web-proxy-session-type="NA" peer-session-id="0" peer-source-address="0.0.0.0" peer-source-port="0" peer-destination-address="0.0.0.0" peer-destination-port="0" hostname="NA NA" src-vrf-grp="N/A" dst-vrf-grp="N/A" tunnel-inspection="Off" tunnel-inspection-policy-set="root" session-flag="0" source-tenant="N/A" destination-service="N/A"]`;
  }

  function policyDeny(event: PolicyDeny, names: Written): string {
    const isIcmp = event.protocol === ICMP || event.protocol === ICMP6;
    return `${flow}${timestamp(event.time)} ${names.host} RT_FLOW - RT_FLOW_SESSION_DENY ${sd}${addresses(event, names)}protocol-id="${event.protocol}" icmp-type="${isIcmp ? event.icmpType : 0}" policy-name="${names.policy(event.policyId)}" source-zone-name="${names.zone(event.ingressZone)}" destination-zone-name="${names.zone(event.egressZone)}" application="UNKNOWN" nested-application="UNKNOWN" username="N/A" roles="N/A" packet-incoming-interface="${names.unit(event.ingressInterface)}" encrypted="No" reason="${denyReasonText[event.denyReason] ?? "unset"}" session-id="${event.sessionId}" application-category="N/A" application-sub-category="N/A" application-risk="-1" application-characteristics="N/A" src-vrf-grp="N/A" dst-vrf-grp="N/A" source-tenant="N/A" destination-service="N/A"]`;
  }

  function screenDrop(event: ScreenDrop, names: Written): string {
    const source = `source-address="${event.sourceAddress}" `;
    const destination = `destination-address="${event.destinationAddress}" `;
    const both = source + destination;
    const ports = `${source}source-port="${event.sourcePort}" ${destination}destination-port="${event.destinationPort}" `;
    const tag = SCREEN_TAG[screenIdName[event.screenId] ?? "SYN_FLOOD"];
    let shown: string;
    if (tag === "RT_SCREEN_TCP" || tag === "RT_SCREEN_UDP") shown = ports;
    else if (tag === "RT_SCREEN_IP") shown = `${both}protocol-id="${event.protocol}" `;
    else if (tag === "RT_SCREEN_ICMP") shown = both;
    else shown = event.screenId === ScreenId.SESSION_LIMIT_SOURCE ? source : destination;
    return `${ids}${timestamp(event.time)} ${names.host} RT_IDS - ${tag} ${sd}attack-name="${screenIdText[event.screenId] ?? event.screenId}" ${shown}source-zone-name="${names.zone(event.ingressZone)}" interface-name="${names.unit(event.ingressInterface)}" action="${event.action === Action.PERMIT ? "alarm-without-drop" : "drop"}"]`;
  }

  // Junos has no structured form of a filter log: in RFC 5424 form all header fields are nil and the text is the message.
  function filterLog(event: FilterLog, names: Written): string {
    const isOutput =
      event.filterLogSource === FilterLogSource.OUTPUT || event.filterLogSource === FilterLogSource.CACHED_OUTPUT;
    const unit = names.unit(isOutput ? event.egressInterface : event.ingressInterface).padEnd(12);
    const letter = event.action === Action.PERMIT ? "A" : event.action === Action.REJECT ? "R" : "D";
    const isIcmp = event.protocol === ICMP || event.protocol === ICMP6;
    const first = String(isIcmp ? event.icmpType : event.sourcePort).padStart(5);
    const second = String(isIcmp ? event.icmpCode : event.destinationPort).padStart(5);
    return `${flow}${timestamp(event.time)} ${names.host} - - - - PFE_FW_SYSLOG_IP: FW: ${unit} ${letter}  ${protocolName(event.protocol)} ${event.sourceAddress} ${event.destinationAddress} ${first} ${second} (1 packets)`;
  }

  // Junos has no such message; the tag is ours.
  function logSuppressed(event: LogSuppressed, names: Written): string {
    return `${flow}${timestamp(event.time)} ${names.host} RT_FLOW - RT_LOG_SUPPRESSED ${sd}suppressed-event="${eventTypeText[event.suppressedKind] ?? event.suppressedKind}" suppressed-count="${event.suppressedCount}" rule-id="${event.suppressedRule}" term-id="${event.termId}" source-address="${event.sourceAddress}" source-port="${event.sourcePort}" destination-address="${event.destinationAddress}" destination-port="${event.destinationPort}" protocol-id="${event.protocol}" source-zone-name="${names.zone(event.ingressZone)}" packet-incoming-interface="${names.unit(event.ingressInterface)}"]`;
  }

  return (event: RingwallEvent, eventNames: EventNames): string => {
    const names = written(eventNames);
    switch (event.kind) {
      case "SESSION_OPEN":
        return sessionOpen(event, names);
      case "SESSION_CLOSE":
        return sessionClose(event, names);
      case "POLICY_DENY":
        return policyDeny(event, names);
      case "SCREEN_DROP":
        return screenDrop(event, names);
      case "FILTER_LOG":
        return filterLog(event, names);
      case "LOG_SUPPRESSED":
        return logSuppressed(event, names);
      default:
        return unreachable(event);
    }
  };
}

function addresses(event: Numbered, names: Written): string {
  return `source-address="${event.sourceAddress}" source-port="${event.sourcePort}" destination-address="${event.destinationAddress}" destination-port="${event.destinationPort}" connection-tag="0" service-name="${names.service(event.protocol, event.applicationId)}" `;
}

// Without translation Junos repeats the original address and port.
function translation(event: SessionOpen | SessionClose): string {
  const source = event.natSourceAddress;
  const destination = event.natDestinationAddress;
  return `nat-source-address="${source ?? event.sourceAddress}" nat-source-port="${source === null ? event.sourcePort : event.natSourcePort}" nat-destination-address="${destination ?? event.destinationAddress}" nat-destination-port="${destination === null ? event.destinationPort : event.natDestinationPort}" nat-connection-tag="0" ${natRule("src", "source rule", event.sourceNatRuleId)}${natRule("dst", "destination rule", event.destinationNatRuleId)}`;
}

function natRule(side: "src" | "dst", type: string, id: number): string {
  return id === 0
    ? `${side}-nat-rule-type="N/A" ${side}-nat-rule-name="N/A" `
    : `${side}-nat-rule-type="${type}" ${side}-nat-rule-name="${id}" `;
}

type ScreenTag = "RT_SCREEN_TCP" | "RT_SCREEN_UDP" | "RT_SCREEN_ICMP" | "RT_SCREEN_IP" | "RT_SCREEN_SESSION_LIMIT";

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
  SESSION_LIMIT_SOURCE: "RT_SCREEN_SESSION_LIMIT",
  SESSION_LIMIT_DESTINATION: "RT_SCREEN_SESSION_LIMIT",
  ICMP_FRAGMENT: "RT_SCREEN_ICMP",
};

function writtenNames(): (names: EventNames) => Written {
  const held = new WeakMap<EventNames, Written>();
  let last: EventNames | undefined;
  let lastWritten: Written | undefined;
  return (names) => {
    if (names === last && lastWritten !== undefined) return lastWritten;
    const found = held.get(names) ?? writeNames(names);
    held.set(names, found);
    last = names;
    lastWritten = found;
    return found;
  };
}

function writeNames(names: EventNames): Written {
  const service = memo((id) => sdEscape(names.application(id) ?? "None"));
  return {
    host: headerText(names.hostName),
    zone: memo((id) => sdEscape(names.zone(id))),
    unit: memo((id) => sdEscape(names.unit(id))),
    policy: memo((id) => {
      const policy = names.policy(id);
      return sdEscape(policy.name) + (policy.isGlobal ? "(global)" : "");
    }),
    service(protocol, id) {
      if (protocol === ICMP) return "icmp";
      if (protocol === ICMP6) return "icmpv6";
      return service(id);
    },
  };
}

function memo(text: (id: number) => string): (id: number) => string {
  const held = new Map<number, string>();
  return (id) => {
    let found = held.get(id);
    if (found === undefined) {
      found = text(id);
      held.set(id, found);
    }
    return found;
  };
}
