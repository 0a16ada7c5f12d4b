// filter-regressions.ts: disagreements of model and program about filters, by name; each stays agreed on.
// SPDX-License-Identifier: Apache-2.0
import type { Config, FilterTerm, UnitFilter } from "../../daemon/src/config/config.js";
import { UDP } from "../model/packet.js";
import { fragmentsOf } from "./build.js";
import { configOf } from "./generate-config.js";
import type { Regression } from "./regressions.js";
import { commit, from, step } from "./step.js";

const client = { source: "10.0.1.10", destination: "10.0.2.10", protocol: UDP, sourcePort: 40000, destinationPort: 53 };
const server = {
  ...client,
  source: client.destination,
  destination: client.source,
  sourcePort: 53,
  destinationPort: 40000,
};

/** VLAN 30 of ge-0/0/2 is zone dmz. */

const open: Config = (() => {
  const plain = configOf([]);
  const zones = plain.security.zones["security-zone"].map((zone) => ({
    ...zone,
    "host-inbound-traffic": { "system-services": ["any-service"] },
  }));
  const log = { "session-init": true as const };
  return {
    ...plain,
    security: {
      ...plain.security,
      zones: { "security-zone": zones },
      policies: [],
      "default-policy": { "permit-all": true, log },
    },
  };
})();

/** filtering attaches one filter of these terms to a unit. */
function filtering(unit: string, direction: "input" | "output", ...term: readonly FilterTerm[]): Config {
  const [name = "", number = ""] = unit.split(".");
  const filter: UnitFilter = { [direction]: "f" };
  const before = open.interfaces[name];
  const inet = { ...before?.unit[number]?.family?.inet, filter };
  const units = {
    ...before?.unit,
    [number]: { ...before?.unit[number], family: { ...before?.unit[number]?.family, inet } },
  };
  return {
    ...open,
    interfaces: { ...open.interfaces, [name]: { ...before, unit: units } },
    firewall: { family: { inet: { filter: [{ name: "f", term }] } } },
  };
}

function withoutInet({ interfaces }: Config, name: string): Config["interfaces"] {
  const port = interfaces[name]!;
  const { inet6 } = port.unit["0"]!.family!;
  return { ...interfaces, [name]: { ...port, unit: { "0": { family: { inet6: inet6! } } } } };
}

const rest: FilterTerm = { name: "rest", then: { accept: true, log: true } };

export const filterRegressions: readonly Regression[] = [
  {
    name: "a packet that an output filter drops after it waited for its neighbour is logged without a session: there was none",
    wrong: "program",
    case: {
      config: filtering("ge-0/0/1.0", "output", { name: "no", then: { discard: true, log: true } }),
      steps: [from("ge-0/0/0", client), from("ge-0/0/0", client)],
    },
  },
  {
    name: "what an input filter drops is logged without a session, whether its flow is known or not",
    wrong: "program",
    case: {
      config: filtering(
        "ge-0/0/0.0",
        "input",
        { name: "ef", from: { dscp: ["ef"] }, then: { discard: true, log: true } },
        rest,
      ),
      steps: [from("ge-0/0/0", client), from("ge-0/0/0", { ...client, tos: 0xb8 }), from("ge-0/0/0", client)],
    },
  },
  {
    name: "a packet with a session's addresses that comes from elsewhere is not logged with that session when an output filter drops it",
    wrong: "program",
    case: {
      config: filtering(
        "ge-0/0/0.0",
        "output",
        { name: "dmz", from: { interface: ["ge-0/0/2.30"] }, then: { reject: true, log: true } },
        rest,
      ),
      steps: [from("ge-0/0/0", client), from("ge-0/0/1", server), from("ge-0/0/2", server)],
    },
  },
  {
    name: "a packet for this host is logged without a session, even if somebody sent in the host's name before",
    wrong: "program",
    case: {
      config: filtering(
        "lo0.0",
        "input",
        { name: "ef", from: { dscp: ["ef"] }, then: { discard: true, log: true } },
        rest,
      ),
      steps: [
        from("ge-0/0/0", { ...client, source: "10.0.1.1" }),
        from("ge-0/0/1", { ...server, destination: "10.0.1.1" }),
        from("ge-0/0/1", { ...server, destination: "10.0.1.1", tos: 0xb8 }),
      ],
    },
  },
  {
    name: "a later fragment that filters of a new commit drop does not end the session that its first one opens",
    wrong: "program",
    case: {
      config: open,
      steps: (() => {
        const [first, later] = fragmentsOf({ ...client, payload: 600, id: 7 }, 400);
        const noFragments = filtering(
          "ge-0/0/0.0",
          "input",
          { name: "later", from: { "is-fragment": true }, then: { discard: true, log: true } },
          rest,
        );
        return [step("ge-0/0/0", later!), commit(noFragments), step("ge-0/0/0", first!)];
      })(),
    },
  },
  {
    name: "a session whose first packet waited over a commit opens by what is in force then, wherever its packet came from",
    wrong: "program",
    case: {
      config: open,
      lateNs: 2500,
      /* An address of trust, from dmz: no route leads back. */
      steps: [from("ge-0/0/2", client), commit(open), from("ge-0/0/2", client)],
    },
  },
  {
    name: "a session ends with its first packet, whose interface carries the family no more when it goes on",
    wrong: "program",
    case: {
      config: open,
      lateNs: 2500,
      steps: [
        from("ge-0/0/0", client),
        commit({ ...open, interfaces: withoutInet(open, "ge-0/0/0") }),
        from("ge-0/0/2", { ...client, source: "10.0.3.10" }),
        from("ge-0/0/2", { ...client, source: "10.0.3.10" }),
        commit(open),
        from("ge-0/0/0", client),
      ],
    },
  },
  {
    name: "a counter keeps its value while no packet can meet its term",
    wrong: "program",
    case: (() => {
      const counting = (address: string, except: boolean): Config =>
        filtering(
          "ge-0/0/0.0",
          "input",
          {
            name: "count",
            from: { "source-address": except ? [{ name: address, except: true }] : [address] },
            then: { count: "c", next: "term" },
          },
          rest,
        );
      const some = counting("10.0.1.0/24", false);
      const none = counting("10.0.1.0/24", true);
      const packet = from("ge-0/0/0", client);
      return { config: some, steps: [packet, commit(none), packet, commit(some), packet] };
    })(),
  },
  {
    name: "the reserved flag of IPv4 is copied into all fragments",
    wrong: "model",
    case: {
      config: {
        ...open,
        interfaces: { ...open.interfaces, "ge-0/0/0": { ...open.interfaces["ge-0/0/0"]!, mtu: 1280 } },
      },
      steps: [from("ge-0/0/1", { ...server, payload: 1300, reserved: true })],
    },
  },
  {
    name: "a session ends with the first packet that waited for it, also where a commit has moved both its ends",
    wrong: "program",
    case: (() => {
      const route = (gateway: string) => ({
        static: {
          route: [
            { name: "0.0.0.0/0", "next-hop": [gateway] },
            { name: "192.0.2.201/32", reject: true as const },
          ],
        },
      });
      const first = from("ge-0/0/2", { ...client, source: "192.0.2.201", destination: "198.51.100.1" });
      const none = filtering("ge-0/0/0.0", "output", { name: "none", then: { discard: true, log: true } });
      return {
        lateNs: 2500,
        config: { ...open, "routing-options": route("10.0.2.253") },
        steps: [
          first,
          commit({ ...none, "routing-options": route("10.0.1.253") }),
          { ...first, gapNs: 1_000_000 },
          commit({ ...open, "routing-options": route("10.0.1.253") }),
          first,
        ],
      };
    })(),
  },
];
