// policies.ts: policies of zone pairs, global policies and the default policy. SPDX-License-Identifier: Apache-2.0
import { MAX_RULES_PER_POLICY_SET } from "../names.js";
import type { Statement } from "../statement.js";
import type { AddressNames } from "./address-books.js";
import type { ApplicationNames } from "./applications.js";
import { declare, reportDuplicates, type Report } from "./report.js";
import type { Zones } from "./zones.js";

/** MAX_POLICIES: each policy has a counter, and the default policy has one. */
export const MAX_POLICIES = 1_048_575;

interface Names {
  readonly zones: Zones;
  readonly addresses: AddressNames;
  readonly applications: ApplicationNames;
}

export function checkPolicies(report: Report, security: Statement, names: Names): void {
  const contexts = new Set<string>();
  let count = 0;
  for (const context of security.get("policies").items()) {
    checkContext(report, context, contexts, names);
    const policies = context.get("policy").items();
    declare(report, "policy", policies);
    for (const policy of policies) checkPolicy(report, context, policy, names);
    checkRuleCount(report, context, policies, names.applications);
    count += policies.length;
  }
  if (count > MAX_POLICIES) {
    report.add("limit", security.get("policies"), `expected at most ${MAX_POLICIES} policies, found ${count}`);
  }
  const defaultPolicy = security.get("default-policy");
  if (!defaultPolicy.get("permit-all").present) checkDenyLog(report, defaultPolicy);
  checkLogRate(report, defaultPolicy, "permit-all");
}

function checkContext(report: Report, context: Statement, contexts: Set<string>, { zones }: Names): void {
  const [from, to] = [context.get("from-zone"), context.get("to-zone")];
  for (const zone of [from, to]) checkZone(report, zone, zones);
  const isGlobal = context.get("global").present;
  if (!isGlobal && (from.text === undefined || to.text === undefined)) return;
  const what = isGlobal ? "the global policies" : `the policies from '${from.text!}' to '${to.text!}'`;
  if (contexts.has(what))
    report.add("duplicate", context, `${what} stand in an earlier entry already; put all into one`);
  else contexts.add(what);
}

function checkZone(report: Report, reference: Statement, zones: Zones): void {
  const name = reference.text;
  if (name === undefined || zones === undefined || zones.has(name)) return;
  if (name === "junos-host") {
    report.add(
      "reference",
      reference,
      "policies to or from this host are not supported; use host-inbound-traffic of the zone",
    );
  } else {
    report.dangling(reference, "security-zone", name, () => zones.keys());
  }
}

function checkPolicy(report: Report, context: Statement, policy: Statement, names: Names): void {
  const match = policy.get("match");
  const isGlobal = context.get("global").present;
  for (const direction of ["from-zone", "to-zone"]) {
    const zones = match.get(direction);
    if (zones.present && !isGlobal) {
      report.add(
        "conflict",
        zones,
        `${direction} stands in the match of global policies only; here the context gives it`,
      );
    }
    reportDuplicates(report, "zone", zones.items());
    for (const zone of zones.items()) if (zone.text !== "any") checkZone(report, zone, names.zones);
  }
  checkAddresses(
    report,
    match,
    "source-address",
    isGlobal ? "" : (context.get("from-zone").text ?? ""),
    names.addresses,
  );
  checkAddresses(
    report,
    match,
    "destination-address",
    isGlobal ? "" : (context.get("to-zone").text ?? ""),
    names.addresses,
  );
  const applications = match.get("application").items();
  reportDuplicates(report, "application", applications);
  for (const application of applications) {
    const name = application.text;
    if (name !== undefined && !names.applications.has(name)) {
      report.dangling(application, "application or set", name, () => names.applications.all());
    }
  }
  const then = policy.get("then");
  if (then.get("deny").present || then.get("reject").present) checkDenyLog(report, then);
  checkLogRate(report, then, "permit");
}

function checkAddresses(report: Report, match: Statement, which: string, zone: string, addresses: AddressNames): void {
  const items = match.get(which).items();
  reportDuplicates(report, "address", items);
  for (const item of items) {
    const name = item.text;
    if (name !== undefined && !addresses.has(zone, name))
      report.dangling(item, "address or set", name, () => addresses.all(zone));
  }
  const excluded = match.get(`${which}-excluded`);
  if (excluded.present && items.some((item) => item.text === "any")) {
    report.add("conflict", excluded, `without 'any' nothing is left: the policy could never match`);
  }
}

/** A denied packet opens no session, so there is nothing whose close could be logged. */
function checkDenyLog(report: Report, then: Statement): void {
  const log = then.get("log");
  const close = log.get("session-close");
  if (close.present && !log.get("session-init").present) {
    report.add("conflict", close, "what is denied or rejected has no session to close; log it with session-init");
  }
}

/** Whoever sees a session open sees it close: their events are never held back. */
function checkLogRate(report: Report, then: Statement, permit: string): void {
  const rate = then.get("log", "rate");
  if (!rate.present) return;
  if (then.get(permit).present) report.add("conflict", rate, "the logs of sessions are not limited");
  else if (!then.get("log", "session-init").present)
    report.add("conflict", rate, "nothing is logged whose rate could be limited; log it with session-init");
}

function checkRuleCount(
  report: Report,
  context: Statement,
  policies: readonly Statement[],
  applications: ApplicationNames,
): void {
  let rules = 0;
  for (const policy of policies) {
    for (const { text } of policy.get("match", "application").items())
      rules += text === undefined ? 1 : applications.terms(text);
  }
  if (rules > MAX_RULES_PER_POLICY_SET) {
    const expected = `expected at most ${MAX_RULES_PER_POLICY_SET}`;
    report.add("limit", context, `its policies expand to ${rules} rules, one per application term; ${expected}`);
  }
}
