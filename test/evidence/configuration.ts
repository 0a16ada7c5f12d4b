// configuration.ts: the firewall of the evidence: the filters of the end-to-end tests, a policy that denies, a screen, one log
// stream. SPDX-License-Identifier: Apache-2.0
import { permitAll, policyTrees } from "../e2e/configuration.js";
import { filterConfiguration } from "../e2e/filters.js";
import { address } from "../lab/lab.js";

/** The policy that denies, and the UDP port that it denies. */
export const denied = { policy: "no-discard", port: 9 } as const;

export function evidenceConfiguration(): Promise<string> {
  return filterConfiguration(undefined, ({ security }) => {
    security.policies = policyTrees({
      "trust->untrust": [{ name: denied.policy, application: ["junos-discard"], then: "deny" }],
      ...permitAll,
    });
    security["screen"] = { "ids-option": [{ name: "inside", tcp: { "syn-fin": true } }] };
    const zones = (security["zones"] as { "security-zone": { name: string; screen?: string }[] })["security-zone"];
    zones.find(({ name }) => name === "trust")!.screen = "inside";
    security.log = { stream: [{ name: "soc", host: address.collector }] };
  });
}
