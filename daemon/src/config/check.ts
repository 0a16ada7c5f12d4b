// check.ts: everything about a tree that a schema cannot say: names that refer to each other, and statements that contradict.
// SPDX-License-Identifier: Apache-2.0
import { checkAddressBooks } from "./check/address-books.js";
import { checkApplications } from "./check/applications.js";
import { checkAttachments } from "./check/attachments.js";
import { checkClassOfService } from "./check/class-of-service.js";
import { checkFilters } from "./check/filters.js";
import { checkForwardingClasses } from "./check/forwarding-classes.js";
import { checkFlow } from "./check/flow.js";
import { checkInterfaces } from "./check/interfaces.js";
import { checkLoopback } from "./check/loopback.js";
import { checkNat } from "./check/nat.js";
import { checkPolicers } from "./check/policers.js";
import { checkPolicies } from "./check/policies.js";
import { checkPrefixLists } from "./check/prefix-lists.js";
import { Report } from "./check/report.js";
import { checkAllRoutes, checkInstances, instanceOfUnit } from "./check/routing-instances.js";
import { checkScreens } from "./check/screens.js";
import { checkStreams, checkTlsProfiles } from "./check/streams.js";
import { checkWebManagement } from "./check/web-management.js";
import { checkZones } from "./check/zones.js";
import { DEFAULT_INSTANCE } from "./instance-table.js";
import { LOOPBACK } from "./loopback.js";
import type { Finding } from "./schema.js";
import { Statement } from "./statement.js";

/** checkMeaning gives every contradiction in a tree, whether or not the schema accepts the tree. */
export function checkMeaning(tree: unknown): Finding[] {
  const report = new Report();
  const root = new Statement(tree);
  const security = root.get("security");
  const owners = instanceOfUnit(root.get("routing-instances"));
  const units = checkInterfaces(report, root.get("interfaces"), (unit) => owners.get(unit) ?? DEFAULT_INSTANCE);
  const loopbacks = checkLoopback(report, root.get("interfaces", LOOPBACK));
  const zones = checkZones(report, security.get("zones"), units);
  const addresses = checkAddressBooks(report, security.get("address-book"), zones);
  const applications = checkApplications(report, root.get("applications"));
  checkPolicies(report, security, { zones, addresses, applications });
  const instances = checkInstances(report, root.get("routing-instances"), units, loopbacks);
  checkAllRoutes(report, root, units, instances);
  checkNat(report, security.get("nat"), { units, zones, instances, addresses, applications });
  const forwardingClasses = checkForwardingClasses(report, root.get("class-of-service", "forwarding-classes", "class"));
  checkClassOfService(report, root, { units, classes: forwardingClasses });
  const prefixLists = checkPrefixLists(report, root.get("policy-options", "prefix-list"));
  const policers = checkPolicers(report, root.get("firewall"), forwardingClasses);
  const filters = checkFilters(report, root.get("firewall"), {
    units,
    prefixLists,
    forwardingClasses,
    policers,
    instances,
  });
  checkAttachments(report, root.get("interfaces"), { units, loopbacks, filters, policers });
  checkScreens(report, security);
  checkFlow(report, security.get("flow"));
  const profiles = checkTlsProfiles(report, root.get("services", "ssl", "initiation", "profile"));
  checkStreams(report, security.get("log", "stream"), { zones, profiles });
  checkWebManagement(report, root.get("system", "services", "web-management"));
  return report.findings;
}
