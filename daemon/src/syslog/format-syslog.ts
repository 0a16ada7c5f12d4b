// format-syslog.ts: plain syslog (RFC 3164) with the texts of Junos 12 or 22. SPDX-License-Identifier: Apache-2.0
//
// Collectors' patterns read these texts by place, so no blank may be more or less. Names hold neither blanks nor colons
// (schemas/config.schema.json); reasons hold no colon. Messages that Junos does not have are pairs, as in format-kv.ts.
import { Action, screenIdText } from "../../../shared/gen/wire.gen.js";
import { unreachable } from "../base/unreachable.js";
import type { PolicyDeny, RingwallEvent, ScreenDrop, SessionClose, SessionOpen } from "../event/event.js";
import { kvPairs } from "./format-kv.js";
import { pfeText } from "./format-pfe.js";
import { isAboutSource, screenTag, type ScreenTag } from "./format-sd-syslog.js";
import { isSince, type Layout } from "./layout.js";
import { layoutFields, valueStyle } from "./layout-fields.js";
import { constant, type LineBuffer } from "./line-buffer.js";
import { oldTimestampWriter, plainText, type LineFormat, type LineOptions } from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { packetFields, template, valuesIn, type Values } from "./template.js";

/** The layouts that there are texts of. */
export const PLAIN_LAYOUTS = ["junos-12", "junos-22"] as const satisfies readonly Layout[];

/** syslogFormat makes the format for one set of options. */
export function syslogFormat(options: LineOptions, layout: (typeof PLAIN_LAYOUTS)[number]): LineFormat {
  const timestamp = oldTimestampWriter();
  const info = constant(`<${priorityOf(options.facility, Severity.info)}>`);
  const error = constant(`<${priorityOf(options.facility, Severity.error)}>`);
  const pfePriority = constant(`<${priorityOf(options.pfe?.facility ?? options.facility, Severity.info)}>`);
  const valuesOf = valuesIn(valueStyle(layout, plainText));
  const texts = isSince(layout, "junos-22") ? TEXT_22 : TEXT_12;
  const fields = layoutFields(layout, plainText);
  const open = template<SessionOpen>(texts.open, fields.open);
  const close = template<SessionClose>(texts.close, fields.close);
  const deny = template<PolicyDeny>(texts.deny, fields.deny);
  const pairs = kvPairs();
  const pfe = options.pfe === undefined ? undefined : pfeText(options.pfe);

  return (line, event, names) => {
    const values = valuesOf(names);
    const isPfe = event.kind === "FILTER_LOG" && pfe !== undefined;
    line.constant(isPfe ? pfePriority : event.kind === "SCREEN_DROP" ? error : info);
    timestamp(line, event.time);
    line.constant(BLANK).constant(values.host).constant(BLANK);
    switch (event.kind) {
      case "SESSION_OPEN":
        return open(line, event, values);
      case "SESSION_CLOSE":
        return close(line, event, values);
      case "POLICY_DENY":
        return deny(line, event, values);
      case "SCREEN_DROP":
        return screenDrop(line, event, values, options.sessionLimitsAsIp);
      case "FILTER_LOG":
        if (pfe !== undefined) return pfe(line, event, names);
        return pairs(line.constant(FILTER_LOG), event, names);
      case "LOG_SUPPRESSED":
        return pairs(line.constant(LOG_SUPPRESSED), event, names);
      default:
        return unreachable(event);
    }
  };
}

const BLANK = constant(" ");
const FILTER_LOG = constant("RT_FLOW: RT_FLOW_FILTER_LOG: ");
const LOG_SUPPRESSED = constant("RT_FLOW: RT_LOG_SUPPRESSED: ");

const ENDS = "{source-address}/{source-port}->{destination-address}/{destination-port}";
const NAT_ENDS = "{nat-source-address}/{nat-source-port}->{nat-destination-address}/{nat-destination-port}";
const ZONES = "{policy-name} {source-zone-name} {destination-zone-name}";
const USER = "{username}({roles}) {packet-incoming-interface}";
const APPLICATION = "{application} {nested-application}";
const COUNTS = "{packets-from-client}({bytes-from-client}) {packets-from-server}({bytes-from-server}) {elapsed-time}";
const CATEGORY = "{application-category} {application-sub-category} {application-risk} {application-characteristics}";
const PEER =
  "{secure-web-proxy-session-type} {peer-session-id} {peer-source-address}/{peer-source-port}->{peer-destination-address}/{peer-destination-port} {hostname}";
const VRF_GROUPS = "{src-vrf-grp} {dst-vrf-grp}";
const TUNNEL = "{tunnel-inspection} {tunnel-inspection-policy-set}";
const TENANT = "{source-tenant} {destination-service}";
const CREATE = "RT_FLOW: RT_FLOW_SESSION_CREATE: session created";
const CLOSE = "RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed {reason}:";
const DENY = "RT_FLOW: RT_FLOW_SESSION_DENY: session denied";
const PATH_12 = `${ENDS} {service-name} ${NAT_ENDS} {src-nat-rule-name} {dst-nat-rule-name} {protocol-id} ${ZONES} {session-id}`;
const RULES = "{src-nat-rule-type} {src-nat-rule-name} {dst-nat-rule-type} {dst-nat-rule-name}";
// Tags are hexadecimal in these texts, decimal in structured data.
const PATH_22 = `${ENDS} 0x0 {service-name} ${NAT_ENDS} 0x0 ${RULES} {protocol-id} ${ZONES} {session-id}`;

const TEXT_12 = {
  open: `${CREATE} ${PATH_12} ${USER} ${APPLICATION} {encrypted}`,
  close: `${CLOSE} ${PATH_12} ${COUNTS} ${APPLICATION} ${USER} {encrypted}`,
  deny: `${DENY} ${ENDS} {service-name} {protocol-id}({icmp-type}) ${ZONES} ${APPLICATION} ${USER} {encrypted} {reason}`,
} as const;

const TEXT_22 = {
  open: `${CREATE} ${PATH_22} ${USER} ${APPLICATION} {encrypted} ${CATEGORY} ${VRF_GROUPS} ${TUNNEL} ${TENANT}`,
  close: `${CLOSE} ${PATH_22} ${COUNTS} ${APPLICATION} ${USER} {encrypted} ${CATEGORY} ${PEER} ${VRF_GROUPS} ${TUNNEL} {session-flag} ${TENANT}`,
  deny: `${DENY} ${ENDS} 0x0 {service-name} {protocol-id}({icmp-type}) ${ZONES} ${APPLICATION} ${USER} {encrypted} {reason} {session-id} ${CATEGORY} ${VRF_GROUPS} ${TENANT}`,
} as const;

// Texts of screens did not change from 12 to 22.
const SCREEN_ENDS = {
  ports: "source: {source-address}:{source-port}, destination: {destination-address}:{destination-port},",
  addresses: "source: {source-address}, destination: {destination-address},",
  protocol: "source: {source-address}, destination: {destination-address}, protocol-id: {protocol-id},",
  source: "source: {source-address},",
  destination: "destination: {destination-address},",
} as const;

const screenFields = {
  ...packetFields,
  // With a port behind it, a shortened IPv6 address could be read in two ways; Junos writes all groups.
  "source-address": (line: LineBuffer, event: RingwallEvent) => void line.text(eightGroups(event.sourceAddress)),
  "destination-address": (line: LineBuffer, event: RingwallEvent) =>
    void line.text(eightGroups(event.destinationAddress)),
  attack: (line: LineBuffer, event: ScreenDrop) =>
    void line.text(screenIdText[event.screenId] ?? String(event.screenId)),
  action: (line: LineBuffer, event: ScreenDrop) =>
    void line.text(event.action === Action.PERMIT ? "alarm-without-drop" : "drop"),
};

const SCREEN_TEXTS = new Map<string, ReturnType<typeof screenText>>();

function screenText(
  tag: ScreenTag,
  ends: keyof typeof SCREEN_ENDS,
): (line: LineBuffer, event: ScreenDrop, values: Values) => void {
  return template<ScreenDrop>(
    `RT_IDS: ${tag}: {attack} ${SCREEN_ENDS[ends]} zone name: {source-zone-name}, interface name: {packet-incoming-interface}, action: {action}`,
    screenFields,
  );
}

function screenDrop(line: LineBuffer, event: ScreenDrop, values: Values, limitsAsIp = false): void {
  const tag = screenTag(event.screenId, limitsAsIp);
  const ends = screenEnds(event, tag);
  const key = `${tag} ${ends}`;
  const text = SCREEN_TEXTS.get(key) ?? screenText(tag, ends);
  SCREEN_TEXTS.set(key, text);
  text(line, event, values);
}

function screenEnds(event: ScreenDrop, tag: ScreenTag): keyof typeof SCREEN_ENDS {
  if (tag === "RT_SCREEN_TCP" || tag === "RT_SCREEN_UDP") return "ports";
  if (tag === "RT_SCREEN_IP") return "protocol";
  if (tag === "RT_SCREEN_ICMP") return "addresses";
  return isAboutSource(event, tag) ? "source" : "destination";
}

/** eightGroups writes an IPv6 address without shortening; an IPv4 address stays as it is. */
function eightGroups(address: string): string {
  if (!address.includes(":")) return address;
  const [left = "", right] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, dottedGroups).split("::");
  const [first, last] = [left, right ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = right === undefined ? 0 : 8 - first!.length - last!.length;
  return [...first!, ...Array<string>(zeros).fill("0"), ...last!].join(":");
}

function dottedGroups(_dotted: string, ...octets: string[]): string {
  const [a, b, c, d] = octets.map(Number);
  return `${(a! * 256 + b!).toString(16)}:${(c! * 256 + d!).toString(16)}`;
}
