// check.ts: everything about a tree that a schema cannot say: names that refer to each other, and statements that contradict.
// SPDX-License-Identifier: Apache-2.0
import { checkAddressBooks } from "./check/address-books.js";
import { checkApplications } from "./check/applications.js";
import { checkInterfaces } from "./check/interfaces.js";
import { checkPolicies } from "./check/policies.js";
import { Report } from "./check/report.js";
import { checkRoutes } from "./check/routes.js";
import { checkStreams } from "./check/streams.js";
import { checkZones } from "./check/zones.js";
import type { Finding } from "./schema.js";
import { Statement } from "./statement.js";

/** checkMeaning gives every contradiction in a tree, whether or not the schema accepts the tree. */
export function checkMeaning(tree: unknown): Finding[] {
  const report = new Report();
  const root = new Statement(tree);
  const security = root.get("security");
  const units = checkInterfaces(report, root.get("interfaces"));
  const zones = checkZones(report, security.get("zones"), units);
  const addresses = checkAddressBooks(report, security.get("address-book"), zones);
  const applications = checkApplications(report, root.get("applications"));
  checkPolicies(report, security, { zones, addresses, applications });
  checkRoutes(report, root.get("routing-options", "static", "route"), units);
  checkStreams(report, security.get("log", "stream"));
  return report.findings;
}
