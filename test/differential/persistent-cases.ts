// persistent-cases.ts: persistent NAT, by name: what model and program agree on, whatever is generated.
// SPDX-License-Identifier: Apache-2.0
import type { Config, PersistentNat } from "../../daemon/src/config/config.js";
import { ICMP, SYN, TCP, UDP } from "../model/packet.js";
import { frameOf, ipPacket, type Shape } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";

const INSIDE = "ge-0/0/0";
const OUTSIDE = "ge-0/0/1";
const SECOND = 1_000_000_000;

/** A client, and whom it talks to first. */
const client: Shape = {
  source: "10.0.1.10",
  destination: "10.0.2.10",
  protocol: UDP,
  sourcePort: 40000,
  destinationPort: 53,
  payload: 20,
};
/** for the client, as if it had no other address: on the wire it comes to where that is bound */
const from = (source: string, sourcePort: number, more: Partial<Shape> = {}): Shape => ({
  ...client,
  source,
  sourcePort,
  destination: client.source,
  destinationPort: client.sourcePort!,
  ...more,
});

const step = (port: string, shape: Shape, gapNs = 1000): Step => ({
  kind: "packet",
  port,
  frame: frameOf(ipPacket(shape)).toString("hex"),
  gapNs,
  note: "",
});
const commit = (config: Config): Step => ({ kind: "commit", config, gapNs: 1000 });

const bound = (
  permit: PersistentNat["permit"],
  { name = "r0", pool = "few", most = 8 }: { name?: string; pool?: string; most?: number } = {},
): Config => {
  const plain = configOf([]);
  const log = { "session-init": true as const, "session-close": true as const };
  return {
    ...plain,
    security: {
      ...plain.security,
      policies: [],
      "default-policy": { "permit-all": true, log },
      nat: {
        source: {
          pool: [
            { name: "few", address: ["10.0.2.210/31"], port: { range: { low: 2000, high: 2001 } } },
            { name: "one", address: ["10.0.2.200/32"], port: { range: { low: 5000, high: 5000 } } },
          ],
          "rule-set": [
            {
              name: "out",
              from: { zone: ["trust"] },
              to: { zone: ["untrust"] },
              rule: [
                {
                  name,
                  match: {},
                  then: {
                    "source-nat": {
                      pool,
                      "persistent-nat": { permit, "inactivity-timeout": 60, "max-session-number": most },
                    },
                  },
                },
              ],
            },
          ],
        },
      },
    },
  };
};
const anyone = { "any-remote-host": true as const };

export const persistentCases: readonly { readonly name: string; readonly case: Case }[] = [
  {
    name: "a client keeps its outer address and port, whomever it talks to, and anyone reaches it there",
    case: {
      config: bound(anyone),
      steps: [
        step(INSIDE, client),
        step(INSIDE, { ...client, destination: "192.0.2.10" }),
        step(INSIDE, { ...client, destinationPort: 54 }),
        step(OUTSIDE, from("10.0.2.9", 7)),
        step(INSIDE, { ...client, destination: "10.0.2.9", destinationPort: 7 }),
        step(OUTSIDE, from("10.0.2.9", 7, { protocol: TCP, flags: SYN, payload: 0 })),
      ],
    },
  },
  ...(["target-host", "target-host-port"] as const).map((permit) => ({
    name: `${permit} lets in whom the client has sent something, and nobody else`,
    case: {
      config: bound({ [permit]: true } as PersistentNat["permit"]),
      steps: [
        step(INSIDE, client),
        step(OUTSIDE, from("10.0.2.10", 53)),
        step(OUTSIDE, from("10.0.2.10", 54)),
        step(OUTSIDE, from("10.0.2.9", 53)),
        step(INSIDE, { ...client, destination: "10.0.2.9" }),
        step(OUTSIDE, from("10.0.2.9", 99)),
      ],
    },
  })),
  {
    name: "of whom a client has sent to the last sixteen are remembered",
    case: {
      config: bound({ "target-host-port": true }, { most: 40 }),
      steps: [
        ...Array.from({ length: 17 }, (_, i) => step(INSIDE, { ...client, destinationPort: 100 + i })),
        ...[100, 101].map((port) => step(OUTSIDE, from("10.0.2.10", port), 61 * SECOND)),
      ],
    },
  },
  {
    name: "a binding has as many sessions as it may",
    case: {
      config: bound(anyone),
      steps: [
        ...Array.from({ length: 6 }, (_, i) => step(INSIDE, { ...client, destinationPort: 100 + i })),
        ...[1, 2, 3].map((port) => step(OUTSIDE, from("10.0.2.9", port))),
        step(INSIDE, { ...client, destinationPort: 200 }),
        step(INSIDE, client, 70 * SECOND),
      ],
    },
  },
  {
    name: "a binding stays for its time after its last session, and its port is another one's then",
    case: {
      config: bound(anyone, { pool: "one" }),
      steps: [
        step(INSIDE, client),
        step(INSIDE, { ...client, sourcePort: 40001 }),
        step(OUTSIDE, from("10.0.2.9", 7), 100 * SECOND),
        step(INSIDE, { ...client, sourcePort: 40001 }, 1000),
        step(INSIDE, { ...client, sourcePort: 40001 }, 140 * SECOND),
        step(OUTSIDE, from("10.0.2.9", 8)),
      ],
    },
  },
  {
    name: "a commit keeps bindings by the names of their rules, and those of others until their sessions are over",
    case: {
      config: bound(anyone),
      steps: [
        step(INSIDE, client),
        commit(bound({ "target-host": true })),
        step(OUTSIDE, from("10.0.2.9", 7)),
        step(OUTSIDE, from("10.0.2.10", 7)),
        commit(bound(anyone, { name: "other" })),
        step(OUTSIDE, from("10.0.2.9", 7)),
        step(INSIDE, client),
        step(INSIDE, { ...client, destinationPort: 54 }),
        commit(bound(anyone, { name: "other", pool: "one" })),
        step(INSIDE, { ...client, destinationPort: 55 }),
        step(OUTSIDE, from("10.0.2.9", 9)),
      ],
    },
  },
  {
    name: "an identifier of echo is bound to nothing",
    case: {
      config: bound(anyone),
      steps: ["10.0.2.10", "10.0.2.9"].map((destination) =>
        step(INSIDE, { ...client, destination, protocol: ICMP, icmpType: 8, identifier: 7, icmpSequence: 3 }),
      ),
    },
  },
  {
    name: "who comes in from beside a client by its binding has a port for that session alone",
    case: {
      config: (() => {
        const config = bound(anyone);
        const { nat } = config.security;
        const sets = nat!.source!["rule-set"]!.map((set) => ({ ...set, to: { zone: ["untrust", "trust"] } }));
        return {
          ...config,
          security: { ...config.security, nat: { ...nat, source: { ...nat!.source, "rule-set": sets } } },
        };
      })(),
      steps: [
        step(INSIDE, client),
        step(INSIDE, from("10.0.1.11", 7)),
        step(INSIDE, { ...client, source: "10.0.1.11", sourcePort: 7 }),
        step(INSIDE, from("10.0.1.11", 7)),
      ],
    },
  },
];
