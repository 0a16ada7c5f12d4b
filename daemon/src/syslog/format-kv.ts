// format-kv.ts: key=value lines for people and for collectors that split on blanks. SPDX-License-Identifier: Apache-2.0
//
// An RFC 5424 header without structured data, then the line that starts with RT_FLOW. Names stand where there are names,
// numbers where a generation's names are gone.
import {
  actionText,
  eventTypeText,
  filterLogSourceText,
  screenIdName,
  EventType,
} from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import type { RingwallEvent } from "../event/event.js";
import type { EventNames } from "../event/names.js";
import { headerText, timestampFormat, type LineFormat, type LineOptions } from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { protocolName } from "./protocol.js";

/** kvFormat makes the format for one set of options. */
export function kvFormat(options: LineOptions): LineFormat {
  const timestamp = timestampFormat();
  const info = `<${priorityOf(options.facility, Severity.info)}>1 `;
  const error = `<${priorityOf(options.facility, Severity.error)}>1 `;
  return (event, names) =>
    `${event.kind === "SCREEN_DROP" ? error : info}${timestamp(event.time)} ${headerText(names.hostName)} RT_FLOW - ${event.kind} - ${kvText(event, names)}`;
}

/** kvText is the line without its header. */
export function kvText(event: RingwallEvent, names: EventNames): string {
  const tuple = `src=${endpoint(event.sourceAddress, event.sourcePort)} dst=${endpoint(event.destinationAddress, event.destinationPort)} proto=${protocolName(event.protocol)}`;
  const action = `action=${actionText[event.action] ?? event.action}`;
  const zones = (): string => `zone=${names.zone(event.ingressZone)}->${names.zone(event.egressZone)}`;
  switch (event.kind) {
    case "SESSION_OPEN":
    case "POLICY_DENY":
      return `RT_FLOW ${event.kind} ${tuple} ${action} policy=${value(names.policy(event.policyId).name)} ${zones()}`;
    case "SESSION_CLOSE":
      return `RT_FLOW SESSION_CLOSE ${tuple} ${action} policy=${value(names.policy(event.policyId).name)} ${zones()} pkts=${event.clientPackets + event.serverPackets} bytes=${event.clientBytes + event.serverBytes}`;
    case "SCREEN_DROP":
      return `RT_FLOW SCREEN_DROP screen=${screenName(event.screenId)} ${tuple} ${action} zone=${names.zone(event.ingressZone)}`;
    case "FILTER_LOG":
      return `RT_FLOW FILTER_LOG ${tuple} ${action} ${zones()} source=${filterLogSourceText[event.filterLogSource] ?? event.filterLogSource} filter=${event.filterId} term=${event.termId}`;
    case "LOG_SUPPRESSED":
      return `RT_FLOW LOG_SUPPRESSED ${tuple} kind=${eventTypeText[event.suppressedKind] ?? event.suppressedKind} rule=${suppressedRule(event, names)} zone=${names.zone(event.ingressZone)} count=${event.suppressedCount}`;
    default:
      return unreachable(event);
  }
}

function suppressedRule(event: Extract<RingwallEvent, { kind: "LOG_SUPPRESSED" }>, names: EventNames): string {
  if (event.suppressedKind === EventType.SCREEN_DROP) return screenName(event.suppressedRule);
  if (event.suppressedKind === EventType.FILTER_LOG) return `${event.suppressedRule}:${event.termId}`;
  return value(names.policy(event.suppressedRule).name);
}

function screenName(id: number): string {
  return screenIdName[id]?.toLowerCase().replaceAll("_", "-") ?? String(id);
}

/** endpoint writes address and port: 192.0.2.1:80 or [2001:db8::1]:80. */
export function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

// A value with a blank, a quote or an equals sign would split into several; such names are quoted.
function value(text: string): string {
  return /[\s"=\u0000-\u001f\u007f]/.test(text) ? JSON.stringify(text) : text;
}
