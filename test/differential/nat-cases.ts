// nat-cases.ts: address translation, by name: what model and program agree on, whatever is generated. SPDX-License-Identifier: Apache-2.0
import type {
  Config,
  Filter,
  FilterTerm,
  Nat,
  NatSourcePool,
  NatSourceRule,
  NatStaticRule,
} from "../../daemon/src/config/config.js";
import { ACK, ICMP, RST, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";
import { commit, from, step } from "./step.js";

const INSIDE = "ge-0/0/0";
const OUTSIDE = "ge-0/0/1";

const client: Shape = {
  source: "10.0.1.10",
  destination: "10.0.2.10",
  protocol: UDP,
  sourcePort: 40000,
  destinationPort: 53,
  payload: 20,
};

/** back: what answers, as if nothing were translated: on the wire it comes to where the packets came from. */
const back = (shape: Shape): Shape => ({
  ...shape,
  source: shape.destination,
  destination: shape.source,
  sourcePort: shape.destinationPort ?? 0,
  destinationPort: shape.sourcePort ?? 0,
});

/** errorAbout: that a packet could not be delivered, told by a router on its way. */
const errorAbout = (port: string, router: string, about: Shape): Step =>
  from(port, {
    source: router,
    destination: about.source,
    protocol: ICMP,
    icmpType: 3,
    icmpCode: 3,
    payload: ipPacket({ ...about, ttl: 60 }),
  });

const withNat = (nat: Nat | undefined): Config => {
  const plain = configOf([]);
  const log = { "session-init": true as const, "session-close": true as const };
  const security = { ...plain.security, policies: [], "default-policy": { "permit-all": true as const, log } };
  return { ...plain, security: nat === undefined ? security : { ...security, nat } };
};

const one: NatSourcePool = { name: "one", address: ["10.0.2.200/32"], port: { range: { low: 5000, high: 5000 } } };
const few: NatSourcePool = { name: "few", address: ["10.0.2.210/31"], port: { range: { low: 2000, high: 2001 } } };

const sourceNat = (pool: readonly NatSourcePool[], ...rule: readonly NatSourceRule[]): Config =>
  withNat({
    source: { pool, "rule-set": [{ name: "out", from: { zone: ["trust"] }, to: { zone: ["untrust"] }, rule }] },
  });
const toPool = (pool: string): NatSourceRule => ({ name: pool, match: {}, then: { "source-nat": { pool } } });
const off: NatSourceRule = {
  name: "off",
  match: { "destination-address": ["10.0.2.10/32"] },
  then: { "source-nat": { off: true } },
};

const staticOf = (rule: NatStaticRule): Config =>
  withNat({ static: { "rule-set": [{ name: "hosts", from: { zone: ["untrust", "trust"] }, rule: [rule] }] } });
const staticNat = staticOf({
  name: "hosts",
  match: { "destination-address": "10.0.2.128/28" },
  then: { "static-nat": { prefix: { name: "10.0.1.0/28" } } },
});

/** filtered counts and logs at its outer interface what has addresses of the pool, and what has those of its clients. */
function filtered(config: Config): Config {
  const counting = (name: string, condition: object): FilterTerm => ({
    name,
    from: condition,
    then: { count: name, log: true, accept: true },
  });
  const side = (name: string, address: string): Filter => ({
    name,
    term: [
      counting(`${name}-pool`, { [address]: ["10.0.2.210/31"] }),
      counting(`${name}-client`, { [address]: ["10.0.1.0/24"] }),
      { name: "rest", then: { accept: true } },
    ],
  });
  const port = config.interfaces[OUTSIDE]!;
  const unit = port.unit["0"]!;
  const inet = { ...unit.family!.inet, filter: { input: "in", output: "out" } };
  const changed = { ...port, unit: { "0": { ...unit, family: { ...unit.family, inet } } } };
  return {
    ...config,
    interfaces: { ...config.interfaces, [OUTSIDE]: changed },
    firewall: {
      family: { inet: { filter: [side("in", "destination-address"), side("out", "source-address")] } },
    },
  };
}

const second: Shape = { ...client, source: "10.0.1.11" };
const ofTcp = (flags: number, sequence: number, acknowledgment = 0): Shape => ({
  ...client,
  protocol: TCP,
  payload: 0,
  flags,
  sequence,
  acknowledgment,
});

export const natCases: readonly { readonly name: string; readonly case: Case }[] = [
  {
    name: "a fragment of SCTP whose port would change goes nowhere: its checksum cannot be mended",
    case: {
      config: sourceNat([few], toPool("few")),
      steps: [
        ...fragmentsOf({ ...client, protocol: SCTP, payload: 600 }, 400).map((ip) => step(INSIDE, ip)),
        from(INSIDE, { ...client, protocol: SCTP }),
        from(OUTSIDE, back({ ...client, protocol: SCTP })),
        ...fragmentsOf({ ...client, protocol: SCTP, payload: 600 }, 400).map((ip) => step(INSIDE, ip)),
      ],
    },
  },
  {
    name: "two clients with the same port leave with different ones, and answers come to each",
    case: {
      config: sourceNat([few], toPool("few")),
      steps: [
        from(INSIDE, client),
        from(INSIDE, second),
        from(OUTSIDE, back(client)),
        from(OUTSIDE, back(second)),
        from(INSIDE, client),
      ],
    },
  },
  {
    name: "what finds no port is dropped, and passes once the port has been given back",
    case: {
      config: sourceNat([one], toPool("one")),
      steps: [
        from(INSIDE, client),
        from(INSIDE, second),
        from(INSIDE, { ...second, protocol: TCP, flags: SYN }),
        { ...from(INSIDE, second), gapNs: 90_000_000_000 } as Step,
        from(OUTSIDE, back(second)),
      ],
    },
  },
  {
    name: "a port that a commit took out of a pool's range takes nothing from what is left",
    case: {
      config: sourceNat([one], toPool("one")),
      steps: [
        from(INSIDE, client),
        commit(sourceNat([{ ...one, port: { range: { low: 5001, high: 5001 } } }], toPool("one"))),
        from(INSIDE, second),
        from(OUTSIDE, back(second)),
      ],
    },
  },
  {
    name: "a pool that is used up leads to the next one, and to the interface",
    case: {
      config: sourceNat([{ ...one, "overflow-pool": "few" }, few], toPool("one")),
      steps: [
        ...[40000, 40001, 40002, 40003, 40004, 40005].map((sourcePort) => from(INSIDE, { ...client, sourcePort })),
        commit(sourceNat([{ ...one, "overflow-pool": "interface" }], toPool("one"))),
        ...[40000, 40001, 40006].map((sourcePort) => from(INSIDE, { ...client, sourcePort })),
        from(OUTSIDE, back({ ...client, sourcePort: 40006 })),
      ],
    },
  },
  {
    name: "off stands before the pool",
    case: {
      config: sourceNat([few], off, toPool("few")),
      steps: [from(INSIDE, client), from(INSIDE, { ...client, destination: "10.0.2.11" }), from(OUTSIDE, back(client))],
    },
  },
  {
    name: "an error about a translated packet comes to its sender, about what that one sent",
    case: {
      config: sourceNat([few], toPool("few")),
      steps: [
        from(INSIDE, client),
        errorAbout(OUTSIDE, "10.0.2.77", client),
        errorAbout(OUTSIDE, client.destination, client),
        from(OUTSIDE, back(client)),
        errorAbout(INSIDE, "10.0.1.77", back(client)),
        errorAbout(INSIDE, client.source, back(client)),
      ],
    },
  },
  {
    name: "an identifier of echo is translated like a port",
    case: {
      config: sourceNat([few], toPool("few")),
      steps: [client.source, "10.0.1.11"].flatMap((source) => {
        const request: Shape = { ...client, source, protocol: ICMP, icmpType: 8, identifier: 7, icmpSequence: 3 };
        const reply = { ...request, icmpType: 0, source: request.destination, destination: request.source };
        return [from(INSIDE, request), from(OUTSIDE, reply), from(INSIDE, request)];
      }),
    },
  },
  {
    name: "static rules translate in both directions, and what is translated is not for this host itself",
    case: {
      config: staticNat,
      steps: [
        from(OUTSIDE, { ...client, source: "10.0.2.10", destination: "10.0.2.138" }),
        from(OUTSIDE, { ...client, source: "10.0.2.10", destination: "10.0.2.129" }),
        from(OUTSIDE, { ...client, source: "10.0.2.10", destination: "10.0.2.144" }),
        from(INSIDE, { ...client, sourcePort: 1 }),
        from(OUTSIDE, back({ ...client, sourcePort: 1 })),
      ],
    },
  },
  {
    name: "a client reaches its neighbour by the outer address of that one",
    case: {
      config: staticNat,
      steps: [
        from(INSIDE, { ...client, destination: "10.0.2.139" }),
        from(INSIDE, back({ ...client, destination: "10.0.2.139" })),
        from(INSIDE, { ...client, destination: "10.0.2.139" }),
      ],
    },
  },
  {
    name: "a session keeps its translation over a commit that allows it, and ends with one that does not",
    case: {
      config: sourceNat([few], toPool("few")),
      steps: [
        from(INSIDE, client),
        commit(sourceNat([{ ...few, name: "other" }], toPool("other"))),
        from(OUTSIDE, back(client)),
        commit(sourceNat([one], toPool("one"))),
        from(INSIDE, client),
        from(INSIDE, client),
        commit(withNat(undefined)),
        from(OUTSIDE, back(client)),
        from(INSIDE, client),
      ],
    },
  },
  {
    name: "a connection that begins anew finds no port while the only one is that of the connection before it",
    case: {
      config: sourceNat([one], toPool("one")),
      steps: [
        from(INSIDE, ofTcp(SYN, 1000)),
        from(OUTSIDE, back(ofTcp(0, 0))),
        from(INSIDE, ofTcp(RST, 1001)),
        from(INSIDE, ofTcp(SYN, 70_000_000)),
        { ...from(INSIDE, ofTcp(SYN, 70_000_000)), gapNs: 5_000_000_000 } as Step,
        from(OUTSIDE, { ...back(ofTcp(SYN | ACK, 900_000, 70_000_001)) }),
      ],
    },
  },
  {
    name: "static rules come before destination and source rules, and what says more about a packet before what stands first",
    case: {
      config: withNat({
        static: {
          "rule-set": [
            {
              name: "hosts",
              from: { zone: ["untrust"] },
              rule: [
                {
                  name: "host",
                  match: { "destination-address": "10.0.2.138/32" },
                  then: { "static-nat": { prefix: { name: "10.0.1.10/32" } } },
                },
              ],
            },
          ],
        },
        destination: {
          pool: [{ name: "web", address: { name: "10.0.1.12/32", port: 80 } }],
          "rule-set": [
            {
              name: "zone",
              from: { zone: ["untrust"] },
              rule: [
                {
                  name: "all",
                  match: { "destination-address": "10.0.2.136/29" },
                  then: { "destination-nat": { pool: "web" } },
                },
              ],
            },
            {
              name: "unit",
              from: { interface: ["ge-0/0/1.0"] },
              rule: [
                {
                  name: "most",
                  match: { "destination-address": "10.0.2.136/29", "destination-port": [53, 54] },
                  then: { "destination-nat": { pool: "web" } },
                },
                {
                  name: "none",
                  match: { "destination-address": "10.0.2.140/32" },
                  then: { "destination-nat": { off: true } },
                },
              ],
            },
          ],
        },
        source: {
          pool: [one, few],
          "rule-set": [
            { name: "zones", from: { zone: ["trust"] }, to: { zone: ["untrust"] }, rule: [toPool("one")] },
            { name: "unit", from: { zone: ["trust"] }, to: { interface: ["ge-0/0/1.0"] }, rule: [toPool("few")] },
          ],
        },
      }),
      steps: [
        ...["10.0.2.138", "10.0.2.139", "10.0.2.140"].flatMap((destination) => {
          const packet = { ...client, source: "10.0.2.10", destination };
          return [from(OUTSIDE, packet), from(OUTSIDE, { ...packet, destinationPort: 55 })];
        }),
        from(INSIDE, client),
        from(INSIDE, second),
      ],
    },
  },
  {
    name: "with address-persistent a client keeps its address, and finds nothing when that one is used up",
    case: {
      config: withNat({
        source: {
          "address-persistent": true,
          pool: [few],
          "rule-set": [{ name: "out", from: { zone: ["trust"] }, to: { zone: ["untrust"] }, rule: [toPool("few")] }],
        },
      }),
      steps: ["10.0.1.10", "10.0.1.11", "10.0.1.12", "10.0.1.13"].flatMap((source) =>
        [1, 2, 3].map((sourcePort) => from(INSIDE, { ...client, source, sourcePort })),
      ),
    },
  },
  {
    name: "policies see where a packet is sent on to, and from where it comes",
    case: {
      config: {
        ...staticNat,
        security: {
          ...staticNat.security,
          policies: [
            {
              "from-zone": "untrust",
              "to-zone": "trust",
              policy: [
                {
                  name: "host",
                  match: { "source-address": ["b-net"], "destination-address": ["a-host"], application: ["any"] },
                  then: { permit: true, log: { "session-init": true } },
                },
              ],
            },
          ],
          "default-policy": { "deny-all": true, log: { "session-init": true } },
        },
      },
      steps: [
        from(OUTSIDE, { ...client, source: "10.0.2.10", destination: "10.0.2.138" }),
        from(OUTSIDE, { ...client, source: "10.0.2.10", destination: "10.0.2.139" }),
      ],
    },
  },
  {
    name: "a mapped port is mapped in both directions, and its neighbours are not",
    case: {
      config: staticOf({
        name: "web",
        match: { "destination-address": "10.0.2.150/32", "destination-port": "80-81" },
        then: { "static-nat": { prefix: { name: "10.0.1.10/32", "mapped-port": "22-23" } } },
      }),
      steps: [
        ...[79, 80, 81, 82].flatMap((destinationPort) => {
          const packet = { ...client, source: "10.0.2.10", destination: "10.0.2.150", destinationPort };
          return [from(OUTSIDE, packet), from(INSIDE, back(packet))];
        }),
        ...[21, 22, 23, 24].map((sourcePort) => from(INSIDE, { ...client, sourcePort })),
      ],
    },
  },
  {
    name: "NPTv6 changes no checksum, and drops what has no counterpart",
    case: {
      config: staticOf({
        name: "site",
        match: { "destination-address": "2001:db8:77::/48" },
        then: { "static-nat": { "nptv6-prefix": { name: "2001:db8:1::/48" } } },
      }),
      steps: ["2001:db8:2::9", "2001:db8:ff::1"].flatMap((destination) => {
        const packet = { ...client, source: "2001:db8:1::10", destination };
        return [
          from(INSIDE, packet),
          from(OUTSIDE, back(packet)),
          from(OUTSIDE, { ...back(packet), destination: "2001:db8:77:ffff::10" }),
        ];
      }),
    },
  },
  {
    name: "filters on the way in see a packet as it comes, filters on the way out as it leaves",
    case: {
      config: filtered(sourceNat([few], toPool("few"))),
      steps: [from(INSIDE, client), from(INSIDE, client), from(OUTSIDE, back(client)), from(OUTSIDE, back(client))],
    },
  },
];
