// The configuration of the end-to-end tests: the laboratory's interfaces, with policies given by each test.
import { parse, stringify } from "yaml";
import { demoConfiguration } from "../lab/lab.js";

export interface Policy {
  readonly name: string;
  readonly source?: readonly string[];
  readonly destination?: readonly string[];
  readonly application?: readonly string[];
  readonly then: "permit" | "deny" | "reject";
  readonly log?: readonly ("session-init" | "session-close")[];
}

/** Tree: a configuration, read as far as tests change it. */
export interface Tree {
  [name: string]: unknown;
  security: { policies: unknown[]; log: unknown; [name: string]: unknown };
}

// configuration builds the demo's interfaces and zones with other policies. Keys are "from->to" or "global".
export async function configuration(
  policies: Readonly<Record<string, readonly Policy[]>>,
  change: (tree: Tree) => void = () => undefined,
): Promise<string> {
  const tree = parse(await demoConfiguration()) as Tree;
  tree.security.policies = policyTrees(policies);
  // The predefined echo and discard are UDP.
  tree["applications"] = {
    application: [
      { name: "echo-tcp", protocol: "tcp", "destination-port": 7 },
      { name: "discard-tcp", protocol: "tcp", "destination-port": 9 },
    ],
  };
  change(tree);
  return stringify(tree);
}

/** policyTrees gives the contexts of `security policies`. */
export function policyTrees(policies: Readonly<Record<string, readonly Policy[]>>): unknown[] {
  return Object.entries(policies).map(([context, list]) => {
    const zones =
      context === "global"
        ? { global: true }
        : { "from-zone": context.split("->")[0], "to-zone": context.split("->")[1] };
    return { ...zones, policy: list.map(policyTree) };
  });
}

function policyTree(policy: Policy): unknown {
  const log = policy.log ?? ["session-init", "session-close"];
  return {
    name: policy.name,
    match: {
      "source-address": policy.source ?? ["any"],
      "destination-address": policy.destination ?? ["any"],
      application: policy.application ?? ["any"],
    },
    then: {
      [policy.then]: true,
      count: true,
      log: Object.fromEntries(
        log.filter((at) => policy.then === "permit" || at === "session-init").map((at) => [at, true]),
      ),
    },
  };
}

export const permitAll: Readonly<Record<string, readonly Policy[]>> = {
  global: [{ name: "permit-all", then: "permit" }],
};
