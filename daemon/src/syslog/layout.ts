// layout.ts: which parameters a message has in which release of Junos, in order. SPDX-License-Identifier: Apache-2.0
//
// Collectors read by name or by place, and their patterns were written for one release; so the layout is a setting of a
// stream. A message that a release did not change has the list of the release before.

/** Layout names by release, oldest first. 12a: 12.x before `encrypted`. */
export const LAYOUTS = [
  "junos-10",
  "junos-12a",
  "junos-12",
  "junos-15",
  "junos-18",
  "junos-19",
  "junos-20",
  "junos-22",
  "junos-24",
  "junos-26",
] as const;
export type Layout = (typeof LAYOUTS)[number];
export const DEFAULT_LAYOUT: Layout = "junos-22";

/** isSince tells whether a layout is of this release or a later one. */
export function isSince(layout: Layout, release: Layout): boolean {
  return LAYOUTS.indexOf(layout) >= LAYOUTS.indexOf(release);
}

/** The messages that differ from release to release. */
export type LayoutMessage = "RT_FLOW_SESSION_CREATE" | "RT_FLOW_SESSION_CLOSE" | "RT_FLOW_SESSION_DENY";

/** parameters gives the names of a message's parameters, in order. */
export function parameters(message: LayoutMessage, layout: Layout): readonly string[] {
  const lists = LISTS[message];
  let found = Object.values(lists)[0]!;
  for (const release of LAYOUTS) {
    if (isSince(layout, release)) found = lists[release] ?? found;
  }
  return found.split(" ");
}

const ENDS = "source-address source-port destination-address destination-port";
const NAT_ENDS = "nat-source-address nat-source-port nat-destination-address nat-destination-port";
const OLD_RULES = "src-nat-rule-name dst-nat-rule-name";
const RULES = "src-nat-rule-type src-nat-rule-name dst-nat-rule-type dst-nat-rule-name";
const DECISION = "protocol-id policy-name source-zone-name destination-zone-name";
const COUNTS = "packets-from-client bytes-from-client packets-from-server bytes-from-server elapsed-time";
const CATEGORY = "application-category application-sub-category application-risk application-characteristics";
const PEER =
  "secure-web-proxy-session-type peer-session-id peer-source-address peer-source-port peer-destination-address peer-destination-port hostname";
const VRF_GROUPS = "src-vrf-grp dst-vrf-grp";
const TUNNEL = "tunnel-inspection tunnel-inspection-policy-set";
const TENANT = "source-tenant destination-service";
const IDENTITY = "dst-identity-context-name dst-identity-context-roles";
const GROUP_TAGS = "gbp-src-tag gbp-dst-tag forwarded-for";
const URL = "url-host url-cat url-risk";
const VRFS = "src-vrf dst-vrf";

const OLD_PATH = `${ENDS} service-name ${NAT_ENDS} ${OLD_RULES} ${DECISION} session-id-32`;
const PATH_18 = `${ENDS} service-name ${NAT_ENDS} ${RULES} ${DECISION} session-id-32`;
const PATH_BEFORE_ID = `${ENDS} connection-tag service-name ${NAT_ENDS} nat-connection-tag ${RULES} ${DECISION}`;
const CREATE_USER = "username roles packet-incoming-interface application nested-application encrypted";
const CLOSE_USER = "application nested-application username roles packet-incoming-interface";
const CREATE_20 = `${CREATE_USER} ${CATEGORY} ${VRF_GROUPS}`;
const CREATE_22 = `${PATH_BEFORE_ID} session-id ${CREATE_20} ${TUNNEL} ${TENANT}`;
const CLOSE_19 = `${COUNTS} ${CLOSE_USER} encrypted ${CATEGORY}`;
const CLOSE_20 = `${CLOSE_19} ${PEER} ${VRF_GROUPS}`;
const CLOSE_22 = `reason ${PATH_BEFORE_ID} session-id ${CLOSE_20} ${TUNNEL} session-flag ${TENANT}`;
const DENY_12A = `${ENDS} service-name protocol-id icmp-type policy-name source-zone-name destination-zone-name ${CLOSE_USER}`;
const DENY_19 = DENY_12A.replace("service-name", "connection-tag service-name");
const DENY_22 = `${DENY_19} encrypted reason session-id ${CATEGORY} ${VRF_GROUPS} ${TENANT}`;

const LISTS: Readonly<Record<LayoutMessage, Readonly<Partial<Record<Layout, string>>>>> = {
  RT_FLOW_SESSION_CREATE: {
    "junos-10": `${OLD_PATH} packet-incoming-interface`,
    "junos-12": `${OLD_PATH} ${CREATE_USER}`,
    // No line of 18 was at hand for this message; the rule types are those of its CLOSE.
    "junos-18": `${PATH_18} ${CREATE_USER}`,
    "junos-19": `${PATH_BEFORE_ID} session-id-32 ${CREATE_USER} ${CATEGORY}`,
    "junos-20": `${PATH_BEFORE_ID} session-id-32 ${CREATE_20}`,
    "junos-22": CREATE_22,
    "junos-26": `${CREATE_22} ${IDENTITY} ${GROUP_TAGS} ${VRFS}`,
  },
  RT_FLOW_SESSION_CLOSE: {
    "junos-10": `reason ${OLD_PATH} ${COUNTS} packet-incoming-interface`,
    "junos-12a": `reason ${OLD_PATH} ${COUNTS} ${CLOSE_USER}`,
    "junos-12": `reason ${OLD_PATH} ${COUNTS} ${CLOSE_USER} encrypted`,
    "junos-18": `reason ${PATH_18} ${COUNTS} ${CLOSE_USER} encrypted`,
    "junos-19": `reason ${PATH_BEFORE_ID} session-id-32 ${CLOSE_19}`,
    "junos-20": `reason ${PATH_BEFORE_ID} session-id-32 ${CLOSE_20}`,
    "junos-22": CLOSE_22,
    "junos-24": `${CLOSE_22} user-type`,
    "junos-26": `${CLOSE_22} user-type ${IDENTITY} ${GROUP_TAGS} ${URL} ${VRFS}`,
  },
  RT_FLOW_SESSION_DENY: {
    "junos-12a": DENY_12A,
    "junos-12": `${DENY_12A} encrypted`,
    "junos-15": `${DENY_12A} encrypted reason`,
    "junos-19": `${DENY_19} encrypted reason session-id-32 ${CATEGORY}`,
    "junos-22": DENY_22,
    "junos-26": `${DENY_22} user-type ${IDENTITY} source-country destination-country ${GROUP_TAGS} ${URL} ${VRFS}`,
  },
};
