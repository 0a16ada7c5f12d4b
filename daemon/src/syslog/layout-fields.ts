// layout-fields.ts: what the parameters of Junos' session messages hold, in each layout. SPDX-License-Identifier: Apache-2.0
import { closeReasonText, DenyReason, denyReasonText } from "../../../shared/gen/wire.gen.js";
import type { PolicyDeny, SessionClose, SessionOpen } from "../event/event.js";
import { constant } from "./line-buffer.js";
import { memo } from "./line.js";
import { isSince, type Layout } from "./layout.js";
import {
  closeFields,
  packetFields,
  policyFields,
  sessionFields,
  type Field,
  type ValueStyle,
  type Writer,
} from "./template.js";

/** LayoutFields: the fields of the three messages. */
export interface LayoutFields {
  readonly open: Readonly<Record<string, Field<SessionOpen>>>;
  readonly close: Readonly<Record<string, Field<SessionClose>>>;
  readonly deny: Readonly<Record<string, Field<PolicyDeny>>>;
}

/** layoutFields gives them, with what Junos of that time writes for features that are not there. */
export function layoutFields(layout: Layout, escape: (text: string) => string): LayoutFields {
  const nothing = { ...NOTHING, "application-risk": isSince(layout, "junos-22") ? "-1" : "1" };
  const session = { ...nothing, encrypted: "UNKNOWN", ...packetFields, ...policyFields, ...sessionFields };
  const closeReason = memo((reason) => constant(escape(closeReasonText[reason] ?? "unset")));
  const denyReason = memo((reason) => constant(escape(denyText(reason, layout))));
  const reasonOfClose: Writer<SessionClose> = (line, event) => void line.constant(closeReason(event.closeReason));
  const reasonOfDeny: Writer<PolicyDeny> = (line, event) => void line.constant(denyReason(event.denyReason));
  return {
    open: session,
    close: { ...session, ...closeFields, reason: reasonOfClose },
    deny: {
      ...nothing,
      encrypted: isSince(layout, "junos-18") ? "No" : "UNKNOWN",
      ...packetFields,
      ...policyFields,
      reason: reasonOfDeny,
    },
  };
}

/** valueStyle says how names look in a layout. */
export function valueStyle(layout: Layout, escape: (text: string) => string): ValueStyle {
  return {
    escape,
    noService: "None",
    noRule: isSince(layout, "junos-18") ? "N/A" : "None",
    noEgress: "N/A",
    globalSuffix: "(global)",
  };
}

// Until 15 Junos had one reason. Ours of other denials have no older name.
function denyText(reason: number, layout: Layout): string {
  if (reason === DenyReason.POLICY && !isSince(layout, "junos-18")) return "policy deny";
  return denyReasonText[reason] ?? "unset";
}

/** What Junos writes for what is not there. Of the parameters since 24 no line was at hand. */
const NOTHING = {
  "connection-tag": "0",
  "nat-connection-tag": "0",
  username: "N/A",
  roles: "N/A",
  application: "UNKNOWN",
  "nested-application": "UNKNOWN",
  "application-category": "N/A",
  "application-sub-category": "N/A",
  "application-characteristics": "N/A",
  "secure-web-proxy-session-type": "NA",
  "peer-session-id": "0",
  "peer-source-address": "0.0.0.0",
  "peer-source-port": "0",
  "peer-destination-address": "0.0.0.0",
  "peer-destination-port": "0",
  hostname: "NA NA",
  "src-vrf-grp": "N/A",
  "dst-vrf-grp": "N/A",
  "tunnel-inspection": "Off",
  "tunnel-inspection-policy-set": "root",
  "session-flag": "0",
  "source-tenant": "N/A",
  "destination-service": "N/A",
  "user-type": "N/A",
  "dst-identity-context-name": "N/A",
  "dst-identity-context-roles": "N/A",
  "source-country": "N/A",
  "destination-country": "N/A",
  "gbp-src-tag": "0",
  "gbp-dst-tag": "0",
  "forwarded-for": "N/A",
  "url-host": "N/A",
  "url-cat": "N/A",
  "url-risk": "N/A",
  "src-vrf": "N/A",
  "dst-vrf": "N/A",
} as const;
